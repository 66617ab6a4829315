"""One person's purses (points and stored value) wanted at many tills, with lines that come and go, money paid in and out, returns, and
two ids that turn out to be one: never more is spent than there was, and every point and fen stays in the books."""

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
from app.domain.stored import StoredRules, shares_back
from app.domain.wallet import WalletRules
from app.hub import points, stored, tables, wallet
from app.hub.movements import POINTS as POINTS_BOOK
from app.hub.movements import STORED as STORED_BOOK
from app.hub.parties import party_of
from app.records.clock import ManualClock
from app.records.people import PointsEntryRow, StoredEntryRow
from app.records.resources import resource


def carried(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(resource("rules", name).read_text("utf-8"))
    return found


POINTS = PointsRules.read(carried("points.json"))
RULES = wallet.PurseRules(WalletRules.read(carried("wallet.json")), POINTS)
STORED = StoredRules.read(carried("stored_value.json"))
TODAY = date(2026, 11, 21)
BEGAN = 1_000
LOADED = 50_000
TILLS = 4
places = st.integers(0, TILLS - 1)
purses = st.sampled_from(wallet.PURSES)


@dataclass
class Sold:
    """What a sale took out of a purse, and how many tenths of it came back."""

    purse: str
    member: str
    whole: int
    part: int
    tenths: int = 0

    @property
    def gone(self) -> int:
        """What is spent for good."""
        return self.whole - self.whole * self.tenths // 10


@dataclass
class TillModel:
    """A till as far as purses go: what is put by for it, what it sold, and what it has not told yet."""

    name: str
    on_line: bool = True
    held: list[tuple[wallet.Asked, int]] = field(default_factory=list)
    """With the bonus in it."""
    sold: dict[str, Sold] = field(default_factory=dict)
    points: list[PointsEntryRow] = field(default_factory=list)
    stored: list[StoredEntryRow] = field(default_factory=list)
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
        self.loaded = 0
        self.paid_out = 0
        POINTS_BOOK.keep(self.connection, "S", [self._points("earn:first", "m1", "earn", BEGAN)])
        self._load(self.tills[0], "m1", LOADED)

    def teardown(self) -> None:
        """Everybody is joined again, and every point and fen is accounted for."""
        if not hasattr(self, "connection"):
            return
        for till in self.tills:
            till.on_line = True
            self._tell(till)
            self._tell(till)
        for purse, began, gone in (("points", BEGAN, 0), ("stored", self.loaded, self.paid_out)):
            spent = sum(sold.gone for till in self.tills for sold in till.sold.values() if sold.purse == purse)
            assert sum(self._balance(purse, member) for member in self._people()) == began - gone - spent >= 0
        self.connection.close()
        self.engine.dispose()

    @rule(place=places)
    def line(self, place: int) -> None:
        """The line goes, or comes back and what waited is told."""
        till = self.tills[place]
        till.on_line = not till.on_line
        self._tell(till)

    @rule(place=places, member=st.sampled_from(("m1", "m2")), fen=st.sampled_from((10_000, 50_000, 100_000)))
    def load(self, place: int, member: str, fen: int) -> None:
        """Money is paid in, with a line or without."""
        self._load(self.tills[place], member, fen)

    @rule(place=places, purse=purses, steps=st.integers(1, 6), member=st.sampled_from(("m1", "m2")))
    def ask(self, place: int, purse: str, steps: int, member: str) -> None:
        amount = steps * POINTS.spend_step if purse == "points" else steps * 9_973
        self._ask(self.tills[place], purse, member, amount)

    @rule(place=places)
    def sell(self, place: int) -> None:
        """A sale is paid with what was put by, with a line or without."""
        till = self.tills[place]
        if till.held:
            asked, part = till.held.pop()
            sale_id = self._id("s")
            till.sold[sale_id] = Sold(asked.purse, asked.member_id, asked.amount, part)
            self._move(till, asked.purse, f"spend:{sale_id}", asked.member_id, "spend", asked.amount, part)
            till.used.add(asked.hold_id)
            self._tell(till)

    @rule(place=places)
    def let_go(self, place: int) -> None:
        till = self.tills[place]
        if till.held:
            till.unwanted.append(till.held.pop()[0])
            self._tell(till)

    @rule(place=places, tenths=st.integers(1, 10))
    def take_back(self, place: int, tenths: int) -> None:
        """A part of a sale's goods comes back."""
        till = self.tills[place]
        for sale_id, sold in till.sold.items():
            before, now = sold.whole * sold.tenths // 10, min(tenths, 10 - sold.tenths)
            back = part_back(sold.whole, 10, sold.tenths, now)
            if back:
                _, part = shares_back((sold.whole - sold.part, sold.part), before, back)
                sold.tenths += now
                self._move(till, sold.purse, self._id("unspend:"), sold.member, "unspend", back, part, of=f"spend:{sale_id}")
                self._tell(till)
                return

    @rule(place=places)
    def pay_out(self, place: int) -> None:
        """All that is left of stored value is put by and paid out: the principal in money, the bonus lapses."""
        till = self.tills[place]
        left = self._balance("stored", "m1") - wallet.held_of(self.connection, "stored", "m1", self.clock.now(), RULES).total_fen
        if left > 0 and self._ask(till, "stored", "m1", left):
            asked, part = till.held.pop()
            self._move(till, "stored", self._id("payout:"), "m1", "payout", asked.amount, part)
            self.paid_out += asked.amount
            till.used.add(asked.hold_id)
            self._tell(till)

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
                for purse in wallet.PURSES:
                    held = wallet.held_of(self.connection, purse, member, self.clock.now(), RULES)
                    assert self._balance(purse, member) >= held.total_fen >= 0
                both = stored.statement_of(self.connection, member).balance
                assert min(both.principal_fen, both.bonus_fen) >= 0

    def _people(self) -> tuple[str, ...]:
        return ("m1",) if "m2" in party_of(self.connection, "m1") else ("m1", "m2")

    def _balance(self, purse: str, member: str) -> int:
        if purse == "stored":
            held = stored.statement_of(self.connection, member)
            assert sum(held.books.values()) == 0 and held.books["member"] == held.balance.total_fen
            return held.balance.total_fen
        stated = points.statement_of(self.connection, member, TODAY, POINTS)
        assert sum(stated.books.values()) == 0
        return stated.balance

    def _load(self, till: TillModel, member: str, fen: int) -> None:
        bonus = STORED.bonus_fen(fen)
        self.loaded += fen + bonus
        self._move(till, "stored", self._id("load:"), member, "load", fen + bonus, bonus)
        self._tell(till)

    def _ask(self, till: TillModel, purse: str, member: str, amount: int) -> bool:
        if not till.on_line:
            return False
        asked = wallet.Asked(self._id("h"), purse, member, amount, -1 if purse == "stored" else 0, "b", "S", till.name, till.name)
        free = wallet.free_of(self.connection, purse, member, self.clock.now(), TODAY, RULES)
        answer = wallet.hold(self.connection, self.clock, asked, TODAY, RULES)
        assert answer.code == ("held" if amount <= free.total_fen else "short")
        if answer.code != "held":
            return False
        assert wallet.hold(self.connection, self.clock, asked, TODAY, RULES) == answer
        till.held.append((asked, answer.part))
        return True

    def _tell(self, till: TillModel) -> None:
        if till.on_line:
            POINTS_BOOK.keep(self.connection, "S", till.points)
            STORED_BOOK.keep(self.connection, "S", reversed(till.stored))
            wallet.used(self.connection, till.used)
            for asked in till.unwanted:
                wallet.let_go(self.connection, self.clock, asked)
            till.points, till.stored, till.used, till.unwanted = [], [], set(), []

    def _id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _move(self, till: TillModel, purse: str, entry_id: str, member: str, kind: str, whole: int, part: int, of: str = "") -> None:
        if purse == "points":
            till.points.append(self._points(entry_id, member, kind, whole, of))
            return
        named = {"id": entry_id, "member_id": member, "at": self._at(), "kind": kind, "of": of, "owner_id": "o"}
        till.stored.append(StoredEntryRow(**named, principal_fen=whole - part, bonus_fen=part))

    def _points(self, entry_id: str, member: str, kind: str, count: int, of: str = "") -> PointsEntryRow:
        return PointsEntryRow(id=entry_id, member_id=member, at=self._at(), kind=kind, points=count, of=of, owner_id="o")

    def _at(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.count)


TestSpending = Spending.TestCase
TestSpending.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
