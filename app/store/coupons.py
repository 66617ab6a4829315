"""Coupons as this till knows them: rights and shares told by headquarters, what it put by, and the serials used here."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, union

from app.records.coupons import CouponCase, CouponRight, Lease
from app.store import tables as t
from app.store.aliases import PARTY
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.rows import upsert
from app.store.writer import Writer

# Built once: rights are read on the scan path, and building a select costs more than running it.
_USABLE = (
    select(t.coupon_right)
    .outerjoin(t.coupon_use, t.coupon_use.c.serial == t.coupon_right.c.serial)
    .where(
        t.coupon_right.c.member_id.in_(PARTY),
        t.coupon_right.c.state == "active",
        t.coupon_right.c.used_in == "",
        t.coupon_use.c.serial.is_(None),
    )
    .order_by(t.coupon_right.c.ends_on, t.coupon_right.c.serial)
)
_RIGHT = select(t.coupon_right).where(t.coupon_right.c.serial == bindparam("of_serial"))
_USE = select(t.coupon_use).where(t.coupon_use.c.serial == bindparam("of_serial"))
_USED_IN = select(t.coupon_use).where(t.coupon_use.c.sale_id == bindparam("of_sale")).order_by(t.coupon_use.c.serial)
_LEASES = (
    select(t.coupon_lease)
    .outerjoin(t.lease_back, t.lease_back.c.lease_id == t.coupon_lease.c.lease_id)
    .where(t.coupon_lease.c.device == bindparam("of_device"), t.lease_back.c.lease_id.is_(None))
    .order_by(t.coupon_lease.c.ends_on, t.coupon_lease.c.lease_id)
)
_LEASE_USES = select(t.coupon_use.c.lease_id, t.coupon_use.c.serial).where(t.coupon_use.c.lease_id != "")
_OTHERS = select(t.coupon_lease).where(t.coupon_lease.c.grant_id == bindparam("of_grant")).order_by(t.coupon_lease.c.till)
_USED_OF_OFFER = select(func.count()).where(
    t.coupon_use.c.offer_id == bindparam("of_offer"), t.coupon_use.c.member_id.in_(PARTY)
)
_TOLD_OF_OFFER = select(func.count()).where(
    t.coupon_right.c.offer_id == bindparam("of_offer"),
    t.coupon_right.c.member_id.in_(PARTY),
    t.coupon_right.c.used_in != "",
    t.coupon_right.c.serial.not_in(select(t.coupon_use.c.serial)),
)
_RESERVED = select(t.coupon_reservation).order_by(t.coupon_reservation.c.serial)
_OPEN_CASES = select(t.coupon_case).where(t.coupon_case.c.state == "open").order_by(t.coupon_case.c.at.desc(), t.coupon_case.c.case_id)
_LOWEST = select(func.min(t.price_low.c.low_fen)).where(
    t.price_low.c.product_id == bindparam("of_product"), t.price_low.c.day.between(bindparam("first"), bindparam("last"))
)
_LATEST = (
    select(t.price_low.c.low_fen)
    .where(t.price_low.c.product_id == bindparam("of_product"), t.price_low.c.day < bindparam("first"))
    .order_by(t.price_low.c.day.desc())
    .limit(1)
)
# What came back, or was voided, was not bought; what was bought before this till, or in another store, was.
_PIECES_BACK = (
    select(func.sum(t.return_line.c.quantity))
    .where(
        t.return_line.c.original_sale_id == t.sale_line.c.sale_id,
        t.return_line.c.original_line_id == t.sale_line.c.line_id,
    )
    .correlate(t.sale_line)
    .scalar_subquery()
)
_BOUGHT = union(
    select(t.sale_line.c.product_id)
    .join(t.sale, t.sale.c.sale_id == t.sale_line.c.sale_id)
    .where(
        t.sale.c.member_id.in_(PARTY),
        t.sale_line.c.product_id.in_(bindparam("of_products", expanding=True)),
        _PIECES_BACK.is_(None) | (t.sale_line.c.quantity > _PIECES_BACK),
    ),
    select(t.past_purchase.c.product_id).where(
        t.past_purchase.c.member_id.in_(PARTY), t.past_purchase.c.product_id.in_(bindparam("of_products", expanding=True))
    ),
)
# An article whose sale came back whole has earned nothing, and goes home with whoever brought it.
_BACK_FEN = select(func.sum(t.return_.c.total_fen)).where(t.return_.c.original_sale_id == t.sale.c.sale_id).scalar_subquery()
_TAKEN = (
    select(func.count())
    .select_from(t.trade_taken.join(t.sale, t.sale.c.sale_id == t.trade_taken.c.sale_id))
    .where(t.trade_taken.c.mark == bindparam("of_mark"), _BACK_FEN.is_(None) | (t.sale.c.payable_fen > _BACK_FEN))
)
_TAKEN_IN = (
    select(t.trade_taken.c.kind, t.trade_taken.c.pieces)
    .where(t.trade_taken.c.sale_id == bindparam("of_sale"))
    .order_by(t.trade_taken.c.trade_id)
)

EVERYWHERE = ("A", "D")
"""Classes of personal coupons that are good in every store of the chain."""
READ_AFRESH = timedelta(minutes=10)
"""How often the moment a feed was read is written down at most: it is looked at in hours."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A chain-wide serial that headquarters put by for a basket of this till."""

    serial: str
    reservation_id: str
    basket_id: str
    until: datetime
    state: str
    """held | releasing: no basket wants it any more, and headquarters has not been told yet."""


