"""Buyers of ephedrine compounds show an ID and are entered in the register."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Ephedrine lines without a registered buyer."""
    for line in case.basket.lines:
        if line.product.special == "ephedrine":
            entry = case.registers.get(line.register_id)
            if entry is None or entry.kind != line.product.special:
                yield Finding(line.line_id)


RULE = Rule("ephedrine_register", check)
