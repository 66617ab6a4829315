"""Tiers: what a member's purchases make of them, folded in the order of their own days, so that arrival never matters.

A tier is reached on the day on which the last months' spending (or days with a purchase) suffices, and holds to the end of its term
whatever is bought meanwhile. Then the months are looked at again: the tier is renewed, or after some days of grace one falls by one
step. What came back was never bought, so a tier that was reached by it never was. A tier given by hand is a floor while it lasts.
All days are the shop's own calendar days; a term's last day is a day on which the tier still holds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, Protocol

from app.domain.lots import last_of_month
from app.records.text import Text

Because = Literal["base", "book", "bought", "renewed", "ended", "given"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier: what it is called, and what it asks of the last months."""

    id: str
    title: Text
    spend_fen: int
    """0 asks for none."""
    days: int
    """Days with a purchase; 0 asks for none."""
    both: bool
    """Whether spending and days are both asked for, where both are named; else either suffices."""

    def met(self, fen: int, days: int) -> bool:
        """Whether so much spent on so many days suffices."""
        asked = [have >= need for have, need in ((fen, self.spend_fen), (days, self.days)) if need]
        return (all(asked) if self.both else any(asked)) if asked else True


@dataclass(frozen=True, slots=True)
class TierRules:
    """The tiers of a chain, lowest first; the figures are the rule pack's, a chain may have others."""

    version: str
    effective_from: date
    months: int
    """Calendar months that count, today the last day of them."""
    hold: Literal["calendar_year", "months"]
    """Whether a tier holds to the end of a calendar year, or so many months from the day it was reached."""
    hold_for: int
    """Years after that in which it was reached, or months."""
    grace_days: int
    book_on: date
    """The day from which a tier counts that a member's profile brought along from before tiers were reckoned."""
    counts_nothing: frozenset[str]
    """Tender methods whose part of a sale does not count."""
    classes_without: frozenset[str]
    """Prescription and special classes that do not count."""
    tiers: tuple[Tier, ...]
    terms: tuple[Text, ...]
    """The rules as members may read them, with their blanks filled."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> TierRules:
        """Read the rules; KeyError or ValueError where one is missing or makes no sense."""
        hold = document["hold"]
        kind = str(hold["kind"])
        if kind not in ("calendar_year", "months"):
            raise ValueError(f"a tier holds to the end of a calendar year or for months, not {kind}")
        hold_for = int(hold["years"] if kind == "calendar_year" else hold["months"])
        figures = {"months": int(document["months"]), "grace_days": int(document["grace_days"]), "hold": hold_for}
        told = [one for one in document["terms"] if one.get("hold", kind) == kind]
        rules = cls(
            version=str(document["version"]),
            effective_from=date.fromisoformat(document["effective_from"]),
            months=figures["months"],
            hold="calendar_year" if kind == "calendar_year" else "months",
            hold_for=hold_for,
            grace_days=figures["grace_days"],
            book_on=date.fromisoformat(document["book_on"]),
            counts_nothing=frozenset(document["counts_nothing"]),
            classes_without=frozenset(document["classes_without"]),
            tiers=tuple(
                Tier(str(one["id"]), Text(one["zh"], one["en"]), int(one["spend_fen"]), int(one["days"]), bool(one["both"]))
                for one in document["tiers"]
            ),
            terms=tuple(Text(one["zh"].format(**figures), one["en"].format(**figures)) for one in told),
        )
        ids = [tier.id for tier in rules.tiers]
        asked = [(tier.spend_fen, tier.days) for tier in rules.tiers]
        shortest = hold_for * (365 if kind == "calendar_year" else 28)
        if min(rules.months, hold_for) < 1 or not 0 <= rules.grace_days < shortest or len(set(ids)) != len(ids) or not ids:
            raise ValueError("tiers need ids of their own, months, a term, and a grace that is shorter")
        if any(min(pair) < 0 for pair in asked) or asked[0] != (0, 0) or (0, 0) in asked[1:]:
            raise ValueError("the lowest tier asks for nothing, every other for something")
        return rules

    @property
    def base(self) -> str:
        """The tier of whoever reached none."""
        return self.tiers[0].id

    def rank(self, tier: str) -> int:
        """How high a tier is; that of a word nobody knows is the lowest."""
        return next((rank for rank, one in enumerate(self.tiers) if one.id == tier), 0)

    def title(self, tier: str) -> Text:
        """What a tier is called; its id where no rule knows it."""
        return next((one.title for one in self.tiers if one.id == tier), Text(tier))

    def last_day(self, reached: date) -> date:
        """The last day on which a tier holds that was reached on a day, or whose last term ended on it."""
        if self.hold == "calendar_year":
            return date(reached.year + self.hold_for, 12, 31)
        return months_later(reached, self.hold_for)

    def counts_until(self, bought: date) -> date:
        """The last day on which a purchase of a day counts among the last months."""
        last = months_later(bought, self.months)
        return last if bought > months_later(last, -self.months) else last - _DAY


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier), or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), last_of_month(year, month + 1))


def tier_held(profile: str, told: str | None, book: str | None) -> str:
    """The one tier of a member: headquarters' last word (None for none yet), unless their profile changed since it was spoken of `book`."""
    return told if told is not None and profile in (book, told) else profile


