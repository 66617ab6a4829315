"""The box at the top of the sale finds people too: a whole phone, or its last digits and a name, is nobody's idea of a product."""

from __future__ import annotations

from typing import Any

import pytest
from counter_bench import CODES, Counter
from PySide6.QtCore import Qt

from app.counter.visiting import Visit

HER, PHONE = "member-00001", "19900000001"


def member_of(counter: Counter) -> str:
    return counter.till.selling.basket.member_id


def test_a_phone_typed_into_the_box_takes_the_member_into_the_sale(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    counter.sale.on_omnibox(PHONE)
    counter.settle()
    assert member_of(counter) == HER and not counter.till.selling.scene().blocks
    assert len(counter.till.selling.basket.lines) == 1 and counter.scene.question is None


def test_last_digits_and_a_name_do_so_too(counter: Counter) -> None:
    counter.sale.on_omnibox("0001 王")
    counter.settle()
    assert member_of(counter) == HER


def test_a_phone_that_nobody_has_offers_to_join_and_leaves_no_code_to_settle(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    counter.sale.on_omnibox("13900007777")
    counter.settle()
    assert counter.sale.join.open and not counter.till.selling.scene().blocks


def test_what_goods_are_called_stays_a_search_for_goods(counter: Counter) -> None:
    counter.sale.on_omnibox("abc 123")
    counter.settle()
    assert counter.scene.question is None and not member_of(counter)


def test_the_list_under_the_box_says_what_enter_does(hand: Any) -> None:
    hand.sign_in()
    hand.type(PHONE)
    hits = hand.window.shell.hits
    hand.until(hits.isVisible)
    assert "找会员" in hits._empty.accessibleName()
    hand.now += 1_000
    hand.enter()
    hand.until(lambda: hand.window.till.selling.basket.member_id == HER)


@pytest.mark.parametrize("code", ["none", "offline"])
def test_a_phone_that_headquarters_does_not_know_either_offers_to_join_by_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    counter.scan(CODES["mask"])
    visiting, selling = counter.till.selling._visiting, counter.till.selling
    monkeypatch.setattr(visiting, "can_ask", lambda text, by="": True)
    monkeypatch.setattr(type(visiting), "reachable", property(lambda _: True))
    monkeypatch.setattr(visiting, "ask", lambda *_: None)
    counter.press(Qt.Key.Key_F3, *"13900007777", Qt.Key.Key_Return)
    assert counter.scene.echo.code == "visitor_asked" and not counter.sale.join.open
    counter.sale.show_scene(selling.visitor_came(Visit(selling.basket.basket_id, code)))
    assert counter.sale.join.open and counter.scene.question is None
    counter.press(Qt.Key.Key_Return)
    assert member_of(counter), "a phone and two Enters, with a line as without"


def test_whoever_types_another_number_meanwhile_is_left_alone(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    visiting, selling = counter.till.selling._visiting, counter.till.selling
    monkeypatch.setattr(visiting, "can_ask", lambda text, by="": True)
    monkeypatch.setattr(type(visiting), "reachable", property(lambda _: True))
    monkeypatch.setattr(visiting, "ask", lambda *_: None)
    counter.press(Qt.Key.Key_F3, *"13900007777", Qt.Key.Key_Return, "1")
    counter.sale.show_scene(selling.visitor_came(Visit(selling.basket.basket_id, "none")))
    assert not counter.sale.join.open and counter.scene.question is not None
