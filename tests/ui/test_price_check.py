"""Price check on the Sale page: looked up and shown, never added."""

from __future__ import annotations

import pytest
from counter_bench import CODES, Counter
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.desktop.theme import Theme


def open_check(counter: Counter) -> None:
    QTest.keyClick(counter.windowHandle(), Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    counter.settle()
    assert counter.sale.check.isVisible()


def words(counter: Counter) -> str:
    counter.settle()
    parts = counter.sale.check.findChildren(QWidget)
    return "\n".join(part.accessibleName() for part in parts if part.isVisible() and part.accessibleName())


def test_a_scan_is_priced_with_its_lots_and_the_sale_stays_as_it_is(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    before = counter.till.selling.basket
    open_check(counter)
    counter.scan(CODES["ibuprofen"])
    said = words(counter)
    assert "布洛芬缓释胶囊" in said
    assert "26030418" in said
    assert "¥" in said
    counter.press(Qt.Key.Key_Escape)
    assert not counter.sale.check.isVisible()
    assert counter.till.selling.basket == before
    counter.scan(CODES["ibuprofen"])
    assert len(counter.scene.lines) == 2


def test_a_question_mark_in_the_box_opens_it_and_the_letters_after_it_are_only_looked_up(counter: Counter) -> None:
    counter.press("?")
    assert counter.sale.check.isVisible()
    assert counter.shell.bar.omnibox.text == ""
    counter.press(*"dztwj")
    # Nothing is added, and the list does not say that it were.
    assert [part.accessibleName() for part in counter.shell.hits._keys] == ["选择", "查看", "关闭"]
    counter.press(Qt.Key.Key_Return)
    assert "电子体温计" in words(counter)
    assert counter.till.selling.basket.lines == ()
    counter.press(Qt.Key.Key_Return)
    assert counter.shell.page is counter.sale
    assert counter.sale.check.isVisible()


def test_a_pasted_question_is_asked_without_its_mark(counter: Counter) -> None:
    counter.shell.bar.omnibox.entry.insert("？布洛芬")
    counter.shell._edited("？布洛芬")
    assert counter.shell.bar.omnibox.text == "布洛芬"
    assert counter.shell.hits.isVisible()
    counter.press(Qt.Key.Key_Return)
    assert "布洛芬" in words(counter)
    assert counter.till.selling.basket.lines == ()


def test_one_of_several_is_chosen_by_its_digit(counter: Counter) -> None:
    open_check(counter)
    counter.sale.on_omnibox("布洛芬")
    counter.settle()
    assert len(counter.sale.check._hits) > 1
    chosen = counter.sale.check._hits[1]
    counter.sale.on_key("2")
    assert [hit.product_id for hit in counter.sale.check._hits] == [chosen.product_id]
    assert counter.till.selling.basket.lines == ()


def test_what_is_unknown_is_said_and_becomes_no_line(counter: Counter) -> None:
    open_check(counter)
    counter.scan(CODES["unknown"])
    assert CODES["unknown"] in words(counter)
    assert counter.scene.lines == ()


def test_expired_and_near_lots_say_so(counter: Counter) -> None:
    open_check(counter)
    counter.scan(CODES["vitamin"])
    assert "近效期" in words(counter)


def test_it_waits_until_an_open_question_is_answered(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F3)
    assert counter.scene.question is not None
    counter.sale._begin_check()
    assert not counter.sale.check.isVisible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_fits_the_smallest_screen_with_a_full_cart(counter: Counter, theme: Theme, language: str) -> None:
    theme.set_language("en" if language == "en" else "zh")
    counter.scan(CODES["mask"], CODES["ibuprofen"], CODES["thermometer"], CODES["member"])
    open_check(counter)
    for raw in (CODES["vitamin"], CODES["ibuprofen"], "a"):
        counter.sale.on_omnibox(raw)
        counter.settle()
        hint = counter.sale.minimumSizeHint()
        assert hint.width() <= 1366 - 76
        assert hint.height() <= 768 - 64 - 60


def test_the_answer_follows_the_language(counter: Counter, theme: Theme) -> None:
    open_check(counter)
    counter.scan(CODES["vitamin"])
    theme.set_language("en")
    assert "near expiry" in words(counter)
    assert "近效期" not in words(counter)


def test_the_key_held_down_opens_it_once(counter: Counter) -> None:
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier, "", True)
    counter.shell.key("Shift F2", event)
    assert not counter.sale.check.isVisible()
