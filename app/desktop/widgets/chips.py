"""Small signs: pills, chips, keycaps, initials, dots, bars of progress."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.theme.icons import IconWeight
from app.desktop.theme.paint import PillKind
from app.desktop.widgets.base import Painted, PaintedButton


class Pill(Painted):
    """A state in a few words on a rounded tint."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        tone: str = "brand",
        kind: PillKind = "tint",
        *,
        icon: str = "",
        icon_weight: IconWeight = "bold",
        height: float = 22,
        role: str = "caption_strong",
        radius: float | None = None,
        pad: float = 8,
        parent: QWidget | None = None,
    ) -> None:
        """`tone` is one of `paint.TONES`, `promo` or `mute`."""
        super().__init__(theme, parent)
        self._words, self._tone, self._kind, self._icon, self._icon_weight = words, tone, kind, icon, icon_weight
        self._height, self._role, self._radius, self._pad = height, role, radius, pad
        self.set_words(words)

    def set_words(self, words: str, tone: str | None = None, icon: str | None = None) -> None:
        """Show another state."""
        if words == self._words == self.accessibleName() and tone in (None, "", self._tone) and icon in (None, self._icon):
            return
        self._words, self._tone = words, tone or self._tone
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(words)
        self.restyle()

    def measure(self) -> None:
        """As wide as the words."""
        wide = paint.pill_width(self.theme, self._words, icon_name=self._icon, role=self._role, pad=self._pad)
        self.setFixedSize(wide, self.theme.px(self._height))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        paint.pill(
            painter,
            self.theme,
            0,
            rect.center().y(),
            self._words,
            tone=self._tone,
            kind=self._kind,
            icon_name=self._icon,
            icon_weight=self._icon_weight,
            height=self._height,
            role=self._role,
            radius=self._radius,
            pad=self._pad,
        )


