"""The cash drawer, which hangs on the receipt printer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.devices.printer import Printer
from app.devices.status import Known


@dataclass(frozen=True, slots=True)
class DrawerOutcome:
    """What became of an attempt to open: seen open, pulse sent without an answer, or not possible (use the key)."""

    state: Literal["open", "sent", "failed"]
    code: str = ""


class Drawer:
    """Opens the drawer; who opened it and why is written by the counter before it calls."""

    def __init__(self, printer: Printer) -> None:
        """Take the printer that the drawer's cable is plugged into."""
        self._printer = printer

    def open(self) -> DrawerOutcome:
        """Kick, then look whether it opened where the printer can tell."""
        sent = self._printer.kick_drawer()
        if sent.state == "failed":
            return DrawerOutcome("failed", sent.facts.get("code", ""))
        # The sensor's "open" is not trusted as failure: many drawers have no sensor wired.
        return DrawerOutcome("open" if sent.facts.get("drawer") == Known.NO.value else "sent")

    def is_open(self) -> Known:
        """Return whether the drawer stands open, `unknown` without a sensor."""
        closed = self._printer.status().drawer
        return {Known.YES: Known.NO, Known.NO: Known.YES, Known.UNKNOWN: Known.UNKNOWN}[closed]
