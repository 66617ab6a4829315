"""What headquarters does by itself while it runs: again and again, a small portion each time, and never twice at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

BETWEEN_PORTIONS_S = 0.2
"""Rest after a portion that left something to do: tills come first."""

Chore = Callable[[], Awaitable[bool]]
"""Does one portion; True where more is to be done at once."""


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
