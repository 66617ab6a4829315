"""Members' stored value at headquarters: every person's statement, what the chain owes in all, and what moved on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, case, func, select

from app.domain.stored import StoredEntry, StoredKind, StoredStatement, statement
from app.hub import tables
from app.hub.movements import STORED
from app.hub.parties import party_of
from app.records.people import StoredEntryRow


@dataclass(frozen=True, slots=True)
class Owed:
    """What the chain owes its members, in fen, by the store that took the money in."""

    store_id: str
    principal_fen: int
    bonus_fen: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in a span of time, in fen, principal and bonus together."""

    loads: int
    loaded_fen: int
    spends: int
    spent_fen: int
    """Less what came back with returns."""
    paid_out_fen: int
    """Loads that were taken back included."""


def statement_of(connection: Connection, member_id: str) -> StoredStatement:
    """A person's stored value as headquarters holds it, of all their ids."""
    return statement(_entry(row) for row in STORED.rows(connection, party_of(connection, member_id)))


def owed(connection: Connection) -> tuple[Owed, ...]:
    """Every store with what members paid in there less what left again there.

    A member may spend at another store what they paid in at this one: a single row may then be below nought, the sum is what is owed.
    """
    c = tables.stored_entry.c
    sign = case((c.kind.in_(("load", "unspend")), 1), else_=-1)
    wanted = select(c.store_id, func.sum(sign * c.principal_fen), func.sum(sign * c.bonus_fen)).group_by(c.store_id)
    rows = connection.execute(wanted.order_by(c.store_id))
    return tuple(Owed(store_id, int(principal), int(bonus)) for store_id, principal, bonus in rows)


def moved(connection: Connection, since: datetime, until: datetime) -> Moved:
    """What moved from a moment on and before another."""
    c = tables.stored_entry.c
    whole = func.sum(c.principal_fen + c.bonus_fen)
    wanted = select(c.kind, func.count(), whole).where(c.at >= since, c.at < until).group_by(c.kind)
    sums = {kind: (int(many), int(fen)) for kind, many, fen in connection.execute(wanted)}
    none = (0, 0)
    loads, spends = sums.get("load", none), sums.get("spend", none)
    out = sums.get("payout", none)[1] + sums.get("unload", none)[1]
    return Moved(loads[0], loads[1], spends[0], spends[1] - sums.get("unspend", none)[1], out)


def _entry(row: StoredEntryRow) -> StoredEntry:
    return StoredEntry(row.id, row.at, row.member_id, cast(StoredKind, row.kind), row.principal_fen, row.bonus_fen, row.of)
