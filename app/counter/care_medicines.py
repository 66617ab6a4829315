"""Medicines in use: one line per medicine of a member, from their purchases here, before and elsewhere, and the doses that were noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from app.counter import care_words as words
from app.counter.care_scene import MedicineLine
from app.domain.care import CareRules
from app.domain.packs import content_of
from app.domain.refills import (
    Dose,
    Purchase,
    Supply,
    covered_days,
    pdc_bp,
    period,
    stage,
    supply_by_dose,
    supply_by_habit,
)
from app.domain.rules.case import MEDICINE_KINDS
from app.records.catalogue import Product
from app.records.text import Text
from app.store.care import Bought, UsageNote

MONTH_DAYS = 28
"""What a further supply is suggested for: four weeks, as long prescriptions generally are."""
WARN_DAYS = 3
_WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine of a member, whatever its maker and pack: purchases of any of them cover the same days."""

    product: Product
    """The pack bought last."""
    products: tuple[str, ...]
    supply: Supply | None
    usage: UsageNote | None
    line: MedicineLine


def piece_of(product: Product) -> tuple[Fraction, str] | None:
    """How many countable pieces a pack holds, and what one is called; None where the pack does not say."""
    return _pieces(product.spec)


@lru_cache(maxsize=512)
def _pieces(spec: str) -> tuple[Fraction, str] | None:
    """The same few packs are asked for at every purchase of a member."""
    content = content_of(spec)
    return (content.amount, content.unit) if content is not None and content.amount > 0 else None


def same_medicine(product: Product) -> tuple[str, str, str]:
    """What packs of one medicine have in common, whoever made them."""
    return product.generic_name, product.form, product.strength


def medicines_of(
    bought: Iterable[Bought],
    notes: Mapping[str, UsageNote],
    ended: frozenset[str],
    product_of: Callable[[str], Product | None],
    today: date,
    rules: CareRules,
) -> tuple[Medicine, ...]:
    """The medicines in use, those that run out first at the front.

    In use is what a dose was noted for, what was bought on three days or more, and what is bought for a long illness; what ran out too
    long ago is forgotten, and so is what is taken no more.
    """
    groups: dict[tuple[str, str, str], list[tuple[Bought, Product]]] = {}
    for one in bought:
        product = product_of(one.product_id)
        if product is not None and product.kind in MEDICINE_KINDS:
            groups.setdefault(same_medicine(product), []).append((one, product))
    for product_id in notes:
        product = product_of(product_id)
        if product is not None:
            groups.setdefault(same_medicine(product), [])
    found = []
    for key, purchases in groups.items():
        medicine = _medicine(key, purchases, notes, ended, product_of, today, rules)
        if medicine is not None:
            found.append(medicine)
    return tuple(sorted(found, key=lambda one: (one.line.runs_out_on or date.max, one.line.name)))


def _medicine(
    key: tuple[str, str, str],
    purchases: list[tuple[Bought, Product]],
    notes: Mapping[str, UsageNote],
    ended: frozenset[str],
    product_of: Callable[[str], Product | None],
    today: date,
    rules: CareRules,
) -> Medicine | None:
    usage = None
    for note in notes.values():
        product = product_of(note.product_id)
        if product is not None and same_medicine(product) == key:
            usage = note
    if not purchases:
        return None
    purchases.sort(key=lambda pair: pair[0].day)
    newest_buy, newest = purchases[-1]
    ids = tuple(dict.fromkeys(product.id for _, product in purchases))
    if usage is None and ended.intersection(ids):
        return None
    days = {one.day for one, _ in purchases}
    chronic = newest.category in rules.conditions
    if usage is None and not chronic and len(days) < 3:
        return None
    supply = _supply(purchases, usage)
    gone = supply.runs_out_on if supply is not None else newest_buy.day
    if (today - gone).days > rules.forget_days:
        return None
    return Medicine(newest, ids, supply, usage, _line(newest, newest_buy, supply, usage, today, rules))


def _supply(purchases: list[tuple[Bought, Product]], usage: UsageNote | None) -> Supply | None:
    if usage is not None:
        sized = [(Purchase(one.day, one.quantity), piece_of(product)) for one, product in purchases]
        counted = [(purchase, piece[0]) for purchase, piece in sized if piece is not None]
        if len(counted) == len(sized):
            return supply_by_dose(counted, Dose(usage.pieces_c, usage.times, usage.every_days))
    return supply_by_habit([Purchase(one.day, one.quantity) for one, _ in purchases])


def _line(
    product: Product, newest: Bought, supply: Supply | None, usage: UsageNote | None, today: date, rules: CareRules
) -> MedicineLine:
    piece = piece_of(product)
    said = Text("", "")
    packs, limit = 0, Text("", "")
    rx = product.rx_class == "rx"
    if usage is not None:
        dose = Dose(usage.pieces_c, usage.times, usage.every_days)
        said = words.usage_words(dose, usage.moment, piece[1] if piece is not None else "", rules)
        most = rules.most_days(product.rx_class, product.special)
        if piece is not None:
            packs = dose.packs(min(MONTH_DAYS, most) if most is not None else MONTH_DAYS, piece[0])
        if most is not None:
            limit = Text(rules.limit_words.zh.format(days=most), rules.limit_words.en.format(days=most))
    elif supply is not None:
        # By habit a pack lasts as long as it did: the interval stands in for the dose.
        said = words.habit_words(supply.lasts_days)
        packs = newest.quantity
    if supply is None:
        return MedicineLine(
            product.id, product.generic_name, product.strength or product.spec, said, "", 0, Text("", ""), None, 0, "info", "", None,
            packs, limit, rx, newest.day, usage.usage_id if usage is not None else "",
        )  # fmt: skip
    left = supply.days_left(today)
    span = max(1, supply.lasts_days)
    tone = "bad" if left < 0 else "warn" if left <= WARN_DAYS else "good"
    return MedicineLine(
        product_id=product.id,
        name=product.generic_name,
        spec=product.strength or product.spec,
        usage=said,
        basis=supply.basis,
        days_left=left,
        left=words.left_words(left),
        runs_out_on=supply.runs_out_on,
        left_bp=min(_WHOLE_BP, max(0, left) * _WHOLE_BP // span),
        tone=tone,
        stage=stage(left, rules.before_days, rules.after_days),
        adherence_bp=pdc_bp(supply, today, rules.window_days),
        packs=packs,
        limit=limit,
        rx=rx,
        bought_on=newest.day,
        usage_id=usage.usage_id if usage is not None else "",
    )


def overall_bp(medicines: Iterable[Medicine], today: date, rules: CareRules) -> int | None:
    """Adherence over all medicines: covered days by days that should have been, in basis points."""
    covered = due = 0
    for one in medicines:
        span = period(one.supply, today, rules.window_days) if one.supply is not None else None
        if one.supply is not None and span is not None:
            covered += covered_days(one.supply, *span)
            due += (span[1] - span[0]).days
    return covered * _WHOLE_BP // due if due else None

