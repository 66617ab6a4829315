"""A hand at the window: opens it on a copy of the demo pharmacy, types, scans and waits, with a clock of its own for keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.desktop.sign_in import look
from app.desktop.theme import Theme
from app.desktop.window import Window

OPENING = datetime(2026, 11, 21, 6, 3, tzinfo=UTC)
"""14:03 in the shop, on the day the demo pharmacy of the tests was founded."""


class Hand:
    """The window on a copy of the demo pharmacy, and a keyboard and scanner whose clock is the test's."""

    PLAIN = Qt.KeyboardModifier.NoModifier

    def __init__(self, window: Window) -> None:
        self.window = window
        self.now = 10_000
        self._left = False

    @staticmethod
    def wait(milliseconds: int = 0) -> None:
        """Let the event loop turn; unlike QTest's wait it leaves other threads their turn."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(self, true: Callable[[], object], seconds: float = 60) -> None:
        """Wait for something to become true."""
        for _ in range(round(seconds * 200)):
            if true():
                return
            self.wait(5)
        raise AssertionError("it did not come true")

    def press(self, key: int, text: str = "", *, gap: int = 100, modifiers: Qt.KeyboardModifier = PLAIN, repeat: bool = False) -> None:
        """One key, pressed and let go."""
        self.now += gap
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, modifiers, text, repeat)
            event.setTimestamp(self.now)
            QCoreApplication.sendEvent(self.window.windowHandle(), event)

    def type(self, text: str) -> None:
        """Type as a person does, and let the last key through."""
        for character in text:
            self.press(ord(character.upper()), character)
        self.until(lambda: not self.window._catcher._held)

    def enter(self) -> None:
        """Enter."""
        self.press(Qt.Key.Key_Return, "\r")

    def scan(self, code: str) -> None:
        """Scan as a gun does, a moment after whatever was pressed before."""
        for place, character in enumerate(code):
            self.press(ord(character.upper()), character, gap=2 if place else 100)
        self.press(Qt.Key.Key_Return, "\r", gap=2)

    def words(self) -> str:
        """What the page in front says, a part a line."""
        assert self.window.shell is not None
        parts = self.window.shell.page.findChildren(QWidget)
        return "\n".join(part.accessibleName() for part in parts if part.isVisible() and part.accessibleName())

    def sign_in(self, pin: str = "1001") -> None:
        """Take the till, opening the shift if none is open."""
        self.type(pin)
        self.enter()
        self.until(lambda: self.window.signed_in)
        self.pause()

    def pause(self) -> None:
        """What is under way is drawn, and the moment is over in which a page that has just come takes no key."""
        for _ in range(3):
            self.wait(0)
        if self.window.shell is not None:
            self.window.shell._dead_until = 0.0
            if self.window.signed_in:
                self.until(lambda: not self.window.shell.page.reading)

    def leave(self) -> None:
        """Close the window and the shop behind it; once is enough."""
        if not self._left:
            self._left = True
            self.window.shut()


def open_hand(
    theme: Theme, folder: Path, *, loaded: bool = True, now: datetime = OPENING, gate: Callable[[], object] = lambda: None
) -> Hand:
    """The window on a data folder; `gate` is called on the loading thread, `loaded` waits until the shop is there."""

    def load(on_print_state: Any, on_sync_state: Any, quiet: Any) -> Any:
        from app import assembly
        from app.records.clock import ManualClock

        gate()
        return assembly.Till(folder, ManualClock(now), on_print_state=on_print_state, on_sync_state=on_sync_state, quiet=quiet)

    glance, fault = look(folder)
    assert fault is None
    window = Window(theme, glance, "01", load)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    hand = Hand(window)
    hand.until(lambda: window._loader is not None)
    if loaded:
        hand.until(lambda: window.shell is not None or window.sign_in._problem)
        assert window.shell is not None, window.sign_in._problem
    return hand
