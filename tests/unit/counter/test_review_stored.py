"""Money of members that a hostile look at stored value found wrong: after a power cut, on a Z, on a slip, at the counter's edge."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from purse_acts import MASKS, PERSON, THERMOMETER, done, in_points, in_stored, load, paying, refusal, returned, slip
from wallet_hub import FakeHub

from app.records.people import StoredEntryRow
from app.store import tables
from app.store.holds import Hold
from app.store.movements import keep_entries
from app.sync.client import Held


@pytest.fixture(autouse=True)
def chained(till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop has a headquarters, reached or not."""
    monkeypatch.setattr(till.loading, "_chained", lambda: True)


def write(till: Any, unit: Callable[[Any], object]) -> None:
    till.store.writer.submit(lambda connection: unit(connection) and None).result(60)


def forgotten(till: Any) -> None:
    """The member was a visitor whose stay is over."""
    write(till, lambda connection: connection.execute(tables.stored_entry.delete()))
    write(till, lambda connection: connection.execute(tables.member.delete().where(tables.member.c.id == PERSON)))


def told(till: Any, kind: str, principal_fen: int, bonus_fen: int) -> None:
    """Headquarters told of a movement at another till."""
    named = {"id": f"{kind}:elsewhere", "at": till.store.people._clock.now(), "member_id": PERSON, "kind": kind}
    row = StoredEntryRow(principal_fen=principal_fen, bonus_fen=bonus_fen, owner_id="elsewhere", **named)
    write(till, lambda connection: keep_entries(connection, tables.stored_entry, [row]))


def test_the_z_says_what_was_given_on_top_although_the_visitor_is_no_more_known_here(till: Any) -> None:
    load(till, 50_000)
    load(till, 10_000, "card")
    before = till.shifts.totals()
    forgotten(till)
    assert till.shifts.totals() == before and before.load_bonus_fen == 3_000


