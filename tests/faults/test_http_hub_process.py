"""A hub in a process of its own, killed and started again, against a till's real encrypted store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from till_double import DAY, PaperTill

from app.hub import publishing
from app.hub.archive import Archive
from app.hub.main import default_database_url, hub_key_seed, lasting_port
from app.records.catalogue import Product
from app.records.clock import SystemClock
from app.records.envelope import unseal
from app.records.people import Staff
from app.store.open_store import Store
from app.sync.client import HubClient, Limits, enrol
from app.sync.worker import SyncWorker

SCRIPT = """
import sys
from pathlib import Path
from app.hub.main import default_database_url, hub_key_seed, serve
directory = Path(sys.argv[1])
serve("127.0.0.1", int(sys.argv[2]), database_url=default_database_url(directory), key_seed=hub_key_seed(directory))
"""


class HubProcess:
    """`serve` in a process of its own, on a port that stays the same over restarts."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = lasting_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(self.directory), str(self.port)])
        end = time.monotonic() + 60
        while True:
            try:
                if requests.get(self.url + "/v1/health", timeout=1).ok:
                    return
            except requests.RequestException:
                assert time.monotonic() < end, "the hub does not answer"
                time.sleep(0.05)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    directory = tmp_path / "hub"
    hub_key_seed(directory)
    clock = SystemClock()
    archive = Archive.open(default_database_url(directory))
    publishing.name_chain(archive, "安康大药房")
    publishing.create_store(archive, clock, publishing.StoreProfile("RM01", "安康大药房", "人民路店"))
    publishing.create_till(archive, clock, "RM01", "T1")
    publishing.publish(archive, "product", [Product(id=f"P{n}", generic_name=f"布洛芬{n}") for n in range(60)])
    publishing.publish(archive, "staff", [Staff(id="S1", code="1", name="李娜", role="cashier")], "RM01")
    archive.close()
    hub = HubProcess(directory)
    yield hub
    if hub.process.poll() is None:
        hub.end()


def until(true: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def test_sales_of_a_real_store_survive_a_killed_hub_and_arrive_once(hub: HubProcess, tmp_path: Path) -> None:
    clock = SystemClock()
    store = Store.open(tmp_path / "till", clock, store_id="RM01", till="T1", app_version="0.1.0")
    assert store.key is not None
    archive = Archive.open(default_database_url(hub.directory))
    code = publishing.issue_enrol_code(archive, clock, "RM01", "T1")
    enrolled = enrol(hub.url, store.key, code)
    client = HubClient(hub.url, store.key, enrolled.hub_public_key, Limits(20, 20, 40))
    worker = SyncWorker(
        client, store.outbox, store.inbox, clock, on_state=lambda state: None, first_backoff_s=0.05, longest_backoff_s=0.2
    )
    paper = PaperTill()

    def sell(count: int) -> None:
        for _ in range(count):
            paper.sale(100)
            store.journal.record([paper.last_sale], actor="S1", day=DAY).result(60)
            worker.wake()

    worker.start()
    sell(20)
    until(lambda: worker.state.kind == "online" and store.outbox.counts().waiting == 0)
    until(lambda: [person.name for person in store.people.staff()] == ["李娜"])
    until(lambda: store.inbox.cursor("product").split(".")[1:2] == ["60"])
    hub.kill()
    sell(30)
    assert store.outbox.counts().waiting >= 30
    hub.start()
    until(lambda: store.outbox.counts().waiting == 0)
    assert worker.stop(60)
    totals = HubClient(hub.url, store.key, enrolled.hub_public_key).totals(DAY)
    assert totals == {"T1": {"sales": 50, "sales_fen": 5000, "returns": 0, "returns_fen": 0}}
    hello = HubClient(hub.url, store.key, enrolled.hub_public_key).hello()
    newest = unseal(store.journal.events(0, 1000)[-1])
    assert (hello.head_seq, hello.head_digest, hello.forks) == (newest.place.seq, newest.digest, 0)
    store.close()
    archive.close()
    assert hub.end() in (0, -signal.SIGTERM)
    assert os.stat(hub.directory / "hub.key").st_mode & 0o777 == 0o600


def test_a_till_that_pushes_to_a_hub_killed_again_and_again_loses_nothing(hub: HubProcess) -> None:
    archive = Archive.open(default_database_url(hub.directory))
    till = PaperTill()
    enrolled = enrol(hub.url, till.key, publishing.issue_enrol_code(archive, SystemClock(), "RM01", "T1"))
    archive.close()
    client = HubClient(hub.url, till.key, enrolled.hub_public_key, Limits(20, 20, 40))
    acknowledged = 0
    for _ in range(2):
        for _ in range(5):
            receipts = client.push([till.sale(100) for _ in range(10)])
            acknowledged += sum(receipt.status == "stored" for receipt in receipts)
        hub.kill()
        client.close()
        hub.start()
    assert acknowledged == 100
    assert client.totals(DAY)["T1"]["sales"] == 100
    client.close()
