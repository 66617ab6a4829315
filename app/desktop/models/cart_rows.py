"""How a line of the cart is measured, painted and hit: 64 pixels, its notes as extra height of the same row."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Literal

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

from app.counter.scene import SceneLine, Strip
from app.desktop.models.strips import by_weight, marks_of, note_of
from app.desktop.selling_words import say
from app.desktop.theme import Theme, paint
from app.desktop.theme.notes import ActionPlace, Note, NoteLayout, lay_out, paint_action, paint_ground, paint_note
from app.desktop.theme.type import Face

SHOWN_STRIPS = 2
"""More notes than these are counted, and opened by the line's own link."""

KEPT_PICTURES = 24
"""Rows kept as pictures: more than a screen shows, few enough not to fill the memory."""

MARK_HEIGHT = 18

VEIL = 15 / 255
"""How thick the colour is that is laid over the words of the selected row."""

KEPT_NOTES = 1024
KEPT_STAMPS = 160
"""Parts of rows kept as pictures: notes, steppers and class marks that stand alike on many lines."""

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
    "name", "strength", "marks", "maker", "lot_no", "lot_source", "expires_on", "near_expiry", "codes_needed", "codes_got", "ghost",
    "salesperson",
)
"""What of a line the measures of its head depend on; prices and counts stand in boxes of their own."""


def _alike(one: SceneLine, other: SceneLine) -> bool:
    """Whether two states of a line take the same room: a cut shared over the basket changes the figures of many lines and nothing else."""
    return one.strips == other.strips and _shape(one) == _shape(other)


@dataclass(frozen=True, slots=True)
class _Head:
    """The part of a line above its notes, measured."""

    height: int
    names: tuple[str, ...]
    below: bool
    pieces: tuple[_Piece, ...]


@dataclass(frozen=True, slots=True)
class _Picture:
    """The words and figures of a line as they stand on the plain ground of its row."""

    line: SceneLine
    head: _Head
    pixels: QPixmap
    marks_x: float
    marks_middle: float


class CartColumns:
    """Where the columns stand in a row of a width, in real pixels; the table's head uses the same."""

    def __init__(self, theme: Theme, width: float) -> None:
        px = theme.px
        english = theme.language == "en"
        self.width = width
        self.no = px(26)
        self.name = px(47)
        self.edge = width - px(20)
        self.cut = width - px(134)
        self.stepper = width - px(352)
        self.price = width - px(366)
        self.name_end = self.price - px(74 if not english else 70)


