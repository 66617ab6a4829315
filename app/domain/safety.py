"""Safety of the 用药人: who they are, how old, and what the allergy strip may honestly say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.basket import BasketLine, PatientRef
from app.domain.masking import mask_name
from app.domain.rules.allergens import Allergens, allergens, comparable
from app.domain.rules.case import MEDICINE_KINDS
from app.domain.rules.law import RulePack, Words
from app.domain.verdict import Text
from app.records.people import FamilyPerson, Member

TEXTS = {
    "strip.recorded": frozenset({"classes"}),
    "strip.none_recorded": frozenset[str](),
    "strip.never_asked": frozenset[str](),
    "strip.never_asked_body": frozenset[str](),
    "strip.withdrawn": frozenset[str](),
    "strip.withdrawn_family": frozenset[str](),
    "strip.withdrawn_body": frozenset[str](),
    "strip.no_medicine": frozenset[str](),
    "strip.clear": frozenset({"compared", "total"}),
    "strip.clear_with_gap": frozenset({"compared", "total", "unknown"}),
    "strip.hit": frozenset({"hits", "compared", "total"}),
    "strip.hit_with_gap": frozenset({"hits", "compared", "total", "unknown"}),
    "age.years": frozenset({"years"}),
    "age.months": frozenset({"months"}),
}
"""Sentences that a pack must hold for this module, with the facts that they may name."""


@dataclass(frozen=True, slots=True)
class AllergyStrip:
    """What was compared with the recorded allergies of the 用药人, in words."""

    tone: str
    """bad: a hit · warn: data is missing, or allergies are recorded and nothing was compared yet · info: nothing to
    say · good: everything was compared and nothing found."""
    title: Text
    body: Text
    compared: int
    """Medicines (products) with ingredient data."""
    total: int
    """Medicines in the basket."""
    hits: tuple[str, ...] = ()
    """Ids of lines in a recorded class."""

    @property
    def unknown(self) -> int:
        """Medicines without ingredient data."""
        return self.total - self.compared


def allergy_strip(patient: PatientRef, lines: Sequence[BasketLine], pack: RulePack, day: date) -> AllergyStrip | None:
    """What the strip under the member says; None while the 用药人 is unknown. Never good where data is missing."""
    if patient.kind == "unknown" and not patient.allergies_known and not patient.allergy_classes:
        return None
    entry = pack.entry("allergy", day)
    known = allergens(entry.terms) if entry is not None else Allergens(None)
    medicines = {line.product.id: line.product for line in lines if line.product.kind in MEDICINE_KINDS}
    total = len(medicines)
    compared = sum(1 for product in medicines.values() if comparable(product))
    if patient.withheld:
        title = pack.text("strip.withdrawn_family" if patient.kind == "family" else "strip.withdrawn")
        return AllergyStrip("warn", title, pack.text("strip.withdrawn_body"), 0, total)
    if not patient.allergies_known and not patient.allergy_classes:
        return AllergyStrip("warn", pack.text("strip.never_asked"), pack.text("strip.never_asked_body"), 0, total)
    recorded = frozenset(patient.allergy_classes)
    touched = {product.id for product in medicines.values() if not recorded.isdisjoint(known.of(product))}
    title = pack.text("strip.recorded", {"classes": Words(tuple(sorted(recorded)))}) if recorded else pack.text("strip.none_recorded")
    if total == 0:
        return AllergyStrip("warn" if recorded else "info", title, pack.text("strip.no_medicine"), 0, 0)
    facts = {"hits": len(touched), "compared": compared, "total": total, "unknown": total - compared}
    gap = "_with_gap" if compared < total else ""
    if touched:
        hits = tuple(line.line_id for line in lines if line.product.id in touched)
        return AllergyStrip("bad", title, pack.text(f"strip.hit{gap}", facts), compared, total, hits)
    return AllergyStrip("warn" if gap else "good", title, pack.text(f"strip.clear{gap}", facts), compared, total)


def age_months(born_on: date | None, day: date) -> int:
    """Completed months of life on a day; -1 where the birthday is unknown or lies ahead."""
    if born_on is None or born_on > day:
        return -1
    return (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)


def age_text(months: int, pack: RulePack) -> Text:
    """An age for people: months below two years, years above; '' where unknown."""
    if months < 0:
        return Text("")
    if months < 24:
        return pack.text("age.months", {"months": months})
    return pack.text("age.years", {"years": months // 12})


def patient_of_member(member: Member, day: date) -> PatientRef:
    """The member as 用药人."""
    return PatientRef(
        kind="member",
        ref=member.id,
        label=mask_name(member.name),
        age_months=age_months(member.born_on, day),
        allergies_known=member.allergies_known,
        allergy_classes=_codes(member.allergy_classes),
    )


def patient_of_family(person: FamilyPerson, day: date) -> PatientRef:
    """A person the member buys for as 用药人."""
    return PatientRef(
        kind="family",
        ref=person.id,
        label=mask_name(person.name),
        age_months=age_months(person.born_on, day),
        weight_g=person.weight_g,
        allergies_known=person.allergies_known,
        allergy_classes=_codes(person.allergy_classes),
    )


def without_record(patient: PatientRef) -> PatientRef:
    """A 用药人 whose recorded allergies may not be looked at."""
    return replace(patient, allergies_known=False, allergy_classes=(), withheld=True)


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(code for code in joined.split(";") if code)
