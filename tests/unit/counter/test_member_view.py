"""The member's page as a scene: sums less what came back, coupons with what they do now, and nothing shown that a mask hides."""

from __future__ import annotations

import threading
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from sqlalchemy import event

MEMBER, CARD = "member-00001", "90000000000000000019"
MASK, THERMOMETER, AMLODIPINE = "6999600000494", "6999580000439", "89900001091676336760"


@pytest.fixture
def till(demo_counter: Any) -> Any:
    return demo_counter.till


def words_in(part: Any) -> list[str]:
    """Every text in a scene."""
    if isinstance(part, str):
        return [part]
    if is_dataclass(part):
        return [word for field in fields(part) for word in words_in(getattr(part, field.name))]
    return [word for each in part for word in words_in(each)] if isinstance(part, tuple | list) else []


def test_what_was_bought_counts_less_what_came_back_and_a_day_is_one_visit(demo_counter: Any) -> None:
    view = demo_counter.till.member_view
    before = view.scene(MEMBER).head
    demo_counter.sell(CARD, THERMOMETER)
    number = demo_counter.sell(CARD, MASK)
    sold = view.scene(MEMBER).head
    paid = [sale.body.payable_fen for sale in demo_counter.till.store.sales.recent(limit=2)]
    assert sold.spent_fen - before.spent_fen == sum(paid)
    assert sold.visits == before.visits + 1
    assert sold.points > before.points
    returning = demo_counter.till.returning
    scene = returning.find(number)
    returning.set_reason("changed_mind")
    returning.set_quantity(scene.lines[0].line_id, 1)
    durable = threading.Event()
    assert returning.complete(durable.set, "return").problem is None
    assert durable.wait(60)
    assert view.scene(MEMBER).head.spent_fen == sold.spent_fen - returning.settle().total_fen


def test_whoever_wants_purchases_left_alone_has_no_year_summed_up(demo_counter: Any) -> None:
    till = demo_counter.till
    demo_counter.sell(CARD, MASK)
    assert till.member_view.scene(MEMBER).head.visits > 0
    till.joining.set_consents(MEMBER, {"history": False}, "spoken").wait()
    head = till.member_view.scene(MEMBER).head
    assert (head.spent_fen, head.visits) == (0, 0) and not till.member_view.medicines(MEMBER)


def test_the_scene_never_bears_a_whole_name_phone_or_card(till: Any) -> None:
    member = till.store.people.member(MEMBER)
    said = " ".join(words_in(till.member_view.scene(MEMBER)))
    assert member.name not in said and member.phone not in said and member.card_no not in said
    assert "199****0001" in said


def test_no_label_about_price_stands_on_the_page(till: Any) -> None:
    for member_id in ("member-00001", "member-00002", "member-00003"):
        said = " ".join(words_in(till.member_view.scene(member_id)))
        assert "价格敏感" not in said and "敏感" not in said


def test_a_coupon_says_what_it_is_worth_and_what_it_does_in_the_open_sale(till: Any) -> None:
    tickets = {one.serial: one for one in till.member_view.scene(MEMBER).tickets}
    assert tickets and all(one.state == "good" and one.worth.zh and one.rule.zh for one in tickets.values())
    till.selling.scan(CARD)
    for code in (AMLODIPINE, THERMOMETER, MASK):
        till.selling.scan(code)
    block = till.selling.scene().coupons
    assert block is not None
    states = {one.serial: one.state for one in till.member_view.scene(MEMBER).tickets}
    assert all(states[row.serial] == ("used" if row.cut_fen else "waiting") for row in block.rows)


def test_medicines_of_a_year_are_listed_and_other_goods_are_not(demo_counter: Any) -> None:
    till = demo_counter.till
    demo_counter.sell(CARD, THERMOMETER)
    names = [one.name for one in till.member_view.medicines(MEMBER)]
    assert "苯磺酸氨氯地平片" in names
    assert "电子体温计" not in names


def test_several_who_fit_are_masked_and_told_apart(till: Any) -> None:
    found = till.member_view.find("王")
    assert len(found) > 1
    assert all("*" in one.masked_name for one in found if len(one.masked_name) > 1)
    assert till.member_view.find("19900000001")[0].found_by == "phone"
    assert till.member_view.find("no such member") == ()


def test_whether_the_open_sale_is_theirs(till: Any) -> None:
    assert not till.member_view.scene(MEMBER).here
    till.selling.scan(CARD)
    assert till.member_view.scene(MEMBER).here
    assert till.member_view.is_member_code(CARD) and not till.member_view.is_member_code(MASK)


def test_whoever_nobody_knows_or_has_left_has_no_scene(till: Any) -> None:
    assert till.member_view.scene("nobody") is None
    till.joining.set_consents(MEMBER, {"membership": False}).wait()
    assert till.member_view.scene(MEMBER) is None


def test_the_first_member_waits_for_no_statement_to_be_built_once_all_was_asked_of_nobody(till: Any) -> None:
    built: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, _asked: Any, context: Any, _many: Any) -> None:
        if context.cache_hit.name != "CACHE_HIT":
            built.append(" ".join(statement.split()))

    thread = threading.Thread(target=till.member_view.rehearse)
    thread.start()
    thread.join()
    event.listen(till.store.readers.connection().engine, "before_cursor_execute", see)
    member = till.store.people.sought(CARD)[0].member
    till.store.people.has_left(member.id)
    till.points.standing(member)
    till.caring.glance(member.id)
    till.segmenting.suggestions(member.id)
    assert till.member_view.scene(member.id).face.head.masked_name == "王*兰"
    # Keys are looked for once a blob is found, and other ids once a member is: nobody has either.
    assert [each for each in built if "FROM person_key" not in each and "FROM alias" not in each] == []


def test_a_scene_read_in_steps_is_the_scene_read_at_once(till: Any) -> None:
    view = till.member_view
    steps = view.rest_in_steps(MEMBER)
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as done:
            rest = done.value
            break
        count += 1
    assert count > 5 and rest == view.scene(MEMBER).rest
