"""The law as dated values: what a rule pack says about each rule, and how it speaks in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar, cast

from app.domain.verdict import Text, Verdict, WayOut

T = TypeVar("T")

TermKind = Literal["number", "switch", "names", "table"]
"""What a term may be: whole number, yes or no, list of words, or a table from a word to a list of words."""


@dataclass(frozen=True, slots=True)
class Words:
    """Codes whose names stand in the pack's word list; spoken as a list in the language of the sentence."""

    codes: tuple[str, ...]


Fact = str | int | Words
"""A value that a sentence can name."""
Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Terms:
    """The numbers, switches and lists of one rule; their presence and kind were checked when the pack was loaded."""

    values: Mapping[str, object]
    made: dict[str, object] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What rules made of the values once (`derived`), so that no scan makes it again."""

    def derived(self, name: str, make: Callable[[Terms], T]) -> T:
        """What `make` makes of these terms, made at the first question."""
        if name not in self.made:
            self.made[name] = make(self)
        return cast(T, self.made[name])

    def number(self, name: str) -> int:
        """A whole number."""
        value = self.values[name]
        assert isinstance(value, int)
        return value

    def switch(self, name: str) -> bool:
        """Yes or no."""
        return bool(self.values[name])

    def names(self, name: str) -> tuple[str, ...]:
        """A list of words."""
        value = self.values[name]
        assert isinstance(value, tuple)
        return value

    def table(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """A table from a word to a list of words."""
        value = self.values[name]
        assert isinstance(value, Mapping)
        return value


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence in both languages with named gaps, e.g. '单次最多 {limit} 盒'."""

    zh: str
    en: str

    def spoken(self, facts: Facts, words: Mapping[str, Text]) -> Text:
        """The sentence with its gaps filled."""
        if "{" not in self.zh and "{" not in self.en:
            return Text(self.zh, self.en)
        return Text(
            self.zh.format_map({name: _said(fact, words, "zh") for name, fact in facts.items()}),
            self.en.format_map({name: _said(fact, words, "en") for name, fact in facts.items()}),
        )


def _said(fact: Fact, words: Mapping[str, Text], language: str) -> str | int:
    if not isinstance(fact, Words):
        return fact
    names = [words.get(code, Text(code, code)).of(language) for code in fact.codes]
    return (", " if language == "en" else "、").join(names)


@dataclass(frozen=True, slots=True)
class WayTemplate:
    """A way out as the pack writes it; it is offered only where the fact named by `when` is there and not zero."""

    act: str
    label: Template
    key: str = ""
    primary: bool = False
    when: str = ""


KEPT_VERDICTS = 1024
"""Verdicts that a rule remembers; more than several full baskets hold."""


@dataclass(frozen=True, slots=True)
class LawEntry:
    """One rule as one pack states it for one span of days."""

    rule: str
    grade: str
    """inform | confirm | block."""
    tone: str
    firm: bool
    """Whether a regional pack may not loosen it."""
    standing: str
    """sourced | verify | house: how sure the basis is, or that it is the shop's own rule."""
    effective_from: date
    effective_to: date | None
    """Last day, inclusive; None means until further notice."""
    title: Template
    why: Template
    basis: Text
    ways_out: tuple[WayTemplate, ...]
    override_role: str
    """cashier | pharmacist | manager, or '' where nobody may override."""
    repeat_after_days: int
    """The same advice about the same product is not repeated to a member within so many days; 0 repeats always."""
    terms: Terms
    spoken: dict[tuple[object, ...], tuple[Mapping[str, Text], Verdict]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What was said before, by line and facts: every scan judges all lines again, and nearly all of them hear the same once more."""

    def in_force(self, day: date) -> bool:
        """Whether the entry holds on that business day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def speak(self, line_id: str, facts: Facts, words: Mapping[str, Text]) -> Verdict:
        """The verdict in words; the same object as before where nothing differs."""
        key = (line_id, *facts.items())
        known = self.spoken.get(key)
        if known is not None and known[0] is words:
            return known[1]
        if len(self.spoken) >= KEPT_VERDICTS:
            self.spoken.clear()
        verdict = self._speak(line_id, facts, words)
        self.spoken[key] = (words, verdict)
        return verdict

    def _speak(self, line_id: str, facts: Facts, words: Mapping[str, Text]) -> Verdict:
        ways = tuple(
            WayOut(_filled(way.act, facts), way.label.spoken(facts, words), way.key, way.primary)
            for way in self.ways_out
            if not way.when or facts.get(way.when)
        )
        return Verdict(
            self.rule,
            self.grade,
            line_id,
            self.title.spoken(facts, words),
            self.why.spoken(facts, words),
            self.basis,
            ways,
            self.tone,
            self.override_role,
        )


def _filled(act: str, facts: Facts) -> str:
    return act.format_map(facts) if "{" in act else act


@dataclass(frozen=True, slots=True)
class RulePack:
    """A dated, regional set of rules, words, sentences and terms; made by `rulepack.load`."""

    version: str
    region: str
    effective_from: date
    entries: Mapping[str, tuple[LawEntry, ...]]
    """Rule id → its entries, each for its own span of days."""
    words: Mapping[str, Text]
    """Names of codes: allergy classes, register kinds, roles …"""
    texts: Mapping[str, Template]
    """Sentences that no rule speaks: problems of a form, reasons against a return, the allergy strip."""
    chapters: Mapping[str, Terms]
    """Terms that belong to no single rule: allergy, dispensing, returns."""

    def entry(self, rule: str, day: date) -> LawEntry | None:
        """What the pack says about a rule on a day, or None where it does not hold."""
        return next((entry for entry in self.entries.get(rule, ()) if entry.in_force(day)), None)

    def chapter(self, name: str) -> Terms:
        """The terms of a chapter; KeyError for one that `rulepack.load` does not require."""
        return self.chapters[name]

    def text(self, code: str, facts: Facts | None = None) -> Text:
        """A sentence of the pack with its gaps filled."""
        return self.texts[code].spoken(facts or {}, self.words)

    def word(self, code: str) -> Text:
        """The name of a code; the code itself where the pack has no name."""
        return self.words.get(code, Text(code, code))
