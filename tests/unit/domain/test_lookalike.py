"""Differing characters of look-alike names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lookalike import spans, spans_of
from app.records.catalogue import Product


@pytest.mark.parametrize(
    ("name", "other", "marked"),
    [
        ("阿奇霉素片", "阿莫西林片", [(1, 4)]),
        ("氨氯地平片", "氨氯地平片", []),
        ("苯磺酸氨氯地平片", "苯磺酸左氨氯地平片", [(2, 3)]),
        ("苯磺酸左氨氯地平片", "苯磺酸氨氯地平片", [(3, 4)]),
        ("消渴丸", "消咳丸", [(1, 2)]),
        ("", "甲", []),
    ],
)
def test_differing_characters_are_marked(name: str, other: str, marked: list[tuple[int, int]]) -> None:
    assert list(spans(name, [other])) == marked


def test_every_other_name_of_the_group_adds_its_marks() -> None:
    assert spans("甲乙丙", ["甲丁丙", "戊乙丙"]) == ((0, 2),)


@given(st.text("甲乙丙丁", max_size=8), st.lists(st.text("甲乙丙丁", max_size=8), max_size=3))
def test_spans_lie_in_the_name_in_order_and_apart(name: str, others: list[str]) -> None:
    found = spans(name, others)
    edges = [edge for span in found for edge in span]
    assert edges == sorted(set(edges)) and all(0 <= edge <= len(name) for edge in edges)
    assert bool(found) == (bool(name) and any(other != name for other in others))


def test_only_products_of_one_group_are_compared_by_what_is_shown() -> None:
    products = [
        Product(id="1", generic_name="阿糖胞苷", lasa_group="g"),
        Product(id="2", generic_name="阿糖腺苷", lasa_group="g"),
        Product(id="3", generic_name="阿糖腺苷"),
        Product(id="4", generic_name="独一", lasa_group="h"),
    ]
    assert spans_of(products, {}) == {"1": ((2, 3),), "2": ((2, 3),)}
    assert spans_of(products, {"1": "甲(阿糖胞苷)", "2": "甲(阿糖腺苷)"}) == {"1": ((4, 5),), "2": ((4, 5),)}
