"""Segments: rules over what a member bought and measured, told by headquarters and judged alike there and at the till.

A rule is data: a condition over named facts, joined by `all`, `any` and `not`; `each` asks it of every category or brand
that the member buys. Facts are whole numbers, so two machines never disagree; a fact that nobody can know (a member
without purchases has no last one) fulfils no condition. Every answer carries its because: the conditions that held, with
the figures that made them hold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median_low
from typing import Any

from app.domain.money import WHOLE_BP

YEAR_DAYS = 365
"""The days before today that count; the day itself counts too."""
DEEPEST = 6
"""Conditions nest no deeper."""

Facts = Mapping[str, int]
"""Fact name → whole number; a name that is missing is not known."""


@dataclass(frozen=True, slots=True)
class Bought:
    """One line that a member bought and kept, as segments see it."""

    day: date
    sale_id: str
    category: str
    brand: str
    """The brand, or the maker where it has none."""
    quantity: int
    amount_fen: int
    """What was paid for it, after every cut."""
    cut_fen: int = 0


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the chain's members divide into fifths: four rising bounds each of days since, orders and money, as headquarters found them."""

    recency: tuple[int, ...] = ()
    frequency: tuple[int, ...] = ()
    money_fen: tuple[int, ...] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Cuts:
        """Read the bounds; ValueError where they do not rise or are not four."""
        cuts = cls(*(tuple(int(bound) for bound in document[name]) for name in ("recency", "frequency", "money_fen")))
        for bounds in (cuts.recency, cuts.frequency, cuts.money_fen):
            if bounds and (len(bounds) != 4 or list(bounds) != sorted(bounds)):
                raise ValueError(f"fifths want four rising bounds: {document!r}")
        return cuts


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything a rule may ask of one member on one day."""

    facts: Facts
    each: Mapping[str, Mapping[str, Facts]] = field(default_factory=dict)
    """`category` | `brand` → its name → facts of that part of the purchases."""


@dataclass(frozen=True, slots=True)
class Because:
    """One condition that held, with the figure that made it hold."""

    fact: str
    figure: int
    subject: str = ""
    """The category or brand that it was asked of; '' for the member as a whole."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A member is in a segment, for which category or brand, and because of what."""

    segment_id: str
    subject: str
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A node of a rule: a comparison of one fact, or a join of others."""

    kind: str
    """fact | all | any | not."""
    fact: str = ""
    least: int | None = None
    most: int | None = None
    parts: tuple[Condition, ...] = ()

    def holds(self, facts: Facts) -> tuple[str, ...] | None:
        """The facts that made it hold, in the order they are written, or None where it does not hold."""
        match self.kind:
            case "fact":
                figure = facts.get(self.fact)
                if figure is None or (self.least is not None and figure < self.least) or (self.most is not None and figure > self.most):
                    return None
                return (self.fact,)
            case "not":
                return () if self.parts[0].holds(facts) is None else None
            case "all":
                held = [part.holds(facts) for part in self.parts]
                return None if any(one is None for one in held) else tuple(name for one in held if one for name in one)
            case _:
                return next((one for part in self.parts if (one := part.holds(facts)) is not None), None)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as headquarters authored it."""

    id: str
    title_zh: str
    title_en: str
    each: str
    """'' | category | brand: what the rule is asked of."""
    rule: Condition
    counter: bool
    """Whether its label may be shown at the counter; labels such as 价格敏感 never are."""
    suggests: str = ""
    """What it asks the counter to do: '' | refill | measure | care; never a sale pushed by a label."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Segment:
        """Read an authored segment; ValueError says what is wrong with it."""
        unknown = set(document) - {"id", "zh", "en", "each", "when", "counter", "suggests"}
        if unknown or not document.get("id") or not document.get("zh"):
            raise ValueError(f"a segment needs id, zh and when, and knows no {', '.join(sorted(unknown)) or 'other words'}")
        each, suggests = str(document.get("each", "")), str(document.get("suggests", ""))
        if each not in ("", "category", "brand") or suggests not in ("", "refill", "measure", "care"):
            raise ValueError(f"segment {document['id']}: each is category or brand; suggests is refill, measure or care")
        rule = read_condition(document.get("when"), str(document["id"]))
        return cls(
            str(document["id"]), str(document["zh"]), str(document.get("en", "")), each, rule, bool(document.get("counter")), suggests
        )


def read_condition(document: object, segment_id: str, depth: int = 0) -> Condition:
    """Read a condition: {"fact": NAME, "least": N, "most": N}, {"all": […]}, {"any": […]} or {"not": …}; ValueError otherwise."""
    if not isinstance(document, Mapping) or depth > DEEPEST:
        raise ValueError(f"segment {segment_id}: a condition is an object, nested at most {DEEPEST} deep")
    match sorted(document):
        case ["fact", *bounds] if bounds and set(bounds) <= {"least", "most"}:
            values = {name: document[name] for name in bounds}
            if not all(type(value) is int for value in values.values()) or not isinstance(document["fact"], str):
                raise ValueError(f"segment {segment_id}: bounds are whole numbers")
            if document["fact"] not in FACTS:
                raise ValueError(f"segment {segment_id}: no fact {document['fact']!r}; there are {', '.join(sorted(FACTS))}")
            return Condition("fact", document["fact"], values.get("least"), values.get("most"))
        case ["all" | "any" as kind] if isinstance(document[kind], Sequence) and document[kind]:
            return Condition(kind, parts=tuple(read_condition(part, segment_id, depth + 1) for part in document[kind]))
        case ["not"]:
            return Condition("not", parts=(read_condition(document["not"], segment_id, depth + 1),))
    raise ValueError(f"segment {segment_id}: no such condition: {document!r}")


FACTS: Mapping[str, tuple[str, str]] = {
    "orders": ("近一年 {n} 单", "{n} orders in a year"),
    "recency_days": ("上次购买在 {n} 天前", "last bought {n} days ago"),
    "spent_fen": ("近一年消费 {yuan} 元", "¥{yuan} spent in a year"),
    "r_score": ("最近购买五分位 {n}", "recency fifth {n}"),
    "f_score": ("购买次数五分位 {n}", "frequency fifth {n}"),
    "m_score": ("消费金额五分位 {n}", "money fifth {n}"),
    "buy_days": ("近一年买过 {n} 天", "bought on {n} days in a year"),
    "interval_days": ("约每 {n} 天买一次", "bought about every {n} days"),
    "spread_bp": ("间隔偏差 {percent}%", "interval off by {percent} %"),
    "since_days": ("距上次 {n} 天", "{n} days since"),
    "due_in_days": ("约 {n} 天后该买", "due in about {n} days"),
    "share_bp": ("占本类 {percent}%", "{percent} % of its kind"),
    "cut_share_bp": ("{percent}% 的消费带优惠", "{percent} % bought under offers"),
    "chronic": ("慢病会员", "chronic condition on file"),
    "grade": ("最近一次测量分级 {n}", "last reading graded {n}"),
    "tests_90": ("近 90 天测量 {n} 次", "{n} readings in 90 days"),
    "test_age_days": ("上次测量在 {n} 天前", "last measured {n} days ago"),
    "age": ("{n} 岁", "aged {n}"),
    "member_days": ("入会 {n} 天", "a member for {n} days"),
}
"""Every fact a rule may ask, with how it reads as a reason."""


def profile(bought: Iterable[Bought], today: date, cuts: Cuts, known: Facts) -> Profile:
    """Everything rules may ask: facts from purchases of the last year, and what else is known (age, readings …)."""
    kept = [line for line in bought if 0 <= (today - line.day).days <= YEAR_DAYS and line.quantity > 0]
    facts = {**known, **_whole(kept, today, cuts)}
    by_category: dict[str, list[Bought]] = {}
    by_brand: dict[str, list[Bought]] = {}
    for line in kept:
        if line.category:
            by_category.setdefault(line.category, []).append(line)
        if line.brand:
            by_brand.setdefault(line.brand, []).append(line)
    categories = {name: _part(lines, today) for name, lines in by_category.items()}
    brands = {}
    for name, lines in by_brand.items():
        same_kind = sum(line.amount_fen for kind in {line.category for line in lines} for line in by_category.get(kind, lines))
        brands[name] = {**_part(lines, today), "share_bp": _share(sum(line.amount_fen for line in lines), same_kind)}
    return Profile(facts, {"category": categories, "brand": brands})


def _whole(kept: Sequence[Bought], today: date, cuts: Cuts) -> dict[str, int]:
    orders = len({line.sale_id for line in kept})
    spent = sum(line.amount_fen for line in kept)
    facts = {"orders": orders, "spent_fen": spent}
    if kept:
        recency = (today - max(line.day for line in kept)).days
        facts["recency_days"] = recency
        facts["cut_share_bp"] = _share(sum(line.amount_fen for line in kept if line.cut_fen > 0), spent)
        facts |= scores(recency, orders, spent, cuts)
    return facts


def scores(recency_days: int, orders: int, spent_fen: int, cuts: Cuts) -> dict[str, int]:
    """Fifths 1 to 5, 5 the best (the most recent, the most often, the most money); none where the chain has no bounds yet."""
    found = {}
    if cuts.recency:
        found["r_score"] = 5 - bisect_right(cuts.recency, recency_days - 1)
    if cuts.frequency:
        found["f_score"] = 1 + bisect_right(cuts.frequency, orders - 1)
    if cuts.money_fen:
        found["m_score"] = 1 + bisect_right(cuts.money_fen, spent_fen - 1)
    return found


def fifths(figures: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Four bounds that divide a population into fifths by nearest rank; `figures` are (figure, how many have it).

    A figure belongs to the first fifth whose bound it does not exceed, so equal figures are never parted.
    """
    counted = sorted(figures)
    total = sum(count for _, count in counted)
    if not total:
        return ()
    bounds, reached, at = [], 0, 0
    for fifth in range(1, 5):
        wanted = -(-total * fifth // 5)
        while reached < wanted:
            reached += counted[at][1]
            at += 1
        bounds.append(counted[at - 1][0])
    return tuple(bounds)


def _part(lines: Sequence[Bought], today: date) -> dict[str, int]:
    """Facts of one category or brand: days of purchase, the usual interval and how far it strays, when the next is due."""
    days = sorted({line.day for line in lines})
    facts = {"buy_days": len(days), "since_days": (today - days[-1]).days, "spent_fen": sum(line.amount_fen for line in lines)}
    gaps = [(after - before).days for before, after in pairwise(days)]
    if len(gaps) >= 2:
        usual = median_low(gaps)
        facts["interval_days"] = usual
        facts["spread_bp"] = _share(median_low([abs(gap - usual) for gap in gaps]), usual)
        facts["due_in_days"] = usual - facts["since_days"]
    return facts


def _share(part: int, whole: int) -> int:
    return part * WHOLE_BP // whole if whole > 0 else 0


def memberships(segments: Iterable[Segment], of: Profile) -> tuple[Membership, ...]:
    """The segments a member is in, in the order they were authored, then by category or brand."""
    found: list[Membership] = []
    for segment in segments:
        if not segment.each:
            held = segment.rule.holds(of.facts)
            if held is not None:
                found.append(Membership(segment.id, "", tuple(Because(name, of.facts[name]) for name in held)))
            continue
        for subject, part in sorted(of.each.get(segment.each, {}).items()):
            facts = {**of.facts, **part}
            held = segment.rule.holds(facts)
            if held is not None:
                because = tuple(Because(name, facts[name], subject if name in part else "") for name in held)
                found.append(Membership(segment.id, subject, because))
    return tuple(found)


def said(because: Because) -> tuple[str, str]:
    """A reason in words, zh and en."""
    zh, en = FACTS[because.fact]
    figure = because.figure
    percent, yuan = f"{figure / 100:.0f}", f"{figure / 100:,.2f}"
    before = f"{because.subject}：" if because.subject else ""
    return before + zh.format(n=figure, percent=percent, yuan=yuan), (f"{because.subject}: " if before else "") + en.format(
        n=figure, percent=percent, yuan=yuan
    )
