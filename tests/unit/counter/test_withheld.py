"""Whoever takes the health consent back: what is on record of allergies is neither shown nor compared, and that is said in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.counter.noting import PersonDraft
from app.records.clock import shop_day
from app.records.people import Consent
from app.store.care import PastPurchase

MEMBER, CARD, IBUPROFEN = "member-00001", "90000000000000000019", "89906411004039116120"
MASK = "6999600000494"
SAID = "健康同意已撤回，过敏未核对"


@pytest.fixture
def till(demo_counter: Any) -> Any:
    demo_counter.till.noting.ask_allergies(MEMBER, ["nsaid"]).wait()
    return demo_counter.till


def says(till: Any, given: bool, purpose: str = "health", of: str = MEMBER) -> None:
    till.joining.set_consents(of, {purpose: given}).wait()


def rules_that_speak(till: Any) -> set[str]:
    return {verdict.rule for verdict in till.selling.verdicts} & {"allergy", "allergy_unknown"}


def test_a_record_whose_consent_was_taken_back_is_not_compared_and_the_strip_says_so(till: Any) -> None:
    says(till, False)
    till.selling.scan(CARD)
    scene = till.selling.scan(IBUPROFEN)
    note = scene.member.allergy
    assert (note.tone, note.title.zh, note.body.zh) == ("warn", SAID, "请口头询问")
    assert rules_that_speak(till) == {"allergy_unknown"}
    (told,) = [verdict for verdict in till.selling.verdicts if verdict.rule == "allergy_unknown"]
    assert "撤回" in told.title.zh and all(way.act != "ask:patient" for way in told.ways_out)
    assert till.selling.basket.patient.allergy_classes == ()


def test_it_holds_at_once_in_the_open_sale_and_an_undo_does_not_bring_it_back(till: Any) -> None:
    till.selling.scan(CARD)
    till.selling.scan(IBUPROFEN)
    assert rules_that_speak(till) == {"allergy"}
    says(till, False)
    assert rules_that_speak(till) == {"allergy_unknown"}
    till.selling.scan(MASK)
    till.selling.undo()
    till.selling.undo()
    assert till.selling.scene().member.allergy.title.zh == SAID


def test_giving_it_again_brings_the_record_back(till: Any) -> None:
    says(till, False)
    till.selling.scan(CARD)
    till.selling.scan(IBUPROFEN)
    says(till, True)
    assert rules_that_speak(till) == {"allergy"}
    face = till.member_view.scene(MEMBER).allergies
    assert (face.state, face.codes, face.asked_by) == ("recorded", ("nsaid",), "李娜")


def test_a_word_that_headquarters_brings_holds_in_the_open_sale(till: Any) -> None:
    till.selling.scan(CARD)
    till.selling.scan(IBUPROFEN)
    till.clock.advance(60)
    word = Consent(id=f"{MEMBER}:health", member_id=MEMBER, purpose="health", given=False, text_version="1", at=till.clock.now())
    till.store.inbox.apply("consent", [word.model_dump(mode="json")], "consent:1:aa").result(60)
    assert till.selling.scene().member.allergy.title.zh == SAID


def test_a_basket_put_aside_before_is_taken_back_with_what_holds_now(till: Any) -> None:
    till.selling.scan(CARD)
    till.selling.scan(MASK)
    till.selling.hold()
    says(till, False)
    (held,) = till.store.parked.held()
    till.selling.recall(held.basket_id)
    assert till.selling.basket.patient.withheld and till.selling.basket.patient.allergy_classes == ()


def test_the_members_page_and_the_health_file_show_nothing_of_it(till: Any) -> None:
    says(till, False)
    face = till.member_view.scene(MEMBER).allergies
    assert (face.state, face.classes.zh, face.codes, face.asked_by) == ("withdrawn", "", (), "")
    seen: list[Any] = []
    import app.reports.health_file as paper

    drawn = paper.health_pdf
    paper.health_pdf = lambda face, facts, **more: seen.append(facts) or drawn(face, facts, **more)
    try:
        assert till.caring.health_file(MEMBER).startswith(b"%PDF")
    finally:
        paper.health_pdf = drawn
    assert seen[0].withheld and seen[0].allergies == ()


def test_whoever_never_agreed_to_anything_and_has_no_record_was_never_asked(till: Any) -> None:
    stranger = next(one for one in till.store.people.members() if not one.allergies_known)
    says(till, False, of=stranger.id)
    assert till.member_view.scene(stranger.id).allergies.state == "never"


def test_a_person_of_the_family_who_takes_the_link_back_alike(till: Any) -> None:
    kin = till.noting.set_person(MEMBER, PersonDraft("刘建国", "配偶", "M", "1955-05-01", "yes")).wait()
    till.noting.ask_allergies(MEMBER, ["macrolide"], kin).wait()
    word = Consent(id=f"{kin}:family", member_id=kin, purpose="family", given=False, text_version="1", at=till.clock.now())
    till.clock.advance(60)
    word = word.model_copy(update={"at": till.clock.now()})
    till.store.inbox.apply("consent", [word.model_dump(mode="json")], "consent:1:aa").result(60)
    (face,) = [one for one in till.member_view.scene(MEMBER).family if one.person_id == kin]
    assert (face.allergies.state, face.consent) == ("withdrawn", "refused")
    till.selling.scan(CARD)
    question = till.selling.ask("patient").question
    scene = till.selling.answer(question.question_id, {"person": kin})
    assert scene.member.allergy.title.zh.startswith("家人代买同意已撤回")


def test_nothing_that_anybody_might_be_allergic_to_is_suggested(till: Any) -> None:
    open_to_all = [
        one for one in till.store.catalogue.products() if one.rx_class == "otc_b" and one.category and one.in_assortment and not one.special
    ]
    product = next(one for one in open_to_all if one.allergy_classes and "nsaid" not in one.allergy_classes)
    today = shop_day(till.clock.now())
    bought = [PastPurchase(f"p-{n}", MEMBER, today - timedelta(days=n), product.id, 1, 2_000, "他店") for n in (27, 57, 87, 117)]
    till.store.care.keep_past(bought).result(60)
    says(till, True, "personal")
    assert product.id in {one.product_id for one in till.segmenting.suggestions(MEMBER)}
    says(till, False)
    assert product.id not in {one.product_id for one in till.segmenting.suggestions(MEMBER)}


def test_nor_is_a_long_illness_shown_until_it_is_given_again(till: Any) -> None:
    till.selling.scan(CARD)
    for given in (True, False, True):
        says(till, given)
        assert (till.selling.scene().member.chronic, till.member_view.scene(MEMBER).head.chronic) == (given, given)
