"""The console's page about new members of a month: who won them, and for how many of them a reward is due."""

from __future__ import annotations

import asyncio
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from app.hub import newcomers, rewards, tables
from app.hub.headquarters import Headquarters
from app.hub.web.pages import HEADERS, Pages, Speech

HEAD = ("store", "guide", "name", "joined", "due", "waiting", "known")
"""Columns of the table, by the ends of their texts' keys."""


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The page of new members of a hub."""
    routes = APIRouter(prefix="/newcomers")

    def month_of(request: Request, said: Speech) -> date:
        try:
            return date.fromisoformat(f"{request.query_params.get('month', '')}-01")
        except ValueError:
            return said.local(said.now).date().replace(day=1)

    def won(request: Request, said: Speech) -> tuple[date, tuple[newcomers.Winner, ...]]:
        month = month_of(request, said)
        with hq.archive.reading() as connection:
            return month, newcomers.winners(connection, said.span_of(month)[0], monthrange(month.year, month.month)[1])

    @routes.get("")
    async def overview(request: Request) -> Response:
        def read(said: Speech) -> dict[str, Any]:
            month, rows = won(request, said)
            with hq.archive.reading() as connection:
                shops = {row.store_id: row.branch or row.name for row in connection.execute(select(tables.store))}
            return {
                "rows": rows,
                "month": month,
                "earlier": (month - timedelta(days=1)).replace(day=1),
                "later": (month + timedelta(days=31)).replace(day=1),
                "last": month >= said.local(said.now).date().replace(day=1),
                "points": rewards.rules().points,
                "shop": lambda store_id: shops.get(store_id, store_id),
            }

        return await pages.shown(request, "people", "newcomers.html", read)

    @routes.get("/table.csv")
    async def table(request: Request) -> Response:
        if await pages.entered(request) is None:
            return RedirectResponse("/console/login", 303, headers=HEADERS)
        said = pages.speech(request)
        month, rows = await asyncio.to_thread(won, request, said)
        text = newcomers.table(rows, [said.text(f"newcomers_{name}") for name in HEAD])
        # The mark at the front tells office programs that the text is UTF-8.
        name = {"Content-Disposition": f'attachment; filename="newcomers-{month:%Y-%m}.csv"'}
        return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers={**HEADERS, **name})

    return routes
