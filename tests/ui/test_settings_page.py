"""The Settings page: made from the declared settings, worked by keyboard, in force at once, refused at the field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.screens.key_table import AT_TIMES, rows_of
from app.desktop.screens.setting_fields import ChoiceEditor, KeysEditor, TypedEditor
from app.domain.key_preset import MOVABLE
from app.store.settings import SETTINGS

MASK = "6999600000494"
"""Of the demo pharmacy's sheet: nothing has to be answered before it is paid."""


@pytest.fixture
def boss(hand: Any) -> Iterator[Any]:
    """The manager on the Settings page."""
    hand.window.sign_in.choose("staff-1003")
    hand.sign_in("1003")
    hand.window.shell.show_page("settings")
    hand.pause()
    yield hand


def row(page: Any, key: str) -> Any:
    return next(row for row in page._rows if row.offer.key == key)


def settled(hand: Any, key: str, value: object) -> None:
    hand.until(lambda: hand.window.till.settings.get(key) == value, 60)
    hand.until(lambda: not hand.window.shell.page._waiting, 60)


def test_every_group_shows_its_settings_and_none_twice(boss: Any) -> None:
    page = boss.window.shell.page
    shown: list[str] = []
    for group, _, _ in boss.window.till.tuning.texts.groups:
        page._show_group(group)
        shown += [row.offer.key for row in page._rows]
    declared = {s.key for s in SETTINGS if s.shown} - {"hub.url", "keys.custom"}
    assert sorted(shown) == sorted(declared)


def test_the_theme_changes_at_once_and_stays_with_the_person(boss: Any) -> None:
    page, theme = boss.window.shell.page, boss.window.theme
    editor = row(page, "ui.theme").editor
    assert isinstance(editor, ChoiceEditor)
    editor._told("dark")
    boss.until(lambda: theme.mode == "dark", 60)
    assert page._looks[1]._chosen
    boss.window.lock()
    boss.sign_in("1001") if boss.window.sign_in._person == "staff-1001" else None
    boss.window.sign_in.choose("staff-1001")
    boss.sign_in("1001")
    assert theme.mode == "light"


def test_a_bad_value_is_told_at_its_field_and_the_good_one_after_it_is_kept(boss: Any) -> None:
    page = boss.window.shell.page
    page._show_group("money")
    here = row(page, "cash.tolerance_fen")
    assert isinstance(here.editor, TypedEditor)
    here.editor.begin()
    boss.type("1.234")
    boss.enter()
    assert not here.problem.isHidden()
    assert here.editor.entry.property("state") == "error"
    assert boss.window.till.settings.number("cash.tolerance_fen") == 0
    here.editor.begin()
    boss.type("12.5")
    boss.enter()
    settled(boss, "cash.tolerance_fen", 1250)


def test_control_z_and_f5_take_a_change_back(boss: Any) -> None:
    page = boss.window.shell.page
    page._show_group("look")
    row(page, "lock.minutes").editor.entered.emit("20")
    settled(boss, "lock.minutes", 20)
    assert page.undo()
    settled(boss, "lock.minutes", 15)
    row(page, "lock.minutes").editor.entered.emit("30")
    settled(boss, "lock.minutes", 30)
    row(page, "lock.minutes").editor.begin()
    boss.pause()
    boss.press(Qt.Key.Key_F5)
    settled(boss, "lock.minutes", 15)


