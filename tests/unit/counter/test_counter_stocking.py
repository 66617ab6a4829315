"""Stocking: goods-in by scan, corrections with a reason and a right, lot states that stop a sale."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.counter.faults import Refused


def test_received_box_proves_its_lot_at_the_sale(hand: Any) -> None:
    box = hand.names.code("@P2200A1.new1")
    hand.till.stocking.receive("P2200A1", "N-77", date(2028, 5, 31), 2, [box]).result(60)
    line = hand.scan("@P2200A1.new1").lines[0]
    assert (line.lot_no, line.lot_source) == ("N-77", "code")
    assert hand.till.store.stock.level("P2200A1") == 38


@pytest.mark.parametrize(
    ("lot", "expires", "packs", "codes", "refusal"),
    [
        ("", date(2028, 1, 1), 1, [], "lot_needed"),
        ("N", date(2028, 1, 1), 0, [], "quantity_shape"),
        ("N", date(2026, 11, 20), 1, [], "already_expired"),
        ("26030418", date(2028, 1, 1), 1, [], "lot_other_expiry"),
        ("N", date(2028, 1, 1), 1, ["@P2200A1.new1", "@P2200A1.new2"], "codes_more_than_packs"),
        ("N", date(2028, 1, 1), 1, ["@P2200A1.box1"], "code_known"),
        ("N", date(2028, 1, 1), 1, ["@P2200A1.ean"], "not_a_trace_code"),
        ("N", date(2028, 1, 1), 1, ["@P4800A1.new1"], "prefix_of_other"),
    ],
)
def test_goods_in_that_cannot_be_is_refused(hand: Any, lot: str, expires: date, packs: int, codes: list[str], refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        hand.till.stocking.receive("P2200A1", lot, expires, packs, [hand.names.code(code) for code in codes])
    assert hand.till.store.stock.level("P2200A1") == 36


def test_cashier_corrects_stock_only_with_a_pin_that_may(hand: Any) -> None:
    lot = hand.till.stocking.rows("P6000A1")[0].lot_id
    with pytest.raises(Refused, match="pin_wrong"):
        hand.till.stocking.correct(lot, -2, "damage", pin="1001")
    with pytest.raises(Refused, match="reason_needed"):
        hand.till.stocking.correct(lot, -2, "", pin="1003")
    hand.till.stocking.correct(lot, -2, "damage", pin="1003").result(60)
    assert hand.till.store.stock.level("P6000A1") == 58


def test_oversold_shelf_is_a_task_until_a_correction_closes_it(hand: Any) -> None:
    lot = hand.till.stocking.rows("P6000A1")[0].lot_id
    hand.till.stocking.correct(lot, -60, "count", pin="1003").result(60)
    hand.sell("@P6000A1.ean")
    (task,) = hand.till.store.stock.negatives()
    assert (task.product_id, task.quantity) == ("P6000A1", -1)
    hand.till.stocking.correct(task.lot_id, 1, "oversold", task.zone, "1003").result(60)
    assert hand.till.store.stock.negatives() == ()


def test_lot_recalled_while_its_box_lies_on_the_counter_cannot_be_paid(hand: Any) -> None:
    hand.scan("@P2200A1.box1")
    row = hand.till.stocking.rows("P2200A1")[0]
    hand.till.stocking.set_lot_state(row.lot_id, "recalled", "recall", "1003").result(60)
    with pytest.raises(Refused, match="todo"):
        hand.till.checkout.begin()
    assert "recalled_lot" in hand.rules()


def test_lots_are_listed_first_expiry_first_with_what_they_are(hand: Any) -> None:
    assert [(row.lot_no, row.state) for row in hand.till.stocking.rows("P2017A1")] == [("240512", "expired"), ("260612", "saleable")]
