"""The bridge: the one crossing from the threads of writer, printer and sync to the window's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    # Named only: the bridge stands before the first paint, and futures bring the logging with them.
    from concurrent.futures import Future

    from app.desktop.holding import Holding

BLINK_MS = 150
"""A wait that is shorter is not noticed by a person, and nothing is said of it."""


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
        self._holding: Holding | None = None
        self._deciding = self._asked_on = False

    @Slot(object)
    def _cross(self, then: Callable[[], None]) -> None:
        then()

    def after(self, future: Future[Any], then: Callable[[], None]) -> None:
        """Call `then` on the window's thread, in a later turn of its loop, once the future is done."""
        future.add_done_callback(lambda _: self._crossed.emit(then))

    @property
    def holding(self) -> bool:
        """Whether keys, presses and scans wait for something that is being decided."""
        return self._holding is not None

    def hold(self, future: Future[Any], then: Callable[[], Iterator[None] | None], slow: Callable[[], None] = lambda: None) -> None:
        """Call `then` as `after` does; keys, presses and scans wait meanwhile, and come in their order behind it.

        `then` may give steps: they are done one in a turn of the loop, and end with another page, to which no press that waited was meant.
        `slow` is called once where the future takes longer than a blink. While something is held already, nothing is begun; but `then`
        itself may ask for a further wait.
        """
        # Named here: nothing is held before the counter stands, and the bridge is there before the first paint.
        from PySide6.QtGui import QGuiApplication

        from app.desktop.holding import Holding

        application = QGuiApplication.instance()
        if (self._holding is not None and not self._deciding) or not isinstance(application, QGuiApplication):
            return
        holding = self._holding = self._holding or Holding(application)
        # With the bridge goes whatever is held: the next window of this program must hear its keys.
        holding.setParent(self)
        self._asked_on = True

        def late() -> None:
            if self._holding is holding and not future.done():
                slow()

        def decided() -> None:
            steps: Iterator[None] | None = None
            self._deciding, self._asked_on = True, False
            try:
                steps = then()
            finally:
                self._deciding = False
                if steps is not None:
                    self._step(steps)
                elif not self._asked_on:
                    QTimer.singleShot(0, self, self._let_through)

        QTimer.singleShot(BLINK_MS, self, late)
        self.after(future, decided)

    def _step(self, steps: Iterator[None]) -> None:
        goes_on = False
        try:
            goes_on = next(steps, self) is None
        finally:
            QTimer.singleShot(0, self, (lambda: self._step(steps)) if goes_on else (lambda: self._let_through(gone=True)))

    def _let_through(self, *, gone: bool = False) -> None:
        holding, self._holding = self._holding, None
        if holding is None:
            return
        holding.leave()
        for send in holding.kept:
            # What was typed after the next question waits for its answer.
            if self._holding is not None:
                self._holding.kept.append(send)
            else:
                send(gone)
        holding.deleteLater()

    def in_turn(self, act: Callable[[], None]) -> None:
        """Do this now, or where keys wait after what was typed before it."""
        if self._holding is not None:
            self._holding.kept.append(lambda _: act())
        else:
            act()

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
