"""An unusually big quantity is pointed out, as it is most often a slip of the finger."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines above the absolute figure, or above so many times what this shop usually sells at once."""
    above, times = terms.number("above"), terms.number("times_usual")
    for line in case.basket.lines:
        if line.product.unit in terms.names("exempt_units"):
            continue
        usual = case.usual_quantity.get(line.product.id, 0)
        if line.quantity > above or (usual and line.quantity > usual * times):
            yield Finding(line.line_id, {"quantity": line.quantity, "unit": line.product.unit})


RULE = Rule(
    "big_quantity",
    check,
    frozenset({"quantity", "unit"}),
    {"above": "number", "times_usual": "number", "exempt_units": "names"},
)
