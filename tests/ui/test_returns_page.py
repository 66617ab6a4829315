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
