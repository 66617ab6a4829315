"""Private blobs go ahead of events; what headquarters will not take is marked and counted, and never holds the events up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import select
from till_double import START, MemoryInbox, MemoryOutbox, PaperTill

from app.hub import tables
from app.records.clock import ManualClock, SystemClock
from app.records.people import Member
from app.sync.client import HubFault
from app.sync.teller import SILENT_MS, Teller
from app.sync.worker import SyncWorker


@dataclass(frozen=True)
class PaperBlob:
    blob_id: str
    person_id: str
    kind: str
    at: datetime
    plain: bytes


@dataclass
class MemoryBlobs:
    """A blob outbox of lists."""

    blobs: list[PaperBlob] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, *names: str, kind: str = "note", plain: bytes = b"{}") -> None:
        self.blobs += [PaperBlob(name, "m1", kind, START, plain) for name in names]

    def pending(self, limit: int, limit_bytes: int) -> Sequence[PaperBlob]:
        return [blob for blob in self.blobs if blob.blob_id not in self.told and blob.blob_id not in self.refused][:limit]

    def mark(self, blob_ids: Collection[str]) -> Future[Any]:
        self.told += blob_ids
        return _done()

    def refuse(self, codes: Mapping[str, str]) -> Future[Any]:
        self.refused |= codes
        return _done()


def _done() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(None)
    return future


@dataclass
class Moody:
    """A client that fails as it is told to."""

    fails: Callable[[Sequence[Mapping[str, str]]], str] = lambda _: ""
    asked: list[int] = field(default_factory=list)

    def tell(self, blobs: Sequence[Mapping[str, str]]) -> dict[str, str]:
        self.asked.append(len(blobs))
        if code := self.fails(blobs):
            raise HubFault(code)
        return {blob["blob_id"]: "erased" if blob["blob_id"].startswith("gone") else "" for blob in blobs}

    def hello(self) -> None:
        self.asked.append(0)


def teller(blobs: MemoryBlobs, client: Moody, clock: ManualClock | None = None) -> Teller:
    return Teller(blobs, client, clock or ManualClock(START))  # type: ignore[arg-type]


def drained(one: Teller, most: int = 50) -> int:
    for steps in range(most):
        if not one.step().more:
            return steps
    raise AssertionError("it never ends")


def test_what_is_kept_and_what_is_refused_for_good_is_marked_so() -> None:
    blobs, client = MemoryBlobs(), Moody()
    blobs.add("a", "gone-1", "b")
    drained(teller(blobs, client))
    assert (blobs.told, blobs.refused) == (["a", "b"], {"gone-1": "erased"})


@pytest.mark.parametrize("code", ["refused", "too_large"])
def test_the_one_blob_that_spoils_every_request_is_found_and_the_others_arrive(code: str) -> None:
    blobs = MemoryBlobs()
    blobs.add(*(f"b{number:02}" for number in range(37)))
    client = Moody(lambda sent: code if any(blob["blob_id"] == "b17" for blob in sent) else "")
    drained(teller(blobs, client))
    assert blobs.refused == {"b17": code}
    assert len(blobs.told) == 36


@pytest.mark.parametrize("code", ["hub_error", "unexpected", "forged", "rebase"])
def test_a_headquarters_that_stumbles_over_blobs_is_left_in_peace_while_events_go_on(code: str) -> None:
    blobs, clock = MemoryBlobs(), ManualClock(START)
    blobs.add("a")
    client = Moody(lambda _: code)
    one = teller(blobs, client, clock)
    assert drained(one) == drained(one) == 0
    assert client.asked == [1] and not blobs.refused
    clock.advance(SILENT_MS / 1000 + 1)
    client.fails = lambda _: ""
    drained(one)
    assert blobs.told == ["a"]


@pytest.mark.parametrize("code", ["offline", "timeout", "portal", "slow_down"])
def test_a_blocked_way_is_told_as_for_events(code: str) -> None:
    blobs = MemoryBlobs()
    blobs.add("a")
    with pytest.raises(HubFault, match=code):
        teller(blobs, Moody(lambda _: code)).step()


def test_an_unproven_till_says_hello_and_tries_once_more() -> None:
    blobs, client = MemoryBlobs(), Moody(lambda _: "unproven")
    blobs.add("a")
    one = teller(blobs, client)
    assert one.step().sent == 0 and client.asked == [1, 0, 1]


def test_a_till_without_blobs_asks_nothing() -> None:
    client = Moody()
    assert not Teller(None, client, ManualClock(START)).step().more  # type: ignore[arg-type]
    assert client.asked == []


def test_the_worker_tells_blobs_before_the_events_that_refer_to_them(sync_bench: HubBench) -> None:
    till, blobs, outbox = PaperTill(), MemoryBlobs(), MemoryOutbox()
    member = Member(id="m1", card_no="90000000000000000019", name="王秀兰")
    blobs.add("p1", kind="member_profile", plain=member.model_dump_json().encode())
    blobs.add("r1", kind="reading", plain=json.dumps({"high": 138}).encode())
    blobs.add("wrong", kind="buyer")
    outbox.add(till.sale())
    order: list[str] = []
    client = sync_bench.enrolled(till)
    tell, push = client.tell, client.push
    client.tell = lambda sent: (order.append("blobs"), tell(sent))[1]  # type: ignore[method-assign]
    client.push = lambda sent: (order.append("events"), push(sent))[1]  # type: ignore[method-assign]
    worker = SyncWorker(client, outbox, MemoryInbox(), SystemClock(), on_state=lambda _: None, blobs=blobs)
    worker.start()
    end = time.monotonic() + 60
    while worker.state.kind != "online" or worker.state.waiting:
        assert time.monotonic() < end
        time.sleep(0.005)
    assert worker.stop(60)
    assert order[:2] == ["blobs", "events"]
    assert (sorted(blobs.told), blobs.refused) == (["p1", "r1"], {"wrong": "kind"})
    with sync_bench.archive.reading() as connection:
        assert set(connection.execute(select(tables.person_blob.c.blob_id)).scalars()) == {"p1", "r1"}
