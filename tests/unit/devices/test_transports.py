"""One conformance suite for every way to a printer: open, write, ask, pull the plug, close."""

from __future__ import annotations

import errno
import gc
import os
import pty
import select
import stat
import subprocess
import sys
import threading
import time
import tty
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.devices.faults import DeviceFault
from app.devices.transports import TRANSPORTS, Transport, transport_at
from app.devices.transports.cups import CupsTransport
from app.devices.transports.escpos_classes import escpos_class
from app.devices.transports.file import FileTransport
from app.devices.transports.network import NetworkTransport
from app.devices.transports.serial import SerialTransport
from app.devices.transports.usb import UsbTransport
from app.devices.transports.virtual import VirtualTransport
from app.devices.transports.windows import WindowsTransport
from app.devices.virtual import VirtualPrinterServer
from app.records.resources import resource

FONT = resource("fonts", "NotoSansSC-Regular.ttf")
PAYLOAD = b"\x1b@\x1c&" + "药柜".encode("gbk") + b"\n" + bytes(range(0x20, 0x7F)) * 20 + b"\n"


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.WAY)
def test_every_way_refuses_to_send_while_closed_and_closes_twice(transport: type[Transport]) -> None:
    made = transport.at({"usb": "0416:5011"}.get(transport.WAY, "x"))
    made.close()
    made.close()
    with pytest.raises(DeviceFault) as fault:
        made.send(b"x")
    assert fault.value.code == "printer.closed"


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


class TestNetwork:
    """TCP against the virtual printer."""

    @pytest.fixture
    def machine(self, tmp_path: Path) -> Iterator[VirtualPrinterServer]:
        with VirtualPrinterServer(tmp_path, FONT) as server:
            yield server

    def test_bytes_arrive_whole_and_questions_are_answered(self, machine: VirtualPrinterServer) -> None:
        transport = NetworkTransport.at(machine.address)
        transport.open()
        transport.send(PAYLOAD)
        assert transport.query(b"\x10\x04\x01", 60.0) == b"\x12"
        transport.close()
        deadline = time.monotonic() + 60
        while not machine.jobs and time.monotonic() < deadline:
            time.sleep(0.01)
        assert machine.jobs[0].received == PAYLOAD + b"\x10\x04\x01"

    def test_silence_is_none_within_the_timeout(self, machine: VirtualPrinterServer) -> None:
        machine.mood.silent = True
        transport = NetworkTransport.at(machine.address)
        transport.open()
        assert transport.query(b"\x10\x04\x01", 0.2) is None
        transport.close()

    def test_a_late_answer_is_not_taken_for_the_next_one(self, machine: VirtualPrinterServer) -> None:
        machine.mood.slow_seconds = 2.0
        transport = NetworkTransport.at(machine.address)
        transport.open()
        assert transport.query(b"\x10\x04\x01", 0.05) is None
        machine.mood.slow_seconds = 0.0
        assert select.select([transport._device()], [], [], 60)[0], "the late answer never came"
        machine.mood.near_end = True
        assert transport.query(b"\x10\x04\x04", 60.0) == b"\x1e"
        transport.close()

    def test_a_pulled_plug_is_a_fault(self, machine: VirtualPrinterServer) -> None:
        machine.mood.drop_after = 4
        transport = NetworkTransport.at(machine.address)
        transport.open()
        with pytest.raises(DeviceFault) as fault:
            for _ in range(6000):
                transport.send(PAYLOAD)
                time.sleep(0.01)
        assert (fault.value.code, fault.value.retry) == ("printer.lost", True)
        transport.close()

    def test_nobody_there_is_unreachable(self, machine: VirtualPrinterServer) -> None:
        address = machine.address
        machine.stop()
        with pytest.raises(DeviceFault) as fault:
            NetworkTransport.at(address).open()
        assert fault.value.code == "printer.unreachable"


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


