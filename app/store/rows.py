"""Keeping flat rows by their primary key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import Insert, insert


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], keep: Iterable[str] = ()) -> None:
    """Insert rows or overwrite those of the same primary key, except the columns in `keep`."""
    if rows:
        connection.execute(_putting(table, tuple(keep)), list(rows))


@cache
def _putting(table: Table, keep: tuple[str, ...]) -> Insert:
    """The statement, built once: the open basket is kept behind every scan, and building costs more than executing."""
    put = insert(table)
    keys = [column.name for column in table.primary_key.columns]
    kept = {*keys, *keep}
    fresh = {column.name: put.excluded[column.name] for column in table.columns if column.name not in kept}
    return put.on_conflict_do_update(index_elements=keys, set_=fresh)
