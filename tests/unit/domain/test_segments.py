"""Segments: rules that are data, judged alike everywhere, with the reason of every answer."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import segments as sg
from app.records.resources import resource

TODAY = date(2026, 11, 22)
NO_CUTS = sg.Cuts()


def bought(days_ago: int, *, sale: str = "", category: str = "高血压", brand: str = "青禾", fen: int = 1_000, cut: int = 0) -> sg.Bought:
    return sg.Bought(TODAY - timedelta(days=days_ago), sale or f"s{days_ago}", category, brand, 1, fen, cut)


def authored(when: object, **more: object) -> sg.Segment:
    return sg.Segment.read({"id": "x", "zh": "某", "when": when, **more})


def inside(segment: sg.Segment, *lines: sg.Bought, cuts: sg.Cuts = NO_CUTS, **known: int) -> tuple[sg.Membership, ...]:
    return sg.memberships([segment], sg.profile(lines, TODAY, cuts, known))


def test_a_periodic_buyer_is_told_by_the_category_and_by_why() -> None:
    periodic = authored({"all": [{"fact": "buy_days", "least": 4}, {"fact": "spread_bp", "most": 3_500}]}, each="category")
    found = inside(periodic, *(bought(n) for n in (5, 34, 65, 95)), bought(200, category="感冒"))
    assert [(one.subject, [(why.fact, why.figure) for why in one.because]) for one in found] == [
        ("高血压", [("buy_days", 4), ("spread_bp", 333)])
    ]
    assert sg.said(found[0].because[0]) == ("高血压：近一年买过 4 天", "高血压: bought on 4 days in a year")


def test_what_nobody_can_know_fulfils_nothing() -> None:
    assert not inside(authored({"fact": "recency_days", "least": 0}))
    assert inside(authored({"not": {"fact": "recency_days", "least": 0}}))[0].because == ()


def test_a_brands_share_is_of_its_own_kind() -> None:
    loyal = authored({"fact": "share_bp", "least": 8_000}, each="brand")
    lines = [bought(3, brand="青禾", fen=9_000), bought(9, brand="云岭", fen=1_000), bought(4, brand="松岗", category="感冒", fen=50_000)]
    assert [one.subject for one in inside(loyal, *lines)] == ["松岗", "青禾"]


def test_only_the_last_year_counts_and_what_came_back_does_not() -> None:
    orders = authored({"fact": "orders", "least": 1})
    assert not inside(orders, bought(366), sg.Bought(TODAY, "r", "高血压", "青禾", 0, 0))
    assert inside(orders, bought(365))


@given(st.lists(st.integers(0, 40), min_size=5, max_size=60))
def test_a_fifth_holds_a_fifth_and_equal_figures_stay_together(figures: list[int]) -> None:
    bounds = sg.fifths([(figure, 1) for figure in figures])
    assert list(bounds) == sorted(bounds) and set(bounds) <= set(figures)
    cuts = sg.Cuts(frequency=bounds)
    score = {figure: sg.scores(0, figure, 0, cuts)["f_score"] for figure in figures}
    for fifth in range(1, 5):
        at_most = sum(score[figure] <= fifth for figure in figures)
        assert at_most * 5 >= len(figures) * fifth
    assert all(1 <= one <= 5 for one in score.values())


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), min_size=1, max_size=20))
def test_counted_figures_divide_as_the_same_figures_one_by_one(counted: list[tuple[int, int]]) -> None:
    assert sg.fifths(counted) == sg.fifths([(figure, 1) for figure, count in counted for _ in range(count)])


def test_the_most_recent_are_the_best() -> None:
    cuts = sg.Cuts(recency=(3, 10, 30, 90))
    assert [sg.scores(days, 1, 1, cuts)["r_score"] for days in (0, 3, 4, 10, 30, 31, 90, 91)] == [5, 5, 4, 4, 3, 2, 2, 1]


LINES = st.lists(
    st.builds(
        sg.Bought,
        day=st.integers(0, 400).map(lambda n: TODAY - timedelta(days=n)),
        sale_id=st.sampled_from("abcdef"),
        category=st.sampled_from(("高血压", "感冒", "")),
        brand=st.sampled_from(("青禾", "云岭", "")),
        quantity=st.integers(0, 3),
        amount_fen=st.integers(0, 9_000),
        cut_fen=st.integers(0, 100),
    ),
    max_size=25,
)
HOUSE = json.loads(resource("rules", "segments.json").read_text("utf-8"))


@given(LINES, st.randoms(use_true_random=False))
def test_the_order_purchases_arrive_in_does_not_matter(lines: list[sg.Bought], shuffling: object) -> None:
    segments = [sg.Segment.read(one) for one in HOUSE["segments"]]
    cuts = sg.Cuts((3, 10, 30, 90), (1, 2, 3, 5), (1_000, 3_000, 9_000, 20_000))
    known = {"chronic": 1, "grade": 2, "tests_90": 9}
    straight = sg.memberships(segments, sg.profile(lines, TODAY, cuts, known))
    other = list(lines)
    shuffling.shuffle(other)  # type: ignore[attr-defined]
    assert sg.memberships(segments, sg.profile(other, TODAY, cuts, known)) == straight
    for one in straight:
        assert all(all(sg.said(why)) for why in one.because)


def test_the_houses_own_labels_about_price_or_worth_never_reach_the_counter() -> None:
    shown = {one["id"] for one in HOUSE["segments"] if one["counter"]}
    assert {"price_sensitive", "champion"}.isdisjoint(shown) and "periodic" in shown
    assert sg.Cuts.read(HOUSE["cuts"]) == NO_CUTS


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x", "zh": "某", "when": {"fact": "luck", "least": 1}},
        {"id": "x", "zh": "某", "when": {"fact": "orders"}},
        {"id": "x", "zh": "某", "when": {"fact": "orders", "least": 1.5}},
        {"id": "x", "zh": "某", "when": {"all": []}},
        {"id": "x", "zh": "某", "when": []},
        {"id": "x", "when": {"fact": "orders", "least": 1}},
        {"id": "x", "zh": "某", "each": "shop", "when": {"fact": "orders", "least": 1}},
        {"id": "x", "zh": "某", "sells": "more", "when": {"fact": "orders", "least": 1}},
        {"id": "x", "zh": "某", "when": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"fact": "orders", "least": 1}}}}}}}}},
    ],
)
def test_a_rule_that_cannot_be_judged_is_refused_in_words(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="segment"):
        sg.Segment.read(wrong)


def test_bounds_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rising"):
        sg.Cuts.read({"recency": [4, 3, 2, 1], "frequency": [], "money_fen": []})
