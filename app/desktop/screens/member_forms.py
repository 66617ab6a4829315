"""Inline forms of the member's page: a reading in big digits, allergies, a follow-up's outcome, and lists too long for a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.counter.scene import Question, QuestionField
from app.desktop.screens.desk import Listing
from app.desktop.screens.member_dues import LOOKS
from app.desktop.screens.member_parts import dealing_look, dealing_words, kin_note, say
from app.desktop.screens.question import ChipRow, QuestionPanel
from app.desktop.screens.rows import Cell, Chips, Choice, ListRow, Ticks
from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Column, Part, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.chips import KeyCap, Pill
from app.desktop.widgets.choices import Seg
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import announce
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Para, Txt
from app.desktop.wording import counted
from app.domain.verdict import Text

if TYPE_CHECKING:
    from app.counter.care_scene import AdviceScene, Dealing, Draft, FieldError, FollowUpScene, ReadingForm, Todo, UsageForm
    from app.counter.member_view import BoughtMedicine, KinFace, TicketFace

NONE = "none"
"""Ticked where somebody was asked and named nothing."""
YES, NO = "yes", "no"
LATER_DAYS = (3, 7, 14, 30)
"""Days ahead that a follow-up is put off by with one press."""
MOVED, MOVES = "moved", frozenset({"moved", "not_reached"})
"""Outcomes after which there is a further day."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


Rows = Sequence[tuple[str, Sequence[Cell]]]
"""Rows of a list by the key that pressing one tells."""


class BigEntry(Entry):
    """A figure typed in large digits."""

    def __init__(self, theme: Theme, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", spoken=spoken, height=72, parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def restyle(self) -> None:
        """Large, and as wide as four digits."""
        self.setFont(self.theme.face("amount", 40).font)
        self.setFixedHeight(self.theme.target(72))
        self.setFixedWidth(self.theme.px(148))


class Sheet(Panel):
    """A form that stands in the middle of the page; Esc leaves it, Enter goes on."""

    left = Signal()
    submitted = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        *parts: Part,
        aside: QWidget | None = None,
        tone: str = "brand",
        parent: QWidget | None = None,
    ) -> None:
        """`parts` stand below the headline; `aside` beside it; `tone` is the icon's."""
        self._problem = Para(theme, "", "body_strong", "bad_ink")
        self._wrong = boxed(Row(theme, Icon(theme, "warning-circle", 20, "bad", "fill"), (self._problem, 1), gap=8))
        shut = IconBtn(theme, "x", say(theme, "关闭", "Close"), size=32, icon_size=16)
        head = Row(
            theme,
            Icon(theme, icon, 22, tone, "fill"),
            Txt(theme, title, "section"),
            aside,
            Spring(),
            KeyCap(theme, "Esc", 22),
            shut,
            gap=10,
        )
        super().__init__(theme, Column(theme, head, *parts, self._wrong, gap=12, margins=(18, 12, 14, 16)), parent=parent)
        shut.clicked.connect(self.left)
        self._wrong.hide()
        self.setAccessibleName(title)

    def show_problem(self, words: str) -> None:
        """Say what to mend; '' takes it back."""
        self._problem.set_words(words)
        self._wrong.setVisible(bool(words))
        if words:
            announce(self, words)

    def begin(self) -> None:
        """Take the keyboard."""

    def _blanks_in_order(self) -> list[QLineEdit | Chips | ChipRow]:
        return [part for part in self.findChildren(QWidget) if isinstance(part, QLineEdit | Chips | ChipRow)]

    def filled(self) -> tuple[list[str | tuple[str, ...]], int]:
        """What stands in its fields, in their order, and the place of the one that has the keyboard, or -1."""
        parts, held = self._blanks_in_order(), self.focusWidget()
        values = [part.text() if isinstance(part, QLineEdit) else part.values if isinstance(part, Ticks) else part.value for part in parts]
        return values, next((at for at, part in enumerate(parts) if part is held), -1)

    def fill_in(self, filled: tuple[list[str | tuple[str, ...]], int]) -> None:
        """The same form in other words takes over what stood in it, and the keyboard's place."""
        values, held = filled
        parts = self._blanks_in_order()
        for part, value in zip(parts, values, strict=False):
            if isinstance(part, Ticks):
                part.set_values(value)
            elif isinstance(part, Chips) and value and isinstance(value, str):
                part.set_value(value)
                part.chosen.emit(value)
            elif isinstance(part, ChipRow) and isinstance(value, str):
                part.set_value(value)
            elif isinstance(part, QLineEdit) and value and isinstance(value, str):
                part.setText(value)
                part.textEdited.emit(value)
        if 0 <= held < len(parts):
            parts[held].setFocus(Qt.FocusReason.OtherFocusReason)

    def watch(self, *parts: QObject) -> None:
        """Esc and Enter in these parts are the form's."""
        for part in parts:
            part.installEventFilter(self)

    def advance(self, watched: QObject) -> None:
        """Enter was pressed in a part."""
        self.submitted.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on, Esc leaves."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.left.emit()
                return True
            if event.key() in _ENTER:
                if not event.isAutoRepeat():
                    self.advance(watched)
                return True
        return super().eventFilter(watched, event)


