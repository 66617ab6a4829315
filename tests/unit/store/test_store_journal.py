"""Recording: one unit, one commit, an unbroken chain, and nothing at all when it fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from sqlalchemy import Connection

from app.records import events as ev
from app.records.envelope import GENESIS, unseal
from app.records.ledger import Committed, NewJob, PrivateBlob
from app.records.registry import EVENTS
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.projections import PROJECTION_OF


def test_every_event_type_has_a_projection() -> None:
    assert set(PROJECTION_OF) == set(EVENTS)


def test_opening_for_writing_records_an_epoch_that_names_the_one_before(till: Any) -> None:
    first = till.open().journal.head()
    till.close()
    second = till.open()
    opened = unseal(second.journal.events(second.journal.head().seq - 1, 1)[0])
    assert opened.type == "epoch.opened@1"
    assert opened.body["previous_epoch"] == first.epoch != opened.place.epoch


def test_events_are_dense_and_chained_over_epochs(till: Any) -> None:
    for _ in range(2):
        store = till.open()
        till.record(store, ev.CodeBound(kind="barcode", code="1", product_id="p"))
        till.close()
    chain = [unseal(raw) for raw in till.open().journal.events(0, 100)]
    assert [e.place.seq for e in chain] == list(range(1, len(chain) + 1))
    assert [e.place.prev for e in chain] == [GENESIS, *(e.digest for e in chain[:-1])]


def test_a_sale_with_its_paper_blob_and_basket_is_one_commit(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    store.parked.save_open("b-1", "", "{}", "shift-1", till.clock.now()).result(60)
    before = store.writer.commits

    def paper(committed: tuple[Committed, ...]) -> list[NewJob]:
        return [NewJob("receipt", committed[0].event_id, committed[0].number)]

    (done,) = till.record(
        store,
        till.sale(1),
        prints=paper,
        private=[PrivateBlob("blob-1", "person-1", "buyer", b"13800000001")],
        forget_basket="b-1",
    )
    assert store.writer.commits == before + 1
    job = store.jobs.next_queued()
    assert job is not None and store.jobs.ticket(job.job_id) == done.number
    assert store.private.open("blob-1") == b"13800000001"
    assert store.parked.open_basket() is None
    assert [event_id for _, event_id, _ in store.outbox.pending()][-1] == done.event_id


def test_a_unit_that_fails_leaves_nothing_and_the_next_takes_its_place(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    head = store.journal.head()

    def broken(_committed: tuple[Committed, ...]) -> list[NewJob]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        till.record(store, till.sale(1), prints=broken)
    assert store.journal.head() == head
    assert store.sales.by_id("s-1") is None
    (done,) = till.record(store, till.sale(1))
    assert done.seq == head.seq + 1


def test_a_sale_recorded_twice_is_refused_whole(store: Store, till: Any) -> None:
    till.record(store, till.shift(), till.sale(1))
    head = store.journal.head()
    with pytest.raises(Exception, match="UNIQUE"):
        till.record(store, till.sale(1))
    assert store.journal.head() == head
    assert store.shifts.totals("shift-1").sales == 1


def test_a_reader_sees_whole_sales_only_while_the_writer_works(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    futures = [store.journal.record([till.sale(n)], actor="u1", day=till.clock.now().date()) for n in range(60)]
    while not futures[-1].done():
        totals = store.shifts.totals("shift-1")
        counted = sum(tender.amount_fen for tender in totals.tenders)
        assert totals.sales_fen <= counted
    assert store.shifts.totals("shift-1").sales == 60


def test_a_forgotten_cursor_of_a_reader_does_not_lock_out_a_sale(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    half_read = store.readers.connection().exec_driver_sql("SELECT seq FROM event")
    half_read.fetchone()
    till.record(store, till.sale(1))
    half_read.close()
    assert store.sales.by_id("s-1") is not None


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match="readonly"):
        store.readers.connection().exec_driver_sql("DELETE FROM event")


def test_urgent_units_go_before_waiting_ones_and_background_waits_for_keys(store: Store) -> None:
    order: list[str] = []
    gate = threading.Event()
    store.writer.touched()

    def named(name: str) -> Any:
        def unit(_connection: Connection) -> None:
            order.append(name)

        return unit

    futures = [
        store.writer.submit(lambda _connection: gate.wait(60)),
        store.writer.submit(named("background"), background=True),
        store.writer.submit(named("soon"), urgent=False),
        store.writer.submit(named("urgent")),
    ]
    gate.set()
    for future in futures:
        future.result(60)
    assert order == ["urgent", "soon", "background"]


def test_a_full_disk_refuses_the_sale_and_still_lets_the_shift_close(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    reserve = store.directory / "reserve"
    assert reserve.exists()

    def limit(pages: int) -> None:
        def unit(connection: Connection) -> int:
            raw: Any = connection.connection.dbapi_connection
            used = raw.execute("PRAGMA page_count").fetchone()[0]
            raw.execute(f"PRAGMA max_page_count = {used + pages}")
            return int(used)

        store.writer.submit(unit).result(60)

    limit(0)
    with pytest.raises(StoreFault) as caught:
        for n in range(200):
            till.record(store, till.sale(n, lines=20))
    assert caught.value.code == "disk_full"
    sold = store.shifts.totals("shift-1").sales
    assert not reserve.exists()
    limit(1000)
    with pytest.raises(StoreFault, match="disk_full"):
        till.record(store, till.sale(999))
    till.record(store, ev.CashMoved(move_id="m", shift_id="shift-1", amount_fen=-100, reason="safe", approved_by="u2"))
    assert store.shifts.totals("shift-1").sales == sold


def test_after_an_io_error_nothing_more_is_written_until_reopened(store: Store, till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till.record(store, till.shift(), till.sale(1))

    def torn() -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(store.frames, "flush", torn)
    till.record(store, till.sale(2))
    for _ in range(6000):
        if store.writer.stopped is not None:
            break
        time.sleep(0.01)
    with pytest.raises(StoreFault, match="ledger_io"):
        till.record(store, till.sale(3))
    monkeypatch.undo()
    till.close()
    again = till.open()
    assert [again.sales.by_id(f"s-{n}") is not None for n in (1, 2, 3)] == [True, True, False]
    till.record(again, till.sale(3))


def test_a_store_opened_for_reading_refuses_to_record(till: Any) -> None:
    till.open()
    reader = till.open(write=False)
    assert reader.journal.head().seq > 0
    with pytest.raises(StoreFault, match="read_only"):
        reader.journal.record([till.shift()], actor="u1", day=till.clock.now().date())


def test_the_glance_loads_nothing_heavy() -> None:
    code = "import sys, app.store.glance; print(sorted({'sqlalchemy','sqlmodel','pydantic','alembic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_long_wal_is_folded_in_when_nobody_sells(store: Store, till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.writer.CHECKPOINT_BYTES", 1000)
    monkeypatch.setattr("app.store.writer.IDLE_CHECKPOINT_S", 0.02)
    till.record(store, till.shift(), till.sale(1))
    wal = store.directory / "ledger.db-wal"
    assert wal.stat().st_size > 1000
    for _ in range(6000):
        if wal.stat().st_size == 0:
            break
        time.sleep(0.01)
    assert wal.stat().st_size == 0
    till.record(store, till.sale(2))
    assert store.sales.by_id("s-1") is not None and store.sales.by_id("s-2") is not None
