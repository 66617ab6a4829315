"""Erasing a person at the till: asked for by them, approved by a PIN, done under all their ids at once, told to headquarters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.pending import Pending
from app.counter.points_book import PointsBook
from app.counter.post import Post
from app.counter.selling import Selling
from app.domain.masking import mask_card, mask_name, mask_phone
from app.domain.money import yuan
from app.domain.retention import Gone, Kept, Retention
from app.domain.stored import statement
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.people import Member, Staff
from app.store.open_store import Store

REASONS = ("asked", "withdrawn", "expired")
TILL = "till"


DIGITS = 4
"""How many last digits are typed to confirm."""


@dataclass(frozen=True, slots=True)
class EraseScene:
    """What erasing somebody would do, before it is confirmed."""

    member_id: str
    label: str
    """The person masked."""
    digits_of: str
    """phone | card: of which number the last four digits are typed to confirm."""
    roles: tuple[str, ...]
    """Whose PIN it takes."""
    reasons: tuple[str, ...]
    gone: tuple[Gone, ...]
    kept: tuple[Kept, ...]
    points: int


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
        self,
        store: Store,
        clock: Clock,
        post: Post,
        points: PointsBook,
        selling: Selling | None,
        rules: Retention,
        authorising: Authorising,
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._points = points
        self._selling = selling
        self._rules = rules
        self._authorising = authorising
        self._wake_sync = wake_sync

    def whom(self, text: str) -> tuple[Member, str]:
        """The one member that the words fit, and how they are called masked; Refused `member_unknown` or `several_members`."""
        found = self._store.people.find_members(text)
        if len(found) != 1:
            raise Refused("several_members" if found else "member_unknown")
        (member,) = found
        return member, _masked(member)

    def begin(self, member_id: str) -> EraseScene:
        """What would go and what a law keeps. Refused `member_unknown`."""
        member = self._member(member_id)
        points = self._points.standing(member).balance
        digits_of = "phone" if member.phone else "card"
        return EraseScene(
            member.id, _masked(member), digits_of, self._rules.roles, REASONS, self._rules.erased, self._rules.kept, points
        )

    def confirm(self, member_id: str, digits: str, reason: str, pin: str) -> Pending[Erasure]:
        """Erase somebody of whom the last digits were typed, by the PIN of whoever may.

        Refused `erase_digits`, as `Authorising.anyone` (no PIN is tried before the digits fit), or as `erase`.
        """
        member = self._member(member_id)
        if digits.strip() != (member.phone or member.card_no)[-DIGITS:]:
            raise Refused("erase_digits")
        return self.erase(member_id, reason, self._authorising.anyone(pin, self._rules.roles))

    def erase(self, member_id: str, reason: str, staff: Staff) -> Pending[Erasure]:
        """Destroy everything that no law keeps, in one unit; done when durable.

        Refused `member_unknown`, `reason_unknown`, `stored_left` (money is paid out first), or `ledger_io` and nothing happened.
        The open sale goes on without the member.
        """
        member = self._member(member_id)
        if reason not in REASONS:
            raise Refused("reason_unknown")
        ids = self._store.people.group_of(member.id)
        left = statement(self._store.stored.of_member(member.id)).balance
        if left.total_fen > 0:
            raise Refused("stored_left", amount=yuan(left.total_fen))
        balance = self._points.standing(member).balance
        day = self._post.day(shop_day(self._clock.now()))
        closing: list[Record] = [
            events.PointsMoved(entry_id=f"erased:{ids[0]}", member_id=ids[0], kind="adjust", points=-balance, owner_id=ids[0])
        ]
        gone = [events.PersonErased(member_id=one, reason=reason, asked_via=TILL) for one in ids]

        def finish() -> Erasure:
            if self._selling is not None:
                self._selling.part_from_erased()
            self._wake_sync()
            return Erasure(ids, balance)

        pending = Pending.of(
            lambda: self._store.journal.record([*(closing if balance else ()), *gone], actor=staff.id, day=day), finish
        )
        self._points.follow(pending.written)
        return pending

    def _member(self, member_id: str) -> Member:
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        return member


def _masked(member: Member) -> str:
    return f"{mask_name(member.name)} {mask_phone(member.phone) or mask_card(member.card_no)}".strip()
