"""Labels on A4 sheets of stickers: the very marks of a label, drawn as vectors at the sheet's own places."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from app.devices.labels.label import Bars, Block, Label, Mark, Wanted, Words
from app.devices.labels.layout import BASELINE, SheetGrid
from app.devices.symbols import code128_modules, ean13_modules
from app.reports import fonts
from app.reports.page import INK, MM, qr_code

_LEAST_MODULE, _MOST_MODULE = 0.19, 0.33
"""Narrowest bar in mm that an office printer keeps clean, and the nominal one of EAN-13."""
_QUIET = 14
"""White around bars, in modules, that the box leaves."""
_TICK = HexColor("#B9C4C4")


def sheet_pdf(run: Sequence[Wanted], grid: SheetGrid, *, first: int = 1, title: str = "", guides: bool = False) -> bytes:
    """Sheets of stickers, filled row by row from place `first` (1 is the top left one) of the first sheet.

    `guides` draws hairlines for cutting plain paper. ValueError for a first place that the sheet does not have.
    """
    if not 1 <= first <= grid.places:
        raise ValueError(f"the sheet has places 1 to {grid.places}")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, **fonts.manner())
    canvas.setTitle(title or grid.title_en)
    canvas.setCreator("Yaogui 药柜")
    place = first - 1
    labels = [wanted.label for wanted in run for _ in range(wanted.copies)]
    for number, label in enumerate(labels):
        if number and place == 0:
            canvas.showPage()
        row, column = divmod(place, grid.columns)
        _draw(canvas, label, grid.left + column * grid.pitch_x, grid.top + row * grid.pitch_y, guides)
        place = (place + 1) % grid.places
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, left: float, top: float, guides: bool) -> None:
    """One sticker with its upper left corner at (left, top) mm of the sheet."""
    canvas.setFillColor(INK)
    if guides:
        canvas.setStrokeColor(_TICK)
        canvas.setLineWidth(0.3)
        canvas.rect(left * MM, A4[1] - (top + label.height) * MM, label.width * MM, label.height * MM, stroke=1, fill=0)
    for mark in label.marks:
        _mark(canvas, mark, left, top)


def _mark(canvas: Canvas, mark: Mark, left: float, top: float) -> None:
    x, y = (left + mark.x) * MM, A4[1] - (top + mark.y) * MM
    match mark:
        case Words(text=text, size=size, bold=bold, align=align):
            points = size * MM
            room = mark.width * MM
            long = fonts.width(text, points, bold=bold)
            at = x if align == "left" else x + (room - long) * (1 if align == "right" else 0.5)
            canvas.setFont(fonts.face(bold=bold), points)
            canvas.drawString(at, y - points * BASELINE, text)
        case Block(width=width, height=height):
            canvas.rect(x, y - height * MM, width * MM, height * MM, stroke=0, fill=1)
        case Bars(width=width, height=height, kind="qr", payload=payload):
            side = min(width, height) * MM
            qr_code(canvas, payload, x, y - side, side)
        case Bars():
            _bars(canvas, mark, x, y)


def _bars(canvas: Canvas, mark: Bars, x: float, y: float) -> None:
    """Bars at the right edge of their box, as the label printer sets them, written as plain boxes: no foreign face comes with them."""
    modules = ean13_modules(mark.payload) if mark.kind == "ean13" else code128_modules(mark.payload)
    module = min(_MOST_MODULE, max(_LEAST_MODULE, mark.width / (len(modules) + _QUIET))) * MM
    left, high = x + mark.width * MM - len(modules) * module, mark.height * MM
    path = canvas.beginPath()
    for run in re.finditer("1+", modules):
        path.rect(left + run.start() * module, y - high, len(run[0]) * module, high)
    canvas.drawPath(path, stroke=0, fill=1)
