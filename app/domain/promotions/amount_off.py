"""Amount off: every unit in scope costs so many fen less, never below nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.promotions.goods import Goods, Miss, Outcome, whole


@dataclass(frozen=True, slots=True)
class AmountOff:
    """Terms {"amount_fen": 300}: three yuan off each unit."""

    KIND: ClassVar[str] = "amount_off"
    amount_fen: int
    apart: ClassVar[bool] = True
    uses_scope: ClassVar[bool] = True
    gives_away: ClassVar[bool] = False
    names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> AmountOff:
        """Read the terms; ValueError below one fen."""
        return cls(whole(terms, "amount_fen"))

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Take the amount off each unit by itself."""
        cuts = tuple((goods, min(goods.left_fen, self.amount_fen * goods.quantity)) for goods in scoped)
        return Outcome(cuts, tuple(scoped))
