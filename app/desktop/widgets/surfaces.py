"""Grounds: the canvas, cards, strips of colour, overlays with a shadow."""

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QLayout, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Part, Row, Spring
from app.desktop.widgets.base import Painted
from app.desktop.widgets.words import Txt


class Ground(Painted):
    """A flat rectangle in the colour of a token, such as the canvas behind a page."""

    def __init__(
        self, theme: Theme, layout: QLayout | None = None, fill: str = "canvas", parent: QWidget | None = None
    ) -> None:
        """`layout` holds what stands on it."""
        super().__init__(theme, parent)
        self._fill = fill
        if layout is not None:
            self.setLayout(layout)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Fill it."""
        painter.fillRect(rect, self.theme.color(self._fill))


class Panel(Painted):
    """A rounded surface set off by tone and a hairline."""

    def __init__(
        self,
        theme: Theme,
        layout: QLayout | None = None,
        *,
        fill: str | None = "surface",
        line: str | None = "line",
        radius: float = 12,
        bar: str | None = None,
        dashed: bool = False,
        height: float = 0,
        parent: QWidget | None = None,
    ) -> None:
        """`bar` is the token of a coloured bar on the left; `height` in design pixels fixes the height."""
        super().__init__(theme, parent)
        self._fill, self._line, self._radius, self._bar, self._dashed = fill, line, radius, bar, dashed
        self._height = height
        self._inside: tuple[QRect, int, QRegion] | None = None
        if layout is not None:
            self.setLayout(layout)
        self.restyle()

    def set_colors(self, fill: str | None, line: str | None, bar: str | None = None) -> None:
        """Use other tokens."""
        if (fill, line, bar) != (self._fill, self._line, self._bar):
            self._fill, self._line, self._bar = fill, line, bar
            self.update()

    def measure(self) -> None:
        """Fix the height if one was given."""
        if self._height:
            self.setFixedHeight(self.theme.px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Where neither the hairline nor a corner is asked for, fill; else draw the whole."""
        whole, corner = self.rect(), self.theme.px(self._radius) + 1
        if self._inside is None or self._inside[0] != whole or self._inside[1] != corner:
            flat = QRegion(whole.adjusted(1, corner, -1, -corner)).united(whole.adjusted(corner, 1, -corner, -1))
            self._inside = (whole, corner, flat)
        if self._fill is None or self._bar is not None or not event.region().subtracted(self._inside[2]).isEmpty():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.theme.color(self._fill))
        painter.end()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the surface."""
        paint.panel(
            painter,
            self.theme,
            rect,
            fill=self._fill,
            line=self._line,
            radius=self._radius,
            bar=self._bar,
            dashed=self._dashed,
        )


class Card(Panel):
    """A panel with a headline and, on its right, a note or a small button."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        *parts: Part,
        aside: QWidget | None = None,
        gap: int = 11,
        margins: tuple[int, int, int, int] = (16, 14, 16, 14),
        parent: QWidget | None = None,
    ) -> None:
        """`parts` stand below the headline from top to bottom."""
        self.title = Txt(theme, title, "head")
        self.head = Row(theme, self.title, Spring(), aside)
        super().__init__(theme, Column(theme, self.head, *parts, gap=gap, margins=margins), parent=parent)
        self.setAccessibleName(title)


class Overlay(Painted):
    """A raised surface with a painted shadow: the palette, a picker, a menu of parts."""

    SPREAD = 24

    def __init__(
        self, theme: Theme, layout: QLayout | None = None, *, radius: float = 16, parent: QWidget | None = None
    ) -> None:
        """The layout stands inside the surface; the widget is larger by the reach of the shadow."""
        super().__init__(theme, parent)
        self._radius = radius
        self._holder = Column(theme, layout, margins=self.SPREAD)
        self.setLayout(self._holder)
        self.restyle()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the shadow, then the surface."""
        reach = self.theme.px(self.SPREAD)
        box = paint.inner(rect, reach)
        drawn = paint.shadow_pixmap(self.theme, self._radius, self.SPREAD * 0.8)
        paint.shadow(painter, self.theme, drawn, box, self._radius, self.SPREAD * 0.8)
        paint.panel(painter, self.theme, box, radius=self._radius, line="line2" if self.theme.dark else "line")
