"""The one window: the sign-in page, and behind it, once the shop is loaded, the counter."""

from __future__ import annotations

import gc
import importlib
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QScreen, QWindow
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMainWindow, QStackedWidget

from app.desktop import wording
from app.desktop.bridge import Bridge
from app.desktop.keys import KeyListener, name_of
from app.desktop.scan_catcher import ScanCatcher
from app.desktop.screens.sign_in import SignInPage, Standing, standing_of
from app.desktop.theme import Theme
from app.desktop.theme.phrases import Language
from app.desktop.theme.scale import fitting
from app.desktop.theme.tokens import Mode
from app.desktop.till import Till
from app.store.faults import StoreFault
from app.store.glance import Glance

if TYPE_CHECKING:
    from app.counter.scene import Echo
    from app.desktop.shell import Shell
    from app.desktop.training import Practice
    from app.devices.scanner import ScannerLine

SMALLEST = (1024, 700)
QUIET_S = 0.03
"""How long after a key background work stands aside."""
SWITCH_S = 0.001
"""How long the loading thread may hold the interpreter while somebody types; Python's own is 5 ms."""
PIECES = tuple(
    f"app.desktop.{name}"
    for name in (
        *("screens.page", "screens.rows", "theme.notes", "widgets.notices", "screens.fit_panel", "screens.print_queue", "screens.devices"),
        *("screens.key_table", "screens.help", "screens.labels", "screens.pay", "screens.receipts", "screens.reports", "models.cart_rows"),
        *("models.cart_view", "screens.sale", "screens.member", "screens.settings", "screens.shift", "screens.sync", "pages"),
        *("panels", "screens.palette", "widgets.bars", "shell"),
    )
)
"""The counter's modules in the order they build on each other; one in a turn of the event loop takes 15 ms at most, all take 110.

They come on the window's own thread: PySide6 makes each of its classes when it is first asked for and holds no lock meanwhile, so two
threads that ask at once tear its table of classes (it crashes or hangs once in some ten or hundred starts).
"""


class Load(Protocol):
    """Makes the till, on a thread of its own; heavy imports belong inside."""

    def __call__(self, on_print_state: Callable[[Any], None], on_sync_state: Callable[[Any], None], quiet: Callable[[], bool]) -> Till:
        """`quiet` tells whether nobody is typing just now."""


def look_of(settings: Mapping[str, Any], screen: QScreen | None, *, language: str = "", dark: bool = False) -> tuple[Mode, float, Language]:
    """Theme, scale and language to begin with, from the settings kept and what the command line asks for."""
    wanted = str(settings.get("ui.theme", "system"))
    hints = QApplication.styleHints() if QApplication.instance() is not None else None
    system_dark = hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark
    mode: Mode = "dark" if dark or wanted == "dark" or (wanted == "system" and system_dark) else "light"
    spoken = language or str(settings.get("ui.language", "zh_CN"))
    factor = float(settings.get("ui.scale", 100)) / 100
    if screen is not None:
        room = screen.availableGeometry()
        factor = fitting(factor, room.width(), room.height())
    return mode, factor, "en" if spoken.startswith("en") else "zh"


