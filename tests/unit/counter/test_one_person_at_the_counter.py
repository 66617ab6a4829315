"""At the counter a merged member is one face: attached under the id that stands, with all points, coupons and allergies, in any order."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.assembly import Till
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.records.people import Alias

HQ = DeviceKey.from_bytes(bytes(range(32)))
STARTS, ENDS = date(2026, 11, 1), date(2026, 12, 31)
THERMOMETER = "P5800A1"
STANDS, OLD = "member-00001", "member-00002"


@pytest.fixture
def merged(till: Till) -> Till:
    """The demo till, told that its second member is its first."""
    tell(till)
    return till


def tell(till: Till, active: bool = True) -> None:
    alias = Alias(id=OLD, canonical_id=STANDS if active else OLD, active=active)
    till.store.inbox.apply("alias", [alias.model_dump(mode="json")], f"c:{active}:x").result(60)


def phone_of(till: Till, member_id: str) -> str:
    row = till.store.people.member(member_id)
    assert row is not None
    return row.phone


def sold(till: Till, hand: Any) -> str:
    till.checkout.begin()
    till.checkout.tender("cash", 0, "")
    till.checkout.complete(lambda: None)
    assert till.checkout._future is not None
    number = till.checkout._future.result(60)[0].number
    till.checkout.settle()
    till.checkout.next_customer()
    sale = till.store.sales.by_number(number)
    assert sale is not None
    return sale.body.sale_id


def test_the_old_phone_finds_the_person_with_all_their_points_and_allergies(till: Till) -> None:
    phone = phone_of(till, OLD)
    both = [till.store.people.member(one) for one in (STANDS, OLD)]
    apart = sum(till.points.standing(one).balance for one in both if one is not None)
    tell(till)
    (found,) = [member for member in till.selling.find_members(phone) if member.id == STANDS]
    assert till.points.standing(found).balance == apart
    allergies = {code for one in both if one is not None for code in one.allergy_classes.split(";") if code}
    assert set(found.allergy_classes.split(";")) - {""} == allergies
    scene = till.selling.attach_member(OLD)
    assert till.selling.basket.member_id == STANDS and scene.member is not None


def test_a_coupon_promised_to_the_old_id_is_good_for_the_person(merged: Till, hand: Any) -> None:
    merged.store.settings.set("hub.public_key", HQ.public().hex()).result(60)
    offer = Offer(
        id="three", kind="threshold", title_zh="券", scope=f"product:{THERMOMETER}", terms='{"tiers":[{"reach_fen":1000,"off_fen":300}]}',
        starts_on=STARTS, ends_on=ENDS, by_right=True,
    )  # fmt: skip
    merged.store.catalogue.upsert((), [offer])
    promised = CouponToken(
        serial=UUID(int=9), coupon_class="B", offer_mark=mark("three", 8), holder_mark=mark(OLD, 8), store_mark=mark("RM01", 4),
        starts_on=STARTS, ends_on=ENDS, face_fen=300,
    )  # fmt: skip
    hand.scan(f"@{THERMOMETER}.ean")
    merged.selling.attach_member(STANDS)
    before = merged.selling.quote.payable_fen
    merged.selling.scan(sealed(promised, HQ.sign))
    assert merged.selling.quote.payable_fen == before - 300


def test_a_sale_begun_before_the_merge_was_heard_gives_its_points_back_with_its_return(till: Till, hand: Any) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    till.selling.attach_member(OLD)
    tell(till)
    before = till.points.standing(_person(till)).balance
    sale_id = sold(till, hand)
    assert till.points.standing(_person(till)).balance > before
    back = till.returning
    back.choose_sale(sale_id)
    back.set_reason("wrong_goods")
    back.approve("1003")
    assert back.complete(lambda: None, "void").problem is None
    assert back._future is not None
    back._future.result(60)
    assert till.points.standing(_person(till)).balance == before


def _person(till: Till) -> Any:
    member = till.store.people.member(STANDS)
    assert member is not None
    return member
