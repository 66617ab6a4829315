"""The worker: patient, quick to stop, and truthful about how it stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from hub_bench import QUICK, HubBench
from hypothesis import given
from hypothesis import strategies as st
from till_double import DAY, MemoryInbox, MemoryOutbox, PaperTill

from app.hub import publishing
from app.hub.routes import feed as feed_route
from app.records.clock import SystemClock
from app.records.people import Staff
from app.sync.client import HubClient, Limits
from app.sync.worker import SyncState, SyncWorker, backoff_seconds


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.005)


class Standing:
    """A till with a worker."""

    def __init__(self, bench: HubBench, client: HubClient, till: PaperTill) -> None:
        self.bench, self.till = bench, till
        self.outbox, self.inbox = MemoryOutbox(), MemoryInbox()
        self.told: list[SyncState] = []
        self.worker = SyncWorker(
            client, self.outbox, self.inbox, SystemClock(), on_state=self.told.append, first_backoff_s=0.02,
            longest_backoff_s=0.1,
        )  # fmt: skip

    def kinds(self) -> list[str]:
        return [state.kind for state in self.told]


@pytest.fixture
def standing(sync_bench: HubBench) -> Standing:
    till = PaperTill()
    return Standing(sync_bench, sync_bench.enrolled(till), till)


def test_a_sale_goes_up_as_soon_as_the_worker_is_woken(standing: Standing) -> None:
    standing.worker.start()
    until(lambda: standing.worker.state.kind == "online")
    sale = standing.till.sale()
    standing.outbox.add(sale)
    standing.worker.wake()
    until(lambda: standing.outbox.status.get(sale[0]) == "stored")
    until(lambda: standing.worker.state.waiting == 0)
    assert standing.worker.state.last_ok_at is not None
    assert standing.worker.stop(60)


def test_rows_come_down_at_the_first_contact(standing: Standing) -> None:
    publishing.publish(standing.bench.archive, "staff", [Staff(id="S1", code="1", name="李娜", role="cashier")], "RM01")
    standing.worker.start()
    until(lambda: "staff" in standing.inbox.rows)
    assert standing.worker.stop(60)
    assert standing.inbox.rows["staff"]["S1"]["name"] == "李娜"


def test_a_hub_that_goes_and_comes_back_gets_everything_and_the_states_say_so(standing: Standing) -> None:
    standing.worker.start()
    until(lambda: standing.worker.state.kind == "online")
    seed_url = standing.bench.url
    standing.bench.running.close()
    for _ in range(450):
        standing.outbox.add(standing.till.sale(100))
    standing.worker.wake()
    until(lambda: standing.worker.state.kind == "offline" and standing.worker.state.waiting == 450)
    assert standing.worker.state.next_try_at is not None
    from app.hub.main import start

    port = int(seed_url.rsplit(":", 1)[1])
    standing.bench.running = start(standing.bench.database_url, standing.bench.seed, SystemClock(), port=port)
    until(lambda: standing.worker.state.kind == "online" and standing.worker.state.waiting == 0)
    assert standing.worker.stop(60)
    assert "recovering" in standing.kinds()
    recovering = next(state for state in standing.told if state.kind == "recovering")
    assert (recovering.backlog, recovering.sent + recovering.waiting) == (450, 450)
    client = standing.bench.client(standing.till)
    assert client.totals(DAY)["T1"]["sales"] == 450


def test_without_headquarters_it_is_off_and_stops_at_once() -> None:
    told: list[SyncState] = []
    worker = SyncWorker(None, MemoryOutbox(), MemoryInbox(), SystemClock(), on_state=told.append)
    worker.start()
    worker.wake(now=True)
    assert [state.kind for state in told] == ["off"]
    assert worker.stop(60)
    assert not any(thread.name == "sync" for thread in threading.enumerate())


def test_a_stop_does_not_wait_for_a_hub_that_keeps_silent() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        till, address = PaperTill(), f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = HubClient(address, till.key, till.key.public(), Limits(connect_s=600, read_s=600, total_s=600))
        worker = SyncWorker(client, MemoryOutbox([till.sale()]), MemoryInbox(), SystemClock(), on_state=lambda state: None)
        worker.start()
        taken, _ = silent.accept()
        # The client would wait for an answer far longer than this stop may take.
        assert worker.stop(60)
        taken.close()


def test_a_new_sale_does_not_hurry_an_offline_worker_but_a_person_does(sync_bench: HubBench) -> None:
    till, outbox, told = PaperTill(), MemoryOutbox(), []
    client = HubClient("http://127.0.0.1:9", till.key, till.key.public(), QUICK)
    worker = SyncWorker(
        client, outbox, MemoryInbox(), SystemClock(), on_state=told.append, first_backoff_s=1e6, longest_backoff_s=1e6
    )
    outbox.add(till.sale())
    worker.start()
    until(lambda: len(told) == 1)
    worker.wake()
    time.sleep(0.1)
    assert len(told) == 1
    worker.wake(now=True)
    until(lambda: len(told) == 2)
    assert (told[1].kind, told[1].last_error) == ("offline", "offline")
    assert worker.stop(60)


def test_a_replaced_till_still_reports_and_says_why_nothing_comes_down(standing: Standing) -> None:
    standing.bench.enrolled(PaperTill())
    sale = standing.till.sale()
    standing.outbox.add(sale)
    standing.worker.start()
    until(lambda: standing.outbox.status.get(sale[0]) == "stored")
    until(lambda: standing.worker.state.last_error == "replaced")
    assert standing.worker.state.kind == "online"
    assert standing.worker.stop(60)


def test_a_feed_that_an_older_headquarters_lacks_leaves_the_others_as_fresh_as_they_are(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {name: kind for name, kind in feed_route.FEEDS.items() if name != "lease"}
    monkeypatch.setattr(feed_route, "FEEDS", known)
    standing.worker.start()
    until(lambda: standing.worker.state.kind == "online")
    assert standing.worker.stop(60)
    assert standing.worker.line.fresh.keys() == known.keys()


def test_an_outbox_that_breaks_does_not_end_the_worker(standing: Standing) -> None:
    pending = standing.outbox.pending
    broken = iter([True, True])

    def sometimes(limit_events: int, limit_bytes: int) -> list[tuple[int, str, bytes]]:
        if next(broken, False):
            raise RuntimeError("disk")
        return pending(limit_events, limit_bytes)

    standing.outbox.pending = sometimes  # type: ignore[method-assign]
    standing.worker.start()
    until(lambda: standing.worker.state.kind == "online")
    assert standing.told[0].last_error == "bug"
    assert standing.worker.stop(60)


@given(failures=st.integers(1, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_five_minutes_nor_than_its_ceiling(failures: int, draw: float) -> None:
    wait_s = backoff_seconds(failures, draw)
    assert 0 <= wait_s <= 300
    assert wait_s <= 2.0 ** min(failures - 1, 10)


def test_feeds_are_settled_once_at_the_start_and_again_after_rows_came(standing: Standing) -> None:
    standing.worker.start()
    until(lambda: standing.worker.state.kind == "online")
    first = list(standing.inbox.settled)
    assert first.count("staff") == first.count("product") == 1
    publishing.publish(standing.bench.archive, "staff", [Staff(id="S2", code="2", name="王敏", role="pharmacist")], "RM01")
    standing.worker.wake(now=True)
    until(lambda: standing.inbox.settled.count("staff") == 2)
    assert standing.inbox.settled.count("product") == 1
    assert standing.worker.stop(60)
