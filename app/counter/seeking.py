"""Seeking: goods, members and papers for one typed text, best first, look-alikes never left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.counter import asking
from app.counter.post import Post
from app.counter.scene import SearchHit
from app.counter.staging import Staging
from app.domain import lookalike, masking
from app.domain.finding import squash
from app.records.catalogue import Product
from app.records.clock import Clock, shop_day
from app.store.open_store import Store

GOODS = 8
"""Goods listed, without the look-alikes that are added."""
LOOKED_AT = 60
"""Goods of the search that are put in order; the search itself gives this shop's best sellers first."""
ALIKE = 6
"""Look-alikes added at most."""
MEMBERS = 4
FEWEST_OF_PHONE = 4
"""Digits from which on a member is looked for."""
_FEWEST_DIGITS = 3
"""A paper is looked for from this many digits on."""


@dataclass(frozen=True, slots=True)
class MemberFound:
    """A member, as much of them as a list may show."""

    member_id: str
    label: str
    """Masked name, or masked phone where no name is known."""
    phone: str
    """Masked."""
    tier: str
    points: int
    found_by: str = ""
    """The way this text found them, which says what they may have once attached."""


@dataclass(frozen=True, slots=True)
class PaperFound:
    """A sale by its number."""

    number: str
    at: datetime
    payable_fen: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a text means in this shop."""

    goods: tuple[SearchHit, ...] = ()
    members: tuple[MemberFound, ...] = ()
    papers: tuple[PaperFound, ...] = ()


class Seeking:
    """Looks a text up in everything that a counter asks for."""

    def __init__(self, store: Store, clock: Clock, post: Post, staging: Staging) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._staging = staging

    def find(self, text: str) -> Found:
        """Goods by exact code, then initials, then name, then maker, each by this shop's sales; members; papers."""
        text = text.strip()
        if not text:
            return Found()
        day = self._post.day(shop_day(self._clock.now()))
        goods = self._with_look_alikes(in_order(text, self._looked_up(text))[:GOODS])
        hits = tuple(replace(hit, lasa=_apart(product, goods)) for hit, product in zip(self._staging.hits(goods, day), goods, strict=True))
        return Found(hits, self._members(text), self._papers(text))

    def _looked_up(self, text: str) -> list[Product]:
        exact = self._store.catalogue.by_barcode(text) if text.isdigit() else ()
        found = {product.id: product for product in exact if product.active}
        for product in self._store.catalogue.search(text, LOOKED_AT):
            found.setdefault(product.id, product)
        return list(found.values())

    def _with_look_alikes(self, goods: Sequence[Product]) -> list[Product]:
        listed = {product.id for product in goods}
        shown: list[Product] = []
        groups: set[str] = set()
        room = ALIKE
        for product in goods:
            shown.append(product)
            group = product.lasa_group
            if not group or group in groups:
                continue
            groups.add(group)
            names = {each.generic_name for each in goods if each.lasa_group == group}
            for other in self._store.catalogue.by_lasa_group(group):
                # Another pack of the same name warns of nothing; one of each other name does.
                if room and other.active and other.id not in listed and other.generic_name not in names:
                    names.add(other.generic_name)
                    listed.add(other.id)
                    shown.append(other)
                    room -= 1
        return shown

    def _members(self, text: str) -> tuple[MemberFound, ...]:
        if text.isascii() and not (text.isdigit() and len(text) >= FEWEST_OF_PHONE):
            # Letters are initials of goods; a name is written in hanzi.
            return ()
        return tuple(
            MemberFound(
                found.member.id,
                asking.masked(found.member),
                masking.mask_phone(found.member.phone),
                found.member.tier,
                self._staging.standing(found.member).balance,
                found.found_by,
            )
            for found in self._store.people.sought(text, MEMBERS)
        )

    def _papers(self, text: str) -> tuple[PaperFound, ...]:
        if sum(character.isdigit() for character in text) < _FEWEST_DIGITS:
            return ()
        sale = self._store.sales.by_number(text)
        return (PaperFound(sale.number, sale.at, sale.body.payable_fen),) if sale is not None else ()


def _apart(product: Product, goods: Sequence[Product]) -> tuple[lookalike.Span, ...]:
    """What tells a product's generic name from its look-alikes' in the list; brands differ anyway and warn of nothing."""
    if not product.lasa_group:
        return ()
    return lookalike.spans(product.generic_name, {other.generic_name for other in goods if other.lasa_group == product.lasa_group})


def in_order(text: str, found: Sequence[Product]) -> list[Product]:
    """Exact code, initials or pinyin, name, then whatever else was met; within each the order of the search, which is sales."""
    asked = squash(text)
    first = squash(text.split()[0]) if text.split() else asked

    def grade(product: Product) -> int:
        if text in (product.barcode, product.base_code, product.approval_no):
            return 0
        if first.isascii() and not first.isdigit():
            elsewhere = (squash(product.shelf), squash(product.strength), squash(product.approval_no))
            return 3 if any(term.startswith(first) for term in elsewhere if term) else 1
        names = (squash(product.generic_name), squash(product.brand_name))
        return 2 if any(first in name for name in names) else 3

    return sorted(found, key=grade)
