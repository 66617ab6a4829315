"""Slices: longer work of the window's thread done a little in each turn of its loop, so that no key waits for the whole of it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer

SLICE_S = 0.002
"""After so long within one turn the rest waits for the next; a single step is never cut."""


class Slices(QObject):
    """Works through generators, each under a name; what is begun again under its name is begun anew."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._works: dict[str, Iterator[None]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def begin(self, name: str, steps: Iterator[None]) -> None:
        """Do this from the next turn on, step by step."""
        self._works[name] = steps
        self._timer.start()

    def end(self, name: str) -> None:
        """Leave it where it is."""
        self._works.pop(name, None)

    @property
    def busy(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self._works)

    def finish(self) -> None:
        """Do all of it now."""
        while self._works:
            self._step()

    def _turn(self) -> None:
        ends = time.perf_counter() + SLICE_S
        while self._works and time.perf_counter() < ends:
            self._step()
        if not self._works:
            self._timer.stop()

    def _step(self) -> None:
        name, steps = next(iter(self._works.items()))
        try:
            next(steps)
        except StopIteration:
            if self._works.get(name) is steps:
                del self._works[name]
        except Exception:
            self._works.pop(name, None)
            raise
