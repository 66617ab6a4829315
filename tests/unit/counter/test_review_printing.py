"""The printer's thread under a reviewer's hands: nothing prints twice by itself, and one bad job does not end the day."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from app.counter.printing import Printers, Printing
from app.devices.printer import PrintOutcome
from app.devices.status import Known, PrinterStatus
from app.devices.ticket import Cut, Ticket, to_json

GOOD = to_json(Ticket((Cut(),), "x", "1"))


class Paper:
    """A printer that counts what it was given."""

    def __init__(self, outcome: str = "sent", fault: Exception | None = None) -> None:
        self.printed = 0
        self.paper = Known.YES
        self._outcome = outcome
        self._fault = fault

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=Known.YES, paper=self.paper)

    def print(self, _: Ticket) -> PrintOutcome:
        self.printed += 1
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        return PrintOutcome(self._outcome)  # type: ignore[arg-type]

    def kick_drawer(self) -> PrintOutcome:
        return PrintOutcome("sent")


def printing(till: Any, paper: Paper) -> Printing:
    return Printing(till.store, till.clock, lambda: Printers(paper), till.printing._faces, lambda _: None)  # type: ignore[arg-type]


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def states(till: Any) -> list[str]:
    return [job.state for job in till.store.jobs.list()]


def test_jobs_left_by_the_run_before_wait_for_a_person(demo_counter: Any) -> None:
    till, paper = demo_counter.till, Paper()
    for _ in range(3):
        till.store.jobs.add("x", GOOD).result(60)
    thread = printing(till, paper)
    thread.start()
    thread.wake()
    time.sleep(0.3)
    assert paper.printed == 0 and states(till) == ["waiting"] * 3
    thread.again(till.store.jobs.list()[0].job_id)
    assert soon(lambda: states(till) == ["sent", "waiting", "waiting"])
    thread.stop()
    assert paper.printed == 1


def test_job_that_went_out_is_not_asked_about_after_every_restart(demo_counter: Any) -> None:
    till, paper = demo_counter.till, Paper()
    first = printing(till, paper)
    first.start()
    till.store.jobs.add("x", GOOD).result(60)
    first.wake()
    assert soon(lambda: states(till) == ["sent"])
    first.stop()
    second = printing(till, paper)
    second.start()
    second.stop()
    assert states(till) == ["sent"]


def test_unreadable_job_and_a_bug_in_the_printer_do_not_stop_the_next_job(demo_counter: Any) -> None:
    till, paper = demo_counter.till, Paper(fault=RuntimeError("a bug"))
    thread = printing(till, paper)
    thread.start()
    for text in ("no ticket", GOOD, GOOD):
        till.store.jobs.add("x", text).result(60)
    thread.wake()
    assert soon(lambda: states(till)[:2] == ["failed", "unknown"])
    thread.wake()
    assert soon(lambda: states(till) == ["failed", "unknown", "sent"])
    thread.stop()
    assert paper.printed == 2


def test_job_without_paper_waits_and_is_looked_at_once(demo_counter: Any) -> None:
    till, paper = demo_counter.till, Paper()
    paper.paper = Known.NO
    thread = printing(till, paper)
    thread.start()
    till.store.jobs.add("x", GOOD).result(60)
    thread.wake()
    assert soon(lambda: states(till) == ["waiting"])
    paper.paper = Known.YES
    thread.wake()
    time.sleep(0.2)
    thread.stop()
    assert paper.printed == 0 and thread.state.queued == 1
