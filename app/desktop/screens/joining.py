"""Joining on the Sale page: phone, Enter, a name if there is one, Enter; and each consent given and withdrawn in the same place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.counter.faults import Refused
from app.counter.scene import Echo, QuestionField
from app.desktop import wording
from app.desktop.keys import enter_or_leave
from app.desktop.screens.evidence import CodeRow, SignRow, said
from app.desktop.screens.question import ChipRow
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.screens.settling import settle
from app.desktop.selling_words import say
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Part, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.chips import KeyCap
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import announce
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Para, Txt
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME

if TYPE_CHECKING:
    # Named only: registration is loaded when somebody first joins.
    from app.counter.joining import ConsentRow, ConsentScene, JoinedScene, Joining, JoinScene
    from app.counter.pending import Pending
    from app.counter.verifying import CodeScene
    from app.desktop.bridge import Bridge
    from app.desktop.widgets.signature import SignatureMark
    from app.domain.signature import Signature

T = TypeVar("T")

_FIELD_OF = {
    "join_phone_shape": "phone",
    "join_birthday": "born",
    "join_guardian_needed": "guardian",
    "join_guardian": "guardian",
    "join_referrer": "referrer",
    "join_campaign": "campaign",
    "join_card": "card",
    "sign_needed": "channel",
    "verify_needed": "channel",
    "consent_by": "channel",
}
"""Which field a refusal is about."""
_TAB_ORDER = ("phone", "name", "born", "source", "campaign", "referrer", "guardian", "card", "channel")
NARROW = 620
"""Design pixels: below this width rows say less and channels have a row of their own."""
LEAST_ROOM = 96
SPOKEN, SIGNED, BY_CODE = "spoken", "signature", "code"
"""The ways in which a consent is given."""
CODE_TAG = "sale:code"
"""Under which the bridge tells that headquarters has said something of a code."""


class _Room(QScrollArea):
    """What stands between headline and buttons: as high as it wants to be, and scrolled where the window has less."""

    def __init__(self, theme: Theme, column: Column) -> None:
        super().__init__()
        self.theme = theme
        theme.dress_area(self)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._column = column
        inner = boxed(column)
        # Its height follows its width alone, not what paragraphs would need in a narrower one.
        inner.setMinimumHeight(1)
        self.setWidget(inner)
        # A scroll area paints its inside by itself; the surface behind must show.
        inner.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        """As high as what is inside needs at this width."""
        layout = self._column
        wide = max(self.viewport().width(), layout.minimumSize().width())
        high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        return QSize(layout.totalSizeHint().width(), high)

    def minimumSizeHint(self) -> QSize:
        """Room for what is typed."""
        return QSize(0, self.theme.px(LEAST_ROOM))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width asks for another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class JoinPanel(Panel):
    """A strip over the cart: registers a member, says who has this phone already, or shows a member's consents."""

    closed = Signal()
    done = Signal(object)
    """An act was done: an `Echo` to show; the sale may have another member now."""
    left = Signal()
    """The member's consents changed: the sale is drawn again, the panel stays."""

    def __init__(self, theme: Theme, joining: Callable[[], Joining], bridge: Bridge, parent: QWidget | None = None) -> None:
        """`joining` gives the counter's act, loaded when it is first asked for; what it writes comes back over the bridge."""
        self._joining, self._bridge = joining, bridge
        self._busy = False
        """Whether an act is on its way to the disk; until it is there no other one begins here."""
        self._turn = 0
        """Which opening of the panel this is: what comes back for an earlier one leaves the open form alone."""
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._title = Txt(theme, "", "head", "ink")
        self._how = Txt(theme, "", "label", "ink2", elide=True)
        self._off = IconBtn(theme, "x", say(theme, "join_close"), size=32, icon_size=16)
        icon = Icon(theme, "identification-badge", 20, "brand", "fill")
        head = Row(theme, icon, self._title, (self._how, 1), KeyCap(theme, "Esc", 22), self._off, gap=9)
        super().__init__(theme, Column(theme, head, self._body, gap=7, margins=(16, 9, 12, 10)), line="brand_l", bar="brand", parent=parent)
        self._off.clicked.connect(self.closed)
        self._inner: QWidget | None = None
        self._scene: JoinScene | None = None
        self._joined: JoinedScene | None = None
        self._consents: ConsentScene | None = None
        self._parts: dict[str, Entry | ChipRow] = {}
        self._wraps: dict[str, QWidget] = {}
        self._rows: list[ListRow] = []
        self._buttons: list[Btn] = []
        self._said: dict[str, bool] = {}
        """What is ticked in a form, or waits for a signature or a code."""
        self._sign: SignRow | None = None
        self._code: CodeRow | None = None
        self._drawn: Signature | None = None
        self._marks: dict[str, SignatureMark] = {}
        self._told_of = ""
        """The purpose that is explained."""
        self._record: Btn | None = None
        self._another = False
        self._kept: dict[str, str] = {}
        self._explained: Para | None = None
        self._wrong = Para(theme, "", "label_strong", "bad_ink")
        self._shown: tuple[object, ...] = ()
        theme.changed.connect(self._again)
        bridge.resumed.connect(self._resumed)
        self.hide()

    @property
    def open(self) -> bool:
        """Whether it is on the screen."""
        return not self.isHidden()

    @property
    def joining_now(self) -> bool:
        """Whether a person is being registered, and a blank card that is scanned is theirs."""
        return self.open and self._scene is not None

    # ------------------------------------------------------------------ opening

    def begin(self, phone: str = "", *, another: bool = False) -> None:
        """Register somebody, by a phone that was typed already or is asked for now; `another` is known to be none of those who have it."""
        self._forget()
        self._scene = self._joining().begin(phone)
        self._another = another
        self._said = {row.purpose: True for row in self._scene.consents if row.needed}
        self.show()
        self._build({"phone": self._scene.phone})

    def begin_consents(self, member_id: str) -> None:
        """Show how a member stands to each purpose."""
        self._forget()
        self._consents = self._joining().consents(member_id)
        self.show()
        self._build({})

    def end(self) -> None:
        """Close it; what was typed is forgotten."""
        if self._code is not None:
            self._joining().code.leave()
        self._forget()
        self._clear()
        self.hide()

    def _forget(self) -> None:
        self._scene = self._joined = self._consents = None
        self._said, self._another, self._kept, self._drawn = {}, False, {}, None
        self._told_of = ""
        self._shown = ()
        self._busy = False
        self._turn += 1

    def put_card(self, raw: str) -> None:
        """A blank card was scanned for whoever joins."""
        part = self._parts.get("card")
        if isinstance(part, Entry):
            part.setText(raw)
            self._show_asked()

    def take(self, text: str) -> None:
        """A phone typed into the box above."""
        if self._scene is not None:
            self._look_up(text)

    # ------------------------------------------------------------------ keys

    def pick(self, digit: str) -> bool:
        """What a digit means now: one of those known, which sale, or a consent; True when it meant something."""
        order = int(digit) - 1
        if self._scene is not None and self._asks_who():
            if digit == "0":
                self._not_one_of_them()
                return True
            return self._press(order, len(self._scene.known), lambda: self._take_known(order))
        if self._joined is not None:
            return self._press(order, 2, lambda: self._choose_sale(order))
        rows = self._consent_rows()
        return self._press(order, len(rows), lambda: self._toggle(rows[order].purpose))

    @staticmethod
    def _press(order: int, count: int, act: Callable[[], None]) -> bool:
        if not 0 <= order < count:
            return False
        act()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on to the next step, Esc leaves; the way of consenting may have been changed by an arrow."""
        if event.type() == QEvent.Type.KeyRelease and watched is self._parts.get("channel"):
            self._way_chosen()
        return enter_or_leave(event, lambda: self._advance(watched), self.closed.emit)

    def _advance(self, watched: QObject) -> None:
        phone = self._parts.get("phone")
        if watched is phone and isinstance(phone, Entry):
            self._look_up(phone.text())
        elif self._code is not None and watched is self._code.entry:
            self._code.submit()
        elif self._consents is not None:
            self.record()
        else:
            self.register()

    # ------------------------------------------------------------------ acts

    def _look_up(self, text: str) -> None:
        """The phone was said: whoever has it is shown first, else the name is next."""
        assert self._scene is not None
        try:
            found = self._joining().begin(text)
        except Refused as refusal:
            self._refused(refusal)
            return
        if not found.phone:
            self._refused(Refused("join_phone_shape", raw=""))
            return
        self._scene = replace(found, join_id=self._scene.join_id)
        self._another = False
        self._build({**self._typed(), "phone": found.phone})

    def _asks_who(self) -> bool:
        return self._scene is not None and bool(self._scene.known) and not self._another

    def _not_one_of_them(self) -> None:
        self._another = True
        self._build(self._typed())

    def _take_known(self, order: int) -> None:
        assert self._scene is not None
        face = self._scene.known[order]
        self._do(lambda: self._joining().take(face.member_id))

    def register(self) -> None:
        """Register with what stands in the fields."""
        scene = self._scene
        if scene is None or self._asks_who():
            return
        from app.counter.joining import JoinForm

        typed = self._typed()
        form = JoinForm(
            scene.join_id,
            typed["phone"],
            name=typed["name"],
            born_on=typed["born"],
            source=typed["source"],
            campaign_id=typed["campaign"],
            referrer=typed["referrer"],
            guardian=typed["guardian"],
            card=typed["card"],
            consents=dict(self._said),
            channel=typed["channel"],
            another=self._another,
            signature=self._sign.drawn if self._sign is not None else None,
        )
        self._do(lambda: self._joining().join(form))

    def _begin(self, act: Callable[[], Pending[T]], then: Callable[[T], None]) -> None:
        """Do something that writes; until it is on disk the panel waits, the window does not."""
        if self._busy:
            return
        turn = self._turn
        try:
            pending = act()
        except Refused as refusal:
            self._refused(refusal)
            return
        self._busy = True
        self._settle()

        def refused(refusal: Refused) -> None:
            if turn == self._turn:
                self._busy = False
                self._refused(refusal)

        def written(done: T) -> None:
            if turn == self._turn:
                self._busy = False
                then(done)
            else:
                # The panel was closed meanwhile, or is another's: what was done shows in the sale.
                self.left.emit()

        def slow() -> None:
            if turn == self._turn:
                self._how.set_words(say(self.theme, "join_writing"))

        settle(self._bridge, pending, written, refused, slow)

    def _do(self, act: Callable[[], Pending[JoinedScene]]) -> None:
        """Do what ends with a member in the sale, or with the question which sale is meant."""

        def joined(done: JoinedScene) -> None:
            if done.late is None:
                self.done.emit(_echo(done))
                return
            self._scene, self._joined = None, done
            self._build({})

        self._begin(act, joined)

    def _choose_sale(self, order: int) -> None:
        joined = self._joined
        if joined is None or joined.late is None:
            return
        if order == 0:
            sale_id, said = joined.late.sale_id, Echo("member", "joined_late", {"label": joined.label}, sound="scan_member_or_rx")
            self._begin(lambda: self._joining().attach_late(sale_id, joined.member_id), lambda _: self.done.emit(said))
            return
        try:
            self._joining().to_open_sale(joined.member_id)
        except Refused as refusal:
            self._refused(refusal)
            return
        self.done.emit(_echo(joined))

    def _toggle(self, purpose: str) -> None:
        """Give or take back one purpose: a form remembers it until it is sent, a member's word is on record at once."""
        if self._consents is None:
            self._said[purpose] = not self._said.get(purpose, False)
            self._mark()
            return
        given = next(row.given for row in self._consents.rows if row.purpose == purpose)
        if not given and self._typed()["channel"] != SPOKEN:
            # It counts once it is signed, or the code was told back; until then it is only ticked.
            self._said[purpose] = not self._said.get(purpose, False)
            self._mark()
            self._show_evidence()
            # Read before it is signed: what is ticked is what is explained.
            self._explain(next(row for row in self._consents.rows if row.purpose == purpose))
            return
        self._say({purpose: not given}, SPOKEN)

    def _say(self, words: dict[str, bool], channel: str) -> None:
        """Record what the member says."""
        assert self._consents is not None
        member_id, drawn = self._consents.member_id, self._sign.drawn if self._sign is not None else None

        def kept(scene: ConsentScene) -> None:
            typed = self._typed()
            self._consents = scene
            for purpose in words:
                self._said.pop(purpose, None)
            self._drawn = None
            if channel == SPOKEN:
                self._mark()
                self._show_evidence()
            else:
                self._joining().code.leave()
                self._build({**typed, "channel": SPOKEN})
            self.left.emit()

        self._begin(lambda: self._joining().set_consents(member_id, words, channel, drawn), kept)

    def record(self) -> None:
        """Record what was ticked, by the signature or the code."""
        if self._consents is None or self._record is None:
            return
        wanted = self._wanted()
        if not wanted:
            self._refused(Refused("consent_none"))
            return
        self._say(dict.fromkeys(wanted, True), self._typed()["channel"])

    def _wanted(self) -> list[str]:
        """What is ticked and not on record."""
        return [purpose for purpose, given in self._said.items() if given]

    # ------------------------------------------------------------------ signature and code

    def _way_chosen(self, _value: str = "") -> None:
        """Another way of consenting: a pad to sign on, or a code to send, where it needs one."""
        typed = self._typed()
        if typed["channel"] == self._kept.get("channel"):
            return
        if typed["channel"] == SPOKEN and self._consents is not None:
            self._said = {}
        self._build(typed)
        where: QWidget | None = self._sign.pad if self._sign is not None else self._code.button if self._code is not None else None
        (where or self._parts["channel"]).setFocus(Qt.FocusReason.OtherFocusReason)

    def _send_code(self) -> None:
        """A code goes to the phone that stands in the form, or to the member's."""
        joining = self._joining()

        def sent() -> CodeScene:
            if self._scene is not None:
                return joining.send_join_code(self._scene.join_id, self._typed()["phone"], again=True)
            if self._consents is not None and self._wanted():
                return joining.send_consent_code(self._consents.member_id, self._wanted(), again=True)
            raise Refused("consent_none")

        self._ask_code(sent)

    def _type_code(self, text: str) -> None:
        self._ask_code(lambda: self._joining().code.type(text))

    def _ask_code(self, act: Callable[[], CodeScene]) -> None:
        try:
            shown = act()
        except Refused as refusal:
            self._refused(refusal)
            return
        self._settle()
        if self._code is not None:
            self._code.show_code(shown)

    def _resumed(self, tag: str) -> None:
        """Headquarters said something of a code, perhaps of this one."""
        if tag != CODE_TAG or self._code is None or not self.open:
            return
        verifying = self._joining().code
        verifying.heard()
        shown = self._own_code()
        self._code.show_code(shown)
        if shown is None or shown.state != "proven":
            return
        if self._consents is not None and set(self._wanted()) <= set(shown.about):
            self.record()
        elif self._buttons:
            self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _own_code(self) -> CodeScene | None:
        """The code under way, where it is for whoever stands in this panel."""
        shown = self._joining().code.scene
        subject = self._scene.join_id if self._scene is not None else self._consents.member_id if self._consents is not None else ""
        return shown if shown is not None and shown.subject == subject else None

    def _show_evidence(self) -> None:
        """What is ticked decides whether there is anything to sign for."""
        if self._record is not None:
            count = len(self._wanted())
            zh = f"记下 {count} 项同意" if count else "先按数字勾选"
            en = f"Record {count}" if count else "Tick first"
            self._record.set_words(said(self.theme, zh, en))
            self._record.setEnabled(bool(count))

    def _mark(self) -> None:
        """Show what is given now."""
        self._settle()
        for order, (line, row) in enumerate(zip(self._rows, self._consent_rows(), strict=True)):
            line.set_cells(self._cells(order, row))

    def _settle(self) -> None:
        """What was wrong is not any more."""
        self._wrong.set_words("")
        self._wrong.hide()

    def _refused(self, refusal: Refused) -> None:
        if refusal.code == "join_known":
            # Somebody else of this phone came meanwhile: they are shown first.
            self._look_up(self._typed()["phone"])
        words = wording.sentence(refusal.code, refusal.facts, self.theme.language)
        self._wrong.set_words(words)
        self._wrong.show()
        announce(self, words)
        name = _FIELD_OF.get(refusal.code, "")
        for field, part in self._parts.items():
            if isinstance(part, Entry):
                part.set_wrong(field == name)
        if refusal.code == "sign_needed" and self._sign is not None:
            self._sign.pad.setFocus(Qt.FocusReason.OtherFocusReason)
        elif refusal.code == "verify_needed" and self._code is not None:
            self._code.button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif name in self._parts:
            if name in self._wraps:
                self._wraps[name].show()
            if name in ("campaign", "referrer", "guardian", "card"):
                self._wraps["extras"].show()
            self._parts[name].setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------ building

    def _again(self) -> None:
        if self.open and self._drawn_for() != self._shown:
            held = next((name for name, part in self._parts.items() if part.hasFocus()), "")
            self._build(self._typed())
            if held in self._parts:
                self._parts[held].setFocus(Qt.FocusReason.OtherFocusReason)

    def _drawn_for(self) -> tuple[object, ...]:
        """What the drawing depends on beside the step."""
        return self.theme.language, self.theme.scale, self._narrow()

    def _narrow(self) -> bool:
        holder = self.parentWidget()
        wide = self.width() if self.testAttribute(Qt.WidgetAttribute.WA_WState_Created) or holder is None else holder.width()
        return wide < self.theme.px(NARROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A panel that becomes narrow says less."""
        super().resizeEvent(event)
        self._again()

    def _typed(self) -> dict[str, str]:
        names = ("phone", "name", "born", "source", "campaign", "referrer", "guardian", "card", "channel")
        found = {**dict.fromkeys(names, ""), **self._kept}
        for name, part in self._parts.items():
            found[name] = part.text().strip() if isinstance(part, Entry) else part.value
        found["channel"] = found["channel"] or SPOKEN
        if self._sign is not None:
            self._drawn = self._sign.pad.signature
        return found

    def _clear(self) -> None:
        if self._inner is not None:
            self._wrong.setParent(None)
            self._body.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self._inner, self._parts, self._wraps, self._rows, self._explained = None, {}, {}, [], None
        self._buttons = []
        self._sign = self._code = self._record = None
        self._marks = {}
        self._settle()

    def _build(self, typed: dict[str, str]) -> None:
        """Draw the step that stands now, with what was typed so far."""
        theme = self.theme
        self._kept = typed
        self._shown = self._drawn_for()
        self._clear()
        self._off.set_icon("x", say(theme, "join_close"))
        if self._joined is not None:
            column = self._which_sale(self._joined)
        elif self._consents is not None:
            self._title.set_words(say(theme, "consents_title", label=self._consents.label))
            how = said(theme, "按数字勾选，签好或核对后记下；撤回当场生效", "Tick by digits, then sign or confirm; a digit takes back")
            self._how.set_words(say(theme, "consents_how") if typed.get("channel", SPOKEN) in ("", SPOKEN) else how)
            column = self._with_foot([self._consent_grid()], typed)
        elif self._asks_who():
            column = self._who()
        else:
            column = self._form(typed)
        self._inner = boxed(column)
        self._body.addWidget(self._inner)
        self._inner.show()
        self.setAccessibleName(self._title.accessibleName())
        order = [self._parts[name] for name in _TAB_ORDER if name in self._parts]
        for before, after in pairwise([*order, *self._rows, *self._buttons]):
            QWidget.setTabOrder(before, after)
        self._focus()

    def _focus(self) -> None:
        reason = Qt.FocusReason.OtherFocusReason
        if self._sign is not None and self._consents is not None:
            self._sign.pad.setFocus(reason)
        elif "phone" in self._parts:
            phone = self._parts["phone"]
            assert isinstance(phone, Entry)
            (self._parts["name"] if phone.text() else phone).setFocus(reason)
        elif self._consents is not None:
            # Not a row: Enter there would take a consent back.
            self._buttons[0].setFocus(reason)
        elif self._rows:
            self._rows[0].setFocus(reason)

    def _who(self) -> Column:
        """Those who have this phone, masked; choosing one is the first thing offered, another person the last."""
        theme, scene = self.theme, self._scene
        assert scene is not None
        self._title.set_words(say(theme, "join_known_title", count=len(scene.known)))
        self._how.set_words(say(theme, "join_known_how"))
        column = Column(theme, gap=0)
        for order, face in enumerate(scene.known):
            note = say(theme, "join_face_left" if face.left else "join_face_take")
            self._choice(column, order, f"{face.label}  {face.masked_phone}", note, partial(self._take_known, order))
        other = Btn(theme, say(theme, "join_another"), "line", key="0", height=40)
        other.clicked.connect(self._not_one_of_them)
        column.add(7)
        column.add(Row(theme, (self._wrong, 1), Spring(), other, gap=8))
        return column

    def _which_sale(self, joined: JoinedScene) -> Column:
        """The sale before has no member yet, and the open one has no goods: a person says which is meant."""
        theme, late = self.theme, joined.late
        assert late is not None
        self._title.set_words(say(theme, "join_which", label=joined.label))
        self._how.set_words(say(theme, "join_gift", gift=joined.gift.of(theme.language)) if joined.gift.zh else "")
        column = Column(theme, gap=0)
        before = say(theme, "join_late", time=late.at.astimezone(SHOP_TIME).strftime("%H:%M"), amount=money_text(late.payable_fen))
        self._choice(column, 0, before, say(theme, "join_late_note"), lambda: self._choose_sale(0))
        self._choice(column, 1, say(theme, "join_next"), say(theme, "join_next_note"), lambda: self._choose_sale(1))
        column.add(self._wrong)
        return column

    def _choice(self, column: Column, order: int, words: str, note: str, act: Callable[[], None]) -> None:
        theme = self.theme
        row = ListRow(
            theme,
            (
                Cell(str(order + 1), width=22, role="label_strong", tone="ink3"),
                Cell(words, role="body_strong"),
                Cell(note, width=330, align="right", role="label", tone="ink2"),
            ),
            height=42,
            pad=4,
        )
        row.setObjectName(f"join-{order + 1}")
        row.clicked.connect(act)
        column.add(row)
        self._rows.append(row)

    def _form(self, typed: dict[str, str]) -> Column:
        """Phone and name first; what is seldom asked stands behind them, what a source asks appears with it."""
        theme, scene = self.theme, self._scene
        assert scene is not None
        language = theme.language
        self._title.set_words(say(theme, "join_title"))
        gift = scene.gift.of(language)
        self._how.set_words(say(theme, "join_how_gift", gift=gift) if gift and not scene.known else say(theme, "join_how"))
        phone = self._entry("phone", say(theme, "join_phone_hint"), typed, width=170)
        name = self._entry("name", say(theme, "join_name_hint"), typed, chinese=True)
        born = self._entry("born", say(theme, "join_born_hint"), typed, width=150)
        narrow = self._narrow()
        first = Row(theme, phone, (name, 1), None if narrow else born, gap=14)
        fields = tuple((code, title) for code, title, _ in scene.sources)
        source = ChipRow(
            theme,
            QuestionField("source", "choice", Text("来源", "Source"), typed.get("source") or scene.source, fields),
            narrow=True,
        )
        source.installEventFilter(self)
        source.chosen.connect(self._show_asked)
        self._parts["source"] = source
        guide = Txt(theme, say(theme, "join_guide", name=scene.guide), "label", "ink2") if scene.guide else None
        second = Row(theme, Txt(theme, say(theme, "join_source"), "label", "ink2"), (source, 1), guide, gap=10)
        extras = [
            born if narrow else None,
            self._entry("campaign", say(theme, "join_campaign_hint"), typed, width=190),
            self._entry("referrer", say(theme, "join_referrer_hint"), typed, width=190),
            self._entry("guardian", say(theme, "join_guardian_hint"), typed, width=190),
            self._entry("card", say(theme, "join_card_hint"), typed, width=230),
        ]
        third = boxed(Row(theme, *extras, Spring(), gap=14))
        self._wraps["extras"] = third
        column = self._with_foot([first, second, third, self._consent_grid()], typed)
        self._show_asked()
        return column

    def _entry(self, name: str, hint: str, typed: dict[str, str], *, width: int = 0, chinese: bool = False) -> QWidget:
        theme = self.theme
        label = say(theme, f"join_{name}")
        part = Entry(theme, hint, spoken=label, chinese=chinese, height=40)
        part.setText(typed.get(name, ""))
        if width:
            part.setFixedWidth(theme.px(width))
        part.installEventFilter(self)
        part.textEdited.connect(lambda _: part.set_wrong(False))
        self._parts[name] = part
        wrap = boxed(Row(theme, Txt(theme, label, "label", "ink2"), (part, 1), gap=8))
        self._wraps[name] = wrap
        return wrap

    def _show_asked(self, _source: str = "") -> None:
        """The fields that the source asks for, and those that hold something."""
        scene, source = self._scene, self._parts.get("source")
        if scene is None or not isinstance(source, ChipRow):
            return
        asks = next((asked for code, _, asked in scene.sources if code == source.value), "")
        shown = self._narrow()
        for name in ("campaign", "referrer", "guardian", "card"):
            part = self._parts[name]
            wanted = name == asks or (isinstance(part, Entry) and bool(part.text()))
            self._wraps[name].setVisible(wanted)
            shown = shown or wanted
        self._wraps["extras"].setVisible(shown)

    # ------------------------------------------------------------------ consents

    def _consent_rows(self) -> Sequence[ConsentRow]:
        if self._consents is not None:
            return self._consents.rows
        return self._scene.consents if self._scene is not None and not self._asks_who() else ()

    def _given(self, row: ConsentRow) -> bool:
        return self._said.get(row.purpose, row.given if self._consents is not None else False)

    def _consent_grid(self) -> Column:
        """Every purpose with its plain text, two beside each other; below, all that is to be known of the one that has the keyboard."""
        theme = self.theme
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(0)
        rows = self._consent_rows()
        half = -(-len(rows) // 2)
        self._explained = Para(theme, "", "label", "ink2")
        for order, row in enumerate(rows):
            line = ListRow(theme, self._cells(order, row), height=36 if self._narrow() else 40, pad=4)
            line.setObjectName(f"consent-{row.purpose}")
            line.clicked.connect(partial(self._toggle, row.purpose))
            line.reached.connect(partial(self._explain, row))
            grid.addWidget(line, order % half, order // half)
            self._rows.append(line)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        marks = [self._marked(row.purpose, row.drawing) for row in rows if row.drawing is not None]
        if rows:
            self._explain(next((row for row in rows if row.purpose == self._told_of), rows[0]))
        return Column(theme, grid, Row(theme, (self._explained, 1), *marks, gap=10), gap=6)

    def _marked(self, purpose: str, drawing: Signature) -> SignatureMark:
        """What was signed for a purpose, small; shown while that one is explained."""
        from app.desktop.widgets.signature import SignatureMark

        self._marks[purpose] = SignatureMark(self.theme, drawing)
        return self._marks[purpose]

    def _explain(self, row: ConsentRow) -> None:
        self._told_of = row.purpose
        if self._explained is not None:
            language = self.theme.language
            text = " ".join(text.of(language) for text in (row.text, row.refusing, row.retention))
            told = say(self.theme, "consent_text", title=row.title.of(language), text=text)
            if row.asked:
                how = f" · {row.how.of(language)}" if row.given and row.how.zh else ""
                told += said(self.theme, f"（{row.day}{how} · 文本 {row.said_version}）", f" ({row.day}{how} · text {row.said_version})")
            self._explained.set_words(told)
        for purpose, mark in self._marks.items():
            mark.setVisible(purpose == row.purpose)

    def _cells(self, order: int, row: ConsentRow) -> tuple[Cell, ...]:
        theme, language = self.theme, self.theme.language
        given = self._given(row)
        word = "consent_given" if given else "consent_needed" if row.needed and not row.asked else "consent_not"
        waits = self._consents is not None and given and not row.given
        if waits:
            word = "consent_waits"
        elif self._consents is not None and row.asked:
            word = "consent_older" if given and row.older else "consent_given_on" if given else "consent_withdrawn"
        elif self._consents is not None:
            word = "consent_never"
        if self._narrow():
            return (
                Cell(str(order + 1), width=18, role="label_strong", tone="ink3"),
                Cell(width=28, ticked=given),
                Cell(row.title.of(language), role="body_strong"),
            )
        width = 128 if self._consents is not None else 64
        words = said(theme, "待记下", "not yet kept") if waits else say(theme, word, day=row.day)
        if word == "consent_given_on" and row.how.zh:
            words = said(theme, f"{row.day} {row.how.zh}", f"{row.how.en} {row.day}")
        tone = "warn_ink" if waits else "good_ink" if given else "ink3"
        state = Cell(words, width=width, align="right", role="label", tone=tone)
        return (
            Cell(str(order + 1), width=18, role="label_strong", tone="ink3"),
            Cell(width=28, ticked=given),
            Cell(row.title.of(language), role="body_strong", sub=row.text.of(language), sub_tone="ink2"),
            state,
        )

    def _with_foot(self, parts: list[Part], typed: dict[str, str]) -> Column:
        """Headline above, the parts in the room there is, and below how a consent was given, what is wrong, and the one way on."""
        theme = self.theme
        channels = self._consents.channels if self._consents is not None else self._scene.channels if self._scene is not None else ()
        way = typed.get("channel") or SPOKEN
        # A way that is no more, for the line is gone, is not chosen any more either.
        way = way if way in {code for code, _ in channels} else SPOKEN
        self._kept = {**self._kept, "channel": way}
        channel = ChipRow(theme, QuestionField("channel", "choice", Text("同意方式", "Consent"), way, channels), narrow=True)
        channel.installEventFilter(self)
        channel.chosen.connect(self._way_chosen)
        self._parts["channel"] = channel
        given = Row(theme, Txt(theme, say(theme, "consent_channel"), "label", "ink2"), (channel, 1), gap=10)
        leave = Btn(theme, say(theme, "join_close" if self._consents is not None else "join_leave"), "line", key="Esc", height=40)
        leave.clicked.connect(self.closed)
        self._buttons = [leave]
        row = Row(theme, Spring() if self._narrow() else (given, 1), leave, gap=10)
        if self._consents is None:
            go = Btn(theme, say(theme, "join_go"), "primary", key="Enter", height=40)
            go.clicked.connect(self.register)
            row.add(go)
            self._buttons = [go, leave]
        elif way != SPOKEN:
            self._record = Btn(theme, "", "primary", key="Enter", height=40)
            self._record.setObjectName("consent-record")
            self._record.clicked.connect(self.record)
            row.add(self._record)
            self._buttons = [self._record, leave]
        if self._narrow():
            parts = [*parts, given]
        evidence = self._evidence(way)
        self._show_evidence()
        return Column(theme, (_Room(theme, Column(theme, *parts, gap=6)), 1), evidence, self._wrong, row, gap=7)

    def _evidence(self, way: str) -> QWidget | None:
        """What the chosen way asks for; nothing for a spoken word."""
        if way == SIGNED:
            self._sign = SignRow(self.theme, height=112 if self._scene is not None else 132)
            self._sign.put(self._drawn)
            self._sign.changed.connect(self._settle)
            self._sign.pad.installEventFilter(self)
            return self._sign
        if way == BY_CODE:
            self._code = CodeRow(self.theme)
            self._code.send.connect(self._send_code)
            self._code.typed.connect(self._type_code)
            self._code.entry.installEventFilter(self)
            self._code.show_code(self._own_code())
            return self._code
        return None


def _echo(joined: JoinedScene) -> Echo:
    word = "joined_gift" if joined.gift.zh else "joined_waits" if joined.gift_waits else "joined"
    if not joined.attached and joined.late is None:
        # The sale went on without them while the disk wrote.
        word = "joined_only"
    facts = {"label": joined.label, "title": joined.gift.zh, "title_en": joined.gift.en}
    return Echo("member", word, facts, sound="scan_member_or_rx", undoable=False)
