"""Ground for tests of windows: Qt without a screen, with the carried fonts."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.desktop.theme import Theme

if TYPE_CHECKING:
    from conftest import DemoCounter
    from counter_bench import Counter
    from window_hand import Hand


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The one application object of the test run, with fonts loaded."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    application.setApplicationName("yaogui-tests")
    return application


@pytest.fixture(autouse=True)
def _collected_here() -> Iterator[None]:
    """No widget of a test ends on another thread than this one, where Python's own collector may find it: that ends the run."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


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


@pytest.fixture
def counter(theme: Theme, demo_counter: DemoCounter) -> Iterator[Counter]:
    """Sale and Pay pages in the shell at 1366×768, a cashier signed in, a shift open."""
    from counter_bench import Counter

    bench = Counter(theme, demo_counter.till)
    yield bench
    bench.leave()


@pytest.fixture
def make_hand(theme: Theme, demo_folder: Path) -> Iterator[Callable[..., Hand]]:
    """Opens windows on one copy of the demo pharmacy; see `window_hand.open_hand` for what can be asked."""
    from window_hand import open_hand

    made: list[Hand] = []

    def make(**wishes: object) -> Hand:
        made.append(open_hand(theme, demo_folder, **wishes))  # type: ignore[arg-type]  # as the signature of open_hand says
        return made[-1]

    yield make
    for hand in made:
        hand.leave()


@pytest.fixture
def hand(make_hand: Callable[..., Hand]) -> Hand:
    """The window on the demo pharmacy, loaded, at the sign-in page."""
    return make_hand()
