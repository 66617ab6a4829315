"""The key card: A5, every key on it, the same bytes for the same keys."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.reports.key_card import key_card_pdf

GROUPS = [("收银", [("F3", "会员"), ("F9", "收款")]), ("库存", [(f"Shift F{n}", f"第 {n} 项") for n in range(2, 12)])]


def test_every_key_and_its_meaning_stand_on_an_a5_page(text_of: Callable[[bytes], str]) -> None:
    pdf = key_card_pdf("键位卡", "示例药房 · 超市习惯", GROUPS)
    assert re.findall(rb"/MediaBox \[ ([\d. ]+) \]", pdf) == [b"0 0 419.5276 595.2756"]
    text = text_of(pdf)
    for word in ("键位卡", "超市习惯", "F9", "收款", "Shift F11", "第 11 项"):
        assert word in text


def test_more_keys_than_a_page_go_on_on_the_next_under_their_name(text_of: Callable[[bytes], str]) -> None:
    pdf = key_card_pdf("卡", "谁", [("很长的一页", [(f"F{n}", f"做法 {n}") for n in range(130)])])
    text = text_of(pdf)
    assert pdf.count(b"/MediaBox") > 1
    assert sorted(int(n) for n in re.findall(r"做法 (\d+)", text)) == list(range(130))
    assert text.count("很长的一页") >= pdf.count(b"/MediaBox")


def test_the_same_keys_make_the_same_bytes() -> None:
    assert key_card_pdf("卡", "谁", GROUPS) == key_card_pdf("卡", "谁", GROUPS)


def test_long_words_go_on_in_a_second_line_and_are_never_cut(text_of: Callable[[bytes], str]) -> None:
    english, chinese = "Register a member; with one in the sale, their consents", "登记新会员；已有会员时看同意与撤回，撤回后不再联系"
    pdf = key_card_pdf("Card", "who", [("Sale", [("Ctrl J", english), ("Shift F10", chinese), ("F3", "Member")])])
    text = text_of(pdf)
    assert "…" not in text
    assert all(word in text for word in english.split())
    assert chinese in "".join(text.split())
