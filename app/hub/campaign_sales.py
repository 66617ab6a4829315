"""Sales under campaigns as they are taken in: each counted once, and less again by what comes back of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, func, select, update

from app.domain.money import round_half_up
from app.hub import tables
from app.hub.archive import insert_new, upsert
from app.records.envelope import unseal
from app.records.events import SaleClosed
from app.records.registry import body_of


@dataclass(frozen=True, slots=True)
class SaleUnder:
    """A sale with a cut of which some offer or coupon is the cause; whether it is a campaign's is asked when it is kept."""

    sale_id: str
    campaign_id: str
    """Of the offer; where a coupon was the cause, its serial until it is kept."""
    day: date
    at: datetime
    till: str
    guide: str
    """Who sold the line that the offer cut most; the cashier where nobody is named."""
    member_id: str
    payable_fen: int
    cut_fen: int


def under(sale: SaleClosed, day: date, at: datetime) -> tuple[SaleUnder, ...]:
    """What a sale's own cuts say of the offers and coupons it was made under, one for each."""
    by_offer: dict[str, dict[str, int]] = {}
    for cut in sale.cuts:
        if cut.cause_id:
            lines = by_offer.setdefault(cut.cause_id, {})
            lines[cut.line_id] = lines.get(cut.line_id, 0) + cut.amount_fen
    sellers = {line.line_id: line.salesperson for line in sale.lines}
    places = {line.line_id: line.no for line in sale.lines}
    found = []
    for offer_id, lines in by_offer.items():
        most = min(lines, key=lambda line_id: (-lines[line_id], places.get(line_id, 0)))
        found.append(
            SaleUnder(
                sale.sale_id,
                offer_id,
                day,
                at,
                sale.till,
                sellers.get(most, "") or sale.cashier,
                sale.member_id,
                sale.payable_fen,
                sum(lines.values()),
            )
        )
    return tuple(found)


def keep(
    connection: Connection, store_id: str, sales: Sequence[SaleUnder], returned: Collection[str], redeemed: Collection[str] = ()
) -> None:
    """Count sales that are new, and count again those of which something came back; runs after `sale_return` and `coupon_use`.

    `redeemed` are sales that say now of which offer a coupon of theirs was; one that was told before is read once more.

    A sale is counted from what stands in the tables, not from the event at hand: told twice, or told after its own return,
    it counts the same.
    """
    late = _told_before(connection, store_id, set(redeemed) - {sale.sale_id for sale in sales})
    mine = _of_campaigns(connection, store_id, [*sales, *late])
    if not mine and not returned:
        return
    rows = [
        {name: getattr(sale, name) for name in SaleUnder.__dataclass_fields__}
        | {"store_id": store_id, "orders": 0, "net_fen": 0, "net_cut_fen": 0}
        for sale in mine
    ]
    insert_new(connection, tables.campaign_sale, rows, "sale_id")
    # On PostgreSQL a sale and its return may come from two tills at once; the second waits here and then sees the first.
    connection.execute(select(tables.store.c.store_id).where(tables.store.c.store_id == store_id).with_for_update())
    _count(connection, store_id, {sale.sale_id for sale in mine} | set(returned))


def _told_before(connection: Connection, store_id: str, sale_ids: Collection[str]) -> list[SaleUnder]:
    """What sales of earlier batches say of a campaign's coupon, out of their bytes."""
    if not sale_ids:
        return []
    s, u, i = tables.sale.c, tables.coupon_use.c, tables.inbox.c
    wanted = (
        select(i.raw)
        .distinct()
        .join(tables.sale, (s.store_id == i.store_id) & (s.event_id == i.event_id))
        .join(tables.coupon_use, (u.store_id == s.store_id) & (u.sale_id == s.sale_id))
        .join(tables.campaign, tables.campaign.c.campaign_id == u.offer_id)
        .where(s.store_id == store_id, s.sale_id.in_(list(sale_ids)))
    )
    found: list[SaleUnder] = []
    for raw in connection.scalars(wanted).all():
        envelope = unseal(bytes(raw))
        body = body_of(envelope.type, envelope.body)
        assert isinstance(body, SaleClosed)
        found += under(body, envelope.day, envelope.at)
    return found


