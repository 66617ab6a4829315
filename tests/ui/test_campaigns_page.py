"""The Campaigns page through the real window: what runs, what it does in the open sale, and why not."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

THERMOMETER, MASKS, MEMBER = "6999580000439", "6999600000494", "90000000000000000019"
PRESSURE = "89900001091676336760"
"""A medicine against high blood pressure."""


@pytest.fixture
def at(hand: Any) -> Any:
    """The window with the page in front."""
    hand.sign_in()
    hand.window.shell.show_page("campaigns")
    hand.window.shell._dead_until = 0.0
    return hand


def row(at: Any, offer_id: str) -> Any:
    return next(one for one in at.window.till.campaigns.rows() if one.offer_id == offer_id)


def test_every_running_offer_is_told_in_one_sentence_of_both_languages(at: Any) -> None:
    rows = at.window.till.campaigns.rows()
    assert len(rows) == len([one for one in at.window.till.store.catalogue.offers() if one.active])
    rules = {one.offer_id: one.rule for one in rows}
    assert rules["offer-clearance"].zh == "足部按摩滚轮：打 7 折"
    assert rules["offer-health-15"].en == "15% off 维生素保健食品"
    assert rules["offer-thermometer-3"].zh == "电子体温计：每件立减 ¥3.00"
    assert rules["offer-mask-3rd"].zh == "医用外科口罩：每 3 件免最便宜的 1 件"
    assert rules["offer-cream-2nd"].zh == "护肤：每 2 件，最便宜的 1 件半价"
    assert rules["offer-coupon-8"].en == "¥8.00 off from ¥30.00: everything"
    assert "一套 ¥12.80" in rules["offer-wound-kit"].zh
    assert "免洗" in rules["offer-fishoil-gift"].zh
    assert all(rule.zh and rule.en for rule in rules.values())


def test_what_is_scanned_here_goes_into_the_sale_and_shows_what_applies(at: Any) -> None:
    at.scan(THERMOMETER)
    at.scan(MASKS)
    at.until(lambda: len(at.window.till.selling.basket.lines) == 2)
    assert at.window.shell.page.key == "campaigns"
    assert (row(at, "offer-thermometer-3").state, row(at, "offer-thermometer-3").cut_fen) == ("applied", 300)
    assert (row(at, "offer-mask-3rd").state, row(at, "offer-mask-3rd").said.zh) == ("missed", "再买 2 件")
    assert row(at, "offer-clearance").state == "none"
    at.until(lambda: "本单用上 1" in at.words())


def test_the_members_own_offer_says_what_would_make_it_apply(at: Any) -> None:
    at.scan(PRESSURE)
    assert row(at, "offer-chronic-200").said.zh == "会员专享，登记会员后可用"
    at.scan(MEMBER)
    at.until(lambda: at.window.till.selling.basket.member_id)
    assert "再买" in row(at, "offer-chronic-200").said.zh


def test_only_what_concerns_the_sale_is_listed_on_wish_and_one_key_leads_back(at: Any) -> None:
    page, shell = at.window.shell.page, at.window.shell
    assert [spec.enabled for spec in page.fkeys() if spec.key in ("F4", "F12")] == [False, False]
    at.scan(THERMOMETER)
    at.until(lambda: [spec.enabled for spec in page.fkeys() if spec.key == "F4"] == [True])
    many = len(page._rows)
    at.press(Qt.Key.Key_F4)
    assert 0 < len(page._rows) < many
    at.press(Qt.Key.Key_F12)
    assert shell.page.key == "sale"


def test_arrows_choose_and_the_rule_is_told_beside(at: Any) -> None:
    page = at.window.shell.page
    before = page._chosen
    at.press(Qt.Key.Key_Down)
    at.until(lambda: page._chosen != before)
    assert row(at, page._chosen).rule.zh in at.words()


def test_an_open_coupon_shows_its_code_and_applies_once_it_is_scanned(at: Any) -> None:
    code = row(at, "offer-coupon-8").coupon_code
    for _ in range(2):
        at.scan(THERMOMETER)
    assert row(at, "offer-coupon-8").said.zh == "还没扫券码"
    at.scan(code)
    at.until(lambda: at.window.till.selling.basket.coupons)
    assert row(at, "offer-coupon-8").said.zh != "还没扫券码"
    at.window.shell.page._choose("offer-coupon-8")
    assert code in at.words()
