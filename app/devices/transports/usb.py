"""Printers on USB spoken to directly (needs pyusb; on Windows prefer the spooler or the network)."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar, Self

from app.devices.faults import DeviceFault
from app.devices.transports.escpos_classes import escpos_class

WRITE_MILLISECONDS = 3000
CHUNK = 4096
"""Bytes a transfer."""
STALE_MILLISECONDS = 10
"""How long a look for late answers may take."""


class UsbTransport:
    """One USB printer by vendor and product number."""

    WAY: ClassVar[str] = "usb"

    def __init__(self, vendor: int, product: int, in_endpoint: int = 0x82, out_endpoint: int = 0x01, backend: Any = None) -> None:
        """`backend` is pyusb's own way to the bus; None lets pyusb look for a system library."""
        self._vendor = vendor
        self._product = product
        self._in = in_endpoint
        self._out = out_endpoint
        self._backend = backend
        self._printer: Any = None

    @classmethod
    def at(cls, address: str) -> Self:
        """Read `vendor:product` or `vendor:product:in:out`, all hexadecimal."""
        try:
            numbers = [int(part, 16) for part in address.strip().split(":")]
        except ValueError:
            numbers = []
        if len(numbers) not in (2, 4):
            raise DeviceFault("printer.address", {"address": address}, retry=False)
        return cls(*numbers)

    def open(self) -> None:
        """Claim the device; busy usually means that the system's own print service holds it."""
        self.close()
        usb, not_found = escpos_class("usb", "Usb"), escpos_class("usb", "DeviceNotFoundError")
        if not usb.is_usable():
            raise DeviceFault("printer.package_missing", {"package": "pyusb"}, retry=False)
        printer = usb(
            self._vendor,
            self._product,
            usb_args={"backend": self._backend},
            timeout=WRITE_MILLISECONDS,
            in_ep=self._in,
            out_ep=self._out,
        )
        try:
            printer.open()
        except (OSError, ValueError, not_found) as error:  # ValueError: pyusb found no backend library
            raise self._fault("printer.unreachable") from error
        self._printer = printer

    def send(self, payload: bytes) -> None:
        """Write all bytes, each transfer within three seconds.

        A transfer may end early and say how far it came; the library's own writing does not look at that.
        """
        device = self._device()
        left = payload
        try:
            while left:
                taken = int(device.write(self._out, left[:CHUNK], WRITE_MILLISECONDS))
                if not taken:
                    raise self._fault("printer.timeout")
                left = left[taken:]
        except OSError as error:  # pyusb's USBError is an OSError
            raise self._fault("printer.timeout" if _is_timeout(error) else "printer.lost") from error

    def query(self, request: bytes, timeout: float) -> bytes | None:
        """Ask and read one answer."""
        device = self._device()
        try:
            with contextlib.suppress(OSError):
                # Answers to earlier questions that came late; a printer that cannot be read at all shows below.
                while device.read(self._in, 16, STALE_MILLISECONDS):
                    pass
            device.write(self._out, request, WRITE_MILLISECONDS)
            answer = bytes(device.read(self._in, 16, int(timeout * 1000)))
        except OSError as error:
            if _is_timeout(error):
                return None
            raise self._fault("printer.lost") from error
        return answer or None

    def close(self) -> None:
        """Release the device."""
        printer, self._printer = self._printer, None
        if printer is not None:
            with contextlib.suppress(OSError):
                printer.close()

    def _device(self) -> Any:
        """Return the claimed device."""
        if self._printer is None:
            raise self._fault("printer.closed")
        return self._printer.device

    def _fault(self, code: str) -> DeviceFault:
        """Name what happened to this device."""
        return DeviceFault(code, {"way": self.WAY, "address": f"{self._vendor:04x}:{self._product:04x}"}, retry=True)


def _is_timeout(error: OSError) -> bool:
    """Tell a silent device from a lost one; pyusb gives timeouts a class of their own."""
    return isinstance(error, TimeoutError) or type(error).__name__ == "USBTimeoutError"
