"""Setting a printer up where it stands: what was found, a test page, three questions, done; no dialog and no model names."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.screens.desk import Desk, Listing, Sheet, Slot
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.chips import Bar, Pill
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.words import IconTile, Para, Rule, Txt
from app.devices import finding
from app.devices.finding import Found
from app.devices.fitting import Fitting
from app.devices.printer import PrintOutcome
from app.devices.trying import print_page
from app.domain.verdict import Text
from app.records.resources import resource

WAYS = {
    "usb": Text("USB", "USB"),
    "serial": Text("串口", "Serial"),
    "cups": Text("打印队列", "Print queue"),
    "windows": Text("Windows 打印机", "Windows printer"),
    "network": Text("网口", "Network"),
    "file": Text("设备文件", "Device file"),
    "virtual": Text("存成图片", "As pictures"),
}
"""How the ways to a printer are called."""
CHARSETS = {
    "gb18030": Text("汉字全（GB 18030）", "all hanzi (GB 18030)"),
    "gbk": Text("汉字多（GBK）", "most hanzi (GBK)"),
    "gb2312": Text("常用汉字（GB 2312）", "common hanzi (GB 2312)"),
    "raster": Text("汉字画成点", "hanzi drawn as dots"),
}
REFRESH_MS = 120


class FitPanel(Slot):
    """Walks a person through setting up `printer` or `printer2`; the settings are kept by `fitted`'s receiver."""

    fitted = Signal(object)
    """The finished `Fitting`."""
    left = Signal()

    def __init__(self, desk: Desk, which: str, look: Callable[[], tuple[Found, ...]] = finding.here) -> None:
        """`look` finds what hangs on this computer."""
        super().__init__()
        self._desk, self.which, self._look = desk, which, look
        self.fitting: Fitting | None = None
        self.found: tuple[Found, ...] = ()
        self._looked = False
        self._problem = ""
        self._busy = False
        self._stop: threading.Event | None = None
        self._scanned = (0, 0)
        self._bar: Bar | None = None
        self._bar_words: Txt | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._progress)

    def begin(self) -> None:
        """Look round on this computer and show what is there."""
        self.draw()
        self._desk.in_background(self._look, self._take)

    def end(self) -> None:
        """Stop whatever goes on."""
        self._timer.stop()
        if self._stop is not None:
            self._stop.set()

    def key(self, name: str) -> bool:
        """Y and N, 1 and 2 answer; Esc goes one step back; True when used."""
        fitting = self.fitting
        if name == "Esc":
            self.back()
            return True
        if fitting is not None and fitting.question is not None and name in ("1", "2", "Y", "N", "Enter"):
            self.answer(name in ("1", "Y", "Enter"))
            return True
        return False

    # ------------------------------------------------------------------ finding

    def _take(self, found: tuple[Found, ...]) -> None:
        known = {(each.way, each.address) for each in self.found}
        every = (*self.found, *(each for each in found if (each.way, each.address) not in known))
        self.found = tuple(sorted(every, key=lambda each: not each.sure))
        self._looked = True
        if self.fitting is None:
            self.draw()

    def scan_network(self) -> None:
        """Ask the neighbours in the shop's own network; a person asked for it."""
        own = finding.own_address()
        hosts = finding.neighbours(own) if own else ()
        if not hosts:
            self._problem = self._desk.say("这台电脑不在店内网络上", "This computer is in no shop network")
            self.draw()
            return
        self._problem, self._stop, self._scanned = "", threading.Event(), (0, len(hosts))
        stop = self._stop

        def note(done: int, of: int) -> None:
            self._scanned = (done, of)

        def done(found: tuple[Found, ...]) -> None:
            self._timer.stop()
            self._stop = None
            if not found and not stop.is_set():
                self._problem = self._desk.say("网络里没有打印机应答（端口 9100）", "No printer answered in the network (port 9100)")
            self._take(found)

        self.draw()
        self._timer.start()
        self._desk.in_background(lambda: finding.scan(hosts, on_progress=note, stop=stop), done)

    def _progress(self) -> None:
        done, of = self._scanned
        if self._bar is not None and self._bar_words is not None and of:
            self._bar.set_share(done / of)
            self._bar_words.set_words(f"{done} / {of}")

    def _cancel_scan(self) -> None:
        if self._stop is not None:
            self._stop.set()

    # ------------------------------------------------------------------ the page and its questions

    def choose(self, found: Found) -> None:
        """Take a printer and send it the test page."""
        self._cancel_scan()
        self.fitting, self._busy, self._problem = Fitting(found), True, ""
        self.draw()

        def printed(outcome: PrintOutcome) -> None:
            self._busy = False
            if self.fitting is None or self.fitting.printer != found:
                return
            if outcome.state == "failed":
                self._problem = self._why(outcome)
                self.fitting = None
            else:
                self.fitting = self.fitting.printed()
            self.draw()

        self._desk.in_background(lambda: print_page(found, resource("fonts", "NotoSansSC-Regular.ttf")), printed)

    def _why(self, outcome: PrintOutcome) -> str:
        say = self._desk.say
        facts = outcome.facts
        if facts.get("paper") == "no":
            return say("这台打印机没纸了，装好再试", "This printer is out of paper; load it and try again")
        if facts.get("cover") == "no":
            return say("机盖没关好", "The cover is open")
        return {
            "printer.package_missing": say(f"缺少组件 {facts.get('package', '')}", f"{facts.get('package', '')} is not installed"),
            "printer.address": say("地址不对", "That address makes no sense"),
        }.get(
            facts.get("code", ""), say("连不上：看看电源、线和纸，再试一次", "No connection: check power, cable and paper, then try again")
        )

    def answer(self, yes: bool) -> None:
        """Answer the question on the screen."""
        if self.fitting is None or self.fitting.question is None:
            return
        self.fitting = self.fitting.answer(yes)
        self.draw()
        if self.fitting.step == "done":
            self.fitted.emit(self.fitting)

    def back(self) -> None:
        """One step back; from the list, out."""
        if self._stop is not None:
            self._cancel_scan()
            return
        if self.fitting is None or self.fitting.step == "done":
            self.end()
            self.left.emit()
            return
        before = self.fitting.back()
        self.fitting = None if before.step == "page" else before
        self.draw()

    # ------------------------------------------------------------------ drawing

    def draw(self) -> None:
        """Show where things stand."""
        desk, theme = self._desk, self._desk.theme
        first = self.which == "printer"
        title = desk.say("设置小票机", "Set up the receipt printer") if first else desk.say("设置 2 号机", "Set up printer 2")
        shut = IconBtn(theme, "x", desk.say("关闭", "Close"), size=32, icon_size=16)
        shut.clicked.connect(self._leave)
        head = Row(theme, Txt(theme, title, "head"), Spring(), gap=10, margins=(18, 10, 12, 8))
        self._bar = self._bar_words = None
        if self.fitting is None:
            body = self._choices(head)
        elif self._busy:
            body = boxed(Column(theme, Spring(), Empty(theme, "printer", desk.say("正在打测试页…", "Printing the test page…")), Spring()))
        else:
            body = self._question(self.fitting)
        head.add(shut)
        self.fill(Sheet(theme, Column(theme, head, Rule(theme), (body, 1), gap=0)))
        # The answers' keys are digits: they must not fall into the omnibox.
        names = ("answer-yes", "fit-done", "scan-network")
        first_of = next((found for name in names if (found := self.findChild(QWidget, name)) is not None), shut)
        first_of.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self) -> None:
        self.end()
        self.left.emit()

    def _choices(self, head: Row) -> QWidget:
        desk, theme = self._desk, self._desk.theme
        column = Column(theme, gap=0)
        if self._stop is not None:
            self._bar = Bar(theme, 0.0)
            self._bar.setFixedWidth(theme.px(180))
            self._bar_words = Txt(theme, "", "label", "ink2")
            cancel = Btn(theme, desk.say("停下", "Stop"), height=36)
            cancel.setObjectName("scan-stop")
            cancel.clicked.connect(self._cancel_scan)
            for part in (
                Txt(theme, desk.say("正在问网络里的设备", "Asking the network"), "label", "ink2"),
                self._bar,
                self._bar_words,
                cancel,
            ):
                head.add(part)
        else:
            net = Btn(theme, desk.say("在店内网络里找", "Look in the network"), height=36, icon="wifi-high")
            net.setObjectName("scan-network")
            net.clicked.connect(self.scan_network)
            head.add(net)
        if self._problem:
            told = Row(theme, Txt(theme, self._problem, "label_strong", "bad_ink"), Spring(), margins=(18, 10, 18, 2))
            column.add(told)
        if self.found:
            rows = [self._found_row(each) for each in self.found]
            column.add((Listing(theme, rows), 1))
        else:
            words = (
                desk.say("这台电脑上没有找到打印机", "No printer found on this computer")
                if self._looked
                else desk.say("正在找…", "Looking…")
            )
            hint = desk.say(
                "插好线、打开电源再来；网口打印机请在店内网络里找", "Plug it in and switch it on; look for network printers above"
            )
            column.add((boxed(Column(theme, Spring(), Empty(theme, "printer", words, hint), Spring())), 1))
        return boxed(column)

    def _found_row(self, found: Found) -> ListRow:
        desk, theme = self._desk, self._desk.theme
        use = Btn(theme, desk.say("打测试页", "Print a test page"), "tonal" if found.sure else "line", height=36, role="label_strong")
        use.setObjectName(f"use-{found.way}-{found.address}")
        use.clicked.connect(lambda: self.choose(found))
        way = WAYS.get(found.way, Text(found.way))
        cells = (
            Cell(found.title, icon="printer" if found.sure else "plug", icon_tone="brand_ink" if found.sure else "ink3"),
            Cell(desk.of(way), width=150, role="label", tone="ink2", align="right"),
            Cell(found.address, width=230, role="label", tone="ink3", align="right"),
        )
        return ListRow(theme, cells, use, height=52, pad=18, plain=True)

    def _question(self, fitting: Fitting) -> QWidget:
        desk, theme = self._desk, self._desk.theme
        if fitting.question is None:
            return self._result(fitting)
        number, of = fitting.place
        yes = Btn(theme, desk.say("是", "Yes"), "primary", key="1", height=52, role="head", width=150)
        yes.setObjectName("answer-yes")
        yes.clicked.connect(lambda: self.answer(True))
        no = Btn(theme, desk.say("不是", "No"), key="2", height=52, role="head", width=150)
        no.setObjectName("answer-no")
        no.clicked.connect(lambda: self.answer(False))
        back = Btn(theme, desk.say("上一步", "Back"), "ghost", key="Esc", height=52)
        back.clicked.connect(self.back)
        again = Btn(theme, desk.say("再打一张", "Print it again"), "ghost", height=52)
        again.clicked.connect(lambda: self.choose(fitting.printer))
        asked = Row(
            theme,
            IconTile(theme, "receipt", 56, "brand", radius=14),
            (
                boxed(
                    Column(
                        theme,
                        Txt(
                            theme,
                            desk.say(f"第 {number} 问，共 {of} 问 · 看着打出来的纸", f"Question {number} of {of} · look at the paper"),
                            "label",
                            "ink3",
                        ),
                        Txt(theme, desk.of(fitting.question), "page"),
                        gap=2,
                    )
                ),
                1,
            ),
            gap=16,
        )
        return boxed(
            Column(theme, Spring(), asked, 18, Row(theme, yes, no, Spring(), again, back, gap=10), Spring(), gap=0, margins=(24, 8, 24, 8))
        )

    def _result(self, fitting: Fitting) -> QWidget:
        desk, theme = self._desk, self._desk.theme
        paper = (
            desk.say("80 毫米纸，每行 48 个字符", "80 mm paper, 48 characters")
            if fitting.cells == 48
            else desk.say("58 毫米纸，每行 32 个字符", "58 mm paper, 32 characters")
        )
        knife = desk.say("自动切纸", "cuts by itself") if fitting.cutter else desk.say("手撕", "torn by hand")
        facts = f"{desk.of(CHARSETS[fitting.charset])} · {paper} · {knife}"
        done = Btn(theme, desk.say("好", "Done"), "primary", key="Esc", height=44, width=120)
        done.setObjectName("fit-done")
        done.clicked.connect(self._leave)
        return boxed(
            Column(
                theme,
                Spring(),
                Row(theme, Spring(), IconTile(theme, "check-circle", 56, "good", radius=14), Spring()),
                8,
                Txt(theme, desk.say("设好了，现在就能打小票", "Done. Receipts print from now on"), "section", align="center"),
                Para(theme, facts, "body", "ink2", align="center"),
                10,
                Row(
                    theme,
                    Spring(),
                    Pill(theme, f"{desk.of(WAYS.get(fitting.printer.way, Text(fitting.printer.way)))} · {fitting.printer.address}", "good"),
                    Spring(),
                ),
                12,
                Row(theme, Spring(), done, Spring()),
                Spring(),
                gap=0,
            )
        )
