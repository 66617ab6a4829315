"""Cards of the member's page, from head to consents; each is made once and shows another member in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.desktop.screens.desk import Slot
from app.desktop.screens.member_dues import LOOKS
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import Painted
from app.desktop.widgets.buttons import Btn, IconBtn, LinkBtn
from app.desktop.widgets.care import (
    DealingRow,
    Figure,
    KinRow,
    Legend,
    MedicineRow,
    Plot,
    PlotCurve,
    PlotMark,
    ReadingsChart,
    TagFlow,
)
from app.desktop.widgets.chips import Avatar, Pill
from app.desktop.widgets.choices import Seg
from app.desktop.widgets.member import CouponTile
from app.desktop.widgets.rows_that_fit import RowsThatFit
from app.desktop.widgets.surfaces import Card, Panel
from app.desktop.widgets.words import Icon, IconTile, Para, Rule, Txt
from app.domain.verdict import Text
from app.records.clock import shop_day

if TYPE_CHECKING:
    # Named only: what a member's page shows is loaded behind the counter, see `Window`.
    from app.counter.care_scene import CareScene, Dealing, MedicineLine, SeriesScene, Todo
    from app.counter.member_view import AllergyFace, HeadFace, KinFace, TicketFace
    from app.desktop.widgets.signature import SignatureMark
    from app.domain.signature import Signature

TIERS = {"gold": ("金卡会员", "Gold", "gold"), "silver": ("银卡会员", "Silver", "info"), "normal": ("普通会员", "Basic", "mute")}
MOST_TABS = 4
USUAL_TABS = ("pressure", "glucose", "weight", "lipids")
_DEALINGS = {
    "sale": ("receipt", "brand"),
    "past_sale": ("storefront", "gold"),
    "return": ("arrow-u-up-left", "warn"),
    "reading": ("heartbeat", "info"),
    "followup": ("chat-circle-dots", "info"),
}
FILTERS: tuple[tuple[Text, frozenset[str]], ...] = (
    (Text("全部", "All"), frozenset()),
    (Text("购药", "Bought"), frozenset({"sale", "past_sale", "return"})),
    (Text("随访", "Calls"), frozenset({"followup"})),
    (Text("测量", "Readings"), frozenset({"reading"})),
)


def say(theme: Theme, zh: str, en: str) -> str:
    """One sentence in the language in force."""
    return en if theme.language == "en" else zh


def tier_of(tier: str, language: str) -> tuple[str, str]:
    """(words, tone) of a member's tier."""
    zh, en, tone = TIERS.get(tier, (tier, tier, "mute"))
    return (en if language == "en" else zh), tone


