"""Parts of the Returns page: where a return begins, the original sale, and the money's way back; built once and restated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget
from shiboken6 import delete

from app.counter.returning import Refund, ReturnScene, ReturnSceneLine
from app.desktop.screens.desk import Listing, Sheet, Slot, clock_text, marks_of, short_number
from app.desktop.screens.rows import Cell, Chips, Choice, ListRow, as_many
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text, signed_count
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, LinkBtn
from app.desktop.widgets.chips import Chip
from app.desktop.widgets.choices import Stepper
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Money, Para, Rule, Txt
from app.domain.verdict import Text
from app.store.sales import NamedSale

TENDER_ICONS = {
    "cash": "money-wavy",
    "card": "credit-card",
    "qr": "qr-code",
    "insurance": "identification-card",
    "points": "coins",
    "stored": "wallet",
}


def said(theme: Theme, zh: str, en: str) -> str:
    """One sentence in the language in force."""
    return en if theme.language == "en" else zh


def _column(rows: Listing) -> QBoxLayout:
    inner = rows.widget()
    column = inner.layout() if inner is not None else None
    assert isinstance(column, QBoxLayout)
    return column


def _restate(row: ListRow, cells: tuple[Cell, ...]) -> None:
    if cells != row.cells:
        row.set_cells(cells)
        row.measure()


class StartSheet(Sheet):
    """Where a return begins: how to find the sale, and what was found."""

    chosen = Signal(str)
    """The id of the sale to take."""

    def __init__(self, theme: Theme) -> None:
        self._title, self._how = Txt(theme, "", "section"), Txt(theme, "", "label", "ink3")
        self.seek = Btn(theme, "", icon="magnifying-glass", key="F2")
        head = Row(theme, (Column(theme, self._title, self._how, gap=4), 1), self.seek, margins=(18, 14, 18, 12))
        self._problem = Para(theme, "", "body", "warn_ink")
        self._problem_box = boxed(Row(theme, Icon(theme, "question", 20, "warn"), (self._problem, 1), margins=(18, 12, 18, 12)))
        self._problem_rule = Rule(theme)
        self._list = Listing(theme, ())
        self._made: list[ListRow] = []
        self._empty = Empty(theme, "receipt", "")
        self._found: tuple[NamedSale, ...] = ()
        parts = (head, Rule(theme), self._problem_box, self._problem_rule, (self._list, 1), (self._empty, 1))
        super().__init__(theme, Column(theme, *parts, gap=0))

    def show_problem(self, problem: Text | None) -> None:
        """Say how a sale is found, and what was not found."""
        theme = self.theme
        self._title.set_words(said(theme, "找原单", "Find the original sale"))
        self._how.set_words(
            said(
                theme,
                "扫小票条码、药盒追溯码或会员码，也可以输单号、手机号",
                "Scan the receipt, a box's trace code or a member card; or type a number",
            )
        )
        self.seek.set_words(said(theme, "输入查找", "Type to find"))
        self._problem.set_words(problem.of(theme.language) if problem is not None else "")
        for part in (self._problem_box, self._problem_rule):
            part.setVisible(problem is not None)
        self._empty.title.set_words(said(theme, "今天还没有可退的单", "No sale to return yet"))
        self._empty.detail.set_words(said(theme, "有了销售单，这里会列出最近的", "The newest sales will be listed here"))

    @property
    def made(self) -> int:
        """Rows that were made so far."""
        return len(self._made)

    def show_found(self, found: Sequence[NamedSale], today: date) -> tuple[ListRow, ...]:
        """Show the sales found; gives their rows."""
        if tuple(found[: len(self._found)]) != self._found:
            self._list.verticalScrollBar().setValue(0)
        self._found = tuple(found)
        self._list.setVisible(bool(found))
        self._empty.setVisible(not found)
        rows = tuple(as_many(_column(self._list), self._made, len(found), self._make))
        for row, sale in zip(rows, found, strict=True):
            _restate(row, self._cells(sale, today))
        self._list.rows = rows
        return rows

    def let_go(self) -> None:
        """Take the rows down."""
        self._list.rows = ()
        while self._made:
            delete(self._made.pop())

    def _cells(self, sale: NamedSale, today: date) -> tuple[Cell, ...]:
        theme = self.theme
        more = said(theme, f" 等 {sale.lines} 种", f" and {sale.lines - 1} more") if sale.lines > 1 else ""
        return (
            Cell(icon="receipt", icon_tone="ink3", width=36),
            Cell(sale.first_line + more, sub=said(theme, "单号 ", "Sale ") + sale.number),
            Cell(clock_text(sale.at, today), width=110, align="right", role="body", tone="ink2"),
            Cell(fen=sale.payable_fen, width=120, align="right"),
        )

    def _make(self) -> ListRow:
        order, row = len(self._made), ListRow(self.theme, (), height=60, pad=18)
        row.clicked.connect(lambda: self.chosen.emit(self._found[order].sale_id))
        return row


class Notes(QWidget):
    """How returns work, beside the list of sales."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._head = Txt(theme, "", "head")
        notes = Column(theme, self._head, gap=14, margins=(16, 16, 16, 16))
        self._notes: list[tuple[Para, str, str]] = []
        for icon, tone, zh, en in (
            ("receipt", "brand", "按原单退：没有原单的药品不退", "Against the original sale only"),
            ("pill", "warn", "除药品质量原因外，药品一经售出，不得退换", "Medicines go back for quality reasons only"),
            ("prohibit", "bad", "退回的药品进不合格品区，不再销售", "Returned medicines go to the reject zone, never back to sale"),
            ("repeat", "info", "钱按原来的收款方式退回", "Money goes back the way it came"),
        ):
            note = Para(theme, "", "body", "ink")
            notes.add(Row(theme, IconTile(theme, icon, 36, tone), (note, 1), gap=12))
            self._notes.append((note, zh, en))
        self.setLayout(Column(theme, Panel(theme, notes), Spring()))

    def speak(self) -> None:
        """In the language in force."""
        self._head.set_words(said(self.theme, "退货要点", "How returns work"))
        for note, zh, en in self._notes:
            note.set_words(said(self.theme, zh, en))


