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
from app.domain.rules.judge import Judge
from app.domain.rules.law import Facts, RulePack
from app.domain.rules.rule import Finding, Rule
from app.domain.verdict import Verdict

__all__ = [
    "RULES",
    "EarlierSale",
    "Finding",
    "Judge",
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

def judge(case: SaleCase, pack: RulePack) -> tuple[Verdict, ...]:
    """Every verdict that still stands, lines in basket order, on a line: block, rx, confirm, inform.

    A confirm that was answered and a block that was lawfully overridden are left out; they stay on the line's answers.
    """
    return Judge(RULES, pack).judge(case)


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
    people_changed = patient_changed or member_changed
    olds = {line.line_id: line for line in before.lines}
    lines = []
    for line in after.lines:
        old = olds.get(line.line_id)
        lines.append(_fresh(before, old, line, patient_changed, member_changed) if people_changed or old is not line else line)
    return after if tuple(lines) == after.lines else replace(after, lines=tuple(lines))


def _fresh(before: Basket, old: BasketLine | None, line: BasketLine, patient_changed: bool, member_changed: bool) -> BasketLine:
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
