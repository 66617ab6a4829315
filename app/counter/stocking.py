"""Stocking: goods-in of a lot by scan, correction with a reason, lot states, and a shop's own files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta

from app.counter.authorising import Authorising
from app.counter.faults import Refused
from app.counter.goods import Goods
from app.counter.post import Post
from app.domain import codes, lookalike
from app.domain.lots import good_through
from app.records import events
from app.records.base import Record
from app.records.catalogue import Product
from app.records.clock import Clock, shop_day
from app.records.ids import new_id
from app.records.ledger import Committed
from app.store.open_store import Store
from app.store.stock import MoveRow


@dataclass(frozen=True, slots=True)
class StockRow:
    """One lot as the Stock page lists it."""

    product_id: str
    name: str
    spec: str
    unit: str
    shelf: str
    lot_id: str
    lot_no: str
    expires_on: date
    days_left: int
    state: str
    """saleable | near | expired | locked | recalled."""
    on_shelf: int
    on_reject: int


@dataclass(frozen=True, slots=True)
class BoxFacts:
    """What a box scanned at goods-in says of itself; '' and None where its code does not say."""

    code: str
    lot_no: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SellingPoint:
    """One fact of a product that matters while it is sold; only what the catalogue or the settings really say."""

    code: str
    """rx | otc_a | otc_b | register | look_alike | insurance | insurance_uncoded | storage | near | high_alert | trace."""
    word: str = ""
    """What the code is about: a register's or a storage's name, an insurance class, the other product's name."""
    strength: str = ""
    """Of the other product, where it looks alike."""
    spans: tuple[tuple[int, int], ...] = ()
    """Which characters of `word` differ from the name in hand."""
    days: int = 0


@dataclass(frozen=True, slots=True)
class SalesTrend:
    """How a product sold of late, from the sales of this store's ledger."""

    per_day: tuple[int, ...]
    """Packs of each of the last days, oldest first, today last; voided sales taken off."""
    days_known: int
    """How many of them lie after the product's first movement here: before that, nothing could have been sold."""

    @property
    def sold(self) -> int:
        """Packs in all."""
        return sum(self.per_day)


TREND_DAYS = 30
LOOK_ALIKES = 2
"""Further names would crowd out what the catalogue says besides."""


