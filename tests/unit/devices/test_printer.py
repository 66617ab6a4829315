"""Printers that work, stop, fall silent, lie and lose their plug; the virtual printer plays them all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.devices.drawer import Drawer
from app.devices.faults import DeviceFault
from app.devices.printer import Printer
from app.devices.profile import PAPER_80, PrinterProfile
from app.devices.status import Known, PrinterStatus, read_status
from app.devices.ticket import Cut, Text, Ticket
from app.devices.transports.network import NetworkTransport
from app.devices.virtual import Interpreter, VirtualPrinterServer
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
SLIP = Ticket((Text("药柜"), Text("合计 ¥12.80"), Cut()), "test", "1")
LONG = Ticket((*(Text(f"第 {no} 行") for no in range(400)), Cut()), "test", "2")
YES, NO, UNKNOWN = Known.YES, Known.NO, Known.UNKNOWN


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy computer may let the virtual printer answer late; only a test of silence wants to wait less."""
    monkeypatch.setattr("app.devices.printer.STATUS_SECONDS", 60.0)
    monkeypatch.setattr("app.devices.printer.DONE_SECONDS", 60.0)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[VirtualPrinterServer]:
    """A virtual printer that is stopped afterwards and leaves no thread."""
    with VirtualPrinterServer(tmp_path / "paper", FONT) as server:
        yield server
    assert not [thread for thread in threading.enumerate() if thread.name == "virtual-printer"]


def printer_at(machine: VirtualPrinterServer, profile: PrinterProfile = PAPER_80) -> Printer:
    return Printer(profile, NetworkTransport.at(machine.address), FONT)


def wait_for_jobs(machine: VirtualPrinterServer, jobs: int) -> None:
    """Wait until the machine's thread has put its jobs away."""
    deadline = time.monotonic() + 60
    while len(machine.jobs) < jobs and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(machine.jobs) == jobs


def test_a_working_printer_confirms_and_the_job_is_kept(machine: VirtualPrinterServer) -> None:
    outcome = printer_at(machine).print(SLIP)
    assert (outcome.state, outcome.facts["paper"]) == ("confirmed", "yes")
    wait_for_jobs(machine, 1)
    job = machine.jobs[0]
    assert [event["text"] for event in job.events if event["t"] == "line"] == ["药柜", "合计 ￥12.80"]
    assert job.saved.read_bytes() == job.received
    with Image.open(job.saved.with_suffix(".png")) as picture:
        assert picture.width == 640


def test_a_printer_without_gs_r_is_only_said_to_have_been_sent_to(machine: VirtualPrinterServer) -> None:
    assert printer_at(machine, PrinterProfile(answers_done=False)).print(SLIP).state == "sent"


def test_without_paper_nothing_is_sent_so_new_paper_brings_nothing_out(machine: VirtualPrinterServer) -> None:
    machine.mood.paper_out = True
    outcome = printer_at(machine).print(SLIP)
    assert (outcome.state, outcome.facts["code"], outcome.facts["paper"]) == ("failed", "printer.not_ready", "no")
    machine.load_paper()
    assert printer_at(machine).print(SLIP).state == "confirmed"
    wait_for_jobs(machine, 1)


