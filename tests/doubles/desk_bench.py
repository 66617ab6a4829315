"""A bench for back-office pages: a real demo till, a theme, and hands that press keys as the window would pass them on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.bridge import Bridge
from app.desktop.screens.desk import Desk
from app.desktop.screens.page import Page, Surroundings
from app.desktop.theme import Theme

SMALLEST = (1366 - 76, 768 - 64 - 60)
"""What is left for a page on the smallest screen, in pixels."""
_KEYS = {
    "Enter": Qt.Key.Key_Return,
    "Space": Qt.Key.Key_Space,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "Left": Qt.Key.Key_Left,
    "Right": Qt.Key.Key_Right,
    "Tab": Qt.Key.Key_Tab,
    "+": Qt.Key.Key_Plus,
    "-": Qt.Key.Key_Minus,
}


class DeskBench:
    """One page in front, with everything it said kept."""

    def __init__(self, theme: Theme, till: Any, kind: Callable[[Surroundings], Page]) -> None:
        self.theme = theme
        self.bridge = Bridge()
        self.page = kind(Surroundings(theme, till, self.bridge))
        self.echoes: list[Any] = []
        self.toasts: list[str] = []
        self.gone: list[str] = []
        self.scans: list[str] = []
        self.page.echo.connect(self.echoes.append)
        self.page.toast.connect(lambda words, _: self.toasts.append(words))
        self.page.go.connect(self.gone.append)
        self.page.scan.connect(self.scans.append)
        self.page.resize(*SMALLEST)
        self.page.show()
        self.page.activateWindow()
        self.page.on_shown()
        self.until(lambda: not self.page.reading)
        QApplication.processEvents()

    def press(self, *names: str) -> None:
        """Keys one after the other: of the function bar, else to the focused part, else to the page."""
        for name in names:
            if isinstance(self.page, Desk):
                self.page.draw_out()
            spec = next((spec for spec in self.page.fkeys() if spec.key == name), None)
            focused = self.page.focusWidget()
            if spec is not None:
                spec.act()
            elif name == "Esc" or (name.startswith("F") and name[1:].isdigit()):
                self.page.on_key(name)
            elif focused is not None and name in _KEYS:
                QTest.keyClick(focused, _KEYS[name])
            elif focused is not None:
                QTest.keyClicks(focused, name)
            QApplication.processEvents()

    def bar(self) -> list[str]:
        """The keys of the function bar now."""
        return [spec.key for spec in self.page.fkeys()]

    def until(self, done: Callable[[], object], seconds: float = 60) -> None:
        """Let commits return until something holds."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, "nothing came back"
            QApplication.processEvents()
            time.sleep(0.005)

    def words(self) -> str:
        """All that the page says now, for finding a sentence in it."""
        parts = self.page.findChildren(QWidget)
        return "\n".join(part.accessibleName() for part in parts if part.isVisible() and part.accessibleName())

    def fits(self) -> bool:
        """Whether the page fits the smallest screen."""
        QApplication.processEvents()
        hint = self.page.minimumSizeHint()
        return hint.width() <= SMALLEST[0] and hint.height() <= SMALLEST[1]
