"""Whatever two tills do, and however late, doubled or disordered they hear of each other, all fold the same points."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from points_hub import PaperPoints

from app import founding
from app.assembly import Till, points_rules
from app.commands.stage import demo_clock
from app.domain.points import PointsEntry, brought_forward, statement

CODES = ("6999600000494", "6999580000439")
PEOPLE = ("member-00001", "member-00002")
ACTS = ("sell", "sell", "sell", "return", "return", "void", "late", "late_after_return", "push", "push", "pull", "pull", "pull_again")


class Shop:
    """Two tills of one store and a headquarters of paper between them."""

    def __init__(self, tills: tuple[Till, Till]) -> None:
        self.tills = tills
        self.hub = PaperPoints()
        self.sent = [0, 0]
        self.sales: list[tuple[Till, str]] = []
        self.rules = points_rules()

    def sell(self, till: Till, chance: random.Random, member: str | None = None) -> None:
        member = chance.choice((*PEOPLE, "")) if member is None else member
        if member:
            till.selling.attach_member(member)
        for code in chance.choices(CODES, k=chance.randint(1, 3)):
            till.selling.scan(code)
        till.checkout.begin()
        till.checkout.tender(chance.choice(("cash", "cash", "insurance")), 0, "1234")
        future = self._closed(till)
        number = future[0].number
        till.checkout.settle()
        till.checkout.next_customer()
        sale = till.store.sales.by_number(number)
        assert sale is not None
        self.sales.append((till, sale.body.sale_id))

    @staticmethod
    def _closed(till: Till) -> Any:
        till.checkout.complete(lambda: None)
        assert till.checkout._future is not None
        return till.checkout._future.result(60)

    def take_back(self, chance: random.Random, kind: str) -> None:
        till, sale_id = chance.choice(self.sales)
        back = till.returning
        back.leave()
        scene = back.choose_sale(sale_id)
        if kind == "void" and not scene.voidable:
            return
        back.set_reason("wrong_goods")
        left = [line for line in scene.lines if line.sold > line.returned]
        if not left:
            return
        if kind == "return":
            line = chance.choice(left)
            back.set_quantity(line.line_id, chance.randint(1, line.sold - line.returned))
        back.approve("1003")
        assert back.complete(lambda: None, kind).problem is None
        assert back._future is not None
        back._future.result(60)
        assert back.settle().state == "done"

    def late(self, chance: random.Random) -> None:
        till, sale_id = chance.choice(self.sales)
        sale = till.store.sales.by_id(sale_id)
        if sale is not None and till.attaching.open_until(sale) is not None:
            till.attaching.attach(sale_id, chance.choice(PEOPLE)).result(60)

    def push(self, place: int, *, from_start: bool = False) -> None:
        raws = self.tills[place].store.journal.events(0 if from_start else self.sent[place], 100_000)
        self.hub.take(raws)
        self.sent[place] = self.tills[place].store.journal.head().seq

    def pull(self, till: Till, chance: random.Random, *, all_of_it: bool) -> None:
        rows = list(self.hub.rows) if all_of_it else chance.sample(self.hub.rows, chance.randint(0, len(self.hub.rows)))
        chance.shuffle(rows)
        till.store.inbox.apply("points", [*rows, *rows[-2:]], f"c:{len(rows)}:x").result(60)

    def act(self, what: str, seed: int) -> None:
        chance = random.Random(seed)
        place = chance.randrange(2)
        match what:
            case "sell":
                self.sell(self.tills[place], chance)
            case "return" | "void" if self.sales:
                self.take_back(chance, what)
            case "late" if self.sales:
                self.late(chance)
            case "late_after_return":
                self.sell(self.tills[place], chance, member="")
                sold = self.sales[:]
                self.sales = sold[-1:]
                self.take_back(chance, "return")
                self.late(chance)
                self.take_back(chance, "return")
                self.sales = sold
            case "push":
                self.push(place, from_start=chance.random() < 0.3)
            case "pull" | "pull_again" if self.hub.rows:
                self.pull(self.tills[place], chance, all_of_it=what == "pull_again")

    def agree(self) -> None:
        """Once all was told, everybody folds the same, nothing appeared or was lost, and whole returns left nothing behind."""
        for place in (0, 1):
            self.push(place)
        for till in self.tills:
            self.pull(till, random.Random(0), all_of_it=True)
        today = self.tills[0].points._day()
        for person in PEOPLE:
            member = self.tills[0].store.people.member(person)
            assert member is not None
            at_hub = self.hub.statement(member, today, self.rules)
            assert sum(at_hub.books.values()) == 0
            for till in self.tills:
                entries = till.store.points.of_member(person)
                assert statement((*brought_forward(person, member.points), *entries), today, self.rules) == at_hub
                assert till.points.standing(member).balance == at_hub.balance
            mine = [entry for entry in self.hub.entries.values() if entry.member_id == person]
            assert at_hub.balance == member.points + sum(signed(entry) for entry in mine)
        for till, sale_id in self.sales:
            sale = till.store.sales.by_id(sale_id)
            assert sale is not None
            left = till.attaching.points_of(sale_id)
            whole = all(sale.returned.get(line.line_id, 0) == line.quantity for line in sale.body.lines)
            assert left == 0 if whole else left >= 0


def signed(entry: PointsEntry) -> int:
    return entry.points if entry.kind == "earn" else -entry.points


@pytest.fixture(scope="module")
def two_tills(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Till, Till]]:
    """Till 01 of the demo shop and a till 02 of the same store, with open shifts; their threads sleep."""
    folder = tmp_path_factory.mktemp("two")
    first = Path(shutil.copytree(demo_template, folder / "till-01"))
    bare = replace(founding.demo_pharmacy(demo_clock()), lots=(), stock={}, trace_codes=())
    founding.found_demo(folder / "till-02", demo_clock(), bare, till="02")
    tills = (Till(first, demo_clock()), Till(folder / "till-02", demo_clock()))
    for till in tills:
        till.shifts.sign_in("staff-1001", "1001")
        till.shifts.open(50_000).result(60)
    yield tills
    for till in tills:
        till.close()


@settings(max_examples=8)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**32)), min_size=4, max_size=14))
def test_any_order_of_sales_returns_voids_late_members_and_sync_ends_in_one_balance(
    two_tills: tuple[Till, Till], acts: list[tuple[str, int]]
) -> None:
    shop = Shop(two_tills)
    for what, seed in acts:
        shop.act(what, seed)
    shop.agree()
