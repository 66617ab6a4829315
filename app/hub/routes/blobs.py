"""Tills tell personal data here, apart from the events that speak of it: sealed under each person's own key, told on to who holds them."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from app.hub import erasing, one_id, rewards
from app.hub.headquarters import Asker, Headquarters, Refusal, at_work, read_body
from app.hub.people import MOST_BLOBS, ToldBlob, keep_blobs, one_at_a_time

ADOPTED_BESIDE = 200
"""Published members of the asking store that are looked through beside its blobs."""


def router(hq: Headquarters) -> APIRouter:
    """The blob route of a hub."""
    routes = APIRouter(prefix="/v1")

    def read(request: Request, body: bytes) -> tuple[Asker, list[ToldBlob], dict[str, str]]:
        """Who asks, the blobs of the request, and why others are none: blob id → code."""
        asker = hq.prove(request, body, "blobs")
        # What a till that was replaced kept of people is still told; nobody knows whose hands a revoked one is in.
        at_work(asker, "replaced")
        try:
            told = json.loads(body)["blobs"]
            if not isinstance(told, list):
                raise ValueError("blobs")
            ids = [str(one["blob_id"]) for one in told]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refusal(422, "shape") from None
        if len(told) > MOST_BLOBS:
            raise Refusal(413, "too_many")
        blobs: list[ToldBlob] = []
        wrong: dict[str, str] = {}
        for blob_id, one in zip(ids, told, strict=True):
            try:
                blobs.append(ToldBlob.read(one))
            except ValueError:
                wrong[blob_id] = "shape"
        return asker, blobs, wrong

    @routes.post("/blobs")
    async def take(request: Request) -> Response:
        body = await read_body(request)
        asker, blobs, wrong = await asyncio.to_thread(read, request, body)
        keys = hq.people

        def unit(connection: Connection) -> dict[str, str]:
            one_at_a_time(connection)
            outcomes, changed = keep_blobs(connection, keys, asker.store_id, blobs)
            erasing.tell(connection, [asker.store_id], {blob.person_id for blob in blobs if outcomes[blob.blob_id] == "erased"})
            one_id.resolve(connection, changed, hq.clock.now())
            rewards.settle(connection, changed, hq.clock.now())
            one_id.catch_up(connection, keys, hq.clock.now(), asker.store_id, ADOPTED_BESIDE)
            return outcomes

        outcomes = await hq.commit(unit) | wrong
        kept = [blob_id for blob_id, code in outcomes.items() if not code]
        refused = [{"blob_id": blob_id, "code": code} for blob_id, code in outcomes.items() if code]
        return hq.reply("blobs", asker.nonce, asker.digest, {"kept": kept, "refused": refused})

    return routes
