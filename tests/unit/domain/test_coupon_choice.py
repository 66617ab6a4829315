"""The best coupons: equal to looking at every set, explained, and never using up a coupon that takes nothing off."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.coupon_choice import HeldCoupon, choose, choose_in
from app.domain.pricing import BookedOffer, OfferBook, PriceLine, PromotionLaw, Reckoning, quote
from app.domain.promotions.goods import Goods
from app.records.offers import Offer

TODAY = date(2026, 11, 22)
LAW = PromotionLaw(frozenset({"rx"}))
PRODUCTS = [f"p{number}" for number in range(6)]


def terms_of(serial: str, kind: str, terms: dict[str, Any], *, scope: str = "all", group: str = "", exclusive: bool = False) -> Offer:
    return Offer(
        id=serial, kind=kind, title_zh=serial, scope=scope, terms=json.dumps(terms), stack_group=group, exclusive=exclusive,
        starts_on=TODAY, ends_on=TODAY + timedelta(days=30),
    )  # fmt: skip


def held(offer: Offer, days: int = 30) -> HeldCoupon:
    return HeldCoupon(offer.id, BookedOffer.read(offer), TODAY + timedelta(days=days))


def line(number: int, price: int, quantity: int = 1, rx_class: str = "none") -> PriceLine:
    return PriceLine(f"l{number}", PRODUCTS[number % 6], "c", quantity, price, rx_class=rx_class)


OFF_20 = terms_of("off20", "threshold", {"tiers": [{"reach_fen": 10_000, "off_fen": 2_000}]}, group="x")
OFF_30 = terms_of("off30", "threshold", {"tiers": [{"reach_fen": 15_000, "off_fen": 3_000}]}, group="x")
TENTH = terms_of("tenth", "percent", {"percent_off_bp": 1_000})
NOTHING = OfferBook.of([], LAW)


def test_of_two_coupons_that_exclude_each_other_the_better_one_is_taken_and_the_difference_told() -> None:
    found = choose([line(0, 16_000)], NOTHING, [held(OFF_20), held(OFF_30)], member=True, tier="", day=TODAY)
    assert (found.serials, found.cut_fen, found.runner_up, found.runner_up_fen) == (("off30",), 3_000, ("off20",), 2_000)
    assert [(w.serial, w.code) for w in found.waiting] == [("off20", "better_without")]
    assert found.proven


def test_a_coupon_that_misses_its_threshold_says_how_much_is_missing() -> None:
    found = choose([line(0, 9_000)], NOTHING, [held(OFF_20)], member=True, tier="", day=TODAY)
    assert (found.serials, found.cut_fen) == ((), 0)
    assert found.waiting[0].code == "threshold_short"
    assert dict(found.waiting[0].facts)["short_fen"] == 1_000


def test_of_equal_coupons_the_one_that_ends_first_is_used() -> None:
    late, soon = terms_of("a-late", "amount_off", {"amount_fen": 500}), terms_of("b-soon", "amount_off", {"amount_fen": 500})
    found = choose([line(0, 16_000)], NOTHING, [held(late, 30), held(soon, 3)], member=True, tier="", day=TODAY, most=1)
    assert found.serials == ("b-soon",)


def test_no_more_coupons_than_a_sale_may_use() -> None:
    coupons = [held(terms_of(f"c{no}", "amount_off", {"amount_fen": 100 + no})) for no in range(5)]
    found = choose([line(0, 16_000)], NOTHING, coupons, member=True, tier="", day=TODAY, most=2)
    assert (found.serials, found.cut_fen, found.runner_up_fen) == (("c3", "c4"), 207, 206)


def test_a_medicine_is_never_given_away_by_coupons() -> None:
    free = terms_of("free", "percent", {"percent_off_bp": 10_000})
    found = choose([line(0, 1_000, rx_class="rx")], NOTHING, [held(free)], member=True, tier="", day=TODAY)
    assert (found.serials, found.waiting[0].code) == ((), "not_giftable")


def test_a_search_that_takes_too_long_says_that_it_is_not_proven() -> None:
    tiers = [held(terms_of(f"t{no:02d}", "threshold", {"tiers": [{"reach_fen": 9_000 + no, "off_fen": 500 + no}]})) for no in range(12)]
    found = choose([line(0, 12_000)], NOTHING, tiers, member=True, tier="", day=TODAY, tries=30)
    assert not found.proven
    assert found.cut_fen > 0


def test_of_equal_coupons_the_later_one_may_be_the_one_to_use() -> None:
    # The first exclusive coupon would close both goods before the second kind of coupon takes the cheap one whole.
    lines = [PriceLine("l0", PRODUCTS[2], "c", 1, 1), PriceLine("l1", PRODUCTS[2], "c", 1, 307, rx_class="rx")]
    alone = [terms_of(f"c{no}", "percent", {"percent_off_bp": 212}, exclusive=True) for no in (0, 2)]
    nearly = terms_of("c1", "percent", {"percent_off_bp": 9_984})
    found = choose(lines, NOTHING, [held(alone[0], 0), held(nearly, 1), held(alone[1], 2)], member=True, tier="", day=TODAY)
    assert (found.cut_fen, found.serials) == (8, ("c1", "c2"))


TERMS = st.one_of(
    st.builds(lambda bp: ("percent", {"percent_off_bp": bp}), st.integers(100, 10_000)),
    st.builds(lambda fen: ("amount_off", {"amount_fen": fen}), st.integers(1, 3_000)),
    st.builds(
        lambda reach, off: ("threshold", {"tiers": [{"reach_fen": reach + off, "off_fen": off}]}),
        st.integers(0, 20_000),
        st.integers(1, 5_000),
    ),
    st.builds(lambda n, bp: ("nth_cheaper", {"nth": n, "percent_off_bp": bp}), st.integers(2, 3), st.integers(1_000, 10_000)),
    st.just(("bundle", {"products": ["p0", "p1"], "price_fen": 1_500})),
    st.just(("gift", {"buy_quantity": 1, "gift_product": "p2", "gift_quantity": 1})),
)
SCOPES = st.sampled_from(["all", "product:p0;p1", "product:p2;p3", "product:p4"])
OFFERS = st.tuples(TERMS, SCOPES, st.sampled_from(["", "", "x", "y"]), st.booleans())
CLASSES = st.sampled_from(["none", "none", "rx"])
LINES = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9_000), st.integers(1, 4), CLASSES), min_size=1, max_size=6)


def drawn_offer(name: str, drawn: Any) -> Offer:
    (kind, terms), scope, group, alone = drawn
    return terms_of(name, kind, terms, scope=scope, group=group, exclusive=alone)


@settings(max_examples=150, deadline=None)
@given(LINES, st.lists(OFFERS, max_size=5), st.lists(OFFERS, min_size=1, max_size=6), st.integers(0, 3))
def test_the_choice_is_that_of_looking_at_every_set(drawn: list[Any], offers: list[Any], coupons: list[Any], most: int) -> None:
    lines = [PriceLine(f"l{no}", PRODUCTS[at], "c", quantity, price, rx_class=rx) for no, (at, price, quantity, rx) in enumerate(drawn)]
    book = OfferBook.of([drawn_offer(f"o{no}", one) for no, one in enumerate(offers)], LAW)
    wallet = [held(drawn_offer(f"c{no}", one), no) for no, one in enumerate(coupons)]
    found = choose(lines, book, wallet, member=True, tier="", day=TODAY, most=most)
    plain = quote(lines, book, member=True, tier="", day=TODAY).payable_fen
    order = sorted(wallet, key=lambda one: (one.terms.priority, one.ends_on, one.serial))
    best = 0
    for size in range(1, (most or len(order)) + 1):
        for chosen in combinations(order, size):
            cut = plain - quote(lines, book, member=True, tier="", day=TODAY, coupons=[one.terms for one in chosen]).payable_fen
            best = max(best, cut)
    assert found.proven
    assert found.cut_fen == best
    used = [one.terms for one in order if one.serial in found.serials]
    assert plain - quote(lines, book, member=True, tier="", day=TODAY, coupons=used).payable_fen == best
    assert found.runner_up_fen <= found.cut_fen
    assert {*found.serials, *(one.serial for one in found.waiting)} == {one.serial for one in wallet}


@settings(max_examples=150, deadline=None)
@given(LINES, st.lists(OFFERS, max_size=5), st.lists(OFFERS, min_size=1, max_size=6), st.integers(0, 3))
def test_a_search_leaves_the_basket_as_if_it_had_never_tried(drawn: list[Any], offers: list[Any], coupons: list[Any], most: int) -> None:
    lines = [PriceLine(f"l{no}", PRODUCTS[at], "c", quantity, price, rx_class=rx) for no, (at, price, quantity, rx) in enumerate(drawn)]
    book = OfferBook.of([drawn_offer(f"o{no}", one) for no, one in enumerate(offers)], LAW)
    wallet = [held(drawn_offer(f"c{no}", one), no) for no, one in enumerate(coupons)]
    run = Reckoning.of(lines, book, member=True, tier="", day=TODAY)
    found = choose_in(run, wallet, most=most)
    assert found == choose(lines, book, wallet, member=True, tier="", day=TODAY, most=most)
    untouched = Reckoning.of(lines, book, member=True, tier="", day=TODAY)
    assert [_state(goods) for goods in run.goods] == [_state(goods) for goods in untouched.goods]
    used = [one.terms for one in wallet if one.serial in found.serials]
    assert run.quoted(lines, used) == quote(lines, book, member=True, tier="", day=TODAY, coupons=used)


def _state(goods: Goods) -> tuple[object, ...]:
    return goods.product_id, goods.left_fen, goods.shut, goods.touched, goods.giftable, goods.groups
