"""Returns: which goods may go back, where they go, and what money goes back to which tender, exact to the fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.money import share_out
from app.domain.promotions.gift import Gift
from app.domain.rules.law import RulePack, TermKind
from app.domain.tendering import TenderMethod
from app.domain.verdict import Text
from app.records.events import SaleClosed, SaleLine, Tender, TenderCorrected

TERMS: Mapping[str, TermKind] = {
    "medicine_kinds": "names",
    "medicine_reasons": "names",
    "reject_reasons": "names",
    "void_to_shelf": "switch",
    "manager_above_fen": "number",
}
"""The chapter `returns` of a pack."""
TEXTS = {
    "return.medicine": frozenset[str](),
    "return.all_back": frozenset[str](),
    "return.voided": frozenset[str](),
    "return.too_many": frozenset({"most"}),
    "return.nothing": frozenset[str](),
    "return.basis": frozenset[str](),
    "void.other_shift": frozenset[str](),
    "void.partly_returned": frozenset[str](),
    "void.voided": frozenset[str](),
}
"""Sentences that a pack must hold for this module, with the facts that they may name."""

SHELF, REJECT = "shelf", "reject"


@dataclass(frozen=True, slots=True)
class ReturnChance:
    """One line of the original sale as a return may take it."""

    line_id: str
    sold: int
    returned: int
    most: int
    """How many may go back now; 0 where none may."""
    zone: str
    """shelf | reject: where they go."""
    refusal: Text | None
    """Why nothing may go back, or None."""
    refund_fen: int
    """What goes back to the customer for all of `most`."""

    @property
    def allowed(self) -> bool:
        """Whether any of it may go back."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class LineRefund:
    """Money for one returned line."""

    line_id: str
    quantity: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Route:
    """Money on one tender: taken by a sale, or going back the way it came."""

    tender_id: str
    method: str
    title_zh: str
    title_en: str
    kind: str
    """cash | recorded | points | stored."""
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Refund:
    """A return in money: its lines and the tenders it goes back to; both sum to the total."""

    lines: tuple[LineRefund, ...]
    routes: tuple[Route, ...]
    total_fen: int


def chances(
    sale: SaleClosed, returned: Mapping[str, int], reason: str, pack: RulePack, *, voided: bool = False
) -> tuple[ReturnChance, ...]:
    """Every line of a sale with what may go back for a coded reason ('' while none is chosen)."""
    paid = paid_fen(sale)
    return tuple(_chance(line, returned.get(line.line_id, 0), reason, pack, voided, paid[line.line_id]) for line in sale.lines)


def _chance(line: SaleLine, returned: int, reason: str, pack: RulePack, voided: bool, paid: int) -> ReturnChance:
    left = line.quantity - returned
    code = _refusal(line, left, reason, pack, voided)
    most = 0 if code else left
    return ReturnChance(
        line.line_id,
        line.quantity,
        returned,
        most,
        zone_of(line.kind, reason, pack),
        pack.text(code) if code else None,
        _upto(paid, line.quantity, returned + most) - _upto(paid, line.quantity, returned),
    )


def _refusal(line: SaleLine, left: int, reason: str, pack: RulePack, voided: bool) -> str:
    terms = pack.chapter("returns")
    if voided:
        return "return.voided"
    if left <= 0:
        return "return.all_back"
    if line.kind in terms.names("medicine_kinds") and reason not in terms.names("medicine_reasons"):
        return "return.medicine"
    return ""


def zone_of(kind: str, reason: str, pack: RulePack, *, void: bool = False) -> str:
    """Where returned goods go: medicines never back to sale, other goods to the shelf unless they are faulty.

    Goods of a voided sale never left the counter, so that they stay on the shelf where the pack says so.
    """
    terms = pack.chapter("returns")
    if void and terms.switch("void_to_shelf"):
        return SHELF
    if kind in terms.names("medicine_kinds") or reason in terms.names("reject_reasons"):
        return REJECT
    return SHELF


