"""A USB bus with one printer on it, behind pyusb's own backend interface; and a real CUPS spooler of one's own."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import usb.core
from usb.backend import IBackend

VENDOR, PRODUCT = 0x0416, 0x5011
OUT, IN = 0x03, 0x84
"""Endpoints that are not the library's guesses."""


class UsbBus(IBackend):  # type: ignore[misc]
    """One device: a printer (class 7) whose bulk endpoints take bytes and answer status questions."""

    def __init__(self, interface_class: int = 7) -> None:
        super().__init__()
        self.received = bytearray()
        self.answers = bytearray()
        self.silent = self.slow = self.stuck = False
        self.there = True
        self.answer = b"\x12"
        self.interface_class = interface_class

    def _plug(self) -> None:
        if not self.there:
            raise usb.core.USBError("no such device", errno=errno.ENODEV)

    def enumerate_devices(self) -> Iterator[str]:
        yield from ("printer",) if self.there else ()

    def get_device_descriptor(self, dev: str) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=0x100, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=2, bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: str, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=self.interface_class, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: str, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT, IN)[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: str) -> str:
        self._plug()
        return dev

    def close_device(self, dev_handle: str) -> None:
        """Accept."""

    def set_configuration(self, dev_handle: str, config_value: int) -> None:
        """Accept."""

    def get_configuration(self, dev_handle: str) -> int:
        return 1

    def claim_interface(self, dev_handle: str, intf: int) -> None:
        """Accept."""

    def release_interface(self, dev_handle: str, intf: int) -> None:
        """Accept."""

    def reset_device(self, dev_handle: str) -> None:
        """Accept."""

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._plug()
        assert ep == OUT and timeout > 0
        if self.stuck:
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        taken = bytes(data)[:64] if self.slow else bytes(data)  # a slow printer ends transfers early
        if self.slow:
            time.sleep(0.002)
        self.received += taken
        if taken[:2] == b"\x10\x04" and not self.silent:
            self.answers += self.answer
        return len(taken)

    def bulk_read(self, dev_handle: str, ep: int, intf: int, buff: Any, timeout: int) -> int:
        self._plug()
        assert ep == IN and timeout > 0
        if not self.answers:
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        many = min(len(buff), len(self.answers))
        for place in range(many):
            buff[place] = self.answers[place]
        del self.answers[:many]
        return many


SERVER_BIN = Path("/usr/lib/cups")
_BACKEND = """#!/bin/sh
[ $# -eq 0 ] && exit 0
[ -e "{folder}/slow" ] && sleep 0.3
cat "${{6:--}}" >> "${{DEVICE_URI#paper://}}"
"""
_FILES = """ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/run
ServerBin {folder}/bin
AccessLog {folder}/log/access
ErrorLog {folder}/log/error
PageLog {folder}/log/page
"""
_DAEMON = """Listen {folder}/run/s
LogLevel warn
Browsing No
WebInterface No
DefaultAuthType None
<Location />
Order allow,deny
Allow all
</Location>
<Location /admin>
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""
_QUEUE = """<DefaultPrinter receipt>
Info receipt
DeviceURI paper://{folder}/paper
State Idle
Accepting Yes
Shared No
JobSheets none none
ErrorPolicy stop-printer
</DefaultPrinter>
"""


class Spooler:
    """A real cupsd that listens on nothing but a socket file, with one raw queue whose back end writes to a file."""

    def __init__(self, folder: Path) -> None:
        """`folder` must have a short path: socket names are limited to about a hundred characters."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("etc", "spool/tmp", "cache", "run", "log", "bin/backend"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in ("daemon", "filter", "cgi-bin", "monitor", "notifier"):
            (folder / "bin" / name).symlink_to(SERVER_BIN / name)
        self._write("bin/backend/paper", _BACKEND, 0o700)
        self._write("etc/cups-files.conf", _FILES)
        self._write("etc/cupsd.conf", _DAEMON)
        self._write("etc/printers.conf", _QUEUE, 0o600)
        self.paper = folder / "paper"
        self.paper.touch()

    @staticmethod
    def missing() -> str:
        """Why there is no spooler on this machine, or ''."""
        for program in ("cupsd", "lp", "lpstat", "cupsdisable"):
            if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
                return f"{program} is not installed (Debian packages cups-daemon and cups-client)"
        return ""

    @property
    def socket(self) -> str:
        """What CUPS_SERVER must be."""
        return str(self._folder / "run" / "s")

    def slow(self) -> None:
        """Let the back end take its time."""
        (self._folder / "slow").touch()

    def start(self) -> None:
        """Start and wait until it listens; RuntimeError with its own words when it does not."""
        daemon = shutil.which("cupsd", path="/usr/sbin:/sbin:/usr/bin") or "cupsd"
        etc = self._folder / "etc"
        self._process = subprocess.Popen(
            (daemon, "-f", "-c", str(etc / "cupsd.conf"), "-s", str(etc / "cups-files.conf")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 30
        while not Path(self.socket).exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self._folder / "log" / "error"
                raise RuntimeError(log.read_text("utf-8", "replace")[-600:] if log.exists() else "cupsd ended at once")
            time.sleep(0.02)

    def switch(self, on: bool) -> None:
        """Start or stop the queue, as its own commands do."""
        subprocess.run(("cupsenable" if on else "cupsdisable", "receipt"), check=True, timeout=30)

    def stop(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            if process.stderr is not None:
                process.stderr.close()
        Path(self.socket).unlink(missing_ok=True)

    def _write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self._folder / name
        path.write_text(text.format(folder=self._folder), "utf-8")
        path.chmod(mode)
