"""The Shift page, driven by keys on a real till."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.desktop.screens.shift import ShiftPage
from app.desktop.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

MASKS, THERMOMETER = "6999600000494", "6999580000439"


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, ShiftPage)


def count(at: DeskBench, *pieces: int) -> None:
    """Type a count from ¥100 down, Enter after each."""
    at.page._boxes[0].entry.setFocus()
    for number in pieces:
        at.press(str(number), "Enter")


def test_the_expected_sum_is_hidden_until_the_count_is_confirmed(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS, MASKS)
    at = bench()
    assert "¥519.80" not in at.words()
    assert "点钞后显示" in at.words()
    count(at, 5, 0, 0, 1, 1, 4, 1, 3)
    assert at.page._scene.counted_fen == 519_80
    assert "平" in at.words()
    assert "¥519.80" in at.words()


def test_a_shift_is_closed_under_its_z_with_keys_alone(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS, MASKS)
    at = bench()
    count(at, 5, 0, 0, 1, 1, 4, 1, 3)
    at.press("F12")
    at.until(lambda: at.page._scene.state == "closed")
    last = demo_counter.till.store.shifts.last_closed()
    assert (last.z_no, last.difference_fen, last.remit_fen, last.float_left_fen) == (1, 0, 19_80, 500_00)
    assert "Z 第 0001 号" in at.words()


def test_a_difference_above_tolerance_needs_its_reason(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    count(at, 4, 1, 2, 0, 0, 0, 0, 0)
    assert "短款 ¥10.00" in at.words()
    at.press("F12")
    assert at.echoes[-1].code == "difference_reason_needed"
    at.press("2", "F12")
    at.until(lambda: at.page._scene.state == "closed")
    last = demo_counter.till.store.shifts.last_closed()
    assert demo_counter.till.store.shifts.closing(last.shift_id).difference_reason == "missed_entry"


def test_one_recount_is_allowed_and_cash_cannot_move_after_the_count(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    assert "F6" in at.bar()
    count(at, 4, 0, 0, 0, 0, 0, 0, 0)
    assert "F6" not in at.bar()
    at.press("F5")
    count(at, 5, 0, 0, 0, 0, 0, 0, 0)
    assert "F5" not in at.bar()
    assert at.page._scene.difference_fen == 0


def test_cash_is_taken_out_with_a_reason(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.press("F6", "5", "Enter", "200", "Enter")
    at.until(lambda: at.toasts)
    shift = demo_counter.till.store.shifts.open_shift()
    moves = demo_counter.till.store.shifts.cash_moves(shift.shift_id)
    assert [(move.amount_fen, move.reason) for move in moves] == [(-200_00, "deposit")]


def test_more_cash_than_the_drawer_holds_is_refused_in_the_form(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.press("F6", "5", "Enter", "9000", "Enter")
    assert at.echoes[-1].code == "more_than_drawer"
    assert at.page._form is not None


def test_a_duty_out_of_range_asks_what_was_done(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.press("F4")
    row = at.page.findChild(QWidget, "duty-room_climate-pm")
    row.setFocus()
    at.press("Enter", "31.5", "Enter", "50", "Enter")
    assert "超出范围，采取的措施" in at.words()
    at.press("2", "Enter")
    at.until(lambda: at.toasts)
    done = demo_counter.till.store.shifts.duties(at.page._scene.day)
    assert [(row.duty, row.slot, row.figures, row.in_range, row.action) for row in done] == [
        ("room_climate", "pm", {"temperature_dc": 315, "humidity_pm": 500}, False, "air_conditioner")
    ]
    assert "李娜" in at.words()


def test_missed_duties_are_counted_on_the_rail_from_the_founding_on(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    assert bench().page.badge() == ""
    demo_counter.clock.jump(demo_counter.clock.now() + timedelta(hours=9))
    assert bench().page.badge() == "3"


def test_a_pharmacist_comes_on_duty_with_the_own_pin(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.press("F9", "1002", "Enter")
    at.until(lambda: at.toasts)
    assert demo_counter.till.store.shifts.duty_pharmacists() == ("staff-1002",)


def test_the_day_is_closed_with_a_backup_made_off_the_window(
    bench: Callable[[], DeskBench], demo_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    made_on: list[str] = []
    store = demo_counter.till.store
    make = store.backups.make

    def watched() -> Any:
        made_on.append(threading.current_thread().name)
        return make()

    monkeypatch.setattr(store.backups, "make", watched)
    at = bench()
    count(at, 5, 0, 0, 0, 0, 0, 0, 0)
    at.press("F12")
    at.until(lambda: at.page._scene.state == "closed")
    day = store.shifts.last_closed().day
    at.press("F9")
    at.until(lambda: store.shifts.day_closing(day) is not None)
    at.until(lambda: "F9" not in at.bar() and at.toasts)
    assert made_on == ["shift-work"]
    assert len(store.shifts.day_closing(day).backup) == 64
    at.press("F12")
    assert at.gone == ["sign_in"]


def test_a_backup_that_cannot_be_made_is_told_and_leaves_the_day_open(
    bench: Callable[[], DeskBench], demo_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = demo_counter.till.store

    def broken() -> Any:
        raise OSError("no room")

    monkeypatch.setattr(store.backups, "make", broken)
    at = bench()
    count(at, 5, 0, 0, 0, 0, 0, 0, 0)
    at.press("F12")
    at.until(lambda: at.page._scene.state == "closed")
    at.press("F9")
    at.until(lambda: at.echoes)
    assert store.shifts.day_closing(store.shifts.last_closed().day) is None
    assert "F9" in at.bar()


def test_the_z_is_saved_as_pdf(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    count(at, 5, 0, 0, 0, 0, 0, 0, 0)
    at.press("F12")
    at.until(lambda: at.page._scene.state == "closed")
    at.page.findChild(QWidget, "save-pdf").click()
    at.until(lambda: at.toasts)
    assert next(Path(demo_counter.till.folder).glob("reports/Z-*.pdf")).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_fits_the_smallest_screen(bench: Callable[[], DeskBench], theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    at = bench()
    assert at.fits()
    at.press("F4")
    assert at.fits()
    at.press("F4")
    count(at, 4, 0, 0, 0, 0, 0, 0, 0)
    assert at.fits()
    at.press("1", "F12")
    at.until(lambda: at.page._scene.state == "closed")
    assert at.fits()


def test_the_person_who_takes_over_is_named_and_stands_on_the_z(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    till.selling.hold()
    at = bench()
    count(at, 5, 0, 0, 0, 0, 0, 0, 0)
    assert {badge.staff_id for badge in till.shifts.successors()} == {"staff-1002", "staff-1003", "staff-1004", "staff-1005"}
    at.press("F3", "4")
    assert at.page._scene.handed_to == "staff-1004"
    at.press("F12")
    at.until(lambda: at.page._scene.state == "closed")
    closing = till.store.shifts.closing(till.store.shifts.last_closed().shift_id)
    assert (closing.handed_to, closing.held_baskets) == ("staff-1004", 1)
    assert "交给 赵倩，1 张挂单一并转交" in at.words()
    till.shifts.sign_in("staff-1004", "1004")
    assert till.selling.recall(till.store.parked.held()[0].basket_id).totals.pieces == 1


def test_nobody_need_be_named_and_a_name_does_not_outlive_its_shift(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    at = bench()
    count(at, 5, 0, 0, 0, 0, 0, 0, 0)
    at.press("F3", "2", "1", "F12")
    at.until(lambda: at.page._scene.state == "closed")
    assert till.store.shifts.closing(till.store.shifts.last_closed().shift_id).handed_to == ""
    assert "交给 " not in at.words().replace("交给下一班", "")


def test_one_does_not_hand_over_to_oneself(demo_counter: Any) -> None:
    with pytest.raises(Refused, match="staff_unknown"):
        demo_counter.till.shifts.set_handed_to("staff-1001")
