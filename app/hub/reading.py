"""What the console and the totals route read: frozen rows out of the projections."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, select

from app.hub import tables


@dataclass(frozen=True, slots=True)
class TillState:
    """One till as headquarters sees it; the times are None for what never happened."""

    store_id: str
    store: str
    till: str
    title: str
    device: str
    state: str
    seen_at: datetime | None
    pushed_at: datetime | None
    event_at: datetime | None
    events: int
    head_seq: int
    missing: int
    """Positions of its history that have not arrived."""
    forks: int


@dataclass(frozen=True, slots=True)
class StoreDay:
    """One store's figures of a day."""

    store_id: str
    name: str
    branch: str
    sales: int
    sales_fen: int
    returns: int
    returns_fen: int
    hours: tuple[int, ...]
    """Net fen of each of the 24 hours."""

    @property
    def net_fen(self) -> int:
        """Sales less returns."""
        return self.sales_fen - self.returns_fen


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale in the console's list."""

    store_id: str
    store: str
    sale_id: str
    event_id: str
    number: str
    till: str
    at: datetime
    day: date
    lines: int
    first_line: str
    member: bool
    prescription: bool
    cut_fen: int
    payable_fen: int
    returned_fen: int
    voided: bool


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What one means of payment took and gave back."""

    method: str
    title_zh: str
    title_en: str
    amount_fen: int
    refund_fen: int


@dataclass(frozen=True, slots=True)
class ProductSum:
    """What was sold of one product."""

    product_id: str
    title: str
    quantity: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class NegativeStock:
    """A product of which more left a shelf than ever came to it."""

    store_id: str
    store: str
    product_id: str
    title: str
    quantity: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event whose meaning waits in quarantine."""

    store_id: str
    event_id: str
    device: str
    type: str
    code: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """The small figures of the overview."""

    quarantined: int
    forked: int
    negatives: int
    sold_twice: int


@dataclass(frozen=True, slots=True)
class FeedState:
    """One published feed."""

    store_id: str
    feed: str
    rows: int
    head_seq: int


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One closed shift as the till sealed it."""

    store_id: str
    till: str
    z_no: int
    day: date
    at: datetime
    sales: int
    sales_fen: int
    returns_fen: int
    difference_fen: int


def day_totals(connection: Connection, store_id: str, day: date) -> dict[str, dict[str, int]]:
    """till → sales, sales_fen, returns, returns_fen of one store's business day."""
    c = tables.hour_sales.c
    rows = connection.execute(
        select(c.till, func.sum(c.sales), func.sum(c.sales_fen), func.sum(c.returns), func.sum(c.returns_fen))
        .where(c.store_id == store_id, c.day == day)
        .group_by(c.till)
        .order_by(c.till)
    )
    return {
        str(till): {
            "sales": int(sales),
            "sales_fen": int(sales_fen),
            "returns": int(returns),
            "returns_fen": int(returns_fen),
        }
        for till, sales, sales_fen, returns, returns_fen in rows
    }


def shown_day(connection: Connection, today: date) -> date:
    """Today where anything was sold today, else the last business day that any sale belongs to, else today."""
    c = tables.hour_sales.c
    if connection.execute(select(c.day).where(c.day == today).limit(1)).first():
        return today
    newest: date | None = connection.scalar(select(func.max(c.day)))
    return newest or today


def store_names(connection: Connection) -> dict[str, str]:
    """What every store is called, by its id."""
    s = tables.store.c
    return {row.store_id: f"{row.name} {row.branch}".strip() for row in connection.execute(select(s.store_id, s.name, s.branch))}


