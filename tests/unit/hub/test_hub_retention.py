"""What headquarters keeps past its term: counted first, destroyed when asked, and nothing that is still wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_bench import HubBench
from people_told import Newcomer
from sqlalchemy import Connection, select, update
from till_double import PaperTill

from app.commands import EXIT_OK, hub
from app.hub import erasing, people, person, retention, tables
from app.hub.archive import Archive
from app.hub.main import default_database_url


def counts(found: tuple[retention.Over, ...]) -> dict[str, int]:
    return {one.code: one.records for one in found}


def done(bench: HubBench, unit: Any) -> Any:
    return bench.archive.commit(unit).result()


def member(bench: HubBench, till: PaperTill, client: Any, name: str, phone: str) -> str:
    one = Newcomer(till, name, phone)
    one.consents("sms", True)
    client.tell(one.blobs)
    client.push(one.events)
    return one.member_id


def test_consents_of_the_erased_go_three_years_after_and_those_of_members_stay(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.opened()])
    gone, here = member(bench, till, client, "王秀兰", "13800138000"), member(bench, till, client, "李娜", "13800138001")
    now = bench.clock.now()
    done(bench, lambda c: erasing.erase(c, now, gone, reason="asked", asked_via=erasing.HEADQUARTERS, by="ada"))

    def at(when: datetime) -> dict[str, int]:
        return counts(done(bench, lambda c: retention.over(c, when)))

    assert at(now)["consent"] == at(datetime(2029, 12, 31, 15, tzinfo=now.tzinfo))["consent"] == 0, "counted from the end of the year"
    later = datetime(2029, 12, 31, 16, 1, tzinfo=now.tzinfo)
    assert at(later)["consent"] == 1 and at(later)["consent"] == 1, "counting changes nothing"
    assert counts(done(bench, lambda c: retention.end(c, later)))["consent"] == 1
    assert at(later)["consent"] == 0
    with bench.archive.reading() as connection:
        assert set(connection.scalars(select(tables.consent.c.member_id))) == {here}
        assert people.erased_among(connection, [gone]) == {gone}


def test_looks_and_blobs_past_their_term_go_with_the_keys_that_seal_nothing_else(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.opened()])
    kept, only = member(bench, till, client, "王秀兰", "13800138000"), member(bench, till, client, "李娜", "13800138001")
    now = bench.clock.now()

    def old(connection: Connection) -> None:
        b = tables.person_blob.c
        first = connection.scalar(select(b.blob_id).where(b.person_id == kept).limit(1))
        mine = (b.person_id == only) | (b.blob_id == first)
        connection.execute(update(tables.person_blob).where(mine).values(kind="prescription", at=now - timedelta(days=2500)))
        look = {"store_id": "RM02", "lookup_id": "old", "device": "d", "till": "T1", "actor": "S9", "kind": "phone", "purpose": "sale"}
        late = now - timedelta(days=person.terms().days["lookup"] + 1)
        connection.execute(tables.member_lookup.insert(), [{**look, "member_id": kept, "at": late}])

    done(bench, old)
    told = {"prescription": 3, "register": 0, "invoice": 0, "consent": 0, "lookup": 1, "message": 0}
    assert counts(done(bench, lambda c: retention.over(c, now))) == told
    assert counts(done(bench, lambda c: retention.end(c, now))) == told
    assert set(counts(done(bench, lambda c: retention.end(c, now))).values()) == {0}
    with bench.archive.reading() as connection:
        assert set(connection.scalars(select(tables.person_key.c.person_id))) == {kept}
        assert connection.scalars(select(tables.person_blob.c.person_id)).all() == [kept]


def test_the_word_counts_unless_it_is_told_to_destroy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = Archive.open(default_database_url(tmp_path))
    old = {"store_id": "S", "lookup_id": "l", "device": "d", "till": "T1", "actor": "s", "kind": "phone", "purpose": "sale"}
    row = {**old, "member_id": "m", "at": datetime.fromisoformat("2001-01-01T00:00:00+00:00")}
    archive.commit(lambda connection: connection.execute(tables.member_lookup.insert(), [row]) and None).result()
    archive.close()
    first, destroyed = ((), "lookup: 1 past their term\n"), (("--apply",), "lookup: 1 past their term, destroyed\n")
    for words, said in (first, destroyed, ((), "lookup: 0 past")):
        assert hub.main(["retention", "--data", str(tmp_path), *words]) == EXIT_OK
        assert said in capsys.readouterr().out
