"""Members' stored value as this till knows it: its own movements, and those that headquarters told of, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select

from app.domain.stored import StoredEntry, StoredKind
from app.store import tables as t
from app.store.aliases import PARTY
from app.store.engine import Readers

_OF_PARTY = (
    select(t.stored_entry)
    .where(t.stored_entry.c.member_id.in_(PARTY))
    .order_by(t.stored_entry.c.at, t.stored_entry.c.entry_id)
)
_IN = (
    select(t.stored_entry, t.tender.c.shift_id, t.tender.c.day)
    .join(t.tender, t.tender.c.owner_id == t.stored_entry.c.owner_id)
    .where(
        t.stored_entry.c.member_id.in_(PARTY),
        t.stored_entry.c.kind == "load",
        t.tender.c.direction == "load",
    )
)


@dataclass(frozen=True, slots=True)
class StoredLoad:
    """A sum that was paid in at this till."""

    load_id: str
    member_id: str
    principal_fen: int
    bonus_fen: int
    at: datetime


class Stored:
    """Reads movements of stored value."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def of_member(self, member_id: str) -> tuple[StoredEntry, ...]:
        """Every movement of a person that has reached this till, under whichever of their ids, oldest first."""
        return tuple(_entry(row) for row in self._readers.connection().execute(_OF_PARTY, {"of_member": member_id}))

    def loads_of_shift(self, member_id: str, shift_id: str) -> tuple[StoredLoad, ...]:
        """What a person paid in during a shift of this till and was not taken back, newest first."""
        return self._loads(member_id, t.tender.c.shift_id == shift_id)

    def paid_in(self, member_id: str, day: date) -> int:
        """Principal in fen that a person paid in at this till on a business day, loads taken back since left out."""
        return sum(one.principal_fen for one in self._loads(member_id, t.tender.c.day == day))

    def _loads(self, member_id: str, where: Any) -> tuple[StoredLoad, ...]:
        """Those that were not taken back, newest first."""
        gone = {entry.of for entry in self.of_member(member_id) if entry.kind == "unload"}
        rows = self._readers.connection().execute(_IN.where(where), {"of_member": member_id}).all()
        found = {
            row.owner_id: StoredLoad(row.owner_id, row.member_id, row.principal_fen, row.bonus_fen, row.at)
            for row in rows
            if row.entry_id not in gone
        }
        return tuple(sorted(found.values(), key=lambda one: one.at, reverse=True))


def _entry(row: Any) -> StoredEntry:
    return StoredEntry(row.entry_id, row.at, row.member_id, cast(StoredKind, row.kind), row.principal_fen, row.bonus_fen, row.of)
