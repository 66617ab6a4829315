"""Where several lots are saleable, the lot of the box in the hand is confirmed rather than guessed."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Terms
from app.domain.rules.rule import Finding, Rule


def check(case: SaleCase, terms: Terms) -> Iterator[Finding]:
    """Lines with an assumed lot while others could be in the hand."""
    for line in case.basket.lines:
        choices = case.saleable_lots.get(line.product.id, 0)
        if line.lot.source == "assumed" and choices > 1:
            yield Finding(
                line.line_id,
                {"lot_no": line.lot.lot_no, "expires_on": line.lot.expires_on, "choices": choices},
            )


RULE = Rule("lot_unconfirmed", check, frozenset({"lot_no", "expires_on", "choices"}), asks_again="lot")
