"""Buttons of every kind."""

from typing import Literal

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.theme.icons import IconWeight
from app.desktop.widgets.base import PaintedButton

BtnKind = Literal["primary", "tonal", "line", "ghost", "danger", "warn", "info", "rx", "quiet"]
# ground, ground under the pointer, ground pressed, hairline, text
_LOOKS: dict[BtnKind, tuple[str | None, str | None, str | None, str | None, str]] = {
    "primary": ("brand", "brand_h", "brand_p", None, "on_brand"),
    "tonal": ("brand_t", "brand_l", "brand_l", None, "brand_ink"),
    "line": ("surface", "hover", "pressed", "line2", "ink"),
    "ghost": (None, "hover", "pressed", None, "ink2"),
    "danger": ("bad_t", "bad_l", "bad_l", None, "bad_ink"),
    "warn": ("warn_t", "warn_l", "warn_l", None, "warn_ink"),
    "info": ("info_t", "info_l", "info_l", None, "info_ink"),
    "rx": ("rx_t", "rx_l", "rx_l", None, "rx_ink"),
    "quiet": ("hover", "pressed", "pressed", None, "ink"),
}


class Btn(PaintedButton):
    """A button with words, an icon before them and a keycap after them."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        kind: BtnKind = "line",
        *,
        icon: str = "",
        key: str = "",
        height: float = 40,
        role: str = "body_strong",
        tone: str = "",
        width: float = 0,
        parent: QWidget | None = None,
    ) -> None:
        """`kind` is its look, `key` the shortcut drawn after the words, `tone` another token for the words."""
        super().__init__(theme, parent)
        self._words, self._kind, self._icon, self._key = words, kind, icon, key
        self._height, self._role, self._tone, self._width = height, role, tone, width
        self.name(words, key)
        self.restyle()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    @property
    def kind(self) -> BtnKind:
        """Its look."""
        return self._kind

    def set_words(self, words: str, *, icon: str | None = None, key: str | None = None) -> None:
        """Say something else, with another icon or keycap if given."""
        if words == self._words == self.accessibleName() and icon in (None, self._icon) and key in (None, self._key):
            return
        self._words = words
        self._icon = self._icon if icon is None else icon
        self._key = self._key if key is None else key
        self.name(words, self._key)
        self.restyle()

    def set_kind(self, kind: BtnKind) -> None:
        """Change its look."""
        if kind != self._kind:
            self._kind = kind
            self.update()

    def _icon_size(self) -> float:
        return 24 if self._role in ("section", "page") else 20 if self._role == "head" else 18

    def measure(self) -> None:
        """As wide as the words, the icon and the keycap, and fixed in height."""
        self.setFixedHeight(self.theme.target(self._height))
        if self._width:
            self.setFixedWidth(self.theme.px(self._width))
        else:
            self.setMinimumWidth(max(self.theme.target(28), round(self._content()) + self.theme.px(28)))

    def _content(self) -> float:
        px = self.theme.px
        wide = self.theme.face(self._role).width(self._words)
        if self._icon:
            wide += px(self._icon_size()) + (px(8) if self._words else 0)
        if self._key:
            wide += paint.keycap_width(self.theme, self._key) + px(10)
        return wide

    def ring_radius(self) -> float:
        """A little rounder than the button inside it."""
        return self.theme.px(11)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ground, icon, words and keycap."""
        theme = self.theme
        fill, fill_hover, fill_pressed, line, ink = _LOOKS[self._kind]
        if not self.isEnabled():
            ink = "ink3" if self._kind == "primary" else "off"
            fill = None if fill is None else "surface" if line else "hover"
        elif self.isDown():
            fill = fill_pressed
        elif self.hovered:
            fill = fill_hover
        if self._tone and self.isEnabled():
            ink = self._tone
        paint.rounded(
            painter,
            rect,
            theme.px(9),
            theme.color(fill) if fill else None,
            theme.color(line) if line else None,
        )
        x, middle = rect.center().x() - self._content() / 2, rect.center().y()
        solid = self._kind == "primary" and self.isEnabled()
        if self._icon:
            size = self._icon_size()
            weight: IconWeight = "bold" if self._kind == "primary" else "regular"
            x += paint.icon(painter, theme, self._icon, x, middle, size, ink, weight)
            x += theme.px(8) if self._words else 0
        x += paint.text_at(painter, x, middle, self._words, theme.face(self._role), theme.color(ink))
        if self._key:
            paint.keycap(painter, theme, x + theme.px(10), middle, self._key, on_brand=solid)


