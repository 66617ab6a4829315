"""What of a name is coloured for a typed text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.matched import first_letter, matched


def pieces(name: str, text: str) -> list[str]:
    return [name[begin:end] for begin, end in matched(name, text)]


@pytest.mark.parametrize(
    ("name", "text", "coloured"),
    [
        ("苯磺酸左氨氯地平片", "aldp", ["氨氯地平"]),
        ("氨氯地平阿托伐他汀钙片", "ALDP 5mg", ["氨氯地平"]),
        ("布洛芬缓释胶囊", "布洛 jn", ["布洛", "胶囊"]),
        ("维C银翘片", "wcyq", ["维C银翘"]),
        ("布洛芬缓释胶囊（美林）", "ml", ["美林"]),
        ("布洛芬缓释胶囊", "b", ["布"]),
        ("布洛芬缓释胶囊", "f", []),
        ("布洛芬缓释胶囊", "buluofen", []),
        ("布洛芬缓释胶囊", "", []),
    ],
)
def test_letters_and_characters_colour_what_they_stand_for(name: str, text: str, coloured: list[str]) -> None:
    assert pieces(name, text) == coloured


def test_words_that_touch_are_one_span() -> None:
    assert matched("布洛芬", "布 洛") == ((0, 2),)


@pytest.mark.parametrize(("character", "letter"), [("啊", "a"), ("座", "z"), ("氯", "l"), ("𬱖", ""), ("，", ""), ("W", "w"), ("9", "9")])
def test_the_first_letter_of_a_character(character: str, letter: str) -> None:
    assert first_letter(character) == letter


@settings(max_examples=200, deadline=None)
@given(st.text("布洛芬维C银翘片bl wcy（）0123ßİ", max_size=12), st.text("布洛芬blwcyqp 0123", max_size=8))
def test_spans_stand_in_order_inside_the_name(name: str, text: str) -> None:
    end = 0
    for begin, after in matched(name, text):
        assert end <= begin < after <= len(name)
        end = after + 1