@dataclass(frozen=True, slots=True)
class CouponUse:
    """A serial that a sale of this till used up."""

    serial: str
    offer_id: str
    member_id: str
    sale_id: str
    cut_fen: int
    at: datetime
    lease_id: str = ""


def keep_rights(connection: Connection, records: Sequence[CouponRight]) -> None:
    """Keep rights as headquarters tells them now; what came back here since is not used any more, though its word is still on the way."""
    told = {record.used_in for record in records if record.used_in}
    c = t.coupon_use.c
    own = set(connection.scalars(select(t.sale.c.sale_id).where(t.sale.c.sale_id.in_(told)))) if told else set[str]()
    standing = {tuple(row) for row in connection.execute(select(c.serial, c.sale_id).where(c.sale_id.in_(own)))} if own else set()
    rows = [{**record.model_dump(exclude={"id"}), "serial": record.id} for record in records]
    for row in rows:
        if row["used_in"] in own and (row["serial"], row["used_in"]) not in standing:
            row["used_in"] = ""
    upsert(connection, t.coupon_right, rows)


def keep_leases(connection: Connection, records: Sequence[Lease]) -> None:
    """Keep this store's shares as headquarters tells them now, those of the other tills too."""
    upsert(connection, t.coupon_lease, [{**record.model_dump(exclude={"id"}), "lease_id": record.id} for record in records])


def keep_cases(connection: Connection, records: Sequence[CouponCase]) -> None:
    """Keep what headquarters looks into."""
    upsert(connection, t.coupon_case, [{**record.model_dump(exclude={"id"}), "case_id": record.id} for record in records])


