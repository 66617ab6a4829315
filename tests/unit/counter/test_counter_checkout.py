"""Checkout: tenders, change, what a finished sale holds, and a ledger that refuses."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.counter.faults import Refused
from app.domain.invoice import InvoiceTitle
from app.store.faults import StoreFault


def _refusing(*_: object, **__: object) -> Any:
    raise StoreFault("ledger_io")


def test_split_tenders_and_change_add_up_to_what_is_owed(hand: Any) -> None:
    hand.scan("@P5600A1.ean")
    checkout = hand.till.checkout
    checkout.begin()
    assert checkout.tender("card", 3000, "1234").remaining_fen == 4900
    assert checkout.tender("cash", 5000).change_fen == 100
    number = hand.complete()
    body = hand.till.store.sales.by_number(number).body
    assert sum(tender.amount_fen for tender in body.tenders) == body.payable_fen == 7900
    assert body.change_fen == 100


def test_recorded_tender_is_never_more_than_is_owed_and_names_its_digits(hand: Any) -> None:
    hand.scan("@P6000A1.ean")
    hand.till.checkout.begin()
    with pytest.raises(Refused, match="more_than_due"):
        hand.till.checkout.tender("card", 991, "1234")
    with pytest.raises(Refused, match="last_digits_shape"):
        hand.till.checkout.tender("card", 990, "12a4")


def test_page_is_left_only_after_the_tenders_are_undone(hand: Any) -> None:
    hand.scan("@P6000A1.ean")
    checkout = hand.till.checkout
    checkout.begin()
    taken = checkout.tender("cash", 500)
    with pytest.raises(Refused, match="undo_tenders_first"):
        checkout.cancel()
    with pytest.raises(Refused, match="still_due"):
        checkout.complete(lambda: None)
    checkout.undo_tender(taken.tenders[0].tender_id)
    checkout.cancel()
    assert hand.scan("@P6000A1.ean").totals.pieces == 2


def test_scan_during_payment_goes_to_the_next_customer(hand: Any) -> None:
    hand.scan("@P6000A1.ean")
    hand.till.checkout.begin()
    hand.scan("@P5800A1.ean")
    hand.till.checkout.tender("cash")
    hand.complete()
    assert [line.product_id for line in hand.till.selling.scene().lines] == ["P5800A1"]


def test_sale_that_the_ledger_refuses_is_not_booked_and_the_goods_stay(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.scan("@P2200A1.box1")
    hand.till.checkout.begin()
    hand.till.checkout.tender("cash", 3000)
    with monkeypatch.context() as broken:
        broken.setattr(hand.till.store.journal, "record", _refusing)
        scene = hand.till.checkout.complete(lambda: None)
        assert scene.state == "collecting"
        assert "ledger_io" in scene.problem.zh
    assert hand.till.store.sales.recent(limit=5) == ()
    assert hand.till.selling.basket.lines[0].codes
    number = hand.complete()
    assert hand.till.checkout.scene().problem is None
    assert hand.till.store.sales.by_number(number).body.payable_fen == 2680


def test_commit_that_fails_on_the_disk_leaves_no_sale_no_paper_and_no_stock_move(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.scan("@P6000A1.ean")
    hand.till.checkout.begin()
    hand.till.checkout.tender("cash")

    def broken(*_: object, **__: object) -> Any:
        raise StoreFault("ledger_io")

    durable = threading.Event()
    monkeypatch.setattr(hand.till.checkout._papers, "sale_jobs", broken)
    hand.till.checkout.complete(durable.set)
    assert durable.wait(60)
    assert hand.till.checkout.settle().problem is not None
    assert hand.till.store.sales.recent(limit=5) == ()
    assert hand.till.store.jobs.list() == ()
    assert hand.till.store.stock.level("P6000A1") == 60


def test_sale_without_paper_is_kept_and_can_be_printed_later(hand: Any) -> None:
    hand.till.selling.set_wishes(paper=False)
    hand.scan("@P6000A1.ean")
    hand.till.selling.set_wishes(paper=False)
    hand.till.checkout.begin()
    hand.till.checkout.tender("cash")
    number = hand.complete()
    assert hand.till.store.jobs.list() == ()
    sale = hand.till.store.sales.by_number(number)
    hand.till.shifts.reprint(sale.event_id, sale.reprints + 1)
    hand.till.store.writer.submit(lambda _: None).result(60)
    assert [job.kind for job in hand.till.store.jobs.list()] == ["reprint"]


def test_a_receipt_first_printed_later_bears_the_invoice_title_named_since(hand: Any) -> None:
    hand.scan("@P6000A1.ean")
    hand.till.selling.set_wishes(paper=False)
    hand.till.checkout.begin()
    hand.till.checkout.tender("cash")
    sale = hand.till.store.sales.by_number(hand.complete())
    hand.till.invoicing.wish(sale.body.sale_id, InvoiceTitle("示范市云杉信息技术有限公司"), "typed").result(60)
    hand.till.shifts.reprint(sale.event_id, 1)
    hand.till.store.writer.submit(lambda _: None).result(60)
    job = hand.till.store.jobs.list()[0]
    assert "抬头 示范市云杉信息技术有限公司" in hand.till.store.jobs.ticket(job.job_id)


def test_every_fen_of_a_cut_names_its_cause(hand: Any) -> None:
    number = hand.sell("@P6000A1.ean", "@P6000A1.ean", "@P6000A1.ean", "@P5800A1.ean")
    body = hand.till.store.sales.by_number(number).body
    assert body.cut_fen == sum(cut.amount_fen for cut in body.cuts) == 990 + 300
    assert {cut.cause_id for cut in body.cuts} == {"offer-mask-3rd", "offer-thermometer-3"}
    assert sum(line.amount_fen for line in body.lines) == body.payable_fen


def test_nothing_is_sold_without_an_open_shift(demo_counter: Any) -> None:
    till = demo_counter.till
    till.shifts.count(10000, 5)
    till.shifts.confirm_count()
    closed = threading.Event()
    till.shifts.close(closed.set)
    assert closed.wait(60)
    till.shifts.settle()
    till.selling.scan("6999600000494")
    with pytest.raises(Refused, match="no_shift"):
        till.checkout.begin()


def test_what_payment_will_show_is_told_ahead_and_begins_nothing(hand: Any) -> None:
    hand.scan("@P5600A1.ean")
    checkout = hand.till.checkout
    ahead = checkout.ahead()
    assert not checkout.open and hand.till.selling.basket.lines
    hand.scan("@P6000A1.ean")
    assert checkout.ahead().due_fen > ahead.due_fen
    later = checkout.ahead()
    assert checkout.begin() == later
    checkout.tender("cash")
    assert checkout.ahead() == checkout.scene()


def test_a_sale_is_told_as_booked_until_the_next_customer_comes(hand: Any) -> None:
    hand.scan("@P5600A1.ean")
    checkout = hand.till.checkout
    checkout.begin()
    checkout.tender("cash")
    durable = threading.Event()
    checkout.complete(durable.set)
    assert durable.wait(60)
    assert checkout.booked is None
    number = checkout.settle().number
    sale = hand.till.store.sales.by_number(number)
    assert checkout.booked == (sale.body, sale.at)
    checkout.next_customer()
    assert checkout.booked is None


def test_the_lots_of_a_basket_are_read_at_once_when_payment_begins(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stock = hand.till.store.stock
    scene = hand.scan("@P6000A1.ean", "@P5600A1.ean", "@P5800A1.ean")
    products = [line.product_id for line in scene.lines]
    assert stock.lots_of_each([*products, "none"]) == {each: stock.lots(each) for each in products if stock.lots(each)}
    asked: list[list[str]] = []
    at_once = stock.lots_of_each
    monkeypatch.setattr(stock, "lots_of_each", lambda each: asked.append(list(each)) or at_once(each))
    monkeypatch.setattr(stock, "lots", lambda product: pytest.fail("a product's lots were read by themselves"))
    hand.till.checkout.begin()
    assert asked == [products]
    assert [line.product_id for line in hand.till.selling.scene().lines] == products
