"""Rows and columns whose gaps and margins follow the scale."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QBoxLayout, QLayout, QSizePolicy, QSpacerItem, QWidget

from app.desktop.theme import Theme

_FIXED, _LOOSE = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum


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
        self, direction: QBoxLayout.Direction, theme: Theme, parts: tuple[Part, ...], gap: int, margins: Margins, *, flat: bool
    ) -> None:
        super().__init__(direction)
        self.theme = theme
        self._flat = flat
        self._gap = gap
        self._margins = (margins, margins, margins, margins) if isinstance(margins, int) else margins
        self._spaces: list[tuple[QSpacerItem, int]] = []
        for part in parts:
            self.add(part)
        self._space_out()
        theme.follow(self)

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
            space = QSpacerItem(*self._room(part))
            self._spaces.append((space, part))
            self.addSpacerItem(space)

    def _room(self, size: int) -> tuple[int, int, QSizePolicy.Policy, QSizePolicy.Policy]:
        pixels = self.theme.px(size)
        return (pixels, 0, _FIXED, _LOOSE) if self._flat else (0, pixels, _LOOSE, _FIXED)

    def _space_out(self) -> None:
        px = self.theme.px
        self.setSpacing(px(self._gap))
        left, top, right, bottom = self._margins
        self.setContentsMargins(px(left), px(top), px(right), px(bottom))

    def restyle(self) -> None:
        """Gaps and margins of the scale in force."""
        self._space_out()
        for space, size in self._spaces:
            space.changeSize(*self._room(size))
        self.invalidate()

    def recolour(self) -> None:
        """Nothing of it is seen."""


class Row(_Line):
    """Parts from left to right."""

    def __init__(self, theme: Theme, *parts: Part, gap: int = 8, margins: Margins = 0) -> None:
        """`gap` and `margins` (left, top, right, bottom) in design pixels."""
        super().__init__(QBoxLayout.Direction.LeftToRight, theme, parts, gap, margins, flat=True)


class Column(_Line):
    """Parts from top to bottom."""

    def __init__(self, theme: Theme, *parts: Part, gap: int = 8, margins: Margins = 0) -> None:
        """`gap` and `margins` (left, top, right, bottom) in design pixels."""
        super().__init__(QBoxLayout.Direction.TopToBottom, theme, parts, gap, margins, flat=False)


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