class CartRows(QObject):
    """Measures and paints the cart's rows, each once for its value, width and theme."""

    measured_anew = Signal()
    """Rows changed their heights without the model having changed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._known: dict[tuple[str, bool], tuple[SceneLine, float, RowLayout]] = {}
        self._heads: dict[str, tuple[tuple[object, ...], float, _Head]] = {}
        self._notes: dict[tuple[int, bool, frozenset[str]], tuple[Strip, float, Note, NoteLayout]] = {}
        self._pictures: dict[str, _Picture] = {}
        self._rows: dict[str, tuple[SceneLine, RowLayout, QPixmap]] = {}
        self._stamps: dict[tuple[object, ...], QPixmap] = {}
        self._columns: CartColumns | None = None
        self._opened: frozenset[str] = frozenset()
        self.hover: CartHit | None = None
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._drop()
        self._stamps.clear()
        self._columns = None
        self.measured_anew.emit()

    def _drop(self) -> None:
        self._known.clear()
        self._heads.clear()
        self._notes.clear()
        self._pictures.clear()
        self._rows.clear()

    def open_notes(self, line_id: str) -> None:
        """Show all notes of a line."""
        self._opened = self._opened | {line_id}
        for selected in (False, True):
            self._known.pop((line_id, selected), None)
        self.measured_anew.emit()

    def forget(self) -> None:
        """Another basket: no line stays opened, and nothing stays measured but what a picture is kept of, should that basket come back."""
        self._known = {key: known for key, known in self._known.items() if key[0] in self._rows and key[0] not in self._opened}
        self._heads = {line_id: head for line_id, head in self._heads.items() if line_id in self._pictures}
        self._notes.clear()
        self._opened = frozenset()

    def _at(self, width: float) -> CartColumns:
        if self._columns is None or self._columns.width != width:
            self._columns = CartColumns(self._theme, width)
        return self._columns

    # ------------------------------------------------------------------ measuring

    def layout_of(self, line: SceneLine, width: float, selected: bool) -> RowLayout:
        """The row of a line `width` pixels wide."""
        key = (line.line_id, selected)
        known = self._known.get(key)
        if known is not None and known[1] == width and (known[0] is line or _alike(known[0], line)):
            if known[0] is not line:
                self._known[key] = (line, width, known[2])
            return known[2]
        made = self._measure(line, width, selected)
        if known is not None and known[1] == width and known[2] == made:
            # The same room: what was drawn for it may stay. At another width it stands elsewhere, however alike it measures.
            made = known[2]
        self._known[key] = (line, width, made)
        return made

    def _measure(self, line: SceneLine, width: float, selected: bool) -> RowLayout:
        px = self._theme.px
        head = self._head_of(line, width)
        strips = by_weight(line.strips) if len(line.strips) > 1 else line.strips
        shown = len(strips) if line.line_id in self._opened else SHOWN_STRIPS
        y, placed = float(head.height), []
        taken: frozenset[str] = frozenset()
        for strip in strips[:shown]:
            note, laid = self._note_of(strip, width, selected, taken)
            if len(strips) > 1:
                taken |= {way.key for way in strip.ways_out}
            placed.append(_Placed(note, strip.rule, laid, y))
            y += laid.height + px(8)
        more = max(0, len(strips) - shown)
        more_top = y
        if more:
            y += px(28)
        if placed:
            y += px(4)
        return RowLayout(round(y), head.height, head.names, head.below, head.pieces, tuple(placed), more, more_top)

    def _head_of(self, line: SceneLine, width: float) -> _Head:
        """The part above the notes; measured again only where something differs that it is made of."""
        shape = _shape(line)
        known = self._heads.get(line.line_id)
        if known is not None and known[1] == width and known[0] == shape:
            return known[2]
        theme, px = self._theme, self._theme.px
        at = self._at(width)
        title = theme.face("title")
        room = at.name_end - at.name
        tail = px(9) + title.width(line.strength) if line.strength else 0.0
        marks = paint.marks_width(theme, marks_of(line.marks))
        tail += px(10) + marks if marks else 0
        below = title.width(line.name) + tail > room
        names = paint.wrapped(line.name, title, room)
        height = px(72 if theme.scale.touch else 64) + (len(names) - 1 + (1 if below and tail else 0)) * px(22)
        pieces = self._pieces(line, at.price - px(12) - at.name if below else room + px(40))
        made = _Head(height, names, below, pieces)
        self._heads[line.line_id] = (shape, width, made)
        return made

    def _note_of(self, strip: Strip, width: float, keys: bool, taken: frozenset[str]) -> tuple[Note, NoteLayout]:
        """A strip as a measured note; the counter hands out the same strip as long as nothing about it changed."""
        known = self._notes.get((id(strip), keys, taken))
        if known is not None and known[0] is strip and known[1] == width:
            return known[2], known[3]
        at = self._at(width)
        note = note_of(strip, self._theme.language, keys=keys, taken=taken)
        laid = lay_out(self._theme, note, at.edge - at.name)
        if len(self._notes) >= KEPT_NOTES:
            self._notes.clear()
        self._notes[id(strip), keys, taken] = (strip, width, note, laid)
        return note, laid

    def _pieces(self, line: SceneLine, room: float) -> tuple[_Piece, ...]:
        """The sub-line: maker, lot, expiry, trace codes; the maker gives way first, then whose line it is."""
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
        if line.salesperson:
            whose = _Piece(line.salesperson, False, "ink2")
            if self._wide([*pieces, whose]) <= room:
                pieces.append(whose)
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

    # ------------------------------------------------------------------ hitting

    def _stepper(self, at: CartColumns, top: float, head: int) -> QRectF:
        px = self._theme.px
        tall = self._theme.target(36)
        return QRectF(at.stepper, top + (head - tall) // 2, px(116), tall)

    def hit(self, line: SceneLine, rect: QRectF, point: QPointF, selected: bool) -> CartHit:
        """What of a line drawn in `rect` stands under `point`."""
        row = self.layout_of(line, rect.width(), selected)
        at = self._at(rect.width())
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

    def paint(self, painter: QPainter, line: SceneLine, rect: QRectF, selected: bool) -> None:
        """Draw one line in `rect`; a row without selection and pointer is put together once and then laid down whole."""
        row = self.layout_of(line, rect.width(), selected)
        if selected or (self.hover is not None and self.hover.line_id == line.line_id):
            self._compose(painter, line, rect, selected, row)
            return
        ratio = painter.device().devicePixelRatioF()
        known = self._rows.get(line.line_id)
        if known is None or known[0] is not line or known[1] is not row or known[2].devicePixelRatio() != ratio:
            size = QSize(math.ceil(rect.width() * ratio), math.ceil(rect.height() * ratio))
            self._rows.pop(line.line_id, None)
            gone = self._rows.pop(next(iter(self._rows)))[2] if len(self._rows) >= KEPT_PICTURES else None
            pixels = _pixels(size, ratio, gone)
            inner = QPainter(pixels)
            self._compose(inner, line, QRectF(QPointF(0, 0), rect.size()), False, row)
            inner.end()
            known = self._rows[line.line_id] = (line, row, pixels)
        painter.drawPixmap(rect.topLeft(), known[2])

    def _compose(self, painter: QPainter, line: SceneLine, rect: QRectF, selected: bool, row: RowLayout) -> None:
        """A row from its words, as they were drawn when it came, and from what depends on selection and pointer."""
        theme, px = self._theme, self._theme.px
        width, left, top = rect.width(), rect.left(), rect.top()
        at = self._at(width)
        blocked = any(strip.tone == "bad" for strip in line.strips)
        plain = self._ground(False, blocked)
        picture = self._picture(line, width, plain, painter.device().devicePixelRatioF())
        painter.drawPixmap(rect.topLeft(), picture.pixels)
        ground = plain
        if selected and not blocked:
            ground = theme.color("select")
            painter.fillRect(QRectF(left, top, width, row.head), self._veil())
        hover = self.hover if self.hover is not None and self.hover.line_id == line.line_id else None
        kinds = marks_of(line.marks)
        if kinds:
            tall = px(MARK_HEIGHT)
            box = QRectF(left + round(picture.marks_x), top + round(picture.marks_middle - tall / 2), paint.marks_width(theme, kinds), tall)
            self._stamp(painter, box, ground, kinds, partial(_draw_marks, theme, kinds))
        if not line.ghost:
            self._paint_stepper(painter, line, self._stepper(at, top, row.head).translated(left, 0), ground, blocked, hover)
        if rect.height() > row.head:
            painter.fillRect(QRectF(left, top + row.head, width, rect.height() - row.head), ground)
            self._paint_notes(painter, row, at, left, top, ground, hover)
        if selected or blocked:
            painter.fillRect(QRectF(left, top, px(4), rect.height()), theme.color("bad" if blocked else "brand"))
        paint.hairline(painter, theme, left + px(20), rect.bottom() - 1, at.edge - px(20))

    def _ground(self, selected: bool, blocked: bool) -> QColor:
        """What a row stands on, opaque."""
        theme = self._theme
        if not blocked:
            return theme.color("select" if selected else "surface")
        # Half the tint of a block on the surface.
        return _between(theme.color("bad_t"), theme.color("surface"))

    def _veil(self) -> QColor:
        """The thin colour that turns the surface into the ground of the selected row, and leaves words on it as they are."""
        theme = self._theme
        below, wanted = theme.color("surface"), theme.color("select")

        def toned(under: int, over: int) -> int:
            return max(0, min(255, round(under + (over - under) / VEIL)))

        return QColor(
            toned(below.red(), wanted.red()),
            toned(below.green(), wanted.green()),
            toned(below.blue(), wanted.blue()),
            round(255 * VEIL),
        )

    def _picture(self, line: SceneLine, width: float, ground: QColor, ratio: float) -> _Picture:
        """The words and figures of a line on the ground that it has unselected."""
        head = self._head_of(line, width)
        known = self._pictures.get(line.line_id)
        if known is not None and known.line is line and known.head is head and known.pixels.devicePixelRatio() == ratio:
            return known
        size = QSize(math.ceil(width * ratio), math.ceil(head.height * ratio))
        self._pictures.pop(line.line_id, None)
        gone = self._pictures.pop(next(iter(self._pictures))).pixels if len(self._pictures) >= KEPT_PICTURES else None
        pixels = _pixels(size, ratio, gone)
        pixels.fill(ground)
        painter = QPainter(pixels)
        paint.smooth(painter)
        x, y = self._paint_words(painter, line, head, self._at(width))
        painter.end()
        made = self._pictures[line.line_id] = _Picture(line, head, pixels, x, y)
        return made

    def _stamp(
        self, painter: QPainter, box: QRectF, ground: QColor, what: tuple[object, ...], draw: Callable[[QPainter, QRectF], object]
    ) -> None:
        """Lay down a part that stands alike on other lines: drawn once on this ground, then copied."""
        ratio = painter.device().devicePixelRatioF()
        key = (*what, box.width(), box.height(), ground.rgb(), ratio)
        known = self._stamps.get(key)
        if known is None:
            known = QPixmap((box.size() * ratio).toSize())
            known.setDevicePixelRatio(ratio)
            known.fill(ground)
            inner = QPainter(known)
            paint.smooth(inner)
            draw(inner, QRectF(QPointF(0, 0), box.size()))
            inner.end()
            if len(self._stamps) >= KEPT_STAMPS:
                del self._stamps[next(iter(self._stamps))]
            self._stamps[key] = known
        painter.drawPixmap(box.topLeft(), known)

    def _paint_words(self, painter: QPainter, line: SceneLine, head: _Head, at: CartColumns) -> tuple[float, float]:
        """Number, name, strength, sub-line and amounts; returns where the class marks begin and their middle."""
        theme, px = self._theme, self._theme.px
        middle = head.height / 2
        number = QRectF(px(10), middle - px(10), px(32), px(20))
        paint.text(painter, number, str(line.no), theme.face("label"), theme.color("ink3"), "center")
        if not line.ghost:
            box = QRectF(at.price - px(110), 0, px(110), head.height)
            paint.money(painter, theme, box, line.unit_price_fen, size=14, weight=500)
            cut = QRectF(at.cut - px(90), 0, px(90), head.height)
            if line.cut_fen:
                paint.money(painter, theme, cut, -line.cut_fen, size=14, tone="promo", weight=500)
            else:
                paint.text(painter, cut, "—", theme.face("body"), theme.color("off"), "right")
            amount = QRectF(at.edge - px(110), 0, px(110), head.height)
            paint.money(painter, theme, amount, line.amount_fen, size=16)
        strength = theme.face("title")
        x = at.name
        rows = len(head.names) + (1 if head.below and (line.strength or line.marks) else 0)
        y = (head.height - px(22) * rows - px(20)) / 2 + px(11)
        end = float(x)
        if len(head.names) == 1:
            end += paint.look_alike(painter, theme, x, y, line.name, line.lasa)
        else:
            for name in head.names:
                paint.text_at(painter, x, y, name, strength, theme.color("ink"))
                y += px(22)
            y -= px(22)
        if head.below:
            y += px(22)
            end = x - px(9)
        if line.strength:
            end += px(9) + paint.text_at(painter, end + px(9), y, line.strength, strength, theme.color("ink"))
        self._paint_pieces(painter, head.pieces, x, y + px(22))
        return end + px(10), y

    def _paint_pieces(self, painter: QPainter, pieces: tuple[_Piece, ...], x: float, y: float) -> None:
        theme, px = self._theme, self._theme.px
        for order, piece in enumerate(pieces):
            if order:
                painter.setPen(paint.NO_PEN)
                painter.setBrush(theme.color("line2"))
                painter.drawEllipse(QPointF(x + px(9), y), px(1.5), px(1.5))
                x += px(19)
            if piece.icon:
                tone = "good" if piece.icon == "check-circle" else "warn"
                x += paint.icon(painter, theme, piece.icon, x, y, 15, tone, "fill") + px(5)
            x += paint.text_at(painter, x, y, piece.words, self._face(piece), theme.color(piece.tone))

    def _paint_stepper(
        self, painter: QPainter, line: SceneLine, box: QRectF, ground: QColor, blocked: bool, hover: CartHit | None
    ) -> None:
        over = hover.part if hover is not None and hover.part in ("minus", "count", "plus") else None
        unusual = any(strip.rule == "big_quantity" for strip in line.strips)
        limited = blocked and any(
            way.act.startswith("set_quantity") for strip in line.strips if strip.tone == "bad" for way in strip.ways_out
        )
        tone = "bad" if limited else "warn" if unusual else None
        draw = partial(paint.stepper, count=str(line.quantity), tone=tone, can_fall=line.can_decrease, hover=over)
        what = ("stepper", line.quantity, tone, line.can_decrease, over)
        self._stamp(painter, box, ground, what, lambda inner, whole: draw(inner, self._theme, whole))

    def _paint_notes(
        self, painter: QPainter, row: RowLayout, at: CartColumns, left: float, top: float, ground: QColor, hover: CartHit | None
    ) -> None:
        theme, px = self._theme, self._theme.px
        for placed in row.notes:
            box = QRectF(left + at.name, top + placed.top, at.edge - at.name, placed.layout.height)
            self._paint_note(painter, placed, box)
            over = hover.act if hover is not None and hover.part == "way" and hover.rule == placed.rule else None
            tint = theme.color(f"{placed.note.tone}_t")
            for place in placed.layout.places:
                within = place.rect.translated(box.topLeft())
                what = ("way", place.words, place.show_key and place.action.keycap, place.action.primary, over == place.action.key)
                self._stamp(painter, within, tint, what, partial(_draw_action, theme, place, over == place.action.key))
        if row.more:
            words = say(theme, "cart_more_notes", count=row.more)
            x, middle = left + at.name + px(4), top + row.more_top + px(10)
            paint.smooth(painter)
            paint.text_at(painter, x, middle, words, theme.face("label_strong"), theme.color("brand_ink"))


    def _paint_note(self, painter: QPainter, placed: _Placed, box: QRectF) -> None:
        """The ground of a note, and its words: those stand on the note's own tint, whatever its row stands on."""
        theme, note = self._theme, placed.note
        tint = theme.color(f"{note.tone}_t")
        corner = theme.px(10)
        paint.smooth(painter)
        paint_ground(painter, theme, box, note)
        inner = box.adjusted(corner, theme.px(2), -corner, -theme.px(2))
        said = ("note", note.grade, note.title, note.body, note.basis, note.icon, note.icon_tone)
        self._stamp(painter, inner, tint, said, partial(_draw_note, theme, placed))


