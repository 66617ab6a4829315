"""Small panels that hang from the top bar: the person's wishes, and the keys for which the bar has no room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget

from app.desktop import wording
from app.desktop.screens.page import FKeySpec
from app.desktop.theme import Theme
from app.desktop.theme.scale import CHOICES, fitting
from app.desktop.theme.sounds import Sounds
from app.desktop.till import Till
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.choices import Seg, Toggle
from app.desktop.widgets.surfaces import Overlay
from app.desktop.widgets.words import Rule, Txt


class Panel(Overlay):
    """One panel at a time, under what opened it; anything pressed outside closes it."""

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget, under: QWidget, *, above: bool = False) -> None:
        """`above` opens upward, for what hangs from the function bar."""
        super().__init__(theme, None, radius=12, parent=parent)
        self._host = parent
        self._under = under
        self._above = above
        self._content: QWidget | None = None

    def fill(self, layout: QLayout, width: float) -> None:
        """Put `layout` in it, `width` design pixels wide, and stand in place."""
        held = self.layout()
        assert held is not None
        if self._content is not None:
            held.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = boxed(layout)
        self._content.setFixedWidth(self.theme.px(width))
        held.addWidget(self._content)
        # Shown at once: what is hidden takes no room, and the panel would be measured without it.
        self._content.show()
        self._place()

    def _place(self) -> None:
        host = self._host
        reach = self.theme.px(self.SPREAD)
        held = self.layout()
        assert held is not None
        held.activate()
        size = held.totalSizeHint()
        edge = self._under.height() if not self._above else -size.height() + 2 * reach
        corner = self._under.mapTo(host, QPoint(self._under.width(), edge))
        left = min(corner.x() - size.width() + reach, host.width() - size.width() + reach - self.theme.px(8))
        gap = self.theme.px(6)
        self.setGeometry(max(left, 0), corner.y() - reach + (-gap if self._above else gap), size.width(), size.height())
        self.show()
        self.raise_()

    def holds(self, position: QPointF) -> bool:
        """Whether a point of the screen is on the panel."""
        return self.rect().contains(self.mapFromGlobal(position.toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside its buttons does nothing."""
        event.accept()

    def close_panel(self) -> None:
        """Go away."""
        self.hide()
        self.closed.emit()
        self.deleteLater()


class PersonPanel(Panel):
    """Language, look, size and sounds of this till; locking and leaving."""

    lock = Signal()
    leave = Signal()

    def __init__(self, theme: Theme, parent: QWidget, under: QWidget, till: Till, sounds: Sounds, room: QSize) -> None:
        """`room` is what the screen has; the sizes offered are multiples of what suits it."""
        super().__init__(theme, parent, under)
        self._till, self._sounds, self._room = till, sounds, room
        self._choice = till.settings.number("ui.scale") / 100
        self._build()
        theme.changed.connect(self._reworded)

    def _say(self, key: str) -> str:
        return wording.words(key, self.theme.language)

    def _build(self) -> None:
        theme, say = self.theme, self._say
        self._spoken = theme.language
        language = Seg(theme, ("中文", "English"), 1 if theme.language == "en" else 0, spoken=say("language"))
        language.chosen.connect(self._language)
        look = Seg(theme, (say("light"), say("dark")), 1 if theme.dark else 0, spoken=say("look"))
        look.chosen.connect(self._look)
        factors = tuple(CHOICES.values())
        nearest = min(range(len(factors)), key=lambda n: abs(factors[n] - self._choice))
        size = Seg(theme, tuple(say(f"size_{name}") for name in CHOICES), nearest, spoken=say("size"))
        size.chosen.connect(self._size)
        sounds = Toggle(theme, say("sounds"), on=not self._sounds.muted)
        sounds.toggled.connect(self._mute)
        lock = Btn(theme, say("lock"), "tonal", icon="lock-simple", key="Ctrl L")
        lock.clicked.connect(self.lock)
        leave = Btn(theme, say("leave"), "ghost", icon="power")
        leave.clicked.connect(self.leave)
        rows = [
            Row(theme, Txt(theme, say(key), "body", "ink2"), Spring(), part)
            for key, part in (("language", language), ("look", look), ("size", size), ("sounds", sounds))
        ]
        self.fill(Column(theme, *rows, Rule(theme), lock, leave, gap=12, margins=16), 300)

    def _language(self, index: int) -> None:
        self._till.settings.set("ui.language", "en" if index else "zh_CN")
        self.theme.set_language("en" if index else "zh")

    def _reworded(self) -> None:
        if self.theme.language != self._spoken:
            self._build()

    def _look(self, index: int) -> None:
        self._till.settings.set("ui.theme", "dark" if index else "light")
        self.theme.set_mode("dark" if index else "light")

    def _size(self, index: int) -> None:
        self._choice = tuple(CHOICES.values())[index]
        self._till.settings.set("ui.scale", round(self._choice * 100))
        self.theme.set_scale(fitting(self._choice, self._room.width(), self._room.height()))
        self._build()

    def _mute(self, on: bool) -> None:
        self._sounds.set_muted(not on)


class MorePanel(Panel):
    """All keys of the page, where the function bar has no room for them."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget, under: QWidget, specs: Sequence[FKeySpec]) -> None:
        super().__init__(theme, parent, under, above=True)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(8))
        for order, spec in enumerate(specs):
            button = Btn(theme, spec.label.of(theme.language), "line", key=spec.key, height=44)
            button.setEnabled(spec.enabled)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(self._tell(spec.key))
            grid.addWidget(button, order // 3, order % 3)
        self.fill(Column(theme, holder, margins=12), 480)

    def _tell(self, key: str) -> Callable[[], None]:
        def tell() -> None:
            self.close_panel()
            self.pressed.emit(key)

        return tell
