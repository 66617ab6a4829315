"""How long a scan takes at the counter: from the raw code to the scene, at several catalogue sizes, and to the painted line."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.assembly import Till
from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Subject, against, in_turns, ratio, slowness
from app.commands.bench.shop import Place
from app.records.catalogue import Product
from app.records.clock import SystemClock, shop_day
from app.store.cipher import raw_connection
from app.store.keys import LEDGER_KEY, read_key

if TYPE_CHECKING:
    import sqlite3 as dbapi
else:
    from sqlcipher3 import dbapi2 as dbapi

SMALL = ((1_500, 10), (50_000, 10), (50_000, 200))
LARGE = ((1_000_000, 10), (1_000_000, 200))
QUICK = ((1_500, 10),)
"""(products in the catalogue, offers)."""


def run(asked: Asked) -> Report:
    """Scan into a basket of six lines with a member attached, the basket persisted behind every scan; undo after each."""
    sizes = QUICK if asked.quick else SMALL + (LARGE if asked.large else ())
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder, ExitStack() as open_tills:
        pharmacy = shop.pharmacy(clock)
        base = shop.found(Path(folder) / "base", clock, pharmacy, members=not asked.quick)
        places = []
        for products, offers in sizes:
            there = shop.copied(base, Path(folder) / f"{products}-{offers}")
            today = shop_day(clock.now())
            # The demo's own ten, or as many made-up ones as were asked for.
            running = pharmacy.offers if offers <= len(pharmacy.offers) else shop.many_offers(pharmacy.products, offers, today, asked.seed)
            shop.restock(there, clock, pharmacy, products, running, asked.seed, asked.keep)
            till = Till(there, clock)
            open_tills.callback(till.close)
            places.append(shop.prepared(f"{products:,} products, {offers} offers", till, pharmacy, asked.seed, products))
        subjects = {}
        for place in places:
            subjects[place.title] = scanning(place)
            subjects[place.title + " floor"] = open_tills.enter_context(closing(_Floor(place))).subject()
        found = in_turns("scan", subjects, asked.count())
        cases: dict[str, Any] = {p.title: against(found[p.title], found[p.title + " floor"]) for p in places}
        goals = []
        if len(places) > 1:
            first, rest = places[0].title, [p.title for p in places[1:] if p.title.endswith(" 10 offers")]
            cpu = {title: statistics.median(found[title].cpu) for title in cases}
            grows = max(ratio(cpu[title], cpu[first]) for title in rest)
            goals.append(Goal("scan cost does not grow with the catalogue: CPU p50, largest against smallest", grows, 1.2))
        facts: dict[str, Any] = {"lines": shop.LINES, "member": True, "slowness": slowness(found)}
        left_out: list[str] = []
        try:
            from app.commands.bench import paint
        except ImportError as error:
            left_out.append(f"scan to paint: Qt cannot be loaded here ({error.name})")
        else:
            full = shop.copied(base, Path(folder) / "full")
            till = Till(full, clock)
            open_tills.callback(till.close)
            painting = {paint.LINES: places[0]}
            many = paint.MANY_LINES
            painting[many] = shop.prepared("a full basket", till, pharmacy, asked.seed, len(pharmacy.products), many)
            painted = paint.measure(painting, shop.paused, asked)
            cases.update(painted.cases)
            goals.extend(painted.goals)
        return Report("scan", cases, goals, facts, left_out)


def scanning(place: Place) -> Subject:
    """Scan the next code of a place; the act is undone and everything flushed before the next one."""
    return Subject(_next_code(place), shop.paused(place), place.till.selling.undo)


def _next_code(place: Place) -> Callable[[tuple[str, Product]], object]:
    return lambda code: place.till.selling.scan(code[0])


class _Floor:
    """The least a scan must read: the product's row by its code, and its lots, with raw statements on the same files."""

    def __init__(self, place: Place) -> None:
        folder = place.till.folder
        self._place = place
        self._ledger = raw_connection(folder / "ledger.db", read_key(folder, LEDGER_KEY))
        self._catalogue = dbapi.connect(str(folder / "catalogue.db"))

    def subject(self) -> Subject:
        """The same codes in the same order."""
        turn = iter(range(1_000_000_000))
        codes = self._place.codes
        return Subject(self._read, lambda: codes[next(turn) % len(codes)])

    def _read(self, code: tuple[str, Product]) -> None:
        raw, product = code
        self._catalogue.execute("SELECT * FROM product WHERE id = ?", (product.id,)).fetchall()
        self._catalogue.execute("SELECT * FROM product WHERE barcode = ? AND barcode <> ''", (product.barcode,)).fetchall()
        self._ledger.execute(
            "SELECT lot.*, stock_level.* FROM lot LEFT JOIN stock_level ON stock_level.lot_id = lot.id WHERE lot.product_id = ?",
            (product.id,),
        ).fetchall()
        self._ledger.execute("SELECT * FROM trace_code WHERE code = ?", (raw,)).fetchall()

    def close(self) -> None:
        """Let go of both files."""
        self._ledger.close()
        self._catalogue.close()
