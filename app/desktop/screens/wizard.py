"""The first-run wizard: store, till, people, printer, headquarters and data, asked one step at a time; or the demo shop at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QApplication, QGridLayout, QMainWindow, QSizePolicy, QWidget

from app.counter.establishing import STEPS, WAYS, Answers, NewPerson, problems, steps_of
from app.desktop import wording
from app.desktop.keys import name_of
from app.desktop.screens.desk import Slot
from app.desktop.screens.rows import Chips, Choice
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import Painted, PaintedButton
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.choices import Seg
from app.desktop.widgets.fields import Entry, Field
from app.desktop.widgets.logo import Logo
from app.desktop.widgets.surfaces import Ground, Panel
from app.desktop.widgets.words import Icon, Para, Txt
from app.domain.verdict import Text

Say = Callable[[str], None]
Establish = Callable[[Answers, Say], str]
"""Makes the shop of the answers, telling how far it is; gives a note to read before going on, or ''. Raises when it could not."""

SMALLEST = (1024, 700)
MOST_PEOPLE = 6
_STEP_WORDS: dict[str, Text] = {
    "begin": Text("开始", "Begin"),
    "store": Text("门店", "Store"),
    "till": Text("收银机", "Till"),
    "people": Text("人员", "People"),
    "printer": Text("打印机", "Printer"),
    "hub": Text("总部", "Headquarters"),
    "data": Text("商品资料", "Data"),
    "ready": Text("建店", "Set up"),
}
_TITLES: dict[str, tuple[Text, Text]] = {
    "begin": (
        Text("欢迎使用药柜", "Welcome to Yaogui"),
        Text("这台电脑上还没有门店。先选一种开始", "There is no shop on this computer yet. Choose how to begin"),
    ),
    "store": (
        Text("您的门店", "Your store"),
        Text("印在小票和报表上，以后可在设置里改", "Printed on receipts and reports; can be changed later"),
    ),
    "till": (Text("这台收银机", "This till"), Text("一店多台时，每台编号不同", "Each till of a store has its own number")),
    "people": (
        Text("谁来收银", "Who works here"),
        Text("至少一位店长；PIN 为 4 到 8 位数字", "At least one manager; a PIN has 4 to 8 digits"),
    ),
    "printer": (Text("小票打印机", "Receipt printer"), Text("还没有也能开店，以后再设", "A shop can open without one")),
    "hub": (
        Text("接不接总部", "Headquarters"),
        Text("单店留空；接总部要一次性注册码", "Leave empty to stand alone; else a one-time code is needed"),
    ),
    "data": (
        Text("商品、库存、会员", "Goods, stock, members"),
        Text("写表格的路径，或把 CSV、XLSX 拖进来；可先跳过", "Write the path of a CSV or XLSX, or drop it here; may be skipped"),
    ),
    "ready": (Text("看一遍，就建店", "Look once more"), Text("建好后马上可以登录开班", "After this you can sign in and open a shift")),
}
_WRONG: dict[str, Text] = {
    "store_id_shape": Text("用字母和数字，最多 12 位", "Letters and digits, at most 12"),
    "name_needed": Text("写上门店名称", "Write the store's name"),
    "till_shape": Text("用 1 到 4 位字母或数字，如 01", "1 to 4 letters or digits, such as 01"),
    "code_shape": Text("工号是数字", "The number has digits only"),
    "code_taken": Text("工号重复了", "This number is taken"),
    "person_name_needed": Text("写上姓名", "Write the name"),
    "pin_shape": Text("PIN 要 4 到 8 位数字", "A PIN has 4 to 8 digits"),
    "no_manager": Text("至少要有一位店长", "There must be a manager"),
    "address_needed": Text("这种连接方式要填地址", "This connection needs an address"),
    "url_shape": Text("写成 https://… 这样", "Write it like https://…"),
    "hub_code_needed": Text("填总部给的注册码", "Enter headquarters' code"),
}
_ROLES = ("manager", "pharmacist", "cashier")
_WAYS = {
    "none": Text("先不接", "None yet"),
    "network": Text("网口", "Network"),
    "usb": Text("USB", "USB"),
    "serial": Text("串口", "Serial"),
    "file": Text("设备文件", "Device file"),
    "windows": Text("Windows 打印机", "Windows printer"),
}
_WAY_HINTS = {
    "network": Text("IP:端口，如 192.0.2.7:9100", "IP:port, such as 192.0.2.7:9100"),
    "usb": Text("厂商:产品，如 04b8:0202；只有一台可留空", "vendor:product, such as 04b8:0202; empty if there is one only"),
    "serial": Text("COM3 或 /dev/ttyUSB0", "COM3 or /dev/ttyUSB0"),
    "file": Text("/dev/usb/lp0", "/dev/usb/lp0"),
    "windows": Text("Windows 里的打印机名", "The printer's name in Windows"),
}
_KINDS = (
    ("products", Text("商品", "Products"), "package"),
    ("stock", Text("库存与批号", "Stock and lots"), "stack"),
    ("members", Text("会员", "Members"), "users"),
)


class _Steps(Painted):
    """The green side: the product's sign, and how far one is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._steps: tuple[str, ...] = STEPS
        self._at = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.restyle()

    def show_step(self, steps: tuple[str, ...], at: int) -> None:
        """These are the steps, and this is the one now."""
        self._steps, self._at = steps, at
        words = _STEP_WORDS[steps[at]].of(self.theme.language)
        self.setAccessibleName(f"{at + 1}/{len(steps)} {words}")
        self.update()

    def measure(self) -> None:
        """260 wide."""
        self.setFixedWidth(self.theme.px(260))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Steps below each other: done, now, to come."""
        theme, px = self.theme, self.theme.px
        painter.fillRect(rect, theme.color("hero_c"))
        y = px(150)
        for order, step in enumerate(self._steps):
            now, done = order == self._at, order < self._at
            dot = QRectF(px(40), y - px(14), px(28), px(28))
            paint.rounded(painter, dot, px(14), theme.color("rail_mark" if now or done else "hero_b"))
            if done:
                paint.icon(painter, theme, "check", dot.center().x() - px(8), y, 16, "hero_c", "bold")
            else:
                paint.text(
                    painter, dot, str(order + 1), theme.face("label_strong"), theme.color("hero_c" if now else "hero_ink2"), "center"
                )
            face = theme.face("title", 15, 600 if now else 500)
            paint.text_at(
                painter,
                dot.right() + px(14),
                y,
                _STEP_WORDS[step].of(theme.language),
                face,
                theme.color("hero_ink" if now else "hero_ink2"),
            )
            y += px(52)


class _Beginning(PaintedButton):
    """One way to begin, as a large card."""

    def __init__(self, theme: Theme, icon: str, title: str, body: str, *, chosen: bool) -> None:
        super().__init__(theme)
        self._icon, self._title, self._body, self._chosen = icon, title, body, chosen
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name(title, body)
        self.restyle()

    def measure(self) -> None:
        """96 high."""
        self.setFixedHeight(self.theme.px(96))
        self.setMinimumWidth(self.theme.px(360))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, title and what it means."""
        theme, px = self.theme, self.theme.px
        fill = "brand_t" if self._chosen else "hover" if self.hovered else "surface"
        paint.rounded(
            painter, rect, px(12), theme.color(fill), theme.color("brand" if self._chosen else "line2"), px(2) if self._chosen else 1
        )
        tile = QRectF(rect.left() + px(20), rect.center().y() - px(26), px(52), px(52))
        paint.rounded(painter, tile, px(13), theme.color("surface" if self._chosen else "brand_t"))
        paint.icon(painter, theme, self._icon, tile.center().x() - px(14), tile.center().y(), 28, "brand_ink", "fill")
        x = tile.right() + px(18)
        paint.text_at(painter, x, rect.center().y() - px(13), self._title, theme.face("head"), theme.color("ink"))
        room = QRectF(x, rect.center().y() + px(2), rect.right() - x - px(16), px(24))
        paint.text(painter, room, self._body, theme.face("body"), theme.color("ink2"), elide=True)


