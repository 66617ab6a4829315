"""The console's page about uses of coupons that are looked into: two receipts side by side, a suggestion, and a person's word."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.hub import cases
from app.hub.headquarters import Headquarters, Refusal
from app.hub.web.pages import HEADERS, Pages, Speech


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The case pages of a hub."""
    routes = APIRouter(prefix="/cases")

    @routes.get("")
    async def overview(request: Request) -> Response:
        state = "closed" if request.query_params.get("state") == "closed" else "open"

        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {
                    "rows": cases.cases(connection, state),
                    "open": cases.counts(connection)[0],
                    "state": state,
                    "outcomes": cases.OUTCOMES,
                }

        return await pages.shown(request, "cases", "cases.html", read)

    @routes.post("/{case_id}")
    async def close(request: Request, case_id: str) -> Response:
        who, form = await pages.told(request)
        outcome, reason = form.get("outcome", ""), form.get("reason", "")
        try:
            await hq.commit(lambda connection: cases.close(connection, case_id[:36], outcome, reason, who.name, hq.clock.now()))
        except ValueError:
            raise Refusal(422, "case") from None
        return RedirectResponse("/console/cases", 303, headers=HEADERS)

    return routes
