"""Returning: goods and money back against the original sale, and voids by compensation; nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from app.counter.asking import Reasons, masked
from app.counter.authorising import Authorising
from app.counter.coupon_book import CouponBook
from app.counter.faults import Refused
from app.counter.points_book import PointsBook
from app.counter.post import Post
from app.counter.printing import Printing
from app.counter.selling import Resume
from app.counter.stored_book import KIND, StoredBook
from app.domain import codes
from app.domain import returns as law
from app.domain.pricing import BookedOffer
from app.domain.promotions.gift import Gift
from app.domain.rules import RulePack, roles_of
from app.domain.tendering import TenderMethod, parse_methods
from app.domain.verdict import Text
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import Committed, NewJob
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.sales import NamedSale, StoredSale


@dataclass(frozen=True, slots=True)
class ReturnSceneLine:
    """One line of the original sale, and whether it may go back."""

    line_id: str
    name: str
    spec: str
    marks: tuple[str, ...]
    sold: int
    returned: int
    chosen: int
    amount_fen: int
    """What the chosen packs give back (or the line's whole amount while nothing is chosen)."""
    allowed: bool
    why_not: Text
    zone: str
    """shelf | reject."""
    scanned: bool = False
    """Whether the box scanned last is one of its."""


@dataclass(frozen=True, slots=True)
class Refund:
    """One part of the money back, on its original route."""

    method: str
    title: Text
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ReturnScene:
    """Everything the Returns page shows."""

    state: str
    """empty | choosing | committing | done."""
    number: str = ""
    sold_at: datetime | None = None
    sold_by: str = ""
    member_label: str = ""
    lines: tuple[ReturnSceneLine, ...] = ()
    reasons: tuple[tuple[str, Text], ...] = ()
    reason: str = ""
    refunds: tuple[Refund, ...] = ()
    total_fen: int = 0
    needs_approval: bool = False
    approved_by: str = ""
    voidable: bool = False
    found: tuple[NamedSale, ...] = ()
    return_number: str = ""
    problem: Text | None = None
    points: int = 0
    """By how much the member's points change; 0 where the sale moved none."""
    instead_fen: int = 0
    """What stored value paid of it and cannot go back there, as its holder was erased: it goes back another way."""
    instead_ways: tuple[tuple[str, Text], ...] = ()
    """The ways it may, (method, title)."""
    instead: str = ""
    """The way it does."""


class Returning:
    """Finds the original sale, decides line by line, and books the return."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        authorising: Authorising,
        printing: Printing,
        pack: RulePack,
        shapes: codes.CodeShapes,
        reasons: Reasons,
        points: PointsBook,
        stored: StoredBook,
        coupons: CouponBook,
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._authorising = authorising
        self._printing = printing
        self._pack = pack
        self._shapes = shapes
        self._reasons = reasons
        self._points = points
        self._stored = stored
        self._coupons = coupons
        self._wake_sync = wake_sync
        self._reset()

    def _reset(self) -> None:
        self._sale: StoredSale | None = None
        self._chosen: dict[str, int] = {}
        self._reason = ""
        self._approved = ""
        self._instead = ""
        self._found: tuple[NamedSale, ...] = ()
        self._scanned: tuple[str, ...] = ()
        self._future: Future[tuple[Committed, ...]] | None = None
        self._body: events.ReturnClosed | None = None
        self._number = ""
        self._problem: Text | None = None

    # ------------------------------------------------------------------ finding

    def leave(self) -> None:
        """Forget the chosen sale, unless it is just being booked."""
        if self._future is None or self._future.done():
            self._reset()

    def find(self, text: str) -> ReturnScene:
        """The original sale by receipt number, by the trace code of a box, or by member; an empty text lists the newest.

        What leads nowhere leaves the sale in hand as it is, and says what was not found.
        """
        text = text.strip()
        reading = codes.read(text, self._shapes, codes.ScanContext.RETURNING) if text else None
        if isinstance(reading, codes.TraceCode | codes.Gs1Code) and self._another_box(reading.raw):
            return self.scene()
        self._refuse_while_booking()
        before = dict(vars(self)) if text and self._sale is not None and not self._number else None
        self._reset()
        match reading:
            case codes.ReceiptNumber():
                self._sale = self._store.sales.by_number(reading.number)
            case codes.TraceCode() | codes.Gs1Code():
                self._sale = self._store.sales.by_code(reading.raw)
                self._scanned = (reading.raw,)
            case codes.InHouseCode(role="member"):
                self._list(reading.raw)
            case _:
                self._sale = self._store.sales.by_number(text) if text else None
                if self._sale is None:
                    self._list(text)
        if text and self._sale is None and len(self._found) == 1:
            self._sale = self._store.sales.by_id(self._found[0].sale_id)
        if self._sale is None and not self._found and before is not None:
            vars(self).update(before)
            self._problem = Text(f"没找到 {text}；手里这张单没动", f"Nothing found for {text}; the sale in hand stays")
        elif self._sale is None and not self._found:
            self._problem = Text(
                "没找到这张单。换小票号、盒上的追溯码或会员手机号再找",
                "No such sale. Try the receipt number, a box's trace code or the member's phone",
            )
            # Nothing like it: the newest stay in sight, so that the list never says that nothing was sold.
            self._list("")
        return self.scene()

    def _another_box(self, code: str) -> bool:
        """Whether a scanned box is of the sale in hand: then its code goes back, and what was chosen stays."""
        sale = self._sale
        if sale is None or self._future is not None or not any(box.code == code for line in sale.body.lines for box in line.codes):
            return False
        self._scanned = (*(other for other in self._scanned if other != code), code)
        self._problem = None
        return True

    def _refuse_while_booking(self) -> None:
        if self._future is not None and not self._future.done():
            raise Refused("committing")

    def choose_sale(self, sale_id: str) -> ReturnScene:
        """Take one sale from the list."""
        self._refuse_while_booking()
        self._reset()
        self._sale = self._store.sales.by_id(sale_id)
        return self.scene()

    def _list(self, text: str) -> None:
        if text:
            members = self._store.people.find_members(text)[:5]
            sales = [sale for member in members for sale in self._store.sales.recent_named(member=member.id, limit=10)]
        else:
            sales = list(self._store.sales.recent_named(limit=20))
        self._found = tuple(sorted(sales, key=lambda sale: sale.at, reverse=True)[:20])

    # ------------------------------------------------------------------ choosing

    def toggle(self, line_id: str) -> ReturnScene:
        """Choose all that is left of a line, or leave it out."""
        if line_id in self._chosen:
            return self.set_quantity(line_id, 0)
        return self.set_quantity(line_id, self._chance(line_id).most)

    def set_quantity(self, line_id: str, quantity: int) -> ReturnScene:
        """Choose how many packs of a line go back; Refused with the reason where the line may not."""
        chance = self._chance(line_id)
        if quantity and chance.refusal is not None:
            self._problem = chance.refusal
            return self.scene()
        if not 0 <= quantity <= chance.most:
            raise Refused("more_than_sold", left=str(chance.most))
        self._chosen = {key: n for key, n in {**self._chosen, line_id: quantity}.items() if n}
        self._problem = None
        return self.scene()

    def set_reason(self, reason: str) -> ReturnScene:
        """Why; medicines only go back for quality, recall or a dispensing error."""
        self._reason = reason
        allowed = {chance.line_id for chance in self._chances() if chance.allowed}
        self._chosen = {key: n for key, n in self._chosen.items() if key in allowed}
        self._problem = None
        return self.scene()

    def pay_instead(self, method_id: str) -> ReturnScene:
        """How money goes back that stored value paid, where nobody has that account any more. Refused `tender_unknown`."""
        if method_id not in {method for method, _ in self.scene().instead_ways}:
            raise Refused("tender_unknown")
        self._instead = method_id
        return self.scene()

    def approve(self, pin: str) -> ReturnScene:
        """A manager's PIN, for this return only."""
        self._approved = self._authorising.anyone(pin, self._roles()).id
        return self.scene()

    # ------------------------------------------------------------------ booking

    def complete(self, resume: Resume, kind: str = "return") -> ReturnScene:
        """Book it: stock and codes mirrored, money back on its route, the slip kept before it prints.

        `void` takes a whole sale of this shift back before anything left the counter; it always asks a manager.
        """
        sale = self._need_sale()
        if self._post.shift is None or self._post.staff is None:
            raise Refused("no_shift")
        if self._future is not None:
            raise Refused("committing")
        take = {line.line_id: line.quantity for line in sale.body.lines} if kind == "void" else self._chosen
        problem = (
            law.void_problem(sale.body, self._post.shift.shift_id, sale.returned, self._pack, voided=sale.voided)
            if kind == "void"
            else law.return_problem(sale.body, sale.returned, take, self._reason, self._pack, voided=sale.voided)
        )
        if problem is not None:
            self._problem = problem
            return self.scene()
        if not self._reason:
            raise Refused("reason_needed")
        if kind != "void" and (owed := self._gift_owed(sale, take)) is not None:
            self._problem = owed
            return self.scene()
        refund, _ = self._refund(sale, take)
        approver = self._approver(sale, take, refund.total_fen, kind)
        if not approver:
            raise Refused("approval_needed")
        body = self._closed(sale, take, refund, kind, approver)
        moves = self._points.of_return(sale, body)
        back = self._stored.of_return(sale, body)
        if not back.bodies and any(refund.kind == "stored" for refund in body.refunds):
            raise Refused("stored_gone")

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            return self._printing.return_jobs(body, committed[0], moves.line, back.line)

        self._body = body
        self._chosen = dict(take)
        self._problem = None
        try:
            bodies: list[Record] = [body, *self._coupons.released(sale, body), *moves.bodies, *back.bodies]
            self._future = self._store.journal.record(bodies, actor=self._post.actor, day=self._day(), prints=prints)
        except StoreFault as fault:
            return self._refuse(fault)
        self._points.follow(self._future)
        self._future.add_done_callback(lambda _: resume())
        return self.scene()

    def _gift_owed(self, sale: StoredSale, take: Mapping[str, int]) -> Text | None:
        """What must come back, too: a gift whose goods go back for no fault of theirs; an offer that is gone asks nobody for its gift."""
        if self._reason in self._pack.chapter("returns").names("medicine_reasons"):
            return None
        offers = {offer.id: offer for offer in self._store.catalogue.offers()}
        for cause_id in dict.fromkeys(cut.cause_id for cut in sale.body.cuts if cut.cause_kind in ("gift", "coupon")):
            use = self._store.coupons.use(cause_id)
            offer = offers.get(use.offer_id if use is not None else cause_id)
            if offer is None:
                continue
            booked = BookedOffer.read(offer)
            terms = booked.promotion
            if isinstance(terms, Gift):
                count = law.gift_owed(sale.body, sale.returned, take, cause_id, terms, partial(self._counts, booked))
                if count:
                    gift = next(line.generic_name for line in sale.body.lines if line.product_id == terms.gift_product)
                    return Text(f"赠品也要一起退：{gift} ×{count}", f"The gift comes back, too: {gift} ×{count}")
        return None

    def _counts(self, booked: BookedOffer, product_id: str) -> bool:
        """Whether an offer counts a product as bought."""
        product = self._store.catalogue.product(product_id)
        of_kind = product is not None and product.category in booked.categories
        return booked.everything or product_id in booked.products or of_kind

    def _closed(self, sale: StoredSale, take: Mapping[str, int], refund: law.Refund, kind: str, approver: str) -> events.ReturnClosed:
        assert self._post.shift is not None and self._post.staff is not None
        sold = {line.line_id: line for line in sale.body.lines}
        gone = self._codes_gone(sale)
        lines = []
        for part in refund.lines:
            line = sold[part.line_id]
            # The boxes that were scanned are in the hand; where none was, the line's codes go back in their order.
            left = sorted((code for code in line.codes if code.code not in gone), key=lambda code: code.code not in self._scanned)
            back = tuple(left)[: part.quantity]
            # A void says that nothing left the counter, so even medicines stay on the shelf; a return never puts them there.
            zone = "shelf" if kind == "void" else law.zone_of(line.kind, self._reason, self._pack)
            lines.append(
                events.ReturnLine(
                    line_id=new_id(self._clock),
                    original_line_id=line.line_id,
                    product_id=line.product_id,
                    generic_name=line.generic_name,
                    spec=line.spec,
                    unit=line.unit,
                    quantity=part.quantity,
                    amount_fen=part.amount_fen,
                    lot_id=line.lot_id,
                    lot_no=line.lot_no,
                    zone=zone,
                    codes=back,
                )
            )
        now = self._clock.now()
        refunds = tuple(
            events.Tender(
                tender_id=new_id(self._clock),
                method=route.method,
                title_zh=route.title_zh,
                title_en=route.title_en,
                kind=route.kind,
                amount_fen=route.amount_fen,
                handed_fen=route.amount_fen,
                at=now,
            )
            for route in refund.routes
        )
        return events.ReturnClosed(
            return_id=new_id(self._clock),
            kind=kind,
            original_sale_id=sale.body.sale_id,
            original_number=sale.number,
            shift_id=self._post.shift.shift_id,
            till=self._post.till.till,
            cashier=self._post.staff.id,
            approved_by=approver,
            reason=self._reason,
            member_id=sale.member_id,
            lines=tuple(lines),
            refunds=refunds,
            total_fen=refund.total_fen,
        )

    def _codes_gone(self, sale: StoredSale) -> frozenset[str]:
        """Codes that went back in earlier returns of this sale."""
        earlier = self._store.sales.returns_of(sale.body.sale_id)
        return frozenset(code.code for back in earlier for line in back.body.lines for code in line.codes)

    def settle(self) -> ReturnScene:
        """After `resume`: done, or why not."""
        if self._future is None or not self._future.done():
            return self.scene()
        error = self._future.exception()
        if error is not None:
            self._future = None
            return self._refuse(error)
        self._number = self._future.result()[0].number
        if self._body and any(tender.kind == "cash" for tender in self._body.refunds):
            self._printing.kick_drawer()
        self._printing.wake()
        self._wake_sync()
        return self.scene()

    def _refuse(self, error: BaseException) -> ReturnScene:
        code = error.code if isinstance(error, StoreFault) else type(error).__name__
        self._problem = Text(f"退货没有记上账（{code}），钱先不要退", f"The return was not booked ({code}); do not pay out yet")
        return self.scene()

    # ------------------------------------------------------------------ scene

    def scene(self) -> ReturnScene:
        """Everything the Returns page shows."""
        sale = self._sale
        if sale is None:
            return ReturnScene("empty", found=self._found, problem=self._problem)
        done = bool(self._number)
        refund, instead_fen = self._refund(sale, self._chosen) if self._chosen else (None, 0)
        total = refund.total_fen if refund else 0
        ways = self._ways(instead_fen) if instead_fen else ()
        back = {part.line_id: part.amount_fen for part in refund.lines} if refund else {}
        seller = self._store.people.staff_by_id(sale.body.cashier)
        member = self._store.people.member(sale.member_id) if sale.member_id else None
        shift_id = self._post.shift.shift_id if self._post.shift else ""
        return ReturnScene(
            state="done" if done else "committing" if self._future else "choosing",
            number=sale.number,
            sold_at=sale.at,
            sold_by=seller.name if seller else "",
            member_label=masked(member) if member else "",
            lines=tuple(self._scene_line(sale, chance, back) for chance in self._chances()),
            reasons=self._reasons.choices("return"),
            reason=self._reason,
            refunds=tuple(Refund(r.method, Text(r.title_zh, r.title_en), r.amount_fen) for r in refund.routes) if refund else (),
            total_fen=total,
            needs_approval=bool(self._chosen) and not self._approver(sale, self._chosen, total, "return"),
            approved_by=self._name(self._approved),
            voidable=not done and law.void_problem(sale.body, shift_id, sale.returned, self._pack, voided=sale.voided) is None,
            return_number=self._number,
            problem=self._problem,
            points=self._points.moved_by(sale.member_id, (self._body.return_id,)) if done and self._body else self._points.back(sale, back),
            instead_fen=instead_fen,
            instead_ways=tuple((way.id, Text(way.title_zh, way.title_en)) for way in ways),
            instead=self._way(ways).id if ways else "",
        )

    def _scene_line(self, sale: StoredSale, chance: law.ReturnChance, back: Mapping[str, int]) -> ReturnSceneLine:
        line = next(x for x in sale.body.lines if x.line_id == chance.line_id)
        marks = (line.rx_class if line.rx_class != "none" else "", "device" if line.kind == "device" else "")
        return ReturnSceneLine(
            line.line_id,
            line.generic_name,
            line.spec,
            tuple(mark for mark in marks if mark),
            chance.sold,
            chance.returned,
            self._chosen.get(line.line_id, 0),
            back.get(line.line_id, line.amount_fen),
            chance.allowed,
            chance.refusal or Text(""),
            chance.zone,
            any(box.code == code for box in line.codes for code in self._scanned[-1:]),
        )

    # ------------------------------------------------------------------ inner

    def _chances(self) -> tuple[law.ReturnChance, ...]:
        sale = self._need_sale()
        return law.chances(sale.body, sale.returned, self._reason, self._pack, voided=sale.voided)

    def _chance(self, line_id: str) -> law.ReturnChance:
        chance = next((chance for chance in self._chances() if chance.line_id == line_id), None)
        if chance is None:
            raise Refused("choose_a_line")
        return chance

    def _refund(self, sale: StoredSale, take: Mapping[str, int]) -> tuple[law.Refund, int]:
        """The money for what is taken back, and how much of it cannot go back to stored value."""
        refund = law.refund(sale.body, sale.returned, take, self._routes(sale))
        gone_fen = sum(route.amount_fen for route in refund.routes if route.kind == KIND) if self._account_gone(sale) else 0
        if not gone_fen:
            return refund, 0
        way = self._way(self._ways(gone_fen))
        return law.with_another(refund, KIND, way), gone_fen

    def _account_gone(self, sale: StoredSale) -> bool:
        """Whether whoever's stored value paid was erased: what was left had to be paid out first, and nothing can be owed there."""
        return bool(sale.body.member_id) and self._store.people.erased(sale.body.member_id)

    def _ways(self, fen: int) -> tuple[TenderMethod, ...]:
        """How so much may be paid out to whoever bought; where the shop has no way but cash, cash."""
        rules = self._stored.rules
        own = tuple(method for method in parse_methods(self._store.settings.get("tender.methods")) if rules.takes(method.id, method.kind))
        return tuple(method for method in own if rules.pays_out(method.id, method.kind, fen)) or own

    def _way(self, ways: tuple[TenderMethod, ...]) -> TenderMethod:
        return next((way for way in ways if way.id == self._instead), ways[0])

    def _routes(self, sale: StoredSale) -> tuple[law.Route, ...]:
        methods = {row["id"]: row for row in self._store.settings.get("tender.methods")}
        shift_id = self._post.shift.shift_id if self._post.shift else ""
        now = self._clock.now()
        corrections = tuple(
            events.TenderCorrected(
                correction_id=c.correction_id,
                sale_id=sale.body.sale_id,
                tender_id=c.tender_id,
                from_method=c.from_method,
                to_method=c.to_method,
                amount_fen=c.amount_fen,
                shift_id=shift_id,
                reason=c.reason,
                approved_by=c.approved_by,
            )
            for c in sale.corrections
        )
        titles = {
            c.to_method: events.Tender(
                tender_id="",
                method=c.to_method,
                title_zh=methods[c.to_method]["title_zh"],
                title_en=methods[c.to_method]["title_en"],
                kind=methods[c.to_method]["kind"],
                amount_fen=0,
                handed_fen=0,
                at=now,
            )
            for c in corrections
        }
        return law.routes(sale.body, corrections, titles)

    def _approver(self, sale: StoredSale, take: Mapping[str, int], total_fen: int, kind: str) -> str:
        """Who answers for it: the manager whose PIN was given, the person at the till where the law lets them, else nobody yet."""
        if self._approved:
            return self._approved
        staff = self._post.staff
        if staff is None:
            return ""
        if set(roles_of(staff)) & set(self._roles()):
            return staff.id
        lost = self._account_gone(sale) and any(tender.kind == KIND for tender in sale.body.tenders)
        free = kind == "return" and not lost and not law.needs_manager(sale.body, take, total_fen, self._pack)
        return staff.id if free else ""

    def _roles(self) -> tuple[str, ...]:
        return tuple(str(self._store.settings.get("rights.return")).split(";"))

    def _name(self, staff_id: str) -> str:
        staff = self._store.people.staff_by_id(staff_id) if staff_id else None
        return staff.name if staff else ""

    def _need_sale(self) -> StoredSale:
        if self._sale is None:
            raise Refused("sale_unknown")
        return self._sale

    def _day(self) -> date:
        return self._post.day(shop_day(self._clock.now()))
