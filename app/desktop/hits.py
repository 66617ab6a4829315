"""The list under the omnibox: products found while typing, with what tells look-alikes apart."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.counter.scene import SearchHit
from app.desktop import wording
from app.desktop.models.strips import marks_of
from app.desktop.theme import Theme, paint
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.chips import KeyCap, Pill
from app.desktop.widgets.surfaces import Overlay
from app.desktop.widgets.words import Para, Rule, Txt
from app.domain.matched import matched
from app.domain.membership import meant_as_member

HIT_ROLE = Qt.ItemDataRole.UserRole + 1
ROWS_SHOWN = 7
WIDTH = 760
ROW = 58
EDGE = 1
_RX_MARKS = frozenset({"rx"})
_Index = QModelIndex | QPersistentModelIndex


class HitModel(QAbstractListModel):
    """The products found for what stands in the box."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hits: tuple[SearchHit, ...] = ()

    def show(self, hits: tuple[SearchHit, ...]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._hits = hits
        self.endResetModel()

    @property
    def hits(self) -> tuple[SearchHit, ...]:
        """The products listed."""
        return self._hits

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many were found."""
        return 0 if parent is not None and parent.isValid() else len(self._hits)

    def hit(self, row: int) -> SearchHit | None:
        """The product of a row, or None."""
        return self._hits[row] if 0 <= row < len(self._hits) else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The hit itself for the delegate, and one sentence for screen readers."""
        hit = self.hit(index.row())
        if hit is None:
            return None
        if role == HIT_ROLE:
            return hit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            marks = " ".join(paint.mark_name(self._theme, mark) for mark in marks_of(hit.marks))
            return f"{hit.name} {hit.strength} {marks} {hit.maker} {paint.money_text(hit.price_fen)}"
        return None


class HitDelegate(QStyledItemDelegate):
    """Paints a product found: name, strength and marks above; maker, shelf and stock below; the price on the right."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text = ""
        """What was typed; where it stands in a name is coloured."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """One height for all rows."""
        return QSize(self._theme.px(320), self._theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        hit = index.data(HIT_ROLE)
        if not isinstance(hit, SearchHit):
            return
        theme, px = self._theme, self._theme.px
        painter.save()
        paint.smooth(painter)
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            paint.rounded(painter, rect.adjusted(px(4), px(1), -px(4), -px(1)), px(10), theme.color("brand_t"))
        rx = bool(_RX_MARKS & set(hit.marks))
        tile = QRectF(rect.left() + px(14), rect.center().y() - px(18), px(36), px(36))
        tone = "rx" if rx else "brand"
        paint.rounded(painter, tile, px(9), theme.color("surface" if chosen else f"{tone}_t"))
        paint.icon(painter, theme, "pill", tile.center().x() - px(10), tile.center().y(), 20, f"{tone}_ink")
        price = px(118)
        x, top = tile.right() + px(12), rect.top() + px(20)
        x += paint.look_alike(painter, theme, x, top, hit.name, hit.lasa, choosing=True, matched=matched(hit.name, self.text)) + px(8)
        x += paint.text_at(painter, x, top, hit.strength, theme.face("title"), theme.color("ink")) + px(8)
        paint.marks(painter, theme, x, top, marks_of(hit.marks))
        self._below(painter, hit, QRectF(tile.right() + px(12), rect.top() + px(31), rect.width() - px(80) - price, px(20)))
        right = QRectF(rect.right() - price - px(16), rect.top() + px(9), price, px(22))
        paint.money(painter, theme, right, hit.price_fen)
        if 0 < hit.member_price_fen < hit.price_fen:
            words = wording.words("hit_member", theme.language, price=paint.money_text(hit.member_price_fen))
            paint.text(painter, right.translated(0, px(22)), words, theme.face("caption"), theme.color("promo"), "right")
        painter.restore()

    def _below(self, painter: QPainter, hit: SearchHit, rect: QRectF) -> None:
        theme, language = self._theme, self._theme.language
        face = theme.face("label")
        stock = wording.words("hit_stock", language, stock=hit.stock) if hit.stock > 0 else wording.words("hit_none", language)
        if not hit.in_assortment:
            stock = wording.words("hit_chain", language)
        known = [wording.words("hit_shelf", language, shelf=hit.shelf) if hit.shelf else "", stock]
        # The maker is what may be shortened; shelf and stock are not.
        tail = " · ".join(part for part in known if part)
        room = rect.width() - face.width(f" · {tail}")
        maker = face.elided(hit.maker, room) if hit.maker else ""
        x = rect.left()
        if maker:
            x += paint.text_at(painter, x, rect.center().y(), f"{maker} · ", face, theme.color("ink2"))
        ink = "ink2" if hit.stock > 0 else "warn_ink"
        paint.text_at(painter, x, rect.center().y(), tail, face, theme.color(ink))


class _GroundedDelegate(HitDelegate):
    """Paints the ground of each row with it: nothing of the page below has to be painted for the next letter."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row as if it reached over the edge of the list."""
        painter.fillRect(option.rect, self._theme.color("surface"))
        option.rect = option.rect.adjusted(-self._theme.px(EDGE), 0, 0, 0)
        super().paint(painter, option, index)


class HitList(Overlay):
    """The list itself: moved through by the arrows of the omnibox, pressed by a finger, gone when something is scanned."""

    chosen = Signal(str)
    """A product's id."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._model = HitModel(theme)
        self._view = QListView()
        self._view.setModel(self._model)
        self._delegate = _GroundedDelegate(theme, self._view)
        self._view.setItemDelegate(self._delegate)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.dress_area(self._view)
        self._view.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setUniformItemSizes(True)
        self._view.clicked.connect(self._pressed)
        self._title = Txt(theme, "", "label_strong", "ink2")
        self._warning = Pill(theme, "", "warn", icon="eyes", height=22)
        self._empty = Para(theme, "", "body", "ink2")
        self._keys = [Txt(theme, "", "label", "ink2") for _ in range(3)]
        self._hint = Txt(theme, "", "label", "ink3", align="right", elide=True)
        foot = Row(
            theme,
            KeyCap(theme, "↑"),
            KeyCap(theme, "↓"),
            self._keys[0],
            8,
            KeyCap(theme, "Enter"),
            self._keys[1],
            8,
            KeyCap(theme, "Esc"),
            self._keys[2],
            (self._hint, 1),
            gap=6,
            margins=(16, 10, 16, 12),
        )
        empty = boxed(Row(theme, (self._empty, 1), margins=(16, 12, 16, 16)))
        self._empty_box = empty
        head = Row(theme, self._title, Spring(), self._warning, margins=(16, 12, 16, 4))
        # The rows' own ground leaves the edge of the list to be seen.
        rows = Row(theme, self._view, margins=(EDGE, 0, 0, 0))
        super().__init__(theme, Column(theme, head, empty, rows, Rule(theme), foot, gap=0), parent=parent)
        self._host = parent
        held = self.layout()
        assert held is not None
        self._held = held
        self._moved = False
        self._adds = True
        self._text = ""
        self._above: tuple[QWidget, ...] = ()
        """The box it hangs under, and what that stands in: it goes along with whatever of them moves."""
        self.hide()

    @property
    def moved(self) -> bool:
        """Whether the person chose a row with the arrows."""
        return self._moved

    @property
    def count(self) -> int:
        """How many products are listed."""
        return self._model.rowCount()

    def show_hits(self, text: str, hits: tuple[SearchHit, ...], under: QWidget, *, adds: bool = True) -> None:
        """Show what was found for `text`, under the box; `adds`: whether Enter puts it into the sale."""
        self._moved = False
        self._adds = adds
        self._text = self._delegate.text = text
        self._model.show(hits)
        self._word()
        self._empty_box.setVisible(not hits)
        self._view.setVisible(bool(hits))
        if hits:
            self._view.setCurrentIndex(self._model.index(0, 0))
        self.show()
        self._follow(under)
        self._place()
        self.raise_()

    def show_again(self) -> None:
        """The same list in the language and size in force, with the row that was chosen."""
        self._word()
        self._place()

    def _follow(self, under: QWidget) -> None:
        if self._above:
            return
        above, each = [under], under.parentWidget()
        while each is not None and each is not self._host:
            above.append(each)
            each = each.parentWidget()
        self._above = (*above, self._host)
        for widget in self._above:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go where the box goes."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing to follow while nobody sees it."""
        for widget in self._above:
            widget.removeEventFilter(self)
        self._above = ()
        super().hideEvent(event)

    def _word(self) -> None:
        language, hits = self.theme.language, self._model.hits
        self._title.set_words(wording.words("hits_title", language))
        self._warning.setVisible(any(hit.lasa for hit in hits))
        self._warning.set_words(wording.words("hits_lasa", language))
        for part, key in zip(self._keys, ("hits_choose", "hits_add" if self._adds else "hits_look", "hits_close"), strict=True):
            part.set_words(wording.words(key, language))
        self._hint.set_words(wording.words("hits_scan", language))
        self._empty.set_words(wording.words("hits_member" if meant_as_member(self._text) else "hits_empty", language, text=self._text))

    def _place(self) -> None:
        """Stand under the box, at least as wide as it."""
        if not self._above:
            return
        px, under = self.theme.px, self._above[0]
        reach = px(self.SPREAD)
        host = self._host
        wide = min(max(under.width(), px(WIDTH)), host.width() - px(16))
        rows = min(self.count, ROWS_SHOWN)
        self._view.setFixedHeight(rows * px(ROW))
        corner = under.mapTo(host, QPoint(0, under.height()))
        left = min(corner.x(), host.width() - wide - px(8))
        held = self._held
        # The layouts within hear of rows that came or went only when they are asked to stand anew.
        held.invalidate()
        held.activate()
        tall = held.totalHeightForWidth(wide + 2 * reach) if held.hasHeightForWidth() else held.totalSizeHint().height()
        self.setGeometry(left - reach, corner.y() + px(6) - reach, wide + 2 * reach, tall)

    def step(self, by: int) -> None:
        """One row up or down."""
        if self.count:
            self._moved = True
            row = max(0, min(self.count - 1, self._view.currentIndex().row() + by))
            self._view.setCurrentIndex(self._model.index(row, 0))

    def current(self) -> SearchHit | None:
        """The row that Enter would take."""
        return self._model.hit(self._view.currentIndex().row())

    def _pressed(self, index: QModelIndex) -> None:
        hit = self._model.hit(index.row())
        if hit is not None:
            self.chosen.emit(hit.product_id)
