"""What a rule is: a name, a check over a case, and the facts and terms its texts and figures are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.rules.case import SaleCase
from app.domain.rules.law import Facts, TermKind, Terms


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule applies to a line, with the facts that its sentence names."""

    line_id: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One legal or house rule; its grade, texts and figures come from the pack."""

    id: str
    check: Callable[[SaleCase, Terms], Iterable[Finding]]
    facts: frozenset[str] = frozenset()
    """Names that the pack's sentences may use; every finding carries all of them."""
    terms: Mapping[str, TermKind] = field(default_factory=dict)
    """Names and kinds of the terms that the pack must give."""
    asks_again: str = ""
    """lot | price | patient: an answer given about another lot, price or 用药人 no longer counts."""
    alone: bool = True
    """Whether the check looks at every line by itself: at the line, its own facts and the people of the sale, at no other line."""