class SoldLine(ListRow):
    """A line of the original sale: whether it may go back, how many of it do, and for how much."""

    counted = Signal(int)
    """So many are to go back, by the stepper."""

    def __init__(self, theme: Theme) -> None:
        self._sold = Txt(theme, "", "label", "ink2")
        self._amount = Money(theme)
        self._stepper: Stepper | None = None
        self._stepped: tuple[str, int] = ("", 0)
        super().__init__(theme, (), self._sold, self._amount, height=76, pad=18)

    def show_line(self, line: ReturnSceneLine, busy: bool) -> None:
        """Show a line as it stands; whoever has the keyboard keeps it."""
        self.setObjectName(f"line-{line.line_id}")
        counted: QWidget = self._sold
        if line.chosen:
            counted = self._stepper_of(line)
            counted.setEnabled(not busy)
        elif self._stepper is not None:
            self._stepper.hide()
        self._sold.set_words(f"×{line.sold}")
        self._sold.setVisible(not line.chosen)
        self._amount.set_fen(line.amount_fen)
        self._amount.set_tone("ink" if line.allowed else "ink3")
        self._amount.setFixedWidth(self.theme.px(104))
        cells, trailing = self._cells_of(line), (counted, self._amount)
        if cells != self.cells or trailing != self._trailing or line.allowed == self._faint:
            self._trailing, self._faint = trailing, not line.allowed
            self.set_cells(cells)
            self.measure()
        self.set_chosen(line.chosen > 0)
        self.setEnabled(not busy)

    def _cells_of(self, line: ReturnSceneLine) -> tuple[Cell, ...]:
        theme = self.theme
        sub, tone = said(theme, "可退", "May go back"), "ink3"
        if not line.allowed:
            sub, tone = line.why_not.of(theme.language), "bad_ink"
        elif line.chosen and line.zone == "shelf":
            sub, tone = said(theme, "退回后放回货架", "Goes back to the shelf"), "ink2"
        elif line.chosen:
            sub, tone = said(theme, "退回后进不合格品区", "Goes to the reject zone"), "warn_ink"
        if line.returned and line.allowed:
            sub += said(theme, f" · 已退 {line.returned}", f" · {line.returned} returned before")
        tick = Cell(ticked=line.chosen > 0, width=38) if line.allowed else Cell(icon="lock-simple", icon_tone="ink3", width=38)
        return tick, Cell(line.name, strong=line.spec, marks=marks_of(line.marks), sub=sub, sub_tone=tone)

    def _stepper_of(self, line: ReturnSceneLine) -> Stepper:
        """The line's own: one that was made for another line counts and is called otherwise."""
        stepped, stepper = (line.name, line.sold - line.returned), self._stepper
        if stepper is not None and stepped == self._stepped:
            stepper.set_count(line.chosen)
        else:
            if stepper is not None:
                stepper.hide()
                stepper.deleteLater()
            stepper = self._stepper = Stepper(self.theme, line.chosen, lowest=0, highest=stepped[1], spoken=line.name)
            self._stepped = stepped
            stepper.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            stepper.changed.connect(self.counted)
            row = self.layout()
            assert isinstance(row, QBoxLayout)
            row.insertWidget(1, stepper)
        stepper.show()
        return stepper