class AllergySheet(Sheet):
    """Which allergies were named; `none` and a class shut each other out."""

    answered = Signal(object)
    """The classes named, empty for none."""

    def __init__(self, theme: Theme, whom: str, classes: Sequence[tuple[str, Text]], codes: Sequence[str], *, known: bool) -> None:
        """`codes` are on record now; `known` whether anybody asked before."""
        choices = [Choice(NONE, say(theme, "问过，没有", "Asked, none"))]
        choices += [Choice(code, name.of(theme.language)) for code, name in classes]
        begun = tuple(codes) or ((NONE,) if known else ())
        self.ticks = Ticks(theme, choices, begun, spoken=say(theme, "过敏", "Allergies"))
        self.ticks.setObjectName("allergy-ticks")
        ask = say(
            theme,
            "请当面问：吃药打针有没有过敏？以前什么药不舒服过？问到哪类点哪类，都没有就点“问过，没有”。",
            "Ask in person: any allergy to a medicine or an injection? Tick every class that is named, or that none was.",
        )
        save = Btn(theme, say(theme, "记下", "Note it"), "primary", key="Enter", height=44)
        hint = Txt(theme, say(theme, "数字或空格勾选，←→ 移动", "Digits or Space tick, ← → move"), "label", "ink3")
        super().__init__(
            theme, "warning-octagon", whom, Para(theme, ask, "body", "ink2"), self.ticks, Row(theme, hint, Spring(), save), Spring()
        )
        self.ticks.chosen.connect(self._ticked)
        save.clicked.connect(self._submit)
        self.watch(self.ticks, save)

    def begin(self) -> None:
        """The keyboard goes to the chips."""
        self.ticks.setFocus(Qt.FocusReason.TabFocusReason)

    def _ticked(self, value: str) -> None:
        ticked = self.ticks.values
        if NONE in ticked and len(ticked) > 1:
            self.ticks.set_values([one for one in ticked if one != NONE] if value != NONE else [NONE])
        self.show_problem("")

    def advance(self, watched: QObject) -> None:
        """Enter keeps what was said."""
        self._submit()

    def _submit(self) -> None:
        ticked = self.ticks.values
        if not ticked:
            self.show_problem(say(self.theme, "问到什么就点什么；没有也要点“问过，没有”", "Tick what was named, or that none was"))
            return
        self.answered.emit(tuple(one for one in ticked if one != NONE))


