"""The scan catcher: tells a scanner from a hand before any widget sees a key, and delivers each scan whole, as one call.

A scanner types like a person, only quicker. A text key is held back for at most the gun's gap, `GAP_MS` until another was learned; when
the next one comes within it by the clock of the input system (`QKeyEvent.timestamp`, so a stalled window cannot tear a scan) the burst goes
on, and six characters with a suffix make a scan. Everything else is sent on exactly as it came. A scanner programmed with a prefix is not
timed at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from shiboken6 import isValid

from app.desktop.before_windows import BeforeWindows

GAP_MS = 30
"""Longest pause between two keys of one scan, and how long a first key waits for a second: a person does not notice it."""
LEARNING_GAP_MS = 120
"""The same while a gun is learned: slow ones are heard whole, and nobody types then."""
LEARNED_LEAST, LEARNED_MOST = 20, 60
"""Gaps that may be learned: USB brings keys in steps of up to 10 ms, and a quick hand needs some 70 ms for a key."""
FEWEST = 6
"""Shortest scan told apart by time: a PIN rolled over the keys stays typing."""
TAIL_MS = 300
"""An Enter this soon after a scan is its line feed (scanners set to CR LF)."""
SETTLING_ROUNDS = 2
"""Rounds of the event loop without a key after which no input can be waiting any more."""

_SUFFIXES = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_SILENT = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_unknown,
    }
)
# FNC1 and its relatives reach a keyboard as control characters: GS Ctrl ], RS Ctrl ^, EOT Ctrl D.
_CONTROLS = {Qt.Key.Key_BracketRight: "\x1d", Qt.Key.Key_AsciiCircum: "\x1e", Qt.Key.Key_D: "\x04"}
_LINE_FEED = Qt.Key.Key_J
_FOREIGN = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def learned_gap(widest_ms: Sequence[int]) -> int:
    """The gap to tell a gun by, from the widest pauses of some of its scans, with half as much again; 0 for a gun too slow for it."""
    gap = max(LEARNED_LEAST, -(-max(widest_ms) * 3 // 2))
    return gap if gap <= LEARNED_MOST else 0


class ScanCatcher(BeforeWindows):
    """Stands before every window of the application and takes the scans out of the keys."""

    def __init__(
        self, application: QGuiApplication, on_scan: Callable[[str], None], prefix: str = "", *, at_once: bool = True
    ) -> None:
        """`prefix` is '' to tell scans by time, a character (`\\x02`), or a key's name (`F20`)."""
        super().__init__(application, at_once=at_once)
        self._on_scan = on_scan
        self._prefix = prefix
        self._held: list[tuple[QWindow, QKeyEvent]] = []
        self._text: list[str] = []
        self._first_ms = self._last_ms = 0
        self.gap_ms = 0.0
        """Mean time between two characters of the last scan, by the clock of the input system."""
        self.widest_ms = 0
        """The longest time between two characters of the last scan."""
        self._gap_ms = GAP_MS
        self._learning = False
        self._scanned_ms = -TAIL_MS
        self._swallow: list[int] = []
        self._reading = False
        self._replaying = False
        self._rounds = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._settle)

    def set_prefix(self, prefix: str) -> None:
        """Change how scans begin; see the constructor."""
        self._let_go()
        self._prefix, self._reading = prefix, False

    def set_gap(self, gap_ms: int) -> None:
        """Longest pause between two keys of the guns of this till."""
        self._gap_ms = gap_ms

    def learn(self, learning: bool) -> None:
        """Hear slow guns whole for as long as one is learned."""
        self._learning = learning

    @property
    def _gap(self) -> int:
        return LEARNING_GAP_MS if self._learning else self._gap_ms

    def detach(self) -> None:
        """Stop listening and send on whatever is held."""
        self._let_go()
        self.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at key events on their way to a window; True takes one away."""
        if self._replaying or not isinstance(watched, QWindow) or not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyPress:
            return self._pressed(watched, event)
        if event.type() == QEvent.Type.KeyRelease:
            return self._released(watched, event)
        return False

    # ------------------------------------------------------------------ keys

    def _pressed(self, window: QWindow, event: QKeyEvent) -> bool:
        if event.key() in _SILENT:
            return False
        if self._prefix:
            return self._pressed_with_prefix(event)
        now = event.timestamp()
        in_burst = bool(self._text) and now - self._last_ms < self._gap
        if self._is_suffix(event):
            if in_burst and len(self._text) >= FEWEST:
                self._finish(event)
                return True
            if self._is_tail(event, now):
                self._swallow.append(event.key())
                return True
            self._let_go()
            return False
        character = self._character(event, in_burst)
        if not character:
            self._let_go()
            return False
        if self._text and not in_burst:
            self._let_go()
        self._held.append((window, event.clone()))
        self._noted(character, now)
        self._rounds = 0
        self._timer.start(self._gap)
        return True

    def _pressed_with_prefix(self, event: QKeyEvent) -> bool:
        now = event.timestamp()
        if not self._reading:
            if self._starts(event):
                self._reading, self._text = True, []
                self._swallow.append(event.key())
                return True
            if self._is_tail(event, now):
                self._swallow.append(event.key())
                return True
            return False
        if self._is_suffix(event):
            self._reading = False
            self._finish(event)
            return True
        character = self._character(event, True)
        if not character:
            # Something that is no code: the prefix was a person's key after all, so the keyboard is given back.
            self._reading, self._text = False, []
            return False
        self._noted(character, now)
        self._swallow.append(event.key())
        return True

    def _noted(self, character: str, now: int) -> None:
        if not self._text:
            self._first_ms, self.widest_ms = now, 0
        else:
            self.widest_ms = max(self.widest_ms, now - self._last_ms)
        self._text.append(character)
        self._last_ms = now

    def _released(self, window: QWindow, event: QKeyEvent) -> bool:
        key = event.key()
        if event.isAutoRepeat():
            return False
        if any(held.key() == key for _, held in self._held):
            self._held.append((window, event.clone()))
            return True
        if key in self._swallow:
            self._swallow.remove(key)
            return True
        return False

    def _starts(self, event: QKeyEvent) -> bool:
        if len(self._prefix) > 1:
            return event.key() == getattr(Qt.Key, f"Key_{self._prefix}", None)
        control = ord(self._prefix) < 32 and event.key() == ord(self._prefix) + 64
        return event.text() == self._prefix or (control and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    @staticmethod
    def _is_suffix(event: QKeyEvent) -> bool:
        return event.key() in _SUFFIXES and not event.isAutoRepeat()

    def _is_tail(self, event: QKeyEvent, now: int) -> bool:
        """Whether this is the line feed of the scan just delivered."""
        feed = event.key() == _LINE_FEED and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return (enter or feed) and not self._text and 0 <= now - self._scanned_ms < TAIL_MS

    def _character(self, event: QKeyEvent, in_burst: bool) -> str:
        """The character a scan would have here, or '' for a key that no scanner sends."""
        modifiers = event.modifiers()
        if modifiers & _FOREIGN or event.isAutoRepeat():
            return ""
        text = event.text()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            control = _CONTROLS.get(Qt.Key(event.key()), "")
            # Only GS may open a code (its FNC1); the other two are commands of the window unless a code is running.
            return control if in_burst or control == "\x1d" else ""
        return text if text.isprintable() else ""

    # ------------------------------------------------------------------ ends

    def _finish(self, suffix: QKeyEvent) -> None:
        raw = "".join(self._text)
        self._timer.stop()
        for _, held in self._held:
            if held.type() == QEvent.Type.KeyPress:
                self._swallow.append(held.key())
            elif held.key() in self._swallow:
                self._swallow.remove(held.key())
        self._swallow.append(suffix.key())
        self._held, self._text = [], []
        self._scanned_ms = suffix.timestamp()
        self.gap_ms = (self._last_ms - self._first_ms) / max(1, len(raw) - 1)
        if raw:
            self._on_scan(raw)

    def _settle(self) -> None:
        """The wait is over; let go only when the event loop has turned without bringing further keys."""
        self._rounds += 1
        if self._rounds > SETTLING_ROUNDS:
            self._let_go()
        else:
            self._timer.start(0)

    def _let_go(self) -> None:
        """Send the held keys on, untouched and in order: a person typed them."""
        self._timer.stop()
        held, self._held, self._text = self._held, [], []
        self._replaying = True
        try:
            for window, event in held:
                if isValid(window):
                    QCoreApplication.sendEvent(window, event)
        finally:
            self._replaying = False
