"""Printing: carries kept print jobs from the store to the printer, on its own thread, and says what became of each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.counter import receipts
from app.counter.post import OpenShift
from app.devices.faults import DeviceFault
from app.devices.printer import Printer
from app.devices.status import Known, PrinterStatus
from app.devices.ticket import Ticket, from_json, to_json
from app.records import events
from app.records.clock import Clock
from app.records.ledger import Committed, NewJob
from app.records.people import Staff
from app.store.open_store import Store

log = logging.getLogger(__name__)

WRITE_S = 10.0
"""Longest wait, in seconds, for a job's mark: without it a job could be printed twice."""


@dataclass(frozen=True, slots=True)
class PrintState:
    """What the printer pill shows."""

    kind: str
    """ready | paper_out | offline | unknown | none."""
    queued: int
    unknown: int
    """Jobs whose fate only a person can tell: 补打 or done."""


class Printing:
    """The printer's thread: takes jobs in order, prints each at most once by itself, and marks it confirmed, sent, unknown or failed."""

    def __init__(
        self, store: Store, clock: Clock, printer: Printer | None, faces: receipts.Faces, on_state: Callable[[PrintState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._printer = printer
        self._faces = faces
        self._on_state = on_state
        self._woken = threading.Event()
        self._stopping = False
        self._kick = False
        self._state = PrintState("none" if printer is None else "unknown", 0, 0)
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)

    @property
    def state(self) -> PrintState:
        """The last state told."""
        return self._state

    def start(self) -> None:
        """Begin carrying jobs; what was left queued by the run before waits for a person's word first.

        A job that was being printed when the run before ended stands as `unknown` already; one that is `sent` went out whole.
        """
        while left := self._store.jobs.list(("queued",)):
            for job in left:
                # Waited for: the thread must not find it still queued.
                self._store.jobs.set_state(job.job_id, "waiting", {"after": "restart"}).result(WRITE_S)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the job in hand."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def wake(self) -> None:
        """A job waits."""
        self._woken.set()

    def kick_drawer(self) -> None:
        """Open the drawer soon, without holding up the screen."""
        self._kick = True
        self._woken.set()

    # ------------------------------------------------------------------ what is kept with a commit

    def sale_jobs(self, body: events.SaleClosed, committed: Committed) -> Sequence[NewJob]:
        """The receipt of a sale; none where no paper is wanted (the record stays and can be printed later)."""
        if not body.paper:
            return ()
        return (self._job("sale", committed, receipts.sale_ticket(body, committed.number, committed.at, self._faces)),)

    def return_jobs(self, body: events.ReturnClosed, committed: Committed) -> Sequence[NewJob]:
        """The slip of a return or void."""
        return (self._job("return", committed, receipts.return_ticket(body, committed.number, committed.at, self._faces)),)

    def z_jobs(self, body: events.ShiftClosed, committed: Committed) -> Sequence[NewJob]:
        """The Z report's slip."""
        return (self._job("z", committed, receipts.z_ticket(body, committed.number, committed.at, self._faces)),)

    def day_jobs(self, body: events.DayClosed, committed: Committed) -> Sequence[NewJob]:
        """The slip that closes the store's day."""
        return (self._job("day", committed, receipts.day_ticket(body, committed.number, committed.at, self._faces)),)

    def print_x(self, totals: events.ShiftTotals, shift: OpenShift, staff: Staff) -> None:
        """Queue an X report: running figures, nothing closed, the cash hidden while it is not counted."""
        ticket = receipts.x_ticket(totals, "", self._clock.now(), self._faces, cashier=staff.id, opened_at=shift.opened_at)
        self._store.jobs.add("x", to_json(ticket)).add_done_callback(lambda _: self.wake())

    def reprint(self, event_id: str, copy_no: int) -> None:
        """Queue the very same slip again under 补打 and its counter; the copy is in the journal already."""
        kept = next((job for job in self._store.jobs.of_event(event_id)), None)
        text = self._store.jobs.ticket(kept.job_id) if kept else None
        if text is None:
            sale = self._store.sales.by_event(event_id)
            if sale is None:
                return
            ticket = receipts.sale_ticket(sale.body, sale.number, sale.at, self._faces)
        else:
            ticket = from_json(text)
        job = self._store.jobs.add("reprint", to_json(receipts.reprinted(ticket, copy_no)), event_id=event_id)
        job.add_done_callback(lambda _: self.wake())

    @staticmethod
    def _job(kind: str, committed: Committed, ticket: Ticket) -> NewJob:
        return NewJob(kind, committed.event_id, to_json(ticket))

    # ------------------------------------------------------------------ asked by a person

    def again(self, job_id: str) -> None:
        """Print a waiting, failed or unknown job now (a person chose so)."""
        self._store.jobs.set_state(job_id, "queued", {"by": "person"}).add_done_callback(lambda _: self.wake())

    def waive(self, job_id: str) -> None:
        """The paper is no longer wanted, or is already in the customer's hand."""
        self._store.jobs.set_state(job_id, "waived", {"by": "person"}).result(WRITE_S)
        self._tell(self._state.kind)

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait(2.0)
            self._woken.clear()
            if self._stopping:
                return
            try:
                self._turn()
            except DeviceFault as fault:
                log.info("printer fault %s", fault.code)
                self._tell("offline")
            except Exception:  # the worker loop: one bad job or a full disk must not end printing for the day
                log.exception("the printer's turn failed")

    def _turn(self) -> None:
        if self._printer is None:
            self._tell("none")
            return
        if self._kick:
            self._kick = False
            try:
                self._printer.kick_drawer()
            except DeviceFault as fault:
                log.info("drawer fault %s", fault.code)
        while not self._stopping:
            job = self._store.jobs.next_queued()
            if job is None:
                break
            status = self._printer.status()
            if word := _cannot_print(status):
                self._store.jobs.set_state(job.job_id, "waiting", {"why": word}).result(WRITE_S)
                self._tell(word)
                continue
            try:
                ticket = from_json(self._store.jobs.ticket(job.job_id) or "")
            except (KeyError, TypeError, ValueError):
                log.exception("job %s cannot be read", job.job_id)
                self._store.jobs.set_state(job.job_id, "failed", {"code": "ticket.unreadable"}).result(WRITE_S)
                self._tell("ready")
                continue
            # Marked before the first byte: a kill or a fault from here on leaves a question that only a person can answer.
            self._store.jobs.set_state(job.job_id, "unknown", {"step": "printing"}).result(WRITE_S)
            outcome = self._printer.print(ticket)
            self._store.jobs.set_state(job.job_id, outcome.state, dict(outcome.facts)).result(WRITE_S)
            self._tell("ready" if outcome.state in ("confirmed", "sent") else "unknown")
        if self._state.kind != "ready":
            self._tell(_cannot_print(self._printer.status()) or "ready")

    def _tell(self, kind: str) -> None:
        waiting = len(self._store.jobs.list(("queued", "waiting", "failed")))
        unknown = len(self._store.jobs.list(("unknown",)))
        state = PrintState(kind, waiting, unknown)
        if state != self._state:
            self._state = state
            self._on_state(state)


def _cannot_print(status: PrinterStatus) -> str:
    """Why nothing can be printed now, or ''; what a printer does not say is no reason."""
    if status.online is Known.NO and status.paper is not Known.NO and status.cover is not Known.NO:
        return "offline"
    if status.cover is Known.NO:
        return "cover_open"
    return "paper_out" if status.paper is Known.NO else ""
