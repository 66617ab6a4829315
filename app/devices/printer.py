"""A receipt printer: sends tickets, says how each ended, and reads the machine's own status."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.devices.encoder import DRAWER_KICK, Encoder
from app.devices.faults import DeviceFault
from app.devices.profile import PrinterProfile
from app.devices.status import Known, PrinterStatus, read_status
from app.devices.ticket import Ticket
from app.devices.transports.port import Transport

STATUS_SECONDS = 1.0
DONE_SECONDS = 4.0
"""Longest wait for "all printed": a long receipt takes about three seconds on paper."""
_DONE = b"\x1dr\x01"
"""GS r 1 is answered in its turn, after everything before it has been printed."""

logger = logging.getLogger(__name__)

PrintState = Literal["confirmed", "sent", "unknown", "failed"]


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """How a job ended.

    confirmed: the printer said so afterwards. sent: all bytes went out on a road that gives no answer. unknown: some
    paper may have come out; a person must look, nothing may repeat it by itself. failed: nothing was sent, so trying
    again is safe.
    """

    state: PrintState
    facts: Mapping[str, str] = field(default_factory=dict)


class Printer:
    """One printer of this till; belongs to the printing thread.

    Each call opens the transport, does its work and closes it, so that a printer can be shared and pulled at any time.
    """

    def __init__(self, profile: PrinterProfile, transport: Transport, font: Path) -> None:
        """Take what the printer can do, the way to it, and the carried font for rows it cannot write."""
        self.profile = profile
        self._transport = transport
        self._encoder = Encoder(profile, font)

    def print(self, ticket: Ticket, head: Ticket | None = None) -> PrintOutcome:
        """Print one ticket; never raises for a machine's fault and takes about ten seconds at the very worst.

        `head` goes onto the paper above it (the mark of a copy); the bytes of the ticket itself are the same with and without.
        """
        above = self._encoder.encode(head) if head is not None else b""
        return self._send(above + self._encoder.encode(ticket), confirm=self.profile.answers_done)

    def kick_drawer(self) -> PrintOutcome:
        """Send the drawer's pulse; `sent` says only that, whether it opened is in `status().drawer`."""
        return self._send(DRAWER_KICK, confirm=False, needs_paper=False)

    def status(self) -> PrinterStatus:
        """Ask the printer how it is; everything unknown when it cannot be reached or does not answer."""
        try:
            self._transport.open()
            return self._read()
        except DeviceFault as fault:
            logger.info("printer status: %s", fault.code)
            offline = fault.code == "printer.unreachable"
            return PrinterStatus(online=Known.NO if offline else Known.UNKNOWN)
        finally:
            self._transport.close()

    def close(self) -> None:
        """Let go of the transport at the end of the day; every call above has already closed its own job."""
        self._transport.close()

    def _send(self, payload: bytes, *, confirm: bool, needs_paper: bool = True) -> PrintOutcome:
        """Send bytes between two looks at the status."""
        try:
            try:
                self._transport.open()
                before = self._read()
            except DeviceFault as fault:
                return _outcome("failed", fault)
            if (before.can_print if needs_paper else before.online) is Known.NO:
                # A drawer pulse, too, would wait in a stopped printer and open the drawer at some later moment.
                return PrintOutcome("failed", {"code": "printer.not_ready", **before.facts()})
            try:
                self._transport.send(payload)
                return self._after(before, confirm)
            except DeviceFault as fault:
                return _outcome("unknown", fault)
        finally:
            with contextlib.suppress(DeviceFault):
                self._transport.close()

    def _after(self, before: PrinterStatus, confirm: bool) -> PrintOutcome:
        """Judge what became of a job whose bytes have all been sent."""
        if before.online is Known.UNKNOWN:
            return PrintOutcome("sent", before.facts())
        done = confirm and self._transport.query(_DONE, DONE_SECONDS) is not None
        after = self._read()
        if after.can_print is Known.NO or after.online is Known.UNKNOWN:
            return PrintOutcome("unknown", {"code": "printer.stopped", **after.facts()})
        return PrintOutcome("confirmed" if done else "sent", after.facts())

    def _read(self) -> PrinterStatus:
        """Ask DLE EOT 1 to 4; a printer silent to the first is not asked the others."""
        first = self._transport.query(b"\x10\x04\x01", STATUS_SECONDS)
        if first is None:
            return PrinterStatus()
        rest = [self._transport.query(bytes((0x10, 0x04, n)), STATUS_SECONDS) for n in (2, 3, 4)]
        return read_status((first, rest[0], rest[1], rest[2]), self.profile.drawer_open_is_high)


def _outcome(state: PrintState, fault: DeviceFault) -> PrintOutcome:
    """Turn a fault into an outcome."""
    logger.warning("printing %s: %s", state, fault.code)
    return PrintOutcome(state, {"code": fault.code, **fault.facts})
