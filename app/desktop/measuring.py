"""Windows under measurement: the real counter window and a plain C++ table, each waiting until a scanned line is painted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from app.desktop.bridge import Bridge
from app.desktop.pages import PAGES
from app.desktop.screens.sale import SalePage
from app.desktop.shell import Shell
from app.desktop.theme import Theme
from app.desktop.theme.type import FAMILIES
from app.desktop.till import Till

SIZE = (1366, 768)
"""The window that the pages are drawn for."""
PATIENCE_S = 30.0
"""Seconds after which what should have been painted never will be."""
RUN = 5
"""Scans one after another, as a cashier makes them, before they are taken back: the echo of an undo is no usual ground for a scan."""
_COLUMNS = ("序号", "药品名称", "规格", "厂家", "数量", "单价", "金额")

PlainRow = tuple[str, str, str, int]
"""Name, pack, maker and price in fen of one product."""


def application() -> QApplication:
    """Qt without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["bench"])


class _Paints(QObject):
    """Counts the paintings of one widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count, and let pass."""
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


class CounterWindow:
    """The counter's window on a till, as it stands after signing in; sounds off."""

    def __init__(self, app: QApplication, till: Till) -> None:
        self._app = app
        self.theme = Theme(app, "light", 1.0, language="zh", motion=False)
        self.bridge = Bridge()
        self.shell = Shell(self.theme, till, self.bridge, PAGES)
        self.shell.resize(*SIZE)
        self.shell.come_in(None)
        self.shell.show()
        page = self.shell.page
        assert isinstance(page, SalePage)
        self.page = page
        self._paints = _Paints(page.cart.viewport())
        self._card_paints = _Paints(page.member)
        self._scanned = 0
        self._drain()

    def scan(self, raw: str) -> None:
        """Scan and wait until the cart was painted."""
        before = self._paints.count
        self.shell.scanned(raw)
        while self._paints.count == before:
            self._app.processEvents()

    def attach(self, raw: str) -> None:
        """Scan a member's code and wait until the member's card was painted."""
        before = self._card_paints.count
        self.shell.scanned(raw)
        ends = time.monotonic() + PATIENCE_S
        while self._card_paints.count == before:
            self._app.processEvents()
            if time.monotonic() > ends:
                raise RuntimeError("no member's card was painted")

    def switch_theme(self) -> None:
        """Change between light and dark, and wait until the cart stands in the other one."""
        before = self._paints.count
        self.theme.set_mode("light" if self.theme.dark else "dark")
        while self._paints.count == before:
            self._app.processEvents()

    def settle(self) -> None:
        """Let the window come to rest; after every fifth scan the five are taken back."""
        self._drain()
        self._scanned += 1
        if self._scanned % RUN == 0:
            for _ in range(RUN):
                self.page.undo()
            self._drain()

    def rest(self) -> None:
        """Let the window come to rest."""
        self._drain()

    def _drain(self) -> None:
        for _ in range(3):
            self._app.processEvents()

    def close(self) -> None:
        """Take the window down while the application stands."""
        self.shell.shut()
        self.shell.hide()
        self.shell.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class PlainTable:
    """The floor: an entry, a table whose cells C++ holds, and a label for the sum; `row_of` reads a product by its id."""

    def __init__(self, app: QApplication, row_of: Callable[[str], PlainRow], product_ids: Sequence[str]) -> None:
        self._app = app
        self._row_of = row_of
        self._lines = len(product_ids)
        self._scanned = 0
        self.window = QWidget()
        self._entry, self._table, self._sum = QLineEdit(), QTableView(), QLabel()
        self._model = QStandardItemModel(0, len(_COLUMNS))
        self._model.setHorizontalHeaderLabels(list(_COLUMNS))
        self._table.setModel(self._model)
        self._table.setWordWrap(False)
        self._table.setShowGrid(False)
        # One face, so that no letter is looked for in another.
        plain = QFont(app.font())
        plain.setFamily(FAMILIES[1])
        self._table.setFont(plain)
        self._table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        layout = QVBoxLayout(self.window)
        for widget in (self._entry, self._table, self._sum):
            layout.addWidget(widget)
        self._paints = _Paints(self._table.viewport())
        for product_id in product_ids:
            self._append(product_id)
        self.window.resize(*SIZE)
        self.window.show()
        self._drain()

    def scan(self, product_id: str) -> None:
        """Append the product's row and wait until the table was painted."""
        before = self._paints.count
        self._append(product_id)
        self._table.scrollToBottom()
        while self._paints.count == before:
            self._app.processEvents()

    def _append(self, product_id: str) -> None:
        name, pack, maker, price_fen = self._row_of(product_id)
        price = f"{price_fen / 100:.2f}"
        cells = (str(self._model.rowCount() + 1), name, pack, maker, "1", price, price)
        self._model.appendRow([QStandardItem(cell) for cell in cells])
        self._entry.setText(product_id)
        self._sum.setText(f"合计 {price}")

    def settle(self) -> None:
        """Let the window come to rest; after every fifth scan the five rows are taken back."""
        self._scanned += 1
        if self._scanned % RUN == 0:
            self._model.removeRows(self._lines, self._model.rowCount() - self._lines)
        self._drain()

    def _drain(self) -> None:
        for _ in range(3):
            self._app.processEvents()

    def close(self) -> None:
        """Let the window go."""
        self.window.hide()
        self.window.deleteLater()
