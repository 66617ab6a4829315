"""People as a till tells them to headquarters: profile, identities and consents, as blobs and as sealed events."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from till_double import PaperTill

from app.records.events import ConsentSet, IdentityClaimed, MemberJoined
from app.records.ids import new_id
from app.records.people import Member


def blob(till: PaperTill, person_id: str, kind: str, plain: bytes, blob_id: str = "") -> dict[str, str]:
    """A blob as it travels."""
    return {
        "blob_id": blob_id or new_id(till.clock),
        "person_id": person_id,
        "kind": kind,
        "at": till.clock.now().isoformat(),
        "plain": base64.b64encode(plain).decode(),
    }


@dataclass
class Newcomer:
    """Somebody who joins at a till: what it would send."""

    till: PaperTill
    name: str = ""
    phone: str = ""
    born_on: date | None = None
    level: str = "stated"
    guide: str = ""
    member_id: str = ""
    blobs: list[dict[str, str]] = field(default_factory=list)
    events: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.member_id = self.member_id or new_id(self.till.clock)
        card = "90" + str(sum(self.member_id.encode()[n] * 7**n for n in range(len(self.member_id))) % 10**18).zfill(18)
        self.member = Member(id=self.member_id, card_no=card, name=self.name, phone=self.phone, born_on=self.born_on)
        profile = self.profile(self.member)
        self.write(MemberJoined(member_id=self.member_id, blob_id=profile["blob_id"], source="store", guide=self.guide))
        if self.phone:
            self.claims("phone", self.phone, self.level)

    def profile(self, member: Member) -> dict[str, str]:
        """A profile to tell."""
        told = blob(self.till, self.member_id, "member_profile", member.model_dump_json().encode())
        self.blobs.append(told)
        return told

    def claims(self, kind: str, value: str, level: str) -> None:
        """An identity, value and event."""
        told = blob(self.till, self.member_id, "identity", json.dumps({"kind": kind, "value": value}).encode())
        self.blobs.append(told)
        self.write(
            IdentityClaimed(claim_id=new_id(self.till.clock), member_id=self.member_id, kind=kind, level=level, blob_id=told["blob_id"])
        )

    def consents(self, purpose: str, given: bool, after: datetime | None = None) -> None:
        """A word for or against a purpose, said after one that was known."""
        said = ConsentSet(
            consent_id=new_id(self.till.clock),
            member_id=self.member_id,
            purpose=purpose,
            text_version="1",
            given=given,
            channel="spoken",
            after=after,
        )
        self.write(said)

    def write(self, body: Any) -> None:
        """Seal an event."""
        self.events.append(self.till.write(body))
