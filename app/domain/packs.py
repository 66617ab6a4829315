"""What a printed specification says of its pack: how much is in it, what one unit of that costs, and how strong a liquid is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from app.domain.money import round_half_up

_COUNTED = "片粒丸贴揪枚袋包喷吸揿滴支板"
"""Measure words that a patient takes or uses one of; a bottle, tin or box only holds what counts."""
_HOLDERS = "瓶罐盒听桶管支只"
_FACTOR = re.compile(rf"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[{_COUNTED}{_HOLDERS}])(?![a-zA-Z])")
_CONTENT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ml|mL|ML|g|kg|L|l)(?![a-zA-Z])")
_MILLILITRES = {"ml": Fraction(1), "l": Fraction(1000)}
_GRAMS = {"g": Fraction(1), "kg": Fraction(1000)}
_STRONG = re.compile(
    r"(?:(?P<ml1>\d+(?:\.\d+)?)\s*ml\s*[-:：/]\s*(?P<mass1>\d+(?:\.\d+)?)\s*(?P<unit1>μg|mg|g)"
    r"|(?P<mass2>\d+(?:\.\d+)?)\s*(?P<unit2>μg|mg|g)\s*[-:：/]\s*(?P<ml2>\d+(?:\.\d+)?)?\s*ml)",
    re.IGNORECASE,
)
_MILLIGRAMS = {"μg": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}


@dataclass(frozen=True, slots=True)
class Content:
    """What a pack holds: so many of a unit (片, 粒, 袋, …), or so many ml or g."""

    amount: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price per a round amount of a unit: `fen` with three decimals of a yuan where it is under ten fen."""

    text: str
    """Yuan, without a mark: "1.64", "0.008"."""
    per: str
    """片 | 粒 | 10ml | 100g …"""


def content_of(spec: str) -> Content | None:
    """The whole content of a pack: 40mg×60粒×2瓶 is 120 粒, 100ml-2g×1瓶 is 100 ml; None where the text does not say.

    A strength (40mg) is no content: only a volume or a weight that stands before a holder (瓶, 支, …) is.
    """
    factors = re.split(r"[×xX*＊]", spec.strip())
    counted = [_FACTOR.match(factor.strip()) for factor in factors[1:]]
    if len(factors) == 1:
        whole = _FACTOR.fullmatch(factors[0].strip())
        if whole is not None and whole["unit"] in _COUNTED:
            return Content(Fraction(whole["number"]), whole["unit"])
        return _measured(spec) if _CONTENT.fullmatch(spec.strip()) and _first_is_content(spec) else None
    if not counted or any(factor is None for factor in counted):
        return None
    found = [(Fraction(factor["number"]), factor["unit"]) for factor in counted if factor is not None]
    whole_number = Fraction(1)
    for number, _ in found:
        whole_number *= number
    unit = found[0][1]
    if unit in _HOLDERS and not (unit in _COUNTED and found[0][0] > 1):
        inside = _measured(factors[0])
        if inside is not None and _first_is_content(factors[0]):
            return Content(inside.amount * whole_number, inside.unit)
    if unit in _COUNTED:
        return Content(whole_number, unit)
    return None


def _first_is_content(text: str) -> bool:
    """Whether a volume or weight before a holder is what is inside: 100ml, 5g-5mg, 60g; a bare 0.65g could be a strength."""
    return "ml" in text.lower() or "-" in text or re.fullmatch(r"\s*\d{2,}(\.\d+)?\s*g\s*", text) is not None


def _measured(text: str) -> Content | None:
    match = _CONTENT.search(text)
    if match is None:
        return None
    number, unit = Fraction(match["number"]), match["unit"].lower()
    if unit in _MILLILITRES:
        return Content(number * _MILLILITRES[unit], "ml")
    return Content(number * _GRAMS[unit], "g")


def unit_price(price_fen: int, content: Content | None) -> UnitPrice | None:
    """What one unit costs (of liquids and weights 1, 10 or 100); None for one single unit, whose price says it already."""
    if content is None or price_fen <= 0 or content.amount <= 0:
        return None
    if content.unit in ("ml", "g"):
        step = 100 if content.amount >= 100 else 10 if content.amount >= 10 else 1
        if content.amount == step:
            return None
        per = f"{step if step > 1 else ''}{content.unit}"
    else:
        if content.amount == 1:
            return None
        step, per = 1, content.unit
    exact = Fraction(price_fen * step) / content.amount
    if exact >= 10:
        fen = round_half_up(exact.numerator, exact.denominator)
        return UnitPrice(f"{fen // 100}.{fen % 100:02d}", per)
    tenths = round_half_up(exact.numerator * 10, exact.denominator)
    return UnitPrice(f"0.{tenths:03d}", per)


def milligrams_per_millilitre(strength: str) -> Fraction | None:
    """How strong a liquid is by its printed strength: 100ml-2g is 20 mg/ml, 0.1g/5ml too; None where it does not say.

    A percentage is left alone: it may be weight per volume or per weight.
    """
    match = _STRONG.search(strength)
    if match is None:
        return None
    if match["ml1"] is not None:
        millilitres, mass, unit = Fraction(match["ml1"]), Fraction(match["mass1"]), match["unit1"]
    else:
        millilitres, mass, unit = Fraction(match["ml2"] or 1), Fraction(match["mass2"]), match["unit2"]
    return mass * _MILLIGRAMS[unit.lower()] / millilitres if millilitres else None
