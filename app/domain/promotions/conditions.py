"""What must be so around a sale for an offer to apply: the hour, the weekday, a birthday, a channel, a refill, an old article, a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.promotions.goods import Miss

BIRTHDAYS = ("day", "week", "month")
ALL_WEEK = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known around a sale; what nobody knows never stands in an offer's way."""

    minute: int = -1
    """Of the day at the store, 0 to 1439; -1 where unknown."""
    born_on: date | None = None
    channel: str = ""
    """store | online; '' where unknown."""
    bought: frozenset[str] | None = None
    """Products of this basket that the member has bought before; None where unknown."""
    traded: tuple[str, ...] = ()
    """Kinds of the old articles handed over with this sale, one for each; each backs one subsidy."""
    used: tuple[tuple[str, int], ...] = ()
    """Offer → how often the member has used it before."""


NOWHERE = Circumstances()


@dataclass(frozen=True, slots=True)
class Conditions:
    """The part `when` of an offer's terms, beside a trade-in's `old`."""

    offer_id: str
    hours: tuple[tuple[int, int], ...] = ()
    """From minute to minute, the end left out."""
    weekdays: frozenset[int] = ALL_WEEK
    """1 Monday to 7 Sunday."""
    birthday: str = ""
    channels: frozenset[str] = frozenset()
    refill: bool = False
    """Only where the basket holds something that the member has bought before."""
    old: frozenset[str] = frozenset()
    per_person: int = 0
    """How often one member may use it; 0 for any number."""

    @classmethod
    def read(cls, offer_id: str, terms: Mapping[str, Any]) -> Conditions | None:
        """Read `terms["when"]` and `terms["old"]`; None where there is nothing to ask. ValueError for what cannot be understood."""
        when = terms.get("when", {})
        if not isinstance(when, dict) or set(when) - {"hours", "weekdays", "birthday", "channels", "refill", "per_person"}:
            raise ValueError(f"when cannot be understood: {when!r}")
        birthday = when.get("birthday", "")
        weekdays = frozenset(int(day) for day in when.get("weekdays", ALL_WEEK))
        if (birthday and birthday not in BIRTHDAYS) or not weekdays or weekdays - ALL_WEEK:
            raise ValueError(f"when names no such day: {when!r}")
        read = cls(
            offer_id,
            hours=tuple((_minute(start), _minute(end)) for start, end in when.get("hours", ())),
            weekdays=weekdays,
            birthday=birthday,
            channels=frozenset(str(channel) for channel in when.get("channels", ())),
            refill=bool(when.get("refill", False)),
            old=frozenset(str(kind) for kind in terms.get("old", ())),
            per_person=int(when.get("per_person", 0)),
        )
        return read if read != cls(offer_id) else None

    def failed(self, around: Circumstances, day: date, products: frozenset[str], here: int = 0) -> tuple[Miss, ...]:
        """Every condition that does not hold on a business day for a basket with these goods in the offer's scope.

        `here` is how often this sale uses the offer already: of two coupons of one offer each counts.
        """
        found: list[Miss] = []
        if self.hours and around.minute >= 0 and not any(start <= around.minute < end for start, end in self.hours):
            found.append(Miss("when_hours", (("hours", "、".join(f"{_clock(a)}-{_clock(b)}" for a, b in self.hours)),)))
        if day.isoweekday() not in self.weekdays:
            found.append(Miss("when_weekday", (("weekdays", ";".join(str(one) for one in sorted(self.weekdays))),)))
        if self.birthday and not _near(around.born_on, day, self.birthday):
            found.append(Miss("when_birthday", (("span", self.birthday), ("known", int(around.born_on is not None)))))
        if self.channels and around.channel and around.channel not in self.channels:
            found.append(Miss("when_channel", (("channels", ";".join(sorted(self.channels))),)))
        if self.refill and around.bought is not None and not products & around.bought:
            found.append(Miss("when_refill"))
        if self.old and self.old.isdisjoint(around.traded):
            found.append(Miss("when_trade_in", (("old", ";".join(sorted(self.old))),)))
        if self.per_person and (used := self.used(around) + here) >= self.per_person:
            found.append(Miss("per_person", (("most", self.per_person), ("used", used))))
        return tuple(found)

    def used(self, around: Circumstances) -> int:
        """How often the member has used the offer before."""
        return dict(around.used).get(self.offer_id, 0)


def _minute(text: object) -> int:
    hours, _, minutes = str(text).partition(":")
    found = int(hours) * 60 + int(minutes or 0)
    if not 0 <= found <= 1440:
        raise ValueError(f"no such time of day: {text!r}")
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _near(born_on: date | None, day: date, span: str) -> bool:
    """Whether a birthday falls on the day, within three days of it, or in its month; who was born on 29 February keeps it on the 28th."""
    if born_on is None:
        return False
    if span == "month":
        return born_on.month == day.month
    most = 0 if span == "day" else 3
    for year in (day.year - 1, day.year, day.year + 1):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        last = 28 if (born_on.month, born_on.day) == (2, 29) and not leap else born_on.day
        if abs((date(year, born_on.month, last) - day).days) <= most:
            return True
    return False
