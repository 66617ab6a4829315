"""The console's page about stored value that somebody looks into: what is above a limit, and what is owed to an account nobody has."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from app.hub import person, stored, stored_cases, tables
from app.hub.headquarters import Headquarters
from app.hub.people import member_rows
from app.hub.web.pages import Pages, Speech


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The stored value page of a hub."""
    routes = APIRouter(prefix="/stored")

    @routes.get("")
    async def overview(request: Request) -> Response:
        state = "closed" if request.query_params.get("state") == "closed" else "open"

        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                rows = stored_cases.cases(connection, state)
                shops = {row.store_id: row.branch or row.name for row in connection.execute(select(tables.store))}
                known = member_rows(connection, {one.member_id for one in rows})
                return {
                    "rows": rows,
                    "who_of": {one.member_id: person.masked(known, one.member_id) for one in rows},
                    "open": stored_cases.open_count(connection),
                    "owed_fen": sum(one.principal_fen for one in stored.owed(connection)),
                    "most_fen": stored_cases.rules().most_balance_fen,
                    "most_day_fen": stored_cases.rules().most_day_fen,
                    "state": state,
                    "shop": lambda store_id: shops.get(store_id, store_id),
                    "outcomes": stored_cases.OUTCOMES,
                    "suggested": stored_cases.SUGGESTED,
                }

        return await pages.shown(request, "stored", "stored.html", read)

    pages.closing(routes, stored_cases.close)
    return routes
