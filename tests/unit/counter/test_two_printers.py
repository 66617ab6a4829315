"""Two printers and a person: who prints what when the first is in trouble, and which paper is still wanted afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.counter.printing import Printers, Printing, PrintState
from app.devices.printer import PrintOutcome
from app.devices.status import Known, PrinterStatus
from app.devices.ticket import Cut, Text, Ticket, to_json
from app.devices.virtual import VirtualPrinterServer
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")


class Paper:
    """A printer that keeps what it was given."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.heads: list[bool] = []
        self.paper = Known.YES
        self.outcome = "confirmed"

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=Known.YES, paper=self.paper)

    def print(self, ticket: Ticket, head: Ticket | None = None) -> PrintOutcome:
        self.printed.append(ticket.number)
        self.heads.append(head is not None)
        return PrintOutcome(self.outcome)  # type: ignore[arg-type]

    def kick_drawer(self) -> PrintOutcome:
        return PrintOutcome("sent")


class Bench:
    """A printing thread with two papers on the demo till's store."""

    def __init__(self, till: Any) -> None:
        self.till, self.first, self.second = till, Paper(), Paper()
        self.printers = Printers(self.first, self.second, automatic=False, after_s=20)  # type: ignore[arg-type]
        self.told: list[PrintState] = []
        self.printing = Printing(till.store, till.clock, lambda: self.printers, till.printing._faces, self.told.append)

    def automatic(self, after_s: int) -> None:
        self.printers = Printers(self.first, self.second, automatic=True, after_s=after_s)  # type: ignore[arg-type]
        self.printing.refit()

    def slip(self, number: str, **facts: str) -> str:
        job = self.till.store.jobs.add("sale", to_json(Ticket((Text(number), Cut()), "sale", number)), facts=facts).result(60)
        self.printing.wake()
        return str(job)

    def state_of(self, job_id: str) -> str:
        return str(self.till.store.jobs.get(job_id).state)

    def becomes(self, job_id: str, state: str) -> bool:
        return soon(lambda: self.state_of(job_id) == state)

    def tells(self, true: Callable[[PrintState], bool]) -> bool:
        """Whether the thread comes to tell that; it is asked to look as long as it does not."""

        def told() -> bool:
            self.printing.check()
            return true(self.printing.state)

        return soon(told)


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def bench(demo_counter: Any) -> Iterator[Bench]:
    made = Bench(demo_counter.till)
    made.printing.start()
    yield made
    made.printing.stop()


def test_without_a_word_a_receipt_waits_for_the_first_printer(bench: Bench) -> None:
    bench.first.paper = Known.NO
    job = bench.slip("1")
    assert bench.becomes(job, "waiting")
    assert bench.till.store.jobs.get(job).facts == {"why": "paper_out", "road": "1"}
    assert (bench.first.printed, bench.second.printed) == ([], [])


def test_a_person_sends_one_receipt_to_the_second_and_the_job_says_so(bench: Bench) -> None:
    bench.first.paper = Known.NO
    job = bench.slip("1")
    assert bench.becomes(job, "waiting")
    bench.printing.again(job, road=2)
    assert bench.becomes(job, "confirmed")
    assert (bench.second.printed, bench.till.store.jobs.get(job).facts["road"]) == (["1"], "2")


def test_a_person_sends_all_new_receipts_to_the_second_and_back(bench: Bench) -> None:
    bench.printing.use(2)
    assert bench.tells(lambda state: state.road == 2)
    assert bench.becomes(bench.slip("1"), "confirmed")
    bench.printing.use(0)
    assert bench.tells(lambda state: state.road == 1)
    assert bench.becomes(bench.slip("2"), "confirmed")
    assert (bench.second.printed, bench.first.printed) == (["1"], ["2"])


def test_the_second_takes_over_by_itself_only_after_the_time_the_settings_give(bench: Bench) -> None:
    bench.automatic(after_s=3600)
    bench.first.paper = Known.NO
    early = bench.slip("1")
    assert bench.becomes(early, "waiting")
    bench.till.clock.advance(3601)
    late = bench.slip("2")
    assert bench.becomes(late, "confirmed")
    # What waited before stays a question: nobody's receipt comes out for the next customer.
    assert (bench.second.printed, bench.state_of(early)) == (["2"], "waiting")
    assert bench.tells(lambda state: state.road == 2 and state.kind == "paper_out")
    bench.first.paper = Known.YES
    assert bench.tells(lambda state: state.road == 1 and state.kind == "ready")
    assert bench.becomes(bench.slip("3"), "confirmed")
    assert bench.first.printed == ["3"]


