"""How long a Chinese receipt of twenty lines takes to compose and to encode, how many bytes go to the printer, and its dots."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Subject, against, calibrated_p99, in_turns, slowness
from app.counter.post import TillProfile
from app.counter.receipts import Faces, sale_ticket
from app.devices.encoder import Encoder
from app.devices.profile import PrinterProfile
from app.domain.demo import DemoPharmacy
from app.records import events
from app.records.clock import Clock, SystemClock
from app.records.ids import new_id
from app.records.resources import resource

LINES = 20
NUMBER = "RM01-01-00c0-1234-0123abcd"
_BAUD = {"9600 baud": 960, "115200 baud": 11520}


def run(asked: Asked) -> Report:
    """A sale of twenty different goods with cuts, lots and two tenders; floor: the same text through Python's own encoder."""
    clock = SystemClock()
    pharmacy = shop.pharmacy(clock)
    body = sale_of(pharmacy, clock, asked.seed)
    store = pharmacy.store
    till = TillProfile(store.store_id, store.name, store.branch, store.till, store.till_title, store.licence, store.address, store.phone)
    members = {member.id: member for member in pharmacy.members[:1]}
    faces = Faces(till, lambda code: f"李娜 {code[-4:]}", members.get, lambda method: {"cash": "现金"}.get(method, "银行卡POS"))
    font = resource("fonts", "NotoSansSC-Regular.ttf")
    text, dots = Encoder(PrinterProfile(cells=48), font), Encoder(PrinterProfile(cells=48, raster_only=True), font)
    at = clock.now()
    ticket = sale_ticket(body, NUMBER, at, faces)
    plain = "\n".join(str(getattr(line, "text", line)) for line in ticket.lines)
    subjects = {
        "compose": Subject(lambda _: sale_ticket(body, NUMBER, at, faces)),
        "encode as text": Subject(lambda _: text.encode(ticket)),
        "encode as dots": Subject(lambda _: dots.encode(ticket)),
        "floor": Subject(lambda _: plain.encode("gb18030")),
    }
    found = in_turns("receipt", subjects, asked.count())
    cases: dict[str, Any] = {title: against(found[title], found["floor"]) for title in subjects if title != "floor"}
    sizes = {"encode as text": len(text.encode(ticket)), "encode as dots": len(dots.encode(ticket))}
    for title, size in sizes.items():
        cases[title]["bytes"] = size
        for way, speed in _BAUD.items():
            cases[title][f"seconds at {way}"] = round(size / speed, 2)
    slow = slowness(found)
    goals = [
        Goal(f"{LINES}-line receipt as text, p99 ms calibrated", calibrated_p99("encode as text", found, computing=True), 0.5),
        Goal(f"{LINES}-line receipt as text, bytes", sizes["encode as text"], 2_500),
        Goal(f"{LINES}-line receipt as dots, p50 ms calibrated", round(cases["encode as dots"]["cpu_ms"]["p50"] / slow, 3), 5.0),
    ]
    return Report("receipt", cases, goals, {"lines": LINES, "rows": len(ticket.lines), "slowness": slow})


def sale_of(pharmacy: DemoPharmacy, clock: Clock, seed: int) -> events.SaleClosed:
    """A sale of twenty goods as the counter closes it."""
    draw = Random(seed)
    goods = draw.sample([p for p in pharmacy.products if p.in_assortment and p.list_price_fen > 0], LINES)
    now = clock.now()
    lines = tuple(
        events.SaleLine(
            line_id=f"l{no}", no=no, product_id=p.id, generic_name=p.generic_name, brand_name=p.brand_name, form=p.form,
            strength=p.strength, spec=p.spec, unit=p.unit, maker=p.maker, approval_no=p.approval_no, barcode=p.barcode, kind=p.kind,
            rx_class=p.rx_class, quantity=1, list_price_fen=p.list_price_fen, unit_price_fen=p.list_price_fen,
            amount_fen=p.list_price_fen, salesperson=shop.CASHIER, lot_id=f"lot-{no}", lot_no=f"26{no:04d}",
            expires_on=now.date() + timedelta(days=400), lot_source="code",
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
