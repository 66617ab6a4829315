"""A window that shows every part of the design system, to be looked at in both themes; S leads to every state of what is pressed."""

import sys
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.desktop.gallery_states import States
from app.desktop.theme import Theme, paint
from app.desktop.theme.notes import Note, NoteAction
from app.desktop.theme.paint import Mark
from app.desktop.widgets.arrange import Column, Part, Row, Spring, boxed
from app.desktop.widgets.bars import FBar, FKeyEntry, NavEntry, NavRail, TopBar
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn, IconBtn, LinkBtn, PersonCard, TenderTile, TicketTab
from app.desktop.widgets.chips import Avatar, Bar, Chip, ChoiceChip, Dot, KeyCap, Pill, PillBtn
from app.desktop.widgets.choices import Seg, Stepper, Toggle
from app.desktop.widgets.fields import Field
from app.desktop.widgets.member import AllergyStrip, CouponTile, DueRow, MemberHead, Vital
from app.desktop.widgets.notices import Banner, Empty, NoteStrip, Ribbon, ScanEcho, Toast
from app.desktop.widgets.pads import Keypad, PinDots, Reticle
from app.desktop.widgets.surfaces import Ground, Overlay, Panel
from app.desktop.widgets.words import IconTile, Marks, Money, Name, Para, Rule, Skeleton, Txt

SWATCHES = (
    ("ink", "ink", "surface"),
    ("ink2", "ink2", "surface"),
    ("ink3", "ink3", "surface"),
    ("ink3", "ink3", "canvas"),
    ("rail", "rail_ink", "rail"),
    ("brand", "on_brand", "brand"),
    ("brand", "brand_ink", "brand_t"),
    ("info", "info_ink", "info_t"),
    ("rx", "rx_ink", "rx_t"),
    ("good", "good_ink", "good_t"),
    ("warn", "warn_ink", "warn_t"),
    ("bad", "bad_ink", "bad_t"),
    ("gold", "gold_ink", "gold_t"),
    ("promo", "promo", "surface"),
    ("lasa", "lasa", "surface"),
)


