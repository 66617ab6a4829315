"""A customer pole display: two rows of twenty cells, by the two protocols that nearly all of them speak."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from app.devices.faults import DeviceFault
from app.devices.transports.port import Transport

COLUMNS = 20
Protocol = Literal["cd5220", "esc"]
Rows = tuple[str, str]

_CLEAR = b"\x0c"
_ESC_RESET = b"\x1b@"
"""ESC @ of the Epson DM-D command set; CD5220 displays take it as well."""
_UPPER, _LOWER, _END = b"\x1bQA", b"\x1bQB", b"\x0d"
"""CD5220: write the upper or lower row, ended by CR."""
_ESC_ROW = (b"\x1f\x24\x01\x01", b"\x1f\x24\x01\x02")
"""Epson DM-D: US $ column row, counted from 1."""

logger = logging.getLogger(__name__)


def fit(left: str, right: str = "") -> str:
    """One row of exactly twenty cells: `left` is cut to leave `right` whole, a hanzi takes two cells; '…' never splits one."""
    right = _cut(_clean(right), COLUMNS)
    room = COLUMNS - _cells(right) - (1 if right else 0)
    left = _cut(_clean(left), max(0, room))
    return left + " " * (COLUMNS - _cells(left) - _cells(right)) + right


def frame(rows: Rows, protocol: Protocol) -> bytes:
    """The bytes that show two rows; text in GB 18030's two-byte part, what is beyond it as '?'."""
    upper, lower = (fit(row).encode("gbk", "replace") for row in rows)
    if protocol == "cd5220":
        return _UPPER + upper + _END + _LOWER + lower + _END
    return _ESC_ROW[0] + upper + _ESC_ROW[1] + lower


def start(protocol: Protocol) -> bytes:
    """The bytes that clear the display before the first frame."""
    return _ESC_RESET + _CLEAR if protocol == "esc" else _CLEAR


def _clean(text: str) -> str:
    return "".join(ch for ch in text if ch.isprintable()).replace("¥", "￥").strip()


def _cells(text: str) -> int:
    """Cells on the display: as many as bytes, for these displays draw one cell for each."""
    return len(text.encode("gbk", "replace"))


def _cut(text: str, room: int) -> str:
    """The longest beginning that fits."""
    while _cells(text) > room:
        text = text[:-1]
    return text.rstrip()


class Pole:
    """The display on a thread of its own: always shows the newest rows, skips what came between, and never holds up a sale."""

    def __init__(self, transport: Transport, protocol: Protocol = "cd5220", on_state: Callable[[bool], None] = lambda _: None) -> None:
        """`on_state` is told, on the thread, when the display begins or ceases to take what it is sent."""
        self._transport = transport
        self._protocol: Protocol = protocol
        self._on_state = on_state
        self._rows: Rows | None = None
        self._woken = threading.Event()
        self._stopping = False
        self.well: bool | None = None
        """Whether the last rows reached it; None before the first."""
        self._thread = threading.Thread(target=self._run, name="pole", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def show(self, rows: Rows) -> None:
        """Show two rows, as soon as the display takes them."""
        self._rows = rows
        self._woken.set()

    def stop(self) -> None:
        """Let the display go; it keeps what it shows."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        fresh = True
        while not self._stopping:
            self._woken.wait()
            self._woken.clear()
            rows = self._rows
            if self._stopping or rows is None:
                continue
            try:
                self._transport.open()
                try:
                    self._transport.send((start(self._protocol) if fresh else b"") + frame(rows, self._protocol))
                finally:
                    self._transport.close()
                fresh = False
                self._tell(True)
            except DeviceFault as fault:
                # A display that is unplugged is told the next rows; nothing is repeated for it.
                logger.info("pole display: %s", fault.code)
                fresh = True
                self._tell(False)

    def _tell(self, well: bool) -> None:
        if well != self.well:
            self.well = well
            self._on_state(well)
