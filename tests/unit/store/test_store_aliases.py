"""A person of several ids in the ledger: shown once, with every history, and on their own again once a merge is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.records.coupons import CouponRight
from app.records.people import Alias, Consent, FamilyPerson, Member, PointsEntryRow
from app.store.open_store import Store

OLD = Member(
    id="m2", card_no="90000000000000000027", phone="13800138000", name="王秀兰", allergies_known=True, allergy_classes="sulfa", points=7
)
WHOLE = Member(id="m1", card_no="90000000000000000019", phone="13900139000", name="王秀兰", tier="gold", points=100)
OTHER = Member(id="m3", card_no="90000000000000000035", phone="13700137000", name="王秀兰")


def told(store: Store, feed: str, *records: Any) -> None:
    store.inbox.apply(feed, [record.model_dump(mode="json") for record in records], f"c:{len(records)}:x").result(60)


def merged(store: Store, active: bool = True) -> None:
    told(store, "alias", Alias(id="m2", canonical_id="m1" if active else "m2", active=active))


def entry(entry_id: str, member_id: str, points: int) -> PointsEntryRow:
    return PointsEntryRow(id=entry_id, member_id=member_id, at=datetime(2026, 11, 20, tzinfo=UTC), kind="earn", points=points)


def test_a_merged_member_is_shown_once_under_the_id_that_stands_for_both(store: Store) -> None:
    told(store, "member", WHOLE, OLD, OTHER)
    assert len(store.people.find_members("王秀兰")) == 3
    pages = store.inbox.points_pages
    merged(store)
    assert store.inbox.points_pages == pages + 1, "whoever remembers a statement looks again"
    assert store.people.group_of("m2") == store.people.group_of("m1") == ("m1", "m2")
    assert store.people.group_of("m3") == ("m3",)
    assert [member.id for member in store.people.find_members("王秀兰")] == ["m1", "m3"]
    for words in ("13800138000", "13900139000", "8000", OLD.card_no, WHOLE.card_no):
        (found,) = store.people.find_members(words)
        assert (found.id, found.tier, found.allergy_classes, found.phone) == ("m1", "gold", "sulfa", "13900139000")
    assert store.people.member("m2") == store.people.member("m1")


def test_points_coupons_family_and_consents_are_those_of_the_whole_person(store: Store) -> None:
    told(store, "member", WHOLE, OLD)
    told(store, "points", entry("earn:a", "m1", 30), entry("earn:b", "m2", 12), entry("earn:c", "m3", 99))
    day = datetime(2026, 11, 20, tzinfo=UTC)
    right = CouponRight(
        id="c1", offer_id="o1", member_id="m2", coupon_class="B", token="t", starts_on=day.date(), ends_on=day.date(), face_fen=100
    )
    told(store, "coupon", right)
    told(store, "family", FamilyPerson(id="f1", member_id="m2", name="小宝"))
    told(store, "consent", *(
        Consent(id=f"{who}:sms", member_id=who, purpose="sms", given=given, text_version="1", at=day.replace(hour=hour))
        for who, given, hour in (("m1", True, 3), ("m2", False, 5))
    ))  # fmt: skip
    merged(store)
    assert (
        {one.entry_id for one in store.points.of_member("m1")}
        == {"earn:a", "earn:b"}
        == {one.entry_id for one in store.points.of_member("m2")}
    )
    assert store.people.books("m2") == {"m1": 100, "m2": 7}
    assert [one.id for one in store.coupons.usable("m1")] == ["c1"]
    assert [one.id for one in store.people.family("m1")] == ["f1"]
    (said,) = store.people.consents("m1")
    assert said.given is False


def test_both_purchase_histories_are_the_persons(store: Store, till: Any) -> None:
    till.record(store, till.shift())
    for number, member in ((1, "m1"), (2, "m2"), (3, "m3")):
        till.record(store, till.sale(number, member_id=member))
    merged(store)
    assert {sale.body.sale_id for sale in store.sales.recent(member="m1")} == {"s-1", "s-2"}
    assert {row.sale_id for row in store.sales.recent_rows(member="m2")} == {"s-1", "s-2"}


def test_until_the_canonical_profile_has_come_everybody_stands_for_themselves(store: Store) -> None:
    told(store, "member", OLD)
    merged(store)
    assert store.people.member("m2") == OLD
    assert [member.id for member in store.people.find_members("13800138000")] == ["m2"]


def test_a_merge_taken_back_leaves_two_people_and_what_each_had(store: Store) -> None:
    told(store, "member", WHOLE, OLD)
    told(store, "points", entry("earn:a", "m1", 30), entry("earn:b", "m2", 12))
    merged(store)
    merged(store, active=False)
    assert store.people.member("m2") == OLD and store.people.member("m1") == WHOLE
    assert [one.entry_id for one in store.points.of_member("m2")] == ["earn:b"]
    assert store.people.books("m1") == {"m1": 100}
