"""A medicine in a recorded allergy class of the 用药人 is not sold unless a pharmacist decides so with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.allergens import allergens
from app.domain.rules.case import SaleCase, called
from app.domain.rules.law import Terms, Words
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines that share an allergy class with the 用药人."""
    recorded = frozenset(case.basket.patient.allergy_classes)
    if not recorded:
        return
    known = allergens(terms)
    for line in case.basket.lines:
        shared = recorded & known.of(line.product)
        if shared:
            yield Finding(line.line_id, {"classes": Words(tuple(sorted(shared))), "product": called(line.product)})


RULE = Rule("allergy", check, frozenset({"classes", "product"}), {"ingredients": "table"}, asks_again="patient")
