"""One conformance suite for every way to a printer: open, write, ask, pull the plug, be slow, be silent, close."""

from __future__ import annotations

import gc
import os
import pty
import select
import subprocess
import sys
import tempfile
import threading
import time
import tty
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "doubles"))

from printer_roads import IN, OUT, PRODUCT, VENDOR, Spooler, UsbBus

from app.devices.faults import DeviceFault
from app.devices.transports import TRANSPORTS, Transport, transport_at
from app.devices.transports.cups import CupsTransport, print_queues
from app.devices.transports.escpos_classes import escpos_class
from app.devices.transports.file import FileTransport
from app.devices.transports.network import NetworkTransport
from app.devices.transports.serial import SerialTransport
from app.devices.transports.usb import UsbTransport
from app.devices.transports.virtual import VirtualTransport
from app.devices.transports.windows import WindowsTransport
from app.devices.virtual import Interpreter, VirtualPrinterServer
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
ASK = b"\x10\x04\x01"
LINES = 160
PAYLOAD = b"\x1b@\x1c&" + "药柜 ¥䶮".replace("¥", "￥").encode("gb18030") + b"\n" + (bytes(range(0x20, 0x50)) + b"\n") * LINES
"""About eight thousand bytes: more than any buffer on the way holds at once."""
EVERY_BYTE = b"\x1dv0\x00\x10\x00\x10\x00" + bytes(range(256))
"""A picture with every value a byte can have: nothing on the way may change one."""


def soon(true: Callable[[], bool]) -> bool:
    """Whether something comes true within a minute."""
    end = time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Rig:
    """A machine at the far end of one way, and how to make it slow, silent or gone."""

    answers = True
    """Whether anything comes back on this way."""
    loses: ClassVar[tuple[str, ...]] = ("printer.lost",)
    """What a pulled plug is called here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def transport(self) -> Transport:
        """The way to the machine."""
        raise NotImplementedError

    def nowhere(self) -> Transport:
        """The same way to a machine that is not there."""
        raise NotImplementedError

    def received(self) -> bytes:
        """All job bytes that arrived so far."""
        raise NotImplementedError

    def slow(self) -> None:
        """Take a moment for every portion."""

    def silence(self) -> None:
        """Answer nothing from now on."""

    def pull(self) -> None:
        """Pull the plug; an open transport must notice."""
        raise NotImplementedError

    def plug_in(self) -> None:
        """Put it back."""
        raise NotImplementedError

    def close(self) -> None:
        """Put everything away."""


class NetworkRig(Rig):
    """The virtual printer behind its socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.machine = VirtualPrinterServer(folder / "paper", FONT).start()

    def transport(self) -> Transport:
        return NetworkTransport.at(self.machine.address)

    def nowhere(self) -> Transport:
        gone = VirtualPrinterServer(self.folder / "gone", FONT)
        address = gone.address
        gone.stop()
        return NetworkTransport.at(address)

    def received(self) -> bytes:
        return b"".join(job.received for job in self.machine.jobs)

    def slow(self) -> None:
        self.machine.mood.slow_seconds = 0.05

    def silence(self) -> None:
        self.machine.mood.silent = True

    def pull(self) -> None:
        self.machine.mood.drop_after = 0

    def plug_in(self) -> None:
        self.machine.mood.drop_after = None

    def close(self) -> None:
        self.machine.stop()


