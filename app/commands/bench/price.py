"""How long a full reprice takes: twenty lines under two hundred and two thousand offers, against asking every offer about every line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Subject, against, calibrated_p99, in_turns, slowness
from app.domain.demo import DemoPharmacy
from app.domain.pricing import OfferBook, PriceLine, PromotionLaw, quote
from app.records.clock import SystemClock, shop_day

LINES = 20
GOAL_MS = {200: 0.5, 2_000: 2.0}
"""Goal 5 and §5 of `performance.md`: p99 of a full reprice by number of offers."""


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
    found = in_turns("reprice", subjects, asked.count())
    cases = {f"{count} offers": against(found[f"{count} offers"], found[f"{count} offers, floor"]) for count in GOAL_MS}
    goals = [
        Goal(
            f"reprice {LINES} lines under {count} offers, p99 ms calibrated",
            calibrated_p99(f"{count} offers", found, computing=True),
            limit,
        )
        for count, limit in GOAL_MS.items()
    ]
    return Report("price", cases, goals, {"lines": LINES, "slowness": slowness(found)})


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
    lines = [
        PriceLine(f"l{n}", p.id, p.category, draw.randrange(1, 4), p.list_price_fen, p.member_price_fen, p.kind, p.rx_class)
        for n, p in enumerate(list(chosen.values())[:LINES])
    ]
    scopes = [(frozenset(offer.scope.partition(":")[2].split(";")), offer.scope == "all") for offer in offers]

    def ask_every_offer_about_every_line() -> int:
        return sum(1 for names, all_goods in scopes for line in lines if all_goods or line.product_id in names or line.category in names)

    def reprice() -> object:
        return quote(lines, book, member=True, tier="gold", day=day)

    return reprice, ask_every_offer_about_every_line
