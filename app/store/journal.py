"""The journal: sealing events into the chain, and recording them with everything that follows from them in one commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from app.records import events as ev
from app.records.base import Record
from app.records.clock import Clock
from app.records.envelope import GENESIS, Envelope, Place, digest, printed_number, seal, unseal
from app.records.ids import new_id
from app.records.keys import DeviceKey
from app.records.ledger import Committed, NewJob, PrivateBlob
from app.records.registry import TYPE_OF, body_of
from app.store import tables as t
from app.store.engine import Readers
from app.store.erasing import let_go
from app.store.faults import StoreFault
from app.store.frames import Frames
from app.store.private import PrivateBlobs
from app.store.projections import Fact, Step, merged, project
from app.store.writer import Part, Writer

_EVENT = insert(t.event)
_OUTBOX = insert(t.outbox)
_JOB = insert(t.print_job)
_FORGET = t.parked_basket.delete().where(t.parked_basket.c.basket_id == bindparam("of_basket"))
_MONEY = (ev.SaleClosed,)
"""Bodies that take a customer's money: refused once the disk has been full, while closing and export still work."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stands."""

    epoch: str
    seq: int
    digest: str


def till_of(body: Record, otherwise: str) -> str:
    """The till an event's body names, else the store's own."""
    return str(getattr(body, "till", "") or otherwise)


def fact_of(envelope: Envelope, till: str) -> Fact:
    """A stored envelope as the projections see it; its body is validated."""
    body = body_of(envelope.type, envelope.body)
    number = printed_number(envelope.place, till_of(body, till), envelope.digest)
    return Fact(envelope.id, envelope.type, envelope.place.seq, number, envelope.at, envelope.day, envelope.actor, body)


def run_steps(connection: Connection, steps: Sequence[Step]) -> None:
    """Execute projection steps."""
    for step in steps:
        connection.execute(step.statement, step.rows)


def event_row(envelope: Envelope) -> dict[str, Any]:
    """A stored envelope as a row of the event table."""
    return {
        "seq": envelope.place.seq,
        "id": envelope.id,
        "type": envelope.type,
        "epoch": envelope.place.epoch,
        "raw": envelope.raw,
        "digest": envelope.digest,
        "at": envelope.at,
        "day": envelope.day,
    }


def outbox_row(seq: int, event_id: str, at: datetime) -> dict[str, Any]:
    """A fresh outbox row: headquarters has not seen the event yet."""
    return {"seq": seq, "event_id": event_id, "status": "waiting", "tries": 0, "at": at, "acked_at": None}


_START = TYPE_OF[ev.EpochOpened]


