"""Desks that come to the front in parts: what still holds stands at once, the rest is read and made behind it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from app.desktop.screens.desk import Desk, Listing, Slot
from app.desktop.screens.page import Surroundings
from app.desktop.screens.rows import ListRow
from app.desktop.theme import Theme

FIRST, FURTHER = 4, 5
"""Rows of a list that are made with it, and those that each further turn adds: making and laying out so many takes 2 ms."""


class InParts(Desk):
    """A desk whose facts hold for as long as its `mark` does; one that is not whole is never seen with what no longer holds."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, parent)
        self._known: Hashable = None
        """The mark under which everything that stands was read and drawn; None while it is not whole."""

    # ------------------------------------------------------------------ what a page says of itself

    def slots(self) -> Sequence[Slot]:
        """The places that are drawn in parts."""
        return ()

    def read(self) -> Iterator[None]:
        """Read the facts anew, a part of them in each step."""
        return iter(())

    def draw(self) -> Iterator[None]:
        """Draw the facts by `show_in`, a part in each step; what stands for the same facts already is left alone."""
        return iter(())

    def _focus_first(self) -> None:
        """Put the keyboard where work goes on."""

    def mark(self) -> Hashable:
        """Changes with everything that may change the facts: each commit of this till, each change of the catalogue, each minute."""
        store, clock = self.till.store, self.till.clock
        minute = int(clock.now().timestamp()) // 60
        return store.writer.commits, store.catalogue.changes, minute, self.till.staging.frame().staff_id

    # ------------------------------------------------------------------ coming to the front

    def come(self) -> None:
        """The page is in front: what holds still stands as it is; else it is read and drawn in parts, and unseen until its part is."""
        if self._known is not None and self._known == self._marked():
            self._draw_all()
            self._focus_first()
        elif self.isVisible():
            for slot in self.slots():
                slot.setUpdatesEnabled(False)
            self._known = None
            self.draw_in_parts(self._coming())
        else:
            self.refresh()
            self._focus_first()

    def _marked(self) -> Hashable:
        return self.mark(), self.look()

    def _coming(self) -> Iterator[None]:
        # The turn in which a page comes is the frame's own.
        yield
        mark = self._marked()
        yield from self.read()
        yield from self.draw()
        self._uncover()
        self._known = mark
        self._focus_first()
        yield
        self.changed.emit()

    def takes_key(self, name: str) -> bool:
        """A key means what it means on the whole page: what is to come stands before it."""
        self.draw_out()
        return False

    def refresh(self) -> None:
        """Read everything anew and draw it, all now."""
        self._undrawn = None
        mark = self._marked()
        for _ in self.read():
            pass
        self._draw_all()
        self._known = mark
        self.changed.emit()

    def redraw(self) -> None:
        """Draw the facts in another language; a page that nobody sees waits until somebody does."""
        if self.isVisible():
            self.draw_out()
            self._draw_all()
        else:
            self.let_go()

    def let_go(self) -> None:
        """Take down everything that was drawn of facts."""
        self._undrawn, self._known = None, None
        for slot in self.slots():
            slot.empty()

    def _draw_all(self) -> None:
        for _ in self.draw():
            pass
        self._uncover()

    def _uncover(self) -> None:
        for slot in self.slots():
            slot.setUpdatesEnabled(True)

    def show_in(self, slot: Slot, facts: Hashable, make: Callable[[], QWidget | QLayout]) -> bool:
        """A part is there: what `make` makes of its facts, which must name all it reads, unless it stands for them already."""
        made = slot.fill_for((facts, self.look()), make)
        slot.setUpdatesEnabled(True)
        return made


class Growing(Listing):
    """A list that begins with what is seen first and takes further rows below."""

    def __init__(self, theme: Theme, count: int, make: Callable[[int], QWidget], *, first: int = FIRST) -> None:
        """`make` gives a row by its order; so many of the `count` are made now, `grow` brings the others."""
        super().__init__(theme, [make(order) for order in range(min(first, count))])

    @property
    def chosen_from(self) -> tuple[ListRow, ...]:
        """The rows that can be chosen, without what stands between them."""
        return tuple(row for row in self.rows if isinstance(row, ListRow))

    def add(self, rows: Sequence[QWidget]) -> None:
        """Further rows at the end."""
        inner = self.widget()
        column = inner.layout() if inner is not None else None
        assert isinstance(column, QBoxLayout)
        # Laid out once for all of them: each that is shown would ask for it again.
        column.setEnabled(False)
        for row in rows:
            column.insertWidget(column.count() - 1, row)
            row.show()
        column.setEnabled(True)
        column.invalidate()
        self.rows += tuple(rows)


def grow(listing: Growing, count: int, make: Callable[[int], QWidget], *, further: int = FURTHER) -> Iterator[None]:
    """Bring a list to so many rows, `further` of them in each step; goes on where it was left."""
    while (begun := len(listing.rows)) < count:
        yield
        listing.add([make(order) for order in range(begun, min(begun + further, count))])
