"""Tiers: the fold against a day-by-day oracle, the days at its borders, falling by one step, and tiers given by hand."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.tiers import Given, Place, Purchase, TierRules, counted_fen, months_later, place_on
from app.records.resources import resource

HOUSE: dict[str, Any] = json.loads(resource("rules", "tiers.json").read_text("utf-8"))
RULES = TierRules.read(HOUSE)
DAY = timedelta(days=1)


def changed(**fields: Any) -> TierRules:
    return TierRules.read({**copy.deepcopy(HOUSE), **fields})


MONTHLY = changed(hold={"kind": "months", "months": 12})
SHORT = changed(months=3, hold={"kind": "months", "months": 3}, grace_days=10)
PACKS = (RULES, MONTHLY, SHORT)


def bought(day: str, yuan: int) -> Purchase:
    return Purchase(date.fromisoformat(day), yuan * 100)


def at(day: str, *purchases: Purchase, rules: TierRules = RULES, **rest: Any) -> Place:
    return place_on(date.fromisoformat(day), purchases, rules, **rest)


# ------------------------------------------------------------------ the oracle


def slowly(today: date, purchases: list[Purchase], rules: TierRules, book: str) -> tuple[str, date | None]:
    """The same rules walked day by day, as one would on paper; gives the tier and the end of its term."""
    rank = rules.rank(book)
    until = rules.last_day(rules.book_on) if rank else None
    day = min([rules.book_on, *(one.day for one in purchases)])
    before = 0
    while day <= today:
        inside = [one for one in purchases if one.fen > 0 and months_later(day, -rules.months) < one.day <= day]
        fen, days = sum(one.fen for one in inside), len({one.day for one in inside})
        reached = max(place for place, tier in enumerate(rules.tiers) if tier.met(fen, days))
        if until is not None and day == until + DAY and before >= rank:
            until = rules.last_day(until)
        if until is not None and day > until + timedelta(days=rules.grace_days):
            rank -= 1
            until = rules.last_day(until) if rank else None
        if reached > rank and any(one.day == day for one in inside):
            rank, until = reached, rules.last_day(day)
        elif until is not None and day > until and reached >= rank:
            until = rules.last_day(until)
        before = reached
        day += DAY
    return rules.tiers[rank].id, until


PURCHASES = st.lists(
    st.builds(
        Purchase,
        st.dates(date(2026, 1, 1), date(2029, 12, 31)),
        st.sampled_from([0, 5_000, 40_000, 100_000, 160_000, 299_999, 300_000]),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(PURCHASES, st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from(["", "silver", "gold"]), st.sampled_from(PACKS))
def test_the_fold_says_what_walking_day_by_day_says(purchases: list[Purchase], today: date, book: str, rules: TierRules) -> None:
    tier, until = slowly(today, purchases, rules, book)
    place = place_on(today, purchases, rules, book=book)
    assert place.tier == tier
    grace = timedelta(days=rules.grace_days if place.in_grace else 0)
    assert place.until == (until + grace if until is not None else None)
    assert place == place_on(today, purchases[::-1], rules, book=book)


@settings(max_examples=60, deadline=None)
@given(PURCHASES, st.dates(date(2026, 1, 1), date(2030, 6, 30)), st.sampled_from(["", "gold"]))
def test_nothing_changes_by_itself_before_the_day_that_is_named_and_something_does_on_it(
    purchases: list[Purchase], today: date, book: str
) -> None:
    place = place_on(today, purchases, RULES, book=book)

    def said(day: date) -> tuple[object, ...]:
        one = place_on(day, purchases, RULES, book=book)
        return one.tier, one.until, one.in_grace, one.missing.by if one.missing is not None else None

    due = place.changes_on
    for day in (today + DAY, (due or date(2033, 1, 1)) - DAY):
        if due is None or day < due:
            assert said(day) == said(today)


@settings(max_examples=60, deadline=None)
@given(PURCHASES, st.dates(date(2026, 1, 1), date(2030, 6, 30)))
def test_what_is_said_to_be_missing_lifts_until_the_day_named_and_a_fen_less_does_not(purchases: list[Purchase], today: date) -> None:
    purchases = [one for one in purchases if one.day <= today]
    missing = place_on(today, purchases, RULES).missing
    if missing is None or not missing.fen:
        return
    by = missing.by or today
    for day in {today, by}:
        rank = RULES.rank(place_on(day, [*purchases, Purchase(day, missing.fen)], RULES).tier)
        assert rank >= RULES.rank(missing.tier) or place_on(day, purchases, RULES).tier != place_on(today, purchases, RULES).tier
    less = place_on(today, [*purchases, Purchase(today, missing.fen - 1)], RULES)
    assert RULES.rank(less.tier) < RULES.rank(missing.tier) or (less.days >= RULES.tiers[1].days > 0)


# ------------------------------------------------------------------ days at the borders


def test_a_thousand_yuan_make_silver_on_their_own_day_and_a_fen_less_does_not() -> None:
    assert at("2026-11-22", bought("2026-11-22", 1000)).tier == "silver"
    place = place_on(date(2026, 11, 22), [Purchase(date(2026, 11, 22), 99_999)], RULES)
    assert place.tier == "normal" and place.missing is not None and (place.missing.fen, place.missing.days) == (1, 23)


def test_a_purchase_counts_for_twelve_months_to_the_day() -> None:
    first = bought("2025-11-23", 600)
    assert at("2026-11-22", first, bought("2026-11-22", 400)).tier == "silver"
    assert at("2026-11-23", first, bought("2026-11-23", 400)).tier == "normal"
    missing = at("2026-11-01", first).missing
    assert missing is not None and (missing.fen, missing.by) == (40_000, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("day", "last"),
    [("2024-02-29", "2025-02-28"), ("2024-02-28", "2025-02-27"), ("2023-02-28", "2024-02-27"), ("2024-12-31", "2025-12-30")],
)
def test_the_last_day_of_a_purchase_in_leap_years_and_at_month_ends(day: str, last: str) -> None:
    purchase = bought(day, 999)
    assert RULES.counts_until(purchase.day) == date.fromisoformat(last)
    assert at(last, purchase).spent_fen == 99_900
    assert place_on(date.fromisoformat(last) + DAY, [purchase], RULES).spent_fen == 0


def test_a_tier_holds_to_the_end_of_the_next_calendar_year_and_then_through_its_grace() -> None:
    once = bought("2026-01-01", 1000)
    place = at("2027-12-31", once)
    assert (place.tier, place.until, place.in_grace) == ("silver", date(2027, 12, 31), False)
    place = at("2028-01-01", once)
    assert (place.tier, place.until, place.in_grace) == ("silver", date(2028, 1, 31), True)
    place = at("2028-02-01", once)
    assert (place.tier, place.because, place.since) == ("normal", "ended", date(2028, 2, 1))


def test_a_tier_of_months_holds_so_many_from_its_own_day() -> None:
    once = bought("2026-03-31", 1000)
    assert at("2027-03-31", once, rules=MONTHLY).until == date(2027, 3, 31)
    assert at("2027-04-01", once, rules=MONTHLY).in_grace, "what reached it does not renew it"


def test_who_spent_enough_within_the_last_months_is_renewed_and_who_does_so_in_the_grace_is_too() -> None:
    assert at("2028-01-01", bought("2026-05-01", 1000), bought("2027-06-01", 1000)).until == date(2028, 12, 31)
    late = at("2028-01-15", bought("2026-05-01", 1000), bought("2027-06-01", 400), bought("2028-01-15", 600))
    assert (late.tier, late.until, late.because) == ("silver", date(2028, 12, 31), "renewed")


def test_one_falls_by_one_step_at_a_time_and_the_lower_tier_has_a_term_of_its_own() -> None:
    once = bought("2026-05-01", 5000)
    assert at("2028-01-31", once).tier == "gold"
    fallen = at("2028-02-01", once)
    assert (fallen.tier, fallen.until) == ("silver", date(2028, 12, 31))
    assert at("2029-01-31", once).tier == "silver"
    assert at("2029-02-01", once).tier == "normal"
    assert at("2029-02-01", once).until is None


def test_one_sale_lifts_by_two_tiers() -> None:
    place = at("2026-11-22", bought("2026-11-22", 3000))
    assert (place.tier, place.missing) == ("gold", None)


def test_days_with_a_purchase_reach_a_tier_too_and_two_on_one_day_are_one() -> None:
    days = [Purchase(date(2026, 1, 1) + timedelta(days=day // 2), 100) for day in range(46)]
    assert place_on(date(2026, 2, 1), days, RULES).days == 23
    assert place_on(date(2026, 2, 1), [*days, bought("2026-02-01", 1)], RULES).tier == "silver"


def test_what_came_back_was_never_bought_and_a_tier_reached_by_it_never_was() -> None:
    assert at("2026-11-22", bought("2026-11-20", 3000)).tier == "gold"
    assert at("2026-11-22", Purchase(date(2026, 11, 20), 0)) == at("2026-11-22")


def test_a_tier_that_a_profile_brought_along_holds_as_if_it_was_reached_on_the_day_named() -> None:
    place = at("2026-11-22", book="gold")
    assert (place.tier, place.since, place.until, place.because) == ("gold", date(2026, 1, 1), date(2027, 12, 31), "book")
    assert at("2028-02-01", book="gold").tier == "silver"


def test_a_till_whose_clock_is_ahead_lifts_nobody_before_the_day_comes() -> None:
    ahead = bought("2026-12-24", 1000)
    place = at("2026-12-23", ahead)
    assert (place.tier, place.changes_on) == ("normal", date(2026, 12, 24))
    assert at("2026-12-24", ahead).tier == "silver"


# ------------------------------------------------------------------ given by hand


def test_a_tier_given_by_hand_is_a_floor_from_its_first_day_to_its_last() -> None:
    gift = [Given("gold", date(2026, 6, 1), date(2026, 6, 30))]
    assert [at(day, given=gift).tier for day in ("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01")] == [
        "normal", "gold", "gold", "normal",
    ]  # fmt: skip
    place = at("2026-06-30", bought("2026-06-30", 1000), given=gift)
    assert (place.tier, place.until, place.because, place.changes_on) == ("gold", date(2026, 6, 30), "given", date(2026, 7, 1))
    assert at("2026-07-01", bought("2026-06-30", 1000), given=gift).tier == "silver", "what was earned meanwhile stands"


def test_a_tier_given_by_hand_lowers_nobody_and_outlasts_an_earned_one_of_its_rank() -> None:
    earned = bought("2026-05-01", 3000)
    assert at("2026-06-15", earned, given=[Given("silver", date(2026, 6, 1), date(2026, 6, 30))]).tier == "gold"
    longer = at("2028-02-15", earned, given=[Given("gold", date(2026, 6, 1), date(2028, 3, 31))])
    assert (longer.tier, longer.until) == ("gold", date(2028, 3, 31))
    assert at("2028-04-01", earned, given=[Given("gold", date(2026, 6, 1), date(2028, 3, 31))]).tier == "silver"


# ------------------------------------------------------------------ what counts of a sale


@dataclass(frozen=True)
class Line:
    line_id: str
    amount_fen: int
    rx_class: str = "none"


def test_what_an_insurer_or_points_paid_counts_nothing_and_returns_lessen_what_counts() -> None:
    lines = [Line("a", 6000), Line("b", 4000)]
    assert counted_fen(lines, {"cash": 10_000}, (), RULES) == 10_000
    assert counted_fen(lines, {"cash": 2500, "insurance": 7500}, (), RULES) == 2500
    assert counted_fen(lines, {"cash": 2500, "points": 7500}, [("a", 6000)], RULES) == 1000
    assert counted_fen(lines, {"insurance": 10_000}, (), RULES) == 0
    assert counted_fen(lines, {"cash": 10_000}, [("a", 6000), ("b", 4000)], RULES) == 0


def test_classes_that_do_not_count_are_left_out_by_data() -> None:
    rules = changed(classes_without=["rx"])
    lines = [Line("a", 6000, "rx"), Line("b", 4000)]
    assert counted_fen(lines, {"cash": 10_000}, (), rules) == 4000
    assert counted_fen(lines, {"cash": 10_000}, [("a", 6000)], rules) == 4000, "what never counted takes nothing back"


def test_a_tier_may_ask_for_both() -> None:
    tiers = [*HOUSE["tiers"][:1], {"id": "silver", "zh": "银卡", "en": "Silver", "spend_fen": 1000, "days": 2, "both": True}]
    rules = changed(tiers=tiers)
    one = place_on(date(2026, 5, 1), [bought("2026-05-01", 10)], rules)
    assert one.tier == "normal" and one.missing is not None and (one.missing.fen, one.missing.days, one.missing.both) == (0, 1, True)
    assert place_on(date(2026, 5, 2), [bought("2026-05-01", 10), bought("2026-05-02", 1)], rules).tier == "silver"


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": 0},
        {"tiers": []},
        {"grace_days": 400},
        {"hold": {"kind": "weeks", "weeks": 2}},
        {"tiers": [*HOUSE["tiers"], {"id": "none", "zh": "无", "en": "None", "spend_fen": 0, "days": 0, "both": False}]},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        changed(**wrong)
