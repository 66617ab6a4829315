"""Columns of an import file: their titles with synonyms, and how one cell becomes one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.codes import base_code, ean_check_digit
from app.domain.importing.plan import RowError, row_error
from app.domain.importing.table import Row, Table
from app.domain.lots import last_of_month
from app.domain.money import parse_fen

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_NOISE = re.compile(r"[\s_*＊:：/.-]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_DAY = re.compile(r"(?P<year>(?:19|20)\d\d)[-./年\s]?(?P<month>\d{1,2})[-./月\s]?(?P<day>\d{1,2})日?")
_PERCENT = re.compile(r"(?P<whole>\d{1,2})(?:\.(?P<part>\d{1,2})0*)?[%％]?")
_FRACTION = re.compile(r"0?\.(?P<part>\d{1,4})")
_LIST_MARKS = re.compile(r"[;；、,，|\n]+")
_WHOLE = re.compile(r"(?P<whole>\d{1,12})(?:\.0*)?")


class CellRefused(ValueError):
    """A cell that cannot be read; carries the error code and its facts."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record, the titles that mean it (the first is ours), and the reader of its cells."""

    field: str
    titles: tuple[str, ...]
    read: Callable[[str], object]
    required: bool = False
    """Whether the column must be there and every cell of it filled."""

    @property
    def title(self) -> str:
        """The title in our own templates and exports."""
        return self.titles[0]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """The values of one row by field; blank cells are absent."""

    number: int
    values: Mapping[str, object]
    texts: Mapping[str, str]
    sound: bool
    """Whether every cell could be read."""

    def text(self, field: str) -> str:
        """A text value, or "" where the cell is blank."""
        value = self.values.get(field, "")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file read column by column."""

    rows: tuple[ReadRow, ...]
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...]


def read_rows(table: Table, columns: Sequence[Column]) -> Reading:
    """Match the header with the columns by any synonym and read every cell; unknown columns are named, not refused."""
    by_title = {_plain(title): column for column in columns for title in (*column.titles, column.field)}
    errors: list[RowError] = []
    ignored: list[str] = []
    places: dict[int, Column] = {}
    for place, title in enumerate(table.header):
        column = by_title.get(_plain(title)) if title else None
        if column is None:
            ignored.extend([title] if title else [])
        elif column in places.values():
            errors.append(row_error(1, title, "repeated_column"))
        else:
            places[place] = column
    found = set(places.values())
    errors.extend(
        row_error(1, column.title, "missing_column") for column in columns if column.required and column not in found
    )
    if not table.rows:
        errors.append(row_error(1, "", "no_rows"))
    if errors:
        return Reading((), tuple(errors), tuple(ignored))
    rows = tuple(_read_row(row, places, errors) for row in table.rows)
    return Reading(rows, tuple(errors), tuple(ignored))


def _read_row(row: Row, places: Mapping[int, Column], errors: list[RowError]) -> ReadRow:
    values: dict[str, object] = {}
    texts: dict[str, str] = {}
    sound = True
    for place, column in places.items():
        text = row.cells[place] if place < len(row.cells) else ""
        texts[column.field] = text
        try:
            if text:
                values[column.field] = column.read(text)
            elif column.required:
                raise CellRefused("required")
        except CellRefused as refused:
            sound = False
            errors.append(row_error(row.number, column.title, refused.code, text, **refused.facts))
    return ReadRow(row.number, values, texts, sound)


def _plain(title: str) -> str:
    return _NOISE.sub("", _BRACKETS.sub("", title)).lower()


def text(most: int) -> Callable[[str], str]:
    """Read a text of at most so many characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise CellRefused("too_long", most=most)
        return cell

    return read


def digits(most: int) -> Callable[[str], str]:
    """Read a code; a number in scientific notation has lost digits and is refused."""

    def read(cell: str) -> str:
        if _SCIENTIFIC.fullmatch(cell):
            raise CellRefused("lost_digits")
        return text(most)(cell.removeprefix("'").replace(" ", ""))

    return read


