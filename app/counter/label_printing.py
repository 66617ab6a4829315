"""Label printing: carries kept label jobs to the label printer on a thread of its own, so that a roll of stickers holds up no receipt."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from app.devices.faults import DeviceFault
from app.devices.labels.label import Wanted, from_json, to_json
from app.devices.labels.printer import LabelPrinter
from app.devices.status import Known
from app.store.open_store import Store

log = logging.getLogger(__name__)

QUEUE = "label"
"""The printer's name in the print queue."""
RUN_LABELS = 20
"""Labels of one job: after a fault so many at most are in doubt."""
WRITE_S = 10.0


class LabelPrinting:
    """The label printer's thread: prints each job at most once by itself and marks it confirmed, sent, unknown or failed.

    It shares the durable queue with the receipts: what waits, failed or is unknown is settled by a person on the Receipts page.
    """

    def __init__(self, store: Store, printer: LabelPrinter | None, on_change: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._printer = printer
        self._on_change = on_change
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="label-printer", daemon=True)

    @property
    def there(self) -> bool:
        """Whether this till has a label printer."""
        return self._printer is not None

    def start(self) -> None:
        """Begin carrying jobs; what the run before left queued has been put aside by `Printing.start` already."""
        if self._printer is not None:
            self._thread.start()

    def stop(self) -> None:
        """Stop after the job in hand."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def add(self, run: tuple[Wanted, ...]) -> int:
        """Queue labels, in jobs of a few; how many jobs that makes. They are kept before this returns.

        They belong to no event, lest the reprint of a receipt find a label in its place.
        """
        parts = [run[start : start + RUN_LABELS] for start in range(0, len(run), RUN_LABELS)]
        kept = [self._store.jobs.add("label", to_json(part), printer=QUEUE) for part in parts]
        for future in kept:
            future.result(WRITE_S)
        self._woken.set()
        return len(parts)

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait(2.0)
            self._woken.clear()
            while not self._stopping:
                try:
                    if not self._turn():
                        break
                except DeviceFault as fault:
                    log.info("label printer fault %s", fault.code)
                    break
                except Exception:  # the worker loop: one bad job or a full disk must not end printing for the day
                    log.exception("the label printer's turn failed")
                    break

    def _turn(self) -> bool:
        """Carry one job; False when there is none."""
        jobs, printer = self._store.jobs, self._printer
        job = jobs.next_queued(QUEUE)
        if job is None or printer is None:
            return False
        status = printer.status()
        if status.can_print is Known.NO:
            # Words of its own: trouble of this printer says nothing of the receipts'.
            why = "label_paper_out" if status.paper is Known.NO else "label_cover_open" if status.cover is Known.NO else "label_offline"
            jobs.set_state(job.job_id, "waiting", {"why": why}).result(WRITE_S)
            self._on_change()
            return True
        try:
            run = from_json(jobs.ticket(job.job_id) or "")
        except ValueError:
            log.exception("label job %s cannot be read", job.job_id)
            jobs.set_state(job.job_id, "failed", {"code": "ticket.unreadable"}).result(WRITE_S)
            self._on_change()
            return True
        # Marked before the first byte: a kill or a fault from here on leaves a question that only a person can answer.
        jobs.set_state(job.job_id, "unknown", {"step": "printing"}).result(WRITE_S)
        outcome = printer.print_run(run)
        jobs.set_state(job.job_id, outcome.state, dict(outcome.facts)).result(WRITE_S)
        self._on_change()
        return True
