"""Percent off: every unit in scope costs so many basis points less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.money import WHOLE_BP, percent_bp
from app.domain.promotions.goods import Goods, Miss, Outcome, whole


@dataclass(frozen=True, slots=True)
class Percent:
    """Terms {"percent_off_bp": 1000}: ten percent off what is left to pay."""

    KIND: ClassVar[str] = "percent"
    percent_off_bp: int
    apart: ClassVar[bool] = True
    uses_scope: ClassVar[bool] = True
    names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> Percent:
        """Read the terms; ValueError outside 1 to 10 000 basis points."""
        return cls(whole(terms, "percent_off_bp", most=WHOLE_BP))

    @property
    def gives_away(self) -> bool:
        """A hundred percent off is a gift."""
        return self.percent_off_bp == WHOLE_BP

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Take the percentage off each goods by itself."""
        cuts = tuple((goods, percent_bp(goods.left_fen, self.percent_off_bp)) for goods in scoped)
        return Outcome(cuts, tuple(scoped))