class HeadCard(Panel):
    """Who it is, and what they come to; one button takes them into the sale."""

    taken = Signal()
    revealed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._avatar = Avatar(theme, "", 56, "gold")
        self._name = Txt(theme, "", "page", size=22)
        self._tier = Pill(theme, "", "gold", icon="crown-simple", icon_weight="fill", height=22)
        self._merged = Pill(theme, "", "mute", icon="link-simple", height=22, role="caption")
        self._words_line = Txt(theme, "", "body", "ink2")
        self._eye = IconBtn(theme, "eye", "eye", size=28, icon_size=18)
        self._rest = Txt(theme, "", "body", "ink2", elide=True)
        self._figures = [Figure(theme) for _ in range(3)]
        self._stored = Figure(theme)
        self.button = Btn(theme, "", "primary", key="Enter", height=46, role="title")
        figures = Row(theme, gap=18)
        for order, figure in enumerate(self._figures):
            if order:
                figures.add(Rule(theme, standing=36))
            figures.add(figure)
            if not order:
                self._stored_rule = Rule(theme, standing=36)
                figures.add(self._stored_rule)
                figures.add(self._stored)
        who = Column(
            theme,
            Row(theme, self._name, self._tier, self._merged, Spring(), gap=10),
            Row(theme, self._words_line, self._eye, (self._rest, 1), gap=6),
            gap=2,
        )
        row = Row(theme, self._avatar, (who, 1), figures, self.button, gap=18, margins=(18, 14, 18, 14))
        super().__init__(theme, row, parent=parent)
        self.button.clicked.connect(self.taken)
        self._eye.clicked.connect(self.revealed)

    def show_head(self, head: HeadFace, shown_phone: str, *, here: bool) -> None:
        """`shown_phone` is the masked or the revealed number; `here` where the open sale is theirs already."""
        theme, language = self.theme, self.theme.language

        tier, tone = tier_of(head.tier, language)
        self._avatar.set_letter(head.avatar, "gold" if head.tier == "gold" else "info")
        self._name.set_words(head.masked_name or say(theme, "未留姓名", "No name given"))
        self._tier.set_words(tier, tone)
        self._merged.setVisible(head.identities > 1)
        self._merged.set_words(say(theme, f"One-ID 已合并 {head.identities} 个身份", f"One ID · {head.identities} identities"))
        sex = {"F": say(theme, "女", "F"), "M": say(theme, "男", "M")}.get(head.sex, "")
        self._words_line.set_words(" · ".join(part for part in (sex, head.age.of(language), shown_phone) if part))
        self._eye.setVisible(bool(head.masked_phone))
        open_ = shown_phone != head.masked_phone
        self._eye.set_icon(
            "eye-slash" if open_ else "eye",
            say(theme, "遮住手机号", "Hide the phone number")
            if open_
            else say(theme, "看手机号，会留痕", "Show the phone number; this is logged"),
        )
        since = say(theme, f"{head.joined_on} 建档", f"since {head.joined_on}") if head.joined_on is not None else ""
        card = say(theme, f"会员码 {head.masked_card}", f"card {head.masked_card}") if head.masked_card else ""
        visiting = say(self.theme, f"外店会员（{head.visitor_of}）", f"member of store {head.visitor_of}") if head.visitor_of else ""
        self._rest.set_words(" · ".join(part for part in (visiting, head.tier_note.of(language), card, since) if part))
        self._rest.setToolTip(head.tier_told.of(language))
        points = say(theme, "积分", "Points")
        if head.points_ending and head.points_end_on is not None:
            points = say(theme, f"积分 · {head.points_ending:,} 将到期", f"Points · {head.points_ending:,} end soon")
        self._figures[0].show_figure(f"{head.points:,}", points, "warn_ink" if head.points_ending else "ink2")
        for part in (self._stored_rule, self._stored):
            part.setVisible(head.stored is not None)
        if head.stored is not None:
            self._stored.show_figure(paint.money_text(head.stored.total_fen), say(theme, "储值余额", "Stored value"))
        spent = paint.money_text(head.spent_fen).removesuffix(".00") if head.visits else "—"
        self._figures[1].show_figure(spent, say(theme, "近 12 月消费", "Last 12 months"))
        visits = say(theme, f"{head.visits} 次", str(head.visits)) if head.visits else "—"
        self._figures[2].show_figure(visits, say(theme, "到店", "Visits"))
        self.button.set_words(say(theme, "回到收银", "To the sale") if here else say(theme, "带入收银", "Into the sale"))


