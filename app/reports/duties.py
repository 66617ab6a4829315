"""The month sheets of duties with figures (温湿度记录表): one page a duty with its days, curves and limits."""

from __future__ import annotations

import calendar
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.day import DutyRule, Figure, parse_duties
from app.records.resources import resource
from app.reports.page import BAD_INK, MM, Cell, Column, Page, moment
from app.reports.shop import shop_face, staff_names
from app.reports.table import csv_table
from app.reports.words import Words
from app.store.open_store import Store
from app.store.shifts import DutyRow


@dataclass(frozen=True, slots=True)
class MonthOfDuty:
    """A duty and what was recorded for it in a month, by (day, slot); a slot done twice keeps its last."""

    rule: DutyRule
    rows: dict[tuple[date, str], DutyRow]


def months(store: Store, month: date, rules: Sequence[DutyRule] | None = None) -> tuple[MonthOfDuty, ...]:
    """The duties with figures that the shop keeps or that were recorded in the month of a day; the carried rules by default."""
    known = rules if rules is not None else parse_duties(json.loads(resource("rules", "duties.json").read_text("utf-8")))
    rows = [row for day in _days(month) for row in store.shifts.duties(day)]
    wanted = set(store.settings.get("duty.list"))
    done = {row.duty for row in rows}
    return tuple(
        MonthOfDuty(rule, {(row.day, row.slot): row for row in rows if row.duty == rule.id})
        for rule in known
        if rule.figures and (not wanted or rule.id in wanted or rule.id in done)
    )


def _days(month: date) -> list[date]:
    return [month.replace(day=n + 1) for n in range(calendar.monthrange(month.year, month.month)[1])]


def figure_text(figure: Figure, value: int) -> str:
    """A stored whole number as people write it: 225 tenths of a degree -> "22.5"."""
    decimals = len(str(figure.scale)) - 1
    return f"{value / figure.scale:.{decimals}f}"


def duties_pdf(store: Store, month: date, rules: Sequence[DutyRule] | None = None, *, made_at: datetime) -> bytes:
    """One A4 page for each duty with figures in the month of the given day."""
    shop = shop_face(store)
    words = Words(shop.language)
    staff = staff_names(store)
    page = Page(shop, words("title.duties"), made_at=made_at, facts=(words("month", month=f"{month:%Y-%m}"),))
    sheets = months(store, month, rules)
    for n, sheet in enumerate(sheets):
        if n:
            page.new_page()
        _sheet(page, sheet, month, staff, shop.language)
    if not sheets:
        page.note(words("none"), size=9)
    return page.finish()


def _sheet(page: Page, sheet: MonthOfDuty, month: date, staff: Callable[[str], str], language: str) -> None:
    words, rule = page.words, sheet.rule
    out = sum(not row.in_range for row in sheet.rows.values())
    page.section(rule.title.of(language), words("duty.done", n=len(sheet.rows), out=out))
    limits = [
        words(
            "limits",
            title=figure.title.of(language),
            low=figure_text(figure, figure.low),
            high=figure_text(figure, figure.high),
            unit=figure.unit,
        )
        for figure in rule.figures
    ]
    page.note(" · ".join([*limits, rule.basis.of(language)]))
    page.gap(1.5 * MM)
    _curves(page, sheet, month, language)
    columns = [Column(words("col.day"), 0.7, "center")]
    for slot in rule.slots:
        prefix = f"{words.coded('slot', slot.id)} " if len(rule.slots) > 1 else ""
        columns += [Column(f"{prefix}{figure.title.of(language)} {figure.unit}", 1.5, "right") for figure in rule.figures]
        columns.append(Column(words("col.person"), 1.8))
    columns.append(Column(words("col.action"), 2.2))
    body: list[list[str | Cell]] = []
    for day in _days(month):
        cells: list[str | Cell] = [Cell(str(day.day), bold=True)]
        actions = []
        for slot in rule.slots:
            row = sheet.rows.get((day, slot.id))
            for figure in rule.figures:
                value = row.figures.get(figure.name) if row else None
                bad = value is not None and not figure.low <= value <= figure.high
                cells.append(Cell(figure_text(figure, value), BAD_INK if bad else None, bad) if value is not None else "")
            cells.append(f"{staff(row.actor)} {moment(row.at)[-5:]}" if row else "")
            if row and row.action:
                actions.append(_action(rule, row.action, language))
        body.append([*cells, "；".join(actions)])
    page.table(columns, body, size=7.2)


def _action(rule: DutyRule, code: str, language: str) -> str:
    return next((text.of(language) for known, text in rule.actions if known == code), code)


def _curves(page: Page, sheet: MonthOfDuty, month: date, language: str) -> None:
    """A curve for each figure over the month, side by side."""
    if not sheet.rows:
        return
    figures = sheet.rule.figures
    between, height = 6 * MM, 27 * MM
    wide = (page.width - between * (len(figures) - 1)) / len(figures)
    slots = [slot.id for slot in sheet.rule.slots]
    for n, figure in enumerate(figures):
        points = [
            (day.day + (slots.index(slot) / len(slots) if slot in slots else 0.0), row.figures[figure.name] / figure.scale)
            for (day, slot), row in sorted(sheet.rows.items())
            if figure.name in row.figures
        ]
        page.curve(
            page.left + n * (wide + between),
            page.y,
            wide,
            height,
            points,
            across=(1, len(_days(month)) + 1),
            band=(figure.low / figure.scale, figure.high / figure.scale),
            title=f"{figure.title.of(language)} {figure.unit}",
        )
    page.y -= height + 3 * MM


def duties_csv(store: Store, month: date, rules: Sequence[DutyRule] | None = None) -> str:
    """Every recorded duty with figures of the month, one line a slot; figures in the rule's units."""
    shop = shop_face(store)
    words = Words(shop.language)
    staff = staff_names(store)
    sheets = months(store, month, rules)
    titles = list(dict.fromkeys(f"{f.title.of(shop.language)} {f.unit}" for sheet in sheets for f in sheet.rule.figures))
    rows = []
    for sheet in sheets:
        for (day, slot), row in sorted(sheet.rows.items()):
            figures = {
                f"{f.title.of(shop.language)} {f.unit}": figure_text(f, row.figures[f.name])
                for f in sheet.rule.figures
                if f.name in row.figures
            }
            rows.append(
                [
                    sheet.rule.title.of(shop.language),
                    day.isoformat(),
                    words.coded("slot", slot),
                    *(figures.get(title, "") for title in titles),
                    words("yes" if row.in_range else "no"),
                    _action(sheet.rule, row.action, shop.language) if row.action else "",
                    staff(row.actor),
                    moment(row.at, seconds=True),
                ]
            )
    header = [words("col.duty"), words("col.date"), words("col.slot"), *titles, words("col.in_range"), words("col.action")]
    return csv_table([*header, words("col.person"), words("col.clock")], rows)
