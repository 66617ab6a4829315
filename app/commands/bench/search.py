"""How fast the search answers as one types: a counter's keystrokes, a plain fetch as floor, LIKE as the naive way."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from app.domain.demo import PRODUCT_FIELDS, DemoRows, scale_catalogue
from app.domain.finding import parse, squash
from app.domain.pinyin import Speller
from app.records.catalogue import Product
from app.records.resources import resource
from app.store.catalogue import Catalogue, build_catalogue, carried_speller

if TYPE_CHECKING:
    import sqlite3 as dbapi
else:
    from sqlcipher3 import dbapi2 as dbapi

SMALL_SIZES = (1_500, 50_000)
LARGE_SIZES = (1_000_000,)
"""Sizes of `bench search`; the large ones only when asked for, for they take minutes to build."""

_LIKE_QUERIES = 4
"""Queries of each class put to LIKE: at a million products one of them takes up to half a second."""

_LIKE_COLUMNS = (
    "name",
    "brand",
    "maker",
    "initials",
    "full",
    "strength",
    "spec",
    "barcode",
    "approval_no",
    "trace_prefix",
)


def run(n_products: int, queries: int, seed: int, as_json: bool) -> dict[str, Any]:
    """Build a catalogue of `n_products`, ask `queries` queries of the realistic mix, print and return the figures.

    Milliseconds of wall time unless named cpu, which a busy machine disturbs less. `ratio_to_floor` is p99 over the
    floor's p50 (fetching twenty rows by number), `times_faster_than_like` LIKE's p99 over ours; both of this run.
    """
    draw = Random(seed)
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder:
        speller = carried_speller()
        picked: list[Product] = []
        started = time.perf_counter()
        path, naive_path = Path(folder) / "catalogue.db", Path(folder) / "naive.db"
        with closing(dbapi.connect(str(naive_path))) as naive:
            products = _through(naive, _picking(_products(n_products, seed), n_products, draw, picked), speller)
            build_catalogue(path, products, speller=speller, progress=_told(n_products))
            built = time.perf_counter() - started
            catalogue = Catalogue.open(path)
            workload = _workload(picked, speller, draw, max(1, queries // 23))
            asked = [(kind, text) for kind, texts in workload.items() for text in texts]
            draw.shuffle(asked)
            for _, text in asked[:200]:
                catalogue.search(text)
            floor = _floor(path, n_products, draw)
            ours = _measured(asked, lambda kind, text: _ask(catalogue, kind, text))
            few = [(kind, text) for kind, texts in workload.items() for text in texts[:_LIKE_QUERIES]]
            like = _measured(few, lambda kind, text: _like(naive, text))
            figures: dict[str, Any] = {
                "bench": "search",
                "products": n_products,
                "own_products": catalogue.own_count,
                "queries": len(asked),
                "build_seconds": round(built, 1),
                "file_mb": round(path.stat().st_size / 1e6, 1),
                "mix": _spread([wall for _, wall, _ in ours]),
                "mix_cpu": _spread([cpu for _, _, cpu in ours]),
                "floor": floor,
                "like": {"queries": len(few), **_spread([wall for _, wall, _ in like])},
                "like_cpu": _spread([cpu for _, _, cpu in like]),
                "classes": {kind: _spread([wall for k, wall, _ in ours if k == kind]) for kind in workload},
            }
            catalogue.close()
    figures["ratio_to_floor"] = round(figures["mix"]["p99"] / floor["p50"], 1)
    figures["times_faster_than_like"] = round(figures["like"]["p99"] / figures["mix"]["p99"], 1)
    figures["times_faster_than_like_cpu"] = round(figures["like_cpu"]["p99"] / figures["mix_cpu"]["p99"], 1)
    print(json.dumps(figures, ensure_ascii=False) if as_json else _table(figures))
    return figures


def _products(size: int, seed: int) -> Iterator[Product]:
    rows = DemoRows.parse({path.stem: path.read_text("utf-8") for path in resource("demo").glob("*.csv")})
    for values in scale_catalogue(rows, size, seed):
        known: dict[str, Any] = dict(zip(PRODUCT_FIELDS, values, strict=True))
        yield Product.model_construct(**known)


def _picking(products: Iterator[Product], size: int, draw: Random, picked: list[Product]) -> Iterator[Product]:
    """Pass all on, and keep what customers ask for: the better a product sells, the likelier it is drawn."""
    wanted = [1 + int((size - 1) * draw.random() ** 3) for _ in range(600)]
    ranks = set(wanted)
    kept: dict[int, Product] = {}
    for product in products:
        if product.sales_rank in ranks:
            kept[product.sales_rank] = product
        yield product
    picked.extend(kept[rank] for rank in wanted)


def _through(naive: dbapi.Connection, products: Iterator[Product], speller: Speller) -> Iterator[Product]:
    """Pass all on, and write each into the table that LIKE will scan, in the order of ranks."""
    naive.execute("PRAGMA synchronous=OFF")
    naive.execute(f"CREATE TABLE product (rank INTEGER PRIMARY KEY, {', '.join(_LIKE_COLUMNS)})")
    statement = f"INSERT INTO product VALUES (?, {', '.join('?' * len(_LIKE_COLUMNS))})"
    for p in products:
        spelling = speller.spell(squash(p.generic_name))
        names = (p.generic_name, p.brand_name, p.maker, spelling.initials[0], spelling.full[0])
        naive.execute(statement, (p.sales_rank, *names, p.strength, p.spec, p.barcode, p.approval_no, p.trace_prefix))
        yield p
    naive.commit()


def _workload(picked: Sequence[Product], speller: Speller, draw: Random, each: int) -> dict[str, list[str]]:
    """What is typed at a counter, in 23 classes, letter by letter and word by word."""

    def part(text: str, length: int) -> str:
        at = draw.randrange(max(1, len(text) - length + 1))
        return text[at : at + length]

    def letters(product: Product) -> str:
        return speller.spell(squash(product.generic_name)).initials[0]

    def pinyin(product: Product) -> str:
        return speller.spell(squash(product.generic_name)).full[0]

    def brand(product: Product) -> str:
        return next(iter(speller.spell(squash(product.brand_name or product.generic_name)).initials))

    def first(text: Callable[[Product], str], length: int) -> Callable[[Product], str]:
        return lambda product: text(product)[:length]

    def hanzi(length: int) -> Callable[[Product], str]:
        return lambda product: part(squash(product.generic_name), length)

    def figure(product: Product) -> str:
        return product.strength or product.spec

    kinds: dict[str, Callable[[Product], str]] = {
        "barcode": lambda p: p.barcode,
        **{f"initials {n}": first(letters, n) for n in (1, 2, 3, 4, 6, 8)},
        **{f"pinyin {n}": first(pinyin, n) for n in (3, 6, 10)},
        **{f"hanzi {n}": hanzi(n) for n in (1, 2, 3, 4)},
        "initials 4 + strength": lambda p: f"{letters(p)[:4]} {figure(p)}",
        "initials 2 + strength": lambda p: f"{letters(p)[:2]} {figure(p)[:3]}",
        "hanzi 2 + strength": lambda p: f"{part(squash(p.generic_name), 2)} {figure(p)}",
        "brand + initials 3": lambda p: f"{brand(p)} {letters(p)[:3]}",
        "three words": lambda p: f"{brand(p)} {letters(p)[:3]} {p.spec.rpartition('×')[2]}",
        "trace prefix": lambda p: p.trace_prefix or f"899{draw.randrange(10_000):04d}",
        "last digits": lambda p: p.barcode[-5:],
        "miss": lambda p: "".join(draw.choice("vuoiea") for _ in range(4)),
        "miss + strength": lambda p: f"{letters(p)[:3]} {draw.randrange(1000):03d}mg",
    }
    return {kind: [make(draw.choice(picked)) for _ in range(each)] for kind, make in kinds.items()}


def _ask(catalogue: Catalogue, kind: str, text: str) -> Sequence[Product]:
    return catalogue.by_barcode(text) if kind == "barcode" else catalogue.search(text, 20)


def _like(naive: dbapi.Connection, text: str) -> Sequence[object]:
    """The same question as a clerk's first program would ask it, stopping early in the order of ranks."""
    words = [word.text for word in parse(text)]
    met = "(" + " OR ".join(f"{column} LIKE ?" for column in _LIKE_COLUMNS) + ")"
    values = [f"%{word}%" for word in words for _ in _LIKE_COLUMNS]
    statement = f"SELECT * FROM product WHERE {' AND '.join([met] * len(words)) or 'TRUE'} ORDER BY rank LIMIT 20"
    return naive.execute(statement, values).fetchall()


