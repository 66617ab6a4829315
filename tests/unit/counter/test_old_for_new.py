"""Old for new at the counter: every article of a basket pays for one subsidy at most, and the facts say which."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from app.records.offers import Offer

METER, DAYS = "P5800A1", {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31)}


def swap(name: str, amount_fen: int, *old: str) -> Offer:
    terms = json.dumps({"amount_fen": amount_fen, "old": list(old)})
    return Offer(id=name, kind="trade_in", title_zh=name, scope=f"product:{METER}", terms=terms, **DAYS)


@pytest.mark.parametrize(
    ("handed", "worth"),
    [
        (("bp_meter",), [("either", 200)]),
        (("bp_meter", "thermometer"), [("only", 100), ("either", 200)]),
        (("thermometer", "bp_meter", "bp_meter"), [("either", 100), ("only", 100), ("either", 100)]),
        (("expired_medicine", "thermometer"), [("", 0), ("either", 200)]),
    ],
)
def test_one_old_article_pays_for_one_subsidy(till: Any, hand: Any, handed: tuple[str, ...], worth: list[tuple[str, int]]) -> None:
    till.store.catalogue.upsert((), [swap("either", 200, "bp_meter", "thermometer"), swap("only", 100, "bp_meter")])
    hand.scan(f"@{METER}.ean")
    before = till.selling.quote.payable_fen
    for number, kind in enumerate(handed):
        till.selling.take_in_trade(kind, f"SN-{number}")
    assert before - till.selling.quote.payable_fen == sum(fen for _, fen in worth)
    till.checkout.begin()
    till.checkout.tender("cash")
    hand.complete()
    till.store.writer.submit(lambda connection: None).result(60)
    found = [event.body for event in till.store.journal.of_type("trade.taken@1")][::-1]
    assert [(one["offer_id"], one["subsidy_fen"]) for one in found] == worth


def test_the_panel_asks_for_one_more_article_where_one_is_used_already(till: Any, hand: Any) -> None:
    till.store.catalogue.upsert((), [swap("a", 200, "bp_meter"), swap("b", 100, "bp_meter")])
    hand.scan(f"@{METER}.ean")
    till.selling.take_in_trade("bp_meter", "SN-1")
    block = till.selling.scene().coupons
    assert block is not None and block.trade is not None
    assert [fen for _, fen in block.trade.offers] == [200, 0]
    till.selling.take_in_trade("bp_meter", "SN-2")
    block = till.selling.scene().coupons
    assert block is not None and block.trade is not None
    assert [fen for _, fen in block.trade.offers] == [200, 100]
