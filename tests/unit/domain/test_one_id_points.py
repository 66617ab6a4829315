"""However people join, earn, spend, are merged and taken apart again, in whatever order all of it is heard, no point is made or lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.one_id import Claim, MemoryRegister, OneIdRules
from app.domain.points import PointsEntry, PointsRules, brought_forward, statement
from app.records.resources import resource

ONE_ID = OneIdRules.read(json.loads(resource("rules", "one_id.json").read_text("utf-8")))
POINTS = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
START = datetime(2026, 11, 1, tzinfo=UTC)
TODAY = date(2026, 12, 31)
MEMBERS = tuple(f"m{number}" for number in range(6))
PHONES = ("a", "b")
NAMES = ("li", "wang", "")


class TwoTills(RuleBasedStateMachine):
    """Two tills without a line, and a headquarters that hears of everything late, doubled and in any order."""

    @initialize(names=st.lists(st.sampled_from(NAMES), min_size=6, max_size=6), books=st.lists(st.integers(0, 50), min_size=6, max_size=6))
    def begin(self, names: list[str], books: list[int]) -> None:
        self.names = dict(zip(MEMBERS, names, strict=True))
        self.books = dict(zip(MEMBERS, books, strict=True))
        self.facts: list[Claim | PointsEntry] = []
        self.heard: list[Claim | PointsEntry] = []
        self.apart: set[frozenset[str]] = set()
        self.clock = START

    @rule(member=st.sampled_from(MEMBERS), phone=st.sampled_from(PHONES), level=st.sampled_from(ONE_ID.levels))
    def joins(self, member: str, phone: str, level: str) -> None:
        self.facts.append(Claim(member, "phone", phone, level))

    @rule(member=st.sampled_from(MEMBERS), kind=st.sampled_from(["earn", "spend"]), count=st.integers(1, 40))
    def moves(self, member: str, kind: Any, count: int) -> None:
        self.clock += timedelta(minutes=1)
        self.facts.append(PointsEntry(f"{kind}:{len(self.facts)}", self.clock, member, kind, count))

    @rule(chance=st.randoms(use_true_random=False), again=st.booleans())
    def line_is_up(self, chance: Any, again: bool) -> None:
        news = self.facts if again else self.facts[len(self.heard) :]
        sent = list(news)
        chance.shuffle(sent)
        self.heard += sent

    @rule(chance=st.randoms(use_true_random=False))
    def somebody_takes_a_merge_back(self, chance: Any) -> None:
        merges = self.register(self.heard).merges
        if merges:
            found = chance.choice(merges)
            self.apart.add(frozenset((found.one, found.other)))

    def register(self, told: list[Claim | PointsEntry]) -> MemoryRegister:
        register = MemoryRegister(ONE_ID, frozenset(self.apart))
        for member, name in self.names.items():
            register.know(member, name)
        for fact in told:
            if isinstance(fact, Claim):
                register.claim(fact)
        return register

    @invariant()
    def every_point_belongs_to_exactly_one_person(self) -> None:
        entries = {fact.entry_id: fact for fact in self.heard if isinstance(fact, PointsEntry)}
        groups = self.register(self.heard).groups()
        assert sorted(member for group in groups for member in group) == sorted(MEMBERS)
        whole = 0
        for group in groups:
            mine = [entry for entry in entries.values() if entry.member_id in group]
            before = [one for member in group for one in brought_forward(member, self.books[member])]
            stated = statement((*before, *mine), TODAY, POINTS)
            assert sum(stated.books.values()) == 0
            signed = sum(entry.points if entry.kind == "earn" else -entry.points for entry in mine)
            assert stated.balance == signed + sum(self.books[member] for member in group)
            whole += stated.balance
        everything = sum(entry.points if entry.kind == "earn" else -entry.points for entry in entries.values())
        assert whole == everything + sum(self.books.values())


TestTwoTills = TwoTills.TestCase
TestTwoTills.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
