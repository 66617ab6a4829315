"""Printers behind CUPS, through the `lp` command with raw bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class

SPOOL_SECONDS = 5.0


def print_queues() -> tuple[str, ...]:
    """Return the names of the spooler's queues; none where there is no spooler."""
    return tuple(line.strip() for line in _lpstat("-e").splitlines() if line.strip())


def queue_stopped(queue: str) -> bool:
    """Return whether a queue only keeps what it is given (switched off, or stopped after a failure)."""
    return f"printer {queue} disabled" in _lpstat("-p", queue)


def _lpstat(*words: str) -> str:
    """Return what `lpstat` says, in English; '' when it is not there or does not answer."""
    try:
        told = subprocess.run(
            ("lpstat", *words), capture_output=True, text=True, timeout=SPOOL_SECONDS, env={**os.environ, "LC_ALL": "C"}, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout


class CupsTransport:
    """A spool job: the bytes are handed to `lp`, whose exit code says whether the spooler took them.

    The library's printer finds the queue and starts `lp`; its own closing ignores that exit code, adds a line end and may
    end `lp` before it has finished, so the job is finished here. `lp` is started only when there is something to print:
    it makes a job as soon as it runs.
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
        """Look for the queue; raises when it is not known, or stopped: what it took now would come out at some later moment."""
        self.close()
        lp = escpos_class("lp", "LP")
        if not lp.is_usable() or shutil.which("lp") is None or shutil.which("lpstat") is None:
            raise DeviceFault("printer.package_missing", {"package": "cups-client"}, retry=False)
        printer = lp(self._queue)
        try:
            printer.printer_name = self._queue or printer._get_system_default_printer()
        except (OSError, IndexError) as error:  # IndexError: no default queue
            raise self._fault("printer.unreachable") from error
        if printer.printer_name not in print_queues() or queue_stopped(printer.printer_name):
            raise self._fault("printer.unreachable")
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Hand the bytes to `lp` and wait until the spooler has accepted them; each call is a job of its own."""
        printer = self._printer
        if printer is None:
            raise self._fault("printer.closed")
        not_found = escpos_class("lp", "DeviceNotFoundError")
        try:
            printer.open(job_name="yaogui")
        except (OSError, not_found) as error:
            raise self._fault("printer.spooler") from error
        process: subprocess.Popen[bytes] = printer.device
        # Taken away from the library, whose destructor would write to it.
        printer._device = False
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
        """Let the queue go; a job that was handed over is the spooler's."""
        self._printer = None

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this queue."""
        return DeviceFault(code, {"way": self.WAY, "address": self._queue}, retry=True)
