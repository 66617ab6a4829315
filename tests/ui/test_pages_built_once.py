"""Pages built once: shown again with the same facts they make nothing anew, a changed fact is seen, and no turn makes a whole page."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

PAGES = ("help", "settings", "receipt_template", "reports", "sheet", "labels")


def shown(hand: Any, key: str) -> Any:
    """The page at the front, drawn to its end."""
    shell = hand.window.shell
    shell.show_page(key)
    hand.pause()
    return shell.page


def parts(page: QWidget) -> list[QWidget]:
    """Every part that stands on a page."""
    hold = page.findChildren(QWidget)
    return [part for part in hold if part.parent() is not None]


@pytest.mark.parametrize("key", PAGES)
def test_a_page_shown_again_makes_nothing_anew(hand: Any, key: str) -> None:
    hand.sign_in()
    before = parts(shown(hand, key))
    shown(hand, "sale")
    after = parts(shown(hand, key))
    assert len(before) > 8 and all(old is new for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize("key", PAGES)
def test_what_nobody_sees_lets_go_when_the_look_changes_and_is_drawn_anew(hand: Any, key: str) -> None:
    hand.sign_in()
    page = shown(hand, key)
    stood, zh = len(parts(page)), hand.words()
    shown(hand, "sale")
    hand.window.theme.set_language("en")
    assert len(parts(page)) < stood / 2
    shown(hand, key)
    en = hand.words()
    assert zh != en and len(parts(page)) >= stood - 4
    hand.window.theme.set_language("zh")
    assert hand.words() == zh


@pytest.mark.parametrize("key", PAGES)
def test_a_page_that_is_opened_comes_in_parts_and_is_whole_in_the_end(hand: Any, key: str) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.show_page(key)
    begun = len(parts(shell.page))
    assert shell.page.reading
    shell.page.draw_out()
    assert not shell.page.reading and len(parts(shell.page)) > begun


def test_help_on_another_page_tells_of_that_page(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shown(hand, "stock")
    shell.show_help()
    hand.pause()
    of_stock = hand.words()
    shown(hand, "shift")
    shell.show_help()
    hand.pause()
    assert hand.words() != of_stock
    assert [row.objectName() for row in shell.page._rows if row._chosen] == ["help-shift"]
    assert shell.page.focusWidget().objectName() == "help-shift"


def test_a_key_pressed_before_a_page_is_whole_finds_it_whole(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.show_page("help")
    assert shell.page.reading
    assert shell.page.on_key("Down")
    assert not shell.page.reading and shell.page._rows[0].hasFocus()
