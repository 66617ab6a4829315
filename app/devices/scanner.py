"""A scanner that needs no keyboard: on a serial line or on the shop's network, heard on a thread of its own."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any, Protocol, Self

from app.devices.faults import DeviceFault

ENDS = frozenset(b"\r\n\t\x00\x03")
"""What scanners put after a code: CR, LF, TAB, NUL, ETX."""
START = b"\x02"
"""STX, which some put before it."""
QUIET_S = 0.06
"""A code without an end is whole after so long a silence: at 9600 baud a character takes one millisecond."""
LONGEST = 4096
"""Bytes of the longest code; whatever sends more without an end is no scanner."""
CONNECT_S = 2.0
AGAIN_S = 2.0
"""How long after a line was lost it is tried again."""
DEFAULT_BAUD = 9600

logger = logging.getLogger(__name__)


class Wire(Protocol):
    """An open way to one scanner."""

    def read(self) -> bytes:
        """What has come, waiting `QUIET_S` at most; b'' for silence. OSError once the scanner is gone."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class SerialWire:
    """A port, real or behind a USB adapter or the gun's own virtual one."""

    def __init__(self, port: Any) -> None:
        self._port = port

    @classmethod
    def open(cls, address: str) -> Self:
        """Open `port` or `port,baud`."""
        import serial

        port, _, baud = address.partition(",")
        return cls(serial.Serial(port.strip(), int(baud or DEFAULT_BAUD), timeout=QUIET_S))

    def read(self) -> bytes:
        """The first byte, with whatever came along."""
        first: bytes = self._port.read(1)
        return first + self._port.read(self._port.in_waiting) if first else b""

    def close(self) -> None:
        """Close the port."""
        self._port.close()


class NetworkWire:
    """A scanner, or the base of a wireless one, that waits for the till on a TCP port."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    @classmethod
    def open(cls, address: str) -> Self:
        """Connect to `host:port`."""
        host, _, port = address.strip().rpartition(":")
        line = socket.create_connection((host, int(port)), CONNECT_S)
        # A base that was unplugged says nothing ever after: without this the till would wait for it all day.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        line.settimeout(QUIET_S)
        return cls(line)

    def read(self) -> bytes:
        """What has come; ConnectionError once the scanner hung up."""
        try:
            came = self._line.recv(LONGEST)
        except TimeoutError:
            return b""
        if not came:
            raise ConnectionError("the scanner hung up")
        return came

    def close(self) -> None:
        """Hang up."""
        self._line.close()


WIRES: dict[str, Callable[[str], Wire]] = {"serial": SerialWire.open, "network": NetworkWire.open}
"""Ways besides the keyboard, by the word of the settings."""


def check_address(way: str, address: str) -> None:
    """Raise DeviceFault(`scanner.address`) for an address that cannot be one: `port[,baud]`, or `host:port`."""
    if way == "serial":
        port, comma, number = address.strip().partition(",")
        good = bool(port) and (not comma or (number.strip().isascii() and number.strip().isdigit()))
    else:
        port, _, number = address.strip().rpartition(":")
        good = bool(port) and number.isascii() and number.isdigit() and 0 < int(number) < 65536
    if not good:
        raise DeviceFault("scanner.address", {"way": way, "address": address}, retry=False)


class Codes:
    """Cuts what comes over a line into codes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, came: bytes) -> list[str]:
        """The codes that are whole now; b'' is silence, which ends one as well."""
        whole = []
        for byte in came:
            if byte in ENDS:
                whole.append(self._cut())
            else:
                self._held.append(byte)
        if not came or len(self._held) > LONGEST:
            whole.append(self._cut())
        return [code for code in whole if code]

    def _cut(self) -> str:
        raw = bytes(self._held).strip(START)
        self._held.clear()
        if len(raw) > LONGEST:
            return ""
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("gb18030", "replace")


class ScannerLine:
    """One scanner at its address: connected to again and again until it is stopped."""

    def __init__(
        self, way: str, address: str, on_scan: Callable[[str], None], on_state: Callable[[bool], None] = lambda _: None
    ) -> None:
        """Both are called on the thread: `on_scan` with each whole code, `on_state` when the scanner comes or goes."""
        self._open, self._address = WIRES[way], address
        self._on_scan, self._on_state = on_scan, on_state
        self._stopping = threading.Event()
        self.well: bool | None = None
        """Whether it is connected; None before the first try."""
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def let_go(self) -> None:
        """Hear it no more; the thread ends as soon as it may."""
        self._stopping.set()

    def stop(self) -> None:
        """Let it go, and wait until that is done."""
        self.let_go()
        if self._thread.is_alive():
            self._thread.join(CONNECT_S + 1)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen(self._open(self._address))
            except (OSError, ValueError) as error:
                logger.info("scanner at %s: %s", self._address, error)
                self._tell(False)
                self._stopping.wait(AGAIN_S)

    def _listen(self, wire: Wire) -> None:
        codes = Codes()
        try:
            self._tell(True)
            while not self._stopping.is_set():
                for code in codes.take(wire.read()):
                    self._on_scan(code)
        finally:
            wire.close()

    def _tell(self, well: bool) -> None:
        if well != self.well:
            self.well = well
            self._on_state(well)
