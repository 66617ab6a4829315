"""A sheet of scannable codes: vector bars that any scanner reads from paper or screen, two columns of cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.eanbc import Ean13BarcodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color

from app.domain.wrapping import wrap
from app.reports import fonts
from app.reports.page import (
    BAD_INK,
    BRAND,
    GOLD_INK,
    INFO_INK,
    INK,
    INK2,
    INK3,
    LINE2,
    MM,
    RX_INK,
    WARN_INK,
    WHITE,
    Page,
    qr_code,
)
from app.reports.shop import ShopFace

Entry = tuple[str, str, str, str, str, str]
"""(title_zh, title_en, code, note_zh, note_en, kind)."""

MODULE = 0.96
"""Narrowest bar in points: 8/600 inch, whole dots on 300 and 600 dpi printers (EAN-13 at 103 % of its nominal size)."""
_LONGEST_BARS = 24
_CARD = 36 * MM
_BETWEEN = 4 * MM
_TONES: dict[str, Color] = {
    "barcode": BRAND,
    "trace": BRAND,
    "base_code": INFO_INK,
    "near_expiry": WARN_INK,
    "expired": BAD_INK,
    "recalled": BAD_INK,
    "unknown": INK3,
    "member": GOLD_INK,
    "coupon": GOLD_INK,
    "staff": RX_INK,
}


def sheet_pdf(title: str, codes: Sequence[Entry], shop: ShopFace | None = None, *, made_at: datetime) -> bytes:
    """An A4 sheet of codes; `kind` colours a card, `symbology` says how a code is drawn."""
    face = shop or ShopFace("", "Yaogui 药柜")
    page = Page(face, title, made_at=made_at)
    page.note(page.words("sheet.hint"), tone=INK2, size=8.5)
    page.gap(2 * MM)
    wide = (page.width - _BETWEEN) / 2
    for start in range(0, len(codes), 2):
        page.need(_CARD)
        for column, entry in enumerate(codes[start : start + 2]):
            _card(page, page.left + column * (wide + _BETWEEN), page.y, wide, entry)
        page.y -= _CARD + _BETWEEN
    return page.finish()


def symbology(code: str) -> str:
    """ean13 (thirteen digits, check digit right) | code128 (short ASCII) | qr (anything else)."""
    if len(code) == 13 and code.isascii() and code.isdigit() and _ean_check(code) == int(code[-1]):
        return "ean13"
    if len(code) <= _LONGEST_BARS and code.isascii() and code.isprintable():
        return "code128"
    return "qr"


def _ean_check(code: str) -> int:
    return -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code[:12])) % 10


def _card(page: Page, x: float, top: float, wide: float, entry: Entry) -> None:
    title_zh, title_en, code, note_zh, note_en, kind = entry
    tone = _TONES.get(kind, INK3)
    page.box(x, top - _CARD, wide, _CARD, WHITE, radius=7, edge=LINE2)
    page.box(x + 6, top - 27, 2.6, 20, tone, radius=1.3)
    kind_word = page.words.coded("kind", kind)
    tag = fonts.width(kind_word, 7) + 10
    room = wide - 24 - tag - 6
    page.text(x + 14, top - 15.5, _fit(title_zh, 9.5, room, bold=True), 9.5, bold=True)
    page.text(x + 14, top - 26, _fit(title_en, 7, wide - 28), 7, tone=INK3)
    page.canvas.setStrokeColor(tone)
    page.canvas.setLineWidth(0.6)
    page.canvas.roundRect(x + wide - tag - 7, top - 18.5, tag, 11.5, 5.7, stroke=1, fill=0)
    page.text(x + wide - 7 - tag / 2, top - 15.2, kind_word, 7, tone=tone, align="center")
    _symbol(page, x + wide / 2, top - 64, code)
    page.text(x + wide / 2, top - 74.5, _grouped(code), 8.5, tone=INK, align="center")
    note = " · ".join(part for part in (note_zh, note_en if note_en != note_zh else "") if part)
    lines = wrap(note, wide - 16, lambda text: fonts.width(text, 7))
    for n, line in enumerate(lines[:2]):
        page.text(x + wide / 2, top - 85 - 9.5 * n, line, 7, tone=INK2, align="center")


def _symbol(page: Page, centre: float, bottom: float, code: str) -> None:
    """The code's bars, 32 points high, centred; a QR stands as high as the room allows."""
    page.canvas.setFillColor(INK)
    tall = 32.0
    kind = symbology(code)
    if kind == "qr":
        qr_code(page.canvas, code, centre - 19, bottom - 2, 38)
    elif kind == "ean13":
        widget: Any = Ean13BarcodeWidget(
            code[:12], barWidth=MODULE, barHeight=tall, humanReadable=False, quiet=False, barFillColor=INK, barStrokeWidth=0
        )
        bounds = widget.getBounds()
        drawing = Drawing(bounds[2] - bounds[0], tall)
        drawing.add(widget)
        drawing.drawOn(page.canvas, centre - 95 * MODULE / 2 - bounds[0], bottom)
    else:
        bars: Any = Code128(code, barWidth=MODULE, barHeight=tall, quiet=0, barFillColor=INK)
        bars.drawOn(page.canvas, centre - bars.width / 2, bottom)


def _grouped(code: str) -> str:
    """Digits as people read them: EAN-13 by 1-6-6, longer ones by fours."""
    if not code.isdigit():
        return code
    if len(code) == 13:
        return f"{code[0]} {code[1:7]} {code[7:]}"
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _fit(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is too long."""
    if fonts.width(text, size, bold=bold) <= room:
        return text
    while text and fonts.width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text + "…"
