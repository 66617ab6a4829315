"""The Labels page: which shelf labels are due, direction labels of a closed sale, and a look at the paper before it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.scene import QuestionField
from app.desktop.screens.desk import Desk, Latest, Listing, Sheet, Slot, marks_of, short_number
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.widgets.arrange import Column, Row, Spring, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.chips import Pill
from app.desktop.widgets.choices import Seg
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.picture import PaperPicture
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Para, Rule, Txt
from app.desktop.wording import counted, sentence
from app.domain.verdict import Text
from app.records.catalogue import Product
from app.records.events import SaleLine
from app.store.sales import StoredSale

if TYPE_CHECKING:
    # Named only: labels are loaded when the page first comes to the front.
    from app.counter.labelling import Direction, ShelfRow
    from app.devices.labels.label import Label, Wanted
    from app.devices.labels.layout import SheetGrid

RIGHT_WIDTH = 432
SHOWN_ROWS = 300
ROWS_IN_A_PART = 8
"""Rows made in one turn of the event loop when the page is opened."""
_SOURCES = ("stale", "fresh", "chosen")
_EMPTY = (
    ("check-circle", Text("货架价签都对得上", "Every label agrees"), Text("价格一变就会列在这里", "A changed price is listed here")),
    ("check-circle", Text("都贴过价签了", "All are labelled"), Text("新品会列在这里", "New products are listed here")),
    ("tag", Text("还没选商品", "Nothing chosen yet"), Text("扫商品，或输品名", "Scan an item, or type a name")),
)


class LabelsPage(Desk):
    """Labels: a list of what is due, a picture of the one in hand, and the way out."""

    key = "labels"
    title = Text("标签", "Labels")
    icon = "tag"
    in_rail = False
    takes_scans = True
    searches = True

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._source = 0
        self._shelf: tuple[ShelfRow, ...] = ()
        self._stale = 0
        """How many labels on the shelf say another price."""
        self._hand = ""
        """Id of the product or line whose label is in the picture."""
        self._sale: StoredSale | None = None
        self._directions: dict[str, tuple[Label | None, ...]] = {}
        """Line id → its label on the printer's paper and on every sheet; None where the paper is too small."""
        self._said: dict[str, Direction] = {}
        self._sheet = 0
        """0: the label printer's paper; else the n-th sheet of stickers."""
        self._form: Form | None = None
        self._saved: Path | None = None
        self._busy = False
        self._drawing = Latest(self)
        self._pictured: tuple[str, int] = ("", 0)
        """Whose label the picture shows or waits for, and on which paper."""
        self._made: tuple[bytes, int, int, str] | None = None
        """The dots in the picture, their width and height, and whose they are."""
        self._redrawing = False
        self._rows: tuple[ListRow, ...] = ()
        self._left, self._right, self._way = Slot(), Slot(), Slot()
        self._picture = PaperPicture(self.theme)
        self._total = Txt(self.theme)
        hold_width(self.theme, self._right, RIGHT_WIDTH)
        self.lay((self._left, 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back)]
        if self._form is not None or self._busy:
            return tuple(keys)
        if self._sale is None:
            keys.append(FKeySpec("F2", Text("找商品", "Find"), self.type_back.emit))
            keys.append(FKeySpec("F4", Text("全选 / 全不选", "All / none"), self._all, enabled=bool(self._shelf)))
        else:
            keys.append(FKeySpec("F4", Text("写用法", "Direction"), self._ask_direction, enabled=bool(self._hand)))
            if self._sale.member_id:
                keys.append(FKeySpec("F9", Text("续方卡", "Refill card"), self._save_refills))
        keys.append(FKeySpec("F6", Text("换纸张", "Other paper"), self._next_sheet))
        if self._count():
            there = self.till.labelling.printing.there
            keys.append(FKeySpec("F8", Text("存 A4 PDF", "Save A4 PDF"), self._save, primary=not there))
            if there:
                keys.append(FKeySpec("F12", Text("打印标签", "Print"), self._print, primary=True))
        return tuple(keys)

    def on_shown(self) -> None:
        """Read what is due, or the sale that was asked about."""
        labelling = self.till.labelling
        self._form, self._saved = None, None
        sale = self.till.store.sales.by_id(labelling.sale_id) if labelling.sale_id else None
        if sale is None or self._sale is None or sale.body.sale_id != self._sale.body.sale_id:
            self._directions, self._said = {}, {}
        self._sale, self._hand = sale, ""
        if self._sheet == 0 and not labelling.printing.there:
            self._sheet = 1
        if sale is None and labelling.chosen:
            self._source = 2
        self._read()
        self.come_in_parts(self._come())

    @property
    def reading(self) -> bool:
        """Whether a part is still to be drawn, or the picture."""
        return super().reading or self._drawing.waits

    def let_go(self) -> None:
        """List and picture."""
        self._rows, self._made = (), None
        # A label that is on its way finds no picture any more.
        self._drawing.forget()
        self._left.empty()
        self._right.empty()

    def on_left(self) -> None:
        """The next visit is about the shelf, unless a sale asks again."""
        self.till.labelling.sale_id = ""

    def on_scanned(self, raw: str) -> None:
        """A box or a shelf label's own code asks for a label of its product."""
        self._find(raw)

    def on_omnibox(self, text: str) -> bool:
        """What was typed finds products."""
        if text.strip():
            self._find(text.strip())
        return True

    def on_product(self, product_id: str) -> None:
        """A product was chosen under the omnibox."""
        self._want(product_id)

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list."""
        self.draw_out()
        return self.list_key(name, self._rows, self._back)

    # ------------------------------------------------------------------ choosing

    def refresh(self) -> None:
        """Read the list and draw."""
        self._read()
        # The focus comes back to the row of before while the list is made anew: nobody reached for it.
        self._redrawing = True
        self.redraw()
        self._redrawing = False
        self.changed.emit()

    def _read(self) -> None:
        labelling = self.till.labelling
        if self._sale is None:
            match _SOURCES[self._source]:
                case "stale":
                    self._shelf = labelling.stale()
                case "fresh":
                    self._shelf = labelling.unlabelled()
                case _:
                    found = map(self.till.store.catalogue.product, labelling.chosen)
                    self._shelf = labelling.shelf_rows([product for product in found if product is not None])
            self._stale = len(self._shelf if self._source == 0 else labelling.stale())
            ids = [row.product.id for row in self._shelf]
        else:
            ids = [line.line_id for line in self._lines()]
        if self._hand not in ids:
            self._hand = ids[0] if ids else ""

    def _lines(self) -> tuple[SaleLine, ...]:
        """The medicines of the sale."""
        return tuple(line for line in self._sale.body.lines if line.kind in ("drug", "tcm")) if self._sale is not None else ()

    def _find(self, text: str) -> None:
        hits = self.till.selling.price_check(text)
        if len(hits) != 1:
            hits = self.till.selling.search(text)[:1] if not hits else hits[:1]
        if not hits:
            self.refuse(Refused("nothing_found", raw=text))
            return
        self._want(hits[0].product_id)

    def _want(self, product_id: str) -> None:
        """One more label of a product; the list of what is chosen comes to the front."""
        labelling = self.till.labelling
        self._sale, self._form, self._saved = None, None, None
        labelling.sale_id = ""
        labelling.want(product_id, labelling.chosen.get(product_id, 0) + 1)
        self._source, self._hand = 2, product_id
        self.refresh()
        self._focus_first()

    def _choose_source(self, index: int) -> None:
        self._source, self._hand, self._saved = index, "", None
        self.refresh()
        self._focus_first()

    def _toggle(self, product_id: str) -> None:
        labelling = self.till.labelling
        labelling.want(product_id, 0 if product_id in labelling.chosen else 1)
        self._hand = product_id
        self._after_choice()

    def _nudge(self, product_id: str, by: int) -> None:
        labelling = self.till.labelling
        labelling.want(product_id, labelling.chosen.get(product_id, 0) + by)
        self._hand = product_id
        self._after_choice()

    def _after_choice(self) -> None:
        self._saved = None
        self.refresh()
        self._focus_first()

    def _all(self) -> None:
        """Every listed product, or none of them where all are chosen."""
        labelling = self.till.labelling
        ids = [row.product.id for row in self._shelf]
        every = all(product_id in labelling.chosen for product_id in ids)
        for product_id in ids:
            labelling.want(product_id, 0 if every else labelling.chosen.get(product_id, 0) or 1)
        self._after_choice()

    def _next_sheet(self) -> None:
        kinds = self._kinds()
        here = next((place for place, (index, _) in enumerate(kinds) if index == self._sheet), 0)
        self._use_sheet((here + 1) % len(kinds))

    def _use_sheet(self, place: int) -> None:
        self._sheet, self._saved = self._kinds()[place][0], None
        self._draw_right()
        self.changed.emit()

    def _kinds(self) -> list[tuple[int, Text]]:
        """The papers there are: the label printer's, if there is one, then every sheet."""
        paper = self.till.labelling.paper
        size = f"{paper.width:g}×{paper.height:g}"
        own = [(0, Text(f"标签机 {size}", f"Printer {size}"))] if self.till.labelling.printing.there else []
        return own + [(n, Text(f"A4 {grid.columns}×{grid.rows}")) for n, grid in enumerate(_grids(), 1)]

    def _grid(self) -> SheetGrid | None:
        return _grids()[self._sheet - 1] if self._sheet else None

    def _size(self) -> tuple[float, float] | None:
        grid = self._grid()
        return (grid.width, grid.height) if grid is not None else None

    def _count(self) -> int:
        return len(self._ready()) if self._sale is not None else sum(self.till.labelling.chosen.values())

    def _ready(self, sheet: int | None = None) -> tuple[Label, ...]:
        """The direction labels that fit the chosen paper, or another."""
        place = self._sheet if sheet is None else sheet
        return tuple(label for labels in self._directions.values() if (label := labels[place]) is not None)

    def _reach(self, name: str) -> None:
        if name != self._hand and self._form is None and not self._redrawing:
            self._hand = name
            for row in self._rows:
                row.set_chosen(row.objectName() == f"label-{name}")
            self._draw_right()
            self.changed.emit()

    def _back(self) -> None:
        if self._form is not None:
            self._form = None
            self.refresh()
            self._focus_first()
        else:
            self.go.emit("receipts" if self._sale is not None else "stock")

    def _focus_first(self) -> None:
        row = next((row for row in self._rows if row.objectName() == f"label-{self._hand}"), self._rows[0] if self._rows else None)
        if row is not None and self._form is None:
            row.setFocus(Qt.FocusReason.TabFocusReason)

    # ------------------------------------------------------------------ a direction

    def _ask_direction(self) -> None:
        """What the pharmacist says for the line in hand."""
        sale = self._sale
        line = next((line for line in self._lines() if line.line_id == self._hand), None)
        if sale is None or line is None:
            return
        before = self._said.get(line.line_id)
        source = before.source if before else "prescription" if line.review_id else "pharmacist"
        sources = [("pharmacist", Text("药师交代", "Pharmacist")), ("leaflet", Text("按说明书或遵医嘱", "Leaflet or doctor"))]
        if line.review_id:
            sources.insert(0, ("prescription", Text("照处方", "Prescription")))
        names = (("masked", Text("打码", "Masked")), ("full", Text("全名", "In full")), ("none", Text("不印", "Leave out")))
        child = self.till.labelling.is_child(sale)
        liquid = self.till.labelling.is_liquid(line)
        fields = [
            QuestionField("source", "choice", Text("用法从哪来", "Where it comes from"), source, tuple(sources)),
            QuestionField("text", "text", Text("用法", "Direction"), before.text if before else "", required=False),
            QuestionField("ml", "text", Text("每次 ml", "ml each time"), before.ml if before else "", required=False),
            QuestionField("mg", "text", Text("每次 mg", "mg each time"), before.mg if before else "", required=False),
            QuestionField("named", "choice", Text("用药人姓名", "Patient's name"), before.named if before else "masked", names),
        ]
        if not liquid:
            fields = [field for field in fields if field.name != "ml"]
        if not self.till.labelling.may_direct():
            label = Text("药师 PIN（按说明书可不填）", "Pharmacist's PIN (not for the leaflet)")
            fields.append(QuestionField("pin", "pin", label, required=False))
        told = [Text("儿童用药：写明每次的量", "A child's medicine: state the dose")] if child else []
        if liquid:
            told.append(Text("ml 和 mg 填一个，另一个按浓度算出并核对", "One of ml and mg is enough: the strength gives the other"))
        body = Text("\n".join(one.zh for one in told), "\n".join(one.en for one in told)) if told else None
        form = Form(
            self.theme,
            Text(f"{line.generic_name} {line.spec}"),
            fields,
            body=body,
            confirm=Text("看标签", "See the label"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(lambda values: self._answer_direction(line.line_id, values))
        self._form = form
        self._right.fill(Column(self.theme, form, Spring()))
        self.changed.emit()
        form.begin()

    def _answer_direction(self, line_id: str, values: dict[str, str]) -> None:
        from app.counter.labelling import Direction

        form, sale = self._form, self._sale
        assert form is not None and sale is not None
        said = Direction(
            values.get("text", ""), values["source"], values.get("ml", ""), values.get("mg", ""), values["named"], values.get("pin", "")
        )
        try:
            if said.source != "leaflet" and not said.text.strip():
                raise Refused("direction_empty")
            labels = self.till.labelling.direction(sale, line_id, said, [(grid.width, grid.height) for grid in _grids()])
        except Refused as refusal:
            pin = refusal.code.startswith("pin") or refusal.code == "nobody_may"
            if pin and "pin" in form.values():
                form.clear("pin")
            where = "pin" if pin else "mg" if refusal.code in ("dose_shape", "dose_disagrees", "child_dose") else "text"
            form.show_problem(sentence(refusal.code, refusal.facts, self.theme.language), where)
            self.refuse(refusal)
            return
        self._directions[line_id], self._said[line_id] = labels, said
        self._form = None
        self.refresh()
        self._focus_first()

    # ------------------------------------------------------------------ out

    def _print(self) -> None:
        """Hand the labels to the label printer."""
        labelling = self.till.labelling
        wanted = dict(labelling.chosen)
        direct = self._sale is not None
        directions = self._ready(0)

        def work() -> int:
            count = labelling.print(_singly(directions) if direct else labelling.shelf_run(wanted))
            if not direct:
                labelling.note_shelf(self._products(wanted)).result(20)
            return count

        def done(count: int) -> None:
            self._done()
            self.toast.emit(self.say(f"{count} 张标签已交给标签机", f"To the printer: {counted(count, 'label')}"), "printer")

        self._begin_work()
        self.in_background(work, done, self._failed)

    def _save(self) -> None:
        """Write the labels to an A4 PDF; without a sheet chosen, to the first."""
        labelling, store = self.till.labelling, self.till.store
        sheet = self._sheet or 1
        wanted, direct, directions, grid = dict(labelling.chosen), self._sale is not None, self._ready(sheet), _grids()[sheet - 1]
        name = f"labels-{self.till.staging.frame().day.isoformat()}-{grid.key}.pdf"
        if self._sale is not None:
            name = f"directions-{self._sale.number}.pdf"

        def work() -> Path:
            from app.reports.making import Made, keep

            run = _singly(directions) if direct else labelling.shelf_run(wanted, (grid.width, grid.height))
            path = keep(Made(name, labelling.sheets(run, grid), personal=direct), Path(store.directory) / "reports" / name)
            if not direct:
                labelling.note_shelf(self._products(wanted)).result(20)
            return path

        self._begin_work()
        self.in_background(work, self._kept, self._failed)

    def _save_refills(self) -> None:
        """The member's refill card, as care reckons it: by dose where one was noted, else by habit."""
        sale = self._sale
        member = self.till.store.people.member(sale.member_id) if sale is not None else None
        if member is None:
            return
        caring, folder = self.till.caring, Path(self.till.store.directory) / "reports"

        def work() -> Path:
            from app.reports.making import Made, keep

            name = f"refills-{member.card_no[-4:]}.pdf"
            return keep(Made(name, caring.refill_card(member.id), personal=True), folder / name)

        self._begin_work()
        self.in_background(work, self._kept, self._failed)

    def _products(self, wanted: dict[str, int]) -> list[Product]:
        found = map(self.till.store.catalogue.product, wanted)
        return [product for product in found if product is not None]

    def _begin_work(self) -> None:
        self._busy, self._saved = True, None
        self._draw_right()
        self.changed.emit()

    def _kept(self, path: Path) -> None:
        self._done()
        self._saved = path
        self._draw_right()
        self.toast.emit(self.say(f"已存为 {path.name}", f"Saved as {path.name}"), "file-pdf")

    def _done(self) -> None:
        self._busy = False
        if self._sale is None:
            self.till.labelling.chosen.clear()
        self.refresh()
        self._focus_first()

    def _failed(self) -> None:
        self._busy = False
        self._draw_right()
        self._focus_first()

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Draw list and choice, unless nobody looks."""
        if not self.isVisible():
            return
        self._undrawn = None
        for _ in self._draw_left():
            pass
        if self._form is None:
            self._draw_right()

    def _come(self) -> Iterator[None]:
        """The list, then what comes out; what stands for the same facts stays."""
        yield from self._draw_left()
        self._focus_first()
        self._draw_right()

    def _draw_left(self) -> Iterator[None]:
        """The list, a few rows in a part, and the one in hand lit."""
        facts, made = self._list_facts(), list[ListRow]()
        if not self._left.stands_for(facts):
            # The turn in which the page comes is the frame's own.
            yield
            things: Sequence[ShelfRow | SaleLine] = self._lines() if self._sale is not None else self._shelf[:SHOWN_ROWS]
            for thing in things:
                made.append(self._line_row(thing) if isinstance(thing, SaleLine) else self._shelf_row(thing))
                if len(made) % ROWS_IN_A_PART == 0:
                    yield
            self._rows = tuple(made)
            self._left.fill_for(facts, self._list)
            yield
        for row in self._rows:
            row.set_chosen(row.objectName() == f"label-{self._hand}")

    def _list_facts(self) -> object:
        if self._sale is not None:
            return self.look(), self._sale, dict(self._directions), dict(self._said)
        labelling = self.till.labelling
        return self.look(), self._source, self._shelf, self._stale, dict(labelling.chosen)

    def _list(self) -> Sheet:
        """The rows that were made, below what they are."""
        theme = self.theme
        if self._sale is not None:
            head, empty = self._head_of_lines(self._sale)
        else:
            head, empty = self._head_of_shelf()
        body: QWidget = Listing(theme, self._rows) if self._rows else Empty(theme, *empty)
        return Sheet(theme, Column(theme, head, Rule(theme), (body, 1), gap=0))

    def _head_of_shelf(self) -> tuple[Row, tuple[str, str, str]]:
        theme, labelling = self.theme, self.till.labelling
        names = (Text("价格变了", "Price changed"), Text("没贴过", "Never printed"), Text("已选", "Chosen"))
        counts = (self._stale, None, len(labelling.chosen))
        labels = [self.of(name) + (f" {count}" if count is not None else "") for name, count in zip(names, counts, strict=True)]
        seg = Seg(theme, labels, self._source, spoken=self.say("哪些标签", "Which labels"))
        seg.chosen.connect(self._choose_source)
        words = self.say("扫商品或输品名加进来，＋－改张数", "Scan or type to add, + and − for copies")
        head = Row(
            theme,
            Column(theme, Txt(theme, self.say("货架价签", "Shelf labels"), "section"), Txt(theme, words, "label", "ink3"), gap=3),
            Spring(),
            seg,
            margins=(18, 14, 18, 12),
        )
        icon, said, more = _EMPTY[self._source]
        return head, (icon, self.of(said), self.of(more))

    def _shelf_row(self, shelf: ShelfRow) -> ListRow:
        product, copies = shelf.product, self.till.labelling.chosen.get(shelf.product.id, 0)
        at = shelf.printed.date().isoformat() if shelf.printed else ""
        pill = self.say("价格变了", "Changed") if shelf.stale else self.say("没贴过", "New") if shelf.printed is None else ""
        row = ListRow(
            self.theme,
            (
                Cell(ticked=copies > 0, width=34),
                Cell(
                    product.generic_name,
                    strong=product.spec,
                    marks=marks_of((product.rx_class, product.kind)),
                    sub=" · ".join(part for part in (product.shelf, product.maker, at) if part),
                ),
                Cell(pill=pill, pill_tone="warn" if shelf.stale else "info", width=104, align="right") if pill else Cell(width=104),
                Cell(fen=product.list_price_fen, width=104, align="right"),
                Cell(f"×{copies}" if copies else "", width=56, align="right", role="body_strong"),
            ),
            height=58,
            pad=18,
            chosen=product.id == self._hand,
        )
        row.setObjectName(f"label-{product.id}")
        row.reached.connect(lambda: self._reach(product.id))
        row.clicked.connect(lambda: self._toggle(product.id))
        row.nudged.connect(lambda by: self._nudge(product.id, by))
        return row

    def _head_of_lines(self, sale: StoredSale) -> tuple[Row, tuple[str, str, str]]:
        theme = self.theme
        words = self.say("用法由处方或药师给出，否则印按说明书或遵医嘱", "From prescription or pharmacist, else leaflet or doctor")
        head = Row(
            theme,
            Column(theme, Txt(theme, self.say("用法标签", "Direction labels"), "section"), Txt(theme, words, "label", "ink3"), gap=3),
            Spring(),
            Txt(theme, short_number(sale.number), "label", "ink3"),
            margins=(18, 14, 18, 12),
        )
        return head, ("pill", self.say("这一单没有药品", "No medicine in this sale"), short_number(sale.number))

    def _line_row(self, line: SaleLine) -> ListRow:
        said = self._said.get(line.line_id)
        ready = line.line_id in self._directions
        sure = line.lot_source in ("code", "confirmed") and bool(line.lot_no)
        sub = [self.say(f"批号 {line.lot_no}", f"Lot {line.lot_no}") if sure else self.say("批号以盒上为准", "Lot as on the box")]
        if said is not None and said.source != "leaflet":
            sub.append(said.text)
        row = ListRow(
            self.theme,
            (
                Cell(ticked=ready, width=34),
                Cell(line.generic_name, strong=line.spec, marks=marks_of((line.rx_class,)), sub=" · ".join(sub)),
                Cell(f"×{line.quantity}", width=70, align="right", role="body"),
            ),
            height=58,
            pad=18,
            chosen=line.line_id == self._hand,
        )
        row.setObjectName(f"label-{line.line_id}")
        row.reached.connect(lambda: self._reach(line.line_id))
        row.clicked.connect(self._ask_direction)
        return row

    def _draw_right(self) -> None:
        kinds = self._kinds()
        here = next((place for place, (index, _) in enumerate(kinds) if index == self._sheet), 0)
        count = self._count()
        grid = self._grid()
        said = self.say(f"共 {count} 张", counted(count, "label"))
        if grid is not None and count:
            pages = -(-count // grid.places)
            said += self.say(f"，A4 {pages} 页", f", A4 pages: {pages}")
        if self._sale is not None and self._directions and not count:
            said = self.say("这种纸太小，换一种", "This paper is too small for it")
        elif self._sale is not None and not count:
            said = self.say("选一种药，写用法", "Choose a medicine, give the direction")
        self._right.fill_for((self.look(), kinds, here), lambda: self._paper(kinds, here))
        self._total.set_words(said)
        self._draw_way()
        self._draw_picture()

    def _paper(self, kinds: Sequence[tuple[int, Text]], here: int) -> Column:
        """Which paper there is, the picture of what comes out, how many, and a place for the way out."""
        theme = self.theme
        seg = Seg(theme, [self.of(words) for _, words in kinds], here, spoken=self.say("纸张", "Paper"))
        seg.chosen.connect(self._use_sheet)
        self._picture, self._made = PaperPicture(theme), None
        self._total = Txt(theme, "", "body_strong")
        card = Column(theme, gap=10, margins=(16, 14, 16, 16))
        card.add(Row(theme, Txt(theme, self.say("打出来是这样", "What comes out"), "head"), Spring()))
        card.add(seg)
        card.add((self._picture, 1))
        card.add(self._total)
        self._way = Slot()
        return Column(theme, (Panel(theme, card), 1), self._way, gap=10)

    def _draw_way(self) -> None:
        able = bool(self._count()) and not self._busy
        there = self.till.labelling.printing.there
        writing = None if self._sale is None else bool(self._hand) and not self._busy
        facts = (self.look(), self._busy, there, self._saved, able, writing)
        self._way.fill_for(facts, lambda: self._ways_out(there, able, writing))

    def _ways_out(self, there: bool, able: bool, writing: bool | None) -> Column:
        """The buttons, and what there is to say over them; `writing` tells whether a direction may be given, None on the shelf."""
        theme = self.theme
        column = Column(theme, gap=8)
        if self._busy:
            column.add(self._line("hourglass-medium", "info", self.say("正在生成，可以继续收银", "Being made; you can go on selling")))
        elif not there:
            words = self.say("没有接标签机，可存 A4 再打印", "No label printer here: save A4 sheets and print those")
            column.add(self._line("info", "info", words))
        if self._saved is not None:
            name = Txt(theme, self._saved.name, "body_strong", elide=True)
            row = Row(theme, Icon(theme, "check-circle", 20, "good", "fill"), (name, 1), gap=8)
            row.add(Pill(theme, f"{max(1, self._saved.stat().st_size // 1024)} KB", "good"))
            where = Txt(theme, str(self._saved.parent), "caption", "ink2", elide=True)
            kept = Panel(theme, Column(theme, row, where, gap=4, margins=(14, 10, 14, 10)), fill="good_t", line="good_l")
            kept.setAccessibleName(str(self._saved))
            column.add(kept)
        if writing is not None:
            write = Btn(theme, self.say("写用法", "Give the direction"), "tonal", icon="prescription", key="F4", height=44)
            write.setEnabled(writing)
            write.clicked.connect(self._ask_direction)
            column.add(write)
        words = self.say("存 A4 PDF", "Save A4 PDF")
        save = Btn(theme, words, "line" if there else "primary", icon="file-pdf", key="F8", height=44 if there else 52)
        save.setObjectName("save-sheets")
        save.setEnabled(able)
        save.clicked.connect(self._save)
        column.add(save)
        if there:
            out = Btn(theme, self.say("打印标签", "Print labels"), "primary", icon="printer", key="F12", height=52, role="head")
            out.setObjectName("print-labels")
            out.setEnabled(able)
            out.clicked.connect(self._print)
            column.add(out)
        return column

    def _line(self, icon: str, tone: str, words: str) -> Row:
        return Row(self.theme, Icon(self.theme, icon, 20, tone, "fill"), (Para(self.theme, words, "label", f"{tone}_ink"), 1), gap=8)

    def _draw_picture(self) -> None:
        """The label in hand as its printer's own bytes make it, drawn behind the page."""
        labelling, grid, hand = self.till.labelling, self._grid(), self._hand
        product = self.till.store.catalogue.product(hand) if self._sale is None and hand else None
        labels = self._directions.get(hand)
        ready = labels[self._sheet] if labels is not None else None
        self._drawing.forget()
        if (hand, self._sheet) != self._pictured or (product is None and ready is None):
            # Never one thing's label beside another.
            self._pictured, self._made = (hand, self._sheet), None
            self._picture.show_image(QImage())
        if product is None and ready is None:
            return
        size = self._size()

        def work() -> tuple[bytes, int, int, str]:
            from app.devices.labels.label import Wanted

            label = ready if ready is not None else labelling.shelf(product, size) if product is not None else None
            assert label is not None
            picture = labelling.drawing(grid).pictures((Wanted(label),))[0].convert("L")
            return picture.tobytes(), picture.width, picture.height, label.name

        def show(made: tuple[bytes, int, int, str]) -> None:
            dots, wide, high, name = made
            said = self.say(f"{name} 的标签", f"Label of {name}")
            if made == self._made:
                self._picture.setAccessibleName(said)
                return
            self._made = made
            # Copied: the bytes go with this call.
            self._picture.show_image(QImage(dots, wide, high, wide, QImage.Format.Format_Grayscale8).copy(), said)

        self._drawing.ask(work, show)


def _grids() -> tuple[SheetGrid, ...]:
    """The sheets of stickers; loaded when wanted."""
    from app.devices.labels.layout import sheets

    return sheets()


def _singly(labels: tuple[Label, ...]) -> tuple[Wanted, ...]:
    """One of each."""
    from app.devices.labels.label import Wanted

    return tuple(Wanted(label) for label in labels)
