"""Importing: a shop's own product, stock and member files, all of a file or nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain import importing as plans
from app.domain.importing import RowError
from app.records import events
from app.records.base import Record
from app.records.catalogue import Lot
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.store.open_store import Store
from app.store.stock import LotStock

KINDS = ("products", "stock", "members")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file would do, or did."""

    kind: str
    created: int
    updated: int
    unchanged: int
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...]
    done: bool

    @property
    def error_csv(self) -> str:
        """The errors row by row, for the shop's own spreadsheet."""
        return plans.error_report(self.errors)


class Importing:
    """Plans an import against what the till knows, and books it through the journal."""

    def __init__(self, store: Store, clock: Clock, actor: str) -> None:
        self._store = store
        self._clock = clock
        self._actor = actor

    def run(
        self, kind: str, content: bytes, filename: str, *, dry_run: bool, progress: Callable[[int], None] = lambda _: None
    ) -> ImportReport:
        """Import one file; with errors or `dry_run` nothing is changed. TableUnreadable for a file that is no table."""
        table = plans.read_table(content, filename)
        if kind == "products":
            return self._products(table, content, dry_run)
        if kind == "members":
            return self._members(table, content, dry_run)
        if kind == "stock":
            return self._stock(table, content, dry_run, progress)
        raise ValueError(f"{kind} is not one of {', '.join(KINDS)}")

    def _products(self, table: plans.Table, content: bytes, dry_run: bool) -> ImportReport:
        plan = plans.plan_products(table, self._store.catalogue.products())
        write = plan.ready and not dry_run
        if write:
            self._store.catalogue.upsert(plan.changes())
            self._note("products", content, len(plan.creates), len(plan.updates))
        return ImportReport("products", len(plan.creates), len(plan.updates), len(plan.unchanged), plan.errors, plan.ignored_columns, write)

    def _members(self, table: plans.Table, content: bytes, dry_run: bool) -> ImportReport:
        plan = plans.plan_members(table, self._store.people.members(), self._day())
        write = plan.ready and not dry_run
        if write:
            self._store.people.save_members(plan.changes()).result()
            self._note("members", content, len(plan.creates), len(plan.updates))
        return ImportReport("members", len(plan.creates), len(plan.updates), len(plan.unchanged), plan.errors, plan.ignored_columns, write)

    def _stock(self, table: plans.Table, content: bytes, dry_run: bool, progress: Callable[[int], None]) -> ImportReport:
        held = {row.lot.id: row for row in self._store.stock.all_lots()}
        plan = plans.plan_stock(table, self._store.catalogue.products(), [row.lot for row in held.values()], self._store.stock.all_codes())
        write = plan.ready and not dry_run
        boxes: dict[str, list[str]] = {}
        for box in plan.codes:
            boxes.setdefault(box.lot_id or "", []).append(box.code)
        bodies: list[Record] = []
        changed = 0
        for lot in (*plan.creates, *plan.updates, *plan.unchanged):
            known = held.get(lot.id)
            due = self._due(lot, known, plan.quantities.get(lot.id, 0), tuple(boxes.get(lot.id, ())))
            changed += bool(due) and known is not None
            bodies += due
        if write:
            self._book(bodies, progress)
            self._note("stock", content, len(plan.creates), changed)
        same = len(plan.updates) + len(plan.unchanged) - changed
        return ImportReport("stock", len(plan.creates), changed, same, plan.errors, plan.ignored_columns, write)

    def _due(self, lot: Lot, known: LotStock | None, want: int, boxes: tuple[str, ...]) -> list[Record]:
        """What must be booked so that the shop has a lot as its row says; nothing where it has it so already."""
        bodies: list[Record] = []
        have = known.on_shelf if known is not None else 0
        if known is None or boxes:
            bodies.append(
                events.StockReceived(
                    receipt_id=new_id(self._clock),
                    product_id=lot.product_id,
                    lot_id=lot.id,
                    lot_no=lot.lot_no,
                    made_on=lot.made_on,
                    expires_on=lot.expires_on,
                    quantity=max(0, want - have),
                    codes=boxes,
                    supplier_code=lot.supplier,
                )
            )
            have = max(have, want)
        if lot.state != "saleable" and lot.state != (known.lot.state if known is not None else "saleable"):
            # A file may lock or recall a lot; releasing one is a person's act with a reason, on the Stock page.
            bodies.append(
                events.LotStateSet(
                    lot_id=lot.id, product_id=lot.product_id, state=lot.state, reason="import", approved_by=self._actor
                )
            )
        if want != have:
            bodies.append(
                events.StockCorrected(
                    correction_id=new_id(self._clock),
                    product_id=lot.product_id,
                    lot_id=lot.id,
                    zone="shelf",
                    delta=want - have,
                    reason="import",
                    approved_by=self._actor,
                )
            )
        return bodies

    def _book(self, bodies: Sequence[Record], progress: Callable[[int], None]) -> None:
        """One unit for the whole file would hold the writer too long, but all of it is planned before the first is written."""
        for start in range(0, len(bodies), 200):
            self._store.journal.record(bodies[start : start + 200], actor=self._actor, day=self._day(), urgent=False).result()
            progress(min(len(bodies), start + 200))

    def _note(self, kind: str, content: bytes, created: int, updated: int) -> None:
        body = events.CatalogueImported(kind=kind, sha256=hashlib.sha256(content).hexdigest(), created=created, updated=updated)
        self._store.journal.record([body], actor=self._actor, day=self._day()).result()

    def _day(self) -> date:
        return shop_day(self._clock.now())