class ReadingSheet(Sheet):
    """One reading in big digits: what cannot be is told on the line while typing, what it means after Enter."""

    kind_chosen = Signal(str)
    changed = Signal()
    taken = Signal()

    def __init__(self, theme: Theme, form: ReadingForm, kinds: Sequence[tuple[str, Text]], *, ask_consent: bool) -> None:
        """`kinds` are all that can be entered, (kind, name); `ask_consent` where nobody asked yet whether readings may be kept."""
        language = theme.language
        self.form = form
        self.entries = {field.name: BigEntry(theme, field.title.of(language)) for field in form.fields}
        self._hints: dict[str, Txt] = {}
        order = next((n for n, (kind, _) in enumerate(kinds) if kind == form.kind), 0)
        seg = Seg(theme, [name.of(language) for _, name in kinds], order, spoken=say(theme, "指标", "Reading"))
        figures = Row(theme, gap=18)
        for field in form.fields:
            entry = self.entries[field.name]
            entry.setObjectName(f"reading-{field.name}")
            entry.textEdited.connect(self._edited)
            hint = Txt(theme, field.hint, "caption", "ink3")
            self._hints[field.name] = hint
            title = field.title.of(language) + ("" if field.required else say(theme, "（可不填）", " (optional)"))
            figures.add(
                Column(
                    theme,
                    Txt(theme, title, "label_strong", "ink2"),
                    entry,
                    Row(theme, Txt(theme, field.unit, "label", "ink2"), hint, Spring(), gap=8),
                    gap=4,
                )
            )
        figures.add(Spring())
        occasion = say(theme, "哪只手臂", "Which arm") if form.kind == "pressure" else say(theme, "时机", "Occasion")
        self.context = self._chips(theme, form.contexts, occasion, "reading-context")
        self.place = self._chips(theme, form.places, say(theme, "在哪量", "Where"), "reading-place")
        if self.place is not None and form.places:
            self.place.set_value(form.places[0][0])
        agree = ((YES, Text("同意留健康档案", "Keep it in the health file")), (NO, Text("不留，只当面告诉", "Only tell, do not keep")))
        self.consent = self._chips(
            theme, agree if ask_consent else (), say(theme, "本人同意吗", "Does the member agree"), "reading-consent"
        )
        self._advice = Column(theme, gap=14)
        self._advice_box = boxed(self._advice)
        self._advice_box.hide()
        self.save_button = Btn(theme, say(theme, "登记", "Enter"), "primary", key="Enter", height=46)
        parts: list[Part] = [seg if kinds else None, figures]
        self._choices = [chips for chips in (self.context, self.place, self.consent) if chips is not None]
        for chips in self._choices:
            parts.append(Row(theme, Txt(theme, chips.accessibleName(), "label", "ink2"), (chips, 1), gap=10))
        parts.append(Row(theme, Spring(), self.save_button))
        self._blanks = boxed(Column(theme, *parts, gap=14))
        title = say(theme, f"登记{form.title.zh}", f"Enter {form.title.en.lower()}")
        super().__init__(theme, "heartbeat", title, self._blanks, self._advice_box, Spring())
        seg.chosen.connect(lambda n: self.kind_chosen.emit(kinds[n][0]))
        self.save_button.clicked.connect(lambda: self.advance(self.save_button))
        self.watch(*self.entries.values(), self.save_button, *self._choices)

    @staticmethod
    def _chips(theme: Theme, choices: Sequence[tuple[str, Text]], spoken: str, name: str) -> Chips | None:
        if not choices:
            return None
        chips = Chips(theme, [Choice(value, words.of(theme.language)) for value, words in choices], spoken=spoken)
        chips.setObjectName(name)
        return chips

    def begin(self) -> None:
        """The keyboard goes to the first figure."""
        next(iter(self.entries.values())).setFocus(Qt.FocusReason.TabFocusReason)

    @property
    def agreed(self) -> bool | None:
        """What the member said to keeping readings; None where nobody had to ask."""
        return self.consent.value == YES if self.consent is not None else None

    def is_typed(self, field: str) -> bool:
        """Whether enough stands in a blank to be judged while somebody types: as many digits as its lowest figure."""
        entry, hint = self.entries.get(field), self._hints.get(field)
        spec = next((one for one in self.form.fields if one.name == field), None)
        if entry is None or hint is None or spec is None:
            return False
        return len(entry.text().strip()) >= len(spec.hint.partition("–")[0])

    def draft(self) -> Draft:
        """What stands in the blanks."""
        from app.counter.care_scene import Draft

        return Draft(
            self.form.kind,
            {name: entry.text().strip() for name, entry in self.entries.items()},
            self.context.value if self.context is not None else "",
            place=(self.place.value if self.place is not None else "") or "store",
        )

    def _edited(self) -> None:
        self.changed.emit()

    def advance(self, watched: QObject) -> None:
        """Enter: the next blank that needs a figure, then the reading is taken."""
        empty = [self.entries[field.name] for field in self.form.fields if field.required and not self.entries[field.name].text().strip()]
        if watched in self.entries.values():
            names = list(self.entries)
            here = next(n for n, name in enumerate(names) if self.entries[name] is watched)
            further = next((self.entries[name] for name in names[here + 1 :] if self.entries[name] in empty), None)
            if further is not None:
                further.setFocus(Qt.FocusReason.TabFocusReason)
                return
        if empty:
            empty[0].setFocus(Qt.FocusReason.TabFocusReason)
        elif self.form.context_required and self.context is not None and not self.context.value:
            self.context.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.consent is not None and not self.consent.value:
            self.show_problem(say(self.theme, "先问本人：健康数据可以留档吗？", "Ask first: may the health file keep this?"))
            self.consent.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.taken.emit()

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """What cannot be, at the blank it concerns; other problems below."""
        language = self.theme.language
        by_field = {error.field: error for error in errors}
        for field in self.form.fields:
            error = by_field.pop(field.name, None)
            self.entries[field.name].set_wrong(error is not None)
            hint = self._hints[field.name]
            hint.set_words(error.text.of(language) if error is not None else field.hint)
            hint.set_tone("bad_ink" if error is not None else "ink3")
            self.entries[field.name].setAccessibleDescription(hint.words)
        self.show_problem(next((error.text.of(language) for error in by_field.values()), ""))

    def show_advice(self, advice: AdviceScene, *, kept: bool) -> None:
        """What the reading means, in words that may be read aloud; the blanks are done with."""
        theme, language = self.theme, self.theme.language
        self._blanks.hide()
        column = self._advice
        pill = Pill(theme, advice.grade.of(language), advice.tone, height=28, role="label_strong")
        told = (
            say(theme, "已登记", "Entered") if kept else say(theme, "没有保存（会员没同意留档）", "Not kept: no consent to a health file")
        )
        figure = Txt(theme, advice.words, "amount", f"{advice.tone}_ink", size=44)
        unit = Txt(theme, self.form.fields[0].unit, "body", "ink2")
        column.add(Row(theme, figure, unit, pill, Spring(), Txt(theme, told, "body_strong", "good_ink" if kept else "warn_ink"), gap=12))
        if advice.urgent:
            call = say(theme, "请马上叫药师过来，先不要推荐任何商品", "Call the pharmacist now; recommend nothing")
            column.add(Row(theme, Icon(theme, "bell-ringing", 22, "bad", "fill"), (Para(theme, call, "title", "bad_ink"), 1), gap=8))
        for way in sorted(advice.ways, key=lambda one: not one.first):
            words = Column(
                theme,
                Txt(theme, way.title.of(language), "body_strong" if way.first else "label_strong"),
                Para(theme, way.text.of(language), "label", "ink2"),
                gap=0,
            )
            icon = {"see_doctor": "first-aid", "as_prescribed": "pill", "ask_pharmacist": "chat-circle-dots"}.get(way.key, "info")
            column.add(Row(theme, Icon(theme, icon, 20, advice.tone if way.first else "ink3", "fill"), (words, 1), gap=10))
        after = say(theme, f"下次测量 {advice.next_on}", f"Next reading {advice.next_on}")
        if advice.follow_up_on is not None:
            after += say(theme, f" · 已记随访 {advice.follow_up_on}", f" · follow-up noted for {advice.follow_up_on}")
        column.add(Txt(theme, after, "label_strong", "ink2"))
        done = Btn(theme, say(theme, "知道了", "Done"), "tonal", key="Enter", height=42)
        done.setObjectName("advice-done")
        done.clicked.connect(self.left)
        column.add(Row(theme, (Txt(theme, advice.note.of(language), "caption", "ink3", elide=True), 1), done))
        self._advice_box.show()
        done.setFocus(Qt.FocusReason.TabFocusReason)
        announce(self, f"{advice.words} {advice.grade.of(language)}")


