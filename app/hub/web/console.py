"""The console's pages: server-made HTML without scripts, behind a login."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.hub import reading
from app.hub.headquarters import Headquarters, Refusal, read_body
from app.hub.web.plot import COLOURS, Series, drawn, hours_svg, money
from app.hub.web.session import (
    COOKIE,
    LOGIN_COOKIE,
    LONGEST_HOURS,
    Session,
    knows_password,
    log_in,
    log_out,
    new_token,
    same,
    seen,
    session_of,
)
from app.records.resources import resource

PAGE_ROWS = 60
SILENT_MINUTES = 10
"""A till that has not been heard of for longer is shown as silent."""
_HERE = Path(__file__).parent
_FONTS = frozenset({"InterDisplay-Medium.ttf", "InterDisplay-SemiBold.ttf", "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"})
_NAV = (
    ("overview", "", "chart-line-up"),
    ("sales", "/sales", "receipt"),
    ("tills", "/tills", "cash-register"),
    ("stock", "/stock", "package"),
    ("inbox", "/inbox", "warning"),
    ("feeds", "/feeds", "cloud-arrow-down"),
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@cache
def _texts() -> dict[str, tuple[str, str]]:
    loaded: dict[str, list[str]] = json.loads((_HERE / "texts.json").read_text("utf-8"))
    return {key: (pair[0], pair[1]) for key, pair in loaded.items()}


@cache
def _icon(name: str, weight: str = "regular") -> Markup:
    """A carried icon as inline SVG that takes the colour of its text."""
    return Markup(resource("icons", weight, f"{name}.svg").read_text("utf-8"))


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@dataclass(frozen=True, slots=True)
class Speech:
    """One language of the console."""

    language: str
    now: datetime
    utc_offset_minutes: int

    def text(self, key: str, **values: object) -> str:
        """A text in this language."""
        return _texts()[key][self.language == "en"].format(**values)

    def maybe(self, prefix: str, key: str) -> str:
        """The text of a code, or the code itself when it has none."""
        return self.text(prefix + key) if prefix + key in _texts() else key

    def local(self, at: datetime) -> datetime:
        """The chain's wall time."""
        return at + timedelta(minutes=self.utc_offset_minutes)

    def clock(self, at: datetime | None) -> str:
        """14:02 for today, else 11-21 14:02."""
        if at is None:
            return self.text("never")
        local = self.local(at)
        return local.strftime("%H:%M" if local.date() == self.local(self.now).date() else "%m-%d %H:%M")

    def age(self, at: datetime) -> str:
        """How long ago, in the largest unit that fits."""
        minutes = int((self.now - at).total_seconds() // 60)
        if minutes < 1:
            return self.text("just_now")
        for unit, size in (("days", 1440), ("hours", 60), ("minutes", 1)):
            if minutes >= size:
                return self.text("ago", n=self.text(unit, n=minutes // size))
        raise AssertionError("unreachable")


def router(hq: Headquarters) -> APIRouter:
    """The console of a hub."""
    routes = APIRouter(prefix="/console")

    def speech(request: Request) -> Speech:
        asked = request.query_params.get("lang") or request.cookies.get("yaogui_lang", "zh")
        return Speech("en" if asked == "en" else "zh", hq.clock.now(), hq.utc_offset_minutes)

    def session(request: Request) -> Session | None:
        with hq.archive.reading() as connection:
            return session_of(connection, request.cookies.get(COOKIE, ""), hq.clock.now())

    def page(request: Request, template: str, status: int = 200, **values: object) -> Response:
        said = speech(request)
        query = [(name, text) for name, text in request.query_params.multi_items() if name != "lang"]
        other = "zh" if said.language == "en" else "en"
        html = (
            _pages()
            .get_template(template)
            .render(
                t=said.text,
                said=said,
                money=money,
                icon=_icon,
                nav=_NAV,
                chain=hq.chain_name,
                other_url="?" + urlencode([*query, ("lang", other)]),
                with_query=_with_query(query),
                **values,
            )
        )
        response = HTMLResponse(html, status, headers=_HEADERS)
        if "lang" in request.query_params:
            response.set_cookie("yaogui_lang", said.language, max_age=31_536_000, samesite="strict", httponly=True, path="/console")
        return response

    async def shown(request: Request, where: str, template: str, read: Callable[[Speech], dict[str, Any]]) -> Response:
        """A page behind the login."""
        who = await asyncio.to_thread(session, request)
        if who is None:
            return RedirectResponse("/console/login", 303, headers=_HEADERS)
        token = request.cookies.get(COOKIE, "")
        await hq.commit(lambda connection: seen(connection, token, hq.clock.now()))
        said = speech(request)
        values = await asyncio.to_thread(read, said)
        return page(request, template, where=where, who=who, **values)

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
        response = page(request, "login.html", csrf=token, wrong=False, name="")
        _put_cookie(request, response, LOGIN_COOKIE, token, 3600)
        return response

    @routes.post("/login")
    async def login(request: Request) -> Response:
        form = await _form(request)
        name, password = form.get("name", "")[:40], form.get("password", "")[:200]
        if not same(form.get("csrf", ""), request.cookies.get(LOGIN_COOKIE, "")):
            raise Refusal(403, "csrf")

        def verified() -> bool:
            with hq.archive.reading() as connection:
                return knows_password(connection, name, password)

        right = await asyncio.to_thread(verified)
        token = await hq.commit(lambda connection: log_in(connection, name, right, hq.clock.now()))
        if not token:
            return page(request, "login.html", 401, csrf=form["csrf"], wrong=True, name=name)
        response = RedirectResponse("/console", 303, headers=_HEADERS)
        response.delete_cookie(LOGIN_COOKIE, path="/console")
        _put_cookie(request, response, COOKIE, token, LONGEST_HOURS * 3600)
        return response

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        form = await _form(request)
        who = await asyncio.to_thread(session, request)
        if who is None or not same(form.get("csrf", ""), who.csrf):
            raise Refusal(403, "csrf")
        token = request.cookies.get(COOKIE, "")
        await hq.commit(lambda connection: log_out(connection, token))
        response = RedirectResponse("/console/login", 303, headers=_HEADERS)
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
                "silent": lambda till: _silent(till, said.now),
            }

        return await shown(request, "overview", "overview.html", read)

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

        return await shown(request, "sales", "sales.html", read)

    @routes.get("/tills")
    async def tills(request: Request) -> Response:
        def read(said: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {
                    "tills": reading.tills(connection),
                    "shifts": reading.shifts(connection),
                    "silent": lambda till: _silent(till, said.now),
                }

        return await shown(request, "tills", "tills.html", read)

    @routes.get("/stock")
    async def stock(request: Request) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {"rows": reading.negatives(connection, 200)}

        return await shown(request, "stock", "stock.html", read)

    @routes.get("/inbox")
    async def inbox(request: Request) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {"rows": reading.waiting(connection), "counts": reading.counts(connection)}

        return await shown(request, "inbox", "inbox.html", read)

    @routes.get("/feeds")
    async def feeds(request: Request) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                return {"rows": reading.feeds(connection)}

        return await shown(request, "feeds", "feeds.html", read)

    @routes.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name == "console.css":
            return FileResponse(_HERE / name, media_type="text/css", headers={"Cache-Control": "no-cache"})
        if name in _FONTS:
            lasting = {"Cache-Control": "public, max-age=31536000, immutable"}
            return FileResponse(resource("fonts", name), media_type="font/ttf", headers=lasting)
        raise Refusal(404, "not_found")

    return routes


def _silent(till: reading.TillState, now: datetime) -> bool:
    return till.seen_at is None or now - till.seen_at > timedelta(minutes=SILENT_MINUTES)


def _with_query(query: list[tuple[str, str]]) -> Callable[..., str]:
    def changed(**values: Any) -> str:
        """The page's query with some values changed."""
        kept = {**dict(query), **{name.rstrip("_"): str(value) for name, value in values.items()}}
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    return changed


async def _form(request: Request) -> dict[str, str]:
    body = await read_body(request, compressed_limit=8192, limit=8192)
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=10)
    except ValueError:
        raise Refusal(400, "form") from None
    return {name: values[0] for name, values in fields.items()}


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
