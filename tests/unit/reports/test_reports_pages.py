"""The page that all reports share: text that can be copied, lines that break well, tables over pages, safe CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.wrapping import wrap
from app.reports import REPORTS, fonts
from app.reports.page import Cell, Column, Page, money, signed
from app.reports.shop import ShopFace
from app.reports.table import csv_table

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SHOP = ShopFace("RM01", "安康大药房", "人民路店", licence="演示-CB01")


def by_cells(text: str) -> float:
    """A hanzi is two cells wide, anything else one."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def test_names_beyond_the_basic_plane_are_copied_as_they_are_written(text_of: Callable[[bytes], str]) -> None:
    page = Page(SHOP, "名单", made_at=AT)
    page.note("购买人 𬱖䶮㛃，处方人 喆镕")
    text = text_of(page.finish())
    assert "𬱖䶮㛃" in text
    assert "喆镕" in text


def test_the_bold_face_copies_rare_names_too(text_of: Callable[[bytes], str]) -> None:
    page = Page(SHOP, "名单", made_at=AT)
    page.text(100, 400, "𬱖䶮", bold=True)
    assert "𬱖䶮" in text_of(page.finish())


def test_no_block_of_the_unicode_map_is_longer_than_the_format_allows() -> None:
    lines = fonts.to_unicode("F", list(range(0x4E00, 0x4E00 + 250))).splitlines()
    assert [line for line in lines if line.endswith("beginbfchar")] == ["100 beginbfchar", "100 beginbfchar", "50 beginbfchar"]
    assert "<00> <D87FDC56>" in fonts.to_unicode("F", [0x2FC56])


def test_every_sign_that_reports_print_by_themselves_is_in_the_face() -> None:
    assert not fonts.lacks("−¥·—…＊×°℃%Ⅱ、；")
    assert fonts.lacks("\U000f0000")


def test_a_line_never_begins_with_a_comma_and_a_word_stays_whole() -> None:
    assert wrap("阿莫西林胶囊，口服", 12, by_cells) == ["阿莫西林胶", "囊，口服"]
    assert wrap("每片 amlodipine 5mg", 12, by_cells) == ["每片", "amlodipine", "5mg"]


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrap("abcdefghij", 4, by_cells) == ["abcd", "efgh", "ij"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="药片剂，。（）ab1 -", max_size=60), st.integers(min_value=4, max_value=30))
def test_breaking_a_text_loses_nothing_and_keeps_to_the_room(text: str, room: int) -> None:
    lines = wrap(text, room, by_cells)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(by_cells(line) <= room for line in lines)


def test_a_long_table_goes_on_over_pages_with_its_head_and_counted_feet(text_of: Callable[[bytes], str]) -> None:
    page = Page(SHOP, "长表", made_at=AT, facts=("营业日 2026-11-21",))
    rows = [[str(n), Cell(f"药品{n}", bold=True), "说明" * 20] for n in range(90)]
    page.table([Column("序号", 1), Column("名称", 2), Column("备注", 3)], rows, sums=["合计", "", "90"])
    sheets = text_of(page.finish()).split("\f")[:-1]
    assert len(sheets) > 2
    assert all("序号" in sheet for sheet in sheets)
    assert all(f"第{n}/{len(sheets)}页" in sheet.replace(" ", "") for n, sheet in enumerate(sheets, 1))
    assert all(sum(f"药品{n} " in sheet for sheet in sheets) == 1 for n in range(90))


def test_a_cell_longer_than_a_page_is_carried_over(text_of: Callable[[bytes], str]) -> None:
    page = Page(SHOP, "长文", made_at=AT)
    page.table([Column("编号", 1), Column("正文", 1)], [["甲", "药" * 4000 + "完"]])
    sheets = text_of(page.finish()).split("\f")[:-1]
    assert len(sheets) > 1
    assert sum(sheet.count("药") for sheet in sheets) >= 4000 and "完" in sheets[-1]


def test_the_same_facts_make_the_same_bytes() -> None:
    def made() -> bytes:
        page = Page(SHOP, "日结单", made_at=AT, number="RM01-01-9f3c-1-8c1d22ab")
        page.section("销售")
        return page.finish()

    assert made() == made()


def test_the_fonts_are_embedded_as_subsets() -> None:
    page = Page(SHOP, "日结单", made_at=AT)
    page.note("含麻黄碱类复方制剂")
    pdf = page.finish()
    assert len(pdf) < 80_000
    assert b"/FontFile2" in pdf


def test_a_demo_shop_says_so_on_every_page_and_a_real_one_does_not(text_of: Callable[[bytes], str]) -> None:
    def sheets(demo: bool) -> list[str]:
        page = Page(ShopFace("RM01", "安康大药房", demo=demo), "日结单", made_at=AT)
        page.new_page()
        return text_of(page.finish()).split("\f")[:-1]

    assert all("演示数据" in sheet for sheet in sheets(True))
    assert not any("演示数据" in sheet for sheet in sheets(False))


def test_a_page_is_white_paper_with_ink_on_it(pages_of: Callable[[bytes], list[Image.Image]]) -> None:
    page = Page(SHOP, "日结单", made_at=AT)
    page.bars(60, 600, 300, 90, [("8", 100), ("9", 0), ("10", 900)])
    (sheet,) = pages_of(page.finish())
    shades = sheet.histogram()
    assert shades[255] > 0.9 * sum(shades)
    assert sum(shades[:80]) > 500


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (-123_456_789, "−1,234,567.89"), (100_000, "1,000.00")])
def test_money_on_paper_parts_thousands(fen: int, text: str) -> None:
    assert money(fen) == text


def test_a_difference_carries_its_sign() -> None:
    assert [signed(fen) for fen in (500, 0, -500)] == ["+5.00", "0.00", "−5.00"]


def test_no_cell_of_a_table_runs_as_a_formula_and_ids_keep_their_digits() -> None:
    text = csv_table(["姓名", "号码", "金额"], [["=HYPERLINK(1)", "110101199001011234", "-5.00"], ["@x", "12", "+86"]])
    assert list(csv.reader(io.StringIO(text)))[1:] == [["'=HYPERLINK(1)", "'110101199001011234", "-5.00"], ["'@x", "12", "+86"]]


def test_every_report_has_a_key_and_both_titles() -> None:
    assert len({report.key for report in REPORTS}) == len(REPORTS)
    assert all(report.key and report.title.zh and report.title.en and report.title.zh != report.title.en for report in REPORTS)
