"""Quantities as typed and as shown: whole numbers of a product's smallest unit."""

from __future__ import annotations

import re
from dataclasses import dataclass

WEIGHED_UNIT = "0.01g"
"""Unit name of goods sold by weight: their quantities count hundredths of a gram."""

_COUNTED = re.compile(r"\s*(?P<quantity>[0-9]{1,9})\s*[*×\uff0a]\s*(?P<rest>.*)", re.DOTALL)
_WHOLE = re.compile(r"[0-9]{1,9}")
_GRAMS = re.compile(r"(?P<whole>[0-9]{1,7})(?:\.(?P<part>[0-9]{1,2}))?\s*(?:g|克)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """What came through the one box: a quantity put before it, if any, and what follows."""

    quantity: int | None
    rest: str


def read_typed(text: str, *, most: int = 9999) -> Typed:
    """Split a leading "3*" off: "3*" waits for the next scan, "3*6999…" counts this one.

    Raises ValueError when the quantity is 0 or above `most`, so that a code scanned into the quantity is no quantity.
    """
    match = _COUNTED.fullmatch(text)
    if match is None:
        return Typed(None, text)
    return Typed(_within(int(match["quantity"]), most), match["rest"])


def parse_quantity(text: str, *, unit: str = "", most: int = 9999) -> int:
    """Read a quantity field as whole units (grams with two decimals where the unit is 0.01 g).

    Raises ValueError with a sentence for 0, signs, too many decimals, and more than `most` units (or grams).
    """
    plain = text.strip()
    if unit == WEIGHED_UNIT:
        match = _GRAMS.fullmatch(plain)
        if match is None:
            raise ValueError(f"not a weight in grams: {text!r}")
        return _within(int(match["whole"]) * 100 + int((match["part"] or "").ljust(2, "0")), most * 100)
    if _WHOLE.fullmatch(plain) is None:
        raise ValueError(f"not a whole quantity: {text!r}")
    return _within(int(plain), most)


def unit_text(quantity: int, unit: str) -> str:
    """Write a quantity with its unit: (3, "盒") -> "3盒", (1250, "0.01g") -> "12.5g"."""
    if unit != WEIGHED_UNIT:
        return f"{quantity}{unit}"
    sign = "-" if quantity < 0 else ""
    whole, part = divmod(abs(quantity), 100)
    decimals = f".{part:02d}".rstrip("0") if part else ""
    return f"{sign}{whole}{decimals}g"


def _within(quantity: int, most: int) -> int:
    if quantity < 1:
        raise ValueError("a quantity is at least 1")
    if quantity > most:
        raise ValueError(f"a quantity is at most {most}")
    return quantity
