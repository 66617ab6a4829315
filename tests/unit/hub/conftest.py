"""A running hub on each database that this machine has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).parents[2] / "doubles"))

from hub_bench import HubBench, own_postgres, postgres_here  # noqa: E402
from till_double import START, PaperTill  # noqa: E402

from app.records.clock import ManualClock  # noqa: E402


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not postgres_here():
        pytest.skip("PostgreSQL 15 is not installed: the same tests ran on SQLite only")
    with own_postgres(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubBench]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/hub.db"
    else:
        server = request.getfixturevalue("postgres_url")
        name = f"hub_{abs(hash(request.node.nodeid))}"
        engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        url = f"{server}/{name}"
    bench = HubBench(url, ManualClock(START))
    yield bench
    bench.close()


@pytest.fixture
def till() -> PaperTill:
    return PaperTill()
