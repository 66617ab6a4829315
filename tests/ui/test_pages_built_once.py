"""Pages built once: shown again with the same facts they make nothing anew, a changed fact is seen, and no turn makes a whole page."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.desktop.screens.devices import DeviceCard

PAGES = ("help", "settings", "receipt_template", "reports", "sheet", "labels", "devices")


def shown(hand: Any, key: str) -> Any:
    """The page at the front, drawn to its end."""
    shell = hand.window.shell
    shell.show_page(key)
    hand.pause()
    return shell.page


def parts(page: QWidget) -> list[QWidget]:
    """Every part that stands on a page."""
    return [part for part in page.findChildren(QWidget) if part.parent() is not None]


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
    before = shown(hand, key).window().focusWidget()
    en = hand.words()
    assert page.isAncestorOf(before) or key in ("labels", "devices"), "the keyboard is where the page wants it"
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
    assert shell.page._undrawn is None and len(parts(shell.page)) > begun


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


def test_a_setting_changed_elsewhere_is_seen_when_the_settings_are_shown_again(hand: Any) -> None:
    hand.sign_in()
    page = shown(hand, "settings")
    row = next(row for row in page._rows if row.offer.key == "lock.minutes")
    minutes = row.offer.value
    shown(hand, "sale")
    hand.window.till.settings.set_many({"lock.minutes": minutes + 7}).result(60)
    shown(hand, "settings")
    row = next(row for row in page._rows if row.offer.key == "lock.minutes")
    assert row.editor.entry.text() == str(minutes + 7)


def test_what_was_typed_into_a_setting_and_refused_is_gone_at_the_next_visit(hand: Any) -> None:
    hand.window.sign_in.choose("staff-1003")
    hand.sign_in("1003")
    page = shown(hand, "settings")
    row = next(row for row in page._rows if row.offer.key == "lock.minutes")
    kept = row.editor.entry.text()
    row.editor.entry.setText("abc")
    row.editor._tell()
    assert row.problem.isVisible()
    shown(hand, "sale")
    shown(hand, "settings")
    row = next(row for row in page._rows if row.offer.key == "lock.minutes")
    assert row.editor.entry.text() == kept and not row.problem.isVisible()


def test_a_report_is_about_today_again_at_the_next_visit_and_its_field_says_so(hand: Any) -> None:
    hand.sign_in()
    page = shown(hand, "reports")
    said = page._entries["first"].text()
    page._entries["first"].setText("2026-01")
    page._typed("first", "2026-01")
    shown(hand, "sale")
    shown(hand, "reports")
    assert page._entries["first"].text() == said and not page._wrong


def test_a_template_changed_elsewhere_is_seen_when_the_page_is_shown_again(hand: Any) -> None:
    hand.sign_in()
    page = shown(hand, "receipt_template")
    was = [row.objectName() for row in page._rows]
    body = {**page._kept, "blocks": page._kept["blocks"][:-1]}
    shown(hand, "sale")
    hand.window.till.settings.set_many({"receipt.template": body}).result(60)
    shown(hand, "receipt_template")
    assert [row.objectName() for row in page._rows] != was


def test_a_label_chosen_elsewhere_is_listed_when_labels_are_shown_again(hand: Any) -> None:
    hand.sign_in()
    page = shown(hand, "labels")
    assert not page._rows
    shown(hand, "sale")
    till = hand.window.till
    till.labelling.want(next(iter(till.store.catalogue.products())).id, 2)
    shown(hand, "labels")
    assert len(page._rows) == 1 and "×2" in page._rows[0].accessibleName()


def test_a_card_whose_facts_changed_is_made_anew_and_the_others_stay(hand: Any) -> None:
    hand.sign_in()
    page = shown(hand, "devices")
    before = [place.findChild(DeviceCard) for place in page._places]
    shown(hand, "sale")
    hand.window.till.settings.set_many({"pole.transport": "network", "pole.address": "127.0.0.1:9"}).result(60)
    shown(hand, "devices")
    after = [place.findChild(DeviceCard) for place in page._places]
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, True, True, False, True]
    assert "未设置" not in after[4].accessibleName()


@pytest.mark.parametrize("key", PAGES)
def test_a_page_stands_whole_after_the_till_was_locked_on_it(hand: Any, key: str) -> None:
    hand.sign_in()
    said = (shown(hand, key), hand.words())[1]
    hand.window.lock()
    hand.window.theme.set_mode("dark")
    hand.window.sign_in.choose("staff-1001")
    hand.sign_in("1001")
    assert hand.window.shell.page.key == key and hand.words() == said
