"""The common page: A4 with the shop's head, a foot that counts pages, tables that wrap hanzi, and small vector plots."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

import qrcode
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from app.domain.money import format_fen
from app.domain.wrapping import wrap
from app.records.clock import SHOP_TIME
from app.reports import fonts
from app.reports.shop import ShopFace
from app.reports.words import Words

MM = 72 / 25.4
MARGIN = 15 * MM
_FOOT = 15 * MM
_QR_MASK = 3

INK, INK2, INK3 = HexColor("#12211F"), HexColor("#445452"), HexColor("#5F6E6C")
LINE, LINE2, SUNKEN = HexColor("#E1E7E7"), HexColor("#CBD5D5"), HexColor("#F6F8F8")
BRAND, BRAND_INK, BRAND_T = HexColor("#0A7A60"), HexColor("#066049"), HexColor("#E3F3EE")
INFO_INK, INFO_T = HexColor("#174F9F"), HexColor("#E9F1FD")
RX_INK, RX_T = HexColor("#56319F"), HexColor("#F2EDFC")
WARN_INK, WARN_T = HexColor("#7D4300"), HexColor("#FFF4E0")
BAD_INK, BAD_T = HexColor("#9B1D13"), HexColor("#FDECEA")
GOLD_INK, GOLD_T = HexColor("#6F4F0D"), HexColor("#FBF2DC")
WHITE = HexColor("#FFFFFF")
SERIES = (BRAND, HexColor("#2F6FC4"), HexColor("#C2912E"), HexColor("#7A55C0"), HexColor("#8FA09C"), HexColor("#C2341A"))
"""Fills of the parts of a plot, in order."""


def _write(canvas: Any, *operators: str) -> None:
    """Put operators of our own into a page's stream."""
    canvas._code.extend(operators)


@cache
def _rgb(tone: Color) -> str:
    """A colour as the three numbers of a page's stream."""
    return f"{tone.red:.3f} {tone.green:.3f} {tone.blue:.3f}"


def money(fen: int) -> str:
    """Fen for a page: thousands apart, a true minus: -123456789 -> "−1,234,567.89"."""
    whole, part = format_fen(abs(fen)).split(".")
    return f"{'−' if fen < 0 else ''}{int(whole):,}.{part}"


SIGN_ROOM = 9 * MM + 14
"""What lines to sign on take."""


def signed(fen: int) -> str:
    """A difference: "+5.00", "−5.00", "0.00"."""
    return f"+{money(fen)}" if fen > 0 else money(fen)


