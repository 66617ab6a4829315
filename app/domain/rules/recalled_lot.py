"""Nobody sells a lot that its holder has recalled."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines whose lot is recalled."""
    for line in case.basket.lines:
        lot = case.lot_of(line)
        if lot is not None and lot.state == "recalled":
            yield Finding(line.line_id, {"lot_no": lot.lot_no, "others": case.saleable_lots.get(line.product.id, 0)})


RULE = Rule("recalled_lot", check, frozenset({"lot_no", "others"}))
