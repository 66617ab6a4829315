"""What a durable sale costs: flushes counted, CPU against the same SQL without us, slow disks, a busy sync, a long history.

The measuring runs in a child process, so that the flush counter (`packaging/fsync_shim.c`, built here where a C compiler is
found) can be loaded before it.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.assembly import Till
from app.commands import options
from app.commands.bench import history, shop
from app.commands.bench.harness import Asked, Goal, Report, Series, Subject, against, in_turns, leave_out, ratio, slowness, steady_p99
from app.commands.lifeline import drop_with_parent, told_by
from app.records.catalogue import Product
from app.records.clock import SystemClock
from app.store.cipher import raw_connection
from app.store.keys import LEDGER_KEY, read_key

LINES = 5
DELAYS_MS = (0, 2, 5)
"""What a flush is made to take on top of this disk's own: shops' disks need 1 to 10 ms, a virtual one answers from its cache."""
HISTORY = 1_000_000
QUICK_HISTORY = 2_000
_Statements = list[tuple[str, Any, bool]]


def run(asked: Asked) -> Report:
    """Sell five lines against two tenders, again and again, through the real checkout."""
    left_out: list[str] = []
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="yaogui-bench-") as folder:
        room = Path(folder)
        shim = built_shim(room)
        if shim is None:
            left_out.append("flushes counted and slow disks: no C compiler (cc) was found")
        base = shop.found(room / "base", clock, shop.pharmacy(clock), members=not asked.quick)
        past = 0
        if asked.large or asked.quick:
            past = QUICK_HISTORY if asked.quick else HISTORY
            history.grow(shop.copied(base, room / "past"), clock, past)
        else:
            left_out.append("a million past sales: --large")
        order = {
            "samples": asked.count(),
            "seed": asked.seed,
            "delays_ms": DELAYS_MS if shim is not None and not asked.quick else DELAYS_MS[:1],
            "past": past,
        }
        found = _in_child(room, order, shim)
    return _report(found, past, left_out)


def built_shim(room: Path) -> Path | None:
    """The flush counter as a shared object, or None where it cannot be built."""
    source = Path(__file__).parents[3] / "packaging" / "fsync_shim.c"
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not source.exists() or not sys.platform.startswith("linux"):
        return None
    built = room / "fsync_shim.so"
    done = subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(source), "-ldl"], capture_output=True)
    return built if done.returncode == 0 else None


def _in_child(room: Path, order: dict[str, Any], shim: Path | None) -> dict[str, Any]:
    (room / "order.json").write_text(json.dumps(order))
    environment = dict(os.environ)
    if shim is not None:
        environment["LD_PRELOAD"] = str(shim)
    told_by([sys.executable, "-m", "app.commands.bench.checkout", str(room)], environment=environment)
    found: dict[str, Any] = json.loads((room / "found.json").read_text())
    return found


def _report(found: dict[str, Any], past: int, left_out: list[str]) -> Report:
    cases: dict[str, Any] = found["cases"]
    idle = cases["no delay"]
    goals = []
    if "flushes" in idle:
        goals.append(Goal("flushes from the last key to a durable sale, mean", idle["flushes"]["mean"], 1.02))
    goals.append(Goal("CPU of a sale against raw SQL, p50", idle["ratio"]["cpu_p50"], 4.0))
    if "5 ms flush" in cases:
        slow = cases["5 ms flush"]
        goals.append(Goal("p99 against p50 with a 5 ms flush", ratio(slow["steady_p99_ms"], slow["wall_ms"]["p50"]), 2.0))
    goals.append(Goal("p99 while sync writes, against idle", ratio(cases["sync busy"]["steady_p99_ms"], idle["steady_p99_ms"]), 1.5))
    if past:
        grown = ratio(cases["long history"]["cpu_ms"]["p50"], cases["empty history"]["cpu_ms"]["p50"])
        goals.append(Goal(f"CPU of a sale after {past:,} sales against none, p50", grown, 2.0))
    return Report("checkout", cases, goals, {"lines": LINES, "tenders": 2, "past_sales": past, **found["facts"]}, left_out)


# ---------------------------------------------------------------------- in the measuring process


class _Flushes:
    """The flush counter of this process, where it was preloaded."""

    def __init__(self) -> None:
        try:
            self._shim: Any = ctypes.CDLL(None)
            self._shim.yaogui_flushes.restype = ctypes.c_long
            self._shim.yaogui_flush_delay.argtypes = [ctypes.c_long]
        except (AttributeError, OSError, TypeError):
            self._shim = None

    def count(self) -> int:
        """Flushes so far, -1 where nobody counts."""
        return int(self._shim.yaogui_flushes()) if self._shim is not None else -1

    def slow_by(self, milliseconds: int) -> None:
        """Make every further flush take so much longer."""
        if self._shim is not None:
            self._shim.yaogui_flush_delay(milliseconds * 1000)


class Seller:
    """Fills a basket, takes the money, and waits for the sale to be durable."""

    def __init__(self, till: Till, goods: list[Product], traced: list[Product], first_box: int) -> None:
        self.till = till
        self._goods = goods
        self._traced = traced
        self._boxes = shop.Boxes(first_box)
        self._durable = threading.Event()

    def fill(self) -> None:
        """Five lines (two of them boxes with trace codes), paid half by card and half in cash; then everything comes to rest."""
        selling, checkout = self.till.selling, self.till.checkout
        for product in self._traced:
            selling.scan(self._boxes.of(product))
        for product in self._goods:
            selling.scan(product.barcode)
        scene = checkout.begin()
        checkout.tender("card", scene.due_fen // 2, "1234")
        checkout.tender("cash")
        shop.settle_down(self.till)
        self.till.store.writer.touched()

    def close_sale(self) -> None:
        """The measured act: from the last key to a sale that no power cut takes away."""
        self._durable.clear()
        self.till.checkout.complete(self._durable.set)
        self._durable.wait(30)
        if self.till.checkout.settle().state != "done":
            raise RuntimeError("a sale of the bench was refused")

    def next_customer(self) -> None:
        """A fresh basket with the member attached."""
        self.till.checkout.next_customer()
        self.till.selling.attach_member(shop.MEMBER)


def seller(folder: Path, first_box: int) -> Seller:
    """A cashier at an open till with goods that need no question."""
    clock = SystemClock()
    till = shop.at_the_counter(Till(folder, clock), member="")
    pharmacy = shop.pharmacy(clock)
    if till.store.people.member(shop.MEMBER) is None:
        till.store.people.save_members(pharmacy.members[:50], ()).result()
    till.selling.attach_member(shop.MEMBER)
    traced = shop.sold_without_a_word(till, pharmacy, 2, traced=True)
    goods = shop.sold_without_a_word(till, pharmacy, LINES - len(traced), traced=False)
    return Seller(till, goods, traced, first_box)


class _Mirror:
    """The floor: every statement of our writer said again to a twin of the ledger, with the same key, by the bare driver."""

    def __init__(self, folder: Path, twin: Path) -> None:
        shutil.copytree(folder, twin)
        self._raw = raw_connection(twin / "ledger.db", read_key(twin, LEDGER_KEY))
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "wal_autocheckpoint = 0"):
            self._raw.execute(f"PRAGMA {pragma}")
        self._heard: _Statements = []
        event.listen(Engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if threading.current_thread().name == "store-writer":
            self._heard.append((statement, parameters, many))

    def catch_up(self) -> None:
        """Say everything that went before the sale, untimed."""
        self._say(self._taken())

    def ready(self) -> _Statements:
        """The statements of the sale just closed."""
        return self._taken()

    def sell(self, statements: _Statements) -> None:
        """The measured floor: one transaction of the same statements."""
        self._say(statements)

    def _taken(self) -> _Statements:
        taken, self._heard = self._heard, []
        return taken

    def _say(self, statements: _Statements) -> None:
        raw, inside = self._raw, False
        for statement, parameters, many in statements:
            if statement.startswith("BEGIN"):
                if inside:
                    raw.execute("COMMIT")
                raw.execute("BEGIN IMMEDIATE")
                inside = True
            elif many:
                raw.executemany(statement, parameters)
            else:
                raw.execute(statement, parameters)
        if inside:
            raw.execute("COMMIT")

    def close(self) -> None:
        """Stop listening."""
        event.remove(Engine, "before_cursor_execute", self._hear)
        self._raw.close()


def measured(sell: Seller, mirror: _Mirror, flushes: _Flushes, title: str, samples: int) -> tuple[dict[str, Any], float]:
    """One case: sales in turns with the raw floor; flushes per sale where they can be counted."""
    counted: list[int] = []

    def before() -> None:
        sell.fill()
        mirror.catch_up()

    def act(_: None) -> None:
        first = flushes.count()
        sell.close_sale()
        counted.append(flushes.count() - first)

    found = in_turns(
        title,
        {
            "sale": Subject(act, before, whole_process=True),
            "raw": Subject(mirror.sell, mirror.ready, sell.next_customer, whole_process=True),
        },
        samples,
    )
    case = against(found["sale"], found["raw"])
    if flushes.count() >= 0:
        kept = counted[-samples:]
        case["flushes"] = {"mean": round(sum(kept) / len(kept), 3), "max": max(kept)}
        case["flushes_per_sale"] = case["flushes"]["mean"]
    return case, slowness(found)


@contextmanager
def busy_sync(till: Till) -> Iterator[None]:
    """Member rows and acknowledgements written behind the counter without a pause, as the puller and the uploader hand them over."""
    stop = threading.Event()
    members = [member.model_dump(mode="json") for member in shop.pharmacy(SystemClock()).members[:25]]

    def work() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            till.store.inbox.apply("member", members, f"bench-{turn}").result()
            till.store.outbox.mark({event_id: "stored" for _, event_id, _ in till.store.outbox.pending(25)}).result()

    thread = threading.Thread(target=work, name="sync")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _measure(room: Path) -> dict[str, Any]:
    order = json.loads((room / "order.json").read_text())
    samples, flushes = order["samples"], _Flushes()
    cases: dict[str, Any] = {}
    with ExitStack() as stack:
        for delay in order["delays_ms"]:
            title = f"{delay} ms flush" if delay else "no delay"
            folder = shop.copied(room / "base", room / f"delay-{delay}")
            cases[title], slow = _one_case(folder, flushes, title, samples, delay)
        folder = shop.copied(room / "base", room / "busy")
        cases["sync busy"] = _busy_case(folder, "sync busy", samples)
        if order["past"]:
            cases.update(_history_cases(stack, room, samples))
    return {"cases": cases, "facts": {"slowness": slow}}


def _one_case(folder: Path, flushes: _Flushes, title: str, samples: int, delay: int) -> tuple[dict[str, Any], float]:
    mirror = _Mirror(folder, folder.with_name(folder.name + "-twin"))
    sell = seller(folder, 1)
    flushes.slow_by(delay)
    try:
        return measured(sell, mirror, flushes, title, samples)
    finally:
        flushes.slow_by(0)
        mirror.close()
        sell.till.close()


def _busy_case(folder: Path, title: str, samples: int) -> dict[str, Any]:
    """Sales alone, one after the other: no floor beside them, for it would share the disk with the sync."""
    sell = seller(folder, 1)
    found = Series()
    try:
        with busy_sync(sell.till), options.progress(title, samples) as told:
            for turn in range(samples + samples // 10):
                if turn == samples // 10:
                    leave_out()
                sell.fill()
                wall, cpu = time.perf_counter(), time.process_time()
                sell.close_sale()
                if turn >= samples // 10:
                    found.wall.append((time.perf_counter() - wall) * 1e3)
                    found.cpu.append((time.process_time() - cpu) * 1e3)
                sell.next_customer()
                told(turn)
    finally:
        sell.till.close()
    return {**found.figures(), "steady_p99_ms": steady_p99(found.wall)}


def _history_cases(stack: ExitStack, room: Path, samples: int) -> dict[str, Any]:
    """A till with a long history and an empty one, sale by sale in turns."""
    sellers = {
        "long history": seller(room / "past", 500_000),
        "empty history": seller(shop.copied(room / "base", room / "young"), 500_000),
    }
    subjects = {}
    for title, sell in sellers.items():
        stack.callback(sell.till.close)
        subjects[title] = Subject(_acting(sell), sell.fill, sell.next_customer, whole_process=True)
    found = in_turns("history", subjects, samples)
    return {title: {**found[title].figures(), "steady_p99_ms": steady_p99(found[title].wall)} for title in sellers}


def _acting(sell: Seller) -> Callable[[Any], None]:
    return lambda _: sell.close_sale()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    drop_with_parent(place)
    (place / "found.json").write_text(json.dumps(_measure(place)))