class SerialRig(Rig):
    """A pseudo terminal whose other end a thread holds; a link gives it a name that outlives the plug."""

    loses = ("printer.lost", "printer.timeout")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._got = bytearray()
        self._silent = self._slow = False
        self._port = folder / "ttyS9"
        self.plug_in()

    def transport(self) -> Transport:
        return SerialTransport.at(f"{self._port},115200,none")

    def nowhere(self) -> Transport:
        return SerialTransport.at(str(self.folder / "no-such-port"))

    def received(self) -> bytes:
        return bytes(self._got)

    def slow(self) -> None:
        self._slow = True

    def silence(self) -> None:
        self._silent = True

    def pull(self) -> None:
        self._pulled.set()
        self._thread.join(30)

    def plug_in(self) -> None:
        master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(master, False)
        self._port.unlink(missing_ok=True)
        self._port.symlink_to(os.ttyname(self._slave))
        self._pulled = threading.Event()
        self._thread = threading.Thread(target=self._machine, args=(master, self._slave), daemon=True)
        self._thread.start()

    def _machine(self, master: int, slave: int) -> None:
        while not self._pulled.is_set():
            try:
                portion = os.read(master, 512)
            except BlockingIOError:
                time.sleep(0.005)
                continue
            if self._slow:
                time.sleep(0.02)
            if portion == ASK:
                if not self._silent:
                    os.write(master, b"\x12")
            else:
                self._got += portion
        os.close(master)
        os.close(slave)

    def close(self) -> None:
        if not self._pulled.is_set():
            self.pull()


class UsbRig(Rig):
    """A stand-in for the bus behind pyusb's own backend interface."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bus = UsbBus()

    def transport(self) -> Transport:
        return UsbTransport(VENDOR, PRODUCT, IN, OUT, backend=self.bus)

    def nowhere(self) -> Transport:
        return UsbTransport(VENDOR, PRODUCT + 1, IN, OUT, backend=self.bus)

    def received(self) -> bytes:
        return bytes(self.bus.received).replace(ASK, b"")

    def slow(self) -> None:
        self.bus.slow = True

    def silence(self) -> None:
        self.bus.silent = True

    def pull(self) -> None:
        self.bus.there = False

    def plug_in(self) -> None:
        self.bus.there = True

    def close(self) -> None:
        gc.collect()  # the library's destructor must still find the bus


class FileRig(Rig):
    """A device file: a pipe that a thread reads as usblp would."""

    answers = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._path = folder / "lp0"
        os.mkfifo(self._path)
        self._got = bytearray()
        self._slow = False
        self.plug_in()

    def transport(self) -> Transport:
        return FileTransport.at(str(self._path))

    def nowhere(self) -> Transport:
        return FileTransport.at(str(self.folder / "gone" / "lp0"))

    def received(self) -> bytes:
        return bytes(self._got)

    def slow(self) -> None:
        self._slow = True

    def pull(self) -> None:
        self._pulled.set()
        self._thread.join(30)

    def plug_in(self) -> None:
        self._pulled = threading.Event()
        end = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        self._thread = threading.Thread(target=self._machine, args=(end,), daemon=True)
        self._thread.start()

    def _machine(self, end: int) -> None:
        while not self._pulled.is_set():
            portion = b""
            with suppress(BlockingIOError):
                portion = os.read(end, 2048)
            self._got += portion
            if not portion or self._slow:
                time.sleep(0.01)
        os.close(end)

    def close(self) -> None:
        if not self._pulled.is_set():
            self.pull()


class CupsRig(Rig):
    """A real cupsd of one's own, whose back end writes to a file."""

    answers = False
    loses = ("printer.spooler", "printer.timeout")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if why := Spooler.missing():
            pytest.skip(f"no CUPS here: {why}")
        self._things = ExitStack()
        short = self._things.enter_context(tempfile.TemporaryDirectory(prefix="yg-", ignore_cleanup_errors=True))
        self.spooler = Spooler(Path(short))
        self._kept = os.environ.get("CUPS_SERVER")
        os.environ["CUPS_SERVER"] = self.spooler.socket
        try:
            self.spooler.start()
        except RuntimeError as error:
            self.close()
            pytest.skip(f"cupsd does not start here: {error}")

    def transport(self) -> Transport:
        return CupsTransport.at("receipt")

    def nowhere(self) -> Transport:
        return CupsTransport.at("nobody")

    def received(self) -> bytes:
        return self.spooler.paper.read_bytes()

    def slow(self) -> None:
        self.spooler.slow()

    def pull(self) -> None:
        self.spooler.stop()

    def plug_in(self) -> None:
        self.spooler.start()

    def close(self) -> None:
        self.spooler.stop()
        if self._kept is None:
            os.environ.pop("CUPS_SERVER", None)
        else:
            os.environ["CUPS_SERVER"] = self._kept
        self._things.close()


