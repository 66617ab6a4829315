"""Threshold: when the goods in scope reach a sum together, an amount comes off and is shared over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.money import share_out
from app.domain.promotions.goods import Goods, Miss, Outcome, whole


@dataclass(frozen=True, slots=True)
class Threshold:
    """Terms {"tiers": [{"reach_fen": 20000, "off_fen": 2000}]}: the highest tier reached counts, once."""

    KIND: ClassVar[str] = "threshold"
    tiers: tuple[tuple[int, int], ...]
    """(reach_fen, off_fen), highest reach first."""
    apart: ClassVar[bool] = False
    uses_scope: ClassVar[bool] = True
    gives_away: ClassVar[bool] = False
    names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> Threshold:
        """Read the terms; ValueError without tiers or when a tier takes off more than it asks for."""
        tiers = sorted(
            ((whole(tier, "reach_fen"), whole(tier, "off_fen")) for tier in terms.get("tiers", ())), reverse=True
        )
        if not tiers or any(off > reach for reach, off in tiers):
            raise ValueError(f"tiers must take off at most what they ask for: {terms.get('tiers')!r}")
        return cls(tuple(tiers))

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Share the reached tier's amount by what is left to pay; tell how much is missing otherwise."""
        left = [goods.left_fen for goods in scoped]
        sum_fen = sum(left)
        for reach, off in self.tiers:
            if sum_fen >= reach:
                shares = share_out(off, left)
                return Outcome(tuple(zip(scoped, shares, strict=True)), tuple(scoped))
        reach, off = self.tiers[-1]
        return Miss("threshold_short", (("short_fen", reach - sum_fen), ("reach_fen", reach), ("off_fen", off)))
