"""Dated prices: the rows the catalogue file keeps of them, and the calendar in memory that answers every scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from app.records.catalogue import DatedPrice

if TYPE_CHECKING:
    import sqlite3 as dbapi

_FIELDS = tuple(DatedPrice.model_fields)
_ROW = attrgetter(*_FIELDS)

PRICE_TABLE = (
    "CREATE TABLE IF NOT EXISTS dated_price ("
    + ", ".join(f"{name} {'PRIMARY KEY' if name == 'id' else '' if name == 'effective_to' else 'NOT NULL'}" for name in _FIELDS)
    + ")"
)
"""The table, in a file that may have been made before there were dated prices."""


def put_price_rows(connection: dbapi.Connection, prices: Iterable[DatedPrice]) -> None:
    """Keep prices, in place of those of the same product and first day."""
    connection.executemany(
        f"INSERT OR REPLACE INTO dated_price ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))})",
        [tuple(value.isoformat() if isinstance(value, date) else value for value in _ROW(price)) for price in prices],
    )


def price_rows(connection: dbapi.Connection) -> tuple[DatedPrice, ...]:
    """Every price that is kept, by product and first day."""
    rows = connection.execute(f"SELECT {', '.join(_FIELDS)} FROM dated_price ORDER BY product_id, effective_from").fetchall()
    return tuple(DatedPrice.model_validate(dict(zip(_FIELDS, row, strict=True))) for row in rows)


@dataclass(frozen=True, slots=True)
class PriceCalendar:
    """The dated prices by product, latest first day first; few products have any, and the others cost one look into a dict."""

    rows: Mapping[str, tuple[DatedPrice, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, prices: Iterable[DatedPrice]) -> PriceCalendar:
        """The calendar of some prices."""
        return cls().having(prices)

    def having(self, prices: Iterable[DatedPrice]) -> PriceCalendar:
        """This calendar with prices added, in place of those of the same product and first day."""
        rows = dict(self.rows)
        for price in prices:
            others = (row for row in rows.get(price.product_id, ()) if row.id != price.id)
            rows[price.product_id] = tuple(sorted((price, *others), key=attrgetter("effective_from"), reverse=True))
        return PriceCalendar(rows)

    def on(self, product_id: str, day: date) -> DatedPrice | None:
        """The price that holds on a day: among several the one that began last, so that a short one stands above a long one."""
        return next((price for price in self.rows.get(product_id, ()) if price.holds_on(day)), None)

    def is_past(self, price: DatedPrice, day: date) -> bool:
        """Whether a price can hold on no day from `day` on: it has ended, or a later one without an end has begun."""
        if not price.active or (price.effective_to is not None and price.effective_to < day):
            return True
        return any(
            other.active and other.effective_to is None and price.effective_from < other.effective_from <= day
            for other in self.rows.get(price.product_id, ())
        )
