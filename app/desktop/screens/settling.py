"""Settling: the window goes on with an act once its facts are on disk, and stays alive until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QTimer

from app.counter.faults import Refused

if TYPE_CHECKING:
    from app.counter.pending import Pending
    from app.desktop.bridge import Bridge

T = TypeVar("T")

SLOW_MS = 400
"""After so long without the disk's answer the person is told."""


def settle(
    bridge: Bridge, pending: Pending[T], then: Callable[[T], None], refused: Callable[[Refused], None], slow: Callable[[], None]
) -> None:
    """On the window's thread, in a later turn of its loop: `then` with what the act came to, or `refused` with why it did not.

    `slow` is called once where the disk takes longer than a person would wait without a word.
    """

    def written() -> None:
        try:
            done = pending.settle()
        except Refused as refusal:
            refused(refusal)
            return
        then(done)

    def late() -> None:
        if not pending.written.done():
            slow()

    bridge.after(pending.written, written)
    QTimer.singleShot(SLOW_MS, bridge, late)
