"""Keys for fingers: the number pad, the dots of a PIN, the frame for a payment code."""

from collections.abc import Sequence
from typing import Literal

from PySide6 import QtCore
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.base import Painted, PaintedButton


class PadKey(PaintedButton):
    """One key of a pad."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        value: str,
        kind: Literal["digit", "function", "quick"] = "digit",
        *,
        icon: str = "",
        height: float = 76,
        parent: QWidget | None = None,
    ) -> None:
        """`value` is what the pad tells when it is pressed."""
        super().__init__(theme, parent)
        self._words, self._kind, self._icon, self._height = words, kind, icon, height
        self.value = value
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name(words)
        self.restyle()

    def set_words(self, words: str, value: str) -> None:
        """Say and mean something else."""
        if (words, value) == (self._words, self.value):
            return
        self._words, self.value = words, value
        self.name(words)
        self.restyle()

    def measure(self) -> None:
        """Fixed in height."""
        self.setFixedHeight(self.theme.target(self._height))
        self.setMinimumWidth(self.theme.px(60))

    def ring_radius(self) -> float:
        """A little rounder than the key."""
        return self.theme.px(12)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        theme = self.theme
        down, over = self.isDown(), self.hovered
        if self._kind == "digit":
            fill, line, ink = "pressed" if down else "hover" if over else "surface", "line2", "ink"
        elif self._kind == "quick":
            fill, line, ink = "brand_l" if down or over else "brand_t", "", "brand_ink"
        else:
            fill, line, ink = "line2" if down else "pressed" if over else "hover", "", "ink2"
        ink = ink if self.isEnabled() else "off"
        paint.rounded(painter, rect, theme.px(10), theme.color(fill), theme.color(line) if line else None)
        if self._icon:
            x = rect.center().x() - theme.px(24) / 2
            paint.icon(painter, theme, self._icon, x, rect.center().y(), 24, ink)
        else:
            face = theme.face("pad") if self._kind == "digit" else theme.face("title")
            paint.text(painter, rect, self._words, face, theme.color(ink), "center")


class Keypad(QWidget):
    """Digits with 7-8-9 on top, for money and for PINs alike."""

    typed = Signal(str)
    cleared = Signal()
    erased = Signal()
    quick = Signal(str)

    def __init__(
        self,
        theme: Theme,
        kind: Literal["money", "pin"] = "money",
        *,
        key_height: float = 76,
        quick: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`typed` tells `0`–`9`, `00` or `.`; `quick` tells the value of a quick key given as (words, value)."""
        super().__init__(parent)
        self.theme = theme
        self._grid = QGridLayout(self)
        self._quick = [PadKey(theme, words, value, "quick", height=44) for words, value in quick]
        for column, key in enumerate(self._quick):
            key.clicked.connect(self._tell_quick)
            self._grid.addWidget(key, 0, column)
        last = ("00", "0", ".") if kind == "money" else ("", "0", "")
        for row, line in enumerate((("7", "8", "9"), ("4", "5", "6"), ("1", "2", "3"), last), start=1):
            for column, value in enumerate(line):
                if value:
                    digit = PadKey(theme, value, value, height=key_height)
                    digit.clicked.connect(self._tell)
                    self._grid.addWidget(digit, row, column)
        height = 44 if kind == "money" else key_height
        clear = PadKey(theme, theme.say("clear"), "", "function", height=height)
        erase = PadKey(theme, theme.say("erase"), "", "function", icon="backspace", height=height)
        clear.clicked.connect(self.cleared)
        erase.clicked.connect(self.erased)
        self._clear, self._erase = clear, erase
        if kind == "money":
            self._grid.addWidget(clear, 5, 0)
            self._grid.addWidget(erase, 5, 1, 1, 2)
        else:
            self._grid.addWidget(clear, 4, 0)
            self._grid.addWidget(erase, 4, 2)
        theme.changed.connect(self._rescale)
        self._rescale()

    def set_quick(self, quick: Sequence[tuple[str, str]]) -> None:
        """Give the quick keys other words and values; as many as were made, and one without words is not shown."""
        for key, (words, value) in zip(self._quick, quick, strict=False):
            key.set_words(words, value)
            key.setVisible(bool(words))

    def _rescale(self) -> None:
        self._grid.setSpacing(self.theme.px(8))
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._clear.set_words(self.theme.say("clear"), "")
        self._erase.set_words(self.theme.say("erase"), "")

    def _tell(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, PadKey):
            self.typed.emit(pressed.value)

    def _tell_quick(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, PadKey):
            self.quick.emit(pressed.value)


