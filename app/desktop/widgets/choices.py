"""Controls that hold a value: segments, switches, quantities."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Row
from app.desktop.widgets.base import Painted, PaintedButton


class _SegKey(PaintedButton):
    """One segment."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__(theme)
        self._words = words
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.name(words)
        self.restyle()

    def measure(self) -> None:
        """As wide as its words."""
        wide = round(self.theme.face("label_strong").width(self._words)) + self.theme.px(24)
        self.setFixedHeight(self.theme.target(28))
        self.setMinimumWidth(max(wide, self.theme.target(28)))

    def ring_radius(self) -> float:
        """As the segment."""
        return self.theme.px(7)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it; the chosen one is raised."""
        theme, on = self.theme, self.isChecked()
        if on:
            paint.rounded(painter, rect, theme.px(6), theme.color("surface"), theme.color("line2"))
        ink = "ink" if on or self.hovered else "ink2"
        face = theme.face("label_strong" if on else "label")
        paint.text(painter, rect, self._words, face, theme.color(ink), "center")


class Seg(Painted):
    """A choice of one among a few, side by side."""

    chosen = Signal(int)

    def __init__(
        self, theme: Theme, choices: Sequence[str], index: int = 0, *, spoken: str = "", parent: QWidget | None = None
    ) -> None:
        """`chosen` tells the index the person picked; `spoken` names the choice for screen readers."""
        super().__init__(theme, parent)
        self._group = QButtonGroup(self)
        keys = [_SegKey(theme, words) for words in choices]
        for order, key in enumerate(keys):
            self._group.addButton(key, order)
            key.setChecked(order == index)
        self.setLayout(Row(theme, *keys, gap=0, margins=3))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(spoken)
        self._group.idClicked.connect(self.chosen)
        self.restyle()

    @property
    def index(self) -> int:
        """Which is chosen."""
        return self._group.checkedId()

    def set_index(self, index: int) -> None:
        """Choose one without telling."""
        button = self._group.button(index)
        if button is not None:
            button.setChecked(True)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the trough."""
        paint.rounded(painter, rect, self.theme.px(8), self.theme.color("hover"))


class Toggle(PaintedButton):
    """A switch; connect `toggled`."""

    def __init__(self, theme: Theme, spoken: str, *, on: bool = False, parent: QWidget | None = None) -> None:
        """`spoken` says what it switches; the visible words stand beside it."""
        super().__init__(theme, parent)
        self.setCheckable(True)
        self.setChecked(on)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name(spoken)
        self.restyle()

    def measure(self) -> None:
        """A target of 46 × 30 round a switch of 38 × 22."""
        self.setFixedSize(self.theme.px(46), self.theme.target(30))

    def ring_radius(self) -> float:
        """Round."""
        return self.height() / 2

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the switch."""
        wide, tall = self.theme.px(38), self.theme.px(22)
        centre = rect.center()
        box = QRectF(centre.x() - wide / 2, centre.y() - tall / 2, wide, tall)
        paint.toggle(painter, self.theme, box, on=self.isChecked(), enabled=self.isEnabled(), down=self.isDown())


class Stepper(PaintedButton):
    """A quantity with minus and plus; arrows, `+` and `-` change it too."""

    changed = Signal(int)
    asked = Signal()

    def __init__(
        self,
        theme: Theme,
        count: int = 1,
        *,
        lowest: int = 1,
        highest: int = 9999,
        spoken: str = "",
        width: float = 116,
        height: float = 36,
        parent: QWidget | None = None,
    ) -> None:
        """`changed` tells the count asked for; `asked` that the count itself was pressed, to type one."""
        super().__init__(theme, parent)
        self._count, self._lowest, self._highest = count, lowest, highest
        self._size = (width, height)
        self._tone: str | None = None
        self._over: Literal["minus", "count", "plus"] | None = None
        self._spoken = spoken
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(count)
        self.restyle()

    @property
    def count(self) -> int:
        """The quantity shown."""
        return self._count

    def set_count(self, count: int, tone: str | None = None) -> None:
        """Show a quantity without telling; `tone` (`warn`, `bad`) marks an unusual one."""
        self._count, self._tone = count, tone
        self.name(f"{self._spoken or self.theme.say('quantity')} {count}")
        self.update()

    def measure(self) -> None:
        """116 × 36, or 44 high in the touch profile."""
        self.setFixedSize(self.theme.px(self._size[0]), self.theme.target(self._size[1]))

    def _part(self, at: QPointF) -> Literal["minus", "count", "plus"]:
        parts = paint.stepper_parts(self.theme, QRectF(self.rect()))
        if parts.minus.contains(at):
            return "minus"
        return "plus" if parts.plus.contains(at) else "count"

    def _step(self, by: int) -> None:
        count = max(self._lowest, min(self._highest, self._count + by))
        if count != self._count:
            self.set_count(count)
            self.changed.emit(count)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the part under the pointer."""
        over = self._part(event.position())
        if over != self._over:
            self._over = over
            self.update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Step, or ask for a count."""
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not self.rect().contains(event.position().toPoint()):
            return
        part = self._part(event.position())
        if part == "count":
            self.asked.emit()
        else:
            self._step(1 if part == "plus" else -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, `+` and `-` step; Enter and Space ask for a count."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Right):
            self._step(1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Minus, Qt.Key.Key_Left):
            self._step(-1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        paint.stepper(
            painter,
            self.theme,
            rect,
            str(self._count),
            tone=self._tone,
            can_fall=self._count > self._lowest and self.isEnabled(),
            can_rise=self._count < self._highest and self.isEnabled(),
            hover=self._over if self.hovered else None,
        )
