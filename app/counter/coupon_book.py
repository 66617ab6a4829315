"""Personal coupons at the counter: which are in the customer's hand, which are best for the basket, and why the others wait."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from app.counter import offer_words
from app.counter.coupon_shares import CouponShares, Share
from app.counter.coupon_slip import CouponSlip
from app.counter.faults import Refused
from app.counter.goods import Goods
from app.counter.memo import Memo
from app.counter.scene import CouponBlock, CouponRow, TradeBlock
from app.domain import coupon_choice
from app.domain.basket import Basket, OldArticle
from app.domain.coupon_choice import CouponChoice, HeldCoupon
from app.domain.member_rights import Rights
from app.domain.money import share_out, yuan
from app.domain.pricing import BookedOffer, OfferBook, PriceLine, Quote, Reckoning
from app.domain.promotions.old_articles import backing
from app.domain.promotions.trade_in import TradeIn
from app.domain.verdict import Text
from app.records import events
from app.records.coupon_token import CouponToken, TokenFault, mark, opened
from app.records.coupons import CouponRight
from app.records.offers import Offer
from app.records.people import Member
from app.store.coupons import CouponUse
from app.store.open_store import Store
from app.store.sales import StoredSale

OFFLINE_CLASSES = frozenset("AB")
"""Classes that a till may take by itself: C wants a share of this till, D an answer of headquarters (sync.md, section 4)."""
ASKED_CLASS = "D"

KEPT_TOKENS = 256
"""Tokens whose signature is remembered as checked."""


@dataclass(frozen=True, slots=True)
class InHand:
    """A coupon that is good for this customer, here and today."""

    coupon: HeldCoupon
    offer_id: str
    coupon_class: str
    member_id: str
    """Whose it is; '' for whoever bears it."""
    token: str
    lease_id: str = ""
    """The share that it is taken from (class C)."""
    reservation_id: str = ""
    """Under what headquarters has put it by for this basket (class D)."""

    @property
    def serial(self) -> str:
        """Its serial."""
        return self.coupon.serial


@dataclass(frozen=True, slots=True)
class CouponRefusal:
    """Why a scanned coupon cannot be used: a word with its facts, and the event that keeps it."""

    code: str
    facts: Mapping[str, str]
    event: events.CouponRefused
    asks: InHand | None = None
    """Where only headquarters' word is missing: the coupon that it would be."""


@dataclass(frozen=True, slots=True)
class CouponStand:
    """What the coupons of a basket come to."""

    in_hand: tuple[InHand, ...] = ()
    used: tuple[BookedOffer, ...] = ()
    """In the order they apply; one that a person chose may take nothing off, and is then not used up."""
    choice: CouponChoice | None = None
    """The best set, found also where a person chose another; None without a coupon in hand."""
    by_hand: bool = False
    asks: tuple[InHand, ...] = ()
    """Good once headquarters has put them by for this sale."""
    above: tuple[InHand, ...] = ()
    """The member's, but worth more than what the way they were found allows."""
    buys: Rights | None = None
    """What that way allows; None without a member."""


NO_COUPONS = CouponStand()


@dataclass(frozen=True, slots=True)
class _Priced:
    """What the coupons are tried on."""

    lines: tuple[PriceLine, ...]
    book: OfferBook
    member: bool
    tier: str
    day: date
    overrides: tuple[tuple[str, int], ...]


