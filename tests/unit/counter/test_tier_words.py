"""What a counter says of tiers: until when, what is missing, in both languages, and nothing that is past."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.counter.tier_words import tier_note, told_on
from app.records.people import TierStanding

TODAY = date(2026, 11, 22)


def stands(tier: str = "silver", **rest: Any) -> TierStanding:
    fields: dict[str, Any] = {"until": date(2027, 12, 31), "next_tier": "gold", "short_fen": 20_000, "reach_by": date(2027, 1, 4)}
    return TierStanding(id="m1", tier=tier, at=datetime(2026, 11, 21, 20, tzinfo=UTC), **{**fields, **rest})


@pytest.mark.parametrize(
    ("told", "zh", "en"),
    [
        (
            stands(),
            "银卡到 2027-12-31 · 再 ¥200 升金卡（01-04 前）",
            "Silver until 2027-12-31 · ¥200 to Gold by 04 Jan",
        ),
        (stands("gold", next_tier="", short_fen=0, reach_by=None), "金卡到 2027-12-31", "Gold until 2027-12-31"),
        (
            stands("normal", until=None, next_tier="silver", short_days=3, reach_by=None),
            "再 ¥200 升银卡",
            "¥200 to Silver",
        ),
        (
            stands("normal", until=None, next_tier="silver", short_fen=0, short_days=1, reach_by=None),
            "再来 1 天 升银卡",
            "1 more day to Silver",
        ),
        (stands(reach_by=date(2026, 11, 21)), "银卡到 2027-12-31", "Silver until 2027-12-31"),
        (stands(until=date(2026, 11, 21), reach_by=date(2026, 11, 21)), "", ""),
        (None, "", ""),
    ],
)
def test_one_line_says_until_when_and_what_is_missing(told: TierStanding | None, zh: str, en: str) -> None:
    note = tier_note(told, TODAY)
    assert (note.zh, note.en) == (zh, en)


def test_how_old_headquarters_word_is_is_said_by_the_shops_day() -> None:
    assert "2026-11-22" in told_on(stands()).zh, "20:00 UTC is the next morning in the shop"
    assert told_on(None).zh == ""
