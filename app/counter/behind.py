"""Behind: the counter's own thread for long reading, so that the window goes on hearing keys meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Behind:
    """One thread, begun when something is first asked of it; it reads by a connection of its own and takes one thing after another."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    def do(self, read: Callable[[], T]) -> Future[T]:
        """What `read` gives, once it is there; it must change nothing that another thread reads."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="behind")
        return self._thread.submit(read)

    def stop(self) -> None:
        """Finish what is being read, leave the rest."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
