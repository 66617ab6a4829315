"""How old the knowledge from headquarters is: since each feed was last read to its end, over a night switched off as well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.desktop.till import Till
from app.records.clock import SHOP_TIME

OLD, TOO_OLD = timedelta(hours=24), timedelta(hours=72)
"""From these ages on it is amber, and red (ux.md §7)."""
GOODS = ("product", "price")
OFFERS = ("offer", "coupon", "lease", "case")
MEMBERS = ("member", "family", "points", "stored", "identity", "alias", "consent", "standing")
LOTS = ("lot",)
STAFF = ("staff",)


def read_at(till: Till, feeds: Sequence[str]) -> datetime | None:
    """When the oldest of some feeds was read to its end; None where one of them never was."""
    known = {**till.store.coupons.reads(), **till.sync.line.fresh}
    return min((known[feed] for feed in feeds), default=None) if all(feed in known for feed in feeds) else None


def moment(at: datetime, now: datetime) -> str:
    """A time of today, or with its day before it."""
    there = at.astimezone(SHOP_TIME)
    return f"{there:%H:%M}" if there.date() == now.astimezone(SHOP_TIME).date() else f"{there:%m-%d %H:%M}"


def tone_of(age: timedelta, fine: str = "info") -> str:
    """`fine`, then warn, then bad."""
    return "bad" if age >= TOO_OLD else "warn" if age >= OLD else fine