def needs_manager(sale: SaleClosed, take: Mapping[str, int], total_fen: int, pack: RulePack) -> bool:
    """Whether a manager must approve: any medicine, or more money than the pack leaves to a cashier."""
    terms = pack.chapter("returns")
    medicine = any(take.get(line.line_id) and line.kind in terms.names("medicine_kinds") for line in sale.lines)
    return medicine or total_fen > terms.number("manager_above_fen")


def return_problem(
    sale: SaleClosed,
    returned: Mapping[str, int],
    take: Mapping[str, int],
    reason: str,
    pack: RulePack,
    *,
    voided: bool = False,
) -> Text | None:
    """Why these quantities cannot go back for that reason, or None; the last check before the event is written."""
    if not any(take.values()):
        return pack.text("return.nothing")
    offered = {chance.line_id: chance for chance in chances(sale, returned, reason, pack, voided=voided)}
    for line_id, quantity in take.items():
        if not quantity:
            continue
        chance = offered.get(line_id)
        if chance is None or quantity < 0:
            return pack.text("return.nothing")
        if chance.refusal is not None:
            return chance.refusal
        if quantity > chance.most:
            return pack.text("return.too_many", {"most": chance.most})
    return None


def gift_owed(
    sale: SaleClosed, returned: Mapping[str, int], take: Mapping[str, int], cause_id: str, terms: Gift, within: Callable[[str], bool]
) -> int:
    """How many given pieces are kept that the goods that stay no longer earn; `within` says which products the offer counts.

    Only lines that were given whole count: where a piece paid for and a free one share a line, every piece goes back at its share.
    """
    kept = {line.line_id: line.quantity - returned.get(line.line_id, 0) - take.get(line.line_id, 0) for line in sale.lines}
    of_cause = {cut.line_id for cut in sale.cuts if cut.cause_id == cause_id}
    given = [line for line in sale.lines if line.line_id in of_cause and line.amount_fen == 0 and line.product_id == terms.gift_product]
    gifts = {line.line_id for line in given}
    bought = sum(kept[line.line_id] for line in sale.lines if line.line_id not in gifts and within(line.product_id))
    return max(0, sum(kept[line_id] for line_id in gifts) - bought // terms.buy_quantity * terms.gift_quantity)


def void_problem(sale: SaleClosed, shift_id: str, returned: Mapping[str, int], pack: RulePack, *, voided: bool) -> Text | None:
    """Why a whole sale cannot be voided, or None: only in its own shift, and before anything went back."""
    if voided:
        return pack.text("void.voided")
    if any(returned.values()):
        return pack.text("void.partly_returned")
    if sale.shift_id != shift_id:
        return pack.text("void.other_shift")
    return None


def paid_fen(sale: SaleClosed) -> dict[str, int]:
    """Line id → what the customer paid for the line in the end: its amount less its share of a rounding of the sale."""
    amounts = [line.amount_fen for line in sale.lines]
    rounding = sum(amounts) - sale.payable_fen
    shares = share_out(rounding, amounts) if rounding else [0] * len(amounts)
    return {line.line_id: line.amount_fen - share for line, share in zip(sale.lines, shares, strict=True)}


def refund(
    sale: SaleClosed,
    returned: Mapping[str, int],
    take: Mapping[str, int],
    taken: Sequence[Route] = (),
) -> Refund:
    """The money for taking back `take` (line id → quantity) after `returned` went back before.

    A line pays back in proportion to the pieces, in whole fen rounded down, and the rest with its last piece: over
    any sequence of partial returns the refunds sum to what was paid. Money goes back the way it came: recorded
    tenders first, cash last, none beyond what it brought. `taken` are the tenders after corrections (`routes`);
    without it those of the sale. What points paid goes back with every part in proportion. ValueError for more than is left.
    """
    paid = paid_fen(sale)
    lines: list[LineRefund] = []
    before_fen = 0
    for line in sale.lines:
        back, more = returned.get(line.line_id, 0), take.get(line.line_id, 0)
        if more < 0 or back + more > line.quantity:
            raise ValueError(f"line {line.line_id}: cannot take back {more} of {line.quantity - back}")
        earlier = _upto(paid[line.line_id], line.quantity, back)
        before_fen += earlier
        if more:
            amount = _upto(paid[line.line_id], line.quantity, back + more) - earlier
            lines.append(LineRefund(line.line_id, more, amount))
    total = sum(entry.amount_fen for entry in lines)
    return Refund(tuple(lines), _back(tuple(taken) or routes(sale), before_fen, total), total)


def with_another(refund: Refund, kind: str, method: TenderMethod) -> Refund:
    """The same money, where what would go back to tenders of a kind goes another way: one route, joined with what goes that way anyhow."""
    moved_fen = sum(route.amount_fen for route in refund.routes if route.kind == kind)
    kept = [route for route in refund.routes if route.kind != kind]
    same = next((route for route in kept if route.method == method.id), None)
    if same is None:
        first = next(route for route in refund.routes if route.kind == kind)
        way = Route(first.tender_id, method.id, method.title_zh, method.title_en, method.kind, moved_fen)
        return replace(refund, routes=(*kept, way))
    joined = replace(same, amount_fen=same.amount_fen + moved_fen)
    return replace(refund, routes=tuple(joined if route is same else route for route in kept))


def routes(sale: SaleClosed, corrections: Iterable[TenderCorrected] = (), titles: Mapping[str, Tender] | None = None) -> tuple[Route, ...]:
    """What each tender of a sale brought, after corrections re-booked some of it.

    `titles` gives, for each method that a correction names, a tender that shows its titles and kind.
    """
    taken = [
        Route(tender.tender_id, tender.method, tender.title_zh, tender.title_en, tender.kind, tender.amount_fen) for tender in sale.tenders
    ]
    for correction in corrections:
        place = next(
            n for n, route in enumerate(taken) if route.tender_id == correction.tender_id and route.method == correction.from_method
        )
        old = taken[place]
        model = (titles or {})[correction.to_method]
        moved = Route(old.tender_id, correction.to_method, model.title_zh, model.title_en, model.kind, correction.amount_fen)
        left = old.amount_fen - correction.amount_fen
        kept = [Route(old.tender_id, old.method, old.title_zh, old.title_en, old.kind, left)] if left else []
        taken[place : place + 1] = [*kept, moved]
    return tuple(taken)


def _upto(paid: int, sold: int, pieces: int) -> int:
    return paid * pieces // sold if sold else 0


def _back(taken: Sequence[Route], before_fen: int, total_fen: int) -> tuple[Route, ...]:
    """The stretch from `before_fen` over `total_fen` of the tenders laid end to end, recorded ones first.

    What points paid goes back as points, in proportion to the goods: as much with every part of them.
    """
    whole_fen = sum(route.amount_fen for route in taken)
    found = []
    start, first, last = 0, before_fen, before_fen + total_fen
    for route in taken:
        if route.kind == "points":
            earlier, now = (route.amount_fen * upto // whole_fen for upto in (before_fen, before_fen + total_fen))
            first, last = first - earlier, last - now
            if now > earlier:
                found.append(Route(route.tender_id, route.method, route.title_zh, route.title_en, route.kind, now - earlier))
    for route in sorted((route for route in taken if route.kind != "points"), key=lambda route: route.kind == "cash"):
        end = start + route.amount_fen
        share = min(end, last) - max(start, first)
        if share > 0:
            found.append(Route(route.tender_id, route.method, route.title_zh, route.title_en, route.kind, share))
        start = end
    if sum(route.amount_fen for route in found) != total_fen:
        raise ValueError("the tenders of the sale do not cover the refund")
    return tuple(found)
