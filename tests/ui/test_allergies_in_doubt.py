"""An allergy on which two tills differ stays, is said on the member's page, and is a thing to do until somebody asked again."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.told_profile import Allergies

MEMBER, CARD = "member-00001", "90000000000000000019"


@pytest.fixture
def at(hand: Any) -> Any:
    """The member's page, where headquarters says that one till took an allergy away while another was told it."""
    hand.sign_in()
    store = hand.window.till.store
    doubted = Allergies(True, frozenset({("penicillin", "t1"), ("sulfa", "")}), frozenset({"penicillin"}))
    store.inbox.apply("member", [doubted.on(store.people.member(MEMBER)).model_dump(mode="json")], "feed:1:aa").result(60)
    kin = store.people.family(MEMBER)[0]
    row = Allergies(True, frozenset({("nsaid", "t2")}), frozenset({"nsaid"})).on(kin)
    store.inbox.apply("family", [row.model_dump(mode="json")], "feed:1:aa").result(60)
    hand.window.shell.show_page("member")
    hand.window.shell._dead_until = 0.0
    hand.scan(CARD)
    hand.until(lambda: page(hand)._scene is not None)
    return hand


def page(at: Any) -> Any:
    return at.window.shell.pages["member"]


def words(at: Any) -> str:
    parts = at.window.shell.page.findChildren(QWidget)
    return "\n".join(part.accessibleName() for part in parts if part.isVisible() and part.accessibleName())


def test_it_stays_on_record_is_said_and_asked_again_in_one_press(at: Any) -> None:
    scene = page(at)._whole()
    assert scene.allergies.codes == ("penicillin", "sulfa") and scene.allergies.doubtful.zh == "青霉素类"
    assert "两台记的不一样，请再问" in words(at) and "有不同说法，请再问" in words(at)
    first, second = scene.care.todos[:2]
    assert (first.kind, first.person_id, second.kind) == ("ask", "", "ask") and "青霉素类" in first.title.zh
    page(at).act_todo(first)
    page(at)._form.answered.emit(("sulfa",))
    at.until(lambda: page(at)._form is None)
    member = at.window.till.store.people.member(MEMBER)
    assert member.allergy_classes == "sulfa" and not Allergies.of(member).doubts
    scene = page(at)._whole()
    assert not scene.allergies.doubtful.zh and [todo.person_id for todo in scene.care.todos if todo.kind == "ask"] == [second.person_id]
    page(at).act_todo(second)
    page(at)._form.answered.emit(("nsaid",))
    at.until(lambda: page(at)._form is None)
    assert [todo for todo in page(at)._whole().care.todos if todo.kind == "ask"] == []
    assert at.window.till.store.people.family(MEMBER)[0].allergy_classes == "nsaid"
    QApplication.processEvents()
