"""Who holds which personal coupon, what a till may give out by itself, and which uses headquarters looks into."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from sqlmodel import Field

from app.records.base import Count, Fen, Record


class CouponRight(Record):
    """The right to use one coupon once: its terms are those of an offer that is only for holders."""

    id: str = Field(max_length=36)
    """The serial."""
    offer_id: str = Field(max_length=36)
    member_id: str = Field(default="", max_length=36)
    """Whose it is; '' for whoever bears the token."""
    coupon_class: str = Field(max_length=1)
    """A | B | C | D, see `coupon_token.CLASSES`."""
    token: str = Field(max_length=200)
    """The signed text that a scan brings too."""
    starts_on: date
    ends_on: date
    """Last good day."""
    face_fen: Fen
    """The most it can cost."""
    state: str = Field(default="active", max_length=8)
    """active | revoked."""
    used_in: str = Field(default="", max_length=36)
    """The sale that used it, once headquarters knows of one."""


class Lease(Record):
    """A till's own share of a store's rights to an offer: so many uses until a day, good without any line."""

    id: str = Field(max_length=36)
    grant_id: str = Field(max_length=36)
    """What headquarters gave the store in all."""
    device: str = Field(max_length=16)
    """The device whose share it is; a till that was replaced has a share of its own."""
    till: str = Field(max_length=16)
    offer_id: str = Field(max_length=36)
    rights: Count
    """Uses given out to this till so far."""
    low: Count = 0
    """From so few left on the till asks for more."""
    pool: Count = 0
    """Uses that headquarters could still give to the store's tills when it wrote this."""
    token: str = Field(default="", max_length=200)
    """The signed text a customer shows; '' where everybody gets it whose basket fits."""
    starts_on: date
    ends_on: date
    """Last good day of this share; what is unused then goes back."""
    face_fen: Fen
    state: str = Field(default="active", max_length=10)
    """active | withdrawn | returned."""


class CouponCase(Record):
    """A use of a coupon that headquarters looks into: used up twice, taken back before, or after its reservation had ended; or an old
    article that earned two subsidies."""

    id: str = Field(max_length=36)
    kind: str = Field(max_length=8)
    """double | revoked | lapsed | trade."""
    serial: str = Field(max_length=36)
    title: str = Field(default="", max_length=80)
    """Of the offer."""
    number: str = Field(default="", max_length=80)
    """The receipt that is looked into."""
    first_number: str = Field(default="", max_length=80)
    """The receipt that used it first, or ''."""
    at: datetime
    cost_fen: Fen
    state: str = Field(default="open", max_length=8)
    """open | closed."""
    outcome: str = Field(default="", max_length=12)
    """goodwill | staff | fraud | till, once closed."""


_LEASED = UUID("6f0c9d5e-2d0b-4a39-9f0e-5d3a1b7c8e21")


def leased_serial(lease_id: str, number: int) -> str:
    """The serial of a lease's n-th right, counted from 0: the same on every side, so that one used twice is seen."""
    return str(uuid5(_LEASED, f"{lease_id}/{number}"))