def _floor(path: Path, size: int, draw: Random) -> dict[str, float]:
    """Twenty rows by number, drawn as popularity draws them: no search can be quicker than showing its answer."""
    with closing(dbapi.connect(str(path))) as connection:
        statement = f"SELECT * FROM product WHERE no IN ({', '.join('?' * 20)})"
        draws = [[1 + int(size * draw.random() ** 3) for _ in range(20)] for _ in range(600)]
        times = []
        for numbers in draws:
            started = time.perf_counter()
            connection.execute(statement, numbers).fetchall()
            times.append((time.perf_counter() - started) * 1e3)
    return _spread(times)


def _measured(asked: Sequence[tuple[str, str]], ask: Callable[[str, str], object]) -> list[tuple[str, float, float]]:
    """(class, wall ms, CPU ms) of each query."""
    figures = []
    for kind, text in asked:
        wall, cpu = time.perf_counter(), time.thread_time()
        ask(kind, text)
        figures.append((kind, (time.perf_counter() - wall) * 1e3, (time.thread_time() - cpu) * 1e3))
    return figures


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    at = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in _SHARES}
    return {name: round(value, 3) for name, value in at.items()}


_SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))


def _told(size: int) -> Callable[[int], None]:
    """A line on standard error that moves while a large catalogue is built."""

    def tell(count: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{count:>9,} / {size:,}", end="", file=sys.stderr, flush=True)

    return tell


def _table(figures: dict[str, Any]) -> str:
    rows = [("mix", figures["mix"]), ("mix, CPU", figures["mix_cpu"]), ("floor: 20 rows", figures["floor"])]
    rows += [("LIKE", figures["like"]), *(("  " + kind, spread) for kind, spread in figures["classes"].items())]
    head = (
        f"search, {figures['products']:,} products ({figures['own_products']:,} own), {figures['queries']:,} queries; "
        f"built in {figures['build_seconds']} s, {figures['file_mb']} MB\n"
        f"p99 is {figures['ratio_to_floor']} × the floor's p50, and {figures['times_faster_than_like']} × faster than "
        f"LIKE's ({figures['times_faster_than_like_cpu']} × by CPU time)\n"
    )
    names = [name for name, _ in _SHARES]
    lines = [f"{'ms':<26}" + "".join(f"{name:>10}" for name in names)]
    lines += [f"{title:<26}" + "".join(f"{spread[name]:>10.3f}" for name in names) for title, spread in rows]
    return head + "\n".join(lines)
