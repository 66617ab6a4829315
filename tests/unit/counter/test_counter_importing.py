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
