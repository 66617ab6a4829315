"""The palette: goods, members, papers and everything that can be done, found by one text; Ctrl K and F2 open it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from app.counter.scene import SearchHit
from app.counter.seeking import Found, MemberFound, PaperFound
from app.desktop import wording
from app.desktop.hits import HIT_ROLE, HitDelegate
from app.desktop.models.strips import marks_of
from app.desktop.theme import Theme, paint
from app.desktop.till import Till
from app.desktop.widgets.arrange import Column, Row, boxed
from app.desktop.widgets.base import Painted
from app.desktop.widgets.chips import KeyCap
from app.desktop.widgets.fields import Entry
from app.desktop.widgets.surfaces import Overlay
from app.desktop.widgets.words import Icon, Para, Rule, Txt
from app.domain.verdict import Text
from app.records.clock import SHOP_TIME
from app.records.resources import resource

WIDTH = 760
TOP = 92
HEAD_ROW, ROW = 32, 56
TALLEST = 390
COMMANDS = 6
"""Commands listed beside goods; all of them where nothing was typed."""
_ROW_ROLE = Qt.ItemDataRole.UserRole + 2
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done: its words, the standard key that does it, and where it belongs."""

    name: str
    label: Text
    key: str
    act: Callable[[], object]
    place: str = ""
    icon: str = "command"


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the list: a group's head, or something that Enter takes."""

    kind: str
    """head | good | member | paper | command."""
    title: str
    sub: str = ""
    icon: str = ""
    tone: str = "brand"
    key: str = ""
    warning: str = ""
    fen: int | None = None
    hit: SearchHit | None = None
    act: Callable[[], object] = lambda: None


@cache
def _initials() -> dict[str, str]:
    """Hanzi of the program's own words → first letter of their pinyin."""
    letters: dict[str, str] = json.loads(resource("texts", "initials.json").read_text("utf-8"))["letters"]
    return {hanzi: letter for letter, run in letters.items() for hanzi in run}


def initials(words: str) -> str:
    """The pinyin initials of the program's own words: `补打小票` → `bdxp`; letters and digits stay."""
    known = _initials()
    return "".join(known.get(character, character.lower() if character.isalnum() else "") for character in words)


def matching(text: str, commands: Sequence[Command]) -> list[Command]:
    """Commands for a text, best first: by key, by the start of their words or initials, then from inside."""
    asked = "".join(text.casefold().split())
    if not asked:
        return list(commands)

    def grade(command: Command) -> int:
        said = ["".join(words.casefold().split()) for words in (command.label.zh, command.label.en)]
        short = initials(command.label.zh)
        if asked == "".join(command.key.casefold().split()) or any(words.startswith(asked) for words in said):
            return 0
        if short.startswith(asked):
            return 1
        if len(asked) > 1 and any(asked in words for words in (*said, short)):
            return 2
        return 3

    return sorted((command for command in commands if grade(command) < 3), key=grade)