class AllergyBar(Painted):
    """Allergies first: what is on record, who asked and when, and one press to ask again."""

    asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._tone = "warn"
        self._icon = Icon(theme, "warning-octagon", 20, "bad", "fill")
        self._head = Txt(theme, "", "body_strong", "bad_ink")
        self._body = Txt(theme, "", "body_strong", "ink", elide=True)
        self._when = Txt(theme, "", "label", "ink2")
        self.button = LinkBtn(theme, "", role="body_strong", tone="bad_ink")
        self.button.setObjectName("ask-allergies")
        self.button.clicked.connect(self.asked)
        row = Row(theme, self._icon, self._head, (self._body, 1), self._when, self.button, gap=10, margins=(16, 0, 10, 0))
        self.setLayout(row)
        self.restyle()

    def show_allergies(self, face: AllergyFace) -> None:
        """Show somebody's."""
        language = self.theme.language

        if face.state == "recorded":
            self._tone, icon, body = "bad", "warning-octagon", face.classes.of(language)
            if doubtful := face.doubtful.of(language):
                body += say(self.theme, f" · {doubtful}两台记的不一样，请再问", f" · tills differ on {doubtful}: please ask again")
        elif face.state == "withdrawn":
            self._tone, icon, body = (
                "warn",
                "warning",
                say(self.theme, "健康同意已撤回，过敏未核对：请口头询问", "Health consent withdrawn, allergies not compared: please ask"),
            )
        elif face.state == "none":
            self._tone, icon, body = "info", "info", say(self.theme, "已询问，本人说没有", "Asked: none named")
        else:
            self._tone, icon, body = (
                "warn",
                "warning",
                say(self.theme, "还没问过。卖药前请先问", "Never asked. Ask before a medicine is sold"),
            )
        self._icon.set_icon(icon, self._tone)
        self._head.set_words(say(self.theme, "过敏", "Allergies"))
        self._head.set_tone(f"{self._tone}_ink")
        self._body.set_words(body)
        self._body.setToolTip(body)
        when = ""
        if face.asked_at is not None:
            day = shop_day(face.asked_at)
            when = say(self.theme, f"{day} {face.asked_by} 核对", f"asked {day} by {face.asked_by}")
        self._when.set_words(when)
        self._when.setVisible(bool(when))
        self.button.set_words(
            say(self.theme, "询问并登记", "Ask and note") if face.state == "never" else say(self.theme, "核对并更新", "Check and update"),
            tone=f"{self._tone}_ink",
        )
        # Nothing is noted without the consent; giving it again is a matter of the consents below.
        self.button.setVisible(face.state != "withdrawn")
        self.setAccessibleName(f"{self._head.words} {body} {when}".strip())
        self.update()

    def measure(self) -> None:
        """42 high."""
        self.setFixedHeight(self.theme.px(42))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the tint."""
        tone = self._tone
        paint.rounded(painter, rect, self.theme.px(10), self.theme.color(f"{tone}_t"), self.theme.color(f"{tone}_l"))


class Body(QWidget):
    """What a card holds, or, where there is nothing, one calm line that says so."""

    def __init__(self, theme: Theme, content: QWidget, *more: QWidget | int, stretch: bool = False) -> None:
        super().__init__()
        self.content = content
        self._none = Para(theme, "", "label", "ink3")
        column = Column(theme, (content, 1) if stretch else content, *more, self._none, gap=8)
        self.setLayout(column)

    def say_none(self, words: str) -> None:
        """'' shows the content."""
        self._none.set_words(words)
        self._none.setVisible(bool(words))
        self.content.setVisible(not words)


class MedicinesCard(Card):
    """Medicines in use, each with what is left, and how well they were kept up."""

    pressed = Signal(str)
    all_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._kept = Txt(theme, "", "label_strong", "good_ink")
        self.list = RowsThatFit(
            theme,
            self._make,
            self._put,
            height=MedicineRow.HEIGHT,
            least=2,
            rest=lambda count: say(self.theme, f"另有 {count} 种", f"{count} more"),
        )
        self._body = Body(theme, self.list)
        super().__init__(theme, "", self._body, aside=self._kept, gap=9, margins=(16, 12, 16, 12), parent=parent)
        self.list.more.connect(self.all_asked)

    def _make(self) -> MedicineRow:
        row = MedicineRow(self.theme)
        row.clicked.connect(lambda: self.pressed.emit(row.objectName()))
        return row

    def _put(self, row: MedicineRow, line: MedicineLine) -> None:
        language = self.theme.language
        usage = " ".join(part for part in (line.spec, line.usage.of(language)) if part)
        share = line.left_bp / 10_000 if line.basis else None
        row.setObjectName(line.product_id)
        row.show_medicine(line.name, line.left.of(language), usage, share, line.tone)

    def show_care(self, care: CareScene) -> None:
        """Show a member's medicines."""
        self.title.set_words(say(self.theme, "在用药 · 续方", "Medicines in use"))
        kept = care.adherence_bp
        self._kept.setVisible(kept is not None)
        if kept is not None:
            self._kept.set_words(say(self.theme, f"依从性 {kept // 100}%", f"Kept up {kept // 100}%"))
            self._kept.set_tone("good_ink" if kept >= 8000 else "warn_ink")
            self._kept.setToolTip(say(self.theme, "近半年有药可用的天数占比", "Share of days covered over half a year"))
        self.list.show_all(care.medicines)
        none = say(
            self.theme, "还看不出在用什么药。在本店买过两次，或登记用法后显示", "Nothing known yet: bought twice here, or a dose noted"
        )
        self._body.say_none("" if care.medicines else none)


