"""What two connections ask of headquarters in the same moment: nothing is counted past a limit, missed, or held up for another's sake."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import func, select, text
from till_double import START, PaperTill

from app.hub import publishing, standings, tables
from app.hub.archive import alone_with
from app.hub.feeds import append, texts_of
from app.hub.movements import POINTS, tell_of_members
from app.records.clock import ManualClock
from app.records.people import Member, PointsEntryRow
from app.sync.client import HubClient, HubFault

PHONE = "13900001234"


@pytest.fixture
def postgres(postgres_bench: HubBench) -> Iterator[HubBench]:
    assert isinstance(postgres_bench.clock, ManualClock)
    postgres_bench.clock.jump(START)
    postgres_bench.furnish()
    yield postgres_bench
    postgres_bench.leave()


def movement(member_id: str) -> PointsEntryRow:
    return PointsEntryRow(id=f"earn:{member_id}", member_id=member_id, at=START, kind="earn", points=10, owner_id="s")


def told(bench: HubBench, store_id: str) -> list[str]:
    row = tables.feed_row.c
    with bench.archive.reading() as connection:
        return list(connection.scalars(select(row.key).where(row.feed == "points", row.store_id == store_id, row.current)))


def waited_for(bench: HubBench, unit: Future[Any]) -> None:
    """Wait until a unit waits for a lock that this test holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    deadline = time.monotonic() + 30
    while True:
        with bench.archive.reading() as connection:
            if connection.scalar(waiting):
                return
        assert time.monotonic() < deadline and not unit.done()
        time.sleep(0.01)


def test_look_ups_asked_at_once_never_pass_the_limit(bench: HubBench, till: PaperTill) -> None:
    bench.enrolled(till)
    before = {
        "store_id": "RM01", "device": till.key.device, "till": "T1", "actor": "s", "kind": "phone", "purpose": "sale",
        "member_id": "", "at": bench.clock.now(),
    }  # fmt: skip
    rows = [{**before, "lookup_id": f"l{number}"} for number in range(55)]
    bench.archive.commit(lambda connection: connection.execute(tables.member_lookup.insert(), rows) and None).result()
    clients = [bench.client(till) for _ in range(12)]

    def ask(client: HubClient) -> str:
        try:
            client.members("phone", PHONE, "sale", "staff-1")
        except HubFault as fault:
            return fault.code
        return "answered"

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(ask, clients))
    assert sorted(answers) == ["answered"] * 5 + ["slow_down"] * 7
    with bench.archive.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.member_lookup)) == 60


def test_movements_of_one_member_do_not_wait_for_a_store_that_comes_to_hold_another(postgres: HubBench) -> None:
    with postgres.archive.engine.begin() as coming:
        tell_of_members(coming, "RM02", ["m1"])
        postgres.archive.commit(lambda connection: POINTS.keep(connection, "RM01", [movement("m2")])).result(timeout=30)
    assert told(postgres, "RM01") == ["earn:m2"]


def test_the_tier_of_one_member_does_not_wait_for_a_store_that_comes_to_hold_another(postgres: HubBench) -> None:
    with postgres.archive.engine.begin() as coming:
        standings.tell_of_members(coming, "RM02", ["m1"])
        reckoned = postgres.archive.commit(lambda connection: standings.reckoning(connection, ["m2"]))
        reckoned.result(timeout=30)
        same = postgres.archive.commit(lambda connection: standings.reckoning(connection, ["m1"]))
        waited_for(postgres, same)
    same.result(timeout=30)


def test_a_movement_while_a_store_comes_to_hold_its_member_is_told_there(postgres: HubBench) -> None:
    with postgres.archive.engine.begin() as coming:
        append(coming, "member", "RM02", texts_of([Member(id="m1", card_no="90000000000000000019")]))
        tell_of_members(coming, "RM02", ["m1"])
        kept = postgres.archive.commit(lambda connection: POINTS.keep(connection, "RM01", [movement("m1")]))
        waited_for(postgres, kept)
    kept.result(timeout=30)
    assert told(postgres, "RM02") == told(postgres, "RM01") == ["earn:m1"]


def test_a_store_that_comes_to_hold_a_member_waits_for_their_movement(postgres: HubBench) -> None:
    with postgres.archive.engine.begin() as moving:
        POINTS.keep(moving, "RM01", [movement("m1")])
        with ThreadPoolExecutor(1) as pool:
            member = Member(id="m1", card_no="90000000000000000019")
            held = pool.submit(publishing.publish, postgres.archive, "member", [member], "RM02")
            waited_for(postgres, held)
            moving.commit()
            held.result(timeout=30)
    assert told(postgres, "RM02") == ["earn:m1"]


def test_a_batch_of_thousands_holds_few_locks(postgres: HubBench) -> None:
    with postgres.archive.engine.begin() as many:
        alone_with(many, 7, (f"m{number}" for number in range(20_000)))
        alone_with(many, 7, ())
        held = many.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"))
    assert held == 256
