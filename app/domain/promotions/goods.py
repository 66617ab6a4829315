"""What promotion kinds work on: goods of one product at one price, and what an offer would take off them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

Facts: TypeAlias = tuple[tuple[str, str | int], ...]


@dataclass(slots=True, eq=False)
class Goods:
    """All units of one product at one price in the basket, while a quote is being worked out.

    Lines that differ only in their lot are one Goods, so that splitting a line never changes a price.
    """

    product_id: str
    category: str
    rx_class: str
    quantity: int
    left_fen: int
    """What is still to pay for all units."""
    shut: str = ""
    """Why no offer may touch them any more (a note's code), or "" while they are open."""
    touched: bool = False
    """Whether an offer has used them already."""
    giftable: bool = True
    """Whether the law lets a unit be given away."""
    groups: frozenset[str] = frozenset()
    """Stack groups that have used them."""


@dataclass(slots=True, eq=False)
class Outcome:
    """What one offer would take off: per goods in fen, and every goods it counted on the way, those it cuts among them; never changed."""

    cuts: tuple[tuple[Goods, int], ...]
    used: tuple[Goods, ...]

    @property
    def total_fen(self) -> int:
        """The whole cut."""
        return sum([amount for _, amount in self.cuts])


@dataclass(frozen=True, slots=True)
class Miss:
    """Why an offer takes nothing off, with the figures a cashier can tell the customer."""

    code: str
    facts: Facts = ()


class Terms(Protocol):
    """The terms of a promotion at work: small, frozen, and ignorant of other offers."""

    @property
    def apart(self) -> bool:
        """Whether the cut on one goods stands without the others (percent) or falls with them (a bundle)."""

    @property
    def gives_away(self) -> bool:
        """Whether the terms make a unit free, which the law forbids for some classes."""

    @property
    def names(self) -> frozenset[str]:
        """Products that the terms name themselves, beside the offer's scope."""

    @property
    def uses_scope(self) -> bool:
        """Whether the offer's scope matters at all."""

    def work_out(self, scoped: Sequence[Goods], named: Sequence[Goods]) -> Outcome | Miss:
        """Say what comes off `scoped` (goods of the offer's scope) and `named` (goods of `names`)."""


class Promotion(Terms, Protocol):
    """One kind of promotion, which reads its terms from an offer."""

    KIND: ClassVar[str]
    """The name in `Offer.kind`."""

    @classmethod
    def read(cls, terms: Mapping[str, Any]) -> Promotion:
        """Read terms; raises ValueError when they are not of this kind."""


@dataclass(slots=True, eq=False)
class Run:
    """Some units of one goods that cost the same."""

    goods: Goods
    unit_fen: int
    count: int


def runs(goods: Sequence[Goods], *, dearest_first: bool) -> list[Run]:
    """Units of several goods by what is left to pay for each, equal ones in the order of the goods.

    What is left for a goods is spread over its units as evenly as fen allow.
    """
    found: list[Run] = []
    for one in goods:
        low, dearer = divmod(one.left_fen, one.quantity)
        if dearer:
            found.append(Run(one, low + 1, dearer))
        found.append(Run(one, low, one.quantity - dearer))
    found.sort(key=lambda run: -run.unit_fen if dearest_first else run.unit_fen)
    return found


def take(units: Sequence[Run], count: int, price_fen: int = 0) -> dict[Goods, int]:
    """What the first `count` units cost above a price for each of them, per goods; below 0 where they cost less."""
    found: dict[Goods, int] = {}
    for run in units:
        taken = min(run.count, count)
        if taken <= 0:
            break
        found[run.goods] = found.get(run.goods, 0) + taken * (run.unit_fen - price_fen)
        count -= taken
    return found


def named_in(terms: Mapping[str, Any], name: str) -> str:
    """Read the product that terms name; raises ValueError where they name none."""
    product = terms.get(name)
    if not isinstance(product, str) or not product:
        raise ValueError(f"{name} must name a product: {product!r}")
    return product


def whole(terms: Mapping[str, Any], name: str, *, least: int = 1, most: int | None = None) -> int:
    """Read one whole number of the terms; raises ValueError when it is missing, no integer, or out of range."""
    value = terms.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be a whole number of at least {least}: {value!r}")
    return value