class TagsCard(Card):
    """What is known of the member's health and habits, as far as a counter may show it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._flow = TagFlow(theme)
        self._body = Body(theme, self._flow)
        super().__init__(theme, "", self._body, gap=9, margins=(16, 12, 16, 12), parent=parent)

    def show_tags(self, title: str, tags: Sequence[tuple[str, str]], none: str, why: Sequence[str] = ()) -> None:
        """(words, tone) of each tag; `why` says in a line each because of what a label stands there."""
        self.title.set_words(title)
        self._flow.show_tags(tags)
        self._flow.setToolTip("\n".join(why))
        self._flow.setAccessibleDescription("\n".join(why))
        self._body.say_none("" if tags else none)


class FamilyCard(Card):
    """The persons the member buys for."""

    added = Signal()
    pressed = Signal(str)
    all_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.add_button = IconBtn(theme, "plus", "+", size=28, icon_size=18, tone="brand_ink", weight="bold")
        self.list = RowsThatFit(
            theme,
            self._make,
            self._put,
            height=KinRow.HEIGHT,
            least=1,
            rest=lambda count: say(self.theme, f"另有 {count} 人", f"{count} more"),
        )
        self._body = Body(theme, self.list)
        super().__init__(theme, "", self._body, aside=self.add_button, gap=6, margins=(16, 10, 12, 10), parent=parent)
        self.add_button.clicked.connect(self.added)
        self.list.more.connect(self.all_asked)

    def _make(self) -> KinRow:
        row = KinRow(self.theme)
        row.clicked.connect(lambda: self.pressed.emit(row.objectName()))
        return row

    def _put(self, row: KinRow, kin: KinFace) -> None:
        language = self.theme.language
        row.setObjectName(kin.person_id)
        title = " · ".join(part for part in (kin.masked_name, kin.relation.of(language)) if part)
        note, tone = kin_note(kin, self.theme)
        row.show_person(kin.avatar, title, note, tone="info" if kin.adult else "gold", note_tone=tone)

    def show_family(self, family: Sequence[KinFace], most: int) -> None:
        """Show a member's."""
        self.title.set_words(
            say(self.theme, f"家庭 · {len(family)} 人", f"Family · {len(family)}") if family else say(self.theme, "家庭", "Family")
        )
        self.add_button.setVisible(len(family) < most)
        self.add_button.set_icon("plus", say(self.theme, "加家人", "Add a person"))
        self.list.show_all(family)
        none = say(self.theme, "按 F8 加家人，代买时按他们的过敏核对", "F8 adds a person; their allergies are checked")
        self._body.say_none("" if family else none)


def kin_note(kin: KinFace, theme: Theme) -> tuple[str, str]:
    """The line below a family person, and its tone: allergies first, else what is missing."""

    parts = [kin.age.of(theme.language)]
    tone = "ink2"
    if kin.allergies.state == "recorded":
        parts.append(say(theme, f"过敏：{kin.allergies.classes.zh}", f"allergic: {kin.allergies.classes.en}"))
        if kin.allergies.doubtful.zh:
            parts.append(say(theme, "有不同说法，请再问", "tills differ, ask again"))
        tone = "bad_ink"
    elif kin.consent == "refused":
        parts.append(say(theme, "不同意关联", "did not agree"))
    elif kin.consent == "unasked" and kin.adult:
        parts.append(say(theme, "待本人同意", "consent to ask"))
        tone = "warn_ink"
    elif kin.allergies.state == "never":
        parts.append(say(theme, "过敏未问", "allergies not asked"))
        tone = "warn_ink"
    else:
        parts.append(say(theme, "无过敏登记", "no allergy named"))
    return " · ".join(part for part in parts if part), tone


