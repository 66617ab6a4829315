"""Care: what a body reading means by the carried rules, where readings go, and when to measure again; whole numbers only.

A reading lies in a range; it is never a diagnosis. Every threshold, target and word is data (`resources/rules/care.json`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from app.domain.money import round_half_up
from app.records.text import Text

Span = tuple[int | None, int | None]
"""Lowest and highest whole number, both included; None where it is open."""

WAYS = ("see_doctor", "as_prescribed", "ask_pharmacist")
LEVELS = ("ok", "above", "high", "low", "urgent_high", "urgent_low")
_NUMBER = re.compile(r"[0-9]{1,6}(?:[.。．][0-9]{1,6})?")
_HIGHEST = 1_000_000


def within(value: int, span: Span) -> bool:
    """Whether a figure lies in a span."""
    low, high = span
    return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a kind of reading: how it is typed, kept and believed."""

    name: str
    title: Text
    unit: str
    scale: int
    """Stored whole numbers per unit: 100 for hundredths."""
    low: int
    high: int
    """Outside these it is a slip of the finger."""
    required: bool
    other_units: Mapping[str, Fraction]
    """Stored numbers per one of a further unit: mg/dL → 100/18."""

    @property
    def decimals(self) -> int:
        """How many decimals one may type."""
        return len(str(self.scale)) - 1

    def worded(self, value: int) -> str:
        """A stored number as people write it: 142, 7.8, 68.5."""
        if self.scale == 1:
            return str(value)
        # A meter shows mmol/L with one decimal; a second one is kept, and shown only where it says something.
        text = f"{value // self.scale}.{value % self.scale:0{self.decimals}d}"
        return text[:-1] if self.decimals == 2 and text.endswith("0") else text


@dataclass(frozen=True, slots=True)
class Grade:
    """A range that a reading may lie in."""

    name: str
    title: Text
    range: Text
    tone: str
    level: str
    urgent: bool
    any: Mapping[str, Span]
    """One figure in its span is enough; empty fits every reading."""
    contexts: tuple[str, ...]
    sex: str

    def fits(self, figures: Mapping[str, int], context: str, sex: str) -> bool:
        """Whether a reading lies in it."""
        if (self.contexts and context not in self.contexts) or (self.sex and self.sex != sex):
            return False
        return not self.any or any(name in figures and within(figures[name], span) for name, span in self.any.items())


@dataclass(frozen=True, slots=True)
class Target:
    """What a person's figures should keep within, and the band that a chart tints."""

    figures: Mapping[str, Span]
    band: Mapping[str, tuple[int, int]]

    def above(self, figures: Mapping[str, int]) -> tuple[str, ...]:
        """Figures above their target."""
        highs = ((name, self.figures[name][1]) for name in figures if name in self.figures)
        return tuple(name for name, high in highs if high is not None and figures[name] > high)

    def below(self, figures: Mapping[str, int]) -> tuple[str, ...]:
        """Figures below their target."""
        lows = ((name, self.figures[name][0]) for name in figures if name in self.figures)
        return tuple(name for name, low in lows if low is not None and figures[name] < low)


