"""A member's health file on A4: allergies first, medicines in use, readings as curves and figures, and what they consented to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.reports.page import BAD_INK, BAD_T, INFO_INK, INFO_T, MM, WARN_INK, WARN_T, Cell, Column, Page
from app.reports.shop import ShopFace
from app.reports.words import Words

MOST_ROWS = 40
"""Readings of one kind in figures; the curve shows them all."""


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """One medicine in use."""

    name: str
    spec: str
    usage: str
    bought_on: date
    runs_out_on: date | None
    adherence: str
    late: bool


@dataclass(frozen=True, slots=True)
class PlotLine:
    """One figure over the days; values in the unit people read."""

    title: str
    unit: str
    points: tuple[tuple[date, float], ...]
    band: tuple[float, float] | None
    decimals: int


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading in figures."""

    at: str
    words: str
    note: str
    outside: bool


@dataclass(frozen=True, slots=True)
class ReadingPart:
    """Everything of one kind of reading."""

    title: str
    unit: str
    standing: str
    first: date
    last: date
    lines: tuple[PlotLine, ...]
    rows: tuple[ReadingRow, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """How the member stands to one purpose."""

    purpose: str
    given: bool
    version: str
    day: date


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file says; the name is masked already and `card` are the last digits of the number."""

    name: str
    card: str
    person: str
    """Sex and age in words."""
    asked: bool
    """Whether anybody ever asked about allergies."""
    allergies: tuple[str, ...]
    medicines: tuple[MedicineRow, ...]
    adherence: str
    readings: tuple[ReadingPart, ...]
    consents: tuple[ConsentRow, ...]
    note: str
    """That readings are no diagnosis."""
    withheld: bool = False
    """Whether allergies on record may not be shown, since the consent was taken back."""


def health_pdf(shop: ShopFace, facts: FileFacts, *, made_at: datetime) -> bytes:
    """The file."""
    words = Words(shop.language)
    who = (words("refill.member", name=facts.name, card=facts.card), facts.person)
    page = Page(shop, words("title.health"), made_at=made_at, facts=who)
    if facts.withheld:
        page.strip(words("health.withdrawn_consent"), WARN_INK, WARN_T)
    elif facts.allergies:
        page.strip(words("health.allergic", names="、".join(facts.allergies)), BAD_INK, BAD_T)
    elif facts.asked:
        page.strip(words("health.no_allergy"), INFO_INK, INFO_T)
    else:
        page.strip(words("health.never_asked"), WARN_INK, WARN_T)
    _medicines(page, facts)
    for part in facts.readings:
        _readings(page, part)
    if not facts.readings:
        page.section(words("health.readings"))
        page.note(words("health.no_readings"), size=9)
    page.gap()
    _consents(page, facts.consents)
    page.gap(2 * MM)
    page.note(facts.note)
    return page.finish()


def _medicines(page: Page, facts: FileFacts) -> None:
    words = page.words
    page.section(words("health.medicines"), facts.adherence)
    if not facts.medicines:
        page.note(words("health.no_medicines"), size=9)
        page.gap()
        return
    columns = [
        Column(words("health.medicine"), 2.6),
        Column(words("health.spec"), 1.2),
        Column(words("health.usage"), 2.2),
        Column(words("health.bought"), 1.1, "right"),
        Column(words("health.runs_out"), 1.1, "right"),
        Column(words("health.covered"), 0.9, "right"),
    ]
    rows: list[list[str | Cell]] = [
        [
            Cell(row.name, bold=True),
            row.spec,
            row.usage,
            row.bought_on.isoformat(),
            Cell(row.runs_out_on.isoformat() if row.runs_out_on is not None else "", BAD_INK if row.late else None, row.late),
            row.adherence,
        ]
        for row in facts.medicines
    ]
    page.table(columns, rows)
    page.gap()


def _readings(page: Page, part: ReadingPart) -> None:
    words = page.words
    # One point is no line: the table says it.
    lines = [line for line in part.lines if len(line.points) > 1]
    page.section(f"{part.title} {part.unit}", part.standing, room=62 * MM)
    if lines:
        between, height = 6 * MM, 34 * MM
        for start in range(0, len(lines), 2):
            pair = lines[start : start + 2]
            page.need(height)
            wide = (page.width - between * (len(pair) - 1)) / len(pair)
            for n, line in enumerate(pair):
                _plot(page, page.left + n * (wide + between), wide, height, line, part)
            page.y -= height + 2 * MM
        tinted = "health.span" if any(line.band is not None for line in lines) else "health.span_plain"
        page.note(words(tinted, first=part.first.isoformat(), last=part.last.isoformat(), n=len(part.rows)), size=7.5)
        page.gap(1.5 * MM)
    columns = [Column(words("health.when"), 1.4), Column(f"{part.title} {part.unit}", 1.2), Column(words("health.how"), 3.0)]
    rows: list[list[str | Cell]] = [
        [row.at, Cell(row.words, BAD_INK if row.outside else None, row.outside), row.note] for row in part.rows[:MOST_ROWS]
    ]
    page.table(columns, rows)
    page.gap()


def _plot(page: Page, x: float, wide: float, height: float, line: PlotLine, part: ReadingPart) -> None:
    page.curve(
        x,
        page.y,
        wide,
        height,
        [(float(day.toordinal()), value) for day, value in line.points],
        across=(float(part.first.toordinal()), float(part.last.toordinal())),
        band=line.band,
        title=f"{line.title} {line.unit}",
        decimals=line.decimals,
    )


def _consents(page: Page, consents: Sequence[ConsentRow]) -> None:
    words = page.words
    page.section(words("health.consents"))
    if not consents:
        page.note(words("health.no_consents"), size=9)
        return
    columns = [
        Column(words("health.purpose"), 2.4),
        Column(words("health.stands"), 1.0),
        Column(words("health.version"), 1.2),
        Column(words("col.date"), 1.2, "right"),
    ]
    rows: list[list[str | Cell]] = [
        [row.purpose, words("health.given" if row.given else "health.withdrawn"), row.version, row.day.isoformat()] for row in consents
    ]
    page.table(columns, rows)
