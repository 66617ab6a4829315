"""How terms lie in the index: fat starts, reversed codes, and what a query becomes."""

from __future__ import annotations

from app.domain.finding import Findable, parse
from app.store.search_index import document, fat_starts, plan, tail_plan, vocabulary_of

PLACE = Findable(
    names=("维c银翘片",),
    terms=frozenset({"wcyqp", "weicyinqiaopian", "0.25g", "h20053025"}),
    codes=frozenset({"12345678"}),
)


def test_a_start_is_fat_when_more_terms_than_allowed_begin_with_it() -> None:
    terms = [f"yansuan{letter}" for letter in "abcd"] + ["yansuo", "zhusheyong"]
    assert fat_starts(terms, 3) == {"yansuan"}
    assert fat_starts(terms, 4) == frozenset()


def test_names_lie_as_pairs_codes_from_behind_and_fat_starts_marked() -> None:
    assert set(document(PLACE, frozenset({"weicyin", "weicyinq"})).split(" ")) == (
        PLACE.terms | {"维c", "^c银", "银翘", "翘片", "片", "~87654321", "=weicyin", "=weicyinq"}
    )


def test_only_long_terms_that_are_no_codes_join_the_vocabulary() -> None:
    assert vocabulary_of(PLACE) == {"weicyinqiaopian"}


def test_a_long_start_becomes_its_vocabulary_or_its_fat_term() -> None:
    words = parse("weicyin")
    spread = plan(words, lambda start: False, lambda start: [start + "a", start + "b"])
    assert spread is not None
    assert spread.expression == '("weicyina" OR "weicyinb")'
    fat = plan(words, lambda start: True, lambda start: [])
    assert fat is not None
    assert fat.expression == '"=weicyin"'
    assert plan(words, lambda start: False, lambda start: []) is None


def test_digits_ask_for_starts_and_for_the_ends_of_codes() -> None:
    asked = plan(parse("5678"), lambda start: False, lambda start: [])
    assert asked is not None
    assert asked.expression == '("5678"* OR "~8765"*)'
    assert tail_plan("5678").expression == '"~8765"*'


def test_three_hanzi_are_asked_as_pairs_and_looked_at_again() -> None:
    asked = plan(parse("银翘片 c"), lambda start: False, lambda start: [])
    assert asked is not None
    assert asked.expression == '"银翘" AND "翘片" AND "c"*'
    assert asked.inside == ("银翘片",)
