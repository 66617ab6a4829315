"""Stock: lots, levels per zone, trace codes and bindings, and the tasks that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, RowMapping, bindparam, case, distinct, func, select

from app.records.base import Record
from app.records.catalogue import Lot, TraceCode
from app.records.clock import Clock
from app.records.events import LotStateSet, StockReceived
from app.records.ids import new_id
from app.records.ledger import Committed
from app.store import tables as t
from app.store.engine import Readers
from app.store.journal import Journal

SHELF = "shelf"
REJECT = "reject"

_SEVERITY = {"": 0, "saleable": 0, "locked": 1, "recalled": 2}
_EVENTS_PER_UNIT = 20


@dataclass(frozen=True, slots=True)
class LotStock:
    """A lot with what stands on the shelf and in the reject zone (不合格品区), in smallest units."""

    lot: Lot
    on_shelf: int
    on_reject: int


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A stock level that needs a person."""

    product_id: str
    lot_id: str
    lot_no: str
    expires_on: date | None
    zone: str
    quantity: int


@dataclass(frozen=True, slots=True)
class EndingStock:
    """How much of what stands on the shelf is past its last good day, or soon will be."""

    expired_products: int
    near_products: int
    near_lots: int
    first: date | None
    """The nearest last day among what is still good; None where nothing is near its end."""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One movement of a product's stock as the ledger brought it about."""

    at: datetime
    day: date
    lot_no: str
    zone: str
    quantity: int
    """Smallest units: what came is above nothing, what went below."""
    cause: str
    """sale | return | void | received | corrected:REASON."""
    number: str
    """The printed number of the sale or return behind it; '' for other causes."""


class PrefixSource(Protocol):
    """What else knows trace prefixes: the catalogue."""

    def by_trace_prefix(self, prefix: str) -> Sequence[Any]:
        """Products known by a seven-digit prefix, each with `.id`."""
        ...


def _lot_of(row: RowMapping) -> Lot:
    """The lot as it counts here: the stricter of what this store and headquarters say."""
    fields = {name: row[name] for name in Lot.model_fields}
    if _SEVERITY.get(row["told_state"], 2) > _SEVERITY.get(fields["state"], 2):
        fields["state"] = row["told_state"]
    return Lot.model_validate(fields)


_LEVEL = select(func.coalesce(func.sum(t.stock_level.c.quantity), 0)).where(t.stock_level.c.lot_id == t.lot.c.id).correlate(t.lot)
_LOTS = select(
    t.lot,
    _LEVEL.where(t.stock_level.c.zone == SHELF).scalar_subquery().label("on_shelf"),
    _LEVEL.where(t.stock_level.c.zone == REJECT).scalar_subquery().label("on_reject"),
)

# Built once: every scan asks for these, and building a select costs more than running it.
_IN_ORDER = (t.lot.c.expires_on, t.lot.c.id)
_LOTS_OF_PRODUCT = _LOTS.where(t.lot.c.product_id == bindparam("of_product")).order_by(*_IN_ORDER)
_LOTS_OF_PRODUCTS = _LOTS.where(t.lot.c.product_id.in_(bindparam("of_products", expanding=True))).order_by(*_IN_ORDER)
_ONE_CODE = select(t.trace_code).where(t.trace_code.c.code == bindparam("of_code"))
_BOUND = (
    select(t.bound_code.c.product_id)
    .where(t.bound_code.c.kind == bindparam("of_kind"), t.bound_code.c.code == bindparam("of_code"))
    .order_by(t.bound_code.c.product_id)
)
_PAST = t.lot.c.expires_on < bindparam("of_day")
_NEAR = t.lot.c.expires_on >= bindparam("of_day")
_ENDING = (
    select(
        func.count(distinct(case((_PAST, t.stock_level.c.product_id)))),
        func.count(distinct(case((_NEAR, t.stock_level.c.product_id)))),
        func.count(case((_NEAR, 1))),
        func.min(case((_NEAR, t.lot.c.expires_on))),
    )
    .select_from(t.lot.join(t.stock_level, t.lot.c.id == t.stock_level.c.lot_id))
    .where(t.lot.c.expires_on <= bindparam("until_day"), t.stock_level.c.quantity > 0, t.stock_level.c.zone == SHELF)
)
_MOVES = (
    select(
        t.stock_move.c.at,
        t.event.c.day,
        func.coalesce(t.lot.c.lot_no, ""),
        t.stock_move.c.zone,
        t.stock_move.c.quantity,
        t.stock_move.c.cause,
        func.coalesce(t.sale.c.number, t.return_.c.number, ""),
    )
    .select_from(
        t.stock_move.join(t.event, t.event.c.id == t.stock_move.c.event_id)
        .outerjoin(t.lot, t.lot.c.id == t.stock_move.c.lot_id)
        .outerjoin(t.sale, t.sale.c.event_id == t.stock_move.c.event_id)
        .outerjoin(t.return_, t.return_.c.event_id == t.stock_move.c.event_id)
    )
    .where(t.stock_move.c.product_id == bindparam("of_product"))
    .order_by(t.event.c.seq.desc(), t.stock_move.c.no.desc())
    .limit(bindparam("at_most"))
)
_SOLD = (
    select(t.event.c.day, func.sum(-t.stock_move.c.quantity))
    .select_from(t.stock_move.join(t.event, t.event.c.id == t.stock_move.c.event_id))
    .where(
        t.stock_move.c.product_id == bindparam("of_product"),
        t.stock_move.c.cause.in_(("sale", "void")),
        t.event.c.day >= bindparam("from_day"),
    )
    .group_by(t.event.c.day)
)
_FIRST_MOVE = (
    select(func.min(t.event.c.day))
    .select_from(t.stock_move.join(t.event, t.event.c.id == t.stock_move.c.event_id))
    .where(t.stock_move.c.product_id == bindparam("of_product"))
)


