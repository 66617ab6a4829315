"""The customer is told the expiry date of a medicine that expires soon."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.lots import days_left, is_near_expiry
from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines whose lot ends within the product's own or the pack's days, and is still good."""
    for line in case.basket.lines:
        lot = case.lot_of(line)
        if lot is not None and is_near_expiry(lot, case.day, line.product.near_expiry_days or terms.number("days")):
            yield Finding(
                line.line_id,
                {"lot_no": lot.lot_no, "expires_on": lot.expires_on.isoformat(), "days": days_left(lot, case.day)},
            )


RULE = Rule(
    "near_expiry_told",
    check,
    frozenset({"lot_no", "expires_on", "days"}),
    {"days": "number", "watch_days": "number"},
    asks_again="lot",
)