class _Model(QAbstractListModel):
    """The rows of the palette."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lines: tuple[_Line, ...] = ()

    def show(self, lines: Sequence[_Line]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Heads too."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Heads cannot be chosen."""
        return Qt.ItemFlag.NoItemFlags if self.lines[index.row()].kind == "head" else super().flags(index)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row for the delegate, and one sentence for screen readers."""
        line = self.lines[index.row()] if index.isValid() else None
        if line is None:
            return None
        if role == _ROW_ROLE:
            return line
        if role == HIT_ROLE:
            return line.hit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            hit = line.hit
            if hit is None:
                return " ".join(part for part in (line.title, line.sub, self._theme.key(line.key)) if part)
            marks = " ".join(paint.mark_name(self._theme, mark) for mark in marks_of(hit.marks))
            return f"{hit.name} {hit.strength} {marks} {hit.maker} {paint.money_text(hit.price_fen)}"
        return None


class _Delegate(HitDelegate):
    """Paints heads, goods as the list under the box does, and everything else in the same measure."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Heads are lower."""
        line = index.data(_ROW_ROLE)
        high = HEAD_ROW if isinstance(line, _Line) and line.kind == "head" else ROW
        return QSize(self._theme.px(320), self._theme.px(high))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        line = index.data(_ROW_ROLE)
        if not isinstance(line, _Line):
            return
        if line.hit is not None:
            super().paint(painter, option, index)
            return
        painter.save()
        paint.smooth(painter)
        rect = QRectF(option.rect)
        if line.kind == "head":
            self._head(painter, rect, line)
        else:
            self._row(painter, rect, line, chosen=bool(option.state & QStyle.StateFlag.State_Selected))
        painter.restore()

    def _head(self, painter: QPainter, rect: QRectF, line: _Line) -> None:
        theme, px = self._theme, self._theme.px
        paint.text_at(painter, rect.left() + px(18), rect.center().y(), line.title, theme.face("label_strong"), theme.color("ink2"))
        if line.warning:
            wide = paint.pill_width(theme, line.warning, icon_name="eyes")
            left = rect.right() - px(18) - wide
            paint.pill(painter, theme, left, rect.center().y(), line.warning, tone="warn", icon_name="eyes", height=22)

    def _row(self, painter: QPainter, rect: QRectF, line: _Line, *, chosen: bool) -> None:
        theme, px = self._theme, self._theme.px
        if chosen:
            paint.rounded(painter, rect.adjusted(px(4), px(1), -px(4), -px(1)), px(10), theme.color("brand_t"))
        tile = QRectF(rect.left() + px(14), rect.center().y() - px(18), px(36), px(36))
        paint.rounded(painter, tile, px(9), theme.color("surface" if chosen else f"{line.tone}_t"))
        paint.icon(painter, theme, line.icon, tile.center().x() - px(10), tile.center().y(), 20, f"{line.tone}_ink")
        right = rect.right() - px(16)
        if line.key:
            right -= paint.keycap_width(theme, line.key, 22)
            paint.keycap(painter, theme, right, rect.center().y(), line.key, height=22)
        if line.fen is not None:
            right -= px(118)
            paint.money(painter, theme, QRectF(right, rect.top() + px(17), px(118), px(22)), line.fen)
        x, room = tile.right() + px(12), right - tile.right() - px(24)
        face, below = theme.face("title"), theme.face("label")
        title = QRectF(x, rect.top() + px(8 if line.sub else 17), room, px(22))
        paint.text(painter, title, line.title, face, theme.color("ink"), elide=True)
        if line.sub:
            paint.text(painter, QRectF(x, rect.top() + px(30), room, px(20)), line.sub, below, theme.color("ink2"), elide=True)


class _Scrim(Painted):
    """The page behind, dimmed; a press on it closes what stands before it."""

    pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._picture: QImage | None = None

    def cover(self, host: QWidget) -> None:
        """Stand over `host` as a picture of it: nothing beneath is painted again while something before it changes."""
        self._picture = _as_it_stands(host)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self.setGeometry(host.rect())

    def follow(self, host: QWidget) -> None:
        """The window has another size: dim what is there."""
        self._picture = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        self.setGeometry(host.rect())

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The picture, if there is one, and dim."""
        if self._picture is not None:
            painter.drawImage(0, 0, self._picture)
        painter.fillRect(rect, self.theme.color("#0B1A17", 0.42 if self.theme.dark else 0.2))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close."""
        event.accept()
        self.pressed.emit()


def _as_it_stands(part: QWidget) -> QImage:
    """A picture of a part of a window, out of what the window has painted; painting it once more would take as long as a whole page."""
    window = part.window()
    # What was changed in this turn is laid out and painted first: nothing but that.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    QCoreApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest)
    store = window.backingStore()
    painted = store.paintDevice() if store is not None else None
    if not isinstance(painted, QImage):
        return part.grab().toImage()
    ratio = painted.devicePixelRatio()
    corner = part.mapTo(window, QPoint(0, 0))
    return painted.copy(QRect(QPoint(round(corner.x() * ratio), round(corner.y() * ratio)), (part.size().toSizeF() * ratio).toSize()))


