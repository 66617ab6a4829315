"""Capped: what any other promotion takes off, but never more than a sum; what a coupon's face value promises at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.domain.money import share_out
from app.domain.promotions.goods import Goods, Miss, Outcome, Terms


@dataclass(frozen=True, slots=True)
class Capped:
    """Other terms and the most they may take off, in fen; no offer names it, so it is no kind."""

    inner: Terms
    most_fen: int
    apart: ClassVar[bool] = False

    @property
    def names(self) -> frozenset[str]:
        """The other's."""
        return self.inner.names

    @property
    def uses_scope(self) -> bool:
        """The other's."""
        return self.inner.uses_scope

    @property
    def gives_away(self) -> bool:
        """The other's."""
        return self.inner.gives_away

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """The other's outcome; one that is too much is shared over the same goods in the same proportion."""
        outcome = self.inner.work_out(scoped, named)
        if isinstance(outcome, Miss) or outcome.total_fen <= self.most_fen:
            return outcome
        shares = share_out(self.most_fen, [amount for _, amount in outcome.cuts])
        return Outcome(tuple((goods, share) for (goods, _), share in zip(outcome.cuts, shares, strict=True)), outcome.used)
