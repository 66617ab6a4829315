"""Importing and exporting a shop's own products."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence

from app.domain.importing.columns import (
    CellRefused,
    Column,
    ReadRow,
    barcode,
    choice,
    digits,
    drug_base_code,
    money,
    names,
    rate,
    read_rows,
    text,
    trace_prefixes,
    whole,
    yes_no,
)
from app.domain.importing.plan import ImportPlan, RowError, row_error
from app.domain.importing.table import Table, write_csv
from app.domain.money import format_fen
from app.records.catalogue import Product

_KINDS = {
    "药品": "drug",
    "中药饮片": "tcm",
    "食品": "food",
    "医疗器械": "device",
    "化妆品": "cosmetic",
    "其他": "general",
    "服务": "service",
    "西药": "drug",
    "中成药": "drug",
    "饮片": "tcm",
    "中药": "tcm",
    "保健食品": "food",
    "保健品": "food",
    "器械": "device",
    "日用品": "general",
    "百货": "general",
}
_RX_CLASSES = {
    "处方药": "rx",
    "甲类otc": "otc_a",
    "乙类otc": "otc_b",
    "非药品": "none",
    "处方": "rx",
    "甲类非处方药": "otc_a",
    "乙类非处方药": "otc_b",
    "甲类": "otc_a",
    "乙类": "otc_b",
    "otc甲类": "otc_a",
    "otc乙类": "otc_b",
    "无": "none",
}
_SPECIALS = {
    "含麻黄碱": "ephedrine",
    "第二类精神药品": "psych2",
    "含特殊药品复方制剂": "special_compound",
    "含麻": "ephedrine",
    "二类精神药品": "psych2",
    "精神二类": "psych2",
    "含特殊药品": "special_compound",
    "无": "",
}
_INSURANCE = {"甲类": "A", "乙类": "B", "自费": "", "甲": "A", "乙": "B", "无": "", "a": "A", "b": "B"}
_STORAGE = {"常温": "normal", "阴凉": "cool", "冷藏": "cold", "冷冻": "frozen", "室温": "normal"}
_APPROVAL_SHAPES = {
    "drug": r"国药准字[HZSBTFJ][CJ]?\d{8}|(医药产品注册证号|进口药品注册证号)?[HZSB][CJ]?\d{8}|国药试字[HZSB]\d{8}",
    "device": r".{1,4}械(注[准进许]\d{11}|备(案号)?\d{8,13}号?)|.{1,3}食?药监械[(（][准进许][)）]字\d{4}第\d{7}号",
}
"""Shapes by kind: domain notes on approval numbers (drug law annexes); other kinds bear many papers and pass."""


def _approval(cell: str) -> str:
    return text(40)(cell.replace(" ", "").upper())


def _title_of(words: dict[str, str]) -> Callable[[str], str]:
    """The first word for a code: what an export writes."""
    return {code: word for word, code in reversed(words.items())}.__getitem__


def _plain(value: object) -> str:
    return str(value)


def _yes(value: object) -> str:
    return "是" if value else "否"


def _yuan(value: object) -> str:
    return format_fen(value) if isinstance(value, int) else ""


def _percent(value: object) -> str:
    return f"{format_fen(value)}%" if isinstance(value, int) else ""


PRODUCT_COLUMNS: tuple[Column, ...] = (
    Column("id", ("商品编码", "商品编号", "货号", "商品ID", "Product code", "SKU", "Item code"), digits(32)),
    Column(
        "generic_name",
        ("通用名称", "通用名", "药品名称", "药品通用名", "品名", "商品名称", "名称", "Generic name", "Name", "Product"),
        text(120),
        required=True,
    ),
    Column("brand_name", ("商品名", "品牌", "商标名", "Brand", "Brand name"), text(60)),
    Column("form", ("剂型", "Dosage form", "Form"), text(40)),
    Column("strength", ("含量规格", "剂量", "制剂规格", "Strength"), text(60)),
    Column("spec", ("规格", "包装规格", "商品规格", "Spec", "Specification", "Pack"), text(80), required=True),
    Column("unit", ("单位", "包装单位", "销售单位", "Unit"), text(8)),
    Column("maker", ("生产企业", "生产厂家", "厂家", "产家", "生产厂商", "Maker", "Manufacturer"), text(80)),
    Column("holder", ("上市许可持有人", "持有人", "MAH", "Holder", "Marketing authorisation holder"), text(80)),
    Column("origin", ("产地", "Origin"), text(40)),
    Column("approval_no", ("批准文号", "注册证号", "批准文号/注册证号", "Approval number", "Approval no"), _approval),
    Column("barcode", ("商品条码", "条形码", "条码", "国际条码", "Barcode", "EAN", "EAN-13"), barcode),
    Column("base_code", ("本位码", "药品本位码", "Base code"), drug_base_code),
    Column("trace_prefix", ("药品标识码", "追溯码前缀", "追溯码前7位", "Trace prefix"), trace_prefixes),
    Column("trace_required", ("须扫追溯码", "是否追溯", "追溯码管理", "Trace required"), yes_no),
    Column("kind", ("类别", "商品类别", "商品类型", "Kind"), choice(_KINDS)),
    Column("rx_class", ("处方分类", "处方类别", "是否处方药", "Rx class", "Prescription class"), choice(_RX_CLASSES)),
    Column("special", ("特殊管理", "特殊药品", "Special"), choice(_SPECIALS)),
    Column("ingredients", ("成分", "有效成分", "活性成分", "Ingredients"), names(400)),
    Column("allergy_classes", ("过敏类别", "Allergy classes"), names(120)),
    Column("lasa_group", ("易混淆组", "形似音似", "LASA", "LASA group"), text(24)),
    Column("high_alert", ("高警示", "高警示药品", "High alert"), yes_no),
    Column("insurance", ("医保类别", "医保", "甲乙类", "Insurance", "Insurance class"), choice(_INSURANCE)),
    Column("insurance_code", ("医保编码", "国家医保编码", "医保代码", "Insurance code"), digits(50)),
    Column("storage", ("储存条件", "贮藏", "存储条件", "Storage"), choice(_STORAGE)),
    Column("shelf", ("货位", "货架", "货位号", "Shelf"), text(16)),
    Column("category", ("分类", "商品分类", "功效分类", "Category"), text(32)),
    Column("list_price_fen", ("零售价", "售价", "标价", "销售价", "Price", "Retail price"), money, required=True),
    Column("member_price_fen", ("会员价", "Member price"), money),
    Column("cost_fen", ("进价", "成本价", "采购价", "Cost", "Purchase price"), money),
    Column("tax_code", ("税收编码", "税收分类编码", "Tax code"), digits(24)),
    Column("tax_rate_bp", ("税率", "Tax rate", "VAT"), rate),
    Column("near_expiry_days", ("近效期天数", "Near expiry days"), whole),
    Column("sales_rank", ("销售排名", "Sales rank"), whole),
    Column("in_assortment", ("本店经营", "本店在售", "In assortment"), yes_no),
    Column("active", ("启用", "是否启用", "Active"), yes_no),
)
_WRITERS: dict[str, Callable[[str], str]] = {
    "kind": _title_of(_KINDS),
    "rx_class": _title_of(_RX_CLASSES),
    "special": _title_of(_SPECIALS),
    "insurance": _title_of(_INSURANCE),
    "storage": _title_of(_STORAGE),
}


def plan_products(table: Table, existing: Iterable[Product]) -> ImportPlan[Product]:
    """Read a product file against the catalogue; a blank cell keeps what is known, or means the default if new.

    A row means the product with its 商品编码; else the one with its barcode; else the one of the same name, pack and
    maker; else a new one. A new medicine must say its 处方分类: nobody may sell it freely by an omission.
    """
    known = _Known(existing)
    reading = read_rows(table, PRODUCT_COLUMNS)
    errors = list(reading.errors)
    creates: list[Product] = []
    updates: list[Product] = []
    unchanged: list[Product] = []
    seen: dict[str, int] = {}
    for row in reading.rows:
        try:
            present = known.find(row)
        except CellRefused as refused:
            errors.append(row_error(row.number, "商品编码", refused.code, row.texts.get("barcode", "")))
            continue
        product_id = present.id if present is not None else row.text("id") or _new_id(row)
        if product_id in seen:
            errors.append(
                row_error(row.number, "商品编码", "repeated_row", row.text("generic_name"), other=seen[product_id])
            )
            continue
        seen[product_id] = row.number
        if not row.sound:
            continue
        base = present if present is not None else _new(product_id, row)
        product = base.model_copy(update={**row.values, "id": product_id})
        errors.extend(_whole_row_errors(row, product, present is None))
        if present is None:
            creates.append(product)
        else:
            (unchanged if product == present else updates).append(product)
    return ImportPlan(tuple(creates), tuple(updates), tuple(unchanged), tuple(errors), reading.ignored_columns)


def export_products(products: Iterable[Product]) -> str:
    """The products as CSV text that imports to the same products; save it as "utf-8-sig"."""
    return write_csv(
        (column.title for column in PRODUCT_COLUMNS),
        ([_cell(product, column) for column in PRODUCT_COLUMNS] for product in products),
    )


def _cell(product: Product, column: Column) -> str:
    value = getattr(product, column.field)
    if column.read is money:
        return _yuan(value)
    if column.read is rate:
        return _percent(value)
    if column.read is yes_no:
        return _yes(value)
    writer = _WRITERS.get(column.field)
    return writer(value) if writer is not None else _plain(value)


class _Known:
    """The present catalogue by everything that can identify a row."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_id: dict[str, Product] = {}
        self._by_barcode: dict[str, list[Product]] = {}
        self._by_name: dict[tuple[str, str, str], list[Product]] = {}
        for product in products:
            self._by_id[product.id] = product
            self._by_name.setdefault((product.generic_name, product.spec, product.maker), []).append(product)
            if product.barcode:
                self._by_barcode.setdefault(product.barcode, []).append(product)

    def find(self, row: ReadRow) -> Product | None:
        """The product that the row means; CellRefused where several fit."""
        if row.text("id"):
            return self._by_id.get(row.text("id"))
        named = self._by_name.get((row.text("generic_name"), row.text("spec"), row.text("maker")), [])
        coded = self._by_barcode.get(row.text("barcode"), [])
        both = [product for product in coded if product in named]
        return _only(both or coded or ([] if row.text("barcode") else named))


