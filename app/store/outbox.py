"""The outbox: what headquarters has not confirmed yet; a row is marked, never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal_column, select

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
_LEFT = t.outbox.c.status.in_([literal_column(f"'{status}'") for status in _OPEN])
"""In the words of the index over what waits, so that it is used."""
_WAITING = select(func.count()).where(_LEFT)
_OLDEST = select(t.outbox.c.at).where(_LEFT).order_by(t.outbox.c.seq).limit(1)
_LAST_ACK = select(func.max(t.outbox.c.acked_at))
_QUARANTINED = select(func.count()).where(t.outbox.c.status == "quarantined")


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
        self._marks = 0
        """How often answers of headquarters were kept: only they take an event aside."""
        self._aside: tuple[int, int] | None = None
        """How many stood aside, and at which count of answers."""

    def pending(self, limit_events: int = 200, limit_bytes: int = 256 * 1024) -> list[tuple[int, str, bytes]]:
        """(seq, event id, raw) of the oldest unconfirmed events; always at least one when any waits, however long it is."""
        o, e = t.outbox.c, t.event.c
        rows = self._readers.connection().execute(
            select(o.seq, o.event_id, e.raw).join(t.event, e.seq == o.seq).where(_LEFT).order_by(o.seq).limit(limit_events)
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

        return self._writer.submit(unit, background=True, after=self._marked)

    def _marked(self, _: None) -> None:
        self._marks += 1

    def wait_again(self) -> Future[None]:
        """Send everything once more: headquarters was restored from a backup and forgot."""
        if self._writer is None:
            raise StoreFault("read_only")

        def unit(connection: Connection) -> None:
            connection.execute(t.outbox.update().values(status="waiting"))

        return self._writer.submit(unit, background=True, after=self._marked)

    def counts(self) -> OutboxCounts:
        """How many wait, since when, and when headquarters last confirmed anything."""
        connection = self._readers.connection()
        waiting = connection.execute(_WAITING).scalar_one()
        oldest = connection.execute(_OLDEST).scalar() if waiting else None
        return OutboxCounts(int(waiting), oldest, connection.execute(_LAST_ACK).scalar(), self._quarantined())

    def _quarantined(self) -> int:
        """No index leads to those that stand aside: they are counted once, and after every answer."""
        marks, aside = self._marks, self._aside
        if aside is None or aside[0] != marks:
            # The count of answers was taken first: one that comes meanwhile makes it count again.
            aside = self._aside = marks, int(self._readers.connection().execute(_QUARANTINED).scalar_one())
        return aside[1]
