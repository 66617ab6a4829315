"""Importing a shop's stock: lots, what lies on the shelf, and the trace codes of boxes where they are known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.importing.columns import (
    CellRefused,
    Column,
    ReadRow,
    choice,
    digits,
    made,
    names,
    printed,
    read_rows,
    text,
    whole,
)
from app.domain.importing.plan import RowError, row_error
from app.domain.importing.table import Table
from app.domain.lots import good_before, good_through
from app.records.catalogue import Lot, Product, TraceCode

_STATES = {"合格": "saleable", "锁定": "locked", "召回": "recalled", "正常": "saleable", "可售": "saleable"}
STOCK_COLUMNS: tuple[Column, ...] = (
    Column("product_id", ("商品编码", "商品编号", "货号", "Product code", "SKU"), digits(32)),
    Column("barcode", ("商品条码", "条形码", "条码", "Barcode", "EAN"), digits(32)),
    Column("generic_name", ("通用名称", "通用名", "药品名称", "品名", "商品名称", "Generic name", "Name"), text(120)),
    Column("spec", ("规格", "包装规格", "Spec", "Specification"), text(80)),
    Column("maker", ("生产企业", "生产厂家", "厂家", "Maker", "Manufacturer"), text(80)),
    Column("lot_no", ("批号", "产品批号", "生产批号", "Lot", "Lot no", "Batch"), digits(40), required=True),
    Column("made_on", ("生产日期", "Made on", "Manufactured"), made),
    Column("good_through", ("有效期至", "有效期", "效期", "Expires on", "Expiry"), printed(good_through)),
    Column("good_before", ("失效期", "失效日期", "Good before"), printed(good_before)),
    Column("quantity", ("数量", "库存数量", "库存", "Quantity", "Stock"), whole, required=True),
    Column("codes", ("追溯码", "药品追溯码", "Trace codes", "Trace code"), names(20_000)),
    Column("state", ("质量状态", "状态", "State"), choice(_STATES)),
    Column("supplier", ("供应商", "供货单位", "Supplier"), text(80)),
)


@dataclass(frozen=True, slots=True)
class StockPlan:
    """What a stock file would book; while `errors` is not empty it books nothing."""

    creates: tuple[Lot, ...]
    updates: tuple[Lot, ...]
    unchanged: tuple[Lot, ...]
    quantities: Mapping[str, int]
    """What lies on the shelf by lot id as the file states it: the caller books the difference to its own figure."""
    codes: tuple[TraceCode, ...]
    """Boxes that were not known before."""
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the file may be imported: all of it or nothing."""
        return not self.errors


def plan_stock(
    table: Table, products: Iterable[Product], lots: Iterable[Lot], codes: Mapping[str, TraceCode]
) -> StockPlan:
    """Read a stock file against the catalogue, the lots and the boxes known so far.

    有效期至 2026-10 is good through the 31st, 失效期 2026-10 through 30 September. A row names its product by code, by
    barcode, or by name, pack and maker. The same file imported twice changes nothing the second time.
    """
    shop = _Shop(products, lots)
    reading = read_rows(table, STOCK_COLUMNS)
    errors = list(reading.errors)
    if reading.rows and not {"good_through", "good_before"} & set(reading.rows[0].texts):
        errors.append(row_error(1, "有效期至", "missing_column"))
        return StockPlan((), (), (), {}, (), tuple(errors), reading.ignored_columns)
    creates: list[Lot] = []
    updates: list[Lot] = []
    unchanged: list[Lot] = []
    quantities: dict[str, int] = {}
    boxes: dict[str, TraceCode] = {}
    seen: dict[str, int] = {}
    for row in reading.rows:
        if not row.sound:
            continue
        try:
            product = shop.product(row)
            present = shop.lot(product.id, row.text("lot_no"))
            lot = _lot(row, product, present)
            if lot.id in seen:
                raise CellRefused("repeated_row", column="批号", other=seen[lot.id])
            seen[lot.id] = row.number
            found = _boxes(row, product, lot, codes, boxes)
        except CellRefused as refused:
            column = str(refused.facts.get("column", "商品编码"))
            facts = {name: fact for name, fact in refused.facts.items() if name != "column"}
            errors.append(row_error(row.number, column, refused.code, _value_of(row, column), **facts))
            continue
        boxes.update((box.code, box) for box in found)
        quantity = row.values["quantity"]
        quantities[lot.id] = quantity if isinstance(quantity, int) else 0
        if present is None:
            creates.append(lot)
        else:
            (unchanged if lot == present else updates).append(lot)
    new_boxes = tuple(box for box in boxes.values() if box.code not in codes)
    return StockPlan(
        tuple(creates), tuple(updates), tuple(unchanged), quantities, new_boxes, tuple(errors), reading.ignored_columns
    )


