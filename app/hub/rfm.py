"""RFM over the whole chain: where its members divide into fifths by recency, frequency and money, in one pass over their orders.

The engine works on whole numbers in flat arrays, one slot a member, so ten million members take half a gigabyte and a
hundred million orders are read in portions of any size and in any order. numpy is needed here only (extra `hq`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.segments import YEAR_DAYS, Cuts, fifths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

NEVER = -1


@dataclass(frozen=True, slots=True)
class Portion:
    """Some days of some members, equally long arrays: who, which day (`date.toordinal`), how many orders, how much money."""

    member: Ints
    """Numbers from 0 up, smaller than the population."""
    day: Ints
    orders: Ints | None
    """None: one each."""
    fen: Ints


class Rfm:
    """Sums up members' last years as portions come; equal to adding the orders one by one, in whatever order they arrive."""

    def __init__(self, members: int, today: date) -> None:
        """`members` is the population; `today` ends the year that counts."""
        import numpy

        self._np = numpy
        self._today = today.toordinal()
        self._members = members
        self.orders = numpy.zeros(members, numpy.int64)
        self.spent_fen = numpy.zeros(members, numpy.int64)
        self.last = numpy.full(members, NEVER, numpy.int32)

    def add(self, portion: Portion) -> None:
        """Add one portion; days outside the last year, and days whose orders all came back, count nothing."""
        np = self._np
        counts = (portion.day <= self._today) & (portion.day >= self._today - YEAR_DAYS)
        if portion.orders is not None:
            counts &= portion.orders > 0
        every = bool(counts.all())
        member, day, fen = ((each if every else each[counts]) for each in (portion.member, portion.day, portion.fen))
        if portion.orders is None:
            self.orders += np.bincount(member, minlength=self._members)
        else:
            orders = portion.orders if every else portion.orders[counts]
            self.orders += np.bincount(member, weights=orders, minlength=self._members).astype(np.int64)
        # Doubles hold every sum of fen below 90 trillion exactly.
        self.spent_fen += np.bincount(member, weights=fen, minlength=self._members).astype(np.int64)
        np.maximum.at(self.last, member, day.astype(np.int32))

    def cuts(self) -> Cuts:
        """Where those who bought at all divide into fifths."""
        np = self._np
        bought = self.orders > 0
        figures = (self._today - self.last[bought], self.orders[bought], self.spent_fen[bought])
        counted = (zip(*(each.tolist() for each in np.unique(figure, return_counts=True)), strict=True) for figure in figures)
        return Cuts(*(fifths(pairs) for pairs in counted))

    def cells(self, cuts: Cuts) -> dict[tuple[int, int, int], int]:
        """(recency, frequency, money) fifth → members; those who bought nothing are in none."""
        np = self._np
        bought = self.orders > 0
        if not bool(bought.any()):
            return {}
        recency = 5 - np.searchsorted(cuts.recency, self._today - self.last[bought], side="left")
        frequency = 1 + np.searchsorted(cuts.frequency, self.orders[bought], side="left")
        money = 1 + np.searchsorted(cuts.money_fen, self.spent_fen[bought], side="left")
        found, counts = np.unique(recency * 100 + frequency * 10 + money, return_counts=True)
        cells = zip(found.tolist(), counts.tolist(), strict=True)
        return {(cell // 100, cell // 10 % 10, cell % 10): count for cell, count in cells}


def reckon(members: int, today: date, portions: Iterable[Portion]) -> Rfm:
    """Everything at once."""
    rfm = Rfm(members, today)
    for portion in portions:
        rfm.add(portion)
    return rfm