@dataclass(frozen=True, slots=True)
class _DatedTarget:
    """A target of the rules: from which age, for which occasions and sex."""

    from_age: int
    contexts: tuple[str, ...]
    sex: str
    target: Target


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of reading with everything the rules say of it."""

    name: str
    title: Text
    unit: str
    curves: tuple[str, ...]
    words: tuple[str, ...]
    """Figures that stand for the reading in a few characters."""
    measures: Mapping[str, Measure]
    contexts: Mapping[str, Text]
    context_required: bool
    apart: tuple[str, str, int] | None
    """Two figures of which the first must exceed the second by so much."""
    body_mass: bool
    grades: tuple[Grade, ...]
    """Worst first; the last fits everything."""
    also: tuple[tuple[Mapping[str, Span], Text], ...]
    targets: tuple[_DatedTarget, ...]
    trend_figure: str
    trend_step: int
    persists: bool
    """Whether several readings above the target ask for a doctor; a weight does not."""
    next_days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Advice:
    """Three things one may say at a level, and which comes first."""

    first: str
    ways: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class CareRules:
    """Everything that `resources/rules/care.json` says."""

    version: str
    kinds: Mapping[str, Kind]
    advice: Mapping[str, Advice]
    ways: Mapping[str, Text]
    words: Mapping[str, Text]
    """above_own, below_own, within_own, no_diagnosis."""
    trend_words: Mapping[str, Text]
    span_days: int
    last: int
    of_last: int
    mean_days: int
    follow_up_days: int
    urgent_days: int
    retry_days: int
    follow_up_kinds: Mapping[str, Text]
    reasons: Mapping[str, Text]
    outcomes: Mapping[str, Text]
    findings: Mapping[str, Text]
    before_days: tuple[int, ...]
    after_days: tuple[int, ...]
    window_days: int
    forget_days: int
    limits: tuple[tuple[str, str, int], ...]
    """(special register, prescription class, days), the first that fits holds."""
    limit_words: Text
    moments: Mapping[str, Text]
    usage_sources: Mapping[str, Text]
    places: Mapping[str, Text]
    conditions: Mapping[str, Text]
    """What the medicines of a category are for."""
    measured_for: Mapping[str, str]
    """Category → the kind of reading that says whether its medicines work."""
    problems: Mapping[str, Text]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> CareRules:
        """Read the rules; KeyError or ValueError where one is missing or makes no sense."""
        kinds = {row["id"]: _kind(row) for row in document["kinds"]}
        advice = {level: Advice(str(row["first"]), {way: _text(row[way]) for way in WAYS}) for level, row in document["advice"].items()}
        if set(advice) != set(LEVELS) or any(each.first not in WAYS for each in advice.values()):
            raise ValueError("advice needs every level and a known way first")
        trend, follow, refill = document["trend"], document["follow_up"], document["refill"]
        return cls(
            version=str(document["version"]),
            kinds=kinds,
            advice=advice,
            ways=_texts(document["ways"]),
            words={name: _text(document[name]) for name in ("above_own", "below_own", "within_own", "no_diagnosis")},
            trend_words=_texts(trend["words"]),
            span_days=int(trend["span_days"]),
            last=int(trend["last"]),
            of_last=int(trend["of_last"]),
            mean_days=int(trend["mean_days"]),
            follow_up_days=int(follow["days"]),
            urgent_days=int(follow["urgent_days"]),
            retry_days=int(follow["retry_days"]),
            follow_up_kinds=_texts(follow["kinds"]),
            reasons=_texts(follow["reasons"]),
            outcomes=_texts(follow["outcomes"]),
            findings=_texts(follow["findings"]),
            before_days=tuple(sorted(map(int, refill["before_days"]), reverse=True)),
            after_days=tuple(sorted(map(int, refill["after_days"]))),
            window_days=int(refill["window_days"]),
            forget_days=int(refill["forget_days"]),
            limits=tuple((str(row["special"]), str(row["rx_class"]), int(row["days"])) for row in refill["limits"]),
            limit_words=_text(refill["limit_words"]),
            moments=_texts(document["moments"]),
            usage_sources=_texts(document["usage_sources"]),
            places=_texts(document["places"]),
            conditions=_texts(document["conditions"]),
            measured_for={str(category): str(kind) for category, kind in document["measured_for"].items() if kinds[kind]},
            problems=_texts(document["problems"]),
        )

    def most_days(self, rx_class: str, special: str) -> int | None:
        """How many days' worth may be handed out at once; None where nothing limits it."""
        for limited_special, limited_class, days in self.limits:
            if (limited_special and limited_special == special) or (limited_class and limited_class == rx_class):
                return days
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a person."""

    reading_id: str
    kind: str
    at: datetime
    day: date
    """The shop's day of it."""
    figures: Mapping[str, int]
    context: str = ""
    place: str = "store"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with what was typed."""

    field: str
    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Assessment:
    """How one reading stands."""

    grade: Grade
    title: Text
    """The grade's, or how it stands to the person's own target where that says otherwise."""
    tone: str
    level: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    also: tuple[Text, ...]

    @property
    def urgent(self) -> bool:
        """Whether the pharmacist must come now."""
        return self.grade.urgent


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where the readings of a kind go."""

    way: str
    """up | down | level."""
    difference: int
    """How much, positive, in stored numbers."""
    persistent: bool
    """Too many of the last, or the mean of a week, above the target."""
    words: str
    """Key of the sentence."""
    count_above: int
    counted: int


