"""Reviewing without a window: the queue of open and held baskets, what was signed, and the reason of a rejection in event and report."""

from __future__ import annotations

from typing import Any

import pytest

from app.counter.faults import Refused
from app.records import events
from app.records.registry import body_of
from app.reports import reviews

RX, MEMBER = "89900001091676336760", "90000000000000000019"
PAPER = {
    "number": "DEMO-1",
    "institution": "演示医院",
    "doctor": "演示医师",
    "prescribed_on": "2026-11-21",
    "valid_days": "1",
    "patient": "王秀兰",
    "diagnosis": "高血压",
    "dispenser": "staff-1001",
    "checker": "staff-1002",
}


@pytest.fixture
def till(demo_counter: Any) -> Any:
    """The demo till with a pharmacist on duty and a prescription medicine for a member in the sale."""
    till = demo_counter.till
    till.shifts.duty_pharmacist("staff-1002", True, "1002").result(60)
    till.selling.scan(MEMBER)
    till.selling.scan(RX)
    return till


def test_the_open_basket_waits_before_the_held_ones_and_leaves_once_it_is_signed(till: Any) -> None:
    till.selling.hold()
    assert [(one.here, one.lines) for one in till.reviewing.waiting()] == [(False, 1)]
    held = till.reviewing.waiting()[0]
    assert till.reviewing.scene(held.basket_id).form is None
    till.selling.recall(held.basket_id)
    assert [one.here for one in till.reviewing.waiting()] == [True]
    till.reviewing.sign(PAPER, "1002")
    assert till.reviewing.count() == 0
    assert not till.selling.scene().blocks


def test_a_held_basket_that_was_reviewed_does_not_wait(till: Any) -> None:
    till.reviewing.sign(PAPER, "1002")
    till.selling.hold()
    assert till.reviewing.waiting() == ()


def test_what_was_signed_shows_the_patient_masked(till: Any) -> None:
    till.reviewing.sign(PAPER, "1002")
    done = till.reviewing.done()
    assert [(row.approved, row.patient, row.reviewer) for row in done] == [(True, "王*兰", "王敏")]
    assert "王秀兰" not in repr(done)


def test_an_incomplete_prescription_is_not_signed_and_a_cashiers_pin_neither(till: Any) -> None:
    with pytest.raises(Refused, match="form"):
        till.reviewing.sign({**PAPER, "doctor": ""}, "1002")
    with pytest.raises(Refused, match="pin"):
        till.reviewing.sign(PAPER, "1001")
    assert till.reviewing.done() == ()


def test_a_rejections_reason_stands_in_the_event_and_on_the_report(till: Any) -> None:
    till.reviewing.reject({**PAPER, "doctor": ""}, "dose", "1002")
    envelope = till.store.journal.of_type("review.signed@1")[0]
    body = body_of(envelope.type, envelope.body)
    assert isinstance(body, events.ReviewSigned)
    assert (body.verdict, body.reason) == ("rejected", "dose")
    assert till.reviewing.done()[0].reason == "dose"
    assert "剂量或用法有误" in reviews.reviews_csv(till.store, envelope.day)
    assert till.reviewing.waiting()[0].rejected


def test_an_approval_writes_no_reason_into_its_bytes(till: Any) -> None:
    till.reviewing.sign({**PAPER, "reason": "dose"}, "1002")
    assert "reason" not in till.store.journal.of_type("review.signed@1")[0].body


def test_nothing_is_signed_where_nothing_waits(till: Any) -> None:
    till.selling.clear()
    for act in (lambda: till.reviewing.sign(PAPER, "1002"), lambda: till.reviewing.reject(PAPER, "dose", "1002")):
        with pytest.raises(Refused, match="nothing_to_review"):
            act()
