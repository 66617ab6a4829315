"""Verification: the rules of a code that is sent to a phone and told back at the counter: how long, how often, and in what words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.verdict import Text

MEMBER, JOIN, CONSENT = "member", "join", "consent"
"""What a code is for: being the member in a sale, joining, or consenting to what the message names."""
_FEWEST_DIGITS, _MOST_DIGITS = 4, 8


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that was sent before, as far as the limits ask."""

    at: datetime
    same_phone: bool
    same_till: bool


@dataclass(frozen=True, slots=True)
class VerificationRules:
    """The carried rules."""

    channel: str
    digits: int
    minutes: int
    """How long a code is good."""
    tries: int
    """How often it may be typed."""
    between_s: int
    """Seconds between two codes to one phone."""
    phone_per_hour: int
    phone_per_day: int
    till_per_hour: int
    till_per_day: int
    keep_days: int
    """After so many days nothing is known of a code that nobody told back."""
    keep_proven_days: int
    """Of one that was told back, which is the evidence of a consent."""
    most_characters: Mapping[str, int]
    """By language: what a message may be long."""
    purposes: Mapping[str, Text]
    between: Text
    """What stands between two consents that one message names."""
    text: Text

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> VerificationRules:
        """Read the rules; KeyError or ValueError where they are incomplete or would let anybody guess."""
        numbers = ("digits", "minutes", "tries", "between_s", "phone_per_hour", "phone_per_day", "till_per_hour", "till_per_day")
        rules = cls(
            channel=str(document["channel"]),
            **{name: int(document[name]) for name in (*numbers, "keep_days", "keep_proven_days")},
            most_characters={name: int(most) for name, most in document["most_characters"].items()},
            purposes={name: Text(row["zh"], row["en"]) for name, row in document["purposes"].items()},
            between=Text(document["between"]["zh"], document["between"]["en"]),
            text=Text(document["text"]["zh"], document["text"]["en"]),
        )
        if not _FEWEST_DIGITS <= rules.digits <= _MOST_DIGITS or min(getattr(rules, name) for name in numbers) < 1:
            raise ValueError("verification: a code that is too short to be one, or limits that allow nothing")
        if rules.tries * rules.phone_per_day * 1_000 > 10**rules.digits:
            raise ValueError("verification: so many tries a day that codes could be guessed")
        if {MEMBER, JOIN, CONSENT} != rules.purposes.keys():
            raise ValueError("verification: a code is for being the member, for joining, or for a consent")
        if any(word not in said for said in (rules.text.zh, rules.text.en) for word in ("{code}", "{shop}", "{purpose}", "{minutes}")):
            raise ValueError("verification: the message says code, shop, purpose and how long")
        return rules

    def words(self, language: str, *, code: str, chain: str, shop: str, purpose: str, about: Sequence[str] = ()) -> str:
        """The message; `about` are the titles of what is consented to."""
        named = self.between.of(language).join(about)
        for_what = self.purposes[purpose].of(language).format(about=named)
        said = self.text.of(language).format(code=code, chain=chain, shop=shop, purpose=for_what, minutes=self.minutes)
        most = self.most_characters.get(language, len(said))
        # Several consents in one message may be long: the code and what it is for come first and are never cut.
        return said if len(said) <= most else said[:most]

    def wait_s(self, before: Sequence[Sent], now: datetime) -> int:
        """Seconds until a further code may be sent to a phone from a till; 0 for now. `before` are those of the last day."""
        waits = [timedelta(0)]
        to_phone = sorted(one.at for one in before if one.same_phone)
        by_till = sorted(one.at for one in before if one.same_till)
        if to_phone:
            waits.append(to_phone[-1] + timedelta(seconds=self.between_s) - now)
        for times, most, span in (
            (to_phone, self.phone_per_hour, timedelta(hours=1)),
            (to_phone, self.phone_per_day, timedelta(days=1)),
            (by_till, self.till_per_hour, timedelta(hours=1)),
            (by_till, self.till_per_day, timedelta(days=1)),
        ):
            if len(times) >= most:
                waits.append(times[-most] + span - now)
        # Rounded up: whoever waits so long is not told to wait again.
        return max(0, -int(-max(waits).total_seconds() // 1))
