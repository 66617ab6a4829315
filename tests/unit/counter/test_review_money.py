"""What a reviewer tried with money: split tenders, a free sale, a disk that refuses, returns by box, closing under a payment."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import pytest

from app.counter.faults import Refused
from app.store.faults import StoreFault

MASK = "6999600000494"
IBU_EAN, IBU_TRACE = "6999220000119", "89906411004039116120"
EPH1, EPH2 = "89904721098866345850", "89904721098866345851"


def done(till: Any) -> Any:
    durable = threading.Event()
    till.checkout.complete(durable.set)
    assert durable.wait(60)
    return till.checkout.settle()


def test_two_cash_tenders_give_change_from_the_newer_one(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan("5*" + MASK)
    due = till.checkout.begin().due_fen
    till.checkout.tender("cash", 100)
    till.checkout.tender("cash", due + 5_000)
    number = done(till).number
    sale = till.store.sales.by_number(number).body
    assert [(t.amount_fen, t.handed_fen) for t in sale.tenders] == [(100, 100), (due - 100, due + 5_000)]
    assert sale.change_fen == 5_100
    assert sum(t.amount_fen for t in sale.tenders) == sale.payable_fen == due


def test_card_without_its_last_digits_is_refused_when_it_is_taken(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.checkout.begin()
    with pytest.raises(Refused, match="last_digits_shape"):
        till.checkout.tender("card")
    till.checkout.tender("card", 0, "1234")
    assert done(till).state == "done"


def test_sale_of_nothing_to_pay_is_booked_without_a_tender(demo_counter: Any) -> None:
    till = demo_counter.till
    till.shifts.sign_in("staff-1003", "1003")
    scene = till.selling.scan(MASK)
    scene = till.selling.ask("price", scene.lines[0].line_id)
    reason = next(f for f in scene.question.fields if f.name == "reason").choices[0][0]
    till.selling.answer(scene.question.question_id, {"price": "0", "reason": reason})
    assert till.checkout.begin().due_fen == 0
    sale = till.store.sales.by_number(done(till).number).body
    assert (sale.payable_fen, sale.tenders) == (0, ())


def test_refused_sale_keeps_basket_and_tenders_and_a_second_try_books_it_once(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.checkout.begin()
    till.checkout.tender("cash")
    failed: Future[Any] = Future()
    failed.set_exception(StoreFault("disk_full"))
    with monkeypatch.context() as patched:
        patched.setattr(till.store.journal, "record", lambda *_, **__: failed)
        scene = done(till)
        assert scene.state == "collecting" and scene.problem is not None and len(scene.tenders) == 1
    assert len(till.selling.basket.lines) == 1
    assert done(till).state == "done"
    assert till.shifts.totals().sales == 1


def test_sale_is_completed_once_however_often_the_key_is_pressed(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.checkout.begin()
    till.checkout.tender("cash")
    till.checkout.complete(lambda: None)
    with pytest.raises(Refused, match="not_collecting"):
        till.checkout.complete(lambda: None)
    till.store.parked._writes().submit(lambda _: None).result(60)
    till.checkout.settle()
    assert till.shifts.totals().sales == 1


def test_leaving_a_finished_payment_never_brings_the_sold_basket_back(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.checkout.begin()
    till.checkout.tender("cash")
    assert done(till).state == "done"
    till.checkout.cancel()
    assert till.selling.basket.lines == () and not till.checkout.open


def test_sale_without_anybody_signed_in_is_refused_and_goes_on_after_sign_in(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.checkout.begin()
    till.checkout.tender("cash")
    till.shifts.sign_out()
    with pytest.raises(Refused, match="sign_in_first"):
        till.checkout.complete(lambda: None)
    till.shifts.sign_in("staff-1004", "1004")
    assert done(till).state == "done"


def test_shift_is_not_closed_under_an_open_payment_nor_twice(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.checkout.begin()
    till.shifts.count(10_000, 5)
    till.shifts.confirm_count()
    with pytest.raises(Refused, match="payment_open"):
        till.shifts.close(lambda: None)
    till.checkout.cancel()
    closed = threading.Event()
    till.shifts.close(closed.set)
    with pytest.raises(Refused, match="committing"):
        till.shifts.close(lambda: None)
    assert closed.wait(60)
    assert till.shifts.settle().state == "closed"


def test_day_is_closed_once_and_ends_the_pharmacists_duty(demo_counter: Any) -> None:
    till = demo_counter.till
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    with pytest.raises(Refused, match="shift_open"):
        till.shifts.close_day(lambda: "")
    till.shifts.count(10_000, 5)
    till.shifts.confirm_count()
    closed = threading.Event()
    till.shifts.close(closed.set)
    assert closed.wait(60)
    till.shifts.settle()
    till.shifts.close_day(lambda: "").result(60)
    assert till.store.shifts.duty_pharmacists() == ()
    with pytest.raises(Refused, match="day_closed"):
        till.shifts.close_day(lambda: "")


def test_day_is_not_closed_while_a_shift_is_open_though_nobody_signed_in_since_the_start(demo_counter: Any) -> None:
    till = demo_counter.till
    till.post.shift = None
    with pytest.raises(Refused, match="shift_open"):
        till.shifts.close_day(lambda: "")


def test_box_that_was_scanned_is_the_one_that_goes_back(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(EPH1)
    scene = till.selling.scan(EPH2)
    scene = till.selling.ask("buyer", scene.lines[0].line_id)
    scene = till.selling.answer(scene.question.question_id, {"name": "张某", "id_number": "11010119900307109X"})
    if scene.question is not None:
        pytest.fail(scene.question.error.zh)
    demo_counter.sell()
    scene = till.returning.find(EPH2)
    scene = till.returning.set_reason("quality")
    line = scene.lines[0]
    till.returning.set_quantity(line.line_id, 1)
    till.returning.approve("1003")
    booked = threading.Event()
    till.returning.complete(booked.set)
    assert booked.wait(60)
    assert till.returning.settle().state == "done"
    assert till.store.stock.code(EPH2).state == "returned"
    assert till.store.stock.code(EPH1).state == "sold"


def test_return_page_keeps_its_choices_when_a_second_box_of_the_sale_is_scanned(demo_counter: Any) -> None:
    till = demo_counter.till
    demo_counter.sell(MASK, IBU_TRACE)
    scene = till.returning.find("")
    scene = till.returning.choose_sale(scene.found[0].sale_id) if scene.state == "empty" else scene
    mask = next(line for line in scene.lines if line.allowed)
    till.returning.set_quantity(mask.line_id, 1)
    scene = till.returning.find(IBU_TRACE)
    assert [line.chosen for line in scene.lines if line.line_id == mask.line_id] == [1]


def test_count_made_before_the_last_cash_sale_must_be_made_again(demo_counter: Any) -> None:
    till = demo_counter.till
    till.shifts.count(10_000, 5)
    till.shifts.confirm_count()
    demo_counter.sell(MASK)
    with pytest.raises(Refused, match="count_first"):
        till.shifts.close(lambda: None)
    assert till.shifts.scene().state == "counting" and till.shifts.scene().difference_fen is None


def test_shift_that_the_disk_refused_is_not_open(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till = demo_counter.till
    till.post.shift = None
    failed: Future[Any] = Future()
    failed.set_exception(StoreFault("disk_full"))
    monkeypatch.setattr(till.store.journal, "record", lambda *_, **__: failed)
    till.shifts.open(50_000)
    assert not till.shifts.has_open_shift
