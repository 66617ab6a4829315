"""What a reviewer tried at the counter: lots and codes of boxes, reviews, prices, holds, and a basket that must not come back."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.counter.faults import Refused
from app.domain.basket import LotChoice
from app.records import events

RX1, RX2 = "89900001091676336760", "89900001091676336761"
IBU_EAN, IBU_TRACE = "6999220000119", "89906411004039116120"
EPH1, EPH2, EPH3 = "89904721098866345850", "89904721098866345851", "89904721098866345852"
MASK = "6999600000494"
UNKNOWN_EAN = "6999999999997"


def boxes_of_two_lots(till: Any, product_id: str) -> tuple[str, str, str]:
    """Goods-in of two lots, one box code each and two of the second; the first expires first."""
    product = till.goods.product(product_id)
    prefix = product.trace_prefix
    codes = [f"{prefix}999999999999{n}" for n in range(3)]
    till.stocking.receive(product_id, "RV-A", date(2028, 1, 31), 5, codes[:1]).result(60)
    till.stocking.receive(product_id, "RV-B", date(2028, 6, 30), 5, codes[1:]).result(60)
    return codes[0], codes[1], codes[2]


def reviewed(till: Any, verdict: str = "approved") -> None:
    """Wang Min signs a review of the basket's prescription lines."""
    scene = till.selling.ask("review")
    values = {
        "number": "R1", "institution": "示例医院", "doctor": "李医师", "prescribed_on": "2026-11-21", "valid_days": "1",
        "patient": "王某", "diagnosis": "高血压", "dispenser": "staff-1001", "checker": "staff-1004",
        "reviewer": "staff-1002", "pin": "1002", "verdict": verdict,
    }  # fmt: skip
    scene = till.selling.answer(scene.question.question_id, values)
    assert scene.question is None, scene.question.error


def on_duty(till: Any) -> None:
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)


def rules_standing(till: Any) -> set[str]:
    return {verdict.rule for verdict in till.selling.verdicts}


def test_boxes_of_another_lot_take_their_packs_from_the_line_that_the_barcode_counted(demo_counter: Any) -> None:
    till = demo_counter.till
    product = till.goods.of_barcode(IBU_EAN)[0]
    a, b, c = boxes_of_two_lots(till, product.id)
    till.selling.scan("3*" + IBU_EAN)
    for code in (b, a, c):
        scene = till.selling.scan(code)
    assert sum(line.quantity for line in scene.lines) == 3
    proven = {line.lot_no: (line.quantity, line.codes_got, line.lot_source) for line in scene.lines}
    assert proven == {"RV-A": (1, 1, "code"), "RV-B": (2, 2, "code")}


def test_barcode_after_a_traced_box_is_another_pack_whose_lot_is_only_guessed(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(IBU_TRACE)
    scene = till.selling.scan(IBU_EAN)
    assert [line.lot_source for line in scene.lines] == ["code", "assumed"]


def test_second_box_of_one_lot_joins_the_line_of_that_lot_when_it_was_announced_by_its_barcode(demo_counter: Any) -> None:
    till = demo_counter.till
    product = till.goods.of_barcode(IBU_EAN)[0]
    _, b, c = boxes_of_two_lots(till, product.id)
    for code in (IBU_EAN, b, IBU_EAN, c):
        scene = till.selling.scan(code)
    assert [(line.lot_no, line.quantity, line.codes_got) for line in scene.lines] == [("RV-B", 2, 2)]


def test_multiplier_before_a_box_counts_packs_of_which_one_has_its_code(demo_counter: Any) -> None:
    till = demo_counter.till
    scene = till.selling.scan("3*" + IBU_TRACE)
    line = scene.lines[0]
    assert (line.quantity, line.codes_got, line.codes_needed, line.lot_source) == (3, 1, 3, "assumed")


def test_reason_for_one_missing_code_does_not_excuse_packs_added_later(demo_counter: Any) -> None:
    till = demo_counter.till
    scene = till.selling.scan(IBU_EAN)
    line_id = scene.lines[0].line_id
    scene = till.selling.ask("code_missing", line_id)
    till.selling.answer(scene.question.question_id, {"reason": scene.question.fields[0].choices[0][0]})
    assert "trace_codes_missing" not in rules_standing(till)
    till.selling.set_quantity(line_id, 2)
    assert "trace_codes_missing" in rules_standing(till)


def test_imported_box_that_says_only_its_expiry_is_blocked_when_expired(demo_counter: Any) -> None:
    from app.counter.goods import Box

    till = demo_counter.till
    product = till.goods.of_barcode(IBU_EAN)[0]
    lot = till.goods.lot_of_box(product.id, Box("x", "", "", "", date(2026, 1, 31)))
    assert lot == LotChoice("", "", "2026-01-31", "code")


def test_review_for_one_box_does_not_cover_a_second(demo_counter: Any) -> None:
    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX1)
    reviewed(till)
    assert "prescription_required" not in rules_standing(till)
    till.selling.scan(RX2)
    assert "prescription_required" in rules_standing(till)
    reviewed(till)
    assert "prescription_required" not in rules_standing(till)


