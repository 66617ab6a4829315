"""What must be so around a sale, exchange and trade-in: what holds, what fails, and everything that fails at once."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.coupon_choice import choose, choose_in, held
from app.domain.pricing import BookedOffer, OfferBook, PriceLine, PromotionLaw, Reckoning, quote
from app.domain.promotions.conditions import Circumstances, Conditions
from app.domain.promotions.old_articles import backing
from app.records.offers import Offer

DAY = date(2026, 11, 21)  # a Saturday
LAW = PromotionLaw(frozenset({"rx", "otc_a"}))
BOOK = OfferBook.of((), LAW)


def offer(kind: str = "threshold", scope: str = "all", **terms: Any) -> Offer:
    told = terms or {"tiers": [{"reach_fen": 1000, "off_fen": 300}]}
    return Offer(
        id="o",
        kind=kind,
        title_zh="券",
        scope=scope,
        terms=json.dumps(told),
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        by_right=True,
    )


def when(**asked: Any) -> dict[str, Any]:
    return {"tiers": [{"reach_fen": 1000, "off_fen": 300}], "when": asked}


def line(product: str = "p", price: int = 2000, quantity: int = 1, rx_class: str = "none") -> PriceLine:
    return PriceLine(product, product, "c", quantity, price, rx_class=rx_class)


def cut(one: Offer, *lines: PriceLine, around: Circumstances | None = None, member: bool = False) -> int:
    run = Reckoning.of(lines, BOOK, member=member, tier="", day=DAY, around=around or Circumstances())
    return run.apply(BookedOffer.read(one))


def misses(one: Offer, *lines: PriceLine, around: Circumstances | None = None) -> list[str]:
    run = Reckoning.of(lines, BOOK, member=False, tier="", day=DAY, around=around or Circumstances())
    return [miss.code for miss in run.misses(BookedOffer.read(one))]


@pytest.mark.parametrize(
    ("asked", "good", "bad", "code"),
    [
        ({"hours": [["08:00", "11:00"]]}, Circumstances(minute=8 * 60), Circumstances(minute=11 * 60), "when_hours"),
        ({"birthday": "day"}, Circumstances(born_on=date(1960, 11, 21)), Circumstances(born_on=date(1960, 11, 22)), "when_birthday"),
        ({"birthday": "week"}, Circumstances(born_on=date(1960, 11, 24)), Circumstances(born_on=date(1960, 11, 25)), "when_birthday"),
        ({"birthday": "month"}, Circumstances(born_on=date(1960, 11, 1)), Circumstances(), "when_birthday"),
        ({"channels": ["online"]}, Circumstances(channel="online"), Circumstances(channel="store"), "when_channel"),
        ({"refill": True}, Circumstances(bought=frozenset({"p"})), Circumstances(bought=frozenset({"q"})), "when_refill"),
        ({"per_person": 2}, Circumstances(used=(("o", 1),)), Circumstances(used=(("o", 2),)), "per_person"),
    ],
)
def test_a_condition_opens_and_closes_the_offer_and_says_so(
    asked: dict[str, Any], good: Circumstances, bad: Circumstances, code: str
) -> None:
    one = offer(**when(**asked))
    assert (cut(one, line(), around=good), cut(one, line(), around=bad)) == (300, 0)
    assert misses(one, line(), around=bad) == [code]


def test_a_weekday_is_the_business_days() -> None:
    assert cut(offer(**when(weekdays=[6, 7])), line()) == 300
    assert misses(offer(**when(weekdays=[1, 2])), line()) == ["when_weekday"]


def test_a_leap_days_child_keeps_the_birthday_on_the_28th() -> None:
    asked = Conditions.read("o", {"when": {"birthday": "day"}})
    assert asked is not None
    born = Circumstances(born_on=date(2000, 2, 29))
    assert asked.failed(born, date(2026, 2, 28), frozenset()) == ()
    assert asked.failed(born, date(2028, 2, 29), frozenset()) == ()
    assert asked.failed(born, date(2028, 2, 28), frozenset()) != ()


def test_everything_that_fails_is_listed_with_what_is_missing() -> None:
    one = offer(**when(hours=[["08:00", "09:00"]], weekdays=[1])).model_copy(update={"members_only": True})
    assert misses(one, line(price=600), around=Circumstances(minute=0)) == ["members_only", "when_hours", "when_weekday", "threshold_short"]


@pytest.mark.parametrize(
    "terms",
    [{"when": {"moon": "full"}}, {"when": {"weekdays": [8]}}, {"when": {"birthday": "year"}}, {"when": {"hours": [["25:00", "26:00"]]}}],
)
def test_terms_that_ask_for_what_nobody_understands_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="offer o"):
        BookedOffer.read(offer(tiers=[{"reach_fen": 1000, "off_fen": 300}], **terms))


EXCHANGE = {"reach_fen": 5000, "product": "x", "price_fen": 990, "quantity": 1}


def test_what_is_exchanged_for_costs_its_small_price_once_and_never_counts_towards_the_sum() -> None:
    one = offer("exchange", **EXCHANGE)
    assert cut(one, line(price=5000), line("x", 2990, 2)) == 2000
    assert misses(one, line(price=4000), line("x", 2990)) == ["exchange_short"]
    assert misses(one, line(price=5000)) == ["exchange_not_scanned"]
    assert misses(one, line(price=5000), line("x", 900)) == ["exchange_not_cheaper"]


@pytest.mark.parametrize("rx_class", ["rx", "otc_a"])
def test_a_medicine_that_may_not_be_given_is_not_exchanged_for_either(rx_class: str) -> None:
    one = offer("exchange", **EXCHANGE)
    assert misses(one, line(price=5000), line("x", 2990, rx_class=rx_class)) == ["not_giftable"]


def test_a_subsidy_wants_the_old_article_and_never_pays_more_than_the_goods() -> None:
    one = offer("trade_in", amount_fen=3000, old=["bp_meter"])
    handed = Circumstances(traded=("bp_meter",))
    assert misses(one, line(price=9000)) == ["when_trade_in"]
    assert misses(one, line(price=9000), around=Circumstances(traded=("other",))) == ["when_trade_in"]
    assert (cut(one, line(price=9000), around=handed), cut(one, line(price=2000), around=handed)) == (3000, 2000)
    with pytest.raises(ValueError, match="old"):
        BookedOffer.read(offer("trade_in", amount_fen=3000))


def old_for_new(name: str, *old: str, **fields: Any) -> BookedOffer:
    return BookedOffer.read(offer("trade_in", amount_fen=3000, old=list(old)).model_copy(update={"id": name, **fields}))


def test_one_old_article_backs_one_subsidy_and_a_second_one_the_other() -> None:
    both = [offer("trade_in", amount_fen=3000, old=["bp_meter"]).model_copy(update={"id": name, "by_right": False}) for name in "ab"]
    book = OfferBook.of(both, PromotionLaw(frozenset()))
    for handed, cut_fen in ((("bp_meter",), 3000), (("bp_meter", "bp_meter"), 6000)):
        run = Reckoning.of((line(price=9000),), book, member=True, tier="", day=DAY, around=Circumstances(traded=handed))
        assert sum(amount for _, _, amount in run.made) == cut_fen
        assert [note.code for note in run.notes] == ["applied", "applied" if len(handed) == 2 else "old_article_used"]


@given(
    wanted=st.lists(st.sets(st.sampled_from("abc"), min_size=1), max_size=4),
    handed=st.lists(st.sampled_from("abc"), max_size=4),
)
def test_as_many_subsidies_are_backed_as_any_sharing_out_of_the_articles_could(wanted: list[set[str]], handed: list[str]) -> None:
    found = backing(wanted, handed)
    possible = any(
        all(handed[place] in kinds for kinds, place in zip(wanted, places, strict=True))
        for places in permutations(range(len(handed)), len(wanted))
    )
    assert (found is not None) == possible
    if found is not None:
        assert len(set(found)) == len(wanted)
        assert all(handed[place] in kinds for kinds, place in zip(wanted, found, strict=True))


def test_an_article_that_either_could_have_leaves_the_other_for_the_offer_that_wants_just_that() -> None:
    run = Reckoning.of((line(price=9000),), BOOK, member=True, tier="", day=DAY, around=Circumstances(traded=("meter", "scale")))
    mark = run.mark()
    assert [run.apply(old_for_new(name, *old)) for name, old in (("a", ("meter", "scale")), ("b", ("meter",)))] == [3000, 3000]
    assert run.apply(third := old_for_new("c", "scale")) == 0
    assert [miss.code for miss in run.misses(third)] == ["old_article_used"]
    run.restore(mark)
    assert run.apply(third) == 3000, "what was tried and taken back is nobody's"


def test_of_two_coupons_on_one_old_article_the_better_is_used() -> None:
    lines, handed = (line(price=9000),), Circumstances(traded=("meter",))
    small, large = (
        held(offer("trade_in", amount_fen=amount, old=["meter"]).model_copy(update={"id": str(amount)}), f"s-{amount}", DAY, 0)
        for amount in (1000, 3000)
    )
    run = Reckoning.of(lines, BOOK, member=True, tier="", day=DAY, around=handed)
    best = choose_in(run, [small, large])
    assert (best.serials, best.cut_fen) == (("s-3000",), 3000)


def test_the_new_kinds_take_part_in_the_best_choice() -> None:
    lines = (line(price=6000), line("x", 2990))
    coupons = [held(offer("exchange", **EXCHANGE), "s-1", DAY, 0), held(offer(), "s-2", DAY, 0)]
    best = choose(lines, BOOK, coupons, member=True, tier="", day=DAY)
    assert (set(best.serials), best.cut_fen, best.proven) == ({"s-1", "s-2"}, 2300, True)
    assert quote(lines, BOOK, member=True, tier="", day=DAY, coupons=[one.terms for one in coupons]).cut_fen == 2300


def test_two_coupons_of_one_offer_in_one_sale_both_count_for_the_person() -> None:
    """One a person: the better of two is used, also where a person wanted both, and the other says why it waits."""
    limited = offer(when={"per_person": 1}, tiers=[{"reach_fen": 1000, "off_fen": 300}])
    small, large = held(limited, "s-1", DAY, 100), held(limited, "s-2", DAY, 300)
    best = choose((line(price=6000),), BOOK, [small, large], member=True, tier="", day=DAY)
    assert (best.serials, best.cut_fen, best.proven) == (("s-2",), 300, True)
    assert [(one.serial, one.code, dict(one.facts)["used"]) for one in best.waiting] == [("s-1", "per_person", 1)]
    both = quote((line(price=6000),), BOOK, member=True, tier="", day=DAY, coupons=[small.terms, large.terms])
    assert both.cut_fen == 100 and both.notes[-1].code == "per_person"
    two = offer(when={"per_person": 2}, tiers=[{"reach_fen": 1000, "off_fen": 300}])
    coupons = [held(two, f"s-{number}", DAY, 0) for number in range(3)]
    assert choose((line(price=6000),), BOOK, coupons, member=True, tier="", day=DAY).cut_fen == 600
    free = [held(offer(), f"s-{number}", DAY, 0) for number in range(3)]
    assert choose((line(price=6000),), BOOK, free, member=True, tier="", day=DAY).cut_fen == 900


def test_a_use_that_is_taken_back_leaves_its_turn_to_another() -> None:
    run = Reckoning.of((line(price=6000),), BOOK, member=True, tier="", day=DAY)
    limited = BookedOffer.read(offer(**when(per_person=1)))
    mark = run.mark()
    assert (run.apply(limited), run.apply(limited)) == (300, 0)
    run.restore(mark)
    assert run.apply(limited) == 300
