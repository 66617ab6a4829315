"""Pricing: what a basket costs, every fen of a cut attributed to a line and a cause, and why an offer did not apply.

How it goes: a permitted price change fixes its line, and no offer touches it. Otherwise a member pays the member price
where it is lower. Then offers apply in the order of (priority, id) to what is left to pay. Offers of one stack group
never touch the same goods: the better one wins. An exclusive offer takes only goods that no offer has touched, and
closes them. Lines of one product at one price are priced together, so neither scan order nor splitting a line changes
anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.domain.money import share_out
from app.domain.promotions import KINDS
from app.domain.promotions.goods import Facts, Goods, Miss, Outcome, Promotion
from app.records.offers import Offer


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One basket line as pricing sees it; prices are per unit, before any cut."""

    line_id: str
    product_id: str
    category: str
    quantity: int
    unit_price_fen: int
    member_price_fen: int = 0
    """0 where members have no price of their own."""
    kind: str = "drug"
    rx_class: str = "none"


@dataclass(frozen=True, slots=True)
class PromotionLaw:
    """What the rule pack forbids promotions: classes that may not be given away, and classes left alone altogether."""

    not_giftable: frozenset[str]
    not_promotable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CutShare:
    """A part of a cut: so much off one line for one cause; the id is the offer's, or "" where no offer is the cause."""

    line_id: str
    cause_kind: str
    """price_change | member_price | the kind of an offer."""
    cause_id: str
    title_zh: str
    title_en: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line with its sums."""

    line_id: str
    product_id: str
    quantity: int
    unit_price_fen: int
    subtotal_fen: int
    cut_fen: int
    payable_fen: int


@dataclass(frozen=True, slots=True)
class QuoteNote:
    """Why an offer that concerns this basket applied, or did not, as a code with its figures."""

    code: str
    offer_id: str
    title_zh: str
    title_en: str
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What the basket costs; lines stand in the order they were given."""

    lines: tuple[QuotedLine, ...]
    cuts: tuple[CutShare, ...]
    subtotal_fen: int
    cut_fen: int
    payable_fen: int
    notes: tuple[QuoteNote, ...]

    def cuts_of(self, line_id: str) -> tuple[CutShare, ...]:
        """The cuts of one line, in the order they were made."""
        return tuple(cut for cut in self.cuts if cut.line_id == line_id)


@dataclass(frozen=True, slots=True)
class BookedOffer:
    """An offer with its scope and terms read."""

    offer: Offer
    promotion: Promotion
    everything: bool
    products: frozenset[str]
    categories: frozenset[str]
    member_tiers: frozenset[str]
    """Tiers that may use it; empty means every customer."""

    def concerns(self, goods: Goods) -> bool:
        """Whether goods lie in the offer's scope."""
        return self.everything or goods.product_id in self.products or goods.category in self.categories

    @classmethod
    def read(cls, offer: Offer) -> BookedOffer:
        """Read one offer; raises ValueError that names the offer when kind, scope or terms cannot be understood."""
        kind = _KINDS.get(offer.kind)
        try:
            if kind is None:
                raise ValueError(f"unknown kind {offer.kind!r}")
            terms: Any = json.loads(offer.terms)
            if not isinstance(terms, dict):
                raise ValueError("terms must be a JSON object")
            promotion = kind.read(terms)
            sort, _, names = offer.scope.partition(":")
            listed = frozenset(name.strip() for name in names.split(";") if name.strip())
            if not ((sort == "all" and not names) or (sort in ("product", "category") and listed)):
                raise ValueError(f"unknown scope {offer.scope!r}")
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"offer {offer.id}: {error}") from error
        return cls(
            offer,
            promotion,
            everything=sort == "all" and promotion.uses_scope,
            products=listed if sort == "product" and promotion.uses_scope else frozenset(),
            categories=listed if sort == "category" and promotion.uses_scope else frozenset(),
            member_tiers=frozenset(str(tier) for tier in terms.get("member_tiers", ())),
        )


