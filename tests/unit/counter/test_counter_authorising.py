"""Authorising: PINs, the lock after five wrong ones, and whose PIN opens what."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import Type, extract_parameters

from app.counter.authorising import hash_pin
from app.counter.faults import Refused


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
