"""Dynamic member codes at the counter: proven once, refused in words after, and what each way of being found allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.assembly import Till, proof_rules
from app.counter.scene import Scene
from app.domain import member_code
from app.domain.codes import inhouse
from app.records.people import Member, MemberKey
from app.store.people import keep_keys

MEMBER = "member-00001"
RULES, RIGHTS = proof_rules()
GOODS = ("6999600000494", "6999580000439")


def code_of(till: Till, at: Any, member_id: str = MEMBER) -> str:
    member = till.store.people.member(member_id)
    assert member is not None
    return member_code.make(int(member.handle), bytes.fromhex(member.code_key), at, RULES)


def echoed(scene: Scene) -> str:
    assert scene.echo is not None
    return scene.echo.code


def drained(till: Till) -> None:
    """Everything handed to the writer is on disk."""
    till.store.settings.set("coupon.most_per_sale", 3).result(60)


def test_a_dynamic_code_proves_the_member_and_says_so(demo_counter: Any) -> None:
    till = demo_counter.till
    scene = till.selling.scan(code_of(till, demo_counter.clock.now()))
    assert echoed(scene) == "member_proven"
    assert scene.member is not None and scene.member.proven and scene.member.found_by == "dynamic"
    assert scene.member.proof.zh == "动态码已验证" and till.selling.rights.stored_value
    drained(till)
    (proven,) = till.store.journal.of_type("member.proven@1")
    assert proven.body["member_id"] == MEMBER and proven.body["basket_id"] == till.selling.basket.basket_id


def test_a_scanner_that_reads_twice_is_no_replay_but_another_sale_is(demo_counter: Any) -> None:
    till = demo_counter.till
    code = code_of(till, demo_counter.clock.now())
    till.selling.scan(code)
    assert echoed(till.selling.scan(code)) == "member_proven"
    till.selling.scan(GOODS[0])
    till.selling.hold()
    scene = till.selling.scan(code)
    assert echoed(scene) == "code_replayed" and scene.member is None
    drained(till)
    assert len(till.store.journal.of_type("member.proven@1")) == 1


def test_a_used_code_stays_used_after_a_restart(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    code = code_of(till, clock.now())
    till.selling.scan(code)
    till.selling.clear()
    drained(till)
    till.close()
    again = Till(till.folder, clock)
    try:
        again.shifts.sign_in("staff-1001", "1001")
        assert echoed(again.selling.scan(code)) == "code_replayed"
        clock.advance(RULES.step_seconds)
        assert echoed(again.selling.scan(code_of(again, clock.now()))) == "member_proven"
    finally:
        again.close()


def test_old_and_wrong_codes_are_refused_in_words_of_their_own(demo_counter: Any) -> None:
    till, now = demo_counter.till, demo_counter.clock.now()
    old = code_of(till, now - timedelta(seconds=RULES.step_seconds * (RULES.steps_around + 2)))
    assert echoed(till.selling.scan(old)) == "code_expired"
    member = till.store.people.member(MEMBER)
    forged = member_code.make(int(member.handle), bytes(member_code.KEY_BYTES), now, RULES)
    assert echoed(till.selling.scan(forged)) == "code_wrong"
    nobody = member_code.make(999_999_998, bytes(member_code.KEY_BYTES), now, RULES)
    assert echoed(till.selling.scan(nobody)) == "member_unknown"
    assert till.selling.scene().member is None


def test_a_code_is_judged_by_headquarters_time_where_it_was_heard(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    right = clock.now()
    till.store.journal.heard_from_hub(right.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    clock.jump(right + timedelta(hours=5))
    assert echoed(till.selling.scan(code_of(till, right))) == "member_proven"


def test_a_member_without_a_key_here_counts_as_claimed_with_the_lesser_rights(demo_counter: Any) -> None:
    till = demo_counter.till
    code = code_of(till, demo_counter.clock.now())
    member = till.store.people.member(MEMBER)
    till.store.people.save_members([member.model_copy(update={"code_key": ""})]).result(60)
    scene = till.selling.scan(code)
    assert echoed(scene) == "member_claimed" and scene.member is not None and not scene.member.proven
    assert not till.selling.rights.stored_value and till.selling.rights.price


def test_a_weaker_way_never_takes_back_what_was_proven(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(code_of(till, demo_counter.clock.now()))
    assert till.selling.scan(inhouse("90", 1)).member.proven
    assert till.selling.attach_member("member-00002", "card").member.found_by == "card"


def test_coupons_above_the_amount_wait_say_why_and_come_with_a_better_proof(demo_counter: Any) -> None:
    till = demo_counter.till
    for code in GOODS:
        till.selling.scan(code)
    scene = till.selling.attach_member(MEMBER, "tail")
    waiting = [row for row in scene.coupons.rows if "动态会员码" in row.why.zh]
    assert len(waiting) == 1 and "¥20.00" in waiting[0].why.zh and waiting[0].why.en
    assert echoed(till.selling.pick_coupon(waiting[0].serial)) == "coupon_proof"
    till.selling.ask("vouch")
    question = till.selling.scene().question
    scene = till.selling.answer(question.question_id, {"how": "social_card"})
    assert scene.member.found_by == "social_card"
    assert all("动态会员码" not in row.why.zh for row in scene.coupons.rows)


def test_a_colleague_vouches_with_the_own_pin_and_nobody_for_themselves(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.attach_member(MEMBER, "name")
    till.selling.ask("vouch")
    question = till.selling.scene().question
    scene = till.selling.answer(question.question_id, {"how": "voucher", "pin": "1001"})
    assert scene.question is not None and scene.question.error is not None and scene.member.found_by == "name"
    other = next(staff for staff in till.store.people.staff() if staff.id != "staff-1001" and staff.active)
    scene = till.selling.answer(question.question_id, {"how": "voucher", "pin": other.code})
    assert scene.question is None and scene.member.found_by == "voucher"


def test_a_look_behind_the_mask_is_shown_once_and_kept_with_its_purpose(demo_counter: Any) -> None:
    till = demo_counter.till
    assert echoed(till.selling.ask("reveal")) == "nothing_to_reveal"
    scene = till.selling.attach_member(MEMBER, "phone")
    assert "19900000001" not in str(scene)
    till.selling.ask("reveal")
    question = till.selling.scene().question
    scene = till.selling.answer(question.question_id, {"what": "phone", "purpose": "call"})
    assert scene.echo.facts["shown"] == "19900000001"
    (looked,) = till.store.journal.of_type("member.revealed@1")
    assert (looked.body["member_id"], looked.body["what"], looked.body["purpose"]) == (MEMBER, "phone", "call")
    assert b"19900000001" not in till.store.journal.raw(looked.id)
    (row,) = till.store.people.reveals(till.post.day(looked.day), looked.day)
    assert (row.actor, row.member_id, row.what) == ("staff-1001", MEMBER, "phone")


@pytest.mark.parametrize(("typed", "found_by"), [("19900000001", "phone"), ("0001 王", "tail_name"), ("王秀兰 0001", "tail_name")])
def test_the_way_somebody_was_found_is_kept_with_the_basket(demo_counter: Any, typed: str, found_by: str) -> None:
    till = demo_counter.till
    till.selling.ask("member")
    question = till.selling.scene().question
    scene = till.selling.answer(question.question_id, {"text": typed})
    assert scene.member is not None and (scene.member.member_id, scene.member.found_by) == (MEMBER, found_by)


def test_several_people_of_one_phone_are_listed_masked_and_chosen(demo_counter: Any) -> None:
    till = demo_counter.till
    son = Member(id="m-son", card_no=inhouse("90", 900_000), phone="19900000001", name="王子轩")
    till.store.people.save_members([son]).result(60)
    till.selling.ask("member")
    scene = till.selling.answer(till.selling.scene().question.question_id, {"text": "19900000001"})
    assert scene.question is not None and scene.question.kind == "which_member"
    listed = dict(scene.question.fields[0].choices)
    shown = str(list(listed.values()))
    assert {MEMBER, "m-son"} <= listed.keys() and "19900000001" not in shown and "王子轩" not in shown
    scene = till.selling.answer(scene.question.question_id, {"member": "m-son"})
    assert (scene.member.member_id, scene.member.found_by) == ("m-son", "phone")


def test_what_a_platform_calls_a_member_is_scanned_like_a_code(demo_counter: Any) -> None:
    till = demo_counter.till
    union = MemberKey(id="k1", member_id=MEMBER, kind="union", value="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
    till.store.writer.submit(lambda connection: keep_keys(connection, [union])).result(60)
    scene = till.selling.scan(union.value)
    assert scene.member is not None and scene.member.found_by == "identity"
    gone = union.model_copy(update={"active": False})
    till.store.writer.submit(lambda connection: keep_keys(connection, [gone])).result(60)
    till.selling.detach_member()
    assert till.selling.scan(union.value).member is None


def test_a_late_member_shows_the_changing_code_too(demo_counter: Any) -> None:
    till = demo_counter.till
    number = demo_counter.sell(GOODS[0])
    code = code_of(till, demo_counter.clock.now())
    member = till.attaching.scanned(code)
    assert member is not None and member.id == MEMBER
    sale = till.store.sales.by_number(number)
    till.attaching.attach(sale.body.sale_id, member.id).result(60)
    (proven,) = till.store.journal.of_type("member.proven@1")
    assert proven.body["basket_id"] == sale.body.sale_id
    assert echoed(till.selling.scan(code)) == "code_replayed"


HALF_AN_HOUR = 60 * RIGHTS.lapse_minutes


def found(till: Till) -> tuple[str, bool, bool]:
    scene = till.selling.scene()
    assert scene.member is not None
    return scene.member.found_by, scene.member.proven, till.selling.rights.stored_value


def test_a_proof_ends_after_its_time_and_the_sale_says_what_is_left(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    till.selling.scan(GOODS[0])
    till.selling.scan(code_of(till, clock.now()))
    clock.advance(HALF_AN_HOUR - 1)
    assert found(till) == ("dynamic", True, True)
    clock.advance(1)
    assert found(till) == ("lapsed", False, False)
    member = till.selling.scene().member
    assert member.proof.zh == "核验已过时，请重新核验 · 券至 ¥50.00" and member.proof.en
    till.selling.undo()
    till.selling.scan(code_of(till, clock.now()))
    assert found(till) == ("dynamic", True, True)


def test_a_basket_put_aside_comes_back_without_the_proof_after_its_time(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    till.selling.scan(GOODS[0])
    till.selling.scan(code_of(till, clock.now()))
    held = till.selling.basket.basket_id
    till.selling.hold()
    clock.advance(60)
    till.selling.recall(held)
    assert found(till) == ("dynamic", True, True)
    till.selling.hold()
    clock.advance(HALF_AN_HOUR)
    till.selling.recall(held)
    assert found(till) == ("lapsed", False, False)


def test_a_restart_neither_ends_a_proof_nor_makes_it_last(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    till.selling.scan(GOODS[0])
    till.selling.scan(code_of(till, clock.now()))
    drained(till)
    for seconds, expected in ((60, ("dynamic", True, True)), (HALF_AN_HOUR, ("lapsed", False, False))):
        till.close()
        clock.advance(seconds)
        till = Till(till.folder, clock)
        till.shifts.sign_in("staff-1001", "1001")
        till.selling.wake()
        assert found(till) == expected
    till.close()


def test_a_basket_recalled_in_another_shift_has_lost_the_proof(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    till.selling.scan(GOODS[0])
    till.selling.scan(code_of(till, clock.now()))
    held = till.selling.basket.basket_id
    till.selling.hold()
    till.post.shift = replace(till.post.shift, shift_id="another")
    till.selling.recall(held)
    assert found(till) == ("lapsed", False, False)


def test_no_further_right_is_had_while_money_is_taken_too_long_and_the_price_stands(demo_counter: Any) -> None:
    till, clock = demo_counter.till, demo_counter.clock
    till.selling.scan(GOODS[0])
    till.selling.scan(code_of(till, clock.now()))
    till.checkout.begin()
    before = till.selling.quote.payable_fen
    clock.advance(HALF_AN_HOUR)
    assert (till.selling.rights.found_by, till.selling.quote.payable_fen) == ("lapsed", before)
    assert till.selling.basket.found_by == "dynamic"
    till.checkout.cancel()
    assert found(till) == ("lapsed", False, False)


def test_what_was_proven_for_one_basket_is_no_proof_for_whom_a_page_still_shows(demo_counter: Any) -> None:
    till = demo_counter.till
    assert till.selling.attach_shown(MEMBER, "dynamic").member.found_by == "lapsed"
    till.selling.scan(code_of(till, demo_counter.clock.now()))
    assert till.selling.attach_shown(MEMBER, "dynamic").member.found_by == "dynamic"
    assert till.selling.attach_shown("member-00002", "phone").member.found_by == "phone"
