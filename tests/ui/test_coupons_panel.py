"""The coupons on the Sale page: what is used by itself is said, the list gives reasons, and a digit uses or leaves one."""

from __future__ import annotations

import os

from counter_bench import Counter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def words(widget: QWidget) -> str:
    return "\n".join(part.accessibleName() for part in widget.findChildren(QWidget) if part.isVisible() and part.accessibleName())


def shelve(counter: Counter) -> None:
    """The member of the sheet with goods enough for one of their coupons, and too few for the others."""
    catalogue = counter.till.store.catalogue
    monitor = next(p for p in catalogue.products() if p.category == "血糖血压监测" and p.in_assortment and p.list_price_fen >= 12_000)
    counter.till.selling.attach_member("member-00001")
    counter.till.selling.add_product(monitor.id)
    counter.sale.show_scene(counter.till.selling.scene())
    counter.settle()


def grab(counter: Counter, name: str) -> None:
    if os.environ.get("YAOGUI_GRAB"):
        counter.grab().save(f"{os.environ['YAOGUI_GRAB']}/{name}.png")


def test_the_best_coupon_is_used_by_itself_and_the_card_says_so(counter: Counter) -> None:
    shelve(counter)
    grab(counter, "coupons_card")
    said = words(counter.sale.member)
    assert "已自动用券 1 张" in said
    assert "另有 2 张可选" in said
    assert "−¥20.00" in said or "-¥20.00" in said


def test_the_list_gives_each_reason_and_a_digit_leaves_a_coupon_until_all_is_automatic_again(counter: Counter) -> None:
    shelve(counter)
    dear = counter.scene.totals.payable_fen
    counter.press(Qt.Key.Key_F10)
    grab(counter, "coupons_panel")
    said = words(counter.sale.coupons)
    assert "再买 ¥" in said
    assert "本单没有适用商品" in said
    counter.press("1")
    assert counter.scene.totals.payable_fen == dear + 2000
    assert counter.sale.coupons.isVisible()
    assert "自动选的更划算：再减 20.00" in words(counter.sale.coupons).replace("¥", "")
    grab(counter, "coupons_by_hand")
    counter.press("0")
    assert counter.scene.totals.payable_fen == dear
    counter.press(Qt.Key.Key_Escape)
    assert not counter.sale.coupons.isVisible()
    assert counter.scene.lines


def test_without_a_coupon_the_key_is_dead_and_nothing_opens(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F10)
    assert not counter.sale.coupons.isVisible()
