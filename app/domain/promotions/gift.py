"""Gift: whoever buys enough gets units of one product free, once they are scanned into the basket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.promotions.goods import Goods, Miss, Outcome, named_in, runs, take, whole


@dataclass(frozen=True, slots=True)
class Gift:
    """Terms {"buy_quantity": 2, "gift_product": "x", "gift_quantity": 1}; the gift may lie in the scope (买二赠一)."""

    KIND: ClassVar[str] = "gift"
    buy_quantity: int
    gift_product: str
    gift_quantity: int
    apart: ClassVar[bool] = False
    uses_scope: ClassVar[bool] = True
    gives_away: ClassVar[bool] = True

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> Gift:
        """Read the terms; ValueError without a gift product or with quantities below one."""
        return cls(whole(terms, "buy_quantity"), named_in(terms, "gift_product"), whole(terms, "gift_quantity"))

    @property
    def names(self) -> frozenset[str]:
        """The gift."""
        return frozenset((self.gift_product,))

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Free as many units of the gift as the units paid for allow; a unit given is not counted as bought."""
        within = [goods for goods in scoped if goods.product_id == self.gift_product]
        bought = sum(goods.quantity for goods in scoped)
        held = sum(goods.quantity for goods in named)
        free = self._free(bought, held, within=bool(within))
        if free == 0:
            if bought < self.buy_quantity:
                return Miss(
                    "gift_short", (("missing", self.buy_quantity - bought), ("gift_product", self.gift_product))
                )
            return Miss("gift_not_scanned", (("gift_product", self.gift_product), ("quantity", self.gift_quantity)))
        worth = take(runs(named, dearest_first=False), free)
        used = dict.fromkeys((*scoped, *named))
        return Outcome(tuple(worth.items()), tuple(used))

    def _free(self, bought: int, held: int, *, within: bool) -> int:
        """The most units that may be free when `held` of them are in the basket."""
        if not within:
            return min(held, bought // self.buy_quantity * self.gift_quantity)
        times = bought // (self.buy_quantity + self.gift_quantity)
        return max(
            min(count * self.gift_quantity, held, bought - count * self.buy_quantity) if count else 0
            for count in {min(times, bought // self.buy_quantity), min(times + 1, bought // self.buy_quantity)}
        )
