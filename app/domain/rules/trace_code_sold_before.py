"""A trace code leaves the shop once: a box whose code was sold before is refused with the earlier sale."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import EarlierSale, SaleCase
from app.domain.rules.law import Facts, Terms
from app.domain.rules.rule import Finding, Rule

TAIL_LENGTH = 4
"""Characters of a code that people compare with the box in the hand."""


def facts_of(code: str, earlier: EarlierSale) -> Facts:
    """The facts of the refusal, for a scan that never reaches the basket."""
    return {"tail": code[-TAIL_LENGTH:], "number": earlier.number, "sold_on": earlier.sold_on.isoformat()}


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines with a box that meanwhile left with another sale, as can happen while a basket is held."""
    for line in case.basket.lines:
        for box in line.codes:
            earlier = case.earlier_sales.get(box.code)
            if earlier is not None:
                yield Finding(line.line_id, facts_of(box.code, earlier))
                break


RULE = Rule("trace_code_sold_before", check, frozenset({"tail", "number", "sold_on"}))
