"""Printers behind the Windows spooler, as raw bytes (needs pywin32; not yet tried on a real Windows)."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class


class WindowsTransport:
    """A raw spool job; Windows gives nothing back, so the printer's status stays unknown.

    Untested on Windows: written against the documented interface of win32print, and tested with a stand-in.
    """

    WAY: ClassVar[str] = "windows"

    def __init__(self, name: str) -> None:
        self._name = name
        self._printer: Any = None

    @classmethod
    def at(cls, address: str) -> Self:
        """Read the printer's name as Windows shows it; empty means the default printer."""
        return cls(address.strip())

    def open(self) -> None:
        """Start a document."""
        self.close()
        win32raw, not_found = escpos_class("win32raw", "Win32Raw"), escpos_class("win32raw", "DeviceNotFoundError")
        if not win32raw.is_usable():
            raise DeviceFault("printer.package_missing", {"package": "pywin32"}, retry=False)
        printer = win32raw(self._name)
        try:
            printer.open(job_name="yaogui")
        except not_found as error:
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Write all bytes into the document."""
        if self._printer is None:
            raise self._fault("printer.closed")
        try:
            self._printer._raw(payload)
        except _pywin_error() as error:
            raise self._fault("printer.spooler") from error

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Return None: the spooler cannot be read."""
        return None

    def close(self) -> None:
        """End the document, which is what prints it."""
        printer, self._printer = self._printer, None
        if printer is not None:
            with contextlib.suppress(_pywin_error()):
                printer.close()

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this printer."""
        return DeviceFault(code, {"way": self.WAY, "address": self._name}, retry=True)


def _pywin_error() -> type[Exception]:
    """Return pywin32's own error class, which is no OSError."""
    module = escpos_class("win32raw", "pywintypes")
    found: type[Exception] = module.error
    return found
