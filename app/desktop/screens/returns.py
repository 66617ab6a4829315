"""The Returns page: the original sale, what of it may go back and where to, the money's way back, and voids."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.returning import ReturnScene, ReturnSceneLine
from app.counter.scene import QuestionField
from app.desktop.screens.desk import Desk, Slot
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.return_parts import TENDER_ICONS as TENDER_ICONS
from app.desktop.screens.return_parts import DueCard, Fact, Notes, SaleSheet, StartSheet, show_points
from app.desktop.screens.rows import ListRow
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Money, Para, Rule, Txt
from app.desktop.wording import sentence
from app.domain.verdict import Text

RIGHT_WIDTH = 388
FIRST, FURTHER = 8, 6
"""Rows of the list that are made in the turn in which the page first comes, and in each turn after it."""


class ReturnsPage(Desk):
    """Takes goods back against the sale they were sold in; there are no returns without one."""

    key = "returns"
    title = Text("退货", "Returns")
    icon = "arrow-u-up-left"
    takes_scans = True
    searches = True
    suggests = False

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._scene = ReturnScene("empty")
        self._voiding = False
        self._start, self._notes = StartSheet(self.theme), Notes(self.theme)
        self._sale, self._due = SaleSheet(self.theme), DueCard(self.theme)
        self._done, self._beside = Slot(), Slot()
        self._lefts: tuple[QWidget, ...] = (self._start, self._sale, self._done)
        self._rights: tuple[QWidget, ...] = (self._notes, self._due, self._beside)
        left = boxed(Column(self.theme, *((part, 1) for part in self._lefts), gap=0))
        right = boxed(Column(self.theme, *((part, 1) for part in self._rights), gap=0))
        hold_width(self.theme, right, RIGHT_WIDTH)
        self._rows: tuple[ListRow, ...] = ()
        self._form: Form | None = None
        self._pin: Entry | None = None
        self._paper = QTimer(self)
        self._paper.setInterval(700)
        self._paper.timeout.connect(self._watch_paper)
        self._paper_words = ""
        self.lay((left, 1), right)
        self._connect()
        self._draw()

    def _connect(self) -> None:
        returning = self.till.returning
        self._start.seek.clicked.connect(self._focus_find)
        self._start.chosen.connect(self._choose)
        self._sale.other.clicked.connect(self._restart)
        self._sale.toggled.connect(lambda line: self._act(lambda: returning.toggle(line)))
        self._sale.counted.connect(lambda line, count: self._act(lambda: returning.set_quantity(line, count)))
        self._sale.nudged.connect(self._nudge)
        self._sale.reasoned.connect(lambda code: self._act(lambda: returning.set_reason(code)))
        self._due.pin.returnPressed.connect(self._approve)
        self._due.instead.connect(lambda method: self._act(lambda: returning.pay_instead(method)))
        self._due.go.clicked.connect(self._confirm)
        self._due.void.clicked.connect(self._ask_void)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back)]
        scene = self._scene
        if scene.state == "empty":
            keys.append(FKeySpec("F2", Text("找原单", "Find the sale"), self._focus_find))
        elif scene.state == "choosing":
            keys.append(FKeySpec("F2", Text("换一单", "Other sale"), self._restart))
            if self._form is None:
                keys.append(FKeySpec("F4", Text("原因", "Reason"), self._focus_reasons))
                if scene.voidable:
                    keys.append(FKeySpec("F8", Text("整单作废", "Void the sale"), self._ask_void))
                if scene.total_fen or any(line.chosen for line in scene.lines):
                    keys.append(FKeySpec("F12", Text("确认退款", "Refund"), self._confirm, primary=True))
        elif scene.state == "done":
            keys.append(FKeySpec("F5", Text("下一笔退货", "Next return"), self._restart))
            keys.append(FKeySpec("F12", Text("回收银", "Back to sale"), lambda: self.go.emit("sale"), primary=True))
        keys.append(FKeySpec("F7", Text("单据与补打", "Receipts"), lambda: self.go.emit("receipts")))
        return tuple(sorted(keys, key=lambda key: int(key.key[1:]) if key.key[1:].isdigit() else 0))

    def on_shown(self) -> None:
        """Show the newest sales, unless a return is being made."""
        if self._scene.state == "empty":
            self._find("")
        else:
            self._show(self.till.returning.scene())
        self._focus_first()

    def on_left(self) -> None:
        """A return that is done is forgotten; one being made stays, but for a PIN half typed."""
        self._due.clear_pin()
        if self._scene.state == "done":
            self.till.returning.leave()
            self._scene = ReturnScene("empty")

    def on_scanned(self, raw: str) -> None:
        """A receipt, a box or a member card finds the sale."""
        if self._scene.state != "committing":
            self._find(raw)
            self._focus_first()

    def on_omnibox(self, text: str) -> bool:
        """A number, a trace code or a phone finds the sale; nothing lists the newest."""
        if self._scene.state != "committing":
            self._find(text)
            self._focus_first()
        return True

    def takes_key(self, name: str) -> bool:
        """A key means what it means on the whole page: rows that are still to come stand before it."""
        self.draw_out()
        return False

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list."""
        return self.list_key(name, self._rows, self._back)

    # ------------------------------------------------------------------ acts

    def _find(self, text: str) -> None:
        self._voiding = False
        scene = self.till.returning.find(text)
        if not text and scene.state == "empty" and not scene.found:
            scene = ReturnScene("empty")
        self._show(scene)

    def _show(self, scene: ReturnScene) -> None:
        self._scene = scene
        self._draw()
        self.changed.emit()

    def _act(self, act: Callable[[], ReturnScene]) -> None:
        try:
            self._show(act())
        except Refused as refusal:
            self.refuse(refusal)

    def _restart(self) -> None:
        self.till.returning.leave()
        self._paper.stop()
        self._find("")
        self.type_back.emit()

    def _focus_find(self) -> None:
        self._find("")
        self.type_back.emit()

    def _back(self) -> None:
        if self._form is not None:
            self._voiding = False
            self._draw()
            self.changed.emit()
            self._focus_first()
        elif self._scene.state == "choosing":
            self._restart()
        else:
            self.go.emit("sale")

    def _focus_first(self) -> None:
        """The cursor to the line whose box was scanned, else to the first row."""
        if self._rows:
            scanned = [line.scanned for line in self._scene.lines] if self._scene.state == "choosing" else []
            self._rows[scanned.index(True) if True in scanned else 0].setFocus(Qt.FocusReason.TabFocusReason)

    def _focus_reasons(self) -> None:
        if self._scene.state == "choosing":
            self._sale.reasons.setFocus(Qt.FocusReason.TabFocusReason)

    def _nudge(self, line: ReturnSceneLine, by: int) -> None:
        wanted = line.chosen + by
        if line.allowed and 0 <= wanted <= line.sold - line.returned:
            self._act(lambda: self.till.returning.set_quantity(line.line_id, wanted))

    def _approve(self) -> None:
        pin = self._pin.text().strip() if self._pin is not None else ""
        if not pin:
            return
        try:
            self._show(self.till.returning.approve(pin))
        except Refused as refusal:
            if self._pin is not None:
                self._pin.clear()
                self._pin.set_wrong(True)
            self.refuse(refusal)

    def _confirm(self) -> None:
        scene = self._scene
        if scene.state != "choosing":
            return
        if not scene.reason:
            self.refuse(Refused("reason_needed"))
            self._focus_reasons()
            return
        if scene.needs_approval and self._pin is not None:
            if self._pin.text().strip():
                self._approve()
            if self._scene.needs_approval:
                if self._pin is not None:
                    self._pin.setFocus(Qt.FocusReason.TabFocusReason)
                return
        self._book("return")

    def _ask_void(self) -> None:
        self._voiding = True
        self._draw()
        self.changed.emit()
        if self._form is not None:
            self._form.begin()

    def _void(self, values: dict[str, str]) -> None:
        form = self._form
        try:
            self.till.returning.set_reason(values["reason"])
            if "pin" in values:
                self.till.returning.approve(values["pin"])
        except Refused as refusal:
            self.refuse(refusal)
            if form is not None:
                form.clear("pin")
                form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), "pin")
            return
        self._voiding = False
        self._book("void")

    def _book(self, kind: str) -> None:
        tag = f"{self.key}:booked"
        try:
            scene = self.till.returning.complete(self.bridge.resume(tag), kind)
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._show(scene)
        self._free_keyboard()

    def _free_keyboard(self) -> None:
        """Give the box the keyboard: what had it is gone with the form, and Qt would give it to the next button, which is F1."""
        if self.isVisible():
            self.type_back.emit()

    def _resumed(self, tag: str) -> None:
        if tag == f"{self.key}:booked":
            scene = self.till.returning.settle()
            self._show(scene)
            if scene.state == "done":
                self._paper_words = ""
                self._paper.start()
                self._watch_paper()
                self._free_keyboard()
            elif self.isVisible():
                self._focus_first()
            return
        super()._resumed(tag)

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Draw the page of the scene in another language."""
        self._draw()

    def let_go(self) -> None:
        """Take down the rows, and what was made for one return; a form that is being filled stays as it is."""
        self._rows = ()
        self._start.let_go()
        self._sale.let_go()
        self._done.empty()
        if self._form is None:
            self._beside.empty()

    def _draw(self) -> None:
        """Draw the page of the scene; a form that is being filled stays as it is."""
        self._pin = None
        if not self._voiding or self._scene.state != "choosing":
            self._form = None
        match self._scene.state:
            case "empty":
                self._draw_empty()
            case "done":
                self._draw_done()
                # The slip's line may have been said in the other language.
                self._watch_paper()
            case _:
                self._draw_sale()

    def _bring(self, left: QWidget, right: QWidget) -> None:
        """These two stand, the others wait; what was made for one return goes with it."""
        for part in (*self._lefts, *self._rights):
            stands = part in (left, right)
            if isinstance(part, Slot) and not stands and not part.isHidden():
                part.fill(QWidget())
            if part.isHidden() == stands:
                part.setVisible(stands)

    def _draw_empty(self) -> None:
        self._start.show_problem(self._scene.problem)
        self._notes.speak()
        self._bring(self._start, self._notes)
        self.draw_in_parts(self._draw_found())

    def _draw_found(self) -> Iterator[None]:
        """The list; rows that were never made come a few in a turn."""
        found, today = self._scene.found, self.till.staging.frame().day
        shown = min(len(found), max(FIRST, self._start.made))
        self._rows = self._start.show_found(found[:shown], today)
        while shown < len(found):
            yield
            shown = min(len(found), shown + FURTHER)
            self._rows = self._start.show_found(found[:shown], today)

    def _choose(self, sale_id: str) -> None:
        self._act(lambda: self.till.returning.choose_sale(sale_id))
        self._focus_first()

    def _draw_sale(self) -> None:
        scene = self._scene
        # Rows of the list that were still to come are not: another scene stands.
        self._undrawn = None
        self._rows = self._sale.show_sale(scene, self.till.staging.frame().day)
        if self._voiding:
            self._draw_void()
            self._bring(self._sale, self._beside)
            return
        self._due.show_due(scene)
        self._bring(self._sale, self._due)
        if scene.needs_approval and not scene.approved_by:
            self._pin = self._due.pin

    def _draw_void(self) -> None:
        if self._form is None:
            self._form = self._void_form()
        if not self._beside.isAncestorOf(self._form):
            self._beside.fill(Column(self.theme, self._form, Spring()))

    def _void_form(self) -> Form:
        scene = self._scene
        fields = [
            QuestionField("reason", "choice", Text("作废原因", "Why"), choices=self.till.reasons.choices("void")),
        ]
        if self.till.shifts.needs_pin("rights.return") and not scene.approved_by:
            fields.append(QuestionField("pin", "pin", Text("店长 PIN", "Manager's PIN")))
        form = Form(
            self.theme,
            Text("整单作废", "Void the whole sale"),
            fields,
            body=Text(
                "只限本班、货还没离柜。商品留在货架，钱按原路全部退回，原单保留可查",
                "Only in this shift and before the goods left. Goods stay on the shelf, all money goes back, the sale stays on record",
            ),
            confirm=Text("作废并退款", "Void and refund"),
            close=Text("返回", "Back"),
            kind="danger",
        )
        form.answered.connect(self._void)
        form.left.connect(self._back)
        return form

    # ------------------------------------------------------------------ done

    def _draw_done(self) -> None:
        theme, scene = self.theme, self._scene
        self._undrawn, self._rows = None, ()
        kept = self.till.store.sales.return_by_number(scene.return_number)
        void = kept is not None and kept.body.kind == "void"
        card = Column(theme, gap=12, margins=(28, 28, 28, 24))
        tile = IconTile(theme, "check-circle", 56, "good", weight="fill")
        title = self.say("已整单作废", "Sale voided") if void else self.say("退款已记账", "Refund booked")
        card.add(
            Row(
                theme,
                tile,
                Column(theme, Txt(theme, title, "page"), Txt(theme, scene.return_number, "body", "ink2"), gap=2),
                Spring(),
                gap=16,
            )
        )
        card.add(Rule(theme))
        if kept is not None:
            for line in kept.body.lines:
                zone = self.say("回货架", "To the shelf") if line.zone == "shelf" else self.say("进不合格品区", "To the reject zone")
                tone = "good" if line.zone == "shelf" else "warn"
                amount = Money(theme, line.amount_fen)
                amount.setFixedWidth(theme.px(110))
                card.add(
                    Row(
                        theme,
                        Txt(theme, line.generic_name, "title"),
                        Txt(theme, line.spec, "body_strong", "ink2"),
                        Spring(),
                        Txt(theme, f"×{line.quantity}", "body", "ink2"),
                        Pill(theme, zone, tone, height=24, radius=6),
                        amount,
                        gap=10,
                    )
                )
        card.add(Spring())
        card.add(
            Row(
                theme,
                Icon(theme, "receipt", 18),
                Txt(theme, f"{self.say('原单', 'Sale')} {scene.number}", "label", "ink2"),
                Spring(),
                gap=8,
            )
        )
        self._done.fill(Panel(theme, card))
        side = Column(theme, gap=10, margins=(16, 14, 16, 16))
        side.add(Txt(theme, self.say("请退给顾客", "Give back to the customer"), "head"))
        if kept is not None:
            for tender in kept.body.refunds:
                side.add(
                    Row(
                        theme,
                        Icon(theme, TENDER_ICONS.get(tender.method, "wallet"), 20),
                        Txt(theme, self.of(Text(tender.title_zh, tender.title_en)), "body"),
                        Spring(),
                        Money(theme, tender.amount_fen),
                        gap=10,
                    )
                )
                if tender.kind in ("points", "stored"):
                    side.add(Para(theme, self.say("已记回会员账户，不用另退", "Back on the member's account already"), "caption", "ink3"))
                elif tender.kind != "cash":
                    side.add(
                        Para(
                            theme,
                            self.say("在原设备上退这一笔，本机只记账", "Refund this on its own device; the till only records it"),
                            "caption",
                            "ink3",
                        )
                    )
            if scene.points:
                points = Fact(theme)
                side.add(points)
                show_points(points, scene.points)
            side.add(Spring())
            side.add(Rule(theme))
            side.add(Row(theme, Txt(theme, self.say("共退", "Refunded"), "title", "ink2"), Spring(), Money(theme, kept.body.total_fen, 44)))
        else:
            side.add(Spring())
        self._paper_line = Txt(theme, self._paper_words, "label", "ink2")
        side.add(Row(theme, Icon(theme, "printer", 18), self._paper_line, Spring(), gap=8))
        again = Btn(theme, self.say("下一笔退货", "Next return"), key="F5", height=44)
        again.clicked.connect(self._restart)
        back = Btn(theme, self.say("回收银", "Back to sale"), "primary", key="F12", height=60, role="section")
        back.clicked.connect(lambda: self.go.emit("sale"))
        side.add(again)
        side.add(back)
        self._beside.fill(Column(theme, (Panel(theme, side), 1)))
        self._bring(self._done, self._beside)

    def _watch_paper(self) -> None:
        """Say what has become of the slip."""
        if self._scene.state != "done":
            self._paper.stop()
            return
        kept = self.till.store.sales.return_by_number(self._scene.return_number)
        jobs = self.till.store.jobs.of_event(kept.event_id) if kept else ()
        state = jobs[-1].state if jobs else ""
        words = {
            "queued": self.say("退货单排队打印中", "The slip waits for the printer"),
            "sent": self.say("退货单已发给打印机", "The slip was sent to the printer"),
            "confirmed": self.say("退货单已打印", "The slip is printed"),
            "waiting": self.say("退货单没打出，装纸后可补打", "The slip is kept. Reprint once there is paper"),
            "failed": self.say("退货单没打出，可在单据里补打", "The slip did not print. Reprint it under Receipts"),
            "unknown": self.say("退货单是否打出要看一眼", "Please look whether the slip came out"),
            "waived": self.say("退货单不打了", "No slip"),
        }.get(state, self.say("没有退货单", "No slip"))
        if self.till.printing.state.kind == "none":
            words = self.say("没接打印机，退货单已存，可补打", "No printer. The slip is kept")
        self._paper_words = words
        self._paper_line.set_words(words)
        if state in ("confirmed", "waived", ""):
            self._paper.stop()
