"""The window: the sign-in page paints first; the store and everything heavy load behind it in a thread."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from app.commands import EXIT_FAULT, EXIT_OK, options

if TYPE_CHECKING:
    # Named only: nothing heavy may be imported before the first paint.
    import argparse

    from app.counter.establishing import Answers
    from app.desktop.till import Till
    from app.desktop.window import Load


def main(argv: list[str]) -> int:
    """Open the counter's window on a data folder."""
    # Nearly all that is loaded stays; what the day brings is collected by the window (see `app.desktop.collecting`).
    gc.disable()
    chosen = _plain(argv) or _parsed(argv)
    folder = options.data_folder(chosen, make=True)
    if not (folder / "till.json").exists():
        if options.has_display():
            return first_run(folder, english=chosen.english, dark=chosen.dark)
        options.tell(
            f"{folder} holds no till yet.\n"
            f"  a real shop:   yaogui setup --data {folder}\n"
            f"  the demo shop: yaogui demo --data {folder} --run"
        )
        return EXIT_FAULT
    return open_window(folder, english=chosen.english, dark=chosen.dark, trace=chosen.trace_scan)


def _plain(argv: list[str]) -> Any:
    """What is meant by the words of every day; None for any other. A parser and its import take 4 ms of the first paint."""
    if not argv or (len(argv) == 2 and argv[0] == "--data" and not argv[1].startswith("-")):
        folder = Path(argv[1]) if argv else None
        return SimpleNamespace(data=folder, temp_data=False, english=False, dark=False, trace_scan=False)
    return None


def _parsed(argv: list[str]) -> argparse.Namespace:
    parser = options.parser("desktop", "Open the counter's window.")
    parser.add_argument("--english", action="store_true", help="start in English")
    parser.add_argument("--dark", action="store_true", help="start in the dark theme")
    parser.add_argument("--trace-scan", action="store_true", help="print the path and the microseconds of every scan")
    return parser.parse_args(argv)


def first_run(folder: Path, *, english: bool = False, dark: bool = False) -> int:
    """Ask in a window what `yaogui setup` asks on a terminal, make the shop the same way, and open it."""
    from app.desktop.first_run import ask

    founded, speaks_english = ask(lambda answers, say: establish(folder, answers, say), english=english, dark=dark)
    return open_window(folder, english=speaks_english, dark=dark) if founded else EXIT_OK


def establish(folder: Path, answers: Answers, say: Callable[[str], None]) -> str:
    """Make the shop that somebody described; gives what they should know before going on, or ''."""
    # Imported on the wizard's thread: the first page is painted before any of this.
    from app import founding
    from app.records.clock import SystemClock
    from app.sync.client import HubFault

    clock = SystemClock()
    if answers.demo:
        founding.found_demo(folder, clock, founding.demo_pharmacy(clock), say)
        return ""
    shop = founding.Shop(
        answers.store_id, answers.name, answers.branch, answers.licence, answers.address, answers.phone, answers.till, answers.till_title
    )
    staff = [founding.NewStaff(person.code, person.name, person.role, person.pin, person.licence_no) for person in answers.staff]
    printer = founding.printer_settings(answers.printer, answers.printer_address, answers.paper)
    founding.found(folder, clock, shop, staff, printer)
    notes = [note for kind, path in answers.files.items() if (note := founding.bring_in(folder, clock, kind, path, say))]
    if answers.hub_url:
        try:
            founding.enrol_till(folder, clock, answers.hub_url, answers.hub_code)
        except HubFault as fault:
            notes.append(f"总部还没接上 / headquarters did not enrol this till: {fault.code}")
    return "\n".join(notes)


def open_window(folder: Path, *, english: bool = False, dark: bool = False, trace: bool = False) -> int:
    """Open the window and stay until it is closed."""
    from app.desktop.sign_in import start

    till = str(json.loads((folder / "till.json").read_text("utf-8")).get("till", ""))
    practice = PracticeShop(folder)
    return start(folder, loader(folder), till=till, language="en" if english else "", dark=dark, trace=trace, practice=practice)


class PracticeShop:
    """The shop to practise in that lies beside a real one."""

    def __init__(self, real: Path) -> None:
        self._real = real
        self.folder = real / "training"
        self.load = loader(self.folder)

    def prepare(self) -> None:
        """Make it, or let it print where the real one does now."""
        # Imported when wanted: the sign-in page is painted long before anybody practises.
        from app import founding
        from app.records.clock import SystemClock

        founding.found_training(self._real, SystemClock())


def loader(folder: Path) -> Load:
    """What makes the till of a folder, on the window's loading thread."""

    def load(on_print_state: Callable[[Any], None], on_sync_state: Callable[[Any], None], quiet: Callable[[], bool]) -> Till:
        # Imported on the loading thread: the sign-in page is painted before any of this.
        from app import assembly
        from app.records.clock import SystemClock

        return assembly.Till(folder, SystemClock(), on_print_state=on_print_state, on_sync_state=on_sync_state, quiet=quiet)

    return load
