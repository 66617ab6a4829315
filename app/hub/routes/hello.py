"""Small questions: is the hub there, what does it hold of this till, and do the day's totals agree."""

from __future__ import annotations

import asyncio
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy import func, select, update

from app.hub import tables
from app.hub.headquarters import Asker, Headquarters, Refusal, at_work
from app.hub.reading import day_totals
from app.records.wire import DEVICE_HEADER, PROTOCOL


def router(hq: Headquarters) -> APIRouter:
    """Hello, health, metrics and totals of a hub."""
    routes = APIRouter(prefix="/v1")

    def held(asker: Asker) -> dict[str, object]:
        with hq.archive.reading() as connection:
            row = connection.execute(
                select(tables.device).where(tables.device.c.store_id == asker.store_id, tables.device.c.device == asker.device)
            ).one()
            feeds = connection.execute(
                select(tables.feed.c.feed, tables.feed.c.feed_id, tables.feed.c.head_seq).where(
                    tables.feed.c.store_id.in_(("", asker.store_id))
                )
            ).all()
        return {
            "hub": hq.chain_name,
            "protocol": PROTOCOL,
            "state": row.state,
            "events": row.events,
            "head_seq": row.head_seq,
            "head_digest": row.head_digest,
            "forks": row.forks,
            "verifies": hq.gateway is not None,
            "feeds": {feed.feed: {"feed_id": feed.feed_id, "head": feed.head_seq} for feed in feeds},
        }

    @routes.get("/hello")
    async def hello(request: Request) -> Response:
        if DEVICE_HEADER not in request.headers:
            return JSONResponse({"service": "yaogui-hub", "protocol": PROTOCOL})
        asker = await asyncio.to_thread(hq.prove, request, b"", "hello")
        await hq.commit(
            lambda connection: (
                connection.execute(
                    update(tables.device)
                    .where(tables.device.c.store_id == asker.store_id, tables.device.c.device == asker.device)
                    .values(seen_at=hq.clock.now())
                ).rowcount
            )
        )
        return hq.reply("hello", asker.nonce, asker.digest, await asyncio.to_thread(held, asker))

    @routes.get("/totals")
    async def totals(request: Request, day: str) -> Response:
        asker = await asyncio.to_thread(hq.prove, request, b"", f"totals {day}")
        at_work(asker, "replaced")
        try:
            business_day = date.fromisoformat(day)
        except ValueError:
            raise Refusal(400, "day") from None

        def sums() -> dict[str, object]:
            with hq.archive.reading() as connection:
                return {"day": day, "tills": day_totals(connection, asker.store_id, business_day)}

        return hq.reply("totals", asker.nonce, asker.digest, await asyncio.to_thread(sums))

    @routes.get("/health")
    def health() -> Response:
        with hq.archive.reading() as connection:
            connection.execute(select(tables.chain.c.id)).first()
        return JSONResponse({"ok": True})

    @routes.get("/metrics")
    def metrics(request: Request) -> Response:
        if request.client is None or request.client.host not in ("127.0.0.1", "::1", "testclient"):
            raise Refusal(404, "not_found")
        with hq.archive.reading() as connection:
            events, forks, devices = connection.execute(
                select(
                    func.coalesce(func.sum(tables.device.c.events), 0),
                    func.coalesce(func.sum(tables.device.c.forks), 0),
                    func.count(),
                ).select_from(tables.device)
            ).one()
            waiting = connection.scalar(select(func.count()).select_from(tables.quarantine))
        lines = {"events_stored": events, "forks": forks, "devices": devices, "quarantine_waiting": waiting}
        return PlainTextResponse("".join(f"yaogui_hub_{name} {int(value or 0)}\n" for name, value in lines.items()))

    return routes
