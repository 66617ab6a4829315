"""Shifts and business days: their figures, counted from the projections, and the registers the law asks for."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, func, select, true

from app.domain.day import expected_cash_fen
from app.records.envelope import unseal
from app.records.events import DayClosed, ShiftClosed, ShiftTotals, TenderTotal
from app.records.registry import body_of
from app.store import tables as t
from app.store.engine import Readers

_ON_DUTY = select(t.duty_pharmacist.c.staff_id).order_by(t.duty_pharmacist.c.since, t.duty_pharmacist.c.staff_id)


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift, open (`closed_at` None) or closed."""

    shift_id: str
    till: str
    staff_id: str
    day: date
    opened_at: datetime
    float_fen: int
    closed_at: datetime | None
    close_event_id: str | None
    z_no: int
    counted_fen: int
    difference_fen: int
    float_left_fen: int
    remit_fen: int
    perpetual_fen: int


@dataclass(frozen=True, slots=True)
class CashMoveRow:
    """Cash put in (positive) or taken out (negative)."""

    move_id: str
    amount_fen: int
    reason: str
    actor: str
    approved_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DrawerOpening:
    """The drawer opened without a sale: by whom, why and when."""

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A prescription review; the prescription itself lies in the private blob."""

    review_id: str
    event_id: str
    basket_id: str
    blob_id: str
    prescribed_on: date
    products: tuple[str, ...]
    reviewer: str
    dispenser: str
    checker: str
    verdict: str
    source: str
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One register entry with what was sold under it; several lines give several rows."""

    register_id: str
    event_id: str
    kind: str
    blob_id: str
    buyer_hash: str
    actor: str
    at: datetime
    day: date
    sale_id: str
    sale_number: str
    product_id: str
    lot_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A daily duty that was done."""

    event_id: str
    duty: str
    slot: str
    day: date
    figures: dict[str, int]
    in_range: bool
    action: str
    actor: str
    at: datetime


def _asked(table: Table) -> ColumnElement[bool]:
    """The rows of the shifts that are asked for, `asked`."""
    return cast(ColumnElement[bool], table.c.shift_id.in_(bindparam("asked", expanding=True)))


def _of(table: Table, *columns: Any, where: ColumnElement[bool] | None = None) -> Select[Any]:
    wanted = select(*columns).select_from(table).where(_asked(table))
    return wanted if where is None else wanted.where(where)


def _summed(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


_S, _R, _M, _P, _C = t.sale.c, t.return_.c, t.cash_move.c, t.tender.c, t.tender_correction.c
# Built once: a shift's figures are read after every sale, and building these selects costs more than running them.
_SOLD = _of(
    t.sale,
    func.count(),
    _summed(_S.payable_fen),
    _summed(_S.cut_fen),
    _summed(_S.rounding_fen),
    _summed(case((_S.member_id != "", 1), else_=0)),
    _summed(case((_S.has_rx, 1), else_=0)),
    _summed(_S.price_changes),
)
_RETURNED = _of(t.return_, func.count(), _summed(_R.total_fen), where=_R.kind != "void")
_VOIDED = _of(t.return_, func.count(), _summed(_R.total_fen), where=_R.kind == "void")
_ROUNDED_BACK = _of(t.return_, _summed(_R.rounding_fen))
_CASH_MOVED = _of(
    t.cash_move,
    _summed(case((_M.amount_fen > 0, _M.amount_fen), else_=0)),
    _summed(case((_M.amount_fen < 0, -_M.amount_fen), else_=0)),
)
_DROPPED = _of(t.basket_drop, func.count(), _summed(t.basket_drop.c.lines))
_OPENED = _of(t.drawer_opening, func.count())
_COPIED = _of(t.reprint, func.count())
_FLOATS = _of(t.shift, _summed(t.shift.c.float_fen))
_CORRECTED = _of(t.tender_correction, func.count())
_REBOOKED = _of(t.tender_correction, _C.from_method, _C.to_method, func.count(), func.sum(_C.amount_fen)).group_by(
    _C.from_method, _C.to_method
)
_BY_METHOD = _of(
    t.tender,
    _P.method,
    _P.kind,
    _P.direction,
    func.count(),
    func.sum(_P.amount_fen),
    where=_P.direction.in_(bindparam("directions", expanding=True)),
).group_by(_P.method, _P.kind, _P.direction)
_PAID_IN = _of(t.tender, _P.owner_id, _P.amount_fen, where=_P.direction == "load")
_PAID_OUT = select(t.event.c.raw).where(t.event.c.type == "stored.paid_out@1", t.event.c.day.in_(_of(t.shift, t.shift.c.day)))


def _tender_totals(sums: Mapping[str, Sequence[int]]) -> tuple[TenderTotal, ...]:
    return tuple(
        TenderTotal(method=method, sales=got[0], amount_fen=got[1], refunds=got[2], refund_fen=got[3])
        for method, got in sorted(sums.items())
    )


_SHIFT_COLUMNS = [t.shift.c[name] for name in ShiftRow.__dataclass_fields__]
_OF_TILL = select(*_SHIFT_COLUMNS).where(t.shift.c.till == bindparam("of_till")).limit(1)
_OPEN = _OF_TILL.where(t.shift.c.closed_at.is_(None)).order_by(t.shift.c.opened_at, t.shift.c.shift_id)
_LAST_CLOSED = _OF_TILL.where(t.shift.c.closed_at.is_not(None)).order_by(t.shift.c.z_no.desc(), t.shift.c.opened_at.desc())


class Shifts:
    """Reads shifts, days and registers."""

    def __init__(self, readers: Readers, till: str) -> None:
        self._readers = readers
        self._till = till

    # -- shifts ----------------------------------------------------------------------------------------------------------

    def open_shift(self, till: str = "") -> ShiftRow | None:
        """The shift that is open on a till."""
        return self._one_of(till, _OPEN)

    def _one_of(self, till: str, wanted: Select[Any]) -> ShiftRow | None:
        row = self._readers.connection().execute(wanted, {"of_till": till or self._till}).first()
        return ShiftRow(*row) if row is not None else None

    def shift(self, shift_id: str) -> ShiftRow | None:
        """One shift."""
        return next(iter(self._shifts(t.shift.c.shift_id == shift_id)), None)

    def last_closed(self, till: str = "") -> ShiftRow | None:
        """The shift closed last on a till."""
        return self._one_of(till, _LAST_CLOSED)

    def closed_shifts(self, till: str = "") -> tuple[ShiftRow, ...]:
        """The newest 500 closed shifts of a till, closed last first."""
        s = t.shift.c
        return self._shifts(and_(s.till == (till or self._till), s.closed_at.is_not(None)), newest=True)

    def shift_list(self, day: date) -> tuple[ShiftRow, ...]:
        """The shifts of a business day, first opened first."""
        return self._shifts(t.shift.c.day == day)

    def _shifts(self, where: ColumnElement[bool], newest: bool = False) -> tuple[ShiftRow, ...]:
        s = t.shift.c
        order = (s.z_no.desc(), s.opened_at.desc()) if newest else (s.opened_at, s.shift_id)
        wanted = select(*_SHIFT_COLUMNS).where(where).order_by(*order)
        return tuple(ShiftRow(*row) for row in self._readers.connection().execute(wanted.limit(500)))

    def closing(self, shift_id: str) -> ShiftClosed | None:
        """The whole Z of a closed shift, as recorded."""
        row = self.shift(shift_id)
        if row is None or row.close_event_id is None:
            return None
        return cast(ShiftClosed, self._body(row.close_event_id))

    def cash_moves(self, shift_id: str) -> tuple[CashMoveRow, ...]:
        """Cash put in and taken out in a shift, oldest first."""
        m = t.cash_move.c
        wanted = select(m.move_id, m.amount_fen, m.reason, m.actor, m.approved_by, m.at).where(m.shift_id == shift_id)
        rows = self._readers.connection().execute(wanted.order_by(m.at, m.move_id))
        return tuple(CashMoveRow(*row) for row in rows)

    def next_z(self, till: str = "") -> int:
        """The number the next Z of a till will bear; dense from 1."""
        newest = select(func.coalesce(func.max(t.shift.c.z_no), 0)).where(t.shift.c.till == (till or self._till))
        return int(self._readers.connection().execute(newest).scalar_one()) + 1

    def next_sale_no(self, day: date) -> int:
        """1 + the sales of a business day so far, for a running number on screen."""
        count = select(func.count()).where(t.sale.c.day == day)
        return int(self._readers.connection().execute(count).scalar_one()) + 1

    def perpetual_fen(self) -> int:
        """Grand total of all sales less refunds of every shift so far, the open one included; never reset."""
        connection = self._readers.connection()
        s = t.shift.c
        last = connection.execute(
            select(s.perpetual_fen).where(s.closed_at.is_not(None)).order_by(s.closed_at.desc(), s.z_no.desc()).limit(1)
        ).scalar()
        still_open = select(s.shift_id).where(s.closed_at.is_(None))
        sold = select(func.coalesce(func.sum(t.sale.c.payable_fen), 0)).where(t.sale.c.shift_id.in_(still_open))
        back = select(func.coalesce(func.sum(t.return_.c.total_fen), 0)).where(t.return_.c.shift_id.in_(still_open))
        return int(last or 0) + int(connection.execute(sold).scalar_one()) - int(connection.execute(back).scalar_one())

    # -- figures ---------------------------------------------------------------------------------------------------------

    def totals(self, shift_id: str) -> ShiftTotals:
        """The figures of one shift, open or closed."""
        return self._totals((shift_id,))

    def day_totals(self, day: date) -> ShiftTotals:
        """The figures of a business day over all its shifts; floats are summed per shift."""
        return self._totals(tuple(row.shift_id for row in self.shift_list(day)))

    def _totals(self, shifts: tuple[str, ...]) -> ShiftTotals:
        connection = self._readers.connection()

        def one(wanted: Select[Any]) -> Any:
            return connection.execute(wanted, {"asked": shifts}).one()

        sold, returns, voids = one(_SOLD), one(_RETURNED), one(_VOIDED)
        back_rounding = one(_ROUNDED_BACK)[0]
        moved, dropped = one(_CASH_MOVED), one(_DROPPED)
        opened, copies = one(_OPENED)[0], one(_COPIED)[0]
        float_fen, corrections = one(_FLOATS)[0], one(_CORRECTED)[0]
        tenders, cash = self._tenders(shifts)
        stored, load_cash = self._stored(shifts)
        totals = ShiftTotals(
            sales=sold[0],
            sales_fen=sold[1],
            returns=returns[0],
            returns_fen=returns[1],
            voids=voids[0],
            voids_fen=voids[1],
            cuts_fen=sold[2],
            rounding_fen=sold[3] - back_rounding,
            member_sales=sold[4],
            rx_sales=sold[5],
            price_changes=sold[6],
            dropped_lines=dropped[1],
            dropped_baskets=dropped[0],
            drawer_opens=opened,
            reprints=copies,
            cash_in_fen=moved[0],
            cash_out_fen=moved[1],
            float_fen=float_fen,
            tenders=tenders,
            corrections=corrections,
            **stored,
        )
        return totals.model_copy(update={"expected_cash_fen": expected_cash_fen(totals, cash | load_cash)})

    def _stored(self, shifts: tuple[str, ...]) -> tuple[dict[str, Any], set[str]]:
        """What members paid in and had paid out, and which methods of it are cash."""
        paid_in = self._readers.connection().execute(_PAID_IN, {"asked": shifts}).all()
        paid_out = self._paid_out(shifts)
        if not paid_in and not paid_out:
            return {}, set()
        taken, cash = self._by_method(shifts, ("load",), ("payout",))
        loads = {row.owner_id for row in paid_in}
        figures = {
            "loads": len(loads),
            "loads_fen": sum(row.amount_fen for row in paid_in),
            "load_bonus_fen": self._given(loads) - sum(body["bonus_fen"] for body in paid_out),
            "payouts": len(paid_out),
            "payouts_fen": sum(body["principal_fen"] for body in paid_out),
        }
        return {**figures, "load_tenders": _tender_totals(taken)}, cash

    def _paid_out(self, shifts: tuple[str, ...]) -> list[Mapping[str, Any]]:
        """What members had paid out, by its own events: where nothing but the bonus was left, no tender tells of it."""
        bodies = (unseal(raw).body for raw in self._readers.connection().scalars(_PAID_OUT, {"asked": shifts}))
        return [body for body in bodies if body["shift_id"] in shifts]

    def _given(self, loads: Collection[str]) -> int:
        """Bonus of what was paid in, by its own events: members' ledgers go with visitors and with the erased, the Z stays."""
        told = self._readers.connection().execute(
            select(t.event.c.raw).where(t.event.c.type == "stored.loaded@1").order_by(t.event.c.seq.desc())
        )
        left, bonus_fen = set(loads), 0
        while left and (row := told.fetchone()) is not None:
            body = unseal(row.raw).body
            if body["load_id"] in left:
                left.discard(body["load_id"])
                bonus_fen += int(body["bonus_fen"])
        told.close()
        return bonus_fen

    def _tenders(self, shifts: tuple[str, ...]) -> tuple[tuple[TenderTotal, ...], set[str]]:
        """Totals per method with corrections re-booked, and which methods are cash."""
        sums, cash = self._by_method(shifts, ("sale",), ("refund",))
        moved = self._readers.connection().execute(_REBOOKED, {"asked": shifts})
        for source, target, count, amount in moved.all():
            for method, sign in ((source, -1), (target, 1)):
                total = sums.setdefault(method, [0, 0, 0, 0])
                total[0] += sign * count
                total[1] += sign * int(amount)
        return _tender_totals(sums), cash

    def _by_method(self, shifts: tuple[str, ...], taken: Sequence[str], given: Sequence[str]) -> tuple[dict[str, list[int]], set[str]]:
        """Method → [times taken, fen, times given, fen] of tenders of these directions, and the methods that are cash."""
        sums: dict[str, list[int]] = {}
        cash = {"cash"}
        rows = self._readers.connection().execute(_BY_METHOD, {"asked": shifts, "directions": (*taken, *given)})
        for method, kind, direction, count, amount in rows.all():
            total = sums.setdefault(method, [0, 0, 0, 0])
            at = 0 if direction in taken else 2
            total[at] += count
            total[at + 1] += int(amount)
            if kind == "cash":
                cash.add(method)
        return sums, cash

    # -- the day and its registers ---------------------------------------------------------------------------------------

    def day_closing(self, day: date) -> DayClosed | None:
        """The last 日结 of a business day, as recorded."""
        d = t.day_close.c
        wanted = select(d.event_id).where(d.day == day).order_by(d.at.desc()).limit(1)
        found = self._readers.connection().execute(wanted).scalar()
        return cast(DayClosed, self._body(found)) if found else None

    def last_day_closed(self) -> date | None:
        """The newest business day that was closed."""
        found: date | None = self._readers.connection().execute(select(func.max(t.day_close.c.day))).scalar()
        return found

    def drawer_openings(self, shift_id: str) -> tuple[DrawerOpening, ...]:
        """The drawer opened without a sale in a shift, oldest first."""
        d, e = t.drawer_opening.c, t.event.c
        wanted = select(e.raw, d.reason, d.at).join_from(t.drawer_opening, t.event, e.id == d.event_id).where(d.shift_id == shift_id)
        rows = self._readers.connection().execute(wanted.order_by(d.at)).all()
        return tuple(DrawerOpening(unseal(bytes(raw)).actor, reason, at) for raw, reason, at in rows)

    def duty_pharmacists(self) -> tuple[str, ...]:
        """Staff ids of the pharmacists on duty now, first come first."""
        return tuple(self._readers.connection().execute(_ON_DUTY).scalars())

    def reviews(self, day: date) -> tuple[ReviewRow, ...]:
        """The day's prescription reviews, oldest first."""
        return self._reviews(t.review.c.day == day)

    def review(self, review_id: str) -> ReviewRow | None:
        """One review."""
        return next(iter(self._reviews(t.review.c.review_id == review_id)), None)

    def _reviews(self, where: ColumnElement[bool]) -> tuple[ReviewRow, ...]:
        names = list(ReviewRow.__dataclass_fields__)
        wanted = select(*(t.review.c[name] for name in names)).where(where).order_by(t.review.c.at, t.review.c.review_id)
        found = []
        for row in self._readers.connection().execute(wanted).mappings():
            fields = dict(row)
            fields["products"] = tuple(name for name in fields["products"].split(";") if name)
            found.append(ReviewRow(**fields))
        return tuple(found)

    def register_rows(self, kind: str, first: date, last: date) -> tuple[RegisterRow, ...]:
        """A register's entries of a span of business days (inclusive) that led to a sale, oldest first."""
        b = t.buyer_register.c
        return self._register(and_(b.kind == kind if kind else true(), b.day >= first, b.day <= last))

    def bought_by(self, buyer_hash: str, kind: str, since: date) -> int:
        """Smallest units a buyer has taken under a register since a day, returns not subtracted."""
        b = t.buyer_register.c
        rows = self._register(and_(b.buyer_hash == buyer_hash, b.kind == kind, b.day >= since))
        return sum(row.quantity for row in rows)

    def _register(self, where: ColumnElement[bool]) -> tuple[RegisterRow, ...]:
        b, line, s = t.buyer_register.c, t.sale_line.c, t.sale.c
        joined = t.buyer_register.join(t.sale_line, and_(line.register_id == b.register_id, line.register_id != "")).join(
            t.sale, s.sale_id == line.sale_id
        )
        wanted = (
            select(
                b.register_id,
                b.event_id,
                b.kind,
                b.blob_id,
                b.buyer_hash,
                b.actor,
                b.at,
                b.day,
                s.sale_id,
                s.number,
                line.product_id,
                line.lot_id,
                line.quantity,
            )
            .select_from(joined)
            .where(where)
            .order_by(b.at, b.register_id, line.no)
        )
        rows: Sequence[Any] = self._readers.connection().execute(wanted).all()
        return tuple(RegisterRow(*row) for row in rows)

    def duties(self, day: date, until: date | None = None) -> tuple[DutyRow, ...]:
        """The duties done for a business day, or for all the days `until` another one, oldest first."""
        names = list(DutyRow.__dataclass_fields__)
        d = t.duty_done.c
        wanted = select(*(d[name] for name in names)).where(d.day.between(day, until or day)).order_by(d.at, d.event_id)
        found = []
        for row in self._readers.connection().execute(wanted).mappings():
            fields = dict(row)
            fields["figures"] = json.loads(fields["figures"])
            found.append(DutyRow(**fields))
        return tuple(found)

    def _body(self, event_id: str) -> object:
        raw = self._readers.connection().execute(select(t.event.c.raw).where(t.event.c.id == event_id)).scalar_one()
        envelope = unseal(raw)
        return body_of(envelope.type, envelope.body)
