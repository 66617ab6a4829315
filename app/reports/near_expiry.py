"""Shelf stock that has expired or soon will, most urgent first, as page and table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.money import format_fen
from app.reports.page import BAD_INK, BAD_T, WARN_INK, WARN_T, Card, Cell, Column, Page, money
from app.reports.shop import shop_face
from app.reports.table import csv_table
from app.reports.words import Words
from app.store.open_store import Store


@dataclass(frozen=True, slots=True)
class ExpiryEntry:
    """A lot on the shelf and how long it is good."""

    product_id: str
    product: str
    spec: str
    maker: str
    lot_no: str
    expires_on: date
    days_left: int
    """Negative once expired."""
    quantity: int
    unit: str
    shelf: str
    price_fen: int

    @property
    def value_fen(self) -> int:
        """At the list price."""
        return self.quantity * self.price_fen


def entries(store: Store, day: date, days: int) -> tuple[ExpiryEntry, ...]:
    """Expired shelf stock, then what expires within `days` of `day`, first expiry first."""
    found = []
    for row in (*store.stock.expired(day), *store.stock.near_expiry(day, days)):
        product = store.catalogue.product(row.product_id)
        expires_on = row.expires_on or day
        found.append(
            ExpiryEntry(
                product_id=row.product_id,
                product=product.generic_name if product else row.product_id,
                spec=product.spec if product else "",
                maker=product.maker if product else "",
                lot_no=row.lot_no,
                expires_on=expires_on,
                days_left=(expires_on - day).days,
                quantity=row.quantity,
                unit=product.unit if product else "",
                shelf=product.shelf if product else "",
                price_fen=product.list_price_fen if product else 0,
            )
        )
    return tuple(found)


def near_expiry_pdf(store: Store, day: date, days: int, *, made_at: datetime) -> bytes:
    """The list on A4, parted into expired, 30 days, 90 days and the rest."""
    shop = shop_face(store)
    words = Words(shop.language)
    rows = entries(store, day, days)
    page = Page(
        shop,
        words("title.near_expiry"),
        made_at=made_at,
        facts=(words("business_day", day=day.isoformat()), words("near.days", days=days)),
    )
    expired = [row for row in rows if row.days_left < 0]
    tone, tint = (BAD_INK, BAD_T) if expired else (WARN_INK, WARN_T)
    page.cards(
        (
            Card(words("near.card.lots"), str(len(rows) - len(expired)), words("near.days", days=days), money=False),
            Card(words("near.card.expired"), str(len(expired)), "", tone, tint, money=False),
            Card(words("near.card.value"), money(sum(row.value_fen for row in rows)), words("near.card.value.note")),
        )
    )
    parts = (
        ("near.expired", expired),
        ("near.30", [row for row in rows if 0 <= row.days_left <= 30]),
        ("near.90", [row for row in rows if 30 < row.days_left <= 90]),
        ("near.rest", [row for row in rows if row.days_left > 90]),
    )
    for key, some in parts:
        if some:
            page.section(words(key), words("entries", n=len(some)))
            _part(page, some)
            page.gap()
    if not rows:
        page.note(words("none"), size=9)
    page.signatures((words("sign.quality"), words("sign.manager")))
    return page.finish()


def _part(page: Page, rows: Sequence[ExpiryEntry]) -> None:
    words = page.words
    columns = [
        Column(words("col.product"), 3.6),
        Column(words("col.spec"), 2.2),
        Column(words("col.maker"), 3),
        Column(words("col.lot"), 1.7),
        Column(words("col.expires"), 1.9),
        Column(words("col.days_left"), 1.5, "right"),
        Column(words("col.stock"), 1.2, "right"),
        Column(words("col.shelf"), 1.2),
        Column(words("col.value"), 1.6, "right"),
    ]
    body: list[list[str | Cell]] = [
        [
            Cell(row.product, bold=True),
            row.spec,
            row.maker,
            row.lot_no,
            row.expires_on.isoformat(),
            Cell(str(row.days_left).replace("-", "−"), BAD_INK if row.days_left < 0 else WARN_INK if row.days_left <= 30 else None, True),
            f"{row.quantity}{row.unit}",
            row.shelf,
            money(row.value_fen),
        ]
        for row in rows
    ]
    page.table(columns, body)


def near_expiry_csv(store: Store, day: date, days: int) -> str:
    """The same as CSV."""
    words = Words(shop_face(store).language)
    names = ("code", "product", "spec", "maker", "lot", "expires", "days_left", "stock", "shelf", "price", "value")
    rows = (
        (
            r.product_id, r.product, r.spec, r.maker, r.lot_no, r.expires_on.isoformat(), str(r.days_left), str(r.quantity),
            r.shelf, format_fen(r.price_fen), format_fen(r.value_fen),
        )
        for r in entries(store, day, days)
    )  # fmt: skip
    return csv_table([words(f"col.{name}") for name in names], rows)
