"""Collecting: rings of objects that nobody needs any more are taken apart on the window's thread alone, and while nobody types.

Python's own collector works on whatever thread makes the next object. A widget without a parent that it finds there is destroyed beside
the window's thread, which ends the program: a page that was half made and given up, content that was taken off a page a moment ago.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 250
RESTED_S = 0.3
"""Longer than anybody rests between two keys, and than a repaint takes."""
IDLE_S = 2.0
"""Nobody acts: long enough for a walk over everything that is not young."""
CROWDED = 50
"""So many times Python's own limits are not passed for the sake of a person who never rests."""


class Collecting(QObject):
    """Stands in for Python's own collector for as long as there is a window."""

    def __init__(self, rested_s: Callable[[], float], parent: QObject) -> None:
        """`rested_s` tells the seconds since a person last did anything. What is there by now stays, and is never walked over."""
        super().__init__(parent)
        self._rested_s = rested_s
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that is due and for which there is time."""
        rested_s = self._rested_s()
        wanted = ((2, IDLE_S), (1, RESTED_S), (0, RESTED_S))
        for (generation, rest_s), count, limit in zip(wanted, reversed(gc.get_count()), reversed(gc.get_threshold()), strict=True):
            if count > limit and (rested_s > rest_s or count > limit * CROWDED):
                gc.collect(generation)
                return
