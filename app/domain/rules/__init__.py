"""The rules that every sale meets, one file each, and the judge that runs them over a basket."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.basket import Basket, BasketLine
from app.domain.rules import (
    allergy,
    allergy_unknown,
    below_cost,
    big_quantity,
    ephedrine_limit,
    ephedrine_register,
    expired_lot,
    high_alert,
    locked_lot,
    lot_unconfirmed,
    near_expiry_told,
    no_pharmacist_on_duty,
    patient_age_needed,
    prescription_required,
    price_zero,
    psych2_minor,
    recalled_lot,
    special_register,
    trace_code_sold_before,
    trace_codes_missing,
)
from app.domain.rules.case import EarlierSale, RegisterFacts, ReviewFacts, SaleCase, roles_of, unit_price_fen
from app.domain.rules.law import Facts, LawEntry, RulePack
from app.domain.rules.rule import Finding, Rule
from app.domain.verdict import Verdict

__all__ = [
    "RULES",
    "EarlierSale",
    "Finding",
    "RegisterFacts",
    "ReviewFacts",
    "Rule",
    "RulePack",
    "SaleCase",
    "forget_stale",
    "judge",
    "may_override",
    "roles_of",
    "speak",
    "stops_payment",
    "unit_price_fen",
]

RULES: tuple[Rule, ...] = (
    recalled_lot.RULE,
    expired_lot.RULE,
    locked_lot.RULE,
    trace_code_sold_before.RULE,
    allergy.RULE,
    psych2_minor.RULE,
    ephedrine_limit.RULE,
    no_pharmacist_on_duty.RULE,
    special_register.RULE,
    ephedrine_register.RULE,
    prescription_required.RULE,
    lot_unconfirmed.RULE,
    trace_codes_missing.RULE,
    near_expiry_told.RULE,
    high_alert.RULE,
    patient_age_needed.RULE,
    price_zero.RULE,
    below_cost.RULE,
    big_quantity.RULE,
    allergy_unknown.RULE,
)
"""Every rule, in the order in which those of one grade stand on a line."""

_GRADES = {"block": 0, "confirm": 2, "inform": 3}
_RX_RANK = 1
"""A block in the prescription look stands after the other blocks: it is the ordinary next step, not a refusal."""


def judge(case: SaleCase, pack: RulePack) -> tuple[Verdict, ...]:
    """Every verdict that still stands, lines in basket order, on a line: block, rx, confirm, inform.

    A confirm that was answered and a block that was lawfully overridden are left out; they stay on the line's answers.
    """
    lines = {line.line_id: (place, line) for place, line in enumerate(case.basket.lines)}
    ranked: list[tuple[int, int, int, Verdict]] = []
    for order, rule in enumerate(RULES):
        entry = pack.entry(rule.id, case.day)
        if entry is None:
            continue
        for finding in rule.check(case, entry.terms):
            place, line = lines[finding.line_id]
            if _settled(line, entry, case) or _told_lately(line, entry, case):
                continue
            verdict = entry.speak(finding.line_id, finding.facts, pack.words)
            rank = _RX_RANK if verdict.level == "block" and verdict.tone == "rx" else _GRADES[verdict.level]
            ranked.append((place, rank, order, verdict))
    ranked.sort(key=lambda entry: entry[:3])
    return tuple(verdict for _, _, _, verdict in ranked)


def speak(rule: str, pack: RulePack, day: date, facts: Facts, line_id: str = "") -> Verdict | None:
    """The verdict of one rule for something that never reached the basket (a refused scan); None where not in force."""
    entry = pack.entry(rule, day)
    return None if entry is None else entry.speak(line_id, facts, pack.words)


def stops_payment(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The to-dos before payment."""
    return tuple(verdict for verdict in verdicts if verdict.stops_payment)


def may_override(verdict: Verdict, roles: tuple[str, ...]) -> bool:
    """Whether somebody with these roles may set the verdict aside, with a reason."""
    return bool(verdict.overridable_by) and verdict.overridable_by in roles


def forget_stale(before: Basket, after: Basket) -> Basket:
    """The basket after an act, without answers that were given about another lot, price or 用药人.

    The counter passes every changed basket through this: a pharmacist's override is for one patient, not for the line.
    """
    patient_changed = before.patient != after.patient
    member_changed = bool(before.member_id) != bool(after.member_id)
    lines = tuple(_fresh(before, line, patient_changed, member_changed) for line in after.lines)
    return after if lines == after.lines else replace(after, lines=lines)


def _fresh(before: Basket, line: BasketLine, patient_changed: bool, member_changed: bool) -> BasketLine:
    old = before.line(line.line_id)
    if old is not None and patient_changed and before.patient.kind != "unknown" and line.review_id and line.review_id == old.review_id:
        # A prescription is one patient's: another 用药人 needs another review.
        line = replace(line, review_id="")
    if old is None or not line.answers:
        return line
    changed = {
        "patient": patient_changed,
        "lot": (old.lot.lot_id, old.lot.lot_no) != (line.lot.lot_id, line.lot.lot_no),
        "price": member_changed or old.price_change != line.price_change,
    }
    stale = {rule.id for rule in RULES if rule.asks_again and changed[rule.asks_again]}
    kept = tuple(answer for answer in line.answers if answer.rule not in stale or answer not in old.answers)
    return line if kept == line.answers else replace(line, answers=kept)


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
