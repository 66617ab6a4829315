"""A disk that answers late stops nobody at the counter: registering, noting and erasing wait for it beside the window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt

MEMBER = "member-00001"
PHONE = "13900007777"
THERMOMETER = "6999580000439"
K = Qt.Key


@pytest.fixture
def stuck(hand: Any) -> Iterator[Callable[[], threading.Event]]:
    """Stops the store's writer until the event that it gives is set."""
    gates: list[threading.Event] = []

    def stop() -> threading.Event:
        gate, begun = threading.Event(), threading.Event()
        gates.append(gate)
        hand.window.till.store.writer.submit(lambda _: (begun.set(), gate.wait(120)))
        assert begun.wait(60)
        return gate

    hand.sign_in()
    yield stop
    for gate in gates:
        gate.set()


def member_page(hand: Any) -> Any:
    hand.window.shell.show_page("member")
    hand.window.shell._dead_until = 0.0
    page = hand.window.shell.pages["member"]
    page._show(MEMBER)
    hand.until(lambda: page._scene is not None)
    return page


def sells_meanwhile(hand: Any) -> None:
    """A scan becomes a line although nothing is written."""
    before = len(hand.window.till.selling.basket.lines)
    hand.scan(THERMOMETER)
    hand.until(lambda: len(hand.window.till.selling.basket.lines) > before or hand.window.till.selling.basket.pieces > 1)


def test_somebody_joins_while_the_disk_is_stuck_and_the_sale_goes_on(hand: Any, stuck: Callable[[], threading.Event]) -> None:
    till, join = hand.window.till, hand.window.shell.sale.join
    hand.window.shell.sale._begin_join(PHONE)
    gate = stuck()
    join.register()
    join.register()
    assert join._busy and not till.store.people.find_members(PHONE)
    sells_meanwhile(hand)
    hand.until(lambda: "磁盘慢" in join._how.words)
    assert till.selling.basket.member_id == ""
    gate.set()
    hand.until(lambda: till.selling.basket.member_id)
    assert [one.id for one in till.store.people.find_members(PHONE)] == [till.selling.basket.member_id]
    assert not join.open


def test_a_panel_that_was_closed_meanwhile_stays_closed_and_the_member_is_in_the_sale(
    hand: Any, stuck: Callable[[], threading.Event]
) -> None:
    till, join = hand.window.till, hand.window.shell.sale.join
    hand.window.shell.sale._begin_join(PHONE)
    gate = stuck()
    join.register()
    hand.press(K.Key_Escape)
    hand.until(lambda: not join.open)
    gate.set()
    hand.until(lambda: till.selling.basket.member_id)
    assert not join.open
    hand.until(lambda: hand.window.shell.sale.scene.member is not None)


def test_allergies_asked_on_a_slow_disk_are_noted_once_it_answers(hand: Any, stuck: Callable[[], threading.Event]) -> None:
    till, page = hand.window.till, member_page(hand)
    page._ask_allergies()
    gate = stuck()
    page._form.answered.emit(("macrolide",))
    assert till.store.people.member(MEMBER).allergy_classes != "macrolide"
    sells_meanwhile(hand)
    assert page._form is not None
    gate.set()
    hand.until(lambda: page._form is None)
    assert till.store.people.member(MEMBER).allergy_classes == "macrolide"


def test_erasing_on_a_slow_disk_lets_the_counter_work(hand: Any, stuck: Callable[[], threading.Event]) -> None:
    till, page = hand.window.till, member_page(hand)
    page._erase()
    gate = stuck()
    page._form.confirmed.emit("0001", "asked", "1003")
    assert page._writing and till.store.people.member(MEMBER) is not None
    sells_meanwhile(hand)
    gate.set()
    hand.until(lambda: till.store.people.erased(MEMBER))
    hand.until(lambda: page._scene is None)


def test_a_sale_is_held_and_taken_up_while_the_disk_is_stuck_and_scans_wait_their_turn(
    hand: Any, stuck: Callable[[], threading.Event]
) -> None:
    till, sale = hand.window.till, hand.window.shell.sale
    hand.scan(THERMOMETER)
    hand.until(lambda: till.selling.basket.lines)
    gate = stuck()
    hand.press(K.Key_F6)
    assert till.selling.writing and sale.scene.echo.code == "writing" and len(sale.scene.lines) == 1
    hand.scan(THERMOMETER)
    hand.until(lambda: sale.scene.waiting_scans == 1)
    hand.until(lambda: "磁盘慢" in sale.strip._words.accessibleName())
    hand.press(K.Key_F12)
    assert hand.window.shell.page is sale
    gate.set()
    hand.until(lambda: sale.scene.held and sale.scene.lines and not sale.scene.waiting_scans)
    gate = stuck()
    hand.press(K.Key_F7)
    assert till.selling.writing and [ticket.pieces for ticket in sale.scene.held] == [1]
    gate.set()
    hand.until(lambda: not till.selling.writing)
    assert (sale.scene.echo.code, len(sale.scene.held)) == ("recalled", 1)
