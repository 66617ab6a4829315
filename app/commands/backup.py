"""Full encrypted copies of the ledger: make one, list them, put one back."""

from __future__ import annotations

from pathlib import Path

from app.assembly import open_store
from app.commands import EXIT_FAULT, EXIT_OK, EXIT_USAGE, options
from app.commands.faults import in_words
from app.records.clock import SystemClock
from app.store.backup import restore
from app.store.faults import StoreFault


def main(argv: list[str]) -> int:
    """Make, list or restore backups."""
    parser = options.parser("backup", "Make, list or restore full encrypted copies of the ledger.")
    parser.add_argument("act", choices=("make", "list", "restore"))
    parser.add_argument("file", nargs="?", type=Path, help="the copy to restore (the till must not be running)")
    chosen = parser.parse_args(argv)

    folder = options.data_folder(chosen)
    try:
        if chosen.act == "restore":
            if chosen.file is None:
                options.tell("name the copy to restore: yaogui backup restore FILE")
                return EXIT_USAGE
            epoch, seq = restore(folder, chosen.file)
            print(f"restored to event {seq} of epoch {epoch}; the ledger before is kept as ledger.replaced.db")
            return EXIT_OK
        store = open_store(folder, SystemClock(), write=False)
        try:
            if chosen.act == "make":
                made = store.backups.make()
                print(f"{made.path}: up to event {made.seq}, sha256 {made.sha256}")
            copies = store.backups.copies()
            if not copies:
                options.tell(f"no copies yet in {store.backups.folder}; `yaogui backup make` makes one, and so does every closing of a day")
            for path in copies:
                _, seq = store.backups.check(path)
                print(f"{path}: whole, up to event {seq}")
        finally:
            store.close()
    except (OSError, StoreFault) as error:
        options.tell(f"cannot: {in_words(error)}")
        return EXIT_FAULT
    return EXIT_OK
