"""Care as the ledger keeps it: readings, doses, own targets, follow-ups, and what members bought here, before, and elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, literal_column, select, union_all

from app.records.clock import shop_day
from app.store import tables as t
from app.store.bought import IDS, KEPT, lines_bought
from app.store.engine import Readers
from app.store.faults import StoreFault
from app.store.private import PrivateBlobs
from app.store.rows import upsert
from app.store.writer import Writer

if TYPE_CHECKING:
    # Loaded late: the rules of care are no part of opening a till.
    from app.domain.care import Reading

OPEN_OUTCOMES = ("", "moved", "not_reached")
"""Of a follow-up that still stands open."""

# Built once: a member's page asks for all of them, and building a select costs more than running it.
_line, _sale, _past = t.sale_line.c, t.sale.c, t.past_purchase.c
_BOUGHT = lines_bought((_sale.day, _line.product_id, KEPT), (_past.day, _past.product_id, _past.quantity))
_READINGS = (
    select(t.reading).where(t.reading.c.member_id.in_(IDS), t.reading.c.taken_at >= bindparam("since")).order_by(t.reading.c.taken_at)
)
_USAGES = select(t.usage_note).where(t.usage_note.c.member_id.in_(IDS)).order_by(t.usage_note.c.at)
_TARGETS = select(t.own_target).where(t.own_target.c.member_id.in_(IDS)).order_by(t.own_target.c.at)
_f = t.follow_up.c
_FOLLOW_UPS = select(t.follow_up).where(_f.member_id.in_(IDS)).order_by(_f.due_on, _f.followup_id)
_DUE = select(t.follow_up).where(_f.outcome.in_(OPEN_OUTCOMES), _f.due_on <= bindparam("until")).order_by(_f.due_on, _f.followup_id)
_SALES = (
    select(
        _sale.sale_id,
        _sale.number,
        _sale.at,
        _sale.day,
        _sale.payable_fen,
        _line.product_id,
        _line.quantity,
    )
    .select_from(t.sale.join(t.sale_line, _sale.sale_id == _line.sale_id))
    .where(
        _sale.sale_id.in_(
            select(_sale.sale_id).where(_sale.member_id.in_(IDS)).order_by(_sale.event_seq.desc()).limit(bindparam("most"))
        )
    )
    .order_by(_sale.event_seq.desc(), _line.no)
)
_r = t.return_.c
_RETURNS = (
    select(_r.return_id, _r.number, _r.at, _r.day, _r.total_fen, _r.kind)
    .select_from(t.return_.join(t.sale, _sale.sale_id == _r.original_sale_id))
    .where(_sale.member_id.in_(IDS))
    .order_by(_r.event_seq.desc())
    .limit(bindparam("most"))
)
_PASTS = select(t.past_purchase).where(_past.member_id.in_(IDS)).order_by(_past.day.desc(), _past.purchase_id).limit(bindparam("most"))
_BUYERS = union_all(
    select(_sale.member_id).where(_sale.day >= bindparam("since"), _sale.member_id != ""),
    select(_past.member_id).where(_past.day >= bindparam("since")),
    select(t.usage_note.c.member_id).where(t.usage_note.c.ended.is_(False)),
).subquery()
_ALL_BUYERS = select(_BUYERS.c[0]).distinct().order_by(literal_column("1"))


@dataclass(frozen=True, slots=True)
class Bought:
    """So many packs of a product kept by a member, bought on a business day."""

    day: date
    product_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PastPurchase:
    """A purchase that this till's journal does not hold: from before it, or from another store of the chain."""

    purchase_id: str
    member_id: str
    day: date
    product_id: str
    quantity: int
    amount_fen: int
    place: str
    """Where it was bought, as a person reads it."""


@dataclass(frozen=True, slots=True)
class UsageNote:
    """How a member takes a medicine."""

    usage_id: str
    product_id: str
    pieces_c: int
    times: int
    every_days: int
    moment: str
    source: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up as it stands."""

    followup_id: str
    member_id: str
    kind: str
    reason: str
    reading_id: str
    due_on: date
    outcome: str
    tries: int
    blob_id: str
    actor: str
    at: datetime
    done_by: str
    done_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it is still to be made."""
        return self.outcome in OPEN_OUTCOMES


@dataclass(frozen=True, slots=True)
class SoldTo:
    """A sale of a member with the first of its goods, from the projections alone."""

    sale_id: str
    number: str
    at: datetime
    day: date
    payable_fen: int
    goods: tuple[tuple[str, int], ...]
    """(product id, quantity), in the order of the lines."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A return or void of a member's sale."""

    return_id: str
    number: str
    at: datetime
    day: date
    total_fen: int
    kind: str


