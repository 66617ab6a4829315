"""The Receipts page: today's sales, reprints under 补打, tenders booked under the wrong kind, and paper that waits for a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.receipt_search import MOST, ReceiptSearch
from app.counter.scene import QuestionField
from app.desktop.screens.desk import Listing, Sheet, Slot, clock_text, marks_of, short_number
from app.desktop.screens.form import Form
from app.desktop.screens.in_parts import Growing, InParts, grow
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.print_queue import PrintQueue
from app.desktop.screens.returns import TENDER_ICONS
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.theme.paint import signed_count
from app.desktop.widgets.arrange import Column, Row, Spring, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Chip, Pill
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Money, Para, Rule, Txt
from app.desktop.wording import sentence
from app.domain.invoice import NOBODY, InvoiceTitle
from app.domain.masking import mask_name, mask_phone
from app.domain.tendering import PURSES
from app.domain.verdict import Text
from app.records.events import Tender
from app.records.ledger import Committed
from app.records.people import Member
from app.store.invoices import InvoiceWish
from app.store.sales import SaleRow, StoredSale

RIGHT_WIDTH = 432
SHOWN_MEMBERS = 9


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of a sale beside itself."""

    cashier: str
    member: str
    """As a screen may name them; '' for none, or one this till does not know."""
    points: int
    wish: InvoiceWish | None
    waits: bool
    """Whether its first paper has not come out yet."""


_NOTHING = _About("", "", 0, None, False)


