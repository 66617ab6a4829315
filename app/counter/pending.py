"""Pending: an act whose facts are on their way to the disk, and what is done at the till once they are there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.counter.faults import Refused
from app.store.faults import StoreFault

T = TypeVar("T")

WRITE_S = 20.0
"""Longest wait for the disk, in seconds, of whoever waits at all."""


@dataclass(frozen=True, slots=True)
class Pending(Generic[T]):
    """What was checked and handed to the writer; `settle` it once `written` is done, for a sick disk must not stop the window."""

    written: Future[Any]
    finish: Callable[[], T]
    """What follows at the till, such as the open sale's member."""

    @classmethod
    def of(cls, write: Callable[[], Future[Any]], finish: Callable[[], T]) -> Pending[T]:
        """Hand over to the writer; Refused `ledger_io` where it takes nothing."""
        try:
            return cls(write(), finish)
        except StoreFault as fault:
            raise Refused("ledger_io") from fault

    @classmethod
    def without_writing(cls, finish: Callable[[], T]) -> Pending[T]:
        """An act that had nothing to write."""
        written: Future[Any] = Future()
        written.set_result(None)
        return cls(written, finish)

    def settle(self, wait_s: float = 0.0) -> T:
        """What the act came to, on the till's own thread; Refused `ledger_io`, and nothing happened."""
        try:
            self.written.result(wait_s)
        except (StoreFault, TimeoutError) as fault:
            raise Refused("ledger_io") from fault
        return self.finish()

    def wait(self) -> T:
        """Wait for the disk here, then settle: for tapes and the command line, never on the window's thread."""
        return self.settle(WRITE_S)
