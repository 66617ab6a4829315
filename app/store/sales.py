"""Past sales as they were recorded: found by number, code, day, shift or member, and what has been taken back since."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Text, bindparam, exists, func, literal_column, select
from sqlalchemy import cast as cast_as

from app.records.envelope import unseal
from app.records.events import ReturnClosed, SaleClosed
from app.records.registry import body_of
from app.store import tables as t
from app.store.aliases import party_of
from app.store.engine import Readers

_LONGEST_SEQUENCE = 18
"""Digits of the largest number a row can have; a scanned code has more."""

_PRINTED = re.compile(r".+?-[0-9a-f]{4}-(?P<seq>[0-9]+)(?:-(?P<hash>[0-9a-f]{8}))?")
"""A printed number in small letters, with or without its last part (see `records.envelope.printed_number`)."""


# Built once: a sale is read with all that followed it, and building a select costs more than running it.
_NEWEST = select(t.sale).order_by(t.sale.c.event_seq.desc()).limit(1)
_BY_ID = _NEWEST.where(t.sale.c.sale_id == bindparam("sought"))
_BY_EVENT = _NEWEST.where(t.sale.c.event_id == bindparam("sought"))
_BY_NUMBER = _NEWEST.where(t.sale.c.number == bindparam("sought"))
_BY_SEQ = _NEWEST.where(t.sale.c.event_seq == bindparam("seq"))
_PRINTED_WHOLE = _BY_SEQ.where(func.lower(t.sale.c.number) == bindparam("sought"))
_PRINTED_SHORT = _BY_SEQ.where(
    func.substr(func.lower(t.sale.c.number), 1, func.length(bindparam("sought")) + 1) == bindparam("sought").concat("-"),
    func.length(t.sale.c.number) == func.length(bindparam("sought")) + 9,
)
_RAW = select(t.event.c.raw).where(t.event.c.id == bindparam("of_event"))
_COPIES = select(func.count()).where(t.reprint.c.of_event_id == bindparam("of_event"))
_RETURNED = (
    select(t.return_line.c.original_line_id, func.sum(t.return_line.c.quantity))
    .where(t.return_line.c.original_sale_id == bindparam("of_sale"))
    .group_by(t.return_line.c.original_line_id)
)
_VOIDS = select(func.count()).where(t.return_.c.original_sale_id == bindparam("of_sale"), t.return_.c.kind == "void")
_CORRECTED = (
    select(
        t.tender_correction.c.correction_id,
        t.tender_correction.c.tender_id,
        t.tender_correction.c.from_method,
        t.tender_correction.c.to_method,
        t.tender_correction.c.amount_fen,
        t.tender_correction.c.reason,
        t.tender_correction.c.approved_by,
        t.tender_correction.c.at,
    )
    .where(t.tender_correction.c.sale_id == bindparam("of_sale"))
    .order_by(t.tender_correction.c.at, t.tender_correction.c.correction_id)
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A tender re-booked after the sale."""

    correction_id: str
    tender_id: str
    from_method: str
    to_method: str
    amount_fen: int
    reason: str
    approved_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredSale:
    """A sale with everything that happened to it since."""

    body: SaleClosed
    event_id: str
    seq: int
    number: str
    at: datetime
    day: date
    member_id: str
    """The member as it counts now (a member may be attached after payment)."""
    returned: dict[str, int]
    """line_id → smallest units taken back so far."""
    voided: bool
    corrections: tuple[Correction, ...]
    reprints: int


@dataclass(frozen=True, slots=True)
class StoredReturn:
    """A return or void as it was recorded."""

    body: ReturnClosed
    event_id: str
    number: str
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of sales that are looked for; everything given must fit, nothing given means every sale."""

    first: date | None = None
    last: date | None = None
    """Business days, both included; given together."""
    payable_fen: int | None = None
    members: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None
    """Ids of which one must fit; an empty tuple fits no sale."""


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale in a list: no lines, read from the projection alone."""

    sale_id: str
    event_id: str
    number: str
    at: datetime
    day: date
    cashier: str
    member_id: str
    shift_id: str
    payable_fen: int
    returned_fen: int


@dataclass(frozen=True, slots=True)
class NamedSale:
    """A sale in a list that names the first of its goods."""

    sale_id: str
    number: str
    at: datetime
    payable_fen: int
    first_line: str
    """Generic name, as it was sold."""
    lines: int


