"""Printers are found on this computer, and on the network only among the neighbours, once each."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "doubles"))

from printer_roads import PRODUCT, VENDOR, UsbBus

from app.devices import finding
from app.devices.finding import Found, neighbours, scan, serial_ports, usb_printers
from app.devices.transports import transport_at


def test_a_usb_printer_is_found_by_its_class_and_its_endpoints_are_in_the_address() -> None:
    found = usb_printers(UsbBus())
    assert found == (Found("usb", f"{VENDOR:04x}:{PRODUCT:04x}:84:03", f"USB {VENDOR:04x}:{PRODUCT:04x}", True),)
    assert transport_at(found[0].way, found[0].address).WAY == "usb"


def test_a_usb_stick_is_no_printer_and_an_empty_bus_has_none() -> None:
    gone = UsbBus()
    gone.there = False
    assert (usb_printers(UsbBus(interface_class=8)), usb_printers(gone)) == ((), ())


def test_serial_ports_are_listed_with_adapters_first() -> None:
    ports = [
        SimpleNamespace(device="/dev/ttyS0", description="n/a", vid=None),
        SimpleNamespace(device="/dev/ttyUSB0", description="USB-Serial Controller", vid=0x067B),
    ]
    assert serial_ports(lambda: ports) == (
        Found("serial", "/dev/ttyUSB0,9600", "/dev/ttyUSB0 · USB-Serial Controller", False),
        Found("serial", "/dev/ttyS0,9600", "/dev/ttyS0", False),
    )


def test_the_surest_stand_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "serial_ports", lambda: (Found("serial", "s", "s", False),))
    monkeypatch.setattr(finding, "print_queues", lambda: ("receipt",))
    assert [each.way for each in finding.here(UsbBus())] == ["usb", "cups", "serial"]


def test_only_the_neighbours_of_a_private_address_are_asked() -> None:
    hosts = neighbours("192.168.3.20")
    assert (len(hosts), hosts[0], hosts[-1], "192.168.3.20" in hosts) == (253, "192.168.3.1", "192.168.3.254", False)
    assert neighbours("8.8.8.8") == ()
    with pytest.raises(ValueError):
        neighbours("printer")


def test_a_scan_finds_who_listens_and_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as printer:
        port = printer.getsockname()[1]
        found = scan(("127.0.0.1", "127.0.0.2"), port=port, on_progress=lambda done, of: told.append((done, of)), seconds=5.0)
    assert found == (Found("network", f"127.0.0.1:{port}", "127.0.0.1", True),)
    assert sorted(told) == [(1, 2), (2, 2)]


def test_a_scan_that_is_stopped_asks_nobody_any_more() -> None:
    stop = threading.Event()
    stop.set()
    told: list[int] = []
    assert scan(neighbours("127.0.0.1"), on_progress=lambda done, _: told.append(done), stop=stop) == ()
    assert told == []


def test_a_scan_never_asks_more_than_one_small_network() -> None:
    asked: list[str] = []

    def listens(host: str, _port: int, _seconds: float) -> bool:
        asked.append(host)
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "_listens", listens)
        scan(f"127.1.{high}.{low}" for high in range(4) for low in range(256))
    assert len(asked) == finding.LARGEST_NET
