"""Shifts: the blind count and its one recount, cash moves, duties, Z numbers, handover and the store's day."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from app.counter.faults import Refused


def _count(till: Any, **pieces: int) -> Any:
    for word, many in pieces.items():
        till.shifts.count(int(word.removeprefix("f")), many)
    return till.shifts.confirm_count()


def _close(till: Any) -> Any:
    durable = threading.Event()
    till.shifts.close(durable.set)
    assert durable.wait(60)
    return till.shifts.settle()


def test_expected_cash_is_hidden_until_the_count_is_confirmed(hand: Any) -> None:
    hand.sell("@P6000A1.ean")
    scene = hand.till.shifts.count(10000, 5)
    cash = next(row for row in scene.rows if row.kind == "cash")
    assert (cash.expected_fen, scene.difference_fen) == (None, None)
    scene = hand.till.shifts.confirm_count()
    cash = next(row for row in scene.rows if row.kind == "cash")
    assert (cash.expected_fen, scene.difference_fen) == (50_990, -990)


def test_one_recount_is_allowed_and_both_counts_are_kept(hand: Any) -> None:
    hand.sell("@P6000A1.ean")
    till = hand.till
    _count(till, f10000=5)
    with pytest.raises(Refused, match="count_confirmed"):
        till.shifts.count(10000, 6)
    till.shifts.recount()
    _count(till, f10000=5, f500=1, f100=4, f50=1, f10=4)
    with pytest.raises(Refused, match="recounted"):
        till.shifts.recount()
    closed = _close(till)
    assert closed.state == "closed"
    body = till.store.shifts.closing(till.store.shifts.last_closed().shift_id)
    assert [count.counted_fen for count in body.counts] == [50_000, 50_990]
    assert body.difference_fen == 0


def test_z_of_a_shop_that_stands_alone_promises_no_upload(till: Any) -> None:
    till.settings.set("hub.url", "").result(60)
    assert till.store.outbox.counts().waiting > 0
    assert till.shifts.scene().unsent == 0
    _count(till, f10000=5)
    _close(till)
    assert till.store.shifts.closing(till.store.shifts.last_closed().shift_id).unsent_events == 0


def test_difference_asks_for_a_reason(till: Any) -> None:
    _count(till, f10000=4)
    with pytest.raises(Refused, match="difference_reason_needed"):
        till.shifts.close(lambda: None)
    till.shifts.set_difference_reason("unknown")
    assert _close(till).difference_fen == -10_000


def test_cash_moves_change_what_the_drawer_must_hold(hand: Any) -> None:
    till = hand.till
    till.shifts.move_cash(10_000, "change_money").result(60)
    till.shifts.move_cash(-25_000, "deposit").result(60)
    totals = till.shifts.totals()
    assert (totals.cash_in_fen, totals.cash_out_fen, totals.expected_cash_fen) == (10_000, 25_000, 35_000)
    slips = [till.store.jobs.ticket(job.job_id) for job in till.store.jobs.list() if job.kind == "cash"]
    assert [("现金存入单" in slip, "现金支出单" in slip) for slip in slips] == [(True, False), (False, True)]
    with pytest.raises(Refused, match="more_than_drawer"):
        till.shifts.move_cash(-35_001, "deposit")
    with pytest.raises(Refused, match="reason_needed"):
        till.shifts.move_cash(100, "")


def test_duty_out_of_range_asks_what_was_done_about_it(till: Any) -> None:
    with pytest.raises(Refused, match="action_needed"):
        till.shifts.do_duty("room_climate", "am", {"temperature_dc": 355, "humidity_pm": 500})
    with pytest.raises(Refused, match="figures_missing"):
        till.shifts.do_duty("room_climate", "am", {"temperature_dc": 220})
    with pytest.raises(Refused, match="duty_unknown"):
        till.shifts.do_duty("siesta", "am", {})
    till.shifts.do_duty("room_climate", "am", {"temperature_dc": 220, "humidity_pm": 500}).result(60)
    done = [state for state in till.shifts.duties() if state.duty == "room_climate" and state.state == "done"]
    assert [state.slot for state in done] == ["am"]


def test_duty_that_nobody_did_is_missed_once_its_time_is_over(till: Any) -> None:
    till.clock.advance(timedelta(hours=15).total_seconds())
    assert {state.state for state in till.shifts.duties() if state.duty == "room_climate"} == {"missed"}


def test_z_numbers_follow_each_other_and_the_perpetual_total_only_grows(hand: Any) -> None:
    till = hand.till
    hand.sell("@P6000A1.ean", method="card")
    _count(till, f10000=5)
    assert _close(till).z_no == 1
    till.shifts.sign_in("staff-1004", "1004")
    till.shifts.open(50_000).result(60)
    hand.sell("@P5800A1.ean", method="card")
    _count(till, f10000=5)
    assert _close(till).z_no == 2
    body = till.store.shifts.closing(till.store.shifts.last_closed().shift_id)
    assert body.perpetual_fen == 990 + 1_350
    assert body.totals.sales_fen == 1_350


def test_shift_past_midnight_keeps_its_business_day(hand: Any) -> None:
    opened_on = hand.till.shifts.scene().day
    hand.till.clock.advance(timedelta(hours=20).total_seconds())
    number = hand.sell("@P6000A1.ean")
    assert hand.till.store.sales.by_number(number).day == opened_on


def test_day_closes_once_every_shift_is_closed(hand: Any) -> None:
    till = hand.till
    hand.sell("@P6000A1.ean", method="card")
    with pytest.raises(Refused, match="shift_open"):
        till.shifts.close_day(lambda: "")
    _count(till, f10000=5)
    _close(till)
    till.shifts.close_day(lambda: "ab" * 32).result(60)
    closed = till.store.shifts.day_closing(till.store.shifts.last_day_closed())
    assert (closed.totals.sales_fen, closed.backup) == (990, "ab" * 32)


def test_open_drawer_is_counted(till: Any) -> None:
    till.shifts.open_drawer("change_money").result(60)
    assert till.shifts.totals().drawer_opens == 1


def test_corrected_tender_moves_money_between_methods_and_leaves_the_sale(hand: Any) -> None:
    till = hand.till
    number = hand.sell("@P6000A1.ean")
    sale = till.store.sales.by_number(number)
    tender = sale.body.tenders[0].tender_id
    with pytest.raises(Refused, match="pin_wrong"):
        till.shifts.correct_tender(sale.body.sale_id, tender, "card", "wrong_key", "1001")
    till.shifts.correct_tender(sale.body.sale_id, tender, "card", "wrong_key", "1003").result(60)
    assert till.shifts.totals().expected_cash_fen == 50_000
    assert till.store.sales.by_number(number).body == sale.body


def test_clock_a_year_off_is_said_and_a_confirmed_day_is_signed(till: Any) -> None:
    assert till.shifts.clock_warning() is None
    till.clock.jump(till.clock.now() + timedelta(days=365))
    day, last = till.shifts.clock_warning()
    assert day.year == 2027 and last.year == 2026
    till.shifts.confirm_clock(day, last)
    till.store.writer.submit(lambda _: None).result(60)
    assert till.store.journal.count_by_type()["clock.confirmed@1"] == 1


def test_pharmacist_comes_on_duty_only_with_the_own_pin(till: Any) -> None:
    with pytest.raises(Refused, match="not_a_pharmacist"):
        till.shifts.duty_pharmacist("staff-1001", True, "1001")
    with pytest.raises(Refused, match="pin_wrong"):
        till.shifts.duty_pharmacist("staff-1002", True, "1003")
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    assert till.store.shifts.duty_pharmacists() == ("staff-1002",)


def test_a_count_of_nothing_is_not_sealed_but_an_empty_drawer_is(till: Any) -> None:
    with pytest.raises(Refused, match="count_first"):
        till.shifts.confirm_count()
    assert till.shifts.scene().recounts_left == 2
    assert _count(till, f10000=0).recounts_left == 1
