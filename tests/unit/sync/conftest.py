"""A running hub for sync tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "doubles"))

from hub_bench import HubBench

from app.records.clock import SystemClock


@pytest.fixture(scope="session")
def _sync_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubBench]:
    bench = HubBench(f"sqlite:///{tmp_path_factory.mktemp('hub')}/hub.db", SystemClock())
    yield bench
    bench.close()


@pytest.fixture
def sync_bench(_sync_bench: HubBench) -> Iterator[HubBench]:
    _sync_bench.furnish()
    yield _sync_bench
    _sync_bench.leave()
