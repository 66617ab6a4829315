"""Why a coupon takes nothing off: every condition that fails, what is missing, and the cheapest goods of this shop that would do.

Goods are offered only where the basket was priced with them and the coupon then took something off: an offer on the goods themselves
may eat what was missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from app.counter import offer_words
from app.domain.coupon_choice import HeldCoupon
from app.domain.money import yuan
from app.domain.pricing import Reckoning
from app.domain.promotions.goods import Miss
from app.domain.verdict import Text
from app.records.catalogue import Product

MOST_PIECES = 3
"""A way out of more pieces than these is none: nobody buys forty masks for a coupon."""
NO_WAY = frozenset(
    ("members_only", "tier_only", "when_hours", "when_weekday", "when_birthday", "when_channel", "old_article_used", "per_person")
)
"""Reasons that no goods remove."""

ONLY_TO_SCAN = frozenset(("exchange_not_scanned", "gift_not_scanned"))
"""What is left to do once the goods are bought: the coupon holds, the gift lies on the counter and is not in the basket yet."""
ENOUGH = 4
"""So many goods that would do are compared; the ones after them cost more as they are marked."""

Finder = Callable[[int, Collection[str], Collection[str]], Sequence[Product]]
"""(sum to reach in fen, product ids, categories) → goods of this shop that may be offered, the cheapest way first."""

Trial = Callable[[HeldCoupon, Sequence[tuple[Product, int]]], int | None]
"""(coupon, goods with pieces) → what they add to the sum after every offer, in fen; None where the coupon does not hold all the same."""


@dataclass(frozen=True, slots=True)
class CouponWhy:
    """The card of one waiting coupon."""

    serial: str
    reasons: tuple[Text, ...]
    """All of them, in the order they are asked for."""
    way: Text = Text("")
    """The cheapest way to satisfy it, '' where goods alone do not."""


def whys(
    run: Reckoning,
    coupons: Sequence[HeldCoupon],
    names_of: offer_words.NamesOf,
    find: Finder,
    product: Callable[[str], Product | None],
    trial: Trial,
) -> tuple[CouponWhy, ...]:
    """The cards of coupons that take nothing off a basket with every offer applied; `run` comes back as it was."""
    found = []
    ways: dict[object, Text] = {}
    for one in coupons:
        missing = run.misses(one.terms)
        if missing:
            reasons = tuple(offer_words.why(miss.code, dict(miss.facts), names_of) for miss in missing)
            # Several coupons of one offer wait for the same goods.
            alike = (missing, one.terms.promotion, one.terms.products, one.terms.categories, one.terms.exclusive, one.terms.stack_group)
            if alike not in ways:
                ways[alike] = _way(one, missing, find, product, trial)
            found.append(CouponWhy(one.serial, reasons, ways[alike]))
    return tuple(found)


def _way(
    one: HeldCoupon, missing: Sequence[Miss], find: Finder, product: Callable[[str], Product | None], trial: Trial
) -> Text:
    if any(miss.code in NO_WAY for miss in missing):
        return Text("")
    facts, terms = dict(missing[-1].facts), one.terms
    match missing[-1].code:
        case "threshold_short" | "exchange_short":
            return _buying(one, find(int(facts["short_fen"]), terms.products, terms.categories), int(facts["short_fen"]), 0, trial)
        case "nth_short" | "gift_short":
            return _buying(one, find(0, terms.products, terms.categories), 0, int(facts["missing"]), trial)
        case "bundle_incomplete":
            wanted = [each for key in str(facts["missing"]).split(";") if (each := product(key)) is not None]
            total_fen = trial(one, [(each, 1) for each in wanted]) if wanted else None
            if total_fen is None:
                return Text("")
            names = "、".join(each.generic_name for each in wanted)
            return Text(f"补齐 {names}，{yuan(total_fen)}", f"Add {names}: {yuan(total_fen)}")
        case _:
            return Text("")


def _buying(one: HeldCoupon, goods: Sequence[Product], short_fen: int, pieces: int, trial: Trial) -> Text:
    """The goods that cost least, as they are paid for, among the first that would do."""
    found: list[tuple[int, int, Product]] = []
    for each in goods:
        least = pieces or -(-short_fen // each.list_price_fen)
        for count in range(least, pieces + 1 if pieces else MOST_PIECES + 1):
            total_fen = trial(one, [(each, count)])
            if total_fen is not None:
                found.append((total_fen, count, each))
                break
        if len(found) == ENOUGH:
            break
    if not found:
        return Text("")
    total_fen, count, best = min(found, key=lambda way: way[0])
    # Packs of one name have prices of their own: which one is meant is said.
    named = f"{best.generic_name} {best.spec}".strip()
    return Text(f"最省：加 {count} {best.unit or '件'}{named}，{yuan(total_fen)}", f"Cheapest: {count} {named}, {yuan(total_fen)}")
