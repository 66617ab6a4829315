"""Returning: what may go back, where to, whose PIN it takes, and whence the money comes."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.counter.faults import Refused
from app.store.faults import StoreFault


def _book(till: Any, kind: str = "return") -> Any:
    durable = threading.Event()
    scene = till.returning.complete(durable.set, kind)
    if scene.problem is not None:
        return scene
    assert durable.wait(60)
    return till.returning.settle()


def _chosen(hand: Any, number: str, reason: str, quantity: int = 1) -> Any:
    hand.till.returning.find(number)
    hand.till.returning.set_reason(reason)
    sale = hand.till.store.sales.by_number(number)
    return hand.till.returning.set_quantity(sale.body.lines[0].line_id, quantity)


def test_other_goods_go_back_to_the_shelf(hand: Any) -> None:
    number = hand.sell("@P6000A1.ean", "@P6000A1.ean")
    _chosen(hand, number, "changed_mind")
    scene = _book(hand.till)
    assert (scene.state, scene.total_fen) == ("done", 990)
    assert hand.till.store.stock.level("P6000A1") == 59


def test_medicine_goes_back_only_for_quality_and_never_to_the_shelf(hand: Any) -> None:
    number = hand.sell("@P2200A1.box1")
    assert _chosen(hand, number, "changed_mind").problem is not None
    assert _chosen(hand, number, "quality").needs_approval
    with pytest.raises(Refused, match="approval_needed"):
        hand.till.returning.complete(lambda: None)
    hand.till.returning.approve("1003")
    assert _book(hand.till).state == "done"
    lot = hand.till.store.stock.lots("P2200A1")[0]
    assert (lot.on_shelf, lot.on_reject) == (35, 1)
    assert hand.scan("@P2200A1.box1").echo.code == "trace_returned"


def test_more_than_was_sold_never_goes_back(hand: Any) -> None:
    number = hand.sell("@P6000A1.ean", "@P6000A1.ean")
    with pytest.raises(Refused, match="more_than_sold"):
        _chosen(hand, number, "changed_mind", 3)
    _chosen(hand, number, "changed_mind", 2)
    _book(hand.till)
    assert _chosen(hand, number, "changed_mind", 1).problem is not None


def test_partial_returns_give_back_to_the_fen_what_was_paid(hand: Any) -> None:
    number = hand.sell("@P6000A1.ean", "@P6000A1.ean", "@P6000A1.ean")
    back = 0
    for _ in range(3):
        _chosen(hand, number, "changed_mind")
        back += _book(hand.till).total_fen
    assert back == hand.till.store.sales.by_number(number).body.payable_fen == 1980


def test_void_takes_everything_back_and_says_so(hand: Any) -> None:
    number = hand.sell("@P2200A1.box1", "@P6000A1.ean")
    hand.till.returning.find(number)
    hand.till.returning.set_reason("wrong_goods")
    hand.till.returning.approve("1003")
    scene = _book(hand.till, "void")
    assert (scene.state, scene.total_fen) == ("done", 3670)
    assert [refund.amount_fen for refund in scene.refunds] == [3670]
    assert hand.till.store.stock.level("P2200A1") == 36
    assert hand.scan("@P2200A1.box1").lines[0].codes_got == 1
    hand.till.returning.find(number)
    assert not hand.till.returning.scene().voidable


def test_box_finds_its_sale(hand: Any) -> None:
    number = hand.sell("@P2200A1.box1")
    hand.sell("@P2200A1.box2")
    assert hand.till.returning.find(hand.names.code("@P2200A1.box1")).number == number


def test_number_that_was_never_printed_finds_nothing(hand: Any) -> None:
    scene = hand.till.returning.find("RM01-01-zzzz-999999")
    assert (scene.state, scene.problem is not None) == ("empty", True)


def test_return_that_the_ledger_refuses_pays_nothing_out(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number = hand.sell("@P6000A1.ean")
    _chosen(hand, number, "changed_mind")

    def refuse(*_: object, **__: object) -> Any:
        raise StoreFault("ledger_io")

    with monkeypatch.context() as broken:
        broken.setattr(hand.till.store.journal, "record", refuse)
        scene = hand.till.returning.complete(lambda: None)
    assert scene.state == "choosing"
    assert "ledger_io" in scene.problem.zh
    assert hand.till.shifts.totals().returns == 0
    scene = _book(hand.till)
    assert (scene.state, scene.problem) == ("done", None)


def test_a_list_of_sales_names_their_goods_without_unsealing_one(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = hand.sell("@P6000A1.ean", "@P6000A1.ean")
    second = hand.sell("@P5600A1.ean", "@P6000A1.ean")
    sales = {number: hand.till.store.sales.by_number(number) for number in (first, second)}
    monkeypatch.setattr("app.store.sales.unseal", lambda raw: pytest.fail("an event was unsealed for a list"))
    found = hand.till.returning.find("").found
    assert [sale.number for sale in found] == [second, first]
    for sale in found:
        body = sales[sale.number].body
        assert (sale.sale_id, sale.at, sale.payable_fen) == (body.sale_id, sales[sale.number].at, body.payable_fen)
        assert (sale.first_line, sale.lines) == (body.lines[0].generic_name, len(body.lines))


def _oils(hand: Any) -> tuple[str, Any, Any]:
    """Two fish oils are sold with the gel that is given with them: the number, and both lines."""
    for code in ("@P5205A1.ean", "@P5205A1.ean", "@P6402A1.ean"):
        hand.scan(code)
    for line in hand.till.selling.scene().lines:
        for strip in line.strips:
            if strip.grade == "confirm":
                hand.till.selling.act(line.line_id, strip.rule, strip.ways_out[0].act)
    number = hand.sell()
    sale = hand.till.store.sales.by_number(number)
    oil, gel = sale.body.lines
    assert (oil.quantity, gel.amount_fen) == (2, 0)
    return number, oil, gel


def test_a_gift_comes_back_with_the_goods_that_earned_it(hand: Any) -> None:
    number, oil, gel = _oils(hand)
    returning = hand.till.returning
    _chosen(hand, number, "changed_mind", 1)
    returning.approve("1003")
    scene = _book(hand.till)
    assert scene.state == "choosing" and scene.problem.zh == "赠品也要一起退：免洗手消毒凝胶 ×1"
    returning.set_quantity(gel.line_id, 1)
    scene = _book(hand.till)
    assert (scene.state, scene.total_fen) == ("done", oil.amount_fen // 2)
    _chosen(hand, number, "changed_mind", 1)
    returning.approve("1003")
    assert _book(hand.till).state == "done", "nothing was given any more"


def test_goods_with_a_fault_go_back_without_their_gift(hand: Any) -> None:
    number, oil, _ = _oils(hand)
    _chosen(hand, number, "quality", 2)
    hand.till.returning.approve("1003")
    scene = _book(hand.till)
    assert (scene.state, scene.total_fen) == ("done", oil.amount_fen)
