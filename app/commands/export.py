"""Write the ledger's events to a signed file that `verify` can prove."""

from __future__ import annotations

from pathlib import Path

from app.assembly import open_store
from app.commands import EXIT_FAULT, EXIT_OK, options
from app.commands.faults import in_words
from app.records.clock import SystemClock, shop_day
from app.store.faults import StoreFault
from app.store.verify import export


def main(argv: list[str]) -> int:
    """Export the whole journal."""
    parser = options.parser("export", "Write every event to a file that ends with a signed frame.")
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(argv)

    clock = SystemClock()
    try:
        store = open_store(options.data_folder(chosen), clock)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open: {in_words(error)}")
        return EXIT_FAULT
    try:
        with options.progress("exporting") as step:
            made = export(store, chosen.file, actor="export", day=shop_day(clock.now()), progress=step)
    finally:
        store.close()
    print(f"{chosen.file}: {made.seq} events, closed by {made.number}")
    return EXIT_OK
