"""Composes what a till prints (receipts, return slips, X and Z reports) from the events' own facts.

Nothing is computed twice: every sum is the event's. A guessed lot is never printed as fact. Fixed texts come from
`resources/texts/receipt.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import Literal

from app.counter.post import TillProfile
from app.devices.ticket import Align, Cell, Code, Columns, Cut, Feed, Line, Rule, Text, Ticket, width
from app.domain.amount import WEIGHED_UNIT, unit_text
from app.domain.masking import mask_card, mask_name, mask_phone
from app.domain.money import format_fen
from app.domain.reasons import Reason, parse_reasons, reason_text
from app.records.clock import SHOP_TIME
from app.records.events import (
    DayClosed,
    ReturnClosed,
    SaleClosed,
    SaleLine,
    ShiftClosed,
    ShiftTotals,
    Tender,
    TenderTotal,
)
from app.records.people import Member
from app.records.resources import resource
from app.store.open_store import Store
from app.store.settings import Settings

Language = Literal["zh", "en"]
_SURE_LOT = ("code", "confirmed")
_LOTLESS_KINDS = ("general", "service", "cosmetic")


@dataclass(frozen=True, slots=True)
class PointsLine:
    """What a sale did to a member's points."""

    earned: int
    used: int
    balance: int


@dataclass(frozen=True, slots=True)
class Faces:
    """How this till's facts look on paper: the store, its people and members, tender titles, language and own lines.

    staff, member, tender: id -> how it is printed (or None, or '' when unknown); asked when a slip is composed.
    """

    till: TillProfile
    staff: Callable[[str], str]
    member: Callable[[str], Member | None]
    tender: Callable[[str], str]
    language: Language = "zh"
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    training: bool = False
    zone: tzinfo = SHOP_TIME

    @classmethod
    def of(cls, till: TillProfile, settings: Settings, store: Store) -> Faces:
        """The faces of a till by its settings and what its store knows."""
        language: Language = "en" if settings.get("ui.language") == "en" else "zh"

        def staff(staff_id: str) -> str:
            found = store.people.staff_by_id(staff_id)
            return f"{found.name} {found.code} {found.licence_no}".rstrip() if found else ""

        def tender(method: str) -> str:
            rows = [row for row in settings.get("tender.methods") if row["id"] == method]
            return str(rows[0][f"title_{language}"]) if rows else ""

        header, footer = settings.get("paper.header"), settings.get("paper.footer")
        return cls(till, staff, store.people.member, tender, language, tuple(header), tuple(footer))


@cache
def _reasons() -> Mapping[str, tuple[Reason, ...]]:
    """Return the words of coded reasons."""
    return parse_reasons(json.loads(resource("texts", "reasons.json").read_text(encoding="utf-8")))


