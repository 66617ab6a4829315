"""How long until what was asked for is painted: a scanned line against a plain C++ table, the palette's answer, another theme."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from app.assembly import Till
from app.commands.bench import shop
from app.commands.bench.harness import Asked, Goal, Report, Series, Subject, against, calibrated_p99, in_turns, ratio, slowness, spread
from app.commands.bench.shop import Place
from app.desktop.measuring import CounterWindow, PlainRow, PlainTable, application
from app.desktop.palette_probe import PaletteProbe
from app.records.catalogue import Product
from app.records.clock import SystemClock

if TYPE_CHECKING:
    import sqlite3 as dbapi
else:
    from sqlcipher3 import dbapi2 as dbapi

LINES, MANY_LINES = 6, 100
"""Lines in the basket."""
FLOOR_LINES = 20
"""Lines that the table has at least which the goal is stated against (performance.md §5)."""

PALETTE_PRODUCTS, PALETTE_MS, THEME_MS = 50_000, 50.0, 200.0
"""What the face promises: an answer of the palette among so many products, and another theme, within so many milliseconds."""
ASKED = (
    "b", "bl", "blf", "amxl", "aldp", "lhqw", "ganmao", "布洛芬", "阿莫", "氨氯地平", "感冒灵", "维生素", "口罩", "wenduji", "amxl 0.25",
    "6903", "王", "0001", "jb", "退货", "sz", "xyz",
)  # fmt: skip
"""Texts of goods, members, papers and commands, as people put them."""

NextCode = Callable[[], tuple[str, Product]]


def _counter(window: CounterWindow, next_code: NextCode) -> Subject:
    """From the whole scan to the painted window."""
    return Subject(window.scan, lambda: next_code()[0], window.settle)


def _floor(window: PlainTable, place: Place) -> Subject:
    """The same codes in the same order."""
    turn = _round(place)
    return Subject(window.scan, lambda: next(turn), window.settle)


def _round(place: Place) -> Iterator[str]:
    while True:
        yield from (product.id for _, product in place.codes)


def _row_of(catalogue: dbapi.Connection) -> Callable[[str], PlainRow]:
    """A raw look-up of one product."""

    def row_of(product_id: str) -> PlainRow:
        row: PlainRow = catalogue.execute(
            "SELECT generic_name, spec, maker, list_price_fen FROM product WHERE id = ?", (product_id,)
        ).fetchone()
        return row

    return row_of


def run(asked: Asked) -> Report:
    """`bench paint`: the painted half of `bench scan` by itself, with 6 and with 100 lines in the basket; then palette and theme."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder, ExitStack() as open_tills:
        pharmacy = shop.pharmacy(clock)
        base = shop.found(Path(folder) / "base", clock, pharmacy, members=not asked.quick)
        places = {}
        for lines in (LINES, MANY_LINES):
            till = Till(shop.copied(base, Path(folder) / str(lines)), clock)
            open_tills.callback(till.close)
            places[lines] = shop.prepared(f"{lines} lines", till, pharmacy, asked.seed, len(pharmacy.products), lines)
        painted = measure(places, shop.paused, asked)
        there = shop.copied(base, Path(folder) / "palette")
        products = len(pharmacy.products) if asked.quick else PALETTE_PRODUCTS
        shop.restock(there, clock, pharmacy, products, pharmacy.offers, asked.seed, asked.keep)
        till = Till(there, clock)
        open_tills.callback(till.close)
        face = _face(shop.prepared("the face", till, pharmacy, asked.seed, len(pharmacy.products), LINES), products, asked)
        return Report("paint", {**painted.cases, **face.cases}, [*painted.goals, *face.goals], painted.facts)


def _face(place: Place, products: int, asked: Asked) -> Report:
    """The palette's answers and a change of theme, at a window with six lines in the basket."""
    words = itertools.cycle(ASKED)
    answer, theme = f"palette among {products:,} products", "theme switch"
    with closing(CounterWindow(application(), place.till)) as window:
        switched = in_turns(theme, {theme: Subject(lambda _: window.switch_theme(), after=window.rest)}, min(asked.count(), 60))
        with closing(PaletteProbe(application(), window.shell)) as palette:

            def next_word() -> str:
                palette.empty()
                return next(words)

            asking = in_turns("palette", {answer: Subject(palette.ask, next_word)}, min(asked.count(), 40 * len(ASKED)))
    slow = slowness(asking)
    cases = {answer: asking[answer].figures(), theme: switched[theme].figures()}
    goals = [
        Goal(f"{answer}, p95 ms calibrated", round(spread(asking[answer].wall)["p95"] / slow, 3), PALETTE_MS),
        Goal(f"{theme}, p95 ms calibrated", round(spread(switched[theme].wall)["p95"] / slowness(switched), 3), THEME_MS),
    ]
    return Report("face", cases, goals)


def measure(places: dict[int, Place], next_code: Callable[[Place], NextCode], asked: Asked) -> Report:
    """Scan to paint at tills with so many lines in the basket.

    The floor is the one of performance.md §5: a C++ model in a table of 20 lines, or of as many as the basket has where it has
    more; fixed rows, no grid, plain words in one font. For a shorter basket a table of as many lines is sampled beside it: it
    paints far less than the cart, whose rows have two lines, marks, notes and buttons, with sums, member and echo round them.
    """
    app = application()
    subjects: dict[str, Subject] = {}
    with ExitStack() as open_now:
        for lines, place in places.items():
            catalogue = open_now.enter_context(closing(dbapi.connect(str(place.till.folder / "catalogue.db"))))
            counter = open_now.enter_context(closing(CounterWindow(app, place.till)))
            subjects[_title(lines)] = _counter(counter, next_code(place))
            tables = {" floor": max(FLOOR_LINES, lines)} | ({" alike": lines} if lines < FLOOR_LINES else {})
            for name, shown in tables.items():
                laid = [product.id for _, product in place.codes[:shown]]
                table = open_now.enter_context(closing(PlainTable(app, _row_of(catalogue), laid)))
                subjects[_title(lines) + name] = _floor(table, place)
        found = in_turns("scan to paint", subjects, asked.count())
    cases = {}
    for title in map(_title, places):
        cases[title] = against(found[title], found[title + " floor"])
        if title + " alike" in found:
            alike = against(found[title], found[title + " alike"])["ratio"]
            cases[title] |= {f"times a table of as many lines, {key.replace('_', ' ')}": figure for key, figure in alike.items()}
    return Report("paint", cases, _goals(found, places), {"slowness": slowness(found)})


def _title(lines: int) -> str:
    return f"painted, {lines} lines"


def _goals(found: dict[str, Series], places: dict[int, Place]) -> list[Goal]:
    goals = []
    for lines in places:
        title = _title(lines)
        p50, floor = spread(found[title].wall)["p50"], spread(found[title + " floor"].wall)["p50"]
        goals.append(Goal(f"scan to painted line, {lines} lines, p50 ms calibrated", round(p50 / slowness(found), 3), 5.0))
        goals.append(Goal(f"scan to painted line, {lines} lines, p99 ms calibrated", calibrated_p99(title, found), 15.0))
        table = max(FLOOR_LINES, lines)
        goals.append(Goal(f"scan to painted line, {lines} lines, against a C++ table of {table} lines, p50", ratio(p50, floor), 2.0))
    return goals
