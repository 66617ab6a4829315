"""Stored value at the counter: paid in without a line, spent and paid out only with headquarters' word, back with the goods."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from purse_acts import MASKS, PERSON, THERMOMETER, done, in_points, in_stored, load, paying, refusal, returned, slip
from wallet_hub import FakeHub

from app.store import tables
from app.store.verify import rebuild
from app.sync.client import Held, HubFault


@pytest.fixture(autouse=True)
def chained(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop has a headquarters, reached or not."""
    monkeypatch.setattr(till.loading, "_chained", lambda: True)


def balance(till: Any) -> tuple[int, int]:
    standing = till.stored.standing(PERSON)
    return standing.principal_fen, standing.bonus_fen


def spent(till: Any, headquarters: FakeHub, part: int, *codes: str) -> Any:
    """A sale that stored value pays whole, `part` of it bonus by headquarters' word."""
    headquarters.answer = Held("held", 1_800, 999_999, part)
    paying(till, *codes)
    in_stored(till)
    return done(till)


def paid_out(till: Any, begin: Callable[[Callable[[], None]], None]) -> Any:
    heard = threading.Event()
    begin(heard.set)
    assert heard.wait(60)
    pending = till.loading.pay_out()
    assert pending is not None
    return pending.wait()


def events(till: Any, kind: str) -> list[dict[str, Any]]:
    return [event.body for event in reversed(till.store.journal.of_type(f"stored.{kind}@1"))]


def test_money_is_paid_in_without_a_line_and_the_chain_gives_on_top(till: Any) -> None:
    told = load(till, 50_000, handed_fen=60_000)
    assert (told.principal_fen, told.bonus_fen, told.balance_fen, told.change_fen) == (50_000, 3_000, 53_000, 10_000)
    (body,) = events(till, "loaded")
    assert body["tenders"][0]["amount_fen"] == 50_000 and body["tenders"][0]["handed_fen"] == 60_000
    assert balance(till) == (50_000, 3_000)
    assert [told.number] and "储值充值单" in slip(till) and "530.00" in slip(till)


