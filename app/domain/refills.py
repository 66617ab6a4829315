"""When a member's medicine runs out: by the dose that was noted, else by how long their own purchases lasted so far.

With a dose a purchase lasts ``packs × pieces ÷ (dose × times a day)`` days, rounded down, and what was left over is carried on:
a new supply begins when the old one ends. Without a dose nothing is said from one purchase.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from app.domain.money import round_half_up

SHORTEST, LONGEST = 3, 180
"""Days between purchases that can be a habit; shorter is one errand in two, longer is no habit."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """So many packs (smallest units) of one medicine kept by a member, bought on a business day."""

    day: date
    quantity: int


@dataclass(frozen=True, slots=True)
class Refill:
    """How often it was bought, and when it should run out."""

    every_days: int
    last: date
    next: date


def refill_of(purchases: Sequence[Purchase]) -> Refill | None:
    """The habit in one medicine's purchases (returned units already taken off); None with fewer than two days of purchase.

    What was bought before the last day lasted from the first day to the last; the last purchase lasts in proportion.
    """
    by_day: dict[date, int] = {}
    for purchase in purchases:
        if purchase.quantity > 0:
            by_day[purchase.day] = by_day.get(purchase.day, 0) + purchase.quantity
    if len(by_day) < 2:
        return None
    days = sorted(by_day)
    first, last = days[0], days[-1]
    used = sum(by_day[day] for day in days[:-1])
    lasts = round_half_up((last - first).days * by_day[last], used)
    every = round_half_up((last - first).days, len(days) - 1)
    if not SHORTEST <= every <= LONGEST or lasts < 1:
        return None
    return Refill(every, last, last + timedelta(days=lasts))


_PART = re.compile(r"([0-9]{1,4})(?:[./]([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Dose:
    """How a medicine is taken: hundredths of a piece each time, so many times on every so many days."""

    pieces_c: int
    """Half a tablet is 50."""
    times: int
    every_days: int = 1

    def __post_init__(self) -> None:
        """Refuse what nobody takes."""
        if not (1 <= self.pieces_c <= 100_000 and 1 <= self.times <= 24 and 1 <= self.every_days <= 90):
            raise ValueError(f"no dose: {self.pieces_c}/100 × {self.times} every {self.every_days} d")

    def days(self, packs: int, pieces: Fraction) -> int:
        """How many whole days so many packs of so many pieces last."""
        return int(packs * pieces * 100 * self.every_days / (self.pieces_c * self.times))

    def packs(self, days: int, pieces: Fraction) -> int:
        """The most packs that last no longer than so many days, at least one."""
        return max(1, int(Fraction(days * self.pieces_c * self.times, 100 * self.every_days) / pieces))


@dataclass(frozen=True, slots=True)
class Supply:
    """How a medicine's purchases cover a member's days."""

    basis: str
    """dose | interval."""
    last: date
    """The last day of purchase."""
    runs_out_on: date
    """The first day without any; before it there is a dose for every day."""
    lasts_days: int
    """How long it lasts from the last purchase on, carried-over pieces included."""
    covered: tuple[tuple[date, date], ...]
    """Spans of days with a dose: first day, and the first day after it; in order and apart."""

    def days_left(self, today: date) -> int:
        """Days from today that are covered; negative once it has run out."""
        return (self.runs_out_on - today).days


def dose_text(text: str) -> int:
    """Hundredths of a piece of what was typed: "1", "0.5", "1/2", "1.25"; ValueError otherwise."""
    match = _PART.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no dose: {text}")
    if match[2] is None:
        return int(match[1]) * 100
    if "/" in text:
        parts = Fraction(int(match[1]) * 100, int(match[2]) or 1)
        if parts.denominator != 1 or not int(match[2]):
            raise ValueError(f"no dose: {text}")
        return int(parts)
    if len(match[2]) > 2:
        raise ValueError(f"no dose: {text}")
    return int(match[1]) * 100 + int(match[2].ljust(2, "0"))


def supply_by_dose(purchases: Sequence[tuple[Purchase, Fraction]], dose: Dose) -> Supply | None:
    """The cover that purchases give at a dose, each with the pieces of its pack; None without any purchase.

    ``runout = max(last runout, day of sale) + days``; what does not make a whole day is carried on as pieces.
    """
    # Whole numbers of one small part of a piece: fractions of packs and doses cost ten times as much to add.
    parts = lcm(*(pieces.denominator for _, pieces in purchases)) if purchases else 1
    a_pieces = 100 * dose.every_days
    a_day = dose.pieces_c * dose.times * parts
    by_day: dict[date, int] = {}
    for purchase, pieces in purchases:
        if purchase.quantity > 0:
            held = purchase.quantity * pieces.numerator * (parts // pieces.denominator) * a_pieces
            by_day[purchase.day] = by_day.get(purchase.day, 0) + held
    if not by_day:
        return None
    spans: list[tuple[date, date]] = []
    runout, spare = min(by_day), 0
    for day in sorted(by_day):
        if day > runout:
            # The rest of a day that was carried on is gone: nobody keeps half a dose for a month.
            spare = 0
        start = max(runout, day)
        days, spare = divmod(by_day[day] + spare, a_day)
        runout = start + timedelta(days=days)
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], runout)
        elif days:
            spans.append((start, runout))
    last = max(by_day)
    return Supply("dose", last, runout, (runout - last).days, tuple(spans))


def supply_by_habit(purchases: Sequence[Purchase]) -> Supply | None:
    """The cover by the member's own interval, see `refill_of`; every purchase is taken to last in proportion to its packs."""
    refill = refill_of(purchases)
    if refill is None:
        return None
    by_day: dict[date, int] = {}
    for purchase in purchases:
        if purchase.quantity > 0:
            by_day[purchase.day] = by_day.get(purchase.day, 0) + purchase.quantity
    days = sorted(by_day)
    used = sum(by_day[day] for day in days[:-1])
    spans: list[tuple[date, date]] = []
    runout = days[0]
    for day in days:
        start = max(runout, day)
        runout = start + timedelta(days=round_half_up((days[-1] - days[0]).days * by_day[day], used))
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], runout)
        elif runout > start:
            spans.append((start, runout))
    return Supply("interval", refill.last, refill.next, (refill.next - refill.last).days, tuple(spans))


