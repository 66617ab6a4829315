"""What a proof of being a member buys at the counter: everything by the changing code, less by weaker ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.verdict import Text

DYNAMIC = "dynamic"
"""A proof that is the member's own: a dynamic code whose step was still unused."""
CODE = "code"
"""The other one: a code that headquarters sent to the member's phone, told back."""
OWN = (DYNAMIC, CODE)


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody found in one way may have."""

    found_by: str
    """dynamic | code | id_card | social_card | voucher | card | identity | phone | tail_name | tail | name | claimed | lapsed."""
    title: Text
    price: bool
    """The member price."""
    points: bool
    coupon_most_fen: int
    """The largest face of a promised coupon that is used, in fen; -1 for any."""
    stored_value: bool
    """Stored value, points spent and other large redemptions."""

    @property
    def proven(self) -> bool:
        """Whether the member themselves proved it."""
        return self.found_by in OWN

    def covers(self, face_fen: int) -> bool:
        """Whether a promised coupon of this face (0: without bound) may be used on this proof."""
        return self.coupon_most_fen < 0 or 0 < face_fen <= self.coupon_most_fen


@dataclass(frozen=True, slots=True)
class RightsRules:
    """The rights of every proof, and the purposes for which a person may look behind a mask."""

    proofs: Mapping[str, Rights]
    otherwise: str
    """What a basket of before these rules counts as."""
    vouching: tuple[str, ...]
    """Proofs that a person at the counter gives by looking at a paper or by answering for the member."""
    lapsing: tuple[str, ...]
    """Proofs that were given by somebody who stood at the counter, and end."""
    lapse_minutes: int
    lapsed: str
    """What whoever gave one counts as from then on."""
    purposes: Mapping[str, Text]
    visitor_purpose: str
    """What a member of another store is asked of headquarters for."""
    visitor_fields: tuple[str, ...]
    """What of a member headquarters tells another store: never a key, never more than serving them wants."""
    lookups_per_hour: int
    """How many such questions headquarters answers one till."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> RightsRules:
        """Read the rules; ValueError where they contradict themselves."""
        proofs = {
            name: Rights(
                name,
                Text(row["zh"], row["en"]),
                bool(row["price"]),
                bool(row["points"]),
                int(row["coupon_most_fen"]),
                bool(row["stored_value"]),
            )
            for name, row in document["proofs"].items()
        }
        purposes = {name: Text(row["zh"], row["en"]) for name, row in document["purposes"].items()}
        rules = cls(
            proofs,
            str(document["otherwise"]),
            tuple(document["vouching"]),
            tuple(document["lapse"]["proofs"]),
            int(document["lapse"]["minutes"]),
            str(document["lapse"]["then"]),
            purposes,
            str(document["visitor_purpose"]),
            tuple(document["visitor_fields"]),
            int(document["lookups_per_hour"]),
        )
        if "code_key" in rules.visitor_fields or "id" not in rules.visitor_fields:
            raise ValueError("rights of members: a visitor needs an id, and a key never leaves the home store's feed")
        known = {rules.otherwise, *OWN, *rules.vouching} <= proofs.keys() and rules.visitor_purpose in purposes
        if not known or any(rights.stored_value and not rights.proven for rights in proofs.values()):
            raise ValueError("rights of members: an unknown proof, or stored value without a proof of the member's own")
        ends = {*OWN, *rules.vouching} <= set(rules.lapsing) <= proofs.keys() and rules.lapsed in proofs.keys() - set(rules.lapsing)
        if not ends or rules.lapse_minutes < 1:
            raise ValueError("rights of members: a proof that never ends, or ends in another that does")
        return rules

    def holds(self, found_by: str, proven_at: str, now: datetime) -> bool:
        """Whether a way of being found still counts; `proven_at` is ISO text, '' where nobody knows when, which is too long ago."""
        if found_by not in self.lapsing:
            return True
        # A clock that was put right by seconds ends nothing, one that was turned back by hours does.
        return bool(proven_at) and abs(now - datetime.fromisoformat(proven_at)) < timedelta(minutes=self.lapse_minutes)

    def of(self, found_by: str) -> Rights:
        """The rights of whoever was found in a way; an unknown way counts as the usual one."""
        return self.proofs.get(found_by) or self.proofs[self.otherwise]
