"""Three stores with three real tills each, a real headquarters, and a line that comes and goes: what the counter itself lets through of
each class of coupons never passes the bound that the class states, and every use too many is told as a case."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hub_bench import QUICK, HubBench
from sqlalchemy import func, select

from app import founding
from app.assembly import Till
from app.counter.faults import Refused
from app.domain.coupon_rules import worst_loss
from app.hub import coupons, leases, publishing, tables
from app.records.clock import ManualClock
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.sync.client import HubClient, HubFault
from app.sync.puller import Puller
from app.sync.uploader import Uploader

STORES, TILLS = 3, 3
METER, FACE, RIGHTS = "P5800A1", 300, 4
STEPS = 60
MANAGER = "1003"


class Line:
    """What the coupons' thread asks over: headquarters' own client as long as the line stands."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def __getattr__(self, name: str) -> Any:
        if not self._post.on_line:
            raise HubFault("offline")
        return getattr(self._post.client, name)


class Post:
    """A till with its ledger, its counter and its device key; what its threads would do is done when it is asked to."""

    def __init__(self, bench: HubBench, clock: ManualClock, folder: Path, pharmacy: Any, name: str) -> None:
        self.store_id = pharmacy.store.store_id
        self.on_line = True
        founding.found_demo(folder, clock, pharmacy, till=name, members=False)
        code = publishing.issue_enrol_code(bench.archive, clock, self.store_id, name)
        founding.enrol_till(folder, clock, bench.url, code)
        self.till = Till(folder, clock)
        key = self.till.store.key
        assert key is not None
        self.client = HubClient(bench.url, key, bench.public, QUICK)
        self._uploader = Uploader(self.till.store.outbox, self.client, clock)
        self._puller = Puller(self.till.store.inbox, self.client, lambda: True, threading.Event())
        self.till.shares._make_client = partial(Line, self)  # type: ignore[assignment]
        self.till.shifts.sign_in(f"staff-{MANAGER}", MANAGER)
        self.till.shifts.open(50_000).result(60)
        self.ean = next(product.barcode for product in pharmacy.products)
        self.sold: list[str] = []
        """Numbers of sales that used a coupon and have not come back."""

    def talk(self) -> None:
        """The line stands: everything goes up in its order, and what headquarters says of coupons comes down."""
        if self.on_line:
            while self._uploader.step().more:
                pass
            for feed in ("offer", "coupon", "lease", "case"):
                while self._puller.pull(feed).more:
                    pass

    def errands(self, *more: Any) -> None:
        """What waits for the coupons' thread, done now."""
        jobs = self.till.shares._jobs
        for job in more:
            jobs.put(job)
        with suppress(queue.Empty):
            while True:
                job = jobs.get_nowait()
                if job is not None:
                    self.till.shares._do(partial(self.till.shares._with_client, job))

    def pay(self) -> None:
        """Take cash; a coupon whose reservation ended meanwhile is left, as the cashier is told to."""
        checkout = self.till.checkout
        for _ in range(2):
            checkout.begin()
            checkout.tender("cash")
            durable = threading.Event()
            try:
                checkout.complete(durable.set)
            except Refused as refused:
                assert refused.code == "coupon_lapsed"
                for tender in checkout.scene().tenders:
                    checkout.undo_tender(tender.tender_id)
                checkout.cancel()
                continue
            assert durable.wait(60)
            scene = checkout.settle()
            assert scene.state == "done", scene
            sale = self.till.store.sales.by_number(scene.number)
            assert sale is not None
            if any(cut.cause_kind == "coupon" for cut in sale.body.cuts):
                self.sold.append(scene.number)
            checkout.next_customer()
            return

    def give_back(self) -> None:
        """The last sale with a coupon comes back whole."""
        back, number = self.till.returning, self.sold.pop()
        back.find(number)
        scene = back.set_reason("quality")
        for line in scene.lines:
            back.set_quantity(line.line_id, line.sold - line.returned)
        back.approve(MANAGER)
        durable = threading.Event()
        back.complete(durable.set)
        assert durable.wait(60)
        back.settle()


