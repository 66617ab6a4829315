"""The stage of a tape: a demo till and its headquarters, prepared once and copied for every tape; a hub process; names for codes."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from app import founding
from app.assembly import Till, TillFile
from app.commands.nursery import Nursery
from app.commands.starting import Run, Started, load_and_run
from app.domain import codes
from app.domain.demo import DemoPharmacy, badge_code
from app.domain.demo import StoreProfile as DemoStore
from app.hub import publishing
from app.hub.archive import Archive
from app.hub.main import default_database_url, hub_key_seed, lasting_port, start
from app.records.catalogue import Lot, Product
from app.records.clock import SHOP_TIME, Clock, ManualClock, SystemClock
from app.records.people import Member

DEMO_MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=SHOP_TIME)
"""When every tape's demo pharmacy was made; fixed, so that its boxes, lots and expiries never move."""

DRAIN_SECONDS = 120.0
"""How long the opening stock of the prepared till may take to reach headquarters."""

LEAVE_OUT = shutil.ignore_patterns("lock", "reserve", "backups", "log")
"""What a copy of a data folder makes anew by itself."""


class Prepared:
    """The prepared set: demo pharmacy, its enrolled till with nothing left to send, and headquarters' folder; made once, copied often."""

    def __init__(self, folder: Path, source: Path | None = None) -> None:
        """Prepare in an empty folder; `source` is a demo data folder made by `make_demo` that may be copied instead of made again."""
        self.folder = folder
        self.till, self.hub, self._second = folder / "till", folder / "hub", folder / "second"
        self._lock = threading.Lock()
        self.nursery = Nursery()
        """What the processes of tapes branch off from."""
        clock = demo_clock()
        self.pharmacy = founding.demo_pharmacy(clock)
        if source is None:
            founding.found_demo(self.till, clock, self.pharmacy)
        else:
            copy_folder(source, self.till)
        database = founding.found_headquarters(self.hub, clock, None)
        hub = start(database, hub_key_seed(self.hub))
        try:
            introduce(database, self.till, clock, hub.url, self.pharmacy.store)
            _drain(self.till, clock)
        finally:
            hub.close()

    def copy(self, into: Path) -> tuple[Path, Path]:
        """A till folder and a hub folder of a tape's own."""
        copy_folder(self.till, into / "till")
        copy_folder(self.hub, into / "hub")
        return into / "till", into / "hub"

    def second_till(self, into: Path) -> Path:
        """A folder for till 02 of the same store: same catalogue, staff and members, no stock of its own; not yet enrolled."""
        with self._lock:
            if TillFile.read(self._second) is None:
                bare = replace(self.pharmacy, lots=(), stock={}, trace_codes=())
                founding.found_demo(self._second, demo_clock(), bare, till="02", members=False)
        copy_folder(self._second, into / "till-02")
        return into / "till-02"


def demo_clock() -> ManualClock:
    """A clock that stands at the demo morning."""
    return ManualClock(DEMO_MORNING)


def make_demo(folder: Path) -> DemoPharmacy:
    """Found the demo shop of the fixed morning in an empty folder; gives the pharmacy that stands in it."""
    clock = demo_clock()
    pharmacy = founding.demo_pharmacy(clock)
    founding.found_demo(folder, clock, pharmacy)
    return pharmacy


def copy_folder(source: Path, target: Path) -> None:
    """Copy a data folder whose till or hub is closed."""
    shutil.copytree(source, target, ignore=LEAVE_OUT, dirs_exist_ok=True)


def introduce(database: str, folder: Path, clock: Clock, hub_url: str, profile: DemoStore) -> None:
    """Make a till known at its headquarters and enrol it; codes run on headquarters' own clock, the till on the tape's."""
    known = TillFile.read(folder)
    assert known is not None
    hub_clock = SystemClock()
    archive = Archive.open(database)
    try:
        store = publishing.StoreProfile(
            known.store_id, profile.name, profile.branch, profile.licence, profile.address, profile.phone
        )
        publishing.create_store(archive, hub_clock, store)
        publishing.create_till(archive, hub_clock, known.store_id, known.till, profile.till_title)
        code = publishing.issue_enrol_code(archive, hub_clock, known.store_id, known.till)
    finally:
        archive.close()
    founding.enrol_till(folder, clock, hub_url, code)


def _drain(folder: Path, clock: Clock) -> None:
    """Send everything a till has, and read every feed once."""
    till = Till(folder, clock)
    try:
        till.sync.start()
        until = time.monotonic() + DRAIN_SECONDS
        while till.store.outbox.counts().waiting or till.sync.state.kind != "online":
            if time.monotonic() > until:
                raise TimeoutError(f"headquarters still lacks {till.store.outbox.counts().waiting} events: {till.sync.state}")
            time.sleep(0.05)
    finally:
        till.close()


