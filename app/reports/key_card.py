"""The key card: what every key does for one person, on A5, to stand beside the till."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from app.reports import fonts
from app.reports.page import BRAND, BRAND_INK, INK, INK2, INK3, LINE, LINE2, MM, SUNKEN

Group = tuple[str, Sequence[tuple[str, str]]]
"""A page's name, and its keys with what they do."""

_MARGIN = 9 * MM
_BETWEEN = 5 * MM
_ROW, _HEAD, _GAP = 12.6, 17.0, 6.0
_SIZE = 7.6
_LINE = 9.6
"""From one line of a label to the next."""
_CAPS = 38.0
"""Room for a keycap, so that the words of all keys stand below each other."""


class _Card:
    """An A5 page in two columns, filled from the top left."""

    def __init__(self, title: str, owner: str) -> None:
        self._out = io.BytesIO()
        # `invariant` leaves the making time out of the file: the same keys make the same bytes.
        self.canvas = Canvas(self._out, pagesize=A5, invariant=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator("Yaogui 药柜")
        self._title, self._owner = title, owner
        self._wide = (A5[0] - 2 * _MARGIN - _BETWEEN) / 2
        self._begin()

    def _begin(self) -> None:
        height = A5[1]
        self.canvas.setFillColor(BRAND)
        self.canvas.rect(0, height - 2 * MM, A5[0], 2 * MM, stroke=0, fill=1)
        self.text(_MARGIN, height - 12 * MM, self._title, 15, bold=True, tone=BRAND_INK)
        self.text(A5[0] - _MARGIN, height - 11.6 * MM, _cut(self._owner, 8, 82 * MM), 8, tone=INK2, right=True)
        self.canvas.setStrokeColor(LINE2)
        self.canvas.line(_MARGIN, height - 15.5 * MM, A5[0] - _MARGIN, height - 15.5 * MM)
        self._top = height - 19 * MM
        self._column, self._y = 0, self._top

    def text(self, x: float, y: float, words: str, size: float, *, bold: bool = False, tone: Color = INK, right: bool = False) -> None:
        self.canvas.setFont(fonts.face(bold=bold), size)
        self.canvas.setFillColor(tone)
        self.canvas.drawString(x - (fonts.width(words, size, bold=bold) if right else 0), y, words)

    def group(self, group: Group) -> None:
        """A page's keys below its name; what does not fit goes on in the next column."""
        title, rows = group
        self._need(_HEAD + 2 * _ROW)
        self._heading(title)
        for key, label in rows:
            if self._need(_ROW + (len(self._lines(key, label)[1]) - 1) * _LINE):
                self._heading(title)
            self._row(key, label)
        self._y -= _GAP

    def _heading(self, title: str) -> None:
        self.text(self._x, self._y - 10.5, title, 9.2, bold=True)
        self.canvas.setStrokeColor(LINE)
        self.canvas.line(self._x, self._y - 13.6, self._x + self._wide, self._y - 13.6)
        self._y -= _HEAD

    @property
    def _x(self) -> float:
        return _MARGIN + self._column * (self._wide + _BETWEEN)

    def _lines(self, key: str, label: str) -> tuple[float, list[str]]:
        """Where the words of a key begin, and their lines."""
        left = max(_cap(key), _CAPS) + 5
        return left, _wrapped(label, _SIZE + 0.4, self._wide - left)

    def _row(self, key: str, label: str) -> None:
        cap = _cap(key)
        self.canvas.setFillColor(SUNKEN)
        self.canvas.setStrokeColor(LINE2)
        self.canvas.setLineWidth(0.6)
        self.canvas.roundRect(self._x, self._y - 10.6, cap, 10.8, 2.4, stroke=1, fill=1)
        inset = (cap - fonts.width(key, _SIZE, bold=True)) / 2
        self.text(self._x + inset, self._y - 7.9, key, _SIZE, bold=True, tone=INK2)
        left, lines = self._lines(key, label)
        for order, line in enumerate(lines):
            self.text(self._x + left, self._y - 7.9 - order * _LINE, line, _SIZE + 0.4)
        self._y -= _ROW + (len(lines) - 1) * _LINE

    def _need(self, height: float) -> bool:
        """Go on in the next column or on the next page unless so much room is left; whether it did."""
        if self._y - height >= _MARGIN + 8:
            return False
        if self._column == 0:
            self._column, self._y = 1, self._top
        else:
            self._foot()
            self.canvas.showPage()
            self._begin()
        return True

    def _foot(self) -> None:
        self.text(_MARGIN, 5 * MM, "Yaogui 药柜", 6.5, tone=INK3)

    def finish(self) -> bytes:
        """The file."""
        self._foot()
        self.canvas.showPage()
        self.canvas.save()
        return self._out.getvalue()


def _cap(key: str) -> float:
    return max(24.0, fonts.width(key, _SIZE, bold=True) + 8)


def _wrapped(words: str, size: float, room: float) -> list[str]:
    """Words in lines no wider than the room: broken between words, within Chinese anywhere."""
    lines = [""]
    for piece in re.findall(r"[\x21-\x7e]+ ?|.", words):
        if lines[-1] and fonts.width((lines[-1] + piece).rstrip(), size) > room:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _cut(words: str, size: float, room: float) -> str:
    if fonts.width(words, size) <= room:
        return words
    while words and fonts.width(words + "…", size) > room:
        words = words[:-1]
    return words + "…"


def key_card_pdf(title: str, owner: str, groups: Sequence[Group]) -> bytes:
    """The PDF of a person's keys, group by group; `owner` says whose they are and of which preset."""
    card = _Card(title, owner)
    for group in groups:
        card.group(group)
    return card.finish()
