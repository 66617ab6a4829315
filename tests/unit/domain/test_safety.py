"""The allergy strip never promises more than was compared; ages and patients."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import rulepack
from app.domain.basket import BasketLine, PatientRef
from app.domain.safety import AllergyStrip, age_months, age_text, allergy_strip, patient_of_family, patient_of_member, without_record
from app.records.catalogue import Product
from app.records.people import FamilyPerson, Member
from app.records.resources import resource

PACK = rulepack.load(resource("rules", "cn-2026.11.json").read_text(encoding="utf-8"))
DAY = date(2026, 11, 21)
ALLERGIC = PatientRef("member", "m", "王*兰", 800, allergies_known=True, allergy_classes=("penicillin",))


def line(name: str, **fields: Any) -> BasketLine:
    given_fields: dict[str, Any] = {"id": name, "generic_name": name, "ingredients": name, **fields}
    return BasketLine(name, Product(**given_fields), 1)


def strip(patient: PatientRef, *lines: BasketLine) -> AllergyStrip:
    found = allergy_strip(patient, lines, PACK, DAY)
    assert found is not None
    return found


def test_the_strip_says_what_was_compared_and_what_could_not_be() -> None:
    found = strip(ALLERGIC, line("甲"), line("乙"), line("丙"), line("丁"), line("戊", ingredients=""))
    assert found.body.zh == "已核对 4/5 种，未见已登记过敏 · 1 种无成分资料"
    assert found.title.zh == "过敏：青霉素类"
    assert (found.tone, found.compared, found.total, found.unknown) == ("warn", 4, 5, 1)


def test_the_strip_is_good_only_when_everything_was_compared() -> None:
    found = strip(ALLERGIC, line("甲"), line("乙"))
    assert (found.tone, found.body.zh) == ("good", "已核对 2/2 种，未见已登记过敏")


def test_a_hit_is_bad_even_where_other_data_is_missing() -> None:
    found = strip(ALLERGIC, line("阿莫西林"), line("戊", ingredients=""))
    assert (found.tone, found.hits) == ("bad", ("阿莫西林",))
    assert "1 种无成分资料" in found.body.zh


def test_a_person_who_was_never_asked_is_amber() -> None:
    found = strip(PatientRef("member", "m"), line("甲"))
    assert (found.tone, found.compared) == ("warn", 0)
    assert "未询问" in found.title.zh


@pytest.mark.parametrize(("kind", "consent"), [("member", "健康同意"), ("family", "家人代买同意")])
def test_a_record_that_may_not_be_looked_at_is_never_a_tick_and_never_silence(kind: str, consent: str) -> None:
    hidden = without_record(replace(ALLERGIC, kind=kind))
    for lines in ((), (line("甲"),), (line("阿莫西林"),)):
        found = strip(hidden, *lines)
        assert (found.tone, found.compared, found.hits) == ("warn", 0, ())
        assert (found.title.zh, found.body.zh) == (f"{consent}已撤回，过敏未核对", "请口头询问")


def test_an_asked_person_without_allergies_is_named_so() -> None:
    asked = PatientRef("family", "f", allergies_known=True)
    assert strip(asked, line("甲")).title.zh == "已询问，未登记过敏"
    assert strip(asked).tone == "info"


def test_recorded_allergies_stay_amber_while_the_basket_is_empty() -> None:
    assert strip(ALLERGIC).tone == "warn"
    assert strip(ALLERGIC, line("口罩", kind="device", ingredients="")).total == 0


def test_the_same_product_on_two_lots_counts_once_and_hits_both_lines() -> None:
    first = line("阿莫西林")
    found = strip(ALLERGIC, first, replace(first, line_id="2"))
    assert (found.total, found.hits) == (1, ("阿莫西林", "2"))


def test_an_unknown_buyer_has_no_strip() -> None:
    assert allergy_strip(PatientRef(), (line("甲"),), PACK, DAY) is None


@settings(max_examples=100, deadline=None)
@given(
    st.booleans(),
    st.lists(st.sampled_from(["penicillin", "sulfa"]), unique=True),
    st.lists(st.sampled_from(["", "阿莫西林", "甲", "磺胺嘧啶"]), max_size=5),
)
def test_never_a_good_strip_on_missing_data(known: bool, classes: list[str], ingredients: list[str]) -> None:
    patient = PatientRef("member", "m", allergies_known=known, allergy_classes=tuple(classes))
    lines = tuple(line(str(n), ingredients=text) for n, text in enumerate(ingredients))
    found = strip(patient, *lines)
    assert "无冲突" not in found.title.zh + found.body.zh
    if found.tone == "good":
        assert (known or classes) and all(ingredients) and ingredients and not found.hits


@pytest.mark.parametrize(
    ("born", "months"),
    [
        (date(2024, 11, 21), 24),
        (date(2024, 11, 22), 23),
        (date(2026, 11, 21), 0),
        (date(2026, 11, 22), -1),
        (None, -1),
        (date(2020, 2, 29), 80),
    ],
)
def test_age_counts_completed_months(born: date | None, months: int) -> None:
    assert age_months(born, DAY) == months


@pytest.mark.parametrize(("months", "zh"), [(-1, ""), (0, "0 个月"), (23, "23 个月"), (24, "2 岁"), (819, "68 岁")])
def test_age_is_said_in_months_for_infants(months: int, zh: str) -> None:
    assert age_text(months, PACK).zh == zh


def test_patients_carry_masked_names_and_their_own_allergies() -> None:
    member = Member(id="m", card_no="9", name="王秀兰", born_on=date(1958, 3, 2), allergies_known=True, allergy_classes="penicillin;sulfa")
    assert patient_of_member(member, DAY) == PatientRef("member", "m", "王*兰", 824, 0, True, ("penicillin", "sulfa"))
    child = FamilyPerson(id="f", member_id="m", name="王乐", born_on=date(2022, 11, 21), weight_g=16000)
    assert patient_of_family(child, DAY) == PatientRef("family", "f", "王*", 48, 16000, False, ())
