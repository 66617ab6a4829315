"""Trying a printer that was found: the test page, sent as to a printer that can do everything."""

from __future__ import annotations

from pathlib import Path

from app.devices.faults import DeviceFault
from app.devices.finding import Found
from app.devices.fitting import page, page_profile
from app.devices.printer import Printer, PrintOutcome
from app.devices.transports import transport_at


def print_page(found: Found, font: Path) -> PrintOutcome:
    """Print the test page; never raises for a machine's fault, and blocks for as long as a receipt takes."""
    try:
        transport = transport_at(found.way, found.address)
    except DeviceFault as fault:
        return PrintOutcome("failed", {"code": fault.code, **fault.facts})
    return Printer(page_profile(), transport, font).print(page(found))
