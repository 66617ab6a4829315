"""A form that is open while the language changes: it says the same in other words, and keeps what was typed and the keyboard."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.desktop.screens.form import Form

IBUPROFEN, BOX = "6999220000119", "89906411004039116120"


def sell(hand: Any) -> str:
    """One box for cash, done behind the window; gives the sale's number."""
    till = hand.window.till
    till.selling.scan(BOX)
    till.checkout.begin()
    till.checkout.tender("cash", 0, "")
    durable = threading.Event()
    till.checkout.complete(durable.set)
    hand.until(durable.is_set)
    number: str = till.checkout.settle().number
    till.checkout.next_customer()
    return number


@pytest.mark.parametrize(
    ("page", "code", "key", "field", "typed", "titles"),
    [
        ("shift", "", Qt.Key.Key_F6, "amount", "12.50", ("现金存取", "Cash in and out")),
        ("stock", IBUPROFEN, Qt.Key.Key_F5, "lot", "A26", ("入库", "Goods in")),
        ("returns", "sale", Qt.Key.Key_F8, "pin", "10", ("整单作废", "Void the whole sale")),
        ("receipts", "", Qt.Key.Key_F5, "name", "甲公司", ("要发票", "Invoice")),
        ("settings", "", Qt.Key.Key_F4, "pin", "10", ("店长授权", "The manager's leave")),
    ],
)
def test_an_open_form_changes_its_language_and_keeps_what_was_typed(
    hand: Any, page: str, code: str, key: int, field: str, typed: str, titles: tuple[str, str]
) -> None:
    hand.sign_in()
    number = sell(hand)
    shell = hand.window.shell
    shell.show_page(page)
    hand.pause()
    if code:
        hand.scan(number if code == "sale" else code)
        hand.pause()
    hand.press(key)
    hand.pause()
    form = shell.page.findChild(Form)
    assert form is not None and form.accessibleName() == titles[0]
    entry = form.findChild(QLineEdit, f"form-{field}")
    assert entry is not None
    entry.setFocus()
    entry.insert(typed)
    chinese = entry.accessibleName()
    hand.window.theme.set_language("en")
    hand.pause()
    open_now = [one for one in shell.page.findChildren(Form) if one.isVisible()]
    assert [one.accessibleName() for one in open_now] == [titles[1]]
    still = open_now[0].findChild(QLineEdit, f"form-{field}")
    assert still is not None and still.text() == typed
    assert hand.window.focusWidget() is still
    assert still.accessibleName() not in ("", chinese)


def test_a_chosen_reason_stays_chosen_in_another_language(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    shell.show_page("shift")
    hand.pause()
    hand.press(Qt.Key.Key_F7)
    hand.pause()
    form = shell.page.findChild(Form)
    form.put("reason", "change_money")
    first = form.values()["reason"]
    spoken = form._parts["reason"].accessibleDescription()
    hand.window.theme.set_language("en")
    hand.pause()
    form = shell.page.findChild(Form)
    assert form.values()["reason"] == first == "change_money"
    assert form._parts["reason"].accessibleDescription() not in ("", spoken)


def test_a_reading_half_typed_and_a_loading_half_chosen_stay_in_another_language(hand: Any) -> None:
    hand.sign_in()
    shell = hand.window.shell
    hand.scan("90000000000000000019")
    hand.pause()
    shell.show_page("member")
    hand.pause()
    hand.until(lambda: any(spec.key == "F4" for spec in shell.page.fkeys()))
    hand.press(Qt.Key.Key_F4)
    hand.pause()
    hand.type("148")
    hand.enter()
    hand.type("9")
    hand.window.theme.set_language("en")
    hand.pause()
    blanks = [one for one in shell.page.findChildren(QLineEdit) if one.isVisible()]
    assert [one.text() for one in blanks[:2]] == ["148", "9"]
    assert blanks[1].hasFocus()
    hand.press(Qt.Key.Key_Escape)
    hand.pause()
    hand.press(Qt.Key.Key_F7)
    hand.pause()
    sheet = shell.page._form
    ways = sheet.way
    ways._pick(1)
    wanted = ways.value
    hand.window.theme.set_language("zh")
    hand.pause()
    assert shell.page._form is not sheet and shell.page._form.way.value == wanted
