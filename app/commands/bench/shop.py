"""Shops for benches: the demo pharmacy with deep shelves, catalogues of any size, many offers, a cashier at an open till."""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.assembly import Till
from app.commands import options
from app.domain.demo import PRODUCT_FIELDS, DemoPharmacy, DemoRows, scale_catalogue
from app.founding import demo_pharmacy as demo
from app.founding import found_demo
from app.records.catalogue import Product
from app.records.clock import Clock
from app.records.offers import Offer
from app.records.resources import resource
from app.store import catalogue, search_index
from app.store.catalogue import build_catalogue

OPENING_STOCK = 1_000_000
"""Packs of every lot, so that no bench sells a shelf empty."""
MEMBER = "member-00001"
"""Gold, chronic, allergic to two classes: every check has something to do."""
LINES = 6
"""Lines in the basket of a usual sale."""
CASHIER, PIN = "staff-1001", "1001"
PHARMACIST, PHARMACIST_PIN = "staff-1002", "1002"


@dataclass(frozen=True, slots=True)
class Place:
    """One till to scan at, with what lies on its counter."""

    title: str
    till: Till
    codes: list[tuple[str, Product]]
    """Barcodes of goods and trace codes of boxes, in turns."""


def pharmacy(clock: Clock) -> DemoPharmacy:
    """The demo pharmacy with more on its shelves than a bench can sell."""
    made = demo(clock)
    return replace(made, stock=dict.fromkeys(made.stock, OPENING_STOCK))


def found(folder: Path, clock: Clock, shop: DemoPharmacy, *, members: bool = True) -> Path:
    """A till's data folder of the bench pharmacy."""
    with options.progress("a pharmacy to measure in"):
        found_demo(folder, clock, shop, members=members)
    return folder


def copied(folder: Path, to: Path) -> Path:
    """A closed till's folder once more, to be changed by itself."""
    shutil.copytree(folder, to)
    (to / "reserve").unlink(missing_ok=True)
    return to


def restock(
    folder: Path, clock: Clock, shop: DemoPharmacy, size: int, offers: Iterable[Offer], seed: int, keep: Path | None = None
) -> None:
    """Give a folder a catalogue of `size` products, the pharmacy's own first, with these offers.

    A catalogue beyond the pharmacy's own size that was made by the same code from the same rows before is taken from `keep`.
    """
    own = list(shop.products[:size]) if size < len(shop.products) else list(shop.products)
    ranks = {product.id: rank for rank, product in enumerate((p for p in own if p.in_assortment), 1)}
    running = list(offers)
    kept = keep / f"catalogue-{size}-{_recipe(shop, running, seed)}.db" if keep is not None and size > len(own) else None
    if kept is not None and kept.exists():
        shutil.copyfile(kept, folder / "catalogue.db")
        return
    with options.progress(f"a catalogue of {size:,} products", size) as told:
        build_catalogue(
            folder / "catalogue.db",
            _filled(own, size, seed),
            running,
            ranks,
            version=f"bench-{size}",
            built_at=clock.now(),
            progress=told,
        )
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "catalogue.db", kept.with_suffix(".part"))
        kept.with_suffix(".part").rename(kept)


def _recipe(shop: DemoPharmacy, offers: Sequence[Offer], seed: int) -> str:
    """What a catalogue is made of, as a short digest: rows, offers, seed and the code that writes and reads it."""
    made = hashlib.sha256(repr((seed, [offer.model_dump() for offer in offers], shop.products)).encode())
    for module in (catalogue, search_index, sys.modules[scale_catalogue.__module__]):
        made.update(inspect.getsource(module).encode())
    return made.hexdigest()[:16]


def _filled(own: list[Product], size: int, seed: int) -> Iterator[Product]:
    """The store's own products, then the long aisle of the chain up to `size`."""
    yield from own
    rows = DemoRows.parse({path.stem: path.read_text("utf-8") for path in resource("demo").glob("*.csv")})
    if size > len(own):
        for values in scale_catalogue(rows, size - len(own), seed):
            known: dict[str, Any] = dict(zip(PRODUCT_FIELDS, values, strict=True))
            known.update(in_assortment=False, trace_prefix="")
            known["sales_rank"] += len(own)
            yield Product.model_construct(**known)