@dataclass(frozen=True, slots=True)
class OfferBook:
    """All offers of a store, read once, in the order they apply, and indexed by what they concern."""

    offers: tuple[BookedOffer, ...]
    law: PromotionLaw
    everywhere: tuple[int, ...]
    by_product: Mapping[str, tuple[int, ...]]
    by_category: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, offers: Iterable[Offer], law: PromotionLaw) -> OfferBook:
        """Read offers into a book; inactive ones are left out; raises ValueError naming the first bad offer."""
        active = (offer for offer in offers if offer.active)
        booked = tuple(BookedOffer.read(offer) for offer in sorted(active, key=lambda one: (one.priority, one.id)))
        by_product: dict[str, list[int]] = {}
        by_category: dict[str, list[int]] = {}
        for place, one in enumerate(booked):
            for product in one.products | one.promotion.names:
                by_product.setdefault(product, []).append(place)
            for category in one.categories:
                by_category.setdefault(category, []).append(place)
        return cls(
            booked,
            law,
            tuple(place for place, one in enumerate(booked) if one.everything),
            {name: tuple(places) for name, places in by_product.items()},
            {name: tuple(places) for name, places in by_category.items()},
        )

    def candidates(self, goods: Iterable[Goods]) -> list[BookedOffer]:
        """The offers that could concern these goods, in the order they apply."""
        places = set(self.everywhere)
        for one in goods:
            places.update(self.by_product.get(one.product_id, ()))
            places.update(self.by_category.get(one.category, ()))
        return [self.offers[place] for place in sorted(places)]


_KINDS = {kind.KIND: kind for kind in KINDS}
_PRICE_CHANGE = ("price_change", "", "改价", "Price change")
_MEMBER_PRICE = ("member_price", "", "会员价", "Member price")


def quote(
    lines: Sequence[PriceLine],
    book: OfferBook,
    *,
    member: bool,
    tier: str,
    day: date,
    overrides: Mapping[str, int] | None = None,
) -> Quote:
    """Price a basket on a business day for a member of a tier ("" for none), with permitted unit prices per line id.

    Raises ValueError for a quantity below 1 or a negative price. A change above the marked price is refused by a note,
    because nobody may charge more than the marked price (price rules 2022, Art. 8).
    """
    run = _Run(book, member, tier, day)
    run.gather(lines, overrides or {})
    run.apply_offers()
    return run.result(lines)


@dataclass(frozen=True, slots=True)
class _Turn:
    """An offer that concerns this basket, with the goods of its scope and those its terms name."""

    one: BookedOffer
    scoped: list[Goods]
    named: list[Goods]


