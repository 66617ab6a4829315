"""An interpreter of the ZPL II that we write: turns bytes into events and pictures, for the preview on the screen and for tests.

It knows exactly the commands of `zpl.py`; anything else becomes a `warning` event, so that data that slipped into a command is seen.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.devices.labels.layout import BASELINE
from app.devices.labels.zpl import EAN13_MODULES
from app.devices.symbols import code128_modules, ean13_modules, qr_modules

if TYPE_CHECKING:
    from PIL.Image import Image

Event = dict[str, Any]

_COMMAND = re.compile(r"[\^~](?P<name>[A-Z@0-9][A-Z@0-9]|A@|A0)(?P<rest>[^\^~]*)", re.DOTALL)
_HEX = re.compile(r"_([0-9A-Fa-f]{2})")
_RUN = {chr(ord("G") + n - 1): n for n in range(1, 20)} | {chr(ord("g") + n - 1): n * 20 for n in range(1, 21)}
_OWN = {"0": ">", "<": "^", "=": "~"}
_QUIET = 4


class ZplPaper:
    """Reads jobs and keeps what they print: `events` in order, `labels` as pictures (ink black on white), one for each format."""

    def __init__(self, regular: Path, bold: Path) -> None:
        """Take the carried faces, in which the printer's own fonts are drawn too."""
        self._paths = {False: regular, True: bold}
        self.events: list[Event] = []
        self.labels: list[Image] = []
        self._paper: Image | None = None
        self._width, self._height = 480, 320
        self._reset()

    def _reset(self) -> None:
        self._x = self._y = 0
        self._font: tuple[int, int] | None = None
        self._block: tuple[int, str] | None = None
        self._hex = False
        self._bars: tuple[str, int] | None = None
        self._unit = 2

    def feed(self, received: bytes) -> None:
        """Read whole formats."""
        text = received.decode("utf-8")
        at = 0
        for match in _COMMAND.finditer(text):
            between = text[at : match.start()]
            if between.strip("\r\n"):
                self._warn("stray", between)
            at = match.end()
            self._step(match["name"], match["rest"])
        if text[at:].strip("\r\n"):
            self._warn("stray", text[at:])

    def _warn(self, code: str, seen: str) -> None:
        self.events.append({"event": "warning", "code": code, "seen": seen})

    def _step(self, name: str, rest: str) -> None:
        plain = rest.rstrip("\r\n")
        match name:
            case "XA":
                self._reset()
                self._paper = None
            case "CI" | "LH" | "LT" | "PO":
                self.events.append({"event": "set", "name": name, "value": plain})
            case "PW":
                self._width = int(plain)
            case "LL":
                self._height = int(plain)
            case "FO":
                self._x, self._y = map(int, plain.split(","))
            case "A0":
                high, wide = map(int, plain.removeprefix("N,").split(","))
                self._font = (high, wide)
            case "A@":
                parts = plain.removeprefix("N,").split(",")
                self._font = (int(parts[0]), int(parts[1]))
            case "FB":
                parts = plain.split(",")
                self._block = (int(parts[0]), parts[3])
            case "FH":
                self._hex = plain == "_"
            case "BY":
                self._unit = int(plain.split(",")[0])
            case "BC" | "BE":
                self._bars = (name, int(plain.split(",")[1]))
            case "BQ":
                self._bars = (name, int(plain.split(",")[2]))
            case "GB":
                self._rule(*map(int, plain.split(",")))
            case "GF":
                self._dots(plain)
            case "FD":
                self._field(rest)
            case "FS":
                font_unit = self._unit
                self._reset_field(font_unit)
            case "PQ":
                self._copies(plain)
            case "XZ":
                self.labels.append(self._sheet())
            case _:
                self._warn("command", name + plain)

    def _reset_field(self, unit: int) -> None:
        self._font = self._block = self._bars = None
        self._hex = False
        self._unit = unit

    def _copies(self, plain: str) -> None:
        self.events.append({"event": "print", "copies": int(plain.split(",")[0]), "size": [self._width, self._height]})

    def _sheet(self) -> Image:
        from PIL import Image as Pictures

        if self._paper is None:
            self._paper = Pictures.new("1", (self._width, self._height), 1)
        return self._paper

    def _field(self, data: str) -> None:
        if self._hex:
            data = _HEX.sub(lambda found: chr(int(found[1], 16)), data)
        if self._bars is not None:
            self._code(data)
            return
        if "\\" in data:
            self._warn("field_block", data)
        high, wide = self._font or (20, 20)
        self.events.append({"event": "text", "text": data, "at": [self._x, self._y], "height": high})
        self._draw(data, high, wide)

    def _draw(self, text: str, high: int, wide: int) -> None:
        from PIL import ImageDraw, ImageFont

        face = ImageFont.truetype(str(self._paths[False]), min(high, wide))
        room, align = self._block or (0, "L")
        long = face.getlength(text)
        x = self._x + (0 if align == "L" else (room - long) if align == "R" else (room - long) / 2)
        sheet = self._sheet()
        if x < 0 or x + long > sheet.width + 1:
            self._warn("outside", text)
        ImageDraw.Draw(sheet).text((x, self._y + high * BASELINE), text, font=face, fill=0, anchor="ls")

    def _code(self, data: str) -> None:
        kind, number = self._bars or ("BC", 1)
        if kind == "BQ":
            if not data.startswith("MA,"):
                self._warn("qr", data)
            payload = data[3:]
            rows = qr_modules(payload)
            self.events.append({"event": "code", "kind": "qr", "payload": payload})
            self._modules([[bool(module) for module in row] for row in rows], number, number)
            return
        if kind == "BE":
            payload, modules = data, ean13_modules(data)
            if len(modules) != EAN13_MODULES:
                self._warn("ean", data)
        else:
            payload = self._code128(data)
            modules = code128_modules(payload)
        self.events.append({"event": "code", "kind": "code128" if kind == "BC" else "ean13", "payload": payload})
        self._modules([[module == "1" for module in modules]], self._unit, number)

    def _code128(self, data: str) -> str:
        """What bars of these ^BC data say."""
        if not data.startswith((">:", ">;")):
            self._warn("code128", data)
        start, body = data[:2], data[2:]
        if start == ">;":
            return body
        out, at = [], 0
        while at < len(body):
            if body[at] == ">":
                said = _OWN.get(body[at + 1 : at + 2])
                if said is None:
                    self._warn("code128", data)
                out.append(said or "")
                at += 2
            else:
                out.append(body[at])
                at += 1
        return "".join(out)

    def _modules(self, rows: list[list[bool]], wide: int, high: int) -> None:
        from PIL import ImageDraw

        sheet = self._sheet()
        pen = ImageDraw.Draw(sheet)
        if self._x + len(rows[0]) * wide > sheet.width - _QUIET or self._y + len(rows) * high > sheet.height:
            self._warn("outside", "code")
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    x, y = self._x + across * wide, self._y + down * high
                    pen.rectangle((x, y, x + wide - 1, y + high - 1), fill=0)

    def _rule(self, wide: int, high: int, thick: int) -> None:
        from PIL import ImageDraw

        if thick < min(wide, high):
            self._warn("frame", f"{wide},{high},{thick}")
        ImageDraw.Draw(self._sheet()).rectangle((self._x, self._y, self._x + wide - 1, self._y + high - 1), fill=0)

    def _dots(self, plain: str) -> None:
        from PIL import Image as Pictures

        form, total, _, stride, packed = plain.split(",", 4)
        if form != "A":
            self._warn("graphic", form)
        dots = _unpacked(packed, int(stride))
        if len(dots) != int(total):
            self._warn("graphic", f"{len(dots)} of {total} bytes")
        rows = len(dots) // int(stride)
        picture = Pictures.frombytes("1", (int(stride) * 8, rows), dots)
        sheet = self._sheet()
        box = picture.getbbox()
        if box is not None and (self._x + box[2] > sheet.width or self._y + box[3] > sheet.height):
            self._warn("outside", "graphic")
        sheet.paste(0, (self._x, self._y), picture)
        self.events.append({"event": "graphic", "at": [self._x, self._y], "size": [picture.width, rows]})


def _unpacked(packed: str, stride: int) -> bytes:
    """The dots of a compressed ^GFA."""
    digits = stride * 2
    rows: list[str] = []
    row, run = "", 0
    for sign in packed:
        if sign in _RUN:
            run += _RUN[sign]
            continue
        if sign == ":":
            rows.append(rows[-1])
        elif sign in ",!":
            rows.append(row.ljust(digits, "0" if sign == "," else "F"))
            row = ""
        else:
            row += sign * (run or 1)
            while len(row) >= digits:
                rows.append(row[:digits])
                row = row[digits:]
        run = 0
    return bytes.fromhex("".join(rows))
