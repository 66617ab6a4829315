"""`yaogui repair`: tables worked out again from the events, and a ledger beyond reading brought back from its frames."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.assembly import open_store
from app.commands import EXIT_FAULT, EXIT_OK, repair
from app.records.clock import SystemClock
from app.store import tables as t

MASKS = "6999600000494"


def test_tables_that_were_lost_follow_from_the_events_again(demo_counter: Any, capsys: pytest.CaptureFixture[str]) -> None:
    demo_counter.sell(MASKS)
    store = demo_counter.till.store
    product = store.catalogue.by_barcode(MASKS)[0].id
    before = (store.stock.level(product), store.coupons.lowest_sold(product, date(2026, 11, 1), date(2026, 11, 30)))
    for table in (t.stock_level, t.price_low):
        store.writer.submit(lambda connection, table=table: connection.execute(table.delete())).result(60)
    assert (store.stock.level(product), store.coupons.lowest_sold(product, date(2026, 11, 1), date(2026, 11, 30))) == (0, None) != before
    folder = store.directory
    demo_counter.till.close()
    assert repair.main(["tables", "--data", str(folder)]) == EXIT_OK
    assert "events stand" in capsys.readouterr().out
    again = open_store(folder, SystemClock(), write=False)
    assert (again.stock.level(product), again.coupons.lowest_sold(product, date(2026, 11, 1), date(2026, 11, 30))) == before
    again.close()


def test_a_ledger_beyond_reading_comes_back_with_every_sale(demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS)
    folder = demo_counter.till.store.directory
    demo_counter.till.close()
    (folder / "ledger.db").write_bytes(b"\0" * 8192)
    assert repair.main(["tables", "--data", str(folder)]) == EXIT_FAULT
    assert repair.main(["ledger", "--data", str(folder)]) == EXIT_OK
    again = open_store(folder, SystemClock(), write=False)
    assert again.sales.by_number(number) is not None
    again.close()


def test_a_folder_without_a_till_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repair.main(["ledger", "--data", str(tmp_path)]) == EXIT_FAULT
    assert "till.json" in capsys.readouterr().err
