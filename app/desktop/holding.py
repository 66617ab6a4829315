"""Holding: what is typed, pressed and scanned while something is being decided waits, and comes in its order once it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QGuiApplication, QWindow
from shiboken6 import isValid

from app.desktop.before_windows import BeforeWindows

Held = Callable[[bool], None]
"""Sends on what was held; told whether the page it was meant for has gone."""

_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})
_HELD = _KEYS | {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick}


class Holding(BeforeWindows):
    """Stands before every window from its making to `leave`, and takes away keys and presses before scans are told from hands.

    A window that was busy instead would find the same events waiting: a scan held here is still told from a hand by its own clock.
    """

    def __init__(self, application: QGuiApplication) -> None:
        self.kept: list[Held] = []
        """In their order."""
        super().__init__(application)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep keys and presses."""
        if not isinstance(watched, QWindow) or event.type() not in _HELD:
            return False
        kept, pressed = event.clone(), event.type() not in _KEYS

        def send(gone: bool) -> None:
            # A press on what has gone would meet whatever stands there now.
            if isValid(watched) and not (pressed and gone):
                QCoreApplication.sendEvent(watched, kept)

        self.kept.append(send)
        return True
