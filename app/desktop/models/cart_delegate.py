"""How a line of the cart is measured, painted and hit: 64 pixels, its notes as extra height of the same row."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QSizeF, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.counter.scene import SceneLine
from app.desktop.models.cart import LINE_ROLE, SELECTED_ROLE, CartModel
from app.desktop.models.strips import by_weight, marks_of, note_of
from app.desktop.selling_words import say
from app.desktop.theme import Theme, paint
from app.desktop.theme.notes import Note, NoteLayout, lay_out, paint_note
from app.desktop.theme.type import Face

SHOWN_STRIPS = 2
"""More notes than these are counted, and opened by the line's own link."""

KEPT_PICTURES = 24
"""Rows kept as pictures: more than a screen shows, few enough not to fill the memory."""

Part = Literal["line", "minus", "count", "plus", "way", "more"]


@dataclass(frozen=True, slots=True)
class CartHit:
    """What the pointer is on: a part of a line, and for a way out its rule and act."""

    line_id: str
    part: Part
    rule: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text of the sub-line."""

    words: str
    strong: bool
    tone: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class _Placed:
    note: Note
    rule: str
    layout: NoteLayout
    top: float


@dataclass(frozen=True, slots=True)
class RowLayout:
    """A line measured for one width in one theme."""

    height: int
    head: int
    """Height of the part above the notes."""
    names: tuple[str, ...]
    strength_below: bool
    pieces: tuple[_Piece, ...]
    notes: tuple[_Placed, ...]
    more: int
    more_top: float


_shape = attrgetter(
    "name", "strength", "marks", "maker", "lot_no", "lot_source", "expires_on", "near_expiry", "codes_needed", "codes_got", "ghost"
)
"""What of a line its measures depend on, besides its notes; prices and counts stand in boxes of their own."""


def _same_shape(before: SceneLine, line: SceneLine, same_choice: bool) -> bool:
    """Whether a line is laid out as it was; its notes show their keys only while it is selected."""
    return (same_choice or not line.strips) and (before is line or (before.strips == line.strips and _shape(before) == _shape(line)))


class CartColumns:
    """Where the columns stand in a row of a width, in real pixels; the table's head uses the same."""

    def __init__(self, theme: Theme, width: float) -> None:
        px = theme.px
        english = theme.language == "en"
        self.no = px(26)
        self.name = px(47)
        self.edge = width - px(20)
        self.cut = width - px(134)
        self.stepper = width - px(352)
        self.price = width - px(366)
        self.name_end = self.price - px(74 if not english else 70)


