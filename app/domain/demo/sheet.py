"""The demo sheet as text, so that a data folder keeps the codes its stock was founded with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from app.domain.demo.pharmacy import SheetCode


def sheet_to_json(codes: Iterable[SheetCode]) -> str:
    """The codes as a JSON array."""
    return json.dumps([asdict(code) for code in codes], ensure_ascii=False, indent=1)


def sheet_from_json(text: str) -> tuple[SheetCode, ...]:
    """The codes of such an array, in order."""
    return tuple(SheetCode(**raw) for raw in json.loads(text))
