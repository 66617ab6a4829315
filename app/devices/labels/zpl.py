"""Turns labels into ZPL II: native text where the printer's font has it, else dots drawn from the carried font; native codes.

Data can never smuggle a command: the two prefixes and the escape sign go out as hexadecimal (^FH), a backslash (which a field
block reads as a command) in its full width, control characters not at all, and codes under the escapes of their own command.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.devices.labels.label import Bars, Block, Wanted, Words, plain
from app.devices.labels.layout import BASELINE
from app.devices.symbols import code128_modules, qr_modules

if TYPE_CHECKING:
    from PIL.Image import Image

EAN13_MODULES = 95
QUIET_MODULES = 10
"""White that a reader wants on either side of bars."""
_DARK = 118
"""Grey level from which a dot is printed, as on receipts."""
_OVERSAMPLE = 3
_RUNS = {n: chr(ord("G") + n - 1) for n in range(1, 20)} | {n * 20: chr(ord("g") + n - 1) for n in range(1, 21)}
"""Repeat counts of a hexadecimal digit: G to Y are 1 to 19, g to z are 20 to 400 (ZPL II guide, "Alternative Data Compression Scheme")."""


@dataclass(frozen=True, slots=True)
class ZplProfile:
    """One label printer: dots per inch, the paper's size in mm, and its own hanzi font ("" has none: hanzi go out as dots).

    A font is named as the printer knows it, such as `E:SIMSUN.FNT`.
    """

    width: float = 60
    height: float = 40
    dpi: int = 203
    font: str = ""

    def dots(self, length: float) -> int:
        """Millimetres as whole dots."""
        return round(length * self.dpi / 25.4)


class ZplEncoder:
    """Encodes labels for one printer; keeps the faces it opened. Not thread-safe."""

    def __init__(self, profile: ZplProfile, regular: Path, bold: Path) -> None:
        """Take the profile and the carried faces (opened only when a row needs dots)."""
        self._profile = profile
        self._paths = {False: regular, True: bold}
        self._faces: dict[tuple[bool, int], Any] = {}

    def encode(self, run: tuple[Wanted, ...]) -> bytes:
        """The whole job, one format for each label."""
        return "".join(self._format(wanted) for wanted in run).encode("utf-8")

    def _format(self, wanted: Wanted) -> str:
        label, dots = wanted.label, self._profile.dots
        head = f"^XA^CI28^PW{dots(label.width)}^LL{dots(label.height)}^LH0,0^LT0^PON"
        return "\n".join([head, *map(self._mark, label.marks), f"^PQ{wanted.copies},0,1,Y^XZ", ""])

    def _mark(self, mark: Words | Bars | Block) -> str:
        match mark:
            case Words():
                return self._words(mark)
            case Bars():
                return self._code(mark)
            case Block():
                x, y, wide, high = map(self._profile.dots, (mark.x, mark.y, mark.width, mark.height))
                return f"^FO{x},{y}^GB{max(wide, 1)},{max(high, 1)},{max(1, min(wide, high))}^FS"

    def _words(self, words: Words) -> str:
        """A row as a field block, so that the printer itself aligns it; or as dots where it has no such characters."""
        dots = self._profile.dots
        text = plain(words.text)
        x, y, wide, high = dots(words.x), dots(words.y), dots(words.width), max(8, dots(words.size))
        if not self._profile.font and not text.isascii():
            return self._drawn(words, text, x, y, wide, high)
        face = f"^A@N,{high},{high},{self._profile.font}" if self._profile.font else f"^A0N,{high},{_narrow(high)}"
        align = {"left": "L", "center": "C", "right": "R"}[words.align]
        return f"^FO{x},{y}{face}^FB{wide},1,0,{align},0^FH_^FD{escaped(text)}^FS"

    def _drawn(self, words: Words, text: str, x: int, y: int, wide: int, high: int) -> str:
        picture = self._picture(text, high, words.bold)
        at = x if words.align == "left" else x + (wide - picture.width) // (1 if words.align == "right" else 2)
        return graphic(picture, max(0, at), y)

    def _picture(self, text: str, high: int, bold: bool) -> Image:
        """One row of text as dots (ink = 1)."""
        from PIL import Image as Pictures
        from PIL import ImageDraw, ImageFont

        key = (bold, high * _OVERSAMPLE)
        if key not in self._faces:
            self._faces[key] = ImageFont.truetype(str(self._paths[bold]), high * _OVERSAMPLE)
        face = self._faces[key]
        wide, tall = max(1, round(face.getlength(text) / _OVERSAMPLE) + 1), round(high * 1.2)
        fine = Pictures.new("L", (wide * _OVERSAMPLE, tall * _OVERSAMPLE), 0)
        ImageDraw.Draw(fine).text((0, high * _OVERSAMPLE * BASELINE), text, font=face, fill=255, anchor="ls")
        small = fine.resize((wide, tall), Pictures.Resampling.BOX)
        return small.point(lambda level: 255 if level >= _DARK else 0).convert("1")

    def _code(self, bars: Bars) -> str:
        x, y, wide, high = map(self._profile.dots, (bars.x, bars.y, bars.width, bars.height))
        payload = plain(bars.payload)
        if bars.kind == "qr":
            modules = len(qr_modules(payload))
            unit = max(2, min(10, min(wide, high) // modules))
            return f"^FO{x},{y}^BQN,2,{unit}^FH_^FDMA,{escaped(payload)}^FS"
        modules = EAN13_MODULES if bars.kind == "ean13" else len(code128_modules(payload))
        unit = max(1, min(4, wide // (modules + 2 * QUIET_MODULES)))
        # Bars stand at the right edge of their box, where the price is read.
        at = max(x, x + wide - modules * unit)
        head = f"^FO{at},{y}^BY{unit},2,{high}"
        if bars.kind == "ean13":
            return f"{head}^BEN,{high},N,N^FD{payload[:12]}^FS"
        return f"{head}^BCN,{high},N,N,N,N^FH_^FD{code128_data(payload)}^FS"


def _narrow(high: int) -> int:
    """Width of the printer's own scalable font for a height: it is drawn narrow unless told otherwise."""
    return round(high * 0.94)


