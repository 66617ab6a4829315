"""Pictures of every screen and state: a demo day toured through the real window, grabbed at both sizes, themes and languages."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import founding
from app.assembly import open_store
from app.commands import EXIT_OK, options
from app.commands.message_box import MessageBox
from app.commands.stage import HubProcess, Prepared
from app.devices.virtual import VirtualPrinterServer
from app.records.clock import SHOP_TIME, ManualClock
from app.records.resources import resource

if TYPE_CHECKING:
    # Named only: the window's library is not loaded before it is known where it draws.
    from app.desktop.till import Till
    from app.desktop.tour import Stop
    from app.desktop.window import Load

OPENING = datetime(2026, 11, 21, 8, 26, tzinfo=SHOP_TIME)
"""When the pictured day begins; fixed, so that two runs give the same words."""


class DemoWorld:
    """The world round a toured demo till: its clock, a headquarters process, a printer on loopback."""

    def __init__(self, clock: ManualClock, hub: HubProcess | None, printer: VirtualPrinterServer, real: Path) -> None:
        self.connected = hub is not None
        self._clock, self._hub, self._printer, self._real = clock, hub, printer, real

    def pass_minutes(self, minutes: float) -> None:
        """Move the clock."""
        self._clock.advance(minutes * 60)

    def cut_line(self) -> None:
        """End headquarters' process."""
        if self._hub is not None:
            self._hub.end()

    def mend_line(self) -> None:
        """Start it again at its address."""
        if self._hub is not None:
            self._hub.begin()
            assert self._hub.url

    def take_paper(self) -> None:
        """The roll is empty."""
        self._printer.mood.paper_out = True

    def load_paper(self) -> None:
        """A new roll."""
        self._printer.load_paper()

    def practice_shop(self) -> tuple[Path, Load]:
        """Make the practice shop beside the toured one."""
        folder = founding.found_training(self._real, self._clock)
        return folder, loader(folder, self._clock)


def take_pictures(out: Path, only: str = "") -> int:
    """Tour the demo shop and leave a picture of every state in every look; `only` keeps the states whose name contains it."""
    from app.desktop.player import Hand
    from app.desktop.tour import LOOKS, STOPS, Tour, grab_looks, walk

    began = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="yaogui-") as kept:
        options.tell("making the demo shop and its headquarters…")
        folder = Path(kept)
        prepared = Prepared(folder / "prepared")
        till, hub = prepared.copy(folder / "toured")
        with _world(till, hub) as (world, load), options.progress("screens", len(STOPS)) as done:
            hand = Hand(till, load, out, till="01")
            hand.theme.set_motion(False)
            tour = Tour(hand, prepared.pharmacy, world)
            seen = 0

            def see(stop: Stop, subject: Any) -> None:
                nonlocal seen
                seen += 1
                done(seen)
                if subject is None:
                    missing.append(stop.name)
                elif only in stop.name:
                    options.tell(f"[{seen}/{len(STOPS)}] {stop.name}")
                    grab_looks(hand, subject, out / stop.name, LOOKS)

            try:
                walk(tour, STOPS, see)
            finally:
                tour.close()
                hand.close()
    pictures = len(list(out.glob("*.png")))
    print(f"{pictures} pictures of {len(STOPS) - len(missing)} states in {out.resolve()} ({time.monotonic() - began:.0f} s)")
    if missing:
        print(f"not built, so not pictured: {', '.join(missing)}")
    return EXIT_OK


@contextmanager
def _world(folder: Path, hub_folder: Path) -> Iterator[tuple[DemoWorld, Load]]:
    clock = ManualClock(OPENING)
    printer = VirtualPrinterServer(folder / "paper", resource("fonts", "NotoSansSC-Regular.ttf")).start()
    box = MessageBox()
    hub = HubProcess(hub_folder, messages=box.url)
    try:
        store = open_store(folder, clock)
        store.settings.set_many({"hub.url": hub.url, "printer.transport": "network", "printer.address": printer.address}).result()
        store.close()
        yield DemoWorld(clock, hub, printer, folder), loader(folder, clock)
    finally:
        hub.end()
        box.close()
        printer.stop()


def loader(folder: Path, clock: ManualClock) -> Load:
    """What makes the till of a folder on the toured clock."""

    def load(on_print_state: Callable[[Any], None], on_sync_state: Callable[[Any], None], quiet: Callable[[], bool]) -> Till:
        from app import assembly

        return assembly.Till(folder, clock, on_print_state=on_print_state, on_sync_state=on_sync_state, quiet=quiet)

    return load
