"""The Prescription page through the real window: queue, four checks, signature, rejection, held sales, nobody on duty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.desktop.screens.rx import RxPage
from app.records.registry import body_of

RX = "89900001091676336760"
MEMBER = "90000000000000000019"
BUDS = "6999601100438"
K = Qt.Key


class Desk:
    """The Prescription page in the window, with a prescription medicine in the sale."""

    def __init__(self, hand: Any, *, duty: bool = True) -> None:
        self.hand = hand
        hand.sign_in()
        self.till = hand.window.till
        self.shell = hand.window.shell
        if duty:
            self.till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
        hand.scan(RX)
        hand.until(lambda: self.till.selling.basket.lines)

    @property
    def page(self) -> RxPage:
        page = self.shell.pages["rx"]
        assert isinstance(page, RxPage)
        return page

    def open(self) -> None:
        self.shell.show_page("rx")
        self.hand.until(lambda: not self.page.reading)
        # Function keys are dead for a moment after a change of page.
        self.shell._dead_until = 0.0
        # An Enter right after a scan would be the scan's.
        self.hand.now += 400

    def fill(self, *words: str) -> None:
        for text in words:
            field = self.hand.window.focusWidget()
            assert isinstance(field, QLineEdit), field
            field.selectAll()
            field.insert(text)
            self.hand.enter()

    def prescription(self) -> None:
        """Everything but the PIN."""
        self.fill("DEMO-1", "演示医院", "演示医师", *(("王秀兰",) if not self.till.selling.basket.member_id else ()), "高血压")
        self.choose(K.Key_1, "1")
        self.choose(K.Key_2, "2")

    def choose(self, key: int, text: str) -> None:
        self.hand.press(key, text)
        self.hand.wait(60)
        self.hand.enter()

    def words(self) -> str:
        parts = self.page.findChildren(QWidget)
        return "\n".join(part.accessibleName() for part in parts if part.isVisible() and part.accessibleName())

    def signed(self) -> None:
        """Wait until what was signed is on disk and the page has gone on."""
        self.hand.until(lambda: self.till.reviewing.done() and not self.till.selling.writing and not self.page._signing)

    def bar(self) -> list[str]:
        return [spec.key for spec in self.page.fkeys() if spec.enabled]


@pytest.fixture
def desk(make_hand: Callable[..., Any]) -> Callable[..., Desk]:
    """Opens the window with a prescription medicine in the sale."""
    return lambda **wishes: Desk(make_hand(), **wishes)


def test_a_prescription_is_signed_by_keys_alone_and_one_key_leads_back_to_the_sale(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.hand.scan(MEMBER)
    assert at.till.selling.scene().blocks
    assert at.page.badge() == "1"
    at.open()
    at.prescription()
    assert at.hand.window.focusWidget() is at.page.pin
    at.hand.type("1002")
    at.hand.enter()
    at.signed()
    assert not at.till.selling.scene().blocks
    assert at.page.badge() == ""
    assert "今日已审" in at.words()
    at.hand.press(K.Key_F12)
    assert at.shell.page.key == "sale"
    assert at.till.post.staff.id == "staff-1001"


def test_nothing_is_ticked_that_was_not_compared(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.open()
    assert "系统未查配伍，请药师核对" in at.words()
    assert "没有登记用药人，没有比对" in at.words()
    assert "系统比了 0 项 · 10 项请药师看" in at.words()


def test_the_name_is_compared_while_it_is_typed(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.hand.scan(MEMBER)
    at.open()
    assert "只填了掩码，请对全名" in at.words()
    at.page.panel.put("patient", "张三")
    assert "与用药人 王*兰 不同" in at.words()
    at.page.panel.put("patient", "王秀兰")
    assert "与用药人 王*兰 一致" in at.words()


def test_a_rejection_needs_a_reason_and_keeps_it(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.open()
    at.hand.press(K.Key_F8)
    at.choose(K.Key_3, "3")
    at.hand.type("1002")
    at.hand.enter()
    at.signed()
    envelope = at.till.store.journal.of_type("review.signed@1")[0]
    body = body_of(envelope.type, envelope.body)
    assert (body.verdict, body.reason) == ("rejected", "diagnosis")
    assert at.till.selling.scene().blocks
    assert "已驳回" in at.words()
    assert at.page.badge() == "1"
    at.page._choose(at.till.reviewing.done()[0].review_id)
    assert "诊断与用药不符" in at.words()


def test_a_wrong_pin_signs_nothing_and_loses_nothing(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.open()
    at.prescription()
    at.hand.type("9999")
    at.hand.enter()
    assert at.till.reviewing.done() == ()
    assert "PIN 不对" in at.words()
    assert at.page.panel.values()["institution"] == "演示医院"
    assert at.page.pin.value == ""


def test_without_a_pharmacist_nothing_can_be_signed_and_the_way_is_said(desk: Callable[..., Desk]) -> None:
    at = desk(duty=False)
    at.open()
    assert "没有药师在岗，处方药不能收款" in at.words()
    assert not {"F8", "F12"} & set(at.bar())
    at.hand.press(K.Key_F9)
    at.hand.type("1002")
    at.hand.enter()
    at.hand.until(lambda: at.till.store.shifts.duty_pharmacists() and not at.page._signing)
    assert "王敏 在岗" in at.words()
    assert {"F8", "F12"} <= set(at.bar())


def test_a_held_sale_waits_behind_the_open_one_and_is_taken_up_first(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.till.selling.hold()
    at.hand.until(lambda: not at.till.selling.writing)
    at.hand.scan(BUDS)
    at.open()
    assert [one.here for one in at.till.reviewing.waiting()] == [False]
    assert at.page.badge() == "1"
    assert "F12" not in at.bar()
    at.hand.press(K.Key_F7)
    at.hand.until(lambda: [one.here for one in at.till.reviewing.waiting()] == [True])
    at.hand.until(lambda: "F12" in at.bar())
    assert [row.pieces for row in at.till.selling.scene().held] == [1]


def test_what_was_typed_outlives_a_scan_and_another_page(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.open()
    at.fill("DEMO-1", "演示医院")
    at.hand.scan(BUDS)
    assert len(at.till.selling.basket.lines) == 2
    assert at.shell.page.key == "rx"
    at.shell.show_page("stock")
    at.open()
    assert at.page.panel.values()["institution"] == "演示医院"


def test_a_review_signed_here_answers_the_same_question_on_the_sale(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.till.selling.ask("review")
    at.open()
    at.prescription()
    at.hand.type("1002")
    at.hand.enter()
    at.signed()
    assert at.till.selling.scene().question is None


def test_todays_records_lead_to_their_report(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.open()
    assert "F5" not in at.bar()
    at.prescription()
    at.hand.type("1002")
    at.hand.enter()
    at.signed()
    at.hand.press(K.Key_F5)
    assert at.shell.page.key == "reports"
    assert at.shell.page._report.key == "reviews"
