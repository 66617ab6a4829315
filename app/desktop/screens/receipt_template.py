"""The receipt template page: blocks and fields of the receipt in their order, the shop's own words, and the paper as it will be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.scene import QuestionField
from app.desktop.screens.desk import Desk, Latest, Listing, Sheet, Slot
from app.desktop.screens.form import Form
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.choices import Seg
from app.desktop.widgets.picture import PaperPicture
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Para, Rule, Txt
from app.desktop.wording import sentence
from app.domain.verdict import Text
from app.records.resources import resource

if TYPE_CHECKING:
    # Named only: the editor is loaded when the page first comes to the front.
    from app.counter.receipt_template import Part

LEFT_WIDTH = 460
ROWS_IN_A_PART = 12
"""Rows made in one turn of the event loop when the page is opened."""
PAPER_WIDTH = 440
"""Of 80 mm paper, in design pixels."""
_KEY = "receipt.template"
_BETWEEN = "|"
"""Parts the lines of a text in its one field."""


class ReceiptTemplatePage(Desk):
    """What stands on the receipt of a sale: each change is seen on paper at once, and an unlawful one is refused with its reason."""

    key = "receipt_template"
    title = Text("小票模板", "Receipt template")
    icon = "receipt"
    in_rail = False
    suggests = False

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._body: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        self._rx_names: tuple[str, ...] = ()
        self._to_settings = False
        self._form: Form | None = None
        self._rows: tuple[ListRow, ...] = ()
        self._paper = 0
        self._drawing = Latest(self)
        self._made: tuple[bytes, int, int] | None = None
        """The dots on the screen, their width and height."""
        self._left, self._right = Slot(), Slot()
        self._picture = PaperPicture(self.theme)
        self._problem = Para(self.theme, "", "label", "bad_ink")
        hold_width(self.theme, self._left, LEFT_WIDTH)
        self.lay(self._left, (self._right, 1))

    # ------------------------------------------------------------------ what the window calls

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """The keys that work in the present state."""
        keys = [FKeySpec("Esc", Text("返回", "Back"), self._back)]
        if self._form is None:
            keys += [
                FKeySpec("F3", Text("逐项标签", "Labels"), partial(self._flip, "labels")),
                FKeySpec("F4", Text("改文字", "Words"), self._ask_words),
                FKeySpec("F5", Text("上移", "Up"), partial(self._move, -1)),
                FKeySpec("F6", Text("下移", "Down"), partial(self._move, 1)),
                FKeySpec("F8", Text("80/58 毫米", "80/58 mm"), lambda: self._choose_paper(1 - self._paper)),
                FKeySpec("F9", Text("恢复标准", "Standard"), self._standard),
                FKeySpec("F12", Text("保存", "Save"), self._save, self._body != self._kept, primary=True),
            ]
        return tuple(keys)

    def on_shown(self) -> None:
        """Begin with the template in force."""
        from app.counter.receipt_template import standard_body

        self._form = None
        self._kept = {**standard_body(), **self.till.settings.get(_KEY)}
        self._body = _copied(self._kept)
        self._look_for_prescriptions()
        self.come_in_parts(self._come())

    def on_left(self) -> None:
        """A manager's leave goes back to the settings and ends anywhere else."""
        if not self._to_settings:
            self.till.tuning.lock()
        self._to_settings = False

    @property
    def reading(self) -> bool:
        """Whether a part is still to be drawn, or the paper."""
        return super().reading or self._drawing.waits

    def let_go(self) -> None:
        """List and paper."""
        self._rows, self._made = (), None
        # A paper that is on its way finds no picture any more.
        self._drawing.forget()
        self._left.empty()
        self._right.empty()

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the list."""
        self.draw_out()
        return self.list_key(name, self._rows, self._back)

    # ------------------------------------------------------------------ acts

    def _back(self) -> None:
        if self._form is not None:
            self._form = None
            self._show_preview()
            self.redraw()
        else:
            self._to_settings = True
            self.go.emit("settings")

    def _focused(self) -> ListRow | None:
        widget = self.focusWidget()
        return next((row for row in self._rows if row is widget), None)

    def _move(self, by: int) -> None:
        row = self._focused()
        if row is not None and row.objectName().startswith("blocks-"):
            self._shift(int(row.objectName().rpartition("-")[2]), by)

    def _shift(self, at: int, by: int) -> None:
        blocks = self._body["blocks"]
        if 0 <= at < len(blocks) and 0 <= at + by < len(blocks):
            blocks.insert(at + by, blocks.pop(at))
            self.redraw()
            self._focus(f"blocks-{at + by}")

    def _toggle(self, kind: str, key: str, at: int) -> None:
        """Take a part out, or put it in: a block before the last, a field at its usual place."""
        listed = self._body[kind]
        if at >= 0:
            del listed[at]
        else:
            listed.append(key)
        self.redraw()
        self._focus(f"{kind}-{at}" if at >= 0 else f"{kind}-{len(listed) - 1}")

    def _flip(self, key: str) -> None:
        self._body[key] = not self._body[key]
        self.redraw()

    def _focus(self, name: str) -> None:
        row = next((row for row in self._rows if row.objectName() == name), None)
        if row is not None:
            row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _standard(self) -> None:
        from app.counter.receipt_template import standard_body

        self._body = standard_body()
        self._rx_names = ()
        self.redraw()

    def _choose_paper(self, paper: int) -> None:
        self._paper = paper
        self.draw_out()
        self._show_preview()
        self._draw_picture()

    def _ask_words(self) -> None:
        lines = {key: f" {_BETWEEN} ".join(self._body[key]) for key in ("header", "footer")}
        headline = Text("大标题（空着用店名）", "Headline (empty: the store's name)")
        fields = [
            QuestionField("headline", "text", headline, self._body["headline"], required=False),
            QuestionField("header", "text", Text("抬头文字", "Lines above"), lines["header"], required=False),
            QuestionField("footer", "text", Text("结尾文字", "Lines below"), lines["footer"], required=False),
        ]
        form = Form(
            self.theme,
            Text("小票上的文字", "Words on the receipt"),
            fields,
            body=Text(f"多行用 {_BETWEEN} 分开。不得宣传处方药", f"Part lines by {_BETWEEN}. Promote no prescription medicine"),
            confirm=Text("好", "Done"),
            close=Text("返回", "Back"),
        )
        form.left.connect(self._back)
        form.answered.connect(self._take_words)
        # A picture that is being drawn has no paper to come to any more.
        self._drawing.forget()
        self._form = form
        self._right.fill(Panel(self.theme, Column(self.theme, form, Spring(), margins=14)))
        self.changed.emit()
        form.begin()

    def _take_words(self, values: dict[str, str]) -> None:
        self._body["headline"] = values["headline"].strip()
        for key in ("header", "footer"):
            self._body[key] = [line.strip() for line in values[key].split(_BETWEEN) if line.strip()]
        self._look_for_prescriptions()
        self._back()

    def _look_for_prescriptions(self) -> None:
        """Which prescription medicines the shop's own words name: the catalogue is asked once for each change of words."""
        from app.counter.receipt_template import own_words

        self._rx_names = self.till.store.catalogue.prescriptions_in(own_words(self._body))

    def _save(self) -> None:
        from app.counter.receipt_template import check

        found = check(self._body, self._rx_names)
        if found:
            self.toast.emit(self.of(found[0].sentence), "warning")
            return
        body = _copied(self._body)
        try:
            future = self.till.tuning.change(_KEY, body)
        except Refused as refusal:
            self.toast.emit(sentence(refusal.code, refusal.facts, self.theme.language), "warning")
            return

        def kept(_: object) -> None:
            self._kept = body
            self.toast.emit(self.say("下一张小票就按新模板", "The next receipt follows the new template"), "check-circle")

        self.after(future, kept)

    # ------------------------------------------------------------------ drawing

    def redraw(self) -> None:
        """Draw the list, what is wrong, and the paper."""
        if not self._body or not self.isVisible():
            return
        self._undrawn = None
        for _ in self._left_in_parts():
            pass
        if self._form is None:
            self._draw_paper()
        self.changed.emit()

    def _come(self) -> Iterator[None]:
        """The paper, then the parts that are on it or may be; what stands for the same facts stays."""
        self._show_preview()
        self._draw_paper()
        if not self._rows:
            yield
        yield from self._left_in_parts()
        if self._rows:
            self._rows[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw_paper(self) -> None:
        # The paper stays in sight while it is drawn anew; only what stands over it changes its language.
        title, words, paper = self._said
        title.set_words(self.say("打出来就是这样", "This is the paper"))
        words.set_words(self.say("改文字", "Words"))
        paper.setAccessibleName(self.say("纸宽", "Paper"))
        self._picture.setAccessibleName(self._sample())
        self._draw_picture()

    def _left_in_parts(self) -> Iterator[None]:
        from app.counter.receipt_template import parts

        body = _copied(self._body)
        if self._left.stands_for((self.look(), body)):
            return
        rows: list[ListRow] = []
        titles: list[tuple[int, str]] = []
        heads = {"blocks": self.say("从上到下", "From top to bottom"), "fields": self.say("每行商品写什么", "Of each line of goods")}
        for kind, title in heads.items():
            known, listed = parts(kind), body[kind]
            titles.append((len(rows), title))
            there = [(known[key], at) for at, key in enumerate(listed) if key in known]
            for part, at in there + [(part, -1) for key, part in known.items() if key not in listed or part.many]:
                rows.append(self._part_row(kind, part, at))
                if len(rows) % ROWS_IN_A_PART == 0:
                    yield
        self._rows = tuple(rows)
        self._left.fill_for((self.look(), body), lambda: self._sheet(rows, titles))

    def _sheet(self, rows: list[ListRow], titles: list[tuple[int, str]]) -> Sheet:
        """The list, each title (with the order of its first row) over its rows."""
        theme = self.theme
        shown: list[QWidget] = list(rows)
        for at, title in reversed(titles):
            shown.insert(at, boxed(Row(theme, Txt(theme, title, "label_strong", "ink3"), Spring(), margins=(18, 8, 0, 4))))
        note = Para(theme, self.say("点一下放上或拿掉；+ − 或 F5 F6 移动", "Press to add or remove; + − or F5 F6 move"), "caption", "ink3")
        head = Column(theme, Txt(theme, self.say("小票模板", "Receipt template"), "section"), note, gap=2, margins=(18, 14, 18, 10))
        return Sheet(theme, Column(theme, head, Rule(theme), (Listing(theme, shown), 1), gap=0))

    def _part_row(self, kind: str, part: Part, at: int) -> ListRow:
        """One block or field; `at` is its place, -1 where it is left out."""
        needed = at >= 0 and part.basis is not None
        row = ListRow(
            self.theme,
            (
                Cell(
                    self.of(part.title),
                    sub=self.of(part.basis) if part.basis is not None else "",
                    icon="lock-simple" if needed else "check-circle" if at >= 0 else "plus",
                    icon_tone="ink3" if needed else "good" if at >= 0 else "ink3",
                    tone="ink" if at >= 0 else "ink3",
                ),
            ),
            height=50 if part.basis is not None else 40,
            pad=18,
        )
        row.setObjectName(f"{kind}-{at}" if at >= 0 else f"{kind}+{part.key}")
        row.clicked.connect(lambda: self._toggle(kind, part.key, at))
        if kind == "blocks" and at >= 0:
            row.nudged.connect(lambda by: self._shift(at, -by))
        return row

    def _show_preview(self) -> None:
        self._right.fill_for((self.look(), self._paper), self._preview)

    def _preview(self) -> Panel:
        theme = self.theme
        self._made = None
        paper = Seg(theme, ("80 mm", "58 mm"), self._paper, spoken=self.say("纸宽", "Paper"))
        paper.chosen.connect(self._choose_paper)
        words = Btn(theme, self.say("改文字", "Words"), icon="pencil-simple", key="F4", height=40)
        words.clicked.connect(self._ask_words)
        self._picture = PaperPicture(theme)
        self._problem = Para(theme, "", "label", "bad_ink")
        self._problem.hide()
        title = Txt(theme, self.say("打出来就是这样", "This is the paper"), "section")
        self._said = (title, words, paper)
        head = Row(theme, title, Spring(), words, paper, gap=10)
        return Panel(theme, Column(theme, head, self._problem, (Listing(theme, (self._picture,)), 1), gap=10, margins=(16, 14, 16, 14)))

    def _draw_picture(self) -> None:
        """The sample receipt as the printer's own bytes make it, drawn behind the page; or why there is none."""
        from app.counter.receipt_template import check

        found = check(self._body, self._rx_names)
        self._problem.set_words("；".join(self.of(each.sentence) for each in found[:3]))
        self._problem.setVisible(bool(found))
        if found:
            return
        body, narrow = _copied(self._body), self._paper == 1
        faces = self.till.printing.faces

        def work() -> tuple[bytes, int, int]:
            from app.counter.receipt_preview import picture
            from app.devices.profile import PAPER_58, PAPER_80

            font = resource("fonts", "NotoSansSC-Regular.ttf")
            made = picture(body, PAPER_58 if narrow else PAPER_80, faces, font).convert("L")
            return made.tobytes(), made.width, made.height

        def show(made: tuple[bytes, int, int]) -> None:
            if made != self._made:
                dots, wide, high = self._made = made
                # Copied: the bytes go with this call.
                image = QImage(dots, wide, high, wide, QImage.Format.Format_Grayscale8).copy()
                # As wide as it reads well; what is longer than the window scrolls.
                self._picture.set_height(PAPER_WIDTH * high / 640 + 28)
                self._picture.show_image(image, self._sample())

        self._drawing.ask(work, show)

    def _sample(self) -> str:
        return self.say("小票样张", "Sample receipt")


def _copied(body: dict[str, Any]) -> dict[str, Any]:
    """Return a template in its edited shape that shares no list with this one."""
    return {key: list(value) if isinstance(value, list) else value for key, value in body.items()}
