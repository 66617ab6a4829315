"""Tiers at a till: headquarters' last word lies over the profile's own wherever a member is found, and goes with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.records.people import Alias, Erased, Member, MemberKey, TierStanding
from app.store import tables as t
from app.store.open_store import Store

HER = Member(id="m1", card_no="90000000000000000019", phone="13800138000", name="王秀兰", handle="000000123")
AT = datetime(2026, 11, 20, tzinfo=UTC)


def told(store: Store, feed: str, *records: Any) -> None:
    store.inbox.apply(feed, [record.model_dump(mode="json") for record in records], "c").result(60)


def standing(member_id: str = "m1", tier: str = "gold", book: str = "normal") -> TierStanding:
    return TierStanding(id=member_id, tier=tier, book=book, since=date(2026, 11, 2), until=date(2027, 12, 31), at=AT)


def tiers(store: Store) -> set[str]:
    """The tier in every way that a member can be found."""
    ways = (HER.phone, HER.phone[-4:], HER.card_no, HER.handle, HER.name, "8000 王秀兰", "wx-openid-123456")
    found = [one for way in ways for one in store.people.find_members(way)]
    assert len(found) == len(ways)
    by_handle, whole = store.people.by_handle(HER.handle), store.people.member("m1")
    assert by_handle is not None and whole is not None
    return {one.tier for one in (*found, by_handle, whole)}


def test_every_way_to_a_member_gives_the_tier_that_headquarters_told_last(store: Store) -> None:
    told(store, "member", HER)
    told(store, "identity", MemberKey(id="k", member_id="m1", kind="wechat", value="wx-openid-123456"))
    assert tiers(store) == {"normal"} and store.people.standing("m1") is None
    pages = store.inbox.points_pages
    told(store, "standing", standing())
    assert tiers(store) == {"gold"}
    assert store.inbox.points_pages == pages + 1, "whoever remembers the member with their points looks again"
    assert store.people.standing("m1") == standing()
    told(store, "standing", standing(tier="silver"))
    assert tiers(store) == {"silver"}


def test_a_profile_that_changed_since_is_the_newer_word(store: Store) -> None:
    told(store, "member", HER)
    told(store, "standing", standing(tier="silver"))
    told(store, "member", HER.model_copy(update={"tier": "gold"}))
    found = store.people.member("m1")
    assert found is not None and found.tier == "gold"
    assert store.people.standing("m1") is None, "what was reckoned from the old profile is said no more"
    told(store, "standing", standing(tier="normal", book="gold"))
    found = store.people.member("m1")
    assert found is not None and found.tier == "normal"


def test_an_import_compares_profiles_and_is_told_none_of_it(store: Store) -> None:
    told(store, "member", HER)
    told(store, "standing", standing())
    assert [one.tier for one in store.people.members()] == ["normal"]
    assert [one.tier for one in store.people.profiles("m1")] == ["normal"]


def test_a_person_of_two_ids_stands_where_their_party_does(store: Store) -> None:
    told(store, "member", HER, HER.model_copy(update={"id": "m2", "card_no": "90000000000000000027", "tier": "gold"}))
    told(store, "alias", Alias(id="m2", canonical_id="m1"))
    found = store.people.member("m2")
    assert found is not None and found.tier == "gold", "until headquarters has reckoned it the best that was promised"
    told(store, "standing", standing("m1", "silver"), standing("m2", "silver", "gold"))
    found = store.people.member("m2")
    assert found is not None and (found.id, found.tier) == ("m1", "silver")


def test_a_visitors_tier_comes_and_goes_with_them(store: Store) -> None:
    store.people.keep_visitor(HER, "RM09", AT + timedelta(days=1), standing=standing()).result(60)
    found = store.people.member("m1")
    assert found is not None and found.tier == "gold"
    store.people.forget_visitors(AT + timedelta(days=2)).result(60)
    with store.readers.connection() as connection:
        assert connection.execute(select(func.count()).select_from(t.standing)).scalar_one() == 0


def test_an_erased_persons_tier_goes_and_a_late_row_brings_none_back(store: Store) -> None:
    told(store, "member", HER)
    told(store, "standing", standing())
    told(store, "erased", Erased(id="m1", at=AT))
    told(store, "standing", standing())
    with store.readers.connection() as connection:
        assert connection.execute(select(func.count()).select_from(t.standing)).scalar_one() == 0
