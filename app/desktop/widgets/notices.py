"""What the counter tells: advice strips, the echo of the last scan, banners, the ribbon of training, toasts."""

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.theme import Theme, paint
from app.desktop.theme.notes import ActionPlace, Note, NoteLayout, lay_out, paint_action, paint_note, spoken
from app.desktop.widgets.arrange import Column, Row, Spring
from app.desktop.widgets.base import Painted, PaintedButton
from app.desktop.widgets.buttons import Btn, LinkBtn
from app.desktop.widgets.words import Icon, IconTile, Txt


def announce(widget: QWidget, words: str) -> None:
    """Let screen readers say `words` without moving the focus."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class _NoteBtn(PaintedButton):
    """A way out on a strip."""

    def __init__(self, theme: Theme, place: ActionPlace, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.place = place
        self.name(place.action.words, place.action.keycap)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it as the delegate would."""
        paint_action(painter, self.theme, rect, self.place, hover=self.hovered, pressed=self.isDown())


class NoteStrip(Painted):
    """One piece of advice with its ways out; `acted` tells the key of the one taken."""

    acted = Signal(str)

    def __init__(self, theme: Theme, note: Note, parent: QWidget | None = None) -> None:
        """The height follows the width: words that do not fit beside the buttons wrap below."""
        super().__init__(theme, parent)
        self._note = note
        self._layout: NoteLayout | None = None
        self._buttons: list[_NoteBtn] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_note(note)

    @property
    def note(self) -> Note:
        """What it says."""
        return self._note

    def set_note(self, note: Note) -> None:
        """Say something else."""
        self._note = note
        self.setAccessibleName(spoken(self.theme, note))
        for button in self._buttons:
            button.deleteLater()
        self._buttons.clear()
        for place in lay_out(self.theme, note, 800).places:
            button = _NoteBtn(self.theme, place, self)
            button.clicked.connect(self._act)
            button.show()
            self._buttons.append(button)
        self._layout = None
        self.restyle()
        self._place()

    def _act(self) -> None:
        sender = self.sender()
        if isinstance(sender, _NoteBtn):
            self.acted.emit(sender.place.action.key)

    def measure(self) -> None:
        """Lay out again at the next size."""
        self._layout = None
        self._place()

    def hasHeightForWidth(self) -> bool:
        """A narrower strip is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels for a width."""
        return lay_out(self.theme, self._note, width).height

    def sizeHint(self) -> QSize:
        """As high as its present width needs."""
        width = max(self.width(), self.theme.px(320))
        return QSize(self.theme.px(480), self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Narrow strips wrap."""
        return QSize(self.theme.px(240), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the buttons again."""
        super().resizeEvent(event)
        self._place()
        self.updateGeometry()

    def _place(self) -> None:
        layout = self._layout = lay_out(self.theme, self._note, self.width())
        for button, place in zip(self._buttons, layout.places, strict=True):
            button.place = place
            button.setGeometry(place.rect.toRect())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ground and words; the buttons draw themselves."""
        layout = self._layout or lay_out(self.theme, self._note, rect.width())
        paint_note(painter, self.theme, rect, self._note, layout, buttons=False)


class _EchoWords(Painted):
    """What was scanned and the smaller words after it, in one piece: new words move nothing beside it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._title, self._detail = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.stand_on("surface")
        self.restyle()

    def set_words(self, title: str, detail: str) -> None:
        """Show other words."""
        if (title, detail) != (self._title, self._detail):
            self._title, self._detail = title, detail
            self.setAccessibleName(f"{title} {detail}".strip())
            self.update()

    def measure(self) -> None:
        """One line box high, at least wide enough for a few characters."""
        self.setFixedHeight(self.theme.face("body_strong").line)
        self.setMinimumWidth(self.theme.px(24))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the title, and of the detail what fits."""
        theme = self.theme
        wide = paint.text(
            painter, rect, theme.told(self._title), theme.face("body_strong"), theme.color("ink"), elide=True
        )
        rest = rect.adjusted(wide + theme.px(9), 0, 0, 0)
        if self._detail and rest.width() > theme.px(24):
            paint.text(
                painter, rest, theme.told(self._detail), theme.face("label"), theme.color("ink3"), elide=True
            )


class ScanEcho(Painted):
    """The last scan and what became of it, with one thing to do about it."""

    acted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Empty until `show_echo`."""
        super().__init__(theme, parent)
        self._icon = Icon(theme, "barcode", 20, "ink3")
        self._icon.stand_on("surface")
        self._words = _EchoWords(theme)
        self._action = LinkBtn(theme, "")
        self._action.clicked.connect(self.acted)
        self._action.hide()
        self.setLayout(Row(theme, self._icon, (self._words, 1), self._action, gap=9, margins=(18, 0, 14, 0)))
        self.restyle()

    def show_echo(self, icon: str, tone: str, title: str, detail: str = "", action: str = "", key: str = "") -> None:
        """Show a scan: `tone` colours the icon, `action` and its `key` are offered on the right."""
        self._icon.set_icon(icon, tone, "fill")
        self._words.set_words(title, detail)
        self._action.setVisible(bool(action))
        self._action.set_words(action, key=key)
        announce(self, f"{title} {detail}".strip())

    def measure(self) -> None:
        """48 high."""
        self.setFixedHeight(self.theme.px(48))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A hairline above."""
        paint.hairline(painter, self.theme, 0, 0, rect.width())


class Banner(Painted):
    """A strip under the top bar saying what is safe, then what is wrong."""

    acted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Hidden until `show_banner`."""
        super().__init__(theme, parent)
        self._tone = "info"
        self._icon = Icon(theme, "info", 20, "info_ink", "fill")
        self._title = Txt(theme, "", "body_strong", "info_ink")
        self._detail = Txt(theme, "", "label", "ink2", elide=True)
        self._action = LinkBtn(theme, "")
        self._action.clicked.connect(self.acted)
        self.setLayout(
            Row(theme, self._icon, self._title, (self._detail, 1), self._action, gap=10, margins=(20, 0, 14, 0))
        )
        self.restyle()
        self.hide()

    def show_banner(self, tone: str, icon: str, title: str, detail: str = "", action: str = "") -> None:
        """`tone` is `info`, `warn` or `bad`."""
        self._tone = tone
        self._icon.set_icon(icon, f"{tone}_ink", "fill")
        self._title.set_tone(f"{tone}_ink")
        self._title.set_words(title)
        self._detail.set_words(detail)
        self._action.setVisible(bool(action))
        self._action.set_words(action, tone=f"{tone}_ink")
        self.show()
        self.update()
        announce(self, f"{title} {detail}".strip())

    def measure(self) -> None:
        """44 high."""
        self.setFixedHeight(self.theme.px(44))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The tint and a hairline below."""
        painter.fillRect(rect, self.theme.color(f"{self._tone}_t"))
        line = QRectF(0, rect.height() - 1, rect.width(), 1)
        painter.fillRect(line, self.theme.color(f"{self._tone}_l"))


class Ribbon(Painted):
    """The hatched ribbon that stands on every screen in training mode."""

    left = Signal()

    def __init__(self, theme: Theme, title: str, detail: str, leave: str, parent: QWidget | None = None) -> None:
        """`left` tells that the person asked to leave training."""
        super().__init__(theme, parent)
        self._title = Txt(theme, title, "label_strong", "ribbon_ink")
        self._detail = Txt(theme, detail, "label", "ribbon_ink")
        self._leaving = Btn(theme, leave, height=28, role="label_strong")
        self._leaving.clicked.connect(self.left)
        self.setLayout(
            Row(
                theme,
                Spring(),
                Icon(theme, "student", 18, "ribbon_ink", "bold"),
                self._title,
                self._detail,
                Spring(),
                self._leaving,
                gap=9,
                margins=(20, 0, 12, 0),
            )
        )
        self.setAccessibleName(f"{title} {detail}")
        self.restyle()

    def set_words(self, title: str, detail: str, leave: str) -> None:
        """Say it in other words."""
        self._title.set_words(title)
        self._detail.set_words(detail)
        self._leaving.set_words(leave)
        self.setAccessibleName(f"{title} {detail}")

    def measure(self) -> None:
        """36 high, or as the touch profile needs."""
        self.setFixedHeight(max(self.theme.px(36), self.theme.target(28) + self.theme.px(4)))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The hatching."""
        paint.hatch(painter, self.theme, rect, "ribbon", "ribbon2")


class _ToastBtn(LinkBtn):
    """The way back on a toast."""

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Words in the toast's own green."""
        theme, px = self.theme, self.theme.px
        if self.hovered or self.isDown():
            paint.rounded(painter, rect, px(6), theme.color("toast_ink", 0.12))
        face = theme.face(self._role)
        shown = f"{self._words}  {theme.key(self._key)}" if self._key else self._words
        paint.text(painter, rect, shown, face, theme.color("toast_act"), "center")

    def measure(self) -> None:
        """Words and key side by side."""
        shown = f"{self._words}  {self.theme.key(self._key)}" if self._key else self._words
        self.setFixedSize(round(self.theme.face(self._role).width(shown)) + self.theme.px(16), self.theme.target(30))


class Toast(Painted):
    """A short message at the bottom left of its host, with a way back; one at a time, gone after four seconds."""

    undone = Signal()
    REACH = 14
    TONES = frozenset({"good", "warn", "bad"})

    def __init__(self, theme: Theme, host: QWidget, *, margin: float = 16) -> None:
        """Stands `margin` design pixels from the host's left and bottom edges."""
        super().__init__(theme, host)
        self._host, self._margin = host, margin
        self._icon = Icon(theme, "check-circle", 20, "toast_good", "fill")
        self._title = Txt(theme, "", "body_strong", "toast_ink")
        self._action = _ToastBtn(theme, "", role="body_strong")
        self._action.clicked.connect(self._undo)
        edge = self.REACH
        self.setLayout(
            Row(
                theme,
                self._icon,
                self._title,
                6,
                self._action,
                gap=8,
                margins=(16 + edge, edge, 10 + edge, edge),
            )
        )
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        host.installEventFilter(self)
        self.hide()

    def show_toast(
        self,
        words: str,
        *,
        icon: str = "check-circle",
        tone: str = "good",
        action: str = "",
        key: str = "",
        milliseconds: int = 4000,
    ) -> None:
        """Show a message; `tone` is `good`, `warn` or `bad`; `action` and `key` offer the way back."""
        self._icon.set_icon(icon, f"toast_{tone if tone in self.TONES else 'good'}", "fill")
        self._title.set_words(words)
        self._action.setVisible(bool(action))
        self._action.set_words(action, key=key)
        self.setAccessibleName(words)
        self.setFixedHeight(self.theme.px(46 + 2 * self.REACH))
        self.adjustSize()
        self.raise_()
        self.show()
        self._move(animated=True)
        self._timer.start(milliseconds)
        announce(self, words)

    def _undo(self) -> None:
        self.hide()
        self.undone.emit()

    def _move(self, *, animated: bool) -> None:
        reach = self.theme.px(self.REACH)
        margin = self.theme.px(self._margin)
        rest = QPoint(margin - reach, self._host.height() - self.height() - margin + reach)
        self._slide.stop()
        if not animated or not self.theme.duration(160):
            self.move(rest)
            return
        self._slide.setDuration(self.theme.duration(160))
        self._slide.setStartValue(rest + QPoint(0, self.theme.px(8)))
        self._slide.setEndValue(rest)
        self._slide.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the host changes size."""
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._move(animated=False)
        return False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw shadow and ground."""
        theme = self.theme
        box = paint.inner(rect, theme.px(self.REACH))
        paint.shadow(painter, theme, paint.shadow_pixmap(theme, 10, self.REACH * 0.75), box, 10, self.REACH * 0.75)
        paint.rounded(painter, box, theme.px(10), theme.color("toast"), theme.color("toast_line"))


class Empty(QWidget):
    """An empty state: a tile, what is missing, and the next act."""

    acted = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        detail: str = "",
        action: str = "",
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`acted` tells that the offered act was pressed."""
        super().__init__(parent)
        self.title = Txt(theme, title, "section", align="center")
        self.detail = Txt(theme, detail, "label", "ink2", align="center")
        self.button = Btn(theme, action, "tonal", key=key)
        self.button.clicked.connect(self.acted)
        if not action:
            self.button.hide()
        self.setLayout(
            Column(
                theme,
                Spring(),
                Row(theme, Spring(), IconTile(theme, icon, 72), Spring()),
                8,
                self.title,
                self.detail,
                6,
                Row(theme, Spring(), self.button, Spring()),
                Spring(),
                gap=6,
            )
        )
