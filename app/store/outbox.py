"""The outbox: what headquarters has not confirmed yet; a row is marked, never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from app.records.clock import Clock
from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.writer import Writer

STATUSES = ("waiting", "stored", "duplicate", "quarantined", "later")
_OPEN = ("waiting", "later")
_MARK = (
    t.outbox.update()
    .where(t.outbox.c.event_id == bindparam("of_event"))
    .values(status=bindparam("new_status"), tries=t.outbox.c.tries + 1, acked_at=bindparam("new_acked_at"))
)


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How far behind headquarters is."""

    waiting: int
    oldest_at: datetime | None
    last_ack_at: datetime | None
    quarantined: int = 0


class Outbox:
    """Reads and marks what is on its way to headquarters."""

    def __init__(self, readers: Readers, writer: Writer | None, clock: Clock) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def pending(self, limit_events: int = 200, limit_bytes: int = 256 * 1024) -> list[tuple[int, str, bytes]]:
        """(seq, event id, raw) of the oldest unconfirmed events; always at least one when any waits, however long it is."""
        o, e = t.outbox.c, t.event.c
        rows = self._readers.connection().execute(
            select(o.seq, o.event_id, e.raw).join(t.event, e.seq == o.seq).where(o.status.in_(_OPEN)).order_by(o.seq).limit(limit_events)
        )
        batch: list[tuple[int, str, bytes]] = []
        size = 0
        for seq, event_id, raw in rows.all():
            size += len(raw) + 1
            if batch and size > limit_bytes:
                break
            batch.append((seq, event_id, bytes(raw)))
        return batch

    def confirmed(self, at_most: int) -> list[tuple[datetime, bytes]]:
        """(when headquarters confirmed it, raw) of the latest events it has, newest first."""
        o, e = t.outbox.c, t.event.c
        has_it = o.status.in_(("stored", "duplicate")) & o.acked_at.is_not(None)
        rows = self._readers.connection().execute(
            select(o.acked_at, e.raw).join(t.event, e.seq == o.seq).where(has_it).order_by(o.seq.desc()).limit(at_most)
        )
        return [(acked_at, bytes(raw)) for acked_at, raw in rows]

    def mark(self, results: Mapping[str, str]) -> Future[None]:
        """Note headquarters' answers, event id → status; ValueError for a status that is none."""
        if self._writer is None:
            raise StoreFault("read_only")
        wrong = set(results.values()) - set(STATUSES)
        if wrong:
            raise ValueError(f"no status of the outbox: {sorted(wrong)}")
        now = self._clock.now()
        rows = [
            {"of_event": event_id, "new_status": status, "new_acked_at": None if status in _OPEN else now}
            for event_id, status in results.items()
        ]

        def unit(connection: Connection) -> None:
            if rows:
                connection.execute(_MARK, rows)

        return self._writer.submit(unit, background=True)

    def wait_again(self) -> Future[None]:
        """Send everything once more: headquarters was restored from a backup and forgot."""
        if self._writer is None:
            raise StoreFault("read_only")

        def unit(connection: Connection) -> None:
            connection.execute(t.outbox.update().values(status="waiting"))

        return self._writer.submit(unit, background=True)

    def counts(self) -> OutboxCounts:
        """How many wait, since when, and when headquarters last confirmed anything."""
        o = t.outbox.c
        connection = self._readers.connection()
        waiting, oldest = connection.execute(select(func.count(), func.min(o.at)).where(o.status.in_(_OPEN))).one()
        last = connection.execute(select(func.max(o.acked_at))).scalar()
        bad = connection.execute(select(func.count()).where(o.status == "quarantined")).scalar_one()
        return OutboxCounts(int(waiting), oldest, last, int(bad))
