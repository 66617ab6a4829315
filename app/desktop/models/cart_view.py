"""The cart on screen: a list that takes the pointer and tells what was pressed; the keyboard stays with the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QScrollBar, QWidget

from app.counter.scene import Scene
from app.desktop.models.cart import LINE_ROLE, SELECTED_ROLE, CartModel
from app.desktop.models.cart_delegate import CartDelegate, CartHit
from app.desktop.selling_words import say
from app.desktop.theme import Theme


class CartView(QListView):
    """Shows the lines of the scene; pressing a part of a line is told by `pressed_part` and changes nothing here."""

    pressed_part = Signal(object)
    """A `CartHit`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lines = CartModel(theme)
        self.drawing = CartDelegate(theme)
        self.setModel(self.lines)
        self.setItemDelegate(self.drawing)
        self.setProperty("plain", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The bar lies over the rows' right margin: one that takes room would make every row be measured twice.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bar.valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(self._bar.setValue)
        self.verticalScrollBar().rangeChanged.connect(self._reach)
        self._bar.hide()
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        # It paints its own ground, so that nothing beneath it is painted at every scan.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._pressed: CartHit | None = None
        self._asked_line = ""
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._rest)
        self._rested = False
        self.drawing.measured_anew.connect(self._measure_again)
        self._name()
        theme.changed.connect(self._name)

    def _name(self) -> None:
        self.setAccessibleName(say(self._theme, "cart_spoken"))

    def _measure_again(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def _reach(self, least: int, most: int) -> None:
        self._bar.setRange(least, most)
        self._bar.setPageStep(self.verticalScrollBar().pageStep())
        self._bar.setVisible(most > least)

    def show_scene(self, scene: Scene) -> None:
        """Show the lines of a scene and bring the selected one into view."""
        asked = scene.question.line_id if scene.question is not None else ""
        moved = scene.selected != self.lines.selected or len(scene.lines) != len(self.lines.lines) or asked != self._asked_line
        self._asked_line = asked
        if not scene.lines:
            self.drawing.forget()
        self.lines.show(scene.lines, scene.selected)
        if moved:
            self.show_selected()

    def show_selected(self) -> None:
        """Bring the line that is asked about, or else the selected one, into view."""
        row = self.lines.row_of(self._asked_line or self.lines.selected)
        if row >= 0:
            self.scrollTo(self.lines.index(row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the selected line in view when a question takes room."""
        super().resizeEvent(event)
        wide = self._theme.px(12)
        self._bar.setGeometry(self.width() - wide, 0, wide, self.height())
        self.show_selected()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, and the rows on it."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.color("surface"))
        painter.end()
        super().paintEvent(event)
        self._rested = False
        self._idle.start()

    def _rest(self) -> None:
        """The first turn belongs to what was just painted, and brings it on the screen; the second one is free."""
        if self._rested:
            self._foresee()
        else:
            self._rested = True
            self._idle.start()

    def _foresee(self) -> None:
        """Between two scans: the next one takes the selection from this line, and finds its picture drawn."""
        row = self.lines.row_of(self.lines.selected)
        if row >= 0 and self.isVisible():
            viewport = self.viewport()
            self.drawing.foresee(self.lines.lines[row], viewport.width(), viewport.devicePixelRatioF())

    def hit(self, point: QPointF) -> CartHit | None:
        """What stands under a point of the viewport."""
        index = self.indexAt(point.toPoint())
        if not index.isValid():
            return None
        rect = QRectF(self.visualRect(index))
        return self.drawing.hit(index.data(LINE_ROLE), rect, point, bool(index.data(SELECTED_ROLE)))

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
