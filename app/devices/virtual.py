"""A printer made of code: ESC/POS bytes become events and a picture of the paper, and a socket behaves like a machine.

It is the preview on the screen, the instrument of the golden tests and the demo's printer. It reads bytes the way a
Chinese 80 or 58 mm thermal printer does, not the way our encoder writes them.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from app.devices.glyphs import CELL_DOTS, ROW_DOTS, GlyphFont
from app.devices.symbols import code128_modules, ean13_modules, qr_modules

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)

Event = dict[str, Any]
LINE_SPACING = 30
"""Dots from row to row after a reset (1/6 inch at 180 dpi, as the common mechanisms have it)."""
MARGIN = 32
"""Dots the mechanism cannot reach at each side of 80 mm paper (640 dots) and of 58 mm paper alike."""


@dataclass(slots=True)
class _Mode:
    """What ESC @ resets."""

    align: int = 0
    bold: bool = False
    across: int = 1
    down: int = 1
    hanzi: bool = False
    spacing: int = LINE_SPACING
    bar_height: int = 162
    bar_unit: int = 3
    stops: tuple[int, ...] = tuple(range(8, 256, 8))
    """Tab stops in cells from the left edge; a reset sets one every eight."""


@dataclass(frozen=True, slots=True)
class _Glyph:
    """One character waiting in the line buffer."""

    ch: str
    cells: int
    bold: bool
    across: int
    down: int


class Interpreter:
    """Reads ESC/POS bytes in any portions; `events` and `image()` say what is on the paper so far.

    Events are plain dictionaries, stable for golden tests: line, raster, qr, code128, ean13, feed, drawer, cut, warn.
    """

    def __init__(self, font: Path, *, dots: int = 576, charset: str = "gb18030") -> None:
        """Take the carried font, the width of the paper in dots, and the charset of the printer's font memory."""
        self.events: list[Event] = []
        self._dots = dots
        self._charset = charset
        self._glyphs = GlyphFont(font)
        self._mode = _Mode()
        self._line: list[_Glyph] = []
        self._paper: list[Image] = []
        self._pending = b""
        self._qr_unit = 3
        self._qr_payload = b""
        self._replies: list[bytes] = []
        self._status: Callable[[int], bytes] = lambda _: b"\x12"

    def on_status(self, answer: Callable[[int], bytes]) -> None:
        """Set who answers DLE EOT n (1 to 4) and GS r 1 (asked as 0)."""
        self._status = answer

    def feed(self, received: bytes) -> bytes:
        """Read bytes; what is not yet a whole command waits for the next call. Returns the printer's replies."""
        buffer = self._pending + received
        at = 0
        while at < len(buffer):
            used = self._step(buffer, at)
            if used == 0:
                break
            at += used
        self._pending = buffer[at:]
        replies, self._replies = b"".join(self._replies), []
        return replies

    def finish(self) -> None:
        """End of the job: print what stands in the line buffer, report a command cut off in the middle."""
        if self._line:
            self._flush()
        if self._pending:
            self._warn("cut_off", self._pending[:8])
            self._pending = b""

    def image(self) -> Image:
        """Return the paper so far, exactly as wide as the print head, 1 bit, paper white."""
        from PIL import Image as Pictures

        height = sum(strip.height for strip in self._paper)
        paper = Pictures.new("1", (self._dots, max(height, 1)), 0)
        top = 0
        for strip in self._paper:
            paper.paste(strip, (0, top))
            top += strip.height
        return paper.point(lambda ink: 0 if ink else 255)

    def paper(self) -> Image:
        """Return the paper with its white margins, as one holds it in the hand (640 dots wide at 80 mm)."""
        from PIL import Image as Pictures

        printed = self.image()
        whole = Pictures.new("1", (printed.width + 2 * MARGIN, printed.height + 2 * MARGIN), 1)
        whole.paste(printed, (MARGIN, MARGIN))
        return whole

    # ---- reading: each step returns how many bytes it used, 0 when the command is not complete yet

    def _step(self, buffer: bytes, at: int) -> int:
        """Read one command or character."""
        lead = buffer[at]
        if lead == 0x0A:
            self._flush()
            return 1
        if lead == 0x09:
            self._tab()
            return 1
        if lead in (0x1B, 0x1C, 0x1D, 0x10):
            if at + 1 >= len(buffer):
                return 0
            reader = {0x1B: self._esc, 0x1C: self._fs, 0x1D: self._gs, 0x10: self._dle}[lead]
            return reader(buffer, at)
        if lead < 0x20:
            if lead != 0x0D:
                self._warn("control", buffer[at : at + 1])
            return 1
        if lead >= 0x80 and self._mode.hanzi:
            return self._hanzi(buffer, at)
        if lead >= 0x80:
            self._warn("not_in_hanzi_mode", buffer[at : at + 1])
        self._put(chr(lead) if lead < 0x7F else "?", 1)
        return 1

    def _hanzi(self, buffer: bytes, at: int) -> int:
        """Read a two- or four-byte character."""
        if at + 1 >= len(buffer):
            return 0
        long = 0x30 <= buffer[at + 1] <= 0x39
        if long and at + 3 >= len(buffer):
            return 0
        code = buffer[at : at + (4 if long else 2)]
        try:
            ch = code.decode(self._charset)
        except UnicodeDecodeError:
            self._warn("no_such_character", code)
            ch = "\ufffd"
        # The printer's font gives two cells to every multi-byte code, whatever the character.
        self._put(ch, 2)
        return len(code)

    def _esc(self, buffer: bytes, at: int) -> int:
        """Read an ESC command."""
        name = chr(buffer[at + 1])
        if name == "D":
            return self._stops(buffer, at)
        length = {"@": 2, "2": 2, "p": 5, "c": 4}.get(name, 3)
        if at + length > len(buffer):
            return 0
        value = buffer[at + 2] if length > 2 else 0
        mode = self._mode
        match name:
            case "@":
                self._mode = _Mode()
                self._line.clear()
            case "a":
                mode.align = value % 48
            case "E":
                mode.bold = bool(value & 1)
            case "!":
                mode.bold = bool(value >> 3 & 1)
                mode.down, mode.across = 1 + (value >> 4 & 1), 1 + (value >> 5 & 1)
            case "J":
                if self._line:
                    self._flush()
                self._strip(value)
            case "d":
                if self._line:
                    self._flush()
                if value:
                    self._strip(value * mode.spacing)
                    self.events.append({"t": "feed", "rows": value})
            case "2":
                mode.spacing = LINE_SPACING
            case "3":
                mode.spacing = value
            case "p":
                self.events.append({"t": "drawer", "pin": 2 if value in (0, 48) else 5})
            case "M" | "R" | "t" | "-" | "c":
                pass  # fonts, code pages, underline and panel keys leave hanzi rows as they are
            case _:
                self._warn("unknown", buffer[at : at + 3])
                return 2
        return length

    def _stops(self, buffer: bytes, at: int) -> int:
        """Read ESC D: ascending tab stops, ended by zero; a stop that is not above the one before ends them, too."""
        end = buffer.find(b"\0", at + 2)
        if end < 0:
            return 0
        stops = tuple(buffer[at + 2 : end])
        if len(stops) > 32 or any(later <= sooner for sooner, later in pairwise(stops)):
            self._warn("tab_stops", buffer[at : end + 1][:8])
        self._mode.stops = stops
        return end + 1 - at

    def _tab(self) -> None:
        """Go on to the next tab stop; behind the last one a tab is ignored, as the machines do."""
        cell = sum(glyph.cells * glyph.across for glyph in self._line)
        stop = next((stop for stop in self._mode.stops if stop > cell), None)
        if stop is None:
            self._warn("tab", b"\t")
            return
        self._line += [_Glyph(" ", 1, self._mode.bold, 1, 1)] * (stop - cell)

    def _fs(self, buffer: bytes, at: int) -> int:
        """Read an FS command: hanzi mode on and off."""
        if buffer[at + 1] in b"&.":
            self._mode.hanzi = buffer[at + 1] == 0x26
        else:
            self._warn("unknown", buffer[at : at + 2])
        return 2

    def _dle(self, buffer: bytes, at: int) -> int:
        """Read a real-time question."""
        if at + 3 > len(buffer):
            return 0
        if buffer[at + 1] == 0x04 and 1 <= buffer[at + 2] <= 4:
            self._replies.append(self._status(buffer[at + 2]))
        else:
            self._warn("unknown", buffer[at : at + 3])
        return 3

    def _gs(self, buffer: bytes, at: int) -> int:
        """Read a GS command."""
        if at + 3 > len(buffer):
            return 0
        name, value = chr(buffer[at + 1]), buffer[at + 2]
        match name:
            case "!":
                self._mode.across, self._mode.down = 1 + (value >> 4), 1 + (value & 15)
            case "h":
                self._mode.bar_height = value
            case "w":
                self._mode.bar_unit = value
            case "H" | "f":
                pass
            case "r":
                self._replies.append(self._status(0))
            case "V":
                if value in (65, 66) and at + 4 > len(buffer):
                    return 0
                if self._line:
                    self._flush()
                if value in (65, 66):
                    self._strip(2 * LINE_SPACING)
                self.events.append({"t": "cut", "mode": value})
                return 4 if value in (65, 66) else 3
            case "k":
                return self._bars(buffer, at)
            case "v":
                return self._raster(buffer, at)
            case "(":
                return self._two_dimensional(buffer, at)
            case _:
                self._warn("unknown", buffer[at : at + 3])
        return 3

    def _bars(self, buffer: bytes, at: int) -> int:
        """Read GS k in its counted form."""
        if at + 4 > len(buffer) or at + 4 + buffer[at + 3] > len(buffer):
            return 0
        kind, payload = buffer[at + 2], buffer[at + 4 : at + 4 + buffer[at + 3]]
        used = 4 + len(payload)
        if kind == 73 and payload.startswith(b"{B"):
            text = payload[2:].replace(b"{{", b"{").decode("latin-1")
            self._bar_strip("code128", code128_modules(text), text)
        elif kind == 73 and payload.startswith(b"{C") and max(payload[2:], default=100) < 100:
            text = "".join(f"{pair:02d}" for pair in payload[2:])
            self._bar_strip("code128", code128_modules(text), text)
        elif kind == 67 and payload.isdigit():
            text = payload.decode("ascii")
            self._bar_strip("ean13", ean13_modules(text), text)
        else:
            self._warn("barcode", buffer[at : at + used])
        return used

    def _bar_strip(self, kind: str, modules: str, payload: str) -> None:
        """Print one bar code."""
        from PIL import Image as Pictures

        unit, height = self._mode.bar_unit, self._mode.bar_height
        if len(modules) * unit > self._dots:
            self._warn("too_wide", payload.encode())
            return
        small = Pictures.new("1", (len(modules), 1), 0)
        small.putdata([int(module) for module in modules])
        self._picture(small.resize((len(modules) * unit, height), Pictures.Resampling.NEAREST))
        self.events.append({"t": kind, "payload": payload})

    def _raster(self, buffer: bytes, at: int) -> int:
        """Read GS v 0: a picture sent as dots."""
        from PIL import Image as Pictures

        if at + 8 > len(buffer):
            return 0
        stride = int.from_bytes(buffer[at + 4 : at + 6], "little")
        rows = int.from_bytes(buffer[at + 6 : at + 8], "little")
        used = 8 + stride * rows
        if at + used > len(buffer):
            return 0
        if self._line:
            self._flush()
        if stride * 8 > self._dots:
            self._warn("too_wide", buffer[at : at + 8])
        picture = Pictures.frombytes("1", (stride * 8, rows), buffer[at + 8 : at + used])
        self._picture(picture)
        self.events.append({"t": "raster", "width": stride * 8, "rows": rows, "align": self._mode.align})
        return used

    def _two_dimensional(self, buffer: bytes, at: int) -> int:
        """Read GS ( k: the QR functions."""
        from PIL import Image as Pictures

        if at + 5 > len(buffer):
            return 0
        length = int.from_bytes(buffer[at + 3 : at + 5], "little")
        used = 5 + length
        if at + used > len(buffer):
            return 0
        body = buffer[at + 5 : at + used]
        if buffer[at + 2] != ord("k") or length < 3 or body[0] != 49:
            self._warn("unknown", buffer[at : at + min(used, 8)])
            return used
        match body[1]:
            case 67:
                self._qr_unit = body[2]
            case 80:
                self._qr_payload = body[3:]
            case 81:
                text = self._qr_payload.decode("utf-8", "replace")
                modules = qr_modules(text)
                small = Pictures.new("1", (len(modules), len(modules)), 0)
                small.putdata([int(module) for row in modules for module in row])
                side = len(modules) * self._qr_unit
                self._picture(small.resize((side, side), Pictures.Resampling.NEAREST))
                self.events.append({"t": "qr", "payload": text, "unit": self._qr_unit})
        return used

    # ---- printing

    def _put(self, ch: str, cells: int) -> None:
        """Add a character to the line buffer; a full line prints itself, which our layout never lets happen."""
        mode = self._mode
        used = sum(glyph.cells * glyph.across for glyph in self._line)
        if (used + cells * mode.across) * CELL_DOTS > self._dots:
            self._warn("line_overflow", ch.encode("utf-8", "replace"))
            self._flush()
        self._line.append(_Glyph(ch, cells, mode.bold, mode.across, mode.down))

    def _flush(self) -> None:
        """Print the line buffer; an empty one feeds a row."""
        from PIL import Image as Pictures

        glyphs, self._line = self._line, []
        text = "".join(glyph.ch for glyph in glyphs)
        cells = sum(glyph.cells * glyph.across for glyph in glyphs)
        tall = max((glyph.down for glyph in glyphs), default=1)
        event: Event = {"t": "line", "text": text}
        if glyphs:
            event |= {"cells": cells, "align": self._mode.align}
            if any(glyph.bold for glyph in glyphs):
                event["bold"] = True
            if tall > 1 or any(glyph.across > 1 for glyph in glyphs):
                event["size"] = [max(glyph.across for glyph in glyphs), tall]
        self.events.append(event)
        row = Pictures.new("1", (max(cells * CELL_DOTS, 1), ROW_DOTS * tall), 0)
        x = 0
        for glyph in glyphs:
            dots = self._glyphs.glyph(glyph.ch, bold=glyph.bold, across=glyph.across, down=glyph.down)
            row.paste(1, (x, row.height - dots.height), dots)
            x += glyph.cells * glyph.across * CELL_DOTS
        self._strip(max(self._mode.spacing, ROW_DOTS * tall), row)

    def _picture(self, picture: Image) -> None:
        """Print dots; the paper moves by exactly their height."""
        self._strip(picture.height, picture)

    def _strip(self, height: int, picture: Image | None = None) -> None:
        """Move the paper by `height` dots with a picture at the alignment in force."""
        from PIL import Image as Pictures

        strip = Pictures.new("1", (self._dots, height), 0)
        if picture is not None:
            free = max(0, self._dots - picture.width)
            strip.paste(picture, ((0, free // 2, free)[self._mode.align % 3], 0))
        self._paper.append(strip)

    def _warn(self, code: str, bytes_seen: bytes) -> None:
        """Note bytes that a real printer would print as garbage or ignore."""
        self.events.append({"t": "warn", "code": code, "bytes": bytes_seen.hex()})


@dataclass(slots=True)
class Mood:
    """How the virtual printer behaves; set its fields at any time.

    paper_out, cover_open, cutter_error, near_end: said in the status (paper out also stops it). slow_seconds: pause
    before each portion. silent: never answers. lie: says all is well and prints nothing. drop_after: hang up after so
    many bytes of a connection, as when the plug is pulled.
    """

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_error: bool = False
    drawer_open: bool = False
    slow_seconds: float = 0.0
    silent: bool = False
    lie: bool = False
    drop_after: int | None = None

    def answer(self, question: int) -> bytes:
        """Return the reply to DLE EOT `question`, or to GS r 1 for 0."""
        if self.lie:
            return b"\x00" if question == 0 else b"\x12"
        stopped = self.paper_out or self.cover_open or self.cutter_error
        match question:
            case 0:
                return bytes((0x03 * self.near_end | 0x0C * self.paper_out,))
            case 1:
                return bytes((0x12 | 0x08 * stopped | 0x04 * self.drawer_open,))
            case 2:
                return bytes((0x12 | 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.cutter_error,))
            case 3:
                return bytes((0x12 | 0x08 * self.cutter_error,))
        return bytes((0x12 | 0x0C * self.near_end | 0x60 * self.paper_out,))


@dataclass(frozen=True, slots=True)
class VirtualJob:
    """What one connection printed: its bytes, its events, and where bytes, events and picture were saved."""

    received: bytes
    events: tuple[Event, ...]
    saved: Path


def save_job(folder: Path, received: bytes, interpreter: Interpreter) -> VirtualJob:
    """Save a finished job as the next job-0001.bin, .json and .png of a folder (made if missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.stem[4:]) for path in folder.glob("job-*.bin") if path.stem[4:].isdigit()]
    saved = folder / f"job-{max(numbers, default=0) + 1:04d}.bin"
    saved.write_bytes(received)
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in interpreter.events)
    saved.with_suffix(".json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    interpreter.paper().save(saved.with_suffix(".png"))
    return VirtualJob(received, tuple(interpreter.events), saved)


class VirtualPrinterServer:
    """A TCP printer on its own thread that serves one connection after the other, as the real ones do.

    Every job that moves paper or opens the drawer is saved in `folder` as job-0001.bin, .json and .png.
    """

    def __init__(
        self,
        folder: Path,
        font: Path,
        *,
        dots: int = 576,
        charset: str = "gb18030",
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Take the folder for jobs (made if missing) and the carried font; port 0 means any free one."""
        self.mood = Mood()
        self._folder = folder
        self._font = font
        self._dots = dots
        self._charset = charset
        self._jobs: list[VirtualJob] = []
        self._held = b""
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._socket = socket.create_server((host, port))
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve, name="virtual-printer", daemon=True)

    @property
    def address(self) -> str:
        """`host:port`, as the network transport's settings want it."""
        host, port = self._socket.getsockname()[:2]
        return f"{host}:{port}"

    @property
    def jobs(self) -> tuple[VirtualJob, ...]:
        """Every job printed so far, oldest first."""
        with self._lock:
            return tuple(self._jobs)

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and wait for the thread; the port is free afterwards."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def load_paper(self) -> None:
        """Put in a new roll: the printer goes on with what it had received and not printed, as real ones do."""
        self.mood.paper_out = False
        with self._lock:
            held, self._held = self._held, b""
        if held:
            interpreter = self._interpreter()
            interpreter.feed(held)
            self._keep(held, interpreter)

    def _interpreter(self) -> Interpreter:
        """Return a fresh print head that answers by the present mood."""
        interpreter = Interpreter(self._font, dots=self._dots, charset=self._charset)
        interpreter.on_status(lambda question: b"" if self.mood.silent else self.mood.answer(question))
        return interpreter

    def _serve(self) -> None:
        """Accept connections until told to stop."""
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            with connection:
                try:
                    self._connection(connection)
                except OSError as error:
                    logger.debug("virtual printer lost its caller: %s", error)

    def _connection(self, connection: socket.socket) -> None:
        """Serve one caller until it hangs up, then keep what it printed."""
        connection.settimeout(0.05)
        interpreter = self._interpreter()
        received = bytearray()
        total = 0
        try:
            while not self._stopping.is_set():
                try:
                    portion = connection.recv(4096)
                except TimeoutError:
                    continue
                if not portion:
                    break
                if self.mood.slow_seconds:
                    time.sleep(self.mood.slow_seconds)
                if self.mood.drop_after is not None and total + len(portion) > self.mood.drop_after:
                    portion = portion[: max(0, self.mood.drop_after - total)]
                    received += portion
                    interpreter.feed(portion)
                    # Zero linger sends a reset, which is what a pulled plug looks like from the till.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                    return
                total += len(portion)
                if self._stopped():
                    self._hold(connection, portion)
                    continue
                received += portion
                replies = interpreter.feed(portion)
                if replies:
                    connection.sendall(replies)
        finally:
            self._keep(bytes(received), interpreter)

    def _stopped(self) -> bool:
        """Return whether the mechanism stands still."""
        mood = self.mood
        return (mood.paper_out or mood.cover_open or mood.cutter_error) and not mood.lie

    def _hold(self, connection: socket.socket, portion: bytes) -> None:
        """Answer real-time questions only; everything else waits for paper.

        What waits is put away before the answer goes out: a caller that has the answer may load paper at once.
        """
        rest = bytearray()
        answers = bytearray()
        at = 0
        while at < len(portion):
            if portion[at : at + 2] == b"\x10\x04" and at + 2 < len(portion):
                if not self.mood.silent:
                    answers += self.mood.answer(portion[at + 2])
                at += 3
            else:
                rest.append(portion[at])
                at += 1
        with self._lock:
            self._held += bytes(rest)
        if answers:
            connection.sendall(answers)

    def _keep(self, received: bytes, interpreter: Interpreter) -> None:
        """Save a job, unless it was only a look at the status or a lie."""
        interpreter.finish()
        if not interpreter.events or self.mood.lie:
            return
        with self._lock:
            self._jobs.append(save_job(self._folder, received, interpreter))


def preview(encoded: bytes, font: Path, *, dots: int = 576, charset: str = "gb18030") -> Image:
    """Return the paper that these bytes print, with its margins: the preview on the screen."""
    interpreter = Interpreter(font, dots=dots, charset=charset)
    interpreter.feed(encoded)
    interpreter.finish()
    return interpreter.paper()
