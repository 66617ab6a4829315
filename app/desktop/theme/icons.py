"""Icons: carried SVG files in the colour, size and sharpness asked for, each read once and drawn once.

Every carried file is filled outlines on a square of 256 and nothing else, so they are read here: QtSvg takes 3 ms of the first paint, and
reads a file anew for every colour and size.
"""

from math import atan2, ceil, cos, hypot, pi, radians, sin, sqrt, tan
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

from app.records.resources import resource

IconWeight = Literal["regular", "fill", "bold"]
SIDE = 256
"""Width and height of the square that the files are drawn on."""


class IconNotFound(LookupError):
    """An icon was asked for that is not carried."""


class Icons:
    """Pixmaps of icons, kept by name, weight, colour, size and pixel ratio."""

    def __init__(self, most: int = 1500) -> None:
        """`most` bounds how many pixmaps are kept; beyond it the store starts afresh."""
        self._most = most
        self._drawn: dict[tuple[str, str, int, int, float], QPixmap] = {}
        self._outlines: dict[tuple[str, str], QPainterPath] = {}

    def pixmap(self, name: str, size: int, color: QColor, weight: IconWeight = "regular", ratio: float = 1.0) -> QPixmap:
        """The icon `size` logical pixels square; raises IconNotFound when no such file is carried."""
        key = (name, weight, color.rgba(), size, ratio)
        known = self._drawn.get(key)
        if known is not None:
            return known
        if len(self._drawn) >= self._most:
            self._drawn.clear()
        path = self._outline(name, weight)
        side = max(1, round(size * ratio))
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(side / SIDE, side / SIDE)
        painter.fillPath(path, color)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        self._drawn[key] = pixmap
        return pixmap

    def read(self, name: str, weight: IconWeight) -> None:
        """Have an icon read before it is first drawn: that takes half a millisecond; raises IconNotFound as `pixmap`."""
        self._outline(name, weight)

    def _outline(self, name: str, weight: str) -> QPainterPath:
        known = self._outlines.get((name, weight))
        if known is None:
            try:
                text = resource("icons", weight, f"{name}.svg").read_text(encoding="utf-8")
            except FileNotFoundError as missing:
                raise IconNotFound(f"{weight}/{name}") from missing
            known = self._outlines[name, weight] = outline(text)
        return known


def outline(text: str) -> QPainterPath:
    """All outlines of an SVG file that holds nothing but `<path d="…">`, as one path; nothing else of SVG is understood."""
    whole = QPainterPath()
    for piece in text.split(' d="')[1:]:
        one = QPainterPath()
        _Pen(one).follow(piece.partition('"')[0])
        one.setFillRule(Qt.FillRule.WindingFill)
        if whole.isEmpty():
            whole = one
        else:
            whole.addPath(one)
    return whole


class _Pen:
    """Draws the letters and numbers of an SVG outline (W3C, SVG 1.1 §8.3) into a path."""

    def __init__(self, path: QPainterPath) -> None:
        self._path = path
        self._x = self._y = self._start_x = self._start_y = 0.0
        # The last handle of a curve, which the letters S and Q carry on from.
        self._handle = (0.0, 0.0)

    def follow(self, drawing: str) -> None:
        """Draw it all."""
        for letter in "MmLlHhVvCcSsQqAaZz":
            drawing = drawing.replace(letter, f" {letter} ")
        words: list[str] = []
        for word in drawing.replace("-", " -").replace(",", " ").split():
            if word.count(".") > 1:
                words += _apart(word)
            else:
                words.append(word)
        at, last, letter, kind, count = 0, len(words), "", "", 0
        while at < last:
            if words[at].isalpha():
                letter = words[at]
                kind = letter.lower()
                count = _NUMBERS[kind]
                at += 1
            self._step(kind, [float(word) for word in words[at : at + count]], letter == kind)
            at += count
            if kind == "m":
                # Further pairs after a move are lines.
                letter, kind = ("l", "l") if letter == "m" else ("L", "l")

    def _step(self, letter: str, numbers: list[float], relative: bool) -> None:
        path, x, y = self._path, self._x, self._y
        dx, dy = (x, y) if relative else (0.0, 0.0)
        handle = None
        if letter == "z":
            path.closeSubpath()
            self._x, self._y = self._start_x, self._start_y
        elif letter == "h":
            self._x = numbers[0] + dx
            path.lineTo(self._x, y)
        elif letter == "v":
            self._y = numbers[0] + dy
            path.lineTo(x, self._y)
        elif letter == "a":
            self._x, self._y = numbers[5] + dx, numbers[6] + dy
            self._arc(x, y, *numbers[:5])
        else:
            points = [number + (dy if odd % 2 else dx) for odd, number in enumerate(numbers)]
            self._x, self._y = points[-2:]
            if letter == "m":
                self._start_x, self._start_y = self._x, self._y
                path.moveTo(*points)
            elif letter == "l":
                path.lineTo(*points)
            elif letter == "q":
                path.quadTo(*points)
            elif letter == "c":
                path.cubicTo(*points)
                handle = (points[2], points[3])
            else:
                path.cubicTo(2 * x - self._handle[0], 2 * y - self._handle[1], *points)
                handle = (points[0], points[1])
        self._handle = handle or (self._x, self._y)

    def _arc(self, x: float, y: float, wide: float, high: float, turn: float, large: float, clockwise: float) -> None:
        """From x, y to where the pen stands now, by cubic curves (SVG 1.1, appendix F.6.5)."""
        across, down = cos(radians(turn)), sin(radians(turn))
        half_x, half_y = (x - self._x) / 2, (y - self._y) / 2
        # In units of the radii, turned so that the ellipse becomes a circle of 1.
        px, py = (across * half_x + down * half_y) / wide, (across * half_y - down * half_x) / high
        far = hypot(px, py)
        if far == 0:
            return
        if far > 1:
            wide, high, px, py, far = wide * far, high * far, px / far, py / far, 1.0
        root = sqrt(max(0.0, 1 / far**2 - 1)) * (-1 if large == clockwise else 1)
        cx, cy = root * py, -root * px
        begin, end = atan2(py - cy, px - cx), atan2(-py - cy, -px - cx)
        sweep = end - begin
        if clockwise and sweep < 0:
            sweep += 2 * pi
        elif not clockwise and sweep > 0:
            sweep -= 2 * pi
        middle_x = across * cx * wide - down * cy * high + (x + self._x) / 2
        middle_y = down * cx * wide + across * cy * high + (y + self._y) / 2
        pieces = max(1, ceil(abs(sweep) / (pi / 2) - 1e-6))
        step = sweep / pieces
        reach = 4 / 3 * tan(step / 4)

        def at(u: float, v: float) -> tuple[float, float]:
            return middle_x + across * u * wide - down * v * high, middle_y + down * u * wide + across * v * high

        for piece in range(pieces):
            one, two = begin + piece * step, begin + (piece + 1) * step
            first = at(cos(one) - reach * sin(one), sin(one) + reach * cos(one))
            second = at(cos(two) + reach * sin(two), sin(two) - reach * cos(two))
            self._path.cubicTo(*first, *second, *at(cos(two), sin(two)))


def _apart(word: str) -> list[str]:
    """A second point begins the next number: `1.5.25` is 1.5 and .25."""
    first, *rest = word.split(".")
    return [f"{first}.{rest[0]}", *(f".{digits}" for digits in rest[1:])]


_NUMBERS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "a": 7, "z": 0}
"""How many numbers follow each letter."""