# -- what is typed ------------------------------------------------------------------------------------------------------------------


def figures_of(kind: Kind, typed: Mapping[str, str], context: str, unit: str = "") -> tuple[dict[str, int], tuple[Problem, ...]]:
    """Stored figures of what was typed, and everything that is wrong with it; the figures are whole only without problems."""
    figures: dict[str, int] = {}
    problems: list[Problem] = []
    for name, measure in kind.measures.items():
        text = typed.get(name, "").strip()
        if not text:
            if measure.required:
                problems.append(Problem(name, "required", {}))
            continue
        value = stored(measure, text, unit)
        if isinstance(value, Problem):
            problems.append(value)
        elif not measure.low <= value <= measure.high:
            facts = {"low": measure.worded(measure.low), "high": measure.worded(measure.high)}
            problems.append(Problem(name, "implausible", facts))
        else:
            figures[name] = value
    if not figures and not problems:
        problems.append(Problem(next(iter(kind.measures)), "one_at_least", {}))
    if kind.apart is not None and not problems:
        over, under, least = kind.apart
        if over in figures and under in figures and figures[over] <= figures[under] + least:
            problems.append(Problem(over, "apart", {"least": str(least)}))
    if context and context not in kind.contexts:
        problems.append(Problem("context", "context_unknown", {}))
    elif kind.context_required and not context:
        problems.append(Problem("context", "context", {}))
    return figures, tuple(problems)


def stored(measure: Measure, text: str, unit: str) -> int | Problem:
    """The stored number of one typed figure, or what is wrong with it; whether it is believable is not asked here."""
    plain = text.replace(",", ".").replace("。", ".").replace("．", ".")
    if not plain.isascii() or _NUMBER.fullmatch(plain) is None:
        return Problem(measure.name, "not_number", {})
    whole, _, part = plain.partition(".")
    typed = Fraction(int(whole + part), 10 ** len(part))
    if unit and unit != measure.unit:
        per = measure.other_units.get(unit)
        if per is None:
            # Only the figure that has a further unit is typed in it.
            return Problem("unit", "unit", {})
        stored = typed * per
        return min(_HIGHEST, round_half_up(stored.numerator, stored.denominator))
    if len(part.rstrip("0")) > measure.decimals:
        return Problem(measure.name, "decimals", {"decimals": str(measure.decimals)})
    return min(_HIGHEST, int(typed * measure.scale))


def body_mass(weight_tenths_kg: int, height_mm: int) -> int:
    """The body mass index in hundredths of kg/m², from tenths of a kilogram and millimetres (tenths of a centimetre)."""
    return round_half_up(weight_tenths_kg * 10 * 1_000_000, height_mm * height_mm)


def worded(kind: Kind, figures: Mapping[str, int]) -> str:
    """A reading in a few characters: 142/88, 7.8, LDL 2.86."""
    named = [name for name in kind.words if name in figures] or [name for name in kind.measures if name in figures][:1]
    text = "/".join(kind.measures[name].worded(figures[name]) for name in named)
    # Of several figures that stand alone the one that is said names itself.
    return f"{named[0].upper()} {text}" if len(named) == 1 and len(kind.curves) > len(kind.words) else text


# -- what it means ------------------------------------------------------------------------------------------------------------------


def target_of(kind: Kind, context: str, age: int | None, sex: str, own: Mapping[str, Span] | None = None) -> Target:
    """What a person's figures should keep within: their own where a pharmacist set one, else by age and occasion."""
    fitting = [
        dated
        for dated in kind.targets
        if (not dated.contexts or context in dated.contexts) and (not dated.sex or dated.sex == sex) and dated.from_age <= (age or 0)
    ]
    # Of those that fit the one for the highest age holds, then the more exact one.
    best = max(fitting, key=lambda dated: (dated.from_age, bool(dated.contexts), bool(dated.sex)))
    if not own:
        return best.target
    figures = {**best.target.figures, **own}
    band = {name: _narrowed(span, own.get(name)) for name, span in best.target.band.items()}
    return Target(figures, band)


