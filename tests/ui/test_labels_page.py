"""The Labels page, driven by keys on a real till: what is chosen, the picture, the sheet, and a pharmacist's direction."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtWidgets import QWidget

from app.desktop.screens.labels import LabelsPage
from app.desktop.theme import Theme
from app.desktop.widgets.picture import PaperPicture

MASKS, THERMOMETER = "6999600000494", "6999580000439"


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, LabelsPage)


def product_of(demo_counter: Any, barcode: str) -> Any:
    return demo_counter.till.store.catalogue.by_barcode(barcode)[0]


def shown(at: DeskBench) -> bool:
    picture = at.page.findChild(PaperPicture)
    return picture is not None and not picture.image.isNull()


def test_scans_choose_products_and_the_picture_is_of_the_one_in_hand(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_scanned(MASKS)
    at.page.on_scanned(MASKS)
    at.page.on_scanned(THERMOMETER)
    masks, thermometer = product_of(demo_counter, MASKS), product_of(demo_counter, THERMOMETER)
    assert demo_counter.till.labelling.chosen == {masks.id: 2, thermometer.id: 1}
    at.until(lambda: f"{thermometer.generic_name} 的标签" in at.words())
    assert shown(at)
    assert "共 3 张，A4 1 页" in at.words()
    assert at.fits()


def test_plus_and_minus_change_the_copies(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_scanned(MASKS)
    at.press("+", "+", "-")
    assert list(demo_counter.till.labelling.chosen.values()) == [2]
    at.press("-", "-")
    assert demo_counter.till.labelling.chosen == {}
    assert "F8" not in at.bar()


def test_a_changed_price_is_listed_saved_as_a_sheet_and_then_agrees(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    product = product_of(demo_counter, MASKS)
    till.labelling.note_shelf([product]).result(60)
    till.store.catalogue.upsert([product.model_copy(update={"list_price_fen": product.list_price_fen + 50})])
    at = bench()
    assert "价格变了 1" in at.words()
    at.press("F4")
    assert "共 1 张" in at.words()
    at.press("F8")
    at.until(lambda: at.toasts)
    saved = next((till.folder / "reports").glob("labels-*.pdf"))
    assert saved.read_bytes().startswith(b"%PDF")
    assert till.labelling.stale() == ()
    assert till.labelling.chosen == {}
    assert "货架价签都对得上" in at.words()


def test_what_is_not_known_is_said(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned("6900000000000")
    assert at.echoes[-1].code == "nothing_found"


def test_a_direction_is_signed_by_a_pharmacist_seen_and_saved(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    code = next(row.code for row in till.sheet if row.kind == "trace")
    number = demo_counter.sell(code)
    till.labelling.sale_id = till.store.sales.by_number(number).body.sale_id
    at = bench()
    assert "选一种药，写用法" in at.words()
    assert "F8" not in at.bar()
    at.press("F4")
    form = at.page._form
    form.put("text", "一日三次，饭后服")
    form.put("mg", "300")
    form.put("pin", "1001")
    form.submit()
    at.until(lambda: at.echoes and at.echoes[-1].code.startswith("pin"))
    form.put("pin", "1002")
    form.submit()
    at.until(lambda: shown(at))
    assert "一日三次，饭后服" in at.words()
    at.press("F8")
    at.until(lambda: at.toasts)
    saved = till.folder / "reports" / f"directions-{number}.pdf"
    assert saved.stat().st_mode & 0o077 == 0


def test_f9_saves_the_refill_card_that_care_reckons(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.attach_member("member-00001")
    number = demo_counter.sell(MASKS)
    till.labelling.sale_id = till.store.sales.by_number(number).body.sale_id
    at = bench()
    at.press("F9")
    at.until(lambda: at.toasts)
    saved = till.folder / "reports" / "refills-0019.pdf"
    assert saved.read_bytes().startswith(b"%PDF") and saved.stat().st_mode & 0o077 == 0


def test_a_direction_without_words_is_asked_again(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    till = demo_counter.till
    code = next(row.code for row in till.sheet if row.kind == "trace")
    till.labelling.sale_id = till.store.sales.by_number(demo_counter.sell(code)).body.sale_id
    at = bench()
    at.press("F4")
    at.page._form.submit()
    assert at.page._form is not None
    assert at.echoes[-1].code == "direction_empty"
    at.press("Esc")
    assert at.page._form is None
    at.press("Esc")
    assert at.gone == ["receipts"]


def test_every_paper_is_in_the_keys_and_small_ones_show_too(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    at.page.on_scanned(MASKS)
    seen = set()
    for _ in range(3):
        at.until(lambda: shown(at))
        picture = at.page.findChild(PaperPicture)
        assert picture is not None
        seen.add(round(picture.image.width() / picture.image.height(), 1))
        at.press("F6")
    assert len(seen) >= 2
    assert at.page.findChild(QWidget, "print-labels") is None
