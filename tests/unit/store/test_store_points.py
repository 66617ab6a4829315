"""Movements of points in the ledger: own ones and those that headquarters tells of are one row each, in whatever order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from app.records.events import PointsMoved
from app.records.people import PointsEntryRow
from app.store.open_store import Store
from app.store.verify import rebuild

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def row(entry_id: str, points: int, member: str = "m1") -> dict[str, Any]:
    return PointsEntryRow(id=entry_id, member_id=member, at=AT, kind="earn", points=points, owner_id="s").model_dump(mode="json")


def own(entry_id: str, points: int) -> PointsMoved:
    return PointsMoved(
        entry_id=entry_id, member_id="m1", kind="earn", points=points, expires_on=date(2028, 11, 30), owner_id="s", rules="1"
    )


def test_rows_told_twice_or_after_the_own_event_are_the_same_movement(store: Store, till: Any) -> None:
    (made,) = till.record(store, own("earn:a", 30))
    store.inbox.apply("points", [row("earn:b", 5), row("earn:a", 999), row("earn:b", 5), row("earn:c", 7, "m2")], "c:1:x").result(60)
    store.inbox.apply("points", [row("earn:b", 5)], "c:2:x").result(60)
    found = {entry.entry_id: entry for entry in store.points.of_member("m1")}
    assert {name: entry.points for name, entry in found.items()} == {"earn:a": 30, "earn:b": 5}
    assert (found["earn:a"].at, found["earn:a"].expires_on) == (made.at, date(2028, 11, 30))
    assert found["earn:b"].at == AT
    assert store.inbox.points_pages == 2


def test_an_own_event_that_headquarters_told_of_before_is_the_same_movement(store: Store, till: Any) -> None:
    store.inbox.apply("points", [row("earn:a", 30)], "c:1:x").result(60)
    till.record(store, own("earn:a", 30))
    entry = store.points.entry("m1", "earn:a")
    assert entry is not None and entry.at == AT
    assert len(store.points.of_member("m1")) == 1


def test_a_rebuild_keeps_what_only_headquarters_told(store: Store, till: Any) -> None:
    till.record(store, own("earn:a", 30))
    store.inbox.apply("points", [row("earn:b", 5)], "c:1:x").result(60)
    before = sorted(store.points.of_member("m1"), key=lambda entry: entry.entry_id)
    rebuild(store)
    assert sorted(store.points.of_member("m1"), key=lambda entry: entry.entry_id) == before
