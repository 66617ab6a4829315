"""A scanner on a serial line or on the network: every code whole and once, however it comes, and the line found again when it was lost."""

from __future__ import annotations

import os
import queue
import socket
import sys
import threading

import pytest

from app.devices import scanner
from app.devices.faults import DeviceFault
from app.devices.scanner import LONGEST, Codes, ScannerLine, check_address

TRACE, EAN, GS1 = "81340000123456787731", "6901028075022", "010690102807502217281231\x1d10B1"


def heard(line: queue.Queue[str]) -> str:
    return line.get(timeout=60)


def test_codes_are_cut_at_any_ending_and_keep_their_separators() -> None:
    codes = Codes()
    assert codes.take(f"\x02{TRACE}\r\n{EAN}\t{GS1}\x03".encode()) == [TRACE, EAN, GS1]


def test_a_code_that_comes_in_pieces_is_one_and_silence_ends_one_without_an_ending() -> None:
    codes = Codes()
    assert codes.take(TRACE[:7].encode()) == [] and codes.take(TRACE[7:].encode()) == []
    assert codes.take(b"") == [TRACE]
    assert codes.take(b"") == []


def test_chinese_is_read_in_both_encodings() -> None:
    codes = Codes()
    assert codes.take("布洛芬\r".encode()) == ["布洛芬"]
    assert codes.take("布洛芬\r".encode("gb18030")) == ["布洛芬"]


def test_endless_noise_is_no_code_and_what_comes_after_it_is() -> None:
    codes = Codes()
    assert codes.take(b"9" * (LONGEST + 1)) == []
    assert codes.take(f"{EAN}\r".encode()) == [EAN]


@pytest.mark.parametrize(
    ("way", "address"),
    [("serial", ""), ("serial", ",9600"), ("serial", "COM3,fast"), ("network", "10.0.0.5"), ("network", ":9005"), ("network", "a:70000")],
)
def test_an_address_that_cannot_be_one_is_refused(way: str, address: str) -> None:
    with pytest.raises(DeviceFault) as fault:
        check_address(way, address)
    assert fault.value.code == "scanner.address"


def test_addresses_as_people_write_them_are_taken() -> None:
    for way, address in (("serial", "COM3"), ("serial", "/dev/ttyUSB0, 115200"), ("network", "192.0.2.7:9005")):
        check_address(way, address)


def test_a_scanner_on_the_network_is_heard_and_found_again_after_its_line_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "AGAIN_S", 0.0)
    codes: queue.Queue[str] = queue.Queue()
    states: queue.Queue[bool] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as base:
        line = ScannerLine("network", f"127.0.0.1:{base.getsockname()[1]}", codes.put, states.put)
        line.start()
        first, _ = base.accept()
        assert states.get(timeout=60) is True
        first.sendall(f"{TRACE}\r\n".encode())
        assert heard(codes) == TRACE
        first.close()
        assert states.get(timeout=60) is False
        second, _ = base.accept()
        assert states.get(timeout=60) is True and line.well
        second.sendall(EAN.encode())
        assert heard(codes) == EAN
        line.stop()
        second.close()
    assert codes.empty() and not line._thread.is_alive()


@pytest.mark.skipif(sys.platform == "win32", reason="a pair of serial ports without hardware is a thing of Unix")
def test_a_scanner_on_a_serial_line_is_heard() -> None:
    codes: queue.Queue[str] = queue.Queue()
    ours, theirs = os.openpty()
    line = ScannerLine("serial", f"{os.ttyname(theirs)},9600", codes.put)
    there = threading.Event()
    line._on_state = lambda well: there.set()
    line.start()
    assert there.wait(60) and line.well
    os.write(ours, f"{TRACE}\r".encode())
    assert heard(codes) == TRACE
    line.stop()
    os.close(ours)
    os.close(theirs)
    assert not line._thread.is_alive()


def test_a_port_that_is_not_there_is_tried_again_and_let_go_at_once() -> None:
    states: queue.Queue[bool] = queue.Queue()
    line = ScannerLine("serial", "/dev/no-such-port", lambda code: None, states.put)
    line.start()
    assert states.get(timeout=60) is False
    line.stop()
    assert not line._thread.is_alive()
