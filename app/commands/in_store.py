"""An act of the command line in this till's store: opened for it, closed after it, and what is refused or fails said in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.assembly import open_store
from app.commands import EXIT_FAILED, EXIT_FAULT, options
from app.commands.faults import in_words
from app.counter.faults import Refused
from app.records.clock import Clock
from app.store.faults import StoreFault
from app.store.open_store import Store


def in_store(folder: Path, clock: Clock, act: Callable[[Store], int], *, write: bool = True) -> int:
    """Do the act; gives its exit code, or the one of what went wrong."""
    try:
        store = open_store(folder, clock, write=write)
    except (OSError, StoreFault) as error:
        options.tell(f"cannot open: {in_words(error)}")
        return EXIT_FAULT
    try:
        return act(store)
    except Refused as refusal:
        options.tell(f"not done: {refusal.code}")
        return EXIT_FAILED
    except StoreFault as error:
        options.tell(f"cannot: {in_words(error)}")
        return EXIT_FAULT
    finally:
        store.close()
