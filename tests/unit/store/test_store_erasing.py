"""Erasing one person from a till: what goes, what a law keeps, and that nothing brings them back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.basket import Basket, PatientRef, to_json
from app.records import events as ev
from app.records.ledger import PrivateBlob
from app.records.people import Alias, Consent, Erased, FamilyPerson, Member, MemberKey, PointsEntryRow, TierStanding
from app.store import tables as t
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.people import Purged
from app.store.verify import compare_frames, rebuild

HER = Member(id="m1", card_no="90000000000000000001", phone="13900007777", name="王秀兰", handle="000000123", points=5)
OTHER = Member(id="m2", card_no="90000000000000000002", phone="13900008888", name="李娜")
DUE = date(2026, 12, 1)
OF_MEMBERS = [table for table in t.METADATA.tables.values() if "member_id" in table.c and table.name not in ("erased",)]
KEPT = {"sale", "member_attached", "member_reveal"}
"""Statutory records and the log of looks keep the random id."""


def told(kind: str, blob_id: str, plain: bytes = b"{}", person: str = "m1") -> PrivateBlob:
    return PrivateBlob(blob_id, person, kind, plain)


def life(till: Any, store: Store) -> None:
    """A member with something in every table that knows members, and a neighbour."""
    store.people.save_members([HER, OTHER], [FamilyPerson(id="f1", member_id="m1", name="王强")]).result(60)
    store.inbox.apply("identity", [MemberKey(id="k1", member_id="m1", kind="wechat", value="wx-1").model_dump()], "1").result(60)
    store.inbox.apply("alias", [Alias(id="m0", canonical_id="m1").model_dump()], "1").result(60)
    stands = TierStanding(id="m1", tier="gold", at=datetime(2026, 11, 20, tzinfo=UTC))
    store.inbox.apply("standing", [stands.model_dump(mode="json")], "1").result(60)
    bodies = [
        till.shift(),
        till.sale(1, member_id="m1"),
        ev.MemberJoined(member_id="m1", blob_id="b1", source="store"),
        ev.IdentityClaimed(claim_id="c1", member_id="m1", kind="phone", level="stated", blob_id="b2"),
        ev.ConsentSet(consent_id="s1", member_id="m1", purpose="membership", text_version="1", given=True, channel="spoken"),
        ev.ReadingTaken(reading_id="r1", member_id="m1", kind="pressure", blob_id="b3", place="store", taken_at=till.clock.now()),
        ev.UsageSet(usage_id="u1", member_id="m1", product_id="p-1", blob_id="b4"),
        ev.TargetSet(target_id="t1", member_id="m1", kind="pressure", blob_id="b5"),
        ev.FollowUpSet(followup_id="fu1", member_id="m1", kind="call", reason="refill", due_on=DUE),
        ev.PointsMoved(entry_id="earn:1", member_id="m1", kind="earn", points=7, owner_id="sale-1"),
        ev.MemberProven(basket_id="b", member_id="m1", handle="000000123", step=5),
        ev.MemberRevealed(member_id="m1", what="phone", purpose="call"),
    ]
    private = [
        told("member_profile", "b1", HER.model_dump_json().encode()),
        told("identity", "b2"), told("reading", "b3"), told("reading", "b4"), told("reading", "b5"),
        told("prescription", "rx", "处方".encode()), told("buyer", "reg", "登记".encode(), "register-1"),
    ]  # fmt: skip
    till.record(store, *bodies, private=private)


def rows_of(store: Store, member_id: str) -> set[str]:
    connection = store.readers.connection()
    return {table.name for table in OF_MEMBERS if connection.execute(select(table).where(table.c.member_id == member_id)).first()}


def erased_by_feed(store: Store, at: datetime) -> None:
    store.inbox.apply("erased", [Erased(id="m1", at=at).model_dump()], "1").result(60)


def erased_here(till: Any, store: Store) -> None:
    till.record(store, ev.PersonErased(member_id="m1", reason="asked", asked_via="till"))


@pytest.mark.parametrize("way", ["feed", "till"])
def test_nothing_of_an_erased_person_is_left_but_what_a_law_keeps(till: Any, way: str) -> None:
    store = till.open()
    life(till, store)
    assert {"family_person", "reading", "usage_note", "own_target", "follow_up", "points_entry"} <= rows_of(store, "m1")
    erased_by_feed(store, till.clock.now()) if way == "feed" else erased_here(till, store)
    assert rows_of(store, "m1") == {"sale", "member_reveal"} <= KEPT
    assert store.people.erased("m1") and not store.people.erased("m2")
    assert store.people.find_members("13900007777") == store.people.find_members("王秀兰") == store.people.find_members("wx-1") == ()
    assert (store.people.last_step("000000123"), store.people.group_of("m0")) == ((-1, ""), ("m0",))
    for blob_id in ("b1", "b2", "b3", "b4", "b5"):
        with pytest.raises(StoreFault, match="person_key_destroyed"):
            store.private.open(blob_id)
    assert (store.private.open("rx"), store.private.open("reg")) == ("处方".encode(), "登记".encode())
    assert store.people.find_members("13900008888")[0].name == "李娜"
    assert compare_frames(store).ok


@pytest.mark.parametrize("way", ["feed", "till"])
def test_a_replay_of_all_events_brings_nobody_back(till: Any, way: str) -> None:
    store = till.open()
    life(till, store)
    erased_by_feed(store, till.clock.now()) if way == "feed" else erased_here(till, store)
    rebuild(store)
    assert rows_of(store, "m1") == {"sale", "member_reveal"}


def test_a_late_or_repeated_row_of_a_feed_brings_nobody_back(till: Any) -> None:
    store = till.open()
    life(till, store)
    erased_by_feed(store, till.clock.now())
    now = till.clock.now()
    entry = PointsEntryRow(id="earn:2", member_id="m1", at=now, kind="earn", points=3)
    said = Consent(id="m1:sms", member_id="m1", purpose="sms", given=True, text_version="1", at=now)
    for feed, row in (
        ("member", HER), ("family", FamilyPerson(id="f2", member_id="m1", name="王强")), ("points", entry), ("consent", said),
        ("identity", MemberKey(id="k2", member_id="m1", kind="jpass", value="j-1")), ("alias", Alias(id="m0", canonical_id="m1")),
    ):  # fmt: skip
        store.inbox.apply(feed, [row.model_dump(), *([OTHER.model_dump()] if feed == "member" else [])], "2").result(60)
    assert rows_of(store, "m1") == {"sale", "member_reveal"}
    with pytest.raises(StoreFault, match="person_key_destroyed"):
        store.private.save([told("note", "late")]).result(60)
    store.private.save([told("prescription", "rx2", b"later")]).result(60)
    assert store.private.open("rx2") == b"later"


def test_a_member_is_let_go_from_baskets_open_and_held(till: Any) -> None:
    store = till.open()
    life(till, store)
    basket = Basket("b1", "2026-11-21T04:00:00+00:00", member_id="m1", member_label="王*兰 139****7777", found_by="phone")
    basket = Basket(**{**{name: getattr(basket, name) for name in Basket.__slots__}, "patient": PatientRef("member", "m1", "王*兰")})
    store.parked.hold("b1", basket.member_label, to_json(basket), "shift-1", till.clock.now()).result(60)
    other = Basket("b2", "2026-11-21T04:00:00+00:00", member_id="m2", member_label="李*")
    store.parked.save_open("b2", "李*", to_json(other), "shift-1", till.clock.now()).result(60)
    erased_by_feed(store, till.clock.now())
    (held,) = store.parked.held()
    assert held.label == "" and '"m1"' not in held.content and "王" not in held.content and '"kind":"unknown"' in held.content
    assert '"m2"' in (store.parked.open_basket() or "")


def test_a_prescription_of_before_lies_under_the_persons_key_and_is_laid_aside_before_it_is_destroyed(till: Any) -> None:
    store = till.open()
    life(till, store)
    # What an earlier version wrote: the kind under the person's own key.
    of_before = update(t.private_blob).where(t.private_blob.c.blob_id == "b3").values(kind="prescription")
    store.writer.submit(lambda connection: connection.execute(of_before)).result(60)
    erased_by_feed(store, till.clock.now())
    assert store.private.open("b3") == b"{}"


def test_a_ledger_brought_back_from_a_copy_destroys_the_key_again_when_it_is_opened(till: Any) -> None:
    store = till.open()
    life(till, store)
    keys = store.readers.connection().execute(select(t.person_key.c.secret).where(t.person_key.c.person_id == "m1")).scalar()
    erased_by_feed(store, till.clock.now())
    again = update(t.person_key).where(t.person_key.c.person_id == "m1").values(secret=keys)
    store.writer.submit(lambda connection: connection.execute(again)).result(60)
    assert store.private.open("b3") == b"{}"
    till.close()
    with pytest.raises(StoreFault, match="person_key_destroyed"):
        till.open().private.open("b3")


def test_what_is_past_its_term_is_purged_and_a_late_fact_of_an_erased_person_goes_with_it(till: Any) -> None:
    store = till.open()
    life(till, store)
    now, day = till.clock.now(), till.clock.now().date()
    store.people.keep_visitor(Member(id="away", card_no="9", name="钱多"), "RM02", now + timedelta(hours=1)).result(60)
    assert store.people.overdue(now, day) == store.people.purge(now, day).result(60) == Purged(0, 0)
    later = now + timedelta(hours=2)
    assert store.people.overdue(later, day + timedelta(days=1)) == Purged(1, 1)
    assert store.people.purge(later, day + timedelta(days=1)).result(60) == Purged(1, 1)
    assert store.people.find_members("钱多") == () and store.people.member("m1") is not None
    erased_here(till, store)
    till.record(store, ev.PointsMoved(entry_id="earn:late", member_id="m1", kind="earn", points=7, owner_id="sale-2"))
    assert "points_entry" in rows_of(store, "m1")
    store.people.purge(later, day).result(60)
    assert rows_of(store, "m1") == {"sale"}


def test_a_slip_that_was_printed_goes_and_one_that_waits_for_paper_goes_later(till: Any) -> None:
    store = till.open()
    life(till, store)
    of_sale = store.readers.connection().execute(select(t.sale.c.event_id).where(t.sale.c.member_id == "m1")).scalar_one()
    printed, waiting = (store.jobs.add("receipt", "王*兰", event_id=of_sale).result(60) for _ in range(2))
    store.jobs.set_state(printed, "confirmed").result(60)
    erased_here(till, store)
    assert (store.jobs.ticket(printed), store.jobs.ticket(waiting)) == (None, "王*兰")
    store.jobs.set_state(waiting, "confirmed").result(60)
    store.people.purge(till.clock.now(), till.clock.now().date()).result(60)
    assert store.jobs.ticket(waiting) is None
