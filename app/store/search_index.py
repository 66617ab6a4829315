"""How products lie in a full-text index whose row number is the sales rank, and how a query is put to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from app.domain.finding import Ask, Findable, Word
from app.domain.pinyin import is_hanzi

PREFIX_LENGTHS = 6
"""Starts of one to six characters have an index of their own; FTS5 serves only exactly the lengths declared."""

FAT = 64
"""A longer start that begins more vocabulary terms than this is written into the rows as a term of its own."""

_TAIL = "~"
_FAT = "="
_PLAIN_FIRST = "^"
"""Marks for terms that no typed start may reach: reversed codes, fat starts, and pairs that begin with a letter."""

_CODE_LIKE = re.compile(r"[a-z]{0,2}\d{5,}")


def index_ddl(table: str) -> str:
    """A contentless index without positions: doclists alone, in the order of row numbers, which are sales ranks."""
    lengths = " ".join(str(length) for length in range(1, PREFIX_LENGTHS + 1))
    return (
        f"CREATE VIRTUAL TABLE {table} USING fts5(terms, content='', contentless_delete=1, detail=none, "
        f"prefix='{lengths}', tokenize=\"ascii tokenchars '.%{_TAIL}{_FAT}{_PLAIN_FIRST}'\")"
    )


def vocabulary_of(place: Findable) -> set[str]:
    """The terms that a start of more than six letters is looked up among; codes are too many and need none."""
    return {term for term in place.terms if len(term) > PREFIX_LENGTHS and not _CODE_LIKE.fullmatch(term)}


def fat_starts(vocabulary: Iterable[str], most: int = FAT) -> frozenset[str]:
    """Starts of more than six letters that begin more than `most` terms: yansuan…, zhusheyong…"""
    terms = sorted(vocabulary)
    starts: set[str] = set()
    # In a sorted list the terms of a start lie together: it is fat when two terms that far apart share it.
    for first, last in zip(terms, terms[most:], strict=False):
        starts.update(takewhile(last.startswith, (first[:n] for n in range(PREFIX_LENGTHS + 1, len(first) + 1))))
    return frozenset(starts)


def document(place: Findable, fat: frozenset[str]) -> str:
    """The text the index stores for one product: its terms, its names as overlapping pairs, its codes from behind."""
    terms = set(place.terms)
    for name in place.names:
        terms.update(_pairs(name))
        if is_hanzi(name[-1]):
            terms.add(name[-1])
    terms.update(_TAIL + code[::-1] for code in place.codes)
    if fat:
        for term in place.terms:
            for length in range(PREFIX_LENGTHS + 1, len(term) + 1):
                if term[:length] not in fat:
                    break
                terms.add(_FAT + term[:length])
    return " ".join(terms)


def _pairs(text: str) -> list[str]:
    """Overlapping pairs with at least one hanzi in them."""
    pairs = []
    for first, second in pairwise(text):
        if is_hanzi(first):
            pairs.append(first + second)
        elif is_hanzi(second):
            pairs.append(_PLAIN_FIRST + first + second)
    return pairs


@dataclass(frozen=True, slots=True)
class Plan:
    """A query as the index takes it, and what must still be looked at in the rows it answers."""

    expression: str
    inside: tuple[str, ...]
    """Texts of three characters and more: all their pairs may stand in a name without the text standing there."""


def plan(
    words: Sequence[Word], is_fat: Callable[[str], bool], terms_from: Callable[[str], Sequence[str]]
) -> Plan | None:
    """The index expression for `words`, or None when nothing can match.

    `is_fat` tells whether a start is written into the rows; `terms_from` lists the vocabulary terms that begin with it.
    """
    parts: list[str] = []
    inside: list[str] = []
    for word in words:
        if word.ask is Ask.INSIDE:
            if len(word.text) == 1:
                parts.append(f'"{word.text}"*')
                continue
            parts += [f'"{pair}"' for pair in dict.fromkeys(_pairs(word.text))]
            if len(word.text) > 2:
                inside.append(word.text)
            continue
        ways = _ways(word, is_fat, terms_from)
        if not ways:
            return None
        parts.append(ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})")
    return Plan(" AND ".join(dict.fromkeys(parts)), tuple(inside)) if parts else None


def tail_plan(digits: str) -> Plan:
    """The expression for products one of whose codes ends in `digits`."""
    return Plan(_tail(digits), ())


def _ways(word: Word, is_fat: Callable[[str], bool], terms_from: Callable[[str], Sequence[str]]) -> list[str]:
    text = word.text
    if len(text) > PREFIX_LENGTHS and not _CODE_LIKE.fullmatch(text):
        return [f'"{_FAT}{text}"'] if is_fat(text) else [f'"{term}"' for term in terms_from(text)]
    # Few terms begin with seven characters of a code: the plain term list serves them without an index of that length.
    return [f'"{text}"*', _tail(text)] if word.is_tail else [f'"{text}"*']


def _tail(digits: str) -> str:
    return f'"{_TAIL}{digits[::-1]}"*'
