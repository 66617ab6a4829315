"""When medicine runs out: by dose with what is left over carried on, else by habit; and how well it was kept up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.refills import (
    Dose,
    Purchase,
    covered_days,
    dose_text,
    pdc_bp,
    refill_of,
    stage,
    supply_by_dose,
    supply_by_habit,
)

START = date(2026, 6, 1)
BEFORE, AFTER = (7, 3, 0), (7, 14, 30)


def bought(*rows: tuple[int, int], pieces: int = 28) -> list[tuple[Purchase, Fraction]]:
    """(day from the start, packs)."""
    return [(Purchase(START + timedelta(days=day), packs), Fraction(pieces)) for day, packs in rows]


def test_a_pack_of_28_once_a_day_lasts_28_days() -> None:
    supply = supply_by_dose(bought((0, 1)), Dose(100, 1))
    assert supply is not None and supply.runs_out_on == START + timedelta(days=28)
    assert supply.days_left(START + timedelta(days=25)) == 3


def test_what_is_left_over_is_carried_on_and_a_gap_is_not() -> None:
    early = supply_by_dose(bought((0, 1), (20, 1)), Dose(100, 1))
    assert early is not None and early.runs_out_on == START + timedelta(days=56) and early.lasts_days == 36
    late = supply_by_dose(bought((0, 1), (40, 1)), Dose(100, 1))
    assert late is not None and late.runs_out_on == START + timedelta(days=68)
    assert late.covered == ((START, START + timedelta(days=28)), (START + timedelta(days=40), START + timedelta(days=68)))
    assert pdc_bp(late, START + timedelta(days=50), 180) == (28 + 10) * 10_000 // 50


def test_half_tablets_and_days_between_count() -> None:
    half = supply_by_dose(bought((0, 1)), Dose(dose_text("1/2"), 1))
    other = supply_by_dose(bought((0, 1)), Dose(100, 1, every_days=2))
    assert half is not None and other is not None and half.runs_out_on == other.runs_out_on == START + timedelta(days=56)
    assert Dose(100, 2).days(2, Fraction(30)) == 30
    assert (Dose(100, 1).packs(84, Fraction(28)), Dose(100, 1).packs(7, Fraction(28))) == (3, 1)


def test_pieces_that_make_no_whole_day_are_kept_for_the_next_pack() -> None:
    three = Dose(100, 3)
    supply = supply_by_dose(bought((0, 1), (0, 1), pieces=20), three)
    assert supply is not None and supply.runs_out_on == START + timedelta(days=13)
    together = supply_by_dose(bought((0, 1), (6, 1), pieces=20), three)
    assert together is not None and together.runs_out_on == START + timedelta(days=13)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 4)), min_size=1, max_size=12),
    st.sampled_from([Dose(100, 1), Dose(50, 1), Dose(100, 3), Dose(150, 2), Dose(100, 1, 2)]),
    st.integers(1, 60),
)
def test_cover_is_whole_days_apart_in_order_and_never_more_than_was_bought(rows: list[tuple[int, int]], dose: Dose, pieces: int) -> None:
    supply = supply_by_dose(bought(*rows, pieces=pieces), dose)
    if supply is None:
        assert all(packs == 0 for _, packs in rows)
        return
    ends = [day for span in supply.covered for day in span]
    assert ends == sorted(ends) and all(start < end for start, end in supply.covered)
    whole = sum((end - start).days for start, end in supply.covered)
    assert whole <= dose.days(sum(packs for _, packs in rows), Fraction(pieces))
    assert not supply.covered or supply.runs_out_on >= supply.covered[-1][1]
    today = supply.last + timedelta(days=40)
    share = pdc_bp(supply, today, 180)
    assert share is None or 0 <= share <= 10_000
    first = START - timedelta(days=10)
    assert covered_days(supply, first, supply.runs_out_on) == whole


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 3)), min_size=1, max_size=8), st.integers(0, 200), st.integers(1, 3))
def test_another_purchase_never_brings_the_end_nearer(rows: list[tuple[int, int]], day: int, packs: int) -> None:
    before = supply_by_dose(bought(*rows), Dose(100, 1))
    after = supply_by_dose(bought(*rows, (day, packs)), Dose(100, 1))
    assert before is not None and after is not None and after.runs_out_on >= before.runs_out_on


def test_without_a_dose_the_habit_speaks_and_one_purchase_says_nothing() -> None:
    purchases = [Purchase(START + timedelta(days=30 * n), 1) for n in range(4)]
    supply, refill = supply_by_habit(purchases), refill_of(purchases)
    assert supply is not None and refill is not None
    assert (supply.basis, supply.runs_out_on) == ("interval", refill.next) == ("interval", START + timedelta(days=120))
    assert pdc_bp(supply, START + timedelta(days=100), 180) == 10_000
    assert supply_by_habit(purchases[:1]) is None


def test_adherence_says_nothing_of_a_few_days() -> None:
    supply = supply_by_dose(bought((0, 1)), Dose(100, 1))
    assert supply is not None and pdc_bp(supply, START + timedelta(days=10), 180) is None


@pytest.mark.parametrize(
    ("left", "holds"),
    [(20, ""), (8, ""), (7, "due7"), (4, "due7"), (3, "due3"), (1, "due3"), (0, "due0"), (-1, "due0"), (-7, "late7"), (-13, "late7"),
     (-14, "late14"), (-30, "late30"), (-90, "late30")],
)  # fmt: skip
def test_reminders_hold_from_their_day_to_the_next(left: int, holds: str) -> None:
    assert stage(left, BEFORE, AFTER) == holds


@pytest.mark.parametrize(("text", "pieces"), [("1", 100), ("0.5", 50), ("1/2", 50), ("1.25", 125), ("3/4", 75), ("2", 200)])
def test_doses_are_read(text: str, pieces: int) -> None:
    assert dose_text(text) == pieces


@pytest.mark.parametrize("text", ["", "1/0", "1/3", "one", "-1", "1.255", "٢"])
def test_what_is_no_dose_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no dose"):
        dose_text(text)
    with pytest.raises(ValueError, match="no dose"):
        Dose(0, 1)
