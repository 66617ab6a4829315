"""Coupon tokens: what was signed comes back, and nothing else passes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.records.coupon_token import CouponToken, TokenFault, mark, opened, sealed
from app.records.keys import DeviceKey

HEADQUARTERS = DeviceKey.from_bytes(bytes(range(32)))
KEYS = {0: HEADQUARTERS.public()}
TOKEN = CouponToken(
    UUID(int=7), "B", mark("offer-1", 8), mark("member-1", 8), mark("RM01", 4), date(2026, 11, 1), date(2026, 12, 31), 2_000
)


def fault(text: str) -> str:
    with pytest.raises(TokenFault) as caught:
        opened(text, KEYS)
    return caught.value.code


@settings(max_examples=40, deadline=None)
@given(
    st.uuids(),
    st.sampled_from("ABCD"),
    st.sampled_from(["", "member-1"]),
    st.sampled_from(["", "RM01"]),
    st.dates(date(2020, 1, 1), date(2190, 1, 1)),
    st.integers(0, 2**32 - 1),
)
def test_a_token_comes_back_as_it_was_signed(serial: UUID, letter: str, member: str, store: str, day: date, face_fen: int) -> None:
    token = CouponToken(serial, letter, mark("offer", 8), mark(member, 8), mark(store, 4), day, day, face_fen)
    text = sealed(token, HEADQUARTERS.sign)
    assert opened(text, KEYS) == token
    assert len(text) == 181
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_every_changed_character_is_noticed() -> None:
    text = sealed(TOKEN, HEADQUARTERS.sign)
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        # Base32 leaves two bits of the last character unused; a text that means the same bytes is the same token.
        try:
            assert opened(changed, KEYS) == TOKEN
        except TokenFault:
            continue
        assert place == len(text) - 1


def test_another_signer_another_key_and_another_text_are_told_apart() -> None:
    assert fault(sealed(TOKEN, DeviceKey.new().sign)) == "forged"
    assert fault("69012345") == fault("YGC!") == fault("YGCAAAA") == "shape"
    with pytest.raises(TokenFault, match="key"):
        opened(sealed(TOKEN, HEADQUARTERS.sign), {3: HEADQUARTERS.public()})


def test_a_token_serves_its_holder_in_its_store_and_a_bearer_anywhere() -> None:
    assert TOKEN.holds_for("member-1")
    assert not TOKEN.holds_for("member-2")
    assert not TOKEN.holds_for("")
    assert (TOKEN.holds_in("RM01"), TOKEN.holds_in("RM02")) == (True, False)
    bearer = CouponToken(UUID(int=1), "A", mark("o", 8), mark("", 8), mark("", 4), date(2026, 1, 1), date(2026, 1, 2), 1)
    assert bearer.holds_for("")
    assert bearer.holds_in("anywhere")


def test_a_sum_or_day_that_does_not_fit_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        sealed(CouponToken(UUID(int=1), "B", bytes(8), bytes(8), bytes(4), date(2019, 1, 1), date(2026, 1, 1), 1), HEADQUARTERS.sign)
