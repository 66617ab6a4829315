"""The sign-in page: who works, the PIN, the float; painted from a glance at the store, before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QRadialGradient
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from app.desktop import wording
from app.desktop.bridge import Bridge
from app.desktop.theme import Theme, paint
from app.desktop.till import Till
from app.desktop.titles import till_title
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn, PersonCard
from app.desktop.widgets.logo import Logo
from app.desktop.widgets.pads import Keypad, PinDots
from app.desktop.widgets.surfaces import Ground, Panel
from app.desktop.widgets.words import Icon, Money, Para, Txt
from app.records.clock import SHOP_TIME
from app.store.glance import Face, Glance

if TYPE_CHECKING:
    from app.desktop.screens.counting import Counting

PIN_LONGEST = 8
DOTS = 4
GREETINGS = (52, 48, 44, 40)
"""Sizes of the greeting, the one it is meant to have first."""
ACROSS = 3
"""Cards of people in one row."""
_DEMO_PINS_ARE_CODES = "demo"
"""Setting of a demo shop, whose people have their own number as PIN so that a stranger gets in."""


class _Hero(Painted):
    """The green left side."""

    def measure(self) -> None:
        """410 wide."""
        self.setFixedWidth(self.theme.px(410))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A slope of greens, a glow in the corner, and the product's sign, large and faint."""
        theme = self.theme
        slope = QLinearGradient(0, 0, rect.width() * 0.6, rect.height())
        slope.setColorAt(0, theme.color("hero_b"))
        slope.setColorAt(1, theme.color("hero_c"))
        painter.fillRect(rect, slope)
        glow = QRadialGradient(rect.right(), 0, rect.width())
        glow.setColorAt(0, theme.color("hero_a"))
        glow.setColorAt(1, theme.color("hero_a", 0))
        painter.fillRect(rect, glow)
        painter.setOpacity(0.06)
        side = rect.width() * 0.9 / theme.px(1)
        paint.icon(painter, theme, "pill", rect.width() * 0.42, rect.height() * 0.64, side, "hero_ink", "fill")
        painter.setOpacity(1)


class _Greeting(Txt):
    """Good day, as large as the green side has room for."""

    def measure(self) -> None:
        """The largest size at which the words stand between the margins."""
        room = self.theme.px(410 - 2 * 48)
        self._size = next((size for size in GREETINGS if self.theme.face("hero", size).width(self._words) < room), GREETINGS[-1])
        super().measure()


class _StateLine(QWidget):
    """One state of the till on the hero: icon, name, and how it stands."""

    def __init__(self, theme: Theme, icon: str) -> None:
        super().__init__()
        self._icon = Icon(theme, icon, 20, "rail_mark", "fill")
        self._name = Txt(theme, "", "title", "hero_ink", weight=500)
        self._state = Txt(theme, "", "title", "hero_ink2", align="right", weight=500)
        self.setLayout(Row(theme, self._icon, self._name, Spring(), self._state, gap=10))

    def say(self, name: str, state: str, icon: str, tone: str = "rail_mark") -> None:
        """Show how something stands."""
        self._icon.set_icon(icon, tone, "fill")
        self._name.set_words(name)
        self._state.set_words(state)
        self.show()


class _ClockPanel(Panel):
    """The computer's date against the last work, for a person to confirm."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, fill="warn_t", line="warn_l")
        self._title = Txt(theme, "", "body_strong", "warn_ink")
        self._why = Para(theme, "", "label", "ink2")
        self.yes = Btn(theme, "", "line", key="F8", height=36, role="label_strong")
        words = boxed(Column(theme, self._title, self._why, gap=2))
        self.setLayout(Row(theme, (words, 1), self.yes, gap=12, margins=(16, 12, 12, 12)))

    def say(self, title: str, why: str, yes: str) -> None:
        """What is asked."""
        self._title.set_words(title)
        self._why.set_words(why)
        self.yes.set_words(yes)


class _FloatPanel(Panel):
    """The float that the shift begins with."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, height=64)
        self._name = Txt(theme, "", "label_strong")
        self._note = Txt(theme, "", "caption", "good_ink")
        self._money = Money(theme, 0, 24)
        self.count = Btn(theme, "", "line", key="F7", height=36, role="label_strong")
        names = boxed(Column(theme, Spring(), self._name, self._note, Spring(), gap=0))
        self.setLayout(Row(theme, names, Spring(), self._money, self.count, gap=12, margins=(16, 0, 12, 0)))

    def say(self, name: str, fen: int, note: str, count: str, *, sure: bool) -> None:
        """How much it is and where that comes from."""
        self._name.set_words(name)
        self._money.set_fen(fen)
        self._note.set_tone("good_ink" if sure else "ink3")
        self._note.set_words(note)
        self.count.set_words(count)


