"""What two connections ask of headquarters in the same moment: nothing is counted past a limit, missed, or held up for another's sake."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hub_bench import HubBench
from sqlalchemy import func, select, text
from till_double import START, PaperTill

from app.hub import tables
from app.hub.archive import alone_with
from app.records.clock import ManualClock
from app.sync.client import HubClient, HubFault

PHONE = "13900001234"


@pytest.fixture
def postgres(postgres_bench: HubBench) -> Iterator[HubBench]:
    assert isinstance(postgres_bench.clock, ManualClock)
    postgres_bench.clock.jump(START)
    postgres_bench.furnish()
    yield postgres_bench
    postgres_bench.leave()


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


def test_a_batch_of_thousands_holds_few_locks(postgres: HubBench) -> None:
    with postgres.archive.engine.begin() as many:
        alone_with(many, 7, (f"m{number}" for number in range(20_000)))
        alone_with(many, 7, ())
        held = many.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"))
    assert held == 256
