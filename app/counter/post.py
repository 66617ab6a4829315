"""The post: who stands at which till, in which shift and on which business day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.records.people import Staff


@dataclass(frozen=True, slots=True)
class TillProfile:
    """What does not change while the till runs: store and till, as printed."""

    store_id: str
    store_name: str
    branch: str
    till: str
    till_title: str
    licence_no: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OpenShift:
    """The shift that takes money now."""

    shift_id: str
    day: date
    opened_at: datetime
    staff_id: str
    float_fen: int


@dataclass(slots=True)
class Post:
    """The one mutable fact the acts share: who is signed in and which shift is open."""

    till: TillProfile
    staff: Staff | None = None
    shift: OpenShift | None = None
    paying: bool = False
    """Whether a basket stands at payment: the shift cannot be closed under it."""

    @property
    def actor(self) -> str:
        """Id of whoever acts now; the till itself before anybody signed in."""
        return self.staff.id if self.staff else f"till:{self.till.till}"

    def day(self, today: date) -> date:
        """The business day: the open shift's, else the calendar's."""
        return self.shift.day if self.shift else today

    def law_day(self, today: date) -> date:
        """The day that expiry and prescriptions are judged on: past midnight the calendar's, though the shift's day goes on."""
        return max(self.shift.day, today) if self.shift else today
