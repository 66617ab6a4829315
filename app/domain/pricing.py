"""Pricing: what a basket costs, every fen of a cut attributed to a line and a cause, and why an offer did not apply.

How it goes: a permitted price change fixes its line, and no offer touches it. Otherwise a member pays the member price
where it is lower. Then offers apply in the order of (priority, id) to what is left to pay. Offers of one stack group
never touch the same goods: the better one wins. An exclusive offer takes only goods that no offer has touched, and
closes them. Coupons that somebody chose come last, one after the other in the order given (`coupon_choice.py` finds the
best set). An old article that is handed over backs one subsidy. Lines of one product at one price are priced together,
so neither scan order nor splitting a line changes anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.domain.money import share_out
from app.domain.promotions import KINDS
from app.domain.promotions.conditions import NOWHERE, Circumstances, Conditions
from app.domain.promotions.goods import Facts, Goods, Miss, Outcome, Terms
from app.domain.promotions.old_articles import backing
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


class CutShare(NamedTuple):
    """A part of a cut: so much off one line for one cause; the id is the offer's, or "" where no offer is the cause."""

    line_id: str
    cause_kind: str
    """price_change | member_price | the kind of an offer."""
    cause_id: str
    title_zh: str
    title_en: str
    amount_fen: int


class QuotedLine(NamedTuple):
    """One line with its sums."""

    line_id: str
    product_id: str
    quantity: int
    unit_price_fen: int
    subtotal_fen: int
    cut_fen: int
    payable_fen: int


class QuoteNote(NamedTuple):
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
    """An offer with its scope and terms read, and what the engine asks of both at hand."""

    id: str
    title_zh: str
    title_en: str
    cause: tuple[str, str, str, str]
    """Kind, id and titles, as every cut of it bears them."""
    priority: int
    starts_on: date
    ends_on: date
    members_only: bool
    member_tiers: frozenset[str]
    """Tiers that may use it; empty means every customer."""
    stores: frozenset[str]
    """Stores where it applies; empty means all of the chain."""
    stack_group: str
    exclusive: bool
    everything: bool
    products: frozenset[str]
    categories: frozenset[str]
    names: frozenset[str]
    """Products that the terms name themselves."""
    gives_scope_away: bool
    """Whether goods of the scope may become free; where a gift is named, it is the named goods instead."""
    promotion: Terms
    when: Conditions | None = None
    """What else must be so around the sale."""

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
            when = Conditions.read(offer.id, terms)
            sort, _, names = offer.scope.partition(":")
            listed = frozenset(name.strip() for name in names.split(";") if name.strip())
            if not ((sort == "all" and not names) or (sort in ("product", "category") and listed)):
                raise ValueError(f"unknown scope {offer.scope!r}")
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"offer {offer.id}: {error}") from error
        scoped = promotion.uses_scope
        return cls(
            id=offer.id,
            title_zh=offer.title_zh,
            title_en=offer.title_en,
            cause=(offer.kind, offer.id, offer.title_zh, offer.title_en),
            priority=offer.priority,
            starts_on=offer.starts_on,
            ends_on=offer.ends_on,
            members_only=offer.members_only,
            member_tiers=frozenset(str(tier) for tier in terms.get("member_tiers", ())),
            stores=frozenset(str(store) for store in terms.get("stores", ())),
            stack_group=offer.stack_group,
            exclusive=offer.exclusive,
            everything=scoped and sort == "all",
            products=listed if scoped and sort == "product" else frozenset(),
            categories=listed if scoped and sort == "category" else frozenset(),
            names=promotion.names,
            gives_scope_away=promotion.gives_away and not promotion.names,
            promotion=promotion,
            when=when,
        )

    def serves(self, store_id: str) -> bool:
        """Whether it applies in a store."""
        return not self.stores or store_id in self.stores


@dataclass(frozen=True, slots=True)
class OfferBook:
    """All offers of a store, read once, in the order they apply, and indexed by what they concern."""

    offers: tuple[BookedOffer, ...]
    law: PromotionLaw
    everywhere: tuple[int, ...]
    by_product: Mapping[str, tuple[int, ...]]
    by_category: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, offers: Iterable[Offer], law: PromotionLaw, store_id: str = "") -> OfferBook:
        """Read offers into a book; raises ValueError naming the first bad offer.

        Inactive ones are left out, and so are those for coupon holders: they never apply by themselves. Where a store is
        named, offers of other stores are left out too.
        """
        active = (offer for offer in offers if offer.active and not offer.by_right)
        read = (BookedOffer.read(offer) for offer in sorted(active, key=lambda one: (one.priority, one.id)))
        booked = tuple(one for one in read if not store_id or one.serves(store_id))
        by_product: dict[str, list[int]] = {}
        by_category: dict[str, list[int]] = {}
        for place, one in enumerate(booked):
            for product in one.products | one.names:
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

    def candidates(self, goods: Collection[Goods]) -> list[BookedOffer]:
        """The offers that could concern these goods, in the order they apply."""
        places = set(self.everywhere)
        for product in self.by_product.keys() & {one.product_id for one in goods}:
            places.update(self.by_product[product])
        for category in self.by_category.keys() & {one.category for one in goods}:
            places.update(self.by_category[category])
        return [self.offers[place] for place in sorted(places)]