def many_offers(products: Iterable[Product], count: int, today: date, seed: int) -> list[Offer]:
    """`count` offers of every kind: two on everything, eighteen on a category, the others on a few products each."""
    draw = Random(seed)
    ids = [p.id for p in products if p.in_assortment and p.rx_class != "rx"]
    categories = sorted({p.category for p in products if p.category})
    made = []
    for number in range(count):
        kind, terms = draw.choice(_KINDS)
        scope = "product:" + ";".join(draw.sample(ids, 6))
        if number < 20:
            scope = f"category:{draw.choice(categories)}"
        if number < 2:
            kind, terms, scope = "threshold", {"tiers": [{"reach_fen": 20000, "off_fen": 1000}]}, "all"
        made.append(
            Offer(
                id=f"bench-{number:04d}",
                kind=kind,
                title_zh=f"活动 {number}",
                title_en=f"Offer {number}",
                scope=scope,
                terms=json.dumps(terms),
                stack_group=draw.choice(("", "", "a", "b")),
                members_only=number % 7 == 0,
                starts_on=today - timedelta(days=30),
                ends_on=today + timedelta(days=300),
            )
        )
    return made


_KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("percent", {"percent_off_bp": 1000}),
    ("amount_off", {"amount_fen": 100}),
    ("nth_cheaper", {"nth": 2, "percent_off_bp": 5000}),
    ("threshold", {"tiers": [{"reach_fen": 5000, "off_fen": 500}]}),
)


def at_the_counter(till: Till, *, member: str = MEMBER) -> Till:
    """Sign in, open the shift, put the pharmacist on duty, attach a member."""
    till.shifts.sign_in(CASHIER, PIN)
    if not till.shifts.has_open_shift:
        till.shifts.open(50_000).result()
    if not till.store.shifts.duty_pharmacists():
        till.shifts.duty_pharmacist(PHARMACIST, True, PHARMACIST_PIN).result()
    if member:
        till.selling.attach_member(member)
    return till


def settle_down(till: Till) -> None:
    """Wait until the writer has nothing left to do, the frames flushed: the pause that a person makes by being a person."""
    till.store.writer.submit(lambda _: till.store.frames.flush(), background=True).result()


def prepared(title: str, till: Till, pharmacy: DemoPharmacy, seed: int, products: int, lines: int = LINES) -> Place:
    """A cashier at work: member attached, `lines` lines in the basket, every code to scan at hand."""
    at_the_counter(till)
    draw = Random(seed)
    boxes = {code.code: code.product_id for code in pharmacy.trace_codes if code.lot_id}
    known = {product.id: product for product in pharmacy.products[:products]}
    goods = [p for p in known.values() if p.in_assortment and p.barcode and p.list_price_fen > 0]
    draw.shuffle(goods)
    single = [p for p in goods if len(till.store.catalogue.by_barcode(p.barcode)) == 1]
    for product in single[:lines]:
        till.selling.scan(product.barcode)
    barcodes = [(p.barcode, p) for p in single[lines : lines + 300]]
    traced = [(code, known[owner]) for code, owner in boxes.items() if owner in known][:300]
    draw.shuffle(traced)
    codes = [one for pair in zip(barcodes, traced, strict=False) for one in pair]
    return Place(title, till, codes)


def paused(place: Place) -> Callable[[], tuple[str, Product]]:
    """Before a scan: everything of the last one is written, and the next code is at hand."""
    turn = iter(range(1_000_000_000))

    def before() -> tuple[str, Product]:
        settle_down(place.till)
        place.till.store.writer.touched()
        return place.codes[next(turn) % len(place.codes)]

    return before


class Boxes:
    """Trace codes of boxes that nobody has sold yet, made up for a product's prefix."""

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def of(self, product: Product) -> str:
        """The code of the next box of a product; its prefix must be known."""
        self._next += 1
        return product.trace_prefix.split(";")[0] + f"{self._next:013d}"


def sold_without_a_word(till: Till, shop: DemoPharmacy, wanted: int, *, traced: bool) -> list[Product]:
    """Products whose scan asks nobody anything: neither block nor confirmation for this basket's member."""
    boxes, found = Boxes(9_000_000), []
    for product in shop.products:
        if not product.in_assortment or product.trace_required is not traced or not product.barcode or product.rx_class == "rx":
            continue
        if traced and not product.trace_prefix:
            continue
        scene = till.selling.scan(boxes.of(product) if traced else product.barcode)
        if len(scene.lines) == 1 and not scene.blocks and not scene.confirms and scene.question is None:
            found.append(product)
        if scene.question is not None:
            till.selling.dismiss_question()
        for line in scene.lines:
            till.selling.remove(line.line_id)
        if len(found) == wanted:
            break
    return found
