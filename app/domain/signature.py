"""A signature as strokes: small vectors with their times, in a frame of their own, so that it is drawn alike at every size.

It is personal data and lies in a sealed blob; what is told beside it is the digest of the kept bytes, which hold chance as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

WIDE = 1_000
"""Units that the frame is wide; its height is in the same ones."""
CLOSEST = 3
"""Units: a point nearer to the one before says nothing."""
LEAST_LENGTH = 240
"""Units drawn in all, from which on it is a signature and no slip of the hand."""
MOST_POINTS = 4_000
"""Further ones are not taken: nobody's name is so long."""
_TALLEST = 4 * WIDE
_LATEST_MS = 10 * 60 * 1000
_SALT = 32
"""Hex digits of chance."""

Point = tuple[int, int, int]
"""x, y in units, and milliseconds since the first touch."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The strokes of one signature."""

    height: int
    """Of the frame, in units of its width."""
    strokes: tuple[tuple[Point, ...], ...]

    def __repr__(self) -> str:
        return f"Signature({len(self.strokes)} strokes)"

    @property
    def points(self) -> int:
        """How many points it has."""
        return sum(map(len, self.strokes))

    @property
    def length(self) -> float:
        """Units drawn in all."""
        return sum(hypot(b[0] - a[0], b[1] - a[1]) for stroke in self.strokes for a, b in pairwise(stroke))

    @property
    def enough(self) -> bool:
        """Whether something was drawn that can be a signature."""
        return self.length >= LEAST_LENGTH

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what was drawn; the whole frame where nothing was."""
        xs = [point[0] for stroke in self.strokes for point in stroke]
        ys = [point[1] for stroke in self.strokes for point in stroke]
        return (min(xs), min(ys), max(xs), max(ys)) if xs else (0, 0, WIDE, self.height)

    def begun(self, point: Point) -> Signature:
        """With a further stroke that begins here."""
        return Signature(self.height, (*self.strokes, (point,))) if self.points < MOST_POINTS else self

    def drawn(self, point: Point) -> Signature:
        """With its last stroke drawn on to here; what is too near to say anything, and what is too much, is left out."""
        if not self.strokes or self.points >= MOST_POINTS:
            return self
        *before, last = self.strokes
        if hypot(point[0] - last[-1][0], point[1] - last[-1][1]) < CLOSEST:
            return self
        return Signature(self.height, (*before, (*last, point)))

    def encoded(self, salt: str) -> bytes:
        """As it is kept: each stroke its first point and then steps, all whole numbers; `salt` is chance, as hex digits."""
        if len(salt) != _SALT:
            raise ValueError("a signature is kept with 128 bits of chance")
        steps = [_steps(stroke) for stroke in self.strokes]
        return json.dumps({"v": 1, "h": self.height, "salt": salt, "s": steps}, separators=(",", ":")).encode()

    @classmethod
    def decoded(cls, plain: bytes) -> Signature:
        """What was kept; ValueError for what is no signature."""
        try:
            told = json.loads(plain)
            height, strokes = told["h"], told["s"]
            if told["v"] != 1 or not 0 < height <= _TALLEST or len(told["salt"]) != _SALT:
                raise ValueError("shape")
            read = cls(height, tuple(_points(stroke) for stroke in strokes))
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError("not a signature") from error
        if read.points > MOST_POINTS + 1:
            raise ValueError("too long for a signature")
        return read


def digest(plain: bytes) -> str:
    """What stands for a kept signature in the event that speaks of it."""
    return hashlib.sha256(plain).hexdigest()


def drawing_of(plain: bytes | None) -> Signature | None:
    """A kept signature to be drawn; None where nothing is kept, or nothing that can be read."""
    try:
        return Signature.decoded(plain) if plain is not None else None
    except ValueError:
        return None


def _steps(stroke: Sequence[Point]) -> list[int]:
    flat = list(stroke[0])
    for before, after in pairwise(stroke):
        flat += (after[0] - before[0], after[1] - before[1], after[2] - before[2])
    return flat


def _points(flat: Sequence[int]) -> tuple[Point, ...]:
    if not flat or len(flat) % 3 or any(type(number) is not int for number in flat):
        raise ValueError("not a stroke")
    x = y = at = 0
    found: list[Point] = []
    for place in range(0, len(flat), 3):
        x, y, at = x + flat[place], y + flat[place + 1], at + flat[place + 2]
        if not (-WIDE <= x <= 2 * WIDE and -WIDE <= y <= _TALLEST and 0 <= at <= _LATEST_MS):
            raise ValueError("beyond the frame")
        found.append((x, y, at))
    return tuple(found)
