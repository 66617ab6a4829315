"""Printers behind a device file (parallel port, usblp), or a plain file for looking at the bytes."""

from __future__ import annotations

import contextlib
import io
import os
import select
from pathlib import Path
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class

WRITE_SECONDS = 3.0


class FileTransport:
    """A one-way road: bytes go into a file, no status comes back.

    A device file of a printer without paper takes no more bytes and would hold the writer for ever, so it is written to
    without blocking and given three seconds for every step.
    """

    WAY: ClassVar[str] = "file"

    def __init__(self, path: str) -> None:
        self._path = path
        self._printer: Any = None
        self._kept = False
        """Whether the plain file still holds what an earlier opening wrote."""

    @classmethod
    def at(cls, address: str) -> Self:
        """Read a path."""
        if not address.strip():
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(address.strip())

    def open(self) -> None:
        """Open the file for writing; a plain file keeps the last job until the next one comes, however often it is asked after."""
        self.close()
        printer = escpos_class("file", "File")(self._path)
        not_found = escpos_class("file", "DeviceNotFoundError")
        self._kept = Path(self._path).is_file()
        try:
            if self._kept:
                printer.device = io.FileIO(self._path, "ab")
            else:
                printer.open()
        except (OSError, not_found) as error:
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Write all bytes; raises `printer.timeout` when the device takes none for three seconds."""
        if self._printer is None:
            raise self._fault("printer.closed")
        try:
            if self._kept:
                self._printer.device.truncate(0)
                self._kept = False
            if os.name == "nt":
                self._printer._raw(payload)  # Windows has no such thing as a device file that can be asked
            else:
                self._write(self._printer.device.fileno(), memoryview(payload))
        except OSError as error:
            raise self._fault("printer.lost") from error

    def _write(self, device: int, left: memoryview) -> None:
        """Write as the device takes it."""
        os.set_blocking(device, False)
        while left:
            if not select.select((), (device,), (), WRITE_SECONDS)[1]:
                raise self._fault("printer.timeout")
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(device, left) :]

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
