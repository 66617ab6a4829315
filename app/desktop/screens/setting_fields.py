"""Fields of the settings page: one editor for each form a setting has, all telling what was entered the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QSizePolicy, QWidget

from app.counter.tuning import Offer
from app.desktop import wording
from app.desktop.screens.rows import Chips, Choice
from app.desktop.theme import Theme, paint
from app.desktop.theme.tokens import tokens_of
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import PaintedButton
from app.desktop.widgets.buttons import Btn, IconBtn
from app.desktop.widgets.chips import ChoiceChip
from app.desktop.widgets.choices import Seg, Toggle
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.words import Txt
from app.domain import key_preset
from app.domain.money import format_fen

WIDTH = 380
_SEG_LONGEST = 44
"""Characters in all that a row of segments still has room for."""
_FLAG = "flag"


class Editor(QWidget):
    """Where one setting is changed."""

    entered = Signal(object)
    """What the person entered; the page says whether it is kept."""

    def set_wrong(self, wrong: bool) -> None:
        """Show or clear the red edge, where there is one."""

    def begin(self) -> None:
        """Take the keyboard."""
        self.setFocus(Qt.FocusReason.TabFocusReason)


class TypedEditor(Editor):
    """A text, number or amount; told on Enter and when the keyboard goes elsewhere."""

    def __init__(self, theme: Theme, offer: Offer) -> None:
        super().__init__()
        self._was = format_fen(offer.value) if offer.form == "money" else str(offer.value)
        narrow = offer.form in ("number", "money")
        self.entry = Entry(theme, spoken=offer.title.of(theme.language), chinese=not narrow, height=40)
        self.entry.setText(self._was)
        self.entry.setEnabled(offer.may)
        if narrow:
            self.entry.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.entry.setFixedWidth(theme.px(130))
        unit = Txt(theme, offer.unit.of(theme.language), "body", "ink2") if offer.unit.zh else None
        self.setLayout(Row(theme, (self.entry, 0 if narrow else 1), unit, Spring() if narrow else None, gap=10))
        self.entry.editingFinished.connect(self._tell)
        self.setFocusProxy(self.entry)

    def _tell(self) -> None:
        if self.entry.text() != self._was:
            self._was = self.entry.text()
            self.entered.emit(self._was)

    def set_wrong(self, wrong: bool) -> None:
        """Red edge."""
        self.entry.set_wrong(wrong)

    def begin(self) -> None:
        """Take the keyboard, all marked."""
        super().begin()
        self.entry.selectAll()


class FlagEditor(Editor):
    """A switch."""

    def __init__(self, theme: Theme, offer: Offer) -> None:
        super().__init__()
        toggle = Toggle(theme, offer.title.of(theme.language), on=bool(offer.value))
        toggle.setEnabled(offer.may)
        toggle.toggled.connect(lambda on: self.entered.emit(on))
        self.setLayout(Row(theme, toggle, Spring()))
        self.setFocusProxy(toggle)


class ChoiceEditor(Editor):
    """One of a few: side by side where they fit, else chips that wrap."""

    def __init__(self, theme: Theme, offer: Offer) -> None:
        super().__init__()
        self._values = [value for value, _ in offer.choices]
        self._number = isinstance(offer.value, int)
        self._seg: Seg | None = None
        words = [text.of(theme.language) for _, text in offer.choices]
        value = str(offer.value)
        if sum(2 if ord(character) > 255 else 1 for each in words for character in each) <= _SEG_LONGEST and len(words) < 5:
            seg = Seg(theme, words, self._values.index(value) if value in self._values else 0, spoken=offer.title.of(theme.language))
            seg.setEnabled(offer.may)
            seg.chosen.connect(self._picked)
            self._seg = seg
            self.setLayout(Row(theme, seg, Spring()))
            keys = seg.findChildren(PaintedButton)
            self.setFocusProxy(next((key for key in keys if key.isChecked()), keys[0]))
            return
        chips = Chips(
            theme, [Choice(*each) for each in zip(self._values, words, strict=True)], value, spoken=offer.title.of(theme.language)
        )
        chips.setEnabled(offer.may)
        chips.chosen.connect(self._told)
        self.setLayout(Row(theme, (chips, 1)))
        self.setFocusProxy(chips)

    def show_value(self, value: str) -> None:
        """Show a value that was chosen elsewhere, without telling."""
        if self._seg is not None and value in self._values:
            self._seg.set_index(self._values.index(value))

    def _picked(self, index: int) -> None:
        self._told(self._values[index])

    def _told(self, value: str) -> None:
        self.entered.emit(int(value) if self._number else value)


class SeveralEditor(Editor):
    """Any number of a few, as chips that are switched on and off."""

    def __init__(self, theme: Theme, offer: Offer) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(8))
        self._chips: list[tuple[str, ChoiceChip]] = []
        place, line, used = 0, 0, 0.0
        for value, text in offer.choices:
            chip = ChoiceChip(theme, text.of(theme.language), checked=value in offer.value)
            chip.setEnabled(offer.may)
            chip.toggled.connect(self._tell)
            if used + chip.width() > theme.px(WIDTH) and place:
                place, line, used = 0, line + 1, 0.0
            grid.addWidget(chip, line, place, Qt.AlignmentFlag.AlignLeft)
            used += chip.width() + theme.px(8)
            place += 1
            self._chips.append((value, chip))
        grid.setColumnStretch(9, 1)
        self.setFocusProxy(self._chips[0][1])

    def _tell(self) -> None:
        self.entered.emit(tuple(value for value, chip in self._chips if chip.isChecked()))


class _Lines(QPlainTextEdit):
    """A few lines of text; Tab leaves it."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the keyboard went elsewhere."""
        super().focusOutEvent(event)
        self.left.emit()


