"""A sale on A4, sheets of labels and the refill card: the law's fields, text that copies right, codes that read, faces embedded."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from app.devices.labels.label import Bars, Block, Label, Wanted, Words
from app.devices.labels.layout import sheets
from app.records import events as ev
from app.reports.making import sale_sheet
from app.reports.price_labels import sheet_pdf
from app.reports.refill_card import CardRow, refill_pdf
from app.reports.sale_sheet import render
from app.reports.shop import ShopFace
from app.store.open_store import Store

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
NUMBER = "RM01-01-00c0-1234-0123abcd"
RARE = "𬱖䶮宁"


def line(n: int, **more: object) -> ev.SaleLine:
    return ev.SaleLine.model_validate(
        {
            "line_id": f"l{n}", "no": n, "product_id": f"P{n}", "generic_name": "苯磺酸氨氯地平片", "brand_name": RARE, "form": "片剂",
            "spec": "5mg×28片", "unit": "盒", "maker": "云汀药业（演示）有限公司", "holder": "青屿制药（演示）有限公司", "rx_class": "rx",
            "quantity": 2, "list_price_fen": 4580, "unit_price_fen": 4580, "amount_fen": 8810, "lot_no": "26P2",
            "expires_on": date(2027, 10, 31), "lot_source": "code", "salesperson": "u1",
            "codes": [{"code": "89900123456789012345", "entry": "scanned"}], **more,
        }
    )  # fmt: skip


def body(*lines: ev.SaleLine) -> ev.SaleClosed:
    cut = ev.Cut(line_id="l1", cause_kind="percent", cause_id="x", title_zh="会员日九折", title_en="", amount_fen=350)
    paid = tuple(
        ev.Tender(tender_id=way, method=way, title_zh=title, title_en="", kind=kind, amount_fen=fen, handed_fen=handed, at=AT)
        for way, title, kind, fen, handed in (("card", "银行卡POS", "recorded", 5000, 5000), ("cash", "现金", "cash", 3810, 4000))
    )
    return ev.SaleClosed(
        sale_id="s", basket_id="b", shift_id="h", till="01", cashier="u1", opened_at=AT, lines=lines, cuts=(cut,), tenders=paid,
        subtotal_fen=9160, cut_fen=350, rounding_fen=0, payable_fen=8810, change_fen=190, pharmacist="u2", reviews=("v",), rule_pack="t",
    )  # fmt: skip


def drawn(shop: ShopFace, sale: ev.SaleClosed, **more: object) -> bytes:
    return render(sale, NUMBER, AT, shop, lambda code: {"u1": "李娜 1001", "u2": "王敏 1002"}[code], lambda m: m, **more)  # type: ignore[arg-type]


def test_a_sale_on_a4_has_every_field_of_the_law(shop: ShopFace, text_of: Callable[[bytes], str]) -> None:
    text = text_of(drawn(shop, body(line(1)), member="王*兰 138****6620", title="演示科技有限公司", returned=(("l1", 1),)))
    for fact in (
        "安康大药房 人民路店", "演示-CB01", "2026-11-21 09:02:03", "李娜 1001", "苯磺酸氨氯地平片", RARE, "处方药", "5mg×28片", "片剂",
        "云汀药业", "持有人 青屿制药", "26P2", "2027-10-31", "2盒", "45.80", "−3.50", "88.10", "89900123456789012345", "会员日九折",
        "捌拾捌元壹角整", "银行卡POS", "收现金", "40.00", "1.90", "王敏 1002", "已由药师审核", "不得退换", "12315", "演示科技有限公司",
        "王*兰", "退 1",
    ):  # fmt: skip
        assert fact.replace(" ", "") in text.replace(" ", ""), fact


def test_a_guess_is_not_printed_as_a_lot(shop: ShopFace, text_of: Callable[[bytes], str]) -> None:
    text = text_of(drawn(shop, body(line(1, lot_source="assumed"))))
    assert "26P2" not in text
    assert "以盒上为准" in text


def test_the_number_is_scanned_from_the_sheet_and_the_same_sale_makes_the_same_bytes(
    shop: ShopFace, pages_of: Callable[[bytes], list[Image.Image]], codes_on: Callable[[list[Image.Image]], dict[str, str]]
) -> None:
    pdf = drawn(shop, body(line(1)))
    assert NUMBER in codes_on(pages_of(pdf))
    assert drawn(shop, body(line(1))) == pdf


def test_a_long_sale_goes_on_over_pages(shop: ShopFace, text_of: Callable[[bytes], str]) -> None:
    text = text_of(drawn(shop, body(*(line(n) for n in range(1, 61)))))
    assert text.count("苯磺酸氨氯地平片") == 60
    assert text.count("药品名称") == text.count("批号 / 有效期至") >= 3  # the head of the table comes again
    assert text.count("\f") > 2


def test_every_face_is_embedded_and_the_file_is_sound(shop: ShopFace, tmp_path: Path) -> None:
    for name, pdf in (("sale", drawn(shop, body(line(1)))), ("sheet", sheet_pdf([Wanted(LABEL)], sheets()[0])), ("card", card(shop))):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(pdf)
        listed = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True, text=True)
        assert listed.stderr == ""
        faces = listed.stdout.splitlines()[2:]
        assert faces
        assert all("NotoSansSC" in face and " yes yes yes " in face for face in faces)


def test_a_stored_sale_is_made_with_its_names_and_what_came_back(day_store: Store, text_of: Callable[[bytes], str]) -> None:
    sale = day_store.sales.by_id("s-2")
    assert sale is not None
    made = sale_sheet(day_store, sale)
    text = text_of(made.content)
    assert made.name == f"sale-{sale.number}.pdf"
    assert "李娜 1001" in text
    assert "退1" in text.replace(" ", "")
    assert not made.personal


LABEL = Label(
    "shelf", "", 70, 37.125,
    (
        Words(2, 2, 66, "苯磺酸氨氯地平片", 4, True), Words(2, 8, 66, "¥45.80/盒", 4, align="right"),
        Words(2, 13, 66, RARE, 4, align="center"), Block(2, 18, 66, 0.3), Bars(34, 20, 33, 6, "ean13", "6999600000494"),
        Bars(2, 28, 60, 6, "code128", "P6822B1"), Bars(2, 19, 8.5, 8.5, "qr", "药柜"),
    ),
    (),
)  # fmt: skip


def test_a_sheet_of_labels_copies_and_scans(
    text_of: Callable[[bytes], str],
    pages_of: Callable[[bytes], list[Image.Image]],
    codes_on: Callable[[list[Image.Image]], dict[str, str]],
) -> None:
    pdf = sheet_pdf([Wanted(LABEL, 2)], sheets()[0])
    text = text_of(pdf)
    for fact in ("苯磺酸氨氯地平片", "¥45.80/盒", RARE):
        assert text.count(fact) == 2
    assert codes_on(pages_of(pdf)) == {"6999600000494": "EAN13", "P6822B1": "Code128", "药柜": "QRCode"}


@pytest.mark.parametrize(("first", "copies", "pages"), [(1, 24, 1), (1, 25, 2), (24, 1, 1), (24, 2, 2)])
def test_a_begun_sheet_is_used_up(first: int, copies: int, pages: int, text_of: Callable[[bytes], str]) -> None:
    text = text_of(sheet_pdf([Wanted(LABEL, copies)], sheets()[0], first=first))
    assert text.count("\f") == pages
    assert text.count("¥45.80/盒") == copies


@pytest.mark.parametrize("first", [0, 25])
def test_a_place_the_sheet_does_not_have_is_refused(first: int) -> None:
    with pytest.raises(ValueError, match="1 to 24"):
        sheet_pdf([Wanted(LABEL)], sheets()[0], first=first)


def card(shop: ShopFace, count: int = 2) -> bytes:
    day = date(2026, 11, 1)
    rows = [CardRow(f"苯磺酸氨氯地平片{n}{RARE}", "5mg×28片", "每日 1 片", day, day + timedelta(days=28 + n)) for n in range(count)]
    return refill_pdf(shop, "王*兰", "6620", rows, made_on=date(2026, 11, 22))


def test_a_refill_card_says_when_and_that_it_is_only_a_reckoning(shop: ShopFace, text_of: Callable[[bytes], str]) -> None:
    text = text_of(card(shop))
    for fact in ("续方提醒卡", "王*兰", "6620", "2026-11-29", "上次 2026-11-01", "每日 1 片", RARE, "仅供记住时间"):
        assert fact in text
    assert text_of(card(shop, 9)).count("\f") == 2
