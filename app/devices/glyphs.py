"""Dots of characters: the carried font drawn on the printer's own grid of 12 by 24 dots a cell.

The encoder's raster rows and the virtual printer's paper use the same glyphs, so preview and paper agree dot by dot.
"""

from __future__ import annotations

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


class GlyphFont:
    """Draws characters and rows as 1-bit pictures (ink = 1) from one TrueType file; every glyph is drawn once.

    Not thread-safe: each thread that draws keeps its own.
    """

    def __init__(self, path: Path) -> None:
        """Take the path of the carried font; the file is opened when the first glyph is needed."""
        self._path = path
        self._fonts: dict[int, Any] = {}
        self._glyphs: dict[tuple[str, bool, int, int], Image] = {}

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