class SaleSheet(Sheet):
    """The original sale: which of its goods go back, and why."""

    toggled = Signal(str)
    """The id of a line that was pressed."""
    counted = Signal(str, int)
    """So many of a line are to go back."""
    nudged = Signal(object, int)
    """A line that is shown, and by how much more or less of it goes back."""
    reasoned = Signal(str)

    def __init__(self, theme: Theme) -> None:
        self._title, self._number = Txt(theme, "", "section"), Txt(theme, "", "label", "ink3")
        self._facts = (Chip(theme, ""), Chip(theme, ""), Chip(theme, "", "gold"))
        self.other = Btn(theme, "", icon="magnifying-glass", key="F2")
        title = Row(theme, self._title, *self._facts, Spring(), gap=10)
        head = Row(theme, (Column(theme, title, self._number, gap=3), 1), self.other, margins=(18, 14, 18, 12))
        self._list = Listing(theme, ())
        self._made: list[SoldLine] = []
        self._lines: tuple[ReturnSceneLine, ...] = ()
        self._problem = Para(theme, "", "body", "bad_ink")
        icon = Icon(theme, "warning-circle", 20, "bad", "fill")
        self._problem_box = boxed(Row(theme, icon, (self._problem, 1), margins=(18, 6, 18, 4)))
        self._why, self._hint = Txt(theme, "", "label", "ink2"), Txt(theme, "", "caption", "ink3")
        self._reasons = Slot()
        why = Column(theme, Row(theme, self._why, self._hint, Spring(), gap=10), self._reasons, gap=8, margins=(18, 10, 18, 16))
        super().__init__(theme, Column(theme, head, Rule(theme), (self._list, 1), self._problem_box, why, gap=0))

    @property
    def reasons(self) -> Chips:
        """The reasons to choose from."""
        chips = self._reasons.findChild(Chips)
        assert isinstance(chips, Chips)
        return chips

    def show_sale(self, scene: ReturnScene, today: date) -> tuple[ListRow, ...]:
        """Show the sale as it stands; gives the rows of its lines."""
        theme, busy = self.theme, scene.state == "committing"
        self._title.set_words(f"{said(theme, '原单', 'Sale')} {short_number(scene.number)}")
        if scene.number != self._number.words:
            self._list.verticalScrollBar().setValue(0)
        self._number.set_words(scene.number)
        sold_at = clock_text(scene.sold_at, today) if scene.sold_at is not None else ""
        for chip, words in zip(self._facts, (sold_at, scene.sold_by, scene.member_label), strict=True):
            chip.set_words(words)
            chip.setVisible(bool(words))
        self.other.set_words(said(theme, "换一单", "Other sale"))
        self.other.setEnabled(not busy)
        self._lines = scene.lines
        rows = as_many(_column(self._list), self._made, len(scene.lines), self._make)
        for row, line in zip(rows, scene.lines, strict=True):
            row.show_line(line, busy)
        self._list.rows = tuple(rows)
        self._problem_box.setVisible(scene.problem is not None)
        self._problem.set_words(scene.problem.of(theme.language) if scene.problem is not None else "")
        self._why.set_words(said(theme, "原因", "Reason"))
        hint = said(theme, "选了原因才知道药品能不能退", "Whether medicines may go back depends on the reason")
        self._hint.set_words("" if scene.reason else hint)
        self._reasons.fill_for((scene.reasons, theme.language), lambda: self._chips(scene))
        chips = self.reasons
        if chips.value != scene.reason:
            chips.set_value(scene.reason)
        chips.setEnabled(not busy)
        return tuple(rows)

    def let_go(self) -> None:
        """Take the rows down."""
        self._list.rows, self._lines = (), ()
        while self._made:
            delete(self._made.pop())

    def _chips(self, scene: ReturnScene) -> Chips:
        theme = self.theme
        reasons = [Choice(code, text.of(theme.language)) for code, text in scene.reasons]
        chips = Chips(theme, reasons, scene.reason, spoken=said(theme, "原因", "Reason"), beside_list=True)
        chips.setObjectName("reasons")
        chips.chosen.connect(self.reasoned)
        return chips

    def _make(self) -> SoldLine:
        order, row = len(self._made), SoldLine(self.theme)
        row.clicked.connect(lambda: self.toggled.emit(self._lines[order].line_id))
        row.counted.connect(lambda count: self.counted.emit(self._lines[order].line_id, count))
        row.nudged.connect(lambda by: self.nudged.emit(self._lines[order], by))
        return row