def test_rejected_review_ends_an_approval_and_undo_does_not_bring_it_back(demo_counter: Any) -> None:
    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX1)
    reviewed(till)
    reviewed(till, "rejected")
    assert "prescription_required" in rules_standing(till)
    till.selling.undo()
    assert "prescription_required" in rules_standing(till)


def test_pharmacist_who_leaves_stops_a_basket_that_was_ready(demo_counter: Any) -> None:
    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX1)
    reviewed(till)
    assert till.selling.scene().blocks == 0
    till.shifts.duty_pharmacist("staff-1002", False, "1002").result(60)
    with pytest.raises(Refused, match="todo"):
        till.checkout.begin()


def test_lot_recalled_on_the_stock_page_stops_a_basket_that_was_ready(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(IBU_TRACE)
    lot_id = till.selling.basket.lines[0].lot.lot_id
    till.stocking.set_lot_state(lot_id, "recalled", "quality", pin="1002").result(60)
    with pytest.raises(Refused, match="todo"):
        till.checkout.begin()


def test_third_ephedrine_pack_is_refused_over_two_lines_too(demo_counter: Any) -> None:
    till = demo_counter.till
    scene = till.selling.scan(EPH1)
    line_id = scene.lines[0].line_id
    scene = till.selling.ask("price", line_id)
    reason = next(f for f in scene.question.fields if f.name == "reason").choices[0][0]
    till.selling.answer(scene.question.question_id, {"price": "5", "reason": reason, "pin": "1003"})
    till.selling.scan(EPH2)
    assert len(till.selling.basket.lines) == 2
    assert "ephedrine_limit" not in rules_standing(till)
    till.selling.scan(EPH3)
    assert "ephedrine_limit" in rules_standing(till)


def test_box_sold_while_its_basket_was_held_is_refused_on_recall(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(IBU_TRACE)
    basket_id = till.selling.basket.basket_id
    till.selling.hold()
    demo_counter.sell(IBU_TRACE)
    till.selling.recall(basket_id)
    assert "trace_code_sold_before" in rules_standing(till)
    with pytest.raises(Refused, match="todo"):
        till.checkout.begin()


def test_held_basket_keeps_its_unknown_codes_and_shows_at_once(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    till.selling.scan(UNKNOWN_EAN)
    basket_id = till.selling.basket.basket_id
    scene = till.selling.hold()
    assert [ticket.basket_id for ticket in scene.held] == [basket_id]
    scene = till.selling.recall(basket_id)
    assert [line.name for line in scene.lines if line.ghost] == [UNKNOWN_EAN]


def test_unknown_codes_come_back_after_a_restart(demo_counter: Any) -> None:
    from app.assembly import Till

    till = demo_counter.till
    till.selling.scan(MASK)
    till.selling.scan(UNKNOWN_EAN)
    till.store.close()
    again = Till(till.folder, demo_counter.clock)
    try:
        scene = again.selling.wake()
        assert [line.name for line in scene.lines if line.ghost] == [UNKNOWN_EAN]
        assert sum(not line.ghost for line in scene.lines) == 1
    finally:
        again.close()


def test_basket_kept_just_before_a_hold_or_a_sale_does_not_open_again_behind_it(demo_counter: Any) -> None:
    till = demo_counter.till
    gate = threading.Event()
    till.selling.scan(MASK)
    till.checkout.begin()
    till.checkout.tender("cash")
    till.store.parked._writer.submit(lambda _: gate.wait(60))
    till.checkout.set_wishes(paper=False)
    durable = threading.Event()
    till.checkout.complete(durable.set)
    gate.set()
    assert durable.wait(60)
    assert till.checkout.settle().state == "done"
    till.store.parked._writer.submit(lambda _: None, False).result(60)
    assert till.store.parked.open_basket() is None


def test_resolving_an_unknown_code_takes_its_ghost_off_and_keeps_the_box_code(demo_counter: Any) -> None:
    till = demo_counter.till
    code = "81234560000000000017"
    scene = till.selling.scan(code)
    ghost = next(line for line in scene.lines if line.ghost)
    scene = till.selling.act(ghost.line_id, ghost.strips[0].rule, "ask:find")
    product = till.goods.of_barcode(IBU_EAN)[0]
    scene = till.selling.answer(scene.question.question_id, {"product": product.id})
    assert not any(line.ghost for line in scene.lines)
    assert [box.code for box in till.selling.basket.lines[0].codes] == [code]


KINDS = ("price", "lot", "override", "pharmacist", "quantity", "salesperson", "member", "patient", "find", "buyer")


@pytest.mark.parametrize("kind", KINDS)
def test_answer_with_nothing_filled_in_keeps_the_question_and_says_why(demo_counter: Any, kind: str) -> None:
    till = demo_counter.till
    till.selling.scan(IBU_EAN)
    scene = till.selling.ask(kind)
    if scene.question is None:
        assert scene.echo is not None and scene.echo.kind == "refused"
        return
    scene = till.selling.answer(scene.question.question_id, {})
    assert scene.question is not None and scene.question.error is not None


def test_question_about_a_line_goes_with_the_line(demo_counter: Any) -> None:
    till = demo_counter.till
    for code in (RX1, RX2):
        scene = till.selling.scan(code)
    line_id = scene.lines[0].line_id
    assert till.selling.set_quantity(line_id, 1).question is not None
    till.selling.remove(line_id)
    scene = till.selling.scan(MASK)
    assert scene.question is None and len(scene.lines) == 1 and scene.waiting_scans == 0


def test_price_above_the_marked_one_is_refused(demo_counter: Any) -> None:
    till = demo_counter.till
    scene = till.selling.scan(MASK)
    scene = till.selling.ask("price", scene.lines[0].line_id)
    reason = next(f for f in scene.question.fields if f.name == "reason").choices[0][0]
    scene = till.selling.answer(scene.question.question_id, {"price": "999", "reason": reason, "pin": "1003"})
    assert scene.question is not None and "标价" in scene.question.error.zh


def test_basket_cannot_change_under_an_open_payment(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASK)
    due = till.checkout.begin().due_fen
    line_id = till.selling.basket.lines[0].line_id
    changes = (lambda: till.selling.set_quantity(line_id, 9), lambda: till.selling.remove(line_id))
    for act in (*changes, till.selling.undo, till.selling.hold, till.selling.clear):
        with pytest.raises(Refused, match="paying"):
            act()
    assert till.checkout.scene().due_fen == due
    till.checkout.cancel()
    assert till.selling.set_quantity(line_id, 9).lines[0].quantity == 9


def test_lot_that_expired_at_midnight_is_blocked_in_a_shift_of_the_evening_before(demo_counter: Any) -> None:
    till = demo_counter.till
    product = till.goods.of_barcode(MASK)[0]
    till.stocking.receive(product.id, "RV-END", date(2026, 11, 21), 5).result(60)
    lot = next(row for row in till.stocking.rows(product.id) if row.lot_no == "RV-END")
    scene = till.selling.scan(MASK)
    scene = till.selling.ask("lot", scene.lines[0].line_id)
    till.selling.answer(scene.question.question_id, {"lot": lot.lot_id})
    assert "expired_lot" not in rules_standing(till)
    demo_counter.clock.jump(datetime(2026, 11, 21, 16, 30, tzinfo=UTC))
    with pytest.raises(Refused, match="todo"):
        till.checkout.begin()
    assert "expired_lot" in rules_standing(till)


def test_hold_that_the_disk_refuses_keeps_the_basket_in_hand(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import Future

    from app.store.faults import StoreFault

    till = demo_counter.till
    till.selling.scan(MASK)
    failed: Future[None] = Future()
    failed.set_exception(StoreFault("disk_full"))
    monkeypatch.setattr(till.store.parked, "hold", lambda *_: failed)
    scene = till.selling.hold()
    assert scene.echo.kind == "refused" and len(scene.lines) == 1


def test_wrong_pins_among_several_people_are_locked_like_one_persons(demo_counter: Any) -> None:
    till = demo_counter.till
    people = ("cashier",)
    for left in reversed(range(till.settings.get("pin.tries"))):
        with pytest.raises(Refused, match="pin_wrong" if left else "pin_locked"):
            till.authorising.anyone("0000", people)
    with pytest.raises(Refused, match="pin_locked"):
        till.authorising.anyone("1004", people)
    assert till.shifts.sign_in("staff-1001", "1001").id == "staff-1001"


def test_review_that_was_not_written_does_not_count(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import Future

    from app.store.faults import StoreFault

    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX1)
    real = till.store.journal.record

    def record(bodies: Any, **rest: Any) -> Any:
        if any(isinstance(body, events.ReviewSigned) for body in bodies):
            failed: Future[None] = Future()
            failed.set_exception(StoreFault("disk_full"))
            return failed
        return real(bodies, **rest)

    monkeypatch.setattr(till.store.journal, "record", record)
    with pytest.raises(AssertionError):
        reviewed(till)
    assert "prescription_required" in rules_standing(till)


def test_scans_that_wait_behind_a_question_come_back_after_a_power_cut(demo_counter: Any) -> None:
    from app.assembly import Till

    till = demo_counter.till
    scene = till.selling.scan(IBU_EAN)
    till.selling.ask("price", scene.lines[0].line_id)
    assert till.selling.scan(MASK).waiting_scans == 1
    till.store.close()
    again = Till(till.folder, demo_counter.clock)
    try:
        scene = again.selling.wake()
        assert [line.quantity for line in scene.lines] == [1, 1] and scene.waiting_scans == 0
    finally:
        again.close()
