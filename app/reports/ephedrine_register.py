"""The special registers (ephedrine compounds and others sold on an identity card) of a span of days, as page and table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from app.records.events import SaleLine
from app.reports.page import INK3, Cell, Column, Page, moment
from app.reports.shop import shop_face, staff_names
from app.reports.table import csv_table
from app.reports.words import Words
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.sales import StoredSale

EPHEDRINE = "ephedrine"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register, as the sale recorded it."""

    at: datetime
    product: str
    spec: str
    maker: str
    quantity: int
    unit: str
    returned: int
    """Smallest units taken back since."""
    lot_no: str
    lot_assumed: bool
    buyer: str
    id_number: str
    registrar: str
    pharmacist: str
    sale_number: str


def entries(store: Store, kind: str, first: date, last: date) -> tuple[RegisterEntry, ...]:
    """The register's lines of a span of business days (inclusive), oldest first; buyers erased by law say so."""
    words = Words(shop_face(store).language)
    staff = staff_names(store)
    sales: dict[str, StoredSale | None] = {}
    people: dict[str, tuple[str, str]] = {}
    found = []
    used: set[str] = set()
    for row in store.shifts.register_rows(kind, first, last):
        if row.sale_id not in sales:
            sales[row.sale_id] = store.sales.by_id(row.sale_id)
        if row.blob_id not in people:
            people[row.blob_id] = _buyer(store, row.blob_id, words)
        sale = sales[row.sale_id]
        line = _line(sale, row.register_id, row.product_id, row.lot_id, used)
        buyer, id_number = people[row.blob_id]
        found.append(
            RegisterEntry(
                at=sale.at if sale else row.at,
                product=_full_name(line) if line else row.product_id,
                spec=line.spec or line.strength if line else "",
                maker=line.maker if line else "",
                quantity=row.quantity,
                unit=line.unit if line else "",
                returned=sale.returned.get(line.line_id, 0) if sale and line else 0,
                lot_no=line.lot_no if line else "",
                lot_assumed=line is not None and line.lot_source == "assumed",
                buyer=buyer,
                id_number=id_number,
                registrar=staff(row.actor),
                pharmacist=staff(sale.body.pharmacist) if sale else "",
                sale_number=row.sale_number,
            )
        )
    return tuple(found)


def _line(sale: StoredSale | None, register_id: str, product_id: str, lot_id: str, used: set[str]) -> SaleLine | None:
    """The sale's own line behind a register row; lines of one lot are handed out once each."""
    for line in sale.body.lines if sale else ():
        same = (line.register_id, line.product_id, line.lot_id) == (register_id, product_id, lot_id)
        if same and line.line_id not in used:
            used.add(line.line_id)
            return line
    return None


def _full_name(line: SaleLine) -> str:
    return f"{line.generic_name}（{line.brand_name}）" if line.brand_name else line.generic_name


def _buyer(store: Store, blob_id: str, words: Words) -> tuple[str, str]:
    """(name, ID number) out of the private blob."""
    try:
        plain = store.private.open(blob_id)
    except StoreFault:
        return words("erased"), words("erased")
    if plain is None:
        return words("missing"), words("missing")
    buyer = json.loads(plain)
    return str(buyer.get("name", "")), str(buyer.get("id_number", ""))


def register_pdf(store: Store, first: date, last: date, *, kind: str = EPHEDRINE, made_at: datetime) -> bytes:
    """The register on wide A4; every ID number in full, as the law asks."""
    shop = shop_face(store)
    words = Words(shop.language)
    rows = entries(store, kind, first, last)
    page = Page(
        shop,
        words(f"title.register.{kind}"),
        made_at=made_at,
        facts=(words("span.days", first=first.isoformat(), last=last.isoformat()), words("entries", n=len(rows))),
        wide=True,
    )
    columns = [
        Column(words("col.time"), 2.1),
        Column(words("col.product"), 3.3),
        Column(words("col.spec"), 2),
        Column(words("col.maker"), 3),
        Column(words("col.quantity"), 1.2, "right"),
        Column(words("col.lot"), 1.8),
        Column(words("col.buyer"), 1.6),
        Column(words("col.id_number"), 2.9),
        Column(words("col.registrar"), 1.7),
        Column(words("col.pharmacist"), 1.7),
    ]
    body: list[list[str | Cell]] = []
    for entry in rows:
        back = f" {words('returned', n=entry.returned)}" if entry.returned else ""
        lot = words("lot.assumed", lot=entry.lot_no) if entry.lot_assumed else entry.lot_no
        body.append(
            [
                moment(entry.at),
                Cell(entry.product, bold=True),
                entry.spec,
                entry.maker,
                f"{entry.quantity}{entry.unit}{back}",
                Cell(lot, INK3) if entry.lot_assumed else lot,
                entry.buyer,
                entry.id_number,
                entry.registrar,
                entry.pharmacist,
            ]
        )
    page.table(columns, body)
    if not body:
        page.gap()
        page.note(words("none"), size=9)
    page.gap()
    page.note(words("register.basis"))
    page.signatures((words("sign.pharmacist"), words("sign.quality"), words("sign.manager")))
    return page.finish()


def register_csv(store: Store, first: date, last: date, *, kind: str = EPHEDRINE) -> str:
    """The same as CSV, with the number of each sale."""
    words = Words(shop_face(store).language)
    names = (
        "time", "product", "spec", "maker", "quantity", "lot", "buyer", "id_number", "registrar", "pharmacist",
        "sale_number", "returned",
    )  # fmt: skip
    rows = (
        (
            moment(e.at, seconds=True), e.product, e.spec, e.maker, str(e.quantity),
            words("lot.assumed", lot=e.lot_no) if e.lot_assumed else e.lot_no,
            e.buyer, e.id_number, e.registrar, e.pharmacist, e.sale_number, str(e.returned),
        )
        for e in entries(store, kind, first, last)
    )  # fmt: skip
    return csv_table([words(f"col.{name}") for name in names], rows)