class MoneyBack(QWidget):
    """One way by which money goes back, and how much."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._icon, self._title, self._amount = Icon(theme, "wallet", 20), Txt(theme, "", "body"), Money(theme)
        self.setLayout(Row(theme, self._icon, self._title, Spring(), self._amount, gap=10))

    def show_refund(self, refund: Refund, words: str) -> None:
        """Show one."""
        self._icon.set_icon(TENDER_ICONS.get(refund.method, "wallet"))
        self._title.set_words(words)
        self._amount.set_fen(refund.amount_fen)


class Fact(QWidget):
    """What a return does beside the money: to the stock, to points."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._what, self._words = Txt(theme, "", "body", "ink2"), Txt(theme, "", "body")
        self.setLayout(Row(theme, self._what, Spring(), self._words))

    def show_fact(self, what: str, words: str, spoken: str = "") -> None:
        """Show it, spoken as `spoken`; hidden where there are no words."""
        self._what.set_words(what)
        self._words.set_words(words)
        self._words.setAccessibleName(spoken or words)
        self.setVisible(bool(words))


def show_points(fact: Fact, points: int) -> None:
    """What a return does to the member's points."""
    theme, words = fact._what.theme, signed_count(points)
    fact.show_fact(said(theme, "积分", "Points"), words if points else "", said(theme, f"积分 {words}", f"{words} points"))


