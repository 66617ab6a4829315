"""The start of the window: the sign-in page paints first, the shop loads behind it."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.desktop.qt_sources import compiled_once
from app.store.faults import StoreFault
from app.store.glance import Glance, read

if TYPE_CHECKING:
    from app.desktop.training import Practice
    from app.desktop.window import Load


def look(folder: Path) -> tuple[Glance, StoreFault | None]:
    """What the sign-in page shows of a folder, and what stands in the way of it."""
    try:
        return read(folder), None
    except StoreFault as fault:
        return Glance((), {}), fault


def start(
    folder: Path,
    load: Load,
    *,
    till: str = "",
    language: str = "",
    dark: bool = False,
    trace: bool = False,
    practice: Practice | None = None,
) -> int:
    """Open the window on a folder that was set up and stay until it is closed; returns the exit code.

    `load` is called on a thread of its own after the first paint; it imports what is heavy and makes the till. Whoever wants to
    practise gets the `practice` shop in a window of its own, while the real one is closed, and comes back to it.
    """
    # PySide6 puts a hook before every import that slows the heavy ones behind the first paint by a fifth; it serves nothing we use.
    plain_import = builtins.__import__
    with compiled_once():
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
    training = False
    while True:
        here, loads = (practice.folder, practice.load) if training and practice is not None else (folder, load)
        glance, fault = look(here)
        mode, scale, spoken = look_of(glance.settings, application.primaryScreen(), language=language, dark=dark)
        theme = Theme(application, mode, scale, language=spoken, sheet=False)
        window = Window(theme, glance, till, loads, trace=trace)
        if practice is not None:
            window.offer_practice(practice, training=training)
        if fault is not None:
            window.fail(fault)
        window.open()
        code = application.exec()
        wish = window.wish
        # Everything of Qt is let go while the application still stands; the other order aborts at exit.
        window.shut()
        if not wish:
            return code
        # The practice shop speaks as the person did who asked for it.
        language = language or ("en" if theme.language == "en" and wish == "training" else "")
        theme.deleteLater()
        training = wish == "training" or (wish == "again" and training)
