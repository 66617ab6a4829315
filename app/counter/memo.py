"""Memo: facts of the ledger read once and kept until the ledger moves on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from app.records.clock import Clock, shop_day
from app.store.open_store import Store

T = TypeVar("T")

FRESH_MS = 60_000
"""Longest age of a kept fact, for what neither an event nor a page of rows from headquarters tells of (a person's name put right)."""


class Memo:
    """Keeps answers for the scan path: every event of this till and every page of rows that arrives make it forget them all."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._mark: tuple[int, int, int] = (-1, -1, -1)
        self._kept: dict[Any, Any] = {}

    def get(self, key: Any, read: Callable[[], T]) -> T:
        """The kept answer for a key, read now where there is none."""
        kept = self.kept()
        if key in kept:
            found: T = kept[key]
            return found
        found = read()
        kept[key] = found
        return found

    def kept(self) -> dict[Any, Any]:
        """All answers that hold now, for whoever looks up a whole basket at once."""
        store = self._store
        mark = (store.journal.head().seq, store.inbox.pages, self._clock.monotonic_ms() // FRESH_MS)
        if mark != self._mark:
            self._kept.clear()
            self._mark = mark
        return self._kept

    def today(self) -> date:
        """The calendar date at the store."""
        return shop_day(self._clock.now())

    def forget(self) -> None:
        """Read everything afresh from now on (baskets were held or recalled, goods came in)."""
        self._kept.clear()
