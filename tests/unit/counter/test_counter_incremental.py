"""What is kept between two scans changes nothing: after any acts the scene is the one of a counter that remembers nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from app.counter.faults import Refused
from app.domain import rules
from app.domain.basket import Basket, BasketText, to_json

CODES = (
    "6999600000494", "89906411004039116120", "89900001091676336760", "89919721082026298010", "89904721098866345850",
    "89904721098866345851", "6999580000439", "6999999999997", "90000000000000000019",
)  # fmt: skip
"""Boxes, barcodes, an unknown code and the member's card of the demo's sheet."""


def _afresh(till: Any) -> Any:
    """The same basket's scene with everything forgotten that was kept between scans."""
    staging = till.staging
    kept = (staging._judge, staging._priced, staging._facts, staging._drawn, staging._strips, staging._books, staging._offers)
    staging._judge = rules.Judge(rules.RULES, staging._pack)
    staging._priced, staging._facts, staging._drawn, staging._strips, staging._books, staging._offers = {}, {}, {}, {}, {}, ()
    scene = till.selling.look_again()
    staging._judge, staging._priced, staging._facts, staging._drawn, staging._strips, staging._books, staging._offers = kept
    return scene


def _act(till: Any, draw: Random) -> None:
    """One act of a cashier, drawn at random; a refusal changes nothing."""
    selling = till.selling
    scene = selling.scene()
    lines = [line for line in scene.lines if not line.ghost]
    picked = draw.choice(lines) if lines else None
    word = draw.choice(("scan", "scan", "scan", "scan", "nudge", "remove", "undo", "step", "way", "detach", "clear"))
    try:
        if scene.question is not None and draw.random() < 0.7:
            selling.dismiss_question()
        elif word == "scan":
            selling.scan(draw.choice(CODES))
        elif word == "nudge" and picked is not None:
            selling.nudge(picked.line_id, draw.choice((-1, 1, 5)))
        elif word == "remove" and picked is not None:
            selling.remove(picked.line_id)
        elif word == "step":
            selling.step_selection(draw.choice((-1, 1)))
        elif word == "way" and picked is not None and picked.strips:
            strip = draw.choice(picked.strips)
            ways = [way for way in strip.ways_out if way.act.startswith(("answer:", "set_quantity:"))]
            if ways:
                selling.act(picked.line_id, strip.rule, draw.choice(ways).act)
        elif word == "detach":
            selling.detach_member()
        elif word == "clear" and draw.random() < 0.2:
            selling.clear()
        elif word == "undo":
            selling.undo()
    except Refused:
        pass


@pytest.mark.parametrize("seed", range(6))
def test_after_any_acts_the_scene_is_the_one_computed_from_nothing(hand: Any, seed: int) -> None:
    till, draw = hand.till, Random(seed)
    text = BasketText()
    for _ in range(40):
        _act(till, draw)
        now = till.selling.scene()
        stage = till.selling.stage
        fresh = _afresh(till)
        assert replace(now, held=()) == replace(fresh, held=())
        assert till.selling.last_scene().lines == now.lines
        assert till.selling.last_scene().totals == now.totals
        assert till.selling.stage == stage
        basket: Basket = till.selling.basket
        assert text.of(basket) == to_json(basket)
        assert json.loads(text.of(basket))["basket_id"] == basket.basket_id


def test_a_line_that_nothing_happened_to_is_the_same_object_after_a_scan(hand: Any) -> None:
    first = hand.till.selling.scan(CODES[0])
    second = hand.till.selling.scan(CODES[6])
    assert second.lines[0] is first.lines[0]
    assert len(second.lines) == 2


def test_a_cut_shared_over_the_basket_changes_the_figures_of_a_line_and_nothing_else(hand: Any) -> None:
    """The member's coupon on everything is shared anew at every scan."""
    till = hand.till
    till.selling.attach_member("member-00001")
    shelf = [product for product in till.store.catalogue.products() if product.in_assortment and product.list_price_fen > 2_000][:12]
    refigured = 0
    for product in shelf:
        before = till.selling.scene().lines
        now = till.selling.add_product(product.id)
        till.selling.dismiss_question()
        for old, new in zip(before, now.lines, strict=False):
            plain = replace(new, cut_fen=old.cut_fen, amount_fen=old.amount_fen, shops_own_cut=old.shops_own_cut)
            if new is not old and plain == old:
                refigured += 1
                assert new.strips is old.strips
        assert [line.amount_fen for line in now.lines] == [line.payable_fen for line in till.selling.quote.lines]
        assert now.lines == _afresh(till).lines
    assert refigured > len(shelf)


def test_whoever_looks_on_behind_a_scan_gets_the_scene_that_was_shown(hand: Any) -> None:
    selling = hand.till.selling
    shown = selling.scan(CODES[0])
    assert selling.last_scene() is shown
    selling.set_wishes(paper=False)
    assert selling.last_scene() is not shown
    assert selling.last_scene().lines == shown.lines
