"""Feeds: dense, in commit order, nothing skipped, and a changed history is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hub_bench import HubBench
from sqlalchemy import Connection, delete, event, select, update
from till_double import PaperTill

from app.hub import erasing, feeds, publishing, tables
from app.records.catalogue import Product
from app.records.offers import Offer
from app.records.people import FamilyPerson, Staff
from app.sync.client import HubClient, HubFault


def products(first: int, count: int, **rest: object) -> list[Product]:
    return [Product.model_validate({"id": f"P{n}", "generic_name": f"药{n}", **rest}) for n in range(first, first + count)]


def everything(client: HubClient, feed: str, limit: int, cursor: str = "") -> tuple[list[str], str, int]:
    """(ids in order, last cursor, pages)."""
    ids, pages, more = [], 0, True
    while more:
        page = client.feed(feed, cursor, limit)
        ids += [str(row["id"]) for row in page.rows]
        cursor, more, pages = page.cursor, page.more, pages + 1
    return ids, cursor, pages


def test_a_feed_is_read_page_by_page_and_then_only_what_is_new(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    assert publishing.publish(bench.archive, "product", products(0, 25)) == publishing.Published(25, 0)
    ids, cursor, pages = everything(client, "product", 10)
    assert (ids, pages) == ([f"P{n}" for n in range(25)], 3)
    assert everything(client, "product", 10, cursor) == ([], cursor, 1)
    publishing.publish(bench.archive, "product", products(20, 8, list_price_fen=900))
    ids, _, _ = everything(client, "product", 10, cursor)
    assert ids == [f"P{n}" for n in range(20, 28)]


def test_rows_that_say_nothing_new_are_not_published_again(bench: HubBench) -> None:
    publishing.publish(bench.archive, "product", products(0, 5))
    assert publishing.publish(bench.archive, "product", products(0, 6)) == publishing.Published(1, 5)


def test_a_new_till_gets_only_the_row_that_counts(bench: HubBench, till: PaperTill) -> None:
    for price in (100, 200, 300):
        publishing.publish(bench.archive, "product", products(0, 2, list_price_fen=price))
    page = bench.enrolled(till).feed("product", "", 10)
    assert [row["list_price_fen"] for row in page.rows] == [300, 300]
    assert page.cursor.split(".")[1] == "6"


def test_many_publishers_at_once_leave_no_hole_in_the_numbers(bench: HubBench, till: PaperTill) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: publishing.publish(bench.archive, "product", products(n * 10, 10)), range(6)))
    with bench.archive.reading() as connection:
        seqs = list(connection.scalars(select(tables.feed_row.c.seq).order_by(tables.feed_row.c.seq)))
    assert seqs == list(range(1, 61))
    assert len(everything(bench.enrolled(till), "product", 7)[0]) == 60


def test_a_cursor_of_another_history_must_begin_again(bench: HubBench, till: PaperTill) -> None:
    client = bench.enrolled(till)
    publishing.publish(bench.archive, "product", products(0, 5))
    _, cursor, _ = everything(client, "product", 10)
    row = tables.feed_row.c
    change = update(tables.feed_row).where(row.seq == 5).values(rolling="f" * 32)
    bench.archive.commit(lambda connection: connection.execute(change).rowcount).result()
    for wrong in (cursor, cursor.replace(cursor.split(".")[0], "0" * 16), "nonsense", "a.b.c", cursor.replace(".5.", ".9.")):
        with pytest.raises(HubFault) as caught:
            client.feed("product", wrong, 10)
        assert caught.value.code == "rebase"


def test_staff_of_one_store_do_not_reach_another(bench: HubBench, till: PaperTill) -> None:
    person = Staff(id="S1", code="1", name="李娜", role="cashier")
    publishing.publish(bench.archive, "staff", [person], "RM02")
    client = bench.enrolled(till)
    assert client.feed("staff", "", 10).rows == ()
    publishing.publish(bench.archive, "staff", [person], "RM01")
    assert [Staff.model_validate(row) for row in client.feed("staff", "", 10).rows] == [person]


def test_dates_survive_the_way(bench: HubBench, till: PaperTill) -> None:
    offer = Offer(
        id="O1", kind="percent", title_zh="九折", terms="{}", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30)
    )
    publishing.publish(bench.archive, "offer", [offer])
    assert Offer.model_validate(bench.enrolled(till).feed("offer", "", 10).rows[0]) == offer


def test_a_feed_takes_only_its_own_kind_and_scope(bench: HubBench) -> None:
    with pytest.raises(TypeError):
        publishing.publish(bench.archive, "offer", products(0, 1))
    with pytest.raises(ValueError, match="go together"):
        publishing.publish(bench.archive, "staff", [])
    with pytest.raises(ValueError, match="go together"):
        publishing.publish(bench.archive, "product", products(0, 1), "RM01")


def test_an_unknown_feed_is_not_found(bench: HubBench, till: PaperTill) -> None:
    with pytest.raises(HubFault) as caught:
        bench.enrolled(till).feed("secrets", "", 10)
    assert caught.value.code == "unexpected"


FAMILY = [FamilyPerson(id=f"f{number}", member_id=f"m{number % 50}", name=f"家人{number}") for number in range(200)]


def of_members(bench: HubBench, *member_ids: str) -> list[str]:
    with bench.archive.reading() as connection:
        return sorted(feeds.rows_of(connection, "family", member_ids, ["RM01", "RM02"]))


def forget_owners(bench: HubBench) -> None:
    """Leave the feed as versions left it that noted nobody's rows."""
    row = tables.feed_row.c
    bench.archive.commit(lambda c: c.execute(delete(tables.feed_row).where(row.feed == "of:family")) and None).result()


