"""Private blobs past their term: destroyed with their keys, the younger ones of the same owner readable, the chain as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.records.ledger import PrivateBlob
from app.store import tables as t
from app.store import verify
from app.store.faults import StoreFault
from app.store.open_store import Store
from app.store.private import PrivateBlobs


def keep(store: Store, *blobs: tuple[str, str, str]) -> None:
    store.private.save([PrivateBlob(blob_id, owner, kind, f"plain {blob_id}".encode()) for blob_id, owner, kind in blobs]).result(60)


def rows(store: Store) -> dict[str, Any]:
    return {row.blob_id: row for row in store.readers.connection().execute(select(t.private_blob))}


def keys(store: Store) -> dict[str, bytes]:
    k = t.person_key.c
    return {row.person_id: row.secret for row in store.readers.connection().execute(select(k.person_id, k.secret))}


def unreadable(private: PrivateBlobs, blob_id: str) -> bool:
    with pytest.raises(StoreFault) as fault:
        private.open(blob_id)
    return fault.value.code == "person_key_destroyed"


def test_what_is_past_its_term_is_unreadable_and_everything_else_stays(till: Any, tmp_path: Path) -> None:
    store = till.open()
    store.journal.record([till.shift()], actor="u1", day=till.clock.now().date()).result(60)
    keep(store, ("old", "patient", "prescription"), ("buyer", "reg-1", "buyer"), ("title", "wish-1", "invoice"), ("face", "m1", "note"))
    before = keys(store)
    till.clock.advance(86_400 * 400)
    keep(store, ("young", "patient", "prescription"))
    moment = till.clock.now() - timedelta(days=10)
    kinds = ("prescription", "buyer")
    assert store.private.past(kinds, moment) == 2
    sealed = rows(store)["old"].sealed
    assert store.private.end(kinds, moment) == 2 and store.private.past(kinds, moment) == store.private.end(kinds, moment) == 0
    assert unreadable(store.private, "old") and unreadable(store.private, "buyer")
    assert {name: store.private.open(name) for name in ("young", "title", "face")} == {
        "young": b"plain young", "title": b"plain title", "face": b"plain face",
    }  # fmt: skip
    after = keys(store)
    assert after.keys() == {"law:patient", "wish-1", "m1"}
    assert after["law:patient"] != before["law:patient"] and after["m1"] == before["m1"]
    assert all(row.sealed != sealed for row in rows(store).values()) and rows(store)["old"].sealed == b""
    keep(store, ("next", "patient", "prescription"), ("again", "reg-1", "buyer"))
    assert store.private.open("next") == b"plain next" and store.private.open("again") == b"plain again"
    verify.export(store, tmp_path / "export", actor="u1", day=till.clock.now().date())
    assert verify.verify_export(tmp_path / "export").ok and verify.compare_frames(store).chain_ok


def test_what_was_erased_before_is_no_obstacle(till: Any) -> None:
    store = till.open()
    keep(store, ("title", "wish-1", "invoice"), ("other", "wish-2", "invoice"))
    store.private.destroy("wish-1").result(60)
    till.clock.advance(86_400)
    assert store.private.end(("invoice",), till.clock.now()) == 2
    assert unreadable(store.private, "title") and unreadable(store.private, "other")
    assert keys(store) == {"wish-1": None}
