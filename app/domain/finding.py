"""What a product can be found by, what a typed text asks for, in which order answers come, and the oracle of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.pinyin import Speller, is_hanzi
from app.records.catalogue import Product

MOST_WORDS = 8
"""Words of a query beyond these are left unread; nobody types more."""

SHORTEST_TAIL = 4
"""A code is found by its last digits from this many on; fewer would find a tenth of the shop."""

_UNITS = "粒片袋支丸瓶贴板盒包枚个只条块张套枝罐桶卷付"
_STRENGTH = rf"\d[\d.]*[a-zμ%]*[{_UNITS}]?"
_A_STRENGTH = re.compile(_STRENGTH)
_NAME_THEN_STRENGTH = re.compile(rf"(.*?[^\x00-\x7f])({_STRENGTH})")
_FIGURE_THEN_NAME = re.compile(r"(\d[\d.]*[a-zμ%]*)(.+)")
_SEPARATORS = re.compile(r"[*×/:,;+、()\[\]（），；：]+|(?<=[\da-z%])x(?=\d)")
_APPROVAL_WORDS = re.compile(r"(?:国[药食械妆]|食健|[㐀-鿿]?械)[㐀-鿿]{0,4}[字备准注进许]([a-z]{0,2}\d+)号?")
_APPROVAL_FIGURES = re.compile(r"[a-z]*\d{4,}")
_PLAIN_RUN = re.compile(r"[0-9a-z]+")
_DIGITS = re.compile(r"\d+")


class Ask(StrEnum):
    """How one word of a query looks for a product."""

    INSIDE = "inside"
    """Somewhere inside a name: every word with hanzi."""
    START = "start"
    """At the start of a term (initials, pinyin, strength …), or, for four digits and more, at the end of a code."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query, squashed; all words of a query must be met."""

    ask: Ask
    text: str

    @property
    def is_tail(self) -> bool:
        """Whether it may also be the last digits of a code."""
        return self.ask is Ask.START and len(self.text) >= SHORTEST_TAIL and self.text.isascii() and self.text.isdigit()


@dataclass(frozen=True, slots=True)
class Findable:
    """All a product can be found by."""

    names: tuple[str, ...]
    """Squashed names (generic, brand, maker, shelf) a hanzi word is looked for inside."""
    terms: frozenset[str]
    """Initials, pinyin, strengths, pack counts, approval numbers, trace prefixes, shelf: found from their start."""
    codes: frozenset[str]
    """Digits of barcode, base code, trace prefixes, approval number and id: found by their end."""