def moment(at: datetime, *, seconds: bool = False) -> str:
    """A moment on the shop's clock."""
    return at.astimezone(SHOP_TIME).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell that differs from its column."""

    text: str
    tone: Color | None = None
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A table column; `share` is its part of the width."""

    title: str
    share: float
    align: str = "left"
    """left | right | center."""


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure: what, how much, and a remark below."""

    title: str
    figure: str
    note: str = ""
    tone: Color = BRAND_INK
    tint: Color = BRAND_T
    money: bool = True


class _CountedCanvas(Canvas):
    """A canvas that writes the foot of every page once it knows how many there are."""

    foot: Any = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page instead of writing it."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Write every page with its foot, then the file."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self.foot(number, len(self._pages))
            super().showPage()
        super().save()


class Page:
    """A document being written from top to bottom; breaks to a new page by itself."""

    def __init__(
        self,
        shop: ShopFace,
        title: str,
        *,
        made_at: datetime,
        facts: Sequence[str] = (),
        number: str = "",
        wide: bool = False,
    ) -> None:
        self.words = Words(shop.language)
        self._shop = shop
        self._title = title
        self._facts = tuple(fact for fact in facts if fact)
        self._number = number
        self._made_at = made_at
        size = landscape(A4) if wide else A4
        self._height = size[1]
        self.left, self.right = MARGIN, size[0] - MARGIN
        self.width = self.right - self.left
        self._out = io.BytesIO()
        self.canvas = _CountedCanvas(self._out, pagesize=size, **fonts.manner())
        self.canvas.foot = self._foot
        self.canvas.setTitle(f"{title} {number}".strip())
        self.canvas.setAuthor(shop.title)
        self.canvas.setCreator("Yaogui 药柜")
        self._first_head()

    # -- the running frame -----------------------------------------------------------------------------------------------

    def _first_head(self) -> None:
        top = self._height - 10 * MM
        self.canvas.setFillColor(BRAND)
        self.canvas.rect(0, self._height - 2 * MM, self.right + MARGIN, 2 * MM, stroke=0, fill=1)
        code = 19 * MM if self._number else 0
        if self._number:
            qr_code(self.canvas, self._number, self.right - code, top - code, code)
        inner = self.right - code - (5 * MM if code else 0)
        title = fonts.width(self._title, 17, bold=True)
        room = inner - self.left - title - 8 * MM
        size = 13.0
        while fonts.width(self._shop.title, size, bold=True) > room and size > 8:
            size -= 0.5
        self.text(self.left, top - 11, self._shop.title, size, bold=True)
        self.text(inner, top - 13, self._title, 17, bold=True, tone=BRAND_INK, align="right")
        contact = [
            self.words("licence", no=self._shop.licence) if self._shop.licence else "",
            "  ".join(part for part in (self._shop.address, self._shop.phone) if part),
        ]
        y = top - 27
        for line in contact:
            for part in wrap(line, (inner - self.left) * 0.52, lambda text: fonts.width(text, 8)) if line else ():
                self.text(self.left, y, part, 8, tone=INK3)
                y -= 11.5
        right_y = top - 28
        for fact in self._facts:
            self.text(inner, right_y, fact, 8.5, tone=INK2, align="right")
            right_y -= 12
        self.y = min(y, right_y + 2, top - code) - 2 * MM
        self._rule(LINE2)
        self.y -= 4 * MM

    def _next_head(self) -> None:
        y = self._height - 12 * MM
        self.text(self.left, y, self._shop.title, 8.5, bold=True, tone=INK2)
        self.text(self.right, y, "  ".join((self._title, *self._facts[:1])), 8.5, tone=INK2, align="right")
        self.y = y - 2.5 * MM
        self._rule(LINE2)
        self.y -= 4 * MM

    def _rule(self, tone: Color) -> None:
        self.line(self.left, self.y, self.right, self.y, tone)

    def _foot(self, number: int, count: int) -> None:
        y = 9 * MM
        self.line(self.left, y + 10, self.right, y + 10, LINE)
        made = self.words("made_at", at=moment(self._made_at, seconds=True))
        self.text(self.left, y, made, 7.5, tone=INK3)
        if self._shop.demo:
            mark = self.words("demo")
            x, pill = self.left + fonts.width(made, 7.5) + 10, fonts.width(mark, 7.5, bold=True) + 14
            self.box(x, y - 3.5, pill, 12, WARN_T, radius=6)
            self.text(x + 7, y, mark, 7.5, bold=True, tone=WARN_INK)
        page = self.words("page", n=number, m=count)
        self.text(self.right, y, page, 7.5, tone=INK3, align="right")
        if self._number:
            self.text(self.right - fonts.width(page, 7.5) - 10, y, self.words("number", no=self._number), 7.5, tone=INK3, align="right")

    def need(self, height: float) -> bool:
        """Begin a new page unless so much room is left on this one; whether it did."""
        if self.y - height >= _FOOT:
            return False
        self.new_page()
        return True

    def new_page(self) -> None:
        """Leave this page."""
        self.canvas.showPage()
        self._next_head()

    def gap(self, height: float = 3.2 * MM) -> None:
        """Leave some room."""
        self.y -= height

    def finish(self) -> bytes:
        """The PDF's bytes; nothing can be written afterwards."""
        self.canvas.showPage()
        self.canvas.save()
        return self._out.getvalue()

    # -- marks -----------------------------------------------------------------------------------------------------------

    def text(
        self, x: float, y: float, text: str, size: float = 9, *, bold: bool = False, tone: Color = INK, align: str = "left"
    ) -> None:
        """One line with its baseline at y; `align` says what x is."""
        if align != "left":
            x -= fonts.width(text, size, bold=bold) * (1 if align == "right" else 0.5)
        # Written by hand: the library's way through a text object costs four times as much, and a page has hundreds of texts.
        _write(self.canvas, f"BT {_rgb(tone)} rg 1 0 0 1 {x:.2f} {y:.2f} Tm {fonts.shown(text, size, self.canvas, bold=bold)} ET")

    def line(self, x1: float, y1: float, x2: float, y2: float, tone: Color = LINE, width: float = 0.6) -> None:
        """A straight hairline."""
        _write(self.canvas, f"{_rgb(tone)} RG {width:.2f} w {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S")

    def box(self, x: float, y: float, width: float, height: float, fill: Color, *, radius: float = 0, edge: Color | None = None) -> None:
        """A filled box with its lower left corner at (x, y)."""
        self.canvas.setFillColor(fill)
        if edge is not None:
            self.canvas.setStrokeColor(edge)
            self.canvas.setLineWidth(0.6)
        self.canvas.roundRect(x, y, width, height, radius, stroke=int(edge is not None), fill=1)

    def section(self, title: str, note: str = "", *, room: float = 24 * MM) -> None:
        """A heading that stays with at least `room` of what follows."""
        self.need(room)
        self.heading(self.left, self.y, title)
        if note:
            self.text(self.right, self.y - 10, note, 7.5, tone=INK3, align="right")
        self.y -= 16

    def heading(self, x: float, y: float, title: str) -> None:
        """A section's heading with its top at y."""
        self.box(x, y - 11, 2.4, 11, BRAND, radius=1.2)
        self.text(x + 7, y - 10, title, 10.5, bold=True)

    def note(self, text: str, *, tone: Color = INK3, size: float = 8) -> None:
        """A paragraph over the whole width."""
        for part in wrap(text, self.width, lambda some: fonts.width(some, size)):
            self.need(size * 1.5)
            self.text(self.left, self.y - size, part, size, tone=tone)
            self.y -= size * 1.5

    def strip(self, text: str, tone: Color, tint: Color) -> None:
        """A tinted strip that wants to be noticed."""
        lines = wrap(text, self.width - 20, lambda some: fonts.width(some, 8.5))
        height = 13 * len(lines) + 7
        self.need(height)
        self.box(self.left, self.y - height, self.width, height, tint, radius=5)
        for n, part in enumerate(lines):
            self.text(self.left + 10, self.y - 13 - 13 * n, part, 8.5, tone=tone)
        self.y -= height + 9

    def cards(self, cards: Sequence[Card]) -> None:
        """Key figures side by side."""
        height, between = 16.5 * MM, 3 * MM
        self.need(height)
        wide = (self.width - between * (len(cards) - 1)) / len(cards)
        for n, card in enumerate(cards):
            x = self.left + n * (wide + between)
            self.box(x, self.y - height, wide, height, card.tint, radius=6)
            self.text(x + 9, self.y - 12.5, card.title, 8, tone=card.tone)
            self._figure(x + 9, self.y - 30, card, wide - 18)
            self.text(x + 9, self.y - height + 5.5, card.note, 7, tone=INK2)
        self.y -= height + 4 * MM

    def _figure(self, x: float, y: float, card: Card, room: float) -> None:
        size = 17.0
        whole, point, part = card.figure.partition(".")
        mark = "¥" if card.money else ""
        if card.money and whole[:1] in ("−", "+"):
            mark, whole = whole[0] + mark, whole[1:]

        def wide() -> float:
            small = fonts.width(mark, size * 0.58, bold=True) + fonts.width(point + part, size * 0.66, bold=True)
            return small + fonts.width(whole, size, bold=True)

        while wide() > room and size > 8:
            size -= 0.5
        for text, scale in ((mark, 0.58), (whole, 1.0), (point + part, 0.66)):
            if text:
                self.text(x, y, text, size * scale, bold=True, tone=card.tone)
                x += fonts.width(text, size * scale, bold=True)

    def pairs(self, x: float, width: float, rows: Sequence[tuple[str, str] | tuple[str, str, bool]]) -> float:
        """Label and figure lines from the present height down; the height below them. A third True makes a line a sum."""
        y = self.y
        for row in rows:
            strong = len(row) == 3 and bool(row[2])
            self.line(x, y, x + width, y, LINE2 if strong else LINE)
            self.text(x, y - 11, row[0], 8.5, bold=strong, tone=INK if strong else INK2)
            self.text(x + width, y - 11, row[1], 9, bold=strong, align="right")
            y -= 15
        return y

    def signatures(self, titles: Sequence[str]) -> None:
        """Lines to sign on, side by side."""
        self.need(SIGN_ROOM)
        between = 8 * MM
        wide = (self.width - between * (len(titles) - 1)) / len(titles)
        self.y -= 9 * MM
        for n, title in enumerate(titles):
            x = self.left + n * (wide + between)
            self.line(x, self.y, x + wide, self.y, INK3)
            self.text(x, self.y - 11, title, 8, tone=INK2)
            self.text(x + wide, self.y - 11, self.words("sign_date"), 8, tone=INK3, align="right")
        self.y -= 16

    def strokes(self, title: str, lines: Sequence[Sequence[tuple[float, float]]]) -> None:
        """A small drawing beside its title: lines of points, y downwards, made to fit the frame."""
        width, height = 44 * MM, 15 * MM
        xs, ys = [x for line in lines for x, _ in line], [y for line in lines for _, y in line]
        if not xs:
            return
        self.need(height + 3 * MM)
        left, top = self.left + self.width - width, self.y - 1.5 * MM
        scale = min((width - 8) / (max(xs) - min(xs) or 1), (height - 8) / (max(ys) - min(ys) or 1))
        x0 = left + (width - (max(xs) - min(xs)) * scale) / 2 - min(xs) * scale
        y0 = top - (height - (max(ys) - min(ys)) * scale) / 2 + min(ys) * scale
        self.box(left, top - height, width, height, WHITE, radius=3, edge=LINE2)
        self.text(self.left, top - height / 2 - 3, title, 8.5, tone=INK2)
        drawn = [f"{_rgb(INK)} RG 0.9 w 1 J 1 j"]
        for line in lines:
            for n, (x, y) in enumerate([*line, *line[:1]] if len(line) == 1 else line):
                drawn.append(f"{x0 + x * scale:.2f} {y0 - y * scale:.2f} {'l' if n else 'm'}")
        _write(self.canvas, "q", *drawn, "S Q")
        self.y = top - height - 1.5 * MM

    def counts(self, counts: Sequence[tuple[str, int]]) -> None:
        """Small counts side by side, those above zero in bold."""
        wide = self.width / len(counts)
        self.need(28)
        self.box(self.left, self.y - 28, self.width, 28, SUNKEN, radius=5)
        for n, (title, count) in enumerate(counts):
            centre = self.left + wide * (n + 0.5)
            if n:
                self.line(self.left + wide * n, self.y - 6, self.left + wide * n, self.y - 22, LINE2)
            self.text(centre, self.y - 11, title, 7.5, tone=INK2, align="center")
            self.text(centre, self.y - 23, str(count), 9.5, bold=count > 0, tone=INK if count else INK3, align="center")
        self.y -= 28

    # -- tables ----------------------------------------------------------------------------------------------------------

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str | Cell]],
        *,
        sums: Sequence[str] = (),
        size: float = 8,
        x: float | None = None,
        width: float | None = None,
    ) -> None:
        """A table whose cells wrap and whose head comes again on every page; `sums` is a last row in bold."""
        left, whole = self.left if x is None else x, self.width if width is None else width
        shares = sum(column.share for column in columns)
        widths = [whole * column.share / shares for column in columns]
        self._table_head(columns, widths, left, whole, size)
        for row in rows:
            self._table_row(columns, widths, left, whole, [cell if isinstance(cell, Cell) else Cell(cell) for cell in row], size)
        if sums:
            self.need(size * 2.2)
            self.line(left, self.y, left + whole, self.y, INK3)
            self._table_row(columns, widths, left, whole, [Cell(text, bold=True) for text in sums], size)
        self.line(left, self.y, left + whole, self.y, LINE2)

    def _table_head(self, columns: Sequence[Column], widths: Sequence[float], left: float, whole: float, size: float) -> None:
        small = size - 0.5
        heads = [
            wrap(column.title, room - 8, lambda text: fonts.width(text, small, bold=True))
            for column, room in zip(columns, widths, strict=True)
        ]
        height = max(len(lines) for lines in heads) * small * 1.3 + 7
        self.need(height + size * 3)
        self.box(left, self.y - height, whole, height, BRAND_T, radius=3)
        x = left
        for column, room, lines in zip(columns, widths, heads, strict=True):
            first = self.y - (height - len(lines) * small * 1.3) / 2 - small
            for n, text in enumerate(lines):
                self._in_column(x, room, first - n * small * 1.3, text, column.align, small, bold=True, tone=BRAND_INK)
            x += room
        self.y -= height

    def _table_row(
        self, columns: Sequence[Column], widths: Sequence[float], left: float, whole: float, cells: Sequence[Cell], size: float
    ) -> None:
        leading = size * 1.35
        texts = [
            wrap(cell.text, room - 8, lambda text, bold=cell.bold: fonts.width(text, size, bold=bold))  # type: ignore[misc]
            for cell, room in zip(cells, widths, strict=True)
        ]
        count = max(len(lines) for lines in texts)
        done = 0
        while done < count:
            fits = int((self.y - _FOOT - 5) / leading)
            if fits < min(count - done, 12):
                self.new_page()
                self._table_head(columns, widths, left, whole, size)
                fits = int((self.y - _FOOT - 5) / leading)
            some = min(fits, count - done)
            x = left
            for cell, column, room, lines in zip(cells, columns, widths, texts, strict=True):
                for n, text in enumerate(lines[done : done + some]):
                    y = self.y - 2.5 - leading * n - size * 1.04
                    self._in_column(x, room, y, text, column.align, size, bold=cell.bold, tone=cell.tone or INK)
                x += room
            self.y -= some * leading + 5
            done += some
        self.line(left, self.y, left + whole, self.y, LINE)

    def _in_column(self, x: float, room: float, y: float, text: str, align: str, size: float, *, bold: bool, tone: Color) -> None:
        at = {"left": x + 4, "right": x + room - 4, "center": x + room / 2}[align]
        self.text(at, y, text, size, bold=bold, tone=tone, align=align)

    # -- plots -----------------------------------------------------------------------------------------------------------

    def bars(self, x: float, top: float, width: float, height: float, values: Sequence[tuple[str, int]]) -> None:
        """Bars of sums in fen with whole yuan above them; the highest is in full colour."""
        highest = max((value for _, value in values), default=0)
        base, room = top - height + 12, height - 24
        step = width / max(len(values), 1)
        self.line(x, base, x + width, base, LINE2)
        for n, (label, value) in enumerate(values):
            centre = x + step * (n + 0.5)
            wide = min(step * 0.62, 9 * MM)
            if value > 0:
                tall = max(room * value / highest, 1)
                best = value == highest
                self.box(centre - wide / 2, base, wide, tall, BRAND if best else HexColor("#7DBFAC"))
                figure = f"{round(value / 100):,}"
                size = min(7.0, 7.0 * step / max(fonts.width(figure, 7.0) + 1, 1))
                self.text(centre, base + tall + 3, figure, size, bold=best, tone=BRAND_INK if best else INK2, align="center")
            self.text(centre, base - 9, label, 7, tone=INK3, align="center")

    def shares(self, x: float, top: float, width: float, parts: Sequence[tuple[str, int]]) -> float:
        """One bar parted by sums in fen, with a legend of percentages below; the height below it."""
        whole = sum(value for _, value in parts if value > 0)
        tall = 5 * MM
        at = x
        for n, (_, value) in enumerate(parts):
            if value > 0:
                wide = width * value / whole
                self.box(at, top - tall, max(wide - 0.8, 0.4), tall, SERIES[n % len(SERIES)])
                at += wide
        y = top - tall - 12
        for n, (label, value) in enumerate(parts):
            self.box(x, y - 0.5, 6.5, 6.5, SERIES[n % len(SERIES)], radius=1.5)
            self.text(x + 11, y, label, 8, tone=INK2)
            share = f"{value * 100 / whole:.1f}%" if value > 0 else "—"
            self.text(x + width * 0.66, y, share, 8, tone=INK3, align="right")
            self.text(x + width, y, money(value), 8.5, align="right")
            y -= 13
        return y

    def curve(
        self,
        x: float,
        top: float,
        width: float,
        height: float,
        points: Sequence[tuple[float, float]],
        *,
        across: tuple[float, float],
        band: tuple[float, float] | None,
        title: str,
        decimals: int = 0,
    ) -> None:
        """A line of (position, value) points within `across`, over the tinted band of good values; points outside it are red.

        Without a band nothing is tinted: the line lies between its own lowest and highest value.
        """
        values = [value for _, value in points]
        tinted = band is not None
        band = band or (min(values), max(values))
        low, high = min([band[0], *values]), max([band[1], *values])
        edge = (high - low) * 0.12 or 1.0
        low, high = low - edge, high + edge
        base, room = top - height + 4, height - 16

        def place(point: tuple[float, float]) -> tuple[float, float]:
            part = (point[0] - across[0]) / ((across[1] - across[0]) or 1)
            return x + 24 + part * (width - 28), base + room * (point[1] - low) / (high - low)

        self.text(x, top - 8, title, 8, bold=True, tone=INK2)
        bottom, upper = place((across[0], band[0]))[1], place((across[0], band[1]))[1]
        if tinted:
            self.box(x + 24, bottom, width - 24, upper - bottom, BRAND_T)
        for value, y in ((band[0], bottom), (band[1], upper)):
            self.line(x + 24, y, x + width, y, HexColor("#A9D5C8"), 0.5)
            self.text(x + 20, y - 2.5, f"{value:.{decimals}f}", 7, tone=INK3, align="right")
        self.line(x + 24, base, x + width, base, LINE2)
        placed = [place(point) for point in points]
        self.canvas.setStrokeColor(BRAND)
        self.canvas.setLineWidth(1.2)
        for (x1, y1), (x2, y2) in pairwise(placed):
            self.canvas.line(x1, y1, x2, y2)
        for (at_x, at_y), (_, value) in zip(placed, points, strict=True):
            self.canvas.setFillColor(BRAND if band[0] <= value <= band[1] else BAD_INK)
            self.canvas.circle(at_x, at_y, 1.6 if band[0] <= value <= band[1] else 2.4, stroke=0, fill=1)


def qr_code(canvas: Canvas, content: str, x: float, y: float, side: float) -> None:
    """A QR code as one vector path, its lower left corner at (x, y); the quiet zone is the caller's."""
    # A mask named beforehand: trying all eight costs 8 ms, and any of them reads.
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=_QR_MASK)
    code.add_data(content)
    code.make(fit=True)
    matrix = code.get_matrix()
    module = side / len(matrix)
    runs = [f"q {_rgb(INK)} rg"]
    for row, line in enumerate(matrix):
        start = 0
        while start < len(line):
            end = start
            while end < len(line) and line[end]:
                end += 1
            if end > start:
                at = f"{x + start * module:.3f} {y + side - (row + 1) * module:.3f}"
                runs.append(f"{at} {(end - start) * module:.3f} {module:.3f} re")
            start = max(end, start + 1)
    _write(canvas, *runs, "f Q")
