"""What is paid out of a member's own account: how long headquarters puts it by, and from what worth on the member must prove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.points import PointsRules, most_spendable, worth_fen


@dataclass(frozen=True, slots=True)
class WalletRules:
    """`resources/rules/wallet.json`."""

    hold_minutes: int
    """How long headquarters puts points by for a basket."""
    margin_minutes: int
    """A till completes no sale on what ends so soon."""
    give_up_days: int
    """Days after its end from which what a till never spoke of again is the member's once more."""
    proof_from_fen: int
    """A redemption worth more than this wants the member's changing code."""

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> WalletRules:
        """Read the rules; KeyError or ValueError where one is missing or makes no sense."""
        rules = cls(*(int(plain[name]) for name in ("hold_minutes", "margin_minutes", "give_up_days", "proof_from_fen")))
        if not 0 <= rules.margin_minutes < rules.hold_minutes or rules.give_up_days < 1 or rules.proof_from_fen < 0:
            raise ValueError("rules of the wallet: a margin within the time, a day at least, and no sum below nought")
        return rules

    def wants_proof(self, amount_fen: int) -> bool:
        """Whether a redemption of this worth is a large one."""
        return amount_fen > self.proof_from_fen


@dataclass(frozen=True, slots=True)
class Spendable:
    """What points may pay of a sale."""

    points: int
    worth_fen: int
    step_points: int
    step_fen: int


def spendable(balance: int, due_fen: int, barred_fen: int, remaining_fen: int, rules: PointsRules) -> Spendable:
    """The most that points pay of a sale of which so much remains; nothing where the balance or the share allows no step."""
    most = min(most_spendable(balance, due_fen, barred_fen, rules), remaining_fen // rules.step_worth_fen * rules.spend_step)
    most = max(0, most)
    return Spendable(most, worth_fen(most, rules), rules.spend_step, rules.step_worth_fen)
