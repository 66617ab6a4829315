"""Suggestions on the sale's card: one press adds it, it is gone once it stands in the sale, and nothing is suggested while a rule warns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton

from app.desktop.screens.member_dues import DueLine
from app.records.clock import shop_day
from app.records.people import Consent
from app.store.care import PastPurchase

MEMBER = "member-00503"
PRESCRIBED = "89900001091676336760"


@pytest.fixture
def at(hand: Any) -> Any:
    """A member in the sale who buys a food every thirty days (of medicines care reminds by itself), and agreed to suggestions."""
    hand.sign_in()
    till = hand.window.till
    goods = next(
        one
        for one in till.store.catalogue.products()
        if one.kind == "food" and one.category and one.in_assortment and not one.special and not one.allergy_classes
    )
    today = shop_day(till.clock.now())
    past = [PastPurchase(f"p{n}", MEMBER, today - timedelta(days=n), goods.id, 1, 2_000, "他店") for n in (27, 57, 87, 117)]
    till.store.care.keep_past(past).result(60)
    word = Consent(id=f"{MEMBER}:personal", member_id=MEMBER, purpose="personal", given=True, text_version="1", at=till.clock.now())
    till.store.inbox.apply("consent", [word.model_dump(mode="json")], "").result(60)
    hand.goods = goods
    hand.scan(till.store.people.member(MEMBER).card_no)
    hand.until(lambda: till.selling.basket.member_id == MEMBER)
    hand.until(lambda: suggested(hand))
    return hand


def suggested(hand: Any) -> list[DueLine]:
    lines = hand.window.shell.pages["sale"].member.findChildren(DueLine)
    return [line for line in lines if line.isVisible() and "该买了" in words(line)]


def words(line: DueLine) -> str:
    return " ".join(part.accessibleName() for part in line.findChildren(QAbstractButton))


def test_one_press_adds_what_is_usually_bought_now_and_the_row_is_gone(at: Any) -> None:
    (line,) = suggested(at)
    assert at.goods.generic_name in words(line) and "约每 30 天买一次" in line.accessibleDescription()
    at.window.shell._dead_until = 0.0
    line.findChildren(QAbstractButton)[0].click()
    at.until(lambda: [one.product_id for one in at.window.till.selling.scene().lines] == [at.goods.id])
    at.until(lambda: not suggested(at))


def test_while_a_rule_warns_nothing_is_suggested(at: Any) -> None:
    at.scan(PRESCRIBED)
    at.until(lambda: any(verdict.stops_payment for verdict in at.window.till.selling.verdicts))
    at.until(lambda: not suggested(at))
    assert "该买了" not in str(at.window.till.selling.scene())
