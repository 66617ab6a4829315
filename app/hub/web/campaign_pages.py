"""The console's pages about campaigns: designed, tried, launched, watched, told, stopped and carried off as a table."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy import Connection, select

from app.hub import campaign_board, campaign_trial, campaigns, message_text, messages, tables
from app.hub.campaigns import Campaign, Design, DesignFaults, Fault
from app.hub.headquarters import Headquarters, Refusal
from app.hub.web.campaign_form import CHANNELS, KINDS, MOST_BYTES, MOST_FIELDS, MOST_TIERS, ON_RETURN, design_of, empty, fields_of
from app.hub.web.pages import HEADERS, Pages, Speech
from app.hub.web.plot import COLOURS, Column, Series, drawn, money, spark_svg, stacked_svg
from app.records.ids import new_id
from app.records.resources import resource

RANKING = 15
"""Guides shown; the table to carry off has all of them."""
_DAYS = 7
"""How long a new campaign runs unless somebody says otherwise."""
_TOLD = (("provinces", "provinces"), ("stores", "stores"), ("guides", "guides"), ("orders", "orders"), ("new_members", "joined"))
"""The columns by which a campaign is told: word → figure."""
_COLUMNS = ("day", "province", "store_no", "store", "guide_no", "guide", "orders", "new_members", "paid", "cost")


def router(hq: Headquarters, pages: Pages) -> APIRouter:
    """The campaign pages of a hub."""
    routes = APIRouter(prefix="/campaigns")

    def today(said: Speech) -> date:
        return said.local(said.now).date()

    def known(connection: Connection, campaign_id: str) -> Campaign:
        try:
            return campaigns.campaign(connection, campaign_id)
        except KeyError:
            raise Refusal(404, "no_such_campaign") from None

    @routes.get("")
    async def overview(request: Request) -> Response:
        def read(said: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                phases = [(one, one.phase(today(said))) for one in campaigns.campaigns(connection)]
                rows = [
                    (one, phase, campaigns.coverage(connection, one) if phase in ("waiting", "running", "stopped") else None)
                    for one, phase in phases
                ]
                sums = campaign_board.orders_by_campaign(connection)
            live = [one.design.campaign_id for one, phase, _ in rows if phase == "running"]
            running = [sums.get(key, (0, 0, 0)) for key in live]
            return {
                "rows": rows,
                "sums": sums,
                "running": len(live),
                "orders": sum(one[0] for one in running),
                "cut_fen": sum(one[2] for one in running),
                "net_fen": sum(one[1] for one in running),
                "deaf": len(
                    {
                        (till.store_id, till.till)
                        for _, phase, held in rows
                        if held and phase in ("running", "stopped")
                        for till in held.tills
                        if not till.holds
                    }
                ),
            }

        return await pages.shown(request, "campaigns", "campaigns.html", read)

    def form_page(said: Speech, kind: str, fields: dict[str, str], action: str, faults: tuple[Fault, ...] = ()) -> dict[str, Any]:
        chosen = kind if kind in KINDS else KINDS[0]
        return {
            "kind": chosen,
            "kinds": KINDS,
            "v": empty(today(said), today(said) + timedelta(days=_DAYS - 1), campaigns.rules().hold_percent) | fields,
            "action": action,
            "faults": faults,
            "tiers": range(1, MOST_TIERS + 1),
            "old_kinds": tuple((key, pair[said.language == "en"]) for key, pair in _old_kinds().items()),
            "categories": _categories(hq) if chosen != "bundle" else (),
            "channels": CHANNELS,
            "on_return": ON_RETURN,
            "audiences": campaigns.AUDIENCES,
            "classes": ("A", *campaigns.ISSUED_CLASSES),
            "fault_text": lambda fault: _fault_text(said, fault),
        }

    @routes.get("/new")
    async def blank(request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        return await pages.shown(request, "campaigns", "campaign_form.html", lambda said: form_page(said, kind, {}, "/console/campaigns"))

    @routes.get("/{campaign_id}/edit")
    async def edit(request: Request, campaign_id: str) -> Response:
        def read(said: Speech) -> dict[str, Any]:
            standing = standing_of(campaign_id)
            if standing.state != "draft":
                raise Refusal(409, "launched")
            kind = request.query_params.get("kind", "") or standing.design.kind
            return form_page(said, kind, fields_of(standing.design), f"/console/campaigns/{campaign_id}")

        return await pages.shown(request, "campaigns", "campaign_form.html", read)

    def standing_of(campaign_id: str) -> Campaign:
        with hq.archive.reading() as connection:
            return known(connection, campaign_id)

    async def kept(request: Request, campaign_id: str, *, fresh: bool) -> Response:
        who, form = await pages.told(request, MOST_FIELDS, MOST_BYTES)
        if not fresh:
            await asyncio.to_thread(standing_of, campaign_id)

        async def again(kind: str, faults: tuple[Fault, ...], status: int) -> Response:
            """The form with everything that was typed."""
            fields = {name: text for name, text in form.items() if name not in ("csrf", "kind", "as")}
            action = request.url.path
            read = partial(form_page, kind=kind, fields=fields, action=action, faults=faults)
            return await pages.shown(request, "campaigns", "campaign_form.html", read, status)

        if "as" in form:
            return await again(form["as"], (), 200)
        try:
            design = design_of(form, campaign_id)
            await asyncio.to_thread(campaigns.keep, hq.archive, hq.clock, who.name, design)
        except DesignFaults as error:
            return await again(form.get("kind", ""), error.faults, 422)
        return RedirectResponse(f"/console/campaigns/{campaign_id}", 303, headers=HEADERS)

    @routes.post("")
    async def create(request: Request) -> Response:
        return await kept(request, new_id(hq.clock), fresh=True)

    @routes.post("/{campaign_id}")
    async def change(request: Request, campaign_id: str) -> Response:
        return await kept(request, campaign_id, fresh=False)

    def read_one(campaign_id: str, faults: tuple[Fault, ...]) -> Callable[[Speech], dict[str, Any]]:
        def read(said: Speech) -> dict[str, Any]:
            with hq.archive.reading() as connection:
                standing = known(connection, campaign_id)
                values = _one(connection, said, standing, today(said))
            return values | {"faults": faults, "fault_text": lambda fault: _fault_text(said, fault)}

        return read

    @routes.get("/{campaign_id}")
    async def one(request: Request, campaign_id: str) -> Response:
        return await pages.shown(request, "campaigns", "campaign.html", read_one(campaign_id, ()))

    async def done(request: Request, campaign_id: str, act: Callable[[str, dict[str, str]], None]) -> Response:
        """Do what a form asks for, and show the campaign again, or what was in the way."""
        who, form = await pages.told(request)
        try:
            await asyncio.to_thread(act, who.name, form)
        except DesignFaults as error:
            return await pages.shown(request, "campaigns", "campaign.html", read_one(campaign_id, error.faults), 409)
        except KeyError:
            raise Refusal(404, "no_such_campaign") from None
        return RedirectResponse(f"/console/campaigns/{campaign_id}", 303, headers=HEADERS)

    @routes.post("/{campaign_id}/try")
    async def try_it(request: Request, campaign_id: str) -> Response:
        def act(who: str, form: dict[str, str]) -> None:
            try:
                first, last = date.fromisoformat(form.get("from", "")), date.fromisoformat(form.get("to", ""))
            except ValueError:
                raise DesignFaults([Fault("days")]) from None
            if last < first:
                raise DesignFaults([Fault("days")])
            with hq.archive.reading() as connection:
                before = campaign_trial.newest(connection, campaign_id, hq.clock.now())
            if before is not None and before.state == "running":
                return
            no = campaign_trial.begin(hq.archive, hq.clock, who, campaign_id, first, last)
            asked = (hq.archive, hq.clock, who, campaign_id, no)
            threading.Thread(target=campaign_trial.finish, args=asked, name="campaign-trial", daemon=True).start()

        return await done(request, campaign_id, act)

    @routes.post("/{campaign_id}/launch")
    async def launch(request: Request, campaign_id: str) -> Response:
        def act(who: str, _: dict[str, str]) -> None:
            campaigns.launch(hq.archive, hq.clock, who, campaign_id)
            if standing_of(campaign_id).design.for_holders:
                give(campaign_id)

        return await done(request, campaign_id, act)

    def give(campaign_id: str) -> None:
        asked = (hq.archive, hq.clock, campaign_id, hq.key.sign)
        threading.Thread(target=campaigns.give_rights, args=asked, name="campaign-coupons", daemon=True).start()

    @routes.post("/{campaign_id}/coupons")
    async def coupons(request: Request, campaign_id: str) -> Response:
        return await done(request, campaign_id, lambda _, __: give(campaign_id))

    @routes.post("/{campaign_id}/tell")
    async def tell(request: Request, campaign_id: str) -> Response:
        def act(who: str, form: dict[str, str]) -> None:
            campaigns.tell(hq.archive, hq.clock, who, campaign_id, anyway=form.get("anyway") == "1")
            # The first of them at once, so that the page has something to say; the rest while the hub runs.
            messages.fill(hq.archive, hq.clock, campaign_id, most=1)

        return await done(request, campaign_id, act)

    @routes.post("/{campaign_id}/stop")
    async def stop(request: Request, campaign_id: str) -> Response:
        def act(who: str, form: dict[str, str]) -> None:
            campaigns.stop(hq.archive, hq.clock, who, campaign_id, form.get("reason", ""))

        return await done(request, campaign_id, act)

    @routes.get("/{campaign_id}/days.csv")
    async def days(request: Request, campaign_id: str) -> Response:
        if await pages.entered(request) is None:
            return RedirectResponse("/console/login", 303, headers=HEADERS)
        said = pages.speech(request)

        def table() -> str:
            with hq.archive.reading() as connection:
                known(connection, campaign_id)
                board = campaign_board.board(connection, campaign_id, hq.utc_offset_minutes)
            return board.csv([said.text(f"csv_{name}") for name in _COLUMNS])

        text = await asyncio.to_thread(table)
        # The mark at the front tells office programs that the text is UTF-8.
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="campaign-{campaign_id[:36]}.csv"'}
        return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)

    return routes


def _one(connection: Connection, said: Speech, standing: Campaign, today: date) -> dict[str, Any]:
    """Everything that a campaign's page shows."""
    design = standing.design
    phase = standing.phase(today)
    trial = campaign_trial.newest(connection, design.campaign_id, said.now)
    rules = campaigns.rules()
    values: dict[str, Any] = {
        "one": standing,
        "design": design,
        "phase": phase,
        "today": today,
        "terms": terms_text(said, design, _names(connection, design)),
        "when": _when_text(said, design),
        "needs_past": bool(json.loads(design.terms).get("when", {}).get("refill")),
        "on_return": json.loads(design.terms).get("on_return", ON_RETURN[0]),
        "scope": _scope_text(said, design, _names(connection, design)),
        "store_count": len(campaigns.stores_of(connection, design)),
        "exposure": campaigns.exposure(connection, design),
        "open_faults": campaigns.faults(connection, design) if phase == "draft" else (),
        "trial": trial,
        "trial_fits": trial is not None and trial.design == design,
        "trial_from": today - timedelta(days=rules.trial_days),
        "trial_to": today - timedelta(days=1),
        "acts": campaigns.acts(connection, design.campaign_id),
        "percent_of": lambda part, whole: 100 * part / whole if whole else 0.0,
        "stores": {row.store_id: row.branch or row.name for row in connection.execute(select(tables.store))},
        "held": None,
        "board": None,
    }
    if phase == "draft":
        return values
    held = campaigns.coverage(connection, standing)
    board = campaign_board.board(connection, design.campaign_id, said.utc_offset_minutes)
    total = board.total
    last = min(design.ends_on, max(today, design.starts_on))
    by_day = board.by_day(design.starts_on, last)
    provinces = board.by_province()
    series = _province_series(said, board, provinces, [day for day, _ in by_day])
    columns = _day_columns([day for day, _ in by_day])
    joined = [Series("", tuple(figures.joined for _, figures in by_day))]
    days_left = max(0, (design.ends_on - today).days + 1)
    given = connection.scalars(
        select(tables.campaign_store.c.rights).where(tables.campaign_store.c.campaign_id == design.campaign_id)
    ).all()
    return values | {
        "held": held,
        "board": board,
        "total": total,
        "by_day": by_day,
        "columns": [(title, getattr(total, name), _spark(said.text(title), name, by_day)) for title, name in _TOLD],
        "provinces": provinces,
        "most_orders": max([figures.orders for _, figures in provinces], default=0),
        "ranking": board.ranking(RANKING),
        "guides": total.guides,
        "rights": sum(given),
        "letters": messages.counts(connection, design.campaign_id),
        "hours": message_text.rules(),
        "days_left": days_left,
        "silent_fen": sum(till.may_cost_fen(days_left) for till in held.tills if not till.holds),
        "budget_warn": bool(design.budget_fen) and total.cut_fen * 100 >= design.budget_fen * rules.budget_warn_percent,
        "legend": [one.title for one in series],
        "orders_plot": Markup(stacked_svg(series, columns, said.text("orders_by_day"), text=_count, least=1, width=620, height=230))
        if total.orders
        else "",
        "joined_plot": Markup(stacked_svg(joined, columns, said.text("members_by_day"), text=_count, least=1, width=620, height=230))
        if total.joined
        else "",
    }