@pytest.mark.parametrize(
    ("fen", "method", "code"),
    [
        (5_000, "cash", "load_least"),
        (499_000, "cash", "load_most"),
        (50_000, "insurance", "load_tender"),
        (50_000, "points", "load_tender"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_and_nothing_is_written(till: Any, fen: int, method: str, code: str) -> None:
    assert refusal(lambda: load(till, fen, method)).code == code
    assert events(till, "loaded") == [] and balance(till) == (0, 0)


def test_a_shop_without_headquarters_takes_no_money_that_could_never_be_spent(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert till.loading.scene(PERSON).alone and refusal(lambda: load(till, 50_000)).code == "load_alone"


def test_what_one_member_may_pay_in_on_a_day_is_counted_and_too_little_money_is_refused(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load(till, 50_000)
    monkeypatch.setattr(till.stored, "rules", replace(till.stored.rules, most_day_fen=99_000))
    assert refusal(lambda: load(till, 50_000)).code == "load_day"
    assert refusal(lambda: load(till, 20_000, handed_fen=10_000)).code == "more_needed"


def test_what_was_paid_in_lies_in_the_drawer_and_is_no_turnover(till: Any) -> None:
    before = till.shifts.totals()
    load(till, 50_000)
    load(till, 20_000, "card")
    after = till.shifts.totals()
    assert (after.sales_fen, after.tenders, till.store.shifts.perpetual_fen()) == (before.sales_fen, before.tenders, before.sales_fen)
    assert after.expected_cash_fen == before.expected_cash_fen + 50_000
    assert (after.loads, after.loads_fen, after.load_bonus_fen, after.payouts) == (2, 70_000, 3_000, 0)
    assert [(one.method, one.amount_fen) for one in after.load_tenders] == [("card", 20_000), ("cash", 50_000)]


def test_a_member_without_stored_value_has_no_tile_and_one_with_it_has(till: Any) -> None:
    assert "stored" not in [tile.method for tile in paying(till, MASKS).tiles]
    assert refusal(lambda: till.checkout.tender("stored")).code == "stored_none"
    till.checkout.cancel()
    load(till, 10_000)
    scene = till.checkout.begin()
    assert scene.stored is not None and (scene.stored.balance_fen, scene.stored.most_fen) == (10_000, scene.due_fen)
    assert [tile.key for tile in scene.tiles if tile.method == "stored"] == ["F4"]


def test_it_pays_what_headquarters_put_by_in_the_shares_it_says(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    sale = spent(till, headquarters, 66, MASKS, THERMOMETER)
    (wish,) = headquarters.wishes
    assert (wish.purse, wish.amount, wish.part) == ("stored", sale.body.payable_fen, -1)
    (move,) = events(till, "moved")
    assert (move["kind"], move["principal_fen"], move["bonus_fen"]) == ("spend", sale.body.payable_fen - 66, 66)
    assert move["hold_id"] == wish.hold_id and move["entry_id"] == f"spend:{sale.body.sale_id}"
    assert balance(till) == (50_000 - sale.body.payable_fen + 66, 3_000 - 66)
    assert till.store.holds.all() == ()
    totals = till.shifts.totals()
    assert [(one.method, one.amount_fen) for one in totals.tenders] == [("stored", sale.body.payable_fen)]
    assert "储值余额" in slip(till)


def test_it_wants_the_members_own_proof_and_says_what_is_lacking(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    paying(till, MASKS, proven=False)
    refused = refusal(lambda: till.checkout.tender("stored"))
    assert refused.code == "stored_proof" and "会员卡" in refused.facts["found"]
    assert headquarters.asked == []


def test_without_a_line_it_is_refused_and_another_tender_pays(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    headquarters.answer = HubFault("offline")
    paying(till, MASKS)
    assert refusal(lambda: in_stored(till)).code == "stored_not_offline"
    till.checkout.tender("cash")
    done(till)
    assert balance(till) == (50_000, 3_000)


def test_headquarters_may_have_less_than_this_till_believes(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    headquarters.answer = Held("short", 0, 120)
    paying(till, MASKS)
    refused = refusal(lambda: in_stored(till))
    assert (refused.code, refused.facts["free"]) == ("stored_not_short", "¥1.20")


def test_points_and_stored_value_pay_one_sale_and_only_the_members_own_money_earns(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    scene = paying(till, MASKS, THERMOMETER)
    in_points(till, 1_000)
    headquarters.answer = Held("held", 1_800, 999_999, scene.due_fen - 1_000)
    in_stored(till)
    sale = done(till)
    assert [tender.kind for tender in sale.body.tenders] == ["points", "stored"]
    # All that was not paid in points was a gift: nothing is earned.
    assert [event.body["kind"] for event in till.store.journal.of_type("points.moved@1")] == ["spend"]


def test_what_comes_back_goes_back_in_the_shares_it_was_spent_and_never_as_cash(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    sale = spent(till, headquarters, 101, MASKS, MASKS)
    before = balance(till)
    for _ in range(2):
        assert [refund.method for refund in returned(till, sale).refunds] == ["stored"]
    assert balance(till) == (50_000, 3_000) != before
    assert sum(one["bonus_fen"] for one in events(till, "moved") if one["kind"] == "unspend") == 101
    assert "储值余额" in slip(till)


def test_what_a_visitor_brings_back_is_theirs_although_they_are_no_more_known_here(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    sale = spent(till, headquarters, 100, MASKS)
    till.store.writer.submit(lambda connection: connection.execute(tables.stored_entry.delete()) and None).result(60)
    returned(till, sale)
    undone = events(till, "moved")[-1]
    assert (undone["kind"], undone["principal_fen"], undone["bonus_fen"]) == ("unspend", sale.body.payable_fen - 100, 100)
    assert "储值余额" not in slip(till)


def test_the_rest_is_paid_out_by_headquarters_word_and_the_given_part_lapses(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000, "card")
    assert refusal(lambda: till.loading.begin_payout(PERSON, "cash", "asked", "1003", lambda: None)).code == "payout_tender"
    assert refusal(lambda: till.loading.begin_payout(PERSON, "card", "bored", "1003", lambda: None)).code == "reason_needed"
    headquarters.answer = Held("held", 1_800, 53_000, 3_000)
    told = paid_out(till, lambda heard: till.loading.begin_payout(PERSON, "card", "moving", "1003", heard, "1234"))
    assert (told.principal_fen, told.bonus_fen, told.balance_fen) == (50_000, 3_000, 0)
    (body,) = events(till, "paid_out")
    assert (body["reason"], body["approved_by"], body["load_id"], body["hold_id"]) == (
        "moving",
        "staff-1003",
        "",
        headquarters.wishes[0].hold_id,
    )
    assert balance(till) == (0, 0) and till.store.holds.all() == () and "赠送作废" in slip(till)
    totals = till.shifts.totals()
    assert (totals.payouts, totals.payouts_fen, totals.load_bonus_fen) == (1, 50_000, 0)
    assert refusal(lambda: till.loading.begin_payout(PERSON, "card", "asked", "1003", lambda: None)).code == "payout_none"


def test_without_a_line_or_a_managers_pin_nothing_is_paid_out(till: Any, headquarters: FakeHub) -> None:
    load(till, 20_000)
    assert till.loading.needs_pin()
    assert refusal(lambda: till.loading.begin_payout(PERSON, "card", "asked", "0000", lambda: None, "1234")).code == "pin_wrong"
    headquarters.answer = HubFault("offline")
    assert (
        refusal(lambda: paid_out(till, lambda heard: till.loading.begin_payout(PERSON, "card", "asked", "1003", heard, "1234"))).code
        == "payout_not_offline"
    )
    assert balance(till) == (20_000, 0) and not till.loading.scene(PERSON).asking


def test_a_load_of_this_shift_goes_back_as_it_came(till: Any, headquarters: FakeHub) -> None:
    load(till, 20_000)
    before = till.shifts.totals().expected_cash_fen
    load(till, 50_000)
    (newest, _) = till.loading.scene(PERSON).loads
    headquarters.answer = Held("held", 1_800, 73_000, 3_000)
    paid_out(till, lambda heard: till.loading.begin_unload(newest.load_id, PERSON, "1003", heard))
    assert headquarters.wishes[0].part == 3_000 and headquarters.wishes[0].amount == 53_000
    assert balance(till) == (20_000, 0) and till.shifts.totals().expected_cash_fen == before
    assert [one.principal_fen for one in till.loading.scene(PERSON).loads] == [20_000]
    assert refusal(lambda: till.loading.begin_unload(newest.load_id, PERSON, "1003", lambda: None)).code == "load_gone"


def test_what_waits_to_be_paid_out_is_not_let_go_by_a_sale_that_ends(till: Any, headquarters: FakeHub) -> None:
    load(till, 20_000, "card")
    headquarters.answer = Held("held", 1_800, 20_000, 0)
    heard = threading.Event()
    till.loading.begin_payout(PERSON, "card", "asked", "1003", heard.set, "1234")
    assert heard.wait(60)
    till.selling.scan(MASKS)
    till.checkout.begin()
    till.checkout.tender("cash")
    done(till)
    assert [one.state for one in till.store.holds.all()] == ["held"]
    till.loading.pay_out().wait()
    assert balance(till) == (0, 0)


def test_nobody_is_erased_while_money_is_theirs(till: Any) -> None:
    load(till, 20_000)
    staff = next(one for one in till.store.people.staff() if one.role == "manager")
    refused = refusal(lambda: till.erasing.erase(PERSON, "asked", staff))
    assert (refused.code, refused.facts["amount"]) == ("stored_left", "¥200.00")


def test_a_rebuilt_ledger_says_the_same(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    spent(till, headquarters, 50, MASKS)
    before = (till.store.stored.of_member(PERSON), till.shifts.totals())
    rebuild(till.store)
    assert (till.store.stored.of_member(PERSON), till.shifts.totals()) == before


def test_the_z_counts_it_as_a_block_of_its_own(till: Any) -> None:
    load(till, 50_000)
    totals = till.shifts.totals()
    till.shifts.count(10_000, totals.expected_cash_fen // 10_000)
    till.shifts.confirm_count()
    till.shifts.set_difference_reason("unknown")
    durable = threading.Event()
    till.shifts.close(durable.set)
    assert durable.wait(60)
    till.shifts.settle()
    closed = till.store.journal.of_type("shift.closed@1")[0].body["totals"]
    assert (closed["loads"], closed["loads_fen"], closed["sales_fen"]) == (1, 50_000, 0)
    assert "储值（不计销售）" in slip(till)
