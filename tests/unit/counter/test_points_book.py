"""Points at the counter: earned with the sale, taken back with a return, late with a late member, and folded once."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.devices.ticket import from_json, plain_rows
from app.records.events import PointsMoved
from app.records.people import PointsEntryRow

MASKS, THERMOMETER, CARD, PERSON = "6999600000494", "6999580000439", "90000000000000000019", "member-00001"
BEFORE = 3412
"""What she had before movements were recorded. Saturday, gold: 1.5 points a yuan."""


def balance(till: Any) -> int:
    return int(till.points.standing(till.store.people.member(PERSON)).balance)


def moved(till: Any) -> list[tuple[str, int]]:
    found = reversed(till.store.journal.of_type("points.moved@1"))
    return [(event.body["kind"], event.body["points"]) for event in found]


def sold(demo_counter: Any, *codes: str, **how: str) -> Any:
    return demo_counter.till.store.sales.by_number(demo_counter.sell(*codes, **how))


def take_back(till: Any, number: str, *packs: int, kind: str = "return", reason: str = "wrong_goods") -> Any:
    back = till.returning
    scene = back.find(number)
    back.set_reason(reason)
    if kind == "return":
        for line, count in zip(scene.lines, packs, strict=False):
            back.set_quantity(line.line_id, count)
    back.approve("1003")
    durable = threading.Event()
    scene = back.complete(durable.set, kind)
    assert scene.problem is None, scene.problem
    assert durable.wait(60)
    return back.settle()


def slips(till: Any) -> list[str]:
    """What each slip says on paper of 80 mm."""
    kept = (till.store.jobs.ticket(job.job_id) for job in till.store.jobs.list())
    return ["\n".join(plain_rows(from_json(ticket), 48)) for ticket in kept if ticket]


def test_a_sale_earns_in_its_own_unit_and_says_so_on_the_receipt(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(CARD)
    till.selling.scan(MASKS)
    till.checkout.begin()
    till.checkout.tender("cash", 0)
    # The basket that is kept behind every scan is through.
    till.store.writer.submit(lambda _: None).result(60)
    before, durable = till.store.writer.commits, threading.Event()
    till.checkout.complete(durable.set)
    assert durable.wait(60)
    assert till.store.writer.commits == before + 1
    sale = till.store.sales.by_number(till.checkout.settle().number)
    (event,) = till.store.journal.of_type("points.moved@1")
    assert event.place.seq == sale.seq + 1
    assert event.body == {
        "entry_id": f"earn:{sale.body.sale_id}",
        "member_id": PERSON,
        "kind": "earn",
        "points": 14,
        "of": "",
        "expires_on": "2028-11-30",
        "owner_id": sale.body.sale_id,
        "rules": "1",
    }
    assert balance(till) == BEFORE + 14
    assert any("原有3412 本次+14 使用-0 现有3426" in slip for slip in slips(till))


def test_a_strangers_sale_moves_no_points_and_its_receipt_says_nothing_of_them(demo_counter: Any) -> None:
    demo_counter.sell(MASKS)
    assert moved(demo_counter.till) == []
    assert not any("积分" in slip for slip in slips(demo_counter.till))


def test_what_the_insurance_paid_earns_nothing(demo_counter: Any) -> None:
    demo_counter.sell(CARD, MASKS, method="insurance")
    assert moved(demo_counter.till) == []
    assert any("本次+0" in slip for slip in slips(demo_counter.till))


def test_parts_that_go_back_take_back_parts_that_add_up_to_what_was_earned(demo_counter: Any) -> None:
    till = demo_counter.till
    sale = sold(demo_counter, CARD, MASKS, MASKS, THERMOMETER)
    first = take_back(till, sale.number, 1)
    assert first.points == -14
    assert balance(till) == BEFORE + 49 - 14
    take_back(till, sale.number, 1)
    last = take_back(till, sale.number, 0, 1)
    assert moved(till) == [("earn", 49), ("unearn", 14), ("unearn", 15), ("unearn", 20)]
    assert (balance(till), last.points) == (BEFORE, -20)
    assert any("原有3461 本次-14 现有3447" in slip for slip in slips(till))


def test_a_void_takes_everything_back(demo_counter: Any) -> None:
    sale = sold(demo_counter, CARD, MASKS, THERMOMETER)
    take_back(demo_counter.till, sale.number, kind="void")
    assert moved(demo_counter.till) == [("earn", 35), ("unearn", 35)]
    assert balance(demo_counter.till) == BEFORE


def test_the_page_says_beforehand_what_a_return_takes(demo_counter: Any) -> None:
    till = demo_counter.till
    sale = sold(demo_counter, CARD, MASKS, THERMOMETER)
    scene = till.returning.find(sale.number)
    assert scene.points == 0
    till.returning.set_reason("wrong_goods")
    assert till.returning.set_quantity(scene.lines[0].line_id, 1).points == -14


def test_what_points_paid_comes_back_with_the_goods(demo_counter: Any) -> None:
    till = demo_counter.till
    sale = sold(demo_counter, CARD, MASKS, MASKS)
    spent = PointsMoved(
        entry_id=f"spend:{sale.body.sale_id}", member_id=PERSON, kind="spend", points=101, owner_id=sale.body.sale_id
    )
    told = till.store.journal.record([spent], actor="staff-1001", day=date(2026, 11, 21))
    till.points.follow(told)
    told.result(60)
    assert balance(till) == BEFORE + 29 - 101
    assert take_back(till, sale.number, 1).points == 50 - 14
    take_back(till, sale.number, 1)
    assert balance(till) == BEFORE


def test_a_late_member_gets_the_points_but_not_for_what_went_back_before(demo_counter: Any) -> None:
    till = demo_counter.till
    sale = sold(demo_counter, MASKS, MASKS)
    take_back(till, sale.number, 1)
    assert moved(till) == []
    till.attaching.attach(sale.body.sale_id, PERSON).result(60)
    assert moved(till) == [("earn", 29), ("unearn", 14)]
    assert till.attaching.points_of(sale.body.sale_id) == 15
    take_back(till, sale.number, 1)
    assert balance(till) == BEFORE


def test_a_tender_put_right_before_the_member_came_counts_as_it_is_now(demo_counter: Any) -> None:
    till = demo_counter.till
    sale = sold(demo_counter, MASKS)
    till.shifts.correct_tender(sale.body.sale_id, sale.body.tenders[0].tender_id, "insurance", "wrong_key", "1003").result(60)
    till.attaching.attach(sale.body.sale_id, PERSON).result(60)
    assert moved(till) == []


def test_a_sale_from_before_points_takes_none_back(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till = demo_counter.till
    monkeypatch.setattr(till.points, "_earn", lambda *_: None)
    sale = sold(demo_counter, CARD, MASKS)
    done = take_back(till, sale.number, 1)
    assert (moved(till), done.points) == ([], 0)


def row(entry_id: str, points: int, expires_on: str | None, kind: str = "earn", of: str = "") -> dict[str, Any]:
    made = PointsEntryRow(
        id=entry_id,
        member_id=PERSON,
        at=datetime(2026, 3, 1, tzinfo=UTC),
        kind=kind,
        points=points,
        of=of,
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
        owner_id=entry_id,
    )
    return made.model_dump(mode="json")


def test_what_headquarters_tells_is_on_the_card_with_what_ends_soon(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.scan(CARD)
    told = ((120, "2026-12-31"), (30, "2027-01-20"), (7, "2027-01-21"), (9, "2026-11-20"))
    rows = [row(f"earn:{points}", points, day) for points, day in told]
    till.store.inbox.apply("points", [*rows, rows[0]], "c:1:x").result(60)
    face = till.selling.scene().member
    assert (face.points, face.points_ending, face.points_end_on) == (BEFORE + 157, 150, "2026-12-31")
    # Spent in March, when the nine that are gone since were still there and the first to go.
    till.store.inbox.apply("points", [row("spend:e", 130, None, "spend")], "c:2:x").result(60)
    face = till.selling.scene().member
    assert (face.points, face.points_ending, face.points_end_on) == (BEFORE + 36, 29, "2027-01-20")


def test_scans_fold_nothing_again(demo_counter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    till = demo_counter.till
    folds: list[str] = []
    of_member = till.store.points.of_member
    monkeypatch.setattr(till.store.points, "of_member", lambda member_id: folds.append(member_id) or of_member(member_id))
    till.selling.scan(CARD)
    for code in (MASKS, THERMOMETER, MASKS, MASKS):
        till.selling.scan(code)
    till.store.inbox.apply("staff", [], "c:1:x").result(60)
    till.selling.scan(MASKS)
    assert folds == [PERSON]
    demo_counter.sell()
    till.selling.scan(CARD)
    assert folds == [PERSON, PERSON]


def test_the_palette_says_the_same_points_as_the_card(demo_counter: Any) -> None:
    demo_counter.sell(CARD, MASKS)
    (found,) = demo_counter.till.seeking.find("19900000001").members
    assert found.points == BEFORE + 14


def test_a_receipt_that_is_first_printed_later_says_what_the_sale_did_then(demo_counter: Any) -> None:
    till = demo_counter.till
    till.selling.set_wishes(paper=False)
    sale = sold(demo_counter, CARD, MASKS)
    demo_counter.clock.advance(60)
    demo_counter.sell(CARD, THERMOMETER)
    till.shifts.reprint(sale.event_id, 1).wait()
    assert any("补打" not in slip and "原有3412 本次+14 使用-0 现有3426" in slip for slip in slips(till))
