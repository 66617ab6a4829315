"""At most so many smallest packs of ephedrine compounds per purchase, over all lines and the buyer's day."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines at and after which the limit is passed; a reviewed prescription goes by its own dose.

    `room` is what may stay on the line; packs that the same buyer took earlier today fill the limit first.
    """
    limit = terms.number("limit")
    lines = [
        line
        for line in case.basket.lines
        if line.product.special == "ephedrine" and not (line.product.rx_class == "rx" and case.approved_review(line))
    ]
    registers = [case.registers[line.register_id] for line in lines if line.register_id in case.registers]
    earlier = max((entry.earlier_packs for entry in registers if entry.kind == "ephedrine"), default=0)
    total = earlier + sum(line.quantity for line in lines)
    taken = earlier
    for line in lines:
        room = max(0, limit - taken)
        taken += line.quantity
        if taken > limit:
            yield Finding(
                line.line_id,
                {"limit": limit, "total": total, "earlier": earlier, "room": room, "unit": line.product.unit},
            )


RULE = Rule("ephedrine_limit", check, frozenset({"limit", "total", "earlier", "room", "unit"}), {"limit": "number"}, alone=False)