class FollowUpSheet(Sheet):
    """What came of a call: an outcome, and what was found, ticked."""

    answered = Signal(str, str, object)
    """Outcome, days ahead ('' for none), what was found."""

    def __init__(self, theme: Theme, scene: FollowUpScene) -> None:
        language = theme.language
        outcomes = [Choice(code, words.of(language)) for code, words in scene.outcomes]
        self.outcome = Chips(theme, outcomes, spoken=say(theme, "结果", "Outcome"))
        self.outcome.setObjectName("followup-outcome")
        findings = [Choice(code, words.of(language)) for code, words in scene.findings]
        self.findings = Ticks(theme, findings, spoken=say(theme, "谈到", "Talked of"))
        self.findings.setObjectName("followup-findings")
        self.findings.setVisible(bool(findings))
        self.later = Chips(theme, later_choices(theme), spoken=say(theme, "改到", "Put off to"))
        self.later.setObjectName("followup-later")
        self._later = boxed(Row(theme, Txt(theme, say(theme, "改到", "Put off to"), "label_strong", "ink2"), (self.later, 1), gap=10))
        self._later.hide()
        due = say(theme, f"约 {scene.due_on}", f"due {scene.due_on}")
        tries = say(theme, f"打过 {scene.tries} 次", f"{scene.tries} tries") if scene.tries else ""
        line = " · ".join(part for part in (scene.reason.of(language), due, tries) if part)
        save = Btn(theme, say(theme, "记下结果", "Note the outcome"), "primary", key="Enter", height=44)
        parts: list[Part] = [
            Txt(theme, line, "body", "ink2"),
            Txt(theme, say(theme, "结果", "Outcome"), "label_strong", "ink2"),
            self.outcome,
        ]
        if findings:
            parts += [Txt(theme, say(theme, "谈到什么（可多选）", "Talked of (any number)"), "label_strong", "ink2"), self.findings]
        super().__init__(theme, "phone", scene.title.of(language), *parts, Row(theme, Spring(), save), Spring())
        self.outcome.chosen.connect(lambda value: self._later.setVisible(value in MOVES))
        save.clicked.connect(self._submit)
        self.watch(self.outcome, self.findings, self.later, save)

    def begin(self) -> None:
        """The keyboard goes to the outcome."""
        self.outcome.setFocus(Qt.FocusReason.TabFocusReason)

    def advance(self, watched: QObject) -> None:
        """Enter: from the outcome to what was found, then keep it."""
        if watched is self.outcome and self.outcome.value and not self.findings.isHidden() and not self.findings.values:
            self.findings.setFocus(Qt.FocusReason.TabFocusReason)
            return
        self._submit()

    def _submit(self) -> None:
        if not self.outcome.value:
            self.show_problem(say(self.theme, "先选结果", "Choose the outcome first"))
            self.outcome.setFocus(Qt.FocusReason.TabFocusReason)
            return
        if self.outcome.value == MOVED and not self.later.value:
            self.show_problem(say(self.theme, "改到哪天？", "Put off to when?"))
            self.later.setFocus(Qt.FocusReason.TabFocusReason)
            return
        later = self.later.value if self.outcome.value in MOVES else ""
        self.answered.emit(self.outcome.value, later, self.findings.values)


