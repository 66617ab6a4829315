"""The carried icons are drawn as Qt's own reader of SVG draws them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from app.desktop.theme.icons import IconNotFound, Icons
from app.records.resources import resource

SIDE = 64


def as_qt_draws(text: str) -> QImage:
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, SIDE, SIDE))
    painter.end()
    return image


@pytest.mark.parametrize("weight", ["regular", "fill", "bold"])
def test_every_icon_looks_as_qt_would_draw_it(qapp: Any, weight: Any) -> None:
    icons = Icons()
    for file in sorted(resource("icons", weight).glob("*.svg")):
        ours = icons.pixmap(file.stem, SIDE, QColor("#000000"), weight).toImage()
        ours = ours.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        theirs = as_qt_draws(file.read_text("utf-8").replace("currentColor", "#000000"))
        pairs = list(zip(bytes(ours.constBits())[3::4], bytes(theirs.constBits())[3::4], strict=True))
        assert any(mine for mine, _ in pairs), f"{file.name} is empty"
        # Twenty levels of 256 are an arc cut into other pieces; a wrong letter, arc or hole is a hundred.
        assert max(abs(mine - other) for mine, other in pairs) <= 24, f"{weight}/{file.name} differs"


def test_an_icon_half_seen_through_is_half_as_strong(qapp: Any) -> None:
    color = QColor("#000000")
    color.setAlphaF(0.5)
    strong = Icons().pixmap("pill", SIDE, QColor("#000000"), "fill").toImage().pixelColor(16, 44).alpha()
    weak = Icons().pixmap("pill", SIDE, color, "fill").toImage().pixelColor(16, 44).alpha()
    assert strong == 255 and abs(weak - 128) <= 1


def test_an_icon_that_is_not_carried_is_refused(qapp: Any) -> None:
    with pytest.raises(IconNotFound):
        Icons().pixmap("no-such-icon", SIDE, QColor("#000000"))
