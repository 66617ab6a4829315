"""Looking for receipts by what a customer remembers: a day, an amount, a phone number, a medicine."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from app.domain.money import parse_fen
from app.records.clock import Clock, shop_day
from app.store.open_store import Store
from app.store.sales import SaleRow, Sought

MOST = 50
"""Receipts shown of those that fit, the newest."""
PRODUCTS = 20
_DAY = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-/月](\d{1,2})日?")
_DOTTED = re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})")
_WHOLE = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-/年](\d{1,2})月?")
_MONEY = re.compile(r"[¥￥]\d{1,7}(?:\.\d{1,2})?元?|\d{1,7}\.\d{1,2}元?|\d{1,7}元")
_RELATIVE = {"今天": 0, "昨天": 1, "前天": 2, "today": 0, "yesterday": 1}


def day_of(word: str, today: date) -> tuple[date, date] | None:
    """The day or month that a word means, as first and last day; None for a word that means none.

    `11-20`, `11月20日` without a year is the latest such day that is not in the future.
    """
    if word.lower() in _RELATIVE:
        day = today - timedelta(days=_RELATIVE[word.lower()])
        return day, day
    found = _DOTTED.fullmatch(word) or _WHOLE.fullmatch(word) or _DAY.fullmatch(word)
    try:
        if found is not None:
            year, month, of_month = found.groups()
            day = date(int(year) if year else today.year, int(month), int(of_month))
            if not year and day > today:
                day = date(today.year - 1, day.month, day.day)
            return day, day
        month_found = _MONTH.fullmatch(word)
        if month_found is not None:
            first = date(int(month_found[1]), int(month_found[2]), 1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except ValueError:  # the 31st of February is a word like any other
        return None
    return None


def amount_of(word: str) -> int | None:
    """The fen that a word means (`32.80`, `¥32`, `32元`); None for any other word."""
    return parse_fen(word.strip("¥￥元")) if _MONEY.fullmatch(word) else None


class ReceiptSearch:
    """Finds past sales by typed words; every word must fit."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(self, text: str) -> tuple[SaleRow, ...]:
        """The newest sales that fit, at most `MOST`; none where a word means nothing known."""
        sought, left = Sought(), []
        today = shop_day(self._clock.now())
        for word in text.split():
            if (days := day_of(word, today)) is not None:
                sought = replace(sought, first=days[0], last=days[1])
            elif (fen := amount_of(word)) is not None:
                sought = replace(sought, payable_fen=fen)
            else:
                left.append(word)
        if left:
            sought = self._named(sought, " ".join(left))
        return self._store.sales.seek(sought, MOST) if sought != Sought() else ()

    def _named(self, sought: Sought, words: str) -> Sought:
        """What is neither day nor amount: a member's phone, card or name, else a product."""
        members = self._store.people.find_members(words)
        if members:
            return replace(sought, members=tuple(member.id for member in members))
        return replace(sought, products=tuple(product.id for product in self._store.catalogue.search(words, PRODUCTS)))
