"""Help pages: the format, the search, and that both languages say the same about every screen."""

from __future__ import annotations

import re

import pytest

from app.domain.help_text import Block, HelpPage, find, parse, runs
from app.records.resources import resource

KEYS = sorted(path.stem for path in resource("texts", "help", "zh").glob("*.md"))


def pages(language: str) -> dict[str, HelpPage]:
    return {path.stem: parse(path.stem, path.read_text("utf-8")) for path in resource("texts", "help", language).glob("*.md")}


def test_a_page_is_read_into_sections_and_blocks() -> None:
    page = parse("x", "# Title\nfirst\n\n## Part\n- a {F3} b\n2. second\n")
    assert page.title == "Title"
    assert page.sections[0].blocks == (Block("para", "first"),)
    assert page.sections[1].title == "Part"
    assert page.sections[1].blocks == (Block("bullet", "a {F3} b"), Block("step", "second", 2))
    assert page.keys == ("F3",)
    assert runs("a {F3} b") == (("a ", False), ("F3", True), (" b", False))


@pytest.mark.parametrize("text", ["no title", "# one\n# two", "# one\n### three"])
def test_what_is_not_of_the_format_is_refused_with_its_page(text: str) -> None:
    with pytest.raises(ValueError, match="sale"):
        parse("sale", text)


def test_both_languages_have_the_same_pages() -> None:
    assert sorted(pages("zh")) == sorted(pages("en")) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_have_the_same_shape_and_speak_of_the_same_keys(key: str) -> None:
    zh, en = pages("zh")[key], pages("en")[key]
    assert [[block.kind for block in section.blocks] for section in zh.sections] == [
        [block.kind for block in section.blocks] for section in en.sections
    ]
    assert sorted(zh.keys) == sorted(en.keys)
    assert not re.search(r"(?<!\{)\bF\d{1,2}\b(?!\})", resource("texts", "help", "zh", f"{key}.md").read_text("utf-8"))


def test_the_search_puts_titles_before_headlines_before_text() -> None:
    texts = {
        "a": parse("a", "# Stock\nx"),
        "b": parse("b", "# Other\n## About stock\nx"),
        "c": parse("c", "# Third\nthe stock is kept"),
        "d": parse("d", "# Fourth\nnothing"),
    }
    assert find(texts, "STOCK") == ("a", "b", "c")
    assert find(texts, "stock kept") == ("c",)
    assert find(texts, "absent") == ()
