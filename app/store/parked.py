"""Baskets on their way: the open one, which survives a power cut, and the held ones, which pass to the next shift."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from app.store import tables as t
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.rows import upsert
from app.store.writer import Part, Writer

# Built once: the open basket is kept behind every scan.
_OTHERS = t.parked_basket.delete().where(
    t.parked_basket.c.state == "open",
    t.parked_basket.c.till == bindparam("of_till"),
    t.parked_basket.c.basket_id != bindparam("of_basket"),
)


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A held basket as listed."""

    basket_id: str
    label: str
    content: str
    """The basket as JSON (`domain.basket.to_json`)."""
    shift_id: str
    till: str
    pieces: int
    payable_fen: int
    at: datetime


class Parked:
    """Keeps baskets as JSON."""

    def __init__(self, readers: Readers, writer: Writer | None, till: str) -> None:
        self._readers = readers
        self._writer = writer
        self._till = till

    def _writes(self) -> Writer:
        if self._writer is None:
            raise StoreFault("read_only")
        return self._writer

    def save_open(self, basket_id: str, label: str, json_text: str, shift_id: str, at: datetime) -> Future[None]:
        """Keep the open basket as it stands now; there is one per till, an older one of another id is replaced.

        It is written when the counter has painted the change, at the latest `writer.ASIDE_S` after it.
        """
        # In the same queue as hold, take and the sale: a save that came in behind them would open a sold or held basket again.
        return self._writes().submit(self.keeping(basket_id, label, json_text, shift_id, at), aside=True)

    def keeping(self, basket_id: str, label: str, json_text: str, shift_id: str, at: datetime) -> Part:
        """The same as a part of another commit: what is signed about a basket comes to disk with it."""
        row = self._row("open", basket_id, label, json_text, shift_id, at, 0, 0)

        def keep(connection: Connection) -> None:
            connection.execute(_OTHERS, {"of_till": self._till, "of_basket": basket_id})
            upsert(connection, t.parked_basket, [row])

        return keep

    def _row(
        self,
        state: str,
        basket_id: str,
        label: str,
        content: str,
        shift_id: str,
        at: datetime,
        pieces: int,
        payable_fen: int,
    ) -> dict[str, object]:
        return {
            "basket_id": basket_id,
            "state": state,
            "till": self._till,
            "shift_id": shift_id,
            "label": label,
            "content": content,
            "pieces": pieces,
            "payable_fen": payable_fen,
            "at": at,
        }

    def open_basket(self, till: str = "") -> str | None:
        """The open basket's JSON, if one survived."""
        wanted = select(t.parked_basket.c.content).where(t.parked_basket.c.state == "open", t.parked_basket.c.till == (till or self._till))
        found = self._readers.connection().execute(wanted.order_by(t.parked_basket.c.at.desc()).limit(1)).scalar()
        return str(found) if found is not None else None

    def hold(
        self,
        basket_id: str,
        label: str,
        json_text: str,
        shift_id: str,
        at: datetime,
        pieces: int = 0,
        payable_fen: int = 0,
    ) -> Future[None]:
        """Turn a basket into a held one."""
        row = self._row("held", basket_id, label, json_text, shift_id, at, pieces, payable_fen)
        return self._writes().submit(lambda connection: upsert(connection, t.parked_basket, [row]))

    def held(self) -> tuple[HeldRow, ...]:
        """Held baskets of every shift, oldest first."""
        p = t.parked_basket.c
        rows = self._readers.connection().execute(
            select(p.basket_id, p.label, p.content, p.shift_id, p.till, p.pieces, p.payable_fen, p.at)
            .where(p.state == "held")
            .order_by(p.at, p.basket_id)
        )
        return tuple(HeldRow(*row) for row in rows)

    def take(self, basket_id: str) -> Future[str | None]:
        """Make a held basket the open one and give its JSON; None when it is no longer held."""
        p = t.parked_basket.c

        def unit(connection: Connection) -> str | None:
            found = connection.execute(select(p.content).where(p.basket_id == basket_id, p.state == "held")).scalar()
            if found is None:
                return None
            connection.execute(t.parked_basket.delete().where(p.state == "open", p.till == self._till))
            connection.execute(t.parked_basket.update().where(p.basket_id == basket_id).values(state="open", till=self._till))
            return str(found)

        return self._writes().submit(unit)

    def drop(self, basket_id: str) -> Future[None]:
        """Forget a basket, open or held."""

        def unit(connection: Connection) -> None:
            connection.execute(t.parked_basket.delete().where(t.parked_basket.c.basket_id == basket_id))

        return self._writes().submit(unit)
