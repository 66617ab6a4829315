"""Settling: the window goes on with an act once its facts are on disk, or its PIN is known to fit, and stays alive until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QTimer

from app.counter.authorising import Unweighed
from app.counter.faults import Refused

if TYPE_CHECKING:
    from app.counter.authorising import Authorising
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


def weigh(
    bridge: Bridge,
    authorising: Authorising,
    act: Callable[[], T],
    then: Callable[[T], None],
    refused: Callable[[Refused], None],
    slow: Callable[[], None] = lambda: None,
) -> None:
    """Do an act that may hold a PIN against a hash, then `then` with what it came to, or `refused` with why it did not.

    While a PIN is weighed on a thread of its own, keys, presses and scans wait; nothing of the act is done before it is known to fit.
    `slow` is called once where that takes longer than a blink. Nothing is begun while something is being decided already.
    """
    if bridge.holding:
        return

    def attempt() -> None:
        try:
            with authorising.elsewhere():
                done = act()
        except Unweighed as unweighed:
            bridge.hold(unweighed.weighed, attempt, slow)
            return
        except Refused as refusal:
            refused(refusal)
            return
        then(done)

    attempt()
