"""The Help page: what the screen before it is for, its real keys, and every other page of help, searched while typing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.screens import key_table
from app.desktop.screens.desk import Desk, Listing, Slot
from app.desktop.screens.page import FKeySpec, Page, Surroundings
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed, hold_width
from app.desktop.widgets.base import Painted
from app.desktop.widgets.chips import KeyCap
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.notices import Empty
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Para, Rule, Txt
from app.domain import help_text
from app.domain.verdict import Text
from app.records.resources import resource

LEFT_WIDTH, RIGHT_WIDTH = 236, 290
SIGN_IN = "lock"
"""The page of help on signing in and locking, which is no page of the counter."""


def load(language: str) -> dict[str, help_text.HelpPage]:
    """Every help page of a language by the key of its screen."""
    files = sorted(resource("texts", "help", "en" if language == "en" else "zh").glob("*.md"))
    return {file.stem: help_text.parse(file.stem, file.read_text("utf-8")) for file in files}


class KeyedPara(Painted):
    """A paragraph in which keys are drawn as keycaps, wherever they lie for this person."""

    def __init__(self, theme: Theme, text: str, *, lead: str = "") -> None:
        """`lead` stands before the first line: a bullet or a number."""
        super().__init__(theme)
        self._text, self._lead = text, lead
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.restyle()

    def measure(self) -> None:
        """Forget the lines laid for another size, and say the words anew with the keys where they lie."""
        self._laid: dict[int, tuple[list[tuple[float, int, str, bool]], int]] = {}
        face, gap = self.theme.face("body"), self.theme.px(4)
        self._parts: list[tuple[str, float, bool]] = []
        for words, is_key in help_text.runs(self._text):
            if is_key:
                self._parts.append((words, paint.keycap_width(self.theme, words, 22) + gap, True))
            else:
                self._parts += [(piece, face.width(piece), False) for piece in _pieces(words)]
        self.setMinimumWidth(self.theme.px(120))
        self.setAccessibleName(
            "".join(self.theme.key(words) if is_key else words for words, is_key in help_text.runs(self._text))
        )

    def _lay(self, width: int) -> tuple[list[tuple[float, int, str, bool]], int]:
        """(x, line, words, is a key) of every piece, and how many lines there are."""
        known = self._laid.get(width)
        if known is not None:
            # The layouts round it ask for the same few widths many times in one pass.
            return known
        left = self.theme.px(24) if self._lead else 0
        x, line = float(left), 0
        laid: list[tuple[float, int, str, bool]] = []
        for piece, wide, is_key in self._parts:
            if x + wide > width and x > left:
                x, line = float(left), line + 1
                piece = piece if is_key else piece.lstrip()
            laid.append((x, line, piece, is_key))
            x += wide
        self._laid[width] = laid, line + 1
        return self._laid[width]

    def hasHeightForWidth(self) -> bool:
        """A narrower paragraph is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels for a width."""
        return self._lay(width)[1] * self.theme.px(26)

    def sizeHint(self) -> QSize:
        """At most 560 design pixels wide."""
        wide = self.theme.px(560)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        """As high as the present width needs."""
        return QSize(self.minimumWidth(), self.heightForWidth(self.width()) if self.width() > 1 else 0)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the pieces."""
        theme, px = self.theme, self.theme.px
        face, ink = theme.face("body"), theme.color("ink")
        if self._lead == "•":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("brand"))
            painter.drawEllipse(QRectF(px(6), px(10.5), px(5), px(5)))
        elif self._lead:
            paint.text_at(painter, px(2), px(13), self._lead, theme.face("body_strong"), theme.color("brand_ink"))
        for x, line, words, is_key in self._lay(round(rect.width()))[0]:
            middle = px(26) * line + px(13)
            if is_key:
                paint.keycap(painter, theme, x + px(2), middle, words, height=22)
            else:
                paint.text_at(painter, x, middle, words, face, ink)


def _pieces(words: str) -> list[str]:
    """Where a line may break: after every hanzi, but never before a full stop or comma, and between Latin words."""
    pieces: list[str] = []
    for character in words:
        latin = character.isascii() and not character.isspace()
        joins = character in "，。；：、）”！？,.;:)" or (latin and pieces and pieces[-1][-1].isascii() and not pieces[-1][-1].isspace())
        if pieces and joins:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


