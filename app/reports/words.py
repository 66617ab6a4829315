"""The fixed texts of reports, in the shop's language: `resources/texts/reports.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from app.domain.reasons import Reason, parse_reasons, reason_text
from app.records.resources import resource


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(resource("texts", "reports.json").read_text("utf-8"))["texts"]
    return found


@cache
def _reasons() -> Mapping[str, tuple[Reason, ...]]:
    return parse_reasons(json.loads(resource("texts", "reasons.json").read_text("utf-8")))


class Words:
    """The texts of reports in one language, "zh" or "en"."""

    def __init__(self, language: str) -> None:
        self.language = "en" if language == "en" else "zh"

    def __call__(self, key: str, **facts: object) -> str:
        """A fixed text with its blanks filled; KeyError for a key that no file holds."""
        text = _texts()[key][self.language]
        return text.format(**facts) if facts else text

    def coded(self, group: str, code: str) -> str:
        """The text of a code, or the code itself when this version has no text for it."""
        found = _texts().get(f"{group}.{code}")
        return found[self.language] if found else code

    def reason(self, group: str, code: str) -> str:
        """The words of a coded reason; '' for none."""
        return reason_text(_reasons(), group, code).of(self.language) if code else ""