def _narrowed(band: tuple[int, int], own: Span | None) -> tuple[int, int]:
    """The chart's band with a person's own limits in it."""
    if own is None:
        return band
    low, high = own
    top = band[1] if high is None else high
    return (min(band[0], top) if low is None else low, top)


def assess(kind: Kind, figures: Mapping[str, int], context: str, sex: str, target: Target, rules: CareRules) -> Assessment:
    """How a reading stands: its grade, unless the person's own target says otherwise; urgent limits hold whatever the target."""
    grade = next(each for each in kind.grades if each.fits(figures, context, sex))
    above, below = target.above(figures), target.below(figures)
    also = tuple(text for spans, text in kind.also if all(n in figures and within(figures[n], span) for n, span in spans.items()))
    title, tone, level = grade.title, grade.tone, grade.level
    if not grade.urgent:
        if level in ("above", "low") and not above and not below:
            title, tone, level = rules.words["within_own"], "good", "ok"
        elif level == "ok" and above:
            title, tone, level = rules.words["above_own"], "warn", "above"
        elif level == "ok" and below:
            title, tone, level = rules.words["below_own"], "warn", "low"
    return Assessment(grade, title, tone, level, above, below, also)


def outlook(kind: Kind, readings: Sequence[tuple[Reading, Target]], rules: CareRules) -> Outlook | None:
    """Where a kind's readings go, oldest first, each with the target that holds for it; None without any."""
    if not readings:
        return None
    newest, its_target = readings[-1]
    flags = [bool(target.above(reading.figures)) for reading, target in readings]
    recent = flags[-rules.last :]
    persistent = kind.persists and sum(recent) >= rules.of_last
    week = [(r, t) for r, t in readings if r.day > newest.day - timedelta(days=rules.mean_days)]
    mean_above = kind.persists and len(week) >= rules.of_last and _mean_above(week)
    values = [(reading.day, reading.figures[kind.trend_figure]) for reading, _ in readings if kind.trend_figure in reading.figures]
    difference = _difference(values, rules.span_days)
    way = "level"
    if difference is not None and abs(difference) >= kind.trend_step:
        way = "up" if difference > 0 else "down"
    above = bool(its_target.above(newest.figures))
    below = bool(its_target.below(newest.figures))
    side = "above" if above else "below" if below and way == "level" else "within"
    words = f"{way}_{side}"
    if len(readings) == 1:
        words = "first"
    elif way == "level" and persistent:
        words = "persistent"
    elif way == "level" and mean_above:
        words = "mean_above"
    return Outlook(way, abs(difference or 0), persistent or mean_above, words, sum(recent), len(recent))


def _mean_above(readings: Iterable[tuple[Reading, Target]]) -> bool:
    """Whether the mean of a figure lies above the mean of its targets."""
    sums: dict[str, list[tuple[int, int]]] = {}
    for reading, target in readings:
        for name, value in reading.figures.items():
            high = target.figures.get(name, (None, None))[1]
            if high is not None:
                sums.setdefault(name, []).append((value, high))
    return any(sum(value for value, _ in pairs) > sum(high for _, high in pairs) for pairs in sums.values())


def _difference(values: Sequence[tuple[date, int]], span_days: int) -> int | None:
    """The mean of the last span less the mean of the one before it; None where either is empty."""
    if len(values) < 2:
        return None
    last = values[-1][0]
    late = [value for day, value in values if day > last - timedelta(days=span_days)]
    early = [value for day, value in values if last - timedelta(days=2 * span_days) < day <= last - timedelta(days=span_days)]
    if not early:
        early = [value for day, value in values if day <= last - timedelta(days=span_days)]
    if not late or not early:
        return None
    gap = sum(late) * len(early) - sum(early) * len(late)
    whole = round_half_up(abs(gap), len(late) * len(early))
    return whole if gap > 0 else -whole


