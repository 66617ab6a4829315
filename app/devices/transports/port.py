"""The small protocol that every way to a printer speaks."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self


class Transport(Protocol):
    """A way for bytes to a printer, and back where the way allows it.

    `open` … `close` frame one job (a spooler prints at `close`). All methods raise `DeviceFault`; none blocks longer
    than its few seconds. Objects belong to one thread.
    """

    WAY: ClassVar[str]
    """The word in the settings: network, serial, usb, file, cups, windows, virtual."""

    @classmethod
    def at(cls, address: str) -> Self:
        """Make one from the address in the settings; raises DeviceFault(`printer.address`) when it cannot be read."""
        ...

    def open(self) -> None:
        """Get hold of the printer, or start a spool job."""
        ...

    def send(self, payload: bytes) -> None:
        """Write all bytes; after a fault some of them may have arrived."""
        ...

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Ask and wait at most `timeout` seconds; None for silence, and always None on a one-way road."""
        ...

    def close(self) -> None:
        """Let the printer go; closing twice is allowed and never raises for a lost printer."""
        ...
