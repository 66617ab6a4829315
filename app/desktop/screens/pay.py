"""The Pay page: money against the frozen basket, tender by tender, until nothing is owed; then 成交 and the change.

Digits go into the amount, Enter takes it, F12 completes. Nothing is printed and no change is named before the ledger has the sale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from app.counter.faults import Refused
from app.counter.scene import Echo, PayScene, PointsOffer, Scene, SceneLine, StoredOffer, TenderLine, TenderTileFace
from app.desktop import wording
from app.desktop.keys import name_of
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.rows import as_many
from app.desktop.selling_words import say, words
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text, signed_count
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, LinkBtn, TenderTile
from app.desktop.widgets.chips import Avatar, Pill
from app.desktop.widgets.choices import Toggle
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import announce
from app.desktop.widgets.pads import Keypad
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Money, Para, Rule, Txt
from app.domain.money import parse_fen
from app.domain.tendering import PURSES
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME
from app.records.ledger import Committed
from app.records.people import Member
from app.store.sales import StoredSale

LEFT, RIGHT = 328, 300
SHOWN_TENDERS = 4
QUICK_KEYS = 3
FEW = 8
"""Rows of the bill that are made in one turn while the basket rests: 2 ms."""
RESTS_MS = 60
"""A basket that nothing changed for so long rests: behind the facts of the frame, long before anybody can ask for the next thing."""
LONGEST_AMOUNT = 9
_TILE_ICONS = {
    "cash": "money-wavy",
    "card": "credit-card",
    "qr": "qr-code",
    "insurance": "identification-badge",
    "points": "coins",
    "stored": "wallet",
}


class BillLine(QWidget):
    """What was bought, how many and for how much; name and pack are never cut: they wrap."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = Para(theme, "", "label", "ink")
        self._count = Txt(theme, "", "label", "ink3")
        self._amount = Money(theme, 0, 14, weight=500)
        self.setLayout(Row(theme, (self._name, 1), self._count, self._amount, gap=8))

    def show_line(self, line: SceneLine) -> None:
        """Show a line of the sale."""
        self._name.set_words(f"{line.name} {line.strength}")
        self._count.set_words(f"×{line.quantity}")
        self._amount.set_fen(line.amount_fen)


class SumLine(QWidget):
    """A sum under the lines: the goods before every cut, or one cut."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Txt(theme, "", "label", "ink2", elide=True)
        self._amount = Money(theme, 0, 14, weight=500)
        self.setLayout(Row(theme, (self._words, 1), self._amount))

    def show_sum(self, words: str, fen: int, tone: str) -> None:
        """Show a sum in the colour of a token."""
        self._words.set_words(words)
        self._amount.set_fen(fen)
        self._amount.set_tone(tone)


class BillCard(Panel):
    """The lines of the sale and its sums, to be read and not changed here."""

    back = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._title = Txt(theme, "", "title")
        self._counts = Txt(theme, "", "label", "ink3")
        self._back = LinkBtn(theme, "", key="Esc")
        self._rows, self._lines = Column(theme, gap=9), list[BillLine]()
        self._sums, self._cuts = Column(theme, gap=6), list[SumLine]()
        self._due_word = Txt(theme, "", "title")
        self._due = Money(theme, 0, 24)
        self._scroll = QScrollArea()
        theme.dress_area(self._scroll)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = boxed(Column(theme, self._rows, Spring(), margins=(0, 0, 6, 0)))
        self._scroll.setWidget(inner)
        # A scroll area paints its inside by itself; the surface behind must show.
        inner.setAutoFillBackground(False)
        super().__init__(
            theme,
            Column(
                theme,
                Row(theme, self._title, self._counts, Spring(), self._back, gap=7),
                (self._scroll, 1),
                Rule(theme, dashed=True),
                self._sums,
                Rule(theme),
                Row(theme, self._due_word, Spring(), self._due),
                gap=9,
                margins=(16, 12, 16, 12),
            ),
            parent=parent,
        )
        self._back.clicked.connect(self.back)

    def make_ahead(self, count: int) -> bool:
        """Make rows for so many lines, a few now; True once there are as many."""
        made = min(count, len(self._lines) + FEW)
        if made > len(self._lines):
            as_many(self._rows, self._lines, made, partial(BillLine, self.theme))
        return made == count

    def show_scene(self, scene: Scene) -> None:
        """Show what is being paid for."""
        theme, totals = self.theme, scene.totals
        self._title.set_words(say(theme, "bill"))
        self._counts.set_words(say(theme, "tab_counts", kinds=totals.kinds, pieces=totals.pieces))
        self._back.set_words(say(theme, "bill_back"))
        self._due_word.set_words(say(theme, "due"))
        self._due.set_fen(totals.payable_fen)
        for row, line in zip(as_many(self._rows, self._lines, len(scene.lines), partial(BillLine, theme)), scene.lines, strict=True):
            row.show_line(line)
        sums = [(say(theme, "subtotal"), totals.subtotal_fen, "ink")]
        sums += [(cut.title.of(theme.language), -cut.amount_fen, "promo") for cut in totals.cuts]
        for shown, told in zip(as_many(self._sums, self._cuts, len(sums), partial(SumLine, theme)), sums, strict=True):
            shown.show_sum(*told)

    def lock(self, locked: bool) -> None:
        """Whether one may still go back."""
        self._back.setVisible(not locked)


class WishRow(QWidget):
    """A wish for this sale with its switch."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Txt(theme, "", "label_strong")
        self._note = Txt(theme, "", "caption", "ink3", elide=True)
        self.switch = Toggle(theme, "")
        self.setLayout(Row(theme, (Column(theme, self._title, self._note, gap=0), 1), self.switch))
        self.switch.toggled.connect(self.toggled)

    def show_wish(self, title: str, note: str, *, on: bool, able: bool) -> None:
        """Show how it stands, without telling."""
        self._title.set_words(title)
        self._note.set_words(note)
        self.switch.blockSignals(True)
        self.switch.setChecked(on)
        self.switch.blockSignals(False)
        self.switch.setAccessibleName(title)
        self.switch.setEnabled(able)
        self.switch.update()


