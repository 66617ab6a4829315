"""Stored value in the real window: paid in by tile and Enter, paid out after headquarters' word, spent by a tile on Pay."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1] / "doubles"))

from wallet_hub import FakeHub

from app.sync.client import Held, HubFault

MEMBER, CARD, MASKS = "member-00001", "90000000000000000019", "6999600000494"
K = Qt.Key


@pytest.fixture
def at(hand: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The window with a member's page in front, of a shop that has a headquarters."""
    hand.sign_in()
    monkeypatch.setattr(hand.window.till.loading, "_chained", lambda: True)
    show(hand, "member")
    hand.scan(CARD)
    hand.until(lambda: page(hand)._scene is not None)
    hand.window.shell._dead_until = 0.0
    # Long after the scan: an Enter is a person's.
    hand.now += 2_000
    return hand


@pytest.fixture
def headquarters(at: Any, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    fake = FakeHub()
    shares = at.window.till.shares
    monkeypatch.setattr(shares, "_make_client", lambda: fake)
    return fake


def show(hand: Any, key: str) -> None:
    hand.window.shell.show_page(key)
    hand.window.shell._dead_until = 0.0


def page(at: Any) -> Any:
    return at.window.shell.pages["member"]


def key(at: Any, *keys: Any) -> None:
    for one in keys:
        if isinstance(one, str):
            for character in one:
                at.press(ord(character.upper()), character)
        else:
            at.press(one, "\r" if one == K.Key_Return else "")
        QApplication.processEvents()


def picture(at: Any, name: str) -> None:
    folder = os.environ.get("YAOGUI_LOOK")
    if folder:
        QApplication.processEvents()
        at.window.grab().save(f"{folder}/{name}.png")


def load(at: Any, fen: int) -> None:
    at.window.till.loading.load(MEMBER, fen, "cash").wait()


def standing(at: Any) -> tuple[int, int]:
    found = at.window.till.stored.standing(MEMBER)
    return found.principal_fen, found.bonus_fen


def test_a_tile_and_enter_take_the_money_and_the_card_shows_the_balance(at: Any) -> None:
    assert "储值余额" not in at.words()
    key(at, K.Key_F7)
    form = page(at)._form
    form.choose(50_000)
    assert "到账 ¥530.00" in form._sum._words and form.tiles[50_000].state == "chosen"
    picture(at, "load")
    key(at, K.Key_Return)
    at.until(lambda: standing(at) == (50_000, 3_000))
    at.until(lambda: page(at)._form is None)
    assert "储值余额" in at.words()
    picture(at, "member")


def test_a_typed_sum_below_the_least_is_refused_in_the_form(at: Any) -> None:
    key(at, K.Key_F7, "50", K.Key_Return)
    at.until(lambda: "至少充 ¥100.00" in page(at)._form._problem._words)
    assert standing(at) == (0, 0)
    key(at, K.Key_Escape)
    assert page(at)._form is None


def test_a_card_asks_for_the_digits_of_its_slip_first(at: Any) -> None:
    key(at, K.Key_F7, "200")
    form = page(at)._form
    form.way.set_value("card")
    form._show()
    key(at, K.Key_Return)
    assert form.digits.hasFocus() and standing(at) == (0, 0)
    key(at, "4321", K.Key_Return)
    at.until(lambda: standing(at) == (20_000, 0))


def test_the_rest_is_paid_out_after_headquarters_has_answered(at: Any, headquarters: FakeHub) -> None:
    load(at, 50_000)
    headquarters.answer = Held("held", 1_800, 53_000, 3_000)
    key(at, K.Key_F7)
    page(at)._form.rest.click()
    form = page(at)._form
    picture(at, "payout")
    form.answered.emit({"way": "card", "digits": "1234", "reason": "asked", "pin": "1003"})
    at.until(lambda: standing(at) == (0, 0))
    at.until(lambda: page(at)._form is None)


def test_without_a_line_the_form_says_so_and_nothing_is_paid(at: Any, headquarters: FakeHub) -> None:
    load(at, 50_000)
    headquarters.answer = HubFault("offline")
    key(at, K.Key_F7)
    (back,) = page(at)._form.backs.values()
    picture(at, "load_with_balance")
    back.click()
    form = page(at)._form
    form.answered.emit({"sure": "yes", "pin": "1003"})
    at.until(lambda: "连不上总部" in form._problem._words)
    assert standing(at) == (50_000, 3_000)


def test_the_tile_on_pay_says_what_is_lacking_and_takes_it_with_proof(at: Any, headquarters: FakeHub) -> None:
    load(at, 50_000)
    till = at.window.till
    at.scan(MASKS)
    at.until(lambda: till.selling.basket.lines)
    show(at, "sale")
    at.window.shell.page.pay()
    at.until(lambda: at.window.shell.page.key == "pay")
    at.window.shell._dead_until = 0.0
    pay = at.window.shell.page
    assert pay.tiles["stored"]._note.startswith("可抵")
    key(at, K.Key_F4)
    assert "余额 ¥530.00" in pay.stage._how._words
    picture(at, "pay")
    key(at, K.Key_Return)
    assert pay.pay.tenders == () and headquarters.asked == []
    pay.leave()
    till.selling.attach_member(MEMBER, "dynamic")
    headquarters.answer = Held("held", 1_800, 53_000, 30)
    at.window.shell._dead_until = 0.0
    at.window.shell.page.pay()
    at.until(lambda: at.window.shell.page.key == "pay")
    at.window.shell._dead_until = 0.0
    key(at, K.Key_F4, K.Key_Return)
    at.until(lambda: bool(pay.pay.tenders))
    assert pay.pay.tenders[0].method == "stored" and pay.pay.remaining_fen == 0
    hint = pay.minimumSizeHint()
    assert hint.width() <= 1366 - 76 and hint.height() <= 768 - 64 - 60, hint


def test_who_leaves_the_form_while_headquarters_is_asked_is_paid_nothing(
    at: Any, headquarters: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(at, 50_000)
    asked, answered = threading.Event(), threading.Event()
    headquarters.answer = Held("held", 1_800, 53_000, 3_000)
    hold = headquarters.hold

    def slow(wish: Any) -> Any:
        asked.set()
        assert answered.wait(60)
        return hold(wish)

    monkeypatch.setattr(headquarters, "hold", slow)
    key(at, K.Key_F7)
    page(at)._form.rest.click()
    page(at)._form.answered.emit({"way": "card", "digits": "1234", "reason": "asked", "pin": "1003"})
    assert asked.wait(60)
    key(at, K.Key_Escape)
    assert page(at)._form is None
    answered.set()
    at.until(lambda: ("release", 53_000) in headquarters.asked)
    at.until(lambda: at.window.till.store.holds.all() == ())
    QApplication.processEvents()
    assert standing(at) == (50_000, 3_000) and not at.window.till.loading.scene(MEMBER).asking


def test_a_payout_that_is_booked_opens_the_drawer_and_wakes_printer_and_line_although_something_else_is_being_written(
    at: Any, headquarters: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(at, 10_000)
    headquarters.answer = Held("held", 1_800, 9_000, 0)
    done: list[str] = []
    printing, loading = at.window.till.printing, at.window.till.loading
    monkeypatch.setattr(printing, "kick_drawer", lambda: done.append("drawer"))
    monkeypatch.setattr(printing, "wake", lambda: done.append("paper"))
    monkeypatch.setattr(loading, "_wake_sync", lambda: done.append("line"))
    key(at, K.Key_F7)
    page(at)._form.rest.click()
    monkeypatch.setattr(loading._book, "rules", replace(loading._book.rules, payout_cash_below_fen=1_000_000))
    page(at)._form.answered.emit({"way": "cash", "digits": "", "reason": "asked", "pin": "1003"})
    # A look behind the mask, say, is on its way to a slow disk.
    page(at)._writing = True
    at.until(lambda: at.window.till.store.journal.of_type("stored.paid_out@1") != [])
    at.until(lambda: sorted(done) == ["drawer", "line", "paper"])
    assert standing(at) == (0, 0)