class ReadingsCard(Card):
    """Readings as a chart, with how the newest stands; or that there is none yet."""

    kind_chosen = Signal(str)
    entered = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._span = Txt(theme, "", "label", "ink2", elide=True)
        self._seg_slot = Slot()
        self._seg_made: tuple[object, ...] = ()
        self.seg: Seg | None = None
        self._kinds: tuple[str, ...] = ()
        self.enter_button = Btn(theme, "", "tonal", icon="plus", height=34)
        self._pill = Pill(theme, "", "warn", icon="trend-up", height=24)
        self._trend = Txt(theme, "", "label", "ink2", elide=True)
        self._legend = Legend(theme)
        self._said = boxed(Row(theme, self._pill, (self._trend, 1), self._legend, gap=10))
        self.chart = ReadingsChart(theme)
        self._none_icon = IconTile(theme, "heartbeat", 52)
        self._none_title = Txt(theme, "", "head", align="center")
        self._none_how = Txt(theme, "", "label", "ink2", align="center")
        self._none_button = Btn(theme, "", "tonal", key="F4")
        self._none = boxed(
            Column(
                theme,
                Spring(),
                Row(theme, Spring(), self._none_icon, Spring()),
                self._none_title,
                self._none_how,
                4,
                Row(theme, Spring(), self._none_button, Spring()),
                Spring(),
                gap=6,
            )
        )
        super().__init__(theme, "", self._said, (self.chart, 1), (self._none, 1), aside=None, gap=8, parent=parent)
        self.enter_button.clicked.connect(self.entered)
        self._none_button.clicked.connect(self.entered)
        self.head.insertWidget(1, self._span, 1)
        self.head.addWidget(self._seg_slot)
        self.head.addWidget(self.enter_button)

    def show_care(self, care: CareScene) -> None:
        """Show a member's readings of the kind in the scene."""
        series, language = care.series, self.theme.language
        self._show_tabs(care)
        self.title.set_words(series.title.of(language))
        days = (series.last - series.first).days + 1
        self._span.set_words(say(self.theme, f"{series.unit} · 近 {days} 天", series.unit))
        self.enter_button.set_words(say(self.theme, "登记", "Enter"))
        refused = care.consent == "refused"
        there = bool(series.marks) and not refused
        self._said.setVisible(there)
        self.chart.setVisible(there)
        self._none.setVisible(not there)
        self.enter_button.setVisible(there)
        if there:
            self._show_standing(series)
            self._show_plot(series)
            return
        self._none_icon.set_icon("shield-warning" if refused else "heartbeat", "info" if refused else "brand")
        if refused:
            self._none_title.set_words(say(self.theme, "会员没同意留健康档案", "The member did not agree to a health file"))
            self._none_how.set_words(say(self.theme, "量了可以当面告诉，不会保存", "A reading can be told, it is not kept"))
        else:
            self._none_title.set_words(say(self.theme, "还没有记录，登记第一次", "No readings yet: enter the first"))
            self._none_how.set_words(say(self.theme, "登记后看趋势、目标范围和购药日", "Then trend, target and days of purchase show here"))
        self._none_button.set_words(say(self.theme, f"登记{series.title.zh}", f"Enter {series.title.en.lower()}"), key="F4")

    def _show_tabs(self, care: CareScene) -> None:
        language = self.theme.language
        with_some = [tab for tab in care.tabs if tab.count or tab.kind == care.series.kind]
        usual = [tab for kind in USUAL_TABS for tab in care.tabs if tab.kind == kind and tab not in with_some]
        chosen = {tab.kind for tab in (*with_some, *usual)[:MOST_TABS]} | {care.series.kind}
        tabs = [tab for tab in care.tabs if tab.kind in chosen][: MOST_TABS + 1]
        made = (tuple(tab.kind for tab in tabs), language)
        index = next((order for order, tab in enumerate(tabs) if tab.kind == care.series.kind), 0)
        self._kinds = made[0]
        if made != self._seg_made:
            self._seg_made = made
            self.seg = Seg(self.theme, [tab.title.of(language) for tab in tabs], index, spoken=say(self.theme, "指标", "Reading"))
            self.seg.chosen.connect(lambda order: self.kind_chosen.emit(self._kinds[order]))
            self._seg_slot.fill(self.seg)
        elif self.seg is not None:
            self.seg.set_index(index)

    def _show_standing(self, series: SeriesScene) -> None:
        language, standing = self.theme.language, series.standing
        self._pill.setVisible(standing is not None)
        self._trend.setVisible(standing is not None)
        if standing is not None:
            icon = {"up": "trend-up", "down": "trend-down"}.get(standing.way, "check" if standing.tone == "good" else "minus")
            self._pill.set_words(f"{standing.words} {standing.grade.of(language)}".strip(), standing.tone, icon)
            self._trend.set_words(standing.trend.of(language))
            self._trend.setToolTip(standing.trend.of(language))
        names = [curve.title.of(language) for curve in series.curves] if len(series.curves) > 1 else []
        self._legend.show_names(names, say(self.theme, "购药日", "Purchase") if series.purchases else "")

    def _show_plot(self, series: SeriesScene) -> None:
        """One axis: the curves that share the first one's unit."""
        language = self.theme.language
        unit = series.curves[0].unit
        curves = []
        decimals = 0
        for order, curve in enumerate(series.curves):
            if curve.unit != unit:
                continue
            points = tuple((mark.day, value / curve.scale) for mark in series.marks if (value := mark.values[order]) is not None)
            band = (curve.band[0] / curve.scale, curve.band[1] / curve.scale) if curve.band is not None else None
            decimals = max(decimals, 0 if curve.scale == 1 else 1)
            curves.append(PlotCurve(curve.title.of(language), points, band))
        marks = tuple(PlotMark(mark.day, f"{mark.words} {series.unit}", mark.note.of(language)) for mark in series.marks)
        newest = marks[-1].words if marks else ""
        spoken = say(
            self.theme,
            f"{series.title.zh}：{len(marks)} 次记录，最近 {newest}",
            f"{series.title.en}: {len(marks)} readings, newest {newest}",
        )
        self.chart.show_plot(Plot(series.first, series.last, tuple(curves), marks, series.purchases, decimals), spoken)


