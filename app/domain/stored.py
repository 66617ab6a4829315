"""Stored value (储值): what a member paid in and the chain gave on top, as a double-entry ledger that no order of arrival changes.

Every movement carries its part of principal (本金, the member's own money) and of bonus (赠送); a balance is the sum of all
movements, so folding needs no order. Principal is owed back; bonus is a promise of the chain's and lapses when the rest is paid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal

from app.domain.points import part_back

StoredKind = Literal["load", "spend", "unspend", "payout", "unload"]
"""unload: a load taken back in its own shift. payout: the rest paid out to the member."""
StoredAccount = Literal["member", "loaded", "bonus", "spent", "refunded"]

_IN: Mapping[str, int] = {"load": 1, "spend": -1, "unspend": 1, "payout": -1, "unload": -1}
"""Which way a movement changes the member's balance."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One movement; its id comes from its cause, so that the same movement told twice is one."""

    entry_id: str
    at: datetime
    member_id: str
    kind: StoredKind
    principal_fen: int
    """Not negative."""
    bonus_fen: int
    """Not negative."""
    of: str = ""
    """The entry that this one takes back, in part or whole."""

    @property
    def signed(self) -> tuple[int, int]:
        """(principal, bonus) as they change the member's balance, in fen."""
        sign = _IN[self.kind]
        return sign * self.principal_fen, sign * self.bonus_fen


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has, in fen; below nought only where a till that was given up for lost told of a sale after all."""

    principal_fen: int = 0
    bonus_fen: int = 0

    @property
    def total_fen(self) -> int:
        """What may be spent."""
        return self.principal_fen + self.bonus_fen

    def less(self, principal_fen: int, bonus_fen: int) -> Balance:
        """The same less so much."""
        return Balance(self.principal_fen - principal_fen, self.bonus_fen - bonus_fen)


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A person's stored value after all their movements."""

    balance: Balance
    books: Mapping[StoredAccount, int]
    """What each account came to, in fen; the five add up to nought."""


@dataclass(frozen=True, slots=True)
class BonusStep:
    """Paying in so much at once brings so much on top."""

    from_fen: int
    bonus_fen: int


