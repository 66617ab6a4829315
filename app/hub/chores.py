"""What headquarters does by itself while it runs: again and again, a small portion each time, and never twice at once."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

BETWEEN_PORTIONS_S = 0.2
"""Rest after a portion that left something to do: tills come first."""

Chore = Callable[[], Awaitable[bool]]
"""Does one portion; True where more is to be done at once."""


class Aside:
    """A chore that a thread does: nobody waits for it while headquarters runs, and its database waits for it before it goes.

    `work` does one portion, asks between its steps whether it is to leave off, and says whether more is to be done at once.
    """

    def __init__(self, work: Callable[[Callable[[], bool]], bool]) -> None:
        self._work = work
        self._ending = threading.Event()
        self._busy = threading.Lock()

    async def portion(self) -> bool:
        """One portion, as a chore."""
        return await asyncio.to_thread(self._do)

    def end(self) -> None:
        """Begin no portion any more, and wait for the one that is being done."""
        self._ending.set()
        with self._busy:
            pass

    def _do(self) -> bool:
        with self._busy:
            return not self._ending.is_set() and self._work(self._ending.is_set)


@asynccontextmanager
async def done_by_itself(*chores: tuple[float, Chore]) -> AsyncIterator[None]:
    """While this lasts, every chore (seconds, what) is done every so many seconds, first at once."""
    tasks = [asyncio.create_task(_again_and_again(every_s, chore)) for every_s, chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _again_and_again(every_s: float, chore: Chore) -> None:
    while True:
        more = False
        try:
            more = await chore()
        except Exception as error:  # a chore that stumbles is tried again in its next turn; nobody waits for it
            log.warning("a chore failed: %s", type(error).__name__)
        await asyncio.sleep(BETWEEN_PORTIONS_S if more else every_s)
