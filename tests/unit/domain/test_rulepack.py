"""Loading a rule pack, its clear refusals, and a region's changes laid over it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.domain import rulepack
from app.domain.rulepack import RulePackFault
from app.domain.rules import RULES
from app.domain.rules.law import Words
from app.domain.verdict import Text
from app.records.resources import resource

PACK_TEXT = resource("rules", "cn-2026.11.json").read_text(encoding="utf-8")
DAY = date(2026, 11, 21)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(PACK_TEXT)
    change(document)
    return json.dumps(document)


def rule(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = next(entry for entry in document["rules"] if entry["id"] == name)
    assert isinstance(found, dict)
    return found


def region(*rules: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": "sh-2027.01", "region": "CN-31", "effective_from": "2027-01-01", "rules": list(rules), **more})


def test_the_carried_pack_says_something_about_every_rule() -> None:
    pack = rulepack.load(PACK_TEXT)
    assert pack.version == "cn-2026.11" and pack.region == "CN"
    for known in RULES:
        entry = pack.entry(known.id, DAY)
        assert entry is not None, known.id
        assert entry.basis.zh.strip() and entry.basis.en.strip()
        for template in (entry.title, entry.why, *(way.label for way in entry.ways_out)):
            assert template.zh.strip() and template.en.strip()
        assert entry.ways_out


def test_the_words_that_promise_too_much_do_not_appear() -> None:
    assert "无冲突" not in PACK_TEXT


def test_no_law_can_be_overridden_and_firm_rules_have_no_role() -> None:
    pack = rulepack.load(PACK_TEXT)
    for known in RULES:
        entry = pack.entry(known.id, DAY)
        assert entry is not None
        assert not (entry.firm and entry.override_role)
    overridable = {known.id for known in RULES if (entry := pack.entry(known.id, DAY)) and entry.override_role}
    assert overridable == {"allergy", "price_zero", "below_cost"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d["rules"].append({**d["rules"][0], "id": "gift_of_wine"}), "unknown rule 'gift_of_wine'"),
        (lambda d: d["rules"].pop(0), "says nothing about: recalled_lot"),
        (lambda d: d["rules"].append(d["rules"][0]), "rule recalled_lot: two entries hold on the same day"),
        (lambda d: rule(d, "expired_lot").update(grade="stop"), "rule expired_lot.grade"),
        (lambda d: rule(d, "expired_lot").update(colour="red"), "rule expired_lot: unknown field colour"),
        (lambda d: rule(d, "expired_lot").update(override="king"), "rule expired_lot: override"),
        (lambda d: rule(d, "expired_lot").update(effective_from="soon"), "no day like"),
        (lambda d: rule(d, "expired_lot").update(effective_to="2001-01-01"), "ends before it begins"),
        (lambda d: rule(d, "expired_lot").update(ways_out=[]), "needs at least one way out"),
        (lambda d: rule(d, "expired_lot").update(repeat_after_days=-1), "repeat_after_days"),
        (lambda d: rule(d, "expired_lot")["title"].update(zh="{price} 元"), "no fact 'price'"),
        (lambda d: rule(d, "expired_lot")["title"].update(zh="{lot_no:>9}"), "no fact"),
        (lambda d: rule(d, "expired_lot")["title"].update(zh="{lot_no"), "rule expired_lot.title"),
        (lambda d: rule(d, "expired_lot")["why"].update(en=" "), "both say something"),
        (lambda d: rule(d, "expired_lot").update(basis="law"), "rule expired_lot.basis"),
        (lambda d: rule(d, "expired_lot")["ways_out"][0].update(when="luck"), "no fact 'luck'"),
        (lambda d: rule(d, "ephedrine_limit")["terms"].update(limit="two"), "limit is no number"),
        (lambda d: rule(d, "ephedrine_limit")["terms"].update(limit=True), "limit is no number"),
        (lambda d: rule(d, "ephedrine_limit").pop("terms"), "limit is missing"),
        (lambda d: rule(d, "ephedrine_limit")["terms"].update(most=3), "unknown most"),
        (lambda d: rule(d, "no_pharmacist_on_duty")["terms"].update(otc_a=1), "otc_a is no switch"),
        (lambda d: rule(d, "allergy")["terms"].update(ingredients=[]), "ingredients is no table"),
        (lambda d: rule(d, "patient_age_needed")["terms"].update(categories="儿科"), "categories is no names"),
        (lambda d: d["texts"].pop("strip.clear"), "strip.clear is missing"),
        (lambda d: d["texts"].update(hello={"zh": "你好", "en": "hello"}), "unknown hello"),
        (lambda d: d["chapters"]["returns"].pop("manager_above_fen"), "manager_above_fen is missing"),
        (lambda d: d.pop("version"), "version is missing"),
        (lambda d: d.update(rules=[1]), "not an object"),
        (lambda d: d.update(rules={}), "not a list"),
        (lambda d: d.update(words=[]), "words is not an object"),
    ],
)
def test_a_pack_that_is_wrong_is_refused_with_the_place(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    with pytest.raises(RulePackFault) as refused:
        rulepack.load(changed(change))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_a_text_that_is_no_pack_is_refused(text: str) -> None:
    with pytest.raises(RulePackFault):
        rulepack.load(text)


def test_a_region_changes_a_term_and_keeps_the_rest() -> None:
    pack = rulepack.merge(PACK_TEXT, region({"id": "near_expiry_told", "terms": {"days": 180}}))
    entry = pack.entry("near_expiry_told", DAY)
    base = rulepack.load(PACK_TEXT).entry("near_expiry_told", DAY)
    assert entry is not None and base is not None
    assert (entry.terms.number("days"), entry.terms.number("watch_days")) == (180, 180)
    assert entry.title == base.title and entry.effective_from == base.effective_from
    assert (pack.version, pack.region) == ("cn-2026.11+sh-2027.01", "CN-31")
    assert pack.effective_from == date(2027, 1, 1)


def test_a_dated_change_holds_from_its_day_and_the_base_until_the_day_before() -> None:
    pack = rulepack.merge(PACK_TEXT, region({"id": "ephedrine_limit", "effective_from": "2027-01-01", "terms": {"limit": 1}}))
    limits = [
        entry.terms.number("limit")
        for day in (date(2026, 12, 31), date(2027, 1, 1))
        if (entry := pack.entry("ephedrine_limit", day)) is not None
    ]
    assert limits == [2, 1]


def test_a_second_region_can_change_what_the_first_left_in_the_past_alone() -> None:
    first = json.loads(changed(lambda d: rule(d, "big_quantity").update(effective_to="2026-12-31")))
    first["rules"].append({**rule(first, "big_quantity"), "effective_from": "2027-01-01", "effective_to": None})
    pack = rulepack.merge(json.dumps(first), region({"id": "big_quantity", "effective_from": "2027-06-01", "terms": {"above": 5}}))
    above = [
        entry.terms.number("above")
        for day in (DAY, date(2027, 5, 31), date(2027, 6, 1))
        if (entry := pack.entry("big_quantity", day)) is not None
    ]
    assert above == [10, 10, 5]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": "expired_lot", "override": "manager"}, "may not change override of a firm rule"),
        ({"id": "recalled_lot", "grade": "inform"}, "may not change grade of a firm rule"),
        ({"id": "prescription_required", "effective_to": "2027-01-01"}, "may not change effective_to"),
        ({"id": "ephedrine_limit", "override": "manager"}, "may not open a block"),
        ({"id": "ephedrine_limit", "grade": "confirm"}, "may not open a block"),
        ({"id": "gift_of_wine"}, "unknown rule 'gift_of_wine'"),
        ({"grade": "inform"}, "id is missing"),
    ],
)
def test_a_region_cannot_loosen_a_firm_rule_or_invent_one(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RulePackFault) as refused:
        rulepack.merge(PACK_TEXT, region(change))
    assert sentence in str(refused.value)


def test_a_region_may_reword_a_firm_rule() -> None:
    pack = rulepack.merge(PACK_TEXT, region({"id": "expired_lot", "basis": {"zh": "地方规定", "en": "local rule"}}))
    entry = pack.entry("expired_lot", DAY)
    assert entry is not None and entry.basis == Text("地方规定", "local rule") and entry.grade == "block"


def test_a_region_may_add_words_and_change_sentences() -> None:
    pack = rulepack.merge(
        PACK_TEXT,
        region(words={"latex": {"zh": "乳胶", "en": "latex"}}, texts={"strip.never_asked": {"zh": "先问过敏", "en": "ask"}}),
    )
    assert pack.text("strip.recorded", {"classes": Words(("latex", "penicillin"))}) == Text(
        "过敏：乳胶、青霉素类", "Allergies: latex, penicillins"
    )
    assert pack.text("strip.never_asked").zh == "先问过敏"


def test_a_regional_pack_with_an_unknown_part_is_refused() -> None:
    with pytest.raises(RulePackFault, match="unknown field 'prices'"):
        rulepack.merge(PACK_TEXT, region(prices={}))


def test_a_code_without_a_name_is_spoken_as_itself() -> None:
    pack = rulepack.load(PACK_TEXT)
    assert pack.word("unheard_of") == Text("unheard_of", "unheard_of")
    assert pack.word("penicillin").zh == "青霉素类"
