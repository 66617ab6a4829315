"""Ways to a printer, one file each; a new way is a new file and its name in `TRANSPORTS`."""

from __future__ import annotations

from app.devices.faults import DeviceFault
from app.devices.transports.cups import CupsTransport
from app.devices.transports.file import FileTransport
from app.devices.transports.network import NetworkTransport
from app.devices.transports.port import Transport
from app.devices.transports.serial import SerialTransport
from app.devices.transports.usb import UsbTransport
from app.devices.transports.virtual import VirtualTransport
from app.devices.transports.windows import WindowsTransport

TRANSPORTS: tuple[type[Transport], ...] = (
    NetworkTransport,
    SerialTransport,
    UsbTransport,
    FileTransport,
    CupsTransport,
    WindowsTransport,
    VirtualTransport,
)


def transport_at(way: str, address: str) -> Transport:
    """Make the transport that the settings name; raises DeviceFault(`printer.address`) for an unknown way."""
    for transport in TRANSPORTS:
        if way == transport.WAY:
            return transport.at(address)
    raise DeviceFault("printer.address", {"way": way, "address": address}, retry=False)
