"""A shop's own file as a table of texts: CSV in the encodings that Chinese offices produce, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

_TITLE_ROWS = 10
"""How many rows above the header may hold a title or remarks."""


class TableUnreadable(ValueError):
    """The file is no table at all; `code` is old_excel | broken_excel | encoding | empty | format."""

    def __init__(self, code: str, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells as texts; `number` is what a spreadsheet program shows beside it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; empty rows are left out."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(content: bytes, filename: str) -> Table:
    """Read CSV (UTF-8 with or without mark, UTF-16 with mark, GB18030; comma, semicolon or tab) or XLSX (first sheet).

    The header is the first row with two filled cells. Raises TableUnreadable with a sentence for a person.
    """
    ending = filename.lower().rpartition(".")[2]
    if content.startswith(b"\xd0\xcf\x11\xe0") or (ending == "xls" and not content.startswith(b"PK")):
        raise TableUnreadable(
            "old_excel",
            "这是旧版 Excel 文件（.xls），请另存为 .xlsx 或 CSV 再导入",
            "This is an old Excel file (.xls): save it as .xlsx or CSV and import that",
        )
    if content.startswith(b"PK"):
        return _table(_excel_rows(content))
    if ending in ("xlsx", "xlsm", "xls"):
        raise TableUnreadable("broken_excel", "Excel 文件已损坏，无法打开", "The Excel file is damaged")
    if ending not in ("csv", "txt", "tsv"):
        raise TableUnreadable("format", "只能导入 .xlsx 或 .csv 文件", "Only .xlsx and .csv files can be imported")
    return _table(_csv_rows(_decoded(content)))


def write_csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table as CSV text; save it as "utf-8-sig" so that Excel reads the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _table(rows: Iterator[Row]) -> Table:
    for row in rows:
        if sum(1 for cell in row.cells if cell) >= 2:
            return Table(row.cells, tuple(later for later in rows if any(later.cells)))
        if row.number >= _TITLE_ROWS:
            break
    raise TableUnreadable("empty", "文件里没有表头", "The file has no header row")


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableUnreadable(
        "encoding", "文字编码无法识别，请另存为 UTF-8 的 CSV", "Unknown text encoding: save the file as UTF-8 CSV"
    )


def _csv_rows(text: str) -> Iterator[Row]:
    sample = text[:4000]
    delimiter = max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield Row(line, tuple(_clean(cell) for cell in cells))
            line += 1
    except csv.Error as trouble:
        raise TableUnreadable("format", f"第 {line} 行无法读取", f"Row {line} cannot be read") from trouble


def _excel_rows(content: bytes) -> Iterator[Row]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        rows = [] if sheet is None else list(sheet.iter_rows())
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError, TypeError) as trouble:
        raise TableUnreadable("broken_excel", "Excel 文件已损坏，无法打开", "The Excel file is damaged") from trouble
    for number, cells in enumerate(rows, start=1):
        yield Row(number, tuple(_cell_text(cell) for cell in cells))


def _cell_text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without point; dates with a day only where one is shown."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        shown = str(cell.number_format).lower()
        return f"{value:%Y-%m-%d}" if "d" in shown or "日" in shown else f"{value:%Y-%m}"
    if isinstance(value, float) and abs(value) < 1e15:
        return str(int(value)) if value.is_integer() else f"{value:.12g}"
    return _clean(str(value))


def _clean(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u3000", " ").strip().lstrip("\ufeff")
