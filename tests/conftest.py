"""Ground for every test: the demo pharmacy's data folder, founded once and copied for whoever wants it, and a counter on it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from app.assembly import Till
    from app.records.clock import ManualClock

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

DEMO_NOW = datetime(2026, 11, 21, 6, 3, tzinfo=UTC)
"""14:03 in the shop, a Saturday."""


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo pharmacy as founded on the demo day; never written to."""
    from app import founding
    from app.records.clock import ManualClock

    clock = ManualClock(DEMO_NOW)
    folder = tmp_path_factory.mktemp("demo") / "till"
    founding.found_demo(folder, clock, founding.demo_pharmacy(clock))
    return folder


@pytest.fixture
def demo_folder(demo_template: Path, tmp_path: Path) -> Path:
    """A copy of the demo pharmacy of one's own."""
    return Path(shutil.copytree(demo_template, tmp_path / "till"))


@dataclass
class DemoCounter:
    """The demo till with somebody at it, and quick ways to sell."""

    till: Till
    clock: ManualClock

    def sell(self, *scans: str, method: str = "cash") -> str:
        """Sell what is scanned and give the printed number."""
        for code in scans:
            self.till.selling.scan(code)
        self.till.checkout.begin()
        self.till.checkout.tender(method, 0, "" if method == "cash" else "1234")
        durable = threading.Event()
        self.till.checkout.complete(durable.set)
        assert durable.wait(60)
        scene = self.till.checkout.settle()
        assert scene.state == "done", scene
        self.till.checkout.next_customer()
        return scene.number


@pytest.fixture
def demo_counter(demo_folder: Path) -> Iterator[DemoCounter]:
    """A signed-in cashier with an open shift of ¥500.00 float."""
    from app.assembly import Till
    from app.records.clock import ManualClock

    clock = ManualClock(DEMO_NOW)
    till = Till(demo_folder, clock)
    till.shifts.sign_in("staff-1001", "1001")
    till.shifts.open(50_000).result(60)
    yield DemoCounter(till, clock)
    till.close()
