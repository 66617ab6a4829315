"""The case that rules judge: a basket with everything known about its lots, people, reviews and registers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain.basket import Basket, BasketLine
from app.records.catalogue import Lot, Product
from app.records.people import Staff

MEDICINE_KINDS = frozenset({"drug", "tcm"})
"""Kinds of product that are medicines."""


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """A recorded prescription review, without the person it names."""

    products: tuple[str, ...]
    """Ids of the products that it covers."""
    approved: bool
    prescribed_on: date
    valid_days: int = 1
    """Days that the prescription holds, its own day counted."""

    def valid_on(self, day: date) -> bool:
        """Whether the prescription still holds on that day."""
        return self.prescribed_on <= day < self.prescribed_on + timedelta(days=self.valid_days)

    def covers(self, product_id: str, day: date) -> bool:
        """Whether it approves a product on that day."""
        return self.approved and product_id in self.products and self.valid_on(day)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """A recorded buyer of register medicines, known by a keyed hash only."""

    kind: str
    """ephedrine | psych2 | special_compound."""
    buyer_hash: str
    earlier_packs: int = 0
    """Packs of that kind which the same buyer took earlier on this day, this basket not counted."""


@dataclass(frozen=True, slots=True)
class EarlierSale:
    """The sale in which a trace code left the shop before."""

    number: str
    sold_on: date


@dataclass(frozen=True, slots=True)
class SaleCase:
    """An open basket and the facts that the rules need about it."""

    basket: Basket
    day: date
    lots: Mapping[str, Lot] = field(default_factory=dict)
    """Lot id → lot, for the lines that have one."""
    saleable_lots: Mapping[str, int] = field(default_factory=dict)
    """Product id → how many lots may be sold today."""
    pharmacists_on_duty: tuple[str, ...] = ()
    """Staff ids."""
    reviews: Mapping[str, ReviewFacts] = field(default_factory=dict)
    registers: Mapping[str, RegisterFacts] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Staff id → roles (`roles_of`), so that an override counts only from who may give it."""
    earlier_sales: Mapping[str, EarlierSale] = field(default_factory=dict)
    """Trace code on a line → the sale that it left with before."""
    usual_quantity: Mapping[str, int] = field(default_factory=dict)
    """Product id → usual quantity per sale in this shop."""
    told: Mapping[tuple[str, str], date] = field(default_factory=dict)
    """(rule, product id) → when this member was last told."""
    training: bool = False
    """Practice: nothing real is sold, so that nobody need be on duty."""

    def lot_of(self, line: BasketLine) -> Lot | None:
        """The lot of a line: as the store knows it, else as its box's own code says."""
        known = self.lots.get(line.lot.lot_id) if line.lot.lot_id else None
        if known is not None or not line.lot.expires_on:
            return known
        return Lot(
            id=line.lot.lot_id,
            product_id=line.product.id,
            lot_no=line.lot.lot_no,
            expires_on=date.fromisoformat(line.lot.expires_on),
        )

    def medicines(self) -> Iterator[BasketLine]:
        """Lines with a medicine on them."""
        return (line for line in self.basket.lines if line.product.kind in MEDICINE_KINDS)

    def approved_review(self, line: BasketLine) -> bool:
        """Whether an approved and still valid review covers the line's product."""
        review = self.reviews.get(line.review_id)
        return review is not None and review.covers(line.product.id, self.day)


def roles_of(staff: Staff) -> tuple[str, ...]:
    """Roles that a person may act in: the own one, and pharmacist for a manager with a registration number."""
    if staff.role == "manager" and staff.licence_no:
        return ("manager", "pharmacist")
    return (staff.role,)


def unit_price_fen(line: BasketLine, *, member: bool) -> int:
    """Price asked for one unit before promotions: the changed price, else the member's, else the list price."""
    if line.price_change is not None:
        return line.price_change.unit_price_fen
    product = line.product
    return product.member_price_fen if member and product.member_price_fen else product.list_price_fen


def price_approved(case: SaleCase, line: BasketLine, by_roles: tuple[str, ...]) -> bool:
    """Whether the line's price was changed by somebody of these roles, who thereby also answered for it."""
    change = line.price_change
    return change is not None and not set(by_roles).isdisjoint(case.roles.get(change.by, ()))


def called(product: Product) -> str:
    """What a sentence calls a product: its generic name."""
    return product.generic_name
