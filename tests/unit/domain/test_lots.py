"""Lots: what the printed date means, and which lot is proposed for the box in the hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.lots import (
    LotStock,
    days_left,
    good_before,
    good_through,
    gs1_day,
    is_expired,
    is_near_expiry,
    propose,
    refusal_reason,
    saleable,
)
from app.records.catalogue import Lot

TODAY = date(2026, 11, 21)


def lot(name: str, expires_on: date, state: str = "saleable") -> Lot:
    return Lot(id=name, product_id="p", lot_no=name, expires_on=expires_on, state=state)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-10", date(2026, 10, 31)),
        ("2028-02", date(2028, 2, 29)),
        ("2026/10/15", date(2026, 10, 15)),
        ("2026.10.05", date(2026, 10, 5)),
        ("20261015", date(2026, 10, 15)),
        ("202610", date(2026, 10, 31)),
        ("2026年9月", date(2026, 9, 30)),
        ("2026年9月3日", date(2026, 9, 3)),
    ],
)
def test_good_through_a_month_means_its_last_day(text: str, last: date) -> None:
    assert good_through(text) == last


@pytest.mark.parametrize(
    ("text", "last"),
    [("2026-10", date(2026, 9, 30)), ("2026-01", date(2025, 12, 31)), ("2026-10-15", date(2026, 10, 14))],
)
def test_invalid_from_a_month_means_the_day_before_it(text: str, last: date) -> None:
    assert good_before(text) == last


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "26-10", "2026-02-30", "1999-10", "abc"])
def test_a_date_that_no_pack_bears_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        good_through(text)


def test_gs1_day_zero_is_the_last_of_the_month() -> None:
    assert gs1_day("280200") == date(2028, 2, 29)
    assert gs1_day("261015") == date(2026, 10, 15)


@pytest.mark.parametrize("text", ["261301", "261032", "260230", "26101", "26101a", "260000"])
def test_gs1_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        gs1_day(text)


def test_the_printed_day_itself_is_still_good() -> None:
    one = lot("a", TODAY)
    assert not is_expired(one, TODAY)
    assert is_expired(one, date(2026, 11, 22))
    assert days_left(one, TODAY) == 0
    assert is_near_expiry(one, TODAY, 180)
    assert not is_near_expiry(one, date(2026, 11, 22), 180)
    assert not is_near_expiry(lot("b", date(2027, 11, 21)), TODAY, 180)


def test_the_lot_that_expires_first_is_proposed_and_the_others_are_explained() -> None:
    lots = [
        LotStock(lot("later", date(2028, 1, 31)), 9),
        LotStock(lot("first", date(2027, 1, 31)), 2),
        LotStock(lot("gone", date(2026, 12, 31)), 0),
        LotStock(lot("old", date(2026, 10, 31)), 4),
        LotStock(lot("held", date(2027, 3, 31), "locked"), 4),
        LotStock(lot("back", date(2027, 4, 30), "recalled"), 4),
    ]
    proposal = propose(lots, TODAY, 3)
    assert proposal.lot is not None and proposal.lot.id == "first"
    assert {(skip.lot.id, skip.reason) for skip in proposal.skipped} == {
        ("gone", "no_stock"),
        ("old", "expired"),
        ("held", "locked"),
        ("back", "recalled"),
    }
    assert proposal.several
    assert proposal.short


def test_one_saleable_lot_needs_no_choice() -> None:
    proposal = propose(
        [LotStock(lot("only", date(2027, 1, 31)), 5), LotStock(lot("old", date(2026, 1, 31)), 5)], TODAY, 1
    )
    assert proposal.lot is not None and proposal.lot.id == "only"
    assert not proposal.several and not proposal.short


def test_empty_books_never_block_the_box_in_the_hand() -> None:
    proposal = propose([LotStock(lot("b", date(2028, 1, 31)), -3), LotStock(lot("a", date(2027, 1, 31)), 0)], TODAY, 1)
    assert proposal.lot is not None and proposal.lot.id == "a"
    assert proposal.skipped == () and proposal.several and proposal.short


def test_nothing_is_proposed_when_nothing_may_be_sold() -> None:
    proposal = propose([LotStock(lot("old", date(2026, 1, 31)), 5)], TODAY, 1)
    assert proposal.lot is None
    assert [skip.reason for skip in proposal.skipped] == ["expired"]
    assert propose([], TODAY, 1).lot is None


def test_a_recall_is_named_before_an_expiry() -> None:
    assert refusal_reason(lot("x", date(2026, 1, 31), "recalled"), TODAY) == "recalled"


LOTS = st.lists(
    st.builds(
        lambda number, offset, state, stock: LotStock(
            lot(str(number), date.fromordinal(TODAY.toordinal() + offset), state), stock
        ),
        st.integers(0, 10**6),
        st.integers(-60, 60),
        st.sampled_from(["saleable", "saleable", "locked", "recalled"]),
        st.integers(-2, 5),
    ),
    max_size=6,
    unique_by=lambda entry: entry.lot.id,
)


@settings(deadline=None)
@given(LOTS, st.integers(1, 5))
def test_the_proposal_is_good_and_does_not_depend_on_the_order_of_the_books(lots: list[LotStock], needed: int) -> None:
    proposal = propose(lots, TODAY, needed)
    assert proposal == propose(lots[::-1], TODAY, needed)
    if proposal.lot is None:
        assert saleable(lots, TODAY) == ()
    else:
        assert refusal_reason(proposal.lot, TODAY) == ""
        assert proposal.lot not in [skip.lot for skip in proposal.skipped]
