"""Headquarters' signed time travels from a reply into the next envelopes' clock sample."""

from __future__ import annotations

import json
from pathlib import Path

from hub_bench import HubBench
from till_double import PaperTill

from app.records.clock import SystemClock, shop_day
from app.records.events import DrawerOpened
from app.store.open_store import Store
from app.sync.client import HubClient


def test_the_hubs_time_stands_in_the_envelopes_that_follow(tmp_path: Path, sync_bench: HubBench) -> None:
    clock = SystemClock()
    till = PaperTill()
    sync_bench.enrolled(till)
    store = Store.open(tmp_path / "till", clock, store_id="RM01", till="T1", app_version="t")
    client = HubClient(sync_bench.url, till.key, sync_bench.public, on_hub_time=store.journal.heard_from_hub)
    opened = DrawerOpened(shift_id="", reason="change")
    try:
        before = store.journal.record([opened], actor="a", day=shop_day(clock.now())).result()
        told = client.hello().hub_at
        after = store.journal.record([opened], actor="a", day=shop_day(clock.now())).result()
    finally:
        client.close()
        store.close()
    assert told
    assert json.loads(before[0].raw)["clock"]["hub"] == ""
    assert json.loads(after[0].raw)["clock"]["hub"] == told
