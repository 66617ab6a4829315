"""The console's pages: server-made HTML without scripts, behind a login."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from markupsafe import Markup

from app.hub import reading, stored
from app.hub.headquarters import Headquarters, Refusal
from app.hub.web import (
    campaign_pages,
    case_pages,
    newcomer_pages,
    people_pages,
    person_pages,
    segment_pages,
    stored_pages,
    tier_pages,
    till_pages,
)
from app.hub.web.pages import HEADERS, HERE, Pages, Speech, form_of, silent
from app.hub.web.plot import COLOURS, Series, drawn, hours_svg
from app.hub.web.session import (
    COOKIE,
    LOGIN_COOKIE,
    LONGEST_HOURS,
    knows_password,
    log_in,
    log_out,
    new_token,
    same,
)
from app.records.resources import resource

PAGE_ROWS = 60
_FONTS = frozenset({"InterDisplay-Medium.ttf", "InterDisplay-SemiBold.ttf", "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"})


def router(hq: Headquarters) -> APIRouter:
    """The console of a hub."""
    routes = APIRouter(prefix="/console")
    pages = Pages(hq)

    def day_of(request: Request) -> date:
        """The asked business day, else the one worth showing."""
        today = (hq.clock.now() + timedelta(minutes=hq.utc_offset_minutes)).date()
        try:
            return date.fromisoformat(request.query_params.get("day", ""))
        except ValueError:
            with hq.archive.reading() as connection:
                return reading.shown_day(connection, today)

    @routes.get("/login")
    def login_page(request: Request) -> Response:
        token = new_token()
        response = pages.page(request, "login.html", csrf=token, wrong=False, name="")
        _put_cookie(request, response, LOGIN_COOKIE, token, 3600)
        return response

    @routes.post("/login")
    async def login(request: Request) -> Response:
        form = await form_of(request)
        name, password = form.get("name", "")[:40], form.get("password", "")[:200]
        if not same(form.get("csrf", ""), request.cookies.get(LOGIN_COOKIE, "")):
            raise Refusal(403, "csrf")

        def verified() -> bool:
            with hq.archive.reading() as connection:
                return knows_password(connection, name, password)

        right = await asyncio.to_thread(verified)
        token = await hq.commit(lambda connection: log_in(connection, name, right, hq.clock.now()))
        if not token:
            return pages.page(request, "login.html", 401, csrf=form["csrf"], wrong=True, name=name)
        response = RedirectResponse("/console", 303, headers=HEADERS)
        response.delete_cookie(LOGIN_COOKIE, path="/console")
        _put_cookie(request, response, COOKIE, token, LONGEST_HOURS * 3600)
        return response

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        await pages.told(request)
        token = request.cookies.get(COOKIE, "")
        await hq.commit(lambda connection: log_out(connection, token))
        response = RedirectResponse("/console/login", 303, headers=HEADERS)
        response.delete_cookie(COOKIE, path="/console")
        return response

    @routes.get("")
    async def overview(request: Request) -> Response:
        def read(said: Speech) -> dict[str, Any]:
            day = day_of(request)
            with hq.archive.reading() as connection:
                stores = reading.store_days(connection, day)
                values: dict[str, Any] = {
                    "tills": reading.tills(connection),
                    "tenders": reading.tenders(connection, day),
                    "best": reading.best_products(connection, day),
                    "counts": reading.counts(connection),
                    "owed": stored.owed(connection),
                    "stored": stored.moved(connection, *said.span_of(day)),
                }
            selling = sorted((one for one in stores if any(one.hours)), key=lambda one: -one.net_fen)
            series = [Series(one.branch or one.name, one.hours) for one in selling]
            return values | {
                "day": day,
                "today": said.local(said.now).date(),
                "earlier": day - timedelta(days=1),
                "later": day + timedelta(days=1),
                "stores": stores,
                "sales_count": sum(one.sales for one in stores),
                "sales_fen": sum(one.sales_fen for one in stores),
                "returns_count": sum(one.returns for one in stores),
                "returns_fen": sum(one.returns_fen for one in stores),
                "largest_fen": max([one.net_fen for one in stores if one.net_fen > 0], default=1),
                "legend": [one.title for one in drawn(series)],
                "colour": {one.store_id: min(index, COLOURS - 1) for index, one in enumerate(selling)},
                "plot": Markup(hours_svg(series, said.text("hour_axis"))) if series else "",
                "silent": lambda till: silent(till, said.now),
            }

        return await pages.shown(request, "overview", "overview.html", read)

    @routes.get("/sales")
    async def sales(request: Request) -> Response:
        def read(said: Speech) -> dict[str, Any]:
            day = day_of(request)
            store_id = request.query_params.get("store", "")[:32]
            asked = request.query_params.get("from", "0")
            offset = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
            with hq.archive.reading() as connection:
                rows = reading.sales(connection, day, store_id, limit=PAGE_ROWS, offset=offset)
                total = reading.count_sales(connection, day, store_id)
                stores = reading.store_days(connection, day)
            return {
                "day": day,
                "today": said.local(said.now).date(),
                "earlier": day - timedelta(days=1),
                "later": day + timedelta(days=1),
                "rows": rows,
                "total": total,
                "offset": offset,
                "page_rows": PAGE_ROWS,
                "stores": stores,
                "store_id": store_id,
            }

        return await pages.shown(request, "sales", "sales.html", read)

    routes.include_router(till_pages.router(hq, pages))

    @routes.get("/stock")
    async def stock(request: Request) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {"rows": reading.negatives(connection, 200)}

        return await pages.shown(request, "stock", "stock.html", read)

    @routes.get("/inbox")
    async def inbox(request: Request) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {"rows": reading.waiting(connection), "counts": reading.counts(connection)}

        return await pages.shown(request, "inbox", "inbox.html", read)

    routes.include_router(people_pages.router(hq, pages))

    @routes.get("/feeds")
    async def feeds(request: Request) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {"rows": reading.feeds(connection)}

        return await pages.shown(request, "feeds", "feeds.html", read)

    routes.include_router(campaign_pages.router(hq, pages))
    routes.include_router(case_pages.router(hq, pages))
    routes.include_router(person_pages.router(hq, pages))
    routes.include_router(segment_pages.router(hq, pages))
    routes.include_router(stored_pages.router(hq, pages))
    routes.include_router(newcomer_pages.router(hq, pages))
    routes.include_router(tier_pages.router(hq, pages))

    @routes.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name == "console.css":
            return FileResponse(HERE / name, media_type="text/css", headers={"Cache-Control": "no-cache"})
        if name in _FONTS:
            lasting = {"Cache-Control": "public, max-age=31536000, immutable"}
            return FileResponse(resource("fonts", name), media_type="font/ttf", headers=lasting)
        raise Refusal(404, "not_found")

    return routes


def _put_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/console",
    )
