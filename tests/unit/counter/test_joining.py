"""Joining by phone alone, without a line: one unit, one member, one gift; and consents given and withdrawn."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.counter.faults import Refused
from app.counter.joining import JoinForm
from app.records.people import Consent

MASKS, MEMBER = "6999600000494", "90000000000000000019"
HER = "member-00001"
PHONE = "13900007777"


def form(till: Any, phone: str = PHONE, **said: Any) -> JoinForm:
    return JoinForm(till.joining.begin(phone).join_id, phone, **said)


def dear(till: Any) -> str:
    """A product that is dearer than the joiner's coupon asks for, without a prescription."""
    found = next(
        p
        for p in till.store.catalogue.products()
        if p.in_assortment and p.list_price_fen >= 6_000 and p.rx_class not in ("rx",) and not p.special and p.kind == "device"
    )
    return str(found.id)


def events_of(till: Any, *kinds: str) -> list[Any]:
    """What the tests' own people did; the demo's members have said things before."""
    found = [event for kind in kinds for event in till.store.journal.of_type(kind)]
    return [event for event in found if not str(event.body.get("member_id", "")).startswith("member-")]


def test_a_phone_alone_makes_a_member_in_one_unit_and_the_open_sale_is_theirs(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    till.store.parked.open_basket()
    before, head = till.store.writer.commits, till.store.journal.head().seq
    joined = till.joining.join(form(till)).wait()
    assert joined.attached and joined.label == "139****7777"
    assert till.selling.basket.member_id == joined.member_id
    kinds = [event.type for event in map(_unsealed, till.store.journal.events(head, 20))]
    assert kinds == ["member.joined@1", "identity.claimed@1", "consent.set@1", "coupon.granted@1"]
    member = till.store.people.member(joined.member_id)
    assert (member.phone, member.name, member.joined_on.isoformat()) == (PHONE, "", "2026-11-21")
    assert till.store.people.joining(joined.member_id).guide == "staff-1001"
    told = [blob.kind for blob in waiting(till) if blob.person_id == joined.member_id]
    assert sorted(told) == ["identity", "member_profile"]
    assert before < till.store.writer.commits
    assert till.selling.scene().member.masked_phone == "139****7777"


def test_a_sale_that_was_begun_for_the_next_customer_while_the_disk_wrote_is_not_the_joiners(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    asked = till.joining.join(form(till))
    till.selling.hold()
    till.selling.scan(MASKS)
    joined = asked.wait()
    assert not joined.attached and till.selling.basket.member_id == ""
    assert till.store.people.member(joined.member_id) is not None


def test_a_price_that_is_being_paid_stands_though_its_customer_joined_meanwhile(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    asked = till.joining.join(form(till))
    till.checkout.begin()
    joined = asked.wait()
    assert not joined.attached and till.selling.basket.member_id == ""
    till.checkout.cancel()
    till.joining.take(joined.member_id).wait()
    assert till.selling.basket.member_id == joined.member_id


def waiting(till: Any) -> tuple[Any, ...]:
    return tuple(till.store.blob_outbox.pending(limit=100_000, limit_bytes=1 << 30))


def _unsealed(raw: bytes) -> Any:
    from app.records.envelope import unseal

    return unseal(raw)


def test_no_event_carries_name_phone_or_birthday(demo_counter: Any) -> None:
    till = demo_counter.till
    head = till.store.journal.head().seq
    till.joining.join(form(till, name="王小明", born_on="19900101", card="")).wait()
    told = b"".join(till.store.journal.events(head, 20)).decode()
    assert PHONE not in told and "王小明" not in told and "1990" not in told
    profile = next(blob for blob in waiting(till) if blob.person_id in told and blob.kind == "member_profile")
    assert json.loads(profile.plain)["name"] == "王小明"
    assert profile.person_id == json.loads(profile.plain)["id"]


def test_the_gift_is_used_in_the_same_sale_and_granted_once(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.add_product(dear(till))
    asked = form(till)
    joined = till.joining.join(asked).wait()
    assert joined.gift.zh.startswith("新人券")
    assert any(row.cut_fen == 1000 for row in till.selling.scene().coupons.rows)
    again = till.joining.join(asked).wait()
    assert again.member_id == joined.member_id and again.gift == joined.gift
    assert len(events_of(till, "member.joined@1")) == len(events_of(till, "coupon.granted@1")) == 1
    demo_counter.sell()
    (used,) = events_of(till, "coupon.redeemed@1")
    assert (used.body["cut_fen"], used.body["token_mark"], used.body["coupon_class"]) == (1000, "", "A")
    till.selling.add_product(dear(till))
    till.selling.attach_member(joined.member_id)
    assert till.selling.scene().coupons is None


def test_the_same_phone_again_offers_the_member_and_a_further_person_may_still_join_without_the_gift(demo_counter: Any) -> None:
    till = demo_counter.till
    first = till.joining.join(form(till, name="王小明")).wait()
    till.selling.scan(MASKS)
    begun = till.joining.begin(PHONE)
    assert [(face.member_id, face.label, face.masked_phone) for face in begun.known] == [(first.member_id, "王*明", "139****7777")]
    with pytest.raises(Refused, match="join_known"):
        till.joining.join(form(till)).wait()
    with pytest.raises(Refused, match="join_known"):
        till.joining.join(form(till, name="王小明", another=True)).wait()
    second = till.joining.join(form(till, name="李大妈", another=True)).wait()
    assert second.member_id != first.member_id and second.gift_waits and not second.gift.zh
    assert len(till.joining.begin(PHONE).known) == 2
    assert len(events_of(till, "coupon.granted@1")) == 1
    assert till.joining.take(first.member_id).wait().attached
    assert till.selling.basket.member_id == first.member_id


@pytest.mark.parametrize("phone", ["1390000777", "23900007777", "王小明", "90000000000000000019", " "])
def test_what_is_no_mobile_number_is_refused(demo_counter: Any, phone: str) -> None:
    with pytest.raises(Refused, match="join_phone_shape"):
        demo_counter.till.joining.join(JoinForm("x", phone)).wait()


def test_refusing_membership_registers_nobody_and_the_sale_goes_on(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    with pytest.raises(Refused, match="join_not_wanted"):
        till.joining.join(form(till, consents={"membership": False, "sms": True})).wait()
    assert not events_of(till, "member.joined@1", "consent.set@1")
    assert demo_counter.sell()


def test_refusing_everything_else_costs_nothing(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.add_product(dear(till))
    joined = till.joining.join(form(till, consents={"membership": True, "sms": False, "personal": False, "health": False})).wait()
    assert joined.gift.zh and joined.attached
    rows = {row.purpose: row for row in till.joining.consents(joined.member_id).rows}
    assert rows["membership"].given and rows["sms"].asked and not rows["sms"].given
    assert not rows["share"].asked and not rows["share"].given


def test_a_child_joins_only_with_a_grown_up_member(demo_counter: Any) -> None:
    till = demo_counter.till
    with pytest.raises(Refused, match="join_guardian_needed"):
        till.joining.join(form(till, born_on="2015-06-01")).wait()
    with pytest.raises(Refused, match="join_guardian"):
        till.joining.join(form(till, born_on="2015-06-01", guardian="13900001234")).wait()
    joined = till.joining.join(form(till, born_on="2015-06-01", guardian=MEMBER)).wait()
    (event,) = events_of(till, "member.joined@1")
    guardian = till.attaching.find(MEMBER)[0].id
    assert event.body["guardian_id"] == guardian
    assert {said.body["guardian_id"] for said in events_of(till, "consent.set@1")} == {guardian}
    assert till.joining.set_consents(joined.member_id, {"sms": True}).wait().rows
    with pytest.raises(Refused, match="join_guardian"):
        till.joining.join(form(till, "13900008888", born_on="2016-01-01", guardian=PHONE)).wait()


@pytest.mark.parametrize("born_on", ["2027-01-01", "1850-01-01", "2015-13-01", "yesterday", "0"])
def test_a_birthday_that_cannot_be_is_asked_again(demo_counter: Any, born_on: str) -> None:
    with pytest.raises(Refused, match="join_birthday"):
        demo_counter.till.joining.join(form(demo_counter.till, born_on=born_on)).wait()


def test_source_referrer_and_campaign_are_on_record_and_the_reward_waits(demo_counter: Any) -> None:
    till = demo_counter.till
    with pytest.raises(Refused, match="join_referrer"):
        till.joining.join(form(till, source="referral", referrer="13911112222")).wait()
    with pytest.raises(Refused, match="join_campaign"):
        till.joining.join(form(till, source="campaign")).wait()
    with pytest.raises(Refused, match="join_source"):
        till.joining.join(form(till, source="moon")).wait()
    till.joining.join(form(till, source="referral", referrer=MEMBER)).wait()
    till.joining.join(form(till, "13900008888", source="campaign", campaign_id="autumn-7")).wait()
    till.joining.join(form(till, "13900009999", source="receipt_qr")).wait()
    by_source = {event.body["source"]: event.body for event in events_of(till, "member.joined@1")}
    assert by_source["referral"]["referrer_id"] == till.attaching.find(MEMBER)[0].id
    assert by_source["campaign"]["campaign_id"] == "autumn-7"
    assert by_source["receipt_qr"]["guide"] == "" and by_source["campaign"]["guide"] == "staff-1001"
    assert not events_of(till, "points.moved@1")


def test_a_blank_card_becomes_theirs_and_somebodys_card_does_not(demo_counter: Any) -> None:
    till = demo_counter.till
    with pytest.raises(Refused, match="join_card"):
        till.joining.join(form(till, card=MEMBER)).wait()
    from app.domain.codes import inhouse

    blank = inhouse("90", 77_777_777)
    joined = till.joining.join(form(till, card=blank)).wait()
    assert till.attaching.scanned(blank).id == joined.member_id
    assert [event.body["kind"] for event in reversed(events_of(till, "identity.claimed@1"))] == ["phone", "card"]


def test_after_payment_the_sale_before_gets_the_new_member_for_half_an_hour(demo_counter: Any) -> None:
    till = demo_counter.till
    demo_counter.sell(MASKS)
    joined = till.joining.join(form(till)).wait()
    assert joined.late is not None and not joined.attached
    till.joining.attach_late(joined.late.sale_id, joined.member_id).wait()
    assert till.store.sales.by_id(joined.late.sale_id).member_id == joined.member_id
    assert till.attaching.points_of(joined.late.sale_id) > 0
    assert till.joining.late_sale() is None
    demo_counter.sell(MASKS)
    demo_counter.clock.advance(31 * 60)
    assert till.joining.join(form(till, "13900008888")).wait().late is None


def test_a_withdrawn_purpose_is_a_fact_told_once_and_membership_taken_back_ends_the_members_sale(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(MASKS)
    joined = till.joining.join(form(till, consents={"membership": True, "sms": True})).wait()
    till.joining.set_consents(joined.member_id, {"sms": False}, "signature").wait()
    till.joining.set_consents(joined.member_id, {"sms": False}, "signature").wait()
    said = [(event.body["purpose"], event.body["given"], event.body["channel"]) for event in events_of(till, "consent.set@1")]
    # A no is as good spoken: nothing has to be signed to take a consent back.
    assert said == [("sms", False, "spoken"), ("sms", True, "spoken"), ("membership", True, "spoken")]
    till.joining.set_consents(joined.member_id, {"membership": False}).wait()
    assert till.selling.basket.member_id == "" and till.selling.basket.lines
    assert till.selling.attach_member(joined.member_id).echo.code == "member_left"
    begun = till.joining.begin(PHONE)
    assert begun.known[0].left
    assert till.joining.take(joined.member_id).wait().attached
    assert till.selling.basket.member_id == joined.member_id
    with pytest.raises(Refused, match="consent_unknown"):
        till.joining.set_consents(joined.member_id, {"moon": True}).wait()


def test_a_till_whose_clock_is_behind_says_the_last_word_all_the_same(demo_counter: Any) -> None:
    till = demo_counter.till
    told = Consent(
        id=f"{HER}:sms", member_id=HER, purpose="sms", given=True, text_version="2026-11", at=till.clock.now() + timedelta(hours=5)
    )
    till.store.inbox.apply("consent", [told.model_dump(mode="json")], "consent:1:aa").result(60)
    assert till.store.people.allows(HER, "sms") is True
    for given in (False, True, False):
        till.joining.set_consents(HER, {"sms": given}).wait()
        assert till.store.people.allows(HER, "sms") is given
    words = till.store.journal.of_type("consent.set@1")
    assert datetime.fromisoformat(words[-1].body["after"]) == told.at
    till.store.inbox.apply("consent", [told.model_dump(mode="json")], "consent:1:ab").result(60)
    assert till.store.people.allows(HER, "sms") is False


def test_of_two_words_on_one_purpose_the_later_holds_whichever_arrives_first(demo_counter: Any) -> None:
    till = demo_counter.till
    joined = till.joining.join(form(till)).wait()

    def told(given: bool, minute: int, cursor: str) -> None:
        row = Consent(
            id=f"{joined.member_id}:sms",
            member_id=joined.member_id,
            purpose="sms",
            given=given,
            text_version="2026-11",
            at=demo_counter.clock.now().replace(minute=minute),
        )
        till.store.inbox.apply("consent", [row.model_dump(mode="json")], cursor).result(60)

    told(True, 30, "1")
    told(False, 10, "2")
    rows = {row.purpose: row for row in till.joining.consents(joined.member_id).rows}
    assert rows["sms"].given
    told(False, 40, "3")
    rows = {row.purpose: row for row in till.joining.consents(joined.member_id).rows}
    assert rows["sms"].asked and not rows["sms"].given


def test_what_headquarters_has_is_told_once_and_a_destroyed_person_never(demo_counter: Any) -> None:
    till = demo_counter.till
    outbox = till.store.blob_outbox
    while before := outbox.pending():
        outbox.mark([blob.blob_id for blob in before]).result(60)
    first = till.joining.join(form(till)).wait()
    till.joining.join(form(till, "13900008888")).wait()
    assert outbox.waiting() == 4 and len(outbox.pending(limit=1)) == 1 and len(outbox.pending(limit_bytes=1)) == 1
    outbox.mark([blob.blob_id for blob in outbox.pending() if blob.person_id == first.member_id]).result(60)
    assert {blob.person_id for blob in outbox.pending()} == {blob.person_id for blob in outbox.pending()} - {first.member_id}
    (other,) = {blob.person_id for blob in outbox.pending()}
    till.store.private.destroy(other).result(60)
    assert outbox.pending() == () and outbox.waiting() == 0


def test_without_the_gifts_offer_people_join_all_the_same(demo_counter: Any) -> None:
    till = demo_counter.till
    offer = next(offer for offer in till.store.catalogue.offers() if offer.id == "right-join-10")
    till.store.catalogue.upsert((), [offer.model_copy(update={"active": False})])
    joined = till.joining.join(form(till)).wait()
    assert joined.attached and not joined.gift.zh and not joined.gift_waits
    assert till.joining.begin("").gift.zh == ""
