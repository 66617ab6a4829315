"""The look of the person at the till: theme, language, size, movement and keys, put on when they sign in or change them."""

from __future__ import annotations

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


class Look:
    """What each person chose for themselves, and what the window began with for everybody else."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        self._theme = theme
        self._settings = settings
        self._mode, self._language, self._factor = theme.mode, theme.language, theme.scale.factor

    def wear(self, screen: QScreen | None) -> None:
        """Put on the look of the person at the till; what already fits costs nothing."""
        theme, settings = self._theme, self._settings
        own = settings.is_set
        theme.set_motion(not settings.flag("ui.still"))
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
