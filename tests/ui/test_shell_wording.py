"""Every word the counter can say has a sentence in both languages, and no sentence breaks on a missing fact."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from app.counter.scene import Echo
from app.desktop import wording
from app.records.registry import EVENTS

COUNTER = Path(wording.__file__).parents[1] / "counter"
CODES = Path(wording.__file__).parents[1] / "domain" / "codes.py"
_SAYERS = {"_told": 0, "_said_added": 0, "_refused": 0, "Refused": 0, "_unknown": 1, "Echo": 1}
_STATES = ("sold", "returned", "scrapped")


def _strings(node: ast.expr) -> list[str]:
    """Words an argument can be: a constant, either side of a choice, or a known pattern."""
    match node:
        case ast.Constant(value=str(word)):
            return [word] if word else []
        case ast.IfExp(body=body, orelse=orelse):
            return [*_strings(body), *_strings(orelse)]
        case ast.JoinedStr(values=[ast.Constant(value="trace_"), *_]):
            return [f"trace_{state}" for state in _STATES]
    return []


def said() -> set[str]:
    """Every word in the source of the counter that is handed to a screen, and every word for a code that cannot be read."""
    found: set[str] = set()
    for path in COUNTER.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names.setdefault(node.targets[0].id, set()).update(_strings(node.value))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                at = _SAYERS.get(name)
                if at is not None and len(node.args) > at:
                    word = node.args[at]
                    found.update(names.get(word.id, set()) if isinstance(word, ast.Name) else _strings(word))
    for node in ast.walk(ast.parse(CODES.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unreadable" and len(node.args) > 1:
            found.update(_strings(node.args[1]))
    return found


def test_the_walk_of_the_source_finds_words_of_every_kind() -> None:
    assert {"added", "pin_wrong", "unknown_barcode", "trace_sold", "coupon_waits", "duty_off", "check_digit"} <= said()


def test_every_word_of_the_counter_has_a_sentence() -> None:
    assert sorted(word for word in said() if word not in wording.SENTENCES) == []


@pytest.mark.parametrize("table", ["SENTENCES", "NOTHING_TO", "WINDOW"])
def test_every_sentence_stands_in_both_languages_with_the_same_facts(table: str) -> None:
    for key, text in getattr(wording, table).items():
        assert text.zh and text.en, key
        facts = [{name.removesuffix("_en") for _, name, _, _ in string.Formatter().parse(side) if name} for side in (text.zh, text.en)]
        assert facts[0] == facts[1], key


def test_a_fact_that_is_not_given_is_left_out() -> None:
    assert wording.sentence("trace_sold", {"number": "0219"}, "zh") == "这盒已售出（ 单 0219），请换一盒"
    spoken = wording.spoken(Echo("added", "added", {"name": "布洛芬缓释胶囊", "quantity": "1", "stock": "36", "unit": "盒"}), "zh")
    assert spoken.title == "已加入 布洛芬缓释胶囊 ×1"
    assert spoken.detail == "店存 36 盒"


def test_a_word_without_a_sentence_still_says_what_to_do() -> None:
    assert "Esc" in wording.sentence("no_such_word", {}, "zh")
    assert "Esc" in wording.sentence("no_such_word", {}, "en")


def test_every_event_that_can_wait_has_a_name_in_the_shop() -> None:
    assert set(EVENTS) <= set(wording.EVENTS)
