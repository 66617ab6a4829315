"""A long past for a till's ledger: sales of the years before, written straight into the tables that every sale fills."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.assembly import open_store
from app.commands import options
from app.records.clock import Clock
from app.store.cipher import raw_connection
from app.store.keys import LEDGER_KEY, read_key

LINES = 5
_BATCH = 2_000
_RAW_BYTES = 3_000
"""Length of a five-line sale's envelope; what stands in it does not matter to the next sale."""


def grow(folder: Path, clock: Clock, sales: int) -> None:
    """Put `sales` past sales of five lines and two tenders before the end of a closed till's ledger.

    They are rows as the projections make them; their envelopes are dummies of the right length, so such a folder serves for
    measuring only and would not pass `verify`.
    """
    store = open_store(folder, clock)
    products = [row for row in store.stock.near_expiry(clock.now().date(), 10_000)][:500]
    head = store.journal.head()
    store.close()
    raw = raw_connection(folder / "ledger.db", read_key(folder, LEDGER_KEY))
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("PRAGMA cache_size = -200000")
    columns = {name: [row[1] for row in raw.execute(f"PRAGMA table_info({name})")] for name in _TABLES}
    said = {name: f"INSERT INTO {name} ({', '.join(columns[name])}) VALUES ({', '.join('?' * len(columns[name]))})" for name in _TABLES}
    # The opened epoch moves behind the past, so that the chain's newest row stays the newest.
    with options.progress(f"{sales:,} past sales", sales) as told:
        for first in range(0, sales, _BATCH):
            raw.execute("BEGIN")
            for name, rows in _rows(first, min(_BATCH, sales - first), head.seq, products, clock.now()):
                raw.executemany(said[name], [[row[column] for column in columns[name]] for row in rows])
            raw.execute("COMMIT")
            told(first)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    raw.close()
    for frames in (folder / "frames").glob("*.frm"):
        frames.unlink()


_TABLES = ("event", "outbox", "sale", "sale_line", "tender", "stock_move", "print_job")


def _rows(first: int, count: int, head: int, stocked: Sequence[Any], now: datetime) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
    for number in range(first, first + count):
        seq = head + 1 + number
        at = (now - timedelta(days=1) - timedelta(seconds=60 * number)).astimezone(UTC)
        stamp, day = at.strftime("%Y-%m-%d %H:%M:%S.%f"), at.date().isoformat()
        event_id, sale_id = f"past-event-{number:012d}", f"past-sale-{number:013d}"
        mark = hashlib.sha256(event_id.encode()).hexdigest()
        shift = f"past-shift-{number // 150:08d}"
        envelope = (event_id.encode() + bytes(_RAW_BYTES))[:_RAW_BYTES]
        made["event"].append(
            {
                "seq": seq,
                "id": event_id,
                "type": "sale.closed@1",
                "epoch": "0" * 16,
                "raw": envelope,
                "digest": mark,
                "at": stamp,
                "day": day,
            }
        )
        made["outbox"].append({"seq": seq, "event_id": event_id, "status": "stored", "tries": 1, "at": stamp, "acked_at": stamp})
        made["sale"].append(
            {
                "sale_id": sale_id, "event_id": event_id, "number": f"RM01-01-0000-{seq}-{mark[:8]}", "event_seq": seq, "shift_id": shift,
                "till": "01", "cashier": "staff-1001", "member_id": f"member-{number % 3000 + 1:05d}", "at": stamp, "day": day,
                "subtotal_fen": 9000, "cut_fen": 0, "rounding_fen": 0, "payable_fen": 9000, "has_rx": 0, "price_changes": 0,
            }
        )  # fmt: skip
        made["print_job"].append(
            {
                "job_id": f"past-job-{number:013d}", "event_id": event_id, "kind": "sale", "printer": "receipt", "ticket": "{}",
                "copies": 1, "state": "confirmed", "facts": "{}", "tries": 1, "at": stamp, "changed_at": stamp,
            }
        )  # fmt: skip
        for place in range(LINES):
            stock = stocked[(number * 7 + place * 31) % len(stocked)]
            made["sale_line"].append(
                {
                    "sale_id": sale_id, "line_id": f"past-line-{number:011d}-{place}", "no": place + 1, "product_id": stock.product_id,
                    "lot_id": stock.lot_id, "quantity": 1, "amount_fen": 1800, "cost_fen": 1200, "salesperson": "staff-1001",
                    "review_id": "", "register_id": "",
                }
            )  # fmt: skip
            made["stock_move"].append(
                {
                    "event_id": event_id, "no": place + 1, "product_id": stock.product_id, "lot_id": stock.lot_id, "zone": "shelf",
                    "quantity": -1, "cause": "sale", "at": stamp,
                }
            )  # fmt: skip
        for place, method in enumerate(("card", "cash")):
            made["tender"].append(
                {
                    "owner_id": sale_id, "tender_id": f"past-tender-{number:010d}-{place}", "direction": "sale", "shift_id": shift,
                    "day": day, "method": method, "kind": "cash" if method == "cash" else "recorded", "amount_fen": 4500,
                    "handed_fen": 4500,
                }
            )  # fmt: skip
    yield from made.items()
