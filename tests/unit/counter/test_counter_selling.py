"""Selling: scans, lines, undo, prices, boxes, patients, held baskets, and what a refusing disk leaves."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from app.assembly import Till
from app.commands.stage import References, demo_clock
from app.counter.faults import Refused
from app.store.faults import StoreFault


def test_twenty_acts_can_be_undone_and_not_one_more(hand: Any) -> None:
    for _ in range(25):
        hand.scan("@P6000A1.ean")
    for left in range(24, 4, -1):
        assert hand.till.selling.undo().totals.pieces == left
    scene = hand.till.selling.undo()
    assert scene.echo.code == "nothing_to_undo"
    assert scene.totals.pieces == 5


def test_undo_brings_back_a_cleared_basket_with_its_codes(hand: Any) -> None:
    hand.scan("@P2200A1.box1", "@P6000A1.ean")
    assert not hand.till.selling.clear().lines
    scene = hand.till.selling.undo()
    assert [line.codes_got for line in scene.lines] == [1, 0]
    assert hand.scan("@P2200A1.box1").echo.code == "trace_in_basket"


def test_multiplier_counts_for_one_scan_only(hand: Any) -> None:
    hand.till.selling.scan("3*", "typed")
    assert hand.scan("@P6000A1.ean").totals.pieces == 3
    assert hand.scan("@P6000A1.ean").totals.pieces == 4


def test_cashier_changes_a_price_only_with_the_managers_pin_and_a_reason(hand: Any) -> None:
    line_id = hand.scan("@P6000A1.ean").lines[0].line_id
    hand.till.selling.ask("price", line_id)
    assert hand.answer(price="8.00", reason="damaged_box", pin="1001").question.error is not None
    assert hand.answer(price="8.00", reason="", pin="1003").question.error is not None
    scene = hand.answer(price="8.00", reason="damaged_box", pin="1003")
    assert scene.question is None
    assert scene.totals.payable_fen == 800


def test_price_above_the_marked_one_is_refused(hand: Any) -> None:
    line_id = hand.scan("@P6000A1.ean").lines[0].line_id
    hand.till.selling.ask("price", line_id)
    scene = hand.answer(price="10.00", reason="label_error", pin="1003")
    assert scene.echo.code == "above_marked"
    assert scene.totals.payable_fen == 990


def test_taking_a_traced_box_off_asks_which_one_and_frees_its_code(hand: Any) -> None:
    line_id = hand.scan("@P2200A1.box1", "@P2200A1.box2").lines[0].line_id
    scene = hand.till.selling.nudge(line_id, -1)
    assert scene.question.kind == "which_box"
    scene = hand.scan("@P2200A1.box2")
    assert scene.question is None
    assert (scene.lines[0].quantity, scene.lines[0].codes_got) == (1, 1)
    assert hand.scan("@P2200A1.box2").lines[0].codes_got == 2


def test_two_lots_are_two_lines(hand: Any) -> None:
    scene = hand.scan("@P4800A1.lot1.box2", "@P4800A1.lot2.box1", "@P4800A1.lot2.box2")
    assert [(line.lot_no, line.quantity, line.lot_source) for line in scene.lines] == [
        ("20251203", 1, "code"),
        ("20260716", 2, "code"),
    ]


def test_patient_known_by_age_alone_carries_months_and_grams(hand: Any) -> None:
    hand.till.selling.ask("patient")
    hand.answer(person="typed", age="8月", weight="9.5")
    patient = hand.till.selling.basket.patient
    assert (patient.kind, patient.age_months, patient.weight_g) == ("typed", 8, 9_500)
    hand.till.selling.ask("patient")
    hand.answer(person="typed", age="6 岁", weight="")
    assert hand.till.selling.basket.patient.age_months == 72


@pytest.mark.parametrize("age", ["", "abc", "300", "-3", "241m"])
def test_age_that_is_none_keeps_the_question_open(hand: Any, age: str) -> None:
    hand.till.selling.ask("patient")
    assert hand.answer(person="typed", age=age).question.error is not None


def test_allergy_of_the_patient_counts_and_not_the_members(hand: Any) -> None:
    hand.till.selling.attach_member("member-00001")
    hand.scan("@P2400A1.box1")
    assert "allergy" in hand.rules()
    hand.till.selling.ask("patient")
    hand.answer(person="typed", age="40", weight="")
    assert "allergy" not in hand.rules()


def test_told_warning_does_not_outlive_another_lot(hand: Any) -> None:
    hand.scan("@P4800A1.ean")
    line = hand.till.selling.scene().lines[0]
    hand.till.selling.act(line.line_id, "near_expiry_told", "answer:told")
    assert "near_expiry_told" not in hand.rules()
    hand.till.selling.ask("lot", line.line_id)
    hand.answer(lot="P4800A1-L2")
    hand.till.selling.ask("lot", line.line_id)
    hand.answer(lot="P4800A1-L1")
    assert "near_expiry_told" in hand.rules()


def test_scans_behind_a_question_wait_and_then_count_in_order(hand: Any) -> None:
    hand.scan("@sheet.barcode4")
    scene = hand.scan("@P6000A1.ean", "@P2200A1.box1")
    assert scene.waiting_scans == 2
    scene = hand.answer(product="P6004A1")
    assert [line.product_id for line in scene.lines] == ["P6004A1", "P6000A1", "P2200A1"]


def test_after_a_row_is_taken_off_its_neighbour_has_the_cursor_and_not_some_goods_further_up(hand: Any) -> None:
    selling = hand.till.selling
    hand.scan("@P6000A1.ean", "@P5800A1.ean", "6999999999997", "6999999999980")
    assert selling.remove(selling.scene().selected).selected == selling.scene().lines[2].line_id
    assert [line.ghost for line in selling.remove(selling.scene().selected).lines] == [False, False]
    assert selling.scene().selected == selling.scene().lines[1].line_id
    selling.undo()
    # The button of another row leaves the cursor where it was.
    chosen = selling.scene().lines[2].line_id
    selling.select(chosen)
    assert selling.remove(selling.scene().lines[0].line_id).selected == chosen
    first = selling.scene().lines[0].line_id
    selling.select(first)
    assert selling.remove(first).selected == chosen
    assert selling.remove(chosen).selected == ""


def test_unknown_code_blocks_payment_until_it_is_ignored(hand: Any) -> None:
    scene = hand.scan("@P6000A1.ean", "@sheet.unknown")
    ghost = scene.lines[1]
    assert ghost.ghost and scene.blocks == 1
    with pytest.raises(Refused, match="unknown_codes"):
        hand.till.checkout.begin()
    assert hand.till.selling.remove(ghost.line_id).blocks == 0


def test_basket_is_back_after_a_restart_with_codes_member_and_answers(hand: Any, demo_folder: Path, closed_till: list[Till]) -> None:
    hand.till.selling.attach_member("member-00001")
    hand.scan("@sheet.near_expiry", "@P2200A1.box1")
    hand.till.selling.act(hand.till.selling.scene().lines[0].line_id, "near_expiry_told", "answer:told")
    before = hand.till.selling.scene()
    closed_till.pop().close()
    again = Till(demo_folder, demo_clock())
    closed_till.append(again)
    again.shifts.sign_in("staff-1004", "1004")
    scene = again.selling.wake()
    assert scene.echo.code == "basket_back"
    assert [(line.product_id, line.codes_got, line.lot_no) for line in scene.lines] == [
        (line.product_id, line.codes_got, line.lot_no) for line in before.lines
    ]
    assert scene.member.member_id == "member-00001"
    assert (scene.blocks, scene.confirms) == (0, 0)
    assert scene.totals.payable_fen == before.totals.payable_fen


def test_recalling_a_held_basket_holds_the_one_in_hand(hand: Any) -> None:
    hand.scan("@P6000A1.ean")
    assert hand.till.selling.hold().held[0].pieces == 1
    hand.scan("@P5800A1.ean", "@P5800A1.ean")
    scene = hand.till.selling.recall(hand.till.selling.scene().held[0].basket_id)
    assert [line.product_id for line in scene.lines] == ["P6000A1"]
    assert [ticket.pieces for ticket in scene.held] == [2]


def test_emptied_basket_leaves_a_trace_in_the_journal(hand: Any) -> None:
    hand.scan("@P6000A1.ean")
    hand.till.selling.clear()
    hand.sell("@P6000A1.ean")
    assert hand.till.store.journal.count_by_type()["basket.dropped@1"] == 1
    assert hand.till.shifts.totals().dropped_baskets == 1


def test_member_only_price_comes_and_goes_with_the_member(hand: Any) -> None:
    assert hand.scan("@P2200A1.box1").totals.payable_fen == 2680
    assert hand.till.selling.attach_member("member-00001").totals.payable_fen == 2080
    assert hand.till.selling.detach_member().totals.payable_fen == 2680


def test_scan_goes_on_when_the_disk_refuses_but_money_stops(hand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Future[None]:
        future: Future[None] = Future()
        future.set_exception(StoreFault("ledger_io"))
        return future

    hand.scan("@P6000A1.ean")
    monkeypatch.setattr(hand.till.store.parked, "save_open", refuse)
    assert hand.scan("@P5800A1.ean").totals.pieces == 2
    with pytest.raises(Refused, match="ledger_io"):
        hand.till.checkout.begin()


def test_salesperson_of_later_lines_is_whose_badge_was_scanned(hand: Any, names: References) -> None:
    hand.scan("@P6000A1.ean", "@staff.1004", "@P5800A1.ean")
    assert [line.salesperson for line in hand.till.selling.basket.lines] == ["", "staff-1004"]


def test_one_line_is_counted_for_another_person_and_the_rest_stay(hand: Any) -> None:
    selling = hand.till.selling
    first = hand.scan("@P6000A1.ean", "@P5800A1.ean").lines[0].line_id
    selling.select(first)
    question = selling.ask("salesperson").question
    assert question is not None and question.line_id == first
    scene = hand.answer(staff="staff-1002")
    assert [bool(line.salesperson) for line in scene.lines] == [True, False]
    assert [line.salesperson for line in selling.basket.lines] == ["staff-1002", ""]
    # The next pack of the same goods is the cashier's again: a line of its own.
    assert len(hand.scan("@P6000A1.ean").lines) == 3
    selling.undo()
    assert selling.undo().lines[0].salesperson == ""


def test_a_badge_answers_whose_line_it_is(hand: Any) -> None:
    selling = hand.till.selling
    hand.scan("@P6000A1.ean", "@P5800A1.ean")
    selling.ask("salesperson")
    scene = hand.scan("@staff.1002")
    assert scene.question is None
    assert [line.salesperson for line in selling.basket.lines] == ["", "staff-1002"]


def test_review_with_nobody_on_duty_asks_the_pharmacist_in_first_and_then_opens(hand: Any) -> None:
    selling = hand.till.selling
    hand.scan("@P1000A1.box1", "@P6000A1.ean")
    question = selling.ask("review", number="RX-77").question
    assert question is not None and question.kind == "duty_pharmacist"
    question = hand.answer(pharmacist="staff-1002", on_duty="yes", pin="1002").question
    assert question is not None and question.kind == "review"
    shown = {field.name: field.value for field in question.fields}
    assert (shown["number"], shown["reviewer"]) == ("RX-77", "staff-1002")


def test_a_signed_review_is_on_disk_with_its_basket_when_it_is_confirmed(hand: Any) -> None:
    selling, store = hand.till.selling, hand.till.store
    hand.till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    hand.scan("@P1000A1.box1")
    selling.ask("review")
    hand.answer(
        number="RX-1", institution="示例医院", doctor="李医师", prescribed_on="2026-11-21", valid_days="1", patient="王某",
        diagnosis="高血压", dispenser="staff-1001", checker="staff-1002", verdict="approved", reviewer="staff-1002", pin="1002",
    )  # fmt: skip
    review = selling.basket.lines[0].review_id
    assert review and review in store.parked.open_basket()
