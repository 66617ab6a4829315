"""The words of a campaign's message: the offer's own title, its days, its code, who sends it and how to refuse; and what forbids them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Connection, select

from app.domain.pricing import BookedOffer
from app.hub import coupon_law, tables
from app.records.offers import Offer
from app.records.resources import resource


@dataclass(frozen=True, slots=True)
class MessageRules:
    """What is said to members, when, how often, and how a gateway that does not answer is asked again."""

    channel: str
    purpose: str
    """The consent without which nothing is sent."""
    from_hour: int
    to_hour: int
    """Not sent from this hour on, by the chain's wall clock."""
    most_a_week: int
    most_characters: int
    text: str
    code: str
    refuse: str
    """What every message ends with."""
    portion: int
    """Messages of one turn."""
    retry_s: int
    most_retry_s: int

    def open_at(self, local: datetime) -> bool:
        """Whether messages may be sent at a time of the chain's wall clock."""
        return self.from_hour <= local.hour < self.to_hour

    def wait(self, tries: int) -> timedelta:
        """How long a message rests after so many tries in vain, at least 1."""
        return timedelta(seconds=min(self.retry_s * 2 ** min(tries - 1, 16), self.most_retry_s))


@cache
def rules() -> MessageRules:
    """The carried rules; ValueError for a text that would not end with how to refuse."""
    read = json.loads(resource("rules", "messages.json").read_text("utf-8"))
    if not read["text"].endswith("{refuse}"):
        raise ValueError("a message ends with how to refuse")
    return MessageRules(**{name: read[name] for name in MessageRules.__dataclass_fields__})


def text_of(connection: Connection, offer: Offer) -> str:
    """What members are told of an offer."""
    carried = rules()
    return carried.text.format(
        chain=connection.scalar(select(tables.chain.c.name)) or "",
        title=offer.title_zh.strip(),
        starts=_day(offer.starts_on),
        ends=_day(offer.ends_on),
        code=carried.code.format(code=offer.coupon_code) if offer.coupon_code else "",
        refuse=carried.refuse,
    )


def forbidden(connection: Connection, offer: Offer) -> Iterator[tuple[str, dict[str, object]]]:
    """Why members may not be told of an offer: codes with what a person needs to mend it; nothing where they may."""
    for found in coupon_law.unlawful(connection, offer, BookedOffer.read(offer)):
        yield found.code, {"name": found.names[0]} if found.code == "rx_named" else {"names": "、".join(found.names)}
    count, most = len(text_of(connection, offer)), rules().most_characters
    if count > most:
        yield "text_long", {"count": count, "most": most}


def _day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day is not None else ""
