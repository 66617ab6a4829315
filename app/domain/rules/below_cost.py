"""A unit price below cost is confirmed by a manager."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.money import yuan
from app.domain.rules.case import SaleCase, price_approved, unit_price_fen
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines whose unit price lies under the product's cost but is not zero; the cost itself is not shown."""
    member = bool(case.basket.member_id)
    for line in case.basket.lines:
        price_fen = unit_price_fen(line, member=member)
        if 0 < price_fen < line.product.cost_fen and not price_approved(case, line, terms.names("approved_by")):
            yield Finding(line.line_id, {"price": yuan(price_fen)})


RULE = Rule("below_cost", check, frozenset({"price"}), {"approved_by": "names"}, asks_again="price")
