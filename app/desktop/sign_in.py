"""The start of the window: the sign-in page paints first, the shop loads behind it."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.store.faults import StoreFault
from app.store.glance import Glance, read

if TYPE_CHECKING:
    from app.desktop.window import Load


def look(folder: Path) -> tuple[Glance, StoreFault | None]:
    """What the sign-in page shows of a folder, and what stands in the way of it."""
    try:
        return read(folder), None
    except StoreFault as fault:
        return Glance((), {}), fault


def start(folder: Path, load: Load, *, till: str = "", language: str = "", dark: bool = False, trace: bool = False) -> int:
    """Open the window on a folder that was set up and stay until it is closed; returns the exit code.

    `load` is called on a thread of its own after the first paint; it imports what is heavy and makes the till.
    """
    # PySide6 puts a hook before every import that slows the heavy ones behind the first paint by a fifth; it serves nothing we use.
    plain_import = builtins.__import__
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    builtins.__import__ = plain_import
    from app.desktop.theme import Theme
    from app.desktop.window import Window, look_of

    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Yaogui")
    glance, fault = look(folder)
    mode, scale, spoken = look_of(glance.settings, application.primaryScreen(), language=language, dark=dark)
    theme = Theme(application, mode, scale, language=spoken, sheet=False)
    window = Window(theme, glance, till, load, trace=trace)
    if fault is not None:
        window.fail(fault)
    window.open()
    code = application.exec()
    # Everything of Qt is let go while the application still stands; the other order aborts at exit.
    window.shut()
    return code