class WindowsRig(Rig):
    """The Windows spooler played by a stand-in for pywin32's documented interface; never yet run on Windows."""

    answers = False
    loses = ("printer.spooler",)

    class SpoolerError(Exception):
        """What pywin32 raises; it is no OSError."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.calls: list[object] = []
        self._there = True
        self._patch = pytest.MonkeyPatch()
        escpos_class("win32raw", "Win32Raw")
        module: Any = sys.modules["escpos.printer.win32raw"]
        win32print = types.SimpleNamespace(
            PRINTER_ENUM_NAME=8,
            EnumPrinters=lambda *_: [{"pPrinterName": "XP-80"}],
            GetDefaultPrinter=lambda: "XP-80",
            OpenPrinter=lambda name: name,
            StartDocPrinter=lambda _, level, document: self.calls.append(document[2]),
            StartPagePrinter=lambda _: None,
            WritePrinter=self._wrote,
            EndPagePrinter=lambda _: None,
            EndDocPrinter=lambda _: self.calls.append("end"),
            ClosePrinter=lambda _: None,
        )
        self._patch.setattr(module, "win32print", win32print, raising=False)
        self._patch.setattr(module, "pywintypes", types.SimpleNamespace(error=self.SpoolerError), raising=False)
        self._patch.setattr(module, "_DEP_WIN32PRINT", True)

    def _wrote(self, _: object, payload: bytes) -> int:
        if not self._there:
            raise self.SpoolerError
        self.calls.append(payload)
        return len(payload)

    def transport(self) -> Transport:
        return WindowsTransport.at("XP-80")

    def nowhere(self) -> Transport:
        return WindowsTransport.at("nobody")

    def received(self) -> bytes:
        return b"".join(call for call in self.calls if isinstance(call, bytes)) if "end" in self.calls else b""

    def pull(self) -> None:
        self._there = False

    def plug_in(self) -> None:
        self._there = True

    def close(self) -> None:
        gc.collect()
        self._patch.undo()


RIGS: dict[str, type[Rig]] = {
    "network": NetworkRig,
    "serial": SerialRig,
    "usb": UsbRig,
    "file": FileRig,
    "cups": CupsRig,
    "windows": WindowsRig,
}


@pytest.fixture(params=RIGS, ids=str)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Each way in turn."""
    made = RIGS[request.param](tmp_path)
    yield made
    made.close()


