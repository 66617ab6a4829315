"""Typing digits by touch: brings the number pad beside the field that has the keyboard and types what is pressed on it.

Made only in the touch profile and loaded only then. The keys go straight to the field and never through the window, where scans are told
from hands: a quick finger is no gun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from shiboken6 import isValid

from app.desktop.keys import name_of
from app.desktop.screens.question import ChipRow, PinBox
from app.desktop.screens.rows import Chips
from app.desktop.theme import Theme
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.number_pad import AWAY, ENTER, ERASE, NumberPad

_KEYS = {ERASE: (Qt.Key.Key_Backspace, "\b"), ENTER: (Qt.Key.Key_Return, "\r"), ".": (Qt.Key.Key_Period, ".")}
_BUTTON, _FIELD, _SMALL = 40, 8, 1
"""What covering a square pixel of a button with words or a choice, of another field and of anything else that is pressed weighs."""


def takes_digits(part: QWidget | None) -> bool:
    """Whether digits are typed here: a PIN, or a field without an input method, which free text has."""
    if isinstance(part, PinBox):
        return part.isEnabled()
    if not isinstance(part, QLineEdit) or part.isReadOnly() or not part.isEnabled():
        return False
    secret = part.echoMode() is QLineEdit.EchoMode.Password
    return secret or not part.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


class FingerPad(QObject):
    """Follows the keyboard from field to field; never modal, never over the field."""

    def __init__(
        self,
        theme: Theme,
        host: QWidget,
        area: QWidget,
        on_key: Callable[[str, QKeyEvent], bool],
        if_pressed: Callable[[QWidget], bool],
    ) -> None:
        """It floats over `area`, a part of `host`; `on_key` may use a key before the field gets it, as for a key of the keyboard; a field
        that `if_pressed` knows, such as the search box that has the keyboard at rest, brings the pad only when it is pressed.
        """
        super().__init__(host)
        self._theme, self._host, self._area = theme, host, area
        self._on_key, self._if_pressed = on_key, if_pressed
        self._field: QWidget | None = None
        self.pad = NumberPad(theme, host)
        self.pad.hide()
        self.pad.pressed.connect(self._press)
        # Where things stand is known once the layouts have had their turn.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._place)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._application = application
        application.focusChanged.connect(self._moved)
        host.installEventFilter(self)
        theme.changed.connect(self._settle.start)
        self._moved(None, application.focusWidget())

    def shut(self) -> None:
        """The touch profile ends."""
        self._application.focusChanged.disconnect(self._moved)
        self._host.removeEventFilter(self)
        self._let_go()
        self.pad.hide()
        self.pad.deleteLater()
        self.deleteLater()

    def put_away(self) -> None:
        """Hide until a field is pressed or gets the keyboard."""
        self._settle.stop()
        self.pad.hide()

    # ------------------------------------------------------------------ which field

    def _let_go(self) -> None:
        if self._field is not None and isValid(self._field):
            self._field.removeEventFilter(self)
        self._field = None

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None and self._application.activeWindow() is None:
            return
        self._let_go()
        if new is None or not self._host.isAncestorOf(new) or not takes_digits(new):
            self.put_away()
            return
        self._field = new
        new.installEventFilter(self)
        if self._if_pressed(new):
            self.put_away()
        else:
            self._bring()

    def _bring(self) -> None:
        self._place()
        self._settle.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on the field brings the pad back; a field or a frame that moves takes it along."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and watched is self._field:
            self._bring()
        elif kind in (QEvent.Type.Resize, QEvent.Type.Move) and self.pad.isVisible():
            self._settle.start()
        return False

    # ------------------------------------------------------------------ where

    def _within(self, part: QWidget) -> QRect:
        return QRect(part.mapTo(self._host, QPoint()), part.size())

    def _weights(self) -> Iterator[tuple[QRect, int]]:
        """What had better not be covered, and how much worse that is than anything else."""
        for button in self._area.findChildren(QAbstractButton):
            if button.isVisible():
                yield self._within(button), _BUTTON if isinstance(button, Btn) else _SMALL
        for choice in (*self._area.findChildren(Chips), *self._area.findChildren(ChipRow)):
            if choice.isVisible():
                yield self._within(choice), _BUTTON
        for field in (*self._area.findChildren(QLineEdit), *self._area.findChildren(PinBox)):
            if field.isVisible() and field is not self._field:
                yield self._within(field), _FIELD

    def _place(self) -> None:
        field, pad = self._field, self.pad
        if field is None or not isValid(field) or not field.isVisible():
            pad.hide()
            return
        typed = self._within(field)
        room = self._within(self._area)
        if room.height() < pad.height():
            room = self._host.rect()
        gap, wide, high = self._theme.px(4), pad.width(), pad.height()
        right, low = room.x() + room.width() - wide, room.y() + room.height() - high
        xs = (right, room.x(), room.center().x() - wide // 2, typed.x() - wide - gap, typed.x() + typed.width() + gap)
        ys = (low, room.y(), room.center().y() - high // 2, typed.y() - high - gap, typed.y() + typed.height() + gap)
        places = [QRect(x, y, wide, high) for y in ys for x in xs]
        free = [one for one in places if room.contains(one) and not one.intersects(typed)]
        kept = list(self._weights())

        def harm(place: QRect) -> int:
            covered = ((place.intersected(part), weight) for part, weight in kept)
            return sum(one.width() * one.height() * weight for one, weight in covered if one.isValid())

        # Of equals the first: right before left, low before high. Where it stands it stays, unless that became worse than another place.
        best = min(free or places[:1], key=harm)
        if not pad.isVisible() or pad.geometry() not in free or harm(pad.geometry()) > harm(best):
            pad.move(best.topLeft())
        pad.show()
        pad.raise_()

    # ------------------------------------------------------------------ keys

    def _press(self, value: str) -> None:
        if value == AWAY:
            self.put_away()
            return
        field = self._field
        if field is None or not isValid(field) or not field.hasFocus():
            self.put_away()
            return
        key, text = _KEYS.get(value) or (Qt.Key(ord(value)), value)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            if kind == QEvent.Type.KeyPress and self._on_key(name_of(event), event):
                break
            if isValid(field):
                QCoreApplication.sendEvent(field, event)
        if self.pad.isVisible():
            self._settle.start()
