"""Steps: longer reading of the counter's thread in pieces, between which the window may draw and hear keys; or all of it at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[None, None, T]
"""Stops wherever something else may come first, and gives what was read at the end."""


def at_once(steps: Steps[T]) -> T:
    """Every step now, and what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
