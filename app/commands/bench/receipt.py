"""How long a Chinese receipt of twenty goods takes to compose and to encode, how many bytes go to the printer, and its dots."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from random import Random
from typing import Any

from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Subject, against, calibrated_p99, in_turns, slowness
from app.counter.pen import Faces
from app.counter.post import TillProfile
from app.counter.receipts import sale_ticket
from app.devices.encoder import Encoder
from app.devices.profile import PrinterProfile
from app.devices.ticket import layout
from app.domain.demo import DemoPharmacy
from app.records import events
from app.records.clock import Clock, SystemClock
from app.records.ids import new_id
from app.records.resources import resource
from app.reports.sale_sheet import render
from app.reports.shop import ShopFace

LINES = 20
SALES = 25
"""Different sales printed in turn, so that no receipt is encoded from what the one before left in memory."""
NUMBER = "RM01-01-00c0-1234-0123abcd"
_BAUD = {"9600 baud": 960, "115200 baud": 11520}


def run(asked: Asked) -> Report:
    """Sales of twenty different goods with lots and two tenders, with and without a trace code each; floor: Python's own GB18030.

    Sizes are the middle one of all sales; the goal in bytes is asked of receipts with every field but trace codes, whose
    twenty digits a box are 420 bytes that no layout can save, and the size with them stands beside it.
    """
    clock = SystemClock()
    pharmacy = shop.pharmacy(clock)
    store = pharmacy.store
    till = TillProfile(store.store_id, store.name, store.branch, store.till, store.till_title, store.licence, store.address, store.phone)
    members = {member.id: member for member in pharmacy.members[:1]}
    faces = Faces(till, lambda code: f"李娜 {code[-4:]}", members.get, lambda method: {"cash": "现金"}.get(method, "银行卡POS"))
    font = resource("fonts", "NotoSansSC-Regular.ttf")
    text, dots = Encoder(PrinterProfile(cells=48), font), Encoder(PrinterProfile(cells=48, raster_only=True), font)
    at = clock.now()
    bodies = [sale_of(pharmacy, clock, asked.seed + no, codes=False) for no in range(SALES)]
    traced = [sale_of(pharmacy, clock, asked.seed + no, codes=True) for no in range(SALES)]
    plain_tickets, tickets = ([sale_ticket(body, NUMBER, at, faces) for body in each] for each in (bodies, traced))
    face = ShopFace(store.store_id, store.name, store.branch, store.licence, store.address, store.phone, store.till, store.till_title)
    row_texts = ["\n".join(str(getattr(row, "text", "")) for row in layout(ticket, 48)) for ticket in tickets]
    subjects = {
        "compose": Subject(lambda body: sale_ticket(body, NUMBER, at, faces), cycle(traced).__next__),
        "encode as text": Subject(text.encode, cycle(tickets).__next__),
        "encode as text, no trace codes": Subject(text.encode, cycle(plain_tickets).__next__),
        "encode as dots": Subject(dots.encode, cycle(tickets).__next__),
        "A4 sheet": Subject(lambda body: render(body, NUMBER, at, face, faces.staff, faces.tender), cycle(traced).__next__),
        "floor": Subject(lambda whole: whole.encode("gb18030"), cycle(row_texts).__next__),
    }
    found = in_turns("receipt", subjects, asked.count())
    cases: dict[str, Any] = {title: against(found[title], found["floor"]) for title in subjects if title != "floor"}
    sizes = {
        "encode as text": _middle([len(text.encode(ticket)) for ticket in tickets]),
        "encode as text, no trace codes": _middle([len(text.encode(ticket)) for ticket in plain_tickets]),
        "encode as dots": _middle([len(dots.encode(ticket)) for ticket in tickets]),
    }
    cases["A4 sheet"]["bytes"] = _middle([len(render(body, NUMBER, at, face, faces.staff, faces.tender)) for body in traced])
    for title, size in sizes.items():
        cases[title]["bytes"] = size
        for way, speed in _BAUD.items():
            cases[title][f"seconds at {way}"] = round(size / speed, 2)
    slow = slowness(found)
    raw = {title: cases[title]["cpu_ms"]["p50"] for title in (*sizes, "A4 sheet")}
    goals = [
        Goal(f"{LINES} goods as text, p99 ms calibrated", calibrated_p99("encode as text", found, computing=True), 0.5),
        Goal(f"{LINES} goods as text without trace codes, bytes", sizes["encode as text, no trace codes"], 2_500),
        Goal(f"{LINES} goods as dots, p50 ms calibrated", round(raw["encode as dots"] / slow, 3), 5.0),
        Goal(f"{LINES} goods on A4 as PDF, p50 ms calibrated", round(raw["A4 sheet"] / slow, 3), 15.0),
    ]
    rows = _middle([len(layout(ticket, 48)) for ticket in tickets])
    return Report("receipt", cases, goals, {"goods": LINES, "printed rows": rows, "slowness": slow, "cpu p50 ms, not calibrated": raw})


def _middle(sizes: list[int]) -> int:
    """The median of an odd number of sizes."""
    return sorted(sizes)[len(sizes) // 2]


def sale_of(pharmacy: DemoPharmacy, clock: Clock, seed: int, *, codes: bool = False) -> events.SaleClosed:
    """A sale of twenty goods as the counter closes it, each a box with or without its trace code."""
    draw = Random(seed)
    goods = draw.sample([p for p in pharmacy.products if p.in_assortment and p.list_price_fen > 0], LINES)
    now = clock.now()
    lines = tuple(
        events.SaleLine(
            line_id=f"l{no}", no=no, product_id=p.id, generic_name=p.generic_name, brand_name=p.brand_name, form=p.form,
            strength=p.strength, spec=p.spec, unit=p.unit, maker=p.maker, holder=p.holder, origin=p.origin,
            approval_no=p.approval_no, barcode=p.barcode, kind=p.kind,
            rx_class=p.rx_class, quantity=1, list_price_fen=p.list_price_fen, unit_price_fen=p.list_price_fen,
            amount_fen=p.list_price_fen, salesperson=shop.CASHIER, lot_id=f"lot-{no}", lot_no=f"26{no:04d}",
            expires_on=now.date() + timedelta(days=400), lot_source="code",
            codes=(events.SoldCode(code=f"81234{draw.randrange(10**15):015d}", entry="scanned"),) if codes else (),
        )
        for no, p in enumerate(goods, 1)
    )  # fmt: skip
    total = sum(line.amount_fen for line in lines)
    tenders = tuple(
        events.Tender(
            tender_id=new_id(clock), method=method, title_zh=title, title_en="", kind=kind, amount_fen=amount, handed_fen=amount, at=now
        )
        for method, title, kind, amount in (
            ("card", "银行卡POS", "recorded", total // 2),
            ("cash", "现金", "cash", total - total // 2),
        )
    )
    return events.SaleClosed(
        sale_id=new_id(clock), basket_id=new_id(clock), shift_id="shift", till="01", cashier=shop.CASHIER, member_id=shop.MEMBER,
        opened_at=now, lines=lines, cuts=(), tenders=tenders, subtotal_fen=total, cut_fen=0, rounding_fen=0, payable_fen=total,
        change_fen=0, rule_pack="bench",
    )  # fmt: skip
