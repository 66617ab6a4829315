"""Registers, reviews, duties, near expiry and the day book of a recorded day, as pages and as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from app.reports import day_book, duties, ephedrine_register, near_expiry, reviews
from app.store.faults import StoreFault
from app.store.open_store import Store

DAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
NAME, ID_NUMBER = "𬱖䶮㛃", "11010119900101123X"
Reader = Callable[[bytes], str]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_ephedrine_register_names_buyer_goods_lot_and_registrar(day_store: Store, text_of: Reader) -> None:
    text = text_of(ephedrine_register.register_pdf(day_store, DAY, DAY, made_at=AT))
    for wanted in (
        "含麻黄碱类复方制剂销售登记", "2026-11-21 09:30", "氨酚伪麻美芬片Ⅱ", "12片", "青屿制药", "2盒 退 1", "26P1", NAME, ID_NUMBER,
        "李娜 1001", "王敏 1002",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_the_register_keeps_to_its_span_and_kind(day_store: Store) -> None:
    assert len(ephedrine_register.entries(day_store, "ephedrine", DAY, DAY)) == 1
    assert ephedrine_register.entries(day_store, "psych2", DAY, DAY) == ()
    assert ephedrine_register.entries(day_store, "ephedrine", DAY + timedelta(days=1), DAY + timedelta(days=9)) == ()


def test_an_empty_register_says_that_nothing_happened(day_store: Store, text_of: Reader) -> None:
    assert "本期无记录" in text_of(ephedrine_register.register_pdf(day_store, DAY, DAY, kind="psych2", made_at=AT))


def test_the_register_as_a_table_keeps_every_digit_of_the_id(day_store: Store) -> None:
    header, row = cells(ephedrine_register.register_csv(day_store, DAY, DAY))
    assert row[header.index("身份证号码")] == f"'{ID_NUMBER}"
    assert row[header.index("购买人")] == NAME
    assert (row[header.index("数量")], row[header.index("已退")]) == ("2", "1")


def test_an_erased_buyer_leaves_the_entry_but_no_name(day_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def erased(blob_id: str) -> bytes:
        raise StoreFault("person_key_destroyed", {"person": blob_id})

    monkeypatch.setattr(day_store.private, "open", erased)
    (entry,) = ephedrine_register.entries(day_store, "ephedrine", DAY, DAY)
    assert (entry.buyer, entry.id_number, entry.quantity) == ("（已依法删除）", "（已依法删除）", 2)
    (review,) = reviews.entries(day_store, DAY)
    assert review.patient == "（已依法删除）"


def test_the_days_reviews_name_prescription_and_the_three_signatures(day_store: Store, text_of: Reader) -> None:
    text = text_of(reviews.reviews_pdf(day_store, DAY, made_at=AT))
    for wanted in ("RX-77", "青屿区医院", "单大夫", NAME, "高血压", "苯磺酸氨氯地平片", "王敏 1002", "李娜 1001", "通过 1，驳回 0"):
        assert wanted in text, wanted
    header, row = cells(reviews.reviews_csv(day_store, DAY))
    assert row[header.index("药品")].endswith("×1盒")
    assert row[header.index("诊断")] == "高血压；=1+1"
    assert len(cells(reviews.reviews_csv(day_store, DAY + timedelta(days=1)))) == 1


def test_a_month_sheet_shows_figures_limits_and_what_was_done(day_store: Store, text_of: Reader) -> None:
    text = text_of(duties.duties_pdf(day_store, DAY, made_at=AT)).split("\f")[0]
    for wanted in ("2026-11", "营业场所温湿度", "22.5", "31.2", "48.0", "开窗通风", "温度 10.0–30.0 °C", "已记录 2 次，超限 1 次"):
        assert wanted in text, wanted
    rows = cells(duties.duties_csv(day_store, DAY))
    assert [row[:6] for row in rows[1:]] == [
        ["营业场所温湿度", "2026-11-21", "上午", "22.5", "48.0", "是"],
        ["营业场所温湿度", "2026-11-21", "下午", "31.2", "48.0", "否"],
    ]


def test_expired_stock_comes_before_what_is_near(day_store: Store, text_of: Reader) -> None:
    found = near_expiry.entries(day_store, DAY, 90)
    assert [(entry.lot_no, entry.days_left, entry.quantity) for entry in found] == [("26P2", -3, 2), ("26P1", 20, 10)]
    text = text_of(near_expiry.near_expiry_pdf(day_store, DAY, 90, made_at=AT))
    assert text.index("已过期：立即下架") < text.index("30 天内")
    assert "−3" in text and "26P2B" not in text
    assert cells(near_expiry.near_expiry_csv(day_store, DAY, 10))[1:] == [cells(near_expiry.near_expiry_csv(day_store, DAY, 90))[1]]


def test_the_day_book_lists_sales_and_returns_and_agrees_with_the_shift(day_store: Store, text_of: Reader) -> None:
    totals = day_store.shifts.day_totals(DAY)
    book = day_book.entries(day_store, DAY)
    assert sum(entry.amount_fen for entry in book if entry.kind == "sale") == totals.sales_fen
    assert sum(entry.amount_fen for entry in book if entry.kind != "sale") == totals.returns_fen
    text = text_of(day_book.day_book_pdf(day_store, DAY, made_at=AT))
    for entry in book:
        assert entry.number in text
    assert "160.20" in text and "质量问题" in text and "−22.80" in text
    header, *rows = cells(day_book.day_book_csv(day_store, DAY))
    assert [row[header.index("金额")] for row in rows] == ["91.60", "45.60", "45.80", "-22.80"]
    assert [row[header.index("会员")] for row in rows] == ["", "", "会员", ""]
