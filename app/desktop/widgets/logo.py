"""The product's sign; by itself, because the sign-in page shows it before the frame of the counter is loaded."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.base import Painted


class Logo(Painted):
    """The product's sign alone."""

    def __init__(self, theme: Theme, size: float = 46, parent: QWidget | None = None) -> None:
        """`size` in design pixels."""
        super().__init__(theme, parent)
        self._size = size
        self.restyle()

    def measure(self) -> None:
        """A fixed square."""
        self.setFixedSize(self.theme.px(self._size), self.theme.px(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        paint.logo(painter, self.theme, rect)
