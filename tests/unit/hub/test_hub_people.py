"""People at headquarters: blobs sealed and told on, identities resolved as they come, merges that can be undone, on both databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hub_bench import HubBench
from people_told import Newcomer, blob
from sqlalchemy import Connection, select, update
from till_double import PaperTill

from app.domain.points import PointsRules
from app.domain.purposes import NOTHING_KNOWN
from app.hub import one_id, people, points, publishing, tables
from app.hub.people import PeopleKeys
from app.records.events import IdentityClaimed, PointsMoved
from app.records.people import FamilyPerson, Member
from app.records.resources import resource
from app.sync.client import HubClient, HubFault, enrol

RULES = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
PHONE = "13800138000"


@pytest.fixture
def other(bench: HubBench) -> PaperTill:
    """A till of another store."""
    shop = publishing.StoreProfile("RM02", "安康大药房", "解放路店", phone="000-0001")
    publishing.create_store(bench.archive, bench.clock, shop)
    publishing.create_till(bench.archive, bench.clock, "RM02", "T1")
    return PaperTill("RM02", "T1")


def joined_to(bench: HubBench, till: PaperTill) -> HubClient:
    """The client of a till, enrolled at its own store."""
    code = publishing.issue_enrol_code(bench.archive, bench.clock, till.store_id, till.till)
    return bench.client(till, enrol(bench.url, till.key, code, till.till).hub_public_key)


def tell(client: HubClient, one: Newcomer, *, events_first: bool = False) -> None:
    """What a worker does with somebody new, and what happens when the line breaks in between."""
    steps = [lambda: client.tell(one.blobs), lambda: client.push(one.events)]
    for step in reversed(steps) if events_first else steps:
        step()
    one.events.clear()
    one.blobs.clear()


def feed(bench: HubBench, name: str, store_id: str) -> dict[str, dict[str, Any]]:
    row = tables.feed_row.c
    with bench.archive.reading() as connection:
        wanted = select(row.key, row.json).where(row.feed == name, row.store_id == store_id, row.current)
        return {found.key: json.loads(found.json) for found in connection.execute(wanted)}


def reading(bench: HubBench, ask: Callable[[Connection], Any]) -> Any:
    with bench.archive.reading() as connection:
        return ask(connection)


def states(bench: HubBench) -> list[tuple[str, str]]:
    m = tables.merge.c
    return [tuple(row) for row in reading(bench, lambda c: c.execute(select(m.rule, m.state).order_by(m.at)).all())]


def test_a_blob_is_sealed_under_its_persons_key_and_told_twice_is_kept_once(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    secret = "血压 138/86".encode()
    told = [blob(till, "m1", "reading", secret), blob(till, "m1", "note", b"{}")]
    assert client.tell(told) == {one["blob_id"]: "" for one in told} == client.tell(told)
    keys = PeopleKeys(bench.seed)
    rows = reading(bench, lambda c: c.execute(select(tables.person_blob)).all())
    assert len(rows) == 2 and all(secret not in bytes(row.sealed) for row in rows)
    assert reading(bench, lambda c: people.opened(c, keys, told[0]["blob_id"])) == secret
    with pytest.raises(InvalidTag):
        reading(bench, lambda c: people.opened(c, PeopleKeys(b"x" * 32), told[0]["blob_id"]))


def test_what_is_no_blob_is_refused_for_good_and_its_neighbours_are_kept(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    good = blob(till, "m1", "note", b"{}")
    wrong = {
        "kind": blob(till, "m1", "buyer", b"{}"),
        "too_large": blob(till, "m1", "note", b"x" * (people.BLOB_BYTES + 1)),
        "shape": {**blob(till, "m1", "note", b"{}"), "plain": "***"},
    }
    identity = blob(till, "m1", "identity", b'{"kind":"phone"}')
    foreign = blob(till, "m1", "member_profile", Member(id="m2", card_no="c").model_dump_json().encode())
    answer = client.tell([*wrong.values(), identity, foreign, good])
    assert {code: answer[one["blob_id"]] for code, one in wrong.items()} == {code: code for code in wrong}
    assert (answer[identity["blob_id"]], answer[foreign["blob_id"]], answer[good["blob_id"]]) == ("shape", "shape", "")
    assert client.tell([{**good, "person_id": "m9"}]) == {good["blob_id"]: "taken"}


def test_an_erased_persons_blobs_are_refused(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    first = blob(till, "m1", "note", b"{}")
    client.tell([first])
    gone = update(tables.person_key).values(secret=None, destroyed_at=bench.clock.now())
    bench.archive.commit(lambda connection: connection.execute(gone)).result()
    late = blob(till, "m1", "note", b"{}")
    assert client.tell([late, first]) == {late["blob_id"]: "erased", first["blob_id"]: "erased"}
    assert reading(bench, lambda c: people.opened(c, PeopleKeys(bench.seed), first["blob_id"])) is None


def test_a_profile_is_told_to_the_stores_that_hold_the_member_and_the_newest_holds(
    bench: HubBench, till: PaperTill, other: PaperTill
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one = Newcomer(till, "王秀兰", PHONE)
    tell(client, one)
    assert feed(bench, "member", "RM01")[one.member_id]["name"] == "王秀兰"
    publishing.publish(bench.archive, "member", [one.member.model_copy(update={"tier": "gold", "handle": "123456789"})], "RM02")
    late = one.profile(one.member.model_copy(update={"name": "王秀"}))
    newer = one.profile(one.member.model_copy(update={"name": "王秀岚", "tier": "normal"}))
    far.tell([newer])
    client.tell([late])
    for store in ("RM01", "RM02"):
        row = feed(bench, "member", store)[one.member_id]
        assert (row["name"], row["tier"], row["handle"]) == ("王秀岚", "gold", "123456789")


def test_a_store_that_does_not_hold_a_member_cannot_change_them(bench: HubBench, till: PaperTill, other: PaperTill) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one = Newcomer(till, "王秀兰", PHONE)
    tell(client, one)
    stranger = Newcomer(other, "假冒", member_id=one.member_id)
    far.tell(stranger.blobs)
    assert feed(bench, "member", "RM01")[one.member_id]["name"] == "王秀兰"
    assert feed(bench, "member", "RM02") == {}


@pytest.mark.parametrize("events_first", [False, True])
def test_the_same_person_of_two_stores_becomes_one_and_both_stores_hold_both(
    bench: HubBench, till: PaperTill, other: PaperTill, events_first: bool
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one = Newcomer(till, "王秀兰", PHONE)
    till.clock.advance(60)
    other.clock.advance(3600)
    two = Newcomer(other, "王 秀兰", "+86 " + PHONE)
    for who, count in ((one, 30), (two, 12)):
        who.write(
            PointsMoved(entry_id=f"earn:{who.member_id}", member_id=who.member_id, kind="earn", points=count, owner_id="s", rules="1")
        )
    family = FamilyPerson(id="f1", member_id=two.member_id, name="小宝")
    two.blobs.append(blob(other, two.member_id, "family_profile", family.model_dump_json().encode()))
    tell(far, two, events_first=events_first)
    tell(client, one, events_first=events_first)
    assert states(bench) == [("same_phone_same_name", "done")]
    for store in ("RM01", "RM02"):
        assert feed(bench, "alias", store) == {
            two.member_id: {"id": two.member_id, "canonical_id": one.member_id, "active": True},
        }
        assert set(feed(bench, "member", store)) == {one.member_id, two.member_id}
        assert set(feed(bench, "points", store)) == {f"earn:{one.member_id}", f"earn:{two.member_id}"}
        assert set(feed(bench, "family", store)) == {"f1"}
    for who in (one, two):
        stated = reading(bench, lambda c, who=who: points.statement_of(c, who.member_id, date(2026, 11, 21), RULES))
        assert stated.balance == 42
    assert reading(bench, one_id.counts) == one_id.PeopleCounts(1, 2, 0, 1, 0)


def test_what_a_member_is_called_on_a_platform_is_told_to_every_store_that_holds_them(
    bench: HubBench, till: PaperTill, other: PaperTill
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one, two = Newcomer(till, "王秀兰", PHONE), Newcomer(other, "王秀兰", PHONE)
    one.claims("wechat", " oX1 ", "proven")
    tell(client, one)
    assert [(row["kind"], row["value"]) for row in feed(bench, "identity", "RM01").values()] == [("wechat", "oX1")]
    two.claims("alipay", "2088", "shown")
    tell(far, two)
    for store in ("RM01", "RM02"):
        told = {(row["member_id"], row["kind"]) for row in feed(bench, "identity", store).values()}
        assert told == {(one.member_id, "wechat"), (two.member_id, "alipay")}


def test_a_store_that_comes_to_hold_one_of_them_later_is_told_of_both(bench: HubBench, till: PaperTill, other: PaperTill) -> None:
    client = bench.enrolled(till)
    one, two = Newcomer(till, "王秀兰", PHONE), Newcomer(till, "王秀兰", PHONE)
    one.consents("sms", False)
    tell(client, one)
    tell(client, two)
    publishing.publish(bench.archive, "member", [two.member], "RM02")
    assert set(feed(bench, "member", "RM02")) == {one.member_id, two.member_id}
    assert set(feed(bench, "alias", "RM02")) == {two.member_id}
    assert feed(bench, "consent", "RM02")[f"{one.member_id}:sms"]["given"] is False


def test_an_older_id_that_is_heard_of_last_stands_for_all_from_then_on(bench: HubBench, till: PaperTill, other: PaperTill) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    oldest = Newcomer(other, "王秀兰", PHONE)
    till.clock.advance(3600)
    one, two = Newcomer(till, "王秀兰", PHONE), Newcomer(till, "王秀兰", PHONE)
    tell(client, two)
    tell(client, one)
    assert feed(bench, "alias", "RM01")[two.member_id]["canonical_id"] == one.member_id
    tell(far, oldest)
    for store in ("RM01", "RM02"):
        told = feed(bench, "alias", store)
        assert {key: (row["canonical_id"], row["active"]) for key, row in told.items()} == {
            one.member_id: (oldest.member_id, True),
            two.member_id: (oldest.member_id, True),
        }


def test_two_stores_that_tell_of_the_same_person_at_once_never_overlook_each_other(
    bench: HubBench, till: PaperTill, other: PaperTill
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    pairs = [(Newcomer(till, f"王{n}", f"1380013{n:04}"), Newcomer(other, f"王{n}", f"1380013{n:04}")) for n in range(12)]

    def all_of(one: HubClient, place: int) -> None:
        for pair in pairs:
            tell(one, pair[place])

    threads = [threading.Thread(target=all_of, args=(client, 0)), threading.Thread(target=all_of, args=(far, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert reading(bench, one_id.counts) == one_id.PeopleCounts(12, 24, 0, 12, 0)
    for store in ("RM01", "RM02"):
        assert len(feed(bench, "alias", store)) == 12
        assert len(feed(bench, "member", store)) == 24


def test_a_merge_is_undone_told_and_never_made_again_by_itself(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    one, two, three = (Newcomer(till, "王秀兰", PHONE) for _ in range(3))
    for who in (one, two, three):
        tell(client, who)
    assert reading(bench, one_id.counts).people == 1
    found = {pair.other.member_id: pair for pair in reading(bench, lambda c: one_id.pairs(c, ["done"], 10))}
    pair = found[two.member_id]
    bench.archive.commit(lambda c: one_id.undo(c, pair.merge_id, "chen", "母女同名", bench.clock.now())).result()
    aliases = feed(bench, "alias", "RM01")
    assert aliases[two.member_id] == {"id": two.member_id, "canonical_id": two.member_id, "active": False}
    assert aliases[three.member_id]["canonical_id"] == one.member_id and aliases[three.member_id]["active"]
    two.claims("phone", PHONE, "proven")
    tell(client, two)
    assert reading(bench, one_id.counts) == one_id.PeopleCounts(2, 3, 0, 1, 1)
    (kept,) = reading(bench, lambda c: one_id.pairs(c, ["undone"], 10))
    assert (kept.by, kept.reason) == ("chen", "母女同名")
    bench.archive.commit(lambda c: one_id.accept(c, pair.merge_id, "chen", "还是同一人", bench.clock.now())).result()
    assert reading(bench, one_id.counts) == one_id.PeopleCounts(1, 3, 0, 2, 0)
    assert feed(bench, "alias", "RM01")[two.member_id]["active"]


def test_a_family_phone_is_a_question_that_a_person_answers_once(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    mother, daughter = Newcomer(till, "王秀兰", PHONE, date(1958, 3, 2), "shown"), Newcomer(till, "李娜", PHONE, None, "shown")
    tell(client, mother)
    tell(client, daughter)
    daughter.claims("phone", PHONE, "proven")
    tell(client, daughter)
    (pair,) = reading(bench, lambda c: one_id.pairs(c, ["proposed"], 10))
    assert (pair.rule, pair.kind, pair.names, pair.births) == ("same_phone_other_name", "phone", "different", "unknown")
    assert (pair.one.name, pair.one.phone, pair.one.born, pair.other.name) == ("王*兰", "138****8000", "1958-03", "李*")
    assert ("phone", "proven", True) in pair.other.identities and ("card", "shown", False) in pair.other.identities
    bench.archive.commit(lambda c: one_id.refuse(c, pair.merge_id, "chen", "母女", bench.clock.now())).result()
    tell(client, Newcomer(till, "李娜", PHONE))
    assert reading(bench, one_id.counts) == one_id.PeopleCounts(2, 3, 0, 1, 1)
    with pytest.raises(one_id.Undecidable, match="decided"):
        bench.archive.commit(lambda c: one_id.refuse(c, pair.merge_id, "chen", "", bench.clock.now())).result()
    with pytest.raises(one_id.Undecidable, match="gone"):
        bench.archive.commit(lambda c: one_id.undo(c, "no such", "chen", "", bench.clock.now())).result()


def test_members_of_imports_count_by_their_phone_and_card(bench: HubBench, till: PaperTill, other: PaperTill) -> None:
    client = bench.enrolled(till)
    old = Member(id="M000001", card_no="90000000000000000019", name="王秀兰", phone=PHONE, points=70)
    crowd = [Member(id=f"M1{n:05}", card_no=f"9{n:019}", name=f"甲{n}", phone=f"139{n:08}") for n in range(300)]
    publishing.publish(bench.archive, "member", [old, *crowd], "RM02")
    one = Newcomer(till, "王秀兰", PHONE)
    tell(client, one)
    assert one_id.catch_up_all(bench.archive, PeopleKeys(bench.seed), bench.clock.now) >= 301
    assert feed(bench, "alias", "RM01")[one.member_id]["canonical_id"] == "M000001"
    assert feed(bench, "member", "RM01")["M000001"]["points"] == 70
    assert one_id.catch_up_all(bench.archive, PeopleKeys(bench.seed), bench.clock.now) == 0
    assert reading(bench, one_id.counts).ids == 302


def test_a_claim_that_names_somebody_elses_blob_is_never_understood(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    one = Newcomer(till, "王秀兰", PHONE, level="shown")
    stolen = one.blobs[-1]["blob_id"]
    tell(client, one)
    client.push([till.write(IdentityClaimed(claim_id="c9", member_id="thief", kind="phone", level="proven", blob_id=stolen))])
    assert reading(bench, lambda c: c.scalar(select(tables.identity.c.mark).where(tables.identity.c.claim_id == "c9"))) == ""
    assert states(bench) == []


def test_consents_are_told_to_every_store_that_holds_the_member_and_the_latest_word_holds(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    one = Newcomer(till, "王秀兰", PHONE)
    one.consents("sms", True)
    one.consents("health", True)
    one.consents("sms", False)
    publishing.publish(bench.archive, "member", [one.member], "RM02")
    tell(client, one)
    for store in ("RM01", "RM02"):
        said = {row["purpose"]: row["given"] for row in feed(bench, "consent", store).values()}
        assert said == {"sms": False, "health": True}


def test_a_guides_reward_waits_for_a_verified_newcomer_and_is_lost_for_one_known_before(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    since = till.clock.now()
    one = Newcomer(till, "王秀兰", PHONE, guide="S7")
    tell(client, one)

    def stand() -> list[tuple[str, str, bool]]:
        return [(found.guide, found.standing, found.earns("guide_reward")) for found in reading(bench, lambda c: one_id.joined(c, since))]

    assert stand() == [("S7", "provisional", False)]
    one.claims("phone", PHONE, "shown")
    tell(client, one)
    assert stand() == [("S7", "verified", True)]
    tell(client, Newcomer(till, "王秀兰", PHONE, guide="S8"))
    assert stand() == [("S7", "verified", True), ("S8", "known_before", False)]


def test_nobody_without_a_known_device_tells_blobs(bench: HubBench, till: PaperTill) -> None:
    with pytest.raises(HubFault) as refused:
        bench.client(till).tell([blob(till, "m1", "note", b"{}")])
    assert refused.value.code == "unproven"


def test_a_withdrawal_is_never_lost_to_a_clock_and_goes_only_for_a_yes_that_knew_of_it(
    bench: HubBench, till: PaperTill, other: PaperTill
) -> None:
    client, far = bench.enrolled(till), joined_to(bench, other)
    one = Newcomer(till, "王秀兰", PHONE)
    one.consents("sms", True, NOTHING_KNOWN)
    tell(client, one)
    publishing.publish(bench.archive, "member", [one.member], "RM02")
    two = Newcomer(other, member_id=one.member_id)
    two.blobs.clear()
    two.events.clear()

    def word() -> tuple[bool, datetime]:
        rows = [feed(bench, "consent", store)[f"{one.member_id}:sms"] for store in ("RM01", "RM02")]
        assert rows[0]["at"] == rows[1]["at"]
        return rows[0]["given"], datetime.fromisoformat(rows[0]["at"])

    given, at = word()
    assert given
    other.clock.jump(at - timedelta(days=300))
    two.consents("sms", False, at)
    tell(far, two)
    given, withdrawn_at = word()
    assert not given and withdrawn_at > at
    till.clock.advance(3600)
    one.consents("sms", True, at)
    tell(client, one)
    assert word() == (False, withdrawn_at), "a yes that did not know of the withdrawal"
    two.consents("sms", True, withdrawn_at)
    tell(far, two)
    given, again_at = word()
    assert given and again_at > withdrawn_at
    two.consents("sms", False, NOTHING_KNOWN)
    tell(far, two)
    assert not word()[0], "a withdrawal that was long on its way"
