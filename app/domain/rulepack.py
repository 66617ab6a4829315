"""Rule packs: dated legal data read from JSON, checked against the rules that exist, and merged with a region's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from string import Formatter
from types import MappingProxyType
from typing import Any

from app.domain import dispensing, returns, safety
from app.domain.rules import RULES, Rule
from app.domain.rules.law import LawEntry, RulePack, Template, TermKind, Terms, WayTemplate
from app.domain.verdict import Text

__all__ = ["RulePack", "RulePackFault", "load", "merge"]

_RULES: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
_CHAPTERS: Mapping[str, Mapping[str, TermKind]] = {
    "dispensing": dispensing.TERMS,
    "returns": returns.TERMS,
}
_TEXTS: Mapping[str, frozenset[str]] = {**safety.TEXTS, **dispensing.TEXTS, **returns.TEXTS}
_ROLES = frozenset({"cashier", "pharmacist", "manager"})
_GRADES = frozenset({"inform", "confirm", "block"})
_STANDINGS = frozenset({"sourced", "verify", "house"})
_TONES = frozenset({"", "rx"})
_PLAIN_KEYS = frozenset({"id", "title", "why", "basis", "effective_from"})
"""What a region may change in a firm rule: its words, and from when they hold."""


class RulePackFault(ValueError):
    """A rule pack that cannot be used; the sentence names the rule and field."""


def load(text: str) -> RulePack:
    """The pack of a JSON text; RulePackFault names what is wrong and where."""
    return _pack(_document(text, "pack"))


def merge(text: str, regional: str) -> RulePack:
    """A base pack with a region's changes laid over it; both are JSON texts.

    The region names rules by id with only the fields that differ. A change with `effective_from` holds from that day
    on, and the base until the day before; without one it holds throughout. A `firm` rule accepts other words only, and
    a block that nobody may override stays one.
    RulePackFault as in `load`.
    """
    base, patch = _document(text, "pack"), _document(regional, "regional pack")
    for key in patch:
        if key not in ("version", "region", "effective_from", "note", "rules", "words", "texts", "chapters"):
            raise RulePackFault(f"regional pack: unknown field {key!r}")
    rules = list(_listed(base, "rules", "pack"))
    for change in _listed(patch, "rules", "regional pack") if "rules" in patch else []:
        rules = _changed(rules, change)
    merged = {
        **base,
        "version": f"{_word(base, 'version', 'pack')}+{_word(patch, 'version', 'regional pack')}",
        "region": _word(patch, "region", "regional pack"),
        "effective_from": max(_word(base, "effective_from", "pack"), _word(patch, "effective_from", "regional pack")),
        "rules": rules,
    }
    for part in ("words", "texts", "chapters"):
        merged[part] = _laid_over(base.get(part, {}), patch.get(part, {}))
    return _pack(merged)


def _changed(rules: list[Any], change: Any) -> list[Any]:
    name = _word(change, "id", "regional rule")
    if name not in _RULES:
        raise RulePackFault(f"unknown rule {name!r}")
    since = change.get("effective_from")
    result: list[Any] = []
    found = False
    for entry in rules:
        if entry.get("id") != name:
            result.append(entry)
            continue
        found = True
        if entry.get("firm") and (more := sorted(set(change) - _PLAIN_KEYS)):
            raise RulePackFault(f"rule {name}: a region may not change {', '.join(more)} of a firm rule")
        if entry.get("grade") == "block" and not entry.get("override") and {"override", "grade"} & set(change):
            raise RulePackFault(f"rule {name}: a region may not open a block that nobody may override")
        begins = entry.get("effective_from")
        if since is None or _date(since, name) <= _date(begins, name):
            result.append({**_laid_over(entry, change), "effective_from": begins})
            continue
        until = entry.get("effective_to")
        if until is not None and _date(until, name) < _date(since, name):
            result.append(entry)
            continue
        result.append({**entry, "effective_to": (_date(since, name) - timedelta(days=1)).isoformat()})
        result.append({**_laid_over(entry, change), "effective_from": since})
    if not found:
        raise RulePackFault(f"rule {name}: the base pack has no such entry to change")
    return result


def _laid_over(base: Any, patch: Any) -> Any:
    if isinstance(base, dict) and isinstance(patch, dict):
        return {**base, **{key: _laid_over(base.get(key), value) for key, value in patch.items()}}
    return patch


def _document(text: str, what: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise RulePackFault(f"{what}: not JSON: {error}") from error
    if not isinstance(document, dict):
        raise RulePackFault(f"{what}: not a JSON object")
    return document


def _pack(document: Mapping[str, Any]) -> RulePack:
    entries: dict[str, tuple[LawEntry, ...]] = {}
    for place, raw in enumerate(_listed(document, "rules", "pack")):
        entry = _entry(raw, f"rules[{place}]")
        for other in entries.get(entry.rule, ()):
            if _overlap(entry, other):
                raise RulePackFault(f"rule {entry.rule}: two entries hold on the same day")
        entries[entry.rule] = (*entries.get(entry.rule, ()), entry)
    missing = sorted(set(_RULES) - set(entries))
    if missing:
        raise RulePackFault(f"the pack says nothing about: {', '.join(missing)}")
    words = {code: _text(raw, f"words.{code}") for code, raw in _object(document, "words", "pack").items()}
    raw_texts = _object(document, "texts", "pack")
    texts = {}
    for code, facts in _TEXTS.items():
        if code not in raw_texts:
            raise RulePackFault(f"texts: {code} is missing")
        texts[code] = _template(raw_texts[code], facts, f"texts.{code}")
    if unknown := sorted(set(raw_texts) - set(_TEXTS)):
        raise RulePackFault(f"texts: unknown {', '.join(unknown)}")
    chapters = _object(document, "chapters", "pack")
    return RulePack(
        version=_word(document, "version", "pack"),
        region=_word(document, "region", "pack"),
        effective_from=_date(document.get("effective_from"), "pack"),
        entries=MappingProxyType(entries),
        words=MappingProxyType(words),
        texts=MappingProxyType(texts),
        chapters=MappingProxyType(
            {name: _terms(_object(chapters, name, "chapters"), kinds, f"chapters.{name}") for name, kinds in _CHAPTERS.items()}
        ),
    )


def _overlap(one: LawEntry, other: LawEntry) -> bool:
    return (one.effective_to is None or other.effective_from <= one.effective_to) and (
        other.effective_to is None or one.effective_from <= other.effective_to
    )


_ENTRY_KEYS = frozenset(
    [
        "id",
        "grade",
        "tone",
        "firm",
        "standing",
        "effective_from",
        "effective_to",
        "title",
        "why",
        "basis",
        "ways_out",
        "override",
        "repeat_after_days",
        "terms",
    ]
)


def _entry(raw: Mapping[str, Any], where: str) -> LawEntry:
    name = _word(raw, "id", where)
    rule = _RULES.get(name)
    if rule is None:
        raise RulePackFault(f"unknown rule {name!r}")
    where = f"rule {name}"
    if unknown := sorted(set(raw) - _ENTRY_KEYS):
        raise RulePackFault(f"{where}: unknown field {', '.join(unknown)}")
    override = raw.get("override")
    if override is not None and override not in _ROLES:
        raise RulePackFault(f"{where}: override is null or one of {', '.join(sorted(_ROLES))}, not {override!r}")
    repeat = raw.get("repeat_after_days", 0)
    if type(repeat) is not int or repeat < 0:
        raise RulePackFault(f"{where}: repeat_after_days is a whole number of days, not {repeat!r}")
    until = raw.get("effective_to")
    entry = LawEntry(
        rule=name,
        grade=_one_of(raw.get("grade"), _GRADES, f"{where}.grade"),
        tone=_one_of(raw.get("tone", ""), _TONES, f"{where}.tone"),
        firm=raw.get("firm", False) is True,
        standing=_one_of(raw.get("standing"), _STANDINGS, f"{where}.standing"),
        effective_from=_date(raw.get("effective_from"), where),
        effective_to=None if until is None else _date(until, where),
        title=_template(raw.get("title"), rule.facts, f"{where}.title"),
        why=_template(raw.get("why"), rule.facts, f"{where}.why"),
        basis=_text(raw.get("basis"), f"{where}.basis"),
        ways_out=tuple(_way(way, rule, f"{where}.ways_out[{n}]") for n, way in enumerate(_listed(raw, "ways_out", where))),
        override_role=override or "",
        repeat_after_days=repeat,
        terms=_terms(_object(raw, "terms", where) if "terms" in raw else {}, rule.terms, f"{where}.terms"),
    )
    if not entry.ways_out and entry.grade != "inform":
        raise RulePackFault(f"{where}: a {entry.grade} needs at least one way out")
    if entry.effective_to is not None and entry.effective_to < entry.effective_from:
        raise RulePackFault(f"{where}: it ends before it begins")
    return entry


def _way(raw: Any, rule: Rule, where: str) -> WayTemplate:
    if set(raw) - {"act", "label", "key", "primary", "when"}:
        raise RulePackFault(f"{where}: an object with act, label, key, primary, when")
    when = raw.get("when", "")
    if when and when not in rule.facts:
        raise RulePackFault(f"{where}: the rule has no fact {when!r}")
    act = _word(raw, "act", where)
    _gaps(act, rule.facts, where)
    return WayTemplate(
        act,
        _template(raw.get("label"), rule.facts, f"{where}.label"),
        raw.get("key", ""),
        raw.get("primary", False) is True,
        when,
    )


def _terms(raw: Mapping[str, Any], kinds: Mapping[str, TermKind], where: str) -> Terms:
    if unknown := sorted(set(raw) - set(kinds)):
        raise RulePackFault(f"{where}: unknown {', '.join(unknown)}")
    values: dict[str, object] = {}
    for name, kind in kinds.items():
        if name not in raw:
            raise RulePackFault(f"{where}: {name} is missing")
        try:
            values[name] = _TERM_READERS[kind](raw[name])
        except (TypeError, ValueError):
            raise RulePackFault(f"{where}: {name} is no {kind}: {raw[name]!r}") from None
    return Terms(MappingProxyType(values))


def _number(raw: Any) -> int:
    if type(raw) is not int or raw < 0:
        raise TypeError
    return raw


def _switch(raw: Any) -> bool:
    if type(raw) is not bool:
        raise TypeError
    return raw


def _names(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(word, str) for word in raw):
        raise TypeError
    return tuple(raw)


def _table(raw: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        raise TypeError
    return MappingProxyType({key: _names(value) for key, value in raw.items()})


_TERM_READERS: Mapping[TermKind, Callable[[Any], object]] = {
    "number": _number,
    "switch": _switch,
    "names": _names,
    "table": _table,
}


def _template(raw: Any, facts: frozenset[str], where: str) -> Template:
    text = _text(raw, where)
    _gaps(text.zh, facts, where)
    _gaps(text.en, facts, where)
    return Template(text.zh, text.en)


def _gaps(text: str, facts: frozenset[str], where: str) -> None:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise RulePackFault(f"{where}: {error}") from error
    for _, name, spec, conversion in parts:
        if name is not None and (name not in facts or spec or conversion):
            raise RulePackFault(f"{where}: no fact {name!r}; there are: {', '.join(sorted(facts)) or 'none'}")


def _text(raw: Any, where: str) -> Text:
    if not isinstance(raw, dict) or set(raw) != {"zh", "en"}:
        raise RulePackFault(f"{where}: a text has zh and en")
    if not all(isinstance(raw[language], str) and raw[language].strip() for language in ("zh", "en")):
        raise RulePackFault(f"{where}: zh and en must both say something")
    return Text(raw["zh"], raw["en"])


def _word(raw: Any, key: str, where: str) -> str:
    value = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(value, str) or not value:
        raise RulePackFault(f"{where}: {key} is missing")
    return value


def _listed(raw: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = raw.get(key)
    if not isinstance(value, list):
        raise RulePackFault(f"{where}: {key} is not a list")
    if not all(isinstance(row, dict) for row in value):
        raise RulePackFault(f"{where}: {key} holds something that is not an object")
    return value


def _object(raw: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = raw.get(key)
    if not isinstance(value, dict):
        raise RulePackFault(f"{where}: {key} is not an object")
    return value


def _one_of(value: Any, allowed: frozenset[str], where: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise RulePackFault(f"{where}: {value!r} is none of {', '.join(sorted(allowed))}")
    return value


def _date(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise RulePackFault(f"{where}: {value!r} is no day like 2026-11-01") from None
