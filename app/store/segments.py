"""Segments as headquarters told them, and what a member bought and kept, line by line, for the rules to judge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, bindparam, func, literal, select

from app.records.segments import SegmentRow
from app.store import tables as t
from app.store.bought import KEPT, lines_bought, returned
from app.store.engine import Readers

# Built once: a member's page asks for them, and building a select costs more than running it.
_line, _sale, _back, _cut, _past = t.sale_line.c, t.sale.c, t.return_line.c, t.cut.c, t.past_purchase.c
_OFFERS = (
    select(func.coalesce(func.sum(_cut.amount_fen), 0))
    .where(_cut.sale_id == _line.sale_id, _cut.line_id == _line.line_id, _cut.cause_kind.not_in(bindparam("no_offer", expanding=True)))
    .correlate(t.sale_line)
    .scalar_subquery()
)
_BOUGHT = lines_bought(
    (
        _sale.day,
        _sale.sale_id,
        _line.product_id,
        KEPT,
        (_line.amount_fen - returned(_back.amount_fen)).label("amount_fen"),
        _OFFERS.label("cut_fen"),
    ),
    (
        _past.day,
        (literal("past:") + _past.place + ":" + func.date(_past.day)).label("sale_id"),
        _past.product_id,
        _past.quantity,
        _past.amount_fen,
        literal(0, Integer),
    ),
)
_TOLD = select(t.segment).order_by(t.segment.c.id)


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One line that a member bought, less what came back; those of one day and place before this till are one purchase."""

    day: date
    sale_id: str
    product_id: str
    quantity: int
    amount_fen: int
    cut_fen: int
    """What offers and coupons took off when it was sold."""


class Segments:
    """Reads segments' rules and the purchases that they ask about."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def told(self) -> tuple[SegmentRow, ...]:
        """Every row that headquarters ever told, those that ended among them."""
        rows = self._readers.connection().execute(_TOLD).mappings()
        return tuple(SegmentRow.model_validate(dict(row)) for row in rows)

    def bought(self, member_ids: Sequence[str], since: date, no_offer: Collection[str]) -> tuple[KeptLine, ...]:
        """Every line bought from a business day on, in no order; `no_offer` are causes of a cut that do not count as one."""
        asked = {"of_members": list(member_ids), "since": since, "no_offer": list(no_offer)}
        rows = self._readers.connection().execute(_BOUGHT, asked)
        return tuple(
            KeptLine(day, sale_id, product_id, int(quantity), int(amount_fen), int(cut_fen))
            for day, sale_id, product_id, quantity, amount_fen, cut_fen in rows
        )