@dataclass(frozen=True, slots=True)
class StoredRules:
    """`resources/rules/stored_value.json`."""

    version: str
    most_balance_fen: int
    """What a registered card may hold at most."""
    least_load_fen: int
    most_day_fen: int
    """Principal that one member may pay in on one business day at one till."""
    amounts_fen: tuple[int, ...]
    """What is offered at one touch."""
    bonus_steps: tuple[BonusStep, ...]
    """Rising."""
    load_kinds: frozenset[str]
    """Kinds of tenders that money may be paid in with and paid out to."""
    load_not_by: frozenset[str]
    """Methods among them that may not, whatever their kind."""
    payout_cash_below_fen: int
    """Paid out in cash only below this; more goes to an account in the member's own name."""
    classes_without: frozenset[str]
    """Prescription classes that stored value may not pay."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> StoredRules:
        """Read the rules; KeyError or ValueError where one is missing or makes no sense."""
        rules = cls(
            version=str(document["version"]),
            most_balance_fen=int(document["most_balance_fen"]),
            least_load_fen=int(document["least_load_fen"]),
            most_day_fen=int(document["most_day_fen"]),
            amounts_fen=tuple(int(fen) for fen in document["amounts_fen"]),
            bonus_steps=tuple(BonusStep(int(step["from_fen"]), int(step["bonus_fen"])) for step in document["bonus_steps"]),
            load_kinds=frozenset(document["load_kinds"]),
            load_not_by=frozenset(document["load_not_by"]),
            payout_cash_below_fen=int(document["payout_cash_below_fen"]),
            classes_without=frozenset(document["classes_without"]),
        )
        steps = rules.bonus_steps
        rising = all(one.from_fen < other.from_fen and one.bonus_fen <= other.bonus_fen for one, other in pairwise(steps))
        if not 0 < rules.least_load_fen <= rules.most_day_fen or rules.most_balance_fen < rules.least_load_fen or not rising:
            raise ValueError("rules of stored value: a least within the most, and bonus steps that rise")
        if any(step.bonus_fen < 0 for step in steps) or not rules.load_kinds <= {"cash", "recorded"}:
            raise ValueError("rules of stored value: money comes in cash or by a recorded tender, and no bonus is below nought")
        return rules

    def bonus_fen(self, principal_fen: int) -> int:
        """What the chain gives on top of a sum paid in at once."""
        return max((step.bonus_fen for step in self.bonus_steps if step.from_fen <= principal_fen), default=0)

    def takes(self, method: str, kind: str) -> bool:
        """Whether money may be paid in with this tender."""
        return kind in self.load_kinds and method not in self.load_not_by

    def pays_out(self, method: str, kind: str, principal_fen: int) -> bool:
        """Whether a rest of so much may be paid out to this tender."""
        return self.takes(method, kind) and (kind != "cash" or principal_fen < self.payout_cash_below_fen)

    def load_problem(self, principal_fen: int, balance_fen: int, paid_today_fen: int) -> str:
        """Why a sum may not be paid in on top of what is there, '' where it may: least | most | day."""
        if principal_fen < self.least_load_fen:
            return "least"
        if balance_fen + principal_fen + self.bonus_fen(principal_fen) > self.most_balance_fen:
            return "most"
        return "day" if paid_today_fen + principal_fen > self.most_day_fen else ""

    def spendable_fen(self, balance: Balance, priced: Sequence[tuple[str, int]], remaining_fen: int) -> int:
        """The most that stored value pays of a sale of which so much remains; `priced` are its lines as (class, fen after every cut)."""
        barred = sum(fen for rx_class, fen in priced if rx_class in self.classes_without)
        payable = sum(fen for _, fen in priced) - barred
        return max(0, min(balance.total_fen, payable, remaining_fen))


def statement(entries: Iterable[StoredEntry]) -> StoredStatement:
    """Fold one person's movements, given in any order and with repeats."""
    books: dict[StoredAccount, int] = {"member": 0, "loaded": 0, "bonus": 0, "spent": 0, "refunded": 0}
    principal = bonus = 0
    for entry in {entry.entry_id: entry for entry in entries}.values():
        own, given = entry.signed
        principal, bonus = principal + own, bonus + given
        books["member"] += own + given
        match entry.kind:
            case "spend" | "unspend":
                books["spent"] -= own + given
            case "load":
                books["loaded"] -= own
                books["bonus"] -= given
            case "payout" | "unload":
                books["refunded"] -= own
                books["bonus"] -= given
    return StoredStatement(Balance(principal, bonus), books)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A sum paid in that nobody who knew all the movements would have taken."""

    kind: str
    """cap: above what a card may hold | day: above what is taken on one business day."""
    entry: StoredEntry
    fen: int
    """How much of it is above."""


def too_much(entries: Iterable[tuple[StoredEntry, date]], rules: StoredRules) -> tuple[TooMuch, ...]:
    """Loads of one person, each with its business day, that together were too much, whichever till took them; in any order.

    What was taken back again counts for nothing; a load that is above both says so once, by the law's own limit.
    """
    told = sorted({entry.entry_id: (entry, day) for entry, day in entries}.values(), key=lambda one: (one[0].at, one[0].entry_id))
    back = {entry.of for entry, _ in told if entry.kind == "unload"}
    total = 0
    days: dict[date, int] = {}
    found: list[TooMuch] = []
    for entry, day in told:
        if entry.kind == "unload" or entry.entry_id in back:
            continue
        total += sum(entry.signed)
        if entry.kind != "load":
            continue
        days[day] = days.get(day, 0) + entry.principal_fen
        above, late = total - rules.most_balance_fen, days[day] - rules.most_day_fen
        if above > 0:
            found.append(TooMuch("cap", entry, min(above, entry.principal_fen + entry.bonus_fen)))
        elif late > 0:
            found.append(TooMuch("day", entry, min(late, entry.principal_fen)))
    return tuple(found)


def bonus_share(amount_fen: int, balance: Balance) -> int:
    """How much of a sum is taken from the bonus: in the proportion of the balance, the odd fen from the principal."""
    if balance.bonus_fen <= 0:
        return 0
    if balance.principal_fen <= 0:
        return amount_fen
    return amount_fen * balance.bonus_fen // balance.total_fen


def covers(balance: Balance, amount_fen: int, bonus_fen: int) -> bool:
    """Whether a sum with so much of it from the bonus is there."""
    own, given = amount_fen - bonus_fen, bonus_fen
    within = 0 <= own <= max(0, balance.principal_fen) and 0 <= given <= max(0, balance.bonus_fen)
    return within and 0 < amount_fen <= balance.total_fen


def shares_back(spent: tuple[int, int], before_fen: int, now_fen: int) -> tuple[int, int]:
    """(principal, bonus) that go back when so much of what was spent goes back, after `before_fen` of it did.

    In the shares they were spent in, counted on the sum, so that parts never add up to more or less than the whole.
    """
    bonus = part_back(spent[1], sum(spent), before_fen, now_fen)
    whole = part_back(sum(spent), sum(spent), before_fen, now_fen)
    return whole - bonus, bonus