@dataclass
class Chain:
    """The chain that every random day is played in; each day has an offer of its own."""

    bench: HubBench
    clock: ManualClock
    posts: list[Post] = field(default_factory=list)
    days: int = 0

    @property
    def sign(self) -> Any:
        return DeviceKey.from_bytes(self.bench.seed).sign


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = tmp_path_factory.mktemp("chain")
    clock = ManualClock(datetime(2026, 11, 21, 1, 0, tzinfo=UTC))
    found = Chain(HubBench(f"sqlite:///{folder}/hub.db", clock), clock)
    whole = founding.demo_pharmacy(clock)
    lots = tuple(lot for lot in whole.lots if lot.product_id == METER)
    bare = replace(
        whole,
        products=tuple(product for product in whole.products if product.id == METER),
        staff=tuple(person for person in whole.staff if person.code == MANAGER),
        lots=lots,
        stock={lot.id: whole.stock[lot.id] for lot in lots if lot.id in whole.stock},
        offers=(),
        trace_codes=(),
    )
    for store in range(STORES):
        store_id = f"RM{store + 1:02d}"
        profile = publishing.StoreProfile(store_id, "安康大药房", f"第 {store + 1} 店")
        publishing.create_store(found.bench.archive, clock, profile)
        for till in range(TILLS):
            name = f"{till + 1:02d}"
            publishing.create_till(found.bench.archive, clock, store_id, name)
            pharmacy = replace(bare, store=replace(whole.store, store_id=store_id))
            found.posts.append(Post(found.bench, clock, folder / f"{store_id}-{name}", pharmacy, name))
    yield found
    for post in found.posts:
        post.client.close()
        post.till.close()
    found.bench.close()


