"""The palette: one box for goods, members, papers and commands, on every page; it gives way to scans and leaks no key."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.desktop.screens.palette import Command, initials, matching
from app.desktop.wording import WINDOW
from app.domain.verdict import Text

IBUPROFEN = "6999220000119"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shell(hand: Any) -> Any:
    hand.sign_in()
    hand.pause()
    return hand.window.shell


def lines(hand: Any) -> list[tuple[str, int]]:
    return [(line.name, line.quantity) for line in hand.window.till.selling.scene().lines]


def test_f2_and_control_k_open_the_same_surface_and_esc_closes_it(hand: Any, shell: Any) -> None:
    hand.press(Qt.Key.Key_F2)
    assert shell.palette_open
    hand.press(Qt.Key.Key_Escape)
    assert not shell.palette_open
    assert shell.bar.omnibox.entry.hasFocus()
    hand.press(Qt.Key.Key_K, "\x0b", modifiers=CONTROL)
    assert shell.palette_open
    hand.press(Qt.Key.Key_K, "\x0b", modifiers=CONTROL)
    assert not shell.palette_open


def test_what_stands_in_the_box_goes_along(hand: Any, shell: Any) -> None:
    hand.type("blf")
    hand.press(Qt.Key.Key_K, "\x0b", modifiers=CONTROL)
    assert shell._palette.entry.text() == "blf"
    assert not shell.hits.isVisible()
    assert "布洛芬缓释胶囊" in " ".join(shell._palette.shown)


def test_the_page_behind_stays_as_it_stood_with_its_box_emptied(hand: Any, shell: Any, qapp: QApplication) -> None:
    flashing = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    hand.type("blf")
    hand.press(Qt.Key.Key_K, "\x0b", modifiers=CONTROL)
    behind = shell._palette._scrim._picture
    shell._palette.close_palette()
    hand.pause()
    assert behind == shell.grab().toImage().convertToFormat(behind.format())
    qapp.setCursorFlashTime(flashing)


def test_a_change_of_theme_leaves_the_box_of_the_palette_as_large_as_it_was(hand: Any, shell: Any) -> None:
    hand.press(Qt.Key.Key_F2)
    pixels = shell._palette.entry.font().pixelSize()
    for shown in (True, False):
        if not shown:
            hand.press(Qt.Key.Key_Escape)
        shell.theme.set_mode("light" if shell.theme.dark else "dark")
        if not shown:
            hand.press(Qt.Key.Key_F2)
        assert shell._palette.entry.font().pixelSize() == pixels


def test_enter_adds_the_chosen_product(hand: Any, shell: Any) -> None:
    hand.press(Qt.Key.Key_F2)
    hand.type("blf")
    hand.press(Qt.Key.Key_Down)
    chosen = shell._palette.current
    hand.enter()
    assert not shell.palette_open
    assert [line.name for line in hand.window.till.selling.scene().lines] == [chosen.partition("（")[0]]


def test_control_enter_opens_the_lots_of_the_product(hand: Any, shell: Any) -> None:
    hand.press(Qt.Key.Key_F2)
    hand.type("blf")
    hand.press(Qt.Key.Key_Return, "\r", modifiers=CONTROL)
    assert shell.page.key == "stock"
    assert shell.page._product is not None
    assert "布洛芬" in shell.page._product.name
    assert lines(hand) == []


def test_a_scan_closes_it_and_adds_the_product(hand: Any, shell: Any) -> None:
    shell.show_page("sync")
    hand.press(Qt.Key.Key_F2)
    hand.type("a")
    hand.scan(IBUPROFEN)
    assert not shell.palette_open
    assert lines(hand) == [("布洛芬缓释胶囊", 1)]
    assert shell.page.key == "sync"


def test_no_key_reaches_the_page_behind(hand: Any, shell: Any) -> None:
    hand.scan(IBUPROFEN)
    hand.pause()
    hand.press(Qt.Key.Key_F2)
    for key in (Qt.Key.Key_F12, Qt.Key.Key_F6, Qt.Key.Key_Delete, Qt.Key.Key_F9):
        hand.press(key)
    hand.type("+")
    assert shell.palette_open
    assert shell.page.key == "sale"
    assert lines(hand) == [("布洛芬缓释胶囊", 1)]


def test_commands_show_their_key_and_are_done(hand: Any, shell: Any) -> None:
    hand.press(Qt.Key.Key_F2)
    hand.type("qtuih")
    hand.press(Qt.Key.Key_Escape)
    hand.press(Qt.Key.Key_F2)
    hand.type("qkc")
    assert shell._palette.current == "去库存"
    hand.enter()
    assert shell.page.key == "stock"


def test_a_command_with_a_key_of_the_person_shows_that_key(hand: Any, shell: Any) -> None:
    hand.window.theme.set_keys({"F12": "F9", "F9": "F12"})
    hand.scan(IBUPROFEN)
    hand.press(Qt.Key.Key_F2)
    hand.type("f12")
    index = shell._palette._model.index(shell._palette.shown.index("收款"), 0)
    assert shell._palette._model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "收款 收银 F9"


def test_a_member_is_attached_and_a_paper_shown(hand: Any, shell: Any) -> None:
    till = hand.window.till
    member = next(m for m in till.store.people.members() if m.phone)
    hand.press(Qt.Key.Key_F2)
    shell._palette.entry.setText(member.phone)
    hand.enter()
    assert till.selling.basket.member_id == member.id


def test_look_alikes_are_warned_of(hand: Any, shell: Any) -> None:
    hand.press(Qt.Key.Key_F2)
    hand.type("aldp")
    head = shell._palette._model.lines[0]
    assert head.warning == WINDOW["palette_lasa"].zh
    assert any("左旋" in title for title in shell._palette.shown)


def test_commands_are_found_by_key_words_initials_and_english() -> None:
    def command(zh: str, en: str, key: str = "") -> Command:
        return Command(zh, Text(zh, en), key, lambda: None)

    all_of_them = [
        command("补打上一张小票", "Print the last receipt again", "Ctrl P"),
        command("锁屏换人", "Lock", "Ctrl L"),
        command("挂单", "Hold", "F6"),
    ]
    assert [each.name for each in matching("f6", all_of_them)] == ["挂单"]
    assert [each.name for each in matching("bdsy", all_of_them)] == ["补打上一张小票"]
    assert [each.name for each in matching("锁", all_of_them)] == ["锁屏换人"]
    assert [each.name for each in matching("receipt", all_of_them)] == ["补打上一张小票"]
    assert matching("zzz", all_of_them) == []
    assert matching("", all_of_them) == all_of_them


def test_every_command_of_every_page_has_initials(shell: Any) -> None:
    missing = set()
    for page in shell.pages.values():
        for label in (page.title.zh, *(spec.label.zh for spec in page.fkeys())):
            hanzi = [character for character in label if "\u4e00" <= character <= "\u9fff"]
            if len(initials("".join(hanzi))) != len(hanzi):
                missing.add(label)
    assert missing == set()
