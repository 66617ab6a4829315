"""A member's refill card on A6: their medicines, how each is taken, and when it should run out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas

from app.domain.wrapping import wrap
from app.reports import fonts
from app.reports.page import BRAND, BRAND_INK, BRAND_T, INK, INK2, INK3, LINE2, MM
from app.reports.shop import ShopFace
from app.reports.words import Words

_EDGE = 8 * MM
_FOOT = 24 * MM


@dataclass(frozen=True, slots=True)
class CardRow:
    """One medicine: how it is taken, when it was bought last, and when it should run out."""

    name: str
    spec: str
    usage: str
    """How it is taken, or how often it is bought; '' where neither is known."""
    last: date
    next: date


def refill_pdf(shop: ShopFace, name: str, card: str, rows: Sequence[CardRow], *, made_on: date) -> bytes:
    """The card; `name` is masked already and `card` are the last digits of the member's number."""
    words = Words(shop.language)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A6, **fonts.manner())
    canvas.setTitle(words("title.refill"))
    canvas.setAuthor(shop.title)
    canvas.setCreator("Yaogui 药柜")
    y = _head(canvas, shop, words, name, card)
    for row in rows:
        if y - 17 * MM < _FOOT:
            _foot(canvas, shop, words, made_on)
            canvas.showPage()
            y = _head(canvas, shop, words, name, card)
        y = _row(canvas, words, row, y)
    _foot(canvas, shop, words, made_on)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _text(
    canvas: Canvas, x: float, y: float, text: str, size: float, tone: Color = INK, *, bold: bool = False, right: bool = False
) -> None:
    """One line from its left edge, or ending at its right one."""
    canvas.setFillColor(tone)
    canvas.setFont(fonts.face(bold=bold), size)
    canvas.drawString(x - (fonts.width(text, size, bold=bold) if right else 0), y, text)


def _head(canvas: Canvas, shop: ShopFace, words: Words, name: str, card: str) -> float:
    wide, high = A6
    canvas.setFillColor(BRAND)
    canvas.rect(0, high - 2 * MM, wide, 2 * MM, stroke=0, fill=1)
    _text(canvas, _EDGE, high - 11 * MM, words("title.refill"), 15, BRAND_INK, bold=True)
    _text(canvas, wide - _EDGE, high - 10.4 * MM, words("refill.member", name=name, card=card), 9, INK2, right=True)
    _text(canvas, _EDGE, high - 16.5 * MM, shop.title, 8.5, INK2)
    canvas.setStrokeColor(LINE2)
    canvas.setLineWidth(0.6)
    canvas.line(_EDGE, high - 19 * MM, wide - _EDGE, high - 19 * MM)
    return high - 22 * MM


def _row(canvas: Canvas, words: Words, row: CardRow, y: float) -> float:
    wide = A6[0] - 2 * _EDGE
    tall = 15 * MM
    canvas.setFillColor(BRAND_T)
    canvas.roundRect(_EDGE, y - tall, wide, tall, 5, stroke=0, fill=1)
    size = 10.5
    room = wide * 0.62
    while fonts.width(row.name, size, bold=True) > room and size > 7:
        size -= 0.25
    _text(canvas, _EDGE + 8, y - 6 * MM, row.name, size, INK, bold=True)
    _text(canvas, _EDGE + 8, y - 11.4 * MM, f"{row.spec}  {row.usage}".strip(), 8, INK2)
    _text(canvas, A6[0] - _EDGE - 8, y - 6 * MM, row.next.isoformat(), 11, BRAND_INK, bold=True, right=True)
    _text(canvas, A6[0] - _EDGE - 8, y - 11.4 * MM, words("refill.last", day=row.last.isoformat()), 8, INK3, right=True)
    return y - tall - 2 * MM


def _foot(canvas: Canvas, shop: ShopFace, words: Words, made_on: date) -> None:
    wide = A6[0] - 2 * _EDGE
    y = _FOOT - 5 * MM
    for line in wrap(words("refill.note"), wide, lambda text: fonts.width(text, 7.5)):
        _text(canvas, _EDGE, y, line, 7.5, INK3)
        y -= 10.5
    contact = "  ".join(part for part in (shop.phone, words("made_at", at=made_on.isoformat())) if part)
    _text(canvas, _EDGE, 5 * MM, contact, 7.5, INK3)
    if shop.demo:
        _text(canvas, A6[0] - _EDGE, 5 * MM, words("demo"), 7.5, INK3, right=True)
