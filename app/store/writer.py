"""The write thread: the only connection that changes the ledger, one unit of work and one commit at a time."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.store.faults import FULL, IO_CODES, StoreFault, sqlite_code

_log = logging.getLogger(__name__)

T = TypeVar("T")

IDLE_FLUSH_S = 0.05
"""How long the queue stands empty before the frames are flushed, so that a print job's mark does not wait behind them."""

LATEST_FLUSH_S = 1.0
"""Frames are flushed at the latest after this long, even under load (sync.md §3)."""

IDLE_CHECKPOINT_S = 0.5
CHECKPOINT_BYTES = 4 * 1024 * 1024
KEY_QUIET_S = 0.03
"""Background units stand aside this long after a key (architecture.md §4)."""


ASIDE_S = 0.015
"""How long a unit that stands aside waits at most: a scanned line is computed and painted in this time."""


class Rank(IntEnum):
    """Whose unit goes first."""

    URGENT = 0
    SOON = 1
    BACKGROUND = 2


Part = Callable[[Connection], None]
"""What is done inside a commit beside its own work; quick, and nothing but writing."""


class Trailing(Protocol):
    """What follows a commit without being part of it: the frames."""

    def pending_since(self) -> float | None:
        """Monotonic seconds of the oldest thing not yet flushed, or None."""
        ...

    def flush(self) -> None:
        """Make everything pending durable."""
        ...


@dataclass(slots=True)
class _Unit:
    work: Callable[[Connection], Any]
    after: Callable[[Any], None] | None
    takes_money: bool
    future: Future[Any]
    not_before: float = 0.0
    """Monotonic seconds until which it lets the painting go first, unless something comes behind it."""