class Palette(Overlay):
    """One box for everything; it gives way to a scan, and remembers nothing."""

    product = Signal(str)
    lots = Signal(str)
    member = Signal(str, str)
    paper = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, host: QWidget, till: Till) -> None:
        """Stands over `host` while it is open."""
        self._scrim = _Scrim(theme, host)
        self._scrim.hide()
        self._host, self._till = host, till
        self._commands: list[Command] = []
        self._text = ""
        self._model = _Model(theme)
        self._view = QListView()
        self._view.setModel(self._model)
        self._delegate = _Delegate(theme, self._view)
        self._view.setItemDelegate(self._delegate)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.dress_area(self._view)
        self._view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.clicked.connect(self._pressed)
        self.entry = Entry(theme, height=0)
        self.entry.setProperty("plain", True)
        self.entry.setFrame(False)
        self.entry.textChanged.connect(self._edited)
        self._hint = Txt(theme, "", "label", "ink3")
        self._none = Para(theme, "", "body", "ink2")
        self._none_box = boxed(Row(theme, (self._none, 1), margins=(20, 18, 20, 20)))
        self._feet = [Txt(theme, "", "label", "ink2") for _ in range(3)]
        self._scan = Txt(theme, "", "label", "ink3", align="right", elide=True)
        head = Row(theme, Icon(theme, "magnifying-glass", 24, "brand", "bold"), (self.entry, 1), self._hint, KeyCap(theme, "Esc"),
                   gap=10, margins=(20, 14, 18, 14))  # fmt: skip
        foot = Row(
            theme,
            KeyCap(theme, "↑"),
            KeyCap(theme, "↓"),
            self._feet[0],
            8,
            KeyCap(theme, "Enter"),
            self._feet[1],
            8,
            KeyCap(theme, "Ctrl Enter"),
            self._feet[2],
            (self._scan, 1),
            gap=6,
            margins=(18, 10, 18, 12),
        )
        super().__init__(theme, Column(theme, head, Rule(theme), self._none_box, self._view, Rule(theme), foot, gap=0), parent=host)
        self._scrim.pressed.connect(self.close_palette)
        self._worded = ""
        """The language that the frame speaks; none while it must be worded anew."""
        theme.changed.connect(self._recoloured)
        self.hide()

    # ------------------------------------------------------------------ open and closed

    def open(self, text: str, commands: Sequence[Command]) -> None:
        """Come up with what was typed so far; `commands` are what can be done now."""
        self._commands = list(commands)
        if self._worded != self.theme.language:
            self._word()
        self.entry.blockSignals(True)
        self.entry.setText(text)
        self.entry.blockSignals(False)
        self._scrim.cover(self._host)
        self._scrim.show()
        self._scrim.raise_()
        self.show()
        self._edited(text)
        self.raise_()
        self.entry.setFocus(Qt.FocusReason.OtherFocusReason)
        self.entry.end(False)
        self._host.installEventFilter(self)

    def _word(self) -> None:
        """Say the frame's own words in the language in force."""
        say, language = wording.words, self.theme.language
        self._worded = language
        self.entry.setFont(self.theme.face("section").font)
        self.entry.setPlaceholderText(say("palette_box", language))
        self.entry.setAccessibleName(say("palette_box", language))
        self.setAccessibleName(say("palette_box", language))
        self._hint.set_words(say("palette_hint", language))
        for part, key in zip(self._feet, ("hits_choose", "palette_do", "palette_lots_key"), strict=True):
            part.set_words(say(key, language))
        self._scan.set_words(say("palette_scan", language))

    def close_palette(self) -> None:
        """Go away and give the keyboard back."""
        self._host.removeEventFilter(self)
        self.hide()
        self._scrim.hide()
        self.closed.emit()

    def _recoloured(self) -> None:
        """The page behind has other colours or words now: its picture is of yesterday, and so may be what was found."""
        spoken, self._worded = self._worded, ""
        if self.isVisible():
            row = self._view.currentIndex().row()
            self._word()
            if spoken != self._worded:
                self._edited(self.entry.text())
                self._view.setCurrentIndex(self._model.index(row, 0))
            self._scrim.follow(self._host)
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._scrim.follow(self._host)
            self._place()
        return False

    @property
    def list_port(self) -> QWidget:
        """Where the list is painted."""
        return self._view.viewport()

    # ------------------------------------------------------------------ what is found

    def _edited(self, text: str) -> None:
        self._text = self._delegate.text = text.strip()
        found = self._till.seeking.find(self._text)
        self._model.show(self._lines(found))
        first = next((row for row, line in enumerate(self._model.lines) if line.kind != "head"), -1)
        self._none_box.setVisible(first < 0)
        self._none.set_words(wording.words("palette_none", self.theme.language, text=self._text))
        self._view.setVisible(first >= 0)
        if first >= 0:
            self._view.setCurrentIndex(self._model.index(first, 0))
            self._view.scrollToTop()
        self._place()

    def _lines(self, found: Found) -> list[_Line]:
        say, language = wording.words, self.theme.language
        lines: list[_Line] = []
        if found.goods:
            alike = any(hit.lasa for hit in found.goods)
            lines.append(_Line("head", say("palette_goods", language), warning=say("palette_lasa", language) if alike else ""))
            lines += [_Line("good", hit.name, hit=hit, act=partial(self.product.emit, hit.product_id)) for hit in found.goods]
        if found.members:
            lines.append(_Line("head", say("palette_members", language)))
            lines += [self._member_line(member) for member in found.members]
        if found.papers:
            lines.append(_Line("head", say("palette_papers", language)))
            lines += [self._paper_line(paper) for paper in found.papers]
        commands = [self._command_line(command) for command in matching(self._text, self._commands)]
        if found.goods:
            first = found.goods[0]
            act = partial(self.lots.emit, first.product_id)
            lots = _Line("command", say("palette_lots", language), first.name, "stack", "info", "Ctrl Enter", act=act)
            commands = [lots, *commands[: COMMANDS - 1]]
        elif self._text:
            commands = commands[:COMMANDS]
        if commands:
            lines += [_Line("head", say("palette_commands", language)), *commands]
        return lines

    def _member_line(self, member: MemberFound) -> _Line:
        language = self.theme.language
        tier = wording.words(f"tier_{member.tier}" if f"tier_{member.tier}" in wording.WINDOW else "tier_normal", language)
        below = wording.words("palette_points", language, tier=tier, points=member.points)
        sub = " · ".join(part for part in (member.phone if member.phone != member.label else "", below) if part)
        chosen = partial(self.member.emit, member.member_id, member.found_by)
        return _Line("member", member.label, sub, "identification-card", "gold", act=chosen)

    def _paper_line(self, paper: PaperFound) -> _Line:
        title = wording.words("palette_sale", self.theme.language, number=paper.number)
        at = f"{paper.at.astimezone(SHOP_TIME):%Y-%m-%d %H:%M}"
        return _Line("paper", title, at, "receipt", "info", fen=paper.payable_fen, act=partial(self.paper.emit, paper.number))

    def _command_line(self, command: Command) -> _Line:
        return _Line("command", command.label.of(self.theme.language), command.place, command.icon, "info", command.key, act=command.act)

    # ------------------------------------------------------------------ keys and fingers

    @property
    def shown(self) -> tuple[str, ...]:
        """Titles of the rows from top to bottom, heads too."""
        return tuple(line.title for line in self._model.lines)

    @property
    def current(self) -> str:
        """Title of the row that Enter takes; '' for none."""
        row = self._view.currentIndex().row()
        return self._model.lines[row].title if self._model.lines and row >= 0 else ""

    def key(self, name: str, *, repeat: bool = False) -> bool:
        """A key while the palette is open; True when it was used."""
        steps = {"Up": -1, "Down": 1, "PgUp": -6, "PgDn": 6}
        if name in steps:
            self._step(steps[name])
        elif name == "Enter":
            if not repeat:
                self._take(self._view.currentIndex().row())
        elif name == "Ctrl Enter":
            line = self._line(self._view.currentIndex().row())
            if not repeat and line is not None and line.hit is not None:
                self.close_palette()
                self.lots.emit(line.hit.product_id)
        else:
            # Tab must not lead behind the scrim.
            return name in ("Tab", "Shift Tab")
        return True

    def _line(self, row: int) -> _Line | None:
        return self._model.lines[row] if 0 <= row < len(self._model.lines) else None

    def _step(self, by: int) -> None:
        rows = [row for row, line in enumerate(self._model.lines) if line.kind != "head"]
        if rows:
            at = self._view.currentIndex().row()
            place = rows.index(at) if at in rows else 0
            row = rows[max(0, min(len(rows) - 1, place + by))]
            self._view.setCurrentIndex(self._model.index(row, 0))
            if row == rows[0]:
                self._view.scrollToTop()

    def _take(self, row: int) -> None:
        line = self._line(row)
        if line is not None and line.kind != "head":
            self.close_palette()
            line.act()

    def _pressed(self, index: QModelIndex) -> None:
        self._take(index.row())

    def _place(self) -> None:
        px = self.theme.px
        reach, host = px(self.SPREAD), self._host
        room = min(px(TALLEST), max(px(ROW), host.height() - px(TOP + 130)))
        tall = 0
        for line in self._model.lines:
            high = px(HEAD_ROW if line.kind == "head" else ROW)
            if tall and tall + high > room:
                # A list that ends inside a row reads as broken; what is below is one arrow away.
                break
            tall += high
        self._view.setFixedHeight(min(tall, room))
        wide = min(px(WIDTH), host.width() - px(16))
        held = self.layout()
        if held is None:
            return
        held.invalidate()
        held.activate()
        high = held.totalHeightForWidth(wide + 2 * reach) if held.hasHeightForWidth() else held.totalSizeHint().height()
        left = max(px(8), (host.width() - wide) // 2 + px(20))
        self.setGeometry(min(left, host.width() - wide - px(8)) - reach, px(TOP) - reach, wide + 2 * reach, high)
