"""At the counter a merged member is one face: attached under the id that stands, with all points, coupons and allergies, in any order."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.assembly import Till
from app.counter.noting import PersonDraft
from app.domain.told_profile import read_told
from app.records.coupon_token import CouponToken, mark, sealed
from app.records.keys import DeviceKey
from app.records.offers import Offer
from app.records.people import Alias, FamilyPerson, Member

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


def noted(pending: Any) -> Any:
    """What an act came to once its facts are on disk."""
    return pending.wait()


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


def told_profiles(till: Till) -> dict[str, tuple[str, Member]]:
    """Blob id → (whose it is, what it says) of the members' profiles that wait for headquarters."""
    waiting = [blob for blob in till.store.blob_outbox.pending() if blob.kind == "member_profile"]
    return {blob.blob_id: (blob.person_id, read_told(Member, blob.plain).person) for blob in waiting}


def test_what_a_merged_person_says_of_their_allergies_holds_under_each_of_their_ids(merged: Till) -> None:
    people = merged.store.people
    noted(merged.noting.ask_allergies(OLD, ["sulfa", "nsaid"]))
    assert {code for one in people.profiles(STANDS) for code in one.allergy_classes.split(";")} == {"nsaid", "sulfa"}
    told = told_profiles(merged).values()
    assert {owner for owner, _ in told} == {STANDS, OLD} and all(owner == profile.id for owner, profile in told)
    assert len({profile.phone for _, profile in told}) == 2, "a merge that is taken back finds each id as it was"
    noted(merged.noting.ask_allergies(STANDS, []))
    member = people.member(OLD)
    assert member is not None and (member.allergies_known, member.allergy_classes) == (True, "")


def test_who_asked_under_the_old_id_is_said_under_the_one_that_stands(till: Till) -> None:
    noted(till.noting.ask_allergies(OLD, ["sulfa"]))
    tell(till)
    asked = till.noting.asked(STANDS)
    assert asked is not None and asked.by == "staff-1001"


def test_a_person_entered_under_the_old_id_is_told_of_under_it(till: Till) -> None:
    kin = noted(till.noting.set_person(OLD, PersonDraft("刘建国", "配偶", "M", "1955-05-01", "yes")))
    tell(till)
    noted(till.noting.ask_allergies(STANDS, ["macrolide"], kin))
    told = [blob for blob in till.store.blob_outbox.pending() if blob.kind == "family_profile"]
    read = [(blob.person_id, read_told(FamilyPerson, blob.plain).person) for blob in told]
    assert all(owner == person.member_id for owner, person in read) and read[-1][1].allergy_classes == "macrolide"


def test_whoever_leaves_under_one_id_leaves_the_sale_begun_under_the_other(till: Till, hand: Any) -> None:
    hand.scan(f"@{THERMOMETER}.ean")
    till.selling.attach_member(OLD)
    tell(till)
    noted(till.joining.set_consents(STANDS, {"membership": False}))
    assert till.selling.basket.member_id == "" and len(till.selling.basket.lines) == 1