def _only(products: Sequence[Product]) -> Product | None:
    if len(products) > 1:
        raise CellRefused("several_products")
    return products[0] if products else None


def _new_id(row: ReadRow) -> str:
    """An id that the same row gets again: by its barcode, else by its name, pack and maker."""
    if row.text("barcode"):
        return f"B{row.text('barcode')}"
    key = "|".join((row.text("generic_name"), row.text("spec"), row.text("maker")))
    return f"N{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def _new(product_id: str, row: ReadRow) -> Product:
    """A new product before its cells are filled in; without 类别 the approval number tells the kind."""
    approval = row.text("approval_no")
    kinds = (("国药", "drug"), ("械", "device"), ("食健", "food"), ("妆", "cosmetic"))
    kind = next((kind for mark, kind in kinds if mark in approval), "general")
    return Product(id=product_id, generic_name=row.text("generic_name"), kind=kind)


def _whole_row_errors(row: ReadRow, product: Product, created: bool) -> Iterable[RowError]:
    """What is wrong between the cells of one row."""
    shape = _APPROVAL_SHAPES.get(product.kind)
    if shape is not None and "approval_no" in row.values and re.fullmatch(shape, product.approval_no) is None:
        yield row_error(row.number, "批准文号", "approval_no", row.texts["approval_no"])
    if product.kind == "drug" and not product.maker:
        yield row_error(row.number, "生产企业", "required")
    if product.kind == "drug" and created and "rx_class" not in row.values:
        yield row_error(row.number, "处方分类", "required")
    if product.member_price_fen > product.list_price_fen:
        yield row_error(row.number, "会员价", "price_order", format_fen(product.member_price_fen))
