"""Paper still to be printed: kept with its event, moved from state to state by whoever owns the printer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from app.records.clock import Clock
from app.records.ids import new_id, uuid7
from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.writer import Part, Writer

STATES = ("queued", "waiting", "sent", "confirmed", "unknown", "failed", "waived")


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One job without its ticket."""

    job_id: str
    event_id: str
    kind: str
    printer: str
    copies: int
    state: str
    facts: dict[str, str]
    tries: int
    at: datetime
    changed_at: datetime


_COLUMNS = [column for column in t.print_job.columns if column.name != "ticket"]
# Built once: asked for whenever the empty sale comes to the front.
_COUNT = select(func.count()).where(t.print_job.c.state.in_(bindparam("of_states", expanding=True)))


def _job(row: Row[tuple[object, ...]]) -> PrintJob:
    fields = dict(row._mapping)
    fields["facts"] = json.loads(str(fields["facts"]))
    return PrintJob(**fields)


class PrintJobs:
    """Reads and moves print jobs; ids sort by the time they were made."""

    def __init__(self, readers: Readers, writer: Writer | None, clock: Clock) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def _writes(self) -> Writer:
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer

    def _all(self, wanted: Select[tuple[object, ...]]) -> tuple[PrintJob, ...]:
        return tuple(_job(row) for row in self._readers.connection().execute(wanted).all())

    def next_queued(self, printer: str = "receipt") -> PrintJob | None:
        """The oldest job waiting for paper of a printer (receipt, label)."""
        j = t.print_job.c
        wanted = select(*_COLUMNS).where(j.state == "queued", j.printer == printer).order_by(j.job_id).limit(1)
        return next(iter(self._all(wanted)), None)

    def list(self, states: Sequence[str] = STATES, limit: int = 200) -> tuple[PrintJob, ...]:
        """Jobs in any of the states, oldest first."""
        wanted = select(*_COLUMNS).where(t.print_job.c.state.in_(states)).order_by(t.print_job.c.job_id).limit(limit)
        return self._all(wanted)

    def count(self, states: Sequence[str]) -> int:
        """How many jobs are in any of the states."""
        return int(self._readers.connection().execute(_COUNT, {"of_states": states}).scalar_one())

    def get(self, job_id: str) -> PrintJob | None:
        """One job."""
        return next(iter(self._all(select(*_COLUMNS).where(t.print_job.c.job_id == job_id))), None)

    def latest(self, limit: int) -> tuple[PrintJob, ...]:
        """The jobs made last, newest first, however they ended."""
        return self._all(select(*_COLUMNS).order_by(t.print_job.c.job_id.desc()).limit(limit))

    def printed_since(self, at: datetime, printer: str) -> int:
        """How many jobs a printer has brought out since a moment (receipt: both receipt printers)."""
        j = t.print_job.c
        earliest = uuid7(int(at.timestamp() * 1000), bytes(10))
        wanted = select(func.count()).where(j.state.in_(("confirmed", "sent")), j.job_id >= earliest, j.printer == printer)
        return int(self._readers.connection().execute(wanted).scalar_one())

    def of_event(self, event_id: str) -> tuple[PrintJob, ...]:
        """The jobs of one event."""
        return self._all(select(*_COLUMNS).where(t.print_job.c.event_id == event_id).order_by(t.print_job.c.job_id))

    def ticket(self, job_id: str) -> str | None:
        """A job's ticket JSON."""
        wanted = select(t.print_job.c.ticket).where(t.print_job.c.job_id == job_id)
        found = self._readers.connection().execute(wanted).scalar()
        return str(found) if found is not None else None

    def add(
        self,
        kind: str,
        ticket_json: str,
        *,
        event_id: str = "",
        printer: str = "receipt",
        copies: int = 1,
        facts: Mapping[str, str] | None = None,
    ) -> Future[str]:
        """Queue paper that belongs to no new event (an X report, a reprint of a job); the future gives the job's id."""
        now = self._clock.now()
        job_id = new_id(self._clock)
        row = {
            "job_id": job_id,
            "event_id": event_id,
            "kind": kind,
            "printer": printer,
            "ticket": ticket_json,
            "copies": copies,
            "state": "queued",
            "facts": json.dumps(dict(facts or {}), ensure_ascii=False),
            "tries": 0,
            "at": now,
            "changed_at": now,
        }

        def unit(connection: Connection) -> str:
            connection.execute(t.print_job.insert(), [row])
            return job_id

        return self._writes().submit(unit)

    def set_state(self, job_id: str, state: str, facts: Mapping[str, str] | None = None) -> Future[None]:
        """Move a job; `sent` counts as a try, `copy` outlives every move. ValueError for a state that is none."""
        return self.set_states((job_id,), state, facts)

    def set_states(self, job_ids: Sequence[str], state: str, facts: Mapping[str, str] | None = None) -> Future[None]:
        """Move several jobs in one commit."""
        return self._writes().submit(self.moving(job_ids, state, facts), urgent=False)

    def moving(self, job_ids: Sequence[str], state: str, facts: Mapping[str, str] | None = None) -> Part:
        """The same as a part of another commit."""
        if state not in STATES:
            raise ValueError(f"{state} is no state of a print job")
        now = self._clock.now()
        j = t.print_job.c
        wanted = tuple(job_ids)
        # A patch takes away what is null: a job that is no copy keeps no word of one.
        kept = func.json_patch("{}", func.json_object("copy", func.json_extract(j.facts, "$.copy")))

        def unit(connection: Connection) -> None:
            connection.execute(
                t.print_job.update()
                .where(j.job_id.in_(wanted))
                .values(
                    state=state,
                    facts=func.json_patch(kept, json.dumps(dict(facts or {}), ensure_ascii=False)),
                    tries=j.tries + (1 if state == "sent" else 0),
                    changed_at=now,
                )
            )

        return unit
