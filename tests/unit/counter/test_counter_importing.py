"""Importing at the counter: a dry run changes nothing, one bad row stops the file, a good file is booked."""

from __future__ import annotations

from typing import Any

from app.counter.importing import Importing

STOCK = "商品编码,批号,效期,数量\nP6000A1,IMP-1,2028-06-30,{packs}\n"


def _run(till: Any, text: str, *, dry_run: bool = False, kind: str = "stock") -> Any:
    return Importing(till.store, till.clock, "import").run(kind, text.encode(), "rows.csv", dry_run=dry_run)


def test_dry_run_says_what_would_happen_and_changes_nothing(till: Any) -> None:
    report = _run(till, STOCK.format(packs=12), dry_run=True)
    assert (report.created, report.done, report.errors) == (1, False, ())
    assert till.store.stock.level("P6000A1") == 60


def test_stock_file_books_the_difference_and_a_second_run_nothing(till: Any) -> None:
    assert _run(till, STOCK.format(packs=12)).done
    assert till.store.stock.level("P6000A1") == 72
    _run(till, STOCK.format(packs=12))
    assert till.store.stock.level("P6000A1") == 72


def test_one_bad_row_leaves_the_whole_file_out(till: Any) -> None:
    report = _run(till, STOCK.format(packs=12) + "P6000A1,IMP-2,2028-06-30,many\n")
    assert not report.done
    assert [error.row_no for error in report.errors] == [3]
    assert till.store.stock.level("P6000A1") == 60


def test_lot_that_a_file_calls_locked_or_recalled_is_not_for_sale(till: Any) -> None:
    head = "商品编码,批号,效期,数量,质量状态,供应商\n"
    rows = "P6000A1,IMP-L,2028-06-30,5,锁定,示例医药批发\nP6000A1,IMP-R,2028-06-30,5,召回,示例医药批发\n"
    assert _run(till, head + rows).done
    lots = {row.lot.lot_no: row.lot for row in till.store.stock.all_lots()}
    assert (lots["IMP-L"].state, lots["IMP-R"].state) == ("locked", "recalled")
    assert lots["IMP-L"].supplier == "示例医药批发"
    # A later file that calls it good does not release what a person or headquarters must release.
    _run(till, head + rows.replace("召回", "合格"))
    assert {row.lot.lot_no: row.lot for row in till.store.stock.all_lots()}["IMP-R"].state == "recalled"


def test_the_same_file_twice_changes_nothing_and_says_so(till: Any) -> None:
    text = "商品编码,批号,生产日期,效期,数量,质量状态,供应商\nP6000A1,IMP-S,2026-01-05,2028-06-30,5,锁定,示例医药批发\n"
    assert _run(till, text).created == 1
    before = till.store.journal.count_by_type()
    report = _run(till, text)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    after = dict(till.store.journal.count_by_type())
    after["catalogue.imported@1"] -= 1
    assert after == before
