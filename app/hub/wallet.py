"""A part of a member's purse (points, or stored value) put by for one basket at a time: what two tills ask for at once is given once.

A till may complete a sale on what it holds although the line is gone by then, so what is held counts as gone until the till tells of
the sale or gives it back; only long after its end, when the till was never heard of again, it is the member's once more. A use that
is told even later stands, and may leave a debt that what comes next pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from app.domain import stored as law
from app.domain.points import PointsRules
from app.domain.stored import Balance
from app.domain.wallet import WalletRules
from app.hub import points, stored, tables
from app.hub.archive import alone_with
from app.hub.parties import party_of
from app.records.clock import Clock

POINTS, STORED = PURSES = ("points", "stored")
_HOLDING = 0x59_47_53
"""The kind of lock under which a person's purse is put by."""


@dataclass(frozen=True, slots=True)
class PurseRules:
    """What both purses go by."""

    wallet: WalletRules
    points: PointsRules


@dataclass(frozen=True, slots=True)
class Asked:
    """What a till wants put by."""

    hold_id: str
    """Made by the till: asked for again, it is the same one."""
    purse: str
    """points | stored."""
    member_id: str
    amount: int
    """Points, or fen."""
    part: int
    """Of stored value: how much of it must be bonus, in fen; -1 for the share that bonus has in the balance. Of points: 0."""
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
    """What is neither spent nor put by for another basket, what this answer puts by counted as free."""
    part: int = 0
    """How much of what is put by is bonus, in fen."""


def hold(connection: Connection, clock: Clock, asked: Asked, today: date, rules: PurseRules) -> Answer:
    """Put a part of a purse by for a basket, or say that there is not so much; asked again by the same device it is the same answer."""
    _alone(connection, asked.member_id)
    h = tables.hold.c
    known = connection.execute(select(tables.hold).where(h.hold_id == asked.hold_id)).first()
    free = free_of(connection, asked.purse, asked.member_id, clock.now(), today, rules, but=asked.hold_id)
    same = known is not None and (known.device, known.purse, known.member_id, known.amount) == (
        asked.device,
        asked.purse,
        asked.member_id,
        asked.amount,
    )
    if known is not None and (known.state != "held" or not same):
        return Answer("over", None, free.total_fen)
    if known is not None:
        return Answer("held", known.until, free.total_fen, known.part)
    part = law.bonus_share(asked.amount, free) if asked.part < 0 else asked.part
    stepped = asked.purse != POINTS or asked.amount % rules.points.spend_step == 0
    if not stepped or not law.covers(free, asked.amount, part):
        return Answer("short", None, free.total_fen)
    until = clock.now() + timedelta(minutes=rules.wallet.hold_minutes)
    connection.execute(insert(tables.hold).values(**_row(asked, part), at=clock.now(), until=until, state="held"))
    return Answer("held", until, free.total_fen, part)


def let_go(connection: Connection, clock: Clock, asked: Asked) -> None:
    """A till gives back what no sale of it used; safe to repeat, and before the wish itself arrived: then that comes too late."""
    h = tables.hold.c
    mine = (h.hold_id == asked.hold_id) & (h.device == asked.device)
    connection.execute(update(tables.hold).where(mine, h.state == "held").values(state="released"))
    if connection.scalar(select(h.hold_id).where(h.hold_id == asked.hold_id)) is None:
        row = _row(asked, max(0, asked.part))
        connection.execute(insert(tables.hold).values(**row, at=clock.now(), until=clock.now(), state="released"))


def used(connection: Connection, hold_ids: set[str]) -> None:
    """Sales have spent these; the movement itself counts from now on."""
    if hold_ids:
        connection.execute(update(tables.hold).where(tables.hold.c.hold_id.in_(sorted(hold_ids))).values(state="used"))


def held_of(connection: Connection, purse: str, member_id: str, now: datetime, rules: PurseRules, but: str = "") -> Balance:
    """How much of a person's purse, by any of their ids, is put by; points count as principal."""
    h = tables.hold.c
    alive = h.until >= now - timedelta(days=rules.wallet.give_up_days)
    wanted = select(func.coalesce(func.sum(h.amount - h.part), 0), func.coalesce(func.sum(h.part), 0)).where(
        h.member_id.in_(party_of(connection, member_id)), h.purse == purse, h.state == "held", alive, h.hold_id != but
    )
    principal, bonus = connection.execute(wanted).one()
    return Balance(int(principal), int(bonus))


def free_of(
    connection: Connection, purse: str, member_id: str, now: datetime, today: date, rules: PurseRules, but: str = ""
) -> Balance:
    """What of a person's purse may still be put by: the balance less what is put by, that of one wish not counted."""
    # What is put by is read first: a sale that settles it in between is then counted twice for a moment, never not at all.
    held = held_of(connection, purse, member_id, now, rules, but)
    if purse == POINTS:
        whole = Balance(points.statement_of(connection, member_id, today, rules.points).balance)
    else:
        whole = stored.statement_of(connection, member_id).balance
    return whole.less(held.principal_fen, held.bonus_fen)


def _row(asked: Asked, part: int) -> dict[str, object]:
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__} | {"part": part}


def _alone(connection: Connection, member_id: str) -> None:
    """On PostgreSQL two tills that ask for one person's purse at once are answered one after the other; others do not wait for them.

    SQLite writes one transaction at a time anyhow. A merge may join another id meanwhile: that one is waited for as well.
    """
    locked: set[str] = set()
    while connection.dialect.name == "postgresql" and (further := set(party_of(connection, member_id)) - locked):
        alone_with(connection, _HOLDING, further)
        locked |= further
