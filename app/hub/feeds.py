"""Feeds as rows: appending to a published history, and who reads which."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, or_, select, update

from app.hub import tables
from app.hub.archive import upsert
from app.hub.member_keys import follow
from app.records.base import Record
from app.records.wire import rolled

OWNED = ("family", "identity", "coupon")
"""Feeds whose rows are a member's under keys of their own: whose each is stands beside it, so that nobody reads a whole feed for one."""
_OWNERS = "of:"
"""Before the name of such a feed: a row at the same position whose key is the member; one at position 0 says that none lacks."""
NOTHING = "{}"
"""What stands in place of a row that is served to nobody any more."""


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
    if feed in OWNED:
        _note_owners(connection, feed, store_id, dict(zip(range(int(head.head_seq) + 1, seq + 1), changed.values(), strict=True)))
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


def rows_of(connection: Connection, feed: str, member_ids: Collection[str], store_ids: Collection[str]) -> dict[str, str]:
    """Key → row as it stands, of those rows of an owned feed that name one of these members; where several stores hold one, the newest."""
    row = tables.feed_row.c
    found: list[tuple[int, str, str]] = []
    for store_id, seqs in _positions(connection, feed, member_ids, store_ids).items():
        mine = (row.store_id == store_id) & (row.feed == feed) & row.seq.in_(seqs) & row.current
        found += [(one.seq, one.key, one.json) for one in connection.execute(select(row.seq, row.key, row.json).where(mine))]
    return {key: text for _, key, text in sorted(found)}


def bury(connection: Connection, feed: str, member_ids: Collection[str], store_ids: Collection[str]) -> None:
    """Serve to nobody any more what an owned feed says of these members, nor what it said before."""
    row = tables.feed_row.c
    for store_id, seqs in _positions(connection, feed, member_ids, store_ids).items():
        mine = (row.store_id == store_id) & row.seq.in_(seqs)
        connection.execute(update(tables.feed_row).where(mine, row.feed == feed).values(current=False, json=NOTHING))
        connection.execute(delete(tables.feed_row).where(mine, row.feed == _OWNERS + feed))


def _positions(connection: Connection, feed: str, member_ids: Collection[str], store_ids: Collection[str]) -> dict[str, list[int]]:
    """Store → positions of the rows that name one of these members, those that were replaced since too."""
    row, head = tables.feed_row.c, tables.feed.c
    noted = row.feed == _OWNERS + feed
    whole = set(connection.scalars(select(row.store_id).where(row.store_id.in_(list(store_ids)), noted, row.seq == 0)))
    wanted = select(row.store_id, row.seq).where(row.store_id.in_(whole), noted, row.key.in_(list(member_ids)))
    found = list(connection.execute(wanted)) if whole else []
    # Feeds of before owners were noted, to which nothing was appended since.
    rest = set(connection.scalars(select(head.store_id).where(head.feed == feed, head.store_id.in_(list(store_ids))))) - whole
    if rest:
        theirs = or_(*(row.json.contains(f'"member_id":{json.dumps(one)}', autoescape=True) for one in member_ids))
        found += connection.execute(select(row.store_id, row.seq).where(row.store_id.in_(rest), row.feed == feed, theirs))
    positions: dict[str, list[int]] = {}
    for store_id, seq in sorted(map(tuple, found)):
        positions.setdefault(store_id, []).append(seq)
    return positions


def _note_owners(connection: Connection, feed: str, store_id: str, texts: Mapping[int, str]) -> None:
    """Note whose rows at these positions are, and, the first time, whose all rows before them are."""
    row = tables.feed_row.c
    name = _OWNERS + feed
    mine = row.store_id == store_id
    if connection.scalar(select(row.seq).where(mine, row.feed == name, row.seq == 0)) is None:
        texts = {seq: text for seq, text in connection.execute(select(row.seq, row.json).where(mine, row.feed == feed))} | dict(texts)
        owners = {0: ""}
    else:
        owners = {}
    owners |= {seq: owner for seq, text in texts.items() if (owner := str(json.loads(text).get("member_id", "")))}
    beside = {"store_id": store_id, "feed": name, "rolling": "", "current": True, "json": ""}
    upsert(connection, tables.feed_row, [{**beside, "seq": seq, "key": owner[:64]} for seq, owner in owners.items()])


def _same(standing: str | None, text: str) -> bool:
    return standing is not None and (standing == text or json.loads(standing) == json.loads(text))