def escaped(text: str) -> str:
    """Field data under ^FH_: prefixes and the escape sign as hexadecimal, a backslash in full width; the rest as it is (UTF-8)."""
    out = []
    for ch in text:
        if ch in "^~_":
            out.append(f"_{ord(ch):02X}")
        elif ch == "\\":
            out.append("＼")
        elif ch >= " ":
            out.append(ch)
    return "".join(out)


def code128_data(payload: str) -> str:
    """Printable ASCII as ^BC wants it: start set C for an even number of digits, else set B, with its own escapes (guide, ^BC)."""
    if payload.isdigit() and len(payload) % 2 == 0:
        return f">;{payload}"
    own = {">": ">0", "^": "><", "~": ">="}
    return ">:" + "".join(own.get(ch) or (f"_{ord(ch):02X}" if ch == "_" else ch) for ch in payload)


def graphic(picture: Image, x: int, y: int) -> str:
    """A 1-bit picture (ink = 1) as ^GFA at a place, compressed."""
    stride = (picture.width + 7) // 8
    dots = picture.tobytes()
    total = stride * picture.height
    rows, before = [], ""
    for top in range(picture.height):
        row = dots[top * stride : (top + 1) * stride].hex().upper()
        rows.append(":" if row == before else _packed(row))
        before = row
    return f"^FO{x},{y}^GFA,{total},{total},{stride},{''.join(rows)}^FS"


def _packed(row: str) -> str:
    """One row of hexadecimal digits: runs counted, the rest of the row `,` for white and `!` for black."""
    for digit, sign in (("0", ","), ("F", "!")):
        short = row.rstrip(digit)
        if len(short) < len(row):
            return _counted(short) + sign
    return _counted(row)


def _counted(row: str) -> str:
    out, at = [], 0
    while at < len(row):
        end = at
        while end < len(row) and row[end] == row[at]:
            end += 1
        run = end - at
        if run > 2:
            while run > 400:
                out.append(_RUNS[400] + row[at])
                run -= 400
            tens, ones = run // 20 * 20, run % 20
            out.append((_RUNS[tens] if tens else "") + (_RUNS[ones] if ones else "") + row[at])
        else:
            out.append(row[at] * run)
        at = end
    return "".join(out)