class SumsBar(Panel):
    """Due, received, and in large what is still owed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._due_word, self._due = Txt(theme, "", "label", "ink3"), Money(theme, 0, 26, align="left")
        self._got_word, self._got = Txt(theme, "", "label", "ink3"), Money(theme, 0, 26, "good_ink", align="left")
        self._left_word, self._left = Txt(theme, "", "label_strong", "ink2"), Money(theme, 0, 44, align="left")
        self._note = Pill(theme, "", "mute", height=26)
        super().__init__(
            theme,
            Row(
                theme,
                Column(theme, Spring(), self._due_word, self._due, Spring(), gap=2),
                Rule(theme, standing=44),
                Column(theme, Spring(), self._got_word, self._got, Spring(), gap=2),
                Rule(theme, standing=44),
                Column(theme, Spring(), self._left_word, self._left, Spring(), gap=0),
                Spring(),
                self._note,
                gap=20,
                margins=(20, 6, 16, 6),
            ),
            height=100,
            parent=parent,
        )

    def show_pay(self, pay: PayScene, rounded_fen: int) -> None:
        """Show the sums."""
        theme = self.theme
        self._due_word.set_words(say(theme, "due"))
        self._due.set_fen(pay.due_fen)
        self._got_word.set_words(say(theme, "received"))
        self._got.set_fen(pay.received_fen)
        change = pay.remaining_fen == 0 and pay.change_fen > 0
        self._left_word.set_words(say(theme, "done_change" if change else "remaining"))
        self._left.set_fen(pay.change_fen if change else pay.remaining_fen)
        self._left.set_tone("brand_ink" if change else "ink")
        several = say(theme, "several_tenders", count=len(pay.tenders)) if len(pay.tenders) > 1 else ""
        note = several or (say(theme, "rounded", amount=money_text(-rounded_fen)) if rounded_fen else "")
        self._note.set_words(note)
        self._note.setVisible(bool(note))


class TenderRow(Panel):
    """A tender already taken, with its way back."""

    undone = Signal()

    def __init__(self, theme: Theme, taken: TenderLine, *, able: bool, parent: QWidget | None = None) -> None:
        digits = say(theme, "tender_digits", digits=taken.last_digits) if taken.last_digits else ""
        back = Btn(theme, say(theme, "undo"), "ghost", height=32, role="label_strong", tone="bad_ink")
        back.setAccessibleName(f"{say(theme, 'undo')} {taken.title.of(theme.language)} {money_text(taken.amount_fen)}")
        if not able:
            # Shown by its row only: what has no parent yet would come up as a window and take the keyboard away.
            back.hide()
        super().__init__(
            theme,
            Row(
                theme,
                Icon(theme, "check-circle", 20, "good", "fill"),
                Txt(theme, taken.title.of(theme.language), "label_strong"),
                (Txt(theme, digits, "label", "ink3", elide=True), 1),
                Money(theme, taken.amount_fen, 16),
                back,
                gap=10,
                margins=(16, 0, 8, 0),
            ),
            height=44,
            parent=parent,
        )
        back.clicked.connect(self.undone)


class Stage(Panel):
    """What to do now for the chosen tender; or that it is paid, being booked, or done."""

    digits_typed = Signal(str)
    next_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._icon = Icon(theme, "money-wavy", 30, "brand_ink", "fill")
        self._title = Txt(theme, "", "section", "brand_ink", align="center")
        self._amount = Money(theme, 0, 56, align="center")
        self._how = Para(theme, "", "body", "ink2", align="center")
        self._change_word = Txt(theme, "", "page", "brand_ink", size=24, align="center")
        self.digits = Entry(theme, "", height=44)
        self.digits.setMaxLength(6)
        self._digits_word = Txt(theme, "", "label", "ink2")
        self._digits_box = boxed(Row(theme, Spring(), self._digits_word, self.digits, Spring(), gap=10))
        collecting = Column(
            theme,
            Spring(),
            Row(theme, Spring(), self._icon, self._title, Spring(), gap=10),
            self._amount,
            4,
            self._how,
            4,
            self._change_word,
            self._digits_box,
            Spring(),
            gap=6,
            margins=(24, 8, 24, 8),
        )
        self._done_head = Txt(theme, "", "page", "good_ink", align="center")
        self._done_word = Txt(theme, "", "head", "ink2", align="center")
        self._done_amount = Money(theme, 0, 84, "ink", align="center")
        self._done_number = Txt(theme, "", "body", "ink2", align="center")
        self._print = Pill(theme, "", "info", icon="printer", height=28, role="label_strong", pad=12)
        self.next = Btn(theme, "", "primary", key="Enter", height=52, role="head", width=240)
        self._next_how = Txt(theme, "", "label", "ink3", align="center")
        self._member = Para(theme, "", "label_strong", "ink2", align="center")
        done = Column(
            theme,
            Spring(),
            Row(theme, Spring(), Icon(theme, "check-circle", 34, "good", "fill"), self._done_head, Spring(), gap=10),
            4,
            self._done_word,
            self._done_amount,
            2,
            self._done_number,
            Row(theme, Spring(), self._print, Spring()),
            14,
            Row(theme, Spring(), self.next, Spring()),
            self._next_how,
            4,
            self._member,
            Spring(),
            gap=6,
            margins=(24, 8, 24, 8),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(boxed(collecting))
        self._stack.addWidget(boxed(done))
        super().__init__(theme, Column(theme, self._stack), fill="brand_t", line="brand_l", parent=parent)
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.next.clicked.connect(self.next_asked)

    def measure(self) -> None:
        """Room for six digits."""
        super().measure()
        self.digits.setFixedWidth(self.theme.px(150))

    def show_tender(self, tile: TenderTileFace, amount_fen: int, change_fen: int) -> None:
        """Ask for the money in the way that was chosen."""
        theme, cash = self.theme, tile.kind == "cash"
        self._amount.set_fen(amount_fen)
        self._amount.show()
        self._icon_of(_TILE_ICONS.get(tile.method, "money-wavy" if cash else "wallet"))
        self._title.set_words(say(theme, "stage_cash") if cash else say(theme, "stage_recorded", title=tile.title.of(theme.language)))
        self._how.set_words(say(theme, "stage_cash_how" if cash else "stage_recorded_how"))
        self._change_word.set_words(say(theme, "stage_change", amount=money_text(change_fen)) if change_fen else "")
        self._change_word.setVisible(bool(change_fen))
        self._digits_box.setVisible(tile.asks_last_digits)
        self._digits_word.set_words(say(theme, "last_digits"))
        self.digits.setAccessibleName(say(theme, "last_digits"))
        self._stack.setCurrentIndex(0)
        self.set_colors("brand_t", "brand_l")

    def show_points(self, tile: TenderTileFace, offer: PointsOffer, amount_fen: int) -> None:
        """Ask for an amount in points."""
        theme = self.theme
        self.show_tender(tile, amount_fen, 0)
        self._title.set_words(say(theme, "stage_points"))
        worth = money_text(offer.step_fen)
        self._how.set_words(say(theme, "stage_points_how", step=offer.step_points, worth=worth, points=offer.points))

    def show_stored(self, tile: TenderTileFace, offer: StoredOffer, amount_fen: int) -> None:
        """Ask for an amount out of stored value, with how old the balance is."""
        theme = self.theme
        self.show_tender(tile, amount_fen, 0)
        self._title.set_words(say(theme, "stage_stored"))
        at = offer.as_of.astimezone(SHOP_TIME).strftime("%H:%M") if offer.as_of is not None else ""
        told = say(theme, "stored_as_of", at=at) if at else say(theme, "stored_not_heard")
        self._how.set_words(say(theme, "stage_stored_how", balance=money_text(offer.balance_fen), told=told))

    def show_state(self, icon: str, title: str, how: str) -> None:
        """Say how it stands, without a question."""
        self._amount.hide()
        self._icon_of(icon)
        self._title.set_words(title)
        self._how.set_words(how)
        self._change_word.hide()
        self._digits_box.hide()
        self._stack.setCurrentIndex(0)
        self.set_colors("brand_t", "brand_l")

    def show_done(self, pay: PayScene, printing: str, tone: str) -> None:
        """成交: what goes back to the customer in the largest type of the counter."""
        theme = self.theme
        self._done_head.set_words(say(theme, "done"))
        self._done_word.set_words(say(theme, "done_change" if pay.change_fen else "done_paid"))
        self._done_amount.set_fen(pay.change_fen or pay.received_fen)
        self._done_number.set_words(say(theme, "done_number", number=pay.number))
        self._print.set_words(printing, tone)
        self.next.set_words(say(theme, "done_next"))
        self._next_how.set_words(say(theme, "done_next_how"))
        self._stack.setCurrentIndex(1)
        self.set_colors("good_t", "good_l")

    def show_member(self, how: str) -> None:
        """What can be done, or was done, about a member named only now; '' for nothing."""
        self._member.set_words(how)
        self._member.setVisible(bool(how))

    def _icon_of(self, icon: str) -> None:
        self._icon.set_icon(icon, "brand_ink", "fill")


class PayPage(Page):
    """Paying: reached from the sale only; left with the sale closed, or back to it with nothing lost."""

    key = "pay"
    title = Text("收款", "Pay")
    icon = "hand-coins"
    in_rail = False
    takes_scans = True
    draws_echo = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = self.theme
        self.pay: PayScene | None = None
        self._typed = ""
        self._method = ""
        self._waiting_count = 0
        self._taken_as: tuple[object, ...] = ()
        self._payable_fen = 0
        self._sold: StoredSale | None = None
        self._fresh = False
        """Whether the finished sale is as it was booked: nobody went elsewhere, where it could be changed."""
        self._late: Member | None = None
        self._late_said = ""
        self._attaching: tuple[Future[tuple[Committed, ...]], str]
        self.bill = BillCard(theme)
        self._avatar = Avatar(theme, "", 38)
        self._member_name = Txt(theme, "", "label_strong")
        self._member_note = Txt(theme, "", "caption", "good_ink", elide=True)
        member = Row(theme, self._avatar, (Column(theme, self._member_name, self._member_note, gap=0), 1), gap=8, margins=(14, 9, 14, 9))
        self._member = Panel(theme, member)
        self._paper, self._invoice = WishRow(theme), WishRow(theme)
        wishes = Panel(theme, Column(theme, self._paper, self._invoice, gap=10, margins=(16, 12, 16, 12)))
        left = boxed(Column(theme, (self.bill, 1), self._member, wishes, gap=12))
        self.sums = SumsBar(theme)
        self._tiles_row = Row(theme, gap=6)
        self.tiles: dict[str, TenderTile] = {}
        """What is shown, by method."""
        self._made: dict[TenderTileFace, TenderTile] = {}
        """Every tile that was ever shown, as it stands in the row; made in this language:"""
        self._spoken = theme.language
        self._faces: tuple[TenderTileFace, ...] = ()
        self._problem = Para(theme, "", "label_strong", "bad_ink")
        problem = Row(theme, Icon(theme, "warning-octagon", 22, "bad", "fill"), (self._problem, 1), gap=10, margins=(16, 10, 16, 10))
        self._problem_box = Panel(theme, problem, fill="bad_t", line="bad_l")
        self._problem_box.hide()
        self.stage = Stage(theme)
        self._taken = QGridLayout()
        self._taken.setContentsMargins(0, 0, 0, 0)
        self._queued = Pill(theme, "", "warn", icon="hourglass-medium", height=26)
        self._queued.hide()
        centre = boxed(
            Column(
                theme,
                self.sums,
                self._tiles_row,
                self._problem_box,
                (self.stage, 1),
                self._taken,
                Row(theme, self._queued, Spring()),
                gap=10,
            )
        )
        self._amount_word = Txt(theme, "", "label", "ink3")
        self._amount = Txt(theme, "", "page", align="right")
        amount = Row(theme, self._amount_word, (self._amount, 1), margins=(14, 0, 14, 0))
        self._amount_box = Panel(theme, amount, line="focus", radius=10, height=56)
        self._quick: tuple[tuple[int, ...], int] = ((), 0)
        self.pad = Keypad(theme, key_height=68, quick=[("", "")] * QUICK_KEYS)
        self.take = Btn(theme, "", "tonal", key="Enter", height=44)
        self.finish = Btn(theme, "", "primary", key="F12", height=60, role="section")
        pad = Column(theme, self._amount_box, self.pad, self.take, Spring(), self.finish, gap=8, margins=14)
        self._pad_panel = Panel(theme, pad)
        self._left, self._right = left, self._pad_panel
        self.setLayout(Row(theme, left, (centre, 1), self._pad_panel, gap=12, margins=(16, 12, 16, 12)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(RESTS_MS)
        self._rests.timeout.connect(self._draw_ahead)
        self._rescale()
        self._connect()

    def _connect(self) -> None:
        self.theme.changed.connect(self._rescale)
        self.bill.back.connect(self.leave)
        self._paper.toggled.connect(lambda on: self._do(lambda: self.till.checkout.set_wishes(paper=on)))
        self._invoice.toggled.connect(lambda on: self._do(lambda: self.till.checkout.set_wishes(invoice=on)))
        self.pad.typed.connect(self._type)
        self.pad.erased.connect(self._erase)
        self.pad.cleared.connect(self._clear)
        self.pad.quick.connect(self._take_quick)
        self.take.clicked.connect(self.take_tender)
        self.finish.clicked.connect(self.complete)
        self.stage.next_asked.connect(self.next_customer)
        self.stage.digits.installEventFilter(self)
        self.bridge.printing.connect(self._printing)
        self.till.checkout.when_put_by(self.bridge.resume("pay:purse"))

    def _rescale(self) -> None:
        px = self.theme.px
        self._taken.setSpacing(px(8))
        self._left.setFixedWidth(px(LEFT))
        self._right.setFixedWidth(px(RIGHT))
        if self._spoken != self.theme.language:
            self._spoken, self._faces = self.theme.language, ()
            self._clear_row()
            for tile in self._made.values():
                tile.hide()
                tile.deleteLater()
            self._made, self.tiles = {}, {}
        if self.isVisible() and self.pay is not None:
            self._draw_sale()
            self.show_pay(self.pay)

    # ------------------------------------------------------------------ showing

    def on_shown(self) -> None:
        """Read the payment anew; nothing typed before counts."""
        self._rests.stop()
        self._begin_anew()
        self.stage.digits.clear()
        self._draw_sale()
        self.show_pay(self.till.checkout.scene())
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_anew(self) -> None:
        self._typed, self._waiting_count = "", 0
        self._sold, self._late, self._late_said = None, None, ""
        self._fresh = False
        self._method = ""

    def meet(self, pages: Mapping[str, Page]) -> None:
        """While the basket of the sale rests, the page is drawn for it behind."""
        sale = pages.get("sale")
        if sale is not None:
            sale.changed.connect(self._rests.start)

    def _draw_ahead(self) -> None:
        """Show, behind the sale, what the page will come up with: opening it then restates nothing and only paints."""
        if self.isVisible() or self.till.checkout.open or not self.till.selling.basket.lines:
            return
        if not self.bill.make_ahead(len(self.till.selling.last_scene().lines)):
            QTimer.singleShot(0, self, self._draw_ahead)
            return
        self._begin_anew()
        self.pay = self.till.checkout.ahead()
        self._draw_sale()
        self._draw_pay(self.pay, None)
        self.pay = None

    def _draw_sale(self) -> None:
        # What was shown last was judged when the payment began, or is what the basket rests with.
        scene = self.till.selling.last_scene()
        theme = self.theme
        self._payable_fen = scene.totals.payable_fen
        self.bill.show_scene(scene)
        self._member.setVisible(scene.member is not None)
        if scene.member is not None:
            self._avatar.set_letter(scene.member.avatar)
            self._member_name.set_words(scene.member.masked_name)
            saved = scene.totals.cut_fen
            self._member_note.set_words(
                say(theme, "member_saved", name=scene.member.masked_phone, amount=money_text(saved)) if saved else scene.member.masked_phone
            )

    def show_pay(self, pay: PayScene) -> None:
        """Draw where the payment stands."""
        before, self.pay = self.pay, pay
        self._draw_pay(pay, before)
        self.changed.emit()

    def _draw_pay(self, pay: PayScene, before: PayScene | None) -> None:
        theme = self.theme
        collecting = pay.state == "collecting"
        self._show_tiles(pay)
        self.sums.show_pay(pay, self._payable_fen - pay.due_fen)
        self.bill.lock(not collecting)
        self._paper.show_wish(say(theme, "paper"), say(theme, "paper_on" if pay.paper else "paper_off"), on=pay.paper, able=collecting)
        wanted = pay.invoice_wanted
        invoice = say(theme, "invoice_on" if wanted else "invoice_off")
        if wanted and pay.invoice_title:
            invoice = pay.invoice_title
        self._invoice.show_wish(say(theme, "invoice"), invoice, on=wanted, able=collecting)
        self._problem_box.setVisible(pay.problem is not None and collecting)
        if pay.problem is not None:
            self._problem.set_words(pay.problem.of(theme.language))
            if before is None or before.problem != pay.problem:
                announce(self, pay.problem.of(theme.language))
        drawn = (pay.tenders, pay.state, theme.language)
        if drawn != self._taken_as:
            self._taken_as = drawn
            _empty(self._taken)
            shown = () if pay.state == "done" else pay.tenders[-SHOWN_TENDERS:]
            for order, taken in enumerate(shown):
                row = TenderRow(theme, taken, able=collecting)
                row.undone.connect(partial(self._undo_tender, taken.tender_id))
                self._taken.addWidget(row, order // 2, order % 2)
        self._show_stage(pay)
        self._show_pad(pay)
        self._queued.setVisible(self._waiting_count > 0)
        self._queued.set_words(say(theme, "queued_next", count=self._waiting_count))

    def _show_tiles(self, pay: PayScene) -> None:
        if self._faces != pay.tiles:
            self._faces = pay.tiles
            # A way that comes and goes (a purse) keeps its tile; only what was never there is made.
            shown = {face: self._tile_of(face) for face in pay.tiles}
            self.tiles = {face.method: tile for face, tile in shown.items()}
            if self._tiles_row.count() < len(self._made) or [face for face in self._made if face in shown] != list(pay.tiles):
                self._made = shown | {face: tile for face, tile in self._made.items() if face not in shown}
                self._clear_row()
                for tile in self._made.values():
                    self._tiles_row.addWidget(tile)
            for face, tile in self._made.items():
                if tile.isHidden() == (face in shown):
                    tile.setVisible(face in shown)
        used_up = any(face.method == self._method and face.kind in PURSES and _most(pay, face) is None for face in pay.tiles)
        if (self._method not in self.tiles or used_up) and pay.tiles:
            self._method = pay.tiles[0].method
        for face in pay.tiles:
            taken = sum(line.amount_fen for line in pay.tenders if line.method == face.method)
            ready = say(self.theme, "tile_cash" if face.kind == "cash" else "tile_recorded")
            if face.kind in PURSES:
                most = _most(pay, face)
                ready = say(self.theme, "tile_used") if most is None else say(self.theme, "tile_purse", amount=money_text(most))
            note = say(self.theme, "tile_taken", amount=money_text(taken)) if taken else ready
            chosen = face.method == self._method and pay.state == "collecting" and pay.remaining_fen > 0
            self.tiles[face.method].set_state("chosen" if chosen else "done" if taken else "idle", note)

    def _clear_row(self) -> None:
        while self._tiles_row.count():
            self._tiles_row.takeAt(0)

    def _tile_of(self, face: TenderTileFace) -> TenderTile:
        made = self._made.get(face)
        if made is None:
            icon = _TILE_ICONS.get(face.method, "money-wavy" if face.kind == "cash" else "wallet")
            made = self._made[face] = TenderTile(self.theme, icon, face.title.of(self.theme.language), "", face.key, self)
            made.clicked.connect(partial(self.choose, face.method))
        return made

    def _show_stage(self, pay: PayScene) -> None:
        theme, tile = self.theme, self._tile()
        if pay.state == "done":
            self.stage.show_done(pay, *self._print_words(pay))
            self.stage.show_member(self._member_words())
        elif pay.state == "committing":
            self.stage.show_state("hourglass-medium", say(theme, "saving"), say(theme, "saving_how"))
        elif pay.asking_fen:
            self.stage.show_state("hourglass-medium", say(theme, f"stage_asking_{pay.asking}"), say(theme, "stage_asking_how"))
        elif pay.remaining_fen <= 0:
            self.stage.show_state("check-circle", say(theme, "stage_paid"), say(theme, "stage_paid_how"))
        elif tile is not None and tile.kind == "points" and pay.points is not None:
            self.stage.show_points(tile, pay.points, self._amount_fen())
        elif tile is not None and tile.kind == "stored" and pay.stored is not None:
            self.stage.show_stored(tile, pay.stored, self._amount_fen())
        elif tile is not None:
            amount = self._amount_fen()
            over = amount - pay.remaining_fen if tile.kind == "cash" and self._typed else 0
            self.stage.show_tender(tile, pay.remaining_fen if tile.kind == "cash" else amount, max(0, over))

    def _show_pad(self, pay: PayScene) -> None:
        theme = self.theme
        collecting = pay.state == "collecting"
        open_ = collecting and pay.remaining_fen > 0 and not pay.asking_fen
        whole = self._whole_fen()
        self._amount_word.set_words(say(theme, "this_tender"))
        self._amount.set_words(f"¥{self._typed}" if self._typed else money_text(whole))
        self._amount.set_tone("ink" if self._typed or not open_ else "ink2")
        tile = self._tile()
        if open_:
            cash = tile is None or tile.kind == "cash"
            quick = list(pay.quick_fen) if cash else [whole]
            self._quick = (tuple(quick[:QUICK_KEYS]), whole)
        # What stood there stays where it is once all is paid; its words still follow the language.
        amounts, exact = self._quick
        shown = [(say(theme, "exact") if fen == exact else _short(fen), str(fen)) for fen in amounts]
        self.pad.set_quick(shown + [("", "")] * (QUICK_KEYS - len(shown)))
        self.pad.setEnabled(open_)
        self.take.set_words(say(theme, "take"))
        self.take.setEnabled(open_)
        if pay.state == "done":
            self.finish.set_words(say(theme, "key_next"))
            self.finish.setEnabled(True)
        elif collecting and pay.remaining_fen > 0:
            self.finish.set_words(say(theme, "to_go", amount=money_text(pay.remaining_fen)))
            self.finish.setEnabled(False)
        else:
            self.finish.set_words(say(theme, "complete" if collecting else "saving"))
            self.finish.setEnabled(collecting)

    def _print_words(self, pay: PayScene) -> tuple[str, str]:
        theme = self.theme
        if not pay.paper:
            return say(theme, "print_off"), "mute"
        state = self.till.printing.state
        if state.kind == "none":
            return say(theme, "print_none"), "warn"
        if state.kind in ("paper_out", "offline") or state.unknown:
            return say(theme, "print_bad"), "warn"
        return (say(theme, "print_busy"), "info") if state.queued else (say(theme, "print_ok"), "good")

    def _printing(self, _state: object) -> None:
        if self.isVisible() and self.pay is not None and self.pay.state == "done":
            self.stage.show_done(self.pay, *self._print_words(self.pay))

    # ------------------------------------------------------------------ the amount

    def _tile(self) -> TenderTileFace | None:
        return next((face for face in self._faces if face.method == self._method), None)

    def _whole_fen(self) -> int:
        """All that the chosen way may still take."""
        pay, tile = self.pay, self._tile()
        if pay is None:
            return 0
        most = _most(pay, tile) if tile is not None else None
        return pay.remaining_fen if most is None else most

    def _amount_fen(self) -> int:
        """What is typed, or all that remains; -1 for something that is no amount."""
        if not self._typed:
            return self._whole_fen()
        try:
            return parse_fen(self._typed.rstrip("."))
        except ValueError:
            return -1

    def _type(self, text: str) -> None:
        """Take digits; a third decimal or a second point has no meaning and is not taken."""
        if self.pay is None or self.pay.state != "collecting" or self.pay.remaining_fen <= 0 or self.pay.asking_fen:
            return
        typed = self._typed + text
        if typed.startswith("."):
            typed = f"0{typed}"
        whole, point, part = typed.partition(".")
        if len(typed) <= LONGEST_AMOUNT and "." not in part and len(part) <= 2:
            self._typed = (whole.lstrip("0") or "0") + point + part if typed.strip("0") or point else "0"
        self._redraw()

    def _erase(self) -> None:
        self._typed = self._typed[:-1]
        self._redraw()

    def _clear(self) -> None:
        self._typed = ""
        self._redraw()

    def _redraw(self) -> None:
        if self.pay is not None:
            self._show_stage(self.pay)
            self._show_pad(self.pay)

    # ------------------------------------------------------------------ acts

    def _do(self, act: Callable[[], PayScene]) -> bool:
        """Do one act and draw what came of it; a refusal is an echo and changes nothing."""
        try:
            pay = act()
        except Refused as refusal:
            self.refuse(refusal)
            return False
        self.show_pay(pay)
        return True

    def refuse(self, refusal: Refused) -> None:
        """Say why not."""
        facts = dict(refusal.facts)
        if facts.get("amount", "").isdigit():
            facts["amount"] = money_text(int(facts["amount"]))
        echo = Echo("refused", refusal.code, facts, sound="scan_rejected")
        self.toast.emit(wording.spoken(echo, self.theme.language).title, "prohibit")
        self.tell(echo)

    def choose(self, method: str) -> None:
        """Pay the next part in this way."""
        if self.pay is None or self.pay.state != "collecting":
            return
        self._method, self._typed = method, ""
        self.stage.digits.clear()
        self.show_pay(self.pay)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_tender(self) -> None:
        """Enter: take the amount; a device's slip is asked for its digits first."""
        pay, tile = self.pay, self._tile()
        if pay is None or tile is None or pay.state != "collecting":
            return
        if pay.remaining_fen <= 0:
            self.complete()
            return
        digits = self.stage.digits
        if tile.asks_last_digits and not digits.text().strip() and not digits.hasFocus():
            digits.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        amount = self._amount_fen()
        if amount <= 0:
            self.refuse(Refused("money_shape", raw=self._typed))
            return
        self._take(amount, digits.text().strip() if tile.asks_last_digits else "")

    def _take(self, amount_fen: int, digits: str = "") -> None:
        def taken() -> PayScene:
            pay = self.till.checkout.tender(self._method, amount_fen, digits)
            # What was typed stands for as long as it is refused.
            self._typed = ""
            self.stage.digits.clear()
            return pay

        if self._do(taken):
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_quick(self, value: str) -> None:
        tile = self._tile()
        if not value or tile is None:
            return
        if tile.asks_last_digits:
            self._typed = ""
            self.take_tender()
        else:
            self._take(int(value))

    def _undo_tender(self, tender_id: str) -> None:
        self._do(lambda: self.till.checkout.undo_tender(tender_id))

    def complete(self) -> None:
        """F12: close the sale once nothing is owed; pressed after that, the next customer."""
        if self.pay is None or self.pay.state == "committing":
            return
        if self.pay.state == "done":
            self.next_customer()
            return
        if self.pay.remaining_fen > 0:
            self.refuse(Refused("still_due", amount=str(self.pay.remaining_fen)))
            return
        self._do(lambda: self.till.checkout.complete(self.bridge.resume("pay")))

    def on_resumed(self, tag: str) -> None:
        """The ledger has answered."""
        if tag == "pay:member":
            self._attached()
        if tag == "pay:purse" and self.pay is not None:
            self._put_by()
        if tag != "pay":
            return
        pay = self.till.checkout.settle()
        self._fresh = pay.state == "done"
        self.show_pay(pay)
        if pay.state == "done":
            self.tell(Echo("info", "paid", {"number": pay.number}, text=Text(f"成交 {pay.number}", f"Sold {pay.number}"), sound="paid"))
        elif pay.problem is not None:
            self.tell(Echo("refused", "ledger_io", text=pay.problem, sound="blocked_by_rule"))

    def _put_by(self) -> None:
        """Headquarters has put points or stored value by, or said why not."""
        if not self._do(self.till.checkout.put_by):
            self.show_pay(self.till.checkout.scene())
        elif self.pay is not None and self.pay.tenders:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_customer(self) -> None:
        """Leave the finished payment; scans that waited are already in the new sale."""
        if self.pay is None or self.pay.state != "done":
            return
        self.till.checkout.next_customer()
        self.pay = None
        if self._late is not None:
            # Scanned after the sale and not meant for it: the next customer's.
            self.tell(self.till.selling.attach_member(self._late.id).echo)
        self._sold, self._late = None, None
        self.go.emit("sale")

    # ------------------------------------------------------------------ a member named after payment

    def _finished(self) -> StoredSale | None:
        """The finished sale as it was booked."""
        if self._sold is None and self.pay is not None and self.pay.state == "done":
            self._sold = self.till.store.sales.by_number(self.pay.number)
        return self._sold

    def _member_words(self) -> str:
        """What the finished sale says of its member."""
        if self._late is not None:
            return say(self.theme, "late_member", name=self.till.attaching.label(self._late.id))
        if self._late_said:
            return self._late_said
        booked = self.till.checkout.booked if self._fresh else None
        open_ = booked is not None and self.till.attaching.open_to(*booked)
        return say(self.theme, "done_member_how") if open_ else ""

    def _scan_member(self, raw: str) -> bool:
        """A member's code after 成交 may be this sale's or the next one's: one key says which. True when it was taken."""
        sale, attaching = self._finished(), self.till.attaching
        member = attaching.scanned(raw) if sale is not None and attaching.open_until(sale) is not None else None
        if member is None or self.pay is None:
            return False
        self._late = member
        self.tell(Echo("member", "member", {"label": attaching.label(member.id)}, sound="needs_confirm"))
        self.show_pay(self.pay)
        return True

    def attach_member(self) -> None:
        """F3: the member just scanned was this sale's."""
        sale, member = self._finished(), self._late
        if sale is None or member is None or self.pay is None:
            return
        try:
            future = self.till.attaching.attach(sale.body.sale_id, member.id)
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._late = None
        resume = self.bridge.resume("pay:member")
        self._attaching = (future, member.id)
        future.add_done_callback(lambda _: resume())
        self.show_pay(self.pay)

    def _attached(self) -> None:
        """The ledger has answered about the member."""
        future, member_id = self._attaching
        error = future.exception()
        if error is not None:
            self.refuse(Refused("not_kept", why=str(getattr(error, "code", type(error).__name__))))
            return
        earned = self.till.attaching.points_of(self._sold.body.sale_id) if self._sold is not None else 0
        points = say(self.theme, "late_points", points=signed_count(earned)) if earned else ""
        self._late_said = say(self.theme, "late_done", name=self.till.attaching.label(member_id)) + points
        self.tell(Echo("member", "member", {"label": self.till.attaching.label(member_id)}, sound="scan_member_or_rx"))
        if self.pay is not None and self.pay.state == "done":
            self._sold = self.till.store.sales.by_number(self.pay.number)
            self.show_pay(self.pay)

    def leave(self) -> None:
        """Esc: back to the basket, unless money was taken."""
        if self.pay is not None and self.pay.state == "done":
            self.next_customer()
            return
        try:
            self.till.checkout.cancel()
        except Refused as refusal:
            self.refuse(refusal)
            return
        self.pay = None
        self.go.emit("sale")

    # ------------------------------------------------------------------ keys and scans

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """Back, the ways of paying, and completion."""
        pay = self.pay
        collecting = pay is not None and pay.state == "collecting"
        done = pay is not None and pay.state == "done"
        tiles = tuple(
            FKeySpec(face.key, face.title, partial(self.choose, face.method), collecting) for face in self._faces if face.key
        )
        ready = done or (pay is not None and collecting and pay.remaining_fen <= 0)
        on = FKeySpec("F12", words("key_next" if done else "key_done"), self.complete, ready, primary=True)
        if done and self._late is not None:
            tiles = (FKeySpec("F3", words("key_attach"), self.attach_member),)
        return (FKeySpec("Esc", words("key_back"), self.leave, collecting or done), *tiles, on)

    def on_scanned(self, raw: str) -> None:
        """A scan after 成交 begins the next sale, but for the code of a member it may still get; one before 成交 waits for that sale."""
        if self.pay is not None and self.pay.state == "done":
            if self._scan_member(raw):
                return
            self.next_customer()
            self.tell(self.till.selling.scan(raw).echo)
            self.go.emit("sale")
            return
        try:
            invoiced = self.till.checkout.scan_invoice(raw)
        except Refused as refusal:
            self.refuse(refusal)
            return
        if invoiced is not None:
            self.show_pay(invoiced)
            self.toast.emit(say(self.theme, "invoice_to", name=invoiced.invoice_title), "receipt")
            return
        scene = self.till.selling.scan(raw)
        self._waiting_count = scene.waiting_scans
        self.tell(scene.echo)
        if self.pay is not None:
            self.show_pay(self.pay)

    def on_key(self, name: str) -> bool:
        """Digits and the point, Backspace, Enter, Esc."""
        if len(name) == 1 and (name.isdigit() or name == "."):
            if self.stage.digits.hasFocus():
                return False
            self._type(name)
        elif name == "Backspace":
            if self.stage.digits.hasFocus():
                return False
            self._erase()
        elif name == "Enter":
            if self.pay is not None and self.pay.state == "done":
                self.next_customer()
            else:
                self.take_tender()
        elif name == "Del":
            self._clear()
        elif name == "Esc" and self.stage.digits.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        elif name == "Esc":
            self.leave()
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that reach the page itself; a held key counts once, but for Backspace."""
        name = name_of(event)
        if event.isAutoRepeat() and name != "Backspace":
            return
        if not self.on_key(name):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in the slip's digits takes the tender."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            name = name_of(event)
            if name == "Enter":
                if not event.isAutoRepeat():
                    self.take_tender()
                return True
        return False

    def undo(self) -> bool:
        """Ctrl Z takes the last tender back."""
        if self.pay is None or self.pay.state != "collecting" or not self.pay.tenders:
            return False
        self._undo_tender(self.pay.tenders[-1].tender_id)
        return True


def _most(pay: PayScene, face: TenderTileFace) -> int | None:
    """What a purse may pay at most, in fen; None for another way of paying, and for a purse that has paid already."""
    if face.kind == "points":
        return pay.points.worth_fen if pay.points is not None else None
    return pay.stored.most_fen if face.kind == "stored" and pay.stored is not None else None


def _empty(layout: QLayout) -> None:
    while layout.count():
        taken = layout.takeAt(0)
        widget = taken.widget() if taken is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _short(fen: int) -> str:
    """An amount without its decimals where they are none: ¥100."""
    return f"¥{fen // 100}" if fen % 100 == 0 else money_text(fen)
