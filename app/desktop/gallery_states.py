"""Every pressed part in every state, and the parts that only show: the second page of the gallery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from app.desktop.theme import Theme
from app.desktop.theme.notes import Note, NoteAction
from app.desktop.widgets.arrange import Column, Part, Row, Spring, boxed
from app.desktop.widgets.bars import NavEntry, NavKey
from app.desktop.widgets.base import PaintedButton
from app.desktop.widgets.buttons import Btn, FKey, IconBtn, LinkBtn, PersonCard, TenderTile, TicketTab
from app.desktop.widgets.care import DealingRow, Figure, KinRow, Legend, MedicineRow, Plot, PlotCurve, ReadingsChart, TagFlow
from app.desktop.widgets.chips import ChipLine, ChoiceChip, PillBtn
from app.desktop.widgets.choices import Seg, Stepper, Toggle
from app.desktop.widgets.fields import Entry, Field, Omnibox
from app.desktop.widgets.logo import Logo
from app.desktop.widgets.member import AllergyStrip, CouponTile, Vital
from app.desktop.widgets.notices import Banner, Empty, NoteStrip, ScanEcho
from app.desktop.widgets.number_pad import NumberPad
from app.desktop.widgets.pads import PadKey, PinDots
from app.desktop.widgets.picture import PaperPicture
from app.desktop.widgets.plots import BarPlot, DayBar
from app.desktop.widgets.rows_that_fit import RowsThatFit, SharedColumn
from app.desktop.widgets.signature import SignatureMark, SignaturePad
from app.desktop.widgets.surfaces import Card, Ground
from app.desktop.widgets.words import Icon, Money, Skeleton, Spark, Txt
from app.domain.signature import Signature

STATES = (
    ("默认", "rest"),
    ("悬停", "hover"),
    ("按下", "down"),
    ("焦点", "focus"),
    ("选中", "on"),
    ("停用", "off"),
    ("长文字", "long"),
    ("English", "en"),
)
"""Heads of the columns, and what each does to the part in it."""
SIGNED = Signature(
    260,
    (
        ((120, 70, 0), (200, 66, 40), (270, 70, 80), (220, 120, 120), (160, 180, 170)),
        ((215, 128, 260), (260, 160, 300), (320, 190, 340)),
        ((430, 50, 500), (438, 120, 540), (410, 180, 590), (480, 196, 640), (590, 170, 690)),
        ((670, 88, 820), (770, 78, 860), (860, 84, 900), (800, 140, 950), (710, 188, 1000), (850, 168, 1060)),
    ),
)
"""A name as somebody may draw it."""
MADE_ON = date(2026, 11, 21)
"""Day of the sample readings; no clock is asked."""

Make = Callable[[type[PaintedButton], str], PaintedButton]


def ringed(kind: type[PaintedButton]) -> type[PaintedButton]:
    """The kind as it looks with the keyboard on it; only one part of a window can truly have it."""
    return type(f"Ringed{kind.__name__}", (kind,), {"hasFocus": lambda self: True})


def put(part: QAbstractButton, state: str) -> None:
    """Bring a part into a state that the pointer or the counter would bring it into."""
    if state == "hover":
        part.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    elif state == "down":
        part.setDown(True)
    elif state == "on":
        part.setCheckable(True)
        part.setChecked(True)
    elif state == "off":
        part.setEnabled(False)


class States(QWidget):
    """A table of parts by states, then what only shows: charts, lists, empty places, trouble."""

    def __init__(self, theme: Theme) -> None:
        """Build all of it; nothing here does anything."""
        super().__init__()
        self.theme = theme
        left, right = boxed(Column(theme, *self._shown(), Spring(), gap=12)), boxed(Column(theme, *self._troubled(), Spring(), gap=12))
        page = Ground(theme, Column(theme, self._pressed(), Row(theme, (left, 1), (right, 1), gap=12), gap=12, margins=(16, 14, 16, 14)))
        self.setLayout(Column(theme, page, gap=0))

    # ------------------------------------------------------------------ pressed

    def _pressed(self) -> Card:
        theme = self.theme
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(9))
        for column, (words, _) in enumerate(STATES):
            grid.addWidget(Txt(theme, words, "caption_strong", "ink3"), 0, column + 1)
        for row, (kind, title, words, longer, english, make) in enumerate(self._kinds(), start=1):
            grid.addWidget(Txt(theme, title, "caption", "ink3"), row, 0)
            for column, (_, state) in enumerate(STATES):
                said = {"long": longer, "en": english}.get(state, words)
                if not said:
                    continue
                part = make(ringed(kind) if state == "focus" else kind, said)
                put(part, state)
                on = Ground(theme, Row(theme, part, gap=0), fill="rail") if kind is NavKey else part
                grid.addWidget(on, row, column + 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(len(STATES) + 1, 1)
        inner = QWidget()
        inner.setLayout(grid)
        return Card(theme, "按下的部件 · 各种状态", inner)

    def _kinds(self) -> list[tuple[type[PaintedButton], str, str, str, str, Make]]:
        """(class, name, words, long words, English words, how one is made); words '' leave that state out."""
        t = self.theme
        rows: list[tuple[type[PaintedButton], str, str, str, str, Make]] = []

        def add(kind: type[PaintedButton], title: str, words: str, longer: str, english: str, make: Callable[..., PaintedButton]) -> None:
            rows.append((kind, title, words, longer, english, make))

        for style in ("primary", "tonal", "line", "ghost", "danger", "info", "rx", "warn"):
            add(Btn, f"Btn {style}", "收款", "顾客已同意，登记", "Take payment", lambda k, w, s=style: k(t, w, s, key="F12"))
        add(LinkBtn, "LinkBtn", "查看处方", "另有 12 张可选", "See prescription", lambda k, w: k(t, w, icon="caret-right"))
        add(IconBtn, "IconBtn", "关闭", "", "", lambda k, w: k(t, "x", w))
        add(FKey, "FKey", "用券", "单据与补打", "Coupons", lambda k, w: k(t, "F10", w))
        tender = partial(wide, t.px(126))
        add(TenderTile, "TenderTile", "现金", "银行卡 POS", "Bank card", lambda k, w: tender(k(t, "money-wavy", w, "自动算找零", "F7")))
        add(TicketTab, "TicketTab", "刘先生", "医用外科口罩", "Walk-in", lambda k, w: k(t, w, "3 件"))
        add(PersonCard, "PersonCard", "李娜", "欧阳小倩", "Li Na", lambda k, w: k(t, "a", w, "营业员"))
        add(PillBtn, "PillBtn", "已同步", "离线 · 12 笔待传", "Synced", lambda k, w: k(t, w, "good", icon="cloud-check"))
        add(ChoiceChip, "ChoiceChip", "拿错药", "质量问题，包装破损", "Wrong item", lambda k, w: k(t, w))
        add(NavKey, "NavKey", "收银", "扫码样张", "Code sheet", lambda k, w: wide(t.px(76), k(t, NavEntry("sell", "cash-register", w))))
        add(PadKey, "PadKey", "7", "¥100", "Clear", lambda k, w: wide(t.px(86), k(t, w, "7", height=52)))
        add(Toggle, "Toggle", "打印小票", "", "", lambda k, w: k(t, w))
        add(MedicineRow, "MedicineRow", "阿托伐他汀钙片", "复方丹参滴丸（薄膜衣滴丸）", "Atorvastatin", medicine(t))
        add(KinRow, "KinRow", "王*轩 · 孙子", "", "Wang · Grandson", kin(t))
        add(DealingRow, "DealingRow", "购药：布洛芬", "购药：苯磺酸氨氯地平片 ×2 等 4 种", "Bought: 2 things", dealing(t))
        ticket, longest = partial(wide, t.px(212)), "慢病会员感恩季满 200 减 20 全场通用"
        add(CouponTile, "CouponTile", "满 200 减 20", longest, "20 off 200", lambda k, w: ticket(k(t, "¥20", w, "11-30 前")))
        return rows

    # ------------------------------------------------------------------ shown

    def _shown(self) -> list[Card]:
        t = self.theme
        chart, legend = ReadingsChart(t), Legend(t)
        chart.setFixedHeight(t.px(190))
        values = [151, 148, 149, 145, 141, 143, 139, 138, 140, 142]
        days = [MADE_ON - timedelta(days=9 * order) for order in reversed(range(len(values)))]
        points = tuple(zip(days, map(float, values), strict=True))
        chart.show_plot(Plot(days[0], MADE_ON, (PlotCurve("收缩压", points, (120, 139)),), (), (days[3], days[7])), "血压 142")
        legend.show_names(["收缩压", "舒张压"], "购药日")
        nothing = ReadingsChart(t)
        nothing.setFixedHeight(t.px(60))
        tags, line = TagFlow(t), ChipLine(t)
        tags.show_tags([("血脂用药", "mute"), ("糖尿病用药", "mute"), ("慢病会员", "info"), ("常买维生素", "brand")])
        line.set_chips([("高血压用药", "mute"), ("糖尿病用药", "mute"), ("慢病会员", "info")])
        narrow = ChipLine(t)
        narrow.set_chips([("高血压用药", "mute"), ("糖尿病用药", "mute"), ("慢病会员", "info")])
        narrow.setFixedWidth(t.px(120))
        spent, points_left = Figure(t), Figure(t)
        spent.show_figure("¥1,673.61", "近 12 月消费")
        points_left.show_figure("3,594", "积分")
        bars = BarPlot(t, [0, 2, 1, 4, 3, 0, 6], ["30 天前", "", "", "", "", "", "今天"], spoken="七天售出", peak="6")
        empty_bars = BarPlot(t, [0] * 7, [""] * 7, spoken="没有售出", from_order=7)
        day = DayBar(t)
        day.show_spans(["good"] * 14 + ["warn"] + ["good"] * 5 + [""] * 10, ["08:00", *[""] * 28, "20:00"], "今日连接")
        paper = PaperPicture(t, "小票", height=120)
        sheet = QImage(120, 80, QImage.Format.Format_Grayscale8)
        sheet.fill(Qt.GlobalColor.white)
        paper.show_image(sheet, "小票")
        few = RowsThatFit(t, lambda: Txt(t), lambda row, words: row.set_words(words), height=24, most=2, rest=lambda n: f"另有 {n} 项")
        few.show_all(["续方提醒：阿托伐他汀钙片", "测血压并登记", "药师电话随访"])
        shared = SharedColumn(t, ((Card(t, "待办", few), few),))
        shared.setMinimumHeight(t.px(140))
        pad = SignaturePad(t, 120)
        pad.show_signature(SIGNED)
        empty_pad = SignaturePad(t, 90)
        return [
            Card(t, "读数", legend, chart, nothing),
            Card(t, "标签与数字", tags, line, narrow, self._line(spent, points_left, Money(t, 0), Icon(t, "pill"), Logo(t, 32))),
            Card(t, "小图", bars, empty_bars, day, self._line(Spark(t, (7.9, 7.6, 7.4, 7.2), (4.4, 7.0)), Spark(t)), paper),
            Card(t, "装得下几行就几行", shared),
            Card(t, "签名框", pad, empty_pad, self._line(SignatureMark(t, SIGNED), SignatureMark(t, SIGNED, width=84, height=26))),
        ]

    # ------------------------------------------------------------------ errors, waiting, nothing

    def _troubled(self) -> list[Card]:
        t = self.theme
        wrong, off, filled = Field(t, "出错"), Field(t, "停用", "手机号"), Field(t, "已填")
        wrong.set_text("1381234")
        wrong.set_error("少 4 位，请补全")
        filled.set_text("13812345678")
        off.setEnabled(False)
        secret, bare = Entry(t, "PIN", secret=True), Entry(t, "如 19560308")
        secret.setText("1234")
        box = Omnibox(t)
        seg, still = Seg(t, ["血压", "血糖"]), Seg(t, ["系统", "浅色", "深色"], 1)
        still.setEnabled(False)
        fixed = Stepper(t, 1)
        fixed.setEnabled(False)
        dots, few = PinDots(t), PinDots(t)
        few.set_filled(3)
        bad, warn, info = Banner(t), Banner(t), Banner(t)
        bad.show_banner("bad", "printer", "打印机缺纸", "2 张小票等着补打", "去看看")
        warn.show_banner("warn", "warning", "员工数据到期", "联网后自动更新")
        info.show_banner("info", "cloud-slash", "Offline, selling as usual", "3 records are safe here", "See sync")
        failed, told = ScanEcho(t), ScanEcho(t)
        failed.show_echo("warning", "bad", "没认出 6999580000439", "找到对应商品，或忽略", "找商品", "F2")
        told.show_echo("check-circle", "good", "Added 布洛芬缓释胶囊 ×1", "shelf A-03-2 · 36 in stock", "Undo", "Ctrl Z")
        none, quiet = AllergyStrip(t), AllergyStrip(t)
        none.set_asked_none("问过，没有")
        quiet.set_known("青霉素类、磺胺类、头孢菌素类、阿司匹林类、碘造影剂", "已核对 4/5 种，未见")
        first, best = Vital(t, "heartbeat", "血压", "mmHg"), Vital(t, "drop", "Fasting glucose", "mmol/L")
        first.set_reading("142/88", "今天 偏高", [142], (120, 139), "warn")
        best.set_reading("6.5", "On target, 8 days ago", [7.0, 6.8, 6.9, 6.5], (4.4, 7.0), "good")
        long = Note(
            "confirm",
            "Expires soon: 2027-01-31, in 71 days",
            "Tell the customer the expiry date and that it must be used before.",
            actions=(NoteAction("told", "Customer told", "Told"), NoteAction("lot", "Other lot")),
        )
        return [
            Card(t, "输入 · 出错与停用", Row(t, wrong, filled, off, gap=12), Row(t, (bare, 1), (secret, 1), gap=12), box),
            Card(t, "选择 · 停用", self._line(seg, still, fixed), self._line(dots, few)),
            Card(t, "触屏数字键盘", self._line(NumberPad(t))),
            Card(t, "横幅 · 回显", bad, warn, info, failed, told, gap=6),
            Card(t, "提示 · English", NoteStrip(t, long), none, quiet, Row(t, (first, 1), (best, 1), gap=10)),
            Card(t, "正在读 · 没有", Skeleton(t, 2), Empty(t, "receipt", "今天还没有单据", "卖出第一单后在这里", "回收银", "F12")),
        ]

    def _line(self, *parts: Part) -> Row:
        return Row(self.theme, *parts, Spring(), gap=12)


# -- how the parts that are filled afterwards are made


def wide(pixels: float, part: PaintedButton) -> PaintedButton:
    """A part that elsewhere takes the room it is given."""
    part.setFixedWidth(round(pixels))
    return part


def placed(theme: Theme, row: MedicineRow | KinRow | DealingRow) -> PaintedButton:
    """A row whose list would give it its place."""
    row.setFixedSize(theme.px(140), theme.px(row.HEIGHT))
    return row


def medicine(theme: Theme) -> Make:
    """Rows of medicines in use."""

    def make(kind: type[PaintedButton], words: str) -> PaintedButton:
        row = kind(theme)
        assert isinstance(row, MedicineRow)
        row.show_medicine(words, "余 3 天", "每晚 1 片", 0.2, "warn")
        return placed(theme, row)

    return make


def kin(theme: Theme) -> Make:
    """Rows of family persons."""

    def make(kind: type[PaintedButton], words: str) -> PaintedButton:
        row = kind(theme)
        assert isinstance(row, KinRow)
        row.show_person("王", words, "5 岁 · 过敏：头孢", tone="gold", note_tone="bad_ink")
        return placed(theme, row)

    return make


def dealing(theme: Theme) -> Make:
    """Rows of a timeline."""

    def make(kind: type[PaintedButton], words: str) -> PaintedButton:
        row = kind(theme)
        assert isinstance(row, DealingRow)
        row.show_dealing("receipt", "brand", words, "¥13.90", "11-21", leads=True)
        return placed(theme, row)

    return make
