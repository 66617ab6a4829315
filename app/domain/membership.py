"""Who an identity text may mean: a phone number, its last four digits, alone or with a name, a card or a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.records.people import Member

_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_CARD = re.compile(r"9[01][0-9]{18}")
"""Static (90) and dynamic (91) member codes of our own; the reader of codes checks their last digit."""
_TAIL_NAME = re.compile(r"([0-9]{4})[\s,，]*([^\s0-9][^0-9]*)|([^\s0-9][^0-9]*?)[\s,，]*([0-9]{4})")
"""Last four digits and a name, in either order, in one box."""
_HANZI = re.compile(r"[\u3400-\u9fff]")
_SEPARATORS = re.compile(r"[\s\-()（）]+")
FEWEST_DIGITS = 5
"""Digits from which on a number that is no mobile's is looked for whole; of fewer only four, the last ones of a phone."""
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+"}


@dataclass(frozen=True, slots=True)
class IdentityText:
    """What somebody typed or scanned to be found by."""

    kind: str
    """phone | card | last_four | tail_name | digits (a landline, a handle, another card) | name | none (too little to look for)."""
    text: str
    name: str = ""
    """Of tail_name: the name, or its beginning, beside the digits."""


def read_identity(text: str) -> IdentityText:
    """Decide what an identity text is; never raises."""
    plain = text.strip().translate(_FULL_WIDTH)
    tight = _SEPARATORS.sub("", plain)
    if phone := _PHONE.fullmatch(tight):
        return IdentityText("phone", phone[1])
    if _CARD.fullmatch(tight):
        return IdentityText("card", tight)
    if re.fullmatch(r"[0-9]{4}", tight):
        return IdentityText("last_four", tight)
    if not plain:
        return IdentityText("none", "")
    if tight.isdigit():
        return IdentityText("digits" if len(tight) >= FEWEST_DIGITS else "none", tight)
    if both := _TAIL_NAME.fullmatch(plain):
        tail, name = both[1] or both[4], (both[2] or both[3]).strip(" ,，")
        if _HANZI.search(name) or " " in plain:
            return IdentityText("tail_name", tail, " ".join(name.split()))
    return IdentityText("name", " ".join(plain.split()))


def phone_of(text: str) -> str:
    """The mobile number in a typed text as eleven digits, or '' where it is none."""
    identity = read_identity(text)
    return identity.text if identity.kind == "phone" else ""


def meant_as_member(text: str) -> bool:
    """Whether a typed text can only mean a person: a whole mobile number, or a phone's last digits beside a name."""
    return read_identity(text).kind in ("phone", "tail_name")


def matches(member: Member, identity: IdentityText) -> bool:
    """Whether a member is meant: phone and card exactly, the phone's or card's last four, or the start of the name."""
    match identity.kind:
        case "phone":
            return member.phone == identity.text
        case "card":
            return member.card_no == identity.text
        case "last_four":
            return member.phone.endswith(identity.text) or member.card_no.endswith(identity.text)
        case "tail_name":
            return member.phone.endswith(identity.text) and identity.name.casefold() in member.name.casefold()
        case "digits":
            return identity.text in (member.phone, member.card_no, member.handle)
        case "name":
            return member.name.casefold().startswith(identity.text.casefold())
    return False


def ranked(members: Sequence[Member], identity: IdentityText) -> tuple[Member, ...]:
    """The members that are meant, the likeliest first: phone before card tail, whole name before its beginning."""

    def order(member: Member) -> tuple[bool, str, str]:
        exact = member.phone.endswith(identity.text) if identity.kind == "last_four" else member.name.casefold() == identity.text.casefold()
        return (not exact, member.name, member.id)

    return tuple(sorted((member for member in members if matches(member, identity)), key=order))
