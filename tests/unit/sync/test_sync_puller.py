"""Pulling: small units, standing aside for the counter, and never past a row."""

from __future__ import annotations

import threading

import pytest
from hub_bench import HubBench
from sqlalchemy import Connection, delete, update
from till_double import MemoryInbox, PaperTill

from app.hub import publishing, tables
from app.records.catalogue import Product
from app.sync.client import FeedPage, HubClient, HubFault
from app.sync.puller import UNIT_ROWS, Puller


def products(count: int, price: int = 100) -> list[Product]:
    return [Product(id=f"P{n}", generic_name=f"药{n}", list_price_fen=price) for n in range(count)]


def pull_all(puller: Puller, feed: str) -> int:
    rows, more = 0, True
    while more:
        step = puller.pull(feed)
        rows, more = rows + step.rows, step.more
    return rows


class ScriptedClient(HubClient):
    """Answers a feed question with pages written beforehand."""

    def __init__(self, *pages: FeedPage | HubFault) -> None:
        self.pages = list(pages)

    def feed(self, name: str, after: str, limit: int) -> FeedPage:
        page = self.pages.pop(0)
        if isinstance(page, HubFault):
            raise page
        return page


def test_all_rows_come_down_in_units_of_at_most_twenty_five(sync_bench: HubBench) -> None:
    till, inbox = PaperTill(), MemoryInbox()
    publishing.publish(sync_bench.archive, "product", products(260))
    puller = Puller(inbox, sync_bench.enrolled(till), lambda: True, threading.Event())
    assert pull_all(puller, "product") == 260
    assert len(inbox.rows["product"]) == 260
    assert max(inbox.units) <= UNIT_ROWS
    assert pull_all(puller, "product") == 0
    publishing.publish(sync_bench.archive, "product", products(3, 999))
    assert pull_all(puller, "product") == 3
    assert inbox.rows["product"]["P2"]["list_price_fen"] == 999


def test_a_feed_with_a_new_history_is_read_again_from_its_beginning(sync_bench: HubBench) -> None:
    till, inbox = PaperTill(), MemoryInbox()
    publishing.publish(sync_bench.archive, "product", products(5))
    puller = Puller(inbox, sync_bench.enrolled(till), lambda: True, threading.Event())
    pull_all(puller, "product")
    other = update(tables.feed).values(feed_id="0" * 16)
    sync_bench.archive.commit(lambda connection: connection.execute(other).rowcount).result()
    assert pull_all(puller, "product") == 5
    assert inbox.cursor("product").startswith("0" * 16) and not inbox.again("product")


def test_a_row_that_is_gone_at_headquarters_goes_once_the_new_history_is_read_to_its_end(sync_bench: HubBench) -> None:
    """Also where the reading was cut in between: it begins anew, and nothing goes before its end."""
    till, inbox = PaperTill(), MemoryInbox()
    publishing.publish(sync_bench.archive, "product", products(260))
    client = sync_bench.enrolled(till)
    puller = Puller(inbox, client, lambda: True, threading.Event())
    pull_all(puller, "product")
    row, feed = tables.feed_row, tables.feed

    def other_history(connection: Connection) -> None:
        connection.execute(delete(row).where(row.c.feed == "product", row.c.key.in_(["P3", "P250"])))
        connection.execute(update(feed).where(feed.c.feed == "product").values(feed_id="0" * 16))

    sync_bench.archive.commit(other_history).result()
    assert puller.pull("product").more and puller.pull("product").rows == 100
    assert len(inbox.rows["product"]) == 260 and inbox.again("product")
    puller = Puller(inbox, client, lambda: True, threading.Event())
    assert pull_all(puller, "product") == 258
    assert {f"P{n}" for n in range(260)} - inbox.rows["product"].keys() == {"P3", "P250"}
    assert pull_all(puller, "product") == 0


def test_a_feed_that_became_empty_leaves_nothing_behind(sync_bench: HubBench) -> None:
    till, inbox = PaperTill(), MemoryInbox()
    publishing.publish(sync_bench.archive, "product", products(5))
    puller = Puller(inbox, sync_bench.enrolled(till), lambda: True, threading.Event())
    pull_all(puller, "product")

    def emptied(connection: Connection) -> None:
        for table in (tables.feed_row, tables.feed):
            connection.execute(delete(table).where(table.c.feed == "product"))

    sync_bench.archive.commit(emptied).result()
    assert pull_all(puller, "product") == 0
    assert inbox.rows["product"] == {} and inbox.cursor("product") == "" and not inbox.again("product")


def test_the_cursor_moves_with_the_last_unit_only() -> None:
    inbox, seen = MemoryInbox(), []
    original = inbox.apply

    def watched(feed: str, rows: object, cursor: str) -> object:
        seen.append(cursor)
        return original(feed, rows, cursor)  # type: ignore[arg-type]

    inbox.apply = watched  # type: ignore[assignment,method-assign]
    rows = tuple(product.model_dump(mode="json") for product in products(60))
    Puller(inbox, ScriptedClient(FeedPage("product", rows, "f.60.x", False)), lambda: True, threading.Event()).pull("product")
    assert seen[-1] == "f.60.x"
    assert set(seen[:-1]) == {""}
    assert len(seen) >= 3


def test_nothing_is_applied_while_somebody_scans() -> None:
    inbox, asked = MemoryInbox(), []

    def quiet() -> bool:
        asked.append(len(inbox.units))
        return len(asked) % 4 == 0

    rows = tuple(product.model_dump(mode="json") for product in products(50))
    Puller(inbox, ScriptedClient(FeedPage("product", rows, "f.50.x", False)), quiet, threading.Event()).pull("product")
    assert len(inbox.rows["product"]) == 50
    assert len(asked) == 4 * len(inbox.units)


def test_a_stop_in_the_middle_leaves_the_cursor_where_it_was() -> None:
    inbox, stopping = MemoryInbox(), threading.Event()
    stopping.set()
    rows = tuple(product.model_dump(mode="json") for product in products(50))
    step = Puller(inbox, ScriptedClient(FeedPage("product", rows, "f.50.x", False)), lambda: True, stopping).pull("product")
    assert step.more
    assert inbox.cursor("product") == ""


def test_a_row_that_is_no_record_is_left_out_and_a_newer_field_is_dropped() -> None:
    inbox = MemoryInbox()
    rows = ({"id": "P1", "generic_name": "药", "hologram": 7}, {"id": "P2"}, {"id": "P3", "generic_name": "药"})
    step = Puller(inbox, ScriptedClient(FeedPage("product", rows, "f.3.x", False)), lambda: True, threading.Event()).pull("product")
    assert step.refused == 1
    assert set(inbox.rows["product"]) == {"P1", "P3"}
    assert "hologram" not in inbox.rows["product"]["P1"]


def test_a_hub_that_asks_to_begin_again_at_the_beginning_is_a_fault() -> None:
    puller = Puller(MemoryInbox(), ScriptedClient(HubFault("rebase")), lambda: True, threading.Event())
    with pytest.raises(HubFault):
        puller.pull("product")
