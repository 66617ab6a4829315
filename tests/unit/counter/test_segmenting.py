"""Labels and suggestions at a till: with their because, calm, and silent where a law or a warning asks for it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from app.counter.segmenting import MOST_SUGGESTIONS
from app.domain.verdict import Text, Verdict
from app.records.clock import shop_day
from app.records.people import Consent
from app.records.segments import SegmentRow
from app.store.care import PastPurchase

MEMBER = "member-00503"
ILL = "member-00001"


@pytest.fixture
def till(demo_counter: Any) -> Any:
    return demo_counter.till


def open_goods(till: Any) -> Any:
    """A product of the shelf that anybody may buy, alone of its maker and category in what the member buys."""
    for product in till.store.catalogue.products():
        open_to_all = product.rx_class in ("none", "otc_b") and not product.special and not product.allergy_classes
        if open_to_all and product.kind in ("drug", "food") and product.active and product.in_assortment and product.category:
            return product
    raise AssertionError("the demo sells nothing openly")


def prescribed(till: Any) -> Any:
    return next(one for one in till.store.catalogue.products() if one.rx_class == "rx" and one.in_assortment and one.category)


def buys(till: Any, product: Any, *days_ago: int, member_id: str = MEMBER) -> None:
    today = shop_day(till.clock.now())
    past = [PastPurchase(f"{product.id}-{n}", member_id, today - timedelta(days=n), product.id, 1, 2_000, "他店") for n in days_ago]
    till.store.care.keep_past(past).result(60)


def says(till: Any, purpose: str, given: bool, member_id: str = MEMBER) -> None:
    word = Consent(
        id=f"{member_id}:{purpose}", member_id=member_id, purpose=purpose, given=given, text_version="1", at=till.clock.now()
    )
    till.store.inbox.apply("consent", [word.model_dump(mode="json")], "").result(60)


def told(till: Any, *documents: dict[str, Any]) -> None:
    rows = [SegmentRow(id=one["id"], document=json.dumps(one, ensure_ascii=False)).model_dump() for one in documents]
    till.store.inbox.apply("segment", rows, "").result(60)


def test_a_refill_is_suggested_when_the_usual_day_is_near_and_says_because(till: Any) -> None:
    product = open_goods(till)
    buys(till, product, 27, 57, 87, 117)
    says(till, "personal", True)
    (todo,) = till.segmenting.suggestions(MEMBER)
    assert (todo.act, todo.product_id, todo.packs) == ("add", product.id, 1)
    assert "约每 30 天买一次" in todo.note.zh and "距上次 27 天" in todo.note.zh and todo.note.zh.startswith("因为")
    assert todo.note.en.startswith("because")
    labels = {label.segment_id: label for label in till.segmenting.labels(MEMBER)}
    assert labels["periodic"].words.zh == f"周期购买 · {product.category}"
    assert "近一年买过 4 天" in labels["periodic"].because.zh


@pytest.mark.parametrize("days", [(3, 33, 63, 93), (90, 120, 150, 180)], ids=["too_early", "habit_is_over"])
def test_a_refill_is_not_suggested_far_from_the_usual_day(till: Any, days: tuple[int, ...]) -> None:
    buys(till, open_goods(till), *days)
    says(till, "personal", True)
    assert [one for one in till.segmenting.suggestions(MEMBER) if one.kind == "refill"] == []


@pytest.mark.parametrize("consent", [None, False])
def test_nothing_is_suggested_without_consent_and_no_label_stands_after_a_no(till: Any, consent: bool | None) -> None:
    buys(till, open_goods(till), 27, 57, 87, 117)
    if consent is not None:
        says(till, "personal", consent)
    assert till.segmenting.suggestions(MEMBER) == ()
    assert bool(till.segmenting.labels(MEMBER)) is (consent is None)


def test_purchases_that_nobody_may_look_at_make_no_label(till: Any) -> None:
    buys(till, open_goods(till), 27, 57, 87, 117)
    says(till, "history", False)
    assert till.segmenting.labels(MEMBER) == ()


def test_a_prescription_medicine_is_never_named(till: Any) -> None:
    buys(till, prescribed(till), 27, 57, 87, 117)
    says(till, "personal", True)
    assert [one for one in till.segmenting.suggestions(MEMBER) if one.kind == "refill"] == []


@pytest.mark.parametrize(("level", "tone", "left"), [("inform", "", 1), ("inform", "warn", 0), ("confirm", "", 0), ("block", "", 0)])
def test_suggestions_fall_silent_while_anything_warns(till: Any, level: str, tone: str, left: int) -> None:
    buys(till, open_goods(till), 27, 57, 87, 117)
    says(till, "personal", True)
    verdict = Verdict("r", level, "", Text("某"), Text(""), Text(""), tone=tone)
    found = till.segmenting.suggestions(MEMBER)
    assert len(till.segmenting.fitting(found, [verdict], ())) == left


def test_what_is_in_the_sale_or_asked_anyway_is_not_suggested_and_two_are_the_most(till: Any) -> None:
    products: dict[str, Any] = {}
    for one in till.store.catalogue.products():
        if one.rx_class in ("none", "otc_b") and one.category and one.in_assortment and not one.special and not one.allergy_classes:
            products.setdefault(one.category, one)
    chosen = list(products.values())[:4]
    for product in chosen:
        buys(till, product, 27, 57, 87, 117)
    says(till, "personal", True)
    found = till.segmenting.suggestions(MEMBER)
    assert len(found) == len(chosen) == 4
    fitting = till.segmenting.fitting
    assert len(fitting(found, (), ())) == MOST_SUGGESTIONS
    left = {one.product_id for one in fitting(found, (), (chosen[0].id, chosen[1].id))}
    assert left == {chosen[2].id, chosen[3].id} and fitting(found, (), [one.id for one in chosen]) == ()
    assert {one.product_id for one in fitting(found, (), (), todos=found[:3])} == {found[3].product_id}


def test_labels_about_price_and_of_ended_rules_are_not_shown(till: Any) -> None:
    buys(till, open_goods(till), 27, 57, 87, 117)
    shown = {"id": "a", "zh": "常客", "when": {"fact": "orders", "least": 4}, "counter": True}
    hidden = {"id": "b", "zh": "价格敏感", "when": {"fact": "orders", "least": 4}}
    newer = {"id": "c", "zh": "新规则", "when": {"fact": "of_a_later_version", "least": 4}, "counter": True}
    told(till, shown, hidden, newer)
    assert [label.words.zh for label in till.segmenting.labels(MEMBER)] == ["常客"]
    assert {one.segment_id for one in till.segmenting.memberships(MEMBER)} == {"a", "b"}
    row = SegmentRow(id="a", document=json.dumps(shown), active=False)
    till.store.inbox.apply("segment", [row.model_dump()], "").result(60)
    assert till.segmenting.labels(MEMBER) == ()


def test_fifths_come_from_headquarters_and_without_them_nobody_is_in_one(till: Any) -> None:
    buys(till, open_goods(till), 27, 57, 87, 117)
    told(till, {"id": "f", "zh": "常来", "when": {"fact": "f_score", "least": 5}, "counter": True})
    assert till.segmenting.labels(MEMBER) == ()
    cuts = {"recency": [10, 20, 30, 40], "frequency": [1, 2, 3, 3], "money_fen": [1, 2, 3, 4]}
    row = SegmentRow(id="cuts", document=json.dumps(cuts))
    till.store.inbox.apply("segment", [row.model_dump()], "").result(60)
    assert [label.words.zh for label in till.segmenting.labels(MEMBER)] == ["常来"]


def test_several_categories_make_one_label_that_says_each_because(till: Any) -> None:
    labels = {label.segment_id: label for label in till.segmenting.labels(ILL)}
    assert labels["periodic"].words.zh.endswith("等 3 项")
    assert labels["periodic"].because.zh.count("约每") == 3
    assert till.segmenting.labels("nobody") == ()


def test_no_label_and_no_suggestion_reaches_the_customers_screen_or_paper(demo_counter: Any) -> None:
    till = demo_counter.till
    buys(till, open_goods(till), 27, 57, 87, 117, member_id=ILL)
    says(till, "personal", True, ILL)
    words = [label.words.zh for label in till.segmenting.labels(ILL)]
    assert words and till.segmenting.suggestions(ILL)
    demo_counter.sell("90000000000000000019", "6999580000439")
    from app.counter.customer_view import customer_view

    view = customer_view(till.selling.scene())
    printed = " ".join(str(job) for job in (till.store.jobs.ticket(job.job_id) for job in till.store.jobs.latest(5)))
    for word in (*words, "周期购买", "因为"):
        assert word not in str(view) and word not in printed
