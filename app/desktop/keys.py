"""Keys: the names keys go by on keycaps, and the listener that sees them before any widget does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from app.desktop.before_windows import BeforeWindows

_NAMES = {
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Delete: "Del",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_PageUp: "PgUp",
    Qt.Key.Key_PageDown: "PgDn",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Insert: "Ins",
    Qt.Key.Key_Space: "Space",
}
_TOUCHES = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.Wheel, QEvent.Type.TabletPress}
)


def name_of(event: QKeyEvent) -> str:
    """The key as written on a keycap: `F12`, `Del`, `Ctrl Z`, `Ctrl Enter`, `+`, `7`; '' for a key without a name."""
    key = event.key()
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F12:
        name = f"F{key - Qt.Key.Key_F1 + 1}"
    elif key in _NAMES:
        name = _NAMES[Qt.Key(key)]
    elif 32 < key < 127:
        name = chr(key)
    else:
        name = event.text() if event.text().isprintable() else ""
    if not name:
        return ""
    modifiers = event.modifiers()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return f"Ctrl {name}"
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return f"Alt {name}"
    if modifiers & Qt.KeyboardModifier.ShiftModifier and len(name) > 1:
        return f"Shift {name}"
    return name


class KeyListener(BeforeWindows):
    """Sees every key press on its way to a window, after the scans were taken out; install it before the scan catcher."""

    def __init__(
        self,
        application: QGuiApplication,
        on_key: Callable[[str, QKeyEvent], bool],
        on_touch: Callable[[], None],
        *,
        at_once: bool = True,
    ) -> None:
        """`on_key` answers True when the key was used; `on_touch` is told of every key, press, touch and turn of the wheel."""
        super().__init__(application, at_once=at_once)
        self._on_key = on_key
        self._on_touch = on_touch

    def detach(self) -> None:
        """Stop listening."""
        self.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take away the keys that were used."""
        if event.type() not in _TOUCHES:
            return False
        self._on_touch()
        if isinstance(event, QKeyEvent):
            name = name_of(event)
            return bool(name) and self._on_key(name, event)
        return False


ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Both keys that say yes."""


def enter_or_leave(event: QEvent, enter: Callable[[], None], leave: Callable[[], None]) -> bool:
    """For a filter of a form's fields: Enter does one thing, once while it is held, Esc the other; whether the key was either."""
    if not isinstance(event, QKeyEvent) or event.key() not in (*ENTER, Qt.Key.Key_Escape):
        return False
    if event.type() == QEvent.Type.ShortcutOverride:
        event.accept()
        return True
    if event.type() != QEvent.Type.KeyPress:
        return False
    if event.key() == Qt.Key.Key_Escape:
        leave()
    elif not event.isAutoRepeat():
        enter()
    return True