def covered_days(supply: Supply, first: date, until: date) -> int:
    """Days from `first` to the day before `until` on which there was a dose."""
    return sum(max(0, (min(end, until) - max(start, first)).days) for start, end in supply.covered)


def period(supply: Supply, today: date, window_days: int) -> tuple[date, date] | None:
    """The span that adherence is measured over: from the first cover, at most the window, to today; None for less than two weeks."""
    if not supply.covered:
        return None
    first = max(supply.covered[0][0], today - timedelta(days=window_days))
    return (first, today) if (today - first).days >= LEAST_PERIOD else None


LEAST_PERIOD = 14
"""Days below which a share of covered days says nothing."""


def pdc_bp(supply: Supply, today: date, window_days: int) -> int | None:
    """Proportion of days covered, in basis points; None where the time is too short to say."""
    span = period(supply, today, window_days)
    return covered_days(supply, *span) * 10_000 // (span[1] - span[0]).days if span is not None else None


def stage(days_left: int, before: Sequence[int], after: Sequence[int]) -> str:
    """The reminder that holds: due7, due3, due0 before it runs out, late7, late14, late30 after; '' where none does.

    Between two marks the one that was passed last holds: five days before the end it is still due7, ten days after it is late7.
    """
    if days_left >= 0:
        due = [days for days in before if days_left <= days]
        return f"due{min(due)}" if due else ""
    late = [days for days in after if -days_left >= days]
    return f"late{max(late)}" if late else f"due{min(before)}"
