"""Bundle: certain products together cost a fixed price, as often as the basket holds the whole set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.domain.money import share_out
from app.domain.promotions.goods import Goods, Miss, Outcome, runs, take, whole


@dataclass(frozen=True, slots=True)
class Bundle:
    """Terms {"products": ["a", "b"], "price_fen": 3900}; naming one twice needs it twice; the scope is not used."""

    KIND: ClassVar[str] = "bundle"
    needs: tuple[tuple[str, int], ...]
    price_fen: int
    apart: ClassVar[bool] = False
    uses_scope: ClassVar[bool] = False
    gives_away: ClassVar[bool] = False

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> Bundle:
        """Read the terms; ValueError for fewer than two units or a price below one fen."""
        products = [str(product) for product in terms.get("products", ())]
        if len(products) < 2:
            raise ValueError(f"a bundle needs at least two products: {products!r}")
        return cls(tuple(sorted(Counter(products).items())), whole(terms, "price_fen"))

    @property
    def names(self) -> frozenset[str]:
        """The products of the set."""
        return frozenset(product for product, _ in self.needs)

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Count whole sets, and share what they cost less by the worth of their units."""
        held = {product: [goods for goods in named if goods.product_id == product] for product, _ in self.needs}
        counts = {product: sum(goods.quantity for goods in of) for product, of in held.items()}
        sets = min(counts[product] // count for product, count in self.needs)
        if sets == 0:
            missing = ";".join(product for product, count in self.needs if counts[product] < count)
            return Miss("bundle_incomplete", (("missing", missing), ("price_fen", self.price_fen)))
        worth: dict[Goods, int] = {}
        for product, count in self.needs:
            worth |= take(runs(held[product], dearest_first=True), sets * count)
        off = sum(worth.values()) - sets * self.price_fen
        if off <= 0:
            return Miss("bundle_not_cheaper", (("price_fen", self.price_fen),))
        shares = share_out(off, list(worth.values()))
        return Outcome(tuple(zip(worth, shares, strict=True)), tuple(worth))
