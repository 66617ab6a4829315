"""Points: a double-entry ledger of promises, folded from entries in the order of their own times, so that arrival never matters.

Every entry moves points between a member's account and one of the chain's (issued, spent, expired); the sum over all
accounts is nought whatever happened. Points lie in parcels that expire; a spend takes the parcel that expires first. What
a return takes back after it was spent becomes a debt that the next points pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from app.domain.money import WHOLE_BP

EntryKind = Literal["earn", "spend", "unearn", "unspend", "adjust"]
Account = Literal["members", "issued", "spent", "expired"]


BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of what was brought forward: older than every movement."""


@dataclass(frozen=True, slots=True)
class PointsRules:
    """What a fen earns and a point buys; the figures are the rule pack's, headquarters may push others."""

    version: str
    fen_per_point: int
    months_valid: int
    """Calendar months a parcel holds; its last day is the last of the month."""
    grace_days: int
    """Points given back by a return stay good at least so many days."""
    told_days: int
    """Points that end within so many days are said to their owner."""
    spend_step: int
    """Points are spent in multiples of this."""
    step_worth_fen: int
    most_share_bp: int
    """Largest part of a sale that points may pay, in basis points."""
    tier_bp: Mapping[str, int]
    """Multiplier of a tier in basis points; 10 000 for a tier not named."""
    category_bp: Mapping[str, int]
    weekday_bp: Mapping[int, int]
    """Multiplier of a weekday, Monday = 0 (会员日)."""
    earns_nothing: frozenset[str]
    """Tender methods whose part of a sale earns no points: what an insurer paid is no spending of the member's."""
    classes_without: frozenset[str]
    """Prescription and special classes that neither earn nor are paid by points."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> PointsRules:
        """Read the rules; KeyError or ValueError where one is missing or makes no sense."""
        rules = cls(
            version=str(document["version"]),
            fen_per_point=int(document["fen_per_point"]),
            months_valid=int(document["months_valid"]),
            grace_days=int(document["grace_days"]),
            told_days=int(document["told_days"]),
            spend_step=int(document["spend_step"]),
            step_worth_fen=int(document["step_worth_fen"]),
            most_share_bp=int(document["most_share_bp"]),
            tier_bp={str(tier): int(bp) for tier, bp in document["tier_bp"].items()},
            category_bp={str(category): int(bp) for category, bp in document["category_bp"].items()},
            weekday_bp={int(weekday): int(bp) for weekday, bp in document["weekday_bp"].items()},
            earns_nothing=frozenset(document["earns_nothing"]),
            classes_without=frozenset(document["classes_without"]),
        )
        counts = (rules.fen_per_point, rules.months_valid, rules.spend_step, rules.step_worth_fen)
        if min(counts) < 1 or min(rules.grace_days, rules.told_days) < 0 or not 0 <= rules.most_share_bp <= WHOLE_BP:
            raise ValueError("rules for points need whole figures of at least one")
        return rules


@dataclass(frozen=True, slots=True)
class EarningLine:
    """A sold line as points see it."""

    category: str
    rx_class: str
    amount_fen: int
    """What is paid for it, after every cut."""


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One movement; its id comes from its cause, so that the same movement told twice is one."""

    entry_id: str
    at: datetime
    member_id: str
    kind: EntryKind
    points: int
    """Positive; an adjustment alone may be negative."""
    of: str = ""
    """The entry that this one takes back, in part or whole."""
    expires_on: date | None = None
    """Last good day of what is earned or adjusted; None never expires."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Points of one origin that are still to be spent."""

    entry_id: str
    left: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A person's points after all their entries, as of a day."""

    balance: int
    """What may be spent, less debt; negative after a return of points already spent."""
    debt: int
    parcels: tuple[Parcel, ...]
    """Soonest to expire first."""
    books: Mapping[Account, int]
    """What moved in sum; the four add up to nought."""
    earned: int
    spent: int
    expired: int


