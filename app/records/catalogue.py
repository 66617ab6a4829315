"""What a shop can sell: products, their lots, and the trace codes of single boxes."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from app.records.base import Count, Fen, Record


class Product(Record):
    """One sellable product and pack; lists are ';'-separated because table records are flat."""

    id: str = Field(primary_key=True, max_length=32)
    generic_name: str = Field(max_length=120)
    brand_name: str = Field(default="", max_length=60)
    form: str = Field(default="", max_length=40)
    """Dosage form (剂型)."""
    strength: str = Field(default="", max_length=60)
    """Strength alone, e.g. 0.25g."""
    spec: str = Field(default="", max_length=80)
    """Strength and pack as printed, e.g. 0.25g×24粒."""
    unit: str = Field(default="盒", max_length=8)
    """Name of the smallest saleable unit; quantities count these."""
    maker: str = Field(default="", max_length=80)
    holder: str = Field(default="", max_length=80)
    """Marketing authorisation holder (上市许可持有人); empty means the maker holds it."""
    origin: str = Field(default="", max_length=40)
    approval_no: str = Field(default="", max_length=40)
    barcode: str = Field(default="", max_length=32)
    """EAN/UPC on the pack; further ones are bound separately."""
    base_code: str = Field(default="", max_length=14)
    """本位码, 14 digits starting with 869, or empty."""
    trace_prefix: str = Field(default="", max_length=64)
    """';'-separated seven-digit prefixes (药品标识码) known to mean this product."""
    trace_required: bool = False
    """Whether every box must be sold with its trace code."""
    kind: str = Field(default="drug", max_length=12)
    """drug | tcm | food | device | cosmetic | general | service."""
    rx_class: str = Field(default="none", max_length=8)
    """rx | otc_a | otc_b | none."""
    special: str = Field(default="", max_length=24)
    """'' | ephedrine | psych2 | special_compound: which register a sale enters."""
    ingredients: str = Field(default="", max_length=400)
    """';'-separated active ingredients, normalised generic names."""
    allergy_classes: str = Field(default="", max_length=120)
    """';'-separated allergy class codes (penicillin, sulfa, …) of the ingredients."""
    lasa_group: str = Field(default="", max_length=24)
    """Products sharing a group look or sound alike."""
    high_alert: bool = False
    insurance: str = Field(default="", max_length=1)
    """'' | A | B: national insurance list class."""
    insurance_code: str = Field(default="", max_length=50)
    storage: str = Field(default="normal", max_length=8)
    """normal | cool | cold | frozen."""
    shelf: str = Field(default="", max_length=16)
    category: str = Field(default="", max_length=32)
    list_price_fen: Fen = 0
    member_price_fen: Fen = 0
    """Price for members, or 0 where there is none."""
    cost_fen: Fen = 0
    tax_code: str = Field(default="", max_length=24)
    tax_rate_bp: int = 0
    """VAT rate in basis points."""
    near_expiry_days: int = 0
    """Days before expiry at which the customer must be told; 0 means the rule pack's figure."""
    sales_rank: Count = 0
    """1 is the best seller of the chain; 0 means not ranked yet."""
    in_assortment: bool = True
    """Whether this store keeps it on its shelf (else the chain's long aisle)."""
    active: bool = True


class DatedPrice(Record):
    """A price that a product has from one calendar day on, told before it begins."""

    id: str = Field(primary_key=True, max_length=48)
    """`PRODUCT@2026-11-22`, see `dated_price`: a corrected row for the same first day takes the place of the wrong one."""
    product_id: str = Field(index=True, max_length=32)
    price_fen: Fen = Field(gt=0)
    member_price_fen: Fen = Field(default=0, ge=0)
    """Price for members while this price holds, or 0 where there is none."""
    effective_from: date
    """The first day on the store's calendar."""
    effective_to: date | None = None
    """The last day, or None: until a row with a later first day begins."""
    active: bool = True
    """False takes the row back."""

    def holds_on(self, day: date) -> bool:
        """Whether this is a price of that day."""
        return self.active and self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


def dated_price(
    product_id: str,
    price_fen: int,
    effective_from: date,
    effective_to: date | None = None,
    *,
    member_price_fen: int = 0,
    active: bool = True,
) -> DatedPrice:
    """A dated price with the id that belongs to its product and first day; ValueError where it ends before it begins."""
    if effective_to is not None and effective_to < effective_from:
        raise ValueError(f"{effective_to} is before {effective_from}")
    return DatedPrice(
        id=f"{product_id}@{effective_from.isoformat()}",
        product_id=product_id,
        price_fen=price_fen,
        member_price_fen=member_price_fen,
        effective_from=effective_from,
        effective_to=effective_to,
        active=active,
    )


class Lot(Record):
    """One batch of one product as it stands in this store."""

    id: str = Field(primary_key=True, max_length=36)
    product_id: str = Field(index=True, max_length=32)
    lot_no: str = Field(max_length=40)
    made_on: date | None = None
    expires_on: date
    """The last day the pack is good (有效期至 2026-10 is stored as 2026-10-31)."""
    state: str = Field(default="saleable", max_length=12)
    """saleable | locked | recalled."""
    supplier: str = Field(default="", max_length=80)


class TraceCode(Record):
    """One box known by its drug trace code, and where it stands."""

    code: str = Field(primary_key=True, max_length=64)
    product_id: str = Field(index=True, max_length=32)
    lot_id: str | None = Field(default=None, max_length=36)
    """Known only where goods-in recorded it."""
    state: str = Field(default="in_stock", max_length=10)
    """in_stock | sold | returned | scrapped."""
    sale_id: str | None = Field(default=None, max_length=36)
    sale_number: str = Field(default="", max_length=64)
    sold_on: date | None = None
