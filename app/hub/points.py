"""Members' points at headquarters: every movement once, told to every store that holds the member, so that all fold the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, select

from app.domain.points import EntryKind, PointsEntry, PointsRules, Statement, brought_forward, statement
from app.hub import tables
from app.hub.archive import insert_new
from app.hub.feeds import append, holders, texts_of
from app.records.people import PointsEntryRow

FEED = "points"


def keep(connection: Connection, store_id: str, movements: Iterable[PointsEntryRow]) -> None:
    """Keep movements of a store that are not known yet, and tell them to every store that holds the member, the teller's included."""
    told = {movement.id: movement for movement in movements}
    rows = [{**one.model_dump(exclude={"id"}), "entry_id": one.id, "store_id": store_id} for one in told.values()]
    new = insert_new(connection, tables.points_entry, rows, "entry_id")
    fresh = [one for entry_id, one in told.items() if entry_id in new]
    if not fresh:
        return
    held = holders(connection, "member", {one.member_id for one in fresh})
    for_store: dict[str, list[PointsEntryRow]] = {}
    for one in fresh:
        for store in held.get(one.member_id, set()) | {store_id}:
            for_store.setdefault(store, []).append(one)
    # Always in the same order, so that two batches never wait for each other in a ring.
    for store in sorted(for_store):
        append(connection, FEED, store, texts_of(for_store[store]))


def tell_of_members(connection: Connection, store_id: str, member_ids: Collection[str]) -> None:
    """A store holds these members from now on: tell it every movement they ever made, in the same transaction.

    On PostgreSQL the table is locked against new movements until the commit: one that came in between would miss this
    store, as it does not hold the member yet, and be missed here.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE points_entry IN SHARE MODE")
    c = tables.points_entry.c
    wanted = select(tables.points_entry).where(c.member_id.in_(list(member_ids))).order_by(c.at, c.entry_id)
    rows = [_row(found) for found in connection.execute(wanted)]
    if rows:
        append(connection, FEED, store_id, texts_of(rows))


def movements_of(connection: Connection, member_id: str) -> list[dict[str, Any]]:
    """Every movement of a member, as a till that does not hold them may be told."""
    c = tables.points_entry.c
    wanted = select(tables.points_entry).where(c.member_id == member_id).order_by(c.at, c.entry_id)
    return [_row(found).model_dump(mode="json") for found in connection.execute(wanted)]


def statement_of(connection: Connection, member_id: str, today: date, rules: PointsRules) -> Statement:
    """A person's points as headquarters holds them: what was brought forward, and every movement that has arrived, of all their ids."""
    c, row = tables.points_entry.c, tables.feed_row.c
    ids = ids_of(connection, member_id)
    entries = [_entry(_row(found)) for found in connection.execute(select(tables.points_entry).where(c.member_id.in_(ids)))]
    known = select(row.key, row.json).where(row.feed == "member", row.key.in_(ids), row.current).order_by(row.store_id.desc())
    books = {found.key: int(json.loads(found.json).get("points", 0)) for found in connection.execute(known)}
    before = [entry for key in sorted(books) for entry in brought_forward(key, books[key])]
    return statement((*before, *entries), today, rules)


def ids_of(connection: Connection, member_id: str) -> frozenset[str]:
    """Every id of a person, the one asked by among them."""
    person = tables.person.c
    mine = select(person.canonical_id).where(person.member_id == member_id).scalar_subquery()
    return frozenset({member_id, *connection.execute(select(person.member_id).where(person.canonical_id == mine)).scalars()})


def _row(found: Any) -> PointsEntryRow:
    fields: Sequence[str] = [name for name in PointsEntryRow.model_fields if name != "id"]
    return PointsEntryRow(id=found.entry_id, **{name: getattr(found, name) for name in fields})


def _entry(row: PointsEntryRow) -> PointsEntry:
    return PointsEntry(row.id, row.at, row.member_id, cast(EntryKind, row.kind), row.points, row.of, row.expires_on)
