"""Tickets: cleaning, widths, wrapping, columns, and the JSON they are kept in."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.devices.ticket import (
    Cell,
    Code,
    Columns,
    Cut,
    Entry,
    Feed,
    Row,
    Rule,
    Text,
    Ticket,
    char_cells,
    clean,
    from_json,
    layout,
    plain_rows,
    to_json,
    width,
    wrap,
)

TEXTS = st.text(st.sampled_from("abc 019.,%()药品（）：，。¥￥²½䶮𬱖é\t\n\x1b\x00é️") | st.characters(), max_size=80)
ALIGNS = st.sampled_from(["left", "center", "right"])
LINES = st.one_of(
    st.builds(Text, TEXTS, st.booleans(), st.sampled_from([1, 2]), ALIGNS),
    st.builds(
        Columns,
        st.lists(st.builds(Cell, TEXTS, st.integers(0, 12), ALIGNS), min_size=1, max_size=4).map(tuple),
        st.booleans(),
        st.sampled_from([1, 2]),
    ),
    st.builds(
        Entry,
        st.lists(TEXTS, max_size=4).map(tuple),
        st.lists(st.builds(Cell, TEXTS, st.integers(0, 12), ALIGNS), max_size=3).map(tuple),
        st.integers(0, 3),
    ),
    st.builds(Rule, st.sampled_from(["-", "=", "─", "", "\x1b"])),
    st.just(Code("qr", "药柜-1", "说明")),
    st.builds(Feed, st.integers(0, 5)),
    st.just(Cut()),
)
TICKETS = st.builds(Ticket, st.lists(LINES, max_size=6).map(tuple), st.just("sale"), st.just("1"))


def slip(*lines: Text | Columns | Entry | Rule | Code) -> Ticket:
    return Ticket(lines, "test", "1")


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("药柜", 4),
        ("（）", 4),
        ("¥12", 4),
        ("￥12", 4),
        ("①×°", 6),
        ("é", 2),
        ("e\u0301", 2),
        ("ｱ", 1),
        ("𬱖", 2),
        ("²", 2),
        ("\u200b\u0000", 0),
        ("\u3000", 2),
        ("—", 2),
        ("a\u20dd", 1),
        ("–", 1),
        ("ñ", 1),
    ],
)
def test_widths_are_those_of_a_chinese_printer(text: str, cells: int) -> None:
    assert width(clean(text)) == cells


def test_a_byte_of_gbk_is_a_cell_of_paper() -> None:
    for ch in map(chr, range(0xD800)):
        text = clean(ch)
        try:
            taken = len(text.encode("gbk"))
        except UnicodeEncodeError:
            continue
        assert taken == sum(map(char_cells, text)), ascii(ch)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("¥1", "￥1"),
        ("5µg", "5μg"),
        ("a\tb\nc", "a b c"),
        ("a\x1bp\x00b", "apb"),
        ("\u202ea\u200bb", "ab"),
        ("2–3", "2-3"),
        ("✓", "√"),
        ("\ue000\ud800", "??"),
        ("cafe\u0301", "café"),
        ("a\u00a0b", "a b"),
    ],
)
def test_cleaning_folds_look_alikes_and_drops_what_could_be_a_command(text: str, printed: str) -> None:
    assert clean(text) == printed


def test_latin_words_stay_whole_and_punctuation_never_opens_a_row() -> None:
    assert wrap("每日 Amoxicillin 三次", 16) == ["每日 Amoxicillin", "三次"]
    assert wrap("一二三四，五六", 8) == ["一二三", "四，五六"]
    assert wrap("一二三（四）", 8) == ["一二三", "（四）"]
    assert wrap("A" * 10, 4) == ["AAAA", "AAAA", "AA"]


def test_a_long_name_wraps_in_its_own_column() -> None:
    columns = Columns((Cell("复方氨酚烷胺缓释胶囊"), Cell("2盒", 4, "right"), Cell("12.80", 8, "right")))
    assert plain_rows(slip(columns), 32) == [
        "复方氨酚烷胺缓释胶  2盒    12.80",
        "囊",
    ]


def test_a_sum_of_money_is_never_broken() -> None:
    columns = Columns((Cell("应缴总额（含备用金）"), Cell("￥12345678.90", 6, "right")))
    assert plain_rows(slip(columns), 20)[0].endswith("￥12345678.90")


@pytest.mark.parametrize("cells", [48, 32])
@settings(max_examples=80, deadline=None)
@given(ticket=TICKETS)
def test_no_row_is_wider_than_the_paper_or_holds_a_control_character(cells: int, ticket: Ticket) -> None:
    for row in layout(ticket, cells):
        if isinstance(row, Row):
            assert width(row.text) * row.size <= cells
            assert all(ch.isprintable() or ch == "\u3000" for ch in row.text)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("ab1 药品，。（）-"), max_size=60), cells=st.integers(4, 20))
def test_wrapping_loses_no_character_but_blanks(text: str, cells: int) -> None:
    assert "".join(wrap(text, cells)).replace(" ", "") == text.replace(" ", "")


@settings(max_examples=60, deadline=None)
@given(ticket=TICKETS)
def test_json_brings_the_same_ticket_back_and_is_always_the_same(ticket: Ticket) -> None:
    text = to_json(ticket)
    text.encode()
    again = from_json(text)
    assert to_json(again) == text
    assert plain_rows(again, 48) == plain_rows(ticket, 48)


def test_the_json_of_a_ticket_is_fixed() -> None:
    ticket = slip(Text("药", True, 2, "center"), Columns((Cell("a", 3, "right"),)), Rule("="), Code("qr", "n", "c"))
    assert to_json(ticket) == (
        '{"format":1,"kind":"test","lines":[["text","药",true,2,"center"],["columns",[["a",3,"right"]],false,1],'
        '["rule","="],["code","qr","n","c"]],"number":"1"}'
    )


@pytest.mark.parametrize("text", ["", "[]", '{"format":2}', '{"format":1,"kind":"a","number":"1","lines":[["image"]]}'])
def test_foreign_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("qr", ""),
        ("qr", "x" * 701),
        ("code128", "药"),
        ("code128", "a\x1b"),
        ("ean13", "123"),
        ("ean13", "6900000000000"),
    ],
)
def test_a_code_that_cannot_be_printed_is_refused_at_once(kind: str, payload: str) -> None:
    with pytest.raises(ValueError):
        Code(kind, payload)  # type: ignore[arg-type]


def test_composing_a_ticket_loads_neither_pictures_nor_printers() -> None:
    script = "import sys, app.devices.ticket, app.devices.encoder, app.devices.printer, app.devices.transports\n"
    script += "print([name for name in ('PIL', 'escpos', 'serial', 'qrcode') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert found.stdout.strip() == "[]"


NUMBERS = (Cell("2盒", 5, "right"), Cell("15.80", 8, "right"), Cell("31.60", 9, "right"))


def test_columns_stand_on_the_row_where_the_facts_end_if_there_is_room() -> None:
    rows = plain_rows(slip(Entry(("胶囊剂", "0.25g×24粒"), NUMBERS, 1)), 48)
    assert rows == [" 胶囊剂 0.25g×24粒       2盒    15.80     31.60"]
    assert width(rows[0]) == 48


def test_columns_get_a_row_of_their_own_where_the_facts_leave_no_room() -> None:
    rows = plain_rows(slip(Entry(("胶囊剂", "0.25g×24粒"), NUMBERS, 1)), 32)
    assert rows == [" 胶囊剂 0.25g×24粒", "          2盒    15.80     31.60"]


def test_a_fact_that_fits_into_a_row_is_never_broken() -> None:
    facts = ("云南高原雪莲生物制药集团", "批号B260107", "80000000000000000011", "80000000000000000012")
    rows = plain_rows(slip(Entry(facts, (), 1)), 32)
    assert rows == [" 云南高原雪莲生物制药集团", " 批号B260107", " 80000000000000000011", " 80000000000000000012"]
    assert plain_rows(slip(Entry(facts, (), 1)), 48) == [f" {facts[0]} {facts[1]}", f" {facts[2]} {facts[3]}"]


def test_a_fact_longer_than_the_paper_wraps_and_the_next_one_follows_it() -> None:
    rows = plain_rows(slip(Entry(("每粒含对乙酰氨基酚盐酸伪麻黄碱氢溴酸右美沙芬", "批号B1"), (), 1)), 32)
    assert rows == [" 每粒含对乙酰氨基酚盐酸伪麻黄碱", " 氢溴酸右美沙芬 批号B1"]


def test_an_entry_without_facts_is_its_columns_alone() -> None:
    assert plain_rows(slip(Entry((), (Cell("金额", 9, "right"),))), 20) == [" " * 16 + "金额"]


def test_a_large_label_and_a_sum_that_do_not_fit_beside_each_other_stand_below_each_other() -> None:
    pair = Columns((Cell("现金存入"), Cell("￥200.00", 8, "right")), True, 2)
    assert layout(Ticket((pair,), "cash", "1"), 32) == (Row("现金存入", True, 2), Row(" " * 8 + "￥200.00", True, 2))
    assert layout(Ticket((pair,), "cash", "1"), 48) == (Row("现金存入" + " " * 8 + "￥200.00", True, 2),)
