"""The Sale page: tickets, cart, what is asked, the last scan; beside it the member, the sums and the one way on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QStackedWidget, QWidget

from app.counter.asking import SOMEBODY_ELSE
from app.counter.faults import Refused
from app.counter.scene import Duty, Echo, MemberFace, Scene, SceneLine, SearchHit, Totals
from app.counter.today import DayFacts, Today
from app.desktop import wording
from app.desktop.models.cart_rows import CartColumns, CartHit
from app.desktop.models.cart_view import CartView
from app.desktop.models.strips import by_weight
from app.desktop.screens.coupons import CouponPanel, CouponStrip
from app.desktop.screens.joining import JoinPanel
from app.desktop.screens.member_dues import DueLines, VitalTiles
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.price_check import PriceCheckPanel
from app.desktop.screens.question import QuestionPanel
from app.desktop.screens.settling import SLOW_MS, weigh
from app.desktop.selling_words import say, words
from app.desktop.slices import Slices
from app.desktop.theme import Theme, paint
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import Painted, PaintedButton
from app.desktop.widgets.buttons import Btn, IconBtn, LinkBtn, TicketTab
from app.desktop.widgets.chips import ChipLine, KeyCap, Pill
from app.desktop.widgets.member import AllergyStrip, MemberHead
from app.desktop.widgets.notices import ScanEcho
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Money, Para, Rule, Txt
from app.domain.masking import mask_phone
from app.domain.membership import meant_as_member, phone_of
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME

if TYPE_CHECKING:
    # Named only: care and the member's page are loaded when a member is first there.
    from concurrent.futures import Future

    from app.counter.care_scene import CareGlance, Todo
    from app.desktop.screens.member import MemberPage
    from app.store.stock import EndingStock

RIGHT = 388
SHOWN_CUTS = 3
SHOWN_HELD = 3
SHOWN_DUTIES = 5
_NOBODY = frozenset({"member_unknown", "visitor_none", "visitor_offline", "visitor_too_many", "visitor_busy"})
"""What is said where nobody has a phone, or nobody can say."""
_DUTY_LOOKS = {
    "expired": ("calendar-x", "bad", "stock"),
    "near_expiry": ("calendar-blank", "warn", "stock"),
    "oversold": ("arrow-down", "bad", "stock"),
    "unprinted": ("printer", "info", "receipts"),
    "duty_due": ("thermometer", "info", "shift"),
    "duty_missed": ("clock-countdown", "warn", "shift"),
    "held": ("pause-circle", "brand", ""),
}
"""Icon, tone and page of what wants doing."""


def clear_layout(layout: QBoxLayout) -> None:
    """Let everything in a layout go."""
    while layout.count():
        taken = layout.takeAt(0)
        widget = taken.widget() if taken is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class CartHead(Painted):
    """The names of the cart's columns, standing where the rows put them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.restyle()

    def measure(self) -> None:
        """34 high."""
        self.setFixedHeight(self.theme.px(35))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the names and the line below."""
        theme, px = self.theme, self.theme.px
        at = CartColumns(theme, rect.width())
        face, ink = theme.face("caption"), theme.color("ink2")
        tall = rect.height() - 1
        paint.text(painter, QRectF(at.name, 0, px(260), tall), say(theme, "head_goods"), face, ink)
        paint.text(painter, QRectF(at.price - px(90), 0, px(90), tall), say(theme, "head_price"), face, ink, "right")
        paint.text(painter, QRectF(at.stepper, 0, px(116), tall), say(theme, "head_quantity"), face, ink, "center")
        paint.text(painter, QRectF(at.cut - px(90), 0, px(90), tall), say(theme, "head_cut"), face, ink, "right")
        paint.text(painter, QRectF(at.edge - px(90), 0, px(90), tall), say(theme, "head_amount"), face, ink, "right")
        paint.hairline(painter, theme, 0, tall, rect.width())


class TicketBar(QWidget):
    """The current sale and the held ones as tabs; Ctrl 1 to 9 takes one up."""

    recalled = Signal(str)
    cleared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._current = TicketTab(theme, "", "", current=True)
        self._current.stand_on("surface")
        self._held: list[TicketTab] = []
        self._ids: list[str] = []
        self._rest = Txt(theme, "", "caption", "ink3")
        self._clear = Btn(theme, "", "ghost", icon="trash", height=34, role="label")
        self._clear.clicked.connect(self.cleared)
        self._tabs = Row(theme, gap=2)
        self.setLayout(Row(theme, self._current, self._tabs, self._rest, Spring(), self._clear, gap=2, margins=(9, 0, 10, 0)))
        for order in range(SHOWN_HELD):
            tab = TicketTab(theme, "")
            tab.setObjectName(f"held-{order}")
            tab.clicked.connect(self._press(order))
            tab.hide()
            self._held.append(tab)
            self._tabs.addWidget(tab)

    def _press(self, order: int) -> Callable[[], None]:
        return lambda: self.recalled.emit(self._ids[order]) if order < len(self._ids) else None

    def show_scene(self, scene: Scene) -> None:
        """Show how much is in the current sale and which ones are held."""
        theme, totals = self.theme, scene.totals
        note = say(theme, "tab_counts", kinds=totals.kinds, pieces=totals.pieces) if scene.lines else say(theme, "tab_empty")
        self._current.set_words(say(theme, "tab_current"), note)
        self._clear.set_words(say(theme, "clear"))
        self._clear.setVisible(bool(scene.lines))
        self._ids = [ticket.basket_id for ticket in scene.held]
        for order, tab in enumerate(self._held):
            if order < len(scene.held):
                held = scene.held[order]
                amount = money_text(held.payable_fen)
                word = "tab_held_one" if held.pieces == 1 else "tab_held"
                note = say(theme, word, pieces=held.pieces, amount=amount, minutes=held.minutes)
                tight = len(scene.held) > 2
                room = 4 if tight else 6
                label = held.label if len(held.label) <= room else f"{held.label[: room - 1]}…"
                tab.set_words(label, say(theme, "tab_held_short", minutes=held.minutes) if tight else note)
                tab.setToolTip(f"{held.label} · {note} · Ctrl {order + 1}")
            tab.setVisible(order < len(scene.held))
        rest = len(scene.held) - len(self._held)
        self._rest.set_words(f"+{rest}" if rest > 0 else "")


class _Compared(Para):
    """What was compared with the allergies: the words follow every scan, and move nothing as long as they are as high."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "caption", "ink2")
        self.stand_on("surface")

    def set_words(self, words: str) -> None:
        """Show other words."""
        if words == self._words:
            return
        before = self.heightForWidth(self.width())
        self._words = words
        self.setAccessibleName(words)
        self.measure()
        if self.heightForWidth(self.width()) == before:
            self.update()
        else:
            self.restyle()


class _Sum(Money):
    """An amount in a box of its own width: another amount moves nothing beside it."""

    def __init__(self, theme: Theme, size: float, room: float, weight: int = 600) -> None:
        """`room` in design pixels."""
        self._room = room
        super().__init__(theme, 0, size, weight=weight)
        self.stand_on("surface")

    def set_fen(self, fen: int) -> None:
        """Show another amount."""
        if fen == self._fen:
            return
        self._fen = fen
        self.setAccessibleName(money_text(fen))
        if paint.money_width(self.theme, fen, self._size, self._weight) < self.minimumWidth() == self.theme.px(self._room):
            self.update()
        else:
            self.restyle()

    def measure(self) -> None:
        """As wide as its room, or as an amount that is wider."""
        super().measure()
        self._wide = max(self._wide, self.theme.px(self._room))
        self.setMinimumWidth(self._wide)


