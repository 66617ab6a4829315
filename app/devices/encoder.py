"""Turns a ticket into ESC/POS bytes with our own Chinese encoding; python-escpos's text functions corrupt it.

Every row goes out as GB bytes where the printer's font memory holds all its characters, otherwise as dots drawn
from the carried font. Data can never smuggle a command: `ticket.clean` leaves no control character in a row. Blanks
between columns go out as tabs to stops that are set for each ticket: a receipt is a tenth smaller for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.devices.glyphs import ROW_DOTS, GlyphFont
from app.devices.profile import PrinterProfile
from app.devices.symbols import bar_dots, code128_modules, ean13_modules, in_pairs, qr_dots, qr_modules
from app.devices.tabs import tabbed
from app.devices.ticket import Code, Cut, Feed, Laid, Rule, Ticket, clean, laid, rule_text, width

if TYPE_CHECKING:
    from PIL.Image import Image

RESET = b"\x1b@\x1c&"
"""Reset, then hanzi mode on: said once a job."""
CUT = b"\x1dVB\x00"
"""Feed to the knife and cut, leaving one point."""
TEAR_FEED = b"\x1bd\x04"
"""Four rows up to the tear bar of a printer without a knife."""
DRAWER_KICK = b"\x1bp\x00\x19\xfa"
"""Pulse of 50 ms on drawer pin 2, pause 500 ms."""

_ALIGN = {"left": b"\x1ba\x00", "center": b"\x1ba\x01", "right": b"\x1ba\x02"}
_SIZE = {1: b"\x1d!\x00", 2: b"\x1d!\x11"}
_RULE_WIDTH = 4
"""How much wider than text a rule is drawn: it takes a quarter of the bytes (papers of 32 and 48 cells are whole multiples)."""
_WIDE = bytes((0x1D, 0x21, (_RULE_WIDTH - 1) << 4))
"""That width alone, at single height."""
_BOLD = {False: b"\x1bE\x00", True: b"\x1bE\x01"}
_GAP = b"\x1bJ\x10"
"""Sixteen dots of white before and after a code: scanners want a quiet zone, people want air."""
_ROW_AIR = 6
"""Dots between text rows after a reset (24 of 30); rows sent as dots and double-height rows keep it too."""
_BAR_HEIGHT = 72
_ROW_HEIGHT = (ROW_DOTS + _ROW_AIR).to_bytes(2, "little")
_MARK = re.compile(rb"&#")
_BAND_ROWS = 255
"""Rows of dots in one raster command; more overflows the buffer of small printers."""


class Encoder:
    """Encodes tickets for one printer profile; keeps the glyphs it drew. Not thread-safe."""

    def __init__(self, profile: PrinterProfile, font: Path) -> None:
        """Take the profile and the path of the carried font (opened only when a row needs dots)."""
        self._profile = profile
        self._glyphs = GlyphFont(font)

    def encode(self, ticket: Ticket) -> bytes:
        """Return the whole job: reset, rows, and a cut (or a feed to the tear bar) where the ticket says so."""
        rows = laid(ticket, self._profile.cells)
        texts = self._texts(rows)
        lines, uneven = self._written(texts)
        gapped = [
            (no, line)
            for no, text in enumerate(texts)
            if "   " in text and (line := lines[no]) is not None and no not in uneven and _may_tab(rows[no])
        ]
        stops, shortened = tabbed([line for _, line in gapped])
        for (no, _), short in zip(gapped, shortened, strict=True):
            lines[no] = short
        out = bytearray(RESET + stops)
        align, size, bold = "left", 1, False
        for row, written in zip(rows, lines, strict=True):
            if isinstance(row, (str, tuple)):
                text, row_bold, row_size, row_align = (row, False, 1, "left") if isinstance(row, str) else row
                if row_align != align:
                    align = row_align
                    out += _ALIGN[align]
                if written is None:
                    out += self._raster_row(text, row_bold, row_size, row_align)
                    continue
                if row_size != size:
                    size = row_size
                    out += _SIZE[size]
                if row_bold is not bold:
                    bold = row_bold
                    out += _BOLD[bold]
                out += written
                out += b"\n"
                if size > 1:
                    out += b"\x1bJ" + bytes((_ROW_AIR,))
                continue
            match row:
                case Rule():
                    out += _ALIGN["left"] if align != "left" else b""
                    out += _BOLD[False] if bold else b""
                    align, bold = "left", False
                    if written is None:
                        text = rule_text(row, self._profile.cells // _RULE_WIDTH)
                        out += self._raster(self._glyphs.row(text, across=_RULE_WIDTH), ROW_DOTS + _ROW_AIR)
                        continue
                    out += _WIDE + written + b"\n"
                    size = _RULE_WIDTH
                case Code():
                    if align != "center":
                        align = "center"
                        out += _ALIGN[align]
                    out += _GAP + self._code(row) + _GAP
                case Feed(1) if size == 1:
                    out += b"\n"
                case Feed(n):
                    out += b"\x1bd" + bytes((max(0, min(n, 255)),))
                case Cut():
                    out += CUT if self._profile.cutter else TEAR_FEED
        return bytes(out)

    def _texts(self, rows: Sequence[Laid]) -> list[str]:
        """Return the text of every row; nothing where there is none."""
        wide = self._profile.cells // _RULE_WIDTH
        return [
            row if isinstance(row, str) else row[0] if isinstance(row, tuple) else rule_text(row, wide) if isinstance(row, Rule) else ""
            for row in rows
        ]

    def _written(self, texts: Sequence[str]) -> tuple[list[bytes | None], Set[int]]:
        """Return the bytes of every row's text, None where it goes out as dots, and the numbers of rows whose bytes are not their cells.

        All rows are encoded at once: one by one only those with a character that has no code of two bytes.
        """
        if self._profile.raster_only or not texts:
            return [None] * len(texts), frozenset()
        whole = "\n".join(texts)
        if self._profile.charset == "gb2312" and self._two_byte(whole) is None:
            return [self._two_byte(text) for text in texts], frozenset()
        # What GBK lacks stands there as "&#…;": a row with such a mark is looked at by itself.
        marked = whole.encode("gbk", "xmlcharrefreplace")
        lines: list[bytes | None] = list(marked.split(b"\n"))
        uneven = set()
        for no in {marked.count(b"\n", 0, mark.start()) for mark in _MARK.finditer(marked)}:
            line = lines[no] = self.encoded(texts[no])
            if line is not None and len(line) != width(texts[no]):
                uneven.add(no)
        return lines, uneven

    def encoded(self, text: str) -> bytes | None:
        """Return a clean text in the printer's charset, or None when its font memory lacks a character."""
        encoded = self._two_byte(text)
        return self._four_byte(text) if encoded is None and self._profile.charset == "gb18030" else encoded

    def _two_byte(self, text: str) -> bytes | None:
        """Return a clean text whose hanzi all have codes of two bytes in the printer's charset, or None."""
        try:
            encoded = text.encode("gbk")
            if self._profile.charset == "gb2312" and not text.isascii():
                encoded.decode("gb2312")
        except UnicodeError:
            return None
        return encoded

    @staticmethod
    def _four_byte(text: str) -> bytes | None:
        """Return GB18030 bytes if all four-byte codes are hanzi of Extension A, which such printers hold."""
        return text.encode("gb18030") if all(map(_two_bytes_or_extension_a, set(text))) else None

    def _raster_row(self, text: str, bold: bool, size: int, align: str) -> bytes:
        """Return one row as dots; blanks at the left keep columns, alignment stays the printer's."""
        if align != "left":
            text = text.strip()
        if not text.strip():
            return b"\n"
        if size == 1:
            stride, dots = self._glyphs.band(text, bold)
            return b"\x1dv0\x00" + stride.to_bytes(2, "little") + _ROW_HEIGHT + dots + bytes(stride * _ROW_AIR)
        picture = self._glyphs.row(text, bold=bold, across=size, down=size)
        return self._raster(picture, ROW_DOTS * size + _ROW_AIR)

    def _code(self, code: Code) -> bytes:
        """Return a machine-readable code, drawn by the printer where it can and fits, else as dots."""
        dots = self._profile.dots
        if code.kind == "qr":
            payload = clean(code.payload)
            unit = qr_dots(payload.encode(), dots)
            if self._profile.native_qr:
                return _native_qr(payload.encode(), unit)
            return self._raster(_square(qr_modules(payload), unit))
        bars = code128_modules(code.payload) if code.kind == "code128" else ean13_modules(code.payload)
        unit = bar_dots(len(bars), dots)
        if not self._profile.native_qr or unit < 2:
            return self._raster(_bars(bars, unit))
        return _native_bars(code, unit)

    def _raster(self, picture: Image, least_height: int = 0) -> bytes:
        """Return a 1-bit picture (ink = 1) as GS v 0 bands, padded to whole bytes and to a least height."""
        from PIL import Image as Pictures

        stride = (picture.width + 7) // 8
        if picture.width % 8 or picture.height < least_height:
            whole = Pictures.new("1", (stride * 8, max(picture.height, least_height)), 0)
            whole.paste(picture, (0, 0))
            picture = whole
        dots = picture.tobytes()
        out = bytearray()
        for top in range(0, picture.height, _BAND_ROWS):
            rows = min(_BAND_ROWS, picture.height - top)
            out += b"\x1dv0\x00" + stride.to_bytes(2, "little") + rows.to_bytes(2, "little")
            out += dots[top * stride : (top + rows) * stride]
        return bytes(out)


