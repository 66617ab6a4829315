"""Products of the demo pharmacy: generic rows times packs times invented makers; and large catalogues for benches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from math import gcd, log
from random import Random

from app.domain.codes import base_code, ean13
from app.domain.demo.rows import DemoRows, GenericRow, MakerRow, count_of
from app.records.catalogue import Product

TRACE_PREFIXES = 10_000
"""How many seven-digit prefixes 899xxxx there are; a product beyond them has none and is bound at its first scan."""
PRODUCT_FIELDS = tuple(Product.model_fields)
"""Order of the values in the tuples of `scale_catalogue`."""
_SPECIALTIES = {"drug": "chem", "tcm": "piece", "food": "food", "device": "device", "service": "daily"}
_APPROVAL_MAKERS = {"Z": "tcm", "S": "bio", "F": "food"}
_SCALE_SERIALS = 10_000_000


def build_products(rows: DemoRows, seed: int) -> tuple[Product, ...]:
    """Make the catalogue in the order of the rows; each row has its own generator, so editing one moves no other."""
    prefixes = count()
    products = [
        product for row in rows.generics for product in _products_of(row, rows, Random(f"{seed}-{row.ref}"), prefixes)
    ]
    order = Random(f"{seed}-rank")
    fixed = {entry["product_id"] for entry in rows.lots}
    makers_of = {row.ref: row.makers for row in rows.generics}
    drawn = {
        product.id: order.random() / (1000 if product.id in fixed else makers_of[int(product.id[1:5])])
        + (0 if product.in_assortment else 2)
        for product in products
    }
    ranks = {product_id: rank for rank, product_id in enumerate(sorted(drawn, key=drawn.__getitem__), start=1)}
    return tuple(product.model_copy(update={"sales_rank": ranks[product.id]}) for product in products)


def _products_of(row: GenericRow, rows: DemoRows, draw: Random, prefixes: Iterator[int]) -> Iterator[Product]:
    able = [maker for maker in rows.makers if maker.makes == _specialty(row)]
    fixed = {entry["product_id"] for entry in rows.lots}
    for slot, maker in enumerate(draw.sample(able, min(row.makers, len(able)))):
        branded = row.kind not in ("tcm", "service") and draw.random() < 0.35
        holder = draw.choice(able).name if row.kind == "drug" and draw.random() < 0.12 else ""
        tilt = draw.uniform(0.9, 1.12)
        for place, pack in enumerate(row.packs):
            product_id = f"P{row.ref}{'ABCDEFGH'[slot]}{place + 1}"
            prefix = next(prefixes) if row.kind == "drug" else TRACE_PREFIXES
            price = _price_fen(row, place, tilt if slot else 1.0, draw)
            yield Product(
                id=product_id,
                generic_name=row.generic_name,
                brand_name=maker.brand if branded else "",
                form=row.form,
                strength=row.strength,
                spec=f"{row.strength}×{pack}" if row.strength else pack,
                unit=row.unit_of(pack),
                maker=maker.name,
                holder="" if holder == maker.name else holder,
                origin=row.origin,
                approval_no=_approval_no(row, slot),
                barcode=_barcode(row, maker, slot, 0 if row.same_barcode else place),
                base_code=base_code(f"869{maker.number:05d}{row.ref:05d}") if row.kind == "drug" else "",
                trace_prefix=f"899{prefix:04d}" if prefix < TRACE_PREFIXES else "",
                trace_required=row.trace_required,
                kind=row.kind,
                rx_class=row.rx_class,
                special=row.special,
                ingredients=row.ingredients,
                allergy_classes=row.allergy_classes,
                lasa_group=row.lasa_group,
                high_alert=row.high_alert,
                insurance=row.insurance,
                storage=row.storage,
                shelf=f"{rows.shelves[row.category]}-{draw.randint(1, 12):02d}-{draw.randint(1, 5)}",
                category=row.category,
                list_price_fen=price,
                member_price_fen=_member_price_fen(row, slot, place, price, draw),
                cost_fen=price * draw.randint(52, 80) // 100,
                tax_rate_bp=row.tax_rate_bp,
                in_assortment=draw.random() < 0.62 or (slot == 0 and place == 0) or product_id in fixed,
            )


def _specialty(row: GenericRow) -> str:
    return _APPROVAL_MAKERS.get(row.approval) or _SPECIALTIES.get(row.kind, "daily")


def _barcode(row: GenericRow, maker: MakerRow, slot: int, place: int) -> str:
    if row.kind in ("tcm", "service"):
        return ""
    return ean13(f"6999{row.ref:04d}{slot}{place}{maker.number % 100:02d}")


def _approval_no(row: GenericRow, slot: int) -> str:
    """A number of the right shape that no authority has given: serials 99… and the year 2099."""
    serial = f"{row.ref:04d}{slot}"
    match row.approval:
        case "H" | "Z" | "S":
            return f"国药准字{row.approval}99{serial}9"
        case "F":
            return f"食健备G20993{serial}99"
        case "D1":
            return f"国械备2099{row.ref:04d}"
        case "D2" | "D3":
            return f"国械注准2099{row.approval[1]}9{serial}"
        case "C":
            return f"国妆网备字2099{serial}"
        case _:
            return ""


def _price_fen(row: GenericRow, place: int, tilt: float, draw: Random) -> int:
    """Price of one pack in fen: larger packs dearer, exact where the row fixes it."""
    low, high = row.price_low_fen, row.price_high_fen
    if low == high:
        if row.kind == "tcm":
            return max(1, round(low * (1.0, 1.25)[place % 2] * tilt))
        if place == 0 and tilt == 1.0:
            return low
        ratio = count_of(row.packs[place]) / count_of(row.packs[0])
        return _rounded(low * ratio**0.9 * tilt)
    counts = [count_of(pack) for pack in row.packs]
    span = log(max(counts) / min(counts)) if max(counts) > min(counts) else 0.0
    share = log(counts[place] / min(counts)) / span if span else draw.uniform(0.2, 0.8)
    return _rounded((low + (high - low) * share) * tilt * draw.uniform(0.97, 1.03))


def _rounded(fen: float) -> int:
    return max(10, round(fen / 10) * 10) if fen else 0


def _member_price_fen(row: GenericRow, slot: int, place: int, price_fen: int, draw: Random) -> int:
    drawn, cut = draw.random(), draw.randint(3, 12)
    if slot == 0 and place == 0 and row.price_low_fen == row.price_high_fen:
        return row.member_price_fen
    if drawn < 0.25 and price_fen > 500 and row.kind != "tcm" and not row.special:
        return _rounded(price_fen * (100 - cut) / 100)
    return 0


def scale_catalogue(rows: DemoRows, size: int, seed: int) -> Iterator[tuple[object, ...]]:
    """Yield `size` synthetic products as tuples in the order of PRODUCT_FIELDS (size up to 10 million), for benches.

    Generic rows recur with other makers, brands and packs, three in ten under a made-up name, so that names are as
    various as in a national file. Each sales rank from 1 to `size` occurs once; the first 3,000 in rank are the store's
    assortment. Barcodes are distinct; only the first 10,000 medicines have a trace prefix, the others are bound at
    their first scan.
    """
    if not 0 < size <= _SCALE_SERIALS:
        raise ValueError(f"a synthetic catalogue has 1 to {_SCALE_SERIALS} products")
    draw = Random(seed)
    syllables = rows.names["female_first"] + rows.names["male_first"] + rows.names["female_last"]
    step = _coprime_step(size)
    offset = draw.randrange(size)
    makers: dict[str, Sequence[str]] = {}
    for maker in rows.makers:
        makers[maker.makes] = [
            *makers.get(maker.makes, ()),
            *(f"{first}{maker.name}" for first in draw.sample(syllables, 40)),
        ]
    able = [makers[_specialty(row)] for row in rows.generics]
    choice, random, randrange, total = draw.choice, draw.random, draw.randrange, len(rows.generics)
    prefix = 0
    for number in range(size):
        place = number % total if number < total else randrange(total)
        row = rows.generics[place]
        pack = row.packs[randrange(len(row.packs))]
        name = row.generic_name
        if random() < 0.3:
            name = choice(syllables) + choice(syllables) + name
        brand = choice(syllables) + choice(syllables) + choice(syllables) if random() < 0.4 else ""
        drug = row.kind == "drug"
        trace_prefix = ""
        if drug and prefix < TRACE_PREFIXES:
            trace_prefix = f"899{prefix:04d}"
            prefix += 1
        low = row.price_low_fen
        price = low + randrange(row.price_high_fen - low + low // 4 + 10)
        rank = (number * step + offset) % size + 1
        yield (
            f"S{number:08d}", name, brand, row.form, row.strength,
            f"{row.strength}×{pack}" if row.strength else pack, row.unit_of(pack), choice(able[place]), "", row.origin,
            f"国药准字H98{number % 1_000_000:06d}" if drug else "", ean13(f"6999{number:08d}"),
            "", trace_prefix, row.trace_required, row.kind, row.rx_class, row.special, row.ingredients,
            row.allergy_classes, row.lasa_group, row.high_alert, row.insurance, "", row.storage, "", row.category,
            price, 0, price * 7 // 10, "", row.tax_rate_bp, 0, rank, rank <= 3000, True,
        )  # fmt: skip


def _coprime_step(size: int) -> int:
    """A step that visits every place of a ring of that size once: ranks without a shuffled list of a million."""
    step = int(size * 0.618) | 1
    while gcd(step, size) != 1:
        step += 2
    return step
