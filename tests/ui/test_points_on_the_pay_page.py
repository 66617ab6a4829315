"""Points on the Pay page: a tile where there is something to spend, asked for without holding the counter up, refused with a way out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counter_bench import CODES, Counter
from PySide6.QtCore import Qt

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from wallet_hub import FakeHub

from app.counter.scene import PayScene
from app.desktop.theme import Theme
from app.sync.client import HubFault


@pytest.fixture
def headquarters(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    fake = FakeHub()
    till: Any = counter.till
    monkeypatch.setattr(till.shares, "_make_client", lambda: fake)
    till.shares.start()
    yield fake
    till.shares.stop()


def begin(counter: Counter, *codes: str) -> PayScene:
    counter.scan(*codes)
    counter.sale.pay()
    counter.shell._dead_until = 0.0
    counter.settle()
    return state(counter)


def state(counter: Counter) -> PayScene:
    assert counter.pay.pay is not None
    return counter.pay.pay


def answered(counter: Counter) -> PayScene:
    counter.until(lambda: not state(counter).asking_fen)
    return state(counter)


def test_a_stranger_sees_no_tile_and_a_member_sees_what_points_pay(counter: Counter, theme: Theme) -> None:
    begin(counter, CODES["mask"])
    assert "points" not in counter.pay.tiles
    counter.press(Qt.Key.Key_Escape)
    counter.alive()
    begin(counter, CODES["member"])
    assert counter.pay.tiles["points"]._note == "可抵 ¥4.00"
    counter.press(Qt.Key.Key_F8)
    assert counter.pay._amount_fen() == 400
    assert "每 100 分抵 ¥1.00" in counter.pay.stage._how._words


def test_enter_asks_headquarters_and_the_answer_is_a_tender(counter: Counter, headquarters: FakeHub) -> None:
    begin(counter, CODES["member"], CODES["mask"])
    counter.press(Qt.Key.Key_F8, "3", Qt.Key.Key_Return)
    scene = answered(counter)
    assert [(tender.method, tender.amount_fen) for tender in scene.tenders] == [("points", 300)]
    assert counter.pay.tiles["points"].state == "done" and counter.pay._method == "cash"
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_F12)
    counter.until(lambda: state(counter).state == "done")
    assert [tender.method for tender in counter.till.store.sales.recent(limit=1)[0].body.tenders] == ["points", "cash"]


def test_without_a_line_it_is_said_with_the_way_out_and_cash_still_pays(counter: Counter, headquarters: FakeHub) -> None:
    headquarters.answer = HubFault("offline")
    begin(counter, CODES["member"], CODES["mask"])
    counter.press(Qt.Key.Key_F8, Qt.Key.Key_Return)
    assert answered(counter).tenders == ()
    counter.press(Qt.Key.Key_F7, Qt.Key.Key_Return)
    assert state(counter).remaining_fen == 0


def test_a_part_of_a_step_is_not_taken(counter: Counter, headquarters: FakeHub) -> None:
    begin(counter, CODES["member"], CODES["mask"])
    counter.press(Qt.Key.Key_F8, "2", ".", "5", Qt.Key.Key_Return)
    assert (state(counter).tenders, state(counter).asking_fen, headquarters.asked) == ((), 0, [])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_points_fit_the_smallest_screen(counter: Counter, theme: Theme, headquarters: FakeHub, language: str) -> None:
    theme.set_language(language)  # type: ignore[arg-type]
    begin(counter, CODES["member"], CODES["mask"])
    counter.press(Qt.Key.Key_F8)
    counter.settle()
    counter.press("3", Qt.Key.Key_Return)
    answered(counter)
    counter.settle()
    hint = counter.pay.minimumSizeHint()
    assert hint.width() <= 1366 - 76 and hint.height() <= 768 - 64 - 60, hint
