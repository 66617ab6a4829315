"""What a till holds at headquarters for a while: held on where it has it already, else written down anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, update


def renew(
    connection: Connection,
    table: Table,
    standing: Row[Any] | None,
    changed: Mapping[str, object],
    fresh: Callable[[], Mapping[str, object]],
) -> Mapping[str, object]:
    """Change what somebody holds, or write it down; gives the key of the row that stands then.

    `standing` is that row, if there is one, with at least its key; `fresh` makes what a new one has beside `changed`.
    """
    keys = [column.name for column in table.primary_key.columns]
    if standing is not None:
        key = {name: getattr(standing, name) for name in keys}
        connection.execute(update(table).where(*(table.c[name] == value for name, value in key.items())).values(**changed))
        return key
    row = {**changed, **fresh()}
    connection.execute(insert(table).values(row))
    return {name: row[name] for name in keys}
