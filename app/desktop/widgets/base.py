"""The two grounds of painted widgets: one that only shows, one that is pressed."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.desktop.theme import Theme, paint


class Painted(QWidget):
    """A widget that paints itself from the theme and follows its changes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Subclasses set their values, then call `restyle()`."""
        super().__init__(parent)
        self.theme = theme
        self._ground = ""
        theme.follow(self)

    def stand_on(self, ground: str) -> None:
        """Fill the own ground with a token's colour: what changes here then paints nothing of what lies beneath."""
        self._ground = ground
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @Slot()
    def restyle(self) -> None:
        """Measure again after a change of scale, language or content, and repaint."""
        self.measure()
        self.updateGeometry()
        self.update()

    def recolour(self) -> None:
        """Repaint in the colours in force; what is kept drawn in the last ones goes."""
        self.update()

    def measure(self) -> None:
        """Set fixed or minimum sizes; called with the scale in force."""

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the widget; `rect` is the whole of it."""

    def enterEvent(self, event: QEnterEvent) -> None:
        """Dress what is said under the pointer."""
        if self.toolTip():
            self.theme.dress_tip(self)
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Prepare a painter and hand over to `paint`."""
        painter = QPainter(self)
        if self._ground:
            painter.fillRect(event.rect(), self.theme.color(self._ground))
        paint.smooth(painter)
        self.paint(painter, QRectF(self.rect()))
        painter.end()


class PaintedButton(QAbstractButton):
    """Something pressed: reached by Tab, worked by Space and Enter, named for screen readers, ringed in focus.

    A click does not take the focus away from the field that has it: the scanner and the keyboard stay there.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Subclasses set their values, then call `restyle()`."""
        super().__init__(parent)
        self.theme = theme
        self._ground = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.follow(self)

    def stand_on(self, ground: str) -> None:
        """Fill the own ground with a token's colour: what changes here then paints nothing of what lies beneath."""
        self._ground = ground
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt's style takes the attribute from every button at its first showing: given again before it is painted."""
        super().showEvent(event)
        if self._ground:
            self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @Slot()
    def restyle(self) -> None:
        """Measure again after a change of scale, language or content, and repaint."""
        self.measure()
        self.updateGeometry()
        self.update()

    def recolour(self) -> None:
        """Repaint in the colours in force; what is kept drawn in the last ones goes."""
        self.update()

    def measure(self) -> None:
        """Set fixed or minimum sizes; called with the scale in force."""

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the button inside `rect`, which is already drawn in when the focus ring shows."""

    def ring_radius(self) -> float:
        """Corner radius of the focus ring in pixels."""
        return self.theme.px(11)

    @property
    def hovered(self) -> bool:
        """Whether the pointer is on it and it can be pressed."""
        return self.isEnabled() and self.underMouse()

    @property
    def touched(self) -> str:
        """Token of the ground while it is pressed or under the pointer; '' at rest."""
        return "pressed" if self.isDown() else "hover" if self.hovered else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the focus ring, then hand over to `paint`."""
        painter = QPainter(self)
        if self._ground:
            painter.fillRect(event.rect(), self.theme.color(self._ground))
        paint.smooth(painter)
        rect = QRectF(self.rect())
        if self.hasFocus():
            paint.focus_ring(painter, self.theme, rect, self.ring_radius())
            rect = paint.inner(rect, self.theme.px(3))
        self.paint(painter, rect)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does; a held key presses once."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed, and dress what is said under the pointer."""
        if self.toolTip():
            self.theme.dress_tip(self)
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Stop showing it."""
        self.update()
        super().leaveEvent(event)

    def sizeHint(self) -> QSize:
        """The smallest size that shows everything."""
        return self.minimumSize()

    def name(self, words: str, description: str = "") -> None:
        """Set the words seen by screen readers and by `text()`."""
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(words)
        if description:
            self.setAccessibleDescription(description)
