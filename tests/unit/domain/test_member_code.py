"""Dynamic member codes: fresh ones prove the member once, old, copied and forged ones do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.member_code import CodeRules, handle_of, make, prove

RULES = CodeRules(step_seconds=30, steps_around=1, steps_remembered=20)
KEY = bytes(range(16))
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HANDLES = st.integers(0, 10**9 - 1)


def after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


@given(HANDLES, st.binary(min_size=16, max_size=16), st.integers(-29, 29))
def test_a_fresh_code_proves_its_member_though_the_clocks_differ_by_a_step(handle: int, key: bytes, late: int) -> None:
    raw = make(handle, key, NOON, RULES)
    assert (len(raw), handle_of(raw)) == (20, handle)
    assert prove(raw, key, after(late), -1, RULES).verdict == "proven"


def test_a_code_is_good_once_and_none_before_it_is_good_any_more() -> None:
    raw = make(7, KEY, NOON, RULES)
    first = prove(raw, KEY, NOON, -1, RULES)
    assert prove(raw, KEY, after(5), first.step, RULES).verdict == "replayed"
    assert prove(make(7, KEY, after(-30), RULES), KEY, NOON, first.step, RULES).verdict == "replayed"
    assert prove(make(7, KEY, after(30), RULES), KEY, after(30), first.step, RULES).verdict == "proven"


def test_a_photographed_code_is_told_apart_from_a_forged_one() -> None:
    raw = make(7, KEY, NOON, RULES)
    assert prove(raw, KEY, after(5 * 60), -1, RULES).verdict == "expired"
    assert prove(raw, KEY, after(60 * 60), -1, RULES).verdict == "wrong"
    assert prove(raw, bytes(16), NOON, -1, RULES).verdict == "wrong"


def test_without_the_members_key_nothing_is_proven_and_nothing_denied() -> None:
    assert prove(make(7, KEY, NOON, RULES), b"", NOON, -1, RULES).verdict == "unknown"


@given(st.text(max_size=24))
def test_any_other_string_is_nobodys_code(text: str) -> None:
    if handle_of(text) is None:
        assert prove(text, KEY, NOON, -1, RULES).verdict == "wrong"


@pytest.mark.parametrize(("handle", "key"), [(10**9, KEY), (-1, KEY), (1, b"short")])
def test_a_handle_or_key_that_does_not_fit_is_refused(handle: int, key: bytes) -> None:
    with pytest.raises(ValueError, match="nine digits"):
        make(handle, key, NOON, RULES)


@pytest.mark.parametrize("figures", [(0, 1, 2), (30, 3, 2)])
def test_rules_that_make_no_sense_are_refused(figures: tuple[int, int, int]) -> None:
    document = dict(zip(("step_seconds", "steps_around", "steps_remembered"), figures, strict=True))
    with pytest.raises(ValueError, match="no rules"):
        CodeRules.read(document)


def test_the_code_that_was_used_is_called_used_when_it_is_old_by_now() -> None:
    raw = make(7, KEY, NOON, RULES)
    used = prove(raw, KEY, NOON, -1, RULES).step
    assert prove(raw, KEY, after(5 * 60), used, RULES).verdict == "replayed"
    assert prove(raw, KEY, after(5 * 60), used - 1, RULES).verdict == "expired"
