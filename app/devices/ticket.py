"""A ticket: any printed slip as device-free frozen lines, and its layout into rows of 48 or 32 cells.

One *cell* is the width of one Latin character of the printer's own font; a hanzi takes two. Nothing here knows
a printer, a font or a file, so a ticket can be kept in the ledger for years and laid out again on any width.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

Align = Literal["left", "center", "right"]
Size = Literal[1, 2]
CodeKind = Literal["qr", "code128", "ean13"]

MAX_QR_BYTES = 700
"""Longest QR payload in UTF-8 bytes: what still prints with four-dot modules on 58 mm paper."""
MAX_CODE128_CHARS = 40
"""Longest Code 128 payload in characters: what still fits 80 mm paper with two-dot bars."""

_FOLD = str.maketrans(
    {
        "¥": "￥",  # U+00A5 has no two-byte GB code; its full-width form has (A3 A4)
        "µ": "μ",  # the micro sign; the Greek letter is in GB2312
        "–": "-", "‑": "-", "−": "-",
        "•": "·", "∙": "·", "⋅": "·",
        "✓": "√", "✔": "√", "✗": "×", "✘": "×", "✕": "×",
        "\t": " ", "\n": " ", "\r": " ", "\v": " ", "\f": " ", "\x85": " ",
    }
)  # fmt: skip
_CLOSING = frozenset("，。、；：？！）》」』】〕”’…,.;:?!)]}%℃")
_OPENING = frozenset("（《「『【〔“‘([{￥")
_TOKENS = re.compile(r"[!-~]+| +|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; it wraps by cells and each wrapped row keeps the alignment."""

    text: str
    bold: bool = False
    size: Size = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table row; `width` counts cells of paper, 0 means "whatever is left"."""

    text: str
    width: int = 0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Columns:
    """Texts side by side with one blank cell between; a long one wraps inside its own column."""

    cells: tuple[Cell, ...]
    bold: bool = False
    size: Size = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper, drawn by repeating one character."""

    char: str = "-"


@dataclass(frozen=True, slots=True)
class Code:
    """A machine-readable code, centred, with an optional caption under it.

    Raises ValueError when the payload cannot be carried by that kind of code.
    """

    kind: CodeKind
    payload: str
    caption: str = ""

    def __post_init__(self) -> None:
        """Refuse a payload early, where the mistake is made, not at the printer."""
        if self.kind == "qr":
            if not 0 < len(self.payload.encode("utf-8", "replace")) <= MAX_QR_BYTES:
                raise ValueError(f"a QR payload has 1 to {MAX_QR_BYTES} bytes")
        elif self.kind == "code128":
            printable = all(" " <= ch <= "~" for ch in self.payload)
            if not printable or not 0 < len(self.payload) <= MAX_CODE128_CHARS:
                raise ValueError(f"a Code 128 payload is 1 to {MAX_CODE128_CHARS} printable ASCII characters")
        elif not (len(self.payload) == 13 and self.payload.isascii() and self.payload.isdigit()):
            raise ValueError("an EAN-13 payload is 13 digits")
        elif ean13_check_digit(self.payload[:12]) != self.payload[12]:
            raise ValueError("the EAN-13 check digit is wrong")


@dataclass(frozen=True, slots=True)
class Feed:
    """`n` empty rows."""

    n: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """End of this piece of paper."""


Line = Text | Columns | Rule | Code | Feed | Cut


