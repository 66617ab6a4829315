"""Rows and columns whose gaps and margins follow the scale."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QBoxLayout, QLayout, QSizePolicy, QSpacerItem, QWidget

from app.desktop.theme import Theme


class Spring:
    """Empty room that takes what is left over."""

    __slots__ = ("weight",)

    def __init__(self, weight: int = 1) -> None:
        self.weight = weight


Part = QWidget | QLayout | int | Spring | tuple[QWidget | QLayout, int] | None
Margins = int | tuple[int, int, int, int]


class _Line(QBoxLayout):
    """A box layout that keeps its gaps in design pixels."""

    def __init__(
        self, direction: QBoxLayout.Direction, theme: Theme, parts: tuple[Part, ...], gap: int, margins: Margins
    ) -> None:
        super().__init__(direction)
        self.theme = theme
        self._gap = gap
        self._margins = (margins, margins, margins, margins) if isinstance(margins, int) else margins
        self._spaces: list[tuple[QSpacerItem, int]] = []
        for part in parts:
            self.add(part)
        self._rescale()
        theme.changed.connect(self._rescale)

    def add(self, part: Part) -> None:
        """Append a widget, a layout, a gap in design pixels, a spring, or (part, stretch); None adds nothing."""
        if part is None:
            return
        stretch = 0
        if isinstance(part, tuple):
            part, stretch = part
        if isinstance(part, QWidget):
            self.addWidget(part, stretch)
        elif isinstance(part, QLayout):
            self.addLayout(part, stretch)
        elif isinstance(part, Spring):
            self.addStretch(part.weight)
        else:
            fixed = QSizePolicy.Policy.Fixed
            space = QSpacerItem(0, 0, fixed, fixed)
            self._spaces.append((space, part))
            self.addSpacerItem(space)
            self._size_space(space, part)

    def _size_space(self, space: QSpacerItem, size: int) -> None:
        flat = self.direction() in (QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.RightToLeft)
        fixed, loose = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum
        pixels = self.theme.px(size)
        space.changeSize(pixels if flat else 0, 0 if flat else pixels, fixed if flat else loose, loose if flat else fixed)

    @Slot()
    def _rescale(self) -> None:
        px = self.theme.px
        self.setSpacing(px(self._gap))
        left, top, right, bottom = self._margins
        self.setContentsMargins(px(left), px(top), px(right), px(bottom))
        for space, size in self._spaces:
            self._size_space(space, size)
        self.invalidate()


class Row(_Line):
    """Parts from left to right."""

    def __init__(self, theme: Theme, *parts: Part, gap: int = 8, margins: Margins = 0) -> None:
        """`gap` and `margins` (left, top, right, bottom) in design pixels."""
        super().__init__(QBoxLayout.Direction.LeftToRight, theme, parts, gap, margins)


class Column(_Line):
    """Parts from top to bottom."""

    def __init__(self, theme: Theme, *parts: Part, gap: int = 8, margins: Margins = 0) -> None:
        """`gap` and `margins` (left, top, right, bottom) in design pixels."""
        super().__init__(QBoxLayout.Direction.TopToBottom, theme, parts, gap, margins)


class _Width(QObject):
    """Keeps a widget as wide as it was asked to be, in design pixels, for as long as the widget lives."""

    def __init__(self, theme: Theme, part: QWidget, width: int) -> None:
        super().__init__(part)
        self._theme, self._part, self._width = theme, part, width
        self._hold()
        theme.changed.connect(self._hold)

    @Slot()
    def _hold(self) -> None:
        self._part.setFixedWidth(self._theme.px(self._width))


def hold_width(theme: Theme, part: QWidget, width: int) -> None:
    """Let a part be `width` design pixels wide at every scale."""
    _Width(theme, part, width)


def boxed(layout: QLayout, parent: QWidget | None = None) -> QWidget:
    """A bare widget holding `layout`."""
    widget = QWidget(parent)
    widget.setLayout(layout)
    return widget