class CartDelegate(QStyledItemDelegate):
    """Paints the cart's rows; measures each line once per width and theme."""

    measured_anew = Signal()
    """Rows changed their heights without the model having changed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._known: dict[tuple[str, bool], tuple[SceneLine, float, RowLayout]] = {}
        self._pictures: dict[tuple[str, bool], tuple[RowLayout, SceneLine, QPixmap]] = {}
        self._width = 0
        self._sized: tuple[tuple[SceneLine, ...], str, int] | None = None
        self._sizes: list[QSize] = []
        self._opened: frozenset[str] = frozenset()
        self.hover: CartHit | None = None
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._drop()
        self.measured_anew.emit()

    def _drop(self) -> None:
        self._known.clear()
        self._pictures.clear()
        self._sized = None

    def open_notes(self, line_id: str) -> None:
        """Show all notes of a line."""
        self._opened = self._opened | {line_id}
        for selected in (False, True):
            self._known.pop((line_id, selected), None)
        self._sized = None
        self.measured_anew.emit()

    def forget(self) -> None:
        """Another basket: no line stays opened or measured."""
        self._opened = frozenset()
        self._drop()

    # ------------------------------------------------------------------ measuring

    def layout_of(self, line: SceneLine, width: float, selected: bool) -> RowLayout:
        """The row of a line `width` pixels wide."""
        key = (line.line_id, selected)
        known = self._known.get(key)
        if known is not None and known[1] == width and known[0] is line:
            return known[2]
        twin = self._known.get((line.line_id, not selected))
        if known is not None and known[1] == width and _same_shape(known[0], line, True):
            made = known[2]
        elif twin is not None and twin[1] == width and _same_shape(twin[0], line, False):
            made = twin[2]
        else:
            made = self._measure(line, width, selected)
        self._known[key] = (line, width, made)
        return made

    def _measure(self, line: SceneLine, width: float, selected: bool) -> RowLayout:
        theme, px = self._theme, self._theme.px
        at = CartColumns(theme, width)
        title = theme.face("title")
        room = at.name_end - at.name
        tail = px(9) + title.width(line.strength) if line.strength else 0.0
        marks = paint.marks_width(theme, marks_of(line.marks))
        tail += px(10) + marks if marks else 0
        below = title.width(line.name) + tail > room
        names = paint.wrapped(line.name, title, room)
        head = px(72 if theme.scale.touch else 64) + (len(names) - 1 + (1 if below and tail else 0)) * px(22)
        pieces = self._pieces(line, at.price - px(12) - at.name if below else room + px(40))
        strips = by_weight(line.strips)
        shown = len(strips) if line.line_id in self._opened else SHOWN_STRIPS
        y, placed = float(head), []
        for strip in strips[:shown]:
            note = note_of(strip, theme.language, keys=selected)
            laid = lay_out(theme, note, at.edge - at.name)
            placed.append(_Placed(note, strip.rule, laid, y))
            y += laid.height + px(8)
        more = max(0, len(strips) - shown)
        more_top = y
        if more:
            y += px(28)
        if placed:
            y += px(4)
        return RowLayout(round(y), head, names, below, pieces, tuple(placed), more, more_top)

    def _pieces(self, line: SceneLine, room: float) -> tuple[_Piece, ...]:
        """The sub-line: maker, lot, expiry, trace codes; the maker gives way first, then the lot's word."""
        theme = self._theme
        if line.ghost:
            return (_Piece(say(theme, "cart_ghost"), False, "warn_ink"),)
        pieces: list[_Piece] = []
        if line.lot_no:
            guess = line.lot_source == "assumed"
            word = "cart_lot_guess" if guess else "cart_lot"
            pieces.append(_Piece(say(theme, word, lot=line.lot_no), not guess, "warn_ink" if guess else "ink"))
        elif line.marks and line.codes_needed:
            pieces.append(_Piece(say(theme, "cart_lot_none"), False, "warn_ink"))
        if line.expires_on:
            if line.near_expiry:
                pieces.append(_Piece(say(theme, "cart_near", day=line.expires_on), True, "warn_ink"))
            else:
                pieces.append(_Piece(say(theme, "cart_expiry", day=line.expires_on[:7]), True, "ink"))
        if line.codes_needed:
            whole = line.codes_got >= line.codes_needed
            words = say(theme, "cart_trace", got=line.codes_got, needed=line.codes_needed)
            pieces.append(_Piece(words, False, "ink2" if whole else "warn_ink", "check-circle" if whole else "barcode"))
        if line.maker:
            left = room - self._wide(pieces) - theme.px(19)
            caption = theme.face("label")
            maker = caption.elided(line.maker, left)
            if maker == line.maker or (left > theme.px(44) and len(maker) > 2):
                pieces.insert(0, _Piece(maker, False, "ink3"))
        return tuple(pieces)

    def _wide(self, pieces: list[_Piece]) -> float:
        px = self._theme.px
        return sum(self._face(piece).width(piece.words) + px(19) + (px(20) if piece.icon else 0) for piece in pieces)

    def _face(self, piece: _Piece) -> Face:
        return self._theme.face("body") if piece.strong else self._theme.face("label")

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The width of the view and the height of the measured row."""
        # The list asks for the step of its scroll bar with no width at all; measured like that, a name is one column of characters.
        width = self._width = option.rect.width() or self._width
        model = index.model()
        if not isinstance(model, CartModel):
            return QSize(width, self.layout_of(index.data(LINE_ROLE), width, bool(index.data(SELECTED_ROLE))).height)
        # The list asks for every row after every scan: all are measured at the first question, and the rest looked up.
        sized = self._sized
        if sized is None or sized[0] is not model.lines or sized[1] != model.selected or sized[2] != width:
            self._sized = (model.lines, model.selected, width)
            self._sizes = [QSize(width, self.layout_of(line, width, line.line_id == model.selected).height) for line in model.lines]
        return self._sizes[index.row()]

    # ------------------------------------------------------------------ hitting

    def _stepper(self, at: CartColumns, top: float, head: int) -> QRectF:
        px = self._theme.px
        tall = self._theme.target(36)
        return QRectF(at.stepper, top + (head - tall) / 2, px(116), tall)

    def hit(self, line: SceneLine, rect: QRectF, point: QPointF, selected: bool) -> CartHit:
        """What of a line drawn in `rect` stands under `point`."""
        row = self.layout_of(line, rect.width(), selected)
        at = CartColumns(self._theme, rect.width())
        if not line.ghost:
            parts = paint.stepper_parts(self._theme, self._stepper(at, rect.top(), row.head))
            inside = point - QPointF(rect.left(), 0)
            if parts.minus.contains(inside):
                return CartHit(line.line_id, "minus")
            if parts.plus.contains(inside):
                return CartHit(line.line_id, "plus")
            if parts.count.contains(inside):
                return CartHit(line.line_id, "count")
        for placed in row.notes:
            corner = QPointF(rect.left() + at.name, rect.top() + placed.top)
            for place in placed.layout.places:
                if place.rect.translated(corner).contains(point):
                    return CartHit(line.line_id, "way", placed.rule, place.action.key)
        if row.more and point.y() >= rect.top() + row.more_top and point.x() >= rect.left() + at.name:
            return CartHit(line.line_id, "more")
        return CartHit(line.line_id, "line")

    # ------------------------------------------------------------------ painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw one line; a row drawn before and unchanged is laid down as its picture."""
        line: SceneLine = index.data(LINE_ROLE)
        selected = bool(index.data(SELECTED_ROLE))
        rect = QRectF(option.rect)
        row = self.layout_of(line, rect.width(), selected)
        if self.hover is not None and self.hover.line_id == line.line_id:
            self._paint_row(painter, line, selected, rect, row)
            return
        painter.drawPixmap(rect.topLeft(), self._picture(line, selected, row, rect.size(), painter.device().devicePixelRatioF()))

    def foresee(self, line: SceneLine, width: float, ratio: float) -> None:
        """Draw the picture of a selected line as it stands when the next scan has taken the selection away."""
        row = self.layout_of(line, width, False)
        self._picture(line, False, row, QSizeF(width, row.height), ratio)

    def _picture(self, line: SceneLine, selected: bool, row: RowLayout, size: QSizeF, ratio: float) -> QPixmap:
        key = (line.line_id, selected)
        known = self._pictures.get(key)
        if known is not None and known[0] is row and known[1] is line and known[2].devicePixelRatio() == ratio:
            return known[2]
        picture = QPixmap((size * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(self._theme.color("surface"))
        painter = QPainter(picture)
        self._paint_row(painter, line, selected, QRectF(QPointF(0, 0), size), row)
        painter.end()
        self._pictures.pop(key, None)
        while len(self._pictures) >= KEPT_PICTURES:
            del self._pictures[next(iter(self._pictures))]
        self._pictures[key] = (row, line, picture)
        return picture

    def _paint_row(self, painter: QPainter, line: SceneLine, selected: bool, rect: QRectF, row: RowLayout) -> None:
        theme, px = self._theme, self._theme.px
        at = CartColumns(theme, rect.width())
        left, top = rect.left(), rect.top()
        paint.smooth(painter)
        blocked = any(strip.tone == "bad" for strip in line.strips)
        if blocked:
            painter.fillRect(rect, theme.color("bad_t", 0.5))
        elif selected:
            painter.fillRect(rect, theme.color("select"))
        if selected or blocked:
            painter.fillRect(QRectF(left, top, px(4), rect.height()), theme.color("bad" if blocked else "brand"))
        paint.hairline(painter, theme, left + px(20), rect.bottom() - 1, at.edge - px(20))
        middle = top + row.head / 2
        number = QRectF(left + px(10), middle - px(10), px(32), px(20))
        paint.text(painter, number, str(line.no), theme.face("label"), theme.color("ink3"), "center")
        self._paint_names(painter, line, row, left + at.name, top)
        if not line.ghost:
            self._paint_figures(painter, line, at, left, top, row.head, blocked)
        hover = self.hover if self.hover is not None and self.hover.line_id == line.line_id else None
        for placed in row.notes:
            box = QRectF(left + at.name, top + placed.top, at.edge - at.name, placed.layout.height)
            over = hover.act if hover is not None and hover.part == "way" and hover.rule == placed.rule else None
            paint_note(painter, theme, box, placed.note, placed.layout, hover=over)
        if row.more:
            words = say(theme, "cart_more_notes", count=row.more)
            x, middle = left + at.name + px(4), top + row.more_top + px(10)
            paint.text_at(painter, x, middle, words, theme.face("label_strong"), theme.color("brand_ink"))

    def _paint_names(self, painter: QPainter, line: SceneLine, row: RowLayout, x: float, top: float) -> None:
        theme, px = self._theme, self._theme.px
        strength = theme.face("title")
        rows = len(row.names) + (1 if row.strength_below and (line.strength or line.marks) else 0)
        y = top + (row.head - px(22) * rows - px(20)) / 2 + px(11)
        end = x
        if len(row.names) == 1:
            end += paint.look_alike(painter, theme, x, y, line.name, line.lasa)
        else:
            for name in row.names:
                paint.text_at(painter, x, y, name, strength, theme.color("ink"))
                y += px(22)
            y -= px(22)
        if row.strength_below:
            y += px(22)
            end = x - px(9)
        if line.strength:
            end += px(9) + paint.text_at(painter, end + px(9), y, line.strength, strength, theme.color("ink"))
        kinds = marks_of(line.marks)
        if kinds:
            paint.marks(painter, theme, end + px(10), y, kinds)
        y += px(22)
        for order, piece in enumerate(row.pieces):
            if order:
                painter.setPen(paint.NO_PEN)
                painter.setBrush(theme.color("line2"))
                painter.drawEllipse(QPointF(x + px(9), y), px(1.5), px(1.5))
                x += px(19)
            if piece.icon:
                tone = "good" if piece.icon == "check-circle" else "warn"
                x += paint.icon(painter, theme, piece.icon, x, y, 15, tone, "fill") + px(5)
            x += paint.text_at(painter, x, y, piece.words, self._face(piece), theme.color(piece.tone))

    def _paint_figures(
        self, painter: QPainter, line: SceneLine, at: CartColumns, left: float, top: float, head: int, blocked: bool
    ) -> None:
        theme, px = self._theme, self._theme.px
        box = QRectF(left + at.price - px(110), top, px(110), head)
        paint.money(painter, theme, box, line.unit_price_fen, size=14, weight=500)
        hover = self.hover if self.hover is not None and self.hover.line_id == line.line_id else None
        over = hover.part if hover is not None and hover.part in ("minus", "count", "plus") else None
        unusual = any(strip.rule == "big_quantity" for strip in line.strips)
        limited = any(way.act.startswith("set_quantity") for strip in line.strips if strip.tone == "bad" for way in strip.ways_out)
        paint.stepper(
            painter,
            theme,
            self._stepper(at, top, head).translated(left, 0),
            str(line.quantity),
            tone="bad" if blocked and limited else "warn" if unusual else None,
            can_fall=line.can_decrease,
            hover=over,
        )
        cut = QRectF(left + at.cut - px(90), top, px(90), head)
        if line.cut_fen:
            paint.money(painter, theme, cut, -line.cut_fen, size=14, tone="promo", weight=500)
        else:
            paint.text(painter, cut, "—", theme.face("body"), theme.color("off"), "right")
        amount = QRectF(left + at.edge - px(110), top, px(110), head)
        paint.money(painter, theme, amount, line.amount_fen, size=16)