_NO_GROUP: frozenset[str] = frozenset()
_BETTER_IN_GROUP = Miss("better_in_group")
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
    coupons: Sequence[BookedOffer] = (),
) -> Quote:
    """Price a basket on a business day for a member of a tier ("" for none), with permitted unit prices per line id.

    `coupons` are taken after every offer, in this order. Raises ValueError for a quantity below 1 or a negative price. A change
    above the marked price is refused by a note, because nobody may charge more than the marked price (price rules 2022, Art. 8).
    """
    return Reckoning.of(lines, book, member=member, tier=tier, day=day, overrides=overrides).quoted(lines, coupons)


@dataclass(slots=True, eq=False)
class _Turn:
    """An offer that concerns this basket, the goods of its scope, those its terms name, and what it would do now."""

    one: BookedOffer
    scoped: list[Goods]
    named: list[Goods]
    result: Outcome | Miss | None = None
    """None while it has to be worked out (again)."""


class _Mark(NamedTuple):
    """A moment of a reckoning: how many changes, cuts, notes, uses of limited offers and subsidies for old articles there were."""

    changes: int
    made: int
    notes: int
    limited: int
    backed: int


@dataclass(slots=True)
class Reckoning:
    """One quote being worked out, which may be tried further and taken back to a mark; `quote` is its everyday use."""

    book: OfferBook
    member: bool
    tier: str
    day: date
    around: Circumstances = NOWHERE
    goods: list[Goods] = field(default_factory=list)
    """In an order that does not depend on scanning; goods of one product stand together."""
    members: dict[Goods, list[PriceLine]] = field(default_factory=dict)
    """The lines of each goods."""
    of_product: dict[str, list[Goods]] = field(default_factory=dict)
    of_category: dict[str, list[Goods]] = field(default_factory=dict)
    made: list[tuple[Goods, tuple[str, str, str, str], int]] = field(default_factory=list)
    """Cuts in the order they were made: goods, cause, fen."""
    notes: list[QuoteNote] = field(default_factory=list)
    changes: list[tuple[Goods, int, str, bool, frozenset[str]]] = field(default_factory=list)
    """What goods were like before each offer that touched them, so that going back costs what was changed and not the basket."""
    limited: list[str] = field(default_factory=list)
    """Offers with a bound for each person, once for every use in this sale."""
    backed: list[frozenset[str]] = field(default_factory=list)
    """What is backed by an old article so far: the kinds that each subsidy asks for."""

    @classmethod
    def of(
        cls,
        lines: Sequence[PriceLine],
        book: OfferBook,
        *,
        member: bool,
        tier: str,
        day: date,
        overrides: Mapping[str, int] | None = None,
        around: Circumstances = NOWHERE,
    ) -> Reckoning:
        """A basket with every offer applied and no coupon yet; raises as `quote` does."""
        run = cls(book, member, tier, day, around)
        run.gather(lines, overrides or {})
        run.apply_offers()
        return run

    def gather(self, lines: Sequence[PriceLine], overrides: Mapping[str, int]) -> None:
        """Put lines of one product at one price together, in an order that does not depend on scanning."""
        law = self.book.law
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
            quantity = same[0].quantity if len(same) == 1 else sum(line.quantity for line in same)
            goods = Goods(product_id, category, rx_class, quantity, unit_price * quantity)
            goods.giftable = rx_class not in law.not_giftable
            self.goods.append(goods)
            self.members[goods] = same
            self.of_product.setdefault(product_id, []).append(goods)
            self.of_category.setdefault(category, []).append(goods)
            if not goods.left_fen:
                goods.shut = "nothing_left"
            elif rx_class in law.not_promotable:
                goods.shut = "not_promotable"
            if changed >= 0:
                goods.shut = "price_changed"
                self._cut(goods, _PRICE_CHANGE, (unit_price - changed) * quantity)
            elif self.member and 0 < member_price < unit_price:
                self._cut(goods, _MEMBER_PRICE, (unit_price - member_price) * quantity)

    def apply_offers(self) -> None:
        """Let every offer of the day that concerns these goods have its turn."""
        turns = [turn for one in self.book.candidates(self.goods) if (turn := self._turn(one)) is not None]
        groups: dict[str, list[_Turn]] = {}
        for turn in turns:
            if turn.one.stack_group:
                groups.setdefault(turn.one.stack_group, []).append(turn)
        for turn in turns:
            group = turn.one.stack_group
            if not group:
                self._conclude(turn.one, self._work_out(turn))
            elif group in groups:
                self._settle_group(groups.pop(group))

    def apply(self, coupon: BookedOffer) -> int:
        """Let a coupon have its turn on what is left to pay; returns what it takes off, in fen."""
        turn = self._turn(coupon)
        if turn is None:
            return 0
        return self._conclude(coupon, self._work_out(turn))

    def worth(self, coupon: BookedOffer) -> int:
        """What `apply` would take off, in fen, without taking it off; only a note may come of it."""
        turn = self._turn(coupon)
        result = self._work_out(turn) if turn is not None else None
        return result.total_fen if isinstance(result, Outcome) else 0

    def open_to(self, coupon: BookedOffer) -> tuple[list[Goods], list[Goods]]:
        """The goods that a coupon may still touch: of its scope, and of those its terms name; both empty when it is not for now."""
        turn = self._turn(coupon)
        return (self._open(coupon, turn.scoped)[0], self._open(coupon, turn.named)[0]) if turn is not None else ([], [])

    def misses(self, coupon: BookedOffer) -> tuple[Miss, ...]:
        """Everything that keeps a coupon from taking something off now, not only the first of it."""
        everything, categories, products = coupon.everything, coupon.categories, coupon.products
        scoped = [goods for goods in self.goods if everything or goods.category in categories or goods.product_id in products]
        found: list[Miss] = []
        if coupon.members_only and not self.member:
            found.append(Miss("members_only"))
        if coupon.member_tiers and (not self.member or self.tier not in coupon.member_tiers):
            found.append(Miss("tier_only", (("tiers", ";".join(sorted(coupon.member_tiers))),)))
        if coupon.when is not None:
            found += self._failed(coupon.when, scoped)
        named = self._of(coupon.names) if coupon.names else []
        if not (scoped if coupon.promotion.uses_scope else named):
            # Told what it would take, as if an empty part of the scope lay there.
            outcome = coupon.promotion.work_out([], [])
        else:
            outcome = self._work_out(_Turn(coupon, scoped, named))
        if isinstance(outcome, Miss):
            found.append(outcome)
        return tuple(found)

    def mark(self) -> _Mark:
        """What `restore` needs to come back to this moment."""
        return _Mark(len(self.changes), len(self.made), len(self.notes), len(self.limited), len(self.backed))

    def restore(self, mark: _Mark) -> None:
        """Forget everything since a mark."""
        changes = self.changes
        while len(changes) > mark.changes:
            goods, left_fen, shut, touched, groups = changes.pop()
            goods.left_fen, goods.shut, goods.touched, goods.groups = left_fen, shut, touched, groups
        del self.made[mark.made :]
        del self.notes[mark.notes :]
        del self.limited[mark.limited :]
        del self.backed[mark.backed :]

    def quoted(self, lines: Sequence[PriceLine], coupons: Sequence[BookedOffer] = ()) -> Quote:
        """The quote with these coupons taken after everything so far, in this order."""
        for coupon in coupons:
            self.apply(coupon)
        return self.result(lines)

    def result(self, lines: Sequence[PriceLine]) -> Quote:
        """Share every cut over the lines of its goods and add up."""
        left = {line.line_id: line.unit_price_fen * line.quantity for line in lines}
        shares: dict[str, list[CutShare]] = {line_id: [] for line_id in left}
        members = self.members
        # A named tuple's own maker is a Python function; a long basket makes some hundreds of them at every scan.
        made_as = tuple.__new__
        for goods, cause, amount in self.made:
            same = members[goods]
            if len(same) == 1:
                line_id = same[0].line_id
                left[line_id] -= amount
                shares[line_id].append(made_as(CutShare, (line_id, *cause, amount)))
                continue
            for line, part in zip(same, share_out(amount, [left[line.line_id] for line in same]), strict=True):
                if part:
                    left[line.line_id] -= part
                    shares[line.line_id].append(CutShare(line.line_id, *cause, part))
        quoted = []
        cuts: list[CutShare] = []
        subtotal_fen = payable_fen = 0
        for line in lines:
            line_id, quantity, unit_price = line.line_id, line.quantity, line.unit_price_fen
            subtotal, payable = unit_price * quantity, left[line_id]
            sums = (line_id, line.product_id, quantity, unit_price, subtotal, subtotal - payable, payable)
            quoted.append(made_as(QuotedLine, sums))
            cuts += shares[line_id]
            subtotal_fen += subtotal
            payable_fen += payable
        return Quote(tuple(quoted), tuple(cuts), subtotal_fen, subtotal_fen - payable_fen, payable_fen, tuple(self.notes))

    def _turn(self, one: BookedOffer) -> _Turn | None:
        """The offer's turn, if it runs today and concerns these goods; a door closed to this customer is noted."""
        if not one.starts_on <= self.day <= one.ends_on:
            return None
        if one.everything:
            scoped = self.goods
        elif one.categories:
            held = one.categories & self.of_category.keys()
            one_held = len(held) == 1
            scoped = self.of_category[next(iter(held))] if one_held else [goods for goods in self.goods if goods.category in held]
        else:
            scoped = self._of(one.products)
        named = self._of(one.names) if one.names else []
        if not (scoped if one.promotion.uses_scope else named):
            return None
        if one.members_only and not self.member:
            self._note(one, "members_only")
            return None
        if one.member_tiers and (not self.member or self.tier not in one.member_tiers):
            self._note(one, "tier_only")
            return None
        if one.when is not None and (failed := self._failed(one.when, scoped)):
            self._note(one, failed[0].code, failed[0].facts)
            return None
        return _Turn(one, scoped, named)

    def _failed(self, when: Conditions, scoped: Sequence[Goods]) -> tuple[Miss, ...]:
        products = frozenset(goods.product_id for goods in scoped)
        return when.failed(self.around, self.day, products, self.limited.count(when.offer_id))

    def _unbacked(self, one: BookedOffer) -> Miss | None:
        """Why no old article is left for a subsidy: those of its kinds back others already."""
        when = one.when
        if when is None or not when.old or when.old.isdisjoint(self.around.traded):
            return None
        if backing([*self.backed, when.old], self.around.traded) is not None:
            return None
        return Miss("old_article_used", (("old", ";".join(sorted(when.old))),))

    def _of(self, products: frozenset[str]) -> list[Goods]:
        """The goods of some products, in the order of all goods."""
        of_product = self.of_product
        held = [product for product in products if product in of_product]
        if len(held) == 1:
            return of_product[held[0]]
        held.sort()
        return [goods for product in held for goods in of_product[product]]

    def _work_out(self, turn: _Turn) -> Outcome | Miss:
        """What the offer would take off the goods still open to it."""
        one, promotion = turn.one, turn.one.promotion
        if promotion.gives_away and one.names and not all(goods.giftable for goods in turn.named):
            return Miss("not_giftable")
        if (unbacked := self._unbacked(one)) is not None:
            return unbacked
        scoped, reason = self._open(one, turn.scoped)
        if promotion.uses_scope and not scoped:
            return Miss(reason)
        named, reason = self._open(one, turn.named) if turn.named else (turn.named, "")
        if turn.named and not named:
            return Miss(reason)
        outcome = promotion.work_out(scoped, named)
        if isinstance(outcome, Miss):
            return outcome
        unlawful = False
        for goods, amount in outcome.cuts:
            if amount >= goods.left_fen and not goods.giftable:
                unlawful = True
            elif amount > 0:
                continue
            break
        else:
            return outcome
        if unlawful and not promotion.apart:
            return Miss("not_giftable")
        return _lawful(outcome)

    def _open(self, one: BookedOffer, goods: list[Goods]) -> tuple[list[Goods], str]:
        """The goods that the offer may still touch, and why the last of the others is closed to it."""
        group, alone, gives_away = one.stack_group, one.exclusive, one.gives_scope_away
        if not (group or alone or gives_away):
            # The everyday coupon on everything: it is tried on the whole basket again and again.
            able = [each for each in goods if not each.shut]
            return able, "" if len(able) == len(goods) else next(each.shut for each in reversed(goods) if each.shut)
        reason = ""
        able = []
        for each in goods:
            if each.shut:
                reason = each.shut
            elif group and group in each.groups:
                reason = "better_in_group"
            elif alone and each.touched:
                reason = "not_alone"
            elif gives_away and not each.giftable:
                reason = "not_giftable"
            else:
                able.append(each)
        return able, reason

    def _settle_group(self, waiting: list[_Turn]) -> None:
        """Apply offers that exclude each other: on every goods the one that takes most off."""
        while waiting:
            best: dict[Goods, tuple[int, _Turn]] = {}
            together: list[tuple[_Turn, Outcome]] = []
            for turn in waiting:
                if turn.result is None:
                    turn.result = self._work_out(turn)
                if isinstance(turn.result, Outcome):
                    if not turn.one.promotion.apart:
                        together.append((turn, turn.result))
                        continue
                    for goods, amount in turn.result.cuts:
                        if goods not in best or amount > best[goods][0]:
                            best[goods] = (amount, turn)
            winner, lead = None, 0
            for turn, outcome in together:
                margin = outcome.total_fen - sum([best[goods][0] for goods in outcome.used if goods in best])
                if margin > lead:
                    winner, lead = (turn, outcome), margin
            concluded: list[tuple[_Turn, Outcome | Miss]] = [winner] if winner is not None else []
            if winner is None:
                single = [turn for turn in waiting if turn.one.promotion.apart]
                won: dict[_Turn, list[tuple[Goods, int]]] = {}
                for goods, (amount, turn) in best.items():
                    won.setdefault(turn, []).append((goods, amount))
                concluded = [(turn, _own_part(turn, won.get(turn, ()))) for turn in single or waiting]
            taken: set[Goods] = set()
            for turn, result in concluded:
                self._conclude(turn.one, result)
                if isinstance(result, Outcome):
                    taken.update(result.used)
            done = {turn for turn, _ in concluded}
            waiting = [turn for turn in waiting if turn not in done]
            for turn in waiting:
                if not (taken.isdisjoint(turn.scoped) and taken.isdisjoint(turn.named)):
                    turn.result = None

    def _conclude(self, one: BookedOffer, result: Outcome | Miss) -> int:
        """Apply an outcome and mark what it used, or note why there is none; returns what it takes off, in fen."""
        if isinstance(result, Outcome):
            # Worked out before another of its group took the article.
            result = self._unbacked(one) or result
        if isinstance(result, Miss):
            self._note(one, result.code, result.facts)
            return 0
        cause, group, alone, made = one.cause, one.stack_group, one.exclusive, self.made
        used = result.used
        self.changes += [(goods, goods.left_fen, goods.shut, goods.touched, goods.groups) for goods in used]
        total_fen = 0
        for goods, amount in result.cuts:
            if amount:
                goods.left_fen -= amount
                if not goods.left_fen and not goods.shut:
                    goods.shut = "nothing_left"
                made.append((goods, cause, amount))
                total_fen += amount
        own = frozenset((group,)) if group else _NO_GROUP
        for goods in used:
            goods.touched = True
            if alone:
                goods.shut = "taken_by_exclusive"
            if group:
                goods.groups = goods.groups | own if goods.groups else own
        if total_fen and one.when is not None and one.when.per_person:
            self.limited.append(one.when.offer_id)
        if total_fen and one.when is not None and one.when.old:
            self.backed.append(one.when.old)
        self._note(one, "applied", (("amount_fen", total_fen),))
        return total_fen

    def _cut(self, goods: Goods, cause: tuple[str, str, str, str], amount: int) -> None:
        if amount:
            goods.left_fen -= amount
            if not goods.left_fen:
                goods.shut = goods.shut or "nothing_left"
            self.made.append((goods, cause, amount))

    def _note(self, one: BookedOffer, code: str, facts: Facts = ()) -> None:
        # As in `result`: under thousands of offers a named tuple's own maker is what a scan waits for.
        self.notes.append(tuple.__new__(QuoteNote, (code, one.id, one.title_zh, one.title_en, facts)))


def _lawful(outcome: Outcome) -> Outcome | Miss:
    """An outcome of separate cuts without the empty ones and those that would give a medicine away unlawfully."""
    free = [goods for goods, amount in outcome.cuts if amount >= goods.left_fen and not goods.giftable]
    cuts = tuple((goods, amount) for goods, amount in outcome.cuts if amount > 0 and goods not in free)
    if not cuts:
        return Miss("not_giftable" if free else "nothing_left")
    return Outcome(cuts, tuple(goods for goods in outcome.used if goods not in free))


def _own_part(turn: _Turn, won: Sequence[tuple[Goods, int]]) -> Outcome | Miss:
    """The part of an offer's separate cuts that no other offer of its group beats."""
    if not isinstance(turn.result, Outcome):
        return turn.result or _BETTER_IN_GROUP
    return Outcome(tuple(won), tuple([goods for goods, _ in won])) if won else _BETTER_IN_GROUP