class DealingsCard(Card):
    """Recent dealings with the member, all or of one sort."""

    pressed = Signal(str, str)
    """(kind, number or id) of a dealing."""
    all_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._slot = Slot()
        self.all_button = LinkBtn(theme, "", icon="caret-right")
        self._made = ""
        self._filter = 0
        self._care: CareScene | None = None
        self.list = RowsThatFit(
            theme,
            self._make,
            self._put,
            height=DealingRow.HEIGHT,
            least=2,
            most=6,
        )
        self._body = Body(theme, self.list)
        aside = boxed(Row(theme, self.all_button, self._slot, gap=8))
        super().__init__(theme, "", self._body, aside=aside, gap=6, margins=(16, 12, 16, 10), parent=parent)
        self.all_button.clicked.connect(self.all_asked)

    def _make(self) -> DealingRow:
        row = DealingRow(self.theme)
        row.clicked.connect(lambda: self.pressed.emit(*row.objectName().split("|", 1)))
        return row

    def _put(self, row: DealingRow, given: tuple[Dealing, bool]) -> None:
        dealing, leads = given
        icon, tone = dealing_look(dealing)
        row.setObjectName(f"{dealing.kind}|{dealing.number or dealing.ref}")
        title, note = dealing_words(dealing, self.theme)
        row.show_dealing(icon, tone, title, note, f"{dealing.day:%m-%d}", leads=leads)

    def shown(self, care: CareScene) -> tuple[Dealing, ...]:
        """The dealings of the chosen sort."""
        kinds = FILTERS[self._filter][1]
        return tuple(one for one in care.dealings if not kinds or one.kind in kinds)

    def choose(self, order: int) -> None:
        """Show one sort only."""
        self._filter = order
        if self._care is not None:
            self.show_care(self._care)

    def show_care(self, care: CareScene) -> None:
        """Show a member's."""
        self._care = care
        language = self.theme.language
        self.title.set_words(say(self.theme, "最近往来", "Recent dealings"))
        if self._made != language:
            self._made = language
            seg = Seg(self.theme, [text.of(language) for text, _ in FILTERS], self._filter, spoken=say(self.theme, "筛选往来", "Filter"))
            seg.chosen.connect(self.choose)
            self._slot.fill(seg)
        kinds, shown = FILTERS[self._filter][1], self.shown(care)
        self.all_button.set_words(say(self.theme, f"全部 {len(shown)} 条", f"All {len(shown)}"))
        self.all_button.setVisible(len(shown) > 2)
        self.list.show_all([(one, order < len(shown) - 1) for order, one in enumerate(shown)])
        none = say(self.theme, "没有这类往来", "None of this sort") if kinds else say(self.theme, "还没有往来", "No dealings yet")
        self._body.say_none("" if shown else none)


