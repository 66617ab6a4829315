"""The judge: runs every rule over a basket, and over the next one asks again only about the lines that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from app.domain.basket import BasketLine
from app.domain.rules.case import SaleCase
from app.domain.rules.law import Facts, LawEntry, RulePack
from app.domain.rules.rule import Rule
from app.domain.verdict import Verdict

_GRADES = {"block": 0, "confirm": 2, "inform": 3}
_RX_RANK = 1
"""A block in the prescription look stands after the other blocks: it is the ordinary next step, not a refusal."""


class _Ranked(NamedTuple):
    """A verdict with its place on its line: rank, then the order of its rule."""

    rank: int
    order: int
    verdict: Verdict


class _Entry(NamedTuple):
    """A rule in force, with its place among the rules."""

    order: int
    rule: Rule
    law: LawEntry


@dataclass(slots=True)
class _Known:
    """What was found about one line, and everything that was looked at for it."""

    seen: tuple[object, ...]
    found: list[_Ranked]


class Judge:
    """Judges one basket after another under one pack of rules; every answer is what a judge without memory would give.

    A rule that looks at each line alone (`Rule.alone`) is asked again only where that line, its facts or the people of the
    sale differ from last time; a rule that looks at the whole basket is asked every time.
    """

    def __init__(self, rules: Sequence[Rule], pack: RulePack) -> None:
        self._rules = tuple(rules)
        self._pack = pack
        self._day: date | None = None
        self._single: list[_Entry] = []
        self._whole: list[_Entry] = []
        self._known: dict[str, _Known] = {}

    def judge(self, case: SaleCase) -> tuple[Verdict, ...]:
        """Every verdict that still stands, lines in basket order, on a line: block, rx, confirm, inform."""
        self._in_force(case.day)
        lines = {line.line_id: line for line in case.basket.lines}
        shared = (case.basket.patient, bool(case.basket.member_id), case.roles, case.told)
        lots, saleable, usual = case.lots, case.saleable_lots, case.usual_quantity
        before, self._known = self._known, {}
        for line_id, line in lines.items():
            product_id = line.product.id
            # All that a case knows about one line and its product.
            seen = (
                line,
                shared,
                lots.get(line.lot.lot_id),
                saleable.get(product_id, 0),
                case.reviews.get(line.review_id) if line.review_id else None,
                case.registers.get(line.register_id) if line.register_id else None,
                usual.get(product_id, 0),
                tuple(case.earlier_sales.get(box.code) for box in line.codes) if case.earlier_sales else (),
            )
            known = before.get(line_id)
            if known is None or known.seen != seen:
                known = _Known(seen, self._alone(case, line))
            # Where facts were read anew and are equal, the newer ones: next time they are the very same, which is seen at a glance.
            known.seen = seen
            self._known[line_id] = known
        more: dict[str, list[_Ranked]] = {}
        for entry in self._whole:
            for finding in entry.rule.check(case, entry.law.terms):
                ranked = self._ranked(case, lines[finding.line_id], entry, finding.facts)
                if ranked is not None:
                    more.setdefault(finding.line_id, []).append(ranked)
        verdicts: list[Verdict] = []
        for line_id, known in self._known.items():
            found = known.found
            if line_id in more:
                found = sorted((*found, *more[line_id]), key=_place)
            if found:
                verdicts += [ranked.verdict for ranked in found]
        return tuple(verdicts)

    def _in_force(self, day: date) -> None:
        if day == self._day:
            return
        entries = [(order, rule, self._pack.entry(rule.id, day)) for order, rule in enumerate(self._rules)]
        found = [_Entry(order, rule, law) for order, rule, law in entries if law is not None]
        self._single = [entry for entry in found if entry.rule.alone]
        self._whole = [entry for entry in found if not entry.rule.alone]
        self._known = {}
        self._day = day

    def _alone(self, case: SaleCase, line: BasketLine) -> list[_Ranked]:
        """What the rules say that look at one line only."""
        single = replace(case, basket=replace(case.basket, lines=(line,)))
        found = []
        for entry in self._single:
            for finding in entry.rule.check(single, entry.law.terms):
                ranked = self._ranked(case, line, entry, finding.facts)
                if ranked is not None:
                    found.append(ranked)
        found.sort(key=_place)
        return found

    def _ranked(self, case: SaleCase, line: BasketLine, entry: _Entry, facts: Facts) -> _Ranked | None:
        law = entry.law
        if _settled(line, law, case) or _told_lately(line, law, case):
            return None
        verdict = law.speak(line.line_id, facts, self._pack.words)
        rank = _RX_RANK if verdict.level == "block" and verdict.tone == "rx" else _GRADES[verdict.level]
        return _Ranked(rank, entry.order, verdict)


def _place(ranked: _Ranked) -> tuple[int, int]:
    return ranked.rank, ranked.order


def _settled(line: BasketLine, entry: LawEntry, case: SaleCase) -> bool:
    answer = line.answered(entry.rule)
    if answer is None:
        return False
    if answer.choice == "override":
        may = bool(entry.override_role) and entry.override_role in case.roles.get(answer.by, ())
        return may and bool(answer.reason)
    return entry.grade != "block" and any(way.act == f"answer:{answer.choice}" for way in entry.ways_out)


def _told_lately(line: BasketLine, entry: LawEntry, case: SaleCase) -> bool:
    if not entry.repeat_after_days or entry.grade == "block":
        return False
    told = case.told.get((entry.rule, line.product.id))
    return told is not None and (case.day - told).days < entry.repeat_after_days