def next_on(kind: Kind, assessment: Assessment, day: date) -> date:
    """When to measure again."""
    level = "urgent" if assessment.urgent else assessment.level
    return day + timedelta(days=kind.next_days[level])


def follow_up_on(assessment: Assessment, seen: Outlook | None, day: date, rules: CareRules) -> date | None:
    """By when to talk with the person, at the latest two weeks on; None where the reading asks for none."""
    if assessment.urgent:
        return day + timedelta(days=rules.urgent_days)
    if assessment.level == "high" or (assessment.level == "above" and seen is not None and seen.persistent):
        return day + timedelta(days=rules.follow_up_days)
    return None


# -- reading the rules --------------------------------------------------------------------------------------------------------------


def _text(row: Mapping[str, str]) -> Text:
    return Text(str(row["zh"]), str(row["en"]))


def _texts(rows: Mapping[str, Mapping[str, str]]) -> dict[str, Text]:
    return {str(name): _text(row) for name, row in rows.items()}


def _span(pair: Sequence[int | None]) -> Span:
    low, high = pair
    if low is not None and high is not None and low > high:
        raise ValueError(f"a span of {low} to {high} holds nothing")
    return low, high


def _spans(rows: Mapping[str, Sequence[int | None]]) -> dict[str, Span]:
    return {str(name): _span(pair) for name, pair in rows.items()}


def _kind(row: Mapping[str, Any]) -> Kind:
    measures = {field["id"]: _measure(field) for field in row["fields"]}
    grades = tuple(_grade(each) for each in row["grades"])
    if grades[-1].any or grades[-1].contexts or grades[-1].sex:
        raise ValueError(f"the last grade of {row['id']} must fit every reading")
    targets = tuple(_target(each) for each in row["targets"])
    if not any(not each.contexts and not each.sex and each.from_age == 0 for each in targets):
        raise ValueError(f"{row['id']} needs a target for everybody")
    apart = row.get("apart")
    return Kind(
        name=str(row["id"]),
        title=_text(row["title"]),
        unit=str(row["unit"]),
        curves=tuple(row["curves"]),
        words=tuple(row["words"]),
        measures=measures,
        contexts={each["id"]: _text(each["title"]) for each in row["contexts"]},
        context_required=bool(row["context_required"]),
        apart=(str(apart["over"]), str(apart["under"]), int(apart["least"])) if apart else None,
        body_mass="body_mass" in row,
        grades=grades,
        also=tuple((_spans(each["all"]), _text(each["title"])) for each in row["also"]),
        targets=targets,
        trend_figure=str(row["trend"]["figure"]),
        trend_step=int(row["trend"]["step"]),
        persists=bool(row["trend"]["persists"]),
        next_days={str(level): int(days) for level, days in row["next_days"].items()},
    )


def _measure(row: Mapping[str, Any]) -> Measure:
    units = {str(unit): Fraction(int(per["numerator"]), int(per["denominator"])) for unit, per in row.get("other_units", {}).items()}
    return Measure(
        str(row["id"]), _text(row["title"]), str(row["unit"]), int(row["scale"]), int(row["low"]), int(row["high"]),
        bool(row["required"]), units,
    )  # fmt: skip


def _grade(row: Mapping[str, Any]) -> Grade:
    if row["advice"] not in LEVELS or bool(row["urgent"]) != str(row["advice"]).startswith("urgent"):
        raise ValueError(f"grade {row['id']}: level {row['advice']}")
    return Grade(
        str(row["id"]), _text(row["title"]), _text(row["range"]), str(row["tone"]), str(row["advice"]), bool(row["urgent"]),
        _spans(row["any"]), tuple(row.get("contexts", ())), str(row.get("sex", "")),
    )  # fmt: skip


def _target(row: Mapping[str, Any]) -> _DatedTarget:
    band = {str(name): (int(low), int(high)) for name, (low, high) in row["band"].items()}
    return _DatedTarget(
        int(row["from_age"]), tuple(row["contexts"]), str(row.get("sex", "")), Target(_spans(row["figures"]), band)
    )
