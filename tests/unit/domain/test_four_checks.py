"""四查十对: ten points, and nothing is called compared that was not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.basket import BasketLine, BoxCode, PatientRef
from app.domain.four_checks import DIFFERS, EYE, PARTLY, SAME, Check, Matching, compared, four_checks
from app.domain.safety import AllergyStrip
from app.domain.verdict import Text
from app.records.catalogue import Product

DAY = date(2026, 11, 21)
TABLETS = Product(id="p", generic_name="苯磺酸氨氯地平片", form="片剂", spec="5mg×28片", rx_class="rx", trace_required=True)
LINE = BasketLine("l", TABLETS, 2)
WANG = PatientRef("member", "m", "王*兰", 68 * 12, allergies_known=True, allergy_classes=("sulfa",))
TODAY = {"prescribed_on": "2026-11-21", "valid_days": "1"}


def checks(
    patient: PatientRef = WANG,
    name: str = "王秀兰",
    line: BasketLine = LINE,
    form: dict[str, str] | None = None,
    strip: AllergyStrip | None = None,
) -> tuple[Check, ...]:
    return four_checks(patient, name, Text("68 岁", "68"), [line], TODAY if form is None else form, strip, DAY, 3)


def point(found: tuple[Check, ...], name: str) -> Matching:
    return next(one for check in found for one in check.matchings if one.name == name)


def test_four_checks_have_ten_matchings() -> None:
    found = checks()
    assert [check.title.zh for check in found] == ["查处方", "查药品", "查配伍禁忌", "查用药合理性"]
    assert [len(check.matchings) for check in found] == [3, 4, 2, 1]
    assert compared(found) == (0, 10)


def test_interactions_are_never_called_compared() -> None:
    good = AllergyStrip("good", Text(""), Text(""), 1, 1)
    for strip in (None, good):
        check = checks(strip=strip)[2]
        assert check.state == EYE
        assert "系统未查配伍" in check.said.zh
        assert {one.state for one in check.matchings} == {EYE}


def test_the_patient_is_compared_by_the_whole_name_only() -> None:
    def typed(name: str) -> str:
        return point(checks(form={**TODAY, "patient": name}), "name").state

    assert typed("王秀兰") == SAME
    assert typed("王桂兰") == DIFFERS
    assert typed("王*兰") == typed("") == EYE


def test_the_full_name_on_record_is_never_said() -> None:
    for typed in ("王秀兰", "王桂兰", ""):
        said = [part.said for check in checks(form={**TODAY, "patient": typed}) for part in (check, *check.matchings)]
        assert not any("王秀兰" in text.zh + text.en for text in said)


def test_a_stranger_is_left_to_the_eye() -> None:
    found = checks(PatientRef(), "", form={**TODAY, "patient": "王秀兰"})
    assert point(found, "name").state == EYE
    assert found[3].state == EYE


def test_the_validity_follows_date_and_days() -> None:
    def state(day: str, days: str) -> str:
        return checks(form={"prescribed_on": day, "valid_days": days})[0].state

    assert state("2026-11-21", "1") == state("2026-11-19", "3") == SAME
    assert state("2026-11-20", "1") == state("2026-11-22", "1") == state("2026-11-21", "4") == state("2026-11-21", "x") == DIFFERS
    assert state("", "1") == EYE


def test_trace_codes_are_ticked_when_every_box_was_scanned() -> None:
    one = replace(LINE, codes=(BoxCode("1" * 20),))
    both = replace(LINE, codes=(BoxCode("1" * 20), BoxCode("2" * 20)))
    assert [checks(line=line)[1].state for line in (LINE, one, both)] == [EYE, EYE, SAME]
    assert [point(checks(line=line), "product").state for line in (LINE, one)] == [EYE, PARTLY]


def test_an_allergy_is_ticked_only_where_all_was_compared() -> None:
    def state(tone: str, of: int) -> str:
        return checks(strip=AllergyStrip(tone, Text(""), Text(""), 1, of))[3].state

    assert [state("good", 1), state("warn", 2), state("bad", 1)] == [SAME, EYE, DIFFERS]
