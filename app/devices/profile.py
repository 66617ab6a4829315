"""What a printer can do: the settings that the encoder and the status reader go by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Charset = Literal["gb2312", "gbk", "gb18030"]


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """One printer model as set up in this shop.

    cells, dots: paper width in Latin characters and in dots (48/576 at 80 mm, 32/384 at 58 mm).
    charset: which hanzi its font memory holds. raster_only: it holds none, every row is sent as dots.
    cutter: it cuts by itself. native_qr: it draws QR and bar codes by itself.
    answers_done: it answers GS r after the paper is out, so a job can be confirmed.
    drawer_open_is_high: which level of the drawer's sensor means open (it depends on the drawer's wiring).
    """

    cells: int = 48
    charset: Charset = "gb18030"
    raster_only: bool = False
    cutter: bool = True
    native_qr: bool = True
    dots: int = 576
    answers_done: bool = True
    drawer_open_is_high: bool = True


PAPER_80 = PrinterProfile()
"""80 mm paper, full hanzi set, cutter."""
PAPER_58 = PrinterProfile(cells=32, dots=384, cutter=False)
"""58 mm paper, full hanzi set, torn by hand."""


def profile_for(cells: int, charset: str, *, cutter: bool) -> PrinterProfile:
    """The profile that the settings describe; charset `raster` is a printer without hanzi, ValueError for a set nobody knows."""
    base = PAPER_80 if cells >= 48 else PAPER_58
    if charset not in ("gb2312", "gbk", "gb18030", "raster"):
        raise ValueError(f"{charset} is no character set of a printer")
    known: Charset = "gb2312" if charset == "gb2312" else "gbk" if charset == "gbk" else "gb18030"
    return replace(base, cells=cells, charset=known, raster_only=charset == "raster", cutter=cutter)
