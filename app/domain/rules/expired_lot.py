"""Nobody sells an expired lot; the printed day itself is still good."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.lots import is_expired
from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines whose lot is past its last good day."""
    for line in case.basket.lines:
        lot = case.lot_of(line)
        if lot is not None and is_expired(lot, case.day):
            others = case.saleable_lots.get(line.product.id, 0)
            yield Finding(line.line_id, {"lot_no": lot.lot_no, "expires_on": lot.expires_on.isoformat(), "others": others})


RULE = Rule("expired_lot", check, frozenset({"lot_no", "expires_on", "others"}))