class MemberCard(Panel):
    """The member as a cashier may see it, allergies first; or how to find one."""

    found = Signal()
    let_go = Signal()
    patient_asked = Signal()
    coupons_asked = Signal()
    consents_asked = Signal()
    vouch_asked = Signal()
    reveal_asked = Signal()
    due_acted = Signal(object)

    def __init__(self, theme: Theme, late_minutes: int, parent: QWidget | None = None) -> None:
        """`late_minutes` is how long after payment a member may still be named."""
        self._late_minutes = late_minutes
        self._shown: tuple[object, ...] = ()
        self._head = MemberHead(theme)
        self._consents = IconBtn(theme, "check-square", say(theme, "consents_see"), size=28, icon_size=16)
        self._off = IconBtn(theme, "x", say(theme, "member_off"), size=28, icon_size=16)
        self._proof_sign = Icon(theme, "shield-check", 18, "good")
        self._proof = Txt(theme, "", "label", "ink2", elide=True)
        self._vouch = Btn(theme, "", "line", key="Ctrl I", height=28, role="label_strong")
        self._reveal = IconBtn(theme, "eye", say(theme, "member_reveal"), size=28, icon_size=16)
        self._proven = boxed(Row(theme, self._proof_sign, (self._proof, 1), self._vouch, self._reveal, gap=7))
        self._allergy = AllergyStrip(theme)
        self._compared = _Compared(theme)
        self._tags = ChipLine(theme)
        self._conditions: tuple[Text, ...] = ()
        self._ending = Txt(theme, "", "label", "warn_ink", elide=True)
        self._tier = Txt(theme, "", "label", "ink2", elide=True)
        self._tiers = boxed(Row(theme, Icon(theme, "crown-simple", 18, "ink3"), (self._tier, 1), gap=7))
        self._ends = boxed(Row(theme, Icon(theme, "hourglass-medium", 18, "warn"), (self._ending, 1), gap=7))
        self._patient_word = Txt(theme, say(theme, "patient"), "label", "ink3")
        self._patient = Txt(theme, "", "label_strong", elide=True)
        self._change = LinkBtn(theme, say(theme, "patient_change"), key="Ctrl U")
        self._coupons = CouponStrip(theme)
        self._vitals = VitalTiles(theme)
        self._dues = DueLines(theme)
        self._dues_of = ""
        known = Column(
            theme,
            Row(theme, (self._head, 1), self._consents, self._off, gap=4),
            self._proven,
            self._tiers,
            self._ends,
            Column(theme, self._allergy, self._compared, gap=4),
            Row(theme, self._patient_word, self._patient, self._change, (self._tags, 1), gap=6),
            self._vitals,
            (boxed(Column(theme, self._dues, Spring(), gap=0)), 1),
            self._coupons,
            gap=6,
            margins=(16, 9, 12, 9),
        )
        self._none = Txt(theme, "", "head", align="center")
        self._later = Txt(theme, "", "caption", "ink3", align="center")
        self._find = Btn(theme, "", "tonal", icon="magnifying-glass", key="F3")
        self._join = Btn(theme, "", "line", icon="user-plus", key="Ctrl J")
        nobody = Column(
            theme,
            Spring(),
            Row(theme, Spring(), IconTile(theme, "identification-badge", 56), Spring()),
            4,
            self._none,
            self._later,
            6,
            Row(theme, Spring(), self._find, self._join, Spring()),
            Spring(),
            gap=6,
            margins=(12, 10, 12, 10),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(boxed(nobody))
        self._stack.addWidget(boxed(known))
        super().__init__(theme, Column(theme, (self._stack, 1)), parent=parent)
        self._find.clicked.connect(self.found)
        self._join.clicked.connect(self.consents_asked)
        self._consents.clicked.connect(self.consents_asked)
        self._off.clicked.connect(self.let_go)
        self._vouch.clicked.connect(self.vouch_asked)
        self._reveal.clicked.connect(self.reveal_asked)
        self._change.clicked.connect(self.patient_asked)
        self._coupons.asked.connect(self.coupons_asked)
        self._dues.acted.connect(self.due_acted)

    def show_dues(self, todos: Sequence[Todo]) -> None:
        """What is to be done for the member, read behind the scan."""
        self._dues.show_todos(todos)

    def show_glance(self, glance: CareGlance | None, scene: Scene | None) -> None:
        """The newest readings and what the medicines are for, read behind the scan; None where there is nothing to see."""
        self._conditions = glance.conditions if glance is not None else ()
        self._vitals.show_readings(glance.newest if glance is not None else ())
        if scene is not None and scene.member is not None:
            self._show_tags(scene)

    def _show_tags(self, scene: Scene) -> None:
        """Beside a patient who is somebody else the member's own conditions would be read as theirs."""
        tags = [(one.of(self.theme.language), "mute") for one in self._conditions] if scene.patient.kind == "member" else []
        if scene.member is not None and scene.member.chronic and not tags:
            tags.append((say(self.theme, "chronic"), "info"))
        self._tags.set_chips(tags)

    def show_scene(self, scene: Scene) -> None:
        """Show who it is, or that nobody is known yet."""
        theme = self.theme
        self._coupons.show_block(scene.coupons)
        shown = (scene.member, scene.patient, theme.language)
        if shown == self._shown:
            return
        self._shown = shown
        whose = scene.member.member_id if scene.member is not None else ""
        if whose != self._dues_of:
            self._dues_of, self._conditions = whose, ()
            self._dues.show_todos(())
            self._vitals.show_readings(())
        self._none.set_words(say(theme, "member_none"))
        late = say(theme, "member_later", minutes=self._late_minutes) if self._late_minutes else say(theme, "member_now")
        # A patient known by age alone is called by it: not said twice.
        called = "" if scene.patient.label == scene.patient.age.zh else scene.patient.label
        whom = " ".join(part for part in (called, scene.patient.age.of(theme.language)) if part)
        # Whose age the checks run on is seen without a member, too.
        self._later.set_words(f"{say(theme, 'patient')} {whom}" if whom else late)
        self._find.set_words(say(theme, "member_find"))
        self._join.set_words(say(theme, "member_join"))
        if scene.member is None:
            self._stack.setCurrentIndex(0)
            return
        member = scene.member
        tier = say(theme, f"tier_{member.tier}") if member.tier in ("gold", "silver", "normal") else member.tier
        tone = {"gold": "gold", "silver": "info"}.get(member.tier, "mute")
        self._head.set_member(member.masked_name, tier, self._facts(member), member.points, tone=tone)
        self._show_proof(member)
        note = member.tier_note.of(theme.language)
        self._tiers.setVisible(bool(note))
        self._tier.set_words(note)
        self._tier.setToolTip(f"{note}\n{member.tier_told.of(theme.language)}")
        self._ends.setVisible(bool(member.points_ending))
        self._ending.set_words(say(theme, "points_ending", points=f"{member.points_ending:,}", day=member.points_end_on))
        self._off.set_icon("x", say(theme, "member_off"))
        self._consents.set_icon("check-square", say(theme, "consents_see"))
        self._show_tags(scene)
        self._patient_word.set_words(say(theme, "patient"))
        self._patient.set_words(whom or say(theme, "patient_unknown"))
        self._change.set_words(say(theme, "patient_change"))
        strip = member.allergy
        self._allergy.setVisible(strip is not None)
        if strip is not None:
            body = strip.body.of(theme.language)
            self._allergy.show_found(strip.tone, strip.title.of(theme.language))
            self._compared.set_words(body)
            self._compared.setVisible(bool(body))
        # Shown once it is filled: laid out as it comes into sight, it would be laid out again for every word after.
        self._stack.setCurrentIndex(1)

    def _show_proof(self, member: MemberFace) -> None:
        """How they were found and what it allows, calmly; with a way to more where there is one."""
        theme = self.theme
        words = member.proof.of(theme.language)
        if member.visitor_of:
            words = say(theme, "member_visitor", words=words)
        self._proven.setVisible(bool(words))
        self._proof.set_words(words)
        self._proof.setToolTip(words)
        self._proof_sign.set_icon("shield-check" if member.proven else "identification-card", "good" if member.proven else "ink3")
        self._vouch.set_words(say(theme, "member_vouch"))
        self._vouch.setVisible(not member.proven)
        self._reveal.set_icon("eye", say(theme, "member_reveal"))

    def _facts(self, member: MemberFace) -> str:
        theme = self.theme
        parts = [say(theme, f"sex_{member.sex}")] if member.sex in ("F", "M") else []
        if member.age >= 0:
            parts.append(say(theme, "age", age=member.age))
        return " · ".join(part for part in (" ".join(parts), member.masked_phone) if part)


class TotalsCard(Panel):
    """Subtotal, cuts, what is owed, and the button that leads on or says what stands before it."""

    pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._rows = [(Txt(theme, "", "label", "ink2", elide=True), _Sum(theme, 14, 84, weight=500)) for _ in range(SHOWN_CUTS + 1)]
        self._due_word = Txt(theme, "", "body_strong", "ink2")
        self._due = _Sum(theme, 44, 250)
        self.button = PayButton(theme)
        self._lines = [boxed(Row(theme, (name, 1), amount, gap=6)) for name, amount in self._rows]
        super().__init__(
            theme,
            Column(
                theme,
                Column(theme, *self._lines, gap=4),
                Rule(theme, dashed=True),
                Row(theme, Column(theme, Spring(), self._due_word, 6, gap=0), Spring(), self._due, gap=6),
                self.button,
                gap=8,
                margins=(16, 14, 16, 16),
            ),
            parent=parent,
        )
        self.button.clicked.connect(self.pressed)

    def show_totals(self, totals: Totals) -> None:
        """Show the sums; cuts beyond three stand together."""
        theme = self.theme
        rows: list[tuple[str, int]] = [(say(theme, "subtotal"), totals.subtotal_fen)]
        shown = totals.cuts if len(totals.cuts) <= SHOWN_CUTS else totals.cuts[: SHOWN_CUTS - 1]
        rows += [(cut.title.of(theme.language), -cut.amount_fen) for cut in shown]
        rest = totals.cuts[len(shown) :]
        if rest:
            rows.append((say(theme, "cuts_rest", count=len(rest)), -sum(cut.amount_fen for cut in rest)))
        if len(rows) == 1:
            rows.append((say(theme, "cuts"), 0))
        for order, (name, amount) in enumerate(self._rows):
            self._lines[order].setVisible(order < len(rows))
            if order < len(rows):
                name.set_words(rows[order][0])
                amount.set_fen(rows[order][1])
                amount.set_tone("promo" if order and rows[order][1] else "ink" if not order else "ink3")
        self._due_word.set_words(say(theme, "due"))
        self._due.set_fen(totals.payable_fen)


class PayButton(PaintedButton):
    """The way on: 收款 in green, or in red or amber what must be done before, with its count."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words, self._tone = "", ""
        self.setAccessibleDescription("F12")
        self.stand_on("surface")
        self.restyle()

    @property
    def tone(self) -> str:
        """'' for the way on, `bad` or `warn` for a to-do."""
        return self._tone

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def show_scene(self, scene: Scene) -> None:
        """Say what comes next."""
        theme, before = self.theme, (self._words, self._tone, self.isEnabled())
        first = scene.first_todo.of(theme.language) if scene.first_todo else ""
        if scene.blocks:
            self._tone, said = "bad", say(theme, "pay_blocked", count=scene.blocks + scene.confirms, first=first)
        elif scene.confirms:
            self._tone, said = "warn", say(theme, "pay_confirm", count=scene.confirms, first=first)
        else:
            self._tone, said = "", say(theme, "pay")
        self._words = said
        self.setEnabled(bool(scene.lines))
        if (said, self._tone, self.isEnabled()) != before:
            # Not the text of the button: Qt lays out everything round it when that changes, and the width here never does.
            self.setAccessibleName(said)
            self.update()

    def measure(self) -> None:
        """60 high."""
        self.setFixedHeight(self.theme.target(60))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the button; a long to-do wraps to two lines rather than lose its end."""
        theme, px = self.theme, self.theme.px
        middle = rect.center().y()
        if self._tone:
            fill = f"{self._tone}_l" if self.hovered or self.isDown() else f"{self._tone}_t"
            paint.rounded(painter, rect, px(9), theme.color(fill))
            face = theme.face("section")
            room = rect.width() - px(64)
            if face.width(self._words) > room:
                face = theme.face("title")
            lines = paint.wrapped(self._words, face, room)[:2]
            wide = max(face.width(line) for line in lines) + px(34)
            x = rect.center().x() - wide / 2
            icon = "prohibit" if self._tone == "bad" else "warning"
            paint.icon(painter, theme, icon, x, middle, 24, self._tone, "bold" if self._tone == "bad" else "fill")
            y = middle - face.line * (len(lines) - 1) / 2
            for line in lines:
                paint.text_at(painter, x + px(34), y, line, face, theme.color(f"{self._tone}_ink"))
                y += face.line
            return
        able = self.isEnabled()
        fill = "hover" if not able else "brand_p" if self.isDown() else "brand_h" if self.hovered else "brand"
        paint.rounded(painter, rect, px(9), theme.color(fill))
        face = theme.face("section")
        key = paint.keycap_width(theme, "F12", 22)
        x = rect.center().x() - (face.width(self._words) + px(10) + key) / 2
        x += paint.text_at(painter, x, middle, self._words, face, theme.color("on_brand" if able else "ink3")) + px(10)
        paint.keycap(painter, theme, x, middle, "F12", height=22, on_brand=able)


class QuickTile(PaintedButton):
    """Something without a barcode that is sold by pressing it."""

    def __init__(self, theme: Theme, hit: SearchHit, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.hit = hit
        self._price = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def measure(self) -> None:
        """64 high; what costs nothing says so in the language in force."""
        self._price = money_text(self.hit.price_fen) if self.hit.price_fen else say(self.theme, "quick_free")
        self.name(f"{self.hit.name} {self._price}")
        self.setFixedHeight(self.theme.px(64))
        self.setMinimumWidth(self.theme.px(140))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the tile."""
        theme, px = self.theme, self.theme.px
        fill = "pressed" if self.isDown() else "hover" if self.hovered else "surface"
        paint.rounded(painter, rect, px(10), theme.color(fill), theme.color("line2"))
        tile = QRectF(rect.left() + px(12), rect.center().y() - px(18), px(36), px(36))
        paint.rounded(painter, tile, px(9), theme.color("brand_t"))
        paint.icon(painter, theme, _quick_icon(self.hit.name), tile.left() + px(8), tile.center().y(), 20, "brand_ink")
        left = tile.right() + px(10)
        face = theme.face("body_strong")
        lines = paint.wrapped(self.hit.name, face, rect.right() - px(8) - left)[:2]
        y = rect.center().y() - (px(10) if len(lines) == 1 else px(17))
        for line in lines:
            paint.text_at(painter, left, y, line, face, theme.color("ink"))
            y += px(18)
        paint.text_at(painter, left, y + px(1), self._price, theme.face("caption"), theme.color("ink3"))


def _quick_icon(name: str) -> str:
    for word, icon in (("袋", "bag-simple"), ("煎", "cooking-pot"), ("送", "truck"), ("血压", "heartbeat"), ("血糖", "drop")):
        if word in name:
            return icon
    return "hand-coins"


class EmptyCart(QWidget):
    """Nothing scanned yet: what can be scanned, the keys that help, and what has no barcode."""

    sheet_asked = Signal()
    picked = Signal(str)

    def __init__(self, theme: Theme, *, demo: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._title = Txt(theme, "", "page", size=24, align="center")
        self._detail = Txt(theme, "", "body", "ink2", align="center")
        self._hints = [("F2", "hint_find"), ("F3", "hint_member"), ("F7", "hint_recall")]
        self._hint_words = [Txt(theme, "", "body", "ink2") for _ in self._hints]
        hints = Row(theme, Spring(), gap=8)
        for (key, _), text in zip(self._hints, self._hint_words, strict=True):
            hints.add(KeyCap(theme, key, 24))
            hints.add(text)
            hints.add(14)
        hints.add(Spring())
        self._sheet = Btn(theme, "", "tonal", icon="barcode")
        self._sheet.clicked.connect(self.sheet_asked)
        self._sheet_why = Txt(theme, "", "caption", "ink3", align="center")
        self._sheet_box = boxed(
            Column(theme, Row(theme, Spring(), self._sheet, Spring()), self._sheet_why, gap=6),
        )
        if not demo:
            self._sheet_box.hide()
        self._quick_word = Txt(theme, "", "label", "ink2")
        self._tiles = Row(theme, gap=8)
        self._quick = boxed(Column(theme, self._quick_word, self._tiles, gap=8))
        self._quick.hide()
        self._shown: tuple[SearchHit, ...] = ()
        self.setLayout(
            Column(
                theme,
                Spring(),
                Row(theme, Spring(), IconTile(theme, "barcode", 96, radius=24), Spring()),
                10,
                self._title,
                self._detail,
                6,
                hints,
                10,
                self._sheet_box,
                Spring(),
                self._quick,
                gap=6,
                margins=(16, 8, 16, 14),
            )
        )

    def show_words(self, goods: tuple[SearchHit, ...]) -> None:
        """Say everything in the language in force; tiles for `goods`."""
        theme = self.theme
        self._title.set_words(say(theme, "empty_title"))
        self._detail.set_words(say(theme, "empty_detail"))
        for (_, key), text in zip(self._hints, self._hint_words, strict=True):
            text.set_words(say(theme, key))
        self._sheet.set_words(say(theme, "sheet_open"))
        self._sheet_why.set_words(say(theme, "sheet_why"))
        self._quick_word.set_words(say(theme, "quick"))
        if goods != self._shown:
            self._shown = goods
            clear_layout(self._tiles)
            for hit in goods:
                tile = QuickTile(theme, hit)
                tile.clicked.connect(self._pick(hit.product_id))
                self._tiles.addWidget(tile)
        self._quick.setVisible(bool(goods))

    def _pick(self, product_id: str) -> Callable[[], None]:
        return lambda: self.picked.emit(product_id)


class DayColumn(QWidget):
    """Between two customers: what wants doing today, how the shift runs, and the sale before with its change."""

    go = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._column = Column(theme, gap=12)
        self.setLayout(self._column)
        self._shown: tuple[object, ...] = ()

    def show_facts(self, facts: DayFacts, day: str) -> None:
        """Show the day; only what is not empty."""
        key = (facts, day, self.theme.language, self.theme.scale)
        if key == self._shown:
            return
        self._shown = key
        clear_layout(self._column)
        self._column.addWidget(self._duties(facts.duties, day))
        if facts.figures is not None:
            self._column.addWidget(self._figures(facts))
        self._column.addStretch(1)
        if facts.last_sale is not None:
            self._column.addWidget(self._last(facts))

    def _duties(self, duties: tuple[Duty, ...], day: str) -> Panel:
        theme = self.theme
        head = Row(theme, Txt(theme, say(theme, "today"), "section"), Spring(), Txt(theme, day, "label", "ink3"))
        column = Column(theme, head, gap=12, margins=(16, 14, 16, 14))
        if not duties:
            column.add(Row(theme, Icon(theme, "check-circle", 20, "good", "fill"), Txt(theme, say(theme, "today_none"), "body"), Spring()))
        for duty in duties[:SHOWN_DUTIES]:
            column.add(self._duty(duty))
        if len(duties) > SHOWN_DUTIES:
            rest = LinkBtn(theme, say(theme, "today_rest", count=len(duties) - SHOWN_DUTIES), icon="caret-right")
            rest.clicked.connect(lambda: self.go.emit("shift"))
            column.add(Row(theme, rest, Spring()))
        return Panel(theme, column)

    def _duty(self, duty: Duty) -> QWidget:
        theme = self.theme
        icon, tone, page = _DUTY_LOOKS[duty.code]
        if duty.code.startswith("duty_"):
            title = duty.facts["zh"] if theme.language == "zh" else duty.facts["en"]
            note = say(theme, f"{duty.code}_note", ends=duty.facts["ends"])
        else:
            title = say(theme, f"duty_{duty.code}")
            note = say(theme, f"duty_{duty.code}_note", **duty.facts)
        count = Pill(theme, str(duty.count), tone, height=20) if not duty.code.startswith("duty_") else None
        button = None
        if page:
            act = "go_print" if page == "receipts" else "go_do" if page == "shift" else "go_see"
            button = Btn(theme, say(theme, act), height=36, role="label_strong", width=64)
            button.setAccessibleName(f"{say(theme, act)} {title}")
            button.clicked.connect(lambda: self.go.emit(page))
        named = Row(theme, Txt(theme, title, "title", elide=True), count, Spring(), gap=8)
        text = Column(theme, named, Txt(theme, note, "caption", "ink3", elide=True), gap=1)
        return boxed(Row(theme, IconTile(theme, icon, 40, tone), (text, 1), button, gap=11))

    def _figures(self, facts: DayFacts) -> Panel:
        theme, figures = self.theme, facts.figures
        assert figures is not None
        since = figures.since.astimezone(SHOP_TIME).strftime("%H:%M") if figures.since else ""
        began = Txt(theme, say(theme, "shift_since", time=since), "label", "ink3")
        head = Row(theme, Txt(theme, say(theme, "shift"), "head"), Spring(), began)
        row = Row(theme, gap=12)
        shown = [(str(figures.sales), "figure_count"), (f"{figures.member_share_pct}%", "figure_members")]
        if figures.sales_fen is not None:
            shown.insert(0, (money_text(figures.sales_fen), "figure_sales"))
        if figures.average_fen is not None:
            shown.append((money_text(figures.average_fen), "figure_average"))
        for order, (value, word) in enumerate(shown):
            if order:
                row.add(Rule(theme, standing=34))
            row.add(Column(theme, Txt(theme, value, "head", size=17), Txt(theme, say(theme, word), "caption", "ink3"), gap=0))
        row.add(Spring())
        return Panel(theme, Column(theme, head, row, gap=9, margins=(16, 12, 12, 12)))

    def _last(self, facts: DayFacts) -> Panel:
        theme, last = self.theme, facts.last_sale
        assert last is not None
        at = last.at.astimezone(SHOP_TIME).strftime("%H:%M")
        number = "-".join(last.number.split("-")[-2:])
        who = last.member_label or say(theme, "last_walkin")
        change = say(theme, "last_change", amount=money_text(last.change_fen)) if last.change_fen else say(theme, "last_exact")
        return Panel(
            theme,
            Column(
                theme,
                Txt(theme, say(theme, "last"), "head"),
                Row(theme, (Txt(theme, f"{who} · {at} · {number}", "label", "ink2", elide=True), 1), Money(theme, last.payable_fen, 18)),
                Row(
                    theme,
                    Txt(theme, say(theme, "last_handed", amount=money_text(last.tendered_fen)), "label", "ink2"),
                    Spring(),
                    Txt(theme, change, "title", "brand_ink" if last.change_fen else "ink3"),
                ),
                gap=7,
                margins=(16, 12, 16, 12),
            ),
        )


class SalePage(Page):
    """Selling: every act of the open basket by scanner, key or finger."""

    key = "sale"
    title = Text("收银", "Sale")
    icon = "cash-register"
    takes_scans = True
    searches = True
    draws_echo = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        theme = self.theme
        self._today = Today(self.till.store, self.till.clock, self.till.shifts, self.till.staging)
        self.slices = Slices(self)
        self._counted: Future[EndingStock] | None = None
        """The shelves being counted for the day's facts."""
        self.scene: Scene | None = None
        self._file: MemberPage | None = None
        self._dues_mark: tuple[object, ...] = ()
        self._dues: tuple[Todo, ...] = ()
        self._suggested: tuple[Todo, ...] = ()
        self._dues_shown: tuple[Todo, ...] | None = None
        self._said: Echo | None = None
        self._sought = ""
        """A phone for which headquarters is being asked, so that whoever has none may join by it."""
        self.tickets = TicketBar(theme)
        self.head = CartHead(theme)
        self.cart = CartView(theme)
        self.empty = EmptyCart(theme, demo=self.till.settings.flag("demo"))
        self.question = QuestionPanel(theme, lambda text: self.till.selling.search(text, 5))
        self.strip = ScanEcho(theme)
        self._waiting = Pill(theme, "", "warn", icon="hourglass-medium")
        self.member = MemberCard(theme, self.till.attaching.minutes)
        self.totals = TotalsCard(theme)
        self.day = DayColumn(theme)
        self.check = PriceCheckPanel(theme)
        self._check_box = boxed(Column(theme, self.check, margins=(12, 6, 12, 10)))
        self._check_box.hide()
        self.coupons = CouponPanel(theme, lambda: self.till.selling.coupon_whys())
        self._coupons_box = boxed(Column(theme, self.coupons, margins=(12, 6, 12, 10)))
        self._coupons_box.hide()
        self.join = JoinPanel(theme, lambda: self.till.joining, self.bridge)
        self._join_box = boxed(Column(theme, self.join, margins=(12, 6, 12, 10)))
        self._join_box.hide()
        self._ask_box = boxed(Column(theme, self.question, margins=(12, 6, 12, 10)))
        self._middle = QStackedWidget()
        self._middle.addWidget(boxed(Column(theme, self.head, (self.cart, 1), gap=0)))
        self._middle.addWidget(self.empty)
        foot = boxed(Row(theme, (self.strip, 1), self._waiting, gap=0, margins=(0, 0, 0, 0)))
        self._foot = foot
        asked = (self._check_box, self._coupons_box, self._join_box, self._ask_box)
        stood = Column(theme, self.tickets, Rule(theme), (self._middle, 1), *asked, foot, gap=0, margins=1)
        cart = Panel(theme, stood)
        self._right = QStackedWidget()
        self._right.addWidget(boxed(Column(theme, (self.member, 1), self.totals, gap=12)))
        self._right.addWidget(self.day)
        self.setLayout(Row(theme, (cart, 1), self._right, gap=12, margins=(16, 12, 16, 12)))
        # The list and the hints take what a question leaves them; a panel of questions is never cut.
        self._middle.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._rescale()
        self._connect()

    def _connect(self) -> None:
        selling = self.till.selling
        self.theme.changed.connect(self._rescale)
        self.tickets.recalled.connect(lambda basket: self._do(lambda: selling.recall(basket)))
        self.tickets.cleared.connect(lambda: self._do(selling.clear))
        self.cart.pressed_part.connect(self._pressed)
        self.empty.picked.connect(self.on_product)
        self.empty.sheet_asked.connect(lambda: self.go.emit("sheet"))
        self.question.answered.connect(self._answer)
        self.question.dismissed.connect(self._dismiss)
        self.check.closed.connect(self._end_check)
        self.check.chosen.connect(self._check_product)
        self.coupons.closed.connect(self._end_coupons)
        self.coupons.picked.connect(lambda serial: self._do(lambda: selling.pick_coupon(serial)))
        self.coupons.by_themselves.connect(lambda: self._do(selling.pick_coupons_by_themselves))
        self.coupons.printed.connect(self._print_coupon)
        self.coupons.traded.connect(lambda kind, condition, serial: self._do(lambda: selling.take_in_trade(kind, serial, condition)))
        selling.when_coupons_answer(self.bridge.resume("sale:coupon"))
        selling.when_written(self._await_disk)
        self.member.coupons_asked.connect(self._begin_coupons)
        self.member.consents_asked.connect(self._begin_join)
        self.join.closed.connect(self._end_join)
        self.join.done.connect(self._joined)
        self.join.left.connect(lambda: self.show_scene(selling.scene()))
        self.member.due_acted.connect(self._act_due)
        self.strip.acted.connect(self.undo)
        self.member.found.connect(lambda: self._ask("member"))
        self.member.let_go.connect(lambda: self._do(selling.detach_member))
        self.member.patient_asked.connect(lambda: self._ask("patient"))
        self.member.vouch_asked.connect(lambda: self._ask("vouch"))
        self.member.reveal_asked.connect(lambda: self._ask("reveal"))
        self.totals.pressed.connect(self.pay)
        self.day.go.connect(self.go)

    def _rescale(self) -> None:
        self._right.setFixedWidth(self.theme.px(RIGHT))
        self._middle.setMinimumHeight(self.theme.px(64))
        if self.scene is not None:
            self.show_scene(self.scene)

    # ------------------------------------------------------------------ showing

    def on_shown(self) -> None:
        """Draw the basket as it stands, judged afresh."""
        self._said = None
        self.show_scene(self.till.selling.look_again())

    def on_left(self) -> None:
        """Somebody goes to do what was waiting; a payment changes none of that."""
        if not self.till.checkout.open:
            self._today.forget()

    def show_scene(self, scene: Scene) -> None:
        """Draw a scene; only the rows that differ are drawn anew."""
        self.scene = scene
        self.tickets.show_scene(scene)
        self.cart.show_scene(scene)
        empty = not scene.lines
        idle = empty and scene.member is None
        asked_before = self.question.open
        self.question.show_question(scene.question)
        self._ask_box.setVisible(scene.question is not None)
        if scene.question is not None and self.join.open:
            self.join.end()
        self._join_box.setVisible(self.join.open)
        self._middle.setMinimumHeight(0 if self.question.large or self.join.open else self.theme.px(64))
        if scene.question is not None and self.check.open:
            self.check.end()
        if self.coupons.open:
            self.coupons.show_block(scene.coupons if scene.question is None else None)
        self._coupons_box.setVisible(self.coupons.open)
        self._check_box.setVisible(self.check.open)
        alone = scene.question is None and not self.check.open and not self.join.open
        self._middle.setCurrentIndex(1 if empty and alone else 0)
        self._right.setCurrentIndex(1 if idle else 0)
        if empty:
            self.empty.show_words(self._today.quick_goods())
        if idle:
            self._show_day(scene)
        else:
            self.member.show_scene(scene)
            self.totals.show_totals(scene.totals)
        self.totals.button.show_scene(scene)
        self._show_echo(scene)
        self._waiting.setVisible(bool(scene.waiting_scans))
        if scene.waiting_scans:
            self._waiting.set_words(say(self.theme, "waiting", count=scene.waiting_scans))
        if asked_before and scene.question is None:
            self.type_back.emit()
        self.changed.emit()
        if self._sought:
            self._invite_stranger(scene)

    def _show_day(self, scene: Scene) -> None:
        """The day as it is known; what has moved on since is read behind (`read_behind`), and what was never known at once."""
        if self._today.known is not None:
            self.day.show_facts(self._today.known, self._day_words(scene))
        else:
            self._begin_day()

    def _begin_day(self) -> None:
        """Shelves are counted by the counter's own thread, all else is read here, a part in a turn."""
        if self._counted is not None:
            return
        count = self._today.ending()
        if count is None:
            self.slices.begin("day", self._read_day(None))
            return
        self._counted = self.till.behind.do(count)
        self.bridge.after(self._counted, self._take_count)

    def _take_count(self) -> None:
        counted, self._counted = self._counted, None
        if counted is not None and not counted.cancelled():
            self.slices.begin("day", self._read_day(counted.result()))

    def _read_day(self, ending: EndingStock | None) -> Iterator[None]:
        yield from self._today.read(ending)
        yield
        if self.scene is not None and self._today.known is not None:
            self.day.show_facts(self._today.known, self._day_words(self.scene))

    def _show_echo(self, scene: Scene) -> None:
        echo = scene.echo
        self._foot.setVisible(echo is not None or (bool(scene.lines) and scene.question is None))
        if echo is None:
            self.strip.show_echo("barcode", "ink3", say(self.theme, "echo_idle"))
            return
        said = wording.spoken(echo, self.theme.language)
        undoable = echo.undoable and scene.undo_steps > 0
        self.strip.show_echo(
            said.icon, said.tone, said.title, said.detail, say(self.theme, "undo") if undoable else "", "Ctrl Z" if undoable else ""
        )

    def _day_words(self, scene: Scene) -> str:
        day = scene.frame.day
        if self.theme.language == "en":
            return day.strftime("%a %d %b")
        return f"{day.month} 月 {day.day} 日 星期{'一二三四五六日'[day.weekday()]}"

    # ------------------------------------------------------------------ acts

    def _do(self, act: Callable[[], Scene]) -> None:
        """Do one act and draw what came of it; a refusal is an echo."""
        try:
            scene = act()
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._came(scene)

    def _came(self, scene: Scene) -> None:
        """Draw what came of an act, and tell it."""
        self.show_scene(scene)
        if scene.echo is not None and scene.echo is not self._said:
            self._said = scene.echo
            self.tell(scene.echo)

    def _await_disk(self, written: Future[Any]) -> None:
        """The act goes on once its facts are on disk; after a wait that a person notices they are told what it is for."""

        def late() -> None:
            if not written.done():
                self._say(Echo("told", "disk_slow"))

        self.bridge.after(written, lambda: self._do(self.till.selling.settle))
        QTimer.singleShot(SLOW_MS, self, late)

    def refuse(self, refusal: Refused) -> None:
        """Say why something was not done, where the eyes are."""
        self._say(Echo("refused", refusal.code, dict(refusal.facts), sound="scan_rejected"))

    def _say(self, echo: Echo) -> None:
        """Say what no scene says, in the strip and aloud."""
        said = wording.spoken(echo, self.theme.language)
        self._foot.show()
        self.strip.show_echo(said.icon, said.tone, said.title, said.detail)
        self.tell(echo)

    def _ask(self, kind: str) -> None:
        self._do(lambda: self.till.selling.ask(kind))

    def _answer(self, question_id: str, values: dict[str, str]) -> None:
        another = values.get("member", "")
        if another.startswith(SOMEBODY_ELSE):
            self._begin_join(another.removeprefix(SOMEBODY_ELSE), another=True)
            return
        asked = self.scene.question.kind if self.scene is not None and self.scene.question is not None else ""

        def refused(refusal: Refused) -> None:
            self.refuse(refusal)
            self._answered(asked, values)

        def came(scene: Scene) -> None:
            self._came(scene)
            self._answered(asked, values)

        selling = self.till.selling
        weigh(self.bridge, self.till.authorising, lambda: selling.answer(question_id, values), came, refused, self._say_checking)

    def _say_checking(self) -> None:
        self._foot.show()
        self.strip.show_echo("hourglass-medium", "info", wording.words("pin_checking", self.theme.language))

    def _answered(self, asked: str, values: Mapping[str, str]) -> None:
        """Whoever is not known by a phone may join by it."""
        scene = self.scene
        said = scene.echo.code if scene is not None and scene.echo is not None else ""
        phone = values.get("text", "") if asked == "member" and phone_of(values.get("text", "")) else ""
        self._sought = phone if said == "visitor_asked" else ""
        if phone and said in _NOBODY:
            self._invite(phone)

    def _invite(self, phone: str) -> None:
        """A phone that nobody has: whoever stands here may join by it at once; Esc goes on selling."""
        self._begin_join(phone)
        self._say(Echo("told", "join_nobody", {"label": mask_phone(phone_of(phone))}))

    def _invite_stranger(self, scene: Scene) -> None:
        """Headquarters, asked for a phone, knows nobody either or cannot be asked: as if nobody had to be asked."""
        phone = self._sought
        if not phone or scene.echo is None or scene.echo.code not in _NOBODY:
            return
        self._sought = ""
        # Whoever typed on meanwhile is left alone.
        if scene.question is not None and scene.question.kind == "member" and self.question.values().get("text") == phone:
            self._invite(phone)

    def _dismiss(self) -> None:
        self._do(self.till.selling.dismiss_question)

    def _recall(self, order: int) -> None:
        if self.isVisible() and self.scene is not None and order < len(self.scene.held):
            basket = self.scene.held[order].basket_id
            self._do(lambda: self.till.selling.recall(basket))

    def _selected(self) -> SceneLine | None:
        scene = self.scene
        return next((line for line in scene.lines if line.line_id == scene.selected), None) if scene is not None else None

    def _remove(self) -> None:
        line = self._selected()
        if line is not None:
            self._do(lambda: self.till.selling.remove(line.line_id))

    def _nudge(self, by: int) -> bool:
        line = self._selected()
        if line is None or line.ghost or (by < 0 and not line.can_decrease):
            return False
        self._do(lambda: self.till.selling.nudge(line.line_id, by))
        return True

    def _pressed(self, hit: CartHit) -> None:
        selling = self.till.selling
        if hit.part == "way":
            self._do(lambda: selling.act(hit.line_id, hit.rule, hit.act))
        elif hit.part in ("minus", "plus"):
            selling.select(hit.line_id)
            self.show_scene(selling.scene())
            self._nudge(-1 if hit.part == "minus" else 1)
        elif hit.part == "count":
            self._do(lambda: selling.ask("quantity", hit.line_id))
        else:
            self._do(lambda: selling.select(hit.line_id))

    def _way(self, key: str) -> bool:
        """Take the way out of the selected line whose keycap says `key`; the heaviest note's first."""
        line = self._selected()
        if line is None:
            return False
        for strip in by_weight(line.strips):
            for way in strip.ways_out:
                if way.key == key:
                    self._do(partial(self.till.selling.act, line.line_id, strip.rule, way.act))
                    return True
        return False

    def _offers(self, key: str) -> bool:
        line = self._selected()
        return line is not None and any(way.key == key for strip in line.strips for way in strip.ways_out)

    def pay(self) -> None:
        """收款: freeze the basket and go to the Pay page, or go to what stands before it."""
        scene = self.scene
        if scene is not None and (scene.blocks or scene.confirms):
            self._go_to_todo(scene)
            return
        try:
            self.till.checkout.begin()
        except Refused as refusal:
            self.refuse(refusal)
            return
        self.go.emit("pay")

    def _go_to_todo(self, scene: Scene) -> None:
        """Select the line that stands before payment and say what it wants."""
        for tone in ("bad", "rx", "warn"):
            line = next((x for x in scene.lines for s in x.strips if s.tone == tone and (s.grade != "inform")), None)
            if line is not None:
                self._do(partial(self.till.selling.select, line.line_id))
                break
        self.cart.show_selected()
        self.refuse(Refused("todo", count=str(scene.blocks + scene.confirms)))

    # ------------------------------------------------------------------ coupons

    def _begin_coupons(self) -> None:
        """F10: the coupons of this sale, until Esc or F10."""
        scene = self.scene
        if scene is None or scene.coupons is None:
            self.refuse(Refused("coupons_none"))
        elif self.coupons.open:
            self._end_coupons()
        elif scene.question is not None:
            self.refuse(Refused("question_first"))
        else:
            self.check.end()
            self._coupons_box.show()
            self.coupons.begin(scene.coupons)
            self.show_scene(scene)

    def _print_coupon(self, token: str) -> None:
        """Put a coupon on paper; every paper after the first is marked."""
        try:
            copy_no = self.till.printing.print_coupon(self.till.coupons.slip(token))
        except Refused as refusal:
            self.refuse(refusal)
            return
        self._say(Echo("told", "coupon_reprinted" if copy_no else "coupon_printed", {"count": str(copy_no)}))

    def _print_chosen_coupon(self) -> None:
        if not self.coupons.print_row():
            self.refuse(Refused("coupon_no_paper"))

    def on_resumed(self, tag: str) -> None:
        """Headquarters has answered what was asked of it for this sale."""
        if tag == "sale:coupon":
            self._do(self.till.selling.coupons_answered)
        elif tag == "sale:code":
            self._do(self.till.selling.code_told)

    def _end_coupons(self) -> None:
        self.coupons.hide()
        if self.scene is not None:
            self.show_scene(self.scene)
        self.type_back.emit()

    # ------------------------------------------------------------------ joining

    def _begin_join(self, phone: str = "", *, another: bool = False) -> None:
        """Ctrl J: register whoever stands here, or show the consents of the sale's member, until Esc or Ctrl J."""
        scene = self.scene
        if scene is None:
            return
        if self.join.open:
            self._end_join()
            return
        if scene.question is not None:
            self._dismiss()
        self.check.end()
        self.coupons.hide()
        self._join_box.show()
        if scene.member is not None and not phone:
            self.join.begin_consents(scene.member.member_id)
        else:
            self.join.begin(phone, another=another)
        self._redraw()

    def _end_join(self) -> None:
        self.join.end()
        self._redraw()
        self.type_back.emit()

    def _joined(self, echo: Echo) -> None:
        """Somebody joined or was chosen: the sale is drawn with them, and what was granted is said."""
        self.join.end()
        self.show_scene(self.till.selling.scene())
        self._say(echo)
        self.type_back.emit()

    def _redraw(self) -> None:
        if self.scene is not None:
            self.show_scene(self.scene)

    # ------------------------------------------------------------------ price check

    @property
    def adds(self) -> bool:
        """Not while a price is looked up."""
        return not self.check.open

    def _begin_check(self) -> None:
        """Shift F2, or `?` in the box: from now on what is scanned or typed is only looked up, until Esc."""
        if self.scene is None:
            return
        if self.scene.question is not None:
            self.refuse(Refused("question_first"))
            return
        self.coupons.hide()
        self.check.begin()
        self.show_scene(self.scene)
        self.type_back.emit()

    def _end_check(self) -> None:
        self.check.end()
        if self.scene is not None:
            self.show_scene(self.scene)
        self.type_back.emit()

    def _look_up(self, raw: str) -> None:
        hits = self.till.selling.price_check(raw)
        if len(hits) == 1:
            self._check_hit(hits[0])
        elif hits:
            self.check.show_several(hits)
        else:
            self.check.show_none(raw)
            self.tell(Echo("refused", "nothing_found", {"raw": raw}, sound="scan_rejected"))

    def _check_product(self, product_id: str) -> None:
        hit = self.till.selling.price_of(product_id)
        if hit is not None:
            self._check_hit(hit)

    def _check_hit(self, hit: SearchHit) -> None:
        self.check.show_one(hit, self.till.stocking.rows(hit.product_id, self.till.staging.near_expiry_days()))

    # ------------------------------------------------------------------ keys, scans, window

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The function bar; what has nothing to work on is dead, and stays in its place."""
        if self.check.open:
            return (FKeySpec("Esc", words("check_close"), self._end_check),)
        if self.join.open:
            return (FKeySpec("Esc", words("join_close"), self._end_join),)
        scene = self.scene
        line = self._selected()
        real = line is not None and not line.ghost
        held = bool(scene and scene.held)
        filled = bool(scene and any(not each.ghost for each in scene.lines))
        rx = bool(scene and any("rx" in each.marks for each in scene.lines)) or self._offers("F9")
        return (
            FKeySpec("F3", words("key_file" if self._file and scene and scene.member else "key_member"), self._member_key),
            FKeySpec("Shift F2", words("key_check"), self._begin_check),
            FKeySpec("F4", words("key_quantity"), partial(self._way_or_ask, "F4", "quantity"), real),
            FKeySpec("F5", words("key_coupon_print"), self._print_chosen_coupon)
            if self.coupons.open
            else FKeySpec("F5", words("key_lot"), partial(self._way_or_ask, "F5", "lot"), real),
            FKeySpec("F6", words("key_hold"), lambda: self._do(self.till.selling.hold), filled),
            FKeySpec("F7", words("key_recall"), lambda: self._recall(0), held),
            FKeySpec("F8", words("key_price"), partial(self._way_or_ask, "F8", "price"), real),
            FKeySpec("F9", words("key_review"), partial(self._way_or_ask, "F9", "review"), rx),
            FKeySpec("F10", words("key_coupons"), self._begin_coupons, bool(scene and scene.coupons)),
            FKeySpec("F11", words("key_return"), lambda: self.go.emit("returns")),
            FKeySpec("Del", words("key_remove"), self._remove, line is not None),
            FKeySpec("F12", words("pay"), self.pay, filled, primary=bool(scene and not (scene.blocks or scene.confirms))),
        )

    def _member_key(self) -> None:
        """F3: with a member in the sale all about them, else find one."""
        if self._file is not None and self.scene is not None and self.scene.member is not None:
            self.go.emit("member")
        else:
            self._ask("member")

    def meet(self, pages: Mapping[str, Page]) -> None:
        """The page that tells all about a member, where there is one."""
        self._file = cast("MemberPage | None", pages.get("member"))

    @property
    def reading(self) -> bool:
        """Whether the day's facts or what is to be done for the member are still being read, in slices."""
        return self.slices.busy or self._counted is not None

    def read_behind(self) -> None:
        """The day, while nobody is served; for the member what is to be done, once for each and again after anything was recorded."""
        scene = self.scene
        if scene is not None and not scene.lines and scene.member is None and self._today.stale:
            self._begin_day()
        member = self.scene.member if self.scene is not None else None
        mark = (member.member_id if member else "", self.till.store.journal.head().seq, self.theme.language)
        if self._file is None:
            return
        if mark != self._dues_mark:
            self._dues_mark = mark
            self.slices.begin("dues", self._read_dues(member))
        else:
            self._show_dues()

    def _show_dues(self) -> None:
        """What care asks for first, then what the member's labels suggest, as far as the sale as it stands allows."""
        goods = [line.product_id for line in self.scene.lines] if self.scene is not None else []
        shown = self._dues
        if self._suggested:
            shown += self.till.segmenting.fitting(self._suggested, self.till.selling.verdicts, goods, self._dues)
        if shown != self._dues_shown:
            self._dues_shown = shown
            self.member.show_dues(shown)

    def _read_dues(self, member: MemberFace | None) -> Iterator[None]:
        """Care's glance, then what the labels suggest, a little in a turn; nothing is shown on another member's card."""
        self._dues = self._suggested = ()
        glance: CareGlance | None = None
        suggested: tuple[Todo, ...] = ()
        if member is not None:
            with suppress(Refused):
                glance = yield from self.till.caring.glance_in_steps(member.member_id)
                yield
                suggested = yield from self.till.segmenting.suggestions_in_steps(member.member_id)
                yield
        now = self.scene.member if self.scene is not None else None
        if (now.member_id if now else "") != (member.member_id if member else ""):
            return
        self.member.show_glance(glance, self.scene)
        yield
        self._dues, self._suggested = glance.todos if glance is not None else (), suggested
        self._dues_shown = None
        self._show_dues()

    def _act_due(self, todo: Todo) -> None:
        """A refill goes into the sale; a reading or a call is entered on the member's page."""
        if todo.act == "add":
            self._do(lambda: self.till.selling.add_product(todo.product_id, max(1, todo.packs)))
        elif self._file is not None:
            self.go.emit("member")
            self._file.act_todo(todo)

    def _way_or_ask(self, key: str, kind: str) -> None:
        """A way out of the selected line that bears this key comes before what the key means otherwise."""
        if not self._way(key):
            self._ask(kind)

    def on_scanned(self, raw: str) -> None:
        """A whole scan: once down, once up."""
        if self.check.open:
            self._look_up(raw)
            return
        if self.join.joining_now and self.till.joining.is_blank_card(raw):
            self.join.put_card(raw)
            return
        self._do(lambda: self.till.selling.scan(raw))

    def on_product(self, product_id: str) -> None:
        """A product chosen from a list or a tile."""
        if self.check.open:
            self._check_product(product_id)
            return
        self._do(lambda: self.till.selling.add_product(product_id))

    def on_omnibox(self, text: str) -> bool:
        """Enter in the box: on nothing, the selected line's own way out, else payment; on text, a typed code."""
        if text.startswith(("?", "？")):
            self._begin_check()
            text = text[1:]
            if not text.strip() or not self.check.open:
                return True
        if self.join.open:
            # Nor must it while somebody joins: what is typed up there is their phone.
            if text.strip():
                self.join.take(text.strip())
            return True
        if self.check.open:
            # Enter on nothing must not begin a payment while somebody only asks for a price.
            if text.strip():
                self._look_up(text.strip())
            return True
        if text.strip():
            if self._names_somebody(text.strip()):
                self._find_member(text.strip())
            else:
                self._do(lambda: self.till.selling.scan(text.strip(), "typed"))
            return True
        line = self._selected()
        stopping = line is not None and any(strip.grade in ("confirm", "block") for strip in line.strips)
        # The key of an unknown code's search belongs to the box, so Enter on the empty box does it.
        if stopping and line is not None and (self._way("Enter") or (line.ghost and self._way("F2"))):
            return True
        self.pay()
        return True

    def _names_somebody(self, text: str) -> bool:
        """Whether what was typed is a mobile number, or a phone's last digits and a name, and no goods are called so."""
        return meant_as_member(text) and not self.till.selling.search(text, 1)

    def _find_member(self, text: str) -> None:
        """As F3 with this text: nobody has to know which box finds whom."""
        self._ask("member")
        question = self.scene.question if self.scene is not None else None
        if question is not None and question.kind == "member":
            self._answer(question.question_id, {"text": text})

    def on_key(self, name: str) -> bool:
        """Keys of the numpad and the arrows while nothing is being typed."""
        if self.check.open:
            if name == "Esc":
                self._end_check()
            return name == "Esc" or (len(name) == 1 and name in "123456789" and self.check.pick(name))
        if self.join.open:
            if name in ("Esc", "Ctrl J"):
                self._end_join()
                return True
            return len(name) == 1 and name in "0123456789" and self.join.pick(name)
        if self.coupons.open:
            if name == "Esc":
                if not self.coupons.back():
                    self._end_coupons()
                return True
            if len(name) == 1 and name in "0123456789":
                return self.coupons.pick(name)
            if name in ("PgDn", "PgUp"):
                return self.coupons.turn(1 if name == "PgDn" else -1)
        selling = self.till.selling
        match name:
            case "Up" | "Down":
                if self.scene is None or not self.scene.lines:
                    return False
                self._do(lambda: selling.step_selection(-1 if name == "Up" else 1))
            case "Del" | "Delete":
                self._remove()
            case "+":
                self.pay()
            case "-":
                return self._nudge(-1)
            case "Left" | "Right":
                return self._nudge(-1 if name == "Left" else 1)
            case "*":
                if self._selected() is None:
                    return False
                self._ask("quantity")
            case "/":
                if self._selected() is None:
                    return False
                self._ask("price")
            case "Enter":
                return self.on_omnibox("")
            case "Ctrl U":
                self._ask("patient")
            case "Ctrl G":
                self._ask("salesperson")
            case "Ctrl I":
                self._ask("vouch")
            case "Ctrl Y":
                self._ask("reveal")
            case "Ctrl J":
                self._begin_join()
            case held if held.startswith("Ctrl ") and held[5:].isdigit() and held != "Ctrl 0":
                self._recall(int(held[5:]) - 1)
            case "Esc":
                if self.scene is None or self.scene.question is None:
                    return False
                self._dismiss()
            case _:
                return False
        return True

    def undo(self) -> bool:
        """Ctrl Z."""
        if self.scene is None or not self.scene.undo_steps:
            return False
        self._do(self.till.selling.undo)
        return True

    def badge(self) -> str:
        """How many sales are held."""
        return str(len(self.scene.held)) if self.scene is not None and self.scene.held else ""


