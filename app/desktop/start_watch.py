"""The start of the window under measurement: the real start watched, and everything loaded first and shown at once.

Nothing of Qt or of the house is imported before the measured start itself imports it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.desktop.till import Till

Moments = dict[str, Any]
"""What was seen of one start, by name."""


def floor(told: Callable[[str], None]) -> None:
    """Import QtWidgets and make the application, no more; `told` its name while it stands."""
    from PySide6 import QtWidgets

    application = QtWidgets.QApplication(["floor"])
    told(application.applicationName())


def eager(make: Callable[[], Till], told: Callable[[Till], None]) -> None:
    """Load first and show later: every page's import, the till that `make` gives, then the window; `told` once it took events."""
    from PySide6 import QtWidgets

    import app.desktop.pages
    import app.desktop.shell

    application = QtWidgets.QApplication(["eager"])
    from app.desktop.bridge import Bridge
    from app.desktop.theme import Theme

    till = make()
    theme = Theme(application, "light", 1.0, language="zh")
    shell = app.desktop.shell.Shell(theme, till, Bridge(), app.desktop.pages.PAGES)
    shell.resize(1366, 768)
    shell.show()
    application.processEvents()
    told(till)


def watched(start: Callable[[], object], moment: Callable[[str], Moments], heavy: tuple[str, ...]) -> Moments:
    """The window that `start` opens, until the shop is loaded: `usable` (the first frame stands whole on the screen) and `ready`
    as `moment` tells them, which of the `heavy` modules were loaded at the first, how many modules, the longest stall between
    in milliseconds, and the longest time that the window's own thread worked without a break (`busy`: the stall on a machine that has
    nothing else to do). Raises RuntimeError when the shop did not load.
    """
    moments: Moments = {}
    _watch(moments, moment, heavy)
    start()
    if "ready_ms" not in moments:
        raise RuntimeError("the shop did not load")
    return moments


def _watch(moments: Moments, moment: Callable[[str], Moments], heavy: tuple[str, ...]) -> None:
    """Hook the window's class as soon as the start has imported it."""
    import builtins

    plain: Callable[..., Any] = builtins.__import__

    def seen(name: str, *rest: Any, **named: Any) -> Any:
        module = plain(name, *rest, **named)
        if name == "app.desktop.window":
            builtins.__import__ = plain
            _follow(moments, moment, heavy)
        return module

    builtins.__import__ = seen


def _follow(moments: Moments, moment: Callable[[str], Moments], heavy: tuple[str, ...]) -> None:
    from PySide6.QtCore import QCoreApplication, QTimer

    from app.desktop import window as windows

    # The loader starts in the turn after the first paint: by then every part of the page is drawn, not only its ground.
    shown, ready, failed = windows.Window._start_loader, windows.Window._ready, windows.Window.fail
    ticks: dict[str, float] = {"last": 0.0, "stall": 0.0, "cpu": 0.0, "busy": 0.0}

    def tick() -> None:
        now = time.perf_counter()
        cpu = time.thread_time()
        ticks["stall"] = max(ticks["stall"], (now - ticks["last"]) * 1e3)
        ticks["busy"] = max(ticks["busy"], (cpu - ticks["cpu"]) * 1e3)
        ticks["last"], ticks["cpu"] = now, cpu

    def begin(self: Any) -> None:
        moments.update(moment("usable"))
        moments["heavy"] = [name for name in heavy if name in sys.modules]
        moments["modules"] = len(sys.modules)
        timer = QTimer(self)
        timer.timeout.connect(tick)
        timer.start(2)
        ticks["last"], ticks["cpu"] = time.perf_counter(), time.thread_time()
        shown(self)

    def finish(self: Any, warning: Any) -> None:
        ready(self, warning)
        tick()
        moments.update(moment("ready"))
        moments["stall_ms"] = round(ticks["stall"], 1)
        moments["busy_ms"] = round(ticks["busy"], 1)
        leave()

    def fault(self: Any, error: BaseException) -> None:
        failed(self, error)
        leave()

    def leave() -> None:
        application = QCoreApplication.instance()
        assert application is not None
        QTimer.singleShot(0, application.quit)

    windows.Window._start_loader = begin  # type: ignore[method-assign]
    windows.Window._ready = finish  # type: ignore[assignment, method-assign]
    windows.Window.fail = fault  # type: ignore[method-assign]
