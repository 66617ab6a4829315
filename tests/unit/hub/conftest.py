"""A running hub on each database that this machine has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "doubles"))

from hub_bench import HubBench, own_postgres, postgres_here
from till_double import START, PaperTill

from app.records.clock import ManualClock

_ABSENT = "PostgreSQL is not installed: the same tests ran on SQLite only"


@pytest.fixture(scope="session")
def sqlite_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubBench]:
    bench = HubBench(f"sqlite:///{tmp_path_factory.mktemp('hub')}/hub.db", ManualClock(START))
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def postgres_bench() -> Iterator[HubBench]:
    if not postgres_here():
        pytest.skip(_ABSENT)
    with own_postgres() as server:
        bench = HubBench(f"{server}/postgres", ManualClock(START))
        yield bench
        bench.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest) -> Iterator[HubBench]:
    name = "sqlite_bench" if request.param == "sqlite" else "postgres_bench"
    bench: HubBench = request.getfixturevalue(name)
    # Whatever time other tests of this worker let pass: every test begins in the same moment, in any order.
    assert isinstance(bench.clock, ManualClock)
    bench.clock.jump(START)
    bench.furnish()
    yield bench
    bench.leave()


@pytest.fixture
def till() -> PaperTill:
    return PaperTill()