class Window(QMainWindow):
    """Holds theme, bridge, keys and scans; shows the sign-in page or the counter."""

    def __init__(self, theme: Theme, glance: Glance, till_code: str, load: Load, *, trace: bool = False) -> None:
        """Nothing is loaded before the first paint; `trace` prints what every scan cost."""
        super().__init__()
        application = QCoreApplication.instance()
        assert isinstance(application, QGuiApplication)
        self.theme = theme
        self._application = application
        self._load = load
        self._trace = trace
        self._touched = 0.0
        self._awake = False
        self.till: Till | None = None
        self._arrived: Till | None = None
        self._arriving: Iterator[object] = iter(())
        self.shell: Shell | None = None
        self.bridge = Bridge(self)
        self.bridge.loaded.connect(self._loaded)
        self.bridge.fault.connect(self.fail)
        self.bridge.practice.connect(self._practice_made)
        self.wish = ""
        self._practice: Practice | None = None
        self._preparing: threading.Thread | None = None
        self._stack = QStackedWidget()
        self.sign_in = SignInPage(theme, glance, till_code, self._now, self.bridge, self._enter)
        self.sign_in.painted.connect(self._begin_loading)
        self.sign_in.training_asked.connect(lambda: self.wish_for("training"))
        self._stack.addWidget(self.sign_in)
        self.setCentralWidget(self._stack)
        self._loader: threading.Thread | None = None
        self._stands = threading.Event()
        self._shutting = False
        self._keys = KeyListener(application, self._key, self._touch, at_once=False)
        prefix = str(glance.settings.get("scanner.prefix", ""))
        self._catcher = ScanCatcher(application, self._scanned, prefix, at_once=False)
        self._scanner: ScannerLine | None = None
        self.bridge.scanned.connect(self._scanned_without_keys)
        self.bridge.learning.connect(self._catcher.learn)
        self.bridge.tuned.connect(self._tuned)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self.lock)
        self._title()
        theme.changed.connect(self._title)

    def _now(self) -> datetime:
        # Only what the sign-in page greets with; every recorded time comes from the till's own clock.
        return self.till.clock.now() if self.till is not None else datetime.now(UTC)

    def _title(self) -> None:
        self.setWindowTitle(wording.words("product", self.theme.language))

    def open(self) -> None:
        """Show the window: as large as the screen where the screen is small, else in the size the pages are drawn for."""
        px = self.theme.px
        self.setMinimumSize(*SMALLEST)
        screen = self.screen().availableGeometry()
        if screen.width() <= px(1366) + 40 or screen.height() <= px(768) + 60:
            self.showMaximized()
        else:
            self.resize(px(1366), px(768))
            self.show()
        self.sign_in.setFocus()

    # ------------------------------------------------------------------ loading

    def _begin_loading(self) -> None:
        # The page is being painted for the first time: from here on somebody may type. Earlier a look at every event would have PySide6
        # make its classes of all the events it knows, for 4 ms.
        self._keys.stand()
        self._catcher.stand()
        self._application.focusWindowChanged.connect(self._came_to_front)
        # After this turn of the event loop: the first frame is on the screen by then.
        QTimer.singleShot(0, self, self._start_loader)

    def _start_loader(self) -> None:
        if self._loader is None:
            # Nothing is collected on another thread than this one from here on (see `app.desktop.collecting`).
            gc.disable()
            self._loader = threading.Thread(target=self._load_behind, name="loading", daemon=True)
            self.theme.dress_whole()
            self._loader.start()

    def _load_behind(self) -> None:
        # Whoever types waits at each step for the interpreter; the loader hands it over five times as often meanwhile.
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            # Nothing of PySide6 is touched here but the bridge's signals (see `PIECES`).
            till = self._arrived = self._load(self.bridge.print_state, self.bridge.sync_state, self.quiet)
            till.start()
            self.bridge.loaded.emit((till, standing_of(till)))
            # What a member's page and labels are made of comes once the counter stands: it is wanted later than the first scan.
            for late in ("member_view", "labelling"):
                if self._stands.wait(60) and not self._shutting:
                    getattr(till, late, None)
            view = getattr(till, "member_view", None) if not self._shutting else None
            if view is not None:
                view.rehearse()
        except Exception as error:  # whatever it is, a person must be told and the window must stay
            # The page says in one sentence what a person can do; whoever mends it needs the rest.
            traceback.print_exception(error)
            self.bridge.fault.emit(error)
        finally:
            sys.setswitchinterval(usual)

    def quiet(self) -> bool:
        """Whether nobody typed just now; asked by the sync's thread."""
        return time.monotonic() - self._touched > QUIET_S

    def _loaded(self, loaded: tuple[Till, Standing]) -> None:
        self._arriving = self._make_counter(*loaded)
        self._make_next()

    def _make_next(self) -> None:
        """The next piece of the counter; one in a turn of the event loop, so that no key of a PIN waits for all of them."""
        try:
            goes_on = next(self._arriving, self) is None
        except Exception as error:  # whatever it is, a person must be told and the window must stay
            self.fail(error)
            raise
        if goes_on:
            QTimer.singleShot(0, self, self._make_next)

    def _make_counter(self, till: Till, standing: Standing) -> Iterator[None]:
        for piece in PIECES:
            importlib.import_module(piece)
            yield
        # For the first widget that Qt alone has made, PySide6 makes all its classes of widgets that are still missing: a piece by itself.
        QAbstractScrollArea().viewport()
        yield
        from app.desktop.pages import PAGES
        from app.desktop.shell import Shell

        made = Shell(self.theme, till, self.bridge, PAGES, at_once=False)
        made.locked.connect(self.lock)
        made.left.connect(self.close)
        made.wished.connect(self.wish_for)
        self.sign_in.refused.connect(made.reject)
        yield
        self._stack.addWidget(made)
        yield
        yield from made.grow(PAGES)
        self.till, self.shell = till, made
        self._fit_scanner()
        self._ready(standing)

    def _ready(self, standing: Standing) -> None:
        """The counter stands behind the sign-in page, which may let people in now."""
        assert self.till is not None
        from app.desktop.collecting import Collecting

        self._stands.set()
        Collecting(lambda: time.monotonic() - self._touched, self)
        self.sign_in.take_till(self.till, standing)
        if self._practice is not None and not self.till.training:
            self.sign_in.offer_training()

    def fail(self, error: BaseException) -> None:
        """Loading ended in a fault: say it on the sign-in page."""
        code = error.code if isinstance(error, StoreFault) else "load_failed"
        facts = {key: str(value) for key, value in error.facts.items()} if isinstance(error, StoreFault) else {}
        if not wording.has(code):
            code = "load_failed"
        self.sign_in.fail(wording.sentence(code, facts, self.theme.language))

    # ------------------------------------------------------------------ training, and opening anew

    def offer_practice(self, practice: Practice, *, training: bool) -> None:
        """There is a practice shop beside this one, or (`training`) this is it: its ribbon stands on the sign-in page too."""
        self._practice = practice
        if training:
            from app.desktop.training import TrainingRibbon

            ribbon = TrainingRibbon(self.theme)
            ribbon.left.connect(lambda: self.wish_for("real"))
            self.sign_in.add_ribbon(ribbon)

    def wish_for(self, wish: str) -> None:
        """Open anew: `again`, `training` or `real`; not while money is being taken, and training once its shop is made."""
        if self.till is not None and self.till.post.paying:
            if self.shell is not None:
                self.shell.say_paying()
            return
        if wish == "training":
            self._prepare()
            return
        self.wish = wish
        self.close()

    def _prepare(self) -> None:
        practice = self._practice
        if practice is None or self._preparing is not None:
            return
        self._say_practice(wording.words("training_making", self.theme.language))

        def make() -> None:
            try:
                practice.prepare()
            except Exception as error:  # whatever it is, a person must be told and the real shop goes on
                self.bridge.practice.emit(str(getattr(error, "code", type(error).__name__)))
            else:
                self.bridge.practice.emit("")

        self._preparing = threading.Thread(target=make, name="practice", daemon=True)
        self._preparing.start()

    def _practice_made(self, problem: str) -> None:
        self._preparing = None
        if problem:
            self._say_practice(wording.words("training_failed", self.theme.language, why=problem))
            return
        self.wish = "training"
        self.close()

    def _say_practice(self, words: str) -> None:
        self.sign_in.tell_training(words)
        if self.signed_in and self.shell is not None:
            self.shell.toast.show_toast(words, icon="student")

    # ------------------------------------------------------------------ in and out

    def _enter(self) -> Iterator[None]:
        """Somebody was let in: the counter gets ready behind the sign-in page, a part in a turn of the loop, and comes to the front."""
        assert self.shell is not None and self.till is not None
        echo: Echo | None = None
        if not self._awake:
            # The basket of before a power cut or a kill comes back once, with the first person at the till.
            self._awake = True
            echo = self.till.selling.wake().echo
            yield
        for _ in self.shell.coming_in(echo):
            yield
        self._stack.setCurrentWidget(self.shell)
        self.shell.take_keyboard()
        self._touch()

    def lock(self) -> None:
        """Leave the till to nobody: Ctrl L, idleness, or another person; baskets stay as they are."""
        if self.till is None or self.shell is None or self._stack.currentWidget() is not self.shell:
            return
        self._idle.stop()
        self.shell.leave()
        self.till.shifts.sign_out()
        self._stack.setCurrentWidget(self.sign_in)
        # What the disk took a moment ago is held, and no more in hand.
        self.till.selling.settle()
        kept = self.till.selling.basket.lines
        self.sign_in.lock(sum(line.quantity for line in kept), len(self.till.store.parked.held()))

    @property
    def signed_in(self) -> bool:
        """Whether the counter is on the screen."""
        return self.shell is not None and self._stack.currentWidget() is self.shell

    # ------------------------------------------------------------------ keys and scans

    def _touch(self) -> None:
        self._touched = time.monotonic()
        if self.till is not None:
            self.till.store.writer.touched()
            minutes = self.till.settings.number("lock.minutes")
            if self.signed_in and minutes > 0:
                self._idle.start(minutes * 60_000)

    def _key(self, name: str, event: QKeyEvent) -> bool:
        if self.signed_in and self.shell is not None:
            return self.shell.key(name, event)
        return self.sign_in.key(name)

    def _tuned(self, key: str) -> None:
        if key.startswith("scanner."):
            self._fit_scanner()

    def _fit_scanner(self) -> None:
        """Hear the scanners of this till as its settings say."""
        if self.till is None:
            return
        settings = self.till.settings
        self._catcher.set_prefix(settings.text("scanner.prefix"))
        self._catcher.set_gap(settings.number("scanner.gap_ms"))
        if self._scanner is not None:
            self._scanner.let_go()
            self._scanner = None
        way = settings.text("scanner.transport")
        self.bridge.hearing.emit(None)
        if way != "keyboard":
            from app.devices.scanner import ScannerLine

            self._scanner = ScannerLine(way, settings.text("scanner.address"), self.bridge.scanned.emit, self.bridge.hearing.emit)
            self._scanner.start()

    def _scanned_without_keys(self, raw: str) -> None:
        self.bridge.in_turn(lambda: self._scanned(raw, keyed=False))

    def _scanned(self, raw: str, *, keyed: bool = True) -> None:
        began = time.perf_counter_ns()
        self._touch()
        if self.signed_in and self.shell is not None:
            self.shell.page.on_timed(*((self._catcher.gap_ms, self._catcher.widest_ms) if keyed else (0.0, 0)))
            self.shell.scanned(raw)
        else:
            self.sign_in.scanned(raw)
        if self._trace:
            where = self.shell.page.key if self.signed_in and self.shell is not None else "sign_in"
            print(f"scan {len(raw)} characters → {where}: {(time.perf_counter_ns() - began) // 1000} µs", flush=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that no widget wanted."""
        if self.signed_in and self.shell is not None and self.shell.unclaimed(name_of(event), event):
            return
        super().keyPressEvent(event)

    def _came_to_front(self, window: QWindow | None) -> None:
        """Come back to the front: the keyboard goes where it was."""
        if window is not None and window is self.windowHandle() and self.focusWidget() is None:
            if self.signed_in and self.shell is not None:
                self.shell.take_keyboard()
            else:
                self.sign_in.setFocus()

    # ------------------------------------------------------------------ the end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the application end; `shut` does the rest after its loop."""
        super().closeEvent(event)
        application = QCoreApplication.instance()
        if application is not None:
            application.quit()

    def shut(self) -> None:
        """Stop the threads, close the store, take every widget down."""
        self._catcher.detach()
        self._keys.detach()
        self._idle.stop()
        self._shutting = True
        if self._scanner is not None:
            self._scanner.stop()
        self._stands.set()
        if self._loader is not None and self._loader.is_alive():
            self._loader.join(30)
        if self._preparing is not None:
            self._preparing.join(60)
        # A till that was loaded in the very last moment is still on its way through the bridge.
        QCoreApplication.sendPostedEvents(self.bridge)
        if self.shell is not None:
            self.shell.shut()
        self._arriving = iter(())
        if self._arrived is not None:
            self._arrived.close()
        self.hide()
        self.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
