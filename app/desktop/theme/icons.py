"""Icons: carried SVG files in the colour, size and sharpness asked for, each drawn once."""

from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.records.resources import resource

IconWeight = Literal["regular", "fill", "bold"]


class IconNotFound(LookupError):
    """An icon was asked for that is not carried."""


class Icons:
    """Pixmaps of icons, kept by name, weight, colour, size and pixel ratio."""

    def __init__(self, most: int = 1500) -> None:
        """`most` bounds how many pixmaps are kept; beyond it the store starts afresh."""
        self._most = most
        self._drawn: dict[tuple[str, str, int, int, float], QPixmap] = {}
        self._sources: dict[tuple[str, str], str] = {}

    def pixmap(self, name: str, size: int, color: QColor, weight: IconWeight = "regular", ratio: float = 1.0) -> QPixmap:
        """The icon `size` logical pixels square; raises IconNotFound when no such file is carried."""
        key = (name, weight, color.rgba(), size, ratio)
        known = self._drawn.get(key)
        if known is not None:
            return known
        if len(self._drawn) >= self._most:
            self._drawn.clear()
        svg = self._source(name, weight).replace("currentColor", color.name())
        side = max(1, round(size * ratio))
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setOpacity(color.alphaF())
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        self._drawn[key] = pixmap
        return pixmap

    def _source(self, name: str, weight: str) -> str:
        known = self._sources.get((name, weight))
        if known is None:
            try:
                known = resource("icons", weight, f"{name}.svg").read_text(encoding="utf-8")
            except FileNotFoundError as missing:
                raise IconNotFound(f"{weight}/{name}") from missing
            self._sources[name, weight] = known
        return known
