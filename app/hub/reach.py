"""How far each till has read each feed, by the cursor it asked with: what it holds is counted, never guessed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from app.hub import tables
from app.hub.archive import upsert
from app.records.wire import Cursor


@dataclass(frozen=True, slots=True)
class TillReach:
    """One enrolled till and the last row of a feed that it holds."""

    store_id: str
    store: str
    till: str
    seen_at: datetime | None
    """When it was heard of last."""
    feed_id: str
    seq: int
    """0 where it never asked for more of the feed."""
    since: datetime | None
    """When headquarters learnt that it had come this far."""


def is_news(connection: Connection, store_id: str, device: str, feed: str, cursor: Cursor) -> bool:
    """Whether a cursor says more than what is kept: a till that asks again every half minute writes nothing."""
    if not cursor.seq:
        return False
    c = tables.feed_reach.c
    row = connection.execute(select(c.feed_id, c.seq).where(c.store_id == store_id, c.device == device, c.feed == feed)).first()
    return row is None or (row.feed_id, row.seq) != (cursor.feed_id, cursor.seq)


def note(connection: Connection, store_id: str, device: str, feed: str, cursor: Cursor, now: datetime) -> None:
    """A till asked for what comes after this cursor, so everything up to it is on its disk."""
    row: dict[str, object] = {
        "store_id": store_id,
        "device": device,
        "feed": feed,
        "feed_id": cursor.feed_id,
        "seq": cursor.seq,
        "at": now,
    }
    upsert(connection, tables.feed_reach, [row], put=("feed_id", "seq", "at"))


def reaches(connection: Connection, feed: str, stores: Collection[str] = ()) -> tuple[TillReach, ...]:
    """Every till in use of these stores (of all, where none is named) with how far it holds a feed."""
    d, s, r = tables.device.c, tables.store.c, tables.feed_reach.c
    joined = tables.device.join(tables.store, s.store_id == d.store_id).outerjoin(
        tables.feed_reach, and_(r.store_id == d.store_id, r.device == d.device, r.feed == feed)
    )
    wanted = (
        select(d.store_id, s.name, s.branch, d.till, d.seen_at, r.feed_id, r.seq, r.at)
        .select_from(joined)
        .where(d.state == "active")
        .order_by(d.store_id, d.till)
    )
    if stores:
        wanted = wanted.where(d.store_id.in_(list(stores)))
    return tuple(
        TillReach(
            row.store_id,
            f"{row.name} {row.branch}".strip(),
            row.till,
            row.seen_at,
            row.feed_id or "",
            row.seq or 0,
            row.at,
        )
        for row in connection.execute(wanted)
    )
