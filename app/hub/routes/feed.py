"""Tills read what headquarters publishes here, by a cursor that cannot skip."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from app.hub import reach, tables
from app.hub.headquarters import Asker, Headquarters, Refusal, at_work
from app.hub.publishing import CHAIN_FEEDS
from app.records.registry import FEEDS
from app.records.wire import Cursor, WireFault

MOST_ROWS = 500


def router(hq: Headquarters) -> APIRouter:
    """The feed route of a hub."""
    routes = APIRouter(prefix="/v1")

    def page(asker: Asker, name: str, cursor: Cursor, limit: int) -> tuple[dict[str, object], bool]:
        """The reply's fields, and whether the cursor says that the till holds more than was known of it."""
        scope = "" if name in CHAIN_FEEDS else asker.store_id
        feed, row = tables.feed.c, tables.feed_row.c
        with hq.archive.reading() as connection:
            head = connection.execute(select(tables.feed).where(feed.store_id == scope, feed.feed == name)).first()
            if head is None:
                if cursor.seq:
                    raise Refusal(409, "rebase")
                return {"feed": name, "feed_id": "", "rows": [], "cursor": "", "more": False, "head": 0}, False
            mine = (row.store_id == scope) & (row.feed == name)
            if cursor.seq:
                rolling = connection.scalar(select(row.rolling).where(mine, row.seq == cursor.seq))
                if cursor.feed_id != head.feed_id or rolling != cursor.rolling:
                    raise Refusal(409, "rebase")
            found = connection.execute(
                select(row.seq, row.rolling, row.json)
                .where(mine, row.seq > cursor.seq, row.seq <= head.head_seq, row.current)
                .order_by(row.seq)
                .limit(limit)
            ).all()
            news = reach.is_news(connection, asker.store_id, asker.device, name, cursor)
        more = len(found) == limit and found[-1].seq < head.head_seq
        last = Cursor(head.feed_id, found[-1].seq, found[-1].rolling) if more else None
        reached = last or Cursor(head.feed_id, head.head_seq, head.head_rolling)
        return {
            "feed": name,
            "feed_id": head.feed_id,
            "rows": [json.loads(one.json) for one in found],
            "cursor": reached.text(),
            "more": more,
            "head": head.head_seq,
        }, news

    @routes.get("/feed/{name}")
    async def feed(request: Request, name: str, after: str = "", limit: int = 100) -> Response:
        if name not in FEEDS or not 1 <= limit <= MOST_ROWS or len(after) > 120:
            raise Refusal(404, "no_such_feed")
        asker = await asyncio.to_thread(hq.prove, request, b"", f"feed {name} {after} {limit}")
        at_work(asker)
        try:
            cursor = Cursor.parse(after)
        except WireFault:
            raise Refusal(409, "rebase") from None
        fields, news = await asyncio.to_thread(page, asker, name, cursor, limit)
        if news:
            now = hq.clock.now()
            await hq.commit(lambda connection: reach.note(connection, asker.store_id, asker.device, name, cursor, now))
        packed = "gzip" in request.headers.get("accept-encoding", "")
        return hq.reply("feed", asker.nonce, asker.digest, fields, packed=packed)

    return routes
