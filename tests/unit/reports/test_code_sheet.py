"""The sheet of codes: what is printed is what a scanner reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PIL import Image

from app.reports.code_sheet import sheet_pdf, symbology

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
LINK = "https://example.invalid/pickup?box=89900001091676336760"
CODES = [
    ("医用外科口罩（商品条码）", "Surgical masks", "6999600000494", "一扫即加", "One scan adds them", "barcode"),
    ("校验位不对的条码", "Wrong check digit", "6999600000490", "", "", "unknown"),
    ("苯磺酸氨氯地平片（追溯码）", "Amlodipine", "89900001091676336760", "须先审方", "Needs a review", "trace"),
    ("会员卡：王秀兰", "Member card", "90000000000000000019", "", "", "member"),
    ("本位码", "Base code", "86999014010009", "须选择规格", "Choose a pack", "base_code"),
    ("提货链接", "Pickup link", LINK, "二维码", "QR", "coupon"),
]


@pytest.mark.parametrize(
    ("code", "drawn"),
    [("6999600000494", "ean13"), ("6999600000490", "code128"), ("89900001091676336760", "code128"), ("药柜", "qr"), (LINK, "qr")],
)
def test_a_code_is_drawn_as_its_shape_asks(code: str, drawn: str) -> None:
    assert symbology(code) == drawn


def test_every_code_of_the_sheet_is_read_from_the_page(
    pages_of: Callable[[bytes], list[Image.Image]], codes_on: Callable[[list[Image.Image]], dict[str, str]]
) -> None:
    read = codes_on(pages_of(sheet_pdf("练习码表", CODES, made_at=AT)))
    assert set(read) == {entry[2] for entry in CODES}
    assert "ean" in read["6999600000494"].lower()
    assert "128" in read["89900001091676336760"]


def test_titles_notes_and_digits_stand_beside_the_bars(text_of: Callable[[bytes], str]) -> None:
    text = text_of(sheet_pdf("练习码表", CODES, made_at=AT))
    for wanted in ("练习码表", "医用外科口罩（商品条码）", "Surgical masks", "6 999600 000494", "8990 0001 0916 7633 6760", "须先审方"):
        assert wanted in text, wanted


def test_twelve_codes_fit_a_page_and_the_thirteenth_begins_another(pages_of: Callable[[bytes], list[Image.Image]]) -> None:
    assert len(pages_of(sheet_pdf("练习码表", (CODES * 3)[:12], made_at=AT))) == 1
    assert len(pages_of(sheet_pdf("练习码表", (CODES * 3)[:13], made_at=AT))) == 2
