"""Sums of shifts, the drawer at close, and duties that are due or missed."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.day import (
    DutyDoneOn,
    close_drawer,
    counted_fen,
    duty_states,
    expected_cash_fen,
    merge,
    out_of_range,
    parse_duties,
)
from app.records.events import CashPiece, ShiftTotals, TenderTotal
from app.records.resources import resource

DOCUMENT = json.loads(resource("rules", "duties.json").read_text(encoding="utf-8"))
DUTIES = parse_duties(DOCUMENT)
SATURDAY = date(2026, 11, 21)
CLIMATE = next(duty for duty in DUTIES if duty.id == "room_climate")


def took(method: str, sales: int, amount_fen: int, refunds: int = 0, refund_fen: int = 0) -> TenderTotal:
    return TenderTotal(method=method, sales=sales, amount_fen=amount_fen, refunds=refunds, refund_fen=refund_fen)


MORNING = ShiftTotals(
    sales=3,
    sales_fen=9000,
    returns=1,
    returns_fen=500,
    float_fen=20000,
    cash_in_fen=1000,
    cash_out_fen=3000,
    tenders=(took("cash", 2, 6000, 1, 500), took("card", 1, 3000)),
)
EVENING = ShiftTotals(sales=1, sales_fen=4000, float_fen=20000, tenders=(took("qr", 1, 1500), took("cash", 1, 2500)))


def test_the_day_is_the_sum_of_its_shifts_tender_by_tender() -> None:
    day = merge([MORNING, EVENING])
    assert (day.sales, day.sales_fen, day.returns_fen, day.cash_out_fen) == (4, 13000, 500, 3000)
    assert day.tenders == (took("cash", 3, 8500, 1, 500), took("card", 1, 3000), took("qr", 1, 1500))


def test_a_day_without_shifts_is_all_zeros() -> None:
    assert merge([]) == ShiftTotals()


def test_a_day_of_one_shift_is_that_shift() -> None:
    assert merge([MORNING]) == MORNING


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.builds(
            ShiftTotals,
            sales=st.integers(0, 99),
            rounding_fen=st.integers(0, 99),
            reprints=st.integers(0, 9),
            tenders=st.lists(
                st.builds(took, st.sampled_from(["cash", "card", "qr"]), st.integers(0, 9), st.integers(0, 9999)),
                max_size=3,
                unique_by=lambda tender: tender.method,
            ).map(tuple),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_merging_in_steps_gives_the_same_day(shifts: list[ShiftTotals]) -> None:
    assert merge([merge(shifts[:-1]), shifts[-1]]) == merge(shifts)
    assert sum(tender.amount_fen for tender in merge(shifts).tenders) == sum(t.amount_fen for shift in shifts for t in shift.tenders)


def test_expected_cash_counts_float_cash_moves_and_refunds_but_no_card() -> None:
    assert expected_cash_fen(MORNING) == 20000 + 6000 - 500 + 1000 - 3000
    assert expected_cash_fen(MORNING, ("cash", "card")) == 26500


def test_a_count_is_the_sum_of_its_pieces() -> None:
    pieces = (CashPiece(denomination_fen=10000, pieces=2), CashPiece(denomination_fen=50, pieces=3))
    assert counted_fen(pieces) == 20150


@pytest.mark.parametrize(
    ("counted", "difference", "word", "within"),
    [
        (23500, 0, "even", True),
        (23000, -500, "short", True),
        (24501, 1001, "over", False),
        (22499, -1001, "short", False),
        (24500, 1000, "over", True),
    ],
)
def test_the_drawer_is_compared_within_a_tolerance(counted: int, difference: int, word: str, within: bool) -> None:
    result = close_drawer(23500, counted, float_left_fen=20000, tolerance_fen=1000)
    assert (result.difference_fen, result.word, result.within_tolerance) == (difference, word, within)
    assert result.remit_fen == counted - 20000


@pytest.mark.parametrize("float_left", [-1, 101])
def test_no_more_float_is_left_than_was_counted(float_left: int) -> None:
    with pytest.raises(ValueError, match="float"):
        close_drawer(100, 100, float_left_fen=float_left, tolerance_fen=0)


def states(day: date, at: time, *done: DutyDoneOn, duty: str = "room_climate") -> list[tuple[str, str]]:
    return [(state.slot, state.state) for state in duty_states(DUTIES, done, day, at, {duty})]


@pytest.mark.parametrize(
    ("at", "am", "pm"),
    [
        (time(7, 59), "later", "later"),
        (time(8, 0), "due", "later"),
        (time(11, 30), "missed", "later"),
        (time(14, 0), "missed", "due"),
        (time(18, 0), "missed", "missed"),
    ],
)
def test_temperature_is_due_twice_a_day_and_a_missed_one_shows(at: time, am: str, pm: str) -> None:
    assert states(SATURDAY, at) == [("am", am), ("pm", pm)]


def test_a_duty_that_was_done_is_done_even_late() -> None:
    done = DutyDoneOn("room_climate", "am", SATURDAY)
    assert states(SATURDAY, time(15, 0), done) == [("am", "done"), ("pm", "due")]
    assert states(date(2026, 11, 22), time(9, 0), done) == [("am", "due"), ("pm", "later")]


@pytest.mark.parametrize(
    ("day", "done_on", "state"),
    [
        (date(2026, 11, 16), None, "due"),
        (date(2026, 11, 18), None, "missed"),
        (date(2026, 11, 22), date(2026, 11, 16), "done"),
        (date(2026, 11, 23), date(2026, 11, 22), "due"),
    ],
)
def test_a_weekly_duty_is_due_on_its_weekday_and_missed_afterwards(day: date, done_on: date | None, state: str) -> None:
    done = [DutyDoneOn("near_expiry_check", "day", done_on)] if done_on else []
    assert states(day, time(9, 0), *done, duty="near_expiry_check") == [("day", state)]


@pytest.mark.parametrize(
    ("day", "done_on", "state"),
    [
        (date(2026, 11, 24), None, "later"),
        (date(2026, 11, 25), None, "due"),
        (date(2026, 11, 30), None, "missed"),
        (date(2026, 11, 30), date(2026, 11, 2), "done"),
        (date(2026, 11, 25), date(2026, 10, 25), "due"),
    ],
)
def test_a_monthly_duty_belongs_to_its_month(day: date, done_on: date | None, state: str) -> None:
    done = [DutyDoneOn("display_check", "day", done_on)] if done_on else []
    assert states(day, time(9, 0), *done, duty="display_check") == [("day", state)]


def test_all_duties_are_listed_where_the_shop_names_none() -> None:
    assert {state.duty for state in duty_states(DUTIES, (), SATURDAY, time(9, 0))} == {duty.id for duty in DUTIES}


@pytest.mark.parametrize(
    ("temperature", "humidity", "out"),
    [(225, 500, []), (100, 350, []), (300, 750, []), (99, 751, ["temperature_dc", "humidity_pm"]), (301, 500, ["temperature_dc"])],
)
def test_figures_outside_their_range_are_named(temperature: int, humidity: int, out: list[str]) -> None:
    found = out_of_range(CLIMATE, {"temperature_dc": temperature, "humidity_pm": humidity})
    assert [figure.name for figure in found] == out


def test_a_missing_figure_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="humidity_pm is missing"):
        out_of_range(CLIMATE, {"temperature_dc": 225})


def test_the_carried_duties_speak_both_languages_and_offer_actions() -> None:
    for duty in DUTIES:
        assert duty.title.zh and duty.title.en and duty.basis.zh and duty.basis.en
        assert bool(duty.figures) == bool(duty.actions)


@pytest.mark.parametrize(
    "change",
    [
        {"every": "year"},
        {"slots": []},
        {"slots": [{"id": "am", "starts": "09:00", "ends": "09:00"}]},
        {"slots": [{"id": "am", "starts": "nine", "ends": "10:00"}]},
        {"title": {"zh": "x"}},
        {"figures": [{"name": "t", "title": {"zh": "t", "en": "t"}, "unit": "", "scale": 10, "low": 5, "high": 4}]},
    ],
)
def test_a_duty_that_is_wrong_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="duty room_climate"):
        parse_duties({"duties": [{**DOCUMENT["duties"][0], **change}]})
