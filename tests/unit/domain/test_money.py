"""Money: what is typed is read exactly, and every fen that is shared out arrives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.money import format_fen, parse_fen, percent_bp, round_half_up, share_out, yuan

FEN = st.integers(min_value=-(10**11), max_value=10**11)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.80", 1280),
        ("¥12.8", 1280),
        ("12", 1200),
        (" 12. ", 1200),
        (".5", 50),
        ("0", 0),
        ("0.05", 5),
        ("1,200", 120000),
        ("1,234,567.89", 123456789),
        ("\uff11\uff12\uff0e\uff18", 1280),
        ("\uffe512.8", 1280),
        ("+3", 300),
    ],
)
def test_amounts_as_people_type_them_are_read(text: str, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "¥", "12.805", "1.2.3", "abc", "12元", "1,2", "12,00", "1e3", "-1", "--1", "١٢", "12.8.", "²"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_fen(text)


def test_refusals_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="more than two decimals"):
        parse_fen("12.805")
    with pytest.raises(ValueError, match="negative"):
        parse_fen("-1")


@settings(deadline=None)
@given(FEN)
def test_what_is_written_reads_back(fen: int) -> None:
    assert parse_fen(format_fen(fen), allow_negative=True) == fen
    assert parse_fen(yuan(fen), allow_negative=True) == fen


def test_the_sign_stands_before_the_mark() -> None:
    assert yuan(-1280) == "-¥12.80"
    assert yuan(5) == "¥0.05"


@pytest.mark.parametrize(
    ("amount", "bp", "part"),
    [(1999, 1000, 200), (5, 1000, 1), (4, 1000, 0), (1280, 5000, 640), (1, 5000, 1), (-5, 1000, -1)],
)
def test_half_a_fen_is_rounded_up(amount: int, bp: int, part: int) -> None:
    assert percent_bp(amount, bp) == part


@settings(deadline=None)
@given(FEN, st.integers(1, 10**6))
def test_rounding_is_never_off_by_more_than_half(numerator: int, denominator: int) -> None:
    assert abs(2 * (round_half_up(numerator, denominator) * denominator - numerator)) <= denominator


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (5, [1, 2], [2, 3]),
        (1, [0, 3], [0, 1]),
        (0, [0, 0], [0, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
    ],
)
def test_shares_by_largest_remainder(total: int, weights: list[int], shares: list[int]) -> None:
    assert share_out(total, weights) == shares


@settings(max_examples=200, deadline=None)
@given(FEN, st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(lambda weights: sum(weights) > 0))
def test_every_fen_shared_out_arrives_and_nobody_gets_more_than_one_too_many(total: int, weights: list[int]) -> None:
    shares = share_out(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)
        assert weight or share == 0


def test_nothing_can_be_shared_over_nobody() -> None:
    with pytest.raises(ValueError, match="no weight"):
        share_out(1, [])
    with pytest.raises(ValueError, match="negative"):
        share_out(1, [2, -1])
