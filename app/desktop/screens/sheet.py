"""The sheet of scannable codes (demo only): big on the screen for a scanner, pressed for a hand, saved as PDF for paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from app.desktop.screens.desk import Desk, Slot
from app.desktop.screens.page import FKeySpec, Surroundings
from app.desktop.theme import Theme, paint
from app.desktop.till import Till
from app.desktop.widgets.arrange import Column, Row, Spring, boxed
from app.desktop.widgets.base import PaintedButton
from app.desktop.widgets.buttons import Btn
from app.desktop.widgets.surfaces import Panel
from app.desktop.widgets.words import Rule, Txt
from app.devices.symbols import code128_modules, ean13_modules, qr_modules
from app.domain.codes import ean_check_digit
from app.domain.demo import SheetCode
from app.domain.verdict import Text

TONES = {
    "barcode": "brand",
    "trace": "brand",
    "base_code": "info",
    "near_expiry": "warn",
    "expired": "bad",
    "recalled": "bad",
    "unknown": "info",
    "member": "gold",
    "coupon": "gold",
    "staff": "rx",
}
COLUMNS = 3
CARDS_IN_A_PART = 12
"""Codes made in one turn of the event loop when the page is opened."""
CARD_HEIGHT = 158
# A scanner needs black on white in either theme, with a quiet zone of ten modules (GS1, ISO/IEC 15417).
INK, PAPER = QColor("#000000"), QColor("#FFFFFF")
QUIET = 10
LONGEST_BARS = 24
"""Characters beyond which a code is drawn as a QR code."""


def _is_ean13(code: str) -> bool:
    return len(code) == 13 and code.isdigit() and ean_check_digit(code[:-1]) == code[-1]


class CodeCard(PaintedButton):
    """One code with its name and what it shows; pressing it is scanning it."""

    def __init__(self, theme: Theme, code: SheetCode, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.code = code
        bars = len(code.code) <= LONGEST_BARS and code.code.isascii()
        self._qr = None if bars else qr_modules(code.code)
        self._bars = "" if not bars else ean13_modules(code.code) if _is_ean13(code.code) else code128_modules(code.code)
        # Modules that stand together are one bar: half as many rectangles to draw.
        self._dark = [found.span() for found in re.finditer("1+", self._bars)]
        english = theme.language == "en"
        self._title = code.title_en if english else code.title_zh
        self._note = code.note_en if english else code.note_zh
        self.name(self._title, f"{self._note} {code.code}")
        self.restyle()

    def measure(self) -> None:
        """Wide enough for the longest bars at one whole pixel each, with their quiet zones."""
        px = self.theme.px
        self.setFixedHeight(px(CARD_HEIGHT))
        self.setMinimumWidth(max(px(320), len(self._bars) + 2 * QUIET + px(24)))

    def ring_radius(self) -> float:
        """As the card."""
        return self.theme.px(13)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the card, the words and the symbol."""
        theme, px = self.theme, self.theme.px
        fill = self.touched or "surface"
        paint.panel(painter, theme, rect, fill=fill, bar=TONES.get(self.code.kind, "brand"))
        left, right = rect.left() + px(16), rect.right() - px(12)
        paint.text(
            painter,
            QRectF(left, rect.top() + px(8), right - left, px(22)),
            self._title,
            theme.face("body_strong"),
            theme.color("ink"),
            elide=True,
        )
        paint.text(
            painter,
            QRectF(left, rect.top() + px(29), right - left, px(18)),
            self._note,
            theme.face("caption"),
            theme.color("ink2"),
            elide=True,
        )
        box = QRectF(left, rect.top() + px(52), right - left, rect.bottom() - rect.top() - px(78))
        paint.rounded(painter, box, px(6), PAPER)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._qr is not None:
            self._paint_qr(painter, box, self._qr)
        else:
            self._paint_bars(painter, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        under = QRectF(left, rect.bottom() - px(24), right - left, px(20))
        paint.text(painter, under, self.code.code, theme.face("label_strong"), theme.color("ink2"), "center", elide=True)

    def _paint_bars(self, painter: QPainter, box: QRectF) -> None:
        """Bars whole pixels wide: a scanner measures their proportions."""
        ratio = self.devicePixelRatioF()
        module = max(1, int(box.width() * ratio // (len(self._bars) + 2 * QUIET))) / ratio
        x = round(box.center().x() - module * len(self._bars) / 2)
        top, high = box.top() + self.theme.px(4), box.height() - self.theme.px(8)
        for begins, ends in self._dark:
            painter.fillRect(QRectF(x + begins * module, top, (ends - begins) * module, high), INK)

    @staticmethod
    def _paint_qr(painter: QPainter, box: QRectF, rows: list[list[bool]]) -> None:
        module = max(1, int(box.height() // (len(rows) + 8)))
        x, y = round(box.center().x() - module * len(rows) / 2), round(box.center().y() - module * len(rows) / 2)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    painter.fillRect(x + across * module, y + down * module, module, module, INK)


class SheetPage(Desk):
    """Codes that show what the counter does with each kind."""

    key = "sheet"
    title = Text("扫码样张", "Code sheet")
    icon = "barcode"
    at_foot = True

    @classmethod
    def wanted(cls, till: Till) -> bool:
        """Only the demo pharmacy has codes that are nobody's."""
        return bool(till.sheet)

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._slot = Slot()
        self.cards: tuple[CodeCard, ...] = ()
        self.lay((self._slot, 1))

    def fkeys(self) -> tuple[FKeySpec, ...]:
        """Back, the sale, and paper."""
        return (
            FKeySpec("Esc", Text("返回", "Back"), lambda: self.go.emit("sale")),
            FKeySpec("F8", Text("导出 PDF", "Save as PDF"), self._save),
            FKeySpec("F12", Text("去收银", "To the sale"), lambda: self.go.emit("sale"), primary=True),
        )

    def on_shown(self) -> None:
        """Draw once; the keyboard goes to the first code."""
        self.come_in_parts(self._come())

    def let_go(self) -> None:
        """The codes."""
        self.cards = ()
        self._slot.empty()

    def on_key(self, name: str) -> bool:
        """Arrows move between the codes."""
        self.draw_out()
        step = {"Right": 1, "Left": -1, "Down": COLUMNS, "Up": -COLUMNS}.get(name)
        here = next((n for n, card in enumerate(self.cards) if card.hasFocus()), -1)
        if step is None or here < 0 or not 0 <= here + step < len(self.cards):
            return name == "Esc" and self._leave()
        self.cards[here + step].setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(self.cards[here + step])
        return True

    def _leave(self) -> bool:
        self.go.emit("sale")
        return True

    def _save(self) -> None:
        till, language = self.till, self.theme.language
        rows = [(c.title_zh, c.title_en, c.code, c.note_zh, c.note_en, c.kind) for c in till.sheet]
        target = Path(till.store.backups.folder).parent / "reports" / "codes.pdf"
        title = "扫码样张" if language == "zh" else "Code sheet"
        made_at = till.clock.now()

        def make() -> Path:
            # Imported when wanted: the PDF writer would slow every start.
            from app.reports.code_sheet import sheet_pdf
            from app.reports.shop import shop_face

            content = sheet_pdf(title, rows, shop_face(till.store), made_at=made_at)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
            return target

        self.in_background(make, lambda path: self.toast.emit(self.say(f"已存为 {path}", f"Saved as {path}"), "file-pdf"))

    def redraw(self) -> None:
        """Draw the cards in the language in force, unless nobody looks."""
        if self.isVisible():
            self._undrawn = None
            for _ in self._draw():
                pass

    def _come(self) -> Iterator[None]:
        yield from self._draw()
        if self.cards:
            self.cards[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _draw(self) -> Iterator[None]:
        """The codes that are seen first, then the others below; what stands for the same facts stays."""
        theme, codes = self.theme, self.till.sheet
        if self._slot.stands_for((self.look(), codes)):
            return
        yield
        # Their bars are reckoned here: a few codes at a time.
        made: list[CodeCard] = []
        for order, code in enumerate(codes):
            card = CodeCard(theme, code)
            # Named, so that the keyboard stays on it when the page is said in another language.
            card.setObjectName(f"code-{order}")
            card.clicked.connect(lambda _=False, code=code.code: self.scan.emit(code))
            made.append(card)
            if len(made) % CARDS_IN_A_PART == 0:
                yield
        self.cards = tuple(made)
        self._slot.fill_for((self.look(), codes), self._sheet)

    def _sheet(self) -> Panel:
        theme = self.theme
        save = Btn(theme, self.say("导出 PDF", "Save as PDF"), icon="file-pdf", key="F8")
        save.clicked.connect(self._save)
        words = Column(
            theme,
            Txt(theme, self.say("扫码样张", "Code sheet"), "section"),
            Txt(
                theme,
                self.say(
                    "用扫码枪扫屏幕，或点一下当作扫到。药名是通用名，其余都是虚构",
                    "Scan the screen, or press a code to act as if it was scanned. All but the generic names is invented",
                ),
                "label",
                "ink3",
                elide=True,
            ),
            gap=3,
        )
        grid = QGridLayout()
        grid.setSpacing(theme.px(10))
        grid.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        for order, card in enumerate(self.cards):
            grid.addWidget(card, order // COLUMNS, order % COLUMNS)
        grid.setRowStretch(len(self.cards) // COLUMNS + 1, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = boxed(grid)
        self._scroll.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.theme.dress_area(self._scroll)
        head = Row(theme, (words, 1), Spring(0), save, margins=(18, 14, 18, 12))
        return Panel(theme, Column(theme, head, Rule(theme), (self._scroll, 1), gap=0))
