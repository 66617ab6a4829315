"""A lot that is locked for a doubt about its quality is not sold until it is released."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines whose lot is locked."""
    for line in case.basket.lines:
        lot = case.lot_of(line)
        if lot is not None and lot.state == "locked":
            yield Finding(line.line_id, {"lot_no": lot.lot_no, "others": case.saleable_lots.get(line.product.id, 0)})


RULE = Rule("locked_lot", check, frozenset({"lot_no", "others"}))
