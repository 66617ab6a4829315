"""What a till tells of a person: the whole profile, and from what its allergies were edited, so that two tills' words are joined."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from app.domain.one_id import added_up
from app.records.people import FamilyPerson, Member

EDITED_FROM = "edited_from"
"""Name beside a profile's own fields; whoever reads profiles by the fields they know passes it over."""
P = TypeVar("P", Member, FamilyPerson)


Word = tuple[str, str]
"""(class, which asking named it): '' where a book or a till of before did."""
_DOUBT = "!"


@dataclass(frozen=True, slots=True)
class Allergies:
    """What is on record of somebody's allergies, each with the asking that named it.

    Whoever takes a class away takes away the words that they had in front of them. What somebody else was told meanwhile is another
    word, and stays; the class is in doubt then, until somebody asks again.
    """

    known: bool = False
    """Whether anybody ever asked."""
    words: frozenset[Word] = frozenset()
    doubts: frozenset[str] = frozenset()
    """Classes that one till took away while another was told them."""

    @property
    def classes(self) -> frozenset[str]:
        """Every class on record."""
        return frozenset(code for code, _ in self.words)

    @classmethod
    def of(cls, person: Member | FamilyPerson) -> Allergies:
        """Those of a profile."""
        return cls.read(person.allergies_known, person.allergy_classes.split(";"), person.allergy_words)

    @classmethod
    def read(cls, known: bool, classes: Iterable[str], text: str) -> Allergies:
        """Of classes and what is on record of their words: a class without any stands by a word of nobody's, a word alone for nothing."""
        named = frozenset(code for code in classes if code)
        doubts = frozenset(one.split("@")[0] for one in text.split(";") if one.endswith(_DOUBT)) & named
        parts = (one.removesuffix(_DOUBT).partition("@") for one in text.split(";"))
        words = frozenset((code, tag) for code, _, tag in parts if code in named)
        return cls(known, words | {(code, "") for code in named - {code for code, _ in words}}, doubts)

    @classmethod
    def asked(cls, classes: Iterable[str], tag: str) -> Allergies:
        """What somebody names when asked: each class anew, none in doubt; `tag` is of this asking alone."""
        return cls(True, frozenset((code, tag) for code in classes if code))

    def after(self, base: Allergies, told: Allergies) -> Allergies:
        """What is on record once somebody who edited `base` into `told` is heard: what they added and took away, and nothing else."""
        words = (self.words - (base.words - told.words)) | (told.words - base.words)
        known = told.known if told.known != base.known else self.known
        kept = frozenset(code for code, _ in words)
        # Taken away here and told elsewhere, whichever of the two is heard first.
        overruled = (base.classes - told.classes) | ((told.classes & base.classes) - self.classes)
        doubts = (self.doubts - (base.doubts - told.doubts)) | (told.doubts - base.doubts) | overruled
        return Allergies(known or bool(words), words, doubts & kept)

    def on(self, person: P) -> P:
        """A profile with these; ValueError where they do not fit into one."""
        return person.model_copy(update=self.fields())

    def fields(self) -> dict[str, object]:
        """Those fields of a profile that say so; ValueError where they do not fit into one."""
        marks = dict.fromkeys(self.doubts, _DOUBT)
        # A class that nobody's asking names says so by having no word here at all.
        said = {code for code, tag in self.words if tag} | self.doubts
        text = ";".join(f"{code}@{tag}{marks.get(code, '')}" for code, tag in sorted(self.words) if code in said)
        classes = added_up([";".join(sorted(self.classes))])
        return {"allergies_known": self.known, "allergy_classes": classes, "allergy_words": text}


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
        if before.allergy_words:
            fields[EDITED_FROM]["words"] = before.allergy_words
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def asked_bytes(person: Member | FamilyPerson, classes: Iterable[str], tag: str) -> bytes:
    """The same once somebody was asked about allergies and named these classes; `tag` is of this asking alone."""
    return told_bytes(person.model_copy(update=Allergies.asked(classes, tag).fields()), person)


def read_told(kind: type[P], plain: bytes) -> ToldProfile[P]:
    """A told profile; a newer till may send fields that this version does not know. ValueError `shape` for what is none."""
    try:
        fields = json.loads(plain)
        person = kind.model_validate({name: fields[name] for name in fields if name in kind.model_fields})
        base = NOTHING
        if EDITED_FROM in fields:
            said = fields[EDITED_FROM]
            base = Allergies.read(said["known"] is True, (str(code) for code in said["classes"]), str(said.get("words", "")))
    except (ValueError, TypeError, KeyError, ValidationError, RecursionError):
        raise ValueError("shape") from None
    return ToldProfile(person, base)
