"""A counter day under measurement: every turn of the window's event loop is timed, act by act, its painting by itself, and long ones
say what they did."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.shell import Shell
from app.desktop.sign_in import look
from app.desktop.theme import Theme
from app.desktop.till import Till
from app.desktop.window import Load, Window

LONG_MS = 4.0
"""A turn of the window's thread may be as long as this beside the scan itself."""
REST_MS = 90
"""How long a person rests after an act: the facts of the frame are read behind it, and what was asked of threads comes back."""
GROWN_MS = 1_200
"""Until the cards of the member's page are made behind the sale that got its first member."""
PATIENCE_S = 30.0
"""Seconds after which what should have come never will."""
_PAUSE_S = 0.0005
_SAMPLE_S = 0.0005
_DEEP = 3
"""Functions of the house by which a long turn is named, the innermost last."""
_HOUSE = f"{Path(__file__).parents[1].name}/"

_KEYS = {
    "Enter": Qt.Key.Key_Return,
    "Esc": Qt.Key.Key_Escape,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "Right": Qt.Key.Key_Right,
    "Del": Qt.Key.Key_Delete,
    "Space": Qt.Key.Key_Space,
    **{f"F{n}": Qt.Key(Qt.Key.Key_F1.value + n - 1) for n in range(1, 13)},
}


@dataclass(frozen=True, slots=True)
class Act:
    """What one act cost the window's thread, in milliseconds."""

    name: str
    wall_ms: float
    """Its longest turn."""
    cpu_ms: float
    """The most that the thread itself worked in one turn."""
    long: int
    """Turns over `LONG_MS` of the thread's time."""
    painting_ms: float
    """What of the turn in which the thread worked most was Qt painting the window (its parts' painters among it)."""
    work_ms: float
    """The most that the thread worked in one turn beside painting: what was asked for, and the layout that follows."""


class _Painting(QObject):
    """Times the painting of one window: the one event in which Qt draws all that was marked to be drawn."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.cpu_s = 0.0
        """Painted so far, in seconds of the thread."""
        self.now = False
        """Whether it is painting."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the window paint in here, timed."""
        if event.type() is not QEvent.Type.UpdateRequest or self.now:
            return False
        self.now = True
        began = time.thread_time()
        watched.event(event)
        self.cpu_s += time.thread_time() - began
        self.now = False
        return True


@dataclass(frozen=True, slots=True)
class Codes:
    """What is scanned and typed in the day."""

    goods: tuple[str, ...]
    """Barcodes of goods that are sold without a question."""
    member: str
    """Code of a member with readings, medicines, allergies and coupons."""
    pin: str
    """Of the cashier, who is chosen already."""
    sought: str = "amxl"
    """A text typed letter by letter into the box."""


