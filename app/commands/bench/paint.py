"""How long until the scanned line is painted: the real counter window against a plain C++ table of as many rows, in the same run."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from app.commands.bench.harness import Asked, Goal, Report, Series, Subject, against, calibrated_p99, in_turns, ratio, slowness, spread
from app.desktop.bridge import Bridge
from app.desktop.pages import PAGES
from app.desktop.screens.sale import SalePage
from app.desktop.shell import Shell
from app.desktop.theme import Theme
from app.records.catalogue import Product

if TYPE_CHECKING:
    import sqlite3 as dbapi

    from app.commands.bench.scan import Place
else:
    from sqlcipher3 import dbapi2 as dbapi

SIZE = (1366, 768)
"""The window that the pages are drawn for."""
RUN = 5
"""Scans one after another, as a cashier makes them, before they are taken back: the echo of an undo is no usual ground for a scan."""
_COLUMNS = ("序号", "药品名称", "规格", "厂家", "数量", "单价", "金额")


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


class Counter:
    """The counter's window on a till, as it stands after signing in; sounds off."""

    def __init__(self, app: QApplication, place: Place, next_code: Callable[[], tuple[str, Product]]) -> None:
        self._app = app
        self._next_code = next_code
        self.theme = Theme(app, "light", 1.0, language="zh", motion=False)
        self.bridge = Bridge()
        self.shell = Shell(self.theme, place.till, self.bridge, PAGES)
        self.shell.resize(*SIZE)
        self.shell.come_in(None)
        self.shell.show()
        page = self.shell.page
        assert isinstance(page, SalePage)
        self.page = page
        self._paints = _Paints(page.cart.viewport())
        self._scanned = 0
        self._drain()

    def subject(self) -> Subject:
        """From the whole scan to the painted window."""
        return Subject(self._scan, self._before, self._after)

    def _before(self) -> str:
        return self._next_code()[0]

    def _scan(self, raw: str) -> None:
        before = self._paints.count
        self.shell.scanned(raw)
        while self._paints.count == before:
            self._app.processEvents()

    def _after(self) -> None:
        self._drain()
        self._scanned += 1
        if self._scanned % RUN == 0:
            for _ in range(RUN):
                self.page.undo()
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
    """The floor: an entry, a table whose cells C++ holds, and a label for the sum; a raw look-up by code."""

    def __init__(self, app: QApplication, place: Place, lines: int) -> None:
        self._app = app
        self._lines = lines
        self._codes = place.codes
        self._turn = 0
        self._catalogue = dbapi.connect(str(place.till.folder / "catalogue.db"))
        self.window = QWidget()
        self._entry, self._table, self._sum = QLineEdit(), QTableView(), QLabel()
        self._model = QStandardItemModel(0, len(_COLUMNS))
        self._model.setHorizontalHeaderLabels(list(_COLUMNS))
        self._table.setModel(self._model)
        self._table.setWordWrap(False)
        self._table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        layout = QVBoxLayout(self.window)
        for widget in (self._entry, self._table, self._sum):
            layout.addWidget(widget)
        self._paints = _Paints(self._table.viewport())
        for _, product in self._codes[:lines]:
            self._append(product.id)
        self.window.resize(*SIZE)
        self.window.show()
        for _ in range(3):
            app.processEvents()

    def subject(self) -> Subject:
        """The same codes in the same order."""
        return Subject(self._scan, self._before, self._after)

    def _before(self) -> str:
        self._turn += 1
        return self._codes[self._turn % len(self._codes)][1].id

    def _scan(self, product_id: str) -> None:
        before = self._paints.count
        self._append(product_id)
        self._table.scrollToBottom()
        while self._paints.count == before:
            self._app.processEvents()

    def _append(self, product_id: str) -> None:
        row = self._catalogue.execute(
            "SELECT generic_name, spec, maker, list_price_fen FROM product WHERE id = ?", (product_id,)
        ).fetchone()
        price = f"{row[3] / 100:.2f}"
        cells = (str(self._model.rowCount() + 1), row[0], row[1], row[2], "1", price, price)
        self._model.appendRow([QStandardItem(cell) for cell in cells])
        self._entry.setText(product_id)
        self._sum.setText(f"合计 {price}")

    def _after(self) -> None:
        if self._turn % RUN == 0:
            self._model.removeRows(self._lines, self._model.rowCount() - self._lines)
        for _ in range(3):
            self._app.processEvents()

    def close(self) -> None:
        """Let window and file go."""
        self._catalogue.close()
        self.window.hide()
        self.window.deleteLater()


def measure(places: dict[int, Place], next_code: Callable[[Place], Callable[[], tuple[str, Product]]], asked: Asked) -> Report:
    """Scan to paint at tills with so many lines in the basket."""
    app = application()
    subjects: dict[str, Subject] = {}
    open_now: list[Any] = []
    try:
        for lines, place in places.items():
            counter, floor = Counter(app, place, next_code(place)), PlainTable(app, place, lines)
            open_now += [closing(counter), closing(floor)]
            subjects[f"painted, {lines} lines"] = counter.subject()
            subjects[f"painted, {lines} lines floor"] = floor.subject()
        found = in_turns("scan to paint", subjects, asked.count())
    finally:
        for one in open_now:
            one.__exit__(None, None, None)
    cases = {title: against(found[title], found[title + " floor"]) for title in (f"painted, {lines} lines" for lines in places)}
    return Report("paint", cases, _goals(found, places), {"slowness": slowness(found)})


def _goals(found: dict[str, Series], places: dict[int, Place]) -> list[Goal]:
    goals = []
    for lines in places:
        title = f"painted, {lines} lines"
        p50, floor = spread(found[title].wall)["p50"], spread(found[title + " floor"].wall)["p50"]
        goals.append(Goal(f"scan to painted line, {lines} lines, p50 ms calibrated", round(p50 / slowness(found), 3), 5.0))
        goals.append(Goal(f"scan to painted line, {lines} lines, p99 ms calibrated", calibrated_p99(title, found), 15.0))
        goals.append(Goal(f"scan to painted line, {lines} lines, against a C++ table, p50", ratio(p50, floor), 2.0))
    return goals
