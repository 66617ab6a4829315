"""Staging: turns the open basket into its price, its verdicts and the scene that screens draw."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

from app.counter import asking, offer_words
from app.counter.coupon_book import NO_COUPONS, CouponBook, CouponStand
from app.counter.coupon_why import MOST_PIECES, ONLY_TO_SCAN, CouponWhy, whys
from app.counter.faults import Refused
from app.counter.goods import Goods
from app.counter.memo import Memo
from app.counter.points_book import PointsBook, Standing
from app.counter.post import Post
from app.counter.proving import Proving
from app.counter.scene import (
    CutTotal,
    Echo,
    Frame,
    HeldTicket,
    MemberFace,
    PatientFace,
    Question,
    Scene,
    SceneLine,
    SearchHit,
    Strip,
    Totals,
)
from app.counter.tier_words import tier_note, told_on
from app.counter.withheld import may_be_shown
from app.domain import dispensing, lookalike, lots, masking, rules, safety
from app.domain.basket import PRICE_OF_THE_DAY, Basket, BasketLine, LineAnswer
from app.domain.coupon_choice import HeldCoupon
from app.domain.member_rights import Rights
from app.domain.money import yuan
from app.domain.pricing import OfferBook, PriceLine, PromotionLaw, Quote, Reckoning
from app.domain.promotions.conditions import Circumstances
from app.domain.rules import EarlierSale, RegisterFacts, ReviewFacts, SaleCase
from app.domain.verdict import Text, Verdict
from app.records import events
from app.records.base import Record
from app.records.catalogue import Lot, Product
from app.records.clock import SHOP_TIME, Clock, shop_day
from app.records.envelope import unseal
from app.records.ids import new_id
from app.records.ledger import PrivateBlob
from app.records.offers import Offer
from app.records.people import Member, Staff
from app.records.registry import body_of
from app.store.open_store import Store
from app.store.parked import HeldRow

KEPT_STRIPS = 2048
"""Notes remembered by their verdicts."""

_TONES = {"inform": "info", "confirm": "warn", "block": "bad"}

_Figures: TypeAlias = tuple[int, int, int, bool]
"""Of a line: unit price, cut and amount in fen, and whether no coupon and no permitted change is among what is taken off."""

_line_of = attrgetter("line_id")


KEPT_LINES = 1024
"""Drawn lines remembered; more than the fullest basket and its undo steps hold."""


@dataclass(frozen=True, slots=True)
class _LineFacts:
    """What the stock says about one line, and what it was read from."""

    held: tuple[lots.LotStock, ...]
    day: date
    lot_id: str
    lot: Lot | None
    saleable: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What the open basket costs and what the rules say of it."""

    quote: Quote
    verdicts: tuple[Verdict, ...]
    coupons: CouponStand


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a review, by name, and when."""

    reviewer: str
    dispenser: str
    checker: str
    at: datetime


class Staging:
    """Judges baskets and draws scenes from them; keeps the reviews and registers of the open basket at hand."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        post: Post,
        goods: Goods,
        memo: Memo,
        pack: rules.RulePack,
        law: PromotionLaw,
        buyer_key: bytes,
        points: PointsBook,
        coupons: CouponBook,
        proving: Proving,
    ) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._memo = memo
        self._pack = pack
        self._law = law
        self._buyer_key = buyer_key
        self._points = points
        self._coupons = coupons
        self._unlawful: dict[str, bool] = {}
        """Titles of offers and whether each promotes a prescription medicine."""
        self._proving = proving
        self._reviews: dict[str, ReviewFacts] = {}
        self._review_of: dict[str, str] = {}
        self._registers: dict[str, RegisterFacts] = {}
        self._judge = rules.Judge(rules.RULES, pack)
        self._offers: tuple[Offer, ...] = ()
        self._books: dict[tuple[str, ...], OfferBook] = {}
        self._priced: dict[str, tuple[BasketLine, PriceLine]] = {}
        self._facts: dict[str, _LineFacts] = {}
        self._drawn: dict[str, tuple[tuple[object, ...], _Figures, SceneLine]] = {}
        """By line: what it is made of beside its figures, those, and how it was drawn."""
        self._strips: dict[int, tuple[Verdict, Strip]] = {}
        self._signed: dict[str, Signed] = {}
        self._notes: dict[object, Strip] = {}

    # ------------------------------------------------------------------ judging

    def judged(self, basket: Basket) -> Stage:
        """The price and the verdicts of a basket."""
        priced, coupons = self._quote(basket)
        return Stage(priced, self._judge.judge(self._case(basket)) if basket.lines else (), coupons)

    def coupon_whys(self, basket: Basket, waiting: Collection[str]) -> tuple[CouponWhy, ...]:
        """The cards of these coupons in hand, by serial: worked out when somebody looks, never behind a scan."""
        if not basket.lines:
            return ()
        lines = [_price_line(line) for line in basket.lines]
        run, member, _ = self._reckoned(basket, lines)
        used = self._coupons.used_before(basket, member, run.day)
        run.around = replace(run.around, used=used)
        before_fen = sum(goods.left_fen for goods in run.goods)
        held = [one.coupon for one in self._coupons.in_hand(basket, member, run.day) if one.serial in waiting]

        def find(short_fen: int, products: Collection[str], categories: Collection[str]) -> list[Product]:
            ways = self._store.catalogue.cheapest_ways(short_fen, products, categories, MOST_PIECES)
            return [self._goods.marked(one) for one in ways if sum(row.stock for row in self._goods.lots_of(one.id)) > 0]

        def trial(coupon: HeldCoupon, goods: Sequence[tuple[Product, int]]) -> int | None:
            more = [_priced_as(f"+{n}", product, count) for n, (product, count) in enumerate(goods)]
            tried, _, _ = self._reckoned(basket, [*lines, *more])
            tried.around = replace(tried.around, used=used)
            more_fen = sum(one.left_fen for one in tried.goods) - before_fen
            return more_fen if all(miss.code in ONLY_TO_SCAN for miss in tried.misses(coupon.terms)) else None

        return whys(run, held, self._goods.names, find, self._goods.product, trial)

    def _reckoned(self, basket: Basket, lines: Sequence[PriceLine]) -> tuple[Reckoning, Member | None, Mapping[str, int]]:
        """The basket with every offer applied, whose it is, and its changed prices by line."""
        overrides = {line.line_id: line.price_change.unit_price_fen for line in basket.lines if line.price_change}
        member = self.member_of(basket)
        served = member if member is not None and self.rights(basket).price else None
        run = Reckoning.of(
            lines,
            self._book(basket.coupons),
            member=served is not None,
            tier=served.tier if served else "",
            day=self._day(),
            overrides=overrides,
            around=self._around(basket, member),
        )
        return run, member, overrides

    def _quote(self, basket: Basket) -> tuple[Quote, CouponStand]:
        before, self._priced = self._priced, {}
        lines = []
        for line in basket.lines:
            known = before.get(line.line_id)
            if known is None or known[0] is not line:
                known = (line, _price_line(line))
            self._priced[line.line_id] = known
            lines.append(known[1])
        run, member, overrides = self._reckoned(basket, lines)
        day = run.day
        personal = self._coupons.anything(basket, day)
        coupons = self._coupons.stand(basket, member, day, lines, run.book, overrides, run) if personal else NO_COUPONS
        return run.quoted(lines, coupons.used), coupons

    def _around(self, basket: Basket, member: Member | None) -> Circumstances:
        """What offers may ask beside the goods: the time of day, the member's birthday, what was handed over, what was bought before."""
        now = self._clock.now().astimezone(SHOP_TIME)
        return Circumstances(
            minute=now.hour * 60 + now.minute,
            born_on=member.born_on if member is not None else None,
            channel="store",
            bought=self._bought(basket, member),
            # Nothing is ever paid for what is only taken back, whatever an offer says.
            traded=tuple(one.kind for one in basket.articles if one.kind not in self._coupons.shares.rules.trade_unpaid),
        )

    def _bought(self, basket: Basket, member: Member | None) -> frozenset[str] | None:
        """Products of the basket that the member has bought before; looked up only where some offer asks for it."""
        if not any('"refill"' in offer.terms for offer in self._store.catalogue.offers()):
            return None
        if member is None:
            return frozenset()
        products = tuple(sorted({line.product.id for line in basket.lines}))
        key = ("bought before", member.id, products)
        return self._memo.get(key, lambda: self._store.coupons.bought_before(member.id, products))

    def _book(self, coupons: tuple[str, ...]) -> OfferBook:
        # The catalogue hands out the same offers until one of them changes.
        every = self._store.catalogue.offers()
        if every is not self._offers:
            if every != self._offers:
                self._books.clear()
                self._unlawful.clear()
            self._offers = every
        book = self._books.get(coupons)
        if book is None:
            offers = [o for o in every if not o.coupon_code or o.coupon_code in coupons]
            book = OfferBook.of(self._public(offers), self._law, self._store.store_id)
            if len(self._books) > 64:
                self._books.clear()
            self._books[coupons] = book
        return book

    def _public(self, offers: Sequence[Offer]) -> list[Offer]:
        """Offers as receipts and screens may name them: one whose title promotes a prescription medicine goes by a neutral name."""
        titles = {offer.id: f"{offer.title_zh} {offer.title_en}" for offer in offers if not offer.by_right}
        fresh = set(titles.values()) - self._unlawful.keys()
        if fresh:
            named = self._store.catalogue.prescriptions_in("\n".join(sorted(fresh)))
            self._unlawful.update({title: any(name in title for name in named) for title in fresh})
        return [offer_words.neutral(offer) if self._unlawful.get(titles.get(offer.id, ""), False) else offer for offer in offers]

    def _case(self, basket: Basket) -> SaleCase:
        day = self._law_day()
        lot_facts = {}
        saleable: dict[str, int] = {}
        earlier: dict[str, EarlierSale] = {}
        kept = self._memo.kept()
        before, self._facts = self._facts, {}
        for line in basket.lines:
            for box in line.codes:
                gone = kept[key] if (key := ("code", box.code)) in kept else self._goods.code(box.code)
                if gone is not None and gone.state != "in_stock":
                    earlier[box.code] = EarlierSale(gone.sale_number, gone.sold_on or day)
            held = kept.get(("lots", line.product.id))
            if held is None:
                # Where one is not known any more, seldom any is.
                self._goods.read_lots(other.product.id for other in basket.lines)
                held = self._goods.lots_of(line.product.id)
            facts = before.get(line.line_id)
            if facts is None or facts.held is not held or facts.lot_id != line.lot.lot_id or facts.day != day:
                facts = _LineFacts(held, day, line.lot.lot_id, _lot_among(held, line.lot.lot_id), len(lots.saleable(held, day)))
            self._facts[line.line_id] = facts
            saleable[line.product.id] = facts.saleable
            if facts.lot is not None:
                lot_facts[facts.lot.id] = facts.lot
        return SaleCase(
            basket=basket,
            day=day,
            lots=lot_facts,
            saleable_lots=saleable,
            pharmacists_on_duty=self._duty(),
            reviews=self._reviews,
            registers=self._registers,
            roles=self._all_roles(),
            earlier_sales=earlier,
        )

    def forget(self) -> None:
        """Read the held baskets afresh."""
        self._memo.forget()

    def member_of(self, basket: Basket) -> Member | None:
        """The basket's member, as this store knows them."""
        if not basket.member_id:
            return None
        return self._memo.get(("member", basket.member_id), lambda: self._store.people.member(basket.member_id))

    def rights(self, basket: Basket) -> Rights:
        """What the basket's member may have by the way they were found."""
        return self._proving.rights_of(basket.found_by)

    def _all_roles(self) -> dict[str, tuple[str, ...]]:
        return self._memo.get("roles", lambda: {staff.id: rules.roles_of(staff) for staff in self._staff()})

    def _staff(self) -> tuple[Staff, ...]:
        return self._memo.get("staff", self._store.people.staff)

    def _duty(self) -> tuple[str, ...]:
        return self._memo.get("duty", self._store.shifts.duty_pharmacists)

    # ------------------------------------------------------------------ reviews and registers

    def review(
        self, values: Mapping[str, str], pharmacist: Staff, lines: Sequence[BasketLine], basket: Basket, review_id: str
    ) -> tuple[events.ReviewSigned, PrivateBlob]:
        """The signed review and its private part; Refused names what the form still lacks."""
        try:
            prescribed_on = date.fromisoformat(values.get("prescribed_on", ""))
        except ValueError:
            prescribed_on = None
        valid = values.get("valid_days", "1").strip() or "1"
        form = dispensing.ReviewForm(
            products=tuple(sorted({line.product.id for line in lines})),
            institution=values.get("institution", "").strip(),
            doctor=values.get("doctor", "").strip(),
            prescribed_on=prescribed_on,
            patient=values.get("patient", "").strip(),
            diagnosis=values.get("diagnosis", "").strip(),
            reviewer=pharmacist.id,
            dispenser=values.get("dispenser", ""),
            checker=values.get("checker", ""),
            number=values.get("number", "").strip(),
            image_digest=values.get("image_digest", ""),
            valid_days=int(valid) if valid.isdecimal() else 0,
            psych2=any(line.product.special == "psych2" for line in lines),
        )
        rejected = values.get("verdict") == "rejected"
        if not rejected:
            _refuse_problems(dispensing.check_review(form, self._law_day(), self._pack, self._all_roles()))
        private = {
            "number": form.number,
            "institution": form.institution,
            "doctor": form.doctor,
            "patient": form.patient,
            "diagnosis": form.diagnosis,
        }
        blob = PrivateBlob(new_id(self._clock), basket.patient.ref or review_id, "prescription", _plain(private))
        body = events.ReviewSigned(
            review_id=review_id,
            basket_id=basket.basket_id,
            products=form.products,
            blob_id=blob.blob_id,
            prescribed_on=form.prescribed_on or self._law_day(),
            valid_days=form.valid_days,
            reviewer=form.reviewer,
            dispenser=form.dispenser,
            checker=form.checker,
            verdict="rejected" if rejected else "approved",
            source="image" if form.image_digest else "number",
            reason=values.get("reason", "") if rejected else "",
        )
        return body, blob

    def note_review(self, body: events.ReviewSigned, at: datetime) -> None:
        """Let the rules know a review of the journal; a rejection ends what was approved before for the same basket and products."""
        self._signed[body.review_id] = Signed(self._name(body.reviewer), self._name(body.dispenser), self._name(body.checker), at)
        if body.verdict != "approved":
            for review_id, facts in self._reviews.items():
                if self._review_of.get(review_id) == body.basket_id and set(facts.products) & set(body.products):
                    self._reviews[review_id] = replace(facts, approved=False)
        self._review_of[body.review_id] = body.basket_id
        self._reviews[body.review_id] = ReviewFacts(body.products, body.verdict == "approved", body.prescribed_on, body.valid_days)

    def reviewed(self, line: BasketLine) -> bool:
        """Whether an approved review that holds today covers the line."""
        review = self._reviews.get(line.review_id)
        return review is not None and review.covers(line.product.id, self._law_day())

    def rejected(self, line: BasketLine) -> bool:
        """Whether the newest review of the line rejected it."""
        review = self._reviews.get(line.review_id)
        return review is not None and not review.approved

    def rejection(self, event_id: str) -> str:
        """The coded reason of a rejected review; '' where none was asked."""
        body = self._body(event_id)
        return body.reason if isinstance(body, events.ReviewSigned) else ""

    def _name(self, staff_id: str) -> str:
        found = self._store.people.staff_by_id(staff_id)
        return found.name if found else staff_id

    def buyer(self, values: Mapping[str, str], line: BasketLine, basket: Basket) -> tuple[events.BuyerRegistered, PrivateBlob]:
        """The register entry of a buyer and its private part; Refused names what is wrong with the ID."""
        form = dispensing.BuyerForm(line.product.special, values.get("name", "").strip(), values.get("id_number", ""))
        _refuse_problems(dispensing.check_buyer(form, self._law_day(), self._pack))
        register_id = new_id(self._clock)
        number = dispensing.normal_id(form.id_number)
        blob = PrivateBlob(new_id(self._clock), register_id, "buyer", _plain({"name": form.name, "id_number": number}))
        body = events.BuyerRegistered(
            register_id=register_id,
            basket_id=basket.basket_id,
            register_kind=form.kind,
            blob_id=blob.blob_id,
            buyer_hash=dispensing.buyer_hash(number, self._buyer_key),
        )
        return body, blob

    def note_buyer(self, body: events.BuyerRegistered) -> None:
        """Let the rules know a buyer that was just handed to the journal."""
        earlier = self._store.shifts.bought_by(body.buyer_hash, body.register_kind, self._day())
        self._registers[body.register_id] = RegisterFacts(body.register_kind, body.buyer_hash, earlier)

    def recall_reviews(self, basket: Basket) -> None:
        """Read back the reviews and registers of a basket that comes back from the store."""
        for review_id in {line.review_id for line in basket.lines if line.review_id}:
            row = self._store.shifts.review(review_id)
            body = self._body(row.event_id) if row else None
            if isinstance(body, events.ReviewSigned):
                self.note_review(body, row.at if row else self._clock.now())
        wanted = {line.register_id for line in basket.lines if line.register_id}
        if wanted:
            for envelope in self._store.journal.of_type("buyer.registered@1"):
                registered = body_of(envelope.type, envelope.body)
                if isinstance(registered, events.BuyerRegistered) and registered.register_id in wanted:
                    self.note_buyer(registered)

    def _body(self, event_id: str) -> Record | None:
        raw = self._store.journal.raw(event_id)
        if raw is None:
            return None
        envelope = unseal(raw)
        return body_of(envelope.type, envelope.body)

    # ------------------------------------------------------------------ drawing

    def _names(self) -> Mapping[str, str]:
        return self._memo.get("names", lambda: {staff.id: staff.name for staff in self._staff()})

    def frame(self) -> Frame:
        """Who, where and when."""
        post, till = self._post, self._post.till
        duty = self._duty()
        names = self._names()
        day = self._day()
        return Frame(
            store_name=till.store_name,
            branch=till.branch,
            till=till.till,
            till_title=till.till_title,
            shift_title=self._shift_title(),
            day=day,
            person=post.staff.name if post.staff else "",
            role=post.staff.role if post.staff else "",
            staff_id=post.staff.id if post.staff else "",
            next_sale_no=self._memo.get(("next", day), lambda: self._store.shifts.next_sale_no(day)),
            pharmacist_on_duty=names.get(duty[0], "") if duty else "",
        )

    def _shift_title(self) -> str:
        """早班, 中班, 晚班: by the time the open shift began, as the settings name them."""
        shift = self._post.shift
        if shift is None:
            return ""
        began = shift.opened_at.astimezone(SHOP_TIME).strftime("%H:%M")
        names = sorted(self._store.settings.get("shift.names"), key=lambda row: str(row["from"]))
        fitting = [row for row in names if str(row["from"]) <= began] or names[-1:]
        return str(fitting[-1]["zh"]) if fitting else ""

    def scene(
        self,
        basket: Basket,
        stage: Stage,
        *,
        ghosts: Sequence[tuple[str, str, str]],
        selected: str,
        echo: Echo | None,
        question: Question | None,
        waiting: int,
        undo_steps: int,
    ) -> Scene:
        """All that the Sale page shows of a basket."""
        verdicts = stage.verdicts
        lines = self._lines(basket, stage)
        lines += [self._ghost(len(lines) + n, *ghost) for n, ghost in enumerate(ghosts, 1)]
        levels = [verdict.level for verdict in verdicts]
        blocks = levels.count("block") + len(ghosts)
        stopping = next((v for v in verdicts if v.stops_payment), None)
        first = stopping.title if stopping else Text("有未识别的码", "An unknown code") if ghosts else None
        return Scene(
            frame=self.frame(),
            lines=tuple(lines),
            selected=selected,
            held=self._held(),
            totals=self._totals(basket, stage.quote),
            member=self._member(basket),
            patient=PatientFace(basket.patient.kind, basket.patient.label, self.age_words(basket.patient.age_months)),
            blocks=blocks,
            confirms=levels.count("confirm"),
            first_todo=first,
            echo=echo,
            question=question,
            coupons=self._coupons.block(stage.coupons, stage.quote, basket.articles),
            waiting_scans=waiting,
            undo_steps=undo_steps,
        )

    def _lines(self, basket: Basket, stage: Stage) -> list[SceneLine]:
        """The drawn lines, each the very same object as before where nothing differs that it is made of.

        A cut shared over the basket gives many lines other figures at every scan: those keep all the rest.
        """
        alike = [line.product for line in basket.lines if line.product.lasa_group]
        lasa = lookalike.spans_of(alike, {product.id: product.generic_name for product in alike})
        # The judge says everything about a line in one go.
        said = {line_id: tuple(verdicts) for line_id, verdicts in groupby(stage.verdicts, _line_of)}
        personal = {cut.line_id for cut in stage.quote.cuts if cut.cause_kind in ("coupon", "price_change")}
        near, today, names, drawn = self.near_expiry_days(), self._law_day(), self._names(), self._drawn
        if len(drawn) >= KEPT_LINES:
            drawn.clear()
        lines = []
        for no, (line, priced) in enumerate(zip(basket.lines, stage.quote.lines, strict=True), 1):
            line_id, review_id = line.line_id, line.review_id
            reviewed = (self._reviews.get(review_id), self._signed.get(review_id)) if review_id else None
            spans, seller = lasa.get(line.product.id, ()), names.get(line.salesperson, "")
            made_of = (line, no, said.get(line_id, ()), spans, seller, reviewed, near, today)
            figures = (priced.unit_price_fen, priced.cut_fen, priced.payable_fen, line_id not in personal)
            known = drawn.get(line_id)
            if known is None or known[0] != made_of:
                made = self._line(no, line, said.get(line_id, ()), spans, seller, near, figures)
                known = drawn[line_id] = (made_of, figures, made)
            elif known[1] != figures:
                known = drawn[line_id] = (made_of, figures, _refigured(known[2], figures))
            lines.append(known[2])
        return lines

    def _line(
        self,
        no: int,
        line: BasketLine,
        mine: Sequence[Verdict],
        lasa: tuple[tuple[int, int], ...],
        seller: str,
        near_days: int,
        figures: _Figures,
    ) -> SceneLine:
        product = line.product
        unit_price_fen, cut_fen, amount_fen, shops_own = figures
        needed = line.quantity if product.trace_required else len(line.codes)
        return SceneLine(
            line_id=line.line_id,
            no=no,
            product_id=product.id,
            name=product.generic_name,
            strength=product.spec or product.strength,
            marks=marks_of(product),
            maker=product.maker,
            lot_no=line.lot.lot_no,
            lot_source=line.lot.source,
            expires_on=line.lot.expires_on,
            near_expiry=self._is_near(line, near_days),
            codes_needed=needed,
            codes_got=len(line.codes),
            unit_price_fen=unit_price_fen,
            quantity=line.quantity,
            unit=product.unit,
            cut_fen=cut_fen,
            amount_fen=amount_fen,
            strips=(*(self._strip(v) for v in mine), *self._notes_on(line)),
            lasa=lasa,
            salesperson=seller,
            can_decrease=line.quantity > 1,
            shops_own_cut=cut_fen > 0 and shops_own,
        )

    def _notes_on(self, line: BasketLine) -> tuple[Strip, ...]:
        """What stands on a line besides verdicts; the same object while it says the same, as with verdicts."""
        notes = []
        price = line.answered(PRICE_OF_THE_DAY)
        if price is not None:
            notes.append(self._note(price, lambda: price_strip(price, line)))
        review = self._reviews.get(line.review_id)
        signed = self._signed.get(line.review_id)
        if review is not None and signed is not None and review.approved and line.product.id in review.products:
            notes.append(self._note(signed, lambda: reviewed_strip(signed)))
        return tuple(notes)

    def _note(self, about: object, made: Callable[[], Strip]) -> Strip:
        known = self._notes.get(about)
        if known is None:
            if len(self._notes) >= KEPT_STRIPS:
                self._notes.clear()
            known = self._notes[about] = made()
        return known

    def _strip(self, verdict: Verdict) -> Strip:
        """The note of a verdict; of one that was drawn before, the same note, so that the cart sees at once that nothing changed."""
        known = self._strips.get(id(verdict))
        if known is None or known[0] is not verdict:
            if len(self._strips) >= KEPT_STRIPS:
                self._strips.clear()
            known = self._strips[id(verdict)] = (verdict, strip_of(verdict))
        return known[1]

    def is_near(self, line: BasketLine) -> bool:
        """Whether the line's lot is near its end."""
        return self._is_near(line, self.near_expiry_days())

    def _is_near(self, line: BasketLine, usual_days: int) -> bool:
        if not line.lot.expires_on:
            return False
        days = line.product.near_expiry_days or usual_days
        return 0 <= (date.fromisoformat(line.lot.expires_on) - self._law_day()).days <= days

    def near_expiry_days(self) -> int:
        """Days before expiry at which a customer must be told, as the rule pack says for today."""
        entry = self._pack.entry("near_expiry_told", self._day())
        return entry.terms.number("days") if entry else 0

    @staticmethod
    def _ghost(no: int, ghost_id: str, raw: str, reason: str) -> SceneLine:
        strip = Strip(
            f"unknown.{reason}",
            "block",
            "warn",
            Text(f"没认出 {raw}", f"No product for {raw}"),
            Text("找到对应商品，或忽略这个码", "Find its product, or ignore the code"),
            ways_out=(
                asking.way("ask:find", "找商品", "Find", "F2", primary=True),
                asking.way("remove_line", "忽略", "Ignore", "Del"),
            ),
        )
        return SceneLine(
            ghost_id, no, "", raw, "", (), "", "", "none", "", False, 0, 0, 0, 0, "", 0, 0, (strip,), (), "", True, False
        )  # fmt: skip

    def held_rows(self) -> tuple[HeldRow, ...]:
        """The held baskets as kept, oldest first."""
        return self._memo.get("held", self._store.parked.held)

    def _held(self) -> tuple[HeldTicket, ...]:
        now = self._clock.now()
        return tuple(
            HeldTicket(row.basket_id, row.label, row.pieces, row.payable_fen, max(0, int((now - row.at).total_seconds() // 60)))
            for row in self.held_rows()
        )

    @staticmethod
    def _totals(basket: Basket, priced: Quote) -> Totals:
        by_cause: dict[tuple[str, str, str, str], int] = {}
        for _, kind, cause_id, zh, en, amount_fen in priced.cuts:
            cause = (kind, cause_id, zh, en)
            by_cause[cause] = by_cause.get(cause, 0) + amount_fen
        return Totals(
            subtotal_fen=priced.subtotal_fen,
            cuts=tuple(CutTotal(Text(zh, en), amount_fen) for (_, _, zh, en), amount_fen in by_cause.items()),
            cut_fen=priced.cut_fen,
            payable_fen=priced.payable_fen,
            kinds=len({line.product.id for line in basket.lines}),
            pieces=basket.pieces,
        )

    def _member(self, basket: Basket) -> MemberFace | None:
        member = self.member_of(basket)
        if member is None:
            return None
        standing = self.standing(member)
        stands = self._memo.get(("stands", member.id), lambda: self._store.people.standing(member.id))
        return MemberFace(
            member_id=member.id,
            masked_name=asking.masked(member),
            avatar=member.name[:1] or "会",
            tier=member.tier,
            points=standing.balance,
            masked_phone=masking.mask_phone(member.phone),
            sex=member.sex,
            age=safety.age_months(member.born_on, self._day()) // 12,
            chronic=member.chronic and self._memo.get(("chronic", member.id), lambda: may_be_shown(self._store.people, member.id)),
            allergy=allergy_note(self.allergies(basket)),
            points_ending=standing.ending,
            points_end_on=standing.ends_on.isoformat() if standing.ends_on else "",
            found_by=basket.found_by,
            proof=self._proving.words(basket.found_by),
            proven=self.rights(basket).proven,
            visitor_of=self._memo.get(("visitor", member.id), lambda: self._store.people.visitor_of(member.id)),
            tier_note=tier_note(stands, self._day()),
            tier_told=told_on(stands),
        )

    def allergies(self, basket: Basket) -> safety.AllergyStrip | None:
        """What was compared with the allergies of the 用药人; None while nobody is known."""
        return safety.allergy_strip(basket.patient, basket.lines, self._pack, self._day())

    def most_valid_days(self) -> int:
        """The longest that a doctor may let a prescription hold, in days."""
        return self._pack.chapter("dispensing").number("valid_days_max")

    def age_words(self, months: int) -> Text:
        """An age in words; '' where unknown."""
        return safety.age_text(months, self._pack) if months >= 0 else Text("")

    def law_day(self) -> date:
        """The day that laws are read for."""
        return self._law_day()

    def standing(self, member: Member) -> Standing:
        """A member's points now."""
        return self._points.standing(member)

    def hits(self, found: Iterable[Product], day: date) -> tuple[SearchHit, ...]:
        """Result rows for products."""
        products = [self._goods.marked(product) for product in found]
        names = {p.id: p.generic_name + (f"（{p.brand_name}）" if p.brand_name else "") for p in products}
        lasa = lookalike.spans_of(products, names)
        levels = self._store.stock.levels([p.id for p in products if p.in_assortment])
        return tuple(
            SearchHit(
                p.id,
                names[p.id],
                p.spec or p.strength,
                marks_of(p),
                p.maker,
                p.list_price_fen,
                p.member_price_fen,
                levels.get(p.id, 0),
                p.shelf,
                p.in_assortment,
                lasa.get(p.id, ()),
            )
            for p in products
        )

    def _day(self) -> date:
        return self._post.day(shop_day(self._clock.now()))

    def _law_day(self) -> date:
        return self._post.law_day(shop_day(self._clock.now()))


def _price_line(line: BasketLine) -> PriceLine:
    return _priced_as(line.line_id, line.product, line.quantity)


def _priced_as(line_id: str, product: Product, quantity: int) -> PriceLine:
    return PriceLine(
        line_id,
        product.id,
        product.category,
        quantity,
        product.list_price_fen,
        product.member_price_fen,
        product.kind,
        product.rx_class,
    )


def _refigured(line: SceneLine, figures: _Figures) -> SceneLine:
    """The drawn line with other figures. Spelled out: `dataclasses.replace` takes three times as long, for a third of a long basket."""
    unit_price_fen, cut_fen, amount_fen, shops_own = figures
    return SceneLine(
        line.line_id,
        line.no,
        line.product_id,
        line.name,
        line.strength,
        line.marks,
        line.maker,
        line.lot_no,
        line.lot_source,
        line.expires_on,
        line.near_expiry,
        line.codes_needed,
        line.codes_got,
        unit_price_fen,
        line.quantity,
        line.unit,
        cut_fen,
        amount_fen,
        line.strips,
        line.lasa,
        line.salesperson,
        line.ghost,
        line.can_decrease,
        cut_fen > 0 and shops_own,
    )


def _lot_among(held: Sequence[lots.LotStock], lot_id: str) -> Lot | None:
    return next((row.lot for row in held if row.lot.id == lot_id), None) if lot_id else None


def rx_lines(basket: Basket) -> list[BasketLine]:
    """The lines that a pharmacist reviews before they are paid."""
    return [line for line in basket.lines if line.product.rx_class == "rx" or line.product.special in ("psych2", "special_compound")]


def marks_of(product: Product) -> tuple[str, ...]:
    """Class marks of a product, in the order they are drawn."""
    marks = []
    if product.rx_class != "none":
        marks.append(product.rx_class)
    if product.kind in ("food", "device"):
        marks.append(product.kind)
    if product.special == "ephedrine":
        marks.append("eph")
    if product.insurance:
        marks.append(f"ins_{product.insurance.lower()}")
    if product.storage in ("cold", "frozen"):
        marks.append("cold")
    return tuple(marks)


def strip_of(verdict: Verdict) -> Strip:
    """A verdict as the note on its line."""
    return Strip(
        verdict.rule,
        verdict.level,
        verdict.tone or _TONES[verdict.level],
        verdict.title,
        verdict.why,
        verdict.basis,
        verdict.ways_out,
    )


def reviewed_strip(signed: Signed) -> Strip:
    """The note on a line whose prescription a pharmacist has approved: who and when."""
    at = signed.at.astimezone(SHOP_TIME).strftime("%H:%M")
    return Strip(
        "rx_reviewed",
        "inform",
        "rx",
        Text(f"药师已审 · {signed.reviewer} {at}", f"Reviewed · {signed.reviewer} {at}"),
        Text(f"调配 {signed.dispenser}，核对 {signed.checker}", f"Dispensed by {signed.dispenser}, checked by {signed.checker}"),
    )


def price_strip(price: LineAnswer, line: BasketLine) -> Strip:
    """The note on a line whose product changed its price at midnight."""
    paid, shown_on = yuan(line.product.list_price_fen), line.shown_on
    if price.choice == "kept":
        body = Text(f"{shown_on} 扫码时标价 {paid}，今日已涨：仍按扫码时的价", f"{paid} as shown on {shown_on}; today's price is higher")
        return Strip(PRICE_OF_THE_DAY, "inform", "info", Text("按扫码时的价", "Price as shown at the scan"), body)
    body = Text(f"今日降到 {paid}（{shown_on} 扫码时 {yuan(line.shown_fen)}）", f"{paid} from today ({yuan(line.shown_fen)} on {shown_on})")
    return Strip(PRICE_OF_THE_DAY, "inform", "info", Text("按今日新价", "Today's lower price"), body)


def allergy_note(strip: safety.AllergyStrip | None) -> Strip | None:
    """The allergies as the note under the member."""
    if strip is None:
        return None
    return Strip("allergy", "inform", strip.tone, strip.title, strip.body)


def _plain(private: Mapping[str, str]) -> bytes:
    return json.dumps(private, ensure_ascii=False).encode()


def _refuse_problems(problems: Sequence[dispensing.FormProblem]) -> None:
    if problems:
        raise Refused("form", problems="；".join(p.text.zh for p in problems), problems_en="; ".join(p.text.en for p in problems))