def later_choices(theme: Theme) -> list[Choice]:
    """Days ahead as chips."""
    return [Choice(str(days), say(theme, f"{days} 天后", f"in {days} days")) for days in LATER_DAYS]


class FormSheet(Sheet):
    """A form of several fields: entries side by side, choices each in a row."""

    answered = Signal(object)
    ended = Signal()
    """The further button was pressed."""

    def __init__(
        self, theme: Theme, icon: str, title: str, fields: Sequence[QuestionField], *, act: str = "", further: str = ""
    ) -> None:
        """`act` names what the form does, where that is not to note it; `further` one more act beside it."""
        self._panel = QuestionPanel(theme, lambda _: (), bare=True)
        self._panel.show_question(Question(title, "member_form", "", Text(title), fields=tuple(fields)))
        save = Btn(theme, act or say(theme, "记下", "Note it"), "primary", key="Enter", height=44)
        more = Btn(theme, further, "ghost", height=40, tone="bad_ink")
        more.setVisible(bool(further))
        super().__init__(theme, icon, title, self._panel, Row(theme, more, Spring(), save), Spring())
        more.clicked.connect(self.ended)
        save.clicked.connect(self._panel.confirm)
        self._panel.dismissed.connect(self.left)
        self._panel.answered.connect(lambda _question, values: self._answer(values))
        self.watch(save)

    def begin(self) -> None:
        """The keyboard goes to the first field that needs something, else to the first."""
        if not self._panel.go_on():
            self._panel.focus_first()

    def advance(self, watched: QObject) -> None:
        """Enter on the button answers."""
        self._panel.confirm()

    def _answer(self, values: dict[str, str]) -> None:
        if not self._panel.go_on():
            self.answered.emit(values)


