"""Work of the window's thread in slices: a little in each turn of its loop, begun anew under its name, and never in a key's way."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.desktop.slices import SLICE_S, Slices
from app.desktop.theme import Theme
from app.desktop.turns import LONG_MS, Turns
from app.desktop.widgets.bars import FBar, FKeyEntry


def steps(done: list[str], name: str, count: int, each_s: float = 0.0) -> Iterator[None]:
    """Tells each step; each takes so long."""
    for number in range(count):
        done.append(f"{name}{number}")
        ends = time.perf_counter() + each_s
        while time.perf_counter() < ends:
            pass
        yield


def test_a_turn_does_one_long_step_and_leaves_the_rest_to_the_next(qapp: QApplication) -> None:
    holder, done = QObject(), list[str]()
    slices = Slices(holder)
    slices.begin("long", steps(done, "a", 3, SLICE_S * 1.5))
    assert done == []
    for expected in (["a0"], ["a0", "a1"], ["a0", "a1", "a2"]):
        while len(done) < len(expected):
            qapp.processEvents()
        assert done == expected
    while slices.busy:
        qapp.processEvents()


def test_what_is_begun_again_under_its_name_is_begun_anew(qapp: QApplication) -> None:
    holder, done = QObject(), list[str]()
    slices = Slices(holder)
    slices.begin("facts", steps(done, "old", 5))
    slices._step()
    slices.begin("facts", steps(done, "new", 2))
    slices.finish()
    assert done == ["old0", "new0", "new1"] and not slices.busy


def test_work_that_fails_is_left_and_the_rest_goes_on(qapp: QApplication) -> None:
    def failing() -> Iterator[None]:
        yield
        raise ValueError("a bug")

    holder, done = QObject(), list[str]()
    slices = Slices(holder)
    slices.begin("bad", failing())
    slices.begin("good", steps(done, "g", 1))
    slices._step()
    with pytest.raises(ValueError, match="a bug"):
        slices._step()
    slices.finish()
    assert done == ["g0"]


def test_the_keys_of_the_bar_stay_and_nobody_stands_on_another_key_than_before(theme: Theme) -> None:
    bar = FBar(theme, [FKeyEntry("F6", "挂单"), FKeyEntry("F7", "取单"), FKeyEntry("Del", "删行")])
    bar.show()
    made = list(bar._made)
    made[1].setFocus()
    bar.set_entries([FKeyEntry("F6", "预售"), FKeyEntry("F12", "收款", primary=True)])
    assert bar._made == made and [key.key for key in bar._keys] == ["F6", "F12"]
    assert not made[1].hasFocus() and not made[2].isVisible()
    told: list[str] = []
    bar.pressed.connect(told.append)
    made[1].click()
    assert told == ["F12"]
    bar.close()


def work(ms: float = LONG_MS * 1.2) -> None:
    """Keep the thread at work for so long."""
    ends = time.thread_time() + ms * 1e-3
    while time.thread_time() < ends:
        pass


class SlowPainter(QWidget):
    """Paints itself for a long turn, and counts how often."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        work(LONG_MS * 2)


def test_what_a_turn_paints_is_told_apart_from_its_work(qapp: QApplication) -> None:
    window = SlowPainter()
    window.show()
    qapp.processEvents()
    before = window.painted
    turns = Turns(qapp)
    turns.watch(window)

    def act() -> None:
        work()
        window.update()

    with turns.act("works and paints", 5):
        turns.turn(act)
    (told,) = turns.acts
    assert window.painted == before + 1
    assert told.painting_ms >= LONG_MS * 2 and LONG_MS <= told.work_ms <= told.cpu_ms - told.painting_ms + 0.001
    window.close()


def test_what_was_laid_aside_goes_with_its_turn(qapp: QApplication) -> None:
    laid_aside = QObject()
    Turns(qapp).turn(laid_aside.deleteLater)
    assert not isValid(laid_aside)


def test_painting_of_an_earlier_act_counts_for_no_later_one(qapp: QApplication) -> None:
    window = SlowPainter()
    window.show()
    qapp.processEvents()
    turns = Turns(qapp)
    turns.watch(window)
    with turns.act("paints", 5):
        turns.turn(window.update)
    with turns.act("works", 5):
        turns.turn(work)
    assert [told.painting_ms > 0 for told in turns.acts] == [True, False]
    window.close()


def test_turns_tell_the_longest_and_how_many_were_long(qapp: QApplication) -> None:
    turns = Turns(qapp)
    with turns.act("a long one", 5):
        turns.turn(work)
    (act,) = turns.acts
    assert act.name == "a long one" and act.long >= 1 and act.cpu_ms > LONG_MS and act.wall_ms >= LONG_MS
