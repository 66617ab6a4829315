"""The coupons on the Sale page: what is used by itself is said, the list gives reasons, and a digit uses or leaves one."""

from __future__ import annotations

import os

from counter_bench import Counter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.records.coupons import CouponRight


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


def test_more_coupons_than_a_leaf_holds_are_turned_to_and_chosen_by_their_digit(counter: Counter) -> None:
    offer = next(one for one in counter.till.store.catalogue.offers() if one.id == "right-any-260")
    more = [
        CouponRight(
            id=f"more-{n:02}", offer_id=offer.id, member_id="member-00001", coupon_class="B", token="", starts_on=offer.starts_on,
            ends_on=offer.ends_on, face_fen=2500,
        ).model_dump(mode="json")
        for n in range(8)
    ]  # fmt: skip
    counter.till.store.inbox.apply("coupon", more, "").result()
    shelve(counter)
    counter.press(Qt.Key.Key_F10)
    first = [row.serial for row in counter.scene.coupons.rows[:6]]
    assert len(counter.scene.coupons.rows) == 11 and "另外 5 张" in words(counter.sale.coupons)
    counter.press(Qt.Key.Key_PageDown)
    grab(counter, "coupons_second_leaf")
    seventh = counter.scene.coupons.rows[6].serial
    counter.press("1")
    assert seventh not in first and {row.serial: row.wanted for row in counter.scene.coupons.rows}[seventh]
    counter.press(Qt.Key.Key_PageDown)
    counter.press("0")
    assert counter.sale.coupons.isVisible() and not counter.scene.coupons.by_hand
    counter.press(Qt.Key.Key_Escape)
    assert not counter.sale.coupons.isVisible()
