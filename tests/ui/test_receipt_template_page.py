"""The receipt template page, driven by keys on a real till."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from app.counter.faults import Refused
from app.counter.receipt_template import standard_body
from app.desktop.screens.receipt_template import ReceiptTemplatePage
from app.desktop.screens.settings import SettingsPage
from app.desktop.theme import Theme


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till, a manager at it."""
    demo_counter.till.tuning.unlock("1003")

    def make() -> DeskBench:
        at = DeskBench(theme, demo_counter.till, ReceiptTemplatePage)
        at.until(lambda: not at.page._picture.image.isNull())
        return at

    return make


def row(at: DeskBench, name: str) -> Any:
    found = at.page.findChild(QWidget, name)
    assert found is not None, name
    return found


def test_a_block_taken_out_is_gone_from_the_paper_and_from_the_next_receipt(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    before = at.page._picture.image.height()
    row(at, f"blocks-{standard_body()['blocks'].index('keep')}").click()
    at.until(lambda: at.page._picture.image.height() < before)
    at.press("F12")
    at.until(lambda: at.toasts)
    assert "keep" not in demo_counter.till.settings.get("receipt.template")["blocks"]
    assert "keep" not in demo_counter.till.printing.faces.look().template.blocks
    assert at.fits()
    if folder := os.environ.get("YAOGUI_PAGE_PNG"):
        at.page.grab().save(str(Path(folder) / "receipt-template.png"))


def test_what_the_law_wants_is_refused_with_its_reason_and_not_kept(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    row(at, f"fields-{standard_body()['fields'].index('trace')}").click()
    at.until(lambda: "「追溯码」不能去掉" in at.words())
    at.press("F12")
    assert "「追溯码」不能去掉" in at.toasts[0]
    assert demo_counter.till.settings.get("receipt.template") == {}
    at.press("F9")
    at.until(lambda: "「追溯码」不能去掉" not in at.words())


def test_keys_move_a_block_and_words_are_put_on_paper(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    blocks = standard_body()["blocks"]
    at.page._focus(f"blocks-{blocks.index('keep')}")
    at.press("F5", "F5")
    assert at.page._body["blocks"].index("keep") == len(blocks) - 3
    at.press("F4")
    at.page._form.put("headline", "云杉健康")
    at.page._form.put("footer", "欢迎再来 | 每月 8 日会员日")
    at.page._form.submit()
    at.press("F12")
    at.until(lambda: at.toasts)
    template = demo_counter.till.printing.faces.look().template
    assert (template.headline, template.footer) == ("云杉健康", ("欢迎再来", "每月 8 日会员日"))


def test_both_papers_are_shown(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    wide = at.page._picture.image.width()
    at.press("F8")
    at.until(lambda: not at.page._picture.image.isNull() and at.page._picture.image.width() < wide)


def test_words_that_promote_a_prescription_medicine_are_refused_by_the_page_and_by_the_till(
    bench: Callable[[], DeskBench], demo_counter: Any
) -> None:
    at = bench()
    medicine = next(product for product in demo_counter.till.store.catalogue.search("阿莫西林胶囊", 20) if product.rx_class == "rx")
    at.press("F4")
    at.page._form.put("footer", f"本周{medicine.generic_name}买二送一")
    at.page._form.submit()
    at.until(lambda: f"提到处方药「{medicine.generic_name}」" in at.words())
    at.press("F12")
    assert "处方药不得向公众宣传" in at.toasts[0]
    assert demo_counter.till.settings.get("receipt.template") == {}
    with pytest.raises(Refused) as refusal:
        demo_counter.till.tuning.change("paper.footer", [f"{medicine.generic_name}到货"])
    assert refusal.value.code == "setting_rx_promoted"


def test_a_managers_leave_goes_from_the_settings_to_the_template_and_back_and_ends_elsewhere(theme: Theme, demo_counter: Any) -> None:
    tuning = demo_counter.till.tuning
    settings, template = (DeskBench(theme, demo_counter.till, kind) for kind in (SettingsPage, ReceiptTemplatePage))
    assert not tuning.may("store.name")
    tuning.unlock("1003")
    settings.press("F7")
    settings.page.on_left()
    assert tuning.may("store.name")
    template.press("Esc")
    template.page.on_left()
    assert tuning.may("store.name")
    template.page.on_left()
    assert not tuning.may("store.name")
    tuning.unlock("1003")
    settings.page.on_left()
    assert not tuning.may("store.name")


def test_a_picture_that_comes_while_the_words_are_asked_for_has_no_paper_any_more(bench: Callable[[], DeskBench]) -> None:
    at = bench()
    went_on: list[bool] = []
    at.press("F3")
    assert at.page._waiting
    at.press("F4")
    # What stood in the form's place is gone by the time the picture is drawn.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    at.page.changed.connect(lambda: went_on.append(True))
    at.until(lambda: not at.page._waiting)
    assert went_on