class TestSerial:
    """A serial line through a pseudo terminal, whose other end the test holds."""

    @pytest.fixture
    def line(self) -> Iterator[tuple[int, str]]:
        master, slave = pty.openpty()
        tty.setraw(slave)
        yield master, os.ttyname(slave)
        os.close(slave)
        os.close(master)

    def test_bytes_arrive_whole_and_questions_are_answered(self, line: tuple[int, str]) -> None:
        master, port = line
        received = bytearray()

        def printer() -> None:
            while not received.endswith(b"\x10\x04\x01"):
                received.extend(os.read(master, 1024))
            os.write(master, b"\x12")

        thread = threading.Thread(target=printer)
        thread.start()
        transport = SerialTransport.at(f"{port},115200,none")
        transport.open()
        transport.send(PAYLOAD)
        assert transport.query(b"\x10\x04\x01", 60.0) == b"\x12"
        thread.join(60)
        transport.close()
        assert bytes(received) == PAYLOAD + b"\x10\x04\x01"

    def test_silence_is_none_within_the_timeout(self, line: tuple[int, str]) -> None:
        transport = SerialTransport.at(f"{line[1]},9600,none")
        transport.open()
        assert transport.query(b"\x10\x04\x01", 0.2) is None
        transport.close()

    def test_a_line_that_takes_nothing_is_a_timeout_and_closing_does_not_hang(
        self, line: tuple[int, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.devices.transports.serial.WRITE_SECONDS", 0.3)
        transport = SerialTransport.at(f"{line[1]},9600,none")
        transport.open()
        with pytest.raises(DeviceFault) as fault:
            transport.send(b"x" * 200_000)
        transport.close()
        assert fault.value.code == "printer.timeout"

    def test_a_port_that_is_not_there_is_unreachable(self) -> None:
        with pytest.raises(DeviceFault) as fault:
            SerialTransport.at("/dev/no-such-port").open()
        assert fault.value.code == "printer.unreachable"


class TestFile:
    """A device file, or a plain one."""

    def test_bytes_arrive_whole_and_nothing_is_asked(self, tmp_path: Path) -> None:
        transport = FileTransport.at(str(tmp_path / "lp0"))
        transport.open()
        assert transport.query(b"\x10\x04\x01", 0.1) is None
        transport.send(PAYLOAD)
        transport.close()
        assert (tmp_path / "lp0").read_bytes() == PAYLOAD

    def test_a_folder_that_is_not_there_is_unreachable(self, tmp_path: Path) -> None:
        with pytest.raises(DeviceFault) as fault:
            FileTransport.at(str(tmp_path / "gone" / "lp0")).open()
        assert fault.value.code == "printer.unreachable"

    def test_a_full_device_is_lost(self) -> None:
        transport = FileTransport.at("/dev/full")
        transport.open()
        with pytest.raises(DeviceFault) as fault:
            transport.send(PAYLOAD)
        transport.close()
        assert fault.value.code == "printer.lost"


class TestUsb:
    """A USB printer played by a stand-in for pyusb."""

    class Device:
        """What pyusb gives for a device."""

        def __init__(self) -> None:
            self.written = b""
            self.answer: bytes | OSError = b"\x12"
            self.write_error: OSError | None = None
            self.backend = types.SimpleNamespace(__module__="stand-in")

        def set_configuration(self) -> None:
            """Accept."""

        def reset(self) -> None:
            """Accept."""

        def write(self, endpoint: int, payload: bytes, timeout: int) -> None:
            assert endpoint == 1 and timeout > 0
            if self.write_error:
                raise self.write_error
            self.written += payload

        def read(self, endpoint: int, size: int, timeout: int) -> bytes:
            assert endpoint == 0x82 and timeout > 0
            if isinstance(self.answer, OSError):
                raise self.answer
            return self.answer

    @pytest.fixture
    def device(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Device]:
        device = self.Device()
        escpos_class("usb", "Usb")
        module: Any = sys.modules["escpos.printer.usb"]

        def find(**wanted: int) -> Any:
            return device if wanted == {"idVendor": 0x0416, "idProduct": 0x5011} else None

        core = types.SimpleNamespace(find=find, USBError=OSError)
        util = types.SimpleNamespace(dispose_resources=lambda _: None)
        monkeypatch.setattr(module, "usb", types.SimpleNamespace(core=core, util=util), raising=False)
        monkeypatch.setattr(module, "_DEP_USB", True)
        yield device
        gc.collect()  # the library's destructor must still find the stand-in

    def test_bytes_arrive_whole_and_questions_are_answered(self, device: Device) -> None:
        transport = UsbTransport.at("0416:5011")
        transport.open()
        transport.send(PAYLOAD)
        assert transport.query(b"\x10\x04\x01", 1.0) == b"\x12"
        transport.close()
        assert device.written == PAYLOAD + b"\x10\x04\x01"

    def test_silence_is_none_and_a_pulled_plug_is_a_fault(self, device: Device) -> None:
        transport = UsbTransport.at("0416:5011")
        transport.open()
        device.answer = TimeoutError(errno.ETIMEDOUT, "silent")
        assert transport.query(b"\x10\x04\x01", 1.0) is None
        device.write_error = OSError(errno.ENODEV, "gone")
        with pytest.raises(DeviceFault) as fault:
            transport.send(PAYLOAD)
        assert fault.value.code == "printer.lost"
        transport.close()

    def test_a_device_that_is_not_there_is_unreachable(self, device: Device) -> None:
        with pytest.raises(DeviceFault) as fault:
            UsbTransport.at("0416:9999").open()
        assert fault.value.code == "printer.unreachable"


class TestCups:
    """A print queue played by small scripts in place of `lp` and `lpstat`."""

    @pytest.fixture
    def spool(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        programs = tmp_path / "bin"
        programs.mkdir()
        lp = f'#!/bin/sh\n[ -e {tmp_path}/refuse ] && exit 1\ncat > {tmp_path}/spooled\necho "$@" > {tmp_path}/words\n'
        lpstat = '#!/bin/sh\ncase $1 in -e) echo receipt;; -v) echo "device for receipt: /dev/null";; esac\n'
        for name, script in (("lp", lp), ("lpstat", lpstat)):
            (programs / name).write_text(script)
            (programs / name).chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        return tmp_path

    def test_the_spooler_gets_the_bytes_as_they_are(self, spool: Path) -> None:
        transport = CupsTransport.at("receipt")
        transport.open()
        assert transport.query(b"\x10\x04\x01", 0.1) is None
        transport.send(PAYLOAD)
        transport.close()
        assert (spool / "spooled").read_bytes() == PAYLOAD
        assert (spool / "words").read_text().split()[:2] == ["-d", "receipt"]

    def test_a_job_never_sent_never_prints(self, spool: Path) -> None:
        transport = CupsTransport.at("receipt")
        transport.open()
        transport.close()
        assert not (spool / "words").exists()

    def test_a_refusing_spooler_and_an_unknown_queue_are_faults(self, spool: Path) -> None:
        (spool / "refuse").touch()
        transport = CupsTransport.at("receipt")
        transport.open()
        with pytest.raises(DeviceFault) as fault:
            transport.send(PAYLOAD)
        assert fault.value.code == "printer.spooler"
        with pytest.raises(DeviceFault) as fault:
            CupsTransport.at("nobody").open()
        assert fault.value.code == "printer.unreachable"


class TestWindows:
    """The Windows spooler played by a stand-in for pywin32; never yet run on Windows."""

    @pytest.fixture
    def spooler(self, monkeypatch: pytest.MonkeyPatch) -> list[object]:
        written: list[object] = []
        escpos_class("win32raw", "Win32Raw")
        module: Any = sys.modules["escpos.printer.win32raw"]

        class SpoolerError(Exception):
            """What pywin32 raises."""

        def write(_: object, payload: bytes) -> None:
            if payload == b"refused":
                raise SpoolerError
            written.append(payload)

        win32print = types.SimpleNamespace(
            PRINTER_ENUM_NAME=8,
            EnumPrinters=lambda *_: [{"pPrinterName": "XP-80"}],
            GetDefaultPrinter=lambda: "XP-80",
            OpenPrinter=lambda name: name,
            StartDocPrinter=lambda _, level, document: written.append(document[2]),
            StartPagePrinter=lambda _: None,
            WritePrinter=write,
            EndPagePrinter=lambda _: None,
            EndDocPrinter=lambda _: written.append("end"),
            ClosePrinter=lambda _: None,
        )
        monkeypatch.setattr(module, "win32print", win32print, raising=False)
        monkeypatch.setattr(module, "pywintypes", types.SimpleNamespace(error=SpoolerError), raising=False)
        monkeypatch.setattr(module, "_DEP_WIN32PRINT", True)
        return written

    def test_one_raw_document_is_written_and_ended(self, spooler: list[object]) -> None:
        transport = WindowsTransport.at("XP-80")
        transport.open()
        assert transport.query(b"\x10\x04\x01", 0.1) is None
        transport.send(PAYLOAD)
        transport.close()
        assert spooler == ["RAW", PAYLOAD, "end"]

    def test_a_refusing_spooler_and_an_unknown_printer_are_faults(self, spooler: list[object]) -> None:
        transport = WindowsTransport.at("")
        transport.open()
        with pytest.raises(DeviceFault) as fault:
            transport.send(b"refused")
        assert fault.value.code == "printer.spooler"
        transport.close()
        with pytest.raises(DeviceFault) as fault:
            WindowsTransport.at("nobody").open()
        assert fault.value.code == "printer.unreachable"
