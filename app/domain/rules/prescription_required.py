"""Prescription medicines are paid only after a pharmacist's recorded and approved review."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.basket import BasketLine
from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms, Words
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines that need a prescription and have no approved review that holds today."""
    specials = terms.names("special")
    for line in case.basket.lines:
        if (line.product.rx_class == "rx" or line.product.special in specials) and not case.approved_review(line):
            yield Finding(line.line_id, {"state": Words((_state(case, line),))})


def _state(case: SaleCase, line: BasketLine) -> str:
    review = case.reviews.get(line.review_id)
    if review is None:
        return "review_missing"
    if not review.approved:
        return "review_rejected"
    if line.product.id not in review.products:
        return "review_of_others"
    return "review_outdated"


RULE = Rule("prescription_required", check, frozenset({"state"}), {"special": "names"})
