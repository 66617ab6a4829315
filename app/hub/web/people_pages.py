"""The console's page about One ID: whom the rules ask about, what they merged, and a person's word that overrules them."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from app.hub import one_id, rewards
from app.hub.headquarters import Headquarters, Refusal
from app.hub.web.pages import HEADERS, Pages, Speech

PAGE_PAIRS = 20
VIEWS: dict[str, tuple[str, ...]] = {"proposed": ("proposed",), "done": ("done",), "apart": ("refused", "undone")}
"""What is shown under each head → the states of its pairs."""
_ACTS = {"merge": one_id.accept, "apart": one_id.refuse, "undo": one_id.undo}
_TOLD = frozenset({*(f"did_{act}" for act in _ACTS), "no_reason", "gone", "decided", "together"})
"""What the page may say about the form that was sent before it."""
_REASON = 200


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The One ID page of a hub."""
    routes = APIRouter(prefix="/people")

    def view_of(request: Request) -> str:
        asked = request.query_params.get("view", "")
        return asked if asked in VIEWS else "proposed"

    @routes.get("")
    async def queue(request: Request) -> Response:
        view = view_of(request)
        asked = request.query_params.get("from", "0")
        offset = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
        told = request.query_params.get("told", "")

        def read(said: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                found = one_id.pairs(connection, VIEWS[view], PAGE_PAIRS + 1, offset)
                counts = one_id.counts(connection)
            return {
                "pairs": found[:PAGE_PAIRS],
                "more": len(found) > PAGE_PAIRS,
                "offset": offset,
                "page_pairs": PAGE_PAIRS,
                "counts": counts,
                "view": view,
                "told": told if told in _TOLD else "",
                "why": lambda rule_id: _why(rule_id, said),
            }

        # People of imports and of headquarters' own books are looked through while somebody who may looks here.
        if await asyncio.to_thread(pages.session, request) is not None:
            await asyncio.to_thread(one_id.catch_up_all, hq.archive, hq.people, hq.clock.now, 2)
        return await pages.shown(request, "people", "people.html", read)

    @routes.post("/{merge_id}")
    async def decide(request: Request, merge_id: str) -> Response:
        who, form = await pages.told(request)
        act, reason = form.get("act", ""), form.get("reason", "").strip()[:_REASON]
        if act not in _ACTS or len(merge_id) > 36:
            raise Refusal(404, "no_such_act")
        told = f"did_{act}"
        if not reason:
            told = "no_reason"
        else:

            def unit(connection: Connection) -> None:
                _ACTS[act](connection, merge_id, who.name, reason, hq.clock.now())
                rewards.settle_pair(connection, merge_id, hq.clock.now())

            try:
                await hq.commit(unit)
            except one_id.Undecidable as fault:
                told = str(fault)
        return RedirectResponse("/console/people?" + urlencode({"view": view_of(request), "told": told}), 303, headers=HEADERS)

    return routes


def _why(rule_id: str, said: Speech) -> str:
    """A rule in words, from the rule file; its id where a later version of the file does not have it any more."""
    rule = one_id.rules().rule(rule_id)
    if rule is None:
        return rule_id
    return rule.en if said.language == "en" else rule.zh
