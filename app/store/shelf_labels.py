"""What the labels on the shelf say: the prices each product's label was last printed with, so that a stale one is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.records.clock import Clock
from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.rows import upsert
from app.store.writer import Writer


@dataclass(frozen=True, slots=True)
class ShelfSaid:
    """One label as it was last printed."""

    price_fen: int
    member_price_fen: int
    at: datetime


class ShelfLabels:
    """Remembers printed shelf labels; a convenience of this store, no record of the ledger."""

    def __init__(self, readers: Readers, writer: Writer | None, clock: Clock) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def said(self) -> Mapping[str, ShelfSaid]:
        """Product id → what its label says."""
        s = t.shelf_label.c
        rows = self._readers.connection().execute(select(s.product_id, s.price_fen, s.member_price_fen, s.at))
        return {row[0]: ShelfSaid(int(row[1]), int(row[2]), row[3]) for row in rows}

    def note(self, printed: Sequence[tuple[str, int, int]]) -> Future[None]:
        """Remember (product id, price fen, member price fen) of labels that were made now."""
        if self._writer is None:
            raise StoreFault("read_only")
        now = self._clock.now()
        rows = [{"product_id": one, "price_fen": price, "member_price_fen": member, "at": now} for one, price, member in printed]

        def unit(connection: Connection) -> None:
            upsert(connection, t.shelf_label, rows)

        return self._writer.submit(unit, urgent=False)
