"""Erasing a person at the till: asked for by them, approved by a PIN, done under all their ids at once, told to headquarters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.counter.faults import Refused
from app.counter.points_book import PointsBook
from app.counter.post import Post
from app.counter.selling import WRITE_S, Selling
from app.domain.masking import mask_card, mask_name, mask_phone
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.people import Member, Staff
from app.store.faults import StoreFault
from app.store.open_store import Store

REASONS = ("asked", "withdrawn", "expired")
TILL = "till"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done."""

    ids: tuple[str, ...]
    """Every id that stood for the person."""
    points: int
    """What their points came to; they are closed at nought."""


class Erasing:
    """Erases one person from this till; headquarters does the same everywhere once it hears of it."""

    def __init__(
        self, store: Store, clock: Clock, post: Post, points: PointsBook, selling: Selling | None, wake_sync: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._points = points
        self._selling = selling
        self._wake_sync = wake_sync

    def whom(self, text: str) -> tuple[Member, str]:
        """The one member that the words fit, and how they are called masked; Refused `member_unknown` or `several_members`."""
        found = self._store.people.find_members(text)
        if len(found) != 1:
            raise Refused("several_members" if found else "member_unknown")
        (member,) = found
        return member, f"{mask_name(member.name)} {mask_phone(member.phone) or mask_card(member.card_no)}".strip()

    def erase(self, member_id: str, reason: str, staff: Staff) -> Erasure:
        """Destroy everything that no law keeps, in one unit; done when durable.

        Refused `member_unknown`, `reason_unknown`, or `ledger_io` and nothing happened. The open sale goes on without the member.
        """
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        if reason not in REASONS:
            raise Refused("reason_unknown")
        ids = self._store.people.group_of(member.id)
        balance = self._points.standing(member).balance
        day = self._post.day(shop_day(self._clock.now()))
        closing: list[Record] = [
            events.PointsMoved(entry_id=f"erased:{ids[0]}", member_id=ids[0], kind="adjust", points=-balance, owner_id=ids[0])
        ]
        gone = [events.PersonErased(member_id=one, reason=reason, asked_via=TILL) for one in ids]
        try:
            done = self._store.journal.record([*(closing if balance else ()), *gone], actor=staff.id, day=day)
            self._points.follow(done)
            done.result(WRITE_S)
        except (StoreFault, TimeoutError) as fault:
            raise Refused("ledger_io") from fault
        if self._selling is not None:
            self._selling.part_from_erased()
        self._wake_sync()
        return Erasure(ids, balance)
