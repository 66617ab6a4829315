"""The two faces of every page, embedded as subsets whose text can be copied and searched, rare names included."""

from __future__ import annotations

from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from app.records.resources import resource

_PER_BLOCK = 100
"""A bfchar block may hold at most 100 entries (PDF reference, 9.10.3)."""


class CopyableFont(TTFont):
    """A TrueType face whose ToUnicode map writes names beyond the basic plane (𬱖) as UTF-16, as readers expect it."""

    def addObjects(self, doc) -> None:  # type: ignore[no-untyped-def]
        """Embed the subsets, then put right what ReportLab writes with five hexadecimal digits."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for n, subset in enumerate(subsets):
            name = b"".join((SUBSETN(n), b"+", self.face.name, self.face.subfontNameX)).decode("pdfdoc")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode(name, subset)


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


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in points."""
    return float(pdfmetrics.stringWidth(text, face(bold=bold), size))


def lacks(text: str) -> bool:
    """Whether some character of a text is not in the face and would be drawn as a box."""
    known = _registered("Paper", "NotoSansSC-Regular.ttf").face.charToGlyph
    return any(ord(letter) not in known for letter in text)
