"""What a counter says of a member's tier: until when it holds, and what is missing to the next, as headquarters told it last."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

from app.domain.money import yuan
from app.domain.tiers import TierRules
from app.domain.verdict import Text
from app.records.clock import shop_day
from app.records.people import TierStanding
from app.records.resources import resource


@cache
def tier_rules() -> TierRules:
    """The carried rules of tiers."""
    return TierRules.read(json.loads(resource("rules", "tiers.json").read_text("utf-8")))


def tier_note(told: TierStanding | None, today: date) -> Text:
    """One line; '' where headquarters never said anything, or nothing that holds any more."""
    if told is None:
        return Text("")
    parts = [part for part in (_until(told, today), _missing(told, today)) if part.zh]
    return Text(" · ".join(part.zh for part in parts), " · ".join(part.en for part in parts))


def told_on(told: TierStanding | None) -> Text:
    """How old that word is: what was bought since is not in it."""
    if told is None:
        return Text("")
    day = shop_day(told.at)
    return Text(f"总部 {day} 的数，之后的消费联网后计入", f"As headquarters had it on {day}; later purchases count once it is online")


def _until(told: TierStanding, today: date) -> Text:
    if told.until is None or told.until < today:
        return Text("")
    title = tier_rules().title(told.tier)
    return Text(f"{title.zh}到 {told.until}", f"{title.of('en')} until {told.until}")


def _missing(told: TierStanding, today: date) -> Text:
    """Spending where it is asked for, else days; both where the rules ask for both."""
    if not told.next_tier or (told.reach_by is not None and told.reach_by < today):
        return Text("")
    rules = tier_rules()
    title = rules.title(told.next_tier)
    both = any(tier.id == told.next_tier and tier.both for tier in rules.tiers)
    zh = [f"再 {_short(told.short_fen)}"] if told.short_fen else []
    en = [_short(told.short_fen)] if told.short_fen else []
    if told.short_days and (both or not zh):
        zh.append(f"再来 {told.short_days} 天")
        en.append("1 more day" if told.short_days == 1 else f"{told.short_days} more days")
    if not zh:
        return Text("")
    # Within twelve months: the year says itself.
    by_zh, by_en = (f"（{told.reach_by:%m-%d} 前）", f" by {told.reach_by:%d %b}") if told.reach_by is not None else ("", "")
    return Text(f"{'、'.join(zh)} 升{title.zh}{by_zh}", f"{' and '.join(en)} to {title.of('en')}{by_en}")


def _short(fen: int) -> str:
    """¥200 for whole yuan, else ¥8.50."""
    return yuan(fen).removesuffix(".00")