@dataclass(slots=True)
class _Run:
    """One quote being worked out; nothing of it outlives the call."""

    book: OfferBook
    member: bool
    tier: str
    day: date
    goods: list[Goods] = field(default_factory=list)
    members: dict[Goods, list[PriceLine]] = field(default_factory=dict)
    """The lines of each goods."""
    made: list[tuple[Goods, tuple[str, str, str, str], int]] = field(default_factory=list)
    """Cuts in the order they were made: goods, cause, fen."""
    notes: list[QuoteNote] = field(default_factory=list)

    def gather(self, lines: Sequence[PriceLine], overrides: Mapping[str, int]) -> None:
        """Put lines of one product at one price together, in an order that does not depend on scanning."""
        alike: dict[tuple[str, int, int, int, str, str], list[PriceLine]] = {}
        for line in lines:
            changed = overrides.get(line.line_id, -1) if overrides else -1
            if line.quantity < 1 or line.unit_price_fen < 0 or changed < -1:
                raise ValueError(f"line {line.line_id} has no quantity or a negative price")
            if changed > line.unit_price_fen:
                facts = (("line_id", line.line_id), ("unit_price_fen", line.unit_price_fen), ("wanted_fen", changed))
                self.notes.append(QuoteNote("change_above_marked", "", *_PRICE_CHANGE[2:], facts))
                changed = -1
            key = (line.product_id, line.unit_price_fen, line.member_price_fen, changed, line.category, line.rx_class)
            alike.setdefault(key, []).append(line)
        for key in sorted(alike):
            product_id, unit_price, member_price, changed, category, rx_class = key
            same = alike[key]
            if len(same) > 1:
                same.sort(key=lambda line: (-line.quantity, line.line_id))
            quantity = sum(line.quantity for line in same)
            goods = Goods(product_id, category, rx_class, quantity, unit_price * quantity, fixed=changed >= 0)
            self.goods.append(goods)
            self.members[goods] = same
            if changed >= 0:
                self._cut(goods, _PRICE_CHANGE, (unit_price - changed) * quantity)
            elif self.member and 0 < member_price < unit_price:
                self._cut(goods, _MEMBER_PRICE, (unit_price - member_price) * quantity)

    def apply_offers(self) -> None:
        """Let every offer of the day that concerns these goods have its turn."""
        turns = [turn for one in self.book.candidates(self.goods) if (turn := self._turn(one)) is not None]
        settled: set[str] = set()
        for turn in turns:
            group = turn.one.offer.stack_group
            if not group:
                self._conclude(turn.one, self._work_out(turn))
            elif group not in settled:
                settled.add(group)
                self._settle_group([other for other in turns if other.one.offer.stack_group == group])

    def result(self, lines: Sequence[PriceLine]) -> Quote:
        """Share every cut over the lines of its goods and add up."""
        left = {line.line_id: line.unit_price_fen * line.quantity for line in lines}
        shares: dict[str, list[CutShare]] = {line.line_id: [] for line in lines}
        for goods, cause, amount in self.made:
            same = self.members[goods]
            parts = [amount] if len(same) == 1 else share_out(amount, [left[line.line_id] for line in same])
            for line, part in zip(same, parts, strict=True):
                if part:
                    left[line.line_id] -= part
                    shares[line.line_id].append(CutShare(line.line_id, *cause, part))
        quoted = []
        for line in lines:
            subtotal, payable = line.unit_price_fen * line.quantity, left[line.line_id]
            quoted.append(
                QuotedLine(
                    line.line_id,
                    line.product_id,
                    line.quantity,
                    line.unit_price_fen,
                    subtotal,
                    subtotal - payable,
                    payable,
                )
            )
        subtotal_fen = sum(line.subtotal_fen for line in quoted)
        payable_fen = sum(line.payable_fen for line in quoted)
        cuts = tuple(share for line in lines for share in shares[line.line_id])
        return Quote(tuple(quoted), cuts, subtotal_fen, subtotal_fen - payable_fen, payable_fen, tuple(self.notes))

    def _turn(self, one: BookedOffer) -> _Turn | None:
        """The offer's turn, if it runs today and concerns these goods; a door closed to this customer is noted."""
        offer, promotion = one.offer, one.promotion
        if not offer.starts_on <= self.day <= offer.ends_on:
            return None
        scoped = [goods for goods in self.goods if one.concerns(goods)]
        named = [goods for goods in self.goods if goods.product_id in promotion.names] if promotion.names else []
        if not (scoped if promotion.uses_scope else named):
            return None
        if offer.members_only and not self.member:
            self._note(one, "members_only")
            return None
        if one.member_tiers and (not self.member or self.tier not in one.member_tiers):
            self._note(one, "tier_only")
            return None
        return _Turn(one, scoped, named)

    def _work_out(self, turn: _Turn) -> Outcome | Miss:
        """What the offer would take off the goods still open to it."""
        one, scoped, named = turn.one, turn.scoped, turn.named
        promotion, law = one.promotion, self.book.law
        given = named if promotion.names else scoped
        if promotion.gives_away and promotion.names and any(goods.rx_class in law.not_giftable for goods in given):
            return Miss("not_giftable")
        open_scoped, reason = self._open(one, scoped)
        open_named, reason_named = self._open(one, named)
        if not (open_scoped if promotion.uses_scope else open_named):
            return Miss(reason if promotion.uses_scope else reason_named)
        if named and not open_named:
            return Miss(reason_named)
        outcome = promotion.work_out(open_scoped, open_named)
        if isinstance(outcome, Miss):
            return outcome
        cuts = tuple((goods, amount) for goods, amount in outcome.cuts if amount > 0)
        free = [goods for goods, amount in cuts if amount >= goods.left_fen and goods.rx_class in law.not_giftable]
        if free:
            if not promotion.apart:
                return Miss("not_giftable")
            cuts = tuple((goods, amount) for goods, amount in cuts if goods not in free)
        if not cuts:
            return Miss("not_giftable" if free else "nothing_left")
        return Outcome(cuts, tuple(goods for goods in outcome.used if goods not in free) if free else outcome.used)

    def _open(self, one: BookedOffer, goods: Sequence[Goods]) -> tuple[list[Goods], str]:
        """The goods that the offer may still touch, and why the last of the others is closed to it."""
        offer, law = one.offer, self.book.law
        bars_gifts = one.promotion.gives_away and not one.promotion.names
        reason = ""
        able = []
        for each in goods:
            if each.fixed:
                reason = "price_changed"
            elif each.closed:
                reason = "taken_by_exclusive"
            elif offer.stack_group and offer.stack_group in each.groups:
                reason = "better_in_group"
            elif offer.exclusive and each.touched:
                reason = "not_alone"
            elif each.rx_class in law.not_promotable:
                reason = "not_promotable"
            elif bars_gifts and each.rx_class in law.not_giftable:
                reason = "not_giftable"
            elif each.left_fen <= 0:
                reason = "nothing_left"
            else:
                able.append(each)
        return able, reason

    def _settle_group(self, waiting: list[_Turn]) -> None:
        """Apply offers that exclude each other: on every goods the one that takes most off."""
        while waiting:
            results = [(turn, self._work_out(turn)) for turn in waiting]
            found = [(turn, result) for turn, result in results if isinstance(result, Outcome)]
            best: dict[Goods, tuple[int, _Turn]] = {}
            for turn, outcome in found:
                if turn.one.promotion.apart:
                    for goods, amount in outcome.cuts:
                        if goods not in best or amount > best[goods][0]:
                            best[goods] = (amount, turn)
            winner, lead = None, 0
            for turn, outcome in found:
                if not turn.one.promotion.apart:
                    margin = outcome.total_fen - sum(best[goods][0] for goods in outcome.used if goods in best)
                    if margin > lead:
                        winner, lead = (turn, outcome), margin
            if winner is not None:
                self._conclude(winner[0].one, winner[1])
                waiting = [turn for turn in waiting if turn is not winner[0]]
                continue
            if not best:
                for turn, result in results:
                    self._conclude(turn.one, result)
                return
            for turn, result in results:
                if turn.one.promotion.apart:
                    won = tuple((goods, amount) for goods, (amount, by) in best.items() if by is turn)
                    lost = Miss("better_in_group") if isinstance(result, Outcome) else result
                    self._conclude(turn.one, Outcome(won, tuple(goods for goods, _ in won)) if won else lost)
            waiting = [turn for turn in waiting if not turn.one.promotion.apart]

    def _conclude(self, one: BookedOffer, result: Outcome | Miss) -> None:
        """Apply an outcome and mark what it used, or note why there is none."""
        if isinstance(result, Miss):
            self._note(one, result.code, result.facts)
            return
        offer = one.offer
        cause = (offer.kind, offer.id, offer.title_zh, offer.title_en)
        for goods, amount in result.cuts:
            self._cut(goods, cause, amount)
        for goods in result.used:
            goods.touched = True
            goods.closed = goods.closed or offer.exclusive
            if offer.stack_group:
                goods.groups.add(offer.stack_group)
        self._note(one, "applied", (("amount_fen", result.total_fen),))

    def _cut(self, goods: Goods, cause: tuple[str, str, str, str], amount: int) -> None:
        if amount:
            goods.left_fen -= amount
            self.made.append((goods, cause, amount))

    def _note(self, one: BookedOffer, code: str, facts: Facts = ()) -> None:
        offer = one.offer
        self.notes.append(QuoteNote(code, offer.id, offer.title_zh, offer.title_en, facts))
