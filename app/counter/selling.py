"""Selling: every act on the open basket, from a scan to the moment of payment; each returns the new scene.

A scan goes down once (raw code → reading → exactly one handler) and up once (one `Scene`). Nothing here opens a dialog or waits for
the disk: what must be asked is a `Question` in the scene, and the open basket is handed to the writer thread behind the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar, assert_never

from app.counter import asking
from app.counter.authorising import Authorising, Unweighed
from app.counter.coupon_book import CouponBook, CouponRefusal, CouponStand
from app.counter.coupon_why import CouponWhy
from app.counter.faults import Refused
from app.counter.goods import Box, Goods, as_choice
from app.counter.packing import Pack, Packing, outgrown
from app.counter.pending import WRITE_S, Pending
from app.counter.post import Post
from app.counter.proving import REFUSED, Proving
from app.counter.scene import CouponBlock, CouponRow, Echo, Question, Scene, SearchHit
from app.counter.staging import Stage, Staging, rx_lines
from app.counter.verifying import CodeScene, Verifying
from app.counter.visiting import Visit, Visiting
from app.counter.withheld import patient_of
from app.domain import basket as baskets
from app.domain import codes, rules
from app.domain.amount import read_typed
from app.domain.basket import Basket, BasketLine, BoxCode, LineAnswer, LotChoice, PatientRef, UnreadCode
from app.domain.invoice import InvoiceTitle
from app.domain.member_rights import CODE, Rights
from app.domain.membership import phone_of
from app.domain.money import yuan
from app.domain.pricing import Quote
from app.domain.verdict import Text, Verdict
from app.domain.verification import MEMBER
from app.records import events
from app.records.base import Record
from app.records.catalogue import Product
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import PrivateBlob
from app.records.people import FamilyPerson, Member
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.people import IDENTITY_LENGTH, Sought

T = TypeVar("T")

WAITING = "waiting:"
"""Before the entry of a scan that waits behind a question, where the basket is kept."""

VOUCHING_ROLES = ("cashier", "pharmacist", "manager")
"""Who may answer for a member: any colleague."""

UNDO_STEPS = 20
"""How many acts a cashier can take back (issue: 20 steps)."""


@dataclass(frozen=True, slots=True)
class Ghost:
    """An unknown code standing in the list until somebody resolves it."""

    ghost_id: str
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class _State:
    """Everything an undo brings back."""

    basket: Basket
    ghosts: tuple[Ghost, ...] = ()
    selected: str = ""


@dataclass(frozen=True, slots=True)
class _Writing:
    """An act that counts once it is on disk, and the form that stands until then."""

    act: Pending[Scene]
    form: str = ""
    """Kind of the question that it answers."""
    told: Future[Scene] | None = None
    """Whoever asked on another page hears of the outcome by this."""


class Selling:
    """The open basket and all that can be done to it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        goods: Goods,
        staging: Staging,
        authorising: Authorising,
        shapes: codes.CodeShapes,
        texts: asking.Reasons,
        coupons: CouponBook,
        proving: Proving,
        visiting: Visiting,
        verifying: Verifying,
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._packing = Packing(goods, clock, shapes)
        self._staging = staging
        self._authorising = authorising
        self._shapes = shapes
        self._reasons = texts
        self._coupons = coupons
        self._proving = proving
        self._visiting = visiting
        self._verifying = verifying
        self._state = _State(self._fresh())
        self._undo: list[_State] = []
        self._echo: Echo | None = None
        self._question: Question | None = None
        self._asked: asking.Asked | None = None
        self._waiting: list[tuple[str, str]] = []
        self._multiplier = 0
        self._paying = False
        self._writing: _Writing | None = None
        self._awaits: Callable[[Future[Any]], None] | None = None
        self._visit: Visit | None = None
        """What headquarters said of a visitor while the disk wrote."""
        self._unsaved = False
        """Whether the basket changed while the disk wrote."""
        self._pages = store.inbox.pages
        self._stage: Stage | None = None
        self._last: tuple[_State, Stage, Scene] | None = None
        """What was shown last, and of what it was made."""
        self._written = baskets.BasketText()
        self._faults: list[BaseException] = []
        self._refusals: set[tuple[str, str, str]] = set()
        self.tidies: list[Callable[[Collection[str]], None]] = []
        """What else is let go between two sales, told the baskets that are open or held."""

    # ------------------------------------------------------------------ reading

    @property
    def basket(self) -> Basket:
        """The open basket."""
        return self._state.basket

    @property
    def stage(self) -> Stage:
        """Quote and verdicts of the open basket, computed once per change."""
        if self._stage is None:
            self._turn_prices()
            self._stage = self._staging.judged(self._state.basket)
        return self._stage

    @property
    def quote(self) -> Quote:
        """The price of the open basket, explained."""
        return self.stage.quote

    @property
    def coupons(self) -> CouponStand:
        """The personal coupons in hand and those that apply."""
        return self.stage.coupons

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What the rules say of the open basket."""
        return self.stage.verdicts

    def look_again(self) -> Scene:
        """The scene judged afresh: a pharmacist may have come, or a lot been locked, on another page meanwhile."""
        self.renew_patient()
        return self.scene()

    def scene(self) -> Scene:
        """All that the Sale page shows now; a member who was erased or left since, here or anywhere, has gone from it."""
        if self._pages != self._store.inbox.pages:
            self._pages = self._store.inbox.pages
            self._part_from_gone()
            self._follow_record()
        self._end_proof()
        stage = self.stage
        scene = self._staging.scene(
            self._state.basket,
            stage,
            ghosts=tuple((g.ghost_id, g.raw, g.reason) for g in self._state.ghosts),
            selected=self._state.selected,
            echo=self._echo,
            question=self._question,
            waiting=len(self._waiting),
            undo_steps=len(self._undo),
        )
        self._last = (self._state, stage, scene)
        return scene

    def last_scene(self) -> Scene:
        """The goods, sums and member as they were shown last, for whoever looks on behind a scan; a new scene where any of them changed."""
        state, stage, scene = self._last or (None, None, None)
        known = state is self._state and stage is self._stage and self._pages == self._store.inbox.pages
        return scene if known and scene is not None else self.scene()

    def search(self, text: str, limit: int = 20) -> tuple[SearchHit, ...]:
        """Products for a typed text: this store's assortment first, by its own sales, then the chain's."""
        return self._staging.hits(self._store.catalogue.search(text, limit), self._post.day(self._today()))

    def price_check(self, raw: str) -> tuple[SearchHit, ...]:
        """What a code or word would cost, without adding it."""
        found = self._products_of(codes.read(raw, self._shapes, codes.ScanContext.SELLING))
        return self._staging.hits(found or self._store.catalogue.search(raw, 5), self._post.day(self._today()))

    def price_of(self, product_id: str) -> SearchHit | None:
        """The same for a product that was chosen from a list; None for one that is no longer in the catalogue."""
        product = self._goods.product(product_id)
        return next(iter(self._staging.hits((product,) if product else (), self._post.day(self._today()))), None)

    def badge_of(self, raw: str) -> str:
        """The staff code on an employee's badge, or '' for any other code; for the locked screen."""
        reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING)
        return reading.number.lstrip("0") if isinstance(reading, codes.InHouseCode) and reading.role == "employee" else ""

    # ------------------------------------------------------------------ scanning

    def scan(self, raw: str, entry: str = "scanned") -> Scene:
        """Take one scanned or typed code; an unknown one becomes a ghost line, never a popup."""
        if self._paying:
            self._waiting.append((raw, entry))
            return self._told("queued_next_sale", sound="needs_confirm")
        if self._writing is not None:
            # Its turn comes with the disk's answer; the writer, who takes one thing after another, could keep it no sooner.
            self._waiting.append((raw, entry))
            return self._told("queued_writing", count=str(len(self._waiting)), sound="needs_confirm")
        if self._question is not None:
            return self._scan_into_question(raw, entry)
        try:
            typed = read_typed(raw)
        except ValueError:
            return self._refused("quantity_shape", raw=raw)
        if typed.quantity is not None and not typed.rest:
            self._multiplier = typed.quantity
            return self._told("multiplier", quantity=str(typed.quantity))
        if typed.quantity is not None:
            self._multiplier = typed.quantity
        reading = codes.read(typed.rest, self._shapes, codes.ScanContext.SELLING)
        return self._handle(reading, entry)

    def _handle(self, reading: codes.Reading, entry: str) -> Scene:
        """Exactly one handler for every family; the type checker insists that none is forgotten."""
        match reading:
            case codes.ProductBarcode() | codes.InStoreBarcode() | codes.PackBarcode() | codes.BaseCode():
                return self._scan_product(reading)
            case codes.TraceCode() | codes.Gs1Code():
                return self._scan_box(reading, entry)
            case codes.UdiMaCode():
                return self._unknown(reading.raw, "udi_unbound")
            case codes.InHouseCode():
                return self._scan_inhouse(reading)
            case codes.IdNumber():
                return self._refused("id_not_asked", sound="scan_rejected")
            case codes.WeChatPayCode() | codes.AlipayPayCode() | codes.UnionPayCode():
                return self._refused("pay_code_own_device")
            case codes.PrescriptionCode():
                return self.ask("review", self._state.selected, number=reading.number)
            case codes.InsuranceCredential():
                return self._refused("insurance_own_device")
            case codes.InvoiceHeader():
                return self._set_invoice(reading)
            case codes.VatInvoice():
                return self._refused("vat_invoice_in_returns")
            case codes.CouponCode():
                return self._scan_token(reading.token)
            case codes.ReceiptNumber():
                return self._told("receipt_in_returns", number=reading.number, sound="scan_ok")
            case codes.SearchText():
                known = self._scan_identity(reading.text)
                if known is not None:
                    return known
                found = self._store.catalogue.search(reading.text, 2)
                if len(found) == 1:
                    return self.add_product(found[0].id)
                return self._unknown(reading.text, "several_found" if found else "nothing_found")
            case codes.Ambiguous():
                return self._scan_ambiguous(reading, entry)
            case codes.Unreadable() if reading.code == "coupon_shape":
                return self._refused("coupon_shape")
            case codes.Unreadable():
                return self._scan_identity(reading.raw) or self._unknown(reading.raw, reading.code)
            case _:
                assert_never(reading)

    def _products_of(self, reading: codes.Reading) -> tuple[Product, ...]:
        match reading:
            case codes.ProductBarcode() | codes.InStoreBarcode():
                return self._goods.of_barcode(reading.code)
            case codes.PackBarcode():
                return self._goods.of_barcode(reading.code) or self._goods.of_barcode(reading.barcode)
            case codes.BaseCode():
                return self._goods.of_base_code(reading.code)
            case codes.TraceCode():
                row = self._goods.code(reading.code)
                product = self._goods.product(row.product_id) if row else None
                return (product,) if product else self._goods.of_prefix(reading.prefix)
            case codes.Gs1Code():
                return self._goods.of_barcode(reading.barcode) if reading.gtin14 else ()
            case codes.Ambiguous():
                return tuple(p for inner in reading.readings for p in self._products_of(inner))
            case _:
                return ()

    def _scan_product(self, reading: codes.Reading) -> Scene:
        found = self._products_of(reading)
        if not found:
            return self._unknown(reading.raw, "unknown_barcode")
        if len(found) > 1:
            return self._ask_which(reading.raw, found)
        return self._add(found[0], self._take_multiplier(), None)

    def _scan_ambiguous(self, reading: codes.Ambiguous, entry: str) -> Scene:
        known = [inner for inner in reading.readings if self._products_of(inner)]
        if len(known) == 1:
            return self._handle(known[0], entry)
        if known:
            return self._ask_which(reading.raw, self._products_of(reading))
        return self._unknown(reading.raw, "unknown_barcode")

    def _scan_box(self, reading: codes.TraceCode | codes.Gs1Code, entry: str) -> Scene:
        box = self._goods.box_of(reading)
        holder = self._state.basket.holder_of(box.code)
        if holder is not None:
            self._select(holder.line_id)
            return self._refused("trace_in_basket", name=holder.product.generic_name, tail=box.code[-4:])
        known = self._goods.code(box.code)
        if known is not None and known.state != "in_stock":
            return self._refused(
                f"trace_{known.state}",
                number=known.sale_number,
                day=known.sold_on.isoformat() if known.sold_on else "",
                tail=box.code[-4:],
            )
        found = self._products_of(reading)
        if not found and box.prefix:
            line = self._line_waiting_for_prefix()
            if line is not None:
                return self._bind_prefix(line, box, entry)
        if not found:
            if isinstance(reading, codes.Gs1Code) and not reading.serial and not reading.gtin14:
                return self._unknown(reading.raw, "gs1_unknown")
            return self._unknown(reading.raw, "unknown_prefix")
        if len(found) > 1:
            return self._ask_which(reading.raw, found)
        if isinstance(reading, codes.Gs1Code) and not reading.serial:
            return self._add(found[0], self._take_multiplier(), None, proven=self._goods.lot_of_box(found[0].id, box))
        return self._add(found[0], self._take_multiplier(), box, entry=entry)

    def _line_waiting_for_prefix(self) -> BasketLine | None:
        """The line just scanned by EAN whose product knows no trace prefix yet: the next trace code binds it."""
        line = self._state.basket.line(self._state.selected)
        if line is None or line.product.trace_prefix or not line.product.trace_required or len(line.codes) >= line.quantity:
            return None
        return line

    def _bind_prefix(self, line: BasketLine, box: Box, entry: str) -> Scene:
        def bound(_: object) -> Scene:
            now = self._line(line.line_id)
            product = now.product.model_copy(update={"trace_prefix": box.prefix})
            self._change(replace(self._state, basket=self._state.basket.replaced(replace(now, product=product))))
            return self._add(product, 1, box, entry=entry)

        return self._book(events.CodeBound(kind="trace_prefix", code=box.prefix, product_id=line.product.id), bound)

    def _scan_inhouse(self, reading: codes.InHouseCode) -> Scene:
        match reading.role:
            case "member_dynamic":
                return self._scan_dynamic(reading.raw)
            case "member" | "family":
                return self._attach_found(reading.raw, self._store.people.sought(reading.raw))
            case "employee":
                staff = self._store.people.staff_by_code(str(reading.number).lstrip("0"))
                if staff is None:
                    return self._refused("staff_unknown")
                self._change(replace(self._state, basket=replace(self._state.basket, salesperson=staff.id)))
                return self._told("salesperson", name=staff.name, sound="scan_member_or_rx")
            case "coupon" | "coupon_pack":
                return self._scan_coupon(reading.raw)
            case "held":
                held = next((row for row in self._store.parked.held() if reading.raw in (row.label, row.basket_id)), None)
                return self.recall(held.basket_id) if held else self._refused("held_unknown")
            case _:
                return self._refused("inhouse_not_here")

    def _attach_found(self, text: str, found: Sequence[Sought]) -> Scene:
        """Attach the one who was found, let a digit choose among several; nobody is said, and selling goes on."""
        if len(found) == 1:
            return self.attach_member(found[0].member.id, found[0].found_by)
        if not found:
            return self._refused(self._elsewhere(text, "card"), text=text)
        self._asked = asking.Asked("which_member", "", {"found_by": found[0].found_by})
        self._question = asking.which_member([one.member for one in found], phone_of(text))
        self._echo = None
        return self.scene()

    def _scan_dynamic(self, raw: str) -> Scene:
        """A changing member code: proven ones are used up, wrong and old ones refused with the way out, unprovable ones count for less."""
        basket = self._state.basket
        claim = self._proving.judge(raw, basket.basket_id)
        refusal = REFUSED.get(claim.verdict)
        if refusal is not None:
            return self._refused(refusal)
        if claim.member is None:
            return self._refused(self._elsewhere(claim.handle, "claimed", by="handle"), text=claim.handle)
        if claim.verdict == "proven":
            proven = self._proving.spend(claim, basket.basket_id)
            if proven is not None:
                self._write(self._store.journal.record([proven], actor=self._post.actor, day=self._post.day(self._today())))
        return self.attach_member(claim.member.id, claim.found_by)

    def _elsewhere(self, text: str, found_by: str, by: str = "") -> str:
        """Nobody here: headquarters is asked where there is one, and the counter goes on. The word for what is under way."""
        if not self._visiting.can_ask(text, by):
            return "member_unknown"
        if not self._visiting.reachable:
            return "visitor_offline"
        self._visiting.ask(text, self._state.basket.basket_id, found_by, by)
        return "visitor_asked"

    def visitor_came(self, visit: Visit) -> Scene:
        """What headquarters said of somebody unknown here; only what is still wanted happens: another sale, a member, a question stay."""
        if self._writing is not None:
            self._visit = visit
            return self.scene()
        if visit.asked_id != self._state.basket.basket_id or self._state.basket.member_id or self._paying:
            return self.scene()
        asked = self._asked is not None and self._asked.kind == "member"
        if visit.members:
            if self._question is not None and not asked:
                return self._told("visitor_here", label=asking.masked(visit.members[0]), sound="scan_member_or_rx")
            self._question = self._asked = None
            return self._drain(self._attach_found("", [Sought(member, visit.found_by) for member in visit.members]))
        word = f"visitor_{visit.code}"
        if asked and self._question is not None:
            self._question = replace(self._question, error=asking.refusal_text(Refused(word)))
        return self._refused(word)

    def _scan_identity(self, raw: str) -> Scene | None:
        """What a platform calls a member, where no goods and no code of ours answer to it; None for anything else."""
        found = self._store.people.by_identity(raw) if raw.isascii() and len(raw) >= IDENTITY_LENGTH else ()
        return self._attach_found(raw, found) if found else None

    def _scan_coupon(self, code: str) -> Scene:
        # A pack (93) is a code that several offers bear: one scan gives them all.
        pack = [o for o in self._store.catalogue.offers() if o.coupon_code == code]
        day = self._post.day(self._today())
        offer = next((o for o in pack if o.active and o.starts_on <= day <= o.ends_on), pack[0] if pack else None)
        if offer is None:
            return self._refused("coupon_unknown")
        if not offer.active or not offer.starts_on <= day <= offer.ends_on:
            return self._refused("coupon_out_of_time", starts=offer.starts_on.isoformat(), ends=offer.ends_on.isoformat())
        if code in self._state.basket.coupons:
            return self._refused("coupon_in_basket")
        basket = self._state.basket
        self._change(replace(self._state, basket=replace(basket, coupons=(*basket.coupons, code))))
        applied = any(cut.cause_id in {each.id for each in pack} for cut in self.quote.cuts)
        if len(pack) > 1:
            return self._told("coupon_pack", count=str(len(pack)), sound="scan_ok", undoable=True)
        word = "coupon_applied" if applied else "coupon_waits"
        return self._told(word, title=offer.title_zh, title_en=offer.title_en, sound="scan_ok", undoable=True)

    def _scan_token(self, token: str) -> Scene:
        """Take a signed personal coupon into the basket; one that cannot be used is refused with the way out, and kept as a fact."""
        basket, day = self._state.basket, self._post.day(self._today())
        member = self._staging.member_of(basket)
        judged = self._coupons.judged(token, basket, member, day)
        if isinstance(judged, CouponRefusal) and judged.asks is not None:
            if token not in basket.tokens:
                self._change(replace(self._state, basket=replace(basket, tokens=(*basket.tokens, token))))
            return self._ask_for_coupon(judged.asks.serial)
        if isinstance(judged, CouponRefusal):
            self._note_refusal(judged.event)
            return self._refused(judged.code, **judged.facts)
        if any(one.serial == judged.serial for one in self._coupons.in_hand(basket, member, day)):
            return self._refused("coupon_in_basket")
        picked = basket.picked
        basket = replace(basket, tokens=(*basket.tokens, token), picked=None if picked is None else (*picked, judged.serial))
        self._change(replace(self._state, basket=basket))
        row = self._coupon_row(judged.serial)
        word = "coupon_applied" if row is not None and row.cut_fen else "coupon_waits_for"
        title = judged.coupon.terms
        why = row.why if row is not None else Text("")
        return self._told(
            word, title=title.title_zh, title_en=title.title_en, why=why.zh, why_en=why.en, sound="scan_ok", undoable=True
        )

    def _note_refusal(self, event: events.CouponRefused) -> None:
        """Keep that a coupon was refused, once for each basket and reason: a second scan of it says nothing new."""
        mark = (event.basket_id, event.serial or event.token_mark, event.reason)
        if mark in self._refusals:
            return
        self._refusals.add(mark)
        self._write(self._store.journal.record([event], actor=self._post.actor, day=self._post.day(self._today())))

    def _coupon_row(self, serial: str) -> CouponRow | None:
        block = self._coupon_block()
        return next((row for row in block.rows if row.serial == serial), None) if block else None

    def pick_coupon(self, serial: str) -> Scene:
        """Use a coupon in hand, or leave it: from now on a person chooses, until `pick_coupons_by_themselves`."""
        stand = self.coupons
        if any(one.serial == serial for one in stand.above):
            return self._refused("coupon_proof")
        if any(one.serial == serial for one in stand.asks):
            return self._ask_for_coupon(serial)
        if all(one.serial != serial for one in stand.in_hand):
            return self._refused("coupon_gone")
        wanted = tuple(one.id for one in stand.used)
        if serial in wanted:
            picked = tuple(one for one in wanted if one != serial)
        elif len(wanted) >= (most := self._store.settings.number("coupon.most_per_sale")):
            return self._refused("coupon_most", most=str(most))
        else:
            picked = (*wanted, serial)
        self._change(replace(self._state, basket=replace(self._state.basket, picked=picked)))
        return self._told("coupon_picked" if serial in picked else "coupon_left", undoable=True)

    def coupon_whys(self) -> tuple[CouponWhy, ...]:
        """Why each waiting coupon of the sale waits: all its reasons and the cheapest way out."""
        block = self._coupon_block()
        waiting = {row.serial for row in block.rows if not row.cut_fen} if block is not None else set()
        return self._staging.coupon_whys(self._state.basket, waiting) if waiting else ()

    def _coupon_block(self) -> CouponBlock | None:
        return self._coupons.block(self.coupons, self.quote, self._state.basket.articles)

    def take_in_trade(self, kind: str, serial_no: str = "", condition: str = "") -> Scene:
        """Register an old article that is handed over with this sale; one with a serial number is taken back only once."""
        rules = self._coupons.shares.rules
        if kind not in rules.trade_kinds or condition not in ("", *rules.trade_conditions):
            return self._refused("trade_unknown", kind=kind)
        seal = hashlib.sha256(serial_no.strip().upper().encode()).hexdigest()[:16] if serial_no.strip() else ""
        basket = self._state.basket
        if seal and (any(one.seal == seal for one in basket.articles) or self._store.coupons.traded_before(seal)):
            return self._refused("trade_again", serial=serial_no[-4:])
        article = baskets.OldArticle(kind, seal, condition)
        self._change(replace(self._state, basket=replace(basket, traded=(*basket.traded, article.text))))
        words = rules.trade_kinds[kind]
        said = "trade_unpaid" if kind in rules.trade_unpaid else "trade_taken"
        return self._told(said, title=words.zh, title_en=words.en, undoable=True)

    def _ask_for_coupon(self, serial: str) -> Scene:
        """Have headquarters put a chain-wide coupon by; the counter goes on, and `coupons_answered` brings the word."""
        self._coupons.shares.ask(serial, self._state.basket.basket_id)
        self._stage = None
        return self._told("coupon_asking")

    def when_coupons_answer(self, told: Callable[[], None]) -> None:
        """Whom to call, on another thread, once headquarters has answered: they come back with `coupons_answered`."""
        self._coupons.shares.told = told

    def coupons_answered(self) -> Scene:
        """Take headquarters' answers: what it put by is used from now on, what it refused is said with the way out.

        While money is taken the price stands; whoever goes back to the basket hears of them then.
        """
        if self._paying or self._writing is not None:
            return self.scene()
        answers = self._coupons.shares.answers()
        if not answers:
            return self.scene()
        self._stage = None
        last = answers[-1]
        for one in answers:
            if one.code not in ("reserved", "not_kept"):
                self._note_refusal(self._coupons.not_put_by(self.coupons, self._state.basket, one.serial, one.code))
        if last.code == "reserved":
            basket = self._state.basket
            in_hand = any(one.serial == last.serial for one in self.coupons.in_hand)
            if basket.picked is not None and in_hand and last.serial not in basket.picked:
                self._change(replace(self._state, basket=replace(basket, picked=(*basket.picked, last.serial))))
            return self._told("coupon_reserved", sound="scan_ok")
        return self._refused(f"coupon_not_{last.code}")

    def pick_coupons_by_themselves(self) -> Scene:
        """Let the best coupons be used again."""
        if self._state.basket.picked is None:
            return self.scene()
        self._change(replace(self._state, basket=replace(self._state.basket, picked=None)))
        return self._told("coupon_automatic", undoable=True)

    def _ask_which(self, raw: str, found: tuple[Product, ...]) -> Scene:
        self._asked = asking.Asked("ambiguous", "", {"raw": raw})
        self._question = asking.ambiguous(raw, found)
        self._echo = Echo("told", "ambiguous", sound="needs_confirm")
        return self.scene()

    # ------------------------------------------------------------------ lines

    def add_product(self, product_id: str, quantity: int = 0) -> Scene:
        """Add packs of a product chosen from the list; the multiplier typed before counts."""
        product = self._goods.product(product_id)
        if product is None:
            return self._refused("product_gone")
        return self._add(product, quantity or self._take_multiplier(), None)

    def _add(self, product: Product, quantity: int, box: Box | None, *, entry: str = "scanned", proven: LotChoice | None = None) -> Scene:
        if not product.active or (product.list_price_fen <= 0 and product.kind != "service"):
            return self._refused("not_for_sale", name=product.generic_name)
        lot = self._goods.lot_of_box(product.id, box) if box else proven
        pack = Pack(product, quantity, lot, BoxCode(box.code, entry) if box else None)
        placed = self._packing.put(self._state.basket, pack, self._today(), self._law_day())
        self._change(replace(self._state, basket=placed.basket, selected=placed.line.line_id))
        if placed.counted:
            return self._said_added("code_added", placed.line, 1, box)
        return self._said_added("added", placed.line, quantity, box)

    def _said_added(self, word: str, line: BasketLine, quantity: int, box: Box | None) -> Scene:
        said = [verdict for verdict in self.verdicts if verdict.line_id == line.line_id]
        blocked = any(verdict.level == "block" and not verdict.tone for verdict in said)
        confirms = any(verdict.level == "confirm" for verdict in said)
        sound = "blocked_by_rule" if blocked else "needs_confirm" if confirms else "scan_ok"
        self._echo = Echo(
            "added",
            word,
            {
                "name": line.product.generic_name,
                "quantity": str(quantity),
                "code": f"{box.code[:4]} **** {box.code[-4:]}" if box else "",
                "shelf": line.product.shelf,
                "stock": str(sum(row.stock for row in self._goods.lots_of(line.product.id))),
                "unit": line.product.unit,
            },
            sound=sound,
            undoable=True,
        )
        return self.scene()

    def set_quantity(self, line_id: str, quantity: int) -> Scene:
        """Set a line's packs; fewer than its scanned boxes asks which boxes go back."""
        line = self._line(line_id)
        if quantity <= 0:
            return self.remove(line_id)
        if len(line.codes) > quantity:
            return self._ask_box(line, quantity)
        # Nothing was scanned for a new pack: its lot is a guess until its code says so.
        changed = self._packing.weighed(replace(line, quantity=quantity))
        self._change(replace(self._state, basket=self._state.basket.replaced(changed), selected=line_id))
        return self._told("quantity", name=line.product.generic_name, quantity=str(quantity), undoable=True, kind="quantity")

    def nudge(self, line_id: str, by: int) -> Scene:
        """One pack more or fewer."""
        return self.set_quantity(line_id, self._line(line_id).quantity + by)

    def _ask_box(self, line: BasketLine, quantity: int) -> Scene:
        self._refuse_while_busy()
        self._asked = asking.Asked("which_box", line.line_id, {"quantity": str(quantity)})
        self._question = asking.which_box(line)
        self._echo = Echo("told", "which_box", {"name": line.product.generic_name}, sound="needs_confirm")
        return self.scene()

    def remove(self, line_id: str) -> Scene:
        """Take a line (or a ghost) off; its trace codes are free again and named so that the boxes go back to the shelf."""
        if any(g.ghost_id == line_id for g in self._state.ghosts):
            ghosts = tuple(g for g in self._state.ghosts if g.ghost_id != line_id)
            self._change(replace(self._state, ghosts=ghosts, selected=self._selected_without(line_id)))
            return self._told("ghost_ignored", kind="removed", undoable=True)
        line = self._line(line_id)
        basket = self._state.basket.without(line_id)
        self._change(replace(self._state, basket=basket, selected=self._selected_without(line_id)))
        tails = "、".join(box.code[-4:] for box in line.codes)
        return self._told("removed", name=line.product.generic_name, tails=tails, kind="removed", undoable=True)

    def undo(self) -> Scene:
        """Take the last act back, up to twenty of them."""
        if not self._undo:
            return self._told("nothing_to_undo")
        self._refuse_while_busy()
        self._state = self._undo.pop()
        self._question = self._asked = None
        self._stage = None
        self._persist()
        return self._drain(self._told("undone", kind="undone"))

    def select(self, line_id: str) -> Scene:
        """Move the cursor to a line."""
        self._select(line_id)
        return self.scene()

    def step_selection(self, by: int) -> Scene:
        """Move the cursor up or down."""
        ids = self._rows()
        if ids:
            at = ids.index(self._state.selected) if self._state.selected in ids else len(ids) - 1
            self._select(ids[max(0, min(len(ids) - 1, at + by))])
        return self.scene()

    # ------------------------------------------------------------------ rules' ways out

    def act(self, line_id: str, rule: str, act: str) -> Scene:
        """Do what a strip's button says (`WayOut.act`)."""
        word, _, value = act.partition(":")
        match word:
            case "set_quantity":
                return self.set_quantity(line_id, int(value))
            case "remove_line" | "remove":
                return self.remove(line_id)
            case "answer":
                return self._answer_rule(line_id, rule, value)
            case "ask":
                return self.ask(value, line_id, rule=rule)
            case "scan_code":
                self._select(line_id)
                return self._told("scan_the_box", sound="")
            case "find":
                return self.ask("find", line_id)
            case _:
                raise Refused("unknown_act", act=act)

    def _answer_rule(self, line_id: str, rule: str, choice: str, by: str = "", reason: str = "") -> Scene:
        answer = LineAnswer(rule, choice, by or self._post.actor, self._clock.now().isoformat(), reason)
        basket = self._state.basket
        if line_id:
            line = self._line(line_id)
            if choice == "this_lot":
                line = replace(line, lot=replace(line.lot, source="confirmed"))
            basket = basket.replaced(line.with_answer(answer))
        else:
            basket = replace(basket, answers=(*(a for a in basket.answers if a.rule != rule), answer))
        self._change(replace(self._state, basket=basket))
        return self._told("answered", undoable=True)

    # ------------------------------------------------------------------ questions

    def ask(self, kind: str, line_id: str = "", **facts: str) -> Scene:
        """Put a question on the screen: quantity, price, lot, review, buyer, patient, override, code_missing, find, salesperson, member."""
        self._refuse_while_busy()
        line = self._state.basket.line(line_id or self._state.selected)
        if kind == "review" and self._rx_lines() and not self._store.shifts.duty_pharmacists():
            # Nobody could sign the form: the pharmacist comes first, and the form opens by itself after.
            return self.ask("duty_pharmacist", line_id, **facts, then="review")
        if line is None and kind in asking.NEEDS_LINE:
            return self._refused("choose_a_line")
        self._asked = asking.Asked(kind, line.line_id if line else line_id, dict(facts))
        self._question = self._build(kind, line, facts)
        if self._question is None:
            self._asked = None
            return self._refused(f"nothing_to_{kind}")
        self._echo = None
        return self.scene()

    def _build(self, kind: str, line: BasketLine | None, facts: Mapping[str, str]) -> Question | None:
        day = self._law_day()
        match kind:
            case "quantity" if line:
                return asking.quantity(line)
            case "price" if line:
                return asking.price(line, self._reasons, needs_pin=not self._may("price"))
            case "lot" if line:
                return asking.lot(line, self._goods.lots_of(line.product.id), day)
            case "review":
                people = self._store.people.staff()
                on_duty = [s for s in people if s.id in self._store.shifts.duty_pharmacists()]
                shift = self._post.shift
                signed_in = self._store.journal.of_type("staff.signed_in@1", self._post.day(self._today()))
                here = {shift.staff_id if shift else "", *(s.id for s in on_duty), *(str(e.body["staff_id"]) for e in signed_in)}
                return asking.review(self._rx_lines(), people, on_duty, here, self._patient_label(), day, facts.get("number", ""))
            case "buyer" if line:
                return asking.buyer(line)
            case "patient":
                return asking.patient(self._state.basket, self._family())
            case "override" if line:
                role = self._overridable_by(line, facts.get("rule", ""))
                may = [s for s in self._store.people.staff() if s.active and role in rules.roles_of(s)]
                return asking.override(line, self._reasons, may) if may else None
            case "pharmacist" if line and facts.get("rule"):
                return asking.pharmacist(line)
            case "duty_pharmacist":
                pharmacists = [s for s in self._store.people.staff() if s.active and "pharmacist" in rules.roles_of(s)]
                return asking.duty_pharmacist(pharmacists, self._store.shifts.duty_pharmacists())
            case "code_missing" if line:
                return asking.code_missing(line, self._reasons)
            case "find":
                return asking.find(facts.get("raw", ""))
            case "salesperson":
                now = line.salesperson if line else self._state.basket.salesperson
                people = self._store.people.staff()
                return asking.salesperson([s for s in people if s.active], line, now or self._post.actor)
            case "member":
                return asking.member(facts.get("text", ""))
            case "vouch":
                member = self._staging.member_of(self._state.basket)
                return asking.vouch(member, self._proving.rights, code=self.code_offered) if member is not None else None
            case "reveal":
                member = self._staging.member_of(self._state.basket)
                return asking.reveal(member, self._proving.rights) if member is not None else None
            case _:
                return None

    def answer(self, question_id: str, values: Mapping[str, str]) -> Scene:
        """Answer the open question; a wrong answer keeps it open with the reason on it."""
        if self._question is None or self._asked is None or self._question.question_id != question_id:
            return self.scene()
        self._refuse_while_busy()
        question, asked = self._question, self._asked
        self._question = self._asked = None
        try:
            scene = self._apply(asked, values)
        except Unweighed:
            self._question, self._asked = question, asked
            raise
        except Refused as refusal:
            self._question, self._asked = replace(question, error=asking.refusal_text(refusal)), asked
            self._echo = Echo("refused", refusal.code, dict(refusal.facts), sound="scan_rejected")
            return self.scene()
        if self._writing is not None:
            # The form stands, with all that was typed, until its facts are on disk.
            self._writing = replace(self._writing, form=asked.kind)
            self._question, self._asked = question, asked
            return self.scene()
        return self._drain(scene)

    def form(self, kind: str) -> Question | None:
        """What a question would ask, for another page to ask; nothing is opened here. None where there is nothing to ask."""
        return self._build(kind, None, {})

    def take_form(self, kind: str, values: Mapping[str, str]) -> Pending[Scene]:
        """Answer what another page asked by `form`, and with it the same question standing open; Refused says what is wrong."""
        self._refuse_while_busy()
        scene = self._apply(asking.Asked(kind, "", {}), values)
        told: Future[Scene] = Future()
        if self._writing is not None:
            self._writing = replace(self._writing, form=kind, told=told)
        else:
            told.set_result(self._drain(self.scene()) if self._close_form(kind) else scene)
        return Pending(told, told.result)

    def _close_form(self, kind: str) -> bool:
        """Close the open question if it is of this kind; whether it was."""
        if self._asked is None or self._asked.kind != kind:
            return False
        self._question = self._asked = None
        return True

    def dismiss_question(self) -> Scene:
        """Esc: leave the question, lose nothing."""
        self._refuse_while_busy()
        self._question = self._asked = None
        return self._drain(self.scene())

    def _apply(self, asked: asking.Asked, values: Mapping[str, str]) -> Scene:
        line = self._state.basket.line(asked.line_id)
        match asked.kind:
            case "quantity" if line:
                return self.set_quantity(line.line_id, asking.as_quantity(values))
            case "which_box" if line:
                return self._give_back(line, asking.chosen(values, "box"), int(asked.facts["quantity"]))
            case "price" if line:
                return self._set_price(line, values)
            case "lot" if line:
                return self._set_lot(line, asking.chosen(values, "lot"))
            case "review":
                return self._sign_review(values)
            case "buyer" if line:
                return self._register_buyer(line, values)
            case "patient":
                return self._set_patient(values)
            case "override" if line:
                role = self._overridable_by(line, asked.facts["rule"])
                person = self._authorising.anyone(values.get("pin", ""), (role,), values.get("person", ""))
                if not values.get("reason"):
                    raise Refused("reason_needed")
                return self._answer_rule(line.line_id, asked.facts["rule"], "override", person.id, values["reason"])
            case "pharmacist" if line:
                person = self._authorising.anyone(values.get("pin", ""), ("pharmacist",))
                return self._answer_rule(line.line_id, asked.facts["rule"], "checked", person.id)
            case "duty_pharmacist":
                return self._set_duty(values, asked)
            case "code_missing" if line:
                if not values.get("reason"):
                    raise Refused("reason_needed")
                changed = replace(line, code_missing_reason=values["reason"])
                self._change(replace(self._state, basket=self._state.basket.replaced(changed)))
                return self._told("code_missing", undoable=True)
            case "ambiguous":
                return self._add_resolved(asking.chosen(values, "product"), asked.facts.get("raw", ""))
            case "find":
                ghost = next((g for g in self._state.ghosts if g.ghost_id == asked.line_id), None)
                return self._add_resolved(asking.chosen(values, "product"), ghost.raw if ghost else "", ghost)
            case "salesperson":
                return self._set_salesperson(line, asking.chosen(values, "staff"))
            case "member":
                text = asking.chosen(values, "text")
                found = self._store.people.sought(text)
                if not found:
                    raise Refused(self._elsewhere(text, "phone"), text=text)
                return self._attach_found(text, found)
            case "which_member":
                return self.attach_member(asking.chosen(values, "member"), asked.facts.get("found_by", ""))
            case "vouch":
                return self._vouch(values)
            case "code":
                return self._type_code(asked, values)
            case "reveal":
                return self._reveal(values)
            case _:
                return self.scene()

    def _add_resolved(self, product_id: str, raw: str, ghost: Ghost | None = None) -> Scene:
        """Add what a person said a code means; the code of a box stays with its pack, and its ghost leaves the list."""
        product = self._goods.product(product_id)
        if product is None:
            raise Refused("product_gone")
        reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING) if raw else None
        box = self._goods.box_of(reading) if isinstance(reading, codes.TraceCode | codes.Gs1Code) else None
        holder = self._state.basket.holder_of(box.code) if box else None
        if box and holder is not None:
            return self._refused("trace_in_basket", name=holder.product.generic_name, tail=box.code[-4:])
        if ghost is not None:
            self._change(replace(self._state, ghosts=tuple(g for g in self._state.ghosts if g != ghost)))
        if isinstance(reading, codes.Gs1Code) and box and not reading.serial:
            return self._add(product, self._take_multiplier(), None, proven=self._goods.lot_of_box(product.id, box))
        return self._add(product, self._take_multiplier(), box)

    def _scan_into_question(self, raw: str, entry: str) -> Scene:
        """A form that can use the scan takes it; else the scan waits its turn."""
        assert self._question is not None and self._asked is not None
        match self._asked.kind:
            case "which_box":
                line = self._state.basket.line(self._asked.line_id)
                if line and any(box.code == raw for box in line.codes):
                    return self.answer(self._question.question_id, {"box": raw})
            case "buyer":
                reading = codes.read(raw, self._shapes, codes.ScanContext.ASKING_ID)
                if isinstance(reading, codes.IdNumber):
                    self._question = asking.filled(self._question, "id_number", reading.number)
                    return self._told("id_taken", sound="scan_ok")
            case "review":
                reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING)
                if isinstance(reading, codes.PrescriptionCode):
                    self._question = asking.filled(self._question, "number", reading.number)
                    return self._told("number_taken", sound="scan_member_or_rx")
            case "salesperson":
                badge = self.badge_of(raw)
                staff = self._store.people.staff_by_code(badge) if badge else None
                if staff is not None:
                    return self.answer(self._question.question_id, {"staff": staff.id})
            case "member" | "which_member" | "find":
                self._question = self._asked = None
                return self.scan(raw, entry)
        self._waiting.append((raw, entry))
        self._persist()
        return self._told("queued", count=str(len(self._waiting)), sound="needs_confirm")

    def _drain(self, scene: Scene) -> Scene:
        """Take the scans that waited behind a question, in their order, until one asks again."""
        while self._waiting and self._question is None and not self._paying and self._writing is None:
            raw, entry = self._waiting.pop(0)
            scene = self.scan(raw, entry)
        return scene

    def _give_back(self, line: BasketLine, code: str, quantity: int) -> Scene:
        left = tuple(box for box in line.codes if box.code != code)
        if len(left) == len(line.codes):
            raise Refused("not_on_this_line")
        changed = self._packing.weighed(replace(line, codes=left, quantity=max(quantity, len(left))))
        self._change(replace(self._state, basket=self._state.basket.replaced(changed)))
        scene = self._told("put_back", tail=code[-4:], name=line.product.generic_name, undoable=True, kind="removed")
        if len(left) > quantity:
            return self._ask_box(self._line(line.line_id), quantity)
        return scene

    def _set_price(self, line: BasketLine, values: Mapping[str, str]) -> Scene:
        price_fen = asking.as_price(values)
        marked_fen = line.product.list_price_fen
        if marked_fen and price_fen > marked_fen:
            # 明码标价和禁止价格欺诈规定 (2022), Art. 8: nothing is charged beyond the marked price.
            raise Refused("above_marked", marked=yuan(marked_fen))
        by = self._post.actor
        if not self._may("price"):
            by = self._authorising.anyone(values.get("pin", ""), str(self._store.settings.get("rights.price")).split(";")).id
        changed = replace(line, price_change=baskets.PriceChange(price_fen, values["reason"], by))
        self._change(replace(self._state, basket=self._state.basket.replaced(changed)))
        return self._told("price", name=line.product.generic_name, kind="price", undoable=True)

    def _set_lot(self, line: BasketLine, lot_id: str) -> Scene:
        lot = self._goods.lot(line.product.id, lot_id)
        if lot is None:
            raise Refused("lot_unknown")
        if line.lot.source == "code" and line.lot.lot_id != lot_id:
            raise Refused("lot_by_code")
        changed = replace(line, lot=as_choice(lot, "confirmed" if line.lot.source != "code" else "code"))
        self._change(replace(self._state, basket=self._state.basket.replaced(changed)))
        return self._told("lot", lot=lot.lot_no, undoable=True)

    def _set_patient(self, values: Mapping[str, str]) -> Scene:
        choice = values.get("person", "typed")
        basket = self._state.basket
        if choice == "member":
            member = self._store.people.member(basket.member_id)
            patient = patient_of(self._store.people, member, self._today()) if member else PatientRef()
        elif choice == "typed":
            patient = asking.typed_patient(values)
        else:
            person = next((p for p in self._family() if p.id == choice), None)
            if person is None:
                raise Refused("person_unknown")
            patient = patient_of(self._store.people, person, self._today())
        self._change(replace(self._state, basket=replace(basket, patient=patient)))
        return self._told("patient", label=patient.label, undoable=True)

    def _set_salesperson(self, line: BasketLine | None, staff_id: str) -> Scene:
        """Count one line, or without one the lines that follow, for a person; an empty basket says nothing to undo."""
        staff = self._store.people.staff_by_id(staff_id)
        if staff is None or not staff.active:
            raise Refused("staff_unknown")
        basket = self._state.basket
        changed = replace(basket, salesperson=staff.id) if line is None else basket.replaced(replace(line, salesperson=staff.id))
        self._change(replace(self._state, basket=changed))
        return self._told("salesperson", name=staff.name, sound="scan_member_or_rx", undoable=True)

    def _set_duty(self, values: Mapping[str, str], asked: asking.Asked) -> Scene:
        """药师到岗 / 离岗 at this till, signed with the pharmacist's own PIN; a review that waited for them opens after it."""
        person = self._authorising.anyone(values.get("pin", ""), ("pharmacist",), values.get("pharmacist", ""))
        came = values.get("on_duty") != "no"

        def kept(_: object) -> Scene:
            self._stage = None
            told = self._told("duty_on" if came else "duty_off", name=person.name, sound="scan_member_or_rx")
            if came and asked.facts.get("then") == "review":
                return self.ask("review", asked.line_id, number=asked.facts.get("number", ""))
            return told

        return self._book(events.DutyPharmacist(staff_id=person.id, on_duty=came), kept, actor=person.id)

    def _overridable_by(self, line: BasketLine, rule: str) -> str:
        """The role that may override the rule standing on a line; '' where nobody can."""
        verdict = next((v for v in self.verdicts if v.line_id == line.line_id and v.rule == rule), None)
        return verdict.overridable_by if verdict else ""

    def _sign_review(self, values: Mapping[str, str]) -> Scene:
        """One pharmacist's act at the cashier's till: own PIN; shift and basket stay the cashier's."""
        pharmacist = self._authorising.anyone(values.get("pin", ""), ("pharmacist",), values.get("reviewer", ""))
        if pharmacist.id not in self._store.shifts.duty_pharmacists():
            raise Refused("not_on_duty", name=pharmacist.name)
        lines = self._rx_lines()
        if not lines:
            raise Refused("nothing_to_review")
        review_id = new_id(self._clock)
        body, blob = self._staging.review(values, pharmacist, lines, self._state.basket, review_id)
        wanted = {line.line_id for line in lines}

        def signed() -> Basket:
            # A rejection, too, stands on its lines: it ends what was approved before, also for an undo.
            return self._with_lines(lambda line: replace(line, review_id=review_id) if line.line_id in wanted else line)

        def kept(_: object) -> Scene:
            self._staging.note_review(body, self._clock.now())
            self._change(replace(self._state, basket=signed()))
            word = "review_approved" if body.verdict == "approved" else "review_rejected"
            return self._told(word, name=pharmacist.name, sound="scan_member_or_rx")

        # On disk with its basket in one commit: nobody signs twice for one power cut.
        return self._book(body, kept, actor=pharmacist.id, private=[blob], basket=signed())

    def _with_lines(self, changed: Callable[[BasketLine], BasketLine]) -> Basket:
        """The basket in hand with every line as `changed` gives it."""
        basket = self._state.basket
        return replace(basket, lines=tuple(changed(line) for line in basket.lines))

    def _register_buyer(self, line: BasketLine, values: Mapping[str, str]) -> Scene:
        body, blob = self._staging.buyer(values, line, self._state.basket)

        def registered() -> Basket:
            special = line.product.special
            return self._with_lines(lambda one: replace(one, register_id=body.register_id) if one.product.special == special else one)

        def kept(_: object) -> Scene:
            self._staging.note_buyer(body)
            self._change(replace(self._state, basket=registered()))
            return self._told("buyer_registered", sound="scan_ok")

        return self._book(body, kept, private=[blob], basket=registered())

    # ------------------------------------------------------------------ member, held, payment

    @property
    def rights(self) -> Rights:
        """What the member may have by the way they were found; without a member, what the usual way would give."""
        return self._staging.rights(self._proven_now(self._state.basket))

    @property
    def code_offered(self) -> bool:
        """Whether the member could prove themselves now by a code that is sent to their phone."""
        member = self._staging.member_of(self._state.basket)
        return member is not None and bool(member.phone) and self._verifying.offered

    def attach_shown(self, member_id: str, found_by: str) -> Scene:
        """Attach whom a page shows: what was proven for a basket is no proof for the next one."""
        here = self._state.basket.member_id == member_id
        return self.attach_member(member_id, found_by if here else self._proving.outlived(found_by))

    def attach_member(self, member_id: str, found_by: str = "") -> Scene:
        """Attach a member; unless a 用药人 was named, the member is the one the safety checks run on.

        `found_by` is the way they were found (see `app.domain.member_rights`); a weaker way never lowers what was proven before.
        """
        member = self._store.people.member(member_id)
        if member is None:
            return self._refused("member_unknown")
        if self._store.people.has_left(member_id):
            return self._refused("member_left")
        basket = self._state.basket
        patient = basket.patient
        if patient.kind in ("unknown", "member", "family"):
            patient = patient_of(self._store.people, member, self._today())
        label = asking.masked(member)
        if basket.member_id == member.id and self._proving.weaker(found_by, basket.found_by):
            return self._attached(self._of_member(basket, member.id, label, patient, basket.found_by, (basket.proven_at, basket.proven_in)))
        proven = ("", "")
        if found_by in self._proving.rights.lapsing:
            proven = (self._store.journal.trusted_now().isoformat(), self._shift_id())
        return self._attached(self._of_member(basket, member.id, label, patient, found_by, proven))

    def _attached(self, basket: Basket) -> Scene:
        found_by, label = basket.found_by, basket.member_label
        self._change(replace(self._state, basket=basket))
        word = {"dynamic": "member_proven", "code": "member_code_told", "claimed": "member_claimed"}.get(found_by, "member")
        return self._told(word, label=label, kind="member", sound="scan_member_or_rx", undoable=True)

    def _vouch(self, values: Mapping[str, str]) -> Scene:
        """Somebody looked at the member's paper, or a colleague answers for them with the own PIN: more than a number typed in."""
        how = asking.chosen(values, "how")
        basket = self._state.basket
        if how == CODE and basket.member_id:
            return self._send_code(again=False)
        if how not in self._proving.rights.vouching or not basket.member_id:
            raise Refused("choose_one")
        if how == "voucher":
            person = self._authorising.anyone(values.get("pin", ""), VOUCHING_ROLES)
            if self._post.staff is not None and person.id == self._post.staff.id:
                raise Refused("colleague_needed")
        return self.attach_member(basket.member_id, how)

    def _send_code(self, *, again: bool) -> Scene:
        """Have a code sent to the member's phone, and ask for it; the counter goes on meanwhile."""
        basket, member = self._state.basket, self._staging.member_of(self._state.basket)
        phone = member.phone if member is not None else ""
        if self._verifying.proof(basket.member_id, MEMBER, owner=basket.basket_id, phone=phone) is not None and not again:
            return self._code_proven()
        code = self._verifying.send(MEMBER, basket.member_id, phone, owner=basket.basket_id, again=again)
        return self._ask_code(code)

    def _ask_code(self, code: CodeScene) -> Scene:
        self._asked = asking.Asked("code", "", {"state": code.state})
        shown, before = asking.code(code), self._question
        if before is not None and before.kind == "code" and code.open and code.state not in ("wrong", "too_many"):
            # What is being typed stays while headquarters answers.
            shown = replace(shown, question_id=before.question_id)
        self._question = shown
        return self.scene()

    def _type_code(self, asked: asking.Asked, values: Mapping[str, str]) -> Scene:
        """The code as it was told back; nothing typed asks for another one."""
        now = self._verifying.scene
        if now is None or not now.open or not values.get("code", "").strip():
            return self._send_code(again=True)
        return self._ask_code(self._verifying.type(values["code"]))

    def code_told(self) -> Scene:
        """Headquarters said something of a code; what is no more wanted, for another sale or member stands here, changes nothing."""
        self._verifying.heard()
        code, basket = self._verifying.scene, self._state.basket
        mine = code is not None and code.purpose == MEMBER and code.subject == basket.member_id
        if code is None or not mine or self._paying or self._writing is not None:
            return self.scene()
        if code.state == "proven":
            return self._code_proven()
        if self._asked is not None and self._asked.kind == "code" and self._asked.facts["state"] != code.state:
            return self._ask_code(code)
        return self.scene()

    def _code_proven(self) -> Scene:
        """The code is right: it is on record, and the member counts as one who proved it themselves."""
        basket = self._state.basket
        proof = self._verifying.proof(basket.member_id, MEMBER, owner=basket.basket_id)
        if proof is None:
            return self.scene()
        if self._verifying.fresh(proof):
            bodies, blobs = self._verifying.facts(proof, basket.member_id)
            day = self._post.day(self._today())
            self._write(self._store.journal.record(bodies, actor=self._post.actor, day=day, private=blobs))
        self._verifying.leave(MEMBER)
        if self._asked is not None and self._asked.kind == "code":
            self._question = self._asked = None
        return self._drain(self.attach_member(basket.member_id, CODE))

    def _reveal(self, values: Mapping[str, str]) -> Scene:
        """Show what a mask hides for one purpose; that it was looked at is kept, whoever looked."""
        what, purpose = asking.chosen(values, "what"), asking.chosen(values, "purpose")
        member = self._staging.member_of(self._state.basket)
        if member is None or what not in asking.REVEALABLE or purpose not in self._proving.rights.purposes:
            raise Refused("choose_one")
        shown = {"phone": member.phone, "name": member.name, "card": member.card_no}[what]
        body = events.MemberRevealed(member_id=member.id, what=what, purpose=purpose)
        return self._book(body, lambda _: self._told("revealed", shown=shown))

    def detach_member(self) -> Scene:
        """Let the member go; the goods stay. Refused while a recorded allergy stands against a line: take the line off first."""
        if any(verdict.rule == "allergy" for verdict in self.verdicts):
            return self._refused("allergy_stands")
        basket = self._state.basket
        patient = basket.patient if basket.patient.kind == "typed" else PatientRef()
        self._change(replace(self._state, basket=self._of_member(basket, "", "", patient, "")))
        return self._told("member_gone", undoable=True)

    def part_from_erased(self) -> bool:
        """Let go a member who was erased, even from a sale at payment; the goods stay, and nothing can be undone to them."""
        basket = self._state.basket
        if not self._store.people.erased(basket.member_id):
            return False
        patient = basket.patient if basket.patient.kind == "typed" else PatientRef()
        self._undo.clear()
        self._state = replace(self._state, basket=self._of_member(basket, "", "", patient, ""))
        self._stage = None
        self._staging.forget()
        self._persist()
        return True

    def _part_from_gone(self) -> None:
        """Let go a member who was erased, or took their membership back."""
        member_id = self._state.basket.member_id
        if not self.part_from_erased() and member_id and self._store.people.has_left(member_id):
            self.part_from((member_id,))

    def part_from(self, member_ids: Collection[str]) -> None:
        """Let go who left: the goods stay and are checked for the same 用药人, and no undo brings the member back.

        While money is taken the price stands; whoever goes back to the basket finds them gone.
        """
        if self._paying:
            return

        def parted(state: _State) -> _State:
            basket = state.basket
            if basket.member_id not in member_ids:
                return state
            return replace(state, basket=self._of_member(basket, "", "", basket.patient, ""))

        self._state, self._undo = parted(self._state), [parted(state) for state in self._undo]
        self._stage = None
        self._persist()

    def _proven_now(self, basket: Basket) -> Basket:
        """The basket with the way its member counts as found by now."""
        if not basket.found_by or self._proving.rights.holds(basket.found_by, basket.proven_at, self._store.journal.trusted_now()):
            return basket
        return self._lapsed(basket)

    def _lapsed(self, basket: Basket) -> Basket:
        return replace(basket, found_by=self._proving.outlived(basket.found_by), proven_at="", proven_in="")

    def _end_proof(self) -> None:
        """A proof that was given too long ago is one no more; while money is taken the price stands, and no further right is had."""
        basket = self._state.basket
        now = basket if self._paying else self._proven_now(basket)
        if now is not basket:
            self._state = replace(self._state, basket=now)
            self._stage = None
            self._persist()

    @staticmethod
    def _of_member(
        basket: Basket, member_id: str, label: str, patient: PatientRef, found_by: str, proven: tuple[str, str] = ("", "")
    ) -> Basket:
        """The basket for another member or none; what a person chose among the coupons of the one before is forgotten."""
        picked = basket.picked if basket.member_id == member_id else None
        return replace(
            basket,
            member_id=member_id,
            member_label=label,
            patient=patient,
            picked=picked,
            found_by=found_by,
            proven_at=proven[0],
            proven_in=proven[1],
        )

    def renew_patient(self) -> None:
        """What is on record of the 用药人 may have changed on another page: the checks run on what holds now, after an undo too."""
        self._staging.forget()
        self._stage = None
        self._follow_record()

    def _follow_record(self) -> None:
        """The 用药人 as they are on record now, with what may be compared of them; nothing is judged afresh where nothing changed."""
        patient = self._state.basket.patient
        person: Member | FamilyPerson | None = None
        if patient.kind == "member":
            person = self._store.people.member(patient.ref)
        elif patient.kind == "family":
            person = next((one for one in self._family() if one.id == patient.ref), None)
        if person is None or self._paying:
            return
        found = patient_of(self._store.people, person, self._today())
        if found == patient:
            return
        self._staging.forget()
        self._stage = None

        def renewed(state: _State) -> _State:
            same = (state.basket.patient.kind, state.basket.patient.ref) == (found.kind, found.ref)
            return replace(state, basket=replace(state.basket, patient=found)) if same else state

        self._state, self._undo = renewed(self._state), [renewed(state) for state in self._undo]
        self._persist()

    def find_members(self, text: str) -> tuple[Member, ...]:
        """Members for a phone, four last digits, card or name."""
        return self._store.people.find_members(text)

    def hold(self) -> Scene:
        """Put the basket aside under the member's name or its first product; it survives restarts and shifts."""
        if not self._state.basket.lines:
            return self._told("nothing_to_hold")
        return self._hold(lambda label: self._told("held", label=label, kind="held"))

    def _hold(self, then: Callable[[str], Scene]) -> Scene:
        """Hold the basket in hand and go on, told its label; where the disk refuses it stays in hand."""
        self._refuse_while_busy()
        self.part_from_erased()
        basket, text, payable_fen = self._state.basket, self._text(), self.quote.payable_fen
        label = basket.member_label or basket.lines[0].product.generic_name

        def write() -> Future[None]:
            return self._store.parked.hold(
                basket.basket_id, label, text, self._shift_id(), self._clock.now(), basket.pieces, payable_fen
            )

        def held(_: object) -> Scene:
            self._reset()
            self._staging.forget()
            return then(label)

        try:
            return self._once_written(write, held)
        except Refused as refusal:
            return self._refused(refusal.code)

    def recall(self, basket_id: str) -> Scene:
        """Take a held basket up again; a basket in hand is held in its place."""
        self._refuse_while_busy()
        if self._state.basket.lines:
            return self._hold(lambda _: self._take_up(basket_id))
        return self._take_up(basket_id)

    def _take_up(self, basket_id: str) -> Scene:
        def taken(text: str | None) -> Scene:
            if text is None:
                return self._refused("held_unknown")
            self._restore(text)
            self._staging.forget()
            return self._told("recalled", label=self._state.basket.member_label, kind="recalled")

        try:
            return self._once_written(lambda: self._store.parked.take(basket_id), taken)
        except Refused as refusal:
            return self._refused(refusal.code)

    def clear(self) -> Scene:
        """Empty the basket; undo brings it back, and the trace of it stays in the journal."""
        self._refuse_while_busy()
        basket = self._state.basket
        if not basket.lines and not self._state.ghosts:
            return self.scene()
        if basket.lines:
            dropped = events.BasketDropped(
                basket_id=basket.basket_id,
                shift_id=self._shift_id(),
                lines=len(basket.lines),
                amount_fen=self.quote.payable_fen,
                opened_at=datetime.fromisoformat(basket.opened_at),
            )
            self._write(self._store.journal.record([dropped], actor=self._post.actor, day=self._post.day(self._today())))
        self._change(_State(self._fresh()))
        self._tidy_coupons()
        tails = "、".join(box.code[-4:] for line in basket.lines for box in line.codes)
        return self._told("cleared", tails=tails, kind="removed", undoable=True)

    def begin_payment(self) -> None:
        """Freeze the basket for payment; Refused while anything stands in the way."""
        self._refuse_while_busy()
        # Duty, lots and codes may have changed on another page since the last scan: money is taken on what holds now.
        self._staging.forget()
        self._stage = None
        scene = self.scene()
        if not self._state.basket.lines:
            raise Refused("basket_empty")
        if self._post.shift is None:
            raise Refused("no_shift")
        if self._state.ghosts:
            raise Refused("unknown_codes")
        if self._question is not None:
            raise Refused("question_open")
        if scene.blocks or scene.confirms:
            raise Refused("todo", count=str(scene.blocks + scene.confirms))
        if self._faults:
            # The disk refused the basket before: it is asked once more, and money waits for its word.
            self._once_written(self._save, self._saved_again)
            self._refuse_while_busy()
        self._paying = self._post.paying = True

    def end_payment(self, sold: bool) -> Scene:
        """Leave payment: with the goods sold a fresh basket opens and waiting scans go into it."""
        self._paying = self._post.paying = False
        if sold:
            self._coupons.shares.answers()  # they were for the basket that is gone
            self._reset()
            return self._drain(self.scene())
        # What was noted on another page while money was taken counts from now on.
        self.renew_patient()
        self._part_from_gone()
        return self._drain(self.coupons_answered())

    def set_wishes(self, *, paper: bool | None = None, invoice: bool | None = None, title: InvoiceTitle | None = None) -> None:
        """Paper or none, invoice wanted or not, and whom it is for."""
        basket = self._state.basket
        self._state = replace(
            self._state,
            basket=replace(
                basket,
                paper=basket.paper if paper is None else paper,
                invoice_wanted=basket.invoice_wanted if invoice is None else invoice,
                invoice=basket.invoice if title is None else title,
            ),
        )
        self._persist()

    def wake(self) -> Scene:
        """Bring the open basket back after a start, power cut or kill."""
        text = self._store.parked.open_basket()
        if text:
            self._restore(text)
            self._drain(self.scene())
            if self._state.basket.lines:
                return self._told("basket_back", pieces=str(self._state.basket.pieces), kind="recalled")
        return self.scene()

    def near_lines(self) -> frozenset[str]:
        """Lines whose lot is near its end, answered or not: the receipt prints their expiry."""
        return frozenset(line.line_id for line in self._state.basket.lines if self._staging.is_near(line))

    # ------------------------------------------------------------------ inner

    def _turn_prices(self) -> None:
        """Lines that were scanned on another calendar day: kept at the price they showed, unless the new day's is lower."""
        basket, today = self._state.basket, self._today()
        told = today.isoformat()
        if all(line.shown_on in ("", told) for line in basket.lines):
            return
        lines = []
        for line in basket.lines:
            marked = self._goods.product(line.product.id) if line.shown_on not in ("", told) else None
            lines.append(baskets.at_day(line, marked, today, self._post.actor, self._clock.now()) if marked else line)
        if tuple(lines) != basket.lines:
            self._state = replace(self._state, basket=replace(basket, lines=tuple(lines)))

    def _set_invoice(self, header: codes.InvoiceHeader) -> Scene:
        self.set_wishes(invoice=True, title=InvoiceTitle(header.name, header.tax_id, header.address_phone, header.bank))
        return self._told("invoice_wanted", sound="scan_ok")

    def _restore(self, text: str) -> None:
        basket, lost = baskets.from_json(text, self._goods.product)
        if basket.proven_in != self._shift_id():
            # Another shift: whoever proved themselves may be long gone.
            basket = self._lapsed(basket)
        unread = (*basket.unread, *(UnreadCode(product_id, "product_gone") for product_id in lost))
        ghosts = tuple(Ghost(new_id(self._clock), code.raw, code.reason) for code in unread if not code.reason.startswith(WAITING))
        self._waiting += [(code.raw, code.reason.removeprefix(WAITING)) for code in unread if code.reason.startswith(WAITING)]
        self._staging.recall_reviews(basket)
        self._undo.clear()
        self._question = self._asked = None
        self._state = _State(basket, ghosts, basket.lines[-1].line_id if basket.lines else "")
        self._stage = None
        self._persist()
        # Whoever went meanwhile stands in the basket's text alone, and so does what was on record when it was put aside.
        self._part_from_gone()
        self._follow_record()

    def _reset(self) -> None:
        self._undo.clear()
        self._refusals.clear()
        self._question = self._asked = None
        self._state = _State(self._fresh())
        self._stage = None
        self._multiplier = 0
        self._echo = None
        self._tidy_coupons()

    def _tidy_coupons(self) -> None:
        """Shares that are over go back, and what headquarters put by for baskets that are gone is let go."""
        wanted = {self._state.basket.basket_id, *(row.basket_id for row in self._store.parked.held())}
        day = self._post.day(self._today())
        back = self._coupons.tidied(day, wanted)
        if back:
            self._write(self._store.journal.record(back, actor=self._post.actor, day=day, urgent=False))
        for tidy in self.tidies:
            tidy(wanted)

    def _fresh(self) -> Basket:
        return replace(
            baskets.opened(new_id(self._clock), self._clock.now()), paper=self._store.settings.flag("paper.always")
        )

    def _line(self, line_id: str) -> BasketLine:
        line = self._state.basket.line(line_id)
        if line is None:
            raise Refused("choose_a_line")
        return line

    def _rows(self) -> list[str]:
        """Every row as it stands on the page: the lines, and under them the codes that nobody knew."""
        return [line.line_id for line in self._state.basket.lines] + [ghost.ghost_id for ghost in self._state.ghosts]

    def _selected_without(self, line_id: str) -> str:
        """The row with the cursor once this one is gone: a second Del must not take goods off that nobody looked at."""
        rows, selected = self._rows(), self._state.selected
        if selected != line_id and selected in rows:
            return selected
        at = rows.index(line_id)
        left = rows[:at] + rows[at + 1 :]
        return left[min(at, len(left) - 1)] if left else ""

    def _rx_lines(self) -> list[BasketLine]:
        return rx_lines(self._state.basket)

    def _family(self) -> tuple[Any, ...]:
        member_id = self._state.basket.member_id
        return tuple(self._store.people.family(member_id)) if member_id else ()

    def _patient_label(self) -> str:
        return self._state.basket.patient.label

    def _may(self, right: str) -> bool:
        roles = self._store.settings.get(f"rights.{right}")
        return self._post.staff is not None and self._post.staff.role in str(roles).split(";")

    def _today(self) -> date:
        return shop_day(self._clock.now())

    def _law_day(self) -> date:
        return self._post.law_day(self._today())

    def _refuse_while_busy(self) -> None:
        if self._paying:
            raise Refused("paying")
        if self._writing is not None:
            raise Refused("writing")

    def _shift_id(self) -> str:
        return self._post.shift.shift_id if self._post.shift else ""

    def _take_multiplier(self) -> int:
        quantity, self._multiplier = self._multiplier or 1, 0
        return quantity

    def _select(self, line_id: str) -> None:
        self._state = replace(self._state, selected=line_id)

    def _unknown(self, raw: str, reason: str) -> Scene:
        self._multiplier = 0
        ghost = Ghost(new_id(self._clock), raw, reason)
        self._change(replace(self._state, ghosts=(*self._state.ghosts, ghost), selected=ghost.ghost_id))
        self._echo = Echo("unknown", reason, {"raw": raw}, sound="scan_rejected", undoable=True)
        return self.scene()

    def _refused(self, code: str, *, sound: str = "scan_rejected", **facts: str) -> Scene:
        self._multiplier = 0
        self._echo = Echo("refused", code, facts, sound=sound)
        return self.scene()

    def _told(self, code: str, *, kind: str = "told", sound: str = "", undoable: bool = False, **facts: str) -> Scene:
        self._echo = Echo(kind, code, facts, sound=sound, undoable=undoable)
        return self.scene()

    def _change(self, state: _State) -> None:
        self._refuse_while_busy()
        self._undo.append(self._state)
        del self._undo[:-UNDO_STEPS]
        # An override or a told warning was for one lot, price and patient; it does not outlive their change.
        kept = outgrown(self._state.basket, rules.forget_stale(self._state.basket, state.basket))
        self._state = state if kept is state.basket else replace(state, basket=kept)
        if self._asked is not None and self._asked.line_id and not self._stands(self._asked.line_id):
            self._question = self._asked = None
        self._stage = None
        self._persist()

    def _stands(self, line_id: str) -> bool:
        return self._state.basket.line(line_id) is not None or any(g.ghost_id == line_id for g in self._state.ghosts)

    def _text(self, basket: Basket | None = None, waiting: Sequence[tuple[str, str]] = ()) -> str:
        """The basket (the one in hand where none is given) as it is kept, unresolved codes and waiting scans with it."""
        unread = tuple(UnreadCode(ghost.raw, ghost.reason) for ghost in self._state.ghosts)
        queued = tuple(UnreadCode(raw, WAITING + entry) for raw, entry in waiting)
        return self._written.of(replace(basket or self._state.basket, unread=(*unread, *queued)))

    def _persist(self) -> None:
        if self._writing is not None:
            # A save behind a hold or a take would open the basket again that has just gone.
            self._unsaved = True
            return
        self._write(self._save())

    def _save(self) -> Future[None]:
        return self._store.parked.save_open(*self._kept(self._state.basket))

    def _kept(self, basket: Basket) -> tuple[str, str, str, str, datetime]:
        """What is kept of an open basket: its id, label and text, for which shift, and when."""
        # Scans that wait during a payment are the next customer's.
        text = self._text(basket, () if self._paying else self._waiting)
        return basket.basket_id, basket.member_label, text, self._shift_id(), self._clock.now()

    def _saved_again(self, _: object) -> Scene:
        """The disk took the basket after a write that failed before (a full disk that was cleared)."""
        self._faults.clear()
        return self._told("kept_again")

    def _book(
        self,
        body: Record,
        then: Callable[[object], Scene],
        *,
        actor: str = "",
        private: Sequence[PrivateBlob] = (),
        basket: Basket | None = None,
    ) -> Scene:
        """Record what the law wants before the act counts, in one commit with the open basket where that changes with it.

        Refused where the disk did not take it.
        """
        day = self._post.day(self._today())
        keeps = self._store.parked.keeping(*self._kept(basket)) if basket is not None else None
        return self._once_written(
            lambda: self._store.journal.record([body], actor=actor or self._post.actor, day=day, private=private, keeps=keeps), then
        )

    # ------------------------------------------------------------------ acts that wait for the disk

    @property
    def writing(self) -> bool:
        """Whether an act is on its way to the disk: until its word the basket stands still, and scans wait their turn."""
        return self._writing is not None

    def when_written(self, awaits: Callable[[Future[Any]], None]) -> None:
        """Who waits beside the window for what an act writes, and comes back with `settle` once it is done.

        Without anybody (tapes, the command line) an act waits for the disk itself.
        """
        self._awaits = awaits

    def _once_written(self, write: Callable[[], Future[T]], then: Callable[[T], Scene]) -> Scene:
        """An act that counts once it is on disk, and the scene until then; Refused where the disk did not take it."""
        try:
            written = write()
        except StoreFault as fault:
            raise Refused("ledger_io") from fault
        act = Pending(written, lambda: then(written.result()))
        if self._awaits is None:
            return act.settle(WRITE_S)
        self._writing = _Writing(act)
        self._awaits(written)
        return self._told("writing")

    def settle(self) -> Scene:
        """Go on with the act that the disk has answered, or say that it did not take it; what waited for it comes after."""
        writing = self._writing
        if writing is None or not writing.act.written.done():
            return self.scene()
        question, asked = self._question, self._asked
        answered = self._close_form(writing.form)
        self._writing = None
        refused: Refused | None = None
        try:
            scene = writing.act.settle()
        except Refused as refusal:
            refused = refusal
            if answered and question is not None:
                self._question, self._asked = replace(question, error=asking.refusal_text(refusal)), asked
            scene = self._refused(refusal.code, **refusal.facts)
        if writing.told is not None and refused is not None:
            writing.told.set_exception(refused)
        elif writing.told is not None:
            writing.told.set_result(scene)
        return scene if self._writing is not None else self._catch_up(scene)

    def _catch_up(self, scene: Scene) -> Scene:
        """What came while the disk wrote: changes to keep, headquarters' answers, scans."""
        if self._unsaved:
            self._unsaved = False
            self._persist()
        visit, self._visit = self._visit, None
        if visit is not None:
            scene = self.visitor_came(visit)
        if self._coupons.shares.answered:
            scene = self.coupons_answered()
        return self._drain(scene)

    def _write(self, future: Future[Any]) -> None:
        """Watch a write that nobody waits for: its failure stops money, not the scan."""
        future.add_done_callback(self._note_fault)

    def _note_fault(self, future: Future[Any]) -> None:
        error = future.exception()
        if error is not None:
            self._faults.append(error)


Resume = Callable[[], None]
"""Called on the writer thread when a commit has returned; the desktop's bridge carries it to the GUI thread."""
