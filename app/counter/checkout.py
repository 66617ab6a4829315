"""Checkout: money against the frozen basket, and the one commit that makes a sale durable before any paper moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.counter.coupon_book import CouponBook
from app.counter.faults import Refused
from app.counter.invoicing import Invoicing, invoice_wish
from app.counter.points_book import Moves, PointsBook
from app.counter.post import Post
from app.counter.receipts import PointsLine, StoredLine
from app.counter.scene import LastSale, PayScene, PointsOffer, StoredOffer, TenderLine, TenderTileFace
from app.counter.selling import Resume, Selling
from app.counter.stored_book import StoredBook, StoredMoves
from app.counter.wallet import Wallet
from app.domain import tendering
from app.domain.basket import BasketLine
from app.domain.invoice import InvoiceTitle
from app.domain.money import yuan
from app.domain.verdict import Text
from app.records import events
from app.records.base import Record
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import Committed, NewJob, PrivateBlob
from app.store.faults import StoreFault
from app.store.open_store import Store


class Papers(Protocol):
    """What turns committed facts into print jobs (`counter/printing.py`)."""

    def sale_jobs(
        self,
        body: events.SaleClosed,
        committed: Committed,
        invoice: InvoiceTitle,
        points: PointsLine | None,
        taken: Sequence[Text],
        stored: StoredLine | None,
    ) -> Sequence[NewJob]:
        """Jobs of a sale; empty where no paper is wanted. `taken`: the old articles that were taken back."""
        ...

    def wake(self) -> None:
        """Tell the printer thread that a job waits."""
        ...

    def kick_drawer(self) -> None:
        """Open the cash drawer without waiting for it."""
        ...


@dataclass(frozen=True, slots=True)
class _Taken:
    line: TenderLine
    method: tendering.TenderMethod
    handed_fen: int
    amount: int = 0
    """Out of a purse: points, or fen of stored value."""
    hold_id: str = ""
    """Under what headquarters put it by."""
    part_fen: int = 0
    """Of stored value: how much of it is bonus."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What headquarters is asked for out of a purse."""

    hold_id: str
    method: tendering.TenderMethod
    amount_fen: int
    amount: int
    """Points, or fen."""