@cache
def _texts() -> dict[str, dict[str, str]]:
    """Return the fixed texts by key and language."""
    body = json.loads(resource("texts", "receipt.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, str]] = body["texts"]
    return found


class _Pen:
    """Collects lines in one language; knows how labels, sums and times are written."""

    def __init__(self, faces: Faces) -> None:
        self.faces = faces
        self._language = faces.language
        self.lines: list[Line] = []

    def word(self, key: str, **facts: object) -> str:
        """Return a fixed text with its blanks filled."""
        text = _texts()[key][self._language]
        return text.format(**facts) if facts else text

    def coded(self, group: str, code: str) -> str:
        """Return the text of a code, or the code itself when this version has no text for it."""
        found = _texts().get(f"{group}.{code}")
        return found[self._language] if found else code

    def title(self, zh: str, en: str) -> str:
        """Return the title of an offer or tender in the paper's language."""
        return en if self._language == "en" and en else zh

    def name(self, staff_id: str) -> str:
        """Return how a person is printed; an id nobody knows is printed as it is."""
        return self.faces.staff(staff_id) or staff_id

    def reason(self, group: str, code: str) -> str:
        """Return the words of a coded reason."""
        return reason_text(_reasons(), group, code).of(self._language) if code else ""

    def time(self, at: datetime) -> str:
        """Return a moment in the shop's own time."""
        return at.astimezone(self.faces.zone).strftime("%Y-%m-%d %H:%M:%S")

    def text(self, text: str, *, bold: bool = False, big: bool = False, align: Align = "left") -> None:
        """Add a paragraph, if there is anything to say."""
        if text:
            self.lines.append(Text(text, bold, 2 if big else 1, align))

    def detail(self, text: str) -> None:
        """Add a paragraph two cells in from the edge, every row of it."""
        self.lines.append(Columns((Cell("", 1), Cell(text))))

    def named(self, key: str, value: str) -> None:
        """Add `label value`, unless the value is empty."""
        if value:
            self.text(f"{self.word(key)} {value}")

    def member(self, member_id: str) -> None:
        """Add a member with name and number masked, if there is one and this till knows them."""
        member = self.faces.member(member_id) if member_id else None
        if member is not None:
            number = mask_phone(member.phone) if member.phone else mask_card(member.card_no)
            self.named("member", f"{mask_name(member.name)} {number} {self.coded('tier', member.tier)}".strip())

    def pair(self, left: str, right: str, *, bold: bool = False, big: bool = False) -> None:
        """Add a label at the left edge and a value at the right edge."""
        self.lines.append(Columns((Cell(left), Cell(right, width(right), "right")), bold, 2 if big else 1))

    def sum(self, left: str, fen: int, *, bold: bool = False) -> None:
        """Add a label and a sum of money."""
        self.pair(left, format_fen(fen), bold=bold)

    def rule(self, char: str = "-") -> None:
        """Add a line across the paper."""
        self.lines.append(Rule(char))

    def ticket(self, kind: str, number: str) -> Ticket:
        """Return the finished slip, cut off at the end."""
        return Ticket((*self.lines, Feed(1), Cut()), kind, number)


def sale_ticket(
    body: SaleClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    points: PointsLine | None = None,
    reprint: int = 0,
) -> Ticket:
    """Compose the receipt of a sale.

    number, at: as committed. reprint: 0 for the first paper, else the copy's number.
    """
    pen = _Pen(faces)
    _head(pen, "title.sale")
    _facts(pen, number, body.cashier, at)
    guides = list(dict.fromkeys(line.salesperson for line in body.lines if line.salesperson not in ("", body.cashier)))
    pen.named("guide", "、".join(map(pen.name, guides)))
    pen.member(body.member_id)
    pen.rule("=")
    pen.lines.append(_row(pen.word("column.quantity"), pen.word("column.price"), pen.word("column.amount")))
    pen.rule()
    cuts_of = _cuts_by_line(pen, body)
    for line in body.lines:
        _sale_line(pen, line, cuts_of.get(line.line_id, {}))
    pen.rule()
    _sums(pen, body)
    if points is not None:
        pen.text(pen.word("points", earned=points.earned, used=points.used, balance=points.balance))
    if body.reviews:
        pen.text(pen.word("reviewed"))
    if body.pharmacist and any(line.rx_class == "rx" for line in body.lines):
        pen.named("pharmacist", pen.name(body.pharmacist))
    if body.invoice_wanted:
        pen.text(pen.word("invoice"))
    pen.rule()
    pen.text(pen.word("no_return"))
    pen.text(pen.word("complaint"))
    for line_text in faces.footer:
        pen.text(line_text)
    pen.lines.append(Code("qr", number, pen.word("verify")))
    pen.text(pen.word("keep"), align="center")
    _training_mark(pen)
    return _marked(pen.ticket("sale", number), reprint, faces.language)


def return_ticket(
    body: ReturnClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    reprint: int = 0,
) -> Ticket:
    """Compose the slip of a return, or of a whole sale voided by compensation; the customer signs it."""
    pen = _Pen(faces)
    _head(pen, "title.void" if body.kind == "void" else "title.return")
    _facts(pen, number, body.cashier, at)
    pen.named("original", body.original_number)
    pen.named("reason", pen.reason("void" if body.kind == "void" else "return", body.reason))
    pen.named("approved", pen.name(body.approved_by) if body.approved_by else "")
    pen.member(body.member_id)
    pen.rule("=")
    for line in body.lines:
        pen.text(line.generic_name, bold=True)
        if line.spec:
            pen.detail(line.spec)
        left = f"  {unit_text(line.quantity, line.unit)} {pen.coded('zone', line.zone)}"
        pen.pair(left, format_fen(-line.amount_fen))
        if line.lot_no:
            pen.detail(f"{pen.word('lot')} {line.lot_no}")
        _trace_codes(pen, (code.code for code in line.codes))
    pen.rule()
    if body.rounding_fen:
        pen.sum(pen.word("rounding"), body.rounding_fen)
    pen.pair(pen.word("refund"), f"￥{format_fen(body.total_fen)}", bold=True, big=True)
    for refund in body.refunds:
        pen.sum(_tender_title(pen, refund), -abs(refund.amount_fen))
    pen.rule()
    pen.lines.append(Feed(1))
    pen.text(pen.word("signature.customer"))
    pen.lines.append(Code("qr", number))
    _training_mark(pen)
    return _marked(pen.ticket(body.kind, number), reprint, faces.language)


def x_ticket(
    totals: ShiftTotals,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    cashier: str,
    opened_at: datetime,
    expected_shown: bool = False,
) -> Ticket:
    """Compose the running report of an open shift.

    Unless `expected_shown`, cash and every sum that cash could be worked out from stay blank, or the count at closing
    would not be blind.
    """
    pen = _Pen(faces)
    _head(pen, "title.x")
    pen.named("till", faces.till.till_title or faces.till.till)
    pen.named("cashier", pen.name(cashier))
    pen.named("shift.opened", pen.time(opened_at))
    pen.named("shift.printed", pen.time(at))
    _totals(pen, totals, cash_shown=expected_shown)
    _cash_moves(pen, totals)
    if expected_shown:
        pen.sum(pen.word("expected"), totals.expected_cash_fen, bold=True)
    _watch(pen, totals, {})
    _training_mark(pen)
    return pen.ticket("x", number)


def z_ticket(
    body: ShiftClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    reprint: int = 0,
) -> Ticket:
    """Compose the report that seals a shift: totals, the count, the difference, what goes to the safe."""
    pen = _Pen(faces)
    _head(pen, "title.z")
    pen.pair(pen.word("z_no"), f"{body.z_no:06d}", bold=True)
    pen.named("number", number)
    pen.named("till", faces.till.till_title or body.till)
    pen.named("cashier", pen.name(body.staff_id))
    pen.named("shift.opened", pen.time(body.opened_at))
    pen.named("shift.closed", pen.time(at))
    pen.named("shift.next", pen.name(body.handed_to) if body.handed_to else "")
    _totals(pen, body.totals, cash_shown=True)
    _cash_moves(pen, body.totals)
    pen.sum(pen.word("expected"), body.totals.expected_cash_fen)
    for no, count in enumerate(body.counts, 1):
        pen.sum(pen.word("count", n=no), count.counted_fen)
        if no == len(body.counts):
            for piece in count.pieces:
                if piece.pieces:
                    left = f"  {format_fen(piece.denomination_fen)} × {piece.pieces}"
                    pen.sum(left, piece.denomination_fen * piece.pieces)
    pen.sum(pen.word("counted"), body.counted_fen, bold=True)
    difference = "over" if body.difference_fen > 0 else "short" if body.difference_fen < 0 else "even"
    pen.sum(pen.word(difference), body.difference_fen, bold=True)
    pen.named("difference_reason", pen.reason("difference", body.difference_reason))
    pen.sum(pen.word("float_left"), body.float_left_fen)
    pen.pair(pen.word("remit"), f"￥{format_fen(body.remit_fen)}", bold=True, big=True)
    left_open = {
        "held_baskets": body.held_baskets,
        "unsent_events": body.unsent_events,
        "unprinted_jobs": body.unprinted_jobs,
    }
    _watch(pen, body.totals, left_open)
    pen.rule()
    pen.sum(pen.word("perpetual"), body.perpetual_fen)
    for signature in ("signature.cashier", "signature.next"):
        pen.lines.append(Feed(1))
        pen.text(pen.word(signature))
    pen.lines.append(Code("qr", number))
    _training_mark(pen)
    return _marked(pen.ticket("z", number), reprint, faces.language)


def day_ticket(
    body: DayClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    reprint: int = 0,
) -> Ticket:
    """Compose the slip that closes the store's business day over all its shifts."""
    pen = _Pen(faces)
    _head(pen, "title.day")
    pen.named("day", body.day.isoformat())
    pen.named("number", number)
    pen.named("shift.printed", pen.time(at))
    pen.pair(pen.word("shifts"), str(len(body.shifts)))
    _totals(pen, body.totals, cash_shown=True)
    _cash_moves(pen, body.totals)
    _watch(pen, body.totals, {})
    pen.rule()
    pen.sum(pen.word("perpetual"), body.perpetual_fen)
    pen.named("backup", body.backup[:16])
    _training_mark(pen)
    return _marked(pen.ticket("day", number), reprint, faces.language)


def reprinted(ticket: Ticket, copy_no: int, language: Language = "zh") -> Ticket:
    """Return the very same slip under the mark of a reprint; its body stays line for line what it was."""
    mark = _texts()["mark.reprint"][language].format(n=copy_no)
    return Ticket((Text(f"*** {mark} ***", True, 1, "center"), *ticket.lines), ticket.kind, ticket.number)


def _marked(ticket: Ticket, copy_no: int, language: Language) -> Ticket:
    """Return the slip as it is for the first paper, marked for every later one."""
    return reprinted(ticket, copy_no, language) if copy_no else ticket


def _head(pen: _Pen, title: str) -> None:
    """Add the store's own lines and what kind of slip this is."""
    till = pen.faces.till
    pen.text(till.store_name, bold=True, big=True, align="center")
    pen.text(till.branch, align="center")
    pen.text(pen.word(title), bold=True, align="center")
    _training_mark(pen)
    if till.licence_no:
        pen.text(pen.word("licence", no=till.licence_no), align="center")
    pen.text(till.address, align="center")
    if till.phone:
        pen.text(f"{pen.word('phone')} {till.phone}", align="center")
    for line_text in pen.faces.header:
        pen.text(line_text, align="center")
    pen.rule("=")


def _training_mark(pen: _Pen) -> None:
    """Say, large, that this is an exercise."""
    if pen.faces.training:
        pen.text(pen.word("mark.training"), bold=True, big=True, align="center")
        pen.text(pen.word("mark.no_receipt"), bold=True, align="center")


def _facts(pen: _Pen, number: str, cashier: str, at: datetime) -> None:
    """Add number, till, cashier and time."""
    pen.named("number", number)
    pen.named("time", pen.time(at))
    till = pen.faces.till
    pen.text(f"{pen.word('till')} {till.till_title or till.till}  {pen.word('cashier')} {pen.name(cashier)}")


def _row(quantity: str, price: str, amount: str) -> Columns:
    """Return one row of the goods table."""
    return Columns((Cell(f"  {quantity}"), Cell(price, 9, "right"), Cell(amount, 10, "right")))


def _sale_line(pen: _Pen, line: SaleLine, cuts: Mapping[str, int]) -> None:
    """Add everything the law and the customer need about one line; the amounts add up to the subtotal."""
    name = f"{line.generic_name}（{line.brand_name}）" if line.brand_name else line.generic_name
    marks = [pen.word("mark.rx")] if line.rx_class == "rx" else []
    if line.unit_level == "split":
        marks.append(pen.word("mark.split"))
    pen.text(" ".join((f"{line.no}.", *marks, name)), bold=True)
    strength = "" if line.strength and line.strength in line.spec else line.strength
    about = " ".join(part for part in (line.form, strength, line.spec) if part)
    if about:
        pen.detail(about)
    weighed = line.unit == WEIGHED_UNIT
    price = f"{format_fen(line.unit_price_fen * 100)}/g" if weighed else format_fen(line.unit_price_fen)
    before_cuts = format_fen(line.quantity * line.unit_price_fen)
    pen.lines.append(_row(unit_text(line.quantity, line.unit), price, before_cuts))
    for title, fen in cuts.items():
        pen.pair(f"   └ {title}", format_fen(-fen))
    if line.maker:
        pen.detail(f"{pen.word('maker')} {line.maker}")
    if line.holder and line.holder != line.maker:
        pen.detail(f"{pen.word('holder')} {line.holder}")
    if line.origin and line.kind == "tcm":
        pen.detail(f"{pen.word('origin')} {line.origin}")
    _lot(pen, line)
    _trace_codes(pen, (code.code for code in line.codes))


def _lot(pen: _Pen, line: SaleLine) -> None:
    """Add lot and near expiry where they are facts; a guess sends the customer to the box in the hand."""
    if line.lot_source in _SURE_LOT and line.lot_no:
        expiry = ""
        if line.near_expiry and line.expires_on is not None:
            expiry = "  " + pen.word("expiry.near", day=line.expires_on.isoformat())
        pen.detail(f"{pen.word('lot')} {line.lot_no}{expiry}")
    elif line.kind not in _LOTLESS_KINDS:
        pen.detail(pen.word("lot.on_box"))
        if line.near_expiry:
            pen.detail(pen.word("near.on_box"))


def _trace_codes(pen: _Pen, codes: Iterable[str]) -> None:
    """Add the trace codes in full; several share a row as far as the paper is wide."""
    listed = list(codes)
    if len(listed) == 1:
        pen.detail(f"{pen.word('trace')} {listed[0]}")
    elif listed:
        pen.detail(f"{pen.word('trace')} ({len(listed)})")
        pen.detail(" ".join(listed))


def _cuts_by_line(pen: _Pen, body: SaleClosed) -> dict[str, dict[str, int]]:
    """Return line id -> title of the cause -> fen; rounding belongs to the whole sale and is left out."""
    found: dict[str, dict[str, int]] = {}
    for cut in body.cuts:
        if cut.cause_kind != "rounding" and cut.amount_fen:
            of_line = found.setdefault(cut.line_id, {})
            title = pen.title(cut.title_zh, cut.title_en)
            of_line[title] = of_line.get(title, 0) + cut.amount_fen
    return found


def _sums(pen: _Pen, body: SaleClosed) -> None:
    """Add subtotal, every cause of a cut, rounding, payable, tenders and change."""
    if any(line.unit == WEIGHED_UNIT for line in body.lines):
        pen.text(pen.word("goods.lines", lines=len(body.lines)))
    else:
        pieces = sum(line.quantity for line in body.lines)
        pen.text(pen.word("goods", lines=len(body.lines), pieces=pieces))
    pen.sum(pen.word("subtotal"), body.subtotal_fen)
    causes: dict[tuple[str, str], tuple[str, int]] = {}
    for cut in body.cuts:
        if cut.cause_kind != "rounding" and cut.amount_fen:
            key = (cut.cause_kind, cut.cause_id)
            title, fen = causes.get(key, (pen.title(cut.title_zh, cut.title_en), 0))
            causes[key] = (title, fen + cut.amount_fen)
    for title, fen in causes.values():
        pen.sum(f"  {title}", -fen)
    cut_fen = sum(fen for _, fen in causes.values())
    # What is left between the lines and the sum is rounding, whichever way the shop rounds.
    rounding = body.payable_fen - (body.subtotal_fen - cut_fen)
    if rounding:
        pen.sum(f"  {pen.word('rounding')}", rounding)
    pen.pair(pen.word("payable"), f"￥{format_fen(body.payable_fen)}", bold=True, big=True)
    for tender in body.tenders:
        title = _tender_title(pen, tender)
        handed = tender.handed_fen if tender.kind == "cash" else tender.amount_fen
        pen.sum(pen.word("handed", title=title) if tender.kind == "cash" else title, handed)
    if body.change_fen:
        pen.sum(pen.word("change"), body.change_fen)
    if cut_fen > 0:
        pen.sum(pen.word("saved"), cut_fen)


def _tender_title(pen: _Pen, tender: Tender) -> str:
    """Return a tender's title with the last digits its own device showed."""
    title = pen.title(tender.title_zh, tender.title_en)
    return f"{title} *{tender.last_digits}" if tender.last_digits else title


def _totals(pen: _Pen, totals: ShiftTotals, *, cash_shown: bool) -> None:
    """Add the sales figures and what every tender took."""
    pen.rule("=")
    pen.text(pen.word("group.sales"), bold=True)
    net = totals.sales_fen - totals.returns_fen - totals.voids_fen
    sums = (
        (pen.word("sales", n=totals.sales), totals.sales_fen, False),
        (pen.word("returns", n=totals.returns), -totals.returns_fen, False),
        (pen.word("voids", n=totals.voids), -totals.voids_fen, False),
        (pen.word("net"), net, True),
    )
    for title, fen, bold in sums:
        # All tenders make up the net sum: with it and the other tenders on paper, cash would be a subtraction away.
        pen.pair(title, format_fen(fen) if cash_shown else pen.word("hidden"), bold=bold)
    pen.sum(pen.word("cuts"), totals.cuts_fen)
    pen.sum(pen.word("rounding"), totals.rounding_fen)
    pen.pair(pen.word("member_sales"), str(totals.member_sales))
    pen.pair(pen.word("rx_sales"), str(totals.rx_sales))
    pen.rule()
    pen.text(pen.word("group.tenders"), bold=True)
    for tender in totals.tenders:
        _tender_total(pen, tender, shown=cash_shown or tender.method != "cash")


def _tender_total(pen: _Pen, tender: TenderTotal, *, shown: bool) -> None:
    """Add one tender's net sum, and its refunds under it."""
    title = pen.faces.tender(tender.method) or tender.method
    if not shown:
        pen.pair(f"{title} {tender.sales}", pen.word("hidden"))
        return
    pen.sum(f"{title} {tender.sales}", tender.amount_fen - tender.refund_fen)
    if tender.refunds:
        pen.sum(f"  {pen.word('tender.refunds', n=tender.refunds)}", -tender.refund_fen)


def _cash_moves(pen: _Pen, totals: ShiftTotals) -> None:
    """Add float and cash moved without a sale."""
    pen.rule()
    pen.text(pen.word("group.cash"), bold=True)
    pen.sum(pen.word("float"), totals.float_fen)
    pen.sum(pen.word("cash_in"), totals.cash_in_fen)
    pen.sum(pen.word("cash_out"), -totals.cash_out_fen)


def _watch(pen: _Pen, totals: ShiftTotals, left_open: Mapping[str, int]) -> None:
    """Add what a manager looks at: price changes, removals, opened drawers, reprints, what is still open."""
    counts = {
        "price_changes": totals.price_changes,
        "dropped_lines": totals.dropped_lines,
        "dropped_baskets": totals.dropped_baskets,
        "drawer_opens": totals.drawer_opens,
        "reprints": totals.reprints,
        "corrections": totals.corrections,
        **left_open,
    }
    pen.rule()
    pen.text(pen.word("group.watch"), bold=True)
    for key, count in counts.items():
        pen.pair(pen.word(key), str(count))
