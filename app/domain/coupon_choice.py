"""The best coupons for a basket: which of a customer's to use together, proven, what the next best takes off, and why the others wait.

A search over sets, coupon by coupon in the order in which they apply, that follows only branches which can still beat what
was found: a coupon never takes more off a basket that others have cut already than off the basket as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.pricing import BookedOffer, OfferBook, PriceLine, QuoteNote, Reckoning
from app.domain.promotions.amount_off import AmountOff
from app.domain.promotions.capped import Capped
from app.domain.promotions.exchange import Exchange
from app.domain.promotions.goods import Facts, Goods, Miss, Terms
from app.domain.promotions.nth_cheaper import NthCheaper
from app.domain.promotions.percent import Percent
from app.domain.promotions.threshold import Threshold
from app.domain.promotions.trade_in import TradeIn
from app.records.offers import Offer

TRIES = 4_000
"""Most coupons tried on before the search says what it has and that it is not proven; a till must not stand still."""


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """A coupon in a customer's hand that is good here and today; its terms are those of an offer under its own serial."""

    serial: str
    terms: BookedOffer
    ends_on: date
    """Last good day: of equal coupons the one that ends first is used first."""


TAIL = 4
"""How much of a serial is shown: enough to tell two coupons apart, too little to make one."""


def held(offer: Offer, serial: str, ends_on: date, face_fen: int) -> HeldCoupon:
    """A coupon of an offer: its cuts bear its serial and its title with the serial's end, and never come to more than its face value.

    `face_fen` 0 sets no bound. ValueError where the offer's terms cannot be understood.
    """
    booked = BookedOffer.read(offer)
    tail = f" **{serial[-TAIL:].upper()}"
    title_zh, title_en = offer.title_zh + tail, (offer.title_en or offer.title_zh) + tail
    promotion = booked.promotion
    bounded = isinstance(promotion, Threshold) and max(off for _, off in promotion.tiers) <= face_fen
    return HeldCoupon(
        serial,
        replace(
            booked,
            id=serial,
            title_zh=title_zh,
            title_en=title_en,
            cause=("coupon", serial, title_zh, title_en),
            promotion=promotion if bounded or not face_fen else Capped(promotion, face_fen),
        ),
        ends_on,
    )


@dataclass(frozen=True, slots=True)
class WaitingCoupon:
    """A coupon that is not in the best set: why, with the figures that would change it."""

    serial: str
    code: str
    """The engine's reason (threshold_short, bundle_incomplete …), or better_without: it would apply, but the best set leaves it out."""
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """The best set of coupons for a basket."""

    serials: tuple[str, ...]
    """In the order they apply."""
    cut_fen: int
    runner_up: tuple[str, ...]
    """The next best set; empty where using none is next."""
    runner_up_fen: int
    waiting: tuple[WaitingCoupon, ...]
    proven: bool
    """Whether every set was looked at or ruled out."""
    tries: int


def choose(
    lines: Sequence[PriceLine],
    book: OfferBook,
    coupons: Sequence[HeldCoupon],
    *,
    member: bool,
    tier: str,
    day: date,
    overrides: Mapping[str, int] | None = None,
    most: int = 0,
    tries: int = TRIES,
) -> CouponChoice:
    """Find the set that takes most off after every offer of the store; of equal sets the smaller, then the one that ends sooner.

    A coupon that takes nothing off is never used up. `most` is how many coupons one sale may use, 0 for any number.
    Raises ValueError as `pricing.quote` does.
    """
    run = Reckoning.of(lines, book, member=member, tier=tier, day=day, overrides=overrides)
    return choose_in(run, coupons, most=most, tries=tries)


def choose_in(run: Reckoning, coupons: Sequence[HeldCoupon], *, most: int = 0, tries: int = TRIES) -> CouponChoice:
    """`choose` in a basket that has its offers already; the reckoning comes back as it was."""
    ordered = sorted(coupons, key=lambda one: (one.terms.priority, one.ends_on, one.serial))
    search = _Search(run, ordered, most or len(ordered), tries)
    search.follow(0, (), 0)
    best, second = search.best, search.second
    used = [ordered[place].terms for place in best.places]
    chosen = {terms.id for terms in used}
    return CouponChoice(
        serials=tuple(ordered[place].serial for place in best.places),
        cut_fen=best.cut_fen,
        runner_up=tuple(ordered[place].serial for place in second.places),
        runner_up_fen=second.cut_fen,
        waiting=tuple(_why_waiting(run, one, used) for one in ordered if one.serial not in chosen),
        proven=search.left > 0,
        tries=tries - search.left,
    )