class Stock:
    """Reads stock; writes it only as events."""

    def __init__(self, readers: Readers, journal: Journal, clock: Clock, prefixes: PrefixSource | None) -> None:
        self._readers = readers
        self._journal = journal
        self._clock = clock
        self._prefixes = prefixes

    def lots(self, product_id: str) -> tuple[LotStock, ...]:
        """Every lot of a product, first expiry first."""
        rows = self._readers.connection().execute(_LOTS_OF_PRODUCT, {"of_product": product_id})
        return tuple(LotStock(_lot_of(row), int(row["on_shelf"]), int(row["on_reject"])) for row in rows.mappings())

    def lots_of_each(self, product_ids: Sequence[str]) -> dict[str, tuple[LotStock, ...]]:
        """The same of several products at once; a product without lots has none here."""
        found: dict[str, list[LotStock]] = {}
        for row in self._readers.connection().execute(_LOTS_OF_PRODUCTS, {"of_products": list(product_ids)}).mappings():
            found.setdefault(row["product_id"], []).append(LotStock(_lot_of(row), int(row["on_shelf"]), int(row["on_reject"])))
        return {product_id: tuple(lots) for product_id, lots in found.items()}

    def all_lots(self) -> tuple[LotStock, ...]:
        """Every lot this store knows, for an import's comparison."""
        return self._lots(t.lot.c.id != "")

    def all_codes(self) -> dict[str, TraceCode]:
        """Every known box by its trace code, for an import's comparison."""
        rows = self._readers.connection().execute(select(t.trace_code)).mappings()
        return {row["code"]: TraceCode.model_validate(dict(row)) for row in rows}

    def lot(self, lot_id: str) -> LotStock | None:
        """One lot with its levels."""
        return next(iter(self._lots(t.lot.c.id == lot_id)), None)

    def _lots(self, where: ColumnElement[bool]) -> tuple[LotStock, ...]:
        rows = self._readers.connection().execute(_LOTS.where(where).order_by(*_IN_ORDER))
        return tuple(LotStock(_lot_of(row), int(row["on_shelf"]), int(row["on_reject"])) for row in rows.mappings())

    def code(self, code: str) -> TraceCode | None:
        """A box by its trace code, where it is known."""
        row = self._readers.connection().execute(_ONE_CODE, {"of_code": code}).mappings().first()
        return TraceCode.model_validate(dict(row)) if row is not None else None

    def product_of_prefix(self, prefix: str) -> tuple[str, ...]:
        """Products a seven-digit trace prefix means: those bound here, then those the catalogue names."""
        bound = self._bound("trace_prefix", prefix)
        known = [product.id for product in self._prefixes.by_trace_prefix(prefix)] if self._prefixes else []
        return tuple(dict.fromkeys([*bound, *known]))

    def product_of_bound_barcode(self, code: str) -> str | None:
        """The product a further barcode was bound to, newest binding wins nothing: the first by id."""
        return next(iter(self._bound("barcode", code)), None)

    def _bound(self, kind: str, code: str) -> list[str]:
        return list(self._readers.connection().execute(_BOUND, {"of_kind": kind, "of_code": code}).scalars())

    def moves(self, product_id: str, at_most: int = 50) -> tuple[MoveRow, ...]:
        """The latest movements of a product, newest first."""
        rows = self._readers.connection().execute(_MOVES, {"of_product": product_id, "at_most": at_most})
        return tuple(MoveRow(*row) for row in rows)

    def sold_by_day(self, product_id: str, first: date) -> dict[date, int]:
        """Business day → packs sold of a product, voided sales taken off again; days without a sale are left out."""
        rows = self._readers.connection().execute(_SOLD, {"of_product": product_id, "from_day": first})
        return {row[0]: int(row[1]) for row in rows}

    def first_moved(self, product_id: str) -> date | None:
        """The business day of a product's first movement here; None where it never moved."""
        found: date | None = self._readers.connection().execute(_FIRST_MOVE, {"of_product": product_id}).scalar()
        return found

    def level(self, product_id: str) -> int:
        """Smallest units on the shelf, all lots together; may be negative."""
        wanted = select(func.coalesce(func.sum(t.stock_level.c.quantity), 0)).where(
            t.stock_level.c.product_id == product_id, t.stock_level.c.zone == SHELF
        )
        return int(self._readers.connection().execute(wanted).scalar_one())

    def levels(self, product_ids: Sequence[str]) -> dict[str, int]:
        """Shelf levels of several products at once; products without rows are 0."""
        s = t.stock_level.c
        wanted = select(s.product_id, func.sum(s.quantity)).where(s.product_id.in_(product_ids), s.zone == SHELF).group_by(s.product_id)
        found = {row[0]: int(row[1]) for row in self._readers.connection().execute(wanted)}
        return {product_id: found.get(product_id, 0) for product_id in product_ids}

    def negatives(self) -> tuple[LevelRow, ...]:
        """Levels below zero: each a task for a person."""
        return self._level_rows(t.stock_level.c.quantity < 0)

    def near_expiry(self, day: date, days: int) -> tuple[LevelRow, ...]:
        """Shelf stock that expires within `days` of `day` but is still good."""
        e = t.lot.c.expires_on
        on_shelf = (t.stock_level.c.quantity > 0) & (t.stock_level.c.zone == SHELF)
        return self._level_rows(on_shelf & (e >= day) & (e <= day + timedelta(days=days)))

    def expired(self, day: date) -> tuple[LevelRow, ...]:
        """Shelf stock past its last good day."""
        on_shelf = (t.stock_level.c.quantity > 0) & (t.stock_level.c.zone == SHELF)
        return self._level_rows(on_shelf & (t.lot.c.expires_on < day))

    def ending(self, day: date, days: int) -> EndingStock:
        """What `expired` and `near_expiry` list, only counted: for whoever says how many, some rows of thousands never leave the disk."""
        row = self._readers.connection().execute(_ENDING, {"of_day": day, "until_day": day + timedelta(days=days)}).one()
        return EndingStock(int(row[0]), int(row[1]), int(row[2]), row[3])

    def _level_rows(self, where: ColumnElement[bool]) -> tuple[LevelRow, ...]:
        s = t.stock_level.c
        joined = t.stock_level.outerjoin(t.lot, t.lot.c.id == s.lot_id)
        wanted = (
            select(s.product_id, s.lot_id, func.coalesce(t.lot.c.lot_no, ""), t.lot.c.expires_on, s.zone, s.quantity)
            .select_from(joined)
            .where(where)
            .order_by(t.lot.c.expires_on, s.product_id, s.lot_id)
        )
        return tuple(LevelRow(*row) for row in self._readers.connection().execute(wanted))

    def import_opening(
        self,
        lots: Sequence[Lot],
        levels: Mapping[str, int],
        codes: Mapping[str, Sequence[str]],
        *,
        actor: str = "import",
        day: date | None = None,
    ) -> Future[tuple[Committed, ...]]:
        """Opening stock as goods-in events, in background units; the future is that of the last unit.

        `levels` is lot id → smallest units, `codes` lot id → trace codes. A lot that is not saleable gets its state as an event too.
        """
        on = day or self._clock.now().astimezone().date()
        bodies: list[Record] = [
            StockReceived(
                receipt_id=new_id(self._clock),
                product_id=lot.product_id,
                lot_id=lot.id,
                lot_no=lot.lot_no,
                made_on=lot.made_on,
                expires_on=lot.expires_on,
                quantity=levels.get(lot.id, 0),
                codes=tuple(codes.get(lot.id, ())),
            )
            for lot in lots
        ]
        states: list[Record] = [
            LotStateSet(lot_id=lot.id, product_id=lot.product_id, state=lot.state, reason="import", approved_by=actor)
            for lot in lots
            if lot.state != "saleable"
        ]
        last: Future[tuple[Committed, ...]] = Future()
        if not bodies:
            last.set_result(())
        for some in (bodies, states):
            for start in range(0, len(some), _EVENTS_PER_UNIT):
                last = self._journal.record(some[start : start + _EVENTS_PER_UNIT], actor=actor, day=on, urgent=False)
        return last