class Stocking:
    """Every change of stock that is not a sale or a return."""

    def __init__(self, store: Store, clock: Clock, post: Post, goods: Goods, authorising: Authorising, shapes: codes.CodeShapes) -> None:
        self._store = store
        self._clock = clock
        self._post = post
        self._goods = goods
        self._authorising = authorising
        self._shapes = shapes

    def rows(self, product_id: str, near_days: int = 0) -> tuple[StockRow, ...]:
        """Every lot of a product, first expiry first; `near_days` is the rule pack's, for products without a limit of their own."""
        product = self._goods.product(product_id)
        if product is None:
            raise Refused("product_gone")
        day = self._day()
        near = product.near_expiry_days or self._store.settings.get("near_expiry.days") or near_days
        rows = []
        for held in self._store.stock.lots(product_id):
            left = (held.lot.expires_on - day).days
            state = held.lot.state
            if state == "saleable":
                state = "expired" if left < 0 else "near" if left <= near else "saleable"
            rows.append(
                StockRow(
                    product.id, product.generic_name, product.spec, product.unit, product.shelf, held.lot.id, held.lot.lot_no,
                    held.lot.expires_on, left, state, held.on_shelf, held.on_reject,
                )
            )  # fmt: skip
        return tuple(sorted(rows, key=lambda row: row.expires_on))

    def points(self, product_id: str, near_days: int = 0) -> tuple[SellingPoint, ...]:
        """What to know while selling a product, law first; `near_days` as for `rows`."""
        product = self._goods.product(product_id)
        if product is None:
            raise Refused("product_gone")
        found: list[SellingPoint] = []
        if product.rx_class in ("rx", "otc_a", "otc_b"):
            found.append(SellingPoint(product.rx_class))
        if product.special:
            found.append(SellingPoint("register", product.special))
        found += self._look_alikes(product)
        if product.high_alert:
            found.append(SellingPoint("high_alert"))
        if product.storage != "normal":
            found.append(SellingPoint("storage", product.storage))
        if product.insurance:
            found.append(SellingPoint("insurance" if product.insurance_code else "insurance_uncoded", product.insurance))
        near = product.near_expiry_days or int(self._store.settings.number("near_expiry.days")) or near_days
        if near:
            found.append(SellingPoint("near", days=near))
        if product.trace_required:
            found.append(SellingPoint("trace"))
        return tuple(found)

    def _look_alikes(self, product: Product) -> list[SellingPoint]:
        others = [other for other in self._store.catalogue.by_lasa_group(product.lasa_group) if other.generic_name != product.generic_name]
        found: dict[str, SellingPoint] = {}
        for other in others:
            spans = lookalike.spans(other.generic_name, (product.generic_name,))
            found.setdefault(other.generic_name, SellingPoint("look_alike", other.generic_name, other.strength, spans))
        return list(found.values())[:LOOK_ALIKES]

    def moves(self, product_id: str, at_most: int = 50) -> tuple[MoveRow, ...]:
        """What moved a product's stock, newest first."""
        return self._store.stock.moves(product_id, at_most)

    def trend(self, product_id: str) -> SalesTrend:
        """The last thirty business days of a product."""
        today = self._day()
        first = today - timedelta(days=TREND_DAYS - 1)
        sold = self._store.stock.sold_by_day(product_id, first)
        began = self._store.stock.first_moved(product_id)
        known = min(TREND_DAYS, (today - began).days + 1) if began is not None else 0
        return SalesTrend(tuple(sold.get(first + timedelta(days=order), 0) for order in range(TREND_DAYS)), max(0, known))

    def box(self, raw: str) -> BoxFacts:
        """A box scanned at goods-in; Refused where it is no trace code, or one that is kept already."""
        reading = codes.read(raw, self._shapes, codes.ScanContext.SELLING)
        match reading:
            case codes.Gs1Code():
                facts = BoxFacts(reading.raw, reading.lot_no, reading.expires_on)
            case codes.TraceCode():
                facts = BoxFacts(reading.code)
            case _:
                raise Refused("not_a_trace_code", raw=raw)
        if self._store.stock.code(facts.code) is not None:
            raise Refused("code_known", raw=facts.code)
        return facts

    @staticmethod
    def expiry(text: str) -> date:
        """An expiry as typed from the pack: 2028-04 (through its last day), 20280430, 2028.4.30; Refused otherwise."""
        try:
            return good_through(text)
        except ValueError as error:
            raise Refused("expiry_shape", raw=text) from error

    def receive(
        self,
        product_id: str,
        lot_no: str,
        expires_on: date,
        quantity: int,
        box_codes: Sequence[str] = (),
        made_on: date | None = None,
        supplier_code: str = "",
    ) -> Future[tuple[Committed, ...]]:
        """Goods-in (入库) of one lot; box codes scanned now make the lot provable at the sale. Refused with what to mend."""
        product = self._goods.product(product_id)
        if product is None:
            raise Refused("product_gone")
        lot_no = lot_no.strip()
        if not lot_no:
            raise Refused("lot_needed")
        if quantity <= 0:
            raise Refused("quantity_shape", raw=str(quantity))
        if expires_on < self._day():
            raise Refused("already_expired", day=expires_on.isoformat())
        if made_on and made_on > expires_on:
            raise Refused("made_after_expiry")
        if len(set(box_codes)) != len(box_codes) or len(box_codes) > quantity:
            raise Refused("codes_more_than_packs")
        bodies: list[Record] = []
        for code in box_codes:
            reading = codes.read(code, self._shapes, codes.ScanContext.SELLING)
            if not isinstance(reading, codes.TraceCode | codes.Gs1Code):
                raise Refused("not_a_trace_code", raw=code)
            if self._store.stock.code(code) is not None:
                raise Refused("code_known", raw=code)
            if isinstance(reading, codes.TraceCode) and reading.prefix:
                known = self._goods.of_prefix(reading.prefix)
                if known and all(p.id != product.id for p in known):
                    raise Refused("prefix_of_other", name=known[0].generic_name)
                if not known and not any(isinstance(b, events.CodeBound) and b.code == reading.prefix for b in bodies):
                    bodies.append(events.CodeBound(kind="trace_prefix", code=reading.prefix, product_id=product.id))
        existing = next((h.lot for h in self._store.stock.lots(product_id) if h.lot.lot_no == lot_no), None)
        if existing and existing.expires_on != expires_on:
            raise Refused("lot_other_expiry", day=existing.expires_on.isoformat())
        bodies.append(
            events.StockReceived(
                receipt_id=new_id(self._clock),
                product_id=product.id,
                lot_id=existing.id if existing else new_id(self._clock),
                lot_no=lot_no,
                made_on=made_on,
                expires_on=expires_on,
                quantity=quantity,
                codes=tuple(box_codes),
                supplier_code=supplier_code,
            )
        )
        return self._write(bodies)

    def correct(
        self, lot_id: str, delta: int, reason: str, zone: str = "shelf", pin: str = "", product_id: str = ""
    ) -> Future[tuple[Committed, ...]]:
        """Correct a lot's stock with a coded reason; closes an oversold task by its own event, never silently.

        Packs sold without a known lot are kept under lot '' of their product: then `product_id` names it.
        """
        held = self._store.stock.lot(lot_id) if lot_id else None
        if held is None and (lot_id or not product_id):
            raise Refused("lot_unknown")
        if delta == 0:
            raise Refused("quantity_shape", raw="0")
        if not reason:
            raise Refused("reason_needed")
        body = events.StockCorrected(
            correction_id=new_id(self._clock),
            product_id=held.lot.product_id if held else product_id,
            lot_id=lot_id,
            zone=zone,
            delta=delta,
            reason=reason,
            approved_by=self._approver(pin),
        )
        return self._write([body])

    def set_lot_state(self, lot_id: str, state: str, reason: str, pin: str = "") -> Future[tuple[Committed, ...]]:
        """Lock, recall or release a lot; a locked or recalled lot cannot be sold by anybody."""
        held = self._store.stock.lot(lot_id)
        if held is None:
            raise Refused("lot_unknown")
        if state not in ("saleable", "locked", "recalled"):
            raise Refused("state_unknown")
        if not reason:
            raise Refused("reason_needed")
        body = events.LotStateSet(
            lot_id=lot_id, product_id=held.lot.product_id, state=state, reason=reason, approved_by=self._approver(pin)
        )
        return self._write([body])

    def _approver(self, pin: str) -> str:
        return self._authorising.answering(self._post.staff, "rights.stock", pin).id

    def _day(self) -> date:
        return self._post.day(shop_day(self._clock.now()))

    def _write(self, bodies: Sequence[Record]) -> Future[tuple[Committed, ...]]:
        return self._store.journal.record(bodies, actor=self._post.actor, day=self._day())
