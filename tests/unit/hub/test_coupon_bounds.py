"""Three stores with three tills each, cut off and joined at random: no class of coupons is used too often beyond its stated bound, and
every use too many is told as a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.pool import StaticPool
from till_double import START

from app.counter.coupon_shares import share_of
from app.domain.coupon_rules import worst_loss
from app.hub import cases, coupons, leases, reservations, tables
from app.records.clock import ManualClock
from app.records.coupons import CouponRight, Lease
from app.records.events import LeaseReturned
from app.records.ids import new_id

FACE = 2_000
RIGHTS = 5
STORES, TILLS = 3, 3
FIRST = date(2026, 11, 21)


@dataclass
class TillModel:
    """A till as far as coupons go: what it was told, what it did, and what it has not told yet."""

    store: str
    name: str
    on_line: bool = True
    rights: dict[str, CouponRight] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    spent: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Serial → (sale, lease)."""
    held: dict[str, str] = field(default_factory=dict)
    """Serial → reservation."""
    outbox: list[Any] = field(default_factory=list)


class Coupons(RuleBasedStateMachine):
    """Random days of a chain; headquarters is the real one, in memory."""

    @initialize()
    def found(self) -> None:
        """A fresh headquarters, and tills that know nothing yet."""
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        tables.metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.clock = ManualClock(START)
        self.day = FIRST
        self.tills = [TillModel(f"S{store}", f"S{store}T{till}") for store in range(STORES) for till in range(TILLS)]
        self.grants: list[tuple[str, str]] = []
        self.serials: dict[str, list[str]] = {"B": [], "D": []}
        self.uses = 0
        self.given: dict[str, int] = {}
        """What a share had used when it was given back: a sale that is returned later makes no right of it free again."""
        for store in range(STORES):
            self.issue(store, "B")
            self.issue(store, "D")
            self.grant(store)
        for till in self.tills:
            leases.more(self.connection, self.clock, till.store, till.name, till.name, dict(self.grants)[till.store], self.day)
            self._pull(till)

    def teardown(self) -> None:
        """Everybody is joined again: what then stands is held against the bounds."""
        if not hasattr(self, "connection"):
            return
        for till in self.tills:
            till.on_line = True
            self._push(till)
        self._weigh()
        self.connection.close()
        self.engine.dispose()

    # -- headquarters

    @rule(store=st.integers(0, STORES - 1), letter=st.sampled_from("BD"))
    def issue(self, store: int, letter: str) -> None:
        serial = new_id(self.clock)
        right = CouponRight(
            id=serial, offer_id="o", coupon_class=letter, token="", starts_on=FIRST, ends_on=date(2026, 12, 31), face_fen=FACE
        )
        coupons.tell(self.connection, f"S{store}", [right])
        self.serials[letter].append(serial)

    @rule(store=st.integers(0, STORES - 1))
    def grant(self, store: int) -> None:
        grant_id = new_id(self.clock)
        self.connection.execute(
            insert(tables.coupon_grant).values(
                store_id=f"S{store}", grant_id=grant_id, offer_id="o", rights=RIGHTS, per_till=2, low=0, lease_days=2, face_fen=FACE,
                token="", starts_on=FIRST, ends_on=date(2026, 12, 31), state="active", at=self.clock.now(),
            )
        )  # fmt: skip
        self.grants.append((f"S{store}", grant_id))

    @rule(pick=st.integers(0, 99))
    def revoke(self, pick: int) -> None:
        if self.serials["B"]:
            serial = self.serials["B"][pick % len(self.serials["B"])]
            row = {"serial": serial, "store_id": "", "at": self.clock.now()}
            if self.connection.scalar(select(tables.coupon_revoked.c.serial).where(tables.coupon_revoked.c.serial == serial)) is None:
                self.connection.execute(insert(tables.coupon_revoked).values(row))

    # -- tills

    @rule(store=st.integers(0, STORES - 1), joined=st.sets(st.integers(0, TILLS - 1)))
    def line(self, store: int, joined: set[int]) -> None:
        """Of one store's tills these are joined to headquarters from now on, and the others cut off."""
        for place in range(TILLS):
            till = self.tills[store * TILLS + place]
            till.on_line = place in joined
            if till.on_line:
                self._push(till)

    @rule(place=st.integers(0, 8), grant=st.integers(0, 99))
    def ask_for_a_share(self, place: int, grant: int) -> None:
        till = self.tills[place]
        mine = [grant_id for store, grant_id in self.grants if store == till.store]
        if till.on_line and mine:
            self._push(till)
            leases.more(self.connection, self.clock, till.store, till.name, till.name, mine[grant % len(mine)], self.day)
            self._pull(till)
            # What is in the pool, at the tills and used adds up to what was granted, whoever has been heard.
            assert all(0 <= one.pool <= one.rights for one in leases.standing(self.connection, till.store))

    @rule(place=st.integers(0, 8), pick=st.integers(0, 99))
    def use_a_serial(self, place: int, pick: int) -> None:
        till = self.tills[place]
        good = [
            one.id
            for one in till.rights.values()
            if one.coupon_class == "B" and not one.used_in and one.state == "active" and one.id not in till.spent
        ]
        if good:
            self._redeem(till, good[pick % len(good)])

    @rule(place=st.integers(0, 8))
    def use_a_share(self, place: int) -> None:
        till = self.tills[place]
        for lease in till.leases.values():
            used = frozenset(serial for serial, (_, of) in till.spent.items() if of == lease.id)
            share = share_of(lease, used)
            if lease.id not in till.returned and share.good_on(self.day):
                self._redeem(till, share.serial, lease_id=lease.id)
                return

    @rule(place=st.integers(0, 8), pick=st.integers(0, 99))
    def reserve(self, place: int, pick: int) -> None:
        till = self.tills[place]
        if till.on_line and self.serials["D"]:
            serial = self.serials["D"][pick % len(self.serials["D"])]
            answer = reservations.reserve(
                self.connection, self.clock, till.store, till.name, till.name, serial, "basket", self.day, minutes=30
            )
            if answer.code == "reserved":
                till.held[serial] = answer.reservation_id

    @rule(place=st.integers(0, 8), use=st.booleans())
    def end_a_reservation(self, place: int, use: bool) -> None:
        till = self.tills[place]
        if till.held:
            serial, reservation_id = next(iter(till.held.items()))
            if use:
                del till.held[serial]
                self._redeem(till, serial, reservation_id=reservation_id)
            elif till.on_line:
                del till.held[serial]
                self._push(till)
                reservations.release(self.connection, till.name, reservation_id)

    @rule(place=st.integers(0, 8))
    def give_back_a_sale(self, place: int) -> None:
        till = self.tills[place]
        if till.spent:
            serial, (sale_id, _) = next(iter(till.spent.items()))
            del till.spent[serial]
            till.outbox.append((sale_id, serial, f"r-{sale_id}", 0))

    @rule(hours=st.sampled_from((1, 30)))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * 3600)
        self.day = (self.clock.now() + timedelta(hours=8)).date()
        for till in self.tills:
            for lease in till.leases.values():
                if lease.ends_on < self.day and lease.id not in till.returned:
                    till.returned.add(lease.id)
                    used = sum(of == lease.id for _, of in till.spent.values())
                    self.given[lease.id] = used
                    till.outbox.append(LeaseReturned(lease_id=lease.id, used=used, rights=lease.rights, reason="ended"))

    # -- what a till does

    def _redeem(self, till: TillModel, serial: str, *, lease_id: str = "", reservation_id: str = "") -> None:
        self.uses += 1
        self.clock.advance(1)
        sale_id = f"{till.name}-{self.uses}"
        till.spent[serial] = (sale_id, lease_id)
        at: datetime = self.clock.now()
        till.outbox.append(
            coupons.Use(sale_id, serial, f"e-{self.uses:05d}", "o", "", at, FACE, not till.on_line, lease_id, reservation_id)
        )
        if till.on_line:
            self._push(till)

    def _push(self, till: TillModel) -> None:
        """Everything in its order, as the uploader sends it; then what headquarters has to say."""
        for told in till.outbox:
            if isinstance(told, coupons.Use):
                coupons.keep(self.connection, till.store, [told], [])
            elif isinstance(told, LeaseReturned):
                leases.keep(self.connection, till.store, [told])
            else:
                coupons.keep(self.connection, till.store, [], [told])
        till.outbox.clear()
        self._pull(till)

    def _pull(self, till: TillModel) -> None:
        row = tables.feed_row.c
        wanted = select(row.feed, row.json).where(row.store_id == till.store, row.current)
        for found in self.connection.execute(wanted).all():
            if found.feed == "coupon":
                right = CouponRight.model_validate_json(found.json)
                till.rights[right.id] = right
            elif found.feed == "lease":
                lease = Lease.model_validate_json(found.json)
                if lease.device == till.name:
                    till.leases[lease.id] = lease

    # -- the bounds

    def _weigh(self) -> None:
        c = tables.coupon_use.c
        standing = select(c.serial, c.lease_id, c.reservation_id, func.count()).where(c.return_id == "").group_by(c.serial)
        too_many = 0
        for serial, lease_id, reservation_id, count in self.connection.execute(standing).all():
            letter = "C" if lease_id else "D" if reservation_id else "B"
            bound = worst_loss(letter, FACE, 1, TILLS).fen
            assert (count - 1) * FACE <= bound, f"{letter} {serial}: used {count} times"
            too_many += count - 1
        self._weigh_shares()
        told = [case.kind for case in cases.cases(self.connection, limit=10_000)]
        assert told.count("double") == too_many, "every use too many is told, and nothing else is"
        assert "lapsed" not in told


    def _weigh_shares(self) -> None:
        """Everybody was heard: what each till had, used and gave back adds up, share by share, to what was granted."""
        taken: dict[str, int] = {}
        for till in self.tills:
            for lease in till.leases.values():
                used = sum(of == lease.id for _, of in till.spent.values())
                kept = lease.rights if lease.id not in till.returned else used
                assert used <= lease.rights
                assert lease.state == ("returned" if lease.id in till.returned else "active"), "what a till gave back is known to be back"
                taken[lease.grant_id] = taken.get(lease.grant_id, 0) + max(kept, self.given.get(lease.id, 0))
        for store in {store for store, _ in self.grants}:
            for one in leases.standing(self.connection, store):
                assert one.used <= one.rights
                assert one.rights == one.pool + taken.get(one.grant_id, 0), "pool, shares out and uses are all that was granted"


TestCoupons = Coupons.TestCase
TestCoupons.settings = settings(
    max_examples=30,
    stateful_step_count=45,
    deadline=None,
    # A found day is told as it is: making it smaller would take minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
