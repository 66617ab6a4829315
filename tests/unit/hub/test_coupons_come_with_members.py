"""A store that comes to hold a member, or serves a visitor, knows the coupons that are good in every store."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hub_bench import HubBench
from till_double import PaperTill

from app.domain.joining import JoiningRules
from app.hub import coupons, publishing
from app.records.events import CouponGranted, CouponRedeemed
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.records.people import Member
from app.records.resources import resource
from app.sync.client import enrol

OFFER = Offer(
    id="right-20",
    kind="threshold",
    title_zh="券",
    terms='{"tiers":[{"reach_fen":12000,"off_fen":2000}]}',
    starts_on=date(2026, 11, 1),
    ends_on=date(2026, 12, 31),
    by_right=True,
)
PERSON = Member(id="m1", card_no="90000000000000000019", phone="13900001234", name="王示例")
GIFT = JoiningRules.read(json.loads(resource("rules", "joining.json").read_text("utf-8"))).gift
assert GIFT is not None


def issued(bench: HubBench, letter: str) -> str:
    asked = coupons.Issue("RM02", OFFER.id, PERSON.id, coupon_class=letter)
    return coupons.issue(bench.archive, bench.clock, asked, DeviceKey.from_bytes(bench.seed).sign)[0].id


@pytest.fixture
def far(bench: HubBench) -> Any:
    """A till of the store that holds the member, and the line of its own to headquarters; the member has a coupon of every sort."""
    publishing.create_store(bench.archive, bench.clock, publishing.StoreProfile("RM02", "安康大药房", "解放路店"))
    publishing.create_till(bench.archive, bench.clock, "RM02", "T1")
    publishing.publish(bench.archive, "offer", [OFFER])
    publishing.publish(bench.archive, "member", [PERSON], "RM02")
    till = PaperTill("RM02", "T1")
    code = publishing.issue_enrol_code(bench.archive, bench.clock, "RM02", "T1")
    client = bench.client(till, enrol(bench.url, till.key, code, "T1").hub_public_key)
    days = {"starts_on": date(2026, 11, 21), "ends_on": date(2026, 12, 20)}
    gift = CouponGranted(
        serial=GIFT.serial(PERSON.id), offer_id=GIFT.offer_id, coupon_class="A", member_id=PERSON.id, rule=GIFT.rule, face_fen=1000, **days
    )
    client.push([till.opened(), till.write(gift)])
    return till, client


def used(far: Any, serial: str) -> None:
    till, client = far
    facts = {"offer_id": OFFER.id, "coupon_class": "D", "member_id": PERSON.id, "sale_id": "s-9", "cut_fen": 2000, "token_mark": "ab"}
    client.push([till.write(CouponRedeemed(serial=serial, **facts))])


def test_a_store_that_comes_to_hold_a_member_hears_of_every_coupon_that_is_good_everywhere(
    bench: HubBench, till: PaperTill, far: Any
) -> None:
    client = bench.enrolled(till)
    chain, _own, over = issued(bench, "D"), issued(bench, "B"), issued(bench, "D")
    used(far, over)
    assert client.feed("coupon", "", 50).rows == ()
    publishing.publish(bench.archive, "member", [PERSON], "RM01")
    heard = {row["id"]: (row["member_id"], row["used_in"]) for row in client.feed("coupon", "", 50).rows}
    assert heard == {chain: ("m1", ""), over: ("m1", "s-9"), GIFT.serial("m1"): ("m1", "")}
    later = issued(bench, "D")
    assert later in {row["id"] for row in client.feed("coupon", "", 50).rows}, "and of those that come later"
    coupons.revoke(bench.archive, bench.clock, "RM02", chain)
    assert {row["state"] for row in client.feed("coupon", "", 50).rows if row["id"] == chain} == {"revoked"}


def test_a_visitor_brings_the_coupons_that_are_good_here_and_no_others(bench: HubBench, till: PaperTill, far: Any) -> None:
    client = bench.enrolled(till)
    chain, _own, over, gone = issued(bench, "D"), issued(bench, "B"), issued(bench, "D"), issued(bench, "D")
    used(far, over)
    coupons.revoke(bench.archive, bench.clock, "RM02", gone)
    (found,) = client.members("phone", PERSON.phone, "sale", "staff-1")
    assert {right.id for right in found.rights} == {chain, GIFT.serial("m1")}
    assert client.reserve(chain, "basket-1").code == "reserved"
