"""A picture of paper: dots as a printer makes them, shown sharp and as large as its place allows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.base import Painted


class PaperPicture(Painted):
    """One picture on a sunken ground; paper is white in the dark, too."""

    def __init__(self, theme: Theme, spoken: str = "", *, height: float = 220, parent: QWidget | None = None) -> None:
        """`height` in design pixels is what the place is at least; `spoken` says what the paper is."""
        super().__init__(theme, parent)
        self._image = QImage()
        self._height = height
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.restyle()

    def set_height(self, height: float) -> None:
        """Stand as high as this in design pixels, at every scale."""
        self._height = height
        self.measure()

    def show_image(self, image: QImage, spoken: str = "") -> None:
        """Show another paper; a null image is none."""
        self._image = image
        self.setAccessibleName(spoken)
        self.update()

    @property
    def image(self) -> QImage:
        """What is shown."""
        return self._image

    def measure(self) -> None:
        """At least so high."""
        self.setMinimumHeight(self.theme.px(self._height))

    def sizeHint(self) -> QSize:
        """As large as it is let."""
        return QSize(self.theme.px(200), self.theme.px(self._height))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the ground and the paper upon it, in its own shape."""
        theme, px = self.theme, self.theme.px
        paint.rounded(painter, rect, px(8), theme.color("sunken"))
        if self._image.isNull():
            return
        room = rect.adjusted(px(14), px(14), -px(14), -px(14))
        ratio = self._image.width() / self._image.height()
        wide = min(room.width(), room.height() * ratio)
        box = QRectF(0, 0, wide, wide / ratio)
        box.moveCenter(room.center())
        paint.rounded(painter, box.adjusted(-px(5), -px(5), px(5), px(5)), px(4), theme.color("line"))
        painter.fillRect(box.adjusted(-px(4), -px(4), px(4), px(4)), Qt.GlobalColor.white)
        whole = box.toRect()
        ratio_of_screen = self.devicePixelRatioF()
        size = whole.size() * ratio_of_screen
        small = self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        painter.drawImage(QRectF(whole), small)