class LinkBtn(PaintedButton):
    """Words that are pressed, with an arrow or a keycap after them."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        *,
        tone: str = "brand_ink",
        icon: str = "",
        key: str = "",
        role: str = "label_strong",
        parent: QWidget | None = None,
    ) -> None:
        """`icon` (such as `caret-right`) and `key` stand after the words."""
        super().__init__(theme, parent)
        self._words, self._tone, self._icon, self._key, self._role = words, tone, icon, key, role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name(words, key)
        self.restyle()

    def set_words(self, words: str, *, tone: str | None = None, key: str | None = None) -> None:
        """Say something else."""
        if words == self._words == self.accessibleName() and tone in (None, "", self._tone) and key in (None, self._key):
            return
        self._words, self._tone = words, tone or self._tone
        self._key = self._key if key is None else key
        self.name(words, self._key)
        self.restyle()

    def measure(self) -> None:
        """As wide as its words, at least 28 high."""
        px = self.theme.px
        wide = self.theme.face(self._role).width(self._words) + px(12)
        if self._icon:
            wide += px(6) + px(13)
        if self._key:
            wide += px(8) + paint.keycap_width(self.theme, self._key)
        self.setFixedSize(round(wide), self.theme.target(28))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the words; a tint appears under the pointer."""
        theme, px = self.theme, self.theme.px
        ink = self._tone if self.isEnabled() else "off"
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, px(6), theme.color("hover"))
        x, middle = rect.left() + px(6), rect.center().y()
        x += paint.text_at(painter, x, middle, self._words, theme.face(self._role), theme.color(ink))
        if self._icon:
            x += px(6) + paint.icon(painter, theme, self._icon, x + px(6), middle, 13, ink, "bold")
        if self._key:
            paint.keycap(painter, theme, x + px(8), middle, self._key)


class IconBtn(PaintedButton):
    """An icon that is pressed: close, search, show; `spoken` says what it does."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        spoken: str,
        *,
        size: float = 36,
        icon_size: float = 20,
        tone: str = "ink2",
        weight: IconWeight = "regular",
        parent: QWidget | None = None,
    ) -> None:
        """`size` of the target and of the icon in design pixels."""
        super().__init__(theme, parent)
        self._icon, self._size, self._icon_size, self._tone, self._weight = icon, size, icon_size, tone, weight
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name(spoken)
        self.setToolTip(spoken)
        self.restyle()

    def set_icon(self, icon: str, spoken: str, *, tone: str | None = None) -> None:
        """Show another icon."""
        if icon == self._icon and spoken == self.toolTip() and tone in (None, "", self._tone):
            return
        self._icon, self._tone = icon, tone or self._tone
        self.name(spoken)
        self.setToolTip(spoken)
        self.update()

    def measure(self) -> None:
        """A fixed square."""
        self.setFixedSize(self.theme.target(self._size), self.theme.target(self._size))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the icon; a tint appears under the pointer."""
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, self.theme.px(9), self.theme.color("pressed" if self.isDown() else "hover"))
        x = rect.center().x() - self.theme.px(self._icon_size) / 2
        ink = self._tone if self.isEnabled() else "off"
        paint.icon(painter, self.theme, self._icon, x, rect.center().y(), self._icon_size, ink, self._weight)


