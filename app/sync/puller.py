"""Reads headquarters' feeds by cursor into the till, in units so small that the counter never feels them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.records.registry import FEEDS
from app.sync.client import FeedPage, HubClient, HubFault
from app.sync.ports import Inbox

log = logging.getLogger(__name__)

UNIT_ROWS = 25
UNIT_SECONDS = 0.004
"""A unit ends at 25 rows or 4 ms of checking, whichever is first."""
PAGE_ROWS = 100
"""Rows of one reply: decoding them at once stays below a millisecond or so."""
ASIDE_SECONDS = 0.005
LONGEST_ASIDE = 10.0
_APPLY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PullStep:
    """What one page brought."""

    feed: str
    rows: int
    refused: int
    """Rows that were no record of their feed."""
    more: bool


@dataclass(slots=True)
class _Again:
    """A feed that is being read again from its beginning; a cut forgets it, and the reading begins anew."""

    cursor: str = ""
    told: set[str] = field(default_factory=set)
    """Ids of every row so far."""


class Puller:
    """Takes one page a step, standing aside whenever the counter is busy."""

    def __init__(
        self,
        inbox: Inbox,
        client: HubClient,
        quiet: Callable[[], bool],
        stopping: threading.Event,
        feeds: Sequence[str] = tuple(FEEDS),
    ) -> None:
        self._inbox = inbox
        self._client = client
        self._quiet = quiet
        self._stopping = stopping
        self._feeds = tuple(feeds)
        # The run before may have ended between a last page and what it asks for.
        self._unsettled = set(feeds)
        self._again: dict[str, _Again] = {}

    def pull(self, feed: str) -> PullStep:
        """Take the next page of a feed; a feed with another history is read again from its beginning, and what it does not tell goes."""
        again = self._again.setdefault(feed, _Again()) if self._inbox.again(feed) else None
        cursor = again.cursor if again is not None else self._inbox.cursor(feed)
        try:
            page = self._client.feed(feed, cursor, PAGE_ROWS)
        except HubFault as fault:
            if fault.code != "rebase" or not cursor:
                raise
            log.warning("feed %s has a new history, reading it again", feed)
            self._again.pop(feed, None)
            self._inbox.read_again(feed).result(_APPLY_SECONDS)
            return PullStep(feed, 0, 0, True)
        step = self._take(page, cursor, again)
        if again is not None and not self._stopping.is_set():
            again.cursor = page.cursor
            if not page.more:
                del self._again[feed]
                self._inbox.end_again(feed, again.told, page.cursor).result(_APPLY_SECONDS)
        return step

    def settle(self, feed: str) -> None:
        """After the last page: let the store do what rows that came ask for, standing aside between its steps."""
        if feed in self._unsettled:
            self._inbox.settle(feed, lambda _: self._stand_aside())
            self._unsettled.discard(feed)

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds in the order they are read."""
        return self._feeds

    def _take(self, page: FeedPage, before: str, again: _Again | None) -> PullStep:
        if page.cursor == before:
            return PullStep(page.feed, 0, 0, False)
        if again is not None:
            again.told.update(str(row.get("id", "")) for row in page.rows)
        kind = FEEDS[page.feed]
        known = kind.model_fields.keys()
        left = list(page.rows)
        refused = 0
        while True:
            self._stand_aside()
            if self._stopping.is_set():
                return PullStep(page.feed, 0, refused, True)
            unit: list[dict[str, Any]] = []
            until = time.perf_counter() + UNIT_SECONDS
            while left and len(unit) < UNIT_ROWS and time.perf_counter() < until:
                row = left.pop(0)
                try:  # a newer hub may send fields that this version does not know
                    unit.append(kind.model_validate({name: row[name] for name in row if name in known}).model_dump(mode="json"))
                except ValidationError:
                    refused += 1
                    log.warning("feed %s: a row is no %s", page.feed, kind.__name__)
            # the cursor moves with the last unit only: after a cut, rows are taken again, never skipped
            if again is not None:
                self._inbox.read_again(page.feed, unit).result(_APPLY_SECONDS)
            else:
                self._inbox.apply(page.feed, unit, before if left else page.cursor).result(_APPLY_SECONDS)
            self._unsettled.add(page.feed)
            if not left:
                return PullStep(page.feed, len(page.rows), refused, page.more)

    def _stand_aside(self) -> None:
        """Wait while somebody scans or types, at most ten seconds."""
        until = time.monotonic() + LONGEST_ASIDE
        while not self._quiet() and time.monotonic() < until:
            if self._stopping.wait(ASIDE_SECONDS):
                return