@dataclass(frozen=True, slots=True)
class Ticket:
    """A whole slip: its lines, what kind of slip it is ("sale", "z", ...) and the number printed on it."""

    lines: tuple[Line, ...]
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row after layout; `text` is clean and fits the paper at its size."""

    text: str
    bold: bool = False
    size: Size = 1
    align: Align = "left"


Placed = Row | Code | Feed | Cut


def ean13_check_digit(twelve: str) -> str:
    """Return the thirteenth digit of an EAN-13 from its first twelve (GS1 General Specifications, modulo 10)."""
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(twelve))
    return str(-total % 10)


def clean(text: str) -> str:
    """Return the text as it may be printed: no control, format or unassigned character, look-alikes folded.

    `¥` becomes `￥`, dashes and ticks become the ones of GB2312, tabs and line ends become blanks; every other
    control character is dropped, private-use and lone surrogate code points become `?`.
    """
    if text.isascii() and text.isprintable():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = text.translate(_FOLD)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(ch: str) -> str:
    """Return what one character of an unclean text may print."""
    if ch.isprintable() or ch == "\u3000":
        return ch
    category = unicodedata.category(ch)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    return "?" if category in ("Co", "Cn", "Cs") else ""


@lru_cache(maxsize=8192)
def char_cells(ch: str) -> int:
    """Return the cells one character takes: 0 (combining), 1 or 2; ambiguous widths are those of a Chinese printer."""
    ch = ch.translate(_FOLD)
    if " " <= ch <= "~":
        return 1
    if not ch.isprintable() and ch != "\u3000":
        return sum(map(char_cells, _printable(ch)))
    if unicodedata.category(ch) in ("Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(ch) in "WFA":
        return 2
    # A hanzi printer gives two cells to all that has a two-byte code, whatever Unicode calls it.
    return 2 if len(ch.encode("gb18030", "replace")) == 2 else 1


def width(text: str) -> int:
    """Return the cells a text takes on paper."""
    return len(text) if text.isascii() and text.isprintable() else _wide(text)


@lru_cache(maxsize=4096)
def _wide(text: str) -> int:
    """Return the cells of a text with hanzi; names and labels come again with every slip."""
    return sum(map(char_cells, text))


def wrap(text: str, cells: int) -> list[str]:
    """Break a clean text into rows of at most `cells` cells.

    Latin words and numbers stay whole while they fit a row; closing punctuation never opens a row and an
    opening bracket never ends one.
    """
    if width(text) <= cells:
        return [text.rstrip()]
    rows: list[str] = []
    row, used = "", 0
    for token in _TOKENS.findall(text):
        size = width(token)
        if used + size <= cells:
            row, used = row + token, used + size
            continue
        if token.isspace():
            rows.append(row.rstrip())
            row, used = "", 0
            continue
        bound = len(row) > 1 and (token in _CLOSING or row[-1] in _OPENING)
        if bound and width(row[-1]) + size <= cells:
            row, token = row[:-1], row[-1] + token
        if row:
            rows.append(row.rstrip())
        row, used = "", 0
        for ch in token:
            step = char_cells(ch)
            if used + step > cells and row:
                rows.append(row)
                row, used = "", 0
            row, used = row + ch, used + step
    if row.strip() or not rows:
        rows.append(row.rstrip())
    return rows


def pad(text: str, cells: int, align: Align) -> str:
    """Fill a text with blanks to `cells` cells."""
    free = cells - width(text)
    if free <= 0:
        return text
    if align == "right":
        return " " * free + text
    if align == "center":
        return " " * (free // 2) + text + " " * (free - free // 2)
    return text + " " * free


def layout(ticket: Ticket, cells: int) -> tuple[Placed, ...]:
    """Lay a ticket out on paper of `cells` cells; rows are in print order, codes, feeds and cuts pass through."""
    placed: list[Placed] = []
    for line in ticket.lines:
        match line:
            case Text(text, bold, size, align):
                placed.extend(Row(row, bold, size, align) for row in wrap(clean(text), cells // size))
            case Columns():
                placed.extend(_columns(line, cells))
            case Rule(char):
                mark = clean(char)[:1].strip() or "-"
                placed.append(Row(mark * (cells // (width(mark) or 1))))
            case Code(kind, payload, caption):
                placed.append(Code(kind, payload))
                if caption:
                    placed.extend(Row(row, align="center") for row in wrap(clean(caption), cells))
            case Feed() | Cut():
                placed.append(line)
    return tuple(placed)


def plain_rows(ticket: Ticket, cells: int) -> list[str]:
    """Return the ticket as plain text rows, as a log, a test or a screen without fonts shows it."""
    rows: list[str] = []
    for placed in layout(ticket, cells):
        match placed:
            case Row(text, _, size, align):
                rows.append(pad(text, cells // size, align).rstrip())
            case Code(kind, payload):
                rows.append(pad(f"[{kind}:{clean(payload)}]", cells, "center").rstrip())
            case Feed(n):
                rows.extend([""] * n)
            case Cut():
                rows.append("-" * (cells // 2 - 1) + "✂" + "-" * (cells // 2 - 1))
    return rows


def _columns(line: Columns, cells: int) -> list[Row]:
    """Lay one table row out; every cell wraps within its own column."""
    texts = [clean(cell.text) for cell in line.cells]
    taken = [width(text) for text in texts]
    widths = _column_widths(line.cells, texts, taken, cells // line.size)
    parts = []
    for text, needed, size, cell in zip(texts, taken, widths, line.cells, strict=True):
        if needed > size:
            break
        free = " " * (size - needed)
        parts.append(free + text if cell.align == "right" else text + free if cell.align == "left" else pad(text, size, cell.align))
    else:
        return [Row(" ".join(parts).rstrip(), line.bold, line.size)]
    stacks = [wrap(text, size) for text, size in zip(texts, widths, strict=True)]
    rows = []
    for index in range(max(map(len, stacks))):
        shared = (
            pad(stack[index] if index < len(stack) else "", size, cell.align)
            for stack, size, cell in zip(stacks, widths, line.cells, strict=True)
        )
        rows.append(Row(" ".join(shared).rstrip(), line.bold, line.size))
    return rows


def _column_widths(columns: tuple[Cell, ...], texts: list[str], taken: list[int], cells: int) -> list[int]:
    """Return the width of each column in cells.

    A right-aligned column (a sum of money) grows to its text rather than break a number; stretching columns share
    what is left; if nothing helps, the widest column gives way until the row fits.
    """
    room = cells - (len(columns) - 1)
    widths = []
    stretching = []
    for index, (cell, text) in enumerate(zip(columns, texts, strict=True)):
        size = max(cell.width, taken[index]) if cell.width and cell.align == "right" else cell.width
        widths.append(2 if size == 1 and text else size)
        if cell.width <= 0:
            stretching.append(index)
    least = 2 * len(stretching)  # a hanzi must fit
    total = sum(widths)
    while total + least > room and max(widths) > 2:
        widths[widths.index(max(widths))] -= 1
        total -= 1
    left = room - total
    for place, index in enumerate(stretching):
        widths[index] = max(2, left // len(stretching) + (1 if place < left % len(stretching) else 0))
    return widths


def to_json(ticket: Ticket) -> str:
    """Return the ticket as one line of JSON; the same ticket always gives the same bytes (kept in the print queue)."""
    lines = [_line_json(line) for line in ticket.lines]
    body = {"format": 1, "kind": ticket.kind, "lines": lines, "number": ticket.number}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()  # a lone surrogate could not be stored


def _line_json(line: Line) -> list[Any]:
    """Return one line as a JSON array, its name first."""
    match line:
        case Text(text, bold, size, align):
            return ["text", text, bold, size, align]
        case Columns(cells, bold, size):
            return ["columns", [[cell.text, cell.width, cell.align] for cell in cells], bold, size]
        case Rule(char):
            return ["rule", char]
        case Code(kind, payload, caption):
            return ["code", kind, payload, caption]
        case Feed(n):
            return ["feed", n]
        case Cut():
            return ["cut"]


def from_json(text: str) -> Ticket:
    """Read what `to_json` wrote; raises ValueError for anything else."""
    try:
        body = json.loads(text)
        if body["format"] != 1:
            raise ValueError(f"unknown ticket format {body['format']!r}")
        return Ticket(tuple(map(_line, body["lines"])), str(body["kind"]), str(body["number"]))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("not a ticket") from error


def _line(parts: list[Any]) -> Line:
    """Read one line array."""
    match parts:
        case ["text", str(text), bool(bold), 1 | 2 as size, "left" | "center" | "right" as align]:
            return Text(text, bold, size, align)
        case ["columns", list(cells), bool(bold), 1 | 2 as size]:
            return Columns(tuple(Cell(str(text), int(wide), align) for text, wide, align in cells), bold, size)
        case ["rule", str(char)]:
            return Rule(char)
        case ["code", "qr" | "code128" | "ean13" as kind, str(payload), str(caption)]:
            return Code(kind, payload, caption)
        case ["feed", int(n)]:
            return Feed(n)
        case ["cut"]:
            return Cut()
    raise ValueError(f"unknown ticket line {parts[:1]!r}")