class Standing(NamedTuple):
    """How a till stands when nobody is signed in, as the sign-in page tells it."""

    clock: tuple[date, datetime] | None
    """Today by the clock and the last work, where a person must confirm the date."""
    opened_at: datetime | None
    """When the open shift began; None where none is open."""
    left_fen: int | None
    """What the last shift left in the drawer; None where there was none."""
    float_fen: int
    """The float to begin a shift with."""
    near: int
    """Lots close to their expiry."""


def standing_of(till: Till, near: int | None = None, *, begins: bool = True) -> Standing:
    """How a till stands now; read on the loading thread at first. With `begins` the clock is held against the last work.

    The lots `near` their expiry are many rows to count: whoever knows their number spares that.
    """
    row = till.store.shifts.open_shift(till.store.till)
    last = till.store.shifts.last_closed()
    closing = till.store.shifts.closing(last.shift_id) if last else None
    left_fen = closing.float_left_fen if closing else None
    return Standing(
        clock=till.shifts.clock_warning() if begins else None,
        opened_at=row.opened_at if row else None,
        left_fen=left_fen,
        float_fen=till.settings.number("cash.float_fen") if left_fen is None else left_fen,
        near=counting_near(till)() if near is None else near,
    )


def counting_near(till: Till) -> Callable[[], int]:
    """What counts the lots close to their expiry, on any thread."""
    days = till.settings.number("near_expiry.days") or till.staging.near_expiry_days()
    stock, day = till.store.stock, till.staging.frame().day
    return lambda: stock.ending(day, days).near_lots


