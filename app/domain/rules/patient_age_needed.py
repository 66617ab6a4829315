"""A child's medicine asks the age of the 用药人 once per basket."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule
from app.records.catalogue import Product


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """The first child's medicine while no age is known and nobody answered for any of them."""
    if case.basket.patient.age_months >= 0:
        return
    lines = [line for line in case.medicines() if _for_children(line.product, terms)]
    if lines and not any(line.answered(RULE.id) for line in lines):
        yield Finding(lines[0].line_id)


def _for_children(product: Product, terms: Terms) -> bool:
    return product.category in terms.names("categories") or any(mark in product.generic_name for mark in terms.names("name_marks"))


RULE = Rule("patient_age_needed", check, terms={"categories": "names", "name_marks": "names"}, asks_again="patient", alone=False)
