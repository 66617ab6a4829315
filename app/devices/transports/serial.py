"""Printers on a serial line, real or behind a USB adapter."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class

if sys.platform == "win32":
    _LOST: tuple[type[Exception], ...] = (OSError,)
else:
    import termios

    _LOST = (OSError, termios.error)
"""What a line that was pulled raises; flushing a port that is gone gives termios's own error, which is no OSError."""

DEFAULT_BAUD = 9600
WRITE_SECONDS = 3.0
CHUNK = 256
"""Bytes a write: at 9600 baud 256 bytes take 0.27 s, so three seconds without progress is a stuck line."""
_FLOWS = ("dsrdtr", "xonxoff", "none")


class SerialTransport:
    """One serial port; writes in small pieces so that a blocked line is noticed and never waited for without end."""

    WAY: ClassVar[str] = "serial"

    def __init__(self, port: str, baud: int = DEFAULT_BAUD, flow: str = "dsrdtr") -> None:
        self._port = port
        self._baud = baud
        self._flow = flow
        self._printer: Any = None

    @classmethod
    def at(cls, address: str) -> Self:
        """Read `port`, `port,baud` or `port,baud,flow` with flow dsrdtr, xonxoff or none."""
        parts = [part.strip() for part in address.split(",")]
        port, baud, flow = (*parts, *("", str(DEFAULT_BAUD), "dsrdtr")[len(parts) :])[:3]
        if not port or len(parts) > 3 or not (baud.isascii() and baud.isdigit()) or flow not in _FLOWS:
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(port, int(baud), flow)

    def open(self) -> None:
        """Open the port."""
        self.close()
        serial, not_found = escpos_class("serial", "Serial"), escpos_class("serial", "DeviceNotFoundError")
        printer = serial(
            self._port,
            self._baud,
            timeout=1,
            dsrdtr=self._flow == "dsrdtr",
            xonxoff=self._flow == "xonxoff",
        )
        try:
            printer.open()
            printer.device.write_timeout = WRITE_SECONDS
        except (*_LOST, not_found) as error:
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Write all bytes; raises `printer.timeout` when the line takes none for three seconds."""
        device = self._device()
        try:
            for start in range(0, len(payload), CHUNK):
                self._printer._raw(payload[start : start + CHUNK])
        except _LOST as error:  # pyserial's SerialTimeoutException and SerialException are OSErrors
            # What is still in our buffer must go, or closing the port waits for it for ever.
            with contextlib.suppress(*_LOST):
                device.reset_output_buffer()
            stuck = type(error).__name__ == "SerialTimeoutException"
            raise self._fault("printer.timeout" if stuck else "printer.lost") from error

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Ask and read the first byte that comes, with whatever came along."""
        device = self._device()
        try:
            device.reset_input_buffer()
            device.timeout = timeout
            self.send(request)
            first: bytes = device.read(1)  # the library's own read waits for sixteen bytes
            return first + device.read(device.in_waiting) if first else None
        except _LOST as error:
            raise self._fault("printer.lost") from error

    def close(self) -> None:
        """Close the port."""
        printer, self._printer = self._printer, None
        if printer is not None:
            try:
                printer.close()
            except _LOST:
                # Closing waits for what is still to go out; a line that is gone is simply let go, also by the destructor.
                with contextlib.suppress(*_LOST):
                    printer.device.close()
                printer._device = False

    def _device(self) -> Any:
        """Return the open port."""
        if self._printer is None:
            raise self._fault("printer.closed")
        return self._printer.device

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this port."""
        return DeviceFault(code, {"way": self.WAY, "address": self._port}, retry=True)
