"""Reports as CSV: the same columns as the page, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.domain.importing.table import write_csv

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?%?")
_LONG_NUMBER = re.compile(r"[0-9]{12,}[0-9Xx]?")


def csv_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV text; save it as "utf-8-sig". No cell can run as a formula, and no long number loses digits in a spreadsheet."""
    return write_csv(header, ([_safe(cell) for cell in row] for row in rows))


def _safe(cell: str) -> str:
    """A cell as text wherever a spreadsheet would take it for a formula, or round an ID or trace code to 15 digits."""
    if _LONG_NUMBER.fullmatch(cell) or (_FORMULA.match(cell) and not _NUMBER.fullmatch(cell)):
        return f"'{cell}"
    return cell