def dealing_look(dealing: Dealing) -> tuple[str, str]:
    """(icon, tone) of a dealing."""
    return _DEALINGS.get(dealing.kind, ("receipt", "brand"))


def dealing_words(dealing: Dealing, theme: Theme) -> tuple[str, str]:
    """(title, line below) of a dealing."""
    bought = {"sale": say(theme, "购药：", "Bought: "), "past_sale": say(theme, "购药：", "Bought: ")}.get(dealing.kind, "")
    note = [dealing.note.of(theme.language)]
    if dealing.amount_fen:
        note.append(paint.money_text(dealing.amount_fen))
    return bought + dealing.title.of(theme.language), " · ".join(part for part in note if part)


class CouponsCard(Card):
    """The member's coupons as tickets."""

    pressed = Signal(str)
    all_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.all_button = LinkBtn(theme, "", key="F6")
        self.list = RowsThatFit(
            theme,
            self._make,
            self._put,
            height=66,
            gap=8,
            least=1,
            most=4,
        )
        self._body = Body(theme, self.list)
        super().__init__(theme, "", self._body, aside=self.all_button, gap=8, margins=(16, 8, 16, 11), parent=parent)
        self.all_button.clicked.connect(self.all_asked)
        self.list.more.connect(self.all_asked)

    def _make(self) -> CouponTile:
        tile = CouponTile(self.theme, "", "", "")
        tile.clicked.connect(lambda: self.pressed.emit(tile.objectName()))
        return tile

    def _put(self, tile: CouponTile, ticket: TicketFace) -> None:
        language = self.theme.language
        tile.setObjectName(ticket.serial)
        tile.show_coupon(
            ticket.worth.of(language),
            ticket.title.of(language),
            ticket.note.of(language),
            ticket.state_words.of(language),
            tone=ticket.tone,
            used=ticket.state == "used",
        )
        tile.setToolTip(" · ".join(part for part in (ticket.rule.of(language), ticket.why.of(language)) if part))

    def show_tickets(self, tickets: Sequence[TicketFace]) -> None:
        """Show a member's."""
        good = sum(ticket.state in ("used", "good", "waiting") for ticket in tickets)
        self.title.set_words(
            say(self.theme, f"优惠券 · {good} 张可用", f"Coupons · {good} good") if tickets else say(self.theme, "优惠券", "Coupons")
        )
        self.all_button.set_words(say(self.theme, "看规则", "Rules"), key="F6")
        self.all_button.setVisible(bool(tickets))
        self.list.show_all(tickets)
        self._body.say_none("" if tickets else say(self.theme, "没有券。券由总部发放，自动到这里", "No coupons. Headquarters grants them"))


class _TodoBtn(Btn):
    """As wide as its words, and never narrower than its neighbours usually are."""

    def measure(self) -> None:
        """At least 60 wide."""
        super().measure()
        self.setFixedWidth(max(self.theme.px(60), round(self._content()) + self.theme.px(16)))


