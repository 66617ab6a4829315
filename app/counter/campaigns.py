"""Campaigns: the offers that run in this store, each in one sentence, and what each does in the open sale or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.counter import offer_words
from app.counter.goods import Goods
from app.counter.post import Post
from app.counter.selling import Selling
from app.domain.pricing import BookedOffer
from app.domain.verdict import Text
from app.records.clock import Clock, shop_day
from app.records.offers import Offer
from app.store.open_store import Store


@dataclass(frozen=True, slots=True)
class Campaign:
    """One running or coming offer."""

    offer_id: str
    kind: str
    title: Text
    rule: Text
    starts_on: date
    ends_on: date
    """The last day."""
    days_left: int
    """Today counted; 1 on the last day."""
    starts_in: int
    """Days until it begins; 0 while it runs."""
    members_only: bool
    by_right: bool
    """Only for whoever holds a personal coupon of it."""
    coupon_code: str
    """The open coupon's 20 digits, or ''."""
    state: str
    """applied | missed | none: what it does in the open sale; none where the sale has nothing it concerns."""
    cut_fen: int
    said: Text
    """Why it takes nothing off, with what would change that; '' where there is nothing to say."""


class Campaigns:
    """Reads the catalogue's offers and the open sale's quote."""

    def __init__(self, store: Store, clock: Clock, post: Post, goods: Goods, selling: Selling) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._selling = selling
        self._offers: tuple[Offer, ...] = ()
        self._read: tuple[tuple[Offer, BookedOffer], ...] = ()

    def rows(self) -> tuple[Campaign, ...]:
        """Running offers, those that end first before the others; then those that are still to begin."""
        day = self._post.day(shop_day(self._clock.now()))
        found = [self._row(offer, one, day) for offer, one in self._booked() if offer.ends_on >= day]
        return tuple(sorted(found, key=lambda row: (row.starts_in, row.ends_on, row.offer_id)))

    def _booked(self) -> tuple[tuple[Offer, BookedOffer], ...]:
        """The active offers with their terms read; one that this version cannot understand is left out, as the engine leaves it."""
        every = self._store.catalogue.offers()
        if every is not self._offers:
            read = []
            for offer in every:
                try:
                    one = BookedOffer.read(offer)
                except ValueError:
                    continue
                if offer.active and one.serves(self._store.store_id):
                    read.append((offer, one))
            self._offers, self._read = every, tuple(read)
        return self._read

    def _row(self, offer: Offer, one: BookedOffer, day: date) -> Campaign:
        starts_in = max(0, (offer.starts_on - day).days)
        state, cut_fen, said = self._here(offer, one) if not starts_in else ("none", 0, Text(""))
        return Campaign(
            offer.id,
            offer.kind,
            Text(offer.title_zh, offer.title_en),
            offer_words.rule(one, self._goods.names),
            offer.starts_on,
            offer.ends_on,
            (offer.ends_on - day).days + 1,
            starts_in,
            offer.members_only or bool(one.member_tiers),
            offer.by_right,
            offer.coupon_code,
            state,
            cut_fen,
            said,
        )

    def _here(self, offer: Offer, one: BookedOffer) -> tuple[str, int, Text]:
        """What the offer does in the open sale, from the engine's own notes."""
        basket, priced = self._selling.basket, self._selling.quote
        if not basket.lines:
            return "none", 0, Text("")
        if offer.by_right:
            return self._by_right(offer)
        if offer.coupon_code and offer.coupon_code not in basket.coupons:
            return "missed", 0, Text("还没扫券码", "Its code was not scanned")
        note = next((note for note in priced.notes if note.offer_id == one.id), None)
        if note is None:
            return "none", 0, Text("")
        cut_fen = sum(cut.amount_fen for cut in priced.cuts if cut.cause_id == one.id)
        if note.code == "applied" and cut_fen:
            return "applied", cut_fen, Text("")
        if note.code == "members_only" and not basket.member_id:
            return "missed", 0, Text("会员专享，登记会员后可用", "Members only: name the member first")
        return "missed", 0, offer_words.why(note.code, dict(note.facts), self._goods.names)

    def _by_right(self, offer: Offer) -> tuple[str, int, Text]:
        """A personal coupon: what those in the customer's hand take off."""
        mine = {held.serial for held in self._selling.coupons.in_hand if held.offer_id == offer.id}
        if not mine:
            return "none", 0, Text("")
        cut_fen = sum(cut.amount_fen for cut in self._selling.quote.cuts if cut.cause_id in mine)
        if cut_fen:
            return "applied", cut_fen, Text("")
        block = self._selling.scene().coupons
        said = next((row.why for row in block.rows if row.serial in mine), Text("")) if block is not None else Text("")
        return "missed", 0, said
