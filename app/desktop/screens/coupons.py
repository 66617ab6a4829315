"""The coupons of the open sale: each with what it does or why it waits, and a key to use or leave it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.counter.coupon_why import CouponWhy
from app.counter.scene import CouponBlock, CouponRow
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.selling_words import say
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, IconBtn, LinkBtn
from app.desktop.widgets.chips import KeyCap
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Money, Txt

SHOWN_COUPONS = 6
"""Rows of the list; a member with more sees the first of them, those in use at the front."""


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
        self._said.set_words(say(theme, word, count=block.used))
        self._cut.setVisible(bool(block.used))
        self._cut.set_fen(-block.cut_fen)
        self._more.set_words(say(theme, "coupons_more", count=block.waiting) if block.waiting else say(theme, "coupons_see"), key="F10")


class CouponPanel(Panel):
    """A strip over the cart: digits use or leave a coupon, 0 lets the best be used again, Esc closes it."""

    closed = Signal()
    picked = Signal(str)
    by_themselves = Signal()

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
        self.hide()

    @property
    def open(self) -> bool:
        """Whether it is on the screen."""
        return not self.isHidden()

    def begin(self, block: CouponBlock | None) -> None:
        """Open it and take the keyboard, so that digits are its own and not the box's."""
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
        shown = (block, theme.language, theme.scale)
        if shown == self._shown:
            return
        self._shown = shown
        self._title.set_words(say(theme, "coupons_title", count=len(block.rows)))
        self._other.set_words(block.other.of(theme.language) or say(theme, "coupons_how"))
        self._auto.set_words(say(theme, "coupons_auto"))
        self._auto.setVisible(block.by_hand)
        self._off.set_icon("x", say(theme, "coupons_close"))
        at = next((order for order, line in enumerate(self._rows) if line.hasFocus()), -1)
        self._rows = []
        column = Column(theme, gap=0)
        cards = {card.serial: card for card in self._whys()}
        for order, row in enumerate(block.rows[:SHOWN_COUPONS]):
            line = ListRow(theme, self._cells(order, row), height=38, pad=4)
            line.setObjectName(f"coupon-{order + 1}")
            line.clicked.connect(self._pick(row.serial))
            column.add(line)
            self._rows.append(line)
            if card := self._card(cards.get(row.serial)):
                column.add(Row(theme, 48, (Txt(theme, card, "label", "ink3", elide=True), 1), gap=0))
        if len(block.rows) > SHOWN_COUPONS:
            column.add(Txt(theme, say(theme, "coupons_rest", count=len(block.rows) - SHOWN_COUPONS), "label", "ink3"))
        if self._inner is not None:
            self._body.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self._inner = boxed(column)
        self._body.addWidget(self._inner)
        if 0 <= at < len(self._rows):
            self._inner.show()
            self._rows[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def pick(self, digit: str) -> bool:
        """Use or leave a coupon by its digit; True when there was one."""
        if digit == "0":
            self.by_themselves.emit()
            return True
        order = int(digit) - 1
        rows = self._block.rows[:SHOWN_COUPONS] if self._block is not None else ()
        if not 0 <= order < len(rows):
            return False
        self.picked.emit(rows[order].serial)
        return True

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
