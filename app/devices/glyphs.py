"""Dots of characters: the carried font drawn on the printer's own grid of 12 by 24 dots a cell.

The encoder's raster rows and the virtual printer's paper use the same glyphs, so preview and paper agree dot by dot.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.devices.ticket import char_cells

if TYPE_CHECKING:
    from PIL.Image import Image

CELL_DOTS = 12
ROW_DOTS = 24
_OVERSAMPLE = 4
_EM = 23
_LATIN_EM = 21
_BASELINE = 20
_DARK = 118
"""Grey level from which a dot is printed; a little under half keeps thin strokes of dense hanzi whole."""
_MOST_SLOTS = 8192
"""Slots kept (about 1.5 KB each); beyond it all are drawn anew, which a shop's names never reach in a day."""

_Slot = tuple[bytes, ...]


class GlyphFont:
    """Draws characters and rows as 1-bit pictures (ink = 1) from one TrueType file; every glyph is drawn once.

    Not thread-safe: each thread that draws keeps its own.
    """

    def __init__(self, path: Path) -> None:
        """Take the path of the carried font; the file is opened when the first glyph is needed."""
        self._path = path
        self._fonts: dict[int, Any] = {}
        self._glyphs: dict[tuple[str, bool, int, int], Image] = {}
        self._slots: dict[bool, dict[str, _Slot]] = {False: {}, True: {}}

    def glyph(self, ch: str, *, bold: bool = False, across: int = 1, down: int = 1) -> Image:
        """Return one character's dots: 12 or 24 dots wide, 24 high, times its magnification."""
        key = (ch, bold, across, down)
        found = self._glyphs.get(key)
        if found is None:
            found = self._glyphs[key] = self._draw(ch, bold, across, down)
        return found

    def row(self, text: str, *, bold: bool = False, across: int = 1, down: int = 1) -> Image:
        """Return a whole clean text as one picture, as wide as its cells."""
        from PIL import Image as Pictures

        glyphs: list[tuple[int, Image]] = []
        x = 0
        for ch in text:
            cells = char_cells(ch)
            if ch != " ":
                glyph = self.glyph(ch, bold=bold, across=across, down=down)
                glyphs.append((x if cells else max(0, x - glyph.width), glyph))
            x += cells * CELL_DOTS * across
        picture = Pictures.new("1", (max(x, 8), ROW_DOTS * down), 0)
        for left, glyph in glyphs:
            picture.paste(1, (left, 0), glyph)
        return picture

    def band(self, text: str, bold: bool = False) -> tuple[int, bytes]:
        """Return a row of single size as bytes a line of dots and those of its 24 lines, ink 1, first dot highest.

        Two cells are 24 dots, three whole bytes: such slots are kept ready and only lined up. A tenth of the time that
        pasting one picture into another takes.
        """
        halves: list[str] = []
        for ch in text:
            match char_cells(ch):
                case 2:
                    halves += (ch + "<", ch + ">")
                case 1:
                    halves.append(ch)
                case _:
                    picture = self.row(text, bold=bold)
                    return (picture.width + 7) // 8, picture.tobytes()
        kept = self._slots[bold]
        slots = [kept.get(pair) for pair in map(add, halves[::2], halves[1::2])]
        if None in slots or len(halves) % 2:
            slots = [self._slot(*pair, bold) for pair in zip_longest(halves[::2], halves[1::2], fillvalue="")]
        return (len(halves) * CELL_DOTS + 7) // 8, b"".join(chain.from_iterable(zip(*slots, strict=True)))

    def _slot(self, left: str, right: str, bold: bool) -> _Slot:
        """Return the 24 lines of two cells, each a Latin character or one half of a hanzi; two bytes where there is only a left one."""
        kept = self._slots[bold]
        found = kept.get(left + right)
        if found is None:
            if len(kept) >= _MOST_SLOTS:
                kept.clear()
            lines = zip(self._half(left, bold), self._half(right, bold), strict=True)
            drawn = tuple((a << CELL_DOTS | b).to_bytes(3, "big") for a, b in lines)
            found = kept[left + right] = drawn if right else tuple(line[:2] for line in drawn)
        return found

    def _half(self, half: str, bold: bool) -> list[int]:
        """Return the 24 lines of one cell as numbers of twelve bits."""
        if half in ("", " "):
            return [0] * ROW_DOTS
        dots = self.glyph(half[0], bold=bold).tobytes()
        if len(half) == 1:
            return [int.from_bytes(dots[at : at + 2], "big") >> 4 for at in range(0, len(dots), 2)]
        whole = (int.from_bytes(dots[at : at + 3], "big") for at in range(0, len(dots), 3))
        return [line >> CELL_DOTS if half[1] == "<" else line & 0xFFF for line in whole]

    def _font(self, size: int) -> Any:
        """Return the font at one size in dots."""
        from PIL import ImageFont

        if size not in self._fonts:
            self._fonts[size] = ImageFont.truetype(str(self._path), size)
        return self._fonts[size]

    def _draw(self, ch: str, bold: bool, across: int, down: int) -> Image:
        """Draw one glyph finely and reduce it to the printer's dots."""
        from PIL import Image as Pictures
        from PIL import ImageDraw

        cells = char_cells(ch) or 1
        wide = cells * CELL_DOTS
        fine = _OVERSAMPLE * max(across, down)
        font = self._font((_EM if cells == 2 else _LATIN_EM) * fine)
        advance = round(font.getlength(ch))
        canvas = Pictures.new("L", (max(advance, wide * fine), ROW_DOTS * fine), 0)
        ImageDraw.Draw(canvas).text(
            (canvas.width / 2, _BASELINE * fine),
            ch,
            font=font,
            fill=255,
            anchor="ms",
            stroke_width=fine / 2.6 if bold else 0,
            stroke_fill=255,
        )
        reduced = canvas.resize((wide * across, ROW_DOTS * down), Pictures.Resampling.BOX)
        return reduced.point(lambda level: 255 if level >= _DARK else 0).convert("1")
