"""Feeds as rows: appending to a published history, and who reads which."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, insert, select, update

from app.hub import tables
from app.hub.archive import upsert
from app.hub.member_keys import follow
from app.records.base import Record
from app.records.wire import rolled


def texts_of(records: Sequence[Record]) -> dict[str, str]:
    """Each record's id → the record as it is published."""
    return {str(record.model_dump()["id"]): record.model_dump_json() for record in records}


def append(connection: Connection, feed: str, store_id: str, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Append one batch (id → text) under the feed's row lock, so that numbers are dense and in commit order.

    Rows equal to what stands are left out; gives the ids that were appended.
    """
    c, row = tables.feed.c, tables.feed_row.c
    mine = (c.store_id == store_id) & (c.feed == feed)
    start: dict[str, object] = {
        "store_id": store_id,
        "feed": feed,
        "feed_id": secrets.token_hex(8),
        "head_seq": 0,
        "head_rolling": "",
    }
    upsert(connection, tables.feed, [start])
    head = connection.execute(select(tables.feed).where(mine).with_for_update()).one()
    standing = {
        found.key: found.json
        for found in connection.execute(
            select(row.key, row.json).where(row.store_id == store_id, row.feed == feed, row.key.in_(list(texts)), row.current)
        )
    }
    changed = {key: text for key, text in texts.items() if not _same(standing.get(key), text)}
    if not changed:
        return ()
    replaced = [key for key in changed if key in standing]
    if replaced:
        connection.execute(
            update(tables.feed_row)
            .where(row.store_id == store_id, row.feed == feed, row.key.in_(replaced), row.current)
            .values(current=False)
        )
    seq, rolling = int(head.head_seq), str(head.head_rolling)
    fresh: list[dict[str, object]] = []
    for key, text in changed.items():
        seq, rolling = seq + 1, rolled(rolling, text)
        fresh.append(
            {
                "store_id": store_id,
                "feed": feed,
                "seq": seq,
                "key": key,
                "rolling": rolling,
                "current": True,
                "json": text,
            }
        )
    connection.execute(insert(tables.feed_row), fresh)
    connection.execute(update(tables.feed).where(mine).values(head_seq=seq, head_rolling=rolling))
    follow(connection, feed, store_id, changed)
    return tuple(changed)


def holders(connection: Connection, feed: str, keys: Collection[str]) -> dict[str, set[str]]:
    """Key → the stores whose feed holds a row of it now."""
    row = tables.feed_row.c
    found: dict[str, set[str]] = {}
    for one in connection.execute(select(row.key, row.store_id).where(row.feed == feed, row.key.in_(list(keys)), row.current)):
        found.setdefault(one.key, set()).add(one.store_id)
    return found


def _same(standing: str | None, text: str) -> bool:
    return standing is not None and (standing == text or json.loads(standing) == json.loads(text))
