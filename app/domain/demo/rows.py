"""The authored rows that the demo pharmacy grows from, parsed from CSV text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

_COUNT = re.compile(r"\d+")
_SINGLE = re.compile(r"1(?P<word>[支瓶盒袋只包罐条台套副卷块把剂次])(?:[(（].*)?")


@dataclass(frozen=True, slots=True)
class GenericRow:
    """One generic name, dosage form and strength, with the packs and the makers' number that exist of it."""

    ref: int
    """Four digits that never change: ids and barcodes are made from them."""
    generic_name: str
    form: str
    strength: str
    packs: tuple[str, ...]
    unit: str
    kind: str
    rx_class: str
    special: str
    ingredients: str
    allergy_classes: str
    insurance: str
    storage: str
    price_low_fen: int
    price_high_fen: int
    """Equal to the low price where the first maker's first pack costs exactly that."""
    member_price_fen: int
    """Member price of the first maker's first pack, or 0."""
    category: str
    lasa_group: str
    high_alert: bool
    trace_required: bool
    approval: str
    """H | Z | S | F (health food) | D1 | D2 | D3 (device class) | C (cosmetic) | none."""
    tax_rate_bp: int
    makers: int
    origin: str
    same_barcode: bool
    """Whether all packs of one maker bear one barcode, as happens in life."""

    def unit_of(self, pack: str) -> str:
        """The word a cashier counts this pack with: 支 for "1支", 盒 for "10支" of 支, else the row's own word."""
        single = _SINGLE.fullmatch(pack)
        if single is not None:
            return single["word"]
        return "盒" if pack.endswith(self.unit) else self.unit


@dataclass(frozen=True, slots=True)
class MakerRow:
    """One invented maker."""

    number: int
    name: str
    brand: str
    makes: str
    """chem | tcm | bio | device | food | daily | piece."""


@dataclass(frozen=True, slots=True)
class DemoRows:
    """All authored files of the demo pharmacy; the small ones stay plain rows."""

    generics: tuple[GenericRow, ...]
    makers: tuple[MakerRow, ...]
    shelves: Mapping[str, str]
    """Shelf letter by category."""
    lots: tuple[Mapping[str, str], ...]
    offers: tuple[Mapping[str, str], ...]
    rights: tuple[Mapping[str, str], ...]
    campaigns: tuple[Mapping[str, str], ...]
    names: Mapping[str, str]
    tiers: tuple[Mapping[str, str], ...]
    staff: tuple[Mapping[str, str], ...]
    store: Mapping[str, str]
    sheet: tuple[Mapping[str, str], ...]

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> DemoRows:
        """Parse the texts of `resources/demo/*.csv` by file name without ending; KeyError names a missing one."""
        return cls(
            generics=tuple(_generic(row) for row in load_rows(texts["generics"])),
            makers=tuple(
                MakerRow(int(row["number"]), row["name"], row["brand"], row["makes"])
                for row in load_rows(texts["makers"])
            ),
            shelves={row["category"]: row["shelf"] for row in load_rows(texts["categories"])},
            lots=load_rows(texts["lots"]),
            offers=load_rows(texts["offers"]),
            rights=load_rows(texts["rights"]),
            campaigns=load_rows(texts["campaigns"]),
            names={row["kind"]: row["text"] for row in load_rows(texts["names"])},
            tiers=load_rows(texts["tiers"]),
            staff=load_rows(texts["staff"]),
            store={row["key"]: row["value"] for row in load_rows(texts["store"])},
            sheet=load_rows(texts["sheet"]),
        )


def load_rows(text: str) -> tuple[dict[str, str], ...]:
    """Read CSV text with a header line into one dict a row; a byte order mark is ignored."""
    return tuple(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def count_of(pack: str) -> int:
    """How many pieces a pack text speaks of: 日8片+夜4片 -> 12, 60粒×2瓶 -> 120, 大号 -> 1."""
    numbers = [int(digits) for digits in _COUNT.findall(pack.partition("(")[0])]
    if "×" in pack and len(numbers) == 2:
        return numbers[0] * numbers[1]
    return sum(numbers) or 1


def _generic(row: Mapping[str, str]) -> GenericRow:
    return GenericRow(
        ref=int(row["ref"]),
        generic_name=row["generic_name"],
        form=row["form"],
        strength=row["strength"],
        packs=tuple(row["packs"].split(";")),
        unit=row["unit"],
        kind=row["kind"],
        rx_class=row["rx_class"],
        special=row["special"],
        ingredients=row["ingredients"],
        allergy_classes=row["allergy_classes"],
        insurance=row["insurance"],
        storage=row["storage"],
        price_low_fen=int(row["price_low_fen"]),
        price_high_fen=int(row["price_high_fen"]),
        member_price_fen=int(row["member_price_fen"]),
        category=row["category"],
        lasa_group=row["lasa_group"],
        high_alert=row["high_alert"] == "1",
        trace_required=row["trace_required"] == "1",
        approval=row["approval"],
        tax_rate_bp=int(row["tax_rate_bp"]),
        makers=int(row["makers"]),
        origin=row["origin"],
        same_barcode=row["same_barcode"] == "1",
    )
