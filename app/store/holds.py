"""What headquarters put by for baskets of this till, in points or stored value, noted before it is asked: no power cut forgets one."""

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

_ALL = select(t.hold).order_by(t.hold.c.hold_id)
_STATE = (
    t.hold.update()
    .where(t.hold.c.hold_id == bindparam("of_hold"), t.hold.c.state.in_(bindparam("of_states", expanding=True)))
    .values(state=bindparam("new_state"), until=bindparam("new_until"), part=bindparam("new_part"))
)
_GONE = t.hold.delete().where(t.hold.c.hold_id == bindparam("of_hold"))


@dataclass(frozen=True, slots=True)
class Hold:
    """A part of a member's purse put by for a basket."""

    hold_id: str
    purse: str
    """points | stored."""
    member_id: str
    amount: int
    """Points, or fen."""
    part: int
    """Of stored value: the fen of it that are bonus; -1 while headquarters has not said."""
    basket_id: str
    until: datetime
    state: str
    """asking | held | releasing: no sale wants it, and headquarters has not been told yet."""


class Holds:
    """Reads and notes what is put by; a sale's own spend takes its row away with it."""

    def __init__(self, readers: Readers, writer: Writer | None = None) -> None:
        self._readers = readers
        self._writer = writer

    def all(self) -> tuple[Hold, ...]:
        """Everything that headquarters may still have put by for this till."""
        return tuple(Hold(**row._mapping) for row in self._readers.connection().execute(_ALL))

    def keep(self, one: Hold) -> Future[None]:
        """Note a wish before it is sent."""
        row = {name: getattr(one, name) for name in Hold.__dataclass_fields__}
        return self._written().submit(lambda connection: upsert(connection, t.hold, [row]), background=True)

    def turn(self, one: Hold, state: str, until: datetime, *, only: tuple[str, ...], part: int | None = None) -> Future[None]:
        """Note how one stands, if it stands as said until now; `part` once headquarters has said it."""
        new = {"new_state": state, "new_until": until, "new_part": one.part if part is None else part}
        named = {"of_hold": one.hold_id, "of_states": list(only), **new}

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
