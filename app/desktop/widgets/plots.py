"""Small plots: counts as bars over days or hours, and how a day's line to headquarters stood."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.theme.paint import Align
from app.desktop.widgets.base import Painted

LABEL_ROOM = 20
"""Design pixels below the bars for their marks."""


class BarPlot(Painted):
    """One bar for each figure; the marked ones are named below, the highest says its figure."""

    def __init__(
        self,
        theme: Theme,
        values: Sequence[int],
        marks: Sequence[str],
        *,
        spoken: str,
        peak: str = "",
        from_order: int = 0,
        tone: str = "brand",
        height: float = 84,
        parent: QWidget | None = None,
    ) -> None:
        """`marks` stand below their bars ('' for none); `peak` is said above the highest; bars before `from_order` are not known."""
        super().__init__(theme, parent)
        self._values, self._marks = tuple(values), tuple(marks)
        self._peak, self._from, self._tone, self._height = peak, from_order, tone, height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(spoken)
        self.restyle()

    def measure(self) -> None:
        """Fixed in height."""
        self.setFixedHeight(self.theme.px(self._height))

    def sizeHint(self) -> QSize:
        """As wide as it is let."""
        return QSize(self.theme.px(160), self.height())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw bars, base line and marks."""
        if not self._values:
            return
        theme, px = self.theme, self.theme.px
        caption = theme.face("caption")
        head = caption.line if self._peak else 0
        base = rect.bottom() - px(LABEL_ROOM)
        tall = base - rect.top() - head
        each = rect.width() / len(self._values)
        wide = max(px(2), min(each * 0.66, px(26)))
        most = max(*self._values, 1)
        highest = max(range(len(self._values)), key=lambda order: self._values[order])
        for order, value in enumerate(self._values):
            middle = rect.left() + each * (order + 0.5)
            high = max(tall * value / most, px(3)) if value > 0 else px(2)
            bar = QRectF(middle - wide / 2, base - high, wide, high)
            tone = self._tone if value > 0 else "line2" if order >= self._from else "line"
            paint.rounded(painter, bar, min(px(3), high / 2), theme.color(tone))
            if self._marks[order]:
                half = max(each, caption.width(self._marks[order])) / 2 + px(2)
                left = min(max(rect.left(), middle - half), rect.right() - 2 * half)
                room = QRectF(left, base + px(4), 2 * half, px(LABEL_ROOM - 4))
                align: Align = "center"
                if each < px(20):
                    align = "left" if order == 0 else "right" if order == len(self._values) - 1 else "center"
                paint.text(painter, room, self._marks[order], caption, theme.color("ink3"), align)
            if self._peak and order == highest and value > 0:
                face = theme.face("caption_strong")
                half = face.width(self._peak) / 2 + px(2)
                left = min(max(rect.left(), middle - half), rect.right() - 2 * half)
                paint.text(painter, QRectF(left, base - high - head, 2 * half, head), self._peak, face, theme.color("ink2"), "center")


class DayBar(Painted):
    """A day cut into equal spans, each coloured by how it stood; spans to come are pale."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._spans: tuple[str, ...] = ()
        self._marks: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def show_spans(self, tones: Sequence[str], marks: Sequence[str], spoken: str) -> None:
        """A tone for each span ('' to come), and what stands below some of them."""
        if (self._spans, self._marks) != (tuple(tones), tuple(marks)):
            self._spans, self._marks = tuple(tones), tuple(marks)
            self.update()
        self.setAccessibleName(spoken)

    def measure(self) -> None:
        """Fixed in height."""
        self.setFixedHeight(self.theme.px(52))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the spans and their hours; a cut is lower as well as of another colour."""
        if not self._spans:
            return
        theme, px = self.theme, self.theme.px
        caption = theme.face("caption")
        each = rect.width() / len(self._spans)
        tall = px(30)
        for order, (tone, mark) in enumerate(zip(self._spans, self._marks, strict=True)):
            x = rect.left() + each * order
            high = tall if tone in ("", "good") else tall * 0.62
            bar = QRectF(x, rect.top() + tall - high, max(each - px(2), px(2)), high)
            paint.rounded(painter, bar, px(2), theme.color(tone or "line"))
            if mark:
                room = QRectF(x, rect.top() + tall + px(4), px(60), px(18))
                paint.text(painter, room, mark, caption, theme.color("ink3"))
