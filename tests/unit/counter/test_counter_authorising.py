"""Authorising: PINs, the lock after five wrong ones, and whose PIN opens what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import Type, extract_parameters

from app.counter.authorising import Unweighed, hash_pin
from app.counter.faults import Refused

if TYPE_CHECKING:
    from conftest import Scales


def _signs_in(till: Any, pin: str) -> str:
    try:
        return str(till.shifts.sign_in("staff-1004", pin).id)
    except Refused as refusal:
        return refusal.code


def test_fifth_wrong_pin_locks_the_person_and_time_opens_the_lock(till: Any) -> None:
    assert [_signs_in(till, "0000") for _ in range(5)] == ["pin_wrong"] * 4 + ["pin_locked"]
    assert _signs_in(till, "1004") == "pin_locked"
    till.clock.advance(5 * 60 + 1)
    assert _signs_in(till, "1004") == "staff-1004"


def test_right_pin_wipes_out_earlier_mistakes(till: Any) -> None:
    for _ in range(3):
        assert [_signs_in(till, "0000") for _ in range(4)] == ["pin_wrong"] * 4
        assert _signs_in(till, "1004") == "staff-1004"


def test_lock_of_one_person_leaves_the_others_alone(till: Any) -> None:
    for _ in range(5):
        _signs_in(till, "0000")
    assert till.shifts.sign_in("staff-1005", "1005").id == "staff-1005"


def test_cashiers_pin_approves_nothing_of_the_managers(till: Any) -> None:
    with pytest.raises(Refused, match="pin_wrong"):
        till.authorising.anyone("1001", ("manager",))
    assert till.authorising.anyone("1003", ("manager",)).id == "staff-1003"


def test_nobody_with_the_role_is_said_so(till: Any) -> None:
    with pytest.raises(Refused, match="nobody_may"):
        till.authorising.anyone("1003", ("auditor",))


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", ""])
def test_pin_has_four_to_eight_digits(pin: str) -> None:
    with pytest.raises(Refused, match="pin_shape"):
        hash_pin(pin)


def test_wrong_badge_is_nobody(till: Any) -> None:
    with pytest.raises(Refused, match="staff_unknown"):
        till.shifts.sign_in_by_badge("9999")


def test_a_pin_is_kept_dear_to_guess() -> None:
    # OWASP's least for argon2id: 19 MiB and two rounds. Tests sign in with cheaper ones, see the demo of `conftest`.
    kept = extract_parameters(hash_pin("1001"))
    assert kept.type is Type.ID and kept.memory_cost >= 19 * 1024 and kept.time_cost >= 2



def _elsewhere(till: Any, act: Callable[[], object]) -> object:
    with till.authorising.elsewhere():
        return act()


def test_nobody_gets_in_nor_is_anything_counted_before_the_pin_is_weighed(till: Any, scales: Scales) -> None:
    till.shifts.sign_out()
    for _ in range(3):
        with pytest.raises(Unweighed) as raised:
            _elsewhere(till, lambda: till.shifts.sign_in("staff-1004", "0000"))
    assert scales.asked == ["0000"]
    assert till.post.staff is None
    scales.let.set()
    raised.value.weighed.result(60)
    with pytest.raises(Refused) as refused:
        _elsewhere(till, lambda: till.shifts.sign_in("staff-1004", "0000"))
    assert (refused.value.code, refused.value.facts["left"]) == ("pin_wrong", "4")
    assert till.post.staff is None


def test_the_answer_to_a_pin_holds_for_one_act(till: Any, scales: Scales) -> None:
    def approve() -> object:
        return till.authorising.anyone("1003", ("manager", "pharmacist"))

    scales.let.set()
    for times in (1, 2):
        with pytest.raises(Unweighed) as raised:
            scales.let.clear()
            _elsewhere(till, approve)
        scales.let.set()
        raised.value.weighed.result(60)
        found: Any = _elsewhere(till, approve)
        assert found.id == "staff-1003"
        assert scales.asked == ["1003"] * times


def test_an_act_that_weighs_two_pins_comes_to_its_end(till: Any) -> None:
    def both() -> tuple[str, str]:
        return till.authorising.anyone("1003", ("manager",)).id, till.authorising.anyone("1002", ("pharmacist",)).id

    for _ in range(5):
        try:
            found = _elsewhere(till, both)
        except Unweighed as unweighed:
            unweighed.weighed.result(60)
        else:
            break
    assert found == ("staff-1003", "staff-1002")


def test_a_question_stays_open_while_its_pin_is_weighed(till: Any, scales: Scales) -> None:
    till.shifts.sign_in_by_badge("1004")
    question = till.selling.ask("duty_pharmacist").question
    answer = {"pharmacist": "staff-1002", "on_duty": "yes", "pin": "1002"}
    with pytest.raises(Unweighed) as raised:
        _elsewhere(till, lambda: till.selling.answer(question.question_id, answer))
    assert till.selling.scene().question == question
    assert not till.store.shifts.duty_pharmacists()
    scales.let.set()
    raised.value.weighed.result(60)
    _elsewhere(till, lambda: till.selling.answer(question.question_id, answer))
    till.store.writer.submit(lambda _: None).result(60)
    assert till.store.shifts.duty_pharmacists() == ("staff-1002",)
