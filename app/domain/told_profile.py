"""What a till tells of a person: the whole profile, and from what its allergies were edited, so that two tills' words are joined."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from app.domain.one_id import added_up
from app.records.people import FamilyPerson, Member

EDITED_FROM = "edited_from"
"""Name beside a profile's own fields; whoever reads profiles by the fields they know passes it over."""
P = TypeVar("P", Member, FamilyPerson)


@dataclass(frozen=True, slots=True)
class Allergies:
    """What is on record of somebody's allergies."""

    known: bool = False
    """Whether anybody ever asked."""
    classes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, person: Member | FamilyPerson) -> Allergies:
        """Those of a profile."""
        return cls(person.allergies_known, frozenset(code for code in person.allergy_classes.split(";") if code))

    def after(self, base: Allergies, told: Allergies) -> Allergies:
        """What is on record once somebody who edited `base` into `told` is heard: what they added and took away, and nothing else."""
        classes = (self.classes - (base.classes - told.classes)) | (told.classes - base.classes)
        known = told.known if told.known != base.known else self.known
        return Allergies(known or bool(classes), classes)

    def on(self, person: P) -> P:
        """A profile with these; ValueError where they do not fit into one."""
        return person.model_copy(update={"allergies_known": self.known, "allergy_classes": added_up([";".join(sorted(self.classes))])})


NOTHING = Allergies()
"""What was on record where a till does not say: it is of before, or somebody is new. All that it names was added, nothing was taken."""


@dataclass(frozen=True, slots=True)
class ToldProfile(Generic[P]):
    """A profile as a till tells it."""

    person: P
    base: Allergies

    def on(self, standing: Member | FamilyPerson | None, others: P | None = None) -> P:
        """The profile once it is heard, where `standing` is on record; `others` is whose other fields hold, if not the told one's."""
        whole = self.person if others is None else others
        if standing is None:
            return whole
        return Allergies.of(standing).after(self.base, Allergies.of(self.person)).on(whole)


def told_bytes(person: Member | FamilyPerson, before: Member | FamilyPerson | None) -> bytes:
    """A profile as its private blob holds it: its canonical JSON, and from what the allergies were edited where there was something."""
    fields = json.loads(person.model_dump_json())
    if before is not None:
        base = Allergies.of(before)
        fields[EDITED_FROM] = {"known": base.known, "classes": sorted(base.classes)}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def read_told(kind: type[P], plain: bytes) -> ToldProfile[P]:
    """A told profile; a newer till may send fields that this version does not know. ValueError `shape` for what is none."""
    try:
        fields = json.loads(plain)
        person = kind.model_validate({name: fields[name] for name in fields if name in kind.model_fields})
        base = NOTHING
        if EDITED_FROM in fields:
            said = fields[EDITED_FROM]
            base = Allergies(said["known"] is True, frozenset(str(code) for code in said["classes"]))
    except (ValueError, TypeError, KeyError, ValidationError, RecursionError):
        raise ValueError("shape") from None
    return ToldProfile(person, base)
