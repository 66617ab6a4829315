"""Whether what is on record of somebody's health is out of use, because they took the consent to it back."""

from __future__ import annotations

from datetime import date

from app.domain import safety
from app.domain.basket import PatientRef
from app.domain.purposes import FAMILY, HEALTH
from app.records.people import FamilyPerson, Member
from app.store.people import People


def withheld(people: People, person: Member | FamilyPerson) -> bool:
    """Whether it may neither be shown nor compared; giving the consent again brings it back. Nothing on record is nothing withheld."""
    if not person.allergies_known and not person.allergy_classes:
        return False
    purpose = FAMILY if isinstance(person, FamilyPerson) else HEALTH
    return people.allows(person.id, purpose) is False


def may_be_shown(people: People, member_id: str) -> bool:
    """Whether a long illness on record may be shown: not once the consent to the health file was taken back."""
    return people.allows(member_id, HEALTH) is not False


def patient_of(people: People, person: Member | FamilyPerson, day: date) -> PatientRef:
    """A member, or a person they buy for, as 用药人 with what may be compared of them."""
    patient = safety.patient_of_family(person, day) if isinstance(person, FamilyPerson) else safety.patient_of_member(person, day)
    return safety.without_record(patient) if withheld(people, person) else patient
