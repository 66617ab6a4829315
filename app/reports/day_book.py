"""The day book: every sale, return and void of a business day in its order, as page and table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.money import format_fen
from app.reports.page import BAD_INK, Card, Cell, Column, Page, moment, money
from app.reports.shop import shop_face, staff_names, tender_titles
from app.reports.table import csv_table
from app.reports.words import Words
from app.store.open_store import Store

_ALL = 1_000_000
_NAMED = 3
"""Products named in a line of the page; the table names all."""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One sale, return or void."""

    kind: str
    """sale | return | void."""
    at: datetime
    number: str
    cashier: str
    member: bool
    goods: tuple[str, ...]
    tenders: tuple[tuple[str, int], ...]
    """(title, fen) as booked now, corrections included."""
    amount_fen: int
    """What the customer paid (sale), or got back (return, void); positive."""
    returned_fen: int
    """Of a sale: what has gone back since."""
    reason: str = ""


def entries(store: Store, day: date) -> tuple[BookEntry, ...]:
    """Everything of a business day, oldest first."""
    words = Words(shop_face(store).language)
    staff, titles = staff_names(store), tender_titles(store)
    back = {row.sale_id: row.returned_fen for row in store.sales.recent_rows(day=day, limit=_ALL)}
    found = []
    for sale in store.sales.recent(day=day, limit=_ALL):
        booked = {change.tender_id: change.to_method for change in sale.corrections}
        found.append(
            BookEntry(
                kind="sale",
                at=sale.at,
                number=sale.number,
                cashier=staff(sale.body.cashier),
                member=bool(sale.member_id),
                goods=tuple(f"{line.generic_name} ×{line.quantity}" for line in sale.body.lines),
                tenders=tuple((titles(booked.get(t.tender_id, t.method)), t.amount_fen) for t in sale.body.tenders),
                amount_fen=sale.body.payable_fen,
                returned_fen=back.get(sale.body.sale_id, 0),
            )
        )
    for gone in store.sales.returns_on(day):
        found.append(
            BookEntry(
                kind=gone.body.kind,
                at=gone.at,
                number=gone.number,
                cashier=staff(gone.body.cashier),
                member=bool(gone.body.member_id),
                goods=tuple(f"{line.generic_name} ×{line.quantity}" for line in gone.body.lines),
                tenders=tuple((titles(t.method), t.amount_fen) for t in gone.body.refunds),
                amount_fen=gone.body.total_fen,
                returned_fen=0,
                reason=words.reason("void" if gone.body.kind == "void" else "return", gone.body.reason),
            )
        )
    return tuple(sorted(found, key=lambda entry: entry.at))


def day_book_pdf(store: Store, day: date, *, made_at: datetime) -> bytes:
    """The day's sales, then its returns and voids, on A4."""
    shop = shop_face(store)
    words = Words(shop.language)
    rows = entries(store, day)
    sales = [row for row in rows if row.kind == "sale"]
    gone = [row for row in rows if row.kind != "sale"]
    sold_fen, back_fen = sum(row.amount_fen for row in sales), sum(row.amount_fen for row in gone)
    page = Page(
        shop,
        words("title.day_book"),
        made_at=made_at,
        facts=(words("business_day", day=day.isoformat()), words("entries", n=len(rows))),
    )
    average = sold_fen // len(sales) if sales else 0
    page.cards(
        (
            Card(words("net"), money(sold_fen - back_fen), words("net.note", gross=money(sold_fen), back=money(back_fen))),
            Card(words("sales_count"), str(len(sales)), words("sales_count.note", average=money(average)), money=False),
            Card(words("member_sales"), str(sum(row.member for row in sales)), money=False),
        )
    )
    page.section(words("book.sales"), words("entries", n=len(sales)))
    _list(page, sales, words("col.returned"))
    if gone:
        page.gap()
        page.section(words("book.returns"), words("entries", n=len(gone)))
        _list(page, gone, words("col.reason"))
    return page.finish()


def _list(page: Page, rows: Sequence[BookEntry], last: str) -> None:
    words = page.words
    columns = [
        Column(words("col.clock"), 1),
        Column(words("col.number"), 3.9),
        Column(words("col.person_till"), 1.7),
        Column(words("col.goods"), 4.6),
        Column(words("col.tenders"), 2.7),
        Column(words("col.amount"), 1.7, "right"),
        Column(last, 1.6, "right"),
    ]
    body: list[list[str | Cell]] = []
    for row in rows:
        goods = "、".join(row.goods[:_NAMED]) + (words("more", n=len(row.goods)) if len(row.goods) > _NAMED else "")
        final: str | Cell = Cell(money(-row.returned_fen), BAD_INK) if row.returned_fen else row.reason
        body.append(
            [
                moment(row.at)[-5:],
                row.number,
                row.cashier,
                goods,
                "\n".join(f"{title} {money(fen)}" for title, fen in row.tenders),
                Cell(money(row.amount_fen if row.kind == "sale" else -row.amount_fen), bold=True),
                final,
            ]
        )
    total = sum(row.amount_fen if row.kind == "sale" else -row.amount_fen for row in rows)
    back = sum(row.returned_fen for row in rows)
    page.table(columns, body, sums=["", words("sum"), "", "", "", money(total), money(-back) if back else ""], size=7.6)


def day_book_csv(store: Store, day: date) -> str:
    """The same as CSV; returns and voids are negative."""
    words = Words(shop_face(store).language)
    names = ("clock", "kind", "number", "person_till", "member", "goods", "tenders", "amount", "returned", "reason")
    rows = (
        (
            moment(r.at, seconds=True), words.coded("kind", r.kind), r.number, r.cashier, words("member.yes") if r.member else "",
            "；".join(r.goods), "；".join(f"{title} {format_fen(fen)}" for title, fen in r.tenders),
            format_fen(r.amount_fen if r.kind == "sale" else -r.amount_fen), format_fen(r.returned_fen), r.reason,
        )
        for r in entries(store, day)
    )  # fmt: skip
    return csv_table([words(f"col.{name}") for name in names], rows)
