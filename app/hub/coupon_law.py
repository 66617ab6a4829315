"""What the law keeps from an offer before it is made: no gift of a prescription or class-A medicine, no praise of the former, and no
money for expired medicine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, or_, select

from app.domain.pricing import BookedOffer
from app.hub import tables
from app.records.offers import Offer
from app.records.resources import resource

MOST_NAMES = 5
"""Medicines of a category that are named to whoever designs an offer."""


@dataclass(frozen=True, slots=True)
class Unlawful:
    """Why an offer may not be made."""

    code: str
    """not_giftable | rx_named | old_unpaid."""
    names: tuple[str, ...]
    """Of the medicines, or of the old articles."""

    @property
    def words(self) -> str:
        """In a sentence for whoever works at headquarters' command line."""
        match self.code:
            case "not_giftable":
                return f"{', '.join(self.names)} may not be given away (药品流通监督管理办法, Art. 20: verify)"
            case "old_unpaid":
                return f"{', '.join(self.names)}: taken back without money, never in trade"
            case _:
                return f"its title promotes the prescription medicine {self.names[0]} to the public (Advertising Law, Art. 15: verify)"


@cache
def _law() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Classes that may not be given away, classes that no text may name, and old articles that nobody pays for."""
    read = json.loads(resource("rules", "campaigns.json").read_text("utf-8"))
    unpaid = json.loads(resource("rules", "coupons.json").read_text("utf-8"))["trade_unpaid"]
    return frozenset(read["not_giftable"]), tuple(sorted(read["not_named"])), frozenset(unpaid)


def forbidden(connection: Connection, offer: Offer) -> str:
    """Why an offer may not be made, in words for its maker, or ''; ValueError where its terms cannot be understood."""
    found = next(unlawful(connection, offer, BookedOffer.read(offer)), None)
    return found.words if found is not None else ""


def unlawful(connection: Connection, offer: Offer, booked: BookedOffer) -> Iterator[Unlawful]:
    """Everything that keeps an offer from being made; `booked` is the offer read.

    A name that some product without prescription bears too promotes no prescription medicine.
    """
    not_giftable, not_named, unpaid = _law()
    given = booked.names if booked.promotion.gives_away and booked.names else booked.products if booked.gives_scope_away else frozenset()
    row = tables.feed_row.c
    products = select(row.json).where(row.store_id == "", row.feed == "product", row.current)
    if given:
        read = [json.loads(text) for text in connection.scalars(products.where(row.key.in_(sorted(given))))]
        if names := sorted(str(one["generic_name"]) for one in read if one["rx_class"] in not_giftable):
            yield Unlawful("not_giftable", tuple(names))
    if booked.gives_scope_away and booked.categories:
        of_class = or_(*(row.json.like(f'%"rx_class":"{name}"%') for name in sorted(not_giftable)))
        medicines = connection.scalars(products.where(of_class))
        names = sorted({str(one["generic_name"]) for one in map(json.loads, medicines) if one.get("category") in booked.categories})
        if names:
            yield Unlawful("not_giftable", tuple(names[:MOST_NAMES]))
    if booked.when is not None and (old := booked.when.old & unpaid):
        yield Unlawful("old_unpaid", tuple(sorted(old)))
    told = f"{offer.title_zh} {offer.title_en}".casefold()
    for name in not_named:
        for text in connection.scalars(products.where(row.json.like(f'%"rx_class":"{name}"%'))):
            product = json.loads(text)
            for called in (product["generic_name"], product.get("brand_name", "")):
                if len(called) > 1 and called.casefold() in told and not _free(connection, called, name):
                    yield Unlawful("rx_named", (str(called),))
                    return


def _free(connection: Connection, called: str, class_name: str) -> bool:
    """Whether a product of another class bears the same name."""
    row = tables.feed_row.c
    wanted = select(row.json).where(row.store_id == "", row.feed == "product", row.current, row.json.like(f"%{called}%"))
    for text in connection.scalars(wanted):
        product = json.loads(text)
        if product["rx_class"] != class_name and called in (product["generic_name"], product.get("brand_name", "")):
            return True
    return False
