"""A unit that stands aside lets the painting go first: it is written soon all the same, and never out of its order."""

from __future__ import annotations

import threading
from typing import Any

WAIT_S = 60


def test_alone_it_is_written_without_anybody_asking(till: Any) -> None:
    store, done = till.open(), threading.Event()
    store.writer.submit(lambda _: done.set(), aside=True)
    assert done.wait(WAIT_S)


def test_what_comes_behind_it_brings_it_forward_and_stays_behind_it(till: Any) -> None:
    store = till.open()
    order: list[str] = []
    futures = [
        store.writer.submit(lambda _: order.append("aside"), aside=True),
        store.writer.submit(lambda _: order.append("next")),
        store.writer.submit(lambda _: order.append("aside again"), aside=True),
        store.writer.submit(lambda _: order.append("last")),
    ]
    for future in futures:
        future.result(WAIT_S)
    assert order == ["aside", "next", "aside again", "last"]


def test_closing_the_store_writes_it_first(till: Any) -> None:
    store, written = till.open(), threading.Event()
    store.writer.submit(lambda _: written.set(), aside=True)
    till.close()
    assert written.is_set()
