"""Look-alike and sound-alike names (LASA): which characters tell one product from another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from app.records.catalogue import Product

Span = tuple[int, int]
"""Start and end of a run of characters, end excluded."""


KEPT_SPANS = 1024
"""Comparisons remembered: every scan compares the names in the basket again."""


def spans(name: str, others: Iterable[str]) -> tuple[Span, ...]:
    """Runs of `name` that are not in the same place of at least one other name; () where nothing differs.

    Where the other name only has more characters, the character of `name` before the gap is marked, so that the eye has
    something to stop at.
    """
    return _spans(name, tuple(others))


@lru_cache(maxsize=KEPT_SPANS)
def _spans(name: str, others: tuple[str, ...]) -> tuple[Span, ...]:
    marked = [False] * len(name)
    for other in others:
        if other == name:
            continue
        for tag, start, end, _, _ in SequenceMatcher(None, name, other, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            if start == end and name:
                start = max(0, start - 1)
                end = start + 1
            marked[start:end] = [True] * (end - start)
    return _runs(marked)


def spans_of(products: Sequence[Product], shown: Mapping[str, str]) -> dict[str, tuple[Span, ...]]:
    """Product id → spans of its shown name against its look-alike group's; products without a group are left out."""
    groups: dict[str, list[Product]] = {}
    for product in products:
        if product.lasa_group:
            groups.setdefault(product.lasa_group, []).append(product)
    found: dict[str, tuple[Span, ...]] = {}
    for group in groups.values():
        names = [shown.get(product.id, product.generic_name) for product in group]
        for product, name in zip(group, names, strict=True):
            if differing := spans(name, names):
                found[product.id] = differing
    return found


def _runs(marked: Sequence[bool]) -> tuple[Span, ...]:
    runs: list[Span] = []
    for place, mark in enumerate(marked):
        if not mark:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return tuple(runs)