class Coupons:
    """Reads rights, shares, reservations and uses; writes what headquarters put by."""

    def __init__(self, readers: Readers, writer: Writer | None = None) -> None:
        self._readers = readers
        self._writer = writer

    def leases(self, device: str) -> tuple[Lease, ...]:
        """The shares of a device that it has not given back, the one that ends first at the front; of any day and state."""
        return tuple(_lease(row) for row in self._readers.connection().execute(_LEASES, {"of_device": device}))

    def leases_of_grant(self, grant_id: str) -> tuple[Lease, ...]:
        """Every till's share of one grant, as last told."""
        return tuple(_lease(row) for row in self._readers.connection().execute(_OTHERS, {"of_grant": grant_id}))

    def leased_uses(self) -> dict[str, frozenset[str]]:
        """Lease → the serials of it that sales of this till used up and that have not come back."""
        found: dict[str, set[str]] = {}
        for row in self._readers.connection().execute(_LEASE_USES):
            found.setdefault(row.lease_id, set()).add(row.serial)
        return {lease: frozenset(serials) for lease, serials in found.items()}

    def used_of_offer(self, offer_id: str, member_id: str) -> int:
        """How often a member has used coupons of an offer: here, and elsewhere as far as headquarters has told."""
        connection = self._readers.connection()
        asked = {"of_offer": offer_id, "of_member": member_id}
        return int(connection.execute(_USED_OF_OFFER, asked).scalar_one()) + int(connection.execute(_TOLD_OF_OFFER, asked).scalar_one())

    def bought_before(self, member_id: str, products: Sequence[str]) -> frozenset[str]:
        """Of these products, those that the member has bought and kept: here, before this till, or elsewhere as far as it is known."""
        connection = self._readers.connection()
        asked = {"of_member": member_id, "of_products": list(products)}
        return frozenset(row.product_id for row in connection.execute(_BOUGHT, asked))

    def reservations(self) -> tuple[Reservation, ...]:
        """What headquarters has put by for this till."""
        return tuple(Reservation(**row._mapping) for row in self._readers.connection().execute(_RESERVED))

    def keep_reservation(self, one: Reservation) -> Future[None]:
        """Note a reservation, or that it is to be given back."""
        row = {name: getattr(one, name) for name in Reservation.__dataclass_fields__}
        return self._written().submit(lambda connection: upsert(connection, t.coupon_reservation, [row]), background=True)

    def forget_reservation(self, serial: str, reservation_id: str) -> Future[None]:
        """Headquarters has taken it back."""
        c = t.coupon_reservation.c
        statement = delete(t.coupon_reservation).where(c.serial == serial, c.reservation_id == reservation_id)

        def unit(connection: Connection) -> None:
            connection.execute(statement)

        return self._written().submit(unit, background=True)

    def open_cases(self) -> tuple[CouponCase, ...]:
        """What headquarters is looking into, newest first."""
        return tuple(
            CouponCase(id=row.case_id, **{name: getattr(row, name) for name in CouponCase.model_fields if name != "id"})
            for row in self._readers.connection().execute(_OPEN_CASES)
        )

    def lowest_sold(self, product_id: str, first: date, last: date) -> int | None:
        """The lowest price in fen that a unit was sold at between two business days, both included; before them where there was no
        sale, the last one's; None where it was never sold."""
        connection = self._readers.connection()
        found = connection.execute(_LOWEST, {"of_product": product_id, "first": first, "last": last}).scalar()
        if found is None:
            found = connection.execute(_LATEST, {"of_product": product_id, "first": first}).scalar()
        return int(found) if found is not None else None

    def traded_before(self, mark: str) -> bool:
        """Whether the old article of this mark has been taken back by this till already."""
        return bool(self._readers.connection().execute(_TAKEN, {"of_mark": mark}).scalar_one())

    def taken_in(self, sale_id: str) -> tuple[str, ...]:
        """The kinds of the old articles that were taken back with a sale of this till, one for each piece."""
        rows = self._readers.connection().execute(_TAKEN_IN, {"of_sale": sale_id})
        return tuple(row.kind for row in rows for _ in range(row.pieces))

    def read_at(self, feed: str) -> datetime | None:
        """When a feed was last read to its end, as written down."""
        wanted = select(t.feed_read.c.at).where(t.feed_read.c.feed == feed)
        return self._readers.connection().execute(wanted).scalar()

    def reads(self) -> dict[str, datetime]:
        """The same of every feed that was ever read to its end."""
        return {row.feed: row.at for row in self._readers.connection().execute(select(t.feed_read))}

    def note_read(self, feed: str, at: datetime) -> None:
        """A feed was read to its end; written down only now and then."""
        before = self.read_at(feed)
        if before is None or not timedelta() <= at - before < READ_AFRESH:
            row = {"feed": feed, "at": at}
            self._written().submit(lambda connection: upsert(connection, t.feed_read, [row]), background=True)

    def _written(self) -> Writer:
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer

    def usable(self, member_id: str) -> tuple[CouponRight, ...]:
        """A member's rights that are neither revoked nor used up, the one that ends first at the front; of any day."""
        rows = self._readers.connection().execute(_USABLE, {"of_member": member_id})
        return tuple(_right(row) for row in rows)

    def right(self, serial: str) -> CouponRight | None:
        """The right of a serial, if headquarters has told this store of it."""
        row = self._readers.connection().execute(_RIGHT, {"of_serial": serial}).first()
        return _right(row) if row is not None else None

    def use(self, serial: str) -> CouponUse | None:
        """How this till has used a serial up."""
        row = self._readers.connection().execute(_USE, {"of_serial": serial}).first()
        return CouponUse(**row._mapping) if row is not None else None

    def used_in(self, sale_id: str) -> tuple[CouponUse, ...]:
        """The coupons that a sale of this till used up and that have not come back."""
        rows = self._readers.connection().execute(_USED_IN, {"of_sale": sale_id})
        return tuple(CouponUse(**row._mapping) for row in rows)


def _right(row: Any) -> CouponRight:
    return CouponRight(id=row.serial, **{name: getattr(row, name) for name in CouponRight.model_fields if name != "id"})


def _lease(row: Any) -> Lease:
    return Lease(id=row.lease_id, **{name: getattr(row, name) for name in Lease.model_fields if name != "id"})
