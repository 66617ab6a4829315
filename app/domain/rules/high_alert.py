"""High-alert medicines (高警示) get a second look before they are handed over."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines with a high-alert product."""
    for line in case.basket.lines:
        if line.product.high_alert:
            yield Finding(
                line.line_id,
                {
                    "spec": line.product.spec or line.product.strength,
                    "quantity": line.quantity,
                    "unit": line.product.unit,
                },
            )


RULE = Rule("high_alert", check, frozenset({"spec", "quantity", "unit"}))
