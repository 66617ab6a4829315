"""Noting: what members say of themselves and of whom they buy for — allergies with who asked and when, and the persons of a family."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from app.counter.faults import Refused
from app.counter.pending import Pending
from app.counter.post import Post
from app.counter.selling import Selling
from app.domain.family import FamilyRules
from app.domain.joining import ConsentTexts, birthday
from app.domain.member_rights import RightsRules
from app.domain.purposes import FAMILY, HEALTH
from app.domain.safety import age_months
from app.domain.told_profile import asked_bytes, told_bytes
from app.domain.verdict import Text
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import PrivateBlob
from app.records.people import FamilyPerson, Member
from app.store.faults import StoreFault
from app.store.open_store import Store

ASKED, FAMILY_ASKED = "allergies_asked", "family_asked"
"""Kinds of the blobs that keep who asked and when; they stay on this till."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """The last time that somebody asked a member about allergies at this till."""

    at: datetime
    by: str
    """Staff id."""


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A family person as typed."""

    name: str
    relation: str
    sex: str = ""
    born: str = ""
    agrees: str = ""
    """yes | no | '': what the person (of a child, the member) said to being linked; '' where nobody asked now."""


class Noting:
    """Records what was said, keeps it in private blobs, and lets it count at once at this till."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        selling: Selling,
        rules: FamilyRules,
        texts: ConsentTexts,
        rights: RightsRules,
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._selling = selling
        self._rules = rules
        self._texts = texts
        self._rights = rights
        self._wake_sync = wake_sync

    # ------------------------------------------------------------------ allergies

    def ask_allergies(self, member_id: str, classes: Sequence[str], person_id: str = "") -> Pending[None]:
        """The member (or a family person) was asked: these classes, or none; asked and none is not never asked.

        Refused `sign_in_first`, `member_unknown`, `person_unknown`, `consent_health` (whoever it is about does not want it noted) or
        `ledger_io`.
        """
        named = sorted(set(classes))
        self._member(member_id)
        purpose = FAMILY if person_id else HEALTH
        person = self._person_of(member_id, person_id) if person_id else None
        if self._store.people.allows(person_id or member_id, purpose) is False:
            raise Refused("consent_health")
        # What a person says holds under each of their ids: of a merged one allergies add up, and headquarters knows each id by its own.
        said: list[Member | FamilyPerson] = [person] if person is not None else [*self._store.people.profiles(member_id)]
        bodies: list[Record] = []
        blobs: list[PrivateBlob] = []
        for one in said:
            owner = one.member_id if isinstance(one, FamilyPerson) else one.id
            blob_id = new_id(self._clock)
            told = asked_bytes(one, named, blob_id[-12:])
            profile = PrivateBlob(blob_id, owner, "family_profile" if person_id else "member_profile", told)
            words = {"by": self._post.actor, "person": person_id, "classes": ";".join(named)}
            note = PrivateBlob(new_id(self._clock), owner, FAMILY_ASKED if person_id else ASKED, json.dumps(words).encode())
            bodies.append(events.AllergiesAsked(member_id=owner, person_id=person_id, blob_id=profile.blob_id, note_id=note.blob_id))
            blobs += (profile, note)
        return self._keep(bodies, blobs, lambda: None)

    def asked(self, member_id: str) -> Asked | None:
        """Who asked the member last at this till; None where nobody did, or where the key of their data is destroyed."""
        for blob_id, at in self._store.history.blobs(self._store.people.group_of(member_id), ASKED):
            try:
                plain = self._store.private.open(blob_id)
            except StoreFault:
                return None
            if plain is not None:
                return Asked(at, str(json.loads(plain).get("by", "")))
        return None

    # ------------------------------------------------------------------ looking behind a mask

    @property
    def purposes(self) -> tuple[tuple[str, Text], ...]:
        """For what a person may look behind a mask here."""
        return tuple((code, words) for code, words in self._rights.purposes.items() if code != self._rights.visitor_purpose)

    def reveal_phone(self, member_id: str, purpose: str) -> Pending[str]:
        """The member's whole phone number; that it was looked at, by whom and what for is kept first. Refused `choose_one`."""
        member = self._member(member_id)
        if purpose not in self._rights.purposes:
            raise Refused("choose_one")
        look = events.MemberRevealed(member_id=member_id, what="phone", purpose=purpose)
        return self._keep((look,), (), lambda: member.phone)

    # ------------------------------------------------------------------ family

    def set_person(self, member_id: str, draft: PersonDraft, person_id: str = "") -> Pending[str]:
        """Enter a person whom the member buys for, or put one right; gives the person's id.

        Refused `sign_in_first`, `member_unknown`, `person_unknown`, `family_full`, `family_name`, `family_relation`,
        `family_birthday` or `ledger_io`.
        """
        self._member(member_id)
        family = self._store.people.family(member_id)
        before = self._person_of(member_id, person_id) if person_id else None
        if before is None and len(family) >= self._rules.most_besides:
            raise Refused("family_full", most=str(self._rules.most_besides))
        if not draft.name.strip():
            raise Refused("family_name")
        if not draft.relation:
            raise Refused("family_relation")
        try:
            born_on = birthday(draft.born, self._today())
        except ValueError as error:
            raise Refused("family_birthday", raw=draft.born) from error
        person = self._person(member_id, draft, born_on, before)
        profile = PrivateBlob(new_id(self._clock), member_id, "family_profile", told_bytes(person, before))
        bodies: list[Record] = [events.FamilySet(person_id=person.id, member_id=member_id, blob_id=profile.blob_id)]
        text = self._texts.of(FAMILY)
        if draft.agrees and text is not None:
            adult = self._rules.adult(age_months(person.born_on, self._today()))
            bodies.append(
                events.ConsentSet(
                    consent_id=new_id(self._clock),
                    member_id=person.id,
                    purpose=FAMILY,
                    text_version=text.version,
                    given=draft.agrees == "yes",
                    channel="spoken",
                    guardian_id="" if adult else member_id,
                    after=self._store.people.known_word(person.id, FAMILY),
                )
            )
        return self._keep(bodies, (profile,), lambda: person.id)

    def _person(self, member_id: str, draft: PersonDraft, born_on: date | None, before: FamilyPerson | None) -> FamilyPerson:
        # Who does not agree is only judged by age and weight.
        kept = before if draft.agrees != "no" else None
        return FamilyPerson(
            id=before.id if before is not None else new_id(self._clock),
            member_id=member_id,
            name=draft.name.strip()[:40],
            relation=draft.relation[:12],
            sex=draft.sex if draft.sex in ("F", "M") else "",
            born_on=born_on,
            weight_g=before.weight_g if before is not None else 0,
            allergies_known=kept.allergies_known if kept is not None else False,
            allergy_classes=kept.allergy_classes if kept is not None else "",
            allergy_words=kept.allergy_words if kept is not None else "",
        )

    # ------------------------------------------------------------------ inner

    def _member(self, member_id: str) -> Member:
        if self._post.staff is None:
            raise Refused("sign_in_first")
        member = self._store.people.member(member_id)
        if member is None:
            raise Refused("member_unknown")
        return member

    def _person_of(self, member_id: str, person_id: str) -> FamilyPerson:
        person = next((one for one in self._store.people.family(member_id) if one.id == person_id), None)
        if person is None:
            raise Refused("person_unknown")
        return person

    def _today(self) -> date:
        return shop_day(self._clock.now())

    def _keep(self, bodies: Sequence[Record], blobs: Sequence[PrivateBlob], told: Callable[[], T]) -> Pending[T]:
        """Facts and what they speak of in one unit; a profile is what this till knows from then on."""
        day = self._post.day(self._today())

        def finish() -> T:
            self._selling.renew_patient()
            self._wake_sync()
            return told()

        return Pending.of(lambda: self._store.journal.record(bodies, actor=self._post.actor, day=day, private=blobs), finish)
