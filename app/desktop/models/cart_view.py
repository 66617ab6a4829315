"""The cart on screen: a list that takes the pointer and tells what was pressed; the keyboard stays with the page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QScrollBar, QStyle, QStyleOptionSlider, QWidget

from app.counter.scene import Scene
from app.desktop.models.cart import CartModel
from app.desktop.models.cart_rows import CartHit, CartRows
from app.desktop.selling_words import say
from app.desktop.theme import Theme, paint

_Index = QModelIndex | QPersistentModelIndex
_UNKNOWN = -1
"""Height of a row that was not measured yet."""


class _Bar(QScrollBar):
    """The scroll bar as the style sheet has it, drawn by hand: it lies over the rows and is drawn with them at every scan."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the handle."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ScrollBarSlider
        handle = QRectF(self.style().subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, part, self))
        painter = QPainter(self)
        paint.smooth(painter)
        lit = self.isSliderDown() or self.underMouse()
        paint.rounded(painter, handle, self._theme.px(4), self._theme.color("ctl" if lit else "line2"))
        painter.end()


class CartView(QListView):
    """Shows the lines of the scene; pressing a part of a line is told by `pressed_part` and changes nothing here.

    It is a list to Qt and to screen readers, but keeps the places of its rows itself: a list view measures and paints
    every row after every insertion, here only the rows that differ are.
    """

    pressed_part = Signal(object)
    """A `CartHit`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lines = CartModel(theme)
        self.drawing = CartRows(theme)
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        """Where each row begins, and the end of the last."""
        self._shifted = 0
        """The first row that may show another line than before at the same place."""
        self._measured_for = 0
        self._pressed: CartHit | None = None
        self._asked_line = ""
        self.setProperty("plain", True)
        theme.dress_area(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The bar lies over the rows' right margin: one that takes room would make every row be measured twice.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = _Bar(theme, self)
        self._bar.valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(self._bar.setValue)
        self.verticalScrollBar().rangeChanged.connect(self._reach)
        self._bar.hide()
        self.setMouseTracking(True)
        # It paints its own ground, so that nothing beneath it is painted at every scan.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setModel(self.lines)
        self.drawing.measured_anew.connect(self._measure_again)
        self._name()
        theme.changed.connect(self._name)

    def _name(self) -> None:
        self.setAccessibleName(say(self._theme, "cart_spoken"))

    def _reach(self, least: int, most: int) -> None:
        self._bar.setRange(least, most)
        self._bar.setPageStep(self.verticalScrollBar().pageStep())
        self._bar.setVisible(most > least)

    # ------------------------------------------------------------------ the scene

    def show_scene(self, scene: Scene) -> None:
        """Show the lines of a scene and bring the selected one into view."""
        asked = scene.question.line_id if scene.question is not None else ""
        moved = scene.selected != self.lines.selected or len(scene.lines) != len(self.lines.lines) or asked != self._asked_line
        self._asked_line = asked
        if not scene.lines:
            self.drawing.forget()
        self.lines.show(scene.lines, scene.selected)
        self._place_rows()
        if moved:
            self.show_selected()

    def show_selected(self) -> None:
        """Bring the line that is asked about, or else the selected one, into view."""
        row = self.lines.row_of(self._asked_line or self.lines.selected)
        if row >= 0:
            self._bring(row)

    def _bring(self, row: int) -> None:
        bar, room = self.verticalScrollBar(), self.viewport().height()
        top, end = self._tops[row], self._tops[row + 1]
        if top < bar.value() or end - top > room:
            bar.setValue(top)
        elif end > bar.value() + room:
            bar.setValue(end - room)

    # ------------------------------------------------------------------ places of the rows

    def _measure_again(self) -> None:
        self._heights = [_UNKNOWN] * len(self._heights)
        self._place_rows()
        self.viewport().update()

    def _place_rows(self) -> None:
        """Measure the rows that are not measured and ask for what moved or differs to be painted."""
        viewport = self.viewport()
        width = viewport.width()
        if width != self._measured_for:
            self._measured_for = width
            self._heights = [_UNKNOWN] * len(self._heights)
        heights, before = self._heights, self._tops
        if _UNKNOWN not in heights and len(before) == len(heights) + 1:
            return
        lines, selected = self.lines.lines, self.lines.selected
        touched = [row for row, height in enumerate(heights) if height == _UNKNOWN]
        for row in touched:
            heights[row] = self.drawing.layout_of(lines[row], width, lines[row].line_id == selected).height
        self._tops = tops = list(accumulate(heights, initial=0))
        common = min(len(before), len(tops))
        ends_elsewhere = next((at for at in range(1, common) if before[at] != tops[at]), common)
        moved = min(ends_elsewhere - 1, self._shifted)
        offset = self.verticalScrollBar().value()
        for row in touched:
            # Many above what is seen may have other figures: nothing of them is painted.
            if row < moved and tops[row + 1] > offset:
                viewport.update(0, tops[row] - offset, width, heights[row])
        if moved < max(len(before), len(tops)) - 1:
            top = tops[moved] - offset
            viewport.update(0, top, width, max(before[-1], tops[-1]) - offset - top)
        self._shifted = len(heights)
        self.updateGeometries()

    def rowsInserted(self, parent: _Index, start: int, end: int) -> None:
        """Rows came: they are measured before they are painted."""
        self._shifted = min(self._shifted, start)
        self._heights[start:start] = [_UNKNOWN] * (end - start + 1)

    def rowsAboutToBeRemoved(self, parent: _Index, start: int, end: int) -> None:
        """Rows go, and their places with them."""
        super().rowsAboutToBeRemoved(parent, start, end)
        self._shifted = min(self._shifted, start)
        del self._heights[start : end + 1]

    def dataChanged(self, top_left: _Index, bottom_right: _Index, roles: Sequence[int] = ()) -> None:
        """Rows differ: they are measured and painted again."""
        for row in self.lines.differing:
            self._heights[row] = _UNKNOWN

    def reset(self) -> None:
        """All rows are others."""
        super().reset()
        self._heights = [_UNKNOWN] * self.lines.rowCount()
        self._shifted = 0

    def doItemsLayout(self) -> None:
        """The rows are placed when they change; Qt asks again after changes of style, which measure anew by the theme's word."""

    def updateGeometries(self) -> None:
        """How far the list can be scrolled."""
        room = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setPageStep(room)
        bar.setSingleStep(self._theme.px(32))
        bar.setRange(0, max(0, self._tops[-1] - room))

    def verticalOffset(self) -> int:
        """Pixels of the list above what is seen."""
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        """Rows are as wide as the view."""
        return 0

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar moved: rows are laid down anew from their pictures."""
        self.viewport().update()

    def scrollTo(self, index: _Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        """Bring a row into view."""
        if index.isValid() and index.row() < len(self._tops) - 1:
            self._bring(index.row())

    def visualRect(self, index: _Index) -> QRect:
        """Where a row stands in the viewport."""
        if not index.isValid() or index.row() >= len(self._tops) - 1:
            return QRect()
        row = index.row()
        return self._place_of(row)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The row at a point of the viewport."""
        row = self._row_at(point.y() + self.verticalScrollBar().value())
        return self.lines.index(row) if 0 <= row < len(self._tops) - 1 else QModelIndex()

    def _place_of(self, row: int) -> QRect:
        top = self._tops[row]
        return QRect(0, top - self.verticalScrollBar().value(), self.viewport().width(), self._tops[row + 1] - top)

    def _row_at(self, y: int) -> int:
        return bisect_right(self._tops, y) - 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the selected line in view when a question takes room."""
        super().resizeEvent(event)
        wide = self._theme.px(12)
        self._bar.setGeometry(self.width() - wide, 0, wide, self.height())
        self._place_rows()
        self.updateGeometries()
        self.show_selected()

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows that are asked for, and the ground below the last."""
        asked, region = event.rect(), event.region()
        lines, selected, tops = self.lines.lines, self.lines.selected, self._tops
        offset, width = self.verticalScrollBar().value(), self.viewport().width()
        painter = QPainter(self.viewport())
        row = max(0, self._row_at(asked.top() + offset))
        while row < len(tops) - 1 and tops[row] - offset <= asked.bottom():
            place = QRect(0, tops[row] - offset, width, tops[row + 1] - tops[row])
            if region.intersects(place):
                line = lines[row]
                self.drawing.paint(painter, line, QRectF(place), line.line_id == selected)
            row += 1
        end = tops[-1] - offset
        if asked.bottom() >= end:
            top = max(end, asked.top())
            painter.fillRect(QRect(0, top, width, asked.bottom() + 1 - top), self._theme.color("surface"))
        painter.end()

    # ------------------------------------------------------------------ the pointer

    def hit(self, point: QPointF) -> CartHit | None:
        """What stands under a point of the viewport."""
        index = self.indexAt(point.toPoint())
        if not index.isValid():
            return None
        line = self.lines.lines[index.row()]
        return self.drawing.hit(line, QRectF(self.visualRect(index)), point, line.line_id == self.lines.selected)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember what was pressed; it counts on release at the same part."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.hit(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A quick second press is a press."""
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell what was pressed."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton or self.hit(event.position()) != pressed:
            return
        if pressed.part == "more":
            self.drawing.open_notes(pressed.line_id)
        else:
            self.pressed_part.emit(pressed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up what can be pressed."""
        self._hover(self.hit(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Let the light go when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    def _hover(self, hit: CartHit | None) -> None:
        before = self.drawing.hover
        if hit == before:
            return
        self.drawing.hover = hit
        for each in (before, hit):
            row = self.lines.row_of(each.line_id) if each is not None else -1
            if row >= 0:
                self.update(self.lines.index(row))
        pressable = hit is not None and hit.part != "line"
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if pressable else Qt.CursorShape.ArrowCursor)
