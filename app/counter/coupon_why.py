"""Why a coupon takes nothing off: every condition that fails, what is missing, and the cheapest goods of this shop that would do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from app.counter import offer_words
from app.domain.coupon_choice import HeldCoupon
from app.domain.money import yuan
from app.domain.pricing import BookedOffer, Reckoning
from app.domain.promotions.goods import Miss
from app.domain.verdict import Text
from app.records.catalogue import Product

MOST_PIECES = 3
"""A way out of more pieces than these is none: nobody buys forty masks for a coupon."""
NO_WAY = frozenset(
    ("members_only", "tier_only", "when_hours", "when_weekday", "when_birthday", "when_channel", "old_article_used", "per_person")
)
"""Reasons that no goods remove."""

Finder = Callable[[int, Collection[str], Collection[str]], Sequence[Product]]
"""(sum to reach in fen, product ids, categories) → goods of this shop that may be offered, the cheapest way first."""


@dataclass(frozen=True, slots=True)
class CouponWhy:
    """The card of one waiting coupon."""

    serial: str
    reasons: tuple[Text, ...]
    """All of them, in the order they are asked for."""
    way: Text = Text("")
    """The cheapest way to satisfy it, '' where goods alone do not."""


def whys(
    run: Reckoning, coupons: Sequence[HeldCoupon], names_of: offer_words.NamesOf, find: Finder, product: Callable[[str], Product | None]
) -> tuple[CouponWhy, ...]:
    """The cards of coupons that take nothing off a basket with every offer applied; `run` comes back as it was."""
    found = []
    for one in coupons:
        missing = run.misses(one.terms)
        if missing:
            reasons = tuple(offer_words.why(miss.code, dict(miss.facts), names_of) for miss in missing)
            found.append(CouponWhy(one.serial, reasons, _way(one.terms, missing, find, product)))
    return tuple(found)


def _way(terms: BookedOffer, missing: Sequence[Miss], find: Finder, product: Callable[[str], Product | None]) -> Text:
    if any(miss.code in NO_WAY for miss in missing):
        return Text("")
    facts = dict(missing[-1].facts)
    match missing[-1].code:
        case "threshold_short" | "exchange_short":
            return _buying(find(int(facts["short_fen"]), terms.products, terms.categories), int(facts["short_fen"]), 0)
        case "nth_short" | "gift_short":
            return _buying(find(0, terms.products, terms.categories), 0, int(facts["missing"]))
        case "bundle_incomplete":
            wanted = [each for key in str(facts["missing"]).split(";") if (each := product(key)) is not None]
            total = sum(each.list_price_fen for each in wanted)
            names = "、".join(each.generic_name for each in wanted)
            return Text(f"补齐 {names}，{yuan(total)}", f"Add {names}: {yuan(total)}") if wanted else Text("")
        case _:
            return Text("")


def _buying(goods: Sequence[Product], short_fen: int, pieces: int) -> Text:
    if not goods:
        return Text("")
    one = goods[0]
    count = pieces or -(-short_fen // one.list_price_fen)
    total = yuan(count * one.list_price_fen)
    return Text(f"最省：加 {count} {one.unit or '件'}{one.generic_name}，{total}", f"Cheapest: {count} {one.generic_name}, {total}")
