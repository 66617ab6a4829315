"""How long until the scanned line is painted: the real counter window against a plain C++ table of as many rows, in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from app.commands.bench.harness import Asked, Goal, Report, Series, Subject, against, calibrated_p99, in_turns, ratio, slowness, spread
from app.commands.bench.shop import Place
from app.desktop.measuring import CounterWindow, PlainRow, PlainTable, application
from app.records.catalogue import Product

if TYPE_CHECKING:
    import sqlite3 as dbapi
else:
    from sqlcipher3 import dbapi2 as dbapi

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


def measure(places: dict[int, Place], next_code: Callable[[Place], NextCode], asked: Asked) -> Report:
    """Scan to paint at tills with so many lines in the basket."""
    app = application()
    subjects: dict[str, Subject] = {}
    with ExitStack() as open_now:
        for lines, place in places.items():
            catalogue = open_now.enter_context(closing(dbapi.connect(str(place.till.folder / "catalogue.db"))))
            counter = open_now.enter_context(closing(CounterWindow(app, place.till)))
            laid = [product.id for _, product in place.codes[:lines]]
            floor = open_now.enter_context(closing(PlainTable(app, _row_of(catalogue), laid)))
            subjects[f"painted, {lines} lines"] = _counter(counter, next_code(place))
            subjects[f"painted, {lines} lines floor"] = _floor(floor, place)
        found = in_turns("scan to paint", subjects, asked.count())
    cases = {title: against(found[title], found[title + " floor"]) for title in (f"painted, {lines} lines" for lines in places)}
    return Report("paint", cases, _goals(found, places), {"slowness": slowness(found)})


def _goals(found: dict[str, Series], places: dict[int, Place]) -> list[Goal]:
    goals = []
    for lines in places:
        title = f"painted, {lines} lines"
        p50, floor = spread(found[title].wall)["p50"], spread(found[title + " floor"].wall)["p50"]
        goals.append(Goal(f"scan to painted line, {lines} lines, p50 ms calibrated", round(p50 / slowness(found), 3), 5.0))
        goals.append(Goal(f"scan to painted line, {lines} lines, p99 ms calibrated", calibrated_p99(title, found), 15.0))
        goals.append(Goal(f"scan to painted line, {lines} lines, against a C++ table, p50", ratio(p50, floor), 2.0))
    return goals
