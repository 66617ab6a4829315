"""Stored value on the member's page (储值): a sum paid in with one touch and Enter, the rest paid out, a load of this shift taken back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from app.counter.faults import Refused
from app.counter.scene import QuestionField
from app.desktop.bridge import Bridge
from app.desktop.screens.member_forms import BigEntry, FormSheet, Sheet
from app.desktop.screens.member_parts import say
from app.desktop.screens.rows import Chips, Choice
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, LinkBtn, TenderTile
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.words import Para, Txt
from app.domain.money import parse_fen
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME

if TYPE_CHECKING:
    from app.counter.loading import Loaded, Loading, LoadScene
    from app.counter.pending import Pending
    from app.counter.stored_book import StoredStanding


class Settles(Protocol):
    """The page's way of doing something that writes."""

    def __call__(
        self, act: Callable[[], Pending[Loaded]], then: Callable[[Loaded], None], refused: Callable[[Refused], None]
    ) -> None:
        """Do it, then say what it came to or why it was refused."""
        ...


class Follows(Protocol):
    """The page's way of going on after something that is being written already."""

    def __call__(self, pending: Pending[Loaded], then: Callable[[Loaded], None], refused: Callable[[Refused], None]) -> None:
        """Say what it came to or why it was refused, however much else is being written."""
        ...


@dataclass(frozen=True, slots=True)
class Hands:
    """What of the page its acts need."""

    theme: Theme
    bridge: Bridge
    loading: Loading
    open: Callable[[Sheet, Callable[[], None] | None], None]
    settle: Settles
    follow: Follows
    done: Callable[[str], None]
    worded: Callable[[Refused], str]
    shows: Callable[[Sheet], bool]
    """Whether a form is still in front; one that was left asks for nothing any more."""


def standing_words(theme: Theme, standing: StoredStanding) -> str:
    """What is there, of what kind, and how old that knowledge is."""
    if not standing.known:
        return say(theme, "还没有充过值", "Nothing was paid in yet")
    whole = say(theme, f"余额 {money_text(standing.total_fen)}", f"{money_text(standing.total_fen)} there")
    own, given = money_text(standing.principal_fen), money_text(standing.bonus_fen)
    parts = say(theme, f"本金 {own} + 赠送 {given}", f"{own} paid in + {given} given")
    at = standing.as_of.astimezone(SHOP_TIME).strftime("%H:%M") if standing.as_of is not None else ""
    told = say(theme, f"{at} 与总部核对", f"as of {at}") if at else say(theme, "开机后还没和总部核对", "headquarters not heard yet")
    return " · ".join((whole, parts, told))


