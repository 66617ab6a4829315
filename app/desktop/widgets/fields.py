"""Where people type."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column
from app.desktop.widgets.base import Painted
from app.desktop.widgets.words import Txt


class Entry(QLineEdit):
    """A line edit in the theme's type; the input method is off unless free Chinese text is meant."""

    focused = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        placeholder: str = "",
        *,
        spoken: str = "",
        chinese: bool = False,
        secret: bool = False,
        height: float = 44,
        parent: QWidget | None = None,
    ) -> None:
        """`chinese` leaves the input method on; `secret` shows dots."""
        super().__init__(parent)
        self.theme = theme
        self._height = height
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(spoken or placeholder)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, chinese)
        if secret:
            self.setEchoMode(QLineEdit.EchoMode.Password)
        # A font given to what has a sheet makes Qt read the sheet again.
        self.restyle()
        theme.dress_entry(self)
        theme.follow(self)

    def restyle(self) -> None:
        """Take the font and height of the scale in force."""
        self.setFont(self.theme.face("entry").font)
        if self._height:
            self.setFixedHeight(self.theme.target(self._height))

    def recolour(self) -> None:
        """The sheet it is dressed in brings its colours."""

    def set_wrong(self, wrong: bool) -> None:
        """Show or clear the red edge."""
        self.setProperty("state", "error" if wrong else "")
        self.style().unpolish(self)
        self.style().polish(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that typing goes here now."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it no longer does."""
        super().focusOutEvent(event)
        self.focused.emit(False)


class Field(QWidget):
    """An entry with its label above and a hint, or what is wrong and how to mend it, below."""

    edited = Signal(str)
    submitted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        label: str,
        placeholder: str = "",
        hint: str = "",
        *,
        chinese: bool = False,
        secret: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`edited` tells every change by the person, `submitted` Enter."""
        super().__init__(parent)
        self._hint = hint
        self.entry = Entry(theme, placeholder, spoken=label, chinese=chinese, secret=secret)
        self._label = Txt(theme, label, "label", "ink2")
        self._below = Txt(theme, hint, "caption", "ink3")
        self.setLayout(Column(theme, self._label, self.entry, self._below, gap=5))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.entry.textEdited.connect(self.edited)
        self.entry.returnPressed.connect(self._submit)

    def _submit(self) -> None:
        self.submitted.emit(self.entry.text())

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.entry.text()

    def set_text(self, text: str) -> None:
        """Put text in it without telling."""
        self.entry.setText(text)

    def set_error(self, error: str) -> None:
        """Say what is wrong and how to mend it; an empty string clears it."""
        self.entry.set_wrong(bool(error))
        self.entry.setAccessibleDescription(error or self._hint)
        self._below.set_tone("bad_ink" if error else "ink3")
        self._below.set_words(error or self._hint)


class Omnibox(Painted):
    """Scan, search and command in one box; the reticle says that the scanner is heard."""

    submitted = Signal(str)
    edited = Signal(str)
    moved = Signal(int)

    def __init__(self, theme: Theme, placeholder: str = "", key: str = "F2", parent: QWidget | None = None) -> None:
        """`submitted` tells Enter, `edited` every change, `moved` the arrows (-1 up, 1 down)."""
        super().__init__(theme, parent)
        self._key, self._placeholder = key, placeholder
        self.entry = Entry(theme, placeholder or theme.say("omnibox"), height=0, parent=self)
        self.entry.setProperty("plain", True)
        self.entry.setFrame(False)
        self._holder = QHBoxLayout(self)
        self._holder.addWidget(self.entry)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self.entry)
        self.entry.textEdited.connect(self.edited)
        self.entry.returnPressed.connect(self._submit)
        self.entry.focused.connect(self.update)
        self.restyle()

    def _submit(self) -> None:
        self.submitted.emit(self.entry.text())

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.entry.text()

    def set_text(self, text: str) -> None:
        """Put text in it without telling."""
        self.entry.setText(text)

    def set_placeholder(self, words: str) -> None:
        """Say what may be typed here; '' says what may be typed anywhere."""
        if words != self._placeholder:
            self._placeholder = words
            self.restyle()

    def clear(self) -> None:
        """Empty it without telling."""
        self.entry.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows the entry does not use move in the list below."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # The entry has told it already; what the same Enter opened must not be answered by it.
            event.accept()
            return
        super().keyPressEvent(event)

    def measure(self) -> None:
        """44 high, at least 320 wide."""
        px = self.theme.px
        self.setFixedHeight(self.theme.target(44))
        self.setMinimumWidth(px(320))
        words = self._placeholder or self.theme.say("omnibox")
        self.entry.setPlaceholderText(words)
        self.entry.setAccessibleName(words)
        self.setAccessibleName(words)
        right = paint.keycap_width(self.theme, self._key) + px(18) if self._key else px(12)
        self.entry.setFixedHeight(self.height() - px(8))
        self._holder.setContentsMargins(px(44), px(4), right, px(4))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the box, the reticle and the keycap."""
        theme, px = self.theme, self.theme.px
        focused = self.entry.hasFocus()
        line = theme.color("focus" if focused else "ctl")
        paint.rounded(painter, rect, px(10), theme.color("surface"), line, px(2) if focused else 1)
        middle = rect.center().y()
        paint.icon(painter, theme, "barcode", px(13), middle, 22, "brand" if focused else "ink3", "bold")
        if self._key:
            x = rect.right() - px(10) - paint.keycap_width(theme, self._key)
            paint.keycap(painter, theme, x, middle, self._key)
