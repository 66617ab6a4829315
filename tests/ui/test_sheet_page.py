"""The code sheet on screen: a scanner reads it from the glass, a press is a scan, paper comes out of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zxingcpp
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from desk_bench import DeskBench

from app.desktop.screens.sheet import CodeCard, SheetPage
from app.desktop.theme import Theme
from app.domain.demo.sheet import sheet_from_json, sheet_to_json

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def bench(theme: Theme, demo_counter: Any) -> Callable[[], DeskBench]:
    """Makes the page on the demo till."""
    return lambda: DeskBench(theme, demo_counter.till, SheetPage)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_scanner_reads_every_code_from_the_screen(demo_counter: Any, theme: Theme, tmp_path: Path, mode: str) -> None:
    theme.set_mode("dark" if mode == "dark" else "light")
    for code in demo_counter.till.sheet:
        card = CodeCard(theme, code)
        card.resize(400, card.height())
        target = tmp_path / "card.png"
        card.grab().save(str(target))
        with Image.open(target) as picture:
            read = [found.text for found in zxingcpp.read_barcodes(picture)]
        assert read == [code.code], code.title_en


def test_pressing_a_code_is_scanning_it(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.page.on_key("Right")
    at.press("Enter")
    assert at.scans == [demo_counter.till.sheet[1].code]


def test_the_sheet_is_saved_as_pdf(bench: Callable[[], DeskBench], demo_counter: Any) -> None:
    at = bench()
    at.press("F8")
    at.until(lambda: at.toasts)
    assert (Path(demo_counter.till.folder) / "reports" / "codes.pdf").read_bytes().startswith(b"%PDF")


def test_a_real_shop_has_no_sheet(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SheetPage.wanted(demo_counter.till)
    monkeypatch.setattr(demo_counter.till, "sheet", ())
    assert not SheetPage.wanted(demo_counter.till)


def test_the_sheet_survives_being_kept_as_text(demo_counter: Any) -> None:
    codes = demo_counter.till.sheet
    assert len(codes) > 15
    assert sheet_from_json(sheet_to_json(codes)) == codes


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_fits_the_smallest_screen(bench: Callable[[], DeskBench], theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    assert bench().fits()
