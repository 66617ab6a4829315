"""The price of before: which one may be shown struck through beside a lower one, and when none may."""

from __future__ import annotations


def struck_fen(marked_fen: int, paid_fen: int, lowest_fen: int | None) -> int:
    """What may stand struck through beside the price that is paid, per pack in fen; 0 where nothing may.

    `lowest_fen` is the lowest price that a pack was sold at in this store in the seven days before, or, where none was sold then, the last
    one before; None where it was never sold, so that there is nothing to compare with. Never more than the marked price, and only where
    it says more than what is paid (price rules 2022, article 16: verify).
    """
    if lowest_fen is None:
        return 0
    before = min(marked_fen, lowest_fen)
    return before if before > paid_fen > 0 else 0
