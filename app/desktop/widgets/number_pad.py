"""The number pad that floats beside a field while fingers type into it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.desktop.theme import Theme
from app.desktop.widgets.pads import PadKey
from app.desktop.widgets.surfaces import Overlay

ERASE, ENTER, AWAY = "erase", "enter", "away"
_KEY, _GAP, _WIDTH = 52, 6, 284
_DIGITS = (("7", 0, 0, 1), ("8", 0, 1, 1), ("9", 0, 2, 1), ("4", 1, 0, 1), ("5", 1, 1, 1), ("6", 1, 2, 1),
           ("1", 2, 0, 1), ("2", 2, 1, 1), ("3", 2, 2, 1), ("0", 3, 0, 2), (".", 3, 2, 1))  # fmt: skip
"""(what it tells, row, column, columns wide)."""


class NumberPad(Overlay):
    """Digits, the point, backspace, Enter and a key to put it away; it never takes the keyboard and shows nothing of what is typed."""

    SPREAD = 10

    pressed = Signal(str)
    """`0`–`9`, `.`, `erase`, `enter` or `away`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._keys: dict[str, PadKey] = {}
        self._grid = QGridLayout()
        super().__init__(theme, self._grid, radius=14, parent=parent)
        for value, row, column, wide in _DIGITS:
            self._grid.addWidget(self._make(PadKey(theme, value, value, height=_KEY)), row, column, 1, wide)
        erase = PadKey(theme, theme.say("erase"), ERASE, "function", icon="backspace", height=_KEY)
        erase.setAutoRepeat(True)
        away = PadKey(theme, theme.say("pad_away"), AWAY, "function", icon="caret-down", height=_KEY)
        enter = PadKey(theme, theme.say("pad_enter"), ENTER, "quick", icon="arrow-elbow-down-left", height=2 * _KEY + _GAP)
        for key, row, tall in ((erase, 0, 1), (away, 1, 1), (enter, 2, 2)):
            self._grid.addWidget(self._make(key), row, 3, tall, 1)
        theme.changed.connect(self._refit)
        self._refit()

    def _make(self, key: PadKey) -> PadKey:
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.clicked.connect(self._tell)
        self._keys[key.value] = key
        return key

    def key(self, value: str) -> PadKey:
        """The key that tells `value`."""
        return self._keys[value]

    def _refit(self) -> None:
        px = self.theme.px
        self._grid.setSpacing(px(_GAP))
        margin = px(8)
        self._grid.setContentsMargins(margin, margin, margin, margin)
        self.setAccessibleName(self.theme.say("pad_name"))
        for value, phrase in ((ERASE, "erase"), (ENTER, "pad_enter"), (AWAY, "pad_away")):
            self._keys[value].set_words(self.theme.say(phrase), value)
        self._keys["."].setAccessibleName(self.theme.say("pad_point"))
        self.setFixedWidth(px(_WIDTH + 16 + 2 * self.SPREAD))
        self.setFixedHeight(px(4 * _KEY + 3 * _GAP + 16 + 2 * self.SPREAD) + 4)

    def _tell(self) -> None:
        key = self.sender()
        if isinstance(key, PadKey):
            self.pressed.emit(key.value)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press between its keys does nothing, least of all to what lies below."""
        event.accept()