@lru_cache(maxsize=8192)
def _two_bytes_or_extension_a(ch: str) -> bool:
    """Return whether a printer with GB18030 holds a character."""
    return len(ch.encode("gb18030", "replace")) < 4 or "\u3400" <= ch <= "\u4dbf"


def _may_tab(row: Laid) -> bool:
    """Return whether tab stops hold in a row: they count single cells from the left edge."""
    return isinstance(row, str) or (isinstance(row, tuple) and row[2:] == (1, "left"))


def _native_qr(payload: bytes, unit: int) -> bytes:
    """Return GS ( k: model 2, module size in dots, error correction M, data, print."""
    return b"".join(
        (
            b"\x1d(k\x04\x001A2\x00",
            b"\x1d(k\x03\x001C" + bytes((unit,)),
            b"\x1d(k\x03\x001E1",
            b"\x1d(k" + (len(payload) + 3).to_bytes(2, "little") + b"1P0" + payload,
            b"\x1d(k\x03\x001Q0",
        )
    )


def _native_bars(code: Code, unit: int) -> bytes:
    """Return GS k for Code 128 (set C for pairs of digits, else set B) or EAN-13, without the printer's own caption."""
    head = b"\x1dH\x00\x1dh" + bytes((_BAR_HEIGHT,)) + b"\x1dw" + bytes((unit,))
    if code.kind == "ean13":
        return head + b"\x1dkC\x0c" + code.payload[:12].encode("ascii")
    if in_pairs(code.payload):
        payload = b"{C" + bytes(int(code.payload[at : at + 2]) for at in range(0, len(code.payload), 2))
    else:
        payload = b"{B" + code.payload.replace("{", "{{").encode("ascii")
    return head + b"\x1dkI" + bytes((len(payload),)) + payload


def _square(modules: list[list[bool]], unit: int) -> Image:
    """Return QR modules as a picture."""
    from PIL import Image as Pictures

    side = len(modules)
    small = Pictures.new("1", (side, side), 0)
    small.putdata([int(module) for row in modules for module in row])
    return small.resize((side * unit, side * unit), Pictures.Resampling.NEAREST)


def _bars(modules: str, unit: int) -> Image:
    """Return bar modules as a picture of the usual height."""
    from PIL import Image as Pictures

    small = Pictures.new("1", (len(modules), 1), 0)
    small.putdata([int(module) for module in modules])
    return small.resize((len(modules) * unit, _BAR_HEIGHT), Pictures.Resampling.NEAREST)
