"""Care: every reading lies in a grade, urgent limits hold for everybody, and nothing is called a diagnosis."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import care
from app.domain.care import CareRules, Reading
from app.records.resources import resource

DOCUMENT = json.loads(resource("rules", "care.json").read_text("utf-8"))
RULES = CareRules.read(DOCUMENT)
PRESSURE, GLUCOSE = RULES.kinds["pressure"], RULES.kinds["glucose"]
TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def standing(kind: str, context: str = "", *, age: int = 60, sex: str = "F", own: dict[str, care.Span] | None = None, **figures: int):  # type: ignore[no-untyped-def]
    known = RULES.kinds[kind]
    target = care.target_of(known, context, age, sex, own)
    return care.assess(known, figures, context, sex, target, RULES)


def series(*values: int, every: int = 5) -> list[tuple[Reading, care.Target]]:
    """Systolic pressures, the last one today."""
    target = care.target_of(PRESSURE, "", 60, "F")
    found = []
    for n, value in enumerate(values):
        day = TODAY - timedelta(days=every * (len(values) - 1 - n))
        found.append((Reading(str(n), "pressure", NOON, day, {"sbp": value, "dbp": 80}), target))
    return found


@pytest.mark.parametrize(
    ("sbp", "dbp", "grade", "urgent"),
    [
        (119, 79, "normal", False),
        (120, 70, "high_normal", False),
        (118, 80, "high_normal", False),
        (139, 89, "high_normal", False),
        (140, 70, "grade1", False),
        (130, 90, "grade1", False),
        (160, 70, "grade2", False),
        (150, 100, "grade2", False),
        (180, 80, "grade3", True),
        (150, 110, "grade3", True),
        (89, 62, "low", False),
        (100, 59, "low", False),
    ],
)
def test_the_worse_of_both_pressures_decides_the_grade(sbp: int, dbp: int, grade: str, urgent: bool) -> None:
    found = standing("pressure", sbp=sbp, dbp=dbp)
    assert (found.grade.name, found.urgent) == (grade, urgent)


@pytest.mark.parametrize(
    ("value", "context", "level"),
    [
        (440, "fasting", "ok"),
        (700, "fasting", "ok"),
        (701, "fasting", "above"),
        (999, "two_hours", "ok"),
        (1000, "two_hours", "above"),
        (1669, "random", "above"),
        (1670, "random", "urgent_high"),
        (391, "bedtime", "low"),
        (390, "fasting", "urgent_low"),
    ],
)
def test_glucose_is_judged_by_its_occasion(value: int, context: str, level: str) -> None:
    assert standing("glucose", context, glucose=value).level == level


def test_one_high_pressure_alone_is_said() -> None:
    assert [text.zh for text in standing("pressure", sbp=150, dbp=80).also] == ["仅收缩压高"]
    assert [text.zh for text in standing("pressure", sbp=130, dbp=95).also] == ["仅舒张压高"]
    assert standing("pressure", sbp=150, dbp=95).also == ()


def test_the_very_old_have_a_looser_line_and_a_person_may_have_their_own() -> None:
    assert standing("pressure", age=79, sbp=145, dbp=80).level == "above"
    assert (standing("pressure", age=80, sbp=145, dbp=80).level, standing("pressure", age=80, sbp=150, dbp=80).level) == ("ok", "above")
    tight: dict[str, care.Span] = {"sbp": (None, 129)}
    found = standing("pressure", own=tight, sbp=132, dbp=78)
    assert (found.level, found.title.zh) == ("above", "高于个人目标")
    assert care.target_of(PRESSURE, "", 60, "F", tight).band["sbp"] == (120, 129)


def test_a_waist_is_judged_by_sex_and_a_weight_by_its_index() -> None:
    assert standing("waist", sex="F", waist=860).level == "above"
    assert standing("waist", sex="M", waist=860).level == "ok"
    assert care.body_mass(634, 1580) == 2540
    assert standing("weight", weight=634, bmi=2540).title.zh == "超重"
    assert standing("weight", weight=634).level == "ok"


@given(st.integers(60, 280), st.integers(30, 180), st.integers(0, 110), st.integers(-40, 40))
def test_urgent_limits_hold_whatever_the_own_target(sbp: int, dbp: int, age: int, shift: int) -> None:
    own: dict[str, care.Span] = {"sbp": (None, 200 + shift), "dbp": (None, 150)}
    found = standing("pressure", age=age, own=own, sbp=sbp, dbp=dbp)
    assert found.urgent == (sbp >= 180 or dbp >= 110)
    assert (found.level == "urgent_high") == found.urgent
    assert care.next_on(PRESSURE, found, TODAY) > TODAY


@given(st.sampled_from(sorted(RULES.kinds)), st.data())
def test_every_believable_reading_has_advice_in_three_ways_and_a_next_day(kind: str, data: st.DataObject) -> None:
    known = RULES.kinds[kind]
    figures = {name: data.draw(st.integers(measure.low, measure.high)) for name, measure in known.measures.items()}
    context = data.draw(st.sampled_from([*known.contexts] or [""]))
    found = care.assess(known, figures, context, "M", care.target_of(known, context, None, "M"), RULES)
    advice = RULES.advice[found.level]
    assert set(advice.ways) == set(care.WAYS) and advice.first in care.WAYS
    assert all(text.zh and text.en for text in advice.ways.values())
    due = care.follow_up_on(found, None, TODAY, RULES)
    assert due is None or TODAY < due <= TODAY + timedelta(days=14)
    assert (due is not None) or not found.urgent


def test_no_word_calls_anything_a_diagnosis_and_every_rule_names_its_source() -> None:
    said = json.dumps({key: DOCUMENT[key] for key in ("kinds", "advice", "trend", "follow_up")}, ensure_ascii=False)
    assert "诊断为" not in said and "确诊" not in said and "you have" not in said.lower()
    for kind in DOCUMENT["kinds"]:
        assert kind["source"]["text"] and date.fromisoformat(kind["source"]["date"]) and kind["source"]["standing"] in ("sourced", "verify")


# -- what is typed


@given(st.integers(60, 280), st.integers(30, 180))
def test_systolic_must_stand_clear_of_diastolic(sbp: int, dbp: int) -> None:
    figures, problems = care.figures_of(PRESSURE, {"sbp": str(sbp), "dbp": str(dbp)}, "")
    assert bool(problems) == (sbp <= dbp + 10)
    assert problems or figures == {"sbp": sbp, "dbp": dbp}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"sbp": "59", "dbp": "40"}, "implausible"),
        ({"sbp": "281", "dbp": "90"}, "implausible"),
        ({"sbp": "14o", "dbp": "90"}, "not_number"),
        ({"sbp": "140.5", "dbp": "90"}, "decimals"),
        ({"sbp": "140"}, "required"),
        ({"sbp": "٣٤٠", "dbp": "90"}, "not_number"),
    ],
)
def test_what_cannot_be_a_pressure_is_refused_with_its_reason(typed: dict[str, str], code: str) -> None:
    assert [problem.code for problem in care.figures_of(PRESSURE, typed, "")[1]] == [code]


def test_glucose_in_milligrams_is_converted_and_needs_its_occasion() -> None:
    assert care.figures_of(GLUCOSE, {"glucose": "126"}, "fasting", "mg/dL") == ({"glucose": 700}, ())
    assert care.figures_of(GLUCOSE, {"glucose": "7"}, "fasting")[0] == {"glucose": 700}
    assert care.figures_of(GLUCOSE, {"glucose": "6,5"}, "fasting")[0] == {"glucose": 650}
    assert [p.code for p in care.figures_of(GLUCOSE, {"glucose": "7.0"}, "")[1]] == ["context"]
    assert [p.code for p in care.figures_of(GLUCOSE, {"glucose": "126"}, "fasting")[1]] == ["implausible"]
    assert [p.code for p in care.figures_of(GLUCOSE, {"glucose": "7"}, "fasting", "g/L")[1]] == ["unit"]


@given(st.sampled_from(sorted(RULES.kinds)), st.data())
def test_what_is_worded_can_be_typed_again(kind: str, data: st.DataObject) -> None:
    measure = data.draw(st.sampled_from(sorted(RULES.kinds[kind].measures.values(), key=lambda each: each.name)))
    value = data.draw(st.integers(measure.low, measure.high))
    assert care.stored(measure, measure.worded(value), "") == value


def test_lipids_need_one_figure_at_least() -> None:
    assert [p.code for p in care.figures_of(RULES.kinds["lipids"], {}, "")[1]] == ["one_at_least"]
    assert care.figures_of(RULES.kinds["lipids"], {"ldl": "2.86"}, "") == ({"ldl": 286}, ())


# -- where readings go


def test_three_of_the_last_five_above_the_target_persist() -> None:
    seen = care.outlook(PRESSURE, series(130, 142, 130, 141, 145), RULES)
    assert seen is not None and seen.persistent and (seen.count_above, seen.counted) == (3, 5)
    seen = care.outlook(PRESSURE, series(145, 145, 145, 130, 130, 130, 130, every=2), RULES)
    assert seen is not None and not seen.persistent


def test_a_rise_is_said_with_how_much() -> None:
    seen = care.outlook(PRESSURE, series(130, 130, 130, 142, 142, 142), RULES)
    assert seen is not None and (seen.way, seen.difference, seen.words) == ("up", 12, "up_above")
    seen = care.outlook(PRESSURE, series(150, 150, 150, 130, 130, 130), RULES)
    assert seen is not None and (seen.way, seen.words) == ("down", "down_within")
    first = care.outlook(PRESSURE, series(142), RULES)
    assert first is not None and first.words == "first"
    assert care.outlook(PRESSURE, [], RULES) is None


@given(st.lists(st.integers(95, 175), min_size=1, max_size=25), st.integers(1, 9))
def test_every_outlook_has_a_sentence_and_turns_with_its_readings(values: list[int], every: int) -> None:
    seen = care.outlook(PRESSURE, series(*values, every=every), RULES)
    assert seen is not None and seen.words in RULES.trend_words
    raised = care.outlook(PRESSURE, series(*(value + 40 for value in values), every=every), RULES)
    assert raised is not None and (raised.way, raised.difference) == (seen.way, seen.difference)
    assert raised.count_above >= seen.count_above


def test_a_persistent_or_urgent_reading_is_followed_within_two_weeks() -> None:
    seen = care.outlook(PRESSURE, series(142, 142, 142), RULES)
    above = standing("pressure", sbp=142, dbp=80)
    assert care.follow_up_on(above, seen, TODAY, RULES) == TODAY + timedelta(days=14)
    assert care.follow_up_on(above, None, TODAY, RULES) is None
    assert care.follow_up_on(standing("pressure", sbp=185, dbp=80), None, TODAY, RULES) == TODAY + timedelta(days=1)


# -- the rules


def test_rules_that_make_no_sense_are_refused() -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    broken["kinds"][0]["grades"].pop()
    with pytest.raises(ValueError, match="fit every reading"):
        CareRules.read(broken)
    broken = json.loads(json.dumps(DOCUMENT))
    del broken["advice"]["low"]
    with pytest.raises(ValueError, match="every level"):
        CareRules.read(broken)
    broken = json.loads(json.dumps(DOCUMENT))
    broken["kinds"][1]["targets"] = broken["kinds"][1]["targets"][:1]
    with pytest.raises(ValueError, match="everybody"):
        CareRules.read(broken)


def test_what_may_be_handed_out_at_once_depends_on_the_prescription() -> None:
    assert (RULES.most_days("rx", ""), RULES.most_days("rx", "psych2"), RULES.most_days("otc_b", "")) == (84, 7, None)


def test_a_reading_of_several_figures_says_which_one_stands_for_it() -> None:
    assert care.worded(RULES.kinds["lipids"], {"tc": 512, "ldl": 286}) == "LDL 2.86"
    assert care.worded(RULES.kinds["lipids"], {"tg": 168}) == "TG 1.68"
    assert care.worded(PRESSURE, {"sbp": 142, "dbp": 88, "pulse": 72}) == "142/88"
    assert care.worded(GLUCOSE, {"glucose": 780}) == "7.8"
