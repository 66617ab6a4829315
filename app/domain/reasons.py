"""Coded reasons: events keep the code, screens and paper show its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.verdict import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason that a person can choose."""

    code: str
    text: Text


def parse_reasons(document: Mapping[str, Any]) -> Mapping[str, tuple[Reason, ...]]:
    """Group → reasons of a decoded JSON document, in the order shown; ValueError names the group that is wrong."""
    groups: dict[str, tuple[Reason, ...]] = {}
    for group, rows in document["groups"].items():
        try:
            reasons = tuple(Reason(row["code"], Text(row["zh"], row["en"])) for row in rows)
        except (KeyError, TypeError) as error:
            raise ValueError(f"reasons {group}: {error}") from error
        if not reasons or len({reason.code for reason in reasons}) < len(reasons):
            raise ValueError(f"reasons {group}: empty, or one code twice")
        groups[group] = reasons
    return groups


def reason_text(groups: Mapping[str, tuple[Reason, ...]], group: str, code: str) -> Text:
    """The words of a stored code; the code itself where a newer or older list knows it."""
    return next((reason.text for reason in groups.get(group, ()) if reason.code == code), Text(code, code))
