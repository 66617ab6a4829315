"""The Devices page: six cards that say how each thing stands, the print queue, setting up, and a test of the scanner."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from functools import partial

from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.printing import TROUBLES
from app.counter.scene import QuestionField
from app.desktop.scan_catcher import LEARNED_MOST, learned_gap
from app.desktop.screens.desk import Desk, Listing, Sheet, Slot, clock_text
from app.desktop.screens.fit_panel import WAYS, FitPanel
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.print_queue import PrintQueue, log_row
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.theme import Theme
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Ground, Panel
from app.desktop.widgets.words import IconTile, Rule, Txt
from app.desktop.wording import sentence
from app.devices.faults import DeviceFault
from app.devices.finding import Found
from app.devices.fitting import Fitting
from app.devices.scanner import check_address
from app.devices.status import Known
from app.devices.transports import transport_at
from app.domain import codes
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME

SCANS_KEPT = 5
SCANS_TO_LEARN = 3
LOG_ROWS = 40
GUN_MS = 30.0
"""Slower than this between two characters, and it was a hand, or a gun that the till must be taught (see the scan catcher)."""
CARD_HEIGHT = 152

_SCAN_KINDS: dict[type, Text] = {
    codes.TraceCode: Text("追溯码", "Trace code"),
    codes.Gs1Code: Text("GS1 码", "GS1 code"),
    codes.ProductBarcode: Text("商品条码", "Product barcode"),
    codes.InStoreBarcode: Text("店内码", "In-store barcode"),
    codes.InHouseCode: Text("本店的码", "The shop's own code"),
    codes.ReceiptNumber: Text("小票号", "Receipt number"),
    codes.PackBarcode: Text("箱码", "Case barcode"),
    codes.IdNumber: Text("身份证号", "Identity number"),
    codes.WeChatPayCode: Text("微信付款码", "WeChat Pay code"),
    codes.AlipayPayCode: Text("支付宝付款码", "Alipay code"),
    codes.UnionPayCode: Text("云闪付付款码", "UnionPay code"),
    codes.PrescriptionCode: Text("处方码", "Prescription code"),
    codes.InsuranceCredential: Text("医保码", "Insurance code"),
    codes.Ambiguous: Text("可作两种码读", "Can be read two ways"),
    codes.SearchText: Text("文字", "Text"),
    codes.Unreadable: Text("读不出是什么码", "No known kind of code"),
}
_SECRET = (codes.IdNumber, codes.WeChatPayCode, codes.AlipayPayCode, codes.UnionPayCode, codes.InsuranceCredential)
"""Kinds whose digits are nobody's business on a screen."""


class Below(StrEnum):
    """What the lower half of the page shows."""

    QUEUE = "queue"
    LOG = "log"
    SCAN = "scan"
    FORM = "form"
    FIT = "fit"


@dataclass(frozen=True, slots=True)
class Act:
    """A button of a card."""

    name: str
    words: str
    act: Callable[[], None]
    kind: str = "line"
    key: str = ""