class HubProcess:
    """`yaogui hub` as a process of its own on loopback, which can be ended and started again at the same address."""

    def __init__(self, folder: Path, run: Run = load_and_run, *, nights: bool = False, messages: str = "") -> None:
        """`run` says how the process is started; `nights`: by this machine's time, as a tape's is another, where no night falls."""
        self.folder = folder
        self.database = default_database_url(folder)
        self._run = run
        self._nights = () if nights else ("--no-nights",)
        self._ready = folder / "ready"
        self._port = lasting_port()
        self._process: Started | None = None
        self.messages = messages
        """The gateway's address, from the next beginning on; '' for none."""
        self.begin()

    def begin(self) -> None:
        """Start the process without waiting for it."""
        self._ready.unlink(missing_ok=True)
        with (self.folder / "hub.err").open("ab") as errors:
            self._process = self._run(
                "app",
                [
                    # Its line to us: a headquarters whose starter was killed ends, too.
                    *("hub", "--end-with-stdin", *self._nights, "--data", str(self.folder)),
                    *("--port", str(self._port), "--ready-file", str(self._ready)),
                    *(("--messages", self.messages) if self.messages else ()),
                ],
                errors,
            )

    @property
    def url(self) -> str:
        """The address, once it answers; TimeoutError or RuntimeError where it never does."""
        until = time.monotonic() + DRAIN_SECONDS
        while not self._ready.exists() or not (address := self._ready.read_text("utf-8")):
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"headquarters did not start; see {self.folder / 'hub.err'}")
            if time.monotonic() > until:
                raise TimeoutError("headquarters did not answer in time")
            time.sleep(0.02)
        return address

    def end(self, *, kill: bool = False) -> None:
        """End the process, in good order or with kill -9."""
        process, self._process = self._process, None
        if process is None:
            return
        # A process that does not answer yet has nothing to end in good order.
        (process.kill if kill or not self._ready.exists() else process.terminate)()
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Headquarters' database, beside the running process."""
        archive = Archive.open(self.database)
        try:
            yield archive
        finally:
            archive.close()


class References:
    """Names for the demo pharmacy's codes, so that a tape says `@P2200A1.box1` and not twenty digits."""

    def __init__(self, pharmacy: DemoPharmacy) -> None:
        self._pharmacy = pharmacy
        self._products = {product.id: product for product in pharmacy.products}
        self._members = {member.id: member for member in pharmacy.members}

    def product(self, product_id: str) -> Product:
        """A product by id; ValueError for an unknown one."""
        if product_id not in self._products:
            raise ValueError(f"no such product: {product_id}")
        return self._products[product_id]

    def member(self, member_id: str) -> Member:
        """A member by id; ValueError for an unknown one."""
        if member_id not in self._members:
            raise ValueError(f"no such member: {member_id}")
        return self._members[member_id]

    def lots(self, product_id: str) -> list[Lot]:
        """A product's lots, first expiry first."""
        return sorted((lot for lot in self._pharmacy.lots if lot.product_id == product_id), key=lambda lot: lot.expires_on)

    def code(self, word: str) -> str:
        """The code that a word names: itself unless it begins with @.

        `@P.ean` barcode · `@P.base` 本位码 · `@P.boxN` N-th box of saleable lots · `@P.lotM.boxN` N-th box of the M-th lot ·
        `@P.newN` a box nobody received · `@sheet.KINDN` N-th code of a kind on the sheet · `@member.N` card · `@staff.CODE` badge ·
        `@coupon.N`
        """
        if not word.startswith("@"):
            return word
        head, *rest = word[1:].split(".")
        last = rest[-1] if rest else ""
        match head:
            case "sheet":
                kind, place = _numbered(last)
                return [code.code for code in self._pharmacy.sheet if code.kind == kind][place - 1]
            case "member":
                return self._members[f"member-{int(last):05d}"].card_no
            case "staff":
                return badge_code(last)
            case "coupon":
                return codes.inhouse("92", int(last))
        product = self.product(head)
        if last == "ean":
            return product.barcode
        if last == "base":
            return product.base_code
        kind, place = _numbered(last)
        if kind == "new":
            return codes.trace_code(product.trace_prefix, 9_000_000_000_000 + place)
        if kind != "box":
            raise ValueError(f"cannot read {word}")
        return self._boxes(head, _numbered(rest[0])[1] if len(rest) == 2 else 0)[place - 1]

    def _boxes(self, product_id: str, lot: int) -> list[str]:
        wanted = self.lots(product_id)
        if lot:
            wanted = [wanted[lot - 1]]
        else:
            soon = DEMO_MORNING.date() + timedelta(days=1)
            wanted = [one for one in wanted if one.state == "saleable" and one.expires_on >= soon]
        return [box.code for one in wanted for box in self._pharmacy.trace_codes if box.lot_id == one.id]


def _numbered(word: str) -> tuple[str, int]:
    """`box2` → ('box', 2); a bare word counts as the first."""
    name = word.rstrip("0123456789")
    return name, int(word[len(name) :] or 1)