class Swatch(Painted):
    """A colour with text on it and its hexadecimal name."""

    def __init__(self, theme: Theme, words: str, ink: str, ground: str) -> None:
        """`ink` and `ground` are tokens."""
        super().__init__(theme)
        self._words, self._ink, self._ground = words, ink, ground
        self.restyle()

    def measure(self) -> None:
        """112 × 62."""
        self.setFixedSize(self.theme.px(112), self.theme.px(62))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw it."""
        theme, px = self.theme, self.theme.px
        ground = theme.color(self._ground)
        paint.rounded(painter, rect, px(9), ground, theme.color("line2"))
        ink = theme.color(self._ink)
        paint.text_at(painter, px(11), px(19), f"药 Aa {self._words}", theme.face("label_strong"), ink)
        paint.text_at(painter, px(11), px(42), ground.name().upper(), theme.face("caption"), ink)


class Gallery(QWidget):
    """Every part, on one scrolling page under a real frame."""

    def __init__(self, theme: Theme) -> None:
        """Build all of it; nothing here does anything."""
        super().__init__()
        self.theme = theme
        self.setObjectName("gallery")
        page = Ground(theme, Row(theme, (self._left(), 1), (self._right(), 1), gap=12, margins=(16, 14, 16, 14)))
        self.page = page
        self.view = scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        theme.dress_area(scroll)
        bar = TopBar(theme)
        bar.set_place("青禾药房 · 梧桐路店", "1 号台 · 早班 · 销售单 0238")
        bar.set_sync("已同步 14:02")
        bar.set_clock("14:03")
        bar.set_person("李娜", "营业员")
        banner = Banner(theme)
        banner.show_banner(
            "info",
            "cloud-slash",
            "离线中，收银照常",
            "12 笔已安全存在本机，恢复后自动补传。会员与券按 13:44 的数据核验。",
            "查看同步",
        )
        ribbon = Ribbon(theme, "练习模式", "不出真单，不动库存，不上传。小票印有练习字样。", "退出练习")
        keys = FBar(
            theme,
            [
                FKeyEntry("F1", "帮助"),
                FKeyEntry("F3", "会员"),
                FKeyEntry("F4", "数量"),
                FKeyEntry("F5", "批号"),
                FKeyEntry("F6", "挂单"),
                FKeyEntry("F7", "取单"),
                FKeyEntry("F8", "改价", enabled=False),
                FKeyEntry("F9", "处方"),
                FKeyEntry("F10", "用券"),
                FKeyEntry("F11", "退货"),
                FKeyEntry("Del", "删行", enabled=False),
            ],
        )
        rail = NavRail(
            theme,
            [
                NavEntry("sell", "cash-register", "收银"),
                NavEntry("member", "identification-card", "会员"),
                NavEntry("rx", "prescription", "处方"),
                NavEntry("order", "package", "订单"),
                NavEntry("stock", "pill", "库存"),
                NavEntry("offer", "ticket", "营销"),
                NavEntry("return", "arrow-u-up-left", "退货"),
                NavEntry("shift", "clock-user", "交班"),
            ],
            [NavEntry("sync", "cloud-check", "同步"), NavEntry("settings", "gear-six", "设置")],
        )
        rail.set_active("sell")
        rail.set_badge("rx", "3")
        rail.set_badge("order", "2")
        rail.set_badge("sync", "12", "badge_info")
        self.setLayout(Row(theme, rail, (Column(theme, bar, banner, ribbon, (scroll, 1), keys, gap=0), 1), gap=0))
        self.toast = Toast(theme, scroll)

    def _card(self, title: str, *parts: Part, gap: int = 12) -> Panel:
        head = Txt(self.theme, title, "caption_strong", "ink3")
        return Panel(self.theme, Column(self.theme, head, *parts, gap=gap, margins=(18, 14, 18, 16)))

    def _line(self, *parts: Part, gap: int = 10) -> Row:
        return Row(self.theme, *parts, Spring(), gap=gap)

    def _left(self) -> QWidget:
        t = self.theme
        swatches = [Swatch(t, *one) for one in SWATCHES]
        focused = Btn(t, "焦点", "line")
        focused.setObjectName("focused")
        short = Btn(t, "还差 ¥85.40", "primary", key="F12")
        short.setEnabled(False)
        colours = self._card("颜色 · 对比度", *(self._line(*swatches[row : row + 5]) for row in (0, 5, 10)), gap=9)
        type_card = self._card(
            "字阶 · Inter Display + 思源黑体",
            self._line(Money(t, 21400, 44), Money(t, 8540, 26), Money(t, -2000, 15, "promo"), gap=20),
            self._line(
                Txt(t, "页题 26", "page"),
                Txt(t, "区题 19", "section"),
                Txt(t, "行题 15", "title"),
                Txt(t, "正文 14"),
                Txt(t, "标签 13", "label"),
                Txt(t, "注 12", "caption", "ink3"),
                gap=16,
            ),
            self._line(
                Name(t, "苯磺酸氨氯地平片", [(3, 7)]), Name(t, "阿托伐他汀钙片", [(1, 3)], choosing=True), gap=16
            ),
            Para(t, "含麻黄碱类复方制剂，一次销售不得超过 2 个最小包装，并须登记购买人身份证。罕用字：䶮 𬱖。"),
            gap=6,
        )
        buttons = self._card(
            "按钮",
            self._line(
                Btn(t, "收款", "primary", key="F12", height=48, role="head"),
                Btn(t, "加入", "tonal", icon="plus"),
                Btn(t, "取消", "line", key="Esc"),
                Btn(t, "清空", "ghost", icon="trash"),
                Btn(t, "撤销", "danger"),
            ),
            self._line(
                focused,
                short,
                Btn(t, "登记", "info", icon="pencil-simple"),
                Btn(t, "审方", "rx", icon="prescription"),
                Btn(t, "复核", "warn"),
                IconBtn(t, "x", "关闭"),
                LinkBtn(t, "查看处方", tone="rx_ink", icon="caret-right"),
            ),
            Btn(t, "先处理 1 项限购", "danger", icon="prohibit", height=60, role="section"),
        )
        people = Row(t, gap=12)
        for key, name, role, tone in (
            ("a", "李娜", "营业员", "good"),
            ("b", "王敏", "执业药师", "rx"),
            ("c", "陈强", "店长", "gold"),
        ):
            card = PersonCard(t, key, name, role, tone=tone)
            card.setChecked(key == "a")
            people.add(card)
        people.add(Spring())
        dots = PinDots(t)
        dots.set_filled(2)
        sign_in = self._card("登录", people, self._line(dots))
        keypad = Keypad(t, key_height=56, quick=[("正好", "exact"), ("¥90", "9000"), ("¥100", "10000")])
        reticle = Reticle(t)
        stage = Panel(
            t,
            Column(
                t,
                Spring(),
                Row(t, Spring(), reticle, Spring()),
                6,
                Txt(t, "请扫顾客付款码，收 ¥85.40", "section", align="center"),
                Txt(t, "直接扫即可，无需点选", "label", "ink2", align="center"),
                Spring(),
                gap=6,
                margins=14,
            ),
            fill="brand_t",
            line="brand_l",
        )
        pads = self._card("数字键 · 付款码", Row(t, (keypad, 1), (stage, 1), gap=12))
        echo = ScanEcho(t)
        echo.show_echo(
            "check-circle", "good", "已加入 布洛芬缓释胶囊 ×1", "追溯码 8134 **** 7731 · 货位 A-03-2", "撤销", "Ctrl Z"
        )
        tabs = Row(
            t,
            TicketTab(t, "当前单", "5 种 6 件", current=True),
            TicketTab(t, "刘先生", "3 件 · ¥86.00 · 挂 6 分"),
            Spring(),
            Btn(t, "清空", "ghost", icon="trash", height=34, role="label"),
            gap=2,
            margins=(6, 0, 10, 0),
        )
        cart = Panel(t, Column(t, tabs, Rule(t), Skeleton(t, 3), echo, gap=0))
        return boxed(Column(t, colours, type_card, buttons, sign_in, pads, cart, Spring(), gap=12))

    def _right(self) -> QWidget:
        t = self.theme
        marks = self._card(
            "品类标 · 状态 · 控件",
            self._line(Marks(t, tuple(Mark), 20)),
            self._line(
                Pill(t, "金卡", "gold", icon="crown-simple", icon_weight="fill"),
                Pill(t, "已同步", "good", icon="cloud-check"),
                Pill(t, "离线 12", "info", icon="cloud-slash"),
                Pill(t, "近效期", "warn"),
                Pill(t, "已锁定", "bad"),
                Pill(t, "待传", "mute"),
                Chip(t, "慢病会员"),
                Chip(t, "门诊慢特病", "info"),
            ),
            self._line(
                KeyCap(t, "F12"),
                KeyCap(t, "Ctrl K"),
                Stepper(t, 2),
                Seg(t, ["血压", "血糖", "体重"]),
                Toggle(t, "开", on=True),
                Toggle(t, "关"),
            ),
            self._line(
                Avatar(t, "王"),
                IconTile(t, "calendar-x", 40, "bad"),
                IconTile(t, "package", 40, "info"),
                PillBtn(t, "已同步 14:02", "good", icon="cloud-check"),
                PillBtn(t, "打印机缺纸 · 2 张待补打", "bad", icon="printer"),
                Dot(t),
            ),
            self._line(ChoiceChip(t, "质量问题", checked=True), ChoiceChip(t, "拿错药"), ChoiceChip(t, "过敏反应")),
            Bar(t, 0.58),
        )
        notes = self._card(
            "警示三级 + 处方",
            NoteStrip(t, Note("info", "提示", "不打断；随行显示，自动留痕")),
            NoteStrip(
                t,
                Note(
                    "confirm",
                    "高血压慎用",
                    "可能升高血压，并减弱氨氯地平降压效果",
                    actions=(NoteAction("ask", "问药师"), NoteAction("told", "已告知顾客", "已告知")),
                ),
            ),
            NoteStrip(
                t,
                Note(
                    "block",
                    "不能卖 3 盒：单次最多 2 盒",
                    "含麻黄碱类复方制剂，一次销售不得超过 2 个最小包装，并须登记购买人身份证。",
                    "依据：国食药监办〔2012〕260 号 · 任何角色都不能跳过",
                    (
                        NoteAction("two", "改为 2 盒", keycap="Enter", primary=True),
                        NoteAction("drop", "删除此行", keycap="Del"),
                    ),
                ),
            ),
            NoteStrip(
                t,
                Note(
                    "rx", "药师已审 · 第 1–2 行", "处方 031 · 审方药师 王敏 14:01", actions=(NoteAction("see", "查看"),)
                ),
            ),
            gap=10,
        )
        wrong = Field(t, "出错", hint="11 位")
        wrong.set_text("1381234")
        wrong.set_error("少 4 位，请补全")
        filled = Field(t, "聚焦", hint="输 4 位即搜")
        filled.set_text("138")
        fields = self._card(
            "输入",
            Row(t, Field(t, "会员手机", "手机号", "11 位，或后 4 位"), filled, wrong, gap=14),
            gap=8,
        )
        tiles = [
            TenderTile(t, "qr-code", "扫码支付", "微信 · 支付宝", "F5"),
            TenderTile(t, "identification-badge", "医保个账", "已扣 ¥128.60", "F6"),
            TenderTile(t, "money-wavy", "现金", "钱箱已就绪", "F7"),
            TenderTile(t, "wallet", "储值", "没有余额", "F8"),
        ]
        tiles[0].set_state("chosen")
        tiles[1].set_state("done")
        tiles[3].set_state("off")
        tenders = self._card("支付方式", Row(t, *tiles, gap=8))
        head = MemberHead(t)
        head.set_member("王*兰", "金卡", "女 68 岁 · 138****6620", 3412)
        allergy = AllergyStrip(t)
        allergy.set_known("青霉素类、磺胺类", "已核对 4/5 种，未见")
        missing = AllergyStrip(t)
        missing.set_missing("未登记，请询问顾客")
        pressure = Vital(t, "heartbeat", "血压", "mmHg")
        pressure.set_reading("142/88", "3 天前 偏高", [128, 131, 130, 136, 134, 139, 142], (120, 135), "warn")
        sugar = Vital(t, "drop", "空腹血糖", "mmol/L")
        sugar.set_reading("7.2", "今天 略高", [8.1, 7.9, 7.6, 7.8, 7.4, 7.3, 7.2], (4.4, 7.0), "info")
        used = CouponTile(t, "¥20", "慢病满 200 减 20", "11-30 前 · 可与会员价同用", "已用")
        used.setChecked(True)
        member = Panel(
            t,
            Column(
                t,
                head,
                allergy,
                missing,
                Row(t, (pressure, 1), (sugar, 1)),
                DueRow(t, "clock-countdown", "阿托伐他汀钙片", "余 3 天", "加入"),
                DueRow(
                    t, "stethoscope", "血压偏高，建议现在复测", action="登记", tone="info", action_kind="info",
                    action_icon="pencil-simple",
                ),
                used,
                CouponTile(t, "8.5 折", "保健食品专享", "12-31 前", "可用", tone="gold"),
                gap=11,
                margins=(16, 14, 16, 14),
            ),
        )  # fmt: skip
        overlay = Overlay(t, Column(t, Txt(t, "浮层", "head"), Txt(t, "只有浮层有阴影", "label", "ink2"), margins=16))
        empty = Empty(
            t, "qr-code", "扫会员码，或按 F3 输手机号", "没带会员码可先结账，30 分钟内可补积分", "找会员", "F3"
        )
        return boxed(Column(t, marks, notes, fields, tenders, member, overlay, empty, Spring(), gap=12))


def show(*, dark: bool = False) -> int:
    """The gallery in a window of its own, until it is closed; T changes the theme, F the targets, S opens the states, Esc leaves."""
    application = QApplication(sys.argv[:1])
    theme = Theme(application, "dark" if dark else "light", 1.0)
    gallery = Gallery(theme)
    gallery.setWindowTitle("yaogui gallery")
    gallery.resize(1440, 900)
    states = QScrollArea()
    states.setWidget(States(theme))
    states.setWidgetResizable(True)
    theme.dress_area(states)
    states.setWindowTitle("yaogui gallery · S")
    states.resize(1440, 900)

    def fingers() -> None:
        theme.set_scale(1.0, touch=not theme.scale.touch)

    for window in (gallery, states):
        acts = (
            ("T", lambda: theme.set_mode("light" if theme.dark else "dark")),
            ("F", fingers),
            ("S", states.show),
            ("Esc", window.close),
        )
        for key, act in acts:
            shortcut = QShortcut(QKeySequence(key), window)
            shortcut.activated.connect(act)
    gallery.show()
    return application.exec()


def picture(folder: Path) -> tuple[Path, ...]:
    """Both pages as one picture of each theme, then the states sized for fingers; gives the files."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    theme = Theme(application, "light", 1.0)
    gallery, states = Gallery(theme), States(theme)
    gallery.resize(1440, 900)
    gallery.show()
    # As tall as everything in it, so that nothing hides behind the edge.
    gallery.resize(1440, gallery.height() - gallery.view.viewport().height() + gallery.page.sizeHint().height())
    made = []

    def grab(window: QWidget, name: str) -> None:
        QApplication.processEvents()
        made.append(folder / f"{name}.png")
        window.grab().save(str(made[-1]))

    def grab_states(name: str) -> None:
        QApplication.processEvents()
        states.resize(1440, states.sizeHint().height())
        grab(states, name)

    states.show()
    states.setFocus()
    for mode in ("light", "dark"):
        theme.set_mode("dark" if mode == "dark" else "light")
        grab(gallery, f"gallery_{mode}")
        grab_states(f"gallery_states_{mode}")
    theme.set_mode("light")
    theme.set_scale(1.0, touch=True)
    grab_states("gallery_states_touch")
    for window in (gallery, states):
        window.close()
        window.deleteLater()
    QApplication.processEvents()
    return tuple(made)
