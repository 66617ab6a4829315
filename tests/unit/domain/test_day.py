"""What should lie in the drawer, and duties that are due or missed."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest

from app.domain.day import DutyDoneOn, duty_states, expected_cash_fen, out_of_range, parse_duties
from app.records.events import ShiftTotals, TenderTotal
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


def test_expected_cash_counts_float_cash_moves_and_refunds_but_no_card() -> None:
    assert expected_cash_fen(MORNING, ("cash",)) == 20000 + 6000 - 500 + 1000 - 3000
    assert expected_cash_fen(MORNING, ("cash", "card")) == 26500


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
