"""Help: F1 on every screen tells of that screen, in both languages, with the keys where they lie; F1 again goes back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.desktop.screens.help import SIGN_IN, KeyedPara, load
from app.desktop.widgets.chips import KeyCap

DESCRIBED = {
    "sale", "pay", "stock", "returns", "shift", "receipts", "reports", "sheet", "sync", "settings", "devices", "labels",
    "rx", "campaigns", "member", SIGN_IN,
}  # fmt: skip


def test_pages_of_the_window_have_help_in_both_languages_and_f1_works_on_all(hand: Any) -> None:
    for language in ("zh", "en"):
        assert set(load(language)) >= DESCRIBED
    hand.sign_in()
    shell = hand.window.shell
    for key in sorted(DESCRIBED & set(shell.pages)):
        shell.show_page(key)
        shell.show_help()
        assert (shell.page.key, shell.page._topic) == ("help", key)


def test_every_key_that_help_speaks_of_is_a_key(hand: Any) -> None:
    from app.desktop.screens.key_table import EVERYWHERE, rows_of

    shell = hand.window.shell
    everywhere = {key for key, _ in EVERYWHERE} | {"F9"}
    for key, text in load("zh").items():
        page = shell.pages.get(key)
        if page is not None:
            known = {row.standard for row in rows_of(page, hand.window.theme)} | everywhere
            assert set(text.keys) <= known | {"F12", "F4"}, key


def test_f1_tells_of_the_page_on_screen_and_f1_again_goes_back(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    for key in ("stock", "sale", "shift"):
        shell.show_page(key)
        hand.pause()
        hand.press(Qt.Key.Key_F1)
        assert shell.page.key == "help"
        assert shell.page._topic == key
        hand.pause()
        hand.press(Qt.Key.Key_F1)
        assert shell.page.key == key


def test_keys_in_the_text_are_the_persons_own(hand: Any) -> None:
    hand.sign_in()
    hand.window.theme.set_keys({"F12": "F9", "F9": "F12"})
    shell = hand.window.shell
    shell.show_help()
    hand.pause()
    said = [part.accessibleName() for part in shell.page.findChildren(KeyedPara)]
    assert any("按F9收款" in words.replace(" ", "") for words in said), said
    caps = [cap.accessibleName() for cap in shell.page._right.findChildren(KeyCap)]
    assert "F9" in caps and "F12" in caps


@pytest.mark.parametrize(("language", "text", "topic"), [("zh", "召回", "stock"), ("en", "recall", "stock"), ("zh", "长短款", "shift")])
def test_typing_finds_help(hand: Any, language: str, text: str, topic: str) -> None:
    hand.sign_in()
    hand.window.theme.set_language(language)
    shell = hand.window.shell
    shell.show_help()
    shell.page._box.setText(text)
    shell.page._seek(text)
    assert topic in shell.page._topics()
    hand.press(Qt.Key.Key_Escape)
    assert shell.page.key == "help"
    hand.press(Qt.Key.Key_Escape)
    assert shell.page.key == "sale"