class FKey(PaintedButton):
    """A key of the function bar: the key, then what it does here."""

    def __init__(
        self, theme: Theme, key: str, words: str, *, primary: bool = False, parent: QWidget | None = None
    ) -> None:
        """`key` such as `F3` or `Del`."""
        super().__init__(theme, parent)
        self._key, self._words, self._primary = key, words, primary
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_words(words)

    def set_words(self, words: str) -> None:
        """Say something else."""
        self._words = words
        self.name(words, self._key)
        self.restyle()

    def set_key(self, key: str, words: str, *, primary: bool) -> None:
        """Stand for another key."""
        if (key, words, primary) != (self._key, self._words, self._primary):
            self._key, self._primary = key, primary
            self.set_words(words)

    @property
    def key(self) -> str:
        """The key it stands for."""
        return self._key

    def measure(self) -> None:
        """44 high, at least as wide as its words."""
        self.setAccessibleDescription(self.theme.key(self._key))
        self.setFixedHeight(self.theme.target(44))
        self.setMinimumWidth(round(self._content()) + self.theme.px(16))

    def _content(self) -> float:
        return (
            self.theme.face("caption_strong").width(self.theme.key(self._key))
            + self.theme.px(7)
            + self.theme.face("body_strong").width(self._words)
        )

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw key and words."""
        theme = self.theme
        able = self.isEnabled()
        if self._primary and able:
            fill = "brand_p" if self.isDown() else "brand_h" if self.hovered else "brand"
            ink, key_ink, line = "on_brand", "on_brand", None
        else:
            fill = "pressed" if self.isDown() else "hover" if self.hovered else "surface"
            ink, key_ink, line = ("ink", "brand_ink", "line2") if able else ("off", "off", "line")
        paint.rounded(painter, rect, theme.px(8), theme.color(fill), theme.color(line) if line else None)
        x, middle = rect.center().x() - self._content() / 2, rect.center().y()
        x += paint.text_at(painter, x, middle, theme.key(self._key), theme.face("caption_strong"), theme.color(key_ink))
        paint.text_at(painter, x + theme.px(7), middle, self._words, theme.face("body_strong"), theme.color(ink))


TenderState = Literal["idle", "chosen", "done", "off"]


class TenderTile(PaintedButton):
    """A way of paying: icon, name, one line of state and its key."""

    def __init__(
        self, theme: Theme, icon: str, words: str, note: str = "", key: str = "", parent: QWidget | None = None
    ) -> None:
        """`note` is the small line, such as what was already taken."""
        super().__init__(theme, parent)
        self._icon, self._words, self._note, self._key = icon, words, note, key
        self._state: TenderState = "idle"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_state("idle", note)

    def set_state(self, state: TenderState, note: str | None = None) -> None:
        """Show it idle, chosen, done (a part was paid with it) or off (cannot be used; the note says why)."""
        if self._state == state and note in (None, self._note) and self.accessibleName() == self._words:
            return
        self._state = state
        self._note = self._note if note is None else note
        self.setEnabled(state != "off")
        self.name(self._words, f"{self._note} {self._key}".strip())
        self.restyle()

    @property
    def state(self) -> TenderState:
        """How it is shown."""
        return self._state

    def measure(self) -> None:
        """88 high, at least 96 wide; where many stand side by side the name is set smaller before it is cut."""
        px = self.theme.px
        self.setFixedHeight(px(88))
        words = self.theme.face("label_strong").width(self._words)
        note = self.theme.face("caption", weight=600).width(self._note)
        self.setMinimumWidth(max(px(96), round(max(words, note)) + px(20)))

    def ring_radius(self) -> float:
        """A little rounder than the tile."""
        return self.theme.px(12)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the tile."""
        theme, px = self.theme, self.theme.px
        chosen, off = self._state == "chosen", self._state == "off"
        fill = "brand_t" if chosen else "sunken" if off else "surface"
        if not chosen and not off and (self.hovered or self.isDown()):
            fill = "pressed" if self.isDown() else "hover"
        line, width = ("brand", px(2)) if chosen else ("line2", 1)
        paint.rounded(painter, rect, px(10), theme.color(fill), theme.color(line), width)
        left, top = rect.left() + px(10), rect.top()
        tone = "brand" if chosen else "off" if off else "ink2"
        paint.icon(painter, theme, self._icon, left, top + px(26), 26, tone, "fill" if chosen else "regular")
        ink = "brand_ink" if chosen else "off" if off else "ink"
        room = rect.width() - px(20)
        words_face = theme.face("title") if theme.face("title").width(self._words) <= room else theme.face("label_strong")
        paint.text_at(painter, left, top + px(52), self._words, words_face, theme.color(ink))
        done = self._state == "done"
        note_face = theme.face("caption", weight=600 if done else 500)
        note_ink = "good_ink" if done else "ink2" if chosen else "ink3"
        paint.text_at(painter, left, top + px(71), self._note, note_face, theme.color(note_ink))
        key_box = QRectF(left, top + px(10), rect.right() - px(13) - left, px(20))
        key_ink = "brand_ink" if chosen else "ink3"
        paint.text(painter, key_box, theme.key(self._key), theme.face("caption_strong"), theme.color(key_ink), "right")
        if done:
            paint.icon(painter, theme, "check-circle", left + px(32), top + px(26), 18, "good", "fill")


