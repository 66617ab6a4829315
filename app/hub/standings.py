"""Where members stand among the tiers, as rows and as a feed: told to every store that holds them, and kept no longer than they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from app.domain.tiers import tier_held
from app.hub import tables
from app.hub.archive import alone_with
from app.hub.feeds import append, holders, texts_of
from app.records.people import TierStanding

FEED = "standing"
_RECKONING = 0x59_47_54
"""The kind of lock under which it is reckoned where members stand, and told to a store that comes to hold them."""


def reckoning(connection: Connection, member_ids: Collection[str]) -> None:
    """Until the commit nobody else changes where these members stand, or tells a store."""
    alone_with(connection, _RECKONING, member_ids)


def rows_of(connection: Connection, member_ids: Collection[str]) -> dict[str, Any]:
    """Member id → where they stand, of those that were ever reckoned."""
    c = tables.standing.c
    return {row.member_id: row for row in connection.execute(select(tables.standing).where(c.member_id.in_(list(member_ids))))}


def record_of(row: Any) -> TierStanding:
    """A row as it is published."""
    names = set(TierStanding.model_fields) - {"id"}
    return TierStanding(id=row.member_id, **{name: getattr(row, name) for name in names})


def tiers_held(connection: Connection, profiles: Mapping[str, str]) -> dict[str, str]:
    """Member id → the tier that holds, by the tier of each one's profile: as every till that holds them has it."""
    rows = rows_of(connection, profiles)
    return {one: tier_held(tier, rows[one].tier, rows[one].book) if one in rows else tier for one, tier in profiles.items()}


def tell(connection: Connection, member_ids: Collection[str]) -> None:
    """Tell every store that holds any of these members where they stand now."""
    held = holders(connection, "member", member_ids)
    rows = rows_of(connection, held)
    for_store: dict[str, list[TierStanding]] = {}
    for member_id in sorted(rows):
        for store_id in held[member_id]:
            for_store.setdefault(store_id, []).append(record_of(rows[member_id]))
    # Always in the same order, so that two transactions never wait for each other in a ring.
    for store_id in sorted(for_store):
        append(connection, FEED, store_id, texts_of(for_store[store_id]))


def tell_of_members(connection: Connection, store_id: str, member_ids: Collection[str]) -> None:
    """A store holds these members from now on: tell it where they stand, in the same transaction.

    A change of theirs that came in between would miss this store, and be missed here.
    """
    reckoning(connection, member_ids)
    rows = rows_of(connection, member_ids)
    if rows:
        append(connection, FEED, store_id, texts_of([record_of(rows[one]) for one in sorted(rows)]))


def told_of(connection: Connection, member_id: str) -> dict[str, Any] | None:
    """Where a member stands, as a till that does not hold them may be told; None for whoever was never reckoned."""
    row = rows_of(connection, [member_id]).get(member_id)
    return record_of(row).model_dump(mode="json") if row is not None else None


def forget(connection: Connection, member_ids: Iterable[str]) -> None:
    """Delete everything that says where erased people stood."""
    ids = list(member_ids)
    for table in (tables.standing, tables.tier_grant, tables.tier_change):
        connection.execute(delete(table).where(table.c.member_id.in_(ids)))
