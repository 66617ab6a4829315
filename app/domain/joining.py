"""The rules of joining: where members come from, who needs a guardian, and the joiner's coupon; and the texts people consent to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.domain.purposes import MEMBERSHIP
from app.domain.safety import age_months
from app.domain.verdict import Text
from app.records.offers import Offer

OLDEST = 130
"""Years: an earlier birthday is a slip of the keys."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a member came from."""

    code: str
    title: Text
    asks: str
    """What else must be said: '' | campaign | referrer."""
    guide: bool
    """Whether the salesperson is told as the one who won the member."""


@dataclass(frozen=True, slots=True)
class Gift:
    """The coupon that a till grants by itself to whoever joins."""

    rule: str
    offer_id: str
    coupon_class: str
    days: int
    """Good days, the day of joining included."""
    face_fen: int
    """The most it can cost."""
    once_per_phone: bool
    """Whether a further person on a phone that is known waits for headquarters instead."""

    def last_day(self, offer: Offer, day: date) -> date | None:
        """Its last good day when granted on `day`; None where the offer cannot be granted then."""
        if not offer.active or not offer.by_right or not offer.starts_on <= day <= offer.ends_on:
            return None
        return min(day + timedelta(days=self.days - 1), offer.ends_on)

    def serial(self, member_id: str) -> str:
        """Its serial: the same member never has two."""
        return str(uuid5(NAMESPACE_URL, f"{self.rule}:{member_id}"))


@dataclass(frozen=True, slots=True)
class JoiningRules:
    """How people join."""

    version: str
    sources: tuple[Source, ...]
    default_source: str
    guardian_below_years: int
    guardian_from_years: int
    gift: Gift | None

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> JoiningRules:
        """The rules of `resources/rules/joining.json`; KeyError or ValueError where they are incomplete."""
        sources = tuple(Source(row["code"], Text(row["zh"], row["en"]), row["asks"], row["guide"]) for row in raw["sources"])
        if raw["default_source"] not in {source.code for source in sources}:
            raise ValueError("the default source is none of the sources")
        gift = raw.get("gift")
        known = {name: gift[name] for name in Gift.__dataclass_fields__} if gift else None
        return cls(
            raw["version"],
            sources,
            raw["default_source"],
            int(raw["guardian_below_years"]),
            int(raw["guardian_from_years"]),
            Gift(**known) if known else None,
        )

    def source(self, code: str) -> Source | None:
        """A source by its code; '' means the default one."""
        return next((source for source in self.sources if source.code == (code or self.default_source)), None)

    def needs_guardian(self, born_on: date | None, today: date) -> bool:
        """Whether somebody of that birthday joins only with a guardian; nobody is asked for an age."""
        return born_on is not None and age_months(born_on, today) // 12 < self.guardian_below_years

    def may_guard(self, born_on: date | None, today: date) -> bool:
        """Whether a member may answer for a minor: grown up, as far as is known."""
        return born_on is None or age_months(born_on, today) // 12 >= self.guardian_from_years


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose with the text that is consented to."""

    purpose: str
    version: str
    needed: bool
    """Whether nobody is registered without it."""
    sensitive: bool
    title: Text
    text: Text
    refusing: Text
    """What refusing means; never that a sale is refused."""
    retention: Text
    by: tuple[str, ...] = ()
    """The ways in which it may be given, where not every one is enough; taken back it is in any."""
    demo: bool = False
    """Whether only the demo pharmacy asks for it: a shop that tells nobody outside its chain does not ask whether it may."""

    def given_by(self, channel: str) -> bool:
        """Whether a yes in this way is enough."""
        return not self.by or channel in self.by


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """Every purpose in the order it is shown, and the ways a consent is given."""

    version: str
    purposes: tuple[Purpose, ...]
    channels: tuple[tuple[str, Text], ...]

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> ConsentTexts:
        """The texts of `resources/texts/consents.json`; KeyError or ValueError where they are incomplete."""
        version = str(raw["version"])
        purposes = tuple(
            Purpose(
                row["purpose"],
                version,
                row["needed"],
                row["sensitive"],
                _text(row["title"]),
                _text(row["text"]),
                _text(row["refusing"]),
                _text(row["retention"]),
                tuple(row.get("by", ())),
                row.get("demo", False),
            )
            for row in raw["purposes"]
        )
        if [purpose.purpose for purpose in purposes if purpose.needed] != [MEMBERSHIP]:
            raise ValueError("membership alone is needed to be registered")
        channels = tuple((row["code"], Text(row["zh"], row["en"])) for row in raw["channels"])
        if not {way for purpose in purposes for way in purpose.by} <= {code for code, _ in channels}:
            raise ValueError("a consent that nobody can give")
        return cls(version, purposes, channels)

    def asked(self, *, demo: bool) -> ConsentTexts:
        """What members of this shop are asked for."""
        return replace(self, purposes=tuple(purpose for purpose in self.purposes if demo or not purpose.demo))

    def of(self, purpose: str) -> Purpose | None:
        """A purpose by its code."""
        return next((one for one in self.purposes if one.purpose == purpose), None)


def _text(said: Mapping[str, str]) -> Text:
    return Text(said["zh"], said["en"])


def birthday(text: str, today: date) -> date | None:
    """A typed birthday (`1956-03-08`, `19560308`, `1956.3.8`); None for an empty text. ValueError for anything else, or a day to come."""
    plain = text.strip()
    if not plain:
        return None
    parts = plain.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 1 and len(plain) == 8:
        parts = [plain[:4], plain[4:6], plain[6:]]
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(text)
    day = date(*(int(part) for part in parts))
    if day > today or age_months(day, today) // 12 > OLDEST:
        raise ValueError(text)
    return day
