"""A copy of one person's data as they may ask for it: one JSON for machines, with its keys explained, and a PDF for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.domain.person_words import FILES, TILL, PersonWords, Section
from app.domain.verdict import Text
from app.records.resources import resource
from app.reports.page import Column, Page
from app.reports.shop import ShopFace
from app.reports.words import Words

FORMAT = 1
DRAWN = "signature"
"""A field that people are shown as a drawing, and machines as its strokes: each a list of [x, y, milliseconds]."""
_WIDE = ("goods", "entry_id", "figures", "serial", "number")
"""Fields that need more room."""


def person_words(offers: Mapping[str, Text]) -> PersonWords:
    """The parts of a copy and the words of what stands in them; `offers` are titles by id."""
    return PersonWords.read({name: json.loads(resource(folder, f"{name}.json").read_text("utf-8")) for folder, name in FILES}, offers)


def person_json(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], said_of: PersonWords, *, store: str, made_at: datetime, kept: Sequence[str]
) -> bytes:
    """The machine-readable copy: `keys` explains every key, `data` holds the rows; times are ISO 8601, money whole fen."""
    parts = said_of.sections(TILL)
    said = {
        "yaogui_person": FORMAT,
        "store": store,
        "made_at": made_at.isoformat(),
        "kept_after_erasure": list(kept),
        "keys": {one.key: {name: {"zh": text.zh, "en": text.en} for name, text in one.fields} for one in parts},
        "data": {one.key: [_listed(one, row) for row in rows.get(one.key, ())] for one in parts},
    }
    return json.dumps(said, ensure_ascii=False, indent=1, default=_plain).encode() + b"\n"


def person_pdf(
    shop: ShopFace,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    said_of: PersonWords,
    *,
    name: str,
    made_at: datetime,
    kept: Sequence[str],
) -> bytes:
    """The same for people; `name` is masked already."""
    words = Words(shop.language)

    def head(key: str, text: Text) -> str:
        return said_of.head(key, text, words.language)

    def shown(section: str, key: str, row: Mapping[str, Any]) -> str:
        # Doses are worded where medicines are known.
        worded = row.get("worded", {}).get(key)
        return worded.of(words.language) if worded is not None else said_of.said(section, key, row, words.language)

    page = Page(shop, words("title.person"), made_at=made_at, facts=(name,))
    for one in said_of.sections(TILL):
        found = rows.get(one.key, ())
        page.section(one.title.of(words.language), words("person.count", n=len(found)))
        if not found:
            page.note(words("person.none"), size=9)
        elif one.key == "profile":
            pairs = [(head(key, text), shown(one.key, key, row)) for row in found for key, text in one.fields]
            page.table([Column(words("person.field"), 1.0), Column(words("person.content"), 3.0)], pairs)
        else:
            fields = [(key, text) for key, text in one.fields if key != DRAWN]
            columns = [Column(head(key, text), 2.0 if key in _WIDE else 1.0) for key, text in fields]
            page.table(columns, [[shown(one.key, key, row) for key, _ in fields] for row in found])
        for row in found:
            if row.get(DRAWN):
                title = f"{shown(one.key, 'purpose', row)} · {shown(one.key, 'at', row)}"
                page.strokes(title, [[(x, y) for x, y, _ in line] for line in row[DRAWN]["strokes"]])
        page.gap()
    for line in kept:
        page.note(line)
    return page.finish()


def _listed(section: Section, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the fields that are explained, and no other."""
    return {name: row[name] for name, _ in section.fields if name in row}


def _plain(value: object) -> str:
    """What JSON has no type for."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