def usage_sheet(theme: Theme, form: UsageForm, *, ask_consent: bool) -> FormSheet:
    """How a medicine is taken."""
    piece = form.piece
    times = tuple((str(n), Text(f"每日 {n} 次", f"{n} × a day")) for n in (1, 2, 3, 4))
    every = (("1", Text("每天", "Every day")), ("2", Text("隔天", "Every other day")), ("7", Text("每周", "Weekly")))
    fields = [
        QuestionField(
            "dose",
            "text",
            Text(f"每次几{piece or '份'}", f"How many each time ({piece or 'doses'})"),
            form.dose,
            hint=Text("1、0.5、1/2", "1, 0.5, 1/2"),
        ),
        QuestionField("times", "choice", Text("一天几次", "How often a day"), form.times, times),
        QuestionField("every_days", "choice", Text("隔多久", "On which days"), form.every_days, every),
        QuestionField("moment", "choice", Text("什么时候吃（可不选）", "When (optional)"), form.moment, form.moments, required=False),
        QuestionField("source", "choice", Text("按谁说的", "By whose word"), form.sources[0][0], form.sources),
    ]
    if ask_consent:
        said = ((YES, Text("同意", "Agrees")), (NO, Text("不同意", "Does not")))
        fields.append(QuestionField("consent", "choice", Text("本人同意留健康档案吗", "May the health file keep this"), choices=said))
    title = say(theme, f"用法：{form.name} {form.spec}", f"Dose: {form.name} {form.spec}")
    return FormSheet(theme, "pill", title, fields, further=say(theme, "已停用这个药", "Not taken any more"))


def follow_up_sheet(theme: Theme) -> FormSheet:
    """A new follow-up: when."""
    later = tuple((str(days), Text(f"{days} 天后", f"in {days} days")) for days in LATER_DAYS)
    title = say(theme, "约一次电话随访", "Note a follow-up call")
    return FormSheet(theme, "phone", title, [QuestionField("later", "choice", Text("什么时候", "When"), "7", later)])


class ListSheet(Sheet):
    """A list of rows with its headline, such as all coupons or all medicines of a year."""

    picked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        rows: Rows,
        none: str,
        *,
        aside: QWidget | None = None,
        plain: bool = False,
        tails: Mapping[str, QWidget] | None = None,
    ) -> None:
        """`rows` are (key, cells); `plain` rows only show; `tails` are what stands at the end of some, by their key."""
        self.rows: list[ListRow] = []
        for key, cells in rows:
            tail = tails.get(key) if tails is not None else None
            row = ListRow(theme, cells, *(() if tail is None else (tail,)), height=54, pad=6, plain=plain)
            row.setObjectName(f"list-{key}")
            row.clicked.connect(self._press(key))
            self.rows.append(row)
        body: Part = (Listing(theme, self.rows), 1) if rows else Para(theme, none, "body", "ink2")
        super().__init__(theme, icon, title, body, aside=aside)
        self.watch(*self.rows)

    @property
    def current(self) -> str:
        """Key of the row that has the keyboard, or ''."""
        return next((row.objectName().removeprefix("list-") for row in self.rows if row.hasFocus()), "")

    def _press(self, key: str) -> object:
        return lambda: self.picked.emit(key)

    def advance(self, watched: QObject) -> None:
        """Enter presses the row."""
        if isinstance(watched, ListRow):
            watched.click()

    def begin(self) -> None:
        """The keyboard goes to the first row."""
        if self.rows:
            self.rows[0].setFocus(Qt.FocusReason.TabFocusReason)


