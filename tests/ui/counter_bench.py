"""A counter to press keys at: the Sale and Pay pages in the shell, on a copy of the demo pharmacy."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from app.assembly import Till
from app.counter.scene import Scene
from app.desktop.bridge import Bridge
from app.desktop.keys import KeyListener, name_of
from app.desktop.screens.pay import PayPage
from app.desktop.screens.sale import SalePage
from app.desktop.shell import Shell
from app.desktop.theme import Theme

CODES = {
    "mask": "6999600000494",
    "ibuprofen": "89906411004039116120",
    "amlodipine": "89900001091676336760",
    "vitamin": "89919721082026298010",
    "ephedrine": ("89904721098866345850", "89904721098866345851", "89904721098866345852"),
    "plasters": "6999600400447",
    "unknown": "6999999999997",
    "member": "90000000000000000019",
    "thermometer": "6999580000439",
}
"""Codes of the demo pharmacy's sheet."""


class Counter(QMainWindow):
    """The shell with two pages, fed with real key events through the window."""

    def __init__(self, theme: Theme, till: Till, size: tuple[int, int] = (1366, 768)) -> None:
        super().__init__()
        self.bridge = Bridge()
        self.shell = Shell(theme, till, self.bridge, (SalePage, PayPage))
        self.till = till
        self.setCentralWidget(self.shell)
        self.resize(*size)
        application = QApplication.instance()
        assert application is not None
        self._listener = KeyListener(application, self.shell.key, lambda: None)
        self.presses = 0
        self.show()
        self.activateWindow()
        QTest.qWaitForWindowActive(self, 60_000)
        self.shell.come_in(None)
        self.shell.take_keyboard()
        self.settle()

    @property
    def sale(self) -> SalePage:
        """The Sale page."""
        page = self.shell.pages["sale"]
        assert isinstance(page, SalePage)
        return page

    @property
    def pay(self) -> PayPage:
        """The Pay page."""
        page = self.shell.pages["pay"]
        assert isinstance(page, PayPage)
        return page

    @property
    def scene(self) -> Scene:
        """What the Sale page shows."""
        assert self.sale.scene is not None
        return self.sale.scene

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that no widget wanted, as the window of the program handles it."""
        if not self.shell.unclaimed(name_of(event), event):
            super().keyPressEvent(event)

    def scan(self, *codes: str) -> None:
        """Scans, as the catcher delivers them."""
        for code in codes:
            self.shell.scanned(code)

    def press(self, *keys: Qt.Key | str) -> None:
        """Keys pressed one after the other on the window; each counts."""
        window = self.windowHandle()
        for key in keys:
            self.presses += 1
            if isinstance(key, str):
                QTest.keyClick(window, key)
            else:
                QTest.keyClick(window, key)
            self.settle()

    def hold_down(self, key: Qt.Key, times: int) -> None:
        """A key held down: one press and its repeats."""
        for order in range(times):
            event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", order > 0)
            self.shell.key(name_of(event), event)

    def settle(self) -> None:
        """Let the window draw what it has to."""
        for _ in range(3):
            QApplication.processEvents()
        # What was registered, held or signed comes back from the disk, and a PIN from being weighed.
        self.until(lambda: not (self.bridge.holding or self.sale.join._busy or self.till.selling.writing or self.sale.reading))

    def alive(self) -> None:
        """The moment is over in which a page that has just come takes no function keys."""
        self.settle()
        self.shell._dead_until = 0.0

    def until(self, met: Callable[[], bool], seconds: float = 60) -> None:
        """Turn the event loop until something is so."""
        end = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < end, "waited too long"
            QApplication.processEvents()
            time.sleep(0.005)

    def leave(self) -> None:
        """Stop listening and close."""
        self._listener.detach()
        self.shell.shut()
        self.close()
