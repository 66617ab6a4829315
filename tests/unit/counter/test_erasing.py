"""Erasing at the counter: the member leaves the open sale at once, their points close, and headquarters' word does the same."""

from __future__ import annotations

from typing import Any

import pytest

from app.assembly import retention
from app.counter.faults import Refused
from app.records.people import Erased
from app.store import verify

HER = "member-00001"
MASKS = "6999600000494"


@pytest.fixture
def till(demo_counter: Any) -> Any:
    return demo_counter.till


def manager(till: Any) -> Any:
    return till.authorising.anyone("1003", retention().roles)


def test_the_open_sale_goes_on_without_whoever_is_erased_and_nothing_brings_them_back_into_it(till: Any) -> None:
    till.selling.scan(MASKS)
    till.selling.attach_member(HER)
    member = till.store.people.member(HER)
    balance = till.points.standing(member).balance
    done = till.erasing.erase(HER, "asked", manager(till)).wait()
    assert (done.ids, done.points) == ((HER,), balance)
    basket = till.selling.basket
    assert (basket.member_id, basket.member_label, basket.patient.kind, len(basket.lines)) == ("", "", "unknown", 1)
    till.selling.undo()
    assert till.selling.basket.member_id == ""
    assert till.selling.find_members(member.phone) == ()
    (closing,) = [one.body for one in till.store.journal.of_type("points.moved@1") if one.body["kind"] == "adjust"]
    assert closing["points"] == -balance
    (gone,) = till.store.journal.of_type("person.erased@1")
    assert gone.body == {"member_id": HER, "reason": "asked", "asked_via": "till"} and gone.actor == "staff-1003"
    assert verify.compare_frames(till.store).chain_ok


def test_headquarters_word_takes_them_off_the_sale_with_the_next_look_at_it(till: Any) -> None:
    till.selling.scan(MASKS)
    till.selling.attach_member(HER)
    assert till.selling.scene().member is not None
    till.store.inbox.apply("erased", [Erased(id=HER, at=till.clock.now()).model_dump(mode="json")], "feed:1:aa").result(60)
    assert till.selling.scene().member is None
    assert till.selling.basket.member_id == ""


def test_a_held_basket_comes_back_without_them(till: Any) -> None:
    till.selling.scan(MASKS)
    till.selling.attach_member(HER)
    till.selling.hold()
    (held,) = till.store.parked.held()
    till.erasing.erase(HER, "withdrawn", manager(till)).wait()
    till.selling.recall(held.basket_id)
    assert till.selling.basket.member_id == "" and len(till.selling.basket.lines) == 1


def test_a_basket_is_not_held_under_the_name_of_whoever_was_erased_a_moment_ago(till: Any) -> None:
    till.selling.scan(MASKS)
    till.selling.attach_member(HER)
    till.store.inbox.apply("erased", [Erased(id=HER, at=till.clock.now()).model_dump(mode="json")], "feed:1:aa").result(60)
    till.selling.hold()
    (held,) = till.store.parked.held()
    assert "*" not in held.label
    till.selling.recall(held.basket_id)
    assert till.selling.basket.member_id == "" and len(till.selling.basket.lines) == 1


def test_a_basket_that_was_held_under_their_name_all_the_same_is_taken_up_without_them(till: Any) -> None:
    till.selling.scan(MASKS)
    till.selling.attach_member(HER)
    text, basket = till.selling._text(), till.selling.basket
    till.store.inbox.apply("erased", [Erased(id=HER, at=till.clock.now()).model_dump(mode="json")], "feed:1:aa").result(60)
    till.selling.clear()
    till.store.parked.hold(basket.basket_id, "王*兰", text, "", till.clock.now(), 1, 100).result(60)
    till.selling.recall(basket.basket_id)
    assert till.selling.basket.member_id == "" and len(till.selling.basket.lines) == 1


def test_who_is_unknown_ambiguous_or_erased_for_no_known_reason_is_refused(till: Any) -> None:
    with pytest.raises(Refused, match="member_unknown"):
        till.erasing.whom("19900000000")
    with pytest.raises(Refused, match="reason_unknown"):
        till.erasing.erase(HER, "bored", manager(till)).wait()
    till.erasing.erase(HER, "asked", manager(till)).wait()
    with pytest.raises(Refused, match="member_unknown"):
        till.erasing.erase(HER, "asked", manager(till)).wait()
    assert len(till.store.journal.of_type("person.erased@1")) == 1


def test_every_kind_that_a_law_keeps_has_a_term_and_a_basis_and_is_said_in_both_languages() -> None:
    rules = retention()
    assert {one.code for one in rules.kept} >= {"sale", "prescription", "register", "invoice", "consent"}
    assert all(one.years >= 3 and one.basis and one.title.zh and one.title.en and one.note.zh and one.note.en for one in rules.kept)
    assert rules.days["reveal"] >= 3 * 365 and rules.roles == ("manager",)
