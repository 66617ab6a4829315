"""Composes what a till prints (receipts, return slips, X and Z reports, cash slips) from the events' own facts.

Nothing is computed twice: every sum is the event's. A guessed lot is never printed as fact. Fixed texts come from
`resources/texts/receipt.json`, the order of a receipt's blocks from its template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.counter.pen import Faces, Language, Pen, fixed_text
from app.devices.ticket import Cell, Code, Feed, Text, Ticket
from app.domain import verdict
from app.domain.amount import WEIGHED_UNIT, unit_text
from app.domain.invoice import InvoiceTitle
from app.domain.money import format_fen
from app.records.events import (
    CashMoved,
    DayClosed,
    ReturnClosed,
    SaleClosed,
    SaleLine,
    ShiftClosed,
    ShiftTotals,
    StoredLoaded,
    StoredPaidOut,
    Tender,
    TenderTotal,
)

_SURE_LOT = ("code", "confirmed")
_LOTLESS_KINDS = ("general", "service", "cosmetic")


@dataclass(frozen=True, slots=True)
class PointsLine:
    """What a sale did to a member's points: closing = opening + earned - spent."""

    opening: int
    earned: int
    spent: int
    closing: int


@dataclass(frozen=True, slots=True)
class StoredLine:
    """What a paper did to a member's stored value, in fen: closing = opening + change."""

    opening_fen: int
    change_fen: int

    @property
    def closing_fen(self) -> int:
        """What is left."""
        return self.opening_fen + self.change_fen


@dataclass(frozen=True, slots=True)
class _Sale:
    """All that the blocks of a receipt draw from."""

    body: SaleClosed
    number: str
    at: datetime
    points: PointsLine | None
    invoice: InvoiceTitle
    taken: Sequence[verdict.Text]
    stored: StoredLine | None


def sale_ticket(
    body: SaleClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    points: PointsLine | None = None,
    invoice: InvoiceTitle | None = None,
    taken: Sequence[verdict.Text] = (),
    stored: StoredLine | None = None,
    reprint: int = 0,
) -> Ticket:
    """Compose the receipt of a sale, block by block as the shop's template says.

    number, at: as committed. points: what the sale did to the member's points, where it is known. invoice: the title the
    buyer named. taken: the old articles that were taken back. stored: what it did to stored value, where that paid.
    reprint: 0 for the first paper, else the copy's number.
    """
    pen = Pen(faces)
    sale = _Sale(body, number, at, points, invoice or InvoiceTitle(""), taken, stored)
    for block in pen.look.template.blocks:
        _BLOCKS[block](pen, sale)
        if block == "title" or ("title" not in pen.look.template.blocks and block == "store"):
            pen.training()
    pen.training()
    return _marked(pen.ticket("sale", number), reprint, pen.look.language)


def _title(pen: Pen, _sale: _Sale) -> None:
    pen.text(pen.word("title.sale"), bold=True, align="center")


def _header(pen: Pen, _sale: _Sale) -> None:
    for line in pen.look.template.header:
        pen.text(line, align="center")


def _footer(pen: Pen, _sale: _Sale) -> None:
    for line in pen.look.template.footer:
        pen.text(line)


def _guide(pen: Pen, sale: _Sale) -> None:
    people = dict.fromkeys(line.salesperson for line in sale.body.lines if line.salesperson not in ("", sale.body.cashier))
    pen.named("guide", "、".join(map(pen.name, people)))


def _lines(pen: Pen, sale: _Sale) -> None:
    """Add the goods under their head; the amounts add up to the subtotal."""
    template = pen.look.template
    if not template.labels:
        pen.text(pen.word("legend"))
    pen.figures((), pen.word("column.quantity"), pen.word("column.price"), pen.word("column.amount"))
    pen.rule()
    cuts_of = _cuts_by_line(pen, sale.body) if "cuts" in template.fields else {}
    for line in sale.body.lines:
        _sale_line(pen, line, cuts_of.get(line.line_id, {}))


