"""Printing: what becomes of a slip when the printer, or the till, goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.assembly import Till
from app.commands.stage import demo_clock
from app.devices.virtual import VirtualPrinterServer
from app.records.resources import resource


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[VirtualPrinterServer]:
    """A printer on a socket."""
    with VirtualPrinterServer(tmp_path / "paper", resource("fonts", "NotoSansSC-Regular.ttf")) as server:
        yield server


@pytest.fixture
def printing(hand: Any, demo_folder: Path, closed_till: list[Till], printer: VirtualPrinterServer) -> Any:
    """The hand's till, opened again with that printer; its printing thread sleeps until started."""
    hand.till.settings.set_many({"printer.transport": "network", "printer.address": printer.address}).result(60)
    _open_again(hand, demo_folder, closed_till)
    return hand


def _open_again(hand: Any, folder: Path, closed_till: list[Till]) -> None:
    closed_till.pop().close()
    hand.till = Till(folder, demo_clock())
    closed_till.append(hand.till)
    hand.till.shifts.sign_in("staff-1001", "1001")


def _states(hand: Any, *wanted: str) -> list[str]:
    """The jobs' states, once they are as wanted or thirty seconds have passed."""
    until = time.monotonic() + 30
    while (found := [job.state for job in hand.till.store.jobs.list()]) != list(wanted) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_slip_is_confirmed_once_the_printer_says_so(printing: Any, printer: VirtualPrinterServer) -> None:
    printing.till.printing.start()
    printing.sell("@P6000A1.ean")
    assert _states(printing, "confirmed") == ["confirmed"]
    assert any("医用外科口罩" in str(event) for event in printer.jobs[-1].events)


def test_queued_slip_waits_for_a_person_after_a_restart(printing: Any, demo_folder: Path, closed_till: list[Till]) -> None:
    printing.sell("@P6000A1.ean")
    assert _states(printing, "queued") == ["queued"]
    _open_again(printing, demo_folder, closed_till)
    printing.till.printing.start()
    assert _states(printing, "waiting") == ["waiting"]
    job = printing.till.store.jobs.list()[0]
    printing.till.printing.again(job.job_id)
    assert _states(printing, "confirmed") == ["confirmed"]


def test_slip_that_was_being_printed_is_unknown_after_a_restart(printing: Any, demo_folder: Path, closed_till: list[Till]) -> None:
    printing.sell("@P6000A1.ean")
    job = printing.till.store.jobs.list()[0]
    printing.till.store.jobs.set_state(job.job_id, "unknown", {"step": "printing"}).result(60)
    _open_again(printing, demo_folder, closed_till)
    printing.till.printing.start()
    assert printing.till.printing.state.unknown == 1
    assert _states(printing, "unknown") == ["unknown"]
    printing.till.printing.waive(job.job_id)
    assert _states(printing, "waived") == ["waived"]


def test_paper_out_keeps_the_slip_and_never_the_sale(printing: Any, printer: VirtualPrinterServer) -> None:
    printer.mood.paper_out = True
    printing.till.printing.start()
    number = printing.sell("@P6000A1.ean")
    assert _states(printing, "waiting") == ["waiting"]
    assert printing.till.store.sales.by_number(number) is not None
    printer.load_paper()
    printing.till.printing.again(printing.till.store.jobs.list()[0].job_id)
    assert _states(printing, "confirmed") == ["confirmed"]
    assert len(printer.jobs) == 1


def test_reprint_says_that_it_is_one(printing: Any, printer: VirtualPrinterServer) -> None:
    printing.till.printing.start()
    number = printing.sell("@P6000A1.ean")
    assert _states(printing, "confirmed") == ["confirmed"]
    sale = printing.till.store.sales.by_number(number)
    printing.till.shifts.reprint(sale.event_id, 1)
    assert _states(printing, "confirmed", "confirmed") == ["confirmed", "confirmed"]
    assert "补打" in str(printer.jobs[-1].events)
    assert printing.till.store.sales.by_number(number).reprints == 1


def test_the_mark_of_a_copy_speaks_the_language_of_the_paper(printing: Any, printer: VirtualPrinterServer) -> None:
    printing.till.settings.set("ui.language", "en").result(60)
    printing.till.printing.start()
    sale = printing.till.store.sales.by_number(printing.sell("@P6000A1.ean"))
    assert _states(printing, "confirmed") == ["confirmed"]
    printing.till.shifts.reprint(sale.event_id, 1)
    assert _states(printing, "confirmed", "confirmed") == ["confirmed", "confirmed"]
    assert printer.jobs[-1].events[0]["text"] == "*** REPRINT 1 ***"


def test_asking_how_it_is_never_disturbs_a_job(printing: Any, printer: VirtualPrinterServer) -> None:
    printer.mood.slow_seconds = 0.02
    printing.till.printing.start()
    printing.sell("@P6000A1.ean")
    until = time.monotonic() + 60
    while not printing.till.store.jobs.list(("confirmed",)) and time.monotonic() < until:
        printing.till.printing.check()
        time.sleep(0.005)
    papers = [job for job in printer.jobs if any(event["t"] == "line" for event in job.events)]
    assert len(papers) == 1
    assert [event["t"] for event in papers[0].events if event["t"] in ("cut", "warn")] == ["cut"]
