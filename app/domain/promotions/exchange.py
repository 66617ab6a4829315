"""Exchange (换购): whoever buys for enough may have units of one product at a small price, once they are scanned into the basket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.promotions.goods import Goods, Miss, Outcome, named_in, runs, take, whole


@dataclass(frozen=True, slots=True)
class Exchange:
    """Terms {"reach_fen": 5000, "product": "x", "price_fen": 990, "quantity": 1}; the law on gifts holds for it too."""

    KIND: ClassVar[str] = "exchange"
    reach_fen: int
    product: str
    price_fen: int
    quantity: int
    apart: ClassVar[bool] = False
    uses_scope: ClassVar[bool] = True
    gives_away: ClassVar[bool] = True
    """A medicine that may not be given away may not be sold for next to nothing beside other goods either."""

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> Exchange:
        """Read the terms; ValueError without a product, or with a sum or quantity below one."""
        quantity = whole({"quantity": 1, **terms}, "quantity")
        return cls(whole(terms, "reach_fen"), named_in(terms, "product"), whole(terms, "price_fen"), quantity)

    @property
    def names(self) -> frozenset[str]:
        """What is exchanged for."""
        return frozenset((self.product,))

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """What the other goods of the scope come to decides; what is exchanged for never counts towards it."""
        others = [goods for goods in scoped if goods.product_id != self.product]
        sum_fen = sum(goods.left_fen for goods in others)
        if sum_fen < self.reach_fen:
            short_fen = self.reach_fen - sum_fen
            return Miss("exchange_short", (("short_fen", short_fen), ("product", self.product), ("price_fen", self.price_fen)))
        if not named:
            return Miss("exchange_not_scanned", (("product", self.product), ("price_fen", self.price_fen)))
        worth = take(runs(named, dearest_first=True), self.quantity, self.price_fen)
        cuts = tuple((goods, max(0, amount)) for goods, amount in worth.items())
        if not any(amount for _, amount in cuts):
            return Miss("exchange_not_cheaper", (("price_fen", self.price_fen),))
        return Outcome(tuple(cut for cut in cuts if cut[1]), tuple(dict.fromkeys((*others, *named))))
