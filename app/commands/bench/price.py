"""How long a full reprice takes, against asking every offer about every line, and how long the best of a dozen coupons is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from random import Random

from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Subject, against, calibrated_p99, in_turns, slowness
from app.domain.coupon_choice import HeldCoupon, choose
from app.domain.demo import DemoPharmacy
from app.domain.pricing import BookedOffer, OfferBook, PriceLine, PromotionLaw, quote
from app.records.catalogue import Product
from app.records.clock import SystemClock, shop_day

LINES = 20
GOAL_MS = {200: 0.5, 2_000: 2.0}
"""Goal 5 and §5 of `performance.md`: p99 of a full reprice by number of offers."""
COUPONS, COUPON_OFFERS, CHOICE_MS = 12, 60, 50.0
"""The best combination of so many coupons, beside so many offers, within so many milliseconds."""


def run(asked: Asked) -> Report:
    """Reprice baskets of twenty lines, a member attached, each offer of a kind and scope of its own."""
    clock = SystemClock()
    pharmacy = shop.pharmacy(clock)
    day = shop_day(clock.now())
    subjects: dict[str, Subject] = {}
    for count in GOAL_MS:
        reprice, naive = _pair(pharmacy, count, day, asked.seed)
        subjects[f"{count} offers"] = Subject(_called(reprice))
        subjects[f"{count} offers, floor"] = Subject(_called(naive))
    choosing = f"best of {COUPONS} coupons"
    subjects[choosing], subjects[choosing + ", floor"] = _choice(pharmacy, day, asked.seed)
    found = in_turns("reprice", subjects, asked.count())
    cases = {f"{count} offers": against(found[f"{count} offers"], found[f"{count} offers, floor"]) for count in GOAL_MS}
    cases[choosing] = against(found[choosing], found[choosing + ", floor"])
    goals = [
        Goal(
            f"reprice {LINES} lines under {count} offers, p99 ms calibrated",
            calibrated_p99(f"{count} offers", found, computing=True),
            limit,
        )
        for count, limit in GOAL_MS.items()
    ]
    goals.append(Goal(f"{choosing}, p99 ms calibrated", calibrated_p99(choosing, found, computing=True), CHOICE_MS))
    return Report("price", cases, goals, {"lines": LINES, "slowness": slowness(found)})


def _choice(pharmacy: DemoPharmacy, day: date, seed: int) -> tuple[Subject, Subject]:
    """Baskets of twenty lines, other ones at every turn, and a dozen coupons that all concern the whole basket; the floor is one quote."""
    draw = Random(seed)
    book = OfferBook.of(shop.many_offers(pharmacy.products, COUPON_OFFERS, day, seed), PromotionLaw(frozenset({"rx"})))
    sold = [p for p in pharmacy.products if p.in_assortment and p.list_price_fen]
    held: list[HeldCoupon] = []
    for coupon in shop.many_offers(pharmacy.products, COUPONS, day, seed + 1):
        # Terms that differ by a little: equal coupons would be looked at once.
        number = len(held)
        terms = f'{{"tiers": [{{"reach_fen": {4000 + 900 * number}, "off_fen": {300 + 70 * number}}}]}}'
        own = coupon.model_copy(update={"scope": "all", "members_only": False, "priority": 1_000})
        if number % 2:
            own = own.model_copy(update={"kind": "threshold", "terms": terms})
        held.append(HeldCoupon(coupon.id, BookedOffer.read(own), coupon.ends_on))

    def basket() -> list[PriceLine]:
        return _basket(draw.sample(sold, LINES), draw)

    def search(lines: list[PriceLine]) -> object:
        return choose(lines, book, held, member=True, tier="gold", day=day)

    def once(lines: list[PriceLine]) -> object:
        return quote(lines, book, member=True, tier="gold", day=day)

    return Subject(search, basket), Subject(once, basket)


def _basket(products: Iterable[Product], draw: Random) -> list[PriceLine]:
    """One to three packs of each."""
    return [
        PriceLine(f"l{n}", p.id, p.category, draw.randrange(1, 4), p.list_price_fen, p.member_price_fen, p.kind, p.rx_class)
        for n, p in enumerate(products)
    ]


def _called(work: Callable[[], object]) -> Callable[[object], object]:
    return lambda _: work()


def _pair(pharmacy: DemoPharmacy, count: int, day: date, seed: int) -> tuple[Callable[[], object], Callable[[], object]]:
    draw = Random(seed)
    offers = shop.many_offers(pharmacy.products, count, day, seed)
    book = OfferBook.of(offers, PromotionLaw(frozenset({"rx"})))
    sold = [p for p in pharmacy.products if p.in_assortment and p.rx_class != "rx"]
    named = sorted({name for offer in offers if offer.scope.startswith("product:") for name in offer.scope[8:].split(";")})
    chosen = {p.id: p for p in draw.sample([p for p in sold if p.id in set(named)], LINES // 2)}
    chosen |= {p.id: p for p in draw.sample(sold, LINES)}
    lines = _basket(list(chosen.values())[:LINES], draw)
    scopes = [(frozenset(offer.scope.partition(":")[2].split(";")), offer.scope == "all") for offer in offers]

    def ask_every_offer_about_every_line() -> int:
        return sum(1 for names, all_goods in scopes for line in lines if all_goods or line.product_id in names or line.category in names)

    def reprice() -> object:
        return quote(lines, book, member=True, tier="gold", day=day)

    return reprice, ask_every_offer_about_every_line
