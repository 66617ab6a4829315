"""Nothing is sold for nothing by accident: a price of zero is confirmed by a manager."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase, price_approved, unit_price_fen
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines whose unit price is zero before promotions (a gift is a cut, not a price)."""
    member = bool(case.basket.member_id)
    for line in case.basket.lines:
        if line.product.kind in terms.names("free_kinds") or price_approved(case, line, terms.names("approved_by")):
            continue
        if unit_price_fen(line, member=member) <= 0:
            yield Finding(line.line_id)


RULE = Rule("price_zero", check, terms={"free_kinds": "names", "approved_by": "names"}, asks_again="price")
