"""Goods of an erased member that stored value paid: the account is no more, so the money goes back another way, by a manager's PIN."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from purse_acts import MASKS, PERSON, done, in_stored, load, paying, refusal, slip
from wallet_hub import FakeHub

from app.sync.client import Held


@pytest.fixture(autouse=True)
def chained(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop has a headquarters, reached or not."""
    monkeypatch.setattr(till.loading, "_chained", lambda: True)


def bought_and_erased(till: Any, headquarters: FakeHub, *codes: str, in_cash: int = 0) -> Any:
    """A sale that stored value paid (but for some cash); whoever bought had the rest paid out and was erased."""
    load(till, 10_000)
    headquarters.answer = Held("held", 1_800, 999_999, 0)
    paying(till, *codes)
    scene = till.checkout.scene()
    in_stored(till, scene.remaining_fen - in_cash if in_cash else 0)
    if in_cash:
        till.checkout.tender("cash", in_cash)
    sale = done(till)
    left = till.stored.standing(PERSON).total_fen
    headquarters.answer = Held("held", 1_800, left, 0)
    heard = threading.Event()
    till.loading.begin_payout(PERSON, "card", "asked", "1003", heard.set, "1234")
    assert heard.wait(60)
    till.loading.pay_out().wait()
    manager = next(one for one in till.store.people.staff() if one.role == "manager")
    till.erasing.erase(PERSON, "asked", manager).wait()
    return sale


def chosen(till: Any, sale: Any, quantity: int) -> Any:
    till.returning.leave()
    scene = till.returning.choose_sale(sale.body.sale_id)
    till.returning.set_reason("wrong_goods")
    return till.returning.set_quantity(scene.lines[0].line_id, quantity)


def booked(till: Any, kind: str = "return") -> Any:
    durable = threading.Event()
    till.returning.complete(durable.set, kind)
    assert durable.wait(60)
    assert till.returning.settle().state == "done"
    return till.store.journal.of_type("return.closed@1")[0].body


def test_it_goes_back_in_cash_with_a_managers_pin_and_the_slip_says_so(till: Any, headquarters: FakeHub) -> None:
    sale = bought_and_erased(till, headquarters, MASKS)
    before = till.shifts.totals().expected_cash_fen
    scene = chosen(till, sale, 1)
    assert scene.needs_approval, "a cashier alone never turns stored value into cash"
    assert scene.instead_fen == scene.total_fen == sale.body.payable_fen and scene.instead == "cash"
    assert [refund.method for refund in scene.refunds] == ["cash"]
    assert refusal(lambda: till.returning.complete(lambda: None)).code == "approval_needed"
    till.returning.approve("1003")
    body = booked(till)
    assert [(one["method"], one["kind"], one["amount_fen"]) for one in body["refunds"]] == [("cash", "cash", sale.body.payable_fen)]
    assert till.shifts.totals().expected_cash_fen == before - sale.body.payable_fen
    assert [one.body["kind"] for one in till.store.journal.of_type("stored.moved@1")] == ["spend"], "nobody's account moves"
    assert "现金" in slip(till)


def test_whoever_wants_it_on_a_card_has_it_there_and_nowhere_else(till: Any, headquarters: FakeHub) -> None:
    sale = bought_and_erased(till, headquarters, MASKS)
    scene = chosen(till, sale, 1)
    assert "insurance" not in dict(scene.instead_ways) and "stored" not in dict(scene.instead_ways)
    assert refusal(lambda: till.returning.pay_instead("insurance")).code == "tender_unknown"
    assert till.returning.pay_instead("card").instead == "card"
    till.returning.approve("1003")
    assert [one["method"] for one in booked(till)["refunds"]] == ["card"]


def test_what_was_paid_in_cash_beside_it_is_one_sum_with_it_and_parts_add_up(till: Any, headquarters: FakeHub) -> None:
    sale = bought_and_erased(till, headquarters, MASKS, MASKS, in_cash=500)
    back = 0
    for _ in range(2):
        chosen(till, sale, 1)
        till.returning.approve("1003")
        (refund,) = booked(till)["refunds"]
        assert refund["method"] == "cash"
        back += refund["amount_fen"]
    assert back == sale.body.payable_fen


def test_a_void_gives_it_back_alike(till: Any, headquarters: FakeHub) -> None:
    sale = bought_and_erased(till, headquarters, MASKS)
    till.returning.choose_sale(sale.body.sale_id)
    till.returning.set_reason("double_charge")
    till.returning.approve("1003")
    assert [one["method"] for one in booked(till, "void")["refunds"]] == ["cash"]