class Sales:
    """Reads sales."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def sold_since(self, day: date) -> dict[str, int]:
        """Product id → smallest units sold since a business day: what this shop's own search order is made of."""
        line, s = t.sale_line.c, t.sale.c
        joined = t.sale_line.join(t.sale, s.sale_id == line.sale_id)
        wanted = select(line.product_id, func.sum(line.quantity)).select_from(joined).where(s.day >= day).group_by(line.product_id)
        return {row[0]: int(row[1]) for row in self._readers.connection().execute(wanted)}

    def sold_under(self, review_ids: Sequence[str], since: date) -> dict[tuple[str, str], int]:
        """(review id, product id) → smallest units sold under prescription reviews, from a business day on."""
        line, s = t.sale_line.c, t.sale.c
        joined = t.sale_line.join(t.sale, s.sale_id == line.sale_id)
        wanted = select(line.review_id, line.product_id, func.sum(line.quantity)).select_from(joined)
        wanted = wanted.where(s.day >= since, line.review_id.in_(review_ids)).group_by(line.review_id, line.product_id)
        return {(row[0], row[1]): int(row[2]) for row in self._readers.connection().execute(wanted)}

    def by_id(self, sale_id: str) -> StoredSale | None:
        """The sale of that id."""
        return self._one(_BY_ID, sought=sale_id)

    def by_event(self, event_id: str) -> StoredSale | None:
        """The sale an event recorded."""
        return self._one(_BY_EVENT, sought=event_id)

    def by_number(self, text: str) -> StoredSale | None:
        """By the printed number, whole or typed without its last hash part, or by its sequence number alone when that is unique."""
        text = text.strip()
        found = self._one(_BY_NUMBER, sought=text)
        if found is not None or not text:
            return found
        if text.isdecimal() and len(text) <= _LONGEST_SEQUENCE:
            return self._one(_BY_SEQ, seq=int(text))
        # A person types capitals where the paper has small letters: its sequence number finds the sale by an index, whatever the case.
        parts = _PRINTED.fullmatch(text.lower())
        if parts is None or len(parts["seq"]) > _LONGEST_SEQUENCE:
            return None
        printed = _PRINTED_WHOLE if parts["hash"] else _PRINTED_SHORT
        return self._one(printed, sought=text.lower(), seq=int(parts["seq"]))

    def by_code(self, trace_code: str) -> StoredSale | None:
        """The sale that last handed out the box of that trace code."""
        c = t.trace_code.c
        sold_in = select(c.sale_id).where(c.code == trace_code)
        sale_id = self._readers.connection().execute(sold_in).scalar()
        return self.by_id(sale_id) if sale_id else None

    def recent(self, *, day: date | None = None, shift: str = "", member: str = "", limit: int = 50) -> tuple[StoredSale, ...]:
        """Newest sales first, of a business day, a shift or a member."""
        return tuple(self._stored(row) for row in self._execute(self._recent(day, shift, member, limit)))

    def seek(self, sought: Sought, limit: int = 50) -> tuple[SaleRow, ...]:
        """The newest sales that fit, as light rows; each way in has an index, so a million past sales answer at once."""
        s = t.sale.c
        wanted = select(t.sale).order_by(s.day.desc(), s.event_seq.desc()).limit(limit)
        if sought.first is not None and sought.last is not None:
            wanted = wanted.where(s.day.between(sought.first, sought.last))
        if sought.payable_fen is not None:
            wanted = wanted.where(s.payable_fen == sought.payable_fen)
        if sought.members is not None:
            connection = self._readers.connection()
            wanted = wanted.where(s.member_id.in_({one for member in sought.members for one in party_of(connection, member)}))
        if sought.products is not None:
            line = t.sale_line.c
            if wanted.whereclause is None:
                wanted = wanted.where(s.sale_id.in_(self._with_products(sought.products, limit)))
            else:
                wanted = wanted.where(exists().where(line.sale_id == s.sale_id, line.product_id.in_(sought.products)))
        return self._as_rows(wanted)

    def _with_products(self, product_ids: Sequence[str], limit: int) -> set[str]:
        """The newest sales of each product: lines are written as they are sold, so their row numbers run with time."""
        line = t.sale_line.c
        newest: ColumnElement[int] = literal_column("sale_line.rowid").desc()
        found: set[str] = set()
        for product_id in product_ids:
            wanted = select(line.sale_id).where(line.product_id == product_id).order_by(newest).limit(limit)
            found.update(self._readers.connection().execute(wanted).scalars())
        return found

    def recent_rows(self, *, day: date | None = None, shift: str = "", member: str = "", limit: int = 200) -> tuple[SaleRow, ...]:
        """The same as light rows, for lists."""
        return self._as_rows(self._recent(day, shift, member, limit))

    def recent_named(self, *, member: str = "", limit: int = 20) -> tuple[NamedSale, ...]:
        """The same with the first of its goods: the database looks into the events, and none is unsealed for a list."""
        s = t.sale.c
        raw = cast_as(t.event.c.raw, Text)
        body = t.event.c.id == s.event_id
        name = select(func.json_extract(raw, "$.body.lines[0].generic_name")).where(body).correlate(t.sale).scalar_subquery()
        lines = select(func.count()).where(t.sale_line.c.sale_id == s.sale_id).correlate(t.sale).scalar_subquery()
        wanted = self._recent(None, "", member, limit).with_only_columns(s.sale_id, s.number, s.at, s.payable_fen, name, lines)
        return tuple(NamedSale(*row) for row in self._execute(wanted))

    def _as_rows(self, wanted: Select[Any]) -> tuple[SaleRow, ...]:
        s = t.sale.c
        returned = (
            select(func.coalesce(func.sum(t.return_.c.total_fen), 0))
            .where(t.return_.c.original_sale_id == s.sale_id)
            .correlate(t.sale)
            .scalar_subquery()
        )
        columns = (s.sale_id, s.event_id, s.number, s.at, s.day, s.cashier, s.member_id, s.shift_id, s.payable_fen, returned)
        return tuple(SaleRow(*row) for row in self._execute(wanted.with_only_columns(*columns)))

    def _recent(self, day: date | None, shift: str, member: str, limit: int) -> Select[Any]:
        wanted = select(t.sale).order_by(t.sale.c.event_seq.desc()).limit(limit)
        if day is not None:
            wanted = wanted.where(t.sale.c.day == day)
        if shift:
            wanted = wanted.where(t.sale.c.shift_id == shift)
        if member:
            wanted = wanted.where(t.sale.c.member_id.in_(party_of(self._readers.connection(), member)))
        return wanted

    def raw(self, event_id: str) -> bytes | None:
        """An event's exact bytes."""
        found = self._readers.connection().execute(_RAW, {"of_event": event_id}).scalar()
        return bytes(found) if found is not None else None

    def copies(self, event_id: str) -> int:
        """How often the paper of an event has been printed again."""
        return int(self._readers.connection().execute(_COPIES, {"of_event": event_id}).scalar_one())

    def returns_of(self, sale_id: str) -> tuple[StoredReturn, ...]:
        """Everything taken back against a sale, oldest first."""
        return self._returns(t.return_.c.original_sale_id == sale_id)

    def return_by_number(self, text: str) -> StoredReturn | None:
        """A return by its own printed number."""
        return next(iter(self._returns(t.return_.c.number == text.strip())), None)

    def returns_on(self, day: date) -> tuple[StoredReturn, ...]:
        """The returns of a business day, oldest first."""
        return self._returns(t.return_.c.day == day)

    def _returns(self, where: ColumnElement[bool]) -> tuple[StoredReturn, ...]:
        r = t.return_.c
        found = []
        for row in self._execute(select(t.return_).where(where).order_by(r.event_seq)):
            body = cast(ReturnClosed, self._body(row.event_id))
            found.append(StoredReturn(body, row.event_id, row.number, row.at, row.day))
        return tuple(found)

    def _execute(self, wanted: Select[Any]) -> Sequence[Any]:
        return self._readers.connection().execute(wanted).all()

    def _one(self, wanted: Select[Any], **sought: object) -> StoredSale | None:
        row = self._readers.connection().execute(wanted, sought).first()
        return self._stored(row) if row is not None else None

    def _body(self, event_id: str) -> object:
        raw = self._readers.connection().execute(_RAW, {"of_event": event_id}).scalar_one()
        envelope = unseal(raw)
        return body_of(envelope.type, envelope.body)

    def _stored(self, row: Any) -> StoredSale:
        connection, of_sale = self._readers.connection(), {"of_sale": row.sale_id}
        return StoredSale(
            body=cast(SaleClosed, self._body(row.event_id)),
            event_id=row.event_id,
            seq=row.event_seq,
            number=row.number,
            at=row.at,
            day=row.day,
            member_id=row.member_id,
            returned={line_id: int(quantity) for line_id, quantity in connection.execute(_RETURNED, of_sale)},
            voided=bool(connection.execute(_VOIDS, of_sale).scalar_one()),
            corrections=tuple(Correction(*found) for found in connection.execute(_CORRECTED, of_sale)),
            reprints=self.copies(row.event_id),
        )
