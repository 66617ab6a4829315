"""Small promises: nobody is filled in for a signature, a failed search keeps the sale in hand, a waiting receipt is the one printed."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from app.assembly import Till
from app.records.clock import ManualClock

RX = "89900001091676336760"
MASK = "6999600000494"
ANSWERS = {
    "number": "RX1", "institution": "市一医院", "doctor": "林医师", "prescribed_on": "2026-11-21", "valid_days": "1", "patient": "王某",
    "diagnosis": "高血压", "dispenser": "staff-1001", "checker": "staff-1004", "verdict": "approved", "pin": "1002",
}  # fmt: skip


def field(scene: Any, name: str) -> Any:
    return next(one for one in scene.question.fields if one.name == name)


def on_duty(till: Any) -> None:
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)


def test_review_fills_in_nobody_and_offers_first_who_is_here(demo_counter: Any) -> None:
    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX)
    scene = till.selling.ask("review")
    assert field(scene, "dispenser").value == field(scene, "checker").value == ""
    offered = [staff_id for staff_id, _ in field(scene, "dispenser").choices]
    assert set(offered[:2]) == {"staff-1001", "staff-1002"}
    assert len(offered) == len([staff for staff in till.store.people.staff() if staff.active])
    assert field(scene, "reviewer").value == "staff-1002"


def test_review_without_a_dispenser_is_refused(demo_counter: Any) -> None:
    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX)
    scene = till.selling.ask("review")
    scene = till.selling.answer(scene.question.question_id, {**ANSWERS, "dispenser": "", "reviewer": "staff-1002"})
    assert scene.question is not None and scene.question.error is not None


def test_reviewed_line_says_who_signed_and_when_and_still_does_after_a_restart(demo_counter: Any) -> None:
    till = demo_counter.till
    on_duty(till)
    till.selling.scan(RX)
    scene = till.selling.ask("review")
    scene = till.selling.answer(scene.question.question_id, {**ANSWERS, "reviewer": "staff-1002"})

    def note(shown: Any) -> Any:
        return next(strip for strip in shown.lines[0].strips if strip.rule == "rx_reviewed")

    assert (note(scene).tone, note(scene).grade, note(scene).title.zh) == ("rx", "inform", "药师已审 · 王敏 14:03")
    assert "李娜" in note(scene).body.zh
    assert till.selling.undo() and not [strip for strip in till.selling.scene().lines[0].strips if strip.rule == "rx_reviewed"]
    till.selling.scan(MASK)
    scene = till.selling.ask("review")
    till.selling.answer(scene.question.question_id, {**ANSWERS, "reviewer": "staff-1002"})
    till.store.close()
    again = Till(till.folder, ManualClock(demo_counter.clock.now()))
    try:
        assert note(again.selling.wake()).title.zh == "药师已审 · 王敏 14:03"
    finally:
        again.close()


def test_failed_search_leaves_the_return_in_hand_and_says_what_was_not_found(demo_counter: Any) -> None:
    till = demo_counter.till
    number = demo_counter.sell(MASK)
    scene = till.returning.find(number)
    till.returning.set_reason("changed_mind")
    scene = till.returning.toggle(scene.lines[0].line_id)
    kept = till.returning.find("不存在的单")
    assert (kept.state, kept.number, kept.total_fen, kept.reason) == ("choosing", number, scene.total_fen, "changed_mind")
    assert kept.problem is not None and "不存在的单" in kept.problem.zh
    assert till.returning.find(number).problem is None
    till.returning.leave()
    assert till.returning.find("不存在的单").state == "empty"


@pytest.mark.parametrize(("staff", "pin", "sums"), [("staff-1001", "1001", False), ("staff-1003", "1003", True)])
def test_sums_of_the_shift_are_for_those_who_may_see_them(demo_counter: Any, staff: str, pin: str, sums: bool) -> None:
    from app.counter.today import Today

    till = demo_counter.till
    demo_counter.sell(MASK)
    today = Today(till.store, till.clock, till.shifts, till.staging)
    assert today.facts().figures.sales_fen is None
    till.shifts.sign_in(staff, pin)
    figures = today.facts().figures
    assert (figures.sales, figures.sales_fen is not None, figures.average_fen is not None) == (1, sums, sums)
    till.settings.set("rights.shift_sums", "cashier;manager").result(60)
    today.forget()
    assert today.facts().figures.sales_fen == 990


def test_the_day_is_read_in_steps_and_stands_as_it_was_until_the_last(demo_counter: Any) -> None:
    from app.counter.today import Today

    till = demo_counter.till
    today = Today(till.store, till.clock, till.shifts, till.staging)
    before = today.facts()
    assert not today.stale
    demo_counter.sell(MASK)
    assert today.stale
    steps = today.read()
    next(steps)
    assert today.known is before
    for _ in steps:
        pass
    assert today.known is not None and today.known.figures.sales == 1 and not today.stale


def test_shelves_counted_elsewhere_are_not_counted_again_and_a_count_holds_for_its_minute(
    demo_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.counter.today import Today
    from app.store.stock import EndingStock, Stock

    till = demo_counter.till
    today = Today(till.store, till.clock, till.shifts, till.staging)
    count = today.ending()
    assert count is not None and till.behind.do(count).result(60) == count()
    monkeypatch.setattr(Stock, "ending", lambda *_: pytest.fail("counted on the window's thread"))
    for _ in today.read(EndingStock(2, 7, 9, date(2026, 12, 1))):
        pass
    shown = {duty.code: duty for duty in today.known.duties}
    assert (shown["expired"].count, shown["near_expiry"].count, shown["near_expiry"].facts) == (2, 7, {"day": "2026-12-01"})
    assert today.ending() is None
    demo_counter.clock.jump(demo_counter.clock.now() + timedelta(seconds=61))
    assert today.ending() is not None


def test_duties_that_ended_before_the_shop_was_founded_are_not_missed(demo_counter: Any) -> None:
    assert "missed" not in {state.state for state in demo_counter.till.shifts.duties()}
    demo_counter.clock.jump(demo_counter.clock.now() + timedelta(hours=9))
    missed = {(state.duty, state.slot) for state in demo_counter.till.shifts.duties() if state.state == "missed"}
    assert ("room_climate", "pm") in missed and ("room_climate", "am") not in missed


def test_reprint_of_a_receipt_that_still_waits_prints_that_one(demo_counter: Any) -> None:
    till = demo_counter.till
    number = demo_counter.sell(MASK)
    sale = till.store.sales.by_number(number)
    job = till.store.jobs.of_event(sale.event_id)[0]
    till.store.jobs.set_state(job.job_id, "waiting", {"after": "restart"}).result(60)
    assert till.shifts.reprint(sale.event_id, sale.reprints + 1).wait() is False
    gate = threading.Event()
    till.store.writer.submit(lambda _: gate.set(), urgent=False).result(60)
    assert [(one.kind, one.state) for one in till.store.jobs.of_event(sale.event_id)] == [("sale", "queued")]
    assert till.store.sales.by_number(number).reprints == 0
    till.store.jobs.set_state(job.job_id, "sent", {}).result(60)
    assert till.shifts.reprint(sale.event_id, 1).wait() is True
    till.store.writer.submit(lambda _: None, urgent=False).result(60)
    assert sorted(one.kind for one in till.store.jobs.of_event(sale.event_id)) == ["reprint", "sale"]
    assert till.store.sales.by_number(number).reprints == 1


def test_receipt_is_found_by_its_number_in_capitals_and_without_the_last_part(demo_counter: Any) -> None:
    till = demo_counter.till
    demo_counter.sell(MASK)
    number = demo_counter.sell(MASK)
    short = number.rpartition("-")[0]
    for typed in (number, number.upper(), short, short.upper(), short.lower()):
        assert till.returning.find(typed).number == number, typed
        till.returning.leave()
    assert till.store.sales.by_number(f"{short}-00000000") is None
    assert till.store.sales.by_number(f"X{number.upper()}") is None
