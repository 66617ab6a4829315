"""Price check: what something costs and which lots of it stand on the shelf, without adding it to the sale."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.counter.scene import SearchHit
from app.counter.stocking import StockRow
from app.desktop.screens.desk import marks_of
from app.desktop.screens.rows import Cell, ListRow
from app.desktop.selling_words import say
from app.desktop.theme import Theme
from app.desktop.theme.paint import money_text
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.buttons import IconBtn
from app.desktop.widgets.chips import KeyCap, Pill
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Icon, Marks, Money, Name, Rule, Txt

SHOWN_LOTS = 4
SHOWN_HITS = 5
_LOT_TONES = {"saleable": "mute", "near": "warn", "expired": "bad", "locked": "bad", "recalled": "bad"}


class PriceCheckPanel(Panel):
    """A strip over the cart; scans and words that come while it is open are looked up and nothing else."""

    closed = Signal()
    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._title = Txt(theme, "", "head", "info_ink")
        self._how = Txt(theme, "", "label", "ink2", elide=True)
        self._off = IconBtn(theme, "x", say(theme, "check_close"), size=32, icon_size=16)
        head = Row(theme, Icon(theme, "tag", 20, "info", "fill"), self._title, (self._how, 1), KeyCap(theme, "Esc", 22), self._off, gap=9)
        super().__init__(
            theme, Column(theme, head, self._body, gap=9, margins=(16, 9, 10, 12)), fill="info_t", line="info_l", parent=parent
        )
        self._off.clicked.connect(self.closed)
        self._inner: QWidget | None = None
        self._hits: tuple[SearchHit, ...] = ()
        self._again: Callable[[], None] = self.begin
        self._language = theme.language
        theme.changed.connect(self._reword)
        self.hide()

    def _reword(self) -> None:
        if self.theme.language != self._language:
            self._language = self.theme.language
            self._off.set_icon("x", say(self.theme, "check_close"))
            if self.open:
                self._again()

    @property
    def open(self) -> bool:
        """Whether it is on the screen, and takes what is scanned and typed."""
        return not self.isHidden()

    def begin(self) -> None:
        """Open it, empty."""
        self._again, self._hits = self.begin, ()
        self._put(None)
        self.show()

    def end(self) -> None:
        """Close it."""
        self._put(None)
        self.hide()

    def pick(self, digit: str) -> bool:
        """Choose one of several by its digit; True when there was one."""
        order = int(digit) - 1
        if len(self._hits) < 2 or not 0 <= order < len(self._hits):
            return False
        self.chosen.emit(self._hits[order].product_id)
        return True

    def show_none(self, raw: str) -> None:
        """Nothing is called so."""
        self._again, self._hits = partial(self.show_none, raw), ()
        self._put(Row(self.theme, Txt(self.theme, say(self.theme, "check_none", raw=raw), "body_strong", "ink"), Spring()))

    def show_several(self, hits: tuple[SearchHit, ...]) -> None:
        """What fits the words, each with its prices."""
        theme = self.theme
        self._again, self._hits = partial(self.show_several, hits), hits[:SHOWN_HITS]
        column = Column(theme, gap=0)
        for order, hit in enumerate(self._hits):
            row = ListRow(
                theme,
                (
                    Cell(str(order + 1), width=20, role="label_strong", tone="ink3"),
                    Cell(hit.name, strong=hit.strength, marks=marks_of(hit.marks)),
                    Cell(say(theme, "check_stock", count=hit.stock), width=110, align="right", role="label", tone="ink2"),
                    Cell(fen=hit.price_fen, width=110, align="right"),
                ),
                height=38,
                pad=4,
            )
            row.clicked.connect(partial(self.chosen.emit, hit.product_id))
            column.add(row)
        self._put(column)

    def show_one(self, hit: SearchHit, lots: tuple[StockRow, ...]) -> None:
        """One product: prices, stock, shelf, and its lots by expiry."""
        theme = self.theme
        self._again, self._hits = partial(self.show_one, hit, lots), (hit,)
        name = Row(theme, Name(theme, hit.name, hit.lasa), Txt(theme, hit.strength, "title"), Marks(theme, marks_of(hit.marks)), gap=8)
        name.add(Spring())
        where = [hit.maker]
        if hit.shelf:
            where.append(say(theme, "check_shelf", shelf=hit.shelf))
        if not hit.in_assortment:
            where.append(say(theme, "check_chain"))
        about = Txt(theme, " · ".join(part for part in where if part), "label", "ink2", elide=True)
        prices = Row(theme, gap=8)
        if hit.member_price_fen and hit.member_price_fen != hit.price_fen:
            prices.add(self._price("check_member", Money(theme, hit.member_price_fen, 26, "promo")))
            prices.add(10)
        prices.add(self._price("check_price", Money(theme, hit.price_fen, 26)))
        top = Row(theme, (Column(theme, name, about, gap=2), 1), prices, gap=12, margins=(0, 0, 6, 0))
        stock = Txt(theme, say(theme, "check_stock", count=hit.stock), "label_strong", "ink" if hit.stock > 0 else "bad_ink")
        foot = Row(theme, stock, gap=8)
        standing = [row for row in lots if row.on_shelf]
        for lot in standing[:SHOWN_LOTS]:
            foot.add(Pill(theme, self._lot(lot), _LOT_TONES[lot.state], height=24))
        if len(standing) > SHOWN_LOTS:
            foot.add(Txt(theme, say(theme, "check_more", count=len(standing) - SHOWN_LOTS), "label", "ink3"))
        if not standing:
            foot.add(Txt(theme, say(theme, "check_no_lot"), "label", "ink3"))
        foot.add(Spring())
        self._put(Column(theme, top, Rule(theme, dashed=True), foot, gap=8))

    def _price(self, word: str, amount: Money) -> Column:
        return Column(self.theme, Txt(self.theme, say(self.theme, word), "caption", "ink3", align="right"), amount)

    def _lot(self, lot: StockRow) -> str:
        """`26030418 · 2028-04-30 · 12`, and in words why it cannot be sold."""
        parts = [lot.lot_no, lot.expires_on.isoformat(), f"×{lot.on_shelf}"]
        if lot.state != "saleable":
            parts.append(say(self.theme, f"check_{lot.state}"))
        return " · ".join(parts)

    def _put(self, content: Row | Column | None) -> None:
        theme = self.theme
        self._title.set_words(say(theme, "check_title"))
        self._how.set_words(say(theme, "check_how"))
        if self._inner is not None:
            self._body.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self._inner = boxed(content) if content is not None else None
        if self._inner is not None:
            self._body.addWidget(self._inner)
            self._inner.show()
            self.setAccessibleName(_spoken(self._hits))


def _spoken(hits: tuple[SearchHit, ...]) -> str:
    return "; ".join(f"{hit.name} {hit.strength} {money_text(hit.price_fen)}" for hit in hits)