class LoadSheet(Sheet):
    """How much is paid in and in which way; the tiles are the rules' sums with what the chain gives on top."""

    loaded = Signal(int, str, int, str)
    """Principal in fen, method, what was handed over in fen (0: just that), last digits."""
    payout_asked = Signal()
    unload_asked = Signal(str)

    def __init__(self, theme: Theme, scene: LoadScene, bonus_fen: Callable[[int], int]) -> None:
        """`bonus_fen` says what is given on top of any sum."""
        self._scene, self._bonus_fen = scene, bonus_fen
        self.tiles = {fen: TenderTile(theme, "wallet", f"¥{fen // 100:,}", self._gift(theme, bonus)) for fen, bonus in scene.tiles}
        self.amount = BigEntry(theme, say(theme, "充值金额，元", "Sum in yuan"))
        self.amount.setObjectName("load-amount")
        ways = [Choice(method, title.of(theme.language)) for method, title, _ in scene.ways]
        self.way = Chips(theme, ways, ways[0].value if ways else "", spoken=say(theme, "收款方式", "Paid by"))
        self.way.setObjectName("load-way")
        self.digits = Entry(theme, say(theme, "回单后四位", "Last digits of the slip"), height=40)
        self.digits.setObjectName("load-digits")
        self._sum = Para(theme, "", "body_strong", "ink")
        save = Btn(theme, say(theme, "收款并充值", "Take it"), "primary", key="Enter", height=46)
        self.rest = LinkBtn(theme, say(theme, "退余额", "Pay out the rest"), role="body_strong")
        self.rest.setObjectName("payout")
        self.rest.setVisible(scene.standing.total_fen > 0)
        backs = Column(theme, gap=2)
        self.backs: dict[str, LinkBtn] = {}
        for load in scene.loads:
            at = load.at.astimezone(SHOP_TIME).strftime("%H:%M")
            back = self.backs[load.load_id] = LinkBtn(theme, say(theme, "撤回", "Take back"), role="label_strong")
            words = say(
                theme,
                f"{at} 充 {money_text(load.principal_fen)} 送 {money_text(load.bonus_fen)}",
                f"{at} paid in {money_text(load.principal_fen)}, given {money_text(load.bonus_fen)}",
            )
            backs.add(Row(theme, Txt(theme, words, "label", "ink2"), back, Spring(), gap=8))
        typed = Row(theme, Txt(theme, "¥", "section", "ink2"), self.amount, Column(theme, self.way, self.digits, gap=8), gap=14)
        limit = say(
            theme,
            f"实名储值，不设有效期；一次至少 {money_text(scene.least_fen)}，余额最多 {money_text(scene.most_fen)}",
            f"Registered, never ends; at least {money_text(scene.least_fen)} at a time, at most {money_text(scene.most_fen)} in all",
        )
        super().__init__(
            theme,
            "wallet",
            say(theme, "储值", "Stored value"),
            Para(theme, standing_words(theme, scene.standing), "body", "ink2"),
            Row(theme, *((tile, 1) for tile in self.tiles.values()), gap=8),
            typed,
            self._sum,
            Row(theme, Txt(theme, limit, "caption", "ink3", elide=True), Spring()),
            Row(theme, self.rest, Spring(), save),
            boxed(backs) if scene.loads else None,
            Spring(),
        )
        for fen, tile in self.tiles.items():
            tile.clicked.connect(partial(self.choose, fen))
        for load_id, back in self.backs.items():
            back.clicked.connect(partial(self.unload_asked.emit, load_id))
        self.amount.textEdited.connect(lambda _: self._show())
        self.way.chosen.connect(lambda _: self._show())
        save.clicked.connect(self._submit)
        self.rest.clicked.connect(self.payout_asked)
        self.watch(self.amount, self.way, self.digits, save, *self.tiles.values())
        self._show()
        save.setEnabled(not scene.alone)
        if scene.alone:
            words = say(theme, "本店没接总部，充了也付不出去：不收储值", "No headquarters: it could never be spent, so none is taken")
            self.show_problem(words)

    @staticmethod
    def _gift(theme: Theme, bonus_fen: int) -> str:
        gift = f"¥{bonus_fen // 100:,}"
        return say(theme, f"送 {gift}", f"{gift} given") if bonus_fen else say(theme, "无赠送", "no gift")

    def begin(self) -> None:
        """The keyboard goes to the sum."""
        self.amount.setFocus(Qt.FocusReason.TabFocusReason)

    def choose(self, fen: int) -> None:
        """One touch on a sum."""
        self.amount.setText(str(fen // 100))
        self._show()
        self.amount.setFocus(Qt.FocusReason.TabFocusReason)

    def _fen(self) -> int:
        """The sum in fen; 0 for nothing and -1 for what is no sum."""
        text = self.amount.text().strip()
        try:
            return parse_fen(text) if text else 0
        except ValueError:
            return -1

    def _asks_digits(self) -> bool:
        return any(asks for method, _, asks in self._scene.ways if method == self.way.value)

    def _show(self) -> None:
        fen = self._fen()
        for sum_fen, tile in self.tiles.items():
            tile.set_state("chosen" if sum_fen == fen else "idle")
        self.digits.setVisible(self._asks_digits())
        self.amount.set_wrong(fen < 0)
        words = ""
        if fen > 0:
            bonus = self._bonus_fen(fen)
            after = money_text(self._scene.standing.total_fen + fen + bonus)
            words = say(
                self.theme,
                f"收 {money_text(fen)}，到账 {money_text(fen + bonus)}（含赠送 {money_text(bonus)}），充后余额 {after}",
                f"Takes {money_text(fen)}, brings {money_text(fen + bonus)} ({money_text(bonus)} given), {after} then",
            )
        self._sum.set_words(words)
        self.show_problem("")

    def advance(self, watched: QObject) -> None:
        """Enter: the slip's digits first where the device gives some, then it is taken."""
        if self._asks_digits() and not self.digits.text().strip() and watched is not self.digits:
            self.digits.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._submit()

    def _submit(self) -> None:
        if self._fen() <= 0:
            self.show_problem(say(self.theme, "先选或输入充值金额", "Choose or type a sum first"))
            self.amount.setFocus(Qt.FocusReason.TabFocusReason)
            return
        self.loaded.emit(self._fen(), self.way.value, 0, self.digits.text().strip() if self._asks_digits() else "")


class StoredActs:
    """What is done with stored value on one member's page."""

    def __init__(self, hands: Hands, member_id: str) -> None:
        self._hands = hands
        self._member_id = member_id

    def _say(self, zh: str, en: str) -> str:
        return say(self._hands.theme, zh, en)

    def begin(self) -> None:
        """Show what is there and ask for a sum."""
        hands = self._hands
        sheet = LoadSheet(hands.theme, hands.loading.scene(self._member_id), hands.loading.bonus_fen)

        def take(fen: int, method: str, handed_fen: int, digits: str) -> None:
            hands.settle(
                lambda: hands.loading.load(self._member_id, fen, method, handed_fen, digits),
                lambda told: hands.done(
                    self._say(
                        f"已充值 {money_text(told.principal_fen)}，余额 {money_text(told.balance_fen)}",
                        f"{money_text(told.principal_fen)} paid in, {money_text(told.balance_fen)} now",
                    )
                ),
                lambda refusal: sheet.show_problem(hands.worded(refusal)),
            )

        sheet.loaded.connect(take)
        sheet.payout_asked.connect(self.ask_payout)
        sheet.unload_asked.connect(self.ask_unload)
        hands.open(sheet, self.begin)

    def ask_payout(self) -> None:
        """How and why the rest goes back."""
        loading, theme = self._hands.loading, self._hands.theme
        scene = loading.scene(self._member_id)
        ways = tuple((method, title) for method, title, _ in scene.ways)
        fields = [
            QuestionField("way", "choice", Text("退到哪里（原路优先）", "Paid back by"), choices=ways),
            QuestionField("digits", "text", Text("回单后四位（退现金不填）", "Last digits of the slip (not for cash)"), required=False),
            QuestionField("reason", "choice", Text("原因", "Reason"), choices=loading.reasons),
            *self._pin(),
        ]
        own, given = money_text(scene.standing.principal_fen), money_text(scene.standing.bonus_fen)
        title = say(theme, f"退余额 {own}（赠送 {given} 作废）", f"Pay out {own} ({given} given lapses)")
        sheet = FormSheet(theme, "wallet", title, fields, act=self._say("向总部核对并退款", "Ask headquarters, pay out"))

        def begin(values: dict[str, str]) -> Callable[[Callable[[], None]], None]:
            named = (values["way"], values["reason"], values.get("pin", ""))
            return lambda told: loading.begin_payout(self._member_id, *named, told, values["digits"].strip())

        sheet.answered.connect(lambda values: self._ask(sheet, begin(values)))
        self._hands.open(sheet, self.ask_payout)

    def ask_unload(self, load_id: str) -> None:
        """A wrong load of this shift goes back as it came."""
        loading, theme = self._hands.loading, self._hands.theme
        load = next((one for one in loading.scene(self._member_id).loads if one.load_id == load_id), None)
        if load is None:
            return
        title = self._say(f"撤回充值 {money_text(load.principal_fen)}", f"Take back {money_text(load.principal_fen)}")
        note = QuestionField("sure", "choice", Text("原路退回，赠送一并撤回", "Back as it came, what was given too"), "yes", _SURE)
        sheet = FormSheet(theme, "wallet", title, [note, *self._pin()], act=self._say("向总部核对并撤回", "Ask headquarters, take back"))

        def begin(values: dict[str, str]) -> Callable[[Callable[[], None]], None]:
            return lambda told: loading.begin_unload(load_id, self._member_id, values.get("pin", ""), told)

        sheet.answered.connect(lambda values: self._ask(sheet, begin(values)))
        self._hands.open(sheet, lambda: self.ask_unload(load_id))

    def _pin(self) -> list[QuestionField]:
        return [QuestionField("pin", "pin", Text("店长 PIN", "Manager's PIN"))] if self._hands.loading.needs_pin() else []

    def _ask(self, sheet: FormSheet, begin: Callable[[Callable[[], None]], None]) -> None:
        """Headquarters is asked behind the page; its answer books the payout, or says why not."""
        heard: Future[Any] = Future()
        try:
            begin(lambda: heard.set_result(None))
        except Refused as refusal:
            sheet.show_problem(self._hands.worded(refusal))
            return
        sheet.show_problem(self._say("正在向总部核对…", "Asking headquarters…"))
        self._hands.bridge.after(heard, lambda: self._answered(sheet))

    def _answered(self, sheet: FormSheet) -> None:
        hands = self._hands
        if not hands.shows(sheet):
            hands.loading.give_up()
            return
        try:
            pending = hands.loading.pay_out()
        except Refused as refusal:
            sheet.show_problem(hands.worded(refusal))
            return
        if pending is None:
            return
        # Booked by now: the drawer, the paper and headquarters wait for nobody's other form.
        hands.follow(
            pending,
            lambda told: hands.done(
                self._say(
                    f"已退 {money_text(told.principal_fen)}，余额 {money_text(told.balance_fen)}",
                    f"{money_text(told.principal_fen)} paid out, {money_text(told.balance_fen)} left",
                )
            ),
            lambda refusal: sheet.show_problem(hands.worded(refusal)),
        )


_SURE = (("yes", Text("撤回", "Take it back")),)
