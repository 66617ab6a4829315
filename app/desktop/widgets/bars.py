"""The frame round every screen: rail, top bar, function bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import Painted, PaintedButton
from app.desktop.widgets.buttons import FKey, IconBtn
from app.desktop.widgets.chips import Avatar, PillBtn
from app.desktop.widgets.fields import Omnibox
from app.desktop.widgets.words import Rule, Txt


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A place in the rail: its key, icon and words."""

    key: str
    icon: str
    words: str


class NavKey(PaintedButton):
    """One place in the rail, with a badge for waiting work."""

    def __init__(
        self, theme: Theme, entry: NavEntry, *, narrow: bool = False, tall: float = 60, parent: QWidget | None = None
    ) -> None:
        """`narrow` drops the words and keeps the icon; `tall` is less where many places stand in the rail."""
        super().__init__(theme, parent)
        self.entry = entry
        self._tall = tall
        self._icon = entry.icon
        self._badge = ""
        self._badge_tone = "badge"
        self._narrow = narrow
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name(entry.words)
        self.restyle()

    def set_badge(self, words: str, tone: str = "badge") -> None:
        """Show a count; an empty string takes it away. `tone` is `badge` or `badge_info`."""
        self._badge, self._badge_tone = words, tone
        self.setAccessibleDescription(words)
        self.update()

    def set_icon(self, icon: str) -> None:
        """Show another icon, such as a struck-out cloud."""
        self._icon = icon
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Drop or show the words."""
        self._narrow = narrow
        self.setToolTip(self.entry.words if narrow else "")
        self.restyle()

    def measure(self) -> None:
        """76 wide, 60 high or what is left to it; at most 52 without words."""
        self.setFixedSize(self.theme.px(76), self.theme.px(min(52, self._tall) if self._narrow else self._tall))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it; the chosen one is filled and marked on the left edge."""
        theme, px = self.theme, self.theme.px
        on = self.isChecked()
        ground = rect.adjusted(px(6), px(2), -px(6), -px(2))
        if on:
            paint.rounded(painter, ground, px(10), theme.color("rail_sel"))
            mark = QRectF(0, rect.top() + px(16), px(3), rect.height() - px(32))
            paint.rounded(painter, mark, px(1.5), theme.color("rail_mark"))
        elif self.isDown() or self.hovered:
            paint.rounded(painter, ground, px(10), theme.color("rail_sel" if self.isDown() else "rail_hover"))
        ink = "rail_on" if on else "rail_ink"
        x = rect.center().x() - px(23) / 2
        middle = rect.center().y() if self._narrow else rect.center().y() - px(9.5)
        paint.icon(painter, theme, self._icon, x, middle, 23, ink, "fill" if on else "regular")
        if not self._narrow:
            words = QRectF(rect.left(), rect.center().y() + px(4), rect.width(), px(18))
            face = theme.face("caption", weight=600 if on else 500)
            paint.text(painter, words, self.entry.words, face, theme.color(ink), "center")
        if self._badge:
            ring = "rail_sel" if on else "rail"
            paint.badge(
                painter, theme, x + px(18), middle - px(16), self._badge, fill=self._badge_tone, ring=ring
            )


