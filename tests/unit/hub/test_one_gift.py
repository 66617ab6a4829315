"""Somebody who joins at two tills without a line was granted two gifts: once headquarters knows that they are one, one of them stays."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hub_bench import HubBench
from people_told import Newcomer
from sqlalchemy import select
from till_double import PaperTill

from app.domain.joining import JoiningRules
from app.hub import cases, coupons, one_id, publishing, tables
from app.records.events import CouponGranted, CouponRedeemed
from app.records.resources import resource
from app.sync.client import HubClient, enrol

GIFT = JoiningRules.read(json.loads(resource("rules", "joining.json").read_text("utf-8"))).gift
assert GIFT is not None
PHONE = "13800138000"


@pytest.fixture
def other(bench: HubBench) -> PaperTill:
    """A till of another store."""
    publishing.create_store(bench.archive, bench.clock, publishing.StoreProfile("RM02", "安康大药房", "解放路店", phone="000-0001"))
    publishing.create_till(bench.archive, bench.clock, "RM02", "T1")
    return PaperTill("RM02", "T1")


def joined_to(bench: HubBench, till: PaperTill) -> HubClient:
    code = publishing.issue_enrol_code(bench.archive, bench.clock, till.store_id, till.till)
    return bench.client(till, enrol(bench.url, till.key, code, till.till).hub_public_key)


def newcomer(till: PaperTill, name: str) -> tuple[Newcomer, str]:
    """Somebody who joined and was granted the gift at once."""
    who = Newcomer(till, name, PHONE)
    serial = GIFT.serial(who.member_id)
    days = {"starts_on": date(2026, 11, 21), "ends_on": date(2026, 12, 20)}
    granted = CouponGranted(
        serial=serial, offer_id=GIFT.offer_id, coupon_class="A", member_id=who.member_id, rule=GIFT.rule, face_fen=1000, **days
    )
    who.write(granted)
    return who, serial


def used(who: Newcomer, serial: str) -> None:
    facts = {"serial": serial, "offer_id": GIFT.offer_id, "coupon_class": "A", "member_id": who.member_id, "sale_id": f"s-{serial[:8]}"}
    who.write(CouponRedeemed(**facts, cut_fen=1000, token_mark="", offline=True))


def states(bench: HubBench) -> dict[str, set[str]]:
    """What every store hears of each gift."""
    row = tables.feed_row.c
    found: dict[str, set[str]] = {}
    with bench.archive.reading() as connection:
        for text in connection.scalars(select(row.json).where(row.feed == "coupon", row.current)):
            right: dict[str, Any] = json.loads(text)
            found.setdefault(right["id"], set()).add(right["state"])
    return found


@pytest.mark.parametrize("events_first", [True, False])
@pytest.mark.parametrize("spent", ["", "first", "second"])
def test_of_the_gifts_of_one_person_one_stays(
    bench: HubBench, till: PaperTill, other: PaperTill, spent: str, events_first: bool
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one, first = newcomer(till, "王秀兰")
    other.clock.advance(3600)
    two, second = newcomer(other, "王 秀兰")
    if spent:
        used(one if spent == "first" else two, first if spent == "first" else second)
    for line, who in ((far, two), (client, one)):
        for step in (line.push, line.tell) if events_first else (line.tell, line.push):
            step(who.events if step == line.push else who.blobs)  # type: ignore[operator]
    heard = states(bench)
    standing = {serial for serial, said in heard.items() if said == {"active"}}
    if spent:
        assert standing == ({first} if spent == "first" else {second})
    else:
        assert len(standing) == 1 and len(heard) == 2
    with bench.archive.reading() as connection:
        assert len(connection.execute(select(tables.coupon_revoked.c.serial)).all()) == 1


def test_the_gifts_of_two_people_both_stay(bench: HubBench, till: PaperTill, other: PaperTill) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one, first = newcomer(till, "王秀兰")
    two, second = newcomer(other, "赵国强")
    for line, who in ((client, one), (far, two)):
        line.push(who.events)
        line.tell(who.blobs)
    assert states(bench) == {first: {"active"}, second: {"active"}}


def apart(bench: HubBench) -> None:
    """Somebody at headquarters takes the merge back."""
    m = tables.merge.c

    def unit(connection: Any) -> None:
        merge_id = connection.scalar(select(m.merge_id).where(m.state == "done"))
        one_id.undo(connection, merge_id, "chen", "two people", bench.clock.now())

    bench.archive.commit(unit).result()


@pytest.mark.parametrize("use_told", ["with", "after", "last"])
@pytest.mark.parametrize("far_first", [False, True])
@pytest.mark.parametrize("spent", ["", "first", "second"])
def test_with_the_merge_undone_both_have_their_gift_again_in_whatever_order_things_are_told(
    bench: HubBench, till: PaperTill, other: PaperTill, spent: str, far_first: bool, use_told: str
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one, first = newcomer(till, "王秀兰")
    other.clock.advance(3600)
    two, second = newcomer(other, "王 秀兰")
    before = {id(one): len(one.events), id(two): len(two.events)}
    if spent:
        used(one if spent == "first" else two, first if spent == "first" else second)
    both = [(far, two), (client, one)] if far_first else [(client, one), (far, two)]
    for line, who in both:
        line.tell(who.blobs)
        line.push(who.events if use_told == "with" else who.events[: before[id(who)]])
    if use_told == "last":
        apart(bench)
    for line, who in both:
        if late := who.events[before[id(who)] :]:
            line.push(late)
    if use_told != "last":
        apart(bench)
    assert states(bench) == {first: {"active"}, second: {"active"}}
    with bench.archive.reading() as connection:
        assert connection.execute(select(tables.coupon_revoked)).all() == [] and cases.cases(connection) == ()


def test_a_gift_that_somebody_took_back_stays_so_when_the_merge_is_undone(bench: HubBench, till: PaperTill, other: PaperTill) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one, first = newcomer(till, "王秀兰")
    other.clock.advance(3600)
    two, second = newcomer(other, "王 秀兰")
    for line, who in ((client, one), (far, two)):
        line.tell(who.blobs)
        line.push(who.events)
    (gone,) = (serial for serial, said in states(bench).items() if said == {"revoked"})
    store = "RM02" if gone == second else "RM01"
    assert coupons.revoke(bench.archive, bench.clock, store, gone) and not coupons.revoke(bench.archive, bench.clock, store, gone)
    apart(bench)
    assert states(bench) == {gone: {"revoked"}, (first if gone == second else second): {"active"}}


def test_a_use_that_is_told_after_the_merge_stands_and_the_other_gift_goes_instead(
    bench: HubBench, till: PaperTill, other: PaperTill
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one, first = newcomer(till, "王秀兰")
    other.clock.advance(3600)
    two, second = newcomer(other, "王 秀兰")
    for line, who in ((client, one), (far, two)):
        line.tell(who.blobs)
        line.push(who.events)
    (gone,) = (serial for serial, said in states(bench).items() if said == {"revoked"})
    who, line = (one, client) if gone == first else (two, far)
    used(who, gone)
    line.push(who.events)
    assert states(bench) == {gone: {"active"}, (first if gone == second else second): {"revoked"}}
    with bench.archive.reading() as connection:
        assert cases.cases(connection) == ()
