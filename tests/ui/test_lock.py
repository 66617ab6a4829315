"""The locked till: what it keeps is said, a badge or a PIN opens it, every other scan is refused aloud."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

IBUPROFEN = "6999220000119"
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_locked_till_says_what_it_keeps_and_gives_it_back(hand: Any) -> None:
    hand.sign_in()
    hand.scan(IBUPROFEN)
    hand.pause()
    hand.press(Qt.Key.Key_F6)
    hand.scan(IBUPROFEN)
    hand.scan(IBUPROFEN)
    hand.until(lambda: len(hand.window.till.selling.scene().held) == 1 and not hand.window.till.selling.writing)
    hand.press(Qt.Key.Key_L, "\x0c", modifiers=CONTROL)
    assert not hand.window.signed_in
    assert hand.window.sign_in._going.words == "当前单 2 件，挂单 1 张，都在"
    hand.sign_in()
    assert [line.quantity for line in hand.window.till.selling.scene().lines] == [2]
    assert len(hand.window.till.selling.scene().held) == 1


def test_a_scan_on_a_locked_till_is_refused_with_a_tone_and_adds_nothing(hand: Any) -> None:
    hand.sign_in()
    hand.window.lock()
    played: list[str] = []
    hand.window.shell.sounds.play = played.append
    hand.scan(IBUPROFEN)
    assert played == ["scan_rejected"]
    assert not hand.window.signed_in
    assert hand.window.till.selling.scene().lines == ()


def test_the_idle_time_is_the_settings_and_fifteen_minutes_at_first(hand: Any) -> None:
    hand.sign_in()
    assert hand.window.till.settings.number("lock.minutes") == 15
    hand.press(Qt.Key.Key_Up)
    assert hand.window._idle.interval() == 15 * 60_000
