"""Ground for tests of windows: Qt without a screen, with the carried fonts."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.desktop.theme import Theme


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The one application object of the test run, with fonts loaded."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    application.setApplicationName("yaogui-tests")
    return application


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """A light theme at scale 1.0 without movement; every window left open is let go with it."""
    made = Theme(qapp, "light", 1.0, motion=False)
    yield made
    for window in QApplication.topLevelWidgets():
        window.close()
        window.deleteLater()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