class DueCard(QWidget):
    """Who must agree, what goes back and which way, and the key that books it."""

    instead = Signal(str)
    """Money that cannot go back the way it came goes back by this method."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._agreed, self._by, self._once = Txt(theme, "", "head"), Txt(theme, "", "label", "ink3"), Txt(theme, "", "caption", "ink3")
        head = Row(theme, Icon(theme, "user-check", 20, "good", "fill"), self._agreed, Spring(), self._by)
        self._approved = Panel(theme, Column(theme, head, self._once, gap=4, margins=(16, 12, 16, 12)))
        self._shown: ReturnScene | None = None
        self._ask, self._ask_why = Txt(theme, "", "head"), Para(theme, "", "caption", "ink3")
        self.pin = Entry(theme, secret=True)
        self.pin.setObjectName("pin")
        head = Row(theme, Icon(theme, "shield-warning", 20, "warn", "fill"), self._ask, Spring())
        self._approval = Panel(theme, Column(theme, head, self._ask_why, self.pin, gap=8, margins=(16, 12, 16, 14)), bar="warn")
        self._title = Txt(theme, "", "head")
        self._ways, self._backs = Column(theme, gap=10), list[MoneyBack]()
        self._gone = Para(theme, "", "caption", "warn_ink")
        self._others = Slot()
        self._dashes = Rule(theme, dashed=True)
        self._nothing = Txt(theme, "", "label", "ink3")
        self._stock, self._points = Fact(theme), Fact(theme)
        self._total_word, self._total = Txt(theme, "", "title", "ink2"), Money(theme, 0, 44)
        self.go = Btn(theme, "", "primary", key="F12", height=60, role="section")
        self.void = LinkBtn(theme, "", tone="bad_ink", key="F8")
        self._void_box = boxed(Row(theme, Spring(), self.void, Spring()))
        card = Column(
            theme,
            self._title,
            self._ways,
            self._gone,
            self._others,
            self._dashes,
            self._nothing,
            self._stock,
            self._points,
            Rule(theme),
            Row(theme, self._total_word, Spring(), self._total),
            self.go,
            self._void_box,
            gap=10,
            margins=(16, 14, 16, 16),
        )
        self.setLayout(Column(theme, self._approved, self._approval, Spring(), Panel(theme, card), gap=12))

    def show_due(self, scene: ReturnScene) -> None:
        """Show what goes back, and what it still takes."""
        theme, busy = self.theme, scene.state == "committing"
        self._show_approval(scene)
        title = said(theme, "改路退回", "Back another way") if scene.instead_fen else said(theme, "原路退回", "Back the way it came")
        self._title.set_words(title)
        for way, refund in zip(as_many(self._ways, self._backs, len(scene.refunds), self._back), scene.refunds, strict=True):
            way.show_refund(refund, refund.title.of(theme.language))
        self._show_instead(scene, busy)
        self._dashes.setVisible(bool(scene.refunds))
        self._nothing.set_words(said(theme, "先勾选要退的商品", "Choose what goes back"))
        self._nothing.setVisible(not scene.refunds)
        self._stock.show_fact(said(theme, "库存", "Stock"), self._zones(scene))
        show_points(self._points, scene.points)
        self._total_word.set_words(said(theme, "应退", "To refund"))
        self._total.set_fen(scene.total_fen)
        self.go.set_words(said(theme, "正在记账", "Booking") if busy else said(theme, "确认退款", "Refund"))
        self.go.setEnabled(not busy and scene.total_fen > 0)
        self.void.set_words(said(theme, "整单作废", "Void the whole sale"))
        self._void_box.setVisible(scene.voidable and not busy)

    def _show_approval(self, scene: ReturnScene) -> None:
        theme = self.theme
        self._agreed.set_words(said(theme, "已授权", "Approved"))
        self._by.set_words(scene.approved_by)
        self._once.set_words(said(theme, "授权只对本单有效", "For this return only"))
        self._approved.setVisible(bool(scene.approved_by))
        self._ask.set_words(said(theme, "需要店长授权", "A manager must approve"))
        self._ask_why.set_words(
            said(
                theme,
                "退药品、超过收银员权限，或不能原路退时，由店长输 PIN",
                "For medicines, above the cashier's limit, or money that cannot go back the way it came, the manager enters the PIN",
            )
        )
        words = said(theme, "店长 PIN", "Manager's PIN")
        self.pin.setPlaceholderText(words)
        self.pin.setAccessibleName(words)
        if scene != self._shown:
            # What was typed was for the return as it was before.
            self.clear_pin()
        self._shown = scene
        self._approval.setVisible(scene.needs_approval and not scene.approved_by)

    def clear_pin(self) -> None:
        """Forget what was typed."""
        self.pin.clear()
        self.pin.set_wrong(False)

    def _show_instead(self, scene: ReturnScene, busy: bool) -> None:
        """What stored value paid and nobody's account can take back: how it goes back instead."""
        theme, fen = self.theme, money_text(scene.instead_fen)
        self._gone.set_words(
            said(
                theme,
                f"储值付的 {fen}：会员已删除，账户已清，改退给持小票的顾客",
                f"{fen} were paid by stored value of a member erased since: they go to whoever holds the receipt",
            )
        )
        for part in (self._gone, self._others):
            part.setVisible(bool(scene.instead_fen and scene.refunds))
        if scene.instead_fen:
            self._others.fill_for((scene.instead_ways, theme.language), lambda: self._instead_chips(scene))
            chips = self._others.findChild(Chips)
            assert isinstance(chips, Chips)
            chips.set_value(scene.instead)
            chips.setEnabled(not busy)

    def _instead_chips(self, scene: ReturnScene) -> Chips:
        theme = self.theme
        ways = [Choice(method, title.of(theme.language)) for method, title in scene.instead_ways]
        chips = Chips(theme, ways, scene.instead, spoken=said(theme, "改退到", "Back by"))
        chips.setObjectName("instead")
        chips.chosen.connect(self.instead)
        return chips

    def _back(self) -> MoneyBack:
        return MoneyBack(self.theme)

    def _zones(self, scene: ReturnScene) -> str:
        shelf = sum(line.chosen for line in scene.lines if line.zone == "shelf")
        reject = sum(line.chosen for line in scene.lines if line.zone != "shelf")
        parts = []
        if shelf:
            parts.append(said(self.theme, f"{shelf} 件回货架", f"{shelf} to the shelf"))
        if reject:
            parts.append(said(self.theme, f"{reject} 件进不合格品区", f"{reject} to the reject zone"))
        return " · ".join(parts)
