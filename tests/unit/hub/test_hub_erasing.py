"""Erasure at headquarters on both databases: key, marks, feeds, keys to look up by, points at nought; what is late changes nothing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hub_bench import HubBench
from people_told import Newcomer, blob
from sqlalchemy import select
from till_double import PaperTill

from app.domain.points import PointsRules
from app.hub import erasing, member_keys, one_id, people, points, publishing, tables
from app.hub.people import PeopleKeys
from app.records.events import MemberAttached, PersonErased, PointsMoved, ReadingTaken
from app.records.people import FamilyPerson, Member, MemberKey
from app.records.resources import resource
from app.sync.client import HubClient, enrol

RULES = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
PHONE = "13800138000"
TODAY = date(2026, 11, 21)
PURPOSE = "sale"


@pytest.fixture
def client(bench: HubBench, till: PaperTill) -> HubClient:
    return bench.enrolled(till)


@pytest.fixture
def far(bench: HubBench) -> tuple[PaperTill, HubClient]:
    """A till of another store."""
    publishing.create_store(bench.archive, bench.clock, publishing.StoreProfile("RM02", "安康大药房", "解放路店", phone="000-0001"))
    publishing.create_till(bench.archive, bench.clock, "RM02", "T1")
    paper = PaperTill("RM02", "T1")
    code = publishing.issue_enrol_code(bench.archive, bench.clock, "RM02", "T1")
    return paper, bench.client(paper, enrol(bench.url, paper.key, code, "T1").hub_public_key)


def tell(client: HubClient, one: Newcomer) -> None:
    client.tell(one.blobs)
    client.push(one.events)
    one.blobs.clear()
    one.events.clear()


def rows(bench: HubBench, *asked: Any) -> list[Any]:
    with bench.archive.reading() as connection:
        return list(connection.execute(*asked).all())


def feed(bench: HubBench, name: str, store_id: str) -> dict[str, Any]:
    row = tables.feed_row.c
    wanted = select(row.key, row.json).where(row.feed == name, row.store_id == store_id, row.current)
    return {found.key: json.loads(found.json) for found in rows(bench, wanted)}


def balance(bench: HubBench, member_id: str) -> int:
    with bench.archive.reading() as connection:
        return points.statement_of(connection, member_id, TODAY, RULES).balance


def earned(till: PaperTill, member_id: str, count: int) -> tuple[str, bytes]:
    return till.write(PointsMoved(entry_id=f"earn:{count}", member_id=member_id, kind="earn", points=count, owner_id="s", rules="1"))


def full(bench: HubBench, till: PaperTill, client: HubClient) -> Newcomer:
    """A member with a profile, identities, family, consents, points brought and earned, an order and a reading."""
    one = Newcomer(till, "王秀兰", PHONE)
    one.claims("wechat", "wx-王秀兰", "proven")
    one.consents("sms", True)
    reading = blob(till, one.member_id, "reading", "血压 138/86".encode())
    one.blobs += [reading]
    sale = till.sale()
    one.events += [
        sale,
        till.write(MemberAttached(sale_id=till.last_sale.sale_id, member_id=one.member_id)),
        earned(till, one.member_id, 30),
        till.write(
            ReadingTaken(
                reading_id="r1", member_id=one.member_id, kind="pressure", blob_id=reading["blob_id"], place="store",
                taken_at=till.clock.now(),
            )
        ),
    ]  # fmt: skip
    tell(client, one)
    publishing.publish(bench.archive, "member", [one.member.model_copy(update={"points": 12})], "RM01")
    publishing.publish(bench.archive, "family", [FamilyPerson(id="f1", member_id=one.member_id, name="王强")], "RM01")
    key = MemberKey(id=f"{one.member_id}:w", member_id=one.member_id, kind="wechat", value="wx-王秀兰")
    publishing.publish(bench.archive, "identity", [key], "RM01")
    return one


def erased(bench: HubBench, member_id: str) -> tuple[str, ...]:
    now = bench.clock.now()

    def unit(connection: Any) -> tuple[str, ...]:
        return erasing.erase(connection, now, member_id, reason="asked", asked_via=erasing.HEADQUARTERS, by="chen")

    return bench.archive.commit(unit).result()


def said_anywhere(bench: HubBench, *secrets: str) -> list[str]:
    """Tables in which one of these words can still be read."""
    found = []
    with bench.archive.reading() as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                if any(secret in str(value) for secret in secrets for value in row if not isinstance(value, bytes | memoryview)):
                    found.append(table.name)
    return sorted(set(found))


def test_nothing_that_names_an_erased_person_can_be_read_anywhere(bench: HubBench, till: PaperTill, client: HubClient) -> None:
    one = full(bench, till, client)
    assert said_anywhere(bench, "王秀兰", PHONE, "王强", one.member.card_no) == ["feed_row", "member_key"]
    assert balance(bench, one.member_id) == 42
    assert erased(bench, one.member_id) == (one.member_id,)
    assert said_anywhere(bench, "王秀兰", PHONE, "王强", one.member.card_no) == []
    assert feed(bench, "member", "RM01")[one.member_id]["phone"] == ""
    assert feed(bench, "family", "RM01") == feed(bench, "consent", "RM01") == feed(bench, "identity", "RM01") == {}
    assert list(feed(bench, "erased", "RM01")) == [one.member_id]
    assert rows(bench, select(tables.identity)) == rows(bench, select(tables.person_blob)) == rows(bench, select(tables.member_key)) == []
    assert rows(bench, select(tables.member_reading)) == []
    (person,) = rows(bench, select(tables.person))
    assert (person.state, person.name_mark, person.born_mark) == ("erased", "", "")
    (order,) = rows(bench, select(tables.member_order))
    assert (order.member_id, order.fen) == ("", 1280)
    assert balance(bench, one.member_id) == 0
    assert len(rows(bench, select(tables.inbox))) == 8, "the events stay as they came"
    assert erased(bench, one.member_id) == (), "twice is once"


def test_a_till_asks_and_every_store_that_holds_or_looked_hears_of_it(
    bench: HubBench, till: PaperTill, client: HubClient, far: tuple[PaperTill, HubClient]
) -> None:
    one = full(bench, till, client)
    far_till, far_client = far
    (visitor,) = far_client.members("phone", PHONE, PURPOSE, "S1")
    assert visitor.member.id == one.member_id
    client.push([till.write(PersonErased(member_id=one.member_id, reason="asked", asked_via="till"))])
    assert list(feed(bench, "erased", "RM02")) == list(feed(bench, "erased", "RM01")) == [one.member_id]
    assert far_client.members("phone", PHONE, PURPOSE, "S1") == ()
    (act,) = rows(bench, select(tables.person_act))
    assert (act.act, act.reason, act.asked_via, act.by) == ("erase", "asked", "RM01", "S1")
    assert far_till.store_id == "RM02"


def test_a_store_that_never_knew_somebody_erases_nobody(
    bench: HubBench, till: PaperTill, client: HubClient, far: tuple[PaperTill, HubClient]
) -> None:
    one = full(bench, till, client)
    far_till, far_client = far
    far_client.push([far_till.write(PersonErased(member_id=one.member_id, reason="asked", asked_via="till"))])
    assert rows(bench, select(tables.person_act)) == [] and feed(bench, "erased", "RM01") == {}
    assert one.member_id in feed(bench, "member", "RM01")


def test_a_party_is_erased_whole_and_no_rule_joins_anybody_to_it(bench: HubBench, till: PaperTill, client: HubClient) -> None:
    first, second = (Newcomer(till, "赵强", "13900139000", level="shown") for _ in range(2))
    for one in (first, second):
        tell(client, one)
    client.push([earned(till, first.member_id, 10), earned(till, second.member_id, 7)])
    with bench.archive.reading() as connection:
        assert one_id.counts(connection).done == 1
    assert set(erased(bench, second.member_id)) == {first.member_id, second.member_id}
    assert (balance(bench, first.member_id), balance(bench, second.member_id)) == (0, 0)
    assert rows(bench, select(tables.merge)) == []
    again = Newcomer(till, "赵强", "13900139000", level="shown")
    tell(client, again)
    with bench.archive.reading() as connection:
        assert [one.member_id for one in member_keys.find(connection, "phone", "13900139000")] == [again.member_id]
        assert one_id.counts(connection) == one_id.PeopleCounts(1, 1, 0, 0, 0)


def test_what_comes_late_of_an_erased_person_is_refused_closed_or_left_out_and_its_till_hears_of_it(
    bench: HubBench, till: PaperTill, client: HubClient, far: tuple[PaperTill, HubClient]
) -> None:
    one = full(bench, till, client)
    erased(bench, one.member_id)
    far_till, far_client = far
    late = blob(far_till, one.member_id, "member_profile", one.member.model_dump_json().encode())
    assert far_client.tell([late]) == {late["blob_id"]: "erased"}
    assert list(feed(bench, "erased", "RM02")) == [one.member_id]
    again = Newcomer(far_till, "王秀兰", PHONE, member_id=one.member_id)
    again.consents("sms", True)
    far_client.push(again.events)
    far_client.push([far_till.sale(), far_till.write(MemberAttached(sale_id=far_till.last_sale.sale_id, member_id=one.member_id))])
    far_client.push([earned(far_till, one.member_id, 9)])
    assert balance(bench, one.member_id) == 0
    assert {order.member_id for order in rows(bench, select(tables.member_order))} == {""}
    assert rows(bench, select(tables.identity)) == []
    assert publishing.publish(bench.archive, "member", [one.member], "RM01").written == 0
    assert feed(bench, "member", "RM01")[one.member_id]["name"] == ""
    assert said_anywhere(bench, "王秀兰", PHONE) == []


def test_an_erased_persons_key_opens_nothing_any_more(bench: HubBench, till: PaperTill, client: HubClient) -> None:
    one = Newcomer(till, "王秀兰", PHONE)
    told = one.profile(one.member)
    tell(client, one)
    with bench.archive.reading() as connection:
        assert people.opened(connection, PeopleKeys(bench.seed), told["blob_id"])
    erased(bench, one.member_id)
    with bench.archive.reading() as connection:
        assert people.opened(connection, PeopleKeys(bench.seed), told["blob_id"]) is None
    (key,) = rows(bench, select(tables.person_key))
    assert key.secret is None and key.destroyed_at is not None


def test_somebody_whom_no_till_told_of_is_erased_too(bench: HubBench, till: PaperTill, client: HubClient) -> None:
    publishing.publish(bench.archive, "member", [Member(id="m-book", card_no="90", name="钱多", phone=PHONE, points=4)], "RM01")
    assert erased(bench, "m-book") == ("m-book",)
    assert said_anywhere(bench, "钱多", PHONE) == [] and balance(bench, "m-book") == 0