def test_a_silent_printer_is_unknown_not_out_of_paper(machine: VirtualPrinterServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.devices.printer.STATUS_SECONDS", 0.2)
    machine.mood.silent = True
    assert printer_at(machine).status() == PrinterStatus()
    assert printer_at(machine).print(SLIP).state == "sent"


def test_a_slow_printer_is_waited_for(machine: VirtualPrinterServer) -> None:
    machine.mood.slow_seconds = 0.2
    assert printer_at(machine).print(SLIP).state == "confirmed"


def test_a_plug_pulled_in_the_middle_leaves_the_job_unknown(machine: VirtualPrinterServer) -> None:
    machine.mood.drop_after = 40
    outcome = printer_at(machine).print(LONG)
    assert outcome.state == "unknown"
    assert outcome.facts["code"] in ("printer.lost", "printer.stopped")


def test_a_lying_printer_says_yes_and_prints_nothing(machine: VirtualPrinterServer) -> None:
    machine.mood.lie = True
    assert printer_at(machine).print(SLIP).state == "confirmed"
    assert machine.jobs == ()


def test_a_printer_nobody_plugged_in_fails_and_may_be_tried_again(tmp_path: Path) -> None:
    server = VirtualPrinterServer(tmp_path, FONT)
    address = server.address
    server.stop()
    printer = Printer(PAPER_80, NetworkTransport.at(address), FONT)
    assert (printer.print(SLIP).state, printer.print(SLIP).facts["code"]) == ("failed", "printer.unreachable")
    assert printer.status().online is NO


def test_what_was_received_before_the_paper_ended_comes_out_with_the_new_roll(machine: VirtualPrinterServer) -> None:
    machine.mood.paper_out = True
    transport = NetworkTransport.at(machine.address)
    transport.open()
    transport.send(b"\x1c&" + "旧单".encode("gbk") + b"\n")
    assert transport.query(b"\x10\x04\x04", 60.0) == b"\x72"
    transport.close()
    machine.load_paper()
    wait_for_jobs(machine, 1)
    assert machine.jobs[0].events[0]["text"] == "旧单"


@pytest.mark.parametrize(
    ("mood", "field"),
    [
        ("paper_out", "paper"),
        ("near_end", "paper_ample"),
        ("cover_open", "cover"),
        ("cutter_error", "cutter"),
        ("drawer_open", "drawer"),
    ],
)
def test_every_trouble_shows_in_its_own_field(machine: VirtualPrinterServer, mood: str, field: str) -> None:
    well = printer_at(machine).status()
    assert set(well.facts().values()) == {"yes"}
    setattr(machine.mood, mood, True)
    status = printer_at(machine).status()
    assert getattr(status, field) is NO
    assert status.can_print is (YES if mood in ("near_end", "drawer_open") else NO)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((None, None, None, None), PrinterStatus()),
        ((b"\x12", b"\x12", b"\x12", b"\x12"), PrinterStatus(YES, YES, YES, YES, YES, YES)),
        ((b"\x1a", None, None, None), PrinterStatus(online=NO, drawer=YES)),
        ((b"\x16", None, None, None), PrinterStatus(online=YES, drawer=NO)),
        ((b"\x12", b"\x32", None, None), PrinterStatus(online=YES, paper=NO, cover=YES, drawer=YES)),
        ((b"\x12", b"\x12", b"\x12", b"\x1e"), PrinterStatus(YES, YES, NO, YES, YES, YES)),
        ((b"\x12", b"\x12", b"\x12", b"\x72"), PrinterStatus(YES, NO, YES, YES, YES, YES)),
        ((b"\x12", b"\x16", b"\x1a", b"\x12"), PrinterStatus(YES, YES, YES, NO, NO, YES)),
        ((b"\x14\x00\x00\x0f", b"\x00", b"\xff", b""), PrinterStatus()),  # automatic status and noise say nothing
    ],
)
def test_status_bytes_are_read_with_a_third_value(
    answers: tuple[bytes | None, bytes | None, bytes | None, bytes | None], expected: PrinterStatus
) -> None:
    assert read_status(answers, drawer_open_is_high=True) == expected


def test_a_drawer_wired_the_other_way_round_is_read_the_other_way_round() -> None:
    assert read_status((b"\x12", None, None, None), drawer_open_is_high=False).drawer is NO


def test_the_drawer_is_kicked_and_a_stopped_printer_is_not_left_with_a_pulse(machine: VirtualPrinterServer) -> None:
    drawer = Drawer(printer_at(machine))
    assert drawer.open().state == "sent"
    wait_for_jobs(machine, 1)
    assert machine.jobs[0].events == ({"t": "drawer", "pin": 2},)
    machine.mood.paper_out = True
    assert drawer.open().state == "failed"
    assert len(machine.jobs) == 1


def test_an_open_drawer_is_seen(machine: VirtualPrinterServer) -> None:
    machine.mood.drawer_open = True
    drawer = Drawer(printer_at(machine))
    assert drawer.open().state == "open"
    assert drawer.is_open() is YES


def test_a_closed_transport_refuses_to_send(machine: VirtualPrinterServer) -> None:
    with pytest.raises(DeviceFault) as fault:
        NetworkTransport.at(machine.address).send(b"x")
    assert fault.value.code == "printer.closed"


def test_the_interpreter_reads_bytes_in_any_portions() -> None:
    from app.devices.encoder import Encoder

    encoded = Encoder(PAPER_80, FONT).encode(Ticket((Text("药𬱖"), Text("大", size=2), Cut()), "test", "1"))
    whole, pieces = Interpreter(FONT), Interpreter(FONT)
    whole.feed(encoded)
    for byte in encoded:
        pieces.feed(bytes((byte,)))
    assert pieces.events == whole.events
    assert pieces.image().tobytes() == whole.image().tobytes()


@pytest.mark.parametrize(
    ("received", "code"),
    [
        (b"\x1b(x", "unknown"),
        (b"\x07", "control"),
        (b"\x1c&\x81\x30\x81\x20", "no_such_character"),
        (b"\xd2", "not_in_hanzi_mode"),
        (b"a" * 49 + b"\n", "line_overflow"),
        (b"\x1dv0\x00\x01", "cut_off"),
    ],
)
def test_the_interpreter_warns_of_what_a_machine_would_print_as_garbage(received: bytes, code: str) -> None:
    interpreter = Interpreter(FONT)
    interpreter.feed(received)
    interpreter.finish()
    assert code in [event.get("code") for event in interpreter.events]


def test_a_row_of_dots_looks_exactly_like_the_printers_own_row() -> None:
    from app.devices.encoder import Encoder

    pictures = []
    for raster_only in (False, True):
        interpreter = Interpreter(FONT)
        slip = Ticket((Text("药柜 ABC 12.80", bold=True), Text("应付￥3", size=2)), "test", "1")
        interpreter.feed(Encoder(PrinterProfile(raster_only=raster_only), FONT).encode(slip))
        pictures.append(interpreter.image().tobytes())
    assert pictures[0] == pictures[1]
