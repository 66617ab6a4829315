"""The card of a waiting coupon: every reason, what is missing, and the cheapest goods of this shop that would do."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.assembly import Till
from app.counter import offer_words
from app.counter.coupon_why import MOST_PIECES, CouponWhy
from app.records.coupons import CouponRight
from app.records.offers import Offer

STARTS, ENDS = date(2026, 11, 1), date(2026, 12, 31)
THERMOMETER = "P5800A1"


def card(till: Till, hand: Any, kind: str, terms: str, scope: str = "all") -> CouponWhy:
    offer = Offer(id="o", kind=kind, title_zh="券", scope=scope, terms=terms, starts_on=STARTS, ends_on=ENDS, by_right=True)
    till.store.catalogue.upsert((), [offer])
    serial = str(UUID(int=1))
    whose: dict[str, Any] = {"id": serial, "offer_id": "o", "member_id": "member-00001", "coupon_class": "B", "token": "", "face_fen": 500}
    right = CouponRight(starts_on=STARTS, ends_on=ENDS, **whose)
    till.store.inbox.apply("coupon", [right.model_dump(mode="json")], "c1").result(60)
    hand.scan(f"@{THERMOMETER}.ean", "@member.1")
    return next(each for each in till.selling.coupon_whys() if each.serial == right.id)


def test_a_sum_that_is_missing_is_reached_at_the_least_cost_with_goods_that_are_in_stock(till: Till, hand: Any) -> None:
    found = card(till, hand, "threshold", '{"tiers":[{"reach_fen":2000,"off_fen":300}]}')
    assert [reason.zh for reason in found.reasons] == ["再买 ¥6.50 可减 ¥3.00"]
    assert found.way.zh.startswith("最省：加 ")
    ways = till.store.catalogue.cheapest_ways(650, (), (), MOST_PIECES)
    costs = [-(-650 // one.list_price_fen) * one.list_price_fen for one in ways]
    assert costs == sorted(costs) and costs[0] >= 650
    everything = [p for p in till.store.catalogue.products() if p.active and p.in_assortment and p.list_price_fen > 0]
    lawful = [p.list_price_fen for p in everything if p.rx_class != "rx" and not p.special]
    assert costs[0] == min(-(-650 // price) * price for price in lawful if -(-650 // price) <= MOST_PIECES)
    assert all(one.rx_class != "rx" and not one.special for one in ways)


def test_every_reason_stands_on_the_card_and_no_goods_are_offered_where_they_would_not_do(till: Till, hand: Any) -> None:
    terms = '{"tiers":[{"reach_fen":2000,"off_fen":300}],"when":{"weekdays":[1]},"member_tiers":["nobody"]}'
    found = card(till, hand, "threshold", terms)
    assert [reason.zh for reason in found.reasons] == ["限指定等级会员", "周一可用", "再买 ¥6.50 可减 ¥3.00"]
    assert found.way.zh == ""


@pytest.mark.parametrize("scope", [f"product:{THERMOMETER}", "all"])
def test_pieces_that_are_missing_are_named_with_their_price(till: Till, hand: Any, scope: str) -> None:
    found = card(till, hand, "nth_cheaper", '{"nth":2,"percent_off_bp":5000}', scope)
    assert [reason.zh for reason in found.reasons] == ["再买 1 件"]
    assert "最省：加 1 " in found.way.zh


def test_a_set_says_what_is_still_missing(till: Till, hand: Any) -> None:
    other = next(p for p in till.store.catalogue.products() if p.in_assortment and p.rx_class == "none" and p.id != THERMOMETER)
    found = card(till, hand, "bundle", f'{{"products":["{THERMOMETER}","{other.id}"],"price_fen":100}}')
    assert found.way.zh.startswith(f"补齐 {other.generic_name}")


def test_a_basket_without_waiting_coupons_has_no_cards(till: Till, hand: Any) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    assert till.selling.coupon_whys() == ()


def test_goods_that_an_offer_makes_cheaper_are_counted_as_they_are_paid_for(till: Till, hand: Any) -> None:
    """A tenth off everything: goods that are worth just what is missing as they are marked leave the coupon short."""
    terms = {"kind": "percent", "title_zh": "全场九折", "terms": '{"percent_off_bp":1000}', "starts_on": STARTS, "ends_on": ENDS}
    till.store.catalogue.upsert((), [Offer(id="tenth", **terms)])
    found = card(till, hand, "threshold", '{"tiers":[{"reach_fen":2000,"off_fen":300}]}')
    assert [reason.zh for reason in found.reasons] == ["再买 ¥7.85 可减 ¥3.00"]
    count, name, fen = re.fullmatch(r"最省：加 (\d) \S(.+)，¥([\d.]+)", found.way.zh).groups()
    goods = next(p for p in till.store.catalogue.products() if f"{p.generic_name} {p.spec}" == name and p.in_assortment)
    assert float(fen) >= 7.85
    for _ in range(int(count)):
        till.selling.add_product(goods.id)
    # The sum grew by what the card says, and the coupon is used.
    assert till.selling.quote.payable_fen + 300 == 1215 + round(float(fen) * 100)


def test_a_gift_waits_only_for_its_purchase(till: Till, hand: Any) -> None:
    gift = next(p for p in till.store.catalogue.products() if p.in_assortment and p.rx_class == "none" and p.id != THERMOMETER)
    terms = f'{{"buy_quantity":2,"gift_product":"{gift.id}","gift_quantity":1}}'
    found = card(till, hand, "gift", terms, f"product:{THERMOMETER}")
    assert found.way.zh.startswith("最省：加 1 ")


def test_what_is_for_members_says_so_and_what_is_for_a_tier_says_that() -> None:
    told = {code: offer_words.why(code, {}, lambda _: "").zh for code in ("members_only", "tier_only")}
    assert told == {"members_only": "会员专享：先登记会员", "tier_only": "限指定等级会员"}


def test_coupons_of_one_offer_are_told_the_same_goods_and_those_are_looked_for_once(
    till: Till, hand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = card(till, hand, "threshold", '{"tiers":[{"reach_fen":2000,"off_fen":300}]}')
    whose: dict[str, Any] = {"offer_id": "o", "member_id": "member-00001", "coupon_class": "B", "token": "", "face_fen": 500}
    more = [CouponRight(id=str(UUID(int=n)), starts_on=STARTS, ends_on=ENDS, **whose).model_dump(mode="json") for n in range(2, 8)]
    till.store.inbox.apply("coupon", more, "c2").result(60)
    hand.scan("@P6000A1.ean")
    till.selling.undo()
    asked: list[int] = []
    catalogue = till.store.catalogue
    monkeypatch.setattr(catalogue, "cheapest_ways", lambda *told: asked.append(told[0]) or type(catalogue).cheapest_ways(catalogue, *told))
    ways = {one.way for one in till.selling.coupon_whys() if one.reasons == first.reasons}
    assert ways == {first.way} and asked.count(650) == 1