class Journal:
    """Appends events; reading them needs no writer."""

    def __init__(
        self,
        *,
        readers: Readers,
        writer: Writer | None,
        frames: Frames,
        private: PrivateBlobs,
        clock: Clock,
        key: DeviceKey | None,
        store_id: str,
        till: str,
        epoch: str,
        app_version: str,
    ) -> None:
        self._readers = readers
        self._writer = writer
        self._frames = frames
        self._private = private
        self._clock = clock
        self._key = key
        self._device = key.device if key is not None else ""
        self._store_id = store_id
        self._till = till
        self._epoch = epoch
        self._app_version = app_version
        self._hub_at = ""
        self._trusted: tuple[datetime, int] | None = None
        self._cursor = ""
        self._head, self._last_at = self._read_head()

    def _read_head(self) -> tuple[Head, datetime | None]:
        newest = select(t.event.c.epoch, t.event.c.seq, t.event.c.digest, t.event.c.at)
        row = self._readers.connection().execute(newest.order_by(t.event.c.seq.desc()).limit(1)).first()
        if row is None:
            return Head("", 0, GENESIS), None
        acts = select(t.event.c.at).where(t.event.c.type != _START).order_by(t.event.c.seq.desc()).limit(1)
        return Head(row.epoch, row.seq, row.digest), self._readers.connection().execute(acts).scalar()

    def head(self) -> Head:
        """The newest durable event's place; `Head("", 0, GENESIS)` before the first."""
        return self._head

    @property
    def epoch(self) -> str:
        """The epoch this process writes under."""
        return self._epoch

    def last_event_at(self) -> datetime | None:
        """When the newest event was recorded, by the clock of that moment.

        A process start is none: it is written before anybody could see that the clock is wrong, and would hide that it is.
        """
        return self._last_at

    def heard_from_hub(self, hub_at: str) -> None:
        """Carry the last signed hub time in every further envelope's clock sample."""
        self._hub_at = hub_at
        try:
            self._trusted = (datetime.fromisoformat(hub_at).astimezone(UTC), self._clock.monotonic_ms())
        except ValueError:
            # An answer without a time moves nothing.
            return

    def trusted_now(self) -> datetime:
        """The present by headquarters' last signed time and what passed since; by this machine's clock before the first."""
        if self._trusted is None:
            return self._clock.now()
        heard, at_ms = self._trusted
        return heard + timedelta(milliseconds=self._clock.monotonic_ms() - at_ms)

    def catalogue_moved(self, cursor: str) -> None:
        """Carry the catalogue's cursor in every further envelope."""
        self._cursor = cursor

    def record(
        self,
        bodies: Sequence[Record],
        *,
        actor: str,
        day: date,
        prints: Callable[[tuple[Committed, ...]], Sequence[NewJob]] | None = None,
        private: Sequence[PrivateBlob] = (),
        forget_basket: str = "",
        keeps: Part | None = None,
        urgent: bool = True,
    ) -> Future[tuple[Committed, ...]]:
        """Seal, sign, append, project, queue for headquarters, queue for printing and forget the basket: one unit, one flush.

        The future resolves once all of it is durable, or fails with StoreFault and nothing happened. `prints` is called on the writer
        thread inside the unit: it must be quick and pure; so is `keeps`, which keeps the open basket beside what was signed about it
        (`Parked.keeping`). A body is recorded once: the caller never repeats a call that may have worked.
        """
        if self._writer is None or self._key is None:
            raise StoreFault("read_only")
        key = self._key

        def unit(connection: Connection) -> tuple[Committed, ...]:
            facts, committed = self._sealed(bodies, actor, day, key)
            connection.execute(_EVENT, [self._row(fact, done) for fact, done in zip(facts, committed, strict=True)])
            connection.execute(_OUTBOX, [outbox_row(fact.seq, fact.event_id, fact.at) for fact in facts])
            if len(facts) > 1 and all(isinstance(fact.body, ev.StockReceived) for fact in facts):
                run_steps(connection, merged(facts))
            else:
                for fact in facts:
                    run_steps(connection, project(fact))
            for fact in facts:
                if isinstance(fact.body, ev.PersonErased):
                    let_go(connection, fact.body.member_id)
                    self._private.erase(connection, fact.body.member_id)
            for blob in private:
                self._private.keep(connection, blob)
            jobs = prints(committed) if prints is not None else ()
            if jobs:
                connection.execute(_JOB, [self._job_row(job) for job in jobs])
            if forget_basket:
                connection.execute(_FORGET, {"of_basket": forget_basket})
            if keeps is not None:
                keeps(connection)
            return committed

        def after(committed: tuple[Committed, ...]) -> None:
            newest = committed[-1]
            self._head = Head(self._epoch, newest.seq, newest.digest)
            if newest.type != _START:
                self._last_at = newest.at
            for done in committed:
                self._frames.add(done.seq, done.raw)

        takes_money = any(isinstance(body, _MONEY) for body in bodies)
        return self._writer.submit(unit, urgent, takes_money=takes_money, after=after)

    def _sealed(self, bodies: Sequence[Record], actor: str, day: date, key: DeviceKey) -> tuple[list[Fact], tuple[Committed, ...]]:
        """Envelopes for the bodies, chained behind the head; only the writer thread calls this, so the head stands still."""
        seq, prev = self._head.seq, self._head.digest
        facts: list[Fact] = []
        committed: list[Committed] = []
        for body in bodies:
            seq += 1
            at = self._clock.now()
            at = at.replace(microsecond=at.microsecond // 1000 * 1000)
            event_id = new_id(self._clock)
            place = Place(self._device, self._epoch, seq, prev, self._store_id)
            raw = seal(
                body,
                place,
                event_id=event_id,
                actor=actor,
                day=day,
                at=at,
                monotonic_ms=self._clock.monotonic_ms(),
                hub_at=self._hub_at,
                cursor=self._cursor,
                app_version=self._app_version,
                sign=key.sign,
            )
            prev = digest(raw)
            number = printed_number(place, till_of(body, self._till), prev)
            kind = TYPE_OF[type(body)]
            facts.append(Fact(event_id, kind, seq, number, at, day, actor, body))
            committed.append(Committed(event_id, kind, seq, number, prev, at, raw))
        return facts, tuple(committed)

    def _row(self, fact: Fact, done: Committed) -> dict[str, Any]:
        return {
            "seq": fact.seq,
            "id": fact.event_id,
            "type": fact.type,
            "epoch": self._epoch,
            "raw": done.raw,
            "digest": done.digest,
            "at": fact.at,
            "day": fact.day,
        }

    def _job_row(self, job: NewJob) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "job_id": new_id(self._clock),
            "event_id": job.event_id,
            "kind": job.kind,
            "printer": job.printer,
            "ticket": job.ticket_json,
            "copies": job.copies,
            "state": "queued",
            "facts": json.dumps(dict(job.facts), ensure_ascii=False),
            "tries": 0,
            "at": now,
            "changed_at": now,
        }

    def events(self, after_seq: int, limit: int) -> list[bytes]:
        """Raw envelopes behind a position, in order."""
        rows = self._readers.connection().execute(
            select(t.event.c.raw).where(t.event.c.seq > after_seq).order_by(t.event.c.seq).limit(limit)
        )
        return [row.raw for row in rows]

    def raw(self, event_id: str) -> bytes | None:
        """One event's exact bytes."""
        found = self._readers.connection().execute(select(t.event.c.raw).where(t.event.c.id == event_id)).scalar()
        return bytes(found) if found is not None else None

    def of_type(self, type_name: str, day: date | None = None, limit: int = 500) -> list[Envelope]:
        """Decoded events of one type, newest first, of one business day or of all."""
        wanted = select(t.event.c.raw).where(t.event.c.type == type_name)
        if day is not None:
            wanted = wanted.where(t.event.c.day == day)
        rows = self._readers.connection().execute(wanted.order_by(t.event.c.seq.desc()).limit(limit))
        return [unseal(row.raw) for row in rows]

    def count_by_type(self) -> Mapping[str, int]:
        """How many events of each type the ledger holds."""
        rows = self._readers.connection().execute(select(t.event.c.type, func.count()).group_by(t.event.c.type))
        return {row[0]: row[1] for row in rows}
