"""A till asks for a member of another store: signed, for a purpose, so many times an hour, and every time is kept."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, func, insert, select

from app.domain.member_rights import RightsRules
from app.domain.purposes import HEALTH
from app.hub import coupons, member_keys, tables
from app.hub.archive import alone_with
from app.hub.headquarters import Asker, Headquarters, Refusal, at_work, read_body
from app.hub.movements import POINTS, STORED
from app.hub.parties import party_of
from app.hub.people import newest_word
from app.hub.standings import told_of
from app.records.ids import new_id
from app.records.resources import resource

MOST_BYTES = 1_024
WINDOW = timedelta(hours=1)
_ALLERGIES = ("allergies_known", "allergy_classes")
"""What is told of nobody who took the consent to the health file back."""
_LOOKING = 0x59_47_52
"""The kind of lock under which a till's look-ups are counted and noted."""


def router(hq: Headquarters) -> APIRouter:
    """The member route of a hub."""
    routes = APIRouter(prefix="/v1")
    rules = RightsRules.read(json.loads(resource("rules", "member_rights.json").read_text("utf-8")))

    def answered(connection: Connection, asker: Asker, asked: dict[str, str]) -> dict[str, object]:
        """Look up and keep that it was done, in one transaction: nobody is shown who was not noted."""
        alone_with(connection, _LOOKING, [asker.device])
        now = hq.clock.now()
        log = tables.member_lookup.c
        mine = (log.device == asker.device) & (log.at > now - WINDOW)
        so_far = connection.scalar(select(func.count()).select_from(tables.member_lookup).where(mine)) or 0
        if so_far >= rules.lookups_per_hour:
            raise Refusal(429, "too_many")
        people: list[dict[str, object]] = []
        for holding in member_keys.find(connection, asked["by"], asked["value"]):
            profile = member_keys.profile(connection, holding) if holding.store_id != asker.store_id else None
            if profile is not None and all(profile["id"] != known["id"] for known in people):
                word = newest_word(connection, holding.member_id, HEALTH)
                hidden = _ALLERGIES if word is not None and not word.given else ()
                told = {name: profile[name] for name in rules.visitor_fields if name in profile and name not in hidden}
                whose = (connection, holding.member_id)
                about = {"entries": POINTS.told(*whose), "stored": STORED.told(*whose), "standing": told_of(*whose)}
                about["rights"] = coupons.told_of(connection, party_of(*whose), holding.member_id)
                people.append({**told, "home_store": holding.store_id, **about})
        noted = {
            "store_id": asker.store_id,
            "device": asker.device,
            "till": asker.till,
            "actor": asked["actor"],
            "kind": asked["by"],
            "purpose": asked["purpose"],
            "at": now,
        }
        found = [str(person["id"]) for person in people] or [""]
        rows = [{**noted, "lookup_id": new_id(hq.clock), "member_id": member_id} for member_id in found]
        connection.execute(insert(tables.member_lookup), rows)
        return {"members": people, "left": rules.lookups_per_hour - so_far - len(rows)}

    @routes.post("/member")
    async def member(request: Request) -> Response:
        # A body, not a query: what people are called by has no place in addresses, which proxies write down.
        body = await read_body(request, compressed_limit=MOST_BYTES, limit=MOST_BYTES)
        asker = await asyncio.to_thread(hq.prove, request, body, "member")
        at_work(asker)
        try:
            fields = json.loads(body)
            asked = {name: str(fields[name]) for name in ("by", "value", "purpose", "actor")}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refusal(422, "shape") from None
        if asked["by"] not in member_keys.ASKED_BY or not 4 <= len(asked["value"]) <= 128 or len(asked["actor"]) > 36:
            raise Refusal(422, "key")
        if asked["purpose"] not in rules.purposes:
            raise Refusal(422, "purpose")
        told = await hq.commit(lambda connection: answered(connection, asker, asked))
        return hq.reply("member", asker.nonce, asker.digest, told)

    return routes
