"""Desks: what the returns, shift, stock and receipts pages share — words, refusals, waiting for commits, and redrawing in place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import delete

from app.counter.faults import Refused
from app.counter.scene import Echo
from app.desktop.screens.page import Page, Surroundings
from app.desktop.screens.settling import settle
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Part, Row, boxed
from app.desktop.widgets.base import Painted
from app.desktop.widgets.surfaces import Ground
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME

if TYPE_CHECKING:
    from app.counter.pending import Pending
    from app.desktop.screens.form import Form

T = TypeVar("T")

MARKS: dict[str, paint.Mark] = {
    "rx": paint.Mark.RX,
    "otc_a": paint.Mark.OTC_RED,
    "otc_b": paint.Mark.OTC_GREEN,
    "food": paint.Mark.HEALTH_FOOD,
    "device": paint.Mark.DEVICE,
    "eph": paint.Mark.EPHEDRINE,
    "ins_a": paint.Mark.INSURANCE_A,
    "ins_b": paint.Mark.INSURANCE_B,
    "cold": paint.Mark.COLD_CHAIN,
}
"""The scene's class marks as they are painted."""


def marks_of(names: Sequence[str]) -> tuple[paint.Mark, ...]:
    """The painted marks of a scene's; unknown names are left out."""
    return tuple(MARKS[name] for name in names if name in MARKS)


def clock_text(at: datetime, day: date | None = None) -> str:
    """`11-20 16:42` in the shop's time, or `16:42` on the given day."""
    local = at.astimezone(SHOP_TIME)
    return local.strftime("%H:%M" if local.date() == day else "%m-%d %H:%M")


def short_number(number: str) -> str:
    """A printed number in short: its sequence and hash parts, enough to find the paper by."""
    parts = number.split("-")
    return "-".join(parts[-2:]) if len(parts) > 2 else number


class Slot(QWidget):
    """A place on a page whose content is made anew after an act; the focus stays on the part of the same name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._inner: QWidget | None = None
        self._facts: object = None

    def fill_for(self, facts: object, make: Callable[[], QWidget | QLayout]) -> bool:
        """Show what `make` makes of these facts, which must name all that it reads; False when it stood here already."""
        if self.stands_for(facts):
            return False
        self.fill(make())
        self._facts = facts
        return True

    def stands_for(self, facts: object) -> bool:
        """Whether what stands here was made of these facts; if not, it is not seen any more until the place is filled."""
        stands = self._inner is not None and self._facts == facts
        if self.updatesEnabled() != stands:
            self.setUpdatesEnabled(stands)
        return stands

    def empty(self) -> None:
        """Take down what stands here, at once; for what nobody sees."""
        old, self._inner, self._facts = self._inner, None, None
        if old is not None:
            delete(old)
        self.setUpdatesEnabled(True)

    def fill(self, content: QWidget | QLayout) -> None:
        """Show other content; whatever stood here is let go."""
        widget = content if isinstance(content, QWidget) else boxed(content)
        focus = self.focusWidget()
        # Asked of the window: one that lies behind another has a field for the keyboard all the same.
        name = focus.objectName() if focus is not None and self.window().focusWidget() is focus else ""
        old, self._inner, self._facts = self._inner, widget, None
        self.setUpdatesEnabled(True)
        if old is not None:
            # The old goes out of the layout first: two that share the room for a moment are each laid out twice.
            self._box.removeWidget(old)
        self._box.addWidget(widget)
        # Shown at once: keys that follow in the same turn of the event loop must find it.
        widget.show()
        if old is not None:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        if name:
            again = widget.findChild(QWidget, name)
            if again is not None:
                again.setFocus(Qt.FocusReason.OtherFocusReason)


class Listing(QScrollArea):
    """Rows below each other that scroll when they are many; arrows move between them."""

    def __init__(self, theme: Theme, rows: Sequence[QWidget], *, gap: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = tuple(rows)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = Column(theme, *rows, gap=gap)
        column.addStretch(1)
        inner = boxed(column)
        self.setWidget(inner)
        # A scroll area paints its inside by itself; the surface behind must show.
        inner.setAutoFillBackground(False)
        theme.dress_area(self)
        self.setMinimumHeight(theme.px(60))


class Sheet(Painted):
    """A card whose head may be tinted: the ground of lists with a title."""

    def __init__(self, theme: Theme, layout: QLayout, *, fill: str = "surface") -> None:
        super().__init__(theme)
        self._fill = fill
        self.setLayout(layout)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the surface."""
        paint.panel(painter, self.theme, rect, fill=self._fill)


