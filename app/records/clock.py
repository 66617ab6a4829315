"""The clock that is passed in wherever time matters, and the real one."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

SHOP_TIME = timezone(timedelta(hours=8), "CST")
"""China keeps one time zone without summer time; a shop's days begin and end in it wherever the machine thinks it is."""


def shop_day(at: datetime) -> date:
    """The calendar day in the shop at a moment."""
    return at.astimezone(SHOP_TIME).date()


_SINCE_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)
"""Linux's monotonic clock that goes on while the machine sleeps, as Windows' only one does; None where there is none of that name."""


class Clock(Protocol):
    """What knows the time; tests and tapes pass one that they move by hand."""

    def now(self) -> datetime:
        """Aware UTC wall time."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never run backwards while the process lives."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Aware UTC wall time."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        """Milliseconds since an arbitrary start; a till that slept over night has aged by the night."""
        return (time.monotonic_ns() if _SINCE_BOOT is None else time.clock_gettime_ns(_SINCE_BOOT)) // 1_000_000


class ManualClock:
    """A clock that stands still until it is moved; used by tapes, demo and tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._mono = 0

    def now(self) -> datetime:
        """The time last set, advanced by one millisecond per reading so that ids keep their order."""
        self._now += timedelta(milliseconds=1)
        self._mono += 1
        return self._now

    def monotonic_ms(self) -> int:
        """Milliseconds moved so far, jumps of the wall clock excluded."""
        return self._mono

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._mono += int(seconds * 1000)

    def jump(self, to: datetime) -> None:
        """Set the wall clock as a wrong RTC would, without time passing."""
        self._now = to
