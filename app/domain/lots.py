"""Lots and expiry: until when a pack is good, and which lot the box in the hand most likely belongs to."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.records.catalogue import Lot

_PRINTED = re.compile(
    r"(?P<year>20\d\d)(?:[-./年\s]?(?P<month>0[1-9]|1[0-2]|[1-9](?!\d)))(?:[-./月\s]?(?P<day>\d{1,2}))?[月日]?"
)


@dataclass(frozen=True, slots=True)
class LotStock:
    """One lot and how many units the books say are left of it (the books may be wrong)."""

    lot: Lot
    stock: int


@dataclass(frozen=True, slots=True)
class SkippedLot:
    """A lot that was not proposed, and why: expired | locked | recalled | no_stock."""

    lot: Lot
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The lot to sell from by first expiry, for the cashier to confirm when `several` may be in the hand."""

    lot: Lot | None
    skipped: tuple[SkippedLot, ...]
    several: bool
    short: bool
    """Whether the books hold fewer units of the proposed lot than are needed; this never blocks a sale."""


def refusal_reason(lot: Lot, day: date) -> str:
    """Why nobody can sell from the lot on that day: recalled | locked | expired, or "" where it may be sold."""
    if lot.state in ("recalled", "locked"):
        return lot.state
    return "expired" if is_expired(lot, day) else ""


def saleable(lots: Iterable[LotStock], day: date) -> tuple[LotStock, ...]:
    """Lots that may be sold on that day, first expiry first, whatever the books say about their stock."""
    return tuple(sorted((entry for entry in lots if not refusal_reason(entry.lot, day)), key=_first_expiry))


def propose(lots: Sequence[LotStock], day: date, needed: int) -> Proposal:
    """Propose the saleable lot that expires first of those with stock, else of all: a box in the hand is stock."""
    able = saleable(lots, day)
    stocked = tuple(entry for entry in able if entry.stock > 0)
    choice = stocked or able
    skipped = [
        SkippedLot(entry.lot, refusal_reason(entry.lot, day))
        for entry in sorted(lots, key=_first_expiry)
        if refusal_reason(entry.lot, day)
    ]
    if stocked:
        skipped += [SkippedLot(entry.lot, "no_stock") for entry in able if entry.stock <= 0]
    if not choice:
        return Proposal(None, tuple(skipped), several=False, short=True)
    return Proposal(choice[0].lot, tuple(skipped), several=len(choice) > 1, short=choice[0].stock < needed)


def is_expired(lot: Lot, day: date) -> bool:
    """Whether the lot is past its last good day; the printed day itself is still good."""
    return day > lot.expires_on


def days_left(lot: Lot, day: date) -> int:
    """Days until the last good day: 0 on that day, negative afterwards."""
    return (lot.expires_on - day).days


def is_near_expiry(lot: Lot, day: date, within_days: int) -> bool:
    """Whether a lot that is still good ends within so many days, so that the customer must be told."""
    return 0 <= days_left(lot, day) <= within_days


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def good_through(text: str) -> date:
    """Read 有效期至 as the last good day: "2026-10" -> 31 October, "2026.10.15" -> 15 October; ValueError otherwise."""
    year, month, day = _printed(text)
    return date(year, month, day) if day else last_of_month(year, month)


def good_before(text: str) -> date:
    """Read 失效期 as the last good day, the day before it: "2026-10" -> 30 September; ValueError otherwise."""
    year, month, day = _printed(text)
    return date(year, month, day or 1) - timedelta(days=1)


def gs1_day(text: str) -> date:
    """Read a GS1 date of six digits, yymmdd; day 00 is the last of the month; ValueError otherwise.

    Years are 20yy: no pack at a counter bears another century.
    """
    if re.fullmatch(r"[0-9]{6}", text) is None:
        raise ValueError(f"not a GS1 date: {text!r}")
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12:
        raise ValueError(f"not a GS1 date: {text!r}")
    return date(year, month, day) if day else last_of_month(year, month)


def _printed(text: str) -> tuple[int, int, int]:
    match = _PRINTED.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a date as printed on a pack: {text!r}")
    return int(match["year"]), int(match["month"]), int(match["day"] or 0)


def _first_expiry(entry: LotStock) -> tuple[date, str, str]:
    return (entry.lot.expires_on, entry.lot.lot_no, entry.lot.id)
