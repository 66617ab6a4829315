"""Lists that show as many of their rows as there is room for, and columns of cards that share out that room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme
from app.desktop.widgets.buttons import LinkBtn

MORE = 28
"""Design pixels of the line that tells of the rest."""


class RowsThatFit(QWidget):
    """Rows of one height below each other; each is made once and shows another item later."""

    more = Signal()
    """The line that tells of the rest was pressed."""

    def __init__(
        self,
        theme: Theme,
        make: Callable[[], QWidget],
        show: Callable[[Any, Any], None],
        *,
        height: float,
        gap: float = 0,
        least: int = 1,
        most: int = 99,
        rest: Callable[[int], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`make` makes a row, `show` puts an item into one; `least` rows are always seen, never more than `most`.

        `rest` words the line that tells of those there was no room for; None where the headline tells of them.
        """
        super().__init__(parent)
        self.theme = theme
        self._make, self._show = make, show
        self._height, self._gap, self._least, self._most = height, gap, least, most
        self._rest_words = rest
        self._rows: list[QWidget] = []
        self._count = 0
        self._rest = LinkBtn(theme, "", icon="caret-right", parent=self)
        self._rest.hide()
        self._rest.clicked.connect(self.more)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._rescaled)

    @property
    def rows(self) -> tuple[QWidget, ...]:
        """The rows in use, seen or not; none for what is never shown."""
        return tuple(self._rows[: min(self._count, self._most)])

    @property
    def bounds(self) -> tuple[int, int]:
        """(fewest, most) rows that can be seen of what it holds."""
        return min(self._count, self._least), min(self._count, self._most)

    def tall(self, count: int) -> int:
        """Pixels for so many rows, with the line of the rest where some are left out."""
        rows = self.theme.px(self._height) * count + self.theme.px(self._gap) * max(0, count - 1)
        return rows + (self.theme.px(MORE) if self._rest_words is not None and count < self._count else 0)

    def show_all(self, items: Sequence[Any]) -> None:
        """Show other items."""
        shown = items[: self._most]
        while len(self._rows) < len(shown):
            row = self._make()
            row.setParent(self)
            self._rows.append(row)
        for row, item in zip(self._rows, shown, strict=False):
            self._show(row, item)
        if len(items) != self._count:
            self._count = len(items)
            self.updateGeometry()
        self._place()

    def _rescaled(self) -> None:
        self.updateGeometry()
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the rows anew."""
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        """Room for all, up to the most."""
        return QSize(self.theme.px(120), self.tall(self.bounds[1]))

    def minimumSizeHint(self) -> QSize:
        """Room for the least."""
        return QSize(self.theme.px(80), self.tall(self.bounds[0]))

    def _place(self) -> None:
        px, room = self.theme.px, self.height()
        shown = self.bounds[1]
        while shown > 0 and self.tall(shown) > room:
            shown -= 1
        each, gap = px(self._height), px(self._gap)
        for order, row in enumerate(self._rows):
            if order < shown:
                row.setGeometry(0, order * (each + gap), self.width(), each)
            row.setVisible(order < shown)
        left = self._count - shown
        self._rest.setVisible(left > 0 and self._rest_words is not None)
        if left > 0 and self._rest_words is not None:
            self._rest.set_words(self._rest_words(left))
            self._rest.move(0, each * shown + gap * max(0, shown - 1))


class SharedColumn(QWidget):
    """Cards below each other that share out the rows there is room for; nothing is half shown."""

    def __init__(
        self,
        theme: Theme,
        cards: Sequence[tuple[QWidget, RowsThatFit | None]],
        *,
        foot: QWidget | None = None,
        first: int = 0,
        fill: tuple[int, float] | None = None,
        gap: float = 12,
    ) -> None:
        """`cards` with the list in each whose rows are counted; `foot` stands at the bottom; the card `first` gets its rows first.

        `fill` is (order, least height) of a card that takes whatever room the rows leave.
        """
        super().__init__()
        self.theme = theme
        self._cards, self._foot, self._gap = tuple(cards), foot, gap
        self._fill = fill
        self._veiled: tuple[QWidget, ...] = ()
        self._order = sorted(range(len(self._cards)), key=lambda order: order != first)
        for card, _ in self._cards:
            card.setParent(self)
        if foot is not None:
            foot.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._rescaled)

    def _rescaled(self) -> None:
        self.updateGeometry()
        self._share()

    def event(self, event: QEvent) -> bool:
        """A card wants another size: share out anew."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._share()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out anew."""
        super().resizeEvent(event)
        self._share()

    def veil(self, cards: Sequence[QWidget]) -> None:
        """Keep these out of sight, the foot among them if need be; the others show the least of their rows until none is veiled."""
        self._veiled = tuple(cards)
        if self._foot is not None:
            self._foot.setVisible(self._foot not in self._veiled)
        self._share()

    def again(self) -> None:
        """The cards hold something else."""
        self._share()

    def minimumSizeHint(self) -> QSize:
        """The first card with the least of its rows, and the foot: on a low screen the cards below give way."""
        card, rows = self._cards[0]
        parts = [self._natural(card, rows, rows.bounds[0] if rows is not None else 0)]
        if self._foot is not None:
            parts.append(self._foot.sizeHint().height())
        wide = max(card.minimumSizeHint().width() for card, _ in self._cards)
        return QSize(wide, sum(parts) + self.theme.px(self._gap) * (len(parts) - 1))

    def sizeHint(self) -> QSize:
        """As the least; it grows into what there is."""
        return self.minimumSizeHint()

    def _natural(self, card: QWidget, rows: RowsThatFit | None, count: int) -> int:
        """How high a card is with so many rows."""
        if self._fill is not None and card is self._cards[self._fill[0]][0]:
            return self.theme.px(self._fill[1])
        layout = card.layout()
        if layout is not None:
            layout.activate()
        wide = self.width()
        whole = card.heightForWidth(wide) if wide > 0 and card.hasHeightForWidth() else card.sizeHint().height()
        if rows is None or rows.isHidden():
            return whole
        return whole - rows.sizeHint().height() + rows.tall(count)

    def _share(self) -> None:
        gap = self.theme.px(self._gap)
        room = self.height()
        if self._foot is not None:
            tall = self._foot.sizeHint().height()
            self._foot.setGeometry(0, room - tall, self.width(), tall)
            room -= tall + gap
        counts = [rows.bounds[0] if rows is not None else 0 for _, rows in self._cards]
        left = room - sum(self._natural(card, rows, count) for (card, rows), count in zip(self._cards, counts, strict=True))
        left -= gap * (len(self._cards) - 1)
        for order in self._order:
            rows = self._cards[order][1]
            if rows is None or rows.isHidden() or self._veiled:
                continue
            while counts[order] < rows.bounds[1]:
                cost = rows.tall(counts[order] + 1) - rows.tall(counts[order])
                if cost > left and rows.tall(rows.bounds[1]) - rows.tall(counts[order]) > left:
                    break
                counts[order], left = counts[order] + 1, left - cost
        y = 0
        for order, ((card, rows), count) in enumerate(zip(self._cards, counts, strict=True)):
            tall = self._natural(card, rows, count)
            if self._fill is not None and order == self._fill[0]:
                tall = max(card.minimumSizeHint().height(), tall + left)
            card.setVisible(card not in self._veiled and (y == 0 or y + tall <= room))
            card.setGeometry(0, y, self.width(), tall)
            y += tall + gap
