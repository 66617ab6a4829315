"""Class-II psychotropics and special compounds are entered in their register with the buyer's ID."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms, Words
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines of those classes without a registered buyer."""
    for line in case.basket.lines:
        if line.product.special in ("psych2", "special_compound"):
            entry = case.registers.get(line.register_id)
            if entry is None or entry.kind != line.product.special:
                yield Finding(line.line_id, {"register": Words((line.product.special,))})


RULE = Rule("special_register", check, frozenset({"register"}))
