"""The Stock page, driven by keys on a real till."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench

from app.desktop.screens.stock import StockPage
from app.desktop.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

AMLODIPINE_BOX, NEW_BOX, THERMOMETER, ISATIS_EXPIRED = (
    "89900001091676336760",
    "89900001099999999999",
    "6999580000439",
    "89905531098441994780",
)


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, StockPage)


def lots(counter: Any, product_id: str) -> dict[str, Any]:
    """The lots of a product by their number."""
    return {held.lot.lot_no: held for held in counter.till.store.stock.lots(product_id)}


def test_a_box_shows_its_lots_first_expiry_first(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    expiries = [lot.expires_on for lot in at.page._lots]
    assert len(expiries) >= 2
    assert expiries == sorted(expiries)
    assert "先出" in at.words()


def test_an_expired_lot_is_said_to_be_unsaleable(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(ISATIS_EXPIRED)
    assert "已过期 不可售" in at.words()


def test_goods_in_takes_scanned_boxes_and_a_month_as_expiry(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    product_id = at.page._product.product_id
    at.press("F5")
    at.page.on_scanned(NEW_BOX)
    assert "已扫追溯码 1 盒" in at.words()
    at.press("T900", "Enter", "2028-04", "Enter", "3", "Enter")
    at.until(lambda: at.toasts)
    held = lots(demo_counter, product_id)["T900"]
    assert (held.lot.expires_on.isoformat(), held.on_shelf) == ("2028-04-30", 3)
    assert demo_counter.till.store.stock.code(NEW_BOX).lot_id == held.lot.id


def test_goods_in_says_what_to_mend(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    at.press("F5", "T901", "Enter", "4/28", "Enter", "3", "Enter")
    assert at.echoes[-1].code == "expiry_shape"
    assert "效期写成 2028-04 或 20280430" in at.words()
    assert at.page.focusWidget().objectName() == "form-expiry"


def test_a_box_that_is_kept_already_is_refused_at_goods_in(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    at.press("F5")
    at.page.on_scanned(AMLODIPINE_BOX)
    assert at.echoes[-1].code == "code_known"
    assert at.page._boxes == []


def test_a_lot_is_recalled_and_then_cannot_be_sold(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    lot = at.page._lot
    at.press("F8", "1002", "Enter")
    at.until(lambda: at.toasts)
    assert demo_counter.till.store.stock.lot(lot).lot.state == "recalled"
    assert "召回 不可售" in at.words()
    at.press("F6", "1003", "Enter")
    at.until(lambda: len(at.toasts) == 2)
    assert demo_counter.till.store.stock.lot(lot).lot.state == "saleable"


def test_a_count_corrects_the_books_with_its_reason(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    lot = at.page._chosen()
    at.press("F4", "40", "Enter", "2", "Enter", "1003", "Enter")
    at.until(lambda: at.toasts)
    assert demo_counter.till.store.stock.lot(lot.lot_id).on_shelf == 40


def test_a_count_that_agrees_writes_nothing(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    at.press("F4", str(at.page._chosen().on_shelf), "Enter", "1", "Enter", "1003", "Enter")
    assert at.echoes[-1].code == "same_as_books"


def test_oversold_stock_is_a_task_that_a_correction_closes(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    have = demo_counter.till.store.stock.level("P5800A1")
    demo_counter.till.selling.add_product("P5800A1", have + 2)
    demo_counter.sell()
    at = bench()
    assert at.page.badge() == "1"
    at.press("Enter", "0", "Enter", "Enter", "1003", "Enter")
    at.until(lambda: at.toasts)
    assert demo_counter.till.store.stock.negatives() == ()
    assert at.page.badge() == ""


def test_packs_sold_without_a_lot_are_corrected_under_their_product(demo_counter: Any) -> None:
    stocking, stock = demo_counter.till.stocking, demo_counter.till.store.stock
    stocking.correct("", -2, "count", pin="1003", product_id="P5800A1").result(60)
    assert [(row.lot_id, row.quantity) for row in stock.negatives()] == [("", -2)]
    stocking.correct("", 2, "oversold", pin="1003", product_id="P5800A1").result(60)
    assert stock.negatives() == ()


def test_near_expiry_is_a_list_and_opens_its_lot(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page._choose_tasks(2)
    days = [cell.sub for row in at.page._rows[:5] for cell in row.cells if cell.sub.startswith("还有")]
    assert len(days) == 5
    at.press("Enter")
    assert at.page._chosen() is not None
    assert at.page._chosen().state == "near"


def test_a_word_lists_products_and_enter_opens_one(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_omnibox("阿莫西林")
    assert len(at.page._hits) > 1
    at.press("Down", "Enter")
    assert at.page._product.product_id == at.page._hits[1].product_id


def test_f12_adds_the_product_to_the_open_sale(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_scanned(THERMOMETER)
    at.press("F12")
    assert at.gone == ["sale"]
    assert [line.product_id for line in demo_counter.till.selling.scene().lines] == ["P5800A1"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_fits_the_smallest_screen(bench: Callable[[], DeskBench], theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    at = bench()
    assert at.fits()
    at.page.on_scanned(AMLODIPINE_BOX)
    assert at.fits()
    at.press("F5")
    assert at.fits()
    at.press("Esc", "F4")
    assert at.fits()


def test_what_moved_the_stock_is_listed_with_the_sale_behind_it(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    demo_counter.till.selling.scan(AMLODIPINE_BOX)
    product_id = demo_counter.till.selling.scene().lines[0].product_id
    demo_counter.till.selling.remove(demo_counter.till.selling.scene().lines[0].line_id)
    lot = demo_counter.till.stocking.rows(product_id)[0]
    demo_counter.till.stocking.correct(lot.lot_id, -1, "damage", "shelf", "1003").result(60)
    demo_counter.till.selling.add_product("P5800A1", 2)
    demo_counter.sell()
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    assert "更正 · 破损" in at.words()
    at.page.on_scanned(THERMOMETER)
    sale = at.page._moves[0]
    assert (sale.cause, sale.quantity) == ("sale", -2)
    assert sale.number
    assert "销售" in at.words()
    assert at.page._trend.per_day[-1] == 2
    assert at.page._trend.days_known == 1


def test_selling_points_are_what_the_catalogue_says(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(AMLODIPINE_BOX)
    said = at.words()
    assert "凭处方销售" in said
    assert "易混" in said
    alike = next(point for point in at.page._points if point.code == "look_alike")
    assert alike.spans
    at.page.on_scanned(THERMOMETER)
    assert "凭处方销售" not in at.words()
