"""What could not be compared is said: nobody asked about allergies, the consent went, or nothing is known of a product's ingredients."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.allergens import comparable
from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms, Words
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """The first medicine for a known person who was never asked or wants nothing looked at; else each medicine without ingredients."""
    patient = case.basket.patient
    if patient.kind == "unknown":
        return
    if not patient.allergies_known and not patient.allergy_classes:
        first = next(case.medicines(), None)
        if first is not None:
            # Whoever took the consent back is asked by word of mouth: nothing is noted.
            state, ask = ("allergy_withdrawn", 0) if patient.withheld else ("allergy_never_asked", 1)
            yield Finding(first.line_id, {"state": Words((state,)), "ask": ask})
        return
    for line in case.medicines():
        if not comparable(line.product):
            yield Finding(line.line_id, {"state": Words(("ingredients_unknown",)), "ask": 0})


RULE = Rule("allergy_unknown", check, frozenset({"state", "ask"}), asks_again="patient", alone=False)
