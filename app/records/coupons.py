"""Who holds which personal coupon, as headquarters tells the stores where it is good."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from app.records.base import Fen, Record


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
