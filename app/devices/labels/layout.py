"""Layouts of labels: where each fact stands on a sticker, declared as data; filled with words they become a `Label`.

A layout is drawn for one size and scaled to the paper that is in the printer. Words wrap and shrink to their place; a fact
that still does not fit is either one that may be cut (a long maker's name) or a `LabelFault`: a direction is never cut.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from app.devices.labels.label import Bars, Block, Label, Mark, Words, plain
from app.devices.ticket import Align, Cell, Code, CodeKind, Columns, Line, Text, ean13_check_digit, width
from app.domain.wrapping import wrap
from app.records.resources import resource

Measure = Callable[[str, bool], float]
"""How wide a text is in the carried face, in ems; the flag says bold."""

_LEADING = 1.24
"""From one row's top to the next, in type heights: hanzi of the carried face are drawn a little higher than their em."""
BASELINE = 0.96
"""From a row's top to its baseline, in type heights."""
_LEAST_SCALE = 0.7
"""How far a full stack may shrink before the facts are too many for the paper."""
_LONGEST_BARS = 24


class LabelFault(Exception):
    """A label that cannot be made; `code` is label_too_full | label_layout."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, str] = facts


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of a stack (or two, at the left and right edge); sizes in mm of type height."""

    left: str
    right: str = ""
    size: float = 3.0
    bold: bool = False
    align: Align = "left"
    lines: int = 1
    """Most rows it may wrap to."""
    least: float = 2.0
    """It shrinks to this before it is cut or refused."""
    cut: bool = False
    gap: float = 0.0
    """Room left below, in mm."""
    aside: float = 1.0
    """Type height of the right fact beside the left one's; a smaller one is not bold."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Rows below each other in a box of mm; rows without a word close up."""

    x: float
    y: float
    width: float
    height: float
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CodePlace:
    """Where a code stands, if its fact is there."""

    x: float
    y: float
    width: float
    height: float
    field: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of sticker at the size it was drawn for, in mm."""

    key: str
    kind: str
    width: float
    height: float
    parts: tuple[Stack | CodePlace | Block, ...]


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """A sheet of stickers: how many across and down, and where the first begins, all in mm; `pitch` from one edge to the next."""

    key: str
    title_zh: str
    title_en: str
    columns: int
    rows: int
    left: float
    top: float
    width: float
    height: float
    pitch_x: float
    pitch_y: float

    @property
    def places(self) -> int:
        """Stickers on one sheet."""
        return self.columns * self.rows


@cache
def _carried() -> tuple[tuple[Layout, ...], tuple[SheetGrid, ...]]:
    body = json.loads(resource("labels", "layouts.json").read_text("utf-8"))
    return tuple(map(_layout, body["layouts"])), tuple(SheetGrid(**grid) for grid in body["sheets"])


def _layout(body: Mapping[str, Any]) -> Layout:
    return Layout(body["key"], body["kind"], body["width"], body["height"], tuple(map(_part, body["parts"])))


def _part(body: Mapping[str, Any]) -> Stack | CodePlace | Block:
    if "stack" in body:
        x, y, wide, high = body["stack"]
        return Stack(x, y, wide, high, tuple(Row(**row) for row in body["rows"]))
    if "code" in body:
        x, y, wide, high = body["code"]
        return CodePlace(x, y, wide, high, body["field"])
    return Block(*body["block"])


def layouts() -> tuple[Layout, ...]:
    """Every carried layout."""
    return _carried()[0]


def sheets() -> tuple[SheetGrid, ...]:
    """Every carried sheet of stickers."""
    return _carried()[1]


def layout_for(kind: str, width: float, height: float) -> Layout:
    """The layout of a kind that fills paper of that size best once scaled; LabelFault `label_layout` where there is none."""
    fitting = [layout for layout in layouts() if layout.kind == kind]
    if not fitting:
        raise LabelFault("label_layout", kind=kind)

    def badness(layout: Layout) -> tuple[float, float]:
        scale = min(width / layout.width, height / layout.height)
        unused = 1 - scale * scale * layout.width * layout.height / (width * height)
        return round(unused, 2), abs(1 - scale)

    return min(fitting, key=badness)


def face_measure(regular: Path, bold: Path) -> Measure:
    """Widths of the carried faces, in ems; the files are opened at the first question. Any thread may ask."""
    faces: dict[bool, Any] = {}
    advances: dict[tuple[str, bool], float] = {}
    asking = Lock()

    def advance(ch: str, heavy: bool) -> float:
        found = advances.get((ch, heavy))
        if found is None:
            with asking:
                if heavy not in faces:
                    from PIL import ImageFont

                    # One unit of the face per dot, so that the answer is exact.
                    faces[heavy] = ImageFont.truetype(str(bold if heavy else regular), 1000)
                found = advances[ch, heavy] = faces[heavy].getlength(ch) / 1000
        return found

    return lambda text, heavy: sum(advance(ch, heavy) for ch in text)


def fill(
    layout: Layout, values: Mapping[str, str], measure: Measure, *, name: str = "", size: tuple[float, float] | None = None
) -> Label:
    """The label of a layout with its facts, scaled to the paper's `size`; facts it has no place for are left out.

    LabelFault `label_too_full` names the fact that has no room.
    """
    width_mm, height_mm = size or (layout.width, layout.height)
    scale = min(width_mm / layout.width, height_mm / layout.height)
    left, top = (width_mm - layout.width * scale) / 2, (height_mm - layout.height * scale) / 2
    said = {key: plain(text).strip() for key, text in values.items()}
    marks: list[Mark] = []
    lines: list[Line] = []
    for part in layout.parts:
        match part:
            case Stack():
                marks += _stacked(part, said, measure)
                lines += _lines(part, said)
            case CodePlace():
                payload = said.get(part.field, "")
                if payload:
                    kind = symbology(payload)
                    marks.append(Bars(part.x, part.y, part.width, part.height, kind, payload))
                    lines.append(Code(kind, payload, payload if kind != "qr" else ""))
            case Block():
                marks.append(part)
    placed = tuple(_scaled(mark, scale, left, top) for mark in marks)
    return Label(layout.kind, name or said.get("name", ""), width_mm, height_mm, placed, tuple(lines))


def symbology(payload: str) -> CodeKind:
    """ean13 (thirteen digits, check digit right) | code128 (short printable ASCII) | qr (anything else)."""
    if len(payload) == 13 and payload.isascii() and payload.isdigit() and ean13_check_digit(payload[:12]) == payload[12]:
        return "ean13"
    if len(payload) <= _LONGEST_BARS and payload.isascii() and payload.isprintable():
        return "code128"
    return "qr"


def _stacked(stack: Stack, said: Mapping[str, str], measure: Measure) -> list[Mark]:
    """The rows of a stack, each as small as it must be, all a little smaller where they are many."""
    rows = [row for row in stack.rows if said.get(row.left) or said.get(row.right)]
    if not rows:
        return []
    scale = 1.0
    while True:
        placed, used = _try(stack, rows, said, measure, scale)
        if used <= stack.height + 0.01:
            return placed
        scale -= 0.03
        if scale < _LEAST_SCALE:
            worst = max(rows, key=lambda row: len(said.get(row.left, "")))
            raise LabelFault("label_too_full", field=worst.left)


def _try(stack: Stack, rows: Sequence[Row], said: Mapping[str, str], measure: Measure, scale: float) -> tuple[list[Mark], float]:
    placed: list[Mark] = []
    y = stack.y
    for row in rows:
        left, right = said.get(row.left, ""), said.get(row.right, "")
        taken, right_size = 0.0, 0.0
        if right:
            small = row if row.aside >= 1 else replace(row, size=row.size * row.aside, least=min(row.least, 1.4), bold=False)
            right_size, (right,) = _fitted(right, stack.width * (0.6 if left else 1), 1, small, measure, scale)
            taken = measure(right, small.bold) * right_size + right_size * 0.6
        size, texts = _fitted(left, stack.width - taken, row.lines, row, measure, scale) if left else (right_size, [])
        if right:
            # Both stand on one baseline, whatever their heights.
            lower = (size - right_size) * BASELINE
            placed.append(Words(stack.x, y + lower, stack.width, right, right_size, small.bold, "right"))
        for n, text in enumerate(texts):
            placed.append(Words(stack.x, y + n * size * _LEADING, stack.width - taken, text, size, row.bold, row.align))
        y += max(len(texts), 1) * size * _LEADING + row.gap * scale
    return placed, y - stack.y


def _fitted(text: str, room: float, lines: int, row: Row, measure: Measure, scale: float) -> tuple[float, list[str]]:
    """The type height and rows of a text that must stand in `room` mm and at most so many lines."""
    size = row.size * scale
    least = min(row.least, size)
    while True:
        found = wrap(text, room / size, lambda some: measure(some, row.bold))
        if len(found) <= lines:
            return size, found
        if size - 0.1 < least:
            break
        size -= 0.1
    if not row.cut:
        raise LabelFault("label_too_full", field=row.left)
    last = found[lines - 1]
    while last and measure(last + "…", row.bold) > room / size:
        last = last[:-1]
    return size, [*found[: lines - 1], last + "…"]


def _scaled(mark: Mark, scale: float, left: float, top: float) -> Mark:
    def of(length: float, start: float = 0.0) -> float:
        return round(start + length * scale, 3)

    match mark:
        case Words(x, y, wide, text, size, bold, align):
            return Words(of(x, left), of(y, top), of(wide), text, of(size), bold, align)
        case Bars(x, y, wide, high, kind, payload):
            return Bars(of(x, left), of(y, top), of(wide), of(high), kind, payload)
        case Block(x, y, wide, high):
            return Block(of(x, left), of(y, top), of(wide), of(high))


def _lines(stack: Stack, said: Mapping[str, str]) -> list[Line]:
    """The same facts as lines for a printer of receipts."""
    lines: list[Line] = []
    for row in stack.rows:
        left, right = said.get(row.left, ""), said.get(row.right, "")
        if left and right:
            lines.append(Columns((Cell(left), Cell(right, width(right), "right")), row.bold))
        elif left or right:
            lines.append(Text(left or right, row.bold, 2 if row.size >= 6 else 1, row.align if left else "right"))
    return lines