def names(most: int) -> Callable[[str], str]:
    """Read a list in one cell, whatever marks part it, as ';'-separated text."""

    def read(cell: str) -> str:
        return text(most)(";".join(part.strip() for part in _LIST_MARKS.split(cell) if part.strip()))

    return read


def choice(words: Mapping[str, str]) -> Callable[[str], str]:
    """Read one of some words as its code; the codes themselves are understood too."""
    codes = set(words.values())
    shown = "、".join(dict.fromkeys(word for word in words if not word.isascii()))

    def read(cell: str) -> str:
        plain = cell.replace(" ", "").lower()
        if plain in words:
            return words[plain]
        if plain in codes:
            return plain
        raise CellRefused("not_choice", choices=shown)

    return read


def yes_no(cell: str) -> bool:
    """Read 是/否, yes/no, 1/0, ✓/×."""
    plain = cell.lower()
    if plain in ("是", "y", "yes", "1", "true", "有", "√", "✓", "在用", "启用"):
        return True
    if plain in ("否", "n", "no", "0", "false", "无", "×", "x", "停用"):
        return False
    raise CellRefused("not_choice", choices="是、否")


def money(cell: str) -> int:
    """Read an amount in yuan as fen, exactly."""
    try:
        return parse_fen(cell.removesuffix("元"))
    except ValueError as trouble:
        raise CellRefused("not_money") from trouble


def whole(cell: str) -> int:
    """Read a whole number that is not negative; "12.00" counts as one."""
    match = _WHOLE.fullmatch(cell.replace(",", ""))
    if match is None:
        raise CellRefused("not_whole")
    return int(match["whole"])


def rate(cell: str) -> int:
    """Read a rate in basis points: 13%, 13 and 0.13 are 1300."""
    fraction = _FRACTION.fullmatch(cell)
    if fraction is not None:
        return int(fraction["part"].ljust(4, "0"))
    match = _PERCENT.fullmatch(cell)
    if match is None:
        raise CellRefused("not_percent")
    return int(match["whole"]) * 100 + int((match["part"] or "").ljust(2, "0"))


def day(cell: str) -> date:
    """Read one day: 1958-03-12, 1958年3月12日, 1958/3/12, 19580312."""
    match = _DAY.fullmatch(cell)
    if match is None:
        raise CellRefused("not_date")
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as trouble:
        raise CellRefused("not_date") from trouble


def printed(reader: Callable[[str], date]) -> Callable[[str], date]:
    """Read a date as printed on a pack with one of the readers of `app.domain.lots`."""

    def read(cell: str) -> date:
        try:
            return reader(cell)
        except ValueError as trouble:
            raise CellRefused("not_date") from trouble

    return read


def made(cell: str) -> date:
    """Read a date of manufacture; a month alone means its first day."""
    match = re.fullmatch(r"(20\d\d)[-./年\s]?(0[1-9]|1[0-2]|[1-9])月?", cell)
    if match is not None:
        return last_of_month(int(match[1]), int(match[2])).replace(day=1)
    return day(cell)


def barcode(cell: str) -> str:
    """Read a barcode of 8, 12, 13 or 14 digits with a valid check digit."""
    code = digits(32)(cell)
    if not (code.isascii() and code.isdigit()) or len(code) not in (8, 12, 13, 14):
        raise CellRefused("barcode_shape")
    right = ean_check_digit(code[:-1])
    if code[-1] != right:
        raise CellRefused("barcode_check", right=right)
    return code


def drug_base_code(cell: str) -> str:
    """Read a 本位码 of 14 digits with a valid check digit."""
    code = digits(32)(cell)
    if re.fullmatch(r"869[0-9]{11}", code) is None or base_code(code[:-1]) != code:
        raise CellRefused("base_code")
    return code


def trace_prefixes(cell: str) -> str:
    """Read one or several 药品标识码 of seven digits."""
    parts = names(64)(digits(200)(cell))
    if any(re.fullmatch(r"8[0-9]{6}", part) is None for part in parts.split(";")):
        raise CellRefused("trace_prefix")
    return parts
