"""The tier where people look: the sale's member card and the member's page say the one tier, until when, and what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.records.clock import shop_day
from app.records.people import TierStanding

MEMBER, CARD = "member-00001", "90000000000000000019"


def told(hand: Any, tier: str, **rest: Any) -> None:
    """Headquarters says where the member stands."""
    standing = TierStanding(id=MEMBER, tier=tier, book="gold", at=datetime(2026, 11, 20, tzinfo=UTC), **rest)
    hand.window.till.store.inbox.apply("standing", [standing.model_dump(mode="json")], "c").result(60)


def today(hand: Any) -> date:
    return shop_day(hand.window.till.clock.now())


def test_the_members_card_of_a_sale_says_tier_end_and_what_is_missing(hand: Any) -> None:
    hand.sign_in()
    by = today(hand) + timedelta(days=40)
    told(hand, "silver", until=date(2030, 12, 31), next_tier="gold", short_fen=23_450, reach_by=by)
    hand.scan(CARD)
    hand.until(lambda: hand.window.till.selling.basket.member_id)
    hand.until(lambda: f"银卡到 2030-12-31 · 再 ¥234.50 升金卡（{by:%m-%d} 前）" in hand.words())


def test_without_a_word_of_headquarters_the_card_says_no_more_than_the_profile(hand: Any) -> None:
    hand.sign_in()
    hand.scan(CARD)
    hand.until(lambda: hand.window.till.selling.basket.member_id)
    hand.until(lambda: "王*兰" in hand.words())
    assert "升金卡" not in hand.words() and "金卡到" not in hand.words()


def test_the_members_page_says_the_same_and_prices_follow_the_one_tier(hand: Any) -> None:
    hand.sign_in()
    told(hand, "silver", until=date(2030, 12, 31), next_tier="gold", short_fen=20_000)
    hand.window.shell.show_page("member")
    hand.window.shell._dead_until = 0.0
    hand.scan(CARD)
    page = hand.window.shell.pages["member"]
    hand.until(lambda: page._scene is not None)
    hand.until(lambda: "银卡到 2030-12-31 · 再 ¥200 升金卡" in hand.words())
    assert page._scene.head.tier == "silver"
    member = hand.window.till.store.people.member(MEMBER)
    assert member is not None and member.tier == "silver"
