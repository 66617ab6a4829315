"""The look of the person at the till: theme, language, size, movement and keys, put on when they sign in or change them."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication

from app.desktop.theme import Theme
from app.desktop.theme.scale import fitting
from app.desktop.theme.tokens import Mode
from app.domain import key_preset
from app.store.settings import Settings


def mode_of(wanted: str) -> Mode:
    """`light` or `dark` as chosen, or as the system has it."""
    hints = QApplication.styleHints()
    dark = wanted == "dark" or (wanted == "system" and hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark)
    return "dark" if dark else "light"


_STILL = (
    ("gtk-4.0/settings.ini", r"(?m)^\s*gtk-enable-animations\s*=\s*(0|false)\b"),
    ("gtk-3.0/settings.ini", r"(?m)^\s*gtk-enable-animations\s*=\s*(0|false)\b"),
    ("kdeglobals", r"(?m)^\s*AnimationDurationFactor\s*=\s*0(\.0*)?\s*$"),
)
"""Where desktops of Linux keep that nothing is to move, below the folder of a user's settings."""


def still_by_system() -> bool:
    """Whether the system asks for less movement; a desktop that keeps it where only its own service can read is not asked."""
    if sys.platform == "win32":
        import ctypes

        moves = ctypes.c_int(1)
        get_client_area_animation = 0x1042
        ctypes.windll.user32.SystemParametersInfoW(get_client_area_animation, 0, ctypes.byref(moves), 0)
        return not moves.value
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for name, wish in _STILL:
        try:
            kept = (folder / name).read_text("utf-8", "replace")
        except OSError:
            continue
        if re.search(wish, kept, re.IGNORECASE):
            return True
    return False


class Look:
    """What each person chose for themselves, and what the window began with for everybody else."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        self._theme = theme
        self._settings = settings
        self._mode, self._language, self._factor = theme.mode, theme.language, theme.scale.factor
        self._still = still_by_system()
        if self._still:
            theme.set_motion(False)

    def wear(self, screen: QScreen | None) -> None:
        """Put on the look of the person at the till; what already fits costs nothing."""
        theme, settings = self._theme, self._settings
        own = settings.is_set
        # What the system asks for holds for whoever never chose.
        theme.set_motion(not (settings.flag("ui.still") if own("ui.still") else self._still))
        theme.set_keys(key_preset.layout(settings.text("keys.preset"), settings.get("keys.custom")))
        if own("ui.scale") or own("ui.touch"):
            room = screen.availableGeometry() if screen is not None else None
            choice = settings.number("ui.scale") / 100
            theme.set_scale(fitting(choice, room.width(), room.height()) if room is not None else choice, touch=settings.flag("ui.touch"))
        else:
            theme.set_scale(self._factor, touch=False)
        theme.set_mode(mode_of(settings.text("ui.theme")) if own("ui.theme") else self._mode)
        english = settings.text("ui.language").startswith("en")
        theme.set_language(("en" if english else "zh") if own("ui.language") else self._language)

    def put_off(self) -> None:
        """Nobody is at the till: keys lie where the standard has them."""
        self._theme.set_keys({})
