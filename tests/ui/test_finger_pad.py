"""The number pad of the touch profile: digits typed with a finger alone, beside the field and never over it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from window_hand import Hand

from app.desktop.screens.rows import Chips
from app.desktop.shell import Shell
from app.desktop.theme import Theme
from app.desktop.widgets.buttons import Btn, FKey
from app.desktop.widgets.number_pad import AWAY, ENTER, ERASE, NumberPad

IBUPROFEN, IBUPROFEN_BOX, THERMOMETER = "6999220000119", "89906411004039116120", "6999580000439"


class Finger:
    """Presses on the window, and nothing but presses."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        hand.sign_in()
        assert hand.window.shell is not None and hand.window.till is not None
        self.shell: Shell = hand.window.shell
        self.till: Any = hand.window.till
        hand.window.theme.set_scale(1.0, touch=True)
        hand.pause()
        hand.window._catcher._on_scan = self._scanned
        self.scans: list[str] = []

    def _scanned(self, raw: str) -> None:
        self.scans.append(raw)

    def until(self, true: Callable[[], object]) -> None:
        """Wait for something to become true."""
        self.hand.until(true, 8)

    def touch(self, part: QWidget, where: QPoint | None = None) -> None:
        """One press in the middle of a part or at a point of it, as the window meets it."""
        window = self.hand.window
        at = part.mapTo(window, where or QPoint(part.width() // 2, part.height() // 2))
        QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        self.hand.pause()

    def fkey(self, key: str) -> None:
        """A key of the function bar."""
        known = next(one for one in self.shell.fbar.findChildren(FKey) if one.isVisible() and one.key == key)
        self.touch(known)

    @property
    def pad(self) -> NumberPad:
        assert self.shell.finger_pad is not None
        return self.shell.finger_pad.pad

    def type(self, values: str) -> None:
        """Digits, then Enter for `⏎`."""
        for value in values:
            assert self.pad.isVisible(), f"no pad for {value} of {values}"
            self.touch(self.pad.key(ENTER if value == "⏎" else value))

    def covers(self) -> QRect:
        return QRect(self.pad.mapTo(self.shell, QPoint()), self.pad.size())

    def over(self, part: QWidget) -> bool:
        """Whether the pad lies over a part."""
        return self.pad.isVisible() and self.covers().intersects(QRect(part.mapTo(self.shell, QPoint()), part.size()))

    def grab(self, name: str) -> None:
        if os.environ.get("YAOGUI_GRAB"):
            self.hand.window.grab().save(f"{os.environ['YAOGUI_GRAB']}/{name}.png")


@pytest.fixture
def finger(hand: Hand) -> Finger:
    return Finger(hand)


def test_the_drawer_is_counted_and_the_shift_closed_by_touch_alone(finger: Finger) -> None:
    finger.shell.show_page("shift")
    finger.hand.pause()
    page: Any = finger.shell.page
    finger.touch(page._boxes[0].entry)
    finger.grab("shift_count")
    finger.type("5⏎" + "0⏎" * (len(page._boxes) - 1))
    finger.until(lambda: page._scene.counted_fen == 500_00)
    finger.hand.pause()
    finger.grab("shift_counted")
    finger.fkey("F12")
    finger.until(lambda: page._scene.state == "closed")
    assert finger.till.store.shifts.last_closed().difference_fen == 0
    assert finger.scans == []


def sold(finger: Finger) -> str:
    """A sale paid before, which a manager may void."""
    for code in (IBUPROFEN, IBUPROFEN_BOX):
        finger.till.selling.scan(code)
    finger.till.checkout.begin()
    finger.till.checkout.tender("qr", 0, "1234")
    done: list[int] = []
    finger.till.checkout.complete(lambda: done.append(1))
    finger.until(lambda: done)
    scene = finger.till.checkout.settle()
    finger.till.checkout.next_customer()
    return str(scene.number)


def test_a_managers_pin_is_given_in_returns_by_touch_alone(finger: Finger) -> None:
    number = sold(finger)
    finger.shell.show_page("returns")
    finger.shell.page.on_scanned(number)
    finger.hand.pause()
    page: Any = finger.shell.page
    finger.fkey("F8")
    finger.hand.pause()
    chips = page._form.findChild(Chips)
    finger.touch(chips, chips._places[0].center().toPoint())
    assert chips.value
    secret = next(one for one in page.findChildren(QLineEdit) if one.echoMode() is QLineEdit.EchoMode.Password and one.isVisible())
    finger.touch(secret)
    finger.grab("returns_pin")
    assert not finger.over(secret)
    finger.type("1003")
    assert secret.text() == "1003"
    said = [one.accessibleName() for one in finger.pad.findChildren(QWidget)]
    assert not any("1003" in name for name in said)
    finger.type("⏎")
    finger.until(lambda: page._scene.state == "done")
    assert finger.till.store.sales.by_number(number).voided


def test_a_member_joins_by_phone_with_a_finger(finger: Finger) -> None:
    finger.shell.scanned(THERMOMETER)
    finger.shell.page.on_scanned(THERMOMETER)
    finger.hand.pause()
    finger.fkey("F3")
    finger.grab("find_member")
    finger.type("13900007777")
    finger.type("⏎")
    page: Any = finger.shell.page
    finger.until(lambda: page.join.isVisible())
    finger.hand.pause()
    finger.grab("join")
    # The name is free text: the pad went, and the system's own keyboard is for that.
    assert not finger.pad.isVisible() and isinstance(finger.shell.focusWidget(), QLineEdit)
    finger.touch(next(one for one in page.join.findChildren(Btn) if one.isVisible() and "登记" in one.words and "不" not in one.words))
    finger.until(lambda: finger.till.store.people.find_members("13900007777"))
    assert finger.scans == []


def test_the_pad_comes_for_the_search_box_when_it_is_pressed_and_not_before(finger: Finger) -> None:
    box = finger.shell.bar.omnibox.entry
    assert box.hasFocus() and not finger.pad.isVisible()
    finger.touch(box)
    assert finger.pad.isVisible() and box.hasFocus()
    finger.grab("omnibox")
    finger.type("138.")
    finger.touch(finger.pad.key(ERASE))
    assert box.text() == "138"
    finger.touch(finger.pad.key(AWAY))
    assert not finger.pad.isVisible() and box.hasFocus()
    finger.touch(box)
    assert finger.pad.isVisible()
    finger.shell.show_page("stock")
    assert not finger.pad.isVisible()


def test_the_pad_leaves_the_pay_button_and_goes_for_free_text(finger: Finger) -> None:
    finger.shell.page.on_scanned(THERMOMETER)
    finger.hand.pause()
    finger.touch(finger.shell.bar.omnibox.entry)
    buttons = [one for one in finger.shell.page.findChildren(Btn) if one.isVisible()]
    assert buttons and not [one.words for one in buttons if finger.over(one)]
    finger.shell.show_page("help")
    finger.hand.pause()
    search: Any = finger.shell.page
    finger.touch(search._box)
    assert search._box.hasFocus() and not finger.pad.isVisible()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pad_lies_within_the_screen_and_never_over_its_field(finger: Finger, size: tuple[int, int], language: str) -> None:
    window = finger.hand.window
    window.setMinimumSize(1, 1)
    finger.shell.setMinimumSize(1, 1)
    window.theme.set_language("en" if language == "en" else "zh")
    window.resize(*size)
    seen = 0
    for key in ("sale", "shift", "returns", "settings", "reports", "stock", "member"):
        finger.shell.show_page(key)
        finger.hand.pause()
        fields = [finger.shell.bar.omnibox.entry, *finger.shell.page.findChildren(QLineEdit)]
        for field in fields:
            at = field.mapTo(finger.shell, QPoint())
            if not field.isVisible() or not field.isEnabled() or not finger.shell.rect().contains(QRect(at, field.size())):
                continue
            finger.touch(field)
            if finger.pad.isVisible():
                seen += 1
                assert finger.shell.rect().contains(finger.covers()), (key, finger.covers())
                assert not finger.over(field), (key, field.accessibleName())
        finger.grab(f"{key}_{language}_{size[0]}")
    assert seen > 8


def test_every_key_of_the_pad_is_named_and_takes_no_keyboard(theme: Theme) -> None:
    theme.set_language("en")
    pad = NumberPad(theme)
    theme.set_scale(1.0, touch=True)
    keys = pad.findChildren(QAbstractButton)
    assert sorted(one.accessibleName() for one in keys) == sorted([*"0123456789", "Point", "Backspace", "Enter", "Put the pad away"])
    assert pad.accessibleName() == "Number pad"
    assert all(one.focusPolicy() is Qt.FocusPolicy.NoFocus and one.height() >= 44 for one in keys)


def test_outside_the_touch_profile_nothing_appears(make_hand: Callable[..., Hand], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "app.desktop.finger_pad", raising=False)
    made = make_hand()
    made.sign_in()
    assert made.window.shell is not None
    shell = made.window.shell
    assert "app.desktop.finger_pad" not in sys.modules
    shell.show_page("shift")
    made.pause()
    QTest.mouseClick(shell.bar.omnibox.entry, Qt.MouseButton.LeftButton)
    QTest.mouseClick(shell.page._boxes[0].entry, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]  # the shift's page
    made.pause()
    assert shell.finger_pad is None
    assert "app.desktop.finger_pad" not in sys.modules
    made.window.theme.set_scale(1.0, touch=True)
    assert shell.finger_pad is not None
    made.window.theme.set_scale(1.0, touch=False)
    assert shell.finger_pad is None
