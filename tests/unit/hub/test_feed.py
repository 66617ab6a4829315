"""Feeds: dense, in commit order, nothing skipped, and a changed history is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hub_bench import HubBench
from sqlalchemy import select, update
from till_double import PaperTill

from app.hub import publishing, tables
from app.records.catalogue import Product
from app.records.offers import Offer
from app.records.people import Staff
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
