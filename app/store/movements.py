"""Movements of members' accounts that headquarters told of, points and stored value alike: one row each, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import Insert, insert

from app.records.base import Record


def keep_entries(connection: Connection, table: Table, records: Sequence[Record]) -> None:
    """Keep movements by their id; those this till knows already stay as they are."""
    if records:
        rows = [record.model_dump() for record in records]
        connection.execute(_keeping(table), [{"entry_id": row.pop("id"), **row} for row in rows])


@cache
def _keeping(table: Table) -> Insert:
    return insert(table).on_conflict_do_nothing()
