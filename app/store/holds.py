"""Points that headquarters put by for baskets of this till, noted before it is asked, so that no power cut forgets one."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.rows import upsert
from app.store.writer import Writer

_ALL = select(t.points_hold).order_by(t.points_hold.c.hold_id)
_STATE = (
    t.points_hold.update()
    .where(t.points_hold.c.hold_id == bindparam("of_hold"), t.points_hold.c.state.in_(bindparam("of_states", expanding=True)))
    .values(state=bindparam("new_state"), until=bindparam("new_until"))
)
_GONE = t.points_hold.delete().where(t.points_hold.c.hold_id == bindparam("of_hold"))


@dataclass(frozen=True, slots=True)
class PointsHold:
    """A member's points put by for a basket."""

    hold_id: str
    member_id: str
    points: int
    basket_id: str
    until: datetime
    state: str
    """asking | held | releasing: no sale wants it, and headquarters has not been told yet."""


class Holds:
    """Reads and notes what is put by; a sale's own spend takes its row away with it."""

    def __init__(self, readers: Readers, writer: Writer | None = None) -> None:
        self._readers = readers
        self._writer = writer

    def all(self) -> tuple[PointsHold, ...]:
        """Everything that headquarters may still have put by for this till."""
        return tuple(PointsHold(**row._mapping) for row in self._readers.connection().execute(_ALL))

    def keep(self, one: PointsHold) -> Future[None]:
        """Note a wish before it is sent."""
        row = {name: getattr(one, name) for name in PointsHold.__dataclass_fields__}
        return self._written().submit(lambda connection: upsert(connection, t.points_hold, [row]), background=True)

    def turn(self, one: PointsHold, state: str, until: datetime, *, only: tuple[str, ...]) -> Future[None]:
        """Note how one stands, if it stands as said until now."""
        named = {"of_hold": one.hold_id, "of_states": list(only), "new_state": state, "new_until": until}

        def unit(connection: Connection) -> None:
            connection.execute(_STATE, named)

        return self._written().submit(unit, background=True)

    def forget(self, hold_id: str) -> Future[None]:
        """Headquarters has taken it back."""

        def unit(connection: Connection) -> None:
            connection.execute(_GONE, {"of_hold": hold_id})

        return self._written().submit(unit, background=True)

    def _written(self) -> Writer:
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer
