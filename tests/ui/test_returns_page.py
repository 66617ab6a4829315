"""The Returns page, driven by keys on a real till."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench

from app.desktop.screens.returns import ReturnsPage
from app.desktop.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

MASKS, THERMOMETER, IBUPROFEN, IBUPROFEN_BOX = "6999600000494", "6999580000439", "6999220000119", "89906411004039116120"


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, ReturnsPage)


def test_a_thermometer_goes_back_to_the_shelf_by_keys_alone(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS, MASKS, THERMOMETER)
    at = bench()
    at.page.on_scanned(number)
    at.press("Down", "Space", "F4", "4", "F12")
    at.until(lambda: at.page._scene.state == "done")
    kept = demo_counter.till.store.sales.return_by_number(at.page._scene.return_number)
    assert [(line.generic_name, line.quantity, line.zone) for line in kept.body.lines] == [("电子体温计", 1, "shelf")]
    assert kept.body.reason == "wrong_goods"
    assert "退款已记账" in at.words()


def test_the_box_has_the_keyboard_after_a_return(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS, MASKS, THERMOMETER)
    at = bench()
    freed: list[str] = []
    at.page.type_back.connect(lambda: freed.append(at.page._scene.state))
    at.page.on_scanned(number)
    at.press("Down", "Space", "F4", "4")
    assert freed == []
    at.press("F12")
    at.until(lambda: at.page._scene.state == "done")
    assert freed[-1] == "done"


def test_a_medicine_is_locked_until_a_reason_allows_it_and_then_goes_to_the_reject_zone(
    bench: Callable[[], DeskBench], demo_counter: Any
) -> None:
    demo_counter.sell(IBUPROFEN, IBUPROFEN_BOX)
    at = bench()
    at.page.on_scanned(IBUPROFEN_BOX)
    at.press("Space")
    assert not any(line.chosen for line in at.page._scene.lines)
    assert "F12" not in at.bar()
    at.press("F4", "1")
    at.page._rows[0].setFocus()
    at.press("Space")
    assert at.page._scene.needs_approval
    assert "进不合格品区" in at.words()
    at.press("F12", "1003", "Enter")
    assert at.page._scene.approved_by == "陈强"
    at.press("F12")
    at.until(lambda: at.page._scene.state == "done")
    kept = demo_counter.till.store.sales.return_by_number(at.page._scene.return_number)
    assert kept.body.lines[0].zone == "reject"
    assert kept.body.approved_by == "staff-1003"


def test_a_scanned_box_leads_to_its_own_line(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS, THERMOMETER, IBUPROFEN, IBUPROFEN_BOX)
    at = bench()
    at.page.on_scanned(IBUPROFEN_BOX)
    at.press("F4", "1")
    at.page.on_scanned(IBUPROFEN_BOX)
    at.press("Space")
    assert [(line.name, line.chosen) for line in at.page._scene.lines if line.chosen] == [("布洛芬缓释胶囊", 1)]


def test_a_wrong_pin_is_told_and_books_nothing(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(IBUPROFEN, IBUPROFEN_BOX)
    at = bench()
    at.page.on_scanned(number)
    at.press("F4", "1")
    at.page._rows[0].setFocus()
    at.press("Space", "F12", "9999", "Enter")
    assert at.echoes[-1].code == "pin_wrong"
    assert at.page._scene.state == "choosing"


def test_plus_and_minus_change_how_many_go_back(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS, MASKS, MASKS)
    at = bench()
    at.page.on_scanned(number)
    at.press("Space", "-")
    assert at.page._scene.lines[0].chosen == 2
    at.press("+", "+")
    assert at.page._scene.lines[0].chosen == 3


def test_no_refund_without_a_reason(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(THERMOMETER)
    at = bench()
    at.page.on_scanned(number)
    at.press("Space", "F12")
    assert at.echoes[-1].code == "reason_needed"
    assert at.page._scene.state == "choosing"


def test_a_whole_sale_is_voided_with_the_managers_pin(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(IBUPROFEN, IBUPROFEN_BOX, method="qr")
    at = bench()
    at.page.on_scanned(number)
    at.press("F8", "1", "Enter", "1003", "Enter")
    at.until(lambda: at.page._scene.state == "done")
    assert demo_counter.till.store.sales.by_number(number).voided
    assert "已整单作废" in at.words()


def test_a_sale_of_another_shift_offers_no_void(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(THERMOMETER)
    at = bench()
    demo_counter.till.returning._post.shift = None
    at.page.on_scanned(number)
    assert "F8" not in at.bar()


def test_a_phone_number_lists_the_members_sales_and_an_unknown_number_says_so(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell("90000000000000000019", MASKS)
    demo_counter.sell("90000000000000000019", THERMOMETER)
    demo_counter.sell(MASKS)
    at = bench()
    assert len(at.page._scene.found) == 3
    at.page.on_omnibox("19900000001")
    assert len(at.page._scene.found) == 2
    at.page.on_omnibox("NO-SUCH")
    assert at.page._scene.problem is not None
    assert at.page._scene.problem.zh in at.words()


def test_escape_steps_back_without_losing_the_till(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(THERMOMETER)
    at = bench()
    at.page.on_scanned(number)
    at.press("F8", "Esc")
    assert at.page._scene.state == "choosing"
    at.press("Esc")
    assert at.page._scene.state == "empty"
    at.press("Esc")
    assert at.gone == ["sale"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_fits_the_smallest_screen(bench: Callable[[], DeskBench], demo_counter: Any, theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    number = demo_counter.sell(MASKS, MASKS, THERMOMETER, IBUPROFEN, IBUPROFEN_BOX)
    at = bench()
    assert at.fits()
    at.page.on_scanned(number)
    at.press("F4", "1")
    for row in range(3):
        at.page._rows[row].click()
    assert at.fits()
    at.press("F8")
    assert at.fits()


def test_the_page_speaks_the_other_language_as_soon_as_it_is_chosen(bench: Callable[[], DeskBench], theme: Theme) -> None:
    at = bench()
    assert "找原单" in at.words()
    theme.set_language("en")
    assert "Find the original sale" in at.words()


def test_the_rows_of_a_sale_are_restated_and_the_keyboard_stays(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(MASKS, MASKS, MASKS, THERMOMETER)
    at = bench()
    at.page.on_scanned(number)
    rows, held = at.page._rows, at.page.focusWidget()
    assert held is rows[0]
    at.press("Space", "-")
    assert at.page._rows == rows and at.page.focusWidget() is held
    assert "医用外科口罩 2" in at.words() and "×3" not in at.words()
    assert at.page._due._total.fen == at.page._scene.total_fen > 0
    at.press("Space")
    assert "医用外科口罩 2" not in at.words() and "×3" in at.words()
    assert not at.page._due.go.isEnabled()


def test_a_row_that_showed_another_line_counts_this_one(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    masks, thermometer = demo_counter.sell(MASKS, MASKS, MASKS), demo_counter.sell(THERMOMETER, THERMOMETER)
    at = bench()
    at.page.on_scanned(masks)
    at.press("Space")
    row = at.page._rows[0]
    at.page.on_scanned(thermometer)
    at.press("Space", "-")
    assert at.page._rows == (row,)
    assert [(line.name, line.chosen) for line in at.page._scene.lines] == [("电子体温计", 1)]
    assert "电子体温计 1" in at.words() and "口罩" not in at.words()
    at.press("+", "+")
    assert at.page._scene.lines[0].chosen == 2


def test_a_list_is_restated_when_a_sale_was_added(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    at = bench()
    rows = at.page._rows
    at.page.on_shown()
    assert at.page._rows == rows
    number = demo_counter.sell(THERMOMETER, MASKS)
    at.page.on_shown()
    assert [row.cells[1].words for row in at.page._rows] == ["电子体温计 等 2 种", "医用外科口罩"]
    assert at.page._rows[0] is rows[0]
    at.page._rows[0].click()
    assert at.page._scene.number == number


def test_a_long_list_comes_in_parts_and_is_whole_before_a_key_counts(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    for _ in range(10):
        demo_counter.sell(MASKS)
    at.page.on_shown()
    assert len(at.page._rows) == 8 and at.page.reading
    at.page.takes_key("Up")
    assert len(at.page._rows) == 10 and not at.page.reading
    at.page.on_key("Up")
    assert at.page.focusWidget() is at.page._rows[9]
    at.page.on_shown()
    assert len(at.page._rows) == 10 and not at.page.reading


def test_a_sale_that_is_found_ends_the_list_that_was_still_to_come(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    numbers = [demo_counter.sell(MASKS) for _ in range(10)]
    at.page.on_shown()
    at.page.on_scanned(numbers[0])
    at.until(lambda: not at.page.reading)
    assert len(at.page._rows) == 1 and at.page._scene.number == numbers[0]


def test_a_page_that_nobody_sees_lets_its_rows_go_and_comes_back_in_the_other_language(
    bench: Callable[[], DeskBench], demo_counter: Any, theme: Theme
) -> None:
    number = demo_counter.sell(MASKS, MASKS)
    at = bench()
    at.page.on_scanned(number)
    at.press("Space")
    at.page.hide()
    theme.set_language("en")
    assert at.page._rows == ()
    at.page.show()
    at.page.on_shown()
    assert len(at.page._rows) == 1
    assert at.page._scene.lines[0].chosen == 2 and "Choose what goes back" not in at.words()
    assert "Back the way it came" in at.words() and "Cash" in at.words()


def test_a_pin_half_typed_is_forgotten_with_the_page_and_with_what_it_was_for(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    number = demo_counter.sell(IBUPROFEN, IBUPROFEN_BOX)
    at = bench()
    at.page.on_scanned(number)
    at.press("F4", "1")
    at.page._rows[0].setFocus()
    at.press("Space")
    assert at.page._pin is not None
    for forget in (at.page.on_left, lambda: at.press("F4", "3"), lambda: at.page.on_scanned(number)):
        at.page._due.pin.setText("10")
        forget()
        assert at.page._due.pin.text() == ""
