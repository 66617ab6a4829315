"""The console's page about tiers: how many stand in each, the rules in words, what changed of late, and a tier given by hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from app.domain.tiers import Tier
from app.hub import nightly, one_id, person, tiers
from app.hub.headquarters import Headquarters, Refusal
from app.hub.people import member_rows
from app.hub.web.pages import HEADERS, Pages, Speech
from app.hub.web.plot import money
from app.records.clock import shop_day

DAYS = 30
"""So far back changes are listed."""
ROWS = 60
REASON = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A tier as the page shows it."""

    id: str
    title: str
    needs: str
    members: int


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The tier pages of a hub."""
    routes = APIRouter(prefix="/tiers")

    async def shown(request: Request, told: str = "", found: tuple[person.Face, ...] = (), who: str = "", status: int = 200) -> Response:
        def read(speech: Speech) -> dict[str, Any]:
            now = hq.clock.now()
            with hq.archive.reading() as connection:
                counted = dict(tiers.counts(connection))
                # Who never bought anything and brought no tier along was never reckoned, and is in the first all the same.
                first = tiers.rules().tiers[0].id
                others = sum(count for tier, count in counted.items() if tier != first)
                counted[first] = max(counted.get(first, 0), one_id.counts(connection).people - others)
                changes = tiers.changes(connection, now - timedelta(days=DAYS), ROWS)
                grants = tiers.grants(connection, shop_day(now), ROWS)
                names = _names(connection, {one.member_id for one in changes} | {one.member_id for one in grants})
                night = nightly.last_done(connection)
            return {
                "rows": [_row(tier, counted, speech) for tier in tiers.rules().tiers],
                "terms": [term.of(speech.language) for term in tiers.rules().terms],
                "title_of": lambda tier: tiers.rules().title(tier).of(speech.language),
                "changes": changes,
                "grants": grants,
                "names": names,
                "night": night,
                "told": told,
                "found": found,
                "asked_for": who,
                "today": shop_day(now),
                "days": DAYS,
            }

        return await pages.shown(request, "tiers", "tiers.html", read, status)

    @routes.get("")
    async def overview(request: Request) -> Response:
        # As on the page of people: those of imports and of headquarters' own books are looked through while somebody who may looks here.
        if await asyncio.to_thread(pages.session, request) is not None:
            await asyncio.to_thread(one_id.catch_up_all, hq.archive, hq.people, hq.clock.now, 2)
        return await shown(request)

    @routes.post("")
    async def find(request: Request) -> Response:
        """What people are called by has no place in addresses: the search is a form."""
        _, form = await pages.told(request)
        asked = form.get("who", "")[:128]

        def look() -> tuple[person.Face, ...]:
            with hq.archive.reading() as connection:
                return person.find(connection, asked)

        found = await asyncio.to_thread(look)
        return await shown(request, "" if found else "nobody", found)

    @routes.post("/night")
    async def night(request: Request) -> Response:
        """Everything of the nightly round, now."""
        await pages.told(request)
        await asyncio.to_thread(nightly.run, hq.archive, hq.people, hq.clock)
        return RedirectResponse("/console/tiers", 303, headers=HEADERS)

    @routes.post("/end/{grant_id}")
    async def end(request: Request, grant_id: str) -> Response:
        who, _ = await pages.told(request)
        ended = await hq.commit(lambda connection: tiers.end(connection, grant_id[:36], who.name, hq.clock.now()))
        return await shown(request, "ended" if ended else "gone")

    @routes.post("/{member_id}")
    async def give(request: Request, member_id: str) -> Response:
        who, form = await pages.told(request)
        try:
            until = date.fromisoformat(form.get("until", ""))
        except ValueError:
            return await shown(request, "until", status=422)
        tier, reason = form.get("tier", "")[:12], form.get("reason", "")[:REASON]
        try:
            await hq.commit(lambda connection: tiers.give(connection, hq.clock, member_id[:36], tier, until, reason, who.name))
        except tiers.NotGiven as refused:
            if str(refused) == "nobody":
                raise Refusal(404, "no_such_person") from None
            return await shown(request, str(refused), status=422)
        return await shown(request, "given")

    return routes


def _names(connection: Connection, member_ids: set[str]) -> dict[str, str]:
    """Member id → who that is, masked."""
    known = member_rows(connection, member_ids)
    return {one: person.masked(known, one) for one in member_ids}


def _row(tier: Tier, counted: Any, speech: Speech) -> Row:
    asked = [speech.text("tier_spend", yuan=money(tier.spend_fen))] if tier.spend_fen else []
    asked += [speech.text("tier_days", n=tier.days)] if tier.days else []
    needs = speech.text("tier_both" if tier.both else "tier_either").join(asked) if asked else speech.text("tier_nothing")
    return Row(tier.id, tier.title.of(speech.language), needs, int(counted.get(tier.id, 0)))
