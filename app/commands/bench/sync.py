"""Whether sync is felt at the counter: scans while catalogue rows come down and sales go up, against scans at rest, same till."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from app.assembly import Till
from app.commands import options
from app.commands.bench import receipt, shop
from app.commands.bench.harness import Asked, Goal, Report, Series, against, ratio, slowness_now, steady_p99
from app.commands.stage import HubProcess
from app.domain.demo import PRODUCT_FIELDS, DemoPharmacy, DemoRows, scale_catalogue
from app.founding import introduce
from app.hub import publishing
from app.hub.archive import Archive
from app.hub.main import default_database_url
from app.records.catalogue import Product
from app.records.clock import Clock, SystemClock, shop_day
from app.records.events import SaleClosed
from app.records.ids import new_id
from app.records.resources import resource

ROWS, EVENTS = 10_000, 5_000
QUICK_ROWS, QUICK_EVENTS = 300, 100
KEYS_S = 0.013
"""A scanner types thirteen digits in thirteen milliseconds at the quickest; the first key makes sync stand aside."""
PAUSE_S = 0.05
"""Between two scans of a quick cashier: sync has this long to do its work, less the 30 ms it stands aside."""
_BATCH = 50


def run(asked: Asked) -> Report:
    """A real headquarters in a process of its own, the till's own sync worker, and a cashier who goes on scanning."""
    clock = SystemClock()
    rows, events = (QUICK_ROWS, QUICK_EVENTS) if asked.quick else (ROWS, EVENTS)
    samples = asked.count()
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as place:
        pharmacy = shop.pharmacy(clock)
        folder = shop.found(Path(place) / "till", clock, pharmacy, members=not asked.quick)
        with headquarters(Path(place) / "hub", pharmacy, rows, asked.seed) as (url, database):
            introduce(database, folder, clock, url)
            touched = [0.0]
            till = Till(folder, clock, quiet=lambda: time.monotonic() - touched[0] > 0.03)
            try:
                here = shop.prepared("sync", till, pharmacy, asked.seed, len(pharmacy.products))
                fill_outbox(till, clock, pharmacy, events)
                cashier = _Cashier(here, touched)
                idle, busy = Series(), Series()
                cashier.work(Series(), max(5, samples // 20), "warming up")
                cashier.work(idle, samples // 2, "at rest")
                moved = _move(till, cashier, busy, samples)
                cashier.work(idle, samples - samples // 2, "at rest again")
            finally:
                till.close()
    case = against(busy, idle)
    goal = Goal(
        f"scan while {rows:,} rows and {events:,} events move, against rest, p99", ratio(steady_p99(busy.wall), steady_p99(idle.wall)), 1.5
    )
    return Report("sync", {"scan while sync works": case}, [goal], {**moved, "slowness": slowness_now()})


class _Cashier:
    """Scans at the pace of a quick person with a quick scanner."""

    def __init__(self, place: shop.Place, touched: list[float]) -> None:
        self._place = place
        self._touched = touched
        self._codes = (place.codes[turn % len(place.codes)][0] for turn in count())

    def scan(self, into: Series) -> None:
        """One scan with its keys before it; undone afterwards."""
        time.sleep(PAUSE_S)
        raw = next(self._codes)
        till = self._place.till
        self._touched[0] = time.monotonic()
        till.store.writer.touched()
        time.sleep(KEYS_S)
        cpu, wall = time.thread_time(), time.perf_counter()
        till.selling.scan(raw)
        into.wall.append((time.perf_counter() - wall) * 1e3)
        into.cpu.append((time.thread_time() - cpu) * 1e3)
        till.selling.undo()

    def work(self, into: Series, samples: int, title: str) -> None:
        """So many scans."""
        with options.progress(title, samples) as told:
            for turn in range(samples):
                self.scan(into)
                told(turn)


def _move(till: Till, cashier: _Cashier, into: Series, samples: int) -> dict[str, Any]:
    """Scan while the worker moves everything; whenever it is done before the samples are, everything moves once more."""
    started, rounds, first_s = time.monotonic(), 1, 0.0
    till.sync.start()
    with options.progress("while sync works", samples) as told:
        while len(into.wall) < samples:
            cashier.scan(into)
            told(len(into.wall))
            if till.store.inbox.cursor("product") and till.store.outbox.counts().waiting == 0 and till.sync.state.kind == "online":
                first_s = first_s or time.monotonic() - started
                rounds += 1
                till.store.inbox.apply("product", [], "").result()
                till.store.outbox.wait_again().result()
                till.sync.wake(now=True)
    return {
        "rounds": rounds,
        "seconds_of_the_first_round": round(first_s, 1),
        "sync": till.sync.state.kind,
        "error": till.sync.state.last_error,
    }


def fill_outbox(till: Till, clock: Clock, pharmacy: DemoPharmacy, events: int) -> None:
    """So many sales that headquarters has not seen yet."""
    body = receipt.sale_of(pharmacy, clock, 1)
    body = body.model_copy(update={"lines": body.lines[:5]})
    with options.progress("sales to send", events) as told:
        for first in range(0, events, _BATCH):
            bodies = [_another(body, clock) for _ in range(min(_BATCH, events - first))]
            till.store.journal.record(bodies, actor=shop.CASHIER, day=shop_day(clock.now())).result()
            told(first)


def _another(body: SaleClosed, clock: Clock) -> SaleClosed:
    tenders = tuple(tender.model_copy(update={"tender_id": new_id(clock)}) for tender in body.tenders)
    return body.model_copy(update={"sale_id": new_id(clock), "basket_id": new_id(clock), "tenders": tenders})


@contextmanager
def headquarters(folder: Path, pharmacy: DemoPharmacy, rows: int, seed: int) -> Iterator[tuple[str, str]]:
    """A hub process with `rows` products to give; its address and its database."""
    folder.mkdir(parents=True)
    archive = Archive.open(default_database_url(folder))
    publishing.name_chain(archive, "bench")
    with options.progress(f"headquarters with {rows:,} products"):
        publishing.publish(archive, "product", _products(pharmacy, rows, seed))
        publishing.publish(archive, "offer", pharmacy.offers)
    archive.close()
    hub = HubProcess(folder, nights=True)
    try:
        yield hub.url, hub.database
    finally:
        hub.end()


def _products(pharmacy: DemoPharmacy, rows: int, seed: int) -> list[Product]:
    """The pharmacy's own with other prices, then synthetic ones."""
    draw = Random(seed)
    own = [p.model_copy(update={"list_price_fen": p.list_price_fen + draw.randrange(100)}) for p in pharmacy.products[:rows]]
    texts = DemoRows.parse({path.stem: path.read_text("utf-8") for path in resource("demo").glob("*.csv")})
    if rows > len(own):
        for values in scale_catalogue(texts, rows - len(own), seed):
            known: dict[str, Any] = dict(zip(PRODUCT_FIELDS, values, strict=True))
            known.update(in_assortment=False, trace_prefix="")
            own.append(Product.model_construct(**known))
    return own
