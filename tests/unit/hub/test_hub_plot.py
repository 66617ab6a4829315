"""The plot: every fen is drawn, the scale is round, and titles cannot break out of the drawing."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.hub.web.plot import COLOURS, Series, drawn, hours_svg, money, span, step_of

HOURS = st.lists(st.integers(-(10**7), 10**9), min_size=24, max_size=24).map(tuple)


@given(st.lists(HOURS, min_size=1, max_size=9))
def test_many_stores_are_summed_into_six_colours_without_losing_a_fen(columns: list[tuple[int, ...]]) -> None:
    series = [Series(f"店{n}", hours) for n, hours in enumerate(columns)]
    shown = drawn(series)
    assert len(shown) == min(len(series), COLOURS)
    assert sum(map(sum, (one.hours for one in shown))) == sum(map(sum, columns))


@given(st.integers(1, 10**12))
def test_grid_lines_are_round_and_few(most: int) -> None:
    step = step_of(most)
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert most / step <= 4


@given(HOURS)
def test_every_bar_lies_inside_the_drawing(hours: tuple[int, ...]) -> None:
    svg = hours_svg([Series("店", hours)], "x")
    for y, height in re.findall(r'<rect[^>]* y="([\d.-]+)"[^>]* height="([\d.]+)"', svg):
        assert float(y) >= 0
        assert float(y) + float(height) <= 270


def test_a_night_sale_widens_the_hours_shown() -> None:
    hours = [0] * 24
    hours[3] = 100
    assert span([Series("店", tuple(hours))]) == range(3, 22)
    assert span([]) == range(8, 22)


def test_a_title_is_text_and_never_markup() -> None:
    hours = [0] * 24
    hours[9] = 100
    assert "<script" not in hours_svg([Series("<script>", tuple(hours))], '"><script>')


def test_money_has_a_real_minus_and_two_decimals() -> None:
    assert (money(-123456), money(5), money(0)) == ("\u2212¥1,234.56", "¥0.05", "¥0.00")
