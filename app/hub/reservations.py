"""Serials of the whole chain: put by for one basket at a time, and never handed to another before its till was heard.

A till that took a reservation along offline may have used it; so even one whose time is over stays held until the till tells of the
use or gives it back. Only a person at headquarters may free it sooner, and then knows what that can cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select, update

from app.hub import tables
from app.hub.renewing import renew
from app.records.clock import Clock
from app.records.ids import new_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What a till is told: a reservation, or why there is none."""

    code: str
    """reserved | unknown | revoked | early | late | spent | held."""
    reservation_id: str = ""
    until: datetime | None = None
    offer_id: str = ""
    face_fen: int = 0


def reserve(
    connection: Connection, clock: Clock, store_id: str, till: str, device: str, serial: str, basket_id: str, today: date, minutes: int
) -> Answer:
    """Put a serial by for a basket; asked again by the same device it is the same reservation, for the new basket and time."""
    c, r, use = tables.chain_coupon.c, tables.coupon_reservation.c, tables.coupon_use.c
    coupon = connection.execute(select(tables.chain_coupon).where(c.serial == serial).with_for_update()).first()
    if coupon is None:
        return Answer("unknown")
    if coupon.state != "active":
        return Answer("revoked")
    if today < coupon.starts_on:
        return Answer("early")
    if today > coupon.ends_on:
        return Answer("late")
    if connection.scalar(select(use.sale_id).where(use.serial == serial, use.return_id == "").limit(1)) is not None:
        return Answer("spent")
    held = connection.execute(select(tables.coupon_reservation).where(r.serial == serial, r.state == "held")).first()
    until = clock.now() + timedelta(minutes=minutes)
    if held is not None and held.device != device:
        return Answer("held", until=held.until)
    key = renew(
        connection,
        tables.coupon_reservation,
        held,
        {"basket_id": basket_id, "until": until},
        lambda: {
            "reservation_id": new_id(clock),
            "serial": serial,
            "store_id": store_id,
            "till": till,
            "device": device,
            "at": clock.now(),
            "state": "held",
        },
    )
    return Answer("reserved", str(key["reservation_id"]), until, coupon.offer_id, coupon.face_fen)


def release(connection: Connection, device: str, reservation_id: str) -> bool:
    """A till gives a reservation back that no sale of it used; safe to repeat."""
    r = tables.coupon_reservation.c
    mine = (r.reservation_id == reservation_id) & (r.device == device)
    return connection.execute(update(tables.coupon_reservation).where(mine, r.state == "held").values(state="released")).rowcount == 1


def free(connection: Connection, reservation_id: str, now: datetime, give_up_days: int) -> bool:
    """A person frees what a till took along and was never heard of again: it may cost the face once more, as a case.

    False before so many days after its end.
    """
    r = tables.coupon_reservation.c
    long_over = r.until < now - timedelta(days=give_up_days)
    freed = update(tables.coupon_reservation).where(r.reservation_id == reservation_id, r.state == "held", long_over)
    return connection.execute(freed.values(state="freed")).rowcount == 1


def used(connection: Connection, reservation_ids: Sequence[str]) -> frozenset[str]:
    """Sales used these; gives those that had been freed or given back, which are looked into."""
    r = tables.coupon_reservation.c
    if not reservation_ids:
        return frozenset()
    mine = r.reservation_id.in_(sorted(reservation_ids))
    connection.execute(update(tables.coupon_reservation).where(mine, r.state == "held").values(state="used"))
    found = connection.execute(select(r.reservation_id).where(mine, r.state.in_(("freed", "released"))))
    return frozenset(row.reservation_id for row in found)