def staff_names(connection: Connection, asked: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What the staff of stores are called, where a store told it: (store, staff id) → name."""
    row = tables.feed_row.c
    wanted = select(row.store_id, row.key, row.json).where(row.feed == "staff", row.current, row.key.in_({staff for _, staff in asked}))
    return {(one.store_id, one.key): str(json.loads(one.json)["name"]) for one in connection.execute(wanted)}


def store_days(connection: Connection, day: date) -> tuple[StoreDay, ...]:
    """Every store with its figures of a day, the best first."""
    c = tables.hour_sales.c
    hours: dict[str, list[int]] = {}
    sums: dict[str, tuple[int, int, int, int]] = {}
    for row in connection.execute(
        select(c.store_id, c.hour, func.sum(c.sales), func.sum(c.sales_fen), func.sum(c.returns), func.sum(c.returns_fen))
        .where(c.day == day)
        .group_by(c.store_id, c.hour)
    ):
        count, taken, returns, back = (int(value) for value in row[2:])
        so_far = sums.get(row.store_id, (0, 0, 0, 0))
        sums[row.store_id] = (so_far[0] + count, so_far[1] + taken, so_far[2] + returns, so_far[3] + back)
        hours.setdefault(row.store_id, [0] * 24)[row.hour] += taken - back
    stores = connection.execute(select(tables.store).order_by(tables.store.c.store_id)).all()
    days = [
        StoreDay(
            row.store_id,
            row.name,
            row.branch,
            *sums.get(row.store_id, (0, 0, 0, 0)),
            tuple(hours.get(row.store_id, [0] * 24)),
        )
        for row in stores
    ]
    return tuple(sorted(days, key=lambda one: (-one.net_fen, one.store_id)))


def tills(connection: Connection) -> tuple[TillState, ...]:
    """Every till with its newest device, and devices that were replaced or revoked."""
    t, d, s = tables.till.c, tables.device.c, tables.store.c
    rows = connection.execute(
        select(
            t.store_id,
            s.name,
            s.branch,
            t.till,
            t.title,
            d.device,
            d.state,
            d.seen_at,
            d.pushed_at,
            d.event_at,
            d.events,
            d.head_seq,
            d.forks,
        )
        .select_from(
            tables.till.join(tables.store, t.store_id == s.store_id).outerjoin(
                tables.device, and_(d.store_id == t.store_id, d.till == t.till)
            )
        )
        .order_by(t.store_id, t.till, d.enrolled_at.desc())
    )
    return tuple(
        TillState(
            row.store_id,
            f"{row.name} {row.branch}".strip(),
            row.till,
            row.title,
            row.device or "",
            row.state or "",
            row.seen_at,
            row.pushed_at,
            row.event_at,
            row.events or 0,
            row.head_seq or 0,
            max(0, (row.head_seq or 0) - (row.events or 0)),
            row.forks or 0,
        )
        for row in rows
    )


def sales(connection: Connection, day: date, store_id: str = "", *, limit: int = 100, offset: int = 0) -> tuple[SaleRow, ...]:
    """The day's sales, newest first, with what came back of them."""
    s, r = tables.sale.c, tables.sale_return.c
    back = (
        select(
            r.store_id,
            r.original_sale_id,
            func.sum(r.total_fen).label("fen"),
            func.max(r.kind).label("kind"),
        )
        .group_by(r.store_id, r.original_sale_id)
        .subquery()
    )
    query = (
        select(tables.sale, tables.store.c.name, tables.store.c.branch, back.c.fen, back.c.kind)
        .select_from(
            tables.sale.outerjoin(tables.store, tables.store.c.store_id == s.store_id).outerjoin(
                back, and_(back.c.store_id == s.store_id, back.c.original_sale_id == s.sale_id)
            )
        )
        .where(s.day == day)
        .order_by(s.at.desc(), s.sale_id.desc())
        .limit(limit)
        .offset(offset)
    )
    if store_id:
        query = query.where(s.store_id == store_id)
    return tuple(
        SaleRow(
            row.store_id,
            f"{row.name or row.store_id} {row.branch or ''}".strip(),
            row.sale_id,
            row.event_id,
            row.number,
            row.till,
            row.at,
            row.day,
            row.lines,
            row.first_line,
            row.member,
            row.prescription,
            row.cut_fen,
            row.payable_fen,
            int(row.fen or 0),
            row.kind == "void",
        )
        for row in connection.execute(query)
    )


def count_sales(connection: Connection, day: date, store_id: str = "") -> int:
    """How many sales `sales` would list without a limit."""
    query = select(func.count()).select_from(tables.sale).where(tables.sale.c.day == day)
    if store_id:
        query = query.where(tables.sale.c.store_id == store_id)
    return connection.scalar(query) or 0


def tenders(connection: Connection, day: date) -> tuple[TenderSum, ...]:
    """The day's means of payment over all stores, the largest first."""
    c = tables.tender_day.c
    rows = connection.execute(
        select(c.method, func.max(c.title_zh), func.max(c.title_en), func.sum(c.amount_fen), func.sum(c.refund_fen))
        .where(c.day == day)
        .group_by(c.method)
    )
    found = [TenderSum(method, zh, en, int(amount), int(refund)) for method, zh, en, amount, refund in rows]
    return tuple(sorted(found, key=lambda one: (-one.amount_fen, one.method)))


def best_products(connection: Connection, day: date, limit: int = 8) -> tuple[ProductSum, ...]:
    """What sold best on a day, by money."""
    c = tables.product_sales.c
    amount = func.sum(c.amount_fen)
    rows = connection.execute(
        select(c.product_id, func.max(c.title), func.sum(c.quantity), amount)
        .where(c.day == day)
        .group_by(c.product_id)
        .order_by(amount.desc(), c.product_id)
        .limit(limit)
    )
    return tuple(ProductSum(key, title, int(quantity), int(fen)) for key, title, quantity, fen in rows)


def negatives(connection: Connection, limit: int = 50) -> tuple[NegativeStock, ...]:
    """Products below zero on a store's shelf over all lots, the deepest first: each is a task for its store."""
    c = tables.stock_level.c
    quantity = func.sum(c.quantity)
    rows = connection.execute(
        select(
            c.store_id,
            c.product_id,
            tables.store.c.name,
            tables.store.c.branch,
            func.max(c.title).label("title"),
            quantity.label("quantity"),
            func.max(c.changed_at).label("changed_at"),
        )
        .select_from(tables.stock_level.outerjoin(tables.store, tables.store.c.store_id == c.store_id))
        .where(c.zone == "shelf")
        .group_by(c.store_id, c.product_id, tables.store.c.name, tables.store.c.branch)
        .having(quantity < 0)
        .order_by(quantity, c.product_id)
        .limit(limit)
    )
    return tuple(
        NegativeStock(
            row.store_id,
            f"{row.name or row.store_id} {row.branch or ''}".strip(),
            row.product_id,
            row.title or row.product_id,
            int(row.quantity),
            row.changed_at,
        )
        for row in rows
    )


def stock_of(connection: Connection, store_id: str, product_id: str) -> int:
    """What the shelf of a store holds of a product over all lots."""
    c = tables.stock_level.c
    return int(
        connection.scalar(
            select(func.coalesce(func.sum(c.quantity), 0)).where(c.store_id == store_id, c.product_id == product_id, c.zone == "shelf")
        )
        or 0
    )


def waiting(connection: Connection, limit: int = 100) -> tuple[Waiting, ...]:
    """The quarantine, newest first."""
    c = tables.quarantine.c
    rows = connection.execute(select(tables.quarantine).order_by(c.since.desc(), c.event_id).limit(limit))
    return tuple(Waiting(row.store_id, row.event_id, row.device, row.type, row.code, row.detail, row.since) for row in rows)


def counts(connection: Connection) -> Counts:
    """The overview's small figures."""
    c = tables.stock_level.c
    below = select(c.product_id).where(c.zone == "shelf").group_by(c.store_id, c.product_id).having(func.sum(c.quantity) < 0).subquery()
    return Counts(
        connection.scalar(select(func.count()).select_from(tables.quarantine)) or 0,
        int(connection.scalar(select(func.coalesce(func.sum(tables.device.c.forks), 0))) or 0),
        connection.scalar(select(func.count()).select_from(below)) or 0,
        connection.scalar(select(func.count()).select_from(tables.trace_code).where(tables.trace_code.c.sold > 1)) or 0,
    )


def feeds(connection: Connection) -> tuple[FeedState, ...]:
    """What is published, with the number of rows that count."""
    f, r = tables.feed.c, tables.feed_row.c
    rows = connection.execute(
        select(f.store_id, f.feed, f.head_seq, func.count(r.seq).filter(r.current))
        .select_from(tables.feed.outerjoin(tables.feed_row, and_(r.store_id == f.store_id, r.feed == f.feed)))
        .group_by(f.store_id, f.feed, f.head_seq)
        .order_by(f.store_id, f.feed)
    )
    return tuple(FeedState(store, name, int(count), int(head)) for store, name, head, count in rows)


def shifts(connection: Connection, limit: int = 12) -> tuple[ShiftRow, ...]:
    """The last closed shifts."""
    c = tables.shift_close.c
    rows = connection.execute(select(tables.shift_close).order_by(c.at.desc()).limit(limit))
    return tuple(
        ShiftRow(
            row.store_id,
            row.till,
            row.z_no,
            row.day,
            row.at,
            row.sales,
            row.sales_fen,
            row.returns_fen,
            row.difference_fen,
        )
        for row in rows
    )
