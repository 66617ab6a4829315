"""Old articles taken in trade, of a sale that came back whole: the subsidy did, so the article has earned none."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from app.hub import coupons, tables


def keep_returned(connection: Connection, store_id: str, sale_ids: Collection[str]) -> None:
    """Of these sales, of which something was told: give back the articles of whichever is returned whole, and settle what is looked into.

    Runs once the sales, their returns and the uses are written.
    """
    u, s, r = tables.coupon_use.c, tables.sale.c, tables.sale_return.c
    if not sale_ids:
        return
    mine = (u.store_id == store_id) & u.sale_id.in_(list(sale_ids)) & u.serial.startswith(coupons.TRADED) & (u.return_id == "")
    serials: dict[str, list[str]] = {}
    for row in connection.execute(select(u.sale_id, u.serial).where(mine)):
        serials.setdefault(row.sale_id, []).append(row.serial)
    if not serials:
        return
    came = (
        select(s.sale_id, func.max(r.return_id).label("return_id"))
        .join(tables.sale_return, (r.store_id == s.store_id) & (r.original_sale_id == s.sale_id))
        .where(s.store_id == store_id, s.sale_id.in_(list(serials)))
        .group_by(s.sale_id, s.payable_fen)
        .having(func.sum(r.total_fen) >= s.payable_fen)
    )
    back = [(row.sale_id, serial, row.return_id, 0) for row in connection.execute(came) for serial in serials[row.sale_id]]
    if back:
        coupons.keep(connection, store_id, (), back)
