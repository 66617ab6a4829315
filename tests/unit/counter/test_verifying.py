"""A code that went to the member's phone is told back at the counter: it opens what wants a proof, and a consent rests on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from purse_acts import MASKS, PERSON
from wallet_hub import FakeHub

from app.counter.faults import Refused
from app.counter.joining import JoinForm
from app.domain.member_rights import CODE
from app.sync.client import CodeChecked, CodeSent, HubFault

PHONE = "13900007777"


@pytest.fixture
def gateway(till: Any, headquarters: FakeHub, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    """Headquarters with a gateway, and a line to it."""
    headquarters.verifies = True
    monkeypatch.setattr(till.verifying, "_online", lambda: True)
    till.verifying.begin()
    until(lambda: till.verifying.offered)
    return headquarters


def until(ready: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(4_000):
        if ready():
            return
        waited.wait(0.005)
    raise AssertionError("never")


def heard(till: Any) -> Any:
    """Headquarters' next word, taken as the window takes it."""
    until(lambda: not till.verifying._answers.empty())
    return till.selling.code_told()


def asked(hand: Any, *, scan: str = MASKS) -> Any:
    """A sale of hers in which a code is on its way."""
    hand.till.selling.scan(scan)
    hand.till.selling.attach_member(PERSON, "phone")
    hand.till.selling.ask("vouch")
    return hand.answer(how="code")


def bodies(till: Any, kind: str) -> list[dict[str, Any]]:
    return [event.body for event in till.store.journal.of_type(kind)]


def test_without_a_gateway_nothing_of_it_is_shown(hand: Any, till: Any, headquarters: FakeHub) -> None:
    till.verifying.begin()
    till.selling.attach_member(PERSON, "phone")
    question = till.selling.ask("vouch").question
    assert [value for value, _ in question.fields[0].choices] == ["id_card", "social_card", "voucher"]
    assert "code" not in [code for code, _ in till.joining.begin().channels]
    with pytest.raises(Refused, match="verify_offline"):
        till.joining.send_consent_code(PERSON, ["sms"])
    assert headquarters.codes == []


