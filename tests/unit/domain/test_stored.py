"""Stored value as a ledger: five accounts that add up, shares of what was given, and the limits of a registered card."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.stored import Balance, StoredEntry, StoredKind, StoredRules, bonus_share, covers, shares_back, statement
from app.records.resources import resource

DOCUMENT = json.loads(resource("rules", "stored_value.json").read_text("utf-8"))
RULES = StoredRules.read(DOCUMENT)
AT = datetime(2026, 11, 21, tzinfo=UTC)
money = st.integers(0, 500_000)
entries = st.lists(
    st.builds(
        lambda number, kind, principal, bonus: StoredEntry(f"e{number}", AT + timedelta(seconds=number), "m", kind, principal, bonus),
        st.integers(0, 20),
        st.sampled_from(get_args(StoredKind)),
        money,
        money,
    ),
    max_size=12,
)


@given(entries, st.randoms())
def test_the_five_accounts_add_up_to_nought_and_no_order_or_repeat_changes_them(told: list[StoredEntry], chance: object) -> None:
    once = list({entry.entry_id: entry for entry in told}.values())
    first = statement(once)
    chance.shuffle(once)  # type: ignore[attr-defined]
    assert statement([*once, *once]) == first
    assert sum(first.books.values()) == 0 and first.books["member"] == first.balance.total_fen


@given(st.integers(1, 500_000), money, money)
def test_a_share_takes_whole_what_is_there_and_never_more_of_a_part_than_it_has(amount: int, principal: int, bonus: int) -> None:
    balance = Balance(principal, bonus)
    part = bonus_share(amount, balance)
    assert covers(balance, amount, part) is (amount <= balance.total_fen)
    if amount == balance.total_fen:
        assert part == bonus


@given(money, money, st.lists(st.integers(1, 100_000), max_size=6))
def test_parts_that_go_back_add_up_to_what_was_spent(principal: int, bonus: int, parts: list[int]) -> None:
    back = [0, 0]
    before = 0
    for part in (*parts, principal + bonus):
        own, given_back = shares_back((principal, bonus), before, part)
        back[0], back[1], before = back[0] + own, back[1] + given_back, before + part
        assert own >= 0 and given_back >= 0
        assert sum(back) == min(before, principal + bonus)
    assert back == [principal, bonus]


def test_a_late_debt_is_paid_by_the_part_that_is_left() -> None:
    assert (bonus_share(500, Balance(-200, 1_000)), bonus_share(500, Balance(1_000, -200))) == (500, 0)
    assert covers(Balance(-200, 1_000), 800, 800) and not covers(Balance(-200, 1_000), 900, 900)


def test_a_registered_card_holds_no_more_than_the_order_allows_and_never_ends() -> None:
    assert RULES.most_balance_fen == 500_000 and "No. 9" in DOCUMENT["source"] and "expir" not in json.dumps(DOCUMENT)
    assert RULES.load_problem(9_999, 0, 0) == "least"
    assert RULES.load_problem(50_000, 447_000, 0) == "" and RULES.load_problem(50_000, 447_001, 0) == "most"
    assert RULES.load_problem(100_000, 0, 400_001) == "day"


def test_more_paid_in_brings_more_on_top() -> None:
    assert [RULES.bonus_fen(fen) for fen in (49_999, 50_000, 99_999, 100_000, 300_000)] == [0, 3_000, 3_000, 8_000, 20_000]


def test_what_insurers_pay_never_becomes_stored_value_and_cash_goes_out_only_below_the_limit() -> None:
    assert [RULES.takes(method, kind) for method, kind in (("cash", "cash"), ("card", "recorded"), ("insurance", "recorded"))] == [
        True,
        True,
        False,
    ]
    assert not RULES.takes("points", "points") and not RULES.takes("stored", "stored")
    assert [RULES.pays_out("cash", "cash", fen) for fen in (9_999, 10_000)] == [True, False] and RULES.pays_out("card", "recorded", 10_000)


def test_lines_of_a_barred_class_are_left_for_another_tender() -> None:
    barred = StoredRules.read({**DOCUMENT, "classes_without": ["rx"]})
    priced = (("rx", 3_000), ("none", 2_000))
    assert (RULES.spendable_fen(Balance(9_000, 0), priced, 5_000), barred.spendable_fen(Balance(9_000, 0), priced, 5_000)) == (5_000, 2_000)
    assert barred.spendable_fen(Balance(1_000, 500), priced, 1_200) == 1_200 and barred.spendable_fen(Balance(), priced, 5_000) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"least_load_fen": 0},
        {"most_day_fen": 5_000},
        {"bonus_steps": [{"from_fen": 50_000, "bonus_fen": 3_000}, {"from_fen": 40_000, "bonus_fen": 9_000}]},
        {"load_kinds": ["points"]},
    ],
)
def test_rules_that_contradict_themselves_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        StoredRules.read({**DOCUMENT, **wrong})