class Checkout:
    """Collects tenders, settles, and closes the sale through the journal."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        selling: Selling,
        papers: Papers,
        invoicing: Invoicing,
        points: PointsBook,
        stored: StoredBook,
        coupons: CouponBook,
        wallet: Wallet,
        rule_pack: str,
        wake_sync: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._selling = selling
        self._papers = papers
        self._invoicing = invoicing
        self._points = points
        self._stored = stored
        self._coupons = coupons
        self._wallet = wallet
        selling.tidies.append(wallet.let_go)
        self._rule_pack = rule_pack
        self._wake_sync = wake_sync
        self._methods = tendering.parse_methods(store.settings.get("tender.methods"))
        self._rounding = tendering.Rounding(store.settings.get("rounding.mode"))
        self._taken: list[_Taken] = []
        self._wish: _Wish | None = None
        self._told: Callable[[], None] = lambda: None
        self._state = ""
        self._future: Future[tuple[Committed, ...]] | None = None
        self._body: events.SaleClosed | None = None
        self._number = ""
        self._problem: Text | None = None
        self._last: LastSale | None = None

    @property
    def open(self) -> bool:
        """Whether the Pay page has the basket."""
        return self._state in ("collecting", "committing", "done", "refused")

    @property
    def last_sale(self) -> LastSale | None:
        """The sale before, with the change that was given."""
        return self._last

    @property
    def booked(self) -> tuple[events.SaleClosed, datetime] | None:
        """The sale as it was just booked, and when; None before that, and once the next customer has come."""
        if self._state != "done" or self._body is None or self._last is None:
            return None
        return self._body, self._last.at

    def begin(self) -> PayScene:
        """Freeze the basket and start collecting; Refused while something must be done first."""
        if self.open:
            return self.scene()
        self._selling.begin_payment()
        self._wish = None
        self._taken, self._state, self._number, self._problem = [], "collecting", "", None
        return self.scene()

    def _settlement(self) -> tendering.Settlement:
        lines = [tendering.TenderLine(t.method.id, t.handed_fen, t.line.last_digits) for t in self._taken]
        return tendering.settle(self._selling.quote.payable_fen, lines, self._methods, self._rounding)

    def scene(self) -> PayScene:
        """Everything the Pay page shows."""
        return self._scene(self._state, self._number, self._problem)

    def ahead(self) -> PayScene:
        """What `begin` would show of the basket as it stands, for a page that is drawn while the basket rests; nothing is begun."""
        return self.scene() if self.open else self._scene("collecting", "", None)

    def _scene(self, state: str, number: str, problem: Text | None) -> PayScene:
        settled = self._settlement()
        basket = self._selling.basket
        offer, stored = self._points_offer(settled, state), self._stored_offer(settled, state)
        open_ = {"points": offer is not None, "stored": stored is not None}
        shown = {"cash", "recorded", *(kind for kind, offered in open_.items() if offered or self._out_of(kind))}
        return PayScene(
            state=state or "collecting",
            due_fen=settled.due_fen,
            received_fen=settled.received_fen,
            remaining_fen=settled.remaining_fen,
            change_fen=settled.change_fen,
            tiles=tuple(
                TenderTileFace(m.id, Text(m.title_zh, m.title_en), m.kind, m.key, m.asks_last_digits)
                for m in self._methods
                if m.kind in shown
            ),
            tenders=tuple(t.line for t in self._taken),
            quick_fen=tendering.quick_amounts(settled.remaining_fen) if settled.remaining_fen else (),
            number=number,
            problem=problem,
            paper=basket.paper,
            invoice_wanted=basket.invoice_wanted,
            invoice_title=basket.invoice.name,
            points=offer,
            stored=stored,
            asking_fen=self._wish.amount_fen if self._wish is not None else 0,
            asking=self._wish.method.kind if self._wish is not None else "",
        )

    def _out_of(self, purse: str) -> _Taken | None:
        return next((taken for taken in self._taken if taken.hold_id and taken.method.kind == purse), None)

    def _points_offer(self, settled: tendering.Settlement, state: str) -> PointsOffer | None:
        """What points may pay now; None without a member whose proof allows it, and once they have paid."""
        basket = self._selling.basket
        if state != "collecting" or not basket.member_id or not self._selling.rights.points or self._out_of("points"):
            return None
        most = self._points.spendable(basket.member_id, self._priced(), settled.due_fen, settled.remaining_fen)
        if most is None or not most.points:
            return None
        return PointsOffer(most.points, most.worth_fen, most.step_points, most.step_fen)

    def _stored_offer(self, settled: tendering.Settlement, state: str) -> StoredOffer | None:
        """What stored value may pay now; None without a member who has any, and once it has paid.

        It is shown whatever their proof: pressed, it says what is lacking.
        """
        basket = self._selling.basket
        if state != "collecting" or not basket.member_id or self._out_of("stored"):
            return None
        standing = self._stored.standing(basket.member_id)
        most = self._stored.spendable_fen(standing, self._priced(), settled.remaining_fen)
        return StoredOffer(standing.total_fen, most, standing.as_of) if most else None

    def _priced(self) -> list[tuple[str, int]]:
        """The lines as (class, fen after every cut)."""
        class_of = {line.line_id: line.product.rx_class for line in self._selling.basket.lines}
        return [(class_of[line.line_id], line.payable_fen) for line in self._selling.quote.lines]

    def tender(self, method_id: str, amount_fen: int = 0, last_digits: str = "") -> PayScene:
        """Take one tender; amount 0 means all that remains. Cash may be more (change), a recorded tender never."""
        self._collecting()
        method = next((m for m in self._methods if m.id == method_id), None)
        if method is None:
            raise Refused("tender_unknown")
        if self._wish is not None:
            raise Refused("purse_asking")
        if method.kind == "points":
            return self._tender_points(method, amount_fen)
        if method.kind == "stored":
            return self._tender_stored(method, amount_fen)
        remaining = self._settlement().remaining_fen
        handed = amount_fen or remaining
        if remaining <= 0:
            raise Refused("nothing_due")
        if handed <= 0:
            raise Refused("money_shape", raw=str(amount_fen))
        if method.kind != "cash" and handed > remaining:
            raise Refused("more_than_due")
        if not method.takes_digits(last_digits):
            raise Refused("last_digits_shape")
        self._taken.append(_Taken(self._tender_line(method, handed, last_digits), method, handed))
        return self.scene()

    def _tender_line(self, method: tendering.TenderMethod, handed_fen: int, last_digits: str = "") -> TenderLine:
        title = Text(method.title_zh, method.title_en)
        return TenderLine(new_id(self._clock), method.id, title, handed_fen, last_digits, self._clock.now())

    # ------------------------------------------------------------------ points and stored value

    def when_put_by(self, told: Callable[[], None]) -> None:
        """Whom to call, on another thread, once headquarters has answered: they come back with `put_by`."""
        self._told = told

    def _tender_points(self, method: tendering.TenderMethod, amount_fen: int) -> PayScene:
        """Pay with points, in whole steps."""
        offer = self._points_offer(self._settlement(), self._state)
        if self._out_of("points"):
            raise Refused("points_once")
        if offer is None:
            raise Refused("points_none")
        amount = amount_fen or offer.worth_fen
        steps, rest = divmod(amount, offer.step_fen)
        if rest or not 0 < amount <= offer.worth_fen:
            raise Refused("points_steps", most=yuan(offer.worth_fen), step=yuan(offer.step_fen))
        if self._wallet.rules.wants_proof(amount) and not self._selling.rights.proven:
            code = "points_proof_code" if self._selling.code_offered else "points_proof"
            raise Refused(code, most=yuan(self._wallet.rules.proof_from_fen))
        return self._take_out(method, amount, steps * offer.step_points)

    def _tender_stored(self, method: tendering.TenderMethod, amount_fen: int) -> PayScene:
        """Pay with stored value, with the member's own proof."""
        offer = self._stored_offer(self._settlement(), self._state)
        if self._out_of("stored"):
            raise Refused("stored_once")
        if offer is None:
            raise Refused("stored_none")
        if not self._selling.rights.stored_value:
            code = "stored_proof_code" if self._selling.code_offered else "stored_proof"
            raise Refused(code, found=self._selling.rights.title.zh, found_en=self._selling.rights.title.en)
        amount = amount_fen or offer.most_fen
        if not 0 < amount <= offer.most_fen:
            raise Refused("stored_most", most=yuan(offer.most_fen))
        return self._take_out(method, amount, amount)

    def _take_out(self, method: tendering.TenderMethod, amount_fen: int, amount: int) -> PayScene:
        """At once with what is put by for this basket already, else once headquarters has put it by."""
        basket = self._selling.basket
        held = self._wallet.held(method.kind, basket.basket_id, basket.member_id, amount)
        if held is not None:
            line = self._tender_line(method, amount_fen)
            self._taken.append(_Taken(line, method, amount_fen, amount, held.hold_id, max(0, held.part)))
            return self.scene()
        hold_id = self._wallet.ask(method.kind, basket.member_id, amount, basket.basket_id, self._told)
        self._wish = _Wish(hold_id, method, amount_fen, amount)
        return self.scene()

    def put_by(self) -> PayScene:
        """Take headquarters' answer: what it put by is a tender from now on; Refused says why it is none, with the way out."""
        wish = self._wish
        told = self._wallet.answer_to(wish.hold_id) if wish is not None else None
        if wish is None or told is None:
            return self.scene()
        self._wish = None
        purse = wish.method.kind
        if told.code != "held":
            free = yuan(max(0, told.free)) if purse == "stored" else str(max(0, told.free))
            raise Refused(f"{purse}_not_{told.code}", free=free)
        if self._state != "collecting" or wish.amount_fen > self._settlement().remaining_fen:
            self._wallet.give_back(wish.hold_id)
            return self.scene()
        line = self._tender_line(wish.method, wish.amount_fen)
        self._taken.append(_Taken(line, wish.method, wish.amount_fen, wish.amount, wish.hold_id, told.part))
        return self.scene()

    def undo_tender(self, tender_id: str) -> PayScene:
        """Take a tender back before completion; what came out of a purse goes back to the member at once."""
        self._collecting()
        for gone in self._taken:
            if gone.line.tender_id == tender_id and gone.hold_id:
                self._wallet.give_back(gone.hold_id)
        self._taken = [t for t in self._taken if t.line.tender_id != tender_id]
        return self.scene()

    def set_wishes(self, *, paper: bool | None = None, invoice: bool | None = None) -> PayScene:
        """Paper or none; invoice wanted or not."""
        self._collecting()
        self._selling.set_wishes(paper=paper, invoice=invoice)
        return self.scene()

    def scan_invoice(self, raw: str) -> PayScene | None:
        """Take a buyer's invoice code for this very sale; None for any other code. Refused for one that does not check."""
        if self._state != "collecting":
            return None
        title = self._invoicing.scanned(raw)
        if title is None:
            return None
        self._selling.set_wishes(invoice=True, title=title)
        return self.scene()

    def cancel(self) -> None:
        """Back to the basket; Refused while money is taken (undo the tenders first). A finished sale never comes back to the basket."""
        if self._state == "committing":
            raise Refused("committing")
        if self._state == "done":
            self.next_customer()
            return
        if self._taken and self._state == "collecting":
            raise Refused("undo_tenders_first")
        if self._wish is not None:
            self._wallet.give_back(self._wish.hold_id)
            self._wish = None
        self._state = ""
        self._selling.end_payment(sold=False)

    def complete(self, resume: Resume) -> PayScene:
        """Close the sale: one unit on the writer thread; `resume` is called there once it is durable or refused."""
        self._collecting()
        if self._post.staff is None:
            raise Refused("sign_in_first")
        if self._post.shift is None:
            raise Refused("no_shift")
        if self._coupons.lapsed(self._selling.coupons, self._selling.quote, self._selling.basket.basket_id):
            raise Refused("coupon_lapsed")
        settled = self._settlement()
        if not settled.complete:
            raise Refused("still_due", amount=yuan(settled.remaining_fen))
        if self._wish is not None:
            raise Refused("purse_asking")
        lapsed = next((taken for taken in self._taken if taken.hold_id and not self._wallet.good(taken.hold_id)), None)
        if lapsed is not None:
            raise Refused(f"{lapsed.method.kind}_lapsed")
        body = self._sale(settled)
        self._body, self._state, self._problem = body, "committing", None

        basket = self._selling.basket
        title = basket.invoice
        categories = {line.product.id: line.product.category for line in basket.lines}
        points, value = self._out_of("points"), self._out_of("stored")
        spent = (points.amount, points.hold_id) if points is not None else (0, "")
        paid = self._stored.of_sale(body, value.amount, value.part_fen, value.hold_id) if value is not None else StoredMoves()
        given_fen = value.part_fen if value is not None else 0
        # What was proven when the points were taken may have lapsed since: they are spent all the same.
        counts = self._selling.rights.points or points is not None
        moves = self._points.of_sale(body, categories, *spent, given_fen) if counts else Moves()

        def prints(committed: tuple[Committed, ...]) -> Sequence[NewJob]:
            taken = self._coupons.kinds_named(one.kind for one in traded)
            return self._papers.sale_jobs(body, committed[0], title, moves.line, taken, paid.line)

        used = self._coupons.redeemed(self._selling.coupons, self._selling.quote, body.sale_id)
        traded = self._coupons.traded(self._selling.coupons, self._selling.quote, basket, body.sale_id)
        bodies: list[Record] = [body, *used, *traded, *moves.bodies, *paid.bodies]
        private: list[PrivateBlob] = []
        if body.invoice_wanted:
            wish, blob = invoice_wish(self._clock, body.sale_id, title, "scanned")
            bodies.append(wish)
            private += blob
        try:
            self._future = self._store.journal.record(
                bodies, actor=self._post.actor, day=self._day(), prints=prints, private=private, forget_basket=body.basket_id
            )
        except StoreFault as fault:
            return self._refuse(fault)
        self._points.follow(self._future)
        self._future.add_done_callback(lambda _: resume())
        return self.scene()

    def settle(self) -> PayScene:
        """After `resume`: 成交, or why not; nothing was printed and no money is booked unless this says done."""
        if self._state != "committing" or self._future is None or not self._future.done():
            return self.scene()
        error = self._future.exception()
        if error is not None:
            return self._refuse(error)
        committed = self._future.result()[0]
        assert self._body is not None
        body = self._body
        self._number, self._state = committed.number, "done"
        self._last = LastSale(
            committed.number,
            committed.at,
            self._selling.basket.member_label,
            body.payable_fen,
            sum(t.handed_fen for t in body.tenders),
            body.change_fen,
        )
        self._post.paying = False
        if any(t.method.opens_drawer for t in self._taken):
            self._papers.kick_drawer()
        self._papers.wake()
        self._wake_sync()
        return self.scene()

    def next_customer(self) -> None:
        """Leave the finished payment: a fresh basket opens."""
        if self._state == "done":
            self._state = ""
            self._taken = []
            self._selling.end_payment(sold=True)

    # ------------------------------------------------------------------ inner

    def _refuse(self, error: BaseException) -> PayScene:
        code = error.code if isinstance(error, StoreFault) else type(error).__name__
        self._problem = Text(
            f"这一单没有记上账（{code}）。钱先不要收走，商品都在，处理好后再按完成。",
            f"This sale was not booked ({code}). Do not keep the money yet; the goods are all here. Complete again once fixed.",
        )
        self._state = "collecting"
        return self.scene()

    def _collecting(self) -> None:
        if self._state != "collecting":
            raise Refused("not_collecting")

    def _day(self) -> date:
        return self._post.day(shop_day(self._clock.now()))

    def _sale(self, settled: tendering.Settlement) -> events.SaleClosed:
        basket, quote = self._selling.basket, self._selling.quote
        assert self._post.shift is not None and self._post.staff is not None
        cut_of = {line.line_id: line for line in quote.lines}
        duty = self._store.shifts.duty_pharmacists()
        near = self._selling.near_lines()
        lines = tuple(
            sale_line(no, line, cut_of[line.line_id].payable_fen, cut_of[line.line_id].unit_price_fen, self._post, line.line_id in near)
            for no, line in enumerate(basket.lines, 1)
        )
        change = settled.change_fen
        tenders: list[events.Tender] = []
        # The newest cash gives the change, so that no earlier tender is booked as nothing.
        for taken in reversed(self._taken):
            back = min(change, taken.handed_fen) if taken.method.kind == "cash" else 0
            change -= back
            tenders.append(
                events.Tender(
                    tender_id=taken.line.tender_id,
                    method=taken.method.id,
                    title_zh=taken.method.title_zh,
                    title_en=taken.method.title_en,
                    kind=taken.method.kind,
                    amount_fen=taken.handed_fen - back,
                    handed_fen=taken.handed_fen,
                    last_digits=taken.line.last_digits,
                    at=taken.line.at,
                )
            )
        patient = basket.patient
        return events.SaleClosed(
            sale_id=new_id(self._clock),
            basket_id=basket.basket_id,
            shift_id=self._post.shift.shift_id,
            till=self._post.till.till,
            cashier=self._post.staff.id,
            member_id=basket.member_id,
            patient=events.Patient(kind=patient.kind, ref=patient.ref, age_months=patient.age_months, weight_g=patient.weight_g),
            opened_at=datetime.fromisoformat(basket.opened_at),
            lines=lines,
            cuts=tuple(
                events.Cut(
                    line_id=cut.line_id,
                    cause_kind=cut.cause_kind,
                    cause_id=cut.cause_id,
                    title_zh=cut.title_zh,
                    title_en=cut.title_en,
                    amount_fen=cut.amount_fen,
                )
                for cut in quote.cuts
            ),
            tenders=tuple(reversed(tenders)),
            subtotal_fen=quote.subtotal_fen,
            cut_fen=quote.cut_fen,
            rounding_fen=settled.rounding_fen,
            payable_fen=settled.due_fen,
            change_fen=settled.change_fen,
            pharmacist=duty[0] if duty else "",
            reviews=tuple(sorted({line.review_id for line in basket.lines if line.review_id})),
            invoice_wanted=basket.invoice_wanted,
            paper=basket.paper,
            rule_pack=self._rule_pack,
        )


