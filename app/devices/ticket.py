"""A ticket: any printed slip as device-free frozen lines, and its layout into rows of 48 or 32 cells.

One *cell* is the width of one Latin character of the printer's own font; a hanzi takes two. Nothing here knows
a printer, a font or a file, so a ticket can be kept in the ledger for years and laid out again on any width.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

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
_LOOK_ALIKES = frozenset(map(chr, _FOLD))
_MOST_MEASURED = 8192
"""Texts kept measured; beyond it all are measured anew."""
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


@dataclass(frozen=True, slots=True)
class Entry:
    """Facts side by side, set in by some cells, with columns at the right edge of their last row.

    A fact that fits into a row is not broken. Where facts and columns do not fit into one row together, the columns
    stand in a row of their own below.
    """

    facts: tuple[str, ...]
    right: tuple[Cell, ...] = ()
    indent: int = 0


Line = Text | Columns | Entry | Rule | Code | Feed | Cut


@dataclass(frozen=True, slots=True)
class Ticket:
    """A whole slip: its lines, what kind of slip it is ("sale", "z", ...) and the number printed on it."""

    lines: tuple[Line, ...]
    kind: str
    number: str


class Row(NamedTuple):
    """One printed row after layout; `text` is clean and fits the paper at its size. (A hundred a receipt: a tuple is made faster.)"""

    text: str
    bold: bool = False
    size: Size = 1
    align: Align = "left"


Placed = Row | Rule | Code | Feed | Cut
Laid = str | tuple[str, bool, Size, Align] | Rule | Code | Feed | Cut
"""What is placed, without names for the parts of a row (they take as long as laying it out); a plain row is its text alone."""


def ean13_check_digit(twelve: str) -> str:
    """Return the thirteenth digit of an EAN-13 from its first twelve (GS1 General Specifications, modulo 10)."""
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(twelve))
    return str(-total % 10)


def clean(text: str) -> str:
    """Return the text as it may be printed: no control, format or unassigned character, look-alikes folded.

    `¥` becomes `￥`, dashes and ticks become the ones of GB2312, tabs and line ends become blanks; every other
    control character is dropped, private-use and lone surrogate code points become `?`.
    """
    return measured(text)[0]


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


def measured(text: str) -> tuple[str, int]:
    """Return a text as it may be printed, and its cells."""
    return (text, len(text)) if text.isascii() and text.isprintable() else _MEASURED[text]


class _Measured(dict[str, tuple[str, int]]):
    """Texts with hanzi, cleaned, and their cells: names and labels come again with every slip. (Found in half the time of `lru_cache`.)"""

    def __missing__(self, text: str) -> tuple[str, int]:
        """Measure a text that is not kept yet."""
        if len(self) >= _MOST_MEASURED:
            self.clear()
        found = self[text] = _measure(text)
        return found


_MEASURED = _Measured()


def _measure(text: str) -> tuple[str, int]:
    """Return a text with hanzi as it may be printed, and its cells."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if not _LOOK_ALIKES.isdisjoint(text):
        text = text.translate(_FOLD)
    if not text.isprintable():
        text = "".join(map(_printable, text))
    try:
        return text, len(text.encode("gbk"))  # in GBK a byte is a cell
    except UnicodeEncodeError:
        return text, sum(map(char_cells, text))


@lru_cache(maxsize=8192)
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
    """Lay a ticket out on paper of `cells` cells; rows are in print order, rules, codes, feeds and cuts pass through."""
    return tuple([Row(part) if isinstance(part, str) else Row(*part) if isinstance(part, tuple) else part for part in laid(ticket, cells)])


