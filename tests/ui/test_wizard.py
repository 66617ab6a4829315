"""The first-run wizard: steps by keyboard, what is wrong at its field, nothing lost on the way back, the shop made at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from app.counter.establishing import STEPS, Answers
from app.desktop.screens.wizard import Wizard
from app.desktop.theme import Theme


class Making:
    """What the wizard hands over, and what becomes of it."""

    def __init__(self) -> None:
        self.answers: Answers | None = None
        self.note = ""
        self.problem: Exception | None = None

    def __call__(self, answers: Answers, say: Callable[[str], None]) -> str:
        self.answers = answers
        say("…")
        if self.problem is not None:
            raise self.problem
        return self.note


@pytest.fixture
def making() -> Making:
    return Making()


@pytest.fixture
def wizard(theme: Theme, making: Making) -> Iterator[Wizard]:
    made = Wizard(theme, making)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    made._begin_fields()
    yield made
    made._busy = None
    made.close()


def press(wizard: Wizard, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(wizard.windowHandle(), key)


def until(met: Callable[[], object]) -> None:
    for _ in range(6000):
        if met():
            return
        loop = QEventLoop()
        QTimer.singleShot(10, loop.quit)
        loop.exec()
    raise AssertionError("it did not come true")


def put(wizard: Wizard, **texts: str) -> None:
    for name, text in texts.items():
        part: Any = wizard._fields[name]
        (part.set_text if hasattr(part, "set_text") else part.setText)(text)


def through(wizard: Wizard) -> None:
    press(wizard, Qt.Key.Key_F12)
    put(wizard, name="示例药房")
    press(wizard, Qt.Key.Key_F12, Qt.Key.Key_F12)
    put(wizard, name0="甲", pin0="1234")
    press(wizard, *[Qt.Key.Key_F12] * 4)


def test_every_step_is_passed_by_keyboard_and_the_shop_is_made(wizard: Wizard, making: Making) -> None:
    through(wizard)
    assert wizard.step == "ready"
    press(wizard, Qt.Key.Key_F12)
    until(lambda: wizard.founded)
    assert making.answers is not None
    assert (making.answers.name, making.answers.till) == ("示例药房", "01")
    assert [(p.code, p.name, p.role, p.pin) for p in making.answers.staff] == [("1001", "甲", "manager", "1234")]


def test_a_step_that_lacks_something_says_so_at_the_field_and_stays(wizard: Wizard) -> None:
    press(wizard, Qt.Key.Key_F12, Qt.Key.Key_F12)
    assert wizard.step == "store"
    name: Any = wizard._fields["name"]
    assert name.entry.hasFocus()
    assert name.entry.property("state") == "error"
    assert name.entry.accessibleDescription() == "写上门店名称"


def test_enter_leads_through_the_fields_and_esc_loses_nothing(wizard: Wizard) -> None:
    press(wizard, Qt.Key.Key_Return)
    put(wizard, name="示例药房")
    for _ in range(6):
        press(wizard, Qt.Key.Key_Return)
    assert wizard.step == "till"
    press(wizard, Qt.Key.Key_Escape)
    assert wizard.step == "store"
    name: Any = wizard._fields["name"]
    assert name.text == "示例药房"


def test_a_demo_shop_needs_no_questions(wizard: Wizard, making: Making) -> None:
    wizard._choose_demo(True)
    press(wizard, Qt.Key.Key_F12)
    assert wizard.step == "ready"
    press(wizard, Qt.Key.Key_F12)
    until(lambda: wizard.founded)
    assert making.answers is not None and making.answers.demo


def test_a_shop_that_cannot_be_made_is_told_and_may_be_tried_again(wizard: Wizard, making: Making) -> None:
    making.problem = OSError("no room")
    through(wizard)
    press(wizard, Qt.Key.Key_F12)
    until(lambda: wizard._busy is None and "no room" in wizard._progress.accessibleName())
    assert not wizard.founded
    making.problem = None
    press(wizard, Qt.Key.Key_F12)
    until(lambda: wizard.founded)


def test_a_note_is_read_before_the_window_closes(wizard: Wizard, making: Making) -> None:
    making.note = "stock.csv: 3"
    through(wizard)
    press(wizard, Qt.Key.Key_F12)
    until(lambda: wizard.founded)
    assert wizard.isVisible()
    assert "stock.csv" in wizard._progress.accessibleName()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_fits_and_names_its_fields_in_both_languages(wizard: Wizard, theme: Theme, language: Any) -> None:
    theme.set_language(language)
    for at, step in enumerate(STEPS):
        wizard._at = at
        wizard._draw()
        assert wizard.step == step
        assert wizard._slot.layout().minimumSize().width() <= 1366 - 260 - 96, step
        for part in wizard._fields.values():
            entry: Any = getattr(part, "entry", part)
            assert entry.accessibleName(), step
