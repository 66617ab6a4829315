"""Printers behind CUPS, through the `lp` command with raw bytes."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class

SPOOL_SECONDS = 5.0


class CupsTransport:
    """A spool job: the bytes are handed to `lp` at `close`, whose exit code says whether the spooler took them.

    The library's printer finds and starts `lp`; its own closing ignores that exit code, adds a line end and may end
    `lp` before it has finished, so the job is finished here.
    """

    WAY: ClassVar[str] = "cups"

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._printer: Any = None

    @classmethod
    def at(cls, address: str) -> Self:
        """Read the name of the print queue; empty means the system's default."""
        if address.strip().startswith("-"):
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(address.strip())

    def open(self) -> None:
        """Start `lp`; raises when the queue is not known."""
        self.close()
        lp, not_found = escpos_class("lp", "LP"), escpos_class("lp", "DeviceNotFoundError")
        if not lp.is_usable() or shutil.which("lp") is None or shutil.which("lpstat") is None:
            raise DeviceFault("printer.package_missing", {"package": "cups-client"}, retry=False)
        printer = lp(self._queue)
        try:
            printer.open(job_name="yaogui")
        except (OSError, IndexError, not_found) as error:  # IndexError: no default queue
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Hand the bytes to `lp` and wait until the spooler has accepted them."""
        if self._printer is None:
            raise self._fault("printer.closed")
        process: subprocess.Popen[bytes] = self._printer.device
        self._forget()
        try:
            process.communicate(payload, timeout=SPOOL_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise self._fault("printer.timeout") from error
        except OSError as error:
            process.kill()
            process.wait()
            raise self._fault("printer.spooler") from error
        if process.returncode:
            raise self._fault("printer.spooler")

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Return None: a spooler gives no answer of the printer."""
        return None

    def close(self) -> None:
        """Give up a job that was started and never sent."""
        if self._printer is None:
            return
        process: subprocess.Popen[bytes] = self._printer.device
        self._forget()
        process.kill()
        process.communicate()

    def _forget(self) -> None:
        """Take the process away from the library, whose destructor would write to it."""
        self._printer._device = False
        self._printer = None

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this queue."""
        return DeviceFault(code, {"way": self.WAY, "address": self._queue}, retry=True)
