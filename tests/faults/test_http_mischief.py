"""Whatever the road to headquarters does, no event is lost and none is doubled."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from chaos_server import MISCHIEF, ChaosRoad, Drip, plain
from hub_bench import QUICK, HubBench
from sqlalchemy import select
from till_double import DAY, MemoryInbox, MemoryOutbox, PaperTill

from app.hub import reading, tables
from app.records.clock import SystemClock
from app.sync.client import HubClient, HubFault, Limits
from app.sync.uploader import Uploader
from app.sync.worker import SyncState, SyncWorker

SHORT = Limits(connect_s=60, read_s=60, total_s=1.5)
"""A total time that an answer in drips overruns."""


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubBench]:
    bench = HubBench(f"sqlite:///{tmp_path_factory.mktemp('hub')}/hub.db", SystemClock())
    yield bench
    bench.close()


class Road:
    """A till with ten waiting sales, a chaotic road, and the hub at its end."""

    def __init__(self, bench: HubBench) -> None:
        self.bench = bench
        self.till = PaperTill()
        bench.enrolled(self.till)
        self.outbox = MemoryOutbox([self.till.opened(), *(self.till.sale(100) for _ in range(9))])
        self.chaos = ChaosRoad(bench.url)
        self.client = HubClient(self.chaos.url, self.till.key, bench.public, QUICK)
        self.uploader = Uploader(self.outbox, self.client, SystemClock())

    def drain(self, rounds: int = 12) -> list[str]:
        """Step until nothing waits; the faults met on the way."""
        faults = []
        for _ in range(rounds):
            try:
                if not self.uploader.step().more:
                    break
            except HubFault as fault:
                faults.append(fault.code)
        return faults

    def everything_arrived_once(self) -> None:
        assert self.outbox.counts().waiting == 0
        with self.bench.archive.reading() as connection:
            c = tables.inbox.c
            kept = {row.event_id: row.raw for row in connection.execute(select(c.event_id, c.raw))}
            day = reading.day_totals(connection, "RM01", DAY)
        assert {key: bytes(raw) for key, raw in kept.items()} == dict(self.outbox.events)
        assert day["T1"]["sales_fen"] == 900

    def close(self) -> None:
        self.client.close()
        self.chaos.close()


@pytest.fixture
def road(shared_bench: HubBench) -> Iterator[Road]:
    shared_bench.furnish()
    road = Road(shared_bench)
    yield road
    road.close()
    shared_bench.leave()


@pytest.mark.parametrize("name", MISCHIEF)
def test_mischief_neither_loses_nor_doubles_an_event(road: Road, name: str) -> None:
    road.chaos.plan = [MISCHIEF[name], MISCHIEF[name]]
    road.drain()
    road.everything_arrived_once()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("moved", "portal"),
        ("a login page after the hub took it", "portal"),
        ("another service's json", "portal"),
        ("no json at all", "broken"),
        ("too many requests", "slow_down"),
        ("an error before", "hub_error"),
        ("truncated", "broken"),
        ("bits flipped", "forged"),
        ("a bomb", "broken"),
        ("upgrade", "too_old"),
        ("hung up without a word", "offline"),
    ],
)
def test_each_mischief_is_called_by_its_name(road: Road, name: str, code: str) -> None:
    road.chaos.plan = [MISCHIEF[name]]
    assert road.drain() == [code]


def test_a_genuine_answer_to_another_question_is_no_answer(road: Road) -> None:
    stolen: list[bytes] = []
    road.chaos.plan = [(True, lambda client, answer: stolen.append(answer)), (True, lambda client, _: client.sendall(stolen[0]))]
    assert road.drain() == ["offline", "forged"]
    road.everything_arrived_once()


def test_a_drip_is_cut_off_by_the_total_time(road: Road) -> None:
    drip = Drip()
    road.chaos.plan = [(True, drip)]
    hasty = HubClient(road.chaos.url, road.till.key, road.bench.public, SHORT)
    with pytest.raises(HubFault) as caught:
        Uploader(road.outbox, hasty, SystemClock()).step()
    assert caught.value.code == "timeout"
    drip.over.set()
    hasty.close()
    assert road.drain() == []
    road.everything_arrived_once()


def test_a_batch_that_is_too_large_is_halved_until_it_fits(road: Road) -> None:
    road.chaos.refuse_larger_than = 4000
    assert road.drain(20) == []
    road.everything_arrived_once()
    assert len(road.chaos.requests) > 4


@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Content"])
def test_the_one_event_that_spoils_its_batch_goes_to_quarantine_and_delays_no_other(road: Road, status: str) -> None:
    poison_id, poison = road.outbox.events[6]
    road.chaos.poison, road.chaos.poison_with = poison, status
    road.uploader.step()
    assert road.outbox.status.pop(poison_id) == "quarantined"
    assert set(road.outbox.status.values()) == {"stored"}
    assert len(road.outbox.status) == 9
    with road.bench.archive.reading() as connection:
        kept = connection.execute(select(tables.unreadable)).one()
    assert (kept.event_id, bytes(kept.raw)) == (poison_id, poison)


def test_an_event_that_makes_the_hub_stumble_is_found_and_handed_over(road: Road) -> None:
    poison_id, poison = road.outbox.events[3]
    road.chaos.poison, road.chaos.poison_with = poison, "500 Internal Server Error"
    assert road.drain() == ["hub_error", "hub_error"]
    assert road.outbox.status[poison_id] == "quarantined"
    assert road.outbox.counts().waiting == 0


def test_a_hub_that_is_ill_altogether_gets_nobody_into_quarantine(road: Road) -> None:
    road.chaos.plan = [plain("500 Internal Server Error") for _ in range(400)]
    assert set(road.drain()) == {"hub_error"}
    assert road.outbox.status == {}
    road.chaos.plan = []
    road.drain()
    road.everything_arrived_once()


def test_a_wait_that_headquarters_asks_for_is_told(road: Road) -> None:
    road.chaos.plan = [plain("429 Too Many Requests", "Retry-After: 17\r\n")]
    with pytest.raises(HubFault) as caught:
        road.uploader.step()
    assert caught.value.after_s == 17


def test_a_key_is_proven_again_before_the_batch_is_given_up(road: Road) -> None:
    road.chaos.plan = [plain("401 Unauthorized")]
    assert road.drain() == []
    assert road.chaos.requests[1].startswith(b"GET /v1/hello")
    road.everything_arrived_once()


def test_the_worker_gets_through_a_long_row_of_mischief_by_itself(road: Road) -> None:
    road.chaos.plan = [MISCHIEF[name] for name in MISCHIEF]
    told: list[SyncState] = []
    worker = SyncWorker(
        road.client, road.outbox, MemoryInbox(), SystemClock(), on_state=told.append, first_backoff_s=0.01, longest_backoff_s=0.02
    )
    worker.start()
    until = time.monotonic() + 60
    while time.monotonic() < until and (worker.state.kind != "online" or worker.state.waiting or road.chaos.plan):
        worker.wake()
        time.sleep(0.02)
    assert worker.stop(60)
    road.everything_arrived_once()
    assert {"portal", "offline", "online"} <= {state.kind for state in told}