def test_a_cashier_sees_the_shops_settings_locked_until_the_managers_pin(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.show_page("settings")
    page = shell.page
    page._show_group("money")
    assert not row(page, "cash.tolerance_fen").editor.entry.isEnabled()
    hand.pause()
    hand.press(Qt.Key.Key_F4)
    hand.type("1003")
    hand.enter()
    hand.until(lambda: page._form is None, 60)
    assert row(page, "cash.tolerance_fen").editor.entry.isEnabled()
    shell.show_page("sale")
    shell.show_page("settings")
    page._show_group("money")
    assert not row(page, "cash.tolerance_fen").editor.entry.isEnabled()


def test_typing_in_the_search_finds_settings_of_every_group(boss: Any) -> None:
    page = boss.window.shell.page
    boss.press(Qt.Key.Key_F2)
    boss.type("pin")
    assert {"pin.tries", "pin.lock_minutes"} <= {row.offer.key for row in page._rows}
    boss.press(Qt.Key.Key_Escape)
    assert [row.offer.group for row in page._rows] == ["look"] * len(page._rows)


def test_a_setting_of_the_start_offers_to_open_anew(boss: Any) -> None:
    shell = boss.window.shell
    shell.page._show_group("store")
    row(shell.page, "store.branch").editor.entered.emit("新分店")
    settled(boss, "store.branch", "新分店")
    assert any(spec.key == "F12" for spec in shell.page.fkeys())
    boss.pause()
    boss.press(Qt.Key.Key_F12)
    boss.wait(20)
    assert boss.window.wish == "again"


def test_supermarket_keys_pay_with_f9_and_every_keycap_says_so(hand: Any) -> None:
    hand.sign_in()
    window, shell = hand.window, hand.window.shell
    window.till.tuning.change("keys.preset", "supermarket").result(60)
    window.bridge.tuned.emit("keys.preset")
    assert shell.fbar.entries[-1].key == "F12"
    assert window.theme.key("F12") == "F9"
    assert shell.fbar._keys[-1].accessibleDescription() == "F9"
    assert {spec.key: window.theme.key(spec.key) for spec in shell.page.fkeys()}["F7"] == "Shift F6"
    hand.scan(MASK)
    hand.pause()
    hand.press(Qt.Key.Key_F6)
    hand.until(lambda: len(window.till.selling.scene().held) == 1)
    hand.press(Qt.Key.Key_F6, modifiers=Qt.KeyboardModifier.ShiftModifier)
    hand.until(lambda: len(window.till.selling.scene().lines) == 1)
    hand.press(Qt.Key.Key_F9)
    assert shell.page.key == "pay"
    window.lock()
    assert window.theme.key("F12") == "F12"


def test_numpad_signs_act_on_the_empty_box_and_type_in_a_full_one(hand: Any) -> None:
    hand.sign_in()
    window, shell = hand.window, hand.window.shell
    window.till.tuning.change("keys.preset", "numpad").result(60)
    window.bridge.tuned.emit("keys.preset")
    hand.scan(MASK)
    hand.pause()
    hand.type("3*")
    hand.scan(MASK)
    assert window.till.selling.scene().lines[0].quantity == 4
    hand.type("-")
    assert window.till.selling.scene().lines == ()
    hand.scan(MASK)
    hand.type("+")
    assert shell.page.key == "pay"


def test_a_custom_key_that_is_taken_says_by_what_and_can_be_swapped(boss: Any) -> None:
    page, window = boss.window.shell.page, boss.window
    row(page, "ui.theme")
    window.till.tuning.change("keys.preset", "custom").result(60)
    page._show_group("keys")
    editor = row(page, "keys.custom").editor
    assert isinstance(editor, KeysEditor)
    pay = next(each for each in editor._rows if each.key == "F12")
    pay.click()
    boss.press(Qt.Key.Key_F9)
    assert "F9" in editor.problem and "处方" in editor.problem
    assert window.till.settings.get("keys.custom") == {}
    editor._swap.click()
    settled(boss, "keys.custom", {"F12": "F9", "F9": "F12"})
    assert window.theme.key("F12") == "F9"
    editor = row(page, "keys.custom").editor
    pay = next(each for each in editor._rows if each.key == "F12")
    pay.click()
    boss.press(Qt.Key.Key_Escape)
    assert editor.waiting == ""
    assert window.shell.page is page


def test_the_key_table_names_every_key_that_a_bar_shows(boss: Any) -> None:
    shell = boss.window.shell
    for page in shell.pages.values():
        known = {entry.standard for entry in rows_of(page, boss.window.theme)}
        assert {spec.key for spec in page.fkeys()} <= known
        if page.key in AT_TIMES:
            live = {spec.key for spec in page.fkeys()} & set(MOVABLE)
            tenders = {str(row["key"]) for row in boss.window.till.settings.get("tender.methods")} if page.key == "pay" else set()
            assert live <= {key for key, _ in AT_TIMES[page.key]} | tenders | {"F3"}


def test_the_key_card_is_made_from_the_persons_keys(boss: Any, tmp_path: Any) -> None:
    import subprocess

    window = boss.window
    window.till.tuning.change("keys.preset", "supermarket").result(60)
    window.bridge.tuned.emit("keys.preset")
    window.shell.page._key_card()
    card = window.till.folder / "reports" / "key-card.pdf"
    boss.until(lambda: card.exists() and not window.shell.page._waiting, 60)
    text = subprocess.run(["pdftotext", "-layout", str(card), "-"], capture_output=True, check=True).stdout.decode()
    assert "Shift F6" in text and "取单" in text and "超市习惯" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_settings_fit_the_smallest_window_and_every_control_has_a_name(boss: Any, language: str) -> None:
    window = boss.window
    window.theme.set_language(language)
    boss.wait(20)
    page = window.shell.page
    for group, _, _ in window.till.tuning.texts.groups:
        page._show_group(group)
        boss.wait(5)
        assert page.minimumSizeHint().width() <= 1366 - 76
        nameless = [
            type(widget).__name__
            for widget in page.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and not widget.accessibleName()
            and widget.parent() is not None and widget.focusProxy() is None and type(widget).__name__ not in ("QScrollArea",)
        ]  # fmt: skip
        assert nameless == [], group


def test_a_change_of_theme_takes_less_than_it_may(make_hand: Callable[..., Any]) -> None:
    import time

    hand = make_hand()
    hand.sign_in()
    hand.window.shell.show_page("settings")
    hand.wait(50)
    costs = []
    for mode in ("dark", "light", "dark"):
        began = time.process_time()
        hand.window.theme.set_mode(mode)
        hand.wait(0)
        costs.append(time.process_time() - began)
    assert min(costs) < 2.0