class TestConformance:
    """What every way must do, whatever is at its end."""

    def test_the_virtual_printer_prints_what_arrives_just_as_it_was_sent(self, rig: Rig) -> None:
        job = PAYLOAD + EVERY_BYTE
        transport = rig.transport()
        transport.open()
        transport.send(job)
        transport.close()
        assert soon(lambda: len(rig.received()) >= len(job))
        assert rig.received() == job
        sent, arrived = Interpreter(FONT), Interpreter(FONT)
        sent.feed(job)
        arrived.feed(rig.received())
        assert arrived.events == sent.events
        assert len([event for event in arrived.events if event["t"] == "line"]) == LINES + 1

    def test_two_jobs_come_out_one_after_the_other(self, rig: Rig) -> None:
        for job in (b"first\n", b"second\n"):
            transport = rig.transport()
            transport.open()
            transport.send(job)
            transport.close()
            assert soon(lambda job=job: rig.received().endswith(job))
        assert rig.received() == b"first\nsecond\n"

    def test_a_status_question_is_answered_or_known_to_have_no_answer(self, rig: Rig) -> None:
        transport = rig.transport()
        transport.open()
        assert transport.query(ASK, 20.0 if rig.answers else 0.1) == (b"\x12" if rig.answers else None)
        transport.close()

    def test_silence_is_none_and_no_fault(self, rig: Rig) -> None:
        rig.silence()
        transport = rig.transport()
        transport.open()
        started = time.monotonic()
        assert transport.query(ASK, 0.2) is None
        assert time.monotonic() - started < 20
        transport.send(b"x\n")
        transport.close()

    def test_a_slow_machine_gets_everything(self, rig: Rig) -> None:
        rig.slow()
        transport = rig.transport()
        transport.open()
        transport.send(PAYLOAD)
        transport.close()
        assert soon(lambda: rig.received() == PAYLOAD)

    def test_a_pulled_plug_is_a_fault_and_the_way_works_again_afterwards(self, rig: Rig) -> None:
        transport = rig.transport()
        transport.open()
        rig.pull()
        with pytest.raises(DeviceFault) as fault:
            for _ in range(6000):
                transport.send(PAYLOAD)
                time.sleep(0.01)
        assert (fault.value.code in rig.loses, fault.value.retry) == (True, True)
        assert fault.value.facts["way"] == transport.WAY
        transport.close()
        rig.plug_in()
        before = rig.received()
        again = rig.transport()
        again.open()
        again.send(b"back\n")
        again.close()
        assert soon(lambda: rig.received() == before + b"back\n")

    def test_a_machine_that_is_not_there_is_unreachable(self, rig: Rig) -> None:
        with pytest.raises(DeviceFault) as fault:
            rig.nowhere().open()
        assert (fault.value.code, fault.value.retry) == ("printer.unreachable", True)

    def test_opening_and_closing_prints_nothing(self, rig: Rig) -> None:
        for _ in range(3):
            transport = rig.transport()
            transport.open()
            transport.close()
            transport.close()
        with pytest.raises(DeviceFault) as fault:
            transport.send(b"x")
        assert fault.value.code == "printer.closed"
        assert rig.received() == b""


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.WAY)
def test_every_way_is_in_the_suite_or_is_the_folder_that_plays_a_printer(transport: type[Transport]) -> None:
    assert transport.WAY in {*RIGS, "virtual"}
    assert type(transport.at({"usb": "0416:5011"}.get(transport.WAY, "x"))) is transport


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("network", ""),
        ("network", "host:0"),
        ("network", "host:x"),
        ("serial", ""),
        ("serial", "a,9600,magic"),
        ("serial", "a,fast"),
        ("usb", "0416"),
        ("usb", "zz:11"),
        ("file", " "),
        ("cups", "-o"),
        ("telepathy", "x"),
        ("virtual", ""),
    ],
)
def test_an_address_that_makes_no_sense_is_a_fault_that_trying_again_does_not_mend(way: str, address: str) -> None:
    with pytest.raises(DeviceFault) as fault:
        transport_at(way, address)
    assert (fault.value.code, fault.value.retry) == ("printer.address", False)


def test_loading_the_library_leaves_no_directory_and_no_log_handler(tmp_path: Path) -> None:
    script = (
        "import logging\nfrom app.devices.transports.escpos_classes import escpos_class\n"
        "escpos_class('network', 'Network')\nprint(len(logging.root.handlers))"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    env.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True, timeout=60
    )
    assert (ran.stdout.strip(), list(tmp_path.iterdir())) == ("0", [])


def test_an_answer_that_comes_late_is_not_taken_for_the_next_one(tmp_path: Path) -> None:
    with VirtualPrinterServer(tmp_path, FONT) as machine:
        machine.mood.slow_seconds = 0.3
        transport = NetworkTransport.at(machine.address)
        transport.open()
        assert transport.query(ASK, 0.05) is None
        assert soon(lambda: bool(select.select([transport._device()], [], [], 0)[0]))
        machine.mood.slow_seconds = 0.0
        machine.mood.near_end = True
        assert transport.query(b"\x10\x04\x04", 20.0) == b"\x1e"
        transport.close()


def test_a_late_answer_on_usb_is_thrown_away_too(tmp_path: Path) -> None:
    bus = UsbBus()
    transport = UsbTransport(VENDOR, PRODUCT, IN, OUT, backend=bus)
    transport.open()
    bus.answers += b"\x16"
    assert transport.query(ASK, 1.0) == b"\x12"
    transport.close()
    gc.collect()


