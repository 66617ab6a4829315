"""What care shows on the sale's card: the newest readings in two tiles, and what is to be done in a row each with one button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Row
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.member import Vital
from app.desktop.widgets.rows_that_fit import RowsThatFit
from app.desktop.widgets.words import Icon, Txt

if TYPE_CHECKING:
    # Named only: care is loaded behind the counter, see `Window`.
    from app.counter.care_scene import NewestReading, Todo

MOST_DUES = 2
LOOKS = {
    "ask": ("warning-octagon", "bad"),
    "refill": ("clock-countdown", "warn"),
    "measure": ("stethoscope", "info"),
    "call": ("phone", "rx"),
}
"""Icon and tone of what is to be done."""
SIGNS = {"pressure": "heartbeat", "glucose": "drop"}
MOST_TILES = 2


class VitalTiles(QWidget):
    """The newest readings side by side; nothing where there are none, or nobody may see them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._tiles = [Vital(theme, "heartbeat", "", "") for _ in range(MOST_TILES)]
        self.setLayout(Row(theme, *((tile, 1) for tile in self._tiles), gap=10))
        self.hide()

    def show_readings(self, newest: Sequence[NewestReading]) -> None:
        """Show another member's, or none."""
        if not newest:
            # One part hidden, not three: this runs while a scan is drawn.
            self.hide()
            return
        language = self.theme.language
        for tile, one in zip(self._tiles, newest, strict=False):
            age, grade = one.age.of(language), one.grade.of(language)
            tile.set_kind(SIGNS.get(one.kind, "heartbeat"), one.title.of(language), one.unit)
            tile.set_reading(one.words, f"{grade}, {age}" if language == "en" else f"{age} {grade}", one.values, one.band, one.tone)
        for order, tile in enumerate(self._tiles):
            tile.setVisible(order < len(newest))
        self.show()


class DueLine(QWidget):
    """One thing to do."""

    HEIGHT = 30

    acted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._todo: Todo | None = None
        self._icon = Icon(theme, "phone", 18, "info")
        self._title = Txt(theme, "", "label", "ink", elide=True)
        self._left = Txt(theme, "", "label_strong", "warn_ink")
        self._button = Btn(theme, "", "tonal", height=28, role="label_strong")
        self._button.clicked.connect(lambda: self.acted.emit(self._todo))
        self.setLayout(Row(theme, self._icon, self._title, (self._left, 1), self._button, gap=7))

    def show_todo(self, todo: Todo) -> None:
        """Show another one."""
        self._todo = todo
        language = self.theme.language
        icon, tone = LOOKS.get(todo.kind, ("bell", "info"))
        # A suggestion presses nobody: it has not the colour of what runs out.
        self._icon.set_icon(icon, "info" if todo.kind == "refill" and todo.tone == "info" else tone)
        self._title.set_words(todo.title.of(language))
        self._title.setToolTip("\n".join(part for part in (todo.title.of(language), todo.note.of(language)) if part))
        self.setAccessibleDescription(todo.note.of(language))
        self._left.set_words(todo.left.of(language))
        self._left.set_tone(f"{todo.tone}_ink")
        self._button.set_kind("info" if todo.act == "record" else "tonal")
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
