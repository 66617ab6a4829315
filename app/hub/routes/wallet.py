"""A till has a part of a member's purse put by for a basket, and gives back what no sale used: signed, and safe to repeat.

A till of a version that knew points alone asks by the names of then; it is answered, so that tills may be renewed after headquarters.
"""

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

_OF_POINTS = "points-"
"""How the names begin by which a till asked when points were the only purse."""


def router(hq: Headquarters) -> APIRouter:
    """The wallet routes of a hub."""
    routes = APIRouter(prefix="/v1")
    rules = wallet.PurseRules(
        WalletRules.read(json.loads(resource("rules", "wallet.json").read_text("utf-8"))),
        PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8"))),
    )

    async def wish(request: Request, purpose: str) -> tuple[Asker, wallet.Asked]:
        if purpose.startswith(_OF_POINTS):
            asker, fields = await asked(hq, request, purpose, "hold_id", "member_id", "points", "basket_id")
            fields |= {"purse": wallet.POINTS, "amount": fields["points"], "part": "0"}
        else:
            asker, fields = await asked(hq, request, purpose, "hold_id", "purse", "member_id", "amount", "part", "basket_id")
        if fields["purse"] not in wallet.PURSES or not _whole(fields["amount"]) or not (fields["part"] == "-1" or _whole(fields["part"])):
            raise Refusal(422, "shape")
        part = int(fields["part"]) if fields["purse"] == wallet.STORED else 0
        named = (fields["hold_id"], fields["purse"], fields["member_id"], int(fields["amount"]), part, fields["basket_id"])
        return asker, wallet.Asked(*named, store_id=asker.store_id, till=asker.till, device=asker.device)

    @routes.post("/hold")
    @routes.post("/points-hold")
    async def hold(request: Request) -> Response:
        purpose = _purpose(request)
        asker, wanted = await wish(request, purpose)
        today = (hq.clock.now() + timedelta(minutes=hq.utc_offset_minutes)).date()
        answer = await hq.commit(lambda connection: wallet.hold(connection, hq.clock, wanted, today, rules))
        told: dict[str, object] = {
            "hold_id": wanted.hold_id,
            "code": answer.code,
            "seconds": max(0, int((answer.until - hq.clock.now()).total_seconds())) if answer.until else 0,
            "free": answer.free,
            "part": answer.part,
        }
        return hq.reply(purpose, asker.nonce, asker.digest, told)

    @routes.post("/hold-release")
    @routes.post("/points-release")
    async def release(request: Request) -> Response:
        purpose = _purpose(request)
        asker, wanted = await wish(request, purpose)
        await hq.commit(lambda connection: wallet.let_go(connection, hq.clock, wanted))
        return hq.reply(purpose, asker.nonce, asker.digest, {"hold_id": wanted.hold_id})

    return routes


def _whole(text: str) -> bool:
    return text.isdecimal() and len(text) <= 12


def _purpose(request: Request) -> str:
    """The resource's name, which question and answer are signed with."""
    return request.url.path.rpartition("/")[2]