class NavRail(Painted):
    """The rail: the product's sign, the places of the counter, and below them synchronising and settings."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        entries: Sequence[NavEntry],
        foot: Sequence[NavEntry] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`chosen` tells the key of the place pressed; marking it is left to `set_active`."""
        super().__init__(theme, parent)
        places = (*entries, *foot)
        # The smallest screen that shows everything is 768 high, 70 of it the sign.
        tall = max(50, min(60, (768 - 70) // max(1, len(places))))
        self._keys = {entry.key: NavKey(theme, entry, tall=tall) for entry in places}
        self._active = ""
        top = [self._keys[entry.key] for entry in entries]
        below = [self._keys[entry.key] for entry in foot]
        for key in self._keys.values():
            key.clicked.connect(self._tell)
        self._sign = _Sign(theme)
        self.setLayout(Column(theme, self._sign, *top, Spring(), *below, gap=0, margins=(0, 0, 0, 6)))
        self.restyle()

    def _tell(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, NavKey):
            pressed.setChecked(pressed.entry.key == self._active)
            self.chosen.emit(pressed.entry.key)

    def set_active(self, key: str) -> None:
        """Mark the place on screen; an unknown key marks none."""
        self._active = key
        for name, place in self._keys.items():
            place.setChecked(name == key)

    def set_badge(self, key: str, words: str, tone: str = "badge") -> None:
        """Show waiting work at a place; an empty string takes it away."""
        self._keys[key].set_badge(words, tone)

    def set_icon(self, key: str, icon: str) -> None:
        """Show another icon at a place."""
        self._keys[key].set_icon(icon)

    def set_narrow(self, narrow: bool) -> None:
        """Drop the words where the screen is small."""
        for place in self._keys.values():
            place.set_narrow(narrow)

    def measure(self) -> None:
        """76 wide."""
        self.setFixedWidth(self.theme.px(76))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Fill it."""
        painter.fillRect(rect, self.theme.color("rail"))
        if self.theme.dark:
            painter.fillRect(QRectF(rect.width() - 1, 0, 1, rect.height()), self.theme.color("line"))


class _Sign(Painted):
    """The product's sign at the head of the rail."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.restyle()

    def measure(self) -> None:
        """As high as the top bar."""
        self.setFixedSize(self.theme.px(76), self.theme.px(64))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it in the middle."""
        side = self.theme.px(36)
        paint.logo(
            painter, self.theme, QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
        )


class _Person(PaintedButton):
    """Who is at the till; pressing it locks or changes the person."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._shown = ("", "", "")
        self._avatar = Avatar(theme, "", 36, "good", self)
        self._words = Txt(theme, "", "body_strong", parent=self)
        self._role = Txt(theme, "", "caption", "ink3", parent=self)
        self.setLayout(
            Row(
                theme,
                self._avatar,
                boxed(Column(theme, Spring(), self._words, self._role, Spring(), gap=0)),
                gap=12,
                margins=(4, 0, 4, 0),
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.restyle()

    def set_person(self, words: str, role: str, tone: str) -> None:
        """Show somebody."""
        if (words, role, tone) == self._shown:
            return
        self._shown = (words, role, tone)
        self._avatar.set_letter(words[:1], tone)
        self._words.set_words(words)
        self._role.set_words(role)
        self.name(words, role)
        self.restyle()

    def measure(self) -> None:
        """48 high."""
        self.setFixedHeight(self.theme.px(48))
        layout = self.layout()
        if layout is not None:
            self.setMinimumWidth(layout.minimumSize().width())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A tint under the pointer."""
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, self.theme.px(9), self.theme.color("hover"))


class TopBar(Painted):
    """Where we are, the omnibox, the state of synchronising and printing, the time and the person."""

    sync_pressed = Signal()
    printer_pressed = Signal()
    person_pressed = Signal()

    def __init__(self, theme: Theme, placeholder: str = "", parent: QWidget | None = None) -> None:
        """Parts are public: `omnibox` for its own signals; the rest is set by the methods below."""
        super().__init__(theme, parent)
        self._place = Txt(theme, "", "body_strong")
        self._sale = Txt(theme, "", "caption", "ink3")
        self.omnibox = Omnibox(theme, placeholder)
        self.sync = PillBtn(theme, "", "good", icon="cloud-check")
        self.printer = IconBtn(theme, "printer", theme.say("printer_ready"))
        self.printer_trouble = PillBtn(theme, "", "bad", icon="printer")
        self.printer_trouble.hide()
        self._clock = Txt(theme, "00:00", "head")
        self._person = _Person(theme)
        self.sync.clicked.connect(self.sync_pressed)
        self.printer.clicked.connect(self.printer_pressed)
        self.printer_trouble.clicked.connect(self.printer_pressed)
        self._person.clicked.connect(self.person_pressed)
        self.setLayout(
            Row(
                theme,
                boxed(Column(theme, Spring(), self._place, self._sale, Spring(), gap=0)),
                8,
                (self.omnibox, 1),
                8,
                self.sync,
                self.printer,
                self.printer_trouble,
                Rule(theme, standing=24),
                self._clock,
                self._person,
                gap=10,
                margins=(20, 0, 16, 0),
            )
        )
        self.restyle()

    def set_place(self, place: str, sale: str) -> None:
        """The shop, and below it till, shift and sale number."""
        self._place.set_words(place)
        self._sale.set_words(sale)

    def set_sync(self, words: str, tone: str = "good", icon: str = "cloud-check") -> None:
        """The state of synchronising; green while up to date, blue while offline, amber or red when too old."""
        self.sync.set_words(words, tone, icon)

    def set_printer(self, trouble: str, tone: str = "bad") -> None:
        """What is wrong with printing; an empty string shows the quiet icon."""
        self.printer.setVisible(not trouble)
        self.printer_trouble.setVisible(bool(trouble))
        if trouble:
            self.printer_trouble.set_words(trouble, tone)

    def set_clock(self, words: str) -> None:
        """The time of day."""
        self._clock.set_words(words)

    def set_person(self, words: str, role: str, tone: str = "good") -> None:
        """Who is at the till."""
        self._person.set_person(words, role, tone)

    def measure(self) -> None:
        """64 high."""
        self.printer.set_icon("printer", self.theme.say("printer_ready"))
        self.setFixedHeight(self.theme.px(64))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The surface and a hairline below."""
        painter.fillRect(rect, self.theme.color("surface"))
        paint.hairline(painter, self.theme, 0, rect.height() - 1, rect.width())


@dataclass(frozen=True, slots=True)
class FKeyEntry:
    """What a function key means on this screen."""

    key: str
    words: str
    enabled: bool = True
    primary: bool = False


class FBar(Painted):
    """The function bar: every key that works here, which is also a button for fingers."""

    pressed = Signal(str)
    more = Signal()
    FEWEST = 8

    def __init__(self, theme: Theme, entries: Sequence[FKeyEntry] = (), parent: QWidget | None = None) -> None:
        """`pressed` tells the key (`F3`, `Del`); `more` that the keys without room were asked for."""
        super().__init__(theme, parent)
        self._entries: tuple[FKeyEntry, ...] = ()
        self._keys: list[FKey] = []
        """Those of the screen that is shown."""
        self._made: list[FKey] = []
        """Every key that any screen needed so far."""
        self._row = Row(theme, gap=6, margins=(16, 8, 16, 8))
        self.setLayout(self._row)
        self._more = FKey(theme, "···", theme.say("more"))
        self._more.clicked.connect(self.more)
        self._more.hide()
        self._row.addWidget(self._more)
        self.setMinimumWidth(1)
        self.set_entries(entries)
        self.restyle()

    @property
    def entries(self) -> tuple[FKeyEntry, ...]:
        """All keys, those without room too."""
        return self._entries

    def set_entries(self, entries: Sequence[FKeyEntry]) -> None:
        """Show the keys of another screen."""
        if tuple(entries) == self._entries:
            return
        shown = self._entries = tuple(entries)
        if len(shown) > len(self._made):
            # The way to the rest stays the last, for the Tab key too.
            self._more.setParent(None)
            self._made += [self._make() for _ in range(len(shown) - len(self._made))]
            self._row.addWidget(self._more)
        for order, key in enumerate(self._made):
            if order >= len(shown) or (key.hasFocus() and key.key != shown[order].key):
                # Whoever stands on a key must not stand on another one that came in its place.
                key.hide()
        # The keys stay and stand for others: a page that comes up makes none.
        for key, entry in zip(self._made, shown, strict=False):
            if self._entries is not shown:
                # A key that had the keyboard gave it away, and that brought other keys already.
                return
            key.set_key(entry.key, entry.words, primary=entry.primary)
            key.setEnabled(entry.enabled)
        self._keys = self._made[: len(shown)]
        self._collapse()

    def _make(self) -> FKey:
        key = FKey(self.theme, "", "", parent=self)
        key.clicked.connect(self._tell)
        self._row.addWidget(key)
        return key

    def _tell(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, FKey):
            self.pressed.emit(pressed.key)

    def _collapse(self) -> None:
        px = self.theme.px
        needed = sum(key.minimumWidth() for key in self._keys) + px(6) * max(0, len(self._keys) - 1) + px(32)
        tight = needed > self.width() > 1 and len(self._keys) > self.FEWEST
        shown = self.FEWEST if tight else len(self._keys)
        for order, key in enumerate(self._made):
            key.setVisible(order < shown)
        self._more.setVisible(tight)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep eight keys and `more` where there is no room for all."""
        super().resizeEvent(event)
        self._collapse()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press between two keys does nothing."""
        event.accept()

    def measure(self) -> None:
        """60 high, or as the touch profile needs."""
        self.setFixedHeight(self.theme.target(44) + self.theme.px(16))
        self._more.set_words(self.theme.say("more"))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The ground and a hairline above."""
        painter.fillRect(rect, self.theme.color("sunken"))
        paint.hairline(painter, self.theme, 0, 0, rect.width())
