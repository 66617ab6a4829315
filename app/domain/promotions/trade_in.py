"""Trade-in subsidy (以旧换新): an amount off the goods in scope for whoever hands over an old article, which is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.money import share_out
from app.domain.promotions.goods import Goods, Miss, Outcome, whole


@dataclass(frozen=True, slots=True)
class TradeIn:
    """Terms {"amount_fen": 3000, "old": ["bp_meter"]}: once a sale; which old articles count is a condition (`conditions.py`),
    and one article backs one subsidy (`old_articles.py`)."""

    KIND: ClassVar[str] = "trade_in"
    amount_fen: int
    apart: ClassVar[bool] = False
    uses_scope: ClassVar[bool] = True
    gives_away: ClassVar[bool] = False
    names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> TradeIn:
        """Read the terms; ValueError without an amount or without a kind of old article."""
        if not terms.get("old"):
            raise ValueError("old must name the kinds of article that are taken back")
        return cls(whole(terms, "amount_fen"))

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Share the subsidy by what is left to pay, never more than that."""
        sum_fen = sum(goods.left_fen for goods in scoped)
        shares = share_out(min(self.amount_fen, sum_fen), [goods.left_fen for goods in scoped])
        return Outcome(tuple(zip(scoped, shares, strict=True)), tuple(scoped))
