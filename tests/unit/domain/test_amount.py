"""Quantities: the star before a scan, the quantity field, and how both are shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.amount import WEIGHED_UNIT, Typed, parse_quantity, read_typed, unit_text


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("3*", Typed(3, "")),
        ("3*6999000000017", Typed(3, "6999000000017")),
        (" 12 × amxl", Typed(12, "amxl")),
        ("6999000000017", Typed(None, "6999000000017")),
        ("0.25g*24", Typed(None, "0.25g*24")),
        ("阿莫西林", Typed(None, "阿莫西林")),
        ("*3", Typed(None, "*3")),
    ],
)
def test_a_star_counts_what_follows(text: str, typed: Typed) -> None:
    assert read_typed(text) == typed


@pytest.mark.parametrize("text", ["0*", "10000*", "69990000*6999000000017"])
def test_a_code_scanned_into_the_quantity_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="a quantity is at"):
        read_typed(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "3盒", "10000"])
def test_a_quantity_is_whole_and_positive(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        parse_quantity(text, unit="盒")


@pytest.mark.parametrize(("text", "hundredths"), [("12.5", 1250), ("12.55g", 1255), ("3克", 300), ("0.01", 1)])
def test_weighed_goods_are_typed_in_grams(text: str, hundredths: int) -> None:
    assert parse_quantity(text, unit=WEIGHED_UNIT) == hundredths


@pytest.mark.parametrize("text", ["0", "12.555", "1e2", "g", ""])
def test_a_weight_that_cannot_be_weighed_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_quantity(text, unit=WEIGHED_UNIT)


@settings(deadline=None)
@given(st.integers(1, 999_900))
def test_a_weight_reads_back_as_shown(hundredths: int) -> None:
    assert parse_quantity(unit_text(hundredths, WEIGHED_UNIT), unit=WEIGHED_UNIT) == hundredths


def test_quantities_stand_before_their_unit() -> None:
    assert unit_text(3, "盒") == "3盒"
    assert unit_text(-50, WEIGHED_UNIT) == "-0.5g"
