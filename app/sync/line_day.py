"""What the line to headquarters did since the program began: when it was up, when it was cut, and how fresh each feed is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(hours=36)
"""Older changes are forgotten; a till left running over night still shows its whole day."""
UP = ("online", "recovering")


@dataclass(frozen=True, slots=True)
class LineChange:
    """From this moment on the line was of this kind."""

    at: datetime
    kind: str
    """online | recovering | offline | portal, as `SyncState.kind`."""


class LineDay:
    """Kept by the worker's thread, read by any: what is given out is never changed afterwards."""

    def __init__(self) -> None:
        self._changes: tuple[LineChange, ...] = ()
        self._fresh: dict[str, datetime] = {}

    @property
    def changes(self) -> tuple[LineChange, ...]:
        """Every change of the line, earliest first; before the first one nothing is known."""
        return self._changes

    @property
    def fresh(self) -> Mapping[str, datetime]:
        """Feed → when it was last read to its end; a feed not read since the start is left out."""
        return self._fresh

    def note(self, kind: str, at: datetime) -> None:
        """The line is of this kind now."""
        if self._changes and self._changes[-1].kind == kind:
            return
        kept = [change for change in self._changes if at - change.at <= KEPT]
        if len(kept) < len(self._changes):
            # The last forgotten one still says how the line was when memory begins.
            kept.insert(0, self._changes[len(self._changes) - len(kept) - 1])
        self._changes = (*kept, LineChange(at, kind))

    def read_to_end(self, feed: str, at: datetime) -> None:
        """A feed has nothing more to give."""
        self._fresh = {**self._fresh, feed: at}


def spans(changes: tuple[LineChange, ...], until: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
    """(from, to, whether it was up) for each stretch known, earliest first."""
    for order, change in enumerate(changes):
        end = changes[order + 1].at if order + 1 < len(changes) else until
        if end > change.at:
            yield change.at, end, change.kind in UP


def up_share(changes: tuple[LineChange, ...], since: datetime, until: datetime) -> float | None:
    """Which share of the known time from `since` to `until` the line was up; None where nothing is known."""
    up = known = timedelta()
    for start, end, was_up in spans(changes, until):
        held = min(end, until) - max(start, since)
        if held > timedelta():
            known += held
            up += held if was_up else timedelta()
    return up / known if known else None


def slices(changes: tuple[LineChange, ...], first: datetime, each: timedelta, count: int, now: datetime) -> tuple[str, ...]:
    """A day cut into equal slices: up, mixed (up for a part), down, unknown, or '' for what is still to come."""
    told = []
    for order in range(count):
        start = first + each * order
        end = min(start + each, now)
        if start >= now:
            told.append("")
            continue
        share = up_share(changes, start, end)
        told.append("unknown" if share is None else "up" if share > 0.99 else "down" if share < 0.01 else "mixed")
    return tuple(told)
