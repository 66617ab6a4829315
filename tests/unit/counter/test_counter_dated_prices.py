"""The price of the day at the counter: it begins at midnight by the calendar, and an open basket keeps what it showed unless it fell."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.assembly import Till
from app.domain.basket import PRICE_OF_THE_DAY
from app.records.catalogue import dated_price

MASK, GEL = "6999600100453", "6999640210631"
"""P6001A1 at ¥9.20 and P6402B1 at ¥10.90, without member prices."""
TOMORROW = date(2026, 11, 22)


def told(till: Any, *prices: tuple[str, int]) -> None:
    rows = [dated_price(product, fen, TOMORROW).model_dump(mode="json") for product, fen in prices]
    till.store.inbox.apply("price", rows, "c1").result(60)


def midnight(counter: Any) -> None:
    counter.clock.jump(counter.clock.now() + timedelta(hours=12))


def prices(till: Any) -> list[int]:
    return [line.unit_price_fen for line in till.selling.look_again().lines]


def test_the_price_comes_by_itself_at_midnight_while_the_business_day_goes_on(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6001A1", 1020))
    assert till.selling.price_check(MASK)[0].price_fen == 920
    midnight(demo_counter)
    assert till.post.shift.day == date(2026, 11, 21)
    assert till.selling.price_check(MASK)[0].price_fen == 1020
    till.selling.scan(MASK)
    assert prices(till) == [1020]


def test_an_open_basket_keeps_a_lower_price_and_takes_a_new_lower_one(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6001A1", 1020), ("P6402B1", 990))
    till.selling.scan(MASK)
    till.selling.scan(GEL)
    midnight(demo_counter)
    assert prices(till) == [920, 990]
    notes = [strip.title.zh for line in till.selling.scene().lines for strip in line.strips if strip.rule == PRICE_OF_THE_DAY]
    assert notes == ["按扫码时的价", "按今日新价"]


def test_a_pack_scanned_after_midnight_stands_on_a_line_of_its_own_where_it_is_dearer(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6001A1", 1020), ("P6402B1", 990))
    till.selling.scan(MASK)
    till.selling.scan(GEL)
    midnight(demo_counter)
    till.selling.scan(MASK)
    till.selling.scan(GEL)
    assert [(line.unit_price_fen, line.quantity) for line in till.selling.scene().lines] == [(920, 1), (990, 2), (1020, 1)]


def test_undo_after_midnight_brings_no_old_dearer_price_back(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6402B1", 990))
    till.selling.scan(GEL)
    till.selling.scan(GEL)
    midnight(demo_counter)
    assert prices(till) == [990]
    till.selling.undo()
    assert prices(till) == [990]


def test_the_price_that_was_shown_outlives_a_restart_over_midnight(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6001A1", 1020), ("P6402B1", 990))
    till.selling.scan(MASK)
    till.selling.scan(GEL)
    till.store.close()
    midnight(demo_counter)
    again = Till(till.folder, demo_counter.clock)
    try:
        again.selling.wake()
        assert prices(again) == [920, 990]
    finally:
        again.close()


def test_the_sale_records_which_price_counted_and_why(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6001A1", 1020))
    till.selling.scan(MASK)
    midnight(demo_counter)
    number = demo_counter.sell()
    line = till.store.sales.by_number(number).body.lines[0]
    assert (line.list_price_fen, line.unit_price_fen, line.amount_fen) == (920, 920, 920)
    answer = next(answer for answer in line.answers if answer.rule == PRICE_OF_THE_DAY)
    assert (answer.choice, answer.reason, answer.by) == ("kept", "2026-11-21 920 → 2026-11-22 1020", "staff-1001")


def test_a_line_of_a_product_without_a_dated_price_says_nothing_after_midnight(demo_counter: Any) -> None:
    till = demo_counter.till
    told(till, ("P6402B1", 990))
    till.selling.scan(MASK)
    midnight(demo_counter)
    assert prices(till) == [920]
    assert not till.selling.basket.lines[0].answers


def test_day_close_forgets_prices_that_are_past(demo_counter: Any) -> None:
    till = demo_counter.till
    old = [dated_price("P6001A1", fen, TOMORROW - timedelta(days=days)).model_dump(mode="json") for fen, days in ((700, 30), (800, 20))]
    till.store.inbox.apply("price", old, "c1").result(60)
    till.shifts.end_of_day_work()
    assert [price.price_fen for price in till.store.catalogue.prices()] == [800]


def test_the_label_on_the_shelf_is_stale_from_midnight_on(demo_counter: Any) -> None:
    till = demo_counter.till
    product = till.store.catalogue.product("P6001A1")
    till.labelling.note_shelf([product]).result(60)
    told(till, ("P6001A1", 1020))
    assert [row.product.id for row in till.labelling.stale()] == []
    midnight(demo_counter)
    assert [(row.product.id, row.product.list_price_fen) for row in till.labelling.stale()] == [("P6001A1", 1020)]
    till.labelling.note_shelf([product]).result(60)
    assert till.labelling.stale() == ()
