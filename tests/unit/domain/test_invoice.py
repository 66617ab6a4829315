"""Invoice titles: what a person types, and the check of a tax number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.invoice import InvoiceTitle, credit_check, problem

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    ("name", "tax_id", "expected"),
    [
        ("示范市云杉信息技术有限公司", "91000000MA00DEM000", "invoice_tax_id"),
        ("王小兰", "", ""),
        ("", "", "invoice_name"),
        ("字" * 101, "", "invoice_name"),
        ("公司", "123456789012345", ""),
        ("公司", "12345678901234", "invoice_tax_id"),
        ("公司", "9100000000000000000000", "invoice_tax_id"),
        ("公司", "91000000ＭA00DEM0X", "invoice_tax_id"),
        ("个体户", "11010119900307123X", ""),
        ("公司", "91000000MAI0DEM000", "invoice_tax_id"),
    ],
)
def test_a_title_needs_a_name_and_a_number_that_checks(name: str, tax_id: str, expected: str) -> None:
    assert problem(InvoiceTitle(name, tax_id)) == expected


@given(st.text(LETTERS, min_size=16, max_size=16).map(lambda text: "A" + text))
def test_one_wrong_character_of_a_credit_code_is_found(body: str) -> None:
    whole = body + credit_check(body)
    assert problem(InvoiceTitle("公司", whole)) == ""
    swapped = LETTERS[(LETTERS.index(whole[5]) + 1) % len(LETTERS)]
    assert problem(InvoiceTitle("公司", whole[:5] + swapped + whole[6:])) == "invoice_tax_id"


def test_blanks_and_small_letters_of_a_typed_number_do_not_count() -> None:
    typed = InvoiceTitle.typed("  云杉  公司 ", "9100 0000 ma00 dem0 00")
    assert (typed.name, typed.tax_id) == ("云杉 公司", "91000000MA00DEM000")
