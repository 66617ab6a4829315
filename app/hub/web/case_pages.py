"""The console's page about uses of coupons that are looked into: two receipts side by side, a suggestion, and a person's word."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.hub import cases
from app.hub.headquarters import Headquarters
from app.hub.web.pages import Pages, Speech


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

    pages.closing(routes, cases.close)
    return routes
