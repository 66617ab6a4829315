"""Tills ask for what only headquarters may give here: a serial put by for a basket, and another share of a store's rights."""

from __future__ import annotations

import json
from datetime import UTC, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.coupon_rules import CouponRules
from app.hub import leases, reservations
from app.hub.headquarters import Headquarters, asked
from app.records.resources import resource


def router(hq: Headquarters) -> APIRouter:
    """The coupon routes of a hub."""
    routes = APIRouter(prefix="/v1")
    rules = CouponRules.read(json.loads(resource("rules", "coupons.json").read_text("utf-8")))

    @routes.post("/reserve")
    async def reserve(request: Request) -> Response:
        asker, fields = await asked(hq, request, "reserve", "serial", "basket_id")
        today = (hq.clock.now() + timedelta(minutes=hq.utc_offset_minutes)).date()
        answer = await hq.commit(
            lambda connection: reservations.reserve(
                connection,
                hq.clock,
                asker.store_id,
                asker.till,
                asker.device,
                fields["serial"],
                fields["basket_id"],
                today,
                rules.reserve_minutes,
            )
        )
        told: dict[str, object] = {
            "serial": fields["serial"],
            "code": answer.code,
            "reservation_id": answer.reservation_id,
            "seconds": max(0, int((answer.until - hq.clock.now()).total_seconds())) if answer.until else 0,
            "until": answer.until.astimezone(UTC).isoformat() if answer.until else "",
        }
        return hq.reply("reserve", asker.nonce, asker.digest, told)

    @routes.post("/release")
    async def release(request: Request) -> Response:
        asker, fields = await asked(hq, request, "release", "reservation_id")
        released = await hq.commit(lambda connection: reservations.release(connection, asker.device, fields["reservation_id"]))
        return hq.reply("release", asker.nonce, asker.digest, {**fields, "released": released})

    @routes.post("/lease")
    async def lease(request: Request) -> Response:
        asker, fields = await asked(hq, request, "lease", "grant_id")
        today = (hq.clock.now() + timedelta(minutes=hq.utc_offset_minutes)).date()
        given = await hq.commit(
            lambda connection: leases.more(connection, hq.clock, asker.store_id, asker.device, asker.till, fields["grant_id"], today)
        )
        rights = given.rights if given is not None else 0
        return hq.reply("lease", asker.nonce, asker.digest, {**fields, "rights": rights})

    return routes