def _sale_line(pen: Pen, line: SaleLine, cuts: Mapping[str, int]) -> None:
    """Add everything the law and the customer need about one line."""
    template = pen.look.template
    shown = template.fields
    name = f"{line.generic_name}（{line.brand_name}）" if line.brand_name and "brand" in shown else line.generic_name
    marks = [pen.word("mark.rx")] if line.rx_class == "rx" else []
    if line.unit_level == "split":
        marks.append(pen.word("mark.split"))
    pen.text("".join((f"{line.no}.", *marks, name)), bold=template.bold_names)
    strength = "" if line.strength and line.strength in line.spec else line.strength
    about = [part for part in (line.form, strength, line.spec) if part]
    weighed = line.unit == WEIGHED_UNIT
    price = f"{format_fen(line.unit_price_fen * 100)}/g" if weighed else format_fen(line.unit_price_fen)
    before_cuts = format_fen(line.quantity * line.unit_price_fen)
    pen.figures(about, unit_text(line.quantity, line.unit), price, before_cuts)
    for title, fen in cuts.items():
        amount = format_fen(-fen)
        pen.detail((f"  └ {title}",), Cell(amount, len(amount), "right"))
    pen.detail(_made_by(pen, line) + _lot(pen, line) + _codes(pen, (code.code for code in line.codes)))


def _made_by(pen: Pen, line: SaleLine) -> list[str]:
    """Return maker, authorisation holder where it is another, and the origin of herbs."""
    labels = pen.look.template.labels
    facts = []
    if line.maker:
        facts.append(f"{pen.word('maker')} {line.maker}" if labels else line.maker)
    if line.holder and line.holder != line.maker:
        facts.append(f"{pen.word('holder' if labels else 'holder.short')} {line.holder}")
    if line.origin and line.kind == "tcm":
        facts.append(f"{pen.word('origin')} {line.origin}")
    return facts


def _lot(pen: Pen, line: SaleLine) -> list[str]:
    """Return lot and near expiry where they are facts; a guess sends the customer to the box in the hand."""
    if line.lot_source in _SURE_LOT and line.lot_no:
        facts = [f"{pen.word('lot')}{line.lot_no}"]
        if line.near_expiry and line.expires_on is not None:
            facts.append(pen.word("expiry.near", day=line.expires_on.isoformat()))
        return facts
    if line.kind in _LOTLESS_KINDS:
        return []
    return [pen.word("near.on_box" if line.near_expiry else "lot.on_box")]


def _codes(pen: Pen, codes: Iterable[str]) -> list[str]:
    """Return the trace codes in full, as the law wants them."""
    listed = list(codes)
    if listed and pen.look.template.labels:
        listed[0] = f"{pen.word('trace')} {listed[0]}"
    return listed


def _cuts_by_line(pen: Pen, body: SaleClosed) -> dict[str, dict[str, int]]:
    """Return line id -> title of the cause -> fen; rounding belongs to the whole sale and is left out."""
    found: dict[str, dict[str, int]] = {}
    for cut in body.cuts:
        if cut.cause_kind != "rounding" and cut.amount_fen:
            of_line = found.setdefault(cut.line_id, {})
            title = pen.title(cut.title_zh, cut.title_en)
            of_line[title] = of_line.get(title, 0) + cut.amount_fen
    return found


def _causes(pen: Pen, body: SaleClosed) -> list[tuple[str, int]]:
    """Return every cause of a cut with all that it took off."""
    causes: dict[tuple[str, str], tuple[str, int]] = {}
    for cut in body.cuts:
        if cut.cause_kind != "rounding" and cut.amount_fen:
            key = (cut.cause_kind, cut.cause_id)
            title, fen = causes.get(key, (pen.title(cut.title_zh, cut.title_en), 0))
            causes[key] = (title, fen + cut.amount_fen)
    return list(causes.values())


def _sums(pen: Pen, sale: _Sale) -> None:
    """Add subtotal, every cause of a cut, rounding and payable."""
    body = sale.body
    if any(line.unit == WEIGHED_UNIT for line in body.lines):
        count = pen.word("goods.lines", lines=len(body.lines))
    else:
        count = pen.word("goods", lines=len(body.lines), pieces=sum(line.quantity for line in body.lines))
    pen.sum(f"{count}  {pen.word('subtotal')}", body.subtotal_fen)
    causes = _causes(pen, body)
    for title, fen in causes:
        pen.sum(f"  {title}", -fen)
    # What is left between the lines and the sum is rounding, whichever way the shop rounds.
    rounding = body.payable_fen - (body.subtotal_fen - sum(fen for _, fen in causes))
    if rounding:
        pen.sum(f"  {pen.word('rounding')}", rounding)
    if sale.taken:
        pen.named("trade", "、".join(pen.title(article.zh, article.en) for article in sale.taken))
    pen.pair(pen.word("payable"), f"￥{format_fen(body.payable_fen)}", bold=True, big=True)