class SignInPage(QWidget):
    """Who works, with which PIN and which float. It stands before the till is loaded and keeps what is typed meanwhile."""

    painted = Signal()
    """The page was painted for the first time."""
    refused = Signal()
    """A scan that may not do anything here."""
    training_asked = Signal()
    """Somebody wants to practise."""

    def __init__(
        self,
        theme: Theme,
        glance: Glance,
        till_code: str,
        now: Callable[[], datetime],
        bridge: Bridge,
        let_in: Callable[[], Iterator[None]],
    ) -> None:
        """`now` tells the shop's time of day; `let_in` brings the counter, step by step, once somebody has taken the till."""
        super().__init__()
        self.theme = theme
        self._bridge = bridge
        self._let_in = let_in
        self._glance = glance
        self._till_code = till_code
        self._now = now
        self._till: Till | None = None
        self._person = glance.faces[0].id if glance.faces else ""
        self._pin = ""
        self._kept = (0, 0)
        self._practice: Panel | None = None
        self._waiting = False
        self._weighing = False
        """Whether a PIN is being held against its hash, for longer than a blink already."""
        self._was_painted = False
        self._clock: tuple[date, datetime] | None = None
        self._clock_confirmed = False
        self._shift_open: datetime | None = None
        self._left_fen: int | None = None
        self._float_fen = 0
        self._counting: Counting | None = None
        self._locked = False
        self._problem = ""
        self._near = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._build()
        theme.changed.connect(self._reword)
        self._ticking = QTimer(self)
        self._ticking.setInterval(5000)
        self._ticking.timeout.connect(self._tick)
        self._ticking.start()
        self._reword()

    # ------------------------------------------------------------------ building

    def _build(self) -> None:
        theme = self.theme
        self._store = Txt(theme, "", "section", "hero_ink", size=20)
        self._place = Txt(theme, "", "label", "hero_ink2")
        self._greeting = _Greeting(theme, "", "hero", "hero_ink", size=GREETINGS[0])
        self._date = Txt(theme, "", "section", "hero_ink2", size=18, weight=500)
        self._line_data = _StateLine(theme, "database")
        self._lines: tuple[_StateLine, _StateLine, _StateLine] | None = None
        self._offline_too = Txt(theme, "", "label", "hero_ink2")
        hero = _Hero(theme)
        names = boxed(Column(theme, Spring(), self._store, self._place, Spring(), gap=0))
        self._hero_column = Column(
            theme,
            Row(theme, Logo(theme, 46), names, Spring(), gap=12),
            Spring(),
            self._greeting,
            self._date,
            28,
            self._line_data,
            8,
            self._offline_too,
            gap=12,
            margins=(48, 44, 48, 44),
        )
        hero.setLayout(self._hero_column)
        hero.restyle()

        self._who = Txt(theme, "", "section")
        self._cards: dict[str, PersonCard] = {}
        self._people = QWidget()
        self._people_grid = QGridLayout(self._people)
        self._people_grid.setContentsMargins(0, 0, 0, 0)
        self._people_area = QScrollArea()
        self._people_area.setWidget(self._people)
        self._people_area.setWidgetResizable(True)
        # Not `dress_area`: its bars never show, and the first viewport that Python names costs 8 ms of the start.
        self._people_area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._people_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._people_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._people_area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

        self._shift_title = Txt(theme, "", "section")
        self._going_icon = Icon(theme, "clock-user", 22, "good_ink", "fill")
        self._going = Txt(theme, "", "body", "ink2")
        self._going_panel = Panel(theme, Row(theme, self._going_icon, self._going, Spring(), gap=10, margins=(16, 0, 16, 0)), height=64)
        # Made when first wanted; the first page is painted without them.
        self._clock_panel: _ClockPanel | None = None
        self._float_panel: _FloatPanel | None = None
        self._count_panel: Panel | None = None
        self._badge_hint = Txt(theme, "", "label", "ink3")
        self._left_column = Column(
            theme, self._who, self._people_area, 4, self._shift_title, self._going_panel, Spring(), self._badge_hint, gap=10
        )
        left = boxed(self._left_column)
        left.setFixedWidth(theme.px(444))
        self._left = left

        self._pin_title = Txt(theme, "", "section", align="center")
        self._dots = PinDots(theme, DOTS)
        self._pin_note = Txt(theme, "", "label", "ink3", align="center", elide=True)
        self._pad = Keypad(theme, "pin", key_height=58)
        self._pad.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._pad.typed.connect(self.type_digit)
        self._pad.cleared.connect(self.clear_pin)
        self._pad.erased.connect(self.erase)
        self._go = Btn(theme, "", "primary", key="Enter", height=56, role="head")
        self._go.clicked.connect(self.submit)
        right = Panel(
            theme,
            Column(
                theme,
                self._pin_title,
                Row(theme, Spring(), self._dots, Spring()),
                self._pin_note,
                2,
                self._pad,
                Spring(),
                self._go,
                gap=8,
                margins=20,
            ),
        )
        right.setFixedWidth(theme.px(368))
        self._right = right
        middle = Row(theme, Spring(), left, right, Spring(), gap=24, margins=(16, 0, 16, 0))
        body = Ground(theme, Column(theme, Spring(), middle, Spring(), gap=0, margins=(0, 16, 0, 16)))
        self._body_holder = Column(theme, (body, 1), gap=0)
        self.setLayout(Row(theme, hero, (self._body_holder, 1), gap=0))
        self._show_people()

    def _put(self, panel: Panel, before: QWidget) -> None:
        self._left_column.insertWidget(self._left_column.indexOf(before), panel)

    def _counts(self) -> bool:
        """Whether the float is being counted before everybody's eyes."""
        return self._count_panel is not None and self._count_panel.isVisible()

    def _show_people(self) -> None:
        theme = self.theme
        while self._people_grid.count():
            taken = self._people_grid.takeAt(0)
            widget = taken.widget() if taken else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._cards = {}
        demo = bool(self._glance.settings.get(_DEMO_PINS_ARE_CODES))
        for order, face in enumerate(self._glance.faces):
            role, tone = wording.role(face.role, theme.language)
            card = PersonCard(theme, face.id, face.name, role, tone=tone)
            card.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            card.chosen.connect(self.choose)
            self._cards[face.id] = card
            pin = Txt(theme, wording.words("demo_pin", theme.language, pin=face.code), "caption", "ink3", align="center") if demo else None
            cell = boxed(Column(theme, card, pin, gap=3))
            self._people_grid.addWidget(cell, order // ACROSS, order % ACROSS, Qt.AlignmentFlag.AlignLeft)
        self._people_grid.setSpacing(theme.px(12))
        self._fit_people()
        self._mark()

    def _fit_people(self) -> None:
        """Two rows of people, and the head of a third where there is one; one row while the float is counted."""
        px = self.theme.px
        counting = self._counts()
        all_rows = max(1, (len(self._glance.faces) + ACROSS - 1) // ACROSS)
        rows = min(all_rows, 1 if counting else 2)
        demo = bool(self._glance.settings.get(_DEMO_PINS_ARE_CODES))
        one = px(124) + (self.theme.face("caption").line + px(3) if demo else 0)
        peek = px(34) if all_rows > rows and not counting else 0
        self._people_area.setFixedHeight(rows * one + (rows - 1) * px(12) + peek + px(2))
        chosen = self._cards.get(self._person)
        if chosen is not None:
            self._people_area.ensureWidgetVisible(chosen)

    # ------------------------------------------------------------------ what the window tells

    def take_till(self, till: Till, standing: Standing) -> None:
        """The till is there: show its state, and check the PIN that was typed meanwhile."""
        self._till = till
        self._clock = standing.clock
        self._stand(standing)
        if self._waiting:
            self._waiting = False
            self.submit()

    def refresh(self) -> None:
        """Read shift and state anew after a lock; how many lots are near their expiry is counted on the counter's own thread."""
        till = self._till
        if till is None:
            return
        self._stand(standing_of(till, self._near, begins=False))
        counted = till.behind.do(counting_near(till))

        def tell() -> None:
            if not counted.cancelled() and counted.result() != self._near:
                self._near = counted.result()
                self._reword()

        self._bridge.after(counted, tell)

    def _stand(self, standing: Standing) -> None:
        self._shift_open, self._left_fen, self._near = standing.opened_at, standing.left_fen, standing.near
        if self._counting is None:
            self._float_fen = standing.float_fen
        self._reword()

    def lock(self, pieces: int = 0, held: int = 0) -> None:
        """Come back after a lock or a closed shift: nobody is signed in; `pieces` in the open basket and `held` sales are kept."""
        self._locked = True
        self._kept = (pieces, held)
        self._end_count()
        self._pin, self._waiting = "", False
        self._show_dots()
        self.refresh()
        self.setFocus()

    def fail(self, words: str) -> None:
        """The shop's data did not open: say so; nobody can sign in."""
        self._problem = words
        self._waiting = False
        self._reword()

    def scanned(self, raw: str) -> None:
        """A scan while locked: an employee's badge signs in, anything else is told."""
        if self._till is None or self._clock_open():
            self._note(self._say("clock_first" if self._till else "opening_data"), "warn_ink")
            return
        code = self._till.selling.badge_of(raw)
        if not code:
            self._note(self._say("badge_unknown"), "bad_ink")
            self.refused.emit()
            return
        till = self._till
        self._begin(lambda: till.shifts.sign_in_by_badge(code))

    def offer_training(self) -> None:
        """Let people practise from here; made once the till is there, for the first paint waits for nothing."""
        theme = self.theme
        layout = self._left_column
        if self._practice is not None:
            return
        self._practice_words = (Txt(theme, "", "label_strong"), Txt(theme, "", "caption", "ink2", elide=True))
        self._practice_go = Btn(theme, "", "line", key="F9", height=36, role="label_strong")
        self._practice_go.clicked.connect(self.training_asked)
        names = boxed(Column(theme, Spring(), *self._practice_words, Spring(), gap=0))
        row = Row(theme, Icon(theme, "student", 22, "info_ink", "fill"), (names, 1), self._practice_go, gap=12, margins=(16, 0, 12, 0))
        self._practice = Panel(theme, row, height=64)
        layout.insertWidget(layout.count() - 2, self._practice)
        self._reword()

    def add_ribbon(self, ribbon: QWidget) -> None:
        """Stand the ribbon of training above people and PIN."""
        self._body_holder.insertWidget(0, ribbon)

    def tell_training(self, words: str) -> None:
        """How far the practice shop is."""
        if self._practice is not None:
            self._practice_words[1].set_words(words)

    # ------------------------------------------------------------------ what the person does

    def key(self, name: str) -> bool:
        """A key on this page; digits go to the PIN unless the count has the keyboard."""
        held = self.focusWidget()
        if held is not None and self._counting is not None and self._counting.isVisible() and self._counting.isAncestorOf(held):
            if name == "F7" or name == "Esc":
                self.toggle_count()
                return True
            return False
        if len(name) == 1 and name.isdigit():
            self.type_digit(name)
        elif name == "Backspace":
            self.erase()
        elif name in ("Esc", "Del"):
            self.clear_pin()
        elif name == "Enter":
            self.submit()
        elif name in ("Left", "Up"):
            self._step(-1 if name == "Left" else -ACROSS)
        elif name in ("Right", "Down"):
            self._step(1 if name == "Right" else ACROSS)
        elif name == "F7" and self._float_panel is not None and self._float_panel.isVisible():
            self.toggle_count()
        elif name == "F8" and self._clock_open():
            self.confirm_clock()
        elif name == "F9" and self._practice is not None:
            self.training_asked.emit()
        else:
            return False
        return True

    def choose(self, staff_id: str) -> None:
        """Somebody's card was pressed."""
        if staff_id != self._person:
            self._pin = ""
        self._person = staff_id
        self._waiting = False
        self._mark()
        self._reword()

    def _step(self, by: int) -> None:
        ids = [face.id for face in self._glance.faces]
        if ids:
            at = ids.index(self._person) if self._person in ids else 0
            self.choose(ids[max(0, min(len(ids) - 1, at + by))])

    def type_digit(self, digit: str) -> None:
        """One more digit of the PIN."""
        if len(self._pin) < PIN_LONGEST:
            self._pin += digit
        self._waiting = False
        self._show_dots()
        self._reword()

    def erase(self) -> None:
        """Take the last digit back."""
        self._pin = self._pin[:-1]
        self._waiting = False
        self._show_dots()

    def clear_pin(self) -> None:
        """Take all digits back."""
        self._pin = ""
        self._waiting = False
        self._show_dots()
        self._reword()

    def toggle_count(self) -> None:
        """Count the float by denomination, or be done with it."""
        if self._till is None or self._shift_open is not None:
            return
        if self._count_panel is not None and self._count_panel.isVisible():
            if self._counting is not None and not self._counting.pieces():
                # Nothing was counted: what was filled in before stands again.
                self._end_count()
                self.refresh()
            self._count_panel.hide()
            self._fit_people()
            self.setFocus()
            self._reword()
            return
        if self._count_panel is None:
            self._count_column = Column(self.theme, gap=0, margins=(16, 12, 16, 12))
            self._count_panel = Panel(self.theme, self._count_column, fill="sunken")
            self._put(self._count_panel, self._going_panel)
        if self._counting is None:
            # Named here: both are wanted now and then, and this page paints before the counter is loaded.
            from app.counter.shifts import DENOMINATIONS_FEN
            from app.desktop.screens.counting import Counting

            self._counting = Counting(self.theme, DENOMINATIONS_FEN)
            self._counting.changed.connect(self._counted)
            self._count_column.add(self._counting)
            self._counted(0)
        self._count_panel.show()
        self._fit_people()
        self._counting.begin()
        self._reword()

    def _counted(self, fen: int) -> None:
        self._float_fen = fen
        self._reword()

    def _end_count(self) -> None:
        if self._count_panel is None:
            return
        self._count_panel.hide()
        self._fit_people()
        if self._counting is not None:
            self._count_column.removeWidget(self._counting)
            self._counting.deleteLater()
            self._counting = None

    def confirm_clock(self) -> None:
        """A person says that the computer's date is right."""
        self._clock_confirmed = True
        self._reword()

    def submit(self) -> None:
        """Enter: check the PIN, or keep it until the till is there."""
        if self._problem:
            return
        if not self._person:
            self._note(self._say("choose_person"), "warn_ink")
            return
        if not self._pin:
            return
        if self._clock_open():
            self._note(self._say("clock_first"), "warn_ink")
            return
        if self._till is None:
            self._waiting = True
            self._note(self._say("checking"), "info_ink")
            return
        till, person, pin = self._till, self._person, self._pin
        self._begin(lambda: till.shifts.sign_in(person, pin))

    def _begin(self, sign: Callable[[], object]) -> None:
        """Let somebody in if `sign` does; not while somebody else is on their way in."""
        # Named here: this page paints before the counter is loaded.
        from concurrent.futures import Future

        if self._bridge.holding:
            return
        self._pin = ""
        steps = self._try(sign)
        if steps is not None:
            at_once: Future[None] = Future()
            at_once.set_result(None)
            self._bridge.hold(at_once, lambda: steps)

    def _try(self, sign: Callable[[], object]) -> Iterator[None] | None:
        """The way in, where `sign` says yes; a PIN is weighed on a thread of its own, and `sign` asked again once that is done."""
        from app.counter.authorising import Unweighed
        from app.counter.faults import Refused

        till = self._till
        assert till is not None
        self._weighing = False
        try:
            with till.authorising.elsewhere():
                sign()
        except Unweighed as unweighed:
            self._bridge.hold(unweighed.weighed, lambda: self._try(sign), self._say_checking)
            return None
        except Refused as refusal:
            if refusal.code == "badge_needs_pin":
                self.choose(refusal.facts["staff_id"])
                self._note(wording.sentence(refusal.code, refusal.facts, self.theme.language), "warn_ink")
                return None
            self._show_dots()
            self._dots.wrong()
            self._note(wording.sentence(refusal.code, refusal.facts, self.theme.language), "bad_ink")
            return None
        return self._enter(till)

    def _say_checking(self) -> None:
        self._weighing = True
        self._reword()

    def _enter(self, till: Till) -> Iterator[None]:
        """Somebody took the till: the date is confirmed and the shift opened, then the counter comes."""
        if self._clock is not None:
            day, last = self._clock
            till.shifts.confirm_clock(day, last)
            self._clock = None
        if not till.shifts.has_open_shift:
            pieces: Mapping[int, int] | None = self._counting.pieces() if self._counting is not None else None
            till.shifts.open(self._float_fen, pieces)
        yield
        yield from self._let_in()
        yield
        # Behind the counter, where nobody sees it any more.
        self._locked = False
        self._note("")
        self._end_count()
        self._show_dots()
        self._reword()

    def _clock_open(self) -> bool:
        return self._clock is not None and not self._clock_confirmed

    # ------------------------------------------------------------------ words

    def _say(self, key: str, **facts: object) -> str:
        return wording.words(key, self.theme.language, **facts)

    def _note(self, words: str, tone: str = "ink3") -> None:
        self._pin_note.set_tone(tone)
        self._pin_note.set_words(words)

    def _face(self) -> Face | None:
        return next((face for face in self._glance.faces if face.id == self._person), None)

    def _mark(self) -> None:
        for key, card in self._cards.items():
            card.setChecked(key == self._person)
        chosen = self._cards.get(self._person)
        if chosen is not None:
            self._people_area.ensureWidgetVisible(chosen)
        self._show_dots()

    def _show_dots(self) -> None:
        self._dots.set_length(max(DOTS, len(self._pin)))
        self._dots.set_filled(len(self._pin))

    def _tick(self) -> None:
        if self.isVisible():
            self._reword()

    def _reword(self) -> None:
        say, language, settings = self._say, self.theme.language, self._glance.settings
        px = self.theme.px
        self._left.setFixedWidth(px(444))
        self._right.setFixedWidth(px(368))
        role_words = {face.id: wording.role(face.role, language)[0] for face in self._glance.faces}
        if any(card.accessibleDescription() != role_words[key] for key, card in self._cards.items()):
            self._show_people()
        self._store.set_words(str(settings.get("store.name") or say("product")))
        till = till_title(str(settings.get("till.title") or ""), self._till_code, language)
        branch = str(settings.get("store.branch") or "")
        self._place.set_words(" · ".join(part for part in (branch, till, str(settings.get("store.id") or "")) if part))
        now = self._now().astimezone(SHOP_TIME)
        hour = now.hour
        key = "good_morning" if 4 <= hour < 11 else "good_noon" if hour < 13 else "good_afternoon" if hour < 18 else "good_evening"
        self._greeting.set_words(say("good_evening" if hour < 4 else key))
        weekday = wording.WEEKDAYS[now.weekday()].of(language)
        day = f"{now:%-d %B}" if language == "en" else f"{now.month} 月 {now.day} 日"
        self._date.set_words(f"{day} {weekday} · {now:%H:%M}" if language != "en" else f"{weekday}, {day} · {now:%H:%M}")
        self._offline_too.set_words(say("offline_too"))
        self._who.set_words(say("locked") if self._locked else say("who"))
        self._badge_hint.set_words(say("badge_hint", minutes=settings.get("lock.minutes", 15)))
        if self._practice is not None:
            self._practice_words[0].set_words(say("training"))
            self._practice_words[1].set_words(say("training_what"))
            self._practice_go.set_words(say("training_start"))
        self._say_state()
        self._say_shift()
        self._say_clock()
        face = self._face()
        self._pin_title.set_words(say("enter_pin", name=face.name) if face else say("choose_person"))
        if self._problem:
            self._note(self._problem, "bad_ink")
        elif self._waiting:
            self._note(say("checking"), "info_ink")
        elif self._weighing:
            self._note(say("pin_checking"), "info_ink")
        elif self._till is None:
            self._note(say("opening_data"))
        elif self._pin or self._pin_note.words in (say("opening_data"), say("checking")):
            self._note("")
        opens = self._till is not None and self._shift_open is None
        self._go.set_words(say("sign_in_open") if opens else say("sign_in"))
        self._go.setEnabled(not self._problem)

    def _say_state(self) -> None:
        say, till = self._say, self._till
        if till is None:
            self._line_data.say(say("data_ready"), "" if self._problem else say("data_opening"), "database")
            return
        self._line_data.say(say("data_ready"), say("data_open"), "database")
        if self._lines is None:
            theme, column = self.theme, self._hero_column
            self._lines = _StateLine(theme, "cloud-check"), _StateLine(theme, "printer"), _StateLine(theme, "warning")
            for line in reversed(self._lines):
                column.insertWidget(column.indexOf(self._line_data) + 1, line)
        hub, printer, near = self._lines
        state = till.sync.state
        if state.kind == "off":
            hub.say(say("headquarters"), say("stand_alone"), "storefront")
        elif state.kind == "online":
            at = f"{state.last_ok_at.astimezone(SHOP_TIME):%H:%M}" if state.last_ok_at else ""
            hub.say(say("headquarters"), say("synced_at", time=at) if at else say("synced"), "cloud-check")
        else:
            hub.say(say("headquarters"), say("offline_n", count=till.store.outbox.counts().waiting), "cloud-slash")
        kind = till.printing.state.kind
        calm = kind in ("ready", "none", "unknown")
        printer.say(say("receipt_printer"), say(f"printer_{kind}"), "printer", "rail_mark" if calm else "toast_warn")
        near.setVisible(self._near > 0)
        if self._near:
            near.say(say("near_expiry", count=self._near), say("after_opening"), "warning", "toast_warn")

    def _say_shift(self) -> None:
        say = self._say
        known = self._till is not None
        opens = known and self._shift_open is None
        self._shift_title.set_words(say("open_shift") if opens else say("going_on") if known else say("shift"))
        self._going_panel.setVisible(not opens)
        self._going_icon.set_icon("clock-user" if known else "hourglass-medium", "good_ink" if known else "ink3")
        if not known:
            self._going.set_words(say("shift_unknown"))
        if self._shift_open is not None:
            self._going.set_words(say("going_on_since", time=f"{self._shift_open.astimezone(SHOP_TIME):%H:%M}"))
        pieces, held = self._kept
        if self._locked and (pieces or held):
            self._going_icon.set_icon("pause-circle", "info_ink")
            self._going.set_words(say("kept_pieces", pieces=pieces, held=held))
        self._say_float(opens)

    def _say_float(self, opens: bool) -> None:
        if self._float_panel is None:
            if not opens:
                return
            self._float_panel = _FloatPanel(self.theme)
            self._float_panel.count.clicked.connect(self.toggle_count)
            self._put(self._float_panel, self._count_panel or self._going_panel)
        self._float_panel.setVisible(opens)
        say = self._say
        counted = self._counting is not None
        same = self._left_fen is not None and self._left_fen == self._float_fen
        note = say("float_counted" if counted else "float_same" if same else "float_default")
        count = say("count_done") if self._counts() else say("count")
        self._float_panel.say(say("float"), self._float_fen, note, count, sure=same or counted)

    def _say_clock(self) -> None:
        if self._clock_panel is None:
            if not self._clock_open():
                return
            self._clock_panel = _ClockPanel(self.theme)
            self._clock_panel.yes.clicked.connect(self.confirm_clock)
            self._put(self._clock_panel, self._shift_title)
        self._clock_panel.setVisible(self._clock_open())
        if self._clock is not None:
            day, last = self._clock
            why = self._say("clock_why", last=f"{last.astimezone(SHOP_TIME):%Y-%m-%d %H:%M}")
            self._clock_panel.say(self._say("clock_title", day=day.isoformat()), why, self._say("clock_yes"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the page stands on the screen."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()
