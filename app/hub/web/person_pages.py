"""The console's page about one person: found by what they are called, a copy of their data, their erasure, and who looked at whom."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from app.hub import erasing, person, stored
from app.hub.headquarters import Headquarters, Refusal
from app.hub.web.pages import HEADERS, Pages, Speech

ACCESSES = 40
REASON = 200
YES = ("删除", "erase")
"""What is typed to confirm an erasure, in either language."""


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The person page of a hub."""
    routes = APIRouter(prefix="/person")
    rules = person.terms()

    async def shown(request: Request, told: str = "", found: tuple[person.Face, ...] = (), status: int = 200) -> Response:
        def read(_: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                accesses = person.accesses(connection, ACCESSES)
            return {"told": told, "found": found, "accesses": accesses, "rules": rules}

        return await pages.shown(request, "people", "person.html", read, status)

    def facing(member_id: str) -> tuple[person.Face, ...]:
        with hq.archive.reading() as connection:
            face = person.face_of(connection, member_id)
        if face is None:
            raise Refusal(404, "no_such_person")
        return (face,)

    @routes.get("")
    async def asked(request: Request) -> Response:
        # Whoever may look at the list sees none that is past its term.
        if await asyncio.to_thread(pages.session, request) is not None:
            await hq.commit(lambda connection: person.purge(connection, hq.clock.now()))
        return await shown(request)

    @routes.post("")
    async def find(request: Request) -> Response:
        """What people are called by has no place in addresses: the search is a form."""
        _, form = await pages.told(request)

        def look() -> tuple[person.Face, ...]:
            with hq.archive.reading() as connection:
                return person.find(connection, form.get("who", "")[:128])

        found = await asyncio.to_thread(look)
        return await shown(request, "" if found else "nobody", found)

    @routes.post("/{member_id}")
    async def act(request: Request, member_id: str) -> Response:
        who, form = await pages.told(request)
        found = await asyncio.to_thread(facing, member_id[:36])
        what, reason = form.get("act", ""), form.get("reason", "").strip()[:REASON]
        if what not in ("export", "paper", "erase"):
            raise Refusal(404, "no_such_act")
        if not reason:
            return await shown(request, "no_reason", found, 422)
        member_id = found[0].member_id
        if what == "paper":
            await hq.commit(lambda connection: person.note(connection, hq.clock, member_id, "export", reason, who.name))

            def read(said: Speech) -> dict[str, Any]:
                with hq.archive.reading() as connection:
                    parts = person.readable(connection, hq.people, member_id, said.language)
                return {"face": found[0], "parts": parts, "rules": rules, "made_at": said.local(said.now)}

            return await pages.shown(request, "people", "person_copy.html", read)
        if what == "export":
            # Noted first: nobody is given what was not noted.
            await hq.commit(lambda connection: person.note(connection, hq.clock, member_id, "export", reason, who.name))

            def copied() -> bytes:
                with hq.archive.reading() as connection:
                    return person.copy(connection, hq.people, member_id, hq.clock.now())

            name = {"Content-Disposition": f'attachment; filename="person-{member_id[-6:]}.json"'}
            return Response(await asyncio.to_thread(copied), media_type="application/json", headers={**HEADERS, **name})
        if form.get("confirm", "").strip().lower() not in YES:
            return await shown(request, "unconfirmed", found, 422)

        def unit(connection: Connection) -> bool:
            if stored.statement_of(connection, member_id).balance.total_fen > 0:
                return False
            erasing.erase(connection, hq.clock.now(), member_id, reason=reason, asked_via=erasing.HEADQUARTERS, by=who.name)
            return True

        if not await hq.commit(unit):
            return await shown(request, "stored", found, 409)
        return await shown(request, "erased")

    return routes
