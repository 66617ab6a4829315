"""Noting: asked and none is not never asked, what is said counts at once in the open sale, and a family has bounds."""

from __future__ import annotations

from typing import Any

import pytest

from app.counter.faults import Refused
from app.counter.noting import PersonDraft
from app.records.clock import shop_day
from app.records.people import Consent

MEMBER, CARD = "member-00001", "90000000000000000019"


@pytest.fixture
def till(demo_counter: Any) -> Any:
    return demo_counter.till


def kin(till: Any) -> Any:
    return till.store.people.family(MEMBER)


def test_what_a_member_named_is_on_record_with_who_asked_and_when(till: Any) -> None:
    till.noting.ask_allergies(MEMBER, ["sulfa", "penicillin", "sulfa"]).wait()
    member = till.store.people.member(MEMBER)
    assert (member.allergies_known, member.allergy_classes) == (True, "penicillin;sulfa")
    asked = till.noting.asked(MEMBER)
    (event,) = till.store.journal.of_type("allergies.asked@1")
    assert (asked.by, shop_day(asked.at)) == ("staff-1001", event.day)
    assert event.body["member_id"] == MEMBER
    assert "penicillin" not in event.raw.decode()


def test_asked_and_none_is_kept_apart_from_never_asked(till: Any) -> None:
    stranger = next(one for one in till.store.people.members() if not one.allergies_known)
    assert till.member_view.scene(stranger.id).allergies.state == "never"
    till.noting.ask_allergies(stranger.id, []).wait()
    face = till.member_view.scene(stranger.id).allergies
    assert (face.state, face.asked_by) == ("none", "李娜")


def test_an_allergy_named_now_stands_against_what_is_in_the_open_sale_and_an_undo_does_not_take_it_back(till: Any) -> None:
    till.selling.scan(CARD)
    till.noting.ask_allergies(MEMBER, []).wait()
    till.selling.scan("89906411004039116120")
    assert not any(verdict.rule == "allergy" for verdict in till.selling.verdicts)
    till.noting.ask_allergies(MEMBER, ["nsaid"]).wait()
    assert any(verdict.rule == "allergy" for verdict in till.selling.verdicts)
    till.selling.scan("6999580000439")
    till.selling.undo()
    till.selling.undo()
    assert till.selling.basket.patient.allergy_classes == ("nsaid",)


def test_an_allergy_named_while_money_is_taken_stands_against_the_goods_of_whoever_goes_back_to_the_basket(till: Any) -> None:
    till.noting.ask_allergies(MEMBER, []).wait()
    till.selling.scan(CARD)
    till.selling.scan("6999600000494")
    till.selling.scan("89906411004039116120")
    till.checkout.begin()
    till.noting.ask_allergies(MEMBER, ["nsaid"]).wait()
    till.checkout.cancel()
    assert any(verdict.rule == "allergy" for verdict in till.selling.verdicts)


def test_whoever_leaves_is_let_go_with_what_is_known_of_their_allergies_and_no_undo_brings_them_back(till: Any) -> None:
    till.noting.ask_allergies(MEMBER, ["nsaid"]).wait()
    till.selling.scan(CARD)
    till.selling.scan("89906411004039116120")
    till.joining.set_consents(MEMBER, {"membership": False}).wait()
    assert till.selling.basket.member_id == ""
    assert any(verdict.rule == "allergy" for verdict in till.selling.verdicts)
    till.selling.undo()
    assert till.selling.basket.member_id == ""


def test_whoever_leaves_while_money_is_taken_leaves_with_the_way_back(till: Any) -> None:
    till.selling.scan(CARD)
    till.selling.scan("6999600000494")
    till.checkout.begin()
    payable = till.selling.quote.payable_fen
    till.joining.set_consents(MEMBER, {"membership": False}).wait()
    assert (till.selling.basket.member_id, till.selling.quote.payable_fen) == (MEMBER, payable)
    till.checkout.cancel()
    assert till.selling.basket.member_id == ""


def test_whoever_leaves_at_another_till_or_while_their_basket_is_held_is_no_member_in_it(till: Any) -> None:
    till.selling.scan(CARD)
    till.selling.scan("6999600000494")
    till.selling.hold()
    (held,) = till.store.parked.held()
    till.selling.scan(CARD)
    gone = Consent(id="x", member_id=MEMBER, purpose="membership", given=False, text_version="1", at=till.clock.now())
    till.store.inbox.apply("consent", [gone.model_dump(mode="json")], "feed:1:aa").result(60)
    assert till.selling.scene().member is None and till.selling.basket.member_id == ""
    till.selling.recall(held.basket_id)
    assert (till.selling.basket.member_id, len(till.selling.basket.lines)) == ("", 1)