class TodoRow(QWidget):
    """One thing to do: a tile, what and why, and its button."""

    HEIGHT = 42

    acted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.todo: Todo | None = None
        self._tile = IconTile(theme, "phone", 32, "info", radius=8)
        self._title = Txt(theme, "", "label_strong", elide=True)
        self._note = Txt(theme, "", "caption", "ink2", elide=True)
        self.button = _TodoBtn(theme, "", "tonal", height=32, role="label_strong")
        self.button.clicked.connect(lambda: self.acted.emit(self.todo))
        self.setLayout(Row(theme, self._tile, (Column(theme, self._title, self._note, gap=0), 1), self.button, gap=9))

    def show_todo(self, todo: Todo, language: str) -> None:
        """Show another one."""
        self.todo = todo
        icon, tone = LOOKS.get(todo.kind, ("bell", "info"))
        self._tile.set_icon(icon, tone)
        self._title.set_words(todo.title.of(language))
        self._title.setToolTip(todo.title.of(language))
        self._note.set_words(todo.note.of(language))
        self._note.setToolTip(todo.note.of(language))
        self.button.set_words(todo.act_title.of(language))
        self.button.set_kind({"add": "tonal", "record": "info"}.get(todo.act, "line"))  # type: ignore[arg-type]  # names of looks
        self.button.setAccessibleName(f"{todo.act_title.of(language)} {todo.title.of(language)}")


class TodosCard(Card):
    """What is to be done for the member."""

    acted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._count = Pill(theme, "", "warn", height=22)
        self.list = RowsThatFit(
            theme,
            self._make,
            self._put,
            height=TodoRow.HEIGHT,
            gap=1,
            least=1,
            most=5,
            rest=lambda count: say(self.theme, f"另有 {count} 项", f"{count} more"),
        )
        self._body = Body(theme, self.list)
        super().__init__(theme, "", self._body, aside=self._count, gap=6, margins=(16, 10, 16, 10), parent=parent)

    def _make(self) -> TodoRow:
        row = TodoRow(self.theme)
        row.acted.connect(self.acted)
        return row

    def _put(self, row: TodoRow, todo: Todo) -> None:
        row.show_todo(todo, self.theme.language)

    def show_todos(self, todos: Sequence[Todo]) -> None:
        """Show a member's."""
        self.title.set_words(say(self.theme, "待办", "To do"))
        self._count.setVisible(bool(todos))
        self._count.set_words(str(len(todos)))
        self.list.show_all(todos)
        self._body.say_none("" if todos else say(self.theme, "现在没有要办的", "Nothing to do now"))


class ConsentCard(Panel):
    """How the member stands to the health file, in two lines; pressed, all purposes."""

    pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._icon = Icon(theme, "shield-check", 18, "good", "fill")
        self._title = Txt(theme, "", "body_strong")
        self._button = LinkBtn(theme, "", icon="caret-right", tone="ink2", role="label")
        self._below = Txt(theme, "", "label", "ink2", elide=True)
        self._foot = Row(theme, (self._below, 1), gap=8)
        self._mark: SignatureMark | None = None
        head = Row(theme, self._icon, self._title, Spring(), self._button, gap=8)
        super().__init__(theme, Column(theme, head, self._foot, gap=0, margins=(16, 5, 8, 9)), parent=parent)
        self._button.clicked.connect(self.pressed)

    def show_consent(self, icon: str, tone: str, title: str, act: str, line: str) -> None:
        """Say how it stands; `act` is pressed for all purposes."""
        self._icon.set_icon(icon, tone)
        self._title.set_words(title)
        self._below.set_words(line)
        self._below.setToolTip(line)
        self._button.set_words(act)
        self.setAccessibleName(" ".join(part for part in (title, act, line) if part))

    def show_signature(self, drawing: Signature | None) -> None:
        """What was signed for it, small; nothing where nobody signed."""
        if self._mark is not None:
            self._foot.removeWidget(self._mark)
            self._mark.deleteLater()
            self._mark = None
        if drawing is not None:
            from app.desktop.widgets.signature import SignatureMark

            self._mark = SignatureMark(self.theme, drawing, width=84, height=26)
            self._foot.add(self._mark)
