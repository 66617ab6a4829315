"""Review and buyer forms: what may be signed, and what stands against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain import rulepack
from app.domain.codes import id_check_character
from app.domain.dispensing import (
    BuyerForm,
    ReviewForm,
    buyer_hash,
    check_buyer,
    check_review,
    last_valid_day,
    normal_id,
)
from app.records.resources import resource

PACK_TEXT = resource("rules", "cn-2026.11.json").read_text(encoding="utf-8")
PACK = rulepack.load(PACK_TEXT)
DAY = date(2026, 11, 21)
ROLES = {"w": ("pharmacist",), "l": ("cashier",), "c": ("manager", "pharmacist")}
GOOD = ReviewForm(
    products=("p1",),
    institution="示例医院",
    doctor="甲医师",
    prescribed_on=DAY,
    patient="王秀兰",
    diagnosis="高血压",
    reviewer="w",
    dispenser="l",
    checker="w",
    number="CF-1",
)


def id_number(born: str) -> str:
    body = f"110101{born}123"
    return body + id_check_character(body)


ADULT_ID = id_number("19580302")


def test_a_complete_review_of_today_may_be_signed() -> None:
    assert check_review(GOOD, DAY, PACK, ROLES) == ()
    assert check_review(replace(GOOD, number="", image_digest="ab"), DAY, PACK, ROLES) == ()
    assert check_review(replace(GOOD, reviewer="c"), DAY, PACK, ROLES) == ()


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (replace(GOOD, number=" "), "number", "form.number_or_image"),
        (replace(GOOD, products=()), "products", "form.no_products"),
        (replace(GOOD, institution=""), "institution", "form.empty"),
        (replace(GOOD, doctor=""), "doctor", "form.empty"),
        (replace(GOOD, patient=" "), "patient", "form.empty"),
        (replace(GOOD, diagnosis=""), "diagnosis", "form.empty"),
        (replace(GOOD, reviewer=""), "reviewer", "form.empty"),
        (replace(GOOD, dispenser=""), "dispenser", "form.empty"),
        (replace(GOOD, checker=""), "checker", "form.empty"),
        (replace(GOOD, prescribed_on=None), "prescribed_on", "form.empty"),
        (replace(GOOD, prescribed_on=DAY + timedelta(days=1)), "prescribed_on", "form.date_ahead"),
        (replace(GOOD, prescribed_on=DAY - timedelta(days=1)), "prescribed_on", "form.outdated"),
        (replace(GOOD, prescribed_on=DAY - timedelta(days=3), valid_days=3), "prescribed_on", "form.outdated"),
        (replace(GOOD, valid_days=4), "valid_days", "form.valid_days"),
        (replace(GOOD, valid_days=0), "valid_days", "form.valid_days"),
        (replace(GOOD, supply_days=8), "supply_days", "form.supply_days"),
        (replace(GOOD, supply_days=4, emergency=True), "supply_days", "form.supply_days"),
        (replace(GOOD, supply_days=8, psych2=True, long_reason="出差"), "supply_days", "form.supply_days_final"),
        (replace(GOOD, reviewer="l"), "reviewer", "form.not_pharmacist"),
        (replace(GOOD, dispenser="stranger"), "dispenser", "form.not_staff"),
    ],
)
def test_what_stands_against_a_review_is_named(form: ReviewForm, field: str, code: str) -> None:
    problems = check_review(form, DAY, PACK, ROLES)
    assert [(problem.field, problem.code) for problem in problems] == [(field, code)]
    assert problems[0].text.zh and problems[0].text.en and "{" not in problems[0].text.zh


def test_a_prescription_that_the_doctor_extended_holds_three_days() -> None:
    assert last_valid_day(DAY, 1) == DAY
    assert check_review(replace(GOOD, prescribed_on=DAY - timedelta(days=2), valid_days=3), DAY, PACK, ROLES) == ()


def test_a_longer_supply_needs_the_doctors_reason() -> None:
    assert check_review(replace(GOOD, supply_days=28, long_reason="慢病长期处方"), DAY, PACK, ROLES) == ()


def test_a_region_can_ask_for_two_people() -> None:
    region = '{"version":"x","region":"X","effective_from":"2026-11-01","chapters":{"dispensing":{"distinct_checker":true}}}'
    pack = rulepack.merge(PACK_TEXT, region)
    problems = check_review(replace(GOOD, dispenser="w"), DAY, pack, ROLES)
    assert [problem.code for problem in problems] == ["form.same_person"]
    assert check_review(replace(GOOD, dispenser="w"), DAY, PACK, ROLES) == ()


def test_the_review_does_not_show_the_patient_in_its_repr() -> None:
    assert "王秀兰" not in repr(GOOD) and "高血压" not in repr(GOOD)
    assert ADULT_ID not in repr(BuyerForm("ephedrine", "王秀兰", ADULT_ID))


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (BuyerForm("ephedrine", "", ADULT_ID), "name", "form.empty"),
        (BuyerForm("ephedrine", "王秀兰", ""), "id_number", "form.empty"),
        (BuyerForm("ephedrine", "王秀兰", "12345"), "id_number", "form.id_shape"),
        (BuyerForm("ephedrine", "王秀兰", ADULT_ID[:-1] + ("1" if ADULT_ID[-1] != "1" else "2")), "id_number", "form.id_check"),
        (BuyerForm("ephedrine", "王秀兰", id_number("19581302")), "id_number", "form.id_date"),
        (BuyerForm("ephedrine", "王秀兰", id_number("20270101")), "id_number", "form.id_date"),
        (BuyerForm("psych2", "王小兰", id_number("20081122")), "id_number", "form.under_age"),
    ],
)
def test_what_stands_against_a_buyer_is_named(form: BuyerForm, field: str, code: str) -> None:
    problems = check_buyer(form, DAY, PACK)
    assert [(problem.field, problem.code) for problem in problems] == [(field, code)]


def test_a_buyer_with_a_good_id_is_registered_from_the_day_of_age_on() -> None:
    assert check_buyer(BuyerForm("ephedrine", "王秀兰", f" {ADULT_ID.lower()} "), DAY, PACK) == ()
    assert check_buyer(BuyerForm("psych2", "王小兰", id_number("20081121")), DAY, PACK) == ()


def test_the_buyer_hash_is_keyed_and_blind_to_spaces_and_case() -> None:
    number = "11010119900307123X"
    key = b"k" * 32
    assert buyer_hash(f"{number[:6]} {number[6:].lower()}", key) == buyer_hash(number, key)
    assert buyer_hash(number, b"j" * 32) != buyer_hash(number, key)
    assert len(buyer_hash(number, key)) == 64 and normal_id(number) not in buyer_hash(number, key)
    with pytest.raises(ValueError, match="16 bytes"):
        buyer_hash(number, b"short")
