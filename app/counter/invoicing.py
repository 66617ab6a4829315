"""Invoicing: whom an invoice is for, which sales wait for theirs, and that one was issued; all of it works offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict

from app.counter.faults import Refused
from app.counter.post import Post
from app.domain import codes
from app.domain.invoice import InvoiceTitle, problem
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import Committed, PrivateBlob
from app.store.invoices import InvoiceWish
from app.store.open_store import Store

LEAST_DIGITS, MOST_DIGITS = 8, 20
"""Digits of an invoice's number: older ones have 8, fully digital ones 20."""


class Invoicing:
    """Records wishes for invoices and that they were met; the invoice itself is issued in the tax service's own program."""

    def __init__(self, store: Store, clock: Clock, post: Post, shapes: codes.CodeShapes, wake_sync: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._shapes = shapes
        self._wake_sync = wake_sync

    def scanned(self, raw: str) -> InvoiceTitle | None:
        """The title that a buyer's QR code holds, None for any other code; Refused `invoice_header_check` where its check fails."""
        reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING)
        if isinstance(reading, codes.InvoiceHeader):
            return InvoiceTitle(reading.name, reading.tax_id, reading.address_phone, reading.bank)
        if isinstance(reading, codes.Unreadable) and reading.code == "invoice_header_check":
            raise Refused("invoice_header_check")
        return None

    def waiting(self) -> tuple[InvoiceWish, ...]:
        """Sales whose invoice is still to be issued, oldest first."""
        return self._store.invoices.waiting()

    def of_sale(self, sale_id: str) -> InvoiceWish | None:
        """The wish of a sale, or None."""
        return self._store.invoices.of_sale(sale_id)

    def wish(self, sale_id: str, title: InvoiceTitle, source: str) -> Future[tuple[Committed, ...]]:
        """Record for whom a sale's invoice is.

        Refused `invoice_name`, `invoice_tax_id`, `sale_unknown`, `sale_voided` or `invoice_issued`.
        """
        wrong = problem(title)
        if wrong:
            raise Refused(wrong)
        sale = self._store.sales.by_id(sale_id)
        if sale is None:
            raise Refused("sale_unknown")
        if sale.voided:
            raise Refused("sale_voided")
        before = self.of_sale(sale_id)
        if before is not None and before.issued_at is not None:
            raise Refused("invoice_issued")
        body, private = invoice_wish(self._clock, sale_id, title, source)
        return self._write(body, private)

    def issued(self, sale_id: str, number: str = "") -> Future[tuple[Committed, ...]]:
        """Record that an invoice was issued; Refused `invoice_not_wished`, `invoice_issued` or `invoice_number`."""
        number = "".join(number.split())
        if number and not (number.isascii() and number.isdigit() and LEAST_DIGITS <= len(number) <= MOST_DIGITS):
            raise Refused("invoice_number")
        wish = self.of_sale(sale_id)
        if wish is None:
            raise Refused("invoice_not_wished")
        if wish.issued_at is not None:
            raise Refused("invoice_issued")
        return self._write(events.InvoiceIssued(wish_id=wish.wish_id, sale_id=sale_id, invoice_no=number), [])

    def _write(self, body: Record, private: list[PrivateBlob]) -> Future[tuple[Committed, ...]]:
        person = self._post.staff
        if person is None:
            raise Refused("sign_in_first")
        day = self._post.day(shop_day(self._clock.now()))
        future = self._store.journal.record([body], actor=person.id, day=day, private=private)
        future.add_done_callback(lambda _: self._wake_sync())
        return future


def invoice_wish(clock: Clock, sale_id: str, title: InvoiceTitle, source: str) -> tuple[events.InvoiceWished, list[PrivateBlob]]:
    """The event of a wish, and the blob that holds the buyer where one is named: an event bears no names."""
    wish_id = new_id(clock)
    if title.empty:
        return events.InvoiceWished(wish_id=wish_id, sale_id=sale_id), []
    plain = json.dumps(asdict(title), ensure_ascii=False).encode()
    blob = PrivateBlob(new_id(clock), wish_id, "invoice", plain)
    return events.InvoiceWished(wish_id=wish_id, sale_id=sale_id, blob_id=blob.blob_id, source=source), [blob]