def test_whoever_refused_a_health_file_has_nothing_noted(till: Any) -> None:
    people = till.store.people
    one = next(one for one in people.members() if one.allergy_classes == "" and not people.consents(one.id))
    till.joining.set_consents(one.id, {"health": False}).wait()
    with pytest.raises(Refused, match="consent_health"):
        till.noting.ask_allergies(one.id, ["nsaid"]).wait()
    assert people.member(one.id).allergy_classes == ""


def test_a_family_person_is_entered_put_right_and_asked_about_allergies(till: Any) -> None:
    person = till.noting.set_person(MEMBER, PersonDraft("刘建国", "配偶", "M", "1955-05-01", "yes")).wait()
    assert len(kin(till)) == 2
    till.noting.ask_allergies(MEMBER, ["macrolide"], person).wait()
    till.noting.set_person(MEMBER, PersonDraft("刘建国", "配偶", "M", "19550502"), person).wait()
    kept = next(one for one in kin(till) if one.id == person)
    assert (str(kept.born_on), kept.allergy_classes, kept.allergies_known) == ("1955-05-02", "macrolide", True)
    face = next(one for one in till.member_view.scene(MEMBER).family if one.person_id == person)
    assert (face.masked_name, face.adult, face.consent, face.allergies.state) == ("刘*国", True, "given", "recorded")
    assert "刘建国" not in "".join(event.raw.decode() for event in till.store.journal.of_type("family.set@1"))


def test_who_does_not_agree_is_only_judged_by_age(till: Any) -> None:
    person = till.noting.set_person(MEMBER, PersonDraft("刘建国", "配偶", "M", "1955-05-01", "yes")).wait()
    till.noting.ask_allergies(MEMBER, ["macrolide"], person).wait()
    till.noting.set_person(MEMBER, PersonDraft("刘建国", "配偶", "M", "1955-05-01", "no"), person).wait()
    kept = next(one for one in kin(till) if one.id == person)
    assert (kept.allergy_classes, kept.allergies_known) == ("", False)
    with pytest.raises(Refused, match="consent_health"):
        till.noting.ask_allergies(MEMBER, ["macrolide"], person).wait()


def test_a_guardian_agrees_for_a_child(till: Any) -> None:
    child = till.noting.set_person(MEMBER, PersonDraft("王小雨", "孙女", "F", "2020-02-02", "yes")).wait()
    (consent,) = [one.body for one in till.store.journal.of_type("consent.set@1") if one.body["member_id"] == child]
    assert (consent["purpose"], consent["given"], consent["guardian_id"]) == ("family", True, MEMBER)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (PersonDraft(" ", "配偶"), "family_name"),
        (PersonDraft("刘", ""), "family_relation"),
        (PersonDraft("刘", "配偶", born="2999-01-01"), "family_birthday"),
        (PersonDraft("刘", "配偶", born="猪年"), "family_birthday"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(till: Any, draft: PersonDraft, code: str) -> None:
    with pytest.raises(Refused, match=code):
        till.noting.set_person(MEMBER, draft).wait()
    assert len(kin(till)) == 1


def test_a_family_is_eight_with_the_member_and_an_unknown_person_is_not_put_right(till: Any) -> None:
    for order in range(6):
        till.noting.set_person(MEMBER, PersonDraft(f"王{order}", "其他")).wait()
    with pytest.raises(Refused, match="family_full"):
        till.noting.set_person(MEMBER, PersonDraft("王八", "其他")).wait()
    with pytest.raises(Refused, match="person_unknown"):
        till.noting.set_person(MEMBER, PersonDraft("王九", "其他"), "nobody").wait()


def test_a_phone_is_shown_for_a_purpose_and_the_look_is_kept_first(till: Any) -> None:
    purposes = [code for code, _ in till.noting.purposes]
    assert "call" in purposes and till.proving.rights.visitor_purpose not in purposes
    assert till.noting.reveal_phone(MEMBER, "call").wait() == "19900000001"
    (look,) = till.store.journal.of_type("member.revealed@1")
    assert look.body == {"member_id": MEMBER, "what": "phone", "purpose": "call"}
    with pytest.raises(Refused, match="choose_one"):
        till.noting.reveal_phone(MEMBER, "curiosity").wait()


def test_nobody_notes_anything_before_signing_in(till: Any) -> None:
    till.post.staff = None
    for act in (lambda: till.noting.ask_allergies(MEMBER, []), lambda: till.noting.set_person(MEMBER, PersonDraft("刘", "配偶"))):
        with pytest.raises(Refused, match="sign_in_first"):
            act()
