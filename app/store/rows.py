"""Keeping flat rows by their primary key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], keep: Iterable[str] = ()) -> None:
    """Insert rows or overwrite those of the same primary key, except the columns in `keep`."""
    if not rows:
        return
    put = insert(table)
    keys = [column.name for column in table.primary_key.columns]
    kept = {*keys, *keep}
    fresh = {column.name: put.excluded[column.name] for column in table.columns if column.name not in kept}
    connection.execute(put.on_conflict_do_update(index_elements=keys, set_=fresh), list(rows))
