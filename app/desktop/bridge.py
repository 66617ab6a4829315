"""The bridge: the one crossing from the threads of writer, printer and sync to the window's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    # Named only: the bridge stands before the first paint, and futures bring the logging with them.
    from concurrent.futures import Future


class Bridge(QObject):
    """Turns callbacks of other threads into signals; receivers on the window's thread get them queued, in order."""

    _crossed = Signal(object)
    """What `after` calls on the window's thread."""
    resumed = Signal(str)
    """A commit asked for with this tag has returned."""
    printing = Signal(object)
    """`app.counter.printing.PrintState`."""
    syncing = Signal(object)
    """`app.sync.worker.SyncState`."""
    visited = Signal(object)
    """`app.counter.visiting.Visit`: what headquarters said of a member unknown here."""
    tuned = Signal(str)
    """The setting with this key has a new value."""
    practice = Signal(str)
    """The practice shop is made; '' or the word of what went wrong."""
    loaded = Signal(object)
    """The till, once everything behind the sign-in page is there."""
    fault = Signal(object)
    """The exception that stopped loading."""

    scanned = Signal(str)
    """A code from a scanner that needs no keyboard, from its thread."""
    hearing = Signal(object)
    """Whether that scanner is connected, from its thread; None where there is none."""
    learning = Signal(bool)
    """The Devices page learns how fast a gun types: a slow one is to be heard whole meanwhile."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Queued also where the future was done already: nobody is called back within their own call.
        self._crossed.connect(self._cross, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _cross(self, then: Callable[[], None]) -> None:
        then()

    def after(self, future: Future[Any], then: Callable[[], None]) -> None:
        """Call `then` on the window's thread, in a later turn of its loop, once the future is done."""
        future.add_done_callback(lambda _: self._crossed.emit(then))

    def resume(self, tag: str) -> Callable[[], None]:
        """What to hand to a commit; called on the writer's thread."""

        def resumed() -> None:
            self.resumed.emit(tag)

        return resumed

    def visit(self, visit: object) -> None:
        """Called on the thread that asked headquarters."""
        self.visited.emit(visit)

    def print_state(self, state: object) -> None:
        """Called on the printer's thread."""
        self.printing.emit(state)

    def sync_state(self, state: object) -> None:
        """Called on the sync's thread."""
        self.syncing.emit(state)
