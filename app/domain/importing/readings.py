"""Importing a meter's memory: blood pressures, glucose and other readings of one person, each row checked as if it had been typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.care import CareRules, Kind, Problem, figures_of
from app.domain.importing.columns import Column, ReadRow, read_rows, text
from app.domain.importing.plan import RowError
from app.domain.importing.table import Table
from app.records.clock import SHOP_TIME

_MOMENT = re.compile(
    r"(?P<year>20\d\d)[-./年](?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?"
    r"(?:[T\s]*(?P<hour>\d{1,2})[:：时](?P<minute>\d{1,2})(?:[:：分](?P<second>\d{1,2})秒?)?)?"
)
_NOON = 12
_OLDEST = timedelta(days=366)
_CONTEXTS = {
    "空腹": "fasting", "餐前": "fasting", "早餐前": "fasting", "fasting": "fasting",
    "餐后": "two_hours", "餐后2小时": "two_hours", "餐后两小时": "two_hours", "早餐后": "two_hours", "午餐后": "two_hours",
    "晚餐后": "two_hours", "two_hours": "two_hours", "postmeal": "two_hours",
    "随机": "random", "random": "random", "睡前": "bedtime", "bedtime": "bedtime",
    "左": "left", "左臂": "left", "left": "left", "右": "right", "右臂": "right", "right": "right",
}  # fmt: skip
_TITLES: Mapping[str, tuple[str, ...]] = {
    "day": ("日期", "测量日期", "Date"),
    "time": ("时间", "测量时间", "记录时间", "Time", "Timestamp", "Date time", "Datetime"),
    "sbp": ("收缩压", "高压", "SBP", "Systolic", "SYS"),
    "dbp": ("舒张压", "低压", "DBP", "Diastolic", "DIA"),
    "pulse": ("脉搏", "心率", "Pulse", "Heart rate", "PUL"),
    "glucose": ("血糖", "血糖值", "Glucose"),
    "weight": ("体重", "Weight"),
    "height": ("身高", "Height"),
    "waist": ("腰围", "Waist"),
    "hba1c": ("糖化血红蛋白", "糖化", "HbA1c"),
    "tc": ("总胆固醇", "TC", "Total cholesterol"),
    "ldl": ("低密度脂蛋白", "LDL", "LDL-C"),
    "hdl": ("高密度脂蛋白", "HDL", "HDL-C"),
    "tg": ("甘油三酯", "TG", "Triglycerides"),
    "uric_acid": ("尿酸", "UA", "Uric acid"),
    "context": ("时机", "时段", "测量时机", "备注", "Context", "Meal", "Arm"),
    "unit": ("单位", "Unit"),
}
READING_COLUMNS = tuple(Column(field, titles, text(60)) for field, titles in _TITLES.items())


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One reading of a file, ready to be kept."""

    kind: str
    at: datetime
    figures: Mapping[str, int]
    context: str


@dataclass(frozen=True, slots=True)
class MeterPlan:
    """What a file would bring; while `errors` is not empty it brings nothing."""

    fresh: tuple[MeterReading, ...]
    known: int
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...]


def plan_readings(
    table: Table, rules: CareRules, known: Collection[tuple[str, datetime, tuple[tuple[str, int], ...]]], now: datetime
) -> MeterPlan:
    """Plan a meter's file; `known` are (kind, minute in UTC, sorted figures) that the member has already.

    A row without a time of day counts as noon. A row may hold readings of several kinds.
    """
    read = read_rows(table, READING_COLUMNS)
    errors = list(read.errors)
    fresh: dict[tuple[str, datetime], tuple[int, MeterReading]] = {}
    repeated = 0
    for row in read.rows:
        at = _moment(row, rules, now, errors)
        if at is None:
            continue
        kinds = [kind for kind in rules.kinds.values() if any(row.texts.get(name) for name in kind.measures)]
        if not kinds:
            errors.append(_wrong(row, "", Problem("", "one_at_least", {}), rules))
        for kind in kinds:
            found = _reading(row, kind, at, rules, errors)
            if found is None:
                continue
            key = (kind.name, at)
            if (*key, tuple(sorted(found.figures.items()))) in known:
                repeated += 1
            elif key in fresh and fresh[key][1].figures != found.figures:
                errors.append(_wrong(row, _TITLES["time"][0], Problem("time", "twice", {"other": str(fresh[key][0])}), rules))
            elif key in fresh:
                repeated += 1
            else:
                fresh[key] = (row.number, found)
    ordered = sorted((each for _, each in fresh.values()), key=lambda each: (each.at, each.kind))
    return MeterPlan(tuple(ordered), repeated, tuple(errors), read.ignored_columns)


def _reading(row: ReadRow, kind: Kind, at: datetime, rules: CareRules, errors: list[RowError]) -> MeterReading | None:
    said = row.texts.get("context", "").replace(" ", "").lower()
    context = _CONTEXTS.get(said, "")
    if context not in kind.contexts:
        # A remark of the meter's own is no occasion; where one is needed it must be one of ours.
        context = "" if not kind.context_required else ("random" if not said else "")
    unit = row.texts.get("unit", "")
    converts = any(unit in measure.other_units for measure in kind.measures.values())
    figures, problems = figures_of(kind, row.texts, context, unit if converts else "")
    if problems:
        errors.extend(_wrong(row, _TITLES.get(problem.field, ("",))[0], problem, rules) for problem in problems)
        return None
    return MeterReading(kind.name, at, figures, context)


def _moment(row: ReadRow, rules: CareRules, now: datetime, errors: list[RowError]) -> datetime | None:
    """When a row was measured, to the minute."""
    joined = f"{row.texts.get('day', '')} {row.texts.get('time', '')}".strip()
    match = _MOMENT.fullmatch(joined)
    code = "time"
    if match is not None:
        try:
            hour = int(match["hour"]) if match["hour"] else _NOON
            parts = (int(match["year"]), int(match["month"]), int(match["day"]), hour, int(match["minute"] or 0))
            at = datetime(*parts, tzinfo=SHOP_TIME).astimezone(UTC)
        except ValueError:
            pass
        else:
            if now - _OLDEST <= at <= now:
                return at
            code = "future" if at > now else "too_old"
    column = _TITLES["time" if row.texts.get("time") else "day"][0]
    errors.append(_wrong(row, column, Problem("time", code, {}), rules, joined))
    return None


def _wrong(row: ReadRow, column: str, problem: Problem, rules: CareRules, value: str = "") -> RowError:
    words = rules.problems[problem.code]
    shown = value or row.texts.get(problem.field, "")
    return RowError(row.number, column, problem.code, words.zh.format(**problem.facts), words.en.format(**problem.facts), shown)
