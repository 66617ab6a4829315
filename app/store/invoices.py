"""Invoices that customers wish for: which sales still wait for theirs, and to whom each is made out."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.domain.invoice import NOBODY, InvoiceTitle
from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.private import PrivateBlobs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """The wish of one sale, and what became of it."""

    wish_id: str
    sale_id: str
    number: str
    """The sale's printed number."""
    payable_fen: int
    at: datetime
    day: date
    title: InvoiceTitle
    """Without a name while nobody said whom the invoice is for."""
    issued_at: datetime | None
    invoice_no: str


class Invoices:
    """Reads invoice wishes; they are written by events."""

    def __init__(self, readers: Readers, private: PrivateBlobs) -> None:
        self._readers = readers
        self._private = private

    def waiting(self, limit: int = 200) -> tuple[InvoiceWish, ...]:
        """Wishes that nobody has met yet, oldest first."""
        wanted = _WISH.where(t.invoice_wish.c.issued_at.is_(None)).order_by(t.invoice_wish.c.at).limit(limit)
        return tuple(self._wish(row) for row in self._readers.connection().execute(wanted))

    def of_sale(self, sale_id: str) -> InvoiceWish | None:
        """The wish of a sale, met or not."""
        row = self._readers.connection().execute(_WISH.where(t.invoice_wish.c.sale_id == sale_id)).first()
        return self._wish(row) if row is not None else None

    def _wish(self, row: Any) -> InvoiceWish:
        title = self._title(row.blob_id) if row.blob_id else NOBODY
        return InvoiceWish(
            row.wish_id, row.sale_id, row.number, row.payable_fen, row.at, row.day, title, row.issued_at, row.invoice_no
        )

    def _title(self, blob_id: str) -> InvoiceTitle:
        """The buyer of a sealed blob; nobody once they were erased."""
        try:
            plain = self._private.open(blob_id)
        except StoreFault as fault:
            log.info("an invoice title is gone: %s", fault.code)
            plain = None
        return InvoiceTitle(**json.loads(plain)) if plain is not None else NOBODY


_WISH = select(t.invoice_wish, t.sale.c.number, t.sale.c.payable_fen).select_from(
    t.invoice_wish.join(t.sale, t.sale.c.sale_id == t.invoice_wish.c.sale_id)
)
