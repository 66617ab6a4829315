"""What a campaign promises: offers as rows whose terms the pricing engine reads."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from app.records.base import Record


class Offer(Record):
    """One promotion; `terms` is a JSON object whose shape belongs to the offer's kind."""

    id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=24)
    """percent | amount_off | threshold | nth_cheaper | bundle | gift (member prices live on the product)."""
    title_zh: str = Field(max_length=60)
    title_en: str = Field(default="", max_length=80)
    scope: str = Field(default="all", max_length=4000)
    """all | product:<id>;<id>… | category:<name>;… ."""
    members_only: bool = False
    terms: str = Field(max_length=4000)
    coupon_code: str = Field(default="", index=True, max_length=24)
    """Open coupon (class A): applies only where this 20-digit code was scanned into the basket; '' applies by itself."""
    priority: int = 100
    """Lower is applied earlier."""
    stack_group: str = Field(default="", max_length=24)
    """Offers of one non-empty group never touch the same line together: the better one wins."""
    exclusive: bool = False
    """An exclusive offer shares its lines with no other offer."""
    starts_on: date
    ends_on: date
    """Last day, inclusive."""
    active: bool = True
    by_right: bool = False
    """Applies only for whoever holds a coupon of it (`records.coupons`), never by itself."""