def earned(lines: Sequence[EarningLine], paid_fen: Mapping[str, int], tier: str, day: date, rules: PointsRules) -> int:
    """Points of a sale: its earning lines at their best multiplier, for the part that earning tenders paid; rounded down.

    `paid_fen` is per tender method what counts towards the sale. Only the best of tier, category and weekday counts.
    """
    whole = sum(paid_fen.values())
    earning = sum(amount for method, amount in paid_fen.items() if method not in rules.earns_nothing)
    if whole <= 0 or earning <= 0:
        return 0
    common = max(rules.tier_bp.get(tier, WHOLE_BP), rules.weekday_bp.get(day.weekday(), WHOLE_BP))
    weighted = sum(
        line.amount_fen * max(common, rules.category_bp.get(line.category, WHOLE_BP))
        for line in lines
        if line.rx_class not in rules.classes_without
    )
    return weighted * earning // (whole * WHOLE_BP * rules.fen_per_point)


def most_spendable(balance: int, payable_fen: int, barred_fen: int, rules: PointsRules) -> int:
    """The most points a sale takes: whole steps within the balance and the share of what may be paid so."""
    within = max(0, payable_fen - barred_fen) * rules.most_share_bp // WHOLE_BP
    steps = min(max(0, balance) // rules.spend_step, within // rules.step_worth_fen)
    return steps * rules.spend_step


def worth_fen(points: int, rules: PointsRules) -> int:
    """What points pay; ValueError for a part of a step."""
    steps, rest = divmod(points, rules.spend_step)
    if points < 0 or rest:
        raise ValueError(f"points are spent in steps of {rules.spend_step}: {points}")
    return steps * rules.step_worth_fen


def part_back(points: int, whole_fen: int, before_fen: int, now_fen: int) -> int:
    """How many of a sale's points a return moves back, when `before_fen` of it went back already and `now_fen` goes now.

    Counted on the sum, so that parts never add up to more or less than the whole.
    """
    if whole_fen <= 0:
        return 0
    return points * min(whole_fen, before_fen + now_fen) // whole_fen - points * min(whole_fen, before_fen) // whole_fen


def expiry(earned_on: date, rules: PointsRules) -> date:
    """The last good day of points earned on a day: the end of the month so many months later."""
    months = earned_on.year * 12 + earned_on.month - 1 + rules.months_valid + 1
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


def statement(entries: Iterable[PointsEntry], today: date, rules: PointsRules) -> Statement:
    """Fold one person's entries, all accounts merged into theirs included, given in any order and with repeats."""
    once = {entry.entry_id: entry for entry in entries}
    account = _Account(rules)
    for entry in sorted(once.values(), key=lambda entry: (entry.at, entry.entry_id)):
        account.expire(entry.at.date())
        account.enter(entry)
    account.expire(today)
    return account.statement()


def brought_forward(member_id: str, points: int) -> tuple[PointsEntry, ...]:
    """What a member had before movements were recorded, as an entry older than every other that never expires; none for nought."""
    return (PointsEntry(f"bf:{member_id}", BEGINNING, member_id, "adjust", points),) if points else ()


def ending(stated: Statement, today: date, rules: PointsRules) -> tuple[int, date | None]:
    """How many points are lost soon unless they are spent, and the first day they are good for the last time; (0, None) for none.

    A debt is paid by what comes next, so it lessens nothing here.
    """
    until = today + timedelta(days=rules.told_days)
    soon = [parcel for parcel in stated.parcels if parcel.expires_on is not None and parcel.expires_on <= until]
    return sum(parcel.left for parcel in soon), min((parcel.expires_on for parcel in soon if parcel.expires_on), default=None)


@dataclass(slots=True)
class _Draw:
    """Points taken out of a parcel by a spend, or out of nothing (`debt`)."""

    points: int
    expires_on: date | None
    debt: bool


@dataclass(slots=True)
class _Account:
    """One person's points while they are being folded."""

    rules: PointsRules
    parcels: list[Parcel] = field(default_factory=list)
    debt: int = 0
    books: dict[Account, int] = field(default_factory=lambda: {"members": 0, "issued": 0, "spent": 0, "expired": 0})
    draws: dict[str, list[_Draw]] = field(default_factory=dict)
    earned: int = 0
    spent: int = 0

    def enter(self, entry: PointsEntry) -> None:
        """Post one entry."""
        match entry.kind:
            case "earn":
                self.earned += entry.points
                self._post("issued", entry.points)
                self._credit(entry.entry_id, entry.points, entry.expires_on)
            case "unearn":
                self.earned -= entry.points
                self._post("issued", -entry.points)
                self._debit(entry.points, first=entry.of)
            case "spend":
                self.spent += entry.points
                self._post("spent", -entry.points)
                self.draws[entry.entry_id] = self._debit(entry.points)
            case "unspend":
                self.spent -= entry.points
                self._post("spent", entry.points)
                self._give_back(entry)
            case "adjust":
                self._post("issued", entry.points)
                if entry.points >= 0:
                    self._credit(entry.entry_id, entry.points, entry.expires_on)
                else:
                    self._debit(-entry.points)

    def expire(self, day: date) -> None:
        """Let go of parcels whose last day is past."""
        gone = sum(parcel.left for parcel in self.parcels if parcel.expires_on is not None and parcel.expires_on < day)
        if gone:
            self._post("expired", -gone)
            self.parcels = [parcel for parcel in self.parcels if parcel.expires_on is None or parcel.expires_on >= day]

    def statement(self) -> Statement:
        """What stands now."""
        return Statement(
            balance=sum(parcel.left for parcel in self.parcels) - self.debt,
            debt=self.debt,
            parcels=tuple(self.parcels),
            books=dict(self.books),
            earned=self.earned,
            spent=self.spent,
            expired=self.books["expired"],
        )

    def _post(self, account: Account, to_member: int) -> None:
        self.books[account] -= to_member
        self.books["members"] += to_member

    def _credit(self, entry_id: str, points: int, expires_on: date | None) -> None:
        """Pay the debt first; the rest becomes a parcel in its place."""
        paid = min(self.debt, points)
        self.debt -= paid
        if points > paid:
            self.parcels.append(Parcel(entry_id, points - paid, expires_on))
            self.parcels.sort(key=lambda parcel: (parcel.expires_on or date.max, parcel.entry_id))

    def _debit(self, points: int, *, first: str = "") -> list[_Draw]:
        """Take points: out of the parcel named, then out of those that expire first; what is missing becomes debt."""
        draws: list[_Draw] = []
        kept: list[Parcel] = []
        for parcel in sorted(self.parcels, key=lambda parcel: parcel.entry_id != first) if first else self.parcels:
            taken = min(parcel.left, points)
            if taken:
                points -= taken
                draws.append(_Draw(taken, parcel.expires_on, debt=False))
            if parcel.left > taken:
                kept.append(Parcel(parcel.entry_id, parcel.left - taken, parcel.expires_on))
        if first:
            kept.sort(key=lambda parcel: (parcel.expires_on or date.max, parcel.entry_id))
        self.parcels = kept
        if points:
            self.debt += points
            draws.append(_Draw(points, None, debt=True))
        return draws

    def _give_back(self, entry: PointsEntry) -> None:
        """Undo a spend, newest draw first, with the days those points had left, and some grace."""
        points = entry.points
        draws = self.draws.get(entry.of, [])
        while points and draws:
            draw = draws[-1]
            part = min(draw.points, points)
            points -= part
            draw.points -= part
            if not draw.points:
                draws.pop()
            keeps = None if draw.expires_on is None else max(draw.expires_on, self._grace(entry.at.date()))
            # What was spent out of nothing goes back to nothing first: `_credit` pays the debt before it makes a parcel.
            self._credit(f"{entry.entry_id}/{len(draws)}", part, self._grace(entry.at.date()) if draw.debt else keeps)
        if points:
            # The spend is not here (yet): its points come with the least time they may have.
            self._credit(entry.entry_id, points, self._grace(entry.at.date()))

    def _grace(self, day: date) -> date:
        return day + timedelta(days=self.rules.grace_days)
