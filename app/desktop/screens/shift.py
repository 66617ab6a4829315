"""The Shift page: the blind count and the close under a Z number, cash moves, duties, the pharmacist on duty, and the day's end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.counter.faults import Refused
from app.counter.scene import QuestionField
from app.counter.shifts import Badge, ShiftScene, TenderRow
from app.desktop.screens.desk import FormDesk, Listing, Sheet, Slot, clock_text
from app.desktop.screens.form import Form
from app.desktop.screens.in_parts import InParts
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.returns import TENDER_ICONS
from app.desktop.screens.rows import Cell, Chips, Choice, ListRow
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Bar, Chip, KeyCap, Pill
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.plots import BarPlot
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Money, Para, Rule, Txt
from app.desktop.wording import counted, sentence
from app.domain.day import DutyRule, DutyState
from app.domain.money import parse_fen
from app.domain.verdict import Text
from app.records.events import ShiftClosed, ShiftTotals
from app.reports.shop import sales_by_hour
from app.store.shifts import DutyRow, ShiftRow

RIGHT_WIDTH = 366
BADGE_MS = 60_000


BOX_HEIGHT, BOXES_IN_ROW = 44, 4
BOXES_AT_ONCE = 2
"""Count boxes made in one turn."""
_STEPS = {Qt.Key.Key_Return: 1, Qt.Key.Key_Enter: 1, Qt.Key.Key_Down: BOXES_IN_ROW, Qt.Key.Key_Up: -BOXES_IN_ROW}


class _Pieces(Entry):
    """A field for a number of pieces; Enter and the arrows lead to another."""

    led = Signal(int)
    """So many boxes on."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type, or go on."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.led.emit(step)


class CountBox(Panel):
    """How many pieces of one denomination were counted."""

    def __init__(self, theme: Theme, words: str, pieces: int, spoken: str) -> None:
        self.entry = _Pieces(theme, spoken=spoken, height=0)
        self.entry.setProperty("plain", True)
        self.entry.setFrame(False)
        self.entry.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.entry.setValidator(QIntValidator(0, 99_999, self.entry))
        self.entry.setPlaceholderText("0")
        self.entry.setText(str(pieces) if pieces else "")
        row = Row(theme, Txt(theme, words, "label_strong", "ink2"), (self.entry, 1), gap=6, margins=(12, 0, 12, 0))
        super().__init__(theme, row, fill="sunken", line="line", radius=9, height=BOX_HEIGHT)
        self.entry.focused.connect(self._light)

    def _light(self, on: bool) -> None:
        self.set_colors("surface" if on else "sunken", "focus" if on else "line")
        if on:
            self.entry.selectAll()

    def show_pieces(self, pieces: int) -> None:
        """Show a number that was not typed here; what was typed stays as it is."""
        if int(self.entry.text() or 0) != pieces:
            with QSignalBlocker(self.entry):
                self.entry.setText(str(pieces) if pieces else "")

    def show_confirmed(self) -> None:
        """The count is sealed: nothing can be typed any more."""
        self.entry.setEnabled(False)


