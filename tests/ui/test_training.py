"""Training: a shop of its own beside the real one, a ribbon on every screen, papers that say so; the real books stay byte for byte."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app import founding
from app.assembly import Till, TillFile, open_store
from app.records.clock import ManualClock

from datetime import UTC, datetime  # isort: skip

NOW = datetime(2026, 11, 21, 6, 3, tzinfo=UTC)


@pytest.fixture
def practice(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A practice shop beside a copy of the demo pharmacy; its founding is cut short to a copy, which costs 50 times less."""
    twin = demo_folder.parent / "twin"
    shutil.copytree(demo_folder, twin)

    def copied(folder: Path, *_: object, **__: object) -> None:
        shutil.copytree(twin, folder)

    monkeypatch.setattr(founding, "found_demo", copied)
    return founding.found_training(demo_folder, ManualClock(NOW))


def books(folder: Path) -> dict[str, str]:
    """Digest of every file of a shop, its practice shop left out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "training" not in path.relative_to(folder).parts]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_practice_shop_is_named_as_one_and_made_once(demo_folder: Path, practice: Path) -> None:
    named = TillFile.read(practice)
    assert named is not None and named.training
    real = TillFile.read(demo_folder)
    assert real is not None and not real.training
    before = (practice / "keys").stat().st_mtime_ns
    assert founding.found_training(demo_folder, ManualClock(NOW)) == practice
    assert (practice / "keys").stat().st_mtime_ns == before


def test_it_prints_where_the_real_one_prints_and_knows_no_headquarters(demo_folder: Path, practice: Path) -> None:
    clock = ManualClock(NOW)
    store = open_store(demo_folder, clock)
    store.settings.set_many({"printer.transport": "virtual", "printer.address": "elsewhere", "hub.url": "https://hub.example"}).result(60)
    store.close()
    founding.found_training(demo_folder, clock)
    store = open_store(practice, clock, write=False)
    assert store.settings.text("printer.transport") == "virtual"
    assert store.settings.text("printer.address") == str(practice / "paper")
    assert store.settings.text("hub.url") == ""
    store.close()


def test_a_practice_sale_leaves_the_real_books_byte_for_byte_and_its_paper_says_so(demo_folder: Path, practice: Path) -> None:
    clock = ManualClock(NOW)
    before = books(demo_folder)
    till = Till(practice, clock)
    try:
        assert till.training
        assert till.sync.state.kind == "off"
        till.shifts.sign_in("staff-1001", "1001")
        till.shifts.open(50_000).result(60)
        till.selling.scan("6999600000494")
        till.checkout.begin()
        till.checkout.tender("cash", 0, "")
        import threading

        durable = threading.Event()
        till.checkout.complete(durable.set)
        assert durable.wait(60)
        assert till.checkout.settle().state == "done"
        tickets = [till.store.jobs.ticket(job.job_id) for job in till.store.jobs.list(("queued",))]
        assert tickets and all("练习" in str(ticket) for ticket in tickets)
    finally:
        till.close()
    assert books(demo_folder) == before


def test_a_practice_shop_never_talks_even_where_it_is_told_an_address(practice: Path) -> None:
    clock = ManualClock(NOW)
    store = open_store(practice, clock)
    store.settings.set_many({"hub.url": "https://127.0.0.1:1", "hub.public_key": "00" * 32}).result(60)
    store.close()
    till = Till(practice, clock)
    try:
        assert till.sync.state.kind == "off"
    finally:
        till.close()


def test_the_ribbon_stands_on_sign_in_and_on_every_page(theme: Any, practice: Path) -> None:
    from window_hand import open_hand

    hand = open_hand(theme, practice)
    try:
        window = hand.window
        window.offer_practice(None, training=True)
        hand.wait(20)
        assert window.sign_in._body_holder.itemAt(0).widget().isVisible()
        hand.sign_in()
        ribbon = window.shell.ribbon
        for key in window.shell.pages:
            window.shell.show_page(key)
            hand.wait(5)
            assert ribbon is not None and ribbon.isVisible(), key
        ribbon.left.emit()
        assert window.wish == "real"
    finally:
        hand.leave()


class _Shop:
    """A practice shop that is made at once, or fails."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem = problem
        self.made = 0

    def prepare(self) -> None:
        self.made += 1
        if self.problem is not None:
            raise self.problem


def test_f9_on_the_sign_in_page_leads_to_training(make_hand: Callable[..., Any]) -> None:
    hand = make_hand()
    shop = _Shop()
    hand.window._practice = shop
    hand.window.sign_in.offer_training()
    hand.press(Qt.Key.Key_F9)
    hand.until(lambda: hand.window.wish == "training", 60)
    assert shop.made == 1


def test_a_practice_shop_that_cannot_be_made_is_told_and_the_real_one_goes_on(make_hand: Callable[..., Any]) -> None:
    hand = make_hand()
    hand.window._practice = _Shop(OSError("full"))
    hand.window.sign_in.offer_training()
    hand.press(Qt.Key.Key_F9)
    hand.until(lambda: "OSError" in hand.window.sign_in._practice_words[1].words, 60)
    assert hand.window.wish == ""
    hand.sign_in()


def test_nobody_leaves_for_training_while_money_is_taken(make_hand: Callable[..., Any]) -> None:
    hand = make_hand()
    hand.sign_in()
    hand.scan("6999600000494")
    hand.pause()
    hand.press(Qt.Key.Key_F12)
    assert hand.window.shell.page.key == "pay"
    hand.window.wish_for("again")
    assert hand.window.wish == ""
    assert hand.window.shell.toast.isVisible()
