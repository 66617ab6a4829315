"""The same person, registered at two tills without a line, is one person with both histories once both tills have been in touch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hub_bench import QUICK, HubBench
from till_double import PaperTill

from app.domain.points import PointsRules, brought_forward, statement
from app.hub import one_id, points
from app.records.clock import SystemClock, shop_day
from app.records.events import ConsentSet, IdentityClaimed, MemberJoined, PointsMoved
from app.records.ids import new_id
from app.records.ledger import PrivateBlob
from app.records.people import Member
from app.records.registry import FEEDS
from app.records.resources import resource
from app.store.open_store import Store
from app.sync.client import HubClient, enrol
from app.sync.worker import SyncWorker

PHONE = "13800138000"
RULES = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))


class RealTill:
    """A real ledger with its own device, enrolled, and a worker that runs only when it is asked to."""

    def __init__(self, bench: HubBench, folder: Path, till: str) -> None:
        self.clock = SystemClock()
        self.store = Store.open(folder, self.clock, store_id="RM01", till=till, app_version="0.1.0")
        assert self.store.key is not None
        answer = enrol(bench.url, self.store.key, bench.code(till), till, QUICK)
        self.public = answer.hub_public_key
        self.bench = bench
        self.day = shop_day(self.clock.now())

    def registers(self, name: str, level: str, allergies: str = "") -> str:
        """Somebody joins here, as the counter records it, and buys something."""
        member_id, profile, identity = (new_id(self.clock) for _ in range(3))
        card = f"90{int(member_id.replace('-', ''), 16) % 10**18:018}"
        member = Member(id=member_id, card_no=card, name=name, phone=PHONE, allergies_known=bool(allergies), allergy_classes=allergies)
        sale = PaperTill()
        sale.sale()
        bodies = [
            MemberJoined(member_id=member_id, blob_id=profile, source="store"),
            IdentityClaimed(claim_id=new_id(self.clock), member_id=member_id, kind="phone", level=level, blob_id=identity),
            ConsentSet(
                consent_id=new_id(self.clock), member_id=member_id, purpose="membership", text_version="1", given=True, channel="spoken"
            ),
            sale.last_sale.model_copy(update={"sale_id": new_id(self.clock), "member_id": member_id}),
            PointsMoved(entry_id=f"earn:{member_id}", member_id=member_id, kind="earn", points=len(name) * 10, owner_id="s", rules="1"),
        ]
        private = [
            PrivateBlob(profile, member_id, "member_profile", member.model_dump_json().encode()),
            PrivateBlob(identity, member_id, "identity", json.dumps({"kind": "phone", "value": PHONE}).encode()),
        ]
        self.store.journal.record(bodies, actor="S1", day=self.day, private=private).result(60)
        return member_id

    def in_touch(self) -> None:
        """The line is up until everything went up and every feed was read."""
        assert self.store.key is not None
        client = HubClient(self.bench.url, self.store.key, self.public, QUICK)
        worker = SyncWorker(
            client, self.store.outbox, self.store.inbox, self.clock, on_state=lambda _: None, blobs=self.store.blob_outbox, poll_s=0.05
        )
        worker.start()
        until(lambda: worker.line.fresh.keys() == FEEDS.keys() and not worker.state.waiting)
        assert not self.store.blob_outbox.waiting()
        assert worker.stop(60)

    def statement(self, member_id: str) -> int:
        """The balance as the counter folds it."""
        before = [one for key, count in self.store.people.books(member_id).items() for one in brought_forward(key, count)]
        return statement((*before, *self.store.points.of_member(member_id)), self.day, RULES).balance


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


@pytest.fixture
def tills(sync_bench: HubBench, tmp_path: Path) -> Iterator[tuple[RealTill, RealTill]]:
    pair = RealTill(sync_bench, tmp_path / "1", "T1"), RealTill(sync_bench, tmp_path / "2", "T2")
    yield pair
    for till in pair:
        till.store.close()


def test_both_tills_end_with_one_person_all_points_and_every_allergy(sync_bench: HubBench, tills: tuple[RealTill, RealTill]) -> None:
    first, second = tills
    older = first.registers("王秀兰", "stated", "penicillin")
    younger = second.registers("王秀兰", "stated", "sulfa")
    assert first.store.people.group_of(older) == (older,)
    second.in_touch()
    first.in_touch()
    second.in_touch()
    for till in tills:
        (found,) = till.store.people.find_members(PHONE)
        assert (found.id, found.allergy_classes) == (older, "penicillin;sulfa")
        assert till.store.people.group_of(younger) == (older, younger)
        assert till.statement(older) == till.statement(younger) == 60
        assert len(till.store.sales.recent(member=older)) == 1
        assert [said.given for said in till.store.people.consents(older)] == [True]
        assert till.store.blob_outbox.refused() == 0
    with sync_bench.archive.reading() as connection:
        assert points.statement_of(connection, younger, date.today(), RULES).balance == 60
        assert one_id.counts(connection) == one_id.PeopleCounts(1, 2, 0, 1, 0)


def test_a_merge_taken_back_at_headquarters_reaches_both_tills(sync_bench: HubBench, tills: tuple[RealTill, RealTill]) -> None:
    first, second = tills
    older, younger = first.registers("王秀兰", "stated"), second.registers("王秀兰", "stated")
    for till in (second, first, second):
        till.in_touch()
    with sync_bench.archive.reading() as connection:
        (pair,) = one_id.pairs(connection, ["done"], 10)
    now = sync_bench.clock.now()
    sync_bench.archive.commit(lambda connection: one_id.undo(connection, pair.merge_id, "chen", "母女同名", now)).result()
    for till in tills:
        till.in_touch()
        assert {member.id for member in till.store.people.find_members(PHONE)} == {older, younger}
        assert till.statement(older) == till.statement(younger) == 30
        assert till.store.people.group_of(younger) == (younger,)


def test_a_family_phone_leaves_two_people_until_somebody_at_headquarters_says_otherwise(
    sync_bench: HubBench, tills: tuple[RealTill, RealTill]
) -> None:
    first, second = tills
    mother, daughter = first.registers("王秀兰", "shown"), second.registers("李娜", "shown")
    for till in (second, first, second):
        till.in_touch()
    assert {member.id for member in second.store.people.find_members(PHONE)} == {mother, daughter}
    with sync_bench.archive.reading() as connection:
        (asked,) = one_id.pairs(connection, ["proposed"], 10)
    now = sync_bench.clock.now()
    sync_bench.archive.commit(lambda connection: one_id.accept(connection, asked.merge_id, "chen", "改过名", now)).result()
    second.in_touch()
    (found,) = second.store.people.find_members(PHONE)
    assert found.id == mother and second.statement(daughter) == 50
