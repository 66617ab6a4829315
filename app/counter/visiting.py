"""Visiting: members of other stores, asked of headquarters on a thread of their own, kept for a day, and forgotten after."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from app.counter.pending import WRITE_S
from app.counter.post import Post
from app.domain.member_rights import RightsRules
from app.domain.membership import read_identity
from app.records import events
from app.records.clock import Clock, shop_day
from app.records.people import Member
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.sync.client import HubFault, Visitor

log = logging.getLogger(__name__)

_BY = {"phone": "phone", "card": "card", "digits": "handle"}
"""Kind of a typed text → the key that headquarters is asked by."""


class Asks(Protocol):
    """The question to headquarters; `app.sync.client.HubClient` answers it."""

    def members(self, by: str, value: str, purpose: str, actor: str) -> tuple[Visitor, ...]:
        """Members of other stores known by a key; HubFault where there is no answer."""
        ...

    def close(self) -> None:
        """Let connections go."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of one question."""

    asked_id: str
    """The basket for which it was asked."""
    code: str
    """found | none | offline | too_many | busy (the ledger did not take it)."""
    members: tuple[Member, ...] = ()
    found_by: str = ""


class Visiting:
    """Asks for one person at a time; the counter goes on meanwhile, and a scan is never held up."""

    def __init__(
        self, store: Store, clock: Clock, post: Post, rights: RightsRules, online: Callable[[], bool], line: Callable[[], Asks | None]
    ) -> None:
        """`line` makes a way to headquarters, on the asking thread; None for a shop that stands alone."""
        self._store = store
        self._clock = clock
        self._post = post
        self._rights = rights
        self._online = online
        self._line = line
        self._running: threading.Thread | None = None
        self.latest: Visit | None = None
        """The newest outcome."""
        self.on_visit: Callable[[Visit], None] = lambda _: None
        """Told what became of a question, on the asking thread."""

    @property
    def chained(self) -> bool:
        """Whether there is a headquarters to ask at all."""
        return bool(self._store.settings.text("hub.url"))

    def can_ask(self, text: str, by: str = "") -> bool:
        """Whether this text names one person well enough, and nobody is being asked for."""
        key = by or _BY.get(read_identity(text).kind, "")
        return self.chained and bool(key) and (self._running is None or not self._running.is_alive())

    @property
    def reachable(self) -> bool:
        """Whether headquarters answered when it was last tried."""
        return self._online()

    def ask(self, text: str, asked_id: str, found_by: str, by: str = "") -> None:
        """Start asking; `on_visit` hears the outcome."""
        identity = read_identity(text)
        key, value = by or _BY[identity.kind], text if by else identity.text
        actor, day = self._post.actor, self._post.day(shop_day(self._clock.now()))

        def run() -> None:
            # Whoever was kept longer than agreed goes first, so that nobody outstays for want of a newer question.
            self.forget_old()
            self.latest = self._answer(key, value, asked_id, found_by, actor, day)
            self.on_visit(self.latest)

        self._running = threading.Thread(target=run, name="visitor", daemon=True)
        self._running.start()

    def _answer(self, by: str, value: str, asked_id: str, found_by: str, actor: str, day: date) -> Visit:
        line = self._line()
        if line is None:
            return Visit(asked_id, "offline")
        purpose = self._rights.visitor_purpose
        try:
            found = line.members(by, value, purpose, actor)
        except HubFault as fault:
            log.info("no visitor: %s", fault.code)
            return Visit(asked_id, "too_many" if fault.code == "slow_down" else "offline")
        finally:
            line.close()
        try:
            # Written before anybody is kept or shown: no power cut between the two leaves a look that nobody noted.
            looked = [events.MemberRevealed(member_id=one.member.id, what="visitor", purpose=purpose) for one in found]
            self._store.journal.record(
                looked or [events.MemberRevealed(what="visitor", purpose=purpose)], actor=actor, day=day
            ).result(WRITE_S)
            until = self._clock.now() + timedelta(hours=self._store.settings.number("member.visitor_hours"))
            for one in found:
                about = (one.entries, one.stored, one.standing, one.rights)
                self._store.people.keep_visitor(one.member, one.home_store, until, *about).result(WRITE_S)
        except (StoreFault, TimeoutError):
            return Visit(asked_id, "busy")
        # Whoever was erased here is nobody here, though headquarters may not have heard of it yet.
        members = tuple(one.member for one in found if not self._store.people.erased(one.member.id))
        return Visit(asked_id, "found" if members else "none", members, found_by)

    def tend(self, _line: object) -> None:
        """Between two starts, too, nobody stays longer than agreed; nothing is written while nobody does."""
        if self._store.people.overdue(self._clock.now(), date.min).visitors:
            self.forget_old()

    def forget_old(self) -> Future[int]:
        """Delete the visitors whose time is over."""
        return self._store.people.forget_visitors(self._clock.now())

    def wait(self, seconds: float) -> None:
        """Wait for a question that is being asked; for closing, tapes and tests."""
        if self._running is not None:
            self._running.join(seconds)
