"""Ground for every test: the demo pharmacy's data folder, founded once and copied for whoever wants it, and a counter on it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from app.store import frames

    clock = ManualClock(DEMO_NOW)
    folder = tmp_path_factory.mktemp("demo") / "till"
    pharmacy = founding.demo_pharmacy(clock)
    founding.found_demo(folder, clock, pharmacy)
    with pytest.MonkeyPatch.context() as patch:
        # The newest file of frames is read at every opening: here it is a short one.
        patch.setattr(frames, "FILE_BYTES", 100_000)
        _hash_cheaply(folder, clock, pharmacy.pins)
    return folder


def _hash_cheaply(folder: Path, clock: ManualClock, pins: Mapping[str, str]) -> None:
    """Keep the demo's PINs as hashes of the smallest cost: a hash names its own cost, and the usual one is slow on purpose.

    Thousands of tests sign in; what a real hash costs and how PINs are refused is told by the tests of authorising.
    """
    from argon2 import PasswordHasher

    from app.assembly import open_store

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    store = open_store(folder, clock)
    try:
        people = [one.model_copy(update={"pin_hash": cheap.hash(pins[one.id])}) for one in store.people.staff()]
        store.people.save_staff(*people).result()
    finally:
        store.close()


def _copy(source: str, target: str) -> str:
    """One file of a data folder; the reserve, which is only ever taken away whole, is not written once more."""
    if os.path.basename(source) == "reserve":
        os.link(source, target)
        return target
    return shutil.copy(source, target)


@pytest.fixture
def demo_folder(demo_template: Path, tmp_path: Path) -> Path:
    """A copy of the demo pharmacy of one's own."""
    return Path(shutil.copytree(demo_template, tmp_path / "till", copy_function=_copy))


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


class Scales:
    """The weighing of PINs, held up until `let` is set; counts what is weighed."""

    def __init__(self, weigh: Callable[[Any], int]) -> None:
        self._weigh = weigh
        self.let = threading.Event()
        self.asked: list[str] = []

    def __call__(self, question: Any) -> int:
        self.asked.append(question[0])
        assert self.let.wait(60)
        return self._weigh(question)


@pytest.fixture
def scales(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scales]:
    """Weighs PINs for the test."""
    from app.counter import authorising

    made = Scales(authorising._first_fitting)
    monkeypatch.setattr(authorising, "_first_fitting", made)
    yield made
    made.let.set()
