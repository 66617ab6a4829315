"""The shop's day: what should lie in the drawer, and the daily duties that are due or missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.domain.verdict import Text
from app.records.events import ShiftTotals

_PERIODS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that a duty asks for, with the range it should lie in."""

    name: str
    title: Text
    unit: str
    scale: int
    """Stored number per unit: 10 for tenths of a degree."""
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class DutySlot:
    """A part of the day in which a duty is done; times are the shop's own."""

    id: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class DutyRule:
    """A duty as data: what, how often, with which figures, and what to do when one is out of range."""

    id: str
    title: Text
    basis: Text
    every: str
    """day | week | month."""
    on: int
    """Weekday 1–7 (Monday 1) or day of the month; 0 for daily ones."""
    slots: tuple[DutySlot, ...]
    figures: tuple[Figure, ...]
    actions: tuple[tuple[str, Text], ...]
    """Coded actions for figures out of range."""


@dataclass(frozen=True, slots=True)
class DutyDoneOn:
    """A duty that was done: the facts of a `DutyDone` event that matter here."""

    duty: str
    slot: str
    day: date


@dataclass(frozen=True, slots=True)
class DutyState:
    """A duty in one of its slots as it stands now."""

    duty: str
    slot: str
    title: Text
    state: str
    """later | due | missed | done."""
    ends: time
    due_on: date
    """The day it is due on: of a weekly or monthly duty it may lie before today."""


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """A figure that lies outside its range."""

    name: str
    value: int
    low: int
    high: int


def expected_cash_fen(totals: ShiftTotals, cash_methods: Collection[str]) -> int:
    """What should lie in the drawer: float + cash taken − given back + put in − taken out (all positive figures).

    What members paid in in cash lies there too, though it is no turnover.
    """
    taken = (*totals.tenders, *totals.load_tenders)
    cash = sum(tender.amount_fen - tender.refund_fen for tender in taken if tender.method in cash_methods)
    return totals.float_fen + cash + totals.cash_in_fen - totals.cash_out_fen


def parse_duties(document: Mapping[str, Any]) -> tuple[DutyRule, ...]:
    """The duties of a decoded JSON document; ValueError names the duty that is wrong."""
    return tuple(_duty(raw) for raw in document["duties"])


def _duty(raw: Mapping[str, Any]) -> DutyRule:
    name = raw.get("id", "?")
    try:
        duty = DutyRule(
            id=raw["id"],
            title=Text(raw["title"]["zh"], raw["title"]["en"]),
            basis=Text(raw["basis"]["zh"], raw["basis"]["en"]),
            every=raw["every"],
            on=raw.get("on", 0),
            slots=tuple(
                DutySlot(slot["id"], time.fromisoformat(slot["starts"]), time.fromisoformat(slot["ends"])) for slot in raw["slots"]
            ),
            figures=tuple(
                Figure(
                    figure["name"],
                    Text(figure["title"]["zh"], figure["title"]["en"]),
                    figure["unit"],
                    figure["scale"],
                    figure["low"],
                    figure["high"],
                )
                for figure in raw.get("figures", [])
            ),
            actions=tuple((action["code"], Text(action["zh"], action["en"])) for action in raw.get("actions", [])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"duty {name}: {error}") from error
    if duty.every not in _PERIODS:
        raise ValueError(f"duty {name}: every is one of {', '.join(_PERIODS)}, not {duty.every!r}")
    if not duty.slots or any(slot.starts >= slot.ends for slot in duty.slots):
        raise ValueError(f"duty {name}: each slot must end after it starts")
    if any(figure.low > figure.high or figure.scale < 1 for figure in duty.figures):
        raise ValueError(f"duty {name}: a figure's range must not be empty")
    return duty


def duty_states(
    duties: Sequence[DutyRule],
    done: Collection[DutyDoneOn],
    day: date,
    at: time,
    wanted: Collection[str] | None = None,
    since: datetime | None = None,
) -> tuple[DutyState, ...]:
    """How every duty stands on a business day at the shop's own time; `wanted` limits them to the shop's list.

    Nobody could do what ended before the shop was founded (`since`, at the shop's own time): such duties are left out, not missed.
    `done` holds what was done on this day and, for weekly and monthly duties, since the beginning of the week or month.
    """
    states: list[DutyState] = []
    for duty in duties:
        if wanted is not None and duty.id not in wanted:
            continue
        first, due_on = _period(duty, day)
        for slot in duty.slots:
            if any(entry.duty == duty.id and entry.slot == slot.id and first <= entry.day <= day for entry in done):
                state = "done"
            elif day < due_on or (day == due_on and at < slot.starts):
                state = "later"
            elif day > due_on or at >= slot.ends:
                state = "missed"
            else:
                state = "due"
            if state == "missed" and since is not None and datetime.combine(due_on, slot.ends) <= since.replace(tzinfo=None):
                continue
            states.append(DutyState(duty.id, slot.id, duty.title, state, slot.ends, due_on))
    return tuple(states)


def _period(duty: DutyRule, day: date) -> tuple[date, date]:
    """(first day of the current period, the day in it on which the duty is due)."""
    if duty.every == "week":
        monday = day - timedelta(days=day.isoweekday() - 1)
        return monday, monday + timedelta(days=max(duty.on, 1) - 1)
    if duty.every == "month":
        first = day.replace(day=1)
        return first, first + timedelta(days=min(max(duty.on, 1), 28) - 1)
    return day, day


def out_of_range(duty: DutyRule, figures: Mapping[str, int]) -> tuple[OutOfRange, ...]:
    """Figures outside their range; then an action must be chosen. ValueError where a figure is missing."""
    found: list[OutOfRange] = []
    for figure in duty.figures:
        if figure.name not in figures:
            raise ValueError(f"duty {duty.id}: {figure.name} is missing")
        value = figures[figure.name]
        if not figure.low <= value <= figure.high:
            found.append(OutOfRange(figure.name, value, figure.low, figure.high))
    return tuple(found)
