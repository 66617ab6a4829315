"""Counting the float on the sign-in page, denomination by denomination; by itself, because few people do it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.desktop.theme import Theme
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.words import Txt


class Counting(QWidget):
    """The pieces in the drawer, denomination by denomination."""

    changed = Signal(int)

    def __init__(self, theme: Theme, denominations_fen: tuple[int, ...]) -> None:
        """One entry for each value in fen, in the order given."""
        super().__init__()
        self._entries: dict[int, Entry] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        half = (len(denominations_fen) + 1) // 2
        for order, fen in enumerate(denominations_fen):
            name = f"¥{fen // 100}" if fen >= 100 else f"¥0.{fen // 10}"
            entry = Entry(theme, "0", spoken=name, height=36)
            entry.setMaxLength(4)
            entry.setAlignment(Qt.AlignmentFlag.AlignRight)
            entry.textEdited.connect(self._tell)
            entry.returnPressed.connect(self._next)
            column = 2 * (order // half)
            grid.addWidget(Txt(theme, name, "label_strong", "ink2"), order % half, column)
            grid.addWidget(entry, order % half, column + 1)
            self._entries[fen] = entry

    def _tell(self) -> None:
        for entry in self._entries.values():
            entry.set_wrong(bool(entry.text()) and not entry.text().isdigit())
        self.changed.emit(self.total_fen())

    def _next(self) -> None:
        self.focusNextChild()

    def pieces(self) -> dict[int, int]:
        """Denomination in fen → pieces."""
        return {fen: int(entry.text()) for fen, entry in self._entries.items() if entry.text().isdigit()}

    def total_fen(self) -> int:
        """What the pieces are worth."""
        return sum(fen * count for fen, count in self.pieces().items())

    def begin(self) -> None:
        """Take the keyboard."""
        next(iter(self._entries.values())).setFocus(Qt.FocusReason.TabFocusReason)
