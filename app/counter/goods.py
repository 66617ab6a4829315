"""Goods at the counter: which product a code means, and which lots of it this store holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.counter.memo import Memo
from app.domain import codes, lots
from app.domain.basket import LotChoice
from app.records.catalogue import DatedPrice, Lot, Product, TraceCode
from app.store.open_store import Store


@dataclass(frozen=True, slots=True)
class Box:
    """A scanned box: its trace code, its lot where goods-in or the code itself knows it."""

    code: str
    prefix: str
    lot_id: str = ""
    lot_no: str = ""
    expires_on: date | None = None


class Goods:
    """Reads the catalogue and the stock for the acts.

    Every product comes with the price of the calendar date at the store, not of the business day: what is charged may not be more than what
    the shelf label says at that moment (明码标价和禁止价格欺诈规定 2022, Art. 8), and a shop changes its labels by the calendar.
    """

    def __init__(self, store: Store, memo: Memo) -> None:
        self._store = store
        self._memo = memo
        self._marked: dict[str, tuple[Product, DatedPrice, Product]] = {}

    def product(self, product_id: str) -> Product | None:
        """The product of an id."""
        found = self._store.catalogue.product(product_id)
        return self.marked(found) if found else None

    def names(self, product_ids: Iterable[str]) -> str:
        """The generic names of some products, joined; those that are gone are left out."""
        found = (self.product(product_id) for product_id in product_ids)
        return "、".join(product.generic_name for product in found if product is not None)

    def of_barcode(self, code: str) -> tuple[Product, ...]:
        """Products carrying a barcode, the store's own bindings included."""
        found = self._store.catalogue.by_barcode(code)
        if found:
            return tuple(map(self.marked, found))
        bound = self._store.stock.product_of_bound_barcode(code)
        product = self.product(bound) if bound else None
        return (product,) if product else ()

    def of_base_code(self, code: str) -> tuple[Product, ...]:
        """Products of a 本位码."""
        return tuple(map(self.marked, self._store.catalogue.by_base_code(code)))

    def of_prefix(self, prefix: str) -> tuple[Product, ...]:
        """Products a trace prefix is known to mean, bindings first."""
        if not prefix:
            return ()
        bound = [p for p in (self.product(i) for i in self._store.stock.product_of_prefix(prefix)) if p]
        return tuple(bound) or tuple(map(self.marked, self._store.catalogue.by_trace_prefix(prefix)))

    def marked(self, product: Product) -> Product:
        """The product with today's price where headquarters dated one; else the very same object."""
        dated = self._store.catalogue.price_on(product.id, self._memo.today())
        if dated is None:
            return product
        kept = self._marked.get(product.id)
        if kept is None or kept[0] is not product or kept[1] != dated:
            prices = {"list_price_fen": dated.price_fen, "member_price_fen": dated.member_price_fen}
            kept = self._marked[product.id] = (product, dated, product.model_copy(update=prices))
        return kept[2]

    def code(self, code: str) -> TraceCode | None:
        """What this store knows of a box, by its trace code."""
        return self._memo.get(("code", code), partial(self._store.stock.code, code))

    def lots_of(self, product_id: str) -> tuple[lots.LotStock, ...]:
        """Every lot of a product this store knows, with what stands on the shelf."""
        return self._memo.get(("lots", product_id), lambda: self._read_lots(product_id))

    def read_lots(self, product_ids: Iterable[str]) -> None:
        """Read those of a whole basket in one look at the disk, but for what is known already."""
        kept = self._memo.kept()
        unknown = [product_id for product_id in dict.fromkeys(product_ids) if ("lots", product_id) not in kept]
        if len(unknown) > 1:
            found = self._store.stock.lots_of_each(unknown)
            for product_id in unknown:
                kept["lots", product_id] = tuple(lots.LotStock(row.lot, row.on_shelf) for row in found.get(product_id, ()))

    def _read_lots(self, product_id: str) -> tuple[lots.LotStock, ...]:
        return tuple(lots.LotStock(row.lot, row.on_shelf) for row in self._store.stock.lots(product_id))

    def lot(self, product_id: str, lot_id: str) -> Lot | None:
        """One lot of a product."""
        return next((row.lot for row in self.lots_of(product_id) if row.lot.id == lot_id), None)

    def proposed(self, product_id: str, day: date, needed: int) -> LotChoice:
        """First-expiry-first-out as a guess; no lots known gives source 'none'."""
        proposal = lots.propose(self.lots_of(product_id), day, needed)
        chosen = proposal.lot or next((row.lot for row in self.lots_of(product_id)), None)
        return as_choice(chosen, "assumed") if chosen else LotChoice()

    def lot_of_box(self, product_id: str, box: Box) -> LotChoice | None:
        """The lot a box itself proves: by goods-in's record, or by the lot printed in its code."""
        if box.lot_id:
            lot = self.lot(product_id, box.lot_id)
            return as_choice(lot, "code") if lot else None
        held = [row.lot for row in self.lots_of(product_id)]
        if box.lot_no:
            fits = [lot for lot in held if lot.lot_no == box.lot_no]
        else:
            fits = [lot for lot in held if lot.expires_on == box.expires_on]
        if fits and (box.lot_no or len(fits) == 1):
            return as_choice(fits[0], "code")
        if box.lot_no or box.expires_on:
            # Not in the books, but printed on the box: its expiry alone can forbid the sale.
            return LotChoice("", box.lot_no, box.expires_on.isoformat() if box.expires_on else "", "code")
        return None

    def box_of(self, reading: codes.TraceCode | codes.Gs1Code) -> Box:
        """What is known of a scanned box."""
        if isinstance(reading, codes.TraceCode):
            row = self.code(reading.code)
            return Box(reading.code, reading.prefix, row.lot_id or "" if row else "")
        row = self.code(reading.raw)
        return Box(reading.raw, "", row.lot_id or "" if row else "", reading.lot_no, reading.expires_on)


def as_choice(lot: Lot, source: str) -> LotChoice:
    """A lot as a line keeps it."""
    return LotChoice(lot.id, lot.lot_no, lot.expires_on.isoformat(), source)
