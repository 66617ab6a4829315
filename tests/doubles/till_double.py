"""A till of paper: makes real sealed chains of events, and an outbox and inbox in memory, for hub and sync tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from app.records.base import Record
from app.records.clock import ManualClock
from app.records.envelope import GENESIS, Place, digest, seal
from app.records.events import EpochOpened, ReturnClosed, ReturnLine, SaleClosed, SaleLine, SoldCode, StockReceived, Tender
from app.records.ids import new_epoch, new_id
from app.records.keys import DeviceKey

DAY = date(2026, 11, 21)
START = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)


class PaperTill:
    """Writes a device's history as a store would."""

    def __init__(self, store_id: str = "RM01", till: str = "T1", clock: ManualClock | None = None) -> None:
        self.key = DeviceKey.new()
        self.store_id = store_id
        self.till = till
        self.clock = clock or ManualClock(START)
        self.epoch = new_epoch()
        self.seq = 0
        self.prev = GENESIS

    def write(self, body: Record, *, day: date = DAY) -> tuple[str, bytes]:
        """Seal the next event of the chain."""
        event_id = new_id(self.clock)
        raw = seal(
            body,
            Place(self.key.device, self.epoch, self.seq + 1, self.prev, self.store_id),
            event_id=event_id,
            actor="S1",
            day=day,
            at=self.clock.now(),
            monotonic_ms=self.clock.monotonic_ms(),
            hub_at="",
            cursor="",
            app_version="0.1.0",
            sign=self.key.sign,
        )
        self.seq, self.prev = self.seq + 1, digest(raw)
        return event_id, raw

    def opened(self) -> tuple[str, bytes]:
        """An epoch begins."""
        return self.write(EpochOpened(previous_epoch="", till=self.till))

    def sale(self, fen: int = 1280, *, product: str = "P1", quantity: int = 1, code: str = "", **rest: Any) -> tuple[str, bytes]:
        """A cash sale of one line."""
        now = self.clock.now()
        line = SaleLine(
            line_id=new_id(self.clock), no=1, product_id=product, generic_name="布洛芬缓释胶囊", spec="0.3g×20粒",
            quantity=quantity, list_price_fen=fen, unit_price_fen=fen, amount_fen=fen, salesperson="S1", lot_id="L1",
            codes=(SoldCode(code=code, entry="scanned"),) if code else (),
        )  # fmt: skip
        tender = Tender(
            tender_id=new_id(self.clock), method="cash", title_zh="现金", title_en="Cash", kind="cash", amount_fen=fen,
            handed_fen=fen, at=now,
        )  # fmt: skip
        self.last_sale = SaleClosed(
            sale_id=new_id(self.clock), basket_id="B", shift_id="SH1", till=self.till, cashier="S1", opened_at=now,
            lines=(line,), cuts=(), tenders=(tender,), subtotal_fen=fen, cut_fen=0, rounding_fen=0, payable_fen=fen,
            change_fen=0, rule_pack="2026.11",
        )  # fmt: skip
        return self.write(self.last_sale, **rest)

    def taking_back(self, sale: SaleClosed, zone: str = "reject") -> tuple[str, bytes]:
        """A return of the whole sale."""
        line = sale.lines[0]
        back = ReturnLine(
            line_id=new_id(self.clock), original_line_id=line.line_id, product_id=line.product_id,
            generic_name=line.generic_name, quantity=line.quantity, amount_fen=line.amount_fen, lot_id=line.lot_id,
            zone=zone, codes=line.codes,
        )  # fmt: skip
        return self.write(
            ReturnClosed(
                return_id=new_id(self.clock), kind="return", original_sale_id=sale.sale_id, original_number="N",
                shift_id="SH1", till=self.till, cashier="S1", approved_by="S2", reason="quality", lines=(back,),
                refunds=sale.tenders, total_fen=sale.payable_fen,
            )
        )

    def goods_in(self, product: str, quantity: int) -> tuple[str, bytes]:
        """Goods of one lot come in."""
        return self.write(
            StockReceived(
                receipt_id=new_id(self.clock), product_id=product, lot_id="L1", lot_no="A1", expires_on=date(2028, 1, 31),
                quantity=quantity,
            )
        )

    def strange(self, type_name: str, body: object) -> tuple[str, bytes]:
        """A well-sealed event whose type or body no registry of today knows."""
        event_id = new_id(self.clock)
        fields = {
            "type": type_name, "id": event_id, "device": self.key.device, "epoch": self.epoch, "seq": self.seq + 1,
            "prev": self.prev, "store": self.store_id, "actor": "S1", "day": DAY.isoformat(),
            "clock": {"wall": self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"), "mono": 1, "hub": ""}, "cursor": "",
            "app": "9.9.9", "body": body, "alg": "Ed25519",
        }  # fmt: skip
        head = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
        raw = head + b',"sig":"' + self.key.sign(head).hex().encode() + b'"}'
        self.seq, self.prev = self.seq + 1, digest(raw)
        return event_id, raw


def _done(value: Any = None) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future


@dataclass
class _Counts:
    waiting: int
    last_ack_at: datetime | None = None


class MemoryOutbox:
    """An outbox of lists, remembering every mark it was given."""

    def __init__(self, events: Sequence[tuple[str, bytes]] = ()) -> None:
        self.events = list(events)
        self.status: dict[str, str] = {}
        self.marks: list[Mapping[str, str]] = []

    def add(self, event: tuple[str, bytes]) -> None:
        self.events.append(event)

    def _waits(self, event_id: str) -> bool:
        return self.status.get(event_id, "waiting") in ("waiting", "later")

    def pending(self, limit_events: int, limit_bytes: int) -> list[tuple[int, str, bytes]]:
        found: list[tuple[int, str, bytes]] = []
        size = 0
        for seq, (event_id, raw) in enumerate(self.events, 1):
            if self._waits(event_id):
                if found and (len(found) == limit_events or size + len(raw) > limit_bytes):
                    break
                found.append((seq, event_id, raw))
                size += len(raw)
        return found

    def mark(self, results: Mapping[str, str]) -> Future[Any]:
        self.marks.append(dict(results))
        self.status.update(results)
        return _done()

    def counts(self) -> _Counts:
        return _Counts(sum(self._waits(event_id) for event_id, _ in self.events))


class MemoryInbox:
    """An inbox of dictionaries, remembering the size of every unit."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.cursors: dict[str, str] = {}
        self.units: list[int] = []
        self.settled: list[str] = []

    def apply(self, feed: str, rows: Sequence[dict[str, Any]], cursor: str) -> Future[Any]:
        self.units.append(len(rows))
        kept = self.rows.setdefault(feed, {})
        kept.update({str(row["id"]): row for row in rows})
        self.cursors[feed] = cursor
        return _done()

    def settle(self, feed: str, progress: Callable[[int], None]) -> bool:
        self.settled.append(feed)
        return False

    def cursor(self, feed: str) -> str:
        return self.cursors.get(feed, "").removeprefix("again")

    def again(self, feed: str) -> bool:
        return self.cursors.get(feed) == "again"

    def read_again(self, feed: str, rows: Sequence[dict[str, Any]] = ()) -> Future[Any]:
        return self.apply(feed, rows, "again")

    def end_again(self, feed: str, told: Collection[str], cursor: str) -> Future[Any]:
        self.rows[feed] = {key: row for key, row in self.rows.get(feed, {}).items() if key in told}
        self.cursors[feed] = cursor
        return _done()