class TicketTab(PaintedButton):
    """The tab of a sale: the current one or a parked one."""

    def __init__(
        self, theme: Theme, words: str, note: str = "", *, current: bool = False, parent: QWidget | None = None
    ) -> None:
        """`note` is the small text after the words, such as the count of lines."""
        super().__init__(theme, parent)
        self._words, self._note, self._current = words, note, current
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_words(words, note)

    def set_words(self, words: str, note: str) -> None:
        """Show other words."""
        if (words, note) == (self._words, self._note) and self.accessibleName() == words:
            return
        self._words, self._note = words, note
        self.name(words, note)
        # A width that changes tells the row of tabs by itself.
        self.measure()
        self.update()

    def measure(self) -> None:
        """46 high, as wide as its words."""
        px = self.theme.px
        wide = px(11) + px(14) + px(18) + px(7) * 2
        wide += round(self.theme.face("body_strong").width(self._words) + self.theme.face("caption").width(self._note))
        self.setFixedSize(wide, self.theme.px(46))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the tab; the current one stands on a green line."""
        theme, px = self.theme, self.theme.px
        if self.isDown() or (self.touched and not self._current):
            paint.rounded(painter, paint.inner(rect, px(5)), px(8), theme.color(self.touched))
        x, middle = rect.left() + px(11), rect.center().y()
        if self._current:
            x += paint.icon(painter, theme, "receipt", x, middle, 18, "brand_ink", "fill")
        else:
            x += paint.icon(painter, theme, "pause-circle", x, middle, 18, "ink3")
        x += px(7)
        ink = theme.color("ink" if self._current else "ink2")
        x += paint.text_at(painter, x, middle, self._words, theme.face("body_strong"), ink) + px(7)
        paint.text_at(painter, x, middle, self._note, theme.face("caption"), theme.color("ink3"))
        if self._current:
            bar = QRectF(rect.left() + px(9), rect.bottom() - px(3), rect.width() - px(21), px(3))
            paint.rounded(painter, bar, px(1.5), theme.color("brand"))


class PersonCard(PaintedButton):
    """Somebody who may sign in: initial, name and role."""

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, key: str, words: str, role: str, *, tone: str = "good", parent: QWidget | None = None
    ) -> None:
        """`key` comes back in `chosen`; `tone` colours the initial."""
        super().__init__(theme, parent)
        self._key, self._words, self._role, self._tone = key, words, role, tone
        self.setCheckable(True)
        self.name(words, role)
        self.clicked.connect(self._tell)
        self.restyle()

    def _tell(self) -> None:
        self.chosen.emit(self._key)

    @property
    def key(self) -> str:
        """Whose card it is."""
        return self._key

    def measure(self) -> None:
        """A card of 140 × 124."""
        self.setFixedSize(self.theme.px(140), self.theme.px(124))

    def ring_radius(self) -> float:
        """A little rounder than the card."""
        return self.theme.px(14)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the card."""
        theme, px = self.theme, self.theme.px
        on = self.isChecked()
        fill = "pressed" if self.isDown() else "brand_t" if on else self.touched or "surface"
        paint.rounded(
            painter, rect, px(12), theme.color(fill), theme.color("brand" if on else "line2"), px(2) if on else 1
        )
        side = px(52)
        face = QRectF(rect.center().x() - side / 2, self.height() / 2 - px(48), side, side)
        paint.avatar(painter, theme, face, self._words[:1], self._tone)
        name_box = QRectF(rect.left(), face.bottom() + px(4), rect.width(), px(22))
        paint.text(painter, name_box, self._words, theme.face("title"), theme.color("ink"), "center")
        role_box = name_box.translated(0, px(22))
        ink = theme.color("ink2" if on else "ink3")
        paint.text(painter, role_box, self._role, theme.face("caption"), ink, "center")