class HelpScreen(Desk):
    """Help on the page it was asked from."""

    key = "help"
    title = Text("帮助", "Help")
    icon = "question"
    in_rail = False
    suggests = False

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._topic, self._from = "sale", "sale"
        self._search = ""
        self._pages: Mapping[str, Page] = {}
        self._texts: dict[str, dict[str, help_text.HelpPage]] = {}
        self._rows: tuple[ListRow, ...] = ()
        theme = self.theme
        # The box stays while what it finds is drawn anew: typing must not be cut off.
        self._box = Entry(theme, chinese=True, height=40)
        self._box.setObjectName("help-search")
        self._box.textEdited.connect(self._seek)
        self._list, self._middle, self._right = Slot(), Slot(), Slot()
        top = boxed(Column(theme, self._box, margins=(12, 12, 12, 10)))
        self._left = Panel(theme, Column(theme, top, Rule(theme), (self._list, 1), gap=0))
        hold_width(theme, self._left, LEFT_WIDTH)
        hold_width(theme, self._right, RIGHT_WIDTH)
        self.lay(self._left, (self._middle, 1), self._right)

    # ------------------------------------------------------------------ what the window calls

    def meet(self, pages: Mapping[str, Page]) -> None:
        """The keys come from the pages themselves."""
        self._pages = pages

    def show_topic(self, key: str) -> None:
        """Help is wanted on this page; Esc goes back to it."""
        self._from = key
        self._topic = key if key in self._help() else "sale"
        self._search = ""

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """Back where help was asked for, and the search."""
        return (
            FKeySpec("Esc", Text("返回", "Back"), self._back),
            FKeySpec("F2", Text("找帮助", "Find"), self._find),
        )

    def on_shown(self) -> None:
        """Draw what was asked for; the keyboard goes to the topics."""
        self.come_in_parts(self._come())

    def _come(self) -> Iterator[None]:
        yield from self._draw()
        for row in self._rows:
            if row.objectName() == f"help-{self._topic}":
                row.setFocus(Qt.FocusReason.OtherFocusReason)

    def let_go(self) -> None:
        """Topics, text and keys."""
        self._rows = ()
        for slot in (self._list, self._middle, self._right):
            slot.empty()

    def on_key(self, name: str) -> bool:
        """Esc steps back; arrows enter the topics."""
        self.draw_out()
        return self.list_key(name, self._rows, self._back)

    def on_omnibox(self, text: str) -> bool:
        """What is typed in the box finds help."""
        self._seek(text)
        return True

    # ------------------------------------------------------------------ acts

    def _help(self) -> dict[str, help_text.HelpPage]:
        language = self.theme.language
        if language not in self._texts:
            self._texts[language] = load(language)
        return self._texts[language]

    def _back(self) -> None:
        if self._search:
            self._seek("")
        else:
            self.go.emit(self._from if self._from in self._pages else "sale")

    def _find(self) -> None:
        self.draw_out()
        self._box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._box.selectAll()

    def _seek(self, text: str) -> None:
        self._search = text.strip()
        found = self._topics()
        if found and self._topic not in found:
            self._topic = found[0]
        self.redraw()

    def _open(self, topic: str, _checked: bool = False) -> None:
        self._topic = topic
        self.redraw()

    # ------------------------------------------------------------------ drawing

    def _topics(self) -> tuple[str, ...]:
        """Topics in the order of the rail, then signing in; only those of pages that this till has."""
        texts = self._help()
        known = [key for key in self._pages if key in texts] + [SIGN_IN]
        return tuple(key for key in help_text.find(texts, self._search) if key in known) if self._search else tuple(known)

    def redraw(self) -> None:
        """Draw topics, text and keys in the language in force, unless nobody looks."""
        if self.isVisible():
            self._undrawn = None
            for _ in self._draw():
                pass

    def _draw(self) -> Iterator[None]:
        """The topics, then what is said of the chosen one, then its keys; what stands for the same facts stays."""
        texts, topics = self._help(), self._topics()
        words = self.say("找帮助", "Find help")
        self._box.setPlaceholderText(words)
        self._box.setAccessibleName(words)
        if self._box.text().strip() != self._search:
            self._box.setText(self._search)
        if not self._list.stands_for((self.look(), topics)):
            # The turn in which the page comes is the frame's own.
            yield
            self._list.fill_for((self.look(), topics), lambda: self._topic_list(texts, topics))
            yield
        for row in self._rows:
            key = row.objectName().removeprefix("help-")
            cells = (self._topic_cell(key, texts[key].title),)
            if row.cells != cells:
                row.set_cells(cells)
                row.set_chosen(key == self._topic)
        if not topics:
            self._middle.fill_for(self.look(), self._none)
            return
        page = texts[self._topic]
        if not self._middle.stands_for((self.look(), page)):
            sections = []
            for section in page.sections:
                sections.append(self._section(section))
                yield
            self._middle.fill_for((self.look(), page), lambda: self._text(page, sections))
            yield
        groups = self._groups()
        if not self._right.stands_for((self.look(), groups)):
            parts = []
            for title, rows in groups:
                parts.append(self._key_group(title, rows))
                yield
            self._right.fill_for((self.look(), groups), lambda: self._keys(parts))

    def _topic_cell(self, key: str, title: str) -> Cell:
        on = key == self._topic
        page = self._pages.get(key)
        icon = page.icon if page is not None else "lock-simple"
        return Cell(title, icon=icon, icon_tone="brand_ink" if on else "ink2", role="body_strong" if on else "body")

    def _topic_list(self, texts: Mapping[str, help_text.HelpPage], topics: tuple[str, ...]) -> Listing:
        rows = []
        for key in topics:
            row = ListRow(self.theme, [self._topic_cell(key, texts[key].title)], height=44, chosen=key == self._topic, pad=14)
            row.setObjectName(f"help-{key}")
            row.clicked.connect(partial(self._open, key))
            rows.append(row)
        self._rows = tuple(rows)
        return Listing(self.theme, rows)

    def _none(self) -> Panel:
        theme = self.theme
        none = Empty(theme, "magnifying-glass", self.say("没有找到", "Nothing found"), self.say("换个写法试试", "Write it differently"))
        return Panel(theme, Column(theme, none))

    def _section(self, section: help_text.Section) -> QWidget:
        blocks: list[QWidget] = []
        if section.title:
            blocks.append(Txt(self.theme, section.title, "head"))
        for block in section.blocks:
            lead = "•" if block.kind == "bullet" else f"{block.number}." if block.kind == "step" else ""
            blocks.append(KeyedPara(self.theme, block.text, lead=lead))
        return boxed(Column(self.theme, *blocks, gap=4, margins=(22, 8, 22, 8)))

    def _text(self, page: help_text.HelpPage, sections: Sequence[QWidget]) -> QWidget:
        theme = self.theme
        head = boxed(Column(theme, Txt(theme, page.title, "page"), margins=(22, 18, 22, 6)))
        return Panel(theme, Column(theme, (Listing(theme, [head, *sections]), 1), gap=0, margins=(0, 0, 0, 10)))

    def _groups(self) -> tuple[tuple[str, tuple[key_table.KeyRow, ...]], ...]:
        """The keys of the page that is told of, and those that hold everywhere."""
        everywhere = (self.say("处处一样", "Everywhere"), key_table.rows_everywhere(self.theme))
        page = self._pages.get(self._topic)
        if page is None:
            return (everywhere,)
        return (self.say("这一屏的按键", "Keys on this screen"), key_table.rows_of(page, self.theme)), everywhere

    def _key_group(self, title: str, rows: Sequence[key_table.KeyRow]) -> QWidget:
        theme = self.theme
        lines: list[QWidget] = [boxed(Row(theme, Txt(theme, title, "head"), Spring()))]
        for row in rows:
            cap = boxed(Row(theme, KeyCap(theme, row.key, 22, literal=True), Spring(), gap=0))
            cap.setFixedWidth(theme.px(84))
            lines.append(boxed(Row(theme, cap, (Para(theme, row.label, "label", "ink"), 1), gap=8)))
        return boxed(Column(theme, *lines, gap=5, margins=(16, 14, 16, 8)))

    def _keys(self, groups: Sequence[QWidget]) -> QWidget:
        return Panel(self.theme, Column(self.theme, (Listing(self.theme, groups), 1), gap=0, margins=(0, 0, 0, 8)))
