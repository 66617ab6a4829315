"""Every rule as a table of given → expected, and how answers settle a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain import rulepack
from app.domain.basket import Basket, BasketLine, BoxCode, LineAnswer, LotChoice, PatientRef, PriceChange
from app.domain.rules import (
    RULES,
    EarlierSale,
    RegisterFacts,
    ReviewFacts,
    SaleCase,
    forget_stale,
    judge,
    may_override,
    roles_of,
    speak,
    stops_payment,
)
from app.domain.rules.trace_code_sold_before import facts_of
from app.domain.verdict import Verdict
from app.records.catalogue import Lot, Product
from app.records.people import Staff
from app.records.resources import resource

PACK_TEXT = resource("rules", "cn-2026.11.json").read_text(encoding="utf-8")
PACK = rulepack.load(PACK_TEXT)
DAY = date(2026, 11, 21)
ROLES = {"w": ("pharmacist",), "c": ("manager",), "l": ("cashier",)}
GREY = PatientRef()


def product(name: str = "测试片", **fields: Any) -> Product:
    given: dict[str, Any] = {"id": name, "generic_name": name, "list_price_fen": 1000, "ingredients": "甲", **fields}
    return Product(**given)


def lot(lot_id: str = "L1", expires_on: date = date(2028, 6, 30), state: str = "saleable") -> Lot:
    return Lot(id=lot_id, product_id="p", lot_no=f"no{lot_id}", expires_on=expires_on, state=state)


def line(line_id: str = "1", goods: Product | None = None, quantity: int = 1, **fields: Any) -> BasketLine:
    return BasketLine(line_id, goods or product(), quantity, **fields)


def of(*lines: BasketLine, patient: PatientRef = GREY, member: str = "", **facts: Any) -> SaleCase:
    basket = Basket("b", "2026-11-21T09:00:00+00:00", lines, patient=patient, member_id=member)
    return SaleCase(basket, DAY, **{"pharmacists_on_duty": ("w",), "roles": ROLES, **facts})


def rules_of(case: SaleCase) -> list[str]:
    return [verdict.rule for verdict in judge(case, PACK)]


def only(case: SaleCase, rule: str) -> Verdict:
    found = [verdict for verdict in judge(case, PACK) if verdict.rule == rule]
    assert len(found) == 1, f"{rule}: {found}"
    return found[0]


def in_lot(lot_id: str = "L1", source: str = "code") -> LotChoice:
    return LotChoice(lot_id, f"no{lot_id}", "2028-06-30", source)


def answered(rule: str, choice: str, by: str = "l", reason: str = "") -> LineAnswer:
    return LineAnswer(rule, choice, by, "2026-11-21T09:00:00+00:00", reason)


RX = product("阿莫西林胶囊", rx_class="rx", ingredients="阿莫西林", allergy_classes="penicillin")
EPHEDRINE = product("氨酚伪麻美芬片", rx_class="otc_a", special="ephedrine")
PSYCH2 = product("右美沙芬糖浆", rx_class="rx", special="psych2")
CHILD = product("小儿退热颗粒", rx_class="otc_b")
ADULT = PatientRef("member", "m", "王*兰", age_months=800, allergies_known=True)
REVIEW = ReviewFacts((RX.id, PSYCH2.id), True, DAY)
BUYER = RegisterFacts("ephedrine", "h")
REVIEWED = line(goods=RX, review_id="r")

CASES: list[tuple[str, str, SaleCase]] = [
    ("expired_lot", "block", of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY - timedelta(days=1))})),
    ("expired_lot", "block", of(line(lot=LotChoice("", "X1", "2026-11-20", "code")))),
    ("locked_lot", "block", of(line(lot=in_lot()), lots={"L1": lot(state="locked")})),
    ("recalled_lot", "block", of(line(lot=in_lot()), lots={"L1": lot(state="recalled")})),
    ("lot_unconfirmed", "confirm", of(line(lot=in_lot(source="assumed")), lots={"L1": lot()}, saleable_lots={"测试片": 2})),
    ("prescription_required", "block", of(line(goods=RX))),
    ("prescription_required", "block", of(REVIEWED, reviews={"r": replace(REVIEW, approved=False)})),
    ("prescription_required", "block", of(REVIEWED, reviews={"r": replace(REVIEW, products=("other",))})),
    ("prescription_required", "block", of(REVIEWED, reviews={"r": replace(REVIEW, prescribed_on=DAY - timedelta(days=1))})),
    ("prescription_required", "block", of(line(goods=product(special="special_compound", rx_class="otc_a")))),
    ("no_pharmacist_on_duty", "block", of(REVIEWED, reviews={"r": REVIEW}, pharmacists_on_duty=())),
    ("ephedrine_limit", "block", of(line(goods=EPHEDRINE, quantity=3))),
    ("ephedrine_register", "block", of(line(goods=EPHEDRINE))),
    ("ephedrine_register", "block", of(line(goods=EPHEDRINE, register_id="g"), registers={"g": replace(BUYER, kind="psych2")})),
    ("special_register", "block", of(line(goods=PSYCH2), patient=ADULT)),
    ("psych2_minor", "block", of(line(goods=PSYCH2), patient=replace(ADULT, age_months=17 * 12 + 11))),
    ("psych2_minor", "block", of(line(goods=PSYCH2))),
    ("trace_codes_missing", "confirm", of(line(goods=product(trace_required=True), quantity=2, codes=(BoxCode("8" * 20),)))),
    ("trace_code_sold_before", "block", of(line(codes=(BoxCode("8" * 20),)), earlier_sales={"8" * 20: EarlierSale("S-1", DAY)})),
    ("near_expiry_told", "confirm", of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY + timedelta(days=90))})),
    ("near_expiry_told", "confirm", of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY)})),
    ("allergy", "block", of(line(goods=RX), patient=replace(ADULT, allergy_classes=("penicillin",)))),
    ("allergy", "block", of(line(goods=product(ingredients="头孢克肟")), patient=replace(ADULT, allergy_classes=("cephalosporin",)))),
    ("allergy_unknown", "inform", of(line(), patient=replace(ADULT, allergies_known=False))),
    ("allergy_unknown", "inform", of(line(goods=product(ingredients="")), patient=ADULT)),
    ("patient_age_needed", "confirm", of(line(goods=CHILD))),
    ("patient_age_needed", "confirm", of(line(goods=product(category="儿科")))),
    ("high_alert", "confirm", of(line(goods=product(high_alert=True)))),
    ("price_zero", "confirm", of(line(goods=product(list_price_fen=0)))),
    ("below_cost", "confirm", of(line(goods=product(cost_fen=1200)))),
    ("below_cost", "confirm", of(line(goods=product(cost_fen=900), price_change=PriceChange(800, "other", "l")))),
    ("below_cost", "confirm", of(line(goods=product(cost_fen=900, member_price_fen=850)), member="m")),
    ("big_quantity", "inform", of(line(quantity=11))),
    ("big_quantity", "inform", of(line(quantity=7), usual_quantity={"测试片": 2})),
]


@pytest.mark.parametrize(("rule", "level", "case"), CASES)
def test_rule_speaks_with_why_basis_and_a_way_out_in_both_languages(rule: str, level: str, case: SaleCase) -> None:
    verdict = only(case, rule)
    assert verdict.level == level
    for text in (verdict.title, verdict.why, verdict.basis, *(way.label for way in verdict.ways_out)):
        assert text.zh.strip() and text.en.strip()
        assert "{" not in text.zh + text.en
    assert verdict.ways_out


def test_every_rule_has_a_case_that_makes_it_speak() -> None:
    assert {rule for rule, _, _ in CASES} == {rule.id for rule in RULES}


SILENT: list[tuple[str, SaleCase]] = [
    ("expired_lot", of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY)})),
    ("expired_lot", of(line())),
    ("locked_lot", of(line(lot=in_lot()), lots={"L1": lot(state="recalled")})),
    ("lot_unconfirmed", of(line(lot=in_lot(source="assumed")), lots={"L1": lot()}, saleable_lots={"测试片": 1})),
    ("lot_unconfirmed", of(line(lot=in_lot(source="confirmed")), lots={"L1": lot()}, saleable_lots={"测试片": 3})),
    ("prescription_required", of(REVIEWED, reviews={"r": REVIEW})),
    ("prescription_required", of(REVIEWED, reviews={"r": replace(REVIEW, prescribed_on=DAY - timedelta(days=2), valid_days=3)})),
    ("no_pharmacist_on_duty", of(line(goods=EPHEDRINE), pharmacists_on_duty=())),
    ("no_pharmacist_on_duty", of(line(goods=RX), pharmacists_on_duty=(), training=True)),
    ("ephedrine_limit", of(line(goods=EPHEDRINE, quantity=2))),
    (
        "ephedrine_limit",
        of(
            line(goods=product(rx_class="rx", special="ephedrine"), quantity=4, review_id="r"),
            reviews={"r": ReviewFacts(("测试片",), True, DAY)},
        ),
    ),
    ("ephedrine_register", of(line(goods=EPHEDRINE, register_id="g"), registers={"g": BUYER})),
    ("psych2_minor", of(line(goods=PSYCH2), patient=replace(ADULT, age_months=18 * 12))),
    ("trace_codes_missing", of(line(goods=product(trace_required=True), codes=(BoxCode("8" * 20),)))),
    ("trace_codes_missing", of(line(goods=product(trace_required=True), quantity=2, code_missing_reason="unreadable"))),
    ("near_expiry_told", of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY + timedelta(days=91))})),
    ("near_expiry_told", of(line(goods=product(near_expiry_days=30), lot=in_lot()), lots={"L1": lot(expires_on=DAY + timedelta(days=31))})),
    ("near_expiry_told", of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY - timedelta(days=1))})),
    ("allergy", of(line(goods=RX), patient=replace(ADULT, allergy_classes=("sulfa",)))),
    ("allergy_unknown", of(line(), patient=ADULT)),
    ("allergy_unknown", of(line(goods=product(ingredients="")))),
    ("allergy_unknown", of(line(goods=product(kind="device", ingredients="")), patient=replace(ADULT, allergies_known=False))),
    ("patient_age_needed", of(line(goods=CHILD), patient=replace(GREY, kind="typed", age_months=30))),
    ("price_zero", of(line(goods=product(list_price_fen=0, kind="service")))),
    ("price_zero", of(line(price_change=PriceChange(0, "other", "c")))),
    ("below_cost", of(line(goods=product(cost_fen=1000)))),
    ("below_cost", of(line(goods=product(cost_fen=900), price_change=PriceChange(800, "other", "c")))),
    ("below_cost", of(line(goods=product(cost_fen=900, member_price_fen=850)))),
    ("big_quantity", of(line(quantity=10))),
    ("big_quantity", of(line(goods=product(unit="0.01g"), quantity=1200))),
]


@pytest.mark.parametrize(("rule", "case"), SILENT)
def test_rule_stays_silent_where_it_does_not_apply(rule: str, case: SaleCase) -> None:
    assert rule not in rules_of(case)


def test_a_plain_otc_line_meets_no_rule() -> None:
    assert judge(of(line(goods=product(rx_class="otc_b"), lot=in_lot()), lots={"L1": lot()}, saleable_lots={"测试片": 1}), PACK) == ()


def test_third_ephedrine_pack_offers_two_or_removal_and_nobody_may_override() -> None:
    verdict = only(of(line(goods=EPHEDRINE, quantity=3)), "ephedrine_limit")
    assert verdict.title.zh == "不能卖 3 盒：单次最多 2 盒"
    assert [way.act for way in verdict.ways_out] == ["set_quantity:2", "remove_line"]
    assert verdict.ways_out[0].primary and verdict.overridable_by == ""
    assert "260" in verdict.basis.zh


def test_ephedrine_packs_count_over_all_lines_of_the_class() -> None:
    other = product("另一种含麻片", special="ephedrine")
    case = of(line("1", EPHEDRINE, 1), line("2", other, 2))
    verdict = only(case, "ephedrine_limit")
    assert verdict.line_id == "2"
    assert [way.act for way in verdict.ways_out] == ["set_quantity:1", "remove_line"]
    full = of(line("1", EPHEDRINE, 2), line("2", other, 1))
    assert [way.act for way in only(full, "ephedrine_limit").ways_out] == ["remove_line"]


def test_ephedrine_packs_that_the_buyer_took_earlier_today_fill_the_limit() -> None:
    registers = {"g": replace(BUYER, earlier_packs=1)}
    assert "ephedrine_limit" not in rules_of(of(line(goods=EPHEDRINE, register_id="g"), registers=registers))
    verdict = only(of(line(goods=EPHEDRINE, quantity=2, register_id="g"), registers=registers), "ephedrine_limit")
    assert verdict.ways_out[0].act == "set_quantity:1"
    assert "3 盒" in verdict.why.zh


def test_prescription_strip_says_why_the_review_does_not_count() -> None:
    rejected = only(of(REVIEWED, reviews={"r": replace(REVIEW, approved=False)}), "prescription_required")
    assert rejected.tone == "rx" and "已驳回" in rejected.why.zh and "rejected" in rejected.why.en
    outdated = only(
        of(REVIEWED, reviews={"r": replace(REVIEW, prescribed_on=DAY - timedelta(days=3), valid_days=3)}), "prescription_required"
    )
    assert "有效期" in outdated.why.zh


def test_psych2_without_an_age_asks_for_it_and_with_a_minor_does_not() -> None:
    assert only(of(line(goods=PSYCH2)), "psych2_minor").ways_out[0].act == "ask:patient"
    minor = of(line(goods=PSYCH2), patient=replace(ADULT, age_months=100))
    assert [way.act for way in only(minor, "psych2_minor").ways_out] == ["remove_line"]


def test_expired_lot_offers_another_lot_only_where_there_is_one() -> None:
    case = of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY - timedelta(days=1))})
    assert [way.act for way in only(case, "expired_lot").ways_out] == ["remove_line"]
    with_others = replace(case, saleable_lots={"测试片": 1})
    assert [way.act for way in only(with_others, "expired_lot").ways_out] == ["ask:lot", "remove_line"]


def test_class_a_otc_needs_a_pharmacist_only_where_the_region_says_so() -> None:
    region = (
        '{"version":"sh","region":"CN-31","effective_from":"2026-11-01","rules":[{"id":"no_pharmacist_on_duty","terms":{"otc_a":true}}]}'
    )
    case = of(line(goods=product(rx_class="otc_a")), pharmacists_on_duty=())
    assert judge(case, PACK) == ()
    assert [verdict.rule for verdict in judge(case, rulepack.merge(PACK_TEXT, region))] == ["no_pharmacist_on_duty"]


def test_verdicts_of_a_line_stand_block_rx_confirm_inform() -> None:
    goods = RX.model_copy(update={"high_alert": True, "trace_required": True})
    case = of(
        line("1", goods, 11, lot=in_lot()),
        line("2", product(high_alert=True)),
        patient=replace(ADULT, allergy_classes=("penicillin",)),
        lots={"L1": lot(expires_on=DAY - timedelta(days=1))},
        pharmacists_on_duty=(),
    )
    found = [(verdict.line_id, verdict.rule) for verdict in judge(case, PACK)]
    assert found == [
        ("1", "expired_lot"),
        ("1", "allergy"),
        ("1", "no_pharmacist_on_duty"),
        ("1", "prescription_required"),
        ("1", "trace_codes_missing"),
        ("1", "high_alert"),
        ("1", "big_quantity"),
        ("2", "high_alert"),
    ]
    assert len(stops_payment(judge(case, PACK))) == 7


NEAR = of(line(lot=in_lot()), lots={"L1": lot(expires_on=DAY + timedelta(days=5))})


def with_answers(case: SaleCase, *answers: LineAnswer) -> SaleCase:
    return replace(case, basket=replace(case.basket, lines=(replace(case.basket.lines[0], answers=answers),)))


def test_an_answered_confirm_no_longer_stops_payment() -> None:
    assert rules_of(NEAR) == ["near_expiry_told"]
    assert rules_of(with_answers(NEAR, answered("near_expiry_told", "told"))) == []


@pytest.mark.parametrize(
    ("answer", "settled"),
    [
        (answered("near_expiry_told", "whatever"), False),
        (answered("high_alert", "told"), False),
        (answered("near_expiry_told", "override", "c", "other"), False),
    ],
)
def test_an_answer_that_the_pack_does_not_offer_settles_nothing(answer: LineAnswer, settled: bool) -> None:
    assert (rules_of(with_answers(NEAR, answer)) == []) is settled


ALLERGIC = of(line(goods=product(ingredients="阿莫西林")), patient=replace(ADULT, allergy_classes=("penicillin",)))


@pytest.mark.parametrize(
    ("by", "reason", "stands"),
    [("w", "tolerated_before", False), ("w", "", True), ("c", "tolerated_before", True), ("l", "x", True), ("nobody", "x", True)],
)
def test_an_allergy_is_overridden_only_by_a_pharmacist_with_a_reason(by: str, reason: str, stands: bool) -> None:
    assert only(ALLERGIC, "allergy").overridable_by == "pharmacist"
    assert (rules_of(with_answers(ALLERGIC, answered("allergy", "override", by, reason))) == ["allergy"]) is stands


@pytest.mark.parametrize("rule", ["expired_lot", "recalled_lot", "locked_lot", "psych2_minor", "ephedrine_limit", "prescription_required"])
def test_no_answer_of_anybody_lifts_a_legal_block(rule: str) -> None:
    case = next(case for name, _, case in CASES if name == rule)
    for by in ROLES:
        for choice in ("override", "told", "this_lot", "checked"):
            assert rule in rules_of(with_answers(case, answered(rule, choice, by, "manager_approved")))


def test_a_price_below_cost_is_confirmed_by_a_manager_only() -> None:
    case = of(line(goods=product(cost_fen=1200)))
    assert may_override(only(case, "below_cost"), ROLES["c"]) and not may_override(only(case, "below_cost"), ROLES["l"])
    assert rules_of(with_answers(case, answered("below_cost", "override", "l", "other"))) == ["below_cost"]
    assert rules_of(with_answers(case, answered("below_cost", "override", "c", "other"))) == []


def test_an_override_for_one_patient_is_forgotten_for_another() -> None:
    settled = with_answers(ALLERGIC, answered("allergy", "override", "w", "tolerated_before")).basket
    other = replace(settled, patient=replace(settled.patient, ref="m2"))
    assert forget_stale(settled, other).lines[0].answers == ()
    assert forget_stale(settled, settled) is settled


def test_told_expiry_is_forgotten_with_the_lot_and_kept_with_the_quantity() -> None:
    told = with_answers(NEAR, answered("near_expiry_told", "told")).basket
    first = told.lines[0]
    assert forget_stale(told, told.replaced(replace(first, lot=in_lot("L2")))).lines[0].answers == ()
    assert forget_stale(told, told.replaced(replace(first, quantity=2))).lines[0].answers == first.answers


def test_an_answer_given_together_with_the_change_is_kept() -> None:
    first = line(lot=in_lot(source="assumed"))
    before = of(first).basket
    after = before.replaced(replace(first, lot=in_lot("L2", "confirmed"), answers=(answered("lot_unconfirmed", "this_lot"),)))
    assert forget_stale(before, after) == after


def test_a_confirmed_low_price_is_asked_again_when_the_price_or_the_member_changes() -> None:
    line_ = line(goods=product(cost_fen=1200), answers=(answered("below_cost", "override", "c", "other"),))
    before = of(line_).basket
    assert forget_stale(before, before.replaced(replace(line_, price_change=PriceChange(1, "other", "l")))).lines[0].answers == ()
    assert forget_stale(before, replace(before, member_id="m")).lines[0].answers == ()


def test_the_same_advice_is_not_repeated_to_a_member_within_its_days() -> None:
    case = of(line(goods=product(ingredients="")), patient=ADULT)
    recently = replace(case, told={("allergy_unknown", "测试片"): DAY - timedelta(days=89)})
    long_ago = replace(case, told={("allergy_unknown", "测试片"): DAY - timedelta(days=90)})
    assert rules_of(recently) == [] and rules_of(long_ago) == ["allergy_unknown"]


def test_the_age_of_a_child_is_asked_once_per_basket() -> None:
    other = product("小儿止咳糖浆")
    case = of(line("1", CHILD), line("2", other))
    assert only(case, "patient_age_needed").line_id == "1"
    explained = replace(case.basket.lines[1], answers=(answered("patient_age_needed", "explained"),))
    assert "patient_age_needed" not in rules_of(replace(case, basket=case.basket.replaced(explained)))


def test_a_refused_scan_speaks_without_a_line() -> None:
    verdict = speak("trace_code_sold_before", PACK, DAY, facts_of("81234560000000007731", EarlierSale("0219", date(2026, 11, 20))))
    assert verdict is not None
    assert "7731" in verdict.why.zh and "0219" in verdict.why.en and verdict.ways_out[0].act == "scan_code"


def test_a_rule_does_not_speak_before_it_is_in_force() -> None:
    case = replace(of(line(goods=product(trace_required=True))), day=date(2025, 12, 31))
    assert "trace_codes_missing" not in rules_of(case)
    assert speak("trace_codes_missing", PACK, case.day, {}) is None


@pytest.mark.parametrize(
    ("role", "licence", "roles"),
    [
        ("cashier", "", ("cashier",)),
        ("pharmacist", "1", ("pharmacist",)),
        ("manager", "", ("manager",)),
        ("manager", "1", ("manager", "pharmacist")),
    ],
)
def test_a_manager_with_a_registration_number_acts_as_pharmacist_too(role: str, licence: str, roles: tuple[str, ...]) -> None:
    assert roles_of(Staff(id="1", code="1", name="陈强", role=role, licence_no=licence)) == roles


def test_twenty_lines_are_judged_in_under_five_milliseconds() -> None:
    lines = tuple(
        line(
            str(n),
            product(f"片{n}", rx_class="rx", ingredients="阿莫西林", trace_required=True, high_alert=True, cost_fen=2000),
            12,
            lot=in_lot(),
        )
        for n in range(20)
    )
    case = of(*lines, patient=replace(ADULT, allergy_classes=("penicillin",)), lots={"L1": lot(expires_on=DAY + timedelta(days=3))})
    assert len(judge(case, PACK)) == 20 * 7
    assert fastest_ms(lambda: judge(case, PACK)) < 50


def fastest_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(10):
        start = time.thread_time()
        work()
        times.append((time.thread_time() - start) * 1000)
    return min(times)