# ------------------------------------------------------------------ what counts of a sale


class SoldLine(Protocol):
    """A line of a sale as tiers see it."""

    @property
    def line_id(self) -> str:
        """Which one."""
        ...

    @property
    def rx_class(self) -> str:
        """Prescription or special class."""
        ...

    @property
    def amount_fen(self) -> int:
        """What is paid for it, after every cut."""
        ...


def counted_fen(
    lines: Iterable[SoldLine], paid_fen: Mapping[str, int], back_fen: Iterable[tuple[str, int]], rules: TierRules
) -> int:
    """What of a sale counts, in fen: its counting lines less what came back of them, for the part that counting tenders paid.

    `paid_fen` is per tender method what counts towards the sale, corrections included; `back_fen` are (line, fen given back).
    """
    counting = {line.line_id: line.amount_fen for line in lines if line.rx_class not in rules.classes_without}
    kept = sum(counting.values()) - sum(fen for line_id, fen in back_fen if line_id in counting)
    whole = sum(paid_fen.values())
    own = sum(fen for method, fen in paid_fen.items() if method not in rules.counts_nothing)
    return max(0, kept) * max(0, own) // whole if whole > 0 else 0


# ------------------------------------------------------------------ where a member stands


@dataclass(frozen=True, slots=True)
class Purchase:
    """A sale that a member made, on the shop's calendar day; `fen` is what of it counts after every return."""

    day: date
    fen: int


@dataclass(frozen=True, slots=True)
class Given:
    """A tier that somebody gave by hand, from a day to a day, both included."""

    tier: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing to the next tier."""

    tier: str
    fen: int
    """0 where spending is not asked for, or suffices."""
    days: int
    """Days with a purchase, alike."""
    both: bool
    """Whether both are needed; else either suffices."""
    by: date | None
    """The last day on which so much is enough, since what was bought first stops counting then; None where nothing counts yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands on a day."""

    tier: str
    since: date | None
    """None for whoever never rose from the lowest."""
    until: date | None
    """The last day on which the tier holds without a further purchase, grace included once it runs; None holds for good."""
    because: Because
    in_grace: bool
    spent_fen: int
    """What counts of the last months."""
    days: int
    missing: Missing | None
    """None in the highest tier."""
    changes_on: date | None
    """The first later day on which this would read otherwise with no further purchase; None if never."""


@dataclass(slots=True)
class _Months:
    """What counts on a day: purchases enter in order and leave once they are too old; days asked about never go back."""

    rules: TierRules
    waiting: deque[Purchase]
    inside: deque[Purchase] = field(default_factory=deque)
    fen: int = 0
    days: dict[date, int] = field(default_factory=dict)

    def reach(self, day: date) -> int:
        """The highest tier whose needs are met on a day."""
        while self.waiting and self.waiting[0].day <= day:
            entering = self.waiting.popleft()
            self.inside.append(entering)
            self.fen += entering.fen
            self.days[entering.day] = self.days.get(entering.day, 0) + 1
        opened = months_later(day, -self.rules.months)
        while self.inside and self.inside[0].day <= opened:
            leaving = self.inside.popleft()
            self.fen -= leaving.fen
            self.days[leaving.day] -= 1
            if not self.days[leaving.day]:
                del self.days[leaving.day]
        ranks = range(len(self.rules.tiers) - 1, 0, -1)
        return next((rank for rank in ranks if self.rules.tiers[rank].met(self.fen, len(self.days))), 0)


@dataclass(slots=True)
class _Earned:
    """A member's own tier while their purchases are being folded."""

    rules: TierRules
    rank: int
    since: date | None
    until: date | None
    because: Because
    wanting: date | None = None
    """The end of a term on which too little was there: the grace runs."""

    def buy(self, day: date, reached: int) -> None:
        """With this day's purchases so high a tier's needs are met."""
        if reached > self.rank:
            self.rank, self.since, self.until, self.because = reached, day, self.rules.last_day(day), "bought"
        elif self.until is not None and self.until < day and reached == self.rank:
            self.until, self.because = self.rules.last_day(self.until), "renewed"

    def settle(self, day: date, months: _Months) -> None:
        """Let terms that ended before a day be renewed, wait in grace, or let the member fall."""
        while self.until is not None and self.until < day:
            last = self.until
            end = last + timedelta(days=self.rules.grace_days)
            if last != self.wanting and months.reach(last) >= self.rank:
                self.until, self.because = self.rules.last_day(last), "renewed"
                continue
            self.wanting = last
            if day <= end:
                return
            self.rank -= 1
            self.since, self.because = end + _DAY, "ended"
            self.until = self.rules.last_day(last) if self.rank else None


