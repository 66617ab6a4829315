"""A till has a member's points put by for a basket, and gives back what no sale used: signed, and safe to repeat."""

from __future__ import annotations

import json
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.points import PointsRules
from app.domain.wallet import WalletRules
from app.hub import wallet
from app.hub.headquarters import Asker, Headquarters, Refusal, asked
from app.records.resources import resource


def router(hq: Headquarters) -> APIRouter:
    """The wallet routes of a hub."""
    routes = APIRouter(prefix="/v1")
    rules = WalletRules.read(json.loads(resource("rules", "wallet.json").read_text("utf-8")))
    points_rules = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))

    async def wish(request: Request, purpose: str) -> tuple[Asker, wallet.Asked]:
        asker, fields = await asked(hq, request, purpose, "hold_id", "member_id", "points", "basket_id")
        if not fields["points"].isdecimal() or len(fields["points"]) > 12:
            raise Refusal(422, "shape")
        named = (fields["hold_id"], fields["member_id"], int(fields["points"]), fields["basket_id"])
        return asker, wallet.Asked(*named, store_id=asker.store_id, till=asker.till, device=asker.device)

    @routes.post("/points-hold")
    async def hold(request: Request) -> Response:
        asker, wanted = await wish(request, "points-hold")
        today = (hq.clock.now() + timedelta(minutes=hq.utc_offset_minutes)).date()
        answer = await hq.commit(lambda connection: wallet.hold(connection, hq.clock, wanted, today, points_rules, rules))
        told: dict[str, object] = {
            "hold_id": wanted.hold_id,
            "code": answer.code,
            "seconds": max(0, int((answer.until - hq.clock.now()).total_seconds())) if answer.until else 0,
            "free": answer.free,
        }
        return hq.reply("points-hold", asker.nonce, asker.digest, told)

    @routes.post("/points-release")
    async def release(request: Request) -> Response:
        asker, wanted = await wish(request, "points-release")
        await hq.commit(lambda connection: wallet.let_go(connection, hq.clock, wanted))
        return hq.reply("points-release", asker.nonce, asker.digest, {"hold_id": wanted.hold_id})

    return routes
