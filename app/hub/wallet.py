"""Members' points put by for one basket at a time: what two tills ask for at once is given once.

A till may complete a sale on what it holds although the line is gone by then, so what is held counts as gone until the till tells of
the sale or gives it back; only long after its end, when the till was never heard of again, it is the member's once more. A use that
is told even later stands, and may leave a debt that the next points pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from app.domain.points import PointsRules
from app.domain.wallet import WalletRules
from app.hub import tables
from app.hub.points import ids_of, statement_of
from app.records.clock import Clock


@dataclass(frozen=True, slots=True)
class Asked:
    """What a till wants put by."""

    hold_id: str
    """Made by the till: asked for again, it is the same one."""
    member_id: str
    points: int
    basket_id: str
    store_id: str
    till: str
    device: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a till is told."""

    code: str
    """held | short | over: it was given back or used before."""
    until: datetime | None
    free: int
    """Points that are neither spent nor put by for another basket, what this answer puts by counted as free."""


def hold(connection: Connection, clock: Clock, asked: Asked, today: date, points_rules: PointsRules, rules: WalletRules) -> Answer:
    """Put points by for a basket, or say that there are not so many; asked again by the same device it is the same answer."""
    if connection.dialect.name == "postgresql":
        # Two tills that ask for one member's points at once are answered one after the other.
        connection.exec_driver_sql("LOCK TABLE points_hold IN SHARE ROW EXCLUSIVE MODE")
    h = tables.points_hold.c
    known = connection.execute(select(tables.points_hold).where(h.hold_id == asked.hold_id)).first()
    free = free_of(connection, asked.member_id, clock.now(), today, points_rules, rules, but=asked.hold_id)
    same = known is not None and (known.device, known.member_id, known.points) == (asked.device, asked.member_id, asked.points)
    if known is not None and (known.state != "held" or not same):
        return Answer("over", None, free)
    if known is not None:
        return Answer("held", known.until, free)
    if asked.points < 1 or asked.points % points_rules.spend_step or asked.points > free:
        return Answer("short", None, free)
    until = clock.now() + timedelta(minutes=rules.hold_minutes)
    row = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    connection.execute(insert(tables.points_hold).values(**row, at=clock.now(), until=until, state="held"))
    return Answer("held", until, free)


def let_go(connection: Connection, clock: Clock, asked: Asked) -> None:
    """A till gives back what no sale of it used; safe to repeat, and before the wish itself arrived: then that comes too late."""
    h = tables.points_hold.c
    mine = (h.hold_id == asked.hold_id) & (h.device == asked.device)
    connection.execute(update(tables.points_hold).where(mine, h.state == "held").values(state="released"))
    if connection.scalar(select(h.hold_id).where(h.hold_id == asked.hold_id)) is None:
        row = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
        connection.execute(insert(tables.points_hold).values(**row, at=clock.now(), until=clock.now(), state="released"))


def used(connection: Connection, hold_ids: set[str]) -> None:
    """Sales have spent these; the movement itself counts from now on."""
    if hold_ids:
        connection.execute(update(tables.points_hold).where(tables.points_hold.c.hold_id.in_(sorted(hold_ids))).values(state="used"))


def held_of(connection: Connection, member_id: str, now: datetime, rules: WalletRules, but: str = "") -> int:
    """How many points of a person, by any of their ids, are put by."""
    h = tables.points_hold.c
    alive = h.until >= now - timedelta(days=rules.give_up_days)
    wanted = select(func.coalesce(func.sum(h.points), 0)).where(
        h.member_id.in_(ids_of(connection, member_id)), h.state == "held", alive, h.hold_id != but
    )
    return int(connection.execute(wanted).scalar_one())


def free_of(
    connection: Connection, member_id: str, now: datetime, today: date, points_rules: PointsRules, rules: WalletRules, but: str = ""
) -> int:
    """Points of a person that may still be put by: the balance less what is put by, that of one wish not counted."""
    return statement_of(connection, member_id, today, points_rules).balance - held_of(connection, member_id, now, rules, but)
