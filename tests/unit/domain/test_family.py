"""Families: who is of age, what relations are called, and the rules file that says so."""

from __future__ import annotations

import json

from app.domain.family import FamilyRules
from app.records.resources import resource

RULES = FamilyRules.read(json.loads(resource("rules", "family.json").read_text("utf-8")))


def test_somebody_is_of_age_on_the_eighteenth_birthday_and_nobody_whose_birthday_is_unknown() -> None:
    assert [RULES.adult(months) for months in (18 * 12, 18 * 12 - 1, -1)] == [True, False, False]


def test_a_relation_has_both_languages_and_an_unknown_word_is_itself() -> None:
    assert RULES.relation("配偶").en == "Spouse"
    assert RULES.relation("表姐").of("en") == "表姐"


def test_eight_persons_and_every_relation_has_a_word_in_both_languages() -> None:
    assert (RULES.most_persons, RULES.most_besides) == (8, 7)
    assert all(words.zh and words.en for _, words in RULES.relations)