class Writer:
    """Runs units on one thread; the counter's go first, background ones when nobody types.

    After an I/O error every further unit is refused with `ledger_io` until the store is reopened; after a full disk only units that take
    money are refused (`disk_full`), and the reserve file has made room for closing and export.
    """

    def __init__(self, engine: Engine, path: Path, trailing: Trailing, reserve: Path) -> None:
        self._engine = engine
        self._wal = path.with_name(path.name + "-wal")
        self._trailing = trailing
        self._reserve = reserve
        self._queues: tuple[deque[_Unit], ...] = (deque(), deque(), deque())
        self._wake = threading.Condition()
        self._closing = False
        self._quiet_until = 0.0
        self._stopped: StoreFault | None = None
        self._full = False
        self._connection = engine.connect()
        self.commits = 0
        """Units committed since the start; a sale must raise it by exactly one."""
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(
        self,
        unit: Callable[[Connection], T],
        urgent: bool = True,
        *,
        background: bool = False,
        takes_money: bool = False,
        aside: bool = False,
        after: Callable[[T], None] | None = None,
    ) -> Future[T]:
        """Queue a unit (at most 4 ms of work); its future resolves, on the writer thread, once the commit is durable.

        `after` runs on the writer thread between the commit and the future. A unit that stands `aside` gives the thread
        that submitted it `ASIDE_S` to paint what it did, as both share one interpreter; it keeps its place in the queue,
        and any other unit that is due, or the closing, brings it forward at once.
        """
        future: Future[T] = Future()
        rank = Rank.BACKGROUND if background else Rank.URGENT if urgent else Rank.SOON
        with self._wake:
            if self._closing:
                future.set_exception(StoreFault("ledger_closed"))
                return future
            self._queues[rank].append(_Unit(unit, after, takes_money, future, time.monotonic() + ASIDE_S if aside else 0.0))
            self._wake.notify()
        return future

    def touched(self) -> None:
        """A key was pressed: background units wait a moment."""
        self._quiet_until = time.monotonic() + KEY_QUIET_S

    @property
    def stopped(self) -> StoreFault | None:
        """Why nothing is written any more, or None."""
        return self._stopped

    @property
    def disk_full(self) -> bool:
        """Whether a write has met a full disk since the store was opened."""
        return self._full

    def close(self) -> None:
        """Finish what is queued, flush the frames, fold the WAL in, and end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        self._connection.close()
        self._engine.dispose()

    # -- on the writer thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        idle_since = time.monotonic()
        while True:
            unit = self._next(idle_since)
            if unit is not None:
                self._perform(unit)
                idle_since = time.monotonic()
                self._flush_if_overdue()
            elif self._closing:
                self._flush()
                self._checkpoint()
                return
            else:
                self._rest()
                idle_since = time.monotonic()

    def _next(self, idle_since: float) -> _Unit | None:
        """The next unit, or None when there is time for something else (or it is time to end)."""
        with self._wake:
            while True:
                now = time.monotonic()
                quiet = 0.0 if self._closing else self._quiet_until - now
                ready = [queue for rank, queue in enumerate(self._queues) if queue and (rank != Rank.BACKGROUND or quiet <= 0)]
                waits = []
                if ready:
                    aside = ready[0][0].not_before - now
                    if aside <= 0 or len(ready) > 1 or len(ready[0]) > 1 or self._closing:
                        return ready[0].popleft()
                    waits.append(aside)
                if self._closing:
                    return None
                if self._queues[Rank.BACKGROUND] and quiet > 0:
                    waits.append(quiet)
                idle = now - idle_since
                if self._frames_wait():
                    pause = IDLE_CHECKPOINT_S if self._full else IDLE_FLUSH_S
                    if idle >= pause:
                        return None
                    waits.append(pause - idle)
                elif self._wal_is_long():
                    if idle >= IDLE_CHECKPOINT_S:
                        return None
                    waits.append(IDLE_CHECKPOINT_S - idle)
                self._wake.wait(min(waits) if waits else None)

    def _wal_is_long(self) -> bool:
        if self._stopped is not None:
            return False
        try:
            return self._wal.stat().st_size > CHECKPOINT_BYTES
        except OSError:
            return False

    def _perform(self, unit: _Unit) -> None:
        refusal = self._stopped
        if refusal is None and self._full and unit.takes_money:
            refusal = StoreFault("disk_full", {"path": str(self._wal.parent)}, retry=True)
        if refusal is not None:
            unit.future.set_exception(refusal)
            return
        if not unit.future.set_running_or_notify_cancel():
            return
        try:
            with self._connection.begin():
                result = unit.work(self._connection)
            self.commits += 1
            if unit.after is not None:
                unit.after(result)
        except DBAPIError as error:
            unit.future.set_exception(self._judged(error))
        except Exception as error:  # the worker loop: a unit's bug belongs to whoever submitted it, and the thread lives on
            unit.future.set_exception(error)
        else:
            try:
                unit.future.set_result(result)
            except Exception:  # the worker loop: a callback's bug must not stop the till from writing
                _log.exception("a callback of a committed unit failed")

    def _judged(self, error: DBAPIError) -> Exception:
        """Turn a driver error into a fault, and stop where the disk can no longer be trusted."""
        code = sqlite_code(error)
        if code == FULL:
            self._full = True
            self._reserve.unlink(missing_ok=True)
            return StoreFault("disk_full", {"path": str(self._wal.parent)}, retry=True)
        if code in IO_CODES:
            self._stopped = StoreFault("ledger_io", {"reason": str(error.orig)})
            return self._stopped
        return error

    def _frames_wait(self) -> bool:
        return self._stopped is None and self._trailing.pending_since() is not None

    def _rest(self) -> None:
        if self._frames_wait():
            self._flush()
        else:
            self._checkpoint()

    def _flush_if_overdue(self) -> None:
        since = self._trailing.pending_since()
        if self._stopped is None and since is not None and time.monotonic() - since >= LATEST_FLUSH_S:
            self._flush()

    def _flush(self) -> None:
        if self._stopped is not None:
            return
        try:
            self._trailing.flush()
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self._full = True
                self._reserve.unlink(missing_ok=True)
                return
            self._stopped = StoreFault("ledger_io", {"reason": f"frames: {error.strerror or error}"})
            _log.error("frames could not be flushed", extra={"reason": str(error)})

    def _checkpoint(self) -> None:
        """Fold the WAL into the ledger; never waits for a reader."""
        if self._stopped is not None:
            return
        raw: Any = self._connection.connection.dbapi_connection
        try:
            raw.execute("PRAGMA busy_timeout = 0")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute("PRAGMA busy_timeout = 5000")
        except self._engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            if sqlite_code(error) in IO_CODES:
                self._stopped = StoreFault("ledger_io", {"reason": str(error)})
                _log.error("the ledger could not be checkpointed", extra={"reason": str(error)})
