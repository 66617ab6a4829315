"""Members' points as this till knows them: its own movements, and those that headquarters told of, one row each."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import bindparam, select

from app.domain.points import EntryKind, PointsEntry
from app.store import tables as t
from app.store.aliases import PARTY
from app.store.engine import Readers

# Built once: a statement is read while a sale is being closed, and building a select costs more than running it.
_OF_PARTY = select(t.points_entry).where(t.points_entry.c.member_id.in_(PARTY))
_ONE = select(t.points_entry).where(
    t.points_entry.c.member_id.in_(PARTY), t.points_entry.c.entry_id == bindparam("of_entry")
)


class Points:
    """Reads movements of points."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def of_member(self, member_id: str) -> tuple[PointsEntry, ...]:
        """Every movement of a person that has reached this till, under whichever of their ids, in no order."""
        rows = self._readers.connection().execute(_OF_PARTY, {"of_member": member_id})
        return tuple(_entry(row) for row in rows)

    def entry(self, member_id: str, entry_id: str) -> PointsEntry | None:
        """One movement of a person by the id its cause gives it."""
        row = self._readers.connection().execute(_ONE, {"of_member": member_id, "of_entry": entry_id}).first()
        return _entry(row) if row is not None else None


def _entry(row: Any) -> PointsEntry:
    return PointsEntry(row.entry_id, row.at, row.member_id, cast(EntryKind, row.kind), row.points, row.of, row.expires_on)