def test_rows_of_a_member_are_found_whoever_wrote_the_feed(bench: HubBench) -> None:
    publishing.publish(bench.archive, "family", FAMILY, "RM01")
    mine = ["f101", "f107", "f151", "f157", "f1", "f51", "f57", "f7"]
    assert of_members(bench, "m1", "m7") == sorted(mine)
    forget_owners(bench)
    assert of_members(bench, "m1", "m7") == sorted(mine), "a feed of before is read itself"
    assert of_members(bench, "m_", "%") == []
    publishing.publish(bench.archive, "family", [FamilyPerson(id="f900", member_id="m1", name="新来")], "RM01")
    assert of_members(bench, "m1", "m7") == sorted([*mine, "f900"])
    moved = FamilyPerson(id="f1", member_id="m2", name="家人1")
    publishing.publish(bench.archive, "family", [moved], "RM01")
    assert "f1" not in of_members(bench, "m1") and "f1" in of_members(bench, "m2")


def test_a_member_s_rows_are_buried_everywhere_and_those_that_were_replaced_too(bench: HubBench) -> None:
    for store_id in ("RM01", "RM02"):
        publishing.publish(bench.archive, "family", FAMILY, store_id)
    publishing.publish(bench.archive, "family", [FAMILY[1].model_copy(update={"name": "改名"})], "RM01")
    bench.archive.commit(lambda c: feeds.bury(c, "family", ["m1"], ["RM01", "RM02"])).result()
    assert of_members(bench, "m1") == [] and len(of_members(bench, "m2")) == 4
    with bench.archive.reading() as connection:
        left = list(connection.scalars(select(tables.feed_row.c.json).where(tables.feed_row.c.feed == "family")))
    assert sum(text == feeds.NOTHING for text in left) == 9 and not any('"m1"' in text for text in left)


def test_nobody_reads_a_whole_table_to_erase_one_member(bench: HubBench) -> None:
    publishing.publish(bench.archive, "family", FAMILY, "RM01")
    said: list[tuple[str, object]] = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    def unit(connection: Connection) -> list[str]:
        event.listen(bench.archive.engine, "before_cursor_execute", hear)
        try:
            erasing.erase(connection, bench.clock.now(), "m1", reason="asked", asked_via=erasing.HEADQUARTERS, by="ada", store_id="RM01")
        finally:
            event.remove(bench.archive.engine, "before_cursor_execute", hear)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        asks = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        asked = [(statement, values) for statement, values in said if statement.startswith(("SELECT", "UPDATE", "DELETE"))]
        assert len(asked) > 20 and not any("LIKE" in statement for statement, _ in asked if "feed_row" in statement)
        return [str(tuple(row)) for statement, values in asked for row in connection.exec_driver_sql(asks + statement, values)]

    plans = bench.archive.commit(unit).result()
    assert len(plans) > 20
    unindexed = [line for line in plans if "SCAN " in line or "Seq Scan" in line]
    assert [line for line in unindexed if "CONSTANT ROW" not in line and "(subquery" not in line] == []