def _tenders(pen: Pen, sale: _Sale) -> None:
    """Add what was handed over, tender by tender, and the change."""
    for tender in sale.body.tenders:
        title = pen.tender(tender)
        handed = tender.handed_fen if tender.kind == "cash" else tender.amount_fen
        pen.sum(pen.word("handed", title=title) if tender.kind == "cash" else title, handed)
    if sale.body.change_fen:
        pen.sum(pen.word("change"), sale.body.change_fen)
    if sale.stored is not None:
        pen.sum(pen.word("stored.left"), sale.stored.closing_fen)


def _saved(pen: Pen, sale: _Sale) -> None:
    cut_fen = sum(fen for _, fen in _causes(pen, sale.body))
    if cut_fen > 0:
        pen.sum(pen.word("saved"), cut_fen)


def _points(pen: Pen, sale: _Sale) -> None:
    points = sale.points
    if points is not None:
        spoken = pen.word("points", opening=points.opening, earned=points.earned, spent=points.spent, closing=points.closing)
        pen.phrases(spoken)


def _pharmacist(pen: Pen, sale: _Sale) -> None:
    body = sale.body
    if body.reviews:
        pen.text(pen.word("reviewed"))
    if body.pharmacist and any(line.rx_class == "rx" for line in body.lines):
        pen.named("pharmacist", pen.name(body.pharmacist))


def _invoice(pen: Pen, sale: _Sale) -> None:
    if sale.body.invoice_wanted or sale.invoice.name:
        pen.text(pen.word("invoice"))
        pen.named("invoice.name", sale.invoice.name)
        pen.named("invoice.tax_id", sale.invoice.tax_id)


def _join(pen: Pen, sale: _Sale) -> None:
    """Invite whoever is no member yet."""
    if pen.look.join_code and not sale.body.member_id:
        pen.lines.append(Code("qr", pen.look.join_code, pen.word("join")))


_BLOCKS: Mapping[str, Callable[[Pen, _Sale], None]] = {
    "store": lambda pen, _: pen.store(),
    "title": _title,
    "licence": lambda pen, _: pen.licence(),
    "contact": lambda pen, _: pen.contact(),
    "header": _header,
    "facts": lambda pen, sale: pen.facts(sale.number, sale.body.cashier, sale.at),
    "guide": _guide,
    "member": lambda pen, sale: pen.member(sale.body.member_id),
    "lines": _lines,
    "sums": _sums,
    "tenders": _tenders,
    "saved": _saved,
    "points": _points,
    "pharmacist": _pharmacist,
    "invoice": _invoice,
    "no_return": lambda pen, _: pen.text(pen.word("no_return")),
    "complaint": lambda pen, _: pen.text(pen.word("complaint")),
    "footer": _footer,
    "join": _join,
    "code": lambda pen, sale: pen.lines.append(Code("qr", sale.number, pen.word("verify"))),
    "keep": lambda pen, _: pen.text(pen.word("keep"), align="center"),
    "rule": lambda pen, _: pen.rule(),
    "double_rule": lambda pen, _: pen.rule("="),
    "space": lambda pen, _: pen.lines.append(Feed(1)),
}
"""Every block a template may name; a test proves that none of the resource's is missing."""


