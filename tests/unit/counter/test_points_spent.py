"""Points as money: with headquarters' word only, in steps, proven where much, and back with the goods."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from purse_acts import CARD, MASKS, PERSON, THERMOMETER, done, in_points, refusal
from wallet_hub import FakeHub

from app.counter.scene import PayScene
from app.sync.client import Held, HubFault


def until(ready: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(4_000):
        if ready():
            return
        waited.wait(0.005)
    raise AssertionError("never")


def begun(till: Any, *codes: str, proven: bool = False) -> PayScene:
    for code in codes:
        till.selling.scan(code)
    if proven:
        till.selling.attach_member(PERSON, "dynamic")
    scene: PayScene = till.checkout.begin()
    return scene


def balance(till: Any) -> int:
    return int(till.points.standing(till.store.people.member(PERSON)).balance)


def moved(till: Any) -> list[dict[str, Any]]:
    return [event.body for event in reversed(till.store.journal.of_type("points.moved@1"))]


def test_without_a_member_there_is_no_tile_for_points(till: Any) -> None:
    scene = begun(till, MASKS)
    assert "points" not in [tile.method for tile in scene.tiles] and scene.points is None
    assert refusal(lambda: till.checkout.tender("points")).code == "points_none"


def test_the_tile_says_the_most_in_whole_steps_and_within_the_share(till: Any) -> None:
    scene = begun(till, CARD, THERMOMETER, MASKS)
    assert scene.due_fen == 2340 and scene.points is not None
    assert (scene.points.points, scene.points.worth_fen, scene.points.step_points, scene.points.step_fen) == (1100, 1100, 100, 100)
    assert refusal(lambda: till.checkout.tender("points", 1200)).facts == {"most": "¥11.00", "step": "¥1.00"}
    assert refusal(lambda: till.checkout.tender("points", 250)).code == "points_steps"


def test_points_pay_what_headquarters_put_by_and_the_sale_says_under_what(till: Any, headquarters: FakeHub) -> None:
    before = balance(till)
    begun(till, CARD, THERMOMETER, MASKS)
    scene = in_points(till, 1000)
    assert [(tender.method, tender.amount_fen) for tender in scene.tenders] == [("points", 1000)]
    assert scene.points is None and refusal(lambda: till.checkout.tender("points")).code == "points_once"
    (held,) = till.store.holds.all()
    till.checkout.tender("cash")
    sale = done(till)
    earn, spend = moved(till)
    assert (earn["kind"], earn["points"]) == ("earn", 20)
    assert (spend["entry_id"], spend["points"], spend["reservation"]) == (f"spend:{sale.body.sale_id}", 1000, held.hold_id)
    assert "reservation" not in earn
    assert balance(till) == before + 20 - 1000
    assert till.store.holds.all() == () and headquarters.asked == [("hold", 1000)]
    line = till.points.line_of(sale)
    assert (line.opening, line.earned, line.spent, line.closing) == (before, 20, 1000, before + 20 - 1000)


def test_without_a_line_points_are_refused_and_another_tender_pays(till: Any, headquarters: FakeHub) -> None:
    headquarters.answer = HubFault("offline")
    begun(till, CARD, MASKS)
    assert refusal(lambda: in_points(till)).code == "points_not_offline"
    scene = till.checkout.tender("cash")
    assert scene.remaining_fen == 0
    done(till)
    assert [body["kind"] for body in moved(till)] == ["earn"]
    # Headquarters may have heard the wish and its answer been lost: it is told that nobody wants them.
    till.shares.errand(till.wallet._tend)
    until(lambda: ("release", 400) in headquarters.asked and not till.store.holds.all())


def test_a_shop_without_headquarters_refuses_points_and_notes_nothing(till: Any) -> None:
    till.shares.start()
    begun(till, CARD, MASKS)
    assert refusal(lambda: in_points(till)).code == "points_not_offline"
    assert till.store.holds.all() == ()
    till.checkout.tender("cash")
    done(till)


def test_what_was_put_by_before_the_line_went_stays_good(till: Any, headquarters: FakeHub) -> None:
    begun(till, CARD, MASKS)
    in_points(till, 300)
    (held,) = till.store.holds.all()
    # As after a power cut in the middle of payment: the tender is forgotten, the reservation is not.
    till.checkout._taken.clear()
    headquarters.answer = HubFault("offline")
    assert in_points(till, 300).tenders[0].amount_fen == 300
    assert refusal(lambda: till.checkout.tender("points", 200)).code == "points_once"
    till.checkout.tender("cash")
    done(till)
    assert moved(till)[-1]["reservation"] == held.hold_id


def test_another_till_may_be_using_them_and_the_refusal_says_how_many_are_free(till: Any, headquarters: FakeHub) -> None:
    headquarters.answer = Held("short", 0, 120)
    begun(till, CARD, MASKS)
    short = refusal(lambda: in_points(till, 400))
    assert (short.code, short.facts) == ("points_not_short", {"free": "120"})
    assert till.checkout.scene().asking_fen == 0


def test_an_undone_tender_and_a_left_payment_give_the_points_back(till: Any, headquarters: FakeHub) -> None:
    begun(till, CARD, MASKS)
    scene = in_points(till, 300)
    till.checkout.undo_tender(scene.tenders[0].tender_id)
    until(lambda: headquarters.asked == [("hold", 300), ("release", 300)] and not till.store.holds.all())
    till.checkout.tender("points", 200)
    assert refusal(lambda: till.checkout.tender("cash")).code == "purse_asking"
    till.checkout.cancel()
    until(lambda: headquarters.asked[-1] == ("release", 200) and not till.store.holds.all())
    assert moved(till) == []


def test_much_at_once_wants_the_members_own_code(till: Any, headquarters: FakeHub) -> None:
    till.wallet.rules = replace(till.wallet.rules, proof_from_fen=500)
    begun(till, CARD, MASKS, MASKS)
    much = refusal(lambda: till.checkout.tender("points", 600))
    assert (much.code, much.facts) == ("points_proof", {"most": "¥5.00"})
    till.checkout.cancel()
    begun(till, proven=True)
    assert in_points(till, 600).tenders[0].amount_fen == 600


def test_a_sale_is_not_completed_on_points_whose_time_is_over(till: Any, headquarters: FakeHub) -> None:
    headquarters.answer = Held("held", 60, 3412)
    begun(till, CARD, MASKS)
    scene = in_points(till, 400)
    till.checkout.tender("cash")
    assert refusal(lambda: till.checkout.complete(lambda: None)).code == "points_lapsed"
    headquarters.answer = Held("held", 1_800, 3412)
    till.checkout.undo_tender(scene.tenders[0].tender_id)
    in_points(till, 400)
    done(till)


def test_goods_that_go_back_give_points_back_for_their_part_and_never_cash_for_them(till: Any, headquarters: FakeHub) -> None:
    before = balance(till)
    begun(till, CARD, MASKS, MASKS)
    in_points(till, 900)
    till.checkout.tender("cash")
    sale = done(till)
    assert [(tender.method, tender.amount_fen) for tender in sale.body.tenders] == [("points", 900), ("cash", 1080)]
    back = till.returning
    for points, cash in ((450, 540), (450, 540)):
        scene = back.find(sale.number)
        back.set_reason("wrong_goods")
        scene = back.set_quantity(scene.lines[0].line_id, 1)
        back.approve("1003")
        assert [(refund.method, refund.amount_fen) for refund in scene.refunds] == [("points", points), ("cash", cash)]
        durable = threading.Event()
        assert back.complete(durable.set, "return").problem is None
        assert durable.wait(60)
        back.settle()
    assert [(body["kind"], body["points"]) for body in moved(till) if body["kind"] == "unspend"] == [("unspend", 450), ("unspend", 450)]
    assert balance(till) == before


def test_what_points_paid_is_not_re_booked(till: Any, headquarters: FakeHub) -> None:
    begun(till, CARD, MASKS)
    in_points(till, 400)
    till.checkout.tender("cash")
    sale = done(till)
    for tender, to in zip(sale.body.tenders, ("cash", "points"), strict=True):
        act = lambda tender=tender, to=to: till.shifts.correct_tender(sale.body.sale_id, tender.tender_id, to, "wrong_key", "1003")  # noqa: E731
        assert refusal(act).code == "tender_of_points"
