"""Members of other stores: asked for by one key, told without keys, so many times an hour, and every question kept."""

from __future__ import annotations

from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import select
from till_double import PaperTill

from app.hub import member_keys, publishing, tables
from app.records.events import ConsentSet, PointsMoved
from app.records.people import Member, MemberKey
from app.sync.client import HubFault

PERSON = Member(
    id="m1", card_no="90000000000000000019", phone="13900001234", name="王示例", points=100, handle="000000019", code_key="ab" * 16
)
UNION = MemberKey(id="k1", member_id="m1", kind="union", value="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")


def hold(bench: HubBench, *members: Member, store_id: str = "RM02") -> None:
    publishing.publish(bench.archive, "member", members, store_id)


def keys(bench: HubBench) -> set[tuple[str, str, str]]:
    with bench.archive.reading() as connection:
        return {(row.kind, row.value, row.store_id) for row in connection.execute(select(tables.member_key))}


def looked(bench: HubBench) -> list[Any]:
    with bench.archive.reading() as connection:
        return list(connection.execute(select(tables.member_lookup).order_by(tables.member_lookup.c.lookup_id)))


def test_keys_follow_the_member_that_is_published(bench: HubBench) -> None:
    hold(bench, PERSON)
    publishing.publish(bench.archive, "identity", [UNION], "RM02")
    assert keys(bench) == {
        ("phone", "13900001234", "RM02"),
        ("tail", "1234", "RM02"),
        ("card", PERSON.card_no, "RM02"),
        ("handle", "000000019", "RM02"),
        ("union", UNION.value, "RM02"),
    }
    hold(bench, PERSON.model_copy(update={"phone": "13900009876", "handle": ""}))
    publishing.publish(bench.archive, "identity", [UNION.model_copy(update={"active": False})], "RM02")
    assert keys(bench) == {("phone", "13900009876", "RM02"), ("tail", "9876", "RM02"), ("card", PERSON.card_no, "RM02")}


@pytest.mark.parametrize(
    ("by", "value"), [("phone", PERSON.phone), ("card", PERSON.card_no), ("handle", "000000019"), ("union", UNION.value)]
)
def test_a_member_of_another_store_is_told_without_a_key_and_with_points(
    bench: HubBench, till: PaperTill, by: str, value: str
) -> None:
    client = bench.enrolled(till)
    client.push([till.write(PointsMoved(entry_id="earn:s1", member_id="m1", kind="earn", points=7, owner_id="s1", rules="1"))])
    hold(bench, PERSON)
    publishing.publish(bench.archive, "identity", [UNION], "RM02")
    (found,) = client.members(by, value, "sale", "staff-1")
    assert found.member == PERSON.model_copy(update={"code_key": "", "joined_on": None}) and found.home_store == "RM02"
    assert [(entry.id, entry.points) for entry in found.entries] == [("earn:s1", 7)]
    (row,) = looked(bench)
    assert (row.store_id, row.till, row.actor, row.kind, row.purpose, row.member_id) == ("RM01", till.till, "staff-1", by, "sale", "m1")


def test_what_is_on_record_of_allergies_is_not_told_once_the_health_consent_is_taken_back(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    hold(bench, PERSON.model_copy(update={"allergies_known": True, "allergy_classes": "sulfa"}))
    said = {"member_id": "m1", "purpose": "health", "text_version": "1", "channel": "spoken"}
    for given, classes in ((None, "sulfa"), (True, "sulfa"), (False, "")):
        if given is not None:
            till.clock.advance(1)
            client.push([till.write(ConsentSet(consent_id=f"c-{given}", given=given, **said))])
        (found,) = client.members("phone", PERSON.phone, "sale", "staff-1")
        assert (found.member.allergies_known, found.member.allergy_classes) == (bool(classes), classes)


def test_nobody_and_the_store_s_own_are_not_told_but_the_question_is_kept(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    hold(bench, PERSON, store_id="RM01")
    assert client.members("phone", PERSON.phone, "sale", "staff-1") == ()
    assert client.members("phone", "13900000000", "sale", "staff-1") == ()
    assert [row.member_id for row in looked(bench)] == ["", ""]


def test_several_people_of_one_phone_are_told(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    other = Member(id="m2", card_no="90000000000000000027", phone=PERSON.phone, name="李示例")
    hold(bench, PERSON)
    hold(bench, other, PERSON, store_id="RM03")
    assert sorted(one.member.id for one in client.members("phone", PERSON.phone, "sale", "staff-1")) == ["m1", "m2"]


@pytest.mark.parametrize(
    ("by", "value", "purpose"),
    [("tail", "1234", "sale"), ("name", "王示例", "sale"), ("phone", "139", "sale"), ("phone", PERSON.phone, "fun")],
)
def test_other_questions_are_refused(bench: HubBench, till: PaperTill, by: str, value: str, purpose: str) -> None:
    client = bench.enrolled(till)
    with pytest.raises(HubFault, match="refused"):
        client.members(by, value, purpose, "staff-1")
    assert looked(bench) == []


def test_a_till_asks_so_many_times_an_hour_and_then_waits(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    now = bench.clock.now()
    device = till.key.device
    rows = [
        {
            "store_id": "RM01", "lookup_id": f"l{n}", "device": device, "till": "T1", "actor": "s", "kind": "phone",
            "purpose": "sale", "member_id": "", "at": now,
        }
        for n in range(60)
    ]  # fmt: skip
    bench.archive.commit(lambda connection: connection.execute(tables.member_lookup.insert(), rows) and None).result()
    with pytest.raises(HubFault, match="slow_down"):
        client.members("phone", PERSON.phone, "sale", "staff-1")


def test_a_revoked_till_is_told_nothing(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    hold(bench, PERSON)
    publishing.revoke_device(bench.archive, bench.clock, till.key.device, reason="stolen", by="ada")
    with pytest.raises(HubFault, match="unproven"):
        client.members("phone", PERSON.phone, "sale", "staff-1")


def test_last_four_digits_are_found_within_a_store_and_in_the_chain(bench: HubBench) -> None:
    hold(bench, PERSON)
    hold(bench, PERSON.model_copy(update={"id": "m9", "phone": "13911111234"}), store_id="RM03")
    with bench.archive.reading() as connection:
        assert [one.member_id for one in member_keys.find(connection, "tail", "1234", "RM03")] == ["m9"]
        both = member_keys.find(connection, "tail", "1234")
        assert [one.member_id for one in both] == ["m1", "m9"]
        told = member_keys.profile(connection, both[0])
    assert told is not None and told["name"] == "王示例"
