"""Masks leave enough to recognise and too little to know."""

from __future__ import annotations

import pytest

from app.domain.masking import mask_card, mask_id, mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812346620", "138****6620"), (" 13812346620 ", "138****6620"), ("02112345", "02****45"), ("110", "***"), ("", "")],
)
def test_a_phone_number_keeps_head_and_tail(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王秀兰", "王*兰"), ("王兰", "王*"), ("王", "王"), ("欧阳娜娜", "欧**娜"), ("Anna Li", "A*** L*"), ("", "")],
)
def test_a_name_keeps_its_ends(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_id_and_card_keep_their_tail() -> None:
    assert mask_id("110101199001011234") == "110***********1234"
    assert mask_id("1234567") == "*******"
    assert mask_card("90000000000000012345") == "****2345"
    assert mask_card("1234") == "****"
