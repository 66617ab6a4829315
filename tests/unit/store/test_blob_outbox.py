"""Private blobs on their way to headquarters: what the disk damaged keeps no other from being told, and is counted."""

from __future__ import annotations

from typing import Any

import pytest

from app.records.ledger import PrivateBlob
from app.store import tables as t
from app.store.faults import StoreFault
from app.store.open_store import Store


def kept(store: Store, *names: str) -> None:
    store.private.save([PrivateBlob(name, f"of-{name}", "reading", name.encode()) for name in names]).result(60)


def damage(store: Store, table: Any, column: str, where: Any) -> None:
    store.writer.submit(lambda connection: connection.execute(table.update().where(where).values({column: b"\0" * 64}))).result(60)


def test_whole_requests_of_damaged_blobs_are_passed_over_and_counted(store: Store) -> None:
    kept(store, *(f"a-{number:03d}" for number in range(250)), "b-1", "b-2")
    damage(store, t.private_blob, "sealed", t.private_blob.c.blob_id.like("a-%"))
    assert [blob.blob_id for blob in store.blob_outbox.pending()] == ["b-1", "b-2"]
    store.writer.submit(lambda connection: None, urgent=False).result(60)
    assert (store.blob_outbox.refused(), store.blob_outbox.waiting()) == (250, 2)
    assert [blob.plain for blob in store.blob_outbox.pending(limit=1)] == [b"b-1"]
    assert len(store.blob_outbox.pending(limit_bytes=1)) == 1
    with pytest.raises(StoreFault, match="blob_damaged"):
        store.private.open("a-001")
    assert store.private.open_many(["a-001", "b-1"]) == {"b-1": b"b-1"}


def test_a_damaged_key_damages_its_persons_blobs_alone(store: Store) -> None:
    kept(store, "a", "b")
    damage(store, t.person_key, "secret", t.person_key.c.person_id == "of-a")
    assert [blob.blob_id for blob in store.blob_outbox.pending()] == ["b"]
    store.writer.submit(lambda connection: None, urgent=False).result(60)
    assert store.blob_outbox.refused() == 1


def test_a_reader_beside_the_till_passes_damaged_blobs_over_and_writes_nothing(store: Store, till: Any) -> None:
    kept(store, "a", "b")
    damage(store, t.private_blob, "sealed", t.private_blob.c.blob_id == "a")
    beside = till.open(write=False)
    assert [blob.blob_id for blob in beside.blob_outbox.pending()] == ["b"]
    assert beside.blob_outbox.refused() == 0