@dataclass(slots=True)
class Turns:
    """Turns the loop and times it."""

    application: QApplication
    between: Callable[[], object] = lambda: None
    """Called behind every act, untimed."""
    acts: list[Act] = field(default_factory=list)
    spent: dict[str, dict[str, float]] = field(default_factory=dict)
    """Milliseconds in long turns by act and by what was being done, while `naming`."""
    _painting: _Painting | None = None
    _wall: float = 0.0
    _cpu: float = 0.0
    _painted: float = 0.0
    _work: float = 0.0
    _long: int = 0
    _name: str = ""
    _seen: list[str] = field(default_factory=list)

    def watch(self, window: QWidget) -> None:
        """From now on the painting of this window is told apart from other work."""
        self._painting = _Painting(window)

    def _painted_s(self) -> float:
        return self._painting.cpu_s if self._painting is not None else 0.0

    def turn(self, do: Callable[[], object] = lambda: None) -> float:
        """One turn of the loop, begun by what a person does: its milliseconds."""
        self._seen.clear()
        painted = self._painted_s()
        cpu, wall = time.thread_time(), time.perf_counter()
        do()
        self.application.processEvents()
        # What was laid aside goes now, as it does in a running loop; a bare `processEvents` keeps it for ever.
        self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        wall_ms, cpu_ms = (time.perf_counter() - wall) * 1e3, (time.thread_time() - cpu) * 1e3
        painted_ms = (self._painted_s() - painted) * 1e3
        if cpu_ms > self._cpu:
            self._cpu, self._painted = cpu_ms, painted_ms
        self._wall, self._work = max(self._wall, wall_ms), max(self._work, cpu_ms - painted_ms)
        if cpu_ms > LONG_MS:
            self._long += 1
            if self._seen:
                spent, part = self.spent.setdefault(self._name, {}), wall_ms / len(self._seen)
                for seen in self._seen:
                    spent[seen] = spent.get(seen, 0.0) + part
        return wall_ms

    def live(self, ms: float = REST_MS) -> None:
        """Let the window live."""
        ends = time.perf_counter() + ms / 1e3
        while time.perf_counter() < ends:
            if self.turn() < 0.05:
                time.sleep(_PAUSE_S)

    def until(self, so: Callable[[], object], what: str) -> None:
        """Let the window live until something is so."""
        ends = time.perf_counter() + PATIENCE_S
        while not so():
            if time.perf_counter() > ends:
                raise RuntimeError(f"waited in vain for {what}")
            if self.turn() < 0.05:
                time.sleep(_PAUSE_S)

    @contextmanager
    def act(self, name: str, rest_ms: float = REST_MS) -> Iterator[None]:
        """What is done within is an act of this name, and so is what the window does in the rest after it."""
        self._name, self._wall, self._cpu, self._painted, self._work, self._long = name, 0.0, 0.0, 0.0, 0.0, 0
        yield
        self.live(rest_ms)
        self.acts.append(Act(name, self._wall, self._cpu, self._long, self._painted, self._work))
        self._name = ""
        self.between()

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Long turns within say what they did, `painting:` before what was painted; a clock looks at it twice a millisecond."""

        def look_at(_signal: int, frame: FrameType | None) -> None:
            names: list[str] = []
            while frame is not None and len(names) < _DEEP:
                code = frame.f_code
                if _HOUSE in code.co_filename and code.co_filename != __file__:
                    names.append(code.co_qualname.replace(".<locals>", ""))
                frame = frame.f_back
            painting = "painting: " if self._painting is not None and self._painting.now else ""
            self._seen.append(painting + (" > ".join(reversed(names)) or "Qt"))

        before = signal.signal(signal.SIGALRM, look_at)
        signal.setitimer(signal.ITIMER_REAL, _SAMPLE_S, _SAMPLE_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


class CounterDay:
    """A day at the real window on a data folder: signing in, selling, every page, closing; acts go in as keys and scans."""

    def __init__(self, application: QApplication, folder: Path, load: Load, codes: Codes, between: Callable[[], object]) -> None:
        """`between` is called behind every act, untimed."""
        self.turns = Turns(application, between)
        self._codes = codes
        self.theme = Theme(application, "light", 1.0, language="zh", motion=False)
        glance, fault = look(folder)
        if fault is not None:
            raise fault
        self.window = Window(self.theme, glance, "01", load)
        self.turns.watch(self.window)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        self.turns.until(lambda: self.window.till is not None, "the till to load")
        self._stamp = 10_000

    @property
    def till(self) -> Till:
        """The loaded till."""
        assert self.window.till is not None
        return self.window.till

    @property
    def shell(self) -> Shell:
        """The counter."""
        assert self.window.shell is not None
        return self.window.shell

    # ------------------------------------------------------------------ hands

    def _key(self, key: Qt.Key, text: str, gap: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._stamp += gap
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, modifiers, text)
            event.setTimestamp(self._stamp)
            QCoreApplication.sendEvent(self.window.windowHandle(), event)

    def press(self, name: str) -> None:
        """One key by its name (`F12`, `Ctrl K`, `a`) in a turn of its own."""
        *held, key = name.split(" ")
        modifiers = Qt.KeyboardModifier.ControlModifier if "Ctrl" in held else Qt.KeyboardModifier.NoModifier
        code = _KEYS[key] if key in _KEYS else Qt.Key(ord(key.upper()))
        text = key if len(key) == 1 and not held else "\r" if key == "Enter" else ""
        # Function keys are dead for a moment after a change of page, and a person waits longer than that.
        self.shell._dead_until = 0.0
        self.turns.turn(lambda: self._key(code, text, 400, modifiers))

    def type(self, text: str) -> None:
        """Characters as a person types them."""
        for character in text:
            self.press(character)
            self.turns.live(45)

    def scan(self, code: str) -> None:
        """A scan as a gun types it."""
        self._stamp += 400
        for character in f"{code}\r":
            key = Qt.Key.Key_Return if character == "\r" else Qt.Key(ord(character.upper()))
            self.turns.turn(lambda key=key, character=character: self._key(key, character, 2))  # type: ignore[misc]

    # ------------------------------------------------------------------ the day

    def play(self, rounds: int) -> list[Act]:
        """Everything once, acts of selling `rounds` times; gives what each act cost."""
        self._sign_in("sign in, the first time")
        for _ in range(rounds):
            self._sell()
        self._pages("first")
        self._pages("again")
        self._elsewhere()
        self._close_shift()
        return self.turns.acts

    def _sign_in(self, name: str) -> None:
        turns = self.turns
        for digit in self._codes.pin:
            with turns.act("a digit of the PIN", 45):
                turns.turn(lambda digit=digit: self._key(Qt.Key(ord(digit)), digit, 100))  # type: ignore[misc]
        with turns.act(name):
            turns.turn(lambda: self._key(Qt.Key.Key_Return, "\r", 100))
            turns.until(lambda: self.window.signed_in, "the counter")

    def _line(self) -> int:
        return sum(line.quantity for line in self.till.selling.basket.lines)

    def _sell(self) -> None:
        turns, selling = self.turns, self.till.selling
        for code in self._codes.goods:
            with turns.act("scan"):
                before = self._line()
                self.scan(code)
                turns.until(lambda before=before: self._line() > before, "the scanned line")  # type: ignore[misc]
        for letter in self._codes.sought:
            with turns.act("search, a letter"):
                self.press(letter)
        with turns.act("search, left"):
            self.press("Esc")
        with turns.act("quantity asked"):
            self.press("F4")
        with turns.act("quantity answered"):
            self.press("3")
            self.press("Enter")
        for way, key in (("hold", "F6"), ("recall", "F7")):
            with turns.act(way):
                held = len(selling.scene().held)
                self.press(key)
                turns.until(lambda held=held: len(selling.scene().held) != held, way)  # type: ignore[misc]
        with turns.act("member attached"):
            self.scan(self._codes.member)
            turns.until(lambda: selling.basket.member_id, "the member")
        if not any(act.name == "member's page made behind" for act in turns.acts):
            with turns.act("member's page made behind", GROWN_MS):
                pass
        with turns.act("scan with a member"):
            before = self._line()
            self.scan(self._codes.goods[0])
            turns.until(lambda: self._line() > before, "the scanned line")
        with turns.act("member's page opened"):
            self.press("F3")
            turns.until(lambda: self.shell.page.key == "member", "the member's page")
        with turns.act("back to the sale"):
            self.press("Esc")
        with turns.act("undo"):
            self.press("Ctrl z")
        for line in selling.scene().lines:
            for strip in line.strips:
                yes = next((way.act for way in strip.ways_out if way.act.startswith("answer:")), "")
                if strip.grade == "confirm" and yes:
                    selling.act(line.line_id, strip.rule, yes)
        if selling.look_again().blocks:
            raise RuntimeError("the day's goods are not sold without a question")
        self._pay()

    def _pay(self) -> None:
        turns, checkout = self.turns, self.till.checkout
        with turns.act("to payment"):
            self.press("F12")
            turns.until(lambda: checkout.open, "the pay page")
        with turns.act("cash"):
            self.press("F7")
            self.press("Enter")
            turns.until(lambda: not checkout.scene().remaining_fen, "the money")
        with turns.act("paid"):
            self.press("F12")
            turns.until(lambda: checkout.scene().state == "done", "the sale on disk")
        with turns.act("next customer"):
            self.press("Enter")
            turns.until(lambda: not checkout.open, "the next customer")

    def _pages(self, which: str) -> None:
        for key, page in self.shell.pages.items():
            if key in ("sale", "pay"):
                continue
            with self.turns.act(f"page {page.key}, {which}"):
                self.turns.turn(lambda key=key: self.shell.show_page(key))  # type: ignore[misc]
            with self.turns.act(f"from a page to the sale, {which}"):
                self.turns.turn(lambda: self.shell.show_page("sale"))

    def _elsewhere(self) -> None:
        turns = self.turns
        for which in ("first", "again"):
            with turns.act(f"palette opened, {which}"):
                self.press("Ctrl k")
            for letter in self._codes.sought:
                with turns.act("palette, a letter"):
                    self.press(letter)
            with turns.act("palette left"):
                self.press("Esc")
        for language in ("en", "zh"):
            with turns.act("language switched"):
                turns.turn(lambda language=language: self.theme.set_language(language))  # type: ignore[misc]
        for _ in range(2):
            with turns.act("theme switched"):
                turns.turn(lambda: self.theme.set_mode("light" if self.theme.dark else "dark"))
        self._return()
        with turns.act("locked"):
            self.press("Ctrl l")
        self._sign_in("sign in again")

    def _return(self) -> None:
        """The last sale's goods are chosen to come back; nobody approves it."""
        turns, returning = self.turns, self.till.returning
        number = next(iter(self.till.store.sales.recent(limit=1))).number
        turns.turn(lambda: self.shell.show_page("returns"))
        turns.live()
        with turns.act("return: sale found"):
            self.scan(number)
            turns.until(lambda: returning.scene().state == "choosing", "the original sale")
        with turns.act("return: reason"):
            self.press("F4")
            self.press("1")
        with turns.act("return: goods chosen"):
            self.press("Up")
            self.press("Space")
        with turns.act("return: left"):
            self.press("Esc")
        turns.turn(lambda: self.shell.show_page("sale"))
        turns.live()

    def _close_shift(self) -> None:
        turns = self.turns
        turns.turn(lambda: self.shell.show_page("shift"))
        turns.live()
        for pieces in ("5", "0", "0", "0"):
            with turns.act("count, a field"):
                self.type(pieces)
                self.press("Enter")

    def close(self) -> None:
        """Close the window and let its threads end."""
        self.window.close()
        self.window.shut()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def worst(spent: Mapping[str, float], most: int = 6) -> list[tuple[str, float]]:
    """What took most of the long turns, with its milliseconds."""
    return [(name, round(ms, 1)) for name, ms in sorted(spent.items(), key=lambda one: -one[1])[:most]]
