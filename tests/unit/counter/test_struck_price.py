"""A price is struck through only with the lowest of the last seven days in this store, never beside a coupon or a prescription medicine."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.assembly import Till
from app.counter.customer_view import customer_view
from app.domain.struck import struck_fen
from app.store import tables as t

TODAY = date(2026, 11, 21)
THERMOMETER = "P5800A1"
"""16.50 marked, 13.50 after the store's own three off."""


@pytest.mark.parametrize(
    ("marked", "paid", "lowest", "struck"),
    [
        (1650, 1350, 1650, 1650),
        (1650, 1350, 1500, 1500),
        (1650, 1350, 1350, 0),
        (1650, 1350, 1200, 0),
        (1650, 1350, 9900, 1650),
        (1650, 1350, None, 0),
        (1650, 0, 1650, 0),
    ],
)
def test_what_is_struck_is_no_more_than_the_lowest_and_more_than_what_is_paid(
    marked: int, paid: int, lowest: int | None, struck: int
) -> None:
    assert struck_fen(marked, paid, lowest) == struck


def sold(till: Till, *lows: tuple[int, int]) -> None:
    """Replace the record of the days before by (days ago, lowest fen)."""

    def unit(connection: Any) -> None:
        connection.execute(t.price_low.delete().where(t.price_low.c.product_id == THERMOMETER))
        for ago, fen in lows:
            row = {"product_id": THERMOMETER, "day": TODAY - timedelta(days=ago), "low_fen": fen}
            connection.execute(t.price_low.insert().values(row))

    till.store.writer.submit(unit).result(60)


@pytest.mark.parametrize(
    ("lows", "lowest"),
    [
        ([(0, 1000), (1, 1500), (7, 1400), (8, 900)], 1400),
        ([(0, 1000), (8, 1600), (30, 900)], 1600),
        ([(0, 1000)], None),
        ([], None),
    ],
)
def test_the_seven_days_before_count_and_without_a_sale_in_them_the_last_before(
    till: Till, lows: list[tuple[int, int]], lowest: int | None
) -> None:
    sold(till, *lows)
    assert till.shares.lowest_sold(THERMOMETER) == lowest


def was(till: Till) -> list[int]:
    return [line.was_fen for line in customer_view(till.selling.scene(), lowest=till.shares.lowest_sold).lines]


def test_the_customers_screen_strikes_the_lawful_price_and_none_beside_a_changed_one(till: Till, hand: Any) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    marked = till.selling.scene().lines[0].unit_price_fen
    sold(till, (1, marked), (3, marked + 500))
    till.selling.nudge(till.selling.basket.lines[0].line_id, 1)
    assert was(till) == [marked]
    assert [line.was_fen for line in customer_view(till.selling.scene()).lines] == [0], "without a record none is struck"
    sold(till, (1, 1350))
    till.shares._memo.forget()
    assert was(till) == [0]


def test_a_sale_writes_the_days_lowest_price_with_itself(till: Till, hand: Any) -> None:
    sold(till)
    hand.sell(f"@{THERMOMETER}.ean")
    with till.store.readers.connection() as connection:
        found = connection.execute(t.price_low.select().where(t.price_low.c.product_id == THERMOMETER)).all()
    assert [(row.day, row.low_fen) for row in found] == [(TODAY, 1350)]