@dataclass(frozen=True, slots=True)
class CardFace:
    """All that a card says."""

    icon: str
    title: str
    state: str
    tone: str
    """good | bad | warn | info | mute."""
    below: str
    line: str
    acts: tuple[Act, ...] = ()

    @property
    def shown(self) -> object:
        """All of it that is seen: what the acts do is asked of the last face when one is pressed."""
        return replace(self, acts=()), tuple((act.name, act.words, act.kind, act.key) for act in self.acts)


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as it arrived while the test was on."""

    raw: str
    kind: Text
    gap_ms: float
    secret: bool
    at: datetime


class DeviceCard(Panel):
    """One card: what it is, how it stands in one pill, one line of facts, and the next steps."""

    def __init__(self, theme: Theme, face: CardFace, act: Callable[[str], None]) -> None:
        """`act` is told the name of the act whose button was pressed."""
        tint = face.tone if face.tone in ("good", "bad", "warn", "info") else "brand"
        words = Column(
            theme,
            Row(theme, Txt(theme, face.title, "head"), Pill(theme, face.state, face.tone), Spring(), gap=8),
            Txt(theme, face.below, "caption", "ink3", elide=True),
            gap=1,
        )
        row = Row(theme, gap=8)
        for each in face.acts:
            kind = {"primary": "primary", "tonal": "tonal"}.get(each.kind, "line")
            button = Btn(
                theme, each.words, "primary" if kind == "primary" else "tonal" if kind == "tonal" else "line", key=each.key, height=38
            )
            button.setObjectName(each.name)
            button.clicked.connect(lambda _=False, name=each.name: act(name))
            row.add(button)
        row.add(Spring())
        head = Row(theme, IconTile(theme, face.icon, 46, tint, radius=10, weight="fill"), (boxed(words), 1), gap=12)
        body = Column(theme, head, 6, Txt(theme, face.line, "label", "ink2", elide=True), Spring(), row, gap=4, margins=(16, 14, 16, 14))
        super().__init__(theme, body, line="bad_l" if face.tone == "bad" else "line", height=CARD_HEIGHT)
        self.setAccessibleName(f"{face.title} {face.state} {face.line}")


class DevicesPage(Desk):
    """How printer, labels, drawer, scanner, customer display and network stand, and what to do about it."""

    key = "devices"
    title = Text("设备", "Devices")
    icon = "printer"
    at_foot = True
    takes_scans = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._below = Below.QUEUE
        self._cards = Slot()
        self._places: tuple[Slot, ...] = ()
        """One for each card that stands."""
        self._faces: dict[str, CardFace] = {}
        """What the cards say now, by the names of the acts on them."""
        self._lower = Slot()
        self._queue: PrintQueue | None = None
        self._fit: FitPanel | None = None
        self._form: Form | None = None
        self._gap_ms = 0.0
        self._widest_ms = 0
        self._scans: list[Scan] = []
        self._learnt: list[int] | None = None
        """The widest pauses of the scans that a gun is being learned from; None while none is."""
        self._heard: bool | None = None
        """Whether the scanner that needs no keyboard is connected; None where there is none."""
        outer = Column(self.theme, self._cards, (self._lower, 1), gap=12, margins=(16, 12, 16, 12))
        whole = Column(self.theme, (Ground(self.theme, outer), 1), gap=0)
        self.setLayout(whole)
        self.bridge.printing.connect(self._changed)
        self.bridge.syncing.connect(self._changed)
        self.bridge.hearing.connect(self._hears)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys of the page as it stands."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back)]
        if self._below in (Below.FORM, Below.FIT):
            return tuple(keys)
        return (
            *keys,
            FKeySpec("F5", Text("全部检测", "Check all"), self._check, primary=True),
            FKeySpec("F6", Text("设置小票机", "Set up printer"), lambda: self._begin_fit("printer")),
            FKeySpec("F7", Text("扫码测试", "Scan test"), lambda: self._show(Below.SCAN)),
            FKeySpec("F8", Text("学习扫码枪", "Learn the gun"), self._begin_learning),
            FKeySpec("F9", Text("打印日志", "Print log"), lambda: self._show(Below.LOG)),
            FKeySpec("F10", Text("开钱箱", "Drawer"), self._ask_drawer, enabled=self.till.shifts.has_open_shift),
        )

    def badge(self) -> str:
        """How many slips want a person's word."""
        state = self.till.printing.state
        return str(state.queued + state.unknown) if state.queued + state.unknown else ""

    def on_shown(self) -> None:
        """Look at everything anew."""
        self._leave_below()
        self.till.printing.check()
        self.come_in_parts(self._come())

    def let_go(self) -> None:
        """The cards, and what is below them."""
        self._places, self._faces, self._queue = (), {}, None
        self._cards.empty()
        self._lower.empty()

    def on_left(self) -> None:
        """Nothing goes on behind another page; a manager's leave ends."""
        self._leave_below()

    def on_timed(self, gap_ms: float, widest_ms: int) -> None:
        """Kept for the scan that follows."""
        self._gap_ms, self._widest_ms = gap_ms, widest_ms

    def on_scanned(self, raw: str) -> None:
        """Show what the scanner sent; nothing is sold here."""
        reading = codes.read(raw, self.till.shapes, codes.ScanContext.SELLING)
        kind = _SCAN_KINDS.get(type(reading), Text("其他码", "Another kind of code"))
        scan = Scan(raw, kind, self._gap_ms, isinstance(reading, _SECRET), self.till.clock.now())
        self._scans = [scan, *self._scans][:SCANS_KEPT]
        if self._below not in (Below.FORM, Below.FIT):
            self._below = Below.SCAN
        if self._learnt is not None and self._widest_ms:
            self._learnt.append(self._widest_ms)
            if len(self._learnt) == SCANS_TO_LEARN:
                self._learn(self._learnt)
        self.redraw()

    def on_key(self, name: str) -> bool:
        """The set-up answers by keys; Esc steps back."""
        self.draw_out()
        if self._below is Below.FIT and self._fit is not None:
            return self._fit.key(name.upper() if len(name) == 1 else name)
        if name == "Esc":
            self._back()
            return True
        return False

    # ------------------------------------------------------------------ moving about

    def _changed(self, _state: object) -> None:
        if self.isVisible():
            self.draw_in_parts(self._come())

    def _show(self, below: Below) -> None:
        self._leave_below()
        self._below = below
        self.redraw()

    def _back(self) -> None:
        if self._below is Below.FIT and self._fit is not None:
            self._fit.back()
        elif self._below is not Below.QUEUE:
            self._show(Below.QUEUE)
        else:
            self.go.emit("sale")

    def _hears(self, well: object) -> None:
        self._heard = well if isinstance(well, bool) else None
        self._changed(well)

    def _leave_below(self) -> None:
        self._end_learning()
        if self._fit is not None:
            self._fit.end()
        self._fit = self._form = None
        self._below = Below.QUEUE
        self.till.tuning.lock()

    def _check(self) -> None:
        self.till.printing.check()
        self.till.sync.wake()
        self.toast.emit(self.say("正在检测", "Checking"), "arrows-clockwise")
        self.redraw()

    # ------------------------------------------------------------------ setting up

    def _allowed(self, then: Callable[[], None]) -> None:
        """Go on, after a manager's PIN where the person at the till may not change settings."""
        if self.till.tuning.may("printer.transport"):
            then()
            return
        fields = (QuestionField("pin", "pin", Text("店长 PIN", "Manager's PIN")),)
        form = self._ask(Text("设备由店长设置", "A manager sets devices up"), fields, Text("继续", "Go on"))

        def unlocked(values: dict[str, str]) -> None:
            try:
                self.till.tuning.unlock(values["pin"])
            except Refused as refusal:
                form.clear("pin")
                form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), "pin")
                self.refuse(refusal)
                return
            self._form = None
            then()

        form.answered.connect(unlocked)

    def _ask(self, title: Text, fields: tuple[QuestionField, ...], confirm: Text, body: Text | None = None) -> Form:
        form = Form(self.theme, title, fields, body=body, confirm=confirm, close=Text("关闭", "Close"))
        form.left.connect(lambda: self._show(Below.QUEUE))
        form.setMaximumWidth(self.theme.px(620))
        self._form, self._below = form, Below.FORM
        self._draw_cards()
        self._lower.fill(Column(self.theme, Row(self.theme, Spring(), (form, 4), Spring()), Spring(), gap=0))
        self.changed.emit()
        form.begin()
        return form

    def _begin_fit(self, which: str) -> None:
        def begin() -> None:
            self.draw_out()
            fit = FitPanel(self, which)
            fit.fitted.connect(lambda fitting: self._fitted(fitting, which))
            fit.left.connect(lambda: self._show(Below.QUEUE))
            self._fit, self._below = fit, Below.FIT
            self._lower.fill(fit)
            fit.begin()
            self.changed.emit()

        self._allowed(begin)

    def _fitted(self, fitting: object, which: str) -> None:
        if not isinstance(fitting, Fitting):
            return

        def kept(_: object) -> None:
            self.till.printing.refit()
            self.bridge.tuned.emit(f"{which}.transport")
            self._draw_cards()

        with contextlib.suppress(Refused):  # the panel is shown to managers only
            self.after(self.till.tuning.change_together(fitting.settings(which)), kept)

    def _ask_second(self) -> None:
        settings = self.till.settings
        if settings.text("printer2.transport") == "none":
            self._begin_fit("printer2")
            return

        def ask() -> None:
            uses = (("ask", Text("先问我", "Ask me first")), ("auto", Text("自动改用", "By itself")))
            fields = (
                QuestionField("use", "choice", Text("1 号机有故障时", "When printer 1 is in trouble"), settings.text("printer2.use"), uses),
                QuestionField(
                    "after",
                    "number",
                    Text("故障几秒后自动改用", "Seconds of trouble before that"),
                    str(settings.number("printer2.after_s")),
                ),
            )
            place = self._place("printer2")
            form = self._ask(Text("2 号机", "Printer 2"), fields, Text("保存", "Save"), Text(place))
            form.answered.connect(
                lambda values: self._keep({"printer2.use": values["use"], "printer2.after_s": values["after"]}, form, "after")
            )

        self._allowed(ask)

    def _ask_pole(self) -> None:
        settings = self.till.settings

        def ask() -> None:
            ways = (("serial", Text("串口", "Serial")), ("network", Text("网口", "Network")), ("none", Text("不用客显", "None")))
            protocols = (("cd5220", Text("CD5220", "CD5220")), ("esc", Text("Epson", "Epson")))
            way = settings.text("pole.transport")
            hint = Text("串口写设备名，如 /dev/ttyS1,9600；网口写 IP:端口", "Serial: the device, as /dev/ttyS1,9600; network: IP:port")
            fields = (
                QuestionField("way", "choice", Text("怎样接", "Connection"), "serial" if way == "none" else way, ways),
                QuestionField("address", "code", Text("地址", "Address"), settings.text("pole.address"), required=False, hint=hint),
                QuestionField("protocol", "choice", Text("指令", "Commands"), settings.text("pole.protocol"), protocols),
            )
            form = self._ask(Text("顾客显示牌（两行 20 字）", "Customer pole display, 2 × 20"), fields, Text("保存", "Save"))
            form.answered.connect(lambda values: self._keep_pole(values, form))

        self._allowed(ask)

    def _keep_pole(self, values: dict[str, str], form: Form) -> None:
        if values["way"] != "none":
            try:
                transport_at(values["way"], values["address"])
            except DeviceFault:
                form.show_problem(self.say("这个地址读不懂", "That address makes no sense"), "address")
                return
        wanted = {"pole.transport": values["way"], "pole.address": values["address"], "pole.protocol": values["protocol"]}
        self._keep(wanted, form, "address", self.till.customer.start)

    def _keep(self, values: dict[str, str], form: Form, name: str, then: Callable[[], None] | None = None) -> None:
        """Keep what a form says; what is wrong is said in it."""
        try:
            future = self.till.tuning.change_together(values)
        except Refused as refusal:
            form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), name)
            return

        def kept(_: object) -> None:
            (then or self.till.printing.refit)()
            self.toast.emit(self.say("已保存", "Saved"), "check-circle")
            self._show(Below.QUEUE)

        self.after(future, kept)

    def _ask_drawer(self) -> None:
        fields = (QuestionField("reason", "choice", Text("原因", "Reason"), choices=self.till.reasons.choices("drawer")),)
        note = Text("不带销售的开箱会记进交班报表", "Openings without a sale are in the report")
        form = self._ask(Text("开钱箱", "Open the drawer"), fields, Text("开箱", "Open"), note)

        def opened(values: dict[str, str]) -> None:
            if self.attempt(lambda: self.after(self.till.shifts.open_drawer(values["reason"]), lambda _: self.redraw())):
                self.toast.emit(self.say("已开钱箱", "Drawer opened"), "vault")
                self._show(Below.QUEUE)

        form.answered.connect(opened)

    def _use(self, road: int) -> None:
        self.till.printing.use(road)

    # ------------------------------------------------------------------ the scanner

    def _begin_learning(self) -> None:
        """Hear how fast the gun types, from a few scans; a slow one is heard whole meanwhile."""

        def begin() -> None:
            # Not by `_show`, which takes the manager's leave back: what is learned is kept at the end.
            self._fit = self._form = None
            self._below, self._learnt, self._scans = Below.SCAN, [], []
            self.bridge.learning.emit(True)
            self.redraw()

        self._allowed(begin)

    def _end_learning(self) -> None:
        if self._learnt is not None:
            self._learnt = None
            self.bridge.learning.emit(False)

    def _learn(self, widest_ms: list[int]) -> None:
        """Tell this gun from a hand by its own pace from now on."""
        self._end_learning()
        gap_ms = learned_gap(widest_ms)
        if not gap_ms:
            words = self.say(
                "这把枪太慢，按速度认不出：请在枪上设一个前缀，再到设置里填上",
                "Too slow to be told by its speed: give the gun a prefix, and write that in the settings",
            )
            self.toast.emit(words, "warning")
            return

        def kept(_: object) -> None:
            self.bridge.tuned.emit("scanner.gap_ms")
            self.toast.emit(
                self.say(f"学好了：字间隔 {gap_ms} 毫秒以内算扫码", f"Learned: up to {gap_ms} ms between characters is a scan"),
                "check-circle",
            )
            self.redraw()

        with contextlib.suppress(Refused):  # learning began with a manager's leave
            self.after(self.till.tuning.change_together({"scanner.gap_ms": gap_ms}), kept)

    def _ask_scanner(self) -> None:
        settings = self.till.settings

        def ask() -> None:
            ways = (("keyboard", Text("键盘口（USB）", "Keyboard (USB)")), ("serial", WAYS["serial"]), ("network", WAYS["network"]))
            hint = Text("键盘口不填；串口如 COM3,9600；网口 IP:端口", "None for a keyboard; serial: COM3,9600; network: IP:port")
            way, address = settings.text("scanner.transport"), settings.text("scanner.address")
            fields = (
                QuestionField("way", "choice", Text("怎样接", "Connection"), way, ways),
                QuestionField("address", "code", Text("地址", "Address"), address, required=False, hint=hint),
            )
            note = Text("接了串口或网口，键盘口的枪也照样能用", "A gun on the keyboard is heard beside it all the same")
            form = self._ask(Text("扫码枪", "Scanner"), fields, Text("保存", "Save"), note)
            form.answered.connect(lambda values: self._keep_scanner(values, form))

        self._allowed(ask)

    def _keep_scanner(self, values: dict[str, str], form: Form) -> None:
        if values["way"] != "keyboard":
            try:
                check_address(values["way"], values["address"])
            except DeviceFault:
                form.show_problem(self.say("这个地址读不懂", "That address makes no sense"), "address")
                return
        wanted = {"scanner.transport": values["way"], "scanner.address": values["address"].strip()}
        self._keep(wanted, form, "address", lambda: self.bridge.tuned.emit("scanner.transport"))

    def _test_page(self) -> None:
        settings = self.till.settings
        self.till.printing.print_test(Found(settings.text("printer.transport"), settings.text("printer.address"), "", True))
        self.toast.emit(self.say("测试页已交给打印机", "A test page goes to the printer"), "printer")

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Draw the cards and what is below, unless nobody looks."""
        if not self.isVisible():
            return
        self._draw_cards()
        self._draw_below()
        self.changed.emit()

    def _come(self) -> Iterator[None]:
        """Each card in a turn of its own, then what is below them, where that follows the till's own facts."""
        if not self._places:
            # The turn in which the page comes is the frame's own.
            yield
        yield from self._cards_in_parts()
        if self._below in (Below.QUEUE, Below.LOG):
            yield from self._below_in_parts()

    def _draw_cards(self) -> None:
        self._undrawn = None
        for _ in self._cards_in_parts():
            pass

    def _cards_in_parts(self) -> Iterator[None]:
        """What stands for the same facts stays; cards that are made for the first time are seen together."""
        faces = [self._printer, self._labels, self._scanner]
        if self._below is not Below.FORM:  # a form needs the room of the second row
            faces += [self._drawer, self._display, self._network]
        if self._cards.fill_for((self.look(), len(faces)), lambda: self._empty_places(len(faces))):
            self._cards.setUpdatesEnabled(False)
            yield
        for place, face_of in zip(self._places, faces, strict=True):
            # Each asks the store for its facts.
            face = face_of()
            self._faces |= {act.name: face for act in face.acts}
            place.fill_for((self.look(), face.shown), partial(DeviceCard, self.theme, face, self._act))
            yield
        self._cards.setUpdatesEnabled(True)

    def _empty_places(self, count: int) -> Column:
        self._places = tuple(Slot() for _ in range(count))
        for place in self._places:
            place.setFixedHeight(self.theme.px(CARD_HEIGHT))
        rows = [Row(self.theme, *((place, 1) for place in self._places[start : start + 3]), gap=12) for start in range(0, count, 3)]
        return Column(self.theme, *rows, gap=12)

    def _act(self, name: str) -> None:
        """A card's button was pressed: what it does is what its card says now."""
        self.draw_out()
        act = next((act for act in self._faces[name].acts if act.name == name), None) if name in self._faces else None
        if act is not None:
            act.act()

    def _draw_below(self) -> None:
        for _ in self._below_in_parts():
            pass

    def _below_in_parts(self) -> Iterator[None]:
        if self._below is Below.QUEUE:
            facts = (self.look(), Below.QUEUE)
            queue = self._queue if self._queue is not None and self._lower.stands_for(facts) else PrintQueue(self)
            yield from queue.read()
            if queue.jobs:
                self._queue = queue
                self._lower.fill_for(facts, lambda: queue)
                yield from queue.show_jobs()
            else:
                self._lower.fill_for((self.look(), None), self._nothing_waits)
        elif self._below is Below.LOG:
            self._lower.fill(self._log())
        elif self._below is Below.SCAN:
            self._lower.fill(self._scan_test())

    def _nothing_waits(self) -> QWidget:
        theme = self.theme
        empty = Empty(
            theme,
            "check-circle",
            self.say("没有等着打的单据", "Nothing waits to be printed"),
            self.say(
                "单据先存本机再送打印机，断电、缺纸、换机都不会丢",
                "Slips are kept here first: no power cut, empty roll or other printer loses one",
            ),
        )
        return Sheet(theme, Column(theme, Spring(), empty, Spring(), gap=0))

    def _titled(self, title: str, note: str, body: QWidget) -> QWidget:
        theme = self.theme
        shut = IconBtn(theme, "x", self.say("关闭", "Close"), size=32, icon_size=16)
        shut.clicked.connect(lambda: self._show(Below.QUEUE))
        head = Row(theme, Txt(theme, title, "head"), Txt(theme, note, "label", "ink3"), Spring(), shut, gap=10, margins=(18, 10, 12, 8))
        return Sheet(theme, Column(theme, head, Rule(theme), (body, 1), gap=0))

    def _log(self) -> QWidget:
        jobs = self.till.store.jobs.latest(LOG_ROWS)
        title, note = self.say("打印日志", "Print log"), self.say(f"最近 {LOG_ROWS} 张，新的在上", f"The last {LOG_ROWS}, newest first")
        if not jobs:
            return self._titled(title, note, Empty(self.theme, "receipt", self.say("还没有打过单据", "Nothing printed yet")))
        return self._titled(title, note, Listing(self.theme, [log_row(self, job) for job in jobs]))

    def _scan_test(self) -> QWidget:
        theme = self.theme
        title = self.say("扫码测试", "Scan test")
        note = self.say("这里扫的码不会卖出去", "What is scanned here is not sold")
        words = self.say("随便扫一个码", "Scan any code")
        hint = self.say(
            "会看到枪送来的内容、它是什么码、每个字隔多久", "You will see what the gun sent, what it is, and how fast it types"
        )
        if self._learnt is not None:
            left = SCANS_TO_LEARN - len(self._learnt)
            title, note = self.say("学习扫码枪", "Learn the gun"), self.say(f"还要扫 {left} 次", f"{left} more to scan")
            words = self.say(f"拿常用的枪，随便扫 {left} 次", f"Scan any code {left} times with the usual gun")
            hint = self.say(
                f"按它自己的快慢分清扫码和打字；{LEARNED_MOST} 毫秒一字以内都行",
                f"Its own pace tells a scan from typing; anything up to {LEARNED_MOST} ms a character will do",
            )
        if not self._scans:
            return self._titled(title, note, boxed(Column(theme, Spring(), Empty(theme, "barcode", words, hint), Spring())))
        return self._titled(title, note, Listing(theme, [self._scan_row(scan) for scan in self._scans]))

    def _scan_row(self, scan: Scan) -> ListRow:
        shown = f"{scan.raw[:4]}{'*' * max(0, len(scan.raw) - 4)}" if scan.secret else scan.raw.replace("\x1d", "␝")
        quick = scan.gap_ms < GUN_MS
        gap = self.say(f"每字 {scan.gap_ms:.0f} 毫秒", f"{scan.gap_ms:.0f} ms a character")
        if not scan.gap_ms:
            gap = self.say("不经键盘", "Not typed")
        cells = (
            Cell(shown, icon="barcode", icon_tone="brand_ink"),
            Cell(self.of(scan.kind), width=150, role="label", tone="ink2", align="right"),
            Cell(self.say(f"{len(scan.raw)} 个字", f"{len(scan.raw)} characters"), width=110, role="label", tone="ink3", align="right"),
            Cell(gap, width=170, role="label", tone="good_ink" if quick else "warn_ink", align="right"),
            Cell(clock_text(scan.at, self.till.staging.frame().day), width=80, role="label", tone="ink3", align="right"),
        )
        return ListRow(self.theme, cells, height=50, pad=18, plain=True)

    # -- the six cards --------------------------------------------------------

    def _place(self, which: str) -> str:
        """Way, address and paper of a printer, from the settings."""
        settings = self.till.settings
        way = WAYS.get(settings.text(f"{which}.transport"), Text(""))
        width = "80 mm" if settings.number(f"{which}.cells") >= 48 else "58 mm"
        return " · ".join(part for part in (self.of(way), settings.text(f"{which}.address"), width) if part)

    def _not_set(self, icon: str, title: str, line: str, act: Act) -> CardFace:
        return CardFace(
            icon,
            title,
            self.say("未设置", "Not set up"),
            "mute",
            self.say("还没有接到这台收银机", "Not connected to this till"),
            line,
            (act,),
        )

    def _since_morning(self) -> datetime:
        day = self.till.clock.now().astimezone(SHOP_TIME).date()
        return datetime.combine(day, time(), SHOP_TIME)

    def _printer(self) -> CardFace:
        printing, say = self.till.printing, self.say
        state, title = printing.state, self.say("小票机", "Receipt printer")
        if self.till.settings.text("printer.transport") == "none":
            line = say("收银照常；单据都存着，接上打印机随时能打", "Sales go on; every slip is kept until there is a printer")
            return self._not_set(
                "printer", title, line, Act("set-printer", say("设置", "Set up"), lambda: self._begin_fit("printer"), "primary", "F6")
            )
        words, tone = {
            "ready": (say("就绪", "Ready"), "good"),
            "paper_out": (say("缺纸", "Out of paper"), "bad"),
            "cover_open": (say("机盖开着", "Cover open"), "bad"),
            "cutter": (say("切刀卡住", "Cutter stuck"), "bad"),
            "offline": (say("离线", "Offline"), "bad"),
            "unknown": (say("请看纸", "Look at the paper"), "warn"),
        }.get(state.kind, (say("正在检测", "Checking"), "info"))
        if state.kind == "ready" and state.status.online is Known.UNKNOWN:
            words, tone = say("不回话", "Does not answer"), "info"
        line = self._printer_line(state.kind in TROUBLES)
        second = printing.has_second
        if state.road == 2:
            acts = [
                Act("first", say("改回 1 号机", "Back to printer 1"), lambda: self._use(1 if state.kind not in TROUBLES else 0), "tonal")
            ]
        elif state.kind in TROUBLES and second:
            acts = [Act("second", say("改用 2 号机", "Use printer 2"), lambda: self._use(2))]
        else:
            acts = [Act("set-second", say("2 号机", "Printer 2"), self._ask_second)]
        if state.kind in TROUBLES:
            acts.insert(0, Act("mended", say("装好了，检测", "Mended, check"), printing.check, "primary"))
        else:
            acts.insert(0, Act("test", say("打测试页", "Test page"), self._test_page))
            acts.append(Act("set-printer", say("设置", "Set up"), lambda: self._begin_fit("printer")))
        return CardFace("printer", title, words, tone, self._place("printer"), line, tuple(acts))

    def _printer_line(self, trouble: bool) -> str:
        say, state = self.say, self.till.printing.state
        if state.road == 2:
            return say("新的小票打在 2 号机上，每张都记着", "New receipts go to printer 2; each says so")
        if state.asks:
            return say(f"纸装好了：{state.asks} 张还要打吗？在下面选", f"Paper is in: {state.asks} to decide on below")
        if trouble:
            kept = say(f"{state.queued} 张单据已留存，", f"{state.queued} kept; ") if state.queued else ""
            return kept + say("收款不受影响", "sales go on")
        printed = self.till.store.jobs.printed_since(self._since_morning(), "receipt")
        line = say(f"今日打了 {printed} 张", f"{printed} printed today")
        paper = {
            Known.YES: say("，纸够", ", paper enough"),
            Known.NO: say("，纸快用完", ", paper runs low"),
            Known.UNKNOWN: "",
        }
        return line + paper[state.status.paper_ample]

    def _labels(self) -> CardFace:
        say, settings, title = self.say, self.till.settings, self.say("标签机", "Label printer")
        way = settings.text("label_printer.transport")
        if way == "none":
            line = say("标签也可以存成 A4 整张打", "Labels can also be saved as A4 sheets")
            return self._not_set("tag", title, line, Act("set-labels", say("设置", "Set up"), lambda: self.go.emit("settings"), "tonal"))
        waiting = sum(job.printer == "label" for job in self.till.store.jobs.list(("waiting", "failed", "unknown")))
        printed = self.till.store.jobs.printed_since(self._since_morning(), "label")
        size = f"{settings.number('label_printer.width_mm')}×{settings.number('label_printer.height_mm')} mm"
        below = " · ".join((self.of(WAYS.get(way, Text(way))), settings.text("label_printer.address"), size))
        state, tone = (say(f"{waiting} 批没打完", f"{waiting} not printed"), "warn") if waiting else (say("已设置", "Set up"), "good")
        line = say(f"用药标签、价签。今日打了 {printed} 批", f"Direction and shelf labels. {printed} runs today")
        acts = (
            Act("labels", say("打标签", "Labels"), lambda: self.go.emit("labels")),
            Act("set-labels", say("设置", "Set up"), lambda: self.go.emit("settings")),
        )
        return CardFace("tag", title, state, tone, below, line, acts)

    def _scanner(self) -> CardFace:
        say, title = self.say, self.say("扫码枪", "Scanner")
        prefix = self.till.settings.text("scanner.prefix")
        way = self.till.settings.text("scanner.transport")
        below = (
            " · ".join((self.of(WAYS[way]), self.till.settings.text("scanner.address")))
            if way != "keyboard"
            else say("键盘口 · 按前缀识别", "Keyboard · known by its prefix")
            if prefix
            else say("键盘口 · 按速度识别", "Keyboard · known by its speed")
        )
        acts = (
            Act("scan-test", say("扫码测试", "Scan test"), lambda: self._show(Below.SCAN), key="F7"),
            Act("learn-scanner", say("重新学习", "Learn"), self._begin_learning, key="F8"),
            Act("set-scanner", say("设置", "Set up"), self._ask_scanner),
        )
        if way != "keyboard" and not self._heard:
            line = say("连不上时每两秒再试；键盘口的枪照样能用", "Tried every two seconds; a gun on the keyboard works all the same")
            return CardFace("barcode", title, say("连不上", "Not reached"), "bad", below, line, acts)
        if not self._scans:
            line = say("扫任意一个码，看枪送来什么", "Scan any code to see what the gun sends")
            return CardFace("barcode", title, say("待测试", "Not tested"), "mute", below, line, acts)
        typed = [scan.gap_ms for scan in self._scans if scan.gap_ms]
        gap = sum(typed) / len(typed) if typed else 0.0
        known = sum(scan.kind is not _SCAN_KINDS[codes.Unreadable] for scan in self._scans)
        line = say(f"{len(self._scans)} 次认出 {known} 次", f"{known} of {len(self._scans)} known")
        if typed:
            line = say(f"平均字符间隔 {gap:.0f} 毫秒，{line}", f"{gap:.0f} ms a character; {line}")
        state, tone = (say("就绪", "Ready"), "good") if gap < GUN_MS or prefix else (say("偏慢", "Slow"), "warn")
        return CardFace("barcode", title, state, tone, below, line, acts)

    def _drawer(self) -> CardFace:
        say, printing, title = self.say, self.till.printing, self.say("钱箱", "Cash drawer")
        open_shift = self.till.shifts.has_open_shift
        if self.till.settings.text("printer.transport") == "none":
            line = say("钱箱插在小票机上，先设置小票机", "The drawer hangs on the receipt printer: set that up first")
            return self._not_set(
                "vault", title, line, Act("set-drawer", say("设置", "Set up"), lambda: self._begin_fit("printer"), "tonal")
            )
        sensor = printing.state.status.drawer
        state, tone = {
            Known.YES: (say("关着", "Closed"), "good"),
            Known.NO: (say("开着", "Open"), "warn"),
            Known.UNKNOWN: (say("不回话", "Does not say"), "info"),
        }[sensor]
        if printing.drawer.state == "failed":
            state, tone = say("没打开，用钥匙", "Did not open: use the key"), "bad"
        line = say("开班后可以开箱", "Open a shift first")
        if open_shift:
            row = self.till.store.shifts.open_shift(self.till.store.till)
            opened = self.till.store.shifts.drawer_openings(row.shift_id) if row is not None else ()
            names = {person.id: person.name for person in self.till.store.people.staff()}
            who = "、".join(sorted({names.get(each.actor, each.actor) for each in opened}))
            line = say(f"本班无销售开箱 {len(opened)} 次", f"Opened without a sale: {len(opened)} this shift") + (
                f"（{who}）" if who else ""
            )
        acts = (Act("drawer", say("开箱", "Open"), self._ask_drawer, key="F10"),) if open_shift else ()
        return CardFace("vault", title, state, tone, say("随小票机 · 2 号针", "On the receipt printer · pin 2"), line, acts)

    def _display(self) -> CardFace:
        say, customer, title = self.say, self.till.customer, self.say("客显", "Customer display")
        way = self.till.settings.text("pole.transport")
        if way == "none":
            line = say("两行显示牌：单价、合计、找零", "Two rows for price, total and change")
            return self._not_set("monitor", title, line, Act("set-pole", say("设置", "Set up"), self._ask_pole, "tonal"))
        well = customer.pole.well if customer.pole is not None else False
        state, tone = {
            True: (say("就绪", "Ready"), "good"),
            False: (say("连不上", "Not reached"), "bad"),
            None: (say("等第一行字", "Waits for words"), "info"),
        }[well]
        protocol = {"cd5220": "CD5220", "esc": "Epson"}[self.till.settings.text("pole.protocol")]
        below = " · ".join((self.of(WAYS.get(way, Text(way))), self.till.settings.text("pole.address"), protocol))
        line = say("处方药和含麻药只显示“药品”", "Prescription goods show as 药品 only")
        acts = (
            Act("pole-again", say("再送一次", "Send again"), self._pole_again),
            Act("set-pole", say("设置", "Set up"), self._ask_pole),
        )
        return CardFace("monitor", title, state, tone, below, line, acts)

    def _pole_again(self) -> None:
        self.till.customer.start()
        self.redraw()

    def _network(self) -> CardFace:
        say, sync, title = self.say, self.till.sync.state, self.say("网络与总部", "Network")
        counts = self.till.store.outbox.counts()
        at = f"{sync.last_ok_at.astimezone(SHOP_TIME):%H:%M}" if sync.last_ok_at else ""
        state, tone = {
            "online": (say("已同步", "Online"), "good"),
            "recovering": (say("补传中", "Catching up"), "info"),
            "offline": (say("离线", "Offline"), "info"),
            "portal": (say("要登录网络", "Network wants a login"), "warn"),
        }.get(sync.kind, (say("独立门店", "On its own"), "mute"))
        name = self.till.settings.text("hub.name") or self.till.settings.text("hub.url")
        below = " · ".join(part for part in (name, say(f"上次 {at}", f"last {at}") if at else "") if part) or say(
            "不连总部", "No headquarters"
        )
        if sync.kind == "off":
            line = say("记录都在本机，收银不靠网络", "All records are here; selling needs no network")
            acts: tuple[Act, ...] = ()
        else:
            waiting = counts.waiting
            line = (
                say(f"{waiting} 条待传，都安全存在本机", f"{waiting} to send, all safe here")
                if waiting
                else say("没有待传的记录", "Nothing waits to be sent")
            )
            acts = (Act("sync", say("看同步", "Sync"), lambda: self.go.emit("sync")),)
        return CardFace(
            "wifi-high" if sync.kind in ("online", "recovering", "off") else "wifi-slash", title, state, tone, below, line, acts
        )
