"""The day's sales as a drawing: stacked bars by hour and store, as SVG that takes its colours from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 860
HEIGHT = 268
LEFT = 60
BOTTOM = 28
TOP = 12
COLOURS = 6
"""How many series have a colour of their own; further stores are summed into the last."""


@dataclass(frozen=True, slots=True)
class Series:
    """One store's net fen by hour."""

    title: str
    hours: tuple[int, ...]


def money(fen: int) -> str:
    """¥ with two decimals and thousands, the minus a real one."""
    sign = "\u2212" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def drawn(series: Sequence[Series]) -> tuple[Series, ...]:
    """The series as they are drawn: the largest by themselves, the rest summed into one."""
    ordered = sorted(series, key=lambda one: -sum(one.hours))
    if len(ordered) <= COLOURS:
        return tuple(ordered)
    rest = ordered[COLOURS - 1 :]
    summed = tuple(sum(column) for column in zip(*(one.hours for one in rest), strict=True))
    return (*ordered[: COLOURS - 1], Series(f"+{len(rest)}", summed))


def span(series: Sequence[Series]) -> range:
    """The hours worth showing: at least 8 to 21."""
    busy = [hour for one in series for hour, fen in enumerate(one.hours) if fen]
    return range(min([8, *busy]), max([21, *busy]) + 1)


def step_of(most: int) -> int:
    """A round distance between grid lines, in fen, for three to five lines up to `most`."""
    base = 100
    while True:
        for factor in (1, 2, 5):
            if base * factor * 4 >= most:
                return base * factor
        base *= 10


def _next_line(fen: int, step: int) -> int:
    """The first grid line that is not below an amount."""
    return (fen + step - 1) // step * step


def hours_svg(series: Sequence[Series], label: str) -> str:
    """The plot; `label` is what a screen reader says."""
    shown = drawn(series)
    hours = span(shown)
    ups = {hour: sum(max(0, one.hours[hour]) for one in shown) for hour in hours}
    downs = {hour: sum(min(0, one.hours[hour]) for one in shown) for hour in hours}
    step = step_of(max([*ups.values(), 1]))
    top_fen = _next_line(max([*ups.values(), 1]), step)
    low_fen = _next_line(abs(min([*downs.values(), 0])), step)
    plot_height = HEIGHT - TOP - BOTTOM
    scale = plot_height / (top_fen + low_fen)
    zero = TOP + top_fen * scale
    slot = (WIDTH - LEFT - 4) / len(hours)
    bar = min(34.0, slot * 0.62)
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">'
    ]
    for fen in range(-low_fen, top_fen + 1, step):
        y = zero - fen * scale
        kind = "axis" if fen == 0 else "grid"
        parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{_short(fen)}</text>')
    for place, hour in enumerate(hours):
        x = LEFT + 4 + slot * place + (slot - bar) / 2
        middle = x + bar / 2
        if len(hours) <= 16 or hour % 2 == 0:
            parts.append(f'<text class="tick" x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{hour}</text>')
        up = down = zero
        inner = []
        for index, one in enumerate(shown):
            fen = one.hours[hour]
            if not fen:
                continue
            height = abs(fen) * scale
            y = up - height if fen > 0 else down
            up, down = (up - height, down) if fen > 0 else (up, down + height)
            inner.append(_bar(index, x, y, bar, height, last=fen > 0 and abs(up - (zero - ups[hour] * scale)) < 0.01))
        if inner:
            lines = [f"{hour}:00\u2013{hour + 1}:00  {money(ups[hour] + downs[hour])}"]
            lines += [f"{one.title}  {money(one.hours[hour])}" for one in shown if one.hours[hour]]
            parts.append(f"<g><title>{escape(chr(10).join(lines))}</title>{''.join(inner)}</g>")
    parts.append("</svg>")
    return "".join(parts)


def _bar(index: int, x: float, y: float, width: float, height: float, *, last: bool) -> str:
    """One segment; the topmost one of a column has rounded shoulders."""
    if not last or height < 4:
        return f'<rect class="s{index}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 1):.1f}"/>'
    radius = min(5.0, height)
    return (
        f'<path class="s{index}" d="M{x:.1f} {y + height:.1f}V{y + radius:.1f}q0-{radius:.1f} {radius:.1f}-{radius:.1f}'
        f'h{width - 2 * radius:.1f}q{radius:.1f} 0 {radius:.1f} {radius:.1f}V{y + height:.1f}z"/>'
    )


def _short(fen: int) -> str:
    yuan = abs(fen) / 100
    text = f"{yuan / 1000:g}k" if yuan >= 10_000 else f"{yuan:,.0f}" if yuan >= 10 or fen == 0 else f"{yuan:g}"
    return ("\u2212" if fen < 0 else "") + text
