"""A label: a small sticker as device-free frozen marks in millimetres, beside the same facts as lines for receipt-type paper.

Nothing here knows a printer. A label can be kept in the print queue as JSON and drawn later on any of its ways.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.devices import ticket
from app.devices.ticket import Align, CodeKind, Line

MOST_COPIES = 99
"""Copies of one label that one run may ask for."""


@dataclass(frozen=True, slots=True)
class Words:
    """One row of text that fits its box: left edge and top of the box, its width, and the height of the type, all in mm."""

    x: float
    y: float
    width: float
    text: str
    size: float
    bold: bool = False
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Bars:
    """A machine-readable code in its box, in mm; bars fill the height, a QR code is square."""

    x: float
    y: float
    width: float
    height: float
    kind: CodeKind
    payload: str


@dataclass(frozen=True, slots=True)
class Block:
    """A black bar or line, in mm."""

    x: float
    y: float
    width: float
    height: float


Mark = Words | Bars | Block


@dataclass(frozen=True, slots=True)
class Label:
    """A whole sticker of width by height mm; `kind` is shelf | direction | split | refill, `name` says on a screen what it is for."""

    kind: str
    name: str
    width: float
    height: float
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    """The same facts as a ticket's lines, for a printer of receipts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label and how many of it."""

    label: Label
    copies: int = 1

    def __post_init__(self) -> None:
        """Refuse a count that is a slip of the finger."""
        if not 1 <= self.copies <= MOST_COPIES:
            raise ValueError(f"1 to {MOST_COPIES} copies of a label")


def plain(text: str) -> str:
    """A text as a label may show it: cleaned as for a receipt, but ¥ stays narrow (labels are drawn, not written in GB codes)."""
    return ticket.clean(text).replace("￥", "¥")


def to_json(run: tuple[Wanted, ...]) -> str:
    """A run of labels as one line of JSON, as the print queue keeps it; the same run always gives the same bytes."""
    body = {"format": "labels-1", "labels": [_label_json(wanted) for wanted in run]}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()  # a lone surrogate could not be stored


def from_json(text: str) -> tuple[Wanted, ...]:
    """Read what `to_json` wrote; raises ValueError for anything else."""
    try:
        body = json.loads(text)
        if body["format"] != "labels-1":
            raise ValueError(f"unknown label format {body['format']!r}")
        return tuple(_wanted(one) for one in body["labels"])
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("not a run of labels") from error


def _label_json(wanted: Wanted) -> dict[str, Any]:
    label = wanted.label
    lines = json.loads(ticket.to_json(ticket.Ticket(label.lines, label.kind, "")))["lines"]
    return {
        "kind": label.kind, "name": label.name, "size": [label.width, label.height], "copies": wanted.copies,
        "marks": [_mark_json(mark) for mark in label.marks], "lines": lines,
    }  # fmt: skip


def _mark_json(mark: Mark) -> list[Any]:
    match mark:
        case Words(x, y, width, text, size, bold, align):
            return ["words", x, y, width, text, size, bold, align]
        case Bars(x, y, width, height, kind, payload):
            return ["bars", x, y, width, height, kind, payload]
        case Block(x, y, width, height):
            return ["block", x, y, width, height]


def _wanted(body: dict[str, Any]) -> Wanted:
    kept = {"format": 1, "kind": body["kind"], "lines": body["lines"], "number": ""}
    lines = ticket.from_json(json.dumps(kept, ensure_ascii=False)).lines
    width, height = body["size"]
    marks = tuple(_mark(parts) for parts in body["marks"])
    return Wanted(Label(str(body["kind"]), str(body["name"]), float(width), float(height), marks, lines), int(body["copies"]))


def _mark(parts: list[Any]) -> Mark:
    match parts:
        case ["words", x, y, width, str(text), size, bool(bold), "left" | "center" | "right" as align]:
            return Words(float(x), float(y), float(width), text, float(size), bold, align)
        case ["bars", x, y, width, height, "qr" | "code128" | "ean13" as kind, str(payload)]:
            return Bars(float(x), float(y), float(width), float(height), kind, payload)
        case ["block", x, y, width, height]:
            return Block(float(x), float(y), float(width), float(height))
    raise ValueError(f"unknown mark {parts[:1]!r}")
