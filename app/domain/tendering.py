"""Tendering: what is still owed, what change goes back, and when the sale is paid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PURSES = ("points", "stored")
"""Kinds that are out of a member's own account, with headquarters' word."""
KINDS = ("cash", "recorded", *PURSES)
_METHOD_ID = re.compile(r"[a-z][a-z0-9_]{0,23}")


class Rounding(StrEnum):
    """抹零: to which coin the amount to pay is rounded, always down (price rules 2022, Art. 21(3))."""

    NONE = "none"
    JIAO = "jiao"
    YUAN = "yuan"


_COIN_FEN = {Rounding.NONE: 1, Rounding.JIAO: 10, Rounding.YUAN: 100}
_NOTES_FEN = (1_000, 5_000, 10_000)
"""What customers hand over: multiples of the ten, fifty and hundred yuan notes."""


@dataclass(frozen=True, slots=True)
class TenderMethod:
    """One way of taking money, as a setting: cash, or one that runs on its own device and is recorded by hand."""

    id: str
    title_zh: str
    title_en: str
    kind: str
    """One of `KINDS`."""
    asks_last_digits: bool = False
    """Whether the cashier copies the last digits of the other device's slip."""
    opens_drawer: bool = False
    key: str = ""
    """The key that picks it on the Pay page."""

    def takes_digits(self, last_digits: str) -> bool:
        """Whether the last digits that were copied will do."""
        return not self.asks_last_digits or (last_digits.isdecimal() and len(last_digits) <= 6)


@dataclass(frozen=True, slots=True)
class TenderLine:
    """Money taken: what the customer handed over (cash), or the amount booked on the other device."""

    method_id: str
    amount_fen: int
    last_digits: str = ""


@dataclass(frozen=True, slots=True)
class TenderProblem:
    """Why tenders cannot stand as they are; `place` is the tender's, -1 for all together."""

    code: str
    """unknown_method | not_positive | last_digits_missing | above_due | cash_not_needed"""
    place: int = -1
    facts: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where the payment of a sale stands."""

    payable_fen: int
    rounding_fen: int
    """Forgone by rounding down."""
    due_fen: int
    """What the customer owes: payable less rounding."""
    received_fen: int
    remaining_fen: int
    change_fen: int
    complete: bool
    problems: tuple[TenderProblem, ...]


def parse_methods(rows: Iterable[Mapping[str, Any]]) -> tuple[TenderMethod, ...]:
    """Read tender methods from settings; raises ValueError for a bad or doubled id, kind or key, or with no cash."""
    methods: list[TenderMethod] = []
    for row in rows:
        try:
            method = TenderMethod(**row)
        except TypeError as error:
            raise ValueError(f"tender method {row.get('id')!r}: {error}") from error
        if _METHOD_ID.fullmatch(method.id) is None or method.kind not in KINDS or not method.title_zh:
            raise ValueError(f"tender method {method.id!r} needs an id, a title and a kind of {KINDS}")
        if any(method.id == other.id or (method.key and method.key == other.key) for other in methods):
            raise ValueError(f"tender method {method.id!r} has the id or the key of another")
        methods.append(method)
    if not any(method.kind == "cash" for method in methods):
        raise ValueError("one tender method must be cash")
    return tuple(methods)


def round_down(payable_fen: int, rounding: Rounding) -> int:
    """What is owed after 抹零; an amount below the coin stays whole, because a sale is not given away by rounding."""
    coin = _COIN_FEN[rounding]
    return payable_fen - payable_fen % coin if payable_fen >= coin else payable_fen


def settle(
    payable_fen: int,
    tenders: Sequence[TenderLine],
    methods: Sequence[TenderMethod],
    rounding: Rounding = Rounding.NONE,
) -> Settlement:
    """Set tenders against what is owed, in any order: recorded ones never exceed it, cash may and gives change.

    Raises ValueError for a negative amount to pay.
    """
    if payable_fen < 0:
        raise ValueError("nothing can be owed to a customer by a sale; that is a return")
    by_id = {method.id: method for method in methods}
    cash_fen = recorded_fen = 0
    problems: list[TenderProblem] = []
    due_fen = round_down(payable_fen, rounding)
    for place, tender in enumerate(tenders):
        method = by_id.get(tender.method_id)
        if method is None:
            problems.append(TenderProblem("unknown_method", place, (("method_id", tender.method_id),)))
            continue
        if tender.amount_fen <= 0:
            problems.append(TenderProblem("not_positive", place))
            continue
        if method.asks_last_digits and not tender.last_digits:
            problems.append(TenderProblem("last_digits_missing", place))
        if method.kind == "cash":
            cash_fen += tender.amount_fen
        else:
            recorded_fen += tender.amount_fen
    if recorded_fen > due_fen:
        problems.append(TenderProblem("above_due", -1, (("over_fen", recorded_fen - due_fen),)))
    owed_in_cash = max(0, due_fen - recorded_fen)
    change_fen = max(0, cash_fen - owed_in_cash)
    if cash_fen and not owed_in_cash:
        problems.append(TenderProblem("cash_not_needed", -1, (("change_fen", change_fen),)))
    remaining_fen = max(0, owed_in_cash - cash_fen)
    return Settlement(
        payable_fen=payable_fen,
        rounding_fen=payable_fen - due_fen,
        due_fen=due_fen,
        received_fen=cash_fen + recorded_fen,
        remaining_fen=remaining_fen,
        change_fen=change_fen,
        complete=remaining_fen == 0 and not problems,
        problems=tuple(problems),
    )


def quick_amounts(remaining_fen: int) -> tuple[int, ...]:
    """What a customer is likely to hand over: the exact amount, then the next ten, fifty and hundred yuan."""
    if remaining_fen <= 0:
        return ()
    amounts = [remaining_fen]
    for note in _NOTES_FEN:
        above = -(-remaining_fen // note) * note
        if above not in amounts:
            amounts.append(above)
    return tuple(sorted(amounts))
