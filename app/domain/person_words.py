"""The copy of one person's data in words: its parts, and what stands for a code, a figure or a dose, so that the person can read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.care import CareRules
from app.records.clock import SHOP_TIME
from app.records.text import Text

FILES = (
    *(("texts", name) for name in ("person_export", "consents")),
    *(("rules", name) for name in ("care", "tiers", "joining", "member_rights", "cn-2026.11")),
)
"""Folder and name of the carried files whose words are used."""
TILL, HUB = "till", "hub"
"""Who makes the copy: a till knows goods and doses, headquarters knows messages and tiers."""
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the copy: what it is called, and its fields in order."""

    key: str
    title: Text
    fields: tuple[tuple[str, Text], ...]
    at: str
    """till | hub, or '' for both."""


@dataclass(frozen=True, slots=True)
class PersonWords:
    """The parts of a copy, and the words for what stands in them."""

    parts: tuple[Section, ...]
    codes: Mapping[str, Mapping[str, Text]]
    """`section.field` or `field` → code → its words."""
    care: CareRules
    offers: Mapping[str, Text]
    """Titles of the offers behind coupons, by id."""

    @classmethod
    def read(cls, documents: Mapping[str, Mapping[str, Any]], offers: Mapping[str, Text]) -> PersonWords:
        """Read the carried files named in `FILES`; KeyError where one is not what it should be."""
        parts = tuple(
            Section(
                str(one["key"]),
                _text(one),
                tuple((str(field["key"]), _text(field)) for field in one["fields"]),
                str(one.get("at", "")),
            )
            for one in documents["person_export"]["sections"]
        )
        own = documents["person_export"]["words"]
        care = CareRules.read(documents["care"])
        kinds = {name: kind.title for name, kind in care.kinds.items()}
        tiers = {str(one["id"]): _text(one) for one in documents["tiers"]["tiers"]}
        codes: dict[str, Mapping[str, Text]] = {
            "readings.kind": kinds,
            "targets.kind": kinds,
            "readings.place": care.places,
            "follow_ups.kind": care.follow_up_kinds,
            "follow_ups.reason": care.reasons,
            "follow_ups.outcome": care.outcomes,
            "findings": care.findings,
            "tier": tiers,
            "old_tier": tiers,
            "new_tier": tiers,
            "allergy_classes": {code: _text(one) for code, one in documents["cn-2026.11"]["words"].items()},
            "consents.purpose": {str(one["purpose"]): _text(one["title"]) for one in documents["consents"]["purposes"]},
            "consents.channel": {str(one["code"]): _text(one) for one in documents["consents"]["channels"]},
            "source": {str(one["code"]): _text(one) for one in documents["joining"]["sources"]},
            "looks.purpose": {code: _text(one) for code, one in documents["member_rights"]["purposes"].items()},
        }
        for name, found in own.items():
            codes[name] = {**codes.get(name, {}), **{code: Text(pair[0], pair[1]) for code, pair in found.items()}}
        return cls(parts, codes, care, offers)

    def sections(self, at: str) -> tuple[Section, ...]:
        """The parts that a till or headquarters has something to say in."""
        return tuple(one for one in self.parts if one.at in ("", at))

    @staticmethod
    def head(key: str, text: Text, language: str) -> str:
        """A field's name; what machines read in fen, people read in yuan."""
        said = text.of(language)
        return said.removesuffix("（分）").removesuffix(" (fen)") if key.endswith("fen") else said

    def said(self, section: str, key: str, row: Mapping[str, Any], language: str) -> str:
        """A field of a row as people read it."""
        value = row.get(key)
        if value is None or value == "" or value == [] or value == {}:
            return NOTHING
        if isinstance(value, bool):
            return Text("是", "Yes").of(language) if value else Text("否", "No").of(language)
        if key.endswith("fen") and isinstance(value, int):
            return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
        if key == "figures" and isinstance(value, Mapping):
            return "，".join(self._figure(str(row.get("kind", "")), name, one, language) for name, one in value.items())
        if key == "offer_id" and str(value) in self.offers:
            return self.offers[str(value)].of(language)
        if isinstance(value, list | tuple):
            return "、".join(self._code(section, key, one, language) for one in value)
        if key == "allergy_classes":
            return "、".join(self._code(section, key, one, language) for one in str(value).split(";"))
        return self._code(section, key, value, language)

    def _code(self, section: str, key: str, value: object, language: str) -> str:
        if isinstance(value, datetime):
            return f"{value.astimezone(SHOP_TIME):%Y-%m-%d %H:%M}"
        if isinstance(value, date):
            return value.isoformat()
        found = self.codes.get(f"{section}.{key}", self.codes.get(key, {})).get(str(value))
        return found.of(language) if found is not None else str(value)

    def _figure(self, kind: str, name: str, value: object, language: str) -> str:
        measure = self.care.kinds[kind].measures.get(name) if kind in self.care.kinds else None
        if measure is None:
            return f"{name} {value}"
        if isinstance(value, int):
            shown = measure.worded(value)
        elif isinstance(value, list | tuple):
            # A target: from, to; open where there is no limit.
            shown = "–".join(measure.worded(one) if isinstance(one, int) else "" for one in value)
        else:
            shown = str(value)
        return f"{measure.title.of(language)} {shown} {measure.unit}"


def _text(row: Mapping[str, Any]) -> Text:
    return Text(str(row["zh"]), str(row["en"]))