class Day:
    """A random day of the chain."""

    def __init__(self, chain: Chain, chance: Random) -> None:
        self.chain = chain
        self.chance = chance
        self.chain.days += 1
        self.offer = Offer(
            id=f"day-{self.chain.days}",
            kind="threshold",
            title_zh="三元券",
            scope=f"product:{METER}",
            terms='{"tiers":[{"reach_fen":1000,"off_fen":300}]}',
            starts_on=date(2026, 11, 1),
            ends_on=date(2026, 12, 31),
            by_right=True,
        )
        publishing.publish(self.chain.bench.archive, "offer", [self.offer])
        self.tokens: list[tuple[str, str, str]] = []
        """Class, code and store ('' for all) of every coupon in customers' hands."""
        self.grants: dict[str, str] = {}
        for store in range(STORES):
            for letter in "BD":
                self.issue(store, letter)
            self.grant(store)
        for post in self.chain.posts:
            post.on_line = True
            post.sold.clear()
            post.talk()

    # -- headquarters

    def issue(self, store: int, letter: str) -> None:
        asked = coupons.Issue(f"RM{store + 1:02d}", self.offer.id, coupon_class=letter)
        (right,) = coupons.issue(self.chain.bench.archive, self.chain.clock, asked, self.chain.sign)
        self.tokens.append((letter, right.token, asked.store_id if letter == "B" else ""))

    def grant(self, store: int) -> None:
        days = {"lease_days": 7, "ends_on": self.offer.ends_on}
        asked = leases.Asked(f"RM{store + 1:02d}", self.offer, rights=RIGHTS, face_fen=FACE, per_till=1, low=0, by_code=True, **days)
        day = date(2026, 11, 21)
        grant_id = leases.grant(self.chain.bench.archive, self.chain.clock, asked, day, self.chain.sign)
        with self.chain.bench.archive.reading() as connection:
            self.tokens.append(("C", leases.token_of(connection, grant_id), asked.store_id))
        self.grants[grant_id] = asked.store_id

    # -- the world

    def step(self) -> None:
        """Something happens, mostly a customer."""
        place, chance = self.chance.randrange(STORES * TILLS), self.chance
        match chance.choices(("customer", "line", "time", "issue", "return"), (70, 14, 4, 6, 6))[0]:
            case "line":
                self.line(place // TILLS, {till for till in range(TILLS) if chance.random() < 0.3})
            case "time":
                self.chain.clock.advance(chance.choice((5, 130)) * 60)
            case "issue":
                self.issue(place // TILLS, chance.choice("BD"))
            case "return":
                self.return_a_sale(self.chain.posts[place])
            case _:
                end = chance.choices(("pay", "clear", "wait"), (8, 1, 1))[0]
                post = self.chain.posts[place]
                letter, token, _ = chance.choice([one for one in self.tokens if one[2] in ("", post.store_id)])
                self.show_a_coupon(post, letter, token, cut=chance.random() < 0.2, end=end)

    def line(self, store: int, joined: set[int]) -> None:
        """Of one store's tills these are joined to headquarters from now on, and the others cut off."""
        for place in range(TILLS):
            post = self.chain.posts[store * TILLS + place]
            post.on_line = place in joined
            post.talk()

    # -- the counter

    def show_a_coupon(self, post: Post, letter: str, token: str, *, cut: bool, end: str) -> None:
        """A customer shows a coupon; the line may go between headquarters' word and the money."""
        selling = post.till.selling
        selling.scan(post.ean)
        before = selling.quote.payable_fen
        selling.scan(token)
        post.errands()
        selling.coupons_answered()
        used = {one.coupon_class for one in selling.coupons.in_hand} if selling.quote.payable_fen < before else set()
        if letter == "D" and "D" in used:
            assert all(one.reservation_id for one in selling.coupons.in_hand if one.coupon_class == "D")
        if cut:
            post.on_line = False
        if end == "pay":
            post.pay()
        elif end == "clear":
            selling.clear()
        post.errands()
        post.talk()

    def return_a_sale(self, post: Post) -> None:
        """A sale that used a coupon comes back."""
        if post.sold and not post.till.selling.basket.lines:
            post.give_back()
            post.talk()

    # -- the bounds

    def weigh(self) -> tuple[set[str], int]:
        """Everybody is joined again, and what nobody wants any more is given back: what then stands is held against the bounds.

        Gives the classes that were used, and how many uses were too many.
        """
        for post in self.chain.posts:
            post.on_line = True
            if post.till.selling.basket.lines:
                post.till.selling.clear()
            post.talk()
        for post in self.chain.posts:
            post.errands(post.till.shares._tend)
            post.talk()
        c, case = tables.coupon_use.c, tables.coupon_case.c
        with self.chain.bench.archive.reading() as connection:
            standing = select(c.serial, c.lease_id, c.reservation_id, func.count().label("uses"))
            mine = standing.where(c.offer_id == self.offer.id).group_by(c.serial, c.return_id != "")
            ever = connection.execute(mine).all()
            rows = connection.execute(mine.where(c.return_id == "")).all()
            told = [row.kind for row in connection.execute(select(case.kind).where(case.offer_id == self.offer.id, case.state == "open"))]
            grants = [one for store in sorted(set(self.grants.values())) for one in leases.standing(connection, store)]
        for row in rows:
            letter = class_of(row)
            assert (row.uses - 1) * FACE <= worst_loss(letter, FACE, 1, TILLS).fen, f"{letter} {row.serial}: used {row.uses} times"
        too_many = sum(row.uses - 1 for row in rows)
        assert told == ["double"] * too_many, "every use too many is told, and nothing else is"
        assert all(0 <= one.pool <= one.rights and one.used <= one.rights for one in grants if one.grant_id in self.grants)
        return {class_of(row) for row in ever}, too_many


def class_of(use: Any) -> str:
    """B, C or D, by what a use says of itself."""
    return "C" if use.lease_id else "D" if use.reservation_id else "B"


@pytest.mark.parametrize("seed", [26, 7])
def test_what_the_counter_lets_through_never_passes_the_bound_of_its_class(chain: Chain, seed: int) -> None:
    day = Day(chain, Random(seed))
    for _ in range(STEPS):
        day.step()
    used, _ = day.weigh()
    assert used == set("BCD"), "a day without a use of each class shows nothing"
