"""What every page of the console shares: its texts, the login before it, its headers, and forms that cannot be forged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Connection

from app.hub import reading
from app.hub.headquarters import Headquarters, Refusal, read_body
from app.hub.web.plot import money
from app.hub.web.session import COOKIE, Session, same, seen, session_of
from app.records.resources import resource

SILENT_MINUTES = 10
"""A till that has not been heard of for longer is shown as silent."""
HERE = Path(__file__).parent
NAV = (
    ("overview", "", "chart-line-up"),
    ("sales", "/sales", "receipt"),
    ("campaigns", "/campaigns", "seal-percent"),
    ("cases", "/cases", "ticket"),
    ("stored", "/stored", "wallet"),
    ("tills", "/tills", "cash-register"),
    ("people", "/people", "users-three"),
    ("segments", "/segments", "funnel-simple"),
    ("tiers", "/tiers", "crown-simple"),
    ("stock", "/stock", "package"),
    ("inbox", "/inbox", "warning"),
    ("feeds", "/feeds", "cloud-arrow-down"),
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@cache
def _texts() -> dict[str, tuple[str, str]]:
    """Every text by its key, Chinese and English; one file for each group of pages."""
    return {
        key: (pair[0], pair[1]) for path in sorted(HERE.glob("texts*.json")) for key, pair in json.loads(path.read_text("utf-8")).items()
    }


@cache
def _icon(name: str, weight: str = "regular") -> Markup:
    """A carried icon as inline SVG that takes the colour of its text."""
    return Markup(resource("icons", weight, f"{name}.svg").read_text("utf-8"))


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


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

    def span_of(self, day: date) -> tuple[datetime, datetime]:
        """From when a calendar day of the chain's lasts until when."""
        begins = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(minutes=self.utc_offset_minutes)
        return begins, begins + timedelta(days=1)

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


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one headquarters: who asks for them, and how they are made."""

    hq: Headquarters

    def speech(self, request: Request) -> Speech:
        """The language asked for now, or chosen before."""
        asked = request.query_params.get("lang") or request.cookies.get("yaogui_lang", "zh")
        return Speech("en" if asked == "en" else "zh", self.hq.clock.now(), self.hq.utc_offset_minutes)

    def session(self, request: Request) -> Session | None:
        """Whoever is logged in."""
        with self.hq.archive.reading() as connection:
            return session_of(connection, request.cookies.get(COOKIE, ""), self.hq.clock.now())

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        """A page out of its template."""
        said = self.speech(request)
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
                nav=NAV,
                chain=self.hq.chain_name,
                other_url="?" + urlencode([*query, ("lang", other)]),
                with_query=_with_query(query),
                **values,
            )
        )
        response = HTMLResponse(html, status, headers=HEADERS)
        if "lang" in request.query_params:
            response.set_cookie("yaogui_lang", said.language, max_age=31_536_000, samesite="strict", httponly=True, path="/console")
        return response

    async def entered(self, request: Request) -> Session | None:
        """Whoever is logged in, noted as still there."""
        who = await asyncio.to_thread(self.session, request)
        if who is not None:
            token = request.cookies.get(COOKIE, "")
            await self.hq.commit(lambda connection: seen(connection, token, self.hq.clock.now()))
        return who

    async def shown(
        self, request: Request, where: str, template: str, read: Callable[[Speech], dict[str, Any]], status: int = 200
    ) -> Response:
        """A page behind the login."""
        who = await self.entered(request)
        if who is None:
            return RedirectResponse("/console/login", 303, headers=HEADERS)
        said = self.speech(request)

        def all_read() -> dict[str, Any]:
            with self.hq.archive.reading() as connection:
                names = reading.store_names(connection)
            return {"shop": lambda store_id: names.get(store_id, store_id)} | read(said)

        values = await asyncio.to_thread(all_read)
        return self.page(request, template, status, where=where, who=who, **values)

    async def told(self, request: Request, fields: int = 10, most_bytes: int = 8192) -> tuple[Session, dict[str, str]]:
        """Who sent a form of the console, and what it says; Refusal 403 without a login or the form's own token."""
        form = await form_of(request, fields, most_bytes)
        who = await self.entered(request)
        if who is None or not same(form.get("csrf", ""), who.csrf):
            raise Refusal(403, "csrf")
        return who, form

    def closing(self, routes: APIRouter, close: Callable[[Connection, str, str, str, str, datetime], object]) -> None:
        """A person's word that ends one of the cases of a page: (connection, case, outcome, reason, who, when); then the page again."""

        @routes.post("/{case_id}")
        async def end(request: Request, case_id: str) -> Response:
            who, form = await self.told(request)
            outcome, reason = form.get("outcome", ""), form.get("reason", "")
            try:
                await self.hq.commit(
                    lambda connection: close(connection, case_id[:36], outcome, reason, who.name, self.hq.clock.now())
                )
            except ValueError:
                raise Refusal(422, "case") from None
            return RedirectResponse(f"/console{routes.prefix}", 303, headers=HEADERS)


def silent(till: reading.TillState, now: datetime) -> bool:
    """Whether a till has not been heard of for long."""
    return till.seen_at is None or now - till.seen_at > timedelta(minutes=SILENT_MINUTES)


def _with_query(query: list[tuple[str, str]]) -> Callable[..., str]:
    def changed(**values: Any) -> str:
        """The page's query with some values changed."""
        kept = {**dict(query), **{name.rstrip("_"): str(value) for name, value in values.items()}}
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    return changed


async def form_of(request: Request, fields: int = 10, most_bytes: int = 8192) -> dict[str, str]:
    """The fields of a small form; Refusal 400 for what is none."""
    body = await read_body(request, compressed_limit=most_bytes, limit=most_bytes)
    try:
        found = parse_qs(body.decode("utf-8"), max_num_fields=fields)
    except ValueError:
        raise Refusal(400, "form") from None
    return {name: values[0] for name, values in found.items()}
