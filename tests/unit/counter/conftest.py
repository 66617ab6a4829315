"""The demo pharmacy's codes, and short words for what counter tests do again and again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "doubles"))

from wallet_hub import FakeHub

from app.assembly import Till
from app.commands.stage import References, demo_clock
from app.counter.scene import Scene
from app.founding import demo_pharmacy


@pytest.fixture(scope="session")
def names() -> References:
    """`names.code("@P2200A1.box1")` and the like."""
    return References(demo_pharmacy(demo_clock()))


class Hand:
    """A hand on a till: scans by name, answers questions, waits for commits."""

    def __init__(self, till: Till, names: References) -> None:
        self.till, self.names = till, names

    def scan(self, *words: str) -> Scene:
        for word in words:
            self.till.selling.scan(self.names.code(word))
        return self.till.selling.scene()

    def answer(self, **values: str) -> Scene:
        question = self.till.selling.scene().question
        assert question is not None
        shown = {field.name: field.value for field in question.fields}
        return self.till.selling.answer(question.question_id, {**shown, **values})

    def rules(self) -> set[str]:
        return {strip.rule for line in self.till.selling.scene().lines for strip in line.strips}

    def complete(self) -> str:
        durable = threading.Event()
        self.till.checkout.complete(durable.set)
        assert durable.wait(60)
        paid = self.till.checkout.settle()
        assert paid.state == "done", paid
        self.till.checkout.next_customer()
        return paid.number

    def sell(self, *words: str, method: str = "cash") -> str:
        self.scan(*words)
        self.till.checkout.begin()
        self.till.checkout.tender(method, 0, "" if method == "cash" else "1234")
        return self.complete()


@pytest.fixture
def closed_till(demo_folder: Path) -> Iterator[list[Till]]:
    """Tills that a test opens on the demo folder; closed at its end."""
    opened: list[Till] = []
    yield opened
    for till in opened:
        till.close()


@pytest.fixture
def till(demo_folder: Path, closed_till: list[Till]) -> Till:
    """A cashier's till with an open shift; its printer and sync threads sleep."""
    made = Till(demo_folder, demo_clock())
    closed_till.append(made)
    made.shifts.sign_in("staff-1001", "1001")
    made.shifts.open(50_000).result(60)
    return made


@pytest.fixture
def hand(till: Till, names: References) -> Hand:
    """A hand on that till."""
    return Hand(till, names)


@pytest.fixture
def headquarters(till: Till, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    """Headquarters as that till reaches it."""
    fake = FakeHub()
    monkeypatch.setattr(till.shares, "_make_client", lambda: fake)
    till.shares.start()
    return fake
