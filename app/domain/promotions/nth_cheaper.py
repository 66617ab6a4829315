"""Nth cheaper: of the units in scope, dearest first, every nth costs less (第二件半价)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.money import WHOLE_BP, percent_bp
from app.domain.promotions.goods import Goods, Miss, Outcome, runs, whole


@dataclass(frozen=True, slots=True)
class NthCheaper:
    """Terms {"nth": 2, "percent_off_bp": 5000}: of every two units the cheaper one costs half."""

    KIND: ClassVar[str] = "nth_cheaper"
    nth: int
    percent_off_bp: int
    apart: ClassVar[bool] = False
    uses_scope: ClassVar[bool] = True
    names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> NthCheaper:
        """Read the terms; ValueError when nth is below 2 or the percentage outside 1 to 10 000 basis points."""
        return cls(whole(terms, "nth", least=2), whole(terms, "percent_off_bp", most=WHOLE_BP))

    @property
    def gives_away(self) -> bool:
        """A hundred percent off is a gift (买二赠一)."""
        return self.percent_off_bp == WHOLE_BP

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Walk the units from the dearest down and cut each nth."""
        quantity = sum(goods.quantity for goods in scoped)
        if quantity < self.nth:
            return Miss("nth_short", (("missing", self.nth - quantity),))
        cuts: dict[Goods, int] = {}
        walked = 0
        for run in runs(scoped, dearest_first=True):
            cheaper = (walked + run.count) // self.nth - walked // self.nth
            walked += run.count
            if cheaper:
                amount = cheaper * percent_bp(run.unit_fen, self.percent_off_bp)
                cuts[run.goods] = cuts.get(run.goods, 0) + amount
        return Outcome(tuple(cuts.items()), tuple(scoped))