class PinDots(Painted):
    """How many digits of a PIN are typed; shakes once when it was wrong."""

    def __init__(self, theme: Theme, length: int = 4, parent: QWidget | None = None) -> None:
        """`length` dots, none filled."""
        super().__init__(theme, parent)
        self._length, self._filled, self._offset, self._wrong = length, 0, 0.0, False
        self._shake: QtCore.QVariantAnimation | None = None
        self.restyle()

    def set_filled(self, filled: int) -> None:
        """Show how many digits are typed."""
        self._filled, self._wrong = filled, False
        self.setAccessibleName(self.theme.say("pin_filled", count=filled))
        self.update()

    def set_length(self, length: int) -> None:
        """Expect another number of digits."""
        self._length = length
        self.restyle()

    def wrong(self) -> None:
        """Empty the dots, in red, and shake once."""
        self.set_filled(0)
        self._wrong = True
        if self.theme.motion:
            if self._shake is None:
                self._shake = self._shaking()
            self._shake.start()
        self.update()

    def _shaking(self) -> QtCore.QVariantAnimation:
        # Named through their module and made when needed: both classes cost the first window a millisecond.
        shake = QtCore.QVariantAnimation(self)
        shake.setDuration(240)
        for at, where in ((0.0, 0.0), (0.2, -7.0), (0.45, 6.0), (0.7, -4.0), (1.0, 0.0)):
            shake.setKeyValueAt(at, where)
        shake.setEasingCurve(QtCore.QEasingCurve.Type.OutQuad)
        shake.valueChanged.connect(self._move)
        return shake

    def _move(self, value: float) -> None:
        self._offset = value
        self.update()

    def measure(self) -> None:
        """Room for the dots and the shake."""
        self.setAccessibleName(self.theme.say("pin_filled", count=self._filled))
        self.setFixedSize(self.theme.px(34 * self._length + 20), self.theme.px(28))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the dots."""
        px = self.theme.px
        tone = "bad" if self._wrong else "brand"
        for order in range(self._length):
            centre = rect.center().x() + (order - (self._length - 1) / 2) * px(34) + self._offset
            dot = QRectF(centre - px(9), rect.center().y() - px(9), px(18), px(18))
            full = order < self._filled
            line = tone if full or self._wrong else "ctl"
            fill = self.theme.color(tone) if full else None
            paint.rounded(painter, dot, px(9), fill, self.theme.color(line), px(2))


class Reticle(Painted):
    """The frame for a payment code, with a line through its middle."""

    def __init__(self, theme: Theme, size: float = 132, parent: QWidget | None = None) -> None:
        """`size` is its height in design pixels; it is half as wide again."""
        super().__init__(theme, parent)
        self._size = size
        self.restyle()

    def measure(self) -> None:
        """Fixed."""
        self.setAccessibleName(self.theme.say("waiting_code"))
        self.setFixedSize(self.theme.px(self._size * 1.5), self.theme.px(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ground, code, corners and the line."""
        theme, px = self.theme, self.theme.px
        paint.rounded(painter, rect, px(12), theme.color("surface"))
        size = self._size * 0.6
        x = rect.center().x() - px(size) / 2
        paint.icon(painter, theme, "qr-code", x, rect.center().y(), size, "ink")
        pen = QPen(
            theme.color("brand"), px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        )
        painter.setPen(pen)
        painter.setBrush(paint.NO_BRUSH)
        arm, edge = px(24), px(3)
        for right in (False, True):
            for low in (False, True):
                corner = QPointF(
                    rect.right() - edge if right else rect.left() + edge,
                    rect.bottom() - edge if low else rect.top() + edge,
                )
                path = QPainterPath(corner + QPointF(0, -arm if low else arm))
                path.lineTo(corner)
                path.lineTo(corner + QPointF(-arm if right else arm, 0))
                painter.drawPath(path)
        sweep = QLinearGradient(0, 0, rect.width(), 0)
        sweep.setColorAt(0, theme.color("brand", 0))
        sweep.setColorAt(0.5, theme.color("brand"))
        sweep.setColorAt(1, theme.color("brand", 0))
        painter.fillRect(QRectF(px(10), rect.height() / 2, rect.width() - px(20), px(3)), sweep)
