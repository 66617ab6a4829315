"""Class-II psychotropics are never sold for a minor, and so never for a 用药人 of unknown age."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms, Words
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Class-II lines while the 用药人 is under age or has no age."""
    months = case.basket.patient.age_months
    years = terms.number("years")
    if months >= years * 12:
        return
    state = "age_unknown" if months < 0 else "age_minor"
    for line in case.basket.lines:
        if line.product.special == "psych2":
            yield Finding(line.line_id, {"years": years, "state": Words((state,)), "unknown": int(months < 0)})


RULE = Rule("psych2_minor", check, frozenset({"years", "state", "unknown"}), {"years": "number"})
