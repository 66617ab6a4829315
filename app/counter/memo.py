"""Memo: facts of the ledger read once and kept until the ledger moves on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from app.records.clock import Clock, shop_day
from app.store.open_store import Store

T = TypeVar("T")

FRESH_MS = 5_000
"""Longest age of a kept fact: rows that arrive from headquarters move no event of this till."""


class Memo:
    """Keeps answers for the scan path: every event of this till, and five seconds, make it forget them all."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._mark: tuple[int, int] = (-1, -1)
        self._kept: dict[Any, Any] = {}

    def get(self, key: Any, read: Callable[[], T]) -> T:
        """The kept answer for a key, read now where there is none."""
        mark = (self._store.journal.head().seq, self._clock.monotonic_ms() // FRESH_MS)
        if mark != self._mark:
            self._kept.clear()
            self._mark = mark
        if key in self._kept:
            found: T = self._kept[key]
            return found
        found = read()
        self._kept[key] = found
        return found

    def today(self) -> date:
        """The calendar date at the store."""
        return shop_day(self._clock.now())

    def forget(self) -> None:
        """Read everything afresh from now on (baskets were held or recalled, goods came in)."""
        self._kept.clear()
