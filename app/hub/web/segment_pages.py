"""The console's page about segments: what each asks for, how many members are in it, an example masked with its because, and the fifths."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy import Connection

from app.domain.masking import mask_name
from app.domain.segments import FACTS, Condition, said
from app.hub import segments
from app.hub.headquarters import Headquarters
from app.hub.people import member_rows
from app.hub.segments import Standing
from app.hub.web.pages import HEADERS, Pages, Speech
from app.hub.web.plot import Cell, grid_svg

FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A segment as the page shows it."""

    standing: Standing
    title: str
    rule: str
    name: str
    """One of its members, masked; '' where it has none."""
    because: str


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The segment page of a hub."""
    routes = APIRouter(prefix="/segments")

    @routes.get("")
    async def overview(request: Request) -> Response:
        def read(speech: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                rows = [_shown(connection, hq, one, speech) for one in segments.standings(connection)]
                cells, day = segments.cells_of(connection)
            return {
                "rows": rows,
                "day": day,
                "members": sum(cells.values()),
                "best": sum(count for (recency, frequency, money), count in cells.items() if min(recency, frequency, money) >= FIFTHS - 1),
                "lapsed": sum(count for (recency, _, _), count in cells.items() if recency == 1),
                "plot": Markup(_plot(cells, speech)),
            }

        return await pages.shown(request, "segments", "segments.html", read)

    @routes.post("")
    async def reckon(request: Request) -> Response:
        await pages.told(request)
        await asyncio.to_thread(segments.reckon_all, hq.archive, hq.people, _today(hq))
        return RedirectResponse("/console/segments", 303, headers=HEADERS)

    return routes


def _today(hq: Headquarters) -> Any:
    return Speech("zh", hq.clock.now(), hq.utc_offset_minutes).local(hq.clock.now()).date()


def _shown(connection: Connection, hq: Headquarters, one: Standing, speech: Speech) -> Shown:
    english = speech.language == "en"
    segment = one.segment
    name = because = ""
    if one.example:
        person = member_rows(connection, [one.example]).get(one.example)
        name = mask_name(person.name) if person is not None and person.name else speech.text("people_nameless")
        found = segments.memberships_of(connection, hq.people, one.example, _today(hq))
        whys = next((each.because for each in found if each.segment_id == segment.id), ())
        because = speech.text("segment_and").join(said(why)[english] for why in whys)
    title = segment.title_en if english and segment.title_en else segment.title_zh
    return Shown(one, title, _rule(segment.rule, speech), name, because)


def _rule(rule: Condition, speech: Speech) -> str:
    """A rule as people read it."""
    match rule.kind:
        case "fact":
            return _asked(rule, speech)
        case "not":
            return speech.text("segment_not", rule=_rule(rule.parts[0], speech))
        case kind:
            return speech.text(f"segment_{kind}").join(_rule(part, speech) for part in rule.parts)


def _asked(rule: Condition, speech: Speech) -> str:
    """A fact with its bounds in the place of its figure; one that is only true or not stands alone."""
    bounds = [_worded(rule.fact, bound) for bound in (rule.least, rule.most) if bound is not None]
    bound = "–".join(bounds) if len(bounds) == 2 else f"{'≥' if rule.least is not None else '≤'} {bounds[0]}"
    return FACTS[rule.fact][speech.language == "en"].format(n=bound, yuan=bound, percent=bound)


def _worded(fact: str, bound: int) -> str:
    """A bound in the fact's own unit: percent and yuan are kept as hundredths."""
    return f"{bound / 100:g}" if fact.endswith(("_bp", "_fen")) else str(bound)


def _plot(cells: Mapping[tuple[int, int, int], int], speech: Speech) -> str:
    """Recency downwards, frequency to the right, money in the words of each cell."""
    rows: list[list[Cell]] = []
    for recency in range(FIFTHS, 0, -1):
        row = []
        for frequency in range(1, FIFTHS + 1):
            by_money: Sequence[tuple[int, int]] = [(money, cells.get((recency, frequency, money), 0)) for money in range(FIFTHS, 0, -1)]
            lines = [f"R{recency} · F{frequency}", *(f"M{money}  {count:,}" for money, count in by_money if count)]
            row.append(Cell(sum(count for _, count in by_money), "\n".join(lines)))
        rows.append(row)
    across = [f"F{frequency}" for frequency in range(1, FIFTHS + 1)]
    down = [f"R{recency}" for recency in range(FIFTHS, 0, -1)]
    return grid_svg(rows, down, across, speech.text("segment_plot"))
