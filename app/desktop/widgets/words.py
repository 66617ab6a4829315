"""What is read: lines, paragraphs, amounts, icons, rules."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.theme.icons import IconWeight
from app.desktop.theme.paint import Align, Mark
from app.desktop.widgets.base import Painted


class Txt(Painted):
    """One line of text with an exact box, so that Chinese and Latin lines stand on the same height."""

    def __init__(
        self,
        theme: Theme,
        words: str = "",
        role: str = "body",
        tone: str = "ink",
        *,
        align: Align = "left",
        size: float | None = None,
        weight: int | None = None,
        elide: bool = False,
        literal: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """With `elide` the line may be squeezed and ends in an ellipsis; names and strengths must not be.

        Function keys in it are named as they lie for the person, unless it is `literal`.
        """
        super().__init__(theme, parent)
        self._literal = literal
        self._words, self._role, self._tone, self._align = words, role, tone, align
        self._size, self._weight, self._elide = size, weight, elide
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)
        self.restyle()

    @property
    def words(self) -> str:
        """What is shown."""
        return self._words

    def set_words(self, words: str) -> None:
        """Show other words."""
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.restyle()

    def set_tone(self, tone: str) -> None:
        """Use the colour of another token."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def measure(self) -> None:
        """One line box high; at least as wide as the words unless they may be shortened."""
        face = self.theme.face(self._role, self._size, self._weight)
        self._shown = self._words if self._literal else self.theme.told(self._words)
        self._wide = round(face.width(self._shown)) + 1
        self.setFixedHeight(face.line)
        self.setMinimumWidth(self.theme.px(24) if self._elide else self._wide)

    def sizeHint(self) -> QSize:
        """As wide as the words."""
        return QSize(self._wide, self.height())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the line."""
        face = self.theme.face(self._role, self._size, self._weight)
        paint.text(painter, rect, self._shown, face, self.theme.color(self._tone), self._align, elide=self._elide)


class Para(Painted):
    """A paragraph wrapped to its width, with lines one and a half times as high as the type."""

    def __init__(
        self,
        theme: Theme,
        words: str = "",
        role: str = "body",
        tone: str = "ink2",
        *,
        align: Align = "left",
        parent: QWidget | None = None,
    ) -> None:
        """Explicit newlines are kept."""
        super().__init__(theme, parent)
        self._words, self._role, self._tone, self._align = words, role, tone, align
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        # A narrower paragraph is higher. Told by the policy alone: every layout round it asks, hundreds of times for one page.
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(words)
        self.restyle()

    def set_words(self, words: str) -> None:
        """Show other words."""
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.restyle()

    def set_tone(self, tone: str) -> None:
        """Use the colour of another token."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def measure(self) -> None:
        """At least wide enough for a few characters."""
        self._heights: dict[int, int] = {}
        self._shown = self.theme.told(self._words)
        self.setMinimumWidth(self.theme.px(80))

    def heightForWidth(self, width: int) -> int:
        """Pixels for a width."""
        known = self._heights.get(width)
        if known is None:
            # The layouts round it ask for the same few widths many times in one pass.
            face = self.theme.face(self._role)
            known = self._heights[width] = len(paint.wrapped(self._shown, face, width)) * self._line()
        return known

    def sizeHint(self) -> QSize:
        """One line, or 420 design pixels if that is narrower."""
        face = self.theme.face(self._role)
        wide = min(self.theme.px(420), round(face.width(self._shown)) + 2)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        """As high as the present width needs."""
        return QSize(self.minimumWidth(), self.heightForWidth(self.width()) if self.width() > 1 else 0)

    def _line(self) -> int:
        return round(self.theme.face(self._role).px * 1.55)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the lines from the top."""
        face = self.theme.face(self._role)
        y = 0.0
        for line in paint.wrapped(self._shown, face, rect.width()):
            box = QRectF(0, y, rect.width(), self._line())
            paint.text(painter, box, line, face, self.theme.color(self._tone), self._align)
            y += self._line()


class Money(Painted):
    """An amount in fen."""

    def __init__(
        self,
        theme: Theme,
        fen: int = 0,
        size: float = 15,
        tone: str = "ink",
        *,
        align: Align = "right",
        weight: int = 600,
        plus: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """From 22 design pixels the sign and the decimals are drawn smaller."""
        super().__init__(theme, parent)
        self._fen, self._size, self._tone, self._align = fen, size, tone, align
        self._weight, self._plus = weight, plus
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(paint.money_text(fen, plus=plus))
        self.restyle()

    @property
    def fen(self) -> int:
        """What is shown."""
        return self._fen

    def set_fen(self, fen: int) -> None:
        """Show another amount."""
        if fen != self._fen:
            self._fen = fen
            self.setAccessibleName(paint.money_text(fen, plus=self._plus))
            self.restyle()

    def set_tone(self, tone: str) -> None:
        """Use the colour of another token."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def measure(self) -> None:
        """As wide as the amount."""
        self._wide = round(paint.money_width(self.theme, self._fen, self._size, self._weight, plus=self._plus)) + 1
        self.setFixedHeight(round(self.theme.face("body", self._size, self._weight).px * 1.3))
        self.setMinimumWidth(self._wide)

    def sizeHint(self) -> QSize:
        """As wide as the amount."""
        return QSize(self._wide, self.height())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the amount."""
        paint.money(
            painter,
            self.theme,
            rect,
            self._fen,
            size=self._size,
            tone=self._tone,
            align=self._align,
            weight=self._weight,
            plus=self._plus,
        )


class Icon(Painted):
    """An icon standing beside words."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        size: float = 18,
        tone: str = "ink2",
        weight: IconWeight = "regular",
        *,
        spoken: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`spoken` is what it means where no words stand beside it."""
        super().__init__(theme, parent)
        self._icon, self._size, self._tone, self._weight = icon, size, tone, weight
        self.setAccessibleName(spoken)
        self.restyle()

    def set_icon(self, icon: str, tone: str | None = None, weight: IconWeight | None = None) -> None:
        """Show another icon, in another colour or weight if given."""
        wanted = (icon, tone or self._tone, weight or self._weight)
        if wanted != (self._icon, self._tone, self._weight):
            self._icon, self._tone, self._weight = wanted
            self.update()

    def measure(self) -> None:
        """A fixed square."""
        self.setFixedSize(self.theme.px(self._size), self.theme.px(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the icon."""
        paint.icon(painter, self.theme, self._icon, 0, rect.center().y(), self._size, self._tone, self._weight)


