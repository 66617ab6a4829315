"""Pieces of a member's own page: readings as a chart, medicines with days left, tags, to-dos, dealings, family, coupons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.base import Painted, PaintedButton

TONES = ("warn", "info", "rx", "good")
"""Tones of the curves, in their order; each line has its own mark at its end, so colour is never the only sign."""


# ---------------------------------------------------------------------- readings


@dataclass(frozen=True, slots=True)
class PlotCurve:
    """One line of the plot: its values by day in the unit shown, and the band to keep within."""

    name: str
    points: tuple[tuple[date, float], ...]
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PlotMark:
    """What is said of one day when the pointer is near it."""

    day: date
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that a chart of readings draws."""

    first: date
    last: date
    curves: tuple[PlotCurve, ...]
    marks: tuple[PlotMark, ...]
    purchases: tuple[date, ...]
    decimals: int = 0


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round figures for an axis from at or above `low` to at or below `high`, at most `most` of them."""
    span = max(high - low, 1e-6)
    for power in range(-3, 6):
        for unit in (1.0, 2.0, 5.0):
            step = unit * 10.0**power
            first = -(-low // step)
            count = int(high // step - first) + 1
            if 0 < count <= most and span / step <= most:
                return [(first + order) * step for order in range(count)]
    return [low]


class ReadingsChart(Painted):
    """Lines of readings over time, the target band behind them, days of purchase below; painted once into a picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._plot: Plot | None = None
        self._picture: QPixmap | None = None
        self._near: int = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.restyle()

    def show_plot(self, plot: Plot, spoken: str) -> None:
        """Draw other readings; `spoken` is what a screen reader says instead."""
        self.setAccessibleName(spoken)
        if plot != self._plot:
            self._plot, self._picture, self._near = plot, None, -1
            self.update()

    def measure(self) -> None:
        """Not lower than its axes; the picture is drawn anew."""
        self._picture = None
        self.setMinimumHeight(self.theme.px(132))

    def recolour(self) -> None:
        """The picture is drawn anew."""
        self._picture = None
        super().recolour()

    def sizeHint(self) -> QSize:
        """As the picture of the design."""
        return QSize(self.theme.px(420), self.theme.px(222))

    # -- places ------------------------------------------------------------------

    def _field(self) -> QRectF:
        """Where the lines run."""
        px = self.theme.px
        right = px(64)
        if self._plot is not None:
            face = self.theme.face("section", 18)
            ends = [f"{curve.points[-1][1]:.{self._plot.decimals}f}" for curve in self._plot.curves if curve.points]
            right = max([px(40), *(round(face.width(words)) + px(22) for words in ends)])
        return QRectF(px(38), px(8), self.width() - px(38) - right, self.height() - px(8) - px(52))

    def _range(self, plot: Plot) -> tuple[float, float]:
        values = [value for curve in plot.curves for _, value in curve.points]
        values += [edge for curve in plot.curves if curve.points and curve.band for edge in curve.band]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        margin = max((high - low) * 0.08, 10.0**-plot.decimals)
        return low - margin, high + margin

    def _x(self, plot: Plot, field: QRectF, day: date) -> float:
        span = max((plot.last - plot.first).days, 1)
        return field.left() + field.width() * min(max((day - plot.first).days, 0), span) / span

    # -- painting ----------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture as it stands, and what the pointer is near."""
        if self._plot is None:
            return
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(self.width() * ratio), round(self.height() * ratio))
        if self._picture is None or self._picture.size() != wanted:
            self._picture = QPixmap(wanted)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._picture)
            paint.smooth(inner)
            self._draw(inner, self._plot)
            inner.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if 0 <= self._near < len(self._plot.marks):
            paint.smooth(painter)
            self._bubble(painter, self._plot, self._plot.marks[self._near])
        painter.end()

    def _draw(self, painter: QPainter, plot: Plot) -> None:
        theme, px, field = self.theme, self.theme.px, self._field()
        low, high = self._range(plot)

        def y(value: float) -> float:
            return field.bottom() - (value - low) / (high - low) * field.height()

        ground = theme.color("good_l", 0.45) if theme.dark else theme.color("good_t")
        for curve in plot.curves:
            if curve.band is not None and curve.points:
                painter.fillRect(QRectF(field.left(), y(curve.band[1]), field.width(), y(curve.band[0]) - y(curve.band[1])), ground)
        face = theme.face("caption")
        for figure in steps(low, high):
            at = y(figure)
            painter.fillRect(QRectF(field.left(), round(at), field.width(), 1), theme.color("line"))
            words = f"{figure:g}"
            paint.text(painter, QRectF(0, at - px(9), field.left() - px(10), px(18)), words, face, theme.color("ink2"), "right")
        self._draw_days(painter, plot, field)
        self._draw_purchases(painter, plot, field)
        ends: list[tuple[float, float, str, str]] = []
        for order, curve in enumerate(plot.curves):
            if not curve.points:
                continue
            tone = TONES[order % len(TONES)]
            points = [QPointF(self._x(plot, field, day), y(value)) for day, value in curve.points]
            pen = QPen(theme.color(tone), px(2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(paint.NO_BRUSH)
            painter.drawPolyline(points)
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color(tone))
            for point in points[:-1]:
                painter.drawEllipse(point, px(2.4), px(2.4))
            painter.setPen(QPen(theme.color("surface"), px(2)))
            painter.drawEllipse(points[-1], px(6), px(6))
            ends.append((points[-1].x(), points[-1].y(), f"{curve.points[-1][1]:.{plot.decimals}f}", f"{tone}_ink"))
        self._draw_ends(painter, field.right(), ends)

    def _draw_ends(self, painter: QPainter, edge: float, ends: list[tuple[float, float, str, str]]) -> None:
        """The newest figures beside their dots, pushed apart where they would touch."""
        theme, px = self.theme, self.theme.px
        face = theme.face("section", 18 if len(ends) < 3 else 15)
        apart = face.px * 1.25
        lowest = float("-inf")
        for x, at, words, tone in sorted(ends, key=lambda one: one[1]):
            at = max(at, lowest + apart)
            lowest = at
            paint.text_at(painter, max(x + px(12), edge + px(8)), at, words, face, theme.color(tone))

    def _draw_days(self, painter: QPainter, plot: Plot, field: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        face, ink, at = theme.face("caption"), theme.color("ink2"), field.bottom() + px(42)
        taken = field.left() + paint.text_at(painter, field.left(), at, day_words(theme, plot.first), face, ink) + px(18)
        day = plot.first.replace(day=1)
        while True:
            day = (day + timedelta(days=32)).replace(day=1)
            if day > plot.last:
                break
            words = month_words(theme, day)
            x = self._x(plot, field, day) - face.width(words) / 2
            if taken <= x <= field.right() - face.width(words) + px(20):
                taken = x + paint.text_at(painter, x, at, words, face, ink) + px(18)

    def _draw_purchases(self, painter: QPainter, plot: Plot, field: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        last = float("-inf")
        for day in sorted(plot.purchases):
            x = self._x(plot, field, day)
            if not plot.first <= day <= plot.last or x - last < px(20):
                continue
            last = x
            tile = QRectF(x - px(9), field.bottom() + px(12), px(18), px(18))
            paint.rounded(painter, tile, px(5), theme.color("brand_l"))
            paint.icon(painter, theme, "pill", tile.left() + px(3), tile.center().y(), 12, "brand_ink", "fill")

    def _bubble(self, painter: QPainter, plot: Plot, mark: PlotMark) -> None:
        theme, px, field = self.theme, self.theme.px, self._field()
        x = self._x(plot, field, mark.day)
        painter.fillRect(QRectF(round(x), field.top(), 1, field.height()), theme.color("line2"))
        strong, small = theme.face("body_strong"), theme.face("caption")
        note = " · ".join(part for part in (day_words(theme, mark.day), mark.note) if part)
        wide = max(strong.width(mark.words), small.width(note)) + px(22)
        left = min(max(px(2), x - wide / 2), self.width() - wide - px(2))
        box = QRectF(left, field.top(), wide, px(46))
        paint.rounded(painter, box, px(8), theme.color("surface"), theme.color("line2"))
        paint.text_at(painter, left + px(11), box.top() + px(15), mark.words, strong, theme.color("ink"))
        paint.text_at(painter, left + px(11), box.top() + px(32), note, small, theme.color("ink2"))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell of the reading that the pointer is nearest to."""
        plot = self._plot
        near = -1
        if plot is not None and plot.marks:
            field, at = self._field(), event.position().x()
            near = min(range(len(plot.marks)), key=lambda order: abs(self._x(plot, field, plot.marks[order].day) - at))
            if abs(self._x(plot, field, plot.marks[near].day) - at) > self.theme.px(24):
                near = -1
        if near != self._near:
            self._near = near
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        super().leaveEvent(event)
        if self._near != -1:
            self._near = -1
            self.update()


def day_words(theme: Theme, day: date) -> str:
    """`8 月 23 日`, `23 Aug`."""
    return f"{day.day} {day:%b}" if theme.language == "en" else f"{day.month} 月 {day.day} 日"


def month_words(theme: Theme, day: date) -> str:
    """`9 月`, `Sep`."""
    return f"{day:%b}" if theme.language == "en" else f"{day.month} 月"


class Legend(Painted):
    """What the lines of a chart are, each with its dot, and the sign of a day of purchase."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._names: tuple[str, ...] = ()
        self._bought = ""
        self.restyle()

    def show_names(self, names: Sequence[str], bought: str) -> None:
        """Name other lines; `bought` '' leaves the sign of a purchase out."""
        if (tuple(names), bought) != (self._names, self._bought):
            self._names, self._bought = tuple(names), bought
            self.setAccessibleName(" ".join((*names, bought)))
            self.restyle()

    def measure(self) -> None:
        """As wide as its words."""
        px, face = self.theme.px, self.theme.face("caption")
        wide = sum(round(face.width(name)) + px(8 + 6 + 12) for name in self._names)
        wide += round(face.width(self._bought)) + px(22) if self._bought else 0
        self.setFixedSize(wide, self.theme.px(22))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw dots and words."""
        theme, px, face = self.theme, self.theme.px, self.theme.face("caption")
        x, middle = 0.0, rect.center().y()
        for order, name in enumerate(self._names):
            dot = QRectF(x, middle - px(4), px(8), px(8))
            paint.rounded(painter, dot, px(4), theme.color(TONES[order % len(TONES)]))
            x += px(14)
            x += paint.text_at(painter, x, middle, name, face, theme.color("ink2")) + px(12)
        if self._bought:
            paint.icon(painter, theme, "pill", x, middle, 14, "brand", "fill")
            paint.text_at(painter, x + px(19), middle, self._bought, face, theme.color("ink2"))


# ---------------------------------------------------------------------- rows


class MedicineRow(PaintedButton):
    """A medicine in use: name, days left, how it is taken, and a bar of what is left."""

    HEIGHT = 56

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._name = self._left = self._usage = ""
        self._share, self._tone = 0.0, "good"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_medicine(self, name: str, left: str, usage: str, share: float | None, tone: str) -> None:
        """`share` from 0 to 1; None where nothing can be said of what is left."""
        self._name, self._left, self._usage, self._tone = name, left, usage, tone
        self._share = -1.0 if share is None else share
        self.name(" ".join(part for part in (name, left, usage) if part))
        self.update()

    def ring_radius(self) -> float:
        """Slightly rounded."""
        return self.theme.px(6)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the two lines and the bar."""
        theme, px = self.theme, self.theme.px
        if self.touched:
            paint.rounded(painter, rect, px(8), theme.color(self.touched))
        pad = px(4) if self.hasFocus() else 0
        left, right = rect.left() + pad, rect.right() - pad
        strong = theme.face("body_strong")
        urgent = self._tone in ("warn", "bad")
        days = strong.width(self._left)
        paint.text_at(painter, right - days, px(12), self._left, strong, theme.color(f"{self._tone}_ink" if urgent else "ink2"))
        room = right - left - days - px(10)
        face = strong if strong.width(self._name) <= room else theme.face("label_strong")
        paint.text(painter, QRectF(left, px(1), room, px(22)), self._name, face, theme.color("ink"), elide=True)
        usage = QRectF(left, px(23), right - left, px(20))
        paint.text(painter, usage, self._usage, theme.face("label"), theme.color("ink2"), elide=True)
        if self._share >= 0:
            bar = QRectF(left, px(46), right - left, px(6))
            paint.rounded(painter, bar, px(3), theme.color("line" if theme.dark else "hover"))
            done = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * min(self._share, 1.0)), bar.height())
            tone = self._tone if urgent else "brand"
            if self._share > 0 or urgent:
                paint.rounded(painter, done, px(3), theme.color(tone))


ROW_OF_TAGS, MOST_TAG_ROWS = 32, 2
"""Design pixels from one row of chips to the next, and how many rows there are."""


class TagFlow(Painted):
    """Tags as chips that wrap into two rows at most; what has no room is counted, and told by tool tip and to screen readers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._tags: tuple[tuple[str, str], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_tags(self, tags: Sequence[tuple[str, str]]) -> None:
        """(words, tone) of each."""
        if tuple(tags) != self._tags:
            self._tags = tuple(tags)
            self.setAccessibleName(" ".join(words for words, _ in tags))
            self.restyle()

    def _chips(self, width: float) -> list[tuple[str, str, float, float]]:
        """(words, tone, x, y) of what is drawn: as many as two rows hold, the longest left out first, and how many more there are."""
        left = list(self._tags)
        while True:
            rest = len(self._tags) - len(left)
            chips = self._laid([*left, (f"+{rest}", "mute")] if rest else left, width)
            if not left or chips[-1][3] <= self.theme.px(ROW_OF_TAGS) * (MOST_TAG_ROWS - 1):
                return chips
            left.remove(max(left, key=lambda tag: paint.pill_width(self.theme, tag[0], role="caption")))

    def _laid(self, tags: Sequence[tuple[str, str]], width: float) -> list[tuple[str, str, float, float]]:
        px = self.theme.px
        chips, x, y = [], 0.0, 0.0
        for words, tone in tags:
            wide = paint.pill_width(self.theme, words, role="caption")
            if x and x + wide > width:
                x, y = 0.0, y + px(ROW_OF_TAGS)
            chips.append((words, tone, x, y))
            x += wide + px(8)
        return chips

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels for a width."""
        chips = self._chips(width) if self._tags else []
        return round(chips[-1][3]) + self.theme.px(24) if chips else 0

    def sizeHint(self) -> QSize:
        """In the width it has."""
        return QSize(self.theme.px(160), self.heightForWidth(self.width() or self.theme.px(240)))

    def minimumSizeHint(self) -> QSize:
        """As high as the present width needs."""
        return QSize(self.theme.px(120), self.heightForWidth(self.width() or self.theme.px(240)))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the chips."""
        for words, tone, x, y in self._chips(rect.width()) if self._tags else ():
            middle = y + self.theme.px(12)
            paint.pill(painter, self.theme, x, middle, words, tone=tone, height=24, role="caption", radius=6)


class KinRow(PaintedButton):
    """A person of the family: initial, masked name and relation, one line, and a way on."""

    HEIGHT = 48

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._letter = self._title = self._note = ""
        self._tone, self._note_tone = "info", "ink2"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_person(self, letter: str, title: str, note: str, *, tone: str, note_tone: str = "ink2") -> None:
        """Show somebody; `title` is masked by the caller."""
        self._letter, self._title, self._note, self._tone, self._note_tone = letter, title, note, tone, note_tone
        self.name(f"{title} {note}")
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the row."""
        theme, px = self.theme, self.theme.px
        if self.touched:
            paint.rounded(painter, rect, px(8), theme.color(self.touched))
        middle = rect.center().y()
        pad = px(4) if self.hasFocus() else 0
        paint.avatar(painter, theme, QRectF(rect.left() + pad, middle - px(17), px(34), px(34)), self._letter, self._tone)
        left = rect.left() + pad + px(43)
        room = rect.right() - left - px(26)
        title = QRectF(left, middle - px(20), room, px(20))
        paint.text(painter, title, self._title, theme.face("body_strong"), theme.color("ink"), elide=True)
        note = QRectF(left, middle, room, px(19))
        paint.text(painter, note, self._note, theme.face("label"), theme.color(self._note_tone), elide=True)
        paint.icon(painter, theme, "caret-right", rect.right() - px(18), middle, 16, "ink2")


class DealingRow(PaintedButton):
    """One dealing with the member: a tile, what it was, one line, the day; a thin line leads to the one below."""

    HEIGHT = 46

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icon, self._tone = "receipt", "brand"
        self._title = self._note = self._day = ""
        self._leads = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_dealing(self, icon: str, tone: str, title: str, note: str, day: str, *, leads: bool) -> None:
        """`leads` draws the line to the next."""
        self._icon, self._tone, self._title, self._note, self._day, self._leads = icon, tone, title, note, day, leads
        self.name(f"{title} {note} {day}")
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the row."""
        theme, px = self.theme, self.theme.px
        if self.touched:
            paint.rounded(painter, rect, px(8), theme.color(self.touched))
        pad = px(4) if self.hasFocus() else 0
        middle = rect.center().y()
        tile = QRectF(rect.left() + pad, middle - px(15), px(30), px(30))
        if self._leads:
            painter.fillRect(QRectF(tile.center().x(), tile.bottom() + px(3), 1, px(10)), theme.color("line2"))
        paint.rounded(painter, tile, px(8), theme.color(f"{self._tone}_t"))
        paint.icon(painter, theme, self._icon, tile.left() + px(7), middle, 16, f"{self._tone}_ink", "fill")
        left = tile.right() + px(10)
        wide = theme.face("label").width(self._day)
        room = rect.right() - pad - left - wide - px(14)
        title = QRectF(left, middle - px(20), room, px(20))
        paint.text(painter, title, self._title, theme.face("body_strong"), theme.color("ink"), elide=True)
        note = QRectF(left, middle, room, px(19))
        paint.text(painter, note, self._note, theme.face("label"), theme.color("ink2"), elide=True)
        paint.text_at(painter, rect.right() - pad - wide, middle, self._day, theme.face("label"), theme.color("ink3"))


class Figure(Painted):
    """A figure of the head: the number large, its name below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._figure = self._words = ""
        self._tone = "ink2"
        self.restyle()

    def show_figure(self, figure: str, words: str, tone: str = "ink2") -> None:
        """Show another figure."""
        if (figure, words, tone) != (self._figure, self._words, self._tone):
            self._figure, self._words, self._tone = figure, words, tone
            self.setAccessibleName(f"{words} {figure}")
            self.restyle()

    def measure(self) -> None:
        """As wide as the wider of both lines."""
        wide = max(self.theme.face("section").width(self._figure), self.theme.face("label").width(self._words))
        self.setFixedSize(round(wide) + 1, self.theme.px(48))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw both lines."""
        theme, px = self.theme, self.theme.px
        paint.text_at(painter, 0, px(13), self._figure, theme.face("section"), theme.color("ink"))
        paint.text_at(painter, 0, px(38), self._words, theme.face("label"), theme.color(self._tone))