def test_a_second_printer_in_trouble_takes_nothing(bench: Bench) -> None:
    bench.automatic(after_s=0)
    bench.first.paper = bench.second.paper = Known.NO
    job = bench.slip("1")
    assert bench.becomes(job, "waiting")
    assert bench.second.printed == []


def test_after_new_paper_three_strangers_receipts_are_asked_about_and_none_comes_out(bench: Bench) -> None:
    bench.first.paper = Known.NO
    jobs = [bench.slip(str(number)) for number in range(3)]
    assert all(bench.becomes(job, "waiting") for job in jobs)
    bench.first.paper = Known.YES
    assert bench.tells(lambda state: state.kind == "ready" and state.asks == 3)
    assert bench.first.printed == []
    bench.printing.again(jobs[1])
    assert bench.becomes(jobs[1], "confirmed")
    bench.printing.waive(jobs[0], jobs[2])
    assert bench.tells(lambda state: state.asks == 0 and state.queued == 0)
    assert bench.first.printed == ["1"]


def test_the_question_may_be_left_for_later_and_the_receipts_stay(bench: Bench) -> None:
    bench.first.paper = Known.NO
    assert bench.becomes(bench.slip("1"), "waiting")
    bench.first.paper = Known.YES
    assert bench.tells(lambda state: state.asks == 1)
    bench.printing.asked()
    assert (bench.printing.state.asks, bench.printing.state.queued) == (0, 1)


def test_an_unknown_receipt_printed_again_is_a_copy_in_the_journal_and_on_paper(demo_counter: Any) -> None:
    till = demo_counter.till
    number = demo_counter.sell("6999600000494")
    sale = till.store.sales.by_number(number)
    job = till.store.jobs.of_event(sale.event_id)[0]
    till.store.jobs.set_state(job.job_id, "unknown", {"step": "printing"}).result(60)
    till.shifts.print_again(job.job_id)
    assert soon(lambda: till.store.jobs.get(job.job_id).state == "queued")
    assert till.store.jobs.get(job.job_id).facts["copy"] == "1"
    assert till.store.sales.by_number(number).reprints == 1
    till.store.jobs.set_state(job.job_id, "waiting", {"why": "paper_out"}).result(60)
    assert till.store.jobs.get(job.job_id).facts == {"copy": "1", "why": "paper_out"}
    bench = Bench(till)
    bench.printing.start()
    bench.printing.again(job.job_id)
    assert bench.becomes(job.job_id, "confirmed")
    bench.printing.stop()
    assert bench.first.heads == [True]


def test_a_receipt_that_surely_did_not_come_out_is_printed_as_the_first(bench: Bench) -> None:
    bench.first.paper = Known.NO
    job = bench.slip("1")
    assert bench.becomes(job, "waiting")
    bench.first.paper = Known.YES
    bench.till.shifts.print_again(job)
    bench.printing.wake()
    assert bench.becomes(job, "confirmed")
    assert bench.first.heads == [False]


def test_the_bytes_after_the_head_of_a_copy_are_the_bytes_of_the_first(demo_counter: Any, tmp_path: Any) -> None:
    till = demo_counter.till
    sale = till.store.sales.by_number(demo_counter.sell("6999600000494"))
    with VirtualPrinterServer(tmp_path / "paper", FONT) as machine:
        till.settings.set_many({"printer.transport": "network", "printer.address": machine.address}).result(60)
        till.printing.refit()
        till.printing.start()
        first = till.store.jobs.of_event(sale.event_id)[0]
        till.shifts.print_again(first.job_id)
        assert soon(lambda: till.store.jobs.get(first.job_id).state == "confirmed")
        till.shifts.reprint(sale.event_id, 1)
        assert soon(lambda: till.store.jobs.of_event(sale.event_id)[-1].kind == "reprint")
        again = till.store.jobs.of_event(sale.event_id)[-1]
        assert soon(lambda: till.store.jobs.get(again.job_id).state == "confirmed")
        till.printing.stop()
    papers = [job for job in machine.jobs if any(event["t"] == "line" for event in job.events)]
    once, copy = (re.sub(rb"\x10\x04.", b"", paper.received) for paper in papers)
    head, body, rest = copy.partition(once)
    assert (body, rest) == (once, b"")
    assert "补打".encode("gb18030") in head and len(head) < 200