def test_no_slip_says_a_balance_of_which_only_the_goods_brought_back_are_known(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    headquarters.answer = Held("held", 1_800, 53_000, 0)
    paying(till, MASKS, MASKS)
    in_stored(till)
    sale = done(till)
    forgotten(till)
    for _ in range(2):
        returned(till, sale, 1)
        assert "储值余额" not in slip(till)


@pytest.mark.parametrize("state", ["asking", "held"])
def test_what_a_power_cut_left_put_by_for_a_basket_is_given_back_before_it_asks_for_another_sum(
    till: Any, headquarters: FakeHub, state: str
) -> None:
    load(till, 10_000)
    basket_id = till.selling.basket.basket_id
    until = till.store.people._clock.now() + timedelta(minutes=30)
    left = [
        Hold("hold-cut", "stored", PERSON, 9_900, 0, basket_id, until, state),
        Hold("hold-points", "points", PERSON, 100, 0, basket_id, until, "held"),
    ]
    for one in left:
        till.store.holds.keep(one).result(60)
    scene = paying(till, MASKS)
    headquarters.answer = Held("held", 1_800, 10_000, 0)
    in_stored(till)
    assert headquarters.asked == [("release", 9_900), ("hold", scene.due_fen)]
    assert {one.hold_id for one in till.store.holds.all()} == {"hold-points", headquarters.wishes[0].hold_id}


def test_what_is_on_its_way_back_to_the_member_pays_nothing_any_more(
    till: Any, headquarters: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(till, 10_000)
    headquarters.answer = Held("held", 1_800, 10_000, 0)
    paying(till, MASKS)
    scene = in_stored(till)
    errands: list[Any] = []
    with monkeypatch.context() as slow:
        # The asking thread is busy with a line that answers late.
        slow.setattr(till.shares, "errand", errands.append)
        till.checkout.undo_tender(scene.tenders[0].tender_id)
        assert till.checkout.tender("stored").asking_fen == scene.due_fen
        assert len(errands) == 2


def begun_payout(till: Any, method: str) -> None:
    heard = threading.Event()
    till.loading.begin_payout(PERSON, method, "asked", "1003", heard.set)
    assert heard.wait(60)


def test_more_than_may_go_in_cash_goes_to_an_account_although_this_till_knew_of_less(till: Any, headquarters: FakeHub) -> None:
    told(till, "load", 9_000, 6_000)
    headquarters.answer = Held("held", 1_800, 15_000, 0)
    begun_payout(till, "cash")
    assert refusal(till.loading.pay_out).code == "payout_tender" and not till.loading.scene(PERSON).asking
    assert till.store.journal.of_type("stored.paid_out@1") == [] and till.shifts.totals().payouts == 0


def test_nothing_is_paid_out_to_whoever_was_erased_while_headquarters_was_asked(till: Any, headquarters: FakeHub) -> None:
    told(till, "load", 9_000, 0)
    headquarters.answer = Held("held", 1_800, 9_000, 0)
    begun_payout(till, "cash")
    write(till, lambda connection: connection.execute(tables.hold.delete()))
    assert refusal(till.loading.pay_out).code == "payout_not_over" and not till.loading.scene(PERSON).asking


def test_the_z_says_what_lapsed_although_nothing_of_it_was_the_members_own_money(till: Any, headquarters: FakeHub) -> None:
    told(till, "load", 0, 500)
    headquarters.answer = Held("held", 1_800, 500, 500)
    begun_payout(till, "cash")
    assert till.loading.pay_out().wait().bonus_fen == 500
    totals = till.shifts.totals()
    assert (totals.payouts, totals.payouts_fen, totals.load_bonus_fen, totals.load_tenders) == (1, 0, -500, ())


def test_whoever_owes_stored_value_can_be_erased_for_nothing_of_it_is_theirs(till: Any) -> None:
    told(till, "spend", 500, 0)
    staff = next(one for one in till.store.people.staff() if one.role == "manager")
    till.erasing.erase(PERSON, "asked", staff).wait()
    assert till.store.people.erased(PERSON)


def test_points_that_a_visitor_paid_with_go_back_with_the_goods_although_they_are_no_more_known_here(
    till: Any, headquarters: FakeHub
) -> None:
    paying(till, MASKS, THERMOMETER)
    in_points(till, 1_000)
    till.checkout.tender("cash")
    sale = done(till)
    made = {event.body["kind"]: event.body["points"] for event in till.store.journal.of_type("points.moved@1")}
    forgotten(till)
    write(till, lambda connection: connection.execute(tables.points_entry.delete()))
    for line in sale.body.lines:
        returned(till, sale, line.quantity, line.line_id)
    undone: dict[str, int] = {}
    for event in till.store.journal.of_type("points.moved@1"):
        undone[event.body["kind"]] = undone.get(event.body["kind"], 0) + event.body["points"]
    assert (undone["unspend"], undone["unearn"]) == (made["spend"], made["earn"])


def test_a_sale_paid_in_points_stored_value_and_cash_comes_back_piece_by_piece_to_the_fen(till: Any, headquarters: FakeHub) -> None:
    load(till, 50_000)
    before = till.shifts.totals()
    scene = paying(till, MASKS, MASKS, MASKS, THERMOMETER)
    in_points(till, 1_000)
    own = (scene.due_fen - 1_000) // 2 + 1
    headquarters.answer = Held("held", 1_800, 53_000, 77)
    in_stored(till, own)
    till.checkout.tender("cash", 100_000)
    sale = done(till)
    assert [tender.kind for tender in sale.body.tenders] == ["points", "stored", "cash"]
    for line in sale.body.lines:
        for _ in range(line.quantity):
            returned(till, sale, 1, line.line_id)
    came: dict[str, int] = {}
    for one in till.store.sales.returns_of(sale.body.sale_id):
        for refund in one.body.refunds:
            came[refund.kind] = came.get(refund.kind, 0) + refund.amount_fen
    assert came == {tender.kind: tender.amount_fen for tender in sale.body.tenders}
    standing, after = till.stored.standing(PERSON), till.shifts.totals()
    assert (standing.principal_fen, standing.bonus_fen) == (50_000, 3_000)
    assert (after.expected_cash_fen, after.loads_fen, after.load_bonus_fen) == (before.expected_cash_fen, 50_000, 3_000)
    assert after.sales_fen == after.returns_fen


def test_points_that_were_taken_are_spent_although_the_proof_they_wanted_has_lapsed_since(
    till: Any, headquarters: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    paying(till, MASKS, THERMOMETER)
    in_points(till, 1_000)
    till.checkout.tender("cash")
    rights = till.selling.rights
    monkeypatch.setattr(till.selling._staging, "rights", lambda _: replace(rights, points=False))
    sale = done(till)
    (moved,) = [event.body for event in till.store.journal.of_type("points.moved@1") if event.body["kind"] == "spend"]
    assert moved["owner_id"] == sale.body.sale_id and till.store.holds.all() == ()
