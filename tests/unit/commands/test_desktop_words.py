"""The words of every day after `desktop` mean what the parser would make of them."""

from __future__ import annotations

import pytest

from app.commands import desktop


@pytest.mark.parametrize("argv", [[], ["--data", "/shop"]])
def test_words_of_every_day_mean_what_the_parser_says(argv: list[str]) -> None:
    plain = desktop._plain(argv)
    assert plain is not None
    assert vars(plain) == vars(desktop._parsed(argv))


@pytest.mark.parametrize("argv", [["--data"], ["--data=/shop"], ["--dark"], ["--data", "--dark"], ["--data", "/shop", "--english"]])
def test_any_other_words_are_left_to_the_parser(argv: list[str]) -> None:
    assert desktop._plain(argv) is None