def test_a_printer_that_takes_nothing_is_a_timeout_on_every_way_that_can_stick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.devices.transports.serial.WRITE_SECONDS", 0.2)
    monkeypatch.setattr("app.devices.transports.file.WRITE_SECONDS", 0.2)
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.mkfifo(tmp_path / "lp0")
    end = os.open(tmp_path / "lp0", os.O_RDONLY | os.O_NONBLOCK)
    bus = UsbBus()
    bus.stuck = True
    for transport in (
        SerialTransport.at(f"{os.ttyname(slave)},9600,none"),
        FileTransport.at(str(tmp_path / "lp0")),
        UsbTransport(VENDOR, PRODUCT, IN, OUT, backend=bus),
    ):
        transport.open()
        with pytest.raises(DeviceFault) as fault:
            transport.send(b"x" * 200_000)
        transport.close()
        assert fault.value.code == "printer.timeout"
    gc.collect()
    for each in (end, slave, master):
        os.close(each)


def test_a_plain_file_holds_the_last_job_and_a_full_disk_is_lost(tmp_path: Path) -> None:
    plain = FileTransport.at(str(tmp_path / "bytes"))
    for job in (PAYLOAD, b"second\n"):
        plain.open()
        plain.send(job)
        plain.close()
    # The worker asks after the printer every few seconds: that takes no paper away.
    plain.open()
    assert plain.query(b"\x10\x04\x01", 0.01) is None
    plain.close()
    assert (tmp_path / "bytes").read_bytes() == b"second\n"
    full = FileTransport.at("/dev/full")
    full.open()
    with pytest.raises(DeviceFault) as fault:
        full.send(PAYLOAD)
    full.close()
    assert fault.value.code == "printer.lost"


def test_a_switched_off_queue_takes_nothing_that_would_come_out_later(tmp_path: Path) -> None:
    rig = CupsRig(tmp_path)
    try:
        assert print_queues() == ("receipt",)
        rig.spooler.switch(False)
        with pytest.raises(DeviceFault) as fault:
            rig.transport().open()
        assert fault.value.code == "printer.unreachable"
        rig.spooler.switch(True)
        rig.transport().open()
    finally:
        rig.close()


def test_looking_at_a_queue_leaves_no_job_in_the_spooler(tmp_path: Path) -> None:
    rig = CupsRig(tmp_path)
    try:
        for _ in range(3):
            transport = rig.transport()
            transport.open()
            transport.close()
        jobs = subprocess.run(("lpstat", "-W", "all", "-o"), capture_output=True, text=True, check=True, timeout=60)
        assert jobs.stdout == ""
    finally:
        rig.close()


def test_windows_prints_one_raw_document_and_ends_it(tmp_path: Path) -> None:
    rig = WindowsRig(tmp_path)
    try:
        transport = WindowsTransport.at("")
        transport.open()
        transport.send(PAYLOAD)
        transport.close()
        assert rig.calls == ["RAW", PAYLOAD, "end"]
    finally:
        rig.close()


class TestVirtual:
    """The folder that plays a printer."""

    def test_jobs_are_saved_one_after_the_other_and_a_look_at_the_status_is_none(self, tmp_path: Path) -> None:
        transport = VirtualTransport.at(str(tmp_path))
        for _ in range(2):
            transport.open()
            assert transport.query(b"\x10\x04\x01", 1.0) == b"\x12"
            transport.send(PAYLOAD.replace(b"\n", b"")[:20] + b"\n")
            transport.close()
        transport.open()
        assert transport.query(b"\x10\x04\x04", 1.0) == b"\x12"
        transport.close()
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            f"job-000{no}.{kind}" for no in (1, 2) for kind in ("bin", "json", "png")
        ]

    def test_it_can_be_silent_and_out_of_paper(self, tmp_path: Path) -> None:
        transport = VirtualTransport.at(f"{tmp_path},384")
        transport.open()
        transport.mood.paper_out = True
        assert transport.query(b"\x10\x04\x04", 1.0) == b"\x72"
        transport.mood.silent = True
        assert transport.query(b"\x10\x04\x04", 1.0) is None
        transport.close()
        assert list(tmp_path.iterdir()) == []