def test_a_cut_line_takes_the_way_away_again(till: Any, gateway: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "code" in [code for code, _ in till.joining.begin().channels]
    monkeypatch.setattr(till.verifying, "_online", lambda: False)
    assert "code" not in [code for code, _ in till.joining.begin().channels]


def test_a_code_typed_wrong_then_right_is_the_members_own_proof(hand: Any, till: Any, gateway: FakeHub) -> None:
    scene = asked(hand)
    assert "正在发到" in scene.question.body.zh and "****" in scene.question.title.zh
    scene = heard(till)
    assert "已发到" in scene.question.body.zh and scene.question.error is None
    (wish,) = gateway.codes
    assert (wish.purpose, wish.about, wish.phone) == ("member", "", till.store.people.member(PERSON).phone)
    hand.answer(code="111111")
    scene = heard(till)
    assert "还可以试 2 次" in scene.question.error.zh
    assert not till.selling.rights.stored_value
    hand.answer(code=gateway.code)
    scene = heard(till)
    assert scene.question is None and scene.echo.code == "member_code_told"
    assert till.selling.basket.found_by == CODE
    assert till.selling.rights.stored_value and till.selling.rights.proven
    until(lambda: bool(bodies(till, "member.verified@1")))
    (verified,) = bodies(till, "member.verified@1")
    assert verified == {
        "verification_id": wish.verification_id,
        "member_id": PERSON,
        "purpose": "member",
        "basket_id": till.selling.basket.basket_id,
    }


def test_the_phone_is_claimed_as_proven_once_and_no_body_holds_it(hand: Any, till: Any, gateway: FakeHub) -> None:
    phone = till.store.people.member(PERSON).phone
    for _ in range(2):
        asked(hand)
        heard(till)
        hand.answer(code=gateway.code)
        heard(till)
        until(lambda: not till.selling.writing)
        till.store.writer.submit(lambda _connection: None).result(60)
        till.selling.clear()
    claims = [body for body in bodies(till, "identity.claimed@1") if body["level"] == "proven"]
    assert [(body["member_id"], body["kind"]) for body in claims] == [(PERSON, "phone")]
    assert json.loads(till.store.private.open(claims[0]["blob_id"])) == {"kind": "phone", "value": phone}
    assert len(bodies(till, "member.verified@1")) == 2
    assert phone not in "".join(event.decode() for event in _raws(till))


def _raws(till: Any) -> list[bytes]:
    every = till.store.journal.events(0, till.store.journal.head().seq)
    return [raw for raw in every if b"member.verified@1" in raw or b"identity.claimed@1" in raw]


def test_the_proof_ends_after_half_an_hour_and_with_the_sale(hand: Any, till: Any, gateway: FakeHub) -> None:
    asked(hand)
    heard(till)
    hand.answer(code=gateway.code)
    heard(till)
    assert till.selling.rights.stored_value
    till.clock.advance(29 * 60)
    assert till.selling.rights.stored_value
    till.clock.advance(2 * 60)
    assert not till.selling.rights.stored_value and till.selling.scene().member.found_by == "lapsed"
    till.selling.clear()
    till.selling.scan(MASKS)
    till.selling.attach_member(PERSON, "phone")
    till.selling.ask("vouch")
    hand.answer(how="code")
    heard(till)
    assert len(gateway.codes) == 2, "what was proven for one sale is no proof for the next"


def test_what_is_being_typed_stays_while_headquarters_answers(hand: Any, till: Any, gateway: FakeHub) -> None:
    before = asked(hand).question.question_id
    assert heard(till).question.question_id == before


def test_no_answer_is_no_proof_and_the_same_code_again_is_the_same_attempt(hand: Any, till: Any, gateway: FakeHub) -> None:
    asked(hand)
    heard(till)
    gateway.checks = [HubFault("offline")]
    hand.answer(code=gateway.code)
    scene = heard(till)
    assert "没有回音" in scene.question.error.zh and not till.selling.rights.stored_value
    hand.answer(code=gateway.code)
    heard(till)
    assert till.selling.rights.stored_value
    assert len({attempt for _, attempt, _ in gateway.typed}) == 1 and len(gateway.typed) == 2


def test_a_word_of_headquarters_for_another_sale_or_member_changes_nothing(hand: Any, till: Any, gateway: FakeHub) -> None:
    asked(hand)
    heard(till)
    gateway.checks = [CodeChecked("proven", 0)]
    hand.answer(code=gateway.code)
    till.selling.dismiss_question()
    till.selling.detach_member()
    scene = heard(till)
    assert scene.member is None and bodies(till, "member.verified@1") == []


def test_an_empty_box_sends_another_and_a_slip_is_said(hand: Any, till: Any, gateway: FakeHub) -> None:
    asked(hand)
    heard(till)
    scene = hand.answer(code="12ab")
    assert scene.question.error.zh == "验证码是 6 位数字" and gateway.typed == []
    assert "1 分钟后才能再发" in hand.answer(code="").question.error.zh
    assert len(gateway.codes) == 1, "pressed twice, nothing more is sent"
    till.clock.advance(61)
    gateway.sends = CodeSent("too_many", 130)
    hand.answer(code="")
    assert "3 分钟后才能再发" in heard(till).question.error.zh
    assert len(gateway.codes) == 2
    hand.answer(code=gateway.code)
    assert heard(till).member.proven, "the code that came before is still good"
    assert gateway.typed[-1][0] == gateway.codes[0].verification_id


def test_esc_leaves_the_code_and_the_sale_goes_on(hand: Any, till: Any, gateway: FakeHub) -> None:
    asked(hand)
    assert till.selling.dismiss_question().question is None
    assert hand.sell()


def test_who_joins_by_a_code_is_proven_and_each_consent_names_the_proof(till: Any, gateway: FakeHub) -> None:
    begun = till.joining.begin(PHONE)
    form = JoinForm(begun.join_id, PHONE, consents={"membership": True, "share": True}, channel="code")
    with pytest.raises(Refused, match="verify_needed"):
        till.joining.join(form)
    till.joining.send_join_code(begun.join_id, PHONE)
    heard(till)
    till.joining.code.type(gateway.code)
    heard(till)
    joined = till.joining.join(form).wait()
    proof = gateway.codes[0].verification_id
    said = [body for body in bodies(till, "consent.set@1") if body["member_id"] == joined.member_id]
    assert {(body["purpose"], body["channel"], body["evidence"]) for body in said} == {
        ("membership", "code", proof), ("share", "code", proof),
    }  # fmt: skip
    levels = {body["level"] for body in bodies(till, "identity.claimed@1") if body["member_id"] == joined.member_id}
    assert levels == {"stated", "proven"}
    assert till.selling.basket.found_by == CODE
    rows = {row.purpose: row for row in till.joining.consents(joined.member_id).rows}
    assert (rows["share"].channel, rows["share"].how.zh, rows["share"].said_version) == ("code", "验证码", "2026-11")


def test_a_code_for_one_phone_is_no_proof_of_another(till: Any, gateway: FakeHub) -> None:
    begun = till.joining.begin(PHONE)
    till.joining.send_join_code(begun.join_id, PHONE)
    heard(till)
    till.joining.code.type(gateway.code)
    heard(till)
    with pytest.raises(Refused, match="verify_needed"):
        till.joining.join(JoinForm(begun.join_id, "13900008888", channel="code"))


def test_a_code_covers_the_consents_that_the_message_named_and_no_more(till: Any, gateway: FakeHub) -> None:
    till.joining.send_consent_code(PERSON, ["share", "personal"])
    heard(till)
    till.joining.code.type(gateway.code)
    heard(till)
    assert gateway.codes[0].about == "personal,share"
    with pytest.raises(Refused, match="verify_needed"):
        till.joining.set_consents(PERSON, {"share": True, "family": True}, "code")
    done = till.joining.set_consents(PERSON, {"share": True}, "code").wait()
    assert next(row for row in done.rows if row.purpose == "share").channel == "code"
    assert not till.selling.rights.stored_value, "a consent is no proof for a sale"


def test_a_proof_of_before_is_none_in_another_shift(till: Any, gateway: FakeHub) -> None:
    till.joining.send_consent_code(PERSON, ["share"])
    heard(till)
    till.joining.code.type(gateway.code)
    heard(till)
    assert till.verifying.proof(PERSON, "consent", about=["share"]) is not None
    shift = till.post.shift
    till.post.shift = None
    assert till.verifying.proof(PERSON, "consent", about=["share"]) is None
    till.post.shift = shift
    till.clock.advance(timedelta(minutes=31).total_seconds())
    assert till.verifying.proof(PERSON, "consent", about=["share"]) is None


def test_what_leaves_the_chain_is_signed_or_confirmed_and_taken_back_by_a_word(till: Any, gateway: FakeHub) -> None:
    with pytest.raises(Refused) as refused:
        till.joining.set_consents(PERSON, {"share": True})
    assert refused.value.code == "consent_by" and refused.value.facts["title"] == "给示例健康平台"
    till.joining.set_consents(PERSON, {"share": False}).wait()
