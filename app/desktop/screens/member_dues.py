"""What is to be done for the member of the open sale, in a row each on the sale's card: what it is, never a figure, and one button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Row
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.rows_that_fit import RowsThatFit
from app.desktop.widgets.words import Icon, Txt

if TYPE_CHECKING:
    # Named only: care is loaded behind the counter, see `Window`.
    from app.counter.care_scene import Todo

MOST_DUES = 2
LOOKS = {"refill": ("clock-countdown", "warn"), "measure": ("stethoscope", "info"), "call": ("phone", "rx")}
"""Icon and tone of what is to be done."""


class DueLine(QWidget):
    """One thing to do."""

    HEIGHT = 32

    acted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._todo: Todo | None = None
        self._icon = Icon(theme, "phone", 18, "info")
        self._title = Txt(theme, "", "label", "ink", elide=True)
        self._button = Btn(theme, "", "tonal", height=30, role="label_strong")
        self._button.clicked.connect(lambda: self.acted.emit(self._todo))
        self.setLayout(Row(theme, self._icon, (self._title, 1), self._button, gap=7))

    def show_todo(self, todo: Todo) -> None:
        """Show another one."""
        self._todo = todo
        language = self.theme.language
        self._icon.set_icon(*LOOKS.get(todo.kind, ("bell", "info")))
        self._title.set_words(todo.title.of(language))
        self._title.setToolTip("\n".join(part for part in (todo.title.of(language), todo.note.of(language)) if part))
        self.setAccessibleDescription(todo.note.of(language))
        self._button.set_words(todo.act_title.of(language))
        self._button.setAccessibleName(f"{todo.act_title.of(language)} {todo.title.of(language)}")


class DueLines(RowsThatFit):
    """The first of what is to be done, as far as the card has room."""

    acted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, self._made, lambda line, todo: line.show_todo(todo), height=DueLine.HEIGHT, gap=3, least=0, most=MOST_DUES)

    def _made(self) -> DueLine:
        line = DueLine(self.theme)
        line.acted.connect(self.acted)
        return line

    def show_todos(self, todos: Sequence[Todo]) -> None:
        """Show what is to be done for another member, or what is left of it."""
        self.show_all(todos[:MOST_DUES])
