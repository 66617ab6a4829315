"""Private blobs that headquarters is to hear of: which still wait, opened for the way, and which it has."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from app.records.clock import Clock
from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.private import PrivateBlobs
from app.store.writer import Writer

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Blobs of one request."""
MOST_BYTES = 1024 * 1024
"""Plain bytes of one request; one blob goes however large it is."""

# A person's key may have been destroyed since: what nobody can open is told to nobody.
_WAITING = (
    select(t.private_blob.c.blob_id, t.private_blob.c.person_id, t.private_blob.c.kind, t.private_blob.c.at)
    .join(t.blob_outbox, t.blob_outbox.c.blob_id == t.private_blob.c.blob_id)
    .join(t.person_key, t.person_key.c.person_id == t.private_blob.c.person_id)
    .where(t.blob_outbox.c.told_at.is_(None), t.blob_outbox.c.refused == "", t.person_key.c.secret.is_not(None))
)
_AFTER = _WAITING.where(t.blob_outbox.c.blob_id > bindparam("after_blob")).order_by(t.blob_outbox.c.blob_id)
_REFUSED = t.blob_outbox.update().where(t.blob_outbox.c.blob_id == bindparam("of_blob")).values(refused=bindparam("new_refused"))


@dataclass(frozen=True, slots=True)
class WaitingBlob:
    """A private blob on its way, opened."""

    blob_id: str
    person_id: str
    """The member's id."""
    kind: str
    """One of `private.TOLD_KINDS`."""
    at: datetime
    plain: bytes

    def __repr__(self) -> str:
        return f"WaitingBlob({self.blob_id}, {self.kind}, {len(self.plain)} bytes)"


class BlobOutbox:
    """Reads what waits and marks what was told; `PrivateBlobs.keep` fills it."""

    def __init__(self, readers: Readers, writer: Writer | None, private: PrivateBlobs, clock: Clock) -> None:
        self._readers = readers
        self._writer = writer
        self._private = private
        self._clock = clock

    def pending(self, limit: int = MOST_AT_ONCE, limit_bytes: int = MOST_BYTES) -> tuple[WaitingBlob, ...]:
        """What waits, oldest first; at least one blob if any waits, however large. Blobs of an erased person never appear.

        What the disk damaged is passed over and counted with the refused from then on: it never keeps the others waiting.
        """
        found: list[WaitingBlob] = []
        damaged: dict[str, str] = {}
        size = 0
        for row in self._waiting(limit):
            try:
                plain = self._private.open(row.blob_id)
            except StoreFault as fault:
                log.warning("a private blob is not told: %s", fault.code)
                if fault.code == "blob_damaged":
                    damaged[row.blob_id] = fault.code
                continue
            size += len(plain or b"")
            if found and size > limit_bytes:
                break
            if plain is not None:
                found.append(WaitingBlob(row.blob_id, row.person_id, row.kind, row.at, plain))
            if len(found) == limit:
                break
        if damaged and self._writer is not None:
            self.refuse(damaged)
        return tuple(found)

    def _waiting(self, page: int) -> Iterator[Any]:
        """The rows that wait, in order, so many to a read."""
        after, more = "", True
        while more:
            rows = self._readers.connection().execute(_AFTER.limit(page), {"after_blob": after}).all()
            yield from rows
            after, more = rows[-1].blob_id if rows else "", len(rows) == page

    def mark(self, blob_ids: Collection[str]) -> Future[None]:
        """Headquarters has these; done when durable."""
        if self._writer is None:
            raise StoreFault("read_only")
        told, now = list(blob_ids), self._clock.now()

        def unit(connection: Connection) -> None:
            connection.execute(t.blob_outbox.update().where(t.blob_outbox.c.blob_id.in_(told)).values(told_at=now))

        return self._writer.submit(unit, urgent=False)

    def refuse(self, codes: Mapping[str, str]) -> Future[None]:
        """Headquarters will never take these, blob id → why; they stay here, and are counted; done when durable."""
        if self._writer is None:
            raise StoreFault("read_only")
        rows = [{"of_blob": blob_id, "new_refused": code} for blob_id, code in codes.items()]

        def unit(connection: Connection) -> None:
            if rows:
                connection.execute(_REFUSED, rows)

        return self._writer.submit(unit, urgent=False)

    def refused(self) -> int:
        """How many headquarters will never have: it takes them not, or they are damaged here."""
        counted = select(func.count()).where(t.blob_outbox.c.refused != "")
        return int(self._readers.connection().execute(counted).scalar_one())

    def waiting(self) -> int:
        """How many wait."""
        counted = select(func.count()).select_from(_WAITING.subquery())
        return int(self._readers.connection().execute(counted).scalar_one())
