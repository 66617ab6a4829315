"""Tills' devices put out of work at headquarters: by whom, why and when; what they recorded before and since stays a fact."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.hub import tables
from app.records.clock import Clock
from app.records.ids import new_id

REASON = 200
"""Letters of a reason that are kept."""
ACT = "revoke"


@dataclass(frozen=True, slots=True)
class Device:
    """A till's device."""

    device: str
    store_id: str
    till: str
    state: str
    """active | replaced | revoked."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who put a device out of work, why and when."""

    by: str
    reason: str
    at: datetime


def known(connection: Connection, device: str) -> Device | None:
    """A device by its name."""
    d = tables.device.c
    row = connection.execute(select(d.device, d.store_id, d.till, d.state).where(d.device == device)).first()
    return Device(*row) if row is not None else None


def at_work(connection: Connection, store_id: str, till: str) -> Device | None:
    """The device that a till works with now."""
    d = tables.device.c
    here = (d.store_id == store_id) & (d.till == till) & (d.state == "active")
    row = connection.execute(select(d.device, d.store_id, d.till, d.state).where(here)).first()
    return Device(*row) if row is not None else None


def revoke(connection: Connection, clock: Clock, device: str, *, reason: str, by: str) -> bool:
    """Take a device's privileges, and keep who did it and why; False where nobody knows it or that was done before.

    What it records is taken all the same, but nothing is told to it, put by for it or erased at its word any more.
    """
    d = tables.device.c
    if connection.execute(update(tables.device).where(d.device == device, d.state != "revoked").values(state="revoked")).rowcount != 1:
        return False
    store_id = connection.scalar(select(d.store_id).where(d.device == device))
    row = {"act_id": new_id(clock), "member_id": device, "act": ACT, "reason": reason[:REASON], "asked_via": str(store_id)[:16]}
    connection.execute(insert(tables.person_act), [{**row, "by": by[:40], "at": clock.now()}])
    return True


def revocations(connection: Connection, devices: Collection[str]) -> dict[str, Revocation]:
    """Device → who put it out of work, of those whose putting out was noted."""
    a = tables.person_act.c
    wanted = select(a.member_id, a.by, a.reason, a.at).where(a.act == ACT, a.member_id.in_(list(devices)))
    return {row.member_id: Revocation(row.by, row.reason, row.at) for row in connection.execute(wanted)} if devices else {}
