"""Standing before the windows: a filter on what reaches a window from outside, which the widgets' own events never pass."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QWindow


class BeforeWindows(QObject):
    """Sees every event on its way to a window that has the keyboard; the one made last sees it first.

    A filter on the application would be asked about every painting and every layout of every widget; that alone costs more than a scan,
    and the first such question makes PySide6 load all it knows.
    """

    def __init__(self, application: QGuiApplication, *, at_once: bool = True) -> None:
        """Stands where `stand` says from the beginning on, or (not `at_once`) from then on when that is called."""
        super().__init__(application)
        self._application = application
        self._stands = False
        if at_once:
            self.stand()

    def stand(self) -> None:
        """Stand before every window there is, and before every other one as soon as it gets the keyboard; again changes nothing."""
        if self._stands:
            return
        self._stands = True
        self._application.focusWindowChanged.connect(self.watch)
        for window in self._application.topLevelWindows():
            self.watch(window)

    def watch(self, window: QWindow | None) -> None:
        """Stand before a window; doing it again changes nothing."""
        if window is not None:
            window.installEventFilter(self)

    def leave(self) -> None:
        """Let every event pass unseen from now on; doing it again changes nothing."""
        if not self._stands:
            return
        self._stands = False
        self._application.focusWindowChanged.disconnect(self.watch)
        for window in self._application.topLevelWindows():
            window.removeEventFilter(self)