@lru_cache(maxsize=60_000)
def squash(text: str) -> str:
    """Lower case, half width, letters and digits and hanzi alone: what names and words are compared as."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or is_hanzi(c))


def parse(text: str) -> tuple[Word, ...]:
    """The words of a typed text; empty when nothing in it can be looked for.

    `amxl 0.25`, `阿莫西林0.25g*24粒`, `国药准字H20053025` and `A03-12` are read as people mean them.
    """
    words: dict[Word, None] = {}
    for part in unicodedata.normalize("NFKC", text).casefold().split():
        approval = _APPROVAL_WORDS.fullmatch(part)
        for piece in _SEPARATORS.split(approval.group(1) if approval else part):
            words.update(dict.fromkeys(_words(piece)))
    return tuple(words)[:MOST_WORDS]


def _words(piece: str) -> Iterable[Word]:
    if not any(map(is_hanzi, piece)) or _A_STRENGTH.fullmatch(piece):
        text = _figure(piece) if piece[:1].isdigit() else squash(piece)
        return [Word(Ask.START, text)] if text else []
    split = _FIGURE_THEN_NAME.fullmatch(piece) or _NAME_THEN_STRENGTH.fullmatch(piece)
    if split:
        return [word for half in split.groups() for word in _words(half)]
    return [Word(Ask.INSIDE, squash(piece))]


def _figure(text: str) -> str:
    """A strength as compared: 0.25G → 0.25g; points and percent signs stay."""
    return "".join(c for c in text if c.isalnum() or c in ".%").rstrip(".")


@lru_cache(maxsize=60_000)
def _figures(text: str) -> frozenset[str]:
    """The strengths and counts in a strength or specification: 0.25g×24粒 → 0.25g and 24粒."""
    found: set[str] = set()
    for piece in _SEPARATORS.split(unicodedata.normalize("NFKC", text).casefold().replace(" ", "")):
        found.update([_figure(piece)] if piece[:1].isdigit() else map(_figure, _A_STRENGTH.findall(piece)))
    return frozenset(found)


@lru_cache(maxsize=60_000)
def _plain_runs(squashed: str) -> frozenset[str]:
    """Letters and digits written inside a name: 维c银翘片 → c; a name without hanzi whole."""
    return frozenset(_PLAIN_RUN.findall(squashed)) | (frozenset() if any(map(is_hanzi, squashed)) else {squashed})


def findable(product: Product, speller: Speller) -> Findable:
    """What `product` can be found by; makers by hanzi only, or two typed letters would find half the shop by maker."""
    generic, brand, maker, shelf = map(squash, (product.generic_name, product.brand_name, product.maker, product.shelf))
    terms = set(_figures(product.strength) | _figures(product.spec))
    for name in (generic, brand):
        if name:
            spelling = speller.spell(name)
            terms.update(spelling.initials, spelling.full, _plain_runs(name))
    if maker:
        terms |= _plain_runs(maker)
    if shelf:
        terms |= _plain_runs(shelf)
    codes = {product.barcode, product.base_code, *_DIGITS.findall(product.id)}
    for prefix in product.trace_prefix.split(";"):
        terms.add(squash(prefix))
        codes.add(prefix)
    for figures in _APPROVAL_FIGURES.findall(squash(product.approval_no)):
        terms.add(figures)
        codes.update(_DIGITS.findall(figures))
    terms.discard("")
    tails = frozenset(code for code in codes if len(code) >= SHORTEST_TAIL and code.isascii() and code.isdigit())
    return Findable(tuple(name for name in (generic, brand, maker, shelf) if name), frozenset(terms), tails)


def meets(word: Word, place: Findable) -> bool:
    """Whether one word finds a product; the plain meaning that every index must equal."""
    if word.ask is Ask.INSIDE:
        return any(word.text in name for name in place.names)
    if any(term.startswith(word.text) for term in place.terms):
        return True
    return word.is_tail and any(code.endswith(word.text) for code in place.codes)


def names_contain(product: Product, texts: Sequence[str]) -> bool:
    """Whether each squashed text stands inside one of the product's names; asked of answers an index is not sure of."""
    names = tuple(map(squash, (product.generic_name, product.brand_name, product.maker, product.shelf)))
    return all(any(text in name for name in names) for text in texts)


def own_order(products: Iterable[Product], own_ranks: Mapping[str, int]) -> list[Product]:
    """This store's active assortment: by its own sales rank (1 first), then the chain's, then by id."""
    kept = (product for product in products if product.active and product.in_assortment)
    return sorted(kept, key=lambda p: (own_ranks.get(p.id, 0) <= 0, own_ranks.get(p.id, 0), *_chain_key(p)))


def chain_order(products: Iterable[Product]) -> list[Product]:
    """What the chain sells and this store does not keep: by the chain's sales rank, then by id."""
    return sorted((product for product in products if product.active and not product.in_assortment), key=_chain_key)


def _chain_key(product: Product) -> tuple[bool, int, str]:
    return (product.sales_rank <= 0, product.sales_rank, product.id)


def find_by_brute_force(
    text: str, own: Sequence[tuple[Product, Findable]], chain: Sequence[tuple[Product, Findable]], limit: int = 20
) -> list[Product]:
    """The answer by looking at every product in order, own assortment first; the oracle of the search index."""
    words = parse(text)
    found: list[Product] = []
    if not words:
        return found
    for product, place in (*own, *chain):
        if len(found) >= limit:
            break
        if all(meets(word, place) for word in words):
            found.append(product)
    return found
