"""Figures as a drawing: stacked bars by hour or day, as SVG that takes its colours from the style sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """One store's net fen by hour, or whatever else is counted by columns."""

    title: str
    hours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One place of the horizontal axis."""

    name: str
    """Below the axis; '' where there is no room for each."""
    title: str
    """What its bar says when it is pointed at."""


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


def step_of(most: int, least: int = 100) -> int:
    """A round distance between grid lines, in fen, for three to five lines up to `most`."""
    base = least
    while True:
        for factor in (1, 2, 5):
            if base * factor * 4 >= most:
                return base * factor
        base *= 10


def _next_line(fen: int, step: int) -> int:
    """The first grid line that is not below an amount."""
    return (fen + step - 1) // step * step


def hours_svg(series: Sequence[Series], label: str) -> str:
    """Money by hour; `label` is what a screen reader says."""
    shown = drawn(series)
    hours = span(shown)
    columns = [Column(str(hour) if len(hours) <= 16 or hour % 2 == 0 else "", f"{hour}:00\u2013{hour + 1}:00") for hour in hours]
    return stacked_svg([Series(one.title, tuple(one.hours[hour] for hour in hours)) for one in shown], columns, label)


def stacked_svg(
    shown: Sequence[Series],
    columns: Sequence[Column],
    label: str,
    *,
    text: Callable[[int], str] = money,
    least: int = 100,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """Bars of at most `COLOURS` series, one on the other; `text` writes an amount, `least` is the finest grid."""
    ups = [sum(max(0, one.hours[place]) for one in shown) for place in range(len(columns))]
    downs = [sum(min(0, one.hours[place]) for one in shown) for place in range(len(columns))]
    step = step_of(max([*ups, 1]), least)
    top_fen = _next_line(max([*ups, 1]), step)
    low_fen = _next_line(abs(min([*downs, 0])), step)
    plot_height = height - TOP - BOTTOM
    scale = plot_height / (top_fen + low_fen)
    zero = TOP + top_fen * scale
    slot = (width - LEFT - 4) / max(len(columns), 1)
    bar = min(34.0, slot * 0.62)
    parts = [
        f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">'
    ]
    for fen in range(-low_fen, top_fen + 1, step):
        y = zero - fen * scale
        kind = "axis" if fen == 0 else "grid"
        parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}"/>')
        tick = _short(fen) if least == 100 else f"{fen:,}"
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    for place, column in enumerate(columns):
        x = LEFT + 4 + slot * place + (slot - bar) / 2
        middle = x + bar / 2
        if column.name:
            parts.append(f'<text class="tick" x="{middle:.1f}" y="{height - 8}" text-anchor="middle">{escape(column.name)}</text>')
        up = down = zero
        inner = []
        for index, one in enumerate(shown):
            fen = one.hours[place]
            if not fen:
                continue
            tall = abs(fen) * scale
            y = up - tall if fen > 0 else down
            up, down = (up - tall, down) if fen > 0 else (up, down + tall)
            inner.append(_bar(index, x, y, bar, tall, last=fen > 0 and abs(up - (zero - ups[place] * scale)) < 0.01))
        if inner:
            lines = [f"{column.title}  {text(ups[place] + downs[place])}"]
            lines += [f"{one.title}  {text(one.hours[place])}" for one in shown if one.hours[place] and one.title]
            parts.append(f"<g><title>{escape(chr(10).join(lines))}</title>{''.join(inner)}</g>")
    parts.append("</svg>")
    return "".join(parts)


def spark_svg(columns: Sequence[tuple[str, int]], label: str, *, width: int = 220, height: int = 36) -> str:
    """One figure by day as small bars under its sum; a day says its figure when it is pointed at, `label` is for a screen reader."""
    most = max([1, *(count for _, count in columns)])
    slot = width / max(len(columns), 1)
    bar = min(18.0, slot * 0.66)
    parts = [
        f'<svg class="spark" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" aria-label="{escape(label)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    ]
    for place, (day, count) in enumerate(columns):
        tall = max(2.0, (height - 1) * count / most) if count else 1.0
        x = slot * place + (slot - bar) / 2
        kind = "s0" if count else "none"
        box = f'x="{x:.1f}" y="{height - tall:.1f}" width="{bar:.1f}" height="{tall:.1f}"'
        parts.append(f'<g><title>{escape(day)}  {count:,}</title><rect class="{kind}" {box}/></g>')
    parts.append("</svg>")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a grid."""

    count: int
    title: str
    """What it says when it is pointed at."""


def grid_svg(rows: Sequence[Sequence[Cell]], down: Sequence[str], across: Sequence[str], label: str, *, width: int = WIDTH) -> str:
    """Counts as a grid, the fuller a cell the stronger; `down` and `across` name its rows and columns."""
    most = max([1, *(cell.count for row in rows for cell in row)])
    gap, tall = 6, 46
    wide = (width - LEFT) / max(len(across), 1)
    height = TOP + tall * len(rows) + BOTTOM
    parts = [
        f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">'
    ]
    for place, name in enumerate(across):
        middle = LEFT + wide * place + (wide - gap) / 2
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{height - 8}" text-anchor="middle">{escape(name)}</text>')
    for line, (row, name) in enumerate(zip(rows, down, strict=True)):
        y = TOP + tall * line
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + tall / 2 + 1:.1f}" text-anchor="end">{escape(name)}</text>')
        for place, cell in enumerate(row):
            x = LEFT + wide * place
            # Never so strong that the figure on it, which has the page's own ink, could not be read in either theme.
            strength = 0.08 + 0.47 * cell.count / most
            box = f'x="{x:.1f}" y="{y}" width="{wide - gap:.1f}" height="{tall - gap}" rx="8"'
            words = f'<text class="cell" x="{x + (wide - gap) / 2:.1f}" y="{y + tall / 2 + 2:.1f}" text-anchor="middle">'
            fill = f'<rect class="s0" {box} fill-opacity="{strength:.2f}"/>' if cell.count else ""
            parts.append(
                f'<g><title>{escape(cell.title)}</title><rect class="bare" {box}/>{fill}{words}{cell.count:,}</text></g>'
            )
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
