"""Tendering: tables of given and expected, and what holds for every payment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.tendering import Rounding, TenderLine, parse_methods, quick_amounts, round_down, settle

METHODS = parse_methods(
    [
        {"id": "cash", "title_zh": "现金", "title_en": "Cash", "kind": "cash", "opens_drawer": True, "key": "F1"},
        {
            "id": "card",
            "title_zh": "银行卡",
            "title_en": "Card",
            "kind": "recorded",
            "asks_last_digits": True,
            "key": "F2",
        },
        {"id": "insurer", "title_zh": "医保终端", "title_en": "Insurance terminal", "kind": "recorded"},
    ]
)


def cash(fen: int) -> TenderLine:
    return TenderLine("cash", fen)


def card(fen: int, digits: str = "1234") -> TenderLine:
    return TenderLine("card", fen, digits)


@pytest.mark.parametrize(
    ("payable", "tenders", "remaining", "change", "complete"),
    [
        (1280, [], 1280, 0, False),
        (1280, [cash(1280)], 0, 0, True),
        (1280, [cash(2000)], 0, 720, True),
        (1280, [cash(1000)], 280, 0, False),
        (1280, [cash(1000), cash(500)], 0, 220, True),
        (6050, [cash(10000), cash(50)], 0, 4000, True),
        (1280, [card(1280)], 0, 0, True),
        (1280, [card(1000), cash(500)], 0, 220, True),
        (1280, [cash(500), card(1000)], 0, 220, True),
        (1280, [TenderLine("insurer", 800), card(400), cash(100)], 0, 20, True),
        (0, [], 0, 0, True),
    ],
)
def test_a_payment_stands_where_it_should(
    payable: int, tenders: list[TenderLine], remaining: int, change: int, complete: bool
) -> None:
    result = settle(payable, tenders, METHODS)
    assert (result.remaining_fen, result.change_fen, result.complete, result.problems) == (
        remaining,
        change,
        complete,
        (),
    )


@pytest.mark.parametrize(
    ("tenders", "code", "place"),
    [
        ([card(1281)], "above_due", -1),
        ([card(1280), cash(100)], "cash_not_needed", -1),
        ([cash(0)], "not_positive", 0),
        ([cash(1280), card(-5)], "not_positive", 1),
        ([card(1280, "")], "last_digits_missing", 0),
        ([cash(1280), TenderLine("shells", 5)], "unknown_method", 1),
    ],
)
def test_a_tender_that_cannot_stand_is_named_and_stops_the_sale(
    tenders: list[TenderLine], code: str, place: int
) -> None:
    result = settle(1280, tenders, METHODS)
    assert [(problem.code, problem.place) for problem in result.problems] == [(code, place)]
    assert not result.complete


def test_nothing_but_cash_is_ever_overpaid() -> None:
    result = settle(1280, [TenderLine("insurer", 1000), card(300)], METHODS)
    assert dict(result.problems[0].facts) == {"over_fen": 20}
    assert result.change_fen == 0


@pytest.mark.parametrize(
    ("rounding", "payable", "due"),
    [
        (Rounding.NONE, 1289, 1289),
        (Rounding.JIAO, 1289, 1280),
        (Rounding.JIAO, 1280, 1280),
        (Rounding.YUAN, 1289, 1200),
        (Rounding.JIAO, 9, 9),
        (Rounding.YUAN, 99, 99),
        (Rounding.YUAN, 100, 100),
    ],
)
def test_rounding_goes_down_and_gives_nothing_away_whole(rounding: Rounding, payable: int, due: int) -> None:
    assert round_down(payable, rounding) == due
    result = settle(payable, [cash(due)], METHODS, rounding)
    assert (result.due_fen, result.rounding_fen, result.complete) == (due, payable - due, True)


def test_a_sale_owes_no_money_to_its_customer() -> None:
    with pytest.raises(ValueError, match="return"):
        settle(-1, [], METHODS)


@pytest.mark.parametrize(
    ("remaining", "amounts"),
    [
        (1280, (1280, 2000, 5000, 10000)),
        (5000, (5000, 10000)),
        (10000, (10000,)),
        (12345, (12345, 13000, 15000, 20000)),
        (1, (1, 1000, 5000, 10000)),
        (0, ()),
        (-5, ()),
    ],
)
def test_quick_amounts_are_what_customers_hand_over(remaining: int, amounts: tuple[int, ...]) -> None:
    assert quick_amounts(remaining) == amounts


TENDERS = st.lists(
    st.builds(TenderLine, st.sampled_from(["cash", "card", "insurer"]), st.integers(1, 30_000), st.just("1234")),
    max_size=5,
)


@settings(deadline=None)
@given(st.integers(0, 50_000), TENDERS, st.sampled_from(Rounding))
def test_every_fen_received_is_for_the_sale_or_goes_back(
    payable: int, tenders: list[TenderLine], rounding: Rounding
) -> None:
    result = settle(payable, tenders, METHODS, rounding)
    recorded = sum(tender.amount_fen for tender in tenders if tender.method_id != "cash")
    assert 0 <= result.rounding_fen < 100 and result.due_fen + result.rounding_fen == payable
    assert result.received_fen == sum(tender.amount_fen for tender in tenders)
    assert result.remaining_fen == 0 or result.change_fen == 0
    if recorded <= result.due_fen:
        assert result.received_fen + result.remaining_fen - result.change_fen == result.due_fen
    if result.complete:
        assert result.received_fen - result.change_fen == result.due_fen
        assert recorded <= result.due_fen
    backwards = settle(payable, tenders[::-1], METHODS, rounding)
    assert (backwards.change_fen, backwards.complete) == (result.change_fen, result.complete)


@settings(deadline=None)
@given(st.integers(1, 100_000))
def test_every_quick_amount_pays_the_sale(remaining: int) -> None:
    amounts = quick_amounts(remaining)
    assert amounts[0] == remaining and list(amounts) == sorted(set(amounts))
    assert all(settle(remaining, [cash(amount)], METHODS).complete for amount in amounts)


GOOD: dict[str, Any] = {"id": "cash", "title_zh": "现金", "title_en": "Cash", "kind": "cash"}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [GOOD | {"kind": "recorded"}],
        [GOOD | {"kind": "barter"}],
        [GOOD | {"id": "Cash 1"}],
        [GOOD | {"title_zh": ""}],
        [GOOD, GOOD],
        [GOOD | {"key": "F1"}, GOOD | {"id": "card", "kind": "recorded", "key": "F1"}],
        [GOOD | {"colour": "red"}],
        [{"id": "cash"}],
    ],
)
def test_methods_that_would_confuse_the_till_are_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="tender method"):
        parse_methods(rows)
