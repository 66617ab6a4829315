"""Painted rows of lists: cells of words, amounts, signs and marks, one button each; and chips to choose a reason from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.theme.paint import Align, Mark
from app.desktop.widgets.arrange import Row
from app.desktop.widgets.base import PaintedButton

W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a row; what is empty is not drawn."""

    words: str = ""
    strong: str = ""
    """Said after the words: a strength or pack, never shortened."""
    marks: tuple[Mark, ...] = ()
    sub: str = ""
    """A second, smaller line; the only part that may be shortened."""
    width: float = 0
    """Design pixels; 0 takes what is left over."""
    align: Align = "left"
    tone: str = "ink"
    sub_tone: str = "ink3"
    role: str = "title"
    fen: int | None = None
    pill: str = ""
    pill_tone: str = "good"
    icon: str = ""
    icon_tone: str = "ink2"
    tile: str = ""
    """Tone of a tile behind the icon; '' for none."""
    ticked: bool | None = None
    """A tick box, full or empty; None for none."""


class ListRow(PaintedButton):
    """A row of cells that is pressed to choose it; arrows go to the rows beside it, plus and minus tell `nudged`."""

    nudged = Signal(int)
    reached = Signal()
    """The focus has come here."""

    def __init__(
        self,
        theme: Theme,
        cells: Sequence[Cell],
        *trailing: QWidget,
        height: float = 64,
        chosen: bool = False,
        faint: bool = False,
        plain: bool = False,
        pad: float = 16,
        parent: QWidget | None = None,
    ) -> None:
        """`trailing` are live widgets at the right end; `plain` rows only show and take no focus."""
        super().__init__(theme, parent)
        self.cells = tuple(cells)
        self._height, self._chosen, self._faint, self._plain, self._pad = height, chosen, faint, plain, pad
        self._trailing = trailing
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if plain:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if trailing:
            row = Row(theme, *trailing, gap=8, margins=(0, 0, round(pad), 0))
            row.insertStretch(0, 1)
            self.setLayout(row)
        self._speak()
        self.restyle()

    def set_cells(self, cells: Sequence[Cell]) -> None:
        """Show other words in columns as wide as before; whoever has the keyboard keeps it."""
        self.cells = tuple(cells)
        self._speak()
        self.update()

    def _speak(self) -> None:
        self.name(" ".join(part for cell in self.cells for part in (cell.words, cell.strong, cell.sub, cell.pill, _money(cell)) if part))

    def measure(self) -> None:
        """Fixed in height, wide enough for what may not be shortened."""
        self.setFixedHeight(self.theme.px(self._height) if self._plain else self.theme.target(self._height))
        self.setMinimumWidth(round(self._needed() + self._tail()))

    def sizeHint(self) -> QSize:
        """As wide as it is let."""
        return QSize(self.minimumWidth(), self.height())

    def ring_radius(self) -> float:
        """Slightly rounded."""
        return self.theme.px(6)

    def set_chosen(self, chosen: bool) -> None:
        """Light the row as the chosen one."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def _tail(self) -> float:
        px = self.theme.px
        return sum(max(part.sizeHint().width(), part.minimumWidth()) + px(8) for part in self._trailing) + px(self._pad)

    def _needed(self) -> float:
        px = self.theme.px
        return px(self._pad) + sum(px(cell.width) if cell.width else self._natural(cell) for cell in self.cells)

    def _natural(self, cell: Cell) -> float:
        theme, px = self.theme, self.theme.px
        wide = theme.face(cell.role).width(cell.words)
        if cell.strong:
            wide += px(8) + theme.face("title").width(cell.strong)
        if cell.marks:
            wide += px(10) + paint.marks_width(theme, cell.marks)
        if cell.icon:
            wide += px(44 if cell.tile else 28)
        return wide + px(12)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ground and cells, and the hairline below."""
        theme, px = self.theme, self.theme.px
        if self._chosen:
            painter.fillRect(rect, theme.color("select"))
            painter.fillRect(QRectF(rect.left(), rect.top(), px(4), rect.height()), theme.color("brand"))
        elif self.touched and not self._plain:
            painter.fillRect(rect, theme.color(self.touched))
        if not self.hasFocus():
            # The ring has the row's edge to itself.
            paint.hairline(painter, theme, px(self._pad), self.height() - 1, self.width() - 2 * px(self._pad))
        fixed = sum(px(cell.width) for cell in self.cells if cell.width)
        loose = [cell for cell in self.cells if not cell.width]
        left = self.width() - px(self._pad) - self._tail() - fixed
        each = left / len(loose) if loose else 0
        x = float(px(self._pad))
        for cell in self.cells:
            wide = px(cell.width) if cell.width else each
            self._cell(painter, QRectF(x, 0, wide, self.height() - 1), cell)
            x += wide

    def _cell(self, painter: QPainter, box: QRectF, cell: Cell) -> None:
        theme, px = self.theme, self.theme.px
        middle = box.center().y()
        x = box.left()
        if cell.ticked is not None:
            square = QRectF(x + px(2), middle - px(9), px(18), px(18))
            on = cell.ticked
            paint.rounded(painter, square, px(4), theme.color("brand" if on else "surface"), theme.color("brand" if on else "ctl"), px(1.5))
            if on:
                paint.icon(painter, theme, "check", square.left() + px(2), middle, 14, "on_brand", "bold")
            return
        if cell.icon:
            if cell.tile:
                tile = QRectF(x, middle - px(16), px(32), px(32))
                paint.rounded(painter, tile, px(8), theme.color(f"{cell.tile}_t"))
                paint.icon(painter, theme, cell.icon, x + px(8), middle, 16, f"{cell.tile}_ink")
                x += px(44)
            else:
                paint.icon(painter, theme, cell.icon, x, middle, 20, cell.icon_tone)
                x += px(28)
        ink = "ink3" if self._faint and cell.tone == "ink" else cell.tone
        if cell.pill:
            wide = paint.pill_width(theme, cell.pill)
            at = box.right() - wide if cell.align == "right" else x
            paint.pill(painter, theme, at, middle, cell.pill, tone=cell.pill_tone, height=24, radius=6)
            return
        line = middle - px(10) if cell.sub else middle
        if cell.fen is not None:
            paint.money(painter, theme, QRectF(x, line - px(12), box.right() - x, px(24)), cell.fen, tone=ink, align=cell.align)
        elif cell.words or cell.strong:
            face = theme.face(cell.role)
            if cell.align == "left":
                at = x + paint.text_at(painter, x, line, cell.words, face, theme.color(ink))
                if cell.strong:
                    at += px(8)
                    # The strength is as large and as dark as the name: confusing two strengths is the error to prevent.
                    at += paint.text_at(painter, at, line, cell.strong, theme.face("title"), theme.color(ink))
                if cell.marks:
                    paint.marks(painter, theme, at + px(10), line, cell.marks)
            else:
                room = QRectF(x, line - px(12), box.right() - x, px(24))
                paint.text(painter, room, cell.words, face, theme.color(ink), cell.align)
        if cell.sub:
            room = QRectF(x, middle + px(1), box.right() - x - px(6), px(20))
            paint.text(painter, room, cell.sub, theme.face("label"), theme.color(cell.sub_tone), cell.align, elide=True)

    # ------------------------------------------------------------------ keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move between rows, plus and minus nudge; Space and Enter press."""
        match event.key():
            case Qt.Key.Key_Up:
                self._go(-1)
            case Qt.Key.Key_Down:
                self._go(1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Right:
                self.nudged.emit(1)
            case Qt.Key.Key_Minus | Qt.Key.Key_Left:
                self.nudged.emit(-1)
            case _:
                super().keyPressEvent(event)

    def _go(self, by: int) -> None:
        holder = self.parentWidget()
        rows = [w for w in holder.children() if isinstance(w, ListRow) and not w._plain and not w.isHidden()] if holder else []
        if self in rows:
            to = rows.index(self) + by
            if 0 <= to < len(rows):
                rows[to].setFocus(Qt.FocusReason.TabFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come into sight."""
        super().focusInEvent(event)
        holder = self.parentWidget()
        while holder is not None and not isinstance(holder, QScrollArea):
            holder = holder.parentWidget()
        if isinstance(holder, QScrollArea):
            holder.ensureWidgetVisible(self, 0, self.height())
        self.reached.emit()


def _money(cell: Cell) -> str:
    return paint.money_text(cell.fen) if cell.fen is not None else ""


def as_many(column: QBoxLayout, made: list[W], count: int, make: Callable[[], W]) -> list[W]:
    """So many parts at the head of a column, to be restated: what was made before is used again, and what is too many stays hidden."""
    while len(made) < count:
        column.insertWidget(len(made), part := make())
        made.append(part)
    for order, part in enumerate(made):
        if part.isHidden() == (order < count):
            part.setVisible(order < count)
    return made[:count]


@dataclass(frozen=True, slots=True)
class Choice:
    """One chip: the value told, and its words."""

    value: str
    words: str


class Chips(QWidget):
    """A choice of one among several reasons: chips that wrap, chosen by pointer, by arrows, or by their digit."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        choices: Sequence[Choice],
        value: str = "",
        *,
        spoken: str = "",
        beside_list: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`chosen` tells the value a person picked; `beside_list` leaves the upward and downward arrows to the page's list."""
        super().__init__(parent)
        self._beside_list = beside_list
        self.theme = theme
        self._choices, self._value = tuple(choices), value
        self._places: tuple[QRectF, ...] = ()
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._arrange)
        self._arrange()

    @property
    def value(self) -> str:
        """What is chosen; '' for nothing yet."""
        return self._value

    def set_value(self, value: str) -> None:
        """Choose without telling."""
        self._value = value
        words = next((choice.words for choice in self._choices if choice.value == value), "")
        self.setAccessibleDescription(words)
        self.update()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """The same choices in other words."""
        self._choices = tuple(choices)
        self.set_value(self._value)
        self._arrange()

    def _width_of(self, order: int, choice: Choice) -> float:
        digit = self.theme.face("caption_strong").width(str(order + 1)) + self.theme.px(7) if order < 9 else 0
        return self.theme.face("label_strong").width(choice.words) + digit + self.theme.px(26)

    def _arrange(self) -> None:
        px = self.theme.px
        tall, gap = self.theme.target(36), px(8)
        x = y = 0.0
        places = []
        room = max(self.width(), px(120))
        for order, choice in enumerate(self._choices):
            wide = self._width_of(order, choice)
            if x and x + wide > room:
                x, y = 0.0, y + tall + gap
            places.append(QRectF(x, y, wide, tall))
            x += wide + gap
        self._places = tuple(places)
        widest = max((self._width_of(order, choice) for order, choice in enumerate(self._choices)), default=0)
        self.setMinimumWidth(round(widest) + 1)
        self.setFixedHeight(round(y + tall))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew."""
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        """All chips in one row, if there is room."""
        wide = sum(self._width_of(order, choice) + self.theme.px(8) for order, choice in enumerate(self._choices))
        return QSize(min(round(wide), self.theme.px(640)), self.height())

    def _pick(self, order: int) -> None:
        if 0 <= order < len(self._choices):
            self.set_value(self._choices[order].value)
            self.chosen.emit(self._value)

    def _order(self) -> int:
        return next((n for n, choice in enumerate(self._choices) if choice.value == self._value), -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits and arrows choose."""
        digit = event.text()
        if self._beside_list and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        elif digit.isdigit():
            # Also a digit without a chip stays here: it must not run on into the scan box.
            self._pick(int(digit) - 1)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._pick(min(self._order() + 1, len(self._choices) - 1))
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._pick(max(self._order() - 1, 0))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the chip under the pointer."""
        self._pick(next((n for n, place in enumerate(self._places) if place.contains(event.position())), -1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the chip under the pointer."""
        self._hover = next((n for n, place in enumerate(self._places) if place.contains(event.position())), -1)
        self.update()

    def paintEvent(self, event: object) -> None:
        """Draw the chips."""
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        paint.smooth(painter)
        for order, (choice, place) in enumerate(zip(self._choices, self._places, strict=True)):
            on = self._is_on(choice)
            fill = "brand_t" if on else "pressed" if order == self._hover else "hover"
            paint.rounded(painter, place, px(9), theme.color(fill), theme.color("brand") if on else None, px(1.5))
            ink = theme.color("brand_ink" if on else "ink")
            x, middle = place.left() + px(13), place.center().y()
            digit = theme.face("caption_strong").width(str(order + 1)) + px(7) if order < 9 else 0
            if on:
                # Chosen is told by more than its colour.
                paint.icon(painter, theme, "check", x - px(3), middle, 13, "brand_ink", "bold")
            elif digit:
                paint.text_at(painter, x, middle, str(order + 1), theme.face("caption_strong"), theme.color("ink3"))
            x += digit
            paint.text_at(painter, x, middle, choice.words, theme.face("label_strong"), ink)
        if self.hasFocus() and self._places:
            place = self._places[max(self._order(), 0)]
            paint.rounded(painter, place, px(9), None, theme.color("focus"), px(2))
        painter.end()

    def _is_on(self, choice: Choice) -> bool:
        return choice.value == self._value


class Ticks(Chips):
    """Any number of several: chips ticked by pointer, by digit, or by arrows and Space."""

    def __init__(self, theme: Theme, choices: Sequence[Choice], values: Sequence[str] = (), *, spoken: str = "") -> None:
        """`values` are ticked to begin with."""
        self._ticked = frozenset(values)
        super().__init__(theme, choices, choices[0].value if choices else "", spoken=spoken)
        self._tell()

    @property
    def values(self) -> tuple[str, ...]:
        """What is ticked, in the order of the chips."""
        return tuple(choice.value for choice in self._choices if choice.value in self._ticked)

    def set_values(self, values: Sequence[str]) -> None:
        """Tick others without telling."""
        self._ticked = frozenset(values)
        self._tell()

    def _tell(self) -> None:
        self.setAccessibleDescription("、".join(choice.words for choice in self._choices if choice.value in self._ticked))
        self.update()

    def _is_on(self, choice: Choice) -> bool:
        return choice.value in self._ticked

    def _pick(self, order: int) -> None:
        if 0 <= order < len(self._choices):
            self._value = self._choices[order].value
            self._ticked = self._ticked ^ {self._value}
            self._tell()
            self.chosen.emit(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space ticks, digits tick."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() in steps:
            to = max(0, min(len(self._choices) - 1, self._order() + steps[Qt.Key(event.key())]))
            self._value = self._choices[to].value
            self.update()
        elif event.key() == Qt.Key.Key_Space:
            self._pick(max(self._order(), 0))
        elif event.text().isdigit():
            self._pick(int(event.text()) - 1)
        else:
            event.ignore()
