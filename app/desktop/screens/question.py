"""What must be asked, inline: any question of a scene as a form that stands in the page and never before it.

Keys: digits choose a chip, Tab or Enter goes to the next field, Enter on the last one answers, Esc leaves. Input methods are off but
for the fields that hold names and free words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.counter.scene import Question, QuestionField, SearchHit
from app.desktop.models.strips import marks_of
from app.desktop.selling_words import say
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import announce
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Para, Txt
from app.domain.verdict import Text

CHINESE_FIELDS = frozenset({"name", "institution", "doctor", "diagnosis", "patient"})
"""Fields that hold names or free words: only there may an input method stand between the keys and the field."""
PIN_LONGEST = 8
HITS = 5
KEPT_FORMS = 4
"""Forms of one field that are kept to be filled anew."""
_ICONS = {
    "review": "prescription",
    "buyer": "identification-card",
    "member": "identification-badge",
    "which_member": "identification-badge",
    "find": "magnifying-glass",
    "patient": "user",
    "price": "tag",
    "lot": "package",
    "which_box": "package",
    "override": "shield-check",
    "vouch": "identification-card",
    "code": "chat-circle-text",
    "pharmacist": "stethoscope",
    "duty_pharmacist": "stethoscope",
    "code_missing": "barcode",
}
_NEXT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ChipRow(Painted):
    """A choice of one as chips in wrapping rows; digits 1 to 9, arrows and the pointer choose."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, field: QuestionField, *, narrow: bool = False, parent: QWidget | None = None) -> None:
        """`narrow` writes the digits without their caps, so that more chips stand beside each other."""
        super().__init__(theme, parent)
        self._choices = field.choices
        self._narrow = narrow
        self.value = field.value
        self._hover = -1
        self._pressed = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._spoken = field.label
        self.restyle()

    def measure(self) -> None:
        """Wide enough for the widest chip."""
        widest = max((self._wide(order) for order in range(len(self._choices))), default=0)
        self.setMinimumWidth(round(min(widest, self.theme.px(300))))
        self._speak()

    def _speak(self) -> None:
        chosen = next((text.of(self.theme.language) for value, text in self._choices if value == self.value), "")
        self.setAccessibleName(f"{self._spoken.of(self.theme.language)} {chosen}".strip())

    def _wide(self, order: int) -> float:
        words = self._choices[order][1].of(self.theme.language)
        return self.theme.face("label_strong").width(words) + self._key_wide(order) + 2 * self._pad()

    def _pad(self) -> int:
        return self.theme.px(9 if self._narrow else 11)

    def _key_wide(self, order: int) -> float:
        if order >= 9:
            return 0
        if self._narrow:
            return self.theme.face("caption_strong").width(str(order + 1)) + self.theme.px(5)
        return paint.keycap_width(self.theme, str(order + 1)) + self.theme.px(8)

    def _places(self, width: float) -> list[QRectF]:
        gap, tall = self.theme.px(6 if self._narrow else 8), self.theme.target(36)
        places: list[QRectF] = []
        x = y = 0.0
        for order in range(len(self._choices)):
            wide = min(self._wide(order), width)
            if x and x + wide > width:
                x, y = 0.0, y + tall + gap
            places.append(QRectF(x, y, wide, tall))
            x += wide + gap
        return places

    def _drawn(self) -> list[QRectF]:
        """The places as they stand now: in the middle of the height that was given."""
        places = self._places(self.width())
        spare = max(0.0, (self.height() - places[-1].bottom()) / 2) if places else 0.0
        return [place.translated(0, spare) for place in places]

    def hasHeightForWidth(self) -> bool:
        """Fewer chips beside each other make more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels for a width."""
        places = self._places(width)
        return round(places[-1].bottom()) if places else self.theme.target(36)

    def sizeHint(self) -> QSize:
        """As high as the present width needs."""
        width = max(self.width(), self.minimumWidth(), self.theme.px(300))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """One row; the height for the width in force says the rest."""
        return QSize(self.minimumWidth(), self.theme.target(36))

    def set_value(self, value: str) -> None:
        """Choose without telling."""
        self.value = value
        self._speak()
        self.update()

    def choose(self, value: str) -> None:
        """Choose and tell."""
        self.value = value
        self._speak()
        self.update()
        announce(self, self.accessibleName())
        self.chosen.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose at once, arrows move."""
        order = event.key() - Qt.Key.Key_1
        if 0 <= order < min(9, len(self._choices)) and not event.isAutoRepeat():
            self.choose(self._choices[order][0])
            return
        if event.text().isdigit():
            # A digit without a chip means nothing; it must not go on into the box above.
            return
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down) and self._choices:
            values = [value for value, _ in self._choices]
            at = values.index(self.value) if self.value in values else -1
            step = 1 if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down) else -1
            self.value = values[max(0, min(len(values) - 1, at + step))]
            self._speak()
            self.update()
            announce(self, self.accessibleName())
            return
        super().keyPressEvent(event)

    def _at(self, event: QMouseEvent) -> int:
        return next((n for n, place in enumerate(self._drawn()) if place.contains(event.position())), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the chip under the pointer."""
        hover = self._at(event)
        if hover != self._hover:
            self._hover = hover
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Let the light go."""
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the chip; it counts on release."""
        self._pressed = self._at(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the chip."""
        if self._pressed >= 0 and self._at(event) == self._pressed:
            self.choose(self._choices[self._pressed][0])

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the chips."""
        theme, px = self.theme, self.theme.px
        face = theme.face("label_strong")
        for order, place in enumerate(self._drawn()):
            value, text = self._choices[order]
            on = value == self.value
            fill = "brand_t" if on else "hover" if order == self._hover else "surface"
            ring = on and self.hasFocus()
            paint.rounded(painter, place, px(8), theme.color(fill), theme.color("brand" if on else "line2"), px(2) if ring else 1)
            x, middle = place.left() + self._pad(), place.center().y()
            if order < 9 and self._narrow:
                paint.text_at(painter, x, middle, str(order + 1), theme.face("caption_strong"), theme.color("ink3"))
            elif order < 9:
                paint.keycap(painter, theme, x, middle, str(order + 1))
            x += self._key_wide(order)
            words = face.elided(text.of(theme.language), place.right() - x - px(6))
            paint.text_at(painter, x, middle, words, face, theme.color("brand_ink" if on else "ink"))
        if self.hasFocus() and not self.value:
            # Round each chip: a ring round the row would cut through them.
            for place in self._drawn():
                paint.focus_ring(painter, theme, place, px(8))


class PinBox(Painted):
    """A PIN as dots in a box; the digits themselves are never drawn nor told."""

    def __init__(self, theme: Theme, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.value = ""
        self._wrong = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(spoken)
        self.restyle()

    def measure(self) -> None:
        """As high as an entry."""
        self.setFixedHeight(self.theme.target(40))
        self.setMinimumWidth(self.theme.px(150))

    def wrong(self) -> None:
        """Empty it, in red."""
        self.value, self._wrong = "", True
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits; Backspace takes the last one back."""
        text = event.text()
        if event.key() == Qt.Key.Key_Backspace:
            self.value = self.value[:-1]
        elif text.isascii() and text.isdigit() and len(self.value) < PIN_LONGEST and not event.isAutoRepeat():
            self.value += text
        else:
            super().keyPressEvent(event)
            return
        self._wrong = False
        self.setAccessibleDescription(self.theme.say("pin_filled", count=len(self.value)))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press brings the keyboard here."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the box and its dots."""
        theme, px = self.theme, self.theme.px
        focused = self.hasFocus()
        line = "bad" if self._wrong else "focus" if focused else "ctl"
        paint.rounded(painter, rect, px(8), theme.color("surface"), theme.color(line), px(2) if focused or self._wrong else 1)
        for order in range(max(4, len(self.value))):
            dot = QRectF(rect.left() + px(14 + 22 * order), rect.center().y() - px(6), px(12), px(12))
            full = order < len(self.value)
            paint.rounded(painter, dot, px(6), theme.color("brand") if full else None, theme.color("brand" if full else "ctl"), px(1.5))


class HitList(Painted):
    """Products found for a typed word: name, pack, price, stock; one of them is chosen."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._hits: tuple[SearchHit, ...] = ()
        self._at = 0
        self._none = False
        self.restyle()

    def measure(self) -> None:
        """Room for a few rows, always the same, so that nothing moves while typing."""
        self.setFixedHeight(self.theme.px(40) * HITS)

    def show_hits(self, hits: Sequence[SearchHit], *, asked: bool) -> None:
        """Show other hits; `asked` tells that something was typed."""
        self._hits, self._at, self._none = tuple(hits[:HITS]), 0, asked and not hits
        self._speak()
        self.update()

    def step(self, by: int) -> None:
        """Choose the one above or below."""
        if self._hits:
            self._at = max(0, min(len(self._hits) - 1, self._at + by))
            self._speak()
            self.update()

    def _speak(self) -> None:
        if self._hits:
            hit = self._hits[self._at]
            self.setAccessibleName(f"{hit.name} {hit.strength} {paint.money_text(hit.price_fen)}")
            announce(self, self.accessibleName())

    @property
    def current(self) -> str:
        """Product id of the chosen hit, or ''."""
        return self._hits[self._at].product_id if self._hits else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer."""
        row = int(event.position().y() // self.theme.px(40))
        if row < len(self._hits):
            self._at = row
            self.update()
            self.chosen.emit(self.current)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the rows."""
        theme, px = self.theme, self.theme.px
        if self._none:
            paint.text(painter, QRectF(0, 0, rect.width(), px(40)), say(theme, "find_none"), theme.face("label"), theme.color("ink3"))
        for order, hit in enumerate(self._hits):
            row = QRectF(0, order * px(40), rect.width(), px(40))
            if order == self._at:
                paint.rounded(painter, row, px(8), theme.color("brand_t"))
            middle = row.center().y()
            x = px(12) + paint.look_alike(painter, theme, px(12), middle, hit.name, hit.lasa, choosing=True)
            x += px(9) + paint.text_at(painter, x + px(9), middle, hit.strength, theme.face("title"), theme.color("ink"))
            x = paint.marks(painter, theme, x + px(10), middle, marks_of(hit.marks))
            paint.money(painter, theme, QRectF(0, row.top(), rect.width() - px(12), row.height()), hit.price_fen)
            room = rect.width() - px(110) - x
            if room > px(60):
                maker = theme.face("label").elided(hit.maker, room)
                paint.text_at(painter, x + px(10), middle, maker, theme.face("label"), theme.color("ink3"))


class _Form(NamedTuple):
    """A form of one field: what stands in the panel, its headline, and the field."""

    body: QWidget
    title: Txt
    entry: Entry


class QuestionPanel(Panel):
    """The open question of the scene; `answered` tells its id and values, `dismissed` that it was left."""

    answered = Signal(str, object)
    dismissed = Signal()
    edited = Signal()
    """Something was typed or chosen."""

    def __init__(
        self, theme: Theme, find: Callable[[str], Sequence[SearchHit]], *, bare: bool = False, parent: QWidget | None = None
    ) -> None:
        """`find` looks products up for the search of a `find` question; `bare` leaves headline and buttons to the page round it."""
        super().__init__(
            theme,
            fill=None if bare else "surface",
            line=None if bare else "brand_l",
            bar=None if bare else "brand",
            parent=parent,
        )
        self._find = find
        self._bare = bare
        self._question: Question | None = None
        self._parts: dict[str, Entry | ChipRow | PinBox] = {}
        self._body: QWidget | None = None
        self._kept: dict[Question, _Form] = {}
        """Forms of one field that were asked before, by what they are made of; each is filled anew and not made anew."""
        self._hits: HitList | None = None
        self._holder = Column(theme, margins=(0, 0, 0, 0), gap=0)
        self.setLayout(self._holder)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.hide()
        theme.changed.connect(self._again)

    @property
    def open(self) -> bool:
        """Whether something is being asked."""
        return self._question is not None

    @property
    def large(self) -> bool:
        """Whether the form is one of many fields, which stand in two columns."""
        return self._question is not None and len(self._question.fields) > 4

    def _again(self) -> None:
        question, typed = self._question, self.values()
        for form in self._kept.values():
            if form.body is not self._body:
                form.body.deleteLater()
        self._kept.clear()
        if question is not None:
            self._build(question, typed)

    def show_question(self, question: Question | None) -> None:
        """Ask, keep asking with an error or a scanned value, or stop asking."""
        before = self._question
        if question is None:
            self._question = None
            self._clear()
            self.hide()
            return
        if before == question:
            return
        typed: dict[str, str] = {}
        if before is not None and before.question_id == question.question_id:
            # The same form again: what was typed stays, unless a scan has just filled it.
            filled = {new.name for old, new in zip(before.fields, question.fields, strict=False) if old.value != new.value}
            typed = {name: value for name, value in self.values().items() if name not in filled}
        self._build(question, typed)

    def values(self) -> dict[str, str]:
        """What stands in the fields now."""
        found: dict[str, str] = {}
        for name, part in self._parts.items():
            found[name] = part.text().strip() if isinstance(part, Entry) else part.value
        return found

    # ------------------------------------------------------------------ building

    def _clear(self) -> None:
        if self._body is not None:
            self._holder.removeWidget(self._body)
            self._body.hide()
            if not any(form.body is self._body for form in self._kept.values()):
                self._body.deleteLater()
        self._body, self._hits, self._parts = None, None, {}

    def _asked_before(self, question: Question, typed: dict[str, str]) -> bool:
        """Ask by the form that stood here for the same before, where there is one."""
        form = self._kept.get(_shape(question))
        if form is None or question.error is not None or self._bare:
            return False
        (field,) = question.fields
        form.title.set_words(question.title.of(self.theme.language))
        form.entry.blockSignals(True)
        form.entry.setText(typed.get(field.name, field.value))
        form.entry.blockSignals(False)
        self._parts = {field.name: form.entry}
        self._body = form.body
        self._holder.addWidget(form.body)
        form.body.show()
        return True

    def _build(self, question: Question, typed: dict[str, str]) -> None:
        theme, language = self.theme, self.theme.language
        last = self.focusWidget()
        held = next((name for name, part in self._parts.items() if part is last and (part.hasFocus() or not self._bare)), "")
        self._clear()
        self._question = question
        if self._asked_before(question, typed):
            self.setAccessibleName(question.title.of(language))
            self.show()
            self._focus_first(question, self._parts, held)
            return
        finding = question.kind == "find"
        parts = {field.name: self._part(field, typed.get(field.name)) for field in question.fields}
        self._parts = parts
        column = Column(theme, gap=8, margins=0 if self._bare else (18, 12, 16, 12))
        if not self._bare:
            head = Row(theme, Icon(theme, _ICONS.get(question.kind, "question"), 22, "brand", "fill"), gap=9)
            title = Txt(theme, question.title.of(language), "head", elide=True)
            head.add((title, 1))
            column.add(head)
        body = question.body.of(language)
        if body:
            column.add(Para(theme, body, "label", "ink2"))
        column.add(self._grid(question, parts))
        if finding:
            self._hits = HitList(theme)
            self._hits.chosen.connect(self._take_hit)
            column.add(self._hits)
        if question.error is not None:
            words = question.error.of(language)
            wrong = Row(theme, Icon(theme, "warning-circle", 18, "bad", "fill"), (Para(theme, words, "label_strong", "bad_ink"), 1), gap=7)
            column.add(wrong)
            announce(self, words)
        if not self._bare:
            confirm = Btn(theme, question.confirm.of(language), "primary", key="Enter", height=40)
            leave = Btn(theme, say(theme, "cancel"), "line", key="Esc", height=40)
            confirm.clicked.connect(self.confirm)
            leave.clicked.connect(self.dismissed)
            hint = Txt(theme, say(theme, "find_hint"), "label", "ink3") if finding else None
            column.add(Row(theme, hint, Spring(), leave, confirm))
        self._body = QWidget()
        self._body.setLayout(column)
        self._holder.addWidget(self._body)
        lone = next(iter(parts.values())) if len(parts) == 1 else None
        if isinstance(lone, Entry) and not (self._bare or finding or question.error):
            self._keep(question, _Form(self._body, title, lone))
        self.setAccessibleName(question.title.of(language))
        self.show()
        for before, after in pairwise(parts.values()):
            QWidget.setTabOrder(before, after)
        if self._bare:
            self._keep_focus(question, held)
        else:
            self._focus_first(question, parts, held)
        if finding:
            self._look_up()

    def _keep(self, question: Question, form: _Form) -> None:
        while len(self._kept) >= KEPT_FORMS:
            self._kept.pop(next(iter(self._kept))).body.deleteLater()
        self._kept[_shape(question)] = form

    def _part(self, field: QuestionField, typed: str | None) -> Entry | ChipRow | PinBox:
        theme, language = self.theme, self.theme.language
        part: Entry | ChipRow | PinBox
        if field.kind == "choice":
            part = ChipRow(theme, field, narrow=self.large)
            if typed is not None:
                part.value = typed
            part.chosen.connect(self._chosen)
            part.chosen.connect(self.edited)
        elif field.kind == "pin":
            part = PinBox(theme, field.label.of(language))
        else:
            hint = field.hint.of(language) or (say(theme, "date_hint") if field.kind == "date" else "")
            if not field.required:
                hint = hint or say(theme, "optional")
            part = Entry(theme, hint, spoken=field.label.of(language), chinese=field.name in CHINESE_FIELDS, height=40)
            part.setText(field.value if typed is None else typed)
            part.textChanged.connect(self.edited)
            if self._question is not None and self._question.kind == "find":
                part.textChanged.connect(self._look_up)
        part.installEventFilter(self)
        return part

    def _grid(self, question: Question, parts: dict[str, Entry | ChipRow | PinBox]) -> QGridLayout:
        """Labels before their fields; two columns where there are many."""
        theme, px = self.theme, self.theme.px
        columns = 2 if self.large else 1
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(6))
        lone = len(question.fields) == 1
        # A bare form has the page's width: its choices stand below the columns, each in one row.
        across = [field for field in question.fields if self._bare and field.kind == "choice"]
        listed = [field for field in question.fields if field not in across]
        per = -(-len(listed) // columns)
        for row, field in enumerate(across, per):
            grid.addWidget(Txt(theme, field.label.of(theme.language), "label", "ink2"), row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(parts[field.name], row, 1, 1, columns * 3 - 2)
        for order, field in enumerate(listed):
            row, column = (order % per, order // per * 3) if columns > 1 else (order, 0)
            label = Txt(theme, field.label.of(theme.language), "label", "ink2")
            if lone and field.kind == "choice":
                grid.addWidget(parts[field.name], row, column, 1, 2)
                continue
            grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(parts[field.name], row, column + 1)
        for column in range(columns):
            grid.setColumnStretch(column * 3 + 1, 1)
        if columns > 1:
            grid.setColumnMinimumWidth(2, px(8))
        return grid

    def _focus_first(self, question: Question, parts: dict[str, Entry | ChipRow | PinBox], held: str) -> None:
        """The first field, or what is empty where that is decided; after an error, else, the field that had the keyboard at the answer."""
        order = list(parts.values())
        if question.error is not None:
            for part in order:
                if isinstance(part, PinBox):
                    part.wrong()
        empty = next((part for part in order if not (part.text() if isinstance(part, Entry) else part.value)), None)
        first = order[0] if order else None
        decided = bool(question.fields) and len(question.fields[0].choices) == 1
        if empty is not None and (question.error is not None or decided or question.kind in ("review", "duty_pharmacist")):
            first = empty
        elif question.error is not None:
            first = parts.get(held, first)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            if isinstance(first, Entry):
                first.selectAll()

    def _keep_focus(self, question: Question, held: str) -> None:
        """A bare form takes the keyboard only where it had it, or when something must be mended."""
        if held in self._parts and not (question.error is not None and self.go_on()):
            self._parts[held].setFocus(Qt.FocusReason.OtherFocusReason)

    def put(self, name: str, value: str) -> None:
        """Fill a field of words, as a scan does."""
        part = self._parts.get(name)
        if isinstance(part, Entry):
            part.setText(value)

    def focus_first(self) -> None:
        """Take the keyboard to the first field, whatever stands in it."""
        for part in list(self._parts.values())[:1]:
            part.setFocus(Qt.FocusReason.TabFocusReason)

    def go_on(self) -> bool:
        """Take the keyboard to the first field that still needs something; False when none does."""
        question, values = self._question, self.values()
        wanting = [field.name for field in question.fields if field.required and not values[field.name]] if question is not None else []
        for name in wanting[:1]:
            self._parts[name].setFocus(Qt.FocusReason.TabFocusReason)
        return bool(wanting)

    # ------------------------------------------------------------------ acting

    def _chosen(self, _value: str) -> None:
        if self._question is not None and len(self._question.fields) == 1:
            self.confirm()

    def _look_up(self) -> None:
        if self._hits is None:
            return
        entry = next((part for part in self._parts.values() if isinstance(part, Entry)), None)
        text = entry.text().strip() if entry is not None else ""
        self._hits.show_hits(self._find(text) if text else (), asked=bool(text))

    def _take_hit(self, product_id: str) -> None:
        if self._question is not None and product_id:
            self.answered.emit(self._question.question_id, {"product": product_id})

    def confirm(self) -> None:
        """Answer with what stands in the fields."""
        question = self._question
        if question is None:
            return
        if self._hits is not None:
            self._take_hit(self._hits.current)
            return
        self.answered.emit(question.question_id, self.told())

    def told(self) -> dict[str, str]:
        """What stands in the fields, days as ISO dates."""
        days = {field.name for field in self._question.fields if field.kind == "date"} if self._question is not None else set()
        return {name: iso_date(value) if name in days else value for name, value in self.values().items()}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on, Esc leaves, arrows move among the hits."""
        if not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        ours = key in _NEXT or key == Qt.Key.Key_Escape or (self._hits is not None and key in (Qt.Key.Key_Up, Qt.Key.Key_Down))
        if event.type() == QEvent.Type.ShortcutOverride:
            digits = isinstance(watched, ChipRow | PinBox) and event.text().isdigit()
            if ours or digits:
                event.accept()
                return True
            return False
        if event.type() != QEvent.Type.KeyPress or not ours:
            return False
        if key == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            if self._hits is not None:
                self._hits.step(-1 if key == Qt.Key.Key_Up else 1)
        elif not event.isAutoRepeat():
            self._advance(watched)
        return True

    def _advance(self, watched: QObject) -> None:
        """Enter: the next field that still needs something, or the answer."""
        question = self._question
        if question is None:
            return
        names = list(self._parts)
        at = next((order for order, name in enumerate(names) if self._parts[name] is watched), len(names))
        values = self.values()
        wanting = [field.name for field in question.fields if field.required and not values[field.name]]
        later = next((name for name in names[at + 1 :] if name in wanting), None)
        if later is not None:
            self._parts[later].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.confirm()


def _shape(question: Question) -> Question:
    """What the form of a question is made of, beside its headline and what is filled in."""
    fields = tuple(replace(field, value="") for field in question.fields)
    return replace(question, question_id="", line_id="", title=Text(""), fields=fields)


def iso_date(text: str) -> str:
    """A typed day as ISO: `20261121`, `2026.11.21` and `2026/11/21` too; anything else stays as it is."""
    digits = text.replace("-", "").replace("/", "").replace(".", "").strip()
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else text
