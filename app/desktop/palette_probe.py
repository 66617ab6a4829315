"""The palette under measurement: opened over the real counter window, asked a text, timed until its answer is painted."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.shell import Shell


class _Painted(QObject):
    """Counts the paintings of some widgets."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.count = 0
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count, and let pass."""
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


class PaletteProbe:
    """Asks the palette of a counter window texts, as a person types them whole."""

    def __init__(self, application: QApplication, shell: Shell) -> None:
        """The palette is opened here: what opening costs is `opened_ms`, and no answer pays for it."""
        self._application = application
        began = time.perf_counter()
        self._palette = shell.open_palette()
        self._drain()
        self.opened_ms = (time.perf_counter() - began) * 1e3
        self._paints = _Painted(self._palette.list_port, self._palette)

    def empty(self) -> None:
        """Clear the box and let the palette come to rest."""
        self._palette.entry.clear()
        self._drain()

    def ask(self, text: str) -> None:
        """Put the text in the box and wait until the list, or the word that there is nothing, was painted."""
        before = self._paints.count
        self._palette.entry.setText(text)
        while self._paints.count == before:
            self._application.processEvents()

    def found(self) -> tuple[str, ...]:
        """What is listed now, heads too."""
        return self._palette.shown

    def _drain(self) -> None:
        for _ in range(3):
            self._application.processEvents()

    def close(self) -> None:
        """Let the palette go away."""
        self._palette.close_palette()
