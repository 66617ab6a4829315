"""The first start without a shop: the wizard in a window of its own, before there is anything to sign in to."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from app.desktop.screens.wizard import Establish, Wizard
from app.desktop.theme import Theme
from app.desktop.window import look_of


def ask(establish: Establish, *, english: bool = False, dark: bool = False) -> tuple[bool, bool]:
    """Show the wizard until the shop is made or the person leaves; whether a shop stands, and whether they want English."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    mode, scale, spoken = look_of({}, application.primaryScreen(), language="en" if english else "", dark=dark)
    theme = Theme(application, mode, scale, language=spoken)
    wizard = Wizard(theme, establish)
    wizard.open()
    application.exec()
    answer = wizard.founded, theme.language == "en"
    wizard.hide()
    wizard.deleteLater()
    theme.deleteLater()
    return answer