def _pixels(size: QSize, ratio: float, gone: QPixmap | None) -> QPixmap:
    """A picture to draw in: the one that goes, where they are alike, or a new one."""
    if gone is not None and gone.size() == size and gone.devicePixelRatio() == ratio:
        return gone
    made = QPixmap(size)
    made.setDevicePixelRatio(ratio)
    return made


def _between(one: QColor, other: QColor) -> QColor:
    """The colour in the middle of two."""
    return QColor((one.red() + other.red() + 1) // 2, (one.green() + other.green() + 1) // 2, (one.blue() + other.blue() + 1) // 2)


def _draw_note(theme: Theme, placed: _Placed, painter: QPainter, inner: QRectF) -> None:
    corner = theme.px(10)
    whole = inner.adjusted(-corner, -theme.px(2), corner, theme.px(2))
    paint_note(painter, theme, whole, placed.note, placed.layout, buttons=False)


def _draw_action(theme: Theme, place: ActionPlace, over: bool, painter: QPainter, box: QRectF) -> None:
    paint_action(painter, theme, box, place, hover=over)


def _draw_marks(theme: Theme, kinds: tuple[paint.Mark, ...], painter: QPainter, box: QRectF) -> None:
    paint.marks(painter, theme, 0, box.center().y(), kinds, MARK_HEIGHT)
