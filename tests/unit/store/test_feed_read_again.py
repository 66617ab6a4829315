"""A feed with another history: what headquarters alone makes and does not tell again goes; what may be this till's own stays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from app.records.catalogue import dated_price
from app.records.coupons import CouponCase, CouponRight, Lease
from app.records.offers import Offer
from app.records.people import Alias, Member

DAYS: dict[str, Any] = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 12, 31)}
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def lease(name: str) -> Lease:
    return Lease(id=name, grant_id="g", device="0" * 16, till="01", offer_id="o", rights=2, face_fen=300, **DAYS)


def right(name: str, token: str = "YGC") -> CouponRight:
    return CouponRight(id=name, offer_id="o", member_id="m", coupon_class="B", token=token, face_fen=300, **DAYS)


def case(name: str) -> CouponCase:
    return CouponCase(id=name, kind="double", serial="s", at=NOON, cost_fen=300)


def read_again(till: Any, feed: str, before: list[Any], after: list[Any]) -> None:
    inbox = till.store.inbox
    inbox.apply(feed, [one.model_dump(mode="json") for one in before], "old.2.x").result(60)
    assert inbox.cursor(feed) == "old.2.x" and not inbox.again(feed)
    inbox.read_again(feed).result(60)
    inbox.read_again(feed, [one.model_dump(mode="json") for one in after]).result(60)
    assert inbox.cursor(feed) == "" and inbox.again(feed)
    inbox.end_again(feed, [one.id for one in after], "new.1.y").result(60)
    assert inbox.cursor(feed) == "new.1.y" and not inbox.again(feed)


def test_shares_rights_cases_and_names_that_are_not_told_again_go(demo_counter: Any) -> None:
    till = demo_counter.till
    coupons = till.store.coupons
    read_again(till, "lease", [lease("a"), lease("b")], [lease("b"), lease("c")])
    assert {one.id for one in coupons.leases_of_grant("g")} == {"b", "c"}
    read_again(till, "coupon", [right("a"), right("b"), right("gift", "")], [right("b")])
    assert [coupons.right(name) is not None for name in ("a", "b", "gift")] == [False, True, True], "what a till gave by itself stays"
    read_again(till, "case", [case("a"), case("b")], [case("b")])
    assert [one.id for one in coupons.open_cases()] == ["b"]
    read_again(till, "alias", [Alias(id="x", canonical_id="member-00001", active=True)], [])
    assert till.store.people.group_of("x") == ("x",)


def test_offers_and_prices_that_are_not_told_again_go_and_members_stay(demo_counter: Any) -> None:
    till = demo_counter.till
    offers = [Offer(id=name, kind="percent", title_zh="折", terms='{"percent_off_bp":1000}', **DAYS) for name in "ab"]
    read_again(till, "offer", offers, offers[1:])
    assert [one.id for one in till.store.catalogue.offers()] == ["b"]
    prices = [dated_price("P5800A1", 100, date(2026, 11, day), None) for day in (1, 2)]
    read_again(till, "price", prices, prices[1:])
    assert [one.effective_from.day for one in till.store.catalogue.prices()] == [2]
    read_again(till, "member", [Member(id="m-1", card_no="90000000000000000019")], [])
    assert till.store.people.member("m-1") is not None and till.store.people.member("member-00001") is not None
    read_again(till, "product", [], [])
    assert till.store.catalogue.product("P5800A1") is not None
