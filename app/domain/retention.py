"""What is kept of a person, for how long and on what ground, and what goes when its term is over: read from the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.verdict import Text
from app.records.clock import SHOP_TIME, shop_day


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of record that stays though its person was erased."""

    code: str
    title: Text
    years: int
    basis: str
    note: Text
    blobs: tuple[str, ...] = ()
    """Kinds of private blobs that hold it."""

    def over_before(self, now: datetime) -> datetime:
        """Whatever was recorded before this moment has been kept for its years, counted from the end of the shops' year it was made in."""
        return datetime(shop_day(now).year - self.years, 1, 1, tzinfo=SHOP_TIME)


@dataclass(frozen=True, slots=True)
class Gone:
    """A kind of data that goes with its person, and how."""

    code: str
    title: Text
    how: Text


@dataclass(frozen=True, slots=True)
class Retention:
    """Terms of personal data."""

    version: str
    source: str
    roles: tuple[str, ...]
    """Whose PIN erases a person."""
    erased: tuple[Gone, ...]
    kept: tuple[Kept, ...]
    days: Mapping[str, int]
    """Kind → days after which it is purged by itself; 0 where each row has an end of its own."""

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> Retention:
        """The rules as `resources/rules/retention.json` writes them."""
        return cls(
            str(rules["version"]),
            str(rules["source"]),
            tuple(map(str, rules["roles"])),
            tuple(Gone(str(one["code"]), _text(one), _text(one["how"])) for one in rules["erased"]),
            tuple(_kept(one) for one in rules["kept"]),
            {str(one["code"]): int(one["days"]) for one in rules["purged"]},
        )


def _kept(one: Mapping[str, Any]) -> Kept:
    blobs = tuple(map(str, one.get("blobs", ())))
    return Kept(str(one["code"]), _text(one), int(one["years"]), str(one["basis"]), _text(one["note"]), blobs)


def _text(said: Mapping[str, Any]) -> Text:
    return Text(str(said["zh"]), str(said["en"]))
