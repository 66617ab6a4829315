"""Dispensing on paper: whether a prescription review or a buyer's registration is complete and lawful."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.codes import id_check_character
from app.domain.rules.law import RulePack, TermKind, Words
from app.domain.safety import age_months
from app.domain.verdict import Text

TERMS: Mapping[str, TermKind] = {
    "valid_days": "number",
    "valid_days_max": "number",
    "supply_days": "number",
    "supply_days_emergency": "number",
    "supply_days_psych2": "number",
    "distinct_checker": "switch",
    "adult_years": "number",
    "adult_registers": "names",
    "keep_years": "number",
}
"""The chapter `dispensing` of a pack."""
TEXTS = {
    "form.empty": frozenset({"field"}),
    "form.number_or_image": frozenset[str](),
    "form.no_products": frozenset[str](),
    "form.date_ahead": frozenset[str](),
    "form.outdated": frozenset({"last_day"}),
    "form.valid_days": frozenset({"most"}),
    "form.supply_days": frozenset({"most"}),
    "form.supply_days_final": frozenset({"most"}),
    "form.not_pharmacist": frozenset({"field"}),
    "form.not_staff": frozenset({"field"}),
    "form.same_person": frozenset[str](),
    "form.id_shape": frozenset[str](),
    "form.id_check": frozenset[str](),
    "form.id_date": frozenset[str](),
    "form.under_age": frozenset({"years"}),
}
"""Sentences that a pack must hold for this module, with the facts that they may name."""

_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """A prescription review as a pharmacist fills it in; personal fields are hidden from repr."""

    products: tuple[str, ...]
    institution: str
    doctor: str
    prescribed_on: date | None
    patient: str = field(repr=False)
    diagnosis: str = field(repr=False)
    reviewer: str
    dispenser: str
    checker: str
    number: str = field(default="", repr=False)
    """Number of the prescription; either this or an image."""
    image_digest: str = ""
    """SHA-256 of the photographed prescription."""
    valid_days: int = 1
    """Days it holds as the doctor wrote, its own day counted."""
    supply_days: int = 0
    """Days of treatment; 0 where the prescription does not say."""
    emergency: bool = False
    long_reason: str = field(default="", repr=False)
    """The doctor's written reason for a longer supply."""
    psych2: bool = False
    """Whether a class-II psychotropic is on it."""