def _why_waiting(run: Reckoning, one: HeldCoupon, used: Sequence[BookedOffer]) -> WaitingCoupon:
    """What the coupon alone would do to the basket after the store's offers, and whether those in use leave it a turn."""
    mark = run.mark()
    amount = run.apply(one.terms)
    note: QuoteNote | None = run.notes[-1] if len(run.notes) > mark.notes else None
    run.restore(mark)
    if amount:
        when = one.terms.when
        if when is not None and when.per_person:
            count = when.used(run.around) + sum(other.when is not None and other.when.offer_id == when.offer_id for other in used)
            if count >= when.per_person:
                return WaitingCoupon(one.serial, "per_person", (("most", when.per_person), ("used", count)))
        return WaitingCoupon(one.serial, "better_without", (("amount_fen", amount),))
    if note is None:
        return WaitingCoupon(one.serial, "nothing_in_scope")
    return WaitingCoupon(one.serial, note.code, note.facts)


@dataclass(frozen=True, slots=True)
class _Found:
    """A set and what it takes off."""

    places: tuple[int, ...] = ()
    cut_fen: int = 0

    def key(self, held: Sequence[HeldCoupon]) -> tuple[int, int, list[date], tuple[int, ...]]:
        """Better sets have the greater key's beginning and the smaller rest: read with the sum negated."""
        return (-self.cut_fen, len(self.places), sorted(held[place].ends_on for place in self.places), self.places)


@dataclass(slots=True)
class _Search:
    """Depth first through using and not using each coupon in turn."""

    run: Reckoning
    held: Sequence[HeldCoupon]
    most: int
    left: int
    """Tries left."""
    best: _Found = field(default_factory=_Found)
    second: _Found = field(default_factory=_Found)
    whole_fen: int = field(init=False)
    """What is left to pay before any coupon."""
    twin_before: list[int] = field(init=False)
    """For each coupon the place of an equal one just before it, or -1: the later one is used only with the earlier."""

    def __post_init__(self) -> None:
        """Pair equal coupons that follow each other: with another between them, the later one may find other goods open."""
        self.whole_fen = sum([goods.left_fen for goods in self.run.goods])
        same = [_sameness(one.terms) for one in self.held]
        self.twin_before = [place - 1 if place and same[place] == same[place - 1] else -1 for place in range(len(same))]

    def follow(self, place: int, used: tuple[int, ...], cut_fen: int) -> None:
        """Look at every set that begins with `used` and goes on at `place`."""
        if place == len(self.held) or len(used) == self.most or self.left <= 0 or not self._may_count(place, used, cut_fen):
            return
        twin = self.twin_before[place]
        if twin < 0 or twin in used:
            mark = self.run.mark()
            self.left -= 1
            # Where no other can follow, what it takes off is all that is asked.
            last = place + 1 == len(self.held) or len(used) + 1 == self.most
            terms = self.held[place].terms
            amount = self.run.worth(terms) if last else self.run.apply(terms)
            if amount > 0:
                self._found(_Found((*used, place), cut_fen + amount))
                self.follow(place + 1, (*used, place), cut_fen + amount)
            self.run.restore(mark)
        self.follow(place + 1, used, cut_fen)

    def _found(self, found: _Found) -> None:
        if found.key(self.held) < self.best.key(self.held):
            self.best, self.second = found, self.best
        elif found.key(self.held) < self.second.key(self.held):
            self.second = found

    def _may_count(self, place: int, used: tuple[int, ...], cut_fen: int) -> bool:
        """Whether the coupons from `place` on could lift this branch into the best two."""
        mark = self.run.mark()
        ceilings = sorted((_ceiling(self.run, one.terms) for one in self.held[place:]), reverse=True)
        self.run.restore(mark)
        reach = cut_fen + min(self.whole_fen - cut_fen, sum(ceilings[: self.most - len(used)]))
        return reach > self.second.cut_fen or (reach == self.second.cut_fen == self.best.cut_fen)


def _sameness(terms: BookedOffer) -> object:
    """What makes two coupons take the same off every basket; only their serials and days differ."""
    return (
        terms.promotion, terms.everything, terms.products, terms.categories, terms.members_only, terms.member_tiers,
        terms.stack_group, terms.exclusive, terms.priority, terms.starts_on, terms.when,
    )  # fmt: skip


def _ceiling(run: Reckoning, terms: BookedOffer) -> int:
    """At least what the coupon could take off now or after any others.

    What these kinds take off only falls as goods are cut or closed; of the others all that is left is the bound.
    """
    scoped, named = run.open_to(terms)
    promotion = terms.promotion
    if isinstance(promotion, Capped):
        return min(promotion.most_fen, _uncapped(promotion.inner, scoped, named))
    return _uncapped(promotion, scoped, named)


def _uncapped(promotion: Terms, scoped: Sequence[Goods], named: Sequence[Goods]) -> int:
    if isinstance(promotion, Threshold):
        whole = sum([goods.left_fen for goods in scoped])
        return max((off for reach, off in promotion.tiers if whole >= reach), default=0)
    if isinstance(promotion, Percent | AmountOff | NthCheaper | TradeIn | Exchange):
        outcome = promotion.work_out(scoped, named)
        return 0 if isinstance(outcome, Miss) else outcome.total_fen
    return sum(goods.left_fen for goods in {*scoped, *named})