class ShiftPage(InParts, FormDesk):
    """Everything between opening and handing over."""

    key = "shift"
    title = Text("交班", "Shift")
    icon = "clock-user"
    # Digits that miss the count must not find products and sell them.
    searches = True
    suggests = False

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._scene: ShiftScene | None = None
        self._duties_shown = False
        self._busy = ""
        self._missed, self._badge_until = 0, -1
        self._top, self._bottom, self._right = Slot(), Slot(), Slot()
        self._boxes: tuple[CountBox, ...] = ()
        self._beside: tuple[Slot, ...] = ()
        """Who, figures, what waits and keys, while the right side shows the shift."""
        self._grid: QGridLayout | None = None
        """Where the boxes stand."""
        self._done: dict[tuple[str, str], DutyRow] = {}
        """Who did which duty last."""
        self._on_duty: tuple[str, ...] = ()
        """Names of the pharmacists on duty."""
        self._sum: Money | None = None
        self._remit: Money | None = None
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.lay((boxed(Column(self.theme, (self._top, 1), self._bottom, gap=12)), 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back)]
        scene = self._scene
        if scene is None:
            return tuple(keys)
        if not scene.open:
            if self._day_to_close() is not None and not self._busy:
                keys.append(FKeySpec("F9", Text("日结", "Close the day"), self._close_day))
            keys.append(FKeySpec("F12", Text("交给下一班", "Hand over"), self._hand_over, primary=True))
            return tuple(keys)
        if self._form is not None or scene.state == "closing":
            return tuple(keys)
        duty = Text("收款核对", "Tenders") if self._duties_shown else Text("当班任务", "Duties")
        keys.append(FKeySpec("F4", duty, self._switch))
        if scene.state == "counted" and scene.recounts_left:
            keys.append(FKeySpec("F5", Text("重新点钞", "Recount"), self._recount))
        if scene.state == "counting":
            # Cash moved after the count was sealed would make the count wrong.
            keys.append(FKeySpec("F6", Text("现金存取", "Cash in/out"), self._ask_cash))
        keys.append(FKeySpec("F7", Text("开钱箱", "Drawer"), self._ask_drawer))
        keys.append(FKeySpec("F8", Text("X 报表", "X report"), self._x_report))
        keys.append(FKeySpec("F9", Text("药师到岗/离岗", "Pharmacist"), self._ask_pharmacist))
        if scene.state == "counted":
            if self.till.shifts.successors():
                keys.append(FKeySpec("F3", Text("接班人", "Taken over by"), self._focus_successor))
            keys.append(FKeySpec("F12", Text("交班并打印", "Close and print"), self._close, primary=True))
        else:
            keys.append(FKeySpec("F12", Text("确认点钞", "Confirm count"), self._confirm_count, primary=True))
        return tuple(keys)

    def badge(self) -> str:
        """How many duties were missed; read anew at most every minute, for it is asked after every scan."""
        if not self.till.shifts.has_open_shift:
            return ""
        now = self.till.clock.monotonic_ms()
        if now >= self._badge_until:
            self._badge_until = now + BADGE_MS
            self._missed = sum(1 for duty in self.till.shifts.duties() if duty.state == "missed")
        return str(self._missed) if self._missed else ""

    def on_shown(self) -> None:
        """Read what has changed; the keyboard goes into the count."""
        self._form = None
        self.come()

    def on_key(self, name: str) -> bool:
        """Esc steps back."""
        if name == "Esc":
            self._back()
            return True
        return False

    # ------------------------------------------------------------------ acts

    def slots(self) -> Sequence[Slot]:
        """Tenders or duties, the count, and the figures beside them."""
        return self._top, self._bottom, self._right, *self._beside

    def read(self) -> Iterator[None]:
        """The shift, and its duties where they are looked at."""
        self._badge_until = -1
        shifts = self.till.shifts
        if shifts.has_open_shift:
            # Kept by the counter until the next event: the scene finds them there.
            shifts.totals()
            yield
        self._scene = shifts.scene()
        yield
        if self._duties_shown and self._scene.open:
            self._done = self._read_done(self._scene.day)
            on_duty = self.till.store.shifts.duty_pharmacists()
            self._on_duty = tuple(badge.name for badge in shifts.people() if badge.staff_id in on_duty)
            yield

    def _show(self, scene: ShiftScene) -> None:
        self._scene = scene
        self.redraw()
        self.changed.emit()

    def _back(self) -> None:
        if self.leave_form():
            return
        if self._duties_shown:
            self._switch()
        else:
            self.go.emit("sale")

    def _switch(self) -> None:
        self._duties_shown = not self._duties_shown
        self.refresh()
        self._focus_first()

    @property
    def _counting(self) -> bool:
        return self._scene is not None and self._scene.open and self._scene.state == "counting"

    def _focus_first(self) -> None:
        if self._duties_shown:
            listing = self._top.findChild(Listing)
            if listing is not None and listing.rows:
                listing.rows[0].setFocus(Qt.FocusReason.TabFocusReason)
        elif self._counting and self._boxes:
            empty = next((box for box in self._boxes if not box.entry.text()), self._boxes[0])
            empty.entry.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            reasons = self._bottom.findChild(Chips, "difference")
            left = self._bottom.findChild(Entry, "float-left")
            for part in (reasons, left):
                if part is not None:
                    part.setFocus(Qt.FocusReason.TabFocusReason)
                    return

    def _typed(self, denomination_fen: int, text: str) -> None:
        try:
            scene = self.till.shifts.count(denomination_fen, int(text or 0))
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._scene = scene
        if self._sum is not None:
            self._sum.set_fen(scene.counted_fen)

    def _confirm_count(self) -> None:
        if self._scene is None or not self._scene.open or self._form is not None:
            return
        try:
            self._show(self.till.shifts.confirm_count())
        except Refused as refusal:
            self.refuse(refusal)
            if self._duties_shown:
                self._switch()
        self._focus_first()

    def _recount(self) -> None:
        if self.attempt(self.till.shifts.recount):
            self.refresh()
            self._focus_first()

    def _set_float(self, text: str) -> None:
        try:
            scene = self.till.shifts.set_float_left(parse_fen(text or "0"))
        except (Refused, ValueError):
            return
        self._scene = scene
        if self._remit is not None:
            self._remit.set_fen(scene.remit_fen)

    def _set_reason(self, code: str) -> None:
        self._scene = self.till.shifts.set_difference_reason(code)
        self._draw_right()

    def _set_successor(self, staff_id: str) -> None:
        self._scene = self.till.shifts.set_handed_to(staff_id)

    def _focus_successor(self) -> None:
        chips = self._right.findChild(Chips, "handed-to")
        if chips is not None:
            chips.setFocus(Qt.FocusReason.TabFocusReason)

    def _close(self) -> None:
        def go() -> None:
            self._scene = self.till.shifts.close(self.bridge.resume(f"{self.key}:closed"))

        if self.attempt(go):
            self.redraw()
            self.changed.emit()
        else:
            self._focus_first()

    def _resumed(self, tag: str) -> None:
        if tag == f"{self.key}:closed":
            self._duties_shown = False
            self._show(self.till.shifts.settle())
            return
        super()._resumed(tag)

    def _x_report(self) -> None:
        if self.attempt(self.till.shifts.x_report):
            self.toast.emit(self.say("X 报表已交给打印机", "The X report goes to the printer"), "printer")

    def _hand_over(self) -> None:
        self.go.emit("sign_in")

    # -- forms ------------------------------------------------------------

    def _ask(self, form: Form) -> None:
        self._form = form
        form.left.connect(self._back)
        self._beside = ()
        self._right.fill(Column(self.theme, form, Spring()))
        self.changed.emit()
        form.begin()

    def _answered(self, act: Any, words: str = "", pin: str = "pin") -> None:
        """Do what a form asked for; what is wrong is said in the form."""
        form = self._form
        try:
            future = act()
        except Refused as refusal:
            if form is not None:
                if pin in form.values():
                    form.clear(pin)
                form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), pin if refusal.code.startswith("pin") else "")
            self.refuse(refusal)
            return

        def done(_: Any) -> None:
            self._form = None
            if words:
                self.toast.emit(words, "check-circle")
            self.refresh()
            self._focus_first()

        self.after(future, done)

    def _pin_field(self, right: str) -> tuple[QuestionField, ...]:
        if not self.till.shifts.needs_pin(right):
            return ()
        return (QuestionField("pin", "pin", Text("店长 PIN", "Manager's PIN")),)

    def _ask_cash(self) -> None:
        ways = [(f"in:{code}", Text(f"存·{text.zh}", f"In: {text.en}")) for code, text in self.till.reasons.choices("cash_in")]
        ways += [(f"out:{code}", Text(f"取·{text.zh}", f"Out: {text.en}")) for code, text in self.till.reasons.choices("cash_out")]
        fields = (
            QuestionField("reason", "choice", Text("存入或取出", "In or out"), choices=tuple(ways)),
            QuestionField("amount", "money", Text("金额", "Amount"), hint=Text("写成 200 或 200.50", "Such as 200 or 200.50")),
            *self._pin_field("rights.cash"),
        )
        form = self._new_form(Text("现金存取", "Cash in and out"), fields, Text("记账并开钱箱", "Record it"))
        form.answered.connect(self._cash)
        self._ask(form)

    def _cash(self, values: dict[str, str]) -> None:
        def act() -> Any:
            try:
                amount = parse_fen(values["amount"])
            except ValueError as error:
                raise Refused("money_shape", raw=values["amount"]) from error
            way, _, reason = values["reason"].partition(":")
            future = self.till.shifts.move_cash(amount if way == "in" else -amount, reason, values.get("pin", ""))
            future.add_done_callback(lambda _: self.till.printing.kick_drawer())
            return future

        self._answered(act, self.say("现金存取已记账", "Recorded"))

    def _ask_drawer(self) -> None:
        fields = (QuestionField("reason", "choice", Text("原因", "Reason"), choices=self.till.reasons.choices("drawer")),)
        form = self._new_form(
            Text("开钱箱", "Open the drawer"),
            fields,
            Text("开箱", "Open"),
            Text("不带销售的开箱会记进交班报表", "Openings without a sale are in the report"),
        )
        form.answered.connect(
            lambda values: self._answered(lambda: self.till.shifts.open_drawer(values["reason"]), self.say("已开钱箱", "Drawer opened"))
        )
        self._ask(form)

    def _ask_pharmacist(self) -> None:
        on_duty = self.till.store.shifts.duty_pharmacists()
        choices = tuple(
            (
                badge.staff_id,
                Text(
                    f"{badge.name} {'离岗' if badge.staff_id in on_duty else '到岗'}",
                    f"{badge.name}: {'leaves' if badge.staff_id in on_duty else 'on duty'}",
                ),
            )
            for badge in self.till.shifts.people()
            if badge.role == "pharmacist"
        )
        if not choices:
            self.refuse(Refused("nobody_may"))
            return
        fields = (
            QuestionField("staff", "choice", Text("药师", "Pharmacist"), choices[0][0] if len(choices) == 1 else "", choices),
            QuestionField("pin", "pin", Text("药师本人 PIN", "Their own PIN")),
        )
        form = self._new_form(
            Text("药师到岗 / 离岗", "Pharmacist on duty"),
            fields,
            Text("登记", "Record"),
            Text("药师不在岗时，处方药不能收款", "Without a pharmacist, prescription medicines cannot be sold"),
        )
        form.answered.connect(self._pharmacist)
        self._ask(form)

    def _pharmacist(self, values: dict[str, str]) -> None:
        on = values["staff"] not in self.till.store.shifts.duty_pharmacists()
        self._answered(lambda: self.till.shifts.duty_pharmacist(values["staff"], on, values["pin"]), self.say("已登记", "Recorded"))

    def _ask_duty(self, duty: DutyState, given: dict[str, str] | None = None) -> None:
        rule = self._rule(duty.duty)
        if rule is None:
            return
        given = given or {}
        fields = [
            QuestionField(
                f"figure:{figure.name}",
                "number",
                Text(f"{figure.title.zh}（{figure.unit}）", f"{figure.title.en} ({figure.unit})"),
                given.get(f"figure:{figure.name}", ""),
                hint=Text(
                    f"应在 {_shown(figure.low, figure.scale)}–{_shown(figure.high, figure.scale)} {figure.unit}",
                    f"Range {_shown(figure.low, figure.scale)}–{_shown(figure.high, figure.scale)} {figure.unit}",
                ),
            )
            for figure in rule.figures
        ]
        if given:
            fields.append(
                QuestionField("action", "choice", Text("超出范围，采取的措施", "Out of range: what was done"), choices=rule.actions)
            )
        form = self._new_form(rule.title, tuple(fields), Text("登记", "Record"), rule.basis)
        form.answered.connect(lambda values: self._duty(duty, rule, values))
        self._ask(form)
        if given and self._form is not None:
            self._form.show_problem(sentence("action_needed", {}, self.theme.language), "action")

    def _duty(self, duty: DutyState, rule: DutyRule, values: dict[str, str]) -> None:
        figures: dict[str, int] = {}
        for figure in rule.figures:
            try:
                figures[figure.name] = int(Decimal(values[f"figure:{figure.name}"]) * figure.scale)
            except InvalidOperation:
                assert self._form is not None
                words = self.say("写成数字，如 22.5", "Write a number such as 22.5")
                self._form.show_problem(words, f"figure:{figure.name}")
                return
        try:
            future = self.till.shifts.do_duty(duty.duty, duty.slot, figures, values.get("action", ""))
        except Refused as refusal:
            if refusal.code == "action_needed" and "action" not in values:
                self._ask_duty(duty, values)
            elif self._form is not None:
                self._form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language))
            self.refuse(refusal)
            return
        self._answered(lambda: future, self.say("任务已登记", "Duty recorded"))

    def _rule(self, duty: str) -> DutyRule | None:
        return next((rule for rule in self.till.shifts.duty_rules if rule.id == duty), None)

    def _new_form(self, title: Text, fields: Any, confirm: Text, body: Text | None = None) -> Form:
        return Form(
            self.theme, title, fields, body=body, confirm=confirm, close=Text("返回", "Back")
        )

    # -- the day and paper ------------------------------------------------

    def _last(self) -> ShiftRow | None:
        return self.till.store.shifts.last_closed()

    def _day_to_close(self) -> date | None:
        """The business day of the last shift, unless it is closed."""
        last = self._last()
        if last is None or self.till.store.shifts.day_closing(last.day) is not None:
            return None
        return last.day

    def _close_day(self) -> None:
        """Copy the ledger on a thread of its own, then seal the day."""
        if self._busy:
            return
        self._busy = "day"
        self.redraw()
        self.changed.emit()

        def seal(backup: Any) -> None:
            self._busy = ""
            try:
                future = self.till.shifts.close_day(lambda: str(backup.sha256))
            except Refused as refusal:
                self.refuse(refusal)
                self.refresh()
                return
            self.after(future, sealed)

        def sealed(_: Any) -> None:
            self.toast.emit(self.say("已日结，备份已做", "The day is closed and backed up"), "seal-check")
            self.refresh()

        self.in_background(self.till.shifts.end_of_day_work, seal, self._not_done)

    def _not_done(self) -> None:
        """Work of another thread failed: the page is usable again."""
        self._busy = ""
        self.refresh()

    def _save_pdf(self) -> None:
        last = self._last()
        if last is None or self._busy:
            return
        store, made_at = self.till.store, self.till.clock.now()

        def work() -> Path:
            # Imported when wanted: the PDF writer would slow the start of every day for a paper of its end.
            from app.reports.making import Wish, keep, make

            made = make(store, Wish("z", "pdf", last.day, last.day, last.shift_id), made_at=made_at)
            return keep(made, Path(store.directory) / "reports" / made.name)

        self.in_background(work, lambda path: self.toast.emit(self.say(f"已存为 {path}", f"Saved as {path}"), "file-pdf"))

    # ------------------------------------------------------------------ drawing

    def draw(self) -> Iterator[None]:
        """Draw the page of the scene."""
        scene = self._scene
        if scene is None:
            return
        if not scene.open:
            # What stands here changes with nothing but a commit, or this work.
            self._bottom.setVisible(False)
            self.show_in(self._top, ("closed", self.mark()), self._closed_card)
            yield
            self._beside = ()
            self.show_in(self._right, ("closed", self.mark(), self._busy), self._beside_closed)
            return
        self._bottom.setVisible(not self._duties_shown)
        if self._duties_shown:
            self._draw_duties(scene)
        else:
            self.show_in(self._top, scene.rows, lambda: self._tenders(scene))
            yield
            yield from self._draw_count(scene)
        if self._form is None:
            yield
            yield from self._right_parts()

    def let_go(self) -> None:
        """Nothing stands any more; what was counted is the counter's."""
        self._beside = ()
        super().let_go()
        self._boxes, self._grid, self._sum, self._remit, self._form = (), None, None, None, None

    def _tenders(self, scene: ShiftScene) -> Sheet:
        theme = self.theme
        note = self.say(
            "银行卡、收款码、医保按终端小票对账，只点现金", "Card, QR and insurance are checked on their terminals; count cash only"
        )
        head = Row(
            theme, Txt(theme, self.say("收款核对", "Tenders"), "head"), Spring(), Txt(theme, note, "label", "ink3"), margins=(16, 12, 16, 4)
        )
        titles = ListRow(
            theme,
            (
                Cell(self.say("收款方式", "Tender"), role="label", tone="ink3"),
                Cell(self.say("笔数", "Count"), width=70, align="right", role="label", tone="ink3"),
                Cell(self.say("系统金额", "Expected"), width=140, align="right", role="label", tone="ink3"),
                Cell(self.say("实点", "Counted"), width=140, align="right", role="label", tone="ink3"),
                Cell(self.say("长短款", "Difference"), width=150, align="right", role="label", tone="ink3"),
            ),
            height=34,
            plain=True,
        )
        rows = [self._tender_row(row) for row in scene.rows]
        return Sheet(theme, Column(theme, head, titles, (Listing(theme, rows), 1), gap=0))

    def _tender_row(self, row: TenderRow) -> ListRow:
        title = Text(row.title_zh, row.title_en)
        if row.expected_fen is None:
            expected = Cell(self.say("点钞后显示", "After the count"), width=140, align="right", role="label", tone="ink3")
        else:
            expected = Cell(fen=row.expected_fen, width=140, align="right")
        confirmed = row.difference_fen is not None
        counted = Cell(fen=row.counted_fen, width=140, align="right") if confirmed else Cell(width=140)
        difference = Cell(width=150)
        if row.difference_fen is not None:
            words, tone = self._difference(row.difference_fen)
            difference = Cell(pill=words, pill_tone=tone, width=150, align="right")
        return ListRow(
            self.theme,
            (
                Cell(self.of(title), icon=TENDER_ICONS.get(row.method, "wallet"), tile="brand"),
                Cell(str(row.count), width=70, align="right", role="body", tone="ink2"),
                expected,
                counted,
                difference,
            ),
            height=52,
            plain=True,
        )

    def _difference(self, fen: int) -> tuple[str, str]:
        if fen == 0:
            return self.say("平", "Even"), "good"
        amount = money_text(abs(fen))
        return (
            (self.say(f"长款 {amount}", f"Over {amount}"), "warn") if fen > 0 else (self.say(f"短款 {amount}", f"Short {amount}"), "warn")
        )

    def _draw_count(self, scene: ShiftScene) -> Iterator[None]:
        """The boxes of the count, some in each step; where they stand already, only what was not typed there changes."""
        confirmed = scene.state != "counting"
        sealed = (
            *(scene.difference_fen, scene.tolerance_fen, scene.recounts_left),
            *(scene.difference_reason, scene.float_left_fen, scene.remit_fen),
        )
        self.show_in(self._bottom, (confirmed, sealed if confirmed else None), lambda: self._count_card(scene))
        while len(self._boxes) < len(scene.pieces):
            yield
            for order in range(len(self._boxes), min(len(self._boxes) + BOXES_AT_ONCE, len(scene.pieces))):
                self._add_box(order, *scene.pieces[order], confirmed=confirmed)
        for box, (_, pieces) in zip(self._boxes, scene.pieces, strict=True):
            box.show_pieces(pieces)
        if self._sum is not None:
            self._sum.set_fen(scene.counted_fen)

    def _count_card(self, scene: ShiftScene) -> Panel:
        theme = self.theme
        self._sum = Money(theme, scene.counted_fen, 19)
        head = Row(
            theme,
            Txt(theme, self.say("清点现金", "Count the cash"), "head"),
            Chip(theme, self.say("含备用金", "Float included")),
            Spring(),
            Txt(theme, self.say("合计", "Total"), "label", "ink3"),
            self._sum,
        )
        self._boxes = ()
        self._grid = grid = QGridLayout()
        grid.setSpacing(theme.px(8))
        for row in range(-(-len(scene.pieces) // BOXES_IN_ROW)):
            # Room for the boxes to come.
            grid.setRowMinimumHeight(row, theme.px(BOX_HEIGHT))
        foot = self._count_foot(scene) if scene.state != "counting" else self._blind_foot()
        return Panel(theme, Column(theme, head, grid, foot, gap=10, margins=(16, 12, 16, 14)))

    def _add_box(self, order: int, denomination: int, pieces: int, *, confirmed: bool) -> None:
        words = f"¥{denomination // 100}" if denomination >= 100 else self.say(f"{denomination // 10} 角", f"¥0.{denomination // 10}")
        box = CountBox(self.theme, words, pieces, self.say(f"{words} 张数", f"Pieces of {words}"))
        box.entry.setObjectName(f"pieces-{denomination}")
        box.entry.textChanged.connect(lambda text: self._typed(denomination, text))
        box.entry.led.connect(lambda step: self._lead(order, step))
        if confirmed:
            box.show_confirmed()
        assert self._grid is not None
        self._grid.addWidget(box, order // BOXES_IN_ROW, order % BOXES_IN_ROW)
        box.show()
        self._boxes += (box,)

    def _lead(self, here: int, step: int) -> None:
        """Enter and the arrows lead through the count; Enter on the last one confirms."""
        if here == len(self._boxes) - 1 and step == 1:
            self._confirm_count()
        elif 0 <= here + step < len(self._boxes):
            self._boxes[here + step].entry.setFocus(Qt.FocusReason.TabFocusReason)

    def _blind_foot(self) -> Row:
        theme = self.theme
        words = self.say(
            "先点再看：确认后才显示系统金额，可重点一次", "Count first: the expected sum shows once confirmed; one recount is allowed"
        )
        confirm = Btn(theme, self.say("确认点钞", "Confirm count"), "tonal", key="F12", height=36)
        confirm.setObjectName("confirm-count")
        confirm.clicked.connect(self._confirm_count)
        return Row(theme, Icon(theme, "eye-slash", 18, "ink3"), Txt(theme, words, "label", "ink2", elide=True), Spring(), confirm)

    def _count_foot(self, scene: ShiftScene) -> Column:
        theme = self.theme
        column = Column(theme, gap=10)
        difference = scene.difference_fen or 0
        within = abs(difference) <= scene.tolerance_fen
        words, _ = self._difference(difference)
        if difference == 0:
            line = self.say("账实相符，可以交班", "The drawer agrees. You can close")
        elif within:
            line = self.say(
                f"{words}，在 {money_text(scene.tolerance_fen)} 容差内，可直接交班",
                f"{words}, within {money_text(scene.tolerance_fen)}. You can close",
            )
        else:
            line = self.say(f"{words}，选原因后交班", f"{words}. Choose a reason, then close")
        tone = "good" if difference == 0 else "warn"
        recount = Btn(theme, self.say("重新点钞", "Recount"), key="F5", height=36)
        recount.clicked.connect(self._recount)
        recount.setVisible(bool(scene.recounts_left))
        column.add(
            Row(
                theme,
                Icon(theme, "check-circle" if difference == 0 else "warning-circle", 18, tone, "fill"),
                Txt(theme, line, "label", f"{tone}_ink"),
                Spring(),
                recount,
            )
        )
        if difference:
            choices = [Choice(code, self.of(text)) for code, text in self.till.reasons.choices("difference")]
            chips = Chips(theme, choices, scene.difference_reason, spoken=self.say("长短款原因", "Reason for the difference"))
            chips.setObjectName("difference")
            chips.chosen.connect(self._set_reason)
            column.add(chips)
        left = Entry(theme, spoken=self.say("留备用金", "Float left"), height=36)
        left.setObjectName("float-left")
        left.setFixedWidth(theme.px(120))
        left.setAlignment(Qt.AlignmentFlag.AlignRight)
        left.setText(f"{scene.float_left_fen // 100}.{scene.float_left_fen % 100:02d}")
        left.textEdited.connect(self._set_float)
        self._remit = Money(theme, scene.remit_fen, 19)
        column.add(
            Row(
                theme,
                Txt(theme, self.say("留备用金", "Float left"), "label", "ink2"),
                left,
                Spring(),
                Txt(theme, self.say("应缴", "To remit"), "label", "ink2"),
                self._remit,
                gap=10,
            )
        )
        return column

    # -- duties -----------------------------------------------------------

    def _draw_duties(self, scene: ShiftScene) -> None:
        facts = (scene.duties, scene.day, tuple(self._done.items()), self._on_duty)
        self.show_in(self._top, facts, lambda: self._duties_card(scene))

    def _duties_card(self, scene: ShiftScene) -> Sheet:
        theme = self.theme
        missed = sum(1 for duty in scene.duties if duty.state == "missed")
        head = Row(theme, Txt(theme, self.say("当班任务", "Duties"), "section"), gap=10, margins=(16, 14, 16, 12))
        if missed:
            head.add(Pill(theme, self.say(f"漏做 {missed} 项", f"{missed} missed"), "bad", icon="warning"))
        head.add(Spring())
        head.add(Txt(theme, scene.day.isoformat(), "label", "ink3"))
        rows = [self._duty_row(duty, self._done.get((duty.duty, duty.slot))) for duty in scene.duties]
        names = self._on_duty
        words = (
            self.say("在岗药师：", "On duty: ") + "、".join(names)
            if names
            else self.say("没有药师在岗，处方药暂停收款", "No pharmacist on duty: prescription medicines wait")
        )
        change = Btn(theme, self.say("到岗 / 离岗", "On / off duty"), key="F9", height=36)
        change.clicked.connect(self._ask_pharmacist)
        tone = "good" if names else "warn"
        foot = Row(
            theme,
            IconTile(theme, "stethoscope", 32, tone),
            Txt(theme, words, "body_strong", "ink" if names else "warn_ink"),
            Spring(),
            change,
            gap=12,
            margins=(16, 10, 16, 12),
        )
        return Sheet(theme, Column(theme, head, Rule(theme), (Listing(theme, rows), 1), Rule(theme), foot, gap=0))

    def _read_done(self, day: date) -> dict[tuple[str, str], DutyRow]:
        """Who did what last, this month or this week."""
        found: dict[tuple[str, str], DutyRow] = {}
        since = min(day.replace(day=1), day - timedelta(days=6))
        rules = {rule.id: rule.every for rule in self.till.shifts.duty_rules}
        # The latest day first; within a day what was done first.
        for row in sorted(self.till.store.shifts.duties(since, day), key=lambda row: row.day, reverse=True):
            if row.day == day or rules.get(row.duty) != "day":
                found.setdefault((row.duty, row.slot), row)
        return found

    def _duty_row(self, duty: DutyState, done: DutyRow | None) -> ListRow:
        rule = self._rule(duty.duty)
        slot = {"am": self.say("上午", "Morning"), "pm": self.say("下午", "Afternoon")}.get(duty.slot, "")
        until = duty.ends.strftime("%H:%M")
        if self._scene is not None and duty.due_on != self._scene.day:
            until = f"{duty.due_on:%m-%d} {until}"
        sub, tone = self.say(f"{until} 前完成", f"Until {until}"), "ink3"
        pill, pill_tone = self.say("待做", "Due"), "warn"
        icon, tile = ("thermometer" if rule and rule.figures else "clipboard-text"), "warn"
        if duty.state == "done":
            pill, pill_tone, tile = self.say("已做", "Done"), "good", "good"
            if done is not None:
                staff = self.till.store.people.staff_by_id(done.actor)
                figures = self._figures(rule, done)
                sub = " · ".join(
                    part
                    for part in (staff.name if staff else "", clock_text(done.at, self._scene.day if self._scene else None), figures)
                    if part
                )
                if not done.in_range:
                    action = (
                        next((self.of(text) for code, text in rule.actions if code == done.action), done.action) if rule else done.action
                    )
                    sub, tone = self.say(f"{sub} · 超出范围，已{action}", f"{sub} · out of range: {action}"), "warn_ink"
        elif duty.state == "missed":
            pill, pill_tone, tile = self.say("漏做", "Missed"), "bad", "bad"
            sub, tone = self.say(f"应在 {until} 前完成，请补做并登记", f"Was due by {until}. Do it and record it"), "bad_ink"
            if rule and rule.every != "day":
                sub = self.say("本周还没做，请补做并登记", "Not done this week. Do it and record it")
                if rule.every == "month":
                    sub = self.say("本月还没做，请补做并登记", "Not done this month. Do it and record it")
        elif duty.state == "later":
            pill, pill_tone, tile = self.say("未到时间", "Later"), "mute", "brand"
            if rule and rule.every == "month":
                sub = self.say(f"每月 {rule.on} 日", f"On day {rule.on} of the month")
            elif rule and rule.every == "week":
                sub = self.say(f"每周{'一二三四五六日'[max(rule.on, 1) - 1]}", f"On day {max(rule.on, 1)} of the week")
        row = ListRow(
            self.theme,
            (
                Cell(self.of(duty.title), strong=slot, sub=sub, sub_tone=tone, icon=icon, tile=tile),
                Cell(pill=pill, pill_tone=pill_tone, width=110, align="right"),
            ),
            height=56,
        )
        row.setObjectName(f"duty-{duty.duty}-{duty.slot}")
        row.clicked.connect(lambda: self._ask_duty(duty))
        return row

    def _figures(self, rule: DutyRule | None, done: DutyRow) -> str:
        if rule is None:
            return ""
        return " ".join(f"{_shown(done.figures[f.name], f.scale)}{f.unit}" for f in rule.figures if f.name in done.figures)

    # -- the right column -------------------------------------------------

    def _draw_right(self) -> None:
        for _ in self._right_parts():
            pass

    def _right_parts(self) -> Iterator[None]:
        """The shift so far in parts: who, figures, what waits, how it is closed."""
        scene = self._scene
        assert scene is not None
        self.show_in(self._right, "figures", self._right_frame)
        who, figures, waiting, keys = self._beside
        self.show_in(who, (scene.staff_name, scene.day, scene.since, scene.z_no), lambda: self._who(scene))
        people = tuple(self.till.shifts.successors()) if scene.state != "counting" else ()
        unsent = scene.unsent if self._chained() else None
        facts = (scene.state, scene.problem, unsent and scene.state != "counting", people, scene.handed_to)
        self.show_in(keys, facts, lambda: self._keys(scene, people))
        yield
        blind = scene.state == "counting"
        self.show_in(figures, (scene.totals, blind), lambda: self._figures_of(scene.totals, blind=blind))
        yield
        self.show_in(waiting, (scene.held, unsent, scene.unprinted), lambda: self._waiting_row(scene))

    def _right_frame(self) -> Column:
        theme = self.theme
        self._beside = who, figures, waiting, keys = Slot(), Slot(), Slot(), Slot()
        card = Column(theme, who, figures, waiting, Spring(), gap=7, margins=(18, 14, 18, 12))
        # The figures scroll where the window is low; the buttons below never do.
        panel = Panel(theme, Column(theme, (Listing(theme, [boxed(card)]), 1), margins=1))
        return Column(theme, (panel, 1), keys, gap=8)

    def _who(self, scene: ShiftScene) -> Column:
        """Whose shift it is, since when, and under which number it will be closed."""
        theme = self.theme
        since = clock_text(scene.since, scene.day) if scene.since else ""
        name = Column(
            theme,
            Txt(theme, scene.staff_name, "section"),
            Txt(theme, self.say(f"{scene.day} · {since} 开班", f"{scene.day} · since {since}"), "label", "ink3"),
            gap=2,
        )
        number = Chip(theme, self.say(f"Z 第 {scene.z_no:04d} 号", f"Z {scene.z_no:04d}"))
        return Column(theme, Row(theme, name, Spring(), number), Rule(theme, dashed=True), gap=7)

    def _waiting_row(self, scene: ShiftScene) -> Column:
        """What is still open."""
        theme = self.theme
        open_work = [(self.say("挂单", "Held sales"), scene.held), (self.say("待打印", "To print"), scene.unprinted)]
        if self._chained():
            open_work.insert(1, (self.say("待上传", "To upload"), scene.unsent))
        # Side by side: below each other they would scroll out of sight on the smallest screen.
        waiting: list[Any] = []
        for words, count in open_work:
            number = Txt(theme, str(count), "body_strong", "warn_ink" if count else "good_ink")
            waiting += [Row(theme, Txt(theme, words, "label", "ink2"), number, gap=6), Spring()]
        return Column(theme, Rule(theme, dashed=True), Row(theme, *waiting[:-1]), gap=7)

    def _keys(self, scene: ShiftScene, people: Sequence[Badge]) -> Column:
        """How the shift is closed."""
        theme = self.theme
        parts: list[Any] = []
        if scene.problem:
            parts.append(
                Para(
                    theme, self.say(f"没有交成（{scene.problem}），请再试", f"Not closed ({scene.problem}). Try again"), "label", "bad_ink"
                )
            )
        if scene.state != "counting":
            busy = scene.state == "closing"
            words = self.say("正在交班", "Closing") if busy else self.say("交班并打印", "Close and print")
            if people:
                parts.append(
                    Row(
                        theme,
                        Txt(theme, self.say("接班人", "Taken over by"), "label", "ink2"),
                        KeyCap(theme, "F3", 20),
                        Spring(),
                        Txt(theme, self.say("可不选", "optional"), "caption", "ink3"),
                        gap=7,
                    )
                )
                choices = [Choice("", self.say("不指定", "Nobody named")), *(Choice(badge.staff_id, badge.name) for badge in people)]
                chips = Chips(theme, choices, scene.handed_to, spoken=self.say("接班人", "Taken over by"))
                chips.setObjectName("handed-to")
                chips.setEnabled(not busy)
                chips.chosen.connect(self._set_successor)
                parts.append(chips)
            close = Btn(theme, words, "primary", key="F12", height=56, role="section")
            close.setEnabled(not busy)
            close.clicked.connect(self._close)
            parts.append(close)
            if scene.unsent and self._chained():
                parts.append(
                    Txt(
                        theme,
                        self.say(
                            f"离线也能交班，Z 上注明含 {scene.unsent} 笔待传", f"Works offline; the Z notes {scene.unsent} still to upload"
                        ),
                        "caption",
                        "ink3",
                        align="center",
                    )
                )
        x_report = Btn(theme, self.say("X 报表", "X report"), icon="printer", key="F8", height=40)
        x_report.clicked.connect(self._x_report)
        cash = Btn(theme, self.say("现金存取", "Cash"), icon="hand-coins", key="F6", height=40)
        cash.clicked.connect(self._ask_cash)
        if scene.state != "counting":
            cash.hide()
        parts.append(Row(theme, (x_report, 1), (cash, 1)))
        return Column(theme, *parts, gap=8)

    def _chained(self) -> bool:
        """Whether there is a headquarters to upload to; a shop alone has nothing waiting."""
        return bool(self.till.settings.text("hub.url"))

    def _figures_of(self, totals: ShiftTotals, *, blind: bool = False, gap: int = 7) -> Column:
        """The shift in figures; while the count is blind, no sum from which the drawer could be worked out."""
        theme = self.theme
        card = Column(theme, gap=gap)
        later = self.say("点钞后显示", "After the count")
        amount = Txt(theme, later, "label", "ink3") if blind else Money(theme, totals.sales_fen, 19)
        card.add(Row(theme, Txt(theme, self.say("销售额", "Sales"), "head"), Spring(), amount))

        def with_sum(zh: str, en: str, fen: int) -> str:
            return self.say(zh, en) if blind else self.say(f"{zh} · {money_text(fen)}", f"{en} · {money_text(fen)}")

        average = totals.sales_fen // totals.sales if totals.sales else 0
        share = round(totals.member_sales * 100 / totals.sales) if totals.sales else 0
        rows: list[tuple[str, str, str]] = [
            (
                self.say("单数 / 客单价", "Sales / average"),
                with_sum(f"{totals.sales} 单", str(totals.sales), average),
                "ink",
            ),
            (self.say("会员单占比", "Member share"), f"{share}%", "ink"),
            (
                self.say("退货", "Returns"),
                with_sum(f"{totals.returns} 单", str(totals.returns), totals.returns_fen),
                "bad_ink" if totals.returns else "ink",
            ),
        ]
        if totals.voids:
            rows.append(
                (
                    self.say("整单作废", "Voids"),
                    with_sum(f"{totals.voids} 单", str(totals.voids), totals.voids_fen),
                    "bad_ink",
                )
            )
        rows.append(
            (
                self.say("处方单", "Prescriptions"),
                self.say(f"{totals.rx_sales} 单", str(totals.rx_sales)),
                "rx_ink" if totals.rx_sales else "ink",
            )
        )
        rows.append((self.say("优惠", "Price cuts"), money_text(totals.cuts_fen), "ink"))
        if totals.rounding_fen:
            rows.append((self.say("抹零", "Rounding"), money_text(totals.rounding_fen), "ink"))
        rows.append(
            (
                self.say("改价 / 删行", "Price changes / dropped"),
                self.say(f"{totals.price_changes} 次 · {totals.dropped_lines} 行", f"{totals.price_changes} · {totals.dropped_lines}"),
                "ink",
            )
        )
        rows.append(
            (
                self.say("无销售开箱 / 补打", "Drawer / reprints"),
                self.say(f"{totals.drawer_opens} 次 · {totals.reprints} 张", f"{totals.drawer_opens} · {totals.reprints}"),
                "ink",
            )
        )
        if totals.cash_in_fen or totals.cash_out_fen:
            rows.append(
                (self.say("现金存 / 取", "Cash in / out"), f"{money_text(totals.cash_in_fen)} · {money_text(totals.cash_out_fen)}", "ink")
            )
        if totals.corrections:
            rows.append(
                (self.say("更正收款", "Tenders re-booked"), self.say(f"{totals.corrections} 笔", str(totals.corrections)), "warn_ink")
            )
        for words, figure, tone in rows:
            card.add(Row(theme, Txt(theme, words, "label", "ink2"), Spring(), Txt(theme, figure, "body_strong", tone)))
        return card

    # -- after the close --------------------------------------------------

    def _closing(self, last: ShiftRow | None) -> ShiftClosed | None:
        return self.till.store.shifts.closing(last.shift_id) if last is not None else None

    def _closed_card(self) -> QWidget:
        """The Z of the last shift, or that there was none."""
        theme, last = self.theme, self._last()
        closing = self._closing(last)
        if last is not None and closing is not None:
            return self._z_card(last, closing)
        words = self.say("还没有开班，先在登录页开班", "No shift is open. Open one on the sign-in page")
        return Panel(theme, Column(theme, Spring(), Txt(theme, words, "section", "ink2", align="center"), Spring()))

    def _beside_closed(self) -> Column:
        """The end of the day, and what is left to do."""
        theme, last = self.theme, self._last()
        closing = self._closing(last)
        side = Column(theme, gap=10, margins=(18, 16, 18, 16))
        day = self._day_to_close()
        if self._busy == "day":
            side.add(
                Row(
                    theme,
                    Icon(theme, "database", 20, "brand"),
                    (Para(theme, self.say("正在备份账本，然后日结", "Backing up, then closing the day"), "body", "ink"), 1),
                )
            )
        elif day is not None:
            shifts = self.till.store.shifts.shift_list(day)
            totals = self.till.store.shifts.day_totals(day)
            side.add(Txt(theme, self.say("日结", "End of day"), "head"))
            side.add(
                Row(theme, Txt(theme, self.say("营业日", "Business day"), "label", "ink2"), Spring(), Txt(theme, str(day), "body_strong"))
            )
            side.add(
                Row(theme, Txt(theme, self.say("班次", "Shifts"), "label", "ink2"), Spring(), Txt(theme, str(len(shifts)), "body_strong"))
            )
            side.add(Row(theme, Txt(theme, self.say("当日销售", "Sales"), "label", "ink2"), Spring(), Money(theme, totals.sales_fen, 19)))
            side.add(
                Para(
                    theme,
                    self.say(
                        "日结时自动备份账本；还有下一班就先交给下一班",
                        "A backup is made with it. If another shift follows, hand over first",
                    ),
                    "caption",
                    "ink3",
                )
            )
            close = Btn(theme, self.say("日结", "Close the day"), icon="seal-check", key="F9", height=44)
            close.clicked.connect(self._close_day)
            side.add(close)
        elif last is not None:
            closed = self.till.store.shifts.day_closing(last.day)
            words = self.say(f"{last.day} 已日结，账本已备份", f"{last.day} is closed and backed up")
            side.add(Row(theme, Icon(theme, "seal-check", 22, "good", "fill"), Txt(theme, words, "body_strong")))
            if closed is not None:
                side.add(
                    Row(
                        theme,
                        Txt(theme, self.say("累计总额", "Grand total"), "label", "ink2"),
                        Spring(),
                        Money(theme, closed.perpetual_fen),
                    )
                )
        hand = Btn(theme, self.say("交给下一班", "Hand over"), "primary", key="F12", height=56, role="section")
        hand.clicked.connect(self._hand_over)
        parts: list[Any] = [Panel(theme, side), None if closing is None else self._next_steps(closing), Spring()]
        if closing is not None:
            pdf = Btn(theme, self.say("导出 PDF", "Save as PDF"), icon="file-pdf", height=40)
            pdf.setObjectName("save-pdf")
            pdf.clicked.connect(self._save_pdf)
            parts.append(pdf)
        parts.append(hand)
        return Column(theme, *parts, gap=10)

    def _z_card(self, last: ShiftRow, closing: ShiftClosed) -> QWidget:
        theme = self.theme
        staff = self.till.store.people.staff_by_id(closing.staff_id)
        card = Column(theme, gap=11, margins=(28, 22, 28, 20))
        span = f"{clock_text(closing.opened_at)} – {clock_text(last.closed_at)}" if last.closed_at else ""
        title = Column(
            theme,
            Txt(theme, self.say(f"已交班 · Z 第 {closing.z_no:04d} 号", f"Closed · Z {closing.z_no:04d}"), "page"),
            Txt(theme, f"{staff.name if staff else ''} · {span}", "body", "ink2"),
            gap=2,
        )
        card.add(Row(theme, IconTile(theme, "seal-check", 56, "good", weight="fill"), title, Spring(), gap=16))
        taken = self.till.store.people.staff_by_id(closing.handed_to) if closing.handed_to else None
        if taken is not None:
            held = closing.held_baskets
            passed = self.say(f"，{held} 张挂单一并转交", f" with {held} held sales") if held else ""
            words = self.say(f"交给 {taken.name}{passed}", f"Handed to {taken.name}{passed}")
            card.add(Row(theme, Icon(theme, "user-check", 20, "good"), Txt(theme, words, "body_strong"), Spring(), gap=8))
        card.add(Rule(theme))
        left, right = self._figures_of(closing.totals, gap=9), Column(theme, gap=9)
        words, tone = self._difference(closing.difference_fen)
        right.add(Row(theme, Txt(theme, self.say("实点现金", "Counted cash"), "head"), Spring(), Money(theme, closing.counted_fen, 19)))
        right.add(
            Row(
                theme,
                Txt(theme, self.say("系统金额", "Expected"), "label", "ink2"),
                Spring(),
                Money(theme, closing.totals.expected_cash_fen),
            )
        )
        right.add(
            Row(
                theme,
                Txt(theme, self.say("长短款", "Difference"), "label", "ink2"),
                Spring(),
                Pill(theme, words, tone, height=24, radius=6),
            )
        )
        if closing.difference_reason:
            reason = next(
                (self.of(text) for code, text in self.till.reasons.choices("difference") if code == closing.difference_reason),
                closing.difference_reason,
            )
            right.add(Row(theme, Txt(theme, self.say("原因", "Reason"), "label", "ink2"), Spring(), Txt(theme, reason, "body_strong")))
        right.add(
            Row(theme, Txt(theme, self.say("留备用金", "Float left"), "label", "ink2"), Spring(), Money(theme, closing.float_left_fen))
        )
        right.add(Row(theme, Txt(theme, self.say("应缴", "To remit"), "title"), Spring(), Money(theme, closing.remit_fen, 26)))
        right.add(Rule(theme, dashed=True))
        for label, count in (
            (self.say("含待传", "Still to upload"), closing.unsent_events if self._chained() else 0),
            (self.say("待打印", "To print"), closing.unprinted_jobs),
            (self.say("留下的挂单", "Held sales left"), closing.held_baskets),
        ):
            if count:
                right.add(
                    Row(
                        theme,
                        Txt(theme, label, "label", "ink2"),
                        Spring(),
                        Txt(theme, self.say(f"{count} 笔", str(count)), "body_strong", "warn_ink"),
                    )
                )
        right.add(Spring())
        left.add(Spring())
        card.add(Row(theme, (left, 1), (right, 1), gap=36))
        card.add(Spring())
        card.add(Rule(theme))
        card.add(Row(theme, (self._hours(last), 1), (self._taken(closing), 1), gap=36))
        card.add(Spring())
        card.add(
            Row(
                theme,
                Txt(theme, self.say("累计总额（不清零）", "Grand total, never reset"), "label", "ink3"),
                Spring(),
                Money(theme, closing.perpetual_fen),
            )
        )
        return Panel(theme, card)


    def _hours(self, last: ShiftRow) -> Column:
        """Sales of the shift hour by hour, every hour between the first and the last."""
        theme = self.theme
        sums = dict(sales_by_hour(self.till.store, shift_id=last.shift_id))
        title = Txt(theme, self.say("每小时销售", "Sales by hour"), "head")
        if not sums:
            return Column(theme, title, Txt(theme, self.say("这一班没有销售", "No sale in this shift"), "label", "ink3"), Spring(), gap=6)
        first, hour_last = next(iter(sums)), list(sums)[-1]
        hours = [(first + order) % 24 for order in range((hour_last - first) % 24 + 1)]
        values = [sums.get(hour, 0) for hour in hours]
        step = 1 if len(hours) <= 8 else 2
        marks = [f"{hour}:00" if order % step == 0 else "" for order, hour in enumerate(hours)]
        peak = money_text(max(values))
        spoken = "；".join(f"{hour}:00 {money_text(value)}" for hour, value in zip(hours, values, strict=True))
        return Column(theme, title, BarPlot(theme, values, marks, spoken=spoken, peak=peak, height=128), Spring(), gap=6)

    def _taken(self, closing: ShiftClosed) -> Column:
        """What each way of paying took, refunds taken off."""
        theme = self.theme
        titles = {str(row["id"]): Text(str(row["title_zh"]), str(row["title_en"])) for row in self.till.settings.get("tender.methods")}
        column = Column(theme, Txt(theme, self.say("收款构成", "Taken by"), "head"), gap=6)
        used = [row for row in closing.totals.tenders if row.sales or row.refunds]
        whole = sum(max(0, row.amount_fen) for row in used) or 1
        for row in used:
            words = self.of(titles.get(row.method, Text(row.method, row.method)))
            count = Txt(theme, self.say(f"{row.sales} 笔", str(row.sales)), "label", "ink3")
            amount = Money(theme, row.amount_fen - row.refund_fen)
            icon = Icon(theme, TENDER_ICONS.get(row.method, "wallet"), 18)
            column.add(Row(theme, icon, Txt(theme, words, "label", "ink2"), count, Spring(), amount, gap=8))
            column.add(Bar(theme, max(0, row.amount_fen) / whole, height=4))
        column.add(Spring())
        return column

    def _next_steps(self, closing: ShiftClosed) -> Panel:
        """What is left to do after the close, in the order it is done."""
        theme = self.theme
        steps = []
        if closing.unprinted_jobs:
            count = closing.unprinted_jobs
            steps.append(("printer", "warn", self.say(f"装纸后补打 {count} 张", f"Print {counted(count, 'slip')} once paper is in")))
        steps.append(
            (
                "vault",
                "brand",
                self.say(
                    f"取出应缴 {money_text(closing.remit_fen)}，钱箱留 {money_text(closing.float_left_fen)}",
                    f"Take out {money_text(closing.remit_fen)}, leave {money_text(closing.float_left_fen)}",
                ),
            )
        )
        if self._chained() and closing.unsent_events:
            count = closing.unsent_events
            steps.append(("cloud-arrow-up", "info", self.say(f"{count} 笔会自动补传", f"To upload by itself: {counted(count, 'record')}")))
        if self._day_to_close() is not None:
            words = self.say("还有下一班就交班，没有就日结", "Hand over, or close the day after the last shift")
            steps.append(("calendar-check", "brand", words))
        rows = [Row(theme, IconTile(theme, icon, 32, tone), (Para(theme, words, "label", "ink"), 1), gap=10) for icon, tone, words in steps]
        title = Txt(theme, self.say("接下来", "What is next"), "head")
        return Panel(theme, Column(theme, title, *rows, gap=10, margins=(18, 14, 18, 14)))


def _shown(value: int, scale: int) -> str:
    """A stored figure in its unit, without needless zeros."""
    return f"{Decimal(value) / scale:f}".rstrip("0").rstrip(".") if scale > 1 and value % scale else str(value // scale)