class Wizard(QMainWindow):
    """Asks, checks, and lets the shop be made; `founded` tells whether one stands in the end."""

    told = Signal(str)
    """How far the making is; emitted by its thread."""
    ended = Signal(str, str)
    """The making ended: a note, and what went wrong ('' for nothing)."""

    def __init__(self, theme: Theme, establish: Establish, answers: Answers | None = None) -> None:
        """`establish` is called on a thread of its own."""
        super().__init__()
        self.theme = theme
        self._establish = establish
        self.answers = answers or Answers()
        self.founded = False
        self._at = 0
        self._fields: dict[str, Field | Entry] = {}
        self._busy: threading.Thread | None = None
        self._entered = False
        self._steps = _Steps(theme)
        self._sign = Logo(theme, 46, self._steps)
        self._slot = Slot()
        # A step takes the room there is; the window does not grow for it.
        self._slot.setMinimumSize(1, 1)
        self._back = Btn(theme, "", "line", key="Esc", height=48)
        self._back.clicked.connect(self.back)
        self._next = Btn(theme, "", "primary", key="Enter", height=48, width=200)
        self._next.clicked.connect(self.forward)
        self._language = Seg(theme, ("中文", "English"), 1 if theme.language == "en" else 0, spoken="中文 / English")
        self._language.chosen.connect(self._speak)
        foot = Row(theme, self._language, Spring(), self._back, self._next, gap=12)
        body = Column(theme, (self._slot, 1), foot, gap=16, margins=(48, 40, 48, 32))
        ground = Ground(theme, Row(theme, self._steps, (boxed(body), 1), gap=0))
        self.setCentralWidget(ground)
        self.told.connect(self._say_progress)
        self.ended.connect(self._ended)
        theme.changed.connect(self._draw)
        self._draw()

    def open(self) -> None:
        """Show the window in the size the pages are drawn for, or as large as a small screen."""
        px = self.theme.px
        self.setMinimumSize(*SMALLEST)
        screen = self.screen().availableGeometry()
        if screen.width() <= px(1366) + 40 or screen.height() <= px(768) + 60:
            self.showMaximized()
        else:
            self.resize(px(1366), px(768))
            self.show()
        self._begin_fields()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not while the shop is being made: half a shop helps nobody."""
        if self._busy is not None:
            event.ignore()
            return
        super().closeEvent(event)
        application = QApplication.instance()
        if application is not None:
            application.quit()

    # ------------------------------------------------------------------ going through the steps

    def _say(self, zh: str, en: str) -> str:
        return en if self.theme.language == "en" else zh

    @property
    def step(self) -> str:
        """The step on the screen."""
        return steps_of(self.answers)[self._at]

    def _speak(self, index: int) -> None:
        self._read()
        self.theme.set_language("en" if index else "zh")

    def back(self) -> None:
        """One step back; nothing that was answered is lost."""
        if self._busy is None and self._at > 0:
            self._read()
            self._at -= 1
            self._draw()
            self._begin_fields()

    def forward(self) -> None:
        """The next step once this one is answered; at the end, make the shop."""
        if self._busy is not None:
            return
        if self.founded:
            self.close()
            return
        self._read()
        wrong = problems(self.step, self.answers)
        if wrong:
            self._show_wrong(wrong)
            return
        if self.step == "ready":
            self._make()
            return
        self._at += 1
        self._draw()
        self._begin_fields()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and F12 go on, Esc goes back."""
        name = name_of(event)
        if event.isAutoRepeat():
            return
        if name == "Enter" and self._entered:
            # The field has taken it already; what the same Enter brought up must not be answered by it.
            self._entered = False
            return
        if name in ("Enter", "F12"):
            self.forward()
        elif name == "Esc":
            self.back()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ making

    def _make(self) -> None:
        answers = self.answers
        self._say_progress(self._say("正在建店…", "Setting up…"))
        self._next.setEnabled(False)
        self._back.setEnabled(False)

        def make() -> None:
            try:
                note = self._establish(answers, self.told.emit)
            except Exception as error:  # whatever it is, the person must be told and may mend it
                self.ended.emit("", str(error) or type(error).__name__)
            else:
                self.ended.emit(note, "")

        self._busy = threading.Thread(target=make, name="founding", daemon=True)
        self._busy.start()

    def _say_progress(self, words: str) -> None:
        self._progress.set_tone("info_ink")
        self._progress.set_words(words)

    def _ended(self, note: str, problem: str) -> None:
        if self._busy is not None:
            self._busy.join()
        self._busy = None
        self._next.setEnabled(True)
        if problem:
            self._progress.set_tone("bad_ink")
            self._progress.set_words(self._say(f"没建成：{problem}", f"It was not set up: {problem}"))
            self._back.setEnabled(True)
            return
        self.founded = True
        if not note:
            self.close()
            return
        self._progress.set_tone("warn_ink")
        self._progress.set_words(note)
        self._back.hide()
        self._next.set_words(self._say("去登录", "Sign in"))
        self._next.setFocus()

    # ------------------------------------------------------------------ reading and drawing

    def _text(self, name: str) -> str:
        part = self._fields.get(name)
        return "" if part is None else (part.text if isinstance(part, Field) else part.text()).strip()

    def _read(self) -> None:
        """Take what stands in the fields into the answers."""
        texts = {name: self._text(name) for name in self._fields}
        plain = {name: text for name, text in texts.items() if name in Answers.__dataclass_fields__}
        self.answers = replace(self.answers, **plain)  # type: ignore[arg-type]  # only the fields that hold text are typed
        if self.step == "people":
            people = []
            for place, person in enumerate(self.answers.people):
                own = {name: texts.get(f"{name}{place}", "") for name in ("code", "name", "pin", "licence_no")}
                people.append(replace(person, **own))
            self.answers = replace(self.answers, people=tuple(people))
        if self.step == "data":
            self.answers = replace(
                self.answers, files={kind: texts.get(f"file_{kind}", "") for kind, _, _ in _KINDS if texts.get(f"file_{kind}")}
            )

    def _show_wrong(self, wrong: Mapping[str, str]) -> None:
        language = self.theme.language
        for name, part in self._fields.items():
            words = _WRONG[wrong[name]].of(language) if name in wrong else ""
            if isinstance(part, Field):
                part.set_error(words)
            else:
                part.set_wrong(bool(words))
                part.setAccessibleDescription(words)
        self._progress.set_tone("bad_ink")
        self._progress.set_words("；".join(dict.fromkeys(_WRONG[word].of(language) for word in wrong.values())))
        first = next((part for name, part in self._fields.items() if name in wrong), None)
        if first is not None:
            (first.entry if isinstance(first, Field) else first).setFocus(Qt.FocusReason.TabFocusReason)

    def _begin_fields(self) -> None:
        """The keyboard goes to the first field that is empty, else to the first, else to the button."""
        parts = [part.entry if isinstance(part, Field) else part for part in self._fields.values()]
        first = next((part for part in parts if not part.text()), parts[0] if parts else self._next)
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _draw(self) -> None:
        theme, language = self.theme, self.theme.language
        self._language.set_index(1 if language == "en" else 0)
        steps = steps_of(self.answers)
        self._at = min(self._at, len(steps) - 1)
        self._steps.show_step(steps, self._at)
        self._sign.move(theme.px(40), theme.px(44))
        self.setWindowTitle(self._say("药柜 · 首次设置", "Yaogui · first set-up"))
        self._fields = {}
        title, why = _TITLES[self.step]
        self._progress = Para(theme, "", "body", "info_ink")
        draw = getattr(self, f"_draw_{self.step}")
        head = Column(theme, Txt(theme, title.of(language), "page"), Para(theme, why.of(language), "body", "ink2"), gap=6)
        self._slot.fill(Column(theme, head, 12, (draw(), 1), self._progress, gap=10))
        self._back.set_words(self._say("上一步", "Back"))
        self._back.setVisible(self._at > 0)
        last = self.step == "ready"
        self._next.set_words(self._say("建店", "Set up") if last else self._say("下一步", "Next"))

    def _field(self, name: str, label: str, hint: str = "", *, chinese: bool = False, secret: bool = False) -> Field:
        field = Field(self.theme, label, "", hint, chinese=chinese, secret=secret)
        field.set_text(str(getattr(self.answers, name)))
        field.submitted.connect(self._enter)
        self._fields[name] = field
        return field

    def _enter(self) -> None:
        """Enter in a field leads to the next one, and on the last goes on."""
        self._entered = True
        parts = [part.entry if isinstance(part, Field) else part for part in self._fields.values()]
        here = self.focusWidget()
        place = next((order for order, part in enumerate(parts) if part is here), len(parts) - 1)
        if place == len(parts) - 1:
            self.forward()
            return
        parts[place + 1].setFocus(Qt.FocusReason.TabFocusReason)
        parts[place + 1].selectAll()

    def _card(self, *parts: QWidget) -> QWidget:
        column = Column(self.theme, *parts, gap=12, margins=(24, 22, 24, 22))
        card = Panel(self.theme, column)
        card.setMaximumWidth(self.theme.px(760))
        return boxed(Column(self.theme, card, Spring()))

    def _pairs(self, *fields: QWidget) -> QWidget:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self.theme.px(16))
        grid.setVerticalSpacing(self.theme.px(10))
        for order, field in enumerate(fields):
            grid.addWidget(field, order // 2, order % 2)
        return boxed(grid)

    def _draw_begin(self) -> QWidget:
        theme, demo = self.theme, self.answers.demo
        real = _Beginning(
            theme,
            "storefront",
            self._say("开真店", "A real shop"),
            self._say("填门店、人员、打印机，约三分钟", "Store, people, printer: about three minutes"),
            chosen=not demo,
        )
        play = _Beginning(
            theme,
            "student",
            self._say("先看演示店", "The demo shop"),
            self._say("一间虚构的药店，有商品、会员和库存，随便试", "An invented pharmacy with goods, members and stock to try"),
            chosen=demo,
        )
        real.clicked.connect(partial(self._choose_demo, False))
        play.clicked.connect(partial(self._choose_demo, True))
        holder = boxed(Column(theme, real, play, Spring(), gap=14))
        holder.setMaximumWidth(theme.px(760))
        return holder

    def _choose_demo(self, demo: bool, _checked: bool = False) -> None:
        self.answers = replace(self.answers, demo=demo)
        self._draw()
        self._next.setFocus()

    def _draw_store(self) -> QWidget:
        say = self._say
        return self._card(
            self._field("name", say("门店名称", "Name over the door"), chinese=True),
            self._pairs(
                self._field("branch", say("分店（可空）", "Branch (may be empty)"), chinese=True),
                self._field("store_id", say("门店编号", "Store number")),
                self._field("licence", say("药品经营许可证号", "Drug trading licence"), chinese=True),
                self._field("phone", say("电话", "Telephone")),
            ),
            self._field("address", say("地址", "Address"), chinese=True),
        )

    def _draw_till(self) -> QWidget:
        say = self._say
        return self._card(
            self._pairs(
                self._field("till", say("收银机编号", "Till number"), say("第一台写 01", "01 for the first")),
                self._field("till_title", say("名称（可空）", "Name (may be empty)"), say("如“1 号台”", "such as Till 1"), chinese=True),
            )
        )

    def _draw_people(self) -> QWidget:
        theme, language = self.theme, self.theme.language
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(8))
        heads = (
            self._say("工号", "Number"),
            self._say("姓名", "Name"),
            self._say("岗位", "Role"),
            "PIN",
            self._say("注册证号（药师）", "Registration"),
        )
        for place, words in enumerate(heads):
            grid.addWidget(Txt(theme, words, "label", "ink2"), 0, place)
        for order, person in enumerate(self.answers.people):
            roles = Seg(
                theme,
                [wording.role(role, language)[0] for role in _ROLES],
                _ROLES.index(person.role),
                spoken=f"{heads[2]} {order + 1}",
            )
            roles.chosen.connect(partial(self._set_role, order))
            cells: dict[str, QWidget] = {}
            for name, words, wide in (
                ("code", heads[0], 84),
                ("name", heads[1], 130),
                ("pin", heads[3], 110),
                ("licence_no", heads[4], 150),
            ):
                entry = Entry(theme, spoken=f"{words} {order + 1}", chinese=name == "name", secret=name == "pin")
                entry.setText(getattr(person, name))
                entry.setFixedWidth(theme.px(wide))
                entry.returnPressed.connect(self._enter)
                self._fields[f"{name}{order}"] = entry
                cells[name] = entry
            for place, part in enumerate((cells["code"], cells["name"], roles, cells["pin"], cells["licence_no"])):
                grid.addWidget(part, order + 1, place)
        add = Btn(theme, self._say("加一位", "Add somebody"), "ghost", icon="user-plus", height=36, role="label_strong")
        add.clicked.connect(self._add_person)
        add.setEnabled(len(self.answers.people) < MOST_PEOPLE)
        holder = Panel(theme, Column(theme, boxed(grid), Row(theme, add, Spring()), gap=10, margins=(24, 20, 24, 16)))
        return boxed(Column(theme, Row(theme, holder, Spring()), Spring()))

    def _set_role(self, order: int, index: int) -> None:
        self._read()
        people = list(self.answers.people)
        people[order] = replace(people[order], role=_ROLES[index])
        self.answers = replace(self.answers, people=tuple(people))

    def _add_person(self) -> None:
        self._read()
        self.answers = replace(self.answers, people=(*self.answers.people, NewPerson()))
        self._draw()
        self._begin_fields()

    def _draw_printer(self) -> QWidget:
        language = self.theme.language
        ways = Chips(
            self.theme,
            [Choice(way, _WAYS[way].of(language)) for way in WAYS],
            self.answers.printer,
            spoken=self._say("连接方式", "Connection"),
        )
        ways.chosen.connect(self._set_way)
        parts: list[QWidget] = [Txt(self.theme, self._say("连接方式", "Connection"), "label", "ink2"), ways]
        if self.answers.printer != "none":
            parts.append(self._field("printer_address", self._say("地址", "Address"), _WAY_HINTS[self.answers.printer].of(language)))
            paper = Seg(
                self.theme,
                (self._say("80 毫米", "80 mm"), self._say("58 毫米", "58 mm")),
                0 if self.answers.paper == "80" else 1,
                spoken=self._say("纸宽", "Paper"),
            )
            paper.chosen.connect(lambda index: self._set_paper("58" if index else "80"))
            parts += [Txt(self.theme, self._say("纸宽", "Paper"), "label", "ink2"), boxed(Row(self.theme, paper, Spring()))]
        return self._card(*parts)

    def _set_way(self, way: str) -> None:
        self._read()
        self.answers = replace(self.answers, printer=way)
        self._draw()
        self._begin_fields()

    def _set_paper(self, paper: str) -> None:
        self._read()
        self.answers = replace(self.answers, paper=paper)

    def _draw_hub(self) -> QWidget:
        say = self._say
        return self._card(
            self._field("hub_url", say("总部地址", "Headquarters' address"), say("单店留空", "Empty stands alone")),
            self._field(
                "hub_code", say("一次性注册码", "One-time code"), say("总部后台为这台收银机生成", "Made for this till at headquarters")
            ),
        )

    def _draw_data(self) -> QWidget:
        theme, language = self.theme, self.theme.language
        rows: list[QWidget] = []
        for kind, title, icon in _KINDS:
            entry = Entry(theme, self._say("表格文件", "Table file"), spoken=title.of(language), chinese=True)
            entry.setText(self.answers.files.get(kind, ""))
            entry.returnPressed.connect(self._enter)
            self._fields[f"file_{kind}"] = entry
            name = Txt(theme, title.of(language), "body_strong")
            name.setFixedWidth(theme.px(120))
            rows.append(boxed(Row(theme, Icon(theme, icon, 20, "brand_ink"), name, (entry, 1), gap=12)))
        return self._card(*rows)

    def _draw_ready(self) -> QWidget:
        theme, answers, say, language = self.theme, self.answers, self._say, self.theme.language
        if answers.demo:
            facts = [
                (say("演示店", "Demo shop"), say("虚构的药店，约十秒建好", "An invented pharmacy, made in about ten seconds")),
                (say("登录", "Sign in"), say("PIN 写在每个人的卡片下面", "The PINs stand below the people's cards")),
            ]
        else:
            staff = "、".join(f"{p.name} {wording.role(p.role, language)[0]}" for p in answers.staff)
            files = "、".join(title.of(language) for kind, title, _ in _KINDS if answers.files.get(kind))
            printer = _WAYS[answers.printer].of(language)
            facts = [
                (say("门店", "Store"), " · ".join(part for part in (answers.name, answers.branch, answers.store_id) if part)),
                (say("收银机", "Till"), " · ".join(part for part in (answers.till, answers.till_title) if part)),
                (say("人员", "People"), staff),
                (say("打印机", "Printer"), f"{printer} {answers.printer_address}".strip()),
                (say("总部", "Headquarters"), answers.hub_url or say("单店运行", "stand-alone")),
                (say("导入", "Import"), files or say("以后再导入", "later")),
            ]
        rows = []
        for name, words in facts:
            label = Txt(theme, name, "body", "ink2")
            label.setFixedWidth(theme.px(110))
            rows.append(boxed(Row(theme, label, (Txt(theme, words, "body_strong", elide=True), 1), gap=12)))
        keep = Para(
            theme,
            say(
                "建好后请把数据文件夹里的 keys 文件夹抄一份放进保险柜：没有它，账本谁也打不开。",
                "Keep a copy of the keys folder in the safe afterwards: without it nobody can read the ledger.",
            ),
            "label",
        )
        return self._card(*rows, *(() if answers.demo else (keep,)))