def sale_line(no: int, line: BasketLine, amount_fen: int, unit_price_fen: int, post: Post, near_expiry: bool) -> events.SaleLine:
    """A basket line frozen with everything the law and the receipt need."""
    product = line.product
    seller = line.salesperson or (post.staff.id if post.staff else "")
    return events.SaleLine(
        line_id=line.line_id,
        no=no,
        product_id=product.id,
        generic_name=product.generic_name,
        brand_name=product.brand_name,
        form=product.form,
        strength=product.strength,
        spec=product.spec,
        unit=product.unit,
        maker=product.maker,
        holder=product.holder,
        origin=product.origin,
        approval_no=product.approval_no,
        barcode=product.barcode,
        kind=product.kind,
        rx_class=product.rx_class,
        special=product.special,
        quantity=line.quantity,
        list_price_fen=product.list_price_fen,
        unit_price_fen=unit_price_fen,
        amount_fen=amount_fen,
        cost_fen=product.cost_fen,
        lot_id=line.lot.lot_id,
        lot_no=line.lot.lot_no,
        expires_on=date.fromisoformat(line.lot.expires_on) if line.lot.expires_on else None,
        lot_source=line.lot.source,
        near_expiry=near_expiry,
        codes=tuple(events.SoldCode(code=box.code, entry=box.entry) for box in line.codes),
        code_missing_reason=line.code_missing_reason,
        salesperson=seller,
        direction_source="prescription" if line.review_id else "",
        review_id=line.review_id,
        register_id=line.register_id,
        answers=tuple(
            events.Answer(rule=a.rule, choice=a.choice, by=a.by, at=datetime.fromisoformat(a.at), reason=a.reason) for a in line.answers
        ),
        insurance=product.insurance,
        insurance_code=product.insurance_code,
        fund_eligible=bool(product.insurance),
        tax_code=product.tax_code,
        tax_rate_bp=product.tax_rate_bp,
    )
