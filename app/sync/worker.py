"""The thread that keeps till and headquarters in step, patiently, and says how it stands."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.clock import Clock
from app.records.registry import FEEDS
from app.sync.client import HubClient, HubFault
from app.sync.line_day import LineDay
from app.sync.ports import Blobs, Inbox, Outbox
from app.sync.puller import Puller
from app.sync.teller import Teller
from app.sync.uploader import Uploader

log = logging.getLogger(__name__)

POLL_SECONDS = 30.0
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0


@dataclass(frozen=True, slots=True)
class SyncState:
    """How the till stands with headquarters."""

    kind: str
    """online | offline | recovering | portal | off."""
    waiting: int = 0
    """Events that headquarters has not acknowledged."""
    last_ok_at: datetime | None = None
    last_error: str = ""
    """Code of the last HubFault, or ''."""
    next_try_at: datetime | None = None
    """When the next attempt comes by itself, while offline."""
    sent: int = 0
    backlog: int = 0
    """While recovering: how many of how many have been sent."""


def _always() -> bool:
    return True


def backoff_seconds(failures: int, draw: float, first: float = FIRST_BACKOFF, longest: float = LONGEST_BACKOFF) -> float:
    """Full jitter: anything from 0 to the doubled ceiling of this many failures in a row; `draw` is uniform in [0, 1)."""
    return draw * min(longest, first * 2.0 ** min(failures - 1, 30))


class SyncWorker:
    """Sends blobs, then events, then pulls, then rests; `wake()` when there is something to send. Without a client it is off for good.

    `on_state` is called on the worker's thread (once on the caller's, at `start`, when off), only when something changed; `on_read` with
    each feed that was read to its end, and when.
    """

    def __init__(
        self,
        client: HubClient | None,
        outbox: Outbox,
        inbox: Inbox,
        clock: Clock,
        *,
        on_state: Callable[[SyncState], None],
        blobs: Blobs | None = None,
        quiet: Callable[[], bool] = _always,
        on_read: Callable[[str, datetime], None] = lambda _feed, _at: None,
        feeds: Sequence[str] = tuple(FEEDS),
        poll_s: float = POLL_SECONDS,
        first_backoff_s: float = FIRST_BACKOFF,
        longest_backoff_s: float = LONGEST_BACKOFF,
        chance: random.Random | None = None,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._clock = clock
        self._on_state = on_state
        self._on_read = on_read
        self._poll_s = poll_s
        self._first_backoff_s = first_backoff_s
        self._longest_backoff_s = longest_backoff_s
        self._chance = chance or random.Random()
        self._stopping = threading.Event()
        self._called = threading.Condition()
        self._wanted = False
        self._urgent = False
        self._state = SyncState("off" if client is None else "offline")
        self.line = LineDay()
        """How the line stood since the start, and how fresh each feed is; kept by the worker's thread."""
        self._failures = 0
        self._pull_due = True
        self._pull_error = ""
        if client is not None:
            self._teller = Teller(blobs, client, clock)
            self._uploader = Uploader(outbox, client, clock)
            self._puller = Puller(inbox, client, quiet, self._stopping, feeds)
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    @property
    def state(self) -> SyncState:
        """The last state that was told."""
        return self._state

    def start(self) -> None:
        """Begin; does nothing but tell `off` when there is no headquarters."""
        if self._client is None:
            self._on_state(self._state)
            return
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> bool:
        """End soon, cutting a running request; whether the thread has ended within the time."""
        self._stopping.set()
        if self._client is None or not self._thread.is_alive():
            return True
        until = time.monotonic() + timeout_s
        while self._thread.is_alive() and time.monotonic() < until:
            with self._called:
                self._called.notify_all()
            self._client.cut()
            self._thread.join(0.05)
        return not self._thread.is_alive()

    def wake(self, *, now: bool = False) -> None:
        """There is something to send. While offline only `now` (a person asked) cuts the wait short."""
        with self._called:
            self._wanted = True
            self._urgent = self._urgent or now
            self._called.notify_all()

    def _run(self) -> None:
        assert self._client is not None
        while not self._stopping.is_set():
            try:
                self._round()
            except HubFault as fault:
                wait_s = self._failed(fault)
            except Exception:  # the worker's loop is a named place: whatever breaks, the next round tries again
                log.exception("sync round failed")
                wait_s = self._failed(HubFault("bug"))
            else:
                wait_s = self._poll_s * self._chance.uniform(0.8, 1.2)
            if not self._stopping.is_set():
                self._rest(wait_s)
        self._client.close()

    def _round(self) -> None:
        with self._called:
            pull = self._pull_due or self._urgent
            self._wanted = self._urgent = False
        more = True
        while more and not self._stopping.is_set():
            self._tell_blobs()
            step = self._uploader.step()
            more = step.more
            if step.sent:
                self._reached(step.sent)
        if pull and not self._stopping.is_set():
            self._pull()
        self._pull_due = False
        self._settled()

    def _tell_blobs(self) -> None:
        """What events refer to goes ahead of them."""
        while not self._stopping.is_set() and self._teller.step().more:
            pass

    def _pull(self) -> None:
        self._pull_error = ""
        for feed in self._puller.feeds:
            more, read = True, True
            while more and not self._stopping.is_set():
                try:
                    more = self._puller.pull(feed).more
                except HubFault as fault:
                    if fault.code not in ("unproven", "unexpected"):
                        raise
                    # facts still go up, only rows do not come down
                    self._pull_error, more, read = fault.facts.get("code", "") or fault.code, False, False
                with self._called:
                    sales_wait = self._wanted
                    self._wanted = False
                if sales_wait:
                    self._tell_blobs()
                    self._reached(self._uploader.step().sent)
            if not self._stopping.is_set():
                self._puller.settle(feed)
                if read:
                    at = self._clock.now()
                    self.line.read_to_end(feed, at)
                    self._on_read(feed, at)

    def _reached(self, sent: int) -> None:
        """Events were acknowledged: online, or recovering while a backlog drains."""
        waiting = self._outbox.counts().waiting
        state = self._state
        recovering = state.kind == "recovering" or (state.kind in ("offline", "portal") and self._failures > 0)
        backlog = state.backlog if state.kind == "recovering" else waiting + sent
        if recovering and waiting:
            told = SyncState("recovering", waiting, self._clock.now(), "", None, backlog - waiting, backlog)
        else:
            told = SyncState("online", waiting, self._clock.now(), self._pull_error)
        self._failures = 0
        self._tell(told)

    def _settled(self) -> None:
        """A round ended well."""
        if self._stopping.is_set():
            return
        self._failures = 0
        self._tell(SyncState("online", self._outbox.counts().waiting, self._clock.now(), self._pull_error))

    def _failed(self, fault: HubFault) -> float:
        """Tell the fault and say how many seconds to wait."""
        if self._stopping.is_set():
            return 0.0
        self._failures += 1
        self._pull_due = True
        wait_s = backoff_seconds(self._failures, self._chance.random(), self._first_backoff_s, self._longest_backoff_s)
        wait_s = max(wait_s, fault.after_s)
        kind = "portal" if fault.code == "portal" else "offline"
        again = self._clock.now() + timedelta(seconds=wait_s)
        waiting = self._outbox.counts().waiting
        self._tell(SyncState(kind, waiting, self._state.last_ok_at, fault.code, again))
        log.info("headquarters: %s %s, next try in %.1f s", fault.code, dict(fault.facts), wait_s)
        return wait_s

    def _rest(self, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        offline = self._failures > 0
        with self._called:
            while not self._stopping.is_set() and not self._urgent and (offline or not self._wanted):
                left = until - time.monotonic()
                if left <= 0:
                    self._pull_due = True
                    return
                self._called.wait(left)

    def _tell(self, state: SyncState) -> None:
        self.line.note(state.kind, self._clock.now())
        if state == self._state:
            return
        self._state = state
        self._on_state(state)
