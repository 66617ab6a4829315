"""The console's page about tills: who was heard of when, and how one is put out of work."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from app.hub import devices, reading
from app.hub.headquarters import Headquarters, Refusal
from app.hub.web.pages import HEADERS, Pages, Speech, silent


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The till pages of a hub."""
    routes = APIRouter(prefix="/tills")

    async def shown(request: Request, asked: str, told: str = "", status: int = 200, reason: str = "") -> Response:
        """The page; `asked` is the device that somebody wants to put out of work."""

        def read(said: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                tills = reading.tills(connection)
                return {
                    "tills": tills,
                    "shifts": reading.shifts(connection),
                    "gone": devices.revocations(connection, [till.device for till in tills if till.state == "revoked"]),
                    "asked": next((till for till in tills if till.device == asked and till.state != "revoked"), None) if asked else None,
                    "told": told,
                    "reason": reason,
                    "silent": lambda till: silent(till, said.now),
                }

        return await pages.shown(request, "tills", "tills.html", read, status)

    @routes.get("")
    async def overview(request: Request) -> Response:
        return await shown(request, request.query_params.get("revoke", "")[:16])

    def device_of(device: str) -> devices.Device:
        with hq.archive.reading() as connection:
            found = devices.known(connection, device)
        if found is None:
            raise Refusal(404, "no_such_device")
        return found

    @routes.post("/{device}")
    async def revoke(request: Request, device: str) -> Response:
        who, form = await pages.told(request)
        found = await asyncio.to_thread(device_of, device[:16])
        reason = form.get("reason", "").strip()
        if not reason:
            return await shown(request, found.device, "no_reason", 422)
        if form.get("confirm", "").strip() != found.till:
            return await shown(request, found.device, "unconfirmed", 422, reason[:200])

        def unit(connection: Connection) -> bool:
            return devices.revoke(connection, hq.clock, found.device, reason=reason, by=who.name)

        await hq.commit(unit)
        return RedirectResponse("/console/tills", 303, headers=HEADERS)

    return routes