def return_ticket(
    body: ReturnClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    points: PointsLine | None = None,
    stored: StoredLine | None = None,
    reprint: int = 0,
) -> Ticket:
    """Compose the slip of a return, or of a whole sale voided by compensation; the customer signs it.

    points: what it does to the member's points, where the sale moved any; what is taken back is earned below nought. stored: what goes
    back to their stored value.
    """
    pen = Pen(faces)
    pen.head("title.void" if body.kind == "void" else "title.return")
    pen.facts(number, body.cashier, at)
    pen.named("original", body.original_number)
    pen.named("reason", pen.reason("void" if body.kind == "void" else "return", body.reason))
    pen.named("approved", pen.name(body.approved_by) if body.approved_by else "")
    pen.member(body.member_id)
    pen.rule("=")
    for line in body.lines:
        pen.text(line.generic_name, bold=True)
        if line.spec:
            pen.detail((line.spec,))
        amount = format_fen(-line.amount_fen)
        taken = f"{unit_text(line.quantity, line.unit)} {pen.coded('zone', line.zone)}"
        pen.detail((taken,), Cell(amount, len(amount), "right"))
        lot = [f"{pen.word('lot')}{line.lot_no}"] if line.lot_no else []
        pen.detail(lot + [code.code for code in line.codes])
    pen.rule()
    if body.rounding_fen:
        pen.sum(pen.word("rounding"), body.rounding_fen)
    pen.pair(pen.word("refund"), f"￥{format_fen(body.total_fen)}", bold=True, big=True)
    for refund in body.refunds:
        pen.sum(pen.tender(refund), -abs(refund.amount_fen))
    if stored is not None:
        pen.sum(pen.word("stored.left"), stored.closing_fen)
    if points is not None:
        change = f"{points.closing - points.opening:+d}"
        pen.phrases(pen.word("points.back", opening=points.opening, change=change, closing=points.closing))
    return _signed(pen, body.kind, number, reprint)


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
    pen = Pen(faces)
    pen.head("title.x")
    pen.named("till", faces.till.till_title or faces.till.till)
    pen.named("cashier", pen.name(cashier))
    pen.named("shift.opened", pen.time(opened_at))
    pen.named("shift.printed", pen.time(at))
    _totals(pen, totals, cash_shown=expected_shown)
    _cash_moves(pen, totals)
    if expected_shown:
        pen.sum(pen.word("expected"), totals.expected_cash_fen, bold=True)
    _watch(pen, totals, {})
    pen.training()
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
    pen = Pen(faces)
    pen.head("title.z")
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
    pen.training()
    return _marked(pen.ticket("z", number), reprint, pen.look.language)


def day_ticket(
    body: DayClosed,
    number: str,
    at: datetime,
    faces: Faces,
    *,
    reprint: int = 0,
) -> Ticket:
    """Compose the slip that closes the store's business day over all its shifts."""
    pen = Pen(faces)
    pen.head("title.day")
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
    pen.training()
    return _marked(pen.ticket("day", number), reprint, pen.look.language)


def cash_ticket(body: CashMoved, number: str, at: datetime, faces: Faces, *, cashier: str, reprint: int = 0) -> Ticket:
    """Compose the slip of cash put into or taken out of the drawer without a sale; two people sign it."""
    pen = Pen(faces)
    way = "in" if body.amount_fen > 0 else "out"
    pen.head(f"title.cash_{way}")
    pen.facts(number, cashier, at)
    pen.named("reason", pen.reason(f"cash_{way}", body.reason))
    pen.named("approved", pen.name(body.approved_by) if body.approved_by else "")
    pen.rule()
    pen.pair(pen.word(f"cash_{way}"), f"￥{format_fen(abs(body.amount_fen))}", bold=True, big=True)
    for signature in ("signature.cashier_self", "signature.approver"):
        pen.lines.append(Feed(1))
        pen.text(pen.word(signature))
    pen.lines.append(Code("qr", number))
    pen.training()
    return _marked(pen.ticket("cash", number), reprint, pen.look.language)


def load_ticket(
    body: StoredLoaded, number: str, at: datetime, faces: Faces, line: StoredLine, *, reprint: int = 0
) -> Ticket:
    """Compose the slip of money that a member paid in, with what they had before and have after."""
    pen = Pen(faces)
    pen.head("title.load")
    pen.facts(number, body.staff_id, at)
    pen.member(body.member_id)
    pen.rule("=")
    pen.pair(pen.word("stored.paid"), f"￥{format_fen(body.principal_fen)}", bold=True, big=True)
    if body.bonus_fen:
        pen.sum(pen.word("stored.bonus"), body.bonus_fen)
    _purse(pen, body.tenders, line)
    pen.text(pen.word("stored.terms"))
    return _signed(pen, "load", number, reprint)


