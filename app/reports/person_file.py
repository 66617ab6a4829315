"""A copy of one person's data as they may ask for it: one JSON for machines, with its keys explained, and a PDF for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from app.domain.verdict import Text
from app.records.resources import resource
from app.reports.page import Column, Page, moment, money
from app.reports.shop import ShopFace
from app.reports.words import Words

FORMAT = 1
DRAWN = "signature"
"""A field that people are shown as a drawing, and machines as its strokes: each a list of [x, y, milliseconds]."""
_WIDE = ("goods", "entry_id", "figures", "serial", "number")
"""Fields that need more room."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the copy: what it is called, and its fields in order."""

    key: str
    title: Text
    fields: tuple[tuple[str, Text], ...]


@cache
def sections() -> tuple[Section, ...]:
    """The parts of a copy, as `resources/texts/person_export.json` names them."""
    told = json.loads(resource("texts", "person_export.json").read_text("utf-8"))["sections"]
    return tuple(
        Section(one["key"], Text(one["zh"], one["en"]), tuple((field["key"], Text(field["zh"], field["en"])) for field in one["fields"]))
        for one in told
    )


def person_json(rows: Mapping[str, Sequence[Mapping[str, Any]]], *, store: str, made_at: datetime, kept: Sequence[str]) -> bytes:
    """The machine-readable copy: `keys` explains every key, `data` holds the rows; times are ISO 8601, money whole fen."""
    said = {
        "yaogui_person": FORMAT,
        "store": store,
        "made_at": made_at.isoformat(),
        "kept_after_erasure": list(kept),
        "keys": {one.key: {name: {"zh": text.zh, "en": text.en} for name, text in one.fields} for one in sections()},
        "data": {one.key: [_listed(one, row) for row in rows.get(one.key, ())] for one in sections()},
    }
    return json.dumps(said, ensure_ascii=False, indent=1, default=_plain).encode() + b"\n"


def person_pdf(
    shop: ShopFace, rows: Mapping[str, Sequence[Mapping[str, Any]]], *, name: str, made_at: datetime, kept: Sequence[str]
) -> bytes:
    """The same for people; `name` is masked already."""
    words = Words(shop.language)
    page = Page(shop, words("title.person"), made_at=made_at, facts=(name,))
    for one in sections():
        found = rows.get(one.key, ())
        page.section(one.title.of(words.language), words("person.count", n=len(found)))
        if not found:
            page.note(words("person.none"), size=9)
        elif one.key == "profile":
            pairs = [(_head(key, text, words), _shown(key, row.get(key), words)) for row in found for key, text in one.fields]
            page.table([Column(words("person.field"), 1.0), Column(words("person.content"), 3.0)], pairs)
        else:
            fields = [(key, text) for key, text in one.fields if key != DRAWN]
            columns = [Column(_head(key, text, words), 2.0 if key in _WIDE else 1.0) for key, text in fields]
            page.table(columns, [[_shown(key, row.get(key), words) for key, _ in fields] for row in found])
        for row in found:
            if row.get(DRAWN):
                page.strokes(_signed(row, words), [[(x, y) for x, y, _ in line] for line in row[DRAWN]["strokes"]])
        page.gap()
    for line in kept:
        page.note(line)
    return page.finish()


def _listed(section: Section, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the fields that are explained, and no other."""
    return {name: row[name] for name, _ in section.fields if name in row}


def _signed(row: Mapping[str, Any], words: Words) -> str:
    """What a signature was given for, and when."""
    return f"{row.get('purpose', '')} · {_shown('at', row.get('at'), words)}"


def _plain(value: object) -> str:
    """What JSON has no type for."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _head(key: str, text: Text, words: Words) -> str:
    """A field's name; what machines read in fen, people read in yuan."""
    said = text.of(words.language)
    return said.removesuffix("（分）").removesuffix(" (fen)") if key.endswith("_fen") else said


def _shown(key: str, value: object, words: Words) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return words("person.yes" if value else "person.no")
    if key.endswith("_fen") and isinstance(value, int):
        return money(value)
    return _said(value)


def _said(value: object) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "、".join(_said(one) for one in value)
    return str(value)