class IconTile(Painted):
    """An icon on a rounded tint: the start of a task or an empty state."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        size: float = 40,
        tone: str = "brand",
        *,
        radius: float | None = None,
        weight: IconWeight = "regular",
        parent: QWidget | None = None,
    ) -> None:
        """`tone` is one of `paint.TONES`; the radius is a quarter of the size unless given."""
        super().__init__(theme, parent)
        self._icon, self._size, self._tone, self._weight = icon, size, tone, weight
        self._radius = size * 0.26 if radius is None else radius
        self.restyle()

    def set_icon(self, icon: str, tone: str | None = None) -> None:
        """Show another icon, on another tint if given."""
        self._icon, self._tone = icon, tone or self._tone
        self.update()

    def measure(self) -> None:
        """A fixed square."""
        self.setFixedSize(self.theme.px(self._size), self.theme.px(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the tint and the icon."""
        paint.rounded(painter, rect, self.theme.px(self._radius), self.theme.color(f"{self._tone}_t"))
        size = self._size * 0.52
        x = rect.center().x() - self.theme.px(size) / 2
        paint.icon(painter, self.theme, self._icon, x, rect.center().y(), size, f"{self._tone}_ink", self._weight)


class Marks(Painted):
    """A row of class marks."""

    def __init__(self, theme: Theme, kinds: Sequence[Mark] = (), height: float = 18, parent: QWidget | None = None):
        """`kinds` in the order shown."""
        super().__init__(theme, parent)
        self._kinds, self._height = tuple(kinds), height
        self.set_kinds(kinds)

    def set_kinds(self, kinds: Sequence[Mark]) -> None:
        """Show other marks."""
        self._kinds = tuple(kinds)
        self.restyle()

    def measure(self) -> None:
        """As wide as the marks."""
        self.setAccessibleName(", ".join(paint.mark_name(self.theme, kind) for kind in self._kinds))
        self.setFixedSize(paint.marks_width(self.theme, self._kinds), self.theme.px(self._height))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the marks."""
        paint.marks(painter, self.theme, 0, rect.center().y(), self._kinds, self._height)


class Name(Painted):
    """A product name with the characters that differ from a look-alike's marked; never shortened."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        spans: Sequence[tuple[int, int]] = (),
        size: float = 15,
        *,
        choosing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`spans` are (start, end) of the differing characters; `choosing` marks them in red."""
        super().__init__(theme, parent)
        self._words, self._spans, self._size, self._choosing = words, tuple(spans), size, choosing
        self.setAccessibleName(words)
        self.restyle()

    def measure(self) -> None:
        """As wide as the name."""
        wide = round(paint.look_alike_width(self.theme, self._words, self._spans, size=self._size)) + 1
        self.setFixedSize(wide, round(self.theme.face("title", self._size).px * 1.7))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the name."""
        paint.look_alike(
            painter,
            self.theme,
            0,
            rect.center().y(),
            self._words,
            self._spans,
            size=self._size,
            choosing=self._choosing,
        )


