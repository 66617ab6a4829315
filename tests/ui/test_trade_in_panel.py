"""Old for new on the Sale page: the form in the coupons' panel, by keys and by hand, the subsidy with its cause, and coupons on paper."""

from __future__ import annotations

import json
import os
import threading
from datetime import date
from uuid import UUID

from counter_bench import Counter
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.records.coupon_token import CouponToken, mark, sealed
from app.records.keys import DeviceKey
from app.records.offers import Offer

HQ = DeviceKey.from_bytes(bytes(range(32)))
METER = "P5800A1"


def words(widget: QWidget) -> str:
    return "\n".join(part.accessibleName() for part in widget.findChildren(QWidget) if part.isVisible() and part.accessibleName())


def grab(counter: Counter, name: str) -> None:
    if os.environ.get("YAOGUI_GRAB"):
        counter.grab().save(f"{os.environ['YAOGUI_GRAB']}/{name}.png")


def old_for_new(counter: Counter) -> None:
    """An offer of five yuan off for an old thermometer, and the goods it is on."""
    terms = json.dumps({"amount_fen": 500, "old": ["thermometer", "bp_meter"]})
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31)}
    offer = Offer(id="swap", kind="trade_in", title_zh="体温计以旧换新", title_en="Swap", scope=f"product:{METER}", terms=terms, **days)
    counter.till.store.catalogue.upsert((), [offer])
    counter.till.staging.forget()
    counter.till.selling.add_product(METER)
    counter.sale.show_scene(counter.till.selling.look_again())
    counter.settle()


def test_an_old_article_is_registered_by_keys_and_its_subsidy_is_in_the_price(counter: Counter) -> None:
    old_for_new(counter)
    before = counter.scene.totals.payable_fen
    counter.press(Qt.Key.Key_F10)
    assert "等待登记旧物" in words(counter.sale.coupons)
    grab(counter, "trade_list")
    counter.press("1")
    counter.settle()
    said = words(counter.sale.coupons)
    assert "水银体温计" in said or "旧血压计" in said
    grab(counter, "trade_form")
    counter.press("2")
    counter.press("2")
    for key in "SN12":
        counter.press(key)
    counter.press(Qt.Key.Key_Return)
    counter.settle()
    assert counter.scene.totals.payable_fen == before - 500
    assert [one.kind for one in counter.till.selling.basket.articles] == ["thermometer"]
    assert counter.till.selling.basket.articles[0].condition == "broken"
    assert "已收：水银体温计" in words(counter.sale.coupons)
    assert any(cut.title_zh == "体温计以旧换新" for cut in counter.till.selling.quote.cuts)
    grab(counter, "trade_taken")
    counter.press(Qt.Key.Key_Escape)
    assert not counter.sale.coupons.isVisible()


def test_the_form_is_left_with_escape_and_takes_a_touch(counter: Counter) -> None:
    old_for_new(counter)
    counter.press(Qt.Key.Key_F10)
    counter.press("1")
    counter.press(Qt.Key.Key_Escape)
    counter.settle()
    assert counter.sale.coupons.isVisible() and not counter.till.selling.basket.traded
    row = counter.sale.coupons.findChild(QWidget, "trade-register")
    assert row is not None
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    counter.settle()
    button = counter.sale.coupons.findChild(QAbstractButton, "trade-done")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    counter.settle()
    assert [one.kind for one in counter.till.selling.basket.articles] == ["bp_meter"]
    assert counter.till.selling.quote.cut_fen >= 500
    counter.till.selling.undo()
    assert not counter.till.selling.basket.traded


def test_what_was_taken_back_is_told_at_checkout_and_on_the_receipt_and_expired_medicine_earns_nothing(counter: Counter) -> None:
    old_for_new(counter)
    till = counter.till
    before = till.selling.quote.payable_fen
    till.selling.take_in_trade("expired_medicine", "", "works")
    assert till.selling.quote.payable_fen == before
    till.selling.take_in_trade("bp_meter", "SN-7", "broken")
    till.selling.take_in_trade("bp_meter", "SN-7", "broken")
    assert [one.kind for one in till.selling.basket.articles] == ["expired_medicine", "bp_meter"]
    assert till.selling.quote.payable_fen == before - 500
    till.checkout.begin()
    till.checkout.tender("cash")
    durable = threading.Event()
    till.checkout.complete(durable.set)
    assert durable.wait(60)
    till.checkout.settle()
    found = [event.body for event in till.store.journal.of_type("trade.taken@1")][::-1]
    told = [(one["kind"], one["subsidy_fen"], one["offer_id"], one["condition"]) for one in found]
    assert told == [("expired_medicine", 0, "", "works"), ("bp_meter", 500, "swap", "broken")]
    job = next(one for one in till.store.jobs.latest(3) if one.kind == "sale")
    paper = till.store.jobs.ticket(job.job_id) or ""
    assert "收回旧物 过期药品、旧血压计" in paper and "体温计以旧换新" in paper
    assert [one.zh for one in till.coupons.taken_with(found[0]["sale_id"])] == ["过期药品", "旧血压计"]
    till.checkout.next_customer()
    till.selling.add_product(METER)
    assert till.selling.take_in_trade("bp_meter", "sn-7").echo.code == "trade_again"  # type: ignore[union-attr]


def test_a_coupon_with_a_code_goes_on_paper_from_its_row_and_again_as_a_marked_copy(counter: Counter) -> None:
    till = counter.till
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31)}
    terms = '{"tiers":[{"reach_fen":1000,"off_fen":300}]}'
    three = Offer(id="three", kind="threshold", title_zh="满十减三", scope=f"product:{METER}", terms=terms, by_right=True, **days)
    till.store.settings.set("hub.public_key", HQ.public().hex()).result(60)
    till.store.catalogue.upsert((), [three])
    till.selling.add_product(METER)
    token = CouponToken(UUID(int=5), "B", mark("three", 8), bytes(8), bytes(4), face_fen=300, **days)
    till.selling.scan(sealed(token, HQ.sign))
    counter.sale.show_scene(till.selling.look_again())
    counter.settle()
    counter.press(Qt.Key.Key_F10)
    counter.press(Qt.Key.Key_F5)
    counter.settle()
    button = next(one for one in counter.sale.coupons.findChildren(QAbstractButton) if one.accessibleName().startswith("打印 满十减三"))
    grab(counter, "coupon_print")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    counter.settle()
    till.store.writer.submit(lambda connection: None).result(60)
    assert [job.facts.get("copy") for job in till.store.jobs.of_event(str(UUID(int=5)))] == [None, "1"]
    assert till.selling.quote.cut_fen >= 300, "printing is not choosing"
