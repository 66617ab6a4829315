"""The two faces of every page, embedded as subsets whose text can be copied and searched, rare names included."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from app.records.resources import resource

rl_config.useA85 = 0
"""Streams as plain bytes: the text form of them is a quarter larger and takes longer than compressing."""

_PER_BLOCK = 100
"""A bfchar block may hold at most 100 entries (PDF reference, 9.10.3)."""


class _Written(pdfdoc.PDFObject):
    """A part of the file that is written already: the widths of a subset, which the library formats number by number."""

    def __init__(self, text: str) -> None:
        self._text = text.encode("ascii")

    def format(self, document: object) -> bytes:
        """The part as it stands in the file."""
        return self._text


class _Glyphs:
    """The outlines of a font file: a subset takes a few hundred of thirty thousand, sliced where they lie, never copied whole."""

    def __init__(self, whole: bytes, start: int) -> None:
        self._whole, self._start = whole, start

    def __getitem__(self, wanted: slice) -> bytes:
        return self._whole[self._start + wanted.start : self._start + wanted.stop]


class CopyableFont(TTFont):
    """A TrueType face whose ToUnicode map writes names beyond the basic plane (𬱖) as UTF-16, as readers expect it."""

    def __init__(self, name: str, filename: str) -> None:
        """Read the file; the parts that every page's subset is made of are kept at hand."""
        super().__init__(name, filename)
        face: Any = self.face
        read = face.get_table

        @cache
        def table(tag: str) -> Any:
            return _Glyphs(face._ttf_data, face.get_table_pos(tag)[0]) if tag == "glyf" else read(tag)

        face.get_table = table

    def addObjects(self, doc) -> None:  # type: ignore[no-untyped-def]
        """Embed the subsets, then put right what ReportLab writes with five hexadecimal digits."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
        super().addObjects(doc)
        for n, subset in enumerate(subsets):
            name = b"".join((SUBSETN(n), b"+", self.face.name, self.face.subfontNameX)).decode("pdfdoc")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode(name, subset)
            face: Any = self.face
            widths = " ".join(f"{face.getCharWidth(point):g}" for point in subset)
            doc.idToObject["BasicFonts"].dict[names[n]].Widths = _Written(f"[ {widths} ]")


def to_unicode(name: str, subset: list[int]) -> str:
    """The ToUnicode CMap of a subset: one-byte code → UTF-16BE."""
    entries = [f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(subset)]
    blocks: list[str] = []
    for start in range(0, len(entries), _PER_BLOCK):
        some = entries[start : start + _PER_BLOCK]
        blocks += [f"{len(some)} beginbfchar", *some, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


@cache
def _registered(name: str, filename: str) -> CopyableFont:
    font = CopyableFont(name, str(resource("fonts", filename)))
    pdfmetrics.registerFont(font)
    return font


def face(*, bold: bool = False) -> str:
    """The name under which the regular or bold face is known to ReportLab, read from disk at its first use."""
    return str(_registered(*(("PaperBold", "NotoSansSC-Bold.ttf") if bold else ("Paper", "NotoSansSC-Regular.ttf"))).fontName)


def manner() -> dict[str, Any]:
    """How every canvas of ours is made: the making time left out (the same facts make the same bytes), and no face that is not embedded."""
    return {"invariant": 1, "pageCompression": 1, "initialFontName": face()}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in points."""
    return _ems(text, bold) * size


@lru_cache(maxsize=8192)
def _ems(text: str, bold: bool) -> float:
    """How wide a text is in ems; the same words come again and again."""
    return float(pdfmetrics.stringWidth(text, face(bold=bold), 1))


_SHOWN = tuple(chr(code) if 32 <= code < 127 and chr(code) not in "()\\" else f"\\{code:03o}" for code in range(256))
"""Each byte as it stands in a string of a page's stream."""


def shown(text: str, size: float, canvas: Any, *, bold: bool = False) -> str:
    """The operators that show a text in a face at a size: its bytes in the subset fonts of this canvas's document."""
    font: Any = pdfmetrics.getFont(face(bold=bold))
    document = canvas._doc
    parts = []
    for subset, codes in font.splitString(text, document):
        parts.append(f"{font.getSubsetInternalName(subset, document)} {size:g} Tf ({''.join(map(_SHOWN.__getitem__, codes))}) Tj")
    return " ".join(parts)


def lacks(text: str) -> bool:
    """Whether some character of a text is not in the face and would be drawn as a box."""
    known = _registered("Paper", "NotoSansSC-Regular.ttf").face.charToGlyph
    return any(ord(letter) not in known for letter in text)
