"""Composes what a till prints (receipts, return slips, X and Z reports) from the events' own facts.

Nothing is computed twice: every sum is the event's. A guessed lot is never printed as fact. Fixed texts come from
`resources/texts/receipt.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Literal

from app.counter.post import TillProfile
from app.devices.ticket import Align, Cell, Code, Columns, Cut, Feed, Line, Rule, Text, Ticket, width
from app.domain.amount import WEIGHED_UNIT, unit_text
from app.domain.money import format_fen
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

Language = Literal["zh", "en"]
CHINA: tzinfo = timezone(timedelta(hours=8), "CST")
"""China keeps one time zone without summer time."""
_SURE_LOT = ("code", "confirmed")
_LOTLESS_KINDS = ("general", "service", "cosmetic")


@dataclass(frozen=True, slots=True)
class PointsLine:
    """What a sale did to a member's points."""

    earned: int
    used: int
    balance: int


@cache
def _texts() -> dict[str, dict[str, str]]:
    """Return the fixed texts by key and language."""
    body = json.loads(resource("texts", "receipt.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, str]] = body["texts"]
    return found


class _Pen:
    """Collects lines in one language; knows how labels, sums and times are written."""

    def __init__(self, language: Language, zone: tzinfo, names: Mapping[str, str]) -> None:
        self._language = language
        self._zone = zone
        self._names = names
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
        return self._names.get(staff_id, staff_id)

    def time(self, at: datetime) -> str:
        """Return a moment in the shop's own time."""
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

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
    store: TillProfile,
    *,
    at: datetime,
    names: Mapping[str, str],
    member: Member | None = None,
    points: PointsLine | None = None,
    footer: Sequence[str] = (),
    reprint: int = 0,
    training: bool = False,
    language: Language = "zh",
    zone: tzinfo = CHINA,
) -> Ticket:
    """Compose the receipt of a sale.

    at: when it was committed. names: staff id -> how the person is printed (name, number, a pharmacist's licence).
    footer: the store's own lines. reprint: 0 for the first paper, else the copy's number.
    """
    pen = _Pen(language, zone, names)
    _head(pen, store, "title.sale", training)
    _facts(pen, number, store, body.cashier, at)
    guides = list(dict.fromkeys(line.salesperson for line in body.lines if line.salesperson not in ("", body.cashier)))
    pen.named("guide", "、".join(map(pen.name, guides)))
    if member is not None:
        masked = f"{_masked_name(member.name)} {_masked_number(member.phone or member.card_no)}".strip()
        pen.named("member", f"{masked} {pen.coded('tier', member.tier)}")
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
    for line_text in footer:
        pen.text(line_text)
    pen.lines.append(Code("qr", number, pen.word("verify")))
    pen.text(pen.word("keep"), align="center")
    _training_mark(pen, training)
    return _marked(pen.ticket("sale", number), reprint, language)


def return_ticket(
    body: ReturnClosed,
    number: str,
    store: TillProfile,
    *,
    at: datetime,
    names: Mapping[str, str],
    member: Member | None = None,
    reprint: int = 0,
    training: bool = False,
    language: Language = "zh",
    zone: tzinfo = CHINA,
) -> Ticket:
    """Compose the slip of a return, or of a whole sale voided by compensation; the customer signs it."""
    pen = _Pen(language, zone, names)
    _head(pen, store, "title.void" if body.kind == "void" else "title.return", training)
    _facts(pen, number, store, body.cashier, at)
    pen.named("original", body.original_number)
    pen.named("reason", pen.coded("reason", body.reason))
    pen.named("approved", pen.name(body.approved_by) if body.approved_by else "")
    if member is not None:
        pen.named("member", f"{_masked_name(member.name)} {_masked_number(member.phone or member.card_no)}".strip())
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
    _training_mark(pen, training)
    return _marked(pen.ticket(body.kind, number), reprint, language)


def x_ticket(
    totals: ShiftTotals,
    number: str,
    store: TillProfile,
    *,
    cashier: str,
    opened_at: datetime,
    at: datetime,
    names: Mapping[str, str],
    tender_titles: Mapping[str, str],
    expected_shown: bool = False,
    training: bool = False,
    language: Language = "zh",
    zone: tzinfo = CHINA,
) -> Ticket:
    """Compose the running report of an open shift.

    Cash is left blank unless `expected_shown`, or the count at closing would not be blind. tender_titles: method ->
    how it is printed.
    """
    pen = _Pen(language, zone, names)
    _head(pen, store, "title.x", training)
    pen.named("till", store.till_title or store.till)
    pen.named("cashier", pen.name(cashier))
    pen.named("shift.opened", pen.time(opened_at))
    pen.named("shift.printed", pen.time(at))
    _totals(pen, totals, tender_titles, cash_shown=expected_shown)
    _cash_moves(pen, totals)
    if expected_shown:
        pen.sum(pen.word("expected"), totals.expected_cash_fen, bold=True)
    _watch(pen, totals, {})
    _training_mark(pen, training)
    return pen.ticket("x", number)


def z_ticket(
    body: ShiftClosed,
    number: str,
    store: TillProfile,
    *,
    at: datetime,
    names: Mapping[str, str],
    tender_titles: Mapping[str, str],
    reprint: int = 0,
    training: bool = False,
    language: Language = "zh",
    zone: tzinfo = CHINA,
) -> Ticket:
    """Compose the report that seals a shift: totals, the count, the difference, what goes to the safe."""
    pen = _Pen(language, zone, names)
    _head(pen, store, "title.z", training)
    pen.pair(pen.word("z_no"), f"{body.z_no:06d}", bold=True)
    pen.named("number", number)
    pen.named("till", store.till_title or body.till)
    pen.named("cashier", pen.name(body.staff_id))
    pen.named("shift.opened", pen.time(body.opened_at))
    pen.named("shift.closed", pen.time(at))
    pen.named("shift.next", pen.name(body.handed_to) if body.handed_to else "")
    _totals(pen, body.totals, tender_titles, cash_shown=True)
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
    pen.named("difference_reason", body.difference_reason)
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
    _training_mark(pen, training)
    return _marked(pen.ticket("z", number), reprint, language)


def day_ticket(
    body: DayClosed,
    number: str,
    store: TillProfile,
    *,
    at: datetime,
    tender_titles: Mapping[str, str],
    reprint: int = 0,
    training: bool = False,
    language: Language = "zh",
    zone: tzinfo = CHINA,
) -> Ticket:
    """Compose the slip that closes the store's business day over all its shifts."""
    pen = _Pen(language, zone, {})
    _head(pen, store, "title.day", training)
    pen.named("day", body.day.isoformat())
    pen.named("number", number)
    pen.named("shift.printed", pen.time(at))
    pen.pair(pen.word("shifts"), str(len(body.shifts)))
    _totals(pen, body.totals, tender_titles, cash_shown=True)
    _cash_moves(pen, body.totals)
    _watch(pen, body.totals, {})
    pen.rule()
    pen.sum(pen.word("perpetual"), body.perpetual_fen)
    pen.named("backup", body.backup[:16])
    _training_mark(pen, training)
    return _marked(pen.ticket("day", number), reprint, language)


def reprinted(ticket: Ticket, copy_no: int, language: Language = "zh") -> Ticket:
    """Return the very same slip under the mark of a reprint; its body stays line for line what it was."""
    mark = _texts()["mark.reprint"][language].format(n=copy_no)
    return Ticket((Text(f"*** {mark} ***", True, 1, "center"), *ticket.lines), ticket.kind, ticket.number)


def _marked(ticket: Ticket, copy_no: int, language: Language) -> Ticket:
    """Return the slip as it is for the first paper, marked for every later one."""
    return reprinted(ticket, copy_no, language) if copy_no else ticket


def _head(pen: _Pen, store: TillProfile, title: str, training: bool) -> None:
    """Add the store's own lines and what kind of slip this is."""
    pen.text(store.store_name, bold=True, big=True, align="center")
    pen.text(store.branch, align="center")
    pen.text(pen.word(title), bold=True, align="center")
    _training_mark(pen, training)
    if store.licence_no:
        pen.text(pen.word("licence", no=store.licence_no), align="center")
    pen.text(store.address, align="center")
    if store.phone:
        pen.text(f"{pen.word('phone')} {store.phone}", align="center")
    pen.rule("=")


def _training_mark(pen: _Pen, training: bool) -> None:
    """Say, large, that this is an exercise."""
    if training:
        pen.text(pen.word("mark.training"), bold=True, big=True, align="center")
        pen.text(pen.word("mark.no_receipt"), bold=True, align="center")


def _facts(pen: _Pen, number: str, store: TillProfile, cashier: str, at: datetime) -> None:
    """Add number, till, cashier and time."""
    pen.named("number", number)
    pen.named("time", pen.time(at))
    pen.text(f"{pen.word('till')} {store.till_title or store.till}  {pen.word('cashier')} {pen.name(cashier)}")


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


def _totals(pen: _Pen, totals: ShiftTotals, titles: Mapping[str, str], *, cash_shown: bool) -> None:
    """Add the sales figures and what every tender took."""
    pen.rule("=")
    pen.text(pen.word("group.sales"), bold=True)
    pen.sum(pen.word("sales", n=totals.sales), totals.sales_fen)
    pen.sum(pen.word("returns", n=totals.returns), -totals.returns_fen)
    pen.sum(pen.word("voids", n=totals.voids), -totals.voids_fen)
    pen.sum(pen.word("net"), totals.sales_fen - totals.returns_fen - totals.voids_fen, bold=True)
    pen.sum(pen.word("cuts"), totals.cuts_fen)
    pen.sum(pen.word("rounding"), totals.rounding_fen)
    pen.pair(pen.word("member_sales"), str(totals.member_sales))
    pen.pair(pen.word("rx_sales"), str(totals.rx_sales))
    pen.rule()
    pen.text(pen.word("group.tenders"), bold=True)
    for tender in totals.tenders:
        _tender_total(pen, tender, titles, shown=cash_shown or tender.method != "cash")


def _tender_total(pen: _Pen, tender: TenderTotal, titles: Mapping[str, str], *, shown: bool) -> None:
    """Add one tender's net sum, and its refunds under it."""
    title = titles.get(tender.method) or pen.coded("tender", tender.method)
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


def _masked_name(name: str) -> str:
    """Return a person's name with all but its first character hidden."""
    return name[:1] + "*" * min(2, len(name) - 1) if name else ""


def _masked_number(number: str) -> str:
    """Return a phone or card number with only its last four digits, and a phone's first three."""
    if len(number) == 11:
        return f"{number[:3]}****{number[-4:]}"
    return f"****{number[-4:]}" if number else ""