@dataclass(frozen=True, slots=True)
class BuyerForm:
    """The buyer of register medicines as copied from the ID card."""

    kind: str
    """ephedrine | psych2 | special_compound."""
    name: str = field(repr=False)
    id_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Why a form cannot be signed: the field to look at, and a sentence."""

    field: str
    code: str
    text: Text


def check_review(form: ReviewForm, day: date, pack: RulePack, roles: Mapping[str, tuple[str, ...]]) -> tuple[FormProblem, ...]:
    """What stands against signing the review on that day; `roles` maps staff ids to the roles they may act in."""
    return tuple(_review_problems(form, day, pack, roles))


def _review_problems(form: ReviewForm, day: date, pack: RulePack, roles: Mapping[str, tuple[str, ...]]) -> Iterator[FormProblem]:
    terms = pack.chapter("dispensing")
    if not form.products:
        yield FormProblem("products", "form.no_products", pack.text("form.no_products"))
    if not form.number.strip() and not form.image_digest:
        yield FormProblem("number", "form.number_or_image", pack.text("form.number_or_image"))
    for name in ("institution", "doctor", "patient", "diagnosis", "reviewer", "dispenser", "checker"):
        if not str(getattr(form, name)).strip():
            yield _about(name, "form.empty", pack)
    if form.prescribed_on is None:
        yield _about("prescribed_on", "form.empty", pack)
    elif form.prescribed_on > day:
        yield FormProblem("prescribed_on", "form.date_ahead", pack.text("form.date_ahead"))
    most = terms.number("valid_days_max")
    if not 1 <= form.valid_days <= most:
        yield FormProblem("valid_days", "form.valid_days", pack.text("form.valid_days", {"most": most}))
    elif form.prescribed_on is not None and last_valid_day(form.prescribed_on, form.valid_days) < day:
        last_day = last_valid_day(form.prescribed_on, form.valid_days)
        facts = {"last_day": last_day.isoformat()}
        yield FormProblem("prescribed_on", "form.outdated", pack.text("form.outdated", facts))
    yield from _supply_problems(form, pack)
    if form.reviewer and "pharmacist" not in roles.get(form.reviewer, ()):
        yield _about("reviewer", "form.not_pharmacist", pack)
    for name, person in (("dispenser", form.dispenser), ("checker", form.checker)):
        if person and person not in roles:
            yield _about(name, "form.not_staff", pack)
    if terms.switch("distinct_checker") and form.dispenser and form.dispenser == form.checker:
        yield FormProblem("checker", "form.same_person", pack.text("form.same_person"))


def _supply_problems(form: ReviewForm, pack: RulePack) -> Iterator[FormProblem]:
    terms = pack.chapter("dispensing")
    most_psych2 = terms.number("supply_days_psych2")
    if form.psych2 and form.supply_days > most_psych2:
        text = pack.text("form.supply_days_final", {"most": most_psych2})
        yield FormProblem("supply_days", "form.supply_days_final", text)
        return
    most = terms.number("supply_days_emergency" if form.emergency else "supply_days")
    if form.supply_days > most and not form.long_reason.strip():
        yield FormProblem("supply_days", "form.supply_days", pack.text("form.supply_days", {"most": most}))


def check_buyer(form: BuyerForm, day: date, pack: RulePack) -> tuple[FormProblem, ...]:
    """What stands against entering the buyer in a register on that day."""
    return tuple(_buyer_problems(form, day, pack))


def _buyer_problems(form: BuyerForm, day: date, pack: RulePack) -> Iterator[FormProblem]:
    terms = pack.chapter("dispensing")
    if not form.name.strip():
        yield _about("name", "form.empty", pack)
    number = normal_id(form.id_number)
    if not number:
        yield _about("id_number", "form.empty", pack)
        return
    if not _ID_NUMBER.fullmatch(number):
        yield FormProblem("id_number", "form.id_shape", pack.text("form.id_shape"))
        return
    if id_check_character(number[:17]) != number[17]:
        yield FormProblem("id_number", "form.id_check", pack.text("form.id_check"))
        return
    months = age_months(_born_on(number), day)
    if months < 0:
        yield FormProblem("id_number", "form.id_date", pack.text("form.id_date"))
        return
    years = terms.number("adult_years")
    if form.kind in terms.names("adult_registers") and months < years * 12:
        yield FormProblem("id_number", "form.under_age", pack.text("form.under_age", {"years": years}))


def last_valid_day(prescribed_on: date, valid_days: int) -> date:
    """The last day a prescription may be dispensed: its own day counts as the first."""
    return prescribed_on + timedelta(days=valid_days - 1)


def normal_id(number: str) -> str:
    """An ID number as it is compared and hashed: without spaces, the check letter in upper case."""
    return "".join(number.split()).upper()


def buyer_hash(id_number: str, key: bytes) -> str:
    """HMAC-SHA256 (64 hex digits) of an ID number under the store's key: limits hold across sales without the number.

    ValueError for a key under 16 bytes: with a guessable key every ID number could be tried.
    """
    if len(key) < 16:
        raise ValueError("the register key must have at least 16 bytes")
    return hmac.new(key, normal_id(id_number).encode(), hashlib.sha256).hexdigest()


def _born_on(number: str) -> date | None:
    try:
        return datetime.strptime(number[6:14], "%Y%m%d").date()
    except ValueError:
        return None


def _about(name: str, code: str, pack: RulePack) -> FormProblem:
    return FormProblem(name, code, pack.text(code, {"field": Words((f"field.{name}",))}))
