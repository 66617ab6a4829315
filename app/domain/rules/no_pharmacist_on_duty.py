"""With no pharmacist on duty no prescription medicine is sold; class-A OTC too where the region says so."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """The first line that needs a pharmacist in the shop: one arrival settles them all."""
    if case.pharmacists_on_duty or case.training:
        return
    classes = {"rx", "otc_a"} if terms.switch("otc_a") else {"rx"}
    lines = [line for line in case.basket.lines if line.product.rx_class in classes]
    if lines:
        yield Finding(lines[0].line_id, {"lines": len(lines)})


RULE = Rule("no_pharmacist_on_duty", check, frozenset({"lines"}), {"otc_a": "switch"}, alone=False)
