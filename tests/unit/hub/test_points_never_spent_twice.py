"""One person's points wanted at many tills, with lines that come and go, returns, and two ids that turn out to be one: never more is
spent than there was, and every point stays in the books."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from till_double import START

from app.domain.points import PointsRules, part_back
from app.domain.wallet import WalletRules
from app.hub import points, tables, wallet
from app.records.clock import ManualClock
from app.records.people import PointsEntryRow
from app.records.resources import resource

POINTS = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
RULES = WalletRules.read(json.loads(resource("rules", "wallet.json").read_text("utf-8")))
TODAY = date(2026, 11, 21)
BEGAN = 1_000
TILLS = 4
places = st.integers(0, TILLS - 1)


@dataclass
class TillModel:
    """A till as far as spent points go: what is put by for it, what it sold, and what it has not told yet."""

    name: str
    on_line: bool = True
    held: list[wallet.Asked] = field(default_factory=list)
    sold: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """Sale → (member, points, tenths of it that came back)."""
    movements: list[PointsEntryRow] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    unwanted: list[wallet.Asked] = field(default_factory=list)


class Spending(RuleBasedStateMachine):
    """Random days of a chain; headquarters is the real one, in memory."""

    @initialize()
    def found(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        tables.metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.clock = ManualClock(START)
        self.tills = [TillModel(f"T{place}") for place in range(TILLS)]
        self.count = 0
        points.keep(self.connection, "S", [self._row("earn:first", "m1", "earn", BEGAN)])

    def teardown(self) -> None:
        """Everybody is joined again, and every point is accounted for."""
        if not hasattr(self, "connection"):
            return
        for till in self.tills:
            till.on_line = True
            self._tell(till)
        spent = sum(points_spent - points_spent * tenths // 10 for till in self.tills for _, points_spent, tenths in till.sold.values())
        assert sum(self._balance(member) for member in self._people()) == BEGAN - spent >= 0
        self.connection.close()
        self.engine.dispose()

    @rule(place=places)
    def line(self, place: int) -> None:
        """The line goes, or comes back and what waited is told."""
        till = self.tills[place]
        till.on_line = not till.on_line
        self._tell(till)

    @rule(place=places, steps=st.integers(1, 6), member=st.sampled_from(("m1", "m2")))
    def ask(self, place: int, steps: int, member: str) -> None:
        till = self.tills[place]
        if not till.on_line:
            return
        asked = wallet.Asked(self._id("h"), member, steps * POINTS.spend_step, "b", "S", till.name, till.name)
        free = wallet.free_of(self.connection, member, self.clock.now(), TODAY, POINTS, RULES)
        answer = wallet.hold(self.connection, self.clock, asked, TODAY, POINTS, RULES)
        assert answer.code == ("held" if asked.points <= free else "short")
        if answer.code == "held":
            assert wallet.hold(self.connection, self.clock, asked, TODAY, POINTS, RULES) == answer
            till.held.append(asked)

    @rule(place=places)
    def sell(self, place: int) -> None:
        """A sale is paid with what was put by, with a line or without."""
        till = self.tills[place]
        if till.held:
            asked = till.held.pop()
            sale_id = self._id("s")
            till.sold[sale_id] = (asked.member_id, asked.points, 0)
            till.movements.append(self._row(f"spend:{sale_id}", asked.member_id, "spend", asked.points))
            till.used.add(asked.hold_id)
            self._tell(till)

    @rule(place=places)
    def let_go(self, place: int) -> None:
        till = self.tills[place]
        if till.held:
            till.unwanted.append(till.held.pop())
            self._tell(till)

    @rule(place=places, tenths=st.integers(1, 10))
    def take_back(self, place: int, tenths: int) -> None:
        """A part of a sale's goods comes back."""
        till = self.tills[place]
        for sale_id, (member, whole, before) in till.sold.items():
            now = min(tenths, 10 - before)
            back = part_back(whole, 10, before, now)
            if back:
                till.sold[sale_id] = (member, whole, before + now)
                till.movements.append(self._row(self._id("unspend:"), member, "unspend", back, of=f"spend:{sale_id}"))
                self._tell(till)
                return

    @rule()
    def merge(self) -> None:
        """Two ids turn out to be one person."""
        if len(self._people()) == 2:
            row = {column.name: "" for column in tables.person.columns} | {"joined_at": START, "profile_at": START, "canonical_id": "m1"}
            self.connection.execute(tables.person.insert(), [{**row, "member_id": member} for member in ("m1", "m2")])

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        if hasattr(self, "connection"):
            for member in self._people():
                assert self._balance(member) >= wallet.held_of(self.connection, member, self.clock.now(), RULES) >= 0

    def _people(self) -> tuple[str, ...]:
        return ("m1",) if "m2" in points.ids_of(self.connection, "m1") else ("m1", "m2")

    def _balance(self, member: str) -> int:
        stated = points.statement_of(self.connection, member, TODAY, POINTS)
        assert sum(stated.books.values()) == 0
        return stated.balance

    def _tell(self, till: TillModel) -> None:
        if till.on_line:
            points.keep(self.connection, "S", till.movements)
            wallet.used(self.connection, till.used)
            for asked in till.unwanted:
                wallet.let_go(self.connection, self.clock, asked)
            till.movements, till.used, till.unwanted = [], set(), []

    def _id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _row(self, entry_id: str, member: str, kind: str, count: int, of: str = "") -> PointsEntryRow:
        at: datetime = self.clock.now() + timedelta(seconds=self.count)
        return PointsEntryRow(id=entry_id, member_id=member, at=at, kind=kind, points=count, of=of, owner_id="o")


TestSpending = Spending.TestCase
TestSpending.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
