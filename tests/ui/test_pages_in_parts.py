"""Pages of the back office come in parts: what still holds stands, what changed is seen, and no key finds a page that is not whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.screens.campaigns import CampaignsPage
from app.desktop.screens.in_parts import FIRST, InParts
from app.desktop.screens.receipts import ReceiptsPage
from app.desktop.screens.rx import RxPage
from app.desktop.screens.shift import ShiftPage
from app.desktop.screens.stock import StockPage
from app.desktop.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = ("stock", "receipts", "shift", "rx", "campaigns")
KINDS = (StockPage, ReceiptsPage, ShiftPage, RxPage, CampaignsPage)
MASKS, THERMOMETER, RX_BOX = "6999600000494", "6999580000439", "89900001091676336760"


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[type[InParts]], DeskBench]:
    """Makes a page on the demo till."""
    return lambda kind: DeskBench(theme, demo_counter.till, kind)


def again(at: DeskBench) -> None:
    """The page goes away and comes back, to its end."""
    at.page.on_left()
    at.page.hide()
    at.page.show()
    at.page.on_shown()
    at.until(lambda: not at.page.reading)


def parts(page: QWidget) -> list[QWidget]:
    """Every part that stands on a page."""
    return [part for part in page.findChildren(QWidget) if part.parent() is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_shown_again_makes_and_reads_nothing_anew(kind: type[InParts], bench: Any, demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    at = bench(kind)
    before = parts(at.page)
    at.page.hide()
    at.page.show()
    at.page.on_shown()
    assert not at.page.reading
    after = parts(at.page)
    assert len(before) > 8 and len(before) == len(after) and all(old is new for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_comes_first_is_drawn_in_parts_and_a_key_finds_it_whole(kind: type[InParts], bench: Any) -> None:
    at = bench(kind)
    whole = at.words()
    at.page.let_go()
    at.page.on_shown()
    begun = len(parts(at.page))
    assert at.page.reading
    at.page.takes_key("Down")
    assert not at.page.reading and len(parts(at.page)) > begun
    assert at.words() == whole


@pytest.mark.parametrize("kind", (StockPage, ReceiptsPage, ShiftPage))
def test_what_may_have_changed_is_not_seen_until_it_is_read(kind: type[InParts], bench: Any, demo_counter: Any) -> None:
    at = bench(kind)
    at.page.hide()
    demo_counter.sell(MASKS)
    at.page.show()
    at.page.on_shown()
    slots = at.page.slots()
    assert at.page.reading and not any(slot.updatesEnabled() for slot in slots)
    at.until(lambda: not at.page.reading)
    assert all(slot.updatesEnabled() for slot in at.page.slots())


def test_the_next_sale_stands_first_among_the_receipts(bench: Any, demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    at = bench(ReceiptsPage)
    number = demo_counter.sell(THERMOMETER)
    again(at)
    assert at.page._sale.number == number
    assert [row.objectName() for row in at.page._rows][:1] == [f"sale-{at.page._sale.body.sale_id}"]
    assert number in at.words()


def test_a_receipt_that_was_chosen_gives_way_to_the_newest_when_the_page_comes_again(bench: Any, demo_counter: Any) -> None:
    first = demo_counter.sell(MASKS)
    last = demo_counter.sell(THERMOMETER)
    at = bench(ReceiptsPage)
    at.press("Down")
    assert at.page._sale.number == first
    again(at)
    assert at.page._sale.number == last
    assert [row.objectName() for row in at.page._rows if row._chosen] == [f"sale-{at.page._sale.body.sale_id}"]


def test_the_page_of_receipts_shown_again_reads_no_sale(bench: Any, demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    demo_counter.sell(MASKS)
    at = bench(ReceiptsPage)
    reads: list[object] = []
    sales = demo_counter.till.store.sales
    monkeypatch.setattr(type(sales), "_one", lambda _, where: reads.append(where))
    again(at)
    assert reads == []


def test_many_sales_of_a_day_are_all_there_in_the_end(bench: Any, demo_counter: Any) -> None:
    for _ in range(FIRST + 7):
        demo_counter.sell(MASKS)
    at = bench(ReceiptsPage)
    assert len(at.page._rows) == len(at.page._sales) == FIRST + 7
    at.page.on_key("Up")
    assert at.page.focusWidget() is at.page._rows[-1]
    again(at)
    assert [row.objectName() for row in at.page._rows] == [f"sale-{sale.sale_id}" for sale in at.page._sales]


def test_a_list_left_while_it_grew_is_whole_when_the_page_comes_again(bench: Any, demo_counter: Any) -> None:
    for _ in range(FIRST + 7):
        demo_counter.sell(MASKS)
    at = bench(ReceiptsPage)
    at.page.let_go()
    at.page.on_shown()
    at.until(lambda: at.page._rows)
    assert len(at.page._rows) < FIRST + 7
    at.page.hide()
    at.until(lambda: not at.page.reading)
    again(at)
    assert len(at.page._rows) == FIRST + 7
    assert "补打小票" in at.words() or "打印小票" in at.words()


def test_stock_that_went_below_nothing_is_a_task_when_the_page_comes_again(bench: Any, demo_counter: Any) -> None:
    at = bench(StockPage)
    assert "超卖 0" in at.words()
    have = demo_counter.till.store.stock.level("P5800A1")
    demo_counter.till.selling.add_product("P5800A1", have + 2)
    demo_counter.sell()
    again(at)
    assert "超卖 1" in at.words()


def test_a_sale_changes_the_lots_of_the_product_that_is_looked_at(bench: Any, demo_counter: Any) -> None:
    at = bench(StockPage)
    at.page.on_scanned(MASKS)
    lot = at.page._lots[0]
    row = at.page._rows[0]
    again(at)
    assert at.page._rows[0] is row
    demo_counter.sell(MASKS)
    again(at)
    assert at.page._lots[0].on_shelf == lot.on_shelf - 1
    assert str(lot.on_shelf - 1) in [cell.words for cell in at.page._rows[0].cells]


def test_what_was_counted_stays_in_its_box_when_the_page_comes_again(bench: Any, demo_counter: Any) -> None:
    at = bench(ShiftPage)
    at.press("3", "Enter", "7")
    boxes = at.page._boxes
    again(at)
    assert at.page._boxes == boxes
    demo_counter.sell(MASKS)
    again(at)
    assert [box.entry.text() for box in at.page._boxes][:3] == ["3", "7", ""]
    assert at.page._scene.counted_fen == 3 * 10_000 + 7 * 5_000
    assert "¥650.00" in at.words()
    assert at.page.focusWidget() is at.page._boxes[2].entry


def test_a_digit_typed_before_the_boxes_stand_goes_into_the_count(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.show_page("shift")
    assert shell.page.reading
    hand.press(Qt.Key.Key_4, "4")
    hand.until(lambda: not hand.window._catcher._held)
    assert shell.page._boxes[0].entry.text() == "4"
    assert shell.bar.omnibox.text == ""


def test_the_figures_of_the_shift_are_of_the_last_sale(bench: Any, demo_counter: Any) -> None:
    at = bench(ShiftPage)
    demo_counter.sell(MASKS)
    again(at)
    assert at.page._scene.totals.sales == 1
    assert "1 单" in at.words()


def test_a_recount_empties_the_boxes(bench: Any) -> None:
    at = bench(ShiftPage)
    at.press("5", "F12", "F5")
    assert [box.entry.text() for box in at.page._boxes] == [""] * 8
    assert all(box.entry.isEnabled() for box in at.page._boxes)


def test_the_queue_of_prescriptions_is_that_of_the_sale_as_it_stands(bench: Any, demo_counter: Any) -> None:
    at = bench(RxPage)
    assert "没有等着审方的处方药" in at.words()
    demo_counter.till.selling.scan(RX_BOX)
    again(at)
    assert at.page._scene.chosen is not None and "四查十对" in at.words()
    line = demo_counter.till.selling.basket.lines[0]
    demo_counter.till.selling.remove(line.line_id)
    again(at)
    assert at.page._scene.chosen is None and "没有等着审方的处方药" in at.words()


def test_offers_tell_what_they_do_in_the_sale_as_it_stands(bench: Any, demo_counter: Any) -> None:
    at = bench(CampaignsPage)
    assert "扫商品后看本单用得上哪些" in at.words()
    demo_counter.till.selling.scan(MASKS)
    again(at)
    assert "扫商品后看本单用得上哪些" not in at.words()
    assert "回收银" in at.words()


def test_the_sync_page_reads_its_book_once_for_each_commit(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.sign_in()
    shell = hand.window.shell
    till, page = shell.till, shell.pages["sync"]
    reads: list[int] = []
    count = type(till.store.people).member_count
    monkeypatch.setattr(type(till.store.people), "member_count", lambda self: reads.append(1) or count(self))
    shell.show_page("sync")
    assert page.reading and not page.updatesEnabled()
    hand.pause()
    assert page.updatesEnabled() and reads == [1]
    assert "记录都存在本机账本" in hand.words()
    shell.show_page("sale")
    shell.show_page("sync")
    page._tick()
    assert not page.reading and page.updatesEnabled() and reads == [1]
    till.shifts.open_drawer("change_money").result(60)
    page._tick()
    hand.until(lambda: not page.reading)
    assert reads == [1, 1]


def test_the_sync_page_says_everything_in_another_language(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.show_page("sync")
    hand.pause()
    assert "记录都存在本机账本" in hand.words()
    hand.window.theme.set_language("en")
    hand.pause()
    assert "All records are in this till's ledger" in hand.words() and "记录都存在本机账本" not in hand.words()


def test_what_was_found_tells_the_stock_of_now_when_the_page_comes_again(bench: Any, demo_counter: Any) -> None:
    at = bench(StockPage)
    at.page.on_omnibox("阿莫西林")
    hit = at.page._hits[0]
    assert len(at.page._hits) > 1 and f"店存 {hit.stock}" in at.words()
    demo_counter.till.stocking.receive(hit.product_id, "T700", demo_counter.till.staging.frame().day.replace(year=2030), 5).result(60)
    again(at)
    assert at.page._hits[0].stock == hit.stock + 5
    assert f"店存 {hit.stock + 5}" in at.words()


@pytest.mark.parametrize(("kind", "key"), ((ReceiptsPage, "F6"), (ShiftPage, "F7"), (RxPage, "F9")))
def test_a_form_left_open_is_gone_when_the_look_changes_behind_another_page(
    kind: type[InParts], key: str, bench: Any, demo_counter: Any
) -> None:
    demo_counter.sell(MASKS)
    at = bench(kind)
    whole = at.words()
    at.press(key)
    assert at.page._form is not None
    at.page.hide()
    at.theme.set_mode("dark")
    assert at.page._form is None
    again(at)
    assert at.words() == whole
