"""Money as whole fen: parsing, formatting, sharing out and percentages live here alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AMOUNT = re.compile(r"(?P<sign>[-+\u2212]?)\u00a5?(?P<whole>[0-9]{0,12})(?:\.(?P<part>[0-9]*))?")
_GROUPED = re.compile(r"[-+\u2212]?\u00a5?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_FULL_WIDTH = str.maketrans(
    {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF0C: ",", 0xFFE5: "¥"}
)
"""What a Chinese input method may type in place of ASCII digits, point, comma and ¥."""
WHOLE_BP = 10_000
"""Basis points of the whole: 10 000 bp = 100 %."""


def parse_fen(text: str, *, allow_negative: bool = False) -> int:
    """Read a typed or imported amount in yuan ("12.80", "¥12.8", "12", "1,200") as fen.

    Raises ValueError with a sentence for anything else: three decimals, letters, a sign that is not allowed.
    """
    plain = text.strip().translate(_FULL_WIDTH).replace(" ", "")
    if "," in plain:
        if _GROUPED.fullmatch(plain) is None:
            raise ValueError(f"not an amount of money: {text!r}")
        plain = plain.replace(",", "")
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise ValueError(f"not an amount of money: {text!r}")
    whole, part = match["whole"], match["part"] or ""
    if not whole and not part:
        raise ValueError(f"not an amount of money: {text!r}")
    if len(part) > 2:
        raise ValueError(f"more than two decimals: {text!r}")
    fen = int(whole or "0") * 100 + int(part.ljust(2, "0"))
    if match["sign"] in ("-", "\u2212"):
        if not allow_negative:
            raise ValueError(f"a negative amount is not allowed here: {text!r}")
        return -fen
    return fen


def format_fen(fen: int) -> str:
    """Write fen as yuan with two decimals and no mark: 1280 -> "12.80", -5 -> "-0.05"."""
    sign = "-" if fen < 0 else ""
    whole, part = divmod(abs(fen), 100)
    return f"{sign}{whole}.{part:02d}"


def yuan(fen: int) -> str:
    """Write fen as a price for people: 1280 -> "¥12.80", -1280 -> "-¥12.80"."""
    return f"-¥{format_fen(-fen)}" if fen < 0 else f"¥{format_fen(fen)}"


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide two integers and round halves away from zero, exactly; the denominator is positive."""
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    if numerator < 0:
        return -round_half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def percent_bp(amount_fen: int, bp: int) -> int:
    """Take basis points of an amount, half a fen rounded up (away from zero): percent_bp(1999, 1000) -> 200."""
    whole = amount_fen * bp
    return (2 * whole + WHOLE_BP) // (2 * WHOLE_BP) if whole >= 0 else round_half_up(whole, WHOLE_BP)


def share_out(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Share an amount over weights so that the shares sum to it exactly (largest remainder).

    Deterministic: equal remainders are served in the order given. Weights are not negative; a weight of 0 gets 0.
    Raises ValueError when there is something to share but nobody with a weight.
    """
    if total_fen < 0:
        return [-share for share in share_out(-total_fen, weights)]
    if weights and min(weights) < 0:
        raise ValueError("weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        if total_fen:
            raise ValueError("an amount cannot be shared over no weight")
        return [0] * len(weights)
    parts = [total_fen * weight for weight in weights]
    shares = [part // whole for part in parts]
    left = total_fen - sum(shares)
    if left:
        remainders = [-(part % whole) for part in parts]
        by_remainder = sorted(range(len(weights)), key=remainders.__getitem__)
        for place in by_remainder[:left]:
            shares[place] += 1
    return shares


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MYRIADS = ("", "万", "亿", "万亿")


def capital_yuan(fen: int) -> str:
    """Write fen in the capital figures of Chinese vouchers: 12345 -> "壹佰贰拾叁元肆角伍分", 100000 -> "壹仟元整".

    Order of signs as in the rules on filling in bills (支付结算办法, annex 1): 整 after whole yuan or jiao, 零 for a gap.
    """
    if fen < 0:
        return "负" + capital_yuan(-fen)
    whole, part = divmod(fen, 100)
    jiao, cents = divmod(part, 10)
    text = _capital_whole(whole) + "元" if whole else ""
    if not part:
        return (text or "零元") + "整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif whole:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "整")


def _capital_whole(number: int) -> str:
    text, gap = "", False
    for place in reversed(range(len(_MYRIADS))):
        section = number // 10_000**place % 10_000
        if not section:
            gap = bool(text)
            continue
        if text and (gap or section < 1000):
            text += "零"
        gap = False
        zero = False
        for order in reversed(range(4)):
            digit = section // 10**order % 10
            if not digit:
                zero = zero or section // 10 ** (order + 1) > 0
                continue
            if zero and section // 10 ** (order + 1) > 0:
                text += "零"
            zero = False
            text += _DIGITS[digit] + _PLACES[order]
        text += _MYRIADS[place]
    return text