class CouponBook:
    """Knows rights, tokens and uses; the answer for a basket is worked out once for each change of what it is made of."""

    def __init__(
        self, store: Store, goods: Goods, memo: Memo, online: Callable[[], bool], rights_of: Callable[[str], Rights], shares: CouponShares
    ) -> None:
        """`online` says whether there is a line to headquarters; it is only noted with what is used. `rights_of` a way of being found."""
        self._store = store
        self._goods = goods
        self._memo = memo
        self._online = online
        self._rights_of = rights_of
        self.shares = shares
        self._opened: dict[str, CouponToken] = {}
        self._offers: tuple[Offer, ...] = ()
        self._by_id: dict[str, Offer] = {}
        self._by_mark: dict[bytes, Offer] = {}
        self._held: dict[tuple[str, date, int], HeldCoupon] = {}
        self._known: tuple[tuple[object, ...], CouponStand] = ((), NO_COUPONS)
        self._drawn: tuple[CouponStand, Quote, tuple[OldArticle, ...], CouponBlock | None] | None = None

    # ------------------------------------------------------------------ the basket

    def stand(
        self,
        basket: Basket,
        member: Member | None,
        day: date,
        lines: Sequence[PriceLine],
        book: OfferBook,
        overrides: Mapping[str, int],
        run: Reckoning,
    ) -> CouponStand:
        """The coupons in hand and the set that applies: a person's choice, else the best of those that may be used by themselves.

        `run` is the basket with every offer applied; it comes back as it was.
        """
        in_hand = self.in_hand(basket, member, day)
        above = self._above(basket, member, day, in_hand)
        buys = self._rights_of(basket.found_by) if member is not None else None
        asks = self._asks(basket, member, day)
        if not in_hand:
            return CouponStand(above=above, buys=buys, asks=asks) if above or asks else NO_COUPONS
        settings = self._store.settings
        automatic, most = settings.flag("coupon.automatic"), settings.number("coupon.most_per_sale")
        priced = _Priced(tuple(lines), book, member is not None, member.tier if member else "", day, tuple(overrides.items()))
        asked = tuple(self.shares.asking(one.serial) for one in asks)
        run.around = replace(run.around, used=self._used_before(in_hand, member))
        made_of = (priced, run.around, in_hand, above, asks, asked, buys, basket.picked, basket.tokens, automatic, most)
        if self._known[0] != made_of:
            self._known = (made_of, replace(self._chosen(basket, in_hand, priced, automatic, most, run), above=above, buys=buys, asks=asks))
        return self._known[1]

    def _chosen(
        self, basket: Basket, in_hand: tuple[InHand, ...], priced: _Priced, automatic: bool, most: int, run: Reckoning
    ) -> CouponStand:
        free = [one for one in in_hand if automatic or one.token in basket.tokens or basket.picked is not None]
        choice = coupon_choice.choose_in(run, [one.coupon for one in free], most=most)
        wanted = choice.serials if basket.picked is None else basket.picked
        terms = {one.serial: one.coupon.terms for one in in_hand}
        order = sorted(in_hand, key=lambda one: (one.coupon.terms.priority, one.coupon.ends_on, one.serial))
        used = tuple(terms[one.serial] for one in order if one.serial in wanted)
        return CouponStand(in_hand, used, choice, basket.picked is not None)

    def in_hand(self, basket: Basket, member: Member | None, day: date) -> tuple[InHand, ...]:
        """The coupons that may be used in this sale: the member's rights, then what was scanned; those of other days are left out."""
        found = {one.serial: one for one, covered in self._promised(basket, member, day) if covered}
        for text in basket.tokens:
            judged = self.judged(text, basket, member, day)
            if isinstance(judged, InHand):
                found[judged.serial] = judged
        for share in self.shares.for_everybody(day):
            of_share = self._of_share(share, member)
            if of_share is not None:
                found[of_share.serial] = of_share
        return tuple(found.values())

    def used_before(self, basket: Basket, member: Member | None, day: date) -> tuple[tuple[str, int], ...]:
        """How often the member has used what is in hand, of offers that bound it for each person."""
        return self._used_before(self.in_hand(basket, member, day), member)

    def _used_before(self, in_hand: tuple[InHand, ...], member: Member | None) -> tuple[tuple[str, int], ...]:
        """Offer → how often the member has used it, of those that bound it for each person."""
        limited = {one.offer_id for one in in_hand if one.coupon.terms.when is not None and one.coupon.terms.when.per_person}
        if member is None:
            return ()
        used = self._store.coupons.used_of_offer
        return tuple((offer, self._memo.get(("used of", offer, member.id), partial(used, offer, member.id))) for offer in sorted(limited))

    def anything(self, basket: Basket, day: date) -> bool:
        """Whether there can be a coupon for this basket at all: a member, a code, or a share that is for everybody."""
        return bool(basket.member_id or basket.tokens or self.shares.for_everybody(day))

    def _of_share(self, share: Share, member: Member | None) -> InHand | None:
        """The next right of a share as a coupon in the hand; None where its offer is not known."""
        lease = share.lease
        offer = self._offer(lease.offer_id)
        coupon = self._coupon(offer, share.serial, lease.ends_on, lease.face_fen) if offer is not None else None
        if offer is None or coupon is None:
            return None
        return InHand(coupon, offer.id, "C", member.id if member is not None else "", lease.token or lease.id, lease_id=lease.id)

    def _asks(self, basket: Basket, member: Member | None, day: date) -> tuple[InHand, ...]:
        """Chain-wide coupons of the member and of scanned codes that headquarters has not put by for this basket yet."""
        found: dict[str, InHand] = {}
        if member is not None:
            buys = self._rights_of(basket.found_by)
            for right in self._rights(member.id):
                offer = self._offer(right.offer_id)
                if right.coupon_class == ASKED_CLASS and offer is not None and right.starts_on <= day <= right.ends_on:
                    coupon = self._coupon(offer, right.id, right.ends_on, right.face_fen)
                    if coupon is not None and buys.covers(right.face_fen):
                        found[right.id] = InHand(coupon, offer.id, ASKED_CLASS, right.member_id, right.token)
        for text in basket.tokens:
            judged = self.judged(text, basket, member, day)
            if isinstance(judged, CouponRefusal) and judged.asks is not None:
                found[judged.asks.serial] = judged.asks
        return tuple(one for one in found.values() if not self.shares.reserved(one.serial, basket.basket_id))

    def _above(self, basket: Basket, member: Member | None, day: date, in_hand: tuple[InHand, ...]) -> tuple[InHand, ...]:
        """What was promised to the member but wants a better proof of being them; a token in the hand is one."""
        shown = {one.serial for one in in_hand}
        return tuple(one for one, covered in self._promised(basket, member, day) if not covered and one.serial not in shown)

    def _promised(self, basket: Basket, member: Member | None, day: date) -> Iterator[tuple[InHand, bool]]:
        """The member's own coupons of this day, each with whether the way the member was found covers it."""
        if member is None:
            return
        buys = self._rights_of(basket.found_by)
        for right in self._rights(member.id):
            offer = self._offer(right.offer_id)
            reserved = ""
            if right.coupon_class == ASKED_CLASS:
                reserved = self.shares.reserved(right.id, basket.basket_id)
            usable = right.coupon_class in OFFLINE_CLASSES or reserved
            if offer is not None and right.starts_on <= day <= right.ends_on and usable:
                coupon = self._coupon(offer, right.id, right.ends_on, right.face_fen)
                if coupon is not None:
                    held = InHand(coupon, offer.id, right.coupon_class, right.member_id, right.token, reservation_id=reserved)
                    yield held, buys.covers(right.face_fen)

    def _rights(self, member_id: str) -> tuple[CouponRight, ...]:
        return self._memo.get(("coupon rights", member_id), lambda: self._store.coupons.usable(member_id))

    # ------------------------------------------------------------------ one token

    def judged(self, text: str, basket: Basket, member: Member | None, day: date) -> InHand | CouponRefusal:
        """Whether a signed coupon may be used in this sale, and why not."""

        def refusal(reason: str, token: CouponToken | None = None, offer_id: str = "", **facts: str) -> CouponRefusal:
            event = events.CouponRefused(
                serial=str(token.serial) if token else "",
                offer_id=offer_id,
                member_id=basket.member_id,
                basket_id=basket.basket_id,
                reason=reason,
                token_mark=_token_mark(text),
            )
            return CouponRefusal(f"coupon_{reason}", facts, event)

        try:
            token = self._open(text)
        except TokenFault as fault:
            return refusal(fault.code)
        serial = str(token.serial)
        offer = self._offer_of(token)
        offer_id = offer.id if offer else ""
        if not token.holds_in(self._store.store_id):
            return refusal("store", token, offer_id)
        if token.coupon_class == "C":
            return self._judged_share(token, offer_id, member, day, refusal)
        used = self._use(serial)
        right = self._memo.get(("coupon right", serial), lambda: self._store.coupons.right(serial))
        if used is not None:
            sale = self._store.sales.by_id(used.sale_id)
            return refusal("spent", token, offer_id, day=sale.day.isoformat() if sale else "", number=sale.number if sale else "")
        if right is not None and right.used_in:
            return refusal("spent_elsewhere", token, offer_id)
        if right is not None and right.state != "active":
            return refusal("revoked", token, offer_id)
        if day < token.starts_on:
            return refusal("early", token, offer_id, starts=token.starts_on.isoformat())
        if day > token.ends_on:
            return refusal("late", token, offer_id, ends=token.ends_on.isoformat())
        # A coupon promised to an id that was merged since is its person's.
        if not any(token.holds_for(one) for one in (self._store.people.group_of(member.id) if member else ("",))):
            return refusal("holder" if member else "holder_first", token, offer_id)
        face_fen = token.face_fen if right is None else min(token.face_fen, right.face_fen)
        coupon = self._coupon(offer, serial, token.ends_on, face_fen) if offer else None
        if offer is None or coupon is None:
            return refusal("offer", token)
        bearer = token.holder_mark == bytes(8)
        holder = "" if bearer or member is None else member.id
        if token.coupon_class == ASKED_CLASS:
            reserved = self.shares.reserved(serial, basket.basket_id)
            asked = InHand(coupon, offer.id, ASKED_CLASS, holder, text, reservation_id=reserved)
            return asked if reserved else replace(refusal("online", token, offer_id), asks=asked)
        return InHand(coupon, offer.id, token.coupon_class, holder, text)

    def _judged_share(
        self, token: CouponToken, offer_id: str, member: Member | None, day: date, refusal: Callable[..., CouponRefusal]
    ) -> InHand | CouponRefusal:
        """A code that everybody may show: good as long as this till has rights of its own left."""
        share = self.shares.of_grant(str(token.serial), day)
        if not isinstance(share, Share):
            code, facts = share
            return refusal(code, token, offer_id, **facts)
        return self._of_share(share, member) or refusal("offer", token)

    def _open(self, text: str) -> CouponToken:
        known = self._opened.get(text)
        if known is None:
            key = self._store.settings.text("hub.public_key")
            known = opened(text, {0: bytes.fromhex(key)} if key else {})
            if len(self._opened) >= KEPT_TOKENS:
                self._opened.clear()
            self._opened[text] = known
        return known

    def _use(self, serial: str) -> CouponUse | None:
        return self._memo.get(("coupon use", serial), lambda: self._store.coupons.use(serial))

    # ------------------------------------------------------------------ offers

    def _look_up(self) -> None:
        # The catalogue hands out the same offers until one of them changes.
        every = self._store.catalogue.offers()
        if every is not self._offers:
            self._offers = every
            self._by_id = {offer.id: offer for offer in every if offer.by_right and offer.active}
            self._by_mark = {mark(offer.id, 8): offer for offer in self._by_id.values()}
            self._held.clear()

    def _offer(self, offer_id: str) -> Offer | None:
        self._look_up()
        return self._by_id.get(offer_id)

    def _offer_of(self, token: CouponToken) -> Offer | None:
        self._look_up()
        return self._by_mark.get(token.offer_mark)

    def _coupon(self, offer: Offer, serial: str, ends_on: date, face_fen: int) -> HeldCoupon | None:
        """The coupon with its terms read; None where this version cannot understand them."""
        known = self._held.get((serial, ends_on, face_fen))
        if known is None:
            try:
                known = coupon_choice.held(self._lawful(offer), serial, ends_on, face_fen)
            except ValueError:
                return None
            self._held[serial, ends_on, face_fen] = known
        return known

    def _lawful(self, offer: Offer) -> Offer:
        """The offer under a neutral name where its own promotes a prescription medicine: receipt and screens are the public's."""
        told = f"{offer.title_zh} {offer.title_en}"
        key = ("public title", offer.id, told)
        named = self._memo.get(key, lambda: self._store.catalogue.prescriptions_in(told))
        return offer_words.neutral(offer) if named else offer

    def slip(self, token: str) -> CouponSlip:
        """What the paper of a signed coupon says; Refused where the token does not hold or its offer is not known here."""
        try:
            read = self._open(token)
        except TokenFault as fault:
            raise Refused(f"coupon_{fault.code}") from fault
        offer = self._offer_of(read)
        if offer is None:
            raise Refused("coupon_offer")
        days, bearer = (read.starts_on, read.ends_on), read.holder_mark == bytes(8)
        return self._slip(offer, token, str(read.serial), read.coupon_class, days, bearer)

    def slip_of(self, serial: str) -> CouponSlip:
        """What the paper of a member's coupon says, also of one that a till gave by a rule of the house and nobody signed: it bears no
        code then, and is used by whoever the member is found to be. Refused where it is none (any more) or its offer is not known here."""
        right = self._store.coupons.right(serial)
        if right is None or right.state != "active" or right.used_in or self._use(serial) is not None:
            raise Refused("coupon_gone")
        if right.token:
            return self.slip(right.token)
        offer = self._offer(right.offer_id)
        if offer is None:
            raise Refused("coupon_offer")
        return self._slip(offer, "", serial, right.coupon_class, (right.starts_on, right.ends_on), not right.member_id)

    def _slip(self, offer: Offer, token: str, serial: str, letter: str, days: tuple[date, date], bearer: bool) -> CouponSlip:
        offer = self._lawful(offer)
        title = Text(offer.title_zh, offer.title_en or offer.title_zh)
        return CouponSlip(title, offer_words.rule(BookedOffer.read(offer), self._goods.names), token, serial, letter, *days, bearer)

    # ------------------------------------------------------------------ facts

    def not_put_by(self, stand: CouponStand, basket: Basket, serial: str, code: str) -> events.CouponRefused:
        """That headquarters' word for a chain-wide coupon was no, or could not be had."""
        asked = next((one for one in stand.asks if one.serial == serial), None)
        return events.CouponRefused(
            serial=serial,
            offer_id=asked.offer_id if asked is not None else "",
            member_id=basket.member_id,
            basket_id=basket.basket_id,
            reason=code,
            token_mark=_token_mark(asked.token) if asked is not None else "",
        )

    def lapsed(self, stand: CouponStand, priced: Quote, basket_id: str) -> bool:
        """Whether headquarters may soon give to another what it had put by for this basket and the price rests on (class D)."""
        cuts = _cuts(priced)
        resting = (one for one in stand.in_hand if one.reservation_id and cuts.get(one.serial))
        return any(self.shares.reserved(one.serial, basket_id) != one.reservation_id for one in resting)

    def redeemed(self, stand: CouponStand, priced: Quote, sale_id: str) -> tuple[events.CouponRedeemed, ...]:
        """What is used up by a sale that costs this: only coupons that took something off."""
        cuts = _cuts(priced)
        offline = not self._online()
        return tuple(
            events.CouponRedeemed(
                serial=one.serial,
                offer_id=one.offer_id,
                coupon_class=one.coupon_class,
                member_id=one.member_id,
                sale_id=sale_id,
                cut_fen=cuts[one.serial],
                token_mark=_token_mark(one.token),
                offline=offline,
                lease_id=one.lease_id,
                reservation_id=one.reservation_id,
                list_age_h=self.shares.list_age_h(one.coupon_class),
            )
            for one in stand.in_hand
            if cuts.get(one.serial)
        )

    def traded(self, stand: CouponStand, priced: Quote, basket: Basket, sale_id: str) -> tuple[events.TradeTaken, ...]:
        """The old articles of a basket: one fact each, with what this sale's offers pay for it.

        One article backs one subsidy. What is handed over beyond that shares, to the fen, in the first subsidy it would earn too;
        what is taken back without money says so.
        """
        cuts = _cuts(priced)
        paid: list[tuple[str, str, frozenset[str], int]] = [
            (one.serial, one.offer_id, one.coupon.terms.when.old, cuts[one.serial])
            for one in stand.in_hand
            if one.coupon.terms.when is not None and one.coupon.terms.when.old and cuts.get(one.serial)
        ]
        paid += [(offer_id, offer_id, _old_of(self._known_offer(offer_id)), fen) for offer_id, (_, fen) in _subsidies(priced).items()]
        articles = basket.articles
        kinds = ["" if one.kind in self.shares.rules.trade_unpaid else one.kind for one in articles]
        causes: dict[int, tuple[str, str]] = {}
        worth = [0] * len(articles)
        backed = backing([old for _, _, old, _ in paid], kinds) or ()
        spare = set(range(len(articles))) - set(backed)
        for place, (serial, offer_id, old, cut_fen) in zip(backed, paid, strict=bool(backed)):
            earning = [place, *(other for other in sorted(spare) if kinds[other] in old)]
            spare -= set(earning)
            for each, share in zip(earning, share_out(cut_fen, [1] * len(earning)), strict=True):
                causes[each] = (serial, offer_id)
                worth[each] = share
        found = []
        for place, one in enumerate(articles):
            serial, offer_id = causes.get(place, ("", ""))
            found.append(
                events.TradeTaken(
                    trade_id=f"{sale_id}:{place + 1}",
                    sale_id=sale_id,
                    serial=serial,
                    offer_id=offer_id,
                    kind=one.kind,
                    pieces=1,
                    mark=one.seal,
                    subsidy_fen=worth[place],
                    condition=one.condition,
                )
            )
        return tuple(found)

    def kinds_named(self, kinds: Iterator[str] | tuple[str, ...]) -> tuple[Text, ...]:
        """What old articles are called, by their kinds."""
        return tuple(self.shares.rules.trade_kinds.get(kind, Text(kind)) for kind in kinds)

    def taken_with(self, sale_id: str) -> tuple[Text, ...]:
        """The old articles that were taken back with a sale of this till, in words."""
        return self.kinds_named(self._store.coupons.taken_in(sale_id))

    def _known_offer(self, offer_id: str) -> Offer | None:
        """Any offer of the catalogue, also one that applies by itself."""
        return next((one for one in self._store.catalogue.offers() if one.id == offer_id), None)

    def tidied(self, day: date, basket_ids: Collection[str]) -> tuple[events.LeaseReturned, ...]:
        """Between two sales: what is over by this business day goes back with these facts, what no basket wants any more is let go."""
        self.shares.let_go(basket_ids)
        if self.shares.shares():
            self.shares.used_one()
        return self.shares.given_back(day)

    def released(self, sale: StoredSale, back: events.ReturnClosed) -> tuple[events.CouponReleased, ...]:
        """What comes back to its holder with a return, by the offers' return rule (`on_return`: back | lost | prorated).

        `back`: the coupon of a sale that is now returned whole. `prorated`: from the first line on, what the coupon took off the goods
        that are back, as a coupon of that worth; a further return raises it. A right of a share has one worth: it comes back whole or not.
        """
        earlier = dict(sale.returned)
        returned = dict(earlier)
        for line in back.lines:
            returned[line.original_line_id] = returned.get(line.original_line_id, 0) + line.quantity
        whole = all(returned.get(line.line_id, 0) >= line.quantity for line in sale.body.lines)
        sold = {line.line_id: line.quantity for line in sale.body.lines}
        parts: dict[str, int] = {}
        for cut in sale.body.cuts:
            if cut.cause_kind == "coupon":
                part = cut.amount_fen * min(returned.get(cut.line_id, 0), sold[cut.line_id]) // sold[cut.line_id]
                parts[cut.cause_id] = parts.get(cut.cause_id, 0) + part
        found = []
        for serial, part_fen in parts.items():
            use, right = self._store.coupons.use(serial), self._store.coupons.right(serial)
            if (use is not None and use.sale_id != sale.body.sale_id) or (use is None and (right is None or right.used_in)):
                continue
            told = use or right
            offer_id, member_id = (told.offer_id, told.member_id) if told is not None else ("", "")
            rule = self._return_rule(offer_id)
            of_share = use is not None and bool(use.lease_id)
            prorated = rule == "prorated" and part_fen > 0 and not of_share and not (whole and use is not None)
            if prorated or (rule != "lost" and whole and use is not None):
                found.append(
                    events.CouponReleased(
                        serial=serial,
                        offer_id=offer_id,
                        member_id=member_id,
                        sale_id=sale.body.sale_id,
                        return_id=back.return_id,
                        part_fen=part_fen if prorated else 0,
                    )
                )
        return tuple(found)

    def _return_rule(self, offer_id: str) -> str:
        """What the offer's terms say under `on_return`; an offer that is gone takes nothing from anybody."""
        offer = self._known_offer(offer_id)
        return "back" if offer is None else str(json.loads(offer.terms).get("on_return", "back"))

    # ------------------------------------------------------------------ drawing

    def block(self, stand: CouponStand, priced: Quote, articles: tuple[OldArticle, ...] = ()) -> CouponBlock | None:
        """What the Sale page shows of the coupons and of old for new; None without any."""
        if self._drawn is None or self._drawn[0] is not stand or self._drawn[1] is not priced or self._drawn[2] != articles:
            trade = self._trade(stand, priced, articles)
            nothing = stand.choice is None and not stand.above and not stand.asks and trade is None
            self._drawn = (stand, priced, articles, None if nothing else replace(self._rows(stand, stand.choice, priced), trade=trade))
        return self._drawn[3]

    def _trade(self, stand: CouponStand, priced: Quote, articles: tuple[OldArticle, ...]) -> TradeBlock | None:
        """What old articles this sale's offers and coupons pay for; None where none does and none was handed over."""
        rules = self.shares.rules
        wanted: set[str] = set()
        waiting: dict[str, Text] = {}
        for note in priced.notes:
            if note.code in ("when_trade_in", "old_article_used"):
                wanted |= set(str(dict(note.facts)["old"]).split(";"))
                waiting[note.offer_id] = Text(note.title_zh, note.title_en or note.title_zh)
        for one in stand.in_hand:
            when = one.coupon.terms.when
            wanted |= when.old if when is not None else frozenset()
            waiting.pop(one.serial, None)
        paid = _subsidies(priced)
        for offer_id in paid:
            wanted |= _old_of(self._known_offer(offer_id))
        if not wanted and not articles:
            return None
        asked = [code for code in rules.trade_kinds if code in wanted - rules.trade_unpaid]
        free = [code for code in rules.trade_kinds if code in rules.trade_unpaid]
        return TradeBlock(
            kinds=tuple((code, rules.trade_kinds[code]) for code in (*asked, *free)),
            conditions=tuple(rules.trade_conditions.items()),
            taken=self.kinds_named(one.kind for one in articles),
            offers=tuple(paid.values()) + tuple((title, 0) for title in waiting.values()),
        )

    def _rows(self, stand: CouponStand, choice: CouponChoice | None, priced: Quote) -> CouponBlock:
        cuts = _cuts(priced)
        notes = {note.offer_id: (note.code, dict(note.facts)) for note in priced.notes}
        waiting = {one.serial: (one.code, dict(one.facts)) for one in choice.waiting} if choice is not None else {}
        titles = {one.serial: Text(one.coupon.terms.title_zh, one.coupon.terms.title_en) for one in stand.in_hand}
        wanted = {one.id for one in stand.used}
        rows = []
        for one in stand.in_hand:
            why = Text("")
            if not cuts.get(one.serial):
                code, facts = notes.get(one.serial) or waiting.get(one.serial) or ("not_chosen", {})
                why = offer_words.why(code, facts, self._goods.names)
            rows.append(
                CouponRow(
                    one.serial,
                    titles[one.serial],
                    one.coupon.ends_on.isoformat(),
                    cuts.get(one.serial, 0),
                    one.serial in wanted,
                    why,
                    "" if one.lease_id else one.token,
                )
            )
        why = offer_words.wants_proof(stand.buys) if stand.buys is not None else Text("")
        for one in stand.above:
            title = Text(one.coupon.terms.title_zh, one.coupon.terms.title_en)
            rows.append(CouponRow(one.serial, title, one.coupon.ends_on.isoformat(), 0, False, why))
        for one in stand.asks:
            title = Text(one.coupon.terms.title_zh, one.coupon.terms.title_en)
            waits = offer_words.why("asking" if self.shares.asking(one.serial) else "ask_first", {}, self._goods.names)
            rows.append(CouponRow(one.serial, title, one.coupon.ends_on.isoformat(), 0, False, waits))
        rows.sort(key=lambda row: (-row.cut_fen, row.why.zh, row.ends_on, row.serial))
        cut_fen = sum(row.cut_fen for row in rows)
        other = Text("")
        if choice is None:
            return CouponBlock(tuple(rows), 0, 0, stand.by_hand, other)
        if stand.by_hand and choice.cut_fen > cut_fen:
            more = yuan(choice.cut_fen - cut_fen)
            other = Text(f"自动选的更划算：再减 {more}", f"The automatic choice takes {more} more off")
        elif not stand.by_hand and choice.runner_up:
            less = yuan(choice.cut_fen - choice.runner_up_fen)
            named = [titles[serial] for serial in choice.runner_up]
            zh, en = "、".join(title.zh for title in named), ", ".join(title.en for title in named)
            other = Text(f"次选 {zh}：少减 {less}", f"Next best {en}: {less} less")
        return CouponBlock(tuple(rows), sum(row.cut_fen > 0 for row in rows), cut_fen, stand.by_hand, other)


def _cuts(priced: Quote) -> dict[str, int]:
    """What each coupon takes off, by serial."""
    found: dict[str, int] = {}
    for cut in priced.cuts:
        if cut.cause_kind == "coupon":
            found[cut.cause_id] = found.get(cut.cause_id, 0) + cut.amount_fen
    return found


def _subsidies(priced: Quote) -> dict[str, tuple[Text, int]]:
    """Trade-in offers that apply by themselves: id → title and what they take off."""
    found: dict[str, tuple[Text, int]] = {}
    for cut in priced.cuts:
        if cut.cause_kind == TradeIn.KIND:
            before = found.get(cut.cause_id, (Text(""), 0))[1]
            found[cut.cause_id] = (Text(cut.title_zh, cut.title_en or cut.title_zh), before + cut.amount_fen)
    return found


def _old_of(offer: Offer | None) -> frozenset[str]:
    """The kinds of old article that an offer's terms name."""
    return frozenset(str(kind) for kind in json.loads(offer.terms).get("old", ())) if offer is not None else frozenset()


def _token_mark(token: str) -> str:
    """The mark of a signed token, or '' for a coupon that a till granted by itself: its grant is the evidence."""
    return "" if not token else hashlib.sha256(token.encode()).hexdigest()[:16]
