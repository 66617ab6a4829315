"""Scans are told from typing in front of every widget: none lost, none torn, none leaked, no button pressed by a gun's Enter."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.desktop.scan_catcher import ScanCatcher, learned_gap

TRACE = "81340000123456787731"
EAN = "6901028075022"
PAY = "134567890123456789"


class Desk:
    """A window with a field and a button, a catcher before it, and a keyboard whose clock is ours."""

    def __init__(self, application: QApplication) -> None:
        self.window = QWidget()
        self.field = QLineEdit()
        self.button = QPushButton("删除")
        self.button.setAutoDefault(True)
        self.form = QLineEdit()
        self.presses: list[str] = []
        self.submits: list[str] = []
        self.scans: list[str] = []
        self.button.clicked.connect(lambda: self.presses.append("button"))
        self.form.returnPressed.connect(lambda: self.submits.append(self.form.text()))
        layout = QVBoxLayout(self.window)
        for part in (self.field, self.button, self.form):
            layout.addWidget(part)
        self.window.show()
        self.window.activateWindow()
        application.processEvents()
        self.catcher = ScanCatcher(application, self.scans.append)
        self.now = 1000

    def event(self, kind: QEvent.Type, key: int, text: str, modifiers: Qt.KeyboardModifier, repeat: bool = False) -> QKeyEvent:
        event = QKeyEvent(kind, key, modifiers, text, repeat)
        event.setTimestamp(self.now)
        return event

    def press(
        self, key: int, text: str = "", gap: int = 2, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, repeat: bool = False
    ) -> None:
        self.now += gap
        target = self.window.windowHandle()
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(target, self.event(kind, key, text, modifiers, repeat))

    def keys(self, text: str, gap: int = 2) -> None:
        for character in text:
            if character.isupper():
                self.press(Qt.Key.Key_Shift, "", 0, Qt.KeyboardModifier.ShiftModifier)
            self.press(ord(character.upper()), character, gap)

    def scan(self, text: str, gap: int = 2, suffix: int = Qt.Key.Key_Return) -> None:
        self.keys(text, gap)
        self.press(suffix, "\t" if suffix == Qt.Key.Key_Tab else "\r", gap)

    def settle(self) -> None:
        """Wait until no key can be held back any more, however busy the computer is."""
        self.wait(60)
        for _ in range(1000):
            if not self.catcher._held:
                return
            self.wait(10)
        raise AssertionError("a key is held for ever")

    @staticmethod
    def wait(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()


@pytest.fixture
def desk(qapp: QApplication) -> Iterator[Desk]:
    made = Desk(qapp)
    yield made
    made.catcher.detach()
    made.window.close()
    made.window.deleteLater()


def test_a_scan_into_a_focused_field_arrives_whole_and_leaks_nothing(desk: Desk) -> None:
    desk.field.setFocus()
    desk.scan(TRACE)
    desk.settle()
    assert desk.scans == [TRACE]
    assert desk.field.text() == ""


def test_the_enter_of_a_scan_does_not_press_the_focused_button(desk: Desk) -> None:
    desk.button.setFocus()
    desk.scan(EAN)
    desk.settle()
    assert desk.scans == [EAN]
    assert desk.presses == []


def test_a_scan_does_not_submit_the_form_that_has_the_keyboard(desk: Desk) -> None:
    desk.form.setFocus()
    desk.form.setText("张")
    desk.scan(PAY, suffix=Qt.Key.Key_Tab)
    desk.settle()
    assert desk.scans == [PAY]
    assert desk.form.text() == "张"
    assert desk.submits == []
    assert desk.form.hasFocus()


@pytest.mark.parametrize("gap", [31, 45, 120])
def test_a_person_typing_keeps_every_character_in_order(desk: Desk, gap: int) -> None:
    desk.field.setFocus()
    desk.keys("aldp2026", gap)
    desk.settle()
    assert desk.field.text() == "aldp2026"
    assert desk.scans == []


def test_a_pin_rolled_over_four_keys_stays_typing_and_its_enter_still_acts(desk: Desk) -> None:
    desk.form.setFocus()
    desk.keys("1234", 10)
    desk.press(Qt.Key.Key_Return, "\r", 10)
    desk.settle()
    assert desk.scans == []
    assert desk.submits == ["1234"]


def test_a_key_held_back_is_given_to_the_field_within_a_tenth_of_a_second(desk: Desk) -> None:
    desk.field.setFocus()
    in_time = []
    for _ in range(5):
        desk.field.clear()
        desk.now += 1000
        desk.keys("7")
        assert desk.field.text() == ""
        desk.wait(100)
        in_time.append(desk.field.text())
        desk.settle()
        assert desk.field.text() == "7"
    # Other programs on the test computer may delay one, not all of them.
    assert "7" in in_time


@pytest.mark.parametrize("stall", [0.045, 0.1])
def test_a_stalled_window_does_not_tear_a_scan(desk: Desk, stall: float) -> None:
    desk.field.setFocus()
    desk.keys(TRACE[:6])
    # The window stands still while the gun goes on: its keys wait in the queue, stamped 2 ms apart.
    time.sleep(stall)
    target = desk.window.windowHandle()

    def arrive() -> None:
        for character in TRACE[6:]:
            desk.now += 2
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QCoreApplication.postEvent(target, desk.event(kind, ord(character), character, Qt.KeyboardModifier.NoModifier))
        desk.now += 2
        QCoreApplication.postEvent(target, desk.event(QEvent.Type.KeyPress, Qt.Key.Key_Return, "\r", Qt.KeyboardModifier.NoModifier))

    # The hold-back's timer is long over and fires in the same turn in which the queue is read.
    QTimer.singleShot(0, arrive)
    for _ in range(1000):
        desk.wait(10)
        if desk.scans:
            break
    desk.settle()
    assert desk.scans == [TRACE]
    assert desk.field.text() == ""


def test_the_line_feed_of_a_gun_set_to_cr_lf_belongs_to_its_scan(desk: Desk) -> None:
    desk.button.setFocus()
    desk.scan(EAN)
    desk.press(Qt.Key.Key_Return, "\n", 4)
    assert desk.presses == []
    desk.press(Qt.Key.Key_Return, "\r", 400)
    desk.settle()
    assert desk.presses == ["button"]


def test_two_scans_in_a_row_are_two_calls(desk: Desk) -> None:
    desk.field.setFocus()
    desk.scan(TRACE)
    desk.scan(EAN)
    desk.settle()
    assert desk.scans == [TRACE, EAN]
    assert desk.field.text() == ""


def test_shift_presses_and_group_separators_are_part_of_a_scan(desk: Desk) -> None:
    desk.field.setFocus()
    desk.keys("]d2010690102807502217270430")
    desk.press(Qt.Key.Key_BracketRight, "\x1d", 2, Qt.KeyboardModifier.ControlModifier)
    desk.keys("10A26B")
    desk.press(Qt.Key.Key_Return, "\r", 2)
    desk.settle()
    assert desk.scans == ["]d2010690102807502217270430\x1d10A26B"]
    assert desk.field.text() == ""


def test_a_held_key_repeats_into_the_field(desk: Desk) -> None:
    desk.field.setFocus()
    for _ in range(8):
        desk.press(ord("0"), "0", 25, repeat=True)
    desk.settle()
    assert desk.field.text() == "0" * 8
    assert desk.scans == []


def test_a_command_key_right_after_typing_comes_after_what_was_typed(desk: Desk) -> None:
    desk.field.setFocus()
    desk.keys("ab", 10)
    desk.press(Qt.Key.Key_Backspace, "\b", 10)
    desk.settle()
    assert desk.field.text() == "a"


def test_chinese_being_composed_passes_by_and_a_scan_after_it_is_caught(desk: Desk) -> None:
    desk.field.setFocus()
    QCoreApplication.sendEvent(desk.field, QInputMethodEvent("bu luo", []))
    done = QInputMethodEvent()
    done.setCommitString("布洛")
    QCoreApplication.sendEvent(desk.field, done)
    desk.scan(EAN)
    desk.settle()
    assert desk.field.text() == "布洛"
    assert desk.scans == [EAN]


@pytest.mark.parametrize(("prefix", "key", "text"), [("\x02", Qt.Key.Key_B, "\x02"), ("F9", Qt.Key.Key_F9, "")])
def test_with_a_prefix_set_slow_guns_are_heard_and_quick_hands_are_not(desk: Desk, prefix: str, key: int, text: str) -> None:
    desk.catcher.set_prefix(prefix)
    desk.field.setFocus()
    control = Qt.KeyboardModifier.ControlModifier if text else Qt.KeyboardModifier.NoModifier
    desk.press(key, text, 2, control)
    desk.scan(TRACE, gap=90)
    desk.keys("12345678", 3)
    desk.press(Qt.Key.Key_Return, "\r", 900)
    assert desk.scans == [TRACE]
    assert desk.field.text() == "12345678"


def test_what_is_held_when_listening_ends_is_not_lost(desk: Desk) -> None:
    desk.field.setFocus()
    desk.keys("abc")
    desk.catcher.detach()
    assert desk.field.text() == "abc"


def test_a_slow_gun_is_typing_until_it_is_learned_and_a_scan_from_then_on(desk: Desk) -> None:
    desk.field.setFocus()
    desk.keys(EAN, gap=42)
    desk.press(Qt.Key.Key_Return, "\r", gap=42)
    assert desk.scans == []
    desk.field.clear()
    desk.now += 1_000
    desk.catcher.learn(True)
    for _ in range(3):
        desk.now += 1_000
        desk.keys(EAN, gap=38)
        desk.press(Qt.Key.Key_Return, "\r", gap=38)
    assert desk.scans == [EAN] * 3 and desk.catcher.widest_ms == 38
    desk.catcher.learn(False)
    desk.catcher.set_gap(learned_gap([38, 36, 38]))
    desk.now += 1_000
    desk.keys(EAN, gap=42)
    desk.press(Qt.Key.Key_Return, "\r", gap=42)
    assert desk.scans == [EAN] * 4 and desk.field.text() == ""


def test_a_gap_is_learned_with_half_as_much_again_within_what_tells_a_gun_from_a_hand() -> None:
    assert learned_gap([3, 4, 3]) == 20
    assert learned_gap([22, 31, 24]) == 47
    assert learned_gap([40]) == 60 and learned_gap([41]) == 0
