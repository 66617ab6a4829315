"""The cart as a list model: one row for every line of the scene, changed row by row and never as a whole."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.counter.scene import SceneLine
from app.desktop.models.strips import marks_of, note_of
from app.desktop.theme import Theme
from app.desktop.theme.notes import spoken
from app.desktop.theme.paint import mark_name, money_text

LINE_ROLE = Qt.ItemDataRole.UserRole + 1
SELECTED_ROLE = Qt.ItemDataRole.UserRole + 2

_OTHER_LINE = (LINE_ROLE, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.SizeHintRole)

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class CartModel(QAbstractListModel):
    """Lines of the open basket in the order they were scanned, with the one that is selected."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[SceneLine, ...] = ()
        self._selected = ""
        self._differing: tuple[int, ...] = ()

    @property
    def lines(self) -> tuple[SceneLine, ...]:
        """What is shown."""
        return self._lines

    @property
    def selected(self) -> str:
        """Id of the selected line, or ''."""
        return self._selected

    @property
    def differing(self) -> tuple[int, ...]:
        """The rows that differ, while `dataChanged` tells of all from the first to the last of them."""
        return self._differing

    def row_of(self, line_id: str) -> int:
        """Row of a line, or -1."""
        return next((row for row, line in enumerate(self._lines) if line.line_id == line_id), -1)

    def show(self, lines: tuple[SceneLine, ...], selected: str) -> None:
        """Show other lines: rows that went are removed, rows that came are inserted, rows that differ say so."""
        before, self._selected = self._selected, selected
        if [line.line_id for line in self._lines] != [line.line_id for line in lines[: len(self._lines)]] and not self._part(lines):
            return
        differ: list[tuple[int, tuple[int, ...]]] = []
        for row, line in enumerate(lines):
            if row >= len(self._lines) or self._lines[row].line_id != line.line_id:
                self._tell(lines, differ)
                self.beginInsertRows(_NOWHERE, row, row)
                self._lines = (*self._lines[:row], line, *self._lines[row:])
                self.endInsertRows()
                continue
            turned = before != selected and line.line_id in (before, selected)
            known = self._lines[row]
            if known is line and not turned:
                continue
            # The amount first: it is what differs in most lines when a cut is shared anew.
            roles = _OTHER_LINE if known.amount_fen != line.amount_fen or known != line else ()
            if turned:
                roles = (*roles, SELECTED_ROLE)
            if roles:
                differ.append((row, roles))
        self._tell(lines, differ)

    def _part(self, lines: tuple[SceneLine, ...]) -> bool:
        """Remove the rows that went; False where the others stand in another order, and all are shown anew."""
        wanted = {line.line_id for line in lines}
        for row in reversed(range(len(self._lines))):
            if self._lines[row].line_id not in wanted:
                self.beginRemoveRows(_NOWHERE, row, row)
                self._lines = (*self._lines[:row], *self._lines[row + 1 :])
                self.endRemoveRows()
        kept = {line.line_id for line in self._lines}
        if [line.line_id for line in self._lines] == [line.line_id for line in lines if line.line_id in kept]:
            return True
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()
        return False

    def _tell(self, lines: tuple[SceneLine, ...], differ: list[tuple[int, tuple[int, ...]]]) -> None:
        """Take over the rows that differ and say so, in one word from the first to the last: a shared cut changes many at once."""
        if not differ:
            return
        shown = list(self._lines)
        for row, _ in differ:
            shown[row] = lines[row]
        self._lines = tuple(shown)
        others = [row for row, roles in differ if roles is _OTHER_LINE]
        for row, roles in [(row, roles) for row, roles in differ if roles is not _OTHER_LINE]:
            self._differing = (row,)
            self.dataChanged.emit(self.index(row), self.index(row), list(roles))
        if others:
            self._differing = tuple(others)
            self.dataChanged.emit(self.index(others[0]), self.index(others[-1]), list(_OTHER_LINE))
        differ.clear()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """How many lines."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line itself, whether it is selected, or its words for screen readers."""
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == SELECTED_ROLE:
            return line.line_id == self._selected
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return self.spoken(line)
        return None

    def spoken(self, line: SceneLine) -> str:
        """A line in one sentence, for screen readers: what, how many, how much, and every note on it."""
        from_marks = [mark_name(self._theme, mark) for mark in marks_of(line.marks)]
        words = [f"{line.no}", f"{line.name} {line.strength}".strip(), *from_marks]
        if not line.ghost:
            words += [f"×{line.quantity}{line.unit}", money_text(line.amount_fen), line.lot_no, line.expires_on]
        words += [spoken(self._theme, note_of(strip, self._theme.language)) for strip in line.strips]
        return "，".join(word for word in words if word)

