"""An old article whose sale came back whole may be traded in again: it has earned nothing."""

from __future__ import annotations

import json
import threading
from datetime import date
from typing import Any

import pytest

from app.records.offers import Offer

METER = "P5800A1"


def sold_for(till: Any, hand: Any) -> Any:
    hand.scan(f"@{METER}.ean")
    till.selling.take_in_trade("bp_meter", "SN-7")
    till.checkout.begin()
    till.checkout.tender("cash")
    hand.complete()
    till.store.writer.submit(lambda connection: None).result(60)
    till.checkout.next_customer()
    return till.store.sales.recent(limit=1)[0]


def refused(till: Any, hand: Any) -> str:
    """What is said of the same article for a new sale, '' where it is taken."""
    hand.scan(f"@{METER}.ean")
    echo = till.selling.take_in_trade("bp_meter", "SN-7").echo
    till.selling.clear()
    return echo.code if echo.kind == "refused" else ""


@pytest.mark.parametrize("kind", ["return", "void"])
def test_it_is_refused_while_its_sale_stands_and_free_once_that_came_back(till: Any, hand: Any, kind: str) -> None:
    terms = json.dumps({"amount_fen": 200, "old": ["bp_meter"]})
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31)}
    offer = Offer(id="swap", kind="trade_in", title_zh="旧换新", scope=f"product:{METER}", terms=terms, **days)
    till.store.catalogue.upsert((), [offer])
    sale = sold_for(till, hand)
    assert refused(till, hand) == "trade_again"
    back = till.returning
    scene = back.choose_sale(sale.body.sale_id)
    back.set_reason("double_charge" if kind == "void" else "quality")
    if kind == "return":
        back.toggle(scene.lines[0].line_id)
    back.approve("1003")
    durable = threading.Event()
    back.complete(durable.set, kind)
    assert durable.wait(60) and back.settle().state == "done"
    assert refused(till, hand) == ""