def place_on(today: date, purchases: Iterable[Purchase], rules: TierRules, *, book: str = "", given: Sequence[Given] = ()) -> Place:
    """Where somebody stands on a day; purchases in any order, all ids of a person together. `book` is their profile's own tier."""
    whole = sorted((one for one in purchases if one.fen > 0), key=lambda one: (one.day, one.fen))
    months = _Months(rules, deque(one for one in whole if one.day <= today))
    rank = rules.rank(book)
    since, until = (rules.book_on, rules.last_day(rules.book_on)) if rank else (None, None)
    earned = _Earned(rules, rank, since, until, "book" if rank else "base")
    while months.waiting:
        day = months.waiting[0].day
        earned.settle(day, months)
        earned.buy(day, months.reach(day))
    earned.settle(today, months)
    months.reach(today)
    return _placed(today, earned, months, rules, given, next((one.day for one in whole if one.day > today), None))


def _placed(
    today: date, earned: _Earned, months: _Months, rules: TierRules, given: Sequence[Given], coming: date | None
) -> Place:
    """What the own tier and those given by hand come to, and what is missing to the next."""
    grace = earned.until is not None and earned.until < today
    own_until = earned.until + timedelta(days=rules.grace_days) if grace and earned.until is not None else earned.until
    rank, since, until, because = earned.rank, earned.since, own_until, earned.because
    lasting = [one for one in given if one.since <= today <= one.until]
    best = max(lasting, key=lambda one: (rules.rank(one.tier), one.until, one.since), default=None)
    if best is not None and (above := rules.rank(best.tier)) >= rank:
        if above > rank or (until is not None and best.until > until):
            until, because, grace = best.until, "given", False
        if above > rank:
            rank, since = above, best.since
    missing = _missing(rank, months, rules)
    turns = [
        earned.until + _DAY if earned.until is not None and earned.until >= today else None,
        own_until + _DAY if own_until is not None else None,
        missing.by + _DAY if missing is not None and missing.by is not None else None,
        coming,
        *(one.until + _DAY for one in lasting),
        *(one.since for one in given if one.since > today),
    ]
    return Place(
        rules.tiers[rank].id,
        since,
        until,
        because,
        grace,
        months.fen,
        len(months.days),
        missing,
        min((day for day in turns if day is not None and day > today), default=None),
    )


def _missing(rank: int, months: _Months, rules: TierRules) -> Missing | None:
    if rank + 1 >= len(rules.tiers):
        return None
    tier = rules.tiers[rank + 1]
    by = rules.counts_until(months.inside[0].day) if months.inside else None
    fen, days = max(0, tier.spend_fen - months.fen), max(0, tier.days - len(months.days))
    return Missing(tier.id, fen, days, tier.both and bool(tier.spend_fen and tier.days), by)
