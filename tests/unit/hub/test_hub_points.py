"""Points at headquarters: each movement once, told to every store that holds the member, whenever it comes to hold them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hub_bench import HubBench
from sqlalchemy import select
from till_double import PaperTill

from app.domain.points import PointsRules
from app.hub import points, publishing, tables
from app.records.events import PointsMoved
from app.records.people import Member
from app.records.resources import resource

RULES = PointsRules.read(json.loads(resource("rules", "points.json").read_text("utf-8")))
TODAY = date(2026, 11, 21)
PERSON = Member(id="m1", card_no="90000000000000000019", points=100)


def moved(entry_id: str, kind: str = "earn", count: int = 10, **rest: Any) -> PointsMoved:
    return PointsMoved(entry_id=entry_id, member_id="m1", kind=kind, points=count, owner_id="s", rules="1", **rest)


def told(bench: HubBench, store_id: str) -> list[str]:
    """Ids of the store's feed in its order."""
    row = tables.feed_row.c
    with bench.archive.reading() as connection:
        wanted = select(row.key).where(row.feed == "points", row.store_id == store_id, row.current).order_by(row.seq)
        return list(connection.execute(wanted).scalars())


def hold(bench: HubBench, store_id: str) -> None:
    publishing.publish(bench.archive, "member", [PERSON], store_id)


def test_every_store_that_holds_the_member_is_told_and_so_is_the_teller(bench: HubBench, till: PaperTill) -> None:
    for store_id in ("RM02", "RM03"):
        hold(bench, store_id)
    client = bench.enrolled(till)
    client.push([till.write(moved("earn:s1", expires_on=date(2028, 11, 30)))])
    assert {store: told(bench, store) for store in ("RM01", "RM02", "RM03", "RM04")} == {
        "RM01": ["earn:s1"],
        "RM02": ["earn:s1"],
        "RM03": ["earn:s1"],
        "RM04": [],
    }
    (row,) = client.feed("points", "", 100).rows
    at = row.pop("at")
    assert at.startswith("2026-11-21T02:30")
    assert row == {
        "id": "earn:s1", "member_id": "m1", "kind": "earn", "points": 10, "of": "", "expires_on": "2028-11-30", "owner_id": "s",
    }  # fmt: skip


def test_told_twice_is_once_and_the_feed_does_not_move(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    first = till.write(moved("earn:s1"))
    client.push([first, till.write(moved("earn:s1")), till.write(moved("earn:s2"))])
    cursor = client.feed("points", "", 100).cursor
    client.push([first, till.write(moved("earn:s1"))])
    page = client.feed("points", cursor, 100)
    assert (page.rows, page.cursor) == ((), cursor)
    assert told(bench, "RM01") == ["earn:s1", "earn:s2"]


def test_a_store_that_comes_to_hold_the_member_later_is_told_everything(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    client.push([till.write(moved("earn:s1")), till.write(moved("unearn:r1", "unearn", 4, of="earn:s1"))])
    hold(bench, "RM02")
    assert told(bench, "RM02") == ["earn:s1", "unearn:r1"]
    publishing.publish(bench.archive, "member", [PERSON.model_copy(update={"tier": "gold"})], "RM02")
    client.push([till.write(moved("earn:s3"))])
    assert told(bench, "RM02") == ["earn:s1", "unearn:r1", "earn:s3"]


def test_headquarters_folds_what_was_brought_forward_and_every_movement(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    hold(bench, "RM01")
    client.push([till.write(moved("earn:s1", count=30)), till.write(moved("unearn:r1", "unearn", 12, of="earn:s1"))])
    with bench.archive.reading() as connection:
        stated = points.statement_of(connection, "m1", TODAY, RULES)
        nobody = points.statement_of(connection, "m9", TODAY, RULES)
    assert (stated.balance, stated.earned, sum(stated.books.values())) == (118, 18, 0)
    assert nobody.balance == 0


def test_a_movement_with_an_impossible_name_waits_in_quarantine_and_its_neighbours_are_told(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    receipts = client.push([till.write(moved("earn:" + "x" * 80)), till.write(moved("earn:s1"))])
    assert [receipt.status for receipt in receipts] == ["quarantined", "stored"]
    assert told(bench, "RM01") == ["earn:s1"]