def ticket_rows(theme: Theme, tickets: Sequence[TicketFace]) -> Rows:
    """Coupons with their rules."""
    language = theme.language
    tones = {"used": "good", "good": "brand", "waiting": "warn"}
    return [
        (
            ticket.serial,
            (
                Cell(ticket.worth.of(language), width=74, role="head", tone=f"{ticket.tone}_ink" if ticket.tone != "promo" else "promo"),
                Cell(
                    ticket.title.of(language),
                    sub=" · ".join(part for part in (ticket.rule.of(language), ticket.why.of(language)) if part),
                    role="body_strong",
                ),
                Cell(ticket.note.of(language), width=170, align="right", role="label", tone="ink2"),
                Cell(pill=ticket.state_words.of(language), pill_tone=tones.get(ticket.state, "mute"), width=84, align="right"),
            ),
        )
        for ticket in tickets
    ]


def medicine_rows(theme: Theme, medicines: Sequence[BoughtMedicine]) -> Rows:
    """Medicines of the last twelve months."""
    return [
        (
            one.product_id,
            (
                Cell(one.name, strong=one.strength, role="body_strong"),
                Cell(say(theme, f"{one.packs} {one.unit}", counted(one.packs, "pack")), width=80, align="right", role="body"),
                Cell(say(theme, f"买过 {one.times} 次", f"{one.times} times"), width=96, align="right", role="label", tone="ink2"),
                Cell(f"{one.last}", width=104, align="right", role="label", tone="ink2"),
            ),
        )
        for one in medicines
    ]


def kin_rows(theme: Theme, family: Sequence[KinFace]) -> Rows:
    """The family, each with what is on record."""
    rows = []
    for kin in family:
        note, tone = kin_note(kin, theme)
        title = " · ".join(part for part in (kin.masked_name, kin.relation.of(theme.language)) if part)
        agreed: Mapping[str, tuple[str, str, str]] = {
            "given": ("已同意", "Agreed", "good"),
            "refused": ("不同意", "Refused", "bad"),
            "unasked": ("待同意", "To ask", "warn"),
        }
        zh, en, pill = agreed[kin.consent]
        cells = (
            Cell(title, sub=note, sub_tone=tone, icon="user", tile="info" if kin.adult else "gold", role="body_strong"),
            Cell(pill=say(theme, zh, en), pill_tone=pill, width=96, align="right"),
        )
        rows.append((kin.person_id, cells))
    return rows


def dealing_rows(theme: Theme, dealings: Sequence[Dealing]) -> Rows:
    """Dealings with the member, the newest first."""
    rows = []
    for one in dealings:
        icon, tone = dealing_look(one)
        title, note = dealing_words(one, theme)
        cells = (
            Cell(title, sub=note, icon=icon, tile=tone, role="body_strong"),
            Cell(f"{one.day}", width=104, align="right", role="label", tone="ink2"),
        )
        rows.append((f"{one.kind}|{one.number or one.ref}", cells))
    return rows


def todo_rows(theme: Theme, todos: Sequence[Todo]) -> Rows:
    """What is to be done, with what a press does."""
    language = theme.language
    rows = []
    for order, todo in enumerate(todos):
        icon, tone = LOOKS.get(todo.kind, ("bell", "info"))
        cells = (
            Cell(todo.title.of(language), sub=todo.note.of(language), icon=icon, tile=tone, role="body_strong"),
            Cell(pill=todo.act_title.of(language), pill_tone="brand", width=110, align="right"),
        )
        rows.append((str(order), cells))
    return rows
