"""Points put by at headquarters: never more than there are, one basket at a time, and safe to ask for again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hub_bench import HubBench
from sqlalchemy import select
from till_double import PaperTill

from app.domain.points import PointsRules
from app.domain.wallet import WalletRules
from app.hub import publishing, tables, wallet
from app.records.clock import ManualClock
from app.records.events import PointsMoved
from app.records.people import Member
from app.records.resources import resource
from app.sync.client import HubFault, Wish

POINTS = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
RULES = WalletRules.read(json.loads(resource("rules", "wallet.json").read_text("utf-8")))
PURSES = wallet.PurseRules(RULES, POINTS)
TODAY = date(2026, 11, 21)
PERSON = Member(id="m1", card_no="90000000000000000019", points=750)


def spend(hold_id: str, points: int) -> PointsMoved:
    return PointsMoved(entry_id="spend:s1", member_id="m1", kind="spend", points=points, owner_id="s1", rules="1", reservation=hold_id)


def wish(hold_id: str, member_id: str, points: int, basket_id: str) -> Wish:
    return Wish(hold_id, "points", member_id, points, basket_id)


def state_of(bench: HubBench, hold_id: str) -> str:
    with bench.archive.reading() as connection:
        wanted = select(tables.hold.c.state).where(tables.hold.c.hold_id == hold_id)
        return str(connection.execute(wanted).scalar())


@pytest.fixture
def clients(bench: HubBench) -> tuple[Any, Any, PaperTill]:
    """Two tills of the store that holds the member, and the paper of the first."""
    publishing.publish(bench.archive, "member", [PERSON], "RM01")
    first, second = PaperTill(), PaperTill(till="T2")
    return bench.enrolled(first), bench.enrolled(second), first


def test_two_tills_cannot_have_the_same_points(clients: Any) -> None:
    first, second, _ = clients
    held = first.hold(wish("h1", "m1", 500, "b1"))
    assert (held.code, held.free) == ("held", 750) and 1_700 < held.seconds <= 1_800
    other = second.hold(wish("h2", "m1", 300, "b2"))
    assert (other.code, other.seconds, other.free) == ("short", 0, 250)
    assert second.hold(wish("h3", "m1", 200, "b2")).code == "held"


def test_asked_for_again_it_is_the_same_and_another_device_or_sum_is_not(clients: Any) -> None:
    first, second, _ = clients
    assert first.hold(wish("h1", "m1", 500, "b1")).code == "held"
    again = first.hold(wish("h1", "m1", 500, "b1"))
    assert (again.code, again.free) == ("held", 750)
    assert first.hold(wish("h1", "m1", 700, "b1")).code == "over"
    assert second.hold(wish("h1", "m1", 500, "b1")).code == "over"


def test_what_is_given_back_is_free_at_once_and_stays_given_back(clients: Any) -> None:
    first, second, _ = clients
    first.hold(wish("h1", "m1", 700, "b1"))
    second.let_go(wish("h1", "m1", 700, "b1"))
    assert second.hold(wish("h2", "m1", 700, "b2")).code == "short"
    for _ in range(2):
        first.let_go(wish("h1", "m1", 700, "b1"))
    assert second.hold(wish("h2", "m1", 700, "b2")).code == "held"
    assert first.hold(wish("h1", "m1", 700, "b1")).code == "over"


def test_given_back_before_the_wish_arrived_the_wish_comes_too_late(clients: Any) -> None:
    first, _, _ = clients
    first.let_go(wish("h1", "m1", 100, "b1"))
    assert first.hold(wish("h1", "m1", 100, "b1")).code == "over"


def test_points_are_put_by_in_whole_steps_only(clients: Any) -> None:
    first, _, _ = clients
    assert [first.hold(wish(f"h{count}", "m1", count, "b1")).code for count in (0, 150)] == ["short", "short"]
    assert first.hold(wish("h9", "nobody", 100, "b1")).code == "short"
    with pytest.raises(HubFault):
        first.hold(wish("h8", "m1", -100, "b1"))


def test_a_sale_settles_what_was_put_by_and_the_points_are_counted_once(bench: HubBench, clients: Any) -> None:
    first, second, paper = clients
    first.hold(wish("h1", "m1", 500, "b1"))
    first.push([paper.write(spend("h1", 500))])
    assert state_of(bench, "h1") == "used"
    assert second.hold(wish("h2", "m1", 200, "b2")).free == 250


def test_what_a_till_was_never_heard_of_again_is_free_after_days_and_its_late_sale_is_a_debt(bench: HubBench, clients: Any) -> None:
    first, _, paper = clients
    began = bench.clock.now()
    first.hold(wish("h1", "m1", 700, "b1"))

    def later(hold_id: str, days: int) -> wallet.Answer:
        asked = wallet.Asked(hold_id, "points", "m1", 700, 0, "b2", "RM01", "T2", "device-2")
        clock = ManualClock(began + timedelta(days=days))
        return bench.archive.commit(lambda c: wallet.hold(c, clock, asked, TODAY, PURSES)).result()

    assert later("h2", RULES.give_up_days - 1).code == "short"
    assert later("h3", RULES.give_up_days + 1).code == "held"
    first.push([paper.opened(), paper.write(spend("h1", 700))])
    assert later("h4", 1).free == 750 - 700 - 700


def test_all_ids_of_one_person_share_their_points(bench: HubBench, clients: Any) -> None:
    first, second, _ = clients
    merged = {column.name: "" for column in tables.person.columns} | {"joined_at": bench.clock.now(), "profile_at": bench.clock.now()}
    rows = [{**merged, "member_id": member_id, "canonical_id": "m1"} for member_id in ("m1", "m2")]
    bench.archive.commit(lambda connection: connection.execute(tables.person.insert(), rows)).result()
    assert first.hold(wish("h1", "m2", 700, "b1")).code == "held"
    assert second.hold(wish("h2", "m1", 100, "b2")).code == "short"
