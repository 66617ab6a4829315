"""Printers on the shop's network that take raw bytes on a TCP port (usually 9100)."""

from __future__ import annotations

import contextlib
import socket
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class

DEFAULT_PORT = 9100
CONNECT_SECONDS = 2.0
SEND_SECONDS = 3.0
CHUNK = 1024
"""Bytes a write: the limit counts for each, so that a slow printer with a long job is not taken for a lost one."""


class NetworkTransport:
    """TCP to one printer; a new connection for every job, so that several tills can share it."""

    WAY: ClassVar[str] = "network"

    def __init__(self, host: str, port: int = DEFAULT_PORT) -> None:
        self._host = host
        self._port = port
        self._printer: Any = None

    @classmethod
    def at(cls, address: str) -> Self:
        """Read `host` or `host:port`."""
        host, _, port = address.strip().partition(":")
        if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(host, int(port) if port else DEFAULT_PORT)

    def open(self) -> None:
        """Connect within two seconds."""
        self.close()
        network, not_found = escpos_class("network", "Network"), escpos_class("network", "DeviceNotFoundError")
        printer = network(self._host, self._port, timeout=CONNECT_SECONDS)
        try:
            printer.open()
        except (OSError, not_found) as error:
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Write all bytes; a printer that takes none for three seconds is a fault."""
        device = self._device()
        device.settimeout(SEND_SECONDS)
        try:
            for start in range(0, len(payload), CHUNK):
                self._printer._raw(payload[start : start + CHUNK])
        except TimeoutError as error:
            raise self._fault("printer.timeout") from error
        except OSError as error:
            raise self._fault("printer.lost") from error

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Ask; answers to earlier questions that come late are thrown away first."""
        device = self._device()
        try:
            device.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while device.recv(64):
                    pass
            device.settimeout(timeout)
            self._printer._raw(request)
            answer: bytes = self._printer._read()
        except TimeoutError:
            return None
        except OSError as error:
            raise self._fault("printer.lost") from error
        if not answer:
            raise self._fault("printer.lost")
        return answer

    def close(self) -> None:
        """Hang up."""
        printer, self._printer = self._printer, None
        if printer is not None:
            printer.close()

    def _device(self) -> socket.socket:
        """Return the open socket."""
        if self._printer is None:
            raise self._fault("printer.closed")
        device: socket.socket = self._printer.device
        return device

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this printer."""
        return DeviceFault(code, {"way": self.WAY, "address": f"{self._host}:{self._port}"}, retry=True)
