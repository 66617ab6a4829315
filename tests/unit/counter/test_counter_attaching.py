"""A member named after payment: recorded once, in time, and never at another price."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from app.counter.faults import Refused

MASKS, MEMBER = "6999600000494", "90000000000000000019"


def member_id(till: Any) -> str:
    return str(till.attaching.find(MEMBER)[0].id)


def sold(demo_counter: Any, *codes: str) -> Any:
    return demo_counter.till.store.sales.by_number(demo_counter.sell(*codes))


def test_a_member_named_in_time_is_on_the_sale_and_the_amount_stays(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter, MASKS)
    demo_counter.clock.advance(29 * 60)
    till.attaching.attach(sale.body.sale_id, member_id(till)).result(60)
    now = till.store.sales.by_id(sale.body.sale_id)
    assert (now.member_id, now.body) == (member_id(till), sale.body)
    (event,) = till.store.journal.of_type("member.attached@1")
    assert event.actor == "staff-1001"
    assert set(event.body) == {"sale_id", "member_id"}


def test_after_the_minutes_of_the_setting_it_is_refused(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter, MASKS)
    till.settings.set("member.late_minutes", 10).result(60)
    demo_counter.clock.advance(599)
    assert till.attaching.open_until(sale) == sale.at + timedelta(minutes=10)
    assert till.attaching.open_to(sale.body, sale.at)
    demo_counter.clock.advance(2)
    assert till.attaching.open_until(sale) is None
    assert not till.attaching.open_to(sale.body, sale.at)
    with pytest.raises(Refused, match="member_too_late"):
        till.attaching.attach(sale.body.sale_id, member_id(till))
    assert till.store.journal.of_type("member.attached@1") == []


def test_it_is_done_once_even_before_the_first_is_durable(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter, MASKS)
    go_on = threading.Event()
    till.store.writer.submit(lambda _connection: go_on.wait(60))
    try:
        first = till.attaching.attach(sale.body.sale_id, member_id(till))
        with pytest.raises(Refused, match="member_there"):
            till.attaching.attach(sale.body.sale_id, member_id(till))
        assert not till.attaching.open_to(sale.body, sale.at)
    finally:
        go_on.set()
    first.result(60)
    with pytest.raises(Refused, match="member_there"):
        till.attaching.attach(sale.body.sale_id, member_id(till))


def test_a_sale_that_had_its_member_keeps_it(demo_counter: Any) -> None:
    sale = sold(demo_counter, MEMBER, MASKS)
    assert demo_counter.till.attaching.open_until(sale) is None
    assert not demo_counter.till.attaching.open_to(sale.body, sale.at)


def test_nobody_is_attached_to_nothing(demo_counter: Any) -> None:
    till, sale = demo_counter.till, sold(demo_counter, MASKS)
    with pytest.raises(Refused, match="sale_unknown"):
        till.attaching.attach("no-sale", member_id(till))
    with pytest.raises(Refused, match="member_unknown"):
        till.attaching.attach(sale.body.sale_id, "no-member")


@pytest.mark.parametrize("raw", [MASKS, "89906411004039116120", "1001", "90000000000000000018"])
def test_only_a_members_own_code_counts_as_scanned(demo_counter: Any, raw: str) -> None:
    assert demo_counter.till.attaching.scanned(raw) is None


def test_the_members_code_is_read_and_the_label_is_masked(demo_counter: Any) -> None:
    attaching = demo_counter.till.attaching
    member = attaching.scanned(MEMBER)
    assert member is not None
    assert "*" in attaching.label(member.id)
    assert member.name not in attaching.label(member.id)
