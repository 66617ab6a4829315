"""The Campaigns page: the offers that run in this store, each in one sentence, and what each does in the open sale or why not."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from PySide6.QtWidgets import QWidget

from app.counter.campaigns import Campaign
from app.desktop.screens.desk import Sheet, Slot
from app.desktop.screens.in_parts import Growing, InParts, grow
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.widgets.arrange import Column, Row, Spring, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Chip
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Money, Para, Rule, Txt
from app.desktop.wording import counted
from app.domain.verdict import Text

RIGHT_WIDTH = 392
_ICONS = {
    "percent": "percent",
    "amount_off": "tag",
    "threshold": "stack",
    "nth_cheaper": "repeat",
    "bundle": "package",
    "gift": "gift",
}
SOON_DAYS = 7
"""An offer that ends within this many days says so in amber."""


class CampaignsPage(InParts):
    """Campaigns: what runs, what it does in the sale at hand, and what would make it apply."""

    key = "campaigns"
    title = Text("营销", "Offers")
    icon = "seal-percent"

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._campaigns: tuple[Campaign, ...] = ()
        self._chosen = ""
        self._only_here = False
        self._rows: tuple[ListRow, ...] = ()
        self._growing: Growing | None = None
        self._left, self._right = Slot(), Slot()
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.lay((self._left, 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def meet(self, pages: Mapping[str, Page]) -> None:
        """What is scanned goes to the sale, and changes what applies."""
        sale = pages.get("sale")
        if sale is not None:
            sale.changed.connect(self._sale_changed)

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        sold = bool(self.till.selling.basket.lines)
        both = Text("看全部", "All offers") if self._only_here else Text("只看本单", "This sale only")
        return (
            FKeySpec("Esc", Text("返回收银", "To the sale"), self._back),
            FKeySpec("F4", both, self._turn, enabled=sold or self._only_here),
            FKeySpec("F12", Text("回收银", "To the sale"), self._back, enabled=sold, primary=sold),
        )

    def on_shown(self) -> None:
        """Read the offers and what they do in the open sale."""
        self._only_here = False
        self.come()

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list."""
        return self.list_key(name, self._rows, self._back)

    # ------------------------------------------------------------------ acts

    def slots(self) -> Sequence[Slot]:
        """The list, and the chosen offer."""
        return self._left, self._right

    def mark(self) -> Hashable:
        """The offers themselves: they are read from memory, and what is sold changes them without a commit."""
        return self.till.campaigns.rows(), bool(self.till.selling.basket.lines), self._only_here

    def read(self) -> Iterator[None]:
        """The offers, and which of them is chosen."""
        self._campaigns = self.till.campaigns.rows()
        shown = self._shown()
        if all(row.offer_id != self._chosen for row in shown):
            self._chosen = shown[0].offer_id if shown else ""
        yield

    def refresh(self) -> None:
        """Read and draw; the keyboard stays in the list."""
        held = any(row.hasFocus() for row in self._rows)
        super().refresh()
        if held:
            self._focus_first()

    def _sale_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def _shown(self) -> tuple[Campaign, ...]:
        """Those of the open sale first, the ones that take something off before the others."""
        here = sorted((row for row in self._campaigns if row.state != "none"), key=lambda row: row.state != "applied")
        rest = [row for row in self._campaigns if row.state == "none"]
        return tuple(here) if self._only_here else (*here, *rest)

    def _turn(self) -> None:
        self._only_here = not self._only_here
        self.refresh()
        self._focus_first()

    def _back(self) -> None:
        self.go.emit("sale")

    def _choose(self, offer_id: str) -> None:
        if offer_id == self._chosen:
            return
        self._chosen = offer_id
        self._light_chosen()
        self._draw_right()

    def _light_chosen(self) -> None:
        for row in self._rows:
            row.set_chosen(row.objectName() == f"offer-{self._chosen}")

    def _focus_first(self) -> None:
        for row in self._rows:
            if row.objectName() == f"offer-{self._chosen}":
                row.setFocus()

    # ------------------------------------------------------------------ drawing

    def draw(self) -> Iterator[None]:
        """Draw the list and the chosen offer; what is below the first rows comes last."""
        shown, sold = self._shown(), bool(self.till.selling.basket.lines)
        self.show_in(self._left, (self._campaigns, shown, sold), lambda: self._list_card(shown, sold=sold))
        self._light_chosen()
        yield
        self._draw_right()
        if self._growing is not None:
            for _ in grow(self._growing, len(shown), lambda order: self._row(shown[order])):
                self._rows = self._growing.chosen_from
                yield
            self._rows = self._growing.chosen_from

    def let_go(self) -> None:
        """Nothing stands any more."""
        super().let_go()
        self._rows, self._growing = (), None

    def _list_card(self, shown: Sequence[Campaign], *, sold: bool) -> Sheet:
        theme = self.theme
        running = sum(not row.starts_in for row in self._campaigns)
        applied = [row for row in self._campaigns if row.state == "applied"]
        head = Row(theme, Txt(theme, self.say("店内活动", "Offers in this store"), "section"), gap=10, margins=(18, 14, 18, 12))
        head.add(Chip(theme, self.say(f"进行中 {running}", f"{running} running")))
        if applied:
            head.add(Chip(theme, self.say(f"本单用上 {len(applied)}", f"{len(applied)} in this sale"), "good"))
        head.add(Spring())
        if not sold:
            head.add(Txt(theme, self.say("扫商品后看本单用得上哪些", "Scan goods to see which apply"), "label", "ink3"))
        self._rows, self._growing = (), None
        if shown:
            body: QWidget
            body = self._growing = Growing(theme, len(shown), lambda order: self._row(shown[order]))
            self._rows = self._growing.chosen_from
        else:
            title = self.say("本单没有相关活动", "No offer concerns this sale") if self._only_here else self.say("没有活动", "No offers")
            body = Empty(theme, "seal-percent", title, self.say("活动由总部或导入下发", "Offers come from headquarters or the import"))
        return Sheet(theme, Column(theme, head, Rule(theme), (body, 1), gap=0))

    def _row(self, campaign: Campaign) -> ListRow:
        faint = bool(campaign.starts_in)
        here: Cell
        if campaign.state == "applied":
            here = Cell(fen=-campaign.cut_fen, width=104, align="right", tone="promo")
        elif campaign.state == "missed":
            here = Cell(pill=self.say("未用上", "Not yet"), pill_tone="warn", width=104, align="right")
        else:
            here = Cell(width=104)
        row = ListRow(
            self.theme,
            (
                Cell(self.of(campaign.title), sub=self.of(campaign.rule), icon=_ICONS.get(campaign.kind, "tag"), tile=self._tile(campaign)),
                Cell(pill=self._who(campaign), pill_tone="gold" if campaign.members_only else "info", width=92, align="right")
                if self._who(campaign)
                else Cell(width=92),
                Cell(self._when(campaign), width=96, align="right", role="label", tone=self._when_tone(campaign)),
                here,
            ),
            height=60,
            pad=18,
            faint=faint,
            chosen=campaign.offer_id == self._chosen,
        )
        row.setObjectName(f"offer-{campaign.offer_id}")
        row.reached.connect(lambda: self._choose(campaign.offer_id))
        row.clicked.connect(lambda: self._choose(campaign.offer_id))
        return row

    @staticmethod
    def _tile(campaign: Campaign) -> str:
        return {"applied": "good", "missed": "warn"}.get(campaign.state, "brand")

    def _who(self, campaign: Campaign) -> str:
        if campaign.by_right:
            return self.say("凭个人券", "Personal")
        if campaign.coupon_code:
            return self.say("凭券码", "By code")
        return self.say("会员", "Members") if campaign.members_only else ""

    def _when(self, campaign: Campaign) -> str:
        if campaign.starts_in:
            return self.say(f"{campaign.starts_in} 天后开始", f"in {counted(campaign.starts_in, 'day')}")
        if campaign.days_left == 1:
            return self.say("今天止", "last day")
        return self.say(f"还有 {campaign.days_left} 天", f"{counted(campaign.days_left, 'day')} left")

    @staticmethod
    def _when_tone(campaign: Campaign) -> str:
        return "warn_ink" if not campaign.starts_in and campaign.days_left <= SOON_DAYS else "ink2"

    def _draw_right(self) -> None:
        campaign = next((row for row in self._campaigns if row.offer_id == self._chosen), None)
        sold = bool(self.till.selling.basket.lines)
        self.show_in(self._right, (campaign, sold), lambda: self._chosen_card(campaign, sold=sold))

    def _chosen_card(self, campaign: Campaign | None, *, sold: bool) -> Column:
        """All about one offer."""
        theme = self.theme
        if campaign is None:
            return Column(theme, Spring())
        card = Column(theme, gap=10, margins=(18, 16, 18, 16))
        title = Para(theme, self.of(campaign.title), "section", "ink")
        card.add(Row(theme, IconTile(theme, _ICONS.get(campaign.kind, "tag"), 44, self._tile(campaign)), (title, 1), gap=12))
        card.add(Para(theme, self.of(campaign.rule), "body", "ink"))
        card.add(Rule(theme, dashed=True))
        span = f"{campaign.starts_on} – {campaign.ends_on}"
        card.add(self._fact(self.say("时间", "Time"), span))
        card.add(self._fact("", self._when(campaign), self._when_tone(campaign)))
        who = self.say("会员", "Members") if campaign.members_only else self.say("所有顾客", "Everybody")
        card.add(self._fact(self.say("对象", "For"), who))
        if campaign.by_right:
            words = self.say("持有这张个人券的会员，登记会员后自动比价", "Members who hold the coupon; it is compared once they are named")
            card.add(Para(theme, words, "label", "ink2"))
        if campaign.coupon_code:
            card.add(self._fact(self.say("券码", "Code"), campaign.coupon_code))
            card.add(Para(theme, self.say("扫到顾客出示的这个码后生效", "Applies once the customer's code is scanned"), "label", "ink2"))
        card.add(Rule(theme, dashed=True))
        self._draw_here(card, campaign)
        card.add(Spring())
        parts = Column(theme, (Panel(theme, card), 1), gap=10)
        if sold:
            back = Btn(theme, self.say("回收银", "To the sale"), "primary", icon="cash-register", key="F12", height=52, role="head")
            back.clicked.connect(self._back)
            parts.add(back)
        return parts

    def _fact(self, name: str, words: str, tone: str = "ink") -> Row:
        return Row(self.theme, Txt(self.theme, name, "label", "ink3"), Spring(), Txt(self.theme, words, "body_strong", tone), gap=8)

    def _draw_here(self, card: Column, campaign: Campaign) -> None:
        """What the offer does in the open sale."""
        theme = self.theme
        card.add(Txt(theme, self.say("本单", "In this sale"), "label", "ink2"))
        if campaign.state == "applied":
            done = Txt(theme, self.say("已用上", "Applied"), "body_strong", "good_ink")
            taken = Money(theme, -campaign.cut_fen, 22, "promo")
            card.add(Row(theme, Icon(theme, "check-circle", 20, "good", "fill"), done, Spring(), taken))
            return
        if campaign.state == "missed":
            said = Para(theme, self.of(campaign.said) or self.say("没有可减的", "Nothing to take off"), "body_strong", "warn_ink")
            card.add(Row(theme, Icon(theme, "info", 20, "warn", "fill"), (said, 1), gap=8))
            return
        if campaign.starts_in:
            words = self.say("还没开始", "Not begun yet")
        elif not self.till.selling.basket.lines:
            words = self.say("本单还没有商品", "Nothing in the sale yet")
        else:
            words = self.say("本单没有适用的商品", "Nothing in the sale it is for")
        card.add(Para(theme, words, "body", "ink2"))
