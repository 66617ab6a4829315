"""Mend what is worked out from events: the tables of a ledger that opens, or a whole ledger that can no longer be read."""

from __future__ import annotations

from pathlib import Path

from app.assembly import TillFile, open_store
from app.commands import EXIT_FAULT, EXIT_OK, options
from app.commands.faults import in_words
from app.records.clock import SystemClock
from app.store.faults import StoreFault
from app.store.verify import rebuild, rebuild_from_frames


def main(argv: list[str]) -> int:
    """Repair the tables or the ledger of a till whose window is closed."""
    parser = options.parser("repair", "Work out anew what follows from this till's events; its window must be closed.")
    parser.add_argument(
        "what",
        choices=("tables", "ledger"),
        help="tables: every sum, stock and register from the events. "
        "ledger: a file beyond reading, from the newest whole backup and the frames; the damaged one is kept beside it",
    )
    chosen = parser.parse_args(argv)
    folder = options.data_folder(chosen)
    try:
        events = _tables(folder) if chosen.what == "tables" else _ledger(folder)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot: {in_words(error)}")
        return EXIT_FAULT
    print(f"{events} events stand, and what follows from them")
    return EXIT_OK


def _tables(folder: Path) -> int:
    store = open_store(folder, SystemClock())
    try:
        return rebuild(store)
    finally:
        store.close()


def _ledger(folder: Path) -> int:
    return rebuild_from_frames(folder, till=TillFile.needed(folder).till, clock=SystemClock())
