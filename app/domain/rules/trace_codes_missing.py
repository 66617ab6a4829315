"""Every box of a traced medicine is sold with its trace code, or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Traced lines with fewer codes than boxes and no reason."""
    for line in case.basket.lines:
        missing = line.quantity - len(line.codes)
        if line.product.trace_required and missing > 0 and not line.code_missing_reason:
            yield Finding(line.line_id, {"missing": missing, "got": len(line.codes), "needed": line.quantity})


RULE = Rule("trace_codes_missing", check, frozenset({"missing", "got", "needed"}))
