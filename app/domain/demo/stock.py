"""Lots, quantities and boxes of the demo pharmacy, with expiries relative to the day it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.domain.codes import trace_code
from app.domain.demo.rows import DemoRows
from app.domain.lots import last_of_month
from app.records.catalogue import Lot, Product, TraceCode

_SHELF_LIFE_DAYS = 900
_TRACED_SHARE = 0.45
"""Share of the lots of products with required codes whose boxes goods-in recorded one by one."""


@dataclass(frozen=True, slots=True)
class DrawnLot:
    """One lot with its quantity and the boxes of it that are known by their codes."""

    lot: Lot
    quantity: int
    boxes: tuple[TraceCode, ...]


def build_stock(rows: DemoRows, products: Sequence[Product], today: date, seed: int) -> Iterator[DrawnLot]:
    """Yield the lots of every product the store keeps; the authored ones first for their product, the others drawn."""
    suppliers = rows.names["supplier"].split(";")
    fixed: dict[str, list[tuple[Lot, int, int]]] = {}
    for row in rows.lots:
        lots = fixed.setdefault(row["product_id"], [])
        expires_on = today + timedelta(days=int(row["days_to_expiry"]))
        lot = Lot(
            id=f"{row['product_id']}-L{len(lots) + 1}",
            product_id=row["product_id"],
            lot_no=row["lot_no"],
            made_on=min(expires_on - timedelta(days=_SHELF_LIFE_DAYS), today - timedelta(days=30)),
            expires_on=expires_on,
            state=row["state"],
            supplier=suppliers[0],
        )
        lots.append((lot, int(row["quantity"]), int(row["boxes"])))
    for product in products:
        if not product.in_assortment or product.kind == "service":
            continue
        draw = Random(f"{seed}-stock-{product.id}")
        drawn = fixed.get(product.id) or _draw_lots(product, suppliers, today, draw)
        for lot, quantity, boxes in drawn:
            yield DrawnLot(lot, quantity, tuple(_boxes(product, lot, min(boxes, quantity), draw)))


def _draw_lots(product: Product, suppliers: Sequence[str], today: date, draw: Random) -> Iterator[tuple[Lot, int, int]]:
    if product.unit == "g":
        most = 2000
    elif product.list_price_fen < 2000:
        most = 60
    else:
        most = 24 if product.list_price_fen < 10000 else 6
    empty = draw.random() < 0.03
    number = draw.choices((1, 2, 3), (5, 4, 1))[0]
    for place in range(number):
        chance = draw.random()
        if place == 0 and number > 1 and chance < 0.05:
            days, state = draw.randint(-60, -1), "saleable"
        elif place == 0 and chance < 0.12:
            days, state = draw.randint(5, 90), "saleable"
        else:
            days = draw.randint(120, 380) + 220 * place
            state = "saleable"
            if place == 0 and number > 1:
                state = draw.choices(("saleable", "locked", "recalled"), (97, 2, 1))[0]
        expires_on = today + timedelta(days=days)
        if days > 90 and draw.random() < 0.8:
            expires_on = last_of_month(expires_on.year, expires_on.month)
        made_on = min(expires_on - timedelta(days=draw.choice((540, 730, 1095))), today - timedelta(days=20))
        lot = Lot(
            id=f"{product.id}-L{place + 1}",
            product_id=product.id,
            lot_no=_lot_no(made_on, draw),
            made_on=made_on,
            expires_on=expires_on,
            state=state,
            supplier=draw.choice(suppliers),
        )
        quantity = 0 if empty else draw.randint(2, most) if days > 90 else draw.randint(1, 8)
        traced = product.trace_required and draw.random() < _TRACED_SHARE
        yield lot, quantity, draw.randint(3, 6) if traced else 0


def _lot_no(made_on: date, draw: Random) -> str:
    serial = draw.randint(1, 99)
    match draw.randrange(4):
        case 0:
            return f"{made_on:%y%m%d}{serial:02d}"
        case 1:
            return f"{'ABCGKT'[serial % 6]}{made_on:%y%m}{serial:02d}"
        case 2:
            return f"{made_on:%Y%m%d}"
        case _:
            return f"{draw.randint(1000000, 9999999)}"


def _boxes(product: Product, lot: Lot, number: int, draw: Random) -> Iterator[TraceCode]:
    if not product.trace_prefix:
        return
    lots_serial = int(lot.id.rpartition("L")[2])
    first = lots_serial * 10**12 + draw.randrange(10**10) * 10
    for place in range(number):
        code = trace_code(product.trace_prefix, first + place)
        yield TraceCode(code=code, product_id=product.id, lot_id=lot.id)