class Desk(Page):
    """A page that redraws itself from facts after every act."""

    _seen = Signal()
    """Somebody sees the page that nobody saw when the language changed."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._waiting: dict[str, tuple[Future[Any], Callable[[Any], None], Callable[[], None]]] = {}
        self._asked = 0
        self._undrawn: Iterator[None] | None = None
        self._next_part = QTimer(self)
        self._next_part.setSingleShot(True)
        self._next_part.timeout.connect(self._draw_next)
        self._language = self.theme.language
        self._unspoken = False
        """Whether the language has changed since this was drawn whole."""
        self.bridge.resumed.connect(self._resumed)
        self.theme.changing.connect(self._look_goes)
        self.theme.changed.connect(self._maybe_redraw)
        self._seen.connect(self._maybe_redraw, Qt.ConnectionType.QueuedConnection)

    def lay(self, *parts: Part) -> None:
        """Stand the page's parts side by side on the canvas."""
        ground = Ground(self.theme, Row(self.theme, *parts, gap=12, margins=(16, 12, 16, 12)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ground)

    @staticmethod
    def list_key(name: str, rows: Sequence[QWidget], back: Callable[[], None]) -> bool:
        """What Esc and the arrows mean on a page with a list: step back, enter it from above or below; True when used."""
        if name == "Esc":
            back()
            return True
        if name in ("Up", "Down") and rows:
            rows[-1 if name == "Up" else 0].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False

    def say(self, zh: str, en: str) -> str:
        """One sentence in the language in force."""
        return en if self.theme.language == "en" else zh

    def of(self, text: Text) -> str:
        """A two-language text in the language in force."""
        return text.of(self.theme.language)

    def redraw(self) -> None:
        """Draw everything anew."""

    def draw_in_parts(self, parts: Iterator[None]) -> None:
        """Draw what comes before the first `yield` now and each further part in a turn of its own, so that no key waits for all of them."""
        self._undrawn = parts
        if self.isVisible():
            self._draw_next()
        else:
            # The counter comes to the front after its page.
            self.draw_out()

    def come_in_parts(self, parts: Iterator[None]) -> None:
        """`draw_in_parts` for the whole page as it comes to the front: nothing of it is left that speaks another language."""
        self._unspoken = False
        self.draw_in_parts(parts)

    @property
    def reading(self) -> bool:
        """Whether a part is still to be drawn."""
        return self._undrawn is not None

    def draw_out(self) -> None:
        """Draw now whatever is still to come: called before a key means anything on the page."""
        parts, self._undrawn = self._undrawn, None
        for _ in parts or ():
            pass

    def _draw_next(self) -> None:
        parts = self._undrawn
        if parts is None:
            return
        if not self.isVisible():
            # Nobody looks any more; what is missing is drawn when somebody does.
            self._undrawn = None
        elif next(parts, self) is None:
            self._next_part.start()
        elif self._undrawn is parts:
            self._undrawn = None

    def look(self) -> object:
        """What of the theme is in the words and sizes that are made once: a part of the facts of every `Slot.fill_for`."""
        return self.theme.language, self.theme.scale

    def let_go(self) -> None:
        """Take down what was drawn: the theme changes while nobody sees the page, and every part that stands would follow it."""

    def _look_goes(self) -> None:
        if not self.isVisible():
            self._undrawn = None
            self.let_go()

    def _maybe_redraw(self) -> None:
        if self.theme.language != self._language:
            self._language, self._unspoken = self.theme.language, True
        # A page that nobody sees waits with it until somebody does: a dozen of them would hold up the one on screen.
        if self._unspoken and self.isVisible():
            self._unspoken = False
            self.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        """Speak the language in force, before anything is painted; Qt still goes through the parts that stand here."""
        super().showEvent(event)
        if self._unspoken:
            self._seen.emit()

    # ------------------------------------------------------------------ acts

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Do something that may be refused; a refusal is told where the person looks. True when it was done."""
        try:
            act()
        except Refused as refusal:
            self.refuse(refusal)
            return False
        return True

    def refuse(self, refusal: Refused) -> None:
        """Tell why not."""
        self.tell(Echo("refused", refusal.code, dict(refusal.facts), sound="scan_rejected"))

    def after(self, future: Future[Any], then: Callable[[Any], None], failed: Callable[[], None] = lambda: None) -> None:
        """Go on with the result once a commit (or other work of another thread) has returned; a fault is told, then `failed` called."""
        self._asked += 1
        tag = f"{self.key}#{self._asked}"
        self._waiting[tag] = (future, then, failed)
        resume = self.bridge.resume(tag)
        future.add_done_callback(lambda _: resume())

    def settled(self, act: Callable[[], Pending[T]], then: Callable[[T], None], refused: Callable[[Refused], None] | None = None) -> None:
        """Do something that counts once it is on disk and go on then, told what it came to; a refusal is told, also a later one."""
        told = refused or self.refuse

        def done(result: T) -> None:
            then(result)
            self.changed.emit()

        try:
            pending = act()
        except Refused as refusal:
            told(refusal)
            return
        settle(self.bridge, pending, done, told, lambda: self.tell(Echo("told", "disk_slow")))

    def in_background(self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[], None] = lambda: None) -> None:
        """Do slow work on a thread of its own, then go on here."""
        future: Future[Any] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)

        self.after(future, then, failed)
        threading.Thread(target=run, name=f"{self.key}-work", daemon=True).start()

    def _resumed(self, tag: str) -> None:
        waited = self._waiting.pop(tag, None)
        if waited is None:
            return
        future, then, failed = waited
        error = future.exception()
        if error is None:
            then(future.result())
        elif isinstance(error, Refused):
            self.refuse(error)
            failed()
        else:
            code = getattr(error, "code", type(error).__name__)
            self.tell(Echo("refused", "not_kept", {"why": str(code)}, sound="scan_rejected"))
            failed()
        self.changed.emit()


class Latest:
    """Work behind a page of which only what was asked for last comes to anything: a picture of what stands now."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = 0
        self.waits = False
        """Whether it is on its way."""

    def ask(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Do slow work on a thread of its own and hand over what it came to, unless something else is wanted by then."""
        self.forget()
        turn, self.waits = self._turn, True

        def done(made: T) -> None:
            if turn == self._turn:
                self.waits = False
                then(made)

        def failed() -> None:
            self.waits = self.waits and turn != self._turn

        self._desk.in_background(work, done, failed)

    def forget(self) -> None:
        """What is on its way comes to nothing any more."""
        self._turn += 1
        self.waits = False


class FormDesk(Desk):
    """A desk that asks its questions in a form on its right, in the place of what stands there."""

    _form: Form | None = None

    def _draw_right(self) -> None:
        """Draw the right side: the open form, else what stands there without one."""

    def _focus_first(self) -> None:
        """Put the keyboard where work goes on."""

    def leave_form(self) -> bool:
        """Leave the open form unanswered; True when there was one."""
        if self._form is None:
            return False
        self._form = None
        self._draw_right()
        self.changed.emit()
        self._focus_first()
        return True
