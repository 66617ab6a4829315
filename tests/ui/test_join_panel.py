"""Joining at the Sale page: a phone and two Enters, by keys alone or by touch; consents in the same place."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any

from counter_bench import CODES, Counter
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.counter.joining import JoinedScene, JoinForm, LateSale
from app.desktop import wording
from app.desktop.screens.joining import _echo
from app.domain.verdict import Text

PHONE = "13900007777"
ENTER = Qt.Key.Key_Return


def words(widget: QWidget) -> str:
    return "\n".join(part.accessibleName() for part in widget.findChildren(QWidget) if part.isVisible() and part.accessibleName())


def grab(counter: Counter, name: str) -> None:
    if os.environ.get("YAOGUI_GRAB"):
        counter.grab().save(f"{os.environ['YAOGUI_GRAB']}/{name}.png")


def chord(counter: Counter, key: Qt.Key) -> None:
    counter.presses += 1
    QTest.keyClick(counter.windowHandle(), key, Qt.KeyboardModifier.ControlModifier)
    counter.settle()


def register(counter: Counter, phone: str, name: str = "") -> str:
    joining = counter.till.joining
    return joining.join(JoinForm(joining.begin(phone).join_id, phone, name=name, another=True)).wait().member_id


def the_phones(counter: Counter, phone: str) -> list[str]:
    return [member.id for member in counter.till.store.people.find_members(phone)]


def test_f3_a_phone_nobody_has_and_two_enters_make_a_member_at_the_members_price(counter: Counter) -> None:
    cheaper = next(p for p in counter.till.store.catalogue.products() if p.in_assortment and 0 < p.member_price_fen < p.list_price_fen)
    counter.sale.on_product(cheaper.id)
    before = counter.scene.totals.payable_fen
    counter.presses = 0
    began = time.perf_counter()
    counter.press(Qt.Key.Key_F3, *PHONE, ENTER)
    assert counter.sale.join.isVisible()
    grab(counter, "join_form")
    assert "登记新会员" in words(counter.sale.join)
    counter.press(ENTER)
    took = time.perf_counter() - began
    assert counter.presses == len(PHONE) + 3
    assert took < 15, "the whole of it, our code with every key, must leave a person time to speak"
    (member_id,) = the_phones(counter, PHONE)
    assert counter.till.selling.basket.member_id == member_id
    assert counter.scene.totals.payable_fen < before
    assert not counter.sale.join.isVisible()
    assert "已登记 139****7777" in words(counter.sale)
    grab(counter, "join_done")


def test_a_joiner_whose_sale_went_on_meanwhile_hears_no_word_of_a_members_price() -> None:
    late = LateSale("sale-1", "A-1", datetime(2026, 11, 21, 6, 3, tzinfo=UTC), 100)
    mine, gone, chosen = (
        JoinedScene("m", "139****7777", attached, Text(""), False, asked)
        for attached, asked in ((True, None), (False, None), (False, late))
    )
    assert [_echo(one).code for one in (mine, gone, chosen)] == ["joined", "joined_only", "joined"]
    assert "没有记会员" in wording.SENTENCES["joined_only"].zh


def test_a_name_may_follow_the_phone(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    counter.press(*"WangMing", ENTER)
    (member_id,) = the_phones(counter, PHONE)
    member = counter.till.store.people.member(member_id)
    assert member is not None and member.name == "WangMing"


def test_a_slip_in_the_phone_is_said_beside_it_and_nothing_is_registered(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*"1390000777", ENTER)
    assert "手机号要 11 位" in words(counter.sale.join)
    counter.press("7", ENTER, ENTER)
    assert len(the_phones(counter, PHONE)) == 1


def test_escape_leaves_registration_and_the_sale_goes_on(counter: Counter) -> None:
    counter.scan(CODES["mask"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    counter.press(Qt.Key.Key_Escape)
    assert not counter.sale.join.isVisible()
    assert not the_phones(counter, PHONE)
    assert counter.scene.lines
    counter.scan(CODES["mask"])
    assert counter.scene.totals.pieces == 2


def test_goods_scanned_while_somebody_joins_are_not_lost(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    counter.scan(CODES["mask"])
    assert counter.scene.totals.pieces == 1
    assert counter.sale.join.isVisible()
    counter.press(ENTER)
    assert counter.scene.member is not None


def test_consents_are_each_given_apart_by_key_or_touch_and_refusing_costs_nothing(counter: Counter) -> None:
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    sms = counter.sale.join.findChild(QWidget, "consent-sms")
    assert sms is not None
    QTest.mouseClick(sms, Qt.MouseButton.LeftButton)
    counter.settle()
    assert "退订" in words(counter.sale.join)
    name = counter.sale.join.findChild(QWidget, "consent-health")
    assert name is not None
    name.setFocus()
    counter.press(Qt.Key.Key_Space)
    grab(counter, "join_consents_ticked")
    counter.sale.join.register()
    counter.settle()
    (member_id,) = the_phones(counter, PHONE)
    given = {row.purpose for row in counter.till.joining.consents(member_id).rows if row.given}
    assert given == {"membership", "sms", "health"}
    chord(counter, Qt.Key.Key_J)
    grab(counter, "join_consents")
    assert "同意与撤回" in words(counter.sale.join)
    counter.press("4")
    rows = {row.purpose: row for row in counter.till.joining.consents(member_id).rows}
    assert rows["sms"].asked and not rows["sms"].given
    counter.press("1")
    assert counter.scene.member is None and counter.scene.lines
    counter.press(Qt.Key.Key_Escape)
    assert not counter.sale.join.isVisible()


def test_refusing_membership_registers_nobody_and_says_that_the_sale_goes_on(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    membership = counter.sale.join.findChild(QWidget, "consent-membership")
    assert membership is not None
    membership.setFocus()
    counter.press(Qt.Key.Key_Space)
    counter.sale.join.register()
    counter.settle()
    assert "照常卖" in words(counter.sale.join)
    assert not the_phones(counter, PHONE)


def test_people_who_share_a_phone_stand_masked_and_another_may_still_join(counter: Counter) -> None:
    register(counter, PHONE, "王小明")
    counter.till.selling.detach_member()
    counter.sale.on_shown()
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    grab(counter, "join_known")
    said = words(counter.sale.join)
    assert "王*明  139****7777" in said and PHONE not in said and "王小明" not in said
    counter.press("0")
    counter.press(*"Li", ENTER)
    assert len(the_phones(counter, PHONE)) == 2
    counter.till.selling.detach_member()
    counter.sale.on_shown()
    counter.press(Qt.Key.Key_F3, *PHONE, ENTER)
    said = words(counter.sale.question)
    assert counter.scene.question is not None and counter.scene.question.kind == "which_member"
    counter.press("3")
    assert counter.sale.join.joining_now
    counter.press(*"Zhao", ENTER)
    assert len(the_phones(counter, PHONE)) == 3


def test_after_payment_the_sale_before_may_get_the_new_member(counter: Counter, demo_counter: Any) -> None:
    demo_counter.sell(CODES["mask"])
    counter.sale.on_shown()
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER, ENTER)
    grab(counter, "join_late")
    assert "记到上一单" in words(counter.sale.join)
    counter.press("1")
    (sale,) = counter.till.store.sales.recent(limit=1)
    assert [sale.member_id] == the_phones(counter, PHONE)
    assert counter.till.selling.basket.member_id == ""


def test_a_child_is_asked_for_a_guardian(counter: Counter) -> None:
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER, Qt.Key.Key_Tab)
    counter.press(*"20180101", ENTER)
    assert "监护人" in words(counter.sale.join)
    counter.press(*CODES["member"], ENTER)
    assert len(the_phones(counter, PHONE)) == 1


def test_a_blank_card_scanned_meanwhile_is_the_new_members(counter: Counter) -> None:
    from app.domain.codes import inhouse

    card = inhouse("90", 77_777_777)
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    counter.scan(card)
    counter.press(ENTER)
    (member_id,) = the_phones(counter, PHONE)
    member = counter.till.store.people.member(member_id)
    assert member is not None and member.card_no == card


def test_the_panel_speaks_english(counter: Counter) -> None:
    counter.sale.theme.set_language("en")
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    grab(counter, "join_form_en")
    said = words(counter.sale.join)
    assert "Register a member" in said and "Personal suggestions" in said
    assert not any("一" <= sign <= "鿿" for sign in said.replace(counter.till.post.staff.name if counter.till.post.staff else "", ""))


def test_in_the_smallest_window_the_form_scrolls_and_nothing_is_cut(counter: Counter) -> None:
    counter.resize(1024, 700)
    counter.scan(CODES["vitamin"])
    chord(counter, Qt.Key.Key_J)
    counter.press(*PHONE, ENTER)
    panel = counter.sale.join
    assert panel.minimumSizeHint().width() <= panel.width()
    assert panel.minimumSizeHint().height() <= panel.height()
    for part in panel.findChildren(QWidget):
        if part.isVisible() and part.accessibleName() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert part.width() >= part.minimumWidth() and part.height() >= part.minimumHeight(), part.accessibleName()
    family = panel.findChild(QWidget, "consent-family")
    assert family is not None
    family.setFocus(Qt.FocusReason.TabFocusReason)
    counter.press(Qt.Key.Key_Space)
    counter.press(Qt.Key.Key_Tab)
    panel.register()
    counter.settle()
    (member_id,) = the_phones(counter, PHONE)
    assert {row.purpose for row in counter.till.joining.consents(member_id).rows if row.given} == {"membership", "family"}


def test_in_the_real_window_typed_digits_are_a_phone_and_no_scan(hand: Any) -> None:
    hand.sign_in()
    till, shell = hand.window.till, hand.window.shell
    hand.scan(CODES["thermometer"])
    hand.until(lambda: till.selling.basket.lines)
    hand.now += 400
    hand.press(Qt.Key.Key_F3)
    hand.until(lambda: shell.sale.question.open)
    hand.type(PHONE)
    hand.enter()
    hand.until(lambda: shell.sale.join.joining_now)
    hand.now += 400
    hand.enter()
    hand.until(lambda: till.selling.basket.member_id)
    (member,) = till.store.people.find_members(PHONE)
    assert member.id == till.selling.basket.member_id
    assert [line.product.barcode for line in till.selling.basket.lines] == [CODES["thermometer"]]
