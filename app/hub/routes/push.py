"""Tills push batches of sealed events here, and, at last resort, the bytes of one that no batch can carry."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.hub.headquarters import Asker, Headquarters, Refusal, read_body
from app.hub.inbox import Line, checked, keep_opaque, lines_of, take, writers_of
from app.records.wire import EVENT_HEADER

MOST_LINES = 1000


def router(hq: Headquarters) -> APIRouter:
    """The push routes of a hub."""
    routes = APIRouter(prefix="/v1")

    def read(request: Request, body: bytes) -> tuple[Asker, list[Line]]:
        asker = hq.prove(request, body, "push")
        raws = lines_of(body)
        if len(raws) > MOST_LINES:
            raise Refusal(413, "too_many")
        with hq.archive.reading() as connection:
            writers = writers_of(connection, asker.store_id)
        return asker, [checked(raw, asker.store_id, writers) for raw in raws]

    @routes.post("/push")
    async def push(request: Request) -> Response:
        body = await read_body(request)
        asker, batch = await asyncio.to_thread(read, request, body)
        outcomes = await hq.commit(lambda connection: take(connection, asker, batch, hq.clock.now(), hq.utc_offset_minutes))
        results = [{"id": outcome.id, "status": outcome.status, "code": outcome.code} for outcome in outcomes]
        return hq.reply("push", asker.nonce, asker.digest, {"results": results, "state": asker.state})

    @routes.post("/quarantine")
    async def quarantine(request: Request) -> Response:
        body = await read_body(request)
        event_id = request.headers.get(EVENT_HEADER, "")[:36]
        asker = await asyncio.to_thread(hq.prove, request, body, f"quarantine {event_id}")
        await hq.commit(lambda connection: keep_opaque(connection, asker, body, event_id, hq.clock.now()))
        return hq.reply("quarantine", asker.nonce, asker.digest, {"id": event_id, "status": "quarantined"})

    return routes
