"""The Returns page: the original sale, what of it may go back and where to, the money's way back, and voids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.returning import FoundSale, Refund, ReturnScene, ReturnSceneLine
from app.counter.scene import QuestionField
from app.desktop.screens.desk import Desk, Listing, Sheet, Slot, clock_text, marks_of, short_number
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.rows import Cell, Chips, Choice, ListRow
from app.desktop.theme.paint import money_text, signed_count
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn, LinkBtn
from app.desktop.widgets.chips import Chip, Pill
from app.desktop.widgets.choices import Stepper
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Money, Para, Rule, Txt
from app.desktop.wording import sentence
from app.domain.verdict import Text

TENDER_ICONS = {
    "cash": "money-wavy",
    "card": "credit-card",
    "qr": "qr-code",
    "insurance": "identification-card",
    "points": "coins",
    "stored": "wallet",
}
RIGHT_WIDTH = 388


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
        self._left, self._right = Slot(), Slot()
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self._rows: tuple[ListRow, ...] = ()
        self._form: Form | None = None
        self._pin: Entry | None = None
        self._paper = QTimer(self)
        self._paper.setInterval(700)
        self._paper.timeout.connect(self._watch_paper)
        self._paper_words = ""
        self.lay((self._left, 1), self._right)
        self.redraw()

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
        """A return that is done is forgotten; one being made stays."""
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
        self.redraw()
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
            self.redraw()
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
        chips = self._left.findChild(Chips, "reasons")
        if chips is not None:
            chips.setFocus(Qt.FocusReason.TabFocusReason)

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
        self.redraw()
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

    def _draw_empty(self) -> None:
        theme, scene = self.theme, self._scene
        today = self.till.staging.frame().day
        find = Btn(theme, self.say("输入查找", "Type to find"), icon="magnifying-glass", key="F2")
        find.clicked.connect(self._focus_find)
        how = self.say(
            "扫小票条码、药盒追溯码或会员码，也可以输单号、手机号",
            "Scan the receipt, a box's trace code or a member card; or type a number",
        )
        title = Txt(theme, self.say("找原单", "Find the original sale"), "section")
        head = Row(theme, (Column(theme, title, Txt(theme, how, "label", "ink3"), gap=4), 1), find, margins=(18, 14, 18, 12))
        parts: list[Any] = [head, Rule(theme)]
        if scene.problem is not None:
            parts.append(
                boxed(
                    Row(
                        theme,
                        Icon(theme, "question", 20, "warn"),
                        (Para(theme, self.of(scene.problem), "body", "warn_ink"), 1),
                        margins=(18, 12, 18, 12),
                    )
                )
            )
            parts.append(Rule(theme))
        self._rows = tuple(self._found_row(found, today) for found in scene.found)
        if self._rows:
            parts.append((Listing(theme, self._rows), 1))
        else:
            parts.append(
                (
                    Empty(
                        theme,
                        "receipt",
                        self.say("今天还没有可退的单", "No sale to return yet"),
                        self.say("有了销售单，这里会列出最近的", "The newest sales will be listed here"),
                    ),
                    1,
                )
            )
        self._left.fill(Sheet(theme, Column(theme, *parts, gap=0)))
        notes = Column(theme, gap=14, margins=(16, 16, 16, 16))
        notes.add(Txt(theme, self.say("退货要点", "How returns work"), "head"))
        for icon, tone, zh, en in (
            ("receipt", "brand", "按原单退：没有原单的药品不退", "Against the original sale only"),
            ("pill", "warn", "除药品质量原因外，药品一经售出，不得退换", "Medicines go back for quality reasons only"),
            ("prohibit", "bad", "退回的药品进不合格品区，不再销售", "Returned medicines go to the reject zone, never back to sale"),
            ("repeat", "info", "钱按原来的收款方式退回", "Money goes back the way it came"),
        ):
            notes.add(Row(theme, IconTile(theme, icon, 36, tone), (Para(theme, self.say(zh, en), "body", "ink"), 1), gap=12))
        self._right.fill(Column(theme, Panel(theme, notes), Spring()))

    def _found_row(self, found: FoundSale, today: Any) -> ListRow:
        more = self.say(f" 等 {found.lines} 种", f" and {found.lines - 1} more") if found.lines > 1 else ""
        row = ListRow(
            self.theme,
            (
                Cell(icon="receipt", icon_tone="ink3", width=36),
                Cell(found.first_line + more, sub=self.say("单号 ", "Sale ") + found.number),
                Cell(clock_text(found.at, today), width=110, align="right", role="body", tone="ink2"),
                Cell(fen=found.payable_fen, width=120, align="right"),
            ),
            height=60,
            pad=18,
        )
        row.clicked.connect(lambda: self._choose(found.sale_id))
        return row

    def _choose(self, sale_id: str) -> None:
        self._act(lambda: self.till.returning.choose_sale(sale_id))
        self._focus_first()

    def _draw_sale(self) -> None:
        theme, scene = self.theme, self._scene
        busy = scene.state == "committing"
        today = self.till.staging.frame().day
        title = Row(theme, Txt(theme, f"{self.say('原单', 'Sale')} {short_number(scene.number)}", "section"), gap=10)
        if scene.sold_at is not None:
            title.add(Chip(theme, clock_text(scene.sold_at, today)))
        if scene.sold_by:
            title.add(Chip(theme, scene.sold_by))
        if scene.member_label:
            title.add(Chip(theme, scene.member_label, "gold"))
        title.add(Spring())
        other = Btn(theme, self.say("换一单", "Other sale"), icon="magnifying-glass", key="F2")
        other.clicked.connect(self._restart)
        other.setEnabled(not busy)
        words = Column(theme, title, Txt(theme, scene.number, "label", "ink3"), gap=3)
        head = Row(theme, (words, 1), other, margins=(18, 14, 18, 12))
        self._rows = tuple(self._line_row(line, busy) for line in scene.lines)
        parts: list[Any] = [head, Rule(theme), (Listing(theme, self._rows), 1)]
        if scene.problem is not None:
            parts.append(
                Row(
                    theme,
                    Icon(theme, "warning-circle", 20, "bad", "fill"),
                    (Para(theme, self.of(scene.problem), "body", "bad_ink"), 1),
                    margins=(18, 6, 18, 4),
                )
            )
        reasons = [Choice(code, self.of(text)) for code, text in scene.reasons]
        chips = Chips(theme, reasons, scene.reason, spoken=self.say("原因", "Reason"), beside_list=True)
        chips.setObjectName("reasons")
        chips.setEnabled(not busy)
        chips.chosen.connect(lambda code: self._act(lambda: self.till.returning.set_reason(code)))
        hint = self.say("选了原因才知道药品能不能退", "Whether medicines may go back depends on the reason") if not scene.reason else ""
        parts.append(
            Column(
                theme,
                Row(theme, Txt(theme, self.say("原因", "Reason"), "label", "ink2"), Txt(theme, hint, "caption", "ink3"), Spring(), gap=10),
                chips,
                gap=8,
                margins=(18, 10, 18, 16),
            )
        )
        self._left.fill(Sheet(theme, Column(theme, *parts, gap=0)))
        self._draw_right(busy)

    def _line_row(self, line: ReturnSceneLine, busy: bool) -> ListRow:
        theme = self.theme
        left = line.sold - line.returned
        sub, tone = self.say("可退", "May go back"), "ink3"
        if not line.allowed:
            sub, tone = self.of(line.why_not), "bad_ink"
        elif line.chosen:
            sub = (
                self.say("退回后放回货架", "Goes back to the shelf")
                if line.zone == "shelf"
                else self.say("退回后进不合格品区", "Goes to the reject zone")
            )
            tone = "ink2" if line.zone == "shelf" else "warn_ink"
        if line.returned and line.allowed:
            sub += self.say(f" · 已退 {line.returned}", f" · {line.returned} returned before")
        tick = Cell(ticked=line.chosen > 0, width=38) if line.allowed else Cell(icon="lock-simple", icon_tone="ink3", width=38)
        trailing: list[QWidget] = []
        if line.chosen:
            stepper = Stepper(theme, line.chosen, lowest=0, highest=left, spoken=line.name)
            stepper.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            stepper.setEnabled(not busy)
            stepper.changed.connect(lambda count: self._act(lambda: self.till.returning.set_quantity(line.line_id, count)))
            trailing.append(stepper)
        else:
            trailing.append(Txt(theme, f"×{line.sold}", "label", "ink2"))
        amount = Money(theme, line.amount_fen, 15, "ink" if line.allowed else "ink3")
        amount.setFixedWidth(theme.px(104))
        trailing.append(amount)
        row = ListRow(
            theme,
            (tick, Cell(line.name, strong=line.spec, marks=marks_of(line.marks), sub=sub, sub_tone=tone)),
            *trailing,
            height=76,
            chosen=line.chosen > 0,
            faint=not line.allowed,
            pad=18,
        )
        row.setObjectName(f"line-{line.line_id}")
        row.setEnabled(not busy)
        row.clicked.connect(lambda: self._act(lambda: self.till.returning.toggle(line.line_id)))
        row.nudged.connect(lambda by: self._nudge(line, by))
        return row

    def _draw_right(self, busy: bool) -> None:
        theme, scene = self.theme, self._scene
        if self._voiding:
            self._draw_void()
            return
        parts: list[Any] = []
        if scene.approved_by:
            head = Row(
                theme,
                Icon(theme, "user-check", 20, "good", "fill"),
                Txt(theme, self.say("已授权", "Approved"), "head"),
                Spring(),
                Txt(theme, scene.approved_by, "label", "ink3"),
            )
            words = self.say("授权只对本单有效", "For this return only")
            parts.append(Panel(theme, Column(theme, head, Txt(theme, words, "caption", "ink3"), gap=4, margins=(16, 12, 16, 12))))
        elif scene.needs_approval:
            self._pin = Entry(theme, spoken=self.say("店长 PIN", "Manager's PIN"), secret=True)
            self._pin.setPlaceholderText(self.say("店长 PIN", "Manager's PIN"))
            self._pin.setObjectName("pin")
            self._pin.returnPressed.connect(self._approve)
            head = Row(
                theme,
                Icon(theme, "shield-warning", 20, "warn", "fill"),
                Txt(theme, self.say("需要店长授权", "A manager must approve"), "head"),
                Spring(),
            )
            why = Para(
                theme,
                self.say(
                    "退药品、超过收银员权限，或不能原路退时，由店长输 PIN",
                    "For medicines, above the cashier's limit, or money that cannot go back the way it came, the manager enters the PIN",
                ),
                "caption",
                "ink3",
            )
            parts.append(Panel(theme, Column(theme, head, why, self._pin, gap=8, margins=(16, 12, 16, 14)), bar="warn"))
        parts.append(Spring())
        card = Column(theme, gap=10, margins=(16, 14, 16, 16))
        title = self.say("改路退回", "Back another way") if scene.instead_fen else self.say("原路退回", "Back the way it came")
        card.add(Txt(theme, title, "head"))
        if scene.refunds:
            for refund in scene.refunds:
                card.add(self._refund_row(refund))
            if scene.instead_fen:
                self._draw_instead(card, busy)
            card.add(Rule(theme, dashed=True))
        else:
            card.add(Txt(theme, self.say("先勾选要退的商品", "Choose what goes back"), "label", "ink3"))
        zones = self._zones()
        if zones:
            card.add(Row(theme, Txt(theme, self.say("库存", "Stock"), "body", "ink2"), Spring(), Txt(theme, zones, "body")))
        if scene.points:
            card.add(self._points_row(scene.points))
        card.add(Rule(theme))
        big = Money(theme, scene.total_fen, 44)
        card.add(Row(theme, Txt(theme, self.say("应退", "To refund"), "title", "ink2"), Spring(), big))
        words = self.say("正在记账", "Booking") if busy else self.say("确认退款", "Refund")
        go = Btn(theme, words, "primary", key="F12", height=60, role="section")
        go.setEnabled(not busy and scene.total_fen > 0)
        go.clicked.connect(self._confirm)
        card.add(go)
        if scene.voidable and not busy:
            void = LinkBtn(theme, self.say("整单作废", "Void the whole sale"), tone="bad_ink", key="F8")
            void.clicked.connect(self._ask_void)
            card.add(Row(theme, Spring(), void, Spring()))
        parts.append(Panel(theme, card))
        self._right.fill(Column(theme, *parts, gap=12))

    def _refund_row(self, refund: Refund) -> Row:
        theme = self.theme
        icon = TENDER_ICONS.get(refund.method, "wallet")
        return Row(
            theme, Icon(theme, icon, 20), Txt(theme, self.of(refund.title), "body"), Spring(), Money(theme, refund.amount_fen), gap=10
        )

    def _draw_instead(self, card: Column, busy: bool) -> None:
        """What stored value paid and nobody's account can take back: how it goes back instead."""
        theme, scene = self.theme, self._scene
        fen = money_text(scene.instead_fen)
        words = self.say(
            f"储值付的 {fen}：会员已删除，账户已清，改退给持小票的顾客",
            f"{fen} were paid by stored value of a member erased since: they go to whoever holds the receipt",
        )
        card.add(Para(theme, words, "caption", "warn_ink"))
        ways = Chips(
            theme,
            [Choice(method, self.of(title)) for method, title in scene.instead_ways],
            scene.instead,
            spoken=self.say("改退到", "Back by"),
        )
        ways.setObjectName("instead")
        ways.setEnabled(not busy)
        ways.chosen.connect(lambda method: self._act(lambda: self.till.returning.pay_instead(method)))
        card.add(ways)

    def _points_row(self, points: int) -> Row:
        """What the return does to the member's points."""
        words = Txt(self.theme, signed_count(points), "body")
        row = Row(self.theme, Txt(self.theme, self.say("积分", "Points"), "body", "ink2"), Spring(), words)
        words.setAccessibleName(self.say(f"积分 {signed_count(points)}", f"{signed_count(points)} points"))
        return row

    def _zones(self) -> str:
        shelf = sum(line.chosen for line in self._scene.lines if line.zone == "shelf")
        reject = sum(line.chosen for line in self._scene.lines if line.zone != "shelf")
        parts = []
        if shelf:
            parts.append(self.say(f"{shelf} 件回货架", f"{shelf} to the shelf"))
        if reject:
            parts.append(self.say(f"{reject} 件进不合格品区", f"{reject} to the reject zone"))
        return " · ".join(parts)

    def _draw_void(self) -> None:
        if self._form is None:
            self._form = self._void_form()
        if not self._right.isAncestorOf(self._form):
            self._right.fill(Column(self.theme, self._form, Spring()))

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
        self._rows = ()
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
        self._left.fill(Panel(theme, card))
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
                side.add(self._points_row(scene.points))
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
        self._right.fill(Column(theme, (Panel(theme, side), 1)))

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