def laid(ticket: Ticket, cells: int) -> list[Laid]:
    """Lay a ticket out as `layout` does, for whoever is in a hurry."""
    parts: list[Laid] = []
    for line in ticket.lines:
        # The two kinds that make up a receipt come first: a chain of patterns costs more than laying a row out.
        if type(line) is Entry:
            parts += _entry(line, cells)
            continue
        if type(line) is Text:
            text = line.text
            text, taken = (text, len(text)) if text.isascii() and text.isprintable() else _MEASURED[text]
            bold, size, align = line.bold, line.size, line.align
            if taken * size > cells:
                parts += _looking(wrap(text, cells // size), bold, size, align)
            elif bold or size != 1 or align != "left":
                parts.append((text.rstrip(), bold, size, align))
            else:
                parts.append(text.rstrip())
            continue
        match line:
            case Columns():
                parts += _looking(_columns(line, cells), line.bold, line.size)
            case Code(kind, payload, caption):
                parts.append(Code(kind, payload))
                if caption:
                    parts += _looking(wrap(clean(caption), cells), align="center")
            case Rule() | Feed() | Cut():
                parts.append(line)
    return parts


def _looking(rows: list[str], bold: bool = False, size: Size = 1, align: Align = "left") -> Sequence[Laid]:
    """Return rows in one look; those of a plain look as they are."""
    return [(row, bold, size, align) for row in rows] if bold or size != 1 or align != "left" else rows


def rule_text(rule: Rule, cells: int) -> str:
    """Return the characters that make up a rule of so many cells."""
    mark = clean(rule.char)[:1].strip() or "-"
    return mark * (cells // (width(mark) or 1))


def plain_rows(ticket: Ticket, cells: int) -> list[str]:
    """Return the ticket as plain text rows, as a log, a test or a screen without fonts shows it."""
    rows: list[str] = []
    for placed in layout(ticket, cells):
        match placed:
            case Row(text, _, size, align):
                rows.append(pad(text, cells // size, align).rstrip())
            case Rule():
                rows.append(rule_text(placed, cells))
            case Code(kind, payload):
                rows.append(pad(f"[{kind}:{clean(payload)}]", cells, "center").rstrip())
            case Feed(n):
                rows.extend([""] * n)
            case Cut():
                rows.append("-" * (cells // 2 - 1) + "✂" + "-" * (cells // 2 - 1))
    return rows


def _entry(line: Entry, cells: int) -> list[str]:
    """Lay facts out with their columns at the right edge of the last row, or of one more row."""
    rows, used = _flow(line.facts, line.indent, cells)
    if line.right:
        parts = []
        needed = len(line.right) - 1
        for cell in line.right:
            part, wide = cell.text, cell.width
            # Spelled out, like `measured`: calls are what costs here.
            if part.isascii() and part.isprintable():
                size = len(part)
            else:
                part, size = _MEASURED[part]
            if size < wide:
                part = " " * (wide - size) + part if cell.align == "right" else pad(part, wide, cell.align)
                size = wide
            parts.append(part)
            needed += size
        if needed > cells - line.indent:
            return _columns(Columns((Cell(" ".join(line.facts)), *line.right)), cells)
        if rows and used + needed < cells:
            rows[-1] += " " * (cells - needed - used) + " ".join(parts)
        else:
            rows.append(" " * (cells - needed) + " ".join(parts))
    return rows


def _flow(facts: tuple[str, ...], indent: int, cells: int) -> tuple[list[str], int]:
    """Fill rows with facts one blank apart, and count the cells of the last; only a fact longer than a row is broken."""
    rows: list[str] = []
    margin, used = " " * indent, cells
    for fact in facts:
        if fact.isascii() and fact.isprintable():
            size = len(fact)
        else:
            fact, size = _MEASURED[fact]
        if used + size < cells:
            rows[-1] += " " + fact
            used += 1 + size
        elif indent + size <= cells:
            if size:
                rows.append(margin + fact)
                used = indent + size
        else:
            rows += [margin + part for part in wrap(fact, cells - indent)]
            used = width(rows[-1])
    return rows, used


def _columns(line: Columns, cells: int) -> list[str]:
    """Lay one table row out; every cell wraps within its own column."""
    texts: list[str] = []
    taken: list[int] = []
    for cell in line.cells:
        text, needed = measured(cell.text)
        texts.append(text)
        taken.append(needed)
    room = cells // line.size
    if line.size > 1 and sum(taken) + len(taken) - 1 > room:
        # Large words and sums are few: each gets a row rather than be broken.
        each = ((part, cell.align) for text, cell in zip(texts, line.cells, strict=True) for part in wrap(text, room))
        return [pad(part, room, align).rstrip() for part, align in each]
    widths = _column_widths(line.cells, texts, taken, room)
    parts = []
    for text, needed, size, cell in zip(texts, taken, widths, line.cells, strict=True):
        if needed > size:
            break
        free = " " * (size - needed)
        parts.append(free + text if cell.align == "right" else text + free if cell.align == "left" else pad(text, size, cell.align))
    else:
        return [" ".join(parts).rstrip()]
    stacks = [wrap(text, size) for text, size in zip(texts, widths, strict=True)]
    rows = []
    for index in range(max(map(len, stacks))):
        shared = (
            pad(stack[index] if index < len(stack) else "", size, cell.align)
            for stack, size, cell in zip(stacks, widths, line.cells, strict=True)
        )
        rows.append(" ".join(shared).rstrip())
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
        case Entry(facts, right, indent):
            return ["entry", list(facts), [[cell.text, cell.width, cell.align] for cell in right], indent]
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
            return Columns(_cells(cells), bold, size)
        case ["entry", list(facts), list(cells), int(indent)]:
            return Entry(tuple(map(str, facts)), _cells(cells), indent)
        case ["rule", str(char)]:
            return Rule(char)
        case ["code", "qr" | "code128" | "ean13" as kind, str(payload), str(caption)]:
            return Code(kind, payload, caption)
        case ["feed", int(n)]:
            return Feed(n)
        case ["cut"]:
            return Cut()
    raise ValueError(f"unknown ticket line {parts[:1]!r}")


def _cells(parts: list[Any]) -> tuple[Cell, ...]:
    """Read the cells of a table row or an entry."""
    return tuple(Cell(str(text), int(wide), align) for text, wide, align in parts)
