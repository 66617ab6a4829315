"""Coded reasons: the carried list, and words for stored codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.reasons import parse_reasons, reason_text
from app.domain.verdict import Text
from app.records.resources import resource

GROUPS = parse_reasons(json.loads(resource("texts", "reasons.json").read_text(encoding="utf-8")))


def test_the_carried_reasons_cover_every_act_that_asks_for_one() -> None:
    assert {
        "price_change",
        "cash_in",
        "cash_out",
        "stock_correction",
        "lot_state",
        "return",
        "void",
        "tender_correction",
        "drawer",
        "missing_code",
        "override",
        "difference",
        "review_rejection",
        "payout",
    } == set(GROUPS)
    assert all(reason.text.zh and reason.text.en for reasons in GROUPS.values() for reason in reasons)


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("return", {"quality", "recall", "dispensing_error", "changed_mind", "wrong_goods", "double_charge", "other"}),
        ("stock_correction", {"count", "damage", "expired", "found", "oversold", "import"}),
    ],
)
def test_codes_are_those_that_the_events_name(group: str, codes: set[str]) -> None:
    assert {reason.code for reason in GROUPS[group]} == codes


def test_a_stored_code_is_spoken_and_an_unknown_one_stays_itself() -> None:
    assert reason_text(GROUPS, "return", "quality") == Text("质量问题", "Quality problem")
    assert reason_text(GROUPS, "return", "from_the_future") == Text("from_the_future", "from_the_future")
    assert reason_text(GROUPS, "nothing", "quality").zh == "quality"


@pytest.mark.parametrize("rows", [[], [{"code": "a", "zh": "甲"}], [{"code": "a", "zh": "甲", "en": "a"}] * 2, [1]])
def test_a_broken_group_is_named(rows: list[Any]) -> None:
    with pytest.raises(ValueError, match="reasons drawer"):
        parse_reasons({"groups": {"drawer": rows}})
