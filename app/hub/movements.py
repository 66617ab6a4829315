"""Movements of members' accounts, points and stored value alike: each once, told to every store that holds the member."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, select

from app.hub import tables
from app.hub.archive import alone_with, insert_new
from app.hub.feeds import append, holders, texts_of
from app.records.people import PointsEntryRow, StoredEntryRow

R = TypeVar("R", PointsEntryRow, StoredEntryRow)

_MOVING = 0x59_47_51
"""The kind of lock under which a member's movements are kept, and told to a store that comes to hold them."""


@dataclass(frozen=True, slots=True)
class Book(Generic[R]):
    """One kind of account: where its movements are kept, and the feed that tells them."""

    feed: str
    table: Table
    record: type[R]

    def rows(self, connection: Connection, member_ids: Collection[str]) -> list[R]:
        """Every movement of these ids, oldest first."""
        c = self.table.c
        wanted = select(self.table).where(c.member_id.in_(list(member_ids))).order_by(c.at, c.entry_id)
        return [self._row(found) for found in connection.execute(wanted)]

    def keep(self, connection: Connection, store_id: str, movements: Iterable[R]) -> None:
        """Keep movements of a store that are not known yet, and tell them to every store that holds the member, the teller's included."""
        told = {movement.id: movement for movement in movements}
        moving(connection, {one.member_id for one in told.values()})
        rows = [{**one.model_dump(exclude={"id"}), "entry_id": one.id, "store_id": store_id} for one in told.values()]
        new = insert_new(connection, self.table, rows, "entry_id")
        fresh = [one for entry_id, one in told.items() if entry_id in new]
        if not fresh:
            return
        held = holders(connection, "member", {one.member_id for one in fresh})
        for_store: dict[str, list[R]] = {}
        for one in fresh:
            for store in held.get(one.member_id, set()) | {store_id}:
                for_store.setdefault(store, []).append(one)
        # Always in the same order, so that two batches never wait for each other in a ring.
        for store in sorted(for_store):
            append(connection, self.feed, store, texts_of(for_store[store]))

    def tell(self, connection: Connection, store_id: str, member_ids: Collection[str]) -> None:
        """A store holds these members from now on: tell it every movement they ever made, in the same transaction.

        A movement of theirs that came in between would miss this store, as it does not hold the member yet, and be missed here.
        """
        moving(connection, member_ids)
        rows = self.rows(connection, member_ids)
        if rows:
            append(connection, self.feed, store_id, texts_of(rows))

    def told(self, connection: Connection, member_id: str) -> list[dict[str, Any]]:
        """Every movement of a member, as a till that does not hold them may be told."""
        return [row.model_dump(mode="json") for row in self.rows(connection, {member_id})]

    def _row(self, found: Any) -> R:
        fields: Sequence[str] = [name for name in self.record.model_fields if name != "id"]
        return self.record(id=found.entry_id, **{name: getattr(found, name) for name in fields})


POINTS = Book("points", tables.points_entry, PointsEntryRow)
STORED = Book("stored", tables.stored_entry, StoredEntryRow)


def moving(connection: Connection, member_ids: Collection[str]) -> None:
    """Until the commit nobody else writes movements of these members, or tells a store which they are."""
    alone_with(connection, _MOVING, member_ids)


def tell_of_members(connection: Connection, store_id: str, member_ids: Collection[str]) -> None:
    """A store holds these members from now on: it hears of all their accounts."""
    POINTS.tell(connection, store_id, member_ids)
    STORED.tell(connection, store_id, member_ids)