class ReceiptsPage(InParts):
    """Paper of the day, and what can still be done with it."""

    key = "receipts"
    title = Text("单据", "Receipts")
    icon = "receipt"
    in_rail = False
    takes_scans = True
    searches = True
    suggests = False

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._sales: tuple[SaleRow, ...] = ()
        self._sale: StoredSale | None = None
        self._wanted, self._newest = "", True
        """Id of the sale at the right, and whether nobody chose it: then it is the newest."""
        self._about = _NOTHING
        self._names: dict[str, str] = {}
        """Of everybody who works here, by id."""
        self._wishes: tuple[InvoiceWish, ...] = ()
        self._form: Form | None = None
        self._member_form = False
        self._rows: tuple[ListRow, ...] = ()
        self._search = ReceiptSearch(self.till.store, self.till.clock)
        self._sought = ""
        """What was looked for; '' shows the day."""
        self._queue = PrintQueue(self, self.refresh, rows_shown=3)
        self._growing: Growing | None = None
        self._wishing: Growing | None = None
        """The lists of sales and of invoices."""
        self._left, self._invoices, self._right = Slot(), Slot(), Slot()
        self._card: tuple[Slot, ...] = ()
        """Head, lines, foot and keys of the chosen sale, while it stands at the right."""
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.bridge.printing.connect(lambda _: self._show_queue(self._queue.draw()) if self.isVisible() else None)
        self.lay((Column(self.theme, (self._left, 1), self._invoices, self._queue, gap=12), 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back), FKeySpec("F2", Text("找单据", "Find"), self.type_back.emit)]
        if self._form is None and self._sale is not None:
            if self.till.attaching.open_until(self._sale) is not None:
                keys.append(FKeySpec("F3", Text("补会员", "Add member"), self._ask_member))
            if self._may_wish():
                keys.append(FKeySpec("F5", Text("要发票", "Invoice"), self._ask_invoice))
            if any(line.kind in ("drug", "tcm") for line in self._sale.body.lines):
                keys.append(FKeySpec("F4", Text("用法标签", "Directions"), self._directions))
            keys.append(FKeySpec("F6", Text("更正收款", "Re-book tender"), self._ask_tender))
            keys.append(FKeySpec("F8", Text("A4 清单", "A4 sheet"), self._save_sheet))
            keys.append(FKeySpec("F11", Text("退货", "Return"), self._return))
            keys.append(FKeySpec("F12", Text("补打小票", "Reprint"), self._reprint, primary=True))
        return tuple(keys)

    def on_shown(self) -> None:
        """The day's sales, the last one chosen."""
        newest = self._sales[0].sale_id if self._sales else ""
        if self._form is not None or self._sought or self._wanted != newest:
            self._known = None
        self._sought, self._newest = "", True
        self._form, self._member_form = None, False
        self.come()

    def on_scanned(self, raw: str) -> None:
        """A receipt's code or a box finds its sale; a member's or a buyer's code is for the sale that is asked about."""
        self.draw_out()
        if self._member_form and self._form is not None:
            self._form.put("member", raw)
            self._form.submit()
        elif not self._scan_title(raw):
            self._find(raw)

    def on_omnibox(self, text: str) -> bool:
        """A number finds its sale; nothing shows the day again."""
        if text.strip():
            self._find(text.strip())
        else:
            self._show_day()
        return True

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list."""
        return self.list_key(name, self._rows, self._back)

    # ------------------------------------------------------------------ acts

    def slots(self) -> Sequence[Slot]:
        """The sales, the invoices, the queue, and the chosen sale."""
        return self._left, self._invoices, self._queue, self._right, *self._card

    def read(self) -> Iterator[None]:
        """The day's sales or what was sought, and the chosen one: the newest, if nobody chose."""
        store = self.till.store
        self._sales = self._search.find(self._sought) if self._sought else store.sales.recent_rows(day=self.till.staging.frame().day)
        yield
        self._names = {person.id: person.name for person in store.people.staff()}
        self._wishes = self.till.invoicing.waiting()
        yield
        if self._newest:
            self._wanted = self._sales[0].sale_id if self._sales else ""
        self._sale = store.sales.by_id(self._wanted) if self._wanted else None
        yield
        yield from self._read_about()
        yield
        yield from self._queue.read()
        yield

    def _read_about(self) -> Iterator[None]:
        """What is known of the chosen sale beside itself."""
        sale, till = self._sale, self.till
        if sale is None:
            self._about = _NOTHING
            return
        sale_id = sale.body.sale_id
        points = till.attaching.points_of(sale_id) if sale.member_id else 0
        yield
        wish, waits = till.invoicing.of_sale(sale_id), till.shifts.first_paper(sale.event_id) is not None
        self._about = _About(self._names.get(sale.body.cashier, ""), till.attaching.label(sale.member_id), points, wish, waits)

    def _show_day(self) -> None:
        """Back to the day's sales."""
        self._sought, self._newest = "", True
        self._form, self._member_form = None, False
        self.refresh()
        self._focus_first()

    def _find(self, text: str) -> None:
        self.draw_out()
        sales = self.till.store.sales
        found = sales.by_number(text) or sales.by_code(text)
        rows = self._search.find(text) if found is None else ()
        if found is None and not rows:
            self.refuse(Refused("sale_unknown"))
            return
        self._form, self._member_form = None, False
        self._sought = text if rows else ""
        self._wanted, self._newest = found.body.sale_id if found is not None else rows[0].sale_id, False
        self.refresh()
        self._focus_first()

    def _back(self) -> None:
        if self._form is not None:
            self._form, self._member_form = None, False
            self.refresh()
            self._focus_first()
        elif self._sought:
            self._show_day()
        else:
            self.go.emit("sale")

    def _focus_first(self) -> None:
        row = next((row for row in self._rows if row.objectName() == f"sale-{self._wanted}"), self._rows[0] if self._rows else None)
        if row is not None:
            row.setFocus(Qt.FocusReason.TabFocusReason)

    def _reach(self, sale_id: str) -> None:
        if self._form is not None or self._wanted == sale_id:
            return
        self._wanted, self._newest = sale_id, False
        self._sale = self.till.store.sales.by_id(sale_id)
        self._choose_row()
        for _ in chain(self._read_about(), self._draw_right()):
            pass
        self.changed.emit()

    def _choose_row(self) -> None:
        for row in self._rows:
            row.set_chosen(row.objectName() == f"sale-{self._wanted}")

    def _reprint(self) -> None:
        sale = self._sale
        if sale is None:
            return
        copy = sale.reprints + 1

        def printing(copied: bool) -> None:
            words = self.say("小票还没打过，原票已交给打印机", "Not printed yet: the receipt itself goes to the printer")
            if copied:
                words = self.say(f"第 {copy} 次补打已交给打印机", f"Copy {copy} goes to the printer")
            self.toast.emit(words, "printer")
            if self.isVisible():
                self.refresh()
                self._focus_first()

        self.settled(lambda: self.till.shifts.reprint(sale.event_id, copy), printing)

    def _directions(self) -> None:
        """To the direction labels of the chosen sale."""
        if self._sale is not None:
            self.till.labelling.sale_id = self._sale.body.sale_id
            self.go.emit("labels")

    def _save_sheet(self) -> None:
        """Keep the sale as an A4 sheet for a customer who asks for one."""
        sale, store = self._sale, self.till.store
        if sale is None:
            return

        def work() -> Path:
            # Imported when wanted: the PDF writer would slow every start.
            from app.reports.making import keep, sale_sheet

            try:
                made = sale_sheet(store, sale)
                return keep(made, Path(store.directory) / "reports" / made.name)
            except OSError as error:
                raise Refused("report_not_written", why=error.strerror or type(error).__name__) from error

        self.in_background(work, lambda path: self.toast.emit(self.say(f"已存为 {path}", f"Saved as {path}"), "file-pdf"))

    def _return(self) -> None:
        sale = self._sale
        if sale is not None:
            self.till.returning.choose_sale(sale.body.sale_id)
            self.go.emit("returns")

    # -- a member named after payment -----------------------------------------

    def _ask_member(self, found: tuple[Member, ...] = ()) -> None:
        """Who it was: by code, phone, its last four digits, card or name; several that fit are offered."""
        sale = self._sale
        until = self.till.attaching.open_until(sale) if sale is not None else None
        if sale is None or until is None:
            return
        label = Text("扫会员码，或输手机号、后四位、卡号", "Scan the code, or type phone, last four digits or card")
        field = QuestionField("member", "text", label)
        if found:
            choices = tuple((member.id, Text(self._named(member))) for member in found[:SHOWN_MEMBERS])
            field = QuestionField("member", "choice", Text(f"找到 {len(found)} 位", f"{len(found)} found"), choices=choices)
        form = Form(
            self.theme,
            Text("补会员", "Add the member"),
            (field,),
            body=Text(
                f"{clock_text(until, sale.day)} 前可补，只能补一次。价格不变，会员记到这一单",
                f"Until {clock_text(until, sale.day)}, once. The price stays; the sale becomes theirs",
            ),
            confirm=Text("补到这一单", "Add to this sale"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(lambda values: self._answer_member(sale, values["member"]))
        self._open(form)
        self._member_form = True

    def _open(self, form: Form) -> None:
        """A question in the place of the chosen sale."""
        self._form, self._member_form = form, False
        self._card = ()
        self._right.fill(Column(self.theme, form, Spring()))
        self.changed.emit()
        form.begin()

    @staticmethod
    def _named(member: Member) -> str:
        """Two members of one name are told apart by their masked phones."""
        return f"{mask_name(member.name)} {mask_phone(member.phone)}".strip()

    def _answer_member(self, sale: StoredSale, text: str) -> None:
        chosen = self.till.store.people.member(text)
        found = (chosen,) if chosen is not None else self.till.attaching.find(text)
        if len(found) > 1:
            self._ask_member(found)
            return
        try:
            if not found:
                raise Refused("member_unknown")
            future = self.till.attaching.attach(sale.body.sale_id, found[0].id)
        except Refused as refusal:
            assert self._form is not None
            self._form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), "member")
            self.refuse(refusal)
            return

        def done(_: Any) -> None:
            self._form, self._member_form = None, False
            name, earned = self.till.attaching.label(found[0].id), self.till.attaching.points_of(sale.body.sale_id)
            points = self.say(f" · 积分 {signed_count(earned)}", f" · {signed_count(earned)} points") if earned else ""
            self.toast.emit(self.say(f"{name} 已补到这一单", f"{name} is on this sale now") + points, "identification-card")
            self.refresh()
            self._focus_first()

        self.after(future, done)

    def _member_row(self, sale: StoredSale) -> Row:
        """Whose sale it is, or until when somebody may still be named."""
        theme, label = self.theme, self._about.member
        row = Row(theme, Icon(theme, "identification-card", 20, "brand" if label else "ink3"), gap=10)
        if sale.member_id:
            row.add(Txt(theme, label or self.say("会员", "Member"), "body"))
            if not sale.body.member_id:
                row.add(Chip(theme, self.say("结账后补", "added after payment"), "info"))
            row.add(Spring())
            moved = self._about.points
            if moved:
                row.add(Txt(theme, self.say(f"积分 {signed_count(moved)}", f"{signed_count(moved)} points"), "label", "ink2"))
            return row
        row.add(Txt(theme, self.say("没有会员", "No member"), "body", "ink2"))
        row.add(Spring())
        until = self.till.attaching.open_until(sale)
        if until is not None:
            at = clock_text(until, sale.day)
            add = Btn(theme, self.say(f"补会员 {at} 前", f"Add, until {at}"), "tonal", key="F3", height=36, role="label_strong")
            add.setObjectName("add-member")
            add.clicked.connect(lambda: self._ask_member())
            row.add(add)
        return row

    # -- invoices --------------------------------------------------------------

    def _may_wish(self) -> bool:
        """Whether an invoice for the chosen sale may still be asked for, or its title changed."""
        sale, wish = self._sale, self._about.wish
        return sale is not None and not sale.voided and (wish is None or wish.issued_at is None)

    def _ask_invoice(self, title: InvoiceTitle = NOBODY) -> None:
        """Whom the invoice is for: typed, or scanned from the buyer's code."""
        sale = self._sale
        if sale is None:
            return
        wish = self.till.invoicing.of_sale(sale.body.sale_id)
        known = title if title.name else wish.title if wish is not None else NOBODY
        name = Text("抬头（公司名或姓名）", "Name of the company or person")
        number = Text("税号（个人可不填）", "Tax number (none for a person)")
        fields = [
            QuestionField("name", "text", name, value=known.name),
            QuestionField("tax_id", "text", number, value=known.tax_id, required=False),
        ]
        form = Form(
            self.theme,
            Text("要发票", "Invoice"),
            fields,
            body=Text("可直接扫顾客的抬头码。登记后列入待开发票", "Or scan the buyer's code. The sale joins the invoices to issue"),
            confirm=Text("登记", "Note it"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(lambda values: self._wish(sale, known, values))
        self._open(form)

    def _scan_title(self, raw: str) -> bool:
        """Take a buyer's code for the chosen sale; whether it was one."""
        try:
            title = self.till.invoicing.scanned(raw)
        except Refused as refusal:
            self.refuse(refusal)
            return True
        if title is None or not self._may_wish():
            return False
        self._ask_invoice(title)
        return True

    def _wish(self, sale: StoredSale, known: InvoiceTitle, values: dict[str, str]) -> None:
        title = InvoiceTitle.typed(values["name"], values["tax_id"])
        source = "typed"
        if known.name == title.name and known.tax_id == title.tax_id:
            title, source = known, "scanned" if known.bank or known.address_phone else "typed"
        said = self.say(f"已登记，开给 {title.name}", f"Noted, for {title.name}")
        self._noted(lambda: self.till.invoicing.wish(sale.body.sale_id, title, source), said, {"invoice_tax_id": "tax_id"}, "name")

    def _ask_issued(self, wish: InvoiceWish) -> None:
        """That the invoice was issued, and under which number."""
        field = QuestionField("number", "text", Text("发票号码（可不填）", "Invoice number (may stay empty)"), required=False)
        form = Form(
            self.theme,
            Text("发票已开", "Invoice issued"),
            (field,),
            body=Text(f"{short_number(wish.number)} · {self._titled(wish.title)}"),
            confirm=Text("已开", "Issued"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(lambda values: self._mark_issued(wish, values["number"]))
        self._open(form)

    def _mark_issued(self, wish: InvoiceWish, number: str) -> None:
        self._noted(lambda: self.till.invoicing.issued(wish.sale_id, number), self.say("已标记开票", "Marked as issued"), {}, "number")

    def _noted(self, act: Callable[[], Future[tuple[Committed, ...]]], said: str, fields: Mapping[str, str], usual: str) -> None:
        """Do what a form asked for and say so once it is durable, or say at its field why not."""
        form = self._form
        assert form is not None
        try:
            future = act()
        except Refused as refusal:
            form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), fields.get(refusal.code, usual))
            self.refuse(refusal)
            return

        def done(_: Any) -> None:
            self._form = None
            self.toast.emit(said, "receipt")
            self.refresh()
            self._focus_first()

        self.after(future, done)

    def _titled(self, title: InvoiceTitle) -> str:
        """A buyer in a list."""
        return " · ".join(filter(None, (title.name, title.tax_id))) or self.say("还没有抬头", "Nobody named yet")

    def _invoice_row(self, sale: StoredSale) -> Row | None:
        """Whether an invoice is wanted, and whether it is issued."""
        theme, wish = self.theme, self._about.wish
        if wish is None and sale.voided:
            return None
        row = Row(theme, Icon(theme, "receipt", 20, "brand" if wish is not None else "ink3"), gap=10)
        if wish is None:
            row.add(Txt(theme, self.say("没有要发票", "No invoice wanted"), "body", "ink2"))
            row.add(Spring())
        else:
            name = wish.title.name or self.say("还没有抬头", "Nobody named yet")
            row.add((Txt(theme, name, "body", elide=True), 1))
            issued = self.say("已开", "Issued") + (f" {wish.invoice_no}" if wish.invoice_no else "")
            row.add(Chip(theme, issued if wish.issued_at else self.say("待开", "To issue"), "good" if wish.issued_at else "warn"))
        if self._may_wish():
            ask = Btn(theme, self.say("改抬头", "Change") if wish else self.say("要发票", "Invoice"), "tonal", key="F5", height=36)
            ask.setObjectName("ask-invoice")
            ask.clicked.connect(lambda: self._ask_invoice())
            row.add(ask)
        return row

    def _draw_invoices(self) -> Iterator[None]:
        """The list of invoices still to be issued."""
        wishes, day = self._wishes, self.till.staging.frame().day
        self._invoices.setVisible(bool(wishes))
        if not wishes:
            return iter(())
        self.show_in(self._invoices, (wishes, day), lambda: self._invoices_card(wishes))
        assert self._wishing is not None
        return grow(self._wishing, len(wishes), lambda order: self._wish_row(wishes[order]), further=2)

    def _invoices_card(self, wishes: Sequence[InvoiceWish]) -> Sheet:
        theme = self.theme
        head = Row(
            theme,
            Txt(theme, self.say("待开发票", "Invoices to issue"), "head"),
            Pill(theme, str(len(wishes)), "warn"),
            Spring(),
            Txt(theme, self.say("在税务系统开好后，点已开", "Once issued in the tax service, mark it here"), "label", "ink3"),
            gap=10,
            margins=(18, 12, 18, 8),
        )
        listing = self._wishing = Growing(theme, len(wishes), lambda order: self._wish_row(wishes[order]), first=2)
        listing.setFixedHeight(theme.px(54 * min(len(wishes), 2) + 4))
        return Sheet(theme, Column(theme, head, listing, 6, gap=0))

    def _wish_row(self, wish: InvoiceWish) -> ListRow:
        issued = Btn(self.theme, self.say("已开", "Issued"), height=36)
        issued.setObjectName(f"issued-{wish.sale_id}")
        issued.clicked.connect(lambda: self._ask_issued(wish))
        see = Btn(self.theme, self.say("看单", "See"), "ghost", height=36)
        see.setObjectName(f"see-{wish.sale_id}")
        see.clicked.connect(lambda: self._find(wish.number))
        return ListRow(
            self.theme,
            (
                Cell(
                    wish.title.name or self.say("还没有抬头", "Nobody named yet"),
                    sub=" · ".join(filter(None, (wish.title.tax_id, short_number(wish.number)))),
                ),
                Cell(clock_text(wish.at, self.till.staging.frame().day), width=70, role="label", tone="ink3"),
                Cell(fen=wish.payable_fen, width=104, align="right"),
            ),
            see,
            issued,
            height=54,
            pad=18,
            plain=True,
        )

    def _booked(self, sale: StoredSale, tender: Tender) -> str:
        return next((c.to_method for c in reversed(sale.corrections) if c.tender_id == tender.tender_id), tender.method)

    def _ask_tender(self, tender_id: str = "") -> None:
        sale = self._sale
        if sale is None:
            return
        methods = {
            str(row["id"]): Text(str(row["title_zh"]), str(row["title_en"]))
            for row in self.till.settings.get("tender.methods")
            if row["kind"] not in PURSES
        }
        fixable = [tender for tender in sale.body.tenders if tender.kind not in PURSES]
        tenders = [tender for tender in fixable if not tender_id or tender.tender_id == tender_id]
        choices = []
        for tender in tenders:
            booked = self._booked(sale, tender)
            title = methods.get(booked, Text(tender.title_zh, tender.title_en))
            choices += [
                (f"{tender.tender_id}>{method}", Text(f"{title.zh} → {to.zh}", f"{title.en} → {to.en}"))
                for method, to in methods.items()
                if method != booked
            ]
        fields = [
            QuestionField("to", "choice", Text("这一笔其实是", "It was really"), choices=tuple(choices)),
            QuestionField("reason", "choice", Text("原因", "Reason"), choices=self.till.reasons.choices("tender_correction")),
        ]
        if self.till.shifts.needs_pin("rights.tender_correction"):
            fields.append(QuestionField("pin", "pin", Text("店长 PIN", "Manager's PIN")))
        form = Form(
            self.theme,
            Text("更正收款方式", "Re-book a tender"),
            fields,
            body=Text("只改记账的方式；商品、金额和原单都不动", "Only how it is booked changes; goods, amount and the sale stay"),
            confirm=Text("更正", "Re-book"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(lambda values: self._correct(sale, values))
        self._open(form)

    def _correct(self, sale: StoredSale, values: dict[str, str]) -> None:
        form = self._form
        assert form is not None
        tender_id, _, method = values["to"].partition(">")
        try:
            future = self.till.shifts.correct_tender(sale.body.sale_id, tender_id, method, values["reason"], values.get("pin", ""))
        except Refused as refusal:
            pin = refusal.code.startswith("pin")
            if pin:
                form.clear("pin")
            form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), "pin" if pin else "")
            self.refuse(refusal)
            return

        def done(_: Any) -> None:
            self._form = None
            self.toast.emit(self.say("收款方式已更正", "The tender is re-booked"), "check-circle")
            self.refresh()
            self._focus_first()

        self.after(future, done)

    # ------------------------------------------------------------------ drawing

    def draw(self) -> Iterator[None]:
        """Draw the list, the chosen sale, what waits below; then what lies further down in the lists."""
        further = [self._draw_list()]
        yield
        if self._form is None:
            yield from self._draw_right()
            yield
        further.append(self._draw_invoices())
        yield
        queue = self._queue.show_jobs()
        next(queue, None)
        self._show_queue(bool(self._queue.jobs))
        further.append(queue)
        for growing in further:
            yield from growing

    def let_go(self) -> None:
        """Nothing stands any more."""
        self._card = ()
        super().let_go()
        self._rows, self._growing, self._wishing, self._form = (), None, None, None

    def _draw_list(self) -> Iterator[None]:
        sales, day = self._sales, self.till.staging.frame().day
        self.show_in(self._left, (self._sought, sales, tuple(self._names.items()), day), lambda: self._list_card(day))
        self._choose_row()
        return self._grow_list(self._growing, sales) if self._growing is not None else iter(())

    def _grow_list(self, growing: Growing, sales: Sequence[SaleRow]) -> Iterator[None]:
        for _ in grow(growing, len(sales), lambda order: self._sale_row(sales[order])):
            self._rows = growing.chosen_from
            yield
        self._rows = growing.chosen_from

    def _list_card(self, day: date) -> Sheet:
        theme = self.theme
        many = len(self._sales)
        title = self.say("今日销售", "Sales of today")
        hint = self.say("可按日期、金额、手机号、药名找", "Find by day, amount, phone or medicine")
        if self._sought:
            title = self.say(f"找“{self._sought}”", f"Found “{self._sought}”")
            hint = self.say("Esc 回到今天", "Esc: back to today")
        count = self.say(f"最近 {many} 单", f"newest {many}") if self._sought and many == MOST else self.say(f"{many} 单", str(many))
        head = Row(
            theme,
            Txt(theme, title, "section"),
            Chip(theme, count),
            Spring(),
            Txt(theme, hint, "label", "ink3"),
            gap=10,
            margins=(18, 14, 18, 12),
        )
        self._rows, self._growing = (), None
        if self._sales:
            sales = self._sales
            body: QWidget
            body = self._growing = Growing(theme, many, lambda order: self._sale_row(sales[order]))
            self._rows = self._growing.chosen_from
        else:
            body = Empty(theme, "receipt", self.say("今天还没有销售单", "No sale today yet"), day.isoformat())
        return Sheet(theme, Column(theme, head, Rule(theme), (body, 1), gap=0))

    def _sale_row(self, sale: SaleRow) -> ListRow:
        back = self.say(f"已退 ¥{sale.returned_fen // 100}.{sale.returned_fen % 100:02d}", "Returned") if sale.returned_fen else ""
        row = ListRow(
            self.theme,
            (
                Cell(
                    str(sale.day) if self._sought else clock_text(sale.at, sale.day), width=110 if self._sought else 80, role="body_strong"
                ),
                Cell(short_number(sale.number), sub=self._names.get(sale.cashier, "")),
                Cell(pill=back, pill_tone="warn", width=150, align="right") if back else Cell(width=150),
                Cell(fen=sale.payable_fen, width=120, align="right"),
            ),
            height=54,
            pad=18,
            chosen=self._wanted == sale.sale_id,
        )
        row.setObjectName(f"sale-{sale.sale_id}")
        row.reached.connect(lambda: self._reach(sale.sale_id))
        row.clicked.connect(lambda: self._reach(sale.sale_id))
        return row

    def _show_queue(self, anything: bool) -> None:
        self._queue.setVisible(anything)
        self._queue.setUpdatesEnabled(True)

    def _draw_right(self) -> Iterator[None]:
        """The chosen sale in four parts: head, lines, foot, keys."""
        sale = self._sale
        if sale is None:
            self._card = ()
            self.show_in(self._right, "none", self._no_sale)
            return
        self.show_in(self._right, "sale", self._card_frame)
        methods = {str(row["id"]): Text(str(row["title_zh"]), str(row["title_en"])) for row in self.till.settings.get("tender.methods")}
        head, lines, foot, keys = self._card
        about, until = self._about, self.till.attaching.open_until(sale)
        self.show_in(head, (sale, about, until), lambda: self._sale_head(sale))
        yield
        self.show_in(lines, sale.body.lines, lambda: self._sale_lines(sale))
        yield
        self.show_in(foot, (sale, tuple(methods.items())), lambda: self._sale_foot(sale, methods))
        yield
        self.show_in(keys, (sale.reprints, about.waits), lambda: self._sale_keys(sale.reprints, waits=about.waits))

    def _no_sale(self) -> Panel:
        theme = self.theme
        words = Txt(theme, self.say("没有可看的单据", "Nothing to show"), "body", "ink3", align="center")
        return Panel(theme, Column(theme, Spring(), words, Spring()))

    def _card_frame(self) -> Column:
        """The places of the parts of a sale."""
        theme = self.theme
        self._card = head, lines, foot, keys = Slot(), Slot(), Slot(), Slot()
        card = Panel(theme, Column(theme, head, (lines, 1), foot, gap=8, margins=(18, 14, 18, 14)))
        return Column(theme, (card, 1), keys, gap=8)

    def _sale_head(self, sale: StoredSale) -> Column:
        """Which sale it is, whose, and whether an invoice is wanted."""
        theme = self.theme
        card = Column(theme, gap=8)
        title = Row(theme, Txt(theme, short_number(sale.number), "section"), Spring(), gap=8)
        if sale.voided:
            title.add(Pill(theme, self.say("已作废", "Voided"), "bad"))
        elif sale.returned:
            title.add(Pill(theme, self.say("有退货", "Partly returned"), "warn"))
        if sale.reprints:
            title.add(Chip(theme, self.say(f"已补打 {sale.reprints} 次", f"{sale.reprints} copies")))
        card.add(title)
        card.add(Txt(theme, f"{sale.number} · {clock_text(sale.at)} · {self._about.cashier}", "label", "ink3", elide=True))
        card.add(self._member_row(sale))
        invoice = self._invoice_row(sale)
        if invoice is not None:
            card.add(invoice)
        card.add(Rule(theme, dashed=True))
        return card

    def _sale_lines(self, sale: StoredSale) -> Listing:
        """What was sold."""
        theme = self.theme
        rows = []
        for line in sale.body.lines:
            marks = ("device",) if line.kind == "device" else (line.rx_class,)
            # A guess is shown as a guess, here as on paper.
            sure = line.lot_source in ("code", "confirmed")
            known = self.say(f"批号 {line.lot_no}", f"Lot {line.lot_no}") if sure else self.say("批号以盒上为准", "Lot as on the box")
            sub = known if line.lot_no else ""
            rows.append(
                ListRow(
                    theme,
                    (
                        Cell(
                            line.generic_name,
                            strong=line.spec,
                            marks=marks_of(marks),
                            sub=f"×{line.quantity}" + (f" · {sub}" if sub else ""),
                        ),
                        Cell(fen=line.amount_fen, width=86, align="right"),
                    ),
                    height=54,
                    pad=0,
                    plain=True,
                )
            )
        return Listing(theme, rows)

    def _sale_foot(self, sale: StoredSale, methods: Mapping[str, Text]) -> Column:
        """What was due, and how it was paid."""
        theme = self.theme
        card = Column(theme, gap=8)
        card.add(Row(theme, Txt(theme, self.say("应收", "Due"), "title", "ink2"), Spring(), Money(theme, sale.body.payable_fen, 26)))
        for tender in sale.body.tenders:
            booked = self._booked(sale, tender)
            words = self.of(methods.get(booked, Text(tender.title_zh, tender.title_en)))
            row = Row(theme, Icon(theme, TENDER_ICONS.get(booked, "wallet"), 20), Txt(theme, words, "body"), gap=10)
            if booked != tender.method:
                row.add(Chip(theme, self.say(f"原记 {tender.title_zh}", f"was {tender.title_en}"), "warn"))
            row.add(Spring())
            row.add(Money(theme, tender.amount_fen))
            card.add(row)
        return card

    def _sale_keys(self, reprints: int, *, waits: bool) -> Column:
        """What may be done with it."""
        theme = self.theme
        fix = Btn(theme, self.say("更正收款", "Re-book"), icon="swap", key="F6", height=44)
        fix.clicked.connect(lambda: self._ask_tender())
        back = Btn(theme, self.say("退货", "Return"), icon="arrow-u-up-left", key="F11", height=44)
        back.clicked.connect(self._return)
        copy = self.say(f"补打小票 第 {reprints + 1} 次", f"Reprint, copy {reprints + 1}")
        words = self.say("打印小票", "Print the receipt") if waits else copy
        again = Btn(theme, words, "primary", icon="printer", key="F12", height=52, role="head")
        again.clicked.connect(self._reprint)
        same = self.say("内容与原单一致，抬头加印补打", "The same slip, headed as a copy")
        first = self.say("原票还没打出，打的就是原票", "The receipt has not come out yet; this prints it")
        note = Para(theme, first if waits else same, "caption", "ink3", align="center")
        return Column(theme, Row(theme, (fix, 1), (back, 1), gap=8), again, note, gap=8)
