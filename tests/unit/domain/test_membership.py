"""What an identity text means, and which members it finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.membership import matches, ranked, read_identity
from app.records.people import Member

CARD = "90000000000000006620"


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        ("13812346620", "phone", "13812346620"),
        ("138 1234-6620", "phone", "13812346620"),
        ("+86 138 1234 6620", "phone", "13812346620"),
        ("１３８１２３４６６２０", "phone", "13812346620"),
        (CARD, "card", CARD),
        ("6620", "last_four", "6620"),
        ("王秀兰", "name", "王秀兰"),
        ("  Anna   Li ", "name", "Anna Li"),
        ("662", "none", "662"),
        ("12812346620", "digits", "12812346620"),
        ("", "none", ""),
    ],
)
def test_an_identity_text_is_read_as_one_kind(text: str, kind: str, read: str) -> None:
    found = read_identity(text)
    assert (found.kind, found.text) == (kind, read)


@given(st.text(max_size=30))
def test_reading_never_raises(text: str) -> None:
    assert read_identity(text).kind in ("phone", "card", "last_four", "tail_name", "digits", "name", "none")


WANG = Member(id="1", card_no=CARD, phone="13812346620", name="王秀兰")
LI = Member(id="2", card_no="90000000000000016620", phone="13900001111", name="李秀")
WANG_SHORT = Member(id="3", card_no="90000000000000027777", phone="13800006620", name="王秀")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("13812346620", ["1"]),
        (CARD, ["1"]),
        ("6620", ["3", "1", "2"]),
        ("王", ["3", "1"]),
        ("王秀", ["3", "1"]),
        ("秀", []),
        ("0", []),
    ],
)
def test_members_are_found_the_likeliest_first(text: str, ids: list[str]) -> None:
    assert [member.id for member in ranked([WANG, LI, WANG_SHORT], read_identity(text))] == ids


def test_a_phone_in_part_finds_nobody() -> None:
    assert not matches(WANG, read_identity("1381234"))