def payout_ticket(
    body: StoredPaidOut, number: str, at: datetime, faces: Faces, line: StoredLine, *, reprint: int = 0
) -> Ticket:
    """Compose the slip of stored value that was paid back to the member, who signs for it."""
    pen = Pen(faces)
    pen.head("title.unload" if body.load_id else "title.payout")
    pen.facts(number, body.staff_id, at)
    pen.named("reason", pen.reason("payout", body.reason))
    pen.named("approved", pen.name(body.approved_by))
    pen.member(body.member_id)
    pen.rule("=")
    pen.pair(pen.word("refund"), f"￥{format_fen(body.principal_fen)}", bold=True, big=True)
    if body.bonus_fen:
        pen.sum(pen.word("stored.lapsed"), body.bonus_fen)
    _purse(pen, body.tenders, line)
    return _signed(pen, "payout", number, reprint)


def _purse(pen: Pen, tenders: Sequence[Tender], line: StoredLine) -> None:
    """Add how the money went, and what the member had and has."""
    for tender in tenders:
        pen.sum(pen.tender(tender), tender.amount_fen)
        if tender.handed_fen > tender.amount_fen:
            pen.sum(f"  {pen.word('handed', title=pen.tender(tender))}", tender.handed_fen)
            pen.sum(f"  {pen.word('change')}", tender.handed_fen - tender.amount_fen)
    pen.rule()
    pen.sum(pen.word("stored.before"), line.opening_fen)
    pen.sum(pen.word("stored.after"), line.closing_fen, bold=True)


def _signed(pen: Pen, kind: str, number: str, reprint: int) -> Ticket:
    """Close a slip that the customer signs."""
    pen.rule()
    pen.lines.append(Feed(1))
    pen.text(pen.word("signature.customer"))
    pen.lines.append(Code("qr", number))
    pen.training()
    return _marked(pen.ticket(kind, number), reprint, pen.look.language)


def reprinted(ticket: Ticket, copy_no: int, language: Language = "zh") -> Ticket:
    """Return the very same slip under the mark of a reprint; its body stays line for line what it was."""
    mark = fixed_text("mark.reprint", language).format(n=copy_no)
    return Ticket((Text(f"*** {mark} ***", True, 1, "center"), *ticket.lines), ticket.kind, ticket.number)


def _marked(ticket: Ticket, copy_no: int, language: Language) -> Ticket:
    """Return the slip as it is for the first paper, marked for every later one."""
    return reprinted(ticket, copy_no, language) if copy_no else ticket


def _totals(pen: Pen, totals: ShiftTotals, *, cash_shown: bool) -> None:
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
        _tender_total(pen, tender, shown=cash_shown or not pen.faces.cash(tender.method))
    _stored(pen, totals, cash_shown=cash_shown)


def _stored(pen: Pen, totals: ShiftTotals, *, cash_shown: bool) -> None:
    """Add what members paid in and had paid out: in the drawer, and no turnover."""
    if not (totals.loads or totals.payouts):
        return
    pen.rule()
    pen.text(pen.word("group.stored"), bold=True)
    # By which tender it came stays blank with the cash: the sum less the other tenders would tell.
    for title, fen in ((pen.word("loads", n=totals.loads), totals.loads_fen), (pen.word("payouts", n=totals.payouts), -totals.payouts_fen)):
        pen.pair(title, format_fen(fen) if cash_shown else pen.word("hidden"))
    pen.sum(pen.word("load_bonus"), totals.load_bonus_fen)
    for tender in totals.load_tenders if cash_shown else ():
        _tender_total(pen, tender, shown=True)


def _tender_total(pen: Pen, tender: TenderTotal, *, shown: bool) -> None:
    """Add one tender's net sum, and its refunds under it."""
    title = pen.faces.tender(tender.method) or tender.method
    if not shown:
        pen.pair(f"{title} {tender.sales}", pen.word("hidden"))
        return
    pen.sum(f"{title} {tender.sales}", tender.amount_fen - tender.refund_fen)
    if tender.refunds:
        pen.sum(f"  {pen.word('tender.refunds', n=tender.refunds)}", -tender.refund_fen)


def _cash_moves(pen: Pen, totals: ShiftTotals) -> None:
    """Add float and cash moved without a sale."""
    pen.rule()
    pen.text(pen.word("group.cash"), bold=True)
    pen.sum(pen.word("float"), totals.float_fen)
    pen.sum(pen.word("cash_in"), totals.cash_in_fen)
    pen.sum(pen.word("cash_out"), -totals.cash_out_fen)


def _watch(pen: Pen, totals: ShiftTotals, left_open: Mapping[str, int]) -> None:
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
