"""Members' orders and readings as they are taken in: each once, less what came back, whenever and in whatever order it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, func, select

from app.hub import tables
from app.hub.archive import insert_new, upsert
from app.records.events import ReadingTaken, TenderCorrected


@dataclass(slots=True)
class OrdersTold:
    """What a batch of one store's events says of members' orders and readings."""

    touched: set[str] = field(default_factory=set)
    """Sales that were told, or of which something came back."""
    members: dict[str, tuple[str, date]] = field(default_factory=dict)
    """Sale → whose it is, by the sale itself or by a later word, and the day on which that was said."""
    readings: list[ReadingTaken] = field(default_factory=list)
    corrections: list[TenderCorrected] = field(default_factory=list)
    """Money that was booked under another tender since."""


def keep(connection: Connection, store_id: str, told: OrdersTold) -> None:
    """Keep orders and readings; runs after `sale` and `sale_return` were written, and reckons from what stands there.

    Who was named for a sale that has not come yet is kept with nothing paid until it comes.
    """
    rows = [
        {**one.model_dump(include={"reading_id", "member_id", "kind", "blob_id", "place", "taken_at"}), "store_id": store_id}
        for one in told.readings
    ]
    insert_new(connection, tables.member_reading, rows, "reading_id")
    if not told.touched and not told.members:
        return
    # On PostgreSQL a sale, its member and its return may come from several tills at once; the later one waits here and sees the earlier.
    connection.execute(select(tables.store.c.store_id).where(tables.store.c.store_id == store_id).with_for_update())
    o, s, r = tables.member_order.c, tables.sale.c, tables.sale_return.c
    standing = select(o.sale_id, o.member_id, o.day).where(o.store_id == store_id, o.sale_id.in_(list(told.touched)))
    members = {row.sale_id: (str(row.member_id), row.day) for row in connection.execute(standing)} | told.members
    if not members:
        return
    sales = select(s.sale_id, s.day, s.payable_fen).where(s.store_id == store_id, s.sale_id.in_(list(members)))
    paid = {row.sale_id: (row.day, int(row.payable_fen)) for row in connection.execute(sales)}
    came = (
        select(r.original_sale_id, func.sum(r.total_fen))
        .where(r.store_id == store_id, r.original_sale_id.in_(list(members)))
        .group_by(r.original_sale_id)
    )
    back = {sale_id: int(fen) for sale_id, fen in connection.execute(came)}
    orders: list[dict[str, object]] = []
    for sale_id, (member_id, said_on) in members.items():
        day, fen = paid.get(sale_id, (said_on, 0))
        orders.append(
            {"store_id": store_id, "sale_id": sale_id, "member_id": member_id, "day": day, "fen": fen, "back_fen": back.get(sale_id, 0)}
        )
    upsert(connection, tables.member_order, orders, put=("member_id", "day", "fen", "back_fen"))
