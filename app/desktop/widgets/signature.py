"""A signature as it is drawn with finger, pen or mouse, and as it is shown small afterwards."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QTabletEvent, QTouchEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.base import Painted
from app.domain.signature import WIDE, Point, Signature

LINE = 2.6
"""Design pixels that the pen is wide."""
_TOUCHES = (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel)


def stroke_path(stroke: tuple[Point, ...], scale: float, left: float = 0.0, top: float = 0.0) -> QPainterPath:
    """A stroke as a smooth line: through the middles between its points, bent towards each; `scale` is pixels a unit."""
    places = [QPointF(left + x * scale, top + y * scale) for x, y, _ in stroke]
    path = QPainterPath(places[0])
    if len(places) == 1:
        # A dot: a pen with a round end draws one.
        path.lineTo(places[0] + QPointF(0.01, 0))
        return path
    for here, after in pairwise(places[1:]):
        path.quadTo(here, (here + after) / 2)
    path.lineTo(places[-1])
    return path


def draw_signature(painter: QPainter, theme: Theme, signature: Signature, rect: QRectF, *, line: float = LINE, tone: str = "ink") -> None:
    """Draw what was written, as large as `rect` allows and in its middle."""
    left, top, right, bottom = signature.box
    wide, high = max(1, right - left), max(1, bottom - top)
    room = paint.inner(rect, theme.px(line))
    scale = min(room.width() / wide, room.height() / high)
    x = room.center().x() - (left + wide / 2) * scale
    y = room.center().y() - (top + high / 2) * scale
    _ink(painter, theme, line, tone)
    for stroke in signature.strokes:
        painter.drawPath(stroke_path(stroke, scale, x, y))


def _ink(painter: QPainter, theme: Theme, line: float, tone: str) -> None:
    pen = QPen(theme.color(tone), theme.px(line), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(paint.NO_BRUSH)


class SignaturePad(Painted):
    """Where somebody signs; what they draw is a `Signature`, and nothing else can be put in."""

    changed = Signal()
    """A stroke was ended, or taken back."""

    def __init__(self, theme: Theme, height: float = 132, parent: QWidget | None = None) -> None:
        """`height` is in design pixels; it takes what width there is."""
        super().__init__(theme, parent)
        self._height = height
        self._signature = Signature(1, ())
        self._paths: list[QPainterPath] = []
        self._scale = 0.0
        self._drawing = False
        self._began: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setObjectName("signature")
        self.restyle()

    @property
    def signature(self) -> Signature:
        """What was drawn so far."""
        return self._signature

    @property
    def drawing(self) -> bool:
        """Whether a finger, pen or button is down on it."""
        return self._drawing

    def clear(self) -> None:
        """Take everything back."""
        self._set(Signature(1, ()))

    def show_signature(self, signature: Signature) -> None:
        """Go on with what was drawn before, after the page was built anew."""
        self._set(signature)

    def _set(self, signature: Signature) -> None:
        self._signature, self._drawing = signature, False
        if not signature.strokes:
            self._began = None
        self._paths = []
        self._speak()
        self.update()
        self.changed.emit()

    def measure(self) -> None:
        """Fixed in height."""
        self.setFixedHeight(self.theme.px(self._height))
        self.setMinimumWidth(self.theme.px(240))
        self._paths = []
        self._speak()

    def sizeHint(self) -> QSize:
        """Wide enough for a long name."""
        return QSize(self.theme.px(460), self.theme.px(self._height))

    def _speak(self) -> None:
        self.setAccessibleName(self.theme.say("signature"))
        count = len(self._signature.strokes)
        self.setAccessibleDescription(self.theme.say("signature_strokes", count=count) if count else self.theme.say("signature_empty"))

    # ------------------------------------------------------------------ drawing

    def _down(self, place: QPointF, at: int) -> None:
        if not self._signature.strokes:
            self._began = at
            self._signature = Signature(max(1, round(WIDE * self.height() / max(1, self.width()))), ())
        self._drawing = True
        self._signature = self._signature.begun(self._point(place, at))
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.update()

    def _move(self, place: QPointF, at: int) -> None:
        if self._drawing:
            self._signature = self._signature.drawn(self._point(place, at))
            self.update()

    def _up(self) -> None:
        if self._drawing:
            self._drawing = False
            self._speak()
            self.update()
            self.changed.emit()

    def _point(self, place: QPointF, at: int) -> Point:
        """Where the pen is, never beyond the frame and never earlier than before."""
        unit = WIDE / max(1, self.width())
        x = min(max(place.x(), 0.0), float(self.width()))
        y = min(max(place.y(), 0.0), float(self.height()))
        last = self._signature.strokes[-1][-1][2] if self._signature.strokes else 0
        return round(x * unit), round(y * unit), max(last, at - (self._began if self._began is not None else at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._down(event.position(), event.timestamp())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on."""
        self._move(event.position(), event.timestamp())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._move(event.position(), event.timestamp())
            self._up()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen draws as a finger does; what it presses is not kept."""
        match event.type():
            case QEvent.Type.TabletPress:
                self._down(event.position(), event.timestamp())
            case QEvent.Type.TabletMove:
                self._move(event.position(), event.timestamp())
            case QEvent.Type.TabletRelease:
                self._move(event.position(), event.timestamp())
                self._up()
        event.accept()

    def event(self, event: QEvent) -> bool:
        """One finger draws; a second one on the pad means nothing."""
        if event.type() not in _TOUCHES or not isinstance(event, QTouchEvent):
            return super().event(event)
        points = event.points()
        if event.type() == QEvent.Type.TouchCancel:
            self._up()
        elif points:
            place, at = points[0].position(), event.timestamp()
            if event.type() == QEvent.Type.TouchBegin:
                self._down(place, at)
            else:
                self._move(place, at)
            if event.type() == QEvent.Type.TouchEnd:
                self._up()
        event.accept()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Backspace takes the last stroke back, Delete everything."""
        if event.key() == Qt.Key.Key_Backspace and self._signature.strokes:
            self._set(Signature(self._signature.height, self._signature.strokes[:-1]))
        elif event.key() == Qt.Key.Key_Delete:
            self.clear()
        else:
            super().keyPressEvent(event)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the sheet, the line to sign on, and what was drawn."""
        theme, px = self.theme, self.theme.px
        focused = self.hasFocus()
        paint.rounded(painter, rect, px(10), theme.color("surface"), theme.color("focus" if focused else "ctl"), px(2) if focused else 1)
        line = rect.bottom() - px(30)
        painter.save()
        painter.setClipRect(paint.inner(rect, px(2)))
        paint.hairline(painter, theme, rect.left() + px(20), line, rect.width() - px(40), dashed=True)
        paint.icon(painter, theme, "x", rect.left() + px(20), line - px(10), 12, "ink3")
        if not self._signature.strokes:
            below = QRectF(rect.left(), line, rect.width(), rect.bottom() - line)
            paint.text(painter, below, theme.say("signature_here"), theme.face("caption"), theme.color("ink3"), "center")
        _ink(painter, theme, LINE, "ink")
        for path in self._drawn():
            painter.drawPath(path)
        painter.restore()

    def _drawn(self) -> list[QPainterPath]:
        """The strokes as lines; ended ones are made once for a width."""
        scale = self.width() / WIDE
        if scale != self._scale:
            self._scale, self._paths = scale, []
        strokes = self._signature.strokes
        ended = len(strokes) - (1 if self._drawing else 0)
        del self._paths[ended:]
        self._paths += [stroke_path(stroke, scale) for stroke in strokes[len(self._paths) : ended]]
        return [*self._paths, *(stroke_path(stroke, scale) for stroke in strokes[ended:])]


class SignatureMark(Painted):
    """A signature that was given, shown small."""

    def __init__(self, theme: Theme, signature: Signature, *, width: float = 120, height: float = 44) -> None:
        """Sizes are in design pixels."""
        super().__init__(theme)
        self._signature, self._size = signature, (width, height)
        self.setObjectName("signature-mark")
        self.restyle()

    def measure(self) -> None:
        """Fixed."""
        self.setAccessibleName(self.theme.say("signature_given"))
        self.setFixedSize(self.theme.px(self._size[0]), self.theme.px(self._size[1]))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it on a sheet of its own."""
        px = self.theme.px
        paint.rounded(painter, rect, px(6), self.theme.color("surface"), self.theme.color("line2"))
        draw_signature(painter, self.theme, self._signature, paint.inner(rect, px(5)), line=1.4)
