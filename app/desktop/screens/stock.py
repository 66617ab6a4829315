"""The Stock page: the lots of a product by first expiry, goods-in, corrections, lot states, and the tasks that stock makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.scene import QuestionField, SearchHit
from app.counter.stocking import SalesTrend, SellingPoint, StockRow
from app.desktop.screens.desk import Listing, Sheet, Slot, clock_text, marks_of, short_number
from app.desktop.screens.form import Form
from app.desktop.screens.in_parts import Growing, InParts, grow
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.screens.stock_words import move_words, point_words
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.choices import Seg
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.plots import BarPlot
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, IconTile, Marks, Money, Name, Para, Rule, Txt
from app.desktop.wording import counted, sentence
from app.domain.verdict import Text
from app.records.catalogue import Product
from app.store.stock import LevelRow, MoveRow

RIGHT_WIDTH = 348
BADGE_MS = 5_000
TASKS = (
    ("oversold", Text("超卖", "Oversold")),
    ("expired", Text("已过期", "Expired")),
    ("near", Text("近效期", "Near expiry")),
)
"""What stock asks to be settled."""
MOST_TASKS = 200
ENOUGH_DAYS = 7
"""Fewer days on record than these say nothing about how long the stock lasts."""


class StockPage(InParts):
    """What stands on the shelf, lot by lot, and every change of it that is no sale."""

    key = "stock"
    title = Text("库存", "Stock")
    icon = "pill"
    takes_scans = True
    searches = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._product: SearchHit | None = None
        self._hits: tuple[SearchHit, ...] = ()
        self._lots: tuple[StockRow, ...] = ()
        self._moves: tuple[MoveRow, ...] = ()
        self._points: tuple[SellingPoint, ...] = ()
        self._trend = SalesTrend((), 0)
        self._lot = ""
        self._lists: tuple[tuple[LevelRow, ...], ...] = ((), (), ())
        """What is to settle, as `TASKS` names it."""
        self._tasks: int | None = None
        """The list of what is to settle that somebody chose; None: the first that has anything."""
        self._form: Form | None = None
        self._boxes: list[str] = []
        self._below, self._badge_until = 0, -1
        self._boxes_line: Txt | None = None
        self._rows: tuple[ListRow, ...] = ()
        self._growing: Growing | None = None
        """The list that grows: what is to settle, or a product's movements."""
        self._left, self._right = Slot(), Slot()
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.lay((self._left, 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back), FKeySpec("F2", Text("找商品", "Find"), self.type_back.emit)]
        if self._form is None:
            keys.append(FKeySpec("F9", Text("价签", "Shelf labels"), self._labels))
        if self._form is not None or self._product is None:
            return tuple(keys)
        lot = self._chosen()
        if lot is not None:
            keys.append(FKeySpec("F4", Text("盘点更正", "Correct"), self._ask_count))
        keys.append(FKeySpec("F5", Text("入库", "Goods in"), self._ask_goods_in))
        if lot is not None:
            locked = lot.state in ("locked", "recalled")
            keys.append(
                FKeySpec(
                    "F6",
                    Text("解除锁定", "Release") if locked else Text("锁定批号", "Lock lot"),
                    lambda: self._ask_state("saleable" if locked else "locked"),
                )
            )
            if lot.state != "recalled":
                keys.append(FKeySpec("F8", Text("召回批号", "Recall lot"), lambda: self._ask_state("recalled")))
        keys.append(FKeySpec("F12", Text("加入本单", "Add to sale"), self._sell, primary=True))
        return tuple(keys)

    def badge(self) -> str:
        """How many levels stand below nothing; read anew at most every few seconds, for it is asked after every scan."""
        now = self.till.clock.monotonic_ms()
        if now >= self._badge_until:
            self._badge_until = now + BADGE_MS
            self._below = len(self.till.store.stock.negatives())
        return str(self._below) if self._below else ""

    def on_shown(self) -> None:
        """Read the lots anew, if anything has happened since."""
        self._form = None
        self.come()

    def on_scanned(self, raw: str) -> None:
        """A box fills the goods-in form, or finds its product."""
        self.draw_out()
        if self._form is not None and self._boxes_line is not None:
            self._scan_box(raw)
        else:
            self._find(raw)

    def on_omnibox(self, text: str) -> bool:
        """What was typed finds products."""
        if text.strip():
            self._find(text.strip())
        return True

    def on_product(self, product_id: str) -> None:
        """A product was chosen under the omnibox."""
        self._open(product_id)

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list."""
        return self.list_key(name, self._rows, self._back)

    # ------------------------------------------------------------------ acts

    def slots(self) -> Sequence[Slot]:
        """The lists at the left, and what stands beside them."""
        return self._left, self._right

    def read(self) -> Iterator[None]:
        """The product's lots and all about it, or what is to settle."""
        self._badge_until = -1
        till = self.till
        if self._product is None and self._hits:
            found = [product for hit in self._hits if (product := till.store.catalogue.product(hit.product_id)) is not None]
            self._hits = till.staging.hits(found, self._day())
            yield
            return
        if self._product is None:
            stock, day = till.store.stock, self._day()
            below = stock.negatives()
            yield
            expired = stock.expired(day)
            yield
            self._lists = below, expired, stock.near_expiry(day, till.staging.near_expiry_days())
            yield
            return
        product = till.store.catalogue.product(self._product.product_id)
        if product is None:
            return
        near = till.staging.near_expiry_days()
        self._product = till.staging.hits((product,), self._day())[0]
        self._lots = till.stocking.rows(product.id, near)
        if not any(lot.lot_id == self._lot for lot in self._lots):
            self._lot = self._lots[0].lot_id if self._lots else ""
        yield
        self._moves = till.stocking.moves(product.id)
        yield
        self._points = till.stocking.points(product.id, near)
        yield
        self._trend = till.stocking.trend(product.id)
        yield

    def _day(self) -> date:
        return self.till.staging.frame().day

    def _find(self, text: str) -> None:
        self._hits = self.till.selling.price_check(text)
        if len(self._hits) > 1:
            # A code is answered whole; a word may mean more products than a price check shows.
            self._hits = self.till.selling.search(text) or self._hits
        if len(self._hits) == 1:
            self._open(self._hits[0].product_id)
            return
        if not self._hits:
            self.refuse(Refused("nothing_found", raw=text))
            return
        self._product, self._lot, self._form = None, "", None
        self.refresh()
        self._focus_first()

    def _open(self, product_id: str, lot_id: str = "") -> None:
        product = self.till.store.catalogue.product(product_id)
        if product is None:
            self.refuse(Refused("product_gone"))
            return
        self._product = self.till.staging.hits((product,), self._day())[0]
        self._lot, self._form = lot_id, None
        self.refresh()
        self._focus_first()

    def _back(self) -> None:
        if self._form is not None:
            self._form, self._boxes_line = None, None
            self.refresh()
            self._focus_first()
        elif self._product is not None:
            self._product, self._lot = None, ""
            self.refresh()
            self._focus_first()
        elif self._hits:
            self._hits = ()
            self.refresh()
        else:
            self.go.emit("sale")

    def _focus_first(self) -> None:
        chosen = next((row for row in self._rows if row.objectName() == f"lot-{self._lot}"), None)
        row = chosen or (self._rows[0] if self._rows else None)
        if row is not None and self._form is None:
            row.setFocus(Qt.FocusReason.TabFocusReason)

    def _chosen(self) -> StockRow | None:
        return next((lot for lot in self._lots if lot.lot_id == self._lot), None) if self._product is not None else None

    def _reach(self, lot_id: str) -> None:
        if lot_id != self._lot:
            self._lot = lot_id
            for row in self._rows:
                row.set_chosen(row.objectName() == f"lot-{lot_id}")
            if self._form is None:
                self._draw_right()
            self.changed.emit()

    def _labels(self) -> None:
        """To the shelf labels, with the product in hand among them."""
        if self._product is not None:
            self.till.labelling.want(self._product.product_id)
        self.go.emit("labels")

    def _sell(self) -> None:
        if self._product is not None:
            scene = self.till.selling.add_product(self._product.product_id)
            self.go.emit("sale")
            self.tell(scene.echo)

    # -- forms ------------------------------------------------------------

    def _ask(self, title: Text, fields: list[QuestionField], confirm: Text, body: Text | None = None, under: QWidget | None = None) -> Form:
        if self.till.shifts.needs_pin("rights.stock") and fields and not any(field.name == "free" for field in fields):
            fields.append(QuestionField("pin", "pin", Text("店长或药师 PIN", "Manager's or pharmacist's PIN")))
        fields = [field for field in fields if field.name != "free"]
        form = Form(
            self.theme, title, fields, body=body, confirm=confirm, close=Text("返回", "Back")
        )
        form.left.connect(self._back)
        self._form = form
        self._right.fill(Column(self.theme, form, under, Spring(), gap=10))
        self.changed.emit()
        form.begin()
        return form

    def _answered(self, act: Any, words: str, field: str = "") -> None:
        form = self._form
        assert form is not None
        try:
            future = act()
        except Refused as refusal:
            pin = refusal.code.startswith("pin") or refusal.code == "nobody_may"
            if pin and "pin" in form.values():
                form.clear("pin")
            form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), "pin" if pin else field)
            self.refuse(refusal)
            return

        def done(_: Any) -> None:
            self._form, self._boxes_line = None, None
            self.toast.emit(words, "check-circle")
            self.refresh()
            self._focus_first()

        self.after(future, done)

    def _ask_count(self) -> None:
        lot = self._chosen()
        if lot is None:
            return
        fields = []
        if lot.on_reject:
            zones = (
                ("shelf", Text(f"货架 {lot.on_shelf}", f"Shelf {lot.on_shelf}")),
                ("reject", Text(f"不合格品区 {lot.on_reject}", f"Reject zone {lot.on_reject}")),
            )
            fields.append(QuestionField("zone", "choice", Text("哪里的", "Where"), "shelf", zones))
        fields.append(
            QuestionField(
                "counted",
                "number",
                Text(f"实点数量（{lot.unit}）", "Counted"),
                hint=Text(f"账上 {lot.on_shelf}", f"The books say {lot.on_shelf}"),
            )
        )
        fields.append(QuestionField("reason", "choice", Text("原因", "Reason"), choices=self.till.reasons.choices("stock_correction")[:-1]))
        form = self._ask(
            Text(f"盘点更正 {lot.lot_no}", f"Correct lot {lot.lot_no}"),
            fields,
            Text("更正", "Correct"),
            Text("更正会留下记录，不改历史", "Recorded as a correction; history stays"),
        )
        form.answered.connect(lambda values: self._count(lot, values))

    def _count(self, lot: StockRow, values: dict[str, str]) -> None:
        zone = values.get("zone") or "shelf"

        def act() -> Any:
            if not values["counted"].isdigit():
                raise Refused("quantity_shape", raw=values["counted"])
            delta = int(values["counted"]) - (lot.on_shelf if zone == "shelf" else lot.on_reject)
            if delta == 0:
                raise Refused("same_as_books")
            return self.till.stocking.correct(lot.lot_id, delta, values["reason"], zone, values.get("pin", ""))

        self._answered(act, self.say("库存已更正", "Stock corrected"), "counted")

    def _ask_oversold(self, row: LevelRow, name: str) -> None:
        fields = [
            QuestionField(
                "counted",
                "number",
                Text("现在货架上有几件", "How many stand on the shelf"),
                "0",
                hint=Text(f"账上 {row.quantity}", f"The books say {row.quantity}"),
            ),
            QuestionField("reason", "choice", Text("原因", "Reason"), "oversold", self.till.reasons.choices("stock_correction")[:-1]),
        ]
        lot = Text(f"批号 {row.lot_no}", f"Lot {row.lot_no}") if row.lot_no else Text("没有批号", "No lot known")
        form = self._ask(Text(f"超卖更正：{name}", f"Oversold: {name}"), fields, Text("更正并关闭", "Correct and close"), lot)
        form.answered.connect(lambda values: self._oversold(row, values))

    def _oversold(self, row: LevelRow, values: dict[str, str]) -> None:
        def act() -> Any:
            if not values["counted"].isdigit():
                raise Refused("quantity_shape", raw=values["counted"])
            delta = int(values["counted"]) - row.quantity
            return self.till.stocking.correct(row.lot_id, delta, values["reason"], row.zone, values.get("pin", ""), row.product_id)

        self._answered(act, self.say("超卖已更正", "Oversold stock corrected"), "counted")

    def _ask_state(self, state: str) -> None:
        lot = self._chosen()
        if lot is None:
            return
        titles = {
            "locked": (
                Text(f"锁定批号 {lot.lot_no}", f"Lock lot {lot.lot_no}"),
                Text("锁定", "Lock"),
                Text("锁定后任何人都不能卖这个批号", "Nobody can sell a locked lot"),
            ),
            "recalled": (
                Text(f"召回批号 {lot.lot_no}", f"Recall lot {lot.lot_no}"),
                Text("召回", "Recall"),
                Text("召回后任何人都不能卖，货架上的移到不合格品区", "Nobody can sell it; move what is on the shelf to the reject zone"),
            ),
            "saleable": (
                Text(f"解除锁定 {lot.lot_no}", f"Release lot {lot.lot_no}"),
                Text("解除", "Release"),
                Text("解除后可以再卖", "It can be sold again"),
            ),
        }
        title, confirm, body = titles[state]
        choices = self.till.reasons.choices("lot_state")
        released = tuple(choice for choice in choices if (choice[0] == "released") == (state == "saleable"))
        preset = "recall" if state == "recalled" else released[0][0] if len(released) == 1 else ""
        form = self._ask(title, [QuestionField("reason", "choice", Text("原因", "Reason"), preset, released)], confirm, body)
        form.answered.connect(
            lambda values: self._answered(
                lambda: self.till.stocking.set_lot_state(lot.lot_id, state, values["reason"], values.get("pin", "")),
                self.say("批号状态已改", "Lot state changed"),
            )
        )

    def _ask_goods_in(self) -> None:
        self._boxes = []
        self._boxes_line = Txt(self.theme, "", "label", "ink2")
        fields = [
            QuestionField("lot", "code", Text("批号", "Lot")),
            QuestionField(
                "expiry",
                "date",
                Text("有效期至", "Expires"),
                hint=Text("写成 2028-04 或 20280430，也可以扫盒子", "2028-04 or 20280430, or scan the box"),
            ),
            QuestionField("quantity", "number", Text("数量", "Quantity")),
            QuestionField("free", "text", Text("")),
        ]
        icon = Icon(self.theme, "barcode", 20, "brand")
        under = Panel(self.theme, Row(self.theme, icon, self._boxes_line, Spring(), gap=10, margins=(14, 12, 14, 12)), fill="sunken")
        self._say_boxes()
        form = self._ask(
            Text("入库", "Goods in"),
            fields,
            Text("入库", "Take in"),
            Text("边扫边登：扫盒子的追溯码，售出时批号就能自动带出", "Scan the boxes: their lot is then known at the sale"),
            under,
        )
        form.answered.connect(self._receive)

    def _say_boxes(self) -> None:
        if self._boxes_line is not None:
            count = len(self._boxes)
            words = (
                self.say(f"已扫追溯码 {count} 盒", f"{counted(count, 'box', 'boxes')} scanned")
                if count
                else self.say("还没扫追溯码", "No box scanned yet")
            )
            self._boxes_line.set_words(words)

    def _scan_box(self, raw: str) -> None:
        form = self._form
        assert form is not None
        try:
            box = self.till.stocking.box(raw)
            if box.code in self._boxes:
                raise Refused("code_known", raw=box.code)
        except Refused as refusal:
            form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language))
            self.refuse(refusal)
            return
        self._boxes.append(box.code)
        if box.lot_no:
            form.put("lot", box.lot_no)
        if box.expires_on is not None:
            form.put("expiry", box.expires_on.isoformat())
        quantity = form.values()["quantity"]
        if not quantity.isdigit() or int(quantity) < len(self._boxes):
            form.put("quantity", str(len(self._boxes)))
        form.show_problem("")
        self._say_boxes()

    def _receive(self, values: dict[str, str]) -> None:
        product = self._product
        assert product is not None
        field = "lot"

        def act() -> Any:
            nonlocal field
            field = "expiry"
            expires_on = self.till.stocking.expiry(values["expiry"])
            field = "quantity"
            if not values["quantity"].isdigit():
                raise Refused("quantity_shape", raw=values["quantity"])
            field = ""
            return self.till.stocking.receive(product.product_id, values["lot"], expires_on, int(values["quantity"]), tuple(self._boxes))

        try:
            future = act()
        except Refused as refusal:
            assert self._form is not None
            where = {"already_expired": "expiry", "lot_other_expiry": "expiry", "lot_needed": "lot"}.get(refusal.code, field)
            self._form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), where)
            self.refuse(refusal)
            return
        self._answered(lambda: future, self.say("已入库", "Taken into stock"))

    # ------------------------------------------------------------------ drawing

    def draw(self) -> Iterator[None]:
        """Draw the product, the results, or the tasks; what is below the first rows comes last."""
        if self._product is not None:
            growing = self._draw_product(self._product)
        elif self._hits:
            growing = self._draw_hits()
        else:
            growing = self._draw_tasks()
        if self._form is None:
            yield
            self._draw_right()
        yield from growing

    def let_go(self) -> None:
        """Nothing stands any more."""
        super().let_go()
        self._rows, self._growing, self._form, self._boxes_line = (), None, None, None

    def _draw_product(self, hit: SearchHit) -> Iterator[None]:
        product = self.till.store.catalogue.product(hit.product_id)
        day = self._day()
        moves = tuple(self._move_cells(move, day) for move in self._moves)
        self.show_in(self._left, (hit, product, self._lots, moves), lambda: self._product_parts(hit, product, moves))
        for row in self._rows:
            row.set_chosen(row.objectName() == f"lot-{self._lot}")
        return grow(self._growing, len(moves), lambda order: self._move_row(moves[order])) if self._growing is not None else iter(())

    def _product_parts(self, hit: SearchHit, product: Product | None, moves: Sequence[tuple[Cell, ...]]) -> Column:
        """All about a product: what it is, its lots, and what moved them."""
        theme = self.theme
        rx = "rx" in hit.marks
        name = Row(
            theme,
            Name(theme, hit.name, hit.lasa, 22),
            Txt(theme, hit.strength, "title", size=20, weight=600),
            Marks(theme, marks_of(hit.marks)),
            Spring(),
            gap=12,
        )
        facts = [hit.maker]
        if product is not None:
            facts += [
                product.approval_no,
                self.say(f"追溯码前缀 {product.trace_prefix}", f"Trace prefix {product.trace_prefix}") if product.trace_prefix else "",
            ]
        words = Column(theme, name, Txt(theme, " · ".join(fact for fact in facts if fact), "label", "ink2", elide=True), gap=4)
        price = Column(theme, Money(theme, hit.price_fen, 26), gap=2)
        if hit.member_price_fen:
            price.add(
                Txt(
                    theme,
                    self.say(f"会员价 {money_text(hit.member_price_fen)}", f"Members {money_text(hit.member_price_fen)}"),
                    "label",
                    "promo",
                    align="right",
                )
            )
        add = Btn(theme, self.say("加入本单", "Add to sale"), "primary", key="F12", height=44)
        add.clicked.connect(self._sell)
        head = Panel(
            theme,
            Row(theme, IconTile(theme, "pill", 52, "rx" if rx else "brand"), (words, 1), price, add, gap=16, margins=(16, 14, 16, 14)),
        )
        saleable = sum(lot.on_shelf for lot in self._lots if lot.state in ("saleable", "near"))
        card_head = Row(
            theme,
            Txt(theme, self.say("本店批次", "Lots here"), "head"),
            Pill(theme, self.say(f"可售 {saleable}", f"{saleable} for sale"), "good" if saleable > 0 else "bad"),
            Spring(),
            Txt(theme, self.say("近效期先出", "First expiry first out"), "label", "ink3"),
            gap=10,
            margins=(16, 12, 16, 6),
        )
        titles = ListRow(
            theme,
            (
                Cell(self.say("批号", "Lot"), role="label", tone="ink3"),
                Cell(self.say("货位", "Shelf"), width=110, role="label", tone="ink3"),
                Cell(self.say("效期", "Expiry"), width=210, role="label", tone="ink3"),
                Cell(self.say("货架", "On shelf"), width=80, align="right", role="label", tone="ink3"),
                Cell(self.say("不合格品区", "Reject zone"), width=110, align="right", role="label", tone="ink3"),
                Cell(self.say("状态", "State"), width=110, align="right", role="label", tone="ink3"),
            ),
            height=34,
            plain=True,
        )
        first = next((lot.lot_id for lot in self._lots if lot.state in ("saleable", "near") and lot.on_shelf > 0), "")
        self._rows = tuple(self._lot_row(lot, first) for lot in self._lots)
        if self._rows:
            body: QWidget = Listing(theme, self._rows)
        else:
            empty = Empty(
                theme,
                "package",
                self.say("本店还没有批次", "No lot here yet"),
                self.say("入库一个批号就会列在这里", "Take one in and it is listed here"),
                self.say("入库", "Goods in"),
                "F5",
            )
            empty.acted.connect(self._ask_goods_in)
            body = empty
        lots = Sheet(theme, Column(theme, card_head, titles, (body, 1), gap=0))
        return Column(theme, head, (lots, 3), (self._moves_card(moves), 2), gap=12)

    def _moves_card(self, moves: Sequence[tuple[Cell, ...]]) -> Sheet:
        """What moved the stock, newest first."""
        theme = self.theme
        head = Row(
            theme,
            Txt(theme, self.say("批次动态", "Movements"), "head"),
            Spring(),
            Txt(theme, self.say("最近在上", "newest first"), "label", "ink3"),
            margins=(16, 10, 16, 4),
        )
        self._growing = None
        if moves:
            body: QWidget
            body = self._growing = Growing(theme, len(moves), lambda order: self._move_row(moves[order]))
        else:
            words = self.say("入库和销售会列在这里", "Goods in and sales are listed here")
            body = Empty(theme, "arrows-left-right", self.say("还没有进出", "Nothing moved yet"), words)
        return Sheet(theme, Column(theme, head, (body, 1), gap=0))

    def _move_cells(self, move: MoveRow, day: date) -> tuple[Cell, ...]:
        icon, tone, words = move_words(move, self.till.reasons)
        zone = self.say("不合格品区", "Reject zone") if move.zone == "reject" else ""
        lot = self.say(f"批号 {move.lot_no}", f"Lot {move.lot_no}") if move.lot_no else self.say("没有批号", "No lot known")
        number = self.say(f"单号 {short_number(move.number)}", f"No. {short_number(move.number)}") if move.number else ""
        told = " · ".join(part for part in (lot, number, zone) if part)
        return (
            Cell(self.of(words), sub=told, role="body_strong", icon=icon, tile=tone),
            Cell(clock_text(move.at, day), width=130, align="right", role="body", tone="ink2"),
            Cell(_signed(move.quantity), width=90, align="right", tone="good_ink" if move.quantity > 0 else "ink"),
        )

    def _move_row(self, cells: tuple[Cell, ...]) -> ListRow:
        return ListRow(self.theme, cells, height=50, plain=True)

    def _lot_row(self, lot: StockRow, first: str) -> ListRow:
        words, tone = {
            "saleable": (self.say("正常", "Good"), "good"),
            "near": (self.say("近效期", "Near expiry"), "warn"),
            "expired": (self.say("已过期 不可售", "Expired"), "bad"),
            "locked": (self.say("已锁定 不可售", "Locked"), "bad"),
            "recalled": (self.say("召回 不可售", "Recalled"), "bad"),
        }[lot.state]
        if lot.lot_id == first:
            words = self.say("先出", "Sell first")
        left, left_tone = self._days(lot)
        row = ListRow(
            self.theme,
            (
                Cell(lot.lot_no),
                Cell(lot.shelf, width=110, role="body", tone="ink2"),
                Cell(lot.expires_on.isoformat(), sub=left, sub_tone=left_tone, width=210),
                Cell(str(lot.on_shelf), width=80, align="right", tone="bad_ink" if lot.on_shelf < 0 else "ink"),
                Cell(str(lot.on_reject) if lot.on_reject else "", width=110, align="right", tone="warn_ink"),
                Cell(pill=words, pill_tone=tone, width=110, align="right"),
            ),
            height=56,
            chosen=lot.lot_id == self._lot,
        )
        row.setObjectName(f"lot-{lot.lot_id}")
        row.reached.connect(lambda: self._reach(lot.lot_id))
        row.clicked.connect(lambda: self._reach(lot.lot_id))
        return row

    def _days(self, lot: StockRow) -> tuple[str, str]:
        days = lot.days_left
        if days < 0:
            return self.say(f"已过期 {-days} 天", f"Expired {-days} days ago"), "bad_ink"
        words = (
            self.say(f"还有 {days} 天", f"{counted(days, 'day')} left")
            if days < 180
            else self.say(f"还有 {days // 30} 个月", f"{counted(days // 30, 'month')} left")
        )
        return words, "warn_ink" if lot.state == "near" else "good_ink"

    def _draw_hits(self) -> Iterator[None]:
        self.show_in(self._left, ("found", self._hits), self._hits_card)
        return iter(())

    def _hits_card(self) -> Sheet:
        theme = self.theme
        head = Row(theme, Txt(theme, self.say("找到的商品", "Products found"), "section"), Spring(), margins=(18, 14, 18, 12))
        self._growing = None
        self._rows = tuple(self._hit_row(hit) for hit in self._hits)
        return Sheet(theme, Column(theme, head, Rule(theme), (Listing(theme, self._rows), 1), gap=0))

    def _hit_row(self, hit: SearchHit) -> ListRow:
        row = ListRow(
            self.theme,
            (
                Cell(hit.name, strong=hit.strength, marks=marks_of(hit.marks), sub=hit.maker),
                Cell(hit.shelf, width=100, role="body", tone="ink2"),
                Cell(self.say(f"店存 {hit.stock}", f"{hit.stock} here"), width=100, align="right", role="body", tone="ink2"),
                Cell(fen=hit.price_fen, width=110, align="right"),
            ),
            height=60,
            pad=18,
        )
        row.clicked.connect(lambda: self._open(hit.product_id))
        return row

    def _draw_tasks(self) -> Iterator[None]:
        shown = self._tasks if self._tasks is not None else next((at for at, rows in enumerate(self._lists) if rows), 0)
        rows, day = self._lists[shown][:MOST_TASKS], self._day()
        counts = tuple(len(rows) for rows in self._lists)

        def make(order: int) -> ListRow:
            return self._task_row(TASKS[shown][0], rows[order], day)

        facts = ("tasks", shown, counts, rows, self.till.store.catalogue.changes, day)
        self.show_in(self._left, facts, lambda: self._tasks_card(shown, counts, len(rows), make))
        return self._grow_tasks(self._growing, len(rows), make) if self._growing is not None else iter(())

    def _grow_tasks(self, growing: Growing, many: int, make: Callable[[int], ListRow]) -> Iterator[None]:
        for _ in grow(growing, many, make):
            self._rows = growing.chosen_from
            yield
        self._rows = growing.chosen_from

    def _tasks_card(self, shown: int, counts: Sequence[int], many: int, make: Callable[[int], ListRow]) -> Sheet:
        """What is to settle, list by list."""
        theme = self.theme
        labels = [f"{self.of(title)} {count}" for (_, title), count in zip(TASKS, counts, strict=True)]
        seg = Seg(theme, labels, shown, spoken=self.say("任务", "Tasks"))
        seg.chosen.connect(self._choose_tasks)
        words = self.say("扫商品或药盒看批次，也可以输品名", "Scan an item or a box to see its lots, or type a name")
        head = Row(
            theme,
            Column(theme, Txt(theme, self.say("库存待处理", "Stock to settle"), "section"), Txt(theme, words, "label", "ink3"), gap=3),
            Spring(),
            seg,
            margins=(18, 14, 18, 12),
        )
        self._rows, self._growing = (), None
        if many:
            body: QWidget
            body = self._growing = Growing(theme, many, make)
            self._rows = self._growing.chosen_from
        else:
            body = Empty(
                theme, "check-circle", self.say("没有待处理的", "Nothing to settle"), self.say("这一栏是空的", "This list is empty")
            )
        return Sheet(theme, Column(theme, head, Rule(theme), (body, 1), gap=0))

    def _choose_tasks(self, index: int) -> None:
        self._tasks = index
        self._form = None
        self.refresh()
        self._focus_first()

    def _task_row(self, kind: str, row: LevelRow, day: date) -> ListRow:
        product = self.till.store.catalogue.product(row.product_id)
        name = product.generic_name if product is not None else row.product_id
        tone = "warn_ink" if kind == "near" else "bad_ink"
        expiry, sub = "", ""
        if row.expires_on is not None:
            days = (row.expires_on - day).days
            expiry = row.expires_on.isoformat()
            sub = (
                self.say(f"还有 {days} 天", f"{counted(days, 'day')} left")
                if days >= 0
                else self.say(f"已过期 {-days} 天", f"Expired {-days} days ago")
            )
        lot = self.say(f"批号 {row.lot_no}", f"Lot {row.lot_no}") if row.lot_no else self.say("没有批号", "No lot known")
        made = ListRow(
            self.theme,
            (
                Cell(name, strong=product.spec if product else "", sub=lot + (f" · {product.shelf}" if product and product.shelf else "")),
                Cell(expiry, sub=sub, sub_tone=tone if kind != "oversold" else "ink3", width=200, role="body"),
                Cell(str(row.quantity), width=90, align="right", tone="bad_ink" if row.quantity < 0 else "ink"),
            ),
            height=58,
            pad=18,
        )
        if kind == "oversold":
            made.clicked.connect(lambda: self._ask_oversold(row, name))
        else:
            made.clicked.connect(lambda: self._open(row.product_id, row.lot_id))
        return made

    def _draw_right(self) -> None:
        lot = self._chosen()
        if self._product is None:
            self.show_in(self._right, "how", self._how_card)
            return
        facts = (lot, self._lots, self._points, self._trend, self._day())
        self.show_in(self._right, facts, lambda: self._beside(lot))

    def _how_card(self) -> Column:
        """What to do about what is to settle."""
        theme = self.theme
        card = Column(theme, gap=10, margins=(18, 16, 18, 16))
        card.add(Txt(theme, self.say("怎么处理", "What to do"), "head"))
        for icon, tone, zh, en in (
            ("warning", "warn", "超卖：点货架，填实际数量，结清这一条", "Oversold: count the shelf, type what stands there"),
            ("calendar-x", "warn", "过期的下架，移到不合格品区", "Expired goods leave the shelf for the reject zone"),
            ("lock-simple", "info", "锁定和召回的批号任何人都不能卖", "Nobody sells a locked or recalled lot"),
        ):
            card.add(Row(theme, IconTile(theme, icon, 36, tone), (Para(theme, self.say(zh, en), "body", "ink"), 1), gap=12))
        return Column(theme, Panel(theme, card), Spring())

    def _beside(self, lot: StockRow | None) -> Column:
        """The chosen lot, what to know while selling, and how it sold."""
        return Column(self.theme, self._lot_card(lot), (self._points_card(), 1), self._trend_card(), gap=12)

    def _lot_card(self, lot: StockRow | None) -> Panel:
        """The chosen lot, and what may be done with it."""
        theme = self.theme
        card = Column(theme, gap=8, margins=(16, 12, 16, 14))
        acts: list[tuple[str, str, str, Any]] = []
        if lot is not None:
            held = self.say(f"货架 {lot.on_shelf} {lot.unit}", f"{lot.on_shelf} on shelf")
            aside = self.say(f" · 不合格品区 {lot.on_reject}", f" · {lot.on_reject} in the reject zone") if lot.on_reject else ""
            card.add(Row(theme, Txt(theme, self.say("批号", "Lot"), "label", "ink3"), Txt(theme, lot.lot_no, "head"), Spring(), gap=8))
            expiry = Txt(theme, self.say(f"有效期至 {lot.expires_on}", f"Expires {lot.expires_on}"), "body_strong")
            card.add(Row(theme, expiry, (Txt(theme, held + aside, "label", "ink2", align="right", elide=True), 1)))
            locked = lot.state in ("locked", "recalled")
            acts = [
                (self.say("盘点更正", "Correct"), "list-checks", "F4", self._ask_count),
                (self.say("解除锁定", "Release"), "lock-simple-open", "F6", lambda: self._ask_state("saleable"))
                if locked
                else (self.say("锁定批号", "Lock lot"), "lock-simple", "F6", lambda: self._ask_state("locked")),
            ]
            if lot.state != "recalled":
                acts.append((self.say("召回批号", "Recall"), "prohibit", "F8", lambda: self._ask_state("recalled")))
        acts.insert(1, (self.say("入库", "Goods in"), "tray-arrow-down", "F5", self._ask_goods_in))
        buttons = []
        for words, icon, key, act in acts:
            button = Btn(theme, words, "tonal" if key == "F5" else "line", icon=icon, key=key, height=40)
            button.clicked.connect(act)
            buttons.append(button)
        for pair in (buttons[:2], buttons[2:]):
            if pair:
                card.add(Row(theme, *((button, 1) for button in pair), gap=8))
        return Panel(theme, card)

    def _points_card(self) -> Panel:
        """What the catalogue says that matters while this is sold."""
        theme = self.theme
        rows: list[QWidget] = [self._point_row(point) for point in self._points]
        title = Txt(theme, self.say("销售要点", "While selling"), "head")
        body: Any = (Listing(theme, rows, gap=10), 1)
        if not rows:
            body = Para(theme, self.say("目录里没有特别说明", "The catalogue says nothing special"), "label", "ink3")
        return Panel(theme, Column(theme, title, body, None if rows else Spring(), gap=10, margins=(16, 12, 12, 10)))

    def _point_row(self, point: SellingPoint) -> QWidget:
        theme = self.theme
        icon, tone, first, second = point_words(point)
        said: QWidget = Txt(theme, self.of(first), "body_strong")
        if point.code == "look_alike":
            # The other name stands beside its grade, its differing characters marked as everywhere.
            said = boxed(
                Row(
                    theme,
                    Txt(theme, self.of(first), "body_strong", "warn_ink"),
                    Name(theme, point.word, point.spans, 14, choosing=True),
                    Txt(theme, point.strength, "body_strong"),
                    Spring(),
                    gap=6,
                )
            )
        words = Column(theme, said, Para(theme, self.of(second), "caption", "ink2"), gap=1)
        return boxed(Row(theme, Icon(theme, icon, 20, tone, "fill"), (words, 1), gap=10))

    def _trend_card(self) -> Panel:
        """How it sold in the last thirty days, day by day."""
        theme, trend = self.theme, self._trend
        unit = self._lots[0].unit if self._lots else self.say("件", "packs")
        saleable = sum(lot.on_shelf for lot in self._lots if lot.state in ("saleable", "near"))
        sold = self.say(f"售出 {trend.sold} {unit}", f"{trend.sold} sold")
        if trend.sold and trend.days_known >= ENOUGH_DAYS:
            daily = trend.sold / trend.days_known
            lasts = int(max(0, saleable) / daily)
            note = self.say(f"{sold} · 日均 {daily:.1f} · 可卖 {lasts} 天", f"{sold} · {daily:.1f} a day · lasts {lasts} days")
        elif trend.sold or trend.days_known >= ENOUGH_DAYS:
            days = counted(trend.days_known, "day")
            note = self.say(f"{sold} · 记录 {trend.days_known} 天", f"{sold} · {days} on record")
        else:
            return self._no_trend(trend.days_known)
        count = len(trend.per_day)
        ends = {0: self.say("30 天前", "30 days ago"), count - 1: self.say("今天", "today")}
        most = max(trend.per_day, default=0)
        plot = BarPlot(
            theme,
            trend.per_day,
            [ends.get(order, "") for order in range(count)],
            spoken=note,
            peak=str(most) if most else "",
            from_order=count - trend.days_known,
            height=78,
        )
        head = Row(theme, Txt(theme, self.say("近 30 天", "30 days"), "head"), Spring(), Txt(theme, note, "label", "ink2", elide=True))
        return Panel(theme, Column(theme, head, plot, gap=6, margins=(16, 12, 16, 8)))

    def _no_trend(self, days_known: int) -> Panel:
        """In the place of bars of nothing: since when the book runs, and what will stand here."""
        theme = self.theme
        if days_known:
            began = self._day() - timedelta(days=days_known - 1)
            since = self.say(f"{began:%m-%d} 入账，还没卖出", f"On the book since {began:%m-%d}, none sold yet")
        else:
            since = self.say("还没有进货入账", "Not received here yet")
        after = self.say("卖出后按天画在这里，并估算还能卖几天", "Once sold: a bar a day, and how long the stock lasts")
        said = Column(theme, Txt(theme, since, "body_strong"), Para(theme, after, "caption", "ink2"), gap=1)
        head = Row(theme, Txt(theme, self.say("近 30 天", "30 days"), "head"), Spring())
        body = Row(theme, IconTile(theme, "chart-line-up", 40, "brand"), (said, 1), gap=12)
        return Panel(theme, Column(theme, head, body, gap=8, margins=(16, 12, 16, 12)))


def _signed(quantity: int) -> str:
    """A movement with its sign: +24, −6; 0 for codes of boxes that were counted before."""
    return f"+{quantity}" if quantity > 0 else f"−{-quantity}" if quantity else "0"