def _province_series(said: Speech, board: campaign_board.Board, provinces: Any, days: list[date]) -> list[Series]:
    """Orders by day, one series for each province, the last ones together."""
    place = {day: index for index, day in enumerate(days)}
    counts = {name: [0] * len(days) for name, _ in provinces}
    for cell in board.cells:
        counts[board.province(cell.store_id)][place[cell.day]] += cell.orders
    series = [Series(name or said.text("no_province"), tuple(count)) for name, count in counts.items() if any(count)]
    return list(drawn(series))[:COLOURS]


def _spark(label: str, name: str, by_day: Sequence[tuple[date, campaign_board.Figures]]) -> Markup:
    """One of the columns by day."""
    return Markup(spark_svg([(day.isoformat(), getattr(figures, name)) for day, figures in by_day], label))


def _day_columns(days: list[date]) -> list[Column]:
    every = max(1, -(-len(days) // 12))
    return [Column(day.strftime("%m-%d") if place % every == 0 else "", day.isoformat()) for place, day in enumerate(days)]


def _count(number: int) -> str:
    return f"{number:,}"


def _fault_text(said: Speech, fault: Fault) -> str:
    facts = dict(fault.facts)
    facts = {name: money(int(value)) if name.endswith("_fen") else value for name, value in facts.items()}
    if "field" in facts:
        facts["field"] = said.maybe("f_", facts["field"])
    return said.text(f"fault_{fault.code}", **facts)


def terms_text(said: Speech, design: Design, names: dict[str, str]) -> str:
    """What the offer does, in a sentence."""
    terms = json.loads(design.terms)

    def percent(bp: int) -> str:
        return f"{bp / 100:g}"

    def named(key: str) -> str:
        return names.get(key, key)

    match design.kind:
        case "threshold":
            steps = [said.text("terms_threshold", reach=money(tier["reach_fen"]), off=money(tier["off_fen"])) for tier in terms["tiers"]]
            return said.text("terms_or").join(steps)
        case "percent":
            return said.text("terms_percent", percent=percent(terms["percent_off_bp"]))
        case "amount_off":
            return said.text("terms_amount_off", off=money(terms["amount_fen"]))
        case "nth_cheaper":
            return said.text("terms_nth_cheaper", nth=terms["nth"], percent=percent(terms["percent_off_bp"]))
        case "bundle":
            together = " + ".join(named(key) for key in terms["products"])
            return said.text("terms_bundle", products=together, price=money(terms["price_fen"]))
        case "gift":
            gift = named(terms["gift_product"])
            return said.text("terms_gift", buy=terms["buy_quantity"], count=terms["gift_quantity"], gift=gift)
        case "exchange":
            facts = {"reach": money(terms["reach_fen"]), "product": named(terms["product"]), "price": money(terms["price_fen"])}
            return said.text("terms_exchange", **facts)
        case "trade_in":
            old = said.text("between").join(_old_kinds().get(kind, (kind, kind))[said.language == "en"] for kind in terms["old"])
            return said.text("terms_trade_in", old=old, off=money(terms["amount_fen"]))
        case _:
            return design.kind


def _when_text(said: Speech, design: Design) -> str:
    """What else must be so around a sale; '' where nothing is asked."""
    when = json.loads(design.terms).get("when", {})
    parts = [f"{start}–{end}" for start, end in when.get("hours", ())]
    if "weekdays" in when:
        parts.append(said.text("between").join(said.text(f"weekday{day}") for day in when["weekdays"]))
    if "birthday" in when:
        parts.append(said.text(f"birthday_{when['birthday']}"))
    parts += [said.text(f"channel_{channel}") for channel in when.get("channels", ())]
    if when.get("refill"):
        parts.append(said.text("f_refill"))
    return " · ".join(parts)


@cache
def _old_kinds() -> dict[str, tuple[str, str]]:
    """Kinds of old articles by their key, Chinese and English."""
    read = json.loads(resource("rules", "coupons.json").read_text("utf-8"))["trade_kinds"]
    return {key: (str(pair[0]), str(pair[1])) for key, pair in read.items()}


def _scope_text(said: Speech, design: Design, names: dict[str, str]) -> str:
    if design.kind == "bundle":
        return ""
    sort, _, listed = design.scope.partition(":")
    if sort == "all":
        return said.text("scope_all")
    return said.text("between").join(names.get(name, name) if sort == "product" else name for name in listed.split(";"))


def _names(connection: Connection, design: Design) -> dict[str, str]:
    """What the products that a design names are called."""
    terms = json.loads(design.terms)
    sort, _, listed = design.scope.partition(":")
    wanted = {
        *(listed.split(";") if sort == "product" else ()),
        *terms.get("products", ()),
        terms.get("gift_product", ""),
        terms.get("product", ""),
    } - {""}
    row = tables.feed_row.c
    mine = select(row.key, row.json).where(row.store_id == "", row.feed == "product", row.current, row.key.in_(sorted(wanted)))
    found = {}
    for one in connection.execute(mine) if wanted else ():
        product = json.loads(one.json)
        found[one.key] = f"{product['generic_name']} {product.get('spec', '')}".strip()
    return found


def _categories(hq: Headquarters) -> tuple[str, ...]:
    """Categories to choose from: those of what has been sold, which is quickly asked whatever the catalogue holds."""
    p, row = tables.product_sales.c, tables.feed_row.c
    with hq.archive.reading() as connection:
        sold = connection.scalars(select(p.product_id).order_by(p.day.desc()).limit(2000)).all()
        keys = sorted(set(sold))[:500]
        mine = select(row.json).where(row.store_id == "", row.feed == "product", row.current, row.key.in_(keys))
        found = {str(json.loads(text).get("category", "")) for text in connection.scalars(mine)} if keys else set()
    return tuple(sorted(found - {""}))
