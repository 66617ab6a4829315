"""Receipts are found by what a customer remembers, and every way in has an index."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from app.counter.receipt_search import ReceiptSearch, amount_of, day_of
from app.store.sales import Sought

TODAY = date(2026, 11, 21)
MASKS, THERMOMETER = "6999600000494", "6999580000439"


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("今天", "2026-11-21", "2026-11-21"),
        ("昨天", "2026-11-20", "2026-11-20"),
        ("11-20", "2026-11-20", "2026-11-20"),
        ("11月20日", "2026-11-20", "2026-11-20"),
        ("12-24", "2025-12-24", "2025-12-24"),
        ("2024-2-29", "2024-02-29", "2024-02-29"),
        ("2024.2.9", "2024-02-09", "2024-02-09"),
        ("20230105", "2023-01-05", "2023-01-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025年12月", "2025-12-01", "2025-12-31"),
    ],
)
def test_days_and_months_are_read_as_people_write_them(word: str, first: str, last: str) -> None:
    assert day_of(word, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("word", ["2-31", "13-1", "布洛芬", "6620", "13812346620", "32.80", ""])
def test_other_words_are_no_days(word: str) -> None:
    assert day_of(word, TODAY) is None


@pytest.mark.parametrize(
    ("word", "fen"), [("32.80", 3280), ("¥32", 3200), ("￥9.9", 990), ("32元", 3200), ("6620", None), ("32.805", None), ("药", None)]
)
def test_amounts_are_told_from_numbers_by_their_mark_or_point(word: str, fen: int | None) -> None:
    assert amount_of(word) == fen


def test_a_sale_is_found_by_day_amount_medicine_and_member_alone_and_together(demo_counter: Any) -> None:
    till = demo_counter.till
    masks = demo_counter.sell(MASKS)
    member = till.store.people.find_members("王秀兰") or till.store.people.members()
    till.selling.attach_member(member[0].id)
    thermometer = demo_counter.sell(THERMOMETER)
    search = ReceiptSearch(till.store, till.clock)

    def found(words: str) -> list[str]:
        return [row.number for row in search.find(words)]

    both = [thermometer, masks]
    assert found("今天") == both and found("2026-11") == both and found("昨天") == []
    assert found("9.90") == [masks]
    assert found("医用外科口罩") == [masks]
    assert found(member[0].phone) == [thermometer]
    assert found("今天 9.90 医用外科口罩") == [masks]
    assert found("昨天 9.90") == found("没有这个词") == found("") == []


def test_every_way_in_uses_an_index_and_none_reads_all_sales(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = demo_counter.till.store
    demo_counter.sell(MASKS)
    plans: list[str] = []
    plain = store.sales._execute

    def explained(wanted: Any) -> Any:
        connection = store.sales._readers.connection()
        sql = str(wanted.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        plans.extend(str(row[3]) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
        return plain(wanted)

    monkeypatch.setattr(store.sales, "_execute", explained)
    product = store.catalogue.by_barcode(MASKS)
    day = Sought(first=TODAY, last=TODAY)
    for sought in (
        day,
        Sought(payable_fen=990),
        Sought(members=("m",)),
        Sought(products=(getattr(product, "id", "P6000A1"),)),
        Sought(first=TODAY, last=TODAY, products=("P6000A1",)),
    ):
        store.sales.seek(sought)
    store.sales.by_number("1234567")
    store.sales.by_number("RM01-01-0000-12")
    assert plans
    assert [plan for plan in plans if plan.startswith("SCAN sale") and "INDEX" not in plan] == []
