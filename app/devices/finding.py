"""Finding printers: what hangs on this computer, what its spooler knows, and, only when asked, who answers on the shop's network."""

from __future__ import annotations

import importlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from app.devices.transports.cups import print_queues
from app.devices.transports.network import DEFAULT_PORT

PRINTER_CLASS = 7
"""USB's class number of printers."""
SCAN_SECONDS = 0.4
"""How long one address may take to answer; a printer in the shop needs a few milliseconds."""
SCAN_WORKERS = 32
LARGEST_NET = 256
"""Addresses of one scan: a shop's network; nobody's scan leaves it."""
SERIAL_BAUD = 9600


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that may be a printer: the words of its settings, and how a person knows it."""

    way: str
    address: str
    title: str
    sure: bool
    """Whether it says itself that it is a printer; a serial port may be anything."""


def usb_printers(backend: Any = None) -> tuple[Found, ...]:
    """Return the USB devices with a printer's interface; none where pyusb or its system library is missing.

    The address carries the endpoints that the device names, so nothing about it need be guessed later.
    """
    try:
        import usb.core
        import usb.util

        devices = list(usb.core.find(find_all=True, backend=backend))
    except (ImportError, ValueError, OSError):  # ValueError: no library that reaches the bus
        return ()
    found = []
    for device in devices:
        try:
            ends = _bulk_ends(device, usb.util)
            name = _name(device)
        except (OSError, ValueError, NotImplementedError):  # a device that may not be asked is not ours
            continue
        if ends is not None:
            address = f"{device.idVendor:04x}:{device.idProduct:04x}:{ends[0]:02x}:{ends[1]:02x}"
            found.append(Found("usb", address, name or f"USB {device.idVendor:04x}:{device.idProduct:04x}", True))
    return tuple(found)


def _bulk_ends(device: Any, util: Any) -> tuple[int, int] | None:
    """Return the in and out endpoints of the printer's interface; None for a device that is no printer."""
    for configuration in device:
        for interface in configuration:
            if interface.bInterfaceClass != PRINTER_CLASS:
                continue
            ends: dict[int, int] = {}
            for end in interface:
                if util.endpoint_type(end.bmAttributes) == util.ENDPOINT_TYPE_BULK:
                    ends.setdefault(util.endpoint_direction(end.bEndpointAddress), end.bEndpointAddress)
            if util.ENDPOINT_OUT in ends:
                return ends.get(util.ENDPOINT_IN, 0x82), ends[util.ENDPOINT_OUT]
    return None


def _name(device: Any) -> str:
    """Return maker and model as the device tells them; '' where it tells none or may not be asked."""
    try:
        return " ".join(part.strip() for part in (device.manufacturer, device.product) if part and part.strip())
    except (OSError, ValueError, NotImplementedError):
        return ""


def serial_ports(listing: Callable[[], Iterable[Any]] | None = None) -> tuple[Found, ...]:
    """Return the serial ports of this computer with what is plugged into them, adapters first."""
    if listing is None:
        from serial.tools import list_ports

        listing = list_ports.comports
    ports = sorted(listing(), key=lambda port: (port.vid is None, port.device))
    return tuple(Found("serial", f"{port.device},{SERIAL_BAUD}", _port_title(port), False) for port in ports)


def _port_title(port: Any) -> str:
    words = (port.description or "").strip()
    return f"{port.device} · {words}" if words and words.lower() != "n/a" else str(port.device)


def spool_queues() -> tuple[Found, ...]:
    """Return the print queues of this computer's own spooler: CUPS, or Windows."""
    windows = _windows_printers()
    if windows:
        return tuple(Found("windows", name, name, True) for name in windows)
    return tuple(Found("cups", name, name, True) for name in print_queues())


def _windows_printers() -> tuple[str, ...]:
    """Return what Windows lists; nothing on another system."""
    try:
        win32print: Any = importlib.import_module("win32print")
    except ImportError:
        return ()
    listed = win32print.EnumPrinters(win32print.PRINTER_ENUM_LOCAL | win32print.PRINTER_ENUM_CONNECTIONS, None, 2)
    return tuple(str(each["pPrinterName"]) for each in listed)


def here(backend: Any = None) -> tuple[Found, ...]:
    """Return everything found without asking the network, the surest first; takes well under a second."""
    found = (*usb_printers(backend), *spool_queues(), *serial_ports())
    return tuple(sorted(found, key=lambda each: not each.sure))


def own_address() -> str:
    """Return this computer's address in the shop's network, '' without one; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address kept for documentation: choosing the way out is all that happens
            address = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if address.startswith("127.") else address


def neighbours(address: str) -> tuple[str, ...]:
    """Return the other addresses of the /24 network that an address lies in; none for one outside private ranges.

    ValueError for what is no address.
    """
    own = ipaddress.IPv4Address(address)
    if not own.is_private:
        return ()
    net = ipaddress.IPv4Network(f"{address}/24", strict=False)
    return tuple(str(host) for host in net.hosts() if host != own)


def scan(
    hosts: Iterable[str],
    *,
    port: int = DEFAULT_PORT,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    stop: threading.Event | None = None,
    seconds: float = SCAN_SECONDS,
) -> tuple[Found, ...]:
    """Return which hosts take a connection on the printers' port.

    At most `LARGEST_NET` hosts are asked, each once and without a byte being sent; `on_progress(done, of)` is called from
    several threads; `stop` ends it early with what was found so far.
    """
    asked = tuple(hosts)[:LARGEST_NET]
    stopping = stop or threading.Event()
    done: list[str] = []
    found: list[Found] = []

    def ask(host: str) -> None:
        if stopping.is_set():
            return
        if _listens(host, port, seconds):
            found.append(Found("network", f"{host}:{port}", host, True))
        done.append(host)
        on_progress(len(done), len(asked))

    with ThreadPoolExecutor(SCAN_WORKERS, thread_name_prefix="scan") as pool:
        for _ in pool.map(ask, asked):
            pass
    return tuple(sorted(found, key=lambda each: socket.inet_aton(each.title)))


def _listens(host: str, port: int, seconds: float) -> bool:
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False
