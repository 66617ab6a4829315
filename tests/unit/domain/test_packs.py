"""Packs as printed: content, unit price and strength; capital figures; and when a medicine runs out by one's own purchases."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import capital_yuan
from app.domain.packs import Content, content_of, milligrams_per_millilitre, unit_price
from app.domain.refills import Purchase, Refill, refill_of

DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("spec", "amount", "unit"),
    [
        ("5mg×28片", 28, "片"),
        ("40mg×60粒×2瓶", 120, "粒"),
        ("12片", 12, "片"),
        ("10ml×10支", 10, "支"),
        ("100ml-2g×1瓶", 100, "ml"),
        ("5g-5mg×1支", 5, "g"),
        ("400g×1罐", 400, "g"),
        ("100ml", 100, "ml"),
    ],
)
def test_a_pack_says_what_is_in_it(spec: str, amount: int, unit: str) -> None:
    assert content_of(spec) == Content(Fraction(amount), unit)


@pytest.mark.parametrize("spec", ["", "统货", "木质", "GA-3型", "0.65g"])
def test_a_text_that_does_not_say_it_is_left_alone(spec: str) -> None:
    assert content_of(spec) is None


@pytest.mark.parametrize(
    ("fen", "spec", "text", "per"),
    [
        (4580, "5mg×28片", "1.64", "片"),
        (440, "10mg×100片", "0.044", "片"),
        (2290, "500ml×1瓶", "4.58", "100ml"),
        (1070, "5g-5mg×1支", "2.14", "g"),
        (1290, "15ml×1支", "8.60", "10ml"),
    ],
)
def test_a_unit_price_is_rounded_to_fen_and_finer_where_it_is_small(fen: int, spec: str, text: str, per: str) -> None:
    found = unit_price(fen, content_of(spec))
    assert found is not None
    assert (found.text, found.per) == (text, per)


@pytest.mark.parametrize("spec", ["1片", "10ml×1支", "100ml×1瓶", "统货"])
def test_no_unit_price_where_it_would_say_the_price_again(spec: str) -> None:
    assert unit_price(990, content_of(spec)) is None


@pytest.mark.parametrize(
    ("strength", "found"),
    [("100ml-2g", 20), ("0.1g/5ml", 20), ("5ml:0.15g", 30), ("50mg/ml", 50), ("20mg", None), ("0.1%-5ml", None)],
)
def test_the_strength_of_a_liquid_is_read_and_a_percentage_left_alone(strength: str, found: int | None) -> None:
    assert milligrams_per_millilitre(strength) == (Fraction(found) if found is not None else None)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (12345, "壹佰贰拾叁元肆角伍分"),
        (100000, "壹仟元整"),
        (1005000, "壹万零伍拾元整"),
        (1000010100, "壹仟万零壹佰零壹元整"),
        (-12300, "负壹佰贰拾叁元整"),
    ],
)
def test_capital_figures_are_those_of_vouchers(fen: int, words: str) -> None:
    assert capital_yuan(fen) == words


@given(st.integers(min_value=0, max_value=10**13), st.integers(min_value=0, max_value=10**13))
def test_two_sums_never_share_their_capital_figures(one: int, other: int) -> None:
    assert (capital_yuan(one) == capital_yuan(other)) == (one == other)


def bought(*pairs: tuple[int, int]) -> Refill | None:
    return refill_of([Purchase(DAY + timedelta(days=after), quantity) for after, quantity in pairs])


def test_a_habit_gives_the_next_day() -> None:
    assert bought((0, 1), (28, 1), (56, 1)) == Refill(28, DAY + timedelta(days=56), DAY + timedelta(days=84))


def test_a_double_purchase_lasts_twice_as_long() -> None:
    assert bought((0, 1), (30, 2)) == Refill(30, DAY + timedelta(days=30), DAY + timedelta(days=90))


@pytest.mark.parametrize("purchases", [((0, 1),), ((0, 1), (0, 2)), ((0, 1), (1, 1)), ((0, 1), (200, 1)), ((0, 1), (30, 0))])
def test_one_purchase_is_no_habit_and_none_is_invented(purchases: tuple[tuple[int, int], ...]) -> None:
    assert bought(*purchases) is None
