"""When a member's medicine runs out by their own purchases: so many days a pack lasted so far, never a guess from one purchase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

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