class LinesEditor(Editor):
    """Lines of text, told when the keyboard goes elsewhere."""

    def __init__(self, theme: Theme, offer: Offer) -> None:
        super().__init__()
        self._was = "\n".join(map(str, offer.value))
        self.box = _Lines(self._was)
        theme.dress_entry(self.box)
        self.box.setTabChangesFocus(True)
        self.box.setFont(theme.face("entry").font)
        self.box.setFixedHeight(theme.px(96))
        self.box.setEnabled(offer.may)
        self.box.setAccessibleName(offer.title.of(theme.language))
        self.box.left.connect(self._tell)
        self.setLayout(Column(theme, self.box))
        self.setFocusProxy(self.box)

    def _tell(self) -> None:
        if self.box.toPlainText() != self._was:
            self._was = self.box.toPlainText()
            self.entered.emit(self._was.split("\n"))


class TableEditor(Editor):
    """Rows of cells; what the columns do not show is kept as it is."""

    def __init__(self, theme: Theme, offer: Offer, say: Callable[[str, str], str]) -> None:
        super().__init__()
        self._theme, self._offer, self._say = theme, offer, say
        self._rows: list[dict[str, Any]] = [dict(row) for row in offer.value]
        self._cells: list[dict[str, Entry | Toggle]] = []
        self._holder = Column(theme, gap=0)
        self.setLayout(self._holder)
        self._grid: QWidget | None = None
        self._draw()

    def _draw(self) -> None:
        theme, offer = self._theme, self._offer
        if self._grid is not None:
            self._holder.removeWidget(self._grid)
            self._grid.hide()
            self._grid.deleteLater()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(6))
        for place, (_, title, _kind) in enumerate(offer.columns):
            grid.addWidget(Txt(theme, title.of(theme.language), "caption", "ink3"), 0, place)
        self._cells = []
        for line, row in enumerate(self._rows, 1):
            cells: dict[str, Entry | Toggle] = {}
            for place, (name, title, kind) in enumerate(offer.columns):
                cell = self._cell(name, title.of(theme.language), kind, row)
                cell.setEnabled(offer.may)
                cells[name] = cell
                grid.addWidget(cell, line, place)
            if offer.grows and offer.may and len(self._rows) > 1:
                away = IconBtn(theme, "x", self._say("删掉这一行", "Take this row away"), size=28, icon_size=14)
                away.clicked.connect(self._remover(line - 1))
                grid.addWidget(away, line, len(offer.columns))
            self._cells.append(cells)
        if offer.grows and offer.may:
            more = Btn(theme, self._say("加一行", "Add a row"), "ghost", icon="plus", height=32, role="label_strong")
            more.clicked.connect(self._add)
            grid.addWidget(more, len(self._rows) + 1, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        self._grid = boxed(grid)
        self._holder.addWidget(self._grid)
        self._grid.show()
        first = next(iter(self._cells[0].values())) if self._cells else None
        if first is not None:
            self.setFocusProxy(first)

    def _cell(self, name: str, title: str, kind: str, row: Mapping[str, Any]) -> Entry | Toggle:
        if kind == _FLAG:
            toggle = Toggle(self._theme, title, on=bool(row.get(name)))
            toggle.toggled.connect(self._tell)
            return toggle
        entry = Entry(self._theme, spoken=title, chinese=kind == "text", height=36)
        entry.setText(str(row.get(name, "")))
        if kind == "time":
            entry.setFixedWidth(self._theme.px(84))
        entry.editingFinished.connect(self._tell)
        return entry

    def _read(self) -> list[dict[str, Any]]:
        read = []
        for row, cells in zip(self._rows, self._cells, strict=True):
            own = {name: cell.isChecked() if isinstance(cell, Toggle) else cell.text() for name, cell in cells.items()}
            read.append({**row, **own})
        return read

    def _tell(self) -> None:
        read = self._read()
        if read != self._rows:
            self._rows = read
            self.entered.emit(read)

    def _add(self) -> None:
        self._rows = [*self._read(), {name: "" for name, _, _ in self._offer.columns}]
        self._draw()
        next(iter(self._cells[-1].values())).setFocus(Qt.FocusReason.TabFocusReason)

    def _remover(self, line: int) -> Callable[[], None]:
        def remove() -> None:
            rows = self._read()
            del rows[line]
            self._rows = rows
            self._draw()
            self.entered.emit(rows)

        return remove


class _KeyCatch(PaintedButton):
    """One standard key: what it does, and where it lies; chosen, it takes the next key pressed."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, key: str, label: str, lies: str) -> None:
        super().__init__(theme)
        self.key, self._label, self.lies = key, label, lies
        self.waiting = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name(f"{label} {lies}")
        self.restyle()

    def measure(self) -> None:
        """40 high."""
        self.setFixedHeight(self.theme.target(40))
        self.setMinimumWidth(self.theme.px(260))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw label and keycap."""
        theme, px = self.theme, self.theme.px
        fill = "brand_t" if self.waiting else "hover" if self.hovered else "surface"
        paint.rounded(painter, rect, px(8), theme.color(fill), theme.color("brand" if self.waiting else "line"))
        shown = "…" if self.waiting else self.lies
        cap = paint.keycap_width(theme, shown, 24, literal=True)
        room = QRectF(rect.left() + px(12), rect.top(), rect.width() - cap - px(36), rect.height())
        paint.text(painter, room, self._label, theme.face("body"), theme.color("ink"), elide=True)
        paint.keycap(painter, theme, rect.right() - cap - px(10), rect.center().y(), shown, height=24, literal=True)


class KeysEditor(Editor):
    """The custom layout: choose a row, press the key; one that is taken says by what, and F8 swaps the two."""

    def __init__(self, theme: Theme, offer: Offer, meanings: Mapping[str, str], say: Callable[[str, str], str]) -> None:
        super().__init__()
        self._theme, self._say, self._meanings = theme, say, meanings
        self._custom: dict[str, str] = dict(offer.value)
        self._rows = [_KeyCatch(theme, key, f"{meanings.get(key) or key}", self._custom.get(key, key)) for key in key_preset.MOVABLE]
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(6))
        for order, row in enumerate(self._rows):
            row.setEnabled(offer.may)
            row.clicked.connect(self._wait)
            grid.addWidget(row, order // 2, order % 2)
        self._note = Txt(theme, "", "label", "ink3", literal=True, elide=True)
        self._swap = Btn(theme, say("对调", "Swap"), "tonal", height=32, role="label_strong")
        self._swap.clicked.connect(self._swapped)
        self._swap.hide()
        self._standard = Btn(theme, say("回到标准", "Back to standard"), "ghost", height=32, role="label_strong")
        self._standard.clicked.connect(lambda: self._keep({}))
        self._standard.setEnabled(offer.may)
        self.setLayout(Column(theme, boxed(grid), Row(theme, (self._note, 1), self._swap, self._standard, gap=8), gap=8))
        self._refused: tuple[str, str] | None = None
        self.setFocusProxy(self._rows[0])

    @property
    def waiting(self) -> str:
        """The standard key that takes the next key pressed; '' for none."""
        return next((row.key for row in self._rows if row.waiting), "")

    @property
    def problem(self) -> str:
        """What was said last."""
        return self._note.words

    def _wait(self) -> None:
        pressed = self.sender()
        for row in self._rows:
            row.waiting = row is pressed
            row.update()
        self._say_note(self._say("按想用的键；Esc 不改", "Press the key; Esc leaves it"), "ink3")
        self._swap.hide()

    def _say_note(self, words: str, tone: str) -> None:
        self._note.set_tone(tone)
        self._note.set_words(words)

    def press(self, name: str) -> bool:
        """A key while a row waits; True when it was used."""
        key = self.waiting
        if not key:
            return False
        for row in self._rows:
            row.waiting = False
            row.update()
        if name == "Esc":
            self._say_note("", "ink3")
            return True
        try:
            self._keep(key_preset.moved(self._custom, key, name))
        except key_preset.KeyTaken as taken:
            holder = self._meanings.get(taken.holder) or taken.holder
            self._refused = (key, name)
            self._say_note(
                self._say(f"{name} 已是“{holder}”。先给它换一个键，或对调", f"{name} is “{holder}”. Move that first, or swap"), "bad_ink"
            )
            self._swap.show()
        except key_preset.KeyUnfit:
            kind = wording.sentence("setting_keys_kind", {}, self._theme.language)
            self._say_note(kind, "bad_ink")
        return True

    def _swapped(self) -> None:
        if self._refused is not None:
            self._keep(key_preset.swapped(self._custom, *self._refused))

    def _keep(self, custom: dict[str, str]) -> None:
        self._custom, self._refused = custom, None
        self._swap.hide()
        for row in self._rows:
            row.lies = custom.get(row.key, row.key)
            row.name(f"{self._meanings.get(row.key) or row.key} {row.lies}")
            row.update()
        self._say_note(self._say("已改", "Changed"), "good_ink")
        self.entered.emit(dict(custom))


class LookPicture(PaintedButton):
    """A small counter in one of the two themes; pressing it chooses the theme."""

    def __init__(self, theme: Theme, mode: str, words: str, *, chosen: bool) -> None:
        super().__init__(theme)
        self.mode, self._words, self._chosen = mode, words, chosen
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name(words)
        self.restyle()

    def set_chosen(self, chosen: bool) -> None:
        """Ring it, or not."""
        self._chosen = chosen
        self.update()

    def measure(self) -> None:
        """232 by 150."""
        self.setFixedSize(self.theme.px(232), self.theme.px(150))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Rail, two lines, the sum and the pay button in the other theme's own colours."""
        theme, px = self.theme, self.theme.px
        look = tokens_of("dark" if self.mode == "dark" else "light")
        color = theme.color
        paint.rounded(
            painter, rect, px(12), color(look.canvas), color("brand" if self._chosen else "line2"), px(2.5) if self._chosen else 1
        )
        inside = rect.adjusted(px(4), px(4), -px(4), -px(4))
        paint.rounded(painter, QRectF(inside.left(), inside.top(), px(26), inside.height()), px(9), color(look.rail))
        paper = QRectF(inside.left() + px(34), inside.top() + px(8), px(108), inside.height() - px(42))
        paint.rounded(painter, paper, px(8), color(look.surface), color(look.line))
        for order, (name, wide) in enumerate((("布洛芬缓释胶囊", 64), ("维生素C片", 46))):
            y = paper.top() + px(18 + 30 * order)
            paint.text_at(painter, paper.left() + px(8), y, name, theme.face("caption", 12, 600), color(look.ink))
            paint.rounded(painter, QRectF(paper.left() + px(8), y + px(9), px(wide), px(5)), px(2), color(look.line2))
        side = QRectF(paper.right() + px(8), paper.top(), inside.right() - paper.right() - px(16), paper.height())
        paint.rounded(painter, side, px(8), color(look.surface), color(look.line))
        paint.text(
            painter, side.adjusted(0, px(6), -px(6), -side.height() / 2), "48.80", theme.face("title", 15, 600), color(look.ink), "right"
        )
        pay = QRectF(side.left() + px(5), side.bottom() - px(26), side.width() - px(10), px(20))
        paint.rounded(painter, pay, px(6), color(look.brand))
        below = QRectF(paper.left(), inside.bottom() - px(30), inside.right() - paper.left() - px(8), px(26))
        if self._chosen:
            paint.icon(painter, theme, "check-circle", below.left(), below.center().y(), 18, look.brand, "fill")
        paint.text_at(
            painter,
            below.left() + px(24 if self._chosen else 0),
            below.center().y(),
            self._words,
            theme.face("label_strong"),
            color(look.ink),
        )


def editor_of(theme: Theme, offer: Offer, say: Callable[[str, str], str], meanings: Callable[[], Mapping[str, str]]) -> Editor:
    """The editor that suits a setting; `meanings` tells what the standard keys do."""
    if offer.form in ("text", "number", "money"):
        return TypedEditor(theme, offer)
    if offer.form == "flag":
        return FlagEditor(theme, offer)
    if offer.form == "choice":
        return ChoiceEditor(theme, offer)
    if offer.form == "several":
        return SeveralEditor(theme, offer)
    if offer.form == "lines":
        return LinesEditor(theme, offer)
    if offer.form == "table":
        return TableEditor(theme, offer, say)
    return KeysEditor(theme, offer, meanings(), say)
