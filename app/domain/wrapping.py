"""Breaking a text into lines: between any two hanzi, never inside a Latin word or number, and never before a comma."""

from __future__ import annotations

import re
from collections.abc import Callable

_PIECES = re.compile(r"[0-9A-Za-z\u00c0-\u024f.,:;/\-+*%°¥_'@#&()]+|\s+|.", re.DOTALL)
"""A run of Latin letters and digits, a run of blanks, or one other character."""
_NOT_FIRST = set("，。、；：？！）》」』】〕”’％‰℃·…—,.;:?!)]}%")
"""Characters that may not begin a line (GB/T 15834)."""
_NOT_LAST = set("（《「『【〔“‘￥([{")
"""Characters that may not end one."""


def wrap(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of a text where each must fit `room` by `measure`; at least one line, blanks at line ends dropped."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _paragraph(paragraph, room, measure)
    return lines


def _paragraph(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    if measure(text) <= room:
        return [text.strip()]
    lines: list[str] = []
    line = ""
    for piece in _bound(_PIECES.findall(text)):
        if measure((line + piece).rstrip()) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        line = piece.lstrip()
        while measure(line) > room and len(line) > 1:
            cut = _fitting(line, room, measure)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.strip()] if line.strip() or not lines else lines


def _bound(pieces: list[str]) -> list[str]:
    """Join pieces that may not be parted at a line end."""
    bound: list[str] = []
    for piece in pieces:
        if bound and not bound[-1].isspace() and (piece[0] in _NOT_FIRST or bound[-1][-1] in _NOT_LAST):
            bound[-1] += piece
        else:
            bound.append(piece)
    return bound


def _fitting(text: str, room: float, measure: Callable[[str], float]) -> int:
    """How many characters of a piece too long for a whole line fit on one; at least one."""
    count = 1
    while count < len(text) and measure(text[: count + 1]) <= room:
        count += 1
    return count
