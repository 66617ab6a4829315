"""四查十对: the ten things a prescription is checked for, what was compared for each, and what is left to the pharmacist's eye.

The list is the one every pharmacist learns (处方管理办法 2007, Art. 37). Nothing counts as checked on missing records: interactions are
compared by nobody here, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.basket import BasketLine, PatientRef
from app.domain.dispensing import last_valid_day
from app.domain.safety import AllergyStrip
from app.domain.verdict import Text

SAME, PARTLY, DIFFERS, EYE = "same", "partly", "differs", "eye"
"""Compared and equal · a part was compared · compared and different · left to the eye."""


@dataclass(frozen=True, slots=True)
class Matching:
    """One of the ten 对."""

    name: str
    title: Text
    state: str
    said: Text


@dataclass(frozen=True, slots=True)
class Check:
    """One of the four 查 with its 对, and what the system can say of the whole."""

    title: Text
    state: str
    said: Text
    matchings: tuple[Matching, ...]


def four_checks(
    patient: PatientRef,
    patient_name: str,
    age: Text,
    lines: Sequence[BasketLine],
    form: Mapping[str, str],
    allergies: AllergyStrip | None,
    day: date,
    most_days: int,
) -> tuple[Check, ...]:
    """The list for the prescription `lines` and what stands in the review's form so far.

    `patient_name` is the full name on record or '', `age` the age of the 用药人 in words or '', `most_days` the longest validity.
    """
    known = Text(f"用药人 {age.zh}，请与处方对", f"On record {age.en or age.zh}; read the paper") if age.zh else None
    forms = list(dict.fromkeys(line.product.form for line in lines if line.product.form))
    packs: dict[str, int] = {}
    for line in lines:
        packs[line.product.unit] = packs.get(line.product.unit, 0) + line.quantity
    amount = "、".join(f"{count} {unit}" for unit, count in packs.items())
    pieces = sum(packs.values())
    wanted = sum(line.quantity for line in lines if line.product.trace_required)
    scanned = sum(len(line.codes) for line in lines)
    boxes = Matching("product", Text("药名", "Name"), EYE, Text("请与处方逐个对", "Compare each with the paper"))
    if scanned:
        boxes = Matching("product", boxes.title, PARTLY, Text("扫过的盒是本行商品，请与处方对", "Boxes fit the lines; read the paper"))
    diagnosis = form.get("diagnosis", "").strip()
    return (
        Check(
            Text("查处方", "Prescription"),
            *_validity(form, day, most_days),
            (
                Matching("department", Text("科别", "Department"), EYE, Text("系统没有科别，请看处方", "Not kept here; read the paper")),
                _name(patient, patient_name, form.get("patient", "").strip()),
                Matching("age", Text("年龄", "Age"), EYE, known or Text("没有年龄记录，请看处方", "No age on record; read the paper")),
            ),
        ),
        Check(
            Text("查药品", "Medicines"),
            *_trace(wanted, scanned),
            (
                boxes,
                Matching(
                    "form",
                    Text("剂型", "Form"),
                    EYE,
                    Text(f"本单 {'、'.join(forms)}，请与处方对", f"Here {', '.join(forms)}; read the paper")
                    if forms
                    else Text("没有剂型资料，请看盒", "Not on record; see the box"),
                ),
                Matching("strength", Text("规格", "Strength"), EYE, Text("规格见清单，请与处方对", "As listed; read the paper")),
                Matching("quantity", Text("数量", "Quantity"), EYE, Text(f"共 {amount}，请与处方对", f"{pieces} in all; read the paper")),
            ),
        ),
        Check(
            Text("查配伍禁忌", "Interactions"),
            EYE,
            Text("系统未查配伍，请药师核对", "Not compared here"),
            (
                Matching("appearance", Text("药品性状", "Condition"), EYE, Text("请看实物", "Look at the medicine")),
                Matching("direction", Text("用法用量", "Direction"), EYE, Text("系统没有，请看处方", "Not kept here; read the paper")),
            ),
        ),
        Check(
            Text("查用药合理性", "Suitability"),
            *_allergy(allergies),
            (
                Matching(
                    "diagnosis",
                    Text("临床诊断", "Diagnosis"),
                    EYE,
                    Text("已填；与用药是否相符请药师判断", "Entered; judge whether it fits")
                    if diagnosis
                    else Text("还没填", "Not entered yet"),
                ),
            ),
        ),
    )


def compared(checks: Sequence[Check]) -> tuple[int, int]:
    """(how many of the ten the system compared whole, how many are left to the pharmacist)."""
    ten = [matching for check in checks for matching in check.matchings]
    done = sum(matching.state in (SAME, DIFFERS) for matching in ten)
    return done, len(ten) - done


def _name(patient: PatientRef, on_record: str, typed: str) -> Matching:
    def said(state: str, zh: str, en: str) -> Matching:
        return Matching("name", Text("姓名", "Patient"), state, Text(zh, en))

    if not on_record:
        return said(EYE, "没有登记用药人，请看处方", "Nobody on record; read the paper")
    if not typed:
        return said(EYE, "填上患者后与用药人比对", "Enter the patient to compare")
    if typed == on_record:
        return said(SAME, f"与用药人 {patient.label} 一致", f"Same as {patient.label} on record")
    if typed == patient.label:
        return said(EYE, "只填了掩码，请对全名", "Only the masked name; read the whole")
    return said(DIFFERS, f"与用药人 {patient.label} 不同", f"Not {patient.label} on record")


def _validity(form: Mapping[str, str], day: date, most_days: int) -> tuple[str, Text]:
    valid = form.get("valid_days", "").strip() or "1"
    try:
        written = date.fromisoformat(form.get("prescribed_on", ""))
    except ValueError:
        return EYE, Text("开方日期还没填好", "No date entered yet")
    if not valid.isdecimal() or not 1 <= int(valid) <= most_days:
        return DIFFERS, Text(f"有效天数是 1 到 {most_days}", f"Valid for 1 to {most_days} days only")
    last = last_valid_day(written, int(valid))
    if written > day:
        return DIFFERS, Text("开方日期在今天之后", "Dated after today")
    if last < day:
        return DIFFERS, Text(f"{last} 已过有效期", f"Expired on {last}")
    return SAME, Text("开方日期在有效期内", "Date is valid today")


def _trace(wanted: int, scanned: int) -> tuple[str, Text]:
    if not wanted:
        return EYE, Text("这些药不要求追溯码", "No trace codes asked")
    said = Text(f"追溯码 {scanned}/{wanted}", f"Trace codes {scanned}/{wanted}")
    return (SAME if scanned >= wanted else EYE), said


def _allergy(strip: AllergyStrip | None) -> tuple[str, Text]:
    if strip is None:
        return EYE, Text("没有用药人，过敏未比对", "No patient: allergies not compared")
    share = f"{strip.compared}/{strip.total}"
    if strip.tone == "bad":
        return DIFFERS, Text("过敏比对有命中", "A recorded allergy is hit")
    if strip.tone == "good":
        return SAME, Text(f"过敏已比 {share} 种，无命中", f"Allergies: {share} compared, no hit")
    return EYE, Text(f"过敏资料不全，比了 {share} 种", f"Allergies: only {share} compared; ask")
