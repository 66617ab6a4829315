"""Printers behind a device file (parallel port, usblp), or a plain file for looking at the bytes."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class


class FileTransport:
    """A one-way road: bytes go into a file, no status comes back."""

    WAY: ClassVar[str] = "file"

    def __init__(self, path: str) -> None:
        self._path = path
        self._printer: Any = None

    @classmethod
    def at(cls, address: str) -> Self:
        """Read a path."""
        if not address.strip():
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(address.strip())

    def open(self) -> None:
        """Open the file for writing; a plain file is emptied."""
        self.close()
        printer = escpos_class("file", "File")(self._path)
        not_found = escpos_class("file", "DeviceNotFoundError")
        try:
            printer.open()
        except (OSError, not_found) as error:
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Write and flush all bytes."""
        if self._printer is None:
            raise self._fault("printer.closed")
        try:
            self._printer._raw(payload)
        except OSError as error:
            raise self._fault("printer.lost") from error

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Return None: nothing comes back on this road, so nothing is asked."""
        return None

    def close(self) -> None:
        """Close the file."""
        printer, self._printer = self._printer, None
        if printer is not None:
            with contextlib.suppress(OSError):
                printer.close()

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this file."""
        return DeviceFault(code, {"way": self.WAY, "address": self._path}, retry=True)
