"""The Prescription page: who waits for a pharmacist, the prescription, 四查十对, and the pharmacist's own signature.

The sale stays the cashier's: a review signed here lies on the lines of the open basket, and one key leads back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.counter import asking
from app.counter.faults import Refused
from app.counter.reviewing import Reviewed, RxLine, RxScene, Waiting
from app.counter.scene import Echo, QuestionField
from app.desktop.screens.desk import FormDesk, Listing, Sheet, Slot, clock_text, marks_of
from app.desktop.screens.form import Form
from app.desktop.screens.in_parts import FIRST, Growing, InParts, grow
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.question import PinBox, QuestionPanel
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.screens.settling import settle
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Bar, Chip, Dot, Pill
from app.desktop.widgets.member import AllergyStrip
from app.desktop.widgets.notices import Empty, announce
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Para, Rule, Txt
from app.domain import codes
from app.domain.four_checks import Check, compared
from app.domain.verdict import Text

if TYPE_CHECKING:
    from app.counter.pending import Pending
    from app.counter.scene import Scene

LEFT_WIDTH, RIGHT_WIDTH = 272, 372
MOST_DONE = 40
"""Reviews of today that are listed; earlier ones are in the report."""
_SIGNS = {
    "same": ("check-circle", "good"),
    "partly": ("info", "info"),
    "differs": ("warning-circle", "bad"),
    "eye": ("eye", "ink3"),
}
"""Icon and tone of what was compared; a green tick stands only where the whole was compared and is equal."""


class CheckList(Painted):
    """四查十对 as one painted list: each 查 with what the system can say of it, each 对 with what is left to the eye."""

    HEAD, ROW = 27, 22

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._checks: tuple[Check, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show another state of the list."""
        if tuple(checks) == self._checks:
            return
        again = len(checks) != len(self._checks)
        self._checks = tuple(checks)
        self._speak()
        if again:
            self.restyle()
        else:
            self.update()

    def _speak(self) -> None:
        language = self.theme.language
        said = []
        for check in self._checks:
            said.append(f"{check.title.of(language)} {check.said.of(language)}")
            said += [f"{one.title.of(language)} {one.said.of(language)}" for one in check.matchings]
        self.setAccessibleName("\n".join(said))

    def measure(self) -> None:
        """As high as its rows."""
        rows = sum(len(check.matchings) for check in self._checks)
        self.setFixedHeight(self.theme.px(self.HEAD) * len(self._checks) + self.theme.px(self.ROW) * rows)
        self._speak()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw heads and rows."""
        theme, px, language = self.theme, self.theme.px, self.theme.language
        y = 0.0
        indent = px(76 if language == "zh" else 92)
        for order, check in enumerate(self._checks):
            if order:
                paint.hairline(painter, theme, 0, y + px(2), rect.width())
            middle = y + px(self.HEAD) / 2 + px(1)
            title = check.title.of(language)
            wide = paint.text_at(painter, 0, middle, title, theme.face("label_strong"), theme.color("ink"))
            name, tone = _SIGNS[check.state]
            left = wide + px(12)
            said = theme.face("caption_strong").elided(check.said.of(language), rect.width() - left - px(20))
            ink = "ink2" if tone == "ink3" else f"{tone}_ink"
            x = rect.width() - theme.face("caption_strong").width(said)
            paint.text_at(painter, x, middle, said, theme.face("caption_strong"), theme.color(ink))
            paint.icon(painter, theme, name, x - px(19), middle, 15, tone, "fill" if tone != "ink3" else "regular")
            y += px(self.HEAD)
            for matching in check.matchings:
                middle = y + px(self.ROW) / 2
                name, tone = _SIGNS[matching.state]
                paint.icon(painter, theme, name, 0, middle, 15, tone, "fill" if tone != "ink3" else "regular")
                paint.text_at(painter, px(22), middle, matching.title.of(language), theme.face("label"), theme.color("ink"))
                room = QRectF(px(22) + indent, y, rect.width() - px(22) - indent, px(self.ROW))
                ink = "ink3" if tone == "ink3" else f"{tone}_ink"
                paint.text(painter, room, matching.said.of(language), theme.face("label"), theme.color(ink), elide=True)
                y += px(self.ROW)


class RxPage(InParts, FormDesk):
    """Prescriptions: the queue at the left, the prescription in the middle, the checks and the signature at the right."""

    key = "rx"
    title = Text("处方", "Rx")
    icon = "prescription"
    takes_scans = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._scene = RxScene((), None)
        self._chosen = ""
        """Id of the basket or of the review that is looked at."""
        self._recalling = False
        """Whether a held sale is being taken up."""
        self._signing = False
        """Whether a signature is on its way to the disk."""
        self._sale: Page | None = None
        self._reports: Page | None = None
        self._rows: tuple[ListRow, ...] = ()
        self._growing: Growing | None = None
        self._problem = Text("")
        self.panel = QuestionPanel(self.theme, lambda _: (), bare=True)
        self.panel.answered.connect(lambda *_: self._to_signature())
        self.panel.dismissed.connect(self._back)
        self.panel.edited.connect(self._edited)
        self.checks = CheckList(self.theme)
        self._left, self._right, self._lines = Slot(), Slot(), Slot()
        self._count = Txt(self.theme, "", "label", "ink2")
        self._title = Txt(self.theme, "", "section")
        self._chip = Chip(self.theme, "")
        self._who = Txt(self.theme, "", "label", "ink2", elide=True)
        self._paper = Panel(
            self.theme,
            Column(
                self.theme,
                Row(self.theme, self._title, self._chip, (self._who, 1), gap=10),
                self.panel,
                Rule(self.theme),
                (self._lines, 1),
                gap=10,
                margins=(18, 14, 18, 10),
            ),
        )
        self._middle = Slot()
        self._middle.fill(self._paper)
        self.pin = PinBox(self.theme, self.say("药师 PIN", "Pharmacist's PIN"))
        self.pin.setObjectName("rx-pin")
        self.pin.installEventFilter(self)
        hold_width(self.theme, self._left, LEFT_WIDTH)
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.lay(self._left, (self._middle, 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def meet(self, pages: Mapping[str, Page]) -> None:
        """Goods scanned here go to the sale, and what changes there changes the queue."""
        self._sale = pages.get("sale")
        self._reports = pages.get("reports")
        if self._sale is not None:
            self._sale.changed.connect(self._sale_changed)

    def badge(self) -> str:
        """How many prescription lines wait in the open and the held sales."""
        waiting = self.till.reviewing.count()
        return str(waiting) if waiting else ""

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回收银", "To the sale"), self._back)]
        if self._form is not None:
            return (FKeySpec("Esc", Text("返回", "Back"), self._back),)
        one = self._scene.chosen if not self._review() else None
        if one is not None and one.here:
            keys.append(FKeySpec("F4", Text("用药人", "Patient"), lambda: self._ask("patient")))
        keys.append(FKeySpec("F5", Text("审方记录", "Records"), self._records, enabled=bool(self._scene.done)))
        if one is not None and not one.here:
            keys.append(FKeySpec("F7", Text("取单", "Recall"), self._recall, primary=True))
        if one is not None and one.here:
            keys.append(FKeySpec("F8", Text("驳回", "Reject"), self._ask_reason, enabled=bool(self._scene.on_duty)))
        keys.append(FKeySpec("F9", Text("药师到岗/离岗", "On/off duty"), lambda: self._ask("duty_pharmacist")))
        if one is not None and one.here:
            keys.append(FKeySpec("F12", Text("通过并签章", "Approve"), self._sign, enabled=bool(self._scene.on_duty), primary=True))
        elif one is None and self.till.selling.basket.lines:
            keys.append(FKeySpec("F12", Text("回收银", "To the sale"), lambda: self.go.emit("sale"), primary=True))
        return tuple(keys)

    def on_shown(self) -> None:
        """Read the queue anew; the keyboard goes to the first empty field of the prescription."""
        self._form, self._problem = None, Text("")
        self._chosen = ""
        if self._known is not None:
            self._look_at("")
        self.come()

    def on_left(self) -> None:
        """Nobody else's PIN may stand in the box."""
        self.pin.value = ""

    def on_scanned(self, raw: str) -> None:
        """A prescription's code fills its number; everything else goes to the open sale."""
        self.draw_out()
        reading = codes.read(raw, self.till.shapes, codes.ScanContext.SELLING)
        if isinstance(reading, codes.PrescriptionCode) and self._scene.form is not None and self._form is None:
            self.panel.put("number", reading.number)
            self.tell(Echo("told", "number_taken", {}, sound="scan_member_or_rx"))
            return
        if self._sale is not None:
            self._sale.on_scanned(raw)

    def on_key(self, name: str) -> bool:
        """Esc steps back; Enter in the PIN signs; the arrows enter the queue."""
        if name == "Enter" and self.pin.hasFocus():
            self._sign()
            return True
        return self.list_key(name, self._rows, self._back)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in the PIN signs."""
        entered = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if watched is self.pin and entered and event.type() == QEvent.Type.KeyPress:
            if isinstance(event, QKeyEvent) and not event.isAutoRepeat():
                self._sign()
            return True
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------------ acts

    def slots(self) -> Sequence[Slot]:
        """The queue, the prescription, and the checks."""
        return self._left, self._middle, self._right

    def mark(self) -> Hashable:
        """What was read: the queue is read whenever the page comes, for what is sold changes it without a commit."""
        return self._scene, self._chosen

    def read(self) -> Iterator[None]:
        """The queue, and what is looked at of it."""
        self._look_at(self._chosen)
        yield

    def _look_at(self, chosen: str) -> None:
        self._chosen, self._scene = chosen, self.till.reviewing.scene(chosen)
        if self._review() is None and self._scene.chosen is not None:
            self._chosen = self._scene.chosen.basket_id

    def _sale_changed(self) -> None:
        if self.isVisible() and self._form is None:
            self.refresh()
            if self._recalling and not self.till.selling.writing:
                self._recalling = False
                self._focus_first()

    def _review(self) -> Reviewed | None:
        """The signed review that is looked at, if one is."""
        return next((row for row in self._scene.done if row.review_id == self._chosen), None)

    def _choose(self, chosen: str) -> None:
        if chosen == self._chosen or self._form is not None:
            return
        self._chosen, self._problem = chosen, Text("")
        self.pin.value = ""
        self._scene = self.till.reviewing.scene(chosen)
        self._light_chosen()
        self._draw_middle()
        self._draw_right()
        self.changed.emit()

    def _back(self) -> None:
        if not self.leave_form():
            self.go.emit("sale")

    def _focus_first(self) -> None:
        one = self._scene.chosen
        if self._review() is None and one is not None and one.here:
            if not self.panel.go_on():
                self.pin.setFocus(Qt.FocusReason.TabFocusReason)
        elif self._rows:
            self._rows[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _recall(self) -> None:
        """Take the held sale up: what is in hand is held in its place, as on the sale's own page."""
        one = self._scene.chosen
        if one is None or self._sale is None:
            return
        self._recalling = self.attempt(lambda: self.tell(self.till.selling.recall(one.basket_id).echo))
        self._sale_changed()

    def _records(self) -> None:
        if self._reports is not None:
            self._reports.show_topic("reviews")
            self.go.emit("reports")

    def _to_signature(self) -> None:
        if not self.panel.go_on():
            self.pin.setFocus(Qt.FocusReason.TabFocusReason)

    def _edited(self) -> None:
        """Somebody types: compare anew what can be compared."""
        if self._scene.chosen is not None and self._scene.form is not None:
            self._show_checks()

    def _sign(self) -> None:
        if self._scene.form is None or not self._scene.on_duty or self._form is not None or self._signing:
            return
        if self.panel.go_on():
            self._say(Text("处方还没填完", "The prescription is not complete yet"))
            return
        if not self.pin.value:
            self.pin.setFocus(Qt.FocusReason.TabFocusReason)
            self._say(Text("由药师本人输入 PIN", "The pharmacist enters the own PIN"))
            return

        def refused(refusal: Refused) -> None:
            self.pin.wrong()
            self._say(asking.refusal_text(refusal))
            self.refuse(refusal)
            (self.pin if refusal.code.startswith("pin") else self.panel).setFocus(Qt.FocusReason.OtherFocusReason)

        self._begin(lambda: self.till.reviewing.sign(self.panel.told(), self.pin.value), self._signed, refused)

    def _begin(self, act: Callable[[], Pending[Scene]], then: Callable[[Echo | None], None], refused: Callable[[Refused], None]) -> None:
        """An act of the sale that is signed here, once at a time; what was typed stands until it is on disk."""
        if self._signing:
            return

        def done(scene: Scene) -> None:
            self._signing = False
            # The sale, which waited for the same, has said it already.
            then(scene.echo if at_once else None)

        def not_done(refusal: Refused) -> None:
            self._signing = False
            refused(refusal)

        try:
            pending = act()
        except Refused as refusal:
            refused(refusal)
            return
        at_once = pending.written.done()
        self._signing = True
        settle(self.bridge, pending, done, not_done, lambda: self._say(Text("磁盘慢，正在保存", "The disk is slow; saving")))

    def _signed(self, echo: Echo | None) -> None:
        self.pin.value, self._problem, self._form = "", Text(""), None
        # The paper is done with: the next one begins empty.
        self.panel.show_question(None)
        self._chosen = ""
        self.tell(echo)
        self._go_on()

    def _go_on(self) -> None:
        if self.isVisible():
            self.refresh()
            self._focus_first()

    def _say(self, problem: Text) -> None:
        self._problem = problem
        self._draw_right()
        announce(self, self.of(problem))

    def _ask_reason(self) -> None:
        """驳回: a coded reason and the pharmacist's own PIN; the form need not be complete."""
        fields = (
            QuestionField("reason", "choice", Text("驳回原因", "Reason"), choices=self.till.reasons.choices("review_rejection")),
            QuestionField("pin", "pin", Text("药师 PIN", "Pharmacist's PIN")),
        )
        form = Form(
            self.theme,
            Text("驳回处方", "Reject the prescription"),
            fields,
            body=Text("记入审方记录；驳回后处方药不能收款", "Kept in the records; the medicines cannot be paid"),
            confirm=Text("驳回", "Reject"),
            close=Text("返回", "Back"),
            kind="danger",
        )
        form.answered.connect(self._reject)
        self._open(form)

    def _reject(self, values: dict[str, str]) -> None:
        form = self._form
        assert form is not None

        def refused(refusal: Refused) -> None:
            if self._form is form:
                form.clear("pin")
                form.show_problem(asking.refusal_text(refusal).of(self.theme.language), "pin")
            self.refuse(refusal)

        self._begin(lambda: self.till.reviewing.reject(self.panel.told(), values["reason"], values["pin"]), self._signed, refused)

    def _ask(self, kind: str) -> None:
        """A question of the sale, asked beside the prescription."""
        question = self.till.selling.form(kind)
        if question is None or not all(field.choices for field in question.fields if field.kind == "choice"):
            self.refuse(Refused("nobody_may"))
            return
        form = Form(
            self.theme,
            question.title,
            question.fields,
            body=question.body,
            confirm=question.confirm,
            close=Text("返回", "Back"),
        )
        form.answered.connect(lambda values: self._answered(kind, values))
        self._open(form)

    def _answered(self, kind: str, values: dict[str, str]) -> None:
        form = self._form
        assert form is not None

        def refused(refusal: Refused) -> None:
            if self._form is form:
                if "pin" in values:
                    form.clear("pin")
                form.show_problem(asking.refusal_text(refusal).of(self.theme.language), "pin" if "pin" in values else "")
            self.refuse(refusal)

        def answered(echo: Echo | None) -> None:
            if self._form is form:
                self._form, self._problem = None, Text("")
            self.tell(echo)
            self._go_on()

        self._begin(lambda: self.till.selling.take_form(kind, values), answered, refused)

    def _open(self, form: Form) -> None:
        form.left.connect(self._back)
        self._form = form
        self._draw_right()
        self.changed.emit()
        form.begin()

    # ------------------------------------------------------------------ drawing

    def draw(self) -> Iterator[None]:
        """Draw the queue, the prescription and the checks."""
        self.pin.setAccessibleName(self.say("药师 PIN", "Pharmacist's PIN"))
        growing = self._draw_left()
        next(growing, None)
        yield
        self._draw_middle()
        self._middle.setUpdatesEnabled(True)
        yield
        self._draw_right()
        yield from growing

    def let_go(self) -> None:
        """Nothing stands any more but the prescription, which outlives what stands around it."""
        self._undrawn, self._known, self._form = None, None, None
        self._keep()
        for slot in (self._left, self._lines, self._right):
            slot.empty()
        self._rows, self._growing = (), None

    def _keep(self) -> None:
        """What outlives a redrawing must not be let go with what held it."""
        for kept in (self.checks, self._count, self.pin):
            kept.setParent(None)

    def _draw_left(self) -> Iterator[None]:
        """The queue; the reviews that lie further down come last."""
        scene, day = self._scene, self.till.staging.frame().day
        done = scene.done[:MOST_DONE]
        self.show_in(self._left, (scene.waiting, scene.done, scene.on_duty, day), lambda: self._queue_card(scene, day))
        self._light_chosen()
        growing = self._growing
        assert growing is not None
        above = len(growing.rows) - sum(row.objectName() in {f"rx-{one.review_id}" for one in done} for row in growing.rows)
        for _ in grow(growing, above + len(done), lambda order: self._done_row(done[order - above], day)):
            self._know_rows()
            yield
        self._know_rows()

    def _know_rows(self) -> None:
        assert self._growing is not None
        self._rows = self._growing.chosen_from

    def _light_chosen(self) -> None:
        for row in self._rows:
            row.set_chosen(row.objectName() == f"rx-{self._chosen}")

    def _queue_card(self, scene: RxScene, day: date) -> Sheet:
        theme = self.theme
        waiting = [self._waiting_row(one) for one in scene.waiting]
        count = sum(one.lines for one in scene.waiting)
        head = Row(
            theme,
            Txt(theme, self.say("待审", "Waiting"), "section"),
            Pill(theme, self.say(f"{count} 个药", f"{count} to review"), "rx") if count else None,
            Spring(),
            gap=10,
            margins=(16, 14, 16, 12),
        )
        nobody = Para(
            theme, self.say("没有等着审方的处方药", "No prescription medicine waits"), "label", "ink3"
        )
        approved = sum(row.approved for row in scene.done)
        rejected = len(scene.done) - approved
        today = Row(
            theme,
            Txt(theme, self.say("今日已审", "Signed today"), "label_strong", "ink2"),
            Spring(),
            Txt(theme, self.say(f"通过 {approved} · 驳回 {rejected}", f"{approved} approved · {rejected} rejected"), "caption", "ink3"),
            gap=8,
            margins=(16, 10, 16, 8),
        )
        above: list[QWidget] = [*waiting] if waiting else [boxed(Row(theme, nobody, margins=(16, 12, 16, 8)))]
        above.append(boxed(today))
        done = scene.done[:MOST_DONE]

        def make(order: int) -> QWidget:
            return above[order] if order < len(above) else self._done_row(done[order - len(above)], day)

        self._growing = Growing(theme, len(above) + len(done), make, first=len(above) + FIRST)
        self._know_rows()
        duty = Row(theme, Dot(theme, "good" if scene.on_duty else "warn"), gap=8, margins=(16, 10, 16, 12))
        names = "、".join(scene.on_duty)
        on = self.say(f"{names} 在岗", f"On duty: {names}") if names else self.say("没有药师在岗", "No pharmacist on duty")
        duty.add((Txt(theme, on, "label", "ink2" if names else "warn_ink", elide=True), 1))
        return Sheet(theme, Column(theme, head, Rule(theme), (self._growing, 1), Rule(theme), duty, gap=0))

    def _waiting_row(self, one: Waiting) -> ListRow:
        more = self.say(f"等 {one.lines} 种", f" +{one.lines - 1}") if one.lines > 1 else ""
        place = self.say("本单", "Now") if one.here else self.say("挂单", "Held")
        tone = "bad" if one.rejected else "warn" if one.here else "info"
        waited = self.say(f"{place} {one.minutes} 分", f"{place} {one.minutes} min")
        pill = self.say("已驳回", "Rejected") if one.rejected else waited
        who = one.label or self.say("散客", "Walk-in")
        row = ListRow(
            self.theme,
            (
                Cell(who, sub=f"{one.first}{more}"),
                Cell(pill=pill, pill_tone=tone, width=96, align="right"),
            ),
            height=64,
            chosen=one.basket_id == self._chosen,
        )
        return self._listed(row, one.basket_id)

    def _done_row(self, done: Reviewed, day: date) -> ListRow:
        names = "、".join(done.names)
        said = self.say("通过", "Approved") if done.approved else self.say("驳回", "Rejected")
        row = ListRow(
            self.theme,
            (
                Cell(f"{clock_text(done.at, day)} {done.reviewer}", sub=names, role="label_strong"),
                Cell(pill=said, pill_tone="good" if done.approved else "bad", width=82, align="right"),
            ),
            height=54,
            chosen=done.review_id == self._chosen,
        )
        return self._listed(row, done.review_id)

    def _listed(self, row: ListRow, key: str) -> ListRow:
        row.setObjectName(f"rx-{key}")
        row.reached.connect(lambda: self._choose(key))
        row.clicked.connect(lambda: self._choose(key))
        return row

    def _draw_middle(self) -> None:
        scene, done = self._scene, self._review()
        one = scene.chosen
        if done is not None:
            self._draw_done(done)
            return
        if one is None:
            sold = bool(self.till.selling.basket.lines)
            self._title.set_words(self.say("处方", "Prescription"))
            self._chip.hide()
            self._who.set_words("")
            self.panel.show_question(None)
            title = self.say("没有待审的处方", "No prescription waits")
            if sold:
                title = self.say("本单没有等着审方的药", "Nothing in this sale waits for review")
            detail = self.say("扫处方药后，这里会出现它", "Scan a prescription medicine and it appears here")
            self.show_in(self._lines, ("none", sold), lambda: self._nothing_waits(title, detail))
            return
        self._title.set_words(self.say("处方", "Prescription"))
        self._chip.set_words(self.say("柜台 · 本单", "Counter · open sale") if one.here else self.say("挂单", "Held sale"))
        self._chip.show()
        patient = " ".join(part for part in (scene.patient, self.of(scene.age)) if part)
        self._who.set_words(self.say(f"用药人 {patient}", f"For {patient}") if patient else "")
        self.panel.show_question(scene.form)
        self.show_in(self._lines, (scene.lines, one.here), lambda: self._lines_card(scene.lines, here=one.here))

    def _nothing_waits(self, title: str, detail: str) -> Empty:
        empty = Empty(self.theme, "prescription", title, detail, self.say("回收银", "To the sale"), "Esc")
        empty.acted.connect(lambda: self.go.emit("sale"))
        return empty

    def _lines_card(self, lines: Sequence[RxLine], *, here: bool) -> Column:
        """What was prescribed, as it lies in the sale."""
        theme = self.theme
        rows = [self._line_row(no, line) for no, line in enumerate(lines, 1)]
        head = Row(theme, Txt(theme, "Rp", "section"), Spring(), Txt(theme, self._amount(lines), "label", "ink2"), gap=8)
        parts = Column(theme, head, (Listing(theme, rows), 1), gap=4)
        if not here:
            way = Btn(theme, self.say("取到当前单再审", "Take it up to review"), "primary", icon="arrow-clockwise", key="F7", height=48)
            way.clicked.connect(self._recall)
            parts.add(way)
        return parts

    def _amount(self, lines: Sequence[RxLine]) -> str:
        wanted, got = sum(line.codes_needed for line in lines), sum(line.codes_got for line in lines)
        kinds = self.say(f"{len(lines)} 种药", f"{len(lines)} medicines" if len(lines) > 1 else "1 medicine")
        return f"{kinds} · {self.say('追溯码', 'trace codes')} {got}/{wanted}" if wanted else kinds

    def _line_row(self, no: int, line: RxLine) -> ListRow:
        lot = self.say(f"批号 {line.lot_no}", f"Lot {line.lot_no}") if line.lot_sure else self.say("批号以盒上为准", "Lot as on the box")
        ends = self.say(f"效期 {line.expires_on}", f"exp {line.expires_on}") if line.lot_sure and line.expires_on else ""
        sub = " · ".join(part for part in (lot, ends, line.maker) if part)
        share = line.codes_got / line.codes_needed if line.codes_needed else 1.0
        trailing: list[QWidget] = []
        if line.codes_needed:
            bar = Bar(self.theme, share, "good" if share >= 1 else "warn")
            bar.setFixedWidth(self.theme.px(56))
            trailing = [Txt(self.theme, f"{line.codes_got}/{line.codes_needed}", "label", "ink2"), bar]
        return ListRow(
            self.theme,
            (
                Cell(f"{no}  {line.name}", strong=line.strength, marks=marks_of(line.marks), sub=sub),
                Cell(f"×{line.quantity} {line.unit}", width=64, align="right"),
            ),
            *trailing,
            height=56,
            pad=0,
            plain=True,
        )

    def _draw_done(self, done: Reviewed) -> None:
        """A signed review, as much of it as the counter may show."""
        self._title.set_words(self.say("已审处方", "Signed review"))
        self._chip.set_words(self.say("通过", "Approved") if done.approved else self.say("驳回", "Rejected"))
        self._chip.show()
        self._who.set_words(clock_text(done.at))
        self.panel.show_question(None)
        self.show_in(self._lines, done, lambda: self._done_card(done))

    def _done_card(self, done: Reviewed) -> Column:
        """Who signed what, and why not."""
        theme = self.theme
        reasons = dict(self.till.reasons.choices("review_rejection"))
        facts = [
            (self.say("患者", "Patient"), done.patient),
            (self.say("审方药师", "Reviewer"), done.reviewer),
            (self.say("调配", "Dispensed by"), done.dispenser),
            (self.say("核对", "Checked by"), done.checker),
            (self.say("驳回原因", "Reason"), self.of(reasons.get(done.reason, Text(done.reason))) if done.reason else ""),
        ]
        column = Column(theme, gap=8)
        for name, words in facts:
            if words:
                column.add(Row(theme, Txt(theme, name, "label", "ink3"), Spring(), Txt(theme, words, "body_strong"), gap=8))
        column.add(Rule(theme, dashed=True))
        for name in done.names:
            column.add(Row(theme, Icon(theme, "pill", 18, "ink3"), (Txt(theme, name, "body", elide=True), 1), gap=8))
        column.add(Spring())
        words = self.say("处方号、诊断等在审方记录里，由药师或店长打印", "Number and diagnosis are in the records only")
        column.add(Para(theme, words, "caption", "ink3"))
        return column

    # ------------------------------------------------------------------ the right side

    def _show_checks(self) -> None:
        checks = self.till.reviewing.checks(self._scene, self.panel.told())
        self.checks.show_checks(checks)
        done, left = compared(checks)
        self._count.set_words(self.say(f"系统比了 {done} 项 · {left} 项请药师看", f"{done} compared · {left} for you to read"))

    def _draw_right(self) -> None:
        scene, one = self._scene, self._scene.chosen
        if self._form is not None:
            self._keep()
            self._right.fill(Column(self.theme, self._form, Spring()))
            return
        if self._review() is not None or one is None:
            self.show_in(self._right, (len(scene.done), scene.on_duty), self._resting_card)
            return
        made = self.show_in(self._right, (one, scene.allergy, scene.on_duty, self._problem), lambda: self._checks_card(one))
        self._show_checks()
        if made:
            for kept in (self.checks, self._count):
                kept.show()

    def _resting_card(self) -> Column:
        self._keep()
        return Column(self.theme, self._resting(), Spring())

    def _checks_card(self, one: Waiting) -> Column:
        """四查十对, and the signature below it."""
        self._keep()
        theme, scene = self.theme, self._scene
        allergy = AllergyStrip(theme)
        if scene.allergy is None:
            allergy.set_missing(self.say("没有登记用药人，没有比对", "No patient on record: not compared"))
        else:
            allergy.show_found(scene.allergy.tone, self.of(scene.allergy.title))
            allergy.setToolTip(self.of(scene.allergy.body))
        card = Column(
            theme,
            Row(theme, Txt(theme, self.say("四查十对", "Four checks"), "head"), Spring(), self._count),
            allergy,
            (Listing(theme, [self.checks]), 1),
            gap=6,
            margins=(16, 10, 12, 6),
        )
        self._show_checks()
        return Column(theme, (Panel(theme, card), 1), self._signature(one), gap=10)

    def _signature(self, one: Waiting) -> Panel:
        theme = self.theme
        column = Column(theme, gap=8, margins=(16, 12, 16, 14))
        if not one.here:
            words = self.say("挂着的单先取到当前单，再审方", "A held sale is taken up before it is reviewed")
            column.add(Row(theme, Icon(theme, "info", 18, "info", "fill"), (Para(theme, words, "label", "info_ink"), 1), gap=8))
            return Panel(theme, column)
        if not self._scene.on_duty:
            words = self.say("没有药师在岗，处方药不能收款", "No pharmacist on duty: these medicines cannot be paid")
            column.add(Row(theme, Icon(theme, "warning", 20, "warn", "fill"), (Para(theme, words, "label_strong", "warn_ink"), 1), gap=8))
            come = Btn(theme, self.say("药师到岗", "Pharmacist on duty"), "primary", icon="stethoscope", key="F9", height=48)
            come.clicked.connect(lambda: self._ask("duty_pharmacist"))
            column.add(come)
            return Panel(theme, column, line="warn_l")
        if self._problem.zh:
            wrong = Para(theme, self.of(self._problem), "label_strong", "bad_ink")
            column.add(Row(theme, Icon(theme, "warning-circle", 18, "bad", "fill"), (wrong, 1), gap=7))
        else:
            words = self.say("签章即承担审方责任，签后不可修改", "Signing takes responsibility; it cannot be undone")
            column.add(Txt(theme, words, "caption", "ink3"))
        column.add(Row(theme, Txt(theme, self.say("药师 PIN", "Pharmacist's PIN"), "label", "ink2"), (self.pin, 1), gap=12))
        no = Btn(theme, self.say("驳回", "Reject"), icon="x-circle", key="F8", height=48)
        no.setObjectName("rx-reject")
        no.clicked.connect(self._ask_reason)
        yes = Btn(theme, self.say("通过并签章", "Approve"), "primary", icon="seal-check", key="F12", height=48, role="head")
        yes.setObjectName("rx-sign")
        yes.clicked.connect(self._sign)
        column.add(Row(theme, no, (yes, 1), gap=10))
        self.pin.show()
        return Panel(theme, column)

    def _resting(self) -> Panel:
        """Beside an empty queue or a signed review: what can be done next."""
        theme = self.theme
        column = Column(theme, gap=10, margins=(16, 14, 16, 16))
        column.add(Txt(theme, self.say("审方记录", "Records"), "head"))
        count = len(self._scene.done)
        words = self.say(f"今日已审 {count} 张", f"{count} signed today") if count else self.say("今天还没有审过处方", "None signed today")
        column.add(Para(theme, words, "label", "ink2"))
        records = Btn(theme, self.say("打印审方记录", "Print the records"), icon="file-pdf", key="F5", height=44)
        records.setEnabled(bool(count))
        records.clicked.connect(self._records)
        column.add(records)
        if not self._scene.on_duty:
            column.add(Rule(theme, dashed=True))
            said = self.say("没有药师在岗，处方药不能收款", "No pharmacist on duty: prescription medicines cannot be paid")
            column.add(Row(theme, Icon(theme, "warning", 20, "warn", "fill"), (Para(theme, said, "label_strong", "warn_ink"), 1), gap=8))
            come = Btn(theme, self.say("药师到岗", "Pharmacist on duty"), "primary", icon="stethoscope", key="F9", height=48)
            come.clicked.connect(lambda: self._ask("duty_pharmacist"))
            column.add(come)
        return Panel(theme, column)