def _of_campaigns(connection: Connection, store_id: str, sales: Sequence[SaleUnder]) -> list[SaleUnder]:
    """Those of some campaign, one for each sale and campaign.

    A coupon is known by the right that headquarters told, or, where a till gave it out of its own share, by the use.
    """
    causes = {sale.campaign_id for sale in sales}
    if not causes:
        return []
    row = tables.feed_row.c
    told = select(row.key, row.json).where(row.feed == "coupon", row.key.in_(list(causes)), row.current)
    offers = {found.key: str(json.loads(found.json)["offer_id"]) for found in connection.execute(told)}
    u = tables.coupon_use.c
    uses = select(u.serial, u.offer_id).where(u.store_id == store_id, u.sale_id.in_({sale.sale_id for sale in sales}))
    offers |= {found.serial: found.offer_id for found in connection.execute(uses)}
    c = tables.campaign.c.campaign_id
    known = set(connection.scalars(select(c).where(c.in_([*causes, *offers.values()]))))
    found_sales: dict[tuple[str, str], SaleUnder] = {}
    for sale in sales:
        campaign_id = offers.get(sale.campaign_id, sale.campaign_id)
        if campaign_id in known:
            before = found_sales.get((sale.sale_id, campaign_id))
            cut_fen = sale.cut_fen + (before.cut_fen if before else 0)
            found_sales[sale.sale_id, campaign_id] = replace(before or sale, campaign_id=campaign_id, cut_fen=cut_fen)
    return [found_sales[key] for key in sorted(found_sales)]


def _count(connection: Connection, store_id: str, sale_ids: Collection[str]) -> None:
    c, r = tables.campaign_sale.c, tables.sale_return.c
    wanted = (c.store_id == store_id) & c.sale_id.in_(list(sale_ids))
    rows = connection.execute(select(tables.campaign_sale).where(wanted).order_by(c.sale_id, c.campaign_id)).all()
    if not rows:
        return
    back = {
        row.original_sale_id: (int(row.fen), row.kind == "void")
        for row in connection.execute(
            select(r.original_sale_id, func.sum(r.total_fen).label("fen"), func.max(r.kind).label("kind"))
            .where(r.store_id == store_id, r.original_sale_id.in_([row.sale_id for row in rows]))
            .group_by(r.original_sale_id)
        )
    }
    days: dict[tuple[str, date, str], list[int]] = {}
    for row in rows:
        counts = _counting(row.payable_fen, row.cut_fen, back.get(row.sale_id))
        before = (row.orders, row.net_fen, row.net_cut_fen)
        if counts == before:
            continue
        this = (c.store_id == store_id) & (c.sale_id == row.sale_id) & (c.campaign_id == row.campaign_id)
        connection.execute(update(tables.campaign_sale).where(this).values(orders=counts[0], net_fen=counts[1], net_cut_fen=counts[2]))
        sums = days.setdefault((row.campaign_id, row.day, row.guide), [0, 0, 0])
        for place in range(3):
            sums[place] += counts[place] - before[place]
    changed: list[dict[str, object]] = [
        {
            "campaign_id": campaign_id,
            "store_id": store_id,
            "day": day,
            "guide": guide,
            "orders": sums[0],
            "net_fen": sums[1],
            "cut_fen": sums[2],
        }
        for (campaign_id, day, guide), sums in days.items()
    ]
    upsert(connection, tables.campaign_day, changed, add=("orders", "net_fen", "cut_fen"))


def _counting(payable_fen: int, cut_fen: int, back: tuple[int, bool] | None) -> tuple[int, int, int]:
    """What a sale counts for: orders, fen and fen cut, less what came back; a sale that came back whole counts for nothing."""
    if back is None:
        return 1, payable_fen, cut_fen
    back_fen, void = back
    left_fen = payable_fen - back_fen
    if void or left_fen <= 0:
        return 0, 0, 0
    return 1, left_fen, round_half_up(cut_fen * left_fen, payable_fen)
