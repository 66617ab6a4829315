"""Attaching: a member who is named only after payment, recorded on the sale while that is still allowed; the price stays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

from app.counter import asking
from app.counter.faults import Refused
from app.counter.points_book import PointsBook
from app.counter.post import Post
from app.counter.proving import Claim, Proving
from app.domain import codes
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.ledger import Committed
from app.records.people import Member
from app.store.open_store import Store
from app.store.sales import StoredSale

_MEMBER_ROLES = ("member", "member_dynamic", "family")


class Attaching:
    """Records `MemberAttached` and the points on a sale that has no member: once, within the minutes of `member.late_minutes`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        shapes: codes.CodeShapes,
        points: PointsBook,
        proving: Proving,
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._shapes = shapes
        self._points = points
        self._proving = proving
        self._claims: dict[str, Claim] = {}
        self._wake_sync = wake_sync
        self._under_way: set[str] = set()

    @property
    def minutes(self) -> int:
        """How long after payment a member may be named; 0 for never."""
        return self._store.settings.number("member.late_minutes")

    def open_until(self, sale: StoredSale) -> datetime | None:
        """Until when this sale may get its member, or None where it may not (any more)."""
        try:
            return self._until(sale)
        except Refused:
            return None

    def open_to(self, body: events.SaleClosed, at: datetime) -> bool:
        """The same of a sale that was booked just now, of which nothing needs to be read."""
        return not body.member_id and body.sale_id not in self._under_way and self._timely(at)

    def find(self, text: str) -> tuple[Member, ...]:
        """Members for a phone, its last four digits, a card, its scanned code, or a name."""
        return self._store.people.find_members(text)

    def scanned(self, raw: str) -> Member | None:
        """The member whose code this is; None for any other code, and for a member code that is nobody's."""
        reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING)
        if not isinstance(reading, codes.InHouseCode) or reading.role not in _MEMBER_ROLES:
            return None
        if reading.role == "member_dynamic":
            # Points are all that a late member gets: a code this till cannot prove, or one used for the sale itself, is good enough.
            claim = self._proving.judge(reading.raw, "")
            if claim.member is not None and claim.verdict == "proven":
                self._claims[claim.member.id] = claim
            return claim.member if claim.verdict in ("proven", "unknown", "replayed") else None
        found = self._store.people.find_members(reading.raw)
        return found[0] if len(found) == 1 else None

    def label(self, member_id: str) -> str:
        """A member as a screen may name them, or '' for none or one this till does not know."""
        member = self._store.people.member(member_id) if member_id else None
        return asking.masked(member) if member is not None else ""

    def points_of(self, sale_id: str) -> int:
        """What a sale has earned its member so far, less what its returns took back."""
        sale = self._store.sales.by_id(sale_id)
        if sale is None or not sale.member_id:
            return 0
        backs = self._store.sales.returns_of(sale_id)
        return self._points.moved_by(sale.member_id, (sale_id, *(back.body.return_id for back in backs)))

    def attach(self, sale_id: str, member_id: str) -> Future[tuple[Committed, ...]]:
        """Record the member; Refused `sale_unknown`, `member_unknown`, `member_left`, `sale_voided`, `member_there`, `member_too_late`."""
        person = self._post.staff
        if person is None:
            raise Refused("sign_in_first")
        # Asked before the sale is read: once this says no, the read finds what was written.
        if sale_id in self._under_way:
            raise Refused("member_there")
        sale = self._store.sales.by_id(sale_id)
        if sale is None:
            raise Refused("sale_unknown")
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        if self._store.people.has_left(member_id):
            raise Refused("member_left")
        self._until(sale)
        attached = events.MemberAttached(sale_id=sale_id, member_id=member_id)
        bodies: list[Record] = [attached, *self._points.of_late_member(sale, member)]
        claim = self._claims.pop(member_id, None)
        proven = self._proving.spend(claim, sale_id) if claim is not None else None
        if proven is not None:
            bodies.append(proven)
        self._under_way.add(sale_id)
        try:
            future = self._store.journal.record(
                bodies,
                actor=person.id,
                day=self._post.day(shop_day(self._clock.now())),
            )
        except Exception:
            self._under_way.discard(sale_id)
            raise
        self._points.follow(future)
        # Durable or refused, the ledger itself answers from here on.
        future.add_done_callback(lambda _: self._under_way.discard(sale_id))
        future.add_done_callback(lambda _: self._wake_sync())
        return future

    def _until(self, sale: StoredSale) -> datetime:
        if sale.member_id or sale.body.sale_id in self._under_way:
            raise Refused("member_there")
        if sale.voided:
            raise Refused("sale_voided")
        if not self._timely(sale.at):
            raise Refused("member_too_late", minutes=str(self.minutes))
        return sale.at + timedelta(minutes=self.minutes)

    def _timely(self, at: datetime) -> bool:
        allowed = timedelta(minutes=self.minutes)
        # A clock that was set back must not open the time again.
        return bool(allowed) and abs(self._clock.now() - at) <= allowed
