"""A Python prompt on a read-only store: look, never touch."""

from __future__ import annotations

import code

from app.assembly import open_store
from app.commands import EXIT_FAILED, EXIT_FAULT, EXIT_OK, options
from app.commands.faults import in_words
from app.records.clock import SystemClock
from app.store.faults import StoreFault


def main(argv: list[str]) -> int:
    """Open the prompt."""
    parser = options.parser("console", "A Python prompt with `store` (read-only) and `catalogue`.")
    parser.add_argument("-c", dest="line", default="", help="run one line and leave")
    chosen = parser.parse_args(argv)

    try:
        store = open_store(options.data_folder(chosen), SystemClock(), write=False)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open: {in_words(error)}")
        return EXIT_FAULT
    names = {"store": store, "catalogue": store.catalogue}
    try:
        if chosen.line:
            return _run(chosen.line, names)
        code.interact("store and catalogue are open, read-only", local=names, exitmsg="")
    finally:
        store.close()
    return EXIT_OK


def _run(line: str, names: dict[str, object]) -> int:
    """One line, as the prompt would; a script learns by the exit code that it failed."""
    prompt = _Prompt(names)
    unfinished = prompt.runsource(line)
    return EXIT_FAILED if unfinished or prompt.failed else EXIT_OK


class _Prompt(code.InteractiveInterpreter):
    """An interpreter that remembers whether what it ran failed."""

    failed = False

    def showtraceback(self) -> None:
        """Show it as always, and remember."""
        self.failed = True
        super().showtraceback()

    def showsyntaxerror(self, filename: str | None = None) -> None:
        """The same for a line that is no Python."""
        self.failed = True
        super().showsyntaxerror(filename)
