"""Blanks between the columns of a slip as tabs: stops that are set where they pay, and rows shortened by them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate

_MOST_STOPS = 32
"""Tab stops that printers know."""
_BLANKS = re.compile(rb"(   *)(?=[^ \n])")
"""A gap between columns; no second byte of a hanzi is a blank."""
_Gap = tuple[int, int]
"""The cells from where a gap begins to where the next column does."""


def tabbed(rows: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """Return the command that sets a slip's tab stops, nothing where none pays, and its rows with each gap as tabs where that is shorter.

    Rows are not empty, of single size and flush left, and each of their bytes is a cell.
    """
    # All rows in one piece, each as long as the longest and its end: a place in it, less whole rows, is a cell.
    long = max(map(len, rows), default=0) + 1
    pieces = _BLANKS.split(b"".join([row.ljust(long, b"\n") for row in rows]))
    edges = list(accumulate(map(len, pieces)))
    gaps = [(start % long, end % long) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    often = Counter(gaps)
    stops = _stops(often)
    ways = {gap: _way(gap, stops) for gap in often}
    pieces[1::2] = [ways[gap] for gap in gaps]
    command = b"\x1bD" + bytes(stops) + b"\x00" if stops else b""
    return command, [row for row in b"".join(pieces).split(b"\n") if row]


def _way(gap: _Gap, stops: Sequence[int]) -> bytes:
    """Return the shortest way across a gap: tabs and the blanks that are left, or blanks alone."""
    start, end = gap
    reached = bisect_right(stops, end)
    tabs = reached - bisect_right(stops, start)
    left = end - stops[reached - 1] if tabs else end - start
    return b"\t" * tabs + b" " * left if tabs + left < end - start else b" " * (end - start)


def _stops(often: Mapping[_Gap, int]) -> list[int]:
    """Return the stops with which the gaps take the fewest bytes; often: how many there are of each."""
    cells = max((end for _, end in often), default=0) + 2
    times, blanks = [0] * cells, [0] * cells
    for (start, end), count in often.items():
        times[end] += count
        blanks[end] += count * (end - start)
    stops: list[int] = []
    right = 0
    for left in sorted({end for _, end in often}):
        if left < right:
            continue
        right = times.index(0, left)
        passing = sum([count for (start, end), count in often.items() if start < left and right <= end])
        first = _first_stop(times[left:right], blanks[left:right], passing)
        stops += range(left + first, right, 2)
    return stops[:_MOST_STOPS]


def _first_stop(times: Sequence[int], blanks: Sequence[int], passing: int) -> int:
    """Return from which cell on a column of neighbouring cells has a stop at every second; its length where no stop pays.

    Every second is enough: a cell further on, a tab and a blank are no longer than two tabs. times, blanks: how many gaps end at
    each cell, and how wide they are together. passing: gaps on whose way the column lies, each a tab longer by each stop.
    """
    best = cells = len(times)
    least = untouched = sum(blanks)
    ending = 0
    beyond = [0] * (cells + 2)
    for first in reversed(range(cells)):
        untouched -= blanks[first]
        ending += times[first]
        # A tab to this stop for all gaps from here on, a blank more for those of the next cell; the rest goes from the next stop on.
        beyond[first] = ending + (times[first + 1] if first + 1 < cells else 0) + beyond[first + 2]
        cost = untouched + beyond[first] + (cells - first + 1) // 2 * (1 + passing)
        if cost <= least:
            best, least = first, cost
    return best