class Chip(Pill):
    """A tag: a pill with small corners and lighter words."""

    def __init__(
        self, theme: Theme, words: str, tone: str = "mute", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        """`tone` as for a pill."""
        super().__init__(theme, words, tone, icon=icon, height=24, role="caption", radius=6, parent=parent)


class ChipLine(Painted):
    """Tags on one line, from the right: as many as there is room for, and how many more there are."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Empty until `set_chips`."""
        super().__init__(theme, parent)
        self._chips: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set_chips(self, chips: Sequence[tuple[str, str]]) -> None:
        """(words, tone) of each, the most telling first."""
        if tuple(chips) != self._chips:
            self._chips = tuple(chips)
            said = " · ".join(words for words, _ in self._chips)
            self.setAccessibleName(said)
            self.setToolTip(said)
            self.update()

    def measure(self) -> None:
        """24 high."""
        self.setFixedHeight(self.theme.px(24))
        self.setMinimumWidth(self.theme.px(24))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw them; with room for none only the count stands there."""
        theme, gap = self.theme, self.theme.px(6)
        face = theme.face("caption")
        wide = [paint.pill_width(theme, words, role="caption") for words, _ in self._chips]
        shown = len(wide)
        while shown and sum(wide[:shown]) + gap * (shown - 1) + self._rest(shown) > rect.width():
            shown -= 1
        x, left = rect.right() - sum(wide[:shown]) - gap * max(0, shown - 1) - self._rest(shown), len(wide) - shown
        for (words, tone), each in zip(self._chips[:shown], wide, strict=False):
            paint.pill(painter, theme, x, rect.center().y(), words, tone=tone, height=24, role="caption", radius=6)
            x += each + gap
        if left:
            paint.text(painter, rect, f"+{left}", face, theme.color("ink3"), "right")

    def _rest(self, shown: int) -> float:
        """Room for the count of those left out."""
        left = len(self._chips) - shown
        return self.theme.face("caption").width(f"+{left}") + (self.theme.px(6) if shown else 0) if left else 0


class PillBtn(PaintedButton):
    """A pill that opens something when pressed, such as the state of synchronising."""

    def __init__(
        self, theme: Theme, words: str = "", tone: str = "good", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        """`tone` and `icon` as for a pill."""
        super().__init__(theme, parent)
        self._words, self._tone, self._icon = words, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_words(words)

    def set_words(self, words: str, tone: str | None = None, icon: str | None = None) -> None:
        """Show another state."""
        if words == self._words == self.accessibleName() and tone in (None, "", self._tone) and icon in (None, self._icon):
            return
        self._words, self._tone = words, tone or self._tone
        self._icon = self._icon if icon is None else icon
        self.name(words)
        self.restyle()

    def measure(self) -> None:
        """As wide as the words, 32 high."""
        wide = paint.pill_width(self.theme, self._words, icon_name=self._icon, role="label_strong", pad=12)
        self.setFixedSize(wide, self.theme.target(32))

    def ring_radius(self) -> float:
        """Round."""
        return self.height() / 2

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it; a hairline appears under the pointer, a heavier one and a deeper tint while it is pressed."""
        theme, down = self.theme, self.isDown()
        height = rect.height() / theme.scale.factor
        pad = 12 - (self.width() - rect.width()) / 2 / theme.scale.factor
        paint.pill(
            painter,
            theme,
            rect.left(),
            rect.center().y(),
            self._words,
            tone=self._tone,
            icon_name=self._icon,
            icon_weight="fill",
            height=height,
            role="label_strong",
            pad=pad,
        )
        if self.hovered or down:
            ink = paint.pill_colors(self._tone).ink
            veil = theme.color(ink, 0.16) if down else None
            paint.rounded(painter, rect, rect.height() / 2, veil, theme.color(ink, 0.8 if down else 0.4), theme.px(1.5) if down else 1)


class ChoiceChip(PaintedButton):
    """A chip that is switched on and off, such as a reason."""

    def __init__(self, theme: Theme, words: str, *, checked: bool = False, parent: QWidget | None = None) -> None:
        """Put several in a QButtonGroup to let only one be on."""
        super().__init__(theme, parent)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words = words
        self.name(words)
        self.restyle()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def measure(self) -> None:
        """36 high, as wide as its words with a tick."""
        wide = round(self.theme.face("label_strong").width(self._words)) + self.theme.px(28 + 20)
        self.setFixedSize(wide, self.theme.target(36))

    def ring_radius(self) -> float:
        """Round."""
        return self.height() / 2

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        theme, on = self.theme, self.isChecked()
        fill = "pressed" if self.isDown() else "brand_t" if on else "hover" if self.hovered else "surface"
        line = theme.color("brand" if on else "ctl")
        paint.rounded(painter, rect, rect.height() / 2, theme.color(fill), line, theme.px(1.5) if on else 1)
        face = theme.face("label_strong" if on else "label")
        wide = face.width(self._words) + (theme.px(20) if on else 0)
        x = rect.center().x() - wide / 2
        if on:
            x += paint.icon(painter, theme, "check", x, rect.center().y(), 14, "brand_ink", "bold") + theme.px(6)
        ink = theme.color("brand_ink" if on else "ink2")
        paint.text_at(painter, x, rect.center().y(), self._words, face, ink)


class KeyCap(Painted):
    """The picture of a key."""

    def __init__(self, theme: Theme, key: str, height: float = 20, *, literal: bool = False, parent: QWidget | None = None) -> None:
        """`key` such as `F12` or `Ctrl K`."""
        super().__init__(theme, parent)
        self._key, self._height, self._literal = key, height, literal
        self.setAccessibleName(key)
        self.restyle()

    def measure(self) -> None:
        """As wide as its letters."""
        self.setFixedSize(paint.keycap_width(self.theme, self._key, self._height, literal=self._literal), self.theme.px(self._height))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        paint.keycap(painter, self.theme, 0, rect.center().y(), self._key, height=self._height, literal=self._literal)


class Avatar(Painted):
    """A round initial."""

    def __init__(
        self, theme: Theme, letter: str = "", size: float = 40, tone: str = "gold", parent: QWidget | None = None
    ) -> None:
        """`tone` is one of `paint.TONES`."""
        super().__init__(theme, parent)
        self._letter, self._size, self._tone = letter, size, tone
        self.restyle()

    def set_letter(self, letter: str, tone: str | None = None) -> None:
        """Show somebody else."""
        wanted = (letter, tone or self._tone)
        if wanted != (self._letter, self._tone):
            self._letter, self._tone = wanted
            self.update()

    def measure(self) -> None:
        """A fixed circle."""
        self.setFixedSize(self.theme.px(self._size), self.theme.px(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        paint.avatar(painter, self.theme, rect, self._letter, self._tone)


class Dot(Painted):
    """A coloured dot; never the only sign of a state."""

    def __init__(self, theme: Theme, tone: str = "good", size: float = 8, parent: QWidget | None = None) -> None:
        """`tone` is any token or a literal colour."""
        super().__init__(theme, parent)
        self._tone, self._size = tone, size
        self.restyle()

    def measure(self) -> None:
        """A fixed circle."""
        self.setFixedSize(self.theme.px(self._size), self.theme.px(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        paint.rounded(painter, rect, rect.height() / 2, self.theme.color(self._tone))


class Bar(Painted):
    """How much of something is done."""

    def __init__(
        self, theme: Theme, share: float = 0.0, tone: str = "brand", height: float = 6, parent: QWidget | None = None
    ) -> None:
        """`share` from 0 to 1."""
        super().__init__(theme, parent)
        self._tone, self._height, self._share = tone, height, 0.0
        self.set_share(share)
        self.restyle()

    def set_share(self, share: float, tone: str | None = None) -> None:
        """Show another share, held between 0 and 1."""
        self._share, self._tone = max(0.0, min(1.0, share)), tone or self._tone
        self.setAccessibleName(f"{round(self._share * 100)}%")
        self.update()

    def measure(self) -> None:
        """Fixed in height."""
        self.setFixedHeight(self.theme.px(self._height))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ground and share."""
        corner = rect.height() / 2
        paint.rounded(painter, rect, corner, self.theme.color("pressed" if not self.theme.dark else "line"))
        if self._share > 0:
            done = QRectF(rect.left(), rect.top(), max(rect.height(), rect.width() * self._share), rect.height())
            paint.rounded(painter, done, corner, self.theme.color(self._tone))