class _Shop:
    """The products and lots of the shop by everything that a stock row may name them by."""

    def __init__(self, products: Iterable[Product], lots: Iterable[Lot]) -> None:
        self._by_id: dict[str, Product] = {}
        self._by_barcode: dict[str, list[Product]] = {}
        self._by_name: dict[tuple[str, str], list[Product]] = {}
        self._lots = {(lot.product_id, lot.lot_no): lot for lot in lots}
        for product in products:
            self._by_id[product.id] = product
            self._by_barcode.setdefault(product.barcode, []).append(product)
            self._by_name.setdefault((product.generic_name, product.spec), []).append(product)

    def product(self, row: ReadRow) -> Product:
        """The one product that the row names."""
        if row.text("product_id"):
            product = self._by_id.get(row.text("product_id"))
            if product is None:
                raise CellRefused("unknown_product", column="商品编码")
            return product
        column = "商品条码" if row.text("barcode") else "通用名称"
        if row.text("barcode"):
            fitting = self._by_barcode.get(row.text("barcode"), [])
            if len(fitting) > 1:
                fitting = self._narrowed(fitting, row)
        else:
            fitting = self._narrowed(self._by_name.get((row.text("generic_name"), row.text("spec")), []), row)
        if not fitting:
            raise CellRefused("unknown_product", column=column)
        if len(fitting) > 1:
            raise CellRefused("several_products", column=column)
        return fitting[0]

    def _narrowed(self, products: Sequence[Product], row: ReadRow) -> list[Product]:
        spec, maker = row.text("spec"), row.text("maker")
        return [
            product
            for product in products
            if (not spec or product.spec == spec) and (not maker or product.maker == maker)
        ]

    def lot(self, product_id: str, lot_no: str) -> Lot | None:
        """The lot of that number, where the shop has it."""
        return self._lots.get((product_id, lot_no))


def _lot(row: ReadRow, product: Product, present: Lot | None) -> Lot:
    expires_on = row.values.get("good_through", row.values.get("good_before"))
    if not isinstance(expires_on, date):
        raise CellRefused("required", column="有效期至")
    made_on = row.values.get("made_on")
    if isinstance(made_on, date) and made_on > expires_on:
        raise CellRefused("expiry_before_made", column="有效期至")
    if present is not None and present.expires_on != expires_on:
        raise CellRefused("lot_changed", column="有效期至", known=present.expires_on.isoformat())
    given = {field: row.values[field] for field in ("made_on", "state", "supplier") if field in row.values}
    if present is not None:
        return present.model_copy(update=given)
    lot_no = row.text("lot_no")
    return Lot(id=_lot_id(product.id, lot_no), product_id=product.id, lot_no=lot_no, expires_on=expires_on).model_copy(
        update=given
    )


def _lot_id(product_id: str, lot_no: str) -> str:
    """An id that the same lot gets again, within 36 characters."""
    plain = f"{product_id}-{lot_no}"
    if len(plain) <= 36 and plain.isascii():
        return plain
    return f"L{hashlib.sha256(plain.encode()).hexdigest()[:32]}"


def _boxes(
    row: ReadRow, product: Product, lot: Lot, known: Mapping[str, TraceCode], before: Mapping[str, TraceCode]
) -> tuple[TraceCode, ...]:
    """The boxes that the row names; a box that the shop already has of this very lot is fine."""
    codes = [code for code in row.text("codes").split(";") if code]
    prefixes = [prefix for prefix in product.trace_prefix.split(";") if prefix]
    taken: set[str] = set()
    for code in codes:
        if re.fullmatch(r"8[0-9]{19}", code) is None:
            lost = "E+" in code.upper()
            raise CellRefused("lost_digits" if lost else "trace_code", column="追溯码", code=code)
        if prefixes and code[:7] not in prefixes:
            raise CellRefused("trace_code_prefix", column="追溯码", code=code)
        if code in before or code in taken:
            raise CellRefused("trace_code_repeated", column="追溯码", code=code)
        present = known.get(code)
        if present is not None and (present.product_id, present.lot_id) != (product.id, lot.id):
            raise CellRefused("trace_code_known", column="追溯码", code=code)
        taken.add(code)
    quantity = row.values.get("quantity")
    if isinstance(quantity, int) and len(codes) > quantity:
        raise CellRefused("more_codes", column="追溯码")
    return tuple(TraceCode(code=code, product_id=product.id, lot_id=lot.id) for code in codes)


def _value_of(row: ReadRow, title: str) -> str:
    field = next((column.field for column in STOCK_COLUMNS if column.title == title), "")
    if field == "good_through" and not row.texts.get(field):
        field = "good_before"
    return row.texts.get(field, "")[:60]
