"""Points: nothing appears or disappears, in whatever order sales, returns, merges and repeats arrive."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.points import (
    EarningLine,
    PointsEntry,
    PointsRules,
    brought_forward,
    earned,
    ending,
    expiry,
    most_spendable,
    part_back,
    statement,
    worth_fen,
)
from app.records.resources import resource

RULES = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
MORNING = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 2)


def entry(kind: str, points: int, hours: int = 0, *, of: str = "", expires_on: date | None = None, id_: str = "") -> PointsEntry:
    return PointsEntry(id_ or f"{kind}-{hours}", MORNING + timedelta(hours=hours), "m", kind, points, of, expires_on)  # type: ignore[arg-type]


def test_a_yuan_earns_a_point_and_the_best_multiplier_alone_counts() -> None:
    lines = [EarningLine("感冒", "otc_b", 5_050), EarningLine("器械", "none", 4_950)]
    assert earned(lines, {"cash": 10_000}, "normal", MONDAY, RULES) == 100
    assert earned(lines, {"cash": 10_000}, "gold", MONDAY, RULES) == 150
    assert earned(lines, {"cash": 10_000}, "gold", MONDAY + timedelta(days=1), RULES) == 200


def test_what_the_insurer_paid_earns_nothing() -> None:
    lines = [EarningLine("慢病", "otc_a", 10_000)]
    assert earned(lines, {"insurance": 7_000, "cash": 3_000}, "normal", MONDAY, RULES) == 30
    assert earned(lines, {"insurance": 10_000}, "gold", MONDAY, RULES) == 0
    assert earned([], {}, "gold", MONDAY, RULES) == 0


def test_points_pay_whole_steps_up_to_their_share_of_what_they_may_pay() -> None:
    assert most_spendable(1_234, 10_000, 0, RULES) == 1_200
    assert most_spendable(1_234, 1_000, 0, RULES) == 500
    assert most_spendable(1_234, 1_000, 900, RULES) == 0
    assert most_spendable(-50, 10_000, 0, RULES) == 0
    assert worth_fen(500, RULES) == 500
    with pytest.raises(ValueError, match="steps of 100"):
        worth_fen(150, RULES)


def test_points_hold_to_the_end_of_their_month() -> None:
    assert expiry(date(2026, 11, 22), RULES) == date(2028, 11, 30)
    assert expiry(date(2026, 2, 1), RULES) == date(2028, 2, 29)


@given(st.integers(0, 500), st.lists(st.integers(1, 4_000), min_size=1, max_size=6))
def test_parts_of_a_return_add_up_to_the_whole(points: int, parts: list[int]) -> None:
    whole, before, back = sum(parts), 0, 0
    for part in parts:
        back += part_back(points, whole, before, part)
        before += part
    assert back == points


def test_a_spend_takes_what_expires_first_and_a_return_gives_it_back_with_its_time() -> None:
    early, late = date(2026, 12, 31), date(2027, 12, 31)
    told = [
        entry("earn", 100, 0, expires_on=late),
        entry("earn", 100, 1, expires_on=early),
        entry("spend", 150, 2),
    ]
    assert [(p.left, p.expires_on) for p in statement(told, MONDAY, RULES).parcels] == [(50, late)]
    back = [*told, entry("unspend", 120, 3, of="spend-2")]
    found = statement(back, MONDAY, RULES)
    assert sorted((p.left, p.expires_on) for p in found.parcels) == sorted([(50, late), (50, late), (70, early)])


def test_points_taken_back_after_they_were_spent_are_a_debt_that_the_next_points_pay() -> None:
    told = [entry("earn", 100, 0), entry("spend", 100, 1), entry("unearn", 100, 2, of="earn-0")]
    assert (statement(told, MONDAY, RULES).balance, statement(told, MONDAY, RULES).debt) == (-100, 100)
    found = statement([*told, entry("earn", 130, 3)], MONDAY, RULES)
    assert (found.balance, found.debt) == (30, 0)


def test_expired_points_are_gone_but_accounted_for() -> None:
    found = statement([entry("earn", 80, 0, expires_on=MONDAY)], MONDAY + timedelta(days=1), RULES)
    assert (found.balance, found.expired, sum(found.books.values())) == (0, 80, 0)


class Counter(RuleBasedStateMachine):
    """Sales, spends, returns, adjustments and repeats of one person with two accounts that are merged in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[PointsEntry] = []
        self.hours = 0
        self.sales: dict[str, int] = {}
        self.spends: dict[str, int] = {}
        self.model = 0
        self.draw = random.Random(1)

    def _told(self, kind: str, points: int, **more: object) -> str:
        self.hours += 1
        made = entry(kind, points, self.hours, id_=f"{kind}:{self.hours}", **more)  # type: ignore[arg-type]
        self.entries.append(made)
        return made.entry_id

    @rule(points=st.integers(1, 300))
    def sells(self, points: int) -> None:
        self.sales[self._told("earn", points)] = points
        self.model += points

    @rule(points=st.integers(1, 300))
    def spends_even_too_much(self, points: int) -> None:
        self.spends[self._told("spend", points)] = points
        self.model -= points

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def takes_a_sale_back(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from(sorted(self.sales)))
        part = data.draw(st.integers(1, self.sales[sale]))
        self.sales[sale] -= part
        if not self.sales[sale]:
            del self.sales[sale]
        self._told("unearn", part, of=sale)
        self.model -= part

    @precondition(lambda self: self.spends)
    @rule(data=st.data())
    def gives_a_spend_back(self, data: st.DataObject) -> None:
        spend = data.draw(st.sampled_from(sorted(self.spends)))
        part = data.draw(st.integers(1, self.spends[spend]))
        self.spends[spend] -= part
        if not self.spends[spend]:
            del self.spends[spend]
        self._told("unspend", part, of=spend)
        self.model += part

    @rule(points=st.integers(-100, 100))
    def adjusts(self, points: int) -> None:
        self._told("adjust", points)
        self.model += points

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def hears_it_twice(self, data: st.DataObject) -> None:
        self.entries.append(data.draw(st.sampled_from(self.entries)))

    @invariant()
    def nothing_appears_or_disappears(self) -> None:
        shuffled = self.entries[:]
        self.draw.shuffle(shuffled)
        found, again = statement(self.entries, MONDAY, RULES), statement(shuffled, MONDAY, RULES)
        assert found == again
        assert sum(found.books.values()) == 0
        # Points given back within their grace do not expire in this machine's weeks, and others never do.
        assert found.balance == self.model == found.books["members"]
        assert all(parcel.left > 0 for parcel in found.parcels)
        assert not (found.debt and found.parcels)


TestCounter = Counter.TestCase
TestCounter.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_what_was_brought_forward_is_older_than_everything_and_never_ends() -> None:
    spent = entry("spend", 40, id_="s")
    stated = statement([*brought_forward("m", 100), spent, entry("earn", 5, 1, expires_on=date(2026, 11, 30))], date(2026, 12, 1), RULES)
    assert (stated.balance, stated.expired, sum(stated.books.values())) == (60, 5, 0)
    assert brought_forward("m", 0) == ()


def test_points_that_end_within_sixty_days_are_told_with_their_first_day() -> None:
    days = {10: date(2026, 12, 31), 20: date(2027, 1, 1), 30: date(2027, 1, 2), 40: None}
    earns = [entry("earn", points, points, expires_on=day) for points, day in days.items()]
    stated = statement(earns, date(2026, 11, 2), RULES)
    assert ending(stated, date(2026, 11, 2), RULES) == (30, date(2026, 12, 31))
    assert ending(stated, date(2026, 11, 1), RULES) == (10, date(2026, 12, 31))
    assert ending(stated, date(2026, 10, 1), RULES) == (0, None)