class Care:
    """Reads what care needs of one person, whose merged identities come as several ids."""

    def __init__(self, readers: Readers, writer: Writer | None, private: PrivateBlobs) -> None:
        self._readers = readers
        self._writer = writer
        self._private = private

    def bought(self, member_ids: Sequence[str], since: date) -> tuple[Bought, ...]:
        """Every purchase from a business day on, less what came back, in no order."""
        rows = self._readers.connection().execute(_BOUGHT, {"of_members": list(member_ids), "since": since})
        return tuple(Bought(day, product_id, int(quantity)) for day, product_id, quantity in rows if quantity > 0)

    def readings(self, member_ids: Sequence[str], since: datetime) -> tuple[Reading, ...]:
        """Readings from a moment on, oldest first; those of an erased person are noise and left out."""
        from app.domain.care import Reading

        rows = self._readers.connection().execute(_READINGS, {"of_members": list(member_ids), "since": since}).all()
        plain = self._private.open_many([row.blob_id for row in rows])
        found = []
        for row in rows:
            if row.blob_id in plain:
                kept = json.loads(plain[row.blob_id])
                figures = {str(name): int(value) for name, value in kept["figures"].items()}
                found.append(
                    Reading(row.reading_id, row.kind, row.taken_at, shop_day(row.taken_at), figures, str(kept["context"]), row.place)
                )
        return tuple(found)

    def usages(self, member_ids: Sequence[str]) -> tuple[dict[str, UsageNote], frozenset[str]]:
        """(product id → how it is taken, products that are taken no more); of several ids the later word holds."""
        rows = self._readers.connection().execute(_USAGES, {"of_members": list(member_ids)}).all()
        plain = self._private.open_many([row.blob_id for row in rows if not row.ended])
        notes: dict[str, UsageNote] = {}
        ended: set[str] = set()
        for row in rows:
            notes.pop(row.product_id, None)
            ended.discard(row.product_id)
            if row.ended:
                ended.add(row.product_id)
            elif row.blob_id in plain:
                kept = json.loads(plain[row.blob_id])
                notes[row.product_id] = UsageNote(
                    row.usage_id, row.product_id, int(kept["pieces_c"]), int(kept["times"]), int(kept["every_days"]),
                    str(kept["moment"]), str(kept["source"]),
                )  # fmt: skip
        return notes, frozenset(ended)

    def own_targets(self, member_ids: Sequence[str]) -> dict[str, dict[str, tuple[int | None, int | None]]]:
        """Kind → figure → (low, high) that a pharmacist set for this person."""
        rows = self._readers.connection().execute(_TARGETS, {"of_members": list(member_ids)}).all()
        plain = self._private.open_many([row.blob_id for row in rows])
        found: dict[str, dict[str, tuple[int | None, int | None]]] = {}
        for row in rows:
            if row.blob_id in plain:
                figures: Mapping[str, Any] = json.loads(plain[row.blob_id])["figures"]
                found[row.kind] = {name: (low, high) for name, (low, high) in figures.items()}
        return found

    def follow_ups(self, member_ids: Sequence[str]) -> tuple[FollowUp, ...]:
        """Every follow-up, open and made, the one due first at the front."""
        rows = self._readers.connection().execute(_FOLLOW_UPS, {"of_members": list(member_ids)})
        return tuple(FollowUp(**row._mapping) for row in rows)

    def follow_up(self, followup_id: str) -> FollowUp | None:
        """One follow-up."""
        row = self._readers.connection().execute(select(t.follow_up).where(_f.followup_id == followup_id)).first()
        return FollowUp(**row._mapping) if row is not None else None

    def due(self, until: date) -> tuple[FollowUp, ...]:
        """Open follow-ups of all members that are due by a day."""
        return tuple(FollowUp(**row._mapping) for row in self._readers.connection().execute(_DUE, {"until": until}))

    def findings(self, blob_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Blob id → what was found in a talk, coded."""
        plain = self._private.open_many([blob_id for blob_id in blob_ids if blob_id])
        return {blob_id: tuple(map(str, json.loads(text)["findings"])) for blob_id, text in plain.items()}

    def sales(self, member_ids: Sequence[str], most: int) -> tuple[SoldTo, ...]:
        """The newest sales, newest first."""
        rows = self._readers.connection().execute(_SALES, {"of_members": list(member_ids), "most": most})
        found: dict[str, SoldTo] = {}
        for row in rows:
            before = found.get(row.sale_id)
            goods = (*(before.goods if before is not None else ()), (row.product_id, int(row.quantity)))
            found[row.sale_id] = SoldTo(row.sale_id, row.number, row.at, row.day, row.payable_fen, goods)
        return tuple(found.values())

    def returns(self, member_ids: Sequence[str], most: int) -> tuple[TakenBack, ...]:
        """The newest returns and voids of a member's sales."""
        rows = self._readers.connection().execute(_RETURNS, {"of_members": list(member_ids), "most": most})
        return tuple(TakenBack(**row._mapping) for row in rows)

    def past(self, member_ids: Sequence[str], most: int) -> tuple[PastPurchase, ...]:
        """The newest purchases from before or elsewhere."""
        rows = self._readers.connection().execute(_PASTS, {"of_members": list(member_ids), "most": most})
        return tuple(PastPurchase(**row._mapping) for row in rows)

    def buyers(self, since: date) -> tuple[str, ...]:
        """Every member who bought since a day or takes a medicine that was noted."""
        return tuple(row[0] for row in self._readers.connection().execute(_ALL_BUYERS, {"since": since}))

    def keep_past(self, purchases: Sequence[PastPurchase]) -> Future[None]:
        """Keep purchases from before or elsewhere; one told again is the same."""
        if self._writer is None:
            raise StoreFault("read_only")
        rows = [asdict(one) for one in purchases]

        def unit(connection: Connection) -> None:
            upsert(connection, t.past_purchase, rows)

        return self._writer.submit(unit, background=True)