class Rule(Painted):
    """A hairline, lying or standing."""

    def __init__(
        self, theme: Theme, *, standing: float = 0, dashed: bool = False, parent: QWidget | None = None
    ) -> None:
        """`standing` is the height of a standing rule in design pixels; 0 lies across the whole width."""
        super().__init__(theme, parent)
        self._standing, self._dashed = standing, dashed
        self.restyle()

    def measure(self) -> None:
        """One pixel thick."""
        if self._standing:
            self.setFixedSize(1, self.theme.px(self._standing))
        else:
            self.setFixedHeight(1)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the line."""
        if self._standing:
            painter.fillRect(rect, self.theme.color("line"))
        else:
            paint.hairline(painter, self.theme, 0, 0, rect.width(), dashed=self._dashed)


class Spark(Painted):
    """A small line of readings with the target band."""

    def __init__(
        self,
        theme: Theme,
        values: Sequence[float] = (),
        band: tuple[float, float] | None = None,
        tone: str = "brand",
        *,
        width: float = 62,
        height: float = 38,
        parent: QWidget | None = None,
    ) -> None:
        """`values` oldest first, `band` the target (low, high)."""
        super().__init__(theme, parent)
        self._values, self._band, self._tone = tuple(values), band, tone
        self._width, self._height = width, height
        self.restyle()

    def set_values(self, values: Sequence[float], band: tuple[float, float] | None, tone: str) -> None:
        """Show other readings."""
        self._values, self._band, self._tone = tuple(values), band, tone
        self.update()

    def measure(self) -> None:
        """A fixed box."""
        self.setFixedSize(self.theme.px(self._width), self.theme.px(self._height))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the line."""
        paint.sparkline(painter, self.theme, rect, self._values, tone=self._tone, band=self._band)


class Skeleton(Painted):
    """Grey rows in the place of a list that is being read; static, shown only after 150 ms by its owner."""

    def __init__(self, theme: Theme, rows: int = 4, row_height: float = 64, parent: QWidget | None = None) -> None:
        """`row_height` in design pixels."""
        super().__init__(theme, parent)
        self._rows, self._row_height = rows, row_height
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.restyle()

    def measure(self) -> None:
        """As high as its rows."""
        self.setAccessibleName(self.theme.say("reading"))
        self.setMinimumHeight(self.theme.px(self._row_height) * self._rows)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw two bars a row and one for the amount."""
        px, bar = self.theme.px, self.theme.color("hover")
        for row in range(self._rows):
            top = row * px(self._row_height)
            middle = top + px(self._row_height) / 2
            share = (0.42, 0.34, 0.38, 0.3)[row % 4]
            for y, height, width in ((middle - px(15), px(14), share), (middle + px(6), px(10), share * 0.7)):
                paint.rounded(painter, QRectF(px(16), y, rect.width() * width, height), height / 2, bar)
            paint.rounded(
                painter, QRectF(rect.width() - px(16) - px(72), middle - px(8), px(72), px(16)), px(8), bar
            )
            paint.hairline(painter, self.theme, px(16), top + px(self._row_height) - 1, rect.width() - px(32))
