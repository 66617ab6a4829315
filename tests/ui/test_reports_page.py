"""The Reports page, driven by keys on a real till: what can be made, by whom, and where it lies."""

from __future__ import annotations

import csv
import io
import sys
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtWidgets import QWidget

from app.desktop.screens.reports import ReportsPage
from app.desktop.theme import Theme
from app.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable

MASKS = "6999600000494"
DAY = date(2026, 11, 21)


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, ReportsPage)


def choose(at: DeskBench, key: str) -> None:
    """Go to a report by the arrows."""
    at.page._focus_list()
    here = [report.key for report in REPORTS].index(at.page._report.key)
    there = [report.key for report in REPORTS].index(key)
    at.press(*(["Down"] * (there - here) if there > here else ["Up"] * (here - there)))
    assert at.page._report.key == key


def saved(at: DeskBench) -> Path:
    at.until(lambda: at.page._saved is not None)
    path = at.page._saved
    assert isinstance(path, Path)
    return path


def close_shift(till: Any, handed_to: str = "") -> None:
    till.shifts.count(10_000, 5)
    till.shifts.count(100, 9)
    till.shifts.count(50, 1)
    till.shifts.count(10, 4)
    till.shifts.confirm_count()
    durable = threading.Event()
    till.shifts.close(durable.set, handed_to)
    assert durable.wait(60)
    assert till.shifts.settle().state == "closed"


def test_the_day_book_is_saved_as_page_and_table_and_its_path_is_shown(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    at = bench()
    at.press("F12")
    pdf = saved(at)
    assert pdf == Path(demo_counter.till.folder) / "reports" / "day_book-2026-11-21.pdf"
    assert pdf.read_bytes().startswith(b"%PDF")
    assert str(pdf) in at.words()
    at.press("F8")
    at.until(lambda: at.page._saved is not None and at.page._saved.suffix == ".csv")
    rows = list(csv.reader(io.StringIO(saved(at).read_text("utf-8-sig"))))
    assert len(rows) == 2


def test_arrows_walk_the_days_and_never_into_tomorrow(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.press("Right")
    assert at.page._first == DAY
    at.press("Left", "Left")
    assert at.page._first == date(2026, 11, 19)
    choose(at, "ephedrine")
    assert (at.page._first, at.page._last) == (date(2026, 11, 1), date(2026, 11, 30))
    at.press("Left")
    assert (at.page._first, at.page._last) == (date(2026, 10, 1), date(2026, 10, 31))
    at.press("Right", "Right")
    assert at.page._first == date(2026, 11, 1)


def test_a_typed_date_counts_once_it_is_whole(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.press("F6", "202611")
    assert "F12" not in at.bar()
    at.press("05")
    assert at.page._first == date(2026, 11, 5)
    assert "F12" in at.bar()
    choose(at, "special_compound")
    at.press("F6", "20261121", "Enter", "20261120")
    assert "F12" not in at.bar()
    assert "结束日期早于开始日期" in at.words()


def test_a_register_asks_a_cashier_for_the_pharmacists_pin(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    choose(at, "ephedrine")
    at.press("F12", "1001", "Enter")
    assert at.echoes[-1].code == "pin_wrong"
    assert not list(Path(demo_counter.till.folder).glob("reports/*"))
    at.press("1002", "Enter")
    path = saved(at)
    assert path.name == "ephedrine-2026-11-01_2026-11-30.pdf"
    assert path.stat().st_mode & 0o077 == 0


def test_a_pharmacist_at_the_till_is_not_asked(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.till.shifts.sign_in("staff-1002", "1002")
    at = bench()
    choose(at, "reviews")
    at.press("F8")
    assert saved(at).name == "reviews-2026-11-21.csv"


def test_a_report_of_what_is_not_there_says_why(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    choose(at, "z")
    assert "F12" not in at.bar()
    assert "还没有交过班" in at.words()
    choose(at, "day")
    assert "2026-11-21 还没日结" in at.words()
    choose(at, "x")
    assert "F8" not in at.bar()
    at.press("F12")
    assert saved(at).name == "x-2026-11-21.pdf"


def test_the_z_of_a_past_shift_is_chosen_by_its_number(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    demo_counter.sell(MASKS)
    close_shift(till, "staff-1004")
    till.shifts.open(50_000).result(60)
    demo_counter.sell(MASKS)
    close_shift(till)
    at = bench()
    choose(at, "z")
    assert "Z 第 0002 号" in at.words()
    at.press("Left", "F12")
    assert saved(at).name == "Z-01-0001.pdf"
    till.shifts.close_day(lambda: "").result(60)
    choose(at, "day")
    assert "F12" in at.bar()


def test_a_disk_that_refuses_is_told_and_the_page_stays_usable(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    Path(demo_counter.till.folder, "reports").write_text("in the way")
    at = bench()
    at.press("F12")
    at.until(lambda: at.echoes)
    assert at.echoes[-1].code == "report_not_written"
    assert "F12" in at.bar()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_report_fits_the_smallest_screen(bench: Callable[[], DeskBench], theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    at = bench()
    for report in REPORTS:
        choose(at, report.key)
        assert at.fits(), report.key
    choose(at, "ephedrine")
    at.press("F12")
    assert at.fits()
    at.press("Esc", "Esc")
    assert at.gone == ["sale"]
    assert at.page.findChild(QWidget, "save-pdf") is not None
