"""The coupons of the open sale: each with what it does or why it waits, a key to use or leave it, and the form for old articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.counter.coupon_why import CouponWhy
from app.counter.scene import CouponBlock, CouponRow, QuestionField, TradeBlock
from app.desktop.keys import enter_or_leave
from app.desktop.screens.question import ChipRow
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.selling_words import say
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, IconBtn, LinkBtn
from app.desktop.widgets.chips import KeyCap
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Money, Txt
from app.domain.verdict import Text

SHOWN_COUPONS = 6
"""Rows of one leaf of the list; a member with more turns the leaf, those in use at the front."""


class CouponStrip(QWidget):
    """One row under the member: what is used by itself, and that more could be chosen."""

    asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._said = Txt(theme, "", "body", "ink")
        self._cut = Money(theme, 0, 15, "promo", weight=600)
        self._more = LinkBtn(theme, "", icon="caret-right")
        self._more.clicked.connect(self.asked)
        self._shown: tuple[object, ...] = ()
        for part in (self._said, self._cut, self._more):
            part.stand_on("surface")
        self.setLayout(Row(theme, Icon(theme, "ticket", 18, "promo"), self._said, self._cut, Spring(), self._more, gap=7))
        self.hide()

    def show_block(self, block: CouponBlock | None) -> None:
        """Say how the coupons stand; nothing without any."""
        theme = self.theme
        shown = (block, theme.language)
        if shown == self._shown:
            return
        self._shown = shown
        self.setVisible(block is not None)
        if block is None:
            return
        word = "coupons_none" if not block.used else "coupons_by_hand" if block.by_hand else "coupons_used"
        if not block.rows:
            word = "trade_strip"
        self._said.set_words(say(theme, word, count=block.used))
        self._cut.setVisible(bool(block.used))
        self._cut.set_fen(-block.cut_fen)
        self._more.set_words(say(theme, "coupons_more", count=block.waiting) if block.waiting else say(theme, "coupons_see"), key="F10")


class CouponPanel(Panel):
    """A strip over the cart: digits use or leave a coupon, 0 lets the best be used again, PgDn shows further ones, Esc closes it.

    The digit after the coupons' opens the form for an old article: digits choose what it is and how it is, Enter registers it.
    """

    closed = Signal()
    picked = Signal(str)
    by_themselves = Signal()
    printed = Signal(str)
    """A coupon's paper is wanted: its token."""
    traded = Signal(str, str, str)
    """An old article is handed over: its kind, condition, and serial number or ''."""

    def __init__(self, theme: Theme, whys: Callable[[], Sequence[CouponWhy]] = tuple, parent: QWidget | None = None) -> None:
        self._whys = whys
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._title = Txt(theme, "", "head", "ink")
        self._other = Txt(theme, "", "label", "ink2", elide=True)
        self._auto = Btn(theme, "", "ghost", key="0", height=32, role="label_strong")
        self._off = IconBtn(theme, "x", say(theme, "coupons_close"), size=32, icon_size=16)
        icon = Icon(theme, "ticket", 20, "promo", "fill")
        head = Row(theme, icon, self._title, (self._other, 1), self._auto, KeyCap(theme, "Esc", 22), self._off, gap=9)
        super().__init__(theme, Column(theme, head, self._body, gap=7, margins=(16, 9, 10, 10)), fill="sunken", line="line2", parent=parent)
        self._off.clicked.connect(self.closed)
        self._auto.clicked.connect(self.by_themselves)
        self._inner: QWidget | None = None
        self._rows: list[ListRow] = []
        self._block: CouponBlock | None = None
        self._shown: tuple[object, ...] = ()
        self._form: _TradeForm | None = None
        self._trading = False
        self._from = 0
        self.hide()

    @property
    def open(self) -> bool:
        """Whether it is on the screen."""
        return not self.isHidden()

    def begin(self, block: CouponBlock | None) -> None:
        """Open it and take the keyboard, so that digits are its own and not the box's."""
        self._trading = False
        self._from = 0
        self.show()
        self.show_block(block)
        if self._rows:
            self._rows[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_block(self, block: CouponBlock | None) -> None:
        """Show the coupons as they stand now; it closes where there are none any more."""
        self._block = block
        if block is None:
            self.hide()
            return
        theme = self.theme
        if self._from >= len(block.rows):
            self._from = 0
        shown = (block, theme.language, theme.scale, self._trading, self._from)
        if shown == self._shown:
            return
        self._shown = shown
        trading = block.trade is not None and (self._trading or not block.rows)
        self._title.set_words(say(theme, "trade_title") if trading else say(theme, "coupons_title", count=len(block.rows)))
        how = "trade_how" if self._trading else "coupons_how"
        self._other.set_words(say(theme, how) if trading else block.other.of(theme.language) or say(theme, how))
        self._auto.set_words(say(theme, "coupons_auto"))
        self._auto.setVisible(block.by_hand)
        self._off.set_icon("x", say(theme, "coupons_close"))
        at = next((order for order, line in enumerate(self._rows) if line.hasFocus()), -1)
        self._rows = []
        self._form = _TradeForm(theme, block.trade) if self._trading and block.trade is not None else None
        if self._form is not None:
            self._form.registered.connect(self._register)
            self._form.left.connect(lambda: self._trade(False))
            self._put(Column(theme, self._form, gap=0))
            self._form.begin()
            return
        self._trading = False
        column = Column(theme, gap=0)
        cards = {card.serial: card for card in self._whys()}
        for order, row in enumerate(self._leaf()):
            line = ListRow(theme, self._cells(order, row), *self._actions(row), height=38, pad=4)
            line.setObjectName(f"coupon-{order + 1}")
            line.clicked.connect(self._pick(row.serial))
            column.add(line)
            self._rows.append(line)
            if card := self._card(cards.get(row.serial)):
                column.add(Row(theme, 48, (Txt(theme, card, "label", "ink3", elide=True), 1), gap=0))
        if len(block.rows) > SHOWN_COUPONS:
            left = len(block.rows) - len(self._leaf())
            rest = Btn(theme, say(theme, "coupons_rest", count=left), "ghost", key="PgDn", height=32, role="label_strong")
            rest.setObjectName("coupons-rest")
            rest.clicked.connect(lambda: self.turn(1))
            column.add(Row(theme, 44, rest, Spring(), gap=0))
        if block.trade is not None:
            self._add_trade(column, block.trade)
        inner = self._put(column)
        if 0 <= at < len(self._rows):
            inner.show()
            self._rows[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _put(self, column: Column) -> QWidget:
        if self._inner is not None:
            self._body.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self._inner = boxed(column)
        self._body.addWidget(self._inner)
        self._inner.show()
        return self._inner

    # ------------------------------------------------------------------ old for new

    def _add_trade(self, column: Column, trade: TradeBlock) -> None:
        """What is paid for an old article, what was handed over, and the row that opens the form."""
        theme = self.theme
        language = theme.language
        for title, fen in trade.offers:
            state = Cell(f"−{money_text(fen)}", width=300, align="right", role="body_strong", tone="promo")
            if not fen:
                state = Cell(say(theme, "trade_waits"), width=300, align="right", role="label", tone="ink2")
            column.add(ListRow(theme, (Cell(width=52), Cell(title.of(language), role="body_strong"), state), height=34, pad=4, plain=True))
        said = say(theme, "trade_so_far", what="、".join(one.of(language) for one in trade.taken)) if trade.taken else ""
        digit = len(self._rows) + 1
        cells = (
            Cell(str(digit), width=20, role="label_strong", tone="ink3"),
            Cell(say(theme, "trade_register"), role="body_strong", tone="brand"),
            Cell(said, width=430, align="right", role="label", tone="ink2"),
        )
        line = ListRow(theme, cells, height=38, pad=4)
        line.setObjectName("trade-register")
        line.clicked.connect(lambda: self._trade(True))
        column.add(line)
        self._rows.append(line)

    def _trade(self, begun: bool) -> None:
        """Open the form for an old article, or go back to the list."""
        self._trading = begun
        self.show_block(self._block)
        if not begun and self._rows:
            self._rows[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _register(self, kind: str, condition: str, serial: str) -> None:
        self._trading = False
        self.traded.emit(kind, condition, serial)
        self.show_block(self._block)
        if self._rows:
            self._rows[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> bool:
        """Leave the form; True when it was open."""
        if self._trading:
            self._trade(False)
            return True
        return False

    # ------------------------------------------------------------------ keys

    def _leaf(self) -> tuple[CouponRow, ...]:
        """The coupons that the digits mean now."""
        return self._block.rows[self._from : self._from + SHOWN_COUPONS] if self._block is not None else ()

    def turn(self, by: int) -> bool:
        """Show further coupons, or those before; after the last come the first. True where there are more than one leaf holds."""
        if self._block is None or self._trading or len(self._block.rows) <= SHOWN_COUPONS:
            return False
        leaves = -(-len(self._block.rows) // SHOWN_COUPONS)
        self._from = (self._from // SHOWN_COUPONS + by) % leaves * SHOWN_COUPONS
        self.show_block(self._block)
        self._rows[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def print_row(self) -> bool:
        """Ask for the paper of the coupon that has the keyboard; True where it has one."""
        at = next((order for order, line in enumerate(self._rows) if line.hasFocus()), -1)
        rows = self._leaf()
        if not 0 <= at < len(rows) or not rows[at].token:
            return False
        self.printed.emit(rows[at].token)
        return True

    def pick(self, digit: str) -> bool:
        """Use or leave a coupon by its digit; True when there was one."""
        if digit == "0":
            self.by_themselves.emit()
            return True
        order = int(digit) - 1
        rows = self._leaf()
        if order == len(rows) and self._block is not None and self._block.trade is not None:
            self._trade(True)
            return True
        if not 0 <= order < len(rows):
            return False
        self.picked.emit(rows[order].serial)
        return True

    def _actions(self, row: CouponRow) -> tuple[QWidget, ...]:
        """The key that prints a coupon, where it has a code to print; else its place, so that the columns stand in line."""
        if not row.token:
            if not any(one.token for one in self._leaf()):
                return ()
            place = QWidget()
            place.setFixedWidth(self.theme.px(32))
            return (place,)
        spoken = say(self.theme, "coupon_print", title=row.title.of(self.theme.language))
        button = IconBtn(self.theme, "printer", spoken, size=32, icon_size=18)
        button.clicked.connect(lambda: self.printed.emit(row.token))
        return (button,)

    def _card(self, card: CouponWhy | None) -> str:
        """The reasons that the row itself has no room for, and the cheapest way; '' where the row says it all."""
        if card is None:
            return ""
        language = self.theme.language
        more = [reason.of(language) for reason in card.reasons] if len(card.reasons) > 1 else []
        return " · ".join(part for part in (*more, card.way.of(language)) if part)

    def _cells(self, order: int, row: CouponRow) -> tuple[Cell, ...]:
        theme, language = self.theme, self.theme.language
        state = Cell(f"−{money_text(row.cut_fen)}", width=300, align="right", role="body_strong", tone="promo")
        if not row.cut_fen:
            state = Cell(row.why.of(language), width=300, align="right", role="label", tone="ink2")
        return (
            Cell(str(order + 1), width=20, role="label_strong", tone="ink3"),
            Cell(width=28, ticked=row.wanted),
            Cell(row.title.of(language), role="body_strong"),
            Cell(say(theme, "coupons_until", day=row.ends_on), width=130, align="right", role="label", tone="ink3"),
            state,
        )

    def _pick(self, serial: str) -> Callable[[], None]:
        return lambda: self.picked.emit(serial)


class _TradeForm(QWidget):
    """What is handed over, how it is, and its serial number where it bears one; Enter goes on and registers, Esc leaves."""

    registered = Signal(str, str, str)
    left = Signal()

    def __init__(self, theme: Theme, trade: TradeBlock) -> None:
        super().__init__()
        first = trade.kinds[0][0] if trade.kinds else ""
        self._kind = self._chips(theme, "trade_what", trade.kinds, first)
        self._condition = self._chips(theme, "trade_condition", trade.conditions, trade.conditions[0][0] if trade.conditions else "")
        self._serial = Entry(theme, say(theme, "trade_serial_how"), spoken=say(theme, "trade_serial"), height=38)
        self._serial.setObjectName("trade-serial")
        self._done = Btn(theme, say(theme, "trade_done"), "primary", key="Enter", height=38)
        self._done.setObjectName("trade-done")
        self._done.clicked.connect(self._register)
        leave = Btn(theme, say(theme, "trade_leave"), "ghost", key="Esc", height=38)
        leave.clicked.connect(self.left)
        column = Column(theme, gap=8)
        parts: tuple[QWidget, ...] = (self._kind, self._condition, self._serial)
        for word, part in zip(("trade_what", "trade_condition", "trade_serial"), parts, strict=True):
            label = Txt(theme, say(theme, word), "label", "ink3")
            label.setFixedWidth(theme.px(96))
            column.add(Row(theme, label, (part, 1), gap=8))
        column.add(Row(theme, Spring(), leave, self._done, gap=8))
        self.setLayout(column)
        for part in parts:
            part.installEventFilter(self)
        for before, after in pairwise((*parts, leave, self._done)):
            QWidget.setTabOrder(before, after)
        self._kind.chosen.connect(lambda _: self._condition.setFocus(Qt.FocusReason.OtherFocusReason))
        self._condition.chosen.connect(lambda _: self._serial.setFocus(Qt.FocusReason.OtherFocusReason))

    @staticmethod
    def _chips(theme: Theme, word: str, choices: tuple[tuple[str, Text], ...], value: str) -> ChipRow:
        said = say(theme, word)
        return ChipRow(theme, QuestionField(word, "choice", Text(said, said), choices=choices, value=value), narrow=True)

    def begin(self) -> None:
        """Take the keyboard."""
        self._kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def _register(self) -> None:
        self.registered.emit(self._kind.value, self._condition.value, self._serial.text().strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter registers, Esc leaves."""
        return enter_or_leave(event, self._register, self.left.emit)
